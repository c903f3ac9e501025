"""Checks of the engine's input: the frame of cases, its columns, cutoffs. Each mistake gets one sentence with a remedy."""

import keyword
from collections.abc import Sequence
from math import ceil
from numbers import Integral, Real

import numpy as np
import pandas as pd

from equifinal import Expression, InputError
from equifinal.errors import did_you_mean, listing
from equifinal_qca.engine.cubes import MOST_CONDITIONS, Floats

_TOLERANCE = 1e-9
_COLUMNS_OF_TABLES = ("out", "n", "consistency", "pri", "cases")


def check_frame(frame: object) -> None:
    """Raise an error unless the cases come as a data frame."""
    if not isinstance(frame, pd.DataFrame):
        raise InputError(
            f"The cases came as {type(frame).__name__}. Give a pandas.DataFrame of memberships, one row per case, "
            "such as study.calibrate().fuzzy."
        )


def check_cases(frame: pd.DataFrame) -> None:
    """Raise an error unless every case has a name of its own."""
    if not frame.index.is_unique:
        repeated = listing(dict.fromkeys(frame.index[frame.index.duplicated()]))
        raise InputError(f"Cases occur more than once: {repeated}. Give every case a name of its own in the index.")


def numbers_of(frame: pd.DataFrame, name: str) -> Floats:
    """One column as floats, after checking that it holds numbers and none is missing."""
    column = frame[name]
    if isinstance(column, pd.DataFrame):
        raise InputError(f"Several columns are named {name!r}. Rename or drop all but one.")
    numeric = pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column)
    if not numeric or pd.api.types.is_complex_dtype(column):
        raise InputError(
            f"Column {name!r} does not hold numbers. Calibrate it to memberships from 0 to 1 first, leave it out of the "
            "conditions, or make it the index if it names the cases."
        )
    values: Floats = column.to_numpy(dtype=float, na_value=np.nan)
    if (missing := np.isnan(values)).any():
        raise InputError(
            f"Column {name!r} has missing values: {listing(frame.index[missing])}. Fill them in or leave these cases out."
        )
    return values


def memberships_of(frame: pd.DataFrame, name: str) -> Floats:
    """One column as floats, after checking that it holds memberships."""
    values = numbers_of(frame, name)
    if (outside := (values < 0) | (values > 1)).any():
        whole = (values == np.floor(values)).all() and values.min() >= 0
        or_else = " If its numbers are the values 0, 1, 2, ... of a multi-value condition, use truth_table_mv."
        raise InputError(
            f"Column {name!r} has values outside 0 to 1: {listing(frame.index[outside])}. Calibrate it first."
            f"{or_else if whole else ''}"
        )
    return values


def memberships_in(frame: pd.DataFrame, expressions: Sequence[str]) -> Floats:
    """Memberships of the n cases in m expressions over the columns, shape (n, m)."""
    parsed = [Expression(each) for each in expressions]
    for each in parsed:
        each.require([str(name) for name in frame.columns])
    used = {name: memberships_of(frame, name) for each in parsed for name in each.sets}
    checked = pd.DataFrame(used, index=range(len(frame)))
    return np.column_stack([np.empty((len(frame), 0)), *(each.membership(checked) for each in parsed)])


def outcome_memberships(frame: pd.DataFrame, outcome: str) -> Floats:
    """The outcome's memberships; ``"~Y"`` negates column Y unless a column has that very name."""
    check_frame(frame)
    if not isinstance(outcome, str):
        raise InputError(f"outcome = {outcome!r} is not the name of one column. Give it as text.")
    if outcome not in frame.columns and outcome.startswith("~") and outcome[1:] in frame.columns:
        return 1.0 - memberships_of(frame, outcome[1:])
    if outcome not in frame.columns:
        raise InputError(f"The outcome {outcome!r} is not a column. {did_you_mean(outcome, frame.columns)}")
    return memberships_of(frame, outcome)


