"""Figures of groups of cases: dendrogram, profiles, silhouette."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

import equifinal as eq
from equifinal.plain import counted, shown
from equifinal_output.figures.source import analysis_of, labelled, with_table
from equifinal_output.figures.style import COLOURS, INK, MARKERS, clean, drawn, finish, short, sized, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LINKAGE = ("left", "right", "distance", "size")
PROFILES = ("cluster", "condition")
_OWN = "methods of hierarchical clustering have one"
#: With more cases the names would be too small to read.
_MOST_NAMES = 120
_MOST_BRANCHES = 60


def _colours(groups: pd.Series) -> dict[str, str]:
    """A colour for each group, in the order of their names."""
    return {
        name: COLOURS[number % len(COLOURS)]
        for number, name in enumerate(sorted(groups.dropna().unique(), key=_by_number))
    }


def _by_number(name: str) -> tuple[int, str]:
    """``cluster 2`` comes before ``cluster 10``.

    >>> sorted(["cluster 10", "cluster 2"], key=_by_number)
    ['cluster 2', 'cluster 10']
    """
    digits = "".join(each for each in str(name) if each.isdigit())
    return (int(digits) if digits else 0, str(name))


# ----------------------------------------------------------------------------------------------- dendrogram


@drawn
def plot_dendrogram(source: Any, method: str | None = None, ax: "Axes | None" = None) -> "Axes":
    """Draw the tree in which cases, then groups of cases, were joined, and how far apart they were.

    Branches have the colour of their cluster. With more than 120 cases the tree ends at its last 60 branches, each with its
    number of cases.

    Parameters
    ----------
    source
        A comparison, or an analysis with a table ``linkage``.

    Examples
    --------
    >>> import equifinal as eq
    >>> from equifinal_output.figures import plot_dendrogram
    >>> comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["clustering"]))
    >>> ax = plot_dendrogram(comparison)
    >>> len(ax.get_yticklabels())
    12
    """
    from scipy.cluster.hierarchy import dendrogram

    label, analysis, table = with_table(source, method, "linkage", LINKAGE, _OWN)
    cases = [short(case, 30) for case in analysis.cases.index]
    groups = analysis.cases["group"]
    colours = _colours(groups)
    tree = table[list(LINKAGE)].to_numpy(dtype=float)
    group_of = list(groups)
    for left, right in tree[:, :2].astype(int):
        group_of.append(group_of[left] if group_of[left] == group_of[right] else None)
    size_of = [1] * len(cases) + [int(size) for size in tree[:, 3]]
    cut = len(cases) > _MOST_NAMES
    drawing = dendrogram(
        tree,
        no_plot=True,
        truncate_mode="lastp" if cut else None,
        p=_MOST_BRANCHES,
        leaf_label_func=lambda node: cases[node] if size_of[node] == 1 else counted(size_of[node], "case"),
        link_color_func=lambda node: colours.get(group_of[node], INK),
    )
    leaves = drawing["leaves"]
    ax, own = sized(ax, 4.4, max(1.2, 0.135 * len(leaves)))
    for across, down, colour in zip(drawing["dcoord"], drawing["icoord"], drawing["color_list"], strict=True):
        ax.plot(across, (np.array(down) - 5) / 10, color=colour, lw=1.1, solid_joinstyle="miter")
    ax.set_xlim(float(tree[-1, 2]) * 1.04 or 1.0, 0)
    ax.set_ylim(len(leaves) - 0.5, -0.5)
    ax.yaxis.tick_right()
    ax.set_yticks(range(len(leaves)), drawing["ivl"])
    ax.tick_params(axis="y", length=0, labelsize=7.5)
    ax.spines[["left", "right"]].set_visible(False)
    ax.set_xlabel("Distance at which groups are joined")
    legend = _legend_of_groups(analysis, colours)
    note = f"{counted(len(cases), 'case')}: the tree is drawn from its last {len(leaves)} branches on." if cut else ""
    return finish(ax, own, source, f"Dendrogram, {label}", note=note, legend=legend)


def _legend_of_groups(analysis: eq.Analysis, colours: dict[str, str], marked: bool = False) -> dict[str, Any]:
    from matplotlib.lines import Line2D

    handles, texts = [], []
    for number, (name, colour) in enumerate(colours.items()):
        marker = MARKERS[number % len(MARKERS)] if marked else None
        handles.append(Line2D([], [], color=colour, marker=marker, ms=5, lw=1.4 if marked else 3))
        texts.append(_described(analysis, name))
    return {"handles": handles, "labels": texts, "ncols": 1 if any(len(text) > 30 for text in texts) else 2}


def _described(analysis: eq.Analysis, name: str) -> str:
    """A group with its size and, where it is known, its mean outcome."""
    size = int((analysis.cases["group"] == name).sum())
    rows = analysis.configurations
    mean = ""
    if name in rows.index and "mean_outcome" in rows:
        mean = f", mean outcome {shown(float(rows['mean_outcome'].astype(float)[name]))}"
    return f"{short(name, 40)} ({counted(size, 'case')}{mean})"


def dendrogram_in_words(source: Any, method: str | None = None) -> str:
    _, analysis, table = with_table(source, method, "linkage", LINKAGE, _OWN)
    groups = [_described(analysis, name) for name in _colours(analysis.cases["group"])]
    last = ", ".join(shown(float(each)) for each in table["distance"].iloc[:-4:-1])
    return f"Tree of {counted(len(analysis.cases), 'case')}; the last joins are at distance {last}. Groups: {'; '.join(groups)}."


# ------------------------------------------------------------------------------------------------- profiles

_SCALES = {
    "membership": "Mean membership",
    "standardized": "Mean z-score (standard deviations from the mean of all cases)",
    "raw": "Mean raw score",
}
_CLUSTERS = "clustering methods have one"


@drawn
def plot_profiles(source: Any, method: str | None = None, scale: str | None = None, ax: "Axes | None" = None) -> "Axes":
    """Draw the mean of each condition in each cluster.

    Parameters
    ----------
    source
        A comparison, or an analysis with a table ``profiles``.
    scale
        ``"membership"``, ``"standardized"`` or ``"raw"``; by default the first of them that all conditions have.

    Examples
    --------
    >>> import equifinal as eq
    >>> from equifinal_output.figures import plot_profiles
    >>> comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["clustering"]))
    >>> ax = plot_profiles(comparison)
    >>> ax.get_xlabel()
    'Mean membership'
    """
    label, analysis, table = with_table(source, method, "profiles", PROFILES, _CLUSTERS)
    scale = _scale_of(table, scale, label)
    conditions = [str(name) for name in analysis.conditions.index]
    colours = _colours(table["cluster"])
    ax, own = sized(ax, 4.2, 0.36 * len(conditions) + 0.15)
    for number, (name, colour) in enumerate(colours.items()):
        means = table[table["cluster"] == name].set_index("condition")[scale].astype(float).reindex(conditions)
        ax.plot(means, range(len(conditions)), marker=MARKERS[number % len(MARKERS)], color=colour, ms=6, lw=1.1)
    if scale == "membership":
        ax.set_xlim(-0.02, 1.02)
    if scale != "raw":
        middle = 0.5 if scale == "membership" else 0.0
        ax.axvline(middle, color=INK, lw=0.6, alpha=0.5, ls=(0, (1, 2)), zorder=1)
    ax.set_ylim(len(conditions) - 0.5, -0.5)
    named = isinstance(source, eq.Comparison)
    heads = [labelled(source.calibrated.variable(name), 56) if named else name for name in conditions]
    ax.set_yticks(range(len(conditions)), [wrapped(head, 32, lines=2) for head in heads])
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel(_SCALES[scale])
    return finish(ax, own, source, f"Profiles of clusters, {label}", legend=_legend_of_groups(analysis, colours, True))


def _scale_of(table: pd.DataFrame, scale: str | None, label: str) -> str:
    there = [each for each in _SCALES if each in table and table[each].notna().all()]
    if scale is None and there:
        return there[0]
    if scale not in there:
        raise eq.InputError(
            f"The profiles of {label!r} are not on the scale {scale!r}; they are available on: {', '.join(there)}."
        )
    return scale


def profiles_in_words(source: Any, method: str | None = None) -> str:
    label, analysis, table = with_table(source, method, "profiles", PROFILES, _CLUSTERS)
    scale = _scale_of(table, None, label)
    said = [f"{_SCALES[scale]} of each condition."]
    for name in _colours(table["cluster"]):
        rows = table[table["cluster"] == name]
        means = ", ".join(f"{row['condition']} {shown(float(row[scale]))}" for _, row in rows.iterrows())
        said.append(f"{_described(analysis, name)}: {means}.")
    return " ".join(said)


# ----------------------------------------------------------------------------------------------- silhouette


def has_silhouettes(analysis: eq.Analysis) -> bool:
    cases = analysis.cases
    return "silhouette" in cases and bool((cases["silhouette"].notna() & cases["group"].notna()).any())


def _silhouettes(source: Any, method: str | None) -> tuple[str, eq.Analysis, pd.DataFrame]:
    """The label, the analysis, and its cases: by group, the best placed first."""
    label, analysis = analysis_of(
        source, method, has_silhouettes, "silhouettes of cases", "clustering methods have them"
    )
    cases = analysis.cases[["group", "silhouette"]].dropna().astype({"silhouette": float})
    order = {name: number for number, name in enumerate(_colours(cases["group"]))}
    cases = cases.assign(_order=cases["group"].map(order)).sort_values(
        ["_order", "silhouette"], ascending=[True, False], kind="stable"
    )
    return label, analysis, cases


@drawn
def plot_silhouette(source: Any, method: str | None = None, ax: "Axes | None" = None) -> "Axes":
    """Draw how well each case lies in its cluster (Rousseeuw 1987): 1 well inside, 0 between two, below 0 nearer to another.

    Parameters
    ----------
    source
        A comparison, or an analysis whose cases have a ``silhouette``.

    Examples
    --------
    >>> import equifinal as eq
    >>> from equifinal_output.figures import plot_silhouette
    >>> comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["clustering"]))
    >>> ax = plot_silhouette(comparison)
    >>> len(ax.patches)
    12
    """
    label, analysis, cases = _silhouettes(source, method)
    colours = _colours(cases["group"])
    named = len(cases) <= _MOST_NAMES
    # A little room between clusters.
    rows = np.arange(len(cases)) + 0.8 * cases["_order"].to_numpy()
    ax, own = sized(ax, 4.4, (0.135 if named else 7.0 / len(cases)) * (rows[-1] + 2))
    bars = [colours[name] for name in cases["group"]]
    ax.barh(rows, cases["silhouette"], height=0.86 if named else 1.0, color=bars)
    mean = float(cases["silhouette"].mean())
    ax.axvline(mean, color=INK, lw=0.9, ls=(0, (4, 2)))
    ax.axvline(0, color=INK, lw=0.8)
    ax.set_ylim(rows[-1] + 0.8, -0.8)
    ax.set_xlim(min(-0.1, float(cases["silhouette"].min()) - 0.05), 1.0)
    ax.set_yticks(rows if named else [], [short(name, 30) for name in cases.index] if named else [])
    ax.tick_params(axis="y", length=0, labelsize=7.5)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(f"Silhouette of each case; mean of all {shown(mean)} (dashed)")
    note = "" if named else f"The {counted(len(cases), 'case')} are not named, for want of room."
    return finish(ax, own, source, f"Silhouette, {label}", note=note, legend=_legend_of_groups(analysis, colours))


def silhouette_in_words(source: Any, method: str | None = None) -> str:
    _, analysis, cases = _silhouettes(source, method)
    said = [f"Mean silhouette {shown(float(cases['silhouette'].mean()))}."]
    for name in _colours(cases["group"]):
        mean = float(cases.loc[cases["group"] == name, "silhouette"].mean())
        said.append(f"{_described(analysis, name)}: mean {shown(mean)}.")
    below = cases[cases["silhouette"] < 0]
    if len(below):
        names = ", ".join(
            f"{clean(name)} ({shown(float(value))})" for name, value in below["silhouette"].iloc[:20].items()
        )
        said.append(f"Below 0: {names}{f' and {len(below) - 20} more' if len(below) > 20 else ''}.")
    return " ".join(said)
