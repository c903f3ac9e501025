"""The conformance checks: each finds the mistake that it is there for, and what is sound passes all of them."""

import itertools
import os
import re
import sys
import time
import unittest
import warnings
from collections.abc import Collection
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pydantic
import pytest

import equifinal as eq
from core_toys import filled
from equifinal.testing import (
    Check,
    ConformanceError,
    check_calibrator,
    check_method,
    check_output,
    check_proposition,
    check_study,
    checks_of,
    example_of,
    parametrize_with_checks,
    sample_comparison,
    sample_study,
)
from equifinal.testing.calibrator import CALIBRATOR_PROPERTIES
from equifinal.testing.command import COMMAND_PROPERTIES
from equifinal.testing.facet import FACET_PROPERTIES
from equifinal.testing.measure import MEASURE_PROPERTIES
from equifinal.testing.method import METHOD_PROPERTIES
from equifinal.testing.output import OUTPUT_PROPERTIES
from equifinal.testing.scenario import SCENARIO_PROPERTIES
from equifinal.testing.study import PROPOSITION_PROPERTIES, STUDY_PROPERTIES

ROOT = Path(__file__).parents[2]


#: Checks that take as long as all others together; only where they are expected to fail, and on what is sound.
COSTLY = {
    "stands beside others",
    "quick on the bundled studies",
    "same in another process",
    "cases not seen are not known",
    "other studies",
    "claims on sets turned round",
}


def failed(target: Any, without: Collection[str] = ()) -> dict[str, str]:
    """Messages by name of the check."""
    results = [check.result() for check in checks_of(target) if check.name not in without]
    return {each.check.name: each.message for each in results if each.outcome == "failed"}


def assert_only(target: Any, expected: dict[str, str]) -> None:
    """Fail unless exactly these checks fail, each with these words and a place to read on."""
    messages = failed(target, COSTLY - set(expected))
    assert set(messages) == set(expected), messages
    (subject,) = {check.subject for check in checks_of(target)}
    for name, words in expected.items():
        assert messages[name].startswith(f"{subject}: {name}: ")
        assert words in messages[name]
        assert re.search(r"Read on: docs/write-a-plugin\.md#[a-z0-9-]+$", messages[name])
        assert "\n" not in messages[name]


# ------------------------------------------------------------------------------------------------- methods


class Sound(eq.Method):
    """The mean of the memberships, as far as it is above the tolerance."""

    name = "sound"
    reference = "Made for the tests (2026)"
    uses_outcome = False
    tolerance: float = pydantic.Field(default=0.0, ge=0, lt=1, description="Means below it count as 0.")

    def _mean(self, calibrated: eq.CalibratedStudy) -> pd.Series:
        mean = calibrated.fuzzy[list(calibrated.condition_names)].mean(axis=1)
        return mean.where(mean >= self.tolerance, 0.0)

    def analyze(self, study, rng):
        study.require_memberships(self.name)
        return filled(self, study, self._mean(study), fit={"mean": float(self._mean(study).mean())})

    def predict(self, analysis, study):
        return self._mean(study)

    def assess(self, analysis, proposition, study):
        if proposition.claim == "influence":
            return eq.Verdict("supported" if proposition.sign == 1 else "contradicted", "Every condition counts.")
        return super().assess(analysis, proposition, study)

    def advise(self, analysis, study):
        return pd.Series("More of all.", index=study.cases)


class WrongFacet(Sound):
    """A prediction that is no membership."""

    def analyze(self, study, rng):
        return filled(self, study, predicted=2.0)


class Fails(Sound):
    """An exception."""

    def analyze(self, study, rng):
        return super().analyze(study, rng) / 2


class NoEvidence(Sound):
    """Roles without a sentence."""

    def analyze(self, study, rng):
        found = super().analyze(study, rng)
        return eq.Analysis(**{**vars(found), "conditions": found.conditions.assign(evidence="")})


class Figure(Sound):
    """A figure more: a base for the mistakes below."""

    def figure(self, study, rng):
        raise NotImplementedError

    def analyze(self, study, rng):
        study.require_memberships(self.name)
        return filled(self, study, self._mean(study), fit={"x": float(self.figure(study, rng))})


class OwnRandomness(Figure):
    """Draws from a generator of its own."""

    def figure(self, study, rng):
        return np.random.default_rng().random()


class GlobalRandomness(Figure):
    """Draws from the generator of everybody."""

    def figure(self, study, rng):
        return np.random.random()  # noqa: NPY002


