"""Studies that are being written: what their files hold so far, and what is still open."""

import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from equifinal.base.toml import parsed
from equifinal.errors import InputError, did_you_mean, listing
from equifinal.study.blanks import without_blanks
from equifinal.study.checks import by_case, raw_scores
from equifinal.study.study_file import cases_of, checked_file
from equifinal.study.variable import Variable

_EXAMPLE = '{method = "direct", full_out = ..., crossover = ..., full_in = ...}'


class Unfinished(NamedTuple):
    """A study without a part that only its author can decide.

    Attributes
    ----------
    title
        Its title, or its name.
    cases
        The number of cases.
    sets : DataFrame
        One row per set that is there: role, label, column, scores, calibration.
    open
        What is to be decided, a sentence each.
    """

    title: str
    cases: int
    sets: pd.DataFrame
    open: tuple[str, ...]


def unfinished(path: Path) -> Unfinished | None:
    """What a study file holds, when its outcome, its conditions or anchors are not written yet; ``None`` when all are.

    Raises
    ------
    InputError
        When something that is written is wrong.
    """
    try:
        content = parsed(without_blanks(unicodedata.normalize("NFC", path.read_text(encoding="utf-8-sig"))))
    except (OSError, ValueError):
        return None  # the error of whoever reads it as a whole says more
    given = {"outcome": {"name": "Y"}, "condition": [], **content}
    file = checked_file(given, f"Study file {str(path)!r}: ")
    tables = [("outcome", file.outcome)] * ("outcome" in content) + [("condition", each) for each in file.condition]
    still = [
        f"There is no {role} yet: add {heading} with name, column and calibrate."
        for role, heading in (("outcome", "[outcome]"), ("condition", "[[condition]]"))
        if role not in {each for each, _ in tables}
    ]
    found = [(role, *_variable(table.model_dump(), role)) for role, table in tables]
    still += [lacks for _, _, lacks in found if lacks]
    variables = [(role, variable) for role, variable, _ in found]
    names = [variable.name for _, variable in variables]
    if not still or len(set(names)) < len(names):
        return None
    bare = [table.name for role, table in tables if role == "condition" and table.calibrate is None]
    if bare:
        has = "have" if len(bare) > 1 else "has"
        still.append(f"{listing(bare)} {has} no anchors yet: QCA and other methods that need memberships cannot run.")
    where = f"Study {file.study.name!r}: "
    data = by_case(cases_of(file.study, path)[0], file.study.case, where)
    still += [
        f"{variable.name}: there is no column {variable.column!r}. {did_you_mean(variable.column, data.columns)}"
        for _, variable in variables
        if variable.column not in data.columns
    ]
    rows = {variable.name: _row(role, variable, data, where) for role, variable in variables}
    columns = ["role", "label", "column", "scores", "calibration"]
    sets = pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("set")
    return Unfinished(file.study.title or file.study.name, len(data), sets, tuple(still))


def _variable(table: Mapping[str, Any], role: str) -> tuple[Variable, str]:
    """The set as far as it is written, and what it lacks."""
    calibrate = table["calibrate"]
    bare = Variable(**{**table, "calibrate": None})
    if not calibrate:
        needed = role == "outcome" or calibrate is not None
        return bare, f"{bare.name} has no anchors yet: calibrate = {_EXAMPLE}." if needed else ""
    try:
        return Variable(**table), ""
    except InputError as error:
        said = str(error).partition("calibration: ")[2]
        if "missing" not in said:
            raise
        return bare, f"{bare.name}: {said}"


def _row(role: str, variable: Variable, data: pd.DataFrame, where: str) -> list[str]:
    if variable.column not in data.columns:
        return [role, variable.label, variable.column, "no such column", "–"]
    scores = raw_scores(variable, data, where)
    calibration = variable.calibrator.name if variable.calibrator else "none yet"
    return [role, variable.label, variable.column, f"{scores.min():g} to {scores.max():g}", calibration]
