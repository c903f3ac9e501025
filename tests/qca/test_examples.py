"""The examples in the docstrings of the diagnostics run and give what they say."""

import doctest
from importlib import import_module

import pytest


@pytest.mark.parametrize("name", ["assumptions", "cases", "classifier", "robustness", "solution", "table"])
def test_the_examples_of_a_module(name):
    results = doctest.testmod(import_module(f"equifinal_qca.{name}"))
    assert results.attempted > 0
    assert results.failed == 0
