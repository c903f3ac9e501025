"""Predictions of cases not seen, against statsmodels and explicit loops."""

import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr
from sklearn.metrics import mean_absolute_error, r2_score
from sklearn.model_selection import GroupKFold, KFold, LeaveOneOut, RepeatedKFold, StratifiedKFold
from statsmodels.regression.linear_model import OLS

import equifinal as eq
from core_toys import Blind, Linear, Mean, Noise, made, measured, memberships, outcome_of, scores
from equifinal.comparison.fit import baselines
from equifinal.comparison.measures import BUILT_IN, measures
from equifinal.comparison.out_of_sample import repeat_of, splits

MEASURES = tuple(each.name for each in BUILT_IN)


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


@pytest.mark.parametrize(("cases", "folds", "repeats"), [(2, 2, 1), (200, 200, 1), (201, 10, 10), (305, 10, 10)])
def test_every_case_is_left_out_alone_up_to_200_in_ten_times_ten_folds_beyond(
    cases: int, folds: int, repeats: int
) -> None:
    plan = splits(made(scores(cases)).calibrate())
    assert len(plan) == folds * repeats
    assert repeat_of(plan) == np.repeat(range(repeats), folds).tolist()
    for repeat in range(repeats):
        left_out = np.concatenate([test for _, test in plan[repeat * folds : (repeat + 1) * folds]])
        assert sorted(left_out) == list(range(cases))
    for train, test in plan:
        assert sorted([*train, *test]) == list(range(cases))
        assert list(train) == sorted(train)
        assert abs(len(test) - cases / folds) < 1


def test_folds_depend_neither_on_the_seed_nor_on_the_order_of_the_rows() -> None:
    frame = scores(201)
    shuffled = frame.sample(frac=1, random_state=3)
    plans = [
        [study.cases[test].sort_values().tolist() for _, test in splits(study, seed)]
        for study, seed in [(made(frame).calibrate(), 0), (made(frame).calibrate(), 1), (made(shuffled).calibrate(), 0)]
    ]
    assert plans[0] == plans[1] == plans[2]
    assert plans[0][0] != plans[0][10]  # each repeat is dealt anew


def test_copies_of_a_case_stay_on_one_side() -> None:
    calibrated = made(scores(12)).calibrate()
    groups = [f"case {number // 3}" for number in range(12)]
    plan = splits(calibrated, folds=2, groups=groups)
    assert len(plan) == 2
    for train, test in plan:
        assert not {groups[case] for case in train} & {groups[case] for case in test}


# --------------------------------------------------------------------------------------------- folds of one's own


@pytest.mark.parametrize("splitter", [KFold(4), RepeatedKFold(n_splits=3, n_repeats=2, random_state=0), LeaveOneOut()])
def test_folds_are_those_of_scikit_learn(splitter: Any) -> None:
    study = made(scores(13, "ABC"))
    found = eq.compare(eq.run(study, {"it": Linear()}), folds=splitter).yardsticks["it"]
    calibrated = study.calibrate()
    x, y = memberships(calibrated), outcome_of(calibrated)
    seen: list[dict[int, float]] = [{}]
    for train, test in splitter.split(x):
        if set(test) & set(seen[-1]):
            seen.append({})
        fitted = OLS(y[train], np.column_stack([np.ones(len(train)), x[train]])).fit().params
        seen[-1] |= dict(zip(test, np.clip(np.column_stack([np.ones(len(test)), x[test]]) @ fitted, 0, 1), strict=True))
    repeats = np.array([[each[case] for case in range(13)] for each in seen])
    np.testing.assert_allclose(found.unseen, repeats, atol=1e-10)
    np.testing.assert_allclose(found.predicted_out_of_sample, repeats.mean(axis=0), atol=1e-10)
    assert found.fit["folds"] == splitter.get_n_splits(x)
    assert found.fit["brier_skill_out_of_sample"] == pytest.approx(np.mean([r2_score(y, each) for each in repeats]))
    assert found.fit["spearman_out_of_sample"] == pytest.approx(
        np.mean([spearmanr(y, each).statistic for each in repeats])
    )


