"""What a raw score would have to be for a case to be in a set, found from the calibrator alone."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from equifinal.base.words import plain_number
from equifinal.study.calibrated import CalibratedStudy


class _Crossing(NamedTuple):
    exact: float  # raw score
    rounded: float  # as it is shown
    included: bool  # whether the set holds the rounded score itself
    rising: bool  # whether the set lies above


class Target:
    """Where on the raw scale a set begins: the raw scores at which membership crosses 0.5, found from the calibrator alone."""

    _GRID = 2001

    def __init__(self, calibrated: CalibratedStudy, name: str, present: bool) -> None:
        self._study, self._name, self._present = calibrated, name, present
        raw = calibrated.raw[name]
        self._label = calibrated.variable(name).label
        low, high = float(raw.min()), float(raw.max())
        self._observed = (low, high)
        reach = high - low
        # Anchors may lie outside the observed range; scores that were never negative stay so.
        grid = np.linspace(max(low - reach, 0.0) if low >= 0 else low - reach, high + reach, self._GRID)
        inside = self._holds(grid)
        steps = np.flatnonzero(inside[1:] != inside[:-1])
        crossings = self._bisect(grid[steps], grid[steps + 1], inside[steps])
        rounded = [float(f"{crossing:.6g}") for crossing in crossings]
        self._crossings = [
            _Crossing(*each) for each in zip(crossings, rounded, self._holds(rounded), ~inside[steps], strict=True)
        ]

    def _holds(self, scores: Any) -> Any:
        members = self._study.to_membership(self._name, pd.Series(scores, dtype=float)).to_numpy()
        return members > 0.5 if self._present else members < 0.5

    def _bisect(self, left: Any, right: Any, left_state: Any) -> Any:
        left, right = left.copy(), right.copy()
        if not len(left):
            return left
        for _ in range(30):
            middle = (left + right) / 2
            same = self._holds(middle) == left_state
            left, right = np.where(same, middle, left), np.where(same, right, middle)
        return (left + right) / 2

    def sentence(self, score: float) -> str:
        """Such as ``Staff: 3 → more than 4.5``."""
        above = [each for each in self._crossings if each.rising and each.exact >= score - 1e-9]
        below = [each for each in self._crossings if not each.rising and each.exact <= score + 1e-9]
        nearest = min(above[:1] + below[-1:], key=lambda each: (abs(each.exact - score), each.exact), default=None)
        if nearest is None:
            return f"{self._label}: {plain_number(score, 6)} → no score near the observed ones would do"
        rounded, up, included = nearest.rounded, nearest.rising, nearest.included
        word = ("at least" if included else "more than") if up else ("at most" if included else "less than")
        beyond = "" if self._observed[0] <= rounded <= self._observed[1] else " (beyond the observed range)"
        return f"{self._label}: {plain_number(score, 6)} → {word} {plain_number(rounded, 6)}{beyond}"
