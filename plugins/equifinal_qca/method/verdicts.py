"""QCA's verdicts on propositions, and how strongly each relation holds.

Parameters of fit answer claims of necessity and sufficiency. Claims about paths are answered over all models: supported or
contradicted only when every model agrees, because no model is better founded than another (Baumgartner & Thiem 2017). The
evidence names the kind of solution. A literal of a conservative or intermediate solution need not make a difference
(Baumgartner 2015), so the parsimonious models have a say: on ``influence`` they must give the same answer, on ``joint`` and
``equifinal`` they must not give the opposite one.

The strength of what asserts a relation is PRI times coverage of what carries it: of the whole solution less that without
the condition (``influence``), of the weakest path that the claim needs (``joint``, ``equifinal`` by unique coverage,
``together``). For ``necessary`` it is inclN times RoN, for ``sufficient`` inclS times PRI. While the sizes of both sets stay
the same, as when the outcome is permuted, inclN times RoN rises exactly with the overlap of the two, so a set that is trivially
necessary has no more of it than chance brings; and so does inclS, so that multiplying by coverage would change no order. What
denies a relation has no strength.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from equifinal import Expression, Proposition, Verdict, sets
from equifinal.errors import listing
from equifinal.plain import counted
from equifinal_qca.engine.cubes import Cube, Floats
from equifinal_qca.model import Model
from equifinal_qca.solution import Solution

_TOLERANCE = 1e-9
_LEAST_PRI = 0.5  # below it a set is more consistent with the negated outcome than with the outcome


class _Said(NamedTuple):
    """What one model says: True for the claim, False against it, None for neither; and the strength of what it asserts."""

    holds: bool | None
    words: str
    strength: float | None = None


_Question = Callable[[Model], _Said]

#: Memberships of the same cases by set, shape (n,) each.
Memberships: TypeAlias = Mapping[str, Floats]


def assess(
    proposition: Proposition,
    solution: Solution,
    parsimonious: Callable[[], Solution],
    memberships: Callable[[], Memberships],
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
    proposition
        Read by its claim and arguments; kinds from plugins are simply unknown.
    solution
        All models.
    parsimonious
        Gives the parsimonious solution of the same truth table.
    memberships
        Gives the memberships of the analysed cases in the conditions and the outcome.
    outcome
        The outcome's name among them.
    consistency_cutoff, pri_cutoff, necessity_cutoff, relevance_cutoff
        The method's thresholds.
    """
    arguments: Any = proposition
    match proposition.claim:
        case "necessary":
            return _necessary(
                arguments.expression, arguments.expect, memberships(), outcome, necessity_cutoff, relevance_cutoff
            )
        case "sufficient":
            cutoffs = consistency_cutoff if isinstance(consistency_cutoff, tuple) else (consistency_cutoff,) * 2
            least_pri = max(_LEAST_PRI, pri_cutoff)
            return _sufficient(arguments.expression, arguments.expect, memberships(), outcome, cutoffs, least_pri)
        case "influence":
            return _influence_verdict(solution, parsimonious, arguments.condition, arguments.sign)
        case "joint":
            return _unless_opposite(solution, parsimonious, lambda model: _joint(model, arguments.conditions))
        case "equifinal":
            return _unless_opposite(solution, parsimonious, lambda model: _equifinal(model, arguments))
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
    expression: str, expect: bool, memberships: Memberships, outcome: str, cutoff: float, least: float
) -> Verdict:
    y = memberships[outcome]
    x = Expression(expression).of(memberships, len(y))
    found, relevance = sets.necessity_consistency(x, y), sets.relevance(x, y)
    evidence = (
        f"Necessity consistency of {expression} {found:.3f} (cutoff {cutoff:g}), "
        f"RoN {relevance:.3f} (cutoff {least:g})."
    )
    numbers = {"necessity_consistency": found, "relevance": relevance, "cutoff": cutoff, "relevance_cutoff": least}
    fails = found < cutoff - _TOLERANCE
    holds = not fails and relevance >= least - _TOLERANCE
    return _verdict(holds, fails, expect, evidence, numbers, found * relevance)


