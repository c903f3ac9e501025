"""Figures of set-theoretic analyses: XY plot, truth table, configuration chart, necessity."""

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

import equifinal as eq
from equifinal import sets
from equifinal.comparison.cases import case_types
from equifinal.errors import did_you_mean, listing
from equifinal.plain import counted, is_missing, shown
from equifinal_output.figures.labels import label_points
from equifinal_output.figures.source import analysis_of, labelled, with_table
from equifinal_output.figures.style import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    PINK,
    VERMILLION,
    clean,
    drawn,
    finish,
    short,
    sized,
    wrapped,
)
from equifinal_output.paths import marks_of, numbered

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_configurations", "plot_necessity", "plot_truth_table", "plot_xy"]

_OWN = "set-theoretic methods have one"

# --------------------------------------------------------------------------------------------------- XY plot

_MOST_XY = 8
#: Colour and marker of each type of case (Schneider & Rohlfing 2013), the most telling first.
_TYPES = {
    "deviant in consistency": (VERMILLION, "^"),
    "deviant in coverage": (PINK, "s"),
    "typical": (BLUE, "o"),
    "irrelevant": ("#808080", "o"),
    "neither in nor out": (ORANGE, "D"),
}


def memberships(comparison: eq.Comparison, method: str | None, path: Any = None) -> tuple[str, eq.Analysis, pd.Series]:
    """The label, the analysis, and memberships in a path, or those predicted by the whole method."""
    label, analysis = analysis_of(
        comparison,
        method,
        lambda each: bool(each.cases["predicted"].notna().any()),
        "predicted membership",
        "methods that predict have it",
    )
    if path is None:
        return label, analysis, analysis.cases["predicted"].astype(float)
    if path not in analysis.configurations.index:
        known = did_you_mean(str(path), analysis.configurations.index)
        raise eq.InputError(f"Method {label!r} has no path {str(path)!r}. {known}")
    column = f"membership in {path}"
    if column in analysis.cases:
        return label, analysis, analysis.cases[column].astype(float)
    expression = analysis.configurations.at[path, "expression"]
    if is_missing(expression):
        raise eq.InputError(
            f"{str(path)!r} of method {label!r} is no expression of sets, so cases have no membership in it; paths have."
        )
    return label, analysis, eq.Expression(str(expression)).membership(comparison.study.fuzzy)


@drawn
def plot_xy(comparison: eq.Comparison, method: str | None = None, path: Any = None, ax: "Axes | None" = None) -> "Axes":
    """Draw the XY plot: membership in a path, or in a method's whole solution, against membership in the outcome.

    Above the diagonal a case agrees with "sufficient", below it with "necessary". Cases are named where there is room, those
    that deviate first; how many are not is said below the drawing. The parameters of fit above it are those of the points drawn.

    Parameters
    ----------
    comparison
        What to draw.
    method
        Label of a method that predicts; by default the first.
    path
        A label of its ``configurations``; by default all together, as ``predicted``.
    ax
        Where; by default in a new figure.

    Raises
    ------
    equifinal.InputError
        When there is no such method or path, or the method does not predict.

    Examples
    --------
    >>> import equifinal as eq
    >>> from equifinal_output.figures import plot_xy
    >>> comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["fsqca"]))
    >>> ax = plot_xy(comparison)
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('Membership in the solution of fsqca', 'Membership in Data openness (OPEN)')
    """
    if not isinstance(comparison, eq.Comparison):
        raise eq.InputError("An XY plot needs the outcome, so it is drawn of a comparison, not of an analysis alone.")
    label, analysis, x = memberships(comparison, method, path)
    y = comparison.cases["outcome", ""].astype(float)
    there = (x.notna() & y.notna()).to_numpy()
    x, y = x[there], y[there]
    types = case_types(x, y).fillna("neither in nor out")
    ax, own = sized(ax, 4.8, 4.8)
    ax.plot([0, 1], [0, 1], color=INK, lw=0.8, alpha=0.7, zorder=1)
    ax.axhline(0.5, color=INK, lw=0.6, alpha=0.5, ls=(0, (1, 2)), zorder=1)
    ax.axvline(0.5, color=INK, lw=0.6, alpha=0.5, ls=(0, (1, 2)), zorder=1)
    for kind, (colour, marker) in _TYPES.items():
        members = (types == kind).to_numpy()
        if members.any():
            words = f"{kind} ({members.sum()})"
            ax.plot(x[members], y[members], marker, ms=4.5, mfc=colour, mec="none", alpha=0.9, label=words, zorder=3)
    ax.set(xlim=(-0.04, 1.04), ylim=(-0.04, 1.04), aspect="equal")
    ax.set_xlabel(wrapped(_x_words(label, analysis, path), 70))
    ax.set_ylabel(wrapped(f"Membership in {labelled(comparison.study.outcome)}", 60))
    order = sorted(range(len(x)), key=lambda case: list(_TYPES).index(types.iloc[case]))
    left_out = label_points(ax, x, y, list(x.index), order)
    title = f"XY plot, {label}{'' if path is None else f': {path}'}"
    return finish(ax, own, comparison, title, _fit(x, y), _unlabelled(left_out, len(x)), {"ncols": 2})


