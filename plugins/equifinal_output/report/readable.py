"""The form in which a report shows each table, by its place among the facets: its kind, and what readers see of it."""

import re
from dataclasses import replace
from typing import Any, cast

import pandas as pd

import equifinal as eq
from equifinal.plain import DIRECTIONS, MISSING, NOT_FIRM, UNTESTED, is_missing, shown
from equifinal_output.tables import Table
from equifinal_output.words.importance import importances
from equifinal_output.words.names import named
from equifinal_output.words.paths import path_in_labels
from equifinal_output.words.propositions import full_texts, in_sum

_OUT_OF_SAMPLE = "_out_of_sample"


def reported(comparison: eq.Comparison, table: Table) -> Table:
    """A table in the form that a report shows; one that nobody has given a form is shown as it is."""
    facet = table.path[0]
    places = (".".join(table.path), f"{facet}.*.{table.path[-1]}", facet)
    form = next((_FORMS[place] for place in places if place in _FORMS), {})
    readable = form["readable"](comparison, table.data) if "readable" in form else None
    return replace(table, **{**form, "readable": readable})


def _verdicts(comparison: eq.Comparison, verdicts: pd.DataFrame) -> pd.DataFrame:
    marks = comparison.marks
    columns: dict[int, Any] = {0: full_texts(comparison.propositions)}
    columns |= {number: marks[label] for number, label in enumerate(marks.columns, 1)}
    columns |= {len(columns): in_sum(comparison)}
    matrix = pd.DataFrame(columns, index=verdicts.index)
    # By position, because a method may have the name of another column.
    matrix.columns = pd.Index(["proposition", *marks.columns, "in sum"], dtype=object)
    return matrix


def _evidence(comparison: eq.Comparison, evidence: pd.DataFrame) -> pd.DataFrame:
    marks, standing = comparison.marks, comparison.standing
    rows = [
        (name, label, marks.at[name, label], answer, evidence.at[name, label], standing.at[name, label])
        for name, answers in comparison.verdicts.iterrows()
        for label, answer in answers.items()
    ]
    columns = ["proposition", "method", "mark", "verdict", "evidence", "what stands behind it"]
    readable = pd.DataFrame(rows, columns=columns, dtype=object)
    return readable if comparison.demands is not None else readable.drop(columns=["mark", columns[-1]])


def _behind(comparison: eq.Comparison, data: pd.DataFrame) -> pd.DataFrame:
    """Rows that decide something; the others have no numbers."""
    kept = data[data["by_chance"].notna() | data["stable"].notna()]
    return kept.rename(columns={"by_chance": "by chance", "firm_together": "firm together", "failed": "failed refits"})


def _conditions(comparison: eq.Comparison, data: pd.DataFrame) -> pd.DataFrame:
    columns, intervals = {}, importances(comparison)
    shown_here = comparison.shown_directions
    nothing = UNTESTED if comparison.demands is None else NOT_FIRM
    for label in comparison.analyses:
        directions = [DIRECTIONS[sign] if sign else nothing for sign in shown_here[label]]
        said = zip(data[label]["role"], directions, _with_ends(intervals.get(label), data.index), strict=True)
        columns[label] = [f"{role} · {direction} · {importance}" for role, direction, importance in said]
    readable = pd.DataFrame(columns, index=data.index, dtype=object)
    labels = [named(comparison.calibrated.variable(name)) for name in data.index]
    readable.index = pd.Index(labels, name="condition", dtype=object)
    return readable


def _with_ends(table: pd.DataFrame | None, names: pd.Index) -> list[str]:
    """Importances as text, with their intervals where there are any."""
    if table is None:
        return [MISSING] * len(names)
    return [
        MISSING if is_missing(mean) else shown(mean) + ("" if low == high else f" ({shown(low)} to {shown(high)})")
        for mean, low, high in table.loc[names].to_numpy(dtype=float).tolist()
    ]


def _advice_by_method(comparison: eq.Comparison, sentences: pd.DataFrame) -> pd.DataFrame:
    # By position, because a method may have the name of another column.
    return pd.concat([_nearest_paths(comparison), sentences], axis="columns")


