"""Boolean minimization of a truth table: the conservative, the parsimonious and the intermediate solution."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from numbers import Real
from typing import Literal, NamedTuple, get_args

import numpy as np
import pandas as pd

from equifinal import InputError, sets
from equifinal.errors import did_you_mean
from equifinal_qca.engine import search
from equifinal_qca.engine.cubes import Cube, Floats
from equifinal_qca.engine.search import Found, Problem, Terms
from equifinal_qca.inputs import is_whole, memberships_of
from equifinal_qca.printing import as_text, frame_as_text
from equifinal_qca.space import Expectation
from equifinal_qca.table import TruthTable, column_of_lists

__all__ = ["Model", "Pair", "Solution", "SolutionType", "minimize"]

_MOST_MODELS = 10  # to show
SolutionType = Literal["conservative", "parsimonious", "intermediate"]


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
    _terms_fit: dict[Cube, "_TermFit"] = field(default_factory=dict, repr=False)  # shared by the models of a solution

    @property
    def literals(self) -> int:
        """The number of literals in all terms."""
        return sum(cube.literals for cube in self.cubes)

    @property
    def expression(self) -> str:
        """The terms joined by `` + ``."""
        return " + ".join(self.terms)

    def __str__(self) -> str:
        return f"{self.expression} => {self.table.outcome}"

    @cached_property
    def term_memberships(self) -> Floats:
        """Membership of the n cases in the m terms, shape (n, m)."""
        return np.column_stack([each.membership for each in self._fit_of_terms])

    @property
    def _fit_of_terms(self) -> list["_TermFit"]:
        for cube in self.cubes:
            if cube not in self._terms_fit:
                self._terms_fit[cube] = _term_fit(cube, self.table)
        return [self._terms_fit[cube] for cube in self.cubes]

    @cached_property
    def membership(self) -> Floats:
        """Membership of the n cases in the model: the highest of its terms', shape (n,)."""
        highest: Floats = self.term_memberships.max(axis=1, initial=0.0)
        return highest

    def predict(self, frame: pd.DataFrame) -> pd.Series:
        """Membership of other cases in the model.

        Parameters
        ----------
        frame
            One row per case, a column for each condition that the model uses, memberships from 0 to 1, calibrated as the cases
            were that the model comes from.

        Returns
        -------
        pandas.Series
            Memberships, 0 to 1, with the frame's index.

        Raises
        ------
        InputError
            When a condition's column is missing, has missing values or values outside 0 to 1.

        Examples
        --------
        >>> import pandas as pd
        >>> from equifinal_qca import minimize, truth_table
        >>> known = pd.DataFrame({"A": [1, 1, 0], "B": [1, 0, 1], "Y": [1, 0, 0]})
        >>> model = minimize(truth_table(known, "Y")).best
        >>> model.predict(pd.DataFrame({"A": [0.9, 0.2], "B": [0.7, 0.8]}, index=["u", "v"])).to_dict()
        {'u': 0.7, 'v': 0.2}
        """
        conditions = self.table.conditions
        used = 0
        for cube in self.cubes:
            used |= cube.care
        memberships = np.zeros((len(frame), len(conditions)))
        for position, name in enumerate(conditions):
            if used >> (len(conditions) - 1 - position) & 1:
                if name not in frame.columns:
                    raise InputError(f"The condition {name!r} is not a column. {did_you_mean(name, frame.columns)}")
                memberships[:, position] = memberships_of(frame, name)
        highest = np.maximum.reduce([cube.membership(memberships) for cube in self.cubes])
        return pd.Series(highest, index=frame.index, name="predicted")

    def simplifying_assumptions(self, max_rows: int = 100_000) -> pd.Series:
        """The remainders that the model assumes to have the outcome (Ragin 1987).

        Returns
        -------
        pandas.Series
            Index: the row numbers. Values: the configurations, ``A*~B*C``. Empty for a conservative model.

        Raises
        ------
        InputError
            When there are more than `max_rows`, observed ones included, to look at.
        """
        return self.table.remainders_inside(self.cubes, max_rows)

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
        x = self.term_memberships
        terms = self._fit_of_terms
        # What the other terms leave a case with: the second highest membership where the term itself has the highest.
        highest, second = np.sort(np.column_stack([np.zeros(len(x)), x]), axis=1)[:, [-1, -2]].T[:, :, np.newaxis]
        others = np.where(x == highest, second, highest)
        without = sets.coverage(others, self.table.outcome_membership)
        return pd.DataFrame(
            {
                "consistency": [term.consistency for term in terms],
                "pri": [term.pri for term in terms],
                "raw_coverage": [term.coverage for term in terms],
                "unique_coverage": sets.coverage(highest[:, 0], self.table.outcome_membership) - without,
                "cases": column_of_lists([term.cases.copy() for term in terms]),
            },
            index=pd.Index(self.terms, name="term", dtype=str),
        )


