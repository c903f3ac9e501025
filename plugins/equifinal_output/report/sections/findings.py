"""What the methods say about propositions, conditions, paths and cases, and what could change."""

from typing import Any

import pandas as pd

import equifinal as eq
from equifinal.plain import DIRECTIONS, MARKS, MISSING, SIGNS, counted, is_missing, shown
from equifinal_output.report.document import Section, Table
from equifinal_output.words.names import named
from equifinal_output.words.paths import OF_A_PATH, marks_of, numbered, solution_fit, with_paths
from equifinal_output.words.propositions import full_texts, in_sum

__all__ = ["findings"]


def findings(comparison: eq.Comparison) -> list[Section]:
    """Verdicts, conditions, paths, cases, advice."""
    makers = (_verdicts, _conditions, _paths, _cases, _advice)
    return [make(comparison) for make in makers]


def _verdicts(comparison: eq.Comparison) -> Section:
    verdicts, propositions = comparison.verdicts, comparison.propositions
    marked = verdicts.map(lambda answer: f"{SIGNS[answer]} {answer}")
    columns: dict[int, Any] = {0: full_texts(propositions)}
    columns |= {number: marked[label] for number, label in enumerate(marked.columns, 1)}
    answering = (verdicts != "silent").sum(axis=1)
    columns |= {len(columns): in_sum(verdicts) + answering.map(lambda count: f" ({count} of {verdicts.shape[1]})")}
    matrix = pd.DataFrame(columns, index=verdicts.index)
    # By position, because a method may have the name of another column.
    matrix.columns = pd.Index(["proposition", *marked.columns, "in sum"], dtype=object)
    long = pd.DataFrame(
        [
            (name, label, marked.at[name, label], comparison.verdict_evidence.at[name, label])
            for name in marked.index
            for label in marked.columns
        ],
        columns=["proposition", "method", "verdict", "evidence"],
        dtype=object,
    )
    return Section(
        "verdicts",
        "Verdicts",
        tables=(
            Table("verdicts", "What each method says to each proposition", verdicts, matrix),
            Table(
                "verdict_evidence", "The evidence behind each verdict", comparison.verdict_evidence, long, folded=True
            ),
        ),
    )


def _conditions(comparison: eq.Comparison) -> Section:
    data, columns = comparison.conditions, {}
    for label in comparison.analyses:
        each = data[label]
        importances = [
            MISSING if is_missing(mean) else f"{shown(float(mean))} ± {shown(float(spread))}"
            for mean, spread in zip(each["importance"], each["importance_sd"], strict=True)
        ]
        said = zip(each["role"], each["direction"].map(DIRECTIONS), importances, strict=True)
        columns[label] = [f"{role} · {direction} · {importance}" for role, direction, importance in said]
    readable = pd.DataFrame(columns, index=data.index, dtype=object)
    labels = [named(comparison.calibrated.variable(name)) for name in data.index]
    readable.index = pd.Index(labels, name="condition", dtype=object)
    return Section(
        "conditions",
        "Conditions",
        tables=(
            Table("conditions", "Role, direction and importance of each condition", data, readable, kind="stacked"),
        ),
    )


def _paths(comparison: eq.Comparison) -> Section:
    rows = [
        {
            "method": label,
            "configuration": name,
            "expression": row["expression"],
            "consistency": row["consistency"],
            "coverage": row["coverage"],
            "number of cases": len(row["cases"]),
            "cases": list(row["cases"]),
        }
        for label, analysis in comparison.analyses.items()
        for name, row in analysis.configurations.iterrows()
    ]
    columns = ["method", "configuration", "expression", "consistency", "coverage", "number of cases", "cases"]
    data = pd.DataFrame(rows, columns=columns).astype({"consistency": float, "coverage": float})
    without = [label for label, analysis in comparison.analyses.items() if analysis.configurations.empty]
    return Section(
        "paths",
        "Paths and configurations",
        facts=_solutions(comparison),
        notes=(f"No paths or groups: {', '.join(without)}.",) if without else (),
        tables=(*_chart(comparison), Table("configurations", "Paths, clusters and other groups of all methods", data)),
    )


