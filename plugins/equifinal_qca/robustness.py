"""How far a solution depends on calibration anchors and cutoffs, and what alternative solutions leave of it.

The protocol is that of Oana & Schneider (2021): sensitivity ranges, fit-oriented robustness, case-oriented robustness.
"""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from equifinal import CalibratedStudy, InputError, Method, sets
from equifinal.errors import listing
from equifinal_qca.cubes import Cube, Floats, conjunctions
from equifinal_qca.solution import Model, Solution
from equifinal_qca.table import TruthTable, memberships_of

__all__ = ["Robustness", "anchor_ranges", "cutoff_ranges", "robustness_to", "skewness"]

_TOLERANCE = 1e-9
_INVALID = "no valid calibration"


# ------------------------------------------------------------------------------------------------------- skewness


def skewness(frame: pd.DataFrame, low: float = 0.2, high: float = 0.8) -> pd.DataFrame:
    """Which sets hold too few or too many of the cases.

    With nearly all cases on one side of 0.5, a set is (nearly) a subset or a superset of anything: consistency is high for
    the outcome and for its negation, and necessity is trivial (Schneider & Wagemann 2012, ch. 9).

    Parameters
    ----------
    frame
        One row per case, one column per set, memberships from 0 to 1; conditions and outcome.
    low, high
        Shares of cases outside of which a set is skewed.

    Returns
    -------
    pandas.DataFrame
        Index: the sets. Columns: ``share_in``, the share of cases above 0.5; ``share_undecided``, of those at exactly 0.5;
        ``skewed``, whether ``share_in`` is below `low` or above `high`.

    Raises
    ------
    InputError
        For missing values or values outside 0 to 1, no case, or limits out of order.

    Examples
    --------
    >>> import pandas as pd
    >>> from equifinal_qca import skewness
    >>> frame = pd.DataFrame({"A": [0.9, 0.8, 0.7, 0.9, 0.6, 0.9], "B": [0.9, 0.1, 0.6, 0.2, 0.5, 0.7]})
    >>> skewness(frame)["skewed"].to_dict()
    {'A': True, 'B': False}
    """
    if not 0 <= low <= high <= 1:
        raise InputError(f"low = {low!r} and high = {high!r} are no two shares in order. Give 0 <= low <= high <= 1.")
    if not len(frame):
        raise InputError("There is no case. Give at least one.")
    names = [str(name) for name in frame.columns]
    values = np.column_stack([memberships_of(frame, name) for name in frame.columns])
    share = (values > 0.5).mean(axis=0)
    return pd.DataFrame(
        {
            "share_in": share,
            "share_undecided": (values == 0.5).mean(axis=0),
            "skewed": (share < low - _TOLERANCE) | (share > high + _TOLERANCE),
        },
        index=pd.Index(names, name="set", dtype=str),
    )


# --------------------------------------------------------------------------------------------- sensitivity ranges


