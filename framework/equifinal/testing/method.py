"""What every method must keep to, each property a function.

A property that builds on others names them: where one of those does not hold it is not tried.
"""

import contextlib
import dataclasses
import itertools
import json
import time
from collections.abc import Mapping
from typing import Any

import cloudpickle
import numpy as np
import pandas as pd

from equifinal.comparison.compare import compare
from equifinal.errors import InputError, listing
from equifinal.method.analysis import Analysis, Method
from equifinal.method.run import run
from equifinal.plugin.registry import propositions, studies
from equifinal.sets import Expression
from equifinal.study.calibrated import CalibratedStudy
from equifinal.study.propositions import Proposition, Verdict
from equifinal.study.study import Study
from equifinal.study.study_file import load_study
from equifinal.testing.checks import ConformanceError, Property, doing, fail, property_of
from equifinal.testing.common import EXTENSION_PROPERTIES, needs, untouched
from equifinal.testing.samples import SampleProposition, sample_study, with_an_unused_case

__all__ = ["METHOD_PROPERTIES"]

#: Seconds that an analysis of a bundled study may take.
SLOWEST = 10.0
TOLERANCE = 1e-6

METHOD_PROPERTIES: list[Property] = []


def _rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def _analyze(method: Method, calibrated: CalibratedStudy, seed: int = 0) -> Analysis:
    with doing(f"analyze, on the study {calibrated.name!r},"):
        analysis = method.analyze(calibrated.protected(), _rng(seed))
    if not isinstance(analysis, Analysis):
        fail(f"analyze must return an equifinal.Analysis, not {type(analysis).__name__}")
    analysis.check_against(calibrated)
    return analysis


def _predict(method: Method, analysis: Analysis, calibrated: CalibratedStudy) -> pd.Series:
    with doing("predict"):
        found = method.predict(analysis, calibrated.without_outcome())
    if not isinstance(found, pd.Series) or not found.index.equals(calibrated.cases):
        fail("predict must return a pandas Series with the index of the cases that it gets")
    values = found.to_numpy(dtype=float, na_value=np.nan)
    if ((values < -1e-9) | (values > 1 + 1e-9)).any():
        fail(f"predict returned {values[(values < -1e-9) | (values > 1 + 1e-9)][0]:g}; memberships lie between 0 and 1")
    return pd.Series(values, index=found.index)


@property_of(METHOD_PROPERTIES, "What it says")
def facets_valid(method: Method) -> None:
    """``analyze`` returns the four tables as described, for exactly the study's conditions and cases."""
    for study in (sample_study(), sample_study(["A", "B", "C", "D", "E"]), sample_study().negated()):
        analysis = _analyze(method, study.calibrate())
        if type(analysis.method) is not type(method):
            fail(f"Analysis(method=...) is {analysis.method!r}. Write method=self")
        empty = [name for name, evidence in analysis.conditions["evidence"].items() if not evidence.strip()]
        if empty:
            fail(f"the evidence on the condition {empty[0]} is empty. Give a sentence with the numbers")


@property_of(METHOD_PROPERTIES, "What it may add", "facets valid")
def predictions_valid(method: Method) -> None:
    """``predict`` returns a membership, or a missing value, for exactly the cases that it gets."""
    needs(method.predicts(), "it does not define predict")
    calibrated = sample_study().calibrate()
    _predict(method, _analyze(method, calibrated), calibrated)


@property_of(METHOD_PROPERTIES, "What a method takes", "facets valid", "predictions valid")
def deterministic_under_a_seed(method: Method) -> None:
    """The same generator gives the same result, whatever the state of other generators."""
    calibrated = sample_study().calibrate()
    state = np.random.get_state()  # noqa: NPY002  (a method that draws from it would show here)
    try:
        np.random.seed(1)  # noqa: NPY002
        one = _analyze(method, calibrated)
        np.random.seed(2)  # noqa: NPY002
        other = _analyze(method, calibrated)
    finally:
        np.random.set_state(state)  # noqa: NPY002
    if found := differences(one, other, calibrated, exactly=True):
        fail(
            f"two analyses with the same seed differ: {_first(found)}. Draw from rng alone, and remember nothing in between"
        )
    if method.predicts():
        first, again = _predict(method, one, calibrated), _predict(method, one, calibrated)
        if not first.equals(again):
            fail("predict gives different answers when asked twice")


