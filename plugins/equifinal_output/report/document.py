"""What a report is made of: tables in sections, in order. Every format reads it.

A table holds the figures as computed (``data``) and, where it differs, the form shown to a reader (``readable``).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

import equifinal as eq
from equifinal_output.report.reading_help import HELP, Help

__all__ = ["MOST_ROWS", "Content", "Section", "Table"]

#: The most rows of a table that a page shows.
MOST_ROWS = 1000


@dataclass(frozen=True, eq=False)
class Table:
    """A table with a short name (for files), a title, its figures, and how to show them.

    Attributes
    ----------
    folded : bool
        Whether a page may fold it away, because it is background.
    searchable : bool
        Whether readers look up single rows in it.
    kind : str
        ``"heat map"``: figures from -1 to 1 of pairs of methods. ``"chart"``: conditions and paths, with the signs of
        :data:`equifinal.plain.MARKS`. ``"stacked"``: cells of several parts, with `` · `` between them.
    """

    name: str
    title: str
    data: pd.DataFrame
    readable: pd.DataFrame | None = None
    folded: bool = False
    searchable: bool = False
    kind: Literal["plain", "heat map", "chart", "stacked"] = "plain"

    @property
    def shown(self) -> pd.DataFrame:
        """What a page shows: the first of thousands of rows."""
        return (self.data if self.readable is None else self.readable).iloc[:MOST_ROWS]

    @property
    def heading(self) -> str:
        """The title, and how much is not shown."""
        rows = len(self.data if self.readable is None else self.readable)
        if rows <= MOST_ROWS:
            return self.title
        return f"{self.title} (the first {MOST_ROWS:,} of {rows:,} rows; the formats csv and json have all)"


@dataclass(frozen=True, eq=False)
class Section:
    """A part of the report.

    Attributes
    ----------
    facts : mapping
        Label → value, before the tables.
    notes : tuple of str
        What to keep in mind.
    parts : tuple of Section
        Sections within.
    about : str
        How to read it, where the project has no words for it.
    """

    name: str
    title: str
    facts: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    parts: tuple["Section", ...] = ()
    about: str = ""

    @property
    def help(self) -> Help:
        """How to read it."""
        return HELP.get(self.name) or Help((self.about,) if self.about else ())

    @property
    def link(self) -> str:
        """What links to it say."""
        return self.name.replace("-", " ").capitalize() if self.name in HELP else self.title


@dataclass(frozen=True, eq=False)
class Content:
    """The whole report.

    Attributes
    ----------
    opening : str
        What was done, for a reader who does not know the methods.
    left_out : str
        A sentence on methods that failed; empty when none did.
    """

    title: str
    description: str
    banner: str
    note: str
    subject: str
    opening: str
    headline: eq.Headline
    left_out: str
    summary: tuple[str, ...]
    sections: tuple[Section, ...]

    @property
    def answers(self) -> list[tuple[str, tuple[str, ...]]]:
        """The headline's sentences, under the question they answer."""
        if not self.headline.parted:
            return [("What the method finds", self.headline.agreed)]
        return [("What the methods agree on", self.headline.agreed), ("Where they part", self.headline.parted)]

    def tables(self) -> Iterator[Table]:
        """All tables, in order."""
        for section in self.sections:
            for part in (section, *section.parts):
                yield from part.tables
