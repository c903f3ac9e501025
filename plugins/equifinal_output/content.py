"""What a report says, in order: sections with an explanation and tables. Every format draws on it.

A table holds the figures as they were computed (``data``, which csv writes) and, where it differs, the form that a reader is
shown (``readable``).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from weakref import WeakKeyDictionary

import pandas as pd

import equifinal as eq
from equifinal.contrarian import ContrarianCases
from equifinal.summary import Headline, headline, summary
from equifinal_output.reading_help import HELP, Help
from equifinal_output.wording import DIRECTIONS, MARKS, MISSING, VERDICTS, counted, is_missing, shown, stated

__all__ = ["CITATION", "Content", "Section", "Table", "content", "in_sum"]

#: How to cite the software, as in CITATION.cff.
CITATION = "The equifinal developers (2026). equifinal: several research methods on the same cases, compared. Version {version}."

#: A page shows so many rows of a table.
MOST_ROWS = 1000


@dataclass(frozen=True, eq=False)
class Table:
    """A table with a short name (for files), a title, its figures, and how to show them.

    Attributes
    ----------
    folded : bool
        Whether a page may fold it away, because it is background.
    searchable : bool
        Whether readers look single rows up in it.
    kind : str
        ``"heat map"``: figures from -1 to 1 of pairs of methods. ``"chart"``: conditions and paths, with the signs of
        :data:`equifinal_output.wording.MARKS`. ``"stacked"``: cells of several parts, with `` · `` between them.
    """

    name: str
    title: str
    data: pd.DataFrame
    readable: pd.DataFrame | None = None
    folded: bool = False
    searchable: bool = False
    kind: Literal["plain", "heat map", "chart", "stacked"] = "plain"

    @property
    def shown(self) -> pd.DataFrame:
        """What a page shows: of thousands of rows the first."""
        return (self.data if self.readable is None else self.readable).iloc[:MOST_ROWS]

    @property
    def heading(self) -> str:
        """The title, and what is not shown."""
        rows = len(self.data if self.readable is None else self.readable)
        if rows <= MOST_ROWS:
            return self.title
        return f"{self.title} (the first {MOST_ROWS:,} of {rows:,} rows; the formats csv and json have all)"


@dataclass(frozen=True, eq=False)
class Section:
    """A part of the report.

    Attributes
    ----------
    facts : mapping
        Label → value, before the tables.
    notes : tuple of str
        What to keep in mind.
    parts : tuple of Section
        Sections within.
    """

    name: str
    title: str
    facts: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    parts: tuple["Section", ...] = ()

    @property
    def help(self) -> Help:
        """How to read it."""
        return HELP.get(self.name, Help(()))


@dataclass(frozen=True, eq=False)
class Content:
    """The whole report.

    Attributes
    ----------
    opening : str
        What was done, for a reader who knows none of the methods.
    left_out : str
        A sentence on methods that failed; empty when none did.
    background : tuple of Table
        Tables whose content is part of a readable table already; files of figures hold them all the same.
    """

    title: str
    description: str
    banner: str
    note: str
    subject: str
    opening: str
    headline: Headline
    left_out: str
    summary: tuple[str, ...]
    sections: tuple[Section, ...]
    background: tuple[Table, ...]

    @property
    def answers(self) -> list[tuple[str, tuple[str, ...]]]:
        """The headline's sentences, under what they answer."""
        if not self.headline.parted:
            return [("What the method finds", self.headline.agreed)]
        return [("What the methods agree on", self.headline.agreed), ("Where they part", self.headline.parted)]

    def tables(self) -> Iterator[Table]:
        """All tables, in order."""
        yield from self.background
        for section in self.sections:
            for part in (section, *section.parts):
                yield from part.tables


#: What was made of a comparison, for as long as that lives, with and without its asymmetry: each format asks for it anew.
_made: WeakKeyDictionary[eq.Comparison, dict[bool, Content]] = WeakKeyDictionary()


def content(comparison: eq.Comparison) -> Content:
    """Turn a comparison into titled, ordered sections."""
    known = _made.setdefault(comparison, {})
    if comparison.with_asymmetry not in known:
        known[comparison.with_asymmetry] = _content(comparison)
    return known[comparison.with_asymmetry]


