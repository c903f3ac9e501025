"""The ranges of cutoffs and of calibration anchors within which a solution keeps its terms (Oana & Schneider 2021)."""

import dataclasses
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from equifinal import CalibratedStudy, InputError, Method
from equifinal.errors import listing
from equifinal_qca.engine.cubes import Floats
from equifinal_qca.model import Model
from equifinal_qca.solution import Solution
from equifinal_qca.table import TruthTable

_TOLERANCE = 1e-9
_INVALID = "no valid calibration"


def cutoff_ranges(
    table: TruthTable, again: Callable[[TruthTable], Solution], model: Model | None = None
) -> pd.DataFrame:
    """The range of each cutoff within which the solution keeps its terms, the other cutoffs staying (Oana & Schneider 2021).

    A cutoff changes the truth table only where it passes the value of a row, so the ranges are exact: the rows' values
    are tried one after the other, starting from the present cutoff. A solution can change and come back farther away; the
    range is the one around the present value.

    Parameters
    ----------
    table
        The truth table as analysed.
    again
        Minimizes a table in the same way: ``lambda table: minimize(table, "parsimonious")``.
    model
        The model that has to stay among the models of the solution. Default: all models, and no others.

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
    calibrated: CalibratedStudy,
    method: Method,
    only: Sequence[str] | None = None,
    model: Model | None = None,
    steps: int = 50,
    tolerance: float = 1e-6,
) -> pd.DataFrame:
    """The range of each calibration anchor within which the solution keeps its terms, all else staying.

    From the present value outward the solution is found again at each raw score of the set and at `steps` evenly spaced
    values, as far as one range of the raw scores away; between the last value that keeps the solution and the first that
    does not, bisection finds the end. A change that comes and goes between two neighbouring values goes unnoticed: more
    `steps` find more. Sensitivity ranges: Oana & Schneider (2021).

    Parameters
    ----------
    calibrated
        The calibrated study. Calibrations that learn all their anchors from the data have none to vary.
    method
        ``FsQCA()``, ``CsQCA()``, or another method whose ``refit`` gives a solution, with its parameters.
    only
        Sets to look at; default: the conditions and the outcome.
    model
        The model that has to stay among the models of the solution. Default: all models, and no others.
    steps
        The number of evenly spaced values to try on each side.
    tolerance
        The precision of the ends, as a share of the range of the raw scores.

    Returns
    -------
    pandas.DataFrame
        One row per anchor (or threshold, or other number given to the calibration). Columns: ``set``, ``anchor``,
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
    names = [*calibrated.condition_names, calibrated.outcome.name] if only is None else list(only)
    for name in names:
        calibrated.variable(name)
    keeps = _keeper(_solution_of(calibrated, method), model)
    records: list[list[object]] = []
    for name in names:
        calibrator, raw = calibrated.variable(name).calibrator, calibrated.raw[name]
        if calibrator is None:
            continue
        span = float(raw.max() - raw.min())
        scores = np.unique(raw.dropna().to_numpy(dtype=float))
        for anchor, value in _numbers(calibrator.model_dump(exclude_unset=True)):
            at = partial(_recalibrated, calibrated, method, name, calibrator, anchor)
            (lower, below), (upper, above) = (
                _end_of_range(value, value + side * span, scores, at, keeps, steps, tolerance * span)
                for side in (-1.0, 1.0)
            )
            records.append([name, _spelt(anchor), value, lower, upper, below, above])
    columns = ["set", "anchor", "value", "lower", "upper", "below", "above"]
    return pd.DataFrame(records, columns=columns)


_Change = Callable[[float], Solution]
_Keeps = Callable[[Solution], bool]
_Anchor = tuple[str, int | None]  # a field of the calibrator, and the place in it when it holds several numbers


def _keeper(present: Solution, model: Model | None) -> _Keeps:
    """A function that tells whether a solution keeps the models that have to stay."""
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
    """The range of a cutoff; a row passes when its value reaches the cutoff."""
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


def _solution_of(calibrated: CalibratedStudy, method: Method) -> Solution:
    found = method.refit(calibrated, np.random.default_rng(0)).native
    if not isinstance(found, Solution):
        raise InputError(f"The method {method.name!r} has no solution. Use fsqca or csqca.")
    return found


def _recalibrated(
    calibrated: CalibratedStudy, method: Method, name: str, calibrator: Any, anchor: _Anchor, value: float
) -> Solution | None:
    """The solution with another value of an anchor; None when there is no such calibration."""
    given = calibrator.model_dump(exclude_unset=True)
    key, place = anchor
    given[key] = value if place is None else tuple(value if at == place else v for at, v in enumerate(given[key]))
    try:
        fitted = type(calibrator)(**given).fit(calibrated.raw[name])
        changed = dataclasses.replace(calibrated, calibrators={**calibrated.calibrators, name: fitted})
        fuzzy = calibrated.fuzzy.assign(**{name: changed.to_membership(name, calibrated.raw[name])})
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
    """The farthest value towards the bound that keeps the solution, and the solution beyond it."""
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