class Remembers(Figure):
    """Counts its analyses."""

    def figure(self, study, rng):
        SEEN.append(1)
        return len(SEEN)


SEEN: list[int] = []


class ChangesStudy(Sound):
    """Writes into the study."""

    def analyze(self, study, rng):
        found = super().analyze(study, rng)
        study.fuzzy.loc[study.cases[0], study.outcome.name] = 0.5
        return found


class ChangesStudyLater(Sound):
    """Writes into the study when it judges."""

    def assess(self, analysis, proposition, study):
        study.data["more"] = 1
        return super().assess(analysis, proposition, study)


class ChangesStudyInRefit(Sound):
    """Writes into the study when it is fitted again."""

    def refit(self, study, rng):
        found = self.analyze(study, rng)
        study.raw.iloc[0, 0] = 0.0
        return found


class ChangesAnalysis(Sound):
    """Writes into its own analysis."""

    def advise(self, analysis, study):
        analysis.cases["predicted"] = 0.1


class FirstCaseMatters(Figure):
    """Looks at the first case."""

    def figure(self, study, rng):
        return study.raw[study.outcome.name].iloc[0]


class FirstConditionMatters(Sound):
    """Takes the first condition for the most important."""

    def analyze(self, study, rng):
        found = super().analyze(study, rng)
        roles = ["core", *["none"] * (len(study.conditions) - 1)]
        return eq.Analysis(**{**vars(found), "conditions": found.conditions.assign(role=roles)})


class JudgesByOrder(Sound):
    """Supports what is said of the first condition."""

    def assess(self, analysis, proposition, study):
        if proposition.claim == "influence":
            return eq.Verdict(
                "supported" if proposition.condition == study.condition_names[0] else "contradicted", "So."
            )
        return super().assess(analysis, proposition, study)


class NamesMatter(Figure):
    """Counts letters."""

    def figure(self, study, rng):
        return len("".join(study.condition_names))


class SignOfTheScores(Sound):
    """Takes the direction of the raw scores for that of the set."""

    def analyze(self, study, rng):
        found = super().analyze(study, rng)
        outcome = study.raw[study.outcome.name]
        signs = [int(np.sign(np.nan_to_num(study.raw[name].corr(outcome)))) for name in study.condition_names]
        return eq.Analysis(**{**vars(found), "conditions": found.conditions.assign(direction=signs)})


class PathsWeighedByNumber(Sound):
    """Divides by the number of cases, so that a case in no path changes the coverage."""

    sufficient_paths = True

    def analyze(self, study, rng):
        study.require_memberships(self.name)
        names = list(study.condition_names)
        coverage = float(study.fuzzy[names].min(axis=1).mean())
        row = {"expression": "*".join(names), "cases": [], "consistency": 1.0, "coverage": coverage}
        return filled(self, study, self._mean(study), configurations=pd.DataFrame([row]))


class PredictsTooMuch(Sound):
    """Predicts what is no membership."""

    def predict(self, analysis, study):
        return self._mean(study) + 1


class PredictsOtherwise(Sound):
    """Predicts something else than its table says."""

    def predict(self, analysis, study):
        return self._mean(study) / 2


class PredictsTogether(Sound):
    """Ranks the cases that are there."""

    def _mean(self, study):
        return super()._mean(study).rank(pct=True)


class RefitsOtherwise(Sound):
    """Learns something else when it is fitted again."""

    def refit(self, study, rng):
        return eq.Analysis.for_prediction(self, 0.5)

    def predict(self, analysis, study):
        return self._mean(study) * (analysis.native or 1)


class RefitsFail(Sound):
    """Cannot be fitted again."""

    def refit(self, study, rng):
        raise ZeroDivisionError("nothing to divide")


class SomeRefitsFail(Sound):
    """Cannot be fitted without one of the cases."""

    def refit(self, study, rng):
        if len(study.cases) % 2:
            raise ZeroDivisionError("an odd number")
        return self.analyze(study, rng)


class AnswersWithText(Sound):
    """Answers with a word."""

    def assess(self, analysis, proposition, study):
        return "supported"


class AnswersWithoutEvidence(Sound):
    """Answers without a reason."""

    def assess(self, analysis, proposition, study):
        return eq.Verdict("inconclusive")


class KnowsEverything(Sound):
    """Never silent."""

    def assess(self, analysis, proposition, study):
        return eq.Verdict("supported", "Of course.")


class AdvisesStrangers(Sound):
    """Speaks to cases that are not there."""

    def advise(self, analysis, study):
        return pd.Series({"Atlantis": "Rise."})


