"""The search for necessary and for sufficient expressions: sets that contain the outcome, or lie within it.

Both searches proceed by the number of literals and build only on candidates that can still succeed; they never look at all
3^k - 1 combinations of k conditions.
"""

import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equifinal import InputError, sets
from equifinal_qca.engine.cubes import Floats, Ints
from equifinal_qca.inputs import check_shares, condition_names, is_whole, memberships_of, outcome_memberships

Bools = NDArray[np.bool_]
_TOLERANCE = 1e-9  # 0.9 may be computed as 0.8999999999
_BLOCK = 2_000_000  # numbers in memory at once


def necessary_expressions(
    frame: pd.DataFrame,
    outcome: str,
    consistency: float = 0.9,
    relevance: float = 0.6,
    *,
    conditions: Sequence[str] | None = None,
    max_literals: int | None = None,
    max_candidates: int = 2_000_000,
) -> pd.DataFrame:
    """Conjunctions and disjunctions of literals that are necessary for the outcome, and not trivially so.

    A conjunction is listed when it reaches both cutoffs; each of its parts is then at least as consistent, but may be
    too large to be relevant. A disjunction is listed when it reaches both and no part of it reaches the consistency: a
    longer one is as consistent and less relevant.

    Parameters
    ----------
    frame, outcome
        As in :func:`necessity`.
    consistency
        The least consistency of necessity, inclN = Σ min(x, y) / Σ y; from 0 to 1.
    relevance
        The least relevance of necessity, RoN = Σ (1-x) / Σ (1 - min(x, y)); from 0 to 1. Low for sets so large that they
        are trivially necessary (Schneider & Wagemann 2012).
    conditions
        The conditions' columns; default: all but the outcome's. At most 63.
    max_literals
        The most literals in an expression; default: as many as there are conditions.
    max_candidates
        The most combinations to look at. When they do not suffice, a warning is given, ``attrs["truncated"]`` is true, and
        all expressions with at most ``attrs["complete_to"]`` literals are there.

    Returns
    -------
    pandas.DataFrame
        Index: the expressions, fewest literals first, conjunctions before disjunctions, in the order of the conditions.
        Columns: ``consistency``, ``relevance`` and ``coverage`` (covN = Σ min(x, y) / Σ x), from 0 to 1, as in
        :func:`necessity`.

    Raises
    ------
    InputError
        For unknown columns, missing values, values outside 0 to 1, cutoffs out of range.

    Notes
    -----
    A longer conjunction is never more consistent and never less relevant; a longer disjunction never less consistent and
    never more relevant. So conjunctions grow while they are consistent, disjunctions while they are relevant and not
    yet consistent, and only if everything that may still join them would make them consistent.

    Examples
    --------
    >>> import pandas as pd
    >>> from equifinal_qca import necessary_expressions
    >>> frame = pd.DataFrame({"A": [0.9, 0.2, 0.3], "B": [0.1, 0.8, 0.2], "Y": [0.8, 0.7, 0.1]})
    >>> necessary_expressions(frame, "Y").round(3).to_dict("index")
    {'A + B': {'consistency': 1.0, 'relevance': 0.714, 'coverage': 0.8}}
    """
    check_shares(consistency=consistency, relevance=relevance)
    search = _Search.of(frame, outcome, conditions, max_literals, max_candidates)
    conjunctions, first = search.necessary_conjunctions(consistency - _TOLERANCE, relevance - _TOLERANCE)
    disjunctions, second = search.necessary_disjunctions(consistency - _TOLERANCE, relevance - _TOLERANCE)
    found = [(each, np.minimum, "*") for each in conjunctions] + [(each, np.maximum, " + ") for each in disjunctions]
    found.sort(key=lambda each: (len(each[0]), len(each[2]), each[0]))
    blocks = [
        np.column_stack(
            [sets.necessity_consistency(x, search.y), sets.relevance(x, search.y), sets.necessity_coverage(x, search.y)]
        )
        for x in search.memberships([(terms, combine) for terms, combine, _ in found])
    ]
    texts = [search.text(terms, joint) for terms, _, joint in found]
    return search.labelled(texts, blocks, ["consistency", "relevance", "coverage"], min(first, second))


