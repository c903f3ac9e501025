"""Ceilings, effect sizes and p-values: a case worked by hand, the definitions by brute force, and NumPy."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import equifinal as eq
from equifinal_nca import Scope, ceilings
from equifinal_nca.ceiling import CEILINGS, KNOWN, p_values

# Figures of the R package NCA (5.0.1), by the method's author, on its two example data sets.
REFERENCE = json.loads((Path(__file__).parent / "reference.json").read_text())

STRAIGHT = ("c-lp", "cols", "qr")

# Seven cases. Nothing lies to the upper left of the first four, so these are the peers; the others lie below.
X = np.array([0, 2, 4, 8, 3, 8, 6], dtype=float)
Y = np.array([2, 4, 8, 10, 1, 0, 5], dtype=float)

# The scope is (8 - 0)(10 - 0) = 80.
# CE-FDH: above the steps lie (2 - 0)(10 - 2) + (4 - 2)(10 - 4) + (8 - 4)(10 - 8) = 16 + 12 + 8 = 36, so d = 36 / 80 = 0.45.
# CR-FDH: the peers' means are 3.5 and 6; the sums of squares and products are 12.25 + 2.25 + 0.25 + 20.25 = 35 and
# 14 + 3 + 1 + 18 = 36. So the slope is 36/35 and the intercept 6 - 3.5 × 36/35 = 2.4. The line reaches the top, 10, at
# x = 7.6 × 35/36 = 7.38889, before the scope ends. The triangle above it is 7.6 × 7.38889 / 2 = 28.07778, d = 0.350972.
LEAVES = 7.6 * 35 / 36


def test_hand_worked_effect_sizes():
    found = ceilings(X, Y)
    assert found.peers.tolist() == [[0, 2], [2, 4], [4, 8], [8, 10]]
    assert found.scope.area == 80
    assert found.effect_size["ce-fdh"] == pytest.approx(0.45, abs=1e-12)
    assert found.effect_size["cr-fdh"] == pytest.approx(28.0777777778 / 80, abs=1e-10)
    assert (found.slope, found.intercept) == (pytest.approx(36 / 35), pytest.approx(2.4))


def test_hand_worked_accuracy_and_inefficiency():
    found = ceilings(X, Y)
    assert found.accuracy("ce-fdh") == 100
    # Of the seven only (4, 8) lies above the line, which is at 2.4 + 4 × 36/35 = 6.51 there.
    assert found.accuracy("cr-fdh") == pytest.approx(100 * 6 / 7)
    # The steps reach the top at the highest score; the line earlier. At the lowest score they are at 2 and at 2.4 of 10.
    assert found.inefficiency("ce-fdh") == pytest.approx((0, 20))
    assert found.inefficiency("cr-fdh") == pytest.approx((100 * (8 - LEAVES) / 8, 24))


def test_hand_worked_bottleneck():
    found, levels = ceilings(X, Y), np.arange(11)
    # Up to 2 nothing is needed; for 3 and 4 the step at 2, for 5 to 8 the one at 4, above it the one at 8.
    assert found.required("ce-fdh", levels).tolist() == [-np.inf] * 3 + [2, 2, 4, 4, 4, 4, 8, 8]
    line = [(level - 2.4) * 35 / 36 for level in range(3, 11)]
    assert found.required("cr-fdh", levels) == pytest.approx([-np.inf] * 3 + line)
    assert found.height("ce-fdh", [0, 1, 2, 3.9, 4, 8]).tolist() == [2, 2, 4, 4, 8, 10]
    assert found.height("cr-fdh", [0, 7, 8]) == pytest.approx([2.4, 9.6, 10])


def test_hand_worked_theoretical_scope():
    # 10 × 20 = 200. Steps: 2 × 18 + 2 × 16 + 4 × 12 + (10 - 8) × 10 = 136. Line: 200 - (24 + 10² / 2 × 36/35) = 124.5714.
    found = ceilings(X, Y, Scope(0, 10, 0, 20))
    assert found.effect_size["ce-fdh"] == pytest.approx(0.68)
    assert found.effect_size["cr-fdh"] == pytest.approx((200 - 24 - 50 * 36 / 35) / 200)
    # The highest step is at 10 and the line ends at 2.4 + 10 × 36/35 = 12.69: 13 is reached by neither.
    assert [found.required(each, 13)[0] for each in CEILINGS] == [np.inf, np.inf]
    # A column without any case, left of the first one, is empty from bottom to top: 136 + 1 × 20 of 220.
    assert ceilings(X, Y, Scope(-1, 10, 0, 20)).effect_size["ce-fdh"] == pytest.approx(156 / 220)


def test_a_line_that_starts_below_the_scope():
    # Peers (0, 0), (4, 1), (5, 9): means 3 and 10/3; sums 9 + 1 + 4 = 14 and 10 - 7/3 + 34/3 = 19. So the slope is 19/14 and the
    # intercept 10/3 - 57/14 = -31/42. The line comes up into the scope at x = 31/57 and is at 127/21 at 5: below it lies a
    # triangle of (5 - 31/57) × 127/21 / 2, above it the rest of 45.
    found = ceilings([0, 4, 5], [0, 1, 9])
    assert (found.slope, found.intercept) == (pytest.approx(19 / 14), pytest.approx(-31 / 42))
    assert found.effect_size["cr-fdh"] == pytest.approx(1 - (5 - 31 / 57) * (127 / 21) / 2 / 45)
    assert found.inefficiency("cr-fdh") == pytest.approx((0, 0))
    assert found.required("cr-fdh", 0)[0] == -np.inf  # the lowest outcome needs nothing


@pytest.mark.parametrize(("x", "y"), [([3, 3, 3], [1, 2, 5]), ([1, 2, 5], [3, 3, 3]), ([1], [1])])
def test_without_a_scope_everything_is_undefined(x, y):
    found = ceilings(x, y)
    assert np.isnan(list(found.effect_size.values())).all()
    assert np.isnan([found.slope, found.intercept]).all()
    for each in CEILINGS:
        assert np.isnan(found.accuracy(each))
        assert np.isnan(found.inefficiency(each)).all()
        assert np.isnan(found.required(each, [1, 2])).all()
        assert np.isnan(found.height(each, [1, 2])).all()
    assert np.isnan(list(p_values({"a": found}, 10, 0)["a"].values())).all()


def test_a_case_in_the_corner_leaves_nothing_empty_and_no_line():
    found = ceilings([0, 1, 2], [5, 1, 3])
    assert found.peers.tolist() == [[0, 5]]
    assert found.effect_size["ce-fdh"] == 0
    assert found.effect_size["cr-fdh"] == 0
    assert np.isnan([found.slope, found.intercept]).all()
    p = p_values({"a": found}, 99, 0)["a"]
    for each in CEILINGS:
        assert found.required(each, [1, 5]).tolist() == [-np.inf, -np.inf]
        assert found.height(each, [0, 2]).tolist() == [5, 5]
        assert found.accuracy(each) == 100
        assert p[each] == 1


def test_one_peer_outside_the_corner_of_a_wider_scope_has_no_line():
    found = ceilings([1, 2], [5, 3], Scope(0, 2, 3, 6))
    assert found.peers.tolist() == [[1, 5]]
    assert found.effect_size["ce-fdh"] == pytest.approx((1 * 3 + 1 * 1) / 6)
    assert np.isnan(found.effect_size["cr-fdh"])


def test_every_tied_case_at_a_peer_counts_for_the_line():
    # Least squares through (3, 3.57), (4, 3.86), (5, 5), (5, 5), by numpy: the slope of NCA for R is 0.7536, without the
    # tie it would be 0.715.
    x, y = [3, 4, 5, 5, 3, 5, 4], [3.57, 3.86, 5, 5, 1, 2, 3.86 - 1]
    found = ceilings(x, y, Scope(1, 5, 1, 5))
    assert (found.peers.tolist(), found.ties.tolist()) == ([[3, 3.57], [4, 3.86], [5, 5]], [1, 1, 2])
    assert found.slope == pytest.approx(np.polyfit([3, 4, 5, 5], [3.57, 3.86, 5, 5], 1)[0])
    assert found.slope == pytest.approx(0.7536, abs=5e-5)


def turn_of(data):
    return 1 if data["corner"] == 1 else -1


def turned(data):
    """Each condition of a reference run: its name, its scores turned to the upper left corner, and all its ceilings."""
    for name, scores in data["x"].items():
        x = turn_of(data) * np.array(scores, dtype=float)
        # The firms' answers lie between 1 and 5, the countries' scores between those observed.
        yield name, x, ceilings(x, data["y"], more_ceilings=STRAIGHT)


@pytest.mark.parametrize("data", REFERENCE["data"], ids=lambda data: f"{len(data['y'])} cases, corner {data['corner']}")
def test_the_figures_of_the_methods_author(data):
    turn = turn_of(data)
    for name, _, found in turned(data):
        for each in KNOWN:
            figures = data["figures"][name][each]
            if figures["Effect size"] is None:  # The line falls: no figures, but for itself.
                assert np.isnan(found.effect_size[each])
                assert np.isnan(found.accuracy(each))
            else:
                assert found.effect_size[each] == pytest.approx(figures["Effect size"], abs=1e-8), (name, each)
            if figures["Slope"] is not None:
                intercept, slope = found.lines[each]
                assert turn * slope == pytest.approx(figures["Slope"], abs=1e-7)
                assert intercept == pytest.approx(figures["Intercept"], abs=1e-6)
            if figures["Ceiling accuracy"] is None:  # NCA gives none where C-LP has no line: nothing is empty
                continue
            assert found.accuracy(each) == pytest.approx(figures["Ceiling accuracy"], abs=1e-6)
            if figures["Outcome ineff."] is not None:
                ineffective = [figures["Condition ineff."], figures["Outcome ineff."]]
                assert found.inefficiency(each) == pytest.approx(ineffective, abs=1e-6)


@pytest.mark.parametrize("data", REFERENCE["data"], ids=lambda data: f"{len(data['y'])} cases, corner {data['corner']}")
def test_the_bottlenecks_of_the_methods_author(data):
    turn, y = turn_of(data), np.array(data["y"])
    for name, x, found in turned(data):
        levels = y.min() + np.linspace(0, 1, 11) * np.ptp(y)
        for each in KNOWN:
            needed = 100 * (found.required(each, levels) - x.min()) / np.ptp(x)
            if np.isnan(found.effect_size[each]):
                assert np.isnan(needed).all()
                continue
            needed = needed if turn > 0 else np.where(np.isfinite(needed), 100 - needed, needed)
            # In turned corners NCA writes the end of the range for what CE-FDH does not need, and NN for other ceilings.
            words = {-np.inf: "100.0" if turn < 0 and each == "ce-fdh" else "NN", np.inf: "NA"}
            assert [words.get(level, f"{level:.1f}") for level in needed] == data["bottleneck"][name][each], (
                name,
                each,
            )


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (([1, 2], [1]), "as many"),
        (([], []), "as many"),
        (([1, np.nan], [1, 2]), "missing"),
        (([1, 2], [1, 2], Scope(0, 1.5, 0, 3)), "outside"),
        (([1, 2], [1, 2], None, ["c-lq"]), "no ceiling 'c-lq'. Known: ce-fdh"),
        (([1, 2], [1, 2], None, ["qr"], 1.0), "between 0 and 1"),
    ],
)
def test_wrong_input(arguments, word):
    with pytest.raises(eq.InputError, match=word):
        ceilings(*arguments)


# ------------------------------------------------------------------------------------------------- by definition

SCORES = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 6)), min_size=2, max_size=25)


def scores(points):
    return np.array(points, dtype=float).T


def varies(points):
    x, y = scores(points)
    return np.ptp(x) > 0 and np.ptp(y) > 0


@given(SCORES)
def test_peers_are_the_points_with_nothing_to_their_upper_left(points):
    distinct = set(points)
    alone = [p for p in distinct if not any(q != p and q[0] <= p[0] and q[1] >= p[1] for q in distinct)]
    assert ceilings(*scores(points)).peers.tolist() == [list(map(float, each)) for each in sorted(alone)]


@given(SCORES.filter(varies), st.integers(0, 2), st.integers(0, 2), st.integers(0, 2), st.integers(0, 2))
def test_the_ce_fdh_zone_is_the_empty_squares_counted_one_by_one(points, left, right, down, up):
    x, y = scores(points)
    scope = Scope(x.min() - left, x.max() + right, y.min() - down, y.max() + up)
    empty = sum(
        not any(a <= i + 0.5 and b >= j + 0.5 for a, b in points)
        for i in range(int(scope.x_low), int(scope.x_high))
        for j in range(int(scope.y_low), int(scope.y_high))
    )
    assert ceilings(x, y, scope).effect_size["ce-fdh"] == pytest.approx(empty / scope.area, abs=1e-12)


@given(SCORES.filter(varies), st.integers(0, 2), st.integers(0, 2))
def test_the_cr_fdh_zone_is_the_area_over_numpys_line(points, right, up):
    x, y = scores(points)
    scope = Scope(x.min(), x.max() + right, y.min(), y.max() + up)
    found = ceilings(x, y, scope)
    if len(found.peers) < 2:
        in_corner = found.peers[0].tolist() == [scope.x_low, scope.y_high]
        assert found.effect_size["cr-fdh"] == pytest.approx(0 if in_corner else np.nan, nan_ok=True)
        return
    slope, intercept = np.polyfit(*np.repeat(found.peers, found.ties, axis=0).T, 1)
    assert found.ties.tolist() == [sum(point == tuple(peer) for point in points) for peer in found.peers.tolist()]
    grid = scope.x_low + (np.arange(50_000) + 0.5) / 50_000 * (scope.x_high - scope.x_low)
    over = scope.y_high - np.clip(intercept + slope * grid, scope.y_low, scope.y_high)
    assert found.effect_size["cr-fdh"] == pytest.approx(over.mean() / (scope.y_high - scope.y_low), abs=1e-6)
    assert (found.slope, found.intercept) == (pytest.approx(slope), pytest.approx(intercept, abs=1e-9))
    assert found.accuracy("cr-fdh") == pytest.approx(100 * np.mean(y <= intercept + slope * x + 1e-7))


@given(SCORES.filter(varies), st.floats(0, 1))
def test_no_case_has_an_outcome_without_what_the_steps_say_it_needs(points, level):
    x, y = scores(points)
    wanted = y.min() + level * np.ptp(y)
    needed = ceilings(x, y).required("ce-fdh", wanted)[0]
    there = x[y >= wanted - 1e-9 * np.ptp(y)]
    assert (there >= needed).all()
    # And the level is the lowest such, unless none is needed.
    assert needed == there.min() if there.min() > x.min() else needed == -np.inf


@given(SCORES.filter(varies), st.floats(0.1, 50), st.floats(-1000, 1000))
def test_units_do_not_matter(points, factor, shift):
    x, y = scores(points)
    assert ceilings(shift + factor * x, y).effect_size == pytest.approx(
        ceilings(x, y).effect_size, abs=1e-9, nan_ok=True
    )
    assert ceilings(x, shift + factor * y).effect_size == pytest.approx(
        ceilings(x, y).effect_size, abs=1e-9, nan_ok=True
    )


# ---------------------------------------------------------------------------------------------- permutation test


def test_p_is_the_share_of_all_orders_that_leave_as_much_empty():
    x, y = np.array([1.0, 2, 3, 4, 5]), np.array([1.0, 3, 2, 5, 4])
    observed = ceilings(x, y).effect_size
    p = p_values({"a": ceilings(x, y)}, 40_000, seed=1)["a"]
    for each in CEILINGS:
        sizes = np.nan_to_num([ceilings(x, order).effect_size[each] for order in itertools.permutations(y)])
        share = (sizes >= observed[each] - 1e-9).mean()
        assert 0 < share < 0.5
        assert p[each] == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / 40_000))


@settings(max_examples=12)
@given(SCORES.filter(varies), st.integers(0, 99))
def test_p_counts_the_permutations_one_by_one(points, seed):
    x, y = scores(points)
    found = ceilings(x, y, more_ceilings=STRAIGHT)
    p = p_values({"a": found}, 20, seed)["a"]
    orders = np.random.default_rng(seed).permuted(np.tile(np.sort(y), (20, 1)), axis=1)
    again = [ceilings(np.sort(x), order, more_ceilings=STRAIGHT).effect_size for order in orders]
    for each in KNOWN:
        sizes = np.nan_to_num([sizes[each] for sizes in again], nan=-1)
        expected = (1 + (sizes >= found.effect_size[each] - 1e-9).sum()) / 21
        assert p[each] == pytest.approx(np.nan if np.isnan(found.effect_size[each]) else expected, nan_ok=True)


def test_p_does_not_depend_on_the_order_of_cases_or_on_the_other_conditions(monkeypatch):
    rng = np.random.default_rng(0)
    x, other, y = rng.uniform(size=(3, 30))
    alone = p_values({"a": ceilings(x, y)}, 500, 3)["a"]
    mixed = rng.permutation(30)
    assert p_values({"b": ceilings(other[mixed], y[mixed]), "a": ceilings(x[mixed], y[mixed])}, 500, 3)["a"] == alone
    monkeypatch.setattr("equifinal_nca.ceiling._AT_ONCE", 300)  # ten orders at a time
    assert p_values({"a": ceilings(x, y)}, 500, 3)["a"] == alone


def test_chance_alone_is_called_significant_as_rarely_as_alpha_says():
    rng = np.random.default_rng(7)
    below = [p_values({"a": ceilings(*rng.uniform(size=(2, 20)))}, 99, k)["a"]["ce-fdh"] <= 0.05 for k in range(400)]
    assert 0.02 < np.mean(below) < 0.08


def test_without_permutations_there_is_no_p():
    assert np.isnan(list(p_values({"a": ceilings(X, Y)}, 0, 0)["a"].values())).all()
