"""The verdicts of coincidence analysis.

Claims about paths are answered over all models: supported or contradicted only when every model agrees, because all of them
fit by the cutoffs, and no model is better founded than another (Baumgartner & Thiem 2017). Each verdict that decides has a
strength, from 0 to 1, made of the *worth* of a set: PRI x coverage, 0 where PRI is negative or undefined.
"""

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

import equifinal as eq
from equifinal import sets
from equifinal.errors import listing
from equifinal.plain import counted
from equifinal_cna.factors import TOLERANCE, Floats, negated
from equifinal_cna.solutions import Model, Solutions

_LEAST_PRI = 0.5  # below it a set is more consistent with the negated outcome than with the outcome
_SILENT = {
    "necessary": "Its models are necessary as wholes; it does not look for single sets that are.",
}


class Answer(NamedTuple):
    """What one model says: True for the claim, False against it, None for neither; in words; and how strongly."""

    holds: bool | None
    words: str
    strength: float


def verdict(
    proposition: eq.Proposition, solutions: Solutions, frame: pd.DataFrame, consistency_cutoff: float
) -> eq.Verdict:
    """Judge a claim.

    Parameters
    ----------
    proposition
        The claim.
    solutions
        All models of the outcome.
    frame
        Memberships of the analysed cases in the sets that a claim can name, and in the outcome.
    consistency_cutoff
        From which on a set is sufficient.
    """
    arguments: Any = proposition
    match proposition.claim:
        case "sufficient":
            return _sufficient(arguments.expression, arguments.expect, frame, solutions, consistency_cutoff)
        case "influence":
            return _over_all_models(
                solutions, lambda model: _influence(solutions, model, arguments.condition, arguments.sign)
            )
        case "joint":
            return _over_all_models(solutions, lambda model: _joint(solutions, model, arguments.conditions))
        case "equifinal":
            return _over_all_models(solutions, lambda model: _equifinal(solutions, model, arguments))
        case "together":
            names = [str(case) for case in frame.index]
            if missing := [case for case in arguments.cases if case not in names]:
                return eq.Verdict("inconclusive", f"Not among the analysed cases: {listing(missing)}.")
            places = [names.index(case) for case in arguments.cases]
            return _over_all_models(solutions, lambda model: _together(solutions, model, places))
    return eq.Verdict("silent", _SILENT.get(proposition.claim, "It has nothing to say about claims of this kind."))


def worth(x: Floats, y: Floats) -> float:
    """PRI x coverage of a set, from 0 to 1: how much of the outcome it explains, and nothing of its negation.

    >>> round(worth(np.array([1.0, 1.0, 0.0]), np.array([1.0, 0.0, 1.0])), 3)
    0.25
    """
    product = sets.pri(x, y) * sets.coverage(x, y)
    return max(0.0, float(product)) if np.isfinite(product) else 0.0


def _sufficient(expression: str, expect: bool, frame: pd.DataFrame, solutions: Solutions, cutoff: float) -> eq.Verdict:
    x, y = eq.Expression(expression).membership(frame).to_numpy(), solutions.y
    found, pri = sets.consistency(x, y), sets.pri(x, y)
    numbers = {"consistency": found, "pri": pri, "cutoff": cutoff, "least_pri": _LEAST_PRI}
    evidence = f"Consistency of {expression} {found:.3f} (cutoff {cutoff:g}), PRI {pri:.3f} (cutoff {_LEAST_PRI:g})."
    holds = found >= cutoff - TOLERANCE and pri >= _LEAST_PRI - TOLERANCE
    if holds and (parts := _sufficient_parts(expression, solutions)):
        evidence += f" A part of it is enough: {listing(parts)}."
    if not holds and not found < cutoff - TOLERANCE:
        return eq.Verdict("inconclusive", evidence, numbers)
    # A denial is the stronger, the more of the set lies outside the outcome.
    strength = worth(x, y) if holds else 1.0 - float(found)
    return eq.Verdict("supported" if holds == expect else "contradicted", evidence, numbers, strength=strength)


def _sufficient_parts(expression: str, solutions: Solutions) -> list[str]:
    """The minimally sufficient conditions that are proper parts of a conjunction."""
    literals = eq.Expression(expression).literals
    if literals is None:
        return []
    own = {name if present else negated(name) for name, present in literals.items()}
    return [term for term in solutions.terms if set(term.split("*")) < own]


