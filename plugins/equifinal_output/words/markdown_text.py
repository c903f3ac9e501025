"""Text that Markdown shows as it is."""

import re
from functools import lru_cache

#: Parts of set expressions become code, because Markdown would take their stars and tildes for emphasis.
_EXPRESSION = re.compile(r"((?:~?\b\w+(?:\*~?\w+)+|~\w+)+)")
_SPECIAL = re.compile(r"([\\`*_{}\[\]#|~$])")
#: A block begins with one of these only at the start of a text.
_BLOCK = re.compile(r"^(?:([-+=])(?=\s|[-=]*$)|(\d+)([.)])(?=\s))")


@lru_cache(maxsize=10_000, typed=True)  # the same names and figures stand in many tables
def as_text(text: str) -> str:
    r"""Text that Markdown shows as it is, on one line.

    >>> print(as_text("a | b <i> `c`  LEAD*~FIN"))
    a \| b &lt;i&gt; \`c\` `LEAD*~FIN`
    """
    line = " ".join(str(text).split())
    pieces = _EXPRESSION.split(line)
    # Every second piece is an expression, made of letters, digits, underscores, stars and tildes alone.
    escaped = "".join(f"`{piece}`" if number % 2 else _escaped(piece) for number, piece in enumerate(pieces))
    return _BLOCK.sub(lambda found: f"\\{found[1]}" if found[1] else f"{found[2]}\\{found[3]}", escaped)


def _escaped(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SPECIAL.sub(r"\\\1", text)
