"""What stands behind the rows of a truth table: cases that contradict them, and what chance would give."""

import numpy as np
import pandas as pd

from equifinal import InputError
from equifinal_qca.table import TruthTable


def row_evidence(table: TruthTable, null: float = 0.5) -> pd.DataFrame:
    """The cases of each row with and without the outcome, and a binomial test.

    The test asks how likely it is that at least so many of the row's cases have the outcome, were it due to each with
    probability `null`: the exact one-sided binomial test. It needs no threshold of consistency, and shows how little a row of
    one or two cases can say: with `null` 0.5 the smallest p of two cases is 0.25.

    Formula: Ragin (2000), *Fuzzy-Set Social Science*, ch. 4; checked against R's QCA on Lipset's data and
    :func:`scipy.stats.binomtest`.

    Parameters
    ----------
    table
        From :func:`truth_table`.
    null
        The share of cases with the outcome under the null hypothesis, above 0 and below 1.

    Returns
    -------
    pandas.DataFrame
        Index: the row numbers of ``table.rows``. Columns: ``out``, ``n``; ``with_outcome``, the number of the row's cases with
        membership above 0.5 in the outcome; ``deviant``, the list of those below 0.5 (deviant cases in consistency, if the row
        counts as sufficient); ``p_value``, 0 to 1.

    Raises
    ------
    InputError
        When `null` does not lie between 0 and 1.

    Examples
    --------
    >>> import pandas as pd
    >>> from equifinal_qca import row_evidence, truth_table
    >>> frame = pd.DataFrame({"A": [1, 1, 1, 0], "Y": [1, 1, 0, 0]}, index=list("abcd"))
    >>> row_evidence(truth_table(frame, "Y")).loc[2].to_dict()
    {'out': '0', 'n': 3, 'with_outcome': 2, 'deviant': ['c'], 'p_value': 0.5}
    """
    from scipy.stats import binom

    if isinstance(null, bool) or not isinstance(null, (int, float)) or not 0 < null < 1:
        raise InputError(f"null = {null!r} must be a share above 0 and below 1, such as 0.5.")
    y = table.outcome_membership
    names = table.cases.to_numpy()
    inside = [table.row_of_case == row for row in range(len(table.corners))]
    positive = np.array([int((y[cases] > 0.5).sum()) for cases in inside], dtype=int)
    return pd.DataFrame(
        {
            "out": table.rows["out"],
            "n": table.rows["n"],
            "with_outcome": positive,
            "deviant": [names[cases & (y < 0.5)].tolist() for cases in inside],
            "p_value": binom.sf(positive - 1, table.rows["n"].to_numpy(), null),
        },
        index=table.rows.index,
    )
