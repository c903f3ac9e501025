"""Simplifying assumptions, contradictory and untenable ones, and expected conjunctions, against enumeration of all rows."""

import re
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equifinal import Expression, InputError
from equifinal_qca import (
    contradicting_necessity,
    contradictory_assumptions,
    minimize,
    minimize_mv,
    robustness_to,
    truth_table,
    truth_table_mv,
)

NAMES = "ABCD"
ROWS = list(product([0, 1], repeat=4))
CORNERS = pd.DataFrame(ROWS, columns=list(NAMES), dtype=float)


def table_of(outputs):
    """A table with one crisp case in each row that has an output."""
    observed = [(*row, int(output)) for row, output in zip(ROWS, outputs, strict=True) if output != "?"]
    frame = pd.DataFrame(observed, columns=[*NAMES, "Y"], dtype=float)
    return truth_table(frame, "Y"), truth_table(frame, "~Y")


def rows_of(expression):
    return {row for row, inside in zip(ROWS, Expression(expression).membership(CORNERS), strict=True) if inside > 0.5}


def number(row):
    return 1 + int("".join(map(str, row)), 2)


def unobserved(outputs):
    return {row for row, output in zip(ROWS, outputs, strict=True) if output == "?"}


outputs_of_rows = st.lists(st.sampled_from("10???"), min_size=16, max_size=16).filter(
    lambda each: {"0", "1"} <= set(each)
)


# ---------------------------------------------------------------------------------------------------- assumptions


@settings(max_examples=60, deadline=None)
@given(outputs_of_rows)
def test_simplifying_assumptions_are_the_unobserved_rows_of_the_model(outputs):
    table, _ = table_of(outputs)
    for kind in ("conservative", "parsimonious", "intermediate"):
        for model in minimize(table, kind, {"A": 1, "B": 0}).models:
            found = model.simplifying_assumptions()
            expected = rows_of(model.expression) & unobserved(outputs)
            assert found.index.tolist() == sorted(number(row) for row in expected)
            assert all(rows_of(text) == {row for row in ROWS if number(row) == n} for n, text in found.items())
            assert kind != "conservative" or found.empty


@settings(max_examples=60, deadline=None)
@given(outputs_of_rows)
def test_contradictory_assumptions_are_assumed_on_both_sides(outputs):
    solutions = [minimize(table, "parsimonious") for table in table_of(outputs)]
    sides = [{row for model in each.models for row in rows_of(model.expression)} for each in solutions]
    expected = sides[0] & sides[1] & unobserved(outputs)
    found = contradictory_assumptions(*solutions)
    assert found.index.tolist() == sorted(number(row) for row in expected)
    one, other = (each.models[0] for each in solutions)
    found = contradictory_assumptions(one, other)
    assert set(found.index) == set(one.simplifying_assumptions().index) & set(other.simplifying_assumptions().index)


@settings(max_examples=40, deadline=None)
@given(outputs_of_rows)
def test_barring_contradictory_assumptions_comes_to_an_end(outputs):
    tables = table_of(outputs)
    barred = []
    for _ in range(17):
        solutions = [minimize(table, "parsimonious", exclude=barred) for table in tables]
        found = contradictory_assumptions(*solutions)
        if found.empty:
            break
        assert not set(found.index) & set(barred)
        barred += found.index.tolist()
    assert found.empty
    for solution in solutions:
        for model in solution.models:
            assert not set(model.simplifying_assumptions().index) & set(barred)


@settings(max_examples=60, deadline=None)
@given(outputs_of_rows, st.sampled_from(["A", "~B", "A + ~C", "A*B + D", "A + ~A"]))
def test_nothing_outside_of_a_necessary_set_is_assumed(outputs, necessary):
    table, _ = table_of(outputs)
    barred = contradicting_necessity(table, necessary)
    outside = unobserved(outputs) - rows_of(necessary)
    by_number = minimize(table, "parsimonious", exclude=[number(row) for row in outside])
    found = minimize(table, "parsimonious", exclude=barred)
    assert {model.terms for model in found.models} == {model.terms for model in by_number.models}
    for model in found.models:
        assert not rows_of(model.expression) & outside


