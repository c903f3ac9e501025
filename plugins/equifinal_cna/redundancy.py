"""Redundancy by logic alone: what can be left out of a formula in any data."""

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from itertools import product
from operator import or_
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from equifinal_cna.factors import Factors, Integers

Path = tuple[int, ...]  #: a conjunction: the positions of its literals, rising
Truth = NDArray[np.bool_]


class LogicalSpace:
    """All combinations of values that some factors can have, observed or not."""

    def __init__(self, factors: Factors, involved: Sequence[int]) -> None:
        values = [np.flatnonzero(factors.factor == each) for each in involved]
        combinations: Integers = np.array(list(product(*values)), dtype=np.int64).reshape(-1, len(values))
        self._column = {each: place for place, each in enumerate(involved)}
        self._factor, self._combinations = factors.factor, combinations

    def path(self, path: Path) -> Truth:
        """Where a conjunction is true."""
        truth = np.ones(len(self._combinations), dtype=bool)
        for literal in path:
            truth &= self._combinations[:, self._column[int(self._factor[literal])]] == literal
        return truth

    def formula(self, paths: Sequence[Path]) -> Truth:
        """Where a disjunction of conjunctions is true."""
        truth = np.zeros(len(self._combinations), dtype=bool)
        for path in paths:
            truth |= self.path(path)
        return truth


def is_minimal(space: LogicalSpace, paths: Sequence[Path], among: Truth | None = None) -> bool:
    """Whether no disjunct and no literal of a formula can be left out without changing what the formula says.

    In ``A + ~A*B`` the literal ``~A`` is redundant: the formula is true of the same configurations as ``A + B``. To leave out
    one part at a time is enough: leaving out literals only adds configurations, leaving out disjuncts only removes them, so if
    leaving out several parts changes nothing, neither does leaving out one of them.

    Parameters
    ----------
    space
        The combinations of values to look at.
    paths
        The disjuncts.
    among
        Combinations that count; by default all.
    """
    counted = slice(None) if among is None else among
    truth = space.formula(paths)[counted]
    for position, path in enumerate(paths):
        others = [*paths[:position], *paths[position + 1 :]]
        shorter = [(*path[:place], *path[place + 1 :]) for place in range(len(path))] if len(path) > 1 else []
        for formula in (others, *([*others, each] for each in shorter)):
            if bool((space.formula(formula)[counted] == truth).all()):
                return False
    return True


class Formulas:
    """The same for many formulas, each on its own over all values of its factors: with bit masks, and no list of combinations."""

    def __init__(self, factors: Factors, conjunctions: Sequence[Path]) -> None:
        same = [sum(1 << int(each) for each in np.flatnonzero(factors.factor == own)) for own in factors.factor]
        #: Of each literal the other values of its factor.
        self._rivals = [mask & ~(1 << literal) for literal, mask in enumerate(same)]
        self._cubes = [_Cube(sum(1 << one for one in each), self._rivals_of(each)) for each in conjunctions]
        self._literals = conjunctions

    def _rivals_of(self, path: Iterable[int]) -> int:
        return reduce(or_, (self._rivals[literal] for literal in path), 0)

    def is_minimal(self, paths: Sequence[int]) -> bool:
        """Whether no disjunct and no literal can be left out, as in :func:`is_minimal`; `paths` are positions of conjunctions."""
        for path in paths:
            mask, rivals = self._cubes[path]
            others = [self._cubes[other] for other in paths if other != path]
            if self._covered(mask, others):
                return False
            contested = reduce(or_, (other.mask for other in others), 0) & rivals
            for literal in self._literals[path] if contested and len(self._literals[path]) > 1 else ():
                # Without the literal the conjunction gains the factor's other values: nothing new if the others have them.
                values, rest = self._rivals[literal], mask & ~(1 << literal)
                if contested & values == values and all(self._covered(rest | 1 << v, others) for v in _bits(values)):
                    return False
        return True

    def _covered(self, mask: int, others: Sequence["_Cube"]) -> bool:
        """Whether a disjunction is true wherever a conjunction is."""
        left = []
        for other in others:
            if not other.mask & ~mask:
                return True
            if not other.rivals & mask:  # else they contradict each other
                left.append(other)
        if len(left) < 2:
            return False
        literal = next(_bits(left[0].mask & ~mask))
        return all(self._covered(mask | 1 << each, left) for each in (literal, *_bits(self._rivals[literal])))


class _Cube(NamedTuple):
    """A conjunction: the bits of its literals, and of the values that contradict it."""

    mask: int
    rivals: int


def _bits(mask: int) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest
