"""What a reader of a clustering should be warned of."""

import numpy as np
import pandas as pd

import equifinal as eq
from equifinal_clustering.partition import MOST_IN_PAIRS, SAMPLED, Found, in_pairs, orders, other_clusters
from equifinal_clustering.validation import RECOVERED

WEAK_STRUCTURE = 0.25  # Kaufman & Rousseeuw (1990, 88): "no substantial structure has been found"
TESTS_DESCRIBE = (
    "Clusters were formed from the very scores that the Kruskal-Wallis tests compare, one condition at a time and "
    "without correction: their p-values describe the clusters, they test nothing."
)


def about_clusters(calibrated: eq.CalibratedStudy, found: Found, rng: np.random.Generator) -> list[str]:
    """How much the clusters can be trusted; `rng` draws orders of the cases, to find out whether ties in the tree matter."""
    partition, scores = found.partition, found.scores
    if partition.count == 1:
        return []
    notes = [TESTS_DESCRIBE]
    if partition.silhouette < WEAK_STRUCTURE:
        notes.append(
            f"The mean silhouette is {partition.silhouette:.2f}, below {WEAK_STRUCTURE}: there is hardly any cluster "
            "structure (Kaufman & Rousseeuw 1990)."
        )
    if partition.linkage is not None:
        others = other_clusters(scores[partition.order], partition.labels, rng)
        if others:
            notes.append(
                f"Ward's tree has tied merges, and their order matters here: in {others} of {orders(len(scores))} random "
                "orders of the cases the clusters are not quite the same."
            )
    singles = [name for name, size in zip(found.names, found.belongs.sum(axis=0), strict=True) if size == 1]
    if singles:
        notes.append(f"A single case by itself: {', '.join(singles)}.")
    ranges = zip(calibrated.condition_names, np.ptp(scores, axis=0), strict=True)
    constant = [name for name, width in ranges if width == 0]
    if constant:
        notes.append(f"Without influence on the clusters, because it is the same in all cases: {', '.join(constant)}.")
    without = [name for name in calibrated.condition_names if name not in calibrated.fuzzy]
    if without:
        notes.append(
            f"Clusters have no expression, because these conditions have no calibration: {', '.join(without)}."
        )
    return notes + _about_small_components(found, calibrated.raw.shape[1])


def about_many_cases(cases: int, algorithm: str) -> list[str]:
    """What is done otherwise where there are too many cases for the distances of all pairs of them."""
    if in_pairs(cases):
        return []
    size = cases**2 * 8 / 2**30
    instead = (
        "k-means (three starts) took the place of Ward's tree" if algorithm == "ward" else "there were three starts"
    )
    return [
        f"The distances of all pairs of {cases:,} cases would take {size:,.0f} GiB, so {instead}, and silhouettes are "
        f"measured to {SAMPLED:,} cases drawn at random. A sample of at most {MOST_IN_PAIRS:,} cases has all of them."
    ]


def _about_small_components(found: Found, needed: int) -> list[str]:
    """A full covariance matrix is singular without more cases than conditions."""
    small = int((found.belongs.sum(axis=0) < needed).sum())
    if not small or getattr(found.partition.model, "covariance_type", "") != "full":
        return []
    return [
        f"{small} of the mixture's clusters have fewer than {needed} cases, too few for a full covariance matrix. "
        'covariance_type = "diag" or "spherical" needs fewer.'
    ]


def about_stability(jaccard: pd.Series, samples: int) -> list[str]:
    """Clusters that bootstrap samples do not recover."""
    return [
        f"Over {samples} bootstrap samples {name} has a mean Jaccard similarity of {value:.2f}, below {RECOVERED}: "
        "it is not stable (Hennig 2007)."
        for name, value in jaccard.items()
        if value < RECOVERED
    ]
