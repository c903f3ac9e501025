"""The common yardstick: the same numbers for every method, from its predictions alone.

How well do the predicted outcome memberships agree with the outcome, in cases that the method has seen and in cases that it
has not? How much worse do they get when a condition is permuted? In which direction do they move with it? Nothing here asks
which method it is looking at.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from equifinal.base.own import changes, own
from equifinal.base.parallel import work
from equifinal.base.readable import Record
from equifinal.base.seeds import generator
from equifinal.base.surroundings import restored
from equifinal.comparison.importance import WhatIf, direction_of, movements_by_case, varies
from equifinal.comparison.measures import BUILT_IN, OUT_OF_SAMPLE, Measure, measures, measures_of_repeats
from equifinal.comparison.out_of_sample import (
    Refitting,
    Split,
    Unseen,
    repeat_of,
    repeated_splits,
    splits,
    units,
)
from equifinal.errors import FAULTS, listing
from equifinal.method.analysis import Analysis, Method
from equifinal.method.run import changed_around, changed_input
from equifinal.plugin import registry
from equifinal.sets import Floats
from equifinal.study.calibrated import CalibratedStudy

#: Differences have no intervals with fewer cases (or units of a panel), nor has agreement.
FEWEST = 20

#: Permutations of the outcome for the baseline.
_PERMUTATIONS = 100

_STREAM, _STREAM_OF_REPEATS = 1, 7


@dataclass(frozen=True, eq=False, repr=False)
class Yardstick(Record):
    """What the common yardstick says of one method.

    Attributes
    ----------
    fit : dict
        The measures in sample and out of sample, the number of folds and of those that failed.
    importance : pandas.DataFrame or None
        One row per condition: ``importance`` (mean rise in squared error, in cases not seen) and ``error`` (its Monte Carlo
        standard error; 0 where all pairs of cases were used); ``None`` without predictions.
    direction : pandas.Series or None
        One value per condition: -1, 0 or +1, the way in which the mean prediction moves.
    predicted_out_of_sample : pandas.Series
        Predictions by refits that had not seen the case, their mean where there are several; missing where the refit failed.
    notes : list of str
    rises : pandas.DataFrame or None
        Index: cases; columns: conditions. The mean rise of the case's squared error when it takes the condition's value from
        another case. Their mean over cases is the importance.
    moves : pandas.DataFrame or None
        Index: cases; columns: conditions. How the case's prediction moves with the condition. The sign of their mean over cases is
        the direction.
    unseen : numpy.ndarray of shape (repeats, n)
        Predictions out of sample, by repeat of the cross-validation.
    repeated : Repeated or None
        Predictions from which differences between methods are estimated; ``None`` below 20 cases.
    varies : bool
        Whether predictions differ between cases, in sample and in any refit. A method whose predictions do not is never called
        better than anything.
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
    unseen: Floats = field(default_factory=lambda: np.empty((0, 0)), repr=False)
    repeated: "Repeated | None" = None
    varies: bool = True
    problems: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, repr=False)
class Repeated(Record):
    """Predictions of cases not seen in a repeated cross-validation.

    Attributes
    ----------
    predicted : numpy.ndarray of shape (repeats, n)
    correction : float
        By how much the variance of a mean over cases is multiplied (Nadeau & Bengio 2003): n / (cases learned from) +
        1 / (times that a case is predicted).
    """

    predicted: Floats
    correction: float


