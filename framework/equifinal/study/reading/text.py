"""Text files: their encoding, and what separates their values."""

import codecs
import csv
import re
from collections import Counter
from pathlib import Path

from equifinal.errors import InputError
from equifinal.study.reading.options import Options

Rows = list[list[str]]

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SEPARATORS = {
    **{",": "commas", ";": "semicolons", "\t": "tabs", "|": "upright strokes"},
    **{"，": "full-width commas", "；": "full-width semicolons", " ": "spaces"},
}
_OTHER_TEXTS = {
    r"<(!doctype|html|table|meta|style|div)": "a web page",
    r"<\?xml": "an XML file",
    r"(\[\s*)?\{": "a JSON file",
}
_REMEDY = "Save it as a comma-separated table in UTF-8 (in a spreadsheet program: 'CSV UTF-8'), or as an Excel workbook (.xlsx)."


def text_of(path: Path, options: Options, where: str) -> tuple[str, list[str]]:
    """The text of a file, and notes on its encoding."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{where}cannot be read: {error.strerror}. Check its permissions.") from None
    marked = next((name for mark, name in _MARKS if content.startswith(mark)), None) or _wide(content)
    if options.encoding is None and marked is None and _western(content) is not None:
        return _in_a_code_page(content, where)
    encoding = marked or options.encoding or "utf-8"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        if b"\0" in content:
            raise InputError(f"{where}is not a text file. {_REMEDY}") from None
        known = "" if options.encoding else " Or name its code page, for instance encoding = 'cp1252'."
        raise InputError(f"{where}is not in {encoding.upper()}: see line {line}. {_REMEDY}{known}") from None
    if "\0" in text:
        raise InputError(f"{where}is not a text file. {_REMEDY}")
    if found := next(
        (what for start, what in _OTHER_TEXTS.items() if re.match(start, text.lstrip(), re.IGNORECASE)), None
    ):
        raise InputError(f"{where}is {found}, not a table of values. Open it in the program that reads it. {_REMEDY}")
    plain = encoding in ("utf-8", "utf-8-sig")
    return text, [] if plain else [f"Read as {encoding.upper()}."]


def _wide(content: bytes) -> str | None:
    """UTF-16 without its mark, by the empty half of most letters."""
    half = len(content) // 2
    if b"\0" in content[:1000] and half and len(content) % 2 == 0:
        for start, name in ((1, "utf-16-le"), (0, "utf-16-be")):
            if content[start::2].count(0) * 2 > half and b"\0" not in content[1 - start :: 2]:
                return name
    return None


def _western(content: bytes) -> str | None:
    """The text in the code page of Western Windows, where it is not UTF-8 and its words are mostly of Latin letters."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return None
    if b"\0" in content:
        return None
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        return None
    words = [word for word in re.findall(r"[^\W\d_]+", text) if not word.isascii()]
    mostly = all(sum(map(str.isascii, word)) * 2 >= len(word) for word in words)
    return text if words and mostly else None


def _in_a_code_page(content: bytes, where: str) -> tuple[str, list[str]]:
    """Windows text that reads alike in the Western and the Central European code page."""
    western = content.decode("cp1252")
    central = content.decode("cp1250", errors="replace")
    for number, (one, other) in enumerate(zip(western.splitlines(), central.splitlines(), strict=False), start=1):
        if one != other:
            word, same = next(
                (a, b) for a, b in zip(re.split(r"[,;\t]", one), re.split(r"[,;\t]", other), strict=False) if a != b
            )
            raise InputError(
                f"{where}is not in UTF-8: see line {number}, which reads {word!r} in Western Europe and {same!r} in Central "
                "Europe. Say which it is, encoding = 'cp1252' or 'cp1250', or save it as 'CSV UTF-8'."
            )
    return western, ["Read in the code page Windows-1252, since it is not in UTF-8."]


def rows_of(text: str, where: str) -> tuple[Rows, str, list[str]]:
    """The cells of a text, its separator, and notes; blank rows stay."""
    lines = text.splitlines(keepends=True)
    declared = re.fullmatch(r"\s*sep=(.)\s*", lines[0], flags=re.IGNORECASE) if lines else None
    if declared:
        lines[0] = "\n"
    separator = declared[1] if declared else _separator(lines)
    try:
        read = map(str.rstrip, lines) if separator == " " else lines
        rows = list(csv.reader(read, delimiter=separator, skipinitialspace=True, strict=True))
        if separator == " " and len(rows) > 1 and len(rows[1]) == len(rows[0]) + 1:
            rows[0] = ["", *rows[0]]  # R leaves the names of the rows without a name
    except csv.Error as error:
        raise InputError(
            f"{where}cannot be read: {error}. Put quotes around values that contain "
            f"{'a tab' if separator == chr(9) else repr(separator)}, and close every quote."
        ) from None
    notes = [] if separator == "," else [f"Values are separated by {_SEPARATORS.get(separator, repr(separator))}."]
    return [[cell.strip() for cell in row] for row in rows], separator, notes


def _separator(lines: list[str]) -> str:
    """The mark that cuts most lines into equally many values."""
    sample = [line for line in lines[:200] if line.strip() and not line.startswith("#")]

    def evenness(mark: str) -> tuple[int, int]:
        try:
            widths = [len(row) for row in csv.reader(sample, delimiter=mark)]
        except csv.Error:
            return 0, 0
        width, times = max(
            Counter(each for each in widths if each > 1).items(), key=lambda e: (e[1], e[0]), default=(0, 0)
        )
        return times, width

    found = max((mark for mark in _SEPARATORS if mark != " "), key=evenness)
    return found if evenness(found)[0] or not _is_even(sample) else " "


def _is_even(lines: list[str]) -> bool:
    """Whether spaces cut all lines into equally many values, as programs of statistics write them."""
    try:
        head, *below = (len(row) for row in csv.reader(map(str.rstrip, lines), delimiter=" ", skipinitialspace=True))
    except (csv.Error, ValueError):
        return False
    return len(below) > 1 and set(below) == {below[0]} and below[0] > 1 and head in (below[0], below[0] - 1)
