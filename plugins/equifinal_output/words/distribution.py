"""The raw scores of a set and its anchors, for every picture of them."""

import math
from typing import Any

import numpy as np

import equifinal as eq
from equifinal.plain import counted

_MOST_BINS = 20


def anchors(calibrated: eq.CalibratedStudy, name: str) -> dict[str, float]:
    """The raw scores that anchor membership in a set, by name."""
    calibrator = calibrated.calibrators.get(name)
    return calibrator.anchor_scores() if calibrator else {}


def near(marks: dict[str, float], low: float, high: float) -> dict[str, float]:
    """The anchors not too far from the scores: others would press the scores into a corner of the picture."""
    span = high - low or 1.0
    return {words: value for words, value in marks.items() if low - span <= value <= high + span}


def edges(scores: Any) -> Any:
    """Bins of equal width; whole scores on a short scale have one each."""
    low, high = float(scores.min()), float(scores.max())
    if (scores % 1 == 0).all() and high - low <= _MOST_BINS:
        return np.arange(low - 0.5, high + 1)
    return np.linspace(low, high, min(_MOST_BINS, math.ceil(2 * math.sqrt(len(scores)))) + 1)


def distribution_in_words(calibrated: eq.CalibratedStudy, name: str) -> str:
    """Range, anchors, and how many cases are in the set."""
    scores = calibrated.raw[name].to_numpy(dtype=float)
    marks = ", ".join(f"{words} {value:g}" for words, value in anchors(calibrated, name).items())
    said = (
        f"{counted(len(scores), 'raw score')} from {scores.min():g} to {scores.max():g}, median {np.median(scores):g}. "
    )
    said += f"Anchors: {marks}. " if marks else ""
    if name not in calibrated.fuzzy:
        return f"{said}Not calibrated."
    memberships = calibrated.fuzzy[name].to_numpy(dtype=float)
    inside, outside = int((memberships > 0.5).sum()), int((memberships < 0.5).sum())
    return f"{said}{counted(inside, 'case is', 'cases are')} more in than out of the set, {outside} more out than in."
