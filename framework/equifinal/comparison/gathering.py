"""Gathering evidence: which methods to ask again, where, how often; and the tables that come of it."""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from equifinal.base.parallel import work
from equifinal.base.words import DECIDED
from equifinal.comparison.asking import Asking, Direction, Importances, Look, Question, Reply, replies
from equifinal.comparison.claims import asserting, parts, worlds_without
from equifinal.comparison.counting import TAIL, Demands, Share, gap_share, rounds
from equifinal.comparison.marks import Mark, Source, Test, chance, same, spread_out
from equifinal.comparison.resamples import Resampling
from equifinal.comparison.together import by_chance_alone, step_down
from equifinal.comparison.worlds import ConditionPermuted, OutcomePermuted
from equifinal.errors import FAULTS
from equifinal.method.analysis import Method
from equifinal.plugin.calling import Hooks
from equifinal.sets import Floats
from equifinal.study.calibrated import CalibratedStudy
from equifinal.study.propositions import Key, Proposition, Verdict

#: Worlds, or case sets, that are asked in one go.
_AT_ONCE = 20

#: The common set of worlds, in which everything is asked.
_COMMON = Source("", OutcomePermuted())

_IMPORTANCES = "importances"

#: From replies in their order to a share.
Counting: TypeAlias = Callable[[Sequence[Reply]], Share]


@dataclass(frozen=True)
class Asked:
    """A verdict and what it answers."""

    proposition: Proposition
    verdict: Verdict


@dataclass
class Gathered:
    """What was gathered of one method.

    Attributes
    ----------
    verdicts, directions : list of Mark
    importances : dict
        By condition: what it is over five folds, and the 95 % interval.
    together : dict
        By name of a mark: the share by chance, adjusted for all claims and conditions.
    alone : numpy.ndarray
        In each world how many verdicts chance alone would have brought.
    problem : str
        Why nothing could be gathered.
    """

    verdicts: list[Mark] = field(default_factory=list)
    directions: list[Mark] = field(default_factory=list)
    importances: dict[str, tuple[float, float, float, int, int]] = field(default_factory=dict)
    together: dict[str, float] = field(default_factory=dict)
    alone: Any = field(default_factory=lambda: np.zeros(0, dtype=int))
    problem: str = ""


