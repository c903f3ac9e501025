"""The algebra of expressions against all 2^k corners."""

from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equifinal import Expression, InputError
from equifinal_qca import (
    contains,
    equivalent,
    expand,
    factorize,
    intersection,
    minimal_forms,
    negate,
    simplify,
)

NAMES = "ABCD"
CORNERS = pd.DataFrame(list(product([0.0, 1.0], repeat=4)), columns=list(NAMES))
FUZZY = pd.DataFrame(np.random.default_rng(0).random((50, 4)), columns=list(NAMES))


def truth(text, corners=CORNERS):
    return Expression(text).membership(corners).to_numpy()


expressions = st.recursive(
    st.sampled_from([*NAMES, *(f"~{name}" for name in NAMES), "A", "B", "0", "1"]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]}) + ({pair[1]})"),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]})*({pair[1]})"),
        inner.map(lambda each: f"~({each})"),
    ),
    max_leaves=9,
)

CUBES = list(product([True, False, None], repeat=4))


def of_cube(cube):
    columns = [
        CORNERS[name] if sign else 1 - CORNERS[name] for name, sign in zip(NAMES, cube, strict=True) if sign is not None
    ]
    return np.minimum.reduce(columns, axis=0) if columns else np.ones(16)


TRUTH_OF = {cube: of_cube(cube).astype(bool) for cube in CUBES}


def shortest_by_enumeration(wanted):
    """Over all cubes: sums of products with the fewest terms, of these those with the fewest literals."""
    inside = [cube for cube, holds in TRUTH_OF.items() if not (holds & ~wanted).any()]
    primes = [
        cube
        for cube in inside
        if not any(other != cube and not (TRUTH_OF[cube] & ~TRUTH_OF[other]).any() for other in inside)
    ]
    for size in range(17):
        forms = [
            each
            for each in combinations(primes, size)
            if (np.logical_or.reduce([TRUTH_OF[cube] for cube in each], axis=0) == wanted).all()
        ]
        if forms:
            literals = [sum(sign is not None for cube in form for sign in cube) for form in forms]
            return {frozenset(form) for form, count in zip(forms, literals, strict=True) if count == min(literals)}
    raise AssertionError("the primes make up the expression")


def read(form):
    if form in ("0", "1"):
        return frozenset() if form == "0" else frozenset({(None,) * 4})
    terms = [Expression(term).literals for term in form.split(" + ")]
    assert None not in terms
    return frozenset(tuple(term.get(name) for name in NAMES) for term in terms)


@settings(max_examples=200, deadline=None)
@given(expressions)
def test_all_shortest_forms_are_those_found_by_enumeration(text):
    forms = minimal_forms(text, list(NAMES))
    assert simplify(text, list(NAMES)) == forms[0]
    assert list(forms) == sorted(set(forms))
    assert {read(form) for form in forms} == shortest_by_enumeration(truth(text) > 0.5)


@settings(max_examples=60, deadline=None)
@given(st.sets(st.integers(0, 15)))
def test_shortest_forms_of_any_truth_table(rows):
    text = (
        " + ".join(
            "*".join(name if sign else f"~{name}" for name, sign in zip(NAMES, CORNERS.iloc[row], strict=True))
            for row in rows
        )
        or "0"
    )
    wanted = np.isin(np.arange(16), list(rows))
    forms = minimal_forms(text, list(NAMES), max_forms=100_000)
    assert {read(form) for form in forms} == shortest_by_enumeration(wanted)
    assert (truth(factorize(text)) == wanted).all()


@settings(max_examples=200, deadline=None)
@given(expressions)
def test_negation_holds_for_fuzzy_memberships(text):
    negated = negate(text)
    assert "~(" not in negated
    assert truth(negated, FUZZY) == pytest.approx(1 - truth(text, FUZZY))
    assert sorted(Expression(negated).sets) == sorted(Expression(text).sets)
    assert truth(negate(negated), FUZZY) == pytest.approx(truth(text, FUZZY))


@settings(max_examples=200, deadline=None)
@given(expressions)
def test_expansion_lists_exactly_the_corners(text):
    expanded = expand(text, list(NAMES))
    terms = [] if expanded == "0" else expanded.split(" + ")
    assert all(len(Expression(term).literals) == 4 for term in terms)
    assert len(terms) == len(set(terms)) == truth(text).sum()
    assert (truth(expanded) == truth(text)).all()
    if terms:
        rows = [int(np.flatnonzero(truth(term))[0]) for term in terms]
        assert rows == sorted(rows)  # the order of a truth table
        with pytest.raises(InputError, match="max_terms"):
            expand(text, list(NAMES), max_terms=len(terms) - 1)


@settings(max_examples=200, deadline=None)
@given(expressions)
def test_factorization_changes_nothing_and_is_no_longer_than_the_sum(text):
    factored = factorize(text, list(NAMES))
    assert (truth(factored) == truth(text)).all()
    simple = simplify(text, list(NAMES))
    again = factorize(simple, list(NAMES))
    assert truth(again, FUZZY) == pytest.approx(truth(simple, FUZZY))
    assert sum(map(again.count, NAMES)) <= sum(map(simple.count, NAMES))


@pytest.mark.parametrize(
    ("text", "factored"),
    [
        ("A*C + A*D + B*C + B*D", "(A + B)*(C + D)"),
        ("A*B + A", "A"),
        ("A*~A + B", "B"),
        ("A*B*C + A*B*D + E", "A*B*(C + D) + E"),
        ("A*B + C*D", "A*B + C*D"),
        ("A + ~A", "A + ~A"),
        ("1*A + 0", "A"),
        ("A*~A", "0"),
        ("A*C + A*D*E + B*C + B*D*E + ~C*F", "(A + B)*(C + D*E) + ~C*F"),
    ],
)
def test_factorizations_by_hand(text, factored):
    assert factorize(text) == factored


@settings(max_examples=200, deadline=None)
@given(expressions, expressions)
def test_intersection_and_comparison(first, second):
    both = np.minimum(truth(first), truth(second))
    assert (truth(intersection(first, second)) == both).all()
    assert (intersection(first, second) == "0") == (both.sum() == 0)
    assert contains(first, second) == bool((truth(second) <= truth(first)).all())
    assert equivalent(first, second) == bool((truth(second) == truth(first)).all())
    assert contains(first, intersection(first, second))


def test_many_sets_need_no_table_of_corners():
    names = [f"C{number}" for number in range(40)]
    text = " + ".join(f"{a}*{b}" for a, b in zip(names[::2], names[1::2], strict=True))
    assert equivalent(simplify(text), text)
    assert simplify(f"{text} + C0*C1*C2", names) == simplify(text, names)
    assert contains(text, "C0*C1*~C5")
    assert not contains(text, "C0*C2")
    with pytest.raises(InputError, match="64 sets"):
        simplify("*".join(f"C{number}" for number in range(64)))


@pytest.mark.parametrize("call", [negate, simplify, minimal_forms, expand, factorize, intersection])
def test_what_is_no_expression_is_refused(call):
    with pytest.raises(InputError, match="cannot be read"):
        call("A +* B")
    with pytest.raises(InputError, match="not allowed"):
        call("A - B")


def test_an_order_that_lacks_a_set_is_refused():
    with pytest.raises(InputError, match="names the set 'B'"):
        simplify("A + B", ["A"])
    with pytest.raises(InputError, match="is a single text"):
        simplify("A + B", "AB")
    with pytest.raises(InputError, match="cannot be read"):
        intersection("A)*(B", "C")
