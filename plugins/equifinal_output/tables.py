"""The tables of a comparison, as its facets give them: which there are, and what their files are called."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import pandas as pd

import equifinal as eq
from equifinal.plain import MARKS, MISSING, shown
from equifinal_output.words.names import capitalized, named
from equifinal_output.words.paths import OF_A_PATH, marks_of, numbered, with_paths
from equifinal_output.words.wording import AGREEMENT

#: The sections of a report in order: name, title and facets. The first stands above all others; a facet that none of them has
#: gets a section of its own behind them.
SECTIONS = (
    ("summary", "Summary", ("summary", "propositions")),
    ("verdicts", "Verdicts", ("verdicts", "verdict_evidence", "evidence", "descriptions")),
    ("conditions", "Conditions", ("conditions",)),
    ("paths", "Paths and configurations", ("paths_chart", "configurations")),
    ("cases", "Cases", ("cases", "disagreements")),
    ("advice", "Advice for cases without the outcome", ("advice_by_method", "advice")),
    ("methods", "Each method in its own words", ("analyses",)),
    ("fit", "Fit on a common yardstick", ("fit", "differences", "permutations")),
    ("agreement", "Agreement between methods", ("agreement", "agreement_intervals")),
    ("contrarian", "Contrarian cases", ("contrarian",)),
    ("by-time", "By time", ("by_time",)),
    ("asymmetry", "Asymmetry", ("asymmetry",)),
    ("data", "Data and calibration", ("study",)),
    ("notes", "Notes and warnings", ("notes",)),
    ("failures", "Methods that failed", ("failures",)),
)


def further_facets(comparison: eq.Comparison) -> dict[str, Any]:
    """The facets that apply and that no section of a report is made for, by name: those of plugins."""
    known = {name for _, _, facets in SECTIONS for name in facets}
    return {name: each for name, each in comparison.facets.items() if name not in known and each.content is not None}


#: The most rows of a table that a page shows.
MOST_ROWS = 1000


@dataclass(frozen=True, eq=False)
class Table:
    """A table with a short name (for files), a title, its numbers as computed, and how to show them.

    Attributes
    ----------
    readable : pandas.DataFrame, optional
        What readers see, where it differs from the numbers as computed.
    folded : bool
        Whether a page may fold it away, because it is background.
    searchable : bool
        Whether readers look up single rows in it.
    kind : str
        ``"heat map"``: numbers from -1 to 1 of pairs of methods. ``"chart"``: conditions and paths, with the signs of
        :data:`equifinal.plain.MARKS`. ``"stacked"``: cells of several parts, with `` · `` between them.
    path : tuple of str
        The names that lead to it, the facet's first.
    is_table : bool
        Whether the facet gave a table; sentences and figures stand as tables where there is nothing else.
    """

    name: str
    title: str
    data: pd.DataFrame
    readable: pd.DataFrame | None = None
    folded: bool = False
    searchable: bool = False
    kind: Literal["plain", "heat map", "chart", "stacked"] = "plain"
    path: tuple[str, ...] = ()
    is_table: bool = True

    @property
    def shown(self) -> pd.DataFrame:
        """What a page shows: the first of thousands of rows."""
        return (self.data if self.readable is None else self.readable).iloc[:MOST_ROWS]

    @property
    def heading(self) -> str:
        """The title, and how much is not shown."""
        rows = len(self.data if self.readable is None else self.readable)
        if rows <= MOST_ROWS:
            return self.title
        return f"{self.title} (the first {MOST_ROWS:,} of {rows:,} rows; the formats csv and json have all)"


def tables_of(comparison: eq.Comparison) -> Iterator[Table]:
    """All tables, facet by facet, without those that say nothing; sentences and figures stand as tables too."""
    for facet in comparison.facets.values():
        found = _BY_NAME[facet.name](comparison, facet) if facet.name in _BY_NAME else facet.parts()
        for path, title, content in found:
            data = _framed(content, facet)
            if _says(path, data):
                yield Table(_file(path), title, data, path=path, is_table=data is content)


def levels_of(index: pd.Index) -> list[pd.Index]:
    """The labels of rows, level by level; none where rows are only counted."""
    if isinstance(index, pd.RangeIndex) and index.name is None:
        return []
    return [index.get_level_values(number) for number in range(index.nlevels)]


def _framed(content: Any, facet: Any) -> pd.DataFrame:
    """A table as it is, sentences as a table with one in each row, a figure by its title and what it is about."""
    if isinstance(content, pd.DataFrame):
        return content
    if callable(content):
        return pd.DataFrame({"figure": [facet.title], "about": [facet.about]}, dtype=object)
    return pd.DataFrame({"sentence": list(content)}, dtype=object)


_Found = Iterator[tuple[tuple[str, ...], str, Any]]

#: Tables that are left out when they have no rows.
_ONLY_FILLED = ("advice_by_method", "agreement_intervals", "differences", "evidence", "failures", "notes")


def _says(path: tuple[str, ...], data: pd.DataFrame) -> bool:
    if path[0] not in _ONLY_FILLED:
        return True
    intervals = "low" in data and path[0] != "evidence"  # there, few rows have an interval
    return len(data) > 0 and (not intervals or bool(data["low"].notna().any()))


def _file(path: tuple[str, ...]) -> str:
    match path:
        case ("analyses", *names):
            return "_".join(names)
        case ("agreement_intervals", name):
            return f"agreement_{name}_intervals"
        case ("contrarian", "against"):
            return "contrarian"
        case ("contrarian", "tables", name):
            return f"contrarian_{name}"
        case ("study", name):
            return {"sets": "calibration"}.get(name, name)
    return "_".join(path)


# ------------------------------------------------------------------------------------- facets, by their kind of titles


def _agreement(comparison: eq.Comparison, facet: Any, ending: str = "") -> _Found:
    for path, _, data in facet.parts():
        words, meaning = AGREEMENT.get(path[-1], (path[-1], ""))
        said = ending or meaning
        yield path, f"{capitalized(words)}: {said}" if said else capitalized(words), data


def _contrarian(comparison: eq.Comparison, facet: Any) -> _Found:
    found = comparison.contrarian
    kind = "Quintiles" if found.groups == 5 else "Terciles"
    for path, title, data in facet.parts() if found.groups else ():
        if path[1:2] == ("tables",):
            title = f"{kind} of {path[-1]} (rows) and of the outcome (columns): cases"
        yield path, title, data


def _chart(comparison: eq.Comparison, facet: Any) -> _Found:
    for path, title, chart in facet.parts():
        core = isinstance(chart, pd.DataFrame) and chart.isin(list(MARKS)).to_numpy().any()
        yield path, "Core and peripheral conditions of each path" if core else title, chart


def _asymmetry(comparison: eq.Comparison, facet: Any) -> _Found:
    for path, title, data in facet.parts():
        yield path, title.replace("its absence", comparison.asymmetry.run.calibrated.outcome.name), data


def _analyses(comparison: eq.Comparison, facet: Any) -> _Found:
    """Each method's standard tables, its measures, and its own tables."""
    for label, analysis in comparison.analyses.items():
        measures = pd.Series(analysis.fit, dtype=object).rename_axis("measure").to_frame("value")
        for name, title, table in (
            ("conditions", "conditions", _with_heading(analysis.conditions, "condition")),
            ("configurations", "paths and configurations", _with_heading(analysis.configurations, "configuration")),
            ("fit", "the method's own measures", measures),
            *((name, name.replace("_", " "), table) for name, table in analysis.tables.items()),
            ("cases", "cases", _with_heading(analysis.cases, "case")),
        ):
            yield ("analyses", label, name), f"{label}: {title}", table


