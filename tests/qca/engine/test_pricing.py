"""Where there are too many prime implicants to find them all: what is proved must hold, and what is listed must be right."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from equifinal_qca import minimize, minimize_mv, truth_table, truth_table_mv
from equifinal_qca.engine import implicants, pricing, search
from equifinal_qca.engine.cover import covers
from equifinal_qca.engine.implicants import TooManyPrimes, primes_avoiding
from equifinal_qca.engine.pricing import Pricing
from equifinal_qca.engine.smallest import Budget


def drawn(k, cases, seed, values=2):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.integers(0, values, (cases, k)), columns=[f"C{each:02}" for each in range(1, k + 1)])
    make = truth_table if values == 2 else truth_table_mv
    return make(frame.assign(OUT=rng.integers(0, 2, cases)), "OUT")


def problem_of(table):
    rows = table.corners_with("1")
    off = [table.space.region(corner) for corner in table.corners_with("0")]
    return rows, off, table.space.everything, table.space.groups


@pytest.mark.parametrize(
    ("k", "cases", "seed", "values"), [(8, 40, 1, 2), (12, 40, 2, 2), (5, 60, 3, 3), (6, 50, 4, 4)]
)
def test_prices_are_those_of_the_linear_relaxation_over_all_prime_implicants(k, cases, seed, values):
    table = drawn(k, cases, seed, values)
    rows, off, everything, groups = problem_of(table)
    chart = search.chart(primes_avoiding(rows, off, None, groups), np.array(rows))
    relaxed = linprog(np.ones(len(chart)), A_ub=-chart.T.astype(float), b_ub=-np.ones(len(rows)))
    priced = Pricing(rows, off, everything, groups)
    assert priced.bound == 1  # nothing is known yet
    promising = priced.promising(Budget())
    assert priced._prices.sum() / priced._highest == pytest.approx(relaxed.fun, abs=0.01)
    assert priced.bound == np.ceil(relaxed.fun - 1e-6)
    assert search.chart(promising, np.array(rows)).any(axis=0).all()
    assert set(promising) <= set(primes_avoiding(rows, off, None, groups))


@pytest.mark.parametrize(("k", "cases", "seed", "values"), [(8, 40, 1, 2), (10, 40, 6, 2), (5, 60, 3, 3)])
def test_every_implicant_that_a_small_cover_can_have_is_listed(k, cases, seed, values):
    rows, off, everything, groups = problem_of(drawn(k, cases, seed, values))
    every = primes_avoiding(rows, off, None, groups)
    smallest = covers(search.chart(every, np.array(rows)), 10_000).found
    size = len(smallest[0])
    priced = Pricing(rows, off, everything, groups)
    priced.promising(Budget())
    affordable = priced.affordable(size, Budget())
    assert set(affordable) <= set(every)
    assert {every[each] for cover in smallest for each in cover} <= set(affordable)
    assert priced.affordable(10 * size, Budget()) is None


@st.composite
def limits(draw):
    """Small enough to matter in small studies."""
    return {
        "_NARROW": draw(st.sampled_from([2, 20, 3000])),
        "_WIDE": draw(st.sampled_from([100, 20_000_000])),
        "_NEW": draw(st.sampled_from([2, 400])),
        "_MOST": draw(st.sampled_from([5, 300_000])),
    }


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 10**6),
    st.sampled_from([(3, 8, 2), (5, 15, 2), (8, 30, 2), (10, 50, 2), (3, 15, 3), (4, 30, 3)]),
    limits(),
    st.sampled_from([1, 1e-4, 1e-7]),
    st.sampled_from([1, 5, 1000]),
)
def test_what_is_proved_holds_and_what_is_said_to_be_all_is_all(seed, size, limits, effort, max_models):
    table = drawn(size[0], size[1], seed, size[2])
    if not table.corners_with("1") or not table.corners_with("0"):
        return
    run = minimize if size[2] == 2 else minimize_mv
    everything = run(table, "parsimonious", max_models=20_000)
    if everything.truncated:
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "MOST_PRIMES", 1)
        patch.setattr(implicants, "_MOST_ON_THE_WAY", 1)
        patch.setattr(implicants, "_FEW_COMPARISONS", 10**12)
        for name, limit in limits.items():
            patch.setattr(pricing, name, limit)
        search.parsimonious.cache_clear()
        some = run(table, "parsimonious", max_models=max_models, effort=effort)
        search.parsimonious.cache_clear()
    fewest = len(everything.models[0].terms)
    all_models, models = ({each.terms for each in found.models} for found in (everything, some))
    positive, negative = table.corners_with("1"), table.corners_with("0")
    for model in some.models:
        assert all(any(row & cube.care == cube.bits for cube in model.cubes) for row in positive)
        assert not any(row & cube.care == cube.bits for row in negative for cube in model.cubes)
        assert len(model.terms) >= fewest
    if some.proved:
        assert models <= all_models
        assert some.models_at_least <= len(all_models)
    if not some.truncated:
        assert models == all_models
    for note in some.notes:
        if "fewer than" in note:
            assert int(note.split("fewer than ")[1].rstrip(".")) <= fewest


def test_a_structured_study_of_forty_conditions_is_solved_and_proved():
    """Three paths, of which one answer in twenty is wrong: millions of prime implicants, and yet no doubt about the size."""
    rng = np.random.default_rng(0)
    x = rng.random((200, 40)) > 0.5
    paths = (x[:, 0] & x[:, 1] & ~x[:, 2]) | (x[:, 3] & x[:, 4]) | (x[:, 5] & ~x[:, 6] & x[:, 7])
    frame = pd.DataFrame(x.astype(float), columns=[f"C{each:02}" for each in range(1, 41)])
    table = truth_table(frame.assign(OUT=(paths ^ (rng.random(200) < 0.05)).astype(float)), "OUT")
    with pytest.raises(TooManyPrimes):
        primes_avoiding(table.corners_with("1"), map(table.space.region, table.corners_with("0")), search.MOST_PRIMES)
    solution = minimize(table, "parsimonious", max_models=10)
    assert solution.proved
    assert solution.truncated
    assert {len(model.terms) for model in solution.models} == {7}
    positive, negative = table.corners_with("1"), table.corners_with("0")
    for model in solution.models:
        assert all(any(row & cube.care == cube.bits for cube in model.cubes) for row in positive)
        assert not any(row & cube.care == cube.bits for row in negative for cube in model.cubes)
    assert any("too many prime implicants" in note for note in solution.notes)
