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
    caveats : tuple of str
        What to know before the verdicts.
    opening : str
        What was done, for a reader who does not know the methods.
    left_out : str
        A sentence on methods that failed; empty when none did.
    key : str
        How to read the matrix of verdicts.
    """

    title: str
    description: str
    banner: str
    caveats: tuple[str, ...]
    subject: str
    opening: str
    headline: eq.Headline
    left_out: str
    summary: tuple[str, ...]
    key: str
    sections: tuple[Section, ...]

    @property
    def answers(self) -> list[tuple[str, tuple[str, ...]]]:
        """The headline's sentences, under the question they answer; what the answer has said is not said again."""
        said = self.headline
        standing = tuple(each for each in said.standing if each not in said.answer)
        found = [
            ("What kinds of methods agree on", said.agreed),
            ("What they agree is not there", said.denied),
            ("Where they disagree", said.parted),
            ("What one kind alone finds" if said.parted else "What the method finds", said.alone),
            ("What stands behind this", standing),
        ]
        return [(title, sentences) for title, sentences in found if sentences]
