"""Where it all comes from: data and calibration, notes, failures, the manifest, references, how to cite."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

import equifinal as eq
from equifinal.plain import stated
from equifinal_output.report.document import Section, Table

__all__ = ["CITATION", "origin"]

#: How to cite the software, as in CITATION.cff.
CITATION = "The equifinal developers (2026). equifinal: several research methods on the same cases, compared. Version {version}."


def origin(comparison: eq.Comparison) -> list[Section]:
    """Data, notes, failures, manifest, references, citation; of some there is nothing to say."""
    return [
        _data(comparison),
        *_notes(comparison),
        *_failures(comparison),
        _manifest(comparison),
        *_references(comparison),
        _citation(comparison),
    ]


def _data(comparison: eq.Comparison) -> Section:
    study = comparison.study
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
            Table("raw", "Raw scores", comparison.calibrated.raw.rename_axis("case"), folded=True),
            Table("memberships", "Memberships", comparison.calibrated.fuzzy.rename_axis("case"), folded=True),
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
