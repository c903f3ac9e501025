"""The permutation test, against SciPy's, explicit loops, and cases in which the answer is known."""

import json
import zlib
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest
from scipy.stats import permutation_test as scipy_permutation_test
from scipy.stats import spearmanr
from sklearn.metrics import mean_absolute_error
from statsmodels.regression.linear_model import OLS

import equifinal as eq
from core_toys import Blind, Broken, Linear, Mean, Noise, filled, made, memberships, scores
from equifinal.comparison.measures import BUILT_IN
from equifinal.comparison.permutation_test import permutation_test

MEASURES = [each.name for each in BUILT_IN]


def sources(cases: int, permutations: int, seed: int = 0) -> list[Any]:
    """Where each case takes its outcome from, as the framework draws it."""
    label = zlib.crc32(b"permutations of the outcome")
    return [np.random.default_rng([seed, label, number]).permutation(cases) for number in range(permutations)]


def shares_of(method: eq.Method, frame: pd.DataFrame, permutations: int = 50, **further: Any) -> pd.Series:
    run = eq.run(made(frame, **further), {"it": method})
    return permutation_test(run, permutations).loc["it"]


class Fixed(eq.Method):
    """Predicts the membership in A, whatever the outcome."""

    name = "fixed"

    def analyze(self, study, rng):
        return filled(self, study, study.fuzzy["A"])

    def predict(self, analysis, study):
        return study.fuzzy["A"]


class Memory(eq.Method):
    """Predicts every case by the outcome that it saw there."""

    name = "memory"

    def analyze(self, study, rng):
        outcome = study.fuzzy[study.outcome.name]
        return filled(self, study, outcome, native=outcome.to_dict())

    def predict(self, analysis, study):
        return pd.Series([analysis.native[case] for case in study.cases], index=study.cases)


class Timid(eq.Method):
    """Finds a path only when case 0 has the outcome."""

    name = "timid"
    sufficient_paths = True

    def analyze(self, study, rng):
        found = float(study.fuzzy[study.outcome.name].iloc[0] > 0.5)
        return filled(self, study, found * study.fuzzy["A"], native=found)

    def predict(self, analysis, study):
        return analysis.native * study.fuzzy["A"]


class Nervous(Linear):
    """Raises when case 0 has the outcome, but for the first time."""

    name = "nervous"

    def refit(self, study, rng):
        if study.fuzzy[study.outcome.name].iloc[0] > 0.5:
            raise ArithmeticError("too high")
        return self.analyze(study, rng)


# ------------------------------------------------------------------------------------------- independent figures


def test_shares_equal_a_loop_with_statsmodels() -> None:
    calibrated = made(scores(12, "AB")).calibrate()
    x, y = np.column_stack([np.ones(12), memberships(calibrated)]), calibrated.fuzzy["Y"].to_numpy()

    def fit(outcome: Any) -> tuple[float, float]:
        predicted = OLS(outcome, x).fit().predict(x).clip(0, 1)
        return mean_absolute_error(outcome, predicted), spearmanr(outcome, predicted).statistic

    error, order = fit(y)
    errors, orders = np.array([fit(y[source]) for source in sources(12, 60)]).T
    found = shares_of(Linear(), scores(12, "AB"), 60)
    assert found["mae"] == pytest.approx(((errors <= error + 1e-9).sum() + 1) / 61)
    assert found["spearman"] == pytest.approx(((orders >= order - 1e-9).sum() + 1) / 61)
    assert (found["permutations"], found["failed"]) == (60, 0)


def test_the_share_is_the_p_value_of_scipys_permutation_test() -> None:
    """With a prediction that learns nothing, the test is that of a correlation; SciPy takes all 720 permutations."""
    frame = scores(6, "AB").assign(A=[1.0, 3, 4, 6, 7, 9], y=[4.0, 2, 3, 9, 1, 8])
    calibrated = made(frame).calibrate()
    a, y = calibrated.fuzzy["A"].to_numpy(), calibrated.fuzzy["Y"].to_numpy()
    exact = scipy_permutation_test(
        (y,),
        lambda outcome: spearmanr(a, outcome).statistic,
        permutation_type="pairings",
        alternative="greater",
        n_resamples=np.inf,
    ).pvalue
    found = shares_of(Fixed(), frame, 400)["spearman"]
    assert 0.1 < exact < 0.5
    assert abs(found - exact) < 4 * np.sqrt(exact * (1 - exact) / 400) + 1 / 401


