"""Single sections of the report."""

import re

import numpy as np
import pandas as pd
from output_toys import Page

import equifinal as eq
from equifinal_output.tables import tables_of


def test_the_chart_has_each_path_with_its_core_conditions(heilongjiang: eq.Comparison, cities: Page) -> None:
    """Read back against the configurations' own columns: expression, core, consistency, coverage."""
    table = cities.table("Core and peripheral conditions of each path")
    _, head, *rows = table["rows"]
    signs = {"●core condition, present": (1, 1), "●peripheral condition, present": (1, 0)}
    signs |= {"⊗core condition, absent": (-1, 1), "⊗peripheral condition, absent": (-1, 0), "either": None}
    paths = [row for label in ("fsqca", "csqca") for _, row in heilongjiang.analyses[label].configurations.iterrows()]
    names = list(heilongjiang.calibrated.condition_names)
    assert len(paths) == len(head) > 2
    for number, path in enumerate(paths, 1):
        assert head[number - 1].endswith(f": {path['expression']}")
        literals, core = path["expression"].split("*"), path["core"].split("*")
        for name, row in zip(names, rows, strict=False):
            literal = next((each for each in literals if each.removeprefix("~") == name), None)
            expected = None if literal is None else (-1 if literal[0] == "~" else 1, int(literal in core))
            assert signs[row[number]] == expected
        figures = [float(row[number]) for row in rows[len(names) :]]
        wanted = [path["consistency"], path["pri"], path["coverage"], path["unique_coverage"], len(path["cases"])]
        np.testing.assert_allclose(figures, wanted, atol=0.0005000001)
    cores = {}
    for label in ("fsqca", "csqca"):
        configurations = heilongjiang.analyses[label].configurations
        for heading, core in zip(content_chart(heilongjiang)[label], configurations["core"], strict=True):
            cores.setdefault((label, re.match(r"\d+", heading)[0]), set()).add(core)
    assert all(len(found) == 1 for found in cores.values())  # a number in common: the same core


def content_chart(comparison: eq.Comparison) -> pd.DataFrame:
    return next(table.data for table in tables_of(comparison) if table.name == "paths_chart")


def test_a_method_that_tells_no_core_has_a_chart_without(comparison: eq.Comparison) -> None:
    chart = content_chart(comparison)
    assert list(chart["first"].columns) == ["1: A*~B"]
    assert chart["first", "1: A*~B"].tolist()[:2] == ["●", "⊗"]


def test_multi_values_are_named_in_the_chart() -> None:
    study = eq.load_study("heilongjiang")
    method = eq.methods()["mvqca"].cls(thresholds={"LEAD": (30, 60)})
    comparison = eq.compare(eq.run(study, {"mv": method}), evidence=False)
    chart = content_chart(comparison)["mv"]
    for (_, path), heading in zip(comparison.analyses["mv"].configurations.iterrows(), chart, strict=True):
        literals = dict(literal.rstrip("]").split("[") for literal in path["expression"].split("*"))
        marks = [mark.split()[1] if mark else None for mark in chart[heading][: len(study.conditions)]]
        assert marks == [literals.get(name) for name in (each.name for each in study.conditions)]
