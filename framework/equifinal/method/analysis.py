"""Methods, and what every method returns: the same four tables, checked when they are built."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from equifinal.base.readable import Readable
from equifinal.base.words import ROLES
from equifinal.plugin.extension import Extension
from equifinal.study.calibrated import CalibratedStudy
from equifinal.study.propositions import Proposition, Verdict

_REQUIRED = {
    "conditions": ("role", "direction", "evidence"),
    "configurations": ("expression", "cases", "consistency", "coverage"),
    "cases": ("group", "predicted"),
}


@dataclass(frozen=True, eq=False, repr=False)
class Analysis(Readable):
    """The result of one method, in the tables that all methods share.

    Parameters
    ----------
    method
        The method that made it, with its parameters.
    conditions
        One row per condition (index: set names). ``role`` is one of ``necessary``, ``core``, ``contributing``, ``none``;
        ``direction`` -1, 0 or +1; ``evidence`` a short sentence with the numbers. Further columns are the method's own.
    configurations
        One row per path, cluster or profile (index: its label). ``expression`` (or missing), ``cases`` (a list of case
        names), ``consistency`` and ``coverage`` of its membership for the outcome. May be empty.
    cases
        One row per case, in the study's order. ``group`` (a label, several joined with `` + ``, or missing), ``predicted``
        (outcome membership, 0 to 1, or missing).
    fit
        Name → number.
    tables
        Any further frames by name.
    notes
        Warnings for the reader.
    native
        The underlying result object, for those who want more.

    Raises
    ------
    ValueError
        When a table is not as described; the message names the facet, the column and the method.
    """

    method: "Method"
    conditions: pd.DataFrame
    configurations: pd.DataFrame
    cases: pd.DataFrame
    fit: Mapping[str, float]
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    notes: Sequence[str] = ()
    native: Any = None

    @classmethod
    def for_prediction(cls, method: "Method", native: Any, **tables: pd.DataFrame) -> "Analysis":
        """An analysis that holds only what ``predict`` and ``assess`` need, for :meth:`equifinal.Method.refit`; it is not checked.

        Parameters
        ----------
        method, native
            As of any analysis.
        **tables
            Frames that ``assess`` reads: ``conditions``, ``configurations``, ``cases``, or further ones by name.
        """
        bare = object.__new__(cls)
        facets = {name: tables.pop(name) for name in _REQUIRED if name in tables}
        bare.__dict__.update(facets, method=method, fit={}, tables=tables, notes=[], native=native)
        return bare

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if name not in _REQUIRED or "native" not in vars(self):
                return super().__getattr__(name)
            empty = vars(self)[name] = pd.DataFrame()  # of a refit that brings no such table
            return empty

    def __post_init__(self) -> None:
        if not hasattr(self.method, "name"):
            raise ValueError(f"Analysis(method=...) takes the Method that made it (self), not {self.method!r}.")
        for facet in ("fit", "tables"):
            if not isinstance(getattr(self, facet), Mapping):
                self._wrong(facet, f"must be a mapping from names, not {type(getattr(self, facet)).__name__}")
            object.__setattr__(self, facet, dict(getattr(self, facet)))
        if not isinstance(self.notes, (list, tuple)) or not all(isinstance(note, str) for note in self.notes):
            self._wrong("notes", f"must be a list of strings, not {self.notes!r}")
        object.__setattr__(self, "notes", list(self.notes))
        for facet, required in _REQUIRED.items():
            frame = getattr(self, facet)
            if not isinstance(frame, pd.DataFrame):
                self._wrong(facet, f"must be a DataFrame, not {type(frame).__name__}")
            for column in required:
                if column not in frame.columns:
                    self._wrong(facet, f"has no column {column!r}; required are {', '.join(required)}")
            if frame.columns.has_duplicates:
                self._wrong(facet, f"has two columns {frame.columns[frame.columns.duplicated()][0]!r}")
            if frame.index.has_duplicates:
                self._wrong(facet, f"has two rows named {frame.index[frame.index.duplicated()][0]!r}")
        self._check_conditions()
        self._check_configurations()
        self._text_or_missing("configurations", "expression")
        self._text_or_missing("cases", "group")
        self._numbers("cases", "predicted", 0.0, 1.0)
        for name, value in self.fit.items():
            if not isinstance(value, (int, float, np.integer, np.floating)):
                self._wrong("fit", f"[{name!r}] must be a number, not {value!r}")
        for name, table in self.tables.items():
            if not isinstance(table, pd.DataFrame):
                self._wrong("tables", f"[{name!r}] must be a DataFrame, not {type(table).__name__}")

    def _wrong(self, facet: str, problem: str) -> None:
        raise ValueError(f"Method {self.method.name!r}: Analysis.{facet} {problem}.")

    def _check_conditions(self) -> None:
        for name, role in self.conditions["role"].items():
            if role not in ROLES:
                self._wrong("conditions", f"column 'role' of {name}: {role!r} is not one of {', '.join(ROLES)}")
        for name, direction in self.conditions["direction"].items():
            if direction not in (-1, 0, 1):
                self._wrong("conditions", f"column 'direction' of {name}: {direction!r} is not one of -1, 0, 1")
        for name, evidence in self.conditions["evidence"].items():
            if not isinstance(evidence, str):
                self._wrong("conditions", f"column 'evidence' of {name} must be a sentence, not {evidence!r}")

    def _check_configurations(self) -> None:
        for label, cases in self.configurations["cases"].items():
            if not isinstance(cases, (list, tuple)):
                self._wrong("configurations", f"column 'cases' of {label} must be a list of case names, not {cases!r}")
        self._numbers("configurations", "consistency", 0.0, 1.0)
        self._numbers("configurations", "coverage", 0.0, 1.0)

    def _text_or_missing(self, facet: str, column: str) -> None:
        for label, value in getattr(self, facet)[column].items():
            if not isinstance(value, str) and not (np.ndim(value) == 0 and pd.isna(value)):
                self._wrong(facet, f"column {column!r} of {label} must be text or missing, not {value!r}")

    def _numbers(self, facet: str, column: str, low: float, high: float) -> None:
        series = getattr(self, facet)[column]
        try:
            values = series.to_numpy(dtype=float, na_value=np.nan)
        except (TypeError, ValueError):
            self._wrong(facet, f"column {column!r} must hold numbers")
        outside = (values < low - 1e-9) | (values > high + 1e-9) | np.isinf(values)
        if outside.any():
            where = int(np.flatnonzero(outside)[0])
            self._wrong(
                facet,
                f"column {column!r} of {series.index[where]} is {values[where]}; it must lie between {low:g} and {high:g}",
            )

    def check_against(self, calibrated: CalibratedStudy) -> None:
        """Raise ``ValueError`` when conditions or cases are not exactly the study's, in its order."""
        for facet, expected in (("conditions", list(calibrated.condition_names)), ("cases", list(calibrated.cases))):
            found = list(getattr(self, facet).index)
            if found != expected:
                odd = [each for each in expected if each not in found] or [
                    each for each in found if each not in expected
                ]
                detail = f"differs at {odd[0]!r}" if odd else "is in another order"
                self._wrong(facet, f"must have the study's {facet} as its index, in the study's order; it {detail}")
        known = {str(case) for case in calibrated.cases}
        for label, cases in self.configurations["cases"].items():
            strangers = [case for case in cases if str(case) not in known]
            if strangers:
                self._wrong(
                    "configurations",
                    f"column 'cases' of {label} has {strangers[0]!r}, which is not a case of the study",
                )

    def to_dict(self) -> dict[str, Any]:
        """Everything but ``native`` as plain data, ready for JSON; missing values are ``None``."""
        from equifinal.base.plain import frame_records, plain

        return {
            "method": self.method.name,
            "parameters": self.method.parameters(),
            **{facet: frame_records(getattr(self, facet)) for facet in _REQUIRED},
            "fit": plain(self.fit),
            "tables": {name: frame_records(table) for name, table in self.tables.items()},
            "notes": list(self.notes),
        }

    def _said(self) -> Iterator[str]:
        from equifinal.base.readable import table_lines, wrapped
        from equifinal.base.words import shown, stated

        yield f"{self.method.title} ({self.method.name})"
        yield from wrapped(stated(self.method.parameters()))
        if len(self.conditions):
            yield from table_lines(self.conditions[["role", "direction"]])
        if len(self.configurations):
            yield from table_lines(self.configurations[["expression", "consistency", "coverage"]])
        yield from wrapped("; ".join(f"{name.replace('_', ' ')} {shown(value)}" for name, value in self.fit.items()))
        if self.tables:
            yield from wrapped(f"Further tables (.tables): {', '.join(self.tables)}")
        for note in self.notes:
            yield from wrapped(note)

    def _hint(self, name: str) -> str:
        return f"Write analysis.tables[{name!r}]." if name in self.__dict__.get("tables", ()) else ""

    def _repr_html_(self) -> str:
        from equifinal.base.html import bullets, heading, paragraph, piece, table
        from equifinal.base.words import ARROWS, shown

        given = ", ".join(f"{name} = {value!r}" for name, value in self.method.parameters().items())
        parts = [heading(f"{self.method.title} ({self.method.name})"), paragraph(given)]
        conditions = self.conditions.get(["role", "direction", "evidence"])
        if conditions is not None and len(conditions):
            said = conditions.assign(direction=conditions["direction"].map(ARROWS))
            parts.append(table(said, "Conditions", most=len(said)))
        if len(found := self.configurations):
            if (found["expression"].astype(str) == found.index.astype(str)).all():
                found = found.drop(columns="expression")
            found = found[[*(name for name in found.columns if name != "cases"), "cases"]]
            parts.append(table(found, "Paths and configurations"))
        parts.append(
            paragraph(", ".join(f"{name.replace('_', ' ')} {shown(value)}" for name, value in self.fit.items()))
        )
        if self.tables:
            parts.append(paragraph(f"Further tables: {', '.join(self.tables)}."))
        return piece(*parts, bullets(self.notes))


