"""The advice of regression: the change of one condition with the largest expected gain."""

from typing import NamedTuple

import numpy as np
import pandas as pd

import equifinal as eq
from equifinal_regression.equation import Equation, Floats
from equifinal_regression.specification import Specification


class _Outlook(NamedTuple):
    """What the equation expects of every case: (n,) each."""

    expected: Floats  # the outcome's raw score, or its membership
    memberships: Floats


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
        expected = spec.expected(equation, spec.design(scores))
        return _Outlook(expected, spec.memberships(expected, calibrated))

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
        said = [_said(calibrated, spec, int(case), now, changes[each]) for each in equal]
        sentences.append("; or: ".join(said) or nothing)
    return pd.Series(sentences, index=calibrated.cases[lacking], dtype=object)


def _said(calibrated: eq.CalibratedStudy, spec: Specification, case: int, now: _Outlook, change: _Change) -> str:
    lever, source, then = change
    raw = calibrated.raw[lever.name].to_numpy()
    verb, end = ("Raise", "highest") if raw[source] > raw[case] else ("Lower", "lowest")
    gain = then.expected[case] - now.expected[case]
    each = f"{gain / abs(raw[source] - raw[case]):+.3g} per unit"
    membership = f"{'probability of' if spec.model == 'logit' else 'membership in'} {calibrated.outcome.name} "
    membership += f"{now.memberships[case]:.2f} → {then.memberships[case]:.2f}"
    expected = f"{calibrated.outcome.column} {gain:+.1f} ({each}), {membership}"
    if spec.on_memberships:
        expected = f"{membership} ({each})"
    return f"{verb} {lever.label} from {raw[case]:g} to {raw[source]:g} ({end} observed): expected {expected}."
