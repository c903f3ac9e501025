"""How far differences and agreement between methods depend on the cases that happen to be there.

Cases are drawn again with replacement, 1,000 times, whole units in panels, and each number is computed for every resample
(Efron & Tibshirani 1993). All methods share the resamples, so differences are paired. The predictions and the groups
are those of the analyses: the methods are not fitted again in the resamples.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from equifinal.base.parallel import one_thread
from equifinal.base.seeds import generator
from equifinal.comparison.association import group_numbers, mutual_information, rank_correlations
from equifinal.comparison.fit import Yardstick
from equifinal.comparison.importance import direction_of
from equifinal.comparison.measures import BUILT_IN, OUT_OF_SAMPLE, Measure, in_resamples
from equifinal.comparison.out_of_sample import units
from equifinal.method.analysis import Analysis
from equifinal.sets import Floats, ratio
from equifinal.study.calibrated import CalibratedStudy

RESAMPLES = 1000

#: The share of the resamples that an interval holds.
LEVEL = 0.95

#: Agreement has no intervals with fewer cases (or units of a panel).
FEWEST = 20

_PARTS = ("estimate", "low", "high", "undefined")
_CELLS_AT_ONCE = 1_000_000

_Statistic = tuple[Mapping[str, Any], Callable[..., Floats], Callable[..., Floats]]


def differences(
    analyses: Mapping[str, Analysis],
    yardsticks: Mapping[str, Yardstick],
    calibrated: CalibratedStudy,
    seed: int,
    which: Sequence[Measure] = BUILT_IN,
) -> pd.DataFrame:
    """Differences between methods on the common yardstick, with paired bootstrap intervals over cases.

    An interval holds the middle 95 % of 1,000 resamples (the percentile interval of Efron & Tibshirani 1993, ch. 13).

    The predictions are taken as given. They come from methods fitted to these very cases and would differ had other cases been
    there; this is not accounted for, nor is the dependence between predictions whose refits share nearly all cases. The
    intervals are therefore too narrow rather than too wide, the more so in small samples.

    Returns
    -------
    pandas.DataFrame
        Index: pairs of methods (``method``, ``other``). Columns (``measure``, ``number``): each measure in `which`, first out
        of sample, then in sample, with ``estimate`` (the method's less the other's), ``low``, ``high``, and ``undefined``:
        the number of resamples that were left out because the difference is undefined there, for instance
        because all their cases have the outcome. Where the estimate is missing, so is the interval.
    """
    outcome = calibrated.fuzzy[calibrated.outcome.name].to_numpy(dtype=float)
    found: dict[str, list[Floats]] = {label: [] for label in analyses}
    for weights in _resamples(calibrated, seed):
        for label, analysis in analyses.items():
            inside = analysis.cases["predicted"].to_numpy(dtype=float, na_value=np.nan)
            outside = yardsticks[label].predicted_out_of_sample.to_numpy(dtype=float)
            found[label].append(np.hstack([in_resamples(each, outcome, weights, which) for each in (outside, inside)]))
    drawn = {label: np.concatenate(blocks) for label, blocks in found.items()}
    names = [f"{each.name}{suffix}" for suffix in (OUT_OF_SAMPLE, "") for each in which]
    observed = {label: np.array([yardsticks[label].fit[name] for name in names]) for label in analyses}
    return _table(
        {
            (first, second): _percentiles(observed[first] - observed[second], drawn[first] - drawn[second])
            for first, second in combinations(analyses, 2)
        },
        pd.MultiIndex.from_product([names, _PARTS], names=["measure", "number"]),
    )


def agreement_intervals(
    analyses: Mapping[str, Analysis],
    yardsticks: Mapping[str, Yardstick],
    agreement: Mapping[str, pd.DataFrame],
    calibrated: CalibratedStudy,
    seed: int,
) -> dict[str, pd.DataFrame]:
    """How far agreement on predictions, groups, importances and directions depends on the cases.

    An importance is a mean over cases, of the rise in their errors, and a direction the sign of one, of the movement of their
    predictions, so both are computed anew in each resample. Verdicts are words: resampling cases says nothing about them unless
    every method is fitted again, so they have no intervals here. The remarks at :func:`differences` apply here too.

    Returns
    -------
    dict of pandas.DataFrame
        ``"predictions"``, ``"importance"`` and ``"directions"`` (percentile intervals, 95 %) and ``"groups"`` (estimate ± 1.96
        standard deviations of the resamples: the same case twice in a resample is in the same group twice, which moves all
        resamples towards more agreement, so percentiles would mislead). Index: pairs of methods; ``estimate``,
        ``low``, ``high``, ``undefined`` (resamples left out). A method that does not predict has a direction without
        movements, and so no interval for it. Empty with fewer than 20 cases, or units of a panel, where resamples say little.
    """
    if units(calibrated)[1] < FEWEST:
        return {}
    compare = _statistics(analyses, yardsticks)
    pairs = list(combinations(analyses, 2))
    observed = {name: [_cell(agreement[name], *pair) for pair in pairs] for name in compare}
    found: dict[str, list[Floats]] = {name: [] for name in compare}
    for weights in _resamples(calibrated, seed):
        for name, (things, statistic, _) in compare.items():
            known = ~np.isnan(observed[name])
            values = np.full((len(weights), len(pairs)), np.nan)
            for number in np.flatnonzero(known):
                first, second = pairs[number]
                if things[first] is not None and things[second] is not None:
                    values[:, number] = statistic(things[first], things[second], weights)
            found[name].append(values)
    tables = {}
    for name, (_, _, interval) in compare.items():
        parts = interval(np.array(observed[name]), np.concatenate(found[name]))
        tables[name] = _table({pair: parts[:, [number]] for number, pair in enumerate(pairs)}, pd.Index(_PARTS))
    return tables


def _statistics(analyses: Mapping[str, Analysis], yardsticks: Mapping[str, Yardstick]) -> dict[str, _Statistic]:
    """By kind of agreement: what it compares, by label, how, and the interval it has."""
    predicted = {
        label: each.cases["predicted"].to_numpy(dtype=float, na_value=np.nan) for label, each in analyses.items()
    }
    groups = {label: group_numbers(each.cases["group"]) for label, each in analyses.items()}
    rises = {label: None if each.rises is None else each.rises.to_numpy() for label, each in yardsticks.items()}
    moves = {label: None if each.moves is None else each.moves.to_numpy() for label, each in yardsticks.items()}
    return {
        "predictions": (predicted, rank_correlations, _percentiles),
        "groups": (groups, mutual_information, _standard),
        "importance": (rises, _orders_alike, _percentiles),
        "directions": (moves, _directions_alike, _percentiles),
    }


def _orders_alike(first: Floats, second: Floats, weights: Floats) -> Floats:
    """Kendall's tau-b of the columns' means in each resample; NaN where all of either are equal."""
    signs = []
    for rises in (first, second):
        means = _means(rises, weights)
        pairs = np.triu_indices(means.shape[1], k=1)
        apart = means[:, pairs[0]] - means[:, pairs[1]]
        signs.append(np.where(np.abs(apart) > 1e-12, np.sign(apart), 0.0))
    a, b = signs
    return np.asarray(ratio((a * b).sum(axis=1), np.sqrt(np.abs(a).sum(axis=1) * np.abs(b).sum(axis=1))))


def _directions_alike(first: Floats, second: Floats, weights: Floats) -> Floats:
    """The share of columns whose means have one direction in each resample; NaN where all of either have none."""
    a, b = (direction_of(_means(each, weights)) for each in (first, second))
    some = a.any(axis=1) & b.any(axis=1)
    return np.where(some, (a == b).mean(axis=1), np.nan)


def _means(values: Floats, weights: Floats) -> Floats:
    """The columns' means over the cases in each resample, shape (resamples, columns); a missing value does not count."""
    known = ~np.isnan(values)
    return np.asarray(ratio(weights @ np.where(known, values, 0.0), weights @ known))


