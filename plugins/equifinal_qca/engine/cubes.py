"""Conjunctions of literals as bit masks.

A *cube* is one conjunction: `care` has a bit for each condition that it uses, `bits` says which of these must be
present. With k conditions the first has the highest bit, 2^(k-1), so that a truth-table row (a cube that uses every
condition) is numbered by its `bits` as in the literature: row 1 has every condition absent, row 2^k every one present.

The values of a multi-value condition have a bit each and are only ever present: a term of values uses the bits that it
wants (`bits` equals `care`), and a region of values that a term must stay out of wants the values outside it absent
(`bits` is 0).
"""

from collections.abc import Collection, Iterable, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equifinal import Expression, InputError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Groups = tuple[tuple[int, ...], ...]  # of multi-value conditions: the bits of each one's values; of sets: empty

MOST_CONDITIONS = 63  # bits of a mask in a signed 64-bit integer


class Cube(NamedTuple):
    """A conjunction of literals; without any, the constant 1."""

    care: int
    bits: int

    @property
    def literals(self) -> int:
        """The number of literals."""
        return self.care.bit_count()

    def contains(self, other: "Cube") -> bool:
        """Whether every row of the other cube is a row of this one (its literals are among the other's)."""
        return self.care & ~other.care == 0 and other.bits & self.care == self.bits

    def matches(self, row: int) -> bool:
        """Whether the row lies inside."""
        return row & self.care == self.bits

    def text(self, conditions: Sequence[str]) -> str:
        """Write it as ``A*~B``, literals in the order of the conditions."""
        highest = len(conditions) - 1
        literals = [
            name if self.bits >> (highest - position) & 1 else f"~{name}"
            for position, name in enumerate(conditions)
            if self.care >> (highest - position) & 1
        ]
        return "*".join(literals) or "1"

    def membership(self, memberships: Floats) -> Floats:
        """Membership of n cases, shape (n,), from their memberships in the k conditions, shape (n, k)."""
        highest = memberships.shape[1] - 1
        result = np.ones(len(memberships))
        for position in range(highest + 1):
            bit = 1 << (highest - position)
            if self.care & bit:
                column = memberships[:, position]
                np.minimum(result, column if self.bits & bit else 1.0 - column, out=result)
        return result


def cubes_of(expression: str, conditions: Sequence[str], where: str) -> list[Cube]:
    """The rows that an expression over the conditions describes, as cubes.

    Every combination of the sets in the expression is tried, so its sets are limited to 16; the other conditions do
    not matter.
    """
    parsed = Expression(expression)
    parsed.require(conditions, where)
    used = parsed.sets
    if len(used) > 16:
        raise InputError(f"{where}The expression {expression!r} has {len(used)} sets; at most 16 are possible here.")
    corners = pd.DataFrame(list(product([0.0, 1.0], repeat=len(used))), columns=list(used))
    weights = [1 << (len(conditions) - 1 - conditions.index(name)) for name in used]
    corners = corners[parsed.membership(corners).to_numpy() > 0.5]
    return [
        Cube(sum(weights), sum(weight for weight, present in zip(weights, corner, strict=True) if present))
        for corner in corners.itertuples(index=False)
    ]


def conjunctions(some: Iterable[Cube], others: Collection[Cube]) -> set[Cube]:
    """The conjunctions of each of some cubes with each of others, without those that contradict themselves."""
    return {
        Cube(one.care | other.care, one.bits | other.bits)
        for one in some
        for other in others
        if not (one.bits ^ other.bits) & one.care & other.care
    }


def largest(cubes: Iterable[Cube]) -> list[Cube]:
    """The cubes that lie inside no other one, sorted."""
    pairs = np.array(sorted(set(cubes)), dtype=np.int64).reshape(-1, 2)
    care, bits = pairs[:, 0], pairs[:, 1]
    inside = np.array([(((care & ~one) == 0) & ((its & care) == bits)).sum() > 1 for one, its in pairs], dtype=bool)
    return [Cube(*pair) for pair in pairs[~inside].tolist()]


def rows_inside(cubes: Iterable[Cube], all_conditions: int, most: int) -> Ints | None:
    """Every row inside at least one of the cubes, sorted; None when the cubes hold more than `most` rows in all."""
    cubes = largest(cubes)
    if sum(1 << (all_conditions & ~cube.care).bit_count() for cube in cubes) > most:
        return None
    rows: list[Ints] = []
    for cube in cubes:
        block = np.array([cube.bits], dtype=np.int64)
        free = all_conditions & ~cube.care
        while free:
            bit = free & -free
            block = np.concatenate([block, block | bit])
            free ^= bit
        rows.append(block)
    return np.unique(np.concatenate(rows)) if rows else np.zeros(0, dtype=np.int64)
