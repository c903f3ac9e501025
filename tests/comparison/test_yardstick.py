"""The common yardstick, against scikit-learn, SciPy, statsmodels and explicit loops."""

import dataclasses
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

import numpy as np
import pandas as pd
import pytest
from core_toys import FALLING, Blind, Linear, Mean, Noise, made, memberships, scores
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LinearRegression
from sklearn.metrics import balanced_accuracy_score, mean_absolute_error
from statsmodels.regression.linear_model import OLS

import equifinal as eq
from equifinal.base.seeds import generator
from equifinal.comparison.cases import case_types
from equifinal.comparison.importance import _tenth_and_ninetieth, importance, movement
from equifinal.comparison.measures import measures
from equifinal.comparison.out_of_sample import folds
from equifinal.comparison.yardstick import Yardstick, baselines, measure

MEASURES = ("consistency", "coverage", "pri", "balanced_accuracy", "mae", "spearman")


def analyzed(method: eq.Method, calibrated: eq.CalibratedStudy) -> eq.Analysis:
    return method.analyze(calibrated, np.random.default_rng(0))


def measured(method: eq.Method, calibrated: eq.CalibratedStudy, seed: int = 0) -> Yardstick:
    return measure({"it": method}, {"it": analyzed(method, calibrated)}, calibrated, seed)["it"]


def outcome_of(calibrated: eq.CalibratedStudy) -> Any:
    return calibrated.fuzzy["Y"].to_numpy()


# -------------------------------------------------------------------------------------------------- measures

PAIRS = st.lists(st.tuples(*[st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.6, 0.8, 1.0])] * 2), min_size=2, max_size=15)


@given(PAIRS)
def test_measures_equal_scikit_learns_scipys_and_a_loops(pairs: list[tuple[float, float]]) -> None:
    predicted, outcome = map(np.array, zip(*pairs, strict=True))
    found = measures(predicted, outcome)
    assert tuple(found) == MEASURES
    assert found["mae"] == pytest.approx(mean_absolute_error(outcome, predicted))
    overlap = sum(min(pair) for pair in pairs)
    both_sides = sum(min(p, y, 1 - y) for p, y in pairs)
    if sum(predicted):
        assert found["consistency"] == pytest.approx(overlap / sum(predicted))
    if sum(outcome):
        assert found["coverage"] == pytest.approx(overlap / sum(outcome))
    if sum(predicted) - both_sides > 1e-9:
        assert found["pri"] == pytest.approx((overlap - both_sides) / (sum(predicted) - both_sides))
    decided = [(p > 0.5, y > 0.5) for p, y in pairs if 0.5 not in (p, y)]
    if len({y for _, y in decided}) == 2:
        said, has = zip(*decided, strict=True)
        assert found["balanced_accuracy"] == pytest.approx(balanced_accuracy_score(has, said))
    else:
        assert np.isnan(found["balanced_accuracy"])
    if len(set(predicted)) > 1 and len(set(outcome)) > 1:
        assert found["spearman"] == pytest.approx(spearmanr(predicted, outcome).statistic)
    else:
        assert np.isnan(found["spearman"])


def test_cases_without_a_prediction_are_left_out() -> None:
    with_gap = measures([0.9, np.nan, 0.2, 0.6], [0.8, 0.9, 0.1, 0.3])
    assert with_gap == measures([0.9, 0.2, 0.6], [0.8, 0.1, 0.3])


def test_without_any_prediction_every_measure_is_missing() -> None:
    assert all(np.isnan(value) for value in measures([np.nan, np.nan], [0.2, 0.9]).values())


def test_a_prediction_of_nobody_has_coverage_zero_and_no_consistency() -> None:
    found = measures([0, 0, 0], [0.8, 0.2, 0.6])
    assert found["coverage"] == 0
    assert np.isnan(found["consistency"])
    assert found["mae"] == pytest.approx(1.6 / 3)
    assert found["balanced_accuracy"] == 0.5


def test_the_four_types_of_cases_and_none_at_exactly_half() -> None:
    rows = [(0.9, 0.9), (0.9, 0.1), (0.1, 0.9), (0.1, 0.1), (0.5, 0.9), (0.9, 0.5), (np.nan, 0.9)]
    predicted, outcome = (pd.Series(column, index=list("abcdefg")) for column in zip(*rows, strict=True))
    types = case_types(predicted, outcome)
    assert types["a":"d"].tolist() == ["typical", "deviant in consistency", "deviant in coverage", "irrelevant"]
    assert types["e":].isna().all()


