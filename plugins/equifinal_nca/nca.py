"""The method ``nca``: necessary conditions in degree, from the empty corners of scatter plots of raw scores."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import pydantic
from numpy.typing import NDArray

import equifinal as eq
from equifinal_nca.ceiling import CEILINGS, Ceiling, Ceilings, Scope, ceilings, p_values

__all__ = ["NCA"]

Literals = tuple[str, bool]  # a condition, and whether it is its presence

_CORNERS = {(1, 1): "upper left", (-1, 1): "upper right", (1, -1): "lower left", (-1, -1): "lower right"}
_NAMES: Mapping[Ceiling, str] = {"ce-fdh": "CE-FDH", "cr-fdh": "CR-FDH"}
#: Dul (2016, 30): the benchmarks of effect sizes, each from a lower bound on.
_BENCHMARKS = ((0.5, "very large"), (0.3, "large"), (0.1, "medium"), (0.0, "small"))
_TOLERANCE = 1e-9

_SILENT = {
    "sufficient": "A ceiling says what an outcome needs, not what brings it about.",
    "influence": "A ceiling bounds the outcome from above; it says nothing on what a condition does to it below.",
    "joint": "Each condition has a ceiling of its own, so that nothing is said on conditions working together.",
    "equifinal": "Necessary conditions are no paths to the outcome.",
    "together": "NCA forms no groups of cases.",
}


@dataclass(frozen=True, eq=False)
class _Found:
    """One condition, or its absence, over the outcome: both ceilings, turned so that the upper left corner is looked at."""

    literal: Literals
    signs: tuple[int, int]
    plane: Ceilings
    p: Mapping[Ceiling, float]

    @property
    def corner(self) -> str:
        return _CORNERS[self.signs]


@dataclass(frozen=True, eq=False)
class _Native:
    """What an analysis keeps: the seed of its permutations and what was found of each literal that was expected."""

    seed: int
    found: Mapping[Literals, _Found]


class NCA(eq.Method):
    """Necessary condition analysis (NCA).

    Which level of a condition does a level of the outcome need? In a scatter plot of raw scores a necessary condition leaves
    the upper left corner empty: no case has much of the outcome with little of the condition. The ceiling is the border of
    that corner, the effect size d its share of the plot (Dul 2016). CE-FDH is a step function, CR-FDH the least-squares line
    through the steps' corners; both are reported, and ``ceiling`` says which one decides.

    Where a condition's absence is expected (``expect = "absent"``) a high outcome would need a low score, so that the upper
    right corner is looked at; and where a set's membership falls with the raw score the corner turns with it. "High" and
    "low" below are always about the set.

    A condition is called ``necessary`` when d is at least ``effect_size_cutoff`` and the permutation test gives a p below
    ``alpha`` (Dul, van der Laan & Kuik 2020; Dul 2021, ch. 4); without the test no condition is. There is no other role but
    ``none``: a ceiling says nothing on contributions. NCA predicts no outcome, as a ceiling is an upper bound.

    This is necessity in degree: a level of the condition for a level of the outcome. fsQCA judges necessity in kind: nobody
    is in the outcome without being in the condition. They can differ (Vis & Dul 2018).

    Examples
    --------
    >>> import equifinal as eq, numpy as np
    >>> from equifinal_nca import NCA
    >>> study = eq.load_study("open-data-barometer-2014").calibrate()
    >>> analysis = NCA().analyze(study, np.random.default_rng(0))
    >>> analysis.conditions[["role", "d_ce_fdh", "d_cr_fdh", "benchmark"]].round(3)
               role  d_ce_fdh  d_cr_fdh benchmark
    LEAD  necessary     0.404     0.359     large
    DEM   necessary     0.396     0.348     large
    FIN   necessary     0.251     0.225    medium
    HUM   necessary     0.299     0.259    medium
    """

    name = "nca"
    title = "Necessary condition analysis (NCA)"
    reference = (
        "Dul, J. (2016). Necessary condition analysis (NCA): logic and methodology of 'necessary but not sufficient' "
        "causality. Organizational Research Methods 19(1), 10-52. Dul, J., van der Laan, E. & Kuik, R. (2020). A statistical "
        "significance test for necessary condition analysis. Organizational Research Methods 23(2), 385-395."
    )

    ceiling: Literal["ce-fdh", "cr-fdh"] = pydantic.Field(
        default="ce-fdh",
        description="The ceiling that decides on roles and verdicts: the step function CE-FDH, or the line CR-FDH.",
    )
    effect_size_cutoff: float = pydantic.Field(
        default=0.1, ge=0, lt=1, description="The least effect size d of a necessary condition (Dul 2016)."
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

    # ------------------------------------------------------------------------------------------------ analysis

    def analyze(self, study: eq.CalibratedStudy, rng: np.random.Generator) -> eq.Analysis:
        """Find the ceilings and test them; `rng` seeds the permutations. See :meth:`equifinal.Method.analyze`.

        Raises
        ------
        InputError
            When ``scope`` names an unknown set, or does not hold all scores of one.
        """
        self._check_scope(study)
        expected = [(each.name, each.expect != "absent") for each in study.conditions]
        seed = int(rng.integers(2**31 - 1))
        native = _Native(seed, self._find(study, expected, seed))
        found = list(native.found.values())
        conditions = self._conditions(study, found)
        necessary = [each for each in found if self._holds(each)]
        cases = pd.DataFrame({"group": None, "predicted": np.nan}, index=study.cases)
        return eq.Analysis(
            method=self,
            conditions=conditions,
            configurations=pd.DataFrame(columns=["expression", "cases", "consistency", "coverage"]),
            cases=cases.assign(**self._bounds(study, necessary)),
            fit={"n": len(study.cases), "necessary_conditions": len(necessary), "permutations": self.permutations},
            tables={
                "effect_sizes": _effect_sizes(found),
                "bottleneck": self._bottleneck(study, found),
                "bottleneck_levels": self._bottleneck_levels(study, found),
                "peers": _peers(study, found),
                "ceiling_lines": _ceiling_lines(found),
            },
            notes=self._notes(study, found),
            native=native,
        )

    def _find(self, study: eq.CalibratedStudy, literals: Iterable[Literals], seed: int) -> dict[Literals, _Found]:
        """Both ceilings and their p-values for each condition (True) or absence of a condition (False)."""
        y_sign = study.orientation(study.outcome.name) or 1
        y_bounds = self._bounds_of(study, study.outcome, y_sign)
        signs, planes = {}, {}
        for name, present in literals:
            text = _text((name, present))
            signs[text] = (study.orientation(name) or 1) * (1 if present else -1), y_sign
            x_sign = signs[text][0]
            scope = Scope(*self._bounds_of(study, study.variable(name), x_sign), *y_bounds)
            planes[text] = ceilings(x_sign * _raw(study, name), y_sign * _raw(study, study.outcome.name), scope)
        p = p_values(planes, self.permutations, seed)
        return {
            literal: _Found(literal, signs[_text(literal)], planes[_text(literal)], p[_text(literal)])
            for literal in literals
        }

    def _bounds_of(self, study: eq.CalibratedStudy, variable: eq.Variable, sign: int) -> tuple[float, float]:
        raw = study.raw[variable.name]
        low, high = self.scope.get(variable.base_name, (raw.min(), raw.max()))
        return (float(low), float(high)) if sign > 0 else (-float(high), -float(low))

    def _check_scope(self, study: eq.CalibratedStudy) -> None:
        variables = {each.base_name: each for each in (study.outcome, *study.conditions)}
        for name, (low, high) in self.scope.items():
            where = f"Study {study.name!r}, nca: scope of {name!r}"
            if name not in variables:
                raise eq.InputError(f"{where}: there is no such set. Known: {', '.join(variables)}.")
            if low >= high:
                raise eq.InputError(f"{where}: the lowest score {low:g} is not below the highest, {high:g}. Swap them.")
            raw = study.raw[variables[name].name]
            outside = raw.index[(raw < low) | (raw > high)]
            if len(outside):
                raise eq.InputError(
                    f"{where}: {outside[0]} has {raw[outside[0]]:g}, outside {low:g} to {high:g}. Widen the scope."
                )

    # -------------------------------------------------------------------------------------------------- tables

    def _conditions(self, study: eq.CalibratedStudy, found: Sequence[_Found]) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "role": ["necessary" if self._holds(each) else "none" for each in found],
                "direction": [(1 if each.literal[1] else -1) if self._holds(each) else 0 for each in found],
                "evidence": [self._evidence(each) for each in found],
                "corner": [each.corner for each in found],
                "d_ce_fdh": [each.plane.effect_size["ce-fdh"] for each in found],
                "p_ce_fdh": [each.p["ce-fdh"] for each in found],
                "d_cr_fdh": [each.plane.effect_size["cr-fdh"] for each in found],
                "p_cr_fdh": [each.p["cr-fdh"] for each in found],
                "accuracy_cr_fdh": [each.plane.accuracy("cr-fdh") for each in found],
                "benchmark": [_benchmark(each.plane.effect_size[self.ceiling]) for each in found],
            },
            index=list(study.condition_names),
        )

    def _bounds(self, study: eq.CalibratedStudy, necessary: Sequence[_Found]) -> dict[str, NDArray[Any]]:
        """The outcome that the lowest ceiling over each case allows, in raw units, and which conditions hold it there."""
        limit, limited_by = np.full(len(study.cases), np.nan), np.full(len(study.cases), None, dtype=object)
        if necessary:
            heights = np.array([each.plane.height(self.ceiling, each.plane.x) for each in necessary])
            lowest, top = heights.min(axis=0), necessary[0].plane.scope.y_high
            room = _TOLERANCE * (top - necessary[0].plane.scope.y_low)
            limit = necessary[0].signs[1] * lowest
            for case in np.flatnonzero(lowest < top - room):
                binding = np.flatnonzero(heights[:, case] <= lowest[case] + room)
                limited_by[case] = ", ".join(_text(necessary[int(each)].literal) for each in binding)
        return {"outcome_limit": limit, "limited_by": limited_by}

    def _bottleneck(self, study: eq.CalibratedStudy, found: Sequence[_Found]) -> pd.DataFrame:
        """For people: what each level of the outcome needs, in percent of the range; NN: not necessary, NA: not reached."""
        columns = {
            _text(each.literal): [_percent(value) for value in self._needed(each, self.ceiling)] for each in found
        }
        index = pd.Index(
            [f"{level:.4g}" for level in self._levels()], name=f"{study.outcome.name} (% of range)", dtype=object
        )
        return pd.DataFrame(columns, index=index, dtype=object)

    def _bottleneck_levels(self, study: eq.CalibratedStudy, found: Sequence[_Found]) -> pd.DataFrame:
        """The same for both ceilings in figures: percent of the range, raw scores, and cases that fall short."""
        tables = []
        levels = self._levels()
        for each in found:
            scope, (x_sign, y_sign) = each.plane.scope, each.signs
            for ceiling in CEILINGS:
                percent = self._needed(each, ceiling)
                bound = np.isfinite(percent)
                level = np.where(
                    bound, scope.x_low + np.where(bound, percent, 0) / 100 * (scope.x_high - scope.x_low), np.nan
                )
                room = _TOLERANCE * (scope.x_high - scope.x_low)
                below = (each.plane.x[:, None] < level - room).mean(axis=0) * 100
                tables.append(
                    pd.DataFrame(
                        {
                            "condition": _text(each.literal),
                            "ceiling": _NAMES[ceiling],
                            "outcome_percent": levels,
                            "outcome": y_sign * (scope.y_low + levels / 100 * (scope.y_high - scope.y_low)),
                            "needs": _needs(percent, x_sign),
                            "percent": np.where(bound, percent, np.nan),
                            "actual": x_sign * level,
                            "percentile": np.where(bound, below, np.nan),
                        }
                    )
                )
        return pd.concat(tables, ignore_index=True)

    def _levels(self) -> NDArray[np.float64]:
        return np.linspace(0.0, 100.0, self.steps + 1)

    def _needed(self, found: _Found, ceiling: Ceiling) -> NDArray[np.float64]:
        """The required level of the condition in percent of its range at each step; -inf: none, inf: not reached, NaN: unknown."""
        scope = found.plane.scope
        wanted = scope.y_low + self._levels() / 100 * (scope.y_high - scope.y_low)
        with np.errstate(invalid="ignore", divide="ignore"):
            return 100 * (found.plane.required(ceiling, wanted) - scope.x_low) / (scope.x_high - scope.x_low)

    # ------------------------------------------------------------------------------------------------ judgement

    def _holds(self, found: _Found) -> bool:
        """Whether both tests are passed; False where either is undefined or was not made."""
        return self._large(found) and bool(found.p[self.ceiling] < self.alpha)

    def _large(self, found: _Found) -> bool:
        size = found.plane.effect_size[self.ceiling]
        return bool(size > 0 and size >= self.effect_size_cutoff - _TOLERANCE)

    def _evidence(self, found: _Found) -> str:
        first, second = self.ceiling, CEILINGS[self.ceiling == CEILINGS[0]]
        size = _benchmark(found.plane.effect_size[first])
        return (
            f"Necessity in degree, {found.corner} corner: {self._figures(found, first)}{f', {size}' if size else ''}; "
            f"{self._figures(found, second)}."
        )

    def _figures(self, found: _Found, ceiling: Ceiling) -> str:
        size, p = found.plane.effect_size[ceiling], found.p[ceiling]
        if np.isnan(size):
            return f"{_NAMES[ceiling]} undefined"
        return f"{_NAMES[ceiling]} d = {size:.2f}, " + (_p(p) if np.isfinite(p) else "not tested")

    def assess(self, analysis: eq.Analysis, claim: eq.Claim, study: eq.CalibratedStudy) -> eq.Verdict:
        """Judge ``necessary`` for a condition, its absence, or a conjunction; silent on everything else.

        A literal is necessary when d reaches the cutoff and p lies below alpha, and is not when d stays below the cutoff;
        otherwise NCA cannot tell. A conjunction is necessary when each of its literals is, because whatever lacks one of them
        lacks the conjunction. On disjunctions it is silent: raw scores in different units have no union.
        See :meth:`equifinal.Method.assess`.
        """
        if claim.kind != "necessary":
            return eq.Verdict("silent", _SILENT.get(claim.kind, "NCA has nothing to say on claims of this kind."))
        arguments: Any = claim
        literals = eq.Expression(arguments.expression).literals
        if not literals or not set(literals) <= set(study.condition_names):
            return eq.Verdict(
                "silent",
                "NCA judges single conditions and their conjunctions; raw scores of several conditions have no union.",
            )
        native: _Native = analysis.native
        others = [each for each in literals.items() if each not in native.found]
        known = {**native.found, **(self._find(study, others, native.seed) if others else {})}
        judged = [known[each] for each in literals.items()]
        holds = [self._answer(each) for each in judged]
        answer = False if False in holds else None if None in holds else True
        evidence = "; ".join(self._reason(each) for each in judged)
        numbers: dict[str, float] = {"cutoff": self.effect_size_cutoff, "alpha": self.alpha}
        for each in judged:
            prefix = f"{_text(each.literal)} " if len(judged) > 1 else ""
            numbers |= {
                f"{prefix}effect_size": each.plane.effect_size[self.ceiling],
                f"{prefix}p": each.p[self.ceiling],
            }
        evidence = f"In degree: {evidence}."
        if answer is None:
            return eq.Verdict("inconclusive", evidence, numbers)
        return eq.Verdict("supported" if answer == arguments.expect else "contradicted", evidence, numbers)

    def _answer(self, found: _Found) -> bool | None:
        if self._holds(found):
            return True
        return False if not np.isnan(found.plane.effect_size[self.ceiling]) and not self._large(found) else None

    def _reason(self, found: _Found) -> str:
        size, p = found.plane.effect_size[self.ceiling], found.p[self.ceiling]
        start = f"{_text(found.literal)} {_NAMES[self.ceiling]}"
        if np.isnan(size):
            return f"{start} is undefined"
        tested = f"{_p(p)} (alpha {self.alpha:g})" if np.isfinite(p) else "no permutation test"
        return f"{start} d = {size:.2f} (cutoff {self.effect_size_cutoff:g}), {tested}"

    def advise(self, analysis: eq.Analysis, study: eq.CalibratedStudy) -> pd.Series | None:
        """For each case without the outcome, the necessary conditions that hold it below the lowest score of a case with it.

        Levels are the ceiling's, in raw units. See :meth:`equifinal.Method.advise`.
        """
        members = study.fuzzy[study.outcome.name].to_numpy(dtype=float)
        lacking = np.flatnonzero(members < 0.5)
        necessary = [each for each in analysis.native.found.values() if self._holds(each)]
        if not necessary or not (members > 0.5).any():
            return pd.Series("No condition is necessary in degree.", index=study.cases[lacking], dtype=object)
        y_sign = necessary[0].signs[1]
        target = (y_sign * _raw(study, study.outcome.name))[members > 0.5].min()
        short: dict[int, list[str]] = {int(case): [] for case in lacking}
        for each in necessary:
            level = each.plane.required(self.ceiling, target)[0]
            name, sign = each.literal[0], each.signs[0]
            for case in lacking[
                each.plane.x[lacking] < level - _TOLERANCE * (each.plane.scope.x_high - each.plane.scope.x_low)
            ]:
                if np.isfinite(level):
                    words = f"{study.variable(name).label} {_side(sign)} {sign * level:.4g} (now {sign * each.plane.x[case]:.4g})"
                    short[int(case)].append(words)
        goal = f"{study.outcome.label} of {_side(y_sign)} {y_sign * target:.4g}"
        said = [
            f"{goal} needs {', '.join(words)}." if words else f"No necessary condition stands in the way of {goal}."
            for words in short.values()
        ]
        return pd.Series(said, index=study.cases[lacking], dtype=object)

    # --------------------------------------------------------------------------------------------------- notes

    def _notes(self, study: eq.CalibratedStudy, found: Sequence[_Found]) -> list[str]:
        notes = [
            "A ceiling is an upper bound, so NCA predicts no outcome: its predictions, and all figures made of them, are missing.",
            "In the bottleneck table NN means not necessary, and NA that the ceiling never reaches so much of the outcome.",
        ]
        if not self.permutations:
            notes.append("No permutation test was made (permutations = 0), so no condition is called necessary.")
        elif study.unit is not None:
            notes.append(
                "The permutation test takes cases as independent; those of one unit are not, so that p comes out too small."
            )
        for each in found:
            scope, name = each.plane.scope, _text(each.literal)
            if not scope.area > 0:
                flat = name if scope.x_low == scope.x_high else study.outcome.name
                notes.append(
                    f"{name}: no scope, because {flat} has the same score in all cases; its effect sizes are missing."
                )
            elif len(each.plane.peers) < 2:
                notes.append(
                    f"{name}: one peer alone ({each.corner} corner), so there is no CR-FDH line and its figures are missing."
                )
        for variable in (study.outcome, *study.conditions):
            if study.orientation(variable.name) == 0:
                notes.append(
                    f"{variable.name}: membership neither rises nor falls with the raw score; high means a high raw score."
                )
        return notes


# ------------------------------------------------------------------------------------------------- tables and words


def _effect_sizes(found: Sequence[_Found]) -> pd.DataFrame:
    rows = []
    for each in found:
        for ceiling in CEILINGS:
            size, scope = each.plane.effect_size[ceiling], each.plane.scope
            of_condition, of_outcome = each.plane.inefficiency(ceiling)
            rows.append(
                {
                    "condition": _text(each.literal),
                    "corner": each.corner,
                    "ceiling": _NAMES[ceiling],
                    "effect_size": size,
                    "benchmark": _benchmark(size),
                    "p": each.p[ceiling],
                    "accuracy": each.plane.accuracy(ceiling),
                    "ceiling_zone": size * scope.area,
                    "scope": scope.area if scope.area > 0 else np.nan,
                    "condition_inefficiency": of_condition,
                    "outcome_inefficiency": of_outcome,
                }
            )
    return pd.DataFrame(rows)


def _peers(study: eq.CalibratedStudy, found: Sequence[_Found]) -> pd.DataFrame:
    """Corner points of CE-FDH in raw scores, in the direction in which the condition rises, with the cases that lie there."""
    rows = []
    for each in found:
        for x, y in each.plane.peers:
            there = (each.plane.x == x) & (each.plane.y == y)
            point = {"condition_score": each.signs[0] * x, "outcome_score": each.signs[1] * y}
            rows.append({"condition": _text(each.literal), **point, "cases": list(study.cases[there])})
    return pd.DataFrame(rows)


def _ceiling_lines(found: Sequence[_Found]) -> pd.DataFrame:
    """The CR-FDH lines and the scopes in raw scores: outcome = intercept + slope × condition."""
    rows = []
    for each in found:
        (x_sign, y_sign), scope = each.signs, each.plane.scope
        x, y = sorted(x_sign * np.array(scope[:2])), sorted(y_sign * np.array(scope[2:]))
        line = {"intercept": y_sign * each.plane.intercept, "slope": y_sign * x_sign * each.plane.slope}
        bounds = {"condition_low": x[0], "condition_high": x[1], "outcome_low": y[0], "outcome_high": y[1]}
        rows.append({"condition": _text(each.literal), "corner": each.corner, **line, **bounds})
    return pd.DataFrame(rows)


def _raw(study: eq.CalibratedStudy, name: str) -> NDArray[np.float64]:
    return study.raw[name].to_numpy(dtype=float)


def _text(literal: Literals) -> str:
    name, present = literal
    return name if present else f"~{name}"


def _benchmark(size: float) -> str | None:
    """Dul's (2016) word for an effect size.

    >>> [_benchmark(size) for size in (0.0, 0.05, 0.1, 0.42, 0.5)]
    ['none', 'small', 'medium', 'large', 'very large']
    """
    if np.isnan(size):
        return None
    if size <= _TOLERANCE:
        return "none"
    return next(word for least, word in _BENCHMARKS if size >= least - _TOLERANCE)


def _p(value: float) -> str:
    """A p-value in words of a sentence.

    >>> _p(0.0123), _p(0.0001)
    ('p = 0.012', 'p < 0.001')
    """
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"


def _percent(value: float) -> str | None:
    if np.isnan(value):
        return None
    return "NN" if value == -np.inf else "NA" if value == np.inf else f"{value:.1f}"


def _needs(percent: NDArray[np.float64], sign: int) -> list[str | None]:
    words = {-np.inf: "not necessary", np.inf: "not reached"}
    return [None if np.isnan(each) else words.get(each, _side(sign)) for each in percent]


def _side(sign: int) -> str:
    return "at least" if sign > 0 else "at most"
