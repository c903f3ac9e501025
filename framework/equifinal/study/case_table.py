"""The table of cases, as spreadsheet programs write it."""

import io
import os
import warnings
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd

from equifinal.errors import InputError

#: Spellings of "no value" in the tables of spreadsheet and statistics programs.
_MISSING = ["", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "null", "NULL", "None", "none", "-", ".", ".."]


_WORKBOOKS = (".xlsx", ".xlsm")


def read_cases(path: Path, texts: Sequence[str], where: str) -> pd.DataFrame:
    """Read a table with column names in its first line and one case in each line below.

    A text file may separate values by commas, semicolons or tabs, and may have a byte-order mark and empty rows and columns at
    the end. From an Excel workbook the first sheet is read, as if it had been saved as text.

    Parameters
    ----------
    path
        The file; one that ends in ``.xlsx`` or ``.xlsm`` is a workbook.
    texts
        Columns to keep as text ("NA" is a name there).
    where
        The beginning of error messages.

    Returns
    -------
    pandas.DataFrame
        The rows in their order, under a numbered index.

    Raises
    ------
    InputError
        When the file does not exist, is not such a table, or cannot be read.
    """
    where = f"{where}the data file {str(path)!r} "
    if not os.path.isfile(path):
        raise InputError(
            f"{where}does not exist. Correct data = ... in the [study] table: a path relative to study.toml."
        )
    if path.suffix.lower() in _WORKBOOKS:
        text, separator = _text_of_workbook(path, where), ","
    else:
        text = _text_of(path, where)
        separator = max(",;\t", key=text.lstrip().partition("\n")[0].count)
    if not text.strip():
        raise InputError(f"{where}is empty. It needs column names in its first line, and one line per case.")
    names, frame = _parsed(text, separator, texts, where)
    nameless = [number for number, name in enumerate(names) if not name]
    for number in nameless:
        if frame[number].notna().any():
            raise InputError(f"{where}has values but no name in column {number + 1}. Name it in the first line.")
    frame = frame.drop(columns=nameless).dropna(how="all")
    return frame.set_axis([name for name in names if name], axis=1)


def _parsed(text: str, separator: str, texts: Sequence[str], where: str) -> tuple[list[str], pd.DataFrame]:
    """The names in the first line, some perhaps empty, and the rows below, their columns numbered."""
    as_written: Any = {"sep": separator, "skipinitialspace": True, "keep_default_na": False}
    try:
        first = pd.read_csv(io.StringIO(text), header=None, nrows=1, dtype=str, **as_written)
        names = [str(name).strip() for name in first.iloc[0]]
        as_text: dict[Any, Any] = {number: str for number, name in enumerate(names) if name in texts}
        missing: dict[Any, Any] = {n: [""] if n in as_text else _MISSING for n in range(len(names))}
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)  # a row that is longer than the first
            frame = pd.read_csv(
                io.StringIO(text),
                header=0,
                names=range(len(names)),
                index_col=False,
                dtype=as_text,
                na_values=missing,
                **as_written,
            )
    except pd.errors.ParserWarning:
        raise InputError(
            f"{where}has more values in its rows than column names in its first line. Make them match."
        ) from None
    except pd.errors.ParserError as error:
        reason = str(error).strip().removeprefix("Error tokenizing data. C error: ")
        raise InputError(
            f"{where}cannot be read: {reason}. Make every line as long as the first, and put quotes around values that contain "
            f"{'a tab' if separator == chr(9) else repr(separator)}."
        ) from None
    for number in as_text:
        frame[number] = frame[number].str.strip()
    return names, frame


def _text_of(path: Path, where: str) -> str:
    remedy = "Save it as a comma-separated table in UTF-8 (in a spreadsheet program: 'CSV UTF-8'), or as an Excel workbook (.xlsx)."
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"{where}cannot be read: {error.strerror}. Check its permissions.") from None
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        kind = "is not a text file" if b"\0" in content else f"is not in UTF-8: see line {line}"
        raise InputError(f"{where}{kind}. {remedy}") from None
    if "\0" in text:
        raise InputError(f"{where}is not a text file. {remedy}")
    return text


#: Cells of a sheet, empty ones between two corners included: 100,000 cases with 100 columns.
MOST_CELLS = 10_000_000


def check_cells(rows: int | None, columns: int | None, where: str) -> None:
    """Raise an :class:`InputError` when a sheet spans so many cells that reading it would fill the memory."""
    if (rows or 0) * (columns or 0) > MOST_CELLS:
        raise InputError(
            f"{where}spans {rows:,} rows and {columns:,} columns, more than {MOST_CELLS:,} cells. Remove what stands far from "
            "the table, or save the table alone in a new workbook."
        )


def _span(path: Path) -> tuple[int | None, int | None]:
    """The rows and columns that the first sheet of a workbook spans, without reading all of it into a table."""
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True)
    try:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what the file says of itself may be wrong
        rows = columns = 0
        for row in sheet.iter_rows():
            rows, columns = rows + 1, max(columns, len(row))
            if rows * columns > MOST_CELLS:
                break
        return rows, columns
    finally:
        book.close()


def _text_of_workbook(path: Path, where: str) -> str:
    """The first sheet, as a spreadsheet program would save it as CSV."""
    if find_spec("openpyxl") is None:
        raise InputError(
            f"{where}is an Excel workbook, and the package that reads it is not installed. Install it with: pip install "
            "\"equifinal[xlsx]\". Or save the sheet as 'CSV UTF-8'."
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and validations that openpyxl does not know
            check_cells(*_span(path), where)
            sheet = pd.read_excel(path, header=None, dtype=object, keep_default_na=False, engine="openpyxl")
    except InputError:
        raise
    except OSError as error:
        raise InputError(f"{where}cannot be read: {error.strerror or error}. Check its permissions.") from None
    except Exception as error:  # whatever openpyxl raises on a damaged file, or one that is not a workbook
        raise InputError(
            f"{where}cannot be read as an Excel workbook ({error}). Open it in a spreadsheet program and save it again, or "
            "save the sheet as 'CSV UTF-8'."
        ) from None
    return sheet.to_csv(index=False, header=False)
