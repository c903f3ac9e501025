"""Calibrated studies: raw scores and memberships of the same cases."""

import copy
import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equifinal.base.readable import Readable
from equifinal.base.surroundings import undisturbed
from equifinal.base.words import Provenance, counted
from equifinal.errors import InputError, did_you_mean, listing
from equifinal.sets import Expression
from equifinal.study.calibrator import Calibrator
from equifinal.study.tables import Names, Numbers, Rows, Tables
from equifinal.study.variable import Variable

Floats = NDArray[np.float64]
Scale = Literal["raw", "fuzzy", "crisp"]

#: The tables of a study made from another one are written out when somebody asks for them.
_TABLES = ("raw", "fuzzy", "data")


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class CalibratedStudy(Readable):
    """What a method gets: raw scores and memberships of the same cases, in the same order.

    Attributes
    ----------
    name, title, provenance, note, unit, time
        As in the :class:`~equifinal.Study`.
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
        Remarks on the calibration for readers.
    plugins : mapping
        Settings by plugin, as the pydantic models that the plugins define; see :class:`~equifinal.Study`.
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
    plugins: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def crisp(self) -> pd.DataFrame:
        """Crisp memberships: 1 above 0.5, 0 below, missing at exactly 0.5 (and where the membership is missing)."""
        crisp = _crisp(self.fuzzy.to_numpy(dtype=float))
        return pd.DataFrame(crisp, index=self.fuzzy.index, columns=self.fuzzy.columns)

    @property
    def condition_names(self) -> tuple[str, ...]:
        """The conditions' set names, in order."""
        return tuple(condition.name for condition in self.conditions)

    @property
    def cases(self) -> pd.Index:
        """The case names, in order."""
        written = vars(self).get("raw")
        return self._tables().names.index if written is None else written.index

    def values(self, scale: Scale) -> NDArray[np.float64]:
        """The conditions' values as an array of shape (n, k), in the order of cases and conditions. Do not change it."""
        if scale == "crisp":
            return _crisp(self.values("fuzzy"))
        table, names = self._numbers(scale), self.condition_names
        places = [table.places[name] for name in names]
        # The conditions are usually the first columns.
        first = places == list(range(len(names)))
        return table.values[:, : len(names)] if first else table.values[:, places]

    def outcome_values(self, scale: Scale) -> NDArray[np.float64]:
        """The outcome's values as an array of shape (n,), in the order of cases. Do not change it."""
        return self.set_values(self.outcome.name, scale)

    def set_values(self, set_name: str, scale: Scale) -> NDArray[np.float64]:
        """The values in one set as an array of shape (n,), in the order of cases. Do not change it.

        Raises
        ------
        InputError
            When there is no such set, or it has no calibration and memberships are asked for.
        """
        if scale == "crisp":
            return _crisp(self.set_values(set_name, "fuzzy"))
        values = self._numbers(scale).column(set_name)
        if values is None:
            self.variable(set_name)
            raise self._without_calibration(set_name)
        return values

    def _tables(self) -> Tables:
        """The tables, from which those of other studies are made; what somebody wrote into a frame is in them."""
        here = vars(self)
        made: Tables | None = here.get("_made")
        if made is None:
            rows = here.get("_rows") or here.setdefault("_rows", Rows(self.data))
            return Tables(Names(self.raw.index), Numbers.of(self.raw), Numbers.of(self.fuzzy), rows)
        if not any(table in here for table in _TABLES):
            return made
        return Tables(
            made.names,
            Numbers.of(here["raw"]) if "raw" in here else made.raw,
            Numbers.of(here["fuzzy"]) if "fuzzy" in here else made.fuzzy,
            Rows(here["data"]) if "data" in here else made.data,
        )

    def _numbers(self, table: str) -> Numbers:
        written = vars(self).get(table)
        if written is None:
            found: Numbers = getattr(vars(self)["_made"], table)
            return found
        return Numbers.of(written)

    def _with(self, tables: Tables, **changed: Any) -> "CalibratedStudy":
        """The same study with other tables, which are written out when somebody asks for them."""
        made = object.__new__(type(self))
        here, there = vars(self), vars(made)
        for name in _KEPT:
            there[name] = here[name]
        there.update(changed, _made=tables)
        return made

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if name not in _TABLES or "_made" not in vars(self):
                return super().__getattr__(name)
            written = vars(self)[name] = vars(self)["_made"].frame(name)
            return written

    def variable(self, set_name: str) -> Variable:
        """The outcome or condition of that name; an :class:`InputError` if there is none."""
        for variable in (*self.conditions, self.outcome):
            if variable.name == set_name:
                return variable
        raise InputError(
            f"Study {self.name!r} has no set {set_name!r}. {did_you_mean(set_name, (*self.condition_names, self.outcome.name))}"
        )

    def _without_calibration(self, set_name: str) -> InputError:
        return InputError(f"Study {self.name!r}: {set_name} has no calibration. Give it anchors (calibrate = {{...}}).")

    def require_memberships(self, who: str) -> None:
        """Raise an :class:`InputError` when a condition has no calibration; `who` is the method that needs them all."""
        known = self._numbers("fuzzy").places
        without = [name for name in self.condition_names if name not in known]
        if without:
            raise InputError(
                f"Study {self.name!r}: {who} needs set memberships, but there is no calibration for "
                f"{listing(without)}. Give each anchors (calibrate = {{...}}), or leave the method out."
            )

    def subset(self, cases: Iterable[Any]) -> "CalibratedStudy":
        """The same study with some of its cases, in the order given; anchors and memberships are kept."""
        wanted = pd.Index(list(cases), dtype=self.cases.dtype)
        positions = self.cases.get_indexer(wanted)
        if (positions < 0).any():
            unknown = wanted[positions < 0][0]
            raise InputError(f"Study {self.name!r} has no case {unknown!r}. {did_you_mean(str(unknown), self.cases)}")
        return self.at(positions)

    def inside(self, where: str) -> "CalibratedStudy":
        """The same study with the cases that are more in than out of an expression, such as ``"~FIN*~HUM"``."""
        return self.at(np.flatnonzero(self.membership(where) > 0.5))

    def membership(self, expression: str) -> Floats:
        """Memberships of the cases in an expression over sets with a calibration, shape (n,), 0 to 1.

        Raises
        ------
        InputError
            When the expression cannot be read, or names a set that has no memberships.
        """
        parsed, table = Expression(expression), self._numbers("fuzzy")
        parsed.require(list(table.places))
        return parsed.of({name: table.values[:, table.places[name]] for name in parsed.sets}, len(table.values))

    def at(self, positions: Any) -> "CalibratedStudy":
        """The same study with the cases at some positions, in the order given; anchors and memberships are kept."""
        return self._with(self._tables().at(positions))

    def to_membership(self, set_name: str, raw: pd.Series | Sequence[float] | NDArray[Any]) -> pd.Series:
        """Memberships of other raw scores in a set, with the anchors of this study.

        Parameters
        ----------
        set_name
            The outcome or a condition that has a calibration.
        raw
            Raw scores in the unit of the set's column, shape (n,): a Series, or a list or array of numbers.

        Returns
        -------
        pandas.Series
            Memberships, 0 to 1, with the index of `raw`; a missing score stays missing.

        Raises
        ------
        InputError
            When there is no such set, it has no calibration, or `raw` is not a sequence of numbers.

        Examples
        --------
        >>> import equifinal as eq
        >>> eq.load_study("heilongjiang").calibrate().to_membership("LEAD", [20, 50, 80]).round(2).tolist()
        [0.05, 0.5, 0.95]
        """
        variable = self.variable(set_name)
        if set_name not in self.calibrators:
            raise self._without_calibration(set_name)
        try:
            scores = raw if isinstance(raw, pd.Series) else pd.Series(np.asarray(raw, dtype=float))
        except (TypeError, ValueError):  # text, or a table
            raise InputError(
                f"Study {self.name!r}, {set_name}: to_membership takes a Series or a list of raw scores, such as [20, 50]; "
                f"this is {raw!r}."
            ) from None
        memberships = undisturbed(self.calibrators[set_name].calibrate, scores)
        return 1.0 - memberships if variable.negated else memberships

    def orientation(self, set_name: str) -> int:
        """+1 if membership rises with the raw score over the cases, -1 if it falls, 0 if neither; +1 without a calibration."""
        members = self._numbers("fuzzy").column(set_name)
        if members is None:
            return 1
        steps = np.diff(members[np.argsort(self.set_values(set_name, "raw"), kind="stable")])
        return 1 if (steps >= 0).all() else -1 if (steps <= 0).all() else 0

    def protected(self) -> "CalibratedStudy":
        """The same study with its own copies of the tables; changing them changes nothing elsewhere."""
        return self._with(
            self._tables(),
            calibrators=dict(self.calibrators),
            plugins=copy.deepcopy(dict(self.plugins)) if self.plugins else {},
        )

    def changed_from(self, before: "CalibratedStudy") -> list[str]:
        """The tables that differ from those of `before`, such as ``["study.fuzzy"]``; a method must change none."""
        written = [table for table in _TABLES if table in vars(self)]
        changed = [f"study.{table}" for table in written if not getattr(self, table).equals(getattr(before, table))]
        return changed + (["study.calibrators"] if dict(self.calibrators) != dict(before.calibrators) else [])

    def without_outcome(self) -> "CalibratedStudy":
        """The same cases with the outcome's values missing and its column removed, for predictions."""
        return self._with(self._unseen(self._tables()))

    def _unseen(self, tables: Tables) -> Tables:
        return Tables(
            tables.names,
            tables.raw.with_columns({self.outcome.name: np.nan}),
            tables.fuzzy.with_columns({self.outcome.name: np.nan}),
            tables.data.without(self.outcome.column),
        )

    def train_and_test(self, train: Any, test: Any) -> tuple["CalibratedStudy", "CalibratedStudy"]:
        """Split by positions into the cases that a method may learn from and those that it must predict.

        Conditions whose calibrators learn anchors from data are calibrated again from the training cases alone. The outcome
        stays as calibrated. The test cases come without their outcome.
        """
        tables = self._tables()
        learned, held_out = tables.at(train), self._unseen(tables.at(test))
        changed: tuple[dict[str, Floats], dict[str, Floats]] = ({}, {})
        calibrators = dict(self.calibrators)
        for condition in self.conditions:
            if condition.calibrator is None or type(condition.calibrator).fit is Calibrator.fit:
                continue
            here = self._scores(learned, condition)
            refitted = undisturbed(condition.calibrator.fit, here)
            if refitted is condition.calibrator:  # fixed anchors: nothing learned, nothing changes
                continue
            calibrators[condition.name] = refitted
            for memberships, scores in zip(changed, (here, self._scores(held_out, condition)), strict=True):
                memberships[condition.name] = undisturbed(refitted.calibrate, scores).to_numpy(dtype=float)
        said = {} if calibrators == self.calibrators else {"calibrators": calibrators}
        return (
            self._with(dataclasses.replace(learned, fuzzy=learned.fuzzy.with_columns(changed[0])), **said),
            self._with(dataclasses.replace(held_out, fuzzy=held_out.fuzzy.with_columns(changed[1])), **said),
        )

    @staticmethod
    def _scores(tables: Tables, variable: Variable) -> pd.Series:
        return pd.Series(tables.raw.column(variable.name), index=tables.names.index, name=variable.name)

    def with_condition(self, set_name: str, source: Any) -> "CalibratedStudy":
        """The same cases, with the values of one condition taken from other cases.

        Parameters
        ----------
        set_name
            The condition; its raw score, its membership and its column of ``data`` change together.
        source
            Positions of the cases from which the values are taken, shape (n,), or one position for all.
        """
        positions = np.broadcast_to(np.asarray(source), (len(self.cases),))
        return self._with(self._taking(self._tables(), {set_name: positions}))

    def _taking(
        self, tables: Tables, sources: Mapping[str, Any], base: Tables | None = None, cases: Any = None
    ) -> Tables:
        """Tables of some cases of `base` in which sets take the values of others, all by their positions in it."""
        base, columns = base or tables, self._columns(sources, cases)
        return Tables(
            tables.names,
            tables.raw.with_columns({name: _taken(base.raw, name, source) for name, source in sources.items()}),
            tables.fuzzy.with_columns({name: _taken(base.fuzzy, name, source) for name, source in sources.items()}),
            tables.data.taking(base.data, columns),
        )

    def _columns(self, sources: Mapping[str, Any], cases: Any) -> dict[str, Any]:
        """From where columns take values; of two sets made of one column, one may keep those of its own cases."""
        found: dict[str, Any] = {}
        for name, source in sources.items():
            column = self.variable(name).column
            found[column] = np.where(source != cases, source, found[column]) if column in found else source
        return found

    def with_outcome(self, raw: Any, fuzzy: Any) -> "CalibratedStudy":
        """The same cases with other values of the outcome: raw scores, in its column too, and memberships, shape (n,) each."""
        tables, name = self._tables(), self.outcome.name
        return self._with(
            Tables(
                tables.names,
                tables.raw.with_columns({name: raw}),
                tables.fuzzy.with_columns({name: fuzzy}),
                tables.data.writing({self.outcome.column: raw}),
            )
        )

    def renamed(self, cases: pd.Index, units: Sequence[Any] | None = None) -> "CalibratedStudy":
        """The same cases under other names, shape (n,), and with other names of their units."""
        tables, changed = self._tables(), {}
        if units is not None and self.unit is not None:
            changed[self.unit] = pd.array(list(units), dtype=object)
        return self._with(dataclasses.replace(tables, names=Names(cases), data=tables.data.writing(changed)))

    def repeated(self, times: int) -> "CalibratedStudy":
        """All cases repeated `times` times, with a numbered index, for many what-if predictions in one call."""
        tables = self._tables().at(np.tile(np.arange(len(self.cases)), times))
        return self._with(dataclasses.replace(tables, names=Names(pd.RangeIndex(len(tables.names)))))

    def _said(self) -> Iterator[str]:
        from equifinal.base.readable import in_short, table_lines, wrapped

        yield f"Calibrated study {self.name}: {in_short(self.title, 75)} ({self.provenance})"
        yield f"Memberships of {counted(len(self.cases), 'case')} (.fuzzy; the scores are in .raw):"
        yield from table_lines(self.fuzzy)
        for note in self.notes:
            yield from wrapped(note)

    def mixed(self, cases: Any, sources: Mapping[str, Any]) -> "CalibratedStudy":
        """Cases with the values that conditions have in other cases, numbered, for many what-if predictions in one call.

        Parameters
        ----------
        cases
            Positions of the cases, shape (m,); any case any number of times.
        sources
            By condition, positions of the cases whose values it takes, shape (m,); its raw score, its membership and its column of
            ``data`` change together.
        """
        base, cases = self._tables(), np.asarray(cases)
        tables = dataclasses.replace(base.at(cases), names=Names(pd.RangeIndex(len(cases))))
        return self._with(self._taking(tables, sources, base, cases))

    def _repr_html_(self) -> str:
        from equifinal.base.html import tables

        title = f"{self.title}: memberships of {len(self.cases)} cases"
        return tables(title, {"Memberships": self.fuzzy}, self.notes, self.provenance, self.note)


_KEPT = [each.name for each in dataclasses.fields(CalibratedStudy) if each.name not in _TABLES]


def _taken(table: Numbers, name: str, source: Any) -> Any:
    values = table.column(name)
    return None if values is None else values[source]


def _crisp(memberships: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(memberships > 0.5, 1.0, np.where(memberships < 0.5, 0.0, np.nan))
