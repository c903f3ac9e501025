"""QCA's verdicts on propositions.

Parameters of fit answer claims of necessity and sufficiency. Claims about paths are answered over all models: supported or
contradicted only when every model agrees, because no model is better founded than another (Baumgartner & Thiem 2017).
"""

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from equifinal import Expression, Proposition, Verdict, sets
from equifinal.errors import listing
from equifinal.plain import counted
from equifinal_qca.model import Model
from equifinal_qca.solution import Solution

_TOLERANCE = 1e-9
_LEAST_PRI = 0.5  # below it a set is more consistent with the negated outcome than with the outcome


def assess(
    proposition: Proposition,
    solution: Solution,
    frame: pd.DataFrame,
    outcome: str,
    *,
    consistency_cutoff: float | tuple[float, float],
    pri_cutoff: float,
    necessity_cutoff: float,
    relevance_cutoff: float,
) -> Verdict | None:
    """Judge a claim; ``None`` for a kind about which QCA has nothing to say.

    Parameters
    ----------
    claim
        The proposition; read by its ``kind`` and arguments; kinds from plugins are simply unknown.
    solution
        All models.
    frame
        Memberships of the analysed cases in the conditions and the outcome.
    outcome
        The outcome's column in it.
    consistency_cutoff, pri_cutoff, necessity_cutoff, relevance_cutoff
        The method's thresholds.
    """
    arguments: Any = proposition
    match proposition.claim:
        case "necessary":
            return _necessary(
                arguments.expression, arguments.expect, frame, outcome, necessity_cutoff, relevance_cutoff
            )
        case "sufficient":
            cutoffs = consistency_cutoff if isinstance(consistency_cutoff, tuple) else (consistency_cutoff,) * 2
            least_pri = max(_LEAST_PRI, pri_cutoff)
            return _sufficient(arguments.expression, arguments.expect, frame, outcome, cutoffs, least_pri)
        case "influence":
            return _over_all_models(solution, lambda model: _influence(model, arguments.condition, arguments.sign))
        case "joint":
            return _over_all_models(solution, lambda model: _joint(model, arguments.conditions))
        case "equifinal":
            return _over_all_models(
                solution,
                lambda model: (
                    len(model.terms) >= arguments.at_least,
                    f"{counted(len(model.terms), 'path')} (claimed: at least {arguments.at_least})",
                ),
            )
        case "together":
            names = [str(name) for name in solution.table.cases]
            missing = [case for case in arguments.cases if case not in names]
            if missing:
                return Verdict("inconclusive", f"Not among the analysed cases: {listing(missing)}.")
            positions = [names.index(case) for case in arguments.cases]
            return _over_all_models(solution, lambda model: _together(model, positions))
    return None


# ----------------------------------------------------------------------------------------- parameters of fit


def _necessary(
    expression: str, expect: bool, frame: pd.DataFrame, outcome: str, cutoff: float, least: float
) -> Verdict:
    x, y = Expression(expression).membership(frame).to_numpy(), frame[outcome].to_numpy(dtype=float)
    found, relevance = sets.necessity_consistency(x, y), sets.relevance(x, y)
    evidence = (
        f"Necessity consistency of {expression} {found:.3f} (cutoff {cutoff:g}), "
        f"RoN {relevance:.3f} (cutoff {least:g})."
    )
    numbers = {"necessity_consistency": found, "relevance": relevance, "cutoff": cutoff, "relevance_cutoff": least}
    fails = found < cutoff - _TOLERANCE
    return _verdict(not fails and relevance >= least - _TOLERANCE, fails, expect, evidence, numbers)


