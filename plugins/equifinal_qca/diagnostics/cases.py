"""The kind of each case for a model, and the cases to study closely.

Set-theoretic multi-method research goes back to the cases once the terms are known: typical cases show how a term brings
the outcome about, deviant ones where it fails, and pairs of cases what makes the difference (Schneider & Rohlfing
2013; Rohlfing & Schneider 2018; Schneider 2024).
"""

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equifinal import InputError
from equifinal.errors import did_you_mean
from equifinal_qca.engine.corners import corner_memberships
from equifinal_qca.engine.cubes import Floats, Ints
from equifinal_qca.model import Model, require_model

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
_TOLERANCE = 1e-9  # 1 - 0.9 is a little less than 0.1


def case_types(model: Model, term: str | None = None) -> pd.DataFrame:
    """The kind of each case for the model, or for one of its terms.

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
        terms with membership above 0.5; ``uniquely_covered``, whether the case is in one term only (when a term is given:
        in this one only).

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
            "type": types_of(model, position),
            "terms": pd.Series(terms, index=table.cases, dtype=object),
            "uniquely_covered": (in_terms == 1) & (True if position is None else inside[:, position]),
        },
        index=table.cases,
    )


def best_cases(model: Model, kind: StudyType, term: str | None = None, most: int = 5) -> pd.DataFrame:
    """The most promising cases of one kind for a within-case study.

    The principles are Schneider & Rohlfing's (2013; 2019): a *typical* case is far inside the term, as much in the outcome
    as in the term, and in no other term; a case *deviant in consistency* is far inside the term and far outside the
    outcome; a case *deviant in coverage* is far inside the outcome and far inside its own truth-table row, the place to look
    for the condition that is missing. The score adds up, with equal weights, by how much the case falls short of each; this
    sum is a plain reading of the principles, not one of the published formulas, whose weights differ from paper to paper.

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
        One row per case, best first; typical cases that are uniquely covered come before those that are not. Columns:
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
    check_asked(kind, get_args(StudyType), most)
    y, cases = model.table.outcome_membership, model.table.cases
    columns = ["term", "case", "membership", "outcome", "uniquely_covered", "score"]
    found: list[pd.DataFrame] = []
    if kind == "deviant in coverage":
        if term is not None:
            raise InputError("A case deviant in coverage is in no term. Leave term out.")
        row, own = own_rows(model)
        chosen = np.flatnonzero((types_of(model, None) == kind) & (row >= 0))
        names = [model.table.space.label(int(model.table.corners[each])) for each in row[chosen]]
        score = (1.0 - y[chosen]) + (1.0 - own[chosen])
        entries = (names, cases[chosen], own[chosen], y[chosen], False, score)
        found.append(ranked(pd.DataFrame(dict(zip(columns, entries, strict=True))), most))
    else:
        for position in positions_of(model, term):
            x = model.term_memberships[:, position]
            chosen = np.flatnonzero(types_of(model, position) == kind)
            unique = term_alone(model, position)[chosen]
            apart = np.abs(y - x)[chosen] if kind == "typical" else y[chosen]
            score = (1.0 - x[chosen]) + apart
            first = unique if kind == "typical" else None
            of_term = (model.terms[position], cases[chosen], x[chosen], y[chosen], unique, score)
            found.append(ranked(pd.DataFrame(dict(zip(columns, of_term, strict=True))), most, first))
    return pd.concat(found, ignore_index=True)


def types_of(model: Model, position: int | None) -> NDArray[np.object_]:
    """The kind of each case for a term or, without one, for the whole model, shape (n,)."""
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


def term_alone(model: Model, position: int) -> NDArray[np.bool_]:
    """Whether a case is in this term and in no other."""
    inside = model.term_memberships > 0.5
    unique: NDArray[np.bool_] = inside[:, position] & (inside.sum(axis=1) == 1)
    return unique


def own_rows(model: Model) -> tuple[Ints, Floats]:
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
    require_model(model)
    if term is None:
        return None
    if term not in model.terms:
        raise InputError(f"The model {model.expression!r} has no term {term!r}. {did_you_mean(term, model.terms)}")
    return model.terms.index(term)


def positions_of(model: Model, term: str | None) -> list[int]:
    """The place of a term among those of the model; of each of them when none is named."""
    position = _position(model, term)
    return list(range(len(model.terms))) if position is None else [position]


def check_asked(kind: str, kinds: Sequence[str], most: int) -> None:
    """Raise an error for an unknown kind of cases or pairs, or when none of them is wanted."""
    if kind not in kinds:
        raise InputError(f"kind = {kind!r} is unknown. {did_you_mean(str(kind), kinds)}")
    if most < 1:
        raise InputError(f"most = {most!r} leaves nothing. Give 1 or more.")


def ranked(frame: pd.DataFrame, most: int, first: NDArray[np.bool_] | None = None) -> pd.DataFrame:
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
