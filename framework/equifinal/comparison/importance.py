"""Permutation importance, and the direction in which predictions move with a condition."""

import warnings
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equifinal.base.seeds import generator
from equifinal.comparison.out_of_sample import predicted_memberships
from equifinal.method.analysis import Analysis, Method
from equifinal.sets import Floats
from equifinal.study.calibrated import CalibratedStudy

#: Permutations per condition for its importance, and of the outcome for the baseline, up to 500 cases. Beyond, as many as
#: make 50,000 permuted cases in all: the mean over many cases varies little from one permutation to the next.
REPETITIONS = 100
_CASES_PERMUTED = 50_000
_FEWEST_REPETITIONS = 10

#: Smaller changes of the mean prediction count as no movement.
SMALLEST_MOVEMENT = 0.01

_ROWS_AT_ONCE = 50_000


def importance(method: Method, analysis: Analysis, calibrated: CalibratedStudy, seed: int) -> pd.DataFrame:
    """Permutation importance (Breiman 2001; Fisher, Rudin & Dominici 2019): the rise in mean absolute error.

    A condition's raw score and membership are permuted together among the cases, 100 times (beyond 500 cases 50,000 / n
    times, but at least 10). The permutations are the same for every method. Cases without a prediction before or after do
    not count.

    Returns
    -------
    pandas.DataFrame
        Index: conditions. ``importance``: mean rise, in memberships; ``sd``: its standard deviation over the permutations.
    """
    return importance_by_case(method, analysis, calibrated, seed)[0]


def importance_by_case(
    method: Method, analysis: Analysis, calibrated: CalibratedStudy, seed: int, changed: list[str] | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The importances, and the mean rise of each case's error; `changed` takes the tables that the method changes."""
    outcome = calibrated.fuzzy[calibrated.outcome.name].to_numpy()
    count = len(outcome)
    unseen = calibrated.without_outcome()
    baseline = np.abs(predicted_memberships(method, analysis, unseen, changed) - outcome)
    repetitions = repetitions_for(count)
    at_once = min(repetitions, max(1, _ROWS_AT_ONCE // count))
    rows, by_case = {}, {}
    for name in calibrated.condition_names:
        rng = generator(seed, f"permutations of {name}")
        blocks: list[Floats] = []
        while (done := sum(map(len, blocks))) < repetitions:
            times = min(at_once, repetitions - done)
            source = np.concatenate([rng.permutation(count) for _ in range(times)])
            predicted = predicted_memberships(method, analysis, unseen.repeated(times).with_condition(name, source))
            blocks.append(np.abs(predicted.reshape(times, count) - outcome) - baseline)
        rises = np.concatenate(blocks)
        each = np.nanmean(rises, axis=1)
        rows[name] = {"importance": float(each.mean()), "sd": float(each.std(ddof=1))}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a case that is never predicted
            by_case[name] = np.nanmean(rises, axis=0)
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("condition")
    return table, pd.DataFrame(by_case, index=calibrated.cases)


def repetitions_for(cases: int) -> int:
    return min(REPETITIONS, max(_FEWEST_REPETITIONS, _CASES_PERMUTED // cases))


def movement(method: Method, analysis: Analysis, calibrated: CalibratedStudy) -> pd.Series:
    """How the mean prediction moves when a condition goes from its 10th to its 90th percentile in all cases.

    The condition takes the values of the case at that percentile, or of the lowest and the highest case where both have the
    same. This is the partial dependence (Friedman 2001) at two points.

    Returns
    -------
    pandas.Series
        Index: conditions. Difference of mean predicted memberships, -1 to 1.
    """
    return movements_by_case(method, analysis, calibrated).mean().rename_axis("condition")


def movements_by_case(method: Method, analysis: Analysis, calibrated: CalibratedStudy) -> pd.DataFrame:
    """The same for each case on its own, cases × conditions."""
    moved = {}
    unseen = calibrated.without_outcome()
    for name in calibrated.condition_names:
        low, high = _tenth_and_ninetieth(calibrated, name)
        upper = predicted_memberships(method, analysis, unseen.with_condition(name, high))
        lower = predicted_memberships(method, analysis, unseen.with_condition(name, low))
        moved[name] = upper - lower
    return pd.DataFrame(moved, index=calibrated.cases, dtype=float)


def direction_of(movement: Any) -> NDArray[np.int_]:
    """-1, 0 or +1 for a mean movement of any shape: 0 below 0.01, or where nothing is predicted."""
    moved = np.nan_to_num(np.asarray(movement, dtype=float))
    return np.where(np.abs(moved) >= SMALLEST_MOVEMENT, np.sign(moved), 0.0).astype(int)


def _tenth_and_ninetieth(calibrated: CalibratedStudy, name: str) -> tuple[int, int]:
    """Positions of two cases. The set's membership orders them; raw scores break ties."""
    raw = calibrated.raw[name].to_numpy()
    member = calibrated.fuzzy[name].to_numpy() if name in calibrated.fuzzy else raw
    order = np.lexsort((raw * (calibrated.orientation(name) or 1), member))
    tenth = round(0.1 * (len(order) - 1))
    low, high = order[tenth], order[-1 - tenth]
    if member[low] == member[high] and raw[low] == raw[high]:
        low, high = order[0], order[-1]
    return int(low), int(high)
