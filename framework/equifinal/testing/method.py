"""The properties of every method, each a function.

A property that builds on others names them, and is not tried if one of those does not hold.
"""

import contextlib
import json
from typing import Any

import numpy as np
import pandas as pd

from equifinal.method.analysis import Analysis, Method
from equifinal.plugin.registry import propositions
from equifinal.study.calibrated import CalibratedStudy
from equifinal.study.propositions import Proposition, Verdict
from equifinal.testing.checks import Property, doing, fail, property_of
from equifinal.testing.common import EXTENSION_PROPERTIES, needs
from equifinal.testing.method_claims import CLAIM_PROPERTIES
from equifinal.testing.method_data import DATA_PROPERTIES
from equifinal.testing.method_differences import apart, differences, first_of
from equifinal.testing.method_elsewhere import ELSEWHERE_PROPERTIES
from equifinal.testing.method_invariance import INVARIANCE_PROPERTIES
from equifinal.testing.method_parameters import PARAMETER_PROPERTIES
from equifinal.testing.method_robustness import ROBUSTNESS_PROPERTIES
from equifinal.testing.method_steps import analysis_of_the_sample, analyze, generator, predict
from equifinal.testing.samples import SampleProposition, sample_study

METHOD_PROPERTIES: list[Property] = []


@property_of(METHOD_PROPERTIES, "What it says")
def facets_valid(method: Method) -> None:
    """``analyze`` returns the four tables as described, for exactly the study's conditions and cases."""
    for study in (sample_study(), sample_study(["A", "B", "C", "D", "E"]), sample_study().negated()):
        analysis = analyze(method, study.calibrate())
        if type(analysis.method) is not type(method):
            fail(f"Analysis(method=...) is {analysis.method!r}. Write method=self")
        empty = [name for name, evidence in analysis.conditions["evidence"].items() if not evidence.strip()]
        if empty:
            fail(f"the evidence on the condition {empty[0]} is empty. Give a sentence with the numbers")


@property_of(METHOD_PROPERTIES, "What it may add", "facets valid")
def predictions_valid(method: Method) -> None:
    """``predict`` returns a membership, or a missing value, for exactly the cases that it gets."""
    _predicted(method)


def _predicted(method: Method) -> tuple[CalibratedStudy, Analysis, pd.Series]:
    """The sample study, the analysis of it, and the predictions for its cases."""
    needs(method.predicts(), "it does not define predict")
    calibrated, analysis = sample_study().calibrate(), analysis_of_the_sample(method)
    return calibrated, analysis, predict(method, analysis, calibrated)


@property_of(METHOD_PROPERTIES, "What a method takes", "facets valid", "predictions valid")
def deterministic_under_a_seed(method: Method) -> None:
    """The same generator gives the same result, whatever the state of other generators."""
    calibrated = sample_study().calibrate()
    state = np.random.get_state()  # noqa: NPY002  (a method that draws from it would show here)
    try:
        np.random.seed(1)  # noqa: NPY002
        one = analyze(method, calibrated)
        np.random.seed(2)  # noqa: NPY002
        other = analyze(method, calibrated)
    finally:
        np.random.set_state(state)  # noqa: NPY002
    if found := differences(one, other, calibrated, exactly=True):
        fail(
            f"two analyses with the same seed differ: {first_of(found)}. Draw from rng alone, and remember nothing in between"
        )
    if method.predicts():
        first, again = predict(method, one, calibrated), predict(method, one, calibrated)
        if len(apart(method, first, again)) or (not method.solver_tolerance and not first.equals(again)):
            fail("predict gives different answers when asked twice")


@property_of(METHOD_PROPERTIES, "What a method takes", "facets valid")
def input_not_mutated(method: Method) -> None:
    """The study and the analysis are unchanged after ``analyze``, ``refit``, ``predict``, ``assess`` and ``advise``."""
    made = sample_study()
    calibrated = made.calibrate()
    given = calibrated.protected()
    analysis = method.analyze(given, generator())
    _unchanged(calibrated, given, "analyze")
    before = json.dumps(analysis.to_dict())
    # Other checks report what these raise.
    given = calibrated.protected()
    with contextlib.suppress(Exception):
        method.refit(given, generator())
    _unchanged(calibrated, given, "refit")
    if method.predicts():
        unseen, given = calibrated.without_outcome(), calibrated.without_outcome()
        with contextlib.suppress(Exception):
            method.predict(analysis, given)
        _unchanged(unseen, given, "predict")
    given = calibrated.protected()
    for proposition in made.propositions:
        with contextlib.suppress(Exception):
            method.assess(analysis, proposition, given)
    _unchanged(calibrated, given, "assess")
    with contextlib.suppress(Exception):
        method.advise(analysis, given)
    _unchanged(calibrated, given, "advise")
    if json.dumps(analysis.to_dict()) != before:
        fail("predict, assess or advise changed the analysis. Work on a copy: frame.copy()")


def _unchanged(before: CalibratedStudy, after: CalibratedStudy, step: str) -> None:
    if changed := after.changed_from(before):
        fail(f"{step} changed {changed[0]}. Work on a copy: {changed[0]}.copy()")


@property_of(METHOD_PROPERTIES, "What it may add", "predictions valid")
def predict_agrees_with_predicted(method: Method) -> None:
    """For the cases that were analysed, ``predict`` gives the memberships in the column ``predicted``."""
    _, analysis, found = _predicted(method)
    column = analysis.cases["predicted"].astype(float)
    for case in apart(method, found, column):
        fail(f"for {case}, analyze says {column[case]:g} in the column 'predicted' and predict says {found[case]:g}")


