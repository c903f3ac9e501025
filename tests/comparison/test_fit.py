"""The common yardstick: baselines, and random numbers of its own."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from core_toys import Mean, made, measured, outcome_of, scores
from equifinal.base.seeds import generator
from equifinal.comparison.fit import baselines
from equifinal.comparison.measures import BUILT_IN

MEASURES = tuple(each.name for each in BUILT_IN)


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


def test_the_median_as_a_baseline() -> None:
    calibrated = made(scores(9)).calibrate()
    y = outcome_of(calibrated)
    found = baselines(calibrated, 0)["baseline: median"]
    others = np.array([np.median(np.delete(y, case)) for case in range(9)])
    assert found["mae"] == pytest.approx(np.abs(y - np.median(y)).mean())
    assert found["mae_out_of_sample"] == pytest.approx(np.abs(y - others).mean())
    assert found["mae"] < baselines(calibrated, 0)["baseline: mean"]["mae"]


@pytest.mark.parametrize("cases", [9, 30, 205])
def test_constants_have_a_balanced_accuracy_of_a_half_in_and_out_of_sample(cases: int) -> None:
    found = baselines(made(scores(cases)).calibrate(), 0)
    for name in ("baseline: mean", "baseline: median"):
        assert found[name]["balanced_accuracy"] == found[name]["balanced_accuracy_out_of_sample"] == 0.5


def test_the_brier_skill_of_the_mean_is_0_and_a_little_less_out_of_sample() -> None:
    """Left out, a case is n / (n - 1) times as far from the mean of the others as from that of all."""
    found = baselines(made(scores(9)).calibrate(), 0)["baseline: mean"]
    assert found["brier_skill"] == pytest.approx(0)
    assert found["brier_skill_out_of_sample"] == pytest.approx(1 - (9 / 8) ** 2)


def test_the_permuted_outcome_does_not_depend_on_the_order_of_the_rows() -> None:
    frame = scores(30)
    first, other = (baselines(made(each).calibrate(), 0)["baseline: permuted outcome"] for each in (frame, frame[::-1]))
    assert first == pytest.approx(other, abs=1e-12)


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


def test_random_numbers_depend_on_seed_label_and_fold_alone() -> None:
    draws = {arguments: generator(*arguments).random() for arguments in [(0, "a"), (1, "a"), (0, "b"), (0, "a", 1, 0)]}
    assert len(set(draws.values())) == 4
    assert generator(0, "a").random() == draws[0, "a"]
