"""The pairs of cases to compare closely (Schneider & Rohlfing 2013; 2019)."""

from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equifinal import InputError
from equifinal_qca.diagnostics.cases import check_asked, own_rows, positions_of, ranked, term_alone, types_of
from equifinal_qca.engine.cubes import Cube, Floats, Ints
from equifinal_qca.model import Model

PairType = Literal[
    "typical and typical",
    "typical and individually irrelevant",
    "typical and deviant in consistency",
    "deviant in coverage and individually irrelevant",
]
_MOST_PAIRS = 4_000_000


def best_pairs(model: Model, kind: PairType, term: str | None = None, most: int = 5) -> pd.DataFrame:
    """The most promising pairs of cases for a comparison.

    The principles are Schneider & Rohlfing's (2013; 2019). Two cases are compared under one term (or one truth-table row):
    what they share cannot explain how they differ. The score adds up, with equal weights, by how much a pair falls short of
    each; as in :func:`best_cases` this sum is a plain reading of the principles, not one of the published formulas.
    x is the membership in the term, y in the outcome, Δ the first case's less the second's.

    *typical and typical*: as different as possible in degree within the term and within the outcome, both close to the
    diagonal: (0.5 - abs(Δx)) + (0.5 - abs(Δy)) + abs(y₁ - x₁) + abs(y₂ - x₂).

    *typical and individually irrelevant*: the second case lacks exactly one conjunct of the term, f, has all the others, and
    lacks the outcome. Far apart in f and in the outcome, alike in the other conjuncts o:
    (1 - Δf) + (1 - Δy) + the largest abs(Δo).

    *typical and deviant in consistency* (in kind): both far inside the term and alike in it, far apart in the outcome:
    (1 - Δy) + abs(Δx) + (1 - the smaller x).

    *deviant in coverage and individually irrelevant*: in the same truth-table row, both far inside it and alike in their
    membership r, far apart in the outcome: (1 - Δy) + abs(Δr) + (1 - the smaller r).

    Parameters
    ----------
    model
        A model of a solution.
    kind
        One of the four.
    term
        One of the model's terms; default: each in turn. The last kind has none.
    most
        The most pairs for each term, or in all for the last kind; pairs as good as the last one are listed too.

    Returns
    -------
    pandas.DataFrame
        One row per pair, best first. Columns: ``term`` (for the last kind the configuration of their row), ``conjunct`` (the
        literal that the irrelevant case lacks; else None), ``first``, ``second``, ``difference_in_outcome`` (Δy),
        ``uniquely_covered`` (no other term has one of them), ``score`` (0 is ideal). Pairs of uniquely covered cases come
        first.

    Raises
    ------
    InputError
        For an unknown kind or term, or more than 4 million pairs.

    Examples
    --------
    >>> import pandas as pd
    >>> from equifinal_qca import best_pairs, minimize, truth_table
    >>> frame = pd.DataFrame(
    ...     {"A": [0.9, 0.8, 0.2, 0.1], "B": [0.9, 0.8, 0.9, 0.2], "Y": [0.9, 0.9, 0.1, 0.2]}, index=["u", "v", "w", "x"]
    ... )
    >>> model = minimize(truth_table(frame, "Y"), "conservative").models[0]
    >>> pairs = best_pairs(model, "typical and individually irrelevant")
    >>> pairs[["term", "conjunct", "first", "second"]].values.tolist()
    [['A*B', 'A', 'u', 'w'], ['A*B', 'A', 'v', 'w']]
    """
    check_asked(kind, get_args(PairType), most)
    if kind == "deviant in coverage and individually irrelevant":
        if term is not None:
            raise InputError("Cases deviant in coverage are in no term. Leave term out.")
        found = _ranked_pairs(list(_coverage_pairs(model)), most)
    else:
        find: Callable[[Model, int], Iterator[_Pairs]] = {
            "typical and typical": _typical_pairs,
            "typical and individually irrelevant": _irrelevant_pairs,
            "typical and deviant in consistency": _deviant_pairs,
        }[kind]
        found = pd.concat(
            [_ranked_pairs(list(find(model, position)), most) for position in positions_of(model, term)],
            ignore_index=True,
        )
    names = model.table.cases.to_numpy(dtype=object)
    for column in ("first", "second"):
        found[column] = names[found[column].to_numpy(dtype=np.int64)]
    return found


class _Pairs(NamedTuple):
    """All pairs of some cases: the scores have shape (first, second)."""

    term: str
    conjunct: str | None
    first: Ints
    second: Ints
    outcome: Floats
    unique: NDArray[np.bool_]
    score: Floats


