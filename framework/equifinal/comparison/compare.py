"""From a run to a comparison: measure, judge, permute, advise, and put it into tables."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeAlias, TypeVar

import numpy as np
import pandas as pd

from equifinal.base.parallel import one_thread
from equifinal.base.surroundings import changed_and_put_back
from equifinal.base.time_limit import TimeLimitError, within_for_each
from equifinal.comparison.advice import advice
from equifinal.comparison.cases import case_types
from equifinal.comparison.comparison import Comparison
from equifinal.comparison.counting import Demands
from equifinal.comparison.diversity import diversity_notes
from equifinal.comparison.evidence import Evidence, Rows, gathered, stopped, tables
from equifinal.comparison.fit import Yardstick, baselines, measure, measure_notes
from equifinal.comparison.measures import Measure, current_measures
from equifinal.comparison.out_of_sample import Split, check_folds, splits
from equifinal.comparison.permutation_test import permutation_notes, permutation_test
from equifinal.comparison.skill import without_skill
from equifinal.comparison.verdicts import AROUND, GIVEN, Changed, descriptions, judge
from equifinal.errors import InputError, check_whole, listing
from equifinal.method.analysis import Analysis
from equifinal.method.run import Run, changed_around, changed_input, warn_of_changes
from equifinal.plugin import registry
from equifinal.plugin.calling import Hooks
from equifinal.study.calibrated import CalibratedStudy
from equifinal.study.propositions import Proposition, Verdict

T = TypeVar("T")

#: A method's answers, and what was changed meanwhile.
_Judged: TypeAlias = tuple[list[Verdict], Changed]


def compare(
    run: Run,
    permutations: int = 0,
    *,
    evidence: bool = True,
    worlds: int = 199,
    resamples: int = 199,
    by_chance: float = 0.05,
    stable: float = 0.75,
    denied: float = 0.95,
    folds: Any = None,
) -> Comparison:
    """Compare the analyses of a run.

    Parameters
    ----------
    run
        From :func:`equifinal.run`; its seed, number of processes and progress bar are used again.
    evidence
        Whether to ask every method again in worlds without the relation that a verdict asserts, and in resampled case
        sets, to see which verdicts and directions are firm. Without it none is.
    worlds, resamples
        How many worlds of each kind, and how many resampled case sets. Where that leaves open on which side of a threshold
        a verdict lies, there are more, up to 1,999.
    by_chance
        A verdict that asserts a relation is firm when chance brings it about in at most this share of worlds ...
    stable
        ... and at least this share of resampled case sets gives the same answer.
    denied
        A verdict that denies a relation is firm when at least this share of resampled case sets gives the same answer.
    permutations
        How often to permute the outcome to see which fit chance brings about; 0 leaves it out, 1,000 is usual. Each
        method is fitted again for every permutation; see :func:`equifinal.comparison.permutation_test.permutation_test`.

    folds
        How cases are held out for the numbers out of sample. ``None``: one case at a time up to 200 cases, ten times ten folds
        beyond, whole units in panels. A whole number: so many folds. Otherwise a splitter from ``sklearn.model_selection``,
        or anything else that scikit-learn takes as ``cv``.

    Raises
    ------
    InputError
        When every method failed, a number is out of range, or `folds` cannot split the cases or separates cases of one unit.

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
    demands = Demands(worlds, resamples, by_chance, stable, denied)
    analyses, methods, calibrated = run.analyses, run.methods, run.calibrated
    if not analyses:
        raise InputError(f"Study {calibrated.name!r}: every method failed. {' '.join(map(str, run.failures.values()))}")
    which = current_measures()
    check_folds(folds, calibrated)
    plan = splits(calibrated, run.seed, folds)
    several = sum(methods[label].predicts() for label in analyses) > 1
    measured = partial(_measured, which=which, plan=plan, several=several)
    yardsticks = for_each_method(run, "predicting cases", measured, partial(_unmeasured, run, which, plan))
    judged = for_each_method(
        run,
        "judging the propositions",
        partial(_judged, yardsticks=yardsticks, hooks=registry.current().hooks),
        partial(_unanswered, run),
    )
    answers = {label: each for label, (each, _) in judged.items()}
    propositions = run.study.claims
    index: pd.Index[Any] = pd.Index([str(proposition.id) for proposition in propositions], name="id")
    verdicts = pd.DataFrame({k: [v.answer for v in each] for k, each in answers.items()}, index=index, dtype=object)
    sentences = pd.DataFrame({k: [v.evidence for v in each] for k, each in answers.items()}, index=index, dtype=object)
    directions = {label: _direction(analyses[label], yardsticks[label]) for label in analyses}
    found = Evidence()
    if evidence:
        shown = {
            label: None if yardsticks[label].direction is None else _signs(directions[label]) for label in analyses
        }
        found = _evidence(run, answers, propositions, shown, demands)
    fit = _fit(yardsticks, baselines(calibrated, run.seed, which, plan))
    rows, advice_notes = advice(
        methods, analyses, calibrated, run.time_limit, without_skill({k: methods[k] for k in analyses}, fit, which)
    )
    outcome = calibrated.fuzzy[calibrated.outcome.name]
    permuted = _permuted(run, permutations, which) if permutations else None
    chance_notes = permutation_notes(permuted, calibrated) if permuted is not None else []
    comparison = Comparison(
        run=run,
        verdicts=verdicts,
        verdict_evidence=sentences,
        propositions=_propositions(propositions, index),
        descriptions=descriptions(calibrated, run.study.propositions),
        conditions=_conditions(analyses, yardsticks, directions),
        cases=_cases(analyses, outcome),
        fit=fit,
        advice=rows,
        notes=_notes(
            calibrated,
            analyses,
            yardsticks,
            [*_changes(run, yardsticks, judged), *chance_notes, *found.notes],
            advice_notes,
        ),
        yardsticks=yardsticks,
        permutations=permuted,
        measures=which,
        demands=demands if evidence else None,
        gathered=found,
        folds=folds,
    )
    registry.current().notify("equifinal_after_comparison", comparison=comparison)
    return comparison


