"""TOML that somebody else wrote: whatever is wrong with it is one kind of error."""

import tomllib
from typing import Any

#: Tables and arrays within each other; a study needs four.
_DEEPEST = 50


def parsed(text: str) -> dict[str, Any]:
    """A TOML document.

    Raises
    ------
    ValueError
        When it is not TOML, nests too deep, or has a number that is too long; the message says what.
    """
    try:
        content = tomllib.loads(text)
    except RecursionError:
        content = None
    except tomllib.TOMLDecodeError:
        raise
    except ValueError as error:  # from int(), for a number of thousands of digits
        raise ValueError("it has a number with too many digits") from error
    if content is None or _is_deep(content):
        raise ValueError(f"its tables and arrays are nested more than {_DEEPEST} deep")
    return content


def _is_deep(content: Any) -> bool:
    level = [content]
    for _ in range(_DEEPEST):
        inner = (each.values() if isinstance(each, dict) else each for each in level if isinstance(each, (dict, list)))
        level = [part for parts in inner for part in parts]
        if not level:
            return False
    return True
