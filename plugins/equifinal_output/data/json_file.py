"""The format ``json``: everything in one file, for other programs."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

import equifinal as eq
from equifinal.plain import flattened, plain

__all__ = ["JsonFile"]


class JsonFile(eq.Output):
    """Everything that was found, as strict JSON.

    Tables are lists with one object per row, each on a line of its own, whose first entries are the row's labels. Missing and
    infinite values are null. What methods say about a case, which ``Comparison.advice`` repeats for every path of the case,
    appears once, in ``advice_by_method``: with thousands of cases it would otherwise be most of the file.
    """

    name = "json"
    by_default = True

    def write(self, comparison: eq.Comparison, directory: Path) -> list[Path]:
        """Write ``comparison.json``; see :meth:`equifinal.Output.write`."""
        everything = {
            "manifest": comparison.manifest,
            "banner": comparison.banner,
            "study": _study(comparison),
            "summary": comparison.summary,
            "propositions": comparison.propositions,
            "verdicts": comparison.verdicts,
            "verdict_evidence": comparison.verdict_evidence,
            "conditions": _flat(comparison.conditions),
            "cases": _flat(comparison.cases),
            "fit": comparison.fit,
            "differences": comparison.differences,
            "permutations": comparison.permutations,
            "agreement": comparison.agreement,
            "agreement_intervals": comparison.agreement_intervals,
            "advice": comparison.advice.drop(columns=_advising(comparison)),
            "advice_by_method": comparison.advice.groupby("case", sort=False)[_advising(comparison)].first(),
            "disagreements": _flat(comparison.disagreements),
            "contrarian": _members(comparison.contrarian, "groups", "association", "against", "tables", "notes"),
            "by_time": _by_time(comparison),
            "asymmetry": _asymmetry(comparison),
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
    """JSON with one line for each entry of a mapping and each row of a table."""
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


def _members(found: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(found, name) for name in names}


def _flat(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.set_axis(flattened(frame.columns), axis="columns")


def _study(comparison: eq.Comparison) -> dict[str, Any]:
    study, calibrated = comparison.study, comparison.calibrated
    texts = ("name", "title", "description", "provenance", "note", "source", "licence", "citation")
    return {
        **_members(study, *texts),
        "sets": study.describe(),
        "raw": calibrated.raw.rename_axis("case"),
        "memberships": calibrated.fuzzy.rename_axis("case"),
    }


def _by_time(comparison: eq.Comparison) -> dict[str, Any] | None:
    if comparison.calibrated.time is None:
        return None
    return _members(comparison.by_time, "paths", "holding", "within", "fit", "propositions", "groups", "notes")


def _asymmetry(comparison: eq.Comparison) -> dict[str, Any] | None:
    if not comparison.with_asymmetry:
        return None
    found = comparison.asymmetry
    return {"conditions": _flat(found.conditions), **_members(found, "paths", "methods", "notes")}
