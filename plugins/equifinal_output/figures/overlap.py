"""Figures of how sets overlap: Venn diagrams of up to five sets, UpSet plots for more."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import equifinal as eq
from equifinal.plain import counted
from equifinal_output.figures.source import labelled, study_of
from equifinal_output.figures.style import BLUE, INK, drawn, finish, sized, whole_ticks, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]

MOST_SETS_OF_VENN = 5
_MOST_COMBINATIONS = 40


class Combination(NamedTuple):
    """Cases in the same sets: 1 or 0 for each set, the number of cases, and how many have the outcome."""

    states: tuple[int, ...]
    cases: int
    with_outcome: int


def combinations(
    study: eq.CalibratedStudy, sets: Sequence[str] | None
) -> tuple[tuple[str, ...], list[Combination], int]:
    """The sets, the combinations that occur, the most frequent first, and the number of cases left out.

    A case is in a set, and has the outcome, when its membership is above 0.5. Cases at exactly 0.5 in a set are left out.
    """
    calibrated = tuple(name for name in study.condition_names if name in study.fuzzy)
    names = calibrated if sets is None else tuple(sets)
    if not names:
        raise eq.InputError(
            f"Study {study.name!r} has no condition with a calibration, so there are no sets to draw. "
            "Give its conditions anchors (calibrate = {...})."
        )
    for name in names:
        study.variable(name)  # its error suggests what was meant
        if name not in study.fuzzy:
            raise eq.InputError(
                f"Study {study.name!r}: {name} has no calibration, so it is not a set. Give it anchors."
            )
    if len(set(names)) < len(names):
        raise eq.InputError(f"A set can be drawn once only: {', '.join(names)}.")
    crisp = study.crisp[list(names)].to_numpy(dtype=float)
    there = ~np.isnan(crisp).any(axis=1)
    has = study.fuzzy[study.outcome.name].to_numpy(dtype=float)[there] > 0.5
    rows, inverse = np.unique(crisp[there].astype(int), axis=0, return_inverse=True)
    place = np.ravel(inverse)  # NumPy 2.0 gives it another shape
    counts, having = np.bincount(place), np.bincount(place, weights=has).astype(int)
    found = [Combination(tuple(row), int(n), int(k)) for row, n, k in zip(rows.tolist(), counts, having, strict=True)]
    return names, sorted(found, key=lambda each: (-each.cases, each.states)), int((~there).sum())


def _left_out(count: int) -> str:
    return f"{counted(count, 'case is', 'cases are')} at exactly 0.5 in a set and left out." if count else ""


def overlap_in_words(source: Any, sets: Sequence[str] | None = None) -> str:
    study = study_of(source)
    names, found, left_out = combinations(study, sets)
    said = [f"{counted(len(found), 'combination')} of {', '.join(names)} with cases, of {2 ** len(names)} possible."]
    for states, cases, having in found[:40]:
        inside = "*".join(name if state else f"~{name}" for name, state in zip(names, states, strict=True))
        said.append(f"{inside}: {counted(cases, 'case')}, {having} in {study.outcome.name}.")
    if len(found) > 40:
        said.append(f"{len(found) - 40} more.")
    return " ".join([*said, _left_out(left_out)]).strip()


# ----------------------------------------------------------------------------------------------------- Venn


@dataclass(frozen=True)
class Ellipse:
    """Centre, half axes, and the angle of the first, in radians."""

    x: float
    y: float
    a: float
    b: float
    angle: float

    def depth(self, x: Any, y: Any) -> Any:
        """Above 0 inside, 0 on the border, below 0 outside."""
        across = (x - self.x) * math.cos(self.angle) + (y - self.y) * math.sin(self.angle)
        along = -(x - self.x) * math.sin(self.angle) + (y - self.y) * math.cos(self.angle)
        return 1.0 - np.hypot(across / self.a, along / self.b)

    def farthest(self, x: float, y: float) -> tuple[float, float]:
        """The point of the border that lies farthest in the direction (x, y)."""
        c, s = math.cos(self.angle), math.sin(self.angle)
        u, v = self.a * (x * c + y * s), self.b * (-x * s + y * c)
        size = math.hypot(u, v) or 1.0
        u, v = self.a * u / size, self.b * v / size
        return self.x + u * c - v * s, self.y + u * s + v * c


def ellipses(count: int) -> list[Ellipse]:
    """Circles for up to three sets, ellipses for four and five (Venn 1880; Grünbaum 1975): every combination has its region.

    The dimensions of the ellipses come from a search that maximizes the smallest region.
    """
    if count == 1:
        return [Ellipse(0, 0, 0.8, 0.8, 0)]
    if count <= 3:
        turns = (
            [math.pi * (1 - each) for each in range(2)]
            if count == 2
            else [math.pi * (5 / 6 - 2 * k / 3) for k in range(3)]
        )
        return [Ellipse(0.5 * math.cos(turn), 0.5 * math.sin(turn), 0.85, 0.85, 0) for turn in turns]
    if count == 4:
        slope = math.radians(45.9)
        return [
            Ellipse(-0.265, -0.135, 1.0, 0.506, -slope),
            Ellipse(-0.005, 0.128, 1.0, 0.506, -slope),
            Ellipse(0.005, 0.128, 1.0, 0.506, slope),
            Ellipse(0.265, -0.135, 1.0, 0.506, slope),
        ]
    away, turn, width = 0.2861, -0.2853, 0.5452
    return [
        Ellipse(away * math.cos(turn + k), away * math.sin(turn + k), 1.0, width, k)
        for k in (math.pi / 2 - 2 * math.pi * number / 5 for number in range(5))
    ]


def _grid(shapes: Sequence[Ellipse], step: float = 0.011) -> tuple[Floats, Floats, Floats]:
    """Coordinates of a grid around the shapes, and the depth of each point in each shape, shape (n, rows, columns)."""
    left, right = min(each.farthest(-1, 0)[0] for each in shapes), max(each.farthest(1, 0)[0] for each in shapes)
    low, high = min(each.farthest(0, -1)[1] for each in shapes), max(each.farthest(0, 1)[1] for each in shapes)
    x, y = np.meshgrid(np.arange(left - 0.05, right + 0.05, step), np.arange(low - 0.05, high + 0.05, step))
    return x, y, np.array([each.depth(x, y) for each in shapes])


def _region(depths: Floats, states: tuple[int, ...]) -> Any:
    """Above 0 in the region of a combination."""
    signs = np.array([1.0 if state else -1.0 for state in states])
    return (depths * signs[:, np.newaxis, np.newaxis]).min(axis=0)


@drawn
def plot_venn(source: Any, sets: Sequence[str] | None = None, ax: "Axes | None" = None) -> "Axes":
    """Draw a Venn diagram of up to five sets: how many cases are in each combination, and how many of them have the outcome.

    A case is in a set when its membership is above 0.5. The darker a region, the larger the share with the outcome; a region
    without a number has no case.

    Parameters
    ----------
    source
        A comparison or a study.
    sets
        Names of conditions (the outcome can be one); by default all conditions with a calibration.

    Examples
    --------
    >>> import equifinal as eq
    >>> from equifinal_output.figures import plot_venn
    >>> ax = plot_venn(eq.load_study("heilongjiang"), ["LEAD", "DEM"])
    >>> [text.get_text() for text in ax.texts][:2]
    ['Leadership support\\n(LEAD)', 'Market (public)\\ndemand (DEM)']
    """
    from matplotlib.patches import Ellipse as Shape

    study = study_of(source)
    names, found, left_out = combinations(study, sets)
    if len(names) > MOST_SETS_OF_VENN:
        raise eq.InputError(
            f"A Venn diagram has at most {MOST_SETS_OF_VENN} sets, not {len(names)}; draw fewer, or an UpSet plot (plot_upset)."
        )
    shapes = ellipses(len(names))
    x, y, depths = _grid(shapes)
    width = 4.4 if len(shapes) > 1 else 3.0
    ax, own = sized(ax, width, width * x.shape[0] / x.shape[1])
    step = x[0, 1] - x[0, 0]
    for number, (name, shape) in enumerate(zip(names, shapes, strict=True)):
        ax.add_patch(
            Shape(
                (shape.x, shape.y), 2 * shape.a, 2 * shape.b, angle=math.degrees(shape.angle), fc="none", ec=INK, lw=1.0
            )
        )
        _name_of_set(ax, shape, labelled(study.variable(name), 64), _outwards(shapes, number, depths, x, y))
    for states, cases, having in found:
        if any(states):
            inside = _region(depths, states)
            ax.contourf(x, y, inside, levels=[0, 10], colors=[BLUE], alpha=0.06 + 0.56 * having / cases)
            _number(ax, *_middle(inside, x, y, step), cases, having / cases)
    ax.set(xlim=(x.min(), x.max()), ylim=(y.min(), y.max()), aspect="equal")
    ax.axis("off")
    around = next((each for each in found if not any(each.states)), None)
    share = f", {100 * around.with_outcome / around.cases:.0f} % of them with the outcome" if around else ""
    note = (
        f"In none of the sets: {counted(around.cases, 'case') if around else 'no case'}{share}. "
        f"Cases in each combination; per cent (where there is room) and shade: share of them in {labelled(study.outcome, 60)}. "
        f"A region without a number has no case. {_left_out(left_out)}"
    )
    return finish(ax, own, source, "Venn diagram of the conditions" if sets is None else "Venn diagram", note=note)


def _outwards(shapes: Sequence[Ellipse], number: int, depths: Floats, x: Floats, y: Floats) -> tuple[float, float]:
    """The direction in which a shape has the most space of its own."""
    if len(shapes) == 1:
        return 0.0, 1.0
    alone = _region(depths, tuple(int(each == number) for each in range(len(shapes))))
    row, column = np.unravel_index(int(alone.argmax()), alone.shape)
    size = math.hypot(x[row, column], y[row, column]) or 1.0
    return float(x[row, column]) / size, float(y[row, column]) / size


def _name_of_set(ax: "Axes", shape: Ellipse, name: str, direction: tuple[float, float]) -> None:
    x, y = direction
    at = shape.farthest(x, y)
    ha = "center" if abs(x) < 0.5 else "left" if x > 0 else "right"
    va = "center" if abs(y) < 0.5 else "bottom" if y > 0 else "top"
    ax.annotate(
        wrapped(name, 20, lines=4),
        at,
        (5 * x, 5 * y),
        textcoords="offset points",
        ha=ha,
        va=va,
        fontsize=9,
        annotation_clip=False,
    )


def _middle(inside: Floats, x: Floats, y: Floats, step: float) -> tuple[float, float, float]:
    """The point of a region farthest from its border, and how far that is."""
    from scipy.ndimage import distance_transform_edt

    room = distance_transform_edt(inside > 0)
    row, column = np.unravel_index(int(room.argmax()), room.shape)
    return float(x[row, column]), float(y[row, column]), float(room[row, column]) * step


def _number(ax: "Axes", x: float, y: float, room: float, count: int, share: float) -> None:
    """The count, with the share below where there is room for both."""
    if room > 0.13:
        ax.text(x, y + 0.02, str(count), ha="center", va="bottom", fontsize=10, linespacing=1.0)
        ax.text(x, y, f"{100 * share:.0f} %", ha="center", va="top", fontsize=7)
    else:
        ax.text(x, y, str(count), ha="center", va="center", fontsize=9 if room > 0.07 else 7)


# ---------------------------------------------------------------------------------------------------- UpSet


@drawn
def plot_upset(source: Any, sets: Sequence[str] | None = None, ax: "Axes | None" = None) -> "Axes":
    """Draw an UpSet plot (Lex et al. 2014): the combinations of sets that occur, and how many cases each has.

    A case is in a set when its membership is above 0.5. Bars are divided into cases with and without the outcome; below them,
    full dots show which sets a combination is in.

    Parameters
    ----------
    source
        A comparison or a study.
    sets
        Names of conditions (the outcome can be one); by default all conditions with a calibration.
    ax
        Where the bars are drawn; the dots come below. By default in a new figure of fitting size.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the bars; those of the dots are its only child.

    Examples
    --------
    >>> import equifinal as eq
    >>> from equifinal_output.figures import plot_upset
    >>> ax = plot_upset(eq.load_study("heilongjiang"))
    >>> [label.get_text() for label in ax.child_axes[0].get_yticklabels()][0]
    'Leadership support (LEAD) · 6'
    """
    study = study_of(source)
    names, found, left_out = combinations(study, sets)
    drawn_ones, rest = found[:_MOST_COMBINATIONS], found[_MOST_COMBINATIONS:]
    columns = np.arange(len(drawn_ones))
    ax, own = sized(ax, max(2.6, 0.26 * len(columns)), 1.9)
    counts = np.array([each.cases for each in drawn_ones])
    having = np.array([each.with_outcome for each in drawn_ones])
    ax.bar(columns, having, width=0.72, color=BLUE, label=f"In {labelled(study.outcome)}")
    ax.bar(columns, counts - having, bottom=having, width=0.72, color="#808080", alpha=0.45, label="Not in it")
    for column, count in zip(columns, counts, strict=True):
        ax.annotate(
            str(count), (column, count), (0, 2), textcoords="offset points", ha="center", va="bottom", fontsize=8
        )
    ax.set_xlim(-0.6, len(columns) - 0.4)
    ax.set_ylim(0, counts.max() * 1.1)
    ax.set_xticks([])
    whole_ticks(ax.yaxis)
    ax.set_ylabel("Cases")
    height = 0.24 * len(names)
    inches = ax.get_window_extent().height / ax.figure.dpi
    dots = ax.inset_axes((0, -(height + 0.08) / inches, 1, height / inches), sharex=ax)
    _draw_dots(dots, [each.states for each in drawn_ones], len(names))
    sizes = [sum(each.cases for each in found if each.states[number]) for number in range(len(names))]
    heads = [labelled(study.variable(name), 40) for name in names]
    dots.set_yticks(range(len(names)), [f"{head} · {size}" for head, size in zip(heads, sizes, strict=True)])
    note = f"Behind each set: its cases. {_left_out(left_out)}"
    if len(rest):
        note += (
            f" {counted(len(rest), 'combination')} with {counted(sum(each.cases for each in rest), 'case')} not drawn."
        )
    title = "Combinations of the conditions" if sets is None else "Combinations of sets"
    return finish(ax, own, source, title, note=" ".join(note.split()), legend={"ncols": 2})


def _draw_dots(ax: "Axes", combinations: Sequence[tuple[int, ...]], count: int) -> None:
    for row in range(0, count, 2):
        ax.axhspan(row - 0.5, row + 0.5, color="#808080", alpha=0.1, lw=0)
    for column, states in enumerate(combinations):
        inside = [row for row, state in enumerate(states) if state]
        outside = [row for row, state in enumerate(states) if not state]
        ax.plot([column] * len(outside), outside, "o", ms=6, mfc="#808080", mec="none", alpha=0.3)
        if inside:
            ax.plot([column, column], [inside[0], inside[-1]], color=INK, lw=1.4)
            ax.plot([column] * len(inside), inside, "o", ms=6, mfc=INK, mec="none")
    ax.set_ylim(count - 0.5, -0.5)
    ax.tick_params(length=0, labelbottom=False)
    ax.spines[:].set_visible(False)