def cutoff_ranges(
    table: TruthTable, again: Callable[[TruthTable], Solution], model: Model | None = None
) -> pd.DataFrame:
    """The range of each cutoff within which the solution keeps its terms, the other cutoffs staying (Oana & Schneider 2021).

    A cutoff changes the truth table only where it passes the value of a row, so the ranges are exact: the rows' values are
    gone through one after the other from the present cutoff on. A solution can change and come back farther away; the range
    is the one around the present value.

    Parameters
    ----------
    table
        The truth table as analysed.
    again
        Minimizes a table in the same way: ``lambda table: minimize(table, "parsimonious")``.
    model
        What has to stay: this model, among the models of the solution. Default: all models, and no other.

    Returns
    -------
    pandas.DataFrame
        Index: ``consistency_cutoff`` (with two of them ``lower_consistency_cutoff`` as well), ``pri_cutoff``,
        ``frequency_cutoff``. Columns: ``value`` (the present one), ``lower`` and ``upper`` (the ends of the range), ``below``
        and ``above`` (the solution beyond, in words; missing where the range reaches the end of the scale). Consistency and PRI
        cutoffs: the solution holds above ``lower``, up to and including ``upper``; at ``lower`` too when ``below`` is missing.
        Frequency cutoff: it holds from ``lower`` to ``upper``, both included; ``upper`` is infinite when no cutoff, however
        high, changes the solution.

    Raises
    ------
    InputError
        When the given model is not among the models to begin with.

    Examples
    --------
    >>> import pandas as pd
    >>> from equifinal_qca import cutoff_ranges, minimize, truth_table
    >>> frame = pd.DataFrame({"A": [1, 1, 1, 1, 0, 0], "B": [1, 1, 0, 0, 1, 0], "Y": [1, 1, 1, 0, 0, 0]})
    >>> table = truth_table(frame, "Y", consistency_cutoff=0.8)
    >>> found = cutoff_ranges(table, lambda changed: minimize(changed, "conservative"))
    >>> found[["value", "lower", "upper"]].values.tolist()
    [[0.8, 0.5, 1.0], [0.0, 0.0, 1.0], [1.0, 1.0, 2.0]]
    >>> found.loc["consistency_cutoff", "below"]
    'A'
    """
    present = again(table)
    keeps = _keeper(present, model)
    lower, upper = table.consistency_cutoff
    two = lower < upper
    records: dict[str, list[object]] = {}

    def add(name: str, value: float, row_values: Floats, bounds: tuple[float, float], change: _Change) -> None:
        records[name] = [value, *_range_of_cutoff(value, row_values, bounds, change, keeps)]

    add(
        "consistency_cutoff",
        upper,
        table.consistency,
        (lower if two else 0.0, 1.0),
        lambda value: again(table.with_cutoffs(consistency_cutoff=(lower, value) if two else value)),
    )
    if two:
        add(
            "lower_consistency_cutoff",
            lower,
            table.consistency,
            (0.0, upper),
            lambda value: again(table.with_cutoffs(consistency_cutoff=(value, upper))),
        )
    add(
        "pri_cutoff", table.pri_cutoff, table.pri, (0.0, 1.0), lambda value: again(table.with_cutoffs(pri_cutoff=value))
    )
    most = int(table.n.max(initial=0)) + 1
    add(
        "frequency_cutoff",
        float(table.frequency_cutoff),
        table.n.astype(float),
        (1.0, float(max(most, table.frequency_cutoff))),
        lambda value: again(table.with_cutoffs(frequency_cutoff=value)),
    )
    frequency = records["frequency_cutoff"]
    if frequency[3] is not None:  # the row with `lower` cases would come in; one more case leaves it out
        frequency[1] = frequency[1] + 1  # type: ignore[operator]
    if frequency[4] is None:
        frequency[2] = np.inf
    columns = ["value", "lower", "upper", "below", "above"]
    return pd.DataFrame.from_dict(records, orient="index", columns=columns).rename_axis("cutoff")


def anchor_ranges(
    study: CalibratedStudy,
    method: Method,
    only: Sequence[str] | None = None,
    model: Model | None = None,
    steps: int = 50,
    tolerance: float = 1e-6,
) -> pd.DataFrame:
    """The range of each calibration anchor within which the solution keeps its terms, all else staying.

    From the present value outward the solution is found again at each raw score of the set and at `steps` evenly spaced
    values, as far as one range of the raw scores away; between the last value that keeps the solution and the first that
    does not, bisection finds the end. A change that comes and goes between two neighbouring values is not seen: more
    `steps` see more. Sensitivity ranges: Oana & Schneider (2021).

    Parameters
    ----------
    study
        The calibrated study. Calibrations that learn all their anchors from the data have none to vary.
    method
        ``FsQCA()``, ``CsQCA()``, or another method whose ``refit`` gives a solution, with its parameters.
    only
        Sets to look at; default: the conditions and the outcome.
    model
        What has to stay: this model, among the models of the solution. Default: all models, and no other.
    steps
        How many evenly spaced values to try on each side.
    tolerance
        How exact the ends are, as a share of the range of the raw scores.

    Returns
    -------
    pandas.DataFrame
        One row an anchor (or threshold, or other number that the calibration was given). Columns: ``set``, ``anchor``,
        ``value`` (the present one), ``lower`` and ``upper``, the farthest values found to keep the solution, in units of the
        raw scores; ``below`` and ``above``: the solution beyond, in words, ``"no valid calibration"`` where the anchors would
        be out of order, missing where the search ended.

    Raises
    ------
    InputError
        For an unknown set, a method without a solution, a model that is not among its models, or steps or a tolerance that
        are not positive.

    Examples
    --------
    >>> import equifinal as eq
    >>> from equifinal_qca import FsQCA, anchor_ranges
    >>> study = eq.load_study("heilongjiang").calibrate()
    >>> found = anchor_ranges(study, FsQCA(), only=["LEAD"])
    >>> found["anchor"].tolist()
    ['full_out', 'crossover', 'full_in']
    >>> bool((found["lower"] <= found["value"]).all() and (found["value"] <= found["upper"]).all())
    True
    """
    if steps < 1 or not 0 < tolerance < 1:
        raise InputError(f"steps = {steps!r} and tolerance = {tolerance!r}: give 1 step or more, and a share below 1.")
    names = [*study.condition_names, study.outcome.name] if only is None else list(only)
    for name in names:
        study.variable(name)
    keeps = _keeper(_solution_of(study, method), model)
    records: list[list[object]] = []
    for name in names:
        calibrator, raw = study.variable(name).calibrator, study.raw[name]
        if calibrator is None:
            continue
        span = float(raw.max() - raw.min())
        scores = np.unique(raw.dropna().to_numpy(dtype=float))
        for anchor, value in _numbers(calibrator.model_dump(exclude_unset=True)):

            def at(
                other: float, name: str = name, calibrator: Any = calibrator, anchor: _Anchor = anchor
            ) -> Solution | None:
                return _recalibrated(study, method, name, calibrator, anchor, other)

            ends = [
                _end_of_range(value, value + side * span, scores, at, keeps, steps, tolerance * span)
                for side in (-1.0, 1.0)
            ]
            (lower, below), (upper, above) = ends
            records.append([name, _spelt(anchor), value, lower, upper, below, above])
    columns = ["set", "anchor", "value", "lower", "upper", "below", "above"]
    return pd.DataFrame(records, columns=columns)