def _sufficient(
    expression: str, expect: bool, frame: pd.DataFrame, outcome: str, cutoffs: tuple[float, float], least_pri: float
) -> Verdict:
    x, y = Expression(expression).membership(frame).to_numpy(), frame[outcome].to_numpy(dtype=float)
    found, pri = sets.consistency(x, y), sets.pri(x, y)
    evidence = f"Consistency of {expression} {found:.3f} (cutoff {cutoffs[1]:g}), PRI {pri:.3f} (cutoff {least_pri:g})."
    numbers = {"consistency": found, "pri": pri, "cutoff": cutoffs[1], "least_pri": least_pri}
    holds = found >= cutoffs[1] - _TOLERANCE and pri >= least_pri - _TOLERANCE
    return _verdict(holds, found < cutoffs[0] - _TOLERANCE, expect, evidence, numbers)


def _verdict(holds: bool, fails: bool, expect: bool, evidence: str, numbers: dict[str, float]) -> Verdict:
    if not holds and not fails:
        return Verdict("inconclusive", evidence, numbers)
    return Verdict("supported" if bool(holds) == expect else "contradicted", evidence, numbers)


# ------------------------------------------------------------------------------------------- paths of models


def _over_all_models(solution: Solution, answer: Callable[[Model], tuple[bool | None, str]]) -> Verdict:
    """Ask every model: True for the claim, False against it, None for neither."""
    count = len(solution.models)
    if not count:
        return Verdict("inconclusive", "The solution is empty, so there is no path to judge by.", {"models": 0})
    if any(model.terms == ("1",) for model in solution.models):
        return Verdict(
            "inconclusive", "The solution is the constant 1, so there is no path to judge by.", {"models": 1}
        )
    answers = [answer(model) for model in solution.models]
    numbers = {
        "models": count,
        "models_for": sum(each is True for each, _ in answers),
        "models_against": sum(each is False for each, _ in answers),
    }
    best = solution.models.index(solution.best) if solution.best else 0
    evidence = f"{answers[best][1]}."
    if count > 1 or solution.truncated:
        evidence = (
            f"The shown one of {'more than ' * solution.truncated}{count} models: {evidence} "
            f"For the claim: {numbers['models_for']}, against it: {numbers['models_against']}."
        )
    if solution.truncated or count not in (numbers["models_for"], numbers["models_against"]):
        return Verdict("inconclusive", evidence, numbers)
    return Verdict("supported" if numbers["models_for"] else "contradicted", evidence, numbers)


def _influence(model: Model, condition: str, sign: int) -> tuple[bool | None, str]:
    bit = _bits(model, [condition])
    present = sum(bool(cube.bits & bit) for cube in model.cubes if cube.care & bit)
    absent = sum(not cube.bits & bit for cube in model.cubes if cube.care & bit)
    words = f"{condition} is present in {present} and absent in {absent} of {counted(len(model.cubes), 'path')}"
    words += (
        ", as a difference-maker, not as a net effect" if present or absent else ", so it makes no difference there"
    )
    if bool(present) == bool(absent):
        return None, words
    return (present > 0) == (sign > 0), words


def _joint(model: Model, conditions: Sequence[str]) -> tuple[bool, str]:
    bits = _bits(model, conditions)
    # Their presence, as the claim names the sets: a path A*~B speaks against A and B working together.
    holding = [
        term for term, cube in zip(model.terms, model.cubes, strict=True) if cube.care & cube.bits & bits == bits
    ]
    words = f"{len(holding)} of {counted(len(model.terms), 'path')} with {listing(conditions)}"
    return bool(holding), words + (f": {listing(holding)}" if holding else "")


def _together(model: Model, positions: Sequence[int]) -> tuple[bool | None, str]:
    inside = model.term_memberships[positions] > 0.5
    shared = [term for term, members in zip(model.terms, inside.T, strict=True) if members.all()]
    some = any((inside[a] & inside[b]).any() for a, b in combinations(range(len(positions)), 2))
    most = int(np.max(inside.sum(axis=0)))
    if shared:
        return True, f"All {len(positions)} cases share {listing(shared)}"
    return (
        None if some else False,
        f"No path has all {len(positions)} cases with a membership above 0.5; the most that share one are {most}",
    )


def _bits(model: Model, conditions: Sequence[str]) -> int:
    known = model.table.conditions
    return sum(1 << (len(known) - 1 - known.index(name)) for name in conditions)
