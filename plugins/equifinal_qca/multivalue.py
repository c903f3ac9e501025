"""Multi-value QCA: conditions with the values 0, 1, 2, ...; a literal is one value of a condition, ``A[1]``.

Every value of every condition is a set of its own and has a bit, the first value of the first condition the highest. A
configuration has one bit set for each condition, a term one for each condition that it uses: it is a conjunction of
values, never of their negations. A condition drops out of a term only when the term holds for all its values.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import pairwise, product
from math import prod
from typing import NamedTuple, cast, get_args

import numpy as np
import pandas as pd

from equifinal import Expression, InputError, sets
from equifinal.errors import did_you_mean, listing
from equifinal_qca.cover import covers
from equifinal_qca.cubes import MOST_CONDITIONS, Cube, Floats, Ints
from equifinal_qca.implicants import minimal_transversals
from equifinal_qca.solution import Model, Pair, Solution, SolutionType
from equifinal_qca.table import (
    TruthTable,
    _condition_names,
    column_of_lists,
    memberships_of,
    outcome_memberships,
)

__all__ = ["MultiValueSolution", "MultiValueTable", "minimize_mv", "truth_table_mv"]

_MOST_COMBINATIONS = 65_536
Expectation = int | str | Sequence[int] | None


# ------------------------------------------------------------------------------------------------ the truth table


@dataclass(frozen=True, eq=False, kw_only=True)
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
    def groups(self) -> tuple[tuple[int, ...], ...]:
        """Per condition the bits of its values, the value 0 first."""
        bits = [1 << position for position in range(sum(self.counts) - 1, -1, -1)]
        starts = np.cumsum([0, *self.counts])
        return tuple(tuple(bits[start:end]) for start, end in pairwise(starts.tolist()))

    @property
    def possible(self) -> int:
        """The number of configurations."""
        return prod(self.counts)

    def values_of(self, corner: int) -> tuple[int, ...]:
        """A configuration's value of each condition."""
        return tuple(next(value for value, bit in enumerate(bits) if corner & bit) for bits in self.groups)

    def corner_of(self, values: Sequence[int]) -> int:
        """The configuration with these values of the conditions."""
        return sum(bits[value] for bits, value in zip(self.groups, values, strict=True))

    def row_number(self, corner: int) -> int:
        """A configuration's row number, from 1, the last condition's values counting up fastest."""
        number = 0
        for value, count in zip(self.values_of(corner), self.counts, strict=True):
            number = number * count + value
        return number + 1

    def is_possible(self, cube: Cube) -> bool:
        """Whether any configuration lies inside the cube: it has no two values of a condition."""
        return all((cube.care & sum(bits)).bit_count() < 2 for bits in self.groups)

    def remainders_inside(self, cubes: Iterable[Cube], max_rows: int = 100_000) -> pd.Series:
        """The remainders inside at least one of the cubes, by row number."""
        inside = _rows_inside((cube.care for cube in cubes), self.groups, max_rows)
        if inside is None:
            raise InputError(f"There are more than max_rows = {max_rows} configurations to look at. Raise max_rows.")
        remainders = {self.row_number(row): self.label(row) for row in inside - set(self.corners_with("1", "0", "C"))}
        rows = pd.Index(sorted(remainders), name="row", dtype=np.int64)
        return pd.Series([remainders[row] for row in rows], index=rows, name="configuration", dtype="str")

    def label(self, corner: int) -> str:
        """A configuration in words, ``A[1]*B[0]``."""
        return Cube(corner, corner).text(self.conditions)

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The observed configurations.

        Returns
        -------
        pandas.DataFrame
            Index: the row number. Columns: the conditions (their values), ``out``, ``n``, ``consistency``, ``pri`` (0 to 1)
            and ``cases``, the list of the names of the cases in the row.
        """
        cases: list[list[str]] = [[] for _ in self.corners]
        for name, row in zip(self.cases, self.row_of_case.tolist(), strict=True):
            if row >= 0:
                cases[row].append(str(name))
        values = np.array([self.values_of(corner) for corner in self.corners.tolist()], dtype=np.int64)
        columns: dict[str, object] = dict(zip(self.names, values.reshape(-1, len(self.names)).T, strict=True))
        columns |= {"out": self.output, "n": self.n, "consistency": self.consistency, "pri": self.pri}
        columns["cases"] = column_of_lists(cases)
        numbers = [self.row_number(corner) for corner in self.corners.tolist()]
        return pd.DataFrame(columns, index=pd.Index(numbers, name="row", dtype=np.int64))

    def complete(self, max_rows: int = 4096) -> pd.DataFrame:
        """All configurations, as in `rows`; the unobserved ones have output ``"?"`` and no cases.

        Raises
        ------
        InputError
            When there are more than `max_rows`.
        """
        if self.possible > max_rows:
            raise InputError(
                f"{len(self.names)} conditions have {self.possible} configurations, more than max_rows = {max_rows}. "
                "Use the observed ones (.rows) or raise max_rows."
            )
        everything = [self.corner_of(values) for values in product(*map(range, self.counts))]
        corners = np.array(everything, dtype=np.int64)
        at = [self.row_number(corner) - 1 for corner in self.corners.tolist()]
        output, n = np.full(len(corners), "?", dtype=self.output.dtype), np.zeros(len(corners), dtype=np.int64)
        output[at], n[at] = self.output, self.n
        consistency, pri = _fit(self.memberships, self.outcome_membership, corners)
        row_of_case = np.where(self.row_of_case >= 0, np.array([*at, -1])[self.row_of_case], -1)
        return replace(
            self, corners=corners, output=output, n=n, consistency=consistency, pri=pri, row_of_case=row_of_case
        ).rows


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
    if conditions is None:
        conditions = [str(name) for name in frame.columns if name != column and f"~{name}" != column]
    names = _condition_names(frame, column, conditions)
    if not frame.index.is_unique:
        repeated = listing(dict.fromkeys(frame.index[frame.index.duplicated()]))
        raise InputError(f"Cases occur more than once: {repeated}. Give every case a name of its own in the index.")
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
    undecided = np.column_stack([part.max(axis=1) <= 0.5 for part in parts]).any(axis=1)
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
    notes = []
    if undecided.any():
        notes.append(
            f"At exactly 0.5 in a condition, so in no truth-table row: {listing(frame.index[np.flatnonzero(undecided)])}."
        )
    if (y == 0.5).any():
        notes.append(f"At exactly 0.5 in the outcome, neither in nor out: {listing(frame.index[y == 0.5])}.")
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
        notes=tuple(notes),
    )
    return cast(MultiValueTable, table.with_cutoffs(consistency_cutoff, frequency_cutoff, pri_cutoff))


def _outcome(frame: pd.DataFrame, outcome: str) -> tuple[str, Floats]:
    """The outcome's column, and its memberships."""
    one_value = re.fullmatch(r"(~?)(.+)\[(\d+)\]", outcome)
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