def _over_all_models(solutions: Solutions, answer: Callable[[Model], Answer]) -> eq.Verdict:
    count = len(solutions.models)
    if not count:
        return eq.Verdict(
            "inconclusive", "No model reaches the cutoffs, so there is no path to judge by.", {"models": 0}
        )
    answers = [answer(model) for model in solutions.models]
    numbers = {
        "models": count,
        "models_for": sum(each.holds is True for each in answers),
        "models_against": sum(each.holds is False for each in answers),
    }
    evidence = f"{answers[0].words}."
    if count > 1 or not solutions.finished:
        more = "" if solutions.finished else "at least "
        evidence = (
            f"The shown one of {more}{count} models: {evidence} For the claim: {numbers['models_for']}, against it: "
            f"{numbers['models_against']}."
        )
    if not solutions.finished or count not in (numbers["models_for"], numbers["models_against"]):
        return eq.Verdict("inconclusive", evidence, numbers)
    strength = min(each.strength for each in answers)
    return eq.Verdict("supported" if numbers["models_for"] else "contradicted", evidence, numbers, strength=strength)


def _influence(solutions: Solutions, model: Model, condition: str, sign: int) -> Answer:
    literals = [term.split("*") for term in model.terms]
    present = sum(condition in each for each in literals)
    absent = sum(negated(condition) in each for each in literals)
    words = f"{condition} is present in {present} and absent in {absent} of {counted(len(literals), 'path')}"
    words += (
        ", as a difference-maker, not as a net effect" if present or absent else ", so it makes no difference there"
    )
    if bool(present) == bool(absent):
        return Answer(None, words, 0.0)
    return Answer((present > 0) == (sign > 0), words, _drop(solutions, model, condition))


def _drop(solutions: Solutions, model: Model, condition: str) -> float:
    """How much worth a model loses when a condition is taken out of every path; a path of nothing else goes as a whole."""
    factors, own = solutions.factors, (condition, negated(condition))
    rest = [[text for text in term.split("*") if text not in own] for term in model.terms]
    without = factors.membership([path for path in rest if path])
    return max(0.0, worth(solutions.membership(model), solutions.y) - worth(without, solutions.y))


def _joint(solutions: Solutions, model: Model, conditions: Sequence[str]) -> Answer:
    # Their presence, as the claim names the sets: a path A*~B speaks against A and B working together.
    holding = [place for place, term in enumerate(model.terms) if set(conditions) <= set(term.split("*"))]
    words = f"{len(holding)} of {counted(len(model.terms), 'path')} with {listing(conditions)}"
    if holding:
        words += f": {listing([model.terms[place] for place in holding])}"
        paths = solutions.path_memberships(model)
        return Answer(True, words, max(worth(paths[place], solutions.y) for place in holding))
    return Answer(False, words, worth(solutions.membership(model), solutions.y))


def _equifinal(solutions: Solutions, model: Model, claim: Any) -> Answer:
    """The strength is the worth of the weakest path that is needed for the count; when there are too few, that of the model."""
    paths = solutions.path_memberships(model)
    counted_paths = paths[_unique_coverage(paths, solutions.y) >= claim.unique_coverage - TOLERANCE]
    count, (fewest, most) = len(counted_paths), claim.bounds
    words = f"{counted(count, 'path')} with a unique coverage of at least {claim.unique_coverage:g} (claimed: {claim.claimed})"
    asserted = fewest if claim.holds(count) else most + 1 if count > most else 0
    if not asserted:
        return Answer(claim.holds(count), words, worth(solutions.membership(model), solutions.y))
    each = sorted((worth(x, solutions.y) for x in counted_paths), reverse=True)
    return Answer(claim.holds(count), words, each[int(asserted) - 1])


def _unique_coverage(paths: Floats, y: Floats) -> Floats:
    """The share of the outcome that each path covers and no other, shape (paths,)."""
    covered = np.minimum(paths, y)
    others = [np.delete(covered, place, axis=0).max(axis=0, initial=0.0) for place in range(len(paths))]
    found: Floats = (covered.max(axis=0) - np.array(others)).sum(axis=1) / y.sum()
    return found


def _together(solutions: Solutions, model: Model, places: Sequence[int]) -> Answer:
    """The strength of sharing a path is the worth of the best one shared; of sharing none, that of the model."""
    paths = solutions.path_memberships(model)
    inside = paths[:, places] > 0.5
    shared = [place for place in range(len(paths)) if inside[place].all()]
    if shared:
        strength = max(worth(paths[place], solutions.y) for place in shared)
        names = listing([model.terms[place] for place in shared])
        return Answer(True, f"All {len(places)} cases share {names}", strength)
    some = any((inside[:, a] & inside[:, b]).any() for a, b in combinations(range(len(places)), 2))
    words = (
        f"No path has all {len(places)} cases with a membership above 0.5; the most that share one are "
        f"{int(inside.sum(axis=1).max())}"
    )
    return Answer(None if some else False, words, worth(solutions.membership(model), solutions.y))
