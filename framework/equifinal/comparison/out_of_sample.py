"""Predictions of cases that a method has not seen: folds, refits, and a check of the predictions."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equifinal.base.parallel import work
from equifinal.base.seeds import generator
from equifinal.errors import FAULTS
from equifinal.method.analysis import Analysis, Method
from equifinal.sets import Floats
from equifinal.study.calibrated import CalibratedStudy

#: Leave-one-out up to this many cases (or units of a panel), ten folds beyond.
LEAVE_ONE_OUT_LIMIT = 200
FOLDS = 10


def units(calibrated: CalibratedStudy) -> tuple[NDArray[np.intp], int]:
    """The number of each case's unit, from 0 on, and how many there are. Without a panel every case is a unit."""
    if calibrated.unit is None:
        return np.arange(len(calibrated.cases)), len(calibrated.cases)
    unit_of, names = pd.factorize(calibrated.data[calibrated.unit], use_na_sentinel=False)
    return unit_of, len(names)


def folds(calibrated: CalibratedStudy, seed: int) -> list[tuple[Any, Any]]:
    """Positions of training and test cases: leave-one-out, or ten folds beyond 200; whole units in panels.

    Units are dealt to the ten folds at random, by the seed, as many to each as possible.
    """
    unit_of, count = units(calibrated)
    if count < 2:
        return []
    if count <= LEAVE_ONE_OUT_LIMIT:
        left_out = [np.array([unit]) for unit in range(count)]
    else:
        left_out = np.array_split(generator(seed, "folds").permutation(count), FOLDS)
    inside = [np.isin(unit_of, each) for each in left_out]
    return [(np.flatnonzero(~test), np.flatnonzero(test)) for test in inside]


def predicted_memberships(
    method: Method, analysis: Analysis, calibrated: CalibratedStudy, changed: list[str] | None = None
) -> Floats:
    """The method's predictions, checked. The study comes without its outcome; `changed` takes the tables that it changes."""
    given = calibrated.protected()
    predicted = method.predict(analysis, given)
    if changed is not None:
        changed += given.changed_from(calibrated)
    if not isinstance(predicted, pd.Series) or not predicted.index.equals(calibrated.cases):
        raise TypeError(f"{type(method).__name__}.predict must return a Series with the index of the study's cases.")
    values = predicted.to_numpy(dtype=float, na_value=np.nan)
    if ((values < -1e-9) | (values > 1 + 1e-9)).any():
        raise ValueError(
            f"{type(method).__name__}.predict returned values outside 0..1; it predicts outcome memberships."
        )
    return values


def _refit(
    methods: Mapping[str, Method], calibrated: CalibratedStudy, splits: Sequence[tuple[int, Any, Any]], seed: int
) -> Any:
    """Predictions of held-out cases by fold and method, a failed one is its reason instead; and what methods changed."""
    return [(test, *_fold(methods, calibrated, number, train, test, seed)) for number, train, test in splits]


def _fold(
    methods: Mapping[str, Method], calibrated: CalibratedStudy, number: int, train: Any, test: Any, seed: int
) -> tuple[dict[str, Floats | str], dict[str, list[str]]]:
    changed: dict[str, list[str]] = {label: [] for label in methods}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            learned, held_out = calibrated.train_and_test(train, test)
        except FAULTS as error:
            return dict.fromkeys(methods, f"{type(error).__name__}: {error}"), changed
        found: dict[str, Floats | str] = {}
        for label, method in methods.items():
            try:
                given = learned.protected()
                analysis = method.refit(given, generator(seed, label, 1, number))
                # A method that changes its input does so in every fold; looking takes time.
                if number == 0:
                    changed[label] += given.changed_from(learned)
                found[label] = predicted_memberships(
                    method, analysis, held_out, changed[label] if number == 0 else None
                )
            except FAULTS as error:
                found[label] = f"{type(error).__name__}: {error}"
        return found, changed


def out_of_sample(
    methods: Mapping[str, Method], calibrated: CalibratedStudy, seed: int, n_jobs: int, progress: bool
) -> tuple[dict[str, Floats], dict[str, list[str]], int, dict[str, list[str]]]:
    """Each method's predictions of cases not seen, why folds failed, how many folds there are, and what methods changed."""
    splits = [(number, train, test) for number, (train, test) in enumerate(folds(calibrated, seed))]
    predicted = {label: np.full(len(calibrated.cases), np.nan) for label in methods}
    reasons: dict[str, list[str]] = {label: [] for label in methods}
    changed: dict[str, list[str]] = {label: [] for label in methods}
    size = max(1, len(splits) // 24)
    starts = range(0, len(splits), size) if methods else ()
    tasks = [(methods, calibrated, splits[start : start + size], seed) for start in starts]
    for answers in work(_refit, tasks, n_jobs, "Predicting cases not seen", progress):
        for test, found, places in answers:
            for label, values in found.items():
                changed[label] += places[label]
                if isinstance(values, str):
                    reasons[label].append(values)
                else:
                    predicted[label][test] = values
    return predicted, reasons, len(splits), changed
