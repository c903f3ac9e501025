"""Writing a comparison down: html, csv, json, markdown and figures; tables for papers as docx, xlsx, latex and fragments.

Each is an :class:`equifinal.Output`: ``report`` has what there is to say, in order, ``papers`` the tables that papers print,
``data`` the numbers for other programs, ``figures`` a function ``plot_...`` for each figure, imported when it is first used.
"""

from typing import Any

import equifinal as eq
from equifinal_output import figures
from equifinal_output.data.csv_tables import CsvTables
from equifinal_output.data.json_file import JsonFile
from equifinal_output.papers.excel import ExcelTables
from equifinal_output.papers.fragments import Fragments
from equifinal_output.papers.latex import LatexTables
from equifinal_output.papers.latex_markup import latex
from equifinal_output.papers.markdown_markup import markdown
from equifinal_output.papers.publication import publication_tables
from equifinal_output.papers.table import PublicationTable, html
from equifinal_output.papers.word import WordTables
from equifinal_output.report.html_report import HtmlReport
from equifinal_output.report.markdown_report import MarkdownReport
from equifinal_output.tables import paths_chart

__all__ = [
    "CsvTables",
    "ExcelTables",
    "Fragments",
    "HtmlReport",
    "JsonFile",
    "LatexTables",
    "MarkdownReport",
    "PublicationTable",
    "WordTables",
    "html",
    "latex",
    "markdown",
    "publication_tables",
    *figures.__all__,
]

#: The version of the plugin interface that this is written for.
equifinal_api = 1


@eq.hookimpl
def equifinal_outputs() -> list[type[eq.Output]]:
    formats = (HtmlReport, CsvTables, JsonFile, MarkdownReport, figures.Figures)
    return [*formats, WordTables, ExcelTables, LatexTables, Fragments]


@eq.hookimpl(trylast=True)
def equifinal_facets() -> list[eq.Facet]:
    return [eq.Facet("paths_chart", "Conditions of each path", paths_chart)]


def __getattr__(name: str) -> Any:
    if name not in figures.__all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(figures, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
