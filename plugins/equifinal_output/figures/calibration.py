"""The figure of one set: raw scores, anchors and the memberships that follow."""

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

import equifinal as eq
from equifinal_output.figures.source import labelled, study_of
from equifinal_output.figures.style import BLUE, INK, VERMILLION, drawn, finish, sized, whole_ticks, wrapped
from equifinal_output.words.distribution import anchors, distribution_in_words, edges, near

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@drawn
def plot_calibration(source: Any, name: str | None = None, ax: "Axes | None" = None) -> "Axes":
    """Draw the calibration curve of a set over the distribution of its raw scores, with the anchors.

    Parameters
    ----------
    source
        A comparison or a study.
    name
        The set, a condition or the outcome; by default the outcome.
    ax
        Where; by default in a new figure. Memberships go up on the left, numbers of cases (bars) on the right.

    Examples
    --------
    >>> import equifinal as eq
    >>> from equifinal_output.figures import plot_calibration
    >>> ax = plot_calibration(eq.load_study("heilongjiang"), "LEAD")
    >>> [text.get_text() for text in ax.texts]
    ['full out\\n20', 'crossover\\n50', 'full in\\n80']
    """
    study = study_of(source)
    variable = study.variable(study.outcome.name if name is None else name)
    raw = study.raw[variable.name].astype(float)
    calibrated = variable.name in study.fuzzy
    marks = anchors(study, variable.name)
    low, high = float(raw.min()), float(raw.max())
    shown = near(marks, low, high)
    left, right = min(low, *shown.values(), high), max(low, *shown.values(), high)
    margin = 0.04 * (right - left or 1.0)
    ax, own = sized(ax, 4.4, 2.6)
    counts = ax.twinx()
    counts.hist(raw, bins=edges(raw.to_numpy()), color="#808080", alpha=0.32, rwidth=0.94)
    counts.set_ylabel("Number of cases (bars)")
    counts.spines["right"].set_visible(True)
    whole_ticks(counts.yaxis)
    counts.set_ylim(0, counts.get_ylim()[1] * 1.15)
    ax.set_zorder(counts.get_zorder() + 1)
    ax.patch.set_visible(False)
    ax.set_xlim(left - margin, right + margin)
    ax.set_xlabel(wrapped(_scores(study, variable), 70))
    if not calibrated:
        ax.set_yticks([])
        ax.spines["left"].set_visible(False)
    else:
        memberships = study.fuzzy[variable.name].to_numpy(dtype=float)
        scores = _between(left - margin, right + margin, [*shown.values(), *raw])
        curve = study.to_membership(variable.name, pd.Series(scores)).to_numpy(dtype=float)
        ax.plot(scores, curve, color=BLUE, lw=1.6, zorder=2.5)
        ax.plot(raw, memberships, "o", ms=4.5, mfc="none", mec=INK, mew=0.9, zorder=3, label="case")
        ax.axhline(0.5, color=INK, lw=0.6, alpha=0.5, ls=(0, (1, 2)))
        ax.set_ylim(-0.04, 1.04)
        ax.set_ylabel(wrapped(f"Membership in {variable.name}", 36))
    _draw_anchors(ax, shown)
    far = [f"{words} {value:g}" for words, value in marks.items() if words not in shown]
    outside = f" (outside the drawing: {', '.join(far)})" if far else ""
    return finish(ax, own, study, f"{'Calibration' if calibrated else 'Raw scores'} of {labelled(variable)}{outside}")


def _scores(calibrated: eq.CalibratedStudy, variable: eq.Variable) -> str:
    column = "" if variable.column == variable.name else f" (column {variable.column!r})"
    return f"Raw score of {variable.label}{column}"


def _between(left: float, right: float, values: list[float]) -> Any:
    """Scores to draw the curve at: even ones, and both sides of each given one, so that steps are upright."""
    near = np.array(values)
    step = 1e-9 * (right - left)
    return np.unique(
        np.clip(np.concatenate([np.linspace(left, right, 201), near - step, near, near + step]), left, right)
    )


def _draw_anchors(ax: "Axes", marks: dict[str, float]) -> None:
    """A line at each anchor, its name above the drawing, raised where the neighbour's is."""
    left, right = ax.get_xlim()
    ends = [-math.inf] * 3  # where the last name of each row ends, as a share of the width
    together: dict[float, list[str]] = {}
    for words, value in marks.items():
        together.setdefault(value, []).append(words)
    inches = ax.get_window_extent().width / ax.figure.dpi
    for value in sorted(together):
        ax.axvline(value, color=VERMILLION, lw=1.1, ls=(0, (4, 2)), zorder=2)
        text = "\n".join([*together[value], f"{value:g}"])
        middle, half = (value - left) / (right - left), 0.066 * max(map(len, text.split("\n"))) / 2 / inches
        row = next((number for number, end in enumerate(ends) if middle - half > end), len(ends) - 1)
        ends[row] = middle + half + 0.01
        ax.annotate(
            text,
            (value, 1.0),
            (0, 4 + 24 * row),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=8,
            annotation_clip=False,
        )


def calibration_in_words(source: Any, name: str) -> str:
    return distribution_in_words(study_of(source), name)
