"""What a report is made of: tables in sections, in order. Every format reads it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import equifinal as eq
from equifinal_output.report.reading_help import HELP, Help
from equifinal_output.tables import Table


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