# -------------------------------------------------------------------------------------------- prime implicants
#
# A term is a mask of literals, fewer literals being a larger term. A region that a term must not touch is a mask of the
# values allowed in it, so that a term misses it exactly when some literal of the term is not in the mask.

Groups = tuple[tuple[int, ...], ...]


def primes_avoiding_mv(rows: Iterable[int], off: Iterable[int]) -> list[int]:
    """All minimal sets of literals that match at least one of the rows and no region of `off`."""
    regions = np.array(list(off), dtype=np.int64)
    return sorted({term for row in rows for term in minimal_transversals(row & ~regions).tolist()})


def primes_inside_mv(terms: Iterable[int], groups: Groups) -> list[int]:
    """All maximal terms inside a union of terms, by consensus one condition at a time (as Tison 1967 does for two values).

    Terms with each of a condition's values have a consensus, which holds whatever that condition is: what they have in
    common otherwise.
    """
    found = _maximal(np.array(sorted(set(terms)), dtype=np.int64))
    for bits in groups:
        common = np.zeros(1, dtype=np.int64)
        for bit in bits:
            rest = found[(found & bit) != 0] & ~bit
            both = np.unique(common[:, np.newaxis] | rest)
            for values in groups:  # one value of a condition at most
                both = both[np.bitwise_count(both & sum(values)) <= 1]
            common = _maximal(both)
        found = _maximal(np.union1d(found, common))
    return [int(term) for term in found]


