"""Dividing cases, given as points, into clusters: Ward's tree, k-means, Gaussian mixture, and how well they are parted."""

import warnings
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = [
    "Partition",
    "closest",
    "cluster_means",
    "distances_of",
    "kmeans",
    "mixture",
    "numbered",
    "orders",
    "other_clusters",
    "silhouettes_of",
    "ward_cuts",
]

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

ORDERS = 20  # random orders of the cases, to see whether tied merges matter ...
MANY_CASES = 1000  # ... and fewer above so many, where each tree takes seconds
FEWER_ORDERS = 3
_DISTANCES_AT_ONCE = 2_000_000


@dataclass
class Partition:
    """Clusters 0, 1, ... of sorted cases, none of them empty."""

    labels: Labels  # (n,)
    order: Labels = field(
        default_factory=lambda: np.array([], dtype=np.int64)
    )  # (n,): the position of each in the study
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
        return float(self.silhouettes.mean())


def distances_of(scores: Floats) -> Floats:
    """Euclidean distances of all pairs of cases, shape (n (n - 1) / 2,)."""
    from scipy.spatial.distance import pdist

    # Equal distances must be equal to the last digit, or rounding would break ties.
    return np.asarray(np.round(pdist(scores), 10))


def ward_cuts(condensed: Floats, counts: list[int]) -> list[Partition]:
    """One tree, cut into each number of clusters; tied merges are never cut apart.

    The cuts are those of SciPy's ``fcluster(tree, count, "maxclust")``, which checks the tree anew for each and takes much
    longer for it.
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
    """The clusters that the first so many merges of the tree leave, numbered from 0."""
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
    """In how many of so many random orders of the cases Ward's tree has other clusters than `labels`."""
    count, others = int(labels.max()) + 1, 0
    for _ in range(orders(len(labels))):
        order = rng.permutation(len(labels))
        cut = ward_cuts(distances_of(scores[order]), [count])[0].labels
        others += len({*zip(labels[order].tolist(), cut.tolist(), strict=True)}) > count
    return others


def kmeans(scores: Floats, count: int, seed: int) -> Partition:
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # sums over threads come in any order
        model = KMeans(count, n_init=10, random_state=seed).fit(scores)
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
        model = GaussianMixture(count, covariance_type=covariance_type, n_init=10, random_state=seed).fit(scores)
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
        else ["The Gaussian mixture did not converge; its clusters are those of the last step."],
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
        Each the cluster 0, 1, ... of every case, shape (n,).
    """
    finest = max(partitions, key=lambda labels: int(labels.max()))
    sums_of_finest = _sums(distances, finest)
    found = []
    for labels in partitions:
        # Where clusters are unions of the finest ones, as in a tree, there is no need to go through all distances again.
        union = np.empty(int(finest.max()) + 1, dtype=np.int64)
        union[finest] = labels
        nested = (union[finest] == labels).all()
        found.append(_silhouettes(_sums(sums_of_finest, union) if nested else _sums(distances, labels), labels))
    return found


def _sums(columns: Floats, labels: Labels) -> Floats:
    """The sum over the columns of each label: (n, columns) becomes (n, labels)."""
    # Without BLAS, whose last digits may depend on the number of threads.
    return np.stack([columns[:, labels == label].sum(axis=1) for label in range(int(labels.max()) + 1)], axis=1)


def _silhouettes(sums: Floats, labels: Labels) -> Floats:
    sizes = np.bincount(labels)
    if len(sizes) < 2:
        return np.full(len(labels), np.nan)
    rows, own_size = np.arange(len(labels)), sizes[labels]
    within = sums[rows, labels] / np.maximum(own_size - 1, 1)
    between = sums / sizes
    between[rows, labels] = np.inf
    nearest = between.min(axis=1)
    widest = np.maximum(within, nearest)
    silhouettes = np.divide(nearest - within, widest, out=np.zeros(len(labels)), where=widest > 0)
    return np.asarray(np.where(own_size > 1, silhouettes, 0.0))


def cluster_means(values: Floats, belongs: NDArray[np.bool_]) -> Floats:
    """Mean of `values`, (n,) or (n, m), in each cluster of `belongs` (n, clusters): (clusters,) or (clusters, m)."""
    return np.array([values[member].mean(axis=0) for member in belongs.T])


def closest(scores: Floats, points: Floats) -> Labels:
    """The first of the nearest points, for every row of `scores`."""
    parts = np.array_split(scores, 1 + len(scores) * len(points) // _DISTANCES_AT_ONCE)
    if len(parts) == 1:
        return _closest(scores, points)
    # A matrix product finds the nearest many times faster, but for its last digits: rows where they decide are done again.
    squares = (points**2).sum(axis=1)
    tolerance = 1e-9 * (1.0 + squares.max() + float((scores**2).sum(axis=1).max()))
    found = []
    for part in parts:
        distances = squares - 2 * part @ points.T  # squared, without what is the same for all points
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
