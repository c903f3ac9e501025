"""The format ``json``: everything in one file, for programs."""

import json
from dataclasses import asdict
from pathlib import Path

import equifinal as eq
from equifinal.plain import plain
from equifinal_output.wording import flattened

__all__ = ["JsonFile"]


class JsonFile(eq.Output):
    """Everything that was found, as strict JSON.

    Tables are lists with one object per row, whose first entries are the row's labels. Missing and infinite values are null.
    """

    name = "json"

    def write(self, comparison: eq.Comparison, directory: Path) -> list[Path]:
        """Write ``comparison.json``; see :meth:`equifinal.Output.write`."""
        study = comparison.run.study
        everything = {
            "manifest": comparison.manifest,
            "banner": comparison.banner,
            "study": {
                "name": study.name,
                "title": study.title,
                "description": study.description,
                "provenance": study.provenance,
                "note": study.note,
                "source": study.source,
                "licence": study.licence,
                "citation": study.citation,
                "sets": study.describe(),
                "raw": comparison.study.raw.rename_axis("case"),
                "memberships": comparison.study.fuzzy.rename_axis("case"),
            },
            "summary": comparison.summary,
            "propositions": comparison.propositions,
            "verdicts": comparison.verdicts,
            "verdict_evidence": comparison.verdict_evidence,
            "conditions": comparison.conditions.set_axis(flattened(comparison.conditions.columns), axis="columns"),
            "cases": comparison.cases.set_axis(flattened(comparison.cases.columns), axis="columns"),
            "fit": comparison.fit,
            "differences": comparison.differences,
            "permutations": comparison.permutations,
            "agreement": comparison.agreement,
            "agreement_intervals": comparison.agreement_intervals,
            "advice": comparison.advice,
            "disagreements": comparison.disagreements.set_axis(
                flattened(comparison.disagreements.columns), axis="columns"
            ),
            "contrarian": {
                "groups": comparison.contrarian.groups,
                "association": comparison.contrarian.association,
                "against": comparison.contrarian.against.reset_index(),
                "tables": comparison.contrarian.tables,
                "notes": comparison.contrarian.notes,
            },
            "notes": comparison.notes.to_dict("records"),
            "failures": {label: asdict(failure) for label, failure in comparison.failures.items()},
            "analyses": {label: analysis.to_dict() for label, analysis in comparison.analyses.items()},
        }
        path = directory / "comparison.json"
        text = json.dumps(plain(everything), indent=2, ensure_ascii=False, allow_nan=False)
        path.write_text(f"{text}\n", encoding="utf-8")
        return [path]