def _maximal(terms: Ints) -> Ints:
    """Drop every term whose literals include all of another one's. The terms are distinct."""
    keep = np.ones(len(terms), dtype=bool)
    block = max(1, 1_000_000 // max(1, len(terms)))
    for start in range(0, len(terms), block):
        inside = (terms & ~terms[start : start + block, np.newaxis]) == 0
        keep[start : start + block] = inside.sum(axis=1) == 1  # itself
    return terms[keep]


def _rows_inside(terms: Iterable[int], groups: Groups, most: int) -> set[int] | None:
    """Every configuration inside at least one of the terms; None when they hold more than `most` in all."""
    terms = _maximal(np.array(sorted(set(terms)), dtype=np.int64)).tolist()
    choices = [[[bit for bit in bits if term & bit] or list(bits) for bits in groups] for term in terms]
    if sum(prod(map(len, each)) for each in choices) > most:
        return None
    return {sum(row) for each in choices for row in product(*each)}


# --------------------------------------------------------------------------------------------------- the search


class _Problem(NamedTuple):
    """As in the search for two values; `against` are the literals that the expectations contradict."""

    groups: Groups
    positive: tuple[int, ...]
    negative: tuple[int, ...]
    barred: tuple[int, ...]
    against: int
    all_covers: bool
    max_models: int


class _Source(NamedTuple):
    conservative: tuple[int, ...]
    parsimonious: tuple[int, ...]
    easy: tuple[int, ...]


class _Found(NamedTuple):
    primes: tuple[int, ...]
    models: tuple[tuple[tuple[int, ...], tuple[_Source, ...]], ...]
    truncated: bool


@lru_cache(maxsize=64)
def _conservative(problem: _Problem) -> _Found:
    primes = primes_inside_mv(problem.positive, problem.groups)
    found, more = _covers(primes, problem)
    return _Found(tuple(primes), tuple((cover, ()) for cover in found), more)


@lru_cache(maxsize=64)
def _parsimonious(problem: _Problem) -> _Found:
    primes = primes_avoiding_mv(problem.positive, [*problem.negative, *problem.barred])
    found, more = _covers(primes, problem)
    return _Found(tuple(primes), tuple((cover, ()) for cover in found), more)


@lru_cache(maxsize=64)
def _intermediate(problem: _Problem) -> _Found:
    long_ones, short_ones = _conservative(_without_theory(problem, True)), _parsimonious(_without_theory(problem))
    truncated = long_ones.truncated or short_ones.truncated
    covers_of: dict[frozenset[int], list[tuple[int, ...]]] = {}
    sources: dict[tuple[int, ...], list[_Source]] = {}
    primes: set[int] = set()
    for (long_model, _), (short_model, _) in product(long_ones.models, short_ones.models):
        easy = frozenset(
            long & ~(problem.against & ~short) for long in long_model for short in short_model if short & ~long == 0
        )
        if easy not in covers_of:
            here = [
                term
                for term in primes_inside_mv([*long_ones.primes, *easy], problem.groups)
                if any(term & ~row == 0 for row in problem.positive)
            ]
            covers_of[easy], more = _covers(here, problem)
            truncated |= more
            primes.update(here)
        source = _Source(long_model, short_model, tuple(sorted(easy)))
        for cover in covers_of[easy]:
            if cover in sources or len(sources) < problem.max_models:
                sources.setdefault(cover, []).append(source)
            else:
                truncated = True
    return _Found(tuple(primes), tuple((cover, tuple(behind)) for cover, behind in sources.items()), truncated)


def _without_theory(problem: _Problem, without_remainders: bool = False) -> _Problem:
    """Only what a search depends on, so that it is recognized when it comes again."""
    problem = problem._replace(against=0)
    return problem._replace(barred=(), negative=()) if without_remainders else problem


def _covers(primes: Sequence[int], problem: _Problem) -> tuple[list[tuple[int, ...]], bool]:
    if not problem.positive:
        return [], False
    primes = sorted(primes, key=lambda term: (term.bit_count(), -term))
    terms, rows = np.array(primes, dtype=np.int64), np.array(problem.positive, dtype=np.int64)
    found, more, *_ = covers((terms[:, np.newaxis] & ~rows) == 0, problem.max_models, problem.all_covers)
    return [tuple(primes[each] for each in cover) for cover in found], bool(more)


# ----------------------------------------------------------------------------------------------------- solutions


@dataclass(frozen=True, eq=False)
class MultiValueSolution(Solution):
    """What :func:`minimize_mv` found: a :class:`Solution` whose terms are conjunctions of values, ``"A[1]*B[0]"``."""

    table: MultiValueTable = field(repr=False)

    @cached_property
    def chart(self) -> pd.DataFrame:
        """The prime implicant chart: prime implicants by numbers of the ``1`` rows, true where one covers the other."""
        rows = self.table.corners_with("1")
        return pd.DataFrame(
            [[cube.care & ~row == 0 for row in rows] for cube in self.cubes],
            index=pd.Index(self.prime_implicants, name="prime implicant", dtype=str),
            columns=pd.Index([self.table.row_number(row) for row in rows], name="row"),
            dtype=bool,
        )

    def counterfactuals(self, model: Model | None = None, max_rows: int = 100_000) -> pd.DataFrame:
        """Easy and difficult counterfactuals, as for two values."""
        if self.kind != "intermediate":
            raise InputError(
                f"The {self.kind} solution has no easy and difficult counterfactuals. Use the intermediate one."
            )
        known = set(self.table.corners_with("1", "0", "C"))
        records: list[dict[str, object]] = []
        for each in self.models if model is None else [model]:
            for pair in each.pairs:
                assumed, easy = (
                    _rows_inside((cube.care for cube in cubes), self.table.groups, max_rows - len(records))
                    for cubes in (pair.parsimonious.cubes, pair.easy)
                )
                if assumed is None or easy is None:
                    raise InputError(
                        f"The models assume more than max_rows = {max_rows} unobserved configurations. Raise max_rows."
                    )
                records += [
                    {
                        "model": each.expression,
                        "conservative": pair.conservative.expression,
                        "parsimonious": pair.parsimonious.expression,
                        "kind": "easy" if corner in easy else "difficult",
                        "row": self.table.row_number(corner),
                        "configuration": self.table.label(corner),
                    }
                    for corner in sorted(assumed - known, key=self.table.row_number)
                ]
        columns = ["model", "conservative", "parsimonious", "kind", "row", "configuration"]
        return pd.DataFrame(records, columns=columns)


def minimize_mv(
    table: MultiValueTable,
    solution: SolutionType = "conservative",
    expectations: Mapping[str, Expectation] | None = None,
    exclude: Sequence[str | int] = (),
    all_covers: bool = False,
    max_models: int = 1000,
) -> MultiValueSolution:
    """Minimize a multi-value truth table.

    Parameters
    ----------
    table
        From :func:`truth_table_mv`.
    solution, all_covers, max_models
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
    MultiValueSolution

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
    if solution not in get_args(SolutionType):
        raise InputError(f"The solution {solution!r} is unknown. {did_you_mean(str(solution), get_args(SolutionType))}")
    if max_models < 1:
        raise InputError(f"max_models = {max_models!r} leaves no model. Give 1 or more.")
    problem = _Problem(
        groups=table.groups,
        positive=tuple(table.corners_with("1")),
        negative=tuple(table.corners_with("0", "C")),
        barred=tuple(_excluded(table, exclude)),
        against=_contradicted(table, expectations or {}),
        all_covers=all_covers,
        max_models=max_models,
    )
    if solution != "parsimonious":
        conservative = _solution("conservative", table, _conservative(_without_theory(problem, True)), max_models)
        if solution == "conservative":
            return conservative
    parsimonious = _solution("parsimonious", table, _parsimonious(_without_theory(problem)), max_models)
    if solution == "parsimonious":
        return parsimonious
    return _solution("intermediate", table, _intermediate(problem), max_models, conservative, parsimonious)


def _solution(
    kind: SolutionType,
    table: MultiValueTable,
    found: _Found,
    max_models: int,
    conservative: MultiValueSolution | None = None,
    parsimonious: MultiValueSolution | None = None,
) -> MultiValueSolution:
    """Put what was found into words."""
    models = []
    for terms, sources in found.models:
        named = sorted((cube.text(table.conditions), cube) for cube in map(_cube, terms))
        model = Model(tuple(text for text, _ in named), tuple(cube for _, cube in named), table)
        if conservative and parsimonious:
            pairs = [
                Pair(
                    next(
                        each for each in conservative.models if set(each.cubes) == set(map(_cube, source.conservative))
                    ),
                    next(
                        each for each in parsimonious.models if set(each.cubes) == set(map(_cube, source.parsimonious))
                    ),
                    tuple(map(_cube, source.easy)),
                )
                for source in sorted(sources)
            ]
            model = replace(model, pairs=tuple(pairs))
        models.append(model)
    models.sort(key=lambda model: (model.literals, model.terms))
    notes = list(table.notes)
    if not models:
        notes.append(f"No row of the truth table passes the cutoffs for {table.outcome}: the solution is empty.")
    elif any(model.terms == ("1",) for model in models):
        notes.append(
            f"No observed row speaks against {table.outcome}: "
            f"without a 0 row, the {kind} solution is the constant 1, which explains nothing."
        )
    if found.truncated and len(models) >= max_models:
        notes.append(f"There are more {kind} models than max_models = {max_models}; these are the first found.")
    elif found.truncated:
        notes.append(f"The search was cut short: there may be more {kind} models, or models with fewer terms.")
    elif len(models) > 1:
        notes.append(f"Model ambiguity: {len(models)} {kind} models explain the truth table equally well.")
    cubes = sorted(map(_cube, found.primes), key=lambda cube: (cube.literals, cube.text(table.conditions)))
    return MultiValueSolution(
        kind=kind,
        table=table,
        models=models,
        cubes=tuple(cubes),
        truncated=found.truncated,
        notes=tuple(notes),
        conservative=conservative,
        parsimonious=parsimonious,
    )


def _cube(term: int) -> Cube:
    return Cube(term, term)


def _contradicted(table: MultiValueTable, expectations: Mapping[str, Expectation]) -> int:
    """The literals that the expectations contradict, as a mask."""
    against = 0
    for name, expected in expectations.items():
        if name not in table.names:
            raise InputError(f"The expectation for {name!r} names no condition. {did_you_mean(name, table.names)}")
        if expected is None:
            continue
        position = table.names.index(name)
        possible = range(table.counts[position])
        if isinstance(expected, str):
            if expected not in ("present", "absent"):
                raise InputError(
                    f"The expectation {expected!r} for {name!r} is unknown. Use values, 'present', 'absent', or None."
                )
            wanted = [value for value in possible if (value > 0) == (expected == "present")]
        else:
            wanted = [expected] if isinstance(expected, int) else list(expected)
        if not wanted or any(value not in possible for value in wanted):
            raise InputError(f"The expectation {expected!r} for {name!r} is no value from 0 to {possible[-1]}.")
        against |= sum(bit for value, bit in enumerate(table.groups[position]) if value not in wanted)
    return against


def _excluded(table: MultiValueTable, exclude: Sequence[str | int]) -> list[int]:
    """The excluded regions, as masks of the values allowed in them, without the observed ``1`` rows inside."""
    regions: list[int] = []
    for each in [exclude] if isinstance(exclude, str) else exclude:
        if isinstance(each, str):
            regions += _regions(each, table)
        elif 1 <= each <= table.possible:
            number, values = each - 1, []
            for count in reversed(table.counts):
                number, value = divmod(number, count)
                values.append(value)
            regions.append(table.corner_of(values[::-1]))
        else:
            raise InputError(f"exclude: there is no row {each!r}. Rows are numbered from 1 to {table.possible}.")
    positive = table.corners_with("1")
    return [part for region in regions for part in _without(region, positive, table.groups)]


def _regions(expression: str, table: MultiValueTable) -> list[int]:
    """The configurations that an expression such as ``A[1]*~B[0]`` describes, one region for each choice of values."""
    used: dict[int, None] = {}

    def literal(match: re.Match[str]) -> str:
        name, value = match.group(1), match.group(2)
        if name not in table.names:
            raise InputError(
                f"exclude: {expression!r} names the condition {name!r}, which is not there. {did_you_mean(name, table.names)}"
            )
        position = table.names.index(name)
        if value is None and table.counts[position] > 2:
            raise InputError(
                f"exclude: {expression!r} names {name!r} without a value. Write {name}[0], {name}[1] and so on."
            )
        if int(value or 1) >= table.counts[position]:
            raise InputError(
                f"exclude: {name!r} has no value {value}; its values are 0 to {table.counts[position] - 1}."
            )
        used[position] = None
        return f"literal_{position}_{value or 1}"

    parsed = Expression(re.sub(r"([^\W\d]\w*)(?:\[(\d+)\])?", literal, expression))
    positions = list(used)
    if prod(table.counts[each] for each in positions) > _MOST_COMBINATIONS:
        raise InputError(f"exclude: {expression!r} names more conditions than can be looked through. Split it up.")
    choices = list(product(*(range(table.counts[each]) for each in positions)))
    columns = {
        f"literal_{position}_{value}": [float(choice[place] == value) for choice in choices]
        for place, position in enumerate(positions)
        for value in range(table.counts[position])
    }
    holds = parsed.membership(pd.DataFrame(columns, index=range(len(choices)))).to_numpy() > 0.5
    everything = sum(map(sum, table.groups))
    regions = []
    for choice in (choice for choice, here in zip(choices, holds, strict=True) if here):
        region = everything
        for position, value in zip(positions, choice, strict=True):
            region &= ~(sum(table.groups[position]) & ~table.groups[position][value])
        regions.append(region)
    return regions


def _without(region: int, rows: Sequence[int], groups: Groups) -> list[int]:
    """What is left of a region without some rows, as disjoint regions."""
    inside = [row for row in rows if row & ~region == 0]
    if not inside:
        return [region]
    for bits in groups:
        allowed = [bit for bit in bits if region & bit]
        if len(allowed) > 1:
            rest = region & ~sum(allowed)
            return [part for bit in allowed for part in _without(rest | bit, inside, groups)]
    return []
