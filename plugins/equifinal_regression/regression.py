"""The method ``regression``: least squares, the logit for a crisp outcome, the fractional logit for memberships."""

from collections.abc import Mapping
from itertools import combinations
from math import prod
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
import pydantic
from numpy.typing import NDArray

import equifinal as eq
from equifinal_regression.diagnostics import influence_table, interaction_tests, partial_residuals
from equifinal_regression.equation import Covariance, Equation, Model, describe, solve
from equifinal_regression.interactions import product_of
from equifinal_regression.model_table import model_table

__all__ = ["Regression"]

Floats = NDArray[np.float64]
Term = tuple[str, ...]  # the conditions that are multiplied; one of them for a main effect

CASES_PER_PARAMETER = 10
HIGH_VIF = 10.0
FEW_CLUSTERS = 30

_SILENT = {
    "necessary": "An average net effect says nothing on necessity.",
    "sufficient": "An average net effect says nothing on sufficiency.",
    "equifinal": "A regression is one equation for all cases; it has no paths to count.",
    "together": "A regression forms no groups of cases.",
}


class Regression(eq.Method):
    """Regression of the outcome on the conditions.

    ``model = "ols"`` fits least squares, ``"logit"`` the logit of the crisp outcome (1 above a membership of 0.5, 0 below;
    cases at exactly 0.5 are left out), ``"fractional-logit"`` the quasi-likelihood logit of Papke & Wooldridge (1996) for
    an outcome between 0 and 1, the membership. Coefficients come with robust standard errors (HC3 by default:
    MacKinnon & White 1985; Long & Ervin 2000) and intervals from the t distribution with n - k degrees of freedom, for the
    logit from the normal distribution. In a panel ``covariance = "cluster"`` lets the errors of a unit's cases go together
    (Liang & Zeger 1986; with statsmodels' small-sample factor, and one degree of freedom less than units: Cameron & Miller
    2015). The robust covariance of the logits is that of the weighted least squares at which
    their estimation ends. `bootstrap` adds percentile intervals (Efron & Tibshirani 1993) from samples of the cases.

    ``scale`` says what the equation is written in:

    ===============  ===========================  ==============================================
    scale            conditions                   outcome
    ===============  ===========================  ==============================================
    ``raw``          raw scores                   raw score (OLS), membership (logits)
    ``standardized`` z-scores (SD with n - 1)     z-score (OLS), membership (logits)
    ``membership``   memberships                  membership
    ===============  ===========================  ==============================================

    It is ``raw`` for OLS and ``membership`` for the logits unless given. The logit's membership is the crisp one.

    ``interactions`` are products of conditions, ``"LEAD*DEM"``, on the chosen scale and not centred: centring changes
    neither the interaction's coefficient nor the average effects (Brambor, Clark & Golder 2006). A condition in an
    interaction has no single effect; its row in ``conditions`` then gives the effect averaged over the cases. The table
    ``interaction_tests`` tests all interactions together. :func:`interactions_from` takes them from paths.

    The *direction* of a condition speaks of the sets: where a higher score means less membership, the coefficient's
    sign is turned. It is 0 when the interval includes 0.

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
    scale: Literal["raw", "standardized", "membership"] | None = pydantic.Field(
        default=None,
        description="Raw scores, z-scores or memberships; not given: raw for ols, membership for the logits.",
    )
    covariance: Literal["HC3", "HC2", "HC1", "HC0", "classical", "cluster"] = pydantic.Field(
        default="HC3",
        description="Standard errors: robust to unequal variances (HC0 to HC3), classical, or clustered by a panel's unit.",
    )
    alpha: float = pydantic.Field(
        default=0.05, gt=0, lt=1, description="1 minus the level of the confidence intervals, 0 to 1."
    )
    interactions: tuple[str, ...] = pydantic.Field(
        default=(), description='Products of conditions to add, such as ("LEAD*DEM",).'
    )
    bootstrap: int = pydantic.Field(
        default=0, ge=0, description="Samples of the cases for bootstrap intervals, such as 1000; 0: none."
    )
    partial_residuals: bool = pydantic.Field(
        default=False, description="Add the table of partial (component-plus-residual) residuals."
    )
    stars: bool = pydantic.Field(default=False, description="Mark p-values by stars in the table model_table.")

    @pydantic.field_validator("interactions")
    @classmethod
    def _readable(cls, interactions: tuple[str, ...]) -> tuple[str, ...]:
        terms: list[frozenset[str]] = []
        for text in interactions:
            names = product_of(text)
            if len(names) < 2 or len(set(names)) < len(names) or not all(name.isidentifier() for name in names):
                raise ValueError(f"{text!r} is no product of different conditions; write it as in 'LEAD*DEM'")
            if frozenset(names) in terms:
                raise ValueError(f"{text!r} is given twice; leave one out")
            terms.append(frozenset(names))
        for text in interactions:
            names = product_of(text)
            for size in range(2, len(names)):
                for part in combinations(names, size):
                    if frozenset(part) not in terms:
                        raise ValueError(f"{text!r} also needs the products within it; add {'*'.join(part)!r}")
        return tuple("*".join(product_of(text)) for text in interactions)

    # ------------------------------------------------------------------------------------------------ analysis

    def analyze(self, study: eq.CalibratedStudy, rng: np.random.Generator) -> eq.Analysis:
        """Fit the equation; `rng` draws the bootstrap's samples, nothing else is random.

        See :meth:`equifinal.Method.analyze`.
        """
        names, terms = study.condition_names, self._terms(study)
        equation, scores, design, outcome = self._fitted(study)
        used = self._used(outcome)
        covariance = self._covariance(study, used)
        described = describe(equation, design[used], outcome[used], covariance)
        notes = [*equation.notes, *described.notes, *self._size_notes(equation, outcome[used], design.shape[1])]
        left_out = len(study.cases) - len(outcome[used])
        if left_out:
            notes.append(
                f"{left_out} {'case has' if left_out == 1 else 'cases have'} an outcome membership of exactly 0.5, neither in "
                f"nor out, and {'is' if left_out == 1 else 'are'} left out of the logit: "
                f"{', '.join(map(str, study.cases[np.isnan(outcome)]))}."
            )
        notes += self._panel_notes(study, covariance)
        df_resid = np.inf if self.model == "logit" else max(covariance.df_resid(len(outcome), design.shape[1]), 0)

        averaging = _averaging_of(terms, scores[used], names)
        effects = self._estimates(averaging @ equation.params, averaging @ described.covariance @ averaging.T, df_resid)
        labels = ["*".join(term) for term in terms]
        coefficients = self._estimates(equation.params, described.covariance, df_resid)
        if self.bootstrap:
            notes += self._add_bootstrap(study, rng, coefficients, effects)
        correlation = _correlation(scores[used])
        vif = _variance_inflation(correlation)
        notes += [
            f"The variance inflation of {name} is {value:.1f} (above {HIGH_VIF:g}): its coefficient cannot be told "
            "well from those of the other conditions."
            for name, value in zip(names, vif, strict=True)
            if value > HIGH_VIF
        ]
        own = {column: values[: len(names)] for column, values in effects.items()}
        signs = self._signs(study, terms[: len(names)])
        sides = _side(own["ci_low"], own["ci_high"])
        conditions = pd.DataFrame(
            {
                "role": np.where(sides != 0, "contributing", "none"),
                "direction": signs * sides,
                "evidence": [
                    self._evidence({column: values[i] for column, values in own.items()}, (names[i],), signs[i])
                    for i in range(len(names))
                ],
                **own,
                "vif": vif,
            },
            index=list(names),
        )
        tables = {
            "coefficients": pd.DataFrame(coefficients, index=["constant", *labels]),
            "correlation": pd.DataFrame(correlation, index=list(names), columns=list(names)),
        }
        if equation.scaling is not None:
            tables["scaling"] = equation.scaling
        models = [(["constant", *labels], coefficients, described.statistics)]
        if self.interactions:
            without = self.model_copy(update={"interactions": ()})
            nested, _, nested_design, _ = without._fitted(study)
            nested_described = describe(nested, nested_design[used], outcome[used], covariance)
            nested_df = df_resid if covariance.clusters is not None else df_resid + len(self.interactions)
            estimates = self._estimates(nested.params, nested_described.covariance, nested_df)
            models.insert(0, (["constant", *names], estimates, nested_described.statistics))
            tables["interactions"] = pd.DataFrame(effects, index=labels).iloc[len(names) :]
            tables["interaction_tests"] = interaction_tests(equation, nested, described, outcome[used], covariance)
            notes.append(
                "A condition in an interaction has no single effect: its row gives the effect averaged over the cases. "
                "The equation's own coefficients are in the table 'coefficients'."
            )
        tables["model_table"] = model_table(models, self.stars)
        tables["influence"] = influence_table(described, design.shape[1], study.cases[used])
        if self.partial_residuals:
            tables["partial_residuals"] = self._partial_residuals(study, equation, scores, outcome)
            joined = [name for name in names if any(name in term for term in terms[len(names) :])]
            if joined:
                notes.append(f"In an interaction, and so without partial residuals: {', '.join(joined)}.")

        fitted = self._response(design, equation)
        observed = study.crisp if self.model == "logit" else study.fuzzy if self._on_memberships else study.raw
        cases = pd.DataFrame(
            {
                "group": pd.Series(None, index=study.cases, dtype=object),
                "predicted": self._memberships(fitted, study),
                "fitted": fitted,
                "residual": observed[study.outcome.name].to_numpy() - fitted,
                "leverage": _placed(described.leverage, used, len(fitted)),
                "cooks_distance": _placed(described.cooks_distance, used, len(fitted)),
            },
            index=study.cases,
        )
        outside = int(((fitted < 0) | (fitted > 1)).sum()) if self._on_memberships else 0
        if outside:
            notes.append(
                f"{outside} of {len(fitted)} fitted memberships lay outside 0 to 1 and were set to the nearer end. "
                'model = "fractional-logit" keeps them inside.'
            )
        return eq.Analysis(
            method=self,
            conditions=conditions,
            configurations=pd.DataFrame(columns=["expression", "cases", "consistency", "coverage"], dtype=object),
            cases=cases,
            fit=described.statistics,
            tables=tables,
            notes=notes,
            native=equation,
        )

    def refit(self, study: eq.CalibratedStudy, rng: np.random.Generator) -> eq.Analysis:
        """Estimate the equation without describing it. See :meth:`equifinal.Method.refit`."""
        return eq.Analysis.for_prediction(self, self._without_errors()._fitted(study)[0])

    def predict(self, analysis: eq.Analysis, study: eq.CalibratedStudy) -> pd.Series:
        """Expected outcome memberships; z-scores use the mean and SD of the cases analysed.

        Raw predictions are calibrated as the outcome was. See :meth:`equifinal.Method.predict`.
        """
        equation = analysis.native
        fitted = self._expected(equation, study, self._scores(study, equation.scaling))
        return pd.Series(self._memberships(fitted, study), index=study.cases, name=study.outcome.name)

    def _fitted(self, study: eq.CalibratedStudy) -> tuple[Equation, Floats, Floats, Floats]:
        """The equation, and of all cases the conditions' scores, the design matrix and the outcome."""
        if self._scale == "membership":
            study.require_memberships('regression with scale = "membership"')
        scaling = self._scaling(study)
        scores = self._scores(study, scaling)
        outcome = self._outcome(study, scaling)
        design = _design(scores, study.condition_names, self._terms(study))
        used = self._used(outcome)
        covariance = self._covariance(study, used)
        return solve(self.model, design[used], outcome[used], covariance, scaling), scores, design, outcome

    def _covariance(self, study: eq.CalibratedStudy, used: Any) -> Covariance:
        if self.covariance != "cluster":
            return Covariance(self.covariance)
        if study.unit is None:
            raise eq.InputError(
                f'Study {study.name!r}: regression with covariance = "cluster" needs to know which cases are of one unit. '
                'Name the column: unit = "..." in [study], or choose another covariance.'
            )
        return Covariance("cluster", pd.factorize(study.data[study.unit])[0][used])

    def _panel_notes(self, study: eq.CalibratedStudy, covariance: Covariance) -> list[str]:
        if covariance.clusters is not None:
            count = len(np.unique(covariance.clusters))
            few = f"Only {count} units to cluster by: with fewer than {FEW_CLUSTERS} standard errors come out too small"
            return [f"{few} (Cameron, Gelbach & Miller 2008)."] if count < FEW_CLUSTERS else []
        if study.unit is None or not study.data[study.unit].duplicated().any():
            return []
        return [
            f"Several cases are of one {study.unit}, and {self.covariance} standard errors take them for independent. "
            'covariance = "cluster" does not.'
        ]

    def _without_errors(self) -> "Regression":
        """The same equation, when its standard errors are not needed: the classical ones take least."""
        return self.model_copy(update={"covariance": "classical"})

    def _used(self, outcome: Floats) -> Any:
        """The cases from which the equation is estimated: all, but for the logit those in or out of the outcome."""
        return ~np.isnan(outcome) if self.model == "logit" else slice(None)

    # ------------------------------------------------------------------------------------------------ on request

    def _add_bootstrap(
        self, study: eq.CalibratedStudy, rng: np.random.Generator, *estimates: dict[str, Floats]
    ) -> list[str]:
        """Give the coefficients and the averaged effects percentile intervals; returns notes.

        Cases are drawn with their conditions and outcome, or all cases of a unit together when errors are clustered. Anchors
        stay as calibrated; z-scores are taken anew.
        """
        terms, names = self._terms(study), study.condition_names
        plain = self._without_errors()
        drawn: tuple[list[Floats], list[Floats]] = ([], [])
        clusters = self._covariance(study, slice(None)).clusters
        places = np.arange(len(study.cases))[:, np.newaxis]
        groups = [*places] if clusters is None else [np.flatnonzero(clusters == each) for each in np.unique(clusters)]
        for _ in range(self.bootstrap):
            drawn_groups = [groups[each] for each in rng.integers(len(groups), size=len(groups))]
            sample = study.subset(study.cases[np.concatenate(drawn_groups)])
            equation, scores, _, outcome = plain._fitted(sample)
            if equation.results is not None:
                drawn[0].append(equation.params)
                drawn[1].append(_averaging_of(terms, scores[self._used(outcome)], names) @ equation.params)
        for columns, values in zip(estimates, drawn, strict=True):
            missing = np.full((2, len(columns["coefficient"])), np.nan)
            ends = np.quantile(values, [self.alpha / 2, 1 - self.alpha / 2], axis=0) if values else missing
            columns["bootstrap_low"], columns["bootstrap_high"] = ends
        failed = self.bootstrap - len(drawn[0])
        return (
            [
                f"{failed} of {self.bootstrap} bootstrap samples have no single solution and were left out, so that the "
                "bootstrap intervals are too narrow."
            ]
            if failed
            else []
        )

    def _partial_residuals(
        self, study: eq.CalibratedStudy, equation: Equation, scores: Floats, outcome: Floats
    ) -> pd.DataFrame:
        """To be drawn against the conditions' scores on the equation's scale."""
        names, used = study.condition_names, self._used(outcome)
        joined = {name for term in self._terms(study)[len(names) :] for name in term}
        columns = np.array([-1 if name in joined else position + 1 for position, name in enumerate(names)])
        values = partial_residuals(equation, scores[used], outcome[used], columns)
        return pd.DataFrame(values, index=study.cases[used], columns=list(names)).reindex(study.cases)

    # ------------------------------------------------------------------------------------- propositions, advice

    def assess(self, analysis: eq.Analysis, claim: eq.Claim, study: eq.CalibratedStudy) -> eq.Verdict:
        """Judge ``influence`` by the interval of the condition, ``joint`` by that of the interaction if it was fitted.

        See :meth:`equifinal.Method.assess`.
        """
        if claim.kind == "influence":
            return self._influence(analysis, claim, study)
        if claim.kind == "joint":
            return self._joint(analysis, claim, study)
        return eq.Verdict("silent", _SILENT.get(claim.kind, "A regression has nothing to say on claims of this kind."))

    def _influence(self, analysis: eq.Analysis, claim: Any, study: eq.CalibratedStudy) -> eq.Verdict:
        row = analysis.conditions.loc[claim.condition]
        sign = self._signs(study, [(claim.condition,)])[0]
        return self._judge(row, row["evidence"], sign * claim.sign)

    def _joint(self, analysis: eq.Analysis, claim: Any, study: eq.CalibratedStudy) -> eq.Verdict:
        wanted = frozenset(claim.conditions)
        for term in self._terms(study)[len(study.condition_names) :]:
            if frozenset(term) == wanted:
                row = analysis.tables["interactions"].T["*".join(term)].to_dict()
                sign = self._signs(study, [term])[0]
                return self._judge(row, self._evidence(row, term, sign), sign)
        product = "*".join(claim.conditions)
        return eq.Verdict("silent", f'Their interaction was not fitted; interactions = ["{product}"] would.')

    def _judge(self, row: Any, evidence: str, sign: int) -> eq.Verdict:
        numbers = {key: float(row[key]) for key in ("coefficient", "ci_low", "ci_high", "p_value")}
        if np.isnan(numbers["coefficient"]):
            return eq.Verdict("silent", evidence)
        towards = sign * int(_side(numbers["ci_low"], numbers["ci_high"]))
        answer: Literal["supported", "contradicted", "inconclusive"]
        answer = "supported" if towards > 0 else "contradicted" if towards < 0 else "inconclusive"
        return eq.Verdict(answer, evidence, numbers)

    def advise(self, analysis: eq.Analysis, study: eq.CalibratedStudy) -> pd.Series:
        """For each case without the outcome, the change of one condition with the largest expected gain.

        Considered are manipulable conditions whose interval excludes 0, set to the most favourable score observed in
        any case while the others stay. See :meth:`equifinal.Method.advise`.
        """
        outcome = study.fuzzy[study.outcome.name].to_numpy()
        lacking = np.flatnonzero(outcome < 0.5)
        found = analysis.conditions.index[analysis.conditions["role"] == "contributing"]
        levers = [condition for condition in study.conditions if condition.manipulable and condition.name in found]
        if not levers:
            sentence = f"The interval of no {'manipulable ' if len(found) else ''}condition excludes 0."
            return pd.Series(sentence, index=study.cases[lacking], dtype=object)

        equation = analysis.native
        scores = self._scores(study, equation.scaling)
        now = self._outlook(equation, study, scores)
        rising = 1 if self._on_memberships else study.orientation(study.outcome.name) or 1
        changes: list[tuple[eq.Variable, int, _Outlook]] = []
        for lever in levers:
            column = study.condition_names.index(lever.name)
            for source in (int(scores[:, column].argmin()), int(scores[:, column].argmax())):
                changed = scores.copy()
                changed[:, column] = scores[source, column]
                changes.append((lever, source, self._outlook(equation, study, changed)))
        gains = np.array([rising * (then.expected - now.expected) for _, _, then in changes])
        best_for = gains.max(axis=0)
        sentences = []
        for case in lacking:
            if not best_for[case] > 1e-9:
                sentences.append(
                    f"Already at the most favourable score observed of {', '.join(each.label for each in levers)}."
                )
                continue
            equal = np.flatnonzero(gains[:, case] >= best_for[case] - 1e-9)
            sentences.append("; or: ".join(self._advice(study, int(case), now, *changes[each]) for each in equal))
        return pd.Series(sentences, index=study.cases[lacking], dtype=object)

    def _outlook(self, equation: Equation, study: eq.CalibratedStudy, scores: Floats) -> "_Outlook":
        expected = self._expected(equation, study, scores)
        return _Outlook(expected, self._memberships(expected, study))

    def _advice(
        self, study: eq.CalibratedStudy, case: int, now: "_Outlook", lever: eq.Variable, source: int, then: "_Outlook"
    ) -> str:
        raw = study.raw[lever.name].to_numpy()
        verb, end = ("Raise", "highest") if raw[source] > raw[case] else ("Lower", "lowest")
        gain = then.expected[case] - now.expected[case]
        each = f"{gain / abs(raw[source] - raw[case]):+.3g} per unit"
        membership = f"{'probability of' if self.model == 'logit' else 'membership in'} {study.outcome.name} "
        membership += f"{now.memberships[case]:.2f} → {then.memberships[case]:.2f}"
        expected = f"{study.outcome.column} {gain:+.1f} ({each}), {membership}"
        if self._on_memberships:
            expected = f"{membership} ({each})"
        return f"{verb} {lever.label} from {raw[case]:g} to {raw[source]:g} ({end} observed): expected {expected}."

    # ------------------------------------------------------------------------------------------------- scales

    @property
    def _logit(self) -> bool:
        return self.model != "ols"

    @property
    def _scale(self) -> str:
        return self.scale or ("membership" if self._logit else "raw")

    @property
    def _on_memberships(self) -> bool:
        """Whether the outcome of the equation is the membership."""
        return self._logit or self._scale == "membership"

    def _terms(self, study: eq.CalibratedStudy) -> list[Term]:
        from equifinal.errors import did_you_mean

        names = study.condition_names
        products = [tuple(product_of(text)) for text in self.interactions]
        for product in products:
            for name in product:
                if name not in names:
                    raise eq.InputError(
                        f"Study {study.name!r}: the interaction {'*'.join(product)} names {name!r}, no condition. "
                        f"{did_you_mean(name, names)}"
                    )
        return [*((name,) for name in names), *products]

    def _scaling(self, study: eq.CalibratedStudy) -> pd.DataFrame | None:
        if self._scale != "standardized":
            return None
        columns = list(study.condition_names) + ([] if self._on_memberships else [study.outcome.name])
        values = study.raw[columns].to_numpy()
        deviation = values.std(axis=0, ddof=1) if len(values) > 1 else np.full(len(columns), np.nan)
        return pd.DataFrame({"mean": values.mean(axis=0), "sd": deviation}, index=columns)

    def _scores(self, study: eq.CalibratedStudy, scaling: pd.DataFrame | None) -> Floats:
        """The conditions on the scale: one row per case, one column per condition."""
        values = study.values("fuzzy" if self._scale == "membership" else "raw")
        if scaling is None:
            return values
        return _standardized(values, *scaling.iloc[: values.shape[1]].to_numpy(dtype=float).T)

    def _outcome(self, study: eq.CalibratedStudy, scaling: pd.DataFrame | None) -> Floats:
        if self.model == "logit":
            return study.outcome_values("crisp")
        if self._on_memberships:
            return study.outcome_values("fuzzy")
        outcome = study.outcome_values("raw")
        return outcome if scaling is None else _standardized(outcome, *scaling.iloc[-1])  # the outcome comes last

    def _expected(self, equation: Equation, study: eq.CalibratedStudy, scores: Floats) -> Floats:
        """What the equation expects: the outcome's raw score, or its membership."""
        return self._response(_design(scores, study.condition_names, self._terms(study)), equation)

    def _response(self, design: Floats, equation: Equation) -> Floats:
        # Row by row, so that no case's last digit depends on which other cases are there.
        linear = (design * equation.params).sum(axis=1)
        if self._logit:
            from scipy.special import expit

            return np.asarray(expit(linear))
        if equation.scaling is None:
            return np.asarray(linear)
        mean, deviation = equation.scaling.iloc[-1].to_numpy(dtype=float)  # the outcome comes last
        return np.asarray(mean + deviation * linear)

    def _memberships(self, fitted: Floats, study: eq.CalibratedStudy) -> Floats:
        if self._on_memberships:
            return np.asarray(np.clip(fitted, 0.0, 1.0))
        known = ~np.isnan(fitted)
        memberships = np.full(len(fitted), np.nan)
        if known.any():
            memberships[known] = study.to_membership(study.outcome.name, pd.Series(fitted[known])).to_numpy()
        return memberships

    def _signs(self, study: eq.CalibratedStudy, terms: list[Term]) -> list[int]:
        """What a positive coefficient of each term means for the sets: +1, -1, or 0 where that cannot be said."""
        outcome = 1 if self._on_memberships else study.orientation(study.outcome.name)
        if self._scale == "membership":
            return [1] * len(terms)
        rising = {name: study.orientation(name) for name in {name for term in terms for name in term}}
        return [outcome * prod(rising[name] for name in term) for term in terms]

    # ---------------------------------------------------------------------------------------------- sentences

    def _estimates(self, values: Floats, covariance: Floats, df_resid: float) -> dict[str, Floats]:
        from scipy.special import ndtr, ndtri, stdtr, stdtrit

        with np.errstate(divide="ignore", invalid="ignore"):
            errors = np.sqrt(np.diag(covariance))
            statistics = np.where(errors > 0, values / errors, np.nan)
        upper, normal = 1 - self.alpha / 2, np.isinf(df_resid)
        margin = (ndtri(upper) if normal else stdtrit(df_resid, upper)) * errors
        tail = ndtr(-np.abs(statistics)) if normal else stdtr(df_resid, -np.abs(statistics))
        return {
            "coefficient": values,
            "std_error": errors,
            "statistic": statistics,
            "p_value": np.asarray(2 * tail),
            "ci_low": values - margin,
            "ci_high": values + margin,
        }

    def _evidence(self, row: Mapping[Any, float], term: Term, sign: int) -> str:
        if np.isnan(row["coefficient"]):
            return "The coefficient could not be estimated; the notes say why."
        averaged = any(set(term) < set(product_of(text)) for text in self.interactions)
        what = "Average effect" if averaged else "Interaction" if len(term) > 1 else "Coefficient"
        what += f"{' on the log-odds' if self._logit else ''} {_number(row['coefficient'])}"
        if np.isnan(row["ci_low"]):
            return f"{what}; its standard error could not be estimated; the notes say why."
        low, high = row["ci_low"], row["ci_high"]
        sentence = (
            f"{what}, {100 * (1 - self.alpha):g}% interval {_number(low)} to {_number(high)} "
            f"{'includes' if low <= 0 <= high else 'excludes'} 0 (p = {row['p_value']:.3f})"
        )
        if sign < 0:
            sentence += "; for the sets the sign turns, because membership falls as a score rises"
        if sign == 0:
            sentence += "; for the sets it has no direction, because membership neither rises nor falls throughout"
        return sentence + "."

    def _size_notes(self, equation: Equation, outcome: Floats, parameters: int) -> list[str]:
        cases, counted = len(outcome), "cases"
        if self.model == "logit":  # what the rarer value of the outcome can tell (Peduzzi et al. 1996)
            cases, counted = int(min(outcome.sum(), (1 - outcome).sum())), "cases of the rarer side of the outcome"
        if equation.results is None or cases >= CASES_PER_PARAMETER * parameters:
            return []
        return [
            f"{cases} {counted} for {parameters} parameters (the constant included): fewer than {CASES_PER_PARAMETER} "
            "cases per parameter, so the estimates are unstable."
        ]


