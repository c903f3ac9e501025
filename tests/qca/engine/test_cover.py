"""Covers of charts against plain enumeration, an integer programme, and themselves cut short."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equifinal_qca.engine import cover, smallest
from equifinal_qca.engine.cover import covers
from equifinal_qca.engine.smallest import Budget, Search, Spent, dominators


def covers_by_enumeration(chart, irredundant):
    implicants, rows = chart.shape
    found = [
        chosen
        for size in range(implicants + 1)
        for chosen in combinations(range(implicants), size)
        if chart[list(chosen)].any(axis=0).sum() == rows
    ]
    if irredundant:
        sets = [set(each) for each in found]
        return {each for each in found if not any(other < set(each) for other in sets)}
    return {each for each in found if len(each) == len(found[0])}


def random_chart(seed, implicants, rows, density):
    rng = np.random.default_rng(seed)
    chart = rng.random((implicants, rows)) < density
    chart[rng.integers(0, implicants, rows), np.arange(rows)] = True  # every row can be covered
    return chart


def fewest(chart):
    """The size of a smallest cover, from HiGHS."""
    from scipy.optimize import LinearConstraint, milp

    ones = np.ones(len(chart))
    result = milp(ones, constraints=LinearConstraint(chart.T.astype(float), lb=1), integrality=ones, bounds=(0, 1))
    assert result.success
    return round(result.fun)


@st.composite
def charts(draw):
    implicants, rows = draw(st.integers(1, 10)), draw(st.integers(1, 10))
    fields = draw(st.lists(st.integers(0, 2**rows - 1), min_size=implicants, max_size=implicants))
    chart = np.array([[bits >> row & 1 for row in range(rows)] for bits in fields], dtype=bool)
    owners = draw(st.lists(st.integers(0, implicants - 1), min_size=rows, max_size=rows))
    chart[owners, np.arange(rows)] = True
    return chart


@settings(max_examples=100, deadline=None)
@given(charts(), st.sampled_from([0, 12]))
def test_all_covers_of_any_chart(chart, few):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cover, "_FEW", few)  # with 0 every part is searched, however small
        for irredundant in (False, True):
            result = covers(chart, 100_000, irredundant)
            expected = covers_by_enumeration(chart, irredundant)
            assert result.found == sorted(expected)
            assert result.at_least == len(expected)
            assert not result.truncated
            assert result.proved
            if not irredundant:
                assert result.bound == len(result.found[0])


@pytest.mark.parametrize("few", [0, 12])
@pytest.mark.parametrize("seed", range(40))
def test_all_covers_of_charts_of_any_density(seed, few, monkeypatch):
    monkeypatch.setattr(cover, "_FEW", few)
    chart = random_chart(seed, implicants=8 + seed % 3, rows=4 + seed % 9, density=0.15 + 0.01 * seed)
    for irredundant in (False, True):
        result = covers(chart, 100_000, irredundant)
        assert set(result.found) == covers_by_enumeration(chart, irredundant)
        assert len(result.found) == len(set(result.found))


@pytest.mark.parametrize("seed", range(12))
def test_all_smallest_covers_of_charts_that_need_a_search(seed, monkeypatch):
    searched = []
    search = cover._searched
    monkeypatch.setattr(cover, "_searched", lambda chart, *more: searched.append(chart.shape) or search(chart, *more))
    monkeypatch.setattr(cover, "_FEW", 4)
    chart = random_chart(seed, implicants=16, rows=14, density=0.2 + 0.01 * seed)
    assert set(covers(chart, 100_000).found) == covers_by_enumeration(chart, irredundant=False)
    assert searched


@pytest.mark.parametrize("batch", [1, 7, 1 << 17])
@pytest.mark.parametrize("rows", [30, 64, 65, 130])
def test_rows_that_fill_several_words_and_batches_of_any_size(rows, batch, monkeypatch):
    # Searched in one piece or in many, with rows in one word or in three, the covers are the irredundant ones of least size.
    chart = random_chart(rows, implicants=22, rows=rows, density=0.3 if rows < 100 else 0.45)
    every = covers(chart, 1_000_000, irredundant=True).found
    monkeypatch.setattr(smallest, "_BATCH", batch)
    found = covers(chart, 1_000_000).found
    size = min(map(len, every))
    assert size >= 4
    assert found == sorted(each for each in every if len(each) == size)


@pytest.mark.parametrize("seed", range(4))
def test_no_search_finds_fewer_than_an_integer_programme(seed):
    chart = random_chart(seed, implicants=120, rows=40, density=0.1)
    result = covers(chart, 50)
    assert result.proved
    assert {len(each) for each in result.found} == {fewest(chart)}
    assert all(chart[list(each)].any(axis=0).all() for each in result.found)


@pytest.mark.parametrize("irredundant", [False, True])
def test_a_limit_cuts_the_same_covers_off_every_time(irredundant):
    chart = random_chart(3, implicants=16, rows=12, density=0.25)
    every = covers(chart, 100_000, irredundant).found
    assert len(every) > 5
    some = covers(chart, 4, irredundant)
    assert some == covers(chart, 4, irredundant)
    assert some.truncated
    assert len(some.found) == 4
    assert set(some.found) < set(every)
    assert 4 < some.at_least <= len(every)
    assert not covers(chart, len(every), irredundant).truncated


def test_the_lower_bound_multiplies_over_independent_parts():
    chart = np.zeros((20, 4), dtype=bool)
    for row in range(4):
        chart[5 * row : 5 * row + 5, row] = True  # four rows, five ways to cover each
    result = covers(chart, 10)
    assert (len(result.found), result.truncated, result.at_least) == (10, True, 5**4)


@pytest.mark.parametrize("irredundant", [False, True])
@pytest.mark.parametrize("work", [0, 100_000, 300_000])
def test_a_search_cut_short_gives_right_covers_and_says_what_is_not_proved(work, irredundant):
    chart = random_chart(1, implicants=300, rows=60, density=0.05)
    result = covers(chart, 200, irredundant, Budget(work))
    assert result.truncated
    assert result == covers(chart, 200, irredundant, Budget(work))
    assert len(result.found) >= 1
    for each in result.found:
        assert chart[list(each)].any(axis=0).all()
        for one in each:
            assert not chart[[other for other in each if other != one]].any(axis=0).all()
    if not irredundant:
        least = fewest(chart)
        assert result.bound <= least
        if result.proved:
            assert {len(each) for each in result.found} == {least}


def test_a_deadline_ends_the_search():
    chart = random_chart(1, implicants=600, rows=150, density=0.03)
    result = covers(chart, 10, budget=Budget(seconds=0.2))
    assert result.truncated
    assert not result.proved
    assert 1 < result.bound < len(result.found[0])
    assert chart[list(result.found[0])].any(axis=0).all()


@settings(max_examples=100, deadline=None)
@given(charts())
def test_dominators(chart):
    chart = np.unique(chart, axis=0)
    chart = chart[np.argsort(-chart.sum(axis=1), kind="stable")]
    chart = chart[chart.any(axis=1)]
    first = dominators(chart)
    for column, rows in enumerate(chart):
        within = [other for other in range(len(chart)) if not (rows & ~chart[other]).any()]
        assert first[column] == within[0]


@settings(max_examples=60, deadline=None)
@given(charts())
def test_prices_are_a_lower_bound(chart):
    search = Search(chart)
    assert (search.cover @ search.prices <= 1 << 16).all()
    assert search.bound <= len(min(covers_by_enumeration(chart, False)))
    assert len(search.greedy()) >= search.bound


def test_a_spent_budget_raises():
    with pytest.raises(Spent):
        list(Search(random_chart(0, 20, 10, 0.3)).of_size(4, Budget(10)))


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 16), st.integers(1, 16), st.floats(0.05, 0.95))
def test_tiny_charts_fall_into_the_same_parts_as_larger_ones(seed, implicants, rows, density):
    chart = random_chart(seed, implicants, rows, density)
    tiny = cover._parts_of_tiny(chart)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cover, "_TINY", 0)
        usual = cover._parts(chart)
    assert [(part.tolist(), classes) for part, classes in tiny] == [(part.tolist(), classes) for part, classes in usual]
