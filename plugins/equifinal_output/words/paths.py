"""Paths as charts show them (Fiss 2011): which analyses have them, their numbers, and the signs of their conditions."""

import re
from typing import Any

import pandas as pd

import equifinal as eq
from equifinal.plain import is_missing


def with_paths(comparison: eq.Comparison) -> dict[str, eq.Analysis]:
    """The analyses whose configurations are paths: they claim sufficiency, or distinguish core conditions."""
    return {
        label: analysis
        for label, analysis in comparison.analyses.items()
        if (analysis.method.sufficient_paths or "core" in analysis.configurations) and not analysis.configurations.empty
    }


#: The parameters of fit of a path, in the order of papers; a coverage beside a unique one is the raw one.
OF_A_PATH = {
    "consistency": "consistency",
    "pri": "PRI",
    "coverage": "raw coverage",
    "unique_coverage": "unique coverage",
}
_OF_A_SOLUTION = {"consistency": "consistency", "pri": "PRI", "coverage": "coverage"}


def solution_fit(analysis: eq.Analysis) -> dict[str, Any]:
    """The parameters of fit of all paths together, by what they are called."""
    return {words: analysis.fit[key] for key, words in _OF_A_SOLUTION.items() if key in analysis.fit}


_LITERAL = re.compile(r"(~?)(\w+)(?:\[([\d,]+)\])?")


def marks_of(path: pd.Series) -> dict[str, str] | None:
    """What a path says about each of its conditions; ``None`` when it is not a conjunction of conditions.

    >>> marks_of(pd.Series({"expression": "A*~B*C", "core": "A"}))
    {'A': '● core', 'B': '⊗ peripheral', 'C': '● peripheral'}
    >>> marks_of(pd.Series({"expression": "A[2]*B[0]"})), marks_of(pd.Series({"expression": "A + B"}))
    ({'A': '= 2', 'B': '= 0'}, None)
    """
    if is_missing(path["expression"]):
        return None
    expression, core = str(path["expression"]), path.get("core")
    if expression == "1":
        return {}
    marks = {}
    for literal in expression.split("*"):
        found = _LITERAL.fullmatch(literal.strip())
        if found is None:
            return None
        negation, name, values = found.groups()
        sign = f"= {values}" if values else "⊗" if negation else "●"
        kind = "" if is_missing(core) else "core" if literal.strip() in str(core).split("*") else "peripheral"
        marks[name] = f"{sign} {kind}".strip()
    return marks


def paths_of(analysis: eq.Analysis) -> dict[Any, dict[str, str]]:
    """What each path says about each of its conditions, for the paths that are conjunctions of the study's conditions."""
    names = set(map(str, analysis.conditions.index))
    found = {}
    for name, row in analysis.configurations.iterrows():
        marks = marks_of(row)
        if marks is not None and set(marks) <= names:
            found[name] = marks
    return found


def propositions_paths(analysis: eq.Analysis) -> bool:
    """Whether the configurations are paths: they claim sufficiency, or distinguish core conditions."""
    paths = analysis.method.sufficient_paths or "core" in analysis.configurations
    return bool(paths and paths_of(analysis))


def numbered(paths: pd.DataFrame) -> dict[Any, str]:
    """Paths by number; those that share their core conditions share the number and get letters (Fiss 2011).

    >>> numbered(pd.DataFrame({"core": ["A", "B", "A"]}, index=["A*C", "B*D", "A*D"]))
    {'A*C': '1a', 'B*D': '2', 'A*D': '1b'}
    """
    cores = paths["core"].tolist() if "core" in paths else list(paths.index)
    cores = [core if isinstance(core, str) and core else name for core, name in zip(cores, paths.index, strict=True)]
    numbers = {core: number for number, core in enumerate(dict.fromkeys(cores), 1)}
    seen: dict[Any, int] = {}
    found = {}
    for name, core in zip(paths.index, cores, strict=True):
        letter = _letters(seen.get(core, 0)) if cores.count(core) > 1 else ""
        seen[core] = seen.get(core, 0) + 1
        found[name] = f"{numbers[core]}{letter}"
    return found


def _letters(number: int) -> str:
    """a, b, ..., z, aa, ab, ..."""
    return (_letters(number // 26 - 1) if number > 25 else "") + "abcdefghijklmnopqrstuvwxyz"[number % 26]


def path_in_labels(expression: str, calibrated: eq.CalibratedStudy) -> str:
    """A path with labels in place of set names: ``Leadership support and no Market demand``."""
    literals = []
    for literal in str(expression).split("*"):
        found = _LITERAL.fullmatch(literal.strip())
        if found is None or found[2] not in calibrated.condition_names:
            return str(expression)
        negation, name, values = found.groups()
        label = calibrated.variable(name).label
        literals.append(f"{label} = {values}" if values else f"no {label}" if negation else label)
    return " and ".join(literals)