# --------------------------------------------------------------------------------------------- out of sample


def test_leave_one_out_equals_a_loop_with_statsmodels() -> None:
    calibrated = made(scores(15, "ABC")).calibrate()
    x, y = memberships(calibrated), outcome_of(calibrated)
    expected = []
    for case in range(15):
        others = [other for other in range(15) if other != case]
        coefficients = OLS(y[others], np.column_stack([np.ones(14), x[others]])).fit().params
        expected.append(np.clip(coefficients @ [1, *x[case]], 0, 1))
    found = measured(Linear(), calibrated)
    np.testing.assert_allclose(found.predicted_out_of_sample, expected, atol=1e-10)
    assert found.fit["mae_out_of_sample"] == pytest.approx(mean_absolute_error(y, expected))
    assert found.fit["spearman_out_of_sample"] == pytest.approx(spearmanr(y, expected).statistic)
    assert (found.fit["folds"], found.fit["failed_folds"]) == (15, 0)


def test_the_framework_s_own_regression_is_left_out_alike() -> None:
    study = made(scores(15, "AB"))
    method = eq.run(study, {"it": "regression"}).methods["it"].model_copy(update={"scale": "membership"})
    calibrated = study.calibrate()
    np.testing.assert_allclose(
        measured(method, calibrated).predicted_out_of_sample,
        measured(Linear(), calibrated).predicted_out_of_sample,
        atol=1e-8,
    )


@pytest.mark.parametrize(("cases", "count"), [(2, 2), (200, 200), (201, 10), (305, 10)])
def test_every_case_is_left_out_once_alone_up_to_200_in_tenths_beyond(cases: int, count: int) -> None:
    splits = folds(made(scores(cases)).calibrate(), seed=0)
    assert len(splits) == count
    left_out = np.concatenate([test for _, test in splits])
    assert sorted(left_out) == list(range(cases))
    for train, test in splits:
        assert sorted([*train, *test]) == list(range(cases))
        assert list(train) == sorted(train)
        assert abs(len(test) - cases / count) < 1


def test_tenths_are_drawn_by_the_seed() -> None:
    calibrated = made(scores(201)).calibrate()
    first, again, other = (folds(calibrated, seed)[0][1].tolist() for seed in (1, 1, 2))
    assert first == again != other


@pytest.mark.parametrize(("units", "count"), [(6, 6), (210, 10)])
def test_in_panels_whole_units_are_left_out(units: int, count: int) -> None:
    frame = scores(units * 3)
    frame["country"] = [f"country {number % units}" for number in range(units * 3)]
    calibrated = made(frame, unit="country").calibrate()
    splits = folds(calibrated, seed=0)
    assert len(splits) == count
    for train, test in splits:
        assert not set(frame["country"].iloc[train]) & set(frame["country"].iloc[test])
        assert len(train) + len(test) == len(frame)
    assert sorted(np.concatenate([test for _, test in splits])) == list(range(len(frame)))


def test_one_unit_leaves_nothing_to_learn_from() -> None:
    calibrated = made(scores(6).assign(country="Ghana"), unit="country").calibrate()
    found = measured(Linear(), calibrated)
    assert found.fit["folds"] == 0
    assert found.predicted_out_of_sample.isna().all()
    assert not np.isnan(found.fit["mae"])
    assert np.isnan(baselines(calibrated, 0)["baseline: mean"]["mae_out_of_sample"])


class Shy(Linear):
    """Gives up when case 2 or case 5 is not among those it learns from."""

    name = "shy"

    def analyze(self, study, rng):
        if not {"case 2", "case 5"} <= set(study.cases):
            raise LookupError("not without these two")
        return super().analyze(study, rng)


def test_failed_folds_are_missing_and_counted() -> None:
    calibrated = made(scores(10)).calibrate()
    found, whole = measured(Shy(), calibrated), measured(Linear(), calibrated)
    assert found.predicted_out_of_sample.index[found.predicted_out_of_sample.isna()].tolist() == ["case 2", "case 5"]
    assert (found.fit["folds"], found.fit["failed_folds"]) == (10, 2)
    there = ~found.predicted_out_of_sample.isna()
    expected = measures(whole.predicted_out_of_sample[there], calibrated.fuzzy["Y"][there])
    assert {name: found.fit[f"{name}_out_of_sample"] for name in MEASURES} == pytest.approx(expected)
    assert "2 of 10" in found.notes[0]
    assert "LookupError: not without these two" in found.notes[0]