class NeedsManyCases(Sound):
    """Ends in an error of linear algebra."""

    def analyze(self, study, rng):
        if len(study.cases) < 10:
            raise np.linalg.LinAlgError("Singular matrix")
        return super().analyze(study, rng)


class NeedsTwoConditions(Sound):
    """Takes a second condition for granted."""

    def analyze(self, study, rng):
        _ = study.condition_names[1]
        return super().analyze(study, rng)


class NeedsVariation(Sound):
    """Says too little."""

    def analyze(self, study, rng):
        if np.ptp(study.fuzzy[study.outcome.name]) == 0 and len(study.cases) > 1:
            raise eq.InputError("no")
        return super().analyze(study, rng)


class NeedsMemberships(Sound):
    """Takes memberships for granted."""

    def analyze(self, study, rng):
        return filled(self, study, self._mean(study))


class CannotTravel(Sound):
    """Keeps what cannot be pickled."""

    def analyze(self, study, rng):
        study.require_memberships(self.name)
        return filled(self, study, self._mean(study), native=(each for each in "generators cannot be pickled"))


class KeepsItInItself(Sound):
    """Predicts from what this instance learned last, as estimators of other libraries do."""

    _learned: float = pydantic.PrivateAttr(default=0.0)

    def analyze(self, study, rng):
        study.require_memberships(self.name)
        self._learned = float(study.fuzzy[study.outcome.name].mean())
        return filled(self, study, self._learned)

    def refit(self, study, rng):
        return self.analyze(study, rng)

    def predict(self, analysis, study):
        return pd.Series(self._learned, index=study.cases)


class JudgesFromItself(Sound):
    """Judges from what this instance learned last."""

    _sign: int = pydantic.PrivateAttr(default=0)

    def analyze(self, study, rng):
        self._sign = 1
        return super().analyze(study, rng)

    def assess(self, analysis, proposition, study):
        if proposition.claim == "influence":
            return eq.Verdict("supported" if proposition.sign == self._sign else "inconclusive", "So.")
        return super().assess(analysis, proposition, study)


LAST_STUDY = [3]


class RemembersStudies(Figure):
    """Knows how many conditions the study before had."""

    def figure(self, study, rng):
        before, LAST_STUDY[0] = LAST_STUDY[0], len(study.conditions)
        return before


class SeedsForAll(Figure):
    """Repeats, and makes everybody repeat."""

    def figure(self, study, rng):
        np.random.seed(1)  # noqa: NPY002
        return np.random.random()  # noqa: NPY002


class ChangesEnvironment(Sound):
    """Leaves a note for itself."""

    def analyze(self, study, rng):
        os.environ["LAST_STUDY"] = str(len(study.cases) + time.perf_counter())
        return super().analyze(study, rng)


class Hushes(Sound):
    """Hides the warnings of others."""

    def analyze(self, study, rng):
        warnings.filterwarnings("ignore", message=f"number {time.perf_counter()}")
        return super().analyze(study, rng)


class Counts(Sound):
    """Counts in its class."""

    calls: ClassVar[int] = 0

    def analyze(self, study, rng):
        type(self).calls += 1
        return super().analyze(study, rng)


class Prints(Sound):
    """Talks."""

    def analyze(self, study, rng):
        print("analysing ...")
        return super().analyze(study, rng)


class ShowsProgress(Sound):
    """Talks to the other stream."""

    def analyze(self, study, rng):
        print("50 %", file=sys.stderr)
        return super().analyze(study, rng)


class NoReference(Sound):
    """Without one."""

    reference = ""


class NoDocstring(Sound):
    name = "no-docstring"


class BadName(Sound):
    """With a name that nobody can type."""

    name = "My Method"


class AcceptsAnything(Sound):
    """A parameter of no type."""

    name = "anything"
    what: Any = pydantic.Field(default=1, description="Whatever.")


class AcceptsUnknown(Sound):
    """Any parameter goes."""

    model_config = pydantic.ConfigDict(extra="ignore")


class Undescribed(Sound):
    """A parameter without a description."""

    cutoff: float = 0.5


class HoldsAnything(Sound):
    """A parameter that is a sequence of nobody knows what."""

    several: tuple = pydantic.Field(default=(), description="Whatever.")


