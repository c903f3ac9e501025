"""The shortest forms of an expression: disjunctions of prime implicants that hold in the same corners."""

from collections.abc import Sequence
from functools import reduce

import numpy as np

from equifinal_qca.engine.cover import covers
from equifinal_qca.engine.cubes import Cube
from equifinal_qca.engine.implicants import TooManyPrimes, lies_inside, primes_inside, some_primes_inside
from equifinal_qca.engine.smallest import MOST_WORK, Budget, Spent

_MOST_PATTERNS = 100_000
_LARGEST_CHART = 100_000_000  # prime implicants times patterns
_MOST_WORK = MOST_WORK // 10  # some seconds


def shortest_forms(cubes: Sequence[Cube], max_forms: int) -> tuple[list[list[Cube]], bool]:
    """The disjunctions with the fewest terms that hold where some cube does, at most `max_forms`; and whether this is proved.

    When it would take too long to find them, one disjunction of prime implicants of which none can be left out.
    """
    try:
        return _exact(cubes, primes_inside(cubes), max_forms), True
    except (TooManyPrimes, Spent):
        return [_irredundant(some_primes_inside(cubes, lambda cube: lies_inside(cube, cubes)))], False


def _exact(cubes: Sequence[Cube], primes: Sequence[Cube], max_forms: int) -> list[list[Cube]]:
    """All of them; their terms are prime implicants."""
    if not primes:
        return [[]]
    # A prime implicant is needed when it alone matches some corner, which then lies in a cube that no other one contains.
    masks, those = np.array(primes, dtype=np.int64), np.array(cubes, dtype=np.int64)[:, :, np.newaxis]
    contained = ((masks[:, 0] & ~those[:, 0]) == 0) & ((those[:, 1] & masks[:, 0]) == masks[:, 1])
    alone = np.unique(contained[contained.sum(axis=1) == 1].argmax(axis=1)).tolist()
    needed = [each for each in alone if not lies_inside(primes[each], [*primes[:each], *primes[each + 1 :]])]
    # Corners that the same prime implicants match are alike, and those in a needed one are settled.
    patterns = _patterns(primes, needed)
    if not patterns:
        return [[primes[each] for each in needed]]
    if len(primes) * len(patterns) > _LARGEST_CHART:
        raise Spent
    chart = np.array([[pattern >> each & 1 for pattern in patterns] for each in range(len(primes))], dtype=bool)
    found = covers(chart, max_forms, budget=Budget(_MOST_WORK))
    if not found.proved or (found.truncated and len(found.found) < max_forms):
        raise Spent
    return [[primes[each] for each in (*needed, *cover)] for cover in found.found]


def _irredundant(cubes: Sequence[Cube]) -> list[Cube]:
    """The cubes without those that lie inside the others, long ones first."""
    kept = sorted(cubes, key=lambda cube: (cube.literals, cube))
    for cube in reversed(kept.copy()):
        others = [each for each in kept if each != cube]
        if lies_inside(cube, others):
            kept = others
    return kept


def _patterns(primes: Sequence[Cube], needed: Sequence[int]) -> list[int]:
    """The distinct sets of primes, as bit masks, that match some corner together, none of the needed ones among them.

    The conditions are decided one after the other; a value of a condition rules out the primes that want the other. Only
    distinct sets are kept, which are far fewer than corners.
    """
    patterns = {(1 << len(primes)) - 1}
    undecided = reduce(lambda care, cube: care | cube.care, primes, 0)
    while undecided:
        condition = undecided & -undecided
        undecided ^= condition
        wants = [0, 0]
        for each, cube in enumerate(primes):
            if cube.care & condition:
                wants[bool(cube.bits & condition)] |= 1 << each
        settled = sum(1 << each for each in needed if not primes[each].care & undecided)
        patterns = {left for pattern in patterns for other in wants if not (left := pattern & ~other) & settled}
        if len(patterns) > _MOST_PATTERNS:
            raise Spent
    # Without any condition the constant 1 is needed and matches everywhere.
    return [] if Cube(0, 0) in primes else sorted(patterns - {0})