def _pairs(
    model: Model,
    term: str,
    conjunct: str | None,
    first: Ints,
    second: Ints,
    unique: NDArray[np.bool_],
    score: Callable[[Ints, Ints], Floats],
) -> _Pairs:
    if len(first) * len(second) > _MOST_PAIRS:
        raise InputError(
            f"{term}: {len(first)} times {len(second)} cases make more than {_MOST_PAIRS} pairs. Use fewer cases."
        )
    y = model.table.outcome_membership
    one, other = first[:, np.newaxis], second
    return _Pairs(term, conjunct, first, second, y[one] - y[other], unique[one] & unique[other], score(one, other))


def _typical_pairs(model: Model, position: int) -> Iterator[_Pairs]:
    x, y = model.term_memberships[:, position], model.table.outcome_membership
    typical = np.flatnonzero(types_of(model, position) == "typical")
    apart = np.abs(y - x)

    def score(one: Ints, other: Ints) -> Floats:
        far = (0.5 - np.abs(x[one] - x[other])) + (0.5 - np.abs(y[one] - y[other]))
        # Every pair once, the case with more of the term first.
        in_order = (x[one] > x[other]) | ((x[one] == x[other]) & (one < other))
        result: Floats = np.where(in_order, far + apart[one] + apart[other], np.nan)
        return result

    yield _pairs(model, model.terms[position], None, typical, typical, term_alone(model, position), score)


def _irrelevant_pairs(model: Model, position: int) -> Iterator[_Pairs]:
    y, cube = model.table.outcome_membership, model.cubes[position]
    literals = _literals(cube, model)
    types = types_of(model, position)
    typical = np.flatnonzero(types == "typical")
    irrelevant = types == "individually irrelevant"
    unique = term_alone(model, position) | irrelevant
    for name, focal in literals.items():
        others = [values for other, values in literals.items() if other != name]
        lacks_it = irrelevant & (focal < 0.5)
        for values in others:
            lacks_it &= values > 0.5

        def score(one: Ints, other: Ints, focal: Floats = focal, others: list[Floats] = others) -> Floats:
            unlike = np.zeros(np.broadcast_shapes(one.shape, other.shape))
            for values in others:
                np.maximum(unlike, np.abs(values[one] - values[other]), out=unlike)
            return (1.0 - (focal[one] - focal[other])) + (1.0 - (y[one] - y[other])) + unlike

        yield _pairs(model, model.terms[position], name, typical, np.flatnonzero(lacks_it), unique, score)


def _deviant_pairs(model: Model, position: int) -> Iterator[_Pairs]:
    x, y = model.term_memberships[:, position], model.table.outcome_membership
    types = types_of(model, position)
    typical = np.flatnonzero(types == "typical")
    deviant = np.flatnonzero(types == "deviant in consistency, in kind")

    def score(one: Ints, other: Ints) -> Floats:
        alike = np.abs(x[one] - x[other]) + (1.0 - np.minimum(x[one], x[other]))
        return (1.0 - (y[one] - y[other])) + alike

    yield _pairs(model, model.terms[position], None, typical, deviant, term_alone(model, position), score)


def _coverage_pairs(model: Model) -> Iterator[_Pairs]:
    y = model.table.outcome_membership
    types = types_of(model, None)
    row, own = own_rows(model)

    def score(one: Ints, other: Ints) -> Floats:
        alike = np.abs(own[one] - own[other]) + (1.0 - np.minimum(own[one], own[other]))
        return (1.0 - (y[one] - y[other])) + alike

    everywhere = np.ones(len(y), dtype=bool)  # in no term at all
    for each in np.unique(row[(types == "deviant in coverage") & (row >= 0)]):
        deviant = np.flatnonzero((types == "deviant in coverage") & (row == each))
        irrelevant = np.flatnonzero((types == "individually irrelevant") & (row == each))
        label = model.table.space.label(int(model.table.corners[each]))
        yield _pairs(model, label, None, deviant, irrelevant, everywhere, score)


def _literals(cube: Cube, model: Model) -> dict[str, Floats]:
    """The conjuncts of a term with the cases' memberships."""
    table = model.table
    bits = [1 << place for place in reversed(range(len(table.conditions))) if cube.care >> place & 1]
    single = [Cube(bit, cube.bits & bit) for bit in bits]
    return {each.text(table.conditions): each.membership(table.memberships) for each in single}


def _ranked_pairs(groups: list[_Pairs], most: int) -> pd.DataFrame:
    columns = ["term", "conjunct", "first", "second", "difference_in_outcome", "uniquely_covered", "score"]
    frames = []
    for group in groups:
        pairs = ~np.isnan(group.score)
        one, other = np.nonzero(pairs)
        first, second = group.first[one], group.second[other]
        entries = (
            group.term,
            group.conjunct,
            first,
            second,
            group.outcome[pairs],
            group.unique[pairs],
            group.score[pairs],
        )
        frames.append(pd.DataFrame(dict(zip(columns, entries, strict=True)), index=range(len(one))))
    everything = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)
    return ranked(everything, most, everything["uniquely_covered"].to_numpy(dtype=bool))
