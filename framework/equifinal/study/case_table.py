"""The table of cases, as spreadsheet and statistics programs write it."""

import os
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

from equifinal.errors import InputError
from equifinal.study.reading.grid import table_of
from equifinal.study.reading.options import Options, Reading
from equifinal.study.reading.text import rows_of, text_of
from equifinal.study.reading.workbook import NEEDS, rows_of_workbook, statistics_file, words_for

_WORKBOOKS = (".xlsx", ".xlsm", ".ods")
_STATISTICS = (".dta", ".sav", ".parquet", ".feather")


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
    package, extra = NEEDS.get(suffix, ("pandas", ""))
    if find_spec(package) is None:
        raise InputError(
            f"{where}is {words_for(suffix)}, and the package that reads it is not installed. Install it with: pip install "
            f"\"equifinal[{extra}]\". Or save the table as 'CSV UTF-8'."
        )
    if suffix in _STATISTICS:
        return statistics_file(path, texts, where)
    if suffix in _WORKBOOKS:
        rows, notes = rows_of_workbook(path, options, where)
        separator = ","
    else:
        text, notes = text_of(path, options, where)
        rows, separator, more = rows_of(text, where)
        notes += more
    found = table_of(rows, separator, texts, options, where)
    return found._replace(notes=(*notes, *found.notes))
