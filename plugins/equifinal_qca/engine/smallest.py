"""All smallest covers of one prime implicant chart, by branch and bound on bit masks.

Three ideas keep the tree small. *Prices*: each row has a price such that no column's rows cost more than 1; rows worth 2.3
therefore need three columns; whatever leaves rows worth more than the columns that are still to be chosen is dead. *The
narrowest row*: branch on the open row with the fewest live columns, and ban a column in its later siblings: no cover
comes twice. *The last two columns* are looked up, not searched: candidates for the last one are those that cover
two open rows at once. Whole batches of branches are looked at together.

Prices are whole numbers of 1/65536, so every comparison is exact.
"""

from collections.abc import Iterator
from itertools import pairwise
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from equifinal_qca.engine.cubes import Ints

Bools = NDArray[np.bool_]
Words = NDArray[np.uint64]  # bit sets of rows, shape (words, n)
Narrow = NDArray[np.float32]  # holds whole numbers below 2^24, which it does exactly
Cover = tuple[int, ...]

MOST_WORK = 1_000_000_000  # about half a minute

_ONE = 1 << 16  # the price that the rows of a column may cost together
_BITS = 11  # of a bit set that are priced by one look into a table
_BATCH = 1 << 17  # elements that are looked at together; they should fit the cache
_ROUNDS_AT_FIRST = 150
_ROUNDS = 8


class Spent(Exception):  # noqa: N818 - not an error: the search stops and keeps the covers found
    """The budget of a search is used up."""


