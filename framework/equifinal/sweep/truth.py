"""What is true of a population that was written down, and which answers are therefore not wrong.

A proposition is read in one of two ways. *Set-theoretic*: of paths, judged by the minimal models of the truth; *covariation*:
of net effects on the scores, of interactions as departures from additivity, of necessity in degree as an empty corner.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, product
from typing import Any, ClassVar, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equifinal import sets
from equifinal.base.readable import Record
from equifinal.base.words import Answer
from equifinal.sets import Expression
from equifinal.study.propositions import Proposition

Reading = Literal["set-theoretic", "covariation"]
READINGS: tuple[Reading, ...] = get_args(Reading)

#: A path: each condition in it, present or absent. A model: its paths.
Path = frozenset[tuple[str, bool]]
Models = tuple[frozenset[Path], ...]

#: The cutoffs of the studies: of sufficiency (consistency, PRI) and of necessity (consistency, relevance).
SUFFICIENT, NECESSARY = (0.8, 0.5), (0.9, 0.5)
#: The smallest effect size of a necessary condition in degree (Dul 2016); closer to it than the room there is no truth.
_EFFECT_SIZE, _ROOM = 0.1, 0.02
#: Correlations and shares of variance smaller than this are zero.
NOTHING = 0.01


@dataclass(frozen=True)
class Truth:
    """Which answers to a proposition are not wrong, and which is right, if one is.

    Silence is never wrong.

    Examples
    --------
    >>> [YES.judge(answer) for answer in ("supported", "contradicted", "inconclusive", "silent")]
    ['right', 'wrong', 'undecided', 'silent']
    """

    not_wrong: frozenset[Answer]
    right: Answer | None = None

    #: The claim holds; it does not, and the method can deny it; there is no such relation, which no decided answer says.
    YES: ClassVar["Truth"]
    NO: ClassVar["Truth"]
    NEITHER: ClassVar["Truth"]

    def judge(self, answer: Answer) -> Literal["right", "wrong", "undecided", "silent"]:
        """What an answer is worth."""
        if answer == "silent":
            return "silent"
        if answer == self.right:
            return "right"
        return "undecided" if answer in self.not_wrong else "wrong"

    def turned(self) -> "Truth":
        """Of a proposition that claims the opposite."""
        turn: dict[Answer | None, Answer] = {"supported": "contradicted", "contradicted": "supported"}
        return Truth(frozenset(turn.get(each, each) for each in self.not_wrong), turn.get(self.right, self.right))


YES = Truth.YES = Truth(frozenset({"supported", "inconclusive"}), "supported")
NO = Truth.NO = Truth(frozenset({"contradicted", "inconclusive"}), "contradicted")
NEITHER = Truth.NEITHER = Truth(frozenset({"inconclusive"}))
#: The claim does not hold, but by the rule a denial is not due either.
_NOT_SUPPORTED = Truth(frozenset({"contradicted", "inconclusive"}))


def models_of(on: Iterable[tuple[bool, ...]], conditions: Sequence[str]) -> Models:
    """All minimal models of the corners of the property space that have the outcome, none being unobserved.

    Prime implicants by going through all 3^k cubes, models by going through all sets of the fewest that cover every corner:
    slow and plain, since it is what everything else is judged by.

    >>> [sorted(sorted(path) for path in model) for model in models_of([(True, True), (True, False)], ["A", "B"])]
    [[[('A', True)]]]
    """
    corners = set(on)
    implicants = []
    for cube in product((True, False, None), repeat=len(conditions)):
        covered = set(product(*((True, False) if each is None else (each,) for each in cube)))
        if covered <= corners:
            implicants.append((cube, covered))
    primes = [(cube, covered) for cube, covered in implicants if not any(covered < other for _, other in implicants)]
    for count in range(1, len(primes) + 1):
        found = [
            frozenset(_path(cube, conditions) for cube, _ in chosen)
            for chosen in combinations(primes, count)
            if set().union(*(covered for _, covered in chosen)) == corners
        ]
        if found:
            return tuple(found)
    return ()


def models_of_formula(formula: str) -> Models:
    """The minimal models of a Boolean formula over the sets that it names."""
    causes = Expression(formula).sets
    corners = list(product((True, False), repeat=len(causes)))
    frame = pd.DataFrame(corners, columns=list(causes)).astype(float)
    holds = Expression(formula).membership(frame).to_numpy() > 0.5
    return models_of([corner for corner, on in zip(corners, holds, strict=True) if on], causes)


def _path(cube: Sequence[bool | None], conditions: Sequence[str]) -> Path:
    return frozenset((name, value) for name, value in zip(conditions, cube, strict=True) if value is not None)


@dataclass(frozen=True, eq=False, repr=False)
class Population(Record):
    """A grid of noiseless cases, every combination of the causes' scores equally often.

    Attributes
    ----------
    raw : pandas.DataFrame
        Scores of every cause, whether a study observes it or not, and of the outcome.
    fuzzy : pandas.DataFrame
        Their memberships with the right anchors.
    conditions : tuple of str
        The causes among the conditions of the study.
    outcome : str
    formula : str or None
        The Boolean truth over the causes; ``None`` where there is none, and the truth table of the grid decides on paths.
    """

    raw: pd.DataFrame
    fuzzy: pd.DataFrame
    conditions: tuple[str, ...]
    outcome: str
    formula: str | None = None
    _y: NDArray[np.float64] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_y", self.raw[self.outcome].to_numpy())

    @cached_property
    def memberships(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Fuzzy and crisp: a set-theoretic claim is true when it is true of both."""
        return self.fuzzy, (self.fuzzy > 0.5).astype(float)

    @cached_property
    def models(self) -> tuple[Models, ...]:
        """The minimal models of the formula; without one those of the fuzzy and those of the crisp truth table."""
        if self.formula is not None:
            return (models_of_formula(self.formula),)
        return tuple(models_of(self.rows(frame), self.conditions) for frame in self.memberships)

    def rows(self, frame: pd.DataFrame) -> list[tuple[bool, ...]]:
        """The corners whose row of the truth table has the outcome under the cutoffs."""
        y = frame[self.outcome].to_numpy()
        columns = [frame[name].to_numpy() for name in self.conditions]
        found = []
        for corner in product((True, False), repeat=len(columns)):
            x = np.minimum.reduce([each if on else 1 - each for each, on in zip(columns, corner, strict=True)])
            if sets.consistency(x, y) >= SUFFICIENT[0] and sets.pri(x, y) >= SUFFICIENT[1]:
                found.append(corner)
        return found

    def correlation(self, names: Iterable[str]) -> float:
        """Of the outcome with the product of centred scores: the net effect of one condition, the interaction of several."""
        product_term = np.ones(len(self._y))
        for name in names:
            scores = self.raw[name].to_numpy()
            product_term = product_term * (scores - scores.mean())
        if np.ptp(self._y) == 0:
            return 0.0
        return float(np.corrcoef(product_term, self._y)[0, 1])

    def share_of_variance(self, name: str) -> float:
        """Of the outcome, lost when the condition is drawn anew (the total effect of Homma & Saltelli 1996)."""
        others = [each for each in self.raw.columns if each not in (name, self.outcome)]
        within = self.raw.groupby(others, sort=False)[self.outcome].var(ddof=0).mean() if others else self._y.var()
        return float(within / self._y.var())

    @cached_property
    def slopes(self) -> dict[str, float]:
        """Of the outcome in each condition's scores, when it is linear in all of them, whatever hidden causes add; else empty.

        Those of least squares on the grid; the outcome is linear when what they leave does not vary with any condition.
        """
        design = self.raw[list(self.conditions)]
        centred = (design - design.mean()).to_numpy()
        found = np.linalg.lstsq(centred, self._y - self._y.mean(), rcond=None)[0]
        left = pd.Series(self._y - centred @ found, index=self.raw.index)
        hidden = [name for name in self.raw.columns if name not in (*self.conditions, self.outcome)]
        spread = left.groupby([self.raw[name] for name in hidden]).agg(np.ptp).max() if hidden else np.ptp(left)
        linear = spread < 1e-6 * np.ptp(self._y)
        return (
            {name: round(float(slope), 10) + 0.0 for name, slope in zip(self.conditions, found, strict=True)}
            if linear
            else {}
        )

    def empty_corner(self, name: str, present: bool) -> float:
        """The share of the plane above the ceiling, high outcomes with little of the condition (or of its absence)."""
        highest = self.raw.groupby(name)[self.outcome].max().to_numpy()
        ceiling = np.maximum.accumulate(highest if present else highest[::-1])
        return float((self._y.max() - ceiling).mean() / np.ptp(self._y))


