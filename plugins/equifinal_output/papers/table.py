"""A table as a paper prints it, and in HTML."""

import math
import unicodedata
from dataclasses import dataclass
from html import escape

from equifinal.plain import Record
from equifinal_output.papers.cells import ALIGNED, Cell, Kind, Row, placed


@dataclass(frozen=True, repr=False)
class PublicationTable(Record):
    """A table as a paper prints it.

    Attributes
    ----------
    name : str
        A short name, for files.
    title : str
        The caption.
    kinds : tuple of str
        How each column is set: ``"label"``, ``"text"``, ``"number"`` or ``"sign"``.
    head : tuple of tuple of Cell
        Rows of headings; in all but the last, a cell may span several columns.
    rows : tuple of Row
    notes : tuple of str
        Cutoffs, calibration, signs, ambiguity, provenance and source, a sentence or more each.
    """

    name: str
    title: str
    kinds: tuple[Kind, ...]
    head: tuple[tuple[Cell, ...], ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for cells in (*self.head, *(row.cells for row in self.rows)):
            if sum(cell.span for cell in cells) != len(self.kinds):
                raise ValueError(f"Table {self.name!r}: a row does not fill the {len(self.kinds)} columns: {cells!r}")

    @property
    def widths(self) -> list[int]:
        """Roughly how many characters each column needs; one that wraps asks for at most 42."""
        columns = [1] * len(self.kinds)
        for number, cells in enumerate((*self.head, *(row.cells for row in self.rows))):
            for column, cell in placed(cells):
                if cell.span == 1:
                    # Headings wrap.
                    pieces = cell.text.replace("-", "- ").split() if number < len(self.head) else [cell.text]
                    columns[column] = max(columns[column], max(map(_length, pieces), default=0))
        return [
            min(width, _WRAPPED) if kind == "text" else width for width, kind in zip(columns, self.kinds, strict=True)
        ]

    @property
    def is_wide(self) -> bool:
        """Whether it is too wide for an upright page."""
        needed = [_LEAST if kind == "text" else width for width, kind in zip(self.widths, self.kinds, strict=True)]
        return sum(needed) + 2 * len(self.kinds) > _UPRIGHT

    def _repr_html_(self) -> str:
        return html(self)


def _length(text: str) -> int:
    """The length in characters; capitals and ~ count for more, Chinese, Japanese and Korean characters for two."""
    return math.ceil(sum(map(_width, text)))


def _width(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WF":
        return 2.0
    return 1.25 if character.isupper() or character == "~" else 1.0


#: In characters: the width of text that wraps, how narrow it may become, and the line of an upright page.
_WRAPPED, _LEAST, _UPRIGHT = 42, 18, 92


_SIZES = {"large": "1.5em", "small": "0.75em"}


def html(table: PublicationTable) -> str:
    """A table in HTML with a caption, headings that name their scope, and notes; it needs no style sheet."""
    lines = ["<table>", f"<caption>{escape(table.title)}</caption>", "<thead>"]
    for cells in table.head:
        texts = []
        for column, cell in placed(cells):
            scope = f'scope="colgroup" colspan="{cell.span}"' if cell.span > 1 else 'scope="col"'
            style = _style("center" if cell.span > 1 else ALIGNED[table.kinds[column]])
            # An empty heading would be read aloud.
            texts.append(
                f"<th {scope}{style}>{escape(cell.text)}</th>" if cell.text else f'<td colspan="{cell.span}"></td>'
            )
        lines.append(f"<tr>{''.join(texts)}</tr>")
    lines += ["</thead>", "<tbody>"]
    for row in table.rows:
        texts = []
        rule = "border-top: 1px solid;" if row.rule else ""
        for column, cell in placed(row.cells):
            span = f' colspan="{cell.span}"' if cell.span > 1 else ""
            align = "center" if cell.span > 1 and column else ALIGNED[table.kinds[column]]
            if column == 0 and cell.text:
                texts.append(f'<th scope="row"{span}{_style("left", rule)}>{_in_html(cell)}</th>')
            else:
                texts.append(f"<td{span}{_style(align, rule)}>{_in_html(cell)}</td>")
        lines.append(f"<tr>{''.join(texts)}</tr>")
    lines += ["</tbody>", "</table>"]
    if table.notes:
        lines.append(f"<p><em>Note.</em> {escape(' '.join(table.notes))}</p>")
    return "\n".join(lines)


def _style(align: str, more: str = "") -> str:
    return f' style="text-align: {align};{more}"'


def _in_html(cell: Cell) -> str:
    if not cell.words:
        return escape(cell.text)
    size = f' style="font-size: {_SIZES[cell.size]}"' if cell.size else ""
    return f'<span role="img" aria-label="{escape(cell.words)}"{size}>{escape(cell.text)}</span>'
