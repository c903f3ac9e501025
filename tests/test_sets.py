"""Expressions and parameters of fit, against Python's own operators and plain loops."""

import math
import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import equifinal as eq
from equifinal import sets

MEMBERSHIP = st.one_of(
    st.sampled_from([0.0, 0.5, 1.0]), st.floats(0, 1, allow_subnormal=False).map(lambda x: round(x, 6))
)
CASES = st.lists(st.tuples(MEMBERSHIP, MEMBERSHIP), min_size=1, max_size=12)


# --------------------------------------------------------------------------------------- parameters of fit


def ratio(numerator: float, denominator: float) -> float:
    return numerator / denominator if abs(denominator) > 1e-9 else math.nan


def by_loops(pairs: list[tuple[float, float]]) -> dict[str, float]:
    both = x_sum = y_sum = all_three = not_x = not_both = 0.0
    for x, y in pairs:
        smaller = x if x < y else y
        both += smaller
        x_sum += x
        y_sum += y
        all_three += smaller if smaller < 1 - y else 1 - y
        not_x += 1 - x
        not_both += 1 - smaller
    return {
        "consistency": ratio(both, x_sum),
        "pri": ratio(both - all_three, x_sum - all_three),
        "coverage": ratio(both, y_sum),
        "necessity_consistency": ratio(both, y_sum),
        "relevance": ratio(not_x, not_both),
        "necessity_coverage": ratio(both, x_sum),
    }


@given(CASES)
def test_parameters_of_fit_equal_sums_over_a_loop(pairs: list[tuple[float, float]]) -> None:
    x, y = zip(*pairs, strict=True)
    for name, expected in by_loops(pairs).items():
        assert getattr(sets, name)(x, y) == pytest.approx(expected, abs=1e-6, nan_ok=True), name


@given(st.lists(st.tuples(MEMBERSHIP, MEMBERSHIP, MEMBERSHIP, MEMBERSHIP), min_size=1, max_size=8))
def test_several_sets_at_once_equal_each_alone(rows: list[tuple[float, ...]]) -> None:
    table = np.array(rows)
    x, y = table[:, :3], table[:, 3]
    for name in by_loops([(0, 0)]):
        together = getattr(sets, name)(x, y)
        assert together.shape == (3,)
        np.testing.assert_allclose(together, [getattr(sets, name)(x[:, column], y) for column in range(3)], atol=1e-9)


@given(CASES)
def test_parameters_lie_between_0_and_1(pairs: list[tuple[float, float]]) -> None:
    x, y = zip(*pairs, strict=True)
    for name in by_loops(pairs):
        value = getattr(sets, name)(x, y)
        assert math.isnan(value) or -1e-9 <= value <= 1 + 1e-9, name


@pytest.mark.parametrize(
    ("name", "x", "y"),
    [
        ("consistency", [0, 0], [0.3, 1]),
        ("pri", [0.2, 0.4], [0.5, 0.5]),  # as much a subset of the outcome as of its negation
        ("coverage", [0.3, 1], [0, 0]),
        ("necessity_consistency", [0.3, 1], [0, 0]),
        ("relevance", [1, 1], [1, 1]),
        ("necessity_coverage", [0, 0], [0.3, 1]),
        ("consistency", [], []),
    ],
)
def test_a_denominator_of_zero_is_nan(name: str, x: list[float], y: list[float]) -> None:
    assert math.isnan(getattr(sets, name)(x, y))


def test_a_denominator_of_zero_in_one_set_leaves_the_others() -> None:
    found = sets.consistency(np.array([[0, 0.4], [0, 0.6]]), np.array([0.4, 0.6]))
    assert math.isnan(found[0])
    assert found[1] == 1


def test_a_missing_membership_makes_the_parameter_missing() -> None:
    for name in by_loops([(0, 0)]):
        assert math.isnan(getattr(sets, name)([0.2, np.nan], [0.4, 0.6])), name


# ---------------------------------------------------------------------------------------------- expressions


class Fuzzy:
    """Python's operators with the meaning that expressions give them."""

    def __init__(self, value: float) -> None:
        self.value = value

    def __invert__(self) -> "Fuzzy":
        return Fuzzy(1 - self.value)

    def __mul__(self, other: "Fuzzy") -> "Fuzzy":
        return Fuzzy(self.value if self.value < other.value else other.value)

    def __add__(self, other: "Fuzzy") -> "Fuzzy":
        return Fuzzy(self.value if self.value > other.value else other.value)


TEXTS = st.recursive(
    st.sampled_from(["A", "B", "C", "D"]),
    lambda inner: st.one_of(
        inner.map(lambda a: f"~{a}"),
        inner.map(lambda a: f"({a})"),
        st.tuples(inner, st.sampled_from(["*", " * ", "+", " + "]), inner).map("".join),
    ),
    max_leaves=10,
)


