"""Pictures of a trial, as numbers for a template: where each line, bar and dot lies, and what it says in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

#: The picture, and the room for its plot.
WIDTH, HEIGHT = 320, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 36.0, 308.0, 12.0, 158.0
#: Between the plot's ends and the first and last place, and between the same place of two methods.
_ASIDE, _BESIDE = 26.0, 4.5
#: How many methods have a colour and a shape of their own; further ones use them again.
STYLES = 6
WORTHS = ("right", "undecided", "silent", "wrong")


@dataclass(frozen=True)
class Line:
    """A method's values, with a gap where one is missing."""

    method: str
    style: int
    points: tuple[tuple[float, float], ...]
    path: str
    faint: bool = False


@dataclass(frozen=True)
class Curves:
    """Shares from 0 to 100 % over a few ordered places, a line per method."""

    title: str
    text: str
    lines: tuple[Line, ...]
    places: tuple[tuple[float, str], ...]
    shares: tuple[tuple[float, str], ...]
    left: float = _LEFT
    right: float = _RIGHT
    top: float = _TOP
    bottom: float = _BOTTOM


def curves(
    title: str, frame: pd.DataFrame, styles: Mapping[str, int], faint: pd.DataFrame | None = None, places: str = "n = "
) -> Curves:
    """A picture of a frame with a column per method and a row per place; `faint` is drawn dashed below it."""
    step = (_RIGHT - _LEFT - 2 * _ASIDE) / max(len(frame) - 1, 1)
    start = _LEFT + _ASIDE if len(frame) > 1 else (_LEFT + _RIGHT) / 2
    across = [round(start + step * number, 1) for number in range(len(frame))]
    lines = []
    for part, is_faint in ([] if faint is None else [(faint, True)]) + [(frame, False)]:
        for method in part.columns:
            heights = [_up(value) for value in part[method].astype(float)]
            beside = _BESIDE * (styles[str(method)] - (STYLES - 1) / 2)  # so that equal lines do not hide each other
            lines.append(_line(str(method), styles[str(method)], [x + beside for x in across], heights, is_faint))
    labels = [f"{places}{place}" for place in frame.index]
    said = "; ".join(f"{method}: {_in_words(frame[method], labels)}" for method in frame.columns)
    return Curves(
        title=title,
        text=said,
        lines=tuple(lines),
        places=tuple(zip(across, labels, strict=True)),
        shares=tuple((_up(share), f"{100 * share:.0f} %") for share in (0.0, 0.5, 1.0)),
    )


def _up(share: float) -> float:
    return round(_BOTTOM - share * (_BOTTOM - _TOP), 1)


def _line(method: str, style: int, across: Sequence[float], heights: Sequence[float], faint: bool) -> Line:
    points = [(round(x, 1), y) for x, y in zip(across, heights, strict=True) if not np.isnan(y)]
    path = "M" + "L".join(f"{x} {y}" for x, y in points) if points else ""
    return Line(method, style, tuple(points), path, faint)


def _in_words(values: pd.Series, labels: Sequence[str]) -> str:
    return ", ".join(f"{label} {percent(value)}" for label, value in zip(labels, values, strict=True))


def percent(share: float) -> str:
    r"""A share for readers.

    >>> percent(0.123), percent(0.004), percent(float("nan"))
    ('12\xa0%', '0.4\xa0%', '–')
    """
    if pd.isna(share):
        return "–"
    return f"{100 * share:.1f}\N{NO-BREAK SPACE}%" if 0 < share < 0.01 else f"{100 * share:.0f}\N{NO-BREAK SPACE}%"


@dataclass(frozen=True)
class Segment:
    """A part of a bar."""

    kind: str
    x: float
    width: float
    text: str


@dataclass(frozen=True)
class Bar:
    """A whole of segments with a label before it."""

    label: str
    y: float
    segments: tuple[Segment, ...]


@dataclass(frozen=True)
class Bars:
    """What answers are worth, a bar per method and number of cases."""

    title: str
    text: str
    bars: tuple[Bar, ...]
    groups: tuple[tuple[float, str], ...]
    height: float


def bars(title: str, frame: pd.DataFrame) -> Bars:
    """A picture of a frame with the index method and n, and a column for each of :data:`WORTHS`, shares that add up to 1."""
    left, right, y, found, groups = 46.0, WIDTH - 6.0, 2.0, [], []
    for method, own in frame.groupby(level="method", sort=False):
        groups.append((y + 11, str(method)))
        y += 16
        for n, row in own.droplevel("method").iterrows():
            found.append(Bar(f"n = {n}", y, _segments(row, left, right)))
            y += 17
        y += 5
    said = "; ".join(
        f"{row['method']} with {row['n']} cases: " + ", ".join(f"{worth} {percent(row[worth])}" for worth in WORTHS)
        for row in frame.reset_index().to_dict("records")
    )
    return Bars(title, said, tuple(found), tuple(groups), y)


def _segments(row: pd.Series, left: float, right: float) -> tuple[Segment, ...]:
    x, found = left, []
    for worth in WORTHS:
        width = float(row[worth]) * (right - left)
        if width > 0:
            text = f"{100 * row[worth]:.0f}" if width > 17 else ""
            found.append(Segment(worth, round(x, 1), round(width, 1), text))
        x += width
    return tuple(found)


@dataclass(frozen=True)
class Dot:
    """A share with its interval."""

    label: str
    y: float
    x: float
    low: float
    high: float
    text: str


def _short(label: str) -> str:
    return label if len(label) <= 26 else f"{label[:17].rstrip()} …{label[-8:]}"


@dataclass(frozen=True)
class Dots:
    """Shares with their intervals, and the one that is promised as a line."""

    title: str
    text: str
    dots: tuple[Dot, ...]
    line: float
    promised: str
    ends: tuple[tuple[float, str], ...]
    height: float


def dots(title: str, frame: pd.DataFrame, name: str, promised: float, ends: tuple[float, float]) -> Dots:
    """A picture of the rows of a frame, whose index is their label, with ``NAME``, ``NAME_low`` and ``NAME_high``."""
    left, right = 158.0, WIDTH - 50.0
    low, high = ends

    def across(value: float) -> float:
        return round(left + (min(max(value, low), high) - low) / (high - low) * (right - left), 1)

    found = []
    for number, (label, row) in enumerate(frame.iterrows()):
        x, start, end = (across(float(row[each])) for each in (name, f"{name}_low", f"{name}_high"))
        found.append(Dot(_short(str(label)), 22.0 + 17 * number, x, start, end, percent(row[name])))
    said = "; ".join(f"{each.label}: {each.text}" for each in found)
    ticks = tuple((across(value), f"{100 * value:.0f} %") for value in (low, high))
    return Dots(title, said, tuple(found), across(promised), f"{100 * promised:.0f} %", ticks, 34.0 + 17 * len(found))
