"""How far differences and agreement between methods depend on the cases that happen to be there.

Differences come from a repeated cross-validation, in which every method is fitted again, with intervals corrected for what
its refits share (Nadeau & Bengio 2003). For agreement, cases are drawn again with replacement, 1,000 times, whole units in
panels, and each number is computed for every resample (Efron & Tibshirani 1993); the predictions and groups are then those
of the analyses: the methods are not fitted again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from equifinal.base.parallel import one_thread
from equifinal.base.seeds import generator
from equifinal.comparison.association import group_numbers, mutual_information, rank_correlations
from equifinal.comparison.fit import FEWEST, Repeated, Yardstick
from equifinal.comparison.importance import direction_of
from equifinal.comparison.measures import BUILT_IN, OUT_OF_SAMPLE, Measure, as_a_constant, in_resamples
from equifinal.comparison.out_of_sample import Positions, by_name, units
from equifinal.method.analysis import Analysis
from equifinal.sets import Floats, ratio
from equifinal.study.calibrated import CalibratedStudy

RESAMPLES = 1000

#: The share of the resamples that an interval holds; of a difference, how often it covers.
LEVEL = 0.95

#: Units are left out one at a time up to so many, in so many groups beyond.
_MOST_GROUPS = 200

_OF_DIFFERENCES = ("estimate", "error", "low", "high", "p")
_PARTS = ("estimate", "low", "high", "undefined")
_CELLS_AT_ONCE = 1_000_000

_Statistic = tuple[Mapping[str, Any], Callable[..., Floats], Callable[..., Floats]]


def differences(
    analyses: Mapping[str, Analysis],
    yardsticks: Mapping[str, Yardstick],
    calibrated: CalibratedStudy,
    which: Sequence[Measure] = BUILT_IN,
) -> pd.DataFrame:
    """Differences between methods in cases not seen, from a repeated cross-validation.

    What is estimated is the difference to expect on new cases, over the sets of cases that the methods might have learned from.
    Ten times ten folds are dealt (or those that the user gave, when they repeat), each measure is computed in every repeat and
    averaged. Its variance over cases, by the jackknife (one unit left out at a time; in 200 groups beyond 200 units), is
    multiplied by ``n / n1 + 1 / r``, where ``n1`` is the number of cases learned from and ``r`` how often each case is predicted.
    For a mean over cases this is the corrected resampled t-test of Nadeau & Bengio (2003, eq. 11): refits share most of their
    cases, which makes the uncorrected variance too small. ``benchmarks/coverage_of_differences.py`` shows how often the
    intervals cover.

    Returns
    -------
    pandas.DataFrame
        Index: pairs of methods (``method``, ``other``). Columns (``NAME_out_of_sample`` for each measure, ``number``):
        ``estimate`` (the method's less the other's), ``error`` (its standard error), ``low``, ``high`` (95 %, t with
        units - 1 degrees of freedom), and ``p``, that of a t-test, corrected for the number of pairs (Holm 1979). Below 20
        cases (units of a panel) the estimates are the differences in `fit`, and the rest is missing; it also is where a
        measure is undefined once a case is left out.
    """
    labels, pairs = list(analyses), list(combinations(analyses, 2))
    suffixed = [f"{each.name}{OUT_OF_SAMPLE}" for each in which]
    fitted = {label: np.array([yardsticks[label].fit[name] for name in suffixed]) for label in labels}
    found = np.full((len(pairs), len(which), len(_OF_DIFFERENCES)), np.nan)
    groups = _left_out(calibrated)
    outcome = calibrated.outcome_values("fuzzy")
    with one_thread():
        replicates = _Replicates(yardsticks, outcome, groups, which)
        for number, (first, second) in enumerate(pairs):
            repeated = yardsticks[first].repeated
            if repeated is None or yardsticks[second].repeated is None:
                found[number, :, 0] = fitted[first] - fitted[second]
            else:
                found[number, :, :4] = _intervals(replicates.difference(first, second), repeated.correction)
                found[number, :, 4] = _p_values(found[number, :, 0], found[number, :, 1], int(groups.max()))
    for number in range(len(which)):
        found[:, number, 4] = holm(found[:, number, 4])
    columns = pd.MultiIndex.from_product([suffixed, _OF_DIFFERENCES], names=["measure", "number"])
    index = pd.MultiIndex.from_tuples(pairs, names=["method", "other"]) if pairs else _NO_PAIRS
    return pd.DataFrame(found.reshape(len(pairs), len(columns)), index=index, columns=columns)


def _left_out(calibrated: CalibratedStudy) -> Positions:
    """The number of the group in which each case is left out: its unit's."""
    unit_of, count = units(calibrated)
    names = calibrated.cases if calibrated.unit is None else pd.unique(calibrated.data[calibrated.unit])
    place = np.empty(count, dtype=np.intp)
    place[by_name(names)] = np.arange(count)
    return place[unit_of] % _MOST_GROUPS


