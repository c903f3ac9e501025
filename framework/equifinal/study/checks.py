"""Checks of a study's table and sets; each raises one error that names the place and the remedy."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from equifinal.base.spelling import label
from equifinal.errors import InputError, check_text, did_you_mean, listing, repr_of
from equifinal.plugin.registry import calibrators
from equifinal.study.calibrator import Calibrator
from equifinal.study.variable import Variable


def check_texts(study: Any) -> None:
    """What a study says to readers is text that every output can show."""
    where = f"Study {study.name!r}: "
    if isinstance(study.data_notes, (str, bytes)) or not isinstance(study.data_notes, Iterable):
        raise InputError(f"{where}data_notes must be a list of texts, not {repr_of(study.data_notes)}.")
    for note in study.data_notes:
        check_text("data_notes", note, where)
    for key in ("title", "description", "source", "licence", "citation", "note"):
        check_text(key, getattr(study, key), where)


def by_case(given: Any, case: str | None, where: str) -> pd.DataFrame:
    """A copy of the table of cases, with their unique names as its index."""
    if not isinstance(given, pd.DataFrame):
        raise InputError(f"{where}data must be a pandas DataFrame with one row per case, not {type(given).__name__}.")
    if given.columns.nlevels > 1:
        raise InputError(f"{where}the columns have {given.columns.nlevels} levels. Give each column one name.")
    data = given.copy()  # the caller may go on changing the original
    data.columns = data.columns.map(label)
    if data.columns.has_duplicates:
        twice = data.columns[data.columns.duplicated()][0]
        raise InputError(f"{where}two columns are named {twice!r}. Rename one.")
    if case is not None and case in data.columns:
        data = data.set_index(case)
    elif case is not None and case != data.index.name:
        raise InputError(f"{where}there is no column {case!r} with the case names. {did_you_mean(case, data.columns)}")
    if len(data) == 0:
        raise InputError(f"{where}there are no cases: the table has no rows.")
    names = data.index
    if isinstance(names, pd.MultiIndex):
        raise InputError(
            f"{where}the index has {names.nlevels} levels. Give each case one name, such as 'Ghana 2014', and "
            "name the columns of unit and time."
        )
    blank = np.asarray(names.isna()) | np.array([_in_words(name, where).strip() == "" for name in names])
    if blank.any():
        raise InputError(f"{where}row {int(np.argmax(blank)) + 1} of the data has no case name. Fill it in.")
    for name in names:
        if isinstance(name, str):
            check_text("a case's name", name, where)
    data.index = names = names.map(label) if names.dtype.kind not in "iufMm" else names
    if (written := names.map(str)).has_duplicates:
        repeated = list(dict.fromkeys(written[written.duplicated()]))
        raise InputError(
            f"{where}case names must be unique; more than one row is named {listing(repeated)}. Rename them, or merge "
            "the rows."
        )
    return data


def _in_words(name: Any, where: str) -> str:
    try:
        return str(name)
    except ValueError as error:  # a whole number of thousands of digits
        raise InputError(f"{where}a case's name cannot be written ({error}). Shorten it.") from None


def check_sets(outcome: Variable, conditions: Sequence[Variable], data: pd.DataFrame, where: str) -> None:
    """The sets are variables with names and columns of their own, and the outcome has a calibration."""
    for variable in (*conditions, outcome):
        if not isinstance(variable, Variable):
            raise InputError(f"{where}outcome and conditions must be equifinal.Variable, not {variable!r}.")
    if not conditions:
        raise InputError(f"{where}there are no conditions. Add at least one.")
    names = [variable.base_name for variable in (*conditions, outcome)]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"{where}two sets are named {name!r}. Rename one.")
    if any(condition.negated for condition in conditions):
        raise InputError(f"{where}a condition is named with '~'. Name the set; expressions negate it.")
    for variable in (*conditions, outcome):
        if variable.column not in data.columns:
            raise InputError(
                f"{where}there is no column {variable.column!r} for {variable.name} in the data. "
                f"{did_you_mean(variable.column, data.columns)}"
            )
    for condition in conditions:
        if condition.column == outcome.column:
            raise InputError(
                f"{where}the condition {condition.name} and the outcome {outcome.name} use the same column, "
                f"{condition.column!r}. The outcome would explain itself: give the condition another column, or remove it."
            )
    if outcome.calibrate is None:
        raise InputError(
            f"{where}the outcome {outcome.name} has no calibration. It needs one, because methods are compared "
            'on membership in it: for instance calibrate = {method = "direct", full_out = ..., crossover = ..., full_in = ...}.'
        )


def check_panel(data: pd.DataFrame, unit: str | None, time: str | None, where: str) -> None:
    """Every case has a unit and a time, and no unit occurs twice at one time."""
    for key, column in {"unit": unit, "time": time}.items():
        if column is not None and column not in data.columns:
            raise InputError(f"{where}{key} = {column!r} is not a column. {did_you_mean(column, data.columns)}")
        if column is not None and (missing := data[column].isna()).any():
            raise InputError(
                f"{where}column {column!r} ({key}) has no value for {listing(data.index[missing])}. Fill it in."
            )
    if unit is not None and time is not None:
        moments = data[[unit, time]]
        if (twice := moments.duplicated(keep=False)).any():
            this, then = moments[twice].iloc[0]
            same = data.index[(moments[unit] == this) & (moments[time] == then)]
            raise InputError(
                f"{where}a unit can occur only once at a time, but {listing(same)} are all of {this!s} in {then!s} "
                f"(columns {unit!r} and {time!r}). Correct the rows, or merge them."
            )


def raw_scores(variable: Variable, data: pd.DataFrame, where: str) -> pd.Series:
    """The raw scores of a set: a number for every case."""
    column = data[variable.column]
    place = f"column {variable.column!r} ({variable.name})"
    if column.dtype.kind in "mMc" or isinstance(column.dtype, (pd.DatetimeTZDtype, pd.PeriodDtype)):
        held = {"m": "spans of time", "c": "complex numbers"}.get(column.dtype.kind, "dates")
        raise InputError(f"{where}{place} holds {held}. Raw scores must be numbers: years, for instance, or days.")
    missing = column.isna()
    if missing.any():
        cases = column.index[missing]
        raise InputError(
            f"{where}{place} has no value for {listing(cases)}. Fill it in, or leave the "
            f"{'case' if len(cases) == 1 else 'cases'} out."
        )
    numbers = column.map(_number).astype(float)
    text = numbers.isna()
    if text.any():
        case, others = column.index[text][0], int(text.sum()) - 1
        found = f"{str(column[case])!r} for {case}" + (f" (and text in {others} more)" if others else "")
        hint = ""
        if "," in str(column[case]):
            hint = " Write decimals with a point, and thousands without a separator."
        elif "%" in str(column[case]):
            hint = " Write the numbers without a percent sign."
        raise InputError(f"{where}{place} must hold numbers, but has {found}. Correct it in the data.{hint}")
    infinite = np.isinf(numbers.to_numpy())
    if infinite.any():
        raise InputError(f"{where}{place} is infinite for {listing(column.index[infinite])}. Correct it in the data.")
    return numbers


def _number(cell: Any) -> float:
    """The cell as a number; NaN for anything else."""
    try:
        return float(cell) if not isinstance(cell, str) or "_" not in cell else np.nan
    except OverflowError:  # a whole number of hundreds of digits
        return np.inf
    except (TypeError, ValueError):
        return np.nan


def check_cases(raw: pd.DataFrame, outcome: Variable, conditions: Sequence[Variable], where: str) -> None:
    """There are enough cases, and every set varies."""
    count, wanted = len(raw), len(conditions)
    if count < wanted:
        cases = "1 case is" if count == 1 else f"{count} cases are"
        raise InputError(
            f"{where}{cases} fewer than {wanted} conditions, so nothing can be told apart. Add cases, or leave "
            "conditions out."
        )
    for variable in (*conditions, outcome):
        values = raw[variable.name]
        if np.ptp(values.to_numpy()) == 0:
            kind, remedy = "condition", "remove it"
            if variable is outcome:
                kind, remedy = "outcome", "choose another outcome"
            raise InputError(
                f"{where}the {kind} {variable.name} (column {variable.column!r}) is {values.iloc[0]:g} in every case. "
                f"What never varies explains nothing and cannot be explained: {remedy}, or add cases."
            )


def check_memberships(memberships: Any, cases: pd.Index, calibrator: Calibrator, where: str) -> None:
    """A calibrator gave every case a membership between 0 and 1."""
    if not isinstance(memberships, pd.Series) or not memberships.index.equals(cases):
        raise InputError(
            f"{where}the calibrator {calibrator.name!r} must return a Series with the index of the raw scores."
        )
    values = _numbers(memberships, calibrator, where)
    wrong = ~((values >= 0) & (values <= 1))
    if wrong.any():
        case, value = memberships.index[wrong][0], values[wrong][0]
        raise InputError(
            f"{where}the calibrator {calibrator.name!r} gives {case} a membership of {value:g}; memberships lie between 0 "
            "and 1. Check the anchors (several crisp thresholds give the values of a multi-value condition, not memberships)."
        )


def _numbers(memberships: pd.Series, calibrator: Calibrator, where: str) -> np.ndarray:
    """Memberships as numbers; truth values and text are none."""
    strange = next((each for each in memberships if isinstance(each, (bool, np.bool_, str))), None)
    try:
        if strange is None:
            return memberships.to_numpy(dtype=float)
    except (TypeError, ValueError):
        strange = next(each for each in memberships if not isinstance(each, (int, float, np.number)))
    entry = calibrators().get(calibrator.name)
    plugin = "" if entry is None or entry.cls is not type(calibrator) else f" of the plugin {entry.plugin}"
    kind = "truth values" if isinstance(strange, (bool, np.bool_)) else f"a {type(strange).__name__}"
    raise InputError(
        f"{where}the calibrator {calibrator.name!r}{plugin} must return memberships, numbers between 0 and 1, and returned "
        f"{kind if not isinstance(strange, str) else 'text'}, such as {repr_of(strange)}. Choose another one, or ask its author."
    )


def check_outcome(memberships: pd.Series, outcome: Variable, where: str) -> None:
    """At least one case has the outcome, and at least one does not."""
    for nobody, who, side in (
        (not (memberships > 0.5).any(), "no case has", "above"),
        (not (memberships < 0.5).any(), "every case has", "below"),
    ):
        if nobody:
            raise InputError(
                f"{where}{who} the outcome {outcome.name} (column {outcome.column!r}): no membership lies {side} 0.5, from "
                f"{memberships.min():.2f} to {memberships.max():.2f}. There is nothing to explain; check the outcome's anchors."
            )
