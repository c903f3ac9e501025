"""Fit of configurations against the definitions, by both ways that it is computed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equifinal import sets
from equifinal_qca.engine import corners as module
from equifinal_qca.engine.corners import corner_fit, corner_memberships

scores = st.sampled_from([0.0, 0.03, 0.25, 0.4, 0.5, 0.6, 0.75, 0.97, 1.0])


def plain_memberships(x, corners):
    k = x.shape[1]
    columns = [
        np.min([x[:, each] if corner >> (k - 1 - each) & 1 else 1 - x[:, each] for each in range(k)], axis=0)
        for corner in corners
    ]
    return np.column_stack(columns)


@st.composite
def data(draw):
    k, n = draw(st.integers(1, 5)), draw(st.integers(1, 12))
    rows = draw(st.lists(st.lists(scores, min_size=k + 1, max_size=k + 1), min_size=n, max_size=n))
    corners = draw(st.lists(st.integers(0, 2**k - 1), min_size=1, unique=True))
    frame = np.array(rows)
    return frame[:, :k], frame[:, k], np.array(corners)


@settings(max_examples=150, deadline=None)
@given(data(), st.sampled_from([1, 5, 1 << 17]))
def test_consistency_and_pri_by_both_ways(given_data, block):
    x, y, corners = given_data
    inside = plain_memberships(x, corners)
    np.testing.assert_allclose(corner_memberships(x, corners), inside)
    total, both = inside.sum(axis=0), np.minimum(inside, y[:, None]).sum(axis=0)
    triple = np.minimum(np.minimum(inside, y[:, None]), 1 - y[:, None]).sum(axis=0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_BLOCK", block)
        for way in (module._sums, module._sums_of_subcubes):
            np.testing.assert_allclose(way(x, y, corners), [total, both, triple], atol=1e-12)
        for few in (0, 3**15):
            patch.setattr(module, "_MOST_SUBCUBES", few)
            consistency, pri = corner_fit(x, y, corners)
            np.testing.assert_allclose(consistency, sets.consistency(inside, y))
            np.testing.assert_allclose(pri, sets.pri(inside, y))


@pytest.mark.parametrize("k", [3, 7, 11])
def test_both_ways_agree_on_many_cases(k):
    rng = np.random.default_rng(k)
    x, y = rng.random((5000, k)), rng.random(5000)
    corners = np.unique(rng.integers(0, 2**k, 300))
    np.testing.assert_allclose(module._sums(x, y, corners), module._sums_of_subcubes(x, y, corners), rtol=1e-9)
