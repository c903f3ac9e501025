"""Boolean minimization of a truth table: the conservative, the parsimonious and the intermediate solution."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equifinal import InputError, sets
from equifinal.errors import did_you_mean
from equifinal_qca.cover import covers
from equifinal_qca.cubes import Cube, Floats, Ints, cubes_of, rows_inside, without
from equifinal_qca.implicants import primes_avoiding, primes_inside
from equifinal_qca.table import TruthTable

__all__ = ["Model", "Pair", "Solution", "SolutionType", "minimize"]

SolutionType = Literal["conservative", "parsimonious", "intermediate"]
Expectation = int | str | None
Terms = tuple[Cube, ...]


@dataclass(frozen=True, eq=False)
class Model:
    """One way to explain every ``1`` row: a disjunction of terms.

    Attributes
    ----------
    terms
        The terms, such as ``"A*~B"``, in alphabetical order; ``("1",)`` for the constant 1.
    cubes
        The same terms as bit masks.
    pairs
        For an intermediate model: what it was built on, one entry for each conservative and parsimonious model that
        lead to it.
    """

    terms: tuple[str, ...]
    cubes: Terms = field(repr=False)
    table: TruthTable = field(repr=False)
    pairs: tuple["Pair", ...] = field(default=(), repr=False)

    @property
    def literals(self) -> int:
        """The number of literals in all terms."""
        return sum(cube.literals for cube in self.cubes)

    @property
    def expression(self) -> str:
        """The terms joined by `` + ``."""
        return " + ".join(self.terms)

    @cached_property
    def term_memberships(self) -> Floats:
        """Membership of the n cases in the m terms, shape (n, m)."""
        return np.column_stack([cube.membership(self.table.memberships) for cube in self.cubes])

    @cached_property
    def membership(self) -> Floats:
        """Membership of the n cases in the model: the highest of its terms', shape (n,)."""
        highest: Floats = self.term_memberships.max(axis=1, initial=0.0)
        return highest

    @cached_property
    def overall(self) -> dict[str, float]:
        """Consistency, PRI and coverage of the whole model, 0 to 1."""
        y = self.table.outcome_membership
        return {
            "consistency": sets.consistency(self.membership, y),
            "pri": sets.pri(self.membership, y),
            "coverage": sets.coverage(self.membership, y),
        }

    @cached_property
    def fit(self) -> pd.DataFrame:
        """Parameters of fit by term.

        Returns
        -------
        pandas.DataFrame
            Index: the terms. Columns: ``consistency``, ``pri``, ``raw_coverage``, ``unique_coverage`` (the model's
            coverage less its coverage without the term), from 0 to 1, and ``cases``, the list of the names of the cases
            with membership above 0.5.
        """
        x, y = self.term_memberships, self.table.outcome_membership
        others = np.column_stack([np.delete(x, term, axis=1).max(axis=1, initial=0.0) for term in range(x.shape[1])])
        return pd.DataFrame(
            {
                "consistency": sets.consistency(x, y),
                "pri": sets.pri(x, y),
                "raw_coverage": sets.coverage(x, y),
                "unique_coverage": self.overall["coverage"] - sets.coverage(others, y),
                "cases": pd.Series(
                    [[str(name) for name in self.table.cases[column > 0.5]] for column in x.T],
                    index=list(self.terms),
                    dtype=object,
                ),
            },
            index=pd.Index(self.terms, name="term", dtype=str),
        )


@dataclass(frozen=True, eq=False)
class Pair:
    """A conservative and a parsimonious model, and the region between them that the expectations allow.

    `easy` are the terms whose remainders are easy counterfactuals: the conservative terms without the literals that theory
    contradicts and that the parsimonious model does not need.
    """

    conservative: Model
    parsimonious: Model
    easy: Terms


