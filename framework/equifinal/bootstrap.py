"""How far the differences and agreements between methods hang on the cases that happen to be there.

Cases are drawn again with replacement, 1,000 times, whole units in panels, and each figure is computed for every resample
(Efron & Tibshirani 1993). The same resamples serve all methods, so that differences are paired. The predictions and the groups
are those of the analyses: the methods are not fitted again in the resamples.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equifinal.analysis import Analysis
from equifinal.calibrated_study import CalibratedStudy
from equifinal.parallel import one_thread
from equifinal.runs import generator
from equifinal.yardstick import MEASURES, Yardstick, units

__all__ = ["LEVEL", "agreement_intervals", "differences"]

Floats = NDArray[np.float64]

RESAMPLES = 1000

#: The share of the resamples that an interval holds.
LEVEL = 0.95

#: Agreement has no intervals with fewer cases (or units of a panel).
FEWEST = 20

_PARTS = ("estimate", "low", "high", "undefined")
_CELLS_AT_ONCE = 1_000_000


def differences(
    analyses: Mapping[str, Analysis], yardsticks: Mapping[str, Yardstick], study: CalibratedStudy, seed: int
) -> pd.DataFrame:
    """Differences between methods on the common yardstick, with paired bootstrap intervals over cases.

    An interval holds the middle 95 % of 1,000 resamples (the percentile interval of Efron & Tibshirani 1993, ch. 13).

    The predictions are taken as given. That they come from methods fitted to these very cases, and would be others had other
    cases been there, is not accounted for; neither is the dependence between predictions whose refits share nearly all cases.
    The intervals are therefore too narrow rather than too wide, and in small samples more so.

    Returns
    -------
    pandas.DataFrame
        Index: pairs of methods (``method``, ``other``). Columns: each measure of :func:`equifinal.yardstick.measures`, first
        out of sample, then in sample, with ``estimate`` (the method's less the other's), ``low``, ``high``, and
        ``undefined``: the number of resamples that were left out because the difference is undefined there, for instance
        because all their cases have the outcome. Where the estimate is missing, so is the interval.
    """
    outcome = study.fuzzy[study.outcome.name].to_numpy(dtype=float)
    suffixes = ("_out_of_sample", "")
    found: dict[str, list[Floats]] = {label: [] for label in analyses}
    for weights in _resamples(study, seed):
        for label, analysis in analyses.items():
            inside = analysis.cases["predicted"].to_numpy(dtype=float, na_value=np.nan)
            outside = yardsticks[label].predicted_out_of_sample.to_numpy(dtype=float)
            found[label].append(np.hstack([_measures(each, outcome, weights) for each in (outside, inside)]))
    drawn = {label: np.concatenate(blocks) for label, blocks in found.items()}
    names = [f"{measure}{suffix}" for suffix in suffixes for measure in MEASURES]
    observed = {label: np.array([yardsticks[label].fit[name] for name in names]) for label in analyses}
    return _table(
        {
            (first, second): _percentiles(observed[first] - observed[second], drawn[first] - drawn[second])
            for first, second in combinations(analyses, 2)
        },
        pd.MultiIndex.from_product([names, _PARTS], names=["measure", "figure"]),
    )


def agreement_intervals(
    analyses: Mapping[str, Analysis], agreement: Mapping[str, pd.DataFrame], study: CalibratedStudy, seed: int
) -> dict[str, pd.DataFrame]:
    """How far the agreement of methods on predictions and on groups hangs on the cases.

    Importances, directions and verdicts are no averages over cases: to resample cases says nothing of them unless every method is
    fitted again, so they have no intervals here. The remarks at :func:`differences` hold here too.

    Returns
    -------
    dict of pandas.DataFrame
        ``"predictions"`` (percentile intervals, 95 %) and ``"groups"`` (estimate ± 1.96 standard deviations of the resamples:
        the same case twice in a resample is in the same group twice, which moves all resamples towards more agreement, so
        that their percentiles would mislead). Index: pairs of methods; ``estimate``, ``low``, ``high``, ``undefined``
        (resamples left out). Empty with fewer than 20 cases, or units of a panel, where resamples say little.
    """
    if units(study)[1] < FEWEST:
        return {}
    predicted = {
        label: each.cases["predicted"].to_numpy(dtype=float, na_value=np.nan) for label, each in analyses.items()
    }
    groups = {label: _group_numbers(each.cases["group"]) for label, each in analyses.items()}
    compare: dict[str, tuple[Mapping[str, Any], Callable[..., Floats], Callable[..., Floats]]] = {
        "predictions": (predicted, _spearman, _percentiles),
        "groups": (groups, _mutual_information, _standard),
    }
    pairs = list(combinations(analyses, 2))
    observed = {name: [_cell(agreement[name], *pair) for pair in pairs] for name in compare}
    found: dict[str, list[Floats]] = {name: [] for name in compare}
    for weights in _resamples(study, seed):
        for name, (things, statistic, _) in compare.items():
            known = ~np.isnan(observed[name])
            values = np.full((len(weights), len(pairs)), np.nan)
            for number in np.flatnonzero(known):
                first, second = pairs[number]
                values[:, number] = statistic(things[first], things[second], weights)
            found[name].append(values)
    tables = {}
    for name, (_, _, interval) in compare.items():
        figures = interval(np.array(observed[name]), np.concatenate(found[name]))
        tables[name] = _table({pair: figures[:, [number]] for number, pair in enumerate(pairs)}, pd.Index(_PARTS))
    return tables


def _cell(table: pd.DataFrame, row: str, column: str) -> float:
    return float(table[column].to_numpy()[table.index.get_loc(row)])


# -------------------------------------------------------------------------------------- resamples and intervals


def _resamples(study: CalibratedStudy, seed: int) -> Iterator[Floats]:
    """How often each case is drawn, in blocks of shape (resamples, n). In panels whole units are drawn."""
    unit_of, count = units(study)
    rng = generator(seed, "bootstrap of cases")
    at_once = max(1, _CELLS_AT_ONCE // len(unit_of))
    with one_thread():
        for start in range(0, RESAMPLES, at_once):
            drawn = rng.multinomial(count, np.full(count, 1 / count), size=min(at_once, RESAMPLES - start))
            yield drawn[:, unit_of].astype(float)


def _percentiles(estimate: Floats, drawn: Floats) -> Floats:
    """Rows: estimate, low, high, undefined; a column per figure. `drawn` has shape (resamples, figures)."""
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
    """One row per pair; of each figure its parts beside one another."""
    pairs = pd.MultiIndex.from_tuples(list(rows), names=["method", "other"]) if rows else _NO_PAIRS
    values = np.array([figures.T.ravel() for figures in rows.values()]).reshape(len(rows), len(columns))
    counts = ["undefined" in column for column in columns]
    table = pd.DataFrame(
        {number: values[:, number].astype(int if count else float) for number, count in enumerate(counts)}, index=pairs
    )
    return table.set_axis(columns, axis="columns")


_NO_PAIRS = pd.MultiIndex.from_arrays([[], []], names=["method", "other"])


# ------------------------------------------------------------------------------------- figures of all resamples


def _measures(predicted: Floats, outcome: Floats, weights: Floats) -> Floats:
    """What :func:`equifinal.yardstick.measures` finds in each resample, shape (resamples, measures).

    Every measure is made of sums over cases, so that a case drawn twice has the weight 2.
    """
    there = ~np.isnan(predicted) & ~np.isnan(outcome)
    p, y, w = predicted[there], outcome[there], weights[:, there]
    both = np.minimum(p, y)
    either_way = np.minimum(both, 1.0 - y)
    decided = (p != 0.5) & (y != 0.5)
    has, lacks = decided & (y > 0.5), decided & (y < 0.5)
    sums = w @ np.column_stack(
        [both, p, y, either_way, has, has & (p > 0.5), lacks, lacks & (p < 0.5), np.abs(p - y), np.ones(len(p))]
    )
    s_both, s_p, s_y, s_either, s_has, s_found, s_lacks, s_spared, s_error, s_cases = sums.T
    return np.column_stack(
        [
            _ratio(s_both, s_p),
            _ratio(s_both, s_y),
            _ratio(s_both - s_either, s_p - s_either),
            (_ratio(s_found, s_has) + _ratio(s_spared, s_lacks)) / 2,
            _ratio(s_error, s_cases),
            _spearman(p, y, w),
        ]
    )


def _ratio(numerator: Floats, denominator: Floats) -> Floats:
    result = np.full(len(numerator), np.nan)
    np.divide(numerator, denominator, out=result, where=np.abs(denominator) > 1e-12)
    return result


def _spearman(first: Floats, second: Floats, weights: Floats) -> Floats:
    """Spearman's rank correlation in each resample; missing where either does not vary."""
    there = ~np.isnan(first) & ~np.isnan(second)
    weights = weights[:, there]
    if not there.any():
        return np.full(len(weights), np.nan)
    middle = (weights.sum(axis=1, keepdims=True) + 1) / 2
    a, b = (_ranks(each[there], weights) - middle for each in (first, second))
    products = ((weights * x * z).sum(axis=1) for x, z in ((a, b), (a, a), (b, b)))
    together, of_first, of_second = products
    found = _ratio(together, np.sqrt(of_first * of_second))
    varies = _varies(first[there], weights) & _varies(second[there], weights)
    return np.where(varies, found, np.nan)