# ------------------------------------------------------------------------------------------------ known answers


def test_who_memorizes_fits_every_outcome_as_well() -> None:
    found = shares_of(Memory(), scores(9))
    assert all(found[name] == 1 for name in MEASURES if name != "calibration_slope")
    assert np.isnan(found["calibration_slope"])  # which is best at 1, so that no other slope reaches it


def test_a_constant_fits_every_outcome_alike() -> None:
    found = shares_of(Mean(), scores(9))
    assert found["mae"] == found["consistency"] == 1
    assert np.isnan(found["spearman"])


def test_what_no_permutation_reaches_has_the_smallest_share_there_is() -> None:
    frame = scores(12, "AB").assign(A=np.arange(12) * 0.8, y=np.arange(12) * 0.8)
    found = shares_of(Fixed(), frame, 99)
    assert all(found[name] == 0.01 for name in MEASURES if name != "calibration_slope")


def test_an_outcome_that_is_noise_is_fitted_by_chance() -> None:
    rng = np.random.default_rng(8)
    frames = [scores(16, "AB").assign(y=rng.permutation(scores(16)["y"].to_numpy())) for _ in range(12)]
    shares = [shares_of(Linear(), frame, 19)["mae"] for frame in frames]
    assert 0.25 < np.mean(shares) < 0.75  # uniform: 0.5 with a standard error of 0.083
    assert min(shares) < 0.3 < 0.7 < max(shares)


def test_an_empty_solution_is_none_and_reaches_nothing_but_the_error() -> None:
    frame = scores(10).assign(y=[9.0, 8, 9, 7, 1, 2, 1, 3, 2, 1])
    has = frame["y"].to_numpy() > 5
    found = shares_of(Timid(), frame, 200)
    expected = np.array([has[source[0]] for source in sources(10, 200)])
    assert found["any_solution"] == expected.mean()
    assert 0.25 < expected.mean() < 0.55
    assert found["consistency"] <= (expected.sum() + 1) / 201


def test_the_share_of_solutions_is_asked_of_methods_with_sufficient_paths_alone() -> None:
    assert np.isnan(shares_of(Fixed(), scores(8))["any_solution"])


def test_failed_refits_are_left_out_and_counted() -> None:
    frame = scores(10).assign(y=[1.0, 8, 9, 7, 1, 2, 6, 3, 2, 1])
    has = frame["y"].to_numpy() > 5
    failed = sum(has[source[0]] for source in sources(10, 100))
    comparison = eq.compare(eq.run(made(frame), [Nervous()]), permutations=100)
    assert comparison.permutations is not None
    found = comparison.permutations.loc["nervous"]
    assert (found["permutations"], found["failed"]) == (100 - failed, failed)
    notes = comparison.notes.loc[comparison.notes["about"] == "nervous", "note"]
    assert any(f"{failed} refits to permuted outcomes failed" in note for note in notes)
    assert found["why"] == "ArithmeticError: too high"
    assert any(note.endswith("left out: ArithmeticError: too high") for note in notes)


def test_when_every_refit_fails_there_are_no_shares() -> None:
    class Hopeless(Linear):
        name = "hopeless"

        def refit(self, study, rng):
            raise ArithmeticError("never")

    found = shares_of(Hopeless(), scores(8), 7)
    assert found[MEASURES].isna().all()
    assert (found["permutations"], found["failed"]) == (0, 7)


class Watcher(Linear):
    """Checks what it learns from."""

    name = "watcher"

    def refit(self, study, rng):
        np.testing.assert_array_equal(study.raw["Y"], study.data["y"])
        np.testing.assert_allclose(study.to_membership("Y", study.raw["Y"]), study.fuzzy["Y"])
        np.testing.assert_array_equal(study.crisp["Y"] == 1, study.fuzzy["Y"] > 0.5)
        original = scores(9)
        assert sorted(study.data["y"]) == sorted(original["y"])
        pd.testing.assert_frame_equal(study.data[["A", "B"]], original[["A", "B"]])
        return super().refit(study, rng)


