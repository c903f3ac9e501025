"""The method ``decision-tree`` keeps what equifinal promises its users, and its numbers are right."""

import numpy as np
import pandas as pd
import pytest
from equifinal_decision_tree import DecisionTree

import equifinal as eq
from equifinal.testing import parametrize_with_checks


@parametrize_with_checks([DecisionTree, DecisionTree(max_depth=1, min_cases=1)])
def test_conformance(check):
    check()


def test_a_tree_worked_out_by_hand():
    # The outcome is there where A is high. Halfway between 2 and 8 lies 5; splitting by B would leave both halves mixed.
    data = pd.DataFrame({"A": [1, 2, 8, 9], "B": [1, 9, 2, 8], "y": [0, 1, 9, 8]}, index=list("abcd"))
    calibrate = {"method": "crisp", "threshold": 5}
    study = eq.Study(
        name="four",
        data=data,
        outcome=eq.Variable("Y", "y", calibrate=calibrate),
        conditions=[eq.Variable("A"), eq.Variable("B")],
    )
    analysis = DecisionTree(min_cases=1).analyze(study.calibrate(), np.random.default_rng(0))
    assert analysis.configurations["cases"].to_dict() == {"A ≤ 5": ["a", "b"], "A > 5": ["c", "d"]}
    assert analysis.conditions["role"].tolist() == ["contributing", "none"]
    assert analysis.conditions["direction"].tolist() == [1, 0]
    assert analysis.cases["predicted"].tolist() == pytest.approx([0, 0, 1, 1])
