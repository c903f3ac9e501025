"""Small pictures of a report as figures for a template: where each bar, dot and line lies, and what it says in words.

They are drawn as SVG by the template itself, which takes hundredths of a second; the colours are the page's own, so that
they are right in light, dark and print.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

import equifinal as eq
from equifinal.plain import counted, joined, shown

__all__ = ["Anchor", "Bar", "Distribution", "Dot", "Importances", "Scatter", "distributions", "importances", "scatters"]

#: Width of every picture, in its own units; pages scale it.
WIDTH = 320
_MOST_BINS = 20


@dataclass(frozen=True)
class Bar:
    """A rectangle; ``inside`` is how much of its height, from below, are cases more in than out of the set."""

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


def distributions(study: eq.CalibratedStudy) -> list[Distribution]:
    """A picture per set, the outcome first."""
    return [_distribution(study, variable) for variable in (study.outcome, *study.conditions)]


def _distribution(study: eq.CalibratedStudy, variable: eq.Variable) -> Distribution:
    left, right, top, bottom = 26.0, 312.0, 34.0, 146.0
    scores = study.raw[variable.name].to_numpy(dtype=float)
    calibrated = variable.name in study.fuzzy
    memberships = study.fuzzy[variable.name].to_numpy(dtype=float) if calibrated else np.full(len(scores), np.nan)
    calibrator = study.calibrators.get(variable.name)
    anchors = calibrator.anchor_scores() if calibrator else {}
    edges = _edges(scores)
    span = edges[-1] - edges[0]
    drawn = {name: value for name, value in anchors.items() if edges[0] - span <= value <= edges[-1] + span}
    low, high = min(edges[0], *drawn.values(), edges[-1]), max(edges[0], *drawn.values(), edges[-1])

    def across(value: float) -> float:
        return round(left + (value - low) / (high - low) * (right - left), 1)

    counts, inside = np.histogram(scores, edges)[0], np.histogram(scores[memberships > 0.5], edges)[0]
    unit = (bottom - top) / counts.max()
    bars = tuple(
        Bar(
            across(start) + 0.5,
            round(bottom - n * unit, 1),
            round(across(end) - across(start) - 1, 1),
            round(n * unit, 1),
            round(k * unit, 1),
        )
        for start, end, n, k in zip(edges, edges[1:], counts, inside, strict=False)
        if n
    )
    pairs = {
        (across(score), round(bottom - m * (bottom - top), 1))
        for score, m in zip(scores, memberships, strict=True)
        if not np.isnan(m)
    }
    stated = ", ".join(f"{name} {value:g}" for name, value in anchors.items())
    text = (
        f"{counted(len(scores), 'raw score')} from {scores.min():g} to {scores.max():g}, median {np.median(scores):g}. "
        f"{f'Anchors: {stated}. ' if stated else ''}"
    )
    if calibrated:
        text += f"{(memberships > 0.5).sum()} cases are more in than out of the set, {(memberships < 0.5).sum()} more out than in."
    else:
        text += "Not calibrated."
    title = variable.name if variable.label == variable.name else f"{variable.name} · {variable.label}"
    return Distribution(
        name=variable.name,
        title=title,
        text=text.strip(),
        bars=bars,
        dots=tuple(Dot(x, y) for x, y in sorted(pairs)),
        anchors=_lines(drawn, across, left, right),
        ends=(
            Anchor(
                across(scores.min()), f"{scores.min():g}", 0, "start" if across(scores.min()) < left + 10 else "middle"
            ),
            Anchor(
                across(scores.max()), f"{scores.max():g}", 0, "end" if across(scores.max()) > right - 10 else "middle"
            ),
        ),
        most=int(counts.max()),
        left=left,
        right=right,
        top=top,
        bottom=bottom,
    )


def _edges(scores: np.ndarray) -> np.ndarray:
    """Bins of equal width; whole scores on a short scale have one each."""
    low, high = float(scores.min()), float(scores.max())
    if (scores % 1 == 0).all() and high - low <= _MOST_BINS:
        return np.arange(low - 0.5, high + 1)
    return np.linspace(low, high, min(_MOST_BINS, math.ceil(2 * math.sqrt(len(scores)))) + 1)


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
    """A method's conditions as bars on a scale that all methods share, with a standard deviation to both sides."""

    label: str
    text: str
    rows: tuple[_Row, ...]
    zero: float
    height: float


def importances(comparison: eq.Comparison) -> list[Importances]:
    """A picture per method that has importances."""
    table = comparison.conditions
    means = {label: table[label, "importance"].astype(float) for label in comparison.analyses}
    spreads = {label: table[label, "importance_sd"].astype(float).fillna(0.0) for label in comparison.analyses}
    means = {label: each for label, each in means.items() if each.notna().any()}
    if not means:
        return []
    low = min(0.0, min(float((means[label] - spreads[label]).min()) for label in means))
    high = max(0.0, max(float((means[label] + spreads[label]).max()) for label in means))
    if high - low < 1e-9:
        return []
    names = [str(name) for name in table.index]
    left = 12.0 + min(14, max(map(len, names))) * 7.0
    right = WIDTH - 48.0

    def across(value: float) -> float:
        return round(left + (value - low) / (high - low) * (right - left), 1)

    found = []
    for label, values in means.items():
        rows = []
        for number, (name, value) in enumerate(zip(names, values, strict=True)):
            if np.isnan(value):
                continue
            y, spread = 6.0 + 24 * number, float(spreads[label].iloc[number])
            start, end = sorted((across(0.0), across(value)))
            rows.append(
                _Row(
                    name if len(name) <= 14 else f"{name[:13]}…",
                    y + 8,
                    Bar(start, y, round(max(end - start, 0.5), 1), 16.0),
                    across(value - spread),
                    across(value + spread),
                    shown(float(value)),
                )
            )
        order = values.dropna().sort_values(ascending=False)
        text = f"Importance: {joined(f'{name} {shown(float(value))}' for name, value in order.items())}."
        found.append(Importances(label, text, tuple(rows), across(0.0), 24.0 * len(names) + 8))
    return found
