"""How long the parts take inside a process: one analysis per method, one refit, the comparison.

Run with ``pytest benchmarks``.
"""

from math import comb

import pytest

import equifinal as eq
from equifinal.base.seeds import generator
from equifinal.comparison import intervals as bootstrap
from equifinal.comparison.permutation_test import permutation_test
from equifinal.method.choosing import choose_methods

STUDY = eq.load_study("open-data-barometer-2014")
METHODS = choose_methods(STUDY)


@pytest.mark.parametrize("label", METHODS)
def test_analyze(benchmark, label):
    calibrated = STUDY.calibrate()
    analysis = benchmark(lambda: METHODS[label].analyze(calibrated, generator(0, label)))
    assert len(analysis.cases) == len(calibrated.cases)


@pytest.mark.parametrize("label", METHODS)
def test_refit(benchmark, label):
    calibrated = STUDY.calibrate()
    assert benchmark(lambda: METHODS[label].refit(calibrated, generator(0, label))).method is METHODS[label]


def test_compare(benchmark):
    run = eq.run(STUDY)
    comparison = benchmark.pedantic(eq.compare, args=[run], rounds=5, warmup_rounds=1)
    assert list(comparison.verdicts.columns) == list(METHODS)


def test_differences(benchmark):
    comparison = eq.compare(eq.run(STUDY))
    arguments = (comparison.analyses, comparison.yardsticks, comparison.calibrated, 0)
    assert len(benchmark(bootstrap.differences, *arguments)) == comb(len(METHODS), 2)


def test_agreement_intervals(benchmark):
    comparison = eq.compare(eq.run(STUDY))
    arguments = (comparison.analyses, comparison.yardsticks, comparison.agreement, comparison.calibrated, 0)
    assert set(benchmark(bootstrap.agreement_intervals, *arguments)) == {"predictions", "groups", "importance"}


def test_permutation_test(benchmark):
    """A hundred permutations; a thousand take ten times as long."""
    run = eq.run(STUDY)
    found = benchmark.pedantic(permutation_test, args=[run, 100], rounds=2)
    assert found["permutations"].eq(100).all()
