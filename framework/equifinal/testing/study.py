"""The properties of a study that a plugin brings, and of a kind of proposition."""

import itertools
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from equifinal.comparison.compare import compare
from equifinal.errors import InputError
from equifinal.method.run import run
from equifinal.study.calibrated import CalibratedStudy
from equifinal.study.propositions import Proposition, Verdict
from equifinal.study.study import Study
from equifinal.study.study_file import StudySource, load_study
from equifinal.testing.checks import Property, doing, fail, property_of
from equifinal.testing.common import described, needs
from equifinal.testing.samples import SampleMethod, sample_study

STUDY_PROPERTIES: list[Property] = []
PROPOSITION_PROPERTIES: list[Property] = []

#: As many as a comparison asks for at first.
MANY_WORLDS = 199


def _load(source: StudySource) -> Study:
    with doing("loading the study"):
        return load_study(source.path)


@property_of(STUDY_PROPERTIES, "Studies")
def can_be_loaded(source: StudySource) -> None:
    """The file exists, is a ``study.toml`` without mistakes, and has the name under which the plugin offers it."""
    if not Path(source.path).is_file():
        fail(f"there is no file {Path(source.path).name!r} where it says. Is it part of the package?")
    study = _load(source)
    if study.name != source.name:
        fail(f"the plugin offers it as {source.name!r}, and its file says name = {study.name!r}")


@property_of(STUDY_PROPERTIES, "Studies")
def origin_stated(source: StudySource) -> None:
    """Title, description, source and licence are given, and a note if the data were not observed."""
    study = _load(source)
    for key in ("title", "description", "source", "licence"):
        if not getattr(study, key).strip() or (key == "title" and study.title == study.name):
            fail(f"[study] has no {key}. Readers want to know what the data are and whether they may use them")
    if study.provenance != "observed" and not study.note.strip():
        fail(f"its data were not observed ({study.provenance}), and no note says how they came about")


@property_of(STUDY_PROPERTIES, "Studies")
def can_be_compared(source: StudySource) -> None:
    """It can be calibrated, run and compared."""
    with doing("a comparison of the study"):
        compare(run(_load(source), methods=[SampleMethod()]))


@property_of(STUDY_PROPERTIES, "Studies")
def has_propositions(source: StudySource) -> None:
    """It states propositions, so that methods can answer."""
    if not _load(source).propositions:
        fail("it has no [[proposition]]. Write down what theory or an earlier study claims, before looking at results")


@property_of(PROPOSITION_PROPERTIES, "Claims")
def documented(cls: type[Proposition]) -> None:
    """A docstring says when such a claim holds."""
    if not (cls.__dict__.get("__doc__") or "").strip():
        fail(f"the class {cls.__name__} has no docstring. Say when such a claim holds")


@property_of(PROPOSITION_PROPERTIES, "Claims")
def arguments_described(cls: type[Proposition]) -> None:
    """The JSON schema gives type and description of every argument."""
    described(cls)


#: Arguments by the names that the framework checks, in the sample study.
_USUAL: dict[str, Any] = {
    "expression": "A*B",
    "condition": "B",
    "conditions": ("A", "B"),
    "cases": ("case 01", "case 02"),
}


def _example(cls: type[Proposition]) -> Proposition:
    """A claim of the kind on the sample study; ends the check when its arguments cannot be guessed."""
    given = {name: _USUAL[name] for name in cls.model_fields if name in _USUAL}
    given |= {
        name: field.examples[0] for name, field in cls.model_fields.items() if name not in given and field.examples
    }
    try:
        return cls(id="an example", **given)
    except ValueError as error:
        needs(False, f"its arguments have no examples ({' '.join(str(error).split())[:80]})")
        raise


def _importances() -> list[pd.DataFrame]:
    """Importances of the sample study, with the rows in each order."""
    found = pd.DataFrame({"importance": [0.01, 0.2, 0.1]}, index=["A", "B", "C"])
    return [found, *(found.loc[list(order)] for order in itertools.permutations("ABC"))]


def _judged(claim: Proposition, importance: pd.DataFrame | None, when: str) -> Verdict | None:
    before = None if importance is None else importance.copy()
    with doing(f"judge, {when},"):
        verdict = claim.judge(importance)
    if verdict is not None and not isinstance(verdict, Verdict):
        fail(f"judge, {when}, answered {verdict!r}. Return an equifinal.Verdict, or None")
    if importance is not None and before is not None and not before.equals(importance):
        fail("judge changed the importances. Work on a copy: frame.copy()")
    return verdict


@property_of(PROPOSITION_PROPERTIES, "Claims")
def judged_by_importances(cls: type[Proposition]) -> None:
    """``judge`` answers with a verdict or ``None``, whatever the order of conditions, also where importances are not known."""
    needs(cls.judge is not Proposition.judge, "it does not define judge")
    claim = _example(cls)
    several = _importances()
    first = _judged(claim, several[0].copy(), "with importances")
    if any(_judged(claim, each.copy(), "with importances") != first for each in several):
        fail("judge answers otherwise when the conditions are in another order")
    if claim.model_fields_set & {"condition", "conditions"}:
        _depends_on_its_arguments(claim, first)
    _judged(claim, several[0] * np.nan, "with importances that are missing")
    _judged(claim, None, "for a method that cannot predict")


