"""All claims together: the step-down maximum and what chance alone would have brought, each against a direct computation."""

import numpy as np
import pytest

from equifinal.comparison.together import by_chance_alone, step_down


def directly(observed: np.ndarray, worlds: np.ndarray) -> list[float]:
    """Westfall & Young (1993), algorithm 4.1, one claim and one world at a time."""
    everything = np.vstack([observed, worlds])
    scores = (everything - everything.mean(axis=0)) / everything.std(axis=0)
    mine, theirs = scores[0], scores[1:]
    left = sorted(range(len(mine)), key=lambda at: -mine[at])
    adjusted, before = {}, 0.0
    while left:
        at = left[0]
        reached = sum(max(world[other] for other in left) >= mine[at] for world in theirs)
        before = adjusted[at] = max(before, (reached + 1) / (len(theirs) + 1))
        left = left[1:]
    return [adjusted[at] for at in range(len(mine))]


def test_the_step_down_maximum_is_that_of_a_direct_computation() -> None:
    rng = np.random.default_rng(3)
    worlds = np.abs(rng.normal(size=(60, 5))) * [1, 5, 0.1, 1, 2]
    observed = np.array([3.0, 4.0, 0.35, 0.5, 7.0])
    found = step_down(observed, worlds)
    assert found.tolist() == pytest.approx(directly(observed, worlds))
    assert (found >= [(np.sum(worlds[:, at] >= observed[at]) + 1) / 61 for at in range(5)]).all()


def test_the_step_down_maximum_keeps_its_level_over_all_claims() -> None:
    rng = np.random.default_rng(4)
    wrong = sum((step_down(draws[0], draws[1:]) <= 0.05).any() for draws in rng.gamma(1, size=(400, 100, 6)))
    assert wrong <= 32  # 20 expected, and 32 is exceeded in less than 1 % of trials


def test_a_claim_that_never_varies_is_never_firm() -> None:
    assert step_down(np.array([1.0, 9.0]), np.column_stack([np.ones(50), np.arange(50) / 50]))[0] > 0.5


def test_worlds_that_failed_count_as_strongest() -> None:
    worlds = np.zeros((40, 1))
    worlds[:8] = np.inf
    assert step_down(np.array([5.0]), worlds).tolist() == [9 / 41]


def test_each_world_is_ranked_among_the_others() -> None:
    """By hand: of ten worlds only the strongest reaches a tenth of the worlds, itself included; 0 asserts nothing."""
    strengths = np.column_stack([np.arange(10.0), np.zeros(10), np.ones(10)])
    assert by_chance_alone(strengths, 0.1).tolist() == [0] * 9 + [1]
    assert by_chance_alone(strengths, 0.2).tolist() == [0] * 8 + [1, 1]
