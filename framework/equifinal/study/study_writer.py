"""Writing a study: ``study.toml`` with its table of cases, whole or not at all."""

import os
import tomllib
from collections.abc import Mapping
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from equifinal.base.files import real_path, staging
from equifinal.base.plain import plain
from equifinal.errors import InputError, listing
from equifinal.study.case_table import read_cases
from equifinal.study.propositions import Proposition
from equifinal.study.study import Study
from equifinal.study.study_file import load_study
from equifinal.study.variable import Variable

if TYPE_CHECKING:
    import tomlkit
    from tomlkit.items import InlineTable, Table

_TEXTS = ("description", "source", "licence", "citation", "note")


def study_toml(study: Study, data: str = "cases.csv", own: str = "") -> str:
    """The study as the text of a ``study.toml``.

    Parameters
    ----------
    study
        What to write.
    data
        The path of the table of cases, relative to the file.
    own
        The text of the file that the study comes from: what has not changed keeps its words, order and comments.

    Raises
    ------
    InputError
        When a parameter has a value that TOML cannot hold (none, not a number, infinite).

    Examples
    --------
    >>> import equifinal as eq
    >>> study_toml(eq.load_study("heilongjiang")).splitlines()[:2]
    ['[study]', 'name = "heilongjiang"']
    """
    import tomlkit

    where = f"Study {study.name!r}: "
    document = tomlkit.document()
    about = tomlkit.table()
    about["name"] = _text(study.name)
    if study.title != study.name:
        about["title"] = _text(study.title)
    about["provenance"] = study.provenance
    about["data"] = _text(data)
    about["case"] = _text(_case_column(study))
    for key in ("unit", "time", *_TEXTS):
        if value := getattr(study, key):
            about[key] = _text(value)
    if study.requires:
        about["requires"] = _value(study.requires, f"{where}requires")
    document["study"] = about
    document["outcome"] = _variable(study.outcome, where)
    conditions = tomlkit.aot()
    for condition in study.conditions:
        conditions.append(_variable(condition, where))
    document["condition"] = conditions
    if study.propositions:
        propositions = tomlkit.aot()
        for proposition in study.propositions:
            propositions.append(_proposition(proposition, where))
        document["proposition"] = propositions
    for key, tables in (("methods", study.methods), ("plugins", study.plugins)):
        if tables:
            document[key] = tomlkit.table(is_super_table=True)
            for name, content in tables.items():
                document[key][name] = _filled(tomlkit.table(), content, f"{where}[{key}.{name}] ")
    text = tomlkit.dumps(document)
    return _in_the_words_of(own, text) if own else text


