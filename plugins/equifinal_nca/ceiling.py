"""Ceilings of a scatter plot: the empty corner above the cases, its size, and its size by chance.

Everything here is about the upper left corner, where high outcomes would go with low conditions. Other corners are turned
into it by changing the sign of the scores.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equifinal import InputError

Floats = NDArray[np.float64]
Ceiling = Literal["ce-fdh", "cr-fdh"]
Name = TypeVar("Name")
CEILINGS: tuple[Ceiling, ...] = ("ce-fdh", "cr-fdh")

TOLERANCE = 1e-9  # as a share of the scope
_AT_ONCE = 2_000_000  # permuted scores held in memory
_DRAWS = 399  # from a copula


class Scope(NamedTuple):
    """The bounds of condition and outcome, in their own units."""

    x_low: float
    x_high: float
    y_low: float
    y_high: float

    @property
    def area(self) -> float:
        """Units of the condition times units of the outcome."""
        return (self.x_high - self.x_low) * (self.y_high - self.y_low)


@dataclass(frozen=True, eq=False)
class Ceilings:
    """Both ceilings over one scatter plot, upper left corner; made by :func:`ceilings`.

    Attributes
    ----------
    scope : Scope
    x, y : numpy.ndarray
        The scores, shape (n,).
    peers : numpy.ndarray
        The corner points of the CE-FDH ceiling from left to right, shape (p, 2): condition and outcome. Both rise.
    effect_size : dict
        By ceiling (``"ce-fdh"``, ``"cr-fdh"``): the ceiling zone as a share of the scope, 0 to 1. NaN without a scope (a score
        that never varies) and, for CR-FDH, with fewer than two peers, through which there is no line.
    intercept, slope : float
        The CR-FDH line, outcome = intercept + slope × condition; NaN where there is none.
    """

    scope: Scope
    x: Floats
    y: Floats
    peers: Floats
    effect_size: Mapping[Ceiling, float]
    intercept: float
    slope: float

    def height(self, ceiling: Ceiling, x: ArrayLike) -> Floats:
        """The ceiling at given scores of the condition: the highest outcome it allows, within the scope; NaN without one."""
        at = np.atleast_1d(np.asarray(x, dtype=float))
        low, high = self.scope.y_low, self.scope.y_high
        if ceiling == "cr-fdh":
            return np.clip(self.intercept + self.slope * at, low, high)
        if np.isnan(self.effect_size[ceiling]):
            return np.full(at.shape, np.nan)
        heights = np.concatenate([[low], self.peers[:, 1]])
        return heights[np.searchsorted(self.peers[:, 0], at, side="right")]

    def accuracy(self, ceiling: Ceiling) -> float:
        """Cases on or below the ceiling, in percent (Dul 2016); 100 for CE-FDH, by construction."""
        if np.isnan(self.effect_size[ceiling]):
            return np.nan
        room = TOLERANCE * (self.scope.y_high - self.scope.y_low)
        # The line itself counts, not its part within the scope: no case lies above the upper edge of the scope anyway.
        top = self.height(ceiling, self.x) if ceiling == "ce-fdh" else self.intercept + self.slope * self.x
        return float(100 * (self.y <= top + room).mean())

    def required(self, ceiling: Ceiling, y: ArrayLike) -> Floats:
        """The lowest score of the condition with which the ceiling allows given outcomes.

        Minus infinity where the outcome needs nothing of the condition (it is allowed already at the lower edge of the scope),
        infinity where the ceiling never reaches it within the scope, NaN without a ceiling.
        """
        wanted = np.atleast_1d(np.asarray(y, dtype=float))
        if np.isnan(self.effect_size[ceiling]):
            return np.full(wanted.shape, np.nan)
        room = TOLERANCE * (self.scope.y_high - self.scope.y_low)
        if ceiling == "cr-fdh":
            needed = (wanted - self.intercept) / self.slope
        else:
            steps = np.append(self.peers[:, 0], np.inf)
            needed = steps[np.searchsorted(self.peers[:, 1], wanted - room, side="left")]
        free = wanted <= self.height(ceiling, self.scope.x_low) + room
        beyond = needed > self.scope.x_high + TOLERANCE * (self.scope.x_high - self.scope.x_low)
        return np.where(free, -np.inf, np.where(beyond, np.inf, needed))

    def inefficiency(self, ceiling: Ceiling) -> tuple[float, float]:
        """Condition and outcome inefficiency in percent (Dul 2016): the shares of the two ranges in which nothing is constrained.

        Of the condition: beyond the point where the ceiling reaches the highest outcome. Of the outcome: below the height of
        the ceiling at the lowest score of the condition.
        """
        if np.isnan(self.effect_size[ceiling]):
            return np.nan, np.nan
        scope = self.scope
        reached = self.required(ceiling, scope.y_high)[0]
        condition = (scope.x_high - np.clip(reached, scope.x_low, scope.x_high)) / (scope.x_high - scope.x_low)
        outcome = (self.height(ceiling, scope.x_low)[0] - scope.y_low) / (scope.y_high - scope.y_low)
        return float(100 * condition), float(100 * outcome)


def ceilings(x: ArrayLike, y: ArrayLike, scope: Scope | None = None) -> Ceilings:
    """The ceilings over the cases and the size of the empty upper left corner.

    CE-FDH is the free disposal hull: the step function through its peers, the cases with no other point to their upper left
    (at most their condition and at least their outcome). CR-FDH is the least-squares line through these corner points.
    The ceiling zone is the part of the scope above the ceiling; where the line leaves the scope, the edge of the scope
    replaces it. The effect size is d = ceiling zone / scope (Dul 2016).

    Parameters
    ----------
    x, y
        Scores of condition and outcome, shape (n,), n ≥ 1. Equal points count once.
    scope
        Theoretical bounds; by default those of the scores.

    Raises
    ------
    InputError
        When scores are missing, differ in number, or lie outside the scope.

    Examples
    --------
    Above the steps (0, 1), (2, 3), (4, 4) and below 4 lie (2 - 0)(4 - 1) + (4 - 2)(4 - 3) = 8 of 4 × 3 = 12, so d = 8 / 12.

    >>> found = ceilings([0, 2, 4, 4, 3], [1, 3, 4, 2, 1])
    >>> found.peers.tolist(), round(found.effect_size["ce-fdh"], 3)
    ([[0.0, 1.0], [2.0, 3.0], [4.0, 4.0]], 0.667)
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if x.shape != y.shape or x.ndim != 1 or not len(x) or not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise InputError(
            "Ceilings need as many scores of the condition as of the outcome, one or more and none missing."
        )
    bounds = scope or Scope(x.min(), x.max(), y.min(), y.max())
    if x.min() < bounds.x_low or x.max() > bounds.x_high or y.min() < bounds.y_low or y.max() > bounds.y_high:
        raise InputError(f"Scores lie outside the scope {tuple(bounds)}. Widen it.")
    order, starts, ends = _columns(x)
    height = np.maximum.accumulate(y[order])[ends]
    corner = _corners(height)
    peers = np.column_stack([x[order][starts][corner], height[corner]])
    sizes = dict.fromkeys(CEILINGS, np.nan)
    intercept = slope = np.nan
    width, tall = bounds.x_high - bounds.x_low, bounds.y_high - bounds.y_low
    if width > 0 and tall > 0:
        sizes = {
            each: float(found[0])
            for each, found in _effect_sizes(x[order], starts, ends, y[order][None], bounds).items()
        }
        if len(peers) > 1:
            start, rise = _line((peers[:, 0] - bounds.x_low) / width, (peers[None, :, 1] - bounds.y_low) / tall)
            slope = rise[0] * tall / width
            intercept = bounds.y_low + start[0] * tall - slope * bounds.x_low
    return Ceilings(bounds, x, y, peers, sizes, float(intercept), float(slope))


