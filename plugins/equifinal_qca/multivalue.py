"""Multi-value QCA: conditions with the values 0, 1, 2, ...; a literal is one value of a condition, ``A[1]``.

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
from typing import cast

import numpy as np
import pandas as pd

from equifinal import Expression, InputError, sets
from equifinal.errors import did_you_mean, listing
from equifinal_qca.engine.cubes import MOST_CONDITIONS, Cube, Floats, Groups, Ints
from equifinal_qca.inputs import check_cases, check_frame, condition_names, cutoffs, memberships_of, outcome_memberships
from equifinal_qca.solution import Solution, SolutionType, minimize
from equifinal_qca.table import Expectation, TruthTable, notes_on_undecided, too_many_rows

__all__ = ["MultiValueTable", "minimize_mv", "truth_table_mv"]

_MOST_COMBINATIONS = 65_536


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class MultiValueTable(TruthTable):
    """The observed configurations of multi-value conditions. Made by :func:`truth_table_mv`.

    Attributes
    ----------
    names
        The names of the k conditions.
    counts
        The number of values of each: 3 for the values 0, 1 and 2.
    conditions
        All literals, ``("A[0]", "A[1]", "A[2]", "B[0]", ...)``: the sets that terms are made of.
    memberships
        Memberships of the n cases in the m literals, shape (n, m).
    corners
        Per observed row, in ascending order of `row_numbers`: the configuration as a mask of literals.

    The other attributes are those of :class:`TruthTable`.
    """

    names: tuple[str, ...]
    counts: tuple[int, ...]

    @cached_property
    def groups(self) -> Groups:
        """Per condition the bits of its values, the value 0 first."""
        bits = [1 << position for position in range(sum(self.counts) - 1, -1, -1)]
        starts = np.cumsum([0, *self.counts])
        return tuple(tuple(bits[start:end]) for start, end in pairwise(starts.tolist()))

    @property
    def possible(self) -> int:
        """The number of configurations."""
        return prod(self.counts)

    def is_possible(self, cube: Cube) -> bool:
        """Whether any configuration lies inside the cube: it has no two values of a condition."""
        return all((cube.care & sum(bits)).bit_count() < 2 for bits in self.groups)

    def label(self, corner: int) -> str:
        """A configuration in words, ``A[1]*B[0]``."""
        return Cube(corner, corner).text(self.conditions)

    def row_numbers(self, corners: Ints) -> Ints:
        """The row numbers of some configurations, from 1, the last condition's values counting up fastest."""
        numbers = np.zeros(len(corners), dtype=np.int64)
        for values, count in zip(self._columns(corners).values(), self.counts, strict=True):
            numbers = numbers * count + values
        return numbers + 1

    def corner_of_row(self, number: int) -> int:
        """The configuration with this row number."""
        corner, rest = 0, number - 1
        for bits in reversed(self.groups):
            rest, value = divmod(rest, len(bits))
            corner |= bits[value]
        return corner

    def region(self, corner: int) -> Cube:
        """What a term has to miss so as not to match the configuration: it must use some other value."""
        return Cube(self.everything & ~corner, 0)

    def corners_inside(self, cubes: Iterable[Cube], max_rows: int) -> Ints:
        """All configurations inside at least one of the cubes, by row number."""
        cubes = set(cubes)
        cubes = [cube for cube in cubes if not any(other != cube and other.contains(cube) for other in cubes)]
        choices = [
            [
                [bit for bit in bits if cube.bits & bit] or [bit for bit in bits if not cube.care & bit]
                for bits in self.groups
            ]
            for cube in cubes
        ]
        if sum(prod(map(len, each)) for each in choices) > max_rows:
            raise too_many_rows(max_rows)
        corners = {sum(corner) for each in choices for corner in product(*each)}
        return np.array(sorted(corners, reverse=True), dtype=np.int64)  # the value 0 has the highest bit

    def expected(self, expectations: Mapping[str, Expectation]) -> tuple[int, int, tuple[Cube, ...]]:
        """The values that the expectations contradict, as a mask of what is expected absent."""
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
                raise InputError(f"The expectation {expected!r} for {name!r} is no value from 0 to {possible[-1]}.")
            against |= sum(bit for value, bit in enumerate(self.groups[position]) if value not in wanted)
        return 0, against, ()

    def _columns(self, corners: Ints) -> dict[str, Ints]:
        return {
            name: sum((((corners & bit) != 0) * value for value, bit in enumerate(bits)), np.zeros_like(corners))
            for name, bits in zip(self.names, self.groups, strict=True)
        }

    def _fit_of(self, corners: Ints) -> tuple[Floats, Floats]:
        return _fit(self.memberships, self.outcome_membership, corners)

    def _described(self, expression: str, where: str) -> list[Cube]:
        """The configurations that an expression such as ``A[1]*~B[0]`` describes, one region for each choice of values."""
        used: dict[int, None] = {}

        def literal(match: re.Match[str]) -> str:
            name, value = match.group(1), match.group(2)
            if name not in self.names:
                raise InputError(
                    f"{where}{expression!r} names the condition {name!r}, which is not there. "
                    f"{did_you_mean(name, self.names)}"
                )
            position = self.names.index(name)
            if value is None and self.counts[position] > 2:
                raise InputError(
                    f"{where}{expression!r} names {name!r} without a value. Write {name}[0], {name}[1] and so on."
                )
            if int(value or 1) >= self.counts[position]:
                raise InputError(
                    f"{where}{name!r} has no value {value}; its values are 0 to {self.counts[position] - 1}."
                )
            used[position] = None
            return f"literal_{position}_{value or 1}"

        parsed = Expression(re.sub(r"([^\W\d]\w*)(?:\[(\d+)\])?", literal, expression))
        positions = list(used)
        if prod(self.counts[each] for each in positions) > _MOST_COMBINATIONS:
            raise InputError(f"{where}{expression!r} names more conditions than can be looked through. Split it up.")
        choices = list(product(*(range(self.counts[each]) for each in positions)))
        columns = {
            f"literal_{position}_{value}": [float(choice[place] == value) for choice in choices]
            for place, position in enumerate(positions)
            for value in range(self.counts[position])
        }
        holds = parsed.membership(pd.DataFrame(columns, index=range(len(choices)))).to_numpy() > 0.5
        return [
            Cube(
                sum(
                    sum(self.groups[position]) & ~self.groups[position][value]
                    for position, value in zip(positions, choice, strict=True)
                ),
                0,
            )
            for choice, here in zip(choices, holds, strict=True)
            if here
        ]

    def _without(self, region: Cube, corners: Sequence[int]) -> list[Cube]:
        inside = [corner for corner in corners if not corner & region.care]
        if not inside:
            return [region]
        for bits in self.groups:
            allowed = [bit for bit in bits if not region.care & bit]
            if len(allowed) > 1:
                narrower = (Cube(region.care | (sum(allowed) & ~bit), 0) for bit in allowed)
                return [part for each in narrower for part in self._without(each, inside)]
        return []