def test_several_necessary_sets_and_wrong_ones():
    table, _ = table_of("1???????????0???")
    row = "~A*~B*~C*~D"  # a 1 row, which contradicts both and stays explained
    assert contradicting_necessity(table, ["A", "B + C", "~D"]) == [f"~(A)*~({row})", f"~(B + C)*~({row})", "~(~D)"]
    assert contradicting_necessity(table, []) == []
    with pytest.raises(InputError, match="'X'"):
        contradicting_necessity(table, "A + X")
    with pytest.raises(InputError, match="cannot be read"):
        contradicting_necessity(table, "A +")


def test_too_many_or_incomparable_assumptions_are_refused():
    wide = pd.DataFrame(np.eye(14)[:2], columns=[f"C{each}" for each in range(14)]).assign(Y=[1.0, 0.0])
    solutions = [minimize(truth_table(wide, outcome), "parsimonious") for outcome in ("Y", "~Y")]
    with pytest.raises(InputError, match="max_rows = 100"):
        contradictory_assumptions(*solutions, max_rows=100)
    with pytest.raises(InputError, match="max_rows = 100"):
        solutions[0].models[0].simplifying_assumptions(max_rows=100)
    other = minimize(table_of("1???????????0???")[0], "parsimonious")
    with pytest.raises(InputError, match="different conditions"):
        contradictory_assumptions(solutions[0], other)


# ------------------------------------------------------------------------------------------- expected conjunctions
# A conjunction is a dict such as {"A": 1, "B": 0}; all is done on single rows, as the definition says it.


def inside(row, literals):
    return all(row[NAMES.index(name)] == value for name, value in literals.items())


def literals_of(term):
    return {} if term == "1" else {each.removeprefix("~"): int(each[0] != "~") for each in term.split("*")}


def easy_rows(long_model, short_model, expected):
    """Rows reached from a row of a conservative term by bringing about what is expected, never leaving the parsimonious one."""
    easy = set()
    for long, short in product(map(literals_of, long_model), map(literals_of, short_model)):
        if not short.items() <= long.items():
            continue
        reached = {row for row in ROWS if inside(row, long)}
        while True:
            further = {
                tuple(literals.get(name, value) for name, value in zip(NAMES, row, strict=True))
                for row, literals in product(reached, expected)
            }
            further = {row for row in further if inside(row, short)} - reached
            if not further:
                break
            reached |= further
        easy |= reached
    return easy


def minimal_models(allowed, positive):
    cubes = [dict(zip(NAMES, each, strict=True)) for each in product([0, 1, None], repeat=4)]
    cubes = [{name: value for name, value in each.items() if value is not None} for each in cubes]
    cubes = [each for each in cubes if all(row in allowed for row in ROWS if inside(row, each))]
    primes = [each for each in cubes if not any(other.items() < each.items() for other in cubes)]
    frontier = [((), frozenset(positive))]
    while True:  # breadth first, on the first open row: all smallest covers
        done = {tuple(sorted(cover)) for cover, left in frontier if not left}
        if done:
            return done
        frontier = [
            ((*cover, text(each)), frozenset(row for row in left if not inside(row, each)))
            for cover, left in frontier
            for each in primes
            if inside(min(left), each)
        ]


def text(literals):
    return "*".join(name if literals[name] else f"~{name}" for name in NAMES if name in literals) or "1"


expectation = st.dictionaries(st.sampled_from(NAMES), st.integers(0, 1), min_size=1, max_size=3)


