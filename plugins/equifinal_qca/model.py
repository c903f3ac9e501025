"""One model of a solution: its terms, memberships in them, and their parameters of fit."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from equifinal import InputError, sets
from equifinal.errors import did_you_mean
from equifinal_qca.engine.cubes import Cube, Floats
from equifinal_qca.engine.search import Terms
from equifinal_qca.inputs import memberships_of
from equifinal_qca.table import TruthTable


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
        For an intermediate model: one entry for each pair of a conservative and a parsimonious model that lead to it.
    """

    terms: tuple[str, ...]
    cubes: Terms = field(repr=False)
    table: TruthTable = field(repr=False)
    pairs: tuple["Pair", ...] = field(default=(), repr=False)
    _terms_fit: dict[Cube, "TermFit"] = field(default_factory=dict, repr=False)  # shared by the models of a solution

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
    def _fit_of_terms(self) -> list["TermFit"]:
        for cube in self.cubes:
            if cube not in self._terms_fit:
                self._terms_fit[cube] = TermFit(cube, self.table)
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
            One row per case, a column for each condition that the model uses, memberships from 0 to 1, calibrated like the
            cases that the model comes from.

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
    def unique_coverage(self) -> Floats:
        """Of each term the model's coverage less its coverage without the term, shape (m,)."""
        x = self.term_memberships
        # A case's membership in the other terms: the second highest membership where the term itself has the highest.
        highest, second = np.sort(np.column_stack([np.zeros(len(x)), x]), axis=1)[:, [-1, -2]].T[:, :, np.newaxis]
        others = np.where(x == highest, second, highest)
        y = self.table.outcome_membership
        return np.asarray(sets.coverage(highest[:, 0], y) - sets.coverage(others, y))

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
        terms = self._fit_of_terms
        consistency, pri, coverage = zip(*(term.numbers for term in terms), strict=True)
        return pd.DataFrame(
            {
                "consistency": consistency,
                "pri": pri,
                "raw_coverage": coverage,
                "unique_coverage": self.unique_coverage,
                "cases": [term.cases.copy() for term in terms],
            },
            index=pd.Index(self.terms, name="term", dtype=str),
        )


class TermFit:
    """One term's memberships and, when somebody asks for them, its parameters of fit."""

    def __init__(self, cube: Cube, table: TruthTable) -> None:
        self.membership, self._table = cube.membership(table.memberships), table

    @cached_property
    def numbers(self) -> tuple[float, float, float]:
        """Consistency, PRI and raw coverage."""
        x, y = self.membership, self._table.outcome_membership
        return sets.consistency(x, y), sets.pri(x, y), sets.coverage(x, y)

    @cached_property
    def cases(self) -> list[str]:
        """The names of the cases with membership above 0.5."""
        return [str(name) for name in self._table.cases[self.membership > 0.5]]


@dataclass(frozen=True, eq=False)
class Pair:
    """A conservative and a parsimonious model, and the region between them that the expectations allow.

    `easy` are the terms whose remainders are easy counterfactuals: the conservative terms without the literals that theory
    contradicts and that the parsimonious model does not need, and with the conjunctions that are expected.
    """

    conservative: Model
    parsimonious: Model
    easy: Terms


def require_model(given: object) -> None:
    """Raise an error unless it is a model."""
    if not isinstance(given, Model):
        raise InputError(f"Expected a model, not {type(given).__name__}. Give solution.best or one of solution.models.")
