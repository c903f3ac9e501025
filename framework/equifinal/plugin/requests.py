"""What a user asks for by name, with parameters behind a colon: ``html:figures=true``, ``fsqca:pri_cutoff=0.7``."""

import re
import tomllib
from collections.abc import Sequence
from typing import Any

from equifinal.base.toml import parsed
from equifinal.errors import InputError
from equifinal.plugin import registry


def name_and_parameters(wanted: str, what: str) -> tuple[str, dict[str, Any]]:
    """Take apart what was asked for; `what` is the word for it in a message.

    >>> name_and_parameters("figures:formats=['pdf'],dpi=300", "format")
    ('figures', {'formats': ['pdf'], 'dpi': 300})
    >>> name_and_parameters("csv:separator=;,decimal=,,bom=true", "format")
    ('csv', {'separator': ';', 'decimal': ',', 'bom': True})
    """
    name, _, written = wanted.partition(":")
    try:
        return name.strip(), _table(written)
    except ValueError as error:
        is_syntax = isinstance(error, tomllib.TOMLDecodeError)  # and not a number of too many digits
        if is_syntax and (plain := _without_quotes(written)) is not None:
            return name.strip(), plain
        raise InputError(
            f"The {what} {wanted!r} cannot be read: {error}. Write parameters behind the colon as in TOML, separated by commas, "
            "such as html:figures=true or \"figures:formats=['pdf'],dpi=300\"."
        ) from None


def _table(written: str) -> dict[str, Any]:
    """What stands between the braces of a table in TOML."""
    parameters: dict[str, Any] = parsed(f"parameters = {{{written}}}")["parameters"]
    # The last brace must be the one that is written here, and not lie in a comment behind an earlier one.
    parsed(f"parameters = [{{{written}}},{{}}]")
    return parameters


def _without_quotes(written: str) -> dict[str, Any] | None:
    """Parameters whose texts have no quotes, which shells take away; ``None`` where brackets or quotes say that it is TOML."""
    if re.search(r"[\[\]{}\"'\n#]", written):
        return None
    key = r"[\w-]+\s*="
    if not re.fullmatch(rf"\s*{key}.*", written):
        return None
    found: dict[str, Any] = {}
    for part in re.split(rf",\s*(?={key})", written):
        name, _, value = part.partition("=")
        if name.strip() in found or not value.strip():
            return None
        try:
            found[name.strip()] = _table(f"value={value}")["value"]
        except ValueError:
            found[name.strip()] = value.strip()
    return found


def choose_outputs(formats: Sequence[str] | None) -> dict[str, Any]:
    """The outputs by name, each once, with the parameters behind its name; ``None`` for those written by default.

    Raises
    ------
    InputError
        When a format is unknown, is asked for twice in different ways, lacks a package, or a parameter is wrong.
    """
    if isinstance(formats, str):
        formats = [formats]
    known = registry.outputs()
    asked: dict[str, dict[str, Any]] = {}
    found: dict[str, Any] = {}
    for wanted in formats if formats is not None else [name for name, each in known.items() if each.cls.by_default]:
        name, parameters = name_and_parameters(wanted, "format")
        cls = known[name].cls
        cls.require_packages()
        before = asked.get(cls.name, parameters)
        if (
            before
            and parameters
            and not {key for key in before if key in parameters and before[key] != parameters[key]}
        ):
            parameters = before | parameters
            found.pop(cls.name, None)
        asked[cls.name] = parameters
        output = cls.from_parameters(parameters, "Output ")
        if found.setdefault(cls.name, output) != output:
            raise InputError(f"The format {cls.name!r} is asked for twice, with different parameters. Ask for it once.")
    if not found:
        raise InputError("No format to write. Name at least one, such as html.")
    return found
