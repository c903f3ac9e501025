"""What stands behind the verdicts, directions and importances of every method.

A verdict is a rule's answer, and a rule has no error rate of its own. So every method is asked again, in worlds without the
relation that a verdict asserts and in resampled case sets.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from equifinal.base.readable import Record
from equifinal.comparison.counting import Demands, interval
from equifinal.comparison.gathering import Asked, Gathering
from equifinal.comparison.marks import Mark, Test
from equifinal.comparison.resamples import Resampling
from equifinal.method.run import Run
from equifinal.plugin.calling import Hooks
from equifinal.study.propositions import Proposition, Verdict

#: The columns of a table of evidence, and the kind of each.
COLUMNS: dict[str, str] = {
    "answer": "object",
    "asserts": "bool",
    "basis": "object",
    "b": "float64",
    "worlds": "float64",
    "by_chance": "float64",
    "resampling": "object",
    "resamples": "float64",
    "stable": "float64",
    "low": "float64",
    "high": "float64",
    "failed": "float64",
    "firm": "bool",
    "unsettled": "bool",
    "lacks": "object",
}

#: The columns of the table of intervals of importances.
INTERVAL_COLUMNS = ("importance", "low", "high", "resamples", "failed")

#: The columns of the table of what chance alone would have brought.
ALONE_COLUMNS = ("verdicts", "firm", "expected", "as_many", "worlds")

#: The row of all methods in that table.
TOGETHER = "together"


def empty(names: tuple[str, str]) -> pd.DataFrame:
    """A table of evidence without rows; `names` are those of the two levels of its index."""
    index = pd.MultiIndex.from_arrays([[], []], names=list(names))
    return pd.DataFrame({name: pd.Series(dtype=kind, index=index) for name, kind in COLUMNS.items()}, index=index)


def _no_intervals() -> pd.DataFrame:
    index = pd.MultiIndex.from_arrays([[], []], names=["condition", "method"])
    return pd.DataFrame(columns=list(INTERVAL_COLUMNS), index=index, dtype=float)


@dataclass(frozen=True, eq=False, repr=False)
class Evidence(Record):
    """The tables of evidence of one comparison; without rows when none was gathered.

    Attributes
    ----------
    verdicts, directions : pandas.DataFrame
        One row per proposition, or condition, and method.
    importances : pandas.DataFrame
        One row per condition and method: 95 % intervals over resamples.
    by_chance_alone : pandas.DataFrame
        Index: methods; how many firm verdicts chance alone would bring.
    firm_together, firm_directions_together : pandas.Series
        One mark per proposition, or condition, and method: firm after the correction for the number of claims and conditions.
    notes : list of tuple of str
        What about, and what a reader should know.
    """

    verdicts: pd.DataFrame = field(default_factory=lambda: empty(("id", "method")))
    directions: pd.DataFrame = field(default_factory=lambda: empty(("condition", "method")))
    importances: pd.DataFrame = field(default_factory=_no_intervals)
    by_chance_alone: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(
            columns=list(ALONE_COLUMNS), index=pd.Index([], name="method"), dtype=float
        )
    )
    firm_together: pd.Series = field(default_factory=lambda: pd.Series(dtype=bool, index=empty(("id", "method")).index))
    firm_directions_together: pd.Series = field(
        default_factory=lambda: pd.Series(dtype=bool, index=empty(("condition", "method")).index)
    )
    notes: list[tuple[str, str]] = field(default_factory=list)


def in_shape_of(table: pd.DataFrame, rows: "pd.Series[Any]", missing: Any) -> pd.DataFrame:
    """Values by proposition and method, in the shape of a table of these; `missing` where there is none."""
    values = rows.to_dict()
    cells = {label: [values.get((name, label), missing) for name in table.index] for label in table.columns}
    return pd.DataFrame(cells, index=table.index, columns=table.columns, dtype=type(missing))


@dataclass
class Rows:
    """The rows of one method in the tables of evidence."""

    verdicts: list[dict[str, Any]]
    directions: list[dict[str, Any]]
    importances: list[dict[str, Any]] = field(default_factory=list)
    firm_together: dict[str, bool] = field(default_factory=dict)
    firm_directions_together: dict[str, bool] = field(default_factory=dict)
    alone: Any = field(default_factory=lambda: np.zeros(0, dtype=int))
    problem: str = ""


def gathered(
    run: Run,
    verdicts: Mapping[str, Sequence[Verdict]],
    propositions: Sequence[Proposition],
    directions: Mapping[str, Mapping[str, int] | None],
    demands: Demands,
    hooks: Hooks,
) -> dict[str, Rows]:
    """Ask the methods of a run again; by label, the rows of the tables."""
    labels = list(run.analyses)
    asked = {
        label: [Asked(claim, said) for claim, said in zip(propositions, verdicts[label], strict=True)]
        for label in labels
    }
    methods = {label: run.methods[label] for label in labels}
    gathering = Gathering(run.calibrated, methods, asked, directions, run.seed, demands, hooks)
    found = {}
    for label, each in gathering.gather(run.n_jobs, run.progress).items():
        corrected = each.together
        found[label] = Rows(
            [row(mark, "id") for mark in each.verdicts],
            [row(mark, "condition") for mark in each.directions],
            [
                {"condition": name, "method": label, **dict(zip(INTERVAL_COLUMNS, numbers, strict=True))}
                for name, numbers in each.importances.items()
            ],
            {
                mark.name: mark.firm
                and (not mark.asserts or corrected.get(f"verdict {mark.name}", 1.0) <= demands.by_chance)
                for mark in each.verdicts
            },
            {
                mark.name: mark.firm and corrected.get(f"direction {mark.name}", 1.0) <= demands.by_chance
                for mark in each.directions
            },
            each.alone,
            each.problem,
        )
    return found


def stopped(
    label: str,
    problem: str,
    verdicts: Sequence[Verdict],
    propositions: Sequence[Proposition],
    directions: Mapping[str, int] | None,
    conditions: Sequence[str],
) -> Rows:
    """The rows of a method that was stopped: nothing is firm."""
    marks = [
        Mark(str(p.id), label, v.answer, False, why_not=problem) for p, v in zip(propositions, verdicts, strict=True)
    ]
    signs = [Mark(name, label, (directions or {}).get(name, 0), False, why_not=problem) for name in conditions]
    return Rows(
        [row(mark, "id") for mark in marks],
        [row(mark, "condition") for mark in signs],
        problem=problem,
    )


def row(mark: Mark, name: str) -> dict[str, Any]:
    """A mark as a row of a table of evidence."""
    largest, least = mark.in_worlds, mark.in_resamples
    gap = next((test for test in mark.tests if test.low_to_high is not None), None)
    said: dict[str, Any] = {
        name: mark.name,
        "method": mark.label,
        "answer": mark.answer,
        "asserts": mark.asserts,
        "resampling": "",
        "basis": "" if gap is None else "95 % interval of the difference in importance over resamples",
        "firm": mark.firm,
        "unsettled": mark.state == "open",
        "lacks": _lacks(mark),
    }
    if largest is not None:
        share = largest.share
        said |= {"basis": largest.source.kind.words(), "b": share.b, "worlds": share.drawn, "by_chance": share.value}
    if least is not None and isinstance(least.source.kind, Resampling):
        said |= {"resampling": least.source.kind.words(), "resamples": least.share.drawn, "stable": least.share.value}
    if gap is not None and gap.low_to_high is not None:
        said["low"], said["high"] = gap.low_to_high
    if mark.tests:
        said["failed"] = sum(test.share.failed for test in mark.tests)
    return said


def _lacks(mark: Mark) -> str:
    """What keeps a decided answer from being firm, in words; empty when nothing does."""
    if mark.why_not:
        return mark.why_not
    short = [test for test in mark.tests if test.share.state == mark.state != "pass"]
    return "; ".join(dict.fromkeys(_shortfall(test) for test in short))


def _shortfall(test: Test) -> str:
    """In what a test fell short, or what its draws leave open."""
    share, threshold = test.share, test.threshold
    if test.low_to_high is not None:
        low, high = test.low_to_high
        its = f"the interval {low:.3f} to {high:.3f}"
        if share.state == "open":
            return f"whether {its} excludes 0 is not settled"
        if low <= 0 <= high or np.isnan(low):
            return f"{its} includes 0"
        return (
            f"{share.failed} of {share.drawn} refits failed" if share.failed else f"{its} lies on the other side of 0"
        )
    what = "by chance" if test.by_chance else "stable"
    if share.state == "open":
        low, high = interval(share.b, share.drawn)
        return f"{what} {share.value:.3f}, not settled by {share.drawn:,} draws (99 % interval {low:.3f} to {high:.3f})"
    return f"{what} {share.value:.2f}, {'above' if test.by_chance else 'below'} {threshold:g}"


def tables(rows: Mapping[str, Rows]) -> Evidence:
    """The tables of all methods together."""
    verdicts = _table([each for part in rows.values() for each in part.verdicts], "id")
    directions = _table([each for part in rows.values() for each in part.directions], "condition")
    intervals = [each for part in rows.values() for each in part.importances]
    importances = (
        pd.DataFrame(intervals).set_index(["condition", "method"]).astype(float) if intervals else _no_intervals()
    )
    return Evidence(
        verdicts=verdicts,
        directions=directions,
        importances=importances,
        by_chance_alone=_alone(rows),
        firm_together=_marks({label: each.firm_together for label, each in rows.items()}, "id"),
        firm_directions_together=_marks(
            {label: each.firm_directions_together for label, each in rows.items()}, "condition"
        ),
        notes=[
            (label, f"No evidence could be gathered: {each.problem}") for label, each in rows.items() if each.problem
        ],
    )


def _table(rows: Sequence[Mapping[str, Any]], name: str) -> pd.DataFrame:
    if not rows:
        return empty((name, "method"))
    table = pd.DataFrame(list(rows)).set_index([name, "method"]).reindex(columns=list(COLUMNS))
    return table.astype(COLUMNS)


def _marks(firm: Mapping[str, Mapping[str, bool]], name: str) -> pd.Series:
    found = {(each, label): mark for label, marks in firm.items() for each, mark in marks.items()}
    index = pd.MultiIndex.from_tuples(list(found), names=[name, "method"]) if found else empty((name, "method")).index
    return pd.Series(list(found.values()), index=index, dtype=bool)


def _alone(rows: Mapping[str, Rows]) -> pd.DataFrame:
    """For each method and all together: verdicts that assert, firm ones, and what chance alone would have brought."""
    found: dict[str, dict[str, float]] = {}
    everywhere = [each.alone for each in rows.values() if len(each.alone)]
    total = np.sum(everywhere, axis=0) if everywhere else np.zeros(0, dtype=int)
    for label, each in rows.items():
        found[label] = _row_alone([mark for mark in each.verdicts if mark["asserts"]], each.alone)
    asserting = [mark for each in rows.values() for mark in each.verdicts if mark["asserts"]]
    found[TOGETHER] = _row_alone(asserting, total)
    table = pd.DataFrame.from_dict(found, orient="index", columns=list(ALONE_COLUMNS), dtype=float)
    return table.rename_axis("method")


def _row_alone(asserting: Sequence[Mapping[str, Any]], counts: Any) -> dict[str, float]:
    firm = sum(bool(mark["firm"]) for mark in asserting)
    drawn = len(counts)
    return {
        "verdicts": len(asserting),
        "firm": firm,
        "expected": float(np.mean(counts)) if drawn else np.nan,
        "as_many": (float(np.sum(counts >= firm)) + 1) / (drawn + 1) if drawn else np.nan,
        "worlds": drawn,
    }
