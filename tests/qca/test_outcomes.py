"""Several outcomes in one call, against one call for each and R's results on Lipset's data; outcomes of several values."""

from pathlib import Path

import pandas as pd
import pytest

import equifinal as eq
from equifinal_qca import minimize, minimize_each, truth_table, truth_table_mv

PUBLISHED = Path(__file__).parent / "published"
VALUES = {
    "Developed": 1,
    "Highly developed": 2,
    "High urbanization": 1,
    "High literacy": 1,
    "Industrialized": 1,
    "Stable": 1,
    "Survival": 1,
}


def lipset(name):
    return pd.read_csv(PUBLISHED / name, index_col=0).map(lambda label: VALUES.get(label, 0))


def expressions(solution):
    return [model.expression for model in solution.models]


def test_several_values_as_one_outcome_as_r_prints_it():
    table = truth_table_mv(lipset("LM.csv"), "DEV[1,2]", ["URB", "LIT", "IND", "STB"], consistency_cutoff=1)
    assert [str(model) for model in minimize(table).models] == ["LIT[1]*IND[1] => DEV[1,2]"]


@pytest.mark.parametrize("outcome", ["DEV[1,2]", "DEV[2, 1]", "~DEV[0]"])
def test_several_values_are_the_set_of_cases_with_any_of_them(outcome):
    frame = lipset("LM.csv")
    table = truth_table_mv(frame, outcome, ["URB", "LIT"])
    assert table.outcome_membership.tolist() == (frame["DEV"] > 0).astype(float).tolist()
    assert truth_table_mv(frame, f"~{outcome}".replace("~~", ""), ["URB", "LIT"]).outcome_membership.tolist() == (
        (frame["DEV"] == 0).astype(float).tolist()
    )


@pytest.mark.parametrize(
    ("outcome", "message"),
    [
        ("DEV[1,5]", "does not occur: the values of DEV are 0, 1, 2"),
        ("DEVEL[1,2]", "'DEVEL' is not a column. Did you mean 'DEV'"),
        ("DEV[1,]", "is not a column"),
    ],
)
def test_an_outcome_of_values_that_does_not_occur(outcome, message):
    with pytest.raises(eq.InputError, match=message):
        truth_table_mv(lipset("LM.csv"), outcome, ["URB", "LIT"])


def test_the_causal_chain_as_r_prints_it():
    """Of all columns only DEV and SURV have a sufficient and necessary expression; SURV has two."""
    frame = lipset("LC.csv")
    found = minimize_each(
        frame, list(frame), solution="parsimonious", consistency_cutoff=1, all_covers=True, model_coverage_cutoff=1
    )
    assert {outcome: expressions(each) for outcome, each in found.items() if each.models} == {
        "DEV": ["IND + SURV"],
        "SURV": ["DEV*STB", "DEV*~IND + IND*STB"],
    }


def test_each_as_a_call_of_its_own():
    frame, outcomes = lipset("LC.csv"), ["SURV", "~SURV", "DEV"]
    found = minimize_each(
        frame,
        outcomes,
        ["DEV", "URB", "STB"],
        "intermediate",
        ["DEV", "STB"],
        consistency_cutoff=0.7,
        frequency_cutoff=2,
    )
    assert list(found) == outcomes
    for outcome, expected in zip(outcomes, (["DEV", "STB"], ["DEV", "STB"], ["STB"]), strict=True):
        names = [name for name in ("DEV", "URB", "STB") if name != outcome]
        table = truth_table(frame, outcome, names, consistency_cutoff=0.7, frequency_cutoff=2)
        assert expressions(found[outcome]) == expressions(minimize(table, "intermediate", expected))


def test_values_of_several_outcomes():
    frame = lipset("LM.csv")
    found = minimize_each(frame, ["DEV[1,2]", "DEV[0]", "SURV"], table=truth_table_mv)
    assert {outcome: each.table.outcome for outcome, each in found.items()} == {each: each for each in found}
    assert "DEV" not in found["DEV[0]"].table.names
    assert "DEV" in found["SURV"].table.names


@pytest.mark.parametrize(
    ("outcomes", "message"),
    [
        ("SURV", "is not a list of outcomes"),
        ([], "is not a list of outcomes"),
        (["SURV", "SURV"], "'SURV' is named twice"),
        (["SURV", "SURVV"], "'SURVV' is not a column. Did you mean 'SURV'"),
        ([3], "3 is not the name of one column"),
    ],
)
def test_outcomes_that_cannot_be_used(outcomes, message):
    with pytest.raises(eq.InputError, match=message):
        minimize_each(lipset("LC.csv"), outcomes)


def test_conditions_as_a_single_text():
    with pytest.raises(eq.InputError, match="conditions = 'DEV, URB' is a single text"):
        minimize_each(lipset("LC.csv"), ["SURV"], "DEV, URB")
