"""The specification curve: one estimate under every defensible choice, and the choices it depends on."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

import equifinal as eq
from equifinal.plain import counted, is_missing, shown
from equifinal_output.figures.source import has_table, with_table
from equifinal_output.figures.style import BLUE, INK, clean, drawn, finish, short, sized, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_OWN = "a method that fills it, one row per specification, has one"
_FIGURES = ("estimate", "low", "high")
#: More rows of choices would be unreadable.
_MOST_CHOICES = 40

has_specifications = has_table("specifications", "estimate")


def _sorted(table: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, list[str]]]:
    """The rows with an estimate, the lowest first, with their choices as text; and the values of each choice."""
    found = table[table["estimate"].notna()].sort_values("estimate", kind="stable")
    if found.empty:
        raise eq.InputError("The table of specifications has no estimates, so there is no curve to draw.")
    choices = [name for name in found.columns if name not in _FIGURES]
    said = found[choices].map(lambda value: "–" if is_missing(value) else clean(value))
    values = {str(name): list(dict.fromkeys(said[name])) for name in choices}
    if sum(map(len, values.values())) > _MOST_CHOICES:
        most = max(values, key=lambda name: len(values[name]))
        raise eq.InputError(
            f"A specification curve shows at most {_MOST_CHOICES} choices; the column {most!r} alone has "
            f"{counted(len(values[most]), 'value')}. Leave out columns that are not choices."
        )
    figures = found[[name for name in _FIGURES if name in found]].astype(float)
    return figures.join(said.set_axis(list(values), axis="columns")), values


@drawn
def plot_specification_curve(source: Any, method: str | None = None, ax: "Axes | None" = None) -> "Axes":
    """Draw a specification curve (Simonsohn, Simmons & Nelson 2020): an estimate under all choices, and the choices below.

    No built-in method makes specifications. A method that fills a table ``specifications``, one row per specification, can be
    drawn, and so can the table itself. Its columns: ``estimate``; optionally ``low`` and ``high``, the ends of an interval;
    every other column is a choice, such as the conditions controlled for.

    Parameters
    ----------
    source
        A comparison, an analysis with a table ``specifications``, or such a table.
    ax
        Where the curve is drawn; the choices come below. By default in a new figure of fitting size.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the curve; those of the choices are its only child.

    Examples
    --------
    >>> import pandas as pd
    >>> from equifinal_output.figures import plot_specification_curve
    >>> ax = plot_specification_curve(
    ...     pd.DataFrame({"estimate": [0.3, 0.1], "model": ["logit", "linear"], "cases": ["all", "all"]})
    ... )
    >>> [label.get_text() for label in ax.child_axes[0].get_yticklabels()]
    ['model: linear', 'model: logit', 'cases: all']
    """
    if isinstance(source, pd.DataFrame):
        if "estimate" not in source:
            raise eq.InputError(
                "A table of specifications needs a column 'estimate'; every column of choices may follow."
            )
        title, table = "Specification curve", source
    else:
        label, _, table = with_table(source, method, "specifications", ("estimate",), _OWN)
        title = f"Specification curve, {clean(label)}"
    figures, choices = _sorted(table)
    columns = np.arange(len(figures))
    ax, own = sized(ax, float(np.clip(0.16 * len(columns), 3.2, 7.5)), 1.9)
    if {"low", "high"} <= set(figures):
        ax.vlines(columns, figures["low"], figures["high"], color=BLUE, lw=1.0, alpha=0.6)
    size = float(np.clip(260 / len(columns), 1.5, 4.5))
    ax.plot(columns, figures["estimate"], "o", ms=size, color=BLUE)
    ax.axhline(0, color=INK, lw=0.8, alpha=0.7, zorder=1)
    ax.set_xlim(-0.7, len(columns) - 0.3)
    ax.set_xticks([])
    ax.set_ylabel("Estimate")
    names = [(name, value) for name, values in choices.items() for value in values]
    if names:
        height = 0.19 * len(names)
        inches = ax.get_window_extent().height / ax.figure.dpi
        below = ax.inset_axes((0, -(height + 0.1) / inches, 1, height / inches), sharex=ax)
        for row, (name, value) in enumerate(names):
            chosen = columns[(figures[name] == value).to_numpy()]
            below.plot(chosen, np.full(len(chosen), row), "|" if len(columns) > 60 else "o", ms=size + 1, color=INK)
        for number, name in enumerate(choices):
            first = next(row for row, each in enumerate(names) if each[0] == name)
            if number:
                below.axhline(first - 0.5, color=INK, lw=0.4, alpha=0.4)
        below.set_ylim(len(names) - 0.5, -0.5)
        below.set_yticks(range(len(names)), [short(f"{name}: {value}", 52) for name, value in names])
        below.tick_params(length=0, labelbottom=False)
        below.spines[:].set_visible(False)
    note = _said(figures)
    return finish(ax, own, None if isinstance(source, pd.DataFrame) else source, wrapped(title, 90), note=note)


def _said(figures: pd.DataFrame) -> str:
    estimates = figures["estimate"]
    said = f"{counted(len(figures), 'specification')}; estimates from {shown(float(estimates.iloc[0]))} to "
    said += f"{shown(float(estimates.iloc[-1]))}, median {shown(float(estimates.median()))}; {int((estimates > 0).sum())} above 0."
    if {"low", "high"} <= set(figures):
        clear = ((figures["low"] > 0) | (figures["high"] < 0)).sum()
        said += f" The interval excludes 0 in {clear}."
    return said


def specification_curve_in_words(source: Any, method: str | None = None) -> str:
    """What the curve shows, with its numbers."""
    _, _, table = with_table(source, method, "specifications", ("estimate",), _OWN)
    figures, choices = _sorted(table)
    said = [f"{name}: {', '.join(values)}." for name, values in choices.items()]
    return " ".join([_said(figures), *said])
