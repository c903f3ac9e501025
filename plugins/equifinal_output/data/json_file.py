"""The format ``json``: everything in one file, for other programs."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

import equifinal as eq
from equifinal.plain import flattened, plain

#: Facets that say what the analyses say.
_REPEATED = ("configurations", "paths_chart")


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
        everything: dict[str, Any] = {"manifest": comparison.manifest, "banner": comparison.banner}
        everything |= {
            name: _data(facet, facet.content) for name, facet in comparison.facets.items() if name not in _REPEATED
        }
        if isinstance(advice := everything.get("advice"), pd.DataFrame):
            everything["advice"] = advice.drop(columns=[each for each in comparison.analyses if each in advice])
        path = directory / "comparison.json"
        path.write_text(f"{_text(plain(everything))}\n", encoding="utf-8")
        return [path]

    def write_trial(self, trial: eq.Trial, directory: Path) -> list[Path]:
        """Write ``trial.json``; see :meth:`equifinal.Output.write_trial`."""
        everything = {
            "about": trial.store.about,
            "summary": trial.summary(),
            "data_sets": trial.data_sets,
            **trial.tables,
        }
        path = directory / "trial.json"
        path.write_text(f"{_text(plain(everything))}\n", encoding="utf-8")
        return [path]


def _data(facet: Any, content: Any) -> Any:
    """What a facet gave, with headings in one level; a figure by its title and what it is about."""
    if isinstance(content, pd.DataFrame):
        return content.set_axis(flattened(content.columns), axis="columns")
    if isinstance(content, Mapping):
        return {name: _data(facet, each) for name, each in content.items()}
    return {"figure": facet.title, "about": facet.about} if callable(content) else content


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
