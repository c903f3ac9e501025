"""A table for papers in Markdown."""

from equifinal_output.papers.cells import Cell
from equifinal_output.papers.table import PublicationTable
from equifinal_output.words.markdown_text import as_text


def markdown(table: PublicationTable) -> str:
    """A table in GitHub's Markdown, which knows one row of headings and no spans.

    Examples
    --------
    >>> from equifinal_output.papers.cells import Row
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
        # Several groups may have the same headings.
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
    """Markdown has one text size, so words replace large and small signs."""
    kind = {"large": " core", "small": " peripheral"}.get(cell.size, "")
    return as_text(f"{cell.text}{kind}")


def _expanded(cells: tuple[Cell, ...], repeat: bool = False) -> list[Cell]:
    return [cell if repeat or not number else Cell() for cell in cells for number in range(cell.span)]