def p_values(planes: Mapping[Name, Ceilings], permutations: int, seed: int) -> dict[Name, dict[Ceiling, float]]:
    """p-values of effect sizes by the approximate permutation test (Dul, van der Laan & Kuik 2020).

    The outcome is permuted among the cases, which makes it unrelated to the condition; p is the share of permutations
    whose effect size is at least the observed one. The observed order counts as one of them, (b + 1) / (m + 1), so p is
    valid and never 0 (Phipson & Smyth 2010).

    Parameters
    ----------
    planes
        Ceilings of the same cases and the same outcome scores, by any name. All see the same permutations.
    permutations
        m; 0 gives NaN.
    seed
        The same seed gives the same p, whatever the order of the cases.

    Returns
    -------
    dict
        By name, then by ceiling. NaN where the effect size is. A permutation in which CR-FDH has no line (one peer, in the
        corner itself) has nothing empty and does not reach the observed size.
    """
    reached = {name: dict.fromkeys(CEILINGS, 0) for name in planes}
    tested = {name: plane for name, plane in planes.items() if plane.scope.area > 0} if permutations else {}
    ready = {name: (np.sort(plane.x), *_columns(plane.x)[1:]) for name, plane in tested.items()}
    outcome = np.sort(next(iter(planes.values())).y) if tested else np.empty(0)
    for rows in _permuted(outcome, permutations, seed) if tested else ():
        for name, plane in tested.items():
            for ceiling, sizes in _effect_sizes(*ready[name], rows, plane.scope).items():
                reached[name][ceiling] += int((sizes >= plane.effect_size[ceiling] - TOLERANCE).sum())
    return {
        name: {
            ceiling: np.nan
            if name not in tested or np.isnan(planes[name].effect_size[ceiling])
            else (count + 1) / (permutations + 1)
            for ceiling, count in counts.items()
        }
        for name, counts in reached.items()
    }


def correlation_p_value(plane: Ceilings, ceiling: Ceiling) -> float:
    """p-value of an effect size against correlation alone.

    Any positive correlation leaves the upper left corner emptier than chance does, without a ceiling. So the observed effect
    size is compared with those in draws from a Gaussian copula of the same rank correlation: the scores stay as
    they are, and the outcome's are dealt out in the order of r z + sqrt(1 - r²) e, where z are the normal scores of the
    condition's ranks, e is normal noise, and r = 2 sin(π ρ / 6) is the copula's correlation at Spearman's ρ (Kruskal 1958).
    The noise of the m = 399 draws is always the same for a number of cases, so that nothing hangs on a seed or on the order
    of the cases; p is (b + 1) / (m + 1) where b draws reach the observed effect size. NaN where the effect size is.
    """
    if np.isnan(plane.effect_size[ceiling]) or np.ptp(plane.x) == 0 or np.ptp(plane.y) == 0:
        return np.nan
    from scipy.special import ndtri
    from scipy.stats import rankdata

    count = len(plane.x)
    rho = np.corrcoef(rankdata(plane.x), rankdata(plane.y))[0, 1]
    r = 2 * np.sin(np.pi * rho / 6)
    latent = r * ndtri((np.arange(count) + 0.5) / count) + np.sqrt(max(0.0, 1 - r**2)) * _noise(count)
    rows = np.empty_like(latent)
    np.put_along_axis(rows, latent.argsort(axis=1), np.sort(plane.y)[np.newaxis], axis=1)
    sizes = _effect_sizes(np.sort(plane.x), *_columns(plane.x)[1:], rows, plane.scope, (ceiling,))[ceiling]
    return float((sizes >= plane.effect_size[ceiling] - TOLERANCE).sum() + 1) / (_DRAWS + 1)


@lru_cache(maxsize=8)
def _noise(count: int) -> Floats:
    noise = np.random.default_rng(0).standard_normal((_DRAWS, count))
    noise.flags.writeable = False
    return noise


def _permuted(values: Floats, permutations: int, seed: int) -> Iterator[Floats]:
    """Permutations of the values, one per row, in portions."""
    rng = np.random.default_rng(seed)
    portion = max(1, _AT_ONCE // len(values))
    for start in range(0, permutations, portion):
        yield rng.permuted(np.tile(values, (min(portion, permutations - start), 1)), axis=1)


def _columns(x: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """The order of the scores, and where in it each run of equal scores starts and ends."""
    order = np.argsort(x, kind="stable")
    new = np.flatnonzero(np.diff(x[order])) + 1
    return order, np.concatenate([[0], new]), np.concatenate([new, [len(x)]]) - 1


def _corners(height: Floats) -> NDArray[np.bool_]:
    """Where the ceiling steps up; the last axis goes from left to right."""
    corner = np.ones(height.shape, dtype=bool)
    corner[..., 1:] = height[..., 1:] > height[..., :-1]
    return corner


def _effect_sizes(
    x: Floats,
    starts: NDArray[np.intp],
    ends: NDArray[np.intp],
    rows: Floats,
    scope: Scope,
    which: tuple[Ceiling, ...] = CEILINGS,
) -> dict[Ceiling, Floats]:
    """Effect sizes for many orders of the outcome, shape (m, n), above the same sorted scores of the condition."""
    u = (x[starts] - scope.x_low) / (scope.x_high - scope.x_low)
    v = (np.maximum.accumulate(rows, axis=1)[:, ends] - scope.y_low) / (scope.y_high - scope.y_low)
    widths = np.diff(u, append=1.0)
    return {ceiling: u[0] + (1 - v) @ widths if ceiling == "ce-fdh" else _above_line(*_line(u, v)) for ceiling in which}


def _line(u: Floats, v: Floats) -> tuple[Floats, Floats]:
    """Least squares through the corner points of each row: intercept and slope, NaN where there is only one point."""
    corner = _corners(v)
    count = corner.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        u_mean = (corner @ u) / count
        v_mean = np.where(corner, v, 0.0).sum(axis=1) / count
        u_off = np.where(corner, u - u_mean[:, None], 0.0)
        slope = np.where(count > 1, (u_off * (v - v_mean[:, None])).sum(axis=1) / (u_off**2).sum(axis=1), np.nan)
    return v_mean - slope * u_mean, slope


def _above_line(intercept: Floats, slope: Floats) -> Floats:
    """The share of the unit square above rising lines."""
    with np.errstate(invalid="ignore", divide="ignore"):
        enters = np.clip(-intercept / slope, 0.0, 1.0)  # where the line enters the square ...
        leaves = np.clip((1.0 - intercept) / slope, 0.0, 1.0)  # ... and where it leaves it at the top
    low, high = np.clip(intercept + slope * enters, 0.0, 1.0), np.clip(intercept + slope * leaves, 0.0, 1.0)
    return 1.0 - ((leaves - enters) * (low + high) / 2 + (1.0 - leaves))
