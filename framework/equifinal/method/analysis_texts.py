"""Whether all that an analysis holds can be written: asked once, when it comes back, and not by every output."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from equifinal.errors import said
from equifinal.method.analysis import Analysis

_SAFE = (bool, float, type(None), np.floating, np.bool_)


def check_texts(analysis: Analysis) -> None:
    """Raise ``ValueError`` when a table, a note or a measure of fit has something that cannot be written as text.

    These are objects whose ``str`` fails, and texts with half a character in them, which no file can hold.
    """
    tables: Mapping[str, pd.DataFrame] = {
        "conditions": analysis.conditions,
        "configurations": analysis.configurations,
        "cases": analysis.cases,
        **{f"tables[{name!r}]": table for name, table in analysis.tables.items()},
    }
    for facet, table in tables.items():
        for place, value in _cells(table):
            _check(value, f"{facet} {place}", analysis.method.name)
    for value in [*analysis.notes, *analysis.fit, *analysis.tables]:
        _check(value, "notes, fit or tables", analysis.method.name)


def _cells(table: pd.DataFrame) -> Iterator[tuple[str, Any]]:
    """Labels and cells that are objects, with their place."""
    for axis, labels in (("index", table.index), ("columns", table.columns)):
        if not _are_numbers(labels.dtype):
            yield from ((axis, label) for label in labels)
    for number, name in enumerate(table.columns):
        column = table.iloc[:, number]
        if not _are_numbers(column.dtype):
            yield from ((f"column {name!r}", value) for value in column)


def _are_numbers(dtype: Any) -> bool:
    return isinstance(dtype, np.dtype) and dtype.kind in "bifc"


def _check(value: Any, place: str, method: str) -> None:
    if isinstance(value, _SAFE):
        return
    if isinstance(value, (list, tuple, set, frozenset, dict)):
        for part in [*value, *value.values()] if isinstance(value, dict) else value:
            _check(part, place, method)
        return
    try:
        (value if isinstance(value, str) else str(value)).encode("utf-8")
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise ValueError(
            f"Method {method!r}: Analysis.{place} has something that cannot be written as text ({said(error)})."
        ) from None
