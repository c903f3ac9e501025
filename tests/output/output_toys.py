"""A study and methods whose every text tries to break out of its format."""

import csv
import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import equifinal as eq

CASES = [
    "<b>bold</b>",
    "=cmd()",
    "a|b",
    "+plus",
    "-5 steps",
    "@home",
    "\ttab",
    "`tick` *star* _low_",
    "line\nbreak",
    "Å 漢",
]


ANSWERS = ("supported", "contradicted", "inconclusive", "silent")


NASTY = "<script>alert('x')</script> | `code` & [link](http://example.org/x) =1+1"


class Tenth(eq.Calibrator):
    """A tenth of the score."""

    name = "tenth"

    def calibrate(self, raw: pd.Series) -> pd.Series:
        return (raw / 10).clip(0, 1)


class Averaging(eq.Method):
    """The outcome is the mean of the conditions <i>."""

    name = "averaging"
    reference = "Nobody (2000). <em>On means</em>, https://example.org/means."
    sufficient_paths = True
    shift: int = 0

    def analyze(self, calibrated: eq.CalibratedStudy, rng: np.random.Generator) -> eq.Analysis:
        names = list(calibrated.condition_names)
        conditions = pd.DataFrame(
            {"role": "none", "direction": -1, "evidence": NASTY, "weight": [-0.5, np.nan][: len(names)]}, index=names
        )
        configurations = pd.DataFrame(
            {
                "expression": ["A*~B", None],
                "cases": [list(calibrated.cases), []],
                "consistency": [0.1 + 0.2, np.nan],
                "coverage": [1 / 3, 1.0],
            },
            index=["A*~B", "<u>rest</u>"],
        )
        cases = pd.DataFrame(
            {"group": "A*~B", "predicted": calibrated.fuzzy[names].mean(axis=1)}, index=calibrated.cases
        )
        tables = {
            "a/b": pd.DataFrame({"value": [np.inf, -1e-7]}),
            "A/B": pd.DataFrame({"x|y": ["=2+2", "-3"]}, index=[5, 6]),
        }
        return eq.Analysis(
            self, conditions, configurations, cases, {"r2": 2 / 3, "n": len(calibrated.cases)}, tables, [NASTY]
        )

    def predict(self, analysis: eq.Analysis, calibrated: eq.CalibratedStudy) -> pd.Series:
        return calibrated.fuzzy[list(calibrated.condition_names)].mean(axis=1)

    def assess(self, analysis: eq.Analysis, proposition: eq.Proposition, calibrated: eq.CalibratedStudy) -> eq.Verdict:
        return eq.Verdict(ANSWERS[(int(proposition.id[1:]) + self.shift) % 4], evidence=f"{proposition.id} {NASTY}")

    def advise(self, analysis: eq.Analysis, calibrated: eq.CalibratedStudy) -> pd.Series:
        outcome = calibrated.fuzzy[calibrated.outcome.name]
        return pd.Series(f"Try {NASTY}", index=calibrated.cases[outcome < 0.5])


class Failing(eq.Method):
    """It never works."""

    name = "failing"

    def analyze(self, calibrated: eq.CalibratedStudy, rng: np.random.Generator) -> eq.Analysis:
        raise RuntimeError(f"no luck {NASTY}")


def compared(propositions: int = 4, methods: dict[str, eq.Method] | None = None, **study: Any) -> eq.Comparison:
    rng = np.random.default_rng(1)
    data = pd.DataFrame(rng.uniform(0, 10, (len(CASES), 3)), columns=["a", "b", "y"], index=CASES)
    data["y"] = [1.0, 9.0, 2.0, 8.0, 3.0, 7.0, 4.0, 6.0, 4.5, 5.5]
    given: dict[str, Any] = {
        "name": "=study",
        "title": f"Title {NASTY}",
        "provenance": "simulated",
        "note": f"Note {NASTY}",
        "description": "# no heading",
        "source": NASTY,
    }
    made = eq.Study(
        **(given | study),
        data=data,
        outcome=eq.Variable("Y", "y", label=f"Outcome {NASTY}", calibrate=Tenth()),
        conditions=[
            eq.Variable("A", "a", label="<a href='http://example.org'>A</a>", calibrate=Tenth()),
            eq.Variable("B", "b", calibrate=Tenth()),
        ],
        propositions=[
            {"id": f"P{number}", "text": f"Claim {number} {NASTY}", "claim": "necessary", "expression": "A"}
            for number in range(propositions)
        ],
    )
    labels = {"first": Averaging(), "<i>second</i>": Averaging(shift=1), "=third|": Failing()}
    return eq.compare(eq.run(made, methods=labels if methods is None else methods), evidence=False)


def written(output: eq.Output, comparison: eq.Comparison, folder: Path) -> list[Path]:
    paths = output.write(comparison, folder)
    assert sorted(paths) == sorted(path for path in folder.rglob("*") if path.is_file())
    return paths


def strict(text: str) -> Any:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    return json.loads(text, parse_constant=refuse)


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


class Page(HTMLParser):
    """What is on a page: tags with attributes, and the text of table cells."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.tables: list[dict[str, Any]] = []
        self.text = ""
        self._open: list[str] = []
        self._cell: list[str] | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "table":
            self.tables.append({"attributes": dict(attrs), "captions": [], "rows": [], "cells": []})
        elif tag == "tr":
            self.tables[-1]["rows"].append([])
        elif tag in ("td", "th", "caption"):
            self._cell = []
            if tag != "caption":
                self.tables[-1]["cells"].append((tag, dict(attrs)))
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "caption") and self._cell is not None:
            text, self._cell = " ".join("".join(self._cell).split()), None
            if tag == "caption":
                self.tables[-1]["captions"].append(text)
            else:
                self.tables[-1]["rows"][-1].append(text)

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in ("style", "script"):
            return
        self.text += data
        if self._cell is not None:
            self._cell.append(data)

    def names(self) -> set[str]:
        return {tag for tag, _ in self.tags}

    def table(self, caption: str) -> dict[str, Any]:
        return next(table for table in self.tables if table["captions"] == [caption])


def squeezed(text: str) -> str:
    return " ".join(text.split())