class Budget:
    """The limits of work and time for one search or for several.

    Parameters
    ----------
    work
        Elementary tests, about thirty million in a second; the same search spends the same each time.
    seconds
        Counted from now; None for no time limit.
    """

    def __init__(self, work: int = MOST_WORK, seconds: float | None = None) -> None:
        self.left = work
        self.deadline = None if seconds is None else monotonic() + seconds
        self._work, self._seconds = work, seconds

    @property
    def used_up(self) -> bool:
        """Whether nothing is left."""
        return self.left < 0 or (self.deadline is not None and monotonic() > self.deadline)

    def spend(self, work: int) -> None:
        """Deduct some work; raise :class:`Spent` when nothing is left."""
        self.left -= work
        if self.used_up:
            raise Spent

    def part(self, share: float) -> "Budget":
        """A part of the work, with the same deadline."""
        part = Budget(int(share * self._work))
        part.deadline, part._seconds = self.deadline, self._seconds
        return part

    def reserve(self) -> "Budget":
        """A quarter more, from now on, to find something when nothing can be proved."""
        return Budget(self._work // 4, None if self._seconds is None else self._seconds / 4)


class Search:
    """The search for covers of one chart by as few columns as possible.

    Parameters
    ----------
    cover
        Shape (columns, rows): which column covers which row. Every row is covered by at least one.
    """

    def __init__(self, cover: Bools) -> None:
        # The lowest bit of a set of rows stands for the row with the fewest columns.
        cover = cover[:, np.argsort(cover.sum(axis=0), kind="stable")]
        columns, rows = cover.shape
        self.cover = cover
        self.by_row = np.ascontiguousarray(cover.T)
        self.inside: Narrow = cover.astype(np.float32)
        self.bits = words_of(cover)
        shares = _ONE / np.maximum(self.inside.sum(axis=1, keepdims=True), np.float32(1))
        guess = (shares * self.inside).min(axis=0, where=cover, initial=_ONE)[np.newaxis]
        everything = np.ones((1, rows), dtype=np.float32), np.ones((1, columns), dtype=bool)
        self.prices: Narrow = self._sharpened(guess, *everything, min(_ROUNDS_AT_FIRST, columns // 2))[0]
        self.tables = [_sums(self.prices[start : start + _BITS]) for start in _table_starts(rows)]
        self.lists = _Lists(np.nonzero(self.by_row)[1], self.by_row.sum(axis=1))
        pairs = [cover[each].T for each in self.by_row]
        self.pairs = _Lists(
            np.concatenate(
                [np.flatnonzero(each)[np.nonzero(pair)[1]] for each, pair in zip(self.by_row, pairs, strict=True)]
            ),
            np.concatenate([pair.sum(axis=1) for pair in pairs]),
        )

    @property
    def bound(self) -> int:
        """No cover has fewer columns."""
        return max(1, -int(-self.prices.sum(dtype=np.int64) // _ONE))

    def greedy(self) -> Cover:
        """Some irredundant cover: again and again the column that covers most open rows."""
        chosen: list[int] = []
        open_rows = np.ones(self.cover.shape[1], dtype=np.float32)
        while open_rows.any():
            chosen.append(int((self.inside @ open_rows).argmax()))
            open_rows *= ~self.cover[chosen[-1]]
        for column in chosen.copy():
            if self.cover[[each for each in chosen if each != column]].any(axis=0).all():
                chosen.remove(column)
        return tuple(sorted(chosen))

    def of_size(self, size: int, budget: Budget) -> Iterator[Cover]:
        """All covers of this many columns, each once. When there are smaller ones, some of these may come instead.

        Raises
        ------
        Spent
            When the budget is used up.
        """
        columns, rows = self.cover.shape
        if size == 1:
            budget.spend(columns)
            yield from ((int(column),) for column in np.flatnonzero(self.cover.all(axis=1)))
            return
        everything = words_of(np.ones((1, rows), dtype=bool))
        if size == 2:
            anything = np.full((1, columns), columns)
            nothing = np.zeros(1, dtype=np.int64)
            yield from self._last_two(
                everything, anything, nothing, nothing - 1, np.zeros((1, 0), dtype=np.int64), budget
            )
        else:
            live = np.ones((1, columns), dtype=bool)
            nothing = np.zeros((1, 0), dtype=np.int64)
            yield from self._branch(everything, live, self.prices[np.newaxis], nothing, size, budget)

    def _branch(
        self, open_rows: Words, live: Bools, prices: Narrow, chosen: Ints, left: int, budget: Budget
    ) -> Iterator[Cover]:
        """Continue a batch of n branches in which `left` more columns, three or more, are to be chosen.

        `open_rows` (words, n) is not covered yet, `live` (n, columns) may be chosen, `prices` (n, rows) are those of the
        branch before, `chosen` (n, so many) has been chosen.
        """
        columns, rows = self.cover.shape
        budget.spend(live.size * (2 + rows // 16))
        is_open = _flags(open_rows, rows)
        live = self._affordable(live, prices * is_open, left)
        hopeful = live.any(axis=1)
        open_rows, is_open, live, chosen = open_rows[:, hopeful], is_open[hopeful], live[hopeful], chosen[hopeful]
        prices = self._sharpened(prices[hopeful], is_open, live, _ROUNDS)
        live = self._affordable(live, prices, left)
        choices = live.astype(np.float32) @ self.inside
        choices[is_open == 0] = np.inf
        branches = live & self.by_row[choices.argmin(axis=1)]
        node, column = np.nonzero(branches)
        remaining = open_rows[:, node] & ~self.bits[:, column]
        if not (still_open := remaining.any(axis=0)).all():
            for each in np.flatnonzero(~still_open):
                yield (*chosen[node[each]].tolist(), int(column[each]))
            node, column, remaining = node[still_open], column[still_open], remaining[:, still_open]
        if left == 3:
            # A column may follow any column, or only those before it, or none.
            follows = np.where(branches, np.arange(columns), np.where(live, columns, -1))
            yield from self._last_two(remaining, follows, node, column, chosen, budget)
            return
        batch = max(1, _BATCH // columns)
        for start in range(0, len(node), batch):
            part = slice(start, start + batch)
            parent, last = node[part], column[part, np.newaxis]
            free = live[parent] & ~(branches[parent] & (np.arange(columns) <= last))
            path = np.hstack([chosen[parent], last])
            yield from self._branch(remaining[:, part], free, prices[parent], path, left - 1, budget)

    def _affordable(self, live: Bools, prices: Narrow, left: int) -> Bools:
        """Which columns leave open rows worth no more than the columns that will be left to choose."""
        rest = prices.sum(axis=1, dtype=np.float64) - (left - 1.0) * _ONE
        affordable: Bools = live & (prices @ self.inside.T >= rest[:, np.newaxis])
        return affordable

    def _sharpened(self, prices: Narrow, is_open: Narrow, live: Bools, rounds: int) -> Narrow:
        """Better prices for each branch of a batch, whole numbers of 1/65536: no live column's open rows cost more than 1.

        The highest sum of such prices is that of the dual of the linear relaxation. Multiplicative weights approach it
        (Arora, Hazan & Kale 2012): rows in the most expensive columns become cheaper, the others dearer.
        """
        usable = live.astype(np.float32)
        prices = (prices + np.float32(_ONE / 100)) * is_open
        best, highest_sum = prices, np.zeros((len(prices), 1), dtype=np.float32)
        step = np.float32(0.05) * is_open.sum(axis=1, keepdims=True)
        for round in range(rounds + 1):
            costs = (prices @ self.inside.T) * usable
            prices /= np.maximum(costs.max(axis=1, keepdims=True), np.float32(1e-6))
            total = prices.sum(axis=1, keepdims=True)
            best = np.where(total > highest_sum, prices, best)
            highest_sum = np.maximum(total, highest_sum)
            if round == rounds:
                break
            weights = costs / np.maximum(costs.max(axis=1, keepdims=True), np.float32(1e-6))
            weights[weights < 0.25] = 0.0  # their powers would be too small for fast arithmetic
            for _ in range(4):
                weights *= weights
            pressure = (weights @ self.inside) / np.maximum(weights.sum(axis=1, keepdims=True), np.float32(1e-6))
            average = (pressure * prices).sum(axis=1, keepdims=True) / np.maximum(total, np.float32(1e-6))
            change = np.exp(step / np.float32(1 + round / 5) * (average - pressure))
            prices = np.maximum(prices * change, np.float32(1e-4)) * is_open
        whole = np.floor(best * np.float32(_ONE))
        excess = ((whole @ self.inside.T) * usable).max(axis=1, keepdims=True) / np.float32(_ONE)
        rounded: Narrow = np.floor(whole / np.maximum(excess, np.float32(1)))
        return rounded

    def _last_two(
        self, open_rows: Words, follows: Ints, parent: Ints, last: Ints, chosen: Ints, budget: Budget
    ) -> Iterator[Cover]:
        """Complete n branches by two columns.

        Branch i belongs to a parent with `chosen[parent[i]]` and chose `last[i]` besides; a column may be chosen when
        `follows[parent[i], column]` exceeds `last[i]`.
        """
        first_row = _lowest(open_rows)
        for part in _batches(self.lists.counts[first_row]):
            branch, column = self.lists.of(first_row[part])
            budget.spend(len(branch))
            branch += part.start
            allowed = follows[parent[branch], column] > last[branch]
            branch, column = branch[allowed], column[allowed]
            rest = open_rows[:, branch] & ~self.bits[:, column]
            affordable = self._price(rest) <= _ONE
            branch, column, rest = branch[affordable], column[affordable], rest[:, affordable]
            if not (still_open := rest.any(axis=0)).all():
                for each in np.flatnonzero(~still_open):
                    yield self._path(chosen[parent[branch[each]]], last[branch[each]], column[each])
                branch, column, rest = branch[still_open], column[still_open], rest[:, still_open]
            one = _lowest(rest)
            other = _lowest(_without_lowest(rest))
            keys = one * self.cover.shape[1] + np.where(other < 0, one, other)
            for smaller in _batches(self.pairs.counts[keys]):
                which, final = self.pairs.of(keys[smaller])
                budget.spend(len(which))
                which += smaller.start
                completes = ~(rest[:, which] & ~self.bits[:, final]).any(axis=0)
                which, final = which[completes], final[completes]
                before = branch[which]
                good = follows[parent[before], final] > last[before]
                # A pair that meets in the first row would come twice.
                good &= ~self.by_row[first_row[before], final] | (final > column[which])
                for each in np.flatnonzero(good):
                    yield self._path(chosen[parent[before[each]]], last[before[each]], column[which[each]], final[each])

    @staticmethod
    def _path(chosen: Ints, *more: np.int64) -> Cover:
        return (*chosen.tolist(), *(int(each) for each in more if each >= 0))

    def _price(self, rows: Words) -> Ints:
        """What the sets of rows cost, shape (n,)."""
        total = np.zeros(rows.shape[1], dtype=np.int64)
        for start, table in zip(_table_starts(self.cover.shape[1]), self.tables, strict=True):
            word, shift = divmod(start, 64)
            total += table[rows[word] >> np.uint64(shift) & np.uint64((1 << _BITS) - 1)]
        return total


def dominators(cover: Bools) -> Ints:
    """For each column the first one that covers all of its rows: itself when no other does.

    The columns must be distinct and those with more rows must come first; the columns named are then not dominated themselves.
    """
    cover = cover[:, np.argsort(cover.sum(axis=0), kind="stable")]
    bits = words_of(cover)
    lists = _Lists(np.nonzero(cover.T)[1], cover.sum(axis=0))
    narrowest = _lowest(bits)
    first = np.arange(len(cover))
    for part in _batches(lists.counts[narrowest]):
        column, other = lists.of(narrowest[part])
        column += part.start
        larger = other < column
        column, other = column[larger], other[larger]
        within = ~(bits[:, column] & ~bits[:, other]).any(axis=0)
        np.minimum.at(first, column[within], other[within])
    return first


class _Lists:
    """Many short lists in one array: list i has `counts[i]` entries."""

    def __init__(self, entries: Ints, counts: Ints) -> None:
        self.entries = entries
        self.counts = counts.astype(np.int64)
        self.starts = np.cumsum(self.counts) - self.counts

    def of(self, lists: Ints) -> tuple[Ints, Ints]:
        """The entries of all these lists one after the other: whose they are, as a position in `lists`, and they themselves."""
        counts = self.counts[lists]
        ends = np.cumsum(counts)
        whose = np.repeat(np.arange(len(lists)), counts)
        return whose, self.entries[np.arange(len(whose)) + (self.starts[lists] - (ends - counts))[whose]]


def _batches(counts: Ints) -> Iterator[slice]:
    """Slices in which the counts sum to about the size of a batch."""
    batch = (np.cumsum(counts) - counts) // _BATCH
    edges = np.flatnonzero(np.diff(batch, prepend=-1)).tolist()
    for start, stop in pairwise([*edges, len(counts)]):
        yield slice(start, stop)


def words_of(flags: Bools) -> Words:
    """Flags of shape (n, rows) as bit sets of shape (words, n); row 0 is the lowest bit of the first word."""
    n, rows = flags.shape
    width = -(-rows // 64)
    padded = np.zeros((n, width * 64), dtype=bool)
    padded[:, :rows] = flags
    packed = np.packbits(padded, axis=1, bitorder="little")
    words: Words = np.ascontiguousarray(packed.view("<u8").astype(np.uint64).T)
    return words


def unique_words(words: Words) -> tuple[Ints, Ints]:
    """The positions at which distinct sets occur first, ascending, and for each set which of these it equals."""
    keys = words[0] if len(words) == 1 else np.ascontiguousarray(words.T).view([("", np.uint64)] * len(words)).ravel()
    _, first, which = np.unique(keys, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return first[order], rank[which]


def _flags(words: Words, rows: int) -> Narrow:
    """The reverse of `_words`, as zeros and ones, shape (n, rows)."""
    octets = np.ascontiguousarray(words.T).astype("<u8").view(np.uint8)
    return np.unpackbits(octets, axis=1, count=rows, bitorder="little").astype(np.float32)


def _lowest(words: Words) -> Ints:
    """The lowest row in each set, shape (n,); -1 for an empty set."""
    result = np.full(words.shape[1], -1, dtype=np.int64)
    for position in range(len(words) - 1, -1, -1):
        word = words[position]
        below = (word & (~word + np.uint64(1))) - np.uint64(1)
        result = np.where(word != 0, np.bitwise_count(below).astype(np.int64) + 64 * position, result)
    return result


def _without_lowest(words: Words) -> Words:
    result = words.copy()
    done = np.zeros(words.shape[1], dtype=bool)
    for word in result:
        here = (word != 0) & ~done
        word[here] &= word[here] - np.uint64(1)
        done |= here
    return result


def _table_starts(rows: int) -> list[int]:
    """Where the bits that one table prices begin; a table does not reach across words."""
    return [word + shift for word in range(0, rows, 64) for shift in range(0, min(64, rows - word), _BITS)]


def _sums(prices: Narrow) -> Ints:
    """The price of each combination of some rows, shape (2^rows,)."""
    sums = np.zeros(1, dtype=np.int64)
    for price in prices.astype(np.int64):
        sums = np.concatenate([sums, sums + price])
    return sums
