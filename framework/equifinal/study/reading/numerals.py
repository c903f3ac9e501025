"""Numbers as people write them: decimal commas, separated thousands, percent and currency signs, other minus signs."""

import re
import unicodedata
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from equifinal.errors import InputError
from equifinal.study.reading.options import Options

#: Spellings of "no value" in the tables of spreadsheet and statistics programs.
MISSING = frozenset(
    {"", "NA", "N/A", "n/a", "n.a.", "#N/A", "#NV", "NaN", "nan", "null", "NULL", "None", "none", "k. A.", "k.A."}
    | {"keine Angabe", "n.d.", "s/d", "н/д", "нет данных", "无数据", "缺失"}
    | {"-", "–", "—", "−", ".", "..", "...", "…", ":", ": c", ": u", ": z"}
)
_ERROR = re.compile(r"#¡?[A-ZА-Я]+(?:/[0A-ZА-Я])?[!?]?")  # of spreadsheet programs: #DIV/0!, #ЗНАЧ!, #NAME?

_SPACES = "\u0020\u00a0\u2009\u202f"
_MARKS = str.maketrans({"−": "-", "\u2010": "-", "٫": ".", "٬": ""} | dict.fromkeys("’ʼ`´", "'"))
_CURRENCY = r"(?:[$€£¥₹₽₩]|R\$|[A-Z]{3}|kr\.?|zł|Fr\.|Rs\.?|Kč|Ft|руб\.?|元|円)"
#: What sends the reader to a note: stars, daggers, a letter or figure set apart, and the flags of Eurostat's tables.
_SIGN = rf"[{_SPACES}]?[*†‡§]+|\[\w{{1,2}}\]|[{_SPACES}]\w\)|[{_SPACES}][bcdefinprsuz]{{1,2}}"
_NO_CENTS = re.compile("(?<=[0-9])[.,][-–—]+")  # 640,- €
_SUPERSCRIPTS = re.compile("(?<=[0-9])[¹²³⁴-⁹]{1,2}$")
_SHAPE = re.compile(
    rf"(?P<sign>[+-]?)(?P<before>{_CURRENCY})?[{_SPACES}]?(?P<sign_after>[+-]?)"
    rf"(?P<digits>(?:[0-9][0-9.,'{_SPACES}]*|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?)[{_SPACES}]?(?P<after>%|{_CURRENCY})?"
    rf"(?P<note>{_SIGN})?"
)
_GROUPED = {mark: re.compile(rf"[1-9]\d{{0,2}}(?:{re.escape(mark)}\d{{3}})+") for mark in ".,"}
_INDIAN = re.compile(r"[1-9]\d?(?:,\d{2})+,\d{3}")  # 12,34,567
_BY_SPACES = re.compile(rf"\d{{1,3}}(?:[{_SPACES}']\d{{3}})+(?:[.,]\d+)?")


class Exact(str):
    """The text of a cell that is a number in its file already, with a decimal point whatever the table's mark is."""

    __slots__ = ()


class Numeral(NamedTuple):
    """A cell that may be a number: its digits and marks, the unit beside it, and the sign of a note behind it."""

    digits: str
    unit: str
    note: str = ""


def is_missing(cell: str, missing: Container[str]) -> bool:
    """Whether a cell of a column of numbers says that there is no value."""
    return cell in missing or _ERROR.fullmatch(cell) is not None


def numeral(cell: str) -> Numeral | None:
    """The number in a cell, its thousands not separated by spaces or apostrophes any more; None for other texts."""
    cell, note = _NO_CENTS.sub("", _ascii(cell)).strip(), ""
    if (raised := _SUPERSCRIPTS.search(cell)) and not re.fullmatch("10.{1,2}", cell):  # 10⁶ is a power
        cell, note = cell[: raised.start()], raised[0]
    found = _SHAPE.fullmatch(cell)
    if found is None or (found["before"] and found["after"]) or (found["sign"] and found["sign_after"]):
        return None
    digits = found["digits"].strip()
    if any(mark in digits for mark in (*_SPACES, "'")):
        if not _BY_SPACES.fullmatch(digits):
            return None
        digits = re.sub(rf"[{_SPACES}']", "", digits)
    note = note or (found["note"] or "").strip()
    return Numeral(found["sign"] + found["sign_after"] + digits, found["before"] or found["after"] or "", note)


