"""What a method says of claims and of paths must agree with itself, and with what can be computed again."""

import contextlib
import dataclasses
import itertools
import re
import time
from typing import NamedTuple

import numpy as np
import pandas as pd

from equifinal import sets
from equifinal.errors import InputError
from equifinal.method.analysis import Analysis, Method
from equifinal.plugin.registry import propositions
from equifinal.sets import Expression
from equifinal.study.calibrated import CalibratedStudy
from equifinal.study.propositions import Proposition
from equifinal.study.study import Study
from equifinal.testing.checks import Property, doing, fail, property_of
from equifinal.testing.common import needs
from equifinal.testing.method_differences import tolerance_of
from equifinal.testing.method_steps import analysis_of_the_sample, analyze, generator, predict
from equifinal.testing.samples import in_whole_numbers, sample_study

CLAIM_PROPERTIES: list[Property] = []

#: Seconds beyond the time of three analyses that a refit of the sample study may take.
SLOWEST_REFIT = 1.0

_OPPOSITE = {"supported": "contradicted", "contradicted": "supported"}


def _claim(claim: str, **arguments: object) -> Proposition:
    proposition: Proposition = propositions()[claim].cls(id=f"{claim} again", **arguments)
    return proposition


class _Pair(NamedTuple):
    """Two claims on what is the same or the opposite."""

    what: str
    one: Proposition
    other: Proposition
    opposite: bool


def _opposites(names: tuple[str, ...]) -> list[_Pair]:
    """Claims of which at most one holds."""
    one, two = names[:2]
    pairs = []
    for name in names:
        signs = _claim("influence", condition=name, sign=1), _claim("influence", condition=name, sign=-1)
        pairs.append(_Pair("sign", *signs, True))
    for kind, text in itertools.product(
        ("necessary", "sufficient"), (*names, f"~{one}", f"{one}*{two}", f"{one} + {two}")
    ):
        expected = _claim(kind, expression=text, expect=True), _claim(kind, expression=text, expect=False)
        pairs.append(_Pair("expect", *expected, True))
    for paths in (1, 2, 3):
        pairs.append(
            _Pair(
                "at_least and at_most",
                _claim("equifinal", at_least=paths + 1),
                _claim("equifinal", at_most=paths),
                True,
            )
        )
    return pairs


def _equals(names: tuple[str, ...], cases: list[str]) -> list[_Pair]:
    """The same claim in other words."""
    one, two, last = names[0], names[1], names[-1]
    pairs = []
    for kind in ("necessary", "sufficient"):
        for text, again in (
            (f"{one}*{two}", f"{two}*{one}"),
            (f"{one} + {two}", f"{two} + {one}"),
            (f"{last} + {one}*{last}", last),
            (f"{two}*{two}", two),
        ):
            claims = _claim(kind, expression=text), _claim(kind, expression=again)
            pairs.append(_Pair(f"{text} written as {again}", *claims, False))
    for several in ((one, two), (two, last), (one, two, last)):
        for turned in itertools.permutations(several):
            claims = _claim("joint", conditions=several), _claim("joint", conditions=turned)
            pairs.append(_Pair("the conditions in another order", *claims, False))
    for first, second in zip(cases[:6], cases[6:12], strict=True):
        claims = _claim("together", cases=(first, second)), _claim("together", cases=(second, first))
        pairs.append(_Pair("the cases in another order", *claims, False))
    return pairs


@property_of(CLAIM_PROPERTIES, "What it may add", "propositions answered", "order of conditions")
def opposite_and_equal_claims(method: Method) -> None:
    """Opposite claims have opposite answers, equally strong; the same claim in other words has the same answer."""
    calibrated, analysis = sample_study().calibrate(), analysis_of_the_sample(method)

    def answer(claim: Proposition) -> str:
        return _answer(method, analysis, claim, calibrated)

    answered = 0
    _one_scale(method, analysis, calibrated)
    names, cases = calibrated.condition_names, [str(case) for case in calibrated.cases]
    for pair in (*_opposites(names), *_equals(names, cases)):
        first, second = answer(pair.one), answer(pair.other)
        answered += "silent" not in (first, second)
        if pair.opposite and first == second and first in _OPPOSITE:
            fail(f"a claim {pair.one.claim!r} and its opposite are both {first}. Is {pair.what} read?")
        rewritten = "silent" in (first, second) and " written as " in pair.what  # not everybody reads every expression
        if not pair.opposite and first != second and not rewritten:
            fail(f"the same claim {pair.one.claim!r} is {first}, and {second} with {pair.what}")
    exactly = [paths for paths in (1, 2, 3, 4) if answer(_claim("equifinal", exactly=paths)) == "supported"]
    if len(exactly) > 1:
        fail(f"there are exactly {exactly[0]} paths and exactly {exactly[1]} paths, it says. Is exactly read?")
    for group in itertools.combinations(cases[:8], 3):
        parts = [answer(_claim("together", cases=pair)) for pair in itertools.combinations(group, 2)]
        if "contradicted" in parts and answer(_claim("together", cases=group)) == "supported":
            fail(f"it says that {', '.join(group)} belong together, and that two of them do not. Are all cases read?")
    needs(bool(answered), "it is silent on all of them")


