"""The measures of the common yardstick, against scikit-learn, SciPy and explicit loops, and those of plugins."""


import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr
from sklearn.metrics import balanced_accuracy_score, mean_absolute_error

from equifinal.comparison.measures import measures

MEASURES = ("consistency", "coverage", "pri", "balanced_accuracy", "mae", "spearman")

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
