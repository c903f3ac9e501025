"""Permutation importance and directions, against scikit-learn and explicit loops."""

import dataclasses
import zlib
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_absolute_error
from statsmodels.regression.linear_model import OLS

from core_toys import FALLING, Linear, Mean, Noise, analyzed, made, measured, memberships, outcome_of, scores
from equifinal.base.seeds import generator
from equifinal.comparison.importance import importance, movement, percentiles


def test_importance_equals_a_loop_over_the_same_permutations() -> None:
    calibrated = made(scores(14, "ABC")).calibrate()
    x, y = memberships(calibrated), outcome_of(calibrated)
    found = importance(Linear(), analyzed(Linear(), calibrated), calibrated, seed=3)
    fitted = OLS(y, np.column_stack([np.ones(14), x])).fit().params

    def error(values: Any) -> float:
        return mean_absolute_error(y, (np.column_stack([np.ones(14), values]) @ fitted).clip(0, 1))

    for column, name in enumerate("ABC"):
        rng = np.random.default_rng([3, zlib.crc32(f"permutations of {name}".encode())])
        rises = []
        for _ in range(100):
            permuted = x.copy()
            permuted[:, column] = x[rng.permutation(14), column]
            rises.append(error(permuted) - error(x))
        assert found.loc[name, "importance"] == pytest.approx(np.mean(rises))
        assert found.loc[name, "sd"] == pytest.approx(np.std(rises, ddof=1))


def test_importance_is_scikit_learns_in_expectation() -> None:
    calibrated = made(scores(40, "ABC")).calibrate()
    x, y = memberships(calibrated), outcome_of(calibrated)
    found = importance(Linear(), analyzed(Linear(), calibrated), calibrated, seed=0)
    theirs = permutation_importance(
        LinearRegression().fit(x, y), x, y, scoring="neg_mean_absolute_error", n_repeats=1000, random_state=0
    )
    # 100 repetitions have a standard error of a tenth of the standard deviation; clipping to 0..1 hardly matters here.
    np.testing.assert_allclose(found["importance"], theirs.importances_mean, atol=0.01)
    np.testing.assert_allclose(found["sd"], theirs.importances_std, rtol=0.3)
    assert found["importance"].idxmax() == "A"


class Gap(Linear):
    """Has no prediction where the membership in A is highest."""

    name = "gap"

    def predict(self, analysis, study):
        return super().predict(analysis, study).mask(study.fuzzy["A"] >= analysis.native[0][:, 0].max())


def test_cases_without_a_prediction_do_not_count_for_importance_and_movement() -> None:
    calibrated = made(scores(9)).calibrate()
    x, y = memberships(calibrated), outcome_of(calibrated)
    analysis = analyzed(Gap(), calibrated)
    found = importance(Gap(), analysis, calibrated, seed=0)
    missing = x[:, 0].argmax()
    fitted = OLS(y, np.column_stack([np.ones(9), x])).fit().params
    before = np.abs((np.column_stack([np.ones(9), x]) @ fitted).clip(0, 1) - y)
    rng = generator(0, "permutations of A")
    rises = []
    for _ in range(100):
        source = rng.permutation(9)
        after = np.abs((np.column_stack([np.ones(9), x[source, 0], x[:, 1]]) @ fitted).clip(0, 1) - y)
        there = (source != missing) & (np.arange(9) != missing)
        rises.append((after[there] - before[there]).mean())
    assert found.loc["A", "importance"] == pytest.approx(np.mean(rises))
    assert movement(Gap(), analysis, calibrated).notna()["B"]


def test_a_condition_that_a_method_ignores_has_no_importance_and_no_direction() -> None:
    calibrated = made(scores(10)).calibrate()
    found = measured(Mean(), calibrated)
    assert found.importance is not None
    assert (found.importance == 0).all(axis=None)
    assert found.direction is not None
    assert found.direction.eq(0).all()


def test_importance_does_not_depend_on_how_many_permutations_are_predicted_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calibrated = made(scores(10)).calibrate()
    analysis = analyzed(Linear(), calibrated)
    at_once = importance(Linear(), analysis, calibrated, seed=0)
    monkeypatch.setattr("equifinal.comparison.importance._ROWS_AT_ONCE", 30)
    pd.testing.assert_frame_equal(importance(Linear(), analysis, calibrated, seed=0), at_once)