def _with_heading(frame: pd.DataFrame, rows: str) -> pd.DataFrame:
    return frame if frame.index.name is not None else frame.rename_axis(rows)


def _failures(comparison: eq.Comparison, facet: Any) -> _Found:
    rows = [
        (label, f"{each.exception}: {each.message}", f"{each.plugin} {each.version}".strip(), each.traceback)
        for label, each in comparison.failures.items()
    ]
    yield (
        ("failures",),
        facet.title,
        pd.DataFrame(rows, columns=["method", "reason", "plugin", "traceback"]).set_index("method"),
    )


_BY_NAME: dict[str, Callable[[eq.Comparison, Any], _Found]] = {
    "agreement": _agreement,
    "agreement_intervals": partial(_agreement, ending="95 % intervals over cases"),
    "analyses": _analyses,
    "asymmetry": _asymmetry,
    "contrarian": _contrarian,
    "failures": _failures,
    "paths_chart": _chart,
}


# ------------------------------------------------------------------------------------------------- the chart of paths


def paths_chart(comparison: eq.Comparison) -> pd.DataFrame | None:
    """Sufficient paths as Fiss (2011) draws them: conditions in rows, paths in columns, core and peripheral ones apart."""
    names = list(comparison.calibrated.condition_names)
    columns: dict[tuple[str, str], list[str]] = {}
    for label, analysis in with_paths(comparison).items():
        paths = analysis.configurations
        numbers = numbered(paths)
        for name, row in paths.iterrows():
            marks = marks_of(row)
            if marks is None or not set(marks) <= set(names):
                continue
            figures = [shown(row[key]) if key in paths else MISSING for key in OF_A_PATH]
            heading = f"{numbers[name]}: {row['expression']}"
            columns[label, heading] = [*(marks.get(each, "") for each in names), *figures, str(len(row["cases"]))]
    if not columns:
        return None
    labels = [named(comparison.calibrated.variable(name)) for name in names]
    return pd.DataFrame(
        list(columns.values()),
        index=pd.MultiIndex.from_tuples(columns),
        columns=pd.Index([*labels, *OF_A_PATH.values(), "number of cases"], name="condition", dtype=object),
        dtype=object,
    ).T
