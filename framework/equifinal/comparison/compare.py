"""From a run to a comparison: measure, judge, permute, advise, and put it into tables."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from equifinal.base.parallel import one_thread
from equifinal.base.time_limit import TimeLimitError, within_for_each
from equifinal.comparison.advice import advice
from equifinal.comparison.cases import case_types
from equifinal.comparison.comparison import Comparison
from equifinal.comparison.diversity import diversity_notes
from equifinal.comparison.permutation_test import permutation_notes, permutation_test
from equifinal.comparison.verdicts import judge
from equifinal.comparison.yardstick import Yardstick, baselines, measure
from equifinal.errors import InputError, check_whole
from equifinal.method.analysis import Analysis
from equifinal.method.run import Run
from equifinal.plugin import registry
from equifinal.study.calibrated import CalibratedStudy
from equifinal.study.propositions import Proposition, Verdict

__all__ = ["compare"]


def compare(run: Run, permutations: int = 0) -> Comparison:
    """Compare the analyses of a run.

    Parameters
    ----------
    run
        From :func:`equifinal.run`; its seed, number of processes and progress bar are used again.
    permutations
        How often to permute the outcome to see which fit chance brings about; 0 leaves it out, 1,000 is usual. Each
        method is fitted again for every permutation; see :func:`equifinal.comparison.permutation_test.permutation_test`.

    Raises
    ------
    InputError
        When every method failed, or `permutations` is no whole number from 0 on.

    Examples
    --------
    >>> import equifinal as eq
    >>> comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["fsqca", "regression"]))
    >>> comparison.verdicts.loc["1-LEAD"].tolist()
    ['supported', 'silent']
    """
    if not isinstance(run, Run):
        raise InputError(f"compare() takes what run() returns, not {type(run).__name__}.")
    check_whole("permutations", permutations, minimum=0)
    analyses, methods, calibrated = run.analyses, run.methods, run.calibrated
    if not analyses:
        raise InputError(f"Study {calibrated.name!r}: every method failed. {' '.join(map(str, run.failures.values()))}")
    if run.time_limit is None:
        yardsticks = measure(methods, analyses, calibrated, run.seed, run.n_jobs, run.progress)
        with one_thread():
            answers = judge(run, yardsticks, registry.current().hooks)
    else:
        yardsticks = _measured_within(run, run.time_limit)
        answers = _answers_within(run, yardsticks, run.time_limit)
    propositions = run.study.propositions
    index: pd.Index[Any] = pd.Index([str(proposition.id) for proposition in propositions], name="id")
    verdicts = pd.DataFrame({k: [v.answer for v in each] for k, each in answers.items()}, index=index, dtype=object)
    evidence = pd.DataFrame({k: [v.evidence for v in each] for k, each in answers.items()}, index=index, dtype=object)
    directions = {label: _direction(analyses[label], yardsticks[label]) for label in analyses}
    rows, advice_notes = advice(methods, analyses, calibrated, run.time_limit)
    outcome = calibrated.fuzzy[calibrated.outcome.name]
    permuted = _permuted(run, permutations) if permutations else None
    chance_notes = permutation_notes(permuted, calibrated) if permuted is not None else []
    comparison = Comparison(
        run=run,
        verdicts=verdicts,
        verdict_evidence=evidence,
        propositions=_propositions(propositions, index),
        conditions=_conditions(analyses, yardsticks, directions),
        cases=_cases(analyses, outcome),
        fit=_fit(yardsticks, baselines(calibrated, run.seed)),
        advice=rows,
        notes=_notes(calibrated, analyses, yardsticks, chance_notes, advice_notes),
        yardsticks=yardsticks,
        permutations=permuted,
    )
    registry.current().notify("equifinal_after_comparison", comparison=comparison)
    return comparison


def _alone(run: Run, label: str) -> Run:
    """The run as if there were no other method, and no limit."""
    return replace(
        run,
        methods={label: run.methods[label]},
        results={label: run.results[label]},
        n_jobs=1,
        progress=False,
        time_limit=None,
    )


def _measured_within(run: Run, limit: float) -> dict[str, Yardstick]:
    tasks = [
        ({label: run.methods[label]}, {label: each}, run.calibrated, run.seed) for label, each in run.analyses.items()
    ]
    found: dict[str, Yardstick] = {}
    for task, outcome in zip(
        tasks, within_for_each(limit, "predicting cases", measure, tasks, run.n_jobs), strict=True
    ):
        if isinstance(outcome, TimeLimitError):
            # What can be said of a method that does not predict is said without calling it.
            ((label, without),) = measure({}, *task[1:]).items()
            found[label] = replace(
                without, notes=[f"There are no figures out of sample and no importances: {outcome}."]
            )
        else:
            found |= outcome
    return found


def _answers_within(run: Run, yardsticks: Mapping[str, Yardstick], limit: float) -> dict[str, list[Verdict]]:
    hooks = registry.current().hooks
    tasks = [(_alone(run, label), {label: yardsticks[label]}, hooks) for label in run.analyses]
    found: dict[str, list[Verdict]] = {}
    for label, outcome in zip(
        run.analyses, within_for_each(limit, "judging the propositions", judge, tasks, run.n_jobs), strict=True
    ):
        if isinstance(outcome, TimeLimitError):
            found[label] = [Verdict("silent", evidence=f"It could not answer: {outcome}.")] * len(
                run.study.propositions
            )
        else:
            found |= outcome
    return found


def _permuted(run: Run, permutations: int) -> pd.DataFrame:
    if run.time_limit is None:
        return permutation_test(run, permutations)
    labels = [label for label in run.analyses if run.methods[label].predicts()]
    tasks = [(_alone(run, label), permutations) for label in labels]
    outcomes = within_for_each(run.time_limit, "permuting the outcome", permutation_test, tasks, run.n_jobs)
    tables = [permutation_test(replace(run, results={}), permutations)]  # of no method: the columns
    for label, outcome in zip(labels, outcomes, strict=True):
        if isinstance(outcome, TimeLimitError):
            missing = {"permutations": 0, "failed": permutations, "why": str(outcome)}
            outcome = pd.DataFrame(missing, index=pd.Index([label], name="method")).reindex(columns=tables[0].columns)
        tables.append(outcome)
    return pd.concat([table for table in tables if len(table)] or tables)


def _propositions(propositions: Sequence[Proposition], index: pd.Index) -> pd.DataFrame:
    rows = {
        "text": [proposition.text for proposition in propositions],
        "claim": [proposition.claim for proposition in propositions],
        "where": [proposition.where or "" for proposition in propositions],
    }
    return pd.DataFrame(rows, index=index, dtype=object)


def _direction(analysis: Analysis, yardstick: Yardstick) -> pd.Series:
    return analysis.conditions["direction"].astype(int) if yardstick.direction is None else yardstick.direction


def _conditions(
    analyses: Mapping[str, Analysis], yardsticks: Mapping[str, Yardstick], directions: Mapping[str, pd.Series]
) -> pd.DataFrame:
    columns: dict[tuple[str, str], Any] = {}
    for label, analysis in analyses.items():
        rises = yardsticks[label].importance
        columns[label, "role"] = analysis.conditions["role"]
        columns[label, "direction"] = directions[label]
        columns[label, "importance"] = np.nan if rises is None else rises["importance"]
        columns[label, "importance_sd"] = np.nan if rises is None else rises["sd"]
    index = next(iter(analyses.values())).conditions.index
    table = pd.DataFrame(columns, index=index.rename("condition"))
    table.columns.names = ["method", "measure"]
    return table


def _cases(analyses: Mapping[str, Analysis], outcome: pd.Series) -> pd.DataFrame:
    columns: dict[tuple[str, str], Any] = {("outcome", ""): outcome}
    for label, analysis in analyses.items():
        columns[label, "group"] = analysis.cases["group"].astype(object)
        columns[label, "predicted"] = analysis.cases["predicted"].astype(float)
        columns[label, "type"] = case_types(analysis.cases["predicted"], outcome)
    table = pd.DataFrame(columns, index=outcome.index.rename("case"))
    table.columns.names = ["method", "measure"]
    return table


def _fit(yardsticks: Mapping[str, Yardstick], chance: Mapping[str, Mapping[str, float]]) -> pd.DataFrame:
    rows = {label: each.fit for label, each in yardsticks.items()} | dict(chance)
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("method")
    return table.astype({"folds": int, "failed_folds": int})


def _notes(
    calibrated: CalibratedStudy,
    analyses: Mapping[str, Analysis],
    yardsticks: Mapping[str, Yardstick],
    chance_notes: Sequence[tuple[str, str]],
    advice_notes: Sequence[str],
) -> pd.DataFrame:
    said = [("study", calibrated.note)] if calibrated.note else []
    if any(analysis.method.sufficient_paths for analysis in analyses.values()):
        said += [("study", note) for note in diversity_notes(calibrated)]
    said += [("calibration", note) for note in calibrated.notes]
    for label, analysis in analyses.items():
        said += [(label, note) for note in [*analysis.notes, *yardsticks[label].notes]]
    said += [*chance_notes, *(("advice", note) for note in advice_notes)]
    return pd.DataFrame(said, columns=["about", "note"], dtype=object)
