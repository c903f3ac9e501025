"""Contradictions that terms may match: R's result on Lipset's data, and every set of terms on small tables."""

from itertools import combinations, product
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from equifinal_qca import minimize, minimize_mv, truth_table, truth_table_mv

PUBLISHED = Path(__file__).parent / "published"
YES = {"Developed", "High urbanization", "High literacy", "Industrialized", "Stable", "Survival"}
ROWS = list(product((0, 1), repeat=3))
TERMS = list(product((0, 1, None), repeat=3))
OUTPUTS = st.lists(st.sampled_from("10C?"), min_size=8, max_size=8)


def table_with(outputs):
    """A table of three conditions with these outputs of rows 1 to 8."""
    frame = pd.DataFrame([(*row, 1) for row in ROWS], columns=list("ABCY"))
    return truth_table(frame, "Y").with_output(dict(enumerate(outputs)))


def matched(term):
    return {
        number for number, row in enumerate(ROWS) if all(t is None or t == r for t, r in zip(term, row, strict=True))
    }


def smallest_models(outputs, allowed):
    """The smallest sets of prime implicants that match every 1 row and no row outside the allowed ones."""
    ones = {number for number, output in enumerate(outputs) if output == "1"}
    inside = [matched(term) for term in TERMS if matched(term) <= allowed]
    primes = [rows for rows in inside if not any(rows < other for other in inside)]
    for size in range(1, 5):
        found = {frozenset(map(frozenset, each)) for each in combinations(primes, size) if ones <= set().union(*each)}
        if found:
            return found
    raise AssertionError


def of(solution):
    return {
        frozenset(frozenset(row for row in range(8) if cube.matches(row)) for cube in model.cubes)
        for model in solution.models
    }


def test_as_r_prints_it_for_lipset():
    """Row 24 is a contradiction at the cutoffs 0.6 and 0.8; both terms match it."""
    scores = pd.read_csv(PUBLISHED / "LF.csv", index_col=0, dtype=str)  # 0 and 1 are written as labels
    fuzzy = scores.map(lambda score: float(score) if score[0].isdigit() else float(score in YES))
    table = truth_table(fuzzy, "SURV", consistency_cutoff=(0.6, 0.8))
    solution = minimize(table, include="C")
    assert [model.expression for model in solution.models] == ["DEV*LIT*IND*STB + DEV*~URB*LIT*STB"]
    assert any("row 24 (DEV*~URB*LIT*IND*STB)" in note for note in solution.notes)
    closed = minimize(table)
    assert [model.expression for model in closed.models] == ["DEV*URB*LIT*IND*STB + DEV*~URB*LIT*~IND*STB"]
    barred = minimize(table, include="C", exclude=[24])
    assert [model.expression for model in barred.models] == [model.expression for model in closed.models]


@given(OUTPUTS)
def test_all_sets_of_terms_on_small_tables(outputs):
    assume("1" in outputs)
    table = table_with(outputs)
    conservative = {number for number, output in enumerate(outputs) if output in "1C"}
    parsimonious = {number for number, output in enumerate(outputs) if output in "1C?"}
    assert of(minimize(table, "conservative", include="C")) == smallest_models(outputs, conservative)
    assert of(minimize(table, "parsimonious", include="C")) == smallest_models(outputs, parsimonious)


@given(OUTPUTS, st.sampled_from([(), ("A",), ("A", "~B")]))
def test_the_intermediate_solution_lies_between_the_two(outputs, expected):
    assume("1" in outputs)
    table = table_with(outputs)
    solution = minimize(table, "intermediate", list(expected), include="C")
    free = {number for number, output in enumerate(outputs) if output in "1C"}
    allowed = {number for number, output in enumerate(outputs) if output in "1C?"}
    assert solution.models
    for model in of(solution):
        rows = set().union(*model)
        assert {number for number, output in enumerate(outputs) if output == "1"} <= rows <= allowed
    if not expected:
        assert of(solution) == smallest_models(outputs, free)  # nothing is expected, so no remainder is easy


@given(OUTPUTS, st.sampled_from(["conservative", "parsimonious"]))
def test_of_values_as_of_sets(outputs, kind):
    assume("1" in outputs)
    frame = pd.DataFrame([(*row, 1) for row in ROWS], columns=list("ABCY"))
    values = truth_table_mv(frame, "Y")
    values = values.with_output(dict(zip(values.corners.tolist(), outputs, strict=True)))
    sets = table_with(outputs)

    def sizes(solution):
        return sorted((len(model.terms), model.literals) for model in solution.models)

    assert sizes(minimize_mv(values, kind, include="C")) == sizes(minimize(sets, kind, include="C"))


@pytest.mark.parametrize("kind", ["conservative", "parsimonious", "intermediate"])
def test_without_a_positive_row_the_solution_is_empty(kind):
    assert minimize(table_with("CC??0000"), kind, include="C").models == []
