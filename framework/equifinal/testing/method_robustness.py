"""What a method must cope with: hard cases, other processes, earlier analyses, other methods, larger studies."""

import contextlib
import dataclasses
import sys
import time
from functools import partial
from unittest import mock

import cloudpickle
import numpy as np
import pandas as pd

from equifinal.comparison.compare import compare
from equifinal.comparison.counting import Demands
from equifinal.errors import InputError
from equifinal.method.analysis import Method
from equifinal.method.run import run
from equifinal.plugin.registry import studies
from equifinal.study.calibrated import CalibratedStudy
from equifinal.study.study_file import load_study
from equifinal.testing.checks import Property, doing, fail, property_of
from equifinal.testing.common import needs, untouched
from equifinal.testing.method_differences import differences, first_of
from equifinal.testing.method_steps import analyze, answers_of, generator, predict, result_or_refusal
from equifinal.testing.samples import sample_study

#: Seconds that an analysis of a bundled study may take.
SLOWEST = 10.0

#: Enough to see whether a method copes with what evidence hands it.
WORLDS = 5

ROBUSTNESS_PROPERTIES: list[Property] = []


@property_of(ROBUSTNESS_PROPERTIES, "Hard cases", "facets valid")
def few_cases(method: Method) -> None:
    """With four, two or one case, it gives a result, or an ``InputError`` that says how many it needs."""
    calibrated = sample_study().calibrate()
    high = calibrated.fuzzy["Y"] > 0.5
    cases = [*calibrated.cases[high][:2], *calibrated.cases[~high][:2]]
    results = [
        _gives_a_result(method, calibrated.subset(chosen), f"on {len(chosen)} case{'s' * (len(chosen) > 1)}")
        for chosen in (cases, cases[1:3], cases[:1])
    ]
    needs(any(results), "it refuses all of them, in a sentence")


@property_of(ROBUSTNESS_PROPERTIES, "Hard cases", "facets valid")
def one_condition(method: Method) -> None:
    """With one condition, it gives a result, or an ``InputError`` that says how many it needs."""
    calibrated = sample_study(["A"]).calibrate()
    needs(_gives_a_result(method, calibrated, "with one condition"), "it refuses it, in a sentence")


@property_of(ROBUSTNESS_PROPERTIES, "Hard cases", "facets valid")
def condition_without_calibration(method: Method) -> None:
    """If a condition has raw scores only, it gives a result, or an ``InputError`` that says what is missing."""
    made = sample_study()
    first, *others = made.conditions
    bare = dataclasses.replace(made, conditions=[dataclasses.replace(first, calibrate=None), *others], propositions=[])
    there = _gives_a_result(method, bare.calibrate(), "where a condition has no calibration")
    needs(there, "it refuses it, in a sentence")


@property_of(ROBUSTNESS_PROPERTIES, "Hard cases", "facets valid")
def constant_outcome(method: Method) -> None:
    """If all cases have the same outcome, it gives a result that says so, or a clear ``InputError``."""
    calibrated = sample_study().calibrate()
    results = []
    for score, member in ((0.0, 0.02), (10.0, 0.98)):
        column = calibrated.outcome.column
        constant = dataclasses.replace(
            calibrated,
            raw=calibrated.raw.assign(Y=score),
            fuzzy=calibrated.fuzzy.assign(Y=member),
            data=calibrated.data.assign(**{column: score}),
        )
        results.append(_gives_a_result(method, constant, f"where every case has the outcome membership {member:g}"))
    needs(any(results), "it refuses both, in a sentence")


def _gives_a_result(method: Method, calibrated: CalibratedStudy, where: str) -> bool:
    return result_or_refusal(method, calibrated, where) is not None


def _alike(method: Method, one: pd.Series, other: pd.Series) -> bool:
    """Whether two series of predictions are the same, but for what the method's solver leaves open."""
    allowed = method.solver_tolerance
    return one.index.equals(other.index) and np.allclose(one, other, rtol=allowed, atol=allowed, equal_nan=True)


@property_of(ROBUSTNESS_PROPERTIES, "Parallel runs and state", "facets valid", "predictions valid", "picklable")
def analysis_picklable(method: Method) -> None:
    """An analysis can travel to another process, and predicts the same there."""
    calibrated = sample_study().calibrate()
    analysis = analyze(method, calibrated)
    try:
        back = cloudpickle.loads(cloudpickle.dumps(analysis))
    except Exception as error:
        fail(f"its analysis cannot be pickled ({error}). Keep in native what can be, such as arrays and fitted models")
    if method.predicts() and not _alike(
        method, predict(method, back, calibrated), predict(method, analysis, calibrated)
    ):
        fail("after a trip to another process its analysis predicts differently")


