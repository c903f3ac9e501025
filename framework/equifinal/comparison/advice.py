"""Advice: what could a case without the outcome change, given what it has?"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from equifinal.base.own import Handing
from equifinal.base.time_limit import within
from equifinal.base.words import ADVICE_COLUMNS
from equifinal.errors import FAULTS, InputError
from equifinal.method.analysis import Analysis, Method
from equifinal.method.run import changed_input, warn_of_changes
from equifinal.sets import Expression
from equifinal.study.calibrated import CalibratedStudy


@dataclass(frozen=True)
class _Path:
    expression: str
    literals: Mapping[str, bool]
    consistency: float
    methods: str


def advice(
    methods: Mapping[str, Method],
    analyses: Mapping[str, Analysis],
    calibrated: CalibratedStudy,
    time_limit: float | None = None,
) -> tuple[pd.DataFrame, list[str]]:
    """One row per case without the outcome (membership below 0.5) and sufficient path.

    The nearest path comes first: fewest conditions to change, then smallest shortfall in membership. A case that is in a path
    without having the outcome is shown as deviant, without advice: the path has not worked there.

    Returns
    -------
    pandas.DataFrame
        ``case``; ``path`` and the ``method`` (or methods) that found it; ``distance``: number of conditions to change;
        ``shortfall``: sum of what their memberships lack to 0.5; ``has`` and ``lacks``: the path's conditions that the case
        fulfils (membership above 0.5) and does not; ``membership_now`` in the path; ``raw_targets``: what the raw scores would
        have to be; ``note``; and for each other method with something to say to single cases a column with its sentence.
    list of str
        Notes for the reader.
    """
    if calibrated.outcome.negated:
        return _empty([]), ["There is no advice on how to lose the outcome: it is given for the outcome itself only."]
    outcome = calibrated.fuzzy[calibrated.outcome.name]
    cases = outcome.index[outcome < 0.5]
    paths, notes = _paths(methods, analyses, calibrated)
    sentences, silent = _sentences(methods, analyses, calibrated, time_limit)
    notes += silent
    targets = {
        (name, present): _Target(calibrated, name, present) for path in paths for name, present in path.literals.items()
    }
    members, scores = (
        calibrated.fuzzy.to_dict(),
        calibrated.raw.to_dict(),
    )  # single cells of a frame take long to look up
    rows: list[dict[str, Any]] = []
    for case in cases:
        found = [_row(case, path, calibrated, members, scores, targets) for path in paths]
        deviant = [row for row in found if row["distance"] == 0]
        rows += deviant or sorted(found, key=_nearness) or [dict.fromkeys(ADVICE_COLUMNS) | {"case": case}]
    if not rows:
        return _empty(list(sentences)), [*notes, "Every case has the outcome, so there is no case to advise."]
    if not paths:
        notes.append("No method found a sufficient path, so that there is none to take.")
    table = pd.DataFrame(rows)[list(ADVICE_COLUMNS)]
    for label, each in sentences.items():
        table[label] = each.reindex(table["case"]).to_numpy(dtype=object)
    return table, notes


def _empty(labels: list[str]) -> pd.DataFrame:
    return pd.DataFrame(columns=[*ADVICE_COLUMNS, *labels])


def _paths(
    methods: Mapping[str, Method], analyses: Mapping[str, Analysis], calibrated: CalibratedStudy
) -> tuple[list[_Path], list[str]]:
    """The paths of all methods that claim sufficiency; one that several found stands once."""
    found: dict[frozenset[tuple[str, bool]], _Path] = {}
    notes = []
    for label, analysis in analyses.items():
        if not methods[label].sufficient_paths:
            continue
        for path, row in analysis.configurations.iterrows():
            literals = _conjunction(row["expression"], calibrated)
            if literals is None:
                notes.append(
                    f"{label}: the solution is always true, so that there is no path to take."
                    if row["expression"] == "1"
                    else f"{label}: the path {path} is no conjunction of conditions, so that no advice is drawn from it."
                )
                continue
            earlier = found.get(key := frozenset(literals.items()))
            if earlier is None:
                found[key] = _Path(row["expression"], literals, float(row["consistency"]), label)
            else:
                found[key] = replace(earlier, methods=f"{earlier.methods}, {label}")
    return list(found.values()), notes


def _conjunction(text: Any, calibrated: CalibratedStudy) -> Mapping[str, bool] | None:
    """The path's literals, if it is a conjunction of calibrated conditions."""
    try:
        literals = Expression(text).literals
    except InputError:
        return None
    known = [name for name in calibrated.condition_names if name in calibrated.fuzzy]
    return literals if literals and all(name in known for name in literals) else None


