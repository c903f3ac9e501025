"""Truth tables and solutions as they show themselves in a terminal."""

import pandas as pd
import pytest

from equifinal_qca import minimize, truth_table, truth_table_mv


@pytest.fixture
def frame():
    return pd.DataFrame(
        {
            "A": [0.9, 0.8, 0.7, 0.2, 0.1, 0.3],
            "B": [0.8, 0.3, 0.9, 0.7, 0.2, 0.4],
            "C": [0.2, 0.9, 0.6, 0.8, 0.3, 0.1],
            "Y": [0.9, 0.9, 0.8, 0.3, 0.2, 0.1],
        },
        index=["u", "v", "w", "x", "y", "z"],
    )


def test_a_truth_table(frame):
    assert str(truth_table(frame, "Y", pri_cutoff=0.5)) == (
        "Truth table for Y: 5 of 8 configurations observed, 6 cases\n"
        "Cutoffs: consistency 0.8, PRI 0.5, frequency 1\n"
        "\n"
        "   A  B  C out  n consistency    pri  cases\n"
        "1  0  0  0   0  2       0.444  0.000  y, z\n"
        "4  0  1  1   0  1       0.750  0.333  x\n"
        "6  1  0  1   1  1       1.000  1.000  v\n"
        "7  1  1  0   1  1       0.895  0.818  u\n"
        "8  1  1  1   1  1       1.000  1.000  w"
    )


def test_a_table_of_a_negated_outcome_with_two_cutoffs_and_notes(frame):
    frame.loc["u", "A"] = 0.5
    lines = str(truth_table(frame, "~Y", consistency_cutoff=(0.5, 0.8), frequency_cutoff=2)).split("\n")
    assert lines[0] == "Truth table for ~Y: 4 of 8 configurations observed, 6 cases"
    assert lines[1] == "Cutoffs: consistency 0.5 and 0.8, PRI 0, frequency 2"
    assert lines[-1].startswith("* At exactly 0.5 in a condition, so in no truth-table row: u.")


def test_a_long_table_is_cut_and_says_so():
    cases = [[*map(int, f"{number:07b}"), number % 2] for number in range(128)]
    text = str(truth_table(pd.DataFrame(cases, columns=[*"ABCDEFG", "Y"]), "Y"))
    assert text.endswith("... 112 more rows, see .rows")


def test_many_cases_of_a_row_are_counted():
    text = str(truth_table(pd.DataFrame({"A": [1] * 9, "Y": [1] * 9}, index=list("abcdefghi")), "Y"))
    assert "a, b, c, d, e and 4 more" in text


def test_a_solution_with_its_fit(frame):
    solution = minimize(truth_table(frame, "Y", pri_cutoff=0.5), "conservative")
    assert str(solution.best) == "A*B + A*C => Y"
    # A*B: .8 .3 .7 .2 .1 .3, sum 2.4, within Y 2.2, within Y and ~Y .8: PRI 1.4 / 1.6. A*C: .2 .8 .6 .2 .1 .1, all
    # within Y, sum 2.0. Together .8 .8 .7 .2 .1 .3: 2.9, within Y 2.7, both .8: PRI 1.9 / 2.1. Y sums to 3.2.
    assert str(solution) == (
        "Conservative solution for Y\n"
        "\n"
        "M1: A*B + A*C => Y\n"
        "\n"
        "    consistency    pri raw_coverage unique_coverage  cases\n"
        "A*B       0.917  0.875        0.688           0.219  u, w\n"
        "A*C       1.000  1.000        0.625           0.156  v, w\n"
        "M1        0.931  0.905        0.844"
    )


def test_several_models_an_empty_solution_and_values(frame):
    ring = pd.DataFrame(
        [
            (0, 0, 1, 1),
            (0, 1, 0, 1),
            (0, 1, 1, 1),
            (1, 0, 0, 1),
            (1, 0, 1, 1),
            (1, 1, 0, 1),
            (0, 0, 0, 0),
            (1, 1, 1, 0),
        ],
        columns=["A", "B", "C", "Y"],
    )
    text = str(minimize(truth_table(ring, "Y")))
    assert "M1: A*~B + B*~C + ~A*C => Y\nM2: A*~C + ~A*B + ~B*C => Y\n" in text
    assert "Parameters of fit of M1, first by consistency" in text
    assert str(minimize(truth_table(ring.assign(Y=0), "Y"))) == (
        "Conservative solution for Y\n\n* No row of the truth table passes the cutoffs for Y: the solution is empty."
    )
    values = truth_table_mv(pd.DataFrame({"A": [2, 1, 0, 0], "Y": [1, 1, 0, 0]}), "Y")
    assert "Truth table for Y: 3 of 3 configurations observed" in str(values)
    assert str(minimize(values, "conservative").best) == "A[1] + A[2] => Y"


def test_more_models_than_can_be_shown_are_counted():
    cases = [[*map(int, f"{number:04b}")] for number in (1, 2, 4, 8)]
    frame = pd.DataFrame([[*row, 1] for row in cases] + [[0, 0, 0, 0, 0]], columns=[*"ABCD", "Y"])
    solution = minimize(truth_table(frame, "Y"), "parsimonious", all_covers=True)
    shown = str(solution)
    assert ("more models, see .overview" in shown) == (len(solution.models) > 10)
    assert repr(solution) == shown
