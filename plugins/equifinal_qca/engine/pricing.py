"""The prime implicants that a smallest cover needs, where there are too many to write them all down.

The smallest cover is an integer programme with a variable for each prime implicant. The dual of its linear relaxation gives
each row a price. Implicants whose rows cost more than 1 together can improve the relaxation; they are searched for, added,
and the prices found again (column generation; Dash, Günlük & Wei 2018 do so for Boolean rules). The search for them needs no
list of all implicants: a conjunction with more literals matches fewer rows, so whatever is too cheap is given up at once.

When no implicant costs more than 1, written down or not, no cover has fewer terms than the prices sum to. (With the highest
cost in place of 1 this is a bound at any time; Farley 1990.) And a cover with few terms can afford only implicants that
cost nearly 1: those can be listed, and the smallest covers among them are all there are.

Prices are whole numbers of 1/65536, so every comparison is exact.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from equifinal_qca.engine.cubes import Cube, Groups, Ints
from equifinal_qca.engine.implicants import some_primes_avoiding
from equifinal_qca.engine.smallest import Budget, Spent

Bools = NDArray[np.bool_]

_ONE = 1 << 16  # the price of rows that one implicant may cost at most
_NEW = 400  # implicants that are added at a time
_NARROW = 3000  # conjunctions with equally many literals that are followed up, those that cost most
_WIDE = 60_000_000  # the same for a proof, times rows and `off` cubes
_MOST = 300_000  # conjunctions to list for a proof
_CORE = 2  # implicants for each row among which a small cover is looked for (Caprara, Fischetti & Toth 1999)
_BLOCK = 4_000_000  # numbers in memory at once


class Pricing:
    """Prices of the rows that are to be covered, and the prime implicants that are worth them.

    Parameters
    ----------
    rows
        The rows to be covered.
    off
        What must not be matched.
    everything, groups
        The mask of all conditions; the values of multi-value conditions.
    """

    def __init__(self, rows: Sequence[int], off: Sequence[Cube], everything: int, groups: Groups) -> None:
        self._given = list(rows), list(off)
        self._rows = np.array(rows, dtype=np.int64)
        if groups:
            literals = [(bit, bit, sum(values)) for values in groups for bit in values]
        else:
            bits = [1 << place for place in range(everything.bit_length())]
            literals = [(bit, value, bit) for bit in bits for value in (0, bit)]
        self._bit, self._value, self._condition = np.array(literals, dtype=np.int64).T
        care, bits_of_off = np.array(off, dtype=np.int64).reshape(-1, 2).T
        self._matches = (self._rows & self._bit[:, np.newaxis]) == self._value[:, np.newaxis]  # (literals, rows)
        differs = (bits_of_off & self._bit[:, np.newaxis]) != self._value[:, np.newaxis]
        self._misses = ((care & self._bit[:, np.newaxis]) != 0) & differs  # (literals, off)
        self._wide = max(1, _WIDE // (len(rows) + len(off)))
        self._prices: Ints = np.zeros(len(self._rows), dtype=np.int64)
        self._highest = _ONE  # no implicant's rows cost more

    @property
    def bound(self) -> int:
        """No cover has fewer terms."""
        return max(1, -int(-self._prices.sum() // self._highest))

    def promising(self, budget: Budget) -> list[Cube]:
        """Prime implicants among which a small cover is to be found; they cover every row.

        Those that cost most in an optimal linear relaxation, as far as the budget goes.
        """
        around_each = np.array(sorted(some_primes_avoiding(*self._given)), dtype=np.int64)
        chosen = around_each
        try:
            while True:
                prices = self._prices_of(chosen, budget)
                for width in (min(_NARROW, self._wide), self._wide):
                    found, costs, left_out = self._worth(prices, _ONE + 1, width, budget)
                    self._keep(prices, max(_ONE, left_out, int(costs.max(initial=0))))
                    if len(found) or not left_out:
                        break
                before = len(chosen)
                candidates = self._prime(_dearest(found, costs, 5 * _NEW))
                dearest = _dearest(candidates, self._cover(candidates) @ prices, _NEW)
                chosen = np.unique(np.concatenate([chosen, dearest]), axis=0)
                if len(chosen) == before:
                    break
        except Spent:
            pass
        core = _dearest(chosen, self._cover(chosen) @ self._prices, _CORE * max(100, len(self._rows)))
        return [Cube(*pair) for pair in np.unique(np.concatenate([core, around_each]), axis=0).tolist()]

    def affordable(self, terms: int, budget: Budget) -> list[Cube] | None:
        """Every prime implicant that a cover of at most so many terms can have; None when there are too many.

        All others of the terms cost at most the highest cost each, and together they have to pay for every row.
        """
        least = int(self._prices.sum()) - (terms - 1) * self._highest
        if least <= 0:
            return None
        try:
            found, _, left_out = self._worth(self._prices, least, self._wide, budget, _MOST)
        except Spent:
            return None
        return None if left_out else [Cube(*pair) for pair in self._prime(found).tolist()]

    def _keep(self, prices: Ints, highest: int) -> None:
        if prices.sum() * self._highest > self._prices.sum() * highest:
            self._prices, self._highest = prices, highest

    def _cover(self, cubes: Ints) -> Bools:
        covers: Bools = (self._rows & cubes[:, :1]) == cubes[:, 1:]
        return covers

    def _prices_of(self, chosen: Ints, budget: Budget) -> Ints:
        """The rows' prices in the linear relaxation with the chosen implicants alone."""
        from scipy.optimize import linprog
        from scipy.sparse import csc_array

        cover = self._cover(chosen)
        budget.spend(2 * int(cover.size * cover.shape[1] ** 0.5))
        columns, rows = cover.shape
        relaxed = linprog(
            np.ones(columns), A_ub=-csc_array(cover.T.astype(float)), b_ub=-np.ones(rows), method="highs-ds"
        )
        if relaxed.status != 0:  # not solved: no reason to fail, the present prices will do
            raise Spent
        prices: Ints = np.floor(np.maximum(0.0, -relaxed.ineqlin.marginals) * _ONE).astype(np.int64)
        return prices

    def _worth(
        self, prices: Ints, least: int, width: int, budget: Budget, most: int | None = None
    ) -> tuple[Ints, Ints, int]:
        """Conjunctions that match no `off` cube and whose rows cost at least so much, every such prime implicant among them.

        They grow literal by literal; each is followed up by what misses one of the `off` cubes that it still matches, the one
        that fewest literals can miss. Of those with equally many literals only the `width` dearest are followed up.

        Returns
        -------
        three values
            The conjunctions, shape (n, 2); the cost of their rows, shape (n,); and the highest cost of those not followed up,
            0 when all were.
        """
        kind = np.float32 if prices.sum() < 1 << 24 else np.float64  # whole numbers that add up exactly
        price_of = (self._matches * prices).T.astype(kind)
        misses = self._misses.astype(np.float32)
        literals, rows, off = len(self._bit), len(self._rows), self._misses.shape[1]
        block = max(1, _BLOCK // max(literals, rows, off))
        care = bits = np.zeros(1, dtype=np.int64)
        inside, open_off = np.ones((1, rows), dtype=bool), np.ones((1, off), dtype=bool)
        found, costs = [np.zeros((0, 2), dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
        left_out = 0
        while len(care):
            budget.spend(len(care) * literals * (rows + off) // 32)
            grown: list[tuple[Ints, Ints, Ints, Ints, Ints]] = []
            for start in range(0, len(care), block):
                part = slice(start, start + block)
                worth = inside[part].astype(kind) @ price_of
                possible = (worth >= least) & ((care[part, np.newaxis] & self._condition) == 0)
                choices = possible.astype(np.float32) @ misses
                choices[~open_off[part]] = np.inf
                possible &= self._misses.T[choices.argmin(axis=1)]
                node, literal = np.nonzero(possible)
                cost = worth[node, literal].astype(np.int64)
                node += start
                grown.append((care[node] | self._bit[literal], bits[node] | self._value[literal], cost, node, literal))
            care, bits, cost, node, literal = (np.concatenate(each) for each in zip(*grown, strict=True))
            _, first = np.unique(np.column_stack([care, bits]), axis=0, return_index=True)
            if len(first) > width:
                first = first[np.argsort(-cost[first], kind="stable")]
                left_out = max(left_out, int(cost[first[width]]))
                first = first[:width]
            care, bits, cost, node, literal = (each[first] for each in (care, bits, cost, node, literal))
            open_off = open_off[node] & ~self._misses[literal]
            going_on = open_off.any(axis=1)
            found.append(np.column_stack([care[~going_on], bits[~going_on]]))
            costs.append(cost[~going_on])
            if most is not None and sum(map(len, found)) > most:
                raise Spent
            inside = inside[node[going_on]] & self._matches[literal[going_on]]
            care, bits, open_off = care[going_on], bits[going_on], open_off[going_on]
        return np.concatenate(found), np.concatenate(costs), left_out

    def _prime(self, cubes: Ints) -> Ints:
        """Without literals that are not needed to miss the `off` cubes; distinct and in order."""
        misses = self._misses.astype(np.int16)
        care, bits = cubes.T.copy()
        block = max(1, _BLOCK // misses.shape[1])
        for start in range(0, len(cubes), block):
            part = slice(start, start + block)
            has = ((care[part, np.newaxis] & self._bit) != 0) & ((bits[part, np.newaxis] & self._bit) == self._value)
            times = np.rint(has.astype(np.float32) @ misses.astype(np.float32)).astype(np.int16)
            for literal, bit in enumerate(self._bit):
                needless = has[:, literal] & (times > misses[literal]).all(axis=1)
                times[needless] -= misses[literal]
                care[part][needless] &= ~bit
                bits[part][needless] &= ~bit
        return np.unique(np.column_stack([care, bits]), axis=0)


def _dearest(cubes: Ints, costs: Ints, most: int) -> Ints:
    dearest: Ints = cubes[np.argsort(-costs, kind="stable")[:most]]
    return dearest
