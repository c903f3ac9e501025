"""Permutation importance on cases not seen, and the direction in which predictions move with a condition."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equifinal.base.seeds import generator
from equifinal.comparison.out_of_sample import (
    Positions,
    Refitting,
    Unseen,
    by_name,
    predicted_memberships,
    splits,
    units,
)
from equifinal.method.analysis import Analysis, Method
from equifinal.sets import Floats, ratio
from equifinal.study.calibrated import CalibratedStudy

#: All pairs of cases up to this many; beyond, pairs are drawn.
ALL_PAIRS_LIMIT = 500

#: Pairs are drawn until the Monte Carlo standard error is below a tenth of the last digit that is shown, or below 1 % of the
#: importance, so that a change of seed stays well below a tenth of it.
TOLERATED_ERROR, TOLERATED_SHARE = 0.0001, 0.01

#: Smaller changes of the mean prediction count as no movement.
SMALLEST_MOVEMENT = 0.01

_ROWS_AT_ONCE = 50_000
_STREAM = 8


def importance(
    method: Method,
    calibrated: CalibratedStudy,
    seed: int,
    folds: Any = None,
    groups: Any = None,
    of: Sequence[str | tuple[str, ...]] | None = None,
) -> pd.DataFrame:
    """Permutation importance (Breiman 2001): how much larger the squared error of cases not seen becomes.

    A method is fitted again without some cases, and predicts these with the values that a condition has in other cases. The
    importance is the mean squared error over all pairs of a case and another, less that of the predictions as they are:
    ``e_switch - e_orig`` of Fisher, Rudin & Dominici (2019), for cases held out. All pairs are used up to 500 cases,
    so nothing is drawn, and neither the seed nor the order of the cases plays a part. Beyond, pairs are drawn until the Monte
    Carlo standard error is below 0.0001 or 1 % of the importance. A case takes values from cases of other units only. Cases
    without a prediction before or after do not count.

    Parameters
    ----------
    method
        A method that predicts.
    calibrated
        The cases.
    seed
        The run's seed, for what the method itself draws, and for pairs that are drawn.
    folds
        As for :func:`equifinal.comparison.out_of_sample.splits`; 5 is quick.
    groups
        A label for each case: cases with the same label are never on both sides of a fold, nor trade values. ``None``: the units
        of a panel.
    of
        Conditions, and tuples of conditions that take the values of another case together; ``None``: every condition.

    Returns
    -------
    pandas.DataFrame
        Index: conditions; those of a tuple are joined by ``", "``. ``importance``: the mean rise in squared error of
        memberships, below 0 where predictions are better without the condition; ``error``: its Monte Carlo standard error, 0
        for all pairs. Missing where no refit answered.

    Examples
    --------
    >>> import equifinal as eq
    >>> calibrated = eq.load_study("heilongjiang").calibrate()
    >>> regression = eq.methods()["regression"]()
    >>> found = importance(regression, calibrated, seed=0, of=["LEAD", ("FIN", "HUM")])
    >>> found.index.tolist(), found["error"].tolist()
    (['LEAD', 'FIN, HUM'], [0.0, 0.0])
    """
    what_if = WhatIf.of(calibrated, seed, of, groups)
    asking = Refitting({"": method}, calibrated, seed, _STREAM, what_if, predicting=False)
    return what_if.importance(asking.of(splits(calibrated, seed, folds, groups))[""])[0]


class Rises(NamedTuple):
    """What one refit says: positions of cases, the rise of their squared errors (cases × sets of conditions), the variance of
    these for want of pairs, and whether its predictions differ between any two cases of the study."""

    cases: Positions
    rises: Floats
    variances: Floats
    varies: bool


@dataclass(frozen=True)
class WhatIf:
    """Asks a refit how it would predict the cases held out if they had the values of other cases.

    Attributes
    ----------
    sets : mapping
        The conditions that take another case's values together, by the name of the set.
    values : mapping
        By set: the position of one case for each combination of values that there is, and who has it, cases × combinations.
    unit_of : numpy.ndarray
        The number of each case's unit; no case takes values of its own unit.
    outcome : numpy.ndarray
        Outcome memberships.
    order : numpy.ndarray
        Positions of the cases by name, in which pairs are drawn.
    seed : int
    """

    sets: Mapping[str, tuple[str, ...]]
    values: Mapping[str, tuple[Positions, Floats]]
    unit_of: Positions
    outcome: Floats
    order: Positions
    seed: int

    @classmethod
    def of(
        cls,
        calibrated: CalibratedStudy,
        seed: int,
        of: Sequence[str | tuple[str, ...]] | None = None,
        groups: Any = None,
    ) -> "WhatIf":
        named = [each if isinstance(each, tuple) else (each,) for each in of or calibrated.condition_names]
        sets = {", ".join(names): tuple(calibrated.variable(name).name for name in names) for names in named}
        unit_of = units(calibrated)[0] if groups is None else pd.factorize(pd.Index(groups), use_na_sentinel=False)[0]
        few = len(calibrated.cases) <= ALL_PAIRS_LIMIT
        values = {}
        for name, names in sets.items() if few else ():
            values[name] = _combinations([calibrated.set_values(each, "raw") for each in names])
        return cls(sets, values, unit_of, calibrated.outcome_values("fuzzy"), by_name(calibrated.cases), seed)

    def __call__(self, shown: CalibratedStudy, fresh: Positions, number: int) -> "_AllPairs | _DrawnPairs":
        return (_AllPairs if len(shown.cases) <= ALL_PAIRS_LIMIT else _DrawnPairs)(self, shown, fresh, number)

    def importance(self, found: Unseen) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The importances, and the mean rise of each case's squared error, cases × sets."""
        rises, variances = np.full((2, len(self.outcome), len(self.sets)), np.nan)
        for each in found.answers:
            rises[each.cases], variances[each.cases] = each.rises, each.variances
        known = ~np.isnan(rises)
        count = known.sum(axis=0)
        mean = ratio(np.where(known, rises, 0.0).sum(axis=0), count)
        error = ratio(np.sqrt(np.where(known, variances, 0.0).sum(axis=0)), count)
        index = pd.Index(list(self.sets), name="condition")
        return pd.DataFrame({"importance": mean, "error": error}, index=index), pd.DataFrame(rises, columns=index)