class Gathering:
    """Asks methods again until each mark is settled, or as often as is allowed.

    Parameters
    ----------
    calibrated, methods
        Whom to ask of what; the methods by label.
    verdicts
        By label, each proposition with the verdict that is shown.
    directions
        By label, the directions that are shown; ``None`` for a method that does not predict.
    seed, demands, hooks
        The run's seed, what is asked of evidence, and plugins that may answer for a method.
    whole
        Whether to gather intervals of importances, and the common set of worlds too, and not marks alone.
    """

    def __init__(
        self,
        calibrated: CalibratedStudy,
        methods: Mapping[str, Method],
        verdicts: Mapping[str, Sequence[Asked]],
        directions: Mapping[str, Mapping[str, int] | None],
        seed: int,
        demands: Demands,
        hooks: Hooks,
        whole: bool = True,
    ) -> None:
        # Everything is drawn for cases in the order of their names, so that the order of rows plays no part.
        order = sorted(calibrated.cases, key=str)
        self.calibrated = calibrated.subset(order)
        self.methods, self.shown, self.demands = dict(methods), verdicts, demands
        self.seed, self.hooks, self.whole = seed, hooks, whole
        self.asking: dict[str, Asking] = {}
        self.looks: dict[tuple[str, str], Look | None] = {}
        self.store: dict[tuple[Source, str, str], list[Reply]] = {}
        self.questions: dict[tuple[Source, str, str], Question] = {}
        self.common: set[tuple[Source, str, str]] = set()
        self.exhausted: set[Source] = set()
        self.found = {label: Gathered() for label in methods}
        for label, method in self.methods.items():
            self._plan(label, method, directions[label])

    # ------------------------------------------------------------------------------------------------------ planning

    def _asking(self, where: str) -> Asking:
        if where not in self.asking:
            cases = self.calibrated
            if where:
                cases = cases.inside(where)
            self.asking[where] = Asking(cases, where, self.seed, self.hooks)
        return self.asking[where]

    def _look(self, label: str, where: str) -> Look | None:
        """The method on the cases as they are; ``None`` where that fails."""
        if (label, where) not in self.looks:
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    look = self._asking(where).observed(self.methods[label], label)
                    if look.method.predicts() and self._measures(label, where):
                        look.importances = look.measured()
                self.looks[label, where] = look
            except FAULTS:
                self.looks[label, where] = None
        return self.looks[label, where]

    def _measures(self, label: str, where: str) -> bool:
        """Whether importances are needed there."""
        claims = [each.proposition for each in self.shown[label] if (each.proposition.where or "") == where]
        return (self.whole and not where) or any(type(each).judge is not Proposition.judge for each in claims)

    def _plan(self, label: str, method: Method, directions: Mapping[str, int] | None) -> None:
        found, look = self.found[label], self._look(label, "")
        for each in self.shown[label]:
            found.verdicts.append(self._verdict(label, method, each))
        for name in self.calibrated.condition_names:
            found.directions.append(self._direction(label, name, None if directions is None else directions[name]))
        if look is None:
            found.problem = "It could not be fitted again to the cases as they are."
            return
        if not self.whole:
            return
        if method.predicts():
            self._register(Source("", Resampling.of(self.calibrated)), label, _IMPORTANCES, Importances())
            for name in self.calibrated.condition_names:
                self._register(_COMMON, label, _direction_key(name), Direction(name))
                self.common.add((_COMMON, label, _direction_key(name)))
        for each in self.shown[label]:
            if not isinstance(each.proposition, Key) and each.verdict.answer != "silent":
                self._register(_COMMON, label, _in_common(each.proposition), each.proposition)
                self.common.add((_COMMON, label, _in_common(each.proposition)))

    def _register(self, source: Source, label: str, key: str, question: Question) -> None:
        self.questions.setdefault((source, label, key), question)
        self.store.setdefault((source, label, key), [])

    def _test(self, source: Source, label: str, key: str, question: Question, threshold: float, of: Counting) -> Test:
        self._register(source, label, key, question)
        said = self.store[source, label, key]
        measures = isinstance(question, Importances | Key)
        return Test(source, label, key, question, threshold, of, replies=said, measures=measures)

    def _chance(
        self, source: Source, mark: Mark, key: str, question: Question, answers: Sequence[str], strength: Any
    ) -> None:
        """Adds that chance seldom brings one of these answers at least as strongly."""
        threshold = self.demands.by_chance
        mark.tests.append(
            self._test(
                source, mark.label, key, question, threshold, chance(answers, strength, threshold, self.demands.level)
            )
        )

    def _stable(self, source: Source, mark: Mark, key: str, question: Question, answer: str, threshold: float) -> None:
        """Adds that resamples mostly give the same answer."""
        of = same(answer, threshold, source.most(), self.demands.level)
        mark.tests.append(self._test(source, mark.label, key, question, threshold, of))

    def _verdict(self, label: str, method: Method, asked: Asked) -> Mark:
        proposition, answer = asked.proposition, asked.verdict.answer
        where = proposition.where or ""
        asserts = answer in asserting(proposition, method)
        mark = Mark(str(proposition.id), label, answer, asserts and answer in DECIDED)
        if answer not in DECIDED:
            return mark
        look = self._look(label, where)
        if look is None:
            mark.why_not = "it could not be fitted again to the cases as they are"
            return mark
        here = proposition.model_copy(update={"where": None})
        for part in parts(here):
            self._part(mark, look, where, part, answer if part is here else None)
        if isinstance(proposition, Key):
            self._beyond(mark, look, where, proposition)
        return mark

    def _part(self, mark: Mark, look: Look, where: str, part: Proposition, answer: str | None) -> None:
        """Adds what one part of a claim must pass; of a claim of several parts, those that decide."""
        reply = replies(look, [part])[0]
        if answer is None:
            answer = reply.answer
            if answer not in DECIDED or (mark.answer == "contradicted" and answer != "contradicted"):
                return
        answers = asserting(part, look.method)
        asserts = answer in answers
        mark.asserts |= asserts
        key = f"{part.id} {_bounds(part)}".strip()
        strength = reply.strength if reply.answer == answer else None
        if asserts and not isinstance(part, Key):
            for world in worlds_without(part, look.method, look.calibrated, look.strongest_path):
                self._chance(Source(where, world), mark, key, part, answers, strength)
        sets = Source(where, Resampling.of(look.calibrated, tuple(getattr(part, "cases", ()))))
        self._stable(sets, mark, key, part, answer, self.demands.stable if asserts else self.demands.denied)

    def _beyond(self, mark: Mark, look: Look, where: str, proposition: Key) -> None:
        """The interval of the gap between the least important listed condition and the most important other."""
        measured = look.importances
        if measured is None or measured["importance"].isna().any():
            mark.why_not = "its importances could not be computed over five folds"
            mark.tests.clear()
            return
        names = list(look.calibrated.condition_names)
        listed = np.isin(names, proposition.conditions)
        observed = _gap(measured["importance"].to_numpy(dtype=float), listed)
        kind, sign = Resampling.of(look.calibrated), 1.0 if mark.answer == "supported" else -1.0

        def of(said: Sequence[Reply]) -> Share:
            gaps = np.array([_gap(np.array(each.values), listed) if each.values else np.nan for each in said])
            found = gap_share(gaps, observed, sign, kind.spread, len(gaps) == kind.all, self.demands.level)
            test.low_to_high = found.low, found.high
            return found.share

        test = self._test(Source(where, kind), mark.label, _IMPORTANCES, Importances(), TAIL, of)
        test.low_to_high = np.nan, np.nan
        mark.tests.append(test)

    def _direction(self, label: str, name: str, sign: int | None) -> Mark:
        mark = Mark(name, label, 0 if sign is None else sign, bool(sign))
        if sign is None:
            mark.why_not = "the method does not predict"
        look = self._look(label, "")
        if not sign or look is None:
            return mark
        question, key = Direction(name), _direction_key(name)
        reply = replies(look, [question])[0]
        answer = "supported" if sign > 0 else "contradicted"
        world = Source("", ConditionPermuted.of(name, self.calibrated))
        self._chance(world, mark, key, question, DECIDED, reply.strength)
        self._stable(Source("", Resampling.of(self.calibrated)), mark, key, question, answer, self.demands.stable)
        return mark

    # -------------------------------------------------------------------------------------------------------- asking

    def gather(self, n_jobs: int, progress: bool) -> dict[str, Gathered]:
        """Ask in rounds; see :func:`equifinal.comparison.counting.rounds`."""
        marks = [mark for each in self.found.values() for mark in [*each.verdicts, *each.directions]]
        planned = self.demands.worlds, self.demands.resamples
        stages = max(len(rounds(each, self.demands.most, self.demands.early)) for each in planned)
        for stage in range(stages):
            wanted = self._wanted(marks, stage)
            self._ask(wanted, n_jobs, progress, "Asking again" if stage < 2 else "Asking again where marks are open")
            for test in (each for mark in marks for each in mark.tests):
                if test.replies or test.by_chance:
                    test.share = test.of(test.replies)
        for label, each in self.found.items() if self.whole else ():
            self._conclude(label, each)
        return self.found

    def _wanted(self, marks: Sequence[Mark], stage: int) -> dict[tuple[Source, str, str], int]:
        wanted: dict[tuple[Source, str, str], int] = {}
        for mark in marks:
            still = mark.state == "open"
            first = [test for test in mark.tests if test.by_chance] if self.demands.early and stage == 0 else []
            for test in first or mark.tests:
                at = (test.source, test.label, test.key)
                wanted[at] = max(wanted.get(at, 0), test.lasts(stage, self.demands, still))
        if stage < 2 and self.whole:
            for at in self.common:
                wanted[at] = max(wanted.get(at, 0), rounds(self.demands.worlds, self.demands.most)[stage])
            for at in (each for each in self.questions if each[2] == _IMPORTANCES):
                planned = rounds(self.demands.resamples, self.demands.most)[stage]
                wanted[at] = max(wanted.get(at, 0), at[0].most() or planned)
        return wanted

    def _ask(
        self, wanted: Mapping[tuple[Source, str, str], int], n_jobs: int, progress: bool, description: str
    ) -> None:
        batches: dict[tuple[Source, int, int], dict[str, dict[str, Question]]] = {}
        for (source, label, key), length in wanted.items():
            start = len(self.store[source, label, key])
            if start < length and source not in self.exhausted:
                batch = batches.setdefault((source, start, length), {})
                batch.setdefault(label, {})[key] = self.questions[source, label, key]
        jobs = [
            (source, numbers, asked)
            for (source, start, length), asked in batches.items()
            for numbers in _cut(start, length)
        ]
        tasks = [
            (
                self._asking(source.where),
                source.kind,
                numbers,
                {label: self.methods[label] for label in asked},
                {label: list(each.values()) for label, each in asked.items()},
            )
            for source, numbers, asked in jobs
        ]
        for (source, numbers, asked), found in zip(
            jobs, work(_again, tasks, n_jobs, description, progress), strict=True
        ):
            for label, said in found.items():
                for place, key in enumerate(asked[label]):
                    self.store[source, label, key] += [each[place] for each in said]
                if len(said) < len(numbers):
                    self.exhausted.add(source)

    # ---------------------------------------------------------------------------------------------------- concluding

    def _conclude(self, label: str, found: Gathered) -> None:
        look = self.looks.get((label, ""))
        if look is None:
            return
        source = Source("", Resampling.of(self.calibrated))
        if look.importances is not None and (source, label, _IMPORTANCES) in self.store:
            found.importances = _intervals(look, source.kind, self.store[source, label, _IMPORTANCES])
        self._together(label, found)

    def _together(self, label: str, found: Gathered) -> None:
        """The claims and conditions in the common set of worlds."""
        method, planned = self.methods[label], self.demands.worlds
        observed, columns, claims, names = [], [], [], []
        for each, mark in zip(self.shown[label], found.verdicts, strict=True):
            at = (_COMMON, label, _in_common(each.proposition))
            if at not in self.store:
                continue
            answers = asserting(each.proposition, method)
            look = self._look(label, each.proposition.where or "")
            columns.append(_strengths(self.store[at][:planned], answers))
            claims.append(True)
            names.append(f"verdict {mark.name}")
            shown = replies(look, [each.proposition.model_copy(update={"where": None})])[0] if look else Reply("failed")
            strength = shown.strength if shown.answer == mark.answer else None
            observed.append(_strength(Reply(mark.answer, strength), answers))
        for mark in found.directions:
            at = (_COMMON, label, _direction_key(mark.name))
            if at not in self.store or not mark.answer:
                continue
            columns.append(_strengths(self.store[at][:planned], DECIDED))
            claims.append(False)
            names.append(f"direction {mark.name}")
            look = self._look(label, "")
            observed.append(_strength(replies(look, [Direction(mark.name)])[0], DECIDED) if look else 0.0)
        if not columns:
            found.alone = np.zeros(planned, dtype=int)
            return
        strengths = np.column_stack(columns)
        found.alone = by_chance_alone(strengths[:, np.array(claims)], self.demands.by_chance)
        found.together = dict(zip(names, step_down(np.array(observed), strengths).tolist(), strict=True))