@property_of(METHOD_PROPERTIES, "What a method takes", "facets valid")
def input_not_mutated(method: Method) -> None:
    """The study and the analysis are as they were after ``analyze``, ``refit``, ``predict``, ``assess`` and ``advise``."""
    made = sample_study()
    calibrated = made.calibrate()
    given = calibrated.protected()
    analysis = method.analyze(given, _rng())
    _unchanged(calibrated, given, "analyze")
    before = json.dumps(analysis.to_dict())
    # What these raise, other checks report.
    given = calibrated.protected()
    with contextlib.suppress(Exception):
        method.refit(given, _rng())
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


@property_of(METHOD_PROPERTIES, "Order and names do not matter", "facets valid", "deterministic under a seed")
def order_of_cases(method: Method) -> None:
    """The order of the rows does not matter."""
    made = sample_study()
    shuffled = dataclasses.replace(made, data=made.data.iloc[_rng(3).permutation(len(made.data))])
    _same(method, made, shuffled, "with the cases in another order")


@property_of(METHOD_PROPERTIES, "Order and names do not matter", "facets valid", "deterministic under a seed")
def order_of_conditions(method: Method) -> None:
    """The order of the conditions does not matter."""
    made = sample_study()
    _same(
        method,
        made,
        dataclasses.replace(made, conditions=made.conditions[::-1]),
        "with the conditions in another order",
    )


@property_of(METHOD_PROPERTIES, "Order and names do not matter", "facets valid", "deterministic under a seed")
def relabelling(method: Method) -> None:
    """The names of conditions, outcome and cases do not matter."""
    made = sample_study()
    names = {"A": "ZEAL", "B": "WILL", "C": "MEANS", "Y": "DONE"}
    cases = {case: f"town {len(made.data) - number:02}" for number, case in enumerate(made.data.index)}
    renamed = sample_study([names[name] for name in "ABC"], names["Y"], list(cases.values()))
    parameters = method.parameters()
    # Parameters may name conditions.
    theirs = type(method).from_parameters(_renamed(parameters, names)) if parameters else method
    _same(method, made, renamed, "with other names", names, cases, theirs)