class _Replicates:
    """The measures of each method with all cases, and with each group of cases left out."""

    def __init__(
        self, yardsticks: Mapping[str, Yardstick], outcome: Floats, groups: Positions, which: Sequence[Measure]
    ) -> None:
        self.yardsticks, self.outcome, self.which = yardsticks, outcome, which
        left_in = groups != np.arange(groups.max() + 1)[:, np.newaxis]
        self.weights = np.vstack([np.ones(len(outcome)), left_in.astype(float)])
        self.known: dict[tuple[str, bytes], Floats] = {}

    def difference(self, first: str, second: str) -> Floats:
        """Shape (1 + groups, measures); of cases that both methods predict."""
        one, other = (self._repeated(label).predicted for label in (first, second))
        missing = np.isnan(one) | np.isnan(other)
        return self._of(first, missing) - self._of(second, missing)

    def _repeated(self, label: str) -> Repeated:
        repeated = self.yardsticks[label].repeated
        assert repeated is not None
        return repeated

    def _of(self, label: str, missing: Any) -> Floats:
        key = label, missing.tobytes()
        if key not in self.known:
            varies = self.yardsticks[label].varies
            predicted = np.where(missing, np.nan, self._repeated(label).predicted)
            repeats = np.array([self._in_one(row, varies) for row in predicted])
            defined = ~np.isnan(repeats)
            self.known[key] = ratio(np.where(defined, repeats, 0.0).sum(axis=0), defined.sum(axis=0))
        return self.known[key]

    def _in_one(self, predicted: Floats, varies: bool) -> Floats:
        found = in_resamples(predicted, self.outcome, self.weights, self.which)
        if not varies:
            ranked = [number for number, each in enumerate(self.which) if each.by_rank]
            constant = as_a_constant(predicted)
            found[:, ranked] = in_resamples(constant, self.outcome, self.weights, [self.which[k] for k in ranked])
        return found


def _intervals(replicates: Floats, correction: float) -> Floats:
    """Estimate, standard error, and limits of each number. `replicates`: with all cases, then with each group left out."""
    from scipy.special import stdtrit

    estimate, without = replicates[0], replicates[1:]
    count = len(without)
    variance = (count - 1) / count * ((without - without.mean(axis=0)) ** 2).sum(axis=0)
    error = np.sqrt(variance * correction)
    reach = stdtrit(count - 1, (1 + LEVEL) / 2) * error
    return np.column_stack([estimate, error, estimate - reach, estimate + reach])


def _p_values(estimate: Floats, error: Floats, degrees: int) -> Floats:
    """Of two-sided t-tests; missing where there is no error to compare with, as between equal predictions."""
    from scipy.special import stdtr

    return np.asarray(2 * stdtr(degrees, -np.abs(ratio(estimate, error))))


def holm(p_values: Floats) -> Floats:
    """p-values corrected for their number (Holm 1979); missing ones do not count.

    >>> holm(np.array([0.01, np.nan, 0.04, 0.03])).round(2).tolist()
    [0.03, nan, 0.06, 0.06]
    """
    found = np.full(len(p_values), np.nan)
    order = np.argsort(p_values)[: (~np.isnan(p_values)).sum()]
    steps = np.arange(len(order), 0, -1)
    found[order] = np.minimum(np.maximum.accumulate(p_values[order] * steps), 1.0)
    return found


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
    every method is fitted again, so they have no intervals here. The predictions are taken as given and would differ had other cases
    been there, which is not accounted for: the intervals are too narrow rather than too wide, the more so in small samples.

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