def _cell(table: pd.DataFrame, row: str, column: str) -> float:
    return float(table[column].to_numpy()[table.index.get_loc(row)])


# -------------------------------------------------------------------------------------- resamples and intervals


def _resamples(calibrated: CalibratedStudy, seed: int) -> Iterator[Floats]:
    """How often each case is drawn, in blocks of shape (resamples, n). In panels whole units are drawn."""
    unit_of, count = units(calibrated)
    rng = generator(seed, "bootstrap of cases")
    at_once = max(1, _CELLS_AT_ONCE // len(unit_of))
    with one_thread():
        for start in range(0, RESAMPLES, at_once):
            drawn = rng.multinomial(count, np.full(count, 1 / count), size=min(at_once, RESAMPLES - start))
            yield drawn[:, unit_of].astype(float)


def _percentiles(estimate: Floats, drawn: Floats) -> Floats:
    """Rows: estimate, low, high, undefined; a column per number. `drawn` has shape (resamples, numbers)."""
    defined = ~np.isnan(drawn)
    known = defined.any(axis=0) & ~np.isnan(estimate)
    limits = np.full((2, len(estimate)), np.nan)
    if known.any():
        limits[:, known] = np.nanquantile(drawn[:, known], [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    return np.vstack([estimate, limits, (~defined).sum(axis=0)])


def _standard(estimate: Floats, drawn: Floats) -> Floats:
    """As :func:`_percentiles`: estimate ± normal quantile × standard deviation, at most 1."""
    from scipy.special import ndtri

    defined = ~np.isnan(drawn)
    spread = np.full(len(estimate), np.nan)
    several = defined.sum(axis=0) > 1
    spread[several] = np.nanstd(drawn[:, several], axis=0, ddof=1)
    reach = ndtri((1 + LEVEL) / 2) * spread
    return np.vstack([estimate, estimate - reach, np.minimum(estimate + reach, 1.0), (~defined).sum(axis=0)])


def _table(rows: Mapping[tuple[str, str], Floats], columns: pd.Index) -> pd.DataFrame:
    """One row per pair; of each number its parts beside one another."""
    pairs = pd.MultiIndex.from_tuples(list(rows), names=["method", "other"]) if rows else _NO_PAIRS
    values = np.array([parts.T.ravel() for parts in rows.values()]).reshape(len(rows), len(columns))
    counts = ["undefined" in column for column in columns]
    table = pd.DataFrame(
        {number: values[:, number].astype(int if count else float) for number, count in enumerate(counts)}, index=pairs
    )
    return table.set_axis(columns, axis="columns")


_NO_PAIRS = pd.MultiIndex.from_arrays([[], []], names=["method", "other"])
