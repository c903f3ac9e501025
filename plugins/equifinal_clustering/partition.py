"""Dividing cases, given as points, into clusters: Ward's tree, k-means, Gaussian mixture; and how well they are separated."""

import warnings
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equifinal.plain import Record

__all__ = [
    "Clusters",
    "Found",
    "Partition",
    "closest",
    "cluster_means",
    "distances_of",
    "kmeans",
    "mixture",
    "numbered",
]
__all__ += [
    "in_pairs",
    "orders",
    "other_clusters",
    "sampled_silhouettes_of",
    "scaled",
    "silhouettes_of",
    "single",
    "ward_cuts",
]

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Scaling = tuple[Floats, Floats]

ORDERS = 20  # random orders of the cases, to find out whether tied merges matter ...
MANY_CASES = 1000  # ... with fewer above this number, where each tree takes seconds
FEWER_ORDERS = 3
MOST_IN_PAIRS = 10_000  # cases: the distances of all pairs of them take 0.8 GB, those of 100,000 take 80
SAMPLED = 1_000  # cases to which silhouettes are measured when there are more
STARTS, FEWER_STARTS = 10, 3
_DISTANCES_AT_ONCE = 2_000_000


@dataclass(repr=False)
class Partition(Record):
    """Clusters 0, 1, ... of sorted cases; none of them is empty."""

    labels: Labels  # (n,)
    order: Labels = field(default_factory=lambda: np.array([], dtype=np.int64))  # (n,): positions in the study
    statistics: dict[str, float] = field(default_factory=dict)
    centers: Floats | None = None  # k-means: (clusters, conditions)
    components: Labels | None = None  # mixture: the component of each cluster
    probability: Floats | None = None  # mixture: (n,)
    linkage: Floats | None = None  # Ward: (n - 1, 4)
    model: Any = None
    notes: list[str] = field(default_factory=list)
    silhouettes: Floats = field(default_factory=lambda: np.array([]))
    tried: dict[str, list[Any]] | None = None  # one entry per number of clusters
    gaps: pd.DataFrame | None = None  # the same, when chosen by the gap statistic
    condensed: Floats = field(default_factory=lambda: np.array([]))  # distances of all pairs

    @property
    def count(self) -> int:
        return int(self.labels.max()) + 1

    @property
    def silhouette(self) -> float:
        known = self.silhouettes[~np.isnan(self.silhouettes)]
        return float(known.mean()) if len(known) else np.nan


@dataclass(frozen=True, eq=False, repr=False)
class Clusters(Record):
    """What predictions need, and scikit-learn's own model.

    Attributes
    ----------
    scaling : pair of numpy.ndarray of shape (conditions,), or None
        Mean and SD of each condition when cases are compared by z-scores.
    mean_outcome : numpy.ndarray of shape (clusters,)
        Mean outcome membership of the cases in cluster 1, 2, ...
    points, clusters_of_points : numpy.ndarray
        A case belongs to the cluster of the nearest of these: the cases seen (Ward) or the clusters' means (k-means).
    components : numpy.ndarray of shape (clusters,) or None
        The mixture's component behind each cluster; a case belongs to the most probable.
    model
        scikit-learn's ``KMeans`` or ``GaussianMixture``; ``None`` for Ward.
    """

    scaling: Scaling | None
    mean_outcome: Floats
    points: Floats
    clusters_of_points: Labels
    components: Labels | None
    model: Any

    def of(self, scores: Floats) -> Labels:
        """The cluster (0, 1, ...) of any cases, from their scaled scores."""
        if self.components is not None:
            return np.asarray(self.model.predict_proba(scores)[:, self.components].argmax(axis=1))
        return self.clusters_of_points[closest(scores, self.points)]


class Found(NamedTuple):
    """A partition of the sorted cases, what predictions need of it, and each case of the study in it."""

    partition: Partition
    clusters: Clusters
    labels: Labels  # (n,)
    scores: Floats  # (n, conditions)

    @property
    def belongs(self) -> NDArray[np.bool_]:
        """Whether a case belongs to a cluster, shape (n, clusters)."""
        return np.asarray(self.labels[:, np.newaxis] == np.arange(self.partition.count))

    @property
    def silhouettes(self) -> Floats:
        """Of each case, in the order of the study."""
        silhouettes = np.empty(len(self.labels))
        silhouettes[self.partition.order] = self.partition.silhouettes
        return silhouettes

    @property
    def names(self) -> list[str]:
        """``cluster 1``, ``cluster 2``, ..."""
        return [f"cluster {number + 1}" for number in range(self.partition.count)]


def scaled(values: Floats, scaling: Scaling | None) -> Floats:
    """z-scores, 0 where nothing varies; the values themselves without scaling."""
    if scaling is None:
        return values
    mean, deviation = scaling
    return np.asarray((values - mean) / np.where(deviation > 0, deviation, np.inf))