def condition_names(frame: pd.DataFrame, outcome: str, conditions: Sequence[str] | None) -> list[str]:
    """The conditions, checked; by default every column but the outcome's."""
    check_frame(frame)
    if isinstance(conditions, str):
        names = [name.strip() for name in conditions.split(",")]
        raise InputError(f"conditions = {conditions!r} is a single text. Give a list of column names, {names!r}.")
    if conditions is None:
        conditions = [name for name in frame.columns if name != outcome and f"~{name}" != outcome]
    names = list(conditions)
    if not names:
        raise InputError("There are no conditions. Name at least one column besides the outcome.")
    for name in names:
        if name not in frame.columns:
            raise InputError(f"The condition {name!r} is not a column. {_unlike(name, frame)}")
        if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name):
            raise InputError(
                f"The condition {name!r} cannot be written in an expression. Rename the column with letters, digits and _."
            )
        if name in (outcome, str(outcome).removeprefix("~")):
            raise InputError(f"{name!r} is the outcome and a condition. Leave it out of the conditions.")
        if name in _COLUMNS_OF_TABLES:
            raise InputError(f"The condition {name!r} has the name of a column of truth tables. Rename it.")
        if names.count(name) > 1:
            raise InputError(f"The condition {name!r} is named twice. Name it once.")
    if len(names) > MOST_CONDITIONS:
        raise InputError(f"{len(names)} conditions are more than the {MOST_CONDITIONS} possible. Choose fewer.")
    return names


def _unlike(name: object, frame: pd.DataFrame) -> str:
    """The end of a sentence about a condition that is not a column."""
    if isinstance(name, str) and name.startswith("~") and name[1:] in frame.columns:
        return f"Give {name[1:]!r}: a truth table has the presence and the absence of every condition."
    return did_you_mean(str(name), [str(each) for each in frame.columns])


def is_share(value: object) -> bool:
    """Whether it is a number from 0 to 1."""
    return isinstance(value, Real) and not isinstance(value, bool) and 0 <= float(value) <= 1


def is_whole(value: object, least: int = 1) -> bool:
    """Whether it is a whole number and at least this large."""
    return isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= least


def check_shares(**shares: object) -> None:
    """Raise an error unless all these, given by name, are numbers from 0 to 1."""
    for name, value in shares.items():
        if not is_share(value):
            raise InputError(f"{name} = {value!r} is not a number from 0 to 1.{_percent(value)}")


def _percent(value: object) -> str:
    if not isinstance(value, Real) or not 1 < float(value) <= 100:
        return ""
    return f" For {float(value):g} % give {float(value) / 100:g}."


def cutoffs(
    consistency_cutoff: float | tuple[float, float], frequency_cutoff: float, pri_cutoff: float, cases: int
) -> tuple[float, float, int, float]:
    """The two consistency cutoffs in order, the frequency cutoff as a number of cases, and the PRI cutoff."""
    several = isinstance(consistency_cutoff, (tuple, list, np.ndarray))
    pair = tuple(np.atleast_1d(np.array(consistency_cutoff)).tolist()) if several else (consistency_cutoff,) * 2
    if len(pair) != 2 or not all(map(is_share, pair)):
        raise InputError(
            f"consistency_cutoff = {consistency_cutoff!r} is neither a number from 0 to 1 nor two of them."
            f"{'' if several else _percent(consistency_cutoff)}"
        )
    if not isinstance(frequency_cutoff, Real) or isinstance(frequency_cutoff, bool):
        frequency = 0.0
    elif 0 < frequency_cutoff < 1:
        frequency = float(max(1, ceil(frequency_cutoff * cases - _TOLERANCE)))
    else:
        frequency = float(frequency_cutoff)
    if not (frequency >= 1 and frequency % 1 == 0):
        raise InputError(
            f"frequency_cutoff = {frequency_cutoff!r} is neither a number of cases, 1 or more, nor a share of them "
            "between 0 and 1."
        )
    check_shares(pri_cutoff=pri_cutoff)
    return min(pair), max(pair), int(frequency), pri_cutoff
