"""Small pictures of a report, as numbers for a template: where each bar, dot and line lies, and what it says in words.

The template draws them as SVG, which takes hundredths of a second; the colours are the page's own, and so right in light,
dark and print.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

import equifinal as eq
from equifinal.plain import counted, shown
from equifinal_output.words import importance
from equifinal_output.words.distribution import anchors, distribution_in_words, edges, near
from equifinal_output.words.names import named

#: The width of every picture, in its own units; pages scale it.
WIDTH = 320


@dataclass(frozen=True)
class Bar:
    """A rectangle; ``inside`` is the part of its height, from below, for cases more in than out of the set."""

    x: float
    y: float
    width: float
    height: float
    inside: float = 0.0


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    label: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Anchor:
    """A line at a raw score; ``row`` keeps neighbouring labels apart."""

    x: float
    label: str
    row: int
    align: str


# ------------------------------------------------------------------------------------------------ distributions


@dataclass(frozen=True)
class Distribution:
    """Raw scores of a set as a histogram, with its anchors and the memberships that the cases get."""

    name: str
    title: str
    text: str
    bars: tuple[Bar, ...]
    dots: tuple[Dot, ...]
    anchors: tuple[Anchor, ...]
    ends: tuple[Anchor, Anchor]
    most: int
    left: float
    right: float
    top: float
    bottom: float


def distributions(calibrated: eq.CalibratedStudy) -> list[Distribution]:
    """A picture per set, the outcome first."""
    return [_distribution(calibrated, variable) for variable in (calibrated.outcome, *calibrated.conditions)]


def _distribution(study: eq.CalibratedStudy, variable: eq.Variable) -> Distribution:
    left, right, top, bottom = 26.0, 312.0, 34.0, 146.0
    scores = study.raw[variable.name].to_numpy(dtype=float)
    calibrated = variable.name in study.fuzzy
    memberships = study.fuzzy[variable.name].to_numpy(dtype=float) if calibrated else np.full(len(scores), np.nan)
    bins = edges(scores)
    drawn = near(anchors(study, variable.name), bins[0], bins[-1])
    across = _scale(min(bins[0], *drawn.values(), bins[-1]), max(bins[0], *drawn.values(), bins[-1]), left, right)
    counts, inside = np.histogram(scores, bins)[0], np.histogram(scores[memberships > 0.5], bins)[0]
    unit = (bottom - top) / counts.max()
    sides = [across(edge) for edge in bins]
    bars = tuple(
        Bar(start + 0.5, round(bottom - n * unit, 1), round(end - start - 1, 1), round(n * unit, 1), round(k * unit, 1))
        for start, end, n, k in zip(sides, sides[1:], counts, inside, strict=False)
        if n
    )
    pairs = {
        (across(score), round(bottom - m * (bottom - top), 1))
        for score, m in zip(scores, memberships, strict=True)
        if not np.isnan(m)
    }
    first, last = across(scores.min()), across(scores.max())
    ends = (
        Anchor(first, f"{scores.min():g}", 0, "start" if first < left + 10 else "middle"),
        Anchor(last, f"{scores.max():g}", 0, "end" if last > right - 10 else "middle"),
    )
    return Distribution(
        name=variable.name,
        title=named(variable),
        text=distribution_in_words(study, variable.name),
        bars=bars,
        dots=tuple(Dot(x, y) for x, y in sorted(pairs)),
        anchors=_lines(drawn, across, left, right),
        ends=ends,
        most=int(counts.max()),
        left=left,
        right=right,
        top=top,
        bottom=bottom,
    )


def _scale(low: float, high: float, left: float, right: float) -> Callable[[float], float]:
    """Where a value lies between the ends of a picture."""
    return lambda value: round(float(left + (value - low) / (high - low) * (right - left)), 1)


def _lines(
    anchors: dict[str, float], across: Callable[[float], float], left: float, right: float
) -> tuple[Anchor, ...]:
    lines: list[Anchor] = []
    ends = [-math.inf, -math.inf]  # where the last label of each row ends
    for value in sorted(set(anchors.values())):
        x, label = across(value), f"{value:g}"
        width = 6.5 * len(label)
        align = "start" if x - width / 2 < left else "end" if x + width / 2 > right else "middle"
        start = x if align == "start" else x - width if align == "end" else x - width / 2
        row = next((number for number, end in enumerate(ends) if start > end + 4), 0)
        ends[row] = start + width
        lines.append(Anchor(x, label, row, align))
    return tuple(lines)


# ---------------------------------------------------------------------------------------------------- XY plots


@dataclass(frozen=True)
class Scatter:
    """Predicted membership across, the outcome's up, for every case."""

    label: str
    text: str
    dots: tuple[Dot, ...]
    left: float
    right: float
    top: float
    bottom: float