def sufficient_expressions(
    frame: pd.DataFrame,
    outcome: str,
    consistency: float = 0.8,
    pri: float = 0.5,
    *,
    coverage: float = 0.0,
    frequency_cutoff: int = 1,
    conditions: Sequence[str] | None = None,
    max_literals: int | None = None,
    max_candidates: int = 2_000_000,
) -> pd.DataFrame:
    """Minimal conjunctions of literals that are sufficient for the outcome.

    A conjunction is listed when it reaches all cutoffs and no part of it does. (Disjunctions are not
    listed, since any disjunction of sufficient sets is sufficient.) Unlike the terms of a solution these say nothing about
    each other and do not rest on a truth table: they are the sufficient subsets of the outcome, one by one.

    Parameters
    ----------
    frame, outcome, conditions, max_literals, max_candidates
        As in :func:`necessary_expressions`.
    consistency
        The least consistency of sufficiency, inclS = Σ min(x, y) / Σ x; from 0 to 1.
    pri
        The least proportional reduction in inconsistency (Schneider & Wagemann 2012); from 0 to 1.
    coverage
        The least raw coverage, Σ min(x, y) / Σ y; from 0 to 1.
    frequency_cutoff
        The fewest cases with membership above 0.5, as in a truth table; 0 also lists conjunctions without cases.

    Returns
    -------
    pandas.DataFrame
        Index: the conjunctions, fewest literals first, then in the order of the conditions. Columns: ``consistency``,
        ``pri``, ``coverage`` (0 to 1) and ``n``, the number of cases with membership above 0.5. ``attrs["truncated"]`` and
        ``attrs["complete_to"]`` as in :func:`necessary_expressions`.

    Raises
    ------
    InputError
        For unknown columns, missing values, values outside 0 to 1, cutoffs out of range.

    Examples
    --------
    >>> import pandas as pd
    >>> from equifinal_qca import sufficient_expressions
    >>> frame = pd.DataFrame({"A": [1, 1, 0, 0], "B": [1, 0, 1, 0], "Y": [1, 0, 0, 0]})
    >>> sufficient_expressions(frame, "Y")["coverage"].to_dict()
    {'A*B': 1.0}
    """
    check_shares(consistency=consistency, pri=pri, coverage=coverage)
    if not is_whole(frequency_cutoff, least=0):
        raise InputError(f"frequency_cutoff = {frequency_cutoff!r} is not a number of cases; give 0 or more.")
    search = _Search.of(frame, outcome, conditions, max_literals, max_candidates)
    cutoffs = (consistency - _TOLERANCE, pri - _TOLERANCE, coverage - _TOLERANCE)
    found, complete_to = search.sufficient_conjunctions(*cutoffs, frequency_cutoff)
    blocks = [
        np.column_stack(
            [sets.consistency(x, search.y), sets.pri(x, search.y), sets.coverage(x, search.y), (x > 0.5).sum(axis=0)]
        )
        for x in search.memberships([(terms, np.minimum) for terms in found])
    ]
    texts = [search.text(terms, "*") for terms in found]
    table = search.labelled(texts, blocks, ["consistency", "pri", "coverage", "n"], complete_to)
    return table.astype({"n": int})


Combine = Callable[..., Floats]


class _Step(NamedTuple):
    """Some sets with every literal that may join them: shapes (b, s), (b, n), (r,) and (b, r, n)."""

    base: Ints
    base_membership: Floats
    joining: Ints
    membership: Floats

    def chosen(self, which: Bools) -> Ints:
        """The extended sets for which `which`, shape (b, r), holds; shape (chosen, s + 1)."""
        rows, columns = np.nonzero(which)
        return np.column_stack([self.base[rows], self.joining[columns]])