def measure(
    methods: Mapping[str, Method],
    analyses: Mapping[str, Analysis],
    calibrated: CalibratedStudy,
    seed: int,
    n_jobs: int = 1,
    progress: bool = False,
    which: Sequence[Measure] = BUILT_IN,
    plan: Sequence[Split] | None = None,
    several: bool | None = None,
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
    plan
        Who learns and who is predicted; ``None``: :func:`equifinal.comparison.out_of_sample.splits`.
    several
        Whether there are other methods to differ from; ``None``: when several of these predict.
    """
    plan = splits(calibrated, seed) if plan is None else plan
    predicting = {label: method for label, method in methods.items() if label in analyses and method.predicts()}
    what_if = WhatIf.of(calibrated, seed)
    unseen = Refitting(predicting, calibrated, seed, _STREAM, what_if).of(plan, n_jobs, progress)
    several = len(predicting) > 1 if several is None else several
    repeated = _repeated(predicting, calibrated, seed, n_jobs, progress, plan, unseen) if several else {}
    tasks = [(predicting[label], analyses[label], calibrated) for label in predicting]
    moves = dict(zip(predicting, work(_moves, tasks, n_jobs, "Moving conditions", progress), strict=True))
    found = {}
    for label, analysis in analyses.items():
        if label not in predicting:
            found[label] = _in_sample_only(analysis, calibrated, which)
            continue
        found[label] = _yardstick(
            analysis, calibrated, plan, which, what_if, unseen[label], repeated.get(label), moves[label]
        )
    return found


def _in_sample_only(analysis: Analysis, calibrated: CalibratedStudy, which: Sequence[Measure]) -> Yardstick:
    problems: dict[str, str] = {}
    predicted = analysis.cases["predicted"]
    fit = measures(predicted, calibrated.outcome_values("fuzzy"), which, problems)
    fit |= {f"{each.name}{OUT_OF_SAMPLE}": np.nan for each in which} | {"folds": 0, "failed_folds": 0}
    return Yardstick(
        fit,
        importance=None,
        direction=None,
        predicted_out_of_sample=pd.Series(np.nan, index=calibrated.cases),
        notes=["The method does not predict, so there are no numbers out of sample and no importances."],
        unseen=np.full((1, len(calibrated.cases)), np.nan),
        varies=varies(predicted.to_numpy(dtype=float, na_value=np.nan)),
        problems=problems,
    )


def _yardstick(
    analysis: Analysis,
    calibrated: CalibratedStudy,
    plan: Sequence[Split],
    which: Sequence[Measure],
    what_if: WhatIf,
    unseen: Unseen,
    repeated: Repeated | None,
    moved: "_Moved",
) -> Yardstick:
    problems: dict[str, str] = {}
    outcome = calibrated.outcome_values("fuzzy")
    inside = analysis.cases["predicted"]
    refits_vary = not unseen.answers or any(answer.varies for answer in unseen.answers)
    fit = measures(inside, outcome, which, problems)
    outside = measures_of_repeats(unseen.predicted, outcome, which, refits_vary, problems)
    fit |= _named_out_of_sample(outside) | {"folds": len(plan), "failed_folds": len(unseen.failed)}
    importances, rises = what_if.importance(unseen) if unseen.answers else (None, None)
    places, around = [*unseen.changed, *moved.changed], dict.fromkeys([*unseen.around, *moved.around])
    notes = [
        _on_refits(unseen.failed, len(plan), "failed, and their cases have no prediction out of sample"),
        _on_refits(unseen.unanswered, len(plan), "could not be asked for importances"),
        moved.problem,
        changed_input(places, "in refits or predictions ") if places else "",
        changed_around(around, "in refits or predictions") if around else "",
    ]
    return Yardstick(
        fit,
        importances,
        direction=moved.direction(),
        predicted_out_of_sample=pd.Series(_means(unseen.predicted), index=calibrated.cases),
        notes=[note for note in notes if note],
        rises=None if rises is None else rises.set_axis(calibrated.cases),
        moves=moved.moves,
        unseen=unseen.predicted,
        repeated=repeated,
        varies=refits_vary and varies(inside.to_numpy(dtype=float, na_value=np.nan)),
        problems=problems,
    )


def _repeated(
    methods: Mapping[str, Method],
    calibrated: CalibratedStudy,
    seed: int,
    n_jobs: int,
    progress: bool,
    plan: Sequence[Split],
    unseen: Mapping[str, Unseen],
) -> dict[str, Repeated]:
    """Predictions for differences: those there are when they repeat, otherwise those of ten times ten folds."""
    if units(calibrated)[1] < FEWEST:
        return {}
    if max(repeat_of(plan), default=0) == 0:
        plan = repeated_splits(calibrated)
        unseen = Refitting(methods, calibrated, seed, _STREAM_OF_REPEATS).of(plan, n_jobs, progress)
    count = len(calibrated.cases)
    learned = float(np.mean([len(train) for train, _ in plan]))
    predicted = sum(len(test) for _, test in plan)
    correction = count / learned + count / predicted
    return {label: Repeated(each.predicted, correction) for label, each in unseen.items()}


def _means(predicted: Floats) -> Floats:
    """The mean prediction of each case over the repeats that have one."""
    known = ~np.isnan(predicted)
    found: Floats = np.full(predicted.shape[1], np.nan)
    np.divide(np.where(known, predicted, 0.0).sum(axis=0), known.sum(axis=0), out=found, where=known.any(axis=0))
    return found


def _on_refits(reasons: Sequence[str], count: int, what: str) -> str:
    if not reasons:
        return ""
    return f"{len(reasons)} of {count} refits {what}: {listing(dict.fromkeys(reasons), most=2)}"


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


@dataclass(frozen=True, eq=False)
class _Moved:
    """How a method's predictions move with conditions, or why that is not known; and what it changed."""

    moves: pd.DataFrame | None
    problem: str
    changed: Sequence[str]
    around: Sequence[str]

    def direction(self) -> pd.Series | None:
        if self.moves is None:
            return None
        return pd.Series(direction_of(self.moves.mean()), index=self.moves.columns.rename("condition"))


def _moves(method: Method, analysis: Analysis, calibrated: CalibratedStudy) -> _Moved:
    given = own(analysis)  # what is measured in sample is the analysis as it was found
    changed: list[str] = []
    moves, problem = None, ""
    with restored() as around:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                moves = movements_by_case(method, given, calibrated, changed)
            changed += changes("analysis", given, analysis)
        except FAULTS as error:
            problem = f"Directions could not be computed: {type(error).__name__}: {error}"
    return _Moved(moves, problem, changed, around)


def baselines(
    calibrated: CalibratedStudy,
    seed: int,
    which: Sequence[Measure] = BUILT_IN,
    plan: Sequence[Split] | None = None,
) -> dict[str, dict[str, float]]:
    """What comes of using no method at all.

    ``baseline: mean`` predicts every case by the mean outcome membership, ``baseline: median`` by the median; out of sample by
    that of the training cases. No constant has a smaller squared error than the mean, nor a smaller absolute error than the
    median. ``baseline: permuted outcome`` predicts the outcome of another case, drawn by permuting: the mean of each measure over
    100 permutations. It learns nothing, so it is the same out of sample.
    """
    outcome = calibrated.outcome_values("fuzzy")
    plan = splits(calibrated, seed) if plan is None else plan
    rows = {}
    for name, constant in (("mean", np.mean), ("median", np.median)):
        inside = measures(np.full(len(outcome), constant(outcome)), outcome, which)
        outside = measures_of_repeats(_learned(constant, outcome, plan), outcome, which, varies=False)
        rows[f"baseline: {name}"] = inside | _named_out_of_sample(outside) | {"folds": len(plan), "failed_folds": 0}
    rng, ordered = generator(seed, "permuted outcome"), np.sort(outcome)
    draws = pd.DataFrame([measures(rng.permutation(ordered), ordered, which) for _ in range(_PERMUTATIONS)])
    chance = {str(name): float(value) for name, value in draws.mean().items()}
    rows["baseline: permuted outcome"] = chance | _named_out_of_sample(chance) | {"folds": 0, "failed_folds": 0}
    return rows


def _learned(constant: Callable[[Floats], Any], outcome: Floats, plan: Sequence[Split]) -> Floats:
    """For each repeat and case the mean or median of the cases that it is predicted from."""
    repeats = repeat_of(plan)
    found = np.full((max(repeats, default=0) + 1, len(outcome)), np.nan)
    for repeat, (train, test) in zip(repeats, plan, strict=True):
        found[repeat, test] = constant(outcome[train])
    return found


def _named_out_of_sample(found: Mapping[str, float]) -> dict[str, float]:
    return {f"{name}{OUT_OF_SAMPLE}": value for name, value in found.items()}