class _TermFit(NamedTuple):
    """One term's memberships and parameters of fit."""

    membership: Floats
    consistency: float
    pri: float
    coverage: float
    cases: list[str]


def _term_fit(cube: Cube, table: TruthTable) -> _TermFit:
    x, y = cube.membership(table.memberships), table.outcome_membership
    cases = [str(name) for name in table.cases[x > 0.5]]
    return _TermFit(x, sets.consistency(x, y), sets.pri(x, y), sets.coverage(x, y), cases)


@dataclass(frozen=True, eq=False)
class Pair:
    """A conservative and a parsimonious model, and the region between them that the expectations allow.

    `easy` are the terms whose remainders are easy counterfactuals: the conservative terms without the literals that theory
    contradicts and that the parsimonious model does not need, and with the conjunctions that are expected.
    """

    conservative: Model
    parsimonious: Model
    easy: Terms


@dataclass(frozen=True, eq=False, repr=False)
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
        Whether there are, or may be, more models than those listed.
    models_at_least
        A lower bound for the number of models; exactly their number unless truncated.
    proved
        Whether it is proved that no model can have fewer terms; False only when a search was cut short.
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
    models_at_least: int = 0
    proved: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "models_at_least", max(self.models_at_least, len(self.models)))

    @property
    def prime_implicants(self) -> tuple[str, ...]:
        """All prime implicants that match a ``1`` row, fewest literals first, then alphabetically.

        Where a note says that there are too many, those that were looked at in the end.
        """
        return tuple(cube.text(self.table.conditions) for cube in self.cubes)

    @cached_property
    def chart(self) -> pd.DataFrame:
        """The prime implicant chart: prime implicants by numbers of the ``1`` rows, true where one covers the other."""
        rows = np.array(self.table.corners_with("1"), dtype=np.int64)
        return pd.DataFrame(
            search.chart(self.cubes, rows),
            index=pd.Index(self.prime_implicants, name="prime implicant", dtype=str),
            columns=pd.Index(self.table.space.row_numbers(rows), name="row"),
        )

    def __repr__(self) -> str:
        head = f"{self.kind.capitalize()} solution for {self.table.outcome}"
        if self.best is None:
            return as_text(head, notes=self.notes)
        lines = [f"M{number}: {model}" for number, model in enumerate(self.models[:_MOST_MODELS], start=1)]
        if len(self.models) > _MOST_MODELS:
            lines.append(f"... {len(self.models) - _MOST_MODELS} more models, see .overview")
        name, fit = f"M{self.models.index(self.best) + 1}", self.best.fit
        overall = {**self.best.overall, "raw_coverage": self.best.overall["coverage"]}
        last = pd.DataFrame({column: [overall.get(column)] for column in fit.columns}, index=[name])
        body = frame_as_text(pd.concat([fit.astype(object), last.astype(object)]))
        if len(self.models) > 1:
            lines.append(
                f"\nParameters of fit of {name}, first by consistency, then by coverage, then in the alphabet:"
            )
        return as_text(head, "\n".join(lines), body, notes=self.notes)

    def _repr_html_(self) -> str:
        from equifinal.html import bullets, heading, piece, table

        parts = [heading(f"{self.kind.capitalize()} solution for {self.table.outcome}")]
        if self.best is not None:
            parts += [heading(self.best.expression), table(self.best.fit)]
            parts.append(table(self.overview, "Models"))
        return piece(*parts, bullets(self.notes))

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
                "model": pd.array([model.expression for model in self.models], dtype="str"),
                "terms": [len(model.terms) for model in self.models],
                "literals": [model.literals for model in self.models],
                "consistency": sets.consistency(x, y),
                "pri": sets.pri(x, y),
                "coverage": sets.coverage(x, y),
            },
            index=pd.RangeIndex(1, len(self.models) + 1, name="number"),
        )

    @cached_property
    def best(self) -> Model | None:
        """The model with the highest consistency, then coverage, then first in the alphabet; None when there is none."""
        if len(self.models) < 2:
            return self.models[0] if self.models else None
        # Equal sums can differ in their last digits.
        fit = self.overview[["consistency", "coverage"]].fillna(-1.0).round(10).to_numpy()
        return self.models[min(range(len(fit)), key=lambda each: (*(-fit[each]), self.models[each].expression))]

    def predict(self, frame: pd.DataFrame) -> pd.Series:
        """Membership of other cases in the best model (:meth:`Model.predict`); 0 throughout for an empty solution.

        ``pandas.concat([model.predict(frame) for model in solution.models], axis=1)`` shows on which cases the models differ.
        """
        if self.best is None:
            return pd.Series(0.0, index=frame.index, name="predicted")
        return self.best.predict(frame)

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
        observed = set(self.table.corners_with("1", "0", "C"))
        records: list[dict[str, object]] = []
        for each in self.models if model is None else [model]:
            for pair in each.pairs:
                assumed = self.table.space.corners_inside(pair.parsimonious.cubes, max_rows - len(records))
                easy = set(self.table.space.corners_inside(pair.easy, max_rows).tolist())
                for corner, row in zip(assumed.tolist(), self.table.space.row_numbers(assumed).tolist(), strict=True):
                    if corner in observed:
                        continue
                    records.append(
                        {
                            "model": each.expression,
                            "conservative": pair.conservative.expression,
                            "parsimonious": pair.parsimonious.expression,
                            "kind": "easy" if corner in easy else "difficult",
                            "row": row,
                            "configuration": self.table.space.label(corner),
                        }
                    )
        columns = ["model", "conservative", "parsimonious", "kind", "row", "configuration"]
        return pd.DataFrame(records, columns=columns)


