"""One spelling for texts that look alike: names of sets as Python's identifiers (NFKC), labels of cases and columns as NFC."""

import unicodedata
from typing import Any

_SPACES = str.maketrans(dict.fromkeys("\u00a0\u2007\u202f", " "))


def label(text: Any) -> Any:
    """A label in one spelling, composed and with plain spaces; anything but text stays.

    >>> label("Ko\\u0308ln") == "K\\xf6ln", label("St.\\xa0Paul"), label(1)
    (True, 'St. Paul', 1)
    """
    return unicodedata.normalize("NFC", text).translate(_SPACES) if isinstance(text, str) else text


def set_name(text: Any) -> Any:
    """The name of a set as expressions have it; anything but text stays.

    >>> set_name("\\uff26\\uff29\\uff2e"), set_name("km\\xb2")
    ('FIN', 'km2')
    """
    return unicodedata.normalize("NFKC", text) if isinstance(text, str) else text
