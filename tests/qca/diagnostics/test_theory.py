"""The evaluation of a theory against plain sums and by hand."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equifinal import Expression, InputError, sets
from equifinal_qca import (
    simplify,
    theory_evaluation,
)

NAMES = "ABCD"


CORNERS = pd.DataFrame(list(product([0.0, 1.0], repeat=4)), columns=list(NAMES))


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


@settings(max_examples=100, deadline=None)
@given(expressions, expressions, st.integers(0, 1000))
def test_theory_evaluation_against_plain_sums(theory, solution, seed):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.random((12, 5)).round(1), columns=[*NAMES, "Y"], index=[f"c{each}" for each in range(12)])
    found = theory_evaluation(theory, solution, frame, "Y")
    assert list(found.index) == ["T*S", "~T*S", "T*~S", "~T*~S"]
    y = frame["Y"].to_numpy()
    for label, each in found.iterrows():
        t, s = truth(theory, frame), truth(solution, frame)
        x = np.minimum(1 - t if label.startswith("~T") else t, 1 - s if label.endswith("~S") else s)
        assert [each["consistency"], each["pri"], each["coverage"]] == pytest.approx(
            [sets.consistency(x, y), sets.pri(x, y), sets.coverage(x, y)], nan_ok=True
        )
        assert each["cases_with_outcome"] == list(frame.index[(x > 0.5) & (y > 0.5)])
        assert each["cases_without_outcome"] == list(frame.index[(x > 0.5) & (y < 0.5)])
        corners = [truth(theory), truth(solution)]
        t, s = (
            (1 - corners[0] if label.startswith("~T") else corners[0]),
            (1 - corners[1] if label.endswith("~S") else corners[1]),
        )
        assert (truth(each["expression"]) == np.minimum(t, s)).all()
        assert each["expression"] == simplify(each["expression"], list(NAMES))


def test_theory_evaluation_by_hand():
    # T = A*B, S = A: only A*B is expected and found; A*~B is found beyond the theory; nothing expected is missed.
    frame = pd.DataFrame(
        {"A": [1, 1, 1, 0, 0], "B": [1, 1, 0, 1, 0], "Y": [1, 0, 1, 0, 1]}, index=["u", "v", "w", "x", "z"]
    )
    found = theory_evaluation("A*B", "A", frame, "Y")
    assert found["expression"].tolist() == ["A*B", "A*~B", "0", "~A"]
    assert found["cases_with_outcome"].tolist() == [["u"], ["w"], [], ["z"]]
    assert found["cases_without_outcome"].tolist() == [["v"], [], [], ["x"]]
    assert found["consistency"].tolist() == pytest.approx([0.5, 1.0, np.nan, 0.5], nan_ok=True)
    assert found["coverage"].tolist() == pytest.approx([1 / 3, 1 / 3, 0, 1 / 3])
    negated = theory_evaluation("A*B", "A", frame, "~Y")
    assert negated["cases_with_outcome"].tolist() == [["v"], [], [], ["x"]]
    with pytest.raises(InputError, match="names the set 'Q'"):
        theory_evaluation("Q", "A", frame, "Y")
