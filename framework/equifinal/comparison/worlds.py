"""Worlds without the relation that a verdict asserts: the same cases, with that relation broken and all else kept.

What is permuted is what the claim is about. In panels whole units change places, each with units observed at the same times.
Worlds are drawn in a fixed order under the seed, the same for every method.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equifinal.base.seeds import generator
from equifinal.base.surroundings import undisturbed
from equifinal.comparison.out_of_sample import units
from equifinal.comparison.permutation_test import exchangeable, shuffled
from equifinal.sets import Floats
from equifinal.study.calibrated import CalibratedStudy
from equifinal.study.propositions import Proposition

#: From this rank correlation on, when it is distinguishable from 0 at 5 %, a condition is permuted given the other.
CORRELATED = 0.3

#: Conditional permutations are drawn by so many rounds of exchanges between pairs (Berrett et al. 2020).
_EXCHANGES = 50

#: Conditional permutations that are drawn in one go.
_BLOCK = 50

Positions = NDArray[np.intp]


@dataclass(frozen=True)
class World:
    """A kind of worlds; subclasses say what is broken."""

    def words(self) -> str:
        """What is done, as evidence tells it."""
        raise NotImplementedError

    def series(self) -> str:
        """What the series of its random numbers is named after; the order of conditions plays no part in it."""
        return self.words()

    def draw(self, calibrated: CalibratedStudy, seed: int, where: str, number: int) -> CalibratedStudy:
        """The world of this number."""
        raise NotImplementedError

    def all(
        self, calibrated: CalibratedStudy, seed: int, where: str, numbers: range
    ) -> Iterator[CalibratedStudy | Exception]:
        """The worlds of these numbers, in order; an exception in place of one that could not be made."""
        for number in numbers:
            try:
                yield self.draw(calibrated, seed, where, number)
            except Exception as error:
                yield error

    def source(self, calibrated: CalibratedStudy, seed: int, where: str, number: int) -> Positions:
        """Positions of the cases from which values are taken, whole units in panels."""
        rng = generator(seed, f"worlds {self.series()} {where}", number)
        return shuffled(_blocks(calibrated), rng, len(calibrated.cases))


@dataclass(frozen=True)
class OutcomePermuted(World):
    """The outcome, its raw score, membership and column together, goes to other cases."""

    def words(self) -> str:
        return "outcome permuted"

    def draw(self, calibrated: CalibratedStudy, seed: int, where: str, number: int) -> CalibratedStudy:
        return calibrated.with_condition(calibrated.outcome.name, self.source(calibrated, seed, where, number))


@dataclass(frozen=True)
class EachConditionPermuted(World):
    """Every condition goes to other cases, each on its own."""

    def words(self) -> str:
        return "every condition permuted on its own"

    def draw(self, calibrated: CalibratedStudy, seed: int, where: str, number: int) -> CalibratedStudy:
        rng, blocks = generator(seed, f"worlds {self.words()} {where}", number), _blocks(calibrated)
        for name in sorted(calibrated.condition_names):
            calibrated = calibrated.with_condition(name, shuffled(blocks, rng, len(calibrated.cases)))
        return calibrated


@dataclass(frozen=True)
class ConditionPermuted(World):
    """One condition, its raw score, membership and column together, goes to other cases.

    Attributes
    ----------
    condition : str
    given : tuple of str
        The conditions that it is correlated with. With them it is permuted so that it keeps what they tell of it, by the
        conditional permutation test of Berrett, Wang, Barber & Samworth (2020): the chance of an exchange follows from a
        normal linear model of its normal scores given theirs.
    """

    condition: str
    given: tuple[str, ...] = ()

    @classmethod
    def of(cls, condition: str, calibrated: CalibratedStudy) -> "ConditionPermuted":
        return cls(condition, correlated_with(condition, calibrated))

    def words(self) -> str:
        return f"{self.condition} permuted" + (f" given {', '.join(self.given)}" if self.given else "")

    def series(self) -> str:
        return replace(self, given=tuple(sorted(self.given))).words()

    def draw(self, calibrated: CalibratedStudy, seed: int, where: str, number: int) -> CalibratedStudy:
        if not self.given:
            return calibrated.with_condition(self.condition, self.source(calibrated, seed, where, number))
        source = _conditional_sources(self, calibrated, seed, where, number // _BLOCK)[number % _BLOCK]
        return calibrated.with_condition(self.condition, source)


@dataclass(frozen=True)
class AdditiveResidualsPermuted(World):
    """The outcome is what the conditions add up to, and residuals of other cases (Freedman & Lane 1983).

    Raw scores and memberships each come from an additive fit on their own scale, with the residuals of the same cases.
    """

    def words(self) -> str:
        return "residuals of the additive fit permuted"

    def draw(self, calibrated: CalibratedStudy, seed: int, where: str, number: int) -> CalibratedStudy:
        fuzzy = np.column_stack(
            [calibrated.set_values(name, _scale(calibrated, name)) for name in calibrated.condition_names]
        )
        source = self.source(calibrated, seed, where, number)
        return _with_residuals(calibrated, calibrated.values("raw"), fuzzy, source)


@dataclass(frozen=True)
class OnePath(World):
    """The outcome is what one path alone brings, and residuals of other cases: a single path."""

    expression: str

    def words(self) -> str:
        return f"only {self.expression}, with its residuals permuted"

    def series(self) -> str:
        return f"only {'*'.join(sorted(self.expression.split('*')))}, with its residuals permuted"

    def draw(self, calibrated: CalibratedStudy, seed: int, where: str, number: int) -> CalibratedStudy:
        source = self.source(calibrated, seed, where, number)
        path = calibrated.membership(self.expression)[:, np.newaxis]
        return _with_residuals(calibrated, path, path, source)


@dataclass(frozen=True)
class Own(World):
    """The worlds that a kind of proposition brings itself."""

    name: str
    proposition: Proposition = field(compare=False)

    def words(self) -> str:
        return f"worlds that {self.proposition.claim!r} brings"

    def all(
        self, calibrated: CalibratedStudy, seed: int, where: str, numbers: range
    ) -> Iterator[CalibratedStudy | Exception]:
        rng = generator(seed, f"worlds {self.words()} {self.proposition.id} {where}")
        try:
            drawn = iter(undisturbed(self.proposition.worlds, calibrated.protected(), rng) or ())
            for _ in range(numbers.start):
                undisturbed(next, drawn, None)
            for _ in numbers:
                if (world := undisturbed(next, drawn, None)) is None:
                    return
                yield world
        except Exception as error:
            yield error


@lru_cache(maxsize=8)
def _blocks(calibrated: CalibratedStudy) -> list[Positions]:
    return exchangeable(calibrated)


def _scale(calibrated: CalibratedStudy, name: str) -> Literal["raw", "fuzzy"]:
    """The scale of a condition in an equation of memberships: its scores where it has no calibration."""
    return "fuzzy" if name in calibrated.calibrators else "raw"


def _with_residuals(calibrated: CalibratedStudy, raw: Floats, fuzzy: Floats, source: Positions) -> CalibratedStudy:
    """The outcome as scores and memberships make it, each on their own scale, with the residuals of other cases."""
    return calibrated.with_outcome(
        _refilled(raw, calibrated.outcome_values("raw"), source),
        _refilled(fuzzy, calibrated.outcome_values("fuzzy"), source).clip(0, 1),
    )


def _refilled(values: Floats, outcome: Floats, source: Positions) -> Floats:
    """What least squares with a constant fits, and the residuals of other cases."""
    design = np.column_stack([np.ones(len(values)), values])
    fitted = design @ np.linalg.lstsq(design, outcome, rcond=None)[0]
    filled: Floats = fitted + (outcome - fitted)[source]
    return filled


# ------------------------------------------------------------------------------------------ correlated conditions


def correlated_with(condition: str, calibrated: CalibratedStudy) -> tuple[str, ...]:
    """Conditions whose rank correlation with this one exceeds 0.3 either way and is distinguishable from 0 at 5 %.

    The test is that of Student's t for as many pairs as there are units.
    """
    from scipy import special

    names, count = calibrated.condition_names, units(calibrated)[1]
    ranks = pd.DataFrame(calibrated.values("raw")).rank().to_numpy()
    here = names.index(condition)
    found = []
    for there, name in enumerate(names):
        if there == here or not (np.ptp(ranks[:, here]) and np.ptp(ranks[:, there])) or count < 4:
            continue
        rho = float(np.corrcoef(ranks[:, here], ranks[:, there])[0, 1])
        t = abs(rho) * np.sqrt((count - 2) / max(1 - rho**2, 1e-12))
        if abs(rho) > CORRELATED and 2 * special.stdtr(count - 2, -t) <= 0.05:
            found.append(name)
    return tuple(found)


def _normal_scores(values: Floats) -> Floats:
    from scipy import special

    ranks = pd.DataFrame(values).rank().to_numpy()
    return np.asarray(special.ndtri(ranks / (len(ranks) + 1)), dtype=float)


@lru_cache(maxsize=64)
def _conditional_sources(
    kind: ConditionPermuted, calibrated: CalibratedStudy, seed: int, where: str, block: int
) -> Positions:
    """Sources of a block of worlds, worlds × cases; drawn together, which takes hardly longer than one."""
    names = calibrated.condition_names
    scores = _normal_scores(calibrated.values("raw"))
    mine, others = scores[:, names.index(kind.condition)], scores[:, [names.index(name) for name in sorted(kind.given)]]
    design = np.column_stack([np.ones(len(mine)), others])
    expected = design @ np.linalg.lstsq(design, mine, rcond=None)[0]
    variance = max(float(np.mean((mine - expected) ** 2)), 1e-12)
    rng = generator(seed, f"worlds {kind.series()} {where}", block)
    sources = np.tile(np.arange(len(mine)), (_BLOCK, 1))
    for rows in _blocks(calibrated):
        at_work = exchanged(mine[rows], expected[rows], variance, _BLOCK, rng)
        sources[:, rows] = rows[at_work]
    return sources


def exchanged(scores: Floats, expected: Floats, variance: float, times: int, rng: np.random.Generator) -> Positions:
    """Permutations of units under a normal model of their scores, by exchanges between pairs (Berrett et al. 2020, algorithm 1).

    Parameters
    ----------
    scores, expected
        The units' scores, and what the model expects of each, units × times of observation.
    variance
        Of the scores about what is expected.
    times
        How many permutations.

    Returns
    -------
    numpy.ndarray
        For each permutation the unit whose score each unit has, permutations × units.
    """
    count = len(scores)
    holds = np.tile(np.arange(count), (times, 1))
    if count < 2:
        return holds
    each = np.arange(times)[:, np.newaxis]
    for _ in range(_EXCHANGES):
        order = np.argsort(rng.random((times, count)), axis=1)
        one, two = order[:, : count // 2], order[:, count // 2 : count // 2 * 2]
        at_one, at_two = holds[each, one], holds[each, two]
        odds = -((scores[at_one] - scores[at_two]) * (expected[one] - expected[two])).sum(axis=-1) / variance
        swap = rng.random(odds.shape) < 1 / (1 + np.exp(np.clip(-odds, -700, 700)))
        holds[each, one], holds[each, two] = np.where(swap, at_two, at_one), np.where(swap, at_one, at_two)
    return holds