# ---------------------------------------------------------------------------------------------- small pieces


class _Outlook(NamedTuple):
    """What the equation expects of every case: (n,) each."""

    expected: Floats  # the outcome's raw score, or its membership
    memberships: Floats


def _standardized(values: Floats, mean: Any, deviation: Any) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((values - mean) / deviation)


def _design(scores: Floats, names: tuple[str, ...], terms: list[Term]) -> Floats:
    """The constant, then one column per term."""
    products = [scores[:, [names.index(name) for name in term]].prod(axis=1) for term in terms[len(names) :]]
    return np.column_stack([np.ones(len(scores)), scores, *products])


def _averaging(of: Term, terms: list[Term], scores: Floats, names: tuple[str, ...]) -> Floats:
    """Weights of the coefficients in the derivative of the linear predictor by `of`, averaged over the cases.

    Every product that holds `of` adds its coefficient times the mean of its other factors.
    """
    weights = [0.0]
    for term in terms:
        rest = [names.index(name) for name in term if name not in of]
        weights.append(float(scores[:, rest].prod(axis=1).mean()) if set(of) <= set(term) else 0.0)
    return np.array(weights)


def _averaging_of(terms: list[Term], scores: Floats, names: tuple[str, ...]) -> Floats:
    if not len(scores):  # nothing to average over, and nothing was estimated
        return np.full((len(terms), len(terms) + 1), np.nan)
    return np.array([_averaging(term, terms, scores, names) for term in terms])


