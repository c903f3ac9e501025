"""Study files: ``study.toml`` with its table of cases, and the places where plugins keep theirs."""

import os
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import pandas as pd
import pydantic

from equifinal.base.files import typed
from equifinal.base.spelling import label
from equifinal.base.toml import parsed
from equifinal.base.words import Provenance
from equifinal.errors import InputError, did_you_mean, explain, listing, repr_of
from equifinal.plugin.study_tables import check_requires
from equifinal.study.blanks import blanks
from equifinal.study.case_table import is_table, read_table
from equifinal.study.reading.options import Options
from equifinal.study.study import Study
from equifinal.study.variable import Expectation, Variable

_Label = Annotated[str, pydantic.AfterValidator(label)]


@dataclass(frozen=True)
class StudySource:
    """A study that a plugin brings: its name, and the path of its ``study.toml``."""

    offered_by: ClassVar[str] = "equifinal_studies"
    name: str
    path: Path

    @property
    def title(self) -> str:
        """The study's title, or its path if the file cannot be read."""
        try:
            return str(parsed(Path(self.path).read_text(encoding="utf-8-sig"))["study"]["title"])
        except (OSError, ValueError, LookupError, TypeError):
            return str(self.path)


class _Table(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", strict=True)


class _ExcludeTable(_Table):
    """A case that is left out, and why."""

    case: _Label = pydantic.Field(description="The name of the case.")
    reason: str = pydantic.Field(min_length=1, description="Why it is left out, for readers.")


class _StudyTable(_Table):
    """What the study is, and where its data lie."""

    name: str = pydantic.Field(min_length=1, description="A short name, for files and messages.")
    data: str = pydantic.Field(
        description="The table of cases: a CSV file, a workbook (.xlsx, .ods), or a table of Stata, SPSS or Arrow, as a path "
        "relative to study.toml."
    )
    case: _Label = pydantic.Field(description="The column with the names of the cases, which are unique.")
    title: str = pydantic.Field(default="", description="A title for readers; the default is the name.")
    provenance: Provenance = pydantic.Field(
        default="observed",
        description="How the data came about; anything but observed is shown as a banner in every output.",
    )
    description: str = pydantic.Field(default="", description="What the study asks.")
    source: str = pydantic.Field(default="", description="The source of the data.")
    licence: str = pydantic.Field(default="", description="The licence under which they may be used.")
    citation: str = pydantic.Field(default="", description="How to cite them.")
    note: str = pydantic.Field(default="", description="What every reader must know; shown with the banner.")
    unit: _Label | None = pydantic.Field(
        default=None, description="In a panel, the column with the unit that is observed several times."
    )
    time: _Label | None = pydantic.Field(default=None, description="In a panel, the column with the time.")
    decimal: Literal[".", ","] | None = pydantic.Field(
        default=None, description="The decimal mark of the table, where the table does not tell."
    )
    thousands: Literal[".", ",", " ", "'"] | None = pydantic.Field(
        default=None, description="The mark between thousands, where the table does not tell."
    )
    encoding: str | None = pydantic.Field(
        default=None, description="The code page of a text file that is not in UTF-8, such as cp1252."
    )
    sheet: str | None = pydantic.Field(
        default=None, description="The sheet of a workbook; the default is the first that holds a table."
    )
    header: int | None = pydantic.Field(
        default=None, ge=1, description="The row with the column names, from 1, where titles stand above it."
    )
    missing: list[str | int | float] = pydantic.Field(
        default=[], description="Further spellings of no value, such as -9."
    )
    exclude: list[_ExcludeTable] = pydantic.Field(
        default=[], description="Cases to leave out, each as {case = ..., reason = ...}; reports name them."
    )
    requires: list[str] = pydantic.Field(
        default=[], description="Plugins that the study needs, with versions where these matter: equifinal-cna>=0.2."
    )


class _VariableTable(_Table):
    """A set: its name, the column of its raw scores, and how these become memberships."""

    name: str = pydantic.Field(description="What expressions call it: letters, digits, underscores.")
    column: str = pydantic.Field(default="", description="The column with the raw scores; the default is the name.")
    label: str = pydantic.Field(default="", description="The set in words, for readers; the default is the name.")
    calibrate: dict[str, Any] | None = pydantic.Field(
        default=None,
        description="A table with method, the name of a calibrator, and the calibrator's parameters. A condition without it "
        "has raw scores only.",
    )
    expect: Expectation | None = pydantic.Field(
        default=None, description="The directional expectation: in which state it should contribute to the outcome."
    )
    manipulable: bool = pydantic.Field(default=True, description="Whether advice may ask a case to change it.")
    tags: dict[str, Any] = pydantic.Field(default={}, description="Free for plugins: texts, numbers, lists and tables.")


class _StudyFile(_Table):
    study: _StudyTable
    outcome: _VariableTable
    condition: list[_VariableTable]
    proposition: list[dict[str, Any]] = []
    methods: dict[str, dict[str, Any]] = {}
    plugins: dict[str, dict[str, Any]] = {}

    @pydantic.field_validator("study", "outcome", mode="before")
    @classmethod
    def _once(cls, value: Any, info: pydantic.ValidationInfo) -> Any:
        if isinstance(value, list):
            raise ValueError(f"there is one {info.field_name}: write [{info.field_name}], in single brackets, once")
        return value

    @pydantic.field_validator("condition", "proposition", mode="before")
    @classmethod
    def _several(cls, value: Any, info: pydantic.ValidationInfo) -> Any:
        if isinstance(value, Mapping):
            raise ValueError(f"write [[{info.field_name}]], in double brackets, above each one")
        return value


def load_study(study: str | Path) -> Study:
    """Load a study by name, or from a ``study.toml``.

    Parameters
    ----------
    study
        The name of a bundled or plugin-provided study, the path of a ``study.toml``, or of the folder that holds one.

    Returns
    -------
    Study
        As declared, not yet calibrated.

    Raises
    ------
    InputError
        When there is no such study, or something in its files is wrong.

    Examples
    --------
    >>> import equifinal as eq
    >>> study = eq.load_study("open-data-barometer-2014")
    >>> len(study.data), [condition.name for condition in study.conditions]
    (86, ['LEAD', 'DEM', 'FIN', 'HUM'])
    """
    return _read_study(study_path(study))


def study_path(study: str | Path) -> Path:
    """The path of a study's file; takes and raises what :func:`load_study` does.

    Examples
    --------
    >>> study_path("heilongjiang").name
    'study.toml'
    """
    from equifinal.plugin.registry import studies

    known = studies()
    if not isinstance(study, (str, os.PathLike)):
        raise InputError(f"A study is named by a text or a path, not {repr_of(study)}. {did_you_mean('', known)}")
    if not str(study).strip():
        raise InputError(f"No study is named. {did_you_mean('', known)}")
    path = Path(os.path.expanduser(known[str(study)].cls.path if str(study) in known else study))
    if os.path.isdir(path) and os.path.isfile(path / "study.toml"):
        path = path / "study.toml"
    # os.path answers False where Path raises: no permission, a name that is too long.
    if os.path.isdir(path) and (table := _only_table(path)):
        raise InputError(
            f"There is no study {str(study)!r}: it is a folder with a table and without a study.toml. Start a study from it: "
            f"equifinal study new {typed(table)} --outcome COLUMN, with the name of the column to explain."
        )
    if not os.path.isfile(path):
        lacks = "a folder without a study.toml" if os.path.isdir(path) else "neither a known name nor a file"
        raise InputError(f"There is no study {str(study)!r}: it is {lacks}. {did_you_mean(str(study), known)}")
    if is_table(path):
        raise InputError(
            f"{str(study)!r} is a table of cases, not a study.toml. Start a study from it: equifinal study new {typed(study)} "
            "--outcome COLUMN, with the name of the column to explain."
        )
    if path.suffix.lower() != ".toml":
        raise InputError(
            f"{str(study)!r} is not a study.toml. A study is a text file study.toml that names the data, the outcome and the "
            "conditions; 'equifinal describe heilongjiang' shows one, and 'equifinal study copy heilongjiang' copies one for you."
        )
    return path


def _only_table(folder: Path) -> Path | None:
    """The table in a folder that holds no study and one table."""
    try:
        tables = [path for path in folder.iterdir() if is_table(path)]
    except OSError:
        return None
    return tables[0] if len(tables) == 1 else None


def _without(frame: pd.DataFrame, study: _StudyTable, where: str) -> tuple[pd.DataFrame, list[str]]:
    """The table without the cases that the study excludes, and a note on each of them."""
    notes = []
    for each in study.exclude:
        names = frame[study.case].astype(str) if study.case in frame else pd.Series(dtype=str)
        if not (names == each.case).any():
            raise InputError(f"{where}exclude names {each.case!r}, which is no case. {did_you_mean(each.case, names)}")
        frame = frame[names != each.case]
        notes.append(f"Left out: {each.case} ({each.reason.rstrip('.')}).")
    return frame, notes


def checked_file(content: Mapping[str, Any], where: str) -> _StudyFile:
    """The tables of a study file, with every key known and of its type."""
    try:
        return _StudyFile.model_validate(content)
    except pydantic.ValidationError as error:
        keys = {
            "": _StudyFile.model_fields,
            "study": _StudyTable.model_fields,
            "outcome": _VariableTable.model_fields,
            "condition": _VariableTable.model_fields,
        }
        raise InputError(f"{where}{explain(error, keys)}") from None


def cases_of(study: _StudyTable, path: Path) -> tuple[pd.DataFrame, list[str]]:
    """The table of cases of a study, and notes on how it was read and whom it leaves out."""
    where = f"Study {study.name!r}: "
    given = study.model_dump(include=set(Options._fields))
    options = Options(**{**given, "missing": tuple(map(str, given["missing"]))})
    texts = [column for column in (study.case, study.unit) if column is not None]
    found = read_table(path.parent / study.data, texts, where, options)
    data, left_out = _without(found.frame, study, where)
    return data, [f"{path.parent.joinpath(study.data).name}: {note}" for note in found.notes] + left_out


def _read_study(path: Path) -> Study:
    where = f"Study file {str(path)!r}: "
    text = ""
    try:
        text = unicodedata.normalize("NFC", path.read_text(encoding="utf-8-sig"))
        content = parsed(text)
    except OSError as error:
        raise InputError(f"{where}it cannot be read: {error.strerror}. Check its permissions.") from None
    except ValueError as error:
        if waiting := blanks(text):
            line, keys = waiting
            has, them = ("has", "it") if len(keys) == 1 else ("have", "them")
            raise InputError(
                f"{where}in line {line}, {listing(keys)} {has} no number yet. Fill {them} in; 'equifinal describe "
                f"{typed(path)}' lists all that is open."
            ) from None
        raise InputError(
            f"{where}it cannot be read as TOML: {error}. Correct that place in the file: text goes in quotes, a table in {{}} "
            "on one line."
        ) from None
    file = checked_file(content, where)
    where = f"Study {file.study.name!r}: "
    check_requires(file.study.requires, where)  # first: whatever is unknown below may be a missing plugin's
    data, notes = cases_of(file.study, path)
    about = file.study.model_dump(exclude={"data", "exclude", *Options._fields})
    try:
        outcome = Variable(**file.outcome.model_dump())
        conditions = [Variable(**table.model_dump()) for table in file.condition]
    except InputError as error:
        raise InputError(f"{where}{error}") from None
    return Study(
        **about,
        data=data,
        data_notes=notes,
        outcome=outcome,
        conditions=conditions,
        propositions=file.proposition,
        methods=file.methods,
        plugins=file.plugins,
    )
