"""How long the parts take inside a process: one analysis per method, one refit, the comparison.

Run with ``pytest benchmarks``.
"""

import pytest

import equifinal as eq
from equifinal.runs import choose_methods, generator

STUDY = eq.load_study("open-data-barometer-2014")
METHODS = choose_methods(STUDY)


@pytest.mark.parametrize("label", METHODS)
def test_analyze(benchmark, label):
    study = STUDY.calibrate()
    analysis = benchmark(lambda: METHODS[label].analyze(study, generator(0, label)))
    assert len(analysis.cases) == len(study.cases)


@pytest.mark.parametrize("label", METHODS)
def test_refit(benchmark, label):
    study = STUDY.calibrate()
    assert benchmark(lambda: METHODS[label].refit(study, generator(0, label))).method is METHODS[label]


def test_compare(benchmark):
    run = eq.run(STUDY)
    comparison = benchmark.pedantic(eq.compare, args=[run], rounds=5, warmup_rounds=1)
    assert list(comparison.verdicts.columns) == list(METHODS)
