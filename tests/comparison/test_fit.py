"""The common yardstick: baselines, and random numbers of its own."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from core_toys import Mean, made, measured, outcome_of, scores
from equifinal.base.seeds import generator
from equifinal.comparison.fit import baselines

MEASURES = ("consistency", "coverage", "pri", "balanced_accuracy", "mae", "spearman")


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


def test_random_numbers_depend_on_seed_label_and_fold_alone() -> None:
    draws = {arguments: generator(*arguments).random() for arguments in [(0, "a"), (1, "a"), (0, "b"), (0, "a", 1, 0)]}
    assert len(set(draws.values())) == 4
    assert generator(0, "a").random() == draws[0, "a"]
