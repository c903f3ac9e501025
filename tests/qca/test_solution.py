"""What a solution tells of itself: counterfactuals, the chart."""

import pickle

import pandas as pd
import pytest

from equifinal import InputError
from equifinal_qca import minimize, truth_table


def crisp(rows, columns="ABCY"):
    frame = pd.DataFrame([[int(each) for each in row] for row in rows], columns=list(columns))
    return frame.set_axis([f"c{number}" for number in range(len(frame))])


def terms(solution):
    return [model.terms for model in solution.models]


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