@property_of(METHOD_PROPERTIES, "What it may add", "predictions valid")
def each_case_predicted_for_itself(method: Method) -> None:
    """The prediction of a case depends neither on which other cases are asked for, nor on their order."""
    calibrated, analysis, together = _predicted(method)
    for cases in (calibrated.cases[::-1], calibrated.cases[:1], calibrated.cases[-1:]):
        alone = predict(method, analysis, calibrated.subset(cases))
        for case in apart(method, alone, together[cases]):
            fail(f"{case} is predicted {together[case]:g} among all cases, and {alone[case]:g} among {len(cases)}")
    moved = calibrated.with_condition(calibrated.condition_names[0], np.roll(np.arange(len(together)), 5))
    moved = moved.with_condition(calibrated.condition_names[-1], np.roll(np.arange(len(together)), 11))
    renamed = moved.renamed(pd.Index([f"somewhere {place}" for place in range(len(together))]))
    known, unknown = predict(method, analysis, moved), predict(method, analysis, renamed)
    for case in apart(method, known, unknown.set_axis(known.index)):
        fail(
            f"with other scores {case} is predicted {known[case]:g}, and another case with these scores "
            f"{unknown.iloc[known.index.get_loc(case)]:g}. Predict from scores, not from names"
        )


@property_of(METHOD_PROPERTIES, "What it may add", "predictions valid")
def refit_predicts_as_analyze(method: Method) -> None:
    """``predict`` gives the same after ``refit`` as after ``analyze``."""
    needs(method.predicts(), "it does not define predict")
    needs(type(method).refit is not Method.refit, "it does not define refit, so analyze is used")
    calibrated, _, full = _predicted(method)
    with doing("refit"):
        light = method.refit(calibrated.protected(), generator())
    quick = predict(method, light, calibrated)
    for case in apart(method, full, quick):
        fail(f"for {case}, predict says {full[case]:g} after analyze and {quick[case]:g} after refit")


@property_of(METHOD_PROPERTIES, "What it may add", "facets valid")
def propositions_answered(method: Method) -> None:
    """Every kind of proposition gets one of the four verdicts and a sentence; an unknown kind gets silence."""
    made = sample_study()
    calibrated, analysis = made.calibrate(), analysis_of_the_sample(method)
    asked = [proposition for proposition in made.propositions if proposition.judge(None) is None]
    known = {proposition.claim for proposition in made.propositions}
    asked += [
        each for kind, entry in propositions().items() if kind not in known and (each := _any_proposition(entry.cls))
    ]
    for proposition in [*asked, SampleProposition(id="unknown")]:
        on = f"a proposition with the claim {proposition.claim!r}"
        with doing(f"assess, on {on},"):
            verdict = method.assess(analysis, proposition, calibrated.protected())
        if not isinstance(verdict, Verdict):
            fail(f"assess answered {on} with {verdict!r}. Return an equifinal.Verdict")
        if not isinstance(verdict.evidence, str) or not verdict.evidence.strip():
            fail(f"the verdict {verdict.answer!r} on {on} has no evidence: give a sentence")
        for name, value in verdict.numbers.items():
            if not isinstance(value, (int, float, np.integer, np.floating)):
                fail(f"the verdict on {on} has {name!r} among its numbers, which is {value!r}")
        if proposition.claim == SampleProposition.claim and verdict.answer != "silent":
            fail(f"it says {verdict.answer!r} to an unknown kind of proposition. Be silent: super().assess(...)")


def _any_proposition(cls: type[Proposition]) -> Proposition | None:
    """A proposition of a plugin's kind, if its arguments are the usual ones."""
    usual: dict[str, Any] = {
        "expression": "A*B",
        "condition": "A",
        "conditions": ("A", "B"),
        "cases": ("case 01", "case 02"),
    }
    given = {name: usual[name] for name in cls.model_fields if name in usual}
    with contextlib.suppress(ValueError):
        return cls(id="further", **given)
    return None


@property_of(METHOD_PROPERTIES, "What it may add", "facets valid")
def advice_is_for_cases(method: Method) -> None:
    """``advise`` returns a sentence for cases of the study, or ``None``."""
    needs(type(method).advise is not Method.advise, "it does not define advise")
    calibrated = sample_study().calibrate()
    with doing("advise"):
        said = method.advise(analysis_of_the_sample(method), calibrated.protected())
    if said is None:
        return
    if not isinstance(said, pd.Series):
        fail(f"advise must return a pandas Series with case names as its index, or None; not {type(said).__name__}")
    if len(strangers := said.index[~said.index.isin(calibrated.cases)]):
        fail(f"advise mentions {strangers[0]!r}, which is not a case of the study")
    wrong = [value for value in said.dropna() if not isinstance(value, str)]
    if wrong:
        fail(f"advise said {wrong[0]!r}. Each case gets a sentence")


METHOD_PROPERTIES.extend(
    [
        *INVARIANCE_PROPERTIES,
        *DATA_PROPERTIES,
        *CLAIM_PROPERTIES,
        *ELSEWHERE_PROPERTIES,
        *ROBUSTNESS_PROPERTIES,
        *EXTENSION_PROPERTIES,
        *PARAMETER_PROPERTIES,
    ]
)