def truth_table_mv(
    frame: pd.DataFrame,
    outcome: str,
    conditions: Sequence[str] | None = None,
    consistency_cutoff: float | tuple[float, float] = 0.8,
    frequency_cutoff: float = 1,
    pri_cutoff: float = 0.0,
    values: Mapping[str, int] | None = None,
) -> MultiValueTable:
    """Build the truth table of multi-value conditions (Cronqvist & Berg-Schlosser 2009).

    Definitions and cutoffs are those of :func:`truth_table`; membership in ``A[1]`` is 1 where A has the value 1, else 0.

    Parameters
    ----------
    frame
        One row per case. A condition holds the values 0, 1, 2, ...; one with other numbers between 0 and 1 is a fuzzy
        set, membership in its value 1, and 1 less it in its value 0.
    outcome
        The outcome's column with memberships from 0 to 1, ``"~Y"`` for its negation; ``"Y[2]"`` for one value of
        a multi-value outcome.
    conditions
        The conditions' columns; default: all but the outcome's. They have at most 63 values in all.
    consistency_cutoff, frequency_cutoff, pri_cutoff
        As in :func:`truth_table`.
    values
        The number of values of a condition, where the highest ones do not occur; default: up to the highest that occurs,
        and two at least.

    Returns
    -------
    MultiValueTable

    Raises
    ------
    InputError
        For unknown or repeated columns, missing values, what is no value, duplicate cases, cutoffs out of range.

    Examples
    --------
    >>> import pandas as pd
    >>> from equifinal_qca import truth_table_mv
    >>> frame = pd.DataFrame({"A": [2, 1, 0, 0], "B": [1, 0, 1, 0], "Y": [1, 1, 0, 0]}, index=list("uvwx"))
    >>> truth_table_mv(frame, outcome="Y").rows[["A", "B", "out", "cases"]].values.tolist()
    [[0, 0, '0', ['x']], [0, 1, '0', ['w']], [1, 0, '1', ['v']], [2, 1, '1', ['u']]]
    """
    column, y = _outcome(frame, outcome)
    lower, upper, frequency, pri_cutoff = cutoffs(consistency_cutoff, frequency_cutoff, pri_cutoff, len(frame))
    names = condition_names(frame, column, conditions)
    check_cases(frame)
    if unknown := [name for name in values or {} if name not in names]:
        raise InputError(f"values: {unknown[0]!r} is not a condition. {did_you_mean(unknown[0], names)}")
    parts = [_value_memberships(frame, name, (values or {}).get(name)) for name in names]
    counts = tuple(part.shape[1] for part in parts)
    if sum(counts) > MOST_CONDITIONS:
        raise InputError(
            f"The conditions have {sum(counts)} values in all, more than the {MOST_CONDITIONS} possible. Choose fewer."
        )
    x = np.column_stack(parts)
    literals = tuple(f"{name}[{value}]" for name, count in zip(names, counts, strict=True) for value in range(count))

    # The value above 0.5 in each condition; a case without one is in no row.
    undecided = np.logical_or.reduce([part.max(axis=1) <= 0.5 for part in parts])
    chosen = np.column_stack([part.argmax(axis=1) for part in parts])
    number = np.zeros(len(x), dtype=np.int64)
    for values_here, count in zip(chosen.T, counts, strict=True):
        number = number * count + values_here
    row_of_case = np.full(len(x), -1, dtype=np.int64)
    _, first, row_of_case[~undecided], n = np.unique(
        number[~undecided], return_index=True, return_inverse=True, return_counts=True
    )
    offsets = sum(counts) - 1 - np.cumsum([0, *counts[:-1]])
    corners = (np.int64(1) << (offsets - chosen[~undecided][first])).sum(axis=1, dtype=np.int64)

    consistency, pri = _fit(x, y, corners)
    table = MultiValueTable(
        names=tuple(names),
        counts=counts,
        conditions=literals,
        outcome=outcome,
        cases=frame.index,
        memberships=x,
        outcome_membership=y,
        consistency_cutoff=(0.0, 0.0),
        frequency_cutoff=1,
        pri_cutoff=0.0,
        corners=corners,
        output=np.full(len(corners), "?"),
        n=n,
        consistency=consistency,
        pri=pri,
        row_of_case=row_of_case,
        notes=notes_on_undecided(frame.index, undecided, y),
    )
    return cast(MultiValueTable, table.with_cutoffs((lower, upper), frequency, pri_cutoff))