def _content(comparison: eq.Comparison) -> Content:
    study = comparison.run.study
    sections = [
        _verdicts(comparison),
        _conditions(comparison),
        _paths(comparison),
        _cases(comparison),
        _advice(comparison),
        _methods(comparison),
        _fit(comparison),
        _agreement(comparison),
        _contrarian(comparison),
        *_by_time(comparison),
        *_asymmetry(comparison),
        _data(comparison),
        *_notes(comparison),
        *_failures(comparison),
        _manifest(comparison),
        *_references(comparison),
        _citation(comparison),
    ]
    return Content(
        title=study.title,
        description=" ".join(study.description.split()),
        banner=comparison.banner,
        # The banner holds the note where there is one.
        note="" if comparison.banner else " ".join(study.note.split()),
        subject=_subject(comparison),
        opening=_opening(comparison),
        headline=headline(comparison),
        left_out=_left_out(comparison),
        # The evidence stands in the section on verdicts.
        summary=tuple(summary(comparison, evidence=False)),
        sections=tuple(sections),
        background=(Table("propositions", "Propositions", comparison.propositions),),
    )


def _subject(comparison: eq.Comparison) -> str:
    outcome, study = comparison.study.outcome, comparison.study
    named = f"{outcome.label} ({outcome.name})" if outcome.label != outcome.name else outcome.name
    methods: dict[str, list[str]] = {}
    for label, analysis in comparison.analyses.items():
        methods.setdefault(analysis.method.title, []).append(label)
    listed = "; ".join(
        title if labels == [title] else f"{title} ({', '.join(labels)})" for title, labels in methods.items()
    )
    count = counted(len(comparison.analyses), "method")
    return (
        f"Outcome: {named}. {counted(len(study.cases), 'case')}, {counted(len(study.conditions), 'condition')}, "
        f"{count}: {listed}."
    )


def _opening(comparison: eq.Comparison) -> str:
    count, cases = len(comparison.analyses), counted(len(comparison.study.cases), "case")
    said = f"The method looks at {cases}." if count == 1 else f"Each method looks at the same {cases} in its own way."
    if comparison.verdicts.empty:
        return said
    return (
        f"{said} Propositions are claims that the study puts to the test; a method that cannot judge one stays silent."
    )


def _left_out(comparison: eq.Comparison) -> str:
    if not comparison.failures:
        return ""
    failed = counted(len(comparison.failures), "method")
    return f"{failed} failed and {'is' if len(comparison.failures) == 1 else 'are'} left out: {', '.join(comparison.failures)}."


# ----------------------------------------------------------------------------------------------------- in sum

ALL_SUPPORT, ALL_CONTRADICT, ALL_INCONCLUSIVE = "all support", "all contradict", "all inconclusive"
PART, PARTLY, NOBODY = "they part", "partly inconclusive", "nobody answers"


def in_sum(verdicts: pd.DataFrame) -> pd.Series:
    """What the methods that answer a proposition say together.

    Parameters
    ----------
    verdicts
        As ``Comparison.verdicts``.

    Returns
    -------
    pandas.Series
        By proposition: ``all support``, ``all contradict``, ``all inconclusive``, ``they part`` (one supports and another
        contradicts), ``partly inconclusive``, or ``nobody answers``.

    Examples
    --------
    >>> in_sum(pd.DataFrame({"a": ["supported", "supported"], "b": ["silent", "contradicted"]}, index=["P1", "P2"])).to_dict()
    {'P1': 'all support', 'P2': 'they part'}
    """
    return pd.Series([_together(set(row)) for row in verdicts.to_numpy()], index=verdicts.index, dtype=object)


def _together(answers: set[str]) -> str:
    said = answers - {"silent"}
    if not said:
        return NOBODY
    if {"supported", "contradicted"} <= said:
        return PART
    alone = {"supported": ALL_SUPPORT, "contradicted": ALL_CONTRADICT, "inconclusive": ALL_INCONCLUSIVE}
    return alone[next(iter(said))] if len(said) == 1 else PARTLY


# ---------------------------------------------------------------------------------------------------- sections


def _verdicts(comparison: eq.Comparison) -> Section:
    verdicts, propositions = comparison.verdicts, comparison.propositions
    marked = verdicts.map(lambda answer: f"{VERDICTS[answer]} {answer}")
    columns: dict[int, Any] = {0: _claims(propositions)}
    columns |= {number: marked[label] for number, label in enumerate(marked.columns, 1)}
    answering = (verdicts != "silent").sum(axis=1)
    columns |= {len(columns): in_sum(verdicts) + answering.map(lambda count: f" ({count} of {verdicts.shape[1]})")}
    matrix = pd.DataFrame(columns, index=verdicts.index)
    # By position, because a method may be called like one of the other columns.
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


