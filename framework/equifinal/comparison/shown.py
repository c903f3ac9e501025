"""What the facets of a comparison give: tables, sentences and figures, asked for once.

A faulty facet harms no other: a sentence that names its plugin stands in its place, and a warning says the same.
"""

import functools
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from equifinal.base.own import Handing
from equifinal.base.readable import Record
from equifinal.base.surroundings import changed_and_put_back, undisturbed, watched
from equifinal.errors import FAULTS, listing
from equifinal.plugin.loading import PROJECT
from equifinal.plugin.records import Entry


@dataclass(frozen=True, eq=False, repr=False)
class Shown(Record):
    """One facet of one comparison.

    Attributes
    ----------
    name, title, about : str
        Those of the facet.
    content : pandas.DataFrame, tuple of str, callable, dict or None
        A table; sentences; a function that draws on matplotlib's axes; or names and such contents, among which there may be
        plain values too. ``None`` where the facet does not apply.
    titles : mapping
        Of what is within, by name.
    """

    name: str
    title: str
    about: str
    content: Any = field(repr=False)
    titles: Mapping[str, str] = field(default_factory=dict, repr=False)

    def parts(self) -> Iterator[tuple[tuple[str, ...], str, Any]]:
        """Every table, figure and list of sentences: the names that lead to it, the facet's first, its title, and itself."""
        return self._parts((self.name,), self.content)

    def _parts(self, path: tuple[str, ...], content: Any) -> Iterator[tuple[tuple[str, ...], str, Any]]:
        if isinstance(content, Mapping):
            for name, each in content.items():
                yield from self._parts((*path, name), each)
        elif isinstance(content, pd.DataFrame) or callable(content) or (isinstance(content, tuple) and content):
            words = ", ".join(path[1:]).replace("_", " ")
            title = self.titles.get(".".join(path[1:])) or (f"{self.title}: {words}" if words else self.title)
            yield path, title, content


def shown_by(entry: Entry, comparison: Any) -> Shown:
    """Ask a facet, as the registry lists it."""
    facet = entry.cls

    def report(error: BaseException) -> str:
        said = f"The facet {facet.name!r} of the plugin {entry.plugin} failed: {type(error).__name__}: {error}"
        warnings.warn(said, stacklevel=3)
        return said

    try:
        if entry.plugin.distribution == PROJECT:
            answer = facet.of(comparison)
        else:
            (answer, changed), around = watched(Handing(comparison=comparison).to, facet.of)
            told = f"The facet {facet.name!r} of the plugin {entry.plugin}"
            if changed:
                warnings.warn(
                    f"{told} changed what it was given ({listing(changed)}), a copy of its own.", stacklevel=2
                )
            if around:
                warnings.warn(f"{told} {changed_and_put_back(around)}.", stacklevel=2)
        content = _checked(answer, report)
        if isinstance(content, str) or not (content is None or isinstance(content, _WHOLE) or callable(content)):
            raise TypeError(f"it returned {content!r}, which is not a table, sentences, a figure or a mapping of these")
    except FAULTS as error:
        content = (report(error),)
    return Shown(facet.name, facet.title, facet.about, content, facet.titles)


_WHOLE = (pd.DataFrame, tuple, dict)


def _checked(content: Any, report: Callable[[BaseException], str]) -> Any:
    """The content with sentences as tuples, other lists as lists, and figures that raise nothing."""
    if isinstance(content, pd.DataFrame):
        return content
    if isinstance(content, Mapping):
        return {str(name): _checked(each, report) for name, each in content.items()}
    if isinstance(content, (list, tuple)):
        return tuple(content) if all(isinstance(each, str) for each in content) else list(content)
    return _guarded(content, report) if callable(content) else content


def _guarded(draw: Callable[[Any], Any], report: Callable[[BaseException], str]) -> Callable[[Any], None]:
    @functools.wraps(draw)
    def guarded(ax: Any) -> None:
        try:
            undisturbed(draw, ax)
        except FAULTS as error:
            ax.clear()
            ax.text(0.5, 0.5, report(error), ha="center", va="center", wrap=True, parse_math=False)

    return guarded
