"""The standard tables of a coincidence analysis: conditions, the paths of the shown model, cases, and the notes."""

import numpy as np
import pandas as pd

from equifinal import sets
from equifinal.errors import listing
from equifinal.plain import counted
from equifinal_cna.factors import Factors, Floats
from equifinal_cna.solutions import Model, Solutions


def conditions_table(names: tuple[str, ...], solutions: Solutions) -> pd.DataFrame:
    """How the models use each condition: it contributes when one of them has it."""
    uses = [_literals_of(solutions, model) for model in solutions.models]
    return pd.DataFrame(
        [_condition(name, solutions, uses) for name in names], index=pd.Index(names, name="condition", dtype=str)
    )


def _literals_of(solutions: Solutions, model: Model) -> list[set[str]]:
    """By path."""
    return [set(term.split("*")) for term in model.terms]


def _condition(name: str, solutions: Solutions, uses: list[list[set[str]]]) -> dict[str, object]:
    present, absent = name, f"~{name}"
    place = solutions.factors.names.index(name)
    own = {
        text for text, factor in zip(solutions.factors.texts, solutions.factors.factor, strict=True) if factor == place
    }
    found = [set().union(*paths) & own for paths in uses]
    share = sum(map(bool, found)) / len(uses) if uses else np.nan
    literals = set().union(*found)
    shown = uses[0] if uses else []
    here = sorted(set().union(*shown) & own) if shown else []
    evidence = "No model was found."
    if uses:
        evidence = f"In {sum(bool(path & own) for path in shown)} of {counted(len(shown), 'path')}"
        evidence += f", as {listing(here)}" if here else ""
        evidence += f"; in {sum(map(bool, found))} of {len(uses)} models" if len(uses) > 1 else ""
        evidence += "."
    return {
        "role": "contributing" if literals else "none",
        "direction": 1 if literals == {present} else -1 if literals == {absent} else 0,
        "evidence": evidence,
        "paths_present": sum(present in path for path in shown),
        "paths_absent": sum(absent in path for path in shown),
        "model_share": share,
    }


def configurations_table(solutions: Solutions, cases: pd.Index) -> pd.DataFrame:
    """The paths of the shown model."""
    shown = solutions.best
    columns = ["expression", "cases", "consistency", "coverage", "pri", "unique_coverage", "model_share"]
    if shown is None:
        empty = pd.DataFrame({name: [] for name in columns}, index=pd.Index([], name="path", dtype=str), dtype=float)
        return empty.astype({"expression": str, "cases": object})
    x, y = solutions.path_memberships(shown).T, solutions.y
    terms = list(shown.terms)
    table = pd.DataFrame(
        {
            "expression": terms,
            "cases": [list(cases[member > 0.5]) for member in x.T],
            "consistency": sets.consistency(x, y),
            "coverage": sets.coverage(x, y),
            "pri": sets.pri(x, y),
            "unique_coverage": _unique_coverage(x, y),
            "model_share": [sum(path in model.paths for model in solutions.models) for path in shown.paths],
        },
        index=pd.Index(terms, name="path", dtype=str),
    )
    table["model_share"] /= len(solutions.models)
    order = np.lexsort((np.arange(len(terms)), -table["coverage"].round(10), -table["consistency"].round(10)))
    return table.iloc[order]


def _unique_coverage(x: Floats, y: Floats) -> list[float]:
    whole = sets.coverage(x.max(axis=1), y)
    others = [np.delete(x, place, axis=1) for place in range(x.shape[1])]
    return [whole - (sets.coverage(each.max(axis=1), y) if each.shape[1] else 0.0) for each in others]


def cases_table(everything: Factors, cases: pd.Index, paths: list[str]) -> pd.DataFrame:
    """Each case's paths in the shown model, and its membership in the model."""
    members = {path: everything.membership([path.split("*")]) for path in paths}
    group = [" + ".join(path for path in paths if members[path][place] > 0.5) or None for place in range(len(cases))]
    predicted = everything.membership([path.split("*") for path in paths])
    shown = {f"membership in {path}": each for path, each in members.items()}
    return pd.DataFrame(
        {"group": pd.Series(group, index=cases, dtype=object), "predicted": predicted, **shown}, index=cases
    )


def fit_of(solutions: Solutions) -> dict[str, float]:
    """Of the shown model; a model of no path has no membership."""
    shown, y = solutions.best, solutions.y
    x = solutions.membership(shown) if shown else np.zeros(len(y))
    return {
        "consistency": sets.consistency(x, y),
        "pri": sets.pri(x, y),
        "coverage": sets.coverage(x, y),
        "models": len(solutions.models),
        "paths": len(shown.paths) if shown else 0,
        "sufficient_conditions": len(solutions.conditions),
        "cases": len(y),
    }


def notes_of(solutions: Solutions, seconds: float | None, left_out: pd.Index) -> list[str]:
    """What a reader must know."""
    notes = []
    if not solutions.finished:
        notes.append(
            f"The search was not finished within {seconds:g} seconds: there may be more models and sufficient conditions than "
            "those listed. Raise the cutoffs, lower max_complexity, or give it more seconds."
        )
    if not solutions.models:
        notes.append(
            "No disjunction of sufficient conditions reaches both cutoffs, so there is no model, and every case is "
            "predicted to be out of the outcome."
            if len(solutions.conditions)
            else "No conjunction reaches the consistency cutoff, so there is no model, and every case is predicted to be out of "
            "the outcome."
        )
    if len(solutions.models) > 1:
        count = f"{'at least ' if not solutions.finished else ''}{len(solutions.models)}"
        notes.append(
            f"{count} models reach the cutoffs, and the data do not choose between them (see the table of models). The paths "
            "shown are those of one of them: that with the highest consistency, then coverage, then fewest literals, then the "
            "first in the alphabet. model_share is the share of the models that have a path. Verdicts hold over all models."
        )
    if len(left_out):
        notes.append(f"At exactly 0.5, so neither in nor out, and left out: {listing(list(map(str, left_out)))}.")
    return notes
