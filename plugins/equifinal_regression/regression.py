"""The method ``regression``: least squares, the logit for a crisp outcome, the fractional logit for memberships."""

from typing import Literal

import numpy as np
import pandas as pd
import pydantic

import equifinal as eq
from equifinal.errors import did_you_mean
from equifinal_regression import diagnostics, notes
from equifinal_regression.advice import advice
from equifinal_regression.equation import Covariance, Description, Equation, Floats, Model, solve
from equifinal_regression.interactions import Term, checked, product_of, with_product
from equifinal_regression.quick import solve_quickly
from equifinal_regression.specification import Fitted, Scale, Specification
from equifinal_regression.tables import cases_table, estimates, model_table
from equifinal_regression.verdicts import Row, evidence, side, verdict


class Regression(eq.Method):
    """Regression of the outcome on the conditions.

    ``model = "ols"`` fits least squares, ``"logit"`` the logit of the crisp outcome (1 above a membership of 0.5, 0 below;
    cases at exactly 0.5 are left out), ``"fractional-logit"`` the quasi-likelihood logit of Papke & Wooldridge (1996) for
    an outcome between 0 and 1, the membership. Coefficients come with robust standard errors (HC3 unless said otherwise:
    MacKinnon & White 1985; Long & Ervin 2000) and intervals from the t distribution with n - k degrees of freedom, for the
    logit from the normal distribution. In a panel they allow for correlated errors within a unit unless said otherwise
    (``covariance = "cluster"``, Liang & Zeger 1986; with statsmodels' small-sample factor, and one degree of freedom less
    than units: Cameron & Miller 2015). The robust covariance of the logits is that of the weighted least squares with which
    their estimation ends. `bootstrap` adds percentile intervals (Efron & Tibshirani 1993) from samples of the cases.

    ``scale`` says in which scores the equation is written:

    ===============  ===========================  ==============================================
    scale            conditions                   outcome
    ===============  ===========================  ==============================================
    ``raw``          raw scores                   raw score (OLS), membership (logits)
    ``standardized`` z-scores (SD with n - 1)     z-score (OLS), membership (logits)
    ``membership``   memberships                  membership
    ===============  ===========================  ==============================================

    It is ``raw`` for OLS and ``membership`` for the logits unless given. The logit's membership is the crisp one.

    ``interactions`` are products of conditions, ``"LEAD*DEM"``, on the chosen scale and uncentred: centring changes
    neither the interaction's coefficient nor the average effects (Brambor, Clark & Golder 2006). A condition in an
    interaction has no single effect; its row in ``conditions`` gives the effect averaged over the cases. The table
    ``interaction_tests`` tests all interactions together. :func:`interactions_from` derives interactions from paths.

    The *direction* of a condition is about the sets: where a higher score means less membership, the coefficient's
    sign is reversed. It is 0 when the interval includes 0.

    Examples
    --------
    >>> import equifinal as eq, numpy as np
    >>> from equifinal_regression import Regression
    >>> study = eq.load_study("open-data-barometer-2014").calibrate()
    >>> analysis = Regression().analyze(study, np.random.default_rng(0))
    >>> analysis.conditions[["role", "direction", "coefficient", "std_error"]].round(3)
                  role  direction  coefficient  std_error
    LEAD  contributing          1        3.256      1.075
    DEM           none          0        1.513      1.059
    FIN           none          0        1.484      1.331
    HUM           none          0        1.827      1.132
    """

    name = "regression"
    family = "regression"
    title = "Regression"
    reference = (
        "MacKinnon, J. G. & White, H. (1985). Some heteroskedasticity-consistent covariance matrix estimators with "
        "improved finite sample properties. Journal of Econometrics 29, 305-325. Papke, L. E. & Wooldridge, J. M. "
        "(1996). Econometric methods for fractional response variables. Journal of Applied Econometrics 11, 619-632."
    )

    model: Model = pydantic.Field(
        default="ols",
        description="Least squares, the logit of the crisp outcome, or the fractional logit of the outcome's membership.",
    )
    scale: Scale | None = pydantic.Field(
        default=None,
        description="Raw scores, z-scores or memberships; not given: raw for ols, membership for the logits.",
    )
    covariance: Literal["HC3", "HC2", "HC1", "HC0", "classical", "cluster"] | None = pydantic.Field(
        default=None,
        description="Standard errors: robust to unequal variances (HC0 to HC3), classical, or clustered by a panel's unit; "
        "not given: cluster where units have several cases, else HC3.",
    )
    alpha: float = pydantic.Field(
        default=0.05, gt=0, lt=1, description="1 minus the level of the confidence intervals, 0 to 1."
    )
    interactions: tuple[str, ...] = pydantic.Field(
        default=(), description='Products of conditions to add, such as ("LEAD*DEM",).'
    )
    bootstrap: int = pydantic.Field(
        default=0, ge=0, description="Bootstrap samples of the cases for percentile intervals, such as 1000; 0: none."
    )
    partial_residuals: bool = pydantic.Field(
        default=False, description="Add the table of partial (component-plus-residual) residuals."
    )
    stars: bool = pydantic.Field(default=False, description="Mark small p-values with stars in the table model_table.")

    @pydantic.field_validator("interactions")
    @classmethod
    def _readable(cls, interactions: tuple[str, ...]) -> tuple[str, ...]:
        return checked(interactions)

    @property
    def slopes_of_scores(self) -> bool:
        """Whether coefficients are points of the outcome per point of a condition, so that a trial can look for true ones."""
        return self.model == "ols" and self.scale in (None, "raw")

    def analyze(self, calibrated: eq.CalibratedStudy, rng: np.random.Generator) -> eq.Analysis:
        """Fit the equation; `rng` draws only the bootstrap samples. See :meth:`equifinal.Method.analyze`."""
        spec, fitted = self._specification(calibrated), self._fitted(calibrated)
        described = fitted.described()
        equation, scores = fitted.equation, fitted.scores[fitted.used]
        coefficients, statistics = self._estimates(fitted, described)
        effects = self._effects(equation, spec.averaging(scores))
        said = [*equation.notes, *described.notes, *notes.about_cases(calibrated, fitted)]
        said += notes.about_units(calibrated, equation.errors)
        if self.bootstrap:
            said += self._add_bootstrap(calibrated, rng, coefficients, effects)
        correlation = diagnostics.correlations(scores)
        vif = diagnostics.variance_inflation(correlation)
        said += notes.about_vif(vif, spec.names)
        names, terms = list(spec.names), ["constant", *spec.labels]
        tables = {
            "coefficients": pd.DataFrame(coefficients, index=terms),
            "correlation": pd.DataFrame(correlation, index=names, columns=names),
        } | ({} if equation.scaling is None else {"scaling": equation.scaling})
        models = [(terms, coefficients, statistics)]
        if self.interactions:
            nested = self.model_copy(update={"interactions": ()})._fitted(calibrated)
            models.insert(0, (["constant", *names], *self._estimates(nested, nested.described())))
            tables["interactions"] = pd.DataFrame(effects, index=spec.labels).iloc[len(names) :]
            tables["interaction_tests"] = diagnostics.interaction_tests(fitted, nested.equation, described)
            said.append(notes.AVERAGED)
        tables["model_table"] = model_table(models, self.stars)
        tables["influence"] = diagnostics.influence_table(described, len(terms), calibrated.cases[fitted.used])
        if self.partial_residuals:
            tables["partial_residuals"] = diagnostics.partial_residuals(fitted, spec, calibrated.cases)
            said += notes.about_joined(spec)
        cases = cases_table(calibrated, spec, fitted, described)
        return eq.Analysis(
            method=self,
            conditions=self._conditions(calibrated, spec, effects).assign(vif=vif),
            configurations=pd.DataFrame(columns=["expression", "cases", "consistency", "coverage"], dtype=object),
            cases=cases,
            fit=statistics,
            tables=tables,
            notes=said + (notes.about_outside(cases["fitted"]) if spec.on_memberships else []),
            native=equation,
        )

    def refit(self, calibrated: eq.CalibratedStudy, rng: np.random.Generator) -> eq.Analysis:
        """Estimate the equation without describing it. See :meth:`equifinal.Method.refit`."""
        return eq.Analysis.for_prediction(self, self._fitted(calibrated, quickly=True).equation)

    def predict(self, analysis: eq.Analysis, calibrated: eq.CalibratedStudy) -> pd.Series:
        """Expected outcome memberships; z-scores use the mean and SD of the cases analysed.

        Raw predictions are calibrated as the outcome was. See :meth:`equifinal.Method.predict`.
        """
        spec, equation = self._specification(calibrated), analysis.native
        expected = spec.expected(equation, spec.design(spec.scores(calibrated, equation.scaling)))
        return pd.Series(spec.memberships(expected, calibrated), index=calibrated.cases, name=calibrated.outcome.name)

    def assess(self, analysis: eq.Analysis, proposition: eq.Proposition, calibrated: eq.CalibratedStudy) -> eq.Verdict:
        """Judge ``influence`` and ``joint``, as :mod:`~equifinal_regression.verdicts` says. See :meth:`equifinal.Method.assess`."""

        def effect_of(term: Term) -> tuple[Row, Specification]:
            asked, equation = self, analysis.native
            if not any(set(term) == set(known) for known in self._specification(calibrated).terms):
                asked = self.model_copy(update={"interactions": with_product(self.interactions, term)})
                equation = asked._fitted(calibrated, quickly=not analysis.tables).equation
            spec = asked._specification(calibrated)
            place = [set(known) == set(term) for known in spec.terms].index(True)
            scores = spec.scores(calibrated, equation.scaling)[spec.used(spec.outcome(calibrated, equation.scaling))]
            effects = asked._effects(equation, spec.averaging(scores)[[place]])
            return {name: float(values[0]) for name, values in effects.items()}, spec

        return verdict(proposition, calibrated, effect_of)

    def advise(self, analysis: eq.Analysis, calibrated: eq.CalibratedStudy) -> pd.Series:
        """For each case without the outcome, which other score of one condition goes with the largest difference.

        Considered are manipulable conditions whose interval excludes 0, set to the most favourable score observed in
        any case while the others stay. The interval of the difference is that of the equation (the delta method); it
        compares cases and promises no case an effect. See :meth:`equifinal.Method.advise`.
        """
        return advice(analysis, calibrated, self._specification(calibrated))

    def _specification(self, calibrated: eq.CalibratedStudy) -> Specification:
        names = calibrated.condition_names
        products = tuple(product_of(text) for text in self.interactions)
        for name in (name for product in products for name in product if name not in names):
            text = next("*".join(product) for product in products if name in product)
            raise eq.InputError(
                f"Study {calibrated.name!r}: the interaction {text} names {name!r}, which is not a condition. "
                f"{did_you_mean(name, names)}"
            )
        scale = self.scale or ("raw" if self.model == "ols" else "membership")
        return Specification(self.model, scale, self.alpha, names, (*((name,) for name in names), *products))

    def _fitted(self, calibrated: eq.CalibratedStudy, quickly: bool = False) -> Fitted:
        spec = self._specification(calibrated)
        if spec.scale == "membership":
            calibrated.require_memberships('regression with scale = "membership"')
        scaling = spec.scaling(calibrated)
        scores, outcome = spec.scores(calibrated, scaling), spec.outcome(calibrated, scaling)
        design, used = spec.design(scores), spec.used(outcome)
        covariance = self._covariance(calibrated)
        if covariance.clusters is not None:
            covariance = Covariance(covariance.name, covariance.clusters[used])
        estimate = solve_quickly if quickly else solve
        equation = estimate(self.model, design[used], outcome[used], covariance, scaling)
        return Fitted(equation, scores, design, outcome, used)

    def _covariance(self, calibrated: eq.CalibratedStudy) -> Covariance:
        """With the unit of every case of the study, when errors are clustered."""
        units = None if calibrated.unit is None else calibrated.data[calibrated.unit]
        if self.covariance is None and (units is None or not units.duplicated().any()):
            return Covariance("HC3")
        if self.covariance not in (None, "cluster"):
            return Covariance(self.covariance)
        if units is None:
            raise eq.InputError(
                f'Study {calibrated.name!r}: regression with covariance = "cluster" needs to know which cases belong to one unit. '
                'Name the column: unit = "..." in [study], or choose another covariance.'
            )
        return Covariance("cluster", pd.factorize(units)[0])

    def _effects(self, fitted_equation: Equation, weights: Floats) -> dict[str, Floats]:
        """Weighted sums of the coefficients, with their intervals."""
        covariance = weights @ fitted_equation.covariance @ weights.T
        return estimates(weights @ fitted_equation.params, covariance, fitted_equation.df_resid, self.alpha)

    def _estimates(self, fitted: Fitted, described: Description) -> tuple[dict[str, Floats], dict[str, float]]:
        """The coefficients with their intervals, and the fit of the equation."""
        equation = fitted.equation
        return estimates(equation.params, equation.covariance, equation.df_resid, self.alpha), described.statistics

    def _without_errors(self) -> "Regression":
        """The same equation, when its standard errors are not needed: the classical ones take least time."""
        return self.model_copy(update={"covariance": "classical"})

    def _add_bootstrap(
        self, calibrated: eq.CalibratedStudy, rng: np.random.Generator, *estimated: dict[str, Floats]
    ) -> list[str]:
        """Give the coefficients and the averaged effects percentile intervals; returns notes.

        Cases are drawn with their conditions and outcome, or all cases of a unit together when errors are clustered. Anchors
        stay as calibrated; z-scores are computed anew.
        """
        spec, plain = self._specification(calibrated), self._without_errors()
        drawn: tuple[list[Floats], list[Floats]] = ([], [])
        clusters = self._covariance(calibrated).clusters
        places = np.arange(len(calibrated.cases))[:, np.newaxis]
        groups = [*places] if clusters is None else [np.flatnonzero(clusters == each) for each in np.unique(clusters)]
        for _ in range(self.bootstrap):
            drawn_groups = [groups[each] for each in rng.integers(len(groups), size=len(groups))]
            fitted = plain._fitted(calibrated.subset(calibrated.cases[np.concatenate(drawn_groups)]))
            if fitted.equation.results is not None:
                drawn[0].append(fitted.equation.params)
                drawn[1].append(spec.averaging(fitted.scores[fitted.used]) @ fitted.equation.params)
        for columns, values in zip(estimated, drawn, strict=True):
            missing = np.full((2, len(columns["coefficient"])), np.nan)
            ends = np.quantile(values, [self.alpha / 2, 1 - self.alpha / 2], axis=0) if values else missing
            columns["bootstrap_low"], columns["bootstrap_high"] = ends
        failed = f"{self.bootstrap - len(drawn[0])} of {self.bootstrap} bootstrap samples have no single solution"
        note = f"{failed} and were left out, so the bootstrap intervals are too narrow."
        return [note] if len(drawn[0]) < self.bootstrap else []

    def _conditions(
        self, calibrated: eq.CalibratedStudy, spec: Specification, effects: dict[str, Floats]
    ) -> pd.DataFrame:
        """Role, direction and evidence of each condition, by the interval of its (average) effect."""
        own = pd.DataFrame(effects).set_axis(spec.labels).loc[list(spec.names)]
        signs = [spec.sign(calibrated, (name,)) for name in spec.names]
        sides = side(own["ci_low"].to_numpy(), own["ci_high"].to_numpy())
        rows = zip(own.to_dict("records"), spec.names, signs, strict=True)
        own.insert(0, "role", np.where(sides != 0, "contributing", "none"))
        own.insert(1, "direction", signs * sides)
        own.insert(2, "evidence", [evidence(row, (name,), sign, spec) for row, name, sign in rows])
        return own
