"""All smallest covers, or all irredundant ones, of a prime implicant chart.

Model ambiguity is a finding (Baumgartner & Thiem 2017), so no optimal cover may be lost. Implicants that cover the same
rows are merged into classes and expanded again at the end; rows whose implicants include all of another row's are
dropped; what is left is split into independent parts. A class whose rows lie within another's can only stand in for that
one, so the search sees the larger ones alone, and the smaller ones take their places afterwards.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import reduce
from itertools import chain, count, islice, product
from math import prod
from operator import or_
from typing import NamedTuple

import numpy as np

from equifinal_qca.engine.cubes import Ints
from equifinal_qca.engine.smallest import Bools, Budget, Cover, Search, Spent, dominators, unique_words, words_of

_SMALL = 20_000  # fields of a chart
_TINY = 16  # rows, and implicants
_FEW = (
    12  # classes, of which there are at most 924 irredundant covers: listing these costs less than preparing a search
)


class Covers(NamedTuple):
    """The result of :func:`covers`.

    `truncated` says that there are, or may be, more covers than those listed; there are `at_least` that many.
    `proved` says that the covers have the fewest implicants possible; else at least `bound` are needed.
    """

    found: list[Cover]
    truncated: bool
    at_least: int
    proved: bool
    bound: int


class _Part(NamedTuple):
    """What was found for one part; `complete` when there is nothing more to find."""

    found: list[Cover]
    complete: bool
    proved: bool
    bound: int


def covers(chart: Bools, limit: int, irredundant: bool = False, budget: Budget | None = None) -> Covers:
    """All covers with the fewest implicants.

    Parameters
    ----------
    chart
        Shape (implicants, rows): which implicant covers which row. Every row is covered by at least one.
    limit
        The most covers to return.
    irredundant
        Instead all covers from which no implicant can be taken away, whatever their size.
    budget
        Of work and time. When it is used up before the smallest size is proved, one irredundant cover is returned, as
        small as was found.

    Returns
    -------
    Covers
        The covers as positions of implicants in ascending order; unless time ran out, the same ones every time.

    Examples
    --------
    >>> import numpy as np
    >>> covers(np.array([[1, 1, 0], [0, 1, 1], [0, 0, 1]], dtype=bool), limit=10).found
    [(0, 1), (0, 2)]
    """
    budget = budget or Budget()
    with _one_thread(chart):
        return _covers(chart, limit, irredundant, budget)


def _one_thread(chart: Bools) -> AbstractContextManager[object]:
    """Products of matrices this small take longer on several threads."""
    if chart.size < _SMALL:
        return nullcontext()
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[object] = threadpool_limits(1)
    return limits


def _covers(chart: Bools, limit: int, irredundant: bool, budget: Budget) -> Covers:
    find = _all_irredundant if irredundant else _all_smallest
    # Each part is independent of the others and lists its covers, a cover being classes, a class being implicants.
    parts = [find(cover, classes, limit + 1, budget) for cover, classes in _parts(chart)]
    combined = product(*(part.found for part in parts))
    found = [tuple(sorted(chain.from_iterable(each))) for each in islice(combined, limit + 1)]
    return Covers(
        found=sorted(found[:limit]),
        truncated=len(found) > limit or not all(part.complete for part in parts),
        at_least=prod(len(part.found) for part in parts),
        proved=all(part.proved for part in parts),
        bound=sum(part.bound for part in parts),
    )


def _parts(chart: Bools) -> list[tuple[Bools, list[list[int]]]]:
    """Reduce the chart and split it into independent parts, each of shape (classes, rows) with the classes' members."""
    if max(chart.shape) <= _TINY:
        return _parts_of_tiny(chart)
    parts: list[tuple[Bools, list[list[int]]]] = []
    rows = np.arange(chart.shape[1])
    while len(rows):
        cover, classes = _classes(chart, rows)
        counts = cover.astype(np.float32)
        shared = counts.T @ counts
        sizes = np.diag(shared)
        within = shared == sizes[:, np.newaxis]  # [i, j]: whatever covers row i covers row j too
        implied = within & ((sizes[:, np.newaxis] < sizes) | (rows[:, np.newaxis] < rows))
        dropped = implied.any(axis=0)
        forced = (sizes == 1) & ~dropped
        for row in np.flatnonzero(forced):
            only = int(np.flatnonzero(cover[:, row])[0])
            parts.append((np.ones((1, 1), dtype=bool), [classes[only]]))
            dropped |= cover[only]
        if not dropped.any():
            return parts + [_part(cover, classes, members) for members in _components(shared > 0)]
        rows = rows[~dropped]
    return parts


