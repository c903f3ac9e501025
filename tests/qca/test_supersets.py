"""Necessary and sufficient expressions against reference results and against plain enumeration."""

import json
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equifinal import InputError, sets
from equifinal_qca import necessary_expressions, necessity, sufficient_expressions

FILES = [
    path
    for path in sorted((Path(__file__).parent / "golden").glob("*.json"))
    if json.loads(path.read_text())["kind"] != "mv"
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_reference_lists(path):
    study = json.loads(path.read_text())
    frame = pd.DataFrame(study["cases"]).set_index("case")
    outcome = "~" * study["negate_outcome"] + study["outcome"]
    found = necessary_expressions(frame, outcome, 0.9, 0.6, conditions=study["conditions"])
    expected = {each["term"]: each for each in study.get("super_subset", [])}  # left out when nothing passes
    assert set(found.index) == set(expected)
    assert found.index.is_unique
    for term, numbers in expected.items():
        assert found.loc[term].tolist() == pytest.approx(
            [numbers["inclN"], numbers["RoN"], numbers["covN"]], rel=0, abs=1e-9
        )


# A set of literals is a tuple with True, False or None (not used) for each condition.


def combinations_of(k):
    return [each for each in product([True, False, None], repeat=k) if any(sign is not None for sign in each)]


def parts(literals):
    used = [place for place, sign in enumerate(literals) if sign is not None]
    for size in range(1, len(used)):
        for kept in combinations(used, size):
            yield tuple(sign if place in kept else None for place, sign in enumerate(literals))


def text(literals, joint):
    names = ("A", "B", "C", "D")
    return joint.join("~" * (not sign) + name for name, sign in zip(names, literals, strict=False) if sign is not None)


def membership(frame, literals, combine):
    columns = [
        frame.iloc[:, place] if sign else 1 - frame.iloc[:, place]
        for place, sign in enumerate(literals)
        if sign is not None
    ]
    return combine.reduce([column.to_numpy(float) for column in columns])


@st.composite
def frames(draw):
    k, n = draw(st.integers(1, 4)), draw(st.integers(1, 8))
    values = (
        st.sampled_from([0, 0.1, 0.25, 0.4, 0.5, 0.6, 0.8, 0.95, 1]) if draw(st.booleans()) else st.sampled_from([0, 1])
    )
    rows = draw(st.lists(st.lists(values, min_size=k + 1, max_size=k + 1), min_size=n, max_size=n))
    return pd.DataFrame(rows, columns=[*"ABCD"[:k], "Y"], dtype=float)


cutoffs = st.sampled_from([0.0, 0.3, 0.5, 0.6, 0.75, 0.9, 1.0])


def reaches(number, cutoff):
    return number >= cutoff - 1e-9  # NaN does not


@settings(max_examples=60, deadline=None)
@given(frames(), cutoffs, cutoffs)
def test_necessary_expressions_are_those_of_the_definition(frame, consistency, relevance):
    k, y = frame.shape[1] - 1, frame["Y"]

    def consistent(literals, combine):
        return reaches(sets.necessity_consistency(membership(frame, literals, combine), y), consistency)

    def relevant(literals, combine):
        return reaches(sets.relevance(membership(frame, literals, combine), y), relevance)

    expected = set()
    for literals in combinations_of(k):
        if consistent(literals, np.minimum) and relevant(literals, np.minimum):
            expected.add(text(literals, "*"))
        passes = consistent(literals, np.maximum) and relevant(literals, np.maximum)
        if passes and not any(consistent(part, np.maximum) and relevant(part, np.maximum) for part in parts(literals)):
            expected.add(text(literals, " + "))
    found = necessary_expressions(frame, "Y", consistency, relevance)
    assert set(found.index) == expected
    assert len(found) == len(expected)
    assert not found.attrs["truncated"]
    pd.testing.assert_frame_equal(found, necessity(frame, "Y", found.index), check_exact=False)


@settings(max_examples=60, deadline=None)
@given(frames(), cutoffs, cutoffs, st.sampled_from([0.0, 0.2, 0.5]), st.integers(0, 2))
def test_sufficient_expressions_are_those_of_the_definition(frame, consistency, pri, coverage, fewest):
    k, y = frame.shape[1] - 1, frame["Y"]

    def passes(literals):
        x = membership(frame, literals, np.minimum)
        return (
            reaches(sets.consistency(x, y), consistency)
            and reaches(sets.pri(x, y), pri)
            and reaches(sets.coverage(x, y), coverage)
            and np.minimum(x, y).sum() > 0
            and (x > 0.5).sum() >= fewest
        )

    expected = {
        text(literals, "*"): literals
        for literals in combinations_of(k)
        if passes(literals) and not any(passes(part) for part in parts(literals))
    }
    found = sufficient_expressions(frame, "Y", consistency, pri, coverage=coverage, frequency_cutoff=fewest)
    assert set(found.index) == set(expected)
    for term, literals in expected.items():
        x = membership(frame, literals, np.minimum)
        numbers = [sets.consistency(x, y), sets.pri(x, y), sets.coverage(x, y), (x > 0.5).sum()]
        assert found.loc[term].tolist() == pytest.approx(numbers)


def test_in_small_blocks_the_same(monkeypatch):
    rng = np.random.default_rng(5)
    frame = pd.DataFrame(rng.random((30, 7)).round(2), columns=list("ABCDEFY"))
    frame["Y"] = np.maximum(frame["Y"], np.maximum(frame["A"], frame["B"])).round(2)
    whole = necessary_expressions(frame, "Y", 0.8, 0.3), sufficient_expressions(frame, "Y", 0.9)
    monkeypatch.setattr("equifinal_qca.supersets._BLOCK", 100)
    parts_ = necessary_expressions(frame, "Y", 0.8, 0.3), sufficient_expressions(frame, "Y", 0.9)
    assert min(map(len, whole)) >= 10
    for one, other in zip(whole, parts_, strict=True):
        pd.testing.assert_frame_equal(one, other)


def test_a_search_cut_short_says_how_far_it_is_complete():
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(rng.random((40, 9)), columns=list("ABCDEFGHY"))
    everything = sufficient_expressions(frame, "Y", 0.8)
    with pytest.warns(UserWarning, match="at most 3 literals"):
        some = sufficient_expressions(frame, "Y", 0.8, max_candidates=700)
    assert some.attrs == {"truncated": True, "complete_to": 3}
    short = everything[[each.count("*") < 3 for each in everything.index]]
    assert 0 < len(short) < len(everything)
    pd.testing.assert_frame_equal(some, short, check_flags=False)
    limited = sufficient_expressions(frame, "Y", 0.8, max_literals=3)
    assert not limited.attrs["truncated"]
    assert list(limited.index) == list(short.index)


def test_40_conditions_are_no_trouble():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.random((200, 41)), columns=[*(f"C{each}" for each in range(40)), "Y"])
    frame["C3"] = np.maximum(frame["C3"], frame["Y"])
    frame["C7"] = np.maximum(frame["C7"], frame["Y"])
    found = necessary_expressions(frame, "Y")
    assert {"C3", "C7", "C3*C7"} <= set(found.index)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"consistency": 1.2}, "consistency = 1.2"),
        ({"relevance": -0.1}, "relevance = -0.1"),
        ({"max_literals": 0}, "max_literals = 0"),
        ({"conditions": ["A", "Q"]}, "'Q' is not a column"),
        ({"outcome": "Z"}, "'Z' is not a column"),
    ],
)
def test_wrong_input(arguments, message):
    frame = pd.DataFrame({"A": [0.1, 0.9], "B": [0.3, 0.4], "Y": [0.2, 0.9]})
    with pytest.raises(InputError, match=message):
        necessary_expressions(frame, **({"outcome": "Y"} | arguments))
    with pytest.raises(InputError, match="frequency_cutoff"):
        sufficient_expressions(frame, "Y", frequency_cutoff=-1)
