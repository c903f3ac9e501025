"""Straight ceilings over many orders of the outcome at once, in the unit square that the scope is scaled to.

Each function returns the intercepts and slopes of one line per order, shape (m,) each, NaN where there is no line.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_HALVINGS = 80  # of the slopes that are possible: enough for the last bit of any slope
_ROUND_OFF = 1e-12


def corners(height: Floats) -> NDArray[np.bool_]:
    """Where the ceiling steps up; the last axis goes from left to right."""
    corner = np.ones(height.shape, dtype=bool)
    corner[..., 1:] = height[..., 1:] > height[..., :-1]
    return corner


def cr_fdh(u: Floats, height: Floats, cases: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Least squares through the cases at the peers.

    Parameters
    ----------
    u
        The scores of the condition, each once, shape (k,), rising.
    height
        The highest outcome up to each, shape (m, k).
    cases
        How many cases lie there, shape (m, k).
    """
    corner = corners(height)
    weight = np.where(corner, cases, 0)
    total = weight.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        u_mean, v_mean = (weight @ u) / total, (weight * height).sum(axis=1) / total
        u_off = u - u_mean[:, None]
        rise, run = (weight * u_off * (height - v_mean[:, None])).sum(axis=1), (weight * u_off**2).sum(axis=1)
        slope = np.where(corner.sum(axis=1) > 1, rise / run, np.nan)
    return v_mean - slope * u_mean, slope


def c_lp(u: Floats, height: Floats) -> tuple[Floats, Floats]:
    """The line on or above all peers with the smallest sum of distances down to them; parameters as in :func:`cr_fdh`.

    This linear program is solved by the edge of the peers' upper hull over their mean. Of two edges that meet there the one
    with the larger area above it within the square is taken.
    """
    corner = corners(height)
    many = corner.sum(axis=1) > 1
    u_mean = (corner @ u) / corner.sum(axis=1)

    def top(slope: Floats) -> tuple[Floats, NDArray[np.intp]]:
        over = height - slope[:, None] * u
        highest = over.argmax(axis=1)
        return np.take_along_axis(over, highest[:, None], axis=1)[:, 0], highest

    def gradient(slope: Floats) -> Floats:
        return np.asarray(u_mean - u[top(slope)[1]])

    size = len(height)
    best, area = (np.full(size, np.nan), np.full(size, np.nan)), np.full(size, -np.inf)
    for steep in (False, True):
        slope = _lowest(gradient, np.zeros(size), np.full(size, _steepest(u)), steep)
        line = top(slope)[0], slope
        larger = many & (above(*line) > area)
        area = np.where(larger, above(*line), area)
        best = np.where(larger, line[0], best[0]), np.where(larger, line[1], best[1])
    return best


def cols(u: Floats, v: Floats) -> tuple[Floats, Floats]:
    """Corrected ordinary least squares: the regression line through all cases, raised until no case lies above it.

    Parameters
    ----------
    u
        The scores of the condition of all cases, shape (n,).
    v
        Those of the outcome, shape (m, n).
    """
    if not np.ptp(u) > 0:
        return np.full(len(v), np.nan), np.full(len(v), np.nan)
    off = u - u.mean()
    slope = ((v - v.mean(axis=1, keepdims=True)) @ off) / (off @ off)
    return (v - slope[:, None] * u).max(axis=1), slope


def quantile_line(u: Floats, v: Floats, quantile: float) -> tuple[Floats, Floats]:
    """Quantile regression (Koenker & Bassett 1978), exactly; parameters as in :func:`cols`.

    For each slope the best intercept is a quantile of the residuals, and the loss is convex in the slope, so the slopes are
    halved by its subgradient. Where several lines have the smallest loss (possible when n × quantile is a whole number), the
    steepest and of those the lowest is taken.
    """
    if not np.ptp(u) > 0:
        return np.full(len(v), np.nan), np.full(len(v), np.nan)
    count = len(u)
    rank = min(max(int(np.ceil(count * quantile - 1e-9)), 1), count) - 1

    def intercept(slope: Floats) -> tuple[Floats, Floats]:
        residuals = v - slope[:, None] * u
        return residuals, np.partition(residuals, rank, axis=1)[:, rank]

    def gradient(slope: Floats) -> Floats:
        residuals, level = intercept(slope)
        off = residuals - level[:, None]
        on_it = np.abs(off) <= _ROUND_OFF
        pull = np.where(on_it, 0.0, np.where(off > 0, quantile, quantile - 1))
        pull += on_it * (-pull.sum(axis=1) / on_it.sum(axis=1))[:, None]
        return np.asarray(-(pull @ u))

    steepest = np.full(len(v), _steepest(np.unique(u)))
    slope = _lowest(gradient, -steepest, steepest, steep=True)
    return intercept(slope)[1], slope


def above(intercept: Floats, slope: Floats) -> Floats:
    """The share of the unit square above rising lines; NaN for lines that do not rise."""
    with np.errstate(invalid="ignore", divide="ignore"):
        enters = np.clip(-intercept / slope, 0.0, 1.0)  # where the line enters the square ...
        leaves = np.clip((1.0 - intercept) / slope, 0.0, 1.0)  # ... and where it leaves it at the top
    low, high = np.clip(intercept + slope * enters, 0.0, 1.0), np.clip(intercept + slope * leaves, 0.0, 1.0)
    return np.where(slope > _ROUND_OFF, 1.0 - ((leaves - enters) * (low + high) / 2 + (1.0 - leaves)), np.nan)


def _steepest(u: Floats) -> float:
    """No line through two points of the unit square is steeper; `u` rises."""
    return float(1.0 / np.diff(u).min()) if len(u) > 1 else 1.0


def _lowest(gradient: Callable[[Floats], Floats], low: Floats, high: Floats, steep: bool) -> Floats:
    """Where convex functions are lowest, by halving; the steepest slope of those that are equally low, or the flattest."""
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        slope = gradient(middle)
        right = slope <= _ROUND_OFF if steep else slope < -_ROUND_OFF
        low, high = np.where(right, middle, low), np.where(right, high, middle)
    return (low + high) / 2
