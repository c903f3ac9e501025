"""A table for papers in LaTeX (booktabs)."""

import math
import re

from equifinal_output.papers.cells import ALIGNED, Cell, Row, placed
from equifinal_output.papers.latex_text import escaped
from equifinal_output.papers.table import PublicationTable
from equifinal_output.words.names import file_stem

#: A table with more lines continues on the next page.
_LINES_OF_A_PAGE = 42
#: Roughly how many characters fit on a line of LaTeX's own narrow article, and in a gap between columns.
_LINE, _GAP = 74, 2.6
#: The same on a landscape page, in small type with narrow gaps.
_LONG_LINE, _NARROW_GAP = 108, 1.3
#: A column of wrapped text has room for at least this many characters.
_LEAST = 20
#: What the oldest font encoding lacks.
_T1 = re.compile(r"\\(k|dj|DJ|dh|DH|th|TH|quotedblbase|guillemotleft|guillemotright|guilsinglleft|guilsinglright)\b")


def label_of(name: str) -> str:
    """A name as a label and a file of TeX: letters of every script, digits, points and hyphens.

    >>> label_of("fsqca_Größe*~B")
    'fsqca-Größe-B'
    """
    return re.sub("-+", "-", file_stem(name.replace("_", "-"), "-"))


def latex(table: PublicationTable, label: str = "") -> str:
    r"""A table in LaTeX.

    Parameters
    ----------
    table
        One of :func:`equifinal_output.publication_tables`.
    label
        Its name in ``\ref{tab:...}``; by default the name of the table.

    Returns
    -------
    str
        A ``table`` with a caption, rules of booktabs and notes; a ``longtable`` where it is longer than a page.

    Examples
    --------
    >>> from equifinal_output.papers.cells import Row
    >>> table = PublicationTable("t", "50 %", ("label", "number"), ((Cell("a_b"), Cell("n")),), (Row((Cell("A_1"), Cell("-0.5"))),))
    >>> print(latex(table).partition(r"\midrule")[2].partition(r"\bottomrule")[0].strip())
    A\_1 & $-$0.5 \\
    """
    label = label_of(label or table.name)
    is_long = _lines(table) > _LINES_OF_A_PAGE
    is_wide = _taken(table, _GAP) + _LEAST * table.kinds.count("text") > _LINE
    columns = _columns(table, is_long and is_wide)
    head = [line for number, cells in enumerate(table.head) for line in _head(cells, table, number)]
    rows = [_row(row, table) for row in table.rows]
    caption = rf"\caption{{{escaped(table.title)}}}\label{{tab:{label}}}"
    notes = escaped(" ".join(table.notes))
    body = "\n".join([*_caption_lines(is_long, caption, columns, head), *rows, r"\bottomrule"])
    needed = ["array", "booktabs", *["longtable"] * is_long]
    needed += [["graphicx"], ["lscape"]][is_long] * is_wide
    needed += ["amssymb"] * (r"\checkmark" in body or r"\checkmark" in notes)
    encoding = comment(r"Needs \usepackage[T1]{fontenc}") if _T1.search(body + notes) else ""
    needs = "\n".join(filter(None, (encoding, comment(f"Needs \\usepackage{{{','.join(needed)}}}"))))
    note = rf"\par\smallskip{{\footnotesize\raggedright\emph{{Note.}} {notes}\par}}" if notes else ""
    if is_long:
        begin, end = r"{\small", "}"
        if is_wide:
            fits = _taken(table, _NARROW_GAP) + _LEAST * table.kinds.count("text") <= _LONG_LINE
            size = r"\footnotesize\setlength{\tabcolsep}{3pt}" if fits else r"\scriptsize\setlength{\tabcolsep}{2pt}"
            begin, end = r"\begin{landscape}" + size, r"\end{landscape}"
        return "\n".join([needs, begin, body, r"\end{longtable}", note, end])
    inside = [rf"\begin{{tabular}}{{{columns}}}", r"\toprule", body, r"\end{tabular}"]
    if is_wide:
        inside = [r"\resizebox{\linewidth}{!}{%", *inside[:-1], f"{inside[-1]}}}"]
    return "\n".join([needs, r"\begin{table}[htbp]", r"\centering\small", caption, *inside, note, r"\end{table}"])