def _sufficient(
    expression: str,
    expect: bool,
    memberships: Memberships,
    outcome: str,
    cutoffs: tuple[float, float],
    least_pri: float,
) -> Verdict:
    y = memberships[outcome]
    x = Expression(expression).of(memberships, len(y))
    found, pri = sets.consistency(x, y), sets.pri(x, y)
    evidence = f"Consistency of {expression} {found:.3f} (cutoff {cutoffs[1]:g}), PRI {pri:.3f} (cutoff {least_pri:g})."
    numbers = {"consistency": found, "pri": pri, "cutoff": cutoffs[1], "least_pri": least_pri}
    holds = found >= cutoffs[1] - _TOLERANCE and pri >= least_pri - _TOLERANCE
    return _verdict(holds, found < cutoffs[0] - _TOLERANCE, expect, evidence, numbers, found * pri)


def _verdict(
    holds: bool, fails: bool, expect: bool, evidence: str, numbers: dict[str, float], strength: float
) -> Verdict:
    if not holds and not fails:
        return Verdict("inconclusive", evidence, numbers)
    asserted = strength if holds and np.isfinite(strength) else None
    return Verdict("supported" if bool(holds) == expect else "contradicted", evidence, numbers, asserted)


# ------------------------------------------------------------------------------------------- paths of models


def _influence_verdict(solution: Solution, parsimonious: Callable[[], Solution], condition: str, sign: int) -> Verdict:
    """Decided only where the parsimonious models give the same answer: only there is the condition a difference-maker."""

    def ask(model: Model) -> _Said:
        return _influence(model, condition, sign)

    verdict = _over_all_models(solution, ask)
    if verdict.answer == "inconclusive":
        return verdict
    if solution.kind != "parsimonious":
        other = _over_all_models(parsimonious(), ask)
        if other.answer != verdict.answer:
            return _open(verdict, f"The parsimonious models do not all say so, so it is left open. {other.evidence}")
        return _adding(verdict, "The parsimonious models have it too: a difference-maker, not a net effect.")
    return _adding(verdict, "A difference-maker, not a net effect.")


def _unless_opposite(solution: Solution, parsimonious: Callable[[], Solution], ask: _Question) -> Verdict:
    """Left open where the parsimonious models all say the opposite."""
    verdict = _over_all_models(solution, ask)
    if verdict.answer == "inconclusive" or solution.kind == "parsimonious":
        return verdict
    other = _over_all_models(parsimonious(), ask)
    if other.answer == verdict.answer:
        return _adding(verdict, "The parsimonious models say the same.")
    if other.answer == "inconclusive":
        return _adding(verdict, "It holds in this kind of solution; the parsimonious models leave it open.")
    return _open(verdict, f"The parsimonious models say the opposite, so it is left open. {other.evidence}")


def _adding(verdict: Verdict, words: str) -> Verdict:
    return replace(verdict, evidence=f"{verdict.evidence} {words}")


def _open(verdict: Verdict, words: str) -> Verdict:
    return Verdict("inconclusive", f"{verdict.evidence} {words}", verdict.numbers)


def _over_all_models(solution: Solution, ask: _Question) -> Verdict:
    """Supported or contradicted when every model says so; the strength is that in the model in which it is least."""
    kind, count = f"{solution.kind.capitalize()} solution", len(solution.models)
    if not count:
        return Verdict("inconclusive", f"{kind}: empty, so there is no path to judge by.", {"models": 0})
    if any(model.terms == ("1",) for model in solution.models):
        return Verdict("inconclusive", f"{kind}: the constant 1, so there is no path to judge by.", {"models": 1})
    said = [ask(model) for model in solution.models]
    numbers = {
        "models": count,
        "models_for": sum(each.holds is True for each in said),
        "models_against": sum(each.holds is False for each in said),
    }
    best = solution.models.index(solution.best) if solution.best else 0
    evidence = f"{kind}: {said[best].words}."
    if count > 1 or solution.truncated:
        evidence = (
            f"{kind}, the shown one of {'more than ' * solution.truncated}{count} models: {said[best].words}. "
            f"For the claim: {numbers['models_for']}, against it: {numbers['models_against']}."
        )
    if solution.truncated or count not in (numbers["models_for"], numbers["models_against"]):
        return Verdict("inconclusive", evidence, numbers)
    return Verdict("supported" if numbers["models_for"] else "contradicted", evidence, numbers, _least(said))