def test_a_whole_number_is_so_many_folds_of_cases_or_of_units() -> None:
    frame = scores(24).assign(country=[f"country {number // 3}" for number in range(24)])
    for study, whole in ((made(frame), 24), (made(frame, unit="country"), 8)):
        run = eq.run(study, [Linear()])
        assert eq.compare(run, folds=4).fit.loc["linear", "folds"] == 4
        for train, test in splits(study.calibrate(), folds=4):
            assert len(test) == 6
            if whole == 8:
                assert not set(frame["country"].iloc[train]) & set(frame["country"].iloc[test])
        for wrong in (1, whole + 1, True):
            with pytest.raises(eq.InputError, match=f"must be from 2 to {whole}"):
                eq.compare(run, folds=wrong)


def test_a_splitter_that_stratifies_sees_who_has_the_outcome_and_one_that_groups_sees_the_units() -> None:
    frame = scores(24).assign(country=[f"country {number // 3}" for number in range(24)])
    calibrated = made(frame, unit="country").calibrate()
    for train, test in splits(calibrated, folds=GroupKFold(4)):
        assert not set(frame["country"].iloc[train]) & set(frame["country"].iloc[test])
    alone = made(frame).calibrate()
    has = outcome_of(alone) > 0.5
    for _, test in splits(alone, folds=StratifiedKFold(3)):
        assert has[test].sum() in (has.sum() // 3, has.sum() // 3 + 1)


def test_a_splitter_without_a_random_state_takes_the_seed_and_stays_as_it_is() -> None:
    calibrated, splitter = made(scores(20)).calibrate(), KFold(4, shuffle=True)
    first, again, other = ([test.tolist() for _, test in splits(calibrated, seed, splitter)] for seed in (1, 1, 2))
    assert first == again != other
    assert first == [test.tolist() for _, test in KFold(4, shuffle=True, random_state=1).split(np.zeros(20))]
    assert splitter.random_state is None


@pytest.mark.parametrize(
    ("folds", "said"),
    [
        ("many", "cannot split the 20 cases"),
        (KFold(30), "cannot split the 20 cases .ValueError: Cannot have number of splits n_splits=30"),
        ([([0, 1], [1, 2])], "predicts 'case 1' from cases of the same unit. Every case must be on one side."),
        ([([0, 1], [99])], "cannot split the 20 cases .IndexError"),
        ([([0, 1], [])], "leaves nobody to learn from, or nobody to predict"),
        ([], "leaves nobody to learn from, or nobody to predict"),
        (3.5, "cannot split the 20 cases"),
    ],
)
def test_folds_that_cannot_be_made_are_refused(folds: Any, said: str) -> None:
    with pytest.raises(eq.InputError, match=f"^Study 'made': folds=.* {said}"):
        eq.compare(eq.run(made(scores(20)), [Linear()]), folds=folds)


def test_a_splitter_that_parts_units_is_refused() -> None:
    frame = scores(24).assign(country=[f"country {number % 8}" for number in range(24)])
    run = eq.run(made(frame, unit="country"), [Linear()])
    with pytest.raises(
        eq.InputError, match=r"from cases of the same unit\. Use a splitter that keeps groups together, such as"
    ):
        eq.compare(run, folds=KFold(4))


@pytest.mark.parametrize(("units", "count", "repeats"), [(6, 6, 1), (210, 100, 10)])
def test_in_panels_whole_units_are_left_out(units: int, count: int, repeats: int) -> None:
    frame = scores(units * 3)
    frame["country"] = [f"country {number % units}" for number in range(units * 3)]
    calibrated = made(frame, unit="country").calibrate()
    plan = splits(calibrated)
    assert len(plan) == count
    for train, test in plan:
        assert not set(frame["country"].iloc[train]) & set(frame["country"].iloc[test])
        assert len(train) + len(test) == len(frame)
    assert sorted(np.concatenate([test for _, test in plan])) == sorted([*range(len(frame))] * repeats)


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
    elif isinstance(thing, pd.api.extensions.ExtensionArray):
        inner = [np.asarray(thing)]
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


def test_each_refit_draws_random_numbers_of_its_own() -> None:
    calibrated = made(scores(6, "ABC")).calibrate()
    found = measured(Noise(), calibrated, seed=4)
    label = zlib.crc32(b"it")
    weights = [np.random.default_rng([4, label, 1, fold]).dirichlet(np.ones(3)) for fold in range(6)]
    expected = [row @ weight for row, weight in zip(memberships(calibrated), weights, strict=True)]
    np.testing.assert_allclose(found.predicted_out_of_sample, expected)
