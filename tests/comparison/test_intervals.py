"""Bootstrap intervals, against explicit loops over the same resamples, SciPy and scikit-learn."""

import json
import zlib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import bootstrap as scipy_bootstrap
from scipy.stats import kendalltau, norm, spearmanr
from sklearn.metrics import adjusted_mutual_info_score

import equifinal as eq
from core_toys import Blind, Linear, Mean, Noise, filled, made, scores
from equifinal.comparison import intervals as bootstrap
from equifinal.comparison.association import mutual_information
from equifinal.comparison.fit import Yardstick
from equifinal.comparison.measures import BUILT_IN, in_resamples, measures

MEASURES = [each.name for each in BUILT_IN]
NAMES = [*(f"{name}_out_of_sample" for name in MEASURES), *MEASURES]


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


def test_differences_equal_a_loop_over_the_same_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "RESAMPLES", 80)
    run = eq.run(made(scores(14, "ABC")), [Linear(), Noise(), Gap()], seed=5)
    comparison = eq.compare(run)
    table, outcome = comparison.differences, comparison.calibrated.fuzzy["Y"].to_numpy()
    assert table.index.tolist() == [("linear", "noise"), ("linear", "gap"), ("noise", "gap")]
    drawn = multiplicities(14, seed=5, resamples=80)
    figures = {}
    for label, yardstick in comparison.yardsticks.items():
        outside, inside = yardstick.predicted_out_of_sample.to_numpy(), comparison.cases[label]["predicted"].to_numpy()
        rows = []
        for weights in drawn:
            places = np.repeat(np.arange(14), weights)
            rows.append([*(measures(each[places], outcome[places]).values() for each in (outside, inside))])
        figures[label] = np.array([[*first, *second] for first, second in rows])
    for first, second in table.index:
        together = figures[first] - figures[second]
        for number, name in enumerate(NAMES):
            row = table.loc[(first, second), name]
            assert row["estimate"] == pytest.approx(comparison.fit.loc[first, name] - comparison.fit.loc[second, name])
            defined = together[:, number][~np.isnan(together[:, number])]
            assert row["undefined"] == 80 - len(defined)
            np.testing.assert_allclose(
                row[["low", "high"]].astype(float), np.percentile(defined, [2.5, 97.5]), atol=1e-12
            )


def test_differences_come_out_of_sample_first(comparison: eq.Comparison) -> None:
    assert comparison.differences.columns.unique("measure").tolist() == NAMES
    assert comparison.differences.columns.unique("number").tolist() == ["estimate", "low", "high", "undefined"]
    assert comparison.differences.index.names == ["method", "other"]
    assert len(comparison.differences) == 10


def test_the_interval_is_scipys(comparison: eq.Comparison) -> None:
    """SciPy draws other resamples; with 1,000 of them, the limits vary by a few hundredths of the interval's length."""
    outcome = comparison.calibrated.fuzzy["Y"].to_numpy()
    first, second = (comparison.yardsticks[label].predicted_out_of_sample.to_numpy() for label in ("linear", "noise"))

    def difference(p: np.ndarray, q: np.ndarray, y: np.ndarray, axis: int = -1) -> np.ndarray:
        return np.abs(p - y).mean(axis=axis) - np.abs(q - y).mean(axis=axis)

    theirs = scipy_bootstrap(
        (first, second, outcome), difference, paired=True, method="percentile", n_resamples=20_000, rng=1
    ).confidence_interval
    found = comparison.differences.loc[("linear", "noise"), "mae_out_of_sample"]
    length = theirs.high - theirs.low
    assert found["low"] == pytest.approx(theirs.low, abs=0.08 * length)
    assert found["high"] == pytest.approx(theirs.high, abs=0.08 * length)


def test_without_an_estimate_there_is_no_interval(comparison: eq.Comparison) -> None:
    pairs = comparison.differences
    assert pairs.loc[("linear", "mean"), "spearman"][["estimate", "low", "high"]].isna().all()
    assert pairs.loc[("linear", "blind"), "mae_out_of_sample"][["estimate", "low", "high"]].isna().all()
    assert pairs.loc[("linear", "blind"), "mae_out_of_sample"]["undefined"] == 1000
    assert pairs.loc[("linear", "blind"), "mae"].notna().all()  # in sample it has a prediction


def test_a_method_does_not_differ_from_itself() -> None:
    comparison = eq.compare(eq.run(made(scores(12)), {"one": Linear(), "two": Linear()}))
    figures = comparison.differences.drop(columns="undefined", level="number")
    assert (figures.abs() < 1e-12).all(axis=None)


def test_resamples_without_a_class_are_left_out_and_counted() -> None:
    """One case of eight has the outcome; it is missing from about (7/8)^8 of the resamples."""
    frame = scores(8).assign(y=[9.0, 1, 1, 2, 1, 3, 2, 1])
    comparison = eq.compare(eq.run(made(frame), [Linear(), Noise()]))
    drawn = multiplicities(8)
    without = (drawn[:, 0] == 0) | (drawn[:, 1:].sum(axis=1) == 0)
    found = comparison.differences.loc[("linear", "noise"), "balanced_accuracy"]
    assert found["undefined"] == without.sum() > 200
    assert found["low"] <= found["high"]


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
    again = bootstrap.differences(comparison.analyses, comparison.yardsticks, *arguments)
    pd.testing.assert_frame_equal(again, comparison.differences)
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
        assert "95 % intervals over cases" in text


def test_yardsticks_are_those_of_the_fit(comparison: eq.Comparison) -> None:
    for label, each in comparison.yardsticks.items():
        assert isinstance(each, Yardstick)
        assert each.fit["mae"] == comparison.fit.loc[label, "mae"]
