"""How far each condition, and its absence, is necessary."""

from typing import TYPE_CHECKING, Any

import numpy as np

from equifinal.plain import shown
from equifinal_output.figures.source import with_table
from equifinal_output.figures.style import (
    BLUE,
    GREEN,
    INK,
    VERMILLION,
    drawn,
    finish,
    sized,
    wrapped,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_OWN = "set-theoretic methods have one"

COLUMNS = {
    "consistency": ("Consistency", BLUE, "o"),
    "relevance": ("Relevance (RoN)", VERMILLION, "D"),
    "coverage": ("Coverage", GREEN, "s"),
}


@drawn
def plot_necessity(source: Any, method: str | None = None, ax: "Axes | None" = None) -> "Axes":
    """Draw how far each condition, and its absence, is necessary: consistency, relevance of necessity and coverage.

    Parameters
    ----------
    source
        A comparison, or an analysis with a table ``necessity``.

    Notes
    -----
    Consistency and coverage: Ragin (2008); relevance of necessity: Schneider & Wagemann (2012). A condition counts as
    necessary when consistency reaches the method's cutoff, drawn as a line, and is not trivial when relevance is high.

    Examples
    --------
    >>> import equifinal as eq
    >>> from equifinal_output.figures import plot_necessity
    >>> comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["fsqca"]))
    >>> ax = plot_necessity(comparison)
    >>> [label.get_text() for label in ax.get_yticklabels()][:2]
    ['LEAD', 'DEM']
    """
    label, analysis, table = with_table(source, method, "necessity", tuple(COLUMNS), _OWN)
    names = [wrapped(name, 34, lines=2) for name in table.index]
    ax, own = sized(ax, 4.4, 0.27 * len(names) + 0.1)
    rows = np.arange(len(names))
    low, high = table[list(COLUMNS)].min(axis=1), table[list(COLUMNS)].max(axis=1)
    ax.hlines(rows, low, high, color=INK, lw=0.6, alpha=0.35, zorder=1)
    for key, (words, colour, marker) in COLUMNS.items():
        ax.plot(table[key].astype(float), rows, marker, ms=6, mfc=colour, mec="none", alpha=0.9, label=words)
    cutoff = analysis.method.parameters().get("necessity_cutoff")
    if isinstance(cutoff, float):
        ax.axvline(cutoff, color=INK, lw=0.9, ls=(0, (4, 2)), label=f"Cutoff of consistency, {cutoff:g}")
    ax.set(xlim=(-0.02, 1.02), ylim=(len(names) - 0.5, -0.5))
    ax.set_yticks(rows, names)
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel("Parameters of fit of necessity")
    return finish(ax, own, source, f"Necessity, {label}", legend={"ncols": 2})


def necessity_in_words(source: Any, method: str | None = None) -> str:
    _, analysis, table = with_table(source, method, "necessity", tuple(COLUMNS), _OWN)
    cutoff = analysis.method.parameters().get("necessity_cutoff")
    said = [f"Cutoff of consistency {cutoff:g}."] if isinstance(cutoff, float) else []
    for name, row in table.iloc[:40].iterrows():
        figures = ", ".join(f"{key} {shown(float(row[key]))}" for key in COLUMNS)
        said.append(f"{name}: {figures}.")
    return " ".join(said)
