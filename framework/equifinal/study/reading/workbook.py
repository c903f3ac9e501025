"""Workbooks: the sheet that is meant, merged cells filled, as rows of cells; and tables of statistics programs."""

import datetime
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from equifinal.errors import InputError, did_you_mean, listing
from equifinal.study.reading.numerals import Exact
from equifinal.study.reading.options import Options, Reading
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
                names = [str(name) for name in book.sheet_names]
                chosen = options.sheet if options.sheet is not None else names[0]
                if chosen not in names:
                    raise InputError(f"{where}has no sheet {chosen!r}. {did_you_mean(chosen, names)}")
                _check_span(book.book, chosen, where)
                merged = _fill_merged(book.book, chosen)
                sheet = book.parse(chosen, header=None, dtype=object, keep_default_na=False)
    except InputError:
        raise
    except OSError as error:
        raise InputError(f"{where}cannot be read: {error.strerror or error}. Check its permissions.") from None
    except Exception as error:  # whatever a reader raises on a damaged file, or one that is not a workbook
        raise InputError(
            f"{where}cannot be read as {kind} ({error}). Open it in a spreadsheet program and save it again, or "
            "save the sheet as 'CSV UTF-8'."
        ) from None
    others = [name for name in names if name != chosen]
    notes = [] if not others else [f"Sheet {chosen!r} was read, not {listing(others)}; sheet names another."]
    if merged:
        notes.append(f"Merged cells were filled down with their value: {listing(merged)}.")
    return [[_text(cell) for cell in row] for row in sheet.to_numpy(dtype=object).tolist()], notes


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


def _text(cell: Any) -> str:
    """A cell as a text file would have it; a number keeps all its digits, with a point."""
    if cell is None or (isinstance(cell, float) and cell != cell) or cell is pd.NaT:
        return ""
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        return cell.date().isoformat()
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return Exact(cell)
    return str(cell).strip()


def statistics_file(path: Path, texts: Sequence[str], options: Options, where: str) -> Reading:
    """A table of Stata, SPSS or Arrow: codes as numbers, value labels in the columns that are to be text."""
    suffix = path.suffix.lower()
    try:
        if suffix == ".dta":
            codes = pd.read_stata(path, convert_categoricals=False)
            labelled = pd.read_stata(path, convert_categoricals=True) if texts else codes
        elif suffix == ".sav":
            codes = pd.read_spss(path, convert_categoricals=False)
            labelled = pd.read_spss(path, convert_categoricals=True) if texts else codes
        else:
            labelled = codes = pd.read_parquet(path) if suffix == ".parquet" else pd.read_feather(path)
    except OSError as error:
        raise InputError(f"{where}cannot be read: {error.strerror or error}. Check its permissions.") from None
    except Exception as error:  # whatever a reader raises on a damaged file
        raise InputError(f"{where}cannot be read as {words_for(suffix)} ({error}). Save it again, or as CSV.") from None
    frame = _with_names_in_columns(codes).copy()
    labelled = _with_names_in_columns(labelled)
    for name in (each for each in texts if each in frame.columns):
        cells = [_text(cell) for cell in labelled[name].astype(object)]
        frame[name] = pd.Series([cell or None for cell in cells], index=frame.index)
    frame, notes = _without_missing(frame, texts, options)
    return Reading(frame.set_axis([str(name) for name in frame.columns], axis=1).reset_index(drop=True), notes)


def _with_names_in_columns(frame: pd.DataFrame) -> pd.DataFrame:
    """The table with the index that Python programs keep names of cases in as columns."""
    counted = isinstance(frame.index, pd.RangeIndex) or (frame.index.names == [None] and frame.index.dtype.kind in "iu")
    return frame if counted else frame.reset_index()


def _without_missing(
    frame: pd.DataFrame, texts: Sequence[str], options: Options
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The table with further codes of no value taken out, and a note on them."""
    codes = {each for text in options.missing for each in (text, _number(text)) if each is not None}
    found = {name: frame[name].isin(codes) for name in frame.columns if codes and name not in texts}
    times = sum(int(each.sum()) for each in found.values())
    for name, each in found.items():
        frame[name] = frame[name].mask(each)
    return frame, (f"Read as missing: {listing(map(repr, options.missing))} ({times}).",) if times else ()


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