class Method(Extension):
    """A research method.

    A subclass gives ``name``, ``title``, ``reference``, its parameters as fields, and :meth:`analyze`. The rest is optional:
    :meth:`predict` puts it on the common yardstick, :meth:`assess` lets it judge propositions, :meth:`advise` lets it
    advise each case.

    Attributes
    ----------
    sufficient_paths : bool
        True when each row of ``configurations`` claims to be sufficient for the outcome, as a QCA path does. Such paths
        enter the advice for cases without the outcome. False by default: a cluster is not a path.
    family : str
        The kind of method. Summaries count families, not variants: two settings of one method that agree are one voice.
        By default the method's ``name``.
    uses_outcome : bool
        False for a method that never looks at the outcome, as a clustering of the conditions.
    by_default : bool
        False for a method that runs only when it is asked for, by its name or by a variant of the study.
    solver_tolerance : float
        How far numbers of the same analysis may lie apart, relative and absolute, where an iterative solver ends a little earlier
        or later. The conformance checks allow for it; 0 means the same to the last digit.
    """

    offered_by: ClassVar[str] = "equifinal_methods"
    sufficient_paths: ClassVar[bool] = False
    family: ClassVar[str] = ""
    uses_outcome: ClassVar[bool] = True
    by_default: ClassVar[bool] = True
    solver_tolerance: ClassVar[float] = 0.0

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if "family" not in cls.__dict__ and not any(base.__dict__.get("family") for base in cls.__mro__[1:]):
            cls.family = cls.__dict__.get("name", "")

    def analyze(self, calibrated: CalibratedStudy, rng: np.random.Generator) -> Analysis:
        """Analyse the cases.

        Parameters
        ----------
        calibrated
            The calibrated cases. The method must not change them.
        rng
            The only source of randomness to use; it is seeded, so results repeat.

        Returns
        -------
        Analysis
            With ``method=self``, and rows for exactly the study's conditions and cases, in the study's order.

        Raises
        ------
        InputError
            When the study lacks what the method needs; the message says what.
        """
        raise NotImplementedError(f"{type(self).__name__} must define analyze(self, study, rng).")

    def refit(self, calibrated: CalibratedStudy, rng: np.random.Generator) -> Analysis:
        """Learn from other cases what :meth:`predict` and :meth:`assess` need; by default a full analysis.

        Out-of-sample prediction takes one refit per fold, the evidence behind verdicts hundreds. A method whose tables cost
        more than its fit returns ``Analysis.for_prediction(self, native, ...)`` instead; it must predict, and answer
        propositions, as the full analysis of these cases would. Only permutations of the method's own are left out.
        """
        return self.analyze(calibrated, rng)

    def predict(self, analysis: Analysis, calibrated: CalibratedStudy) -> pd.Series:
        """Outcome memberships (0 to 1) of cases that the analysis may not have seen.

        In `calibrated` the outcome's values are missing and its column is absent. Each case is predicted on its own: the
        answer must not depend on the other cases.
        """
        raise NotImplementedError(f"{type(self).__name__} does not predict.")

    def assess(self, analysis: Analysis, proposition: Proposition, calibrated: CalibratedStudy) -> Verdict:
        """Judge a proposition; by default the method has nothing to say about it."""
        return Verdict("silent", evidence="It has nothing to say about claims of this kind.")

    def advise(self, analysis: Analysis, calibrated: CalibratedStudy) -> pd.Series | None:
        """One sentence per case without the outcome: what the method would have it change. ``None``: no advice."""
        return None

    @classmethod
    def predicts(cls) -> bool:
        """Whether the class defines :meth:`predict`."""
        return cls.predict is not Method.predict
