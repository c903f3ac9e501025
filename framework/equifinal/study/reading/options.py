"""What a study says about its table where the table alone is ambiguous."""

from typing import Literal, NamedTuple

import pandas as pd

from equifinal.errors import InputError, listing

DECIMALS = (".", ",")
THOUSANDS = (".", ",", " ", "'")


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


def check_options(options: Options, what: str, where: str) -> None:
    """Raise an :class:`InputError` unless what is said of a table can be true of it.

    Parameters
    ----------
    options
        What is said.
    what
        What the file is: ``"text"``, ``"workbook"`` or ``"statistics"``.
    where
        The beginning of the message, up to the file's name.
    """
    for key, allowed in (("decimal", DECIMALS), ("thousands", THOUSANDS)):
        if (given := getattr(options, key)) not in (None, *allowed):
            raise InputError(
                f"{where}cannot be read so: {key} = {given!r}. It is one of {listing(map(repr, allowed))}, or left out."
            )
    if options.decimal is not None and options.decimal == options.thousands:
        raise InputError(
            f"{where}cannot be read so: decimal and thousands are both {options.decimal!r}. Leave one of them out."
        )
    if options.header is not None and options.header < 1:
        raise InputError(f"{where}cannot be read so: header = {options.header}. Rows are counted from 1.")
    if options.encoding is not None and not _is_code_page(options.encoding):
        raise InputError(
            f"{where}cannot be read: encoding = {options.encoding!r} is unknown. Name a code page, such as 'cp1252' or 'utf-16'."
        )
    for key in _MEANINGLESS[what]:
        if (given := getattr(options, key)) is not None:
            raise InputError(f"{where}is {_WORDS[what]}, where {key} means nothing. Leave out {key} = {given!r}.")


_MEANINGLESS = {
    "text": ("sheet",),
    "workbook": ("encoding",),
    "statistics": ("decimal", "thousands", "encoding", "sheet", "header"),
}
_WORDS = {"text": "a text file", "workbook": "a workbook", "statistics": "a table of a statistics program"}


def _is_code_page(name: str) -> bool:
    try:
        b"a".decode(name)
    except LookupError:  # raised for rot13 and its like, too
        return False
    except ValueError:  # of a code page with more than one byte to a letter
        return True
    return True
