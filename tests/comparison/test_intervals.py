"""Intervals of differences and of agreement, against explicit loops, SciPy, statsmodels and scikit-learn."""

import importlib.util
import json
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau, norm, spearmanr
from scipy.stats import t as student_t
from sklearn.metrics import adjusted_mutual_info_score
from sklearn.model_selection import RepeatedKFold
from statsmodels.stats.multitest import multipletests

import equifinal as eq
from core_toys import Blind, Linear, Mean, Noise, filled, least_squares, made, memberships, scores
from equifinal.comparison import intervals as bootstrap
from equifinal.comparison.association import mutual_information
from equifinal.comparison.fit import Yardstick
from equifinal.comparison.measures import BUILT_IN, in_resamples, measures
from equifinal.comparison.out_of_sample import repeated_splits

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "coverage_of_differences.py"
MEASURES = [each.name for each in BUILT_IN]
NAMES = [f"{name}_out_of_sample" for name in MEASURES]


class Only(Noise):
    """Predicts the membership in one condition."""

    name = "only"
    by: str = "A"

    def predict(self, analysis, study):
        return study.fuzzy[self.by].rename(None)

    def analyze(self, study, rng):
        return filled(self, study, study.fuzzy[self.by])


class Gap(Linear):
    """Gives up when case 3 is not among those it learns from."""

    name = "gap"

    def analyze(self, study, rng):
        if "case 3" not in study.cases:
            raise LookupError("not without case 3")
        return super().analyze(study, rng)


def multiplicities(count: int, seed: int = 0, resamples: int = 1000) -> np.ndarray:
    """How often each of `count` units is drawn, as the framework draws."""
    rng = np.random.default_rng([seed, zlib.crc32(b"bootstrap of cases")])
    return rng.multinomial(count, [1 / count] * count, size=resamples)


@pytest.fixture(scope="module")
def comparison() -> eq.Comparison:
    return eq.compare(eq.run(made(scores(24, "ABC")), [Linear(), Noise(), Gap(), Mean(), Blind()]))


# ------------------------------------------------------------------------------------ the figures of a resample

VALUES = st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.6, 0.8, 1.0, np.nan])
CASES = st.lists(
    st.tuples(VALUES, st.sampled_from([0.0, 0.2, 0.5, 0.7, 1.0]), st.integers(0, 3)), min_size=2, max_size=12
)


@given(CASES)
def test_a_case_that_is_drawn_twice_counts_twice(cases: list[tuple[float, float, int]]) -> None:
    predicted, outcome, drawn = (np.array(column, dtype=float) for column in zip(*cases, strict=True))
    others = np.ones(len(cases))  # a second resample beside it, which must not change the first
    found = in_resamples(predicted, outcome, np.vstack([drawn, others]))
    for row, weights in zip(found, (drawn, others), strict=True):
        places = np.repeat(np.arange(len(cases)), weights.astype(int))
        expected = list(measures(predicted[places], outcome[places]).values())
        np.testing.assert_allclose(row, expected, atol=1e-12)


# ------------------------------------------------------------------------------------------------ differences


def by_hand(first: np.ndarray, second: np.ndarray, outcome: np.ndarray, unit: np.ndarray, learned: float) -> dict:
    """Estimate and error of the difference in each measure, from predictions of shape (repeats, n), in loops."""

    def difference(there: np.ndarray) -> np.ndarray:
        rows = [[each[r, there] for each in (first, second)] for r in range(len(first))]
        found = [np.subtract(*(list(measures(each, outcome[there]).values()) for each in pair)) for pair in rows]
        return np.nanmean(found, axis=0)

    names = np.unique(unit)
    without = np.array([difference(unit != name) for name in names])
    g = len(names)
    variance = (g - 1) / g * ((without - without.mean(axis=0)) ** 2).sum(axis=0)
    return {
        "estimate": difference(np.ones(len(outcome), dtype=bool)),
        "error": np.sqrt(variance * (len(outcome) / learned + 1 / len(first))),
    }


