"""The tables that papers print, as one structure on which LaTeX, Word, spreadsheets, Markdown and HTML draw.

Which tables there are is read from the tables of the analyses: a method that fills ``truth_table``, ``necessity``,
``coefficients`` or ``configurations`` gets the table that goes with it, whoever wrote the method.
"""

from typing import Any

import pydantic

import equifinal as eq
from equifinal_output.papers.across import TablesAcross
from equifinal_output.papers.methods import MethodTables
from equifinal_output.papers.table import PublicationTable

__all__ = ["INTERVALS", "publication_tables"]

#: The parameter of every format that writes these tables.
INTERVALS: Any = pydantic.Field(
    default=False, description="Below each coefficient its confidence interval, not its standard error."
)


def publication_tables(comparison: eq.Comparison, intervals: bool = False) -> list[PublicationTable]:
    """The tables for a paper that a comparison has figures for.

    Parameters
    ----------
    comparison
        What to show.
    intervals
        Below each coefficient of a regression its confidence interval; otherwise its standard error.

    Returns
    -------
    list of PublicationTable
        The calibration; of each method that has them a truth table, its paths in Fiss's chart and in rows, all models when there
        are several, tests of necessity, groups of cases; the coefficients of all regressions side by side; the verdicts and the
        fit of all methods.

    Examples
    --------
    >>> import equifinal as eq
    >>> from equifinal_output import publication_tables
    >>> comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["fsqca"]))
    >>> [table.name for table in publication_tables(comparison)]
    ['calibration', 'fsqca_truth_table', 'fsqca_chart', 'fsqca_solution', 'fsqca_necessity', 'verdicts', 'fit']
    """
    across, methods = TablesAcross(comparison), MethodTables(comparison)
    return [
        across.calibration(),
        *(table for label in comparison.analyses for table in methods.of_a_method(label)),
        *across.regressions(intervals),
        *across.verdicts(),
        across.fit(),
    ]
