"""Permutation importance and directions, against scikit-learn, statsmodels and explicit loops."""

import dataclasses
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LinearRegression
from statsmodels.regression.linear_model import OLS

from core_toys import FALLING, Linear, Mean, Noise, analyzed, made, measured, memberships, outcome_of, scores
from equifinal.comparison.importance import WhatIf, importance, movement, percentiles
from equifinal.comparison.out_of_sample import Refitting, splits


def swapped(x: Any, columns: list[int], donor: int, receiver: int) -> Any:
    """The conditions of a case, some of them with the values of another."""
    row = x[[receiver]].copy()
    row[0, columns] = x[donor, columns]
    return row


def rises(x: Any, y: Any, columns: list[int], unit: Any = None) -> Any:
    """Brute force: leave each unit out, fit, and predict each of its cases with the values of every case of another unit."""
    unit = np.arange(len(y)) if unit is None else np.asarray(unit)
    found = []
    for case in range(len(y)):
        others = np.flatnonzero(unit != unit[case])
        fitted = OLS(y[others], np.column_stack([np.ones(len(others)), x[others]])).fit().params

        def error(row: Any, fitted: Any = fitted, case: int = case) -> float:
            return float((np.clip(fitted @ [1, *row[0]], 0, 1) - y[case]) ** 2)

        switched = [error(swapped(x, columns, other, case)) for other in others]
        found.append(np.mean(switched) - error(x[[case]]))
    return np.array(found)


@pytest.mark.parametrize("cases", [6, 7, 8])
def test_importance_equals_a_loop_over_all_pairs(cases: int) -> None:
    frame = scores(cases, "AB")
    frame.iloc[1, 0] = frame.iloc[4, 0]  # two donors with one value
    calibrated = made(frame).calibrate()
    x, y = memberships(calibrated), outcome_of(calibrated)
    found = importance(Linear(), calibrated, seed=3)
    expected = [rises(x, y, [column]).mean() for column in range(2)]
    np.testing.assert_allclose(found["importance"], expected, atol=1e-12)
    assert found["error"].tolist() == [0, 0]
    measure = measured(Linear(), calibrated)
    assert measure.importance is not None
    assert measure.rises is not None
    np.testing.assert_allclose(measure.importance["importance"], expected, atol=1e-12)
    np.testing.assert_allclose(measure.rises["A"], rises(x, y, [0]), atol=1e-12)


def test_conditions_can_take_the_values_of_another_case_together() -> None:
    calibrated = made(scores(8, "ABC")).calibrate()
    x, y = memberships(calibrated), outcome_of(calibrated)
    found = importance(Linear(), calibrated, 0, of=[("A", "C"), "B"])
    assert found.index.tolist() == ["A, C", "B"]
    expected = [rises(x, y, [0, 2]).mean(), rises(x, y, [1]).mean()]
    np.testing.assert_allclose(found["importance"], expected, atol=1e-12)


def test_cases_of_one_unit_and_copies_of_a_case_neither_teach_each_other_nor_trade_values() -> None:
    unit = ["a", "a", "b", "b", "b", "c", "d", "d", "e", "f"]
    frame = scores(10).assign(country=unit)
    x, y = memberships(made(frame).calibrate()), outcome_of(made(frame).calibrate())
    expected = [rises(x, y, [column], unit).mean() for column in range(2)]
    in_a_panel = importance(Linear(), made(frame, unit="country").calibrate(), 0)
    as_copies = importance(Linear(), made(frame).calibrate(), 0, groups=unit)
    np.testing.assert_allclose(in_a_panel["importance"], expected, atol=1e-12)
    np.testing.assert_allclose(as_copies["importance"], expected, atol=1e-12)


@pytest.mark.parametrize("folds", [None, 5])
def test_neither_the_seed_nor_the_order_of_the_rows_changes_an_importance(folds: int | None) -> None:
    frame = scores(23, "ABC")
    found = [
        importance(Linear(), made(each).calibrate(), seed, folds)
        for each, seed in [(frame, 0), (frame, 1), (frame.sample(frac=1, random_state=5), 0)]
    ]
    pd.testing.assert_frame_equal(found[0], found[1], check_exact=True)
    pd.testing.assert_frame_equal(found[0], found[2], rtol=0, atol=1e-12)


def test_five_folds_equal_a_loop_over_them() -> None:
    calibrated = made(scores(12)).calibrate()
    x, y = memberships(calibrated), outcome_of(calibrated)
    expected = []
    for train, test in splits(calibrated, folds=5):
        fitted = OLS(y[train], np.column_stack([np.ones(len(train)), x[train]])).fit().params
        for case in test:
            before = (np.clip(fitted @ [1, *x[case]], 0, 1) - y[case]) ** 2
            after = [
                (np.clip(fitted @ [1, *swapped(x, [0], other, case)[0]], 0, 1) - y[case]) ** 2
                for other in range(12)
                if other != case
            ]
            expected.append(np.mean(after) - before)
    found = importance(Linear(), calibrated, 0, folds=5)
    assert found.loc["A", "importance"] == pytest.approx(np.mean(expected), abs=1e-12)