def refitted(calibrated: eq.CalibratedStudy, plan: list, repeats: int) -> np.ndarray:
    """Least squares, fitted again for each split."""
    x, y = memberships(calibrated), calibrated.fuzzy["Y"].to_numpy()
    found = np.full((repeats, len(y)), np.nan)
    for (train, test), repeat in zip(plan, np.repeat(range(repeats), len(plan) // repeats), strict=True):
        found[repeat, test] = least_squares(x[train], y[train], x[test])
    return found


@pytest.mark.parametrize("per_unit", [1, 2])
def test_differences_equal_a_jackknife_in_a_loop_over_refits_in_ten_times_ten_folds(per_unit: int) -> None:
    frame = scores(24 * per_unit, "ABC")
    frame["country"] = [f"country {number // per_unit}" for number in range(len(frame))]
    comparison = eq.compare(eq.run(made(frame, unit="country"), {"one": Linear(), "other": Only(by="B")}, seed=5))
    calibrated, outcome = comparison.calibrated, comparison.calibrated.fuzzy["Y"].to_numpy()
    plan = repeated_splits(calibrated)
    assert len(plan) == 100
    one = refitted(calibrated, plan, 10)
    other = np.tile(calibrated.fuzzy["B"].to_numpy(), (10, 1))
    learned = np.mean([len(train) for train, _ in plan])
    expected = by_hand(one, other, outcome, frame["country"].to_numpy(), float(learned))
    row = comparison.differences.loc[("one", "other")]
    for number, name in enumerate(NAMES):
        found, estimate, error = row[name], expected["estimate"][number], expected["error"][number]
        assert found["estimate"] == pytest.approx(estimate)
        if BUILT_IN[number].by_rank:
            assert found.drop("estimate").isna().all()
            continue
        assert found["error"] == pytest.approx(error)
        assert found["low"] == pytest.approx(estimate - student_t.ppf(0.975, 23) * error)
        assert found["high"] == pytest.approx(estimate + student_t.ppf(0.975, 23) * error)
        assert found["p"] == pytest.approx(2 * student_t.sf(abs(estimate / error), 23))


def test_of_a_mean_over_cases_it_is_nadeau_and_bengios_corrected_test() -> None:
    """Their equation, with the variance over folds of equal size: it differs only in how the variance is estimated."""
    comparison = eq.compare(eq.run(made(scores(200, "ABC")), {"one": Linear(), "other": Only(by="B")}))
    calibrated, outcome = comparison.calibrated, comparison.calibrated.fuzzy["Y"].to_numpy()
    plan = repeated_splits(calibrated)
    one, other = refitted(calibrated, plan, 10), calibrated.fuzzy["B"].to_numpy()
    folds = [
        np.abs(one[number // 10, test] - outcome[test]).mean() - np.abs(other[test] - outcome[test]).mean()
        for number, (_, test) in enumerate(plan)
    ]
    error = np.sqrt((1 / 100 + 20 / 180) * np.var(folds, ddof=1))
    row = comparison.differences.loc[("one", "other"), "mae_out_of_sample"]
    assert row["estimate"] == pytest.approx(np.mean(folds))
    assert row["error"] == pytest.approx(error, rel=0.15)


def test_a_splitter_that_repeats_is_used_for_differences_too() -> None:
    splitter = RepeatedKFold(n_splits=4, n_repeats=3, random_state=0)
    comparison = eq.compare(eq.run(made(scores(24, "ABC")), {"one": Linear(), "other": Only()}), folds=splitter)
    calibrated, outcome = comparison.calibrated, comparison.calibrated.fuzzy["Y"].to_numpy()
    one = refitted(calibrated, list(splitter.split(outcome)), 3)
    other = np.tile(calibrated.fuzzy["A"].to_numpy(), (3, 1))
    expected = by_hand(one, other, outcome, np.arange(24), 18)
    found = comparison.differences.loc[("one", "other")]
    np.testing.assert_allclose([found[name, "estimate"] for name in NAMES], expected["estimate"])
    errors = [np.nan if each.by_rank else error for each, error in zip(BUILT_IN, expected["error"], strict=True)]
    np.testing.assert_allclose([found[name, "error"] for name in NAMES], errors)


def test_p_values_are_corrected_for_the_number_of_pairs(comparison: eq.Comparison) -> None:
    for name in NAMES:
        found = comparison.differences[name]
        alone = 2 * student_t.sf(np.abs(found["estimate"] / found["error"]), 23)
        known = ~np.isnan(alone)
        assert known.any() == (not BUILT_IN[NAMES.index(name)].by_rank)
        if known.any():
            np.testing.assert_allclose(found["p"][known], multipletests(alone[known], method="holm")[1])
        assert found["p"][~known].isna().all()


def test_differences_are_out_of_sample(comparison: eq.Comparison) -> None:
    assert comparison.differences.columns.unique("measure").tolist() == NAMES
    assert comparison.differences.columns.unique("number").tolist() == ["estimate", "error", "low", "high", "p"]
    assert comparison.differences.index.names == ["method", "other"]
    assert len(comparison.differences) == 10


def test_without_an_estimate_there_is_no_interval(comparison: eq.Comparison) -> None:
    pairs = comparison.differences
    assert pairs.loc[("linear", "mean"), "spearman_out_of_sample"].isna().all()
    assert pairs.loc[("linear", "blind"), "mae_out_of_sample"].isna().all()


def test_a_constant_that_refits_learn_is_a_constant(comparison: eq.Comparison) -> None:
    linear = comparison.yardsticks["linear"].repeated.predicted
    outcome = comparison.calibrated.fuzzy["Y"].to_numpy()
    expected = np.mean([measures(row, outcome)["balanced_accuracy"] for row in linear]) - 0.5
    row = comparison.differences.loc[("linear", "mean"), "balanced_accuracy_out_of_sample"]
    assert row["estimate"] == pytest.approx(expected)


def test_two_methods_are_compared_on_cases_that_both_predict(comparison: eq.Comparison) -> None:
    """Case 3 is predicted by nobody but the other; it does not count for their difference."""
    one, gap = (comparison.yardsticks[label].repeated.predicted for label in ("linear", "gap"))
    outcome = comparison.calibrated.fuzzy["Y"].to_numpy()
    assert np.isnan(gap).any(axis=1).all()
    expected = [
        np.abs(first - outcome)[~np.isnan(second)].mean() - np.nanmean(np.abs(second - outcome))
        for first, second in zip(one, gap, strict=True)
    ]
    found = comparison.differences.loc[("linear", "gap"), "mae_out_of_sample"]
    assert found["estimate"] == pytest.approx(np.mean(expected), abs=1e-12)


@pytest.mark.parametrize(("cases", "per_unit", "there"), [(19, 1, False), (20, 1, True), (57, 3, False), (60, 3, True)])
def test_differences_have_intervals_from_twenty_cases_or_units_on(cases: int, per_unit: int, there: bool) -> None:
    frame = scores(cases)
    frame["country"] = [f"country {number // per_unit}" for number in range(cases)]
    comparison = eq.compare(eq.run(made(frame, unit="country"), {"one": Linear(), "other": Only()}))
    found = comparison.differences.loc[("one", "other"), "mae_out_of_sample"]
    assert found[["error", "low", "high", "p"]].notna().tolist() == [there] * 4
    if not there:
        fit = comparison.fit["mae_out_of_sample"]
        assert found["estimate"] == pytest.approx(fit["one"] - fit["other"])


def test_a_method_does_not_differ_from_itself() -> None:
    for cases in (12, 24):
        comparison = eq.compare(eq.run(made(scores(cases)), {"one": Linear(), "two": Linear()}))
        figures = comparison.differences.loc[("one", "two")].unstack("number")  # noqa: PD010
        assert (figures["estimate"].abs() < 1e-12).all()
        assert figures["p"].isna().all()


def test_neither_the_seed_nor_the_order_of_the_rows_changes_a_difference() -> None:
    frame = scores(24, "ABC")
    first, second, third = (
        eq.compare(eq.run(made(each), {"one": Linear(), "other": Only()}, seed=seed)).differences
        for each, seed in [(frame, 0), (frame, 1), (frame.sample(frac=1, random_state=2), 0)]
    )
    pd.testing.assert_frame_equal(first, second, check_exact=True)
    pd.testing.assert_frame_equal(first, third, rtol=0, atol=1e-10)


def test_beyond_200_units_groups_of_them_are_left_out() -> None:
    frame = scores(450, "AB")
    comparison = eq.compare(eq.run(made(frame), {"one": Linear(), "other": Only()}))
    found = comparison.differences.loc[("one", "other"), "mae_out_of_sample"]
    outcome = comparison.calibrated.fuzzy["Y"].to_numpy()
    one, other = (comparison.yardsticks[label].repeated for label in ("one", "other"))
    distances = (np.abs(one.predicted - outcome) - np.abs(other.predicted - outcome)).mean(axis=0)
    # Of a mean, the jackknife in groups of two or three varies little around the usual standard error.
    usual = np.std(distances, ddof=1) / np.sqrt(450) * np.sqrt(one.correction)
    assert found["error"] == pytest.approx(usual, rel=0.12)
    assert one.correction == pytest.approx(1 / 0.9 + 0.1)


def test_intervals_cover_the_difference_to_expect() -> None:
    """A small part of ``benchmarks/coverage_of_differences.py``: 95 % intervals, 100 data sets of 30 cases."""
    specification = importlib.util.spec_from_file_location("coverage_of_differences", BENCHMARK)
    assert specification is not None
    assert specification.loader is not None
    benchmark = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(benchmark)
    found = benchmark.coverage("additive", 30, data_sets=100, seed=1)
    covered = found[found["measure"] == "brier_skill"].set_index(["method", "other"])["covered"]
    # Of 100 intervals that cover 95 times, fewer than 88 do in less than 1 of 500.
    assert covered["one condition", "regression"] >= 0.88
    assert covered["mean", "regression"] >= 0.88


# ------------------------------------------------------------------------------------------------- resamples


def test_in_panels_whole_units_are_drawn() -> None:
    frame = scores(15)
    frame["country"] = [f"country {number // 3}" for number in range(15)]
    calibrated = made(frame, unit="country").calibrate()
    found = np.concatenate(list(bootstrap._resamples(calibrated, seed=2)))
    np.testing.assert_array_equal(found, np.repeat(multiplicities(5, seed=2), 3, axis=1))


def test_resamples_do_not_depend_on_how_many_are_worked_at_once(
    comparison: eq.Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "_CELLS_AT_ONCE", 24 * 33)
    arguments = (comparison.calibrated, comparison.run.seed)
    intervals = bootstrap.agreement_intervals(
        comparison.analyses, comparison.yardsticks, comparison.agreement, *arguments
    )
    pd.testing.assert_frame_equal(intervals["predictions"], comparison.agreement_intervals["predictions"])


def test_one_method_has_nobody_to_differ_from() -> None:
    comparison = eq.compare(eq.run(made(scores(20)), [Linear()]))
    assert comparison.differences.empty
    assert comparison.agreement_intervals["predictions"].empty


# -------------------------------------------------------------------------------------------------- agreement


class Grouping(Noise):
    """Groups by the membership in one condition, in so many groups; cases highest in B are in none."""

    name = "grouping"
    by: str = "A"
    groups: int = 3

    def analyze(self, study, rng):
        bins = np.floor(study.fuzzy[self.by] * (self.groups - 1e-9)).astype(int)
        group = bins.map("group {}".format).where(study.fuzzy["B"] < 0.9)
        cases = pd.DataFrame({"group": group.astype(object), "predicted": study.fuzzy[self.by]}, index=study.cases)
        return filled(self, study, cases=cases, native=np.eye(len(study.conditions))[0])


def test_agreement_intervals_equal_a_loop_with_scipy_and_scikit_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "RESAMPLES", 60)
    methods = {"one": Grouping(), "two": Grouping(by="C", groups=2), "none": Linear()}
    comparison = eq.compare(eq.run(made(scores(26, "ABC")), methods, seed=3))
    found, drawn = comparison.agreement_intervals, multiplicities(26, seed=3, resamples=60)
    places = [np.repeat(np.arange(26), weights) for weights in drawn]
    assert set(found) == {"predictions", "groups", "importance", "directions"}

    one, two = (comparison.cases[label]["predicted"].to_numpy() for label in ("one", "two"))
    draws = [spearmanr(one[each], two[each]).statistic for each in places]
    row = found["predictions"].loc[("one", "two")]
    assert row["estimate"] == pytest.approx(spearmanr(one, two).statistic)
    np.testing.assert_allclose(row[["low", "high"]].astype(float), np.percentile(draws, [2.5, 97.5]), atol=1e-12)

    one, two = (comparison.cases[label]["group"].fillna("-").to_numpy() for label in ("one", "two"))
    draws = [adjusted_mutual_info_score(one[each], two[each]) for each in places]
    row = found["groups"].loc[("one", "two")]
    assert row["estimate"] == pytest.approx(adjusted_mutual_info_score(one, two))
    expected = row["estimate"] + norm.ppf([0.025, 0.975]) * np.std(draws, ddof=1)
    np.testing.assert_allclose(row[["low", "high"]].astype(float), expected, atol=1e-9)
    assert found["groups"].loc[("one", "none"), ["estimate", "low", "high"]].isna().all()

    one, two = (comparison.yardsticks[label].rises.to_numpy() for label in ("one", "none"))
    np.testing.assert_allclose(one.mean(axis=0), comparison.conditions["one", "importance"])
    draws = [kendalltau(one[each].mean(axis=0), two[each].mean(axis=0)).statistic for each in places]
    row = found["importance"].loc[("one", "none")]
    importances = (comparison.conditions[label, "importance"] for label in ("one", "none"))
    assert row["estimate"] == pytest.approx(kendalltau(*importances).statistic)
    np.testing.assert_allclose(row[["low", "high"]].astype(float), np.nanpercentile(draws, [2.5, 97.5]), atol=1e-12)

    one, two = (comparison.yardsticks[label].moves.to_numpy() for label in ("one", "none"))
    assert np.sign(np.where(np.abs(two.mean(axis=0)) < 0.01, 0, two.mean(axis=0))).tolist() == (
        comparison.conditions["none", "direction"].tolist()
    )
    draws = []
    for each in places:
        means = [moves[each].mean(axis=0) for moves in (one, two)]
        signs = [np.where(np.abs(mean) < 0.01, 0, np.sign(mean)) for mean in means]
        draws.append((signs[0] == signs[1]).mean() if signs[0].any() and signs[1].any() else np.nan)
    row = found["directions"].loc[("one", "none")]
    assert row["estimate"] == comparison.agreement["directions"].loc["one", "none"]
    np.testing.assert_allclose(row[["low", "high"]].astype(float), np.nanpercentile(draws, [2.5, 97.5]), atol=1e-12)
    assert row["undefined"] == np.isnan(draws).sum()


def test_a_method_that_does_not_predict_has_no_interval_of_directions() -> None:
    class Rising(Blind):
        """Says that every condition raises the outcome, and cannot predict."""

        name = "rising"

        def analyze(self, study, rng):
            rising = {"role": "contributing", "direction": 1, "evidence": "It rises."}
            return filled(self, study, conditions=pd.DataFrame(rising, index=list(study.condition_names)))

    comparison = eq.compare(eq.run(made(scores(26, "ABC")), {"one": Linear(), "rising": Rising()}))
    row = comparison.agreement_intervals["directions"].loc[("one", "rising")]
    assert row["estimate"] == comparison.agreement["directions"].loc["one", "rising"]
    assert row[["low", "high"]].isna().all()


def test_resampled_groups_agree_too_much_so_that_percentiles_would_mislead() -> None:
    """Two groupings that have nothing to do with each other: the resamples lie above 0 all the same."""
    rng = np.random.default_rng(0)
    first, second = rng.integers(0, 5, 60), rng.integers(0, 5, 60)
    estimate = adjusted_mutual_info_score(first, second)
    drawn = mutual_information(first, second, multiplicities(60).astype(float))[:, np.newaxis]
    assert np.quantile(drawn, 0.025) > estimate
    _, low, high, _ = bootstrap._standard(np.array([estimate]), drawn).ravel()
    assert low < 0 < high


@pytest.mark.parametrize(("cases", "per_unit", "there"), [(19, 1, False), (20, 1, True), (57, 3, False), (60, 3, True)])
def test_agreement_has_intervals_from_twenty_cases_or_units_on(cases: int, per_unit: int, there: bool) -> None:
    frame = scores(cases)
    frame["country"] = [f"country {number // per_unit}" for number in range(cases)]
    study = made(frame, unit="country")
    assert bool(eq.compare(eq.run(study, [Linear(), Noise()])).agreement_intervals) == there


def test_an_interval_does_not_exceed_1() -> None:
    drawn = np.array([[0.9], [1.0], [0.7], [np.nan]])
    estimate, low, high, undefined = bootstrap._standard(np.array([0.95]), drawn).ravel()
    assert (estimate, high, undefined) == (0.95, 1.0, 1)
    assert low == pytest.approx(0.95 - 1.959964 * np.std([0.9, 1.0, 0.7], ddof=1), abs=1e-6)


# ---------------------------------------------------------------------------------------------------- reports


def test_reports_hold_differences_and_intervals(comparison: eq.Comparison, tmp_path) -> None:
    comparison.write(tmp_path / "report")
    everything = json.loads((tmp_path / "report" / "comparison.json").read_text(encoding="utf-8"))
    first = everything["differences"][0]
    assert (first["method"], first["other"]) == ("linear", "noise")
    assert (
        first["mae_out_of_sample low"] == comparison.differences.loc[("linear", "noise"), ("mae_out_of_sample", "low")]
    )
    assert set(everything["agreement_intervals"]) == {"predictions", "groups", "importance", "directions"}
    assert everything["permutations"] is None
    table = pd.read_csv(tmp_path / "report" / "tables" / "differences.csv", index_col=[0, 1])
    np.testing.assert_allclose(table.to_numpy(), comparison.differences.to_numpy())
    for file in ("report.html", "report.md"):
        text = (tmp_path / "report" / file).read_text(encoding="utf-8")
        assert "Differences between methods" in text
        assert "with 95 % intervals" in text


def test_yardsticks_are_those_of_the_fit(comparison: eq.Comparison) -> None:
    for label, each in comparison.yardsticks.items():
        assert isinstance(each, Yardstick)
        assert each.fit["mae"] == comparison.fit.loc[label, "mae"]
