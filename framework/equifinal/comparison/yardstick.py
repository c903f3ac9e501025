"""The common yardstick: the same figures for every method, from its predictions alone.

How well do the predicted outcome memberships agree with the outcome, in the cases that the method has seen and in cases that
it has not? How much worse do they get when a condition is permuted? Which way do they move with it? Nothing here asks which
method it is looking at.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from equifinal.base.parallel import work
from equifinal.base.seeds import generator
from equifinal.comparison.importance import (
    direction_of,
    importance_by_case,
    movements_by_case,
    repetitions_for,
)
from equifinal.comparison.measures import measures
from equifinal.comparison.out_of_sample import folds, out_of_sample
from equifinal.errors import FAULTS, listing
from equifinal.method.analysis import Analysis, Method
from equifinal.sets import Floats
from equifinal.study.calibrated import CalibratedStudy

__all__ = ["Yardstick", "measure"]


@dataclass(frozen=True, eq=False)
class Yardstick:
    """The figures of one method.

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
    """

    fit: dict[str, float]
    importance: pd.DataFrame | None
    direction: pd.Series | None
    predicted_out_of_sample: pd.Series
    notes: list[str] = field(default_factory=list)
    rises: pd.DataFrame | None = None
    moves: pd.DataFrame | None = None


# ---------------------------------------------------------------------------------------------- out of sample


# ---------------------------------------------------------------------------------- importance and direction


# ------------------------------------------------------------------------------------------- permutation test


# --------------------------------------------------------------------------------------------- all together


def measure(
    methods: Mapping[str, Method],
    analyses: Mapping[str, Analysis],
    calibrated: CalibratedStudy,
    seed: int,
    n_jobs: int = 1,
    progress: bool = False,
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
    """
    predicting = {label: method for label, method in methods.items() if label in analyses and method.predicts()}
    predicted, reasons, count = out_of_sample(predicting, calibrated, seed, n_jobs, progress)
    tasks = [(predicting[label], analyses[label], calibrated, seed) for label in predicting]
    moves = dict(zip(predicting, work(_moves, tasks, n_jobs, "Permuting conditions", progress), strict=True))
    outcome = calibrated.fuzzy[calibrated.outcome.name]
    training_means = _training_means(calibrated, seed)
    found = {}
    for label, analysis in analyses.items():
        unseen = pd.Series(predicted.get(label, np.nan), index=calibrated.cases, dtype=float)
        fit = measures(analysis.cases["predicted"], outcome)
        fit |= _out_of_sample_measures(unseen, outcome, training_means)
        fit |= {"folds": count if label in predicting else 0, "failed_folds": len(reasons.get(label, []))}
        notes = []
        if label not in predicting:
            notes.append("The method does not predict, so it has no figures out of sample and no importances.")
        elif reasons[label]:
            why = listing(dict.fromkeys(reasons[label]), most=2)
            notes.append(
                f"{len(reasons[label])} of {count} refits failed, and their cases have no prediction out of sample: {why}"
            )
        importances, rises, moved, problem = moves.get(label, (None, None, None, ""))
        direction = (
            None if moved is None else pd.Series(direction_of(moved.mean()), index=moved.columns.rename("condition"))
        )
        notes += [problem] if problem else []
        found[label] = Yardstick(fit, importances, direction, unseen, notes, rises, moved)
    return found


def _moves(
    method: Method, analysis: Analysis, calibrated: CalibratedStudy, seed: int
) -> tuple[pd.DataFrame | None, pd.DataFrame | None, pd.DataFrame | None, str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return (
                *importance_by_case(method, analysis, calibrated, seed),
                movements_by_case(method, analysis, calibrated),
                "",
            )
    except FAULTS as error:
        return None, None, None, f"Importances and directions could not be computed: {type(error).__name__}: {error}"


def baselines(calibrated: CalibratedStudy, seed: int) -> dict[str, dict[str, float]]:
    """What comes out without any method.

    ``baseline: mean`` predicts every case by the mean outcome membership, out of sample by that of the training cases.
    ``baseline: permuted outcome`` predicts it by the outcome of another case, drawn by permuting: the mean of each measure over
    as many permutations as for importances. It learns nothing, so that it is the same out of sample.
    """
    outcome = calibrated.fuzzy[calibrated.outcome.name].to_numpy()
    training_means = _training_means(calibrated, seed)
    mean = measures(np.full(len(outcome), outcome.mean()), outcome)
    mean |= _out_of_sample_measures(training_means, outcome, training_means)
    rng = generator(seed, "permuted outcome")
    draws = pd.DataFrame([measures(rng.permutation(outcome), outcome) for _ in range(repetitions_for(len(outcome)))])
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


def _out_of_sample_measures(predicted: Any, outcome: Any, training_means: Floats) -> dict[str, float]:
    found = measures(predicted, outcome)
    # Leaving a high case out lowers the mean of the others, so that their rank correlation is -1: an artefact.
    distance = np.abs(np.asarray(predicted) - training_means)
    if not (distance > 1e-12).any():
        found["spearman"] = np.nan
    return _named_out_of_sample(found)


def _named_out_of_sample(found: Mapping[str, float]) -> dict[str, float]:
    return {f"{name}_out_of_sample": value for name, value in found.items()}