# ------------------------------------------------------------------------------------------- alternative solutions


@dataclass(frozen=True, eq=False)
class Robustness:
    """What :func:`robustness_to` found.

    IS is the initial model, minTS the intersection of the test models (the minimum of their memberships), maxTS their union
    (the maximum). The robust core is what IS and all test models share.

    Attributes
    ----------
    core
        The robust core as an expression, by Boolean algebra; ``"0"`` when they share nothing.
    core_membership
        The cases' memberships in it: the minimum over all models.
    fit
        Fit-oriented robustness, each 1 when nothing changes. ``RF_cons``: consistency of IS over that of the robust core.
        ``RF_cov``: coverage of the robust core over that of IS. ``RF_SC_minTS`` and ``RF_SC_maxTS``: set coincidence of IS with
        minTS and with maxTS, Σ min / Σ max. NaN where a denominator is 0.
    case_ratios
        Case-oriented robustness: of all cases in IS or maxTS the share in both IS and minTS, among those with the outcome
        (``RCR_typ``) and without it (``RCR_dev``). NaN where there is none.
    cases
        Index: the cases. Columns: ``initial``, ``min_tests``, ``max_tests``, ``outcome`` (memberships) and ``kind``: *robust*
        (in IS and minTS), *shaky* (in IS, not in minTS) or *possible* (not in IS, but in maxTS), *typical* with the outcome and
        *deviant* without it; in neither: *deviant in coverage* or *individually irrelevant*; at exactly 0.5 in the outcome:
        *undecided*.
    tests
        Index: the test models, numbered from 1. Columns: ``model`` (expression), ``set_coincidence`` with IS, ``shaky`` and
        ``possible`` (numbers of cases when it is the only test).
    """

    core: str
    core_membership: Floats = field(repr=False)
    fit: dict[str, float]
    case_ratios: dict[str, float]
    cases: pd.DataFrame = field(repr=False)
    tests: pd.DataFrame = field(repr=False)

    def _repr_html_(self) -> str:
        from equifinal import notebook

        measures = pd.DataFrame({"value": self.fit | self.case_ratios}).rename_axis("measure")
        tables = {"Measures": measures, "Test models": self.tests, "Cases": self.cases}
        return notebook.of_tables(f"Robust core: {self.core}", tables)


