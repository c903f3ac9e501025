"""Panels: the paths and numbers of a comparison at each time, and the units that change paths between times.

Each case is a unit at one time, such as a country in a year. The methods analyse all cases together; here their results
are taken apart by time and by unit. Nothing is fitted again.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from equifinal import sets
from equifinal.base.readable import Record
from equifinal.comparison.fit import Yardstick
from equifinal.comparison.measures import BUILT_IN, LEADING, OUT_OF_SAMPLE, Measure, measures, measures_of_repeats
from equifinal.errors import InputError
from equifinal.method.run import Run
from equifinal.sets import Expression
from equifinal.study.calibrated import CalibratedStudy
from equifinal.study.propositions import Necessary, Proposition, Sufficient

#: A path holds at a time when its consistency is at least this: the field's usual cutoff, whatever a method's own.
HOLDS_FROM = 0.8

POOLED = "pooled"


@dataclass(frozen=True, eq=False, repr=False)
class ByTime(Record):
    """A comparison by time. Times stand as text, in their order.

    Attributes
    ----------
    paths : pandas.DataFrame
        Index: (method, path, time), where ``pooled`` stands for all times together. ``n``: cases; ``members``: how many of
        them are in the path (above 0.5); ``consistency``, ``pri``, ``coverage``, 0 to 1; ``holds``: whether consistency is at
        least 0.8. The consistency at one time is the between consistency of Garcia-Castro & Ariño (2016).
    holding : pandas.DataFrame
        Index: (method, path); whether the path holds, by time, and ``in every time``; missing where no case has any
        membership in it.
    within : pandas.DataFrame
        Index: units at two times or more; columns: (method, path). Within consistency (Garcia-Castro & Ariño 2016): of one
        unit, over its times.
    fit : pandas.DataFrame
        Index: (method, time); ``n``, the measures in sample, and ``balanced_accuracy`` and ``mae`` out of sample.
    propositions : pandas.DataFrame
        Index: (id, time), for claims of necessity and sufficiency: ``n``; ``consistency``; ``relevance`` of a necessary set,
        ``pri`` of a sufficient one.
    groups : pandas.DataFrame
        Index: (method, unit), for units at two times or more: the group (path or cluster) at each time, missing where it is
        in none or not there, and ``changes``: whether the groups of its times differ, being in none counting as one.
    notes : tuple of str
    """

    paths: pd.DataFrame
    holding: pd.DataFrame
    within: pd.DataFrame = field(repr=False)
    fit: pd.DataFrame
    propositions: pd.DataFrame
    groups: pd.DataFrame = field(repr=False)
    notes: tuple[str, ...] = ()

    def _repr_html_(self) -> str:
        from equifinal.base.html import tables

        found = {"Where paths hold": self.holding, "Paths at each time": self.paths, "Fit at each time": self.fit}
        return tables("By time", found, self.notes)


def by_time(run: Run, yardsticks: Mapping[str, Yardstick], which: Sequence[Measure] = BUILT_IN) -> ByTime:
    """Take the results on a panel apart by time and by unit.

    Parameters
    ----------
    run, yardsticks
        The analyses, and their predictions of cases not seen.
    which
        The measures.

    Raises
    ------
    InputError
        When the study names no column of time.

    References
    ----------
    Garcia-Castro, R. & Ariño, M. A. (2016). A general approach to panel data set-theoretic research. *Journal of Advances in
    Management Sciences & Information Systems* 2, 63-76.

    Examples
    --------
    >>> import equifinal as eq
    >>> study = eq.load_study("open-data-barometer-2013-2014")
    >>> found = eq.compare(eq.run(study, methods=["fsqca"])).by_time
    >>> found.holding["in every time"].tolist()
    [False]
    """
    calibrated = run.calibrated
    if calibrated.time is None:
        raise InputError(
            f'Study {calibrated.name!r} has no times, so nothing can be compared by time. Name their column: time = "year".'
        )
    times = calibrated.data[calibrated.time]
    inside = {str(time): (times == time).to_numpy() for time in sorted(times.unique())}
    everything = {POOLED: np.ones(len(times), dtype=bool)} | inside
    notes: list[str] = []
    members = _members(run, notes)
    outcome = calibrated.fuzzy[calibrated.outcome.name]
    paths = _paths(members, outcome, everything)
    within, groups = _within(members, outcome, calibrated), _groups(run, list(inside), notes)
    return ByTime(
        paths=paths,
        holding=_holding(paths, list(inside)),
        within=within,
        fit=_fit(run, yardsticks, outcome, everything, which),
        propositions=_propositions(run.study.propositions, calibrated, everything),
        groups=groups,
        notes=tuple(notes),
    )


def _members(run: Run, notes: list[str]) -> dict[tuple[str, str], pd.Series]:
    """The memberships in every sufficient path, by method and path."""
    members = {}
    for label, analysis in run.analyses.items():
        if not type(run.methods[label]).sufficient_paths:
            continue
        for path, text in analysis.configurations["expression"].items():
            try:
                members[label, str(path)] = Expression(text).membership(run.calibrated.fuzzy)
            except InputError:
                notes.append(f"{label}: the path {path} is not an expression of conditions, so it is not followed.")
    return members


def _paths(members: Mapping[tuple[str, str], pd.Series], outcome: pd.Series, inside: Mapping[str, Any]) -> pd.DataFrame:
    rows = {
        (label, path, time): {
            "n": int(there.sum()),
            "members": int((x[there] > 0.5).sum()),
            "consistency": float(sets.consistency(x[there], outcome[there])),
            "pri": float(sets.pri(x[there], outcome[there])),
            "coverage": float(sets.coverage(x[there], outcome[there])),
        }
        for (label, path), x in members.items()
        for time, there in inside.items()
    }
    table = _table(rows, ["method", "path", "time"], ["n", "members", "consistency", "pri", "coverage"])
    consistency = table["consistency"].astype(float)
    table["holds"] = (consistency >= HOLDS_FROM).astype(object).where(consistency.notna(), None)
    return table


def _holding(paths: pd.DataFrame, times: list[str]) -> pd.DataFrame:
    rows = {}
    for (label, path), each in paths.groupby(level=["method", "path"], sort=False):
        holds = each["holds"].droplevel(["method", "path"]).to_dict()
        answers = [holds[time] for time in times]
        missing = any(answer is None for answer in answers)
        everywhere = False if False in answers else None if missing else True
        rows[label, path] = {**dict(zip(times, answers, strict=True)), "in every time": everywhere}
    return _table(rows, ["method", "path"], [*times, "in every time"], dtype=object)


def _within(
    members: Mapping[tuple[str, str], pd.Series], outcome: pd.Series, calibrated: CalibratedStudy
) -> pd.DataFrame:
    columns = pd.MultiIndex.from_tuples(list(members), names=["method", "path"]) if members else None
    if calibrated.unit is None or columns is None:
        return pd.DataFrame()
    units = calibrated.data[calibrated.unit]
    rows = {
        unit: [float(sets.consistency(x[there], outcome[there])) for x in members.values()]
        for unit, there in _units(units)
    }
    table = pd.DataFrame.from_dict(rows, orient="index").set_axis(columns, axis="columns")
    return table.rename_axis("unit")


def _units(units: pd.Series) -> Iterator[tuple[Hashable, Any]]:
    """Units at two times or more, in order of first appearance, with where they are."""
    for unit in units.unique():
        there = (units == unit).to_numpy()
        if there.sum() > 1:
            yield unit, there


def _groups(run: Run, times: list[str], notes: list[str]) -> pd.DataFrame:
    calibrated = run.calibrated
    columns = [*times, "changes"]
    if calibrated.unit is None:
        notes.append('Without units there are none to follow. Name their column: unit = "country".')
        return _table({}, ["method", "unit"], columns, dtype=object)
    units, time_of = calibrated.data[calibrated.unit], calibrated.data[calibrated.time].astype(str)
    once = int((units.value_counts() == 1).sum())
    if once:
        notes.append(f"{once} of {units.nunique()} units are there at one time only, so they cannot change.")
    rows = {}
    for label, analysis in run.analyses.items():
        group = analysis.cases["group"]
        if group.isna().all():
            continue
        for unit, there in _units(units):
            found: dict[str, Any] = dict.fromkeys(times)
            for time, value in zip(time_of[there], group[there], strict=True):
                earlier = found[time]
                now = None if pd.isna(value) else str(value)
                found[time] = now if earlier is None or now is None else f"{earlier}; {now}"
            said = {found[time] for time in time_of[there]}
            rows[label, unit] = {**found, "changes": len(said) > 1}
    return _table(rows, ["method", "unit"], columns, dtype=object)


def _fit(
    run: Run,
    yardsticks: Mapping[str, Yardstick],
    outcome: pd.Series,
    inside: Mapping[str, Any],
    which: Sequence[Measure],
) -> pd.DataFrame:
    leading = [each for each in which if each.name in LEADING]
    rows = {}
    for label, analysis in run.analyses.items():
        unseen = yardsticks[label].unseen
        for time, there in inside.items():
            elsewhere = measures_of_repeats(unseen[:, np.asarray(there)], outcome[there], leading)
            rows[label, time] = {
                "n": int(there.sum()),
                **measures(analysis.cases["predicted"][there], outcome[there], which),
                **{f"{name}{OUT_OF_SAMPLE}": value for name, value in elsewhere.items()},
            }
    return _table(rows, ["method", "time"], list(next(iter(rows.values()))))


def _propositions(
    propositions: Sequence[Proposition], calibrated: CalibratedStudy, inside: Mapping[str, Any]
) -> pd.DataFrame:
    outcome = calibrated.fuzzy[calibrated.outcome.name]
    rows = {}
    for proposition in propositions:
        if not isinstance(proposition, (Necessary, Sufficient)):
            continue
        about = np.ones(len(outcome), dtype=bool)
        try:
            x = calibrated.membership(proposition.expression)
            if proposition.where is not None:
                about = calibrated.membership(proposition.where) > 0.5
        except InputError:  # it names a set without memberships
            continue
        for time, there in inside.items():
            a, b = x[there & about], outcome[there & about]
            found = {"n": len(a), "consistency": np.nan, "relevance": np.nan, "pri": np.nan}
            if isinstance(proposition, Necessary):
                found |= {"consistency": sets.necessity_consistency(a, b), "relevance": sets.relevance(a, b)}
            else:
                found |= {"consistency": sets.consistency(a, b), "pri": sets.pri(a, b)}
            rows[proposition.id, time] = found
    return _table(rows, ["id", "time"], ["n", "consistency", "relevance", "pri"])


def _table(rows: Mapping[Any, Any], names: list[str], columns: list[str], dtype: Any = None) -> pd.DataFrame:
    """Rows by a key of several levels."""
    index = pd.MultiIndex.from_tuples(list(rows), names=names) if rows else pd.MultiIndex.from_arrays([[]] * len(names))
    table = pd.DataFrame(list(rows.values()), columns=columns, index=index.set_names(names), dtype=dtype)
    return table
