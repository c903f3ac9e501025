"""Writing a comparison down: html, csv, json, markdown and figures; tables for papers as docx, xlsx, latex and fragments.

Each is an :class:`equifinal.Output`. What there is to say, and in which order, is in ``content``, the tables that papers print
are in ``publication``; the rest is one file per format, and a folder of the
figures. Each figure is also a function, ``plot_...``, imported when it is first used.
"""

from typing import Any

import equifinal as eq
from equifinal_output import figures
from equifinal_output.csv_tables import CsvTables
from equifinal_output.excel import ExcelTables
from equifinal_output.figures import Figures, figures_of
from equifinal_output.fragments import Fragments
from equifinal_output.html_report import HtmlReport
from equifinal_output.json_file import JsonFile
from equifinal_output.latex import LatexTables
from equifinal_output.markdown_report import MarkdownReport
from equifinal_output.publication import PublicationTable, publication_tables
from equifinal_output.word import WordTables

__all__ = [
    "CsvTables",
    "ExcelTables",
    "Figures",
    "Fragments",
    "HtmlReport",
    "JsonFile",
    "LatexTables",
    "MarkdownReport",
    "PublicationTable",
    "WordTables",
    "figures_of",
    "publication_tables",
    *figures.PLOTS,
]

#: The version of the plugin interface that this is written for.
equifinal_api = 1


@eq.hookimpl
def equifinal_outputs() -> list[type[eq.Output]]:
    return [HtmlReport, CsvTables, JsonFile, MarkdownReport, Figures, WordTables, ExcelTables, LatexTables, Fragments]


def __getattr__(name: str) -> Any:
    if name in figures.PLOTS:
        return getattr(figures, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
