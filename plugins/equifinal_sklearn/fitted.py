"""A fitted estimator, and what it says with an interval."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from equifinal.plain import Record
from equifinal_sklearn.effects import Floats, Probe, cross_difference, effect, span

Integers = NDArray[np.int64]


class Estimate(NamedTuple):
    """A number with its standard error and interval."""

    value: float
    error: float
    low: float
    high: float

    @property
    def side(self) -> int:
        """+1 where the interval lies above 0, -1 where it lies below, else 0."""
        return int(self.low > 0) - int(self.high < 0)


@dataclass(frozen=True, eq=False, repr=False)
class Fitted(Record):
    """An estimator fitted to all cases; those for the intervals are fitted when one is asked for.

    Cases and conditions are in an order of their own, which depends on the numbers alone: so that neither the order of a
    study's cases or conditions nor their names matter to what is random.

    Parameters
    ----------
    make
        Returns a new estimator.
    names
        The conditions, in the order of the columns.
    orientations
        Of each condition +1 where membership rises with the score, -1 where it falls, 0 where neither.
    x, y
        The cases' scores, shape (n, k), turned so that they rise with the sets; and their outcome memberships, shape (n,).
    units
        Cases of one unit have one number, from 0 on, and are drawn together.
    seed
        By which samples are drawn.
    bins, resamples, alpha
        Of the method.
    """

    make: Callable[[], Any]
    names: tuple[str, ...]
    orientations: tuple[int, ...]
    x: Floats
    y: Floats
    units: Integers
    seed: int
    bins: int
    resamples: int
    alpha: float

    @cached_property
    def estimator(self) -> Any:
        return self.make().fit(self.x, self.y)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_resampled"}

    def predict(self, scores: Floats) -> Floats:
        """Expected memberships, 0 to 1, of cases with these scores, which are not turned yet."""
        clipped: Floats = np.clip(predictions(self.estimator, scores * turns(self.orientations)), 0.0, 1.0)
        return clipped

    def sign(self, names: Sequence[str]) -> int:
        """What a positive effect means for the sets: 1, or 0 where the membership of one neither rises nor falls throughout."""
        return int(all(self.orientations[self.names.index(name)] for name in names))

    @cached_property
    def _resampled(self) -> list[tuple[Any, Floats]]:
        """Estimators fitted to bootstrap samples of units, and the cases of each."""
        rng, rows = np.random.default_rng(self.seed), np.argsort(self.units, kind="stable")
        members = np.split(rows, np.flatnonzero(np.diff(self.units[rows])) + 1)
        found = []
        for _ in range(self.resamples):
            drawn = np.concatenate([members[each] for each in rng.integers(len(members), size=len(members))])
            found.append((self.make().fit(self.x[drawn], self.y[drawn]), self.x[drawn]))
        return found

    def influences(self, names: Sequence[str]) -> list[Estimate]:
        """The accumulated local effects of conditions, from low to high scores, in outcome membership."""
        columns = [self.names.index(name) for name in names]
        ends = [span(self.x[:, column]) for column in columns]

        def probes(x: Floats) -> list[Probe]:
            return [effect(x, column, self.bins, end) for column, end in zip(columns, ends, strict=True)]

        return self._estimates(probes)

    def interactions(self, several: Sequence[Sequence[str]]) -> list[Estimate]:
        """The cross-differences of groups of conditions, in outcome membership."""
        columns = [sorted(self.names.index(name) for name in names) for names in several]
        ends = [[span(self.x[:, column]) for column in each] for each in columns]

        def probes(x: Floats) -> list[Probe]:
            return [cross_difference(x, each, end) for each, end in zip(columns, ends, strict=True)]

        return self._estimates(probes)

    def _estimates(self, probes: Callable[[Floats], list[Probe]]) -> list[Estimate]:
        from scipy.stats import t

        values = answers(self.estimator, probes(self.x))
        errors = np.std([answers(each, probes(x)) for each, x in self._resampled], axis=0, ddof=1)
        reach = float(t.ppf(1 - self.alpha / 2, self.resamples - 1)) * errors
        rows = zip(values, errors, values - reach, values + reach, strict=True)
        return [Estimate(*map(float, row)) for row in rows]


def answers(estimator: Any, probes: Sequence[Probe]) -> Floats:
    """What an estimator answers, from one call of its predictions."""
    if not probes:
        return np.zeros(0)
    rows = np.concatenate([each.rows for each in probes])
    predicted = predictions(estimator, rows) if len(rows) else np.zeros(0)
    parts = np.split(predicted, np.cumsum([len(each.rows) for each in probes])[:-1])
    return np.array([float(each.answer(part)[-1]) for each, part in zip(probes, parts, strict=True)])


def predictions(estimator: Any, x: Floats) -> Floats:
    """An estimator's predictions, not held between 0 and 1: a limit would look like an interaction."""
    return np.asarray(estimator.predict(x), dtype=float).reshape(len(x))


def turns(orientations: Sequence[int]) -> Floats:
    """By what to multiply scores, so that they rise with the sets."""
    return np.where(np.array(orientations) < 0, -1.0, 1.0)


def canonical_order(x: Floats, y: Floats) -> tuple[Integers, Integers]:
    """The order of columns and of rows by their numbers alone.

    >>> columns, rows = canonical_order(np.array([[3.0, 1.0], [2.0, 5.0]]), np.array([0.1, 0.9]))
    >>> columns.tolist(), rows.tolist()
    ([0, 1], [1, 0])
    """
    low, reach = x.min(axis=0), np.ptp(x, axis=0)
    # Neither the unit nor the zero of the scores matters, nor their last digits.
    keys_of = ((x - low) / np.where(reach > 0, reach, 1.0)).round(9)
    keys = [(*np.sort(column), round(float(column @ y), 9)) for column in keys_of.T]
    columns = np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.int64)
    rows = np.lexsort([y, *(x[:, column] for column in columns[::-1])])
    return columns, rows