#: What each does wrong, by the checks that find it: no more and no fewer.
MISTAKES = [
    (WrongFacet, {"facets valid": "column 'predicted' of case 01 is 2.0"}),
    (Fails, {"facets valid": "unsupported operand type(s) for /: 'Analysis' and 'int' (test_testing.py, line"}),
    (NoEvidence, {"facets valid": "the evidence on the condition A is empty"}),
    (OwnRandomness, {"deterministic under a seed": "fit['x']"}),
    (GlobalRandomness, {"deterministic under a seed": "Draw from rng alone"}),
    (Remembers, {"deterministic under a seed": "remember nothing in between"}),
    (ChangesStudy, {"input not mutated": "analyze changed study.fuzzy. Work on a copy: study.fuzzy.copy()"}),
    (ChangesStudyLater, {"input not mutated": "assess changed study.data"}),
    (ChangesStudyInRefit, {"input not mutated": "refit changed study.raw"}),
    (ChangesAnalysis, {"input not mutated": "changed the analysis"}),
    (FirstCaseMatters, {"order of cases": "with the cases in another order the result differs: fit['x']"}),
    (FirstConditionMatters, {"order of conditions": "conditions, column 'role' of A: core and none"}),
    (
        JudgesByOrder,
        {"order of conditions": "the verdict on the proposition 'A raises the outcome': supported and contradict"},
    ),
    (NamesMatter, {"relabelling": "with other names the result differs: fit['x']: 3.0 and 13.0"}),
    (
        SignOfTheScores,
        {"roles and directions of sets": "the direction of A is 1, and -1 when the same memberships come"},
    ),
    (PathsWeighedByNumber, {"unused case without weight": "with a further case that has no membership in anything"}),
    (PredictsTooMuch, {"predictions valid": "memberships lie between 0 and 1"}),
    (PredictsOtherwise, {"predict agrees with predicted": "analyze says"}),
    (PredictsTogether, {"each case predicted for itself": "among all cases"}),
    (RefitsOtherwise, {"refit predicts as analyze": "after refit"}),
    (
        RefitsFail,
        {"refit predicts as analyze": "refit raised ZeroDivisionError: nothing to divide (test_testing.py, line"},
    ),
    (SomeRefitsFail, {"stands beside others": "in a comparison 24 of 24 refits failed"}),
    (AnswersWithText, {"propositions answered": "Return an equifinal.Verdict"}),
    (AnswersWithoutEvidence, {"propositions answered": "has no evidence"}),
    (KnowsEverything, {"propositions answered": "an unknown kind of proposition"}),
    (AdvisesStrangers, {"advice is for cases": "advise mentions 'Atlantis', which is not a case of the study"}),
    (NeedsManyCases, {"few cases": "on 4 cases analyze raised LinAlgError: Singular matrix (test_testing.py, line"}),
    (NeedsTwoConditions, {"one condition": "raised IndexError"}),
    (NeedsVariation, {"constant outcome": "Say what is missing and what to do"}),
    (
        NeedsMemberships,
        {"condition without calibration": "where a condition has no calibration analyze raised KeyError"},
    ),
    (CannotTravel, {"analysis picklable": "cannot be pickled"}),
    (KeepsItInItself, {"all that was learned is in the analysis": "after another analysis predicts differently"}),
    (JudgesFromItself, {"all that was learned is in the analysis": "a new instance judges differently"}),
    (RemembersStudies, {"no global state": "the same study gives another result"}),
    (
        SeedsForAll,
        {"no global state": "random state, which others use too. Draw from rng alone; a library that draws gets"},
    ),
    (ChangesEnvironment, {"no global state": "the environment variables"}),
    (Hushes, {"no global state": "the filters of warnings"}),
    (Counts, {"no global state": "attributes of the class Counts"}),
    (Prints, {"no global state": "it printed 'analysing ...'. Say it in notes"}),
    (ShowsProgress, {"no global state": "it printed '50 %'"}),
    (NoReference, {"documented": "gives no reference"}),
    (NoDocstring, {"documented": "has no docstring"}),
    (BadName, {"documented": "lower-case letters"}),
    (AcceptsAnything, {"parameters validated": "it accepts what =", "parameters described": "not with Any"}),
    (AcceptsUnknown, {"parameters validated": "a misspelt one goes unnoticed"}),
    (Undescribed, {"parameters described": "'cutoff' has no description"}),
    (HoldsAnything, {"parameters described": "no type for the parameter 'several', or for what it holds"}),
]


