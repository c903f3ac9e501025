"""Factors and their values: what the conditions of coincidence analysis are made of."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import equifinal as eq
from equifinal.plain import Record

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
#: Sums that differ by less are equal, so 0.8 computed as 0.7999999999999999 reaches a cutoff of 0.8.
TOLERANCE = 1e-9


@dataclass(frozen=True, eq=False, repr=False)
class Factors(Record):
    """The cases' memberships in every value of every factor.

    Parameters
    ----------
    names
        The factors.
    texts
        Their values, or *literals*: ``A`` and ``~A``; of a multi-value factor ``A[0]``, ``A[1]``, ...
    factor
        For each literal the position of its factor, shape (m,).
    memberships
        Shape (n, m), 0 to 1.
    """

    names: tuple[str, ...]
    texts: tuple[str, ...]
    factor: Integers
    memberships: Floats

    @classmethod
    def of(cls, frame: pd.DataFrame, multivalue: Sequence[str] = ()) -> "Factors":
        """From memberships (0 to 1), or whole numbers in the columns named in `multivalue`."""
        texts: list[str] = []
        factor: list[int] = []
        columns: list[Floats] = []
        for position, name in enumerate(frame.columns):
            values = frame[name].to_numpy(dtype=float)
            if name in multivalue:
                values_of = np.unique(values[~np.isnan(values)])
                found = {
                    f"{name}[{value:g}]": np.where(np.isnan(values), np.nan, values == value) for value in values_of
                }
            else:
                found = {str(name): values, negated(str(name)): 1.0 - values}
            texts += found
            columns += found.values()
            factor += [position] * len(found)
        table = np.column_stack(columns) if columns else np.zeros((len(frame), 0))
        return cls(tuple(map(str, frame.columns)), tuple(texts), np.array(factor, dtype=np.int64), table)

    @cached_property
    def places(self) -> Mapping[str, int]:
        """The position of each literal."""
        return {text: place for place, text in enumerate(self.texts)}

    def membership(self, paths: Iterable[Iterable[str]]) -> Floats:
        """The cases' memberships in a disjunction of conjunctions; missing where it turns on a missing one.

        A value that no case has, has no members.
        """
        lowest, highest = np.zeros((2, len(self.memberships)))
        for path in paths:
            columns = [
                self.memberships[:, self.places[text]] if text in self.places else np.zeros(len(lowest))
                for text in path
            ]
            # Whatever the missing memberships are, the conjunction's lies between these two.
            lowest = np.maximum(lowest, np.minimum.reduce([np.nan_to_num(column, nan=0.0) for column in columns]))
            highest = np.maximum(highest, np.minimum.reduce([np.nan_to_num(column, nan=1.0) for column in columns]))
        return np.where(lowest == highest, lowest, np.nan)

    def text(self, members: Sequence[int]) -> str:
        """The conjunction of some literals."""
        return "*".join(self.texts[each] for each in members)


def negated(text: str) -> str:
    """The absence of a set, ``~A`` for ``A`` and the other way round."""
    return text.removeprefix("~") if text.startswith("~") else f"~{text}"


def checked(frame: pd.DataFrame, multivalue: Sequence[str]) -> pd.DataFrame:
    """The frame, unless a value is missing or outside its range: then an :class:`equifinal.InputError`."""
    if frame.empty:
        raise eq.InputError("Coincidence analysis needs cases and factors; the table is empty.")
    for name in frame.columns:
        try:
            values = frame[name].to_numpy(dtype=float)
        except (TypeError, ValueError):
            raise eq.InputError(f"The factor {name!r} must hold numbers.") from None
        valid = np.isfinite(values) & (values >= 0)
        valid &= (values % 1 == 0) if name in multivalue else (values <= 1)
        if not valid.all():
            where = int(np.flatnonzero(~valid)[0])
            wanted = "a whole number from 0 up" if name in multivalue else "a membership from 0 to 1"
            raise eq.InputError(
                f"The factor {name!r} of case {frame.index[where]} is {values[where]}; it must be {wanted}. "
                "Correct it, or leave the case out."
            )
    return frame
