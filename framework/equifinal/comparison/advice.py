"""Advice: what could a case without the outcome change, given what it has?"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equifinal.base.own import Handing
from equifinal.base.surroundings import watched
from equifinal.base.time_limit import within
from equifinal.base.words import ADVICE_COLUMNS
from equifinal.comparison.paths import conjunction, membership
from equifinal.comparison.targets import Target
from equifinal.errors import FAULTS
from equifinal.method.analysis import Analysis, Method
from equifinal.method.run import changed_around, changed_input, warn_of_changes
from equifinal.study.calibrated import CalibratedStudy

#: Of pairs of cases: 40 MB.
DISTANCES_AT_ONCE = 5_000_000


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
    silenced: Mapping[str, str] | None = None,
) -> tuple[pd.DataFrame, list[str]]:
    """One row per case without the outcome (membership below 0.5) and sufficient path.

    The nearest path comes first: fewest conditions to change, then smallest shortfall in membership. A case that is in a path
    without having the outcome is shown as deviant, without advice: the path has not worked there.

    Parameters
    ----------
    silenced
        Methods that give no advice, neither a path nor a sentence, and why; see :func:`equifinal.comparison.skill.without_skill`.

    Returns
    -------
    pandas.DataFrame
        ``case``; ``path`` and the ``method`` (or methods) that found it; ``distance``: number of conditions to change;
        ``shortfall``: sum of what their memberships lack to 0.5; ``has`` and ``lacks``: the path's conditions that the case
        fulfils (membership above 0.5) and does not, by their labels; ``membership_now`` in the path; ``raw_targets``: what the
        raw scores would have to be; ``similar_case``: of the cases that are in the path and have the outcome, the one whose
        memberships in all conditions are closest (Euclidean distance); ``note``; and for each other method with something to
        say to single cases a column with its sentence.
    list of str
        Notes for the reader.
    """
    if calibrated.outcome.negated:
        return _empty([]), ["There is no advice on how to lose the outcome: it is given for the outcome itself only."]
    outcome = calibrated.fuzzy[calibrated.outcome.name]
    cases = outcome.index[outcome < 0.5]
    silenced = silenced or {}
    analyses = {label: analysis for label, analysis in analyses.items() if label not in silenced}
    paths, notes = _paths(methods, analyses, calibrated)
    sentences, silent = _sentences(methods, analyses, calibrated, time_limit)
    unchecked = [label for label in sentences if not methods[label].predicts()]
    notes = [*(f"{label}: {why}" for label, why in silenced.items()), *notes, *silent]
    notes += [
        f"{label} predicts no case, so nothing shows how good its advice is in cases not seen." for label in unchecked
    ]
    targets = {
        (name, present): Target(calibrated, name, present) for path in paths for name, present in path.literals.items()
    }
    # Single cells of a frame take long to look up.
    members, scores = calibrated.fuzzy.to_dict(), calibrated.raw.to_dict()
    similar = {path.expression: _similar(path, calibrated, cases) for path in paths}
    rows: list[dict[str, Any]] = []
    for case in cases:
        found = [_row(case, path, calibrated, members, scores, targets) for path in paths]
        deviant = [row for row in found if row["distance"] == 0]
        for row in found:
            row["similar_case"] = "" if deviant else similar[row["path"]].get(case, "")
        rows += deviant or sorted(found, key=_nearness) or [dict.fromkeys(ADVICE_COLUMNS) | {"case": case}]
    if not rows:
        return _empty(list(sentences)), [*notes, "Every case has the outcome, so there is no case to advise."]
    if not paths:
        notes.append("No method that advises found a sufficient path, so there is none to take.")
    table = pd.DataFrame(rows).reindex(columns=list(ADVICE_COLUMNS))
    for label, each in sentences.items():
        table[label] = each.reindex(table["case"]).to_numpy(dtype=object)
        table.loc[table["distance"] == 0, label] = None
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
            literals = conjunction(row["expression"], calibrated)
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
            (each, changed), around = within(time_limit, "its advice", watched, handing.to, methods[label].advise)
            if changed:
                note = changed_input(changed, "in its advice ")
                warn_of_changes(label, methods[label], [note])
                notes.append(f"{label}: {note}")
            if around:
                notes.append(f"{label}: {changed_around(around, 'in its advice')}")
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
    targets: Mapping[tuple[str, bool], Target],
) -> dict[str, Any]:
    members = {name: _literal(memberships[name][case], present) for name, present in path.literals.items()}
    labels = {name: calibrated.variable(name).label for name in path.literals}
    text = {name: labels[name] if present else f"no {labels[name]}" for name, present in path.literals.items()}
    lacks = [name for name, member in members.items() if not member > 0.5]
    fixed = [name for name in lacks if not calibrated.variable(name).manipulable]
    note = ""
    if not lacks:
        note = "Deviant: in this path without the outcome, so there is no advice to draw from it."
    elif fixed:
        note = f"Out of reach: {', '.join(labels[name] for name in fixed)} cannot be changed."
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


def _similar(path: _Path, calibrated: CalibratedStudy, cases: pd.Index) -> dict[Any, str]:
    """For each of the cases, the most similar one in the path that has the outcome; the first of several in the study's order."""
    inside = membership(path.literals, calibrated) > 0.5
    models = calibrated.cases[inside & (calibrated.fuzzy[calibrated.outcome.name] > 0.5)]
    known = [name for name in calibrated.condition_names if name in calibrated.fuzzy]
    if not len(models) or not len(cases):
        return {}
    every, theirs = (calibrated.fuzzy.loc[each, known].to_numpy() for each in (cases, models))
    nearest = _nearest(every, theirs)
    return {case: str(models[each]) for case, each in zip(cases, nearest, strict=True)}


def _nearest(every: NDArray[np.float64], theirs: NDArray[np.float64]) -> NDArray[np.int64]:
    """The first of the nearest rows of `theirs`, for each row of `every`: in parts, as all distances at once can be too many."""
    from scipy.spatial.distance import cdist

    parts = np.array_split(every, 1 + every.shape[0] * theirs.shape[0] // DISTANCES_AT_ONCE)
    return np.concatenate([cdist(part, theirs, "sqeuclidean").round(12).argmin(axis=1) for part in parts])


def _literal(member: float, present: bool) -> float:
    return member if present else 1.0 - member


def _nearness(row: Mapping[str, Any]) -> Any:
    return row["_order"]