def robustness_to(initial: Model, tests: Sequence[Model | None]) -> Robustness:
    """Compare a model with alternatives to it: other calibrations, cutoffs, or conditions of the same cases.

    Oana & Schneider (2021), where all terms are defined. The rank that the paper derives from shaky and possible cases is not
    given; ``tests`` has their numbers. Memberships in a test model are those of its own calibration; the outcome is that of the
    initial model.

    Parameters
    ----------
    initial
        The model whose robustness is in question.
    tests
        Models of plausible alternative analyses; None stands for an empty solution, such as ``Solution.best`` gives.

    Returns
    -------
    Robustness

    Raises
    ------
    InputError
        When there is no test, or a test has other cases or conditions.

    Examples
    --------
    >>> import pandas as pd
    >>> from equifinal_qca import minimize, robustness_to, truth_table
    >>> frame = pd.DataFrame({"A": [1, 1, 1, 1, 0, 0], "B": [1, 1, 0, 0, 1, 0], "Y": [1, 1, 1, 0, 0, 0]})
    >>> strict, lenient = [
    ...     minimize(truth_table(frame, "Y", consistency_cutoff=cutoff), "conservative").best for cutoff in (0.8, 0.5)
    ... ]
    >>> found = robustness_to(lenient, [strict])
    >>> found.core, found.case_ratios["RCR_typ"]
    ('A*B', 0.6666666666666666)
    """
    if not tests:
        raise InputError("There is no test model to compare with. Give at least one.")
    conditions, y = initial.table.conditions, initial.table.outcome_membership
    for number, test in enumerate(tests, start=1):
        if test is not None and not test.table.cases.equals(initial.table.cases):
            raise InputError(f"Test model {number} has other cases than the initial one. Analyse the same cases.")
        if test is not None and test.table.conditions != conditions:
            raise InputError(
                f"Test model {number} has other conditions ({listing(test.table.conditions)}) than the initial one "
                f"({listing(conditions)}). Give its truth table the same ones in the same order."
            )
    of_initial = initial.membership
    of_tests = [np.zeros(len(y)) if test is None else test.membership for test in tests]
    least: Floats = np.minimum.reduce(of_tests)
    most: Floats = np.maximum.reduce(of_tests)
    core = np.minimum(of_initial, least)
    terms: list[Cube] = list(initial.cubes)
    for test in tests:
        both = set(filter(initial.table.is_possible, conjunctions(terms, () if test is None else test.cubes)))
        terms = [cube for cube in both if not any(other != cube and other.contains(cube) for other in both)]
    kind = _kinds(of_initial, least, most, y)
    alone = [_kinds(of_initial, each, each, y) for each in of_tests]
    return Robustness(
        core=" + ".join(sorted(cube.text(conditions) for cube in terms)) or "0",
        core_membership=core,
        fit={
            "RF_cons": _quotient(sets.consistency(of_initial, y), sets.consistency(core, y)),
            "RF_cov": _quotient(sets.coverage(core, y), sets.coverage(of_initial, y)),
            "RF_SC_minTS": _coincidence(of_initial, least),
            "RF_SC_maxTS": _coincidence(of_initial, most),
        },
        case_ratios={"RCR_typ": _robust_share(kind, "typical"), "RCR_dev": _robust_share(kind, "deviant")},
        cases=pd.DataFrame(
            {"initial": of_initial, "min_tests": least, "max_tests": most, "outcome": y, "kind": kind},
            index=initial.table.cases,
        ),
        tests=pd.DataFrame(
            {
                "model": ["0" if test is None else test.expression for test in tests],
                "set_coincidence": [_coincidence(of_initial, each) for each in of_tests],
                "shaky": [sum(str(each).startswith("shaky") for each in kinds) for kinds in alone],
                "possible": [sum(str(each).startswith("possible") for each in kinds) for kinds in alone],
            },
            index=pd.RangeIndex(1, len(tests) + 1, name="test"),
        ),
    )


def _kinds(initial: Floats, least: Floats, most: Floats, y: Floats) -> np.ndarray[Any, np.dtype[np.object_]]:
    inside = initial > 0.5
    kinds = np.full(len(y), "undecided", dtype=object)
    for side, typical, irrelevant in (
        (y > 0.5, "typical", "deviant in coverage"),
        (y < 0.5, "deviant", "individually irrelevant"),
    ):
        kinds[side] = irrelevant
        kinds[side & ~inside & (most > 0.5)] = f"possible {typical}"
        kinds[side & inside] = f"shaky {typical}"
        kinds[side & inside & (least > 0.5)] = f"robust {typical}"
    return kinds


def _robust_share(kinds: np.ndarray[Any, np.dtype[np.object_]], side: str) -> float:
    counts = {word: int((kinds == f"{word} {side}").sum()) for word in ("robust", "shaky", "possible")}
    return _quotient(counts["robust"], sum(counts.values()))


def _coincidence(one: Floats, other: Floats) -> float:
    return _quotient(float(np.minimum(one, other).sum()), float(np.maximum(one, other).sum()))


def _quotient(numerator: float, denominator: float) -> float:
    return numerator / denominator if abs(denominator) > 1e-12 else float("nan")


# ------------------------------------------------------------------------------------------------------- the ranges

_Change = Callable[[float], Solution]
_Keeps = Callable[[Solution], bool]
_Anchor = tuple[str, int | None]  # a field of the calibrator, and the place in it when it holds several numbers


