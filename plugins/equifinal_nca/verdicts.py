"""The verdict rules of NCA: when a condition is necessary in degree."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

import equifinal as eq
from equifinal_nca.ceiling import CEILINGS, TOLERANCE, Ceiling
from equifinal_nca.found import NAMES, Found, SetLiteral, benchmark, p_text

_SILENT = {
    "sufficient": "A ceiling says what an outcome needs, not what brings it about.",
    "influence": "A ceiling bounds the outcome from above; it says nothing about the influence of a condition below it.",
    "joint": "Each condition has a ceiling of its own, so nothing is said about conditions working together.",
    "equifinal": "Necessary conditions are not paths to the outcome.",
    "together": "NCA does not form groups of cases.",
}
_NO_UNION = "NCA judges single conditions and their conjunctions; raw scores of several conditions have no union."


@dataclass(frozen=True)
class Rule:
    """A condition is necessary when the effect size d under a ceiling reaches the cutoff and chance does not explain it.

    Neither independence (the permutation test) nor the rank correlation alone may reach d with a p of alpha or more. A refit
    makes no permutation test: `permutes` is then False.
    """

    ceiling: Ceiling
    cutoff: float
    alpha: float
    permutes: bool = True

    def large(self, found: Found) -> bool:
        """Whether d reaches the cutoff; False where it is undefined."""
        size = found.plane.effect_size[self.ceiling]
        return bool(size > 0 and size >= self.cutoff - TOLERANCE)

    def holds(self, found: Found) -> bool:
        """Whether all three tests are passed; False where one is undefined or was not made."""
        by_chance = self.permutes and not found.p[self.ceiling] < self.alpha
        return self.large(found) and not by_chance and bool(found.p_correlation(self.ceiling) < self.alpha)

    def answer(self, found: Found) -> bool | None:
        """Necessary, not necessary (d is too small), or undecided (d is large, but chance or correlation explains it)."""
        if self.holds(found):
            return True
        return False if not np.isnan(found.plane.effect_size[self.ceiling]) and not self.large(found) else None

    def reason(self, found: Found) -> str:
        """The numbers beside the thresholds that decide."""
        size, start = found.plane.effect_size[self.ceiling], f"{found.name} {NAMES[self.ceiling]}"
        if np.isnan(size):
            return f"{start} is undefined"
        p = found.p[self.ceiling]
        tested = f"{p_text(p, 'no permutation test')}{f' (alpha {self.alpha:g})' if np.isfinite(p) else ''}"
        alone = f"; against correlation alone {p_text(found.p_correlation(self.ceiling), 'not tested')}"
        return f"{start} d = {size:.2f} (cutoff {self.cutoff:g}), {tested}{alone if self.large(found) else ''}"

    def evidence(self, found: Found) -> str:
        """The ceiling that decides, then the other of CE-FDH and CR-FDH, which are always there."""
        first, second = self.ceiling, CEILINGS[self.ceiling == CEILINGS[0]]
        word = benchmark(found.plane.effect_size[first])
        decides = f"{_numbers(found, first)}{f', {word}' if word else ''}"
        decides += f", against correlation alone {p_text(found.p_correlation(first), 'not tested')}"
        return f"Necessity in degree, {found.corner} corner: {decides}; {_numbers(found, second)}."


def _numbers(found: Found, ceiling: Ceiling) -> str:
    size = found.plane.effect_size[ceiling]
    if np.isnan(size):
        return f"{NAMES[ceiling]} undefined"
    return f"{NAMES[ceiling]} d = {size:.2f}, {p_text(found.p[ceiling], 'not tested')}"


def verdict(
    proposition: eq.Proposition,
    conditions: Collection[str],
    find: Callable[[Iterable[SetLiteral]], list[Found]],
    rule: Rule,
) -> eq.Verdict:
    """``necessary`` for a condition, its absence, or a conjunction; silent on everything else.

    A conjunction is necessary when each of its literals is, because whatever lacks one of them lacks the conjunction. On
    disjunctions NCA is silent: raw scores in different units have no union. `find` gives the findings on literals. The strength
    is the smallest effect size of the literals; what denies necessity has none.
    """
    arguments: Any = proposition
    if proposition.claim != "necessary":
        return eq.Verdict("silent", _SILENT.get(proposition.claim, "NCA has nothing to say on claims of this kind."))
    literals = eq.Expression(arguments.expression).literals
    if not literals or not set(literals) <= set(conditions):
        return eq.Verdict("silent", _NO_UNION)
    judged = find(literals.items())
    answers = [rule.answer(each) for each in judged]
    evidence = f"In degree: {'; '.join(rule.reason(each) for each in judged)}."
    numbers: dict[str, float] = {"cutoff": rule.cutoff, "alpha": rule.alpha}
    for each in judged:
        prefix = f"{each.name} " if len(judged) > 1 else ""
        numbers[f"{prefix}effect_size"] = each.plane.effect_size[rule.ceiling]
        numbers[f"{prefix}p"] = each.p[rule.ceiling]
        if rule.large(each):
            numbers[f"{prefix}p_correlation"] = each.p_correlation(rule.ceiling)
    if False not in answers and None in answers:
        return eq.Verdict("inconclusive", evidence, numbers)
    holds = False not in answers
    strength = min(float(each.plane.effect_size[rule.ceiling]) for each in judged) if holds else None
    return eq.Verdict("supported" if holds == arguments.expect else "contradicted", evidence, numbers, strength)
