"""Typical mistakes of users: each is one clear sentence that names the thing and the remedy, before any work."""

import numpy as np
import pandas as pd
import pytest

import equifinal as eq
from equifinal import InputError
from equifinal_qca import (
    best_cases,
    case_types,
    minimize,
    minimize_mv,
    necessary_expressions,
    necessity,
    robustness_to,
    sufficient_expressions,
    truth_table,
    truth_table_mv,
)

FRAME = pd.DataFrame(
    {"LEAD": [0.9, 0.8, 0.2, 0.1], "DEM": [0.7, 0.9, 0.3, 0.2], "OPEN": [0.9, 0.8, 0.2, 0.1]}, index=list("uvwx")
)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"conditions": ["LEED", "DEM"]}, "'LEED' is not a column. Did you mean 'LEAD'?"),
        ({"conditions": ["lead"]}, "'lead' is not a column. Did you mean 'LEAD'?"),
        ({"conditions": ["~LEAD"]}, "Give 'LEAD': a truth table has the presence and the absence"),
        ({"conditions": "LEAD, DEM"}, r"Give a list of column names, \['LEAD', 'DEM'\]"),
        ({"outcome": "OPNE"}, "'OPNE' is not a column. Did you mean 'OPEN'?"),
        ({"outcome": ["OPEN"]}, r"outcome = \['OPEN'\] is not the name of one column"),
        ({"outcome": None}, "outcome = None is not the name of one column"),
        ({"conditions": ["LEAD", "OPEN"], "outcome": "~OPEN"}, "'OPEN' is the outcome and a condition"),
        ({"consistency_cutoff": 80}, "neither a number from 0 to 1 nor two of them. For 80 % give 0.8"),
        ({"consistency_cutoff": "0.8"}, "consistency_cutoff = '0.8' is neither"),
        ({"consistency_cutoff": None}, "consistency_cutoff = None is neither"),
        ({"consistency_cutoff": True}, "consistency_cutoff = True is neither"),
        ({"consistency_cutoff": (0.1, 0.2, 0.3)}, "nor two of them"),
        ({"pri_cutoff": 50}, "pri_cutoff = 50 is not a number from 0 to 1. For 50 % give 0.5"),
        ({"pri_cutoff": "0.5"}, "pri_cutoff = '0.5' is not a number from 0 to 1"),
        ({"frequency_cutoff": None}, "frequency_cutoff = None is neither"),
        ({"frequency_cutoff": "2"}, "frequency_cutoff = '2' is neither"),
        ({"frequency_cutoff": float("nan")}, "frequency_cutoff = nan is neither"),
    ],
)
def test_arguments_of_a_truth_table(arguments, message):
    for make in (truth_table, truth_table_mv):
        with pytest.raises(InputError, match=message):
            make(FRAME, **{"outcome": "OPEN", **arguments})


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (FRAME.reset_index(), "'index' does not hold numbers.* make it the index if it names the cases"),
        (FRAME.assign(LEAD=["0.9", "0.8", "0.2", "0.1"]), "'LEAD' does not hold numbers"),
        (FRAME.assign(LEAD=[0.9, 1j, 0, 0]), "'LEAD' does not hold numbers"),
        (FRAME.assign(LEAD=[90, 80, 20.5, 10]), "'LEAD' has values outside 0 to 1: u, v, w, x. Calibrate it first.$"),
        (FRAME.assign(LEAD=[2, 1, 0, 0]), "Calibrate it first. If its numbers are the values .* use truth_table_mv"),
        (FRAME.rename(columns={"LEAD": 1}), "The condition 1 cannot be written in an expression"),
        (FRAME.rename(columns={"LEAD": "lambda"}), "The condition 'lambda' cannot be written in an expression"),
        (FRAME.rename(columns={"LEAD": "n"}), "The condition 'n' has the name of a column of truth tables"),
        (FRAME.to_numpy(), "The cases came as ndarray. Give a pandas.DataFrame"),
        (eq.load_study("heilongjiang"), "The cases came as Study.* such as study.calibrate"),
    ],
)
def test_frames(frame, message):
    with pytest.raises(InputError, match=message):
        truth_table(frame, "OPEN")
    if not isinstance(frame, pd.DataFrame):
        for function in (truth_table_mv, necessity, necessary_expressions, sufficient_expressions):
            with pytest.raises(InputError, match=message):
                function(frame, "OPEN")


