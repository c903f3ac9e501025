"""Names of sets and files, and the origin of a file."""

import re

import equifinal as eq

#: What a spreadsheet would take for the start of a formula (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
#: What XML cannot hold.
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
    stem = re.sub(r"[^\w.-]+", "_", name).strip("._")[:100] or "table"
    number, file = 1, f"{stem}.{ending}"
    while file.lower() in taken:
        number += 1
        file = f"{stem}-{number}.{ending}"
    return file


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
