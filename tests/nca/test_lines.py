"""Straight ceilings against SciPy's linear programs, NumPy's regression, statsmodels and all lines through two cases."""

import itertools
import warnings

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from equifinal_nca import Scope, ceilings

POINTS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=12).filter(
    lambda points: all(len(set(scores)) > 1 for scores in zip(*points, strict=True))
)


def fit(points, ceiling, **options):
    x, y = np.array(points, dtype=float).T
    return x, y, ceilings(x, y, more_ceilings=[ceiling], **options)


def loss(line, x, y, quantile):
    off = y - line[0] - line[1] * x
    return float(np.where(off > 0, quantile * off, (quantile - 1) * off).sum())


def test_by_hand():
    """Peers (0, 2), (2, 4), (4, 8), (8, 10): over their mean, 3.5, runs the hull's edge from (0, 2) to (4, 8): 2 + 1.5 x.

    It reaches 10 at 16/3, so the triangle above it is 8 × 16/3 / 2 = 64/3 of 80.
    """
    _, _, found = fit([(0, 2), (2, 4), (4, 8), (8, 10), (3, 1), (8, 0), (6, 5)], "c-lp")
    assert found.lines["c-lp"] == pytest.approx((2, 1.5))
    assert found.effect_size["c-lp"] == pytest.approx(64 / 3 / 80)
    assert found.accuracy("c-lp") == 100
    assert found.required("c-lp", [2, 5, 10]) == pytest.approx([-np.inf, 2, 16 / 3])
    assert found.inefficiency("c-lp") == pytest.approx((100 * (8 - 16 / 3) / 8, 20))


@given(POINTS)
def test_c_lp_solves_its_linear_program(points):
    x, y, found = fit(points, "c-lp")
    if len(found.peers) < 2:
        assert np.isnan(found.lines["c-lp"]).all()
        return
    u, v = found.peers.T
    best = linprog([len(u), u.sum()], np.column_stack([-np.ones(len(u)), -u]), -v, bounds=[(None, None)] * 2)
    intercept, slope = found.lines["c-lp"]
    assert (intercept + slope * u).sum() == pytest.approx(best.fun, abs=1e-7)
    assert (intercept + slope * x >= y - 1e-9).all()
    touching = np.isclose(intercept + slope * u, v, atol=1e-9).sum()
    assert touching >= 2  # an edge, also where the line could turn about a peer


@given(POINTS)
def test_of_two_c_lp_lines_the_one_with_the_larger_zone_is_taken(points):
    _, _, found = fit(points, "c-lp")
    peers, scope = found.peers, found.scope
    sizes = []
    for (a, b), (c, d) in itertools.combinations(peers, 2):
        slope = (d - b) / (c - a)
        line = b - slope * a, slope
        over = line[0] + slope * peers[:, 0] - peers[:, 1]
        if (over >= -1e-9).all():
            grid = np.linspace(scope.x_low, scope.x_high, 20_001)
            zone = scope.y_high - np.clip(line[0] + slope * grid, scope.y_low, scope.y_high)
            sizes.append((over.sum(), -np.trapezoid(zone, grid) / scope.area))
    if sizes:
        least = min(total for total, _ in sizes)
        largest = -min(size for total, size in sizes if total < least + 1e-9)
        assert found.effect_size["c-lp"] == pytest.approx(largest, abs=1e-6)


@given(POINTS)
def test_cols_is_numpys_regression_raised_to_the_highest_case(points):
    x, y, found = fit(points, "cols")
    slope, intercept = np.polyfit(x, y, 1)
    raised = intercept + (y - intercept - slope * x).max()
    assert found.lines["cols"] == (pytest.approx(raised, abs=1e-8), pytest.approx(slope, abs=1e-8))
    assert np.isnan(found.effect_size["cols"]) == (slope < 1e-9)


@given(POINTS, st.sampled_from([0.5, 0.8, 0.9, 0.95]))
def test_qr_has_the_smallest_loss_of_all_lines_through_two_cases(points, quantile):
    x, y, found = fit(points, "qr", quantile=quantile)
    pairs = [(p, q) for p, q in itertools.combinations(sorted(set(points)), 2) if p[0] != q[0]]
    slopes = [(q[1] - p[1]) / (q[0] - p[0]) for p, q in pairs]
    least = min(loss((p[1] - s * p[0], s), x, y, quantile) for (p, _), s in zip(pairs, slopes, strict=True))
    assert loss(found.lines["qr"], x, y, quantile) == pytest.approx(least, abs=1e-8)


@pytest.mark.parametrize("seed", range(5))
def test_qr_is_that_of_statsmodels(seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=53)
    y = x + rng.normal(size=53)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = sm.QuantReg(y, sm.add_constant(x)).fit(q=0.95, p_tol=1e-10, max_iter=10_000).params
    found = ceilings(x, y, more_ceilings=["qr"])
    assert found.lines["qr"] == pytest.approx(tuple(other), abs=1e-3)
    assert loss(found.lines["qr"], x, y, 0.95) <= loss(other, x, y, 0.95) + 1e-12


def test_a_falling_line_is_no_ceiling():
    _, _, found = fit([(0, 9), (1, 6), (2, 7), (4, 3), (5, 0)], "qr")
    assert found.lines["qr"][1] < 0
    assert np.isnan(
        [found.effect_size["qr"], found.accuracy("qr"), *found.required("qr", 5), *found.height("qr", 2)]
    ).all()


def test_a_condition_that_never_varies_has_no_line_in_a_wider_scope():
    found = ceilings([2, 2, 2], [1, 2, 3], Scope(0, 4, 0, 3), ["c-lp", "cols", "qr"])
    for each in found.lines:
        assert np.isnan([*found.lines[each], found.effect_size[each]]).all()
