"""The format ``json``: everything in one file, for programs."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import equifinal as eq
from equifinal.plain import flattened, plain

__all__ = ["JsonFile"]


class JsonFile(eq.Output):
    """Everything that was found, as strict JSON.

    Tables are lists with one object per row, each on a line of its own, whose first entries are the row's labels. Missing and
    infinite values are null. What methods say to single cases, which ``Comparison.advice`` repeats for every path of a case,
    stands once in ``advice_by_method``: with thousands of cases it would be most of the file.
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
            "advice": comparison.advice.drop(columns=_advising(comparison)),
            "advice_by_method": comparison.advice.groupby("case", sort=False)[_advising(comparison)].first(),
            "disagreements": comparison.disagreements.set_axis(
                flattened(comparison.disagreements.columns), axis="columns"
            ),
            "contrarian": {
                "groups": comparison.contrarian.groups,
                "association": comparison.contrarian.association,
                "against": comparison.contrarian.against,
                "tables": comparison.contrarian.tables,
                "notes": comparison.contrarian.notes,
            },
            "by_time": None if comparison.study.time is None else _by_time(comparison.by_time),
            "asymmetry": _asymmetry(comparison.asymmetry) if comparison.with_asymmetry else None,
            "notes": comparison.notes.to_dict("records"),
            "failures": {label: asdict(failure) for label, failure in comparison.failures.items()},
            "analyses": {label: analysis.to_dict() for label, analysis in comparison.analyses.items()},
        }
        path = directory / "comparison.json"
        path.write_text(f"{_text(plain(everything))}\n", encoding="utf-8")
        return [path]


def _advising(comparison: eq.Comparison) -> list[str]:
    return [label for label in comparison.analyses if label in comparison.advice.columns]


def _text(value: Any, indent: str = "") -> str:
    """JSON with one entry of a mapping, and one row of a table, to a line."""
    deeper = f"{indent}  "
    if isinstance(value, dict) and value:
        lines = (f"{json.dumps(key, ensure_ascii=False)}: {_text(each, deeper)}" for key, each in value.items())
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        lines = (_compact(row) for row in value)
    else:
        return _compact(value)
    start, end = "{}" if isinstance(value, dict) else "[]"
    inside = f",\n{deeper}".join(lines)
    return f"{start}\n{deeper}{inside}\n{indent}{end}"


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _by_time(found: eq.ByTime) -> dict[str, Any]:
    return {
        "paths": found.paths,
        "holding": found.holding,
        "within": found.within,
        "fit": found.fit,
        "propositions": found.propositions,
        "groups": found.groups,
        "notes": found.notes,
    }


def _asymmetry(found: eq.Asymmetry) -> dict[str, Any]:
    return {
        "conditions": found.conditions.set_axis(flattened(found.conditions.columns), axis="columns"),
        "paths": found.paths,
        "methods": found.methods,
        "notes": found.notes,
    }
