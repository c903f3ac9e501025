"""Calibrated studies: raw scores and memberships of the same cases."""

import copy
import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equifinal.base.own import own_table
from equifinal.base.words import Provenance
from equifinal.errors import InputError, did_you_mean, listing
from equifinal.study.calibrator import Calibrator
from equifinal.study.variable import Variable


@dataclass(frozen=True, eq=False, kw_only=True)
class CalibratedStudy:
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
        return self.raw.index

    def values(self, scale: Literal["raw", "fuzzy", "crisp"]) -> NDArray[np.float64]:
        """The conditions' values as an array of shape (n, k), in the order of cases and conditions. Do not change it."""
        if scale == "crisp":
            return _crisp(self.values("fuzzy"))
        frame: pd.DataFrame = getattr(self, scale)
        names = self.condition_names
        # The conditions are usually the first columns; selecting columns by name is much slower.
        if tuple(frame.columns[: len(names)]) == names:
            return frame.to_numpy(dtype=float)[:, : len(names)]
        return frame[list(names)].to_numpy(dtype=float)

    def outcome_values(self, scale: Literal["raw", "fuzzy", "crisp"]) -> NDArray[np.float64]:
        """The outcome's values as an array of shape (n,), in the order of cases. Do not change it."""
        if scale == "crisp":
            return _crisp(self.outcome_values("fuzzy"))
        frame: pd.DataFrame = getattr(self, scale)
        # Taking a column by name builds a Series, which is much slower.
        return frame.to_numpy(dtype=float)[:, frame.columns.get_loc(self.outcome.name)]

    def variable(self, set_name: str) -> Variable:
        """The outcome or condition of that name; an :class:`InputError` if there is none."""
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
            raise InputError(
                f"Study {self.name!r}: {set_name} has no calibration. Give it anchors (calibrate = {{...}})."
            )
        try:
            scores = raw if isinstance(raw, pd.Series) else pd.Series(np.asarray(raw, dtype=float))
        except (TypeError, ValueError):  # text, or a table
            raise InputError(
                f"Study {self.name!r}, {set_name}: to_membership takes a Series or a list of raw scores, such as [20, 50]; "
                f"this is {raw!r}."
            ) from None
        memberships = self.calibrators[set_name].calibrate(scores)
        return 1.0 - memberships if variable.negated else memberships

    def orientation(self, set_name: str) -> int:
        """+1 if membership rises with the raw score over the cases, -1 if it falls, 0 if neither; +1 without a calibration."""
        if set_name not in self.fuzzy:
            return 1
        order = np.argsort(self.raw[set_name].to_numpy(), kind="stable")
        steps = np.diff(self.fuzzy[set_name].to_numpy()[order])
        return 1 if (steps >= 0).all() else -1 if (steps <= 0).all() else 0

    def protected(self) -> "CalibratedStudy":
        """The same study with its own copies of the tables; changing them changes nothing elsewhere."""
        return dataclasses.replace(
            self,
            raw=own_table(self.raw),
            fuzzy=own_table(self.fuzzy),
            data=own_table(self.data),
            calibrators=dict(self.calibrators),
            plugins=copy.deepcopy(dict(self.plugins)) if self.plugins else {},
        )

    def changed_from(self, before: "CalibratedStudy") -> list[str]:
        """The tables that differ from those of `before`, such as ``["study.fuzzy"]``; a method must change none."""
        tables = ("raw", "fuzzy", "data")
        changed = [f"study.{table}" for table in tables if not getattr(self, table).equals(getattr(before, table))]
        return changed + (["study.calibrators"] if dict(self.calibrators) != dict(before.calibrators) else [])

    def without_outcome(self) -> "CalibratedStudy":
        """The same cases with the outcome's values missing and its column removed, for predictions."""
        return self._unseen(slice(None))

    def _unseen(self, positions: Any) -> "CalibratedStudy":
        def hidden(frame: pd.DataFrame) -> pd.DataFrame:
            # Copied, because a view would still hold the outcome behind it.
            values = frame.iloc[positions].to_numpy(dtype=float, copy=True)
            values[:, frame.columns.get_loc(self.outcome.name)] = np.nan
            return pd.DataFrame(values, index=frame.index[positions], columns=frame.columns)

        return dataclasses.replace(
            self, raw=hidden(self.raw), fuzzy=hidden(self.fuzzy), data=self._data_without_outcome.iloc[positions]
        )

    @cached_property
    def _data_without_outcome(self) -> pd.DataFrame:
        return self.data.drop(columns=self.outcome.column, errors="ignore").copy()

    def train_and_test(self, train: Any, test: Any) -> tuple["CalibratedStudy", "CalibratedStudy"]:
        """Split by positions into the cases that a method may learn from and those that it must predict.

        Conditions whose calibrators learn anchors from data are calibrated again from the training cases alone. The outcome
        stays as calibrated. The test cases come without their outcome.
        """
        learned, held_out = self._at(train), self._unseen(test)
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
        if calibrators == self.calibrators:
            return learned, held_out
        return (
            dataclasses.replace(learned, fuzzy=fuzzy_learned, calibrators=calibrators),
            dataclasses.replace(held_out, fuzzy=fuzzy_held_out, calibrators=calibrators),
        )

    def with_condition(self, set_name: str, source: Any) -> "CalibratedStudy":
        """The same cases, with the values of one condition taken from other cases.

        Parameters
        ----------
        set_name
            The condition; its raw score, its membership and its column of ``data`` change together.
        source
            Positions of the cases from which the values are taken, shape (n,), or one position for all.
        """
        column = self.variable(set_name).column
        source = np.broadcast_to(np.asarray(source), (len(self.cases),))

        def taken(frame: pd.DataFrame, name: str) -> pd.DataFrame:
            return frame.assign(**{name: frame[name].array[source]}) if name in frame else frame

        return dataclasses.replace(
            self, raw=taken(self.raw, set_name), fuzzy=taken(self.fuzzy, set_name), data=taken(self.data, column)
        )

    def repeated(self, times: int) -> "CalibratedStudy":
        """All cases repeated `times` times, with a numbered index, for many what-if predictions in one call."""
        positions = np.tile(np.arange(len(self.cases)), times)
        copies = self._at(positions)
        index = pd.RangeIndex(len(positions))
        return dataclasses.replace(
            copies, raw=copies.raw.set_axis(index), fuzzy=copies.fuzzy.set_axis(index), data=copies.data.set_axis(index)
        )

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
        cases, index = np.asarray(cases), pd.RangeIndex(len(cases))
        columns: dict[str, Any] = {}
        for name, source in sources.items():
            column = self.variable(name).column
            columns[column] = np.where(source != cases, source, columns.get(column, cases))

        def taken(frame: pd.DataFrame) -> pd.DataFrame:
            values = frame.to_numpy(dtype=float)
            found = values[cases]
            for name, source in sources.items():
                if name in frame:
                    place = frame.columns.get_loc(name)
                    found[:, place] = values[source, place]
            return pd.DataFrame(found, index=index, columns=frame.columns)

        changed = {column: self.data[column].array[source] for column, source in columns.items() if column in self.data}
        data = self.data.take(cases).set_axis(index).assign(**changed)
        return dataclasses.replace(self, raw=taken(self.raw), fuzzy=taken(self.fuzzy), data=data)

    def _repr_html_(self) -> str:
        from equifinal.base.html import tables

        title = f"{self.title}: memberships of {len(self.cases)} cases"
        return tables(title, {"Memberships": self.fuzzy}, self.notes, self.provenance, self.note)


def _crisp(memberships: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(memberships > 0.5, 1.0, np.where(memberships < 0.5, 0.0, np.nan))
