"""Workbooks: the sheet that is meant, merged cells filled, as rows of cells."""

import datetime
import warnings
from pathlib import Path
from typing import Any

import pandas as pd

from equifinal.errors import InputError, did_you_mean, listing
from equifinal.study.reading.numerals import Exact
from equifinal.study.reading.options import Options
from equifinal.study.reading.sheet import check_formulas, notes_on_sheet
from equifinal.study.reading.text import Rows

#: What reads a kind of file: the package, and the extra that installs it.
NEEDS = {
    ".xlsx": ("openpyxl", "xlsx"),
    ".xlsm": ("openpyxl", "xlsx"),
    ".ods": ("odf", "ods"),
    ".sav": ("pyreadstat", "spss"),
    ".parquet": ("pyarrow", "arrow"),
    ".feather": ("pyarrow", "arrow"),
}
#: Cells of a sheet, empty ones between two corners included: 100,000 cases with 100 columns.
MOST_CELLS = 10_000_000
_WORDS = {".xlsx": "an Excel workbook", ".xlsm": "an Excel workbook", ".ods": "an OpenDocument sheet"}


def words_for(suffix: str) -> str:
    """What a file with this ending is."""
    return _WORDS.get(suffix, f"a {suffix} file")


def rows_of_workbook(path: Path, options: Options, where: str) -> tuple[Rows, list[str]]:
    """The cells of a sheet as texts, and notes."""
    kind = words_for(path.suffix.lower())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and validations that openpyxl does not know
            engine: Any = NEEDS[path.suffix.lower()][0]
            whole = {"read_only": False} if engine == "openpyxl" else {}  # merged cells are known only so
            with pd.ExcelFile(path, engine=engine, engine_kwargs=whole) as book:
                chosen, rows, notes = _chosen(book, options, where)
        if engine == "openpyxl":
            check_formulas(path, chosen, where)
    except InputError:
        raise
    except OSError as error:
        raise InputError(f"{where}cannot be read: {error.strerror or error}. Check its permissions.") from None
    except Exception as error:  # whatever a reader raises on a damaged file, or one that is not a workbook
        raise InputError(
            f"{where}cannot be read as {kind} ({error}). Open it in a spreadsheet program and save it again, or "
            "save the sheet as 'CSV UTF-8'."
        ) from None
    return rows, notes


def _chosen(book: pd.ExcelFile, options: Options, where: str) -> tuple[str, Rows, list[str]]:
    """The sheet that is named, or the first one in sight that holds a table: its name, its cells, and notes."""
    names = [str(name) for name in book.sheet_names]
    if options.sheet is not None and options.sheet not in names:
        raise InputError(f"{where}has no sheet {options.sheet!r}. {did_you_mean(options.sheet, names)}")
    shown = [name for name in names if not _is_hidden(book.book, name)] or names
    first = None
    for name in [options.sheet] if options.sheet is not None else shown:
        _check_span(book.book, name, where)
        notes = notes_on_sheet(book.book, name)
        merged = _fill_merged(book.book, name)
        cells = book.parse(name, header=None, dtype=object, keep_default_na=False).to_numpy(dtype=object)
        rows = [[cell_text(cell) for cell in row] for row in cells.tolist()]
        notes += [f"Merged cells were filled down with their value: {listing(merged)}."] if merged else []
        first = first or (name, rows, notes)
        if sum(sum(map(bool, row)) > 1 for row in rows) > 1:
            break
    else:
        name, rows, notes = first or (names[0], [], [])
    others = [each for each in names if each != name]
    if others:
        notes = [f"Sheet {name!r} was read, not {listing(others)}; sheet names another.", *notes]
    return name, rows, notes


def _is_hidden(book: Any, sheet: str) -> bool:
    return hasattr(book, "worksheets") and book[sheet].sheet_state != "visible"


def _check_span(book: Any, sheet: str, where: str) -> None:
    """Raise an :class:`InputError` when a sheet spans so many cells that a table of them would fill the memory."""
    page = book[sheet] if hasattr(book, "worksheets") else None
    rows, columns = getattr(page, "max_row", None) or 0, getattr(page, "max_column", None) or 0
    if rows * columns > MOST_CELLS:
        raise InputError(
            f"{where}spans {rows:,} rows and {columns:,} columns, more than {MOST_CELLS:,} cells. Remove what stands far from "
            "the table, or save the table alone in a new workbook."
        )


def _fill_merged(book: Any, sheet: str) -> list[str]:
    """Give all cells of a block that is merged downwards its value; which blocks there were."""
    if not hasattr(book, "worksheets"):
        return []
    page, filled = book[sheet], []
    for block in list(getattr(getattr(page, "merged_cells", None), "ranges", ())):
        if block.min_col == block.max_col and block.max_row > block.min_row:
            value = page.cell(block.min_row, block.min_col).value
            page.unmerge_cells(str(block))
            for row in range(block.min_row, block.max_row + 1):
                page.cell(row, block.min_col).value = value
            filled.append(str(block))
    return filled


def cell_text(cell: Any) -> str:
    """A cell as a text file would have it; a number keeps all its digits, with a point."""
    if cell is None or (isinstance(cell, float) and cell != cell) or cell is pd.NaT:
        return ""
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        return cell.date().isoformat()
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return Exact(cell)
    return str(cell).strip()
