"""Asymmetry: the same methods on the absence of the outcome, side by side with its presence.

What goes with an outcome need not be the mirror image of what goes with its absence (Ragin 2008). Some methods mirror by
construction: reversing the outcome reverses their predictions. The numbers here show this; it is not assumed.
"""

import itertools
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from equifinal.base.readable import Record
from equifinal.base.time_limit import TimeLimitError, within
from equifinal.comparison.importance import direction_of, movement
from equifinal.errors import FAULTS, InputError
from equifinal.method.analysis import Analysis, Method
from equifinal.method.run import Run, run
from equifinal.sets import Expression
from equifinal.study.calibrated import CalibratedStudy

#: Predictions of the outcome and of its absence that add up to 1 to within this mirror each other.
TOLERANCE = 1e-6

#: With more conditions, whether two solutions are each other's negation is not worked out.
_MOST_CONDITIONS = 14


@dataclass(frozen=True, eq=False, repr=False)
class Asymmetry(Record):
    """Each method on the outcome and on its absence.

    Attributes
    ----------
    conditions : pandas.DataFrame
        Index: conditions; columns (method, ``role`` | ``role_absence`` | ``direction`` | ``direction_absence`` |
        ``mirrored``). Mirrored: for a method with sufficient paths, that the paths of the absence hold the condition's
        literals of the outcome's paths negated; for any other, that the direction is the opposite one. Missing where neither
        has any.
    paths : pandas.DataFrame
        Index: (method, ``of``: the outcome's name or its absence's); ``path``, ``expression``, ``consistency``, ``coverage``
        and ``cases`` of every sufficient path.
    methods : pandas.DataFrame
        Index: methods. ``predictions_apart``: the largest distance, over cases, of the two predictions' sum from 1, 0 to 1;
        ``predictions_mirrored``: whether it is below 1e-6; ``solutions_mirrored``: whether the two solutions are each
        other's negation (De Morgan) in every combination of conditions, missing without sufficient paths;
        ``directions_mirrored``: the number of conditions with opposite directions, +1 and -1.
    run : Run
        The run on the absence.
    notes : tuple of str
    """

    conditions: pd.DataFrame
    paths: pd.DataFrame
    methods: pd.DataFrame
    run: Run = field(repr=False)
    notes: tuple[str, ...] = ()

    def _repr_html_(self) -> str:
        from equifinal.base.html import tables

        found = {"Methods": self.methods, "Conditions": self.conditions, "Paths": self.paths}
        calibrated = self.run.calibrated
        title = f"{calibrated.title}: the outcome beside {calibrated.outcome.name}"
        return tables(title, found, self.notes, calibrated.provenance, calibrated.note)


def asymmetry(presence: Run, directions: pd.DataFrame) -> Asymmetry:
    """Run the same methods on the absence of the outcome, with the same seed, and compare.

    Parameters
    ----------
    presence
        The run on the outcome.
    directions
        Index: conditions; columns: methods; -1, 0 or +1, measured on the common yardstick.

    References
    ----------
    Ragin, C. C. (2008). *Redesigning Social Inquiry: Fuzzy Sets and Beyond*. University of Chicago Press.

    Examples
    --------
    >>> import equifinal as eq
    >>> comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["fsqca", "regression"]))
    >>> comparison.asymmetry.methods["predictions_mirrored"].tolist()
    [False, True]
    """
    methods = {label: presence.methods[label] for label in presence.analyses}
    absence = run(
        presence.study.negated(),
        methods=methods,
        n_jobs=presence.n_jobs,
        seed=presence.seed,
        progress=presence.progress,
        time_limit=presence.time_limit,
    )
    notes = [f"For the absence of the outcome: {failure}" for failure in absence.failures.values()]
    conditions: dict[tuple[str, str], Any] = {}
    paths: list[dict[str, Any]] = []
    rows: dict[str, dict[str, Any]] = {}
    for label, away in absence.analyses.items():
        there, turned = presence.analyses[label], _turned(label, absence, notes)
        literals, solutions = None, None
        if type(methods[label]).sufficient_paths:
            names = list(presence.calibrated.condition_names)
            literals = _literals_mirrored(there, away, names)
            solutions = _solutions_mirrored(there, away, names)
            paths += _paths(label, presence.calibrated.outcome.name, there)
            paths += _paths(label, absence.calibrated.outcome.name, away)
        shown = (directions[label] != 0) | (turned != 0)
        opposite = (directions[label] == -turned) & shown
        columns = {
            "role": there.conditions["role"],
            "role_absence": away.conditions["role"],
            "direction": directions[label],
            "direction_absence": turned,
            "mirrored": opposite.astype(object).where(shown, None) if literals is None else literals,
        }
        conditions |= {(label, column): values for column, values in columns.items()}
        apart = (there.cases["predicted"].astype(float) + away.cases["predicted"].astype(float) - 1).abs().max()
        rows[label] = {
            "predictions_apart": float(apart),
            "predictions_mirrored": None if np.isnan(apart) else bool(apart < TOLERANCE),
            "solutions_mirrored": solutions,
            "directions_mirrored": int(opposite.sum()),
        }
    table = pd.DataFrame(conditions, index=pd.Index(presence.calibrated.condition_names, name="condition"))
    if conditions:
        table.columns.names = ["method", "column"]
    return Asymmetry(table, _path_table(paths), _method_table(rows), absence, tuple(notes))


