"""What a trial measures of an analysis in full: p-values and intervals of a method's own, and its skill in cases not seen."""

import warnings
from collections.abc import Mapping, Sequence

import pandas as pd

from equifinal.base.words import is_missing
from equifinal.comparison.fit import baselines, measure
from equifinal.comparison.measures import OUT_OF_SAMPLE, current_measures
from equifinal.comparison.permutation_test import permutation_test
from equifinal.method.analysis import Analysis, Method
from equifinal.method.run import Run, run
from equifinal.study.study import Study
from equifinal.sweep.store import Row

#: Permutations of the outcome for the test of the fit: with 99 the smallest p-value is 0.01.
PERMUTATIONS = 99
#: The columns of ``Analysis.conditions`` with an interval.
_INTERVAL = ["ci_low", "ci_high"]


def measured(study: Study, methods: Mapping[str, Method], seed: int, parts: Sequence[str]) -> dict[str, list[Row]]:
    """Rows of the tables ``tests``, ``intervals`` and ``skill``. Methods that fail have none."""
    rows: dict[str, list[Row]] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = run(study, dict(methods), n_jobs=1, seed=seed)
        if "verdicts" not in parts:  # else it has been said
            rows["failed_methods"] = [
                {"method": label, "exception": each.exception, "message": each.message}
                for label, each in found.failures.items()
            ]
        if "tests" in parts:
            rows["tests"] = [*_own_tests(found), *_tests_of_fit(found)]
            rows["intervals"] = _intervals(found)
        if "skill" in parts:
            rows["skill"] = _skill(found)
    return rows


def _own_tests(found: Run) -> list[Row]:
    """Of each condition: the columns ``p_...`` of ``Analysis.conditions``; where the outcome is not used, they are not about it."""
    return [
        {"method": label, "test": str(column), "condition": str(name), "p": float(p)}
        for label, analysis in found.analyses.items()
        if analysis.method.uses_outcome
        for column in analysis.conditions
        if str(column).startswith("p_")
        for name, p in pd.to_numeric(analysis.conditions[column]).items()
        if not is_missing(p)
    ]


def _tests_of_fit(found: Run) -> list[Row]:
    """How often a fit comes about by permuted outcomes, by measure."""
    which = [each for each in current_measures() if each.less_is_better is not None]
    shares = permutation_test(found, PERMUTATIONS, n_jobs=1, progress=False, which=which)
    return [
        {"method": str(label), "test": f"fit: {each.words}", "condition": None, "p": float(p)}
        for label in shares.index
        for each in which
        if not is_missing(p := shares.at[label, each.name])
    ]


def _intervals(found: Run) -> list[Row]:
    """Of coefficients that are slopes of the scores, as methods with an attribute ``slopes_of_scores`` say."""
    return [
        {"method": label, "condition": str(name), "low": float(low), "high": float(high), "level": _level(analysis)}
        for label, analysis in found.analyses.items()
        if getattr(analysis.method, "slopes_of_scores", False) and set(_INTERVAL) <= set(analysis.conditions)
        for name, low, high in analysis.conditions[_INTERVAL].itertuples()
        if not (is_missing(low) or is_missing(high))
    ]


def _level(analysis: Analysis) -> float:
    return 1 - float(getattr(analysis.method, "alpha", 0.05))


def _skill(found: Run) -> list[Row]:
    """Every measure of the yardstick in cases not seen, of methods and of the baselines."""
    which = current_measures()
    yardsticks = measure(found.methods, found.analyses, found.calibrated, found.seed, which=which)
    fits = {label: each.fit for label, each in yardsticks.items()} | baselines(found.calibrated, found.seed, which)
    return [
        {"method": label, "measure": each.name, "value": float(value)}
        for label, fit in fits.items()
        for each in which
        if not is_missing(value := fit.get(f"{each.name}{OUT_OF_SAMPLE}"))
    ]