def _parts_of_tiny(chart: Bools) -> list[tuple[Bools, list[list[int]]]]:
    """The same with bit sets, for charts so small that calling NumPy takes longer than the work."""
    parts: list[tuple[Bools, list[list[int]]]] = []
    rows_of = (chart @ (1 << np.arange(chart.shape[1], dtype=np.int64))).tolist()
    rows = list(range(chart.shape[1]))
    while rows:
        here, members = sum(1 << row for row in rows), dict[int, list[int]]()
        for implicant, its_rows in enumerate(rows_of):
            if its_rows & here:
                members.setdefault(its_rows & here, []).append(implicant)
        covering = {row: sum(1 << place for place, each in enumerate(members) if each >> row & 1) for row in rows}
        dropped = sum(1 << row for row in rows if _is_implied(row, covering))
        for row in rows:
            if covering[row].bit_count() == 1 and not dropped >> row & 1:
                its_rows = list(members)[covering[row].bit_length() - 1]
                parts.append((np.ones((1, 1), dtype=bool), [members[its_rows]]))
                here &= ~its_rows
        left = [row for row in rows if here >> row & 1 and not dropped >> row & 1]
        if left == rows:
            cover, classes = (
                np.array([[each >> row & 1 for row in rows] for each in members], bool),
                [*members.values()],
            )
            linked = (cover[:, :, np.newaxis] & cover[:, np.newaxis]).any(axis=0)
            return parts + [_part(cover, classes, component) for component in _components(linked)]
        rows = left
    return parts


def _is_implied(row: int, covering: Mapping[int, int]) -> bool:
    """Whether what covers some other row covers this one too; of two rows that are covered alike, the first stays."""
    mine = covering[row]
    return any(each & ~mine == 0 and (each != mine or other < row) for other, each in covering.items())


def _classes(chart: Bools, rows: Ints) -> tuple[Bools, list[list[int]]]:
    """Merge the implicants that cover the same ones of these rows; those that cover none are left out."""
    open_part = chart[:, rows]
    useful = np.flatnonzero(open_part.any(axis=1))
    first, which = unique_words(words_of(open_part[useful]))
    members: list[list[int]] = [[] for _ in first]
    for implicant, its_class in zip(useful.tolist(), which.tolist(), strict=True):
        members[its_class].append(implicant)
    return open_part[useful[first]], members


def _components(linked: Bools) -> list[Ints]:
    """The connected components of a symmetric relation among rows."""
    left = np.ones(len(linked), dtype=bool)
    components = []
    while left.any():
        component = linked[int(np.flatnonzero(left)[0])]
        while True:
            grown = linked[component].any(axis=0)
            if (grown == component).all():
                break
            component = grown
        components.append(np.flatnonzero(component))
        left &= ~component
    return components


def _part(cover: Bools, classes: list[list[int]], rows: Ints) -> tuple[Bools, list[list[int]]]:
    here = np.flatnonzero(cover[:, rows].any(axis=1))
    return cover[np.ix_(here, rows)], [classes[each] for each in here]


def _taken(found: Iterator[Cover], into: list[Cover], limit: int) -> bool:
    """Move covers into a list, up to a limit; whether all could be found within the budget."""
    try:
        into.extend(islice(found, limit))
    except Spent:
        return False
    return len(into) < limit


def _members(found: Iterator[Cover], classes: list[list[int]]) -> Iterator[Cover]:
    """Replace the classes of each cover by each of their members."""
    return chain.from_iterable(product(*(classes[each] for each in cover)) for cover in found)


def _all_smallest(cover: Bools, classes: list[list[int]], limit: int, budget: Budget) -> _Part:
    found: list[Cover] = []
    if len(cover) == 1:
        return _Part([(member,) for member in classes[0][:limit]], len(classes[0]) < limit, True, 1)
    if len(cover) <= _FEW:
        every = list(_irredundant(cover, Budget()))
        size = min(map(len, every))
        complete = _taken(_members((each for each in every if len(each) == size), classes), found, limit)
        return _Part(found, complete, True, size)
    order = np.argsort(-cover.sum(axis=1), kind="stable")
    return _searched(cover[order], [classes[each] for each in order], limit, budget)