def _one_scale(method: Method, analysis: Analysis, calibrated: CalibratedStudy) -> None:
    """Fail when what one sign is supported by, the other is contradicted by with another strength."""
    for pair in _opposites(calibrated.condition_names):
        if pair.what == "at_least and at_most":
            continue
        with doing("assess"):
            two = [method.assess(analysis, each, calibrated.protected()) for each in (pair.one, pair.other)]
        one, other = two[0].strength, two[1].strength
        if _OPPOSITE.get(two[0].answer) != two[1].answer or one is None or other is None:
            continue
        if not np.isclose(one, other, rtol=1e-6, atol=tolerance_of(method)):
            fail(
                f"a claim {pair.one.claim!r} is {two[0].answer} with a strength of {one:g}, and the opposite "
                f"{two[1].answer} with {other:g}, by the same figures. Strength is on one scale for both answers"
            )


def _answer(method: Method, analysis: Analysis, claim: Proposition, calibrated: CalibratedStudy) -> str:
    with doing("assess"):
        return method.assess(analysis, claim, calibrated.protected()).answer


@property_of(CLAIM_PROPERTIES, "What it may add", "opposite and equal claims", "roles and directions of sets")
def claims_on_sets_turned_round(method: Method) -> None:
    """Where a condition is measured the other way round, what was said of it is said of its negation."""
    needs(type(method).uses_outcome, "it never looks at the outcome (uses_outcome = False)")
    made, analysis = sample_study(), analysis_of_the_sample(method)
    calibrated, answered = made.calibrate(), 0
    for name in calibrated.condition_names:
        other = _turned(made, name).calibrate()
        with doing("where a set is turned round, analyze"):
            again = method.analyze(other.protected(), generator())
        for what, here, there in (
            (f"{name} raises the outcome", {"condition": name, "sign": 1}, {"condition": name, "sign": -1}),
            (f"{name} lowers the outcome", {"condition": name, "sign": -1}, {"condition": name, "sign": 1}),
            (name, {"expression": name}, {"expression": f"~{name}"}),
            (f"~{name}", {"expression": f"~{name}"}, {"expression": name}),
        ):
            for kind in ("influence",) if "sign" in here else ("necessary", "sufficient"):
                first = _answer(method, analysis, _claim(kind, **here), calibrated)
                second = _answer(method, again, _claim(kind, **there), other)
                answered += "silent" not in (first, second)
                if _OPPOSITE.get(first) == second:
                    fail(
                        f"the claim {kind!r} on {what} is {first}, and {second} when {name} is measured the other way round "
                        "and the claim with it. Is it about the condition and the sign that are named?"
                    )
    needs(bool(answered), "it is silent on all of them")


def _turned(made: Study, name: str) -> Study:
    """The same study in which one condition is the negation of what it was."""
    falling = {"method": "direct", "full_out": 9, "crossover": 5, "full_in": 1}
    conditions = [
        dataclasses.replace(each, calibrate=falling, expect="absent") if each.name == name else each
        for each in made.conditions
    ]
    return dataclasses.replace(made, conditions=conditions)


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


def _misfit(path: pd.Series, calibrated: CalibratedStudy) -> str:
    words = re.sub(r"\{[^}]*\}", "", str(path["expression"]))  # values of conditions, as in A{1}
    strangers = [word for word in re.findall(r"\w+", words) if word not in (*calibrated.condition_names, "0", "1")]
    if isinstance(path["expression"], str) and strangers:
        return f"the expression {path['expression']!r} names {strangers[0]!r}, which is not a condition"
    problems = []
    for frame in (calibrated.fuzzy, calibrated.crisp.fillna(0.0), calibrated.crisp.dropna()):
        with contextlib.suppress(InputError, TypeError):
            x = Expression(path["expression"]).membership(frame).to_numpy(dtype=float)
            problems.append(_fits(path, x, frame[calibrated.outcome.name].to_numpy(dtype=float), frame.index))
    return "" if "" in problems or not problems else problems[0]


@property_of(CLAIM_PROPERTIES, "What it says", "unused case without weight")
def figures_of_paths(method: Method) -> None:
    """Consistency, coverage and cases of a sufficient path are those of its expression."""
    needs(type(method).sufficient_paths, "its configurations do not claim to be sufficient (sufficient_paths = False)")
    for made in (sample_study(), in_whole_numbers(sample_study()), sample_study(["B", "A", "D", "C"])):
        calibrated = made.calibrate()
        for label, path in analyze(method, calibrated).configurations.iterrows():
            if problem := _misfit(path, calibrated):
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
