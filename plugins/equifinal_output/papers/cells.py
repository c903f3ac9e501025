"""One place in a table that a paper prints, and how figures are written there."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from equifinal.plain import MISSING, is_missing, joined, shown

#: How a column is set: ``label`` and ``text`` to the left, of which ``text`` wraps; ``number`` to the right; ``sign`` centred.
Kind = Literal["label", "text", "number", "sign"]
ALIGNED = {"label": "left", "text": "left", "number": "right", "sign": "center"}


@dataclass(frozen=True)
class Cell:
    """The content of one place in a table.

    Attributes
    ----------
    text : str
        What is printed.
    number : int or float, optional
        The underlying figure, unrounded, for spreadsheets.
    pattern : str
        How a spreadsheet shows the figure.
    size : str
        ``"large"`` or ``"small"`` for the signs of Fiss (2011), else empty.
    words : str
        What a sign means, for those who cannot see it.
    span : int
        The number of columns that it spans.
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


def placed(cells: Iterable[Cell]) -> Iterator[tuple[int, Cell]]:
    """Each cell with the number of the column in which it begins."""
    column = 0
    for cell in cells:
        yield column, cell
        column += cell.span


def figure(value: Any, before: str = "", after: str = "", tiny: bool = False) -> Cell:
    """A figure with three decimals; signs before and after it are text.

    With `tiny`, figures that three decimals would hide are in scientific notation, as very large ones always are.

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
    """A raw score, with all its decimals."""
    return Cell(f"{value:.6g}", float(value), "General")


def any_value(value: Any) -> Cell:
    """A figure, a whole number or text, depending on the value."""
    if isinstance(value, (bool, np.bool_)) or is_missing(value):
        return Cell(shown(value))
    if isinstance(value, (int, np.integer)):
        return count(value)
    if isinstance(value, (float, np.floating)):
        return figure(value, tiny=True)
    return Cell(joined(value) if isinstance(value, (list, tuple)) else str(value))
