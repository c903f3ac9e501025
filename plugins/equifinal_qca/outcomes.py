"""Several outcomes in one call: the solution of each in turn."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from equifinal import InputError
from equifinal_qca.inputs import check_frame
from equifinal_qca.minimization import minimize
from equifinal_qca.solution import Solution, SolutionType
from equifinal_qca.space import Expectation
from equifinal_qca.table import TruthTable, truth_table


def minimize_each(
    frame: pd.DataFrame,
    outcomes: Sequence[str],
    conditions: Sequence[str] | None = None,
    solution: SolutionType = "conservative",
    expectations: Mapping[str, Expectation] | Sequence[str] | None = None,
    consistency_cutoff: float | tuple[float, float] = 0.8,
    frequency_cutoff: float = 1,
    pri_cutoff: float = 0.0,
    table: Callable[..., TruthTable] = truth_table,
    **how: Any,
) -> dict[str, Solution]:
    """Build and minimize the truth table of each outcome in turn.

    An outcome is a condition of the other outcomes, unless `conditions` leaves it out. The solutions that are sufficient and
    necessary for their outcomes, those with consistency and coverage 1, may be links of a causal chain (Baumgartner 2009);
    :mod:`equifinal_cna` searches for whole chains.

    Parameters
    ----------
    frame, consistency_cutoff, frequency_cutoff, pri_cutoff
        As in :func:`truth_table`.
    outcomes
        As the outcome there, such as ``["Y", "~Y", "Z"]``.
    conditions
        The conditions of all outcomes, each without the outcome itself; default: every column.
    solution, expectations
        As in :func:`minimize`. What is expected of an outcome's own column is left out.
    table
        How truth tables are built: :func:`truth_table`, or :func:`truth_table_mv` for multi-value conditions and for outcomes
        such as ``"Y[1,2]"``.
    how
        Further parameters of :func:`minimize`.

    Returns
    -------
    dict of str to Solution
        By outcome, in the order given.

    Raises
    ------
    InputError
        For no outcome or one that is named twice, and for what `table` and :func:`minimize` cannot use.

    Examples
    --------
    >>> import pandas as pd
    >>> from equifinal_qca import minimize_each
    >>> frame = pd.DataFrame({"A": [1, 1, 0, 0], "B": [1, 0, 1, 0], "Y": [1, 0, 0, 0], "Z": [0, 1, 1, 1]})
    >>> found = minimize_each(frame, ["Y", "Z"], conditions=["A", "B"])
    >>> {outcome: each.best.expression for outcome, each in found.items()}
    {'Y': 'A*B', 'Z': '~A + ~B'}
    """
    check_frame(frame)
    if isinstance(outcomes, str) or not isinstance(outcomes, Sequence) or not outcomes:
        raise InputError(f"outcomes = {outcomes!r} is not a list of outcomes. Give one, such as ['Y', 'Z'].")
    if repeated := [each for each in outcomes if list(outcomes).count(each) > 1]:
        raise InputError(f"The outcome {repeated[0]!r} is named twice. Name it once.")
    if expectations is not None and not isinstance(expectations, (Mapping, str)):
        expectations = dict.fromkeys(expectations, "present")
    tables: dict[str, TruthTable] = {}
    for outcome in outcomes:
        own = _column(outcome, frame)
        given = conditions if isinstance(conditions, str) else [each for each in conditions or frame if each != own]
        tables[outcome] = table(frame, outcome, given, consistency_cutoff, frequency_cutoff, pri_cutoff)
    return {
        outcome: minimize(each, solution, _without(expectations, _column(outcome, frame)), **how)
        for outcome, each in tables.items()
    }


def _column(outcome: object, frame: pd.DataFrame) -> object:
    """The column that an outcome such as ``~Y`` or ``Y[1,2]`` is made of."""
    if outcome in frame.columns or not isinstance(outcome, str):
        return outcome
    return re.sub(r"\[[\d,\s]+\]$", "", outcome.removeprefix("~"))


def _without(expectations: Any, own: object) -> Any:
    """Expectations without those that are about one column."""
    if not isinstance(expectations, Mapping):
        return expectations
    return {name: each for name, each in expectations.items() if own not in re.findall(r"\w+", str(name))}