def minimize(
    table: TruthTable,
    solution: SolutionType = "conservative",
    expectations: Mapping[str, Expectation] | Sequence[str] | None = None,
    exclude: Sequence[str | int] = (),
    all_covers: bool = False,
    max_models: int = 1000,
    max_seconds: float | None = None,
    effort: float = 1.0,
) -> Solution:
    """Minimize a truth table.

    A search that would take longer than about half a minute is cut short, always at the same point, and so is one that takes
    longer than `max_seconds`. The solution then holds what was found, is `truncated`, and its notes say what is not proved.

    Parameters
    ----------
    table
        From :func:`truth_table`.
    solution
        ``"conservative"`` uses no remainder (unobserved configuration), ``"parsimonious"`` any that shortens the result,
        ``"intermediate"`` of these only those in line with the expectations (Ragin 2008).
    expectations
        Condition to ``1`` or ``"present"`` (its presence should help the outcome), ``0`` or ``"absent"``, ``None``
        (nothing is expected; the default). Used by the intermediate solution. A conjunction such as ``"A*~B"`` may be
        expected to be present: a counterfactual is easy when it follows from a configuration that a conservative term covers
        by bringing about what is expected, all conditions of the conjunction together, while everything else stays and the
        parsimonious term still holds (conjunctural directional expectations, Schneider & Wagemann 2013). A list says what is
        expected to be present: ``["A", "~B"]`` is ``{"A": 1, "B": 0}``.
    exclude
        Remainders that must not be assumed to have the outcome: expressions over the conditions, or row numbers (1 to
        2^k, the first condition counting most). Observed rows keep their output.
    all_covers
        All irredundant models instead of those with the fewest terms.
    max_models
        The most models to list; the same ones every time.
    max_seconds
        The time for the search of covers, about; by default only the amount of work is limited. What is found in a time
        depends on the machine.
    effort
        Of the usual amount of work: 10 for ten times as much before a search is cut short, 0.1 for a tenth.

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
    if not isinstance(table, TruthTable):
        raise InputError(
            f"minimize takes a truth table, not {type(table).__name__}. Give it truth_table(frame, outcome, ...)."
        )
    if solution not in get_args(SolutionType):
        raise InputError(f"The solution {solution!r} is unknown. {did_you_mean(str(solution), get_args(SolutionType))}")
    if not is_whole(max_models):
        raise InputError(f"max_models = {max_models!r} is no number of models. Give a whole number from 1 on.")
    if max_seconds is not None and not (isinstance(max_seconds, Real) and max_seconds > 0):
        raise InputError(f"max_seconds = {max_seconds!r} leaves no time. Give more than 0, or None.")
    if not (isinstance(effort, Real) and 0 < effort < float("inf")):
        raise InputError(f"effort = {effort!r} is no share of the usual work. Give more than 0; 1 is usual.")
    if isinstance(expectations, str):
        literals = [each.strip() for each in expectations.split(",")]
        raise InputError(f"expectations = {expectations!r} is one text. Give a list, {literals!r}, or a dict.")
    if not isinstance(expectations, Mapping):
        expectations = dict.fromkeys(expectations or (), "present")
    present, absent, together = table.space.expected(expectations)
    problem = Problem(
        everything=table.space.everything,
        groups=table.space.groups,
        positive=tuple(table.corners_with("1")),
        off=(*map(table.space.region, table.corners_with("0", "C")), *table.barred(exclude)),
        present=present,
        absent=absent,
        together=together,
        all_covers=all_covers,
        max_models=max_models,
        max_seconds=max_seconds,
        effort=effort,
    )
    if solution == "conservative":
        return _solution("conservative", table, search.conservative(problem.without_remainders()), max_models)
    if solution == "parsimonious":
        return _solution("parsimonious", table, search.parsimonious(problem.without_theory()), max_models)
    behind = (
        _solution("conservative", table, search.conservative(problem.without_remainders()), max_models),
        _solution("parsimonious", table, search.parsimonious(problem.without_theory()), max_models),
    )
    return _solution("intermediate", table, search.intermediate(problem), max_models, *behind)


def _solution(
    kind: SolutionType,
    table: TruthTable,
    found: Found,
    max_models: int,
    conservative: Solution | None = None,
    parsimonious: Solution | None = None,
) -> Solution:
    """Put what was found into words."""
    used = {cube for cubes, _ in found.models for cube in cubes}  # many models share few terms
    texts = {cube: cube.text(table.conditions) for cube in used.union(found.primes)}
    terms_fit: dict[Cube, _TermFit] = {}
    models = []
    for cubes, _ in found.models:
        ordered = sorted(cubes, key=texts.__getitem__)
        models.append(Model(tuple(texts[cube] for cube in ordered), tuple(ordered), table, (), terms_fit))
    if conservative and parsimonious:
        long_ones = {frozenset(model.cubes): model for model in conservative.models}
        short_ones = {frozenset(model.cubes): model for model in parsimonious.models}
        models = [
            replace(
                model,
                pairs=tuple(
                    Pair(
                        long_ones[frozenset(source.conservative)],
                        short_ones[frozenset(source.parsimonious)],
                        source.easy,
                    )
                    for source in sorted(sources)
                ),
            )
            for model, (_, sources) in zip(models, found.models, strict=True)
        ]
    models.sort(key=lambda model: (model.literals, model.terms))
    notes = list(table.notes)
    if not models:
        notes.append(f"No row of the truth table passes the cutoffs for {table.outcome}: the solution is empty.")
    elif any(model.terms == ("1",) for model in models):
        notes.append(
            f"No observed row speaks against {table.outcome}: "
            f"without a 0 row, the {kind} solution is the constant 1, which explains nothing."
        )
    notes.extend(_unproved(kind, models, found, max_models))
    if len(models) > 1 and not found.truncated:
        notes.append(f"Model ambiguity: {len(models)} {kind} models explain the truth table equally well.")
    return Solution(
        kind=kind,
        table=table,
        models=models,
        cubes=tuple(sorted(found.primes, key=lambda cube: (cube.literals, texts[cube]))),
        truncated=found.truncated,
        models_at_least=found.at_least,
        proved=found.bound is None,
        notes=tuple(notes),
        conservative=conservative,
        parsimonious=parsimonious,
    )


def _unproved(kind: SolutionType, models: list[Model], found: Found, max_models: int) -> list[str]:
    """What is not known about the models, in sentences."""
    said = []
    if not found.complete:
        said.append(
            "There are too many prime implicants to find them all: the models are made of some of them. "
            "Fewer conditions, or more cases for each, would help."
        )
    if found.bound is not None:
        fewest = f"; none can have fewer than {found.bound}" if found.bound > 1 else ""
        said.append(
            f"The search was cut short: it is not proved that the {kind} models have the fewest terms possible{fewest}."
        )
    elif found.truncated and len(models) >= max_models:
        said.append(
            f"There are more {kind} models than max_models = {max_models}, at least {found.at_least}; these are the first found."
        )
    elif found.truncated:
        said.append(
            f"The search was cut short: these {kind} models are right, but there may be more, or more models behind them."
        )
    return said
