"""The search for models, on bit masks alone: which cubes together explain every ``1`` row.

The same rows with the same outputs are minimized again and again when cases are left out one by one, so results are
remembered.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from equifinal_qca.cover import covers
from equifinal_qca.cubes import Cube, Ints
from equifinal_qca.implicants import primes_avoiding, primes_inside

__all__ = ["Found", "Problem", "Source", "Terms", "chart", "conservative", "intermediate", "parsimonious"]

Terms = tuple[Cube, ...]


class Problem(NamedTuple):
    """What is to be explained, what must not be matched, and how models are listed.

    `positive` and `negative` are the ``1`` rows and the ``0`` and ``C`` rows; `barred` are cubes of remainders that must not
    be assumed. `present` and `absent` are the conditions expected so, as bit masks; `together` are conjunctions of several
    conditions that are expected to help.
    """

    all_conditions: int
    positive: tuple[int, ...]
    negative: tuple[int, ...]
    barred: Terms
    present: int
    absent: int
    together: Terms
    all_covers: bool
    max_models: int


class Source(NamedTuple):
    """The conservative and the parsimonious model behind an intermediate one, and the terms of its easy counterfactuals."""

    conservative: Terms
    parsimonious: Terms
    easy: Terms


class Found(NamedTuple):
    """Prime implicants that match a ``1`` row, models with their sources, and whether there are more models."""

    primes: Terms
    models: tuple[tuple[Terms, tuple[Source, ...]], ...]
    truncated: bool


def chart(cubes: Iterable[Cube], rows: Ints) -> NDArray[np.bool_]:
    """Which cube matches which row, shape (cubes, rows)."""
    pairs = np.array(list(cubes), dtype=np.int64).reshape(-1, 2)
    matches: NDArray[np.bool_] = (rows & pairs[:, :1]) == pairs[:, 1:]
    return matches


@lru_cache(maxsize=64)
def conservative(problem: Problem) -> Found:
    """Models that match no remainder."""
    primes = primes_inside(Cube(problem.all_conditions, row) for row in problem.positive)
    found, more = _covers(primes, problem)
    return Found(tuple(primes), tuple((cover, ()) for cover in found), more)


@lru_cache(maxsize=64)
def parsimonious(problem: Problem) -> Found:
    """Models that may match any remainder but the barred ones."""
    negative = [Cube(problem.all_conditions, row) for row in problem.negative]
    primes = primes_avoiding(problem.positive, [*negative, *problem.barred])
    found, more = _covers(primes, problem)
    return Found(tuple(primes), tuple((cover, ()) for cover in found), more)


@lru_cache(maxsize=64)
def intermediate(problem: Problem) -> Found:
    """Models that may match the easy counterfactuals, for each conservative and each parsimonious model."""
    long_ones, short_ones = conservative(problem), parsimonious(problem)
    truncated = long_ones.truncated or short_ones.truncated
    covers_of: dict[frozenset[Cube], list[Terms]] = {}
    sources: dict[Terms, list[Source]] = {}
    primes: set[Cube] = set()
    for long_model, _ in long_ones.models:
        for short_model, _ in short_ones.models:
            easy = frozenset(
                cube
                for long, short in product(long_model, short_model)
                if short.contains(long)
                for cube in _easy(long, short, problem)
            )
            if easy not in covers_of:
                here = _matching(primes_inside([*long_ones.primes, *easy]), problem)
                covers_of[easy], more = _covers(here, problem)
                truncated |= more
                primes.update(here)
            source = Source(long_model, short_model, tuple(sorted(easy)))
            for cover in covers_of[easy]:
                if cover in sources or len(sources) < problem.max_models:
                    sources.setdefault(cover, []).append(source)
                else:
                    truncated = True
    models = tuple((cover, tuple(behind)) for cover, behind in sources.items())
    return Found(tuple(sorted(primes)), models, truncated)


def _easy(long: Cube, short: Cube, problem: Problem) -> set[Cube]:
    """The terms of the easy counterfactuals between a conservative and a parsimonious term.

    What is reached from a row of the conservative term by bringing about, one after the other, what is expected (a single
    condition, or all conditions of a conjunction), all else staying and never leaving the parsimonious term.
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
    """Drop from a conservative term what is contradicted by an expectation and not needed by the parsimonious term."""
    contradicted = long.care & ((problem.present & ~long.bits) | (problem.absent & long.bits))
    care = long.care & ~(contradicted & ~short.care)
    return Cube(care, long.bits & care)


def _matching(primes: Sequence[Cube], problem: Problem) -> list[Cube]:
    """Only those that match a ``1`` row."""
    matches = chart(primes, np.array(problem.positive, dtype=np.int64))
    return [cube for cube, its_rows in zip(primes, matches, strict=True) if its_rows.any()]


def _covers(primes: Sequence[Cube], problem: Problem) -> tuple[list[Terms], bool]:
    if not problem.positive:
        return [], False
    # Short ones first, so that a list cut at max_models holds plain models.
    primes = sorted(primes, key=lambda cube: (cube.literals, cube))
    rows = np.array(problem.positive, dtype=np.int64)
    found, more = covers(chart(primes, rows), problem.max_models, problem.all_covers)
    return [tuple(primes[each] for each in cover) for cover in found], more
