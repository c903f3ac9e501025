"""The minimizer against plain enumeration: all 3^k cubes, all combinations of prime implicants."""

from itertools import combinations, product

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from equifinal_qca import minimize, truth_table
from equifinal_qca.cubes import Cube, without
from equifinal_qca.implicants import minimal_transversals, primes_avoiding, primes_inside

NAMES = "ABCDE"

# A cube is a tuple with 1, 0 or None (any) for each condition; a row is a cube without None.


def matches(cube, row):
    return all(each is None or each == value for each, value in zip(cube, row, strict=True))


def largest(cubes):
    def inside(small, large):
        return small != large and all(each is None or each == other for each, other in zip(large, small, strict=True))

    return [cube for cube in cubes if not any(inside(cube, other) for other in cubes)]


def primes_by_enumeration(k, positive, allowed):
    """Maximal cubes whose rows are all allowed and that match a positive row."""
    rows = list(product([0, 1], repeat=k))
    cubes = []
    for cube in product([0, 1, None], repeat=k):
        inside = [row for row in rows if matches(cube, row)]
        if all(row in allowed for row in inside) and any(row in positive for row in inside):
            cubes.append(cube)
    return largest(cubes)


def smallest_covers(primes, positive):
    for size in range(len(positive) + 1):
        found = [
            frozenset(chosen)
            for chosen in combinations(primes, size)
            if all(any(matches(cube, row) for cube in chosen) for row in positive)
        ]
        if found:
            return set(found)
    raise AssertionError("the primes cover every positive row")


def text(cube):
    literals = [name if each else f"~{name}" for name, each in zip(NAMES, cube, strict=False) if each is not None]
    return "*".join(literals) or "1"


def in_words(all_covers):
    return {tuple(sorted(text(cube) for cube in cover)) for cover in all_covers}


def models_by_enumeration(k, positive, negative, kind, expected):
    rows = set(product([0, 1], repeat=k))
    conservative = smallest_covers(primes_by_enumeration(k, positive, positive), positive)
    if kind == "conservative":
        return in_words(conservative)
    parsimonious = smallest_covers(primes_by_enumeration(k, positive, rows - negative), positive)
    if kind == "parsimonious":
        return in_words(parsimonious)
    models = set()
    for long_model, short_model in product(conservative, parsimonious):
        easy = set()
        for long, short in product(long_model, short_model):
            if any(each is not None and each != other for each, other in zip(short, long, strict=True)):
                continue
            trimmed = tuple(
                None if needed is None and each is not None and wanted is not None and each != wanted else each
                for each, needed, wanted in zip(long, short, expected, strict=True)
            )
            easy |= {row for row in rows if matches(trimmed, row) and matches(short, row)}
        allowed = positive | (easy - negative)
        models |= smallest_covers(primes_by_enumeration(k, positive, allowed), positive)
    return in_words(models)


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
@given(tables(), st.lists(st.sampled_from([1, 0, None]), min_size=5, max_size=5))
def test_all_models_of_all_three_solutions(given_table, wanted):
    k, positive, negative = given_table
    table = table_with(k, positive, negative)
    expectations = dict(zip(NAMES[:k], wanted, strict=False))
    for kind in ("conservative", "parsimonious", "intermediate"):
        solution = minimize(table, kind, expectations, max_models=100_000)
        found = {model.terms for model in solution.models}
        if positive:
            assert found == models_by_enumeration(k, positive, negative, kind, wanted[:k])
        else:
            assert found == set()


@settings(max_examples=60, deadline=None)
@given(tables(), st.lists(st.lists(st.sampled_from([1, 0, None]), min_size=5, max_size=5), max_size=3))
def test_excluded_configurations_are_not_assumed(given_table, excluded):
    k, positive, negative = given_table
    cubes = [tuple(each[:k]) for each in excluded]
    table = table_with(k, positive, negative)
    barred = {row for row in product([0, 1], repeat=k) if any(matches(cube, row) for cube in cubes)} - positive
    solution = minimize(table, "parsimonious", exclude=[text(cube) for cube in cubes], max_models=100_000)
    found = {model.terms for model in solution.models}
    if positive:
        assert found == models_by_enumeration(k, positive, negative | barred, "parsimonious", None)
    numbers = [1 + int("".join(map(str, row)), 2) for row in barred]
    by_number = minimize(table, "parsimonious", exclude=numbers, max_models=100_000)
    assert found == {model.terms for model in by_number.models}


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
@given(cubes(), st.sets(st.integers(0, 31)))
def test_what_is_left_of_a_cube(cube, rows):
    left = without(cube, sorted(rows), 31)
    parts = [rows_of(part, 5) for part in left]
    assert set().union(*parts) == rows_of(cube, 5) - rows
    assert sum(map(len, parts)) == len(set().union(*parts))