@settings(max_examples=120, deadline=None)
@given(outputs_of_rows, st.lists(expectation, max_size=3))
def test_intermediate_models_with_expected_conjunctions(outputs, expected):
    # The same condition expected present and absent would be two entries for one name.
    singles = {next(iter(each.items())) for each in expected if len(each) == 1}
    if len({name for name, _ in singles}) < len(singles):
        return
    table, _ = table_of(outputs)
    positive = {row for row, output in zip(ROWS, outputs, strict=True) if output == "1"}
    conservative, parsimonious = (minimize(table, kind) for kind in ("conservative", "parsimonious"))
    models = set()
    for long, short in product(conservative.models, parsimonious.models):
        allowed = positive | easy_rows(long.terms, short.terms, expected)
        models |= minimal_models(allowed, positive)
    found = minimize(table, "intermediate", {text(each): "present" for each in expected})
    assert {model.terms for model in found.models} == models
    for model in found.models:
        listed = found.counterfactuals(model)
        for pair in model.pairs:
            of_pair = listed[
                (listed["conservative"] == pair.conservative.expression)
                & (listed["parsimonious"] == pair.parsimonious.expression)
            ]
            easy = easy_rows(pair.conservative.terms, pair.parsimonious.terms, expected) & unobserved(outputs)
            assert set(of_pair.loc[of_pair["kind"] == "easy", "row"]) == {number(row) for row in easy}


def test_an_expected_conjunction_worked_by_hand():
    # ~A*~B*C is positive, ~A*~B*~C negative, the rest unobserved. C alone is the parsimonious solution.
    frame = pd.DataFrame({"A": [0, 0], "B": [0, 0], "C": [1, 0], "Y": [1, 0]})
    table = truth_table(frame, "Y")

    def solved(expectations):
        return [model.expression for model in minimize(table, "intermediate", expectations).models]

    assert solved({}) == ["~A*~B*C"]
    assert solved({"A": "present"}) == ["~B*C"]
    assert solved({"A": "present", "B": "present"}) == ["C"]
    # Together they help, but not either alone: A*B*C is easy, A*~B*C and ~A*B*C are not. It shares no term with ~A*~B*C.
    assert solved({"A*B": "present"}) == ["~A*~B*C"]
    counterfactuals = minimize(table, "intermediate", {"A*B": "present"}).counterfactuals()
    assert counterfactuals.set_index("configuration")["kind"].to_dict() == {
        "~A*B*C": "difficult",
        "A*~B*C": "difficult",
        "A*B*C": "easy",
    }
    # With A expected for itself as well: ~A*~B*C, A*~B*C, A*B*C are allowed.
    assert solved({"A*B": "present", "A": "present"}) == ["~B*C"]
    # A conjunction with one condition that holds already: from ~A*~B*C to A*~B*C.
    assert solved({"A*~B": "present"}) == ["~B*C"]
    # What the parsimonious term rules out cannot be brought about.
    assert solved({"A*~C": "present"}) == ["~A*~B*C"]


def test_one_literal_may_be_written_either_way():
    table, _ = table_of("1?0???????????0?")
    for one, other in (({"~A": "present"}, {"A": "absent"}), ({"~A": 0}, {"A": 1})):
        first, second = (minimize(table, "intermediate", each) for each in (one, other))
        assert [model.terms for model in first.models] == [model.terms for model in second.models]


@pytest.mark.parametrize(
    ("expectations", "message"),
    [
        ({"X": 1}, "names no condition"),
        ({"A*X": 1}, "names no condition"),
        ({"A + B": 1}, "nor a conjunction"),
        ({"A*B": 0}, "in several ways"),
        ({"A*B": 2}, "is unknown"),
    ],
)
def test_expectations_that_are_refused(expectations, message):
    table, _ = table_of("1?0???????????0?")
    with pytest.raises(InputError, match=message):
        minimize(table, "intermediate", expectations)


# --------------------------------------------------------------------------------------------------- multi-value


