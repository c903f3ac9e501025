"""Studies: cases, an outcome, conditions, and what is claimed about them.

A :class:`Study` is what a user writes down (or a ``study.toml`` holds); a :class:`CalibratedStudy` is what methods get.
"""

import dataclasses
import hashlib
import io
import keyword
import os
import tomllib
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pydantic
from numpy.typing import NDArray

from equifinal.calibrator import Calibrator
from equifinal.errors import InputError, did_you_mean, explain, listing
from equifinal.propositions import Claim, build_claim
from equifinal.sets import Expression

__all__ = ["CalibratedStudy", "Study", "StudySource", "Variable", "load_study"]

Expectation = Literal["present", "absent"]
Provenance = Literal["observed", "reconstruction", "simulated"]

#: Columns of the standard tables, which a set may not be named after.
RESERVED = frozenset(
    {"n", "out", "case", "cases", "consistency", "pri", "coverage", "raw_coverage", "unique_coverage", "relevance"}
    | {"expression", "role", "direction", "evidence", "group", "predicted", "importance", "type", "outcome", "index"}
    | {"model_share", "core", "peripheral"}
)


# ------------------------------------------------------------------------------------------------ variables


@dataclass(frozen=True, eq=False)
class Variable:
    """A set: the outcome or a condition.

    Parameters
    ----------
    name
        The set's name in expressions: an identifier such as ``"LEAD"``.
    column
        The column with the raw scores; the default is the name.
    label
        For people; the default is the name.
    calibrate
        How raw scores become memberships: a :class:`~equifinal.Calibrator`, or a dict such as
        ``{"method": "direct", "full_out": 20, "crossover": 50, "full_in": 80}``. A condition without one has raw scores
        only; the outcome always needs one.
    expect
        The directional expectation: the condition's ``"present"`` or ``"absent"`` contributes to the outcome. ``None``: none.
    manipulable
        Whether the condition can be changed; advice leaves out those that cannot.

    Raises
    ------
    InputError
        When the name is no identifier, or the calibration is wrong; the message names the variable.
    """

    name: str
    column: str = ""
    label: str = ""
    calibrate: Calibrator | Mapping[str, Any] | None = None
    expect: Expectation | None = None
    manipulable: bool = True

    def __post_init__(self) -> None:
        where = f"Variable {self.name!r}: "
        if not isinstance(self.name, str) or not self.base_name.isidentifier() or keyword.iskeyword(self.base_name):
            raise InputError(
                f"{where}the name of a set must be an identifier: letters, digits and underscores, not starting with a "
                "digit, and no word of Python's, because expressions such as 'LEAD*~FIN' are made of it. Rename it and put "
                "the long name into label."
            )
        if self.base_name in RESERVED:
            raise InputError(
                f"{where}the name is a column of the result tables. Choose another, such as {self.name.upper()!r}."
            )
        if self.expect not in ("present", "absent", None):
            raise InputError(f"{where}expect = {self.expect!r}. It is 'present', 'absent', or left out.")
        if not isinstance(self.manipulable, bool):
            raise InputError(f"{where}manipulable = {self.manipulable!r}. It is true or false.")
        object.__setattr__(self, "column", self.column or self.base_name)
        object.__setattr__(self, "label", self.label or self.name)
        if isinstance(self.calibrate, Mapping):  # a copy: the caller may go on changing theirs
            object.__setattr__(self, "calibrate", dict(self.calibrate))
        _ = self.calibrator

    @property
    def base_name(self) -> str:
        """The name without the ``~`` that the outcome of a negated study has."""
        return self.name.removeprefix("~") if isinstance(self.name, str) else ""

    @property
    def negated(self) -> bool:
        """Whether this is the absence of the set that the column is calibrated for."""
        return self.name.startswith("~")

    @cached_property
    def calibrator(self) -> Calibrator | None:
        """The calibrator, not yet fitted; ``None`` for a condition with raw scores only."""
        if self.calibrate is None or isinstance(self.calibrate, Calibrator):
            return self.calibrate
        from equifinal.registry import calibrators

        where = f"Variable {self.name!r}, calibration: "
        if not isinstance(self.calibrate, Mapping):
            raise InputError(
                f"{where}{self.calibrate!r} is neither a Calibrator nor a table with a method and its anchors."
            )
        anchors = dict(self.calibrate)
        known = calibrators()
        method = anchors.pop("method", None)
        if not isinstance(method, str) or method not in known:
            problem = 'no method is given. Write method = "..."' if method is None else f"unknown method {method!r}"
            raise InputError(f"{where}{problem}. {did_you_mean(str(method or ''), known)}")
        built: Calibrator = known[method].cls.from_parameters(anchors, where)
        return built

    def opposite(self) -> "Variable":
        """The absence of this set."""
        name = self.base_name if self.negated else f"~{self.name}"
        label = self.label.removeprefix("Absence of: ") if self.negated else f"Absence of: {self.label}"
        return dataclasses.replace(self, name=name, label=label)


