"""Edge cases and refusals of the engine."""

import pickle

import numpy as np
import pandas as pd
import pytest

from equifinal import InputError
from equifinal_qca import minimize, necessity, truth_table


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


def test_a_case_at_half_in_a_condition_is_in_no_row_but_counts_in_the_sums():
    frame = pd.DataFrame({"A": [0.9, 0.5, 0.2], "Y": [0.9, 0.1, 0.3]}, index=["u", "v", "w"])
    table = truth_table(frame, "Y")
    assert table.rows["n"].tolist() == [1, 1]
    assert table.rows["cases"].tolist() == [["w"], ["u"]]
    assert any("0.5 in a condition" in note and note.count("v") for note in table.notes)
    # A = 1: Σ min(x, y) = 0.9 + 0.1 + 0.2 over Σ x = 1.6
    assert table.rows.loc[2, "consistency"] == pytest.approx(1.2 / 1.6)


def test_a_case_at_half_in_the_outcome_is_reported():
    frame = pd.DataFrame({"A": [0.9, 0.2], "Y": [0.9, 0.5]}, index=["u", "lonely"])
    assert any("outcome" in note and "lonely" in note for note in truth_table(frame, "Y").notes)


def test_every_case_at_half_gives_no_rows():
    table = truth_table(pd.DataFrame({"A": [0.5, 0.5], "Y": [1.0, 0.0]}), "Y")
    assert len(table.rows) == 0
    assert minimize(table, "parsimonious").models == []


def test_a_consistency_computed_just_below_the_cutoff_passes():
    frame = pd.DataFrame({"A": [0.1] * 7 + [0.6], "Y": [0.1] * 7 + [0.6]})
    frame.loc[7, "Y"] = 0.6 * 0.8 - 0.7 * 0.2  # consistency of A = 0.8 up to rounding
    x, y = frame["A"], frame["Y"]
    assert truth_table(frame, "Y", consistency_cutoff=0.8).rows.loc[2, "out"] == "1"
    cutoff = float(np.minimum(x, y).sum() / x.sum()) + 1e-6
    assert truth_table(frame, "Y", consistency_cutoff=cutoff).rows.loc[2, "out"] == "0"


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


def test_complete_adds_the_unobserved_rows():
    table = truth_table(crisp(["111", "010"], "ABY"), "Y")
    complete = table.complete()
    assert complete.index.tolist() == [1, 2, 3, 4]
    assert complete["out"].tolist() == ["?", "0", "?", "1"]
    assert complete["n"].tolist() == [0, 1, 0, 1]
    assert np.isnan(complete.loc[1, "consistency"])
    assert complete.loc[[2, 4]].equals(table.rows)
    with pytest.raises(InputError, match="max_rows = 3"):
        table.complete(max_rows=3)


def test_negated_outcome_and_a_column_of_that_name():
    frame = pd.DataFrame({"A": [0.9, 0.2], "Y": [0.8, 0.3]})
    negated = truth_table(frame, "~Y")
    assert negated.outcome_membership.tolist() == pytest.approx([0.2, 0.7])
    literal = truth_table(frame.assign(**{"~Y": [0.6, 0.4]}), "~Y", ["A"])
    assert literal.outcome_membership.tolist() == [0.6, 0.4]
    assert negated.conditions == ("A",)


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


def test_easy_and_difficult_counterfactuals():
    # 1: A*B*C; 0: ~A*~B*~C. Parsimonious: A, B or C alone. Presence of A is expected.
    table = truth_table(crisp(["1111", "0000"]), "Y")
    solution = minimize(table, "intermediate", {"A": "present", "B": "absent"})
    assert set(terms(solution.parsimonious)) == {("A",), ("B",), ("C",)}
    counterfactuals = solution.counterfactuals()
    for model in solution.models:
        mine = counterfactuals[counterfactuals["model"] == model.expression]
        for pair in model.pairs:
            rows = mine[mine["parsimonious"] == pair.parsimonious.expression]
            assert len(rows) == 3  # of the four configurations with the parsimonious literal, one is observed
    # Q = A: expecting B absent drops B from A*B*C, so A*~B*C is easy; A*B*~C and A*~B*~C are difficult.
    with_a = counterfactuals[counterfactuals["parsimonious"] == "A"]
    assert with_a.set_index("configuration")["kind"].to_dict() == {
        "A*~B*C": "easy",
        "A*B*~C": "difficult",
        "A*~B*~C": "difficult",
    }
    with pytest.raises(InputError, match="max_rows = 2"):
        solution.counterfactuals(max_rows=2)
    with pytest.raises(InputError, match="intermediate"):
        solution.parsimonious.counterfactuals()