def _claims(propositions: pd.DataFrame) -> pd.Series:
    limits = propositions["where"].map(lambda where: f" (among cases in {where})" if where else "")
    return propositions["text"] + limits


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
    labels = [_name_and_label(comparison.study.variable(name)) for name in data.index]
    readable.index = pd.Index(labels, name="condition", dtype=object)
    return Section(
        "conditions",
        "Conditions",
        tables=(
            Table("conditions", "Role, direction and importance of each condition", data, readable, kind="stacked"),
        ),
    )


def _name_and_label(variable: eq.Variable) -> str:
    return variable.name if variable.label == variable.name else f"{variable.name} · {variable.label}"


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


#: What a path has besides its conditions, in the order of Fiss's chart.
_OF_A_PATH = {
    "consistency": "consistency",
    "pri": "PRI",
    "coverage": "raw coverage",
    "unique_coverage": "unique coverage",
}
_OF_A_SOLUTION = {"consistency": "consistency", "pri": "PRI", "coverage": "coverage"}


def _with_paths(comparison: eq.Comparison) -> dict[str, eq.Analysis]:
    """The analyses whose configurations are paths: they claim to be sufficient, or tell core conditions from others."""
    return {
        label: analysis
        for label, analysis in comparison.analyses.items()
        if (analysis.method.sufficient_paths or "core" in analysis.configurations) and not analysis.configurations.empty
    }


def _solutions(comparison: eq.Comparison) -> dict[str, str]:
    """The parameters of fit of all paths of a method together."""
    facts = {}
    for label, analysis in _with_paths(comparison).items():
        figures = [
            f"{words} {shown(analysis.fit[key])}" for key, words in _OF_A_SOLUTION.items() if key in analysis.fit
        ]
        if figures:
            count = counted(len(analysis.configurations), "path")
            facts[label] = f"{count}; the solution as a whole: {', '.join(figures)}."
    return facts


def _chart(comparison: eq.Comparison) -> list[Table]:
    """Sufficient paths as Fiss (2011) draws them: conditions in rows, paths in columns, core and peripheral ones apart."""
    names = list(comparison.study.condition_names)
    columns: dict[tuple[str, str], list[str]] = {}
    for label, analysis in _with_paths(comparison).items():
        paths = analysis.configurations
        numbers = _numbered(paths)
        for name, row in paths.iterrows():
            marks = _marks(row)
            if marks is None or not set(marks) <= set(names):
                continue
            figures = [shown(row[key]) if key in paths else MISSING for key in _OF_A_PATH]
            heading = f"{numbers[name]}: {row['expression']}"
            columns[label, heading] = [*(marks.get(each, "") for each in names), *figures, str(len(row["cases"]))]
    if not columns:
        return []
    labels = [_name_and_label(comparison.study.variable(name)) for name in names]
    chart = pd.DataFrame(
        list(columns.values()),
        index=pd.MultiIndex.from_tuples(columns),
        columns=pd.Index([*labels, *_OF_A_PATH.values(), "number of cases"], name="condition", dtype=object),
        dtype=object,
    ).T
    said = {mark for cells in columns.values() for mark in cells}
    title = "Core and peripheral conditions of each path" if said & set(MARKS) else "Conditions of each path"
    return [Table("paths_chart", title, chart, kind="chart")]


_LITERAL = re.compile(r"(~?)(\w+)(?:\[([\d,]+)\])?")


def _marks(path: pd.Series) -> dict[str, str] | None:
    """What a path says of each of its conditions; ``None`` when it is not a conjunction of conditions.

    >>> _marks(pd.Series({"expression": "A*~B*C", "core": "A"}))
    {'A': '● core', 'B': '⊗ peripheral', 'C': '● peripheral'}
    >>> _marks(pd.Series({"expression": "A[2]*B[0]"})), _marks(pd.Series({"expression": "A + B"}))
    ({'A': '= 2', 'B': '= 0'}, None)
    """
    if is_missing(path["expression"]):
        return None
    expression, core = str(path["expression"]), path.get("core")
    if expression == "1":
        return {}
    marks = {}
    for literal in expression.split("*"):
        found = _LITERAL.fullmatch(literal.strip())
        if found is None:
            return None
        negation, name, values = found.groups()
        sign = f"= {values}" if values else "⊗" if negation else "●"
        kind = "" if is_missing(core) else "core" if literal.strip() in str(core).split("*") else "peripheral"
        marks[name] = f"{sign} {kind}".strip()
    return marks


