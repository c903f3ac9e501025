"""The configuration chart of Fiss (2011): conditions in rows, sufficient paths in columns."""

from typing import TYPE_CHECKING, Any

import equifinal as eq
from equifinal.plain import counted, shown
from equifinal_output.figures.source import analysis_of, labelled
from equifinal_output.figures.style import (
    INK,
    drawn,
    finish,
    sized,
    wrapped,
)
from equifinal_output.words.names import capitalized
from equifinal_output.words.paths import OF_A_PATH, numbered, paths_of, solution_fit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_OWN = "set-theoretic methods have one"

#: More would be wider than a page; those with the largest raw coverage are drawn.
_MOST_PATHS = 24
_SIZES = {"core": 17.0, "peripheral": 8.5, "": 12.0}


@drawn
def plot_configurations(source: Any, method: str | None = None, ax: "Axes | None" = None) -> "Axes":
    """Draw the configuration chart of Fiss (2011): conditions in rows, sufficient paths in columns.

    ● means that a condition is present, ⊗ that it is absent; a large sign marks a core condition, a small one a peripheral
    condition; an empty cell means that it may be either. Paths that share their core conditions share a number.

    Parameters
    ----------
    source
        A comparison, or an analysis.

    Examples
    --------
    >>> import equifinal as eq
    >>> from equifinal_output.figures import plot_configurations
    >>> comparison = eq.compare(eq.run(eq.load_study("open-data-barometer-2014"), methods=["fsqca"]))
    >>> ax = plot_configurations(comparison)
    >>> [label.get_text() for label in ax.get_xticklabels()]
    ['1', '2']
    """
    label, analysis = analysis_of(
        source, method, lambda each: bool(paths_of(each)), "configurations that are conjunctions of conditions", _OWN
    )
    marks = paths_of(analysis)
    numbers = numbered(analysis.configurations.loc[list(marks)])
    largest = analysis.configurations.loc[list(marks), "coverage"].astype(float).nlargest(_MOST_PATHS).index
    paths = analysis.configurations.loc[[path for path in marks if path in largest or len(marks) <= _MOST_PATHS]]
    conditions = [str(name) for name in analysis.conditions.index]
    measures = {key: capitalized(words) for key, words in OF_A_PATH.items() if key in paths}
    heads = [wrapped(_named(source, name), 32, lines=2) for name in conditions]
    rows = [*heads, *measures.values(), "Cases"]
    ax, own = sized(ax, max(1.6, 0.78 * len(paths)), 0.36 * len(rows))
    for column, (name, row) in enumerate(paths.iterrows()):
        for y, condition in enumerate(conditions):
            _sign(ax, column, y, marks[name].get(condition, ""))
        for y, key in enumerate(measures, len(conditions)):
            ax.text(column, y, shown(float(row[key])), ha="center", va="center", in_layout=False)
        ax.text(column, len(rows) - 1, str(len(row["cases"])), ha="center", va="center", in_layout=False)
    for y in range(len(rows) + 1):
        strong = y in (0, len(conditions), len(rows))
        ax.axhline(y - 0.5, color=INK, lw=0.9 if strong else 0.4, alpha=1 if strong else 0.3)
    ax.set(xlim=(-0.5, len(paths) - 0.5), ylim=(len(rows) - 0.5, -0.5))
    ax.set_xticks(range(len(paths)), [numbers[name] for name in paths.index])
    ax.set_yticks(range(len(rows)), rows)
    ax.tick_params(axis="x", top=True, labeltop=True, bottom=False, labelbottom=False)
    ax.tick_params(length=0, labelsize=9)
    ax.spines[:].set_visible(False)
    signs = _legend_of_signs({mark for name in paths.index for mark in marks[name].values()})
    note = " ".join(filter(None, [_whole(analysis), _not_drawn(analysis, len(marks), len(paths))]))
    return finish(ax, own, source, f"Configurations, {label}", note=note, legend=signs)


def _named(source: Any, name: str) -> str:
    return labelled(source.calibrated.variable(name), 56) if isinstance(source, eq.Comparison) else name


def _sign(ax: "Axes", x: float, y: float, mark: str) -> None:
    sign, _, kind = mark.partition(" ")
    if sign == "●":
        ax.plot(x, y, "o", ms=_SIZES[kind], mfc=INK, mec=INK, mew=1.0, gid=mark)
    elif sign == "⊗":
        ax.plot(x, y, "o", ms=_SIZES[kind], mfc="none", mec=INK, mew=1.1, gid=mark)
        ax.plot(x, y, "x", ms=_SIZES[kind] * 0.62, mec=INK, mew=1.1)
    elif mark:
        ax.text(x, y, mark, ha="center", va="center", in_layout=False)


def _legend_of_signs(said: set[str]) -> dict[str, Any] | None:
    """One entry for each kind of sign in the chart."""
    from matplotlib.lines import Line2D

    words = {"●": "present", "⊗": "absent"}
    entries = [(sign, kind) for kind in _SIZES for sign in words if f"{sign} {kind}".strip() in said]
    handles: list[Any] = []
    for sign, kind in entries:
        line: dict[str, Any] = {"ls": "none", "ms": _SIZES[kind], "mec": INK, "color": INK}
        full = Line2D([], [], marker="o", mfc=INK if sign == "●" else "none", **line)
        cross = Line2D([], [], marker="x", **{**line, "ms": _SIZES[kind] * 0.62})
        handles.append(full if sign == "●" else (full, cross))
    texts = [
        f"{kind} condition, {words[sign]}".strip() if kind else f"condition {words[sign]}" for sign, kind in entries
    ]
    if not entries:
        return None
    return {
        "handles": handles,
        "labels": texts,
        "ncols": 2,
        "handlelength": 1.6,
        "handletextpad": 0.9,
        "labelspacing": 0.9,
    }


def _whole(analysis: eq.Analysis) -> str:
    said = [f"{words} {shown(float(value))}" for words, value in solution_fit(analysis).items()]
    return f"The solution as a whole: {', '.join(said)}." if said else ""


def _not_drawn(analysis: eq.Analysis, paths: int, drawn_ones: int) -> str:
    said = []
    if paths > drawn_ones:
        said.append(f"{counted(paths - drawn_ones, 'path')} with less coverage not drawn.")
    if len(analysis.configurations) > paths:
        missing = len(analysis.configurations) - paths
        said.append(f"{counted(missing, 'configuration')} that {'is' if missing == 1 else 'are'} no path not drawn.")
    return " ".join(said)


def configurations_in_words(source: Any, method: str | None = None) -> str:
    _, analysis = analysis_of(source, method, lambda each: bool(paths_of(each)), "configurations", _OWN)
    marks = paths_of(analysis)
    numbers = numbered(analysis.configurations.loc[list(marks)])
    words = {"●": "present", "⊗": "absent"}
    said = [f"{counted(len(marks), 'path')}."]
    for name, signs in list(marks.items())[:40]:
        row = analysis.configurations.loc[name]
        listed = []
        for condition, mark in signs.items():
            sign, _, kind = mark.partition(" ")
            listed.append(f"{condition} {words.get(sign, mark)}{f' ({kind})' if sign in words and kind else ''}")
        figures = [f"{text} {shown(float(row[key]))}" for key, text in OF_A_PATH.items() if key in row]
        said.append(f"{numbers[name]}: {', '.join(listed) or 'always'}; {', '.join(figures)}.")
    return " ".join([*said, _whole(analysis)]).strip()
