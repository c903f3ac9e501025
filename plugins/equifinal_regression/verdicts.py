"""The verdict rules of regression: on which side of 0 an interval lies."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np

import equifinal as eq
from equifinal_regression.interactions import Term
from equifinal_regression.specification import Specification
from equifinal_regression.tables import number

Row = Mapping[Any, Any]  #: an estimate, as :func:`~.tables.estimates` gives it

_SILENT = {
    "necessary": "An average net effect says nothing about necessity.",
    "sufficient": "An average net effect says nothing about sufficiency.",
    "equifinal": "A regression is one equation for all cases; it has no paths to count.",
    "together": "A regression does not form groups of cases.",
}


def verdict(
    proposition: eq.Proposition,
    calibrated: eq.CalibratedStudy,
    effect_of: Callable[[Term], tuple[Row, Specification]],
) -> eq.Verdict:
    """``influence`` by the interval of the condition, ``joint`` by that of the interaction of exactly these conditions.

    An interval that lies on the claimed side of 0 supports the claim, one on the other side contradicts it, and one that
    includes 0 is inconclusive. Sides are those of the sets, not of the scores. `effect_of` gives the estimate of a term, from
    the equation or, for an interaction that it lacks, from one with it. The strength is the absolute t (or z).
    """
    arguments: Any = proposition
    if proposition.claim == "influence":
        term, claimed, start = (arguments.condition,), arguments.sign, ""
    elif proposition.claim == "joint":
        term, claimed, start = tuple(arguments.conditions), 1, "Together is read as an interaction. "
    else:
        return eq.Verdict(
            "silent", _SILENT.get(proposition.claim, "Regression has nothing to say on claims of this kind.")
        )
    row, spec = effect_of(term)
    sign = spec.sign(calibrated, term)
    return _judged(row, start + evidence(row, term, sign, spec), sign * claimed)


def _judged(row: Row, words: str, sign: int) -> eq.Verdict:
    numbers = {key: float(row[key]) for key in ("coefficient", "statistic", "ci_low", "ci_high", "p_value")}
    if np.isnan(numbers["coefficient"]):
        return eq.Verdict("silent", words)
    towards = sign * int(side(numbers["ci_low"], numbers["ci_high"]))
    answer: Literal["supported", "contradicted", "inconclusive"]
    answer = "supported" if towards > 0 else "contradicted" if towards < 0 else "inconclusive"
    strength = abs(numbers["statistic"])
    return eq.Verdict(answer, words, numbers, strength if towards and np.isfinite(strength) else None)


def side(low: Any, high: Any) -> Any:
    """+1 where the interval lies above 0, -1 where it lies below, else 0 (also where it is NaN)."""
    return np.greater(low, 0).astype(int) - np.less(high, 0).astype(int)


def evidence(row: Row, term: Term, sign: int, spec: Specification) -> str:
    """The estimate of a term and its interval in a sentence; `sign` says what a positive one means for the sets."""
    if np.isnan(row["coefficient"]):
        return "The coefficient could not be estimated; see the notes."
    averaged = any(set(term) < set(product) for product in spec.products)
    what = "Average effect" if averaged else "Interaction" if len(term) > 1 else "Coefficient"
    what += f"{' on the log-odds' if spec.log_odds else ''} {number(row['coefficient'])}"
    low, high = row["ci_low"], row["ci_high"]
    if np.isnan(low):
        return f"{what}; its standard error could not be estimated; see the notes."
    sentence = (
        f"{what}, {100 * (1 - spec.alpha):g}% interval {number(low)} to {number(high)} "
        f"{'includes' if low <= 0 <= high else 'excludes'} 0 (p = {row['p_value']:.3f})"
    )
    if sign < 0:
        sentence += "; for the sets the sign is reversed, because membership falls as a score rises"
    if sign == 0:
        sentence += "; for the sets it has no direction, because membership neither rises nor falls throughout"
    return sentence + "."
