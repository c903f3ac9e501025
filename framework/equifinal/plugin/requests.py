"""What a user asks for by name, with parameters behind a colon: ``html:figures=true``, ``fsqca:pri_cutoff=0.7``."""

from collections.abc import Sequence
from typing import Any

from equifinal.base.toml import parsed
from equifinal.errors import InputError
from equifinal.plugin import registry


def name_and_parameters(wanted: str, what: str) -> tuple[str, dict[str, Any]]:
    """Take apart what was asked for; `what` is the word for it in a message.

    >>> name_and_parameters("figures:formats=['pdf'],dpi=300", "format")
    ('figures', {'formats': ['pdf'], 'dpi': 300})
    """
    name, _, written = wanted.partition(":")
    try:
        document = parsed(f"parameters = {{{written}}}")
        # The last brace must be the one that is written here, and not lie in a comment behind an earlier one.
        parsed(f"parameters = [{{{written}}},{{}}]")
        parameters: dict[str, Any] = document["parameters"]
    except ValueError as error:
        raise InputError(
            f"The {what} {wanted!r} cannot be read: {error}. Write parameters behind the colon as in TOML, separated by commas, "
            "such as html:figures=true or \"figures:formats=['pdf'],dpi=300\"."
        ) from None
    return name.strip(), parameters


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
    found: dict[str, Any] = {}
    for wanted in formats if formats is not None else [name for name, each in known.items() if each.cls.by_default]:
        name, parameters = name_and_parameters(wanted, "format")
        cls = known[name].cls
        cls.require_packages()
        output = cls.from_parameters(parameters, "Output ")
        if found.setdefault(cls.name, output) != output:
            raise InputError(f"The format {cls.name!r} is asked for twice, with different parameters. Ask for it once.")
    if not found:
        raise InputError("No format to write. Name at least one, such as html.")
    return found
