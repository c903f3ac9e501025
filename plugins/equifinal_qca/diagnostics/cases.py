"""Which kind of case each case is for a model, and which cases and pairs of cases to study closely.

Set-theoretic multi-method research goes back to the cases once the terms are known: typical cases show how a term brings
the outcome about, deviant ones what is wrong with it, and pairs of cases what makes the difference (Schneider & Rohlfing
2013; Rohlfing & Schneider 2018; Schneider 2024).
"""

from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equifinal import InputError
from equifinal.errors import did_you_mean
from equifinal_qca.engine.corners import corner_memberships
from equifinal_qca.engine.cubes import Cube, Floats
from equifinal_qca.model import Model

__all__ = ["CaseType", "PairType", "best_cases", "best_pairs", "case_types"]

CaseType = Literal[
    "typical",
    "deviant in consistency, in degree",
    "deviant in consistency, in kind",
    "deviant in coverage",
    "individually irrelevant",
    "in other terms",
    "undecided",
]
StudyType = Literal["typical", "deviant in consistency, in kind", "deviant in coverage"]
PairType = Literal[
    "typical and typical",
    "typical and individually irrelevant",
    "typical and deviant in consistency",
    "deviant in coverage and individually irrelevant",
]
_TOLERANCE = 1e-9  # 1 - 0.9 is a little less than 0.1
_MOST_PAIRS = 4_000_000


def case_types(model: Model, term: str | None = None) -> pd.DataFrame:
    """What kind of case each case is for the model, or for one of its terms.

    With x the membership in the model (or the term) and y in the outcome (Schneider & Rohlfing 2013):

    * typical: x > 0.5, y > 0.5, x ≤ y;
    * deviant in consistency, in degree: x > 0.5, y > 0.5, x > y, on the right side but more in the term than in the outcome;
    * deviant in consistency, in kind: x > 0.5, y < 0.5, in the term without the outcome;
    * deviant in coverage: in no term, y > 0.5, the outcome without an explanation;
    * individually irrelevant: in no term, y < 0.5;
    * in other terms: not in this term, but in another one of the model;
    * undecided: at exactly 0.5 in the outcome or in the term; or in no term and at 0.5 in one.

    Parameters
    ----------
    model
        A model of a solution.
    term
        One of its terms; default: the model as a whole.

    Returns
    -------
    pandas.DataFrame
        Index: the cases. Columns: ``membership`` (x) and ``outcome`` (y), 0 to 1; ``type``; ``terms``, the list of the
        terms with membership above 0.5; ``uniquely_covered``, whether the case is in one term only (when a term is asked
        about: in this one only).

    Raises
    ------
    InputError
        For a term that the model does not have.

    Examples
    --------
    >>> import pandas as pd
    >>> from equifinal_qca import case_types, minimize, truth_table
    >>> frame = pd.DataFrame(
    ...     {"A": [0.9, 0.8, 0.7, 0.2, 0.1], "Y": [0.9, 0.7, 0.4, 0.8, 0.3]}, index=["u", "v", "w", "x", "y"]
    ... )
    >>> model = minimize(truth_table(frame, "Y", consistency_cutoff=0.75), "parsimonious").models[0]
    >>> model.expression
    'A'
    >>> case_types(model)["type"].tolist()[:3]
    ['typical', 'deviant in consistency, in degree', 'deviant in consistency, in kind']
    >>> case_types(model)["type"].tolist()[3:]
    ['deviant in coverage', 'individually irrelevant']
    """
    table = model.table
    position = _position(model, term)
    inside = model.term_memberships > 0.5
    in_terms = inside.sum(axis=1)
    terms = [[name for name, member in zip(model.terms, row, strict=True) if member] for row in inside]
    return pd.DataFrame(
        {
            "membership": model.membership if position is None else model.term_memberships[:, position],
            "outcome": table.outcome_membership,
            "type": _types(model, position),
            "terms": pd.Series(terms, index=table.cases, dtype=object),
            "uniquely_covered": (in_terms == 1) & (True if position is None else inside[:, position]),
        },
        index=table.cases,
    )