def _numbered(paths: pd.DataFrame) -> dict[Any, str]:
    """Paths by number; those that share their core conditions share the number and get letters (Fiss 2011).

    >>> _numbered(pd.DataFrame({"core": ["A", "B", "A"]}, index=["A*C", "B*D", "A*D"]))
    {'A*C': '1a', 'B*D': '2', 'A*D': '1b'}
    """
    cores = paths["core"].tolist() if "core" in paths else list(paths.index)
    cores = [core if isinstance(core, str) and core else name for core, name in zip(cores, paths.index, strict=True)]
    numbers = {core: number for number, core in enumerate(dict.fromkeys(cores), 1)}
    seen: dict[Any, int] = {}
    found = {}
    for name, core in zip(paths.index, cores, strict=True):
        letter = _letters(seen.get(core, 0)) if cores.count(core) > 1 else ""
        seen[core] = seen.get(core, 0) + 1
        found[name] = f"{numbers[core]}{letter}"
    return found


def _letters(number: int) -> str:
    """a, b, ..., z, aa, ab, ..."""
    return (_letters(number // 26 - 1) if number > 25 else "") + "abcdefghijklmnopqrstuvwxyz"[number % 26]


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
                "How far apart the methods' predictions lie, the furthest first",
                comparison.disagreements,
                searchable=True,
            ),
        ),
    )


_MEASURES = {
    "consistency": "consistency",
    "coverage": "coverage",
    "pri": "PRI",
    "balanced_accuracy": "balanced accuracy",
    "mae": "mean absolute error",
    "spearman": "Spearman",
}


def _fit(comparison: eq.Comparison) -> Section:
    data, columns = comparison.fit, {}
    for when, suffix in (("in sample", ""), ("out of sample", "_out_of_sample")):
        for measure, words in _MEASURES.items():
            columns[when, words] = data[f"{measure}{suffix}"]
    columns["refits", "number"] = data["folds"]
    columns["refits", "failed"] = data["failed_folds"]
    tables = [Table("fit", "How well predictions agree with the outcome", data, pd.DataFrame(columns))]
    if not comparison.differences.empty:
        title = "Differences between methods: the method's figure less the other's, with 95 % intervals over cases"
        tables.append(Table("differences", title, comparison.differences, _differences(comparison.differences)))
    if comparison.permutations is not None:
        renamed: dict[Any, str] = {**_MEASURES, "any_solution": "any solution"}
        readable = comparison.permutations.drop(columns="why").rename(columns=renamed)
        title = (
            "Chance: share of permuted outcomes in which the method reaches its fit in sample, or finds any solution"
        )
        tables.append(Table("permutations", title, comparison.permutations, readable))
    return Section("fit", "Fit on a common yardstick", tables=tuple(tables))


def _differences(data: pd.DataFrame) -> pd.DataFrame:
    columns = {}
    for when, suffix in (("out of sample", "_out_of_sample"), ("in sample", "")):
        for measure, words in _MEASURES.items():
            columns[when, words] = _with_interval(data[f"{measure}{suffix}"])
    readable = pd.DataFrame(columns, index=data.index, dtype=object)
    # A pair with a method that predicts nothing has no figures.
    return readable[(readable != MISSING).any(axis=1)]


def _with_interval(figures: Any) -> list[str]:
    intervals = [
        "" if is_missing(low) else f" ({shown(low)} to {shown(high)})"
        for low, high in zip(figures["low"], figures["high"], strict=True)
    ]
    return [f"{shown(estimate)}{interval}" for estimate, interval in zip(figures["estimate"], intervals, strict=True)]


_AGREEMENT = {
    "predictions": ("Predictions", "Spearman's rank correlation of the predicted memberships"),
    "groups": ("Groups", "adjusted mutual information of the groups of cases; 0 is what chance would give"),
    "importance": ("Importance", "Kendall's tau-b of the conditions' importances"),
    "directions": ("Directions", "share of conditions with the same direction"),
    "verdicts": ("Verdicts", "share of propositions with the same verdict, where neither method is silent"),
}