def test_two_cutoffs_may_come_as_a_list_or_an_array():
    for pair in ([0.8, 0.6], np.array([0.6, 0.8])):
        assert truth_table(FRAME, "OPEN", consistency_cutoff=pair).consistency_cutoff == (0.6, 0.8)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"solution": "parsimonous"}, "Did you mean 'parsimonious'"),
        ({"expectations": {"LEED": 1}}, "'LEED' names no condition. Did you mean 'LEAD'"),
        ({"expectations": "LEAD, ~DEM"}, r"Give a list, \['LEAD', '~DEM'\], or a dict"),
        ({"expectations": [1, 1]}, "The expectation for 1 names no condition"),
        ({"expectations": {"LEAD": [1]}}, r"The expectation \[1\] for 'LEAD' is unknown"),
        ({"expectations": {"LEAD": "-"}}, "The expectation '-' for 'LEAD' is unknown"),
        ({"expectations": ["LEAD", "~LEAD"]}, "'LEAD' is expected to be present and to be absent"),
        ({"exclude": ["LEAD*dem"]}, "names the set 'dem', which does not exist. Did you mean 'DEM'"),
        ({"exclude": [2.5]}, "there is no row 2.5. Rows are numbered from 1 to 4"),
        ({"exclude": [True]}, "there is no row True"),
        ({"exclude": 2}, "exclude = 2 is not a list"),
        ({"exclude": None}, "exclude = None is not a list"),
        ({"max_models": "all"}, "max_models = 'all' is not a number of models"),
        ({"max_models": 1.5}, "max_models = 1.5 is not a number of models"),
        ({"max_seconds": "1"}, "max_seconds = '1' leaves no time"),
        ({"effort": None}, "effort = None is not a share"),
    ],
)
def test_arguments_of_minimize(arguments, message):
    with pytest.raises(InputError, match=message):
        minimize(truth_table(FRAME, "OPEN"), **{"solution": "intermediate", **arguments})


def test_what_is_no_truth_table_and_no_model():
    table = truth_table(FRAME, "OPEN")
    for wrong in (FRAME, table.rows):
        with pytest.raises(InputError, match="minimize takes a truth table, not DataFrame"):
            minimize(wrong)
    solution = minimize(table)
    for call in (
        lambda: case_types(solution),
        lambda: best_cases(solution, "typical"),
        lambda: robustness_to(solution, [solution.best]),
        lambda: robustness_to(solution.best, [solution]),
    ):
        with pytest.raises(InputError, match="Expected a model, not Solution"):
            call()


def test_cutoffs_of_searches_and_values_without_end():
    with pytest.raises(InputError, match="For 90 % give 0\\.9"):
        necessary_expressions(FRAME, "OPEN", consistency=90)
    with pytest.raises(InputError, match="relevance = 'high' is not a number from 0 to 1"):
        necessary_expressions(FRAME, "OPEN", relevance="high")
    with pytest.raises(InputError, match="max_literals = 2\\.5 is not a whole number"):
        sufficient_expressions(FRAME, "OPEN", max_literals=2.5)
    assert truth_table_mv(FRAME.assign(LEAD=[10**9, 0, 1, 2]), "OPEN").values[0] == (0, 1, 2, 10**9)
    with pytest.raises(InputError, match="is not among its values, 0, 1"):
        minimize_mv(truth_table_mv(FRAME, "OPEN"), "intermediate", {"LEAD": 1.5})