def single(cases: int, linkage: Floats | None = None) -> Partition:
    """All cases in one cluster."""
    nothing = np.full(cases, np.nan)
    return Partition(np.zeros(cases, dtype=np.int64), linkage=linkage, silhouettes=nothing)


def distances_of(scores: Floats) -> Floats:
    """Euclidean distances of all pairs of cases, shape (n (n - 1) / 2,)."""
    from scipy.spatial.distance import pdist

    # Equal distances must be equal to the last digit, or rounding would break ties.
    return np.asarray(np.round(pdist(scores), 10))


def ward_cuts(condensed: Floats, counts: list[int]) -> list[Partition]:
    """One tree, cut into each number of clusters; tied merges are never cut apart.

    The cuts are those of SciPy's ``fcluster(tree, count, "maxclust")``, which checks the tree again for each and takes much
    longer.
    """
    from scipy.cluster.hierarchy import ward

    tree = ward(condensed)
    heights = tree[:, 2]
    cases = len(tree) + 1
    # The merges up to the one that leaves `count` clusters, and all that are tied with it; none for as many as there are cases.
    last = np.append(heights, -np.inf)[[cases - count - 1 for count in counts]]
    merges = np.searchsorted(heights, last, "right").tolist()
    return [Partition(_cut(tree, done), linkage=tree) for done in merges]


def _cut(tree: Floats, merges: int) -> Labels:
    """The clusters that remain after the given number of merges of the tree, numbered from 0."""
    cases = len(tree) + 1
    top = np.arange(cases + merges)  # of every case and cluster, the cluster that it has been merged into
    top[tree[:merges, :2].astype(np.int64)] = np.arange(cases, cases + merges)[:, np.newaxis]
    number_of = np.cumsum(top == np.arange(cases + merges)) - 1
    while True:
        higher = top[top]
        if (higher == top).all():
            return np.asarray(number_of[top[:cases]])
        top = higher


def orders(cases: int) -> int:
    return ORDERS if cases <= MANY_CASES else FEWER_ORDERS


def other_clusters(scores: Floats, labels: Labels, rng: np.random.Generator) -> int:
    """In how many random orders of the cases the clusters of Ward's tree differ from `labels`; :func:`orders` of them are tried."""
    count, others = int(labels.max()) + 1, 0
    for _ in range(orders(len(labels))):
        order = rng.permutation(len(labels))
        cut = ward_cuts(distances_of(scores[order]), [count])[0].labels
        others += len({*zip(labels[order].tolist(), cut.tolist(), strict=True)}) > count
    return others


def in_pairs(cases: int) -> bool:
    """Whether there are few enough cases for the distances of all pairs of them."""
    return cases <= MOST_IN_PAIRS


def starts(cases: int) -> int:
    return STARTS if in_pairs(cases) else FEWER_STARTS


def kmeans(scores: Floats, count: int, seed: int) -> Partition:
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # sums over threads have no fixed order
        model = KMeans(count, n_init=starts(len(scores)), random_state=seed).fit(scores)
    nearest, labels = np.unique(closest(scores, model.cluster_centers_), return_inverse=True)
    return Partition(
        labels, statistics={"inertia": float(model.inertia_)}, centers=model.cluster_centers_[nearest], model=model
    )


def mixture(scores: Floats, count: int, seed: int, covariance_type: str) -> Partition:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # said in a note
        model = GaussianMixture(
            count, covariance_type=covariance_type, n_init=starts(len(scores)), random_state=seed
        ).fit(scores)
        posterior = model.predict_proba(scores)
    components, labels = np.unique(posterior.argmax(axis=1), return_inverse=True)
    return Partition(
        labels,
        statistics={"bic": float(model.bic(scores)), "aic": float(model.aic(scores))},
        components=components,
        probability=posterior.max(axis=1),
        model=model,
        notes=[]
        if model.converged_
        else ["The Gaussian mixture did not converge; its clusters are from the last step."],
    )


def numbered(partition: Partition, scores: Floats) -> Partition:
    """The same clusters by falling mean of their profile, then falling profile."""
    centers = cluster_means(scores, partition.labels[:, np.newaxis] == np.arange(partition.count))
    ranked = np.lexsort((*-centers.T[::-1], -centers.mean(axis=1)))
    number_of = np.empty(partition.count, dtype=np.int64)
    number_of[ranked] = np.arange(partition.count)
    return replace(
        partition,
        labels=number_of[partition.labels],
        centers=None if partition.centers is None else partition.centers[ranked],
        components=None if partition.components is None else partition.components[ranked],
    )