@pytest.mark.parametrize("calibrator", [None, {"method": "ranks"}])
def test_raw_score_membership_and_data_of_the_outcome_are_permuted_together(calibrator: Any) -> None:
    found = shares_of(Watcher(), scores(9), 10, calibrate={"Y": calibrator} if calibrator else None)
    assert found["failed"] == 0


def test_the_negated_outcome_is_permuted_too() -> None:
    run = eq.run(made(scores(12)).negated(), {"it": Linear()})
    found = permutation_test(run, 30).loc["it"]
    direct = shares_of(Linear(), scores(12), 30)
    assert found["mae"] == direct["mae"]  # a regression of the absence mirrors that of the presence


# ------------------------------------------------------------------------------------------------- repeatability


class Watching(Fixed):
    """Notes where each case has its outcome from: the raw scores are told apart."""

    name = "watching"
    seen: ClassVar[list[list[float]]] = []

    def refit(self, study, rng):
        self.seen.append(study.raw[study.outcome.name].tolist())
        return self.analyze(study, rng)


def test_in_a_panel_whole_units_change_places_with_those_at_the_same_times() -> None:
    units, years = list("ppqqrrstt"), [1, 2, 1, 2, 2, 1, 1, 2, 3]  # r stands the other way round; s and t are alone
    frame = scores(9, "AB").assign(y=np.arange(1.0, 10), unit=units, year=years)
    run = eq.run(made(frame, unit="unit", time="year"), {"it": Watching()})
    Watching.seen.clear()
    found = eq.compare(run, permutations=200)
    outcome_of = {key: y for *key, y in zip(units, years, frame["y"], strict=True) for key in [tuple(key)]}
    orders = set()
    for drawn in Watching.seen[-200:]:
        at = {(unit, year): y for unit, year, y in zip(units, years, drawn, strict=True)}
        order = tuple(next(u for u in "pqr" if outcome_of[u, 1] == at[unit, 1]) for unit in "pqr")
        for unit, source in zip("pqr", order, strict=True):
            assert [at[unit, 1], at[unit, 2]] == [outcome_of[source, 1], outcome_of[source, 2]]
        for key in [("s", 1), ("t", 2), ("t", 3)]:
            assert at[key] == outcome_of[key]
        orders.add(order)
    assert len(orders) == 6  # all orders of p, q and r
    assert "2 of 5 units are at times that no other has; they keep their outcome." in found.notes["note"].tolist()


def test_units_without_times_change_places_with_those_of_as_many_cases() -> None:
    frame = scores(6, "AB").assign(y=np.arange(1.0, 7) + 2, unit=list("ppqqrs"))
    Watching.seen.clear()
    permutation_test(eq.run(made(frame, unit="unit"), {"it": Watching()}), 50)
    drawn = {tuple(each) for each in Watching.seen[-50:]}
    assert drawn == {(*first, *last) for first in [(3, 4, 5, 6), (5, 6, 3, 4)] for last in [(7, 8), (8, 7)]}


