"""Which names plugins, and what they bring, may have: users type them."""

import re


def wrong_name(name: str) -> str:
    """Why users could not type a name of a plugin, or of what it brings; empty when they can.

    >>> wrong_name("my_method")
    "Users type it: a name has lower-case letters, digits and single hyphens, and begins with a letter. How about 'my-method'?"
    """
    if re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
        return "It is too long for tables. Take 40 characters at most." if len(name) > 40 else ""
    better = re.sub(r"[^a-z0-9]+", "-", re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()).strip("-0123456789")
    hint = f" How about {better!r}?" if better and not better.startswith("equifinal") else ""
    return f"Users type it: a name has lower-case letters, digits and single hyphens, and begins with a letter.{hint}"
