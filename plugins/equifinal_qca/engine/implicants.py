"""Prime implicants on bit masks, without a table of 2^k rows.

Two ways, each natural for one question. :func:`primes_avoiding` knows what must *not* be matched (the parsimonious
solution: everything unobserved is allowed); its answers are minimal transversals. :func:`primes_inside` knows what *may*
be matched (the conservative and the intermediate solution: a union of cubes); its answers are the union's Blake canonical
form.
"""

from collections.abc import Callable, Iterable
from functools import reduce
from math import prod
from operator import or_

import numpy as np
from numpy.typing import NDArray

from equifinal_qca.engine.cubes import Cube, Groups, Ints
from equifinal_qca.engine.smallest import Budget, Spent

_LARGEST_TABLE = 3**16  # cubes; 43 MB
_FEW_COMPARISONS = 10_000_000
_CUBES_A_ROW = 5_000  # of a table, that take no longer than the transversals of one row
_MOST_COMPARISONS = 10_000_000_000  # about a minute
_MOST_CONSENSUS = 1_000_000_000  # comparisons, some seconds
_MOST_ON_THE_WAY = 50_000  # partial transversals, many of which do not survive


def minimal_transversals(edges: Ints, most: int | None = None) -> Ints:
    """All minimal sets of elements that meet every edge (Berge's multiplication).

    A partial transversal t ∪ {v} is minimal exactly when each of its elements is critical: alone in meeting some edge
    seen so far (Murakami & Uno 2014).

    Parameters
    ----------
    edges
        One bit mask per edge. An empty edge (0) cannot be met: there is no transversal then.
    most
        With more partial transversals on the way, :class:`TooManyPrimes` is raised.

    Returns
    -------
    numpy.ndarray of int64
        One bit mask per transversal; ``[0]``, the empty set, when there is no edge.

    Examples
    --------
    >>> import numpy as np
    >>> sorted(minimal_transversals(np.array([0b011, 0b110])).tolist())
    [2, 5]
    """
    edges = np.unique(edges)
    within = (edges[:, np.newaxis] & ~edges) == 0  # [i, j]: edge i lies within edge j
    np.fill_diagonal(within, False)
    edges = edges[~within.any(axis=0)]  # meeting the smaller edge meets the larger one
    edges = edges[np.argsort(np.bitwise_count(edges), kind="stable")]
    found = np.zeros(1, dtype=np.int64)
    for seen, edge in enumerate(edges, start=1):
        meets = (found & edge) != 0
        if meets.all():
            continue
        elements = np.array([1 << bit for bit in range(64) if int(edge) >> bit & 1], dtype=np.int64)
        grown = (found[~meets][:, np.newaxis] | elements).ravel()
        found = np.concatenate([found[meets], grown[_all_critical(grown, edges[:seen])]])
        if most is not None and len(found) > max(most, _MOST_ON_THE_WAY):
            raise TooManyPrimes
    return found


def _some_transversal(edges: Ints) -> int:
    """A minimal transversal: again and again the element that meets most edges, then without those that are not needed."""
    elements = [1 << bit for bit in range(64) if int(np.bitwise_or.reduce(edges)) >> bit & 1]
    chosen = 0
    while (unmet := edges[(edges & chosen) == 0]).size:
        chosen |= max(elements, key=lambda each: int(((unmet & each) != 0).sum()))
    for each in elements:
        if chosen & each and ((edges & (chosen ^ each)) != 0).all():
            chosen ^= each
    return chosen