def truth_of(proposition: Proposition, reading: Reading, population: Population) -> Truth | None:
    """The truth of a proposition of a kind that the framework knows; ``None`` where there is none."""
    arguments: Any = proposition
    if proposition.claim == "key":  # importances are compared alike for every method
        return _of_importances(arguments, population)
    if reading == "covariation":
        return _of_covariation(arguments, population)
    if proposition.claim in ("necessary", "sufficient"):
        return _agreed([_of_sets(arguments, frame, population.outcome) for frame in population.memberships])
    return _agreed([_of_models(arguments, models, population.conditions) for models in population.models])


def _agreed(truths: Sequence[Truth | None]) -> Truth | None:
    """What all say; where they differ, every answer that one of them allows is not wrong, and none is right."""
    if None in truths or len(set(truths)) == 1:
        return truths[0] if None not in truths else None
    allowed = frozenset[Answer]().union(*(each.not_wrong for each in truths if each))
    return None if len(allowed) == 3 else Truth(allowed)


def _of_sets(proposition: Any, frame: pd.DataFrame, outcome: str) -> Truth:
    x, y = Expression(proposition.expression).membership(frame).to_numpy(), frame[outcome].to_numpy()
    if proposition.claim == "necessary":
        found, also, cutoffs = sets.necessity_consistency(x, y), sets.relevance(x, y), NECESSARY
    else:
        found, also, cutoffs = sets.consistency(x, y), sets.pri(x, y), SUFFICIENT
    truth = NO if found < cutoffs[0] else YES if also >= cutoffs[1] else _NOT_SUPPORTED
    return truth if proposition.expect else truth.turned()


