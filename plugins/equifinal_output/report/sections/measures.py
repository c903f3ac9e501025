"""Methods measured alike and against each other: fit, agreement, contrarian cases, time, asymmetry."""

from typing import Any, cast

import pandas as pd

import equifinal as eq
from equifinal.plain import DIRECTIONS, MISSING, is_missing, shown
from equifinal_output.report.document import Section, Table
from equifinal_output.words.names import capitalized
from equifinal_output.words.wording import AGREEMENT

__all__ = ["measures"]


def measures(comparison: eq.Comparison) -> list[Section]:
    """Fit, agreement, contrarian cases; in panels by time; asymmetry when it was asked for."""
    return [
        _fit(comparison),
        _agreement(comparison),
        _contrarian(comparison),
        *_by_time(comparison),
        *_asymmetry(comparison),
    ]


def _fit(comparison: eq.Comparison) -> Section:
    data, columns = comparison.fit, {}
    for when, suffix in (("in sample", ""), ("out of sample", "_out_of_sample")):
        for measure in comparison.measures:
            columns[when, measure.words] = data[f"{measure.name}{suffix}"]
    columns["refits", "number"] = data["folds"]
    columns["refits", "failed"] = data["failed_folds"]
    tables = [Table("fit", "How well predictions agree with the outcome", data, pd.DataFrame(columns))]
    if not comparison.differences.empty:
        title = "Differences between methods: the method's measure minus the other's, with 95 % intervals over cases"
        tables.append(Table("differences", title, comparison.differences, _differences(comparison)))
    if comparison.permutations is not None:
        renamed = {each.name: each.words for each in comparison.measures} | {"any_solution": "any solution"}
        readable = comparison.permutations.drop(columns="why").rename(columns=renamed)
        title = (
            "Chance: share of permuted outcomes in which the method reaches its fit in sample, or finds any solution"
        )
        tables.append(Table("permutations", title, comparison.permutations, readable))
    return Section("fit", "Fit on a common yardstick", tables=tuple(tables))


def _differences(comparison: eq.Comparison) -> pd.DataFrame:
    data, columns = comparison.differences, {}
    for when, suffix in (("out of sample", "_out_of_sample"), ("in sample", "")):
        for measure in comparison.measures:
            columns[when, measure.words] = _with_interval(data[f"{measure.name}{suffix}"])
    readable = pd.DataFrame(columns, index=data.index, dtype=object)
    # A pair has no figures when one of its methods predicts nothing.
    return readable[(readable != MISSING).any(axis=1)]


def _with_interval(figures: Any) -> list[str]:
    intervals = [
        "" if is_missing(low) else f" ({shown(low)} to {shown(high)})"
        for low, high in zip(figures["low"], figures["high"], strict=True)
    ]
    return [f"{shown(estimate)}{interval}" for estimate, interval in zip(figures["estimate"], intervals, strict=True)]


def _agreement(comparison: eq.Comparison) -> Section:
    tables = []
    for name, data in comparison.agreement.items():
        words, meaning = AGREEMENT.get(name, (name, ""))
        title = capitalized(words)
        tables.append(Table(f"agreement_{name}", f"{title}: {meaning}" if meaning else title, data, kind="heat map"))
        if (intervals := comparison.agreement_intervals.get(name)) is not None and intervals["low"].notna().any():
            title = f"{title}: 95 % intervals over cases"
            tables.append(Table(f"agreement_{name}_intervals", title, intervals, intervals.dropna()))
    return Section(
        "agreement",
        "Agreement between methods",
        tables=tuple(tables),
    )


def _contrarian(comparison: eq.Comparison) -> Section:
    found = comparison.contrarian
    tables = [
        Table(
            "contrarian",
            "Cases that run against the direction that a method gives a condition",
            found.against,
            _against(found),
        ),
        Table(
            "contrarian_association",
            "Association of groups and of scores",
            found.association,
            found.association.set_axis(["phi squared", "Cramér's V", "Spearman"], axis="columns"),
        ),
    ]
    kind = "Quintiles" if found.groups == 5 else "Terciles"
    tables += [
        Table(f"contrarian_{name}", f"{kind} of {name} (rows) and of the outcome (columns): cases", table, folded=True)
        for name, table in found.tables.items()
    ]
    return Section("contrarian", "Contrarian cases", notes=found.notes, tables=tuple(tables) if found.groups else ())


def _against(found: eq.ContrarianCases) -> pd.DataFrame:
    """One row for all methods that give a condition the same direction."""
    rows: dict[tuple[str, int], dict[str, Any]] = {}
    for place, row in found.against.iterrows():
        name, label = cast(tuple[str, str], place)
        shared = rows.setdefault((name, int(row["direction"])), {"condition": name, "methods": [], **row})
        shared["methods"].append(label)
    readable = pd.DataFrame(list(rows.values()), columns=["condition", "methods", *found.against.columns])
    readable["direction"] = readable["direction"].map(DIRECTIONS)
    return readable.set_index("condition").rename(
        columns={"low_outcome": "against it, low on the outcome", "high_outcome": "against it, high on the outcome"}
    )


def _by_time(comparison: eq.Comparison) -> list[Section]:
    if comparison.calibrated.time is None:
        return []
    found = comparison.by_time
    changed = found.groups[found.groups["changes"].astype(bool)]
    tables = (
        Table("by_time_paths", "Paths at each time", found.paths),
        Table("by_time_holding", "Where paths hold: consistency of at least 0.8", found.holding),
        Table("by_time_groups", "Units that change paths or groups", found.groups, changed.drop(columns="changes")),
        Table("by_time_propositions", "Figures of claims of necessity and sufficiency", found.propositions),
        Table("by_time_fit", "Fit at each time", found.fit),
        Table("by_time_within", "Consistency within each unit", found.within, folded=True),
    )
    return [Section("by-time", "By time", notes=found.notes, tables=tables)]


def _asymmetry(comparison: eq.Comparison) -> list[Section]:
    if not comparison.with_asymmetry:
        return []
    found = comparison.asymmetry
    absence = found.run.calibrated.outcome.name
    readable = found.conditions.copy().astype(object)
    for label in found.methods.index:
        for measure in ("direction", "direction_absence"):
            readable[label, measure] = readable[label, measure].map(DIRECTIONS)
    tables = (
        Table("asymmetry_conditions", f"Conditions, for the outcome and for {absence}", found.conditions, readable),
        Table("asymmetry_paths", "Sufficient paths of both", found.paths),
        Table("asymmetry_methods", f"Whether {absence} mirrors the outcome", found.methods),
    )
    return [Section("asymmetry", "Asymmetry", notes=found.notes, tables=tables)]