@given(TEXTS, st.lists(st.lists(MEMBERSHIP, min_size=4, max_size=4), min_size=1, max_size=5))
def test_memberships_equal_those_of_pythons_eval(text: str, rows: list[list[float]]) -> None:
    frame = pd.DataFrame(rows, columns=list("ABCD"))
    expected = [eval(text, {name: Fuzzy(value) for name, value in zip("ABCD", row, strict=True)}).value for row in rows]
    found = eq.Expression(text).membership(frame)
    np.testing.assert_allclose(found, expected, atol=1e-12)
    assert found.index.equals(frame.index)


@given(TEXTS)
def test_crisp_memberships_are_the_truth_table_of_the_boolean_expression(text: str) -> None:
    boolean = text.replace("~", " not ").replace("*", " and ").replace("+", " or ")
    corners = pd.DataFrame([[row >> bit & 1 for bit in range(4)] for row in range(16)], columns=list("ABCD"))
    found = eq.Expression(text).membership(corners)
    expected = [
        bool(eval(boolean.strip(), {}, {name: bool(row[name]) for name in "ABCD"})) for _, row in corners.iterrows()
    ]
    assert found.tolist() == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A + B*C", 0.8),  # not (A + B)*C, which is 0.3
        ("(A + B)*C", 0.3),
        ("~A*B", 0.2),  # not ~(A*B), which is 0.4
        ("~(A*B)", 0.4),
        ("A*~C + ~A", 0.7),
        ("~~A", 0.8),
        ("1", 1.0),
        ("0 + C", 0.3),
        (" A\t* B ", 0.6),
    ],
)
def test_negation_binds_tighter_than_and_which_binds_tighter_than_or(text: str, expected: float) -> None:
    frame = pd.DataFrame({"A": [0.8], "B": [0.6], "C": [0.3]}, index=["only"])
    assert eq.Expression(text).membership(frame)["only"] == pytest.approx(expected)


REFUSED = [
    *(
        "",
        "  ",
        "A B",
        "A*",
        "*A",
        "(A",
        "A)",
        "A - B",
        "A**B",
        "A & B",
        "A | B",
        "A == B",
        "A, B",
        "f(A)",
        "A.B",
        "A[0]",
    ),
    *("A := B", "A\0", "in", "2*A", "0.5", "True", "'A'", "-A", "not A", "A and B", "A if B else C", "lambda: A"),
]


@pytest.mark.parametrize("text", REFUSED)
def test_anything_else_is_refused_with_the_text_in_the_message(text: str) -> None:
    with pytest.raises(eq.InputError) as caught:
        eq.Expression(text)
    assert not text.strip() or repr(text) in str(caught.value)
    assert "*" in str(caught.value)


def test_only_text_is_an_expression() -> None:
    with pytest.raises(eq.InputError):
        eq.Expression(None)  # type: ignore[arg-type]


def test_an_expression_too_deep_to_read_is_refused_not_a_crash() -> None:
    with pytest.raises(eq.InputError):
        eq.Expression("~" * 5000 + "A")


def test_a_long_sum_is_read() -> None:
    frame = pd.DataFrame({f"S{number}": [number / 300] for number in range(300)})
    assert eq.Expression(" + ".join(frame.columns)).membership(frame)[0] == 299 / 300


def test_sets_come_in_order_of_appearance_once() -> None:
    assert eq.Expression("B*(A + ~B) + C*A").sets == ("B", "A", "C")


@pytest.mark.parametrize(
    ("text", "literals"),
    [
        ("A", {"A": True}),
        ("~A", {"A": False}),
        ("A*~B*(C*A)", {"A": True, "B": False, "C": True}),
        ("A*~A", None),
        ("A + B", None),
        ("A*(B + C)", None),
        ("~(A*B)", None),
        ("1", None),
    ],
)
def test_only_conjunctions_have_literals(text: str, literals: dict[str, bool] | None) -> None:
    assert eq.Expression(text).literals == literals


def test_an_unknown_set_is_named_with_the_nearest_known_one() -> None:
    frame = pd.DataFrame({"LEAD": [0.2], "DEM": [0.3]})
    with pytest.raises(eq.InputError, match=r"'LAED'.*Did you mean 'LEAD'"):
        eq.Expression("DEM*LAED").membership(frame)


def test_missing_memberships_stay_missing() -> None:
    frame = pd.DataFrame({"A": [np.nan, 0.2], "B": [0.1, np.nan]})
    assert eq.Expression("A*B").membership(frame).isna().tolist() == [True, True]
    assert eq.Expression("B").membership(frame).isna().tolist() == [False, True]


def test_changing_memberships_leaves_the_frame_alone() -> None:
    frame = pd.DataFrame({"A": [0.2, 0.9]})
    membership = eq.Expression("A").membership(frame)
    membership[:] = 0
    assert frame["A"].tolist() == [0.2, 0.9]


def test_expressions_with_one_text_are_equal_and_survive_pickling() -> None:
    first = eq.Expression("A*~B")
    again = pickle.loads(pickle.dumps(first))
    assert again == first
    assert hash(again) == hash(first)
    assert again.literals == first.literals
    assert first != eq.Expression("A*B")


def test_what_python_warns_of_in_code_is_no_warning_about_an_expression() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(eq.InputError, match=r"is not allowed|cannot be read"):
            eq.Expression("LEAD*1and 2")
