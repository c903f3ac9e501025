"""Whether a set relation holds equally in groups of cases: regions, years, the units of a panel."""

import numpy as np
import pandas as pd

from equifinal import InputError, sets
from equifinal.errors import did_you_mean, listing
from equifinal_qca.inputs import memberships_in, outcome_memberships


def consistency_by(frame: pd.DataFrame, expression: str, outcome: str, by: pd.Series | str) -> pd.DataFrame:
    """Parameters of fit of a sufficient expression over all cases and in each group of them.

    In a panel, where a case is a unit at one time, these are the three consistencies of Garcia-Castro & Ariño (2016): the
    first row is the pooled consistency; with `by` the times, each other row is a between consistency (across units, at one
    time); with `by` the units, each is a within consistency (of one unit, across times).

    Parameters
    ----------
    frame, outcome
        As in :func:`necessity`.
    expression
        The sufficient set, such as ``"A*~B"`` or ``model.expression``.
    by
        The group of each case: a Series with the frame's index, or the name of a column of the frame.

    Returns
    -------
    pandas.DataFrame
        Index: ``"pooled"``, then the groups in their order. Columns: ``n``, the number of cases; ``consistency``, ``pri``
        and ``coverage`` as in :mod:`equifinal.sets`, 0 to 1, NaN where a denominator is 0, for instance where no
        case of the group has any membership in the set; ``difference``: the group's consistency less the pooled one.

    Raises
    ------
    InputError
        For unknown sets or groups, missing values, values outside 0 to 1.

    Examples
    --------
    >>> import pandas as pd
    >>> from equifinal_qca import consistency_by
    >>> frame = pd.DataFrame({"A": [1, 1, 1, 1], "Y": [1, 1, 1, 0], "year": [2013, 2013, 2014, 2014]})
    >>> consistency_by(frame, "A", "Y", by="year")["consistency"].to_dict()
    {'pooled': 0.75, 2013: 1.0, 2014: 0.5}
    """
    groups = _groups(frame, by)
    y = outcome_memberships(frame, outcome)
    x = memberships_in(frame, [expression])[:, 0]
    codes, labels = pd.factorize(groups, sort=True)
    records = []
    for inside in (slice(None), *(codes == code for code in range(len(labels)))):
        a, b = x[inside], y[inside]
        records.append([len(a), sets.consistency(a, b), sets.pri(a, b), sets.coverage(a, b)])
    index = pd.Index(np.array(["pooled", *labels], dtype=object), name=groups.name or "group")
    table = pd.DataFrame(records, index=index, columns=["n", "consistency", "pri", "coverage"]).astype({"n": int})
    return table.assign(difference=table["consistency"] - table["consistency"].iloc[0])


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
