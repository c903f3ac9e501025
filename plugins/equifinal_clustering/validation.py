"""How good a partition is: the number of clusters, their stability, how distinct they are."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equifinal_clustering.partition import Floats, Labels

#: Divides cases (n, k) into each number of clusters; their labels are 0, 1, ...
Divide = Callable[[Floats, list[int]], list[Labels]]

RECOVERED = 0.75  # Hennig (2007): a stable cluster's mean Jaccard similarity is at least this
DISSOLVED = 0.5  # Hennig (2008): at most this, the cluster is dissolved


def gap_statistic(
    scores: Floats, partitions: Mapping[int, Labels], divide: Divide, samples: int, rng: np.random.Generator
) -> pd.DataFrame:
    """The gap statistic of Tibshirani, Walther & Hastie (2001) for each number of clusters.

    log W is the log of the sum of squares within clusters; the gap is its mean over cases without clusters minus that of
    the cases. The latter are drawn evenly from a box along the principal components (their reference distribution b), because
    a box along the conditions would be far wider than cases whose conditions are correlated.

    Parameters
    ----------
    scores
        Shape (n, k).
    partitions
        The labels of the cases by number of clusters.
    samples
        How many times n cases without clusters are drawn.

    Returns
    -------
    pandas.DataFrame
        By ``n_clusters``: ``log_within``, ``expected``, ``gap`` (infinite where each cluster is a single score), and
        ``standard_error``, the SD over samples times sqrt(1 + 1 / samples).
    """
    counts = sorted(partitions)
    center = scores.mean(axis=0)
    axes = np.linalg.svd(scores - center, full_matrices=False)[2]
    # The sign of an axis is arbitrary, and would change the draws.
    axes *= np.sign(np.take_along_axis(axes, np.abs(axes).argmax(axis=1)[:, np.newaxis], axis=1))
    along = (scores - center) @ axes.T
    drawn = np.empty((samples, len(counts)))
    for sample in drawn:
        even = rng.uniform(along.min(axis=0), along.max(axis=0), along.shape) @ axes + center
        divided = dict(zip(counts, _all_divided(even, counts, divide), strict=True))
        sample[:] = [_log_within(even, divided[count]) for count in counts]
    log_within = np.array([_log_within(scores, partitions[count]) for count in counts])
    return pd.DataFrame(
        {
            "log_within": log_within,
            "expected": drawn.mean(axis=0),
            "gap": drawn.mean(axis=0) - log_within,
            "standard_error": drawn.std(axis=0) * np.sqrt(1 + 1 / samples),
        },
        index=pd.Index(counts, name="n_clusters"),
    )


def clusters_by_gap(gaps: pd.DataFrame, samples: int) -> tuple[int, list[str]]:
    """The smallest number whose gap is at least the next gap less its standard error; the largest when there is none.

    The notes say when there is none, and when a comparison up to there is within two Monte Carlo errors of a different answer.
    """
    gap, error = gaps["gap"].to_numpy(), gaps["standard_error"].to_numpy()
    margin = gap[:-1] - (gap[1:] - error[1:])
    enough = np.flatnonzero(margin >= 0)
    chosen = int(enough[0]) if len(enough) else len(gap) - 1
    # Each expectation is a mean over samples: its error is the standard_error / sqrt(samples + 1).
    drawn = 2 * np.sqrt((error[:-1] ** 2 + error[1:] ** 2) / (samples + 1))
    close = gaps.index[:-1][(np.abs(margin) < drawn) & (np.arange(len(margin)) <= chosen)].tolist()
    notes = []
    if len(gap) > 1 and not len(enough):
        notes.append(
            f"The gap statistic still rises at {gaps.index[-1]} clusters, the largest number tried. max_clusters tries more."
        )
    if close:
        notes.append(
            f"The gap statistic's comparison of {' and '.join(map(str, close))} with more clusters is so close that other "
            "samples could change the number of clusters. gap_samples takes more of them."
        )
    return int(gaps.index[chosen]), notes


def _all_divided(scores: Floats, counts: Sequence[int], divide: Divide) -> list[Labels]:
    """As `divide`, also into 1."""
    one = [np.zeros(len(scores), dtype=np.int64)] if 1 in counts else []
    return one + divide(scores, [count for count in counts if count > 1])


def _log_within(scores: Floats, labels: Labels) -> float:
    parts = (scores[labels == label] for label in np.unique(labels))
    within = sum(float(((part - part.mean(axis=0)) ** 2).sum()) for part in parts)
    # Identical cases differ by rounding alone.
    return float(np.log(within)) if within > 1e-20 * max(float((scores**2).sum()), 1e-300) else -np.inf


def stability(scores: Floats, labels: Labels, divide: Divide, samples: int, rng: np.random.Generator) -> pd.DataFrame:
    """How well each cluster is recovered in bootstrap samples of the cases (Hennig 2007).

    Each sample is divided into as many clusters; a case drawn more than once enters once, because copies of a case would form
    a cluster. A cluster's similarity is the highest Jaccard coefficient of its cases in the sample with a cluster of the sample.

    Returns
    -------
    pandas.DataFrame
        One row per cluster: ``jaccard``, the mean similarity; ``recovered``, the share of samples above 0.75;
        ``dissolved``, the share at 0.5 or below; ``samples`` that hold any of its cases.
    """
    count = int(labels.max()) + 1
    similarity = np.full((samples, count), np.nan)
    for row in similarity:
        drawn = np.unique(rng.integers(len(labels), size=len(labels)))
        found = min(count, len(np.unique(scores[drawn], axis=0)))
        again = _all_divided(scores[drawn], [found], divide)[0]
        shared = np.zeros((count, int(again.max()) + 1))
        np.add.at(shared, (labels[drawn], again), 1)
        mine, theirs = shared.sum(axis=1, keepdims=True), shared.sum(axis=0)
        present = mine[:, 0] > 0
        row[present] = (shared / (mine + theirs - shared))[present].max(axis=1)
    known = ~np.isnan(similarity)
    times = known.sum(axis=0)

    def share(counted: Floats | NDArray[np.bool_]) -> Floats:
        return np.asarray(np.divide(counted.sum(axis=0), times, out=np.full(count, np.nan), where=times > 0))

    return pd.DataFrame(
        {
            "jaccard": share(np.where(known, similarity, 0.0)),
            "recovered": share(known & (similarity > RECOVERED)),
            "dissolved": share(known & (similarity <= DISSOLVED)),
            "samples": times,
        }
    )


def cophenetic_correlation(tree: Floats, condensed: Floats) -> float:
    """Pearson correlation of the cases' distances with the heights at which the tree joins them (Sokal & Rohlf 1962)."""
    from scipy.cluster.hierarchy import cophenet

    heights = cophenet(tree)
    if np.ptp(condensed) == 0 or np.ptp(heights) == 0:
        return np.nan
    # By hand: scipy's own correlation takes twenty times as long on thousands of cases.
    heights, distances = heights - heights.mean(), condensed - condensed.mean()
    return float((heights * distances).sum() / np.sqrt((heights**2).sum() * (distances**2).sum()))


def fuzzy_memberships(scores: Floats, centers: Floats) -> Floats:
    """Memberships (n, clusters) of cases in clusters with given centres; they add up to 1 (Bezdek 1981, m = 2).

    u_ik = 1 / Σ_j (d_ik / d_jk)², with d the Euclidean distance to a centre. A case at a centre belongs to it alone; where
    centres coincide there, it is shared.
    """
    from scipy.spatial.distance import cdist

    squared = cdist(scores, centers, "sqeuclidean")
    at_center = squared < 1e-20
    closeness = np.where(at_center.any(axis=1, keepdims=True), at_center, 1 / np.where(at_center, 1.0, squared))
    return np.asarray(closeness / closeness.sum(axis=1, keepdims=True))
