"""The examples in the docstrings of the engine run and give what they say."""

import doctest
from importlib import import_module

import pytest


@pytest.mark.parametrize(
    "name",
    [
        "diagnostics.assumptions",
        "diagnostics.cases",
        "classifier",
        "engine.cover",
        "expressions",
        "diagnostics.groups",
        "diagnostics.pairs",
        "engine.implicants",
        "multivalue",
        "necessary",
        "diagnostics.robustness",
        "minimization",
        "model",
        "supersets",
        "table",
    ],
)
def test_the_examples_of_a_module(name):
    results = doctest.testmod(import_module(f"equifinal_qca.{name}"))
    assert results.attempted > 0
    assert results.failed == 0
