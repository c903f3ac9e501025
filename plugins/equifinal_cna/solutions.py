"""What coincidence analysis finds for one outcome: minimally sufficient conditions, and all atomic solutions made of them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from equifinal import sets
from equifinal.plain import Record
from equifinal_cna.atomic import Limits, atomic_solutions
from equifinal_cna.budget import Budget
from equifinal_cna.factors import Factors, Floats, Integers
from equifinal_cna.redundancy import Path
from equifinal_cna.sufficient import Conjunctions, minimally_sufficient


@dataclass(frozen=True)
class Thresholds:
    """The cutoffs and the largest size of a solution.

    Parameters
    ----------
    consistency, coverage
        The cutoffs, 0 to 1.
    literals, paths, complexity
        The most literals of a path, paths of a solution, and literals of a solution.
    """

    consistency: float
    coverage: float
    literals: int = 3
    paths: int = 4
    complexity: int = 10


@dataclass(frozen=True)
class Model:
    """An atomic solution: a minimally necessary disjunction of minimally sufficient conditions.

    Parameters
    ----------
    paths
        Its disjuncts, as positions among the outcome's minimally sufficient conditions.
    terms
        The same as texts.
    consistency, coverage
        Of the disjunction, for the outcome.
    complexity
        Its number of literals.
    """

    paths: tuple[int, ...]
    terms: tuple[str, ...]
    consistency: float
    coverage: float
    complexity: int

    @property
    def expression(self) -> str:
        """The disjunction."""
        return " + ".join(self.terms)

    @property
    def rank(self) -> tuple[float, float, int, str]:
        """The order of models: highest consistency, then coverage, then fewest literals, then alphabetical."""
        return -round(self.consistency, 10), -round(self.coverage, 10), self.complexity, self.expression


@dataclass(frozen=True, eq=False, repr=False)
class Solutions(Record):
    """All that was found for one outcome.

    Parameters
    ----------
    outcome
        The outcome.
    factors
        The cases' memberships.
    y
        Memberships in the outcome, shape (n,).
    conditions
        The minimally sufficient conditions.
    models
        All atomic solutions, the one to show first.
    finished
        False when the time was up: then there may be more of both.
    """

    outcome: str
    factors: Factors
    y: Floats
    conditions: Conjunctions
    models: tuple[Model, ...]
    finished: bool

    @property
    def best(self) -> Model | None:
        """The model to show."""
        return self.models[0] if self.models else None

    @cached_property
    def terms(self) -> tuple[str, ...]:
        """The minimally sufficient conditions as texts."""
        return tuple(self.factors.text(each) for each in self.conditions.members)

    def literals(self, model: Model) -> list[Path]:
        """The literals of each of a model's paths, as positions among those of the factors."""
        return [self.conditions.members[each] for each in model.paths]

    def path_memberships(self, model: Model) -> Floats:
        """Shape (paths, n)."""
        return self.conditions.memberships[list(model.paths)]

    def membership(self, model: Model) -> Floats:
        """Shape (n,)."""
        highest: Floats = self.path_memberships(model).max(axis=0)
        return highest

    def sufficient_table(self) -> pd.DataFrame:
        """The minimally sufficient conditions: their fit, size, and the share of all models that have them."""
        x = self.conditions.memberships.T
        uses = np.zeros(len(self.conditions))
        for model in self.models:
            uses[list(model.paths)] += 1
        return pd.DataFrame(
            {
                "consistency": sets.consistency(x, self.y),
                "coverage": sets.coverage(x, self.y),
                "complexity": [len(each) for each in self.conditions.members],
                "model_share": uses / len(self.models) if self.models else np.full(len(uses), np.nan),
            },
            index=pd.Index(self.terms, name="condition", dtype=str),
        )

    def model_table(self) -> pd.DataFrame:
        """All atomic solutions, the shown one first."""
        return pd.DataFrame(
            {
                "consistency": [each.consistency for each in self.models],
                "coverage": [each.coverage for each in self.models],
                "paths": [len(each.paths) for each in self.models],
                "complexity": [each.complexity for each in self.models],
                "shown": [each is self.best for each in self.models],
            },
            index=pd.Index([each.expression for each in self.models], name="model", dtype=str),
        )


def solve(
    factors: Factors, outcome: str, causes: Integers, y: Floats, thresholds: Thresholds, budget: Budget
) -> Solutions:
    """Find the minimally sufficient conditions of an outcome, and all atomic solutions.

    Parameters
    ----------
    factors
        The cases' memberships.
    outcome
        What to call the outcome.
    causes
        The literals that may be part of a condition.
    y
        Memberships in the outcome, shape (n,).
    thresholds
        Cutoffs and largest sizes.
    budget
        The time that may be spent.
    """
    conditions = minimally_sufficient(factors, causes, y, thresholds.consistency, thresholds.literals, budget)
    limits = Limits(thresholds.consistency, thresholds.coverage, thresholds.paths, thresholds.complexity)
    models = [
        Model(
            each.paths,
            tuple(factors.text(conditions.members[path]) for path in each.paths),
            each.consistency,
            each.coverage,
            sum(len(conditions.members[path]) for path in each.paths),
        )
        for each in atomic_solutions(factors, conditions, y, limits, budget)
    ]
    return Solutions(
        outcome, factors, y, conditions, tuple(sorted(models, key=lambda each: each.rank)), not budget.exhausted
    )