def scatters(comparison: eq.Comparison) -> list[Scatter]:
    """A picture per method that predicts."""
    outcome = comparison.cases["outcome", ""]
    found = []
    for label in comparison.analyses:
        cases = comparison.cases[label]
        predicted = cases["predicted"].astype(float)
        if predicted.notna().any():
            found.append(_scatter(label, predicted, outcome, cases["type"]))
    return found


def _scatter(label: str, predicted: pd.Series, outcome: pd.Series, types: pd.Series) -> Scatter:
    left, right, top, bottom = 30.0, 312.0, 8.0, 290.0
    dots = tuple(
        Dot(
            round(left + x * (right - left), 1),
            round(bottom - y * (bottom - top), 1),
            f"{case}: predicted {x:.2f}, outcome {y:.2f}",
            kind.split()[-1] if isinstance(kind, str) else "",
        )
        for case, x, y, kind in zip(predicted.index, predicted, outcome, types, strict=True)
        if not (np.isnan(x) or np.isnan(y))
    )
    counts = types.value_counts()
    said = ", ".join(f"{count} {kind}" for kind, count in counts.items())
    text = f"Predicted membership and outcome of {counted(len(dots), 'case')}{f': {said}' if said else ''}."
    return Scatter(label, text, dots, left, right, top, bottom)


# -------------------------------------------------------------------------------------------------- importance


@dataclass(frozen=True)
class _Row:
    name: str
    y: float
    bar: Bar
    low: float
    high: float
    text: str


@dataclass(frozen=True)
class Importances:
    """A method's conditions as bars on a scale that all methods share, with their intervals."""

    label: str
    text: str
    rows: tuple[_Row, ...]
    zero: float
    height: float


def importances(comparison: eq.Comparison) -> list[Importances]:
    """A picture per method that has importances."""
    tables = importance.importances(comparison)
    numbers = np.concatenate([[0.0], *(each.to_numpy(dtype=float).ravel() for each in tables.values())])
    low, high = float(np.nanmin(numbers)), float(np.nanmax(numbers))
    if high - low < 1e-9:
        return []
    names = [str(name) for name in comparison.conditions.index]
    across = _scale(low, high, 12.0 + min(14, max(map(len, names))) * 7.0, WIDTH - 48.0)
    found = []
    for label, each in tables.items():
        rows = tuple(
            _row(name if len(name) <= 14 else f"{name[:13]}…", 6.0 + 24 * number, value, (first, last), across)
            for number, (name, value, first, last) in enumerate(zip(names, *each.to_numpy().T, strict=True))
            if not np.isnan(value)
        )
        text = f"Importance: {importance.ranked(each['importance'])}."
        found.append(Importances(label, text, rows, across(0.0), 24.0 * len(names) + 8))
    return found


def _row(name: str, y: float, value: float, interval: tuple[float, float], across: Callable[[float], float]) -> _Row:
    start, end = sorted((across(0.0), across(value)))
    bar = Bar(start, y, round(max(end - start, 0.5), 1), 16.0)
    return _Row(name, y + 8, bar, across(interval[0]), across(interval[1]), shown(float(value)))
