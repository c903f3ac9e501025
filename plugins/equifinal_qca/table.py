"""Truth tables: which configurations occur, how often, and whether they are sufficient for the outcome."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equifinal import Expression, InputError
from equifinal.errors import did_you_mean, listing
from equifinal_qca.engine.corners import corner_fit
from equifinal_qca.engine.cubes import Cube, Floats, Groups, Ints, cubes_of, rows_inside, without
from equifinal_qca.engine.implicants import primes_inside
from equifinal_qca.inputs import check_cases, condition_names, cutoffs, is_whole, memberships_of, outcome_memberships
from equifinal_qca.printing import table_as_text

__all__ = [
    "Expectation",
    "TruthTable",
    "column_of_lists",
    "notes_on_undecided",
    "too_many_rows",
    "truth_table",
]

_TOLERANCE = 1e-9  # 0.8 may be computed as 0.7999999999
Expectation = int | str | Sequence[int] | None


@dataclass(frozen=True, eq=False, repr=False)
class TruthTable:
    """The observed configurations of the conditions.

    Made by :func:`truth_table`. Row r of the arrays is the configuration ``corners[r]``, a bit mask in which the first
    condition has the highest bit; its row number in the literature's order is ``corners[r] + 1``.

    Attributes
    ----------
    conditions
        The names of the k conditions.
    outcome
        The outcome, ``"~Y"`` when negated.
    cases
        The names of the n cases.
    memberships, outcome_membership
        The data, shapes (n, k) and (n,), 0 to 1.
    corners, output, n, consistency, pri
        Per observed row, in ascending order: the configuration, ``"1"``, ``"0"``, ``"C"`` or ``"?"``, the number of cases
        with membership above 0.5, consistency and PRI of "row is a subset of the outcome".
    row_of_case
        Per case its row's position, or -1 for a case at exactly 0.5 in a condition.
    notes
        What a reader should know, for instance cases at exactly 0.5.
    """

    conditions: tuple[str, ...]
    outcome: str
    cases: pd.Index
    memberships: Floats = field(repr=False)
    outcome_membership: Floats = field(repr=False)
    consistency_cutoff: tuple[float, float]
    frequency_cutoff: int
    pri_cutoff: float
    corners: Ints = field(repr=False)
    output: NDArray[np.str_] = field(repr=False)
    n: Ints = field(repr=False)
    consistency: Floats = field(repr=False)
    pri: Floats = field(repr=False)
    row_of_case: Ints = field(repr=False)
    notes: tuple[str, ...] = ()

    # What differs with multi-value conditions, whose table overrides these.

    @property
    def groups(self) -> Groups:
        """Per multi-value condition the bits of its values; empty, for these conditions are sets."""
        return ()

    @property
    def possible(self) -> int:
        """How many configurations there can be."""
        return 1 << len(self.conditions)

    def is_possible(self, cube: Cube) -> bool:
        """Whether any configuration lies inside the cube."""
        return True

    def label(self, corner: int) -> str:
        """A configuration in words of the conditions, ``A*~B*C``."""
        return Cube(self.everything, corner).text(self.conditions)

    def row_numbers(self, corners: Ints) -> Ints:
        """The row numbers of some configurations, from 1."""
        return corners + 1

    def corner_of_row(self, number: int) -> int:
        """The configuration with this row number."""
        return number - 1

    def region(self, corner: int) -> Cube:
        """What a term has to miss so as not to match the configuration."""
        return Cube(self.everything, corner)

    def corners_inside(self, cubes: Iterable[Cube], max_rows: int) -> Ints:
        """All configurations inside at least one of the cubes, by row number.

        Raises
        ------
        InputError
            When the cubes hold more than `max_rows` configurations.
        """
        corners = rows_inside(list(cubes), self.everything, max_rows)
        if corners is None:
            raise too_many_rows(max_rows)
        return corners

    def _columns(self, corners: Ints) -> dict[str, Ints]:
        """The conditions' values in some configurations."""
        highest = len(self.conditions) - 1
        return {name: corners >> (highest - position) & 1 for position, name in enumerate(self.conditions)}

    def _fit_of(self, corners: Ints) -> tuple[Floats, Floats]:
        return corner_fit(self.memberships, self.outcome_membership, corners)

    def _described(self, expression: str, where: str) -> list[Cube]:
        """The regions that an expression describes; `where` it stands, for the message when it cannot be read."""
        return primes_inside(cubes_of(expression, self.conditions, where))

    def _without(self, region: Cube, corners: Sequence[int]) -> list[Cube]:
        """What is left of a region without some configurations."""
        return without(region, corners, self.everything)

    # What is the same for both.

    @property
    def everything(self) -> int:
        """The bit mask with every condition."""
        return (1 << len(self.conditions)) - 1

    def corners_with(self, *outputs: str) -> list[int]:
        """The configurations with one of these outputs, in the order of the rows."""
        return [int(corner) for corner in self.corners[np.isin(self.output, outputs)]]

    def with_output(self, outputs: Mapping[int, str]) -> "TruthTable":
        """The same table with other outputs for some observed configurations (bit mask to output)."""
        changed = self.output.copy()
        for corner, output in outputs.items():
            changed[self.corners == corner] = output
        return replace(self, output=changed)

    def remainders_inside(self, cubes: Iterable[Cube], max_rows: int = 100_000) -> pd.Series:
        """The remainders inside at least one of the cubes.

        Returns
        -------
        pandas.Series
            Index: the row numbers. Values: the configurations, ``A*~B*C``.

        Raises
        ------
        InputError
            When the cubes hold more than `max_rows` configurations, observed ones included.
        """
        corners = self.corners_inside(cubes, max_rows)
        corners = corners[~np.isin(corners, self.corners_with("1", "0", "C"))]
        labels = [self.label(corner) for corner in corners.tolist()]
        index = pd.Index(self.row_numbers(corners), name="row")
        return pd.Series(labels, index=index, name="configuration", dtype="str")

    def find_rows(self, expression: str, max_rows: int = 100_000) -> pd.DataFrame:
        """The rows that an expression describes, observed or not.

        Parameters
        ----------
        expression
            Over the conditions, such as ``"A*~B"``.
        max_rows
            The most rows to look at.

        Returns
        -------
        pandas.DataFrame
            Index: the row numbers, for ``minimize(..., exclude=...)``. Columns: ``configuration``, ``out`` (``"?"`` for
            remainders) and ``n``.

        Raises
        ------
        InputError
            When the expression cannot be read, or describes more than `max_rows` rows.

        Examples
        --------
        >>> import pandas as pd
        >>> from equifinal_qca import truth_table
        >>> table = truth_table(pd.DataFrame({"A": [1, 0], "B": [1, 1], "Y": [1, 0]}), "Y")
        >>> table.find_rows("A")["out"].to_dict()
        {3: '?', 4: '1'}
        """
        corners = self.corners_inside(self._described(expression, ""), max_rows)
        output = dict(zip(self.corners.tolist(), zip(self.output.tolist(), self.n.tolist(), strict=True), strict=True))
        records = [(self.label(corner), *output.get(corner, ("?", 0))) for corner in corners.tolist()]
        index = pd.Index(self.row_numbers(corners), name="row")
        return pd.DataFrame(records, columns=["configuration", "out", "n"], index=index)

    def barred(self, exclude: str | Sequence[str | int]) -> list[Cube]:
        """The regions in which remainders must not be assumed: expressions or row numbers, without the ``1`` rows inside."""
        regions: list[Cube] = []
        if not isinstance(exclude, Iterable):
            raise InputError(
                f"exclude = {exclude!r} is no list. Give one of expressions or row numbers, [{exclude!r}]."
            )
        for each in [exclude] if isinstance(exclude, str) else exclude:
            if isinstance(each, str):
                regions.extend(self._described(each, "exclude: "))
            elif is_whole(each) and each <= self.possible:
                regions.append(self.region(self.corner_of_row(int(each))))
            else:
                raise InputError(f"exclude: there is no row {each!r}. Rows are numbered from 1 to {self.possible}.")
        positive = self.corners_with("1")
        return [part for region in regions for part in self._without(region, positive)]

    def expected(self, expectations: Mapping[str, Expectation]) -> tuple[int, int, tuple[Cube, ...]]:
        """The conditions expected present and those expected absent, as bit masks, and the conjunctions expected."""
        meaning: dict[Expectation, bool] = {1: True, 0: False, "present": True, "absent": False}
        present = absent = 0
        together: list[Cube] = []
        for name, expected in expectations.items():
            if not isinstance(name, str):
                raise InputError(f"The expectation for {name!r} names no condition. Write {{'A': 1}} or ['A', '~B'].")
            literals = {name: True} if name.isidentifier() else Expression(name).literals
            if literals is None:
                raise InputError(
                    f"The expectation for {name!r} is for no condition and no conjunction. Write it as 'A*~B'."
                )
            for each in literals:
                if each not in self.conditions:
                    raise InputError(
                        f"The expectation for {name!r} names no condition. {did_you_mean(each, self.conditions)}"
                    )
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

    def with_cutoffs(
        self,
        consistency_cutoff: float | tuple[float, float] | None = None,
        frequency_cutoff: float | None = None,
        pri_cutoff: float | None = None,
    ) -> "TruthTable":
        """The same table with the outputs that other cutoffs give; a cutoff that is left out stays."""
        lower, upper, frequency, pri_cutoff = cutoffs(
            self.consistency_cutoff if consistency_cutoff is None else consistency_cutoff,
            self.frequency_cutoff if frequency_cutoff is None else frequency_cutoff,
            self.pri_cutoff if pri_cutoff is None else pri_cutoff,
            len(self.cases),
        )
        return replace(
            self,
            consistency_cutoff=(lower, upper),
            frequency_cutoff=frequency,
            pri_cutoff=pri_cutoff,
            output=_outputs(self.consistency, self.pri, self.n, lower, upper, frequency, pri_cutoff),
        )

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The observed configurations.

        Returns
        -------
        pandas.DataFrame
            Index: the row number, 1 to 2^k. Columns: the conditions (0 or 1), ``out``, ``n``, ``consistency``, ``pri``
            (0 to 1) and ``cases``, the list of the names of the cases with membership above 0.5.
        """
        return self._frame(self.corners, self.output, self.n, self.consistency, self.pri, self._cases_by_row())

    def __repr__(self) -> str:
        return table_as_text(self)

    def _repr_html_(self) -> str:
        from equifinal.html import bullets, heading, piece, table

        return piece(heading(f"Truth table for {self.outcome}"), table(self.rows, most=64), bullets(self.notes))

    def complete(self, max_rows: int = 4096) -> pd.DataFrame:
        """All 2^k configurations, as in `rows`; the unobserved ones have output ``"?"`` and no cases.

        Raises
        ------
        InputError
            When 2^k exceeds `max_rows`.
        """
        if self.possible > max_rows:
            raise InputError(
                f"{len(self.groups) or len(self.conditions)} conditions have {self.possible} configurations, more than "
                f"max_rows = {max_rows}. Use the observed ones (.rows) or raise max_rows."
            )
        corners = self.corners_inside([Cube(0, 0)], self.possible)
        observed = self.row_numbers(self.corners) - 1
        output, n = np.full(len(corners), "?", dtype=self.output.dtype), np.zeros(len(corners), dtype=np.int64)
        output[observed], n[observed] = self.output, self.n
        cases: list[list[str]] = [[] for _ in corners]
        for corner, names in zip(observed.tolist(), self._cases_by_row(), strict=True):
            cases[corner] = names
        return self._frame(corners, output, n, *self._fit_of(corners), cases)

    def _cases_by_row(self) -> list[list[str]]:
        cases: list[list[str]] = [[] for _ in self.corners]
        for name, row in zip(self.cases, self.row_of_case.tolist(), strict=True):
            if row >= 0:
                cases[row].append(str(name))
        return cases

    def _frame(
        self,
        corners: Ints,
        output: NDArray[np.str_],
        n: Ints,
        consistency: Floats,
        pri: Floats,
        cases: list[list[str]],
    ) -> pd.DataFrame:
        columns: dict[str, object] = dict(self._columns(corners))
        columns |= {"out": output, "n": n, "consistency": consistency, "pri": pri}
        columns["cases"] = column_of_lists(cases)
        return pd.DataFrame(columns, index=pd.Index(self.row_numbers(corners), name="row"))


def truth_table(
    frame: pd.DataFrame,
    outcome: str,
    conditions: Sequence[str] | None = None,
    consistency_cutoff: float | tuple[float, float] = 0.8,
    frequency_cutoff: float = 1,
    pri_cutoff: float = 0.0,
) -> TruthTable:
    """Build the truth table of fuzzy or crisp memberships (Ragin 2008).

    A case belongs to the configuration in which all its memberships exceed 0.5. A row is ``1`` when its consistency and
    its PRI, taken over all cases, reach their cutoffs, else ``0``; with fewer cases than the frequency cutoff it is a
    remainder, ``?``.

    Parameters
    ----------
    frame
        One row per case, one column per set, memberships from 0 to 1. The index names the cases.
    outcome
        The outcome's column; ``"~Y"`` is the negation of column Y, unless a column has that very name.
    conditions
        The conditions' columns; default: all but the outcome's. At most 63.
    consistency_cutoff
        From 0 to 1. With two, a row between them is a contradiction, ``C``: neither a ``1`` nor available as a remainder.
    frequency_cutoff
        The fewest cases that make a row observed, at least 1; or, between 0 and 1, the smallest share of all cases.
    pri_cutoff
        From 0 to 1.

    Returns
    -------
    TruthTable

    Raises
    ------
    InputError
        For unknown or repeated columns, missing values, values outside 0 to 1, duplicate cases, cutoffs out of range.

    Examples
    --------
    >>> import pandas as pd
    >>> from equifinal_qca import truth_table
    >>> frame = pd.DataFrame({"A": [1, 1, 0, 0], "B": [1, 0, 1, 0], "Y": [1, 1, 0, 0]}, index=list("uvwx"))
    >>> truth_table(frame, outcome="Y").rows[["A", "B", "out", "n"]].values.tolist()
    [[0, 0, '0', 1], [0, 1, '0', 1], [1, 0, '1', 1], [1, 1, '1', 1]]
    """
    names = condition_names(frame, outcome, conditions)
    lower, upper, frequency, pri_cutoff = cutoffs(consistency_cutoff, frequency_cutoff, pri_cutoff, len(frame))
    check_cases(frame)
    x = np.column_stack([memberships_of(frame, name) for name in names])
    y = outcome_memberships(frame, outcome)

    undecided = (x == 0.5).any(axis=1)
    weights = 1 << np.arange(len(names) - 1, -1, -1, dtype=np.int64)
    corner_of_case = (x > 0.5).astype(np.int64) @ weights
    row_of_case = np.full(len(x), -1, dtype=np.int64)
    corners, row_of_case[~undecided], n = np.unique(corner_of_case[~undecided], return_inverse=True, return_counts=True)
    consistency, pri = corner_fit(x, y, corners)
    return TruthTable(
        conditions=tuple(names),
        outcome=outcome,
        cases=frame.index,
        memberships=x,
        outcome_membership=y,
        consistency_cutoff=(lower, upper),
        frequency_cutoff=frequency,
        pri_cutoff=pri_cutoff,
        corners=corners,
        output=_outputs(consistency, pri, n, lower, upper, frequency, pri_cutoff),
        n=n,
        consistency=consistency,
        pri=pri,
        row_of_case=row_of_case,
        notes=notes_on_undecided(frame.index, undecided, y),
    )


def column_of_lists(lists: Sequence[list[str]]) -> NDArray[np.object_]:
    """An array with one list in each place, shape (n,)."""
    column = np.empty(len(lists), dtype=object)
    for place, each in enumerate(lists):
        column[place] = each
    return column


def notes_on_undecided(cases: pd.Index, undecided: NDArray[np.bool_], y: Floats) -> tuple[str, ...]:
    """Which cases are at exactly 0.5 in a condition or in the outcome."""
    notes = []
    if undecided.any():
        notes.append(
            f"At exactly 0.5 in a condition, so in no truth-table row: {listing(cases[undecided])}. "
            "These cases still count in the parameters of fit. Consider another crossover."
        )
    if (y == 0.5).any():
        notes.append(f"At exactly 0.5 in the outcome, neither in nor out: {listing(cases[y == 0.5])}.")
    return tuple(notes)


def too_many_rows(max_rows: int) -> InputError:
    """The error for a request that would look at too many configurations."""
    return InputError(f"There are more than max_rows = {max_rows} configurations to look at. Raise max_rows.")


def _outputs(
    consistency: Floats, pri: Floats, n: Ints, lower: float, upper: float, frequency_cutoff: int, pri_cutoff: float
) -> NDArray[np.str_]:
    output = np.full(len(n), "0", dtype="<U1")
    output[(consistency >= lower - _TOLERANCE) & (consistency < upper - _TOLERANCE)] = "C"
    output[(consistency >= upper - _TOLERANCE) & (pri >= pri_cutoff - _TOLERANCE)] = "1"
    output[n < frequency_cutoff] = "?"
    return output
