"""The property space of multi-value conditions, with the values 0, 1, 2, ...; a literal is one value of a condition, ``A[1]``.

Every value of every condition is a set of its own and has a bit, the first value of the first condition the highest. A
configuration has one bit set for each condition, a term one for each condition that it uses: it is a conjunction of
values, never of their negations. A condition drops out of a term only when the term holds for all its values.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, product
from math import prod

import numpy as np
import pandas as pd

from equifinal import Expression, InputError, sets
from equifinal.errors import did_you_mean
from equifinal_qca.engine.cubes import Cube, Floats, Groups, Ints, largest
from equifinal_qca.space import Expectation, Space, too_many_rows

_MOST_COMBINATIONS = 65_536


@dataclass(frozen=True, kw_only=True)
class ValueSpace(Space):
    """All combinations of values.

    Attributes
    ----------
    names
        The names of the k conditions.
    counts
        The number of values of each: 3 for the values 0, 1 and 2.
    conditions
        All literals, ``("A[0]", "A[1]", "A[2]", "B[0]", ...)``.
    """

    names: tuple[str, ...]
    counts: tuple[int, ...]
    order = -1  # the value 0 has the highest bit

    @classmethod
    def of(cls, counts: Mapping[str, int]) -> "ValueSpace":
        """The space of some conditions, from their numbers of values."""
        literals = tuple(f"{name}[{value}]" for name, count in counts.items() for value in range(count))
        return cls(conditions=literals, names=tuple(counts), counts=tuple(counts.values()))

    @cached_property
    def groups(self) -> Groups:
        bits = [1 << position for position in range(sum(self.counts) - 1, -1, -1)]
        starts = np.cumsum([0, *self.counts])
        return tuple(tuple(bits[start:end]) for start, end in pairwise(starts.tolist()))

    @property
    def possible(self) -> int:
        return prod(self.counts)

    def corners_of(self, memberships: Floats) -> Ints:
        corners = np.zeros(len(memberships), dtype=np.int64)
        start = 0
        for bits in self.groups:
            of_values = memberships[:, start : start + len(bits)]
            corners |= np.array(bits, dtype=np.int64)[of_values.argmax(axis=1)]
            corners[of_values.max(axis=1) <= 0.5] = -1  # and stays so: every bit is set
            start += len(bits)
        return corners

    def label(self, corner: int) -> str:
        return Cube(corner, corner).text(self.conditions)

    def row_numbers(self, corners: Ints) -> Ints:
        numbers = np.zeros(len(corners), dtype=np.int64)
        for values, count in zip(self.columns(corners).values(), self.counts, strict=True):
            numbers = numbers * count + values
        return numbers + 1

    def corner_of_row(self, number: int) -> int:
        corner, rest = 0, number - 1
        for bits in reversed(self.groups):
            rest, value = divmod(rest, len(bits))
            corner |= bits[value]
        return corner

    def region(self, corner: int) -> Cube:
        return Cube(self.everything & ~corner, 0)

    def corners_inside(self, cubes: Iterable[Cube], max_rows: int) -> Ints:
        choices = [
            [
                [bit for bit in bits if cube.bits & bit] or [bit for bit in bits if not cube.care & bit]
                for bits in self.groups
            ]
            for cube in largest(cubes)
        ]
        if sum(prod(map(len, each)) for each in choices) > max_rows:
            raise too_many_rows(max_rows)
        corners = {sum(corner) for each in choices for corner in product(*each)}
        return np.array(sorted(corners, reverse=True), dtype=np.int64)  # the value 0 has the highest bit

    def expected(self, expectations: Mapping[str, Expectation]) -> tuple[int, int, tuple[Cube, ...]]:
        against = 0
        for name, expected in expectations.items():
            if name not in self.names:
                raise InputError(f"The expectation for {name!r} names no condition. {did_you_mean(name, self.names)}")
            if expected is None:
                continue
            position = self.names.index(name)
            possible = range(self.counts[position])
            if isinstance(expected, str):
                if expected not in ("present", "absent"):
                    raise InputError(
                        f"The expectation {expected!r} for {name!r} is unknown. Use values, 'present', 'absent', or None."
                    )
                wanted = [value for value in possible if (value > 0) == (expected == "present")]
            else:
                wanted = list(expected) if isinstance(expected, Iterable) else [expected]
            if not wanted or any(value not in possible for value in wanted):
                raise InputError(f"The expectation {expected!r} for {name!r} is not a value from 0 to {possible[-1]}.")
            against |= sum(bit for value, bit in enumerate(self.groups[position]) if value not in wanted)
        return 0, against, ()

    def columns(self, corners: Ints) -> dict[str, Ints]:
        return {
            name: sum((((corners & bit) != 0) * value for value, bit in enumerate(bits)), np.zeros_like(corners))
            for name, bits in zip(self.names, self.groups, strict=True)
        }

    def fit(self, memberships: Floats, outcome: Floats, corners: Ints) -> tuple[Floats, Floats]:
        consistency, pri = np.empty(len(corners)), np.empty(len(corners))
        for row, corner in enumerate(corners.tolist()):
            inside = Cube(corner, corner).membership(memberships)
            consistency[row], pri[row] = sets.consistency(inside, outcome), sets.pri(inside, outcome)
        return consistency, pri

    def described(self, expression: str, where: str = "") -> list[Cube]:
        """The configurations that an expression such as ``A[1]*~B[0]`` describes, one region for each choice of values."""
        used: dict[int, None] = {}

        def literal(match: re.Match[str]) -> str:
            position, value = self._literal(match.group(1), match.group(2), f"{where}{expression!r}", where)
            used[position] = None
            return f"literal_{position}_{value}"

        parsed = Expression(re.sub(r"([^\W\d]\w*)(?:\[(\d+)\])?", literal, expression))
        positions = list(used)
        if prod(self.counts[each] for each in positions) > _MOST_COMBINATIONS:
            raise InputError(f"{where}{expression!r} names too many conditions to try all their values. Split it up.")
        choices = list(product(*(range(self.counts[each]) for each in positions)))
        columns = {
            f"literal_{position}_{value}": [float(choice[place] == value) for choice in choices]
            for place, position in enumerate(positions)
            for value in range(self.counts[position])
        }
        holds = parsed.membership(pd.DataFrame(columns, index=range(len(choices)))).to_numpy() > 0.5
        wanted = [choice for choice, here in zip(choices, holds, strict=True) if here]
        bits = [self.groups[position] for position in positions]
        return [
            Cube(sum(sum(each) & ~each[value] for each, value in zip(bits, choice, strict=True)), 0)
            for choice in wanted
        ]

    def _literal(self, name: str, value: str | None, whole: str, where: str) -> tuple[int, int]:
        """The position and the value of a literal; a condition with two values may stand for its value 1."""
        if name not in self.names:
            raise InputError(
                f"{whole} names the condition {name!r}, which is not there. {did_you_mean(name, self.names)}"
            )
        position = self.names.index(name)
        count = self.counts[position]
        if value is None and count > 2:
            raise InputError(f"{whole} names {name!r} without a value. Write {name}[0], {name}[1] and so on.")
        if int(value or 1) >= count:
            raise InputError(f"{where}{name!r} has no value {value}; its values are 0 to {count - 1}.")
        return position, int(value or 1)

    def without(self, region: Cube, corners: Sequence[int]) -> list[Cube]:
        inside = [corner for corner in corners if not corner & region.care]
        if not inside:
            return [region]
        for bits in self.groups:
            allowed = [bit for bit in bits if not region.care & bit]
            if len(allowed) > 1:
                narrower = (Cube(region.care | (sum(allowed) & ~bit), 0) for bit in allowed)
                return [part for each in narrower for part in self.without(each, inside)]
        return []
