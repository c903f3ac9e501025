"""Starting a study from a table: a ``study.toml`` that leaves only the researcher's decisions open."""

import contextlib
import keyword
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from equifinal.base.files import real_path, typed
from equifinal.base.spelling import label, set_name
from equifinal.errors import InputError, did_you_mean, listing
from equifinal.plugin.registry import studies
from equifinal.study.case_table import read_table
from equifinal.study.reading.options import Options
from equifinal.study.variable import RESERVED

_BEGINNING = "Cannot start a study: "

_HEAD = """\
# Started from {table} by 'equifinal study new'. What is left to you:
#
# 1. The anchors of each set: the score from which a case is fully in, the score up to which it is fully out, and the
#    score at which it is neither (the crossover). They come from theory, or from standards outside these data; the
#    numbers beside each set only show where the cases lie. Remove the '#' before calibrate and fill them in.
# 2. What you expect of each condition, if theory says so: its presence or its absence.
# 3. The propositions, written down before you look at results.
#
# Then: equifinal describe {file}, and equifinal compare {file} -o report
"""

_PROPOSITION = """\
# [[proposition]]
# id = "P1"
# text = "{label} alone is not necessary"
# claim = "necessary"           # or: sufficient, influence, joint, key, equifinal, together
# expression = "{name}"
# expect = false
"""


def draft_study(
    table: str | Path,
    outcome: str,
    conditions: Sequence[str] = (),
    case: str | None = None,
    path: str | Path | None = None,
    reading: Mapping[str, Any] | None = None,
) -> Path:
    """Start a study: write a ``study.toml`` beside a table of cases.

    Everything that the table tells is filled in. What it cannot tell, the calibration anchors, the directional expectations and
    the propositions, is left open and explained; until the outcome has anchors, loading the study says so.

    Parameters
    ----------
    table
        A CSV file, a workbook, or a table of Stata, SPSS or Arrow, with one row per case.
    outcome
        The column with the outcome's raw scores.
    conditions
        The columns with the conditions' raw scores. The default is every other column of numbers that varies and has no gaps,
        and is neither a serial number nor a year.
    case
        The column with the case names. The default is the first column whose values are text and all different.
    path
        The file to write; the default is ``study.toml`` beside the table.
    reading
        How to read the table where it does not tell, as keys of ``[study]``: ``decimal``, ``thousands``, ``encoding``,
        ``sheet``, ``header``, ``missing``. The study file gets them.

    Returns
    -------
    pathlib.Path
        The file written.

    Raises
    ------
    InputError
        When the table cannot be read, a column is missing or holds no numbers, no column can hold the case names, or the file
        exists. Nothing is written then.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     table = Path(folder, "cities.csv")
    ...     _ = table.write_text("city,leadership,openness\\nAccra,20,70\\nBamako,60,35\\n")
    ...     text = draft_study(table, "openness").read_text()
    >>> text[text.index("[outcome]") :].splitlines()[:5]  # doctest: +NORMALIZE_WHITESPACE
    ['[outcome]', 'name = "OPENNESS"', 'label = "openness"', 'column = "openness"',
     '# 2 scores from 35 to 70; a quarter up to 43.75, half up to 52.5, three quarters up to 61.25']
    """
    real_path(table)
    table = Path(table)
    _check_table(table)
    target = table.with_name("study.toml") if path is None else Path(path)
    if os.path.lexists(target):
        raise InputError(f"{str(target)!r} already exists. Choose another file, or move it away.")
    if target.suffix.lower() != ".toml":
        raise InputError(f"{str(target)!r} does not end in .toml, as the file of a study does. Choose another name.")
    if not target.parent.is_dir():
        raise InputError(
            f"{str(target)!r} cannot be written: there is no folder {str(target.parent)!r}. Make it first."
        )
    data = os.path.relpath(table, target.parent)
    text = draft_toml(table, outcome, conditions, case, Path(data).as_posix(), target.name, reading or {})
    try:
        with target.open("x", encoding="utf-8") as file:
            try:
                file.write(text)
            except OSError:
                with contextlib.suppress(OSError):
                    target.unlink()
                raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"{str(target)!r} cannot be written: {reason}. Choose another file.") from None
    return target