def _combinations(scores: Sequence[Floats]) -> tuple[Positions, Floats]:
    # Of one condition much faster than of rows.
    values, axis = (scores[0], None) if len(scores) == 1 else (np.column_stack(scores), 0)
    _, first, kind = np.unique(values, axis=axis, return_index=True, return_inverse=True)
    return first, np.eye(len(first))[np.ravel(kind)]


@dataclass(frozen=True)
class _Pairs:
    """The question to the refits of one split."""

    what_if: WhatIf
    shown: CalibratedStudy
    fresh: Positions
    number: int

    @cached_property
    def outcome(self) -> Floats:
        return self.what_if.outcome[self.fresh]


class _AllPairs(_Pairs):
    """All pairs of a case held out and a case of another unit; values that several cases have are predicted once."""

    def __call__(self, method: Method, analysis: Analysis) -> Rises:
        predicted = np.concatenate([predicted_memberships(method, analysis, each) for each in self._studies()])
        as_they_are, predicted = np.split(predicted, [len(self.shown.cases)])
        before = (as_they_are[self.fresh] - self.outcome) ** 2
        rises = np.full((len(self.fresh), len(self._weights)), np.nan)
        unknown = np.isnan(before).any() or np.isnan(predicted).any()
        for column, (weights, end) in enumerate(zip(self._weights, self._ends, strict=True)):
            each = predicted[end - weights.size : end].reshape(weights.shape)
            risen = (each - self.outcome[:, np.newaxis]) ** 2 - before[:, np.newaxis]
            if unknown:
                weights, risen = np.where(np.isnan(risen), 0.0, weights), np.nan_to_num(risen)
            rises[:, column] = ratio((risen * weights).sum(axis=1), weights.sum(axis=1))
        return Rises(self.fresh, rises, np.zeros_like(rises), varies(as_they_are))

    @cached_property
    def _weights(self) -> list[Floats]:
        """By set: how many cases of other units have each combination of values, held out × combinations."""
        unit_of = self.what_if.unit_of
        units_here, unit_here = np.unique(unit_of[self.fresh], return_inverse=True)
        others = (unit_of != units_here[:, np.newaxis]).astype(float)  # units × cases
        return [(others @ who)[unit_here] for _, who in self.what_if.values.values()]

    @cached_property
    def _ends(self) -> Any:
        return np.cumsum([weights.size for weights in self._weights])

    def _studies(self) -> Iterator[CalibratedStudy]:
        """All cases as they are, then those held out with the values of others, in blocks."""
        if len(self._rows[0]) <= _ROWS_AT_ONCE:
            yield self._whole
            return
        for start in range(0, len(self._rows[0]), _ROWS_AT_ONCE):
            block = (each[start : start + _ROWS_AT_ONCE] for each in self._rows)
            yield _taking(self.shown, self.what_if, *block)

    @cached_property
    def _whole(self) -> CalibratedStudy:
        return _taking(self.shown, self.what_if, *self._rows)

    @cached_property
    def _rows(self) -> tuple[Positions, Positions, Positions]:
        """Cases, the number of the set that takes values (-1: none), and from whom."""
        everybody = np.arange(len(self.shown.cases))
        firsts = [first for first, _ in self.what_if.values.values()]
        cases = [everybody, *(np.repeat(self.fresh, len(first)) for first in firsts)]
        donors = [everybody, *(np.tile(first, len(self.fresh)) for first in firsts)]
        takers = np.repeat(np.arange(-1, len(firsts)), [len(each) for each in cases])
        return np.concatenate(cases), takers, np.concatenate(donors)