def _in_the_words_of(own: str, new: str) -> str:
    """What `new` says, in the words of `own` where the two agree; `new` itself if that fails."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        document = tomlkit.parse(own.removeprefix("\ufeff"))
        _revise(document, tomlkit.parse(new))
        text = tomlkit.dumps(document)
        return text if tomllib.loads(text) == tomllib.loads(new) else new
    except (TOMLKitError, tomllib.TOMLDecodeError):
        return new


def _revise(table: Any, new: Mapping[str, Any]) -> None:
    """Change what differs, and leave everything else as it stands."""
    for key in [key for key in table if key not in new]:
        del table[key]
    for key, value in new.items():
        old = table.get(key)
        if old is None or type(old.unwrap()) is not type(value.unwrap()):
            table[key] = value
        elif old.unwrap() == value.unwrap():
            continue
        elif isinstance(old, Mapping):
            _revise(old, value)
        elif _entries(old) and _entries(old) == _entries(value):
            for each, changed in zip(old, value, strict=True):
                _revise(each, changed)
        else:
            table[key] = value


def _entries(tables: Any) -> list[Any]:
    """The names of the conditions or propositions in double brackets; empty for anything else."""
    named = isinstance(tables, list) and all(isinstance(each, Mapping) for each in tables)
    return [each.get("name", each.get("id")) for each in tables] if named else []


def _variable(variable: Variable, where: str) -> "Table":
    import tomlkit

    table = tomlkit.table()
    table["name"] = _text(variable.name)
    if variable.label != variable.name:
        table["label"] = _text(variable.label)
    table["column"] = _text(variable.column)
    if variable.expect is not None:
        table["expect"] = variable.expect
    if not variable.manipulable:
        table["manipulable"] = False
    if variable.tags:
        table["tags"] = _value(variable.tags, f"{where}the tags of {variable.name}: ")
    if variable.calibrator is not None:
        table["calibrate"] = _value(variable.calibration, f"{where}the calibration of {variable.name}: ")
    return table


def _proposition(proposition: Proposition, where: str) -> "Table":
    import tomlkit

    arguments = proposition.model_dump(mode="json", exclude_unset=True, exclude_none=True, serialize_as_any=True)
    table = {"id": arguments.pop("id"), "text": arguments.pop("text", ""), "claim": proposition.claim}
    if not table["text"]:
        del table["text"]
    place = arguments.pop("where", None)
    table |= arguments | ({} if place is None else {"where": place})
    filled: Table = _filled(tomlkit.table(), table, f"{where}proposition {proposition.id}: ")
    return filled


def _filled(table: Any, content: Mapping[str, Any], where: str) -> Any:
    for key, value in content.items():
        table[str(key)] = _value(value, f"{where}{key}")
    return table


def _value(value: Any, where: str) -> Any:
    import tomlkit

    value = plain(value)
    if value is None:
        raise InputError(f"{where} has no value that a study.toml can hold. Leave it out, or give it one.")
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list):
        array = tomlkit.array()
        for each in value:
            array.append(_value(each, where))
        return array
    if isinstance(value, dict):
        inline: InlineTable = _filled(tomlkit.inline_table(), value, where)
        return inline
    return value


def _text(text: str) -> "tomlkit.items.String":
    """A text, over several lines where it has several. TOML drops a line break that opens such a text: it stays in one line."""
    import tomlkit

    several = "\n" in text and "\r" not in text and not text.startswith("\n")
    return tomlkit.string(text, multiline=several)


def _case_column(study: Study) -> str:
    """The name of the column with the case names in the file."""
    name = study.data.index.name
    if isinstance(name, str) and name.strip() == name and name and name not in study.data.columns:
        return name
    if "case" in study.data.columns:
        raise InputError(
            f"Study {study.name!r} cannot be written as a file: the case names need a column of their own, and 'case' is "
            "taken. Give the index of the data another name."
        )
    return "case"


def save_study(study: Study, path: str | Path, overwrite: bool = False, own: str | Path | None = None) -> list[Path]:
    """Write a study as ``study.toml``, with its table of cases beside it.

    The files are read back before they take their place, and must have the same scores, calibrations, propositions and
    parameters as the study.

    Parameters
    ----------
    study
        What to write.
    path
        The file, ending in ``.toml``, or the folder to hold a ``study.toml``; created if it does not exist. The table
        is a ``cases.csv`` in the same folder.
    overwrite
        Whether to replace existing files. A ``cases.csv`` that holds the same cases is always left as it is.
    own
        The ``study.toml`` that the study comes from, if it exists: what has not changed keeps its words, order and comments.

    Returns
    -------
    list of pathlib.Path
        The study file, and the table.

    Raises
    ------
    InputError
        When a file exists and `overwrite` is false, the folder cannot be written, or the study has something that a
        file cannot hold, such as a calibrator that no plugin registers. Nothing is written then.

    Examples
    --------
    >>> import equifinal as eq, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = eq.save_study(eq.load_study("heilongjiang"), folder)
    ...     [path.name for path in written], eq.load_study(folder).title
    (['study.toml', 'cases.csv'], 'Data openness in twelve cities of Heilongjiang')
    """
    if not isinstance(study, Study):
        raise InputError(f"save_study() takes a Study, not {type(study).__name__}.")
    file = real_path(path)
    if file.suffix.lower() != ".toml":
        file = file / "study.toml"
    table = file.with_name("cases.csv")
    words = Path(own).read_text(encoding="utf-8-sig") if own is not None and os.path.isfile(own) else ""
    contents = {file: study_toml(study, own=words), table: _csv(study)}
    if _holds_the_same(table, study):
        del contents[table]
    standing = [each for each in contents if os.path.lexists(each)]
    if standing and not overwrite:
        raise InputError(
            f"In the folder {str(file.parent)!r}, {listing(each.name for each in standing)} would be replaced. "
            "Choose another place, or overwrite them."
        ) from FileExistsError(standing[0])
    with staging(file.parent, file.parent) as aside:
        for target, text in {table: _csv(study), **contents}.items():
            (aside / target.name).write_text(text, encoding="utf-8", newline="")
        _check_read_back(study, aside / file.name)
        # The table first, so that an existing study.toml always has its table.
        for target in reversed(contents):
            (aside / target.name).replace(target)
    return [file, table]


def _csv(study: Study) -> str:
    return study.data.to_csv(index_label=_case_column(study), lineterminator="\n")


def _holds_the_same(table: Path, study: Study) -> bool:
    """Whether an existing table already holds the study's cases."""
    if not table.is_file():
        return False
    column = _case_column(study)
    try:
        frame = read_cases(table, [column, *([study.unit] if study.unit else [])], "")
    except InputError:
        return False
    data = study.data
    if column not in frame or list(frame.columns.drop(column)) != list(data.columns):
        return False
    return frame.set_index(column).equals(data.set_axis(data.index.map(str).rename(column)))


def _check_read_back(study: Study, file: Path) -> None:
    where = f"Study {study.name!r} cannot be written as a file: "
    try:
        again = load_study(file)
    except InputError as error:
        raise InputError(f"{where}{error}") from None
    names = [str(case) for case in study.data.index]
    if list(again.data.index) != names:
        changed = next((old for old, new in zip_longest(names, again.data.index) if old != new), None)
        raise InputError(f"{where}the case name {changed!r} would read back differently. Rename it.")
    for name in study.raw:
        if not np.allclose(study.raw[name], again.raw[name], rtol=1e-15, atol=0):
            raise InputError(f"{where}the scores of {name} would read back differently. Make the column numeric.")
    for old, new in zip(study.variables, again.variables, strict=True):
        if old.calibrator != new.calibrator:
            raise InputError(f"{where}the calibration of {old.name} would read back differently.")
        if plain(old.tags) != plain(new.tags):
            raise InputError(f"{where}the tags of {old.name} would read back differently.")
    stated, found = ([each.model_dump() for each in made.propositions] for made in (study, again))
    about = ("name", "title", "provenance", "unit", "time", "requires", *_TEXTS)
    for what, written, read in (
        ("propositions", stated, found),
        ("parameters of methods", plain(study.methods), plain(again.methods)),
        ("settings of plugins", plain(study.plugins), plain(again.plugins)),
        ("description", [getattr(study, key) for key in about], [getattr(again, key) for key in about]),
    ):
        if written != read:
            raise InputError(f"{where}its {what} would read back differently.")
