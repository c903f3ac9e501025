"""All conditions and solutions against figures of the R package cna 4.0.0 (reference/README.md)."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from equifinal_cna import coincidences

FILES = sorted((Path(__file__).parent / "reference").glob("*.json"))


def literal(text, kind):
    if kind == "mv":
        return re.sub(r"(\w+)=(\d+)", r"\1[\2]", text)
    return text if text.isupper() else f"~{text.upper()}"


def formula(text, kind):
    """A disjunction, whatever the order of its parts."""
    return frozenset(frozenset(literal(part, kind) for part in path.split("*")) for path in re.split(r"\s*\+\s*", text))


def expected(rows, kind):
    return {
        (literal(row["outcome"], kind), formula(re.split("<->|->", row["condition"])[0], kind)): (
            pytest.approx(row["con"], abs=1e-8),
            pytest.approx(row["cov"], abs=1e-8),
            row["complexity"],
        )
        for row in rows
    }


def found(table, column):
    return {
        (row["outcome"], frozenset(frozenset(path.split("*")) for path in row[column].split(" + "))): (
            row["consistency"],
            row["coverage"],
            row["complexity"],
        )
        for _, row in table.iterrows()
    }


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_all_conditions_and_solutions_are_those_of_cna(file):
    told = json.loads(file.read_text())
    kind, given = told["type"], told["arguments"] or {}
    frame = pd.DataFrame(told["cases"]).set_index("case")
    outcomes = [literal(given["outcome"], kind)] if "outcome" in given else None
    result = coincidences(
        frame,
        outcomes,
        given.get("con", 1.0),
        given.get("cov", 1.0),
        multivalue=list(frame.columns) if kind == "mv" else (),
        strict=given.get("strict", False),
    )
    assert result.finished
    assert found(result.sufficient, "condition") == expected(told["msc"], kind)
    assert found(result.atomic, "model") == expected(told["asf"], kind)
    if outcomes is None:
        assert {frozenset(each.strip("()") for each in text.split(")*(")) for text in result.complex.index} == {
            frozenset(_respelt(each) for each in re.findall(r"\(([^)]*)\)", row["condition"])) for row in told["csf"]
        }


def _respelt(atom):
    left, outcome = atom.split("<->")
    return f"{' + '.join(left.split('+'))} <-> {outcome}"


def test_there_are_reference_figures():
    assert len(FILES) == 6
