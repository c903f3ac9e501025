"""The format ``xlsx``: a workbook with one sheet per table."""

import math
import re
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import equifinal as eq
from equifinal_output.figures.pictures import Picture, further_figures
from equifinal_output.papers.cells import ALIGNED, Cell, Row, placed
from equifinal_output.papers.publication import INTERVALS, publication_tables
from equifinal_output.papers.table import PublicationTable
from equifinal_output.words.names import FORMULA, stamp, storable

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

#: The most characters that a cell can hold, and the width of a column of text.
_MOST_CHARACTERS = 32_767
_WIDEST = 60
#: The default width of a column in characters; the height of a line, and the most of a row, in points.
_USUAL, _LINE, _HIGHEST = 8, 15, 409
#: The resolution of figures, and the row where they begin: below their title, what they are about, and notes.
_DPI, _BELOW = 160, 9


class ExcelTables(eq.Output):
    """Tables for papers as a workbook: one sheet per table, figures as numbers with all their decimals."""

    name = "xlsx"
    title = "Tables for papers as a workbook (XLSX)"
    needs = {"xlsxwriter": "equifinal[xlsx]"}
    intervals: bool = INTERVALS

    def write(self, comparison: eq.Comparison, directory: Path) -> list[Path]:
        """Write ``tables.xlsx``; see :meth:`equifinal.Output.write`."""
        self.require_packages()
        import xlsxwriter

        path = directory / "tables.xlsx"
        plain = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(path, plain) as workbook:
            created = datetime.fromisoformat(comparison.manifest["created"]).replace(tzinfo=None)
            workbook.set_properties(
                {
                    "title": _clean(comparison.calibrated.title),
                    "comments": _clean(stamp(comparison)),
                    "created": created,
                }
            )
            book = _Book(workbook)
            tables = [_with_ends(table) for table in publication_tables(comparison, self.intervals, all_kinds=True)]
            names: list[str] = []
            for table in tables:
                names.append(_sheet_name(table.name, {"contents", "history", *(name.lower() for name in names)}))
            book.contents(comparison, dict(zip(names, tables, strict=True)))
            for name, table in zip(names, tables, strict=True):
                book.sheet(name, table)
            for picture in further_figures(comparison):
                place = next(name for name, table in zip(names, tables, strict=True) if table.name == picture.name)
                book.picture(place, picture)
        return [path]


