"""The properties of a study that a plugin brings, and of a kind of proposition."""

from pathlib import Path

from equifinal.comparison.compare import compare
from equifinal.method.run import run
from equifinal.study.propositions import Proposition
from equifinal.study.study import Study
from equifinal.study.study_file import StudySource, load_study
from equifinal.testing.checks import Property, doing, fail, property_of
from equifinal.testing.common import described
from equifinal.testing.samples import SampleMethod

STUDY_PROPERTIES: list[Property] = []
PROPOSITION_PROPERTIES: list[Property] = []


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
