"""Minimally sufficient conditions: conjunctions that are consistent enough, and no part of which is."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equifinal import sets
from equifinal.plain import Record
from equifinal_cna.budget import Budget
from equifinal_cna.factors import TOLERANCE, Factors, Floats, Integers

#: Conjunctions looked at together: what bounds the memory.
_AT_ONCE = 20_000


@dataclass(frozen=True, eq=False, repr=False)
class Conjunctions(Record):
    """Conjunctions of literals, and the cases' memberships in them.

    Parameters
    ----------
    members
        The positions of the literals of each, rising.
    memberships
        Shape (m, n): one row per conjunction.
    """

    members: tuple[tuple[int, ...], ...]
    memberships: Floats

    def __len__(self) -> int:
        return len(self.members)


def minimally_sufficient(
    factors: Factors, causes: Integers, y: Floats, consistency_cutoff: float, longest: int, budget: Budget
) -> Conjunctions:
    """All minimally sufficient conditions of an outcome, by number of literals.

    A condition is one that some case has: with a membership above 0.5.

    Parameters
    ----------
    factors
        The cases' memberships.
    causes
        The literals that may be part of a condition.
    y
        Memberships in the outcome, shape (n,).
    consistency_cutoff
        The consistency from which a conjunction is sufficient.
    longest
        The most literals.
    budget
        The time that may be spent; when it is used up, the conditions found so far are returned.
    """
    found = _Found(factors, y, consistency_cutoff)
    insufficient: Integers = np.zeros((1, 0), dtype=np.int64)  # the empty conjunction
    for _ in range(min(longest, len(np.unique(factors.factor[causes])))):
        known = _Known(found.members, len(factors.texts))
        rows = []
        for candidates in _longer(factors, causes, insufficient):
            if not budget.left():
                return found.sorted()
            rows.append(found.keep(candidates[~known.within(candidates)]))
        insufficient = np.concatenate(rows) if rows else insufficient[:0]
        if not len(insufficient):
            break
    return found.sorted()


def _longer(factors: Factors, causes: Integers, shorter: Integers) -> Iterator[Integers]:
    """Each conjunction with one literal more, of a later factor: so that none comes twice."""
    last = factors.factor[shorter[:, -1]] if shorter.shape[1] else np.full(len(shorter), -1)
    for literal in causes:
        longer = shorter[last < factors.factor[literal]]
        for start in range(0, len(longer), _AT_ONCE):
            part = longer[start : start + _AT_ONCE]
            yield np.column_stack([part, np.full(len(part), literal)])


class _Known:
    """The conditions already found, as bit masks: what contains one of them is not minimal."""

    def __init__(self, members: list[tuple[int, ...]], literals: int) -> None:
        self._words = -(-literals // 64)
        self._masks = np.array([self._mask(np.array(each)) for each in members], dtype=np.uint64)

    def _mask(self, literals: Integers) -> NDArray[np.uint64]:
        mask = np.zeros(self._words, dtype=np.uint64)
        np.bitwise_or.at(mask, literals // 64, np.uint64(1) << (literals % 64).astype(np.uint64))
        return mask

    def within(self, candidates: Integers) -> NDArray[np.bool_]:
        inside = np.zeros(len(candidates), dtype=bool)
        masks = np.zeros((len(candidates), self._words), dtype=np.uint64)
        for column in candidates.T:
            masks[np.arange(len(column)), column // 64] |= np.uint64(1) << (column % 64).astype(np.uint64)
        for known in self._masks:
            inside |= ((masks & known) == known).all(axis=1)
        return inside


class _Found:
    def __init__(self, factors: Factors, y: Floats, cutoff: float) -> None:
        self._values, self._y, self._cutoff = factors.memberships.T, y, cutoff - TOLERANCE
        self.members: list[tuple[int, ...]] = []
        self._memberships: list[Floats] = []

    def keep(self, candidates: Integers) -> Integers:
        """Keep the sufficient ones; return those that a further literal might still make so."""
        if not len(candidates):
            return candidates
        x = self._values[candidates[:, 0]]
        for column in candidates.T[1:]:
            x = np.minimum(x, self._values[column])
        observed = x.max(axis=1) > 0.5
        candidates, x = candidates[observed], x[observed]
        with_outcome = np.minimum(x, self._y).sum(axis=1)
        sufficient = sets.ratio(with_outcome, x.sum(axis=1)) >= self._cutoff  # NaN is not
        self.members += [tuple(map(int, each)) for each in candidates[sufficient]]
        self._memberships += list(x[sufficient])
        # Longer conjunctions have at most the memberships of this one.
        left: Integers = candidates[~sufficient & (with_outcome > TOLERANCE)]
        return left

    def sorted(self) -> Conjunctions:
        order = sorted(range(len(self.members)), key=lambda each: (len(self.members[each]), self.members[each]))
        rows = [self._memberships[each] for each in order]
        members = tuple(self.members[each] for each in order)
        return Conjunctions(members, np.array(rows).reshape(len(members), len(self._y)))
