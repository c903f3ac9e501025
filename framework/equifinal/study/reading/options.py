"""What a study says about its table where the table alone is ambiguous."""

from typing import Literal, NamedTuple

import pandas as pd


class Options(NamedTuple):
    """Keys of ``[study]`` that decide how the table of cases is read; each is left out where the table is clear.

    Attributes
    ----------
    decimal, thousands
        The decimal mark and the mark between thousands.
    encoding
        The code page of a text file, such as ``"cp1252"``.
    sheet
        The sheet of a workbook.
    header
        The number of the row with the column names, from 1.
    missing
        Further spellings of "no value", such as ``"-9"``.
    """

    decimal: Literal[".", ","] | None = None
    thousands: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    header: int | None = None
    missing: tuple[str, ...] = ()


class Reading(NamedTuple):
    """A table of cases, its rows in their order under a numbered index, and how it was read, for readers."""

    frame: pd.DataFrame
    notes: tuple[str, ...] = ()