def _number(cell: Any) -> float:
    """The cell as a number; NaN for anything that is none."""
    try:
        return float(cell) if not isinstance(cell, str) or "_" not in cell else np.nan
    except (TypeError, ValueError):
        return np.nan


def _opposite_expectation(variable: Variable) -> Variable:
    opposites: dict[Expectation | None, Expectation | None] = {"present": "absent", "absent": "present", None: None}
    return dataclasses.replace(variable, expect=opposites[variable.expect])


# -------------------------------------------------------------------------------------------------- studies


@dataclass(frozen=True, eq=False, kw_only=True)
class Study:
    """Cases with an outcome and conditions, the propositions about them, and parameters for methods.

    Parameters
    ----------
    name
        A short name; messages and files use it.
    data
        One row per case, index = case names, unique. Only the columns that variables use must be numbers.
    outcome, conditions
        The sets. The outcome needs a calibration.
    propositions
        Claims, or tables as in ``study.toml``: ``{"id": "P1", "claim": "necessary", "expression": "LEAD", "expect": False}``.
    methods
        Parameters by label, as the ``[methods.LABEL]`` tables; a label that is no method's name says ``"method": ...``.
    title, description, source, licence, citation, note
        For people. The note stands beside the provenance banner.
    provenance
        ``"observed"``, ``"reconstruction"`` or ``"simulated"``; all but the first are shown as a banner in every output.
    case
        The column with the case names, when they are not the index yet.
    unit, time
        For panels: the columns with the unit (such as the country) and the time (such as the year) of a case.

    Raises
    ------
    InputError
        When something is wrong with the data or the declarations: a missing column, text among numbers, missing or infinite
        values, two cases or two sets with one name, a constant condition, fewer cases than conditions, a proposition about
        something that is not there.

    Examples
    --------
    >>> import equifinal as eq, pandas as pd
    >>> data = pd.DataFrame({"wealth": [3, 8, 5, 9], "literacy": [20, 90, 60, 70], "stable": [1, 9, 4, 8]}, index=list("abcd"))
    >>> study = eq.Study(
    ...     name="example",
    ...     data=data,
    ...     outcome=eq.Variable("S", "stable", calibrate={"method": "direct", "full_out": 1, "crossover": 4.5, "full_in": 8}),
    ...     conditions=[
    ...         eq.Variable("W", "wealth", calibrate={"method": "crisp", "threshold": 6}),
    ...         eq.Variable("L", "literacy", calibrate={"method": "direct", "full_out": 20, "crossover": 50, "full_in": 80}),
    ...     ],
    ... )
    >>> study.calibrate().fuzzy.round(2)
         W     L     S
    a  0.0  0.05  0.05
    b  1.0  0.98  0.98
    c  0.0  0.73  0.40
    d  1.0  0.88  0.95
    """

    name: str
    data: pd.DataFrame
    outcome: Variable
    conditions: Sequence[Variable]
    propositions: Sequence[Any] = ()
    methods: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    title: str = ""
    provenance: Provenance = "observed"
    case: str | None = None
    description: str = ""
    source: str = ""
    licence: str = ""
    citation: str = ""
    note: str = ""
    unit: str | None = None
    time: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip():
            raise InputError(f"A study needs a name: text, such as 'openness'. It has {self.name!r}.")
        self._put("title", self.title or self.name)
        if isinstance(self.conditions, Variable):
            raise InputError(f"{self._where}conditions is one Variable. Put it into a list.")
        self._put("conditions", tuple(self.conditions))
        self._put("methods", self._method_tables())
        if self.provenance not in ("observed", "reconstruction", "simulated"):
            raise InputError(
                f"{self._where}provenance = {self.provenance!r}. It is observed, reconstruction or simulated."
            )
        self._put("data", self._indexed_data())
        self._check_sets()
        self._put("raw", self._raw_scores())
        self._check_cases()
        self._put("propositions", self._claims())

    raw: pd.DataFrame = field(init=False, repr=False)

    def _put(self, key: str, value: Any) -> None:
        object.__setattr__(self, key, value)

    @property
    def _where(self) -> str:
        return f"Study {self.name!r}: "

    @property
    def variables(self) -> tuple[Variable, ...]:
        """The conditions, then the outcome."""
        return (*self.conditions, self.outcome)

    def _method_tables(self) -> dict[str, dict[str, Any]]:
        if not isinstance(self.methods, Mapping):
            raise InputError(f"{self._where}methods must be a dict from labels to parameters, not {self.methods!r}.")
        for label, table in self.methods.items():
            if not isinstance(label, str) or not isinstance(table, Mapping):
                raise InputError(
                    f"{self._where}[methods.{label}] must be a table of parameters, such as {{alpha = 0.05}}, not {table!r}."
                )
            if not isinstance(table.get("method", ""), str):
                raise InputError(
                    f"{self._where}[methods.{label}]: method = {table['method']!r} must be a method's name."
                )
        return {label: dict(table) for label, table in self.methods.items()}

    def _indexed_data(self) -> pd.DataFrame:
        if not isinstance(self.data, pd.DataFrame):
            raise InputError(
                f"{self._where}data must be a pandas DataFrame with one row per case, not {type(self.data).__name__}."
            )
        data = self.data.copy()  # the caller may go on changing theirs
        if data.columns.has_duplicates:
            twice = data.columns[data.columns.duplicated()][0]
            raise InputError(f"{self._where}two columns are named {twice!r}. Rename one.")
        if self.case is not None and self.case in data.columns:
            data = data.set_index(self.case)
        elif self.case is not None and self.case != data.index.name:
            raise InputError(
                f"{self._where}there is no column {self.case!r} with the case names. {did_you_mean(self.case, data.columns)}"
            )
        if len(data) == 0:
            raise InputError(f"{self._where}there are no cases: the table has no rows.")
        names = data.index
        if isinstance(names, pd.MultiIndex):
            raise InputError(
                f"{self._where}the index has {names.nlevels} levels. Give each case one name, such as 'Ghana 2014', and "
                "name the columns of unit and time."
            )
        blank = np.asarray(names.isna()) | np.array([str(name).strip() == "" for name in names])
        if blank.any():
            raise InputError(f"{self._where}row {int(np.argmax(blank)) + 1} of the data has no case name. Fill it in.")
        if names.has_duplicates:
            repeated = list(dict.fromkeys(str(name) for name in names[names.duplicated()]))
            raise InputError(
                f"{self._where}case names must be unique; more than one row is named {listing(repeated)}. Rename them, or merge "
                "the rows."
            )
        return data

    def _check_sets(self) -> None:
        for variable in self.variables:
            if not isinstance(variable, Variable):
                raise InputError(f"{self._where}outcome and conditions must be equifinal.Variable, not {variable!r}.")
        if not self.conditions:
            raise InputError(f"{self._where}there are no conditions. Add at least one.")
        names = [variable.base_name for variable in self.variables]
        for name in names:
            if names.count(name) > 1:
                raise InputError(f"{self._where}two sets are named {name!r}. Rename one.")
        if any(condition.negated for condition in self.conditions):
            raise InputError(f"{self._where}a condition is named with '~'. Name the set; expressions negate it.")
        for variable in self.variables:
            if variable.column not in self.data.columns:
                raise InputError(
                    f"{self._where}there is no column {variable.column!r} for {variable.name} in the data. "
                    f"{did_you_mean(variable.column, self.data.columns)}"
                )
        for condition in self.conditions:
            if condition.column == self.outcome.column:
                raise InputError(
                    f"{self._where}the condition {condition.name} and the outcome {self.outcome.name} use one column, "
                    f"{condition.column!r}. The outcome would explain itself: give the condition another column, or remove it."
                )
        if self.outcome.calibrate is None:
            raise InputError(
                f"{self._where}the outcome {self.outcome.name} has no calibration. It needs one, because methods are compared "
                'on membership in it: for instance calibrate = {method = "direct", full_out = ..., crossover = ..., full_in = ...}.'
            )
        for key in ("unit", "time"):
            column = getattr(self, key)
            if column is not None and column not in self.data.columns:
                raise InputError(
                    f"{self._where}{key} = {column!r} is no column. {did_you_mean(column, self.data.columns)}"
                )
            if column is not None and (missing := self.data[column].isna()).any():
                raise InputError(
                    f"{self._where}column {column!r} ({key}) has no value for {listing(self.data.index[missing])}. Fill it in."
                )

    def _raw_scores(self) -> pd.DataFrame:
        return pd.DataFrame(
            {variable.name: self._numbers(variable) for variable in self.variables}, index=self.data.index, dtype=float
        )

    def _numbers(self, variable: Variable) -> pd.Series:
        column = self.data[variable.column]
        place = f"column {variable.column!r} ({variable.name})"
        if column.dtype.kind in "mMc" or isinstance(column.dtype, (pd.DatetimeTZDtype, pd.PeriodDtype)):
            raise InputError(f"{self._where}{place} holds {column.dtype} values. Raw scores must be numbers.")
        missing = column.isna()
        if missing.any():
            cases = column.index[missing]
            raise InputError(
                f"{self._where}{place} has no value for {listing(cases)}. Fill it in, or leave the "
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
            raise InputError(f"{self._where}{place} must hold numbers, but has {found}. Correct it in the data.{hint}")
        infinite = np.isinf(numbers.to_numpy())
        if infinite.any():
            raise InputError(
                f"{self._where}{place} is infinite for {listing(column.index[infinite])}. Correct it in the data."
            )
        return numbers

    def _check_cases(self) -> None:
        count, wanted = len(self.data), len(self.conditions)
        if count < wanted:
            cases = "1 case is" if count == 1 else f"{count} cases are"
            raise InputError(
                f"{self._where}{cases} fewer than {wanted} conditions, so nothing can be told apart. Add cases, or leave "
                "conditions out."
            )
        for variable in self.variables:
            values = self.raw[variable.name]
            if np.ptp(values.to_numpy()) == 0:
                kind, remedy = "condition", "remove it"
                if variable is self.outcome:
                    kind, remedy = "outcome", "choose another outcome"
                raise InputError(
                    f"{self._where}the {kind} {variable.name} (column {variable.column!r}) is {values.iloc[0]:g} in every case. "
                    f"What never varies explains nothing and cannot be explained: {remedy}, or add cases."
                )

    def _claims(self) -> tuple[Claim, ...]:
        from equifinal.registry import claims

        kinds = {kind: entry.cls for kind, entry in claims().items()}
        built = tuple(build_claim(table, kinds, self._where) for table in self.propositions)
        sets, conditions = [v.name for v in self.variables], [v.name for v in self.conditions]
        calibrated = [v.name for v in self.variables if v.calibrator is not None]
        cases = [str(case) for case in self.data.index]
        for number, claim in enumerate(built):
            if claim.id in {earlier.id for earlier in built[:number]}:
                raise InputError(f"{self._where}two propositions have the id {claim.id!r}. Rename one.")
            where = f"{self._where}proposition {claim.id}: "
            claim.check(where, sets, conditions, cases)
            if claim.where is not None:
                Expression(claim.where).require(calibrated, f"{where}'where' needs sets with a calibration. ")
        return built

    def negated(self) -> "Study":
        """The study of the absence of the outcome.

        The outcome becomes ``~NAME`` with memberships ``1 - y``. Directional expectations turn around, as they speak of the
        outcome's presence. Propositions, which do so too, are left out.
        """
        return dataclasses.replace(
            self,
            outcome=self.outcome.opposite(),
            conditions=[_opposite_expectation(condition) for condition in self.conditions],
            propositions=(),
            case=None,
        )

    def calibrate(self) -> "CalibratedStudy":
        """Turn raw scores into memberships.

        Raises
        ------
        InputError
            When memberships are missing, all alike, or the outcome has nobody in or nobody out.
        """
        fuzzy: dict[str, pd.Series] = {}
        calibrators: dict[str, Calibrator] = {}
        notes: list[str] = []
        for variable in self.variables:
            if variable.calibrator is None:
                continue
            where = f"{self._where}{variable.name} (column {variable.column!r}): "
            raw = self.raw[variable.name]
            try:
                calibrator = variable.calibrator.fit(raw)
                memberships = calibrator.calibrate(raw)
                notes += [f"{variable.name}: {note}" for note in calibrator.notes(raw)]
            except InputError as error:
                raise InputError(f"{where}{error}") from None
            self._check_memberships(memberships, where, calibrator)
            if variable is not self.outcome and np.ptp(memberships) == 0:
                raise InputError(
                    f"{where}with these anchors every case has the membership {memberships.iloc[0]:g}, so the set separates "
                    "nothing. Move the anchors, or leave the condition out."
                )
            calibrators[variable.name] = calibrator
            fuzzy[variable.name] = 1.0 - memberships if variable.negated else memberships
            at_half = memberships.index[memberships == 0.5]
            if len(at_half):
                notes.append(
                    f"{variable.name}: {listing(at_half)} at exactly 0.5, neither in nor out of the set. "
                    "Consider another crossover."
                )
        self._check_outcome(fuzzy[self.outcome.name])
        if self.outcome.negated:
            notes.append(
                f"The absence of the outcome ({self.outcome.name}) is explained: directional expectations are turned around, and "
                "propositions, which speak of its presence, are left out."
            )
        frame = pd.DataFrame(fuzzy, index=self.data.index, dtype=float)
        return CalibratedStudy(
            name=self.name,
            title=self.title,
            provenance=self.provenance,
            note=self.note,
            unit=self.unit,
            time=self.time,
            outcome=self.outcome,
            conditions=tuple(self.conditions),
            raw=self.raw,
            fuzzy=frame,
            data=self.data,
            calibrators=calibrators,
            notes=tuple(notes),
        )

    def _check_memberships(self, memberships: pd.Series, where: str, calibrator: Calibrator) -> None:
        if not isinstance(memberships, pd.Series) or not memberships.index.equals(self.data.index):
            raise InputError(
                f"{where}the calibrator {calibrator.name!r} must return a Series with the index of the raw scores."
            )
        values = memberships.to_numpy(dtype=float)
        wrong = ~((values >= 0) & (values <= 1))
        if wrong.any():
            case, value = memberships.index[wrong][0], values[wrong][0]
            raise InputError(
                f"{where}the calibrator {calibrator.name!r} gives {case} a membership of {value:g}; memberships lie between 0 "
                "and 1. Check the anchors (several crisp thresholds give the values of a multi-value condition, not memberships)."
            )

    def _check_outcome(self, memberships: pd.Series) -> None:
        name = self.outcome.name
        for nobody, who, side in (
            (not (memberships > 0.5).any(), "no case has", "above"),
            (not (memberships < 0.5).any(), "every case has", "below"),
        ):
            if nobody:
                raise InputError(
                    f"{self._where}{who} the outcome {name} (column {self.outcome.column!r}): no membership lies {side} 0.5, from "
                    f"{memberships.min():.2f} to {memberships.max():.2f}. There is nothing to explain; check the outcome's anchors."
                )

    @property
    def data_hash(self) -> str:
        """SHA-256 of the data as CSV, for the manifest."""
        return hashlib.sha256(self.data.to_csv().encode()).hexdigest()

    def describe(self) -> pd.DataFrame:
        """One row per set: label, column, calibration, directional expectation, and the range of its raw scores."""
        rows = {}
        for variable in (self.outcome, *self.conditions):
            calibrator, scores = variable.calibrator, self.raw[variable.name]
            rows[variable.name] = {
                "role": "outcome" if variable is self.outcome else "condition",
                "label": variable.label,
                "column": variable.column,
                "calibration": _anchors(calibrator) if calibrator else "none: raw scores only",
                "expect": variable.expect or "",
                "manipulable": variable.manipulable,
                "minimum": scores.min(),
                "median": scores.median(),
                "maximum": scores.max(),
            }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("set")

    def _repr_html_(self) -> str:
        return self.describe().to_html(border=0)


def _anchors(calibrator: Calibrator) -> str:
    given = ((key, value) for key, value in calibrator.parameters().items() if key in calibrator.model_fields_set)
    return f"{calibrator.name}: " + ", ".join(
        f"{key} = {value:g}" if isinstance(value, float) else f"{key} = {value}" for key, value in given
    )


# ---------------------------------------------------------------------------------------- calibrated studies


@dataclass(frozen=True, eq=False, kw_only=True)
class CalibratedStudy:
    """What a method gets: raw scores and memberships of the same cases, in the same order.

    Attributes
    ----------
    outcome : Variable
    conditions : tuple of Variable
    raw : pandas.DataFrame
        A column for every set, the outcome included.
    fuzzy : pandas.DataFrame
        Memberships, 0 to 1, for the sets with a calibration.
    crisp : pandas.DataFrame
        1 above 0.5, 0 below, missing at exactly 0.5.
    data : pandas.DataFrame
        The source table, all columns.
    calibrators : mapping
        The fitted calibrator by set.
    notes : tuple of str
        What a reader should know about the calibration.
    """

    name: str
    title: str
    provenance: Provenance
    note: str
    unit: str | None
    time: str | None
    outcome: Variable
    conditions: tuple[Variable, ...]
    raw: pd.DataFrame
    fuzzy: pd.DataFrame
    data: pd.DataFrame
    calibrators: Mapping[str, Calibrator]
    notes: tuple[str, ...] = ()

    @cached_property
    def crisp(self) -> pd.DataFrame:
        """Crisp memberships: 1 above 0.5, 0 below, missing at exactly 0.5 (and where the membership is missing)."""
        values = self.fuzzy.to_numpy(dtype=float)
        crisp = np.where(values > 0.5, 1.0, np.where(values < 0.5, 0.0, np.nan))
        return pd.DataFrame(crisp, index=self.fuzzy.index, columns=self.fuzzy.columns)

    @property
    def condition_names(self) -> tuple[str, ...]:
        """The conditions' set names, in order."""
        return tuple(condition.name for condition in self.conditions)

    @property
    def cases(self) -> pd.Index:
        """The case names, in order."""
        return self.raw.index

    def values(self, scale: Literal["raw", "fuzzy", "crisp"]) -> NDArray[np.float64]:
        """The conditions' values as an array of shape (n, k), in the order of cases and conditions. Not to be changed."""
        frame: pd.DataFrame = getattr(self, scale)
        names = self.condition_names
        # As a rule the conditions come first and all are there; selecting columns by name takes much longer.
        if tuple(frame.columns[: len(names)]) == names:
            return frame.to_numpy(dtype=float)[:, : len(names)]
        return frame[list(names)].to_numpy(dtype=float)

    def variable(self, set_name: str) -> Variable:
        """The outcome or condition of that name."""
        for variable in (*self.conditions, self.outcome):
            if variable.name == set_name:
                return variable
        raise InputError(
            f"Study {self.name!r} has no set {set_name!r}. {did_you_mean(set_name, (*self.condition_names, self.outcome.name))}"
        )

    def require_memberships(self, who: str) -> None:
        """Raise an :class:`InputError` when a condition has no calibration; `who` is the method that needs them all."""
        without = [name for name in self.condition_names if name not in self.fuzzy]
        if without:
            raise InputError(
                f"Study {self.name!r}: {who} needs set memberships, but there is no calibration for "
                f"{listing(without)}. Give each anchors (calibrate = {{...}}), or leave the method out."
            )

    def subset(self, cases: Iterable[Any]) -> "CalibratedStudy":
        """The same study with some of its cases, in the order given; anchors and memberships are kept."""
        wanted = pd.Index(list(cases), dtype=self.cases.dtype)
        unknown = wanted.difference(self.cases)
        if len(unknown):
            raise InputError(
                f"Study {self.name!r} has no case {unknown[0]!r}. {did_you_mean(str(unknown[0]), self.cases)}"
            )
        return self._at(self.cases.get_indexer(wanted))

    def _at(self, positions: Any) -> "CalibratedStudy":
        return dataclasses.replace(
            self, raw=self.raw.iloc[positions], fuzzy=self.fuzzy.iloc[positions], data=self.data.iloc[positions]
        )

    def to_membership(self, set_name: str, raw: pd.Series) -> pd.Series:
        """Memberships of other raw scores in a set, with the anchors of this study."""
        variable = self.variable(set_name)
        if set_name not in self.calibrators:
            raise InputError(
                f"Study {self.name!r}: {set_name} has no calibration. Give it anchors (calibrate = {{...}})."
            )
        memberships = self.calibrators[set_name].calibrate(raw)
        return 1.0 - memberships if variable.negated else memberships

    def orientation(self, set_name: str) -> int:
        """Whether membership rises (+1) or falls (-1) with the raw score over the cases, or neither (0); +1 without calibration."""
        if set_name not in self.fuzzy:
            return 1
        order = np.argsort(self.raw[set_name].to_numpy(), kind="stable")
        steps = np.diff(self.fuzzy[set_name].to_numpy()[order])
        return 1 if (steps >= 0).all() else -1 if (steps <= 0).all() else 0

    def protected(self) -> "CalibratedStudy":
        """The same study in frames of its own, so that changing them changes nothing elsewhere."""
        return dataclasses.replace(
            self, raw=self.raw.copy(deep=False), fuzzy=self.fuzzy.copy(deep=False), data=self.data.copy(deep=False)
        )

    def without_outcome(self) -> "CalibratedStudy":
        """The same cases with the outcome's values missing and its column gone, for predictions."""
        hidden = {self.outcome.name: np.nan}
        return dataclasses.replace(
            self,
            raw=self.raw.assign(**hidden),
            fuzzy=self.fuzzy.assign(**hidden),
            data=self.data.drop(columns=self.outcome.column, errors="ignore"),
        )

    def train_and_test(self, train: Any, test: Any) -> tuple["CalibratedStudy", "CalibratedStudy"]:
        """Split by positions: what a method may learn from, and what it must predict.

        Calibrators of conditions that learn their anchors from data are fitted again on the training cases alone. The
        outcome stays as calibrated. The test cases come without their outcome.
        """
        learned, held_out = self._at(train), self._at(test).without_outcome()
        fuzzy_learned, fuzzy_held_out = learned.fuzzy, held_out.fuzzy
        calibrators = dict(self.calibrators)
        for condition in self.conditions:
            if condition.calibrator is None:
                continue
            refitted = condition.calibrator.fit(learned.raw[condition.name])
            if refitted is condition.calibrator:  # fixed anchors: nothing learned, nothing changes
                continue
            calibrators[condition.name] = refitted
            fuzzy_learned = fuzzy_learned.assign(**{condition.name: refitted.calibrate(learned.raw[condition.name])})
            fuzzy_held_out = fuzzy_held_out.assign(**{condition.name: refitted.calibrate(held_out.raw[condition.name])})
        return (
            dataclasses.replace(learned, fuzzy=fuzzy_learned, calibrators=calibrators),
            dataclasses.replace(held_out, fuzzy=fuzzy_held_out, calibrators=calibrators),
        )

    def with_condition(self, set_name: str, source: Any) -> "CalibratedStudy":
        """The same cases, but with the values of one condition taken from other cases.

        Parameters
        ----------
        set_name
            The condition; its raw score, its membership and its column of ``data`` change together.
        source
            Positions, one per case (or one for all): where the case takes its values from.
        """
        column = self.variable(set_name).column
        source = np.broadcast_to(np.asarray(source), (len(self.cases),))

        def taken(frame: pd.DataFrame, name: str) -> pd.DataFrame:
            return frame.assign(**{name: frame[name].array[source]}) if name in frame else frame

        return dataclasses.replace(
            self, raw=taken(self.raw, set_name), fuzzy=taken(self.fuzzy, set_name), data=taken(self.data, column)
        )

    def repeated(self, times: int) -> "CalibratedStudy":
        """All cases `times` times over, numbered; for many what-if predictions in one call."""
        positions = np.tile(np.arange(len(self.cases)), times)
        copies = self._at(positions)
        index = pd.RangeIndex(len(positions))
        return dataclasses.replace(
            copies, raw=copies.raw.set_axis(index), fuzzy=copies.fuzzy.set_axis(index), data=copies.data.set_axis(index)
        )


# ----------------------------------------------------------------------------------------------- study files


@dataclass(frozen=True)
class StudySource:
    """A study that a plugin brings: its name, and the path of its ``study.toml``."""

    name: str
    path: Path

    @property
    def title(self) -> str:
        """The study's title, or its path where the file cannot be read."""
        try:
            return str(tomllib.loads(Path(self.path).read_text(encoding="utf-8-sig"))["study"]["title"])
        except (OSError, ValueError, LookupError, TypeError):
            return str(self.path)


class _Table(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", strict=True)


class _StudyTable(_Table):
    name: str = pydantic.Field(min_length=1)
    data: str
    case: str
    title: str = ""
    provenance: Provenance = "observed"
    description: str = ""
    source: str = ""
    licence: str = ""
    citation: str = ""
    note: str = ""
    unit: str | None = None
    time: str | None = None


class _VariableTable(_Table):
    name: str
    column: str = ""
    label: str = ""
    calibrate: dict[str, Any] | None = None
    expect: Expectation | None = None
    manipulable: bool = True


class _StudyFile(_Table):
    study: _StudyTable
    outcome: _VariableTable
    condition: list[_VariableTable]
    proposition: list[dict[str, Any]] = []
    methods: dict[str, dict[str, Any]] = {}

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
    from equifinal.registry import studies

    known = studies()
    path = Path(known[str(study)].cls.path if str(study) in known else study).expanduser()
    if os.path.isdir(path) and os.path.isfile(path / "study.toml"):
        path = path / "study.toml"
    # os.path answers False where Path raises: no permission, a name that is too long.
    if not os.path.isfile(path):
        lacks = "a folder without a study.toml" if os.path.isdir(path) else "neither a known name nor a file"
        raise InputError(f"There is no study {str(study)!r}: it is {lacks}. {did_you_mean(str(study), known)}")
    if path.suffix.lower() != ".toml":
        raise InputError(
            f"{str(study)!r} is no study.toml. A study is a text file study.toml that names the data, the outcome and the "
            "conditions; 'equifinal describe heilongjiang' shows one."
        )
    return _read_study(path)


def _read_study(path: Path) -> Study:
    where = f"Study file {str(path)!r}: "
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(f"{where}it cannot be read: {error.strerror}. Check its permissions.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            f"{where}it cannot be read as TOML: {error}. Correct that place in the file: text stands in quotes, a table in {{}} "
            "on one line."
        ) from None
    try:
        file = _StudyFile.model_validate(content)
    except pydantic.ValidationError as error:
        keys = {
            "": _StudyFile.model_fields,
            "study": _StudyTable.model_fields,
            "outcome": _VariableTable.model_fields,
            "condition": _VariableTable.model_fields,
        }
        raise InputError(f"{where}{explain(error, keys)}") from None
    about = file.study.model_dump()
    where = f"Study {file.study.name!r}: "
    texts = [column for column in (file.study.case, file.study.unit) if column is not None]
    data = _read_cases(path.parent / about.pop("data"), texts, where)
    try:
        outcome = Variable(**file.outcome.model_dump())
        conditions = [Variable(**table.model_dump()) for table in file.condition]
    except InputError as error:
        raise InputError(f"{where}{error}") from None
    return Study(
        **about, data=data, outcome=outcome, conditions=conditions, propositions=file.proposition, methods=file.methods
    )


#: What stands for "no value" in the tables of spreadsheet and statistics programs.
_MISSING = ["", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "null", "NULL", "None", "none", "-", ".", ".."]


def _read_cases(path: Path, texts: Sequence[str], where: str) -> pd.DataFrame:
    """Read a table as spreadsheet programs write it: any of three separators, with or without a byte-order mark, and with
    empty rows and columns at the end. The columns `texts` are kept as they are written ("NA" is a name there)."""
    where = f"{where}the data file {str(path)!r} "
    remedy = "Save it as a comma-separated table in UTF-8 (in a spreadsheet program: 'CSV UTF-8')."
    if not os.path.isfile(path):
        raise InputError(
            f"{where}does not exist. Correct data = ... in the [study] table: a path from where study.toml lies."
        )
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"{where}cannot be read: {error.strerror}. Check its permissions.") from None
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        kind = "is no text file" if b"\0" in content else f"is not in UTF-8: see line {line}"
        raise InputError(f"{where}{kind}. {remedy}") from None
    if "\0" in text:
        raise InputError(f"{where}is no text file. {remedy}")
    if not text.strip():
        raise InputError(f"{where}is empty. It needs column names in its first line, and one line per case.")
    separator = max(",;\t", key=text.lstrip().partition("\n")[0].count)
    try:
        first = pd.read_csv(
            io.StringIO(text),
            sep=separator,
            header=None,
            nrows=1,
            dtype=str,
            keep_default_na=False,
            skipinitialspace=True,
        )
        names = [str(name).strip() for name in first.iloc[0]]
        as_text: dict[Any, Any] = {number: str for number, name in enumerate(names) if name in texts}
        missing: dict[Any, Any] = {n: [""] if n in as_text else _MISSING for n in range(len(names))}
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)  # a row that is longer than the first
            frame = pd.read_csv(
                io.StringIO(text),
                sep=separator,
                skipinitialspace=True,
                header=0,
                names=range(len(names)),
                index_col=False,
                dtype=as_text,
                keep_default_na=False,
                na_values=missing,
            )
    except pd.errors.ParserWarning:
        raise InputError(
            f"{where}has more values in its rows than column names in its first line. Make them match."
        ) from None
    except pd.errors.ParserError as error:
        reason = str(error).strip().removeprefix("Error tokenizing data. C error: ")
        raise InputError(
            f"{where}cannot be read: {reason}. Make every line as long as the first, and put quotes around values that contain "
            f"{'a tab' if separator == chr(9) else repr(separator)}."
        ) from None
    nameless = [number for number, name in enumerate(names) if not name]
    for number in nameless:
        if frame[number].notna().any():
            raise InputError(f"{where}has values but no name in column {number + 1}. Name it in the first line.")
    for number in as_text:
        frame[number] = frame[number].str.strip()
    frame = frame.drop(columns=nameless).dropna(how="all")
    return frame.set_axis([name for name in names if name], axis=1)