def test_a_sound_method_passes_and_says_what_does_not_apply():
    results = check_method(Sound)
    assert {result.check.name: result.message for result in results if result.outcome != "passed"} == {
        "unused case without weight": "its configurations do not claim to be sufficient (sufficient_paths = False)",
        "refit predicts as analyze": "it does not define refit, so analyze is used",
        "figures of paths": "its configurations do not claim to be sufficient (sufficient_paths = False)",
        "claims on sets turned round": "it never looks at the outcome (uses_outcome = False)",
        "outcome as a set": "it never looks at the outcome (uses_outcome = False)",
        "refit is quick": "it does not define refit, so analyze is used",
        "condition without calibration": "it refuses it, in a sentence",
    }
    assert len(results) == len(METHOD_PROPERTIES) >= 22
    assert [each.outcome for each in check_method(Sound(tolerance=0.2))] == [each.outcome for each in results]


@pytest.mark.parametrize(("cls", "expected"), MISTAKES, ids=lambda value: getattr(value, "__name__", ""))
def test_each_mistake_is_found_by_its_check_and_by_no_other(cls, expected):
    assert_only(cls, expected)


def test_every_check_of_a_method_is_seen_to_fail():
    tried = {name for _, expected in MISTAKES for name in expected}
    tried |= {"picklable", "quick on the bundled studies"}  # these two: below
    tried |= {"opposite and equal claims", "figures of paths", "refit is quick", "other studies"}  # in test_planted.py
    tried |= {"claims on sets turned round"}  # likewise
    tried |= {"same in another process", "cases not seen are not known"}  # likewise
    tried |= {"columns that are not declared", "outcome as a set", "names that mean nothing"}  # likewise
    tried |= {"panels", "other parameters"}  # likewise
    assert {each.name for each in METHOD_PROPERTIES} == tried


def test_a_check_that_builds_on_one_that_fails_is_not_tried():
    results = {result.check.name: result for result in (check.result() for check in checks_of(WrongFacet))}
    for name in ("order of cases", "predict agrees with predicted", "stands beside others"):
        assert (results[name].outcome, results[name].message) == ("does not apply", "'facets valid' must pass first")
    assert results["documented"].outcome == "passed"


def test_a_slow_method(monkeypatch):
    from equifinal.testing import method_robustness as module

    times = itertools.count(0, 11)
    monkeypatch.setattr(module.time, "perf_counter", lambda: float(next(times)))
    assert_only(Sound, {"quick on the bundled studies": "took 11 seconds; it should take less than 10"})


def test_a_method_that_cannot_be_pickled():
    class Odd(Sound):
        """It holds a lock."""

        def __reduce__(self):
            raise TypeError("cannot pickle a lock")

    assert_only(Odd, {"picklable": "cannot pickle a lock"})


@pytest.mark.parametrize(
    ("file", "name"), [("rank_correlation", "rank-correlation"), ("decision_tree", "decision-tree")]
)
def test_the_examples_of_the_docs_pass(file, name, registry):
    eq.load_plugin(ROOT / f"docs/examples/{file}.py")
    assert {result.outcome for result in check_method(eq.methods()[name].cls)} == {"passed", "does not apply"}


def test_what_changes_with_the_seed_is_not_blamed_on_the_order():
    class Draws(Sound):
        """A figure that comes by chance from the cases in their order."""

        def analyze(self, study, rng):
            study.require_memberships(self.name)
            chosen = rng.choice(study.raw["A"] if "A" in study.raw else study.raw.iloc[:, 0], 5)
            return filled(self, study, self._mean(study), fit={"drawn": float(chosen.mean())})

    assert set(failed(Draws)) == set()


def test_all_failures_are_named_at_once():
    with pytest.raises(ConformanceError) as raised:
        check_method(AcceptsAnything)
    lines = str(raised.value).splitlines()
    assert [line.split(": ")[1] for line in lines] == ["parameters validated", "parameters described"]


# ----------------------------------------------------------------------------------------------- calibrators


class Share(eq.Calibrator):
    """The share of the highest possible score."""

    name = "share"
    reference = "Made for the tests (2026)"
    highest: float = pydantic.Field(gt=0, description="The highest possible score.", examples=[10])

    def calibrate(self, raw):
        return (raw / self.highest).clip(0, 1)


class Unbounded(Share):
    """Beyond 1."""

    def calibrate(self, raw):
        return raw / self.highest


class FillsIn(Share):
    """Invents memberships."""

    def calibrate(self, raw):
        return super().calibrate(raw).fillna(0.5)


class Spoils(Share):
    """Changes the scores."""

    def calibrate(self, raw):
        raw[:] = (raw / self.highest).clip(0, 1)
        return raw.copy()


