"""Asking methods again: a method on other cases, refitted only, and analysed in full where its answers need more."""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from equifinal.base.seeds import generator
from equifinal.base.surroundings import apart, undisturbed
from equifinal.comparison.importance import WhatIf, direction_of, percentiles
from equifinal.comparison.out_of_sample import Refitting, predicted_memberships, splits
from equifinal.comparison.resamples import Resampling, case_set
from equifinal.comparison.worlds import World
from equifinal.errors import FAULTS
from equifinal.method.analysis import Analysis, Method
from equifinal.plugin.calling import Hooks
from equifinal.study.calibrated import CalibratedStudy
from equifinal.study.propositions import Proposition, Verdict

#: In worlds and resamples, and for what they are compared with, importances come from so many folds.
FOLDS = 5

#: The series of random numbers that refits draw from.
_AGAIN, _FOLDS = 4, 9


@dataclass(frozen=True)
class Direction:
    """Asks in which direction predictions move with a condition."""

    condition: str


@dataclass(frozen=True)
class Importances:
    """Asks how important each condition is, over five folds."""


Question: TypeAlias = Proposition | Direction | Importances


class Reply(NamedTuple):
    """An answer and its strength; for importances their values, one for each condition.

    ``answer`` is ``"failed"`` where no refit was possible. Directions are ``"supported"`` (up) or ``"contradicted"`` (down).
    """

    answer: str
    strength: float | None = None
    values: tuple[float, ...] = ()


FAILED = Reply("failed")


