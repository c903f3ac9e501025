"""Tables for papers in Word."""

from pathlib import Path
from typing import Any

import docx
from paper_toys import NASTY

import equifinal as eq
from equifinal_output import (
    WordTables,
    publication_tables,
)


def word(comparison: eq.Comparison, folder: Path) -> Any:
    (path,) = WordTables().write(comparison, folder)
    return docx.Document(str(path))


def test_word_tables_hold_the_same(barometer: eq.Comparison, tmp_path: Path) -> None:
    document = word(barometer, tmp_path)
    expected = publication_tables(barometer)
    captions = [
        "".join(text.text or "" for text in each._p.iter(f"{W}t"))
        for each in document.paragraphs
        if each.style.name == "Caption"
    ]
    assert captions == [f"Table {number}. {table.title}" for number, table in enumerate(expected, 1)]
    assert len(document.tables) == len(expected)
    for found, table in zip(document.tables, expected, strict=True):
        rows = found._tbl.tr_lst
        texts = [["".join(t.text or "" for t in cell.iter(f"{W}t")) for cell in row.tc_lst] for row in rows]
        assert texts[: len(table.head)] == [[cell.text for cell in cells] for cells in table.head]
        assert texts[len(table.head) :] == [[cell.text for cell in row.cells] for row in table.rows]
        # Headings repeat on every page, and a screen reader finds a name.
        repeated = [row.find(f"{W}trPr/{W}tblHeader") is not None for row in rows]
        assert repeated == [True] * len(table.head) + [False] * len(table.rows)
        assert found._tbl.find(f"{W}tblPr/{W}tblCaption").get(f"{W}val") == table.title
        for row in rows:
            spans = [int(span.get(f"{W}val")) for span in row.iter(f"{W}gridSpan")]
            assert len(row.tc_lst) - len(spans) + sum(spans) == len(table.kinds)
    assert document.core_properties.title == barometer.calibrated.title
    assert barometer.manifest["data_sha256"] in document.paragraphs[-1].text


W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def test_word_shows_user_text_as_text(strange: eq.Comparison, tmp_path: Path) -> None:
    document = word(strange, tmp_path)
    assert document.paragraphs[0].text == f"Title {NASTY}"
    assert strange.banner in document.paragraphs[1].text
    cells = {cell.text for table in document.tables for row in table.rows for cell in row.cells}
    assert f"=A {NASTY} (A)" in cells
    assert "=B+A" in cells