def _keeper(present: Solution, model: Model | None) -> _Keeps:
    """Tells whether a solution still has what has to stay."""
    if model is None:
        wanted = {each.terms for each in present.models}
        return lambda solution: {each.terms for each in solution.models} == wanted
    if model.terms not in {each.terms for each in present.models}:
        raise InputError(
            f"The model {model.expression!r} is not among the models of the solution: "
            f"{listing(each.expression for each in present.models) or 'there is none'}."
        )
    return lambda solution: any(each.terms == model.terms for each in solution.models)


def _in_words(solution: Solution) -> str:
    return " | ".join(model.expression for model in solution.models) or "none"


def _range_of_cutoff(
    value: float, row_values: Floats, bounds: tuple[float, float], change: _Change, keeps: _Keeps
) -> tuple[float, float, str | None, str | None]:
    """Where a cutoff can go; a row passes when its value reaches the cutoff."""
    lowest, highest = bounds
    distinct = np.unique(row_values[~np.isnan(row_values)])
    lower, upper, below, above = lowest, highest, None, None
    for each in distinct[(distinct < value - _TOLERANCE) & (distinct >= lowest)][::-1]:
        solution = change(float(each))  # at its own value the row passes
        if not keeps(solution):
            lower, below = float(each), _in_words(solution)
            break
    passing = distinct[(distinct >= value - _TOLERANCE) & (distinct < highest)]
    for each, following in zip(passing, [*passing, highest][1:], strict=True):
        solution = change(float(following))  # the row fails from just above its value to the next row's
        if not keeps(solution):
            upper, above = max(value, float(each)), _in_words(solution)
            break
    return lower, upper, below, above


def _solution_of(study: CalibratedStudy, method: Method) -> Solution:
    found = method.refit(study, np.random.default_rng(0)).native
    if not isinstance(found, Solution):
        raise InputError(f"The method {method.name!r} has no solution. Use fsqca or csqca.")
    return found


def _recalibrated(
    study: CalibratedStudy, method: Method, name: str, calibrator: Any, anchor: _Anchor, value: float
) -> Solution | None:
    """The solution with another value of an anchor; None when there is no such calibration."""
    given = calibrator.model_dump(exclude_unset=True)
    key, place = anchor
    given[key] = value if place is None else tuple(value if at == place else v for at, v in enumerate(given[key]))
    try:
        fitted = type(calibrator)(**given).fit(study.raw[name])
        changed = dataclasses.replace(study, calibrators={**study.calibrators, name: fitted})
        fuzzy = study.fuzzy.assign(**{name: changed.to_membership(name, study.raw[name])})
        return _solution_of(dataclasses.replace(changed, fuzzy=fuzzy), method)
    except ValueError:
        return None


def _numbers(given: dict[str, Any]) -> list[tuple[_Anchor, float]]:
    """The numbers that a calibration was given, one by one."""
    found: list[tuple[_Anchor, float]] = []
    for key, value in given.items():
        if isinstance(value, float):
            found.append(((key, None), value))
        elif isinstance(value, tuple) and all(isinstance(each, float) for each in value):
            found.extend(((key, place), each) for place, each in enumerate(value))
    return found


def _spelt(anchor: _Anchor) -> str:
    key, place = anchor
    return key if place is None else f"{key} {place + 1}"


def _end_of_range(
    value: float,
    bound: float,
    scores: Floats,
    at: Callable[[float], Solution | None],
    keeps: _Keeps,
    steps: int,
    exactness: float,
) -> tuple[float, str | None]:
    """The farthest value towards the bound that keeps the solution, and what comes beyond."""
    inside, outside = value, bound
    beyond = None
    if at(bound) is None:  # the calibration itself ends before
        beyond = _INVALID
        while abs(outside - inside) > exactness:
            middle = (inside + outside) / 2
            inside, outside = (middle, outside) if at(middle) is not None else (inside, middle)
        bound = inside
    between = scores[(scores > min(value, bound)) & (scores < max(value, bound))]
    tried = np.unique(np.concatenate([between, np.linspace(value, bound, steps + 1)[1:]]))
    inside = value
    for outside in (tried if bound >= value else tried[::-1]).tolist():
        solution = at(outside)
        if solution is None or not keeps(solution):
            break
        inside = outside
    else:
        return bound, beyond
    words = _INVALID if solution is None else _in_words(solution)
    while abs(outside - inside) > exactness:
        middle = (inside + outside) / 2
        solution = at(middle)
        if solution is not None and keeps(solution):
            inside = middle
        else:
            outside, words = middle, _INVALID if solution is None else _in_words(solution)
    return inside, words