@dataclass(frozen=True, eq=False)
class Solution:
    """What :func:`minimize` found.

    Attributes
    ----------
    kind
        ``"conservative"``, ``"parsimonious"`` or ``"intermediate"``.
    models
        All models, sorted by number of literals, then alphabetically; empty when no row is ``1``.
    prime_implicants
        All prime implicants that match a ``1`` row, fewest literals first, then alphabetically.
    truncated
        Whether there are more models than `max_models`.
    conservative, parsimonious
        For the intermediate solution: the two that it lies between.
    notes
        What a reader should know: no model, several models, a constant.
    """

    kind: SolutionType
    table: TruthTable = field(repr=False)
    models: list[Model]
    cubes: Terms = field(repr=False)
    truncated: bool = False
    notes: tuple[str, ...] = ()
    conservative: "Solution | None" = field(default=None, repr=False)
    parsimonious: "Solution | None" = field(default=None, repr=False)

    @property
    def prime_implicants(self) -> tuple[str, ...]:
        """All prime implicants that match a ``1`` row, fewest literals first, then alphabetically."""
        return tuple(cube.text(self.table.conditions) for cube in self.cubes)

    @cached_property
    def chart(self) -> pd.DataFrame:
        """The prime implicant chart: prime implicants by numbers of the ``1`` rows, true where one covers the other."""
        rows = np.array(self.table.corners_with("1"), dtype=np.int64)
        return pd.DataFrame(
            _chart(self.cubes, rows),
            index=pd.Index(self.prime_implicants, name="prime implicant", dtype=str),
            columns=pd.Index(rows + 1, name="row"),
        )

    @cached_property
    def overview(self) -> pd.DataFrame:
        """All models with their fit.

        Returns
        -------
        pandas.DataFrame
            Index: 1 to the number of models, in their order. Columns: ``model`` (expression), ``terms`` and ``literals``
            (numbers of them), ``consistency``, ``pri``, ``coverage`` (0 to 1).
        """
        cubes = {cube for model in self.models for cube in model.cubes}
        term = {cube: cube.membership(self.table.memberships) for cube in cubes}
        x = np.zeros((len(self.table.cases), len(self.models)))
        for column, model in enumerate(self.models):
            x[:, column] = np.maximum.reduce([term[cube] for cube in model.cubes])
        y = self.table.outcome_membership
        return pd.DataFrame(
            {
                "model": pd.Series([model.expression for model in self.models], dtype=str),
                "terms": [len(model.terms) for model in self.models],
                "literals": [model.literals for model in self.models],
                "consistency": sets.consistency(x, y),
                "pri": sets.pri(x, y),
                "coverage": sets.coverage(x, y),
            }
        ).set_axis(pd.RangeIndex(1, len(self.models) + 1, name="number"))

    @cached_property
    def best(self) -> Model | None:
        """The model with the highest consistency, then coverage, then first in the alphabet; None when there is none."""
        if len(self.models) < 2:
            return self.models[0] if self.models else None
        # Equal sums can differ in their last digits.
        fit = self.overview[["consistency", "coverage"]].fillna(-1.0).round(10).to_numpy()
        return self.models[min(range(len(fit)), key=lambda each: (*(-fit[each]), self.models[each].expression))]

    def counterfactuals(self, model: Model | None = None, max_rows: int = 100_000) -> pd.DataFrame:
        """The remainders that the parsimonious models behind an intermediate model (default: each) assume to be positive.

        *Easy*: in line with the directional expectations, so the intermediate model may use it too. *Difficult*: used by
        the parsimonious model only.

        Returns
        -------
        pandas.DataFrame
            Columns: ``model``, ``conservative``, ``parsimonious`` (expressions), ``kind`` (``"easy"`` or
            ``"difficult"``), ``row`` (number), ``configuration`` (``A*~B*C``).

        Raises
        ------
        InputError
            When this is no intermediate solution, or there are more than `max_rows` configurations to look at.
        """
        if self.kind != "intermediate":
            raise InputError(
                f"The {self.kind} solution has no easy and difficult counterfactuals. Use the intermediate one."
            )
        known = np.array(self.table.corners_with("1", "0", "C"), dtype=np.int64)
        records: list[dict[str, object]] = []
        for each in self.models if model is None else [model]:
            for pair in each.pairs:
                assumed = rows_inside(pair.parsimonious.cubes, self.table.all_conditions, max_rows - len(records))
                easy = rows_inside(pair.easy, self.table.all_conditions, max_rows)
                if assumed is None or easy is None:
                    raise InputError(
                        f"The models assume more than max_rows = {max_rows} unobserved configurations. Raise max_rows."
                    )
                for corner in np.setdiff1d(assumed, known).tolist():
                    records.append(
                        {
                            "model": each.expression,
                            "conservative": pair.conservative.expression,
                            "parsimonious": pair.parsimonious.expression,
                            "kind": "easy" if corner in easy else "difficult",
                            "row": corner + 1,
                            "configuration": self.table.label(corner),
                        }
                    )
        columns = ["model", "conservative", "parsimonious", "kind", "row", "configuration"]
        return pd.DataFrame(records, columns=columns)