def test_a_fold_whose_calibrators_cannot_be_fitted_fails_alone() -> None:
    frame = scores(8)
    frame["A"] = [3.0] * 7 + [9.0]  # without the last case nothing varies, so that ranks cannot be fitted
    found = measured(Mean(), made(frame, {"A": {"method": "ranks"}}).calibrate())
    assert found.fit["failed_folds"] == 1
    assert found.predicted_out_of_sample.isna().tolist() == [False] * 7 + [True]


def test_conditions_are_calibrated_anew_on_the_training_cases_and_the_outcome_is_not() -> None:
    frame = scores(12)
    calibrated = made(frame, {"A": {"method": "ranks"}, "Y": {"method": "ranks"}}).calibrate()

    def ranks(values: Any, among: Any) -> Any:
        """Cheli & Lemmi's formula, where no two scores are equal: the share of scores reached, from 0 at the lowest."""
        return [max(0, (sum(other <= value for other in among) - 1) / (len(among) - 1)) for value in values]

    raw, y = frame["A"].to_numpy(), np.array(ranks(frame["y"], frame["y"]))
    b = calibrated.fuzzy["B"].to_numpy()
    np.testing.assert_allclose(outcome_of(calibrated), y)
    expected = []
    for case in range(12):
        others = np.array([other for other in range(12) if other != case])
        x = np.column_stack([np.ones(11), ranks(raw[others], raw[others]), b[others]])
        new = np.array([1, *ranks([raw[case]], raw[others]), b[case]])
        expected.append(np.clip(OLS(y[others], x).fit().params @ new, 0, 1))
    np.testing.assert_allclose(measured(Linear(), calibrated).predicted_out_of_sample, expected, atol=1e-10)


def test_a_method_that_does_not_predict_has_figures_in_sample_only() -> None:
    calibrated = made(scores(10)).calibrate()
    found = measured(Blind(), calibrated)
    assert found.fit["mae"] == 0
    assert all(np.isnan(found.fit[f"{name}_out_of_sample"]) for name in MEASURES)
    assert (found.importance, found.direction) == (None, None)
    assert found.fit["folds"] == 0
    assert "does not predict" in found.notes[0]


class Nonsense(Mean):
    """Predicts what `answer` says."""

    name = "nonsense"
    answer: str

    def predict(self, analysis, study):
        return {
            "an array": lambda: np.full(len(study.cases), 0.5),
            "other cases": lambda: pd.Series(0.5, index=range(1000, 1000 + len(study.cases))),
            "too much": lambda: pd.Series(1.01, index=study.cases),
            "too little": lambda: pd.Series(-0.01, index=study.cases),
            "infinity": lambda: pd.Series(np.inf, index=study.cases),
            "words": lambda: pd.Series("much", index=study.cases),
        }[self.answer]()


@pytest.mark.parametrize("answer", ["an array", "other cases", "too much", "too little", "infinity", "words"])
def test_nonsense_for_a_prediction_counts_as_a_failed_fold(answer: str) -> None:
    found = measured(Nonsense(answer=answer), made(scores(6)).calibrate())
    assert found.fit["failed_folds"] == 6
    assert (found.importance, found.direction) == (None, None)
    assert any("could not be computed" in note for note in found.notes)


# ----------------------------------------------------------------------------------- the outcome is out of sight


def everything_in(thing: Any, seen: dict[int, Any]) -> Iterator[float]:
    """Every number that can be reached from an object through attributes and items."""
    if id(thing) in seen or isinstance(thing, (str, bytes, type)) or callable(thing):
        return
    seen[id(thing)] = thing  # kept alive, so that no other thing gets its id
    inner: Iterable[Any]
    if isinstance(thing, (int, float, np.number)):
        yield float(thing)
        return
    if isinstance(thing, pd.DataFrame):
        inner = [*(thing[column].to_numpy() for column in thing), thing.index, thing.columns, thing.attrs]
    elif isinstance(thing, (pd.Series, pd.Index)):
        inner = [thing.to_numpy(), thing.name]
    elif isinstance(thing, np.ndarray):
        inner = [*thing.ravel().tolist(), thing.base]
    elif isinstance(thing, dict):
        inner = [*thing.keys(), *thing.values()]
    elif isinstance(thing, (list, tuple, set, frozenset)):
        inner = thing
    else:
        inner = attributes(thing)
    for each in inner:
        yield from everything_in(each, seen)