@pytest.mark.parametrize("seed", range(8))
def test_assumptions_and_the_robust_core_of_multi_value_solutions(seed):
    rng = np.random.default_rng(seed)
    rows = list(product(range(3), range(2), range(3)))
    seen = pd.DataFrame([rows[each] for each in rng.permutation(len(rows))[:8]], columns=list("ABC"))
    seen["Y"] = rng.permutation([1, 1, 1, 1, 0, 0, 0, 0])
    values = {"A": 3, "B": 2, "C": 3}
    solutions = [minimize_mv(truth_table_mv(seen, each, values=values), "parsimonious") for each in ("Y", "~Y")]
    observed = {tuple(row) for row in seen[["A", "B", "C"]].to_numpy().tolist()}

    def covered(model):
        terms = [re.findall(r"(\w)\[(\d)\]", term) for term in model.terms]
        return {row for row in rows if any(all(row["ABC".index(a)] == int(v) for a, v in term) for term in terms)}

    numbers = {row: each for each, row in enumerate(rows, start=1)}
    for solution in solutions:
        for model in solution.models:
            expected = sorted(numbers[row] for row in covered(model) - observed)
            assert model.simplifying_assumptions().index.tolist() == expected
    one, other = ({row for model in each.models for row in covered(model)} for each in solutions)
    found = contradictory_assumptions(*solutions)
    assert found.index.tolist() == sorted(numbers[row] for row in (one & other) - observed)
    model = solutions[0].models[0]
    found = robustness_to(model, [solutions[1].models[0]])
    core = [re.findall(r"(\w)\[(\d)\]", term) for term in found.core.split(" + ")] if found.core != "0" else []
    shared = {row for row in rows if any(all(row["ABC".index(a)] == int(v) for a, v in term) for term in core)}
    assert shared == covered(model) & covered(solutions[1].models[0])
    assert all(len({name for name, _ in term}) == len(term) for term in core)


def test_the_rows_that_an_expression_describes_are_those_found_by_enumeration():
    frame = pd.DataFrame([(1, 0, 1, 1), (0, 1, 1, 0), (1, 1, 0, 1)], columns=["A", "B", "C", "Y"])
    table = truth_table(frame, "Y")
    complete = table.complete()
    for text in ("A*~B", "A + ~C", "~(A*B) + C", "A*~A"):
        inside = Expression(text).membership(complete[["A", "B", "C"]].astype(float)) > 0.5
        found = table.find_rows(text)
        assert found["out"].to_dict() == complete.loc[inside, "out"].to_dict()
        assert found["n"].to_dict() == complete.loc[inside, "n"].to_dict()
    with pytest.raises(InputError, match="max_rows = 3"):
        table.find_rows("A", max_rows=3)
    several = truth_table_mv(frame.assign(A=[2, 0, 1]), "Y")
    complete = several.complete()
    assert several.find_rows("A[2] + ~B").index.tolist() == complete.query("A == 2 or B == 0").index.tolist()


def test_expectations_as_a_list():
    table = truth_table(pd.DataFrame([(1, 1, 1, 1), (0, 0, 0, 0)], columns=["A", "B", "C", "Y"]), "Y")
    for listed, told in ((["A", "~B"], {"A": 1, "B": 0}), (["A*C"], {"A*C": "present"})):
        models = [[model.terms for model in minimize(table, "intermediate", each).models] for each in (listed, told)]
        assert models[0] == models[1]
    with pytest.raises(InputError, match="is a single text"):
        minimize(table, "intermediate", "A")


def test_cases_against_a_necessity_are_still_explained():
    frame = pd.DataFrame({"A": [1, 0, 0], "B": [1, 1, 0], "Y": [1, 1, 0]}, index=list("uvw"))
    table = truth_table(frame, "Y")
    barred = contradicting_necessity(table, "A")  # v has the outcome without A
    solution = minimize(table, "parsimonious", exclude=barred)
    assert barred == ["~(A)*~(~A*B)"]
    assert [model.terms for model in solution.models] == [("B",)]
    assert not any("Excluded" in note for note in solution.notes)