class Looks(Share):
    """Looks at the other scores."""

    def calibrate(self, raw):
        return (raw / raw.max()).clip(0, 1)


class Ordered(Share):
    """The first score counts as the highest."""

    def fit(self, raw):
        return self.model_copy(update={"highest": float(raw.iloc[0])})


class Dice(Share):
    """By chance."""

    def calibrate(self, raw):
        return pd.Series(np.random.default_rng().random(len(raw)), index=raw.index).where(raw.notna())


class Splits(Share):
    """Divides by the spread."""

    def fit(self, raw):
        if raw.max() == raw.min():
            raise ZeroDivisionError("no spread")
        return self


LAST = [1.0]


class Shares(Share):
    """All instances learn the same."""

    def fit(self, raw):
        LAST[0] = float(raw.max())
        return self

    def calibrate(self, raw):
        return (raw / LAST[0]).clip(0, 1)


class Unpicklable(Share):
    """Cannot travel once it is fitted."""

    _how: Any = pydantic.PrivateAttr(default=None)

    def fit(self, raw):
        fitted = self.model_copy()
        fitted._how = (each for each in raw)
        return fitted


class Nameless(Share):
    highest: float = pydantic.Field(gt=0, description="The highest possible score.", examples=[10])


class Loose(Share):
    """Takes any parameter."""

    model_config = pydantic.ConfigDict(extra="ignore")


class Mute(Share):
    """Does not say what its parameter is."""

    highest: float = pydantic.Field(gt=0, examples=[10])


class Rigid(Share):
    """Holds on to where it is."""

    def __reduce__(self):
        raise TypeError("cannot pickle a lock")


class Adrift(Share):
    """Draws its anchor where no score is."""

    def anchor_scores(self):
        return {"top": float("inf")}


CALIBRATOR_MISTAKES = [
    (Unbounded, {"memberships between 0 and 1": "becomes 1.13304; a membership lies between 0 and 1"}),
    (FillsIn, {"missing stays missing": "a missing score becomes 0.5"}),
    (Spoils, {"input not mutated": "it changed the scores. Work on a copy: raw.copy()"}),
    (Looks, {"each score for itself": "Learn what comes from the data in fit"}),
    (Ordered, {"order of cases": "with the scores in another order the memberships differ"}),
    (Dice, {"deterministic": "calibrated twice"}),
    (Splits, {"few and equal scores": "with one score raised ZeroDivisionError: no spread"}),
    (Shares, {"no global state": "changed a calibrator that was fitted before"}),
    (Unpicklable, {"fitted picklable": "cannot pickle 'generator' object"}),
    (Adrift, {"anchors are scores": "the anchor 'top' is inf; it must be a finite number"}),
    (Nameless, {"documented": "the class Nameless has no docstring"}),
    (Loose, {"parameters validated": "a misspelt one goes unnoticed"}),
    (Mute, {"parameters described": "'highest' has no description"}),
    (Rigid, {"picklable": "cannot pickle a lock"}),
]


@pytest.mark.parametrize(("cls", "expected"), CALIBRATOR_MISTAKES, ids=lambda value: getattr(value, "__name__", ""))
def test_each_mistake_of_a_calibrator_is_found_by_its_check_and_by_no_other(cls, expected):
    assert_only(cls, expected)


def test_every_check_of_a_calibrator_is_seen_to_fail():
    assert failed(Share) == {}
    tried = {name for _, expected in CALIBRATOR_MISTAKES for name in expected}
    # In test_planted.py:
    tried |= {"anchors mean what they say", "whole numbers are numbers", "same in another process", "other parameters"}
    assert {each.name for each in CALIBRATOR_PROPERTIES} == tried


def test_a_class_that_needs_parameters_gives_an_example():
    assert example_of(Share).highest == 10
    assert example_of(Share(highest=3)).highest == 3

    class Bare(Share):
        highest: float = pydantic.Field(gt=0, description="The highest possible score.")

    with pytest.raises(eq.InputError, match=r"cannot be built without 'highest'.*examples=\[\.\.\.\]"):
        check_calibrator(Bare)


def test_each_set_of_parameters_is_checked():
    class Broken(Share):
        """It has a limit above which it is broken."""

        model_config = pydantic.ConfigDict(json_schema_extra={"examples": [{"highest": 10}, {"highest": 20}]})

        def calibrate(self, raw):
            return super().calibrate(raw) * (1 if self.highest < 15 else 2)

    checks = checks_of(Broken)
    assert len(checks) == 2 * len(CALIBRATOR_PROPERTIES)
    assert len({check.id for check in checks}) == len(checks)
    found = [check.result() for check in checks if check.name == "memberships between 0 and 1"]
    assert [(each.check.subject, each.outcome) for each in found] == [
        ("calibrator share", "passed"),
        ("calibrator share[2]", "failed"),
    ]


