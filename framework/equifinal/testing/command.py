"""Properties of a command: its name, its help, and what typer makes of it."""

import contextlib
import inspect
import tempfile
from typing import Any

from equifinal.errors import InputError
from equifinal.plugin.names import wrong_name
from equifinal.plugin.records import title_of
from equifinal.plugin.registry import name_of
from equifinal.testing.checks import Property, doing, fail, property_of, raised
from equifinal.testing.common import needs, untouched

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


def _run(command: Any, *words: str) -> Any:
    from typer.main import Typer
    from typer.testing import CliRunner

    app = Typer()

    @app.callback()
    def _several() -> None:
        """Keep the command's name, as beside others."""

    name = str(name_of(command, "commands"))
    app.add_typer(command) if isinstance(command, Typer) else app.command(name)(command)
    return CliRunner().invoke(app, [name, *words])


@property_of(COMMAND_PROPERTIES, "A command", "typer can make a command of it", last=True)
def helps(command: Any) -> None:
    """``--help`` says what it does, without an error and without changing global state."""
    _run(command, "--help")  # what modules do when they are imported is not the command's
    with untouched(type(command)):
        found = _run(command, "--help")
    if found.exit_code:
        fail(
            f"--help ends with exit code {found.exit_code} ({raised(found.exception) if found.exception else 'no reason'})"
        )
    if title_of(command).split()[0] not in found.output:
        fail("--help does not say what it does. Give the function a docstring, or the typer.Typer a help")


@property_of(COMMAND_PROPERTIES, "A command", "typer can make a command of it")
def bad_input_is_a_sentence(command: Any) -> None:
    """A study that does not exist is answered by an ``InputError``, not by a traceback."""
    needs(inspect.isfunction(command), "it is a group of commands")
    required = [each for each in inspect.signature(command).parameters.values() if each.default is each.empty]
    needs([each.name for each in required] == ["study"], "a study is not the one thing that it needs")
    with tempfile.TemporaryDirectory(prefix="equifinal-check-") as here, contextlib.chdir(here):
        found = _run(command, "no-such-study")
    if found.exit_code == 0:
        fail("asked for a study that does not exist, it ends as if there were one")
    if found.exception is not None and not isinstance(found.exception, (InputError, SystemExit)):
        fail(f"asked for a study that does not exist, it raised {raised(found.exception)}. Raise an eq.InputError")
