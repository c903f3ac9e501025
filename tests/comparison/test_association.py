"""Rank correlation and adjusted mutual information, against scipy and scikit-learn on the cases written out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr
from sklearn.metrics import adjusted_mutual_info_score

from equifinal.comparison.association import group_numbers, mutual_information, rank_correlation, rank_correlations

VALUES = st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.6, 0.8, 1.0])
NUMBER = st.integers(0, 3)


@given(st.lists(st.tuples(VALUES, VALUES), min_size=2, max_size=15))
def test_rank_correlation_is_scipys(pairs: list[tuple[float, float]]) -> None:
    first, second = (np.array(column) for column in zip(*pairs, strict=True))
    found = rank_correlation(first, second)
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        assert np.isnan(found)
    else:
        assert found == pytest.approx(spearmanr(first, second).statistic, abs=1e-12)
    assert rank_correlations(first, second, np.ones((1, len(first))))[0] == pytest.approx(found, nan_ok=True, abs=1e-12)


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12), NUMBER), min_size=1, max_size=25))
def test_adjusted_mutual_information_is_scikit_learns(cases: list[tuple[int, int, int]]) -> None:
    first, second, drawn = (np.array(column) for column in zip(*cases, strict=True))
    weights = np.vstack([drawn, np.ones(len(cases))])
    weights = weights[weights.sum(axis=1) > 0]
    numbers = (np.unique(each, return_inverse=True)[1] for each in (first, second))
    for found, weight in zip(mutual_information(*numbers, weights), weights, strict=True):
        places = np.repeat(np.arange(len(cases)), weight.astype(int))
        assert found == pytest.approx(adjusted_mutual_info_score(first[places], second[places]), abs=1e-9)


def test_a_missing_group_is_one_of_its_own() -> None:
    import pandas as pd

    assert group_numbers(pd.Series(["b", None, "a", "b", np.nan], dtype=object)).tolist() == [0, 1, 2, 0, 1]
