"""How often each method fits as well when the outcome is permuted."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equifinal.base.parallel import work
from equifinal.base.seeds import generator
from equifinal.base.surroundings import apart
from equifinal.comparison.measures import Measure, current_measures, measures
from equifinal.comparison.out_of_sample import predicted_memberships, units
from equifinal.errors import FAULTS, check_jobs, check_whole, listing
from equifinal.method.analysis import Method
from equifinal.method.run import Run
from equifinal.study.calibrated import CalibratedStudy

#: A method that finds a solution in a larger share of permuted outcomes than this gets a note.
TOLERATED_CHANCE = 0.05


def permutation_test(
    run: Run,
    permutations: int = 1000,
    n_jobs: int | None = None,
    progress: bool | None = None,
    which: Sequence[Measure] | None = None,
) -> pd.DataFrame:
    """How often each method fits as well when the outcome has nothing to do with the conditions.

    The outcome is permuted among the cases (raw score, membership and column together), the method is fitted again, and the
    measures are computed in sample. The permutations are the same for every method. The share that reaches the observed fit
    is the p-value of a permutation test (Phipson & Smyth 2010). Braumoeller (2015) introduced such tests to QCA, for the
    consistency of the configurations found; here the whole analysis is repeated, truth table included.

    Cases count as exchangeable. In a panel whole units change places, each with units observed at the same times, which keeps
    the dependence within units (Winkler et al. 2015). A unit whose times no other unit shares keeps its outcome.

    Parameters
    ----------
    run
        From :func:`equifinal.run`.
    permutations
        How many, 1 or more.
    n_jobs, progress
        As for :func:`equifinal.run`; ``None`` means as in the run. The numbers do not depend on them.
    which
        The measures; ``None`` means all, those of plugins too.

    Returns
    -------
    pandas.DataFrame
        Index: the methods that predict. For each measure the share (b + 1) / (m + 1), where b of m permutations reach the
        observed number (are as low where less is better, otherwise as high). A measure that is undefined in a permutation, as
        the consistency of an empty solution is, does not reach it; a share is missing where the observed number is, and where
        neither end is better, as for the calibration slope.
        ``any_solution``: for methods with sufficient paths the share in which they predict a membership above 0 for any
        case, that is, find any solution; missing for others. ``permutations``: m; ``failed``: refits that raised an error,
        not counted in m; ``why``: the errors.

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
    check_jobs("n_jobs", n_jobs)
    calibrated, which = run.calibrated, current_measures() if which is None else which
    methods = {label: run.methods[label] for label in run.analyses if run.methods[label].predicts()}
    numbers = np.array_split(np.arange(permutations), min(permutations, 48)) if methods else []
    tasks = [(methods, calibrated, chunk, run.seed, which) for chunk in numbers]
    answers = [each for chunk in work(_permuted, tasks, n_jobs, "Permuting the outcome", progress) for each in chunk]
    outcome = calibrated.fuzzy[calibrated.outcome.name]
    rows = {}
    for label, method in methods.items():
        found = [each[label] for each in answers]
        observed = measures(run.analyses[label].cases["predicted"], outcome, which)
        rows[label] = _shares(observed, found, which)
        if not type(method).sufficient_paths:
            rows[label]["any_solution"] = np.nan
    columns = [*(each.name for each in which), "any_solution", "permutations", "failed", "why"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("method")
    return table.astype({"permutations": int, "failed": int})


def _shares(
    observed: Mapping[str, float], found: Sequence[list[float] | str], which: Sequence[Measure]
) -> dict[str, Any]:
    """A method's row, from what it found in each permutation."""
    reasons = [each for each in found if isinstance(each, str)]
    drawn = np.array([each for each in found if not isinstance(each, str)]).reshape(-1, len(which) + 1)
    reached = np.array(list(observed.values()))
    # Where neither end is better, nothing can be said to be reached.
    better = np.array(
        [np.nan if each.less_is_better is None else -1.0 if each.less_is_better else 1.0 for each in which]
    )
    times = ((drawn[:, :-1] - reached) * better >= -1e-9).sum(axis=0)
    shares = np.where(np.isnan(reached * better) | (len(drawn) == 0), np.nan, (times + 1) / (len(drawn) + 1))
    return dict(zip(observed, shares, strict=True)) | {
        "any_solution": float(drawn[:, -1].mean()) if len(drawn) else np.nan,
        "permutations": len(drawn),
        "failed": len(reasons),
        "why": listing(dict.fromkeys(reasons), most=2) if reasons else "",
    }


def _permuted(
    methods: Mapping[str, Method], calibrated: CalibratedStudy, numbers: Any, seed: int, which: Sequence[Measure]
) -> list[dict[str, list[float] | str]]:
    """For each permutation and method the measures and whether it predicts anything; the reason when it failed."""
    found = []
    unseen = calibrated.without_outcome()
    blocks = exchangeable(calibrated)
    for number in numbers:
        source = shuffled(blocks, generator(seed, "permutations of the outcome", int(number)), len(calibrated.cases))
        permuted = calibrated.with_condition(calibrated.outcome.name, source)
        outcome = permuted.fuzzy[calibrated.outcome.name]
        answers: dict[str, list[float] | str] = {}
        for label, method in methods.items():
            try:
                with apart():
                    warnings.simplefilter("ignore")
                    analysis = method.refit(permuted.protected(), generator(seed, label, 3, int(number)))
                    predicted = predicted_memberships(method, analysis, unseen)
                answers[label] = [*measures(predicted, outcome, which).values(), float((predicted > 1e-9).any())]
            except FAULTS as error:
                answers[label] = f"{type(error).__name__}: {error}"
        found.append(answers)
    return found


def exchangeable(calibrated: CalibratedStudy) -> list[NDArray[np.intp]]:
    """Positions that may take each other's outcome: in each array one row per unit, one column per time."""
    unit_of, count = units(calibrated)
    if calibrated.unit is None:
        return [np.arange(count)[:, np.newaxis]]
    if calibrated.time is None:  # the first case of a unit, its second, ...
        time_of = pd.Series(unit_of).groupby(unit_of).cumcount().to_numpy()
    else:
        time_of = pd.factorize(calibrated.data[calibrated.time], sort=True)[0]
    order = np.lexsort((time_of, unit_of))
    alike: dict[tuple[int, ...], list[NDArray[np.intp]]] = {}
    for rows in np.split(order, np.flatnonzero(np.diff(unit_of[order])) + 1):
        alike.setdefault(tuple(time_of[rows].tolist()), []).append(rows)
    return [np.array(rows) for rows in alike.values()]


def shuffled(blocks: list[NDArray[np.intp]], rng: np.random.Generator, cases: int) -> NDArray[np.intp]:
    source = np.arange(cases)
    for block in blocks:
        source[block] = block[rng.permutation(len(block))]
    return source


def permutation_notes(test: pd.DataFrame, calibrated: CalibratedStudy) -> list[tuple[str, str]]:
    """What a reader of :func:`permutation_test` should know: method, note."""
    notes = []
    fixed = sum(len(block) == 1 for block in exchangeable(calibrated))
    if fixed:
        notes.append(
            (
                "permutations",
                f"{fixed} of {units(calibrated)[1]} units are at times that no other has; they keep their outcome.",
            )
        )
    for label, row in test.iterrows():
        done = f"{int(row['permutations']):,} permuted outcomes"
        if row["any_solution"] > TOLERATED_CHANCE:
            note = (
                f"It finds a solution in {100 * row['any_solution']:.0f} % of {done}, where there is nothing to find: with "
                f"{len(calibrated.conditions)} conditions and {len(calibrated.cases)} cases, that there is a solution is no "
                "evidence (Marx & Duşa 2011). Look at how often its fit is reached."
            )
            notes.append((str(label), note))
        if row["failed"]:
            said = f"{int(row['failed']):,} refits to permuted outcomes failed and are left out: {row['why']}"
            notes.append((str(label), said))
    return notes