def minimize(
    table: TruthTable,
    solution: SolutionType = "conservative",
    expectations: Mapping[str, Expectation] | None = None,
    exclude: Sequence[str | int] = (),
    all_covers: bool = False,
    max_models: int = 1000,
) -> Solution:
    """Minimize a truth table.

    Parameters
    ----------
    table
        From :func:`truth_table`.
    solution
        ``"conservative"`` uses no remainder (unobserved configuration), ``"parsimonious"`` any that shortens the result,
        ``"intermediate"`` of these only those in line with the expectations (Ragin 2008).
    expectations
        Condition to ``1`` or ``"present"`` (its presence should help the outcome), ``0`` or ``"absent"``, ``None``
        (nothing is expected; the default). Used by the intermediate solution.
    exclude
        Remainders that must not be assumed to have the outcome: expressions over the conditions, or row numbers (1 to
        2^k, the first condition counting most). Observed rows keep their output.
    all_covers
        All irredundant models instead of those with the fewest terms.
    max_models
        The most models to list; the same ones every time.

    Returns
    -------
    Solution

    Raises
    ------
    InputError
        For an unknown solution, condition or row.

    Examples
    --------
    >>> import pandas as pd
    >>> from equifinal_qca import minimize, truth_table
    >>> frame = pd.DataFrame({"A": [1, 1, 0], "B": [1, 0, 1], "Y": [1, 0, 0]})
    >>> [model.terms for model in minimize(truth_table(frame, outcome="Y"), "parsimonious").models]
    [('A*B',)]
    """
    if solution not in get_args(SolutionType):
        raise InputError(f"The solution {solution!r} is unknown. {did_you_mean(str(solution), get_args(SolutionType))}")
    if max_models < 1:
        raise InputError(f"max_models = {max_models!r} leaves no model. Give 1 or more.")
    present, absent = _expected(table, expectations or {})
    barred = _excluded(table, exclude)
    search = _Search(table, all_covers, max_models)
    if solution == "conservative":
        return search.conservative()
    if solution == "parsimonious":
        return search.parsimonious(barred)
    return search.intermediate(present, absent, barred)


class _Search:
    """One minimization: the table's ``1`` rows and how models are to be listed."""

    def __init__(self, table: TruthTable, all_covers: bool, max_models: int) -> None:
        self.table = table
        self.all_covers = all_covers
        self.max_models = max_models
        self.rows = table.corners_with("1")
        self._corners = np.array(self.rows, dtype=np.int64)

    def conservative(self) -> Solution:
        primes = primes_inside(Cube(self.table.all_conditions, row) for row in self.rows)
        return self._solution("conservative", primes)

    def parsimonious(self, barred: Sequence[Cube]) -> Solution:
        negative = [Cube(self.table.all_conditions, row) for row in self.table.corners_with("0", "C")]
        return self._solution("parsimonious", primes_avoiding(self.rows, [*negative, *barred]))

    def intermediate(self, present: int, absent: int, barred: Sequence[Cube]) -> Solution:
        conservative, parsimonious = self.conservative(), self.parsimonious(barred)
        truncated = conservative.truncated or parsimonious.truncated
        covers_of: dict[frozenset[Cube], list[Terms]] = {}
        pairs_of: dict[Terms, list[Pair]] = {}
        cubes: set[Cube] = set()
        for long in conservative.models:
            for short in parsimonious.models:
                easy = frozenset(
                    _trimmed(c, q, present, absent) for c in long.cubes for q in short.cubes if q.contains(c)
                )
                if easy not in covers_of:
                    primes = self._matching(primes_inside([*conservative.cubes, *easy]))
                    covers_of[easy], more = self._covers(primes)
                    truncated |= more
                    cubes.update(primes)
                pair = Pair(long, short, tuple(sorted(easy)))
                for cover in covers_of[easy]:
                    if cover in pairs_of or len(pairs_of) < self.max_models:
                        pairs_of.setdefault(cover, []).append(pair)
                    else:
                        truncated = True
        models = [self._model(cover, tuple(pairs)) for cover, pairs in pairs_of.items()]
        return self._finished("intermediate", cubes, models, truncated, conservative, parsimonious)

    def _solution(self, kind: SolutionType, primes: list[Cube]) -> Solution:
        found, truncated = self._covers(primes)
        return self._finished(kind, set(primes), [self._model(cover) for cover in found], truncated)

    def _matching(self, primes: list[Cube]) -> list[Cube]:
        """Only those that match a ``1`` row."""
        matches = _chart(primes, self._corners)
        return [cube for cube, its_rows in zip(primes, matches, strict=True) if its_rows.any()]

    def _covers(self, primes: list[Cube]) -> tuple[list[Terms], bool]:
        if not self.rows:
            return [], False
        primes = sorted(primes, key=self._order)
        found, more = covers(_chart(primes, self._corners), self.max_models, self.all_covers)
        return [tuple(primes[each] for each in cover) for cover in found], more

    def _order(self, cube: Cube) -> tuple[int, str]:
        return cube.literals, cube.text(self.table.conditions)

    def _model(self, cubes: Terms, pairs: tuple[Pair, ...] = ()) -> Model:
        named = sorted((cube.text(self.table.conditions), cube) for cube in cubes)
        return Model(tuple(text for text, _ in named), tuple(cube for _, cube in named), self.table, pairs)

    def _finished(
        self,
        kind: SolutionType,
        cubes: set[Cube],
        models: list[Model],
        truncated: bool,
        conservative: Solution | None = None,
        parsimonious: Solution | None = None,
    ) -> Solution:
        models.sort(key=lambda model: (model.literals, model.terms))
        notes = list(self.table.notes)
        if not self.rows:
            notes.append(
                f"No row of the truth table passes the cutoffs for {self.table.outcome}: the solution is empty."
            )
        elif any(model.terms == ("1",) for model in models):
            notes.append(
                f"No observed row speaks against {self.table.outcome}: "
                f"without a 0 row, the {kind} solution is the constant 1, which explains nothing."
            )
        if truncated:
            notes.append(
                f"There are more {kind} models than max_models = {self.max_models}; these are the first found."
            )
        elif len(models) > 1:
            notes.append(f"Model ambiguity: {len(models)} {kind} models explain the truth table equally well.")
        order = tuple(sorted(cubes, key=self._order))
        return Solution(kind, self.table, models, order, truncated, tuple(notes), conservative, parsimonious)