class _Book:
    """Writes the sheets of one workbook."""

    def __init__(self, workbook: "Workbook") -> None:
        self.workbook = workbook
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def style(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.workbook.add_format({"valign": "top", **properties})
        return self._formats[key]

    def text(self, sheet: "Worksheet", row: int, column: int, text: str, **properties: Any) -> None:
        """Write text that stays text even when someone edits the cell."""
        quoted = {"quote_prefix": True} if text.startswith(FORMULA) else {}
        sheet.write_string(row, column, _clean(text), self.style(**properties, **quoted))

    def contents(self, comparison: eq.Comparison, tables: dict[str, PublicationTable]) -> None:
        """The first sheet: the list of tables and their origin."""
        sheet = self.workbook.add_worksheet("Contents")
        sheet.set_column(0, 0, 32)
        sheet.set_column(1, 1, 90)
        self.text(sheet, 0, 0, comparison.calibrated.title, bold=True, font_size=14)
        line = 1
        if comparison.banner:
            self.text(sheet, line, 0, comparison.banner, bold=True)
            line += 1
        self.text(sheet, line, 0, f"Made by {stamp(comparison)}")
        line += 2
        for column, heading in enumerate(("Sheet", "Table")):
            self.text(sheet, line, column, heading, bold=True, bottom=1)
        for row, (name, table) in enumerate(tables.items(), line + 1):
            place = name.replace("'", "''")
            link = self.style(font_color="#0563C1", underline=1, quote_prefix=name.startswith(FORMULA))
            sheet.write_url(row, 0, f"internal:'{place}'!A1", link, name)
            self.text(sheet, row, 1, table.title, text_wrap=True)
        sheet.freeze_panes(line + 1, 0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)

    def sheet(self, name: str, table: PublicationTable) -> None:
        """One table: title, headings, rows, notes."""
        sheet = self.workbook.add_worksheet(name)
        self.text(sheet, 0, 0, table.title, bold=True, font_size=12)
        first = 2
        start, end = first + len(table.head), first + len(table.head) + len(table.rows)
        for line, cells in enumerate(table.head, first):
            self._headings(sheet, line, cells, table, first=line == first, last=line == start - 1)
        for line, row in enumerate(table.rows, start):
            self._row(sheet, line, row, table, last=line == end - 1)
        widths = _widths(table)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        self._heights(sheet, table, first, widths)
        # Notes stretch over the table, and further where it is narrow.
        last, room = len(widths) - 1, sum(widths)
        while room < _WIDEST:
            last, room = last + 1, room + _USUAL
        for line, note in enumerate(table.notes, end + 1):
            style = {"italic": True, "text_wrap": True}
            if last:
                sheet.merge_range(line, 0, line, last, "", self.style(**style))
            self.text(sheet, line, 0, note, **style)
            sheet.set_row(line, _LINE * math.ceil(len(note) / room))
        sheet.freeze_panes(start, 1)
        sheet.repeat_rows(first, start - 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)

    def picture(self, name: str, picture: Picture) -> None:
        """A figure on the sheet that tells what it is about."""
        buffer = BytesIO()
        picture.figure.savefig(buffer, format="png", dpi=_DPI, metadata={"Software": None})
        sheet = self.workbook.get_worksheet_by_name(name)
        options = {"image_data": buffer, "description": f"{picture.title}. {picture.alt}"}
        sheet.insert_image(_BELOW, 0, f"{picture.name}.png", options)

    def _headings(
        self, sheet: "Worksheet", line: int, cells: tuple[Cell, ...], table: PublicationTable, first: bool, last: bool
    ) -> None:
        for column, cell in placed(cells):
            kind = table.kinds[column]
            style = {"bold": True, "text_wrap": True, "valign": "bottom"}
            style |= {"align": "center" if cell.span > 1 else ALIGNED[kind]}
            style |= {"indent": 1} if cell.span == 1 and kind == "text" else {}
            style |= {"top": 1} if first else {}
            style |= {"bottom": 1} if last or (cell.span > 1 and cell.text) else {}
            self._write(sheet, line, column, cell, style)

    def _row(self, sheet: "Worksheet", line: int, row: Row, table: PublicationTable, last: bool) -> None:
        for column, cell in placed(row.cells):
            kind = table.kinds[column]
            style: dict[str, Any] = {"align": "center" if cell.span > 1 and column else ALIGNED[kind]}
            style |= {"text_wrap": True, "indent": 1} if kind == "text" else {}
            style |= {"top": 1} if row.rule else {}
            style |= {"bottom": 1} if last else {}
            self._write(sheet, line, column, cell, style)

    @staticmethod
    def _heights(sheet: "Worksheet", table: PublicationTable, first: int, widths: list[int]) -> None:
        """Make room for what wraps: not every program does so by itself."""
        for line, cells in enumerate((*table.head, *(row.cells for row in table.rows)), first):
            lines = 1
            for column, cell in placed(cells):
                if line < first + len(table.head) and cell.span == 1:
                    words = len(cell.text.replace("-", " ").split())
                    lines = max(lines, words if len(cell.text) > widths[column] else 1)
                elif table.kinds[column] == "text":
                    lines = max(lines, math.ceil(len(cell.text) / widths[column]))
            if lines > 1:
                sheet.set_row(line, min(_LINE * lines, _HIGHEST))

    def _write(self, sheet: "Worksheet", line: int, column: int, cell: Cell, style: dict[str, Any]) -> None:
        last = column + cell.span - 1
        if cell.span > 1:
            sheet.merge_range(line, column, line, last, "", self.style(**style))
        if cell.number is not None:
            sheet.write_number(line, column, cell.number, self.style(**style, num_format=cell.pattern))
        elif cell.text:
            self.text(sheet, line, column, _said(cell), **style)
        else:
            sheet.write_blank(line, column, None, self.style(**style))


def _widths(table: PublicationTable) -> list[int]:
    """The width of each column, in characters; signs are spelled out here."""
    widths = [_WIDEST if kind == "text" else width + 3 for width, kind in zip(table.widths, table.kinds, strict=True)]
    for row in table.rows:
        if all(cell.span == 1 for cell in row.cells):
            said = [len(_said(cell)) + 2 if cell.words else 0 for cell in row.cells]
            widths = [max(pair) for pair in zip(widths, said, strict=True)]
    return widths


def _with_ends(table: PublicationTable) -> PublicationTable:
    """Intervals as two rows of figures, for calculations in the spreadsheet."""
    rows: list[Row] = []
    for row in table.rows:
        if any(cell.ends for cell in row.cells):
            for place, words in enumerate(("lower end of the interval", "upper end of the interval")):
                cells = [cell.ends[place] if cell.ends else cell for cell in row.cells[1:]]
                rows.append(Row((Cell(words), *cells), row.rule and not place))
        else:
            rows.append(row)
    return replace(table, rows=tuple(rows))


def _said(cell: Cell) -> str:
    """A sign with its meaning in words, for sorting and filtering and for those who cannot see its size."""
    kind = {"large": "core", "small": "peripheral"}.get(cell.size, cell.words)
    return f"{cell.text} {kind}" if kind and cell.text != kind else cell.text


def _clean(text: str) -> str:
    """Text that a cell can hold."""
    clean = storable(text)
    return clean if len(clean) <= _MOST_CHARACTERS else f"{clean[: _MOST_CHARACTERS - 2]} …"


def _sheet_name(name: str, taken: set[str]) -> str:
    """A name that spreadsheets accept: 31 characters, no brackets or slashes; equal ones are numbered.

    >>> _sheet_name("a/b:[c]", set()), _sheet_name("x" * 40, {"x" * 31})[-3:]
    ('a b c', 'x 2')
    """
    base = " ".join(re.sub(r"[\[\]:*?/\\]", " ", _clean(name)).replace("_", " ").split()).strip("'") or "table"
    number, found = 1, base[:31]
    while found.lower() in taken:
        number += 1
        found = f"{base[: 31 - len(f' {number}')]} {number}"
    return found.strip("' ")