class _Search(NamedTuple):
    """Literal 2j is condition j, literal 2j + 1 its absence; a set of literals is an ascending tuple of these numbers."""

    names: tuple[str, ...]
    literals: Floats  # (2k, n)
    y: Floats
    max_literals: int
    max_candidates: int

    @classmethod
    def of(
        cls,
        frame: pd.DataFrame,
        outcome: str,
        conditions: Sequence[str] | None,
        max_literals: int | None,
        max_candidates: int,
    ) -> "_Search":
        names = condition_names(frame, outcome, conditions)
        x = np.column_stack([memberships_of(frame, name) for name in names])
        literals = np.stack([x, 1.0 - x], axis=2).transpose(1, 2, 0).reshape(2 * len(names), -1)
        for what, limit in (("max_literals", max_literals), ("max_candidates", max_candidates)):
            if limit is not None and not is_whole(limit):
                raise InputError(f"{what} = {limit!r} is not a whole number. Give 1 or more.")
        most = min(max_literals or len(names), len(names))
        return cls(tuple(names), literals, outcome_memberships(frame, outcome), most, max_candidates)

    # ------------------------------------------------------------------------------------------ three searches

    def necessary_conjunctions(self, consistency: float, relevance: float) -> tuple[list[tuple[int, ...]], int]:
        found: list[tuple[int, ...]] = []
        total = self.y.sum()

        def keep(step: _Step) -> Ints:
            size, common = step.membership.sum(axis=2), np.minimum(step.membership, self.y).sum(axis=2)
            consistent = common >= consistency * total
            found.extend(map(tuple, step.chosen(consistent & self._relevant(size, common, relevance)).tolist()))
            return step.chosen(consistent)

        return found, self._by_size(keep, np.minimum) if total > 0 else self.max_literals

    def necessary_disjunctions(self, consistency: float, relevance: float) -> tuple[list[tuple[int, ...]], int]:
        found: list[tuple[int, ...]] = []
        total = self.y.sum()

        def keep(step: _Step) -> Ints:
            size, common = step.membership.sum(axis=2), np.minimum(step.membership, self.y).sum(axis=2)
            relevant = self._relevant(size, common, relevance)
            consistent = common >= consistency * total
            if step.base.shape[1]:  # single literals are conjunctions as well
                for terms in step.chosen(relevant & consistent):
                    parts = [
                        np.minimum(self.literals[np.delete(terms, each)].max(axis=0), self.y).sum()
                        for each in range(len(terms))
                    ]
                    if max(parts) < consistency * total:
                        found.append(tuple(terms.tolist()))
            # Whatever joins now or later is among the relevant ones here; if all of them do not suffice, none will.
            everything = np.where(relevant[:, :, np.newaxis], step.membership, step.base_membership[:, np.newaxis])
            reachable = np.minimum(everything.max(axis=1), self.y).sum(axis=1) >= consistency * total
            return step.chosen(relevant & ~consistent & reachable[:, np.newaxis])

        return found, self._by_size(keep, np.maximum) if total > 0 else self.max_literals

    def sufficient_conjunctions(
        self, consistency: float, pri: float, coverage: float, fewest: int
    ) -> tuple[list[tuple[int, ...]], int]:
        found: list[tuple[int, ...]] = []
        ending_with: dict[int, list[Ints]] = {}  # last literal -> the others of those listed, as masks
        total, neither = self.y.sum(), np.minimum(self.y, 1.0 - self.y)

        def keep(step: _Step) -> Ints:
            common = np.minimum(step.membership, self.y).sum(axis=2)
            alive = (common > 0) & (common >= coverage * total)
            if fewest:
                alive &= (step.membership > 0.5).sum(axis=2) >= fewest
            # The base has no sufficient part, so such a part of the longer set ends with the new literal.
            masks = _masks(step.base)
            for column, literal in enumerate(step.joining.tolist()):
                if literal in ending_with:
                    alive[:, column] &= ~_contain_any(masks, np.concatenate(ending_with[literal]))
            candidates, x, common = step.chosen(alive), step.membership[alive], common[alive]
            size, both = x.sum(axis=1), np.minimum(x, neither).sum(axis=1)
            passes = (common >= consistency * size) & (size - both > 1e-12) & (common - both >= pri * (size - both))
            listed = candidates[passes]
            found.extend(map(tuple, listed.tolist()))
            for literal in np.unique(listed[:, -1]).tolist():
                ending_with.setdefault(literal, []).append(_masks(listed[listed[:, -1] == literal, :-1]))
            going_on: Ints = candidates[~passes]
            return going_on

        return found, self._by_size(keep, np.minimum)

    def _relevant(self, size: Floats, common: Floats, cutoff: float) -> Bools:
        """RoN reaches the cutoff; where it is undefined (all are full members of both), nothing does."""
        outside = len(self.y) - common
        reaches: Bools = (outside > 1e-12) & (len(self.y) - size >= cutoff * outside)
        return reaches

    # ------------------------------------------------------------------------------------------------ growing

    def _by_size(self, keep: Callable[[_Step], Ints], combine: Combine) -> int:
        """Let sets of literals grow; `keep` says which go on. Returns the size up to which all were looked at."""
        alive = np.zeros((1, 0), dtype=np.int64)
        looked_at = 0
        for size in range(1, self.max_literals + 1):
            conditions_used = alive[:, -1] // 2 + 1 if alive.shape[1] else np.zeros(len(alive), dtype=np.int64)
            looked_at += int((len(self.literals) - 2 * conditions_used).sum())
            if looked_at > self.max_candidates:
                return size - 1
            grown = [keep(step) for step in self._steps(alive, conditions_used, combine)]
            alive = np.concatenate(grown) if grown else np.zeros((0, size), dtype=np.int64)
            if not len(alive):
                break
        return self.max_literals

    def _steps(self, alive: Ints, first_free: Ints, combine: Combine) -> Iterator[_Step]:
        """Every set with every literal of a later condition, some at a time."""
        for first in np.unique(first_free).tolist():
            joining = np.arange(2 * first, len(self.literals))
            if not len(joining):
                continue
            those = alive[first_free == first]
            block = max(1, _BLOCK // (len(joining) * len(self.y)))
            for start in range(0, len(those), block):
                base = those[start : start + block]
                if base.shape[1]:
                    membership = combine.reduce(self.literals[base], axis=1)  # type: ignore[attr-defined]
                else:
                    membership = np.full((1, len(self.y)), 1.0 if combine is np.minimum else 0.0)
                yield _Step(base, membership, joining, combine(membership[:, np.newaxis], self.literals[joining]))

    # ------------------------------------------------------------------------------------------- putting in words

    def memberships(self, expressions: Sequence[tuple[tuple[int, ...], Combine]]) -> Iterator[Floats]:
        """Memberships in some expressions at a time, shape (n, m)."""
        block = max(1, _BLOCK // max(1, len(self.y)))
        for start in range(0, len(expressions), block):
            part = expressions[start : start + block]
            yield np.column_stack([combine.reduce(self.literals[list(terms)], axis=0) for terms, combine in part])  # type: ignore[attr-defined]

    def text(self, terms: Sequence[int], joint: str) -> str:
        return joint.join("~" * (each % 2) + self.names[each // 2] for each in terms)

    def labelled(self, texts: list[str], blocks: list[Floats], columns: list[str], complete_to: int) -> pd.DataFrame:
        values = np.concatenate(blocks) if blocks else np.empty((0, len(columns)))
        table = pd.DataFrame(values, index=pd.Index(texts, name="expression", dtype=str), columns=columns)
        table.attrs = {"truncated": complete_to < self.max_literals, "complete_to": complete_to}
        if complete_to < self.max_literals:
            warnings.warn(
                f"There are more combinations than max_candidates = {self.max_candidates}; all expressions with at most "
                f"{complete_to} literals are listed, and perhaps some longer ones. Raise max_candidates or the cutoffs.",
                stacklevel=3,
            )
        return table


def _masks(literals: Ints) -> Ints:
    """Sets of literals, shape (m, s), as the two bit masks care and bits, shape (m, 2)."""
    bit = np.left_shift(1, literals // 2)
    masks: Ints = np.column_stack([bit.sum(axis=1), (bit * (literals % 2 == 0)).sum(axis=1)])
    return masks


def _contain_any(sets_: Ints, parts: Ints) -> Bools:
    """Which conjunctions contain one of the others, all given as care and bits."""
    result = np.zeros(len(sets_), dtype=bool)
    block = max(1, _BLOCK // max(1, len(parts)))
    for start in range(0, len(sets_), block):
        care, bits = sets_[start : start + block, np.newaxis, 0], sets_[start : start + block, np.newaxis, 1]
        inside = ((parts[:, 0] & ~care) == 0) & ((bits & parts[:, 0]) == parts[:, 1])
        result[start : start + block] = inside.any(axis=1)
    return result