def _chart(cubes: Iterable[Cube], rows: Ints) -> NDArray[np.bool_]:
    """Which cube matches which row, shape (cubes, rows)."""
    pairs = np.array(list(cubes), dtype=np.int64).reshape(-1, 2)
    matches: NDArray[np.bool_] = (rows & pairs[:, :1]) == pairs[:, 1:]
    return matches


def _trimmed(long: Cube, short: Cube, present: int, absent: int) -> Cube:
    """Drop from a conservative term what is contradicted by an expectation and not needed by the parsimonious term."""
    contradicted = long.care & ((present & ~long.bits) | (absent & long.bits))
    care = long.care & ~(contradicted & ~short.care)
    return Cube(care, long.bits & care)


def _expected(table: TruthTable, expectations: Mapping[str, Expectation]) -> tuple[int, int]:
    """The conditions expected present and those expected absent, as bit masks."""
    masks = {"present": 0, "absent": 0}
    meaning: dict[Expectation, str | None] = {1: "present", 0: "absent", "present": "present", "absent": "absent"}
    for name, expected in expectations.items():
        if name not in table.conditions:
            raise InputError(f"The expectation for {name!r} names no condition. {did_you_mean(name, table.conditions)}")
        if expected is None:
            continue
        if expected not in meaning:
            raise InputError(
                f"The expectation {expected!r} for {name!r} is unknown. Use 1 or 'present', 0 or 'absent', or None."
            )
        masks[str(meaning[expected])] |= 1 << (len(table.conditions) - 1 - table.conditions.index(name))
    return masks["present"], masks["absent"]


def _excluded(table: TruthTable, exclude: Sequence[str | int]) -> list[Cube]:
    """The excluded configurations as cubes, without the observed ``1`` rows inside."""
    if isinstance(exclude, str):
        exclude = [exclude]
    cubes: list[Cube] = []
    for each in exclude:
        if isinstance(each, str):
            cubes.extend(cubes_of(each, table.conditions, "exclude: "))
        elif 1 <= each <= table.all_conditions + 1:
            cubes.append(Cube(table.all_conditions, int(each) - 1))
        else:
            raise InputError(
                f"exclude: there is no row {each!r}. Rows are numbered from 1 to {table.all_conditions + 1}."
            )
    positive = table.corners_with("1")
    return [part for cube in primes_inside(cubes) for part in without(cube, positive, table.all_conditions)]
