"""A table for papers as a piece of Markdown and of HTML."""

from html import escape

from equifinal_output.papers.table import Cell, PublicationTable
from equifinal_output.words.markdown_text import as_text

__all__ = ["html", "markdown"]


def markdown(table: PublicationTable) -> str:
    """A table in GitHub's Markdown, which knows one row of headings and no spans.

    Examples
    --------
    >>> from equifinal_output.papers.table import Row
    >>> head, row = (Cell("a|b"), Cell("n")), Row((Cell("<i>"), Cell("1")))
    >>> print(markdown(PublicationTable("t", "Title", ("label", "number"), (head,), (row,))))
    **Title**
    <BLANKLINE>
    | a\\|b | n |
    | --- | ---: |
    | &lt;i&gt; | 1 |
    """
    last = _expanded(table.head[-1])
    heads = [as_text(cell.text) for cell in last]
    for cells in table.head[:-1]:
        above = [as_text(cell.text) for cell in _expanded(cells, repeat=True)]
        # What one group has, the next one may have as well.
        if len(set(heads)) < len(heads):
            heads = [f"{upper} {lower}".strip() for upper, lower in zip(above, heads, strict=True)]
    rules = {"number": "---:", "sign": ":---:"}
    lines = [heads, [rules.get(kind, "---") for kind in table.kinds]]
    lines += [[_in_markdown(cell) for cell in _expanded(row.cells)] for row in table.rows]
    blocks = [f"**{as_text(table.title)}**", "\n".join(f"| {' | '.join(line)} |" for line in lines)]
    if table.notes:
        blocks.append(f"*Note.* {' '.join(as_text(note) for note in table.notes)}")
    return "\n\n".join(blocks)


def _in_markdown(cell: Cell) -> str:
    """Text has one size, so that what large and small signs tell apart is said in words."""
    kind = {"large": " core", "small": " peripheral"}.get(cell.size, "")
    return as_text(f"{cell.text}{kind}")


def _expanded(cells: tuple[Cell, ...], repeat: bool = False) -> list[Cell]:
    return [cell if repeat or not number else Cell() for cell in cells for number in range(cell.span)]


_ALIGNED = {"number": "right", "sign": "center"}
_SIZES = {"large": "1.5em", "small": "0.75em"}


def html(table: PublicationTable) -> str:
    """A table as a piece of HTML with caption, headings that name their scope, and notes; it needs no style sheet."""
    lines = ["<table>", f"<caption>{escape(table.title)}</caption>", "<thead>"]
    for cells in table.head:
        texts, position = [], 0
        for cell in cells:
            scope = f'scope="colgroup" colspan="{cell.span}"' if cell.span > 1 else 'scope="col"'
            style = _style("center" if cell.span > 1 else _ALIGNED.get(table.kinds[position], "left"))
            # An empty heading would be read aloud.
            texts.append(
                f"<th {scope}{style}>{escape(cell.text)}</th>" if cell.text else f'<td colspan="{cell.span}"></td>'
            )
            position += cell.span
        lines.append(f"<tr>{''.join(texts)}</tr>")
    lines += ["</thead>", "<tbody>"]
    for row in table.rows:
        texts, position = [], 0
        rule = "border-top: 1px solid;" if row.rule else ""
        for cell in row.cells:
            span = f' colspan="{cell.span}"' if cell.span > 1 else ""
            kind = table.kinds[position]
            align = "center" if cell.span > 1 and position else _ALIGNED.get(kind, "left")
            if position == 0 and cell.text:
                texts.append(f'<th scope="row"{span}{_style("left", rule)}>{_in_html(cell)}</th>')
            else:
                texts.append(f"<td{span}{_style(align, rule)}>{_in_html(cell)}</td>")
            position += cell.span
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