def _outcome(frame: pd.DataFrame, outcome: str) -> tuple[str, Floats]:
    """The outcome's column, and its memberships."""
    check_frame(frame)
    one_value = re.fullmatch(r"(~?)(.+)\[(\d+)\]", str(outcome))
    if one_value is None or outcome in frame.columns:
        return outcome, outcome_memberships(frame, outcome)
    negated, column, value = one_value.groups()
    if column not in frame.columns:
        raise InputError(f"The outcome {column!r} is not a column. {did_you_mean(column, frame.columns)}")
    memberships = _value_memberships(frame, column, None)
    if int(value) >= memberships.shape[1]:
        raise InputError(
            f"The outcome {outcome!r} does not occur: the highest value of {column} is {memberships.shape[1] - 1}."
        )
    inside: Floats = memberships[:, int(value)]
    return column, 1.0 - inside if negated else inside


def _value_memberships(frame: pd.DataFrame, name: str, count: int | None) -> Floats:
    """Membership of the n cases in each value of a condition, shape (n, values)."""
    column = frame[name]
    if isinstance(column, pd.DataFrame) or not pd.api.types.is_numeric_dtype(column):
        memberships_of(frame, name)  # says what is wrong, or reads truth values
        column = column.astype(float)
    numbers = np.asarray(column.to_numpy(dtype=float, na_value=np.nan))
    if (missing := np.isnan(numbers)).any():
        raise InputError(
            f"Column {name!r} has missing values: {listing(frame.index[missing])}. Fill them in or leave these cases out."
        )
    if not (numbers == np.floor(numbers)).all() and numbers.min() >= 0 and numbers.max() <= 1:
        if count not in (None, 2):
            raise InputError(f"values: {name!r} is a fuzzy set, which has two values, not {count}.")
        return np.column_stack([1.0 - numbers, numbers])
    if (wrong := (numbers < 0) | (numbers != np.floor(numbers)) | np.isinf(numbers)).any():
        raise InputError(
            f"Column {name!r} has numbers that are no values 0, 1, 2, ...: {listing(frame.index[wrong])}. Set thresholds first."
        )
    highest = int(numbers.max(initial=1))
    if highest >= MOST_CONDITIONS:
        raise InputError(
            f"Column {name!r} has the value {highest}, more than the {MOST_CONDITIONS - 1} possible. Set thresholds first."
        )
    if count is not None and count <= highest:
        raise InputError(f"values: {name!r} has the value {highest}, so it has more than {count} values.")
    indicators: Floats = (numbers[:, np.newaxis] == np.arange(count or highest + 1)).astype(float)
    return indicators


