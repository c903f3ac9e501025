"""Predictions of cases that a method has not seen: splits, refits, and a check of the predictions."""

import copy
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equifinal.base.parallel import work
from equifinal.base.seeds import generator
from equifinal.base.surroundings import apart
from equifinal.errors import FAULTS, InputError
from equifinal.method.analysis import Analysis, Method
from equifinal.sets import Floats
from equifinal.study.calibrated import CalibratedStudy

#: Leave-one-out up to this many cases (or units of a panel), ten times ten folds beyond.
LEAVE_ONE_OUT_LIMIT = 200
FOLDS = 10
REPEATS = 10

Positions: TypeAlias = NDArray[np.intp]

#: Positions of the cases to learn from and of those to predict.
Split: TypeAlias = tuple[Positions, Positions]


# --------------------------------------------------------------------------------------------------------- splits


def units(calibrated: CalibratedStudy) -> tuple[Positions, int]:
    """The number of each case's unit, from 0 on, and how many there are. Without a panel every case is a unit."""
    if calibrated.unit is None:
        count = len(calibrated.cases)
        return np.arange(count), count
    return _numbers(_unit_names(calibrated))


def _unit_names(calibrated: CalibratedStudy) -> Any:
    return calibrated.cases if calibrated.unit is None else calibrated.data[calibrated.unit]


def _numbers(names: Any) -> tuple[Positions, int]:
    numbers, different = pd.factorize(pd.Index(names), use_na_sentinel=False)
    return numbers, len(different)


def by_name(names: Any) -> Positions:
    """Places of names in alphabetical order: what is dealt in this order does not depend on the order of the rows."""
    return np.argsort(np.array([str(name) for name in names], dtype=object), kind="stable")


def splits(calibrated: CalibratedStudy, seed: int = 0, folds: Any = None, groups: Any = None) -> list[Split]:
    """Who learns and who is predicted.

    Parameters
    ----------
    calibrated
        The cases.
    seed
        For a splitter that shuffles and has no random state of its own. Nothing else depends on it.
    folds
        ``None``: leave-one-out up to 200 units, ten times ten folds beyond. A whole number: so many folds, shuffled. Both deal
        whole units, by their names, so that neither the seed nor the order of the rows matters. Anything else is taken as
        scikit-learn takes ``cv``: a splitter, or pairs of positions to learn from and to predict. Splitters that stratify get
        1 for memberships in the outcome above 0.5 and 0 for others; those that group get the units.
    groups
        A label for each case, shape (n,): cases with the same label stay together. ``None``: the units of a panel.

    Raises
    ------
    InputError
        When `folds` is nothing of this, or puts cases of one unit on both sides.
    """
    names = _unit_names(calibrated) if groups is None else groups
    unit_of, count = _numbers(names)
    if count < 2:
        return []
    if folds is not None and not (isinstance(folds, (int, np.integer)) and not isinstance(folds, bool)):
        return _given(folds, calibrated, unit_of, seed)
    if folds is None and count > LEAVE_ONE_OUT_LIMIT:
        return repeated_splits(calibrated, groups)
    return _dealt(names, count if folds is None else min(int(folds), count), 1)


def repeated_splits(calibrated: CalibratedStudy, groups: Any = None) -> list[Split]:
    """Ten times ten folds of whole units, dealt anew each time."""
    names = _unit_names(calibrated) if groups is None else groups
    return _dealt(names, min(FOLDS, _numbers(names)[1]), REPEATS)


def _dealt(names: Any, folds: int, repeats: int) -> list[Split]:
    unit_of, different = pd.factorize(pd.Index(names), use_na_sentinel=False)
    order, count = by_name(different), len(different)
    found = []
    for repeat in range(repeats):
        dealt = order if folds == count else order[generator(0, "folds", repeat).permutation(count)]
        for left_out in np.array_split(dealt, folds):
            test = np.isin(unit_of, left_out)
            found.append((np.flatnonzero(~test), np.flatnonzero(test)))
    return found