def _all_critical(sets: Ints, edges: Ints) -> NDArray[np.bool_]:
    critical = np.zeros_like(sets)
    block = max(1, 500_000 // len(edges))
    for start in range(0, len(sets), block):
        common = sets[start : start + block, np.newaxis] & edges
        common[(common & (common - 1)) != 0] = 0
        critical[start : start + block] = np.bitwise_or.reduce(common, axis=1)
    minimal: NDArray[np.bool_] = critical == sets
    return minimal


def primes_avoiding(
    rows: Iterable[int], off: Iterable[Cube], most: int | None = None, groups: Groups = ()
) -> list[Cube]:
    """All minimal cubes that match at least one of the rows and no row of the `off` cubes.

    A cube around row p misses an `off` cube exactly when it uses a condition in which the two differ: the prime
    implicants around p are the minimal transversals of these differences. A table of all possible cubes is used where it is small
    beside the number of rows (all of 3^k up to 12 conditions and a hundred rows).

    Raises
    ------
    TooManyPrimes
        When there are more than `most`, or with `most` to find them would take minutes.
    """
    rows, off = list(rows), list(off)
    care, bits = _columns(off)
    comparisons = len(rows) * len(off) ** 2
    worth = max(_CUBES_A_ROW * len(rows), comparisons if comparisons > _FEW_COMPARISONS else 0)
    axes = _axes(_union(care.tolist()), groups)
    if off and prod(len(axis) + 1 for axis in axes) <= min(_LARGEST_TABLE, worth):
        every = np.array(_largest(~_matched(np.column_stack([care, bits]), axes), axes), dtype=np.int64)
        matching = every[_match_any(every, np.array(rows))]
        if most is not None and len(matching) > most:
            raise TooManyPrimes
        return [Cube(*pair) for pair in sorted(map(tuple, matching.tolist()))]
    if most is not None and comparisons > _MOST_COMPARISONS:
        raise TooManyPrimes
    primes: set[tuple[int, int]] = set()
    for row in rows:
        transversals = minimal_transversals((bits ^ row) & care, most)
        primes.update(zip(transversals.tolist(), (transversals & row).tolist(), strict=True))
        if most is not None and len(primes) > most:
            raise TooManyPrimes
    return [Cube(*pair) for pair in sorted(primes)]


def some_primes_avoiding(rows: Iterable[int], off: Iterable[Cube]) -> list[Cube]:
    """A prime implicant around the first row, one around the first row that it does not match, and so on."""
    care, bits = _columns(off)
    found: list[Cube] = []
    left = np.array(list(rows), dtype=np.int64)
    while len(left):
        row = int(left[0])
        term = _some_transversal(np.unique((bits ^ row) & care))
        found.append(Cube(term, term & row))
        left = left[(left & term) != term & row]
    return found


def _columns(cubes: Iterable[Cube]) -> tuple[Ints, Ints]:
    care, bits = np.array(list(cubes), dtype=np.int64).reshape(-1, 2).T
    return care, bits


def _match_any(cubes: Ints, rows: Ints) -> NDArray[np.bool_]:
    """Which cubes match at least one of the rows."""
    matches = np.zeros(len(cubes), dtype=bool)
    block = max(1, 1_000_000 // max(1, len(rows)))
    for start in range(0, len(cubes), block):
        part = cubes[start : start + block]
        matches[start : start + block] = ((rows & part[:, :1]) == part[:, 1:]).any(axis=1)
    return matches


class TooManyPrimes(Exception):  # noqa: N818 - not an error: the caller makes do with some of them
    """Finding all prime implicants would take too long."""


def primes_inside(cubes: Iterable[Cube], groups: Groups = ()) -> list[Cube]:
    """All maximal cubes inside a union of cubes: its prime implicants, by consensus one condition at a time.

    Two cubes that differ in exactly one condition have a consensus, the cube that holds whatever that condition is.
    Adding all of them for one condition after the other and dropping contained cubes yields every prime implicant
    (Tison 1967). For single rows this is the merging of pairs (Quine 1952; McCluskey 1956). With multi-value conditions, given as
    `groups`, terms with each of a condition's values have a consensus.

    Where there are so many cubes that a table of all possible ones takes less than the comparisons, the table is used.

    Raises
    ------
    TooManyPrimes
        When neither way comes to an end within some seconds.
    """
    pairs = np.array(sorted(set(cubes)), dtype=np.int64).reshape(-1, 2)
    axes = _axes(_union(pairs[:, 0].tolist()), groups)
    table = prod(len(axis) + 1 for axis in axes)
    work = Budget(table if table <= _LARGEST_TABLE else _MOST_CONSENSUS)
    try:
        if groups:
            return [Cube(term, term) for term in _consensus_of_values(pairs[:, 0], groups, work).tolist()]
        return _consensus(pairs, work)
    except Spent:
        if table > _LARGEST_TABLE:
            raise TooManyPrimes from None
        return _largest(_matched(_regions(pairs, groups) if groups else pairs, axes), axes)


def _consensus(pairs: Ints, work: Budget) -> list[Cube]:
    care, bits = _maximal(pairs[:, 0], pairs[:, 1], work)
    used = int(np.bitwise_or.reduce(care)) if len(care) else 0
    while used:
        condition = used & -used
        used ^= condition
        absent = ((care & condition) != 0) & ((bits & condition) == 0)
        present = (bits & condition) != 0
        if not (absent.any() and present.any()):
            continue
        work.spend(int(absent.sum()) * int(present.sum()))
        left_care, left_bits = care[absent, np.newaxis], bits[absent, np.newaxis]
        right_care, right_bits = care[present], bits[present]
        merge = ((left_bits ^ right_bits) & left_care & right_care) == condition
        if merge.any():
            new_care = ((left_care | right_care) & ~condition)[merge]
            new_bits = ((left_bits | right_bits) & ~condition)[merge]
            care, bits = np.r_[care, new_care], np.r_[bits, new_bits]
            order = np.lexsort((bits, care))
            care, bits = care[order], bits[order]
            new = np.append(True, (np.diff(care) != 0) | (np.diff(bits) != 0))
            care, bits = _maximal(care[new], bits[new], work)
    return [Cube(*pair) for pair in zip(care.tolist(), bits.tolist(), strict=True)]


def _consensus_of_values(terms: Ints, groups: Groups, work: Budget) -> Ints:
    terms, _ = _maximal(terms, terms, work)
    for values in groups:
        common = np.zeros(1, dtype=np.int64)
        for value in values:
            rest = terms[(terms & value) != 0] & ~value
            work.spend(len(common) * len(rest))
            both = np.unique(common[:, np.newaxis] | rest)
            for others in groups:  # one value of a condition at most
                both = both[np.bitwise_count(both & sum(others)) <= 1]
            common, _ = _maximal(both, both, work)
        terms = np.union1d(terms, common)
        terms, _ = _maximal(terms, terms, work)
    return terms


def _union(masks: Iterable[int]) -> int:
    return reduce(or_, masks, 0)


def _axes(used: int, groups: Groups) -> list[list[Cube]]:
    """The literals of each condition; without groups only of those that are used."""
    if groups:
        return [[Cube(bit, bit) for bit in values] for values in groups]
    bits = [1 << each for each in range(used.bit_length() - 1, -1, -1) if used >> each & 1]
    return [[Cube(bit, 0), Cube(bit, bit)] for bit in bits]


def _regions(terms: Ints, groups: Groups) -> Ints:
    """Terms of values as regions: absent values instead of present ones."""
    absent = np.zeros(len(terms), dtype=np.int64)
    for values in groups:
        mask = sum(values)
        absent |= np.where(terms[:, 0] & mask, mask & ~terms[:, 0], 0)
    return np.column_stack([absent, np.zeros_like(absent)])


def _matched(cubes: Ints, axes: list[list[Cube]]) -> NDArray[np.bool_]:
    """Which corners lie inside at least one of the cubes, one dimension for each condition."""
    matched = np.zeros([len(axis) for axis in axes], dtype=bool)
    care, bits = cubes.T
    allowed = [
        np.array([(bits & literal.care) == (literal.bits & care) for literal in axis]).T for axis in axes
    ]  # per condition, shape (cubes, values)
    rows = np.all([each.sum(axis=1) == 1 for each in allowed], axis=0)
    matched[tuple(each[rows].argmax(axis=1) for each in allowed)] = True
    for cube in np.flatnonzero(~rows).tolist():
        matched[np.ix_(*(np.flatnonzero(each[cube]) for each in allowed))] = True
    return matched


def _largest(inside: NDArray[np.bool_], axes: list[list[Cube]]) -> list[Cube]:
    """All maximal cubes of such corners, from a table of all cubes: a cube is inside when all its parts are."""
    for axis in range(len(axes)):
        inside = np.concatenate([inside, inside.all(axis=axis, keepdims=True)], axis=axis)
    maximal = inside.copy()
    for axis in range(len(axes)):
        before = (slice(None),) * axis
        maximal[(*before, slice(None, -1))] &= ~inside[(*before, slice(-1, None))]
    care = np.zeros(int(maximal.sum()), dtype=np.int64)
    bits = care.copy()
    for literals, places in zip(axes, np.nonzero(maximal), strict=True):
        care |= np.array([*(literal.care for literal in literals), 0], dtype=np.int64)[places]
        bits |= np.array([*(literal.bits for literal in literals), 0], dtype=np.int64)[places]
    return [Cube(*pair) for pair in sorted(zip(care.tolist(), bits.tolist(), strict=True))]


def lies_inside(cube: Cube, others: Iterable[Cube], groups: Groups = ()) -> bool:
    """Whether the other cubes together hold wherever the cube holds."""
    rest = []
    for other in others:
        both = Cube(cube.care | other.care, cube.bits | other.bits)
        if not (other.bits ^ cube.bits) & other.care & cube.care and _at_most_one(both.care, groups):
            rest.append(Cube(other.care & ~cube.care, other.bits & ~cube.care))
    return _always(rest, groups)


def _at_most_one(care: int, groups: Groups) -> bool:
    return all((care & sum(values)).bit_count() <= 1 for values in groups)


def _always(cubes: list[Cube], groups: Groups) -> bool:
    """Whether the cubes together hold in every corner, by cases."""
    while not any(cube.care == 0 for cube in cubes):
        if not cubes:
            return False
        axes = _axes(_union(cube.care for cube in cubes), groups)
        masks = [_union(literal.care for literal in axis) for axis in axes]
        counts = [sum(1 for cube in cubes if cube.care & mask) for mask in masks]
        chosen = counts.index(max(counts))
        axis, free = axes[chosen], [cube for cube in cubes if not cube.care & masks[chosen]]
        sides = [
            [Cube(cube.care & ~literal.care, cube.bits & ~literal.care) for cube in cubes if literal.contains(cube)]
            for literal in axis
        ]
        if all(sides):
            return all(_always([*free, *side], groups) for side in sides)
        # One side must do without all cubes that use the condition, and if it can, so can the others.
        cubes = free
    return True


def some_primes_inside(cubes: Iterable[Cube], is_inside: Callable[[Cube], bool], groups: Groups = ()) -> list[Cube]:
    """At least one maximal cube around each of the cubes: literals are dropped one by one as long as the cube stays inside."""
    found: list[Cube] = []
    masks = [sum(values) for values in groups] or [1 << each for each in range(63)]
    left = np.array(list(cubes), dtype=np.int64)
    while len(left):
        cube = Cube(*left[0].tolist())
        for mask in masks:
            if cube.care & mask and is_inside(wider := Cube(cube.care & ~mask, cube.bits & ~mask)):
                cube = wider
        found.append(cube)
        left = left[((cube.care & ~left[:, 0]) != 0) | ((left[:, 1] & cube.care) != cube.bits)]
    return found


def _maximal(care: Ints, bits: Ints, work: Budget) -> tuple[Ints, Ints]:
    """Drop every cube that lies inside another one. The cubes are distinct."""
    work.spend(len(care) ** 2)
    keep = np.ones(len(care), dtype=bool)
    block = max(1, 500_000 // max(1, len(care)))
    for start in range(0, len(care), block):
        part = slice(start, start + block)
        larger = (care & ~care[part, np.newaxis]) == 0
        larger &= (bits[part, np.newaxis] & care) == bits
        keep[part] = larger.sum(axis=1) == 1  # itself
    return care[keep], bits[keep]
