"""The common yardstick: the same figures for every method, from its predictions alone.

How well do the predicted outcome memberships agree with the outcome, in the cases that the method has seen and in cases that
it has not? How much worse do they get when a condition is permuted? Which way do they move with it? Nothing here asks which
method it is looking at.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equifinal import sets
from equifinal.analysis import Analysis
from equifinal.association import rank_correlation
from equifinal.calibrated_study import CalibratedStudy
from equifinal.errors import FAULTS, listing
from equifinal.method import Method
from equifinal.parallel import work
from equifinal.runs import Run, check_whole, generator

__all__ = [
    "MEASURES",
    "Yardstick",
    "case_types",
    "direction_of",
    "folds",
    "importance",
    "measure",
    "measures",
    "movement",
    "permutation_notes",
    "permutation_test",
    "units",
]

Floats = NDArray[np.float64]

#: The columns of ``Comparison.fit``, each also with ``_out_of_sample``.
MEASURES = ("consistency", "coverage", "pri", "balanced_accuracy", "mae", "spearman")

#: Permutations per condition for its importance, and of the outcome for the baseline: so many up to 500 cases. Beyond, as
#: many as keep 50,000 cases permuted in all, for the mean over many cases varies little from one permutation to the next.
REPETITIONS = 100
_CASES_PERMUTED = 50_000
_FEWEST_REPETITIONS = 10

#: Leave-one-out up to this many cases (or units of a panel), ten folds beyond.
LEAVE_ONE_OUT_LIMIT = 200
FOLDS = 10

#: A mean prediction that moves by less does not move.
SMALLEST_MOVEMENT = 0.01

#: A method that finds a solution in a larger share of permuted outcomes than this gets a note.
TOLERATED_CHANCE = 0.05

_ROWS_AT_ONCE = 50_000


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


def measures(predicted: Any, outcome: Any) -> dict[str, float]:
    """How well predicted memberships agree with the outcome's.

    Parameters
    ----------
    predicted, outcome
        Memberships, 0 to 1, shape (n,). Cases without a prediction are left out.

    Returns
    -------
    dict
        ``consistency``, ``coverage`` and ``pri`` of *predicted ⊆ outcome* (see :mod:`equifinal.sets`);
        ``balanced_accuracy``: the mean of the shares of cases in the outcome and out of it that are predicted so, both at
        0.5, without cases at exactly 0.5 (as scikit-learn's ``balanced_accuracy_score``); ``mae``: mean absolute error;
        ``spearman``: rank correlation (:func:`equifinal.association.rank_correlation`).

    Examples
    --------
    >>> found = measures([0.9, 0.2, 0.6], [0.8, 0.1, 0.7])
    >>> round(found["mae"], 3), found["balanced_accuracy"]
    (0.1, 1.0)
    """
    predicted, outcome = np.asarray(predicted, dtype=float), np.asarray(outcome, dtype=float)
    there = ~np.isnan(predicted) & ~np.isnan(outcome)
    predicted, outcome = predicted[there], outcome[there]
    if not len(predicted):
        return dict.fromkeys(MEASURES, np.nan)
    return {
        "consistency": sets.consistency(predicted, outcome),
        "coverage": sets.coverage(predicted, outcome),
        "pri": sets.pri(predicted, outcome),
        "balanced_accuracy": _balanced_accuracy(predicted, outcome),
        "mae": float(np.abs(predicted - outcome).mean()),
        "spearman": rank_correlation(predicted, outcome),
    }


def _balanced_accuracy(predicted: Floats, outcome: Floats) -> float:
    decided = (predicted != 0.5) & (outcome != 0.5)
    has, said = outcome[decided] > 0.5, predicted[decided] > 0.5
    if not has.any() or has.all():
        return np.nan
    return float((said[has].mean() + (~said[~has]).mean()) / 2)


def case_types(predicted: pd.Series, outcome: pd.Series) -> pd.Series:
    """The type of each case (Schneider & Rohlfing 2013): typical, deviant in consistency, deviant in coverage, irrelevant.

    Parameters
    ----------
    predicted, outcome
        Memberships, 0 to 1, with one index.

    Returns
    -------
    pandas.Series
        Text; missing where either membership is exactly 0.5 or missing.
    """
    p, y = predicted.to_numpy(dtype=float), outcome.to_numpy(dtype=float)
    types = np.select(
        [(p > 0.5) & (y > 0.5), (p > 0.5) & (y < 0.5), (p < 0.5) & (y > 0.5), (p < 0.5) & (y < 0.5)],
        ["typical", "deviant in consistency", "deviant in coverage", "irrelevant"],
        default="",
    )
    return pd.Series(types, index=predicted.index, dtype=object).replace("", None)


# ---------------------------------------------------------------------------------------------- out of sample


def units(study: CalibratedStudy) -> tuple[NDArray[np.intp], int]:
    """The number of each case's unit, from 0 on, and how many there are. Without a panel every case is a unit."""
    if study.unit is None:
        return np.arange(len(study.cases)), len(study.cases)
    unit_of, names = pd.factorize(study.data[study.unit], use_na_sentinel=False)
    return unit_of, len(names)


def folds(study: CalibratedStudy, seed: int) -> list[tuple[Any, Any]]:
    """Positions of training and test cases: leave-one-out, or ten folds beyond 200; whole units in panels.

    Units are dealt to the ten folds at random, by the seed, as many to each as possible.
    """
    unit_of, count = units(study)
    if count < 2:
        return []
    if count <= LEAVE_ONE_OUT_LIMIT:
        left_out = [np.array([unit]) for unit in range(count)]
    else:
        left_out = np.array_split(generator(seed, "folds").permutation(count), FOLDS)
    inside = [np.isin(unit_of, each) for each in left_out]
    return [(np.flatnonzero(~test), np.flatnonzero(test)) for test in inside]


def _predict(method: Method, analysis: Analysis, study: CalibratedStudy) -> Floats:
    """The method's predictions, checked. The study comes without its outcome."""
    predicted = method.predict(analysis, study.protected())
    if not isinstance(predicted, pd.Series) or not predicted.index.equals(study.cases):
        raise TypeError(f"{type(method).__name__}.predict must return a Series with the index of the study's cases.")
    values = predicted.to_numpy(dtype=float, na_value=np.nan)
    if ((values < -1e-9) | (values > 1 + 1e-9)).any():
        raise ValueError(
            f"{type(method).__name__}.predict returned values outside 0..1; it predicts outcome memberships."
        )
    return values


def _refit(
    methods: Mapping[str, Method], study: CalibratedStudy, splits: Sequence[tuple[int, Any, Any]], seed: int
) -> Any:
    """Predictions of held-out cases by fold and method; a failed one is its reason instead."""
    return [(test, _fold(methods, study, number, train, test, seed)) for number, train, test in splits]


def _fold(
    methods: Mapping[str, Method], study: CalibratedStudy, number: int, train: Any, test: Any, seed: int
) -> dict[str, Floats | str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            learned, held_out = study.train_and_test(train, test)
        except FAULTS as error:
            return dict.fromkeys(methods, f"{type(error).__name__}: {error}")
        found: dict[str, Floats | str] = {}
        for label, method in methods.items():
            try:
                analysis = method.refit(learned.protected(), generator(seed, label, 1, number))
                found[label] = _predict(method, analysis, held_out)
            except FAULTS as error:
                found[label] = f"{type(error).__name__}: {error}"
        return found


def _out_of_sample(
    methods: Mapping[str, Method], study: CalibratedStudy, seed: int, n_jobs: int, progress: bool
) -> tuple[dict[str, Floats], dict[str, list[str]], int]:
    splits = [(number, train, test) for number, (train, test) in enumerate(folds(study, seed))]
    predicted = {label: np.full(len(study.cases), np.nan) for label in methods}
    reasons: dict[str, list[str]] = {label: [] for label in methods}
    size = max(1, len(splits) // 24)
    starts = range(0, len(splits), size) if methods else ()
    tasks = [(methods, study, splits[start : start + size], seed) for start in starts]
    for answers in work(_refit, tasks, n_jobs, "Predicting cases not seen", progress):
        for test, found in answers:
            for label, values in found.items():
                if isinstance(values, str):
                    reasons[label].append(values)
                else:
                    predicted[label][test] = values
    return predicted, reasons, len(splits)


# ---------------------------------------------------------------------------------- importance and direction


def importance(method: Method, analysis: Analysis, study: CalibratedStudy, seed: int) -> pd.DataFrame:
    """Permutation importance (Breiman 2001; Fisher, Rudin & Dominici 2019): the rise in mean absolute error.

    A condition's raw score and membership are permuted together among the cases, 100 times (beyond 500 cases fewer times,
    50,000 / n, but no fewer than 10). The permutations are the same for
    every method. Cases that have no prediction before or after do not count.

    Returns
    -------
    pandas.DataFrame
        Index: conditions. ``importance``: mean rise, in memberships; ``sd``: its standard deviation over the permutations.
    """
    return _importance(method, analysis, study, seed)[0]


def _importance(
    method: Method, analysis: Analysis, study: CalibratedStudy, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The importances, and the mean rise of each case's error."""
    outcome = study.fuzzy[study.outcome.name].to_numpy()
    count = len(outcome)
    unseen = study.without_outcome()
    baseline = np.abs(_predict(method, analysis, unseen) - outcome)
    repetitions = _repetitions(count)
    at_once = min(repetitions, max(1, _ROWS_AT_ONCE // count))
    rows, by_case = {}, {}
    for name in study.condition_names:
        rng = generator(seed, f"permutations of {name}")
        blocks: list[Floats] = []
        while (done := sum(map(len, blocks))) < repetitions:
            times = min(at_once, repetitions - done)
            source = np.concatenate([rng.permutation(count) for _ in range(times)])
            predicted = _predict(method, analysis, unseen.repeated(times).with_condition(name, source))
            blocks.append(np.abs(predicted.reshape(times, count) - outcome) - baseline)
        rises = np.concatenate(blocks)
        each = np.nanmean(rises, axis=1)
        rows[name] = {"importance": float(each.mean()), "sd": float(each.std(ddof=1))}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a case that is never predicted
            by_case[name] = np.nanmean(rises, axis=0)
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("condition")
    return table, pd.DataFrame(by_case, index=study.cases)


def _repetitions(cases: int) -> int:
    return min(REPETITIONS, max(_FEWEST_REPETITIONS, _CASES_PERMUTED // cases))


def movement(method: Method, analysis: Analysis, study: CalibratedStudy) -> pd.Series:
    """How the mean prediction moves when a condition goes from its 10th to its 90th percentile in all cases.

    The condition takes the values of the case at that percentile, or of the lowest and the highest case where both have the
    same. This is the partial dependence (Friedman 2001) at two points.

    Returns
    -------
    pandas.Series
        Index: conditions. Difference of mean predicted memberships, -1 to 1.
    """
    return _movements(method, analysis, study).mean().rename_axis("condition")


def _movements(method: Method, analysis: Analysis, study: CalibratedStudy) -> pd.DataFrame:
    """The same for each case by itself, cases by conditions."""
    moved = {}
    unseen = study.without_outcome()
    for name in study.condition_names:
        low, high = _tenth_and_ninetieth(study, name)
        upper = _predict(method, analysis, unseen.with_condition(name, high))
        lower = _predict(method, analysis, unseen.with_condition(name, low))
        moved[name] = upper - lower
    return pd.DataFrame(moved, index=study.cases, dtype=float)


def direction_of(movement: Any) -> NDArray[np.int_]:
    """-1, 0 or +1 for a mean movement of any shape: 0 below 0.01, or where nothing is predicted."""
    moved = np.nan_to_num(np.asarray(movement, dtype=float))
    return np.where(np.abs(moved) >= SMALLEST_MOVEMENT, np.sign(moved), 0.0).astype(int)


def _tenth_and_ninetieth(study: CalibratedStudy, name: str) -> tuple[int, int]:
    """Positions of two cases. The set's membership orders them; raw scores part equal memberships."""
    raw = study.raw[name].to_numpy()
    member = study.fuzzy[name].to_numpy() if name in study.fuzzy else raw
    order = np.lexsort((raw * (study.orientation(name) or 1), member))
    tenth = round(0.1 * (len(order) - 1))
    low, high = order[tenth], order[-1 - tenth]
    if member[low] == member[high] and raw[low] == raw[high]:
        low, high = order[0], order[-1]
    return int(low), int(high)


# ------------------------------------------------------------------------------------------- permutation test


def permutation_test(
    run: Run, permutations: int = 1000, n_jobs: int | None = None, progress: bool | None = None
) -> pd.DataFrame:
    """How often each method fits as well as it does when the outcome has nothing to do with the conditions.

    The outcome is permuted among the cases (raw score, membership and column together), the method is fitted again, and the
    measures are computed in sample. The permutations are the same for every method. The share that reaches the observed fit
    is the p-value of a permutation test (Phipson & Smyth 2010). Braumoeller (2015) introduced such tests to QCA, for the
    consistency of the configurations that were found; here the whole analysis, with its truth table, is done again.

    Cases count as exchangeable. In a panel it is whole units that change places, each with those that are there at the same
    times, so that what binds the cases of a unit together stays (Winkler et al. 2015). A unit whose times no other has keeps
    its outcome.

    Parameters
    ----------
    run
        From :func:`equifinal.run`.
    permutations
        How many, 1 or more.
    n_jobs, progress
        As for :func:`equifinal.run`; ``None`` means as in the run. The numbers do not depend on them.

    Returns
    -------
    pandas.DataFrame
        Index: the methods that predict. For each measure the share (b + 1) / (m + 1), where b of m permutations reach the
        observed figure (``mae``: are as low; the others: are as high). A figure that is undefined in a permutation, as the
        consistency of an empty solution is, does not reach it; a share is missing where the observed figure is.
        ``any_solution``: for methods with sufficient paths the share in which they predict a membership above 0 for any
        case, that is, find any solution; missing for others. ``permutations``: m; ``failed``: refits that raised an error and
        are not among them; ``why``: the errors.

    Raises
    ------
    InputError
        When a number is wrong.

    Examples
    --------
    >>> import equifinal as eq
    >>> run = eq.run(eq.load_study("heilongjiang"), methods=["regression"])
    >>> permutation_test(run, permutations=19).loc["regression", ["mae", "permutations"]].tolist()
    [0.05, 19.0]
    """
    check_whole("permutations", permutations, minimum=1)
    n_jobs, progress = run.n_jobs if n_jobs is None else n_jobs, run.progress if progress is None else progress
    check_whole("n_jobs", n_jobs)
    study = run.calibrated
    methods = {label: run.methods[label] for label in run.analyses if run.methods[label].predicts()}
    numbers = np.array_split(np.arange(permutations), min(permutations, 48)) if methods else []
    tasks = [(methods, study, chunk, run.seed) for chunk in numbers]
    answers = [each for chunk in work(_permuted, tasks, n_jobs, "Permuting the outcome", progress) for each in chunk]
    outcome = study.fuzzy[study.outcome.name]
    rows = {}
    for label, method in methods.items():
        observed = np.array(list(measures(run.analyses[label].cases["predicted"], outcome).values()))
        reasons = [each[label] for each in answers if isinstance(each[label], str)]
        drawn = np.array([each[label] for each in answers if not isinstance(each[label], str)])
        drawn = drawn.reshape(-1, len(MEASURES) + 1)
        better = np.where(np.array(MEASURES) == "mae", -1.0, 1.0)
        reached = ((drawn[:, :-1] - observed) * better >= -1e-9).sum(axis=0)
        shares = np.where(np.isnan(observed) | (len(drawn) == 0), np.nan, (reached + 1) / (len(drawn) + 1))
        solutions = float(drawn[:, -1].mean()) if type(method).sufficient_paths and len(drawn) else np.nan
        rows[label] = dict(zip(MEASURES, shares, strict=True)) | {
            "any_solution": solutions,
            "permutations": len(drawn),
            "failed": len(reasons),
            "why": listing(dict.fromkeys(reasons), most=2) if reasons else "",
        }
    columns = [*MEASURES, "any_solution", "permutations", "failed", "why"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("method")
    return table.astype({"permutations": int, "failed": int})


def _permuted(methods: Mapping[str, Method], study: CalibratedStudy, numbers: Any, seed: int) -> list[dict[str, Any]]:
    """For each permutation and method the measures and whether it predicts anything; the reason when it failed."""
    found = []
    unseen = study.without_outcome()
    blocks = _exchangeable(study)
    for number in numbers:
        source = _shuffled(blocks, generator(seed, "permutations of the outcome", int(number)), len(study.cases))
        permuted = study.with_condition(study.outcome.name, source)
        outcome = permuted.fuzzy[study.outcome.name]
        figures: dict[str, Any] = {}
        for label, method in methods.items():
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    analysis = method.refit(permuted.protected(), generator(seed, label, 3, int(number)))
                    predicted = _predict(method, analysis, unseen)
                figures[label] = [*measures(predicted, outcome).values(), float((predicted > 1e-9).any())]
            except FAULTS as error:
                figures[label] = f"{type(error).__name__}: {error}"
        found.append(figures)
    return found


def _exchangeable(study: CalibratedStudy) -> list[NDArray[np.intp]]:
    """Positions that may take each other's outcome: in each array one row per unit, one column per time."""
    unit_of, count = units(study)
    if study.unit is None:
        return [np.arange(count)[:, np.newaxis]]
    if study.time is None:  # the first case of a unit, its second, ...
        time_of = pd.Series(unit_of).groupby(unit_of).cumcount().to_numpy()
    else:
        time_of = pd.factorize(study.data[study.time], sort=True)[0]
    order = np.lexsort((time_of, unit_of))
    alike: dict[tuple[int, ...], list[NDArray[np.intp]]] = {}
    for rows in np.split(order, np.flatnonzero(np.diff(unit_of[order])) + 1):
        alike.setdefault(tuple(time_of[rows].tolist()), []).append(rows)
    return [np.array(rows) for rows in alike.values()]


def _shuffled(blocks: list[NDArray[np.intp]], rng: np.random.Generator, cases: int) -> NDArray[np.intp]:
    source = np.arange(cases)
    for block in blocks:
        source[block] = block[rng.permutation(len(block))]
    return source


def permutation_notes(test: pd.DataFrame, study: CalibratedStudy) -> list[tuple[str, str]]:
    """What a reader of :func:`permutation_test` should know: method, note."""
    notes = []
    fixed = sum(len(block) == 1 for block in _exchangeable(study))
    if fixed:
        notes.append(
            (
                "permutations",
                f"{fixed} of {units(study)[1]} units are at times that no other has; they keep their outcome.",
            )
        )
    for label, row in test.iterrows():
        done = f"{int(row['permutations']):,} permuted outcomes"
        if row["any_solution"] > TOLERATED_CHANCE:
            note = (
                f"It finds a solution in {row['any_solution']:.0%} of {done}, where there is nothing to find: with "
                f"{len(study.conditions)} conditions and {len(study.cases)} cases, that there is a solution is no evidence "
                "(Marx & Duşa 2011). Look at how often its fit is reached."
            )
            notes.append((str(label), note))
        if row["failed"]:
            said = f"{int(row['failed']):,} refits to permuted outcomes failed and are left out: {row['why']}"
            notes.append((str(label), said))
    return notes


# --------------------------------------------------------------------------------------------- all together


def measure(
    methods: Mapping[str, Method],
    analyses: Mapping[str, Analysis],
    study: CalibratedStudy,
    seed: int,
    n_jobs: int = 1,
    progress: bool = False,
) -> dict[str, Yardstick]:
    """Put every analysis on the common yardstick.

    Parameters
    ----------
    methods, analyses
        By label.
    study
        The cases they analysed.
    seed
        The run's seed.
    n_jobs, progress
        As for :func:`equifinal.run`.
    """
    predicting = {label: method for label, method in methods.items() if label in analyses and method.predicts()}
    predicted, reasons, count = _out_of_sample(predicting, study, seed, n_jobs, progress)
    tasks = [(predicting[label], analyses[label], study, seed) for label in predicting]
    moves = dict(zip(predicting, work(_moves, tasks, n_jobs, "Permuting conditions", progress), strict=True))
    outcome = study.fuzzy[study.outcome.name]
    training_means = _training_means(study, seed)
    found = {}
    for label, analysis in analyses.items():
        unseen = pd.Series(predicted.get(label, np.nan), index=study.cases, dtype=float)
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
    method: Method, analysis: Analysis, study: CalibratedStudy, seed: int
) -> tuple[pd.DataFrame | None, pd.DataFrame | None, pd.DataFrame | None, str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return *_importance(method, analysis, study, seed), _movements(method, analysis, study), ""
    except FAULTS as error:
        return None, None, None, f"Importances and directions could not be computed: {type(error).__name__}: {error}"


def baselines(study: CalibratedStudy, seed: int) -> dict[str, dict[str, float]]:
    """What comes out without any method.

    ``baseline: mean`` predicts every case by the mean outcome membership, out of sample by that of the training cases.
    ``baseline: permuted outcome`` predicts it by the outcome of another case, drawn by permuting: the mean of each measure over
    as many permutations as for importances. It learns nothing, so that it is the same out of sample.
    """
    outcome = study.fuzzy[study.outcome.name].to_numpy()
    training_means = _training_means(study, seed)
    mean = measures(np.full(len(outcome), outcome.mean()), outcome)
    mean |= _out_of_sample_measures(training_means, outcome, training_means)
    rng = generator(seed, "permuted outcome")
    draws = pd.DataFrame([measures(rng.permutation(outcome), outcome) for _ in range(_repetitions(len(outcome)))])
    chance = {str(name): float(value) for name, value in draws.mean().items()}
    return {
        "baseline: mean": mean | {"folds": len(folds(study, seed)), "failed_folds": 0},
        "baseline: permuted outcome": chance | _named_out_of_sample(chance) | {"folds": 0, "failed_folds": 0},
    }


def _training_means(study: CalibratedStudy, seed: int) -> Floats:
    """For each case the mean outcome membership of the cases it is predicted from."""
    outcome = study.fuzzy[study.outcome.name].to_numpy()
    means = np.full(len(outcome), np.nan)
    for train, test in folds(study, seed):
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
