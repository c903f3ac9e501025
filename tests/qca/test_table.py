"""Edge cases and refusals of truth tables."""

import numpy as np
import pandas as pd
import pytest

from equifinal import InputError
from equifinal_qca import truth_table


def crisp(rows, columns="ABCY"):
    frame = pd.DataFrame([[int(each) for each in row] for row in rows], columns=list(columns))
    return frame.set_axis([f"c{number}" for number in range(len(frame))])


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


def test_a_consistency_computed_just_below_the_cutoff_passes():
    frame = pd.DataFrame({"A": [0.1] * 7 + [0.6], "Y": [0.1] * 7 + [0.6]})
    frame.loc[7, "Y"] = 0.6 * 0.8 - 0.7 * 0.2  # consistency of A = 0.8 up to rounding
    x, y = frame["A"], frame["Y"]
    assert truth_table(frame, "Y", consistency_cutoff=0.8).rows.loc[2, "out"] == "1"
    cutoff = float(np.minimum(x, y).sum() / x.sum()) + 1e-6
    assert truth_table(frame, "Y", consistency_cutoff=cutoff).rows.loc[2, "out"] == "0"


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
