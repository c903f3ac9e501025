"""A table as a paper prints it, and its cells."""

import math
import unicodedata
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from equifinal.plain import MISSING, is_missing, joined, shown

__all__ = ["Cell", "Kind", "PublicationTable", "Row", "any_value", "count", "figure", "score"]

#: How a column is set: ``label`` and ``text`` to the left, of which ``text`` wraps; ``number`` to the right; ``sign`` centred.
Kind = Literal["label", "text", "number", "sign"]


@dataclass(frozen=True)
class Cell:
    """What stands in one place of a table.

    Attributes
    ----------
    text : str
        What is printed.
    number : int or float, optional
        The figure behind it, unrounded, for spreadsheets.
    pattern : str
        How a spreadsheet shows the figure.
    size : str
        ``"large"`` or ``"small"`` for the signs of Fiss (2011), else empty.
    words : str
        What a sign stands for, for those who cannot see it.
    span : int
        The number of columns that it takes.
    ends : tuple of Cell
        The lower and the upper end of an interval, for spreadsheets; else empty.
    """

    text: str = ""
    number: int | float | None = None
    pattern: str = ""
    size: Literal["", "large", "small"] = ""
    words: str = ""
    span: int = 1
    ends: tuple["Cell", ...] = ()


@dataclass(frozen=True)
class Row:
    """Cells whose spans add up to the number of columns; `rule`: a line above."""

    cells: tuple[Cell, ...]
    rule: bool = False


@dataclass(frozen=True)
class PublicationTable:
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
        """About how many characters each column needs; one that wraps asks for no more than 42."""
        columns = [1] * len(self.kinds)
        for number, cells in enumerate((*self.head, *(row.cells for row in self.rows))):
            position = 0
            for cell in cells:
                if cell.span == 1:
                    # Headings wrap.
                    pieces = cell.text.replace("-", "- ").split() if number < len(self.head) else [cell.text]
                    needed = max(map(_length, pieces), default=0)
                    columns[position] = max(columns[position], needed)
                position += cell.span
        return [
            min(width, _WRAPPED) if kind == "text" else width for width, kind in zip(columns, self.kinds, strict=True)
        ]

    @property
    def is_wide(self) -> bool:
        """Whether it needs more than a page that stands upright."""
        needed = [_LEAST if kind == "text" else width for width, kind in zip(self.widths, self.kinds, strict=True)]
        return sum(needed) + 2 * len(self.kinds) > _UPRIGHT

    def to_markdown(self) -> str:
        """The table in GitHub's Markdown."""
        from equifinal_output.papers.markup import markdown

        return markdown(self)

    def to_html(self) -> str:
        """The table as a piece of HTML, without a style sheet."""
        from equifinal_output.papers.markup import html

        return html(self)

    def to_latex(self) -> str:
        """The table in LaTeX, for ``\\input``."""
        from equifinal_output.papers.latex_markup import latex

        return latex(self)

    def _repr_html_(self) -> str:
        return self.to_html()


def _length(text: str) -> int:
    """Characters; capitals and the sign of negation count for more, Chinese, Japanese and Korean ones for two."""
    return math.ceil(sum(map(_width, text)))


def _width(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WF":
        return 2.0
    return 1.25 if character.isupper() or character == "~" else 1.0


#: Characters: how wide a text that wraps gets, how narrow it may become, and what a line of a page that stands upright holds.
_WRAPPED, _LEAST, _UPRIGHT = 42, 18, 92


# -------------------------------------------------------------------------------------------------------------- cells


def figure(value: Any, before: str = "", after: str = "", tiny: bool = False) -> Cell:
    """A figure with three decimals; signs before and after it are text.

    Where `tiny` figures matter, those that three decimals hide are in scientific notation, as very large ones always are.

    >>> figure(0.25).text, figure(-0.00002).text, figure(float("nan")).text, figure(1.5, "(", ")").text
    ('0.250', '0.000', '–', '(1.500)')
    >>> figure(-0.00002, tiny=True).text
    '-2.0e-05'
    """
    if is_missing(value):
        return Cell(MISSING)
    number = float(value)
    if not np.isfinite(number):
        return Cell(f"{before}{shown(number)}{after}")
    size = abs(number)
    small, large = tiny and 1e-12 < size < 0.0005, size >= 1e6
    text = f"{number:.1e}" if small else f"{number:.3e}" if large else f"{number:z.3f}"
    pattern = "0.0E+00" if small else "0.000E+00" if large else "0.000"
    if before or after:
        # A spreadsheet shows a negative number after the minus: -(0.1) would be wrong.
        opening, closing = (f'"{each}"' if each else "" for each in (before, after))
        pattern = f"{opening}{pattern}{closing};{opening}-{pattern}{closing}"
    return Cell(f"{before}{text}{after}", number, pattern)


def count(value: Any) -> Cell:
    """A whole number."""
    return Cell(MISSING) if is_missing(value) else Cell(f"{int(value)}", int(value), "0")


def score(value: float) -> Cell:
    """A raw score, with as many decimals as it has."""
    return Cell(f"{value:.6g}", float(value), "General")


def any_value(value: Any) -> Cell:
    """A figure, a whole number or a text, whichever it is."""
    if isinstance(value, (bool, np.bool_)) or is_missing(value):
        return Cell(shown(value))
    if isinstance(value, (int, np.integer)):
        return count(value)
    if isinstance(value, (float, np.floating)):
        return figure(value, tiny=True)
    return Cell(joined(value) if isinstance(value, (list, tuple)) else str(value))
