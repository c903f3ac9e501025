"""Truth tables: which configurations occur, how often, and whether they are sufficient for the outcome."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equifinal import InputError
from equifinal.errors import listing
from equifinal.plain import Readable, on_one_screen
from equifinal_qca.engine.cubes import Cube, Floats, Ints
from equifinal_qca.inputs import check_cases, condition_names, cutoffs, is_whole, memberships_of, outcome_memberships
from equifinal_qca.printing import as_text, frame_as_text
from equifinal_qca.space import SetSpace, Space

_MOST_ROWS = 64  # to show in a notebook
_ON_A_SCREEN = 16  # rows
_TOLERANCE = 1e-9  # 0.8 may be computed as 0.7999999999


@dataclass(frozen=True, eq=False, repr=False)
class TruthTable(Readable):
    """The observed configurations of the conditions.

    Made by :func:`truth_table`. Row r of the arrays is the configuration ``corners[r]``, a bit mask in which the first
    condition has the highest bit; its row number in the literature's order is ``corners[r] + 1``.

    Attributes
    ----------
    space
        All configurations that there can be.
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
        Notes for the reader, for instance on cases at exactly 0.5.
    """

    space: Space
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

    @classmethod
    def of(
        cls, space: Space, outcome: str, cases: pd.Index, x: Floats, y: Floats, given: tuple[float, float, int, float]
    ) -> Self:
        """The table of some cases, from their memberships and the checked cutoffs that :func:`~.inputs.cutoffs` gives."""
        corner_of_case = space.corners_of(x)
        undecided = corner_of_case < 0
        row_of_case = np.full(len(x), -1, dtype=np.int64)
        ordered, row_of_case[~undecided], n = np.unique(
            space.order * corner_of_case[~undecided], return_inverse=True, return_counts=True
        )
        corners = space.order * ordered
        consistency, pri = space.fit(x, y, corners)
        return cls(
            space=space,
            outcome=outcome,
            cases=cases,
            memberships=x,
            outcome_membership=y,
            consistency_cutoff=given[:2],
            frequency_cutoff=given[2],
            pri_cutoff=given[3],
            corners=corners,
            output=_outputs(consistency, pri, n, *given),
            n=n,
            consistency=consistency,
            pri=pri,
            row_of_case=row_of_case,
            notes=_notes_on_undecided(cases, undecided, y),
        )

    @property
    def conditions(self) -> tuple[str, ...]:
        """The names of the k conditions, or the literals of multi-value ones: the sets that terms are made of."""
        return self.space.conditions

    @cached_property
    def columns(self) -> dict[str, Floats]:
        """Memberships of the n cases by name, those in the outcome last, shape (n,) each."""
        names = (*self.conditions, self.outcome)
        return dict(zip(names, (*self.memberships.T, self.outcome_membership), strict=True))

    def corners_with(self, *outputs: str) -> list[int]:
        """The configurations with one of these outputs, in the order of the rows."""
        chosen = np.logical_or.reduce([self.output == output for output in outputs])
        found: list[int] = self.corners[chosen].tolist()
        return found

    def with_output(self, outputs: Mapping[int, str]) -> Self:
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
        corners = self.space.corners_inside(cubes, max_rows)
        corners = corners[~np.isin(corners, self.corners_with("1", "0", "C"))]
        labels = [self.space.label(corner) for corner in corners.tolist()]
        index = pd.Index(self.space.row_numbers(corners), name="row")
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
        corners = self.space.corners_inside(self.space.described(expression), max_rows)
        output = dict(zip(self.corners.tolist(), zip(self.output.tolist(), self.n.tolist(), strict=True), strict=True))
        records = [(self.space.label(corner), *output.get(corner, ("?", 0))) for corner in corners.tolist()]
        index = pd.Index(self.space.row_numbers(corners), name="row")
        return pd.DataFrame(records, columns=["configuration", "out", "n"], index=index)

    def barring(self, exclude: str | Sequence[str | int]) -> tuple[Self, list[Cube]]:
        """The table in which no excluded row is a ``1``, and the excluded regions; from expressions or row numbers."""
        regions: list[Cube] = []
        if not isinstance(exclude, Iterable):
            raise InputError(
                f"exclude = {exclude!r} is not a list. Give a list of expressions or row numbers, [{exclude!r}]."
            )
        for each in [exclude] if isinstance(exclude, str) else exclude:
            if isinstance(each, str):
                regions.extend(self.space.described(each, "exclude: "))
            elif is_whole(each) and each <= self.space.possible:
                regions.append(self.space.region(self.space.corner_of_row(int(each))))
            else:
                raise InputError(
                    f"exclude: there is no row {each!r}. Rows are numbered from 1 to {self.space.possible}."
                )
        barred = [corner for corner in self.corners_with("1") if any(region.matches(corner) for region in regions)]
        if not barred:
            return self, regions
        note = "Excluded although the cases show the outcome there, so not to be explained"
        return self.with_output(dict.fromkeys(barred, "0")).noting(note, barred), regions

    def noting(self, words: str, corners: Sequence[int]) -> Self:
        """The same table with a note that names rows."""
        numbers = self.space.row_numbers(np.array(corners, dtype=np.int64)).tolist()
        rows = [f"{number} ({self.space.label(corner)})" for number, corner in zip(numbers, corners, strict=True)]
        return replace(self, notes=(*self.notes, f"{words}: row {listing(rows)}."))

    def with_cutoffs(
        self,
        consistency_cutoff: float | tuple[float, float] | None = None,
        frequency_cutoff: float | None = None,
        pri_cutoff: float | None = None,
    ) -> Self:
        """The same table with the outputs that other cutoffs give; cutoffs left out stay."""
        given = cutoffs(
            self.consistency_cutoff if consistency_cutoff is None else consistency_cutoff,
            self.frequency_cutoff if frequency_cutoff is None else frequency_cutoff,
            self.pri_cutoff if pri_cutoff is None else pri_cutoff,
            len(self.cases),
        )
        return replace(
            self,
            consistency_cutoff=given[:2],
            frequency_cutoff=given[2],
            pri_cutoff=given[3],
            output=_outputs(self.consistency, self.pri, self.n, *given),
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
        return on_one_screen([self._text(_ON_A_SCREEN)])

    def _said(self) -> Iterator[str]:
        yield self._text(len(self.rows))

    def _text(self, most: int) -> str:
        lower, upper = self.consistency_cutoff
        consistency = f"{upper:g}" if lower == upper else f"{lower:g} and {upper:g}"
        head = (
            f"Truth table for {self.outcome}: {len(self.corners)} of {self.space.possible} configurations observed, "
            f"{len(self.cases)} cases\n"
            f"Cutoffs: consistency {consistency}, PRI {self.pri_cutoff:g}, frequency {self.frequency_cutoff}"
        )
        body = frame_as_text(self.rows.head(most)) if len(self.rows) else "No case is in any configuration."
        if len(self.rows) > most:
            body += f"\n... {len(self.rows) - most} more rows, see .rows"
        return as_text(head, body, notes=self.notes)

    def _repr_html_(self) -> str:
        from equifinal.html import bullets, heading, piece, table

        return piece(heading(f"Truth table for {self.outcome}"), table(self.rows, most=_MOST_ROWS), bullets(self.notes))

    def complete(self, max_rows: int = 4096) -> pd.DataFrame:
        """All 2^k configurations, as in `rows`; the unobserved ones have output ``"?"`` and no cases.

        Raises
        ------
        InputError
            When 2^k exceeds `max_rows`.
        """
        if self.space.possible > max_rows:
            raise InputError(
                f"{len(self.space.groups) or len(self.conditions)} conditions have {self.space.possible} configurations, "
                f"more than max_rows = {max_rows}. Use the observed ones (.rows) or raise max_rows."
            )
        corners = self.space.corners_inside([Cube(0, 0)], self.space.possible)
        observed = self.space.row_numbers(self.corners) - 1
        output, n = np.full(len(corners), "?", dtype=self.output.dtype), np.zeros(len(corners), dtype=np.int64)
        output[observed], n[observed] = self.output, self.n
        cases: list[list[str]] = [[] for _ in corners]
        for corner, names in zip(observed.tolist(), self._cases_by_row(), strict=True):
            cases[corner] = names
        return self._frame(
            corners, output, n, *self.space.fit(self.memberships, self.outcome_membership, corners), cases
        )

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
        columns: dict[str, object] = dict(self.space.columns(corners))
        columns |= {"out": output, "n": n, "consistency": consistency, "pri": pri}
        index = pd.Index(self.space.row_numbers(corners), name="row")
        return pd.DataFrame(columns | {"cases": pd.Series(cases, index=index, dtype=object)}, index=index)


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
        The number of cases from which a row counts as observed, at least 1; or, between 0 and 1, a share of all cases.
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
    given = cutoffs(consistency_cutoff, frequency_cutoff, pri_cutoff, len(frame))
    check_cases(frame)
    x = np.column_stack([memberships_of(frame, name) for name in names])
    y = outcome_memberships(frame, outcome)
    return TruthTable.of(SetSpace(tuple(names)), outcome, frame.index, x, y, given)


@lru_cache(maxsize=64)
def space_of(conditions: tuple[str, ...], outcome: str) -> SetSpace:
    """The configurations of a study's conditions, whose names are checked as :func:`truth_table` checks them."""
    return SetSpace(tuple(condition_names(pd.DataFrame(columns=[*conditions, outcome]), outcome, conditions)))


def _notes_on_undecided(cases: pd.Index, undecided: NDArray[np.bool_], y: Floats) -> tuple[str, ...]:
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


def _outputs(
    consistency: Floats, pri: Floats, n: Ints, lower: float, upper: float, frequency_cutoff: int, pri_cutoff: float
) -> NDArray[np.str_]:
    output = np.full(len(n), "0", dtype="<U1")
    output[(consistency >= lower - _TOLERANCE) & (consistency < upper - _TOLERANCE)] = "C"
    output[(consistency >= upper - _TOLERANCE) & (pri >= pri_cutoff - _TOLERANCE)] = "1"
    output[n < frequency_cutoff] = "?"
    return output