class Look:
    """A method on some cases.

    Parameters
    ----------
    method, label, calibrated
        Who looks at what.
    seed, further
        The run's seed, and further numbers: the source of what the method draws.
    hooks
        Plugins that may answer for the method.
    groups
        A label for each case: cases of one group are never on both sides of a fold. ``None``: the units of a panel.
    derived
        Shared by looks at the same cases.
    around
        What each call of the method is made within: by default what it changes of its surroundings is put back.
    """

    def __init__(
        self,
        method: Method,
        label: str,
        calibrated: CalibratedStudy,
        seed: int,
        hooks: Hooks,
        further: tuple[int, ...] = (),
        groups: Any = None,
        derived: "Derived | None" = None,
        around: Callable[[], AbstractContextManager[Any]] = apart,
    ) -> None:
        self.method, self.label, self.calibrated = method, label, calibrated.protected()
        self.seed, self.hooks, self.further, self.groups = seed, hooks, further, groups
        self.derived, self.around = derived or Derived(calibrated), around
        self.whole = False
        self.importances: pd.DataFrame | None = None
        self._scopes: dict[str, Look] = {}
        self.analysis = self._analysis()

    def _analysis(self) -> Analysis:
        learn = self.method.analyze if self.whole else self.method.refit
        with self.around():
            return learn(self.calibrated, generator(self.seed, self.label, *self.further))

    def measured(self) -> pd.DataFrame:
        """Importances, where a claim is answered by them."""
        return importances_of({self.label: self.method}, self.calibrated, self.seed, self.groups)[self.label]

    def answer(self, proposition: Proposition) -> Verdict:
        """As a comparison would have it, the words apart; whatever the method raises is raised."""
        if proposition.where is None:
            return self.here(proposition)
        if proposition.where not in self._scopes:
            inside = self.derived.inside(proposition.where)
            self._scopes[proposition.where] = type(self)(
                self.method, self.label, inside, self.seed, self.hooks, self.further, around=self.around
            )
        return self._scopes[proposition.where].here(proposition)

    def here(self, proposition: Proposition) -> Verdict:
        """The same for all of these cases, whatever ``where`` says."""
        if type(proposition).judge is not Proposition.judge:
            if self.importances is None and self.method.predicts():
                self.importances = self.measured()
            ours = _is_ours(proposition)
            verdict = (proposition.judge if ours else partial(undisturbed, proposition.judge))(self.importances)
            if verdict is not None:
                return _checked(verdict)
        try:
            return self._assessed(proposition)
        except FAULTS:
            if self.whole:
                raise
        self.complete()  # what was refitted is not enough to judge by
        return self._assessed(proposition)

    def _assessed(self, proposition: Proposition) -> Verdict:
        verdict = self.hooks.call(
            "equifinal_assess", analysis=self.analysis, proposition=proposition, calibrated=self.calibrated
        )
        if verdict is None:
            with self.around():
                verdict = self.method.assess(self.analysis, proposition, self.calibrated)
        return _checked(verdict)

    def complete(self) -> None:
        """Analyse the cases in full."""
        if not self.whole:
            self.whole = True
            self.analysis = self._analysis()

    def strongest_path(self) -> str | None:
        """The expression of the path with the largest product of consistency and coverage; ``None`` without any."""
        if not len(self.analysis.configurations.columns):
            self.complete()
        paths = self.analysis.configurations
        if "consistency" not in paths:  # of a refit that brings no such table
            return None
        strength = (paths["consistency"].astype(float) * paths["coverage"].astype(float)).fillna(-1.0)
        there = paths["expression"].notna() & (paths["expression"].astype(str) != "1")
        if not there.any():
            return None
        return str(paths["expression"].to_numpy()[np.argmax(strength.where(there, -2.0).to_numpy())])

    def movements(self, names: Sequence[str]) -> dict[str, float]:
        """How the mean prediction moves with each condition: :func:`equifinal.comparison.importance.movement`, in one call."""
        if not names:
            return {}
        study = self.derived.moved(tuple(names))
        shape = (len(names), 2, len(self.calibrated.cases))
        with self.around():
            predicted = predicted_memberships(self.method, self.analysis, study).reshape(shape)
        moved = predicted[:, 0] - predicted[:, 1]
        known = ~np.isnan(moved)
        means = np.where(known, moved, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
        return dict(zip(names, means.tolist(), strict=True))


class Derived:
    """Studies that are made of the same cases, each once for all methods."""

    def __init__(self, calibrated: CalibratedStudy) -> None:
        self.calibrated = calibrated
        self._moved: dict[tuple[str, ...], CalibratedStudy] = {}
        self._inside: dict[str, CalibratedStudy] = {}

    def inside(self, where: str) -> CalibratedStudy:
        """The cases that are more in than out of an expression."""
        if where not in self._inside:
            self._inside[where] = self.calibrated.inside(where)
        return self._inside[where]

    def moved(self, names: tuple[str, ...]) -> CalibratedStudy:
        """All cases with each condition in turn at its upper, then at its lower end."""
        if names not in self._moved:
            count = len(self.calibrated.cases)
            cases = np.tile(np.arange(count), 2 * len(names))
            sources = {}
            for number, name in enumerate(names):
                source = sources[name] = cases.copy()
                low, high = percentiles(self.calibrated, name)
                start = 2 * number * count
                source[start : start + count], source[start + count : start + 2 * count] = high, low
            self._moved[names] = self.calibrated.without_outcome().mixed(cases, sources)
        return self._moved[names]


def _checked(verdict: Any) -> Verdict:
    if not isinstance(verdict, Verdict):
        raise TypeError(f"It answered with {verdict!r}, which is not an equifinal.Verdict.")
    return verdict


def importances_of(
    methods: Mapping[str, Method], calibrated: CalibratedStudy, seed: int, groups: Any = None
) -> dict[str, pd.DataFrame]:
    """Importances over five folds, by method; cases of one group are never on both sides of a fold."""
    what_if = WhatIf.of(calibrated, seed, None, groups)
    plan = splits(calibrated, seed, FOLDS, groups)
    found = Refitting(methods, calibrated, seed, _FOLDS, what_if, predicting=False).of(plan)
    return {
        label: what_if.importance(each)[0] if not each.failed and not each.unanswered else _none(calibrated)
        for label, each in found.items()
    }


def _none(calibrated: CalibratedStudy) -> pd.DataFrame:
    return pd.DataFrame({"importance": np.nan}, index=pd.Index(calibrated.condition_names, name="condition"))


@dataclass(frozen=True)
class Asking:
    """Whom to ask again, of which cases.

    Attributes
    ----------
    calibrated
        The cases as they are.
    where
        Which part of the study these are, for the series of random numbers.
    seed, hooks
        As for :class:`Look`.
    """

    calibrated: CalibratedStudy
    where: str
    seed: int
    hooks: Hooks

    def observed(self, method: Method, label: str) -> Look:
        """The method on the cases as they are."""
        return Look(method, label, self.calibrated, self.seed, self.hooks)

    def again(
        self,
        kind: World | Resampling,
        numbers: range,
        methods: Mapping[str, Method],
        questions: Mapping[str, Sequence[Question]],
    ) -> dict[str, list[list[Reply]]]:
        """What methods say in the worlds, or case sets, of these numbers: by label, for each of them, to each question.

        Worlds that a claim brings itself may end before the numbers do.
        """
        found: dict[str, list[list[Reply]]] = {label: [] for label in questions}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for number, (study, groups) in zip(numbers, self._studies(kind, numbers), strict=False):
                for label, each in self._replies(study, groups, number, methods, questions).items():
                    found[label].append(each)
        return found

    def _studies(self, kind: World | Resampling, numbers: range) -> Iterator[tuple[CalibratedStudy | None, Any]]:
        """Each study, ``None`` where it could not be made, and which of its cases are copies of one."""
        if isinstance(kind, World):
            for world in kind.all(self.calibrated, self.seed, self.where, numbers):
                yield (world if isinstance(world, CalibratedStudy) else None), None
            return
        for number in numbers:
            try:
                yield case_set(self.calibrated, kind.draw(self.seed, self.where, number))
            except FAULTS:
                yield None, None

    def _replies(
        self,
        study: CalibratedStudy | None,
        groups: Any,
        number: int,
        methods: Mapping[str, Method],
        questions: Mapping[str, Sequence[Question]],
    ) -> dict[str, list[Reply]]:
        if study is None or _nothing_to_explain(study):
            return {label: [FAILED] * len(each) for label, each in questions.items()}
        measuring = {label: methods[label] for label, each in questions.items() if Importances() in each}
        importances = importances_of(measuring, study, self.seed, groups) if measuring else {}
        found, derived = {}, Derived(study)
        for label, asked in questions.items():
            # Where nobody but the method is called, its calls are surrounded together, which takes less time than each of them.
            together = not self.hooks.answering and all(map(_is_ours, asked))
            inside, outside = (nullcontext, apart) if together else (apart, nullcontext)
            try:
                with outside():
                    further = _AGAIN, number
                    look = Look(methods[label], label, study, self.seed, self.hooks, further, groups, derived, inside)
                    look.importances = importances.get(label)
                    found[label] = replies(look, asked)
            except FAULTS:
                found[label] = [FAILED] * len(asked)
        return found


def _is_ours(question: Question) -> bool:
    """Whether no plugin's code says how importances answer it."""
    return not isinstance(question, Proposition) or type(question).judge.__module__.startswith("equifinal.")


def replies(look: Look, questions: Sequence[Question]) -> list[Reply]:
    """What a look answers to each question."""
    try:
        moved = look.movements([each.condition for each in questions if isinstance(each, Direction)])
    except FAULTS:
        moved = {}
    return [_reply(look, each, moved) for each in questions]


def _reply(look: Look, question: Question, moved: Mapping[str, float]) -> Reply:
    if isinstance(question, Importances):
        measured = look.importances
        if measured is None or measured["importance"].isna().any():
            return FAILED
        return Reply("", values=tuple(measured["importance"].astype(float)))
    if isinstance(question, Direction):
        return _moving(moved[question.condition]) if question.condition in moved else FAILED
    try:
        verdict = look.answer(question)
    except FAULTS:
        return FAILED
    return Reply(verdict.answer, verdict.strength)


def _moving(movement: float) -> Reply:
    answer = {1: "supported", -1: "contradicted", 0: "inconclusive"}[int(direction_of(movement))]
    return Reply(answer, abs(movement))


def _nothing_to_explain(study: CalibratedStudy) -> bool:
    """Whether nobody or everybody has the outcome."""
    members = study.outcome_values("fuzzy")
    inside = members[members != 0.5] > 0.5
    return not len(inside) or bool(inside.all()) or not inside.any()