class Watcher(Linear):
    """Checks that what belongs to one condition moves together."""

    name = "watcher"

    def predict(self, analysis, study):
        for name in study.condition_names:
            np.testing.assert_array_equal(study.raw[name], study.data[name])
            np.testing.assert_allclose(study.to_membership(name, study.raw[name]), study.fuzzy[name])
            np.testing.assert_array_equal(study.crisp[name] == 1, study.fuzzy[name] > 0.5)
        return super().predict(analysis, study)


def test_raw_score_membership_and_data_are_permuted_together() -> None:
    found = measured(Watcher(), made(scores(10), {"A": {"method": "ranks"}}).calibrate())
    assert found.importance is not None
    assert found.notes == []


def test_movement_is_the_change_of_the_mean_prediction_between_the_tenth_and_the_ninetieth_percentile() -> None:
    frame = scores(21, "AB").assign(A=np.random.default_rng(0).permutation(21) / 2)
    calibrated = made(frame).calibrate()
    x, y = memberships(calibrated), outcome_of(calibrated)
    fitted = OLS(y, np.column_stack([np.ones(21), x])).fit().params
    means = []
    for percentile in (10, 90):
        moved = x.copy()
        moved[:, 0] = np.percentile(x[:, 0], percentile, method="nearest")  # cases 3 and 19 of 21
        means.append((np.column_stack([np.ones(21), moved]) @ fitted).clip(0, 1).mean())
    found = movement(Linear(), analyzed(Linear(), calibrated), calibrated)
    assert found["A"] == pytest.approx(means[1] - means[0])


@pytest.mark.parametrize("cases", range(3, 40))
def test_the_two_cases_lie_equally_far_from_the_ends(cases: int) -> None:
    calibrated = made(scores(cases).assign(A=np.arange(cases))).calibrate()
    low, high = percentiles(calibrated, "A")
    assert low == cases - 1 - high
    assert abs(low - 0.1 * (cases - 1)) <= 0.5


def test_where_the_percentiles_coincide_the_extremes_are_compared() -> None:
    frame = scores(20).assign(A=[2.0] + [5.0] * 18 + [8.0])
    calibrated = made(frame).calibrate()
    x, y = memberships(calibrated), outcome_of(calibrated)
    fitted = OLS(y, np.column_stack([np.ones(20), x])).fit().params
    means = []
    for extreme in (x[:, 0].min(), x[:, 0].max()):
        moved = np.column_stack([np.ones(20), np.full(20, extreme), x[:, 1]])
        means.append((moved @ fitted).clip(0, 1).mean())
    found = movement(Linear(), analyzed(Linear(), calibrated), calibrated)
    assert found["A"] == pytest.approx(means[1] - means[0])
    assert found["A"] != 0


class Share(Linear):
    """Moves by `share` of the membership in A."""

    name = "share"
    share: float

    def predict(self, analysis, study):
        return 0.5 + self.share * (study.fuzzy["A"] - 0.5)


@pytest.mark.parametrize(
    ("share", "direction"), [(0.0126, 1), (0.0124, 0), (-0.0126, -1), (-0.0124, 0), (1, 1), (-1, -1)]
)
def test_a_move_of_less_than_a_hundredth_is_none(share: float, direction: int) -> None:
    anchors = {"method": "linear", "full_out": 0, "crossover": 5, "full_in": 10}
    frame = scores(11).assign(A=np.arange(11.0))  # from the second case at 0.1 to the last but one at 0.9
    found = measured(Share(share=share), made(frame, {"A": anchors}).calibrate())
    assert found.direction is not None
    assert found.direction.to_dict() == {"A": direction, "B": 0}


@pytest.mark.parametrize("cases", [16, 20, 26])
def test_the_opposite_set_has_the_opposite_direction(cases: int) -> None:
    frame = scores(cases)
    rising = movement(Noise(), analyzed(Noise(), study := made(frame).calibrate()), study)
    opposite = made(frame, {"A": FALLING}).calibrate()

    class Opposite(Noise):
        name = "opposite"

        def predict(self, analysis, study):
            return Noise.predict(
                self, analysis, dataclasses.replace(study, fuzzy=study.fuzzy.assign(A=1 - study.fuzzy["A"]))
            )

    falling = movement(Opposite(), analyzed(Noise(), study), opposite)
    np.testing.assert_allclose(falling["A"], -rising["A"], atol=1e-12)
    np.testing.assert_allclose(falling["B"], rising["B"], atol=1e-12)
