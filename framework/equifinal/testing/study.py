"""The properties of a study that a plugin brings, and of a kind of proposition."""

import itertools
import keyword
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from equifinal.comparison.compare import compare
from equifinal.errors import InputError, listing
from equifinal.method.run import run
from equifinal.study.calibrated import CalibratedStudy
from equifinal.study.propositions import Proposition, Verdict
from equifinal.study.study import Study
from equifinal.study.study_file import StudySource, load_study
from equifinal.study.variable import RESERVED
from equifinal.testing.checks import Property, doing, fail, property_of, raised
from equifinal.testing.common import described, needs
from equifinal.testing.samples import SampleMethod, panel_study, sample_study

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
_USUAL: dict[str, Any] = {"expression": "A*B", "conditions": ("A", "B"), "cases": ("case 01", "case 02")}

_OWN = Proposition.model_fields


def _texts(value: Any) -> list[str]:
    if isinstance(value, (list, tuple)):
        return [text for each in value for text in _texts(each)]
    return [value] if isinstance(value, str) else []


def _given(cls: type[Proposition]) -> dict[str, Any]:
    """Arguments for a claim of the kind: examples, and what the sample study has for those that the framework knows."""
    given: dict[str, Any] = {}
    for name, field in cls.model_fields.items():
        if name in _USUAL:
            given[name] = _USUAL[name]
        elif (
            name not in _OWN
            and name != "condition"
            and (field.examples or (field.is_required() and field.annotation is str))
        ):
            given[name] = field.examples[0] if field.examples else "A"
    if "condition" in cls.model_fields:
        taken = _texts(list(given.values()))
        given["condition"] = next(name for name in ("B", "A", "C") if name not in taken or name == "C")
    return given


def _names(cls: type[Proposition]) -> list[str]:
    """The conditions of the sample study: A, B and C, and whatever else the examples of the kind name."""
    words = [word for text in _texts(list(_given(cls).values())) for word in re.findall(r"\w+", text)]
    possible = [each for each in words if each.isidentifier() and not keyword.iskeyword(each) and each not in RESERVED]
    further = [each for each in possible if each != "Y" and not each.startswith("case")]
    return list(dict.fromkeys(["A", "B", "C", *further]))[:8]


def _study(cls: type[Proposition]) -> Study:
    """The sample study with the conditions that the examples of the kind name."""
    return sample_study(_names(cls), propositions=[])


def _example(cls: type[Proposition]) -> Proposition:
    """A claim of the kind on the sample study; ends the check when its arguments cannot be guessed."""
    try:
        return cls(id="an example", **_given(cls))
    except ValueError as error:
        without = [name for name in _without_examples(cls) if name not in _given(cls)]
        said = (
            f"{listing(without)} {'has' if len(without) == 1 else 'have'} no example" if without else "they do not fit"
        )
        needs(False, f"its arguments cannot be guessed: {said} ({' '.join(str(error).split())[:80]})")
        raise


def _without_examples(cls: type[Proposition]) -> list[str]:
    """Required arguments without an example, but for those that the framework knows."""
    return [
        name
        for name, field in cls.model_fields.items()
        if name not in {*_OWN, *_USUAL, "condition"} and field.is_required() and not field.examples
    ]


@property_of(PROPOSITION_PROPERTIES, "Claims")
def arguments_have_examples(cls: type[Proposition]) -> None:
    """An argument without a default whose name the framework does not know gives an example, so that it can be tried."""
    if without := _without_examples(cls):
        fail(
            f"the argument {without[0]!r} has no example, so that claims cannot be tried: pydantic.Field(examples=[...])"
        )


def _importances(names: list[str]) -> list[list[pd.DataFrame]]:
    """Importances of the sample study, some tied, each with the rows in several orders."""
    n = len(names)
    found = [np.array([0.01, 0.2, 0.1, *np.linspace(0.02, 0.09, n - 3)]) if n > 3 else np.array([0.01, 0.2, 0.1])]
    # Two or all are the most important ones.
    found += [np.where(np.arange(n) == low, 0.05, 0.2) for low in range(n)]
    found += [np.where(np.arange(n) == high, 0.2, 0.05) for high in range(n)]
    found.append(np.full(n, 0.1))
    orders = (
        list(itertools.permutations(range(n)))
        if n < 4
        else [list(np.roll(np.arange(n), by)[::turn]) for by in range(n) for turn in (1, -1)]
    )
    frames = [pd.DataFrame({"importance": values}, index=names) for values in found]
    return [[frame.iloc[list(order)] for order in orders] for frame in frames]


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
    claim, names = _example(cls), _names(cls)
    several = _importances(names)
    for number, orders in enumerate(several):
        when = "with importances that are tied" if number else "with importances"
        verdicts = [_judged(claim, each.copy(), when) for each in orders]
        said = {None if each is None else (each.answer, each.strength) for each in verdicts}
        if len(said) > 1 or (not number and any(each != verdicts[0] for each in verdicts)):
            fail(
                f"judge answers otherwise when the conditions are in another order{', where some are tied' * bool(number)}"
            )
    if claim.model_fields_set & {"condition", "conditions"}:
        _depends_on_its_arguments(claim, _judged(claim, several[0][0].copy(), "with importances"), names)
    _judged(claim, several[0][0] * np.nan, "with importances that are missing")
    _judged(claim, None, "for a method that cannot predict")


