"""The tables that papers print, in one structure that LaTeX, Word, spreadsheets, Markdown and HTML share.

The tables of the analyses decide which there are: a method that fills ``truth_table``, ``necessity``, ``coefficients`` or
``configurations`` gets the corresponding table, whoever wrote the method.
"""

from typing import Any

import pydantic

import equifinal as eq
from equifinal_output.papers.across import TablesAcross
from equifinal_output.papers.methods import MethodTables
from equifinal_output.papers.table import PublicationTable

#: The parameter of every format that writes these tables.
INTERVALS: Any = pydantic.Field(
    default=False, description="Show below each coefficient its confidence interval instead of its standard error."
)


def publication_tables(
    comparison: eq.Comparison, intervals: bool = False, all_kinds: bool = False
) -> list[PublicationTable]:
    """The tables for a paper that a comparison can fill.

    Parameters
    ----------
    comparison
        What to show.
    intervals
        Whether to show the confidence interval below each coefficient of a regression, instead of the standard error.
    all_kinds
        Whether sentences and figures that plugins bring become tables as well; a figure is its title and what it is about.

    Returns
    -------
    list of PublicationTable
        The calibration; for each method that has them, the truth table, the paths in Fiss's chart and in rows, all models
        when there are several, tests of necessity, groups of cases; the coefficients of all regressions side by side; the
        verdicts and the fit of all methods; the tables that plugins bring.

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
        *across.further(all_kinds),
    ]