def _again(asking: Asking, kind: Any, numbers: range, methods: Any, questions: Any) -> Any:
    return asking.again(kind, numbers, methods, questions)


def _cut(start: int, length: int) -> Iterator[range]:
    for first in range(start, length, _AT_ONCE):
        yield range(first, min(first + _AT_ONCE, length))


def _direction_key(name: str) -> str:
    return f"direction of {name}"


def _in_common(proposition: Proposition) -> str:
    """The key of a claim in the common set of worlds: that of its only part, so that replies serve both."""
    return f"{proposition.id} {_bounds(proposition)}".strip() + (
        f" where {proposition.where}" if proposition.where else ""
    )


def _bounds(proposition: Proposition) -> str:
    bounds = {name: getattr(proposition, name, None) for name in ("at_least", "at_most", "exactly")}
    return " ".join(f"{name} {value}" for name, value in bounds.items() if value is not None)


def _gap(importances: Floats, listed: Any) -> float:
    return float(importances[listed].min() - importances[~listed].max())


def _strength(reply: Reply, answers: Sequence[str]) -> float:
    """How strongly a relation is asserted: 0 where it is not, 1 without a strength; a failed refit counts as most strongly."""
    if reply.answer == "failed":
        return float("inf")
    if reply.answer not in answers:
        return 0.0
    return 1.0 if reply.strength is None else reply.strength


def _strengths(said: Sequence[Reply], answers: Sequence[str]) -> Floats:
    return np.array([_strength(each, answers) for each in said], dtype=float)


def _intervals(look: Look, kind: Any, said: Sequence[Reply]) -> dict[str, tuple[float, float, float, int, int]]:
    names = list(look.calibrated.condition_names)
    assert look.importances is not None
    observed = look.importances["importance"].to_numpy(dtype=float)
    values = np.array([each.values if each.values else [np.nan] * len(names) for each in said], dtype=float)
    failed = int(np.isnan(values).any(axis=1).sum())
    if failed == len(values):
        return {name: (value, np.nan, np.nan, len(said), failed) for name, value in zip(names, observed, strict=True)}
    low, high = np.nanquantile(spread_out(values, observed, kind.spread), [0.025, 0.975], axis=0)
    return {
        name: (float(observed[at]), float(low[at]), float(high[at]), len(said), failed) for at, name in enumerate(names)
    }
