"""The table of cases, as spreadsheet and statistics programs write it."""

import os
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

from equifinal.errors import InputError
from equifinal.study.reading.grid import table_of
from equifinal.study.reading.options import Options, Reading, check_options
from equifinal.study.reading.statistics import statistics_file
from equifinal.study.reading.text import rows_of, text_of
from equifinal.study.reading.workbook import NEEDS, rows_of_workbook, words_for

_WORKBOOKS = (".xlsx", ".xlsm", ".ods")
_STATISTICS = (".dta", ".sav", ".parquet", ".feather")
_TEXTS = (".csv", ".tsv", ".tab", ".txt", ".dat")
_SAVE = "Open it in a spreadsheet program, and save it as an Excel workbook (.xlsx) or as 'CSV UTF-8'"
#: Files in which people keep tables, and which are not read: what each is, and the way from it to one that is.
_OTHERS = {
    ".xls": f"an Excel workbook of the kind before 2007. {_SAVE}",
    ".xlsb": f"a binary Excel workbook. {_SAVE}",
    ".numbers": "a table of Numbers. Export it there as CSV or Excel",
    ".rds": "a file of R. Save the table there: write.csv(table, 'cases.csv', row.names = FALSE)",
    ".rdata": "a file of R. Save the table there: write.csv(table, 'cases.csv', row.names = FALSE)",
    ".rda": "a file of R. Save the table there: write.csv(table, 'cases.csv', row.names = FALSE)",
    ".sas7bdat": "a table of SAS. Export it there as CSV",
    ".xpt": "a transport file of SAS. Export the table there as CSV",
    ".por": "a portable file of SPSS. Save it there as .sav",
    ".docx": "a text document. Copy the table from it into a spreadsheet program, and save it as 'CSV UTF-8'",
    ".pdf": "a PDF. Copy the table from it into a spreadsheet program, and save it as 'CSV UTF-8'",
    ".zip": "an archive. Unpack it first",
}


def is_table(path: Path) -> bool:
    """Whether a file's name ends as that of a table of cases, though it may be one that must be saved as another first."""
    return path.suffix.lower() in (*_WORKBOOKS, *_STATISTICS, *_TEXTS, *_OTHERS)


def _is_text(path: Path) -> bool:
    """Whether a file named as an old workbook is text, as many programs write it."""
    try:
        with path.open("rb") as file:
            return path.suffix.lower() == ".xls" and b"\0" not in file.read(512)
    except OSError:
        return False


def kind_of(path: Path) -> str:
    """How a table is kept: ``"workbook"``, ``"statistics"`` or ``"text"``."""
    suffix = path.suffix.lower()
    return "workbook" if suffix in _WORKBOOKS else "statistics" if suffix in _STATISTICS else "text"


def read_cases(path: Path, texts: Sequence[str], where: str) -> pd.DataFrame:
    """The frame that :func:`read_table` reads where the table alone tells everything."""
    return read_table(path, texts, where).frame


def read_table(path: Path, texts: Sequence[str], where: str, options: Options | None = None) -> Reading:
    """Read a table with column names in one row and one case in each row below.

    A text file may separate values by commas, semicolons, tabs or upright strokes, have a byte-order mark, titles or comments
    above the column names, notes below the cases, blank rows, decimal commas, separated thousands, percent and currency signs.
    What is ambiguous stops with a sentence that names the key of ``[study]`` that decides.

    Parameters
    ----------
    path
        The file. One that ends in ``.xlsx``, ``.xlsm`` or ``.ods`` is a workbook, in ``.dta``, ``.sav``, ``.parquet`` or
        ``.feather`` a table of a statistics program, anything else text.
    texts
        Columns to keep as text ("NA" is a name there).
    where
        The beginning of error messages.
    options
        What the study says about the table.

    Returns
    -------
    Reading
        The rows in their order, under a numbered index, and notes on how they were read.

    Raises
    ------
    InputError
        When the file does not exist, is not such a table, is ambiguous, or cannot be read.
    """
    options = options or Options()
    where = f"{where}the data file {str(path)!r} "
    if not os.path.isfile(path):
        raise InputError(
            f"{where}does not exist. Correct data = ... in the [study] table: a path relative to study.toml."
        )
    suffix = path.suffix.lower()
    if suffix in _OTHERS and not _is_text(path):
        raise InputError(f"{where}is {_OTHERS[suffix]}.")
    check_options(options, kind_of(path), where)
    package, extra = NEEDS.get(suffix, ("pandas", ""))
    if find_spec(package) is None:
        raise InputError(
            f"{where}is {words_for(suffix)}, and the package that reads it is not installed. Install it with: pip install "
            f"\"equifinal[{extra}]\". Or save the table as 'CSV UTF-8'."
        )
    if suffix in _STATISTICS:
        return statistics_file(path, texts, options, where)
    if suffix in _WORKBOOKS:
        rows, notes = rows_of_workbook(path, options, where)
        separator = ","
    else:
        text, notes = text_of(path, options, where)
        rows, separator, more = rows_of(text, where)
        notes += more
    found = table_of(rows, separator, texts, options, where)
    return found._replace(notes=(*notes, *found.notes))