class _DrawnPairs(_Pairs):
    """Pairs drawn at random, none twice and the same for every method, until the mean of the rises is known well enough."""

    def __call__(self, method: Method, analysis: Analysis) -> Rises:
        as_they_are = predicted_memberships(method, analysis, self.shown)
        before = (as_they_are[self.fresh] - self.outcome) ** 2
        count, summed, squared = np.zeros((3, len(self.fresh), len(self.what_if.sets)))
        drawn, others = 0, len(self.shown.cases) - 1
        at_once = max(2, _ROWS_AT_ONCE // max(1, summed.size))
        while drawn < others:
            donors = self._donors(slice(drawn, drawn + at_once))
            drawn += donors.shape[1]
            risen = self._errors(method, analysis, donors) - before[:, np.newaxis, np.newaxis]
            count, summed = count + (~np.isnan(risen)).sum(axis=1), summed + np.nansum(risen, axis=1)
            squared = squared + np.nansum(risen**2, axis=1)
            mean = ratio(summed, count)
            spread = np.maximum(ratio(squared, count) - mean**2, 0.0)
            variances = ratio(spread, count - 1) * (1 - drawn / others)  # of a sample without replacement
            if self._precise(mean, variances):
                break
        return Rises(self.fresh, mean, variances, varies(as_they_are))

    def _precise(self, rises: Floats, variances: Floats) -> bool:
        """Whether this split has no more than its share of the tolerated variance, so that all together keep to it."""
        count = max(1, len(self.fresh))
        tolerated = np.maximum(TOLERATED_ERROR, TOLERATED_SHARE * np.abs(np.nan_to_num(rises).mean(axis=0)))
        share = tolerated**2 * len(self.shown.cases) / count
        return bool((np.nan_to_num(variances).mean(axis=0) / count <= share).all())

    @cached_property
    def _circle(self) -> tuple[Positions, Positions, Positions]:
        """All cases in a random order, the place of each, and how far to go from a case to its donors, one after the other."""
        order = self.what_if.order
        rng = generator(self.what_if.seed, "pairs of cases", self.number)
        circle = order[rng.permutation(len(order))]
        return circle, np.argsort(circle), 1 + rng.permutation(len(order) - 1)

    def _donors(self, some: slice) -> Positions:
        """Positions of donors, held out × draws × sets."""
        circle, place, steps = self._circle
        donors = circle[(place[self.fresh][:, np.newaxis] + steps[some]) % len(circle)]
        return np.repeat(donors[:, :, np.newaxis], len(self.what_if.sets), axis=2)

    def _errors(self, method: Method, analysis: Analysis, donors: Positions) -> Floats:
        takers = np.broadcast_to(np.arange(donors.shape[2]), donors.shape)
        cases = np.broadcast_to(self.fresh[:, np.newaxis, np.newaxis], donors.shape)
        study = _taking(self.shown, self.what_if, cases.ravel(), takers.ravel(), donors.ravel())
        predicted = predicted_memberships(method, analysis, study).reshape(donors.shape)
        unit_of = self.what_if.unit_of
        errors = (predicted - self.outcome[:, np.newaxis, np.newaxis]) ** 2
        return np.where(unit_of[cases] == unit_of[donors], np.nan, errors)


def _taking(
    shown: CalibratedStudy, what_if: WhatIf, cases: Positions, takers: Positions, donors: Positions
) -> CalibratedStudy:
    """Cases; in each row one set of conditions, by its number in `takers`, takes the values of a donor."""
    sources = {name: cases.copy() for names in what_if.sets.values() for name in names}
    for number, names in enumerate(what_if.sets.values()):
        here = takers == number
        for name in names:
            sources[name][here] = donors[here]
    return shown.mixed(cases, sources)


def varies(predicted: Floats) -> bool:
    """Whether predictions differ between any two cases; also where none is known, as nothing then says that they do not."""
    known = predicted[~np.isnan(predicted)]
    return not len(known) or bool(np.ptp(known) > 1e-12)


# ------------------------------------------------------------------------------------------------------ movement


def movement(method: Method, analysis: Analysis, calibrated: CalibratedStudy) -> pd.Series:
    """How the mean prediction moves when a condition goes from its 10th to its 90th percentile in all cases.

    The condition takes the values of the case at that percentile, or of the lowest and the highest case where both have the
    same. This is the partial dependence (Friedman 2001) at two points.

    Returns
    -------
    pandas.Series
        Index: conditions. Difference of mean predicted memberships, -1 to 1.
    """
    return movements_by_case(method, analysis, calibrated).mean().rename_axis("condition")


def movements_by_case(
    method: Method, analysis: Analysis, calibrated: CalibratedStudy, changed: list[str] | None = None
) -> pd.DataFrame:
    """The same for each case on its own, cases × conditions; `changed` takes the tables that the method changes."""
    moved = {}
    unseen = calibrated.without_outcome()
    for name in calibrated.condition_names:
        low, high = percentiles(calibrated, name)
        upper = predicted_memberships(method, analysis, unseen.with_condition(name, high), changed)
        lower = predicted_memberships(method, analysis, unseen.with_condition(name, low))
        moved[name] = upper - lower
    return pd.DataFrame(moved, index=calibrated.cases, dtype=float)


def direction_of(movement: Any) -> NDArray[np.int_]:
    """-1, 0 or +1 for a mean movement of any shape: 0 below 0.01, or where nothing is predicted."""
    moved = np.nan_to_num(np.asarray(movement, dtype=float))
    return np.where(np.abs(moved) >= SMALLEST_MOVEMENT, np.sign(moved), 0.0).astype(int)


def percentiles(calibrated: CalibratedStudy, name: str) -> tuple[int, int]:
    """Positions of two cases. The set's membership orders them; raw scores break ties."""
    raw = calibrated.set_values(name, "raw")
    member = calibrated.set_values(name, "fuzzy") if name in calibrated.calibrators else raw
    order = np.lexsort((raw * (calibrated.orientation(name) or 1), member))
    tenth = round(0.1 * (len(order) - 1))
    low, high = order[tenth], order[-1 - tenth]
    if member[low] == member[high] and raw[low] == raw[high]:
        low, high = order[0], order[-1]
    return int(low), int(high)
