"""What a sheet of an Excel workbook holds besides the values of its cells: formulas, errors, hidden rows, shares as per cent."""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from equifinal.errors import InputError, listing


def check_formulas(path: Path, sheet: str, where: str) -> None:
    """Raise an :class:`InputError` when a sheet has formulas whose results are not in the file.

    Programs that write workbooks without calculating leave the result of a formula out, or write 0 and ask the spreadsheet
    program to calculate when it opens the file (``fullCalcOnLoad``, which a spreadsheet program does not write itself).
    """
    with zipfile.ZipFile(path) as archive:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
        content = archive.read(_part(archive, book, sheet))
    if b"<f" not in content and b":f" not in content:
        return
    asks = any(each.get("fullCalcOnLoad") in ("1", "true") for each in _all(book, "calcPr"))
    cells = [
        str(cell.get("r", "?"))
        for cell in _all(ElementTree.fromstring(content), "c")
        if list(_all(cell, "f")) and (asks or not _has_result(cell))
    ]
    if cells:
        raise InputError(
            f"{where}has formulas without their results, in {listing(cells)} of the sheet {sheet!r}: the program that wrote it did "
            "not calculate them. Open it in a spreadsheet program and save it, or put values in their place."
        )


def _has_result(cell: ElementTree.Element) -> bool:
    """Whether a cell keeps the result of its formula, which may be an empty text."""
    return cell.get("t") == "str" or any(each.text for each in _all(cell, "v"))


def _all(element: ElementTree.Element, tag: str) -> Iterator[ElementTree.Element]:
    return (each for each in element.iter() if each.tag.rpartition("}")[2] == tag)


def _part(archive: zipfile.ZipFile, book: ElementTree.Element, sheet: str) -> str:
    """The part of the file that holds a sheet."""
    marked = next(each for each in _all(book, "sheet") if each.get("name") == sheet)
    identifier = next(value for key, value in marked.items() if key.rpartition("}")[2] == "id")
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    target = next(str(each.get("Target")) for each in relations if each.get("Id") == identifier)
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def notes_on_sheet(book: Any, sheet: str) -> list[str]:
    """Notes on errors, hidden rows and columns, and shares that the sheet shows as per cent; none for other workbooks."""
    if not hasattr(book, "worksheets"):
        return []
    page, notes = book[sheet], []
    rows = [f"row {at}" for at, each in sorted(page.row_dimensions.items()) if each.hidden and at <= page.max_row]
    columns = [f"column {at}" for at, each in sorted(page.column_dimensions.items()) if each.hidden]
    if hidden := [*rows, *columns]:
        notes.append(f"Hidden in the sheet, and read nevertheless: {listing(hidden)}.")
    cells = [cell for row in page.iter_rows() for cell in row if cell.value is not None]
    if errors := [f"{cell.value} in {cell.coordinate}" for cell in cells if cell.data_type == "e"]:
        notes.append(f"Read as missing: {listing(errors)}.")
    shares = [cell for cell in cells if cell.data_type == "n" and "%" in str(cell.number_format)]
    if shares:
        first, letters = shares[0], dict.fromkeys(cell.column_letter for cell in shares)
        notes.append(
            f"The sheet shows shares as per cent, in {listing(letters)}; they are read as shares: {first.value:g} in "
            f"{first.coordinate}."
        )
    return notes
