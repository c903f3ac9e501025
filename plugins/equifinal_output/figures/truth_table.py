"""The truth table as a figure."""

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

import equifinal as eq
from equifinal.errors import listing
from equifinal.plain import counted, shown
from equifinal_output.figures.source import with_table
from equifinal_output.figures.style import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    VERMILLION,
    drawn,
    finish,
    short,
    sized,
    wrapped,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_OWN = "set-theoretic methods have one"

_OUTPUTS = {"1": GREEN, "0": VERMILLION, "C": ORANGE, "?": "#808080"}
_MOST_ROWS = 64
COLUMNS = ("out", "n", "consistency", "pri", "cases")


def _observed(analysis: eq.Analysis) -> tuple[list[str], pd.DataFrame]:
    """The conditions of a truth table, and its rows with cases: by output, then by consistency."""
    table = analysis.tables["truth_table"]
    names = [name for name in analysis.conditions.index if name in table]
    rank = table["out"].astype(str).map({"1": 0, "C": 1, "0": 2}).fillna(3)
    order = table.assign(_rank=rank, _row=range(len(table))).sort_values(
        ["_rank", "consistency", "_row"], ascending=[True, False, True]
    )
    return names, order[order["n"] > 0].drop(columns=["_rank", "_row"])


@drawn
def plot_truth_table(source: Any, method: str | None = None, ax: "Axes | None" = None) -> "Axes":
    """Draw the truth table: the configurations that have cases, those with the output 1 first.

    Parameters
    ----------
    source
        A comparison, or an analysis with a table ``truth_table``.

    Examples
    --------
    >>> import equifinal as eq
    >>> from equifinal_output.figures import plot_truth_table
    >>> comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["fsqca"]))
    >>> ax = plot_truth_table(comparison)
    >>> [label.get_text() for label in ax.get_xticklabels()][:5]
    ['LEAD', 'DEM', 'FIN', 'HUM', 'output']
    """
    label, analysis, whole = with_table(source, method, "truth_table", COLUMNS, _OWN)
    names, rows = _observed(analysis)
    hidden = rows.iloc[_MOST_ROWS:]
    rows = rows.iloc[:_MOST_ROWS]
    widths = [max(0.42, 0.085 * min(len(name), 9) + 0.12) for name in names] + [0.62, 0.5, 0.85, 0.6, 2.9]
    edges = np.concatenate([[0.0], np.cumsum(widths)])
    middles = (edges[:-1] + edges[1:]) / 2
    cases = [wrapped(_as_many_as_fit(each, 84), 44, lines=2) for each in rows["cases"]]
    heights = [0.3 if "\n" not in text else 0.36 for text in cases]
    tops = np.concatenate([[0.0], np.cumsum(heights)])
    ax, own = sized(ax, edges[-1], tops[-1])
    for number, (_, row) in enumerate(rows.iterrows()):
        y = (tops[number] + tops[number + 1]) / 2
        for x, name in zip(middles, names, strict=False):
            _condition_cell(ax, x, y, row[name])
        _output_cells(ax, middles[len(names) :], y, row)
        ax.text(
            edges[-2] + 0.06, y, cases[number], ha="left", va="center", fontsize=7.5, linespacing=1.05, in_layout=False
        )
        ax.plot([0, edges[-1]], [tops[number]] * 2, color=INK, lw=0.4, alpha=0.3, clip_on=False)
    ax.set(xlim=(0, edges[-1]), ylim=(tops[-1], 0))
    heads = [wrapped(name, 9) for name in names] + ["output", "cases", "consistency", "PRI"]
    ax.set_xticks(middles[:-1], heads)
    ax.text(edges[-2] + 0.06, -0.06, "names of the cases", ha="left", va="bottom", fontsize=8.5)
    ax.text(-0.06, -0.06, "row", ha="right", va="bottom", fontsize=8.5)
    ax.set_yticks((tops[:-1] + tops[1:]) / 2, [str(each) for each in rows.index])
    ax.tick_params(axis="x", top=True, labeltop=True, bottom=False, labelbottom=False)
    ax.tick_params(length=0, labelsize=8.5)
    ax.spines[:].set_visible(False)
    return finish(ax, own, source, f"Truth table, {label}", note=_of_the_rest(analysis, whole, hidden))


def _condition_cell(ax: "Axes", x: float, y: float, value: Any) -> None:
    """A full dot for 1, an empty one for 0, and the number itself for other values."""
    if value in (0, 1):
        ax.plot(x, y, "o", ms=8, mfc=INK if value == 1 else "none", mec=INK, mew=0.9)
    else:
        ax.text(x, y, shown(value), ha="center", va="center", in_layout=False)


def _output_cells(ax: "Axes", x: Any, y: float, row: pd.Series) -> None:
    """Output, number of cases, consistency with a bar behind it, and PRI."""
    output, consistency = str(row["out"]), float(row["consistency"])
    _box(ax, x[0] - 0.19, y - 0.11, 0.38, 0.22, (_OUTPUTS.get(output, "#808080"), 0.45))
    if math.isfinite(consistency):
        _box(ax, x[2] - 0.37, y - 0.11, 0.74 * consistency, 0.22, (BLUE, 0.22))
    texts = (output, f"{int(row['n'])}", shown(consistency), shown(float(row["pri"])))
    for place, text in zip(x, texts, strict=False):
        ax.text(place, y, text, ha="center", va="center", in_layout=False)


def _box(ax: "Axes", x: float, y: float, width: float, height: float, colour: Any) -> None:
    from matplotlib.patches import Rectangle

    ax.add_patch(Rectangle((x, y), width, height, fc=colour, ec="none"))


def _as_many_as_fit(names: Any, room: int) -> str:
    """As many names as fit into that many characters, and how many more there are."""
    names = [short(name, 26) for name in names]
    most = len(names)
    while most > 1 and len(listing(names, most)) > room:
        most -= 1
    return listing(names, most)


def _of_the_rest(analysis: eq.Analysis, whole: pd.DataFrame, hidden: pd.DataFrame) -> str:
    said = []
    possible = analysis.fit.get("rows_possible")
    if possible is not None and math.isfinite(possible):
        without = int(possible) - int((whole["n"] > 0).sum())
        if without:
            said.append(
                f"{without} of the {int(possible)} possible configurations {'has' if without == 1 else 'have'} no case "
                "(logical remainders)."
            )
    said.append("● condition present, ○ absent.")
    if (whole.loc[whole["n"] > 0, "out"].astype(str) == "?").any():
        said.append("?: fewer cases than the frequency cutoff asks for.")
    if len(hidden):
        said.append(f"{counted(len(hidden), 'further row')} with {counted(int(hidden['n'].sum()), 'case')} not drawn.")
    return " ".join(said)


def truth_table_in_words(source: Any, method: str | None = None) -> str:
    _, analysis, whole = with_table(source, method, "truth_table", COLUMNS, _OWN)
    names, rows = _observed(analysis)
    said = [f"{counted(len(rows), 'configuration')} of {', '.join(map(str, names))} with cases."]
    for _, row in rows.iloc[:24].iterrows():
        states = ", ".join(f"{name} {shown(row[name])}" for name in names)
        said.append(
            f"{states}: output {row['out']}, {counted(int(row['n']), 'case')}, consistency {shown(float(row['consistency']))}, "
            f"PRI {shown(float(row['pri']))}."
        )
    if len(rows) > 24:
        said.append(f"{len(rows) - 24} more rows.")
    said.append(_of_the_rest(analysis, whole, rows.iloc[_MOST_ROWS:]).replace(" ● condition present, ○ absent.", ""))
    return " ".join(said)
