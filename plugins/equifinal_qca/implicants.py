"""Prime implicants on bit masks, without a table of 2^k rows.

Two ways, each natural for one question. :func:`primes_avoiding` knows what must *not* be matched (the parsimonious
solution: everything unobserved is allowed); its answers are minimal transversals. :func:`primes_inside` knows what *may*
be matched (the conservative and the intermediate solution: a union of cubes); its answers are the union's Blake canonical
form.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from equifinal_qca.cubes import Cube, Groups, Ints

__all__ = ["minimal_transversals", "primes_avoiding", "primes_inside", "shortest_primes_avoiding"]

_MOST_ON_THE_WAY = 50_000  # partial transversals that are kept, of which many will not live to the end


def minimal_transversals(edges: Ints) -> Ints:
    """All minimal sets of elements that meet every edge (Berge's multiplication).

    A partial transversal t ∪ {v} is minimal exactly when each of its elements is critical: alone in meeting some edge
    seen so far (Murakami & Uno 2014).

    Parameters
    ----------
    edges
        One bit mask per edge. An empty edge (0) cannot be met: there is no transversal then.

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
    return _transversals(edges, None)[0]


def _transversals(edges: Ints, most: int | None) -> tuple[Ints, int | None]:
    """Minimal transversals; those of more elements are given up, from the largest down, when there are more than `most`.

    Also the number of elements up to which all are there, None when all are. A set only grows from edge to edge, so giving
    up large ones costs no smaller one.
    """
    edges = np.unique(edges)
    within = (edges[:, np.newaxis] & ~edges) == 0  # [i, j]: edge i lies within edge j
    np.fill_diagonal(within, False)
    edges = edges[~within.any(axis=0)]  # meeting the smaller edge meets the larger one
    edges = edges[np.argsort(np.bitwise_count(edges), kind="stable")]
    found = np.zeros(1, dtype=np.int64)
    largest: int | None = None
    for seen, edge in enumerate(edges, start=1):
        meets = (found & edge) != 0
        if meets.all():
            continue
        elements = np.array([1 << bit for bit in range(64) if int(edge) >> bit & 1], dtype=np.int64)
        short = found[~meets] if largest is None else found[~meets & (np.bitwise_count(found) < largest)]
        grown = (short[:, np.newaxis] | elements).ravel()
        found = np.concatenate([found[meets], grown[_all_critical(grown, edges[:seen])]])
        # Many of these will not live to the end.
        if most is not None and len(found) > max(most, _MOST_ON_THE_WAY):
            found, largest = _shortest(found, max(most, _MOST_ON_THE_WAY))
    if most is not None and len(found) > most:
        found, largest = _shortest(found, most)
    if (
        most is not None and not len(found) and edges.all()
    ):  # each short one failed: any transversal is better than none
        found = np.array([_some_transversal(edges)], dtype=np.int64)
    return found, largest


def _shortest(sets: Ints, most: int) -> tuple[Ints, int]:
    """Those with the fewest elements, as far as there are not more than `most`, and the number of elements up to which they go."""
    sizes = np.bitwise_count(sets)
    largest = int(np.searchsorted(np.cumsum(np.bincount(sizes)), most, side="right")) - 1
    return sets[sizes <= largest], largest


def _some_transversal(edges: Ints) -> int:
    """A minimal transversal: the element that meets most edges, again and again, then without what is not needed."""
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


def primes_avoiding(rows: Iterable[int], off: Iterable[Cube]) -> list[Cube]:
    """All minimal cubes that match at least one of the rows and no row of the `off` cubes.

    A cube around row p misses an `off` cube exactly when it uses a condition in which the two differ: the prime
    implicants around p are the minimal transversals of these differences.
    """
    return shortest_primes_avoiding(rows, off, None)[0]


def shortest_primes_avoiding(
    rows: Iterable[int], off: Iterable[Cube], most: int | None
) -> tuple[list[Cube], int | None]:
    """The same, but when there are too many (more than `most`, shared evenly among the rows) only the shortest around each row.

    Returns
    -------
    list of Cube
        Prime implicants; at least one around each row.
    int or None
        The number of literals up to which all of them are there; None when all are.
    """
    rows, off = list(rows), list(off)
    care = np.array([cube.care for cube in off], dtype=np.int64)
    bits = np.array([cube.bits for cube in off], dtype=np.int64)
    primes, largest = _around(rows, care, bits, most, give_up=len(rows) > 1)
    if most is not None and len(rows) > 1 and (largest is not None or len(primes) > most):
        primes, largest = _around(rows, care, bits, max(1, most // len(rows)), give_up=False)
    return [Cube(*pair) for pair in sorted(primes)], largest


def _around(
    rows: Sequence[int], care: Ints, bits: Ints, most: int | None, give_up: bool
) -> tuple[set[tuple[int, int]], int | None]:
    """Prime implicants around each row, at most so many for each, perhaps giving up when there are more in all."""
    primes: set[tuple[int, int]] = set()
    complete: int | None = None
    for row in rows:
        transversals, largest = _transversals((bits ^ row) & care, most)
        primes.update(zip(transversals.tolist(), (transversals & row).tolist(), strict=True))
        if largest is not None:
            complete = largest if complete is None else min(complete, largest)
        if give_up and (complete is not None or (most is not None and len(primes) > most)):
            break
    return primes, complete


def primes_inside(cubes: Iterable[Cube], groups: Groups = ()) -> list[Cube]:
    """All maximal cubes inside a union of cubes: its prime implicants, by consensus one condition at a time.

    Two cubes that differ in exactly one condition have a consensus, the cube that holds whatever that condition is.
    Adding all of them for one condition after the other and dropping what is contained yields every prime implicant
    (Tison 1967). For single rows this is the merging of pairs (Quine 1952; McCluskey 1956). With multi-value conditions, given as
    `groups`, terms with each of a condition's values have a consensus.
    """
    pairs = np.array(sorted(set(cubes)), dtype=np.int64).reshape(-1, 2)
    care, bits = _maximal(pairs[:, 0], pairs[:, 1])
    if groups:
        return [Cube(term, term) for term in _consensus_of_values(care, groups).tolist()]
    used = int(np.bitwise_or.reduce(care)) if len(care) else 0
    while used:
        condition = used & -used
        used ^= condition
        absent = ((care & condition) != 0) & ((bits & condition) == 0)
        present = (bits & condition) != 0
        if not (absent.any() and present.any()):
            continue
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
            care, bits = _maximal(care[new], bits[new])
    return [Cube(*pair) for pair in zip(care.tolist(), bits.tolist(), strict=True)]


def _consensus_of_values(terms: Ints, groups: Groups) -> Ints:
    for values in groups:
        common = np.zeros(1, dtype=np.int64)
        for value in values:
            rest = terms[(terms & value) != 0] & ~value
            both = np.unique(common[:, np.newaxis] | rest)
            for others in groups:  # one value of a condition at most
                both = both[np.bitwise_count(both & sum(others)) <= 1]
            common, _ = _maximal(both, both)
        terms = np.union1d(terms, common)
        terms, _ = _maximal(terms, terms)
    return terms


def _maximal(care: Ints, bits: Ints) -> tuple[Ints, Ints]:
    """Drop every cube that lies inside another one. The cubes are distinct."""
    keep = np.ones(len(care), dtype=bool)
    block = max(1, 500_000 // max(1, len(care)))
    for start in range(0, len(care), block):
        part = slice(start, start + block)
        larger = (care & ~care[part, np.newaxis]) == 0
        larger &= (bits[part, np.newaxis] & care) == bits
        keep[part] = larger.sum(axis=1) == 1  # itself
    return care[keep], bits[keep]
