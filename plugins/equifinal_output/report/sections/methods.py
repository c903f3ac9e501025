"""Each method in its own words: its parameters, reference, notes and tables."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

import equifinal as eq
from equifinal.plain import stated
from equifinal_output.report.document import Section, Table

__all__ = ["methods"]


def methods(comparison: eq.Comparison) -> Section:
    parts = []
    names = {str(column) for column in (*comparison.calibrated.data, *comparison.calibrated.raw)}
    for number, (label, analysis) in enumerate(comparison.analyses.items(), 1):
        method = analysis.method
        own = [
            ("conditions", "conditions", _named(analysis.conditions, "condition")),
            ("configurations", "paths and configurations", _named(analysis.configurations, "configuration")),
            ("fit", "the method's own measures", _column(analysis.fit, "measure")),
            *((name, name.replace("_", " "), table) for name, table in analysis.tables.items()),
        ]
        tables = [
            Table(f"{label}_{name}", f"{label}: {title}", table, _in_words(table, names)) for name, title, table in own
        ]
        measures = tables[2]
        tables[2] = replace(measures, readable=measures.data.rename(index=_words))
        cases = _named(analysis.cases, "case")
        tables.append(Table(f"{label}_cases", f"{label}: cases", cases, _in_words(cases, names), folded=True))
        notes = comparison.notes.loc[comparison.notes["about"] == label, "note"]
        facts = {"Method": f"{method.title} ({method.name})", "Parameters": stated(method.parameters()) or "none"}
        facts |= {"Reference": method.reference} if method.reference else {}
        parts.append(Section(f"method-{number}", label, facts=facts, notes=tuple(notes), tables=tuple(tables)))
    return Section(
        "methods",
        "Each method in its own words",
        parts=tuple(parts),
    )


def _in_words(frame: pd.DataFrame, names: set[str]) -> pd.DataFrame:
    """The table with headings such as ``p_value`` in words; the study's own names stay as they are.

    >>> list(_in_words(pd.DataFrame(columns=["p_value", "gdp_cap", "A*~B_C", "pri", "pri_cutoff"]), {"gdp_cap"}))
    ['p value', 'gdp_cap', 'A*~B_C', 'PRI', 'PRI cutoff']
    """
    if frame.columns.nlevels > 1:
        return frame
    words = [label if label in names else _words(label) for label in frame.columns]
    return frame if words == list(frame.columns) else frame.set_axis(pd.Index(words, dtype=object), axis="columns")


def _words(label: Any) -> Any:
    """A name such as ``std_error`` in words; anything else as it is."""
    if not isinstance(label, str) or not _HEADING.fullmatch(label):
        return label
    return " ".join(_ABBREVIATIONS.get(word, word) for word in label.split("_"))


_HEADING = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_ABBREVIATIONS = {word.lower(): word for word in ("PRI", "RoN", "VIF", "AIC", "BIC", "CI", "SD")}


def _named(frame: pd.DataFrame, rows: str) -> pd.DataFrame:
    return frame if frame.index.name is not None else frame.rename_axis(rows)


def _column(values: Mapping[str, Any], index: str) -> pd.DataFrame:
    frame = pd.DataFrame(
        {"value": list(values.values())}, index=pd.Index(list(values), name=index, dtype=object), dtype=object
    )
    return frame