def _given(folds: Any, calibrated: CalibratedStudy, unit_of: Positions, seed: int) -> list[Split]:
    """What a scikit-learn splitter says, checked."""
    from sklearn.model_selection import check_cv

    start = f"Study {calibrated.name!r}: folds={folds!r}"
    has = (calibrated.outcome_values("fuzzy") > 0.5).astype(int)
    try:
        splitter = copy.copy(check_cv(folds))
        if getattr(splitter, "random_state", seed) is None:
            splitter.random_state = seed % 2**32
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a splitter that does not group says so
            pairs = list(splitter.split(calibrated.values("raw"), has, unit_of))
            whole = [(_positions(train, len(has)), _positions(test, len(has))) for train, test in pairs]
    except FAULTS as error:
        raise InputError(
            f"{start} cannot split the {len(has)} cases ({type(error).__name__}: {error}). Give a whole number from 2 on, a "
            "splitter from sklearn.model_selection, or pairs of positions to learn from and to predict."
        ) from error
    if not whole or any(not len(train) or not len(test) for train, test in whole):
        raise InputError(f"{start} leaves nobody to learn from, or nobody to predict. Every split needs both.")
    for train, test in whole:
        both = np.isin(unit_of[test], unit_of[train])
        if both.any():
            remedy = "Every case must be on one side." if calibrated.unit is None else _KEEP_TOGETHER
            raise InputError(
                f"{start} predicts {calibrated.cases[test[both][0]]!r} from cases of the same unit. {remedy}"
            )
    return whole


_KEEP_TOGETHER = (
    "Use a splitter that keeps groups together, such as sklearn.model_selection.GroupKFold, or leave `unit` out of the study if "
    "its cases are independent of one another."
)


def _positions(given: Any, count: int) -> Positions:
    return np.arange(count)[np.asarray(given) if len(given) else slice(0)]


def check_folds(folds: Any, calibrated: CalibratedStudy) -> None:
    """Refuse a number of folds that cannot be made."""
    if isinstance(folds, bool) or (isinstance(folds, (int, np.integer)) and not 2 <= folds <= units(calibrated)[1]):
        raise InputError(
            f"Study {calibrated.name!r}: folds={folds!r} must be from 2 to {units(calibrated)[1]}, the number of "
            f"{'cases' if calibrated.unit is None else 'units'}."
        )


def repeat_of(plan: Sequence[Split]) -> list[int]:
    """The number of the repeat that each split belongs to: a new one begins where a case would be predicted twice."""
    numbers: list[int] = []
    seen: set[int] = set()
    for _, test in plan:
        held_out = set(test.tolist())
        again = bool(seen & held_out)
        numbers.append((numbers[-1] if numbers else 0) + again)
        seen = held_out if again else seen | held_out
    return numbers


def first_time(plan: Sequence[Split]) -> list[Positions]:
    """Of the cases that each split holds out, those that no earlier one did."""
    seen: set[int] = set()
    found = []
    for _, test in plan:
        found.append(np.array([case for case in test if case not in seen], dtype=np.intp))
        seen |= set(test.tolist())
    return found


# ---------------------------------------------------------------------------------------------------- predictions


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


#: Asks a refitted method more than how it predicts the cases held out.
Question: TypeAlias = Callable[[Method, Analysis], Any]

#: Makes a question of one split: from all cases without their outcome, as calibrated for it; the cases that are held out for
#: the first time; and the number of the split.
Asking: TypeAlias = Callable[[CalibratedStudy, Positions, int], Question]


@dataclass
class Unseen:
    """What refits of one method say of the cases that they have not seen.

    Attributes
    ----------
    predicted : numpy.ndarray of shape (repeats, n)
        Predictions; missing where no refit was asked, or the refit failed.
    failed : list of str
        Why refits failed.
    unanswered : list of str
        Why questions to refits that did not fail have no answer.
    answers : list
        Of the other questions, in the order of the splits.
    changed : list of str
        The tables that the method changed.
    around : dict of str
        What it changed of its surroundings, which was put back; the values are ``None``.
    """

    predicted: Floats
    failed: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    around: dict[str, None] = field(default_factory=dict)


