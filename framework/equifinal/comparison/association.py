"""How two methods' predictions, or their groups, are associated; also when cases count several times, as in a resample."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equifinal.sets import Floats, ratio


def rank_correlation(first: Floats, second: Floats) -> float:
    """Spearman's: Pearson's of the ranks, mean ranks where tied. NaN when either never varies, or with fewer than two pairs.

    SciPy's ``spearmanr`` gives the same, but its checks make it ten times slower.
    """
    from scipy.stats import rankdata

    if len(first) < 2 or np.ptp(first) < 1e-12 or np.ptp(second) < 1e-12:
        return np.nan
    return float(np.corrcoef(rankdata(first), rankdata(second))[0, 1])


def rank_correlations(first: Floats, second: Floats, weights: Floats) -> Floats:
    """Spearman's rank correlation in each resample; NaN where either does not vary.

    Parameters
    ----------
    first, second
        Values, shape (n,); a case that lacks one is left out.
    weights
        How often each case counts, shape (resamples, n).

    Returns
    -------
    numpy.ndarray of shape (resamples,)
    """
    there = ~np.isnan(first) & ~np.isnan(second)
    weights = weights[:, there]
    if not there.any():
        return np.full(len(weights), np.nan)
    middle = (weights.sum(axis=1, keepdims=True) + 1) / 2
    a, b = (_ranks(each[there], weights) - middle for each in (first, second))
    products = ((weights * x * z).sum(axis=1) for x, z in ((a, b), (a, a), (b, b)))
    together, of_first, of_second = products
    found = ratio(together, np.sqrt(of_first * of_second))
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


def group_numbers(groups: pd.Series) -> NDArray[np.intp]:
    """The number of each case's group, 0, 1, ...; a missing group is one of its own."""
    return pd.factorize(groups.astype(object).where(groups.notna(), None), use_na_sentinel=False)[0]


def mutual_information(first: NDArray[np.intp], second: NDArray[np.intp], weights: Floats) -> Floats:
    """Adjusted mutual information in each resample (Vinh, Epps & Bailey 2010; arithmetic mean of the entropies, as scikit-learn).

    As there, it is 1 where both make a single group, or a group of every case, and 0 where only one makes a single group.

    Parameters
    ----------
    first, second
        The number of each case's group, 0, 1, ..., shape (n,).
    weights
        How often each case counts, whole numbers, shape (resamples, n).

    Returns
    -------
    numpy.ndarray of shape (resamples,)
    """
    total = weights.sum(axis=1)
    cell = np.unique(np.column_stack([first, second]), axis=0, return_inverse=True)[1]
    rows, columns, joint = (weights @ np.eye(groups.max() + 1)[groups] for groups in (first, second, np.ravel(cell)))
    entropies = [_entropy(each, total) for each in (rows, columns)]
    mean_entropy = (entropies[0] + entropies[1]) / 2
    shared = entropies[0] + entropies[1] - _entropy(joint, total)
    expected = _expected(rows, columns, total)
    single = [(each > 0).sum(axis=1) == 1 for each in (rows, columns)]
    alone = (rows.max(axis=1) == 1) & (columns.max(axis=1) == 1)
    return np.select(
        [single[0] & single[1] | alone, single[0] | single[1]],
        [1.0, 0.0],
        ratio(shared - expected, mean_entropy - expected),
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
