"""The property space of a truth table: the configurations that there can be, their numbers and how they are written.

A configuration is a bit mask. Conditions that are sets make a :class:`SetSpace`, multi-value ones a
:class:`~equifinal_qca.value_space.ValueSpace`; a table asks its space and does not know which it is.
"""

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from equifinal import Expression, InputError
from equifinal.errors import did_you_mean
from equifinal_qca.engine.corners import corner_fit
from equifinal_qca.engine.cubes import Cube, Floats, Groups, Ints, cubes_of, rows_inside
from equifinal_qca.engine.implicants import primes_inside

Expectation = int | str | Sequence[int] | None


@dataclass(frozen=True)
class Space(ABC):
    """All configurations of some conditions.

    Attributes
    ----------
    conditions
        The sets that terms are made of; the first has the highest bit.
    """

    conditions: tuple[str, ...]
    order: ClassVar[Literal[1, -1]]  #: whether row numbers rise or fall with the masks of their configurations

    @property
    def everything(self) -> int:
        """The bit mask with every set."""
        return (1 << len(self.conditions)) - 1

    @property
    def groups(self) -> Groups:
        """The bits of the values of each multi-value condition, the value 0 first; empty for sets."""
        return ()

    @property
    @abstractmethod
    def possible(self) -> int:
        """The number of configurations."""

    def is_possible(self, cube: Cube) -> bool:
        """Whether any configuration lies inside the cube: it has no two values of a condition."""
        return all((cube.care & sum(bits)).bit_count() < 2 for bits in self.groups)

    @abstractmethod
    def corners_of(self, memberships: Floats) -> Ints:
        """The configuration of each case, shape (n,), from its memberships, shape (n, k); -1 where one is undecided."""

    @abstractmethod
    def label(self, corner: int) -> str:
        """A configuration in words, ``A*~B*C``."""

    @abstractmethod
    def columns(self, corners: Ints) -> dict[str, Ints]:
        """The value of each condition in some configurations."""

    @abstractmethod
    def row_numbers(self, corners: Ints) -> Ints:
        """The row numbers of some configurations, from 1; the last condition counts up fastest."""

    @abstractmethod
    def corner_of_row(self, number: int) -> int:
        """The configuration with this row number."""

    @abstractmethod
    def region(self, corner: int) -> Cube:
        """The region that a term must miss to leave the configuration unmatched."""

    @abstractmethod
    def fit(self, memberships: Floats, outcome: Floats, corners: Ints) -> tuple[Floats, Floats]:
        """Consistency and PRI of each configuration, 0 to 1."""

    @abstractmethod
    def corners_inside(self, cubes: Iterable[Cube], max_rows: int) -> Ints:
        """All configurations inside at least one of the cubes, by row number; an error when these hold more than `max_rows`."""

    @abstractmethod
    def described(self, expression: str, where: str = "") -> list[Cube]:
        """The regions that an expression describes; `where` it stands begins the message when it cannot be read."""

    @abstractmethod
    def expected(self, expectations: Mapping[str, Expectation]) -> tuple[int, int, tuple[Cube, ...]]:
        """The sets expected present and those expected absent, as bit masks, and the conjunctions expected."""


@dataclass(frozen=True)
class SetSpace(Space):
    """The 2^k configurations of k sets, numbered as in the literature: row 1 has every condition absent."""

    order = 1

    @property
    def possible(self) -> int:
        return 1 << len(self.conditions)

    def corners_of(self, memberships: Floats) -> Ints:
        weights = 1 << np.arange(len(self.conditions) - 1, -1, -1, dtype=np.int64)
        corners: Ints = (memberships > 0.5).astype(np.int64) @ weights
        return np.where((memberships == 0.5).any(axis=1), -1, corners)

    def label(self, corner: int) -> str:
        return self.region(corner).text(self.conditions)

    def columns(self, corners: Ints) -> dict[str, Ints]:
        highest = len(self.conditions) - 1
        return {name: corners >> (highest - position) & 1 for position, name in enumerate(self.conditions)}

    def row_numbers(self, corners: Ints) -> Ints:
        return corners + 1

    def corner_of_row(self, number: int) -> int:
        return number - 1

    def region(self, corner: int) -> Cube:
        return Cube(self.everything, corner)

    def fit(self, memberships: Floats, outcome: Floats, corners: Ints) -> tuple[Floats, Floats]:
        return corner_fit(memberships, outcome, corners)

    def corners_inside(self, cubes: Iterable[Cube], max_rows: int) -> Ints:
        corners = rows_inside(cubes, self.everything, max_rows)
        if corners is None:
            raise too_many_rows(max_rows)
        return corners

    def described(self, expression: str, where: str = "") -> list[Cube]:
        return primes_inside(cubes_of(expression, self.conditions, where))

    def expected(self, expectations: Mapping[str, Expectation]) -> tuple[int, int, tuple[Cube, ...]]:
        meaning: dict[Expectation, bool] = {1: True, 0: False, "present": True, "absent": False}
        present = absent = 0
        together: list[Cube] = []
        for name, expected in expectations.items():
            literals = self._literals(name)
            if expected is None:
                continue
            if not isinstance(expected, Hashable) or expected not in meaning:
                raise InputError(
                    f"The expectation {expected!r} for {name!r} is unknown. Use 1 or 'present', 0 or 'absent', or None."
                )
            bits = {each: 1 << (len(self.conditions) - 1 - self.conditions.index(each)) for each in literals}
            if len(literals) == 1:
                ((each, is_present),) = literals.items()
                present |= bits[each] * (is_present == meaning[expected])
                absent |= bits[each] * (is_present != meaning[expected])
            elif meaning[expected]:
                together.append(Cube(sum(bits.values()), sum(bits[each] for each, here in literals.items() if here)))
            else:
                raise InputError(
                    f"The absence of {name!r} can come about in several ways. Say which conjunction is expected to be present."
                )
            if present & absent:
                raise InputError(
                    f"{next(iter(literals))!r} is expected to be present and to be absent. "
                    "Leave it out where either may help."
                )
        return present, absent, tuple(sorted(together))

    def _literals(self, name: object) -> dict[str, bool]:
        """The conditions that an expectation is about, each with whether it is to be present."""
        if not isinstance(name, str):
            raise InputError(f"The expectation for {name!r} names no condition. Write {{'A': 1}} or ['A', '~B'].")
        literals = {name: True} if name.isidentifier() else Expression(name).literals
        if literals is None:
            raise InputError(
                f"The expectation for {name!r} is about neither a condition nor a conjunction. Write it as 'A*~B'."
            )
        for each in literals:
            if each not in self.conditions:
                raise InputError(
                    f"The expectation for {name!r} names no condition. {did_you_mean(each, self.conditions)}"
                )
        return literals


def too_many_rows(max_rows: int) -> InputError:
    """The error for a request that would look at too many configurations."""
    return InputError(f"There are more than max_rows = {max_rows} configurations to look at. Raise max_rows.")