def _nearest_paths(comparison: eq.Comparison) -> pd.DataFrame:
    """One row per case: the nearest path, or several equally near, and what it would take."""
    data = comparison.advice
    by_case: dict[Any, list[dict[Any, Any]]] = {}
    kept = ["case", "path", "method", "distance", "shortfall", "raw_targets", "similar_case", "note"]
    for row in data[kept].to_dict("records"):
        by_case.setdefault(row["case"], []).append(row)
    rows = {}
    for case, paths in by_case.items():
        first = paths[0]
        if is_missing(first["path"]):
            rows[case] = (MISSING, MISSING, MISSING)
            continue
        near = [
            row
            for row in paths
            if (row["distance"], row["note"]) == (first["distance"], first["note"])
            and abs(row["shortfall"] - first["shortfall"]) < 1e-9
        ]
        takes = [" ".join(filter(None, (row["raw_targets"], row["note"]))) for row in near]
        rows[case] = (
            " or ".join(f"{path_in_labels(row['path'], comparison.calibrated)} ({row['method']})" for row in near),
            " or ".join(dict.fromkeys(takes)),
            " or ".join(dict.fromkeys(row["similar_case"] for row in near if row["similar_case"])) or MISSING,
        )
    columns = ["nearest path", "what separates it from the case", "most similar case on it with the outcome"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("case")


def _advice(comparison: eq.Comparison, data: pd.DataFrame) -> pd.DataFrame:
    order = [
        "path",
        "has",
        "lacks",
        "raw_targets",
        "similar_case",
        "distance",
        "shortfall",
        "membership_now",
        "method",
        "note",
    ]
    found = data[data["path"].notna()].set_index("case")[order].astype({"distance": float, "shortfall": float})
    found["path"] = [path_in_labels(path, comparison.calibrated) for path in found["path"]]
    words = {"raw_targets": "raw targets", "membership_now": "membership now", "similar_case": "similar case"}
    return found.rename(columns=words)


def _fit(comparison: eq.Comparison, data: pd.DataFrame) -> pd.DataFrame:
    when = {"": "in sample", _OUT_OF_SAMPLE: "out of sample"}
    columns = {
        (said, measure.words): data[f"{measure.name}{suffix}"]
        for suffix, said in when.items()
        for measure in comparison.measures
        if f"{measure.name}{suffix}" in data
    }
    refits = {("refits", "number"): data["folds"], ("refits", "failed"): data["failed_folds"]}
    return pd.DataFrame(columns | refits)


def _differences(comparison: eq.Comparison, data: pd.DataFrame) -> pd.DataFrame:
    columns = {
        measure.words: _with_interval(data[f"{measure.name}{_OUT_OF_SAMPLE}"]) for measure in comparison.measures
    }
    readable = pd.DataFrame(columns, index=data.index, dtype=object)
    # A pair has no figures when one of its methods predicts nothing.
    return readable[(readable != MISSING).any(axis=1)]


def _with_interval(figures: Any) -> list[str]:
    intervals = [
        "" if is_missing(low) else f" ({shown(low)} to {shown(high)})"
        for low, high in zip(figures["low"], figures["high"], strict=True)
    ]
    return [f"{shown(estimate)}{interval}" for estimate, interval in zip(figures["estimate"], intervals, strict=True)]


def _permutations(comparison: eq.Comparison, data: pd.DataFrame) -> pd.DataFrame:
    renamed = {each.name: each.words for each in comparison.measures} | {"any_solution": "any solution"}
    return data.drop(columns="why").rename(columns=renamed)


def _against(comparison: eq.Comparison, data: pd.DataFrame) -> pd.DataFrame:
    """One row for all methods that give a condition the same direction."""
    rows: dict[tuple[str, int], dict[str, Any]] = {}
    for place, row in data.iterrows():
        name, label = cast(tuple[str, str], place)
        shared = rows.setdefault((name, int(row["direction"])), {"condition": name, "methods": [], **row})
        shared["methods"].append(label)
    readable = pd.DataFrame(list(rows.values()), columns=["condition", "methods", *data.columns])
    readable["direction"] = readable["direction"].map(DIRECTIONS)
    return readable.set_index("condition").rename(
        columns={"low_outcome": "against it, low on the outcome", "high_outcome": "against it, high on the outcome"}
    )


def _asymmetry(comparison: eq.Comparison, data: pd.DataFrame) -> pd.DataFrame:
    readable = data.copy().astype(object)
    for column in readable.columns:
        if column[1] in ("direction", "direction_absence"):
            readable[column] = readable[column].map(DIRECTIONS)
    return readable


def _own_conditions(comparison: eq.Comparison, frame: pd.DataFrame) -> pd.DataFrame:
    """The method's own reading of each condition's direction, which is not the one on the common yardstick."""
    own = frame.rename(columns={"direction": "own direction"})
    own["own direction"] = own["own direction"].map(DIRECTIONS)
    return _of_a_method(comparison, own)


def _of_a_method(comparison: eq.Comparison, frame: pd.DataFrame) -> pd.DataFrame:
    return _in_words(frame, {str(column) for column in (*comparison.calibrated.data, *comparison.calibrated.raw)})


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


#: By the names that lead to the table, ``*`` being any one; else by the facet's name.
_FORMS: dict[str, dict[str, Any]] = {
    "verdicts": {"readable": _verdicts},
    "verdict_evidence": {"readable": _evidence, "folded": True},
    "evidence.verdicts": {"readable": _behind, "folded": True},
    "evidence.directions": {"readable": _behind, "folded": True},
    "evidence.importances": {"folded": True},
    "conditions": {"readable": _conditions, "kind": "stacked"},
    "paths_chart": {"kind": "chart"},
    "cases": {"readable": lambda _, data: data.dropna(axis="columns", how="all"), "searchable": True},
    "disagreements": {"searchable": True},
    "advice_by_method": {"readable": _advice_by_method, "searchable": True},
    "advice": {"readable": _advice, "searchable": True},
    "analyses": {"readable": _of_a_method},
    "analyses.*.conditions": {"readable": _own_conditions},
    "analyses.*.fit": {"readable": lambda _, data: data.rename(index=_words)},
    "analyses.*.cases": {"readable": _of_a_method, "folded": True},
    "fit": {"readable": _fit},
    "differences": {"readable": _differences},
    "permutations": {"readable": _permutations},
    "agreement": {"kind": "heat map"},
    "agreement_intervals": {"readable": lambda _, data: data.dropna()},
    "contrarian": {"folded": True},
    "contrarian.against": {"readable": _against},
    "contrarian.association": {
        "readable": lambda _, data: data.set_axis(["phi squared", "Cramér's V", "Spearman"], axis="columns")
    },
    "by_time.groups": {"readable": lambda _, data: data[data["changes"].astype(bool)].drop(columns="changes")},
    "by_time.within": {"folded": True},
    "asymmetry.conditions": {"readable": _asymmetry},
    "study.raw": {"folded": True},
    "study.memberships": {"folded": True},
    "notes": {"readable": lambda _, data: data.reset_index()},
    "failures": {"readable": lambda _, data: data.drop(columns="traceback")},
}