def _depends_on_its_arguments(claim: Proposition, first: Verdict | None, names: list[str]) -> None:
    """Fail when the judge says the same whatever the importance of each condition, and whichever is named."""
    answers = {None if first is None else first.answer}
    strengths = {None if first is None else first.strength}
    levels = np.linspace(0.01, 0.2, len(names))
    for by, turn in itertools.product(range(len(names)), (1, -1)):
        for scale in (1.0, 4.0):
            frame = pd.DataFrame({"importance": np.roll(levels, by)[::turn] * scale}, index=names)
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
    claim, made = _example(cls), _study(cls)
    conditions, cases = [each.name for each in made.conditions], list(map(str, made.data.index))
    known = [*conditions, made.outcome.name], conditions, cases
    with doing("check"):
        claim.check("Study 'sample': ", *known)
    odd: dict[str, Any] = {
        "expression": "NOBODY",
        "condition": "NOBODY",
        "conditions": ("NOBODY", "A"),
        "cases": ("nobody", "case 01"),
    }
    for name in [name for name in cls.model_fields if name in odd]:
        wrong = claim.model_copy(update={name: odd[name]})
        if not _refused(wrong, known, f"{name} = {odd[name]!r}"):
            fail(f"it takes {name} = {odd[name]!r}, which the study does not have. Call super().check(...)")
    for name, value in _further_names(claim, conditions):
        wrong = claim.model_copy(update={name: value})
        if not _refused(wrong, known, f"{name} = {value!r}") and (problem := _breaks(wrong, made)):
            fail(
                f"it takes {name} = {value!r}, which the study does not have, and then {problem}. Define check, which raises an "
                "eq.InputError that begins with where"
            )


def _refused(claim: Proposition, known: tuple[list[str], list[str], list[str]], what: str) -> bool:
    try:
        claim.check("Study 'sample': ", *known)
    except InputError:
        return True
    except Exception as error:
        with doing(f"check, with {what},"):
            raise error
    return False


def _further_names(claim: Proposition, conditions: list[str]) -> list[tuple[str, Any]]:
    """Arguments with names of the author's own that hold names of conditions, with a condition that no study has instead."""
    found: list[tuple[str, Any]] = []
    for name in type(claim).model_fields:
        value = getattr(claim, name)
        if name in {*_OWN, *_USUAL, "condition"} or not set(re.findall(r"\w+", " ".join(_texts(value)))) & set(
            conditions
        ):
            continue
        found.append((name, "NOBODY" if isinstance(value, str) else type(value)(["NOBODY", *value][: len(value)])))
    return found


def _breaks(claim: Proposition, made: Study) -> str:
    """What the claim raises when it is judged, described or broken; empty if nothing, or a refusal in a sentence."""
    calibrated, names = made.calibrate(), [each.name for each in made.conditions]
    importance = pd.DataFrame({"importance": np.linspace(0.01, 0.2, len(names))}, index=names)

    def worlds() -> object:
        drawn = claim.worlds(calibrated.protected(), np.random.default_rng(1))
        return None if drawn is None else next(iter(drawn))

    steps: list[tuple[str, Callable[[], object]]] = [("judge", lambda: claim.judge(importance)), ("worlds", worlds)]
    steps += [("describe", lambda: claim.describe(calibrated.protected()))] if claim.describes() else []
    for step, ask in steps:
        try:
            ask()
        except InputError:
            continue
        except Exception as error:
            return f"{step} raises {raised(error)}"
    return ""


@property_of(PROPOSITION_PROPERTIES, "Claims")
def described_by_the_cases(cls: type[Proposition]) -> None:
    """``describe`` answers with a verdict and a sentence, whatever the order of rows, in panels too."""
    needs(cls.describes(), "it does not define describe")
    claim = _example(cls)
    panel = panel_study(_names(cls))
    for made, where in ((_study(cls), ""), (panel, ", in a panel")):
        calibrated = made.calibrate()
        given = calibrated.protected()
        with doing(f"describe{where}"):
            verdict = claim.describe(given)
        if not isinstance(verdict, Verdict) or not verdict.evidence.strip():
            fail(f"describe answered {verdict!r}. Return an equifinal.Verdict with a sentence")
        _left_alone(calibrated, given, "describe")
        for seed in range(4):
            order = np.random.default_rng(seed).permutation(len(calibrated.cases)) if seed else slice(None, None, -1)
            with doing(f"describe{where}"):
                turned = claim.describe(calibrated.subset(calibrated.cases[order]).protected())
            if turned.answer != verdict.answer or not _same_numbers(verdict, turned):
                fail(
                    f"describe answers {verdict.answer} ({verdict.evidence}), and {turned.answer} ({turned.evidence}) with the "
                    f"cases in another order{where}"
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
    claim, calibrated = _example(cls), _study(cls).calibrate()
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
