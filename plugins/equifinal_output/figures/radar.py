"""The radar chart of configurations: conditions as axes, each path as a polygon."""

from typing import TYPE_CHECKING, Any

import numpy as np

import equifinal as eq
from equifinal.plain import counted, shown
from equifinal_output.figures.source import analysis_of
from equifinal_output.figures.style import COLOURS, INK, MARKERS, drawn, finish, short, sized, wrapped
from equifinal_output.words.paths import numbered, paths_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_PATHS = 6
_FEWEST_CONDITIONS = 3
#: How far from the centre a condition lies that is absent, may be either, or is present.
_RINGS = {"⊗": 1 / 3, "": 2 / 3, "●": 1.0}
_RING_WORDS = {"⊗": "absent", "": "either", "●": "present"}
_APART = 0.035  # between polygons, so that none hides another
_SIZES = {"core": 8.0, "peripheral": 5.0, "": 6.5}


@drawn
def plot_radar(source: Any, method: str | None = None, ax: "Axes | None" = None) -> "Axes":
    """Draw the paths of a solution as a radar chart: conditions as axes, each path as a polygon.

    On the outer ring a condition is present, on the inner one absent, on the one between them it may be either and has no
    marker. Large markers are core conditions, small ones peripheral (Fiss 2011). Polygons are set apart a little, so
    that none hides another.

    Parameters
    ----------
    source
        A comparison, or an analysis. The six paths with the largest coverage are drawn.

    Examples
    --------
    >>> import equifinal as eq
    >>> from equifinal_output.figures import plot_radar
    >>> comparison = eq.compare(eq.run(eq.load_study("open-data-barometer-2014"), methods=["fsqca"]))
    >>> ax = plot_radar(comparison)
    >>> [text.get_text().split(":")[0] for text in ax.get_legend().get_texts()]
    ['1', '2']
    """
    own_words = "set-theoretic methods of present and absent conditions have them"
    label, analysis = analysis_of(
        source, method, _has_signs, "configurations of present and absent conditions", own_words
    )
    conditions = [str(name) for name in analysis.conditions.index]
    if len(conditions) < _FEWEST_CONDITIONS:
        raise eq.InputError(
            f"A radar chart needs at least {_FEWEST_CONDITIONS} conditions; {label!r} has {len(conditions)}. "
            "plot_configurations draws any number."
        )
    marks = paths_of(analysis)
    table = analysis.configurations.loc[list(marks)]
    numbers = numbered(table)
    largest = table["coverage"].astype(float).nlargest(_MOST_PATHS).index
    paths = [name for name in marks if name in largest][:_MOST_PATHS]
    ax, own = sized(ax, 4.2, 4.2)
    angles = np.pi / 2 - 2 * np.pi * np.arange(len(conditions)) / len(conditions)  # clockwise from the top
    _rings(ax, angles, conditions)
    for place, name in enumerate(paths):
        signs = [marks[name].get(condition, "").partition(" ")[::2] for condition in conditions]
        apart = (place - (len(paths) - 1) / 2) * _APART
        radii = np.array([_RINGS[sign] + apart for sign, _ in signs])
        colour, marker = COLOURS[place], MARKERS[place]
        across, up = radii * np.cos(angles), radii * np.sin(angles)
        ax.fill(across, up, fc=colour, alpha=0.08, zorder=2)
        words = f"{numbers[name]}: {short(name, 60)} ({_fit(table.loc[name])})"
        line: dict[str, Any] = {"color": colour, "lw": 1.6, "zorder": 3}
        ax.plot([*across, across[0]], [*up, up[0]], **line)
        for x, y, (sign, kind) in zip(across, up, signs, strict=True):
            if sign:
                ax.plot(
                    x, y, marker, ms=_SIZES[kind], mfc=colour if sign == "●" else "white", mec=colour, mew=1.2, zorder=4
                )
        ax.plot([], [], marker=marker, ms=6.5, mfc=colour, mec=colour, label=words, **line)
    ax.set(xlim=(-1.2, 1.2), ylim=(-1.2, 1.2), aspect="equal")
    ax.set_axis_off()
    note = "Filled: present, on the outer ring. Hollow: absent, on the inner ring. Without a marker: either."
    if len(marks) > len(paths):
        note += f" {counted(len(marks) - len(paths), 'path')} with less coverage not drawn."
    return finish(ax, own, source, f"Configurations, {label}", note=note, legend={"ncols": 1})


def _has_signs(analysis: eq.Analysis) -> bool:
    """Whether its configurations are paths, each of conditions that are present or absent."""
    marks = paths_of(analysis)
    return bool(marks) and all(mark[0] in "●⊗" for path in marks.values() for mark in path.values())


def _rings(ax: "Axes", angles: Any, conditions: list[str]) -> None:
    """The axes with their names, and the three rings with what they mean."""
    closed = np.append(angles, angles[0])
    for sign, radius in _RINGS.items():
        ax.plot(radius * np.cos(closed), radius * np.sin(closed), color=INK, lw=0.6, alpha=0.35, zorder=1)
        turn = (angles[0] + angles[1]) / 2  # in the middle of the first side, where no axis is
        inner = radius * np.cos(np.pi / len(conditions))
        ax.text(
            inner * np.cos(turn),
            inner * np.sin(turn),
            _RING_WORDS[sign],
            fontsize=7,
            ha="center",
            va="center",
            alpha=0.85,
            zorder=5,
            bbox={"fc": "white", "ec": "none", "alpha": 0.75, "pad": 0.8},
        )
    for angle, name in zip(angles, conditions, strict=True):
        x, y = np.cos(angle), np.sin(angle)
        ax.plot([0, 1.06 * x], [0, 1.06 * y], color=INK, lw=0.6, alpha=0.35, zorder=1)
        across = "center" if abs(x) < 0.3 else "left" if x > 0 else "right"
        upwards = "center" if abs(y) < 0.3 else "bottom" if y > 0 else "top"
        ax.text(1.14 * x, 1.14 * y, wrapped(name, 18, lines=2), ha=across, va=upwards)


def _fit(path: Any) -> str:
    return f"consistency {shown(float(path['consistency']))}, coverage {shown(float(path['coverage']))}"