def best_cases(model: Model, kind: StudyType, term: str | None = None, most: int = 5) -> pd.DataFrame:
    """The cases of one kind that promise most for a study within the case.

    The principles are Schneider & Rohlfing's (2013; 2019): a *typical* case is far inside the term, as much in the outcome
    as in the term, and in no other term; a case *deviant in consistency* is far inside the term and far outside the
    outcome; a case *deviant in coverage* is far inside the outcome and far inside its own truth-table row, the place to look
    for the condition that is missing. The score adds up how much the case falls short of each, with equal weights; this sum
    is a plain reading of the principles, not one of the published formulas, whose weights differ from paper to paper.

    * typical: (1 - x) + abs(y - x);
    * deviant in consistency, in kind: (1 - x) + y;
    * deviant in coverage: (1 - y) + (1 - r), r being the membership in its own row.

    Parameters
    ----------
    model
        A model of a solution.
    kind
        ``"typical"``, ``"deviant in consistency, in kind"`` or ``"deviant in coverage"``. Individually irrelevant cases
        serve in comparisons only.
    term
        One of the model's terms; default: each in turn. A case deviant in coverage is so for the whole model, and has none.
    most
        The most cases for each term; cases as good as the last one are listed too.

    Returns
    -------
    pandas.DataFrame
        One row a case, best first; typical cases that are uniquely covered come before those that are not. Columns:
        ``term`` (for deviance in coverage the configuration of its row), ``case``, ``membership`` (x, or r), ``outcome``
        (y), ``uniquely_covered``, ``score`` (0 is ideal).

    Raises
    ------
    InputError
        For an unknown kind or term.

    Examples
    --------
    >>> import pandas as pd
    >>> from equifinal_qca import best_cases, minimize, truth_table
    >>> frame = pd.DataFrame({"A": [0.9, 0.6, 0.8, 0.1], "Y": [0.9, 0.9, 0.9, 0.2]}, index=["u", "v", "w", "x"])
    >>> model = minimize(truth_table(frame, "Y"), "parsimonious").models[0]
    >>> best_cases(model, "typical")[["case", "score"]].round(2).values.tolist()
    [['u', 0.1], ['w', 0.3], ['v', 0.7]]
    """
    if kind not in get_args(StudyType):
        raise InputError(f"kind = {kind!r} is unknown. {did_you_mean(str(kind), get_args(StudyType))}")
    _check_most(most)
    y, cases = model.table.outcome_membership, model.table.cases
    columns = ["term", "case", "membership", "outcome", "uniquely_covered", "score"]
    found: list[pd.DataFrame] = []
    if kind == "deviant in coverage":
        if term is not None:
            raise InputError("A case deviant in coverage is in no term. Leave term out.")
        row, own = _own_row(model)
        chosen = np.flatnonzero((_types(model, None) == kind) & (row >= 0))
        names = [model.table.space.label(int(model.table.corners[each])) for each in row[chosen]]
        score = (1.0 - y[chosen]) + (1.0 - own[chosen])
        entries = (names, cases[chosen], own[chosen], y[chosen], False, score)
        found.append(_ranked(pd.DataFrame(dict(zip(columns, entries, strict=True))), most))
    else:
        for position in _positions(model, term):
            x = model.term_memberships[:, position]
            chosen = np.flatnonzero(_types(model, position) == kind)
            unique = _unique(model, position)[chosen]
            apart = np.abs(y - x)[chosen] if kind == "typical" else y[chosen]
            score = (1.0 - x[chosen]) + apart
            first = unique if kind == "typical" else None
            of_term = (model.terms[position], cases[chosen], x[chosen], y[chosen], unique, score)
            found.append(_ranked(pd.DataFrame(dict(zip(columns, of_term, strict=True))), most, first))
    return pd.concat(found, ignore_index=True)


def best_pairs(model: Model, kind: PairType, term: str | None = None, most: int = 5) -> pd.DataFrame:
    """The pairs of cases that promise most for a comparison.

    The principles are Schneider & Rohlfing's (2013; 2019). Two cases are compared under one term (or one truth-table row),
    so that what they share cannot explain what they do not. The score adds up how much a pair falls short of each, with
    equal weights; as in :func:`best_cases` this sum is a plain reading of the principles, not one of the published formulas.
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
        One row a pair, best first. Columns: ``term`` (for the last kind the configuration of their row), ``conjunct`` (the
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
    if kind not in get_args(PairType):
        raise InputError(f"kind = {kind!r} is unknown. {did_you_mean(str(kind), get_args(PairType))}")
    _check_most(most)
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
            [_ranked_pairs(list(find(model, position)), most) for position in _positions(model, term)],
            ignore_index=True,
        )
    names = model.table.cases.to_numpy(dtype=object)
    for column in ("first", "second"):
        found[column] = names[found[column].to_numpy(dtype=np.int64)]
    return found


# ------------------------------------------------------------------------------------------------- kinds of cases


def _types(model: Model, position: int | None) -> NDArray[np.object_]:
    y = model.table.outcome_membership
    x = model.membership if position is None else model.term_memberships[:, position]
    with_outcome, without_outcome = y > 0.5, y < 0.5
    types = np.full(len(y), "undecided", dtype=object)
    types[(x > 0.5) & with_outcome] = "typical"
    types[(x > 0.5) & with_outcome & (x > y + _TOLERANCE)] = "deviant in consistency, in degree"
    types[(x > 0.5) & without_outcome] = "deviant in consistency, in kind"
    types[(model.membership < 0.5) & with_outcome] = "deviant in coverage"
    types[(model.membership < 0.5) & without_outcome] = "individually irrelevant"
    types[(x < 0.5) & (model.membership > 0.5) & (y != 0.5)] = "in other terms"
    return types


def _unique(model: Model, position: int) -> NDArray[np.bool_]:
    """Whether a case is in this term and in no other."""
    inside = model.term_memberships > 0.5
    unique: NDArray[np.bool_] = inside[:, position] & (inside.sum(axis=1) == 1)
    return unique


def _own_row(model: Model) -> tuple[NDArray[np.int64], Floats]:
    """Each case's truth-table row, or -1, and its membership in it."""
    table = model.table
    row = table.row_of_case
    own = np.full(len(row), np.nan)
    placed = row >= 0
    for each in np.unique(row[placed]):  # a row at a time: memberships of all cases in all rows would not fit
        here = row == each
        own[here] = corner_memberships(table.memberships[here], table.corners[each : each + 1])[:, 0]
    return row, own