def _ascii(cell: str) -> str:
    """A cell with the digits and marks of all scripts, and wide ones, as ASCII has them."""
    cell = cell.translate(_MARKS)
    if cell.isascii():
        return cell
    wide = "".join(chr(ord(each) - 0xFEE0) if "！" <= each <= "～" else each for each in cell)
    return "".join(str(unicodedata.decimal(each)) if each.isdecimal() else each for each in wide)


def _says(digits: str) -> str:
    """The decimal mark that a number shows by itself; "?" where its one mark may separate thousands; empty without marks."""
    digits = digits.lstrip("+-")
    marks = [each for each in digits if each in ".,"]
    if not marks:
        return ""
    last, other = marks[-1], {".": ",", ",": "."}[marks[-1]]
    if len(set(marks)) == 2:
        return last
    if len(marks) > 1:
        return other  # 1.234.567: the mark separates thousands
    return "?" if _GROUPED[last].fullmatch(digits) else last


def decimal_mark(columns: Mapping[str, Iterable[tuple[int, str]]], separator: str, options: Options, where: str) -> str:
    """The decimal mark of a table, from all its numbers: pairs of row and cell, by column.

    Raises
    ------
    InputError
        When numbers contradict each other, or nothing tells thousands from decimals.
    """
    if options.decimal:
        return options.decimal
    if options.thousands in (".", ","):
        return {".": ",", ",": "."}[options.thousands]
    seen: dict[str, tuple[int, str, str]] = {}
    for name, cells in columns.items():
        for row, cell in cells:
            if not isinstance(cell, Exact) and (found := numeral(cell)) and (mark := _says(found.digits)):
                seen.setdefault(mark, (row, cell, name))
    if "." in seen and "," in seen:
        (row, cell, name), (row2, cell2, name2) = seen["."], seen[","]
        raise InputError(
            f"{where}writes decimals in two ways: {cell!r} in row {row} (column {name!r}) and {cell2!r} in row {row2} (column "
            f"{name2!r}). Correct one, or say which mark is the decimal one, decimal = '.' or decimal = ','."
        )
    if "." in seen or "," in seen:
        return "." if "." in seen else ","
    if "?" in seen and options.thousands is not None:  # a space or an apostrophe, so the mark is the decimal one
        return "," if "," in seen["?"][1] else "."
    if "?" in seen and separator != ",":
        row, cell, name = seen["?"]
        raise InputError(
            f"{where}has {cell!r} in row {row} (column {name!r}), and nothing in it tells whether that mark is a decimal one or "
            "separates thousands. Say which is the decimal mark: decimal = '.' or decimal = ','."
        )
    return "."


def _is_grouped(digits: str, mark: str) -> bool:
    return _GROUPED[mark].fullmatch(digits) is not None or (mark == "," and _INDIAN.fullmatch(digits) is not None)


def numbers(cells: Sequence[str | None], decimal: str) -> tuple[pd.Series, str] | None:
    """A column of cells as numbers, and the unit written beside them; None unless all are numbers in the same unit."""
    found = [None if cell is None else numeral(cell) for cell in cells]
    if any(cell is not None and each is None for cell, each in zip(cells, found, strict=True)):
        return None
    units = {each.unit for each in found if each is not None}
    if len(units) != 1:
        return None
    thousands = {".": ",", ",": "."}[decimal]
    plain: list[str | None] = []
    for cell, each in zip(cells, found, strict=True):
        if each is None or isinstance(cell, Exact):
            plain.append(cell)
            continue
        whole, mark, rest = each.digits.partition(decimal)
        if (
            decimal in rest
            or thousands in rest
            or (thousands in whole and not _is_grouped(whole.lstrip("+-"), thousands))
        ):
            return None
        plain.append(whole.replace(thousands, "") + (f".{rest}" if mark else ""))
    values: Any = pd.to_numeric(pd.Series(plain, dtype=object), errors="coerce")
    if values.dtype == object or values.isna().sum() > plain.count(None):  # whole numbers without end
        values = pd.Series([float("nan") if each is None else float(each) for each in plain])
    return values, next(iter(units))