def _searched(cover: Bools, classes: list[list[int]], limit: int, budget: Budget) -> _Part:
    """All smallest covers of classes, those that cover most rows first."""
    core, group = np.unique(dominators(cover), return_inverse=True)
    stand_ins: list[list[int]] = [[] for _ in core]
    for each, its_group in enumerate(group.tolist()):
        stand_ins[its_group].append(each)
    search = Search(cover[core])
    rows_of = [_mask(column) for column in cover]

    def of_size(size: int, budget: Budget) -> Iterator[Cover]:
        return _substituted(search.of_size(size, budget), core.tolist(), stand_ins, rows_of)

    found: list[Cover] = []
    for size in count(search.bound):
        complete = _taken(_members(of_size(size, budget), classes), found, limit)
        if found:
            return _Part(found, complete, True, size)
        if not complete:
            break
    best = [int(core[each]) for each in search.greedy()]
    reserve = budget.reserve()
    while len(best) > size:
        smaller: list[Cover] = []
        _taken(of_size(len(best) - 1, reserve), smaller, 1)
        if not smaller:
            break
        best = _irredundant_part(smaller[0], rows_of)
    return _Part([tuple(classes[each][0] for each in best)], False, len(best) == size, size)


def _substituted(
    found: Iterator[Cover], core: list[int], stand_ins: list[list[int]], rows_of: list[int]
) -> Iterator[Cover]:
    """Replace the undominated classes of each cover by those that they dominate, as long as every row stays covered.

    Each dominated class belongs to one undominated class alone, so no cover comes twice. And no smallest cover is lost: put
    for each of its classes the one it belongs to, and a cover as small is left.
    """
    everything = _union(range(len(rows_of)), rows_of)

    def complete(cover: Cover, position: int, covered: int, later: list[int], chosen: Cover) -> Iterator[Cover]:
        if position == len(cover):
            yield chosen
            return
        for each in stand_ins[cover[position]]:
            if covered | rows_of[each] | later[position + 1] == everything:
                yield from complete(cover, position + 1, covered | rows_of[each], later, (*chosen, each))

    for cover in found:
        later = [0]  # what the classes from each position on cover
        for each in reversed(cover):
            later.append(later[-1] | rows_of[core[each]])
        yield from complete(cover, 0, 0, later[::-1], ())


def _irredundant_part(cover: Cover, rows_of: list[int]) -> list[int]:
    """The cover without its dispensable classes."""
    kept = list(dict.fromkeys(cover))
    for each in cover:
        others = [other for other in kept if other != each]
        if _union(others, rows_of) == _union(kept, rows_of):
            kept = others
    return kept


def _union(cover: Iterable[int], rows_of: list[int]) -> int:
    return reduce(or_, (rows_of[each] for each in cover), 0)


def _all_irredundant(cover: Bools, classes: list[list[int]], limit: int, budget: Budget) -> _Part:
    found: list[Cover] = []
    complete = _taken(_members(_irredundant(cover, budget), classes), found, limit)
    if not found:
        found = [tuple(classes[each][0] for each in Search(cover).greedy())]
    return _Part(found, complete, True, min(map(len, found)))


def _irredundant(cover: Bools, budget: Budget) -> Iterator[Cover]:
    """Depth first with critical rows (the MMCS algorithm of Murakami & Uno 2014), on Python's integers as bit sets."""
    rows_of = [_mask(column) for column in cover]
    columns_of = [_mask(row) for row in cover.T]

    def search(chosen: Cover, private: list[int], open_rows: int, candidates: int) -> Iterator[Cover]:
        if not open_rows:
            yield chosen
            return
        row = min(_positions(open_rows), key=lambda each: (columns_of[each] & candidates).bit_count())
        branch = candidates & columns_of[row]
        budget.spend(open_rows.bit_count() + branch.bit_count())
        candidates &= ~branch
        for column in _positions(branch):
            still_private = [rows & ~rows_of[column] for rows in private]
            if all(still_private):
                still_private.append(open_rows & rows_of[column])
                yield from search((*chosen, column), still_private, open_rows & ~rows_of[column], candidates)
                candidates |= 1 << column

    return search((), [], (1 << len(columns_of)) - 1, (1 << len(rows_of)) - 1)


def _mask(flags: Bools) -> int:
    return int.from_bytes(np.packbits(flags, bitorder="little").tobytes(), "little")


def _positions(mask: int) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest
