"""The solution of a truth table: all models, and how they compare."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd

from equifinal import InputError, sets
from equifinal.plain import Readable, on_one_screen
from equifinal_qca.engine import search
from equifinal_qca.engine.cubes import Floats
from equifinal_qca.engine.search import Terms
from equifinal_qca.model import Model
from equifinal_qca.printing import as_text, frame_as_text
from equifinal_qca.table import TruthTable

_MOST_MODELS = 10  # to show
SolutionType = Literal["conservative", "parsimonious", "intermediate"]


@dataclass(frozen=True, eq=False, repr=False)
class Solution(Readable):
    """The result of :func:`minimize`.

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
        Notes for the reader: no model, several models, a constant.
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
        return on_one_screen([self._text(_MOST_MODELS)])

    def _said(self) -> Iterator[str]:
        yield self._text(len(self.models))

    def _text(self, most: int) -> str:
        head = f"{self.kind.capitalize()} solution for {self.table.outcome}"
        if self.best is None:
            return as_text(head, notes=self.notes)
        lines = [f"M{number}: {model}" for number, model in enumerate(self.models[:most], start=1)]
        if len(self.models) > most:
            lines.append(f"... {len(self.models) - most} more models, see .overview")
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
        x, y = self._memberships, self.table.outcome_membership
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
    def _memberships(self) -> Floats:
        """Memberships of the cases in each model, shape (n, models)."""
        cubes = {cube for model in self.models for cube in model.cubes}
        term = {cube: cube.membership(self.table.memberships) for cube in cubes}
        x = np.zeros((len(self.table.cases), len(self.models)))
        for column, model in enumerate(self.models):
            x[:, column] = np.maximum.reduce([term[cube] for cube in model.cubes])
        return x

    @cached_property
    def best(self) -> Model | None:
        """The model with the highest consistency, then coverage, then first in the alphabet; None when there is none."""
        if len(self.models) < 2:
            return self.models[0] if self.models else None
        x, y = self._memberships, self.table.outcome_membership
        # Equal sums can differ in their last digits.
        fit = np.nan_to_num(np.column_stack([sets.consistency(x, y), sets.coverage(x, y)]), nan=-1.0).round(10)
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
            When this is not an intermediate solution, or there are more than `max_rows` configurations to look at.
        """
        if self.kind != "intermediate":
            raise InputError(
                f"The {self.kind} solution has no easy and difficult counterfactuals. Use the intermediate one."
            )
        observed = set(self.table.corners_with("1", "0", "C"))
        records: list[tuple[object, ...]] = []
        for each in self.models if model is None else [model]:
            for pair in each.pairs:
                assumed = self.table.space.corners_inside(pair.parsimonious.cubes, max_rows - len(records))
                easy = set(self.table.space.corners_inside(pair.easy, max_rows).tolist())
                for corner, row in zip(assumed.tolist(), self.table.space.row_numbers(assumed).tolist(), strict=True):
                    if corner not in observed:
                        behind = (pair.conservative.expression, pair.parsimonious.expression)
                        kind = "easy" if corner in easy else "difficult"
                        records.append((each.expression, *behind, kind, row, self.table.space.label(corner)))
        columns = ["model", "conservative", "parsimonious", "kind", "row", "configuration"]
        return pd.DataFrame(records, columns=columns)
