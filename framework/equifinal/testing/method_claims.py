"""What a method says of claims and of paths must agree with itself, and with what can be computed again."""

import contextlib
import time

import numpy as np
import pandas as pd

from equifinal import sets
from equifinal.errors import InputError
from equifinal.method.analysis import Analysis, Method
from equifinal.plugin.registry import propositions
from equifinal.sets import Expression
from equifinal.study.calibrated import CalibratedStudy
from equifinal.study.propositions import Proposition
from equifinal.testing.checks import Property, doing, fail, property_of
from equifinal.testing.common import needs
from equifinal.testing.method_steps import analyze, generator, predict
from equifinal.testing.samples import sample_study

CLAIM_PROPERTIES: list[Property] = []

#: Seconds beyond the time of three analyses that a refit of the sample study may take.
SLOWEST_REFIT = 1.0

_OPPOSITE = {"supported": "contradicted", "contradicted": "supported"}


def _claim(claim: str, **arguments: object) -> Proposition:
    proposition: Proposition = propositions()[claim].cls(id=f"{claim} again", **arguments)
    return proposition


def _pairs(names: tuple[str, ...], cases: list[str]) -> list[tuple[str, Proposition, Proposition, bool]]:
    """Two claims each, and whether they claim the opposite (else the same)."""
    one, two = names[:2]
    pairs = [
        ("sign", _claim("influence", condition=name, sign=1), _claim("influence", condition=name, sign=-1), True)
        for name in names
    ]
    for kind in ("necessary", "sufficient"):
        for text in (one, f"~{one}", f"{one}*{two}", f"{one} + {two}"):
            claims = [_claim(kind, expression=text, expect=expect) for expect in (True, False)]
            pairs.append(("expect", claims[0], claims[1], True))
        turned = [_claim(kind, expression=text) for text in (f"{one}*{two}", f"{two}*{one}")]
        pairs.append(("the order in the expression", turned[0], turned[1], False))
    for paths in (1, 2, 3):
        bounds = _claim("equifinal", at_least=paths + 1), _claim("equifinal", at_most=paths)
        pairs.append(("at_least and at_most", *bounds, True))
    for first, second in ((one, two), (two, names[-1])):
        conditions = [_claim("joint", conditions=each) for each in ((first, second), (second, first))]
        pairs.append(("the order of the conditions", conditions[0], conditions[1], False))
    for first_case, second_case in zip(cases[:6], cases[6:12], strict=True):
        together = [_claim("together", cases=each) for each in ((first_case, second_case), (second_case, first_case))]
        pairs.append(("the order of the cases", together[0], together[1], False))
    return pairs


@property_of(CLAIM_PROPERTIES, "What it may add", "propositions answered", "order of conditions")
def opposite_and_equal_claims(method: Method) -> None:
    """A claim and its opposite are not both supported, nor both contradicted; the same claim in other words has the same answer."""
    calibrated = sample_study().calibrate()
    analysis = analyze(method, calibrated)

    def answer(claim: Proposition) -> str:
        with doing("assess"):
            return method.assess(analysis, claim, calibrated.protected()).answer

    answered = 0
    for what, one, other, opposite in _pairs(calibrated.condition_names, [str(case) for case in calibrated.cases]):
        first, second = answer(one), answer(other)
        answered += "silent" not in (first, second)
        if opposite and first == second and first in _OPPOSITE:
            fail(f"a claim {one.claim!r} and its opposite are both {first}. Is {what} read?")
        if not opposite and first != second:
            fail(f"the same claim {one.claim!r} is {first} and {second} with {what} turned round")
    needs(bool(answered), "it is silent on all of them")


def _fits(said: pd.Series, x: np.ndarray, y: np.ndarray, cases: pd.Index) -> str:
    """What does not fit a path with these memberships; empty if all does."""
    for figure, of in (("consistency", sets.consistency), ("coverage", sets.coverage)):
        value = float(of(x, y))
        if not np.isclose(float(said[figure]), value, atol=1e-4, equal_nan=True):
            return f"{figure} is said to be {float(said[figure]):.3f}, and is {value:.3f}"
    inside = set(map(str, cases[x > 0.5]))
    if wrong := sorted(set(map(str, said["cases"])) ^ inside):
        return f"its cases are not those with a membership above 0.5 ({wrong[0]})"
    return ""


def _misfit(path: pd.Series, analysis: Analysis, calibrated: CalibratedStudy) -> str:
    problems = []
    for frame in (calibrated.fuzzy, calibrated.crisp.fillna(0.0)):
        with contextlib.suppress(InputError, TypeError):
            x = Expression(path["expression"]).membership(frame).to_numpy(dtype=float)
            problems.append(_fits(path, x, frame[calibrated.outcome.name].to_numpy(dtype=float), calibrated.cases))
    return "" if "" in problems or not problems else problems[0]


@property_of(CLAIM_PROPERTIES, "What it says", "unused case without weight")
def figures_of_paths(method: Method) -> None:
    """Consistency, coverage and cases of a sufficient path are those of its expression."""
    needs(type(method).sufficient_paths, "its configurations do not claim to be sufficient (sufficient_paths = False)")
    calibrated = sample_study().calibrate()
    analysis = analyze(method, calibrated)
    for label, path in analysis.configurations.iterrows():
        if problem := _misfit(path, analysis, calibrated):
            fail(f"of the path {label}, {problem}")


@property_of(CLAIM_PROPERTIES, "What it may add", "refit predicts as analyze")
def refit_is_quick(method: Method) -> None:
    """A refit does not take much longer than the analysis, as a comparison makes up to thousands of them."""
    needs(type(method).refit is not Method.refit, "it does not define refit, so analyze is used")
    calibrated = sample_study().calibrate()
    start = time.perf_counter()
    analyze(method, calibrated)
    between = time.perf_counter()
    with doing("refit"):
        light = method.refit(calibrated.protected(), generator())
    took, full = time.perf_counter() - between, between - start
    if took > 3 * full + SLOWEST_REFIT:
        fail(
            f"a refit of the sample study takes {took:.1f} seconds and an analysis {full:.1f}. Leave out of it what is not asked"
        )
    if method.predicts():
        predict(method, light, calibrated)
