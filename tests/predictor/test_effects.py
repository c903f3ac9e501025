"""Accumulated local effects and cross-differences of functions whose effects are known."""

import doctest
from importlib import import_module

import numpy as np
import pytest

from equifinal_sklearn.effects import accumulated, cross_difference, effect, span

RNG = np.random.default_rng(0)
X = RNG.uniform(0, 1, (400, 3))


def told(probe, function):
    return probe.answer(function(probe.rows))


def test_a_linear_function_has_its_slopes_and_no_interaction():
    def line(x):
        return 2 * x[:, 0] - 3 * x[:, 1]

    low, high = span(X[:, 1])
    assert told(effect(X, 1, 10, (low, high)), line) == pytest.approx([-3 * (high - low)])
    assert told(effect(X, 2, 10, (0.1, 0.9)), line) == pytest.approx([0])
    ends = [span(X[:, 0]), span(X[:, 1])]
    assert told(cross_difference(X, [0, 1], ends), line) == pytest.approx([0])
    edges, probe = accumulated(X, 0, 7)
    assert len(edges) == 8
    assert told(probe, line) == pytest.approx(2 * (edges - edges[0]))


def test_a_product_interacts_by_the_product_of_the_ranges():
    def product(x):
        return x[:, 0] * x[:, 1] + x[:, 2]

    ends = [(0.2, 0.7), (0.1, 0.9)]
    assert told(cross_difference(X, [0, 1], ends), product) == pytest.approx([0.5 * 0.8])
    assert told(cross_difference(X, [0, 2], ends), product) == pytest.approx([0])
    three = [(0.0, 0.5), (0.0, 0.5), (0.0, 1.0)]
    assert told(cross_difference(X, [0, 1, 2], three), lambda x: x.prod(axis=1)) == pytest.approx([0.25])


def test_local_effects_stay_where_the_cases_are():
    # With two columns that are the same, x0 - x1 is 0 for every case; a local effect sees the slope of x0 alone, which is 1,
    # and never asks for a case with a high x0 and a low x1 beyond the width of an interval.
    same = np.column_stack([X[:, 0], X[:, 0]])
    probe = effect(same, 0, 20, (0.1, 0.9))
    assert told(probe, lambda x: x[:, 0] - x[:, 1]) == pytest.approx([0.8])
    assert np.abs(probe.rows[:, 0] - probe.rows[:, 1]).max() < 0.1


def test_levels_and_constants():
    binary = np.array([[0.0], [0], [0], [1]])
    assert told(accumulated(binary, 0, 10)[1], lambda x: 5 * x[:, 0]) == pytest.approx([0, 5])
    assert told(accumulated(np.ones((4, 1)), 0, 10)[1], lambda x: x[:, 0]) == pytest.approx([0])


@pytest.mark.parametrize("name", ["effects", "fitted", "predictor"])
def test_examples(name):
    assert doctest.testmod(import_module(f"equifinal_sklearn.{name}")).failed == 0
