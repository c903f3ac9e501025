"""The properties of a measure of the common yardstick."""

import math
import numbers
from typing import Any

import numpy as np

from equifinal.comparison.measures import Measure
from equifinal.sets import Floats
from equifinal.testing.checks import Property, doing, fail, property_of
from equifinal.testing.common import needs, untouched

MEASURE_PROPERTIES: list[Property] = []


def _made(n: int = 30) -> tuple[Floats, Floats, Floats]:
    """Predictions that are about right, outcomes, and a weight of 1 for each."""
    rng = np.random.default_rng(8)
    outcome = rng.uniform(0, 1, n).round(3)
    return (outcome + rng.normal(0, 0.2, n)).clip(0, 1).round(3), outcome, np.ones(n)


def _value(measure: Measure, predicted: Floats, outcome: Floats, weights: Floats, where: str) -> float:
    with doing(f"of, {where},"):
        found = measure.of(predicted.copy(), outcome.copy(), weights.copy())
    if not isinstance(found, numbers.Real):
        fail(f"{where}, of returned {found!r}, which is not one number")
    return float(found)


def _alike(one: Any, other: Any) -> bool:
    return np.allclose(one, other, rtol=1e-9, atol=1e-9, equal_nan=True)


@property_of(MEASURE_PROPERTIES, "Measures")
def is_a_number(measure: Measure) -> None:
    """It is one finite number for ordinary predictions, and a number or NaN, no error, where there is little to measure."""
    predicted, outcome, once = _made()
    if not math.isfinite(found := _value(measure, predicted, outcome, once, "with ordinary predictions")):
        fail(f"with ordinary predictions of {len(once)} cases it is {found}")
    for where, p, y in (
        ("with one case", predicted[:1], outcome[:1]),
        ("with equal predictions", predicted * 0 + 0.5, outcome),
        ("with equal outcomes", predicted, outcome * 0 + 1.0),
        ("with predictions of 0", predicted * 0, outcome),
        ("with predictions that are right", outcome, outcome),
    ):
        if math.isinf(found := _value(measure, p, y, np.ones(len(p)), where)):
            fail(f"{where} it is {found}. Return NaN where it is undefined")


@property_of(MEASURE_PROPERTIES, "Measures", "is a number")
def order_of_cases(measure: Measure) -> None:
    """The order of cases does not matter."""
    predicted, outcome, once = _made()
    order = np.random.default_rng(1).permutation(len(once))
    one, other = (
        _value(measure, predicted, outcome, once, "with ordinary predictions"),
        measure.of(predicted[order], outcome[order], once),
    )
    if not _alike(one, other):
        fail(f"it is {one:g}, and {other:g} with the cases in another order")


@property_of(MEASURE_PROPERTIES, "Measures", "is a number")
def weights_are_counts(measure: Measure) -> None:
    """A case with a weight of 2 counts as two such cases, and one with 0 as none."""
    predicted, outcome, _ = _made()
    for seed in (1, 2, 3):
        weights = np.random.default_rng(seed).integers(0, 4, len(outcome)).astype(float)
        often = np.repeat(np.arange(len(outcome)), weights.astype(int))
        one = _value(measure, predicted, outcome, weights, "with weights")
        other = _value(measure, predicted[often], outcome[often], np.ones(len(often)), "with cases repeated")
        if not _alike(one, other):
            fail(f"with weights it is {one:g}, and {other:g} where each case is there as often as its weight says")


@property_of(MEASURE_PROPERTIES, "Measures", "is a number")
def resamples_agree(measure: Measure) -> None:
    """``of_resamples`` gives for each row of weights what ``of`` gives for it, and leaves what it gets alone."""
    needs(measure.of_resamples is not None, "it does not define of_resamples, so of is called for each")
    assert measure.of_resamples is not None
    predicted, outcome, once = _made()
    drawn = np.random.default_rng(3).multinomial(len(once), once / len(once), 6).astype(float)
    weights = np.vstack([once, 1 - np.eye(len(once))[:4], drawn])
    given = predicted.copy(), outcome.copy(), weights.copy()
    with doing("of_resamples"):
        found = np.asarray(measure.of_resamples(*given), dtype=float)
    if found.shape != (len(weights),):
        fail(f"of_resamples returned an array of shape {found.shape} for weights of shape {weights.shape}")
    if not all(map(np.array_equal, given, (predicted, outcome, weights))):
        fail("of_resamples changed what it got. Work on a copy")
    for row, value in zip(weights, found, strict=True):
        alone = _value(measure, predicted, outcome, row, "with the weights of a resample")
        if not _alike(value, alone):
            fail(f"of_resamples gives {value:g} for weights that sum to {row.sum():g}, and of gives {alone:g}")


@property_of(MEASURE_PROPERTIES, "Measures", "is a number")
def better_is_better(measure: Measure) -> None:
    """Right predictions are not worse than wrong ones, by ``less_is_better``."""
    needs(measure.less_is_better is not None and not measure.describes, "it calls no method better")
    predicted, outcome, once = _made()
    right = _value(measure, predicted, outcome, once, "with ordinary predictions")
    wrong = _value(measure, 1 - predicted, outcome, once, "with wrong predictions")
    if (right - wrong) * (-1 if measure.less_is_better else 1) < -1e-9:
        fail(
            f"it is {right:g} for predictions that are about right, {wrong:g} for the opposite ones, and less_is_better is "
            f"{measure.less_is_better}"
        )


@property_of(MEASURE_PROPERTIES, "Parallel runs and state", "is a number", last=True)
def no_global_state(measure: Measure) -> None:
    """It leaves the arrays and global state alone, and measures the same twice."""
    given = _made()
    with untouched(type(measure)), doing("of"):
        one = measure.of(*given)
        two = measure.of(*_made())
    if not all(map(np.array_equal, given, _made())):
        fail("of changed what it got. Work on a copy")
    if not _alike(float(one), float(two)):
        fail(f"the same predictions measure {one:g} and then {two:g}")
