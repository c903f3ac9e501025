"""Names of sets and files, and the origin of a file."""

import re
import unicodedata

import equifinal as eq

#: What a spreadsheet would take for the start of a formula (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
#: What XML cannot hold.
#: Names that Windows keeps for devices, whatever their ending.
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", flags=re.IGNORECASE)
#: The longest name in bytes; systems allow 255, and endings and numbers come to it.
_LONGEST = 180
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def labelled(variable: eq.Variable) -> str:
    """``Leadership support (LEAD)``; label and name once where they are the same."""
    return variable.name if variable.label == variable.name else f"{variable.label} ({variable.name})"


def named(variable: eq.Variable) -> str:
    """``LEAD · Leadership support``; label and name once where they are the same."""
    return variable.name if variable.label == variable.name else f"{variable.name} · {variable.label}"


def capitalized(text: str) -> str:
    """The text with a capital first letter; the others stay as they are."""
    return f"{text[:1].upper()}{text[1:]}"


def file_name(name: str, taken: set[str], ending: str = "csv") -> str:
    """A file name that every system can store; equal ones are numbered."""
    stem = file_stem(name) or "table"
    number, file = 1, f"{stem}.{ending}"
    while file.lower() in taken:
        number += 1
        file = f"{stem}-{number}.{ending}"
    return file


def file_stem(name: str, instead: str = "_") -> str:
    """The letters and digits of a name, of every script, with `instead` for what lies between them.

    >>> file_stem("Größe: 1/2"), file_stem("教育 – 2024"), file_stem("शिक्षा*~दान"), file_stem("aux.v2"), file_stem("..//")
    ('Größe_1_2', '教育_2024', 'शिक्षा_दान', '_aux.v2', '')
    """
    text = "".join(each for each in unicodedata.normalize("NFC", name) if unicodedata.category(each) != "Cf")
    kept = "".join(each if each in "._-" or unicodedata.category(each)[0] in "LMN" else "\0" for each in text)
    stem = re.sub("\0+", instead, kept).strip("._-")
    while len(stem.encode()) > _LONGEST:
        stem = stem[:-1]
    return f"_{stem}" if _DEVICES.fullmatch(stem) else stem


def storable(text: str) -> str:
    """The text without what XML, and so Word and Excel, cannot hold."""
    return _FORBIDDEN.sub("", text)


def stamp(comparison: eq.Comparison) -> str:
    """The origin of a file made from a comparison."""
    manifest = comparison.manifest
    return (
        f"equifinal {manifest['version']}, study {manifest['study']} ({manifest['provenance']}), "
        f"data SHA-256 {manifest['data_sha256']}, seed {manifest['seed']}"
    )