@dataclass
class _Said:
    """What one refit says."""

    predicted: Floats | None = None
    answer: Any = None
    failed: str = ""
    unanswered: str = ""
    changed: list[str] = field(default_factory=list)
    around: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Refitting:
    """Methods, to be fitted again to the training cases of each split.

    Parameters
    ----------
    methods
        By label.
    calibrated
        The cases.
    seed, stream
        The run's seed; which series of random numbers the refits draw from.
    asking
        What else to ask each refit.
    predicting
        Whether to ask for predictions of the cases held out.
    """

    methods: Mapping[str, Method]
    calibrated: CalibratedStudy
    seed: int
    stream: int
    asking: Asking | None = None
    predicting: bool = True

    def of(self, plan: Sequence[Split], n_jobs: int = 1, progress: bool = False) -> dict[str, Unseen]:
        """What the refits say, by method."""
        repeats = repeat_of(plan)
        shape = (max(repeats, default=0) + 1, len(self.calibrated.cases))
        found = {label: Unseen(np.full(shape, np.nan)) for label in self.methods}
        jobs = list(zip(range(len(plan)), plan, first_time(plan), strict=True))
        size = max(1, len(plan) // 24)
        tasks = [(jobs[start : start + size],) for start in range(0, len(jobs), size)] if self.methods else []
        answers = work(self.each, tasks, n_jobs, "Predicting cases not seen", progress)
        said_of = (said for block in answers for said in block)
        for (_, test), repeat, said in zip(plan if self.methods else (), repeats, said_of, strict=False):
            for label, each in said.items():
                one = found[label]
                one.changed += each.changed
                one.around |= dict.fromkeys(each.around)
                one.failed += [each.failed] if each.failed else []
                one.unanswered += [each.unanswered] if each.unanswered else []
                one.answers += [each.answer] if each.answer is not None else []
                if each.predicted is not None:
                    one.predicted[repeat, test] = each.predicted
        return found

    def each(self, jobs: Iterable[tuple[int, Split, Positions]]) -> list[dict[str, _Said]]:
        """What the refits of some splits say, by split and method."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return [self._refitted(number, *split, fresh) for number, split, fresh in jobs]

    def _refitted(self, number: int, train: Positions, test: Positions, fresh: Positions) -> dict[str, _Said]:
        everybody = np.arange(len(self.calibrated.cases)) if self.asking else test
        try:
            learned, shown = self.calibrated.train_and_test(train, everybody)
            held_out = shown.at(test) if self.asking and self.predicting else shown
            question = self.asking(shown, fresh, number) if self.asking else None
        except FAULTS as error:
            return {label: _Said(failed=f"{type(error).__name__}: {error}") for label in self.methods}
        said = {}
        for label, method in self.methods.items():
            with apart() as around:
                said[label] = self._said(label, method, number, learned, held_out, question)
            said[label].around += around
        return said

    def _said(
        self,
        label: str,
        method: Method,
        number: int,
        learned: CalibratedStudy,
        held_out: CalibratedStudy,
        question: Question | None,
    ) -> _Said:
        said = _Said()
        try:
            given = learned.protected()
            analysis = method.refit(given, generator(self.seed, label, self.stream, number))
            # A method that changes its input does so in every fold; looking takes time.
            if number == 0:
                said.changed += given.changed_from(learned)
            if self.predicting:
                said.predicted = predicted_memberships(
                    method, analysis, held_out, said.changed if number == 0 else None
                )
        except FAULTS as error:
            said.failed = f"{type(error).__name__}: {error}"
            return said
        if question is not None:
            try:
                said.answer = question(method, analysis)
            except FAULTS as error:
                said.unanswered = f"{type(error).__name__}: {error}"
        return said