def fuzzy_paths(comparison: eq.Comparison, method: str) -> list[Any]:
    """The sufficient paths that get an XY plot of their own: cases have more than two memberships in them.

    None when there is one path only, as the whole solution is the same; the eight with the largest coverage when there are more.
    """
    analysis = comparison.analyses[method]
    if not claims_paths(analysis) or len(analysis.configurations) < 2:
        return []
    largest = analysis.configurations["coverage"].astype(float).nlargest(_MOST_XY).index
    paths = [path for path in paths_of(analysis) if path in largest]
    return [path for path in paths if memberships(comparison, method, path)[2].nunique() > 2]


def _x_words(label: str, analysis: eq.Analysis, path: Any) -> str:
    if path is not None:
        return f"Membership in {path}"
    solution = analysis.method.sufficient_paths and not analysis.configurations.empty
    return f"Membership in the solution of {label}" if solution else f"Membership predicted by {label}"


def _fit(x: pd.Series, y: pd.Series) -> str:
    a, b = x.to_numpy(), y.to_numpy()
    return (
        f"Consistency {shown(float(sets.consistency(a, b)))}, coverage {shown(float(sets.coverage(a, b)))}, "
        f"PRI {shown(float(sets.pri(a, b)))}; {counted(len(a), 'case')}"
    )


def _unlabelled(left_out: list[str], count: int) -> str:
    if not left_out:
        return ""
    return f"{len(left_out)} of {counted(count, 'case')} {'is' if len(left_out) == 1 else 'are'} not named, for want of room."


def xy_in_words(comparison: eq.Comparison, method: str, path: Any = None) -> str:
    _, _, x = memberships(comparison, method, path)
    y = comparison.cases["outcome", ""].astype(float)
    there = x.notna() & y.notna()
    types = case_types(x[there], y[there]).fillna("neither in nor out")
    said = [f"{_fit(x[there], y[there])}."]
    for kind in _TYPES:
        members = [clean(case) for case in types.index[types == kind]]
        if members:
            names = f": {listing(members, most=12)}" if kind.startswith("deviant") else ""
            said.append(f"{counted(len(members), 'case')} {kind}{names}.")
    return " ".join(said)


# ----------------------------------------------------------------------------------------------- truth table

_OUTPUTS = {"1": GREEN, "0": VERMILLION, "C": ORANGE, "?": "#808080"}
_MOST_ROWS = 64


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
    method
        Label in the comparison; by default the first with a truth table.
    ax
        Where; by default in a new figure of fitting size.

    Raises
    ------
    equifinal.InputError
        When the method has no truth table.

    Examples
    --------
    >>> import equifinal as eq
    >>> from equifinal_output.figures import plot_truth_table
    >>> comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["fsqca"]))
    >>> ax = plot_truth_table(comparison)
    >>> [label.get_text() for label in ax.get_xticklabels()][:5]
    ['LEAD', 'DEM', 'FIN', 'HUM', 'output']
    """
    label, analysis, whole = with_table(
        source, method, "truth_table", ("out", "n", "consistency", "pri", "cases"), _OWN
    )
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
        for column, name in enumerate(names):
            _condition_cell(ax, middles[column], y, row[name])
        x = middles[len(names) :]
        output = str(row["out"])
        colour = _OUTPUTS.get(output, "#808080")
        _box(ax, x[0] - 0.19, y - 0.11, 0.38, 0.22, (colour, 0.45))
        ax.text(x[0], y, output, ha="center", va="center", in_layout=False)
        ax.text(x[1], y, f"{int(row['n'])}", ha="center", va="center", in_layout=False)
        consistency = float(row["consistency"])
        if math.isfinite(consistency):
            _box(ax, x[2] - 0.37, y - 0.11, 0.74 * consistency, 0.22, (BLUE, 0.22))
        ax.text(x[2], y, shown(consistency), ha="center", va="center", in_layout=False)
        ax.text(x[3], y, shown(float(row["pri"])), ha="center", va="center", in_layout=False)
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
    """A full dot for 1, an empty one for 0, the number itself for further values."""
    if value in (0, 1):
        ax.plot(x, y, "o", ms=8, mfc=INK if value == 1 else "none", mec=INK, mew=0.9)
    else:
        ax.text(x, y, shown(value), ha="center", va="center", in_layout=False)


def _box(ax: "Axes", x: float, y: float, width: float, height: float, colour: Any) -> None:
    from matplotlib.patches import Rectangle

    ax.add_patch(Rectangle((x, y), width, height, fc=colour, ec="none"))


def _as_many_as_fit(names: Any, room: int) -> str:
    """Names up to a number of characters, and how many more there are."""
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
    _, analysis, whole = with_table(source, method, "truth_table", ("out", "n", "consistency", "pri", "cases"), _OWN)
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


# --------------------------------------------------------------------------------------- configuration chart

_MEASURES = {
    "consistency": "Consistency",
    "pri": "PRI",
    "coverage": "Raw coverage",
    "unique_coverage": "Unique coverage",
}
#: Beyond, the chart would be wider than a page; those with the largest raw coverage are drawn.
_MOST_PATHS = 24
_SIZES = {"core": 17.0, "peripheral": 8.5, "": 12.0}


def paths_of(analysis: eq.Analysis) -> dict[Any, dict[str, str]]:
    """What each path says of each of its conditions, for the paths that are conjunctions of the study's conditions."""
    names = set(map(str, analysis.conditions.index))
    found = {}
    for name, row in analysis.configurations.iterrows():
        marks = marks_of(row)
        if marks is not None and set(marks) <= names:
            found[name] = marks
    return found