def _placed(values: Floats, used: Any, cases: int) -> Floats:
    """The values of the cases used among all of them; NaN for the others."""
    if len(values) == cases:
        return values
    placed = np.full(cases, np.nan)
    placed[used] = values
    return placed


def _correlation(scores: Floats) -> Floats:
    """Pearson correlations of the conditions; NaN for a constant one."""
    if len(scores) < 2:
        return np.full((scores.shape[1], scores.shape[1]), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.atleast_2d(np.corrcoef(scores, rowvar=False))


def _variance_inflation(correlation: Floats) -> Floats:
    """1 / (1 - R²) of each condition on the others: the diagonal of the inverse correlation matrix (Marquardt 1970)."""
    if not np.isfinite(correlation).all():
        return np.full(len(correlation), np.nan)
    if np.linalg.matrix_rank(correlation) < len(correlation):
        return np.full(len(correlation), np.inf)
    return np.asarray(np.diag(np.linalg.inv(correlation)))


def _side(low: Any, high: Any) -> Any:
    """+1 where the interval lies above 0, -1 where it lies below, else 0 (also where it is NaN)."""
    return np.greater(low, 0).astype(int) - np.less(high, 0).astype(int)


def _number(value: float) -> str:
    return f"{value:.3f}" if 0.001 <= abs(value) < 1e4 or value == 0 else f"{value:.3g}"
