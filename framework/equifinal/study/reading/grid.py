"""From rows of cells to a table: where the column names stand, what lies above them, and what lies below the cases."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from equifinal.base.spelling import label
from equifinal.errors import InputError, listing
from equifinal.study.reading.numerals import MISSING, Exact, decimal_mark, is_missing, numbers, numeral
from equifinal.study.reading.options import Options, Reading
from equifinal.study.reading.text import Rows
from equifinal.study.reading.totals import without_totals

_FOOTNOTE = re.compile(
    r"[*†‡¹²³#]|\(?\d\)|(source|note|notes|quelle|anmerkung|hinweis|stand|fuente|nota|fonte|remarque|источник|примечани[ея]|来源|资料来源|注|出典)\b\s*[:：.]?",
    flags=re.IGNORECASE,
)


class _Body(NamedTuple):
    """The column names, and the rows below with their numbers in the file."""

    names: list[str]
    rows: list[tuple[int, list[str]]]
    notes: list[str]


def table_of(rows: Rows, separator: str, texts: Sequence[str], options: Options, where: str) -> Reading:
    """The table in rows of cells; `texts` are the columns to keep as text."""
    rows = [[cell if isinstance(cell, Exact) or "\n" in cell else label(cell) for cell in row] for row in rows]
    names, body, notes = _body(rows, options, where)
    names, more = _named(names, body)
    notes += more
    _check_names(names, body, where)
    kept = [place for place, name in enumerate(names) if name]
    body = [(number, row) for number, row in body if any(row[place] for place in kept)]
    missing = MISSING | {label(each) for each in options.missing}
    blank = [(number, ["" if is_missing(cell, missing) else cell for cell in row]) for number, row in body]
    _check_units(names, blank, texts, where)
    columns = {place: [row[place] or None for _, row in (body if names[place] in texts else blank)] for place in kept}
    counted = {
        names[place]: [
            (number, cell) for (number, _), cell in zip(body, columns[place], strict=True) if cell is not None
        ]
        for place in kept
        if names[place] not in texts and _mostly_numbers(columns[place])
    }
    decimal = decimal_mark(counted, separator, options, where)
    series, units = {}, {}
    for place in kept:
        series[place], units[place] = _column(columns[place], names[place] in texts, decimal)
    notes += _notes_on_numbers(decimal, [cell for cells in counted.values() for _, cell in cells])
    notes += [
        f"Column {names[place]!r}: numbers beside {unit!r}, which was dropped." for place, unit in units.items() if unit
    ]
    frame = pd.DataFrame(dict(enumerate(series.values())), index=pd.RangeIndex(len(body)))
    frame = frame.set_axis([names[place] for place in kept], axis=1)
    read = frame.select_dtypes("number").columns
    notes += _notes_on_marks({name: cells for name, cells in counted.items() if name in read})
    scores = [place for place in kept if names[place] not in texts]
    spelled = Counter(row[place] for _, row in body for place in scores if is_missing(row[place] or "1", missing))
    if spelled:
        notes.append(f"Read as missing: {listing(f'{cell!r} ({times})' for cell, times in spelled.items())}.")
    frame, more = without_totals(frame, [number for number, _ in body], texts)
    return Reading(frame, (*notes, *more))


def _body(rows: Rows, options: Options, where: str) -> _Body:
    numbered = list(enumerate(rows, start=1))
    notes: list[str] = []
    if options.header is not None:
        if not 1 <= options.header <= len(rows):
            raise InputError(
                f"{where}has no row {options.header} for column names: header = {options.header}. Correct it."
            )
        numbered = numbered[options.header - 1 :]
    else:
        numbered, notes = _without_titles(numbered)
    if not any(any(row) for _, row in numbered):
        raise InputError(f"{where}is empty. It needs column names in its first line, and one line per case.")
    (line, head), *below = numbered
    head = [label(str(cell)) for cell in head]
    while head and not head[-1]:
        head = head[:-1]
    below, more = _without_footnotes(below)
    if options.header is not None and line > 1:
        notes.append(f"Column names are in row {line}, as header says.")
    width = len(head)
    for number, row in below:
        if beyond := next(filter(None, row[width:]), ""):
            raise InputError(
                f"{where}has more values in its rows than column names in its first line: see {str(beyond)!r} in line {number}. "
                "Name its column, or remove it."
            )
    full = [(number, (row + [""] * width)[:width]) for number, row in below if any(row)]
    again = [number for number, row in full if row == head or (row[0].startswith("#") and not any(row[1:]))]
    if again:
        more.append(f"Column names once more, or a comment, not read: {listing(f'row {number}' for number in again)}.")
    return _Body(head, [each for each in full if each[0] not in again], [*notes, *more])


def _without_titles(rows: list[tuple[int, list[str]]]) -> tuple[list[tuple[int, list[str]]], list[str]]:
    """What is left without comments, blank rows and titles above the column names."""
    widths = Counter(sum(map(bool, row)) for _, row in rows if sum(map(bool, row)) > 1)
    left, dropped = list(rows), []
    while left:
        filled = [cell for cell in left[0][1] if cell]
        title = widths and len(filled) == 1 and len(left) > 1
        if filled and not filled[0].startswith("#") and not title:
            break
        dropped += [(left[0][0], filled[0])] if filled else []
        left = left[1:]
    notes = [f"Above the column names, not read: row {number}, {text!r}." for number, text in dropped]
    return (left, notes) if left else (list(rows), [])


def _without_footnotes(rows: list[tuple[int, list[str]]]) -> tuple[list[tuple[int, list[str]]], list[str]]:
    """What is left without sources and notes below the cases."""
    last = max((place for place, (_, row) in enumerate(rows) if sum(map(bool, row)) > 1), default=len(rows) - 1)
    body, tail = rows[: last + 1], rows[last + 1 :]
    for place, (_, row) in enumerate(tail):
        text = next((cell for cell in row if cell), "")
        after_gap = place > 0 and not any(tail[place - 1][1])
        if text and (after_gap or _FOOTNOTE.match(text)):
            said = [f"row {number}, {next(filter(None, each))!r}" for number, each in tail[place:] if any(each)]
            return [*body, *tail[:place]], [f"Below the cases, not read: {listing(said)}."]
    return rows, []


def _named(names: list[str], body: list[tuple[int, list[str]]]) -> tuple[list[str], list[str]]:
    """The column names; programs of statistics leave the first one empty, above row numbers or the names of the cases."""
    if len(names) < 2 or names[0] or not all(names[1:]) or "case" in names:
        return names, []
    first = [row[0] for _, row in body]
    if len(set(first)) < len(first) or not all(first):
        return names, []
    if first in ([str(at) for at in range(start, start + len(first))] for start in (0, 1)):
        for _, row in body:
            row[0] = ""
        return names, ["The first column has no name and counts the rows; it was not read."]
    if any(numeral(cell) for cell in first):
        return names, []
    return ["case", *names[1:]], ["The first column has no name; it is called 'case'."]


def _check_names(names: list[str], body: list[tuple[int, list[str]]], where: str) -> None:
    for place, name in enumerate(names):
        if not name and (found := next(((number, row[place]) for number, row in body if row[place]), None)):
            raise InputError(
                f"{where}has values but no name in column {place + 1}, such as {str(found[1])!r} in row {found[0]}. Name it in the "
                "first line, or say which row has a name for every column: header = 2, for instance."
            )
    if twice := next((name for at, name in enumerate(names) if name and name in names[:at]), None):
        places = [str(at) for at, name in enumerate(names, start=1) if name == twice]
        raise InputError(
            f"{where}has the column name {twice!r} more than once, in columns {listing(places)}. Rename all but one, or say "
            "which row has a name of its own for every column: header = 2, for instance."
        )


def _check_units(names: list[str], body: list[tuple[int, list[str]]], texts: Sequence[str], where: str) -> None:
    """Raise an :class:`InputError` when the first row has text above the numbers of every column, as names and units have."""
    if len(body) < 3:
        return
    (number, first), *below = body
    counted = [
        place
        for place, name in enumerate(names)
        if name and name not in texts and _mostly_numbers([row[place] or None for _, row in below])
    ]
    above = [place for place in counted if first[place] and numeral(first[place]) is None]
    if counted and above == counted:
        cell = str(first[above[0]])
        raise InputError(
            f"{where}has {cell!r} in row {number}, above the numbers of column {names[above[0]]!r}. Remove the row if it holds "
            f"units or second names; say header = {number} if it holds the names, or missing = [{cell!r}] if that means no value."
        )


def _mostly_numbers(cells: Sequence[str | None]) -> bool:
    """Whether a column is one of numbers, perhaps with some other text among them."""
    given = [cell for cell in cells if cell is not None]
    return bool(given) and sum(numeral(cell) is not None for cell in given) * 2 > len(given)


def _column(cells: list[str | None], is_text: bool, decimal: str) -> tuple[pd.Series, str]:
    """A column as numbers, truth values or text, and the unit dropped."""
    if not is_text and (found := numbers(cells, decimal)) is not None:
        return found
    cells = [None if cell is None else label(str(cell)) for cell in cells]
    text = pd.Series(cells, dtype=object)
    if not is_text and len(text) and text.isin(["True", "False", "TRUE", "FALSE", "true", "false"]).all():
        return text.str.lower() == "true", ""
    # A series made of the cells alone has the type of text that this pandas has, and keeps what is missing.
    return (text.astype(float) if text.isna().all() and not is_text else pd.Series(cells)), ""


def _notes_on_marks(columns: Mapping[str, Sequence[tuple[int, str]]]) -> list[str]:
    """Which signs of notes were dropped behind numbers, with the first place of each column."""
    notes = []
    for name, cells in columns.items():
        found = [(row, cell) for row, cell in cells if (each := numeral(cell)) and each.note]
        if found:
            row, cell = found[0]
            more = f", and in {len(found) - 1} more" if len(found) > 1 else ""
            notes.append(
                f"Column {name!r}: signs of notes behind numbers were dropped, as in {cell!r} (row {row}{more})."
            )
    return notes


def _notes_on_numbers(decimal: str, cells: Sequence[str]) -> list[str]:
    notes = []
    digits = [found.digits for cell in cells if not isinstance(cell, Exact) and (found := numeral(cell)) is not None]
    if decimal == "," and any("," in each for each in digits):
        notes.append("Decimals are written with a comma.")
    mark = {".": ",", ",": "."}[decimal]
    if any(mark in each for each in digits):
        notes.append(f"{mark!r} separates thousands.")
    if any("−" in cell for cell in cells):
        notes.append("The sign − was read as minus.")
    return notes
