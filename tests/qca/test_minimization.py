"""Edge cases and refusals of the minimization."""

import numpy as np
import pandas as pd
import pytest

from equifinal import InputError
from equifinal_qca import minimize, truth_table


def crisp(rows, columns="ABCY"):
    frame = pd.DataFrame([[int(each) for each in row] for row in rows], columns=list(columns))
    return frame.set_axis([f"c{number}" for number in range(len(frame))])


def terms(solution):
    return [model.terms for model in solution.models]


@pytest.mark.parametrize("kind", ["conservative", "parsimonious", "intermediate"])
def test_no_positive_row_gives_an_empty_solution_and_a_note(kind):
    solution = minimize(truth_table(crisp(["0000", "1110"]), "Y"), kind)
    assert solution.models == []
    assert solution.prime_implicants == ()
    assert solution.chart.shape == (0, 0)
    assert any("solution is empty" in note for note in solution.notes)


def test_no_negative_row_gives_the_constant_1_and_a_note():
    table = truth_table(crisp(["0001", "1111"]), "Y")
    solution = minimize(table, "parsimonious")
    assert terms(solution) == [("1",)]
    assert any("constant 1" in note for note in solution.notes)
    model = solution.models[0]
    assert model.overall == {"consistency": 1.0, "pri": 1.0, "coverage": 1.0}
    assert model.fit.loc["1", "cases"] == ["c0", "c1"]
    assert terms(minimize(table, "conservative")) == [("A*B*C", "~A*~B*~C")]


def test_every_configuration_positive_is_the_constant_1_without_any_remainder():
    assert terms(minimize(truth_table(crisp(["011", "111"], "ABY"), "Y", ["A"]), "conservative")) == [("1",)]


def test_every_case_at_half_gives_no_rows():
    table = truth_table(pd.DataFrame({"A": [0.5, 0.5], "Y": [1.0, 0.0]}), "Y")
    assert len(table.rows) == 0
    assert minimize(table, "parsimonious").models == []


def test_two_cutoffs_make_contradictions_that_are_neither_explained_nor_assumed():
    rows = ["111", "111", "101", "100", "010", "010"]  # AB: 1, A~B: half, ~AB: 0; ~A~B unobserved
    table = truth_table(crisp(rows, "ABY"), "Y", consistency_cutoff=(0.3, 0.8))
    assert table.rows.set_index(["A", "B"])["out"].to_dict() == {(0, 1): "0", (1, 0): "C", (1, 1): "1"}
    assert terms(minimize(table, "parsimonious")) == [("A*B",)]
    assert terms(minimize(truth_table(crisp(rows, "ABY"), "Y", consistency_cutoff=0.4), "parsimonious")) == [("A",)]


def test_rows_below_the_frequency_cutoff_are_remainders():
    rows = ["111", "111", "010", "010", "100"]
    table = truth_table(crisp(rows, "ABY"), "Y", frequency_cutoff=2)
    assert table.rows["out"].tolist() == ["0", "?", "1"]
    assert terms(minimize(table, "parsimonious")) == [("A",)]
    assert terms(minimize(table, "conservative")) == [("A*B",)]


def test_all_irredundant_models_include_the_smallest_ones():
    rows = ["0001", "0011", "0111", "1111", "1101", "1001", "0100", "1010"]
    table = truth_table(crisp(rows), "Y")
    smallest, every = minimize(table), minimize(table, all_covers=True)
    assert set(terms(smallest)) < set(terms(every))
    assert {len(each) for each in terms(every)} == {3, 4}
    literals = [model.literals for model in every.models]
    assert literals == sorted(literals)


def test_max_models_truncates_to_the_same_models_every_time():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(rng.integers(0, 2, (12, 7)).astype(float), columns=list("ABCDEFY"))
    table = truth_table(frame, "Y", consistency_cutoff=1.0)
    everything = minimize(table, "parsimonious")
    assert len(everything.models) > 3
    assert not everything.truncated
    some = minimize(table, "parsimonious", max_models=3)
    assert some.truncated
    assert len(some.models) == 3
    assert set(terms(some)) < set(terms(everything))
    assert terms(some) == terms(minimize(table, "parsimonious", max_models=3))
    assert not minimize(table, "parsimonious", max_models=len(everything.models)).truncated
    assert any("max_models = 3" in note for note in some.notes)


def test_63_conditions_and_no_more():
    rng = np.random.default_rng(0)
    names = [f"C{number}" for number in range(64)]
    frame = pd.DataFrame(rng.random((6, 64)), columns=names)
    frame["Y"] = [1, 1, 1, 0, 0, 0]
    table = truth_table(frame, "Y", names[:63])
    solution = minimize(table, "parsimonious", max_models=5)
    assert len(solution.models) == 5
    for model in solution.models:
        for case in table.row_of_case:
            covered = any((table.corners[case] & cube.care) == cube.bits for cube in model.cubes)
            assert covered == bool(table.output[case] == "1")
    with pytest.raises(InputError, match="64 conditions"):
        truth_table(frame, "Y", names)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"solution": "shortest"}, "Known: conservative, parsimonious, intermediate"),
        ({"expectations": {"Z": 1}}, "'Z' names no condition"),
        ({"expectations": {"A": 2}}, "2 for 'A' is unknown"),
        ({"exclude": ["A*Z"]}, "exclude: .*'Z'"),
        ({"exclude": [0]}, "no row 0"),
        ({"exclude": [9]}, "no row 9"),
        ({"max_models": 0}, "max_models"),
        ({"include": "?"}, "include = '\\?' is unknown. Give 'C'"),
    ],
)
def test_wrong_input_to_the_minimization(arguments, message):
    with pytest.raises(InputError, match=message):
        minimize(truth_table(crisp(["1111", "0000"]), "Y"), **arguments)


FOUR = pd.DataFrame({"A": [1, 1, 0, 0], "B": [1, 0, 1, 0], "Y": [1, 1, 1, 0]}, index=list("uvwx"))


@pytest.mark.parametrize("kind", ["conservative", "parsimonious", "intermediate"])
@pytest.mark.parametrize("exclude", [[2], ["~A*B"], "~A*B"], ids=str)
def test_an_observed_row_can_be_barred(kind, exclude):
    table = truth_table(FOUR, "Y")
    solution = minimize(table, kind, exclude=exclude)
    assert [model.terms for model in solution.models] == [("A",)]  # by hand: rows 3 and 4 are left, 1 and 2 are not
    assert solution.table.rows["out"].tolist() == ["0", "0", "1", "1"]
    assert any("Excluded although" in note and "row 2 (~A*B)" in note for note in solution.notes)
    assert table.rows["out"].tolist() == ["0", "1", "1", "1"]  # the given table stays


def test_barring_every_positive_row_leaves_an_empty_solution():
    solution = minimize(truth_table(FOUR, "Y"), "parsimonious", exclude=["A + B"])
    assert solution.models == []
    assert any("the solution is empty" in note for note in solution.notes)


def test_a_barred_remainder_or_zero_row_needs_no_note():
    table = truth_table(FOUR.drop(index="v"), "Y")  # row 3, A*~B, is a remainder
    solution = minimize(table, "parsimonious", exclude=[1, 3])
    assert [model.terms for model in solution.models] == [("B",)]
    assert not any("Excluded" in note for note in solution.notes)