def _solutions(comparison: eq.Comparison) -> dict[str, str]:
    """The parameters of fit of all paths of a method together."""
    facts = {}
    for label, analysis in with_paths(comparison).items():
        figures = [f"{words} {shown(value)}" for words, value in solution_fit(analysis).items()]
        if figures:
            count = counted(len(analysis.configurations), "path")
            facts[label] = f"{count}; the solution as a whole: {', '.join(figures)}."
    return facts


def _chart(comparison: eq.Comparison) -> list[Table]:
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
        return []
    labels = [named(comparison.calibrated.variable(name)) for name in names]
    chart = pd.DataFrame(
        list(columns.values()),
        index=pd.MultiIndex.from_tuples(columns),
        columns=pd.Index([*labels, *OF_A_PATH.values(), "number of cases"], name="condition", dtype=object),
        dtype=object,
    ).T
    said = {mark for cells in columns.values() for mark in cells}
    title = "Core and peripheral conditions of each path" if said & set(MARKS) else "Conditions of each path"
    return [Table("paths_chart", title, chart, kind="chart")]


def _cases(comparison: eq.Comparison) -> Section:
    return Section(
        "cases",
        "Cases",
        tables=(
            Table(
                "cases",
                "What each method says of each case",
                comparison.cases,
                comparison.cases.dropna(axis="columns", how="all"),
                searchable=True,
            ),
            Table(
                "disagreements",
                "How far apart the methods' predictions lie, the farthest first",
                comparison.disagreements,
                searchable=True,
            ),
        ),
    )


def _advice(comparison: eq.Comparison) -> Section:
    data = comparison.advice
    labels = [label for label in comparison.analyses if label in data.columns]
    tables = [
        Table("advice", "Sufficient paths by case, the nearest first", data, _paths_to_take(data), searchable=True)
    ]
    if len(data):
        sentences = data.groupby("case", sort=False)[labels].first()
        nearest = _nearest_paths(data)
        # By position, because a method may have the name of another column.
        readable = pd.concat([nearest, sentences], axis="columns")
        title = "What could change, case by case"
        tables.insert(0, Table("advice_by_method", title, sentences if labels else nearest, readable, searchable=True))
    notes = comparison.notes.loc[comparison.notes["about"] == "advice", "note"]
    return Section("advice", "Advice for cases without the outcome", notes=tuple(notes), tables=tuple(tables))


def _nearest_paths(data: pd.DataFrame) -> pd.DataFrame:
    """One row per case: the nearest path, or several equally near, and what it would take."""
    by_case: dict[Any, list[dict[Any, Any]]] = {}
    for row in data[["case", "path", "method", "distance", "shortfall", "raw_targets", "note"]].to_dict("records"):
        by_case.setdefault(row["case"], []).append(row)
    rows = {}
    for case, paths in by_case.items():
        first = paths[0]
        if is_missing(first["path"]):
            rows[case] = (MISSING, MISSING)
            continue
        near = [
            row
            for row in paths
            if (row["distance"], row["note"]) == (first["distance"], first["note"])
            and abs(row["shortfall"] - first["shortfall"]) < 1e-9
        ]
        takes = [" ".join(filter(None, (row["raw_targets"], row["note"]))) for row in near]
        rows[case] = (
            " or ".join(f"{row['path']} ({row['method']})" for row in near),
            " or ".join(dict.fromkeys(takes)),
        )
    columns = ["nearest path", "what it would take"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("case")


def _paths_to_take(data: pd.DataFrame) -> pd.DataFrame:
    order = ["path", "has", "lacks", "raw_targets", "distance", "shortfall", "membership_now", "method", "note"]
    found = data[data["path"].notna()].set_index("case")[order].astype({"distance": float, "shortfall": float})
    return found.rename(columns={"raw_targets": "raw targets", "membership_now": "membership now"})
