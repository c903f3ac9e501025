"""The format ``docx``: a document with all tables, to copy into a paper."""

import io
import zipfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

import equifinal as eq
from equifinal_output.papers.cells import ALIGNED, Cell, Row, placed
from equifinal_output.papers.publication import INTERVALS, publication_tables
from equifinal_output.papers.table import PublicationTable
from equifinal_output.words.names import stamp, storable

if TYPE_CHECKING:
    from docx.document import Document

#: Half points.
_SIZES = {"": 18, "large": 30, "small": 15}
_ROWS_OF_A_PAGE = 30
#: Twentieths of a point between the margins of an A4 page, portrait and landscape.
_UPRIGHT, _SIDEWAYS = 9638, 14570
#: The same of a character, of the padding around text (generous, for programs without Calibri), of the narrowest wrapped text.
_CHARACTER, _PADDING, _NARROWEST = 95, 260, 2400


class WordTables(eq.Output):
    """Tables for papers as a Word document: captions that Word numbers, headings that repeat on every page, notes."""

    name = "docx"
    title = "Tables for papers as a Word document (DOCX)"
    needs = {"docx": "equifinal[docx]"}
    intervals: bool = INTERVALS

    def write(self, comparison: eq.Comparison, directory: Path) -> list[Path]:
        """Write ``tables.docx``; see :meth:`equifinal.Output.write`."""
        self.require_packages()
        import docx

        document = docx.Document()
        created = datetime.fromisoformat(comparison.manifest["created"]).replace(tzinfo=None)
        about = document.core_properties
        about.title, about.comments = (
            storable(each)[:255] for each in (comparison.calibrated.title, stamp(comparison))
        )
        about.author, about.language = "", "en"
        about.created = about.modified = created
        _set_up(document)
        document.add_heading(storable(comparison.calibrated.title), level=1)
        if comparison.banner:
            document.add_paragraph().add_run(storable(comparison.banner)).bold = True
        sideways = False
        for number, table in enumerate(publication_tables(comparison, self.intervals), 1):
            if table.is_wide != sideways:
                sideways = table.is_wide
                _turn(document, sideways, first=number == 1)
            _add(document, table, number, _SIDEWAYS if sideways else _UPRIGHT)
        document.add_paragraph(storable(f"Made by {stamp(comparison)}."), style="Note")
        path = directory / "tables.docx"
        _save(document, path, created)
        return [path]


def _save(document: "Document", path: Path, created: datetime) -> None:
    """Save with the comparison's time in the archive, so that the same comparison gives the same bytes."""
    made = io.BytesIO()
    document.save(made)
    with zipfile.ZipFile(made) as parts, zipfile.ZipFile(path, "w") as archive:
        for part in parts.infolist():
            content = parts.read(part)
            part.date_time = created.timetuple()[:6]
            archive.writestr(part, content)


def _set_up(document: "Document") -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Mm, Pt, RGBColor

    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(20)
    styles: Any = document.styles
    styles["Normal"].font.name, styles["Normal"].font.size = "Calibri", Pt(11)
    caption = styles["Caption"]
    caption.font.size, caption.font.bold, caption.font.color.rgb = Pt(10), True, RGBColor(0, 0, 0)
    caption.paragraph_format.keep_with_next = True
    caption.paragraph_format.space_before, caption.paragraph_format.space_after = Pt(12), Pt(4)
    styles["Heading 1"].font.color.rgb = RGBColor(0, 0, 0)
    note = styles.add_style("Note", WD_STYLE_TYPE.PARAGRAPH)
    note.base_style = styles["Normal"]
    note.font.size = Pt(8.5)
    note.paragraph_format.space_before, note.paragraph_format.space_after = Pt(4), Pt(14)


def _turn(document: "Document", sideways: bool, first: bool) -> None:
    """Begin a page in portrait or landscape; the first table stays on the page of the title."""
    from docx.enum.section import WD_ORIENT, WD_SECTION
    from docx.shared import Mm

    section = document.sections[0] if first else document.add_section(WD_SECTION.NEW_PAGE)
    section.orientation = WD_ORIENT.LANDSCAPE if sideways else WD_ORIENT.PORTRAIT
    short, long = Mm(210), Mm(297)
    section.page_width, section.page_height = (long, short) if sideways else (short, long)


