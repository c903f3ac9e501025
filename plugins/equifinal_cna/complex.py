"""Complex solutions: atomic solutions of several outcomes together, without what the others make redundant."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from equifinal_cna.budget import Budget
from equifinal_cna.factors import Factors
from equifinal_cna.redundancy import LogicalSpace, Path, Truth, is_minimal
from equifinal_cna.solutions import Model, Solutions


@dataclass(frozen=True)
class Atom:
    """An atomic solution, with the outcome that it explains."""

    solutions: Solutions
    model: Model

    @property
    def paths(self) -> list[Path]:
        return self.solutions.literals(self.model)

    @property
    def target(self) -> int:
        """The outcome's position among the literals."""
        return self.solutions.factors.places[self.solutions.outcome]

    @property
    def text(self) -> str:
        return f"{self.model.expression} <-> {self.solutions.outcome}"


def complex_solutions(found: Sequence[Solutions], budget: Budget) -> pd.DataFrame:
    """All complex solutions: of each outcome that has atomic solutions, one.

    An atomic solution that the others logically imply is left out (a structural redundancy), and a complex solution from
    which a literal or a disjunct could be left out, given the others, is not one (a partial structural redundancy).

    Parameters
    ----------
    found
        What was found for each outcome, over the same factors.
    budget
        The time that may be spent; when it is used up, the solutions found so far are returned.

    Returns
    -------
    pandas.DataFrame
        Index: the solution, ``(A + B <-> C)*(C <-> D)``. Columns ``outcomes``, ``consistency`` and ``coverage`` (the lowest of
        its atomic solutions), ``complexity``.
    """
    rows: dict[str, dict[str, object]] = {}
    for atoms in product(*([Atom(each, model) for model in each.models] for each in found if each.models)):
        if not budget.left():
            break
        for kept in _without_redundant(list(atoms)) if atoms else ():
            # On its own, an atomic solution is free of redundancies.
            if len(kept) == 1 or not any(_is_redundant_in_part(each, kept) for each in kept):
                rows["*".join(f"({each.text})" for each in kept)] = {
                    "outcomes": ", ".join(each.solutions.outcome for each in kept),
                    "consistency": min(each.model.consistency for each in kept),
                    "coverage": min(each.model.coverage for each in kept),
                    "complexity": sum(each.model.complexity for each in kept),
                }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["outcomes", "consistency", "coverage", "complexity"])
    table = table.rename_axis("solution").sort_index(kind="stable")
    return table.sort_values(["consistency", "coverage", "complexity"], ascending=[False, False, True], kind="stable")


def _without_redundant(atoms: list[Atom]) -> Iterator[list[Atom]]:
    """All ways to leave out atomic solutions that the others imply, until none is left that they do."""
    if len(atoms) < 2:
        yield atoms
        return
    space = _space(atoms)
    implied = [
        [other for other in atoms if other is not each]
        for each in atoms
        if bool(_truth(space, each)[_all_true(space, [other for other in atoms if other is not each])].all())
    ]
    if not implied:
        yield atoms
    for others in implied:
        yield from _without_redundant(others)


def _is_redundant_in_part(atom: Atom, atoms: list[Atom]) -> bool:
    space = _space(atoms)
    return not is_minimal(space, atom.paths, _all_true(space, atoms))


def _space(atoms: Sequence[Atom]) -> LogicalSpace:
    factors: Factors = atoms[0].solutions.factors
    literals = {literal for each in atoms for literal in (each.target, *(one for path in each.paths for one in path))}
    return LogicalSpace(factors, sorted({int(factors.factor[each]) for each in literals}))


def _truth(space: LogicalSpace, atom: Atom) -> Truth:
    return np.equal(space.formula(atom.paths), space.path((atom.target,)))


def _all_true(space: LogicalSpace, atoms: Sequence[Atom]) -> Truth:
    truth: Truth = np.logical_and.reduce([_truth(space, each) for each in atoms])
    return truth