def _sentences(
    methods: Mapping[str, Method],
    analyses: Mapping[str, Analysis],
    calibrated: CalibratedStudy,
    time_limit: float | None,
) -> tuple[dict[str, pd.Series], list[str]]:
    said: dict[str, pd.Series] = {}
    notes = []
    for label, analysis in analyses.items():
        try:
            if type(methods[label]).advise is Method.advise:
                continue
            handing = Handing(analysis=analysis, study=calibrated)
            each, changed = within(time_limit, "its advice", handing.to, methods[label].advise)
            if changed:
                note = changed_input(changed, "in its advice ")
                warn_of_changes(label, methods[label], [note])
                notes.append(f"{label}: {note}")
            if each is not None:
                said[label] = each.reindex(calibrated.cases)
        except FAULTS as error:
            notes.append(f"{label}: it could not advise ({type(error).__name__}: {error})")
    return said, notes


def _row(
    case: Any,
    path: _Path,
    calibrated: CalibratedStudy,
    memberships: Mapping[Any, Mapping[Any, float]],
    scores: Mapping[Any, Mapping[Any, float]],
    targets: Mapping[tuple[str, bool], "_Target"],
) -> dict[str, Any]:
    members = {name: _literal(memberships[name][case], present) for name, present in path.literals.items()}
    text = {name: name if present else f"~{name}" for name, present in path.literals.items()}
    lacks = [name for name, member in members.items() if not member > 0.5]
    fixed = [name for name in lacks if not calibrated.variable(name).manipulable]
    note = ""
    if not lacks:
        note = "Deviant: in this path without the outcome, so that it offers no advice here."
    elif fixed:
        note = f"Out of reach: {', '.join(fixed)} cannot be changed."
    return {
        "case": case,
        "path": path.expression,
        "method": path.methods,
        "distance": len(lacks),
        "shortfall": sum(0.5 - members[name] for name in lacks),
        "has": ", ".join(text[name] for name in members if name not in lacks),
        "lacks": ", ".join(text[name] for name in lacks),
        "membership_now": min(members.values()),
        "raw_targets": "; ".join(targets[name, path.literals[name]].sentence(scores[name][case]) for name in lacks),
        "note": note,
        "_order": (
            bool(fixed),
            len(lacks),
            sum(0.5 - members[name] for name in lacks),
            -path.consistency,
            path.expression,
        ),
    }


def _literal(member: float, present: bool) -> float:
    return member if present else 1.0 - member


def _nearness(row: Mapping[str, Any]) -> Any:
    return row["_order"]


class _Crossing(NamedTuple):
    exact: float  # raw score
    rounded: float  # as it is shown
    included: bool  # whether the set holds the rounded score itself
    rising: bool  # whether the set lies above


class _Target:
    """Where on the raw scale a set begins: the raw scores at which membership crosses 0.5, found from the calibrator alone."""

    _GRID = 2001

    def __init__(self, calibrated: CalibratedStudy, name: str, present: bool) -> None:
        self._study, self._name, self._present = calibrated, name, present
        raw = calibrated.raw[name]
        self.column = calibrated.variable(name).column
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
        """Such as ``train: 3 → more than 4.5``."""
        above = [each for each in self._crossings if each.rising and each.exact >= score - 1e-9]
        below = [each for each in self._crossings if not each.rising and each.exact <= score + 1e-9]
        nearest = min(above[:1] + below[-1:], key=lambda each: (abs(each.exact - score), each.exact), default=None)
        if nearest is None:
            return f"{self.column}: {score:g} → no score near the observed ones would do"
        rounded, up, included = nearest.rounded, nearest.rising, nearest.included
        word = ("at least" if included else "more than") if up else ("at most" if included else "less than")
        beyond = "" if self._observed[0] <= rounded <= self._observed[1] else " (beyond the observed range)"
        return f"{self.column}: {score:g} → {word} {rounded:g}{beyond}"
