"""The method ``nca``: necessary conditions in degree, from the empty corners of scatter plots of raw scores."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
import pydantic

import equifinal as eq
from equifinal_nca import tables
from equifinal_nca.advice import advice
from equifinal_nca.ceiling import Ceiling, Scope, ceilings, p_values
from equifinal_nca.found import Found, Native, SetLiteral
from equifinal_nca.notes import about_ceilings
from equifinal_nca.verdicts import Rule, verdict


class NCA(eq.Method):
    """Necessary condition analysis (NCA).

    Which level of a condition does a level of the outcome need? In a scatter plot of raw scores a necessary condition leaves
    the upper left corner empty: no case has much of the outcome with little of the condition. The ceiling is the border of
    that corner, the effect size d its share of the plot (Dul 2016). CE-FDH is a step function, CR-FDH the least-squares line
    through the steps' corners; both are reported, others on request, and ``ceiling`` says which one decides.

    Where a condition's absence is expected (``expect = "absent"``) a high outcome would need a low score, so the upper
    right corner counts; where a set's membership falls with the raw score, the corner turns with it. "High" and
    "low" below always refer to the set.

    A condition is called ``necessary`` when d is at least ``effect_size_cutoff``, the permutation test gives a p below
    ``alpha`` (Dul, van der Laan & Kuik 2020; Dul 2021, ch. 4), and correlation alone does not explain d: a Gaussian copula
    with the same scores and the same rank correlation reaches it with a p below ``alpha`` as well (that a mere correlation
    empties the corner is the criticism of Sorjonen & Melin 2019). Without the permutation test no condition is. The only other
    role is ``none``: a ceiling says nothing about contributions. NCA predicts no outcome, because a ceiling is an upper bound.

    This is necessity in degree: a level of the condition for a level of the outcome. fsQCA judges necessity in kind: no case
    is in the outcome without being in the condition. The two can differ (Vis & Dul 2018).

    Examples
    --------
    >>> import equifinal as eq, numpy as np
    >>> from equifinal_nca import NCA
    >>> study = eq.load_study("open-data-barometer-2014").calibrate()
    >>> analysis = NCA().analyze(study, np.random.default_rng(0))
    >>> analysis.conditions[["role", "d_ce_fdh", "p_ce_fdh", "p_correlation", "benchmark"]].round(3)
          role  d_ce_fdh  p_ce_fdh  p_correlation benchmark
    LEAD  none     0.404     0.001          0.068     large
    DEM   none     0.396     0.001          0.145     large
    FIN   none     0.251     0.001          0.180    medium
    HUM   none     0.299     0.001          0.805    medium
    """

    name = "nca"
    family = "nca"
    title = "Necessary condition analysis (NCA)"
    reference = (
        "Dul, J. (2016). Necessary condition analysis (NCA): logic and methodology of 'necessary but not sufficient' "
        "causality. Organizational Research Methods 19(1), 10-52. Dul, J., van der Laan, E. & Kuik, R. (2020). A statistical "
        "significance test for necessary condition analysis. Organizational Research Methods 23(2), 385-395."
    )

    ceiling: Ceiling = pydantic.Field(
        default="ce-fdh",
        description="The ceiling that decides on roles and verdicts: the step function CE-FDH, or a line (CR-FDH, C-LP, COLS, QR).",
    )
    more_ceilings: tuple[Ceiling, ...] = pydantic.Field(
        default=(), description="Ceilings to report beside CE-FDH and CR-FDH: c-lp, cols, qr."
    )
    quantile: float = pydantic.Field(default=0.95, gt=0, lt=1, description="The quantile of the ceiling QR.")
    effect_size_cutoff: float = pydantic.Field(
        default=0.1, ge=0, lt=1, description="The smallest effect size d of a necessary condition (Dul 2016)."
    )
    alpha: float = pydantic.Field(
        default=0.05, gt=0, lt=1, description="A necessary condition's p in the permutation test is below this."
    )
    permutations: int = pydantic.Field(
        default=1000, ge=0, description="Permutations of the outcome for p-values; 0: no test; for publication 10,000."
    )
    scope: dict[str, tuple[float, float]] = pydantic.Field(
        default={},
        description="Theoretical lowest and highest raw score by set, such as {LEAD = [0, 10]}; not given: those observed.",
    )
    steps: int = pydantic.Field(
        default=10, ge=1, description="Steps of the bottleneck table from 0 to 100 % of the range."
    )

    def analyze(self, calibrated: eq.CalibratedStudy, rng: np.random.Generator) -> eq.Analysis:
        """Find the ceilings and test them; `rng` seeds the permutations. See :meth:`equifinal.Method.analyze`.

        Raises
        ------
        InputError
            When ``scope`` names an unknown set, or does not hold all scores of one.
        """
        self._check_scope(calibrated)
        expected = [(each.name, each.expect != "absent") for each in calibrated.conditions]
        seed = int(rng.integers(2**31 - 1))
        native = Native(seed, self._find(calibrated, expected, seed))
        found = list(native.found.values())
        rule = self._rule()
        necessary = [each for each in found if rule.holds(each)]
        cases = pd.DataFrame({"group": None, "predicted": np.nan}, index=calibrated.cases)
        return eq.Analysis(
            method=self,
            conditions=tables.conditions_table(found, rule),
            configurations=pd.DataFrame(columns=["expression", "cases", "consistency", "coverage"]),
            cases=cases.assign(**tables.limits(len(cases), necessary, self.ceiling)),
            fit={"n": len(cases), "necessary_conditions": len(necessary), "permutations": self.permutations},
            tables={
                "effect_sizes": tables.effect_sizes(found),
                "bottleneck": tables.bottleneck(calibrated.outcome.name, found, self.ceiling, self.steps),
                "bottleneck_levels": tables.bottleneck_levels(found, self.steps),
                "peers": tables.peers(calibrated, found),
                "ceiling_lines": tables.ceiling_lines(found),
                "outliers": tables.outliers(calibrated, found, self.ceiling, self.scope),
            },
            notes=about_ceilings(calibrated, found, tested=self.permutations > 0),
            native=native,
        )

    def refit(self, calibrated: eq.CalibratedStudy, rng: np.random.Generator) -> eq.Analysis:
        """The ceilings, without permutations: verdicts then go by the effect size. See :meth:`equifinal.Method.refit`."""
        self._check_scope(calibrated)
        expected = [(each.name, each.expect != "absent") for each in calibrated.conditions]
        seed = int(rng.integers(2**31 - 1))
        found = self._find(calibrated, expected, seed, permutes=False)
        return eq.Analysis.for_prediction(self, Native(seed, found, permutes=False))

    def _rule(self, permutes: bool = True) -> Rule:
        return Rule(self.ceiling, self.effect_size_cutoff, self.alpha, permutes)

    def _find(
        self, calibrated: eq.CalibratedStudy, literals: Iterable[SetLiteral], seed: int, permutes: bool = True
    ) -> dict[SetLiteral, Found]:
        """The ceilings and their p-values for each condition (True) or absence of a condition (False)."""
        y_sign = calibrated.orientation(calibrated.outcome.name) or 1
        y, y_bounds = y_sign * calibrated.outcome_values("raw"), self._bounds_of(calibrated, calibrated.outcome, y_sign)
        signs, planes = {}, {}
        for literal in literals:
            name, present = literal
            sign = (calibrated.orientation(name) or 1) * (1 if present else -1)
            scope = Scope(*self._bounds_of(calibrated, calibrated.variable(name), sign), *y_bounds)
            signs[literal] = sign, y_sign
            x = sign * calibrated.set_values(name, "raw")
            planes[literal] = ceilings(x, y, scope, (*self.more_ceilings, self.ceiling), self.quantile)
        p = p_values(planes, self.permutations if permutes else 0, seed)
        enough = 1.0 if permutes else self.alpha
        return {literal: Found(literal, signs[literal], planes[literal], p[literal], enough) for literal in planes}

    def _bounds_of(self, calibrated: eq.CalibratedStudy, variable: eq.Variable, sign: int) -> tuple[float, float]:
        raw = calibrated.set_values(variable.name, "raw")
        low, high = self.scope.get(variable.base_name, (raw.min(), raw.max()))
        return (float(low), float(high)) if sign > 0 else (-float(high), -float(low))

    def _check_scope(self, calibrated: eq.CalibratedStudy) -> None:
        variables = {each.base_name: each for each in (calibrated.outcome, *calibrated.conditions)}
        for name, (low, high) in self.scope.items():
            where = f"Study {calibrated.name!r}, nca: scope of {name!r}"
            if name not in variables:
                raise eq.InputError(f"{where}: there is no such set. Known: {', '.join(variables)}.")
            if low >= high:
                raise eq.InputError(f"{where}: the lowest score {low:g} is not below the highest, {high:g}. Swap them.")
            raw = calibrated.raw[variables[name].name]
            outside = raw.index[(raw < low) | (raw > high)]
            if len(outside):
                raise eq.InputError(
                    f"{where}: {outside[0]} has {raw[outside[0]]:g}, outside {low:g} to {high:g}. Widen the scope."
                )

    def assess(self, analysis: eq.Analysis, proposition: eq.Proposition, calibrated: eq.CalibratedStudy) -> eq.Verdict:
        """Judge ``necessary``, as :mod:`~equifinal_nca.verdicts` says. See :meth:`equifinal.Method.assess`."""
        native: Native = analysis.native

        def find(literals: Iterable[SetLiteral]) -> list[Found]:
            others = [each for each in literals if each not in native.found]
            more = self._find(calibrated, others, native.seed, native.permutes) if others else {}
            known = {**native.found, **more}
            return [known[each] for each in literals]

        return verdict(proposition, calibrated.condition_names, find, self._rule(native.permutes))

    def advise(self, analysis: eq.Analysis, calibrated: eq.CalibratedStudy) -> pd.Series | None:
        """For each case without the outcome, the necessary conditions that keep it below the lowest score of a case with it.

        Levels are the ceiling's, in raw units. See :meth:`equifinal.Method.advise`.
        """
        necessary = [each for each in analysis.native.found.values() if self._rule().holds(each)]
        return advice(calibrated, necessary, self.ceiling)