class EndsEarly(Sound):
    """A solver that ends a little earlier or later."""

    def _mean(self, study):
        SEEN.append(1)
        return (super()._mean(study) + 1e-5 * (len(SEEN) % 2)).clip(0, 1)


def test_a_tolerance_can_be_declared():
    class Declared(EndsEarly):
        """It says so."""

        solver_tolerance = 1e-4

    assert "deterministic under a seed" in failed(EndsEarly)
    assert failed(Declared) == {}


# --------------------------------------------------------------------------------------------------- outputs


class Lines(eq.Output):
    """One line per method."""

    name = "lines"

    def text(self, comparison):
        labels = [*comparison.analyses, *comparison.failures]
        manifest = comparison.manifest
        return "\n".join(
            [comparison.banner, *labels, *(str(manifest[key]) for key in ("study", "version", "data_sha256"))]
        )

    def write(self, comparison, directory):
        path = directory / "lines.txt"
        path.write_text(self.text(comparison), encoding="utf-8")
        return [path]


class Beside(Lines):
    """Writes elsewhere."""

    def write(self, comparison, directory):
        (directory.parent / "lines.txt").write_text("here", encoding="utf-8")
        return super().write(comparison, directory)


class Secret(Lines):
    """Does not say all."""

    def write(self, comparison, directory):
        super().write(comparison, directory)
        return []


class Numbered(Lines):
    """Never the same."""

    def text(self, comparison):
        return f"{super().text(comparison)}\n{time.perf_counter()}"


class Sorts(Lines):
    """Sorts the caller's tables."""

    def text(self, comparison):
        comparison.cases.insert(0, "rank", comparison.cases["outcome"].rank())
        return super().text(comparison)


class NoManifest(Lines):
    """Says nothing about the data."""

    def text(self, comparison):
        return comparison.banner + "".join(comparison.analyses)


class NoBanner(Lines):
    """Keeps quiet."""

    def text(self, comparison):
        return super().text(comparison).replace(comparison.banner, "")


class Chosen(Lines):
    """Knows two methods."""

    def text(self, comparison):
        return super().text(comparison).replace("sample-method", "")


class NeedsPropositions(Lines):
    """Begins with the first proposition."""

    def text(self, comparison):
        return comparison.verdicts.index[0] + super().text(comparison)


class Moves(Lines):
    """Works where it writes."""

    def write(self, comparison, directory):
        os.environ["LAST_FOLDER"] = str(directory)
        return super().write(comparison, directory)


class Undocumented(Lines):
    def text(self, comparison):
        return super().text(comparison)


class Lax(Lines):
    """Takes any parameter."""

    model_config = pydantic.ConfigDict(extra="ignore")


class Terse(Lines):
    """Does not say what its parameter is."""

    width: int = 80


class Stuck(Lines):
    """Holds on to where it is."""

    def __reduce__(self):
        raise TypeError("cannot pickle a lock")


OUTPUT_MISTAKES = [
    (Beside, {"writes what it says": "it wrote 'lines.txt' beside the folder"}),
    (Secret, {"writes what it says": "it wrote 'lines.txt' without saying so. Return every path"}),
    (Numbered, {"same files every time": "the second time, 'lines.txt' differs"}),
    (Sorts, {"input not mutated": "it changed comparison.cases. Work on a copy"}),
    (NoManifest, {"states the manifest": "nothing that it writes says data_sha256"}),
    (NoBanner, {"banner for data not observed": "Show comparison.banner"}),
    (Chosen, {"any method is shown": "ask for no method by name"}),
    (NeedsPropositions, {"hard studies": "without propositions, write raised IndexError"}),
    (Moves, {"no global state": "it changed the environment variables"}),
    (Undocumented, {"documented": "the class Undocumented has no docstring"}),
    (Lax, {"parameters validated": "a misspelt one goes unnoticed"}),
    (Terse, {"parameters described": "'width' has no description"}),
    (Stuck, {"picklable": "cannot pickle a lock"}),
]


@pytest.mark.parametrize(("cls", "expected"), OUTPUT_MISTAKES, ids=lambda value: getattr(value, "__name__", ""))
def test_each_mistake_of_an_output_is_found_by_its_check_and_by_no_other(cls, expected, monkeypatch):
    monkeypatch.setenv("LAST_FOLDER", "")
    assert_only(cls, expected)


