"""Studies: cases, an outcome, conditions, and what is claimed about them."""

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from equifinal.base.words import Provenance
from equifinal.errors import FAULTS, InputError, did_you_mean, listing
from equifinal.plugin.study_tables import check_requires, settings
from equifinal.sets import Expression
from equifinal.study.calibrated import CalibratedStudy
from equifinal.study.calibrator import Calibrator
from equifinal.study.propositions import Claim, build_claim
from equifinal.study.variable import Expectation, Variable

__all__ = ["Study"]


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
    requires
        Plugins without which the study cannot be understood, by their name or their package's, with versions where these
        matter: ``["equifinal-cna>=0.2"]``. A missing one is an error before anything else is looked at.
    plugins
        Settings of plugins by plugin, as the ``[plugins.NAME]`` tables; each plugin says what its settings may be.
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
    requires: Sequence[str] = ()
    plugins: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip():
            raise InputError(f"A study needs a name: text, such as 'openness'. It has {self.name!r}.")
        check_requires(self.requires, self._where)
        self._put("requires", tuple(self.requires))
        self._put("title", self.title or self.name)
        if isinstance(self.conditions, Variable):
            raise InputError(f"{self._where}conditions is one Variable. Put it into a list.")
        self._put("conditions", tuple(self.conditions))
        self._put("methods", self._method_tables())
        if not isinstance(self.plugins, Mapping):
            raise InputError(f"{self._where}plugins must be a dict from plugins to settings, not {self.plugins!r}.")
        settings(self.plugins, self._where)
        self._put("plugins", {name: dict(table) for name, table in self.plugins.items()})
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
        if self.unit is not None and self.time is not None:
            moments = self.data[[self.unit, self.time]]
            if (twice := moments.duplicated(keep=False)).any():
                unit, time = moments[twice].iloc[0]
                same = self.data.index[(moments[self.unit] == unit) & (moments[self.time] == time)]
                raise InputError(
                    f"{self._where}a unit can be there once at a time, but {listing(same)} are all of {unit!s} in {time!s} "
                    f"(columns {self.unit!r} and {self.time!r}). Correct the rows, or merge them."
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
            elif "%" in str(column[case]):
                hint = " Write the numbers without a percent sign."
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
        from equifinal.plugin.registry import claims

        kinds = claims()
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
            except FAULTS as error:
                raise InputError(
                    f"{where}the calibrator {variable.calibrator.name!r} raised {type(error).__name__}: {error}. Choose "
                    "another one, or ask its author."
                ) from error
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
            plugins=settings(self.plugins, self._where),
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
        from equifinal.base.html import heading, not_observed, paragraph, piece, table

        sets = self.describe()[["role", "label", "column", "calibration", "expect", "minimum", "median", "maximum"]]
        about = f"{len(self.data)} cases, {len(self.conditions)} conditions, {len(self.propositions)} propositions."
        banner = not_observed(self.provenance, self.note)
        return piece(heading(self.title), banner, paragraph(about), table(sets, most=len(sets)))


def _anchors(calibrator: Calibrator) -> str:
    given = ((key, value) for key, value in calibrator.parameters().items() if key in calibrator.model_fields_set)
    return f"{calibrator.name}: " + ", ".join(
        f"{key} = {value:g}" if isinstance(value, float) else f"{key} = {value}" for key, value in given
    )


def _number(cell: Any) -> float:
    """The cell as a number; NaN for anything that is none."""
    try:
        return float(cell) if not isinstance(cell, str) or "_" not in cell else np.nan
    except (TypeError, ValueError):
        return np.nan


def _opposite_expectation(variable: Variable) -> Variable:
    opposites: dict[Expectation | None, Expectation | None] = {"present": "absent", "absent": "present", None: None}
    return dataclasses.replace(variable, expect=opposites[variable.expect])
