"""The search for models, on bit masks alone: which cubes together explain every ``1`` row.

The same rows with the same outputs are minimized again and again when cases are left out one by one, so results are
remembered.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from equifinal_qca.engine.cover import Covers, covers
from equifinal_qca.engine.cubes import Cube, Groups, Ints, rows_inside
from equifinal_qca.engine.implicants import (
    TooManyPrimes,
    lies_inside,
    primes_avoiding,
    primes_inside,
    some_primes_inside,
)
from equifinal_qca.engine.pricing import Pricing
from equifinal_qca.engine.smallest import MOST_WORK, Budget

Terms = tuple[Cube, ...]

MOST_PRIMES = 100_000
_REMEMBERED = 2048  # truth tables of each kind of solution
_FOR_SOME = 0.1  # of the usual work, for covers by some prime implicants only, which prove nothing
_LARGEST_CHART = 200_000_000_000  # prime implicants times rows squared: some seconds


class Problem(NamedTuple):
    """The rows to explain, the cubes that must not be matched, and how models are listed.

    `everything` is the mask of all conditions (of all values of multi-value conditions, which `groups` holds). `positive` are
    the ``1`` rows; `off` are cubes that must not be matched: the ``0`` and ``C`` rows, and remainders that must not be
    assumed; `free` are observed rows that any solution may match without explaining them. `present` and `absent` are the
    conditions expected so, as bit masks; `together` are conjunctions of several conditions that are expected to help.
    `effort` is the share of the usual work after which a search is cut short.
    """

    everything: int
    groups: Groups
    positive: tuple[int, ...]
    off: Terms
    present: int
    absent: int
    together: Terms
    all_covers: bool
    max_models: int
    max_seconds: float | None = None
    effort: float = 1.0
    free: tuple[int, ...] = ()

    # Only what a search depends on, for the cache to recognize it.

    def without_theory(self) -> "Problem":
        """The problem of the parsimonious solution."""
        return self._replace(present=0, absent=0, together=(), free=())

    def without_remainders(self) -> "Problem":
        """The problem of the conservative solution."""
        return self._replace(present=0, absent=0, together=(), off=())

    def budget(self) -> Budget:
        """The limits of one search."""
        return Budget(int(self.effort * MOST_WORK), self.max_seconds)

    @property
    def most_primes(self) -> int:
        """The most prime implicants to look at; working with them costs about the square of their number."""
        return max(1, int(self.effort**0.5 * MOST_PRIMES))

    @property
    def rows(self) -> list[Cube]:
        """The ``1`` rows and the free ones as terms."""
        return [Cube(row if self.groups else self.everything, row) for row in (*self.positive, *self.free)]


class Source(NamedTuple):
    """The conservative and the parsimonious model behind an intermediate one, and the terms of its easy counterfactuals."""

    conservative: Terms
    parsimonious: Terms
    easy: Terms


class Found(NamedTuple):
    """Prime implicants that match a ``1`` row, models with their sources, and what remains unknown.

    `truncated` says that there are, or may be, models besides these; there are `at_least` that many. `bound` is None when the
    models are proved to have the fewest terms, else the fewest that are not ruled out. `complete` says that all prime
    implicants are there.
    """

    primes: Terms
    models: tuple[tuple[Terms, tuple[Source, ...]], ...]
    truncated: bool
    at_least: int
    bound: int | None = None
    complete: bool = True


#: Chooses models from prime implicants: these, whether they are all, the problem, and the limits.
Choice = Callable[[Sequence[Cube], bool, Problem, Budget], Found]


def chart(cubes: Iterable[Cube], rows: Ints) -> NDArray[np.bool_]:
    """Which cube matches which row, shape (cubes, rows)."""
    pairs = np.array(list(cubes), dtype=np.int64).reshape(-1, 2)
    matches: NDArray[np.bool_] = (rows & pairs[:, :1]) == pairs[:, 1:]
    return matches


@lru_cache(maxsize=_REMEMBERED)
def conservative(problem: Problem) -> Found:
    """Models that match no remainder."""
    return conservative_by(smallest_models, problem)


def conservative_by(choose: Choice, problem: Problem) -> Found:
    """The same with models chosen in another way."""
    budget = problem.budget()
    primes, complete = _inside(problem.rows, problem) if problem.positive else ([], True)
    return choose(
        _matching(primes, problem) if problem.free else primes,
        complete,
        problem,
        budget if complete else budget.part(_FOR_SOME),
    )


@lru_cache(maxsize=_REMEMBERED)
def parsimonious(problem: Problem) -> Found:
    """Models that may match any remainder except the barred ones."""
    budget = problem.budget()
    try:
        primes = primes_avoiding(problem.positive, problem.off, problem.most_primes, problem.groups)
    except TooManyPrimes:
        return _priced(problem, budget)
    return smallest_models(primes, True, problem, budget)


def parsimonious_by(choose: Choice, problem: Problem) -> Found:
    """The same with models chosen in another way; of too many prime implicants only from the most promising ones."""
    budget = problem.budget()
    try:
        primes = primes_avoiding(problem.positive, problem.off, problem.most_primes, problem.groups)
    except TooManyPrimes:
        pricing = Pricing(problem.positive, problem.off, problem.everything, problem.groups)
        return choose(pricing.promising(budget.part(0.25)), False, problem, budget.part(_FOR_SOME))
    return choose(primes, True, problem, budget)


def _priced(problem: Problem, budget: Budget) -> Found:
    """Parsimonious models where there are too many prime implicants to write them all down."""
    pricing = Pricing(problem.positive, problem.off, problem.everything, problem.groups)
    promising = pricing.promising(budget.part(0.25))
    found = smallest_models(promising, False, problem, budget.part(_FOR_SOME))
    if problem.all_covers:
        return found
    size = len(found.models[0][0])
    found = found._replace(bound=None if size <= pricing.bound else pricing.bound)
    # All that models of this size can use may be few enough to look at, or at least all that smaller ones can use.
    for terms in (size, size - 1):
        affordable = pricing.affordable(terms, budget.part(0.1)) if terms >= pricing.bound else None
        if affordable is None:
            continue
        if not chart(affordable, np.array(problem.positive, dtype=np.int64)).any(axis=0).all():
            return found._replace(bound=None)
        exact = smallest_models(affordable, True, problem, budget.part(0.25))
        if exact.bound is not None:
            continue
        if len(exact.models[0][0]) > terms:
            return found._replace(bound=None)
        primes = tuple(sorted({*promising, *affordable}))
        return exact._replace(primes=primes, complete=False)
    return found


@lru_cache(maxsize=_REMEMBERED)
def intermediate(problem: Problem) -> Found:
    """Models that may match the easy counterfactuals, for each conservative and each parsimonious model."""
    return intermediate_by(smallest_models, problem)


def intermediate_by(choose: Choice, problem: Problem) -> Found:
    """The same with models chosen in another way, between the usual conservative and parsimonious ones."""
    budget = problem.budget()
    long_ones, short_ones = conservative(problem.without_remainders()), parsimonious(problem.without_theory())
    truncated, at_least = False, 0
    found_for: dict[frozenset[Cube], Found] = {}
    sources: dict[Terms, list[Source]] = {}
    for (long_model, _), (short_model, _) in product(long_ones.models, short_ones.models):
        pairs = [(long, short) for long, short in product(long_model, short_model) if short.contains(long)]
        easy = frozenset(cube for long, short in pairs for cube in _easy(long, short, problem))
        if easy not in found_for:
            if found_for and budget.used_up:
                truncated = True
                break
            inside, all_of_them = _inside([*long_ones.primes, *easy], problem)
            inside = _matching(inside, problem)
            budget.left -= len(inside) ** 2
            found_for[easy] = choose(inside, all_of_them, problem, budget)
            at_least = max(at_least, found_for[easy].at_least)
        covers_here = [cover for cover, _ in found_for[easy].models]
        if len({*sources, *covers_here}) > problem.max_models:
            truncated, at_least = True, max(at_least, problem.max_models + 1)
        source = Source(long_model, short_model, tuple(sorted(easy)))
        for cover in covers_here:
            if cover in sources or len(sources) < problem.max_models:
                sources.setdefault(cover, []).append(source)
        if at_least > problem.max_models:  # the list is full
            break
    models = tuple((cover, tuple(behind)) for cover, behind in sources.items())
    searches = [long_ones, short_ones, *found_for.values()]
    return Found(
        primes=tuple(sorted({prime for found in found_for.values() for prime in found.primes})),
        models=models,
        truncated=truncated or any(found.truncated for found in searches),
        at_least=max(at_least, len(models)),
        bound=1 if any(found.bound is not None for found in searches) else None,
        complete=all(found.complete for found in searches),
    )


def _easy(long: Cube, short: Cube, problem: Problem) -> set[Cube]:
    """The terms of the easy counterfactuals between a conservative and a parsimonious term.

    They are reached from a row of the conservative term by bringing about, one after the other, the expected states (a single
    condition, or all conditions of a conjunction), with all else unchanged and without leaving the parsimonious term.
    """
    together = [each for each in problem.together if not (each.bits ^ short.bits) & each.care & short.care]
    waiting = [_trimmed(long, short, problem)]
    reached = set(waiting)
    while waiting:
        cube = waiting.pop()
        for each in together:
            changed = Cube(cube.care | each.care, (cube.bits & ~each.care) | each.bits)
            changed = _trimmed(changed, short, problem)
            if not any(other.contains(changed) for other in reached):
                reached.add(changed)
                waiting.append(changed)
    return reached


def _trimmed(long: Cube, short: Cube, problem: Problem) -> Cube:
    """Drop from a conservative term the literals that an expectation contradicts and the parsimonious term does not need."""
    contradicted = long.care & ((problem.present & ~long.bits) | (problem.absent & long.bits))
    care = long.care & ~(contradicted & ~short.care)
    return Cube(care, long.bits & care)


def _matching(primes: Sequence[Cube], problem: Problem) -> list[Cube]:
    """Only those that match a ``1`` row."""
    matches = chart(primes, np.array(problem.positive, dtype=np.int64))
    return [cube for cube, its_rows in zip(primes, matches, strict=True) if its_rows.any()]


def _inside(cubes: Sequence[Cube], problem: Problem) -> tuple[list[Cube], bool]:
    """The prime implicants inside some cubes, and whether these are all; else there is one around each cube at least."""
    try:
        return primes_inside(cubes, problem.groups), True
    except TooManyPrimes:
        corners = {*problem.positive, *problem.free}
        only_rows = all(each.care == problem.everything for each in cubes)

        def is_inside(cube: Cube) -> bool:
            if not only_rows:
                return lies_inside(cube, cubes, problem.groups)
            rows = rows_inside([cube], problem.everything, len(corners))
            return rows is not None and corners.issuperset(rows.tolist())

        return some_primes_inside(cubes, is_inside, problem.groups), False


def smallest_models(primes: Sequence[Cube], complete: bool, problem: Problem, budget: Budget) -> Found:
    """The models of some prime implicants; unless these are all, other models may be shorter, and there may be more."""
    if not problem.positive:
        return Found(tuple(primes), (), truncated=False, at_least=0)
    # Short ones first: a list cut off at max_models then holds plain models.
    ordered = sorted(primes, key=lambda cube: (cube.literals, cube))
    rows = np.array(problem.positive, dtype=np.int64)
    if len(ordered) * len(rows) ** 2 > _LARGEST_CHART:
        result = Covers([_plain_cover(ordered, rows)], truncated=True, at_least=1, proved=False, bound=1)
    else:
        result = covers(chart(ordered, rows), problem.max_models, problem.all_covers, budget)
    return Found(
        primes=tuple(primes),
        models=tuple((tuple(ordered[each] for each in cover), ()) for cover in result.found),
        truncated=result.truncated or not complete,
        at_least=result.at_least,
        bound=1 if not complete else None if result.proved else result.bound,
        complete=complete,
    )


def _plain_cover(primes: Sequence[Cube], rows: Ints) -> tuple[int, ...]:
    """Some irredundant cover: the shortest prime implicants, as far as they match a row that no one before does."""
    times = np.zeros(len(rows), dtype=np.int64)
    chosen: list[int] = []
    for position, cube in enumerate(primes):
        matches = (rows & cube.care) == cube.bits
        if (times[matches] == 0).any():
            times += matches
            chosen.append(position)
    for position in reversed(chosen.copy()):
        matches = (rows & primes[position].care) == primes[position].bits
        if (times[matches] > 1).all():
            times -= matches
            chosen.remove(position)
    return tuple(chosen)