def for_each_method(
    run: Run,
    what: str,
    function: Callable[[Run], Mapping[str, T]],
    instead: Callable[[str, TimeLimitError], T],
) -> dict[str, T]:
    """What a function finds, by method: all together without a time limit, each alone and within it otherwise.

    Parameters
    ----------
    run
        The run; its time limit and number of processes are used.
    what
        What is being done, for the message when time is up.
    function
        Gets a run, of all methods or of one; returns what it found, by label.
    instead
        Gets the label of a method that was stopped, and why; returns what stands in its place.
    """
    if run.time_limit is None:
        with one_thread():
            return dict(function(run))
    tasks = [(_alone(run, label),) for label in run.analyses]
    answers = within_for_each(run.time_limit, what, function, tasks, run.n_jobs)
    found: dict[str, T] = {}
    for label, answer in zip(run.analyses, answers, strict=True):
        found |= {label: instead(label, answer)} if isinstance(answer, TimeLimitError) else answer
    return found


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


def _measured(run: Run, which: Sequence[Measure], plan: Sequence[Split], several: bool) -> dict[str, Yardstick]:
    methods, seed = run.methods, run.seed
    return measure(methods, run.analyses, run.calibrated, seed, run.n_jobs, run.progress, which, plan, several)


def _unmeasured(
    run: Run, which: Sequence[Measure], plan: Sequence[Split], label: str, error: TimeLimitError
) -> Yardstick:
    """What can be said of a method that does not predict, which is said without calling it."""
    alone = _measured(replace(_alone(run, label), methods={}), which, plan, several=False)[label]
    return replace(alone, notes=[f"There are no numbers out of sample and no importances: {error}."])


def _judged(run: Run, yardsticks: Mapping[str, Yardstick], hooks: Hooks) -> dict[str, _Judged]:
    return judge(run, {label: yardsticks[label] for label in run.analyses}, hooks)


def _unanswered(run: Run, label: str, error: TimeLimitError) -> _Judged:
    return [Verdict("silent", evidence=f"It could not answer: {error}.")] * len(run.study.claims), {}


