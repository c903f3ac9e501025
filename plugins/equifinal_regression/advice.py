"""The advice of regression: which other score of one condition goes with the largest difference in the outcome."""

from typing import NamedTuple

import numpy as np
import pandas as pd

import equifinal as eq
from equifinal.plain import plain_number
from equifinal_regression.equation import Equation, Floats
from equifinal_regression.specification import Specification
from equifinal_regression.tables import quantile


class _Outlook(NamedTuple):
    """What the equation expects of every case: (n,) each."""

    expected: Floats  # the outcome's raw score, or its membership
    memberships: Floats
    slopes: Floats  # (n, k): by how much the expected outcome moves with each coefficient


class _Change(NamedTuple):
    lever: eq.Variable
    source: int  # the case whose score every case gets
    then: _Outlook


def advice(analysis: eq.Analysis, calibrated: eq.CalibratedStudy, spec: Specification) -> pd.Series:
    """A sentence for each case without the outcome. Ties within 1e-9 are all given."""
    lacking = np.flatnonzero(calibrated.fuzzy[calibrated.outcome.name].to_numpy() < 0.5)
    found = analysis.conditions.index[analysis.conditions["role"] == "contributing"]
    levers = [condition for condition in calibrated.conditions if condition.manipulable and condition.name in found]
    if not levers:
        sentence = f"The interval of no {'manipulable ' if len(found) else ''}condition excludes 0."
        return pd.Series(sentence, index=calibrated.cases[lacking], dtype=object)
    equation: Equation = analysis.native
    scores = spec.scores(calibrated, equation.scaling)

    def outlook(scores: Floats) -> _Outlook:
        design = spec.design(scores)
        expected = spec.expected(equation, design)
        return _Outlook(expected, spec.memberships(expected, calibrated), spec.slopes(equation, design, expected))

    now = outlook(scores)
    rising = 1 if spec.on_memberships else calibrated.orientation(calibrated.outcome.name) or 1
    changes: list[_Change] = []
    for lever in levers:
        column = spec.names.index(lever.name)
        for source in (int(scores[:, column].argmin()), int(scores[:, column].argmax())):
            changed = scores.copy()
            changed[:, column] = scores[source, column]
            changes.append(_Change(lever, source, outlook(changed)))
    gains = np.array([rising * (each.then.expected - now.expected) for each in changes])
    nothing = f"Already at the most favourable score observed of {', '.join(each.label for each in levers)}."
    sentences = []
    for case in lacking:
        best = gains[:, case].max()
        equal = np.flatnonzero(gains[:, case] >= best - 1e-9) if best > 1e-9 else np.array([], dtype=int)
        said = [_said(calibrated, spec, equation, int(case), now, changes[each]) for each in equal]
        sentences.append("; or: ".join(said) or nothing)
    return pd.Series(sentences, index=calibrated.cases[lacking], dtype=object)


def _said(
    calibrated: eq.CalibratedStudy, spec: Specification, equation: Equation, case: int, now: _Outlook, change: _Change
) -> str:
    lever, source, then = change
    raw, outcome = calibrated.raw[lever.name].to_numpy(), calibrated.outcome
    end = "highest" if raw[source] > raw[case] else "lowest"
    gain = float(then.expected[case] - now.expected[case])
    slope = then.slopes[case] - now.slopes[case]
    spread = float(np.sqrt(max(slope @ equation.covariance @ slope, 0.0)))
    margin = quantile(equation.df_resid, spec.alpha) * spread
    interval = f"{1 - spec.alpha:.0%} interval {_signed(gain - margin)} to {_signed(gain + margin)}".replace("%", " %")
    other = f"Cases like it with {lever.label} {plain_number(raw[source])} ({end} observed) instead of {plain_number(raw[case])}"
    what = "probability" if spec.model == "logit" else "membership"
    place = f"{what} {now.memberships[case]:.2f} → {then.memberships[case]:.2f}"
    if spec.on_memberships:
        return f"{other} differ by {_signed(gain)} in their {what} of {outcome.label} on average ({interval}): {place}."
    return f"{other} differ by {_signed(gain)} in {outcome.label} on average ({interval}): {place}."


def _signed(value: float) -> str:
    """A difference with its sign and three digits that count.

    >>> [_signed(value) for value in (12.345, -0.5, 392512.0)]
    ['+12.3', '-0.5', '+393,000']
    """
    return f"{'-' if value < 0 else '+'}{plain_number(abs(value), 3)}"