def _fit(x: Floats, y: Floats, corners: Ints) -> tuple[Floats, Floats]:
    """Consistency and PRI of each configuration."""
    consistency, pri = np.empty(len(corners)), np.empty(len(corners))
    last = x.shape[1] - 1
    for row, corner in enumerate(corners.tolist()):
        inside = x[:, [position for position in range(last + 1) if corner >> (last - position) & 1]].min(axis=1)
        consistency[row], pri[row] = sets.consistency(inside, y), sets.pri(inside, y)
    return consistency, pri


def minimize_mv(
    table: MultiValueTable,
    solution: SolutionType = "conservative",
    expectations: Mapping[str, Expectation] | Sequence[str] | None = None,
    exclude: Sequence[str | int] = (),
    all_covers: bool = False,
    max_models: int = 1000,
    max_seconds: float | None = None,
    effort: float = 1.0,
) -> Solution:
    """Minimize a multi-value truth table; :func:`minimize` does the same.

    Parameters
    ----------
    table
        From :func:`truth_table_mv`.
    solution, all_covers, max_models, max_seconds, effort
        As in :func:`minimize`.
    expectations
        Condition to the value or values that should help the outcome, as in ``{"A": 2, "B": (1, 2)}``; ``"present"`` stands
        for every value but 0, ``"absent"`` for 0, ``None`` for no expectation (the default). Any other value of the condition
        contradicts the expectation. Used by the intermediate solution.
    exclude
        Remainders that must not be assumed to have the outcome: expressions such as ``"A[2]*~B[0]"``, in which a condition
        with two values may stand for its value 1, or row numbers (see :meth:`MultiValueTable.complete`). Observed rows
        keep their output.

    Returns
    -------
    Solution
        Its terms are conjunctions of values, ``"A[1]*B[0]"``.

    Raises
    ------
    InputError
        For an unknown solution, condition, value or row.

    Examples
    --------
    >>> import pandas as pd
    >>> from equifinal_qca import minimize_mv, truth_table_mv
    >>> frame = pd.DataFrame({"A": [0, 1, 2, 2, 1], "B": [1, 1, 1, 0, 0], "Y": [1, 1, 1, 1, 0]})
    >>> [model.terms for model in minimize_mv(truth_table_mv(frame, outcome="Y")).models]
    [('A[2]', 'B[1]')]
    """
    return minimize(table, solution, expectations, exclude, all_covers, max_models, max_seconds, effort)