def test_a_figure_that_belongs_to_units_is_no_rarer_than_theirs() -> None:
    """Units are copies of a case: the test must find what it finds with the cases alone, not what three times as many say."""
    frame = scores(8, "AB").assign(A=[1.0, 3, 4, 6, 7, 9, 2, 8], y=[5.0, 1, 4, 2, 9, 7, 3, 6])
    thrice = pd.concat([frame] * 3, ignore_index=True).set_axis([f"row {number}" for number in range(24)])
    thrice["unit"], thrice["year"] = [str(n % 8) for n in range(24)], [n // 8 for n in range(24)]
    alone = shares_of(Fixed(), frame, 500)["spearman"]
    together = shares_of(Fixed(), thrice, 500, unit="unit", time="year")["spearman"]
    as_cases = shares_of(Fixed(), thrice, 500)["spearman"]
    assert abs(alone - together) < 0.08
    assert as_cases < alone / 4


def test_numbers_do_not_depend_on_the_number_of_processes() -> None:
    run = eq.run(eq.load_study("heilongjiang"))
    one = permutation_test(run, 20)
    pd.testing.assert_frame_equal(permutation_test(run, 20, n_jobs=2), one)
    assert one.index.tolist() == [label for label, method in run.methods.items() if method.predicts()]
    assert one["failed"].eq(0).all()


def test_random_methods_draw_by_seed_label_and_permutation() -> None:
    frame = scores(10, "ABC")
    run = eq.run(made(frame), {"it": Noise()}, seed=6)
    calibrated = run.calibrated
    label = zlib.crc32(b"it")
    errors = []
    for number, source in enumerate(sources(10, 30, seed=6)):
        weights = np.random.default_rng([6, label, 3, number]).dirichlet(np.ones(3))
        errors.append(mean_absolute_error(calibrated.fuzzy["Y"].to_numpy()[source], memberships(calibrated) @ weights))
    observed = mean_absolute_error(calibrated.fuzzy["Y"], run["it"].cases["predicted"])
    assert permutation_test(run, 30).loc["it", "mae"] == pytest.approx((np.sum(np.array(errors) <= observed) + 1) / 31)


# -------------------------------------------------------------------------------------------- around the numbers


@pytest.mark.parametrize(("permutations", "n_jobs"), [(0, 1), (-1, 1), (1.5, 1), (True, 1), (10, 0)])
def test_wrong_numbers_are_refused(permutations: Any, n_jobs: Any) -> None:
    run = eq.run(made(scores(8)), [Mean()])
    with pytest.raises(eq.InputError, match=r"permutations =|n_jobs ="):
        permutation_test(run, permutations, n_jobs)


def test_methods_that_do_not_predict_or_failed_have_no_row() -> None:
    run = eq.run(made(scores(8)), [Blind(), Broken(), Linear()])
    assert permutation_test(run, 5).index.tolist() == ["linear"]
    assert permutation_test(eq.run(made(scores(8)), [Blind()]), 5).empty


def test_a_comparison_permutes_only_when_asked() -> None:
    run = eq.run(eq.load_study("heilongjiang"), ["fsqca", "regression"])
    assert eq.compare(run).permutations is None
    comparison = eq.compare(run, permutations=20)
    assert comparison.permutations is not None
    pd.testing.assert_frame_equal(comparison.permutations, permutation_test(run, 20))
    share = comparison.permutations.loc["fsqca", "any_solution"]
    note = next(note for note in comparison.notes["note"] if "permuted outcomes" in note)
    assert f"{100 * share:.0f} % of 20 permuted outcomes" in note
    assert "4 conditions and 12 cases" in note
    with pytest.raises(eq.InputError, match="permutations = -1"):
        eq.compare(run, permutations=-1)


def test_no_note_without_need() -> None:
    frame = scores(10).assign(y=[9.0, 8, 9, 7, 1, 2, 1, 3, 2, 1])
    comparison = eq.compare(eq.run(made(frame), [Linear()]), permutations=5)
    assert not comparison.notes["note"].str.contains("permuted outcomes").any()


def test_reports_and_the_command_line_show_it(cli, towns, tmp_path) -> None:
    ended = cli("compare", towns, "-m", "csqca", "-m", "regression", "--permutations", "6", "-o", tmp_path / "report")
    assert ended.code == 0
    assert "share of 6 permuted outcomes" in " ".join(ended.out.split())
    assert "For permuted outcomes, a solution is found by csqca in" in " ".join(ended.out.split())
    everything = json.loads((tmp_path / "report" / "comparison.json").read_text(encoding="utf-8"))
    assert [row["method"] for row in everything["permutations"]] == ["csqca", "regression"]
    table = pd.read_csv(tmp_path / "report" / "tables" / "permutations.csv", index_col=0)
    assert table["permutations"].tolist() == [6, 6]
    assert "any solution" in (tmp_path / "report" / "report.md").read_text(encoding="utf-8")
    assert "Chance: share of permuted outcomes" in (tmp_path / "report" / "report.html").read_text(encoding="utf-8")


def test_the_command_line_refuses_a_negative_number_before_it_starts(cli, towns, tmp_path) -> None:
    ended = cli("compare", towns, "--permutations", "-3", "-o", tmp_path / "report")
    assert ended.code == 2
    assert ended.err.startswith("Error: permutations = -3.")
    assert not (tmp_path / "report").exists()


def test_the_manifest_says_how_often_the_outcome_was_permuted() -> None:
    run = eq.run(eq.load_study("heilongjiang"), ["regression"])
    assert eq.compare(run, permutations=7).manifest["permutations"] == 7
    assert "permutations" not in eq.compare(run).manifest