def _check_table(table: Path) -> None:
    """Raise an :class:`InputError` when there is no table there, above all where a study is."""
    name = typed(table)
    if str(table) in studies() and not table.is_file():
        raise InputError(f"{str(table)!r} is a study already. Copy it to make it yours: equifinal study copy {name}")
    if not table.is_file():
        raise InputError(f"There is no file {str(table)!r} with a table of cases. Correct the path.")
    if table.suffix.lower() == ".toml":
        raise InputError(
            f"{str(table)!r} is the file of a study, not a table. See what it says: equifinal describe {name}"
        )


def draft_toml(
    table: Path,
    outcome: str,
    conditions: Sequence[str] = (),
    case: str | None = None,
    data: str = "",
    file: str = "",
    reading: Mapping[str, Any] = MappingProxyType({}),
) -> str:
    """The text of the draft; see :func:`draft_study`. `data` is how it names the table, `file` how it will be called."""
    where = f"The table {str(table)!r}: "
    conditions = [conditions] if isinstance(conditions, str) else conditions
    outcome, case, conditions = label(outcome), label(case), [label(each) for each in conditions]
    options = Options(**{**reading, "missing": tuple(map(str, reading.get("missing", ())))})
    if case is None:
        case = _first_names(read_table(table, [], _BEGINNING, options).frame, where)
    frame, notes = read_table(table, [case], _BEGINNING, options)
    truths = frame.select_dtypes(bool).columns.drop(case, errors="ignore")
    frame[truths] = frame[truths].astype(int)
    if case not in frame.columns:
        raise InputError(f"{where}there is no column {case!r}. {did_you_mean(case, frame.columns)}")
    repeated = frame.loc[frame[case].duplicated(), case]
    if len(repeated):
        raise InputError(f"{where}two rows have the name {repeated.iloc[0]!r} in the column {case!r}. Rename one.")
    problems = {str(name): _problem(frame[name], frame[case]) for name in frame.columns if name != case}
    for name in (outcome, *conditions):
        if name not in problems:
            raise InputError(f"{where}there is no column {name!r}. {did_you_mean(name, problems)}")
        if problems[name]:
            raise InputError(
                f"{where}the column {name!r} {problems[name]}, so it cannot be the outcome or a condition. "
                f"{_remedy(frame[name], problems[name])}"
            )
    if outcome in conditions:
        raise InputError(f"{where}the column {outcome!r} is both the outcome and a condition. Leave it out of one.")
    if not conditions:
        problems |= {name: _no_score(frame[name]) for name in problems if name != outcome and not problems[name]}
    chosen = list(dict.fromkeys(conditions)) or [name for name in problems if name != outcome and not problems[name]]
    if not chosen:
        why = "".join(f" {name} {problem}." for name, problem in problems.items() if problem)
        raise InputError(
            f"{where}no column other than the outcome is likely to hold the scores of a condition.{why} Name the conditions "
            "(--condition on the command line), or add them to the table."
        )
    names = _set_names([outcome, *chosen])
    parts = [
        _HEAD.format(table=table.name, file=typed(file or "study.toml")),
        "[study]\n"
        + _line("name", table.stem)
        + _line("title", table.stem.replace("_", " "))
        + _line("data", data or table.name)
        + _line("case", case)
        + "".join(_reading_line(key, value) for key, value in reading.items()),
        "[outcome]\n" + _set(names[outcome], frame[outcome]),
    ]
    for name in chosen:
        parts.append("[[condition]]\n" + _set(names[name], frame[name]) + '# expect = "present"        # or "absent"\n')
    parts.append(_PROPOSITION.format(label=chosen[0].replace('"', "'"), name=names[chosen[0]]))
    left = [f"{name} ({problem or 'not asked for'})" for name, problem in problems.items() if name not in names]
    if notes:
        parts.append("\n".join(f"# The table: {' '.join(note.split())}" for note in notes) + "\n")
    if left:
        parts.append(" ".join(f"# Columns not used as sets: {'; '.join(left)}.".split()) + "\n")
    return "\n".join(parts)


