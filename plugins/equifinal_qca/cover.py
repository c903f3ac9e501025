"""All smallest covers, or all irredundant ones, of a prime implicant chart.

Model ambiguity is a finding (Baumgartner & Thiem 2017), so no optimal cover may be lost: implicants that cover the same
rows are merged into classes and expanded again at the end, rows whose implicants include all of another row's are
dropped, implicants are never dropped because a better one exists.
"""

from collections.abc import Iterator
from itertools import chain, islice, product
from math import ceil

import numpy as np
from numpy.typing import NDArray

from equifinal_qca.cubes import Floats

__all__ = ["covers"]

Bools = NDArray[np.bool_]
Cover = tuple[int, ...]
_TOLERANCE = 1e-6


def covers(chart: Bools, limit: int, irredundant: bool = False) -> tuple[list[Cover], bool]:
    """All covers with the fewest implicants.

    Parameters
    ----------
    chart
        Shape (implicants, rows): which implicant covers which row. Every row is covered by at least one.
    limit
        The most covers to return.
    irredundant
        Instead all covers from which no implicant can be taken away, whatever their size.

    Returns
    -------
    list of tuple of int
        The covers, as positions of implicants in ascending order; the same ones every time.
    bool
        Whether there are more than `limit`.

    Examples
    --------
    >>> import numpy as np
    >>> covers(np.array([[1, 1, 0], [0, 1, 1], [0, 0, 1]], dtype=bool), limit=10)
    ([(0, 1), (0, 2)], False)
    """
    find = _all_irredundant if irredundant else _all_smallest
    # Each part is independent of the others and lists its covers, a cover being classes, a class being implicants.
    parts = [find(cover, classes, limit + 1) for cover, classes in _parts(chart)]
    found = [tuple(sorted(chain.from_iterable(each))) for each in islice(product(*parts), limit + 1)]
    return sorted(found[:limit]), len(found) > limit


def _parts(chart: Bools) -> list[tuple[Bools, list[list[int]]]]:
    """Reduce the chart and split it into independent parts, each of shape (classes, rows) with the classes' members."""
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


def _classes(chart: Bools, rows: NDArray[np.int64]) -> tuple[Bools, list[list[int]]]:
    """Merge the implicants that cover the same ones of these rows; those that cover none are left out."""
    open_part = chart[:, rows]
    members: dict[bytes, list[int]] = {}
    for implicant, key in enumerate(np.packbits(open_part, axis=1)):
        if key.any():
            members.setdefault(key.tobytes(), []).append(implicant)
    classes = list(members.values())
    return open_part[[first for first, *_ in classes]], classes


def _components(linked: Bools) -> list[NDArray[np.int64]]:
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


def _part(cover: Bools, classes: list[list[int]], rows: NDArray[np.int64]) -> tuple[Bools, list[list[int]]]:
    here = np.flatnonzero(cover[:, rows].any(axis=1))
    return cover[np.ix_(here, rows)], [classes[each] for each in here]


def _expanded(found: Iterator[Cover], classes: list[list[int]], limit: int) -> list[Cover]:
    """Replace the classes of each cover by each of their members."""
    return list(islice(chain.from_iterable(product(*(classes[each] for each in cover)) for cover in found), limit))


def _all_smallest(cover: Bools, classes: list[list[int]], limit: int) -> list[Cover]:
    if len(cover) == 1:
        return [(member,) for member in classes[0][:limit]]
    matrix = cover.astype(float)
    prices = _prices(matrix)
    size = max(1, ceil(prices.sum() - _TOLERANCE))
    # Whether there is a cover of some size can be seen from the best classes alone; to list them takes all.
    shared = matrix @ matrix.T
    best = matrix[(shared == np.diag(shared)[:, np.newaxis]).sum(axis=1) == 1]
    while next(_of_size(best, prices, size), None) is None:
        size += 1
    return _expanded(_of_size(matrix, prices, size), classes, limit)


def _prices(matrix: Floats) -> Floats:
    """A price for each row such that no implicant's rows cost more than 1: their sum is a lower bound for covers.

    The best such prices are the dual of the linear relaxation; for a small chart a quick guess is enough.
    """
    guess: Floats = (matrix / matrix.sum(axis=1, keepdims=True)).min(axis=0, where=matrix > 0, initial=1.0)
    if min(matrix.shape) <= 8:
        return guess
    from scipy.optimize import linprog

    relaxed = linprog(-np.ones(matrix.shape[1]), A_ub=matrix, b_ub=np.ones(len(matrix)), bounds=(0, 1), method="highs")
    return np.clip(relaxed.x, 0.0, None) if relaxed.x is not None else guess


def _of_size(matrix: Floats, prices: Floats, size: int) -> Iterator[Cover]:
    """All covers of exactly `size` columns, given that none is smaller.

    A cover of this size can spend `size` minus the sum of all prices; choosing a column spends 1 minus the prices of the
    open rows that it covers. Whatever would exceed the budget is dead.
    """
    transposed = np.ascontiguousarray(matrix.T)

    def search(open_rows: Floats, live: Bools, left: int, chosen: Cover) -> Iterator[Cover]:
        covered = matrix @ np.column_stack([open_rows, open_rows * prices])
        if left == 1:
            for column in np.flatnonzero(live & (covered[:, 0] == open_rows.sum())):
                yield (*chosen, int(column))
            return
        budget = left - float(open_rows @ prices) + _TOLERANCE
        live = live & (covered[:, 0] > 0) & (1.0 - covered[:, 1] <= budget)
        choices = np.where(open_rows > 0, transposed @ live, np.inf)
        row = int(choices.argmin())
        columns = np.flatnonzero(live & (matrix[:, row] > 0))
        if left == 2:
            remaining = open_rows * (1.0 - matrix[columns])
            completes = remaining @ transposed == remaining.sum(axis=1)[:, np.newaxis]
            for position, column in enumerate(columns):
                live[column] = False
                for last in np.flatnonzero(completes[position] & live):
                    yield (*chosen, int(column), int(last))
            return
        for column in columns:
            live[column] = False  # its own covers come now, so its siblings need not look at it again
            yield from search(open_rows * (1.0 - matrix[column]), live, left - 1, (*chosen, int(column)))

    return search(np.ones(matrix.shape[1]), np.ones(len(matrix), dtype=bool), size, ())


def _all_irredundant(cover: Bools, classes: list[list[int]], limit: int) -> list[Cover]:
    """Depth first with critical rows (the MMCS algorithm of Murakami & Uno 2014), on Python's integers as bit sets."""
    rows_of = [_mask(column) for column in cover]
    columns_of = [_mask(row) for row in cover.T]

    def search(chosen: Cover, private: list[int], open_rows: int, candidates: int) -> Iterator[Cover]:
        if not open_rows:
            yield chosen
            return
        row = min(_positions(open_rows), key=lambda each: (columns_of[each] & candidates).bit_count())
        branch = candidates & columns_of[row]
        candidates &= ~branch
        for column in _positions(branch):
            still_private = [rows & ~rows_of[column] for rows in private]
            if all(still_private):
                still_private.append(open_rows & rows_of[column])
                yield from search((*chosen, column), still_private, open_rows & ~rows_of[column], candidates)
                candidates |= 1 << column

    return _expanded(search((), [], (1 << len(columns_of)) - 1, (1 << len(rows_of)) - 1), classes, limit)


def _mask(flags: Bools) -> int:
    return sum(1 << int(position) for position in np.flatnonzero(flags))


def _positions(mask: int) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest
