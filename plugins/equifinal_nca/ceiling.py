"""Ceilings of a scatter plot: the empty corner above the cases, its size, and its size by chance.

Everything here is about the upper left corner, where high outcomes would go with low conditions. Other corners are turned
into it by changing the sign of the scores.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple, TypeVar, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equifinal import InputError
from equifinal.plain import Record
from equifinal_nca import lines

Floats = NDArray[np.float64]
Ceiling = Literal["ce-fdh", "cr-fdh", "c-lp", "cols", "qr"]
Line = tuple[float, float]  # intercept, slope
Name = TypeVar("Name")
CEILINGS: tuple[Ceiling, ...] = ("ce-fdh", "cr-fdh")  # always reported
KNOWN: tuple[Ceiling, ...] = get_args(Ceiling)
NO_LINE: Line = (np.nan, np.nan)

_THROUGH_PEERS = ("cr-fdh", "c-lp")

TOLERANCE = 1e-9  # as a share of the scope
_AT_ONCE = 2_000_000  # permuted scores held in memory
_DRAWS = 399  # from a copula
_DRAWS_AT_ONCE = 50  # where fewer may do


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


@dataclass(frozen=True, eq=False, repr=False)
class Ceilings(Record):
    """The ceilings over one scatter plot, upper left corner; made by :func:`ceilings`.

    Attributes
    ----------
    scope : Scope
    x, y : numpy.ndarray
        The scores, shape (n,).
    peers : numpy.ndarray
        The corner points of the CE-FDH ceiling from left to right, shape (p, 2): condition and outcome. Both rise.
    ties : numpy.ndarray
        How many cases lie at each peer, shape (p,).
    effect_size : dict
        By ceiling (``"ce-fdh"``, ``"cr-fdh"``, and ``"c-lp"``, ``"cols"``, ``"qr"`` where asked for): the ceiling zone as a
        share of the scope, 0 to 1. 0 for CE-FDH, CR-FDH and C-LP where a case lies in the corner of the scope. NaN without a
        scope (a score that never varies); for CR-FDH and C-LP with one peer elsewhere, through which there is no line; for
        COLS and QR where the line does not rise, as it is then no ceiling of a necessary condition.
    lines : dict
        By straight ceiling: intercept and slope, outcome = intercept + slope × condition; NaN where there is no line.
    quantile : float
        That of QR.
    """

    scope: Scope
    x: Floats
    y: Floats
    peers: Floats
    ties: NDArray[np.int64]
    effect_size: Mapping[Ceiling, float]
    lines: Mapping[Ceiling, Line]
    quantile: float = 0.95

    @property
    def intercept(self) -> float:
        """That of the CR-FDH line; NaN where there is none."""
        return self.lines["cr-fdh"][0]

    @property
    def slope(self) -> float:
        """That of the CR-FDH line; NaN where there is none."""
        return self.lines["cr-fdh"][1]

    def height(self, ceiling: Ceiling, x: ArrayLike) -> Floats:
        """The ceiling at given scores of the condition: the highest outcome it allows, within the scope; NaN without one."""
        at = np.atleast_1d(np.asarray(x, dtype=float))
        low, high = self.scope.y_low, self.scope.y_high
        if np.isnan(self.effect_size[ceiling]):
            return np.full(at.shape, np.nan)
        if ceiling in self.lines:
            intercept, slope = self.lines[ceiling]
            if np.isnan(slope):
                return np.full(at.shape, high)  # a case in the corner: nothing is ruled out
            return np.clip(intercept + slope * at, low, high)
        heights = np.concatenate([[low], self.peers[:, 1]])
        return heights[np.searchsorted(self.peers[:, 0], at, side="right")]

    def accuracy(self, ceiling: Ceiling) -> float:
        """Cases on or below the ceiling, in percent (Dul 2016); 100 for CE-FDH, C-LP and COLS, by construction."""
        if np.isnan(self.effect_size[ceiling]):
            return np.nan
        room = TOLERANCE * (self.scope.y_high - self.scope.y_low)
        # The line itself counts, not its part within the scope: no case lies above the upper edge of the scope anyway.
        intercept, slope = self.lines.get(ceiling, NO_LINE)
        top = self.height(ceiling, self.x) if np.isnan(slope) else intercept + slope * self.x
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
        if ceiling in self.lines:
            intercept, slope = self.lines[ceiling]
            needed = (wanted - intercept) / slope
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


def ceilings(
    x: ArrayLike,
    y: ArrayLike,
    scope: Scope | None = None,
    more_ceilings: Sequence[Ceiling] = (),
    quantile: float = 0.95,
) -> Ceilings:
    """The ceilings over the cases and the size of the empty upper left corner.

    CE-FDH is the free disposal hull: the step function through its peers, the cases with no other point to their upper left
    (at most their condition and at least their outcome). CR-FDH is the least-squares line through these cases, each of which
    counts, tied ones too (as in the R package NCA since 2024). On request:

    * C-LP, by linear programming: the line on or above all peers, and so above all cases, with the smallest sum of distances
      down to the peers; of two such lines the one with the larger ceiling zone.
    * COLS, corrected ordinary least squares: the regression line through all cases, raised to the highest of them.
    * QR, quantile regression (Koenker & Bassett 1978): the line that leaves about ``1 - quantile`` of the cases above it.

    The ceiling zone is the part of the scope above the ceiling; where the line leaves the scope, the edge of the scope
    replaces it. The effect size is d = ceiling zone / scope (Dul 2016).

    Parameters
    ----------
    x, y
        Scores of condition and outcome, shape (n,), n ≥ 1.
    scope
        Theoretical bounds; by default those of the scores.
    more_ceilings
        Of ``"c-lp"``, ``"cols"`` and ``"qr"``, beside CE-FDH and CR-FDH.
    quantile
        For QR, between 0 and 1.

    Raises
    ------
    InputError
        When scores are missing, differ in number, or lie outside the scope; when a ceiling is unknown, or ``quantile`` is not
        between 0 and 1.

    Examples
    --------
    Above the steps (0, 1), (2, 3), (4, 4) and below 4 lie (2 - 0)(4 - 1) + (4 - 2)(4 - 3) = 8 of 4 × 3 = 12, so d = 8 / 12.

    >>> found = ceilings([0, 2, 4, 4, 3], [1, 3, 4, 2, 1])
    >>> found.peers.tolist(), round(found.effect_size["ce-fdh"], 3)
    ([[0.0, 1.0], [2.0, 3.0], [4.0, 4.0]], 0.667)

    The C-LP line through (0, 1) and (2, 3) leaves the triangle above it, 3 × 3 / 2 = 4.5 of 12.

    >>> found = ceilings([0, 2, 4, 4, 3], [1, 3, 4, 2, 1], more_ceilings=["c-lp"])
    >>> round(found.effect_size["c-lp"], 3)
    0.375
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if x.shape != y.shape or x.ndim != 1 or not len(x) or not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise InputError(
            "Ceilings need as many scores of the condition as of the outcome, one or more and none missing."
        )
    which = _known(more_ceilings)
    if not 0 < quantile < 1:
        raise InputError(f"quantile is {quantile:g}. Give a number between 0 and 1, such as 0.95.")
    bounds = scope or Scope(x.min(), x.max(), y.min(), y.max())
    if x.min() < bounds.x_low or x.max() > bounds.x_high or y.min() < bounds.y_low or y.max() > bounds.y_high:
        raise InputError(f"Scores lie outside the scope {tuple(bounds)}. Widen it.")
    order, starts, ends = _columns(x)
    height = np.maximum.accumulate(y[order])[ends]
    corner = lines.corners(height)
    peers = np.column_stack([x[order][starts][corner], height[corner]])
    ties = _at_height(y[order][None], starts, height[None])[0][corner]
    sizes = dict.fromkeys(which, np.nan)
    found: dict[Ceiling, Line] = {each: NO_LINE for each in which if each != "ce-fdh"}
    width, tall = bounds.x_high - bounds.x_low, bounds.y_high - bounds.y_low
    if width > 0 and tall > 0:
        orders = _Orders(x[order], starts, ends, y[order][None], bounds, quantile)
        sizes = {each: float(size[0]) for each, size in orders.effect_sizes(which).items()}
        for each in found:
            start, rise = orders.line(each)
            slope = rise[0] * tall / width
            found[each] = float(bounds.y_low + start[0] * tall - slope * bounds.x_low), float(slope)
    return Ceilings(bounds, x, y, peers, ties, sizes, found, quantile)


def effect_size(x: Floats, y: Floats, scope: Scope, ceiling: Ceiling, quantile: float) -> float:
    """That of one ceiling alone; NaN without a scope."""
    if not (scope.x_high > scope.x_low and scope.y_high > scope.y_low):
        return np.nan
    order, starts, ends = _columns(x)
    return float(_Orders(x[order], starts, ends, y[order][None], scope, quantile).effect_sizes((ceiling,))[ceiling][0])


def _known(more_ceilings: Sequence[Ceiling]) -> tuple[Ceiling, ...]:
    """CE-FDH and CR-FDH, and what is asked for beside them, each once."""
    asked = (more_ceilings,) if isinstance(more_ceilings, str) else tuple(more_ceilings)
    unknown = [each for each in asked if each not in KNOWN]
    if unknown:
        raise InputError(f"There is no ceiling {unknown[0]!r}. Known: {', '.join(KNOWN)}.")
    return tuple(dict.fromkeys((*CEILINGS, *asked)))


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
        By name, then by ceiling. NaN where the effect size is. Permutations without a rising line count as smaller.
    """
    reached = {name: dict.fromkeys(plane.effect_size, 0) for name, plane in planes.items()}
    tested = {name: plane for name, plane in planes.items() if plane.scope.area > 0} if permutations else {}
    ready = {name: (np.sort(plane.x), *_columns(plane.x)[1:]) for name, plane in tested.items()}
    outcome = np.sort(next(iter(planes.values())).y) if tested else np.empty(0)
    for rows in _permuted(outcome, permutations, seed) if tested else ():
        for name, plane in tested.items():
            orders = _Orders(*ready[name], rows, plane.scope, plane.quantile)
            for ceiling, sizes in orders.effect_sizes(tuple(plane.effect_size)).items():
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


def correlation_p_value(plane: Ceilings, ceiling: Ceiling, enough: float = 1.0) -> float:
    """p-value of an effect size against correlation alone.

    Any positive correlation leaves the upper left corner emptier than chance does, without a ceiling. So the observed effect
    size is compared with those in draws from a Gaussian copula of the same rank correlation: the scores stay as
    they are, and the outcome's are dealt out in the order of r z + sqrt(1 - r²) e, where z are the normal scores of the
    condition's ranks, e is normal noise, and r = 2 sin(π ρ / 6) is the copula's correlation at Spearman's ρ (Kruskal 1958).
    The noise of the m = 399 draws is always the same for a number of cases, so that nothing hangs on a seed or on the order
    of the cases; p is (b + 1) / (m + 1) where b draws reach the observed effect size. NaN where the effect size is.

    Draws end as soon as p is known to be `enough` or more; what is returned is then the least that it can be.
    """
    if np.isnan(plane.effect_size[ceiling]) or np.ptp(plane.x) == 0 or np.ptp(plane.y) == 0:
        return np.nan
    from scipy.special import ndtri

    count = len(plane.x)
    one, other = (_ranks(each) - (count + 1) / 2 for each in (plane.x, plane.y))
    rho = float(one @ other / np.sqrt((one @ one) * (other @ other)))
    r = 2 * np.sin(np.pi * rho / 6)
    related = r * ndtri((np.arange(count) + 0.5) / count)
    x, y, (_, starts, ends), reached = np.sort(plane.x), np.sort(plane.y), _columns(plane.x), 0
    at_once = _DRAWS if enough >= 1 else _DRAWS_AT_ONCE
    for first in range(0, _DRAWS, at_once):
        latent = related + np.sqrt(max(0.0, 1 - r**2)) * _noise(count)[first : first + at_once]
        rows = np.empty_like(latent)
        np.put_along_axis(rows, latent.argsort(axis=1), y[np.newaxis], axis=1)
        sizes = _Orders(x, starts, ends, rows, plane.scope, plane.quantile).effect_sizes((ceiling,))[ceiling]
        reached += int((sizes >= plane.effect_size[ceiling] - TOLERANCE).sum())
        if (reached + 1) / (_DRAWS + 1) >= enough:
            break
    return (reached + 1) / (_DRAWS + 1)


def _ranks(scores: Floats) -> Floats:
    """Ranks from 1; the mean rank where scores are tied. Tests hold them against ``scipy.stats.rankdata``, which takes longer."""
    _, which, count = np.unique(scores, return_inverse=True, return_counts=True)
    ranks: Floats = (np.cumsum(count) - (count - 1) / 2)[which]
    return ranks


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


def _at_height(rows: Floats, starts: NDArray[np.intp], height: Floats) -> NDArray[np.int64]:
    """How many cases of each run of equal scores are as high as the ceiling there, shape (m, runs)."""
    run = np.searchsorted(starts, np.arange(rows.shape[1]), side="right") - 1
    counts: NDArray[np.int64] = np.add.reduceat((rows == height[:, run]).astype(np.int64), starts, axis=1)
    return counts


@dataclass(frozen=True, eq=False)
class _Orders:
    """Many orders of the outcome, shape (m, n), above the same sorted scores of the condition, shape (n,)."""

    x: Floats
    starts: NDArray[np.intp]
    ends: NDArray[np.intp]
    rows: Floats
    scope: Scope
    quantile: float

    @cached_property
    def _u(self) -> Floats:
        return (self.x - self.scope.x_low) / (self.scope.x_high - self.scope.x_low)

    @cached_property
    def _highest(self) -> Floats:
        return np.asarray(np.maximum.accumulate(self.rows, axis=1)[:, self.ends])

    def _of_tall(self, scores: Floats) -> Floats:
        return (scores - self.scope.y_low) / (self.scope.y_high - self.scope.y_low)

    @cached_property
    def _lines(self) -> dict[Ceiling, tuple[Floats, Floats]]:
        return {}

    def line(self, ceiling: Ceiling) -> tuple[Floats, Floats]:
        """Intercepts and slopes of a straight ceiling, in the unit square."""
        if ceiling not in self._lines:
            self._lines[ceiling] = self._line(ceiling)
        return self._lines[ceiling]

    def _line(self, ceiling: Ceiling) -> tuple[Floats, Floats]:
        if ceiling == "cols":
            return lines.cols(self._u, self._of_tall(self.rows))
        if ceiling == "qr":
            return lines.quantile_line(self._u, self._of_tall(self.rows), self.quantile)
        u, height = self._u[self.starts], self._of_tall(self._highest)
        if ceiling == "c-lp":
            return lines.c_lp(u, height)
        return lines.cr_fdh(u, height, _at_height(self.rows, self.starts, self._highest))

    def effect_sizes(self, which: tuple[Ceiling, ...]) -> dict[Ceiling, Floats]:
        """By ceiling, shape (m,)."""
        u, height = self._u[self.starts], self._of_tall(self._highest)
        in_corner = (u[0] == 0.0) & (height[:, 0] == 1.0)
        found: dict[Ceiling, Floats] = {}
        for each in which:
            if each == "ce-fdh":
                found[each] = u[0] + (1 - height) @ np.diff(u, append=1.0)
            else:
                size = lines.above(*self.line(each))
                found[each] = np.where(in_corner, 0.0, size) if each in _THROUGH_PEERS else size
        return found