def _least(said: Iterable[_Said]) -> float | None:
    strengths = [each.strength for each in said]
    if any(each is None for each in strengths):
        return None
    return float(min(each for each in strengths if each is not None))


def _influence(model: Model, condition: str, sign: int) -> _Said:
    bit = _bits(model, [condition])
    present = sum(bool(cube.bits & bit) for cube in model.cubes if cube.care & bit)
    absent = sum(not cube.bits & bit for cube in model.cubes if cube.care & bit)
    words = f"{condition} is present in {present} and absent in {absent} of {counted(len(model.cubes), 'path')}"
    if bool(present) == bool(absent):
        return _Said(None, words)
    return _Said((present > 0) == (sign > 0), words, _lost_without(model, bit))


def _lost_without(model: Model, bit: int) -> float:
    """How much PRI times coverage of the whole model falls when the condition is taken out of every path."""
    table = model.table
    shorter = {Cube(cube.care & ~bit, cube.bits & ~bit) for cube in model.cubes}
    without = np.maximum.reduce([cube.membership(table.memberships) for cube in shorter])
    whole = model.overall["pri"] * model.overall["coverage"]
    return max(0.0, _value(whole) - _value(_carried(without, table.outcome_membership)))


def _carried(x: Floats, y: Floats) -> Any:
    return sets.pri(x, y) * sets.coverage(x, y)


def _value(strength: float) -> float:
    return float(strength) if np.isfinite(strength) else 0.0


def _path_strengths(model: Model) -> Floats:
    """PRI times raw coverage of each path."""
    return np.asarray(np.nan_to_num(_carried(model.term_memberships, model.table.outcome_membership)))


def _joint(model: Model, conditions: Sequence[str]) -> _Said:
    bits = _bits(model, conditions)
    # Their presence, as the claim names the sets: a path A*~B speaks against A and B working together.
    holding = np.array([cube.care & cube.bits & bits == bits for cube in model.cubes])
    terms = [term for term, holds in zip(model.terms, holding, strict=True) if holds]
    words = f"{len(terms)} of {counted(len(model.terms), 'path')} with {listing(conditions)} together"
    if not terms:
        return _Said(False, words)
    return _Said(True, f"{words}: {listing(terms)}", float(_path_strengths(model)[holding].max()))


def _equifinal(model: Model, claim: Any) -> _Said:
    counts = np.nan_to_num(model.unique_coverage) >= claim.unique_coverage - _TOLERANCE
    pri = sets.pri(model.term_memberships, model.table.outcome_membership)
    strengths = np.sort(np.nan_to_num(pri * model.unique_coverage)[counts])[::-1]
    paths = int(counts.sum())
    words = f"{counted(paths, 'path')} with a unique coverage of at least {claim.unique_coverage:g}"
    if paths < len(model.terms):
        words = f"of {counted(len(model.terms), 'path')} {words}"
    fewest, most = claim.bounds
    # At least so many paths are asserted when the claim is to hold, and one more than it allows when there are too many.
    asserted = fewest if claim.holds(paths) else most + 1 if paths > most else 0
    strength = float(strengths[int(asserted) - 1]) if asserted else None
    return _Said(claim.holds(paths), f"{words} (claimed: {claim.claimed})", strength)


def _together(model: Model, positions: Sequence[int]) -> _Said:
    inside = model.term_memberships[positions] > 0.5
    shared = np.asarray(inside.all(axis=0))
    if shared.any():
        terms = [term for term, all_in in zip(model.terms, shared, strict=True) if all_in]
        words = f"all {len(positions)} cases share {listing(terms)}"
        return _Said(True, words, float(_path_strengths(model)[shared].max()))
    some = any((inside[a] & inside[b]).any() for a, b in combinations(range(len(positions)), 2))
    most = int(np.max(inside.sum(axis=0)))
    return _Said(
        None if some else False,
        f"no path has all {len(positions)} cases with a membership above 0.5; the most that share one are {most}",
    )


def _bits(model: Model, conditions: Sequence[str]) -> int:
    known = model.table.conditions
    return sum(1 << (len(known) - 1 - known.index(name)) for name in conditions)
