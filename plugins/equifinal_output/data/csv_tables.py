"""The format ``csv``: a folder with one file per table, for spreadsheets and statistics programs."""

import csv
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
import pydantic

import equifinal as eq
from equifinal.plain import flattened, is_missing, joined, plain
from equifinal_output.tables import Table, levels_of, tables_of
from equifinal_output.words.names import FORMULA, file_name

_NUMBER = re.compile(r"[-+]?\d+(\.\d*)?([eE][-+]?\d+)?")


class CsvTables(eq.Output):
    """One CSV file per table, in full precision; sentences are a table too, and a figure is one of its title and its words.

    The files are UTF-8 and separated by commas, with decimal points, unless the parameters say otherwise; a missing value is an
    empty cell, the entries of a list are joined by "; ". Text that a spreadsheet would run as a formula is prefixed with an
    apostrophe.

    Examples
    --------
    What Excel opens by a double click where decimals have a comma, as in most of Europe and Latin America:

    >>> CsvTables(separator=";", decimal=",", bom=True).parameters()
    {'separator': ';', 'decimal': ',', 'bom': True}
    """

    name = "csv"
    by_default = True

    separator: Literal[",", ";", "|", "tab"] = pydantic.Field(
        default=",", description="What stands between two values."
    )
    decimal: Literal[".", ","] = pydantic.Field(
        default=".", description="The decimal mark of numbers. A comma needs another separator."
    )
    bom: bool = pydantic.Field(
        default=False, description="Begin with a byte-order mark, by which Excel knows that letters are in UTF-8."
    )

    @pydantic.model_validator(mode="after")
    def _marks_differ(self) -> Self:
        if self.separator == self.decimal:
            raise ValueError("separator and decimal are both ','. Give another separator, such as separator = ';'")
        return self

    def write(self, comparison: eq.Comparison, directory: Path) -> list[Path]:
        """Write ``tables/*.csv`` and ``tables/manifest.json``; see :meth:`equifinal.Output.write`."""
        folder = directory / "tables"
        folder.mkdir(exist_ok=True)
        written: list[Path] = []
        titles: dict[str, str] = {}
        for table in tables_of(comparison):
            path = folder / file_name(table.name, {path.name.lower() for path in written})
            self._write(path, table)
            written.append(path)
            titles[path.name] = table.title
        manifest = folder / "manifest.json"
        stated = plain({**comparison.manifest, "banner": comparison.banner, "tables": titles})
        manifest.write_text(json.dumps(stated, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
        return [*written, manifest]

    def write_trial(self, trial: eq.Trial, directory: Path) -> list[Path]:
        """Write ``tables/*.csv``; see :meth:`equifinal.Output.write_trial`."""
        folder = directory / "tables"
        folder.mkdir(exist_ok=True)
        written = []
        for name, frame in trial.tables.items():
            written.append(folder / f"{name}.csv")
            self._write(written[-1], Table(name, name, frame))
        return written

    def _write(self, path: Path, table: Table) -> None:
        mark = "\t" if self.separator == "tab" else self.separator
        with path.open("w", encoding="utf-8-sig" if self.bom else "utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=mark, lineterminator="\n")
            writer.writerows(map(self._marked, _rows(table)))

    def _marked(self, row: Iterable[Any]) -> list[Any]:
        """The row, its numbers with the decimal mark."""
        if self.decimal == ".":
            return list(row)
        return [repr(cell).replace(".", self.decimal) if isinstance(cell, float) else cell for cell in row]


def _rows(table: Table) -> list[list[Any]]:
    frame = table.data
    header = [_text(label) for label in flattened(frame.columns)]
    columns = [[_cell(value) for value in frame.iloc[:, number]] for number in range(frame.shape[1])]
    levels = levels_of(frame.index)
    header = [*(_text(str(level.name if level.name is not None else "index")) for level in levels), *header]
    columns = [*([_cell(value) for value in level] for level in levels), *columns]
    return [header, *(list(row) for row in zip(*columns, strict=True))]


def _cell(value: Any) -> Any:
    if is_missing(value):
        return ""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, (list, tuple, set, frozenset, np.ndarray, pd.Index)):
        return _text(joined(value))
    return _text(str(value))


def _text(text: str) -> str:
    """Text that remains text in a spreadsheet.

    >>> _text("=1+1"), _text("~LEAD*FIN"), _text("-0.5")
    ("'=1+1", '~LEAD*FIN', '-0.5')
    """
    return f"'{text}" if text.startswith(FORMULA) and not _NUMBER.fullmatch(text) else text
