"""Calibrators built and used by hand, as in a notebook."""

import numpy as np
import pandas as pd
import pytest

import equifinal as eq
from equifinal_calibration import Crisp, Direct, Indirect, Linear, Ranks

SCORES = [10, 20, 35, 50, 65, 80]
CALIBRATORS = [
    Direct(full_out=20, crossover=50, full_in=80),
    Linear(full_out=20, crossover=50, full_in=80),
    Crisp(threshold=40),
]


@pytest.mark.parametrize("calibrator", CALIBRATORS, ids=lambda each: each.name)
@pytest.mark.parametrize("made", [list, tuple, np.array], ids=["list", "tuple", "array"])
def test_lists_tuples_and_arrays_are_scores_too(calibrator: eq.Calibrator, made: type) -> None:
    expected = calibrator.calibrate(pd.Series(SCORES))
    pd.testing.assert_series_equal(calibrator.calibrate(made(SCORES)), expected)


@pytest.mark.parametrize("calibrator", [Ranks(), Indirect(thresholds=(25, 60))], ids=lambda each: each.name)
def test_those_that_learn_take_them_as_well(calibrator: eq.Calibrator) -> None:
    expected = calibrator.fit(pd.Series(SCORES)).calibrate(pd.Series(SCORES))
    pd.testing.assert_series_equal(calibrator.fit(SCORES).calibrate(SCORES), expected)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"full_out": 4, "crossover": 4, "full_in": 8}, "direct: the anchors must rise or fall"),
        ({"full_out": 4, "crossover": 5}, "direct: full_in is missing"),
        ({"full_out": "low", "crossover": 5, "full_in": 8}, "direct: full_out = 'low' must be a number"),
        ({"ful_out": 4, "crossover": 5, "full_in": 8}, "Did you mean 'full_out'?"),
    ],
)
def test_wrong_parameters_are_one_sentence(parameters: dict[str, object], said: str) -> None:
    with pytest.raises(eq.InputError) as caught:
        Direct(**parameters)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_parameters_go_by_name() -> None:
    with pytest.raises(
        eq.InputError, match=r"Crisp takes its parameters by name: Crisp\(threshold=\.\.\., thresholds=\.\.\.\)"
    ):
        Crisp(40)  # type: ignore[call-arg]