def claims_paths(analysis: eq.Analysis) -> bool:
    """Whether the configurations are paths: they claim to be sufficient, or tell core conditions from others."""
    paths = analysis.method.sufficient_paths or "core" in analysis.configurations
    return bool(paths and paths_of(analysis))


@drawn
def plot_configurations(source: Any, method: str | None = None, ax: "Axes | None" = None) -> "Axes":
    """Draw the configuration chart of Fiss (2011): conditions in rows, sufficient paths in columns.

    ● says that a condition is present, ⊗ that it is absent; a large sign marks a core condition, a small one a peripheral
    condition, an empty cell says that it may be either. Paths that share their core conditions share a number.

    Parameters
    ----------
    source
        A comparison, or an analysis.
    method
        Label in the comparison; by default the first with paths.
    ax
        Where; by default in a new figure of fitting size.

    Raises
    ------
    equifinal.InputError
        When the method has no paths.

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
    measures = {key: words for key, words in _MEASURES.items() if key in paths}
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
    return labelled(source.study.variable(name), 56) if isinstance(source, eq.Comparison) else name


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
        line = {"ls": "none", "ms": _SIZES[kind], "mec": INK, "color": INK}
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
    words = {"consistency": "consistency", "pri": "PRI", "coverage": "coverage"}
    said = [f"{text} {shown(float(analysis.fit[key]))}" for key, text in words.items() if key in analysis.fit]
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
        figures = [f"{text.lower()} {shown(float(row[key]))}" for key, text in _MEASURES.items() if key in row]
        said.append(f"{numbers[name]}: {', '.join(listed) or 'always'}; {', '.join(figures)}.".replace("pri ", "PRI "))
    return " ".join([*said, _whole(analysis)]).strip()


# ------------------------------------------------------------------------------------------------- necessity

_NECESSITY = {
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
    method
        Label in the comparison; by default the first with such a table.
    ax
        Where; by default in a new figure of fitting size.

    Raises
    ------
    equifinal.InputError
        When the method has no table of necessity.

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
    label, analysis, table = with_table(source, method, "necessity", tuple(_NECESSITY), _OWN)
    names = [wrapped(name, 34, lines=2) for name in table.index]
    ax, own = sized(ax, 4.4, 0.27 * len(names) + 0.1)
    rows = np.arange(len(names))
    low, high = table[list(_NECESSITY)].min(axis=1), table[list(_NECESSITY)].max(axis=1)
    ax.hlines(rows, low, high, color=INK, lw=0.6, alpha=0.35, zorder=1)
    for key, (words, colour, marker) in _NECESSITY.items():
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
    _, analysis, table = with_table(source, method, "necessity", tuple(_NECESSITY), _OWN)
    cutoff = analysis.method.parameters().get("necessity_cutoff")
    said = [f"Cutoff of consistency {cutoff:g}."] if isinstance(cutoff, float) else []
    for name, row in table.iloc[:40].iterrows():
        figures = ", ".join(f"{key} {shown(float(row[key]))}" for key in _NECESSITY)
        said.append(f"{name}: {figures}.")
    return " ".join(said)
