"""One spelling for texts that look alike: names of sets as Python's identifiers (NFKC), labels of cases and columns as NFC."""

import re
import unicodedata
from typing import Any

#: Characters that are not seen: soft hyphen, zero-width space, word joiner, byte-order mark, marks of direction.
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u2060\ufeff]")


def label(text: Any) -> Any:
    """A label in one spelling, composed, with single plain spaces and nothing invisible; anything but text stays.

    >>> label("Ko\\u0308ln") == "K\\xf6ln", label("St.\\xa0 Paul "), label(1)
    (True, 'St. Paul', 1)
    """
    if not isinstance(text, str):
        return text
    return " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFC", text)).split())


def set_name(text: Any) -> Any:
    """The name of a set as expressions have it; anything but text stays.

    >>> set_name("\\uff26\\uff29\\uff2e"), set_name("km\\xb2")
    ('FIN', 'km2')
    """
    return unicodedata.normalize("NFKC", text) if isinstance(text, str) else text
