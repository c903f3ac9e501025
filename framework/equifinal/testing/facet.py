"""The properties of a facet of comparisons."""

from collections.abc import Iterator, Mapping
from typing import Any

import cloudpickle
import pandas as pd

from equifinal.comparison.comparison import Comparison
from equifinal.errors import InputError
from equifinal.testing.checks import Property, doing, fail, property_of
from equifinal.testing.common import needs, untouched
from equifinal.testing.comparisons import a_comparison, hard_comparisons, unchanged
from equifinal.writing.facets import Facet

FACET_PROPERTIES: list[Property] = []


def _asked(facet: Facet, comparison: Comparison, where: str) -> Any:
    with doing(f"{where} of"):
        return facet.of(comparison)


def _figures(shown: Any) -> Iterator[Any]:
    for each in shown.values() if isinstance(shown, Mapping) else [shown]:
        if isinstance(each, Mapping):
            yield from _figures(each)
        elif callable(each):
            yield each


def _draw(shown: Any) -> int:
    """Draw every figure on axes that belong to nobody; how many there are."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figures = list(_figures(shown))
    for each in figures:
        figure = Figure()
        canvas = FigureCanvasAgg(figure)
        with doing("drawing on the axes that it is given"):
            each(figure.add_subplot())
            canvas.draw()  # type: ignore[no-untyped-call]
    return len(figures)


@property_of(FACET_PROPERTIES, "Facets")
def shows_what_can_be_shown(facet: Facet) -> None:
    """``of`` returns a table, sentences, a figure, a mapping of names to these, or ``None``."""
    shown = _asked(facet, a_comparison(), "with the sample comparison")
    sentences = isinstance(shown, (list, tuple)) and all(isinstance(each, str) for each in shown)
    if not (shown is None or isinstance(shown, (pd.DataFrame, Mapping)) or callable(shown) or sentences):
        fail(f"of returned {type(shown).__name__}. Return a frame, a list of sentences, a function that draws, or None")
    if isinstance(shown, Mapping) and (wrong := [name for name in shown if not isinstance(name, str)]):
        fail(f"of returned a mapping with the name {wrong[0]!r}, which is not text")
    _draw(shown)


@property_of(FACET_PROPERTIES, "Facets", "shows what can be shown")
def input_not_mutated(facet: Facet) -> None:
    """The comparison is unchanged."""
    comparison = a_comparison()
    with unchanged(comparison):
        _draw(_asked(facet, comparison, "with the sample comparison"))


@property_of(FACET_PROPERTIES, "Facets", "shows what can be shown")
def hard_comparisons_shown(facet: Facet) -> None:
    """It copes with no proposition, one condition, one method, no prediction, no advice, and names that are hard for files."""
    for where, made in hard_comparisons().items():
        try:
            _draw(_asked(facet, cloudpickle.loads(made), where))
        except InputError as error:
            fail(f"{where} it raised InputError: {error} Return None where it does not apply")


@property_of(FACET_PROPERTIES, "Facets", "shows what can be shown")
def the_same_every_time(facet: Facet) -> None:
    """The same comparison gives the same table or sentences."""
    one, two = (_asked(facet, a_comparison(), "with the sample comparison") for _ in range(2))
    needs(isinstance(one, (pd.DataFrame, list, tuple)), "it shows no table and no sentences alone")
    if repr(_plain(one)) != repr(_plain(two)):
        fail("asked twice, it shows something else. Draw nothing at random, and leave out the time")


def _plain(shown: Any) -> Any:
    return shown.to_dict() if isinstance(shown, pd.DataFrame) else shown


@property_of(FACET_PROPERTIES, "Parallel runs and state", "shows what can be shown", last=True)
def no_global_state(facet: Facet) -> None:
    """It leaves global state alone, also when it draws: styles and settings of matplotlib, and figures that stay open."""
    import matplotlib as mpl
    import matplotlib.pyplot as plt

    comparison, open_before = a_comparison(), plt.get_fignums()
    with mpl.rc_context():
        mpl.rcdefaults()  # earlier checks may have left a style, which would hide that it is set again
        with untouched(type(facet)):
            _draw(_asked(facet, comparison, "with the sample comparison"))
    if len(plt.get_fignums()) > len(open_before):
        fail("it opened a figure of its own. Draw on the axes that the function is given")
