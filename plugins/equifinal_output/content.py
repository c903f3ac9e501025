"""What a report says, in order: sections with an explanation and tables. Every format draws on it.

A table holds the figures as they were computed (``data``, which csv writes) and, where it differs, the form that a reader is
shown (``readable``).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import pandas as pd

import equifinal as eq
from equifinal.contrarian import ContrarianCases
from equifinal.summary import summary
from equifinal_output.reading_help import HELP, Help
from equifinal_output.wording import DIRECTIONS, MISSING, VERDICTS, counted, is_missing, shown, stated

__all__ = ["Content", "Section", "Table", "content", "in_sum"]


@dataclass(frozen=True, eq=False)
class Table:
    """A table with a short name (for files), a title, its figures, and how to show them.

    Attributes
    ----------
    folded : bool
        Whether a page may fold it away, because it is background.
    searchable : bool
        Whether readers look single rows up in it.
    """

    name: str
    title: str
    data: pd.DataFrame
    readable: pd.DataFrame | None = None
    folded: bool = False
    searchable: bool = False

    @property
    def shown(self) -> pd.DataFrame:
        return self.data if self.readable is None else self.readable


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
    background : tuple of Table
        Tables whose content is part of a readable table already; files of figures hold them all the same.
    """

    title: str
    description: str
    banner: str
    note: str
    subject: str
    glance: str
    summary: tuple[str, ...]
    sections: tuple[Section, ...]
    background: tuple[Table, ...]

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
        _fit(comparison),
        _agreement(comparison),
        _contrarian(comparison),
        *_by_time(comparison),
        *_asymmetry(comparison),
        _advice(comparison),
        _methods(comparison),
        _data(comparison),
        *_notes(comparison),
        *_failures(comparison),
        _manifest(comparison),
        *_references(comparison),
    ]
    return Content(
        title=study.title,
        description=" ".join(study.description.split()),
        banner=comparison.banner,
        # The banner holds the note where there is one.
        note="" if comparison.banner else " ".join(study.note.split()),
        subject=_subject(comparison),
        glance=_glance(comparison),
        # The evidence stands in the section on verdicts.
        summary=tuple(summary(comparison, evidence=False)),
        sections=tuple(sections),
        background=(Table("propositions", "Propositions", comparison.propositions),),
    )


def _subject(comparison: eq.Comparison) -> str:
    outcome, study = comparison.study.outcome, comparison.study
    named = f"{outcome.label} ({outcome.name})" if outcome.label != outcome.name else outcome.name
    return (
        f"Outcome: {named}. {counted(len(study.cases), 'case')}, {counted(len(study.conditions), 'condition')}, "
        f"{counted(len(comparison.run), 'method')}."
    )


# ------------------------------------------------------------------------------------------------- at a glance

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


def _glance(comparison: eq.Comparison) -> str:
    verdicts = comparison.verdicts
    sentences = [f"{counted(len(verdicts), 'proposition')}, {counted(verdicts.shape[1], 'method')}."]
    if len(verdicts) == 0:
        sentences = [f"{counted(verdicts.shape[1], 'method')}. The study states no propositions."]
    said, answering = in_sum(verdicts), (verdicts != "silent").sum(axis=1)
    endings = {
        ALL_SUPPORT: "all methods that answer support the claim",
        ALL_CONTRADICT: "all methods that answer contradict it",
        PART: "they part: one supports what another contradicts",
        PARTLY: "some take a side and others are inconclusive",
        ALL_INCONCLUSIVE: "all methods that answer are inconclusive",
        NOBODY: "no method answers",
    }
    clauses = []
    for kind, ending in endings.items():
        count = int((said == kind).sum())
        alone = int(((said == kind) & (answering == 1)).sum())
        aside = f" ({'answered' if alone == count else f'{alone} answered'} by one method alone)" if alone else ""
        if count:
            clauses.append(f"on {count} {ending}{aside}")
    if clauses:
        sentences.append(f"{clauses[0][0].upper()}{'; '.join(clauses)[1:]}.")
    if comparison.failures:
        failed = counted(len(comparison.failures), "method")
        sentences.append(f"{failed} failed and {'is' if len(comparison.failures) == 1 else 'are'} left out.")
    return " ".join(sentences)


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
        columns[label, "role"] = each["role"]
        columns[label, "direction"] = each["direction"].map(DIRECTIONS)
        columns[label, "importance ± SD"] = [
            MISSING if is_missing(mean) else f"{shown(float(mean))} ± {shown(float(spread))}"
            for mean, spread in zip(each["importance"], each["importance_sd"], strict=True)
        ]
    readable = pd.DataFrame(columns, index=data.index, dtype=object)
    labels = [_name_and_label(comparison.study.variable(name)) for name in data.index]
    readable.index = pd.Index(labels, name="condition", dtype=object)
    return Section(
        "conditions",
        "Conditions",
        tables=(Table("conditions", "Role, direction and importance of each condition", data, readable),),
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
        notes=(f"No paths or groups: {', '.join(without)}.",) if without else (),
        tables=(Table("configurations", "Paths, clusters and other groups of all methods", data),),
    )


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
    return pd.DataFrame(columns, index=data.index, dtype=object)


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
        tables.append(Table(f"agreement_{name}", f"{title}: {meaning}" if meaning else title, data))
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
    tables = [
        Table("advice", "Sufficient paths by case, the nearest first", data, _paths_to_take(data), searchable=True)
    ]
    labels = [label for label in comparison.analyses if label in data.columns]
    if labels:
        sentences = data.groupby("case", sort=False)[labels].first()
        tables.append(Table("advice_by_method", "What methods say to each case", sentences, searchable=True))
    notes = comparison.notes.loc[comparison.notes["about"] == "advice", "note"]
    return Section("advice", "Advice for cases without the outcome", notes=tuple(notes), tables=tuple(tables))


def _paths_to_take(data: pd.DataFrame) -> pd.DataFrame:
    order = ["path", "has", "lacks", "raw_targets", "distance", "shortfall", "membership_now", "method", "note"]
    found = data[data["path"].notna()].set_index("case")[order].astype({"distance": float, "shortfall": float})
    return found.rename(columns={"raw_targets": "raw targets", "membership_now": "membership now"})


def _methods(comparison: eq.Comparison) -> Section:
    parts = []
    for number, (label, analysis) in enumerate(comparison.analyses.items(), 1):
        method = analysis.method
        own = [
            Table(f"{label}_conditions", f"{label}: conditions", _named(analysis.conditions, "condition")),
            Table(
                f"{label}_configurations",
                f"{label}: paths and configurations",
                _named(analysis.configurations, "configuration"),
            ),
            Table(f"{label}_fit", f"{label}: the method's own measures", _column(analysis.fit, "measure")),
            *(
                Table(f"{label}_{name}", f"{label}: {name.replace('_', ' ')}", table)
                for name, table in analysis.tables.items()
            ),
            Table(f"{label}_cases", f"{label}: cases", _named(analysis.cases, "case"), folded=True),
        ]
        notes = comparison.notes.loc[comparison.notes["about"] == label, "note"]
        facts = {"Method": f"{method.title} ({method.name})", "Parameters": stated(method.parameters()) or "none"}
        facts |= {"Reference": method.reference} if method.reference else {}
        parts.append(Section(f"method-{number}", label, facts=facts, notes=tuple(notes), tables=tuple(own)))
    return Section(
        "methods",
        "Each method in its own words",
        parts=tuple(parts),
    )


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