@property_of(ROBUSTNESS_PROPERTIES, "Parallel runs and state", "analysis picklable", "deterministic under a seed")
def all_that_was_learned_is_in_the_analysis(method: Method) -> None:
    """``predict`` and ``assess`` need the analysis alone: what another instance learned, or this one since, does not matter."""
    made = sample_study()
    calibrated, parameters = made.calibrate(), method.parameters()
    analysis = analyze(method, calibrated)
    predicted = predict(method, analysis, calibrated) if method.predicts() else None
    answers = answers_of(method, analysis, made)
    analyze(method, calibrated.subset(calibrated.cases[:12]))
    remedy = "Keep what is learned in the Analysis (native), not in the method"
    for other, who in (
        (method, "after another analysis"),
        (type(method).from_parameters(parameters), "a new instance"),
    ):
        if predicted is not None:
            with doing(f"predict, {who},"):
                found = other.predict(analysis, calibrated.without_outcome())
            if not _alike(method, predicted, pd.Series(found).astype(float)):
                fail(f"{who} predicts differently from the same analysis. {remedy}")
        if answers_of(other, analysis, made) != answers:
            fail(f"{who} judges differently from the same analysis. {remedy}")


@property_of(ROBUSTNESS_PROPERTIES, "Parallel runs and state", "facets valid", "deterministic under a seed", last=True)
def no_global_state(method: Method) -> None:
    """It leaves global state alone, prints nothing, and one analysis does not depend on those before it."""
    calibrated, other = sample_study().calibrate(), sample_study(["A", "B", "C", "D"]).calibrate()
    with untouched(type(method)):
        before = analyze(method, calibrated)
        analyze(method, other)
        after, used = analyze(method, calibrated), analyze(method, calibrated)
        # Other checks report what these raise.
        with contextlib.suppress(Exception):
            method.refit(calibrated.protected(), generator())
            predict(method, used, calibrated) if method.predicts() else None
        answers_of(method, used, sample_study())
        with contextlib.suppress(Exception):
            method.advise(used, calibrated.protected())
    if found := differences(before, after, calibrated, exactly=True):
        fail(f"after the analysis of another study the same study gives another result: {first_of(found)}")
    again = type(method).from_parameters(method.parameters())
    if found := differences(before, analyze(again, calibrated), calibrated, exactly=True):
        fail(f"a second instance with the same parameters gives another result: {first_of(found)}")


@property_of(
    ROBUSTNESS_PROPERTIES,
    "Beside the others",
    "analysis picklable",
    "refit predicts as analyze",
    "propositions answered",
    "advice is for cases",
)
def stands_beside_others(method: Method) -> None:
    """A whole run and comparison ends without a failure, a failed refit or a missing answer."""
    finished = run(sample_study(), methods={method.name: method})
    if finished.failures:
        fail(f"in a run it fails: {finished.failures[method.name]}")
    # No further worlds where a mark is not settled: nobody looks at the marks.
    few = mock.patch.object(sys.modules[compare.__module__], "Demands", partial(Demands, most=WORLDS))
    with few:
        comparison = compare(finished, worlds=WORLDS, resamples=WORLDS)
    fit = comparison.yardsticks[method.name].fit
    if fit["failed_folds"]:
        problem = comparison.yardsticks[method.name].notes[0]
        fail(f"in a comparison {problem}")
    trouble = [note for note in comparison.notes["note"] if "could not" in note]
    trouble += [said for said in comparison.verdict_evidence[method.name] if "could not answer" in said]
    if trouble:
        fail(trouble[0])


@property_of(ROBUSTNESS_PROPERTIES, "Beside the others", "facets valid")
def quick_on_the_bundled_studies(method: Method) -> None:
    """The analysis of a bundled study takes less than ten seconds."""
    bundled = [name for name, entry in studies().items() if entry.plugin.distribution == "equifinal"]
    needs(bool(bundled), "no study is bundled, or its plugin is switched off")
    refused = 0
    for name in bundled:
        calibrated = load_study(name).calibrate()
        start = time.perf_counter()
        try:
            method.analyze(calibrated.protected(), generator())
        except InputError:
            refused += 1  # a study without what the method needs
            continue
        if (took := time.perf_counter() - start) > SLOWEST:
            fail(
                f"the study {name!r} with {len(calibrated.cases)} cases took {took:.0f} seconds; it should take less than "
                f"{SLOWEST:g}"
            )
    needs(refused < len(bundled), "it refuses all of them, in a sentence")
