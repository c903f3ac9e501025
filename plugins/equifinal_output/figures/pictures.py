"""Which figures a comparison has, and what each says in words."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import equifinal as eq

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Picture", "figures_of"]


@dataclass(frozen=True, eq=False)
class Picture:
    """A figure that a comparison has.

    Attributes
    ----------
    name : str
        For a file, and unique within the comparison: letters, digits, ``_``, ``.`` and ``-``.
    section : str
        ``"comparison"``, ``"data"``, or the label of the method that it is about.
    title : str
        What it shows.
    plot : callable
        Draws it: the ``plot_...`` function with its arguments.
    words : callable
        Returns the text for those who do not see it.
    """

    name: str
    section: str
    title: str
    plot: Callable[..., "Axes"]
    words: Callable[[], str]

    @cached_property
    def alt(self) -> str:
        """What the figure shows, in words with the numbers."""
        return self.words()

    def draw(self, ax: "Axes | None" = None) -> "Axes":
        """Draw it, by default in a new figure of fitting size."""
        return self.plot(ax=ax)

    def svg(self, dark: bool = False) -> str:
        """One ``<svg>`` element to put into a page; see :func:`equifinal_output.figures.style.inline_svg`.

        Text and axes take the page's text colour, so that the same element serves light and dark pages; `dark` gives them a
        light colour of their own, for a dark page that sets none.
        """
        from equifinal_output.figures.style import inline_svg

        return inline_svg(self.draw().figure, self.name, self.title, self.alt, dark)


class _Collected:
    """Pictures under names that every system can store, each once."""

    def __init__(self) -> None:
        self.pictures: list[Picture] = []
        self._taken: set[str] = set()

    def add(self, name: str, section: str, title: str, plot: Callable[..., "Axes"], words: Callable[[], str]) -> None:
        stem = re.sub(r"[^\w.-]+", "_", name, flags=re.ASCII).strip("._-")[:100] or "figure"
        unique, number = stem, 1
        while unique.lower() in self._taken:
            number += 1
            unique = f"{stem}-{number}"
        self._taken.add(unique.lower())
        self.pictures.append(Picture(unique, section, title, plot, words))


def figures_of(comparison: eq.Comparison) -> list[Picture]:
    """The figures that a comparison has, by the tables that its analyses hold.

    Parameters
    ----------
    comparison
        From :func:`equifinal.compare`.

    Returns
    -------
    list of Picture
        Those across methods first, then the data, then each method's own in the order of the run. Nothing is drawn yet.

    Examples
    --------
    >>> import equifinal as eq
    >>> from equifinal_output.figures import figures_of
    >>> comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["regression"]))
    >>> [picture.name for picture in figures_of(comparison) if picture.section == "comparison"][:1]
    ['verdicts']
    """
    from functools import partial

    from equifinal_output.figures import across

    found = _Collected()
    if comparison.verdicts.size:
        found.add(
            "verdicts",
            "comparison",
            "What each method says to each proposition",
            partial(across.plot_verdicts, comparison),
            partial(across.verdicts_in_words, comparison),
        )
    for kind in comparison.agreement:
        if across.has_agreement(comparison, kind):
            found.add(
                f"agreement-{kind}",
                "comparison",
                across.agreement_title(kind),
                partial(across.plot_agreement, comparison, kind),
                partial(across.agreement_in_words, comparison, kind),
            )
    return found.pictures
