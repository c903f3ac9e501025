"""Properties of a command: its name, its help, and what typer makes of it."""

from typing import Any

from equifinal.plugin.names import wrong_name
from equifinal.plugin.records import title_of
from equifinal.plugin.registry import name_of
from equifinal.testing.checks import Property, doing, fail, property_of

COMMAND_PROPERTIES: list[Property] = []


@property_of(COMMAND_PROPERTIES, "A command")
def has_a_name_and_a_sentence(command: Any) -> None:
    """It has a name that users can type, and a sentence for ``equifinal --help``."""
    name = str(name_of(command, "commands"))
    if problem := wrong_name(name):
        fail(f"its name is {name!r}. {problem}")
    if not title_of(command):
        fail("equifinal --help has nothing to say about it. Give the function a docstring, or the typer.Typer a help")


@property_of(COMMAND_PROPERTIES, "A command")
def typer_can_make_a_command_of_it(command: Any) -> None:
    """typer makes arguments and options of all its parameters."""
    from typer.main import Typer, get_command

    app = Typer()
    with doing("making a command of it"):
        app.add_typer(command) if isinstance(command, Typer) else app.command()(command)
        get_command(app)