def _agreement(comparison: eq.Comparison) -> Section:
    tables = []
    for name, data in comparison.agreement.items():
        title, meaning = _AGREEMENT.get(name, (name, ""))
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
            "contrarian", "Cases against the direction that a method gives a condition", found.against, _against(found)
        ),
        Table(
            "contrarian_association",
            "How the groups and the scores go together",
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


def _against(found: ContrarianCases) -> pd.DataFrame:
    """One row for all methods that give a condition the same direction."""
    rows: dict[tuple[str, int], dict[str, Any]] = {}
    for (name, label), row in found.against.iterrows():
        shared = rows.setdefault((name, int(row["direction"])), {"condition": name, "methods": [], **row})
        shared["methods"].append(label)
    readable = pd.DataFrame(list(rows.values()), columns=["condition", "methods", *found.against.columns])
    readable["direction"] = readable["direction"].map(DIRECTIONS)
    return readable.set_index("condition").rename(
        columns={"low_outcome": "against it, low on the outcome", "high_outcome": "against it, high on the outcome"}
    )


def _by_time(comparison: eq.Comparison) -> list[Section]:
    if comparison.study.time is None:
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


def _advice(comparison: eq.Comparison) -> Section:
    data = comparison.advice
    labels = [label for label in comparison.analyses if label in data.columns]
    tables = [
        Table("advice", "Sufficient paths by case, the nearest first", data, _paths_to_take(data), searchable=True)
    ]
    if len(data):
        sentences = data.groupby("case", sort=False)[labels].first()
        nearest = _nearest_paths(data)
        # By position, because a method may be called like one of the other columns.
        readable = pd.concat([nearest, sentences], axis="columns")
        title = "What could change, case by case"
        tables.insert(0, Table("advice_by_method", title, sentences if labels else nearest, readable, searchable=True))
    notes = comparison.notes.loc[comparison.notes["about"] == "advice", "note"]
    return Section("advice", "Advice for cases without the outcome", notes=tuple(notes), tables=tuple(tables))


def _nearest_paths(data: pd.DataFrame) -> pd.DataFrame:
    """One row per case: the nearest path, or several as near, and what it would take."""
    by_case: dict[Any, list[dict[str, Any]]] = {}
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


def _methods(comparison: eq.Comparison) -> Section:
    parts = []
    names = {str(column) for column in comparison.study.data} | set(comparison.study.raw)
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


def _data(comparison: eq.Comparison) -> Section:
    study = comparison.run.study
    facts = {
        "Description": study.description,
        "Source": study.source,
        "Licence": study.licence,
        "Citation": study.citation,
        "Provenance": study.provenance,
    }
    notes = comparison.notes.loc[comparison.notes["about"] == "calibration", "note"]
    return Section(
        "data",
        "Data and calibration",
        facts={label: " ".join(text.split()) for label, text in facts.items() if text},
        notes=tuple(notes),
        tables=(
            Table("calibration", "Sets, raw scores and anchors", study.describe()),
            Table("raw", "Raw scores", comparison.study.raw.rename_axis("case"), folded=True),
            Table("memberships", "Memberships", comparison.study.fuzzy.rename_axis("case"), folded=True),
        ),
    )


def _notes(comparison: eq.Comparison) -> list[Section]:
    if comparison.notes.empty:
        return []
    return [
        Section(
            "notes",
            "Notes and warnings",
            tables=(Table("notes", "Notes", comparison.notes),),
        )
    ]


def _failures(comparison: eq.Comparison) -> list[Section]:
    if not comparison.failures:
        return []
    rows = {
        label: {
            "reason": f"{failure.exception}: {failure.message}",
            "plugin": f"{failure.plugin} {failure.version}".strip(),
            "traceback": failure.traceback,
        }
        for label, failure in comparison.failures.items()
    }
    data = pd.DataFrame.from_dict(rows, orient="index").rename_axis("method")
    return [
        Section(
            "failures",
            "Methods that failed",
            tables=(Table("failures", "Methods that failed", data, data.drop(columns="traceback")),),
        )
    ]


def _manifest(comparison: eq.Comparison) -> Section:
    entries = dict(_leaves(comparison.manifest))
    data = pd.DataFrame(
        {"value": [stated(value) for value in entries.values()]},
        index=pd.Index(list(entries), name="entry", dtype=object),
        dtype=object,
    )
    return Section(
        "manifest",
        "Manifest",
        tables=(Table("manifest", "Manifest", data),),
    )


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and value:
        for key, each in value.items():
            yield from _leaves(each, f"{path} › {key}" if path else str(key))
    else:
        yield path, value


def _references(comparison: eq.Comparison) -> list[Section]:
    facts = {
        analysis.method.title: analysis.method.reference
        for analysis in comparison.analyses.values()
        if analysis.method.reference
    }
    return [Section("references", "References", facts=facts)] if facts else []


def _citation(comparison: eq.Comparison) -> Section:
    manifest, study = comparison.manifest, comparison.run.study
    data = " ".join((study.citation or study.source).split())
    facts = {
        "Software": CITATION.format(version=manifest["version"]),
        "Data": data or f"{study.title}.",
        "This comparison": (
            f"Study {manifest['study']}, data SHA-256 {manifest['data_sha256']}, seed {manifest['seed']}, "
            f"equifinal {manifest['version']}."
        ),
    }
    return Section("cite", "How to cite", facts=facts)
