"""Where two analyses of one study differ."""

import contextlib
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from equifinal.errors import InputError, listing
from equifinal.method.analysis import Analysis, Method
from equifinal.sets import Expression
from equifinal.study.calibrated import CalibratedStudy

TOLERANCE = 1e-6


def differences(
    one: Analysis,
    other: Analysis,
    calibrated: CalibratedStudy,
    names: Mapping[str, str] | None = None,
    cases: Mapping[str, str] | None = None,
    exactly: bool = False,
) -> dict[str, str]:
    """By table and column, the first difference between two analyses of one study.

    Parameters
    ----------
    one, other
        The analyses.
    calibrated
        The study that `one` analysed.
    names, cases
        The names of conditions and cases in `other`, if they differ.
    exactly
        Whether numbers must be equal to the last digit, but for what the method's solver leaves open; otherwise to 1e-6.
    """
    names = {name: name for name in (*calibrated.condition_names, calibrated.outcome.name)} | dict(names or {})
    cases = {case: case for case in calibrated.cases} | dict(cases or {})
    allowed = one.method.solver_tolerance
    tolerance = allowed if exactly else max(TOLERANCE, allowed)
    found: dict[str, str] = {}
    theirs = other.conditions.loc[[names[name] for name in one.conditions.index]]
    for column in [c for c in one.conditions if c in theirs and c != "evidence"]:
        _compare(found, f"conditions, column {column!r}", one.conditions[column], theirs[column], tolerance)
    theirs = other.cases.loc[[cases[case] for case in one.cases.index]]
    _compare(found, "cases, column 'predicted'", one.cases["predicted"], theirs["predicted"], tolerance)
    if _partition(one.cases["group"]) != _partition(theirs["group"]):
        found["cases, column 'group'"] = "cases, column 'group': other cases belong together"
    _compare_configurations(found, one, other, calibrated, names, cases, tolerance)
    if set(one.fit) != set(other.fit):
        found["fit"] = f"fit has {', '.join(sorted(set(one.fit) ^ set(other.fit)))} only once"
    else:
        for key, value in one.fit.items():
            _compare(found, f"fit[{key!r}]", pd.Series([value]), pd.Series([other.fit[key]]), tolerance)
    return found


def words_differ(one: Analysis, other: Analysis) -> dict[str, str]:
    """By table, the first sentence of evidence on a condition that has other numbers in another analysis of the same study."""
    for name, said in one.conditions["evidence"].items():
        again = other.conditions.loc[str(name), "evidence"]
        if not _same_figures(str(said), str(again)):
            return {"evidence": f"the evidence on {name}: {said!r} and {again!r}"}
    return {}


def _same_figures(one: str, other: str) -> bool:
    """Whether two sentences have the same numbers, but for the last digit of each."""
    here, there = (sorted(re.findall(r"\d+(?:\.\d+)?", each), key=float) for each in (one, other))
    if len(here) != len(there):
        return False
    digits = [10.0 ** -len(each.partition(".")[2]) for each in here]
    return all(abs(float(a) - float(b)) <= 1.01 * unit for a, b, unit in zip(here, there, digits, strict=True))


def apart(method: Method, one: pd.Series, other: pd.Series) -> pd.Index:
    """The cases that two series of predictions of a method treat differently."""
    return one.index[~np.isclose(one, other, atol=tolerance_of(method), equal_nan=True)]


def _compare(found: dict[str, str], where: str, mine: pd.Series, theirs: pd.Series, tolerance: float) -> None:
    for label, one, other in zip(mine.index, mine, theirs, strict=True):
        if _missing(one) and _missing(other):
            continue
        numbers = isinstance(one, (int, float, np.number)) and isinstance(other, (int, float, np.number))
        if numbers and np.isclose(float(one), float(other), rtol=tolerance, atol=tolerance):
            continue
        if numbers or (isinstance(one, str) and where.endswith(("'role'", "'direction'")) and one != other):
            at = f" of {label}" if len(mine) > 1 else ""
            found[where] = f"{where}{at}: {one} and {other}"
            return


def _missing(value: Any) -> bool:
    return np.ndim(value) == 0 and bool(pd.isna(value))


def _partition(groups: pd.Series) -> list[tuple[int, ...]]:
    """The positions that share a label, whatever it is called; those without a label form a group of their own."""
    together: dict[Any, list[int]] = {}
    for position, label in enumerate(groups):
        together.setdefault(None if _missing(label) else label, []).append(position)
    return sorted(tuple(each) for each in together.values())


def _compare_configurations(
    found: dict[str, str],
    one: Analysis,
    other: Analysis,
    calibrated: CalibratedStudy,
    names: Mapping[str, str],
    cases: Mapping[str, str],
    tolerance: float,
) -> None:
    back = {theirs: mine for mine, theirs in cases.items()}
    mine = [_configuration(row, calibrated.fuzzy, {}) for _, row in one.configurations.iterrows()]
    labels = list(one.configurations.index)
    renamed = calibrated.fuzzy.rename(columns=dict(names))
    theirs = [_configuration(row, renamed, back) for _, row in other.configurations.iterrows()]
    where = "configurations"
    if len(mine) != len(theirs):
        found[where] = f"configurations: {len(mine)} and {len(theirs)} of them"
        return
    left = list(theirs)
    for label, (expression, members, numbers) in zip(labels, mine, strict=True):
        same = [
            each
            for each in left
            if each[1] == members
            and np.allclose(each[0], expression, atol=max(TOLERANCE, tolerance), equal_nan=True)
            and np.allclose(each[2], numbers, rtol=tolerance, atol=tolerance, equal_nan=True)
        ]
        if not same:
            found[where] = f"configurations: {label} ({listing(sorted(members), 4) or 'no case'}) is not found again"
            return
        left = [each for each in left if each is not same[0]]


def _configuration(row: pd.Series, fuzzy: pd.DataFrame, back: Mapping[str, str]) -> tuple[Any, frozenset[str], Any]:
    """The meaning of an expression (its memberships, so that its wording does not matter), its cases, its parameters of fit."""
    meaning = np.zeros(len(fuzzy))
    with contextlib.suppress(InputError, TypeError):
        meaning = Expression(row["expression"]).membership(fuzzy).to_numpy()
    members = frozenset(str(back.get(case, case)) for case in row["cases"])
    return meaning, members, np.array([row["consistency"], row["coverage"]], dtype=float)


def tolerance_of(method: Method) -> float:
    """How far predictions and figures may lie apart that should be the same."""
    return max(TOLERANCE, method.solver_tolerance)


def first_of(found: Mapping[str, str]) -> str:
    return next(iter(found.values()))
