"""Tables of cases that are written out as frames when somebody asks for them.

A comparison makes many thousand studies of the same cases (in another order, some of them, with a set's values taken from other
cases), and methods mostly read them as arrays. A frame takes a hundred times as long to make as an array.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equifinal.base.own import own_table

Floats = NDArray[np.float64]
Positions = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Names:
    """Names of cases: those at some positions of an index, or all of it."""

    base: pd.Index
    positions: Positions | None = None

    def at(self, positions: Positions) -> "Names":
        return Names(self.base, positions if self.positions is None else self.positions[positions])

    @cached_property
    def index(self) -> pd.Index:
        return self.base if self.positions is None else self.base[self.positions]

    def __len__(self) -> int:
        return len(self.base) if self.positions is None else len(self.positions)


@dataclass(frozen=True, eq=False)
class Numbers:
    """A table of numbers, cases × sets; nobody changes its values."""

    values: Floats
    columns: pd.Index
    places: Mapping[str, int]

    @classmethod
    def of(cls, frame: pd.DataFrame) -> "Numbers":
        return cls(frame.to_numpy(dtype=float), frame.columns, {name: at for at, name in enumerate(frame.columns)})

    def holding(self, values: Floats) -> "Numbers":
        """Other values of the same sets."""
        values.flags.writeable = False
        return Numbers(values, self.columns, self.places)

    def at(self, positions: Any) -> "Numbers":
        return self.holding(self.values[positions])

    def column(self, name: str) -> Floats | None:
        """The values in one set; ``None`` for a set that the table does not have."""
        return self.values[:, self.places[name]] if name in self.places else None

    def with_columns(self, changed: Mapping[str, Any]) -> "Numbers":
        """The same with other values in some of its sets; sets that it does not have are passed over."""
        here = {self.places[name]: values for name, values in changed.items() if name in self.places}
        if not here:
            return self
        filled = self.values.copy()
        for place, values in here.items():
            filled[:, place] = values
        return self.holding(filled)

    def frame(self, index: pd.Index) -> pd.DataFrame:
        return pd.DataFrame(self.values.copy(), index=index, columns=self.columns.view(), copy=False)


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of the table that the user brought.

    Attributes
    ----------
    table
        The user's table.
    positions
        Which of its rows; ``None``: all.
    places
        By column that has the values of other rows: of which.
    written
        By column that has values of its own: these.
    """

    table: pd.DataFrame
    positions: Positions | None = None
    places: Mapping[str, Positions] = field(default_factory=dict)
    written: Mapping[str, Any] = field(default_factory=dict)
    _without: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False)

    def at(self, positions: Positions) -> "Rows":
        return replace(
            self,
            positions=_composed(self.positions, positions),
            places={name: places[positions] for name, places in self.places.items()},
            written={name: values[positions] for name, values in self.written.items()},
        )

    def taking(self, base: "Rows", sources: Mapping[str, Positions]) -> "Rows":
        """The same with columns that have the values of other rows of `base`; columns that it does not have are passed over."""
        places, written = dict(self.places), dict(self.written)
        for name, source in sources.items():
            if name in base.written:
                written[name] = base.written[name][source]
            elif name in base.table:
                places[name] = _composed(base.places.get(name, base.positions), source)
                written.pop(name, None)
        return replace(self, places=places, written=written)

    def writing(self, written: Mapping[str, Any]) -> "Rows":
        """The same with other values in some of its columns; columns that it does not have are passed over."""
        here = {name: values for name, values in written.items() if name in self.table}
        return replace(self, written={**self.written, **here}) if here else self

    def without(self, column: str) -> "Rows":
        """The same without a column, of which nothing stays behind; the table without it is made once for all rows of it."""
        if column not in self._without:
            self._without[column] = self.table.drop(columns=column, errors="ignore").copy()
        places = {name: each for name, each in self.places.items() if name != column}
        written = {name: each for name, each in self.written.items() if name != column}
        return Rows(self._without[column], self.positions, places, written)

    def frame(self, index: pd.Index) -> pd.DataFrame:
        rows = own_table(self.table) if self.positions is None else self.table.take(self.positions)
        rows.index = index
        changed = {name: self.table[name].array[places] for name, places in self.places.items()} | dict(self.written)
        return rows.assign(**changed) if changed else rows


def _composed(of: Positions | None, positions: Positions) -> Positions:
    return positions if of is None else of[positions]


@dataclass(frozen=True, eq=False)
class Tables:
    """The tables of a study, and the names of its cases."""

    names: Names
    raw: Numbers
    fuzzy: Numbers
    data: Rows

    def at(self, positions: Any) -> "Tables":
        """Those of the cases at some positions."""
        positions = np.asarray(positions)
        return Tables(
            self.names.at(positions), self.raw.at(positions), self.fuzzy.at(positions), self.data.at(positions)
        )

    def frame(self, table: str) -> pd.DataFrame:
        """One of the tables, written out."""
        found: pd.DataFrame = getattr(self, table).frame(self.names.index.view())
        return found