def _depends_on_its_arguments(claim: Proposition, first: Verdict | None) -> None:
    """Fail when the judge says the same whatever the importance of each condition, and whichever is named."""
    answers = {None if first is None else first.answer}
    strengths = {None if first is None else first.strength}
    for values in itertools.permutations((0.01, 0.2, 0.1)):
        for scale in (1.0, 4.0):
            frame = pd.DataFrame({"importance": np.array(values) * scale}, index=["A", "B", "C"])
            verdict = _judged(claim, frame, "with importances")
            answers.add(None if verdict is None else verdict.answer)
            if scale == 1.0:
                strengths.add(None if verdict is None else verdict.strength)
    if answers <= {None, "silent"}:
        return
    if len(answers) == 1 and len(strengths) == 1:
        fail(
            f"judge answers {first.answer if first else None!r}, with the same strength, whichever of the conditions is the "
            "important one. Does it read which one is meant?"
        )


@property_of(PROPOSITION_PROPERTIES, "Claims")
def checked_against_the_study(cls: type[Proposition]) -> None:
    """A claim that names a set, condition or case of no study is refused in a sentence."""
    claim = _example(cls)
    sets, conditions, cases = ["A", "B", "C", "Y"], ["A", "B", "C"], [f"case {place:02}" for place in range(1, 25)]
    with doing("check"):
        claim.check("Study 'sample': ", sets, conditions, cases)
    odd: dict[str, Any] = {
        "expression": "NOBODY",
        "condition": "NOBODY",
        "conditions": ("NOBODY", "A"),
        "cases": ("nobody", "case 01"),
    }
    for name in [name for name in cls.model_fields if name in odd]:
        wrong = claim.model_copy(update={name: odd[name]})
        try:
            wrong.check("Study 'sample': ", sets, conditions, cases)
        except InputError:
            continue
        except Exception as error:
            with doing(f"check, with {name} = {odd[name]!r},"):
                raise error
        fail(f"it takes {name} = {odd[name]!r}, which the study does not have. Call super().check(...)")


@property_of(PROPOSITION_PROPERTIES, "Claims")
def described_by_the_cases(cls: type[Proposition]) -> None:
    """``describe`` answers with a verdict and a sentence."""
    needs(cls.describes(), "it does not define describe")
    claim, calibrated = _example(cls), sample_study().calibrate()
    given = calibrated.protected()
    with doing("describe"):
        verdict = claim.describe(given)
        turned = claim.describe(calibrated.subset(calibrated.cases[::-1]).protected())
    if not isinstance(verdict, Verdict) or not verdict.evidence.strip():
        fail(f"describe answered {verdict!r}. Return an equifinal.Verdict with a sentence")
    _left_alone(calibrated, given, "describe")
    if turned.answer != verdict.answer or not _same_numbers(verdict, turned):
        fail(
            f"describe answers {verdict.answer} ({verdict.evidence}), and {turned.answer} ({turned.evidence}) with the cases in "
            "another order"
        )


def _same_numbers(one: Verdict, other: Verdict) -> bool:
    """Whether two verdicts have the same numbers, those in their sentences included."""
    numbers = [re.findall(r"\d+\.?\d*", each.evidence) for each in (one, other)]
    return sorted(numbers[0]) == sorted(numbers[1])


def _left_alone(before: CalibratedStudy, after: CalibratedStudy, step: str) -> None:
    if changed := after.changed_from(before):
        fail(f"{step} changed {changed[0]}. Work on a copy: {changed[0]}.copy()")


@property_of(PROPOSITION_PROPERTIES, "Claims")
def worlds_are_studies(cls: type[Proposition]) -> None:
    """``worlds`` gives calibrated studies with the same cases and sets, drawn from ``rng`` alone."""
    needs(cls.worlds is not Proposition.worlds, "it does not define worlds")
    claim, calibrated = _example(cls), sample_study().calibrate()
    drawn = []
    for _ in range(2):
        given = calibrated.protected()
        with doing("worlds"):
            worlds = claim.worlds(given, np.random.default_rng(1))
            drawn.append([] if worlds is None else list(itertools.islice(worlds, MANY_WORLDS)))
        _left_alone(calibrated, given, "worlds")
    if drawn[0] and len(drawn[0]) < MANY_WORLDS:
        fail(f"there are {len(drawn[0])} worlds and no more. Yield as many as are asked for: while True")
    for world in drawn[0]:
        if not isinstance(world, CalibratedStudy):
            fail(f"a world is {type(world).__name__}. Yield a CalibratedStudy: dataclasses.replace(calibrated, ...)")
        if not world.cases.equals(calibrated.cases) or list(world.fuzzy) != list(calibrated.fuzzy):
            fail("a world has other cases or sets than the study")
    if drawn[0] and all(world.fuzzy.equals(calibrated.fuzzy) for world in drawn[0]):
        fail("the worlds are the study itself. Break what the claim asserts, such as by permuting a condition")
    if any(
        not one.fuzzy.equals(other.fuzzy) or not one.raw.equals(other.raw) for one, other in zip(*drawn, strict=True)
    ):
        fail("worlds from the same generator differ. Draw from rng alone")
