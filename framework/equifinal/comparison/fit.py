"""The common yardstick: the same numbers for every method, from its predictions alone.

How well do the predicted outcome memberships agree with the outcome, in cases that the method has seen and in cases that it
has not? How much worse do they get when a condition is permuted? In which direction do they move with it? Nothing here asks
which method it is looking at.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from equifinal.base.own import changes, own
from equifinal.base.parallel import work
from equifinal.base.seeds import generator
from equifinal.comparison.importance import (
    direction_of,
    importance_by_case,
    movements_by_case,
    repetitions_for,
)
from equifinal.comparison.measures import BUILT_IN, OUT_OF_SAMPLE, Measure, measures
from equifinal.comparison.out_of_sample import folds, out_of_sample
from equifinal.errors import FAULTS, listing
from equifinal.method.analysis import Analysis, Method
from equifinal.method.run import changed_input
from equifinal.plugin import registry
from equifinal.sets import Floats
from equifinal.study.calibrated import CalibratedStudy


@dataclass(frozen=True, eq=False)
class Yardstick:
    """What the common yardstick says of one method.

    Attributes
    ----------
    fit : dict
        The measures in sample and out of sample, the number of folds and of those that failed.
    importance : pandas.DataFrame or None
        One row per condition: ``importance`` (mean rise in mean absolute error) and ``sd``; ``None`` without predictions.
    direction : pandas.Series or None
        One value per condition: -1, 0 or +1, the way in which the mean prediction moves.
    predicted_out_of_sample : pandas.Series
        Predictions by refits that had not seen the case; missing where the fold failed.
    notes : list of str
    rises : pandas.DataFrame or None
        Index: cases; columns: conditions. The mean rise of the case's absolute error when the condition is permuted. Their mean
        over cases is the importance.
    moves : pandas.DataFrame or None
        Index: cases; columns: conditions. How the case's prediction moves with the condition. The sign of their mean over cases is
        the direction.
    problems : dict
        By the name of a measure, what it raised or returned in place of a number.
    """

    fit: dict[str, float]
    importance: pd.DataFrame | None
    direction: pd.Series | None
    predicted_out_of_sample: pd.Series
    notes: list[str] = field(default_factory=list)
    rises: pd.DataFrame | None = None
    moves: pd.DataFrame | None = None
    problems: dict[str, str] = field(default_factory=dict)


def measure(
    methods: Mapping[str, Method],
    analyses: Mapping[str, Analysis],
    calibrated: CalibratedStudy,
    seed: int,
    n_jobs: int = 1,
    progress: bool = False,
    which: Sequence[Measure] = BUILT_IN,
) -> dict[str, Yardstick]:
    """Put every analysis on the common yardstick.

    Parameters
    ----------
    methods, analyses
        By label.
    calibrated
        The cases they analysed.
    seed
        The run's seed.
    n_jobs, progress
        As for :func:`equifinal.run`.
    which
        The measures.
    """
    predicting = {label: method for label, method in methods.items() if label in analyses and method.predicts()}
    predicted, reasons, count, changed = out_of_sample(predicting, calibrated, seed, n_jobs, progress)
    tasks = [(predicting[label], analyses[label], calibrated, seed) for label in predicting]
    moves = dict(zip(predicting, work(_moves, tasks, n_jobs, "Permuting conditions", progress), strict=True))
    outcome = calibrated.fuzzy[calibrated.outcome.name]
    training_means = _training_means(calibrated, seed)
    found = {}
    for label, analysis in analyses.items():
        unseen = pd.Series(predicted.get(label, np.nan), index=calibrated.cases, dtype=float)
        failed = reasons.get(label, [])
        problems: dict[str, str] = {}
        fit = measures(analysis.cases["predicted"], outcome, which, problems)
        fit |= _out_of_sample_measures(unseen, outcome, training_means, which, problems)
        fit |= {"folds": count if label in predicting else 0, "failed_folds": len(failed)}
        importances, rises, moved, problem, places = moves.get(label, (None, None, None, "", []))
        direction = (
            None if moved is None else pd.Series(direction_of(moved.mean()), index=moved.columns.rename("condition"))
        )
        places = [*changed.get(label, []), *places]
        on_changes = changed_input(places, "in refits or predictions ") if places else ""
        notes = [note for note in (_on_refits(label in predicting, failed, count), problem, on_changes) if note]
        found[label] = Yardstick(fit, importances, direction, unseen, notes, rises, moved, problems)
    return found


def _on_refits(predicts: bool, failed: Sequence[str], count: int) -> str:
    if not predicts:
        return "The method does not predict, so there are no numbers out of sample and no importances."
    if not failed:
        return ""
    why = listing(dict.fromkeys(failed), most=2)
    return f"{len(failed)} of {count} refits failed, and their cases have no prediction out of sample: {why}"


def measure_notes(yardsticks: Mapping[str, Yardstick]) -> list[tuple[str, str]]:
    """What a reader should know of measures that gave no number: about the fit, a note for each."""
    found: dict[tuple[str, str], list[str]] = {}
    for label, each in yardsticks.items():
        for name, problem in each.problems.items():
            found.setdefault((name, problem), []).append(label)
    return [
        ("fit", f"The measure {name!r} of the plugin {_origin(name)} gave no number for {', '.join(labels)}: {problem}")
        for (name, problem), labels in found.items()
    ]


def _origin(name: str) -> str:
    listed = registry.current().listing("measures")
    return str(listed[name].plugin) if name in listed else "that brought it"


def _moves(
    method: Method, analysis: Analysis, calibrated: CalibratedStudy, seed: int
) -> tuple[pd.DataFrame | None, pd.DataFrame | None, pd.DataFrame | None, str, list[str]]:
    given = own(analysis)  # what is measured in sample is the analysis as it was found
    changed: list[str] = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            importances, rises = importance_by_case(method, given, calibrated, seed, changed)
            moves = movements_by_case(method, given, calibrated)
        return importances, rises, moves, "", changed + changes("analysis", given, analysis)
    except FAULTS as error:
        problem = f"Importances and directions could not be computed: {type(error).__name__}: {error}"
        return None, None, None, problem, changed


def baselines(
    calibrated: CalibratedStudy, seed: int, which: Sequence[Measure] = BUILT_IN
) -> dict[str, dict[str, float]]:
    """What comes of using no method at all.

    ``baseline: mean`` predicts every case by the mean outcome membership, out of sample by that of the training cases.
    ``baseline: permuted outcome`` predicts it by the outcome of another case, drawn by permuting: the mean of each measure over
    as many permutations as for importances. It learns nothing, so it is the same out of sample.
    """
    outcome = calibrated.fuzzy[calibrated.outcome.name].to_numpy()
    training_means = _training_means(calibrated, seed)
    mean = measures(np.full(len(outcome), outcome.mean()), outcome, which)
    mean |= _out_of_sample_measures(training_means, outcome, training_means, which)
    rng = generator(seed, "permuted outcome")
    repetitions = range(repetitions_for(len(outcome)))
    draws = pd.DataFrame([measures(rng.permutation(outcome), outcome, which) for _ in repetitions])
    chance = {str(name): float(value) for name, value in draws.mean().items()}
    return {
        "baseline: mean": mean | {"folds": len(folds(calibrated, seed)), "failed_folds": 0},
        "baseline: permuted outcome": chance | _named_out_of_sample(chance) | {"folds": 0, "failed_folds": 0},
    }


def _training_means(calibrated: CalibratedStudy, seed: int) -> Floats:
    """For each case the mean outcome membership of the cases it is predicted from."""
    outcome = calibrated.fuzzy[calibrated.outcome.name].to_numpy()
    means = np.full(len(outcome), np.nan)
    for train, test in folds(calibrated, seed):
        means[test] = outcome[train].mean()
    return means


def _out_of_sample_measures(
    predicted: Any,
    outcome: Any,
    training_means: Floats,
    which: Sequence[Measure],
    problems: dict[str, str] | None = None,
) -> dict[str, float]:
    found = measures(predicted, outcome, which, problems)
    # Leaving a high case out lowers the mean of the others, so their rank correlation is -1: an artefact.
    distance = np.abs(np.asarray(predicted) - training_means)
    if not (distance > 1e-12).any():
        found |= {each.name: np.nan for each in which if each.by_rank}
    return _named_out_of_sample(found)


def _named_out_of_sample(found: Mapping[str, float]) -> dict[str, float]:
    return {f"{name}{OUT_OF_SAMPLE}": value for name, value in found.items()}
