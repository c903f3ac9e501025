"""Studies: cases, an outcome, conditions, and what is claimed about them."""

import dataclasses
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from equifinal.base import spelling
from equifinal.base.readable import Readable
from equifinal.base.surroundings import changed_and_put_back, restored
from equifinal.base.words import Provenance, counted
from equifinal.errors import InputError, check_text, listing, said
from equifinal.plugin.study_tables import check_requires, settings
from equifinal.sets import Expression
from equifinal.study.calibrated import CalibratedStudy
from equifinal.study.calibrator import Calibrator
from equifinal.study.checks import (
    by_case,
    check_cases,
    check_memberships,
    check_outcome,
    check_panel,
    check_sets,
    check_texts,
    raw_scores,
)
from equifinal.study.propositions import Proposition, build_proposition
from equifinal.study.variable import Expectation, Variable


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class Study(Readable):
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
        Propositions, or tables as in ``study.toml``: ``{"id": "P1", "claim": "necessary", "expression": "LEAD", "expect": False}``.
    methods
        Parameters by label, as the ``[methods.LABEL]`` tables; a label that is not a method's name says ``"method": ...``.
    requires
        Plugins that the study needs, by their name or their package's, with versions where these matter:
        ``["equifinal-cna>=0.2"]``. A missing one is an error, raised before anything else is checked.
    plugins
        Settings by plugin, as the ``[plugins.NAME]`` tables; each plugin defines its own.
    title, description, source, licence, citation, note
        For readers. The note stands beside the provenance banner.
    provenance
        ``"observed"``, ``"reconstruction"`` or ``"simulated"``; all but the first are shown as a banner in every output.
    case
        The column with the case names, unless they are the index already.
    unit, time
        For panels: the columns with the unit (such as the country) and the time (such as the year) of a case.
    data_notes
        How the table was read and which cases were left out, for readers; a study file fills it in.

    Raises
    ------
    InputError
        When something is wrong with the data or the declarations: a missing column, text among numbers, missing or infinite
        values, two cases or two sets with one name, a constant condition, fewer cases than conditions, a proposition about
        something that does not exist.

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
    data_notes: Sequence[str] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip():
            raise InputError(f"A study needs a name: text, such as 'openness'. It has {self.name!r}.")
        check_text("name", self.name, "Study: ")
        check_requires(self.requires, self._where)
        self._put("requires", tuple(self.requires))
        self._put("title", self.name if self.title is None or self.title == "" else self.title)
        if isinstance(self.conditions, Variable):
            raise InputError(f"{self._where}conditions is a single Variable. Put it into a list.")
        if not isinstance(self.conditions, (list, tuple)):
            raise InputError(f"{self._where}conditions must be a list of Variables, not {self.conditions!r}.")
        self._put("conditions", tuple(self.conditions))
        if not isinstance(self.propositions, Iterable):
            raise InputError(f"{self._where}propositions must be a list, not {self.propositions!r}.")
        check_texts(self)
        self._put("data_notes", tuple(self.data_notes))
        self._put("methods", self._method_tables())
        if not isinstance(self.plugins, Mapping):
            raise InputError(f"{self._where}plugins must be a dict from plugins to settings, not {self.plugins!r}.")
        settings(self.plugins, f"Study {self.name!r}, ")
        self._put("plugins", {name: dict(table) for name, table in self.plugins.items()})
        if self.provenance not in ("observed", "reconstruction", "simulated"):
            raise InputError(
                f"{self._where}provenance = {self.provenance!r}. It must be observed, reconstruction or simulated."
            )
        for key in ("case", "unit", "time"):
            if getattr(self, key) is not None:
                check_text(key, getattr(self, key), self._where)
                self._put(key, spelling.label(getattr(self, key)))
        self._put("data", by_case(self.data, self.case, self._where))
        check_sets(self.outcome, self.conditions, self.data, self._where)
        check_panel(self.data, self.unit, self.time, self._where)
        columns = {variable.name: raw_scores(variable, self.data, self._where) for variable in self.variables}
        self._put("raw", pd.DataFrame(columns, index=self.data.index, dtype=float))
        check_cases(self.raw, self.outcome, self.conditions, self._where)
        self._put("propositions", self._propositions())

    raw: pd.DataFrame = field(init=False, repr=False)
    _turned: ClassVar[str] = ""  # what negated() did to the study, for readers

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

    @property
    def claims(self) -> tuple[Proposition, ...]:
        """The propositions that methods are asked about: all but the descriptions, which the cases alone answer."""
        return tuple(each for each in self.propositions if not each.describes())

    def _propositions(self) -> tuple[Proposition, ...]:
        from equifinal.plugin.registry import propositions

        kinds = propositions()
        built = tuple(build_proposition(table, kinds, self._where) for table in self.propositions)
        sets, conditions = [v.name for v in self.variables], [v.name for v in self.conditions]
        calibrated = [v.name for v in self.variables if v.calibrator is not None]
        cases = [str(case) for case in self.data.index]
        for number, proposition in enumerate(built):
            if proposition.id in {earlier.id for earlier in built[:number]}:
                raise InputError(f"{self._where}two propositions have the id {proposition.id!r}. Rename one.")
            where = f"{self._where}proposition {proposition.id}: "
            proposition.check(where, sets, conditions, cases)
            if proposition.where is not None:
                Expression(proposition.where).require(calibrated, f"{where}'where' needs sets with a calibration. ")
            if proposition.describes() and (text := getattr(proposition, "expression", None)):
                Expression(text).require(calibrated, f"{where}'expression' needs sets with a calibration. ")
        return built

    def negated(self) -> "Study":
        """The study of the absence of the outcome.

        The outcome becomes ``~NAME`` with memberships ``1 - y``. Directional expectations are reversed, because they
        are about the outcome's presence. Propositions are about it too, and are left out.
        """
        negated = dataclasses.replace(
            self,
            outcome=self.outcome.opposite(),
            conditions=[_opposite_expectation(condition) for condition in self.conditions],
            propositions=(),
            case=None,
        )
        name = negated.outcome.name
        explained = f"The absence of the outcome ({name})" if negated.outcome.negated else f"The presence of {name}"
        negated._put(
            "_turned",
            f"{explained} is explained: directional expectations are reversed, and propositions, which are about "
            f"{self.outcome.name}, are left out.",
        )
        return negated

    def calibrate(self) -> "CalibratedStudy":
        """Turn raw scores into memberships.

        Raises
        ------
        InputError
            When memberships are missing or all alike, or no case is in the outcome, or none out of it.
        """
        fuzzy: dict[str, pd.Series] = {}
        calibrators: dict[str, Calibrator] = {}
        notes = list(self.data_notes)
        for variable in self.variables:
            if variable.calibrator is None:
                continue
            calibrator, memberships, said = self._calibrated(variable, variable.calibrator)
            calibrators[variable.name] = calibrator
            fuzzy[variable.name] = 1.0 - memberships if variable.negated else memberships
            notes += [f"{variable.name}: {note}" for note in said]
        check_outcome(fuzzy[self.outcome.name], self.outcome, self._where)
        if self._turned:
            notes.append(self._turned)
        elif self.outcome.negated:
            notes.append(
                f"The outcome is declared as an absence ({self.outcome.name}): expectations and propositions are about it."
            )
        return CalibratedStudy(
            **{key: getattr(self, key) for key in ("name", "title", "provenance", "note", "unit", "time", "outcome")},
            conditions=tuple(self.conditions),
            raw=self.raw,
            fuzzy=pd.DataFrame(fuzzy, index=self.data.index, dtype=float),
            data=self.data,
            calibrators=calibrators,
            notes=tuple(notes),
            plugins=settings(self.plugins, f"Study {self.name!r}, "),
        )

    def _calibrated(self, variable: Variable, unfitted: Calibrator) -> tuple[Calibrator, pd.Series, list[str]]:
        """The fitted calibrator of a set, the memberships that it gives, and its notes."""
        where = f"{self._where}{variable.name} (column {variable.column!r}): "
        raw = self.raw[variable.name]
        try:
            with restored() as around:
                calibrator = unfitted.fit(raw)
                memberships = calibrator.calibrate(raw)
                notes = [*calibrator.notes(raw)]
            if around:
                notes.append(f"The calibrator {unfitted.name!r} {changed_and_put_back(around)}.")
        except InputError as error:
            raise InputError(f"{where}{error}") from None
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            raise InputError(
                f"{where}the calibrator {unfitted.name!r} raised {said(error)}. Choose another one, or ask its author."
            ) from error
        check_memberships(memberships, self.data.index, calibrator, where)
        if variable is not self.outcome and np.ptp(memberships) == 0:
            raise InputError(
                f"{where}with these anchors every case has the membership {memberships.iloc[0]:g}, so the set separates "
                "nothing. Move the anchors, or leave the condition out."
            )
        if len(at_half := memberships.index[memberships == 0.5]):
            notes.append(
                f"{listing(at_half)} at exactly 0.5, neither in nor out of the set. Consider another crossover."
            )
        return calibrator, memberships, notes

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

    def _said(self) -> Iterator[str]:
        from equifinal.base.readable import in_short, table_lines

        yield f"Study {self.name}: {in_short(self.title, 80)} ({self.provenance})"
        yield f"{counted(len(self.data), 'case')}, outcome {self.outcome.name}, {counted(len(self.conditions), 'condition')}"
        yield from table_lines(self.describe()[["role", "label", "column", "calibration"]])
        if self.propositions:
            yield f"{counted(len(self.propositions), 'proposition')}:"
            yield from (f"  {each.id}: {in_short(each.text or each.claim, 85)}" for each in self.propositions)
        if self.methods:
            yield f"Parameters for {listing(self.methods)}"

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


def _opposite_expectation(variable: Variable) -> Variable:
    opposites: dict[Expectation | None, Expectation | None] = {"present": "absent", "absent": "present", None: None}
    return dataclasses.replace(variable, expect=opposites[variable.expect])
