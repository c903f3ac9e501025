"""Tables for papers in a workbook."""

from pathlib import Path

import openpyxl
import pytest

import equifinal as eq
from equifinal_output import (
    ExcelTables,
    publication_tables,
)


def test_workbook_holds_numbers_as_numbers(barometer: eq.Comparison, tmp_path: Path) -> None:
    (path,) = ExcelTables().write(barometer, tmp_path)
    book = openpyxl.load_workbook(path)
    expected = publication_tables(barometer)
    assert len(book.sheetnames) == 1 + len(expected)
    links = {row[0].value: row[1].value for row in book["Contents"].iter_rows(min_row=5) if row[0].value}
    assert list(links.values()) == [table.title for table in expected]
    for name, table in zip(book.sheetnames[1:], expected, strict=True):
        sheet = book[name]
        assert sheet["A1"].value == table.title
        first = 3 + len(table.head)
        assert sheet.freeze_panes == f"B{first}"
        for line, row in enumerate(table.rows, first):
            column = 1
            for cell in row.cells:
                found = sheet.cell(line, column)
                if cell.number is not None:
                    # A workbook keeps 16 digits.
                    assert (found.value, found.data_type) == (pytest.approx(cell.number, rel=1e-15, abs=0), "n")
                    assert found.number_format == cell.pattern
                else:
                    assert str(found.value or "").startswith(cell.text)
                column += cell.span
        assert [
            sheet.cell(first + len(table.rows) + 1 + number, 1).value for number in range(len(table.notes))
        ] == list(table.notes)


def test_intervals_in_a_workbook_are_figures(barometer: eq.Comparison, tmp_path: Path) -> None:
    (path,) = ExcelTables(intervals=True).write(barometer, tmp_path)
    sheet = openpyxl.load_workbook(path)["regressions"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    place = next(number for number, row in enumerate(rows) if row[0] == "Leadership support (LEAD)")
    assert [row[0] for row in rows[place + 1 : place + 3]] == ["lower end of the interval", "upper end of the interval"]
    labels = [label for label, each in barometer.analyses.items() if "coefficients" in each.tables]
    for column, label in enumerate(labels, 1):
        wanted = barometer.analyses[label].tables["coefficients"].loc["LEAD", ["coefficient", "ci_low", "ci_high"]]
        assert [row[column] for row in rows[place : place + 3]] == pytest.approx(wanted.tolist(), rel=1e-12)


def test_workbook_has_no_formulas(strange: eq.Comparison, tmp_path: Path) -> None:
    (path,) = ExcelTables().write(strange, tmp_path)
    book = openpyxl.load_workbook(path)
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in book.sheetnames)
    assert len({name.lower() for name in book.sheetnames}) == len(book.sheetnames)
    dangerous = 0
    for sheet in book:
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            assert cell.data_type != "f"
            if isinstance(cell.value, str) and cell.value.startswith(("=", "+", "-", "@")):
                dangerous += 1
                assert cell.data_type == "s"
                assert cell.quotePrefix
    assert dangerous > 10
