"""The sections of a report: which facets each shows, and what it says besides."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pandas as pd

import equifinal as eq
from equifinal.plain import counted, shown, stated
from equifinal_output.report.document import Section
from equifinal_output.report.readable import reported
from equifinal_output.tables import SECTIONS, Table, further_facets, tables_of
from equifinal_output.words.paths import solution_fit, with_paths

#: How to cite the software, as in CITATION.cff.
CITATION = "The equifinal developers (2026). equifinal: several research methods on the same cases, compared. Version {version}."


def sections(comparison: eq.Comparison) -> list[Section]:
    """The sections that have something to show, then where it all comes from."""
    tables: dict[str, list[Table]] = {}
    for table in tables_of(comparison):
        if table.is_table:
            tables.setdefault(table.path[0], []).append(table)
    facets = {name: facet for name, facet in comparison.facets.items() if facet.content is not None}
    found = []
    for name, title, wanted in SECTIONS[1:]:
        there = {each: facets[each] for each in wanted if each in facets}
        shown_here = [table for each in there for table in tables.get(each, ())]
        if name == "agreement":  # the intervals beside what they belong to
            shown_here.sort(key=lambda table: list(comparison.agreement).index(table.path[1]))
        section = Section(
            name,
            title,
            facts=_FACTS[name](comparison) if there and name in _FACTS else {},
            notes=(*_notes(comparison, name), *(note for each in there.values() for note in _sentences(each))),
            tables=() if name == "methods" else tuple(reported(comparison, table) for table in shown_here),
            parts=tuple(_methods(comparison, shown_here)) if name == "methods" else (),
        )
        if section.facts or section.notes or section.tables or section.parts:
            found.append(section)
    found += [
        Section(
            f"facet-{name}",
            facet.title,
            notes=_sentences(facet),
            tables=tuple(reported(comparison, table) for table in tables.get(name, ())),
            about=facet.about,
        )
        for name, facet in further_facets(comparison).items()
    ]
    return [*found, _manifest(comparison), *_references(comparison), _citation(comparison)]


def _sentences(facet: Any) -> tuple[str, ...]:
    if facet.name == "analyses" and isinstance(facet.content, Mapping):  # each method shows its own
        return ()
    return tuple(sentence for _, _, content in facet.parts() if isinstance(content, tuple) for sentence in content)


def _notes(comparison: eq.Comparison, section: str) -> tuple[str, ...]:
    if section == "paths":
        without = [label for label, analysis in comparison.analyses.items() if analysis.configurations.empty]
        return (f"No paths or groups: {', '.join(without)}.",) if without else ()
    about = {"advice": "advice", "data": "calibration"}.get(section)
    return tuple(comparison.notes.loc[comparison.notes["about"] == about, "note"])


def _solutions(comparison: eq.Comparison) -> dict[str, str]:
    """The parameters of fit of all paths of a method together."""
    facts = {}
    for label, analysis in with_paths(comparison).items():
        figures = [f"{words} {shown(value)}" for words, value in solution_fit(analysis).items()]
        if figures:
            count = counted(len(analysis.configurations), "path")
            models = len(analysis.tables.get("models", ()))
            whole = f"this is one of {models} models; as a whole" if models > 1 else "the solution as a whole"
            facts[label] = f"{count}; {whole}: {', '.join(figures)}."
    return facts


def _data(comparison: eq.Comparison) -> dict[str, str]:
    names = ("description", "source", "licence", "citation", "provenance")
    facts = {name.capitalize(): " ".join(getattr(comparison.study, name).split()) for name in names}
    return {label: text for label, text in facts.items() if text}


_FACTS: dict[str, Callable[[eq.Comparison], dict[str, str]]] = {"paths": _solutions, "data": _data}


def _methods(comparison: eq.Comparison, tables: list[Table]) -> Iterator[Section]:
    """Each method: its parameters, reference, notes and tables."""
    for number, (label, analysis) in enumerate(comparison.analyses.items(), 1):
        method = analysis.method
        facts = {"Method": f"{method.title} ({method.name})", "Parameters": stated(method.parameters()) or "none"}
        yield Section(
            f"method-{number}",
            label,
            facts=facts | ({"Reference": method.reference} if method.reference else {}),
            notes=tuple(comparison.notes.loc[comparison.notes["about"] == label, "note"]),
            tables=tuple(reported(comparison, table) for table in tables if table.path[1] == label),
        )


# ------------------------------------------------------------------------------------------ where it all comes from


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
    manifest, study = comparison.manifest, comparison.study
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