def _add(document: "Document", table: PublicationTable, number: int, room: int) -> None:
    from docx.oxml import parse_xml

    body = document.element.body
    document.add_paragraph(style="Caption")
    caption = body[-2]  # the last element describes the page
    caption.append(parse_xml(_run("Table ")))
    field = f'<w:fldSimple {_NAMESPACE} w:instr=" SEQ Table \\* ARABIC "><w:r><w:t>{number}</w:t></w:r></w:fldSimple>'
    caption.append(parse_xml(field))
    caption.append(parse_xml(_run(f". {table.title}")))
    body[-1].addprevious(parse_xml(_table(table, room)))
    note = document.add_paragraph(style="Note")
    if table.notes:
        note.add_run("Note. ").italic = True
        note.add_run(storable(" ".join(table.notes)))


# --------------------------------------------------------------------------------------------------------- XML

_NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def _run(text: str, size: int = 0, bold: bool = False) -> str:
    properties = ("<w:b/>" if bold else "") + (f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>' if size else "")
    shown = escape(storable(text.replace("\n", " ")))
    return f'<w:r {_NAMESPACE}><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{shown}</w:t></w:r>'


def _table(table: PublicationTable, room: int) -> str:
    """The table as XML text: making a document cell by cell takes many times as long."""
    widths = _widths(table, room)
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    lines = [
        _line(Row(cells), table, widths, head=True, last=number == len(table.head) - 1, first=not number)
        for number, cells in enumerate(table.head)
    ]
    lines += [_line(row, table, widths, last=number == len(table.rows) - 1) for number, row in enumerate(table.rows)]
    title, description = (quoteattr(storable(each)) for each in (table.title, " ".join(table.notes)[:1000]))
    return (
        f'<w:tbl {_NAMESPACE}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar>'
        '<w:tblLook w:val="00A0" w:firstRow="1" w:lastRow="0" w:firstColumn="1" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>'
        f"<w:tblCaption w:val={title}/><w:tblDescription w:val={description}/></w:tblPr>"
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(lines)}</w:tbl>"
    )


def _widths(table: PublicationTable, room: int) -> list[int]:
    """The width of each column; texts that wrap take what is left.

    Where space is short, texts give way first, then labels, which wrap too, and figures last.
    """
    widths = [_CHARACTER * max(width, 3) + _PADDING for width in table.widths]
    for kind in ("text", "label"):
        places = [place for place, each in enumerate(table.kinds) if each == kind]
        others = sum(width for place, width in enumerate(widths) if place not in places)
        share = max((room - others) // max(len(places), 1), _NARROWEST)
        for place in places:
            widths[place] = share if kind == "text" else min(widths[place], share)
    scale = min(1.0, room / sum(widths))
    return [int(width * scale) for width in widths]


def _line(
    row: Row, table: PublicationTable, widths: list[int], head: bool = False, last: bool = False, first: bool = False
) -> str:
    cells = []
    # A table that fits on one page is not split.
    together = head or ("text" not in table.kinds and len(table.rows) <= _ROWS_OF_A_PAGE)
    middle = "bottom" if head else "center" if any(cell.size for cell in row.cells) else "top"
    for column, cell in placed(row.cells):
        align = "center" if cell.span > 1 and (head or column) else ALIGNED[table.kinds[column]]
        top = '<w:top w:val="single" w:sz="12" w:color="000000"/>' if first else ""
        top = '<w:top w:val="single" w:sz="4" w:color="000000"/>' if row.rule else top
        bottom = ""
        if last or (head and cell.span > 1 and cell.text):
            bottom = f'<w:bottom w:val="single" w:sz="{12 if last and not head else 6}" w:color="000000"/>'
        span = f'<w:gridSpan w:val="{cell.span}"/>' if cell.span > 1 else ""
        width = sum(widths[column : column + cell.span])
        properties = (
            f'<w:tcW w:w="{width}" w:type="dxa"/>{span}<w:tcBorders>{top}{bottom}</w:tcBorders>'
            f'<w:vAlign w:val="{middle}"/>'
        )
        cells.append(f"<w:tc><w:tcPr>{properties}</w:tcPr>{_paragraph(cell, align, head, together)}</w:tc>")
    header = "<w:tblHeader/>" if head else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{header}</w:trPr>{''.join(cells)}</w:tr>"


def _paragraph(cell: Cell, align: str, head: bool, together: bool) -> str:
    spacing = '<w:spacing w:before="20" w:after="20" w:line="240" w:lineRule="auto"/>'
    keep = "<w:keepNext/>" if together else ""
    text = _run(cell.text, _SIZES[cell.size], bold=head) if cell.text else ""
    return f'<w:p><w:pPr>{keep}{spacing}<w:jc w:val="{align}"/><w:rPr><w:sz w:val="{_SIZES[""]}"/></w:rPr></w:pPr>{text}</w:p>'
