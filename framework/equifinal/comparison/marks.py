"""Marks: what a verdict or a direction must pass to be firm, and how it fares."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from equifinal.comparison.asking import Question, Reply
from equifinal.comparison.counting import LEVEL, Demands, Share, chance_share, rounds, stable_share
from equifinal.comparison.resamples import Resampling
from equifinal.comparison.worlds import World
from equifinal.sets import Floats

#: How far strengths may fall short for want of floating-point precision.
_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Source:
    """Where replies come from: a kind of worlds or of case sets, of the cases in `where`."""

    where: str
    kind: World | Resampling

    def most(self) -> int | None:
        """How many there are, when they can be enumerated."""
        return self.kind.all if isinstance(self.kind, Resampling) else None


@dataclass(eq=False)
class Test:
    """One thing that a mark must pass.

    Attributes
    ----------
    source, label, key, question
        Who is asked what where; the key names the question.
    threshold
        What the share must not exceed, or must reach.
    of
        From the replies in their order to a share.
    low_to_high
        For the interval of a difference: its ends, ``None`` for other tests.
    measures
        Whether importances answer it.
    """

    source: Source
    label: str
    key: str
    question: Question
    threshold: float
    of: Callable[[Sequence[Reply]], Share]
    share: Share = field(default_factory=lambda: Share(float("nan"), 0, 0, 0, "open"))
    replies: list[Reply] = field(default_factory=list)
    low_to_high: tuple[float, float] | None = None
    measures: bool = False

    @property
    def by_chance(self) -> bool:
        return isinstance(self.source.kind, World)

    def lasts(self, stage: int, demands: Demands, open_mark: bool) -> int:
        """How many replies it needs by a stage: those planned, and more as long as the mark is open and it is too."""
        planned = rounds(demands.worlds if self.by_chance else demands.resamples, demands.most, demands.early)
        if self.measures:  # five refits for each resample: doubled once, and open if that does not settle it
            planned = [each for each in planned if each <= 2 * demands.resamples + 1]
        settled = stage > (0 if demands.early else 1) and not (open_mark and self.share.state == "open")
        most = self.source.most()
        if settled or self.share.ended or (most is None and stage >= len(planned)):
            return len(self.replies)
        if most is None:
            return planned[stage]
        return min(planned[stage], most) if demands.early and stage < len(planned) else most


@dataclass(eq=False)
class Mark:
    """A verdict or a direction, and all that it must pass.

    Attributes
    ----------
    name, label
        The proposition or condition, and the method.
    answer
        As it is shown.
    asserts
        Whether it asserts a relation.
    tests
        Without any there is nothing to be firm about.
    why_not
        Why there are no tests, when there should be.
    """

    name: str
    label: str
    answer: Any
    asserts: bool
    tests: list[Test] = field(default_factory=list)
    why_not: str = ""

    @property
    def state(self) -> str:
        states = {test.share.state for test in self.tests}
        if not self.tests or "fail" in states:
            return "fail"
        return "open" if "open" in states else "pass"

    @property
    def firm(self) -> bool:
        return self.state == "pass"

    @property
    def in_worlds(self) -> Test | None:
        """The test with the largest share by chance; ``None`` without any."""
        return max((each for each in self.tests if each.by_chance), key=lambda each: each.share.value, default=None)

    @property
    def in_resamples(self) -> Test | None:
        """The test with the smallest share of resamples with the same answer; ``None`` without any."""
        there = (each for each in self.tests if not each.by_chance and each.low_to_high is None)
        return min(there, key=lambda each: each.share.value, default=None)

    @property
    def by_chance(self) -> float | None:
        return None if self.in_worlds is None else self.in_worlds.share.value

    @property
    def stable(self) -> float | None:
        return None if self.in_resamples is None else self.in_resamples.share.value


def chance(
    answers: Sequence[str], strength: float | None, threshold: float, level: float = LEVEL
) -> Callable[[Sequence[Reply]], Share]:
    """Counts worlds with one of these answers, at least as strongly; a refit that failed counts as one."""

    def of(replies: Sequence[Reply]) -> Share:
        failed = [each.answer == "failed" for each in replies]
        hits = [lost or _reaches(each, answers, strength) for lost, each in zip(failed, replies, strict=True)]
        return chance_share(hits, failed, threshold, level)

    return of


def _reaches(reply: Reply, answers: Sequence[str], strength: float | None) -> bool:
    if reply.answer not in answers:
        return False
    return strength is None or reply.strength is None or reply.strength >= strength - _TOLERANCE


def same(
    answer: str, threshold: float, most: int | None = None, level: float = LEVEL
) -> Callable[[Sequence[Reply]], Share]:
    """Counts resamples, of which there are `most`, with the same answer; a refit that failed counts against it."""

    def of(replies: Sequence[Reply]) -> Share:
        failed = [each.answer == "failed" for each in replies]
        return stable_share([each.answer == answer for each in replies], failed, threshold, len(replies) == most, level)

    return of


def spread_out(values: Floats, observed: Any, spread: float) -> Floats:
    """Values over resamples as they would scatter over samples; see :attr:`Resampling.spread`."""
    if spread == 1.0 or not np.isfinite(values).any():
        return values
    center = np.nanmean(values, axis=0)
    found: Floats = observed + spread * (values - center)
    return found
