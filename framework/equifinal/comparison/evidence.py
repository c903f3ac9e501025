"""What stands behind the verdicts, directions and importances of every method.

A verdict is a rule's answer, and a rule has no error rate of its own. So every method is asked again, in worlds without the
relation that a verdict asserts and in resampled case sets.
"""

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

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
    "failed": "float64",
    "firm": "bool",
    "unsettled": "bool",
    "lacks": "object",
}

#: The columns of the table of intervals of importances.
INTERVAL_COLUMNS = ("importance", "low", "high", "resamples", "failed")

#: The columns of the table of what chance alone would have brought.
ALONE_COLUMNS = ("verdicts", "firm", "expected", "worlds")


def empty(names: tuple[str, str]) -> pd.DataFrame:
    """A table of evidence without rows; `names` are those of the two levels of its index."""
    index = pd.MultiIndex.from_arrays([[], []], names=list(names))
    return pd.DataFrame({name: pd.Series(dtype=kind, index=index) for name, kind in COLUMNS.items()}, index=index)


def _no_intervals() -> pd.DataFrame:
    index = pd.MultiIndex.from_arrays([[], []], names=["condition", "method"])
    return pd.DataFrame(columns=list(INTERVAL_COLUMNS), index=index, dtype=float)


@dataclass(frozen=True, eq=False)
class Evidence:
    """The tables of evidence of one comparison; without rows when none was gathered.

    Attributes
    ----------
    verdicts, directions : pandas.DataFrame
        One row per proposition, or condition, and method.
    importances : pandas.DataFrame
        One row per condition and method: 95 % intervals over resamples.
    by_chance_alone : pandas.DataFrame
        Index: methods; how many firm verdicts chance alone would bring.
    firm_together : pandas.Series
        One mark per proposition and method: firm after the correction for the number of claims and conditions.
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
    notes: list[tuple[str, str]] = field(default_factory=list)


def in_shape_of(table: pd.DataFrame, rows: "pd.Series[Any]", missing: Any) -> pd.DataFrame:
    """Values by proposition and method, in the shape of a table of these; `missing` where there is none."""
    values = rows.to_dict()
    cells = {label: [values.get((name, label), missing) for name in table.index] for label in table.columns}
    return pd.DataFrame(cells, index=table.index, columns=table.columns, dtype=type(missing))