def _ranks(values: Floats, weights: Floats) -> Floats:
    """The mean rank of each case's value in each resample; equal values share the mean of their ranks."""
    order = np.argsort(values, kind="stable")
    starts = np.flatnonzero(np.diff(values[order], prepend=-np.inf))
    counts = np.add.reduceat(weights[:, order], starts, axis=1)
    ranks = np.cumsum(counts, axis=1) - (counts - 1) / 2
    return ranks[:, np.searchsorted(values[order][starts], values)]


def _varies(values: Floats, weights: Floats) -> NDArray[np.bool_]:
    drawn = weights > 0
    spread = np.where(drawn, values, -np.inf).max(axis=1) - np.where(drawn, values, np.inf).min(axis=1)
    return np.asarray(spread > 1e-12)


def _group_numbers(groups: pd.Series) -> NDArray[np.intp]:
    return pd.factorize(groups.astype(object).where(groups.notna(), None), use_na_sentinel=False)[0]


def _mutual_information(first: NDArray[np.intp], second: NDArray[np.intp], weights: Floats) -> Floats:
    """Adjusted mutual information in each resample (Vinh, Epps & Bailey 2010; arithmetic mean of the entropies, as scikit-learn).

    As there, it is 1 where both make a single group, and 0 where one of them does.
    """
    total = weights.sum(axis=1)
    cell = np.unique(np.column_stack([first, second]), axis=0, return_inverse=True)[1]
    rows, columns, joint = (weights @ np.eye(groups.max() + 1)[groups] for groups in (first, second, np.ravel(cell)))
    entropies = [_entropy(each, total) for each in (rows, columns)]
    mean_entropy = (entropies[0] + entropies[1]) / 2
    shared = entropies[0] + entropies[1] - _entropy(joint, total)
    expected = _expected(rows, columns, total)
    single = [(each > 0).sum(axis=1) == 1 for each in (rows, columns)]
    return np.where(
        single[0] | single[1], (single[0] & single[1]).astype(float), _ratio(shared - expected, mean_entropy - expected)
    )