def _changes(run: Run, yardsticks: Mapping[str, Yardstick], judged: Mapping[str, _Judged]) -> list[tuple[str, str]]:
    """Notes on what methods and claims changed of what they were given to judge; those on predictions are there already."""
    notes: dict[tuple[str, str], None] = {}
    for label, (_, changed) in judged.items():
        mine, when = [], "when asked about propositions"
        if places := changed.get(("", GIVEN)):
            mine.append(changed_input(places, f"{when} "))
        if places := changed.get(("", AROUND)):
            mine.append(changed_around(dict.fromkeys(places), when))
        warn_of_changes(label, run.methods[label], [*yardsticks[label].notes, *mine])
        notes |= dict.fromkeys((label, note) for note in mine)
        for (claim, what), each in sorted(changed.items()):
            if claim and each:
                who, places = (
                    f"The claim {claim!r} of the plugin {registry.propositions()[claim].plugin}",
                    sorted(set(each)),
                )
                copy = f"changed its input ({listing(places)}), a copy of its own"
                notes["propositions", f"{who} {copy if what == GIVEN else changed_and_put_back(places)}."] = None
    for about, note in notes:
        if about == "propositions":
            warnings.warn(note, stacklevel=3)
    return list(notes)


def _evidence(
    run: Run,
    answers: Mapping[str, Sequence[Verdict]],
    propositions: Sequence[Proposition],
    directions: Mapping[str, Mapping[str, int] | None],
    demands: Demands,
) -> Evidence:
    conditions = run.calibrated.condition_names

    def instead(label: str, error: TimeLimitError) -> Rows:
        return stopped(label, f"{error}.", answers[label], propositions, directions[label], conditions)

    each = partial(
        gathered,
        verdicts=answers,
        propositions=propositions,
        directions=directions,
        demands=demands,
        hooks=registry.current().hooks,
    )
    rows = for_each_method(run, "asking again in worlds without the relation and in resamples", each, instead)
    return tables(rows)


def _permuted(run: Run, permutations: int, which: Sequence[Measure]) -> pd.DataFrame:
    none = permutation_test(replace(run, results={}), permutations, which=which)

    def each(part: Run) -> dict[str, pd.DataFrame]:
        table = permutation_test(part, permutations, which=which)
        return {str(label): table.loc[[label]] for label in table.index}

    def stopped(label: str, error: TimeLimitError) -> pd.DataFrame:
        missing = {"permutations": 0, "failed": permutations, "why": str(error)}
        return pd.DataFrame(missing, index=pd.Index([label], name="method")).reindex(columns=none.columns)

    predicting = replace(run, results={k: run.results[k] for k in run.analyses if run.methods[k].predicts()})
    rows = for_each_method(predicting, "permuting the outcome", each, stopped)
    return pd.concat(list(rows.values()) or [none])


def _propositions(propositions: Sequence[Proposition], index: pd.Index) -> pd.DataFrame:
    rows = {
        "text": [proposition.text for proposition in propositions],
        "claim": [proposition.claim for proposition in propositions],
        "where": [proposition.where or "" for proposition in propositions],
    }
    return pd.DataFrame(rows, index=index, dtype=object)


def _direction(analysis: Analysis, yardstick: Yardstick) -> pd.Series:
    return analysis.conditions["direction"].astype(int) if yardstick.direction is None else yardstick.direction


def _signs(direction: pd.Series) -> dict[str, int]:
    return {str(name): int(sign) for name, sign in direction.items()}


def _conditions(
    analyses: Mapping[str, Analysis], yardsticks: Mapping[str, Yardstick], directions: Mapping[str, pd.Series]
) -> pd.DataFrame:
    columns: dict[tuple[str, str], Any] = {}
    for label, analysis in analyses.items():
        rises = yardsticks[label].importance
        columns[label, "role"] = analysis.conditions["role"]
        columns[label, "direction"] = directions[label]
        columns[label, "importance"] = np.nan if rises is None else rises["importance"]
        columns[label, "importance_error"] = np.nan if rises is None else rises["error"]
    index = next(iter(analyses.values())).conditions.index
    table = pd.DataFrame(columns, index=index.rename("condition"))
    table.columns.names = ["method", "column"]
    return table


def _cases(analyses: Mapping[str, Analysis], outcome: pd.Series) -> pd.DataFrame:
    columns: dict[tuple[str, str], Any] = {("outcome", ""): outcome}
    for label, analysis in analyses.items():
        columns[label, "group"] = analysis.cases["group"].astype(object)
        columns[label, "predicted"] = analysis.cases["predicted"].astype(float)
        columns[label, "type"] = case_types(analysis.cases["predicted"], outcome)
    table = pd.DataFrame(columns, index=outcome.index.rename("case"))
    table.columns.names = ["method", "column"]
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
    said += [*measure_notes(yardsticks), *chance_notes, *(("advice", note) for note in advice_notes)]
    return pd.DataFrame(said, columns=["about", "note"], dtype=object)