def test_every_check_of_an_output_is_seen_to_fail():
    outcomes = {each.check.name: each.outcome for each in check_output(Lines)}
    assert {name for name, outcome in outcomes.items() if outcome != "passed"} == {
        "texts are no markup",
        "other parameters",
        "verdicts under their methods",
    }
    tried = {name for _, expected in OUTPUT_MISTAKES for name in expected}
    tried |= {"texts are no markup", "same files in another process"}  # in test_planted.py
    tried |= {"verdicts under their methods", "other parameters"}  # likewise
    assert {each.name for each in OUTPUT_PROPERTIES} == tried


# ------------------------------------------------------------------------------------------ studies and claims


def test_mistakes_of_studies_are_found(towns, tmp_path):
    assert set(failed(eq.StudySource("towns", towns))) == {"origin stated"}
    assert set(failed(eq.StudySource("villages", towns))) == {"can be loaded", "origin stated"}
    assert "can be loaded" in failed(eq.StudySource("towns", tmp_path / "nowhere.toml"))
    assert len(check_study(eq.studies()["heilongjiang"].cls)) == len(STUDY_PROPERTIES)
    towns.write_text(towns.read_text().partition("[[proposition]]")[0])
    assert "has propositions" in failed(eq.StudySource("towns", towns))


def test_mistakes_of_propositions_are_found():
    class Vague(eq.Proposition):
        claim = "vague"
        how: str

    assert set(failed(Vague)) == {"documented", "arguments described", "arguments have examples"}
    assert len(check_proposition(eq.propositions()["joint"].cls)) == len(PROPOSITION_PROPERTIES)


# ---------------------------------------------------------------------------------------- around the checks


@pytest.mark.parametrize(
    ("check", "wrong"), [(check_method, Share), (check_calibrator, Sound), (check_output, "html"), (check_study, Lines)]
)
def test_the_wrong_kind_of_thing(check, wrong):
    with pytest.raises(eq.InputError, match=r"is not an equifinal\.(Method|Calibrator|Output|StudySource)"):
        check(wrong)


def test_what_cannot_be_checked():
    with pytest.raises(eq.InputError, match="cannot be checked"):
        checks_of(42)


@parametrize_with_checks([Sound, Share], expected_failures={})
def test_the_decorator_makes_a_test_of_each_check(check):
    assert isinstance(check, Check)
    check()


@parametrize_with_checks([NoReference], expected_failures={"documented": "it has no reference, on purpose"})
def test_failures_can_be_expected(check):
    check()


def test_a_check_that_does_not_apply_is_a_skipped_test():
    (check,) = [check for check in checks_of(Sound) if check.name == "unused case without weight"]
    with pytest.raises(unittest.SkipTest, match="do not claim to be sufficient"):
        check()


def test_ids_are_unique_and_can_be_selected():
    ids = [check.id for check in [*checks_of(Sound), *checks_of(Share)]]
    assert len(set(ids)) == len(ids)
    assert "sound-input_not_mutated" in ids


def test_the_sections_to_read_on_are_on_the_page():
    page = (ROOT / "docs/write-a-plugin.md").read_text(encoding="utf-8")
    headings = set(re.findall(r"^##+ (.*)$", page, re.MULTILINE))
    lists = (
        *(METHOD_PROPERTIES, CALIBRATOR_PROPERTIES, OUTPUT_PROPERTIES, STUDY_PROPERTIES, PROPOSITION_PROPERTIES),
        *(MEASURE_PROPERTIES, FACET_PROPERTIES, SCENARIO_PROPERTIES, COMMAND_PROPERTIES),
    )
    for each in itertools.chain(*lists):
        assert each.section in headings, each.name
        assert each.promise.endswith("."), each.name


def test_the_sample_study_is_what_it_says():
    calibrated = sample_study(["A", "B", "C", "D"]).calibrate()
    crisp = calibrated.crisp[["A", "B", "C"]]
    assert crisp.notna().all(axis=None)
    assert set(crisp.value_counts()) == {3}  # all eight combinations, three times each
    expected = ((crisp["A"] + crisp["B"] == 2) | (crisp["C"] == 1)).astype(float)
    assert (calibrated.crisp["Y"] == expected).mean() > 0.9
    comparison = sample_comparison()
    assert (list(comparison.analyses), list(comparison.failures)) == (
        ["sample-method", "sample-blind"],
        ["sample-failing"],
    )