def silhouettes_of(distances: Floats, partitions: list[Labels]) -> list[Floats]:
    """(b - a) / max(a, b) of each case in each partition (Rousseeuw 1987); 0 for a case by itself, NaN in a single cluster.

    a is its mean distance to the other cases of its cluster, b the least mean distance to another cluster's.

    Parameters
    ----------
    distances
        Of all pairs of cases, shape (n, n).
    partitions
        The cluster 0, 1, ... of every case in each partition, shape (n,).
    """
    finest = max(partitions, key=lambda labels: int(labels.max()))
    sums_of_finest = _sums(distances, finest, int(finest.max()) + 1)
    found = []
    for labels in partitions:
        sizes = np.bincount(labels)
        # Where clusters are unions of the finest ones, as in a tree, the distances need not be summed again.
        union = np.empty(int(finest.max()) + 1, dtype=np.int64)
        union[finest] = labels
        nested = (union[finest] == labels).all()
        columns, names = (sums_of_finest, union) if nested else (distances, labels)
        found.append(_silhouettes(_sums(columns, names, len(sizes)), sizes, labels, itself=1, alone=0.0))
    return found


def sampled_silhouettes_of(scores: Floats, partitions: list[Labels], seed: int) -> list[Floats]:
    """As :func:`silhouettes_of`, with the mean distances to 1,000 cases drawn at random: for studies too large for all pairs.

    NaN for a case of whose cluster no other case was drawn; clusters of which none was are nobody's nearest.

    Parameters
    ----------
    scores
        Shape (n, conditions).
    partitions
        The cluster 0, 1, ... of every case in each partition, shape (n,).
    """
    from scipy.spatial.distance import cdist

    drawn = np.sort(np.random.default_rng(seed).choice(len(scores), min(SAMPLED, len(scores)), replace=False))
    itself = np.zeros(len(scores), dtype=np.int64)
    itself[drawn] = 1
    found: list[list[Floats]] = [[] for _ in partitions]
    for rows in np.array_split(np.arange(len(scores)), 1 + len(scores) * len(drawn) // _DISTANCES_AT_ONCE):
        distances = cdist(scores[rows], scores[drawn])
        for each, labels in zip(found, partitions, strict=True):
            sizes = np.bincount(labels[drawn], minlength=int(labels.max()) + 1)
            sums = _sums(distances, labels[drawn], len(sizes))
            each.append(_silhouettes(sums, sizes, labels[rows], itself[rows], alone=np.nan))
    return [np.concatenate(each) for each in found]


def _sums(columns: Floats, labels: Labels, count: int) -> Floats:
    """The sum over the columns of each of `count` labels: (n, columns) becomes (n, labels)."""
    # Without BLAS, whose last digits may depend on the number of threads.
    return np.stack([columns[:, labels == label].sum(axis=1) for label in range(count)], axis=1)


def _silhouettes(sums: Floats, sizes: Labels, labels: Labels, itself: Labels | int, alone: float) -> Floats:
    """Silhouettes from sums of distances to cases of each cluster, whose numbers are `sizes`.

    Of these a case may be one `itself`; it is `alone` where there is no other of its cluster among them.
    """
    rows = np.arange(len(labels))
    if len(sizes) < 2:
        return np.full(len(labels), np.nan)
    others = sizes[labels] - itself
    within = sums[rows, labels] / np.maximum(others, 1)
    between = np.divide(sums, sizes, out=np.full(sums.shape, np.inf), where=sizes > 0)
    between[rows, labels] = np.inf
    nearest = between.min(axis=1)
    widest = np.maximum(within, nearest)
    silhouettes = np.divide(nearest - within, widest, out=np.zeros(len(labels)), where=widest > 0)
    return np.asarray(np.where(others > 0, silhouettes, alone))


def cluster_means(values: Floats, belongs: NDArray[np.bool_]) -> Floats:
    """Mean of `values`, (n,) or (n, m), in each cluster of `belongs` (n, clusters): (clusters,) or (clusters, m)."""
    return np.array([values[member].mean(axis=0) for member in belongs.T])


def closest(scores: Floats, points: Floats) -> Labels:
    """The first of the nearest points, for every row of `scores`."""
    parts = np.array_split(scores, 1 + len(scores) * len(points) // _DISTANCES_AT_ONCE)
    if len(parts) == 1:
        return _closest(scores, points)
    # A matrix product finds the nearest many times faster, except for the last digits; rows where these decide are redone.
    squares = (points**2).sum(axis=1)
    tolerance = 1e-9 * (1.0 + squares.max() + float((scores**2).sum(axis=1).max()))
    found = []
    for part in parts:
        distances = squares - 2 * part @ points.T  # squared, without the part that is the same for all points
        near = distances <= distances.min(axis=1, keepdims=True) + tolerance
        nearest = near.argmax(axis=1)
        undecided = near.sum(axis=1) > 1
        if undecided.any():
            nearest[undecided] = _closest(part[undecided], points)
        found.append(nearest)
    return np.concatenate(found)


def _closest(scores: Floats, points: Floats) -> Labels:
    from scipy.spatial.distance import cdist

    distances = cdist(scores, points)
    # Whole scores make many ties, which rounding would break at random.
    return np.asarray((distances <= distances.min(axis=1, keepdims=True) + 1e-12).argmax(axis=1))
