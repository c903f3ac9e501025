"""Counting: Monte Carlo intervals, sequential stopping, and states of marks, each against the definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, chi2, norm

import equifinal as eq
from equifinal.comparison.counting import Demands, chance_share, gap_share, interval, rounds, stable_share


@pytest.mark.parametrize(("b", "m"), [(0, 199), (3, 199), (10, 60), (150, 199), (199, 199)])
def test_the_interval_holds_the_shares_whose_tails_reach_half_a_percent(b: int, m: int) -> None:
    low, high = interval(b, m)
    if b:
        assert binom.sf(b - 1, m, low) == pytest.approx(0.005)
    else:
        assert low == 0
    if b < m:
        assert binom.cdf(b, m, high) == pytest.approx(0.005)
    else:
        assert high == 1


def test_worlds_end_at_the_tenth_answer_when_chance_is_clearly_too_large() -> None:
    """By hand: every fourth world hits, so the tenth comes with world 40; Besag & Clifford's share is 10 / 40."""
    hits = [number % 4 == 3 for number in range(199)]
    found = chance_share(hits, [False] * 199, 0.05)
    assert found == (10 / 40, 10, 40, 0, "fail", True)
    assert chance_share(hits[:40], [False] * 40, 0.05) == found, "what comes later does not count"


def test_worlds_do_not_end_before_the_tenth_answer_nor_because_it_looks_good() -> None:
    hits = [number < 9 for number in range(100)]
    found = chance_share(hits, [False] * 100, 0.05)
    assert (found.b, found.drawn, found.value, found.ended) == (9, 100, 10 / 101, False)
    none = chance_share([False] * 50, [False] * 50, 0.05)
    assert (none.value, none.ended, none.state) == (1 / 51, False, "open")


def test_a_tenth_answer_that_comes_late_does_not_settle_the_mark() -> None:
    hits = [number % 18 == 17 for number in range(199)]  # eleven of 199
    found = chance_share(hits, [False] * 199, 0.05)
    assert (found.b, found.drawn, found.state, found.ended) == (11, 199, "open", False)


def test_the_share_by_chance_counts_the_observation_among_the_worlds() -> None:
    found = chance_share([True, False, False, True], [True, False, False, False], 0.5)
    assert (found.value, found.b, found.drawn, found.failed) == (3 / 5, 2, 4, 1)


@pytest.mark.parametrize(("same", "state"), [(199, "pass"), (165, "pass"), (150, "open"), (149, "open"), (130, "fail")])
def test_a_share_passes_only_when_its_interval_does(same: int, state: str) -> None:
    answers = [number < same for number in range(199)]
    found = stable_share(answers, [False] * 199, 0.75, exhaustive=False)
    assert (found.value, found.state) == (same / 199, state)


def test_all_case_sets_leave_nothing_to_draw_and_so_nothing_open() -> None:
    answers = [True, True, True, False]
    assert stable_share(answers, [False] * 4, 0.75, exhaustive=True).state == "pass"
    assert stable_share(answers, [False] * 4, 0.76, exhaustive=True).state == "fail"


def test_the_interval_of_a_difference_is_the_standard_error_times_196() -> None:
    """By hand: gaps 1, 2, 3, 4 have the standard deviation 1.291 as a sample and 1.118 as all that there are."""
    gaps = np.array([1.0, 2.0, 3.0, 4.0])
    found = gap_share(gaps, 3.0, 1.0, 1.0, exhaustive=False)
    assert (found.low, found.high) == pytest.approx((3 - 1.959964 * 1.2909944, 3 + 1.959964 * 1.2909944))
    found = gap_share(gaps, 3.0, 1.0, 2.0, exhaustive=True)
    assert (found.low, found.high) == pytest.approx((3 - 1.959964 * 2 * 1.118034, 3 + 1.959964 * 2 * 1.118034))


@pytest.mark.parametrize(
    ("observed", "sign", "state"),
    [(3.0, 1.0, "pass"), (2.0, 1.0, "open"), (1.0, 1.0, "fail"), (-3.0, -1.0, "pass"), (3.0, -1.0, "fail")],
)
def test_a_difference_is_settled_when_both_ends_of_its_deviation_agree(
    observed: float, sign: float, state: str
) -> None:
    """99 normal draws of deviation 1 give at 99 % a deviation of 0.84 to 1.22, by the chi-square distribution."""
    drawn = norm.ppf((np.arange(99) + 0.5) / 99)
    gaps = observed + drawn / drawn.std(ddof=1)
    assert gap_share(gaps, observed, sign, 1.0, exhaustive=False).share.state == state
    low, high = np.sqrt(98 / chi2.ppf([0.995, 0.005], 98))
    assert 1 < 1.96 * low < 2 < 1.96 * high < 3


def test_all_case_sets_settle_a_difference() -> None:
    gaps = np.array([1.0, 2.0, 3.0, 4.0])
    assert gap_share(gaps, 2.2, 1.0, 1.0, exhaustive=True).share.state == "pass"
    assert gap_share(gaps, 2.1, 1.0, 1.0, exhaustive=True).share.state == "fail"


def test_refits_that_fail_keep_a_difference_from_being_firm() -> None:
    gaps = np.full(99, 3.0) + np.linspace(-0.1, 0.1, 99)
    gaps[:2] = np.nan
    assert gap_share(gaps, 3.0, 1.0, 1.0, exhaustive=False).share == (2 / 99, 2, 99, 2, "pass", False)
    gaps[:3] = np.nan
    assert gap_share(gaps, 3.0, 1.0, 1.0, exhaustive=False).share.state == "open"
    gaps[:20] = np.nan
    assert gap_share(gaps, 3.0, 1.0, 1.0, exhaustive=False).share.state == "fail"
    assert gap_share(np.full(9, np.nan), 3.0, 1.0, 1.0, exhaustive=False).share.state == "fail"


@given(st.integers(2, 40), st.integers(0, 1000), st.floats(0.1, 5))
def test_where_draws_end_as_soon_as_settled_the_interval_is_narrower(count: int, seed: int, observed: float) -> None:
    gaps = observed + np.random.default_rng(seed).standard_normal(count)
    late = gap_share(gaps, observed, 1.0, 1.0, exhaustive=False).share.state
    early = gap_share(gaps, observed, 1.0, 1.0, exhaustive=False, level=0.95).share.state
    assert late in (early, "open")


def test_rounds_double_up_to_the_most() -> None:
    assert rounds(199, 1999) == [50, 199, 399, 799, 1599, 1999]
    assert rounds(20, 20) == [20, 20]


@pytest.mark.parametrize(
    ("given", "words"),
    [({"worlds": 0}, "worlds = 0"), ({"stable": 1.5}, "stable = 1.5"), ({"by_chance": True}, "by_chance = True")],
)
def test_demands_out_of_range_are_refused(given: dict[str, object], words: str) -> None:
    with pytest.raises(eq.InputError, match=words):
        Demands(**given)  # type: ignore[arg-type]