@property_of(METHOD_PROPERTIES, "What it says", "facets valid", "deterministic under a seed")
def roles_and_directions_of_sets(method: Method) -> None:
    """Roles and directions are those of the sets: where membership falls with the raw score they are what they were."""
    made = sample_study()
    first = made.conditions[0]
    data = made.data.assign(**{first.column: 10 - made.data[first.column]})
    falling = {"method": "direct", "full_out": 9, "crossover": 5, "full_in": 1}
    turned = dataclasses.replace(
        made, data=data, conditions=[dataclasses.replace(first, calibrate=falling), *made.conditions[1:]]
    )
    one = _analyze(method, made.calibrate())
    with doing("where membership falls with the raw score analyze"):
        two = method.analyze(turned.calibrate(), _rng())
    for column in ("role", "direction"):
        before, after = (str(each.conditions.loc[first.name, column]) for each in (one, two))
        drawn = [_analyze(method, made.calibrate(), seed).conditions.loc[first.name, column] for seed in (1, 2, 3)]
        if before != after and {*map(str, drawn)} == {before}:  # what changes with the seed is chance
            fail(
                f"the {column} of {first.name} is {before}, and {after} when the same memberships come from scores that are "
                f"turned around. Turn it with the set: study.orientation({first.name!r})"
            )


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {names.get(key, key): _renamed(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return [_renamed(each, names) for each in value]
    return names.get(value, value) if isinstance(value, str) else value


def _same(
    method: Method,
    made: Study,
    other: Study,
    how: str,
    names: Mapping[str, str] | None = None,
    cases: Mapping[str, str] | None = None,
    theirs: Method | None = None,
) -> None:
    calibrated = made.calibrate()
    one = _analyze(method, calibrated)
    with doing(f"{how} analyze"):
        two = (theirs or method).analyze(other.calibrate(), _rng())
    found = differences(one, two, calibrated, names, cases)
    for mine, answer, again in zip(
        made.propositions, _answers(method, one, made), _answers(theirs or method, two, other), strict=True
    ):
        if answer != again:
            found.setdefault("verdicts", f"the verdict on the proposition {mine.text!r}: {answer} and {again}")
    if found:
        # What changes with the seed as well is chance, not order.
        for seed in (1, 2, 3):
            drawn = _analyze(method, calibrated, seed)
            for facet in differences(one, drawn, calibrated):
                found.pop(facet, None)
            if _answers(method, drawn, made) != _answers(method, one, made):
                found.pop("verdicts", None)
    if found:
        fail(f"{how} the result differs: {_first(found)}")


def _answers(method: Method, analysis: Analysis, made: Study) -> list[str | None]:
    """The verdicts on the study's propositions; ``None`` where there is none, which another check reports."""
    calibrated = made.calibrate()
    answers: list[str | None] = []
    for proposition in made.propositions:
        answers.append(None)
        with contextlib.suppress(Exception):
            answers[-1] = method.assess(analysis, proposition, calibrated.protected()).answer
    return answers


@property_of(METHOD_PROPERTIES, "Order and names do not matter", "facets valid", "deterministic under a seed")
def unused_case_without_weight(method: Method) -> None:
    """A further case that is in no path and not in the outcome leaves consistency and coverage of the paths as they were."""
    needs(type(method).sufficient_paths, "its configurations do not claim to be sufficient (sufficient_paths = False)")
    calibrated = sample_study().calibrate()
    longer = with_an_unused_case(calibrated)
    one, two = _analyze(method, calibrated), _analyze(method, longer)
    paths = one.configurations["expression"].dropna()
    try:
        inside = [float(Expression(path).membership(longer.fuzzy).iloc[-1]) for path in paths]
    except InputError:
        inside = [1.0]
    needs(max(inside, default=0.0) == 0.0, "its paths on the sample study have room for the case")
    columns = ["consistency", "coverage"]
    before, after = (each.configurations.set_index("expression")[columns].sort_index() for each in (one, two))
    how = "with a further case that has no membership in anything"
    if list(before.index) != list(after.index):
        fail(f"the paths are {', '.join(before.index)}, and {how} {', '.join(after.index) or 'none'}")
    for path, column in itertools.product(before.index, columns):
        mine, theirs = float(before.loc[path, column]), float(after.loc[path, column])
        if not np.isclose(mine, theirs, atol=TOLERANCE, equal_nan=True):
            fail(f"the {column} of the path {path} is {mine:g}, and {how} {theirs:g}")


@property_of(METHOD_PROPERTIES, "What it may add", "predictions valid")
def predict_agrees_with_predicted(method: Method) -> None:
    """``predict`` gives the cases that were analysed the memberships that the column ``predicted`` has."""
    needs(method.predicts(), "it does not define predict")
    calibrated = sample_study().calibrate()
    analysis = _analyze(method, calibrated)
    column = analysis.cases["predicted"].astype(float)
    found = _predict(method, analysis, calibrated)
    apart = ~np.isclose(found, column, atol=TOLERANCE, equal_nan=True)
    if apart.any():
        case = calibrated.cases[apart][0]
        fail(f"for {case}, analyze says {column[case]:g} in the column 'predicted' and predict says {found[case]:g}")


@property_of(METHOD_PROPERTIES, "What it may add", "predictions valid")
def each_case_predicted_for_itself(method: Method) -> None:
    """The prediction of a case does not depend on which other cases are asked for, nor on their order."""
    needs(method.predicts(), "it does not define predict")
    calibrated = sample_study().calibrate()
    analysis = _analyze(method, calibrated)
    together = _predict(method, analysis, calibrated)
    for cases in (calibrated.cases[::-1], calibrated.cases[:1], calibrated.cases[-1:]):
        alone = _predict(method, analysis, calibrated.subset(cases))
        apart = ~np.isclose(alone, together[cases], atol=TOLERANCE, equal_nan=True)
        if apart.any():
            case = cases[apart][0]
            fail(f"{case} is predicted {together[case]:g} among all cases, and {alone[case]:g} among {len(cases)}")


@property_of(METHOD_PROPERTIES, "What it may add", "predictions valid")
def refit_predicts_as_analyze(method: Method) -> None:
    """``predict`` after ``refit`` is ``predict`` after ``analyze``."""
    needs(method.predicts(), "it does not define predict")
    needs(type(method).refit is not Method.refit, "it does not define refit, so that analyze is used")
    calibrated = sample_study().calibrate()
    with doing("refit"):
        light = method.refit(calibrated.protected(), _rng())
    full, quick = _predict(method, _analyze(method, calibrated), calibrated), _predict(method, light, calibrated)
    apart = ~np.isclose(full, quick, atol=TOLERANCE, equal_nan=True)
    if apart.any():
        case = calibrated.cases[apart][0]
        fail(f"for {case}, predict says {full[case]:g} after analyze and {quick[case]:g} after refit")


@property_of(METHOD_PROPERTIES, "What it may add", "facets valid")
def propositions_answered(method: Method) -> None:
    """Every kind of proposition is answered with one of the four verdicts and a sentence; an unknown kind with silence."""
    made = sample_study()
    calibrated = made.calibrate()
    analysis = _analyze(method, calibrated)
    asked = [proposition for proposition in made.propositions if proposition.judge(None) is None]
    known = {proposition.claim for proposition in made.propositions}
    asked += [
        each for kind, entry in propositions().items() if kind not in known and (each := _any_proposition(entry.cls))
    ]
    for proposition in [*asked, SampleProposition(id="unknown")]:
        with doing(f"assess, on a claim of the kind {proposition.claim!r},"):
            verdict = method.assess(analysis, proposition, calibrated.protected())
        if not isinstance(verdict, Verdict):
            fail(
                f"assess answered a claim of the kind {proposition.claim!r} with {verdict!r}. Return an equifinal.Verdict"
            )
        if not isinstance(verdict.evidence, str) or not verdict.evidence.strip():
            fail(
                f"the verdict {verdict.answer!r} on a claim of the kind {proposition.claim!r} has no evidence: give a sentence"
            )
        numbers = [k for k, v in verdict.numbers.items() if not isinstance(v, (int, float, np.integer, np.floating))]
        if numbers:
            fail(
                f"the verdict on a claim of the kind {proposition.claim!r} has the number {numbers[0]!r}, which is none"
            )
        if proposition.claim == SampleProposition.claim and verdict.answer != "silent":
            fail(
                f"it says {verdict.answer!r} to a kind of proposition that nobody knows. Be silent: super().assess(...)"
            )


def _any_proposition(cls: type[Proposition]) -> Proposition | None:
    """A claim of a kind that a plugin brings, as far as its arguments are the usual ones."""
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
        said = method.advise(_analyze(method, calibrated), calibrated.protected())
    if said is None:
        return
    if not isinstance(said, pd.Series):
        fail(f"advise must return a pandas Series with case names as its index, or None; not {type(said).__name__}")
    if len(strangers := said.index[~said.index.isin(calibrated.cases)]):
        fail(f"advise speaks of {strangers[0]!r}, which is no case of the study")
    wrong = [value for value in said.dropna() if not isinstance(value, str)]
    if wrong:
        fail(f"advise said {wrong[0]!r}. Each case gets a sentence")


@property_of(METHOD_PROPERTIES, "Hard cases", "facets valid")
def few_cases(method: Method) -> None:
    """With four, two or one case it gives a result, or an ``InputError`` that says how many it needs."""
    calibrated = sample_study().calibrate()
    high = calibrated.fuzzy["Y"] > 0.5
    cases = [*calibrated.cases[high][:2], *calibrated.cases[~high][:2]]
    for chosen in (cases, cases[1:3], cases[:1]):
        _result_or_clear_error(method, calibrated.subset(chosen), f"on {len(chosen)} case{'s' * (len(chosen) > 1)}")


@property_of(METHOD_PROPERTIES, "Hard cases", "facets valid")
def one_condition(method: Method) -> None:
    """With one condition it gives a result, or an ``InputError`` that says how many it needs."""
    calibrated = sample_study(["A"]).calibrate()
    _result_or_clear_error(method, calibrated, "with one condition")


@property_of(METHOD_PROPERTIES, "Hard cases", "facets valid")
def condition_without_calibration(method: Method) -> None:
    """Where a condition has raw scores only it gives a result, or an ``InputError`` that says what is missing."""
    made = sample_study()
    first, *others = made.conditions
    bare = dataclasses.replace(made, conditions=[dataclasses.replace(first, calibrate=None), *others], propositions=[])
    _result_or_clear_error(method, bare.calibrate(), "where a condition has no calibration")


@property_of(METHOD_PROPERTIES, "Hard cases", "facets valid")
def constant_outcome(method: Method) -> None:
    """Where all cases have the same outcome it gives a result that says so, or a clear ``InputError``."""
    calibrated = sample_study().calibrate()
    for score, member in ((0.0, 0.02), (10.0, 0.98)):
        column = calibrated.outcome.column
        constant = dataclasses.replace(
            calibrated,
            raw=calibrated.raw.assign(Y=score),
            fuzzy=calibrated.fuzzy.assign(Y=member),
            data=calibrated.data.assign(**{column: score}),
        )
        _result_or_clear_error(method, constant, f"where every case has the outcome membership {member:g}")


def _result_or_clear_error(method: Method, calibrated: CalibratedStudy, where: str) -> None:
    try:
        analysis = method.analyze(calibrated.protected(), _rng())
    except InputError as error:
        if len(str(error).split()) < 4:
            fail(f"{where} it raised InputError({str(error)!r}). Say what is missing and what to do")
        return
    except ConformanceError:
        raise
    except Exception as error:
        with doing(f"{where} analyze"):
            raise error
    if not isinstance(analysis, Analysis):
        fail(f"{where} analyze returned {analysis!r}, which is no equifinal.Analysis")
    analysis.check_against(calibrated)


@property_of(METHOD_PROPERTIES, "Parallel runs and state", "facets valid", "predictions valid", "picklable")
def analysis_picklable(method: Method) -> None:
    """An analysis can travel to another process, and predicts the same there."""
    calibrated = sample_study().calibrate()
    analysis = _analyze(method, calibrated)
    try:
        back = cloudpickle.loads(cloudpickle.dumps(analysis))
    except Exception as error:
        fail(f"its analysis cannot be pickled ({error}). Keep in native what can be, such as arrays and fitted models")
    if method.predicts() and not _predict(method, back, calibrated).equals(_predict(method, analysis, calibrated)):
        fail("after a way through another process its analysis predicts differently")


@property_of(METHOD_PROPERTIES, "Parallel runs and state", "analysis picklable", "deterministic under a seed")
def all_that_was_learned_is_in_the_analysis(method: Method) -> None:
    """``predict`` and ``assess`` need the analysis alone: what another instance learned, or this one since, does not count."""
    made = sample_study()
    calibrated, parameters = made.calibrate(), method.parameters()
    analysis = _analyze(method, calibrated)
    predicted = _predict(method, analysis, calibrated) if method.predicts() else None
    answers = _answers(method, analysis, made)
    _analyze(method, calibrated.subset(calibrated.cases[:12]))
    remedy = "Keep what is learned in the Analysis (native), not in the method"
    for other, who in (
        (method, "after another analysis"),
        (type(method).from_parameters(parameters), "a new instance"),
    ):
        if predicted is not None:
            with doing(f"predict, {who},"):
                found = other.predict(analysis, calibrated.without_outcome())
            if not predicted.equals(pd.Series(found).astype(float)):
                fail(f"{who} predicts otherwise from the same analysis. {remedy}")
        if _answers(other, analysis, made) != answers:
            fail(f"{who} judges otherwise from the same analysis. {remedy}")


@property_of(METHOD_PROPERTIES, "Parallel runs and state", "facets valid", "deterministic under a seed")
def no_global_state(method: Method) -> None:
    """It leaves global state alone, and one analysis does not depend on those before it."""
    calibrated, other = sample_study().calibrate(), sample_study(["A", "B", "C", "D"]).calibrate()
    with untouched(type(method)):
        before = _analyze(method, calibrated)
        _analyze(method, other)
        after = _analyze(method, calibrated)
    if found := differences(before, after, calibrated, exactly=True):
        fail(f"after the analysis of another study the same study gives another result: {_first(found)}")
    again = type(method).from_parameters(method.parameters())
    if found := differences(before, _analyze(again, calibrated), calibrated, exactly=True):
        fail(f"a second instance with the same parameters gives another result: {_first(found)}")


@property_of(
    METHOD_PROPERTIES,
    "Beside the others",
    "analysis picklable",
    "refit predicts as analyze",
    "propositions answered",
    "advice is for cases",
)
def stands_beside_others(method: Method) -> None:
    """A whole run and comparison ends without a failure, a failed refit, or an answer that could not be given."""
    finished = run(sample_study(), methods={method.name: method})
    if finished.failures:
        fail(f"in a run it fails: {finished.failures[method.name]}")
    comparison = compare(finished)
    fit = comparison.yardsticks[method.name].fit
    if fit["failed_folds"]:
        problem = comparison.yardsticks[method.name].notes[0]
        fail(f"in a comparison {problem}")
    trouble = [note for note in comparison.notes["note"] if "could not" in note]
    trouble += [said for said in comparison.verdict_evidence[method.name] if "could not answer" in said]
    if trouble:
        fail(trouble[0])


@property_of(METHOD_PROPERTIES, "Beside the others", "facets valid")
def quick_on_the_bundled_studies(method: Method) -> None:
    """The analysis of a bundled study takes less than ten seconds."""
    bundled = [name for name, entry in studies().items() if entry.plugin.distribution == "equifinal"]
    needs(bool(bundled), "no study is bundled, or its plugin is switched off")
    for name in bundled:
        calibrated = load_study(name).calibrate()
        start = time.perf_counter()
        try:
            method.analyze(calibrated.protected(), _rng())
        except InputError:
            continue  # a study without what the method needs
        if (took := time.perf_counter() - start) > SLOWEST:
            fail(
                f"the study {name!r} with {len(calibrated.cases)} cases took {took:.0f} seconds; it should take less than "
                f"{SLOWEST:g}"
            )


METHOD_PROPERTIES.extend(EXTENSION_PROPERTIES)


# ------------------------------------------------------------------------------------------ comparing analyses


def differences(
    one: Analysis,
    other: Analysis,
    calibrated: CalibratedStudy,
    names: Mapping[str, str] | None = None,
    cases: Mapping[str, str] | None = None,
    exactly: bool = False,
) -> dict[str, str]:
    """By table and column, the first difference between two analyses of one study.

    Parameters
    ----------
    one, other
        The analyses.
    calibrated
        What `one` analysed.
    names, cases
        What conditions and cases are called in `other`, if differently.
    exactly
        Whether numbers must be equal to the last digit; otherwise to 1e-6.
    """
    names = {name: name for name in (*calibrated.condition_names, calibrated.outcome.name)} | dict(names or {})
    cases = {case: case for case in calibrated.cases} | dict(cases or {})
    tolerance = 0.0 if exactly else TOLERANCE
    found: dict[str, str] = {}
    theirs = other.conditions.loc[[names[name] for name in one.conditions.index]]
    for column in [c for c in one.conditions if c in theirs and c != "evidence"]:
        _compare(found, f"conditions, column {column!r}", one.conditions[column], theirs[column], tolerance)
    theirs = other.cases.loc[[cases[case] for case in one.cases.index]]
    _compare(found, "cases, column 'predicted'", one.cases["predicted"], theirs["predicted"], tolerance)
    if _partition(one.cases["group"]) != _partition(theirs["group"]):
        found["cases, column 'group'"] = "cases, column 'group': other cases belong together"
    _compare_configurations(found, one, other, calibrated, names, cases, tolerance)
    if set(one.fit) != set(other.fit):
        found["fit"] = f"fit has {', '.join(sorted(set(one.fit) ^ set(other.fit)))} only once"
    else:
        for key, value in one.fit.items():
            _compare(found, f"fit[{key!r}]", pd.Series([value]), pd.Series([other.fit[key]]), tolerance)
    return found


def _compare(found: dict[str, str], where: str, mine: pd.Series, theirs: pd.Series, tolerance: float) -> None:
    for label, one, other in zip(mine.index, mine, theirs, strict=True):
        if _missing(one) and _missing(other):
            continue
        numbers = isinstance(one, (int, float, np.number)) and isinstance(other, (int, float, np.number))
        if numbers and np.isclose(float(one), float(other), rtol=tolerance, atol=tolerance):
            continue
        if numbers or (isinstance(one, str) and where.endswith(("'role'", "'direction'")) and one != other):
            at = f" of {label}" if len(mine) > 1 else ""
            found[where] = f"{where}{at}: {one} and {other}"
            return


def _missing(value: Any) -> bool:
    return np.ndim(value) == 0 and bool(pd.isna(value))


def _partition(groups: pd.Series) -> list[tuple[int, ...]]:
    """Which positions share a label, whatever it is called; those without one each for themselves."""
    together: dict[Any, list[int]] = {}
    for position, label in enumerate(groups):
        together.setdefault(None if _missing(label) else label, []).append(position)
    return sorted(tuple(each) for each in together.values())


def _compare_configurations(
    found: dict[str, str],
    one: Analysis,
    other: Analysis,
    calibrated: CalibratedStudy,
    names: Mapping[str, str],
    cases: Mapping[str, str],
    tolerance: float,
) -> None:
    back = {theirs: mine for mine, theirs in cases.items()}
    mine = [_configuration(row, calibrated.fuzzy, {}) for _, row in one.configurations.iterrows()]
    labels = list(one.configurations.index)
    renamed = calibrated.fuzzy.rename(columns=dict(names))
    theirs = [_configuration(row, renamed, back) for _, row in other.configurations.iterrows()]
    where = "configurations"
    if len(mine) != len(theirs):
        found[where] = f"configurations: {len(mine)} and {len(theirs)} of them"
        return
    left = list(theirs)
    for label, (expression, members, numbers) in zip(labels, mine, strict=True):
        same = [
            each
            for each in left
            if each[1] == members
            and np.allclose(each[0], expression, atol=TOLERANCE, equal_nan=True)
            and np.allclose(each[2], numbers, rtol=tolerance, atol=tolerance, equal_nan=True)
        ]
        if not same:
            found[where] = f"configurations: {label} ({listing(sorted(members), 4) or 'no case'}) is not found again"
            return
        left = [each for each in left if each is not same[0]]


def _configuration(row: pd.Series, fuzzy: pd.DataFrame, back: Mapping[str, str]) -> tuple[Any, frozenset[str], Any]:
    """What an expression means (its memberships, so that its wording does not matter), its cases, its parameters of fit."""
    meaning = np.zeros(len(fuzzy))
    with contextlib.suppress(InputError, TypeError):
        meaning = Expression(row["expression"]).membership(fuzzy).to_numpy()
    members = frozenset(str(back.get(case, case)) for case in row["cases"])
    return meaning, members, np.array([row["consistency"], row["coverage"]], dtype=float)


def _first(found: Mapping[str, str]) -> str:
    return next(iter(found.values()))
