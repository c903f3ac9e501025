"""The property space of multi-value conditions, with values such as 0, 1, 2; a literal is one value of a condition, ``A[1]``.

Every value of every condition is a set of its own and has a bit, the lowest value of the first condition the highest. A
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
    values
        The values of each, rising: (0, 1, 2), or whatever numbers the data use.
    conditions
        All literals, ``("A[0]", "A[1]", "A[2]", "B[0]", ...)``.
    """

    names: tuple[str, ...]
    values: tuple[tuple[int, ...], ...]
    order = -1  # the lowest value has the highest bit

    @classmethod
    def of(cls, values: Mapping[str, Sequence[int]]) -> "ValueSpace":
        """The space of some conditions, from their values, which rise."""
        literals = tuple(f"{name}[{value}]" for name, each in values.items() for value in each)
        return cls(conditions=literals, names=tuple(values), values=tuple(map(tuple, values.values())))

    @cached_property
    def counts(self) -> tuple[int, ...]:
        """The number of values of each condition."""
        return tuple(map(len, self.values))

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
        for bits in self.groups:
            numbers = numbers * len(bits) + _chosen(corners, bits, range(len(bits)))
        return numbers + 1

    def corner_of_row(self, number: int) -> int:
        corner, rest = 0, number - 1
        for bits in reversed(self.groups):
            rest, position = divmod(rest, len(bits))
            corner |= bits[position]
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
        return np.array(sorted(corners, reverse=True), dtype=np.int64)  # the lowest value has the highest bit

    def expected(self, expectations: Mapping[str, Expectation]) -> tuple[int, int, tuple[Cube, ...]]:
        against = 0
        for name, expected in expectations.items():
            if name not in self.names:
                raise InputError(f"The expectation for {name!r} names no condition. {did_you_mean(name, self.names)}")
            if expected is None:
                continue
            position = self.names.index(name)
            possible = self.values[position]
            wanted = self._wanted(name, expected, possible)
            against |= sum(
                bit for value, bit in zip(possible, self.groups[position], strict=True) if value not in wanted
            )
        return 0, against, ()

    @staticmethod
    def _wanted(name: str, expected: int | str | Sequence[int], possible: Sequence[int]) -> list[int]:
        """The values of a condition that an expectation names."""
        if isinstance(expected, str):
            if expected not in ("present", "absent"):
                raise InputError(
                    f"The expectation {expected!r} for {name!r} is unknown. Use values, 'present', 'absent', or None."
                )
            if 0 not in possible:
                raise InputError(
                    f"The expectation {expected!r} for {name!r} is about the value 0, which it does not have. "
                    f"Name the values that help, of {_spelt(possible)}."
                )
            return [value for value in possible if (value > 0) == (expected == "present")]
        wanted = list(expected) if isinstance(expected, Iterable) else [expected]
        if not any(value in possible for value in wanted):
            raise InputError(f"The expectation {expected!r} for {name!r} is not among its values, {_spelt(possible)}.")
        return wanted

    def columns(self, corners: Ints) -> dict[str, Ints]:
        return {
            name: _chosen(corners, bits, values)
            for name, bits, values in zip(self.names, self.groups, self.values, strict=True)
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

        parsed = Expression(re.sub(r"([^\W\d]\w*)(?:\[(\d+)\])?", literal, Expression.typed(expression)))
        positions = list(used)
        if prod(self.counts[each] for each in positions) > _MOST_COMBINATIONS:
            raise InputError(f"{where}{expression!r} names too many conditions to try all their values. Split it up.")
        choices = list(product(*(self.values[each] for each in positions)))
        columns = {
            f"literal_{position}_{value}": [float(choice[place] == value) for choice in choices]
            for place, position in enumerate(positions)
            for value in self.values[position]
        }
        holds = parsed.membership(pd.DataFrame(columns, index=range(len(choices)))).to_numpy() > 0.5
        wanted = [choice for choice, here in zip(choices, holds, strict=True) if here]
        bits = [dict(zip(self.values[position], self.groups[position], strict=True)) for position in positions]
        return [
            Cube(sum(sum(each.values()) & ~each[value] for each, value in zip(bits, choice, strict=True)), 0)
            for choice in wanted
        ]

    def _literal(self, name: str, value: str | None, whole: str, where: str) -> tuple[int, int]:
        """The position and the value of a literal; a condition with the values 0 and 1 may stand for its value 1."""
        if name not in self.names:
            raise InputError(
                f"{whole} names the condition {name!r}, which is not there. {did_you_mean(name, self.names)}"
            )
        position = self.names.index(name)
        possible = self.values[position]
        if value is None and possible != (0, 1):
            raise InputError(
                f"{whole} names {name!r} without a value. Write one of {', '.join(f'{name}[{each}]' for each in possible)}."
            )
        number = 1 if value is None else int(value)
        if number not in possible:
            raise InputError(f"{where}{name!r} has no value {value}; its values are {_spelt(possible)}.")
        return position, number


def _chosen(corners: Ints, bits: Sequence[int], values: Sequence[int]) -> Ints:
    """The value whose bit is set in each configuration."""
    parts = (((corners & bit) != 0) * value for bit, value in zip(bits, values, strict=True))
    return sum(parts, np.zeros_like(corners))


def _spelt(values: Sequence[int]) -> str:
    return ", ".join(map(str, values))