def _of_models(proposition: Any, models: Models, conditions: Sequence[str]) -> Truth | None:
    match proposition.claim:
        case "influence":
            return _agreed([_influence(model, proposition.condition, proposition.sign) for model in models or ((),)])
        case "joint":
            wanted = {(name, True) for name in proposition.conditions}
            return _over(any(wanted <= path for path in model) for model in models)
        case "equifinal":
            low, high = _bounds(proposition)
            return _over(low <= sum(_seen(path, conditions) for path in model) <= high for model in models)
    return None


def _seen(path: Path, conditions: Sequence[str]) -> bool:
    """Whether a study with these conditions can find anything of a path; one of hidden causes alone is none of its paths."""
    return any(name in conditions for name, _ in path)


def _influence(model: Iterable[Path], condition: str, sign: int) -> Truth:
    signs = {1 if present else -1 for path in model for name, present in path if name == condition}
    return NEITHER if len(signs) != 1 else YES if signs == {sign} else NO


def _over(holds: Iterable[bool]) -> Truth | None:
    """Yes or no when all models say so; with no model there is no path of which anything could be true."""
    found = set(holds) or {False}
    return None if len(found) == 2 else YES if found == {True} else NO


def _bounds(proposition: Any) -> tuple[float, float]:
    given: Mapping[str, Any] = {name: getattr(proposition, name, None) for name in ("at_least", "at_most", "exactly")}
    if given["exactly"] is not None:
        return given["exactly"], given["exactly"]
    low, high = given["at_least"], given["at_most"]
    return 0 if low is None else low, np.inf if high is None else high


def _of_covariation(proposition: Any, population: Population) -> Truth | None:
    match proposition.claim:
        case "influence":
            return _signed(population.correlation([proposition.condition]) * proposition.sign)
        case "joint":
            return _signed(population.correlation(proposition.conditions))
        case "necessary":
            literals = Expression(proposition.expression).literals
            if not literals:
                return None
            truth = _in_degree([population.empty_corner(*each) for each in literals.items()])
            return truth if truth is None or proposition.expect else truth.turned()
    return None


def _signed(correlation: float) -> Truth:
    return NEITHER if abs(correlation) < NOTHING else YES if correlation > 0 else NO


def _in_degree(sizes: Sequence[float]) -> Truth | None:
    """A conjunction is necessary when each of its literals is."""
    smallest = min(sizes)
    return None if abs(smallest - _EFFECT_SIZE) < _ROOM else YES if smallest > _EFFECT_SIZE else NO


def _of_importances(proposition: Any, population: Population) -> Truth:
    shares = {name: population.share_of_variance(name) for name in population.conditions}
    listed = min(shares.get(name, 0.0) for name in proposition.conditions)
    rest = max((share for name, share in shares.items() if name not in proposition.conditions), default=0.0)
    return _signed(listed - rest)
