"""Atomic solutions: disjunctions of minimally sufficient conditions that are necessary, and no part of which is."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from equifinal_cna.budget import Budget
from equifinal_cna.factors import TOLERANCE, Factors, Floats
from equifinal_cna.redundancy import Formulas
from equifinal_cna.sufficient import Conjunctions


@dataclass(frozen=True)
class Limits:
    """Which disjunctions are solutions."""

    consistency: float
    coverage: float
    paths: int
    complexity: int


class Found(NamedTuple):
    """A solution: the positions of its conditions, and its parameters of fit."""

    paths: tuple[int, ...]
    consistency: float
    coverage: float


def atomic_solutions(
    factors: Factors, conditions: Conjunctions, y: Floats, limits: Limits, budget: Budget
) -> list[Found]:
    """All atomic solutions.

    A disjunction is one when its coverage and its consistency reach their cutoffs, the coverage does not without any of its
    disjuncts, and no literal of it is redundant by logic alone. The coverage of a disjunction grows with diminishing gains,
    which tells early where none can be found.

    Parameters
    ----------
    factors
        What the conditions are made of.
    conditions
        The minimally sufficient conditions.
    y
        Memberships in the outcome, shape (n,).
    limits
        The cutoffs and the largest size.
    budget
        The time that may be spent; when it is used up, the solutions found so far are returned.
    """
    if not len(conditions) or y.sum() <= TOLERANCE:
        return []
    formulas = Formulas(factors, conditions.members)
    return [each for each in _Search(conditions, y, limits, budget).solutions() if formulas.is_minimal(each.paths)]


@dataclass(frozen=True)
class _Node:
    """Some disjuncts that do not cover enough yet."""

    chosen: tuple[int, ...]
    x: Floats  # the cases' memberships in the disjunction
    covered: Floats  # and in outcome and disjunction
    literals: int = 0
    #: The latter without each of the disjuncts.
    without: tuple[Floats, ...] = ()


class _Search:
    def __init__(self, conditions: Conjunctions, y: Floats, limits: Limits, budget: Budget) -> None:
        covered = np.minimum(conditions.memberships, y)
        # Those that cover most come first: then what is left to add is small early on.
        self._order = np.argsort(-covered.sum(axis=1), kind="stable")
        self._x, self._covered = conditions.memberships[self._order], covered[self._order]
        self._lengths = np.array([len(conditions.members[each]) for each in self._order])
        self._total = float(y.sum())
        self._needed = limits.coverage * self._total - TOLERANCE
        self._limits, self._budget = limits, budget

    def solutions(self) -> Iterator[Found]:
        nothing = np.zeros(self._x.shape[1])
        yield from self._extended(_Node((), nothing, nothing), 0)

    def _extended(self, node: _Node, start: int) -> Iterator[Found]:
        """All solutions that have the node's disjuncts and others from `start` on."""
        if not self._budget.left():
            return
        candidates = start + np.flatnonzero(node.literals + self._lengths[start:] <= self._limits.complexity)
        if not len(candidates):
            return
        totals = np.maximum(node.covered, self._covered[candidates]).sum(axis=1)
        enough = totals >= self._needed
        yield from self._complete(node, candidates[enough], totals[enough])
        more = self._limits.paths - len(node.chosen) - 1
        if more > 0:
            for each in self._promising(candidates, totals, float(node.covered.sum()), more, enough):
                yield from self._extended(self._with(node, int(each)), int(each) + 1)

    def _complete(self, node: _Node, candidates: NDArray[np.intp], totals: Floats) -> Iterator[Found]:
        """The solutions among the node's disjuncts and one more, which cover enough."""
        for other in node.without:  # none of the node's is redundant
            needed = np.maximum(other, self._covered[candidates]).sum(axis=1) < self._needed
            candidates, totals = candidates[needed], totals[needed]
        consistency = totals / np.maximum(node.x, self._x[candidates]).sum(axis=1)
        for place in np.flatnonzero(consistency >= self._limits.consistency - TOLERANCE):
            paths = tuple(sorted(int(self._order[each]) for each in (*node.chosen, candidates[place])))
            yield Found(paths, float(consistency[place]), float(totals[place] / self._total))

    def _promising(
        self, candidates: NDArray[np.intp], totals: Floats, now: float, more: int, enough: NDArray[np.bool_]
    ) -> NDArray[np.intp]:
        """Those after which `more` others could still cover enough; none of them gains more than it would gain now."""
        gains = totals - now
        best_later = np.maximum.accumulate(np.append(gains[1:], 0.0)[::-1])[::-1]
        possible = totals + more * best_later >= self._needed
        promising: NDArray[np.intp] = candidates[possible & ~enough & (gains > TOLERANCE)]
        return promising

    def _with(self, node: _Node, each: int) -> _Node:
        added = self._covered[each]
        without = (*(np.maximum(other, added) for other in node.without), node.covered)
        return _Node(
            chosen=(*node.chosen, each),
            x=np.maximum(node.x, self._x[each]),
            covered=np.maximum(node.covered, added),
            literals=node.literals + int(self._lengths[each]),
            without=without,
        )
