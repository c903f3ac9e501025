"""The verdict rules of a predictor: on which side of 0 an interval lies."""

from typing import Any, Literal

import equifinal as eq
from equifinal_sklearn.fitted import Estimate, Fitted

_SILENT = {
    "necessary": "How well an outcome can be predicted says nothing about necessity.",
    "sufficient": "How well an outcome can be predicted says nothing about sufficiency.",
    "equifinal": "A predictor has no paths to count.",
    "together": "A predictor does not form groups of cases.",
}


def verdict(proposition: eq.Proposition, fitted: Fitted) -> eq.Verdict:
    """``influence`` by the accumulated local effect of the condition, ``joint`` by the cross-difference, else silent.

    An interval on the claimed side of 0 supports the claim, one on the other side contradicts it, and one that includes 0 is
    inconclusive. Scores are turned so that they rise with the sets. The strength is the size of the effect.
    """
    arguments: Any = proposition
    if proposition.claim == "influence":
        sign = fitted.sign([arguments.condition])
        found = fitted.influences([arguments.condition])[0]
        return _judged(found, described("Accumulated local effect", found, sign, fitted.alpha), sign * arguments.sign)
    if proposition.claim == "joint":
        sign = fitted.sign(arguments.conditions)
        found = fitted.interactions([arguments.conditions])[0]
        return _judged(found, described("Cross-difference of the predictions", found, sign, fitted.alpha), sign)
    return eq.Verdict("silent", _SILENT.get(proposition.claim, "It has nothing to say about claims of this kind."))


def _judged(found: Estimate, words: str, sign: int) -> eq.Verdict:
    side = sign * found.side
    answer: Literal["supported", "contradicted", "inconclusive"]
    answer = "supported" if side > 0 else "contradicted" if side < 0 else "inconclusive"
    strength = abs(found.value) if side else None
    return eq.Verdict(answer, words, {**found._asdict()}, strength=strength)


def described(what: str, found: Estimate, sign: int, alpha: float) -> str:
    """The estimate and its interval in a sentence; with a `sign` of 0 it means nothing for the sets."""
    held = "includes" if found.side == 0 else "excludes"
    words = f"{what} {found.value:.3f}, {100 * (1 - alpha):g}% interval {found.low:.3f} to {found.high:.3f} {held} 0"
    if sign == 0:
        words += "; for the sets it has no direction, because membership neither rises nor falls throughout"
    return f"{words}."
