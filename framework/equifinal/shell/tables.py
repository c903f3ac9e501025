"""Tables that fit the terminal: no word is broken, and where there is no room for columns, each row becomes a paragraph."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text


def table_of(console: Console, title: str) -> Table:
    """A table under its title, which may be wider than the table."""
    if title:
        console.print(f"[bold]{escape(title)}[/]", highlight=False)
    return Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))


def show_frame(frame: pd.DataFrame, console: Console, title: str = "", index: bool = True) -> None:
    """Print a frame; numbers with three decimals, missing values as a dash.

    Where the terminal is too narrow for whole words side by side, each row becomes a paragraph.
    """
    columns = [
        Column(
            column_words(column),
            [cell_text(value) for value in frame.iloc[:, number]],
            "right" if pd.api.types.is_numeric_dtype(frame.iloc[:, number]) else "left",
        )
        for number, column in enumerate(frame.columns)
    ]
    if index:
        labels = [f"[bold]{escape(str(label))}[/]" for label in frame.index]
        columns.insert(0, Column(escape(str(frame.index.name or "")), labels))
    print_columns(title, columns, console)


def in_two_lines_if_narrow(title: str, columns: dict[str, list[str]], separator: str, console: Console) -> None:
    """Print columns of cells; if they are too wide together, each cell breaks at its separator."""
    plain = {heading: [Text.from_markup(cell).cell_len for cell in cells] for heading, cells in columns.items()}
    if sum(max(width_of(heading), *widths) + 2 for heading, widths in plain.items()) >= console.width:
        broken = f"{separator.rstrip()}\n"
        columns = {
            heading: [cell.replace(separator, broken, 1) for cell in cells] for heading, cells in columns.items()
        }
    print_columns(title, [Column(heading, cells) for heading, cells in columns.items()], console)


@dataclass
class Column:
    """A heading and cells, as markup."""

    heading: str
    cells: list[str]
    justify: Literal["left", "right", "center"] = "left"

    @property
    def texts(self) -> list[str]:
        return [Text.from_markup(each).plain for each in (self.heading, *self.cells)]


def print_columns(title: str, columns: Sequence[Column], console: Console) -> None:
    """Print columns without breaking a word; if they are too wide for that, each row as a paragraph."""
    widths = _widths(columns, console.width - 2 * len(columns) - 1)
    if widths is None:
        return _print_rows(title, columns, console)
    table = table_of(console, title)
    for column, width in zip(columns, widths, strict=True):
        table.add_column(column.heading, width=width, justify=column.justify, overflow="fold")
    for row in zip(*(column.cells for column in columns), strict=True):
        table.add_row(*row)
    return console.print(table)


def _widths(columns: Sequence[Column], room: int) -> list[int] | None:
    """Widths between the longest word and the longest line of each column; ``None`` if even the words do not fit."""
    words = [[cell_len(word) for text in column.texts for word in text.split()] for column in columns]
    lines = [[cell_len(line) for text in column.texts for line in text.split("\n")] for column in columns]
    widths, wanted = [max(each, default=1) for each in words], [max(each, default=1) for each in lines]
    spare = room - sum(widths)
    if spare < 0:
        return None
    # First those that lack little, so that as many columns as possible need no second line.
    for number in sorted(range(len(widths)), key=lambda number: wanted[number] - widths[number]):
        if (lack := wanted[number] - widths[number]) <= spare:
            widths[number], spare = wanted[number], spare - lack
    while spare and (short := [number for number, width in enumerate(widths) if width < wanted[number]]):
        for number in short[:spare]:
            widths[number] += 1
        spare -= len(short[:spare])
    return widths


def _print_rows(title: str, columns: Sequence[Column], console: Console) -> None:
    """Each row as a paragraph: its first cell, then the others after their headings."""
    if title:
        console.print(f"[bold]{escape(title)}[/]", highlight=False)
    first, *others = columns
    headings = [_on_one_line(column.heading) for column in others]
    for number, label in enumerate(first.cells):
        console.print(_on_one_line(label), highlight=False)
        parts = [
            f"[dim]{heading}[/] {_on_one_line(column.cells[number])}"
            for heading, column in zip(headings, others, strict=True)
            if column.cells[number]
        ]
        # Short ones share a line.
        joined = "; ".join(parts)
        together = all(cell_len(Text.from_markup(part).plain) < console.width // 2 for part in parts)
        for line in [joined] if together else parts:
            console.print(Padding(line, (0, 0, 0, 2)), highlight=False)
    console.print()


def _on_one_line(text: str) -> str:
    return " ".join(text.replace("-\n", "-").split())


def method_heading(label: str) -> str:
    """A method's label, as markup, broken at its hyphens if it is long."""
    return escape(label if len(label) <= 12 else label.replace("-", "-\n"))


def width_of(text: str) -> int:
    return max(len(line) for line in text.split("\n"))


def column_words(column: Any) -> str:
    return escape(str(column).replace("_out_of_sample", " (out of sample)").replace("_", " "))


def cell_text(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return escape(", ".join(map(str, value)))
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, (float, np.floating)):
        return "–" if np.isnan(value) else f"{value:.3f}"
    if value is None or value is pd.NA:
        return "–"
    return escape(str(value))