def _first_names(frame: pd.DataFrame, where: str) -> str:
    """The first column that can hold the names of the cases."""
    if not len(frame):
        raise InputError(f"{where}there are no rows below its column names. Add a row for each case.")
    if len(frame.columns) == 1:
        raise InputError(
            f"{where}it has a single column, {frame.columns[0]!r}. Put what separates values, such as a comma or a tab, between "
            "them; in a workbook, check that the sheet is the right one (--sheet)."
        )
    for name in frame.columns:
        if frame[name].astype(str).str.fullmatch(r"\d{1,4}[-./]\d{1,2}([-./]\d{1,4})?").all():
            continue  # dates
        if pd.to_numeric(frame[name], errors="coerce").notna().sum() * 2 > len(frame):
            continue  # numbers, and a text among them
        if not pd.api.types.is_numeric_dtype(frame[name]) and frame[name].notna().all() and frame[name].is_unique:
            return str(name)
    raise InputError(
        f"{where}no column holds a name for each case. Name one as case (--case on the command line), or add one: text, all "
        "different."
    )


def _problem(scores: pd.Series, cases: pd.Series) -> str:
    """Why a column cannot be a set; empty when it can."""
    if not pd.api.types.is_numeric_dtype(scores):
        place = next(iter(scores.index[_is_text(scores)]), None)
        such = "" if place is None else f" ({str(scores[place])!r} for {cases[place]})"
        return f"does not hold numbers throughout{such}"
    unusable = scores.isna() | np.isinf(scores.to_numpy(dtype=float, na_value=np.nan))
    if unusable.any():
        return f"has no number for {listing(cases[unusable], most=3)}"
    if scores.nunique() < 2:
        return "is the same for every case"
    return ""


def _is_text(scores: pd.Series) -> pd.Series:
    return pd.to_numeric(scores, errors="coerce").isna() & scores.notna()


def _remedy(scores: pd.Series, problem: str) -> str:
    """What to do about a column that cannot be a set but is to be one."""
    if problem.startswith("has no"):
        return "Fill it in, or take the row out."
    if pd.api.types.is_numeric_dtype(scores):
        return "Choose another column."
    found = scores[_is_text(scores)]
    if found.empty or len(found) * 2 > len(scores):
        return "Write its values as numbers, or choose another column."
    return (
        f"Correct it in the table, or say missing = [{str(found.iloc[0])!r}] (--missing) if that stands for no value."
    )


def _no_score(scores: pd.Series) -> str:
    """Why a column of numbers is hardly a score of the cases, unless it is asked for; empty when it may be one."""
    values = scores.to_numpy(dtype=float)
    if (values % 1 != 0).any():
        return ""
    if len(values) > 2 and (np.diff(values) == 1).all():
        return "counts up by one from row to row, as serial numbers do"
    is_named = re.search(r"year|jahr|ann[ée]e|año|anno|年|\bdat(e|um)\b", str(scores.name), flags=re.IGNORECASE)
    if is_named and ((values >= 1800) & (values <= 2100)).all():
        return "holds years"
    return ""


def _set_names(columns: Sequence[str]) -> dict[str, str]:
    """An identifier for each column, such as LEADERSHIP for 'leadership'."""
    names: dict[str, str] = {}
    for column in columns:
        letters = "".join(each if f"a{each}".isidentifier() else " " for each in set_name(column))
        name = "_".join(letters.replace("_", " ").split()).upper() or "SET"
        if not name.isidentifier() or keyword.iskeyword(name) or name in RESERVED:
            name = f"SET_{name}"
        unique, number = name, 1
        while unique in names.values():
            number += 1
            unique = f"{name}_{number}"
        names[column] = unique
    return names


def _set(name: str, scores: pd.Series) -> str:
    low, quarter, half, three_quarters, high = (f"{scores.quantile(at):g}" for at in (0, 0.25, 0.5, 0.75, 1))
    return (
        _line("name", name)
        + _line("label", str(scores.name))
        + _line("column", str(scores.name))
        + f"# {len(scores)} scores from {low} to {high}; a quarter up to {quarter}, half up to {half}, "
        f"three quarters up to {three_quarters}\n"
        + (
            'calibrate = {method = "membership"}  # scores from 0 to 1: or are they raw scores, with anchors?\n'
            if scores.between(0, 1).all()
            else ""
        )
        + '# calibrate = {method = "direct", full_out = , crossover = , full_in = }\n'
    )


def _reading_line(key: str, value: Any) -> str:
    import tomlkit

    return f"{key} = {tomlkit.item(list(value) if isinstance(value, tuple) else value).as_string()}\n"


def _line(key: str, text: str) -> str:
    import tomlkit

    return f"{key} = {tomlkit.string(text).as_string()}\n"
