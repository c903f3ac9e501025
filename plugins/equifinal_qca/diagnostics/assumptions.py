"""Assumptions about unobserved configurations on which a solution should not rest (enhanced standard analysis).

Schneider & Wagemann (2012, ch. 8; 2013) call an assumption untenable when it contradicts another one, contradicts a claim of
necessity, or is impossible. The functions here find the first two kinds; the third is for the researcher to judge. All of
them can be given to ``minimize(..., exclude=...)``.
"""

from collections.abc import Sequence

import pandas as pd

from equifinal import Expression, InputError
from equifinal.errors import listing
from equifinal_qca.engine.cubes import Cube, conjunctions
from equifinal_qca.model import Model
from equifinal_qca.solution import Solution
from equifinal_qca.table import TruthTable


def contradictory_assumptions(
    presence: Model | Solution, absence: Model | Solution, max_rows: int = 100_000
) -> "pd.Series[str]":
    """Remainders that are assumed to have the outcome and, in the analysis of its negation, to lack it.

    Contradictory simplifying assumptions, Schneider & Wagemann (2012, ch. 8). Barring them from both solutions can make the
    next solutions lean on other remainders; repeat until none is left. Every round bars more of them, so this ends.

    Parameters
    ----------
    presence, absence
        The two solutions, or one model of each. With several models, the assumptions of any of them count.
    max_rows
        The most configurations to look at.

    Returns
    -------
    pandas.Series
        Index: the row numbers, for ``minimize(..., exclude=list(found.index))``. Values: the configurations, ``A*~B*C``.

    Raises
    ------
    InputError
        When the two have other conditions, or both assume more than `max_rows` configurations.

    Examples
    --------
    >>> import pandas as pd
    >>> from equifinal_qca import contradictory_assumptions, minimize, truth_table
    >>> frame = pd.DataFrame({"A": [1, 0], "B": [1, 0], "Y": [1, 0]})
    >>> tables = [truth_table(frame, outcome) for outcome in ("Y", "~Y")]
    >>> found = contradictory_assumptions(*(minimize(table, "parsimonious") for table in tables))
    >>> found.to_dict()
    {2: '~A*B', 3: 'A*~B'}
    >>> [minimize(table, "parsimonious", exclude=list(found.index)).models[0].expression for table in tables]
    ['A*B', '~A*~B']
    """
    tables = [presence.table, absence.table]
    if tables[0].conditions != tables[1].conditions:
        raise InputError(
            f"The two solutions have different conditions: {listing(tables[0].conditions)}; and "
            f"{listing(tables[1].conditions)}. Analyse both with the same ones in the same order."
        )
    shared = conjunctions(_terms(presence), _terms(absence))
    found, also = (table.remainders_inside(filter(table.space.is_possible, shared), max_rows) for table in tables)
    return found[found.index.isin(also.index)]


def contradicting_necessity(table: TruthTable, necessary: str | Sequence[str]) -> list[str]:
    """The configurations that must not be assumed when some sets are necessary for the outcome: those outside of them.

    A set without which the outcome does not occur cannot be absent from a configuration that is assumed to be sufficient
    (Schneider & Wagemann 2012, ch. 8: untenable assumptions).

    Parameters
    ----------
    table
        The truth table.
    necessary
        Expressions over the conditions that are necessary for the table's outcome, such as ``"A + B"``.

    Returns
    -------
    list of str
        Their negations, for ``minimize(..., exclude=...)``; from each the ``1`` rows that contradict it are taken out,
        so that the cases observed there are still explained.

    Raises
    ------
    InputError
        For an expression that cannot be read or names something other than the conditions.

    Examples
    --------
    >>> import pandas as pd
    >>> from equifinal_qca import contradicting_necessity, minimize, truth_table
    >>> frame = pd.DataFrame({"A": [1, 1, 0], "B": [1, 0, 0], "Y": [1, 0, 0]})
    >>> table = truth_table(frame, "Y")
    >>> [model.expression for model in minimize(table, "parsimonious").models]
    ['B']
    >>> barred = contradicting_necessity(table, "A")
    >>> barred, [model.expression for model in minimize(table, "parsimonious", exclude=barred).models]
    (['~(A)'], ['A*B'])
    """
    barred = []
    for each in [necessary] if isinstance(necessary, str) else necessary:
        Expression(each).require(table.conditions, "necessary: ")
        regions = table.space.described(f"~({each})")
        against = [row for row in table.corners_with("1") if any(region.matches(row) for region in regions)]
        barred.append("*".join([f"~({each})", *(f"~({table.space.label(row)})" for row in against)]))
    return barred


def _terms(of: Model | Solution) -> set[Cube]:
    models = of.models if isinstance(of, Solution) else [of]
    return {cube for model in models for cube in model.cubes}