def _entropy(counts: Floats, total: Floats) -> Floats:
    shares = counts / total[:, np.newaxis]
    logs = np.log(shares, out=np.zeros_like(shares), where=shares > 0)
    entropy: Floats = -(shares * logs).sum(axis=1)
    return entropy


def _expected(rows: Floats, columns: Floats, total: Floats) -> Floats:
    """Mutual information expected of two groupings with these group sizes at random (Vinh, Epps & Bailey 2010).

    The number of cases that a group of a and one of b share is then hypergeometric. Many resamples have groups of the same
    sizes: each pair of sizes is worked out once.
    """
    from scipy.special import gammaln

    shape = (len(total), rows.shape[1], columns.shape[1])
    a, b, n = (
        np.broadcast_to(each, shape).ravel().astype(int)
        for each in (rows[:, :, np.newaxis], columns[:, np.newaxis, :], total[:, np.newaxis, np.newaxis])
    )
    base = int(total.max()) + 1
    keys, place = np.unique((n * base + a) * base + b, return_inverse=True)
    n, a, b = keys // base**2, keys // base % base, keys % base
    least, most = np.maximum(1, a + b - n), np.minimum(a, b)
    lengths = np.maximum(most - least + 1, 0)
    pair = np.repeat(np.arange(len(keys)), lengths)
    k = np.arange(len(pair)) - np.repeat(np.cumsum(lengths) - lengths, lengths) + least[pair]
    n, a, b = n[pair], a[pair], b[pair]
    of = gammaln(np.arange(base) + 1.0)  # logarithms of factorials
    chance = of[a] + of[b] + of[n - a] + of[n - b] - of[n] - of[k] - of[a - k] - of[b - k] - of[n - a - b + k]
    parts = k / n * np.log(n * k / (a * b)) * np.exp(chance)
    each = np.bincount(pair, weights=parts, minlength=len(keys))
    expected: Floats = each[np.ravel(place)].reshape(shape).sum(axis=(1, 2))
    return expected
