"""The minimizer against plain enumeration: all 3^k cubes, all combinations of prime implicants."""

from itertools import combinations, product

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from equifinal_qca import minimize, truth_table
from equifinal_qca.engine import implicants
from equifinal_qca.engine.cubes import Cube
from equifinal_qca.engine.implicants import minimal_transversals, primes_avoiding, primes_inside

NAMES = "ABCDE"


def text(cube):
    literals = [name if each else f"~{name}" for name, each in zip(NAMES, cube, strict=False) if each is not None]
    return "*".join(literals) or "1"


def in_words(all_covers):
    return {tuple(sorted(text(cube) for cube in cover)) for cover in all_covers}


def table_with(k, positive, negative):
    observed = [(*row, 1) for row in positive] + [(*row, 0) for row in negative]
    return truth_table(pd.DataFrame(observed, columns=[*NAMES[:k], "Y"], dtype=float), "Y")


@st.composite
def tables(draw):
    k = draw(st.integers(1, 5))
    rows = list(product([0, 1], repeat=k))
    outputs = draw(st.lists(st.sampled_from("10?"), min_size=len(rows), max_size=len(rows)))
    positive = [row for row, output in zip(rows, outputs, strict=True) if output == "1"]
    positive = set(positive[: 16 if k < 5 else 5])  # the enumeration of covers must end
    negative = {row for row, output in zip(rows, outputs, strict=True) if output == "0"}
    if not positive | negative:
        positive = {rows[0]}
    return k, positive, negative


@settings(max_examples=150, deadline=None)
@given(given_table=tables(), wanted=st.lists(st.sampled_from([1, 0, None]), min_size=5, max_size=5))
def test_all_models_of_all_three_solutions(models_by_enumeration, given_table, wanted):
    k, positive, negative = given_table
    table = table_with(k, positive, negative)
    expectations = dict(zip(NAMES[:k], wanted, strict=False))
    for kind in ("conservative", "parsimonious", "intermediate"):
        solution = minimize(table, kind, expectations, max_models=100_000)
        found = {model.terms for model in solution.models}
        if positive:
            helpful = [None if each is None else {each} for each in wanted[:k]]
            assert found == in_words(models_by_enumeration([2] * k, positive, negative, set(), kind, helpful))
        else:
            assert found == set()


@settings(max_examples=60, deadline=None)
@given(
    given_table=tables(),
    excluded=st.lists(st.lists(st.sampled_from([1, 0, None]), min_size=5, max_size=5), max_size=3),
)
def test_excluded_configurations_are_neither_assumed_nor_explained(models_by_enumeration, given_table, excluded):
    k, positive, negative = given_table
    cubes = [tuple(each[:k]) for each in excluded]
    table = table_with(k, positive, negative)
    barred = {
        row
        for row in product([0, 1], repeat=k)
        if any(all(each in (None, value) for each, value in zip(cube, row, strict=True)) for cube in cubes)
    }
    left = positive - barred
    numbers = [1 + int("".join(map(str, row)), 2) for row in barred]
    for kind in ("conservative", "parsimonious"):
        solution = minimize(table, kind, exclude=[text(cube) for cube in cubes], max_models=100_000)
        found = {model.terms for model in solution.models}
        enumerated = models_by_enumeration([2] * k, left, negative, barred, kind, None) if left else []
        assert found == (in_words(enumerated) if left else set())
        by_number = minimize(table, kind, exclude=numbers, max_models=100_000)
        assert found == {model.terms for model in by_number.models}
        assert any("Excluded although" in note for note in solution.notes) == bool(positive & barred)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sets(st.integers(0, 5), min_size=1), max_size=8))
def test_minimal_transversals(edges):
    hitting = [
        set(chosen)
        for size in range(7)
        for chosen in combinations(range(6), size)
        if all(edge & set(chosen) for edge in edges)
    ]
    minimal = {frozenset(each) for each in hitting if not any(other < each for other in hitting)}
    masks = np.array([sum(1 << each for each in edge) for edge in edges], dtype=np.int64)
    found = minimal_transversals(masks).tolist()
    assert len(found) == len(set(found))
    assert {frozenset(bit for bit in range(6) if mask >> bit & 1) for mask in found} == minimal


def rows_of(cube, k):
    return {row for row in range(1 << k) if row & cube.care == cube.bits}


@st.composite
def cubes(draw, k=5):
    care = draw(st.integers(0, (1 << k) - 1))
    return Cube(care, draw(st.integers(0, (1 << k) - 1)) & care)


@settings(max_examples=100, deadline=None)
@given(st.lists(cubes(), min_size=1, max_size=8))
def test_primes_inside_a_union_of_cubes(union):
    region = set().union(*(rows_of(cube, 5) for cube in union))
    everything = [Cube(care, bits) for care in range(32) for bits in range(32) if bits & ~care == 0]
    inside = [cube for cube in everything if rows_of(cube, 5) <= region]
    expected = {cube for cube in inside if not any(other != cube and other.contains(cube) for other in inside)}
    found = primes_inside(union)
    assert len(found) == len(set(found))
    assert set(found) == expected


@settings(max_examples=60, deadline=None)
@given(st.sets(st.integers(0, 31), min_size=1), st.lists(cubes(), max_size=4))
def test_primes_avoiding_cubes(rows, off):
    barred = set().union(*(rows_of(cube, 5) for cube in off))
    rows = rows - barred
    everything = [Cube(care, bits) for care in range(32) for bits in range(32) if bits & ~care == 0]
    free = [cube for cube in everything if not rows_of(cube, 5) & barred]
    expected = {cube for cube in free if not any(other != cube and other.contains(cube) for other in free)}
    assert set(primes_avoiding(rows, off)) == {cube for cube in expected if rows_of(cube, 5) & rows}


@settings(max_examples=60, deadline=None)
@given(st.sets(st.integers(0, 31), min_size=1), st.lists(cubes(), min_size=1, max_size=8), st.booleans())
def test_a_table_of_all_cubes_gives_the_same_prime_implicants(rows, union, as_rows):
    """Where there are many rows the engine goes by a table of all cubes instead of by consensus and transversals."""
    pairs = [Cube(31, row) for row in rows] if as_rows else union
    masks = np.array(pairs, dtype=np.int64)
    axes = implicants._axes(31, ())
    assert set(implicants._largest(implicants._matched(masks, axes), axes)) == set(primes_inside(pairs))
    free = rows - set().union(*(rows_of(cube, 5) for cube in union))
    found = implicants._largest(~implicants._matched(np.array(union, dtype=np.int64), axes), axes)
    assert {cube for cube in found if rows_of(cube, 5) & free} == set(primes_avoiding(free, union))


@settings(max_examples=60, deadline=None)
@given(cubes(), st.lists(cubes(), max_size=6))
def test_whether_cubes_cover_a_cube_and_some_primes_of_them(cube, union):
    region = set().union(*(rows_of(each, 5) for each in union))
    assert implicants.lies_inside(cube, union) == (rows_of(cube, 5) <= region)
    some = implicants.some_primes_inside(union, lambda each: implicants.lies_inside(each, union))
    assert set(some) <= set(primes_inside(union) if union else [])
    assert set().union(*(rows_of(each, 5) for each in some)) == region