def _position(model: Model, term: str | None) -> int | None:
    if not isinstance(model, Model):
        raise InputError(
            f"A model is asked for, not {type(model).__name__}. Give solution.best or one of solution.models."
        )
    if term is None:
        return None
    if term not in model.terms:
        raise InputError(f"The model {model.expression!r} has no term {term!r}. {did_you_mean(term, model.terms)}")
    return model.terms.index(term)


def _positions(model: Model, term: str | None) -> list[int]:
    position = _position(model, term)
    return list(range(len(model.terms))) if position is None else [position]


def _check_most(most: int) -> None:
    if most < 1:
        raise InputError(f"most = {most!r} leaves nothing. Give 1 or more.")


# ------------------------------------------------------------------------------------------------- pairs of cases


class _Pairs(NamedTuple):
    """All pairs of some cases: the scores have shape (first, second)."""

    term: str
    conjunct: str | None
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    outcome: Floats
    unique: NDArray[np.bool_]
    score: Floats


def _pairs(
    model: Model,
    term: str,
    conjunct: str | None,
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    unique: NDArray[np.bool_],
    score: Callable[[NDArray[np.int64], NDArray[np.int64]], Floats],
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
    typical = np.flatnonzero(_types(model, position) == "typical")
    apart = np.abs(y - x)

    def score(one: NDArray[np.int64], other: NDArray[np.int64]) -> Floats:
        far = (0.5 - np.abs(x[one] - x[other])) + (0.5 - np.abs(y[one] - y[other]))
        # Every pair once, the case with more of the term first.
        in_order = (x[one] > x[other]) | ((x[one] == x[other]) & (one < other))
        result: Floats = np.where(in_order, far + apart[one] + apart[other], np.nan)
        return result

    yield _pairs(model, model.terms[position], None, typical, typical, _unique(model, position), score)


def _irrelevant_pairs(model: Model, position: int) -> Iterator[_Pairs]:
    y, cube = model.table.outcome_membership, model.cubes[position]
    literals = _literals(cube, model)
    types = _types(model, position)
    typical = np.flatnonzero(types == "typical")
    irrelevant = types == "individually irrelevant"
    unique = _unique(model, position) | irrelevant
    for name, focal in literals.items():
        others = [values for other, values in literals.items() if other != name]
        lacks_it = irrelevant & (focal < 0.5)
        for values in others:
            lacks_it &= values > 0.5

        def score(
            one: NDArray[np.int64], other: NDArray[np.int64], focal: Floats = focal, others: list[Floats] = others
        ) -> Floats:
            unlike = np.zeros(np.broadcast_shapes(one.shape, other.shape))
            for values in others:
                np.maximum(unlike, np.abs(values[one] - values[other]), out=unlike)
            return (1.0 - (focal[one] - focal[other])) + (1.0 - (y[one] - y[other])) + unlike

        yield _pairs(model, model.terms[position], name, typical, np.flatnonzero(lacks_it), unique, score)


def _deviant_pairs(model: Model, position: int) -> Iterator[_Pairs]:
    x, y = model.term_memberships[:, position], model.table.outcome_membership
    types = _types(model, position)
    typical = np.flatnonzero(types == "typical")
    deviant = np.flatnonzero(types == "deviant in consistency, in kind")

    def score(one: NDArray[np.int64], other: NDArray[np.int64]) -> Floats:
        alike = np.abs(x[one] - x[other]) + (1.0 - np.minimum(x[one], x[other]))
        return (1.0 - (y[one] - y[other])) + alike

    yield _pairs(model, model.terms[position], None, typical, deviant, _unique(model, position), score)


def _coverage_pairs(model: Model) -> Iterator[_Pairs]:
    y = model.table.outcome_membership
    types = _types(model, None)
    row, own = _own_row(model)

    def score(one: NDArray[np.int64], other: NDArray[np.int64]) -> Floats:
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


# --------------------------------------------------------------------------------------------------------- ranking


def _ranked(frame: pd.DataFrame, most: int, first: NDArray[np.bool_] | None = None) -> pd.DataFrame:
    """The entries with the lowest scores, those marked `first` before all others; with ties."""
    later = np.zeros(len(frame), dtype=bool) if first is None else ~first
    # Equal sums can differ in their last digits.
    keys = pd.DataFrame({"later": later, "score": frame["score"].astype(float).round(10)})
    keys = keys.sort_values(["later", "score"], kind="stable")
    if len(keys) > most:
        last = keys.iloc[most - 1]
        worse = (keys["later"] > last["later"]) | ((keys["later"] == last["later"]) & (keys["score"] > last["score"]))
        keys = keys[~worse]
    return frame.loc[keys.index].reset_index(drop=True)


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
    return _ranked(everything, most, everything["uniquely_covered"].to_numpy(dtype=bool))
