"""Commands that plugins bring: found by their entry points, imported when somebody calls them."""

import ast
import importlib.metadata
import importlib.util
import sys
from pathlib import Path
from typing import Any

from typer import Exit
from typer.core import TyperCommand, TyperGroup
from typer.main import Typer, get_command

__all__ = ["ENTRY_POINT_GROUP", "CommandsOfPlugins"]

ENTRY_POINT_GROUP = "equifinal.commands"


class _NotYetImported(TyperCommand):
    """What ``equifinal --help`` lists: the name, and the first line of the function's docstring."""


class CommandsOfPlugins(TyperGroup):
    """The framework's own commands, then those of plugins. A name of the framework's cannot be taken."""

    def list_commands(self, ctx: Any) -> list[str]:
        own = super().list_commands(ctx)
        return [*own, *sorted({point.name for point in _points()} - set(own))]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        own = super().get_command(ctx, cmd_name)
        found = [point for point in _points() if point.name == cmd_name]
        return _NotYetImported(cmd_name, help=_first_line(found[0])) if own is None and found else own

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as interrupt:  # here, because typer would end without a word
            where = "".join(f" {note}" for note in getattr(interrupt, "__notes__", ()))
            print(f"Interrupted{where}.", file=sys.stderr)
            raise Exit(130) from None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, command, rest = super().resolve_command(ctx, args)
        return name, _imported(str(name)) if isinstance(command, _NotYetImported) else command, rest


def _points() -> importlib.metadata.EntryPoints:
    return importlib.metadata.entry_points(group=ENTRY_POINT_GROUP)


def _imported(name: str) -> Any:
    from equifinal.errors import FAULTS, InputError

    places = sorted({point.value for point in _points() if point.name == name})
    if len(places) > 1:
        raise InputError(
            f"Two packages bring a command {name!r}: {places[0]} and {places[1]}. Uninstall one of them, or call it in Python."
        )
    try:
        function = next(iter(_points().select(name=name))).load()
    except FAULTS as error:
        raise InputError(
            f"The command {name!r} ({places[0]}) cannot be used: {type(error).__name__}: {error}. Install its package again, "
            "or ask its author."
        ) from error
    one = Typer(add_completion=False, context_settings={"help_option_names": ["-h", "--help"]})
    one.command(name)(function)
    return get_command(one)


def _first_line(point: importlib.metadata.EntryPoint) -> str:
    """The first line of the function's docstring, read from the source so that nothing is imported."""
    package, *inner = point.module.split(".")
    try:
        spec = importlib.util.find_spec(package)
        assert spec is not None
        assert spec.origin is not None
        file = Path(spec.origin).parent.joinpath(*inner).with_suffix(".py") if inner else Path(spec.origin)
        functions = [
            node for node in ast.parse(file.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)
        ]
        docstring = next(ast.get_docstring(node) for node in functions if node.name == point.attr)
        assert docstring
        return docstring.splitlines()[0]
    except Exception:
        return f"A command of {point.module}."
