"""Whether a set relation holds equally in groups of cases: regions, years, the units of a panel."""

from typing import Literal, get_args

import numpy as np
import pandas as pd

from equifinal import InputError, sets
from equifinal.errors import did_you_mean, listing
from equifinal_qca.inputs import memberships_in, outcome_memberships

Relation = Literal["sufficiency", "necessity"]


def consistency_by(
    frame: pd.DataFrame, expression: str, outcome: str, by: pd.Series | str, relation: Relation = "sufficiency"
) -> pd.DataFrame:
    """Parameters of fit of a sufficient or necessary expression over all cases and in each group of them.

    In a panel, where a case is a unit at one time, these are the three consistencies of Garcia-Castro & Ariño (2016): the
    first row is the pooled consistency; with `by` the times, each other row is a between consistency (across units, at one
    time); with `by` the units, each is a within consistency (of one unit, across times).

    Parameters
    ----------
    frame, outcome
        As in :func:`necessity`.
    expression
        The sufficient (or necessary) set, such as ``"A*~B"`` or ``model.expression``.
    by
        The group of each case: a Series with the frame's index, or the name of a column of the frame.
    relation
        ``"sufficiency"`` or ``"necessity"``.

    Returns
    -------
    pandas.DataFrame
        Index: ``"pooled"``, then the groups in their order. Columns: ``n``, the number of cases; ``consistency``, ``pri``
        (for necessity ``relevance``, RoN) and ``coverage`` as in :mod:`equifinal.sets`, 0 to 1, NaN where a denominator is
        0, for instance where no case of the group has any membership in the set; ``difference``: the group's consistency
        less the pooled one. :func:`consistency_distance` sums up how far the groups differ.

    Raises
    ------
    InputError
        For unknown sets, groups or relations, missing values, values outside 0 to 1.

    Examples
    --------
    >>> import pandas as pd
    >>> from equifinal_qca import consistency_by
    >>> frame = pd.DataFrame({"A": [1, 1, 1, 1], "Y": [1, 1, 1, 0], "year": [2013, 2013, 2014, 2014]})
    >>> consistency_by(frame, "A", "Y", by="year")["consistency"].to_dict()
    {'pooled': 0.75, 2013: 1.0, 2014: 0.5}
    """
    if relation not in get_args(Relation):
        raise InputError(f"relation = {relation!r} is not one of {', '.join(get_args(Relation))}.")
    groups = _groups(frame, by)
    y = outcome_memberships(frame, outcome)
    x = memberships_in(frame, [expression])[:, 0]
    codes, labels = pd.factorize(groups, sort=True)
    measures = _SUFFICIENCY if relation == "sufficiency" else _NECESSITY
    records = []
    for inside in (slice(None), *(codes == code for code in range(len(labels)))):
        a, b = x[inside], y[inside]
        records.append([len(a), *(measure(a, b) for measure in measures.values())])
    index = pd.Index(np.array(["pooled", *labels], dtype=object), name=groups.name or "group")
    table = pd.DataFrame(records, index=index, columns=["n", *measures]).astype({"n": int})
    return table.assign(difference=table["consistency"] - table["consistency"].iloc[0])


def consistency_distance(table: pd.DataFrame) -> float:
    """How far the consistencies of groups lie from being equal: 0 when they are.

    Each group's consistency is divided by their sum; the distance is the Euclidean one of these shares to equal shares
    (Garcia-Castro & Ariño 2016). Checked against the between-distances that R's SetMethods prints for Schneider,
    Schulze-Bentrop & Paunescu's panel (2010).

    Parameters
    ----------
    table
        From :func:`consistency_by`.

    Returns
    -------
    float
        0 to 1, NaN where a group has no consistency or all are 0.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"A": [1, 1, 1, 1], "Y": [1, 1, 1, 0], "year": [2013, 2013, 2014, 2014]})
    >>> round(consistency_distance(consistency_by(frame, "A", "Y", by="year")), 3)
    0.236
    """
    found = table["consistency"].iloc[1:].to_numpy(dtype=float)
    if np.isnan(found).any() or found.sum() == 0:
        return float("nan")
    return float(np.linalg.norm(found / found.sum() - 1 / len(found)))


_SUFFICIENCY = {"consistency": sets.consistency, "pri": sets.pri, "coverage": sets.coverage}
_NECESSITY = {
    "consistency": sets.necessity_consistency,
    "relevance": sets.relevance,
    "coverage": sets.necessity_coverage,
}


def _groups(frame: pd.DataFrame, by: pd.Series | str) -> pd.Series:
    if isinstance(by, pd.Series):
        if len(by) != len(frame) or not by.index.equals(frame.index):
            raise InputError(
                "by: the Series has another index than the frame. Give the group of every case, in their order."
            )
    elif by not in frame.columns:
        raise InputError(f"by: {by!r} is not a column. {did_you_mean(str(by), [str(name) for name in frame.columns])}")
    else:
        by = frame[by]
    if (missing := by.isna().to_numpy()).any():
        raise InputError(
            f"by: cases without a group: {listing(frame.index[missing])}. Give each one, or leave them out."
        )
    return by
