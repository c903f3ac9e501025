"""Writing a comparison down: html, csv, json, markdown and figures.

Each is an :class:`equifinal.Output`. What there is to say, and in which order, is in ``content``; how a value is written for
people is in ``wording``; the rest is one file per format.
"""

import equifinal as eq
from equifinal_output.csv_tables import CsvTables
from equifinal_output.figures import Figures
from equifinal_output.html_report import HtmlReport
from equifinal_output.json_file import JsonFile
from equifinal_output.markdown_report import MarkdownReport

__all__ = ["CsvTables", "Figures", "HtmlReport", "JsonFile", "MarkdownReport"]


@eq.hookimpl
def equifinal_outputs() -> list[type[eq.Output]]:
    return [HtmlReport, CsvTables, JsonFile, MarkdownReport, Figures]
