"""Refits' quick coefficients against those of statsmodels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equifinal_regression.equation import Covariance, solve
from equifinal_regression.quick import solve_quickly

HC3 = Covariance("HC3")


def drawn(seed: int, cases: int, model: str, sharp: float) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    scores = rng.random((cases, 3)) * [1, 10, 1e4]
    design = np.column_stack([np.ones(cases), scores])
    linear = sharp * (scores / [1, 10, 1e4] - 0.5) @ [3, -2, 1] + rng.normal(size=cases)
    if model == "ols":
        return design, linear
    chance = 1 / (1 + np.exp(-linear))
    return design, (rng.random(cases) < chance).astype(float) if model == "logit" else chance


@pytest.mark.parametrize("model", ["ols", "logit", "fractional-logit"])
@given(seed=st.integers(0, 10_000), cases=st.integers(6, 60), sharp=st.sampled_from([0.5, 2.0, 10.0]))
def test_the_quick_coefficients_are_those_of_statsmodels(model, seed, cases, sharp):
    design, outcome = drawn(seed, cases, model, sharp)
    quick, slow = (each(model, design, outcome, HC3, None) for each in (solve_quickly, solve))
    assert (quick.results is None) == (slow.results is None)
    scale = np.abs(slow.params).max(initial=0) + 1
    np.testing.assert_allclose(quick.params, slow.params, rtol=1e-7, atol=1e-9 * scale)
    np.testing.assert_allclose(quick.covariance, slow.covariance, rtol=1e-6, atol=1e-12)
    assert quick.df_resid == slow.df_resid
    assert quick.notes == slow.notes


def test_the_quick_coefficients_are_at_the_maximum():
    design, outcome = drawn(3, 40, "fractional-logit", 2.0)
    fitted = 1 / (1 + np.exp(-design @ solve_quickly("fractional-logit", design, outcome, HC3, None).params))
    np.testing.assert_allclose(design.T @ (outcome - fitted), 0, atol=1e-6)


def test_what_has_no_solution_has_none_quickly_either():
    design = np.column_stack([np.ones(8), np.arange(8.0)])
    outcome = (np.arange(8) > 3).astype(float)
    assert solve_quickly("logit", design, outcome, HC3, None).results is None
    assert solve_quickly("ols", design[:, [0, 1, 1]], outcome, HC3, None).results is None