def test_chart_and_pickling():
    solution = minimize(truth_table(crisp(["1111", "1101", "0000"]), "Y"), "conservative")
    assert solution.chart.to_dict() == {7: {"A*B": True}, 8: {"A*B": True}}
    again = pickle.loads(pickle.dumps(solution))
    assert again.models[0].fit.equals(solution.models[0].fit)


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


def test_memberships_in_configurations_equal_the_plain_minimum():
    rng = np.random.default_rng(3)
    for k in (1, 2, 5):
        frame = pd.DataFrame(rng.random((30, k + 1)).round(2), columns=[*"ABCDE"[:k], "Y"])
        complete = truth_table(frame, "Y").complete()
        for _, row in complete.iterrows():
            literals = [frame[name] if row[name] else 1 - frame[name] for name in "ABCDE"[:k]]
            x = np.minimum.reduce(literals)
            assert row["consistency"] == pytest.approx(np.minimum(x, frame["Y"]).sum() / x.sum())


@pytest.mark.parametrize(
    ("change", "arguments", "message"),
    [
        ({"A": [0.2, np.nan, 0.4]}, {}, "'A' has missing values: v"),
        ({"A": [0.2, 1.2, 0.4]}, {}, "'A' has values outside 0 to 1: v"),
        ({"A": ["a", "b", "c"]}, {}, "'A' does not hold numbers"),
        ({"Y": [0.2, np.nan, 0.4]}, {}, "'Y' has missing values: v"),
        ({}, {"outcome": "Z"}, "outcome 'Z' is not a column"),
        ({}, {"conditions": ["A", "C"]}, "'C' is not a column"),
        ({}, {"conditions": ["A", "A"]}, "'A' is named twice"),
        ({}, {"conditions": ["A", "Y"]}, "'Y' is the outcome and a condition"),
        ({}, {"conditions": ["A", "Y"], "outcome": "~Y"}, "'Y' is the outcome and a condition"),
        ({}, {"conditions": []}, "no condition"),
        ({}, {"conditions": "AB"}, "is a single text"),
        ({"gross product": [0.1, 0.2, 0.3]}, {}, "Rename the column"),
        ({}, {"consistency_cutoff": 1.2}, "consistency_cutoff"),
        ({}, {"consistency_cutoff": (0.5, 0.6, 0.7)}, "consistency_cutoff"),
        ({}, {"frequency_cutoff": 0}, "frequency_cutoff"),
        ({}, {"frequency_cutoff": 1.5}, "frequency_cutoff"),
        ({}, {"pri_cutoff": -0.1}, "pri_cutoff"),
    ],
)
def test_wrong_input_to_the_truth_table(change, arguments, message):
    frame = pd.DataFrame({"A": [0.2, 0.7, 0.4], "B": [0.2, 0.7, 0.4], "Y": [0.1, 0.8, 0.9]}, index=["u", "v", "w"])
    frame = frame.assign(**change)
    with pytest.raises(InputError, match=message):
        truth_table(frame, **({"outcome": "Y"} | arguments))


def test_repeated_cases_and_columns_are_refused():
    frame = pd.DataFrame({"A": [0.2, 0.7], "Y": [0.1, 0.8]}, index=["u", "u"])
    with pytest.raises(InputError, match="more than once: u"):
        truth_table(frame, "Y")
    twice = pd.DataFrame([[0.1, 0.2, 0.3]], columns=["A", "A", "Y"])
    with pytest.raises(InputError, match="Several columns"):
        truth_table(twice, "Y", ["A"])


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
    ],
)
def test_wrong_input_to_the_minimization(arguments, message):
    with pytest.raises(InputError, match=message):
        minimize(truth_table(crisp(["1111", "0000"]), "Y"), **arguments)


def test_necessity_of_expressions_and_refusals():
    frame = pd.DataFrame({"A": [0.9, 0.3], "B": [0.1, 0.6], "Y": [0.8, 0.5]})
    found = necessity(frame, "Y", ["A + B", "A*~B"])
    assert found.loc["A + B", "consistency"] == pytest.approx((0.8 + 0.5) / 1.3)
    assert found.loc["A*~B", "coverage"] == pytest.approx((0.8 + 0.3) / (0.9 + 0.3))
    assert necessity(frame, "~Y", ["~A"]).loc["~A", "consistency"] == pytest.approx((0.1 + 0.5) / 0.7)
    assert np.isnan(necessity(frame.assign(Y=0.0), "Y").loc["A", "consistency"])
    with pytest.raises(InputError, match="names the set 'C'"):
        necessity(frame, "Y", ["C"])
    with pytest.raises(InputError, match="is a single text"):
        necessity(frame, "Y", "A")