def attributes(thing: Any) -> Iterator[Any]:
    for name in dir(thing):
        if not name.startswith(("__", "model_")):
            with suppress(Exception):  # undefined ones
                yield getattr(thing, name)


FOUND: list[float] = []


class Spy(Mean):
    """Looks for outcomes everywhere in the study whose cases it is to predict."""

    name = "spy"
    secrets: tuple[float, ...]

    def predict(self, analysis, study):
        FOUND.extend(set(everything_in(study, {})) & set(self.secrets))
        for frame in (study.raw, study.fuzzy, study.crisp):
            assert frame["Y"].isna().all()
        assert "y" not in study.data
        return super().predict(analysis, study)


def test_predictions_cannot_see_the_outcome() -> None:
    frame = scores(8)
    calibrated = made(frame).calibrate()
    secrets = {*frame["y"], *calibrated.fuzzy["Y"]}
    assert set(everything_in(calibrated, {})) >= secrets  # the search does find them where they are
    FOUND.clear()
    found = measured(Spy(secrets=tuple(secrets)), calibrated)
    assert found.fit["failed_folds"] == 0
    assert found.notes == []
    assert FOUND == []


# ---------------------------------------------------------------------------------------- importance, direction


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
    low, high = _tenth_and_ninetieth(calibrated, "A")
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


# -------------------------------------------------------------------------------------------------- baselines


def test_the_mean_as_a_baseline() -> None:
    calibrated = made(scores(9)).calibrate()
    y = outcome_of(calibrated)
    found = baselines(calibrated, 0)["baseline: mean"]
    others = np.array([np.delete(y, case).mean() for case in range(9)])
    assert found["mae"] == pytest.approx(np.abs(y - y.mean()).mean())
    assert found["mae_out_of_sample"] == pytest.approx(np.abs(y - others).mean())
    assert found["consistency"] == pytest.approx(np.minimum(y, y.mean()).sum() / y.mean() / 9)
    assert np.isnan(found["spearman"])
    assert spearmanr(others, y).statistic == pytest.approx(-1)  # an artefact, so that it is
    assert np.isnan(found["spearman_out_of_sample"])


def test_a_method_that_predicts_the_mean_is_the_baseline() -> None:
    calibrated = made(scores(9)).calibrate()
    found, baseline = measured(Mean(), calibrated).fit, baselines(calibrated, 0)["baseline: mean"]
    assert found == pytest.approx(baseline, nan_ok=True)
    assert np.isnan(found["spearman_out_of_sample"])


def test_the_permuted_outcome_as_a_baseline() -> None:
    calibrated = made(scores(30)).calibrate()
    y = outcome_of(calibrated)
    found = baselines(calibrated, 0)["baseline: permuted outcome"]
    differences = np.abs(np.subtract.outer(y, y))
    assert found["mae"] == pytest.approx(differences.mean(), abs=0.02)  # over all pairs of cases
    assert found["consistency"] == pytest.approx(np.minimum.outer(y, y).mean() / y.mean(), abs=0.03)
    assert found["balanced_accuracy"] == pytest.approx(0.5, abs=0.05)
    assert abs(found["spearman"]) < 0.06
    assert all(found[name] == found[f"{name}_out_of_sample"] for name in MEASURES)


def test_each_refit_draws_random_numbers_of_its_own() -> None:
    calibrated = made(scores(6, "ABC")).calibrate()
    found = measured(Noise(), calibrated, seed=4)
    label = zlib.crc32(b"it")
    weights = [np.random.default_rng([4, label, 1, fold]).dirichlet(np.ones(3)) for fold in range(6)]
    expected = [row @ weight for row, weight in zip(memberships(calibrated), weights, strict=True)]
    np.testing.assert_allclose(found.predicted_out_of_sample, expected)


def test_random_numbers_depend_on_seed_label_and_fold_alone() -> None:
    draws = {arguments: generator(*arguments).random() for arguments in [(0, "a"), (1, "a"), (0, "b"), (0, "a", 1, 0)]}
    assert len(set(draws.values())) == 4
    assert generator(0, "a").random() == draws[0, "a"]
