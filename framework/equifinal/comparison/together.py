"""All claims of a study taken together, in one common set of worlds with the outcome permuted.

How many verdicts would chance alone have brought? Which stay firm when one of many may have come about by chance?
"""

import numpy as np
from numpy.typing import NDArray

from equifinal.sets import Floats


def by_chance_alone(strengths: Floats, threshold: float) -> NDArray[np.int_]:
    """How many claims each world would have brought about, had it been the one observed.

    Parameters
    ----------
    strengths
        How strongly each claim is asserted in each world, worlds × claims; 0 where it is not.
    threshold
        The largest share by chance of a firm verdict.

    Returns
    -------
    numpy.ndarray
        For each world, of how many claims the strength is above 0 and reached in so small a share of the worlds, itself included.
    """
    if not strengths.size:
        return np.zeros(len(strengths), dtype=int)
    ordered = np.sort(strengths, axis=0)
    below = np.column_stack(
        [np.searchsorted(ordered[:, at], strengths[:, at] - 1e-9) for at in range(strengths.shape[1])]
    )
    shares = (len(strengths) - below) / len(strengths)
    count: NDArray[np.int_] = ((strengths > 0) & (shares <= threshold)).sum(axis=1)
    return count


def step_down(observed: Floats, strengths: Floats) -> Floats:
    """Adjusted shares by chance: the step-down maximum of Westfall & Young (1993, algorithm 4.1).

    Strengths are standardized by their mean and standard deviation over worlds and the observation, so that no claim outweighs
    the others. The strongest is compared with the largest of all in each world, the next with the largest of those left, and so on.

    Parameters
    ----------
    observed
        How strongly each claim is asserted, shape (claims,).
    strengths
        The same in each world, worlds × claims.
    """
    everything = np.vstack([observed, strengths])
    finite = np.where(np.isfinite(everything), everything, np.nan)
    with np.errstate(invalid="ignore"):
        center, spread = np.nanmean(finite, axis=0), np.nanstd(finite, axis=0)
    apart = spread > 1e-12
    standardized = np.where(apart, (everything - center) / np.where(apart, spread, 1.0), 0.0)
    standardized[np.isinf(everything)] = np.inf
    mine, theirs = standardized[0], standardized[1:]
    order = np.argsort(-mine, kind="stable")
    largest = np.maximum.accumulate(theirs[:, order[::-1]], axis=1)[:, ::-1]
    shares = ((largest >= mine[order] - 1e-9).sum(axis=0) + 1) / (len(theirs) + 1)
    adjusted = np.empty(len(observed))
    adjusted[order] = np.maximum.accumulate(shares)
    return adjusted
