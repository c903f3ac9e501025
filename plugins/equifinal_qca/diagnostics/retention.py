"""How likely a crisp-set result survives errors in the data, over all ways in which cases can be hit."""

from fractions import Fraction
from functools import reduce
from itertools import product
from math import comb
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from equifinal import InputError
from equifinal.errors import listing
from equifinal_qca.inputs import check_shares, is_whole
from equifinal_qca.table import TruthTable

Error = Literal["corruption", "deletion"]
Retained = Literal["solution", "table"]
_TOLERANCE = 1e-9  # as in truth tables


def retention(
    table: TruthTable,
    error: Error = "corruption",
    cases: int | None = None,
    probability: float | None = None,
    retained: Retained = "solution",
) -> float:
    """The probability that a crisp-set result is retained when cases are in error (Thiem, Spöhel & Duşa 2016).

    Nothing is simulated: in each row of the truth table the ways are counted in which its cases can be hit without changing its
    output, and the rows are put together.

    Parameters
    ----------
    table
        From :func:`truth_table`, of memberships that are all 1 or 0.
    error
        ``"corruption"``: the outcome of a case that is hit turns into its opposite; ``"deletion"``: the case is lost.
    cases
        That exactly so many cases are hit, each set of them being as likely (dependent perturbations); by default 1.
    probability
        Instead, that each case is hit with this probability, 0 to 1, whatever happens to others (independent
        perturbations).
    retained
        ``"solution"``: the ``1`` rows stay what they are, and with them the conservative solution; ``"table"``: so do all rows.

    Returns
    -------
    float
        0 to 1. The conditions of cases are taken as right.

    Raises
    ------
    InputError
        When a membership is neither 0 nor 1, when both `cases` and `probability` are given, and for values out of range.

    Notes
    -----
    Held to R's QCA on Lipset's data. R counts what ``"solution"`` counts when `cases` are hit, and what ``"table"``
    counts for deletion with a `probability`.

    Examples
    --------
    >>> import pandas as pd
    >>> from equifinal_qca import retention, truth_table
    >>> frame = pd.DataFrame({"A": [1, 1, 0, 0], "Y": [1, 1, 0, 0]})
    >>> table = truth_table(frame, "Y", consistency_cutoff=1)
    >>> retention(table, cases=1), retention(table, cases=2), retention(table, "deletion", probability=0.5, retained="table")
    (0.5, 0.0, 0.5625)
    """
    for name, value, known in (("error", error, get_args(Error)), ("retained", retained, get_args(Retained))):
        if value not in known:
            raise InputError(f"{name} = {value!r} is not one of {', '.join(known)}.")
    most = len(table.cases)
    _check(table, cases, probability)
    y = table.outcome_membership > 0.5
    rows = [y[table.row_of_case == row] for row in range(len(table.corners))]
    each = [_ways(table, int(inside.sum()), int((~inside).sum()), error, retained) for inside in rows]
    if probability is None:
        hit = 1 if cases is None else cases
        ways = reduce(np.convolve, each, np.ones(1, dtype=object))
        return float(Fraction(ways[hit], comb(most, hit)))
    chances = 1.0
    for ways in each:
        hits = np.arange(len(ways))
        chances *= float((ways.astype(float) * probability**hits * (1.0 - probability) ** hits[::-1]).sum())
    return chances


def _check(table: TruthTable, cases: int | None, probability: float | None) -> None:
    """Raise an error for what has no retention."""
    x, y = table.memberships, table.outcome_membership
    if (fuzzy := ((x != 0) & (x != 1)).any(axis=1) | ((y != 0) & (y != 1))).any():
        raise InputError(
            f"Retention is that of a crisp-set result: memberships other than 0 and 1 have {listing(table.cases[fuzzy])}. "
            "Give crisp sets, such as those of study.calibrate().crisp."
        )
    if cases is not None and probability is not None:
        raise InputError("Give a number of cases or a probability for each, not both.")
    if cases is not None and (not is_whole(cases, 0) or cases > len(y)):
        raise InputError(f"cases = {cases!r} is not a whole number from 0 to {len(y)}, the number of cases.")
    if probability is not None:
        check_shares(probability=probability)


def _ways(table: TruthTable, positive: int, negative: int, error: Error, retained: Retained) -> NDArray[np.object_]:
    """In how many ways 0, 1, 2, ... cases of a row can be hit without changing its output, shape (n of the row + 1,)."""
    ways = np.zeros(positive + negative + 1, dtype=object)  # whole numbers of any size
    before = _output(table, positive, negative)
    for lost, other in product(range(positive + 1), range(negative + 1)):
        gained = (other, lost) if error == "corruption" else (0, 0)
        after = _output(table, positive - lost + gained[0], negative - other + gained[1])
        if after == before or (retained == "solution" and "1" not in (before, after)):
            ways[lost + other] += comb(positive, lost) * comb(negative, other)
    return ways


def _output(table: TruthTable, positive: int, negative: int) -> str:
    """The output of a row with so many cases in the outcome and out of it; PRI is consistency in crisp sets."""
    lower, upper = table.consistency_cutoff
    if positive + negative < table.frequency_cutoff:
        return "?"
    consistency = positive / (positive + negative) + _TOLERANCE
    if consistency >= upper:
        return "1" if consistency >= table.pri_cutoff else "0"
    return "C" if consistency >= lower else "0"