def _caption_lines(is_long: bool, caption: str, columns: str, head: list[str]) -> list[str]:
    """What comes before the rows: the headings; in a long table the caption too, and the headings again on every page."""
    if not is_long:
        return [*head, r"\midrule"]
    return [
        rf"\begin{{longtable}}{{{columns}}}",
        rf"{caption}\\",
        r"\toprule",
        *head,
        r"\midrule",
        r"\endfirsthead",
        r"\toprule",
        *head,
        r"\midrule",
        r"\endhead",
    ]


def comment(text: str) -> str:
    return f"% {' '.join(text.split())}"


def _columns(table: PublicationTable, sideways: bool) -> str:
    line, gap = (_LONG_LINE, _NARROW_GAP) if sideways else (_LINE, _GAP)
    share = _room_for_text(table, line, gap) / line
    text = rf">{{\raggedright\arraybackslash}}p{{{share:.2f}\linewidth}}"
    return "".join(text if kind == "text" else ALIGNED[kind][0] for kind in table.kinds)


def _taken(table: PublicationTable, gap: float) -> float:
    """The characters taken by the columns that do not wrap, and by all gaps."""
    widths = (width for width, kind in zip(table.widths, table.kinds, strict=True) if kind != "text")
    return sum(widths) + gap * len(table.kinds)


def _room_for_text(table: PublicationTable, line: float, gap: float) -> float:
    """How many characters each column of text has room for."""
    return max((line - _taken(table, gap)) / max(table.kinds.count("text"), 1), _LEAST)


def _lines(table: PublicationTable) -> int:
    """Roughly how many lines it takes."""
    room, total = _room_for_text(table, _LINE, _GAP), len(table.head) + 2
    for row in table.rows:
        texts = [len(cell.text) for cell, kind in zip(row.cells, table.kinds, strict=False) if kind == "text"]
        total += max(1, *(math.ceil(length / (0.9 * room)) for length in texts)) if texts else 1
    return total + math.ceil(len(" ".join(table.notes)) / 85)


def _head(cells: tuple[Cell, ...], table: PublicationTable, number: int) -> list[str]:
    texts, rules = [], []
    for column, cell in placed(cells):
        text = _broken(cell.text) if cell.span == 1 else escaped(cell.text)
        if cell.span > 1 or table.kinds[column] != "label":
            align = "c" if cell.span > 1 else ALIGNED[table.kinds[column]][0]
            text = rf"\multicolumn{{{cell.span}}}{{{align}}}{{{text}}}"
        texts.append(text)
        if cell.text and number < len(table.head) - 1 and (cell.span > 1 or len(table.kinds) == 2):
            rules.append(rf"\cmidrule(lr){{{column + 1}-{column + cell.span}}}")
    return [f"{' & '.join(texts)} \\\\", *(["".join(rules)] if rules else [])]


def _broken(text: str) -> str:
    """A heading in short lines."""
    lines, words = [""], re.findall(r"[^\s-]+-?|-", text)
    room = max(map(len, words), default=0)
    for word in words:
        joined = f"{lines[-1]}{'' if lines[-1].endswith('-') or not lines[-1] else ' '}{word}"
        if lines[-1] and len(joined) > room:
            lines.append(word)
        else:
            lines[-1] = joined
    if len(lines) == 1:
        return escaped(lines[0])
    inside = r" \\ ".join(map(escaped, lines))
    return rf"\begin{{tabular}}[b]{{@{{}}c@{{}}}}{inside}\end{{tabular}}"


def _row(row: Row, table: PublicationTable) -> str:
    texts = []
    for column, cell in placed(row.cells):
        text = _cell(cell)
        if cell.span > 1:
            text = rf"\multicolumn{{{cell.span}}}{{{'c' if column else 'l'}}}{{{text}}}"
        texts.append(text)
    rule = r"\midrule" + "\n" if row.rule else ""
    return f"{rule}{' & '.join(texts)} \\\\"


_SIZES = {"large": r"\Large", "small": r"\scriptsize"}


def _cell(cell: Cell) -> str:
    text = escaped(cell.text)
    return rf"{{{_SIZES[cell.size]} {text}}}" if cell.size else text