def _turned(label: str, absence: Run, notes: list[str]) -> pd.Series:
    """The directions of one method for the absence, measured within the time limit."""
    method, analysis, limit = absence.methods[label], absence.analyses[label], absence.time_limit
    try:
        what = "measuring directions for the absence"
        turned, problem = within(limit, what, _directions, method, analysis, absence.calibrated)
    except TimeLimitError as error:
        turned, problem = analysis.conditions["direction"].astype(int), f"{error}"
    notes += [f"{label}: {problem}"] if problem else []
    return turned


def _directions(method: Method, analysis: Analysis, absence: CalibratedStudy) -> tuple[pd.Series, str]:
    """As on the common yardstick: from predictions, else the method's own."""
    own = analysis.conditions["direction"].astype(int)
    if not method.predicts():
        return own, ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            moved = movement(method, analysis, absence)
        return pd.Series(direction_of(moved), index=moved.index), ""
    except FAULTS as error:
        return own, f"directions for the absence could not be computed ({type(error).__name__}: {error})"


def _expressions(analysis: Analysis) -> list[Expression] | None:
    """The paths, if each of them is an expression."""
    try:
        return [Expression(text) for text in analysis.configurations["expression"]]
    except InputError:
        return None


def _literals_mirrored(there: Analysis, away: Analysis, names: list[str]) -> pd.Series:
    """By condition: whether the literals of the absence's paths are those of the outcome's, negated."""
    signs: list[Mapping[str, set[bool]] | None] = []
    for analysis in (there, away):
        parsed = _expressions(analysis)
        literals = None if parsed is None else [path.literals for path in parsed]
        if literals is None or any(each is None for each in literals):
            signs.append(None)
        else:
            signs.append({name: {each[name] for each in literals if each and name in each} for name in names})
    first, second = signs
    if first is None or second is None:
        return pd.Series(None, index=names, dtype=object)
    return pd.Series(
        [{not sign for sign in first[name]} == second[name] if first[name] or second[name] else None for name in names],
        index=names,
        dtype=object,
    )


def _solutions_mirrored(there: Analysis, away: Analysis, names: list[str]) -> bool | None:
    """Whether exactly one of the two solutions holds in every combination of conditions."""
    first, second = _expressions(there), _expressions(away)
    if first is None or second is None or len(names) > _MOST_CONDITIONS:
        return None
    corners = pd.DataFrame(list(itertools.product([0.0, 1.0], repeat=len(names))), columns=names)
    if any(name not in names for path in (*first, *second) for name in path.sets):
        return None
    presence, absence = (
        np.column_stack([np.zeros(len(corners)), *(path.membership(corners).to_numpy() for path in paths)]).max(axis=1)
        for paths in (first, second)
    )
    return bool((presence + absence == 1).all())


def _paths(label: str, outcome: str, analysis: Analysis) -> list[dict[str, Any]]:
    return [
        {"method": label, "of": outcome, "path": str(path)}
        | {key: row[key] for key in ("expression", "consistency", "coverage", "cases")}
        for path, row in analysis.configurations.iterrows()
    ]


def _path_table(paths: list[dict[str, Any]]) -> pd.DataFrame:
    columns = ["method", "of", "path", "expression", "consistency", "coverage", "cases"]
    return pd.DataFrame(paths, columns=columns).set_index(["method", "of"])


def _method_table(rows: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    columns = ["predictions_apart", "predictions_mirrored", "solutions_mirrored", "directions_mirrored"]
    table = pd.DataFrame([[row[column] for column in columns] for row in rows.values()], columns=columns, dtype=object)
    table.index = pd.Index(list(rows), name="method", dtype=object)
    return table.astype({"predictions_apart": float, "directions_mirrored": int})