def test_importance_is_scikit_learns_in_expectation() -> None:
    """One fit, and cases that it has not seen: scikit-learn permutes these among themselves, here they take any other's value."""
    calibrated = made(scores(400, "ABC")).calibrate()
    x, y = memberships(calibrated), outcome_of(calibrated)
    train, test = next(iter(splits(calibrated, folds=2)))
    fitted = Refitting({"it": Linear()}, calibrated, 0, 8, WhatIf.of(calibrated, 0)).of([(train, test)])["it"]
    found = WhatIf.of(calibrated, 0).importance(fitted)[0]["importance"]
    theirs = permutation_importance(
        LinearRegression().fit(x[train], y[train]),
        x[test],
        y[test],
        scoring="neg_mean_squared_error",
        n_repeats=500,
        random_state=0,
    )
    # Clipping to 0..1 and other donors change little among 200 cases.
    np.testing.assert_allclose(found, theirs.importances_mean, rtol=0.1, atol=0.001)
    assert found.idxmax() == "A"


def test_beyond_500_cases_pairs_are_drawn_until_the_error_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    calibrated = made(scores(60)).calibrate()
    exact = importance(Linear(), calibrated, 0, folds=5)
    monkeypatch.setattr("equifinal.comparison.importance.ALL_PAIRS_LIMIT", 50)
    monkeypatch.setattr("equifinal.comparison.importance._ROWS_AT_ONCE", 100)
    monkeypatch.setattr("equifinal.comparison.importance.TOLERATED_SHARE", 0.1)
    draws = [importance(Linear(), calibrated, seed, folds=5) for seed in range(40)]
    errors = np.array([draw["error"] for draw in draws])
    distances = np.array([draw["importance"] - exact["importance"] for draw in draws])
    assert (errors <= np.maximum(0.0001, 0.1 * exact["importance"].to_numpy()) * 1.2).all()
    assert (errors > 0).all()
    monkeypatch.setattr("equifinal.comparison.importance.TOLERATED_SHARE", 0.0)
    monkeypatch.setattr("equifinal.comparison.importance.TOLERATED_ERROR", 0.0)
    pd.testing.assert_frame_equal(
        importance(Linear(), calibrated, 0, folds=5), exact, rtol=0, atol=1e-9
    )  # all are drawn
    # The errors are of the size that they say they are: the mean of 40 squared z-scores lies near 1.
    np.testing.assert_allclose(((distances / errors) ** 2).mean(axis=0), 1, atol=0.6)


def test_pairs_that_are_drawn_do_not_depend_on_the_order_of_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("equifinal.comparison.importance.ALL_PAIRS_LIMIT", 5)
    frame = scores(23)
    first, other = (
        importance(Linear(), made(each).calibrate(), 0, 5) for each in (frame, frame.sample(frac=1, random_state=5))
    )
    pd.testing.assert_frame_equal(first, other, rtol=0, atol=1e-12)


class Gap(Linear):
    """Has no prediction where the membership in A is high."""

    name = "gap"

    def predict(self, analysis, study):
        return super().predict(analysis, study).mask(study.fuzzy["A"] >= 0.9)


def test_cases_without_a_prediction_do_not_count_for_importance_and_movement() -> None:
    calibrated = made(scores(9)).calibrate()
    x, y = memberships(calibrated), outcome_of(calibrated)
    high = x[:, 0] >= 0.9
    assert 0 < high.sum() < 5
    expected = []
    for case in np.flatnonzero(~high):
        others = np.arange(9) != case
        fitted = OLS(y[others], np.column_stack([np.ones(8), x[others]])).fit().params
        donors = np.flatnonzero(others & ~high)
        after = [(np.clip(fitted @ [1, x[each, 0], x[case, 1]], 0, 1) - y[case]) ** 2 for each in donors]
        expected.append(np.mean(after) - (np.clip(fitted @ [1, *x[case]], 0, 1) - y[case]) ** 2)
    found = importance(Gap(), calibrated, seed=0)
    assert found.loc["A", "importance"] == pytest.approx(np.mean(expected), abs=1e-12)
    assert movement(Gap(), analyzed(Gap(), calibrated), calibrated).notna()["B"]


class Shy(Linear):
    """Predicts all cases of a study, but nothing else."""

    name = "shy"

    def predict(self, analysis, study):
        if not str(study.cases[0]).startswith("case"):
            raise LookupError("an unknown case")
        return super().predict(analysis, study)


def test_a_method_that_cannot_be_asked_what_if_has_predictions_but_no_importances() -> None:
    found = measured(Shy(), made(scores(8)).calibrate())
    assert found.fit["failed_folds"] == 0
    assert found.importance is None
    assert found.notes == ["8 of 8 refits could not be asked for importances: LookupError: an unknown case"]


def test_a_condition_that_a_method_ignores_has_no_importance_and_no_direction() -> None:
    calibrated = made(scores(10)).calibrate()
    found = measured(Mean(), calibrated)
    assert found.importance is not None
    assert (found.importance == 0).all(axis=None)
    assert found.direction is not None
    assert found.direction.eq(0).all()


def test_importance_does_not_depend_on_how_many_cases_are_predicted_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calibrated = made(scores(10)).calibrate()
    at_once = importance(Linear(), calibrated, seed=0)
    monkeypatch.setattr("equifinal.comparison.importance._ROWS_AT_ONCE", 7)
    pd.testing.assert_frame_equal(importance(Linear(), calibrated, seed=0), at_once)


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
