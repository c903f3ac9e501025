"""Models that reach cutoffs of fit, of prime implicants that reach a cutoff themselves.

Consistency rises and falls as terms are added, so no branch can be cut by it: sets of terms are tried one after the
other, those with the fewest terms first. Coverage, and the rows that are matched, only grow; a set that cannot get there with
all remaining terms is given up.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from equifinal import sets
from equifinal_qca.engine.cover import Covers
from equifinal_qca.engine.cubes import Cube, Floats
from equifinal_qca.engine.search import Found, Problem, Terms, chart, smallest_models
from equifinal_qca.engine.smallest import Bools, Budget, Cover, Spent

_TOLERANCE = 1e-9  # 0.8 may be computed as 0.7999999999
_OVERHEAD = 600  # of one step, in the unit of budgets


class FitCutoffs(NamedTuple):
    """The fit from which terms and models count, 0 to 1; without `coverage` a model matches every row that it can."""

    term_consistency: float = 0.0
    consistency: float = 0.0
    coverage: float | None = None


class Reaching:
    """Chooses models by their fit: a :data:`~equifinal_qca.engine.search.Choice`.

    Parameters
    ----------
    cutoffs
        The fit that terms and models must reach.
    memberships, outcome
        Of the n cases, shapes (n, k) and (n,).

    Attributes
    ----------
    dropped
        The prime implicants below the cutoff, with their consistency; filled by the search.
    """

    def __init__(self, cutoffs: FitCutoffs, memberships: Floats, outcome: Floats) -> None:
        self.cutoffs, self.dropped = cutoffs, dict[Cube, float]()
        self._memberships, self._outcome = memberships, outcome

    def __call__(self, primes: Sequence[Cube], complete: bool, problem: Problem, budget: Budget) -> Found:
        usable = [prime for prime in primes if self._is_usable(prime)]
        matches = chart(usable, np.array(problem.positive, dtype=np.int64))
        matched = tuple(row for row, its_terms in zip(problem.positive, matches.T, strict=True) if its_terms.any())
        narrowed = problem._replace(positive=matched)
        if self.cutoffs.coverage is None and not self.cutoffs.consistency:
            return smallest_models(usable, complete, narrowed, budget)
        if self.cutoffs.coverage is None and not problem.all_covers:
            found = smallest_models(usable, complete, narrowed, budget.part(0.5))
            consistent = tuple(model for model in found.models if self._is_consistent(model[0]))
            if consistent or not matched:
                return found._replace(models=consistent, at_least=len(consistent))
        return self._tried(usable, complete, narrowed, budget)

    def _is_usable(self, prime: Cube) -> bool:
        if not self.cutoffs.term_consistency:
            return True
        consistency = sets.consistency(prime.membership(self._memberships), self._outcome)
        if consistency >= self.cutoffs.term_consistency - _TOLERANCE:
            return True
        self.dropped[prime] = consistency
        return False

    def _is_consistent(self, terms: Terms) -> bool:
        x = np.maximum.reduce([term.membership(self._memberships) for term in terms])
        return bool(sets.consistency(x, self._outcome) >= self.cutoffs.consistency - _TOLERANCE)

    def _tried(self, usable: Sequence[Cube], complete: bool, problem: Problem, budget: Budget) -> Found:
        """The models among all sets of the usable terms."""
        ordered = sorted(usable, key=lambda cube: (cube.literals, cube))
        rows = chart(ordered, np.array(problem.positive, dtype=np.int64))
        x = np.array([cube.membership(self._memberships) for cube in ordered]).reshape(len(ordered), len(self._outcome))
        result = sets_reaching(x, self._outcome, rows, self.cutoffs, problem.max_models, problem.all_covers, budget)
        return Found(
            primes=tuple(usable),
            models=tuple((tuple(ordered[each] for each in chosen), ()) for chosen in result.found),
            truncated=result.truncated or not complete,
            at_least=result.at_least,
            bound=1 if not complete else None if result.proved else result.bound,
            complete=complete,
        )


def sets_reaching(
    terms: Floats, outcome: Floats, rows: Bools, cutoffs: FitCutoffs, limit: int, every_size: bool, budget: Budget
) -> Covers:
    """The sets of terms that reach the cutoffs while no part of them does.

    Parameters
    ----------
    terms, outcome
        Memberships of the n cases in the m terms, shape (m, n), and in the outcome, shape (n,).
    rows
        Which term matches which row, shape (m, rows). All rows must be matched unless a coverage is wanted instead.
    cutoffs
        Those of models.
    limit
        The most sets to return.
    every_size
        All such sets, not only those with the fewest terms.
    budget
        Of work and time; when it is used up, the sets found so far are returned.

    Returns
    -------
    Covers
        The sets as positions of terms in ascending order.

    Examples
    --------
    >>> import numpy as np
    >>> terms, outcome = np.array([[0.9, 0.2, 0.1], [0.1, 0.8, 0.7]]), np.array([1.0, 0.9, 0.1])
    >>> cutoffs = FitCutoffs(consistency=0.75, coverage=0.4)
    >>> sets_reaching(terms, outcome, np.ones((2, 1), dtype=bool), cutoffs, 10, False, Budget()).found
    [(0,)]
    """
    found: list[Cover] = []
    level: list[Cover] = [()]
    size = 0
    try:
        while level and (every_size or not found) and len(found) <= limit:
            size += 1
            level = list(_longer(level, terms, outcome, rows, cutoffs, found, limit, budget))
    except Spent:
        # Sets with fewer terms were all tried.
        return Covers(found[:limit], truncated=True, at_least=len(found), proved=bool(found), bound=size)
    return Covers(found[:limit], truncated=len(found) > limit, at_least=len(found), proved=True, bound=size)


def _longer(
    level: Sequence[Cover],
    terms: Floats,
    outcome: Floats,
    rows: Bools,
    cutoffs: FitCutoffs,
    found: list[Cover],
    limit: int,
    budget: Budget,
) -> Iterator[Cover]:
    """The sets with one term more that may still grow into a model; those that are models join the smaller ones in `found`."""
    smaller = [frozenset(each) for each in found]
    enough = None if cutoffs.coverage is None else cutoffs.coverage - _TOLERANCE
    within = np.minimum(terms, outcome)  # of a union, the union of these
    most_within = np.maximum.accumulate(within[::-1])[::-1]  # of a term and all after it
    most_rows = np.logical_or.accumulate(rows[::-1])[::-1]
    total, needed = outcome.sum(), cutoffs.consistency - _TOLERANCE
    for chosen in level if enough is None or total > 0 else ():
        start = chosen[-1] + 1 if chosen else 0
        if start == len(terms):
            continue
        budget.spend(_OVERHEAD + (len(terms) - start) * len(outcome) // 10)
        before = list(chosen)
        x = np.maximum(terms[before].max(axis=0, initial=0.0), terms[start:])
        shared = np.maximum(within[before].max(axis=0, initial=0.0), within[start:])
        if enough is None:
            matched = rows[before].any(axis=0) | rows[start:]
            explains: Bools = np.all(matched, axis=1)
            hopeful = (matched | most_rows[start:]).all(axis=1)
        else:
            explains = shared.sum(axis=1) >= enough * total
            hopeful = np.maximum(shared, most_within[start:]).sum(axis=1) >= enough * total
        consistent: Bools = shared.sum(axis=1) >= needed * x.sum(axis=1)
        for position in np.flatnonzero(hopeful).tolist():
            longer = (*chosen, start + position)
            if any(longer[-1] in other and other.issubset(longer) for other in smaller):
                continue
            if explains[position] and consistent[position]:
                found.append(longer)
                if len(found) > limit:
                    return
            else:
                yield longer
