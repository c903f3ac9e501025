"""Commands of plugins: the hook ``equifinal_commands``, asked only when they are listed or used."""

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from typer import Exit
from typer.core import TyperGroup
from typer.main import Typer, get_command

from equifinal.shell.interrupts import heard

if TYPE_CHECKING:
    from equifinal.plugin.registry import Registry

_HELP = {"help_option_names": ["-h", "--help"]}


class CommandsOfPlugins(TyperGroup):
    """The framework's own commands, then those of plugins, which cannot take the framework's names."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [*super().list_commands(ctx), *sorted(self._of_plugins(ctx).listing("commands"))]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if (own := super().get_command(ctx, cmd_name)) is not None:
            return in_plain_words(own)
        entry = self._of_plugins(ctx).listing("commands").get(cmd_name)
        return None if entry is None else in_plain_words(_command(cmd_name, entry.cls))

    def get_params(self, ctx: Any) -> Any:
        return _plain(super().get_params(ctx))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        from equifinal.errors import InputError, did_you_mean

        name = args[0] if args else ""
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            found = self._of_plugins(ctx)
            if name in (contested := found.listing("commands").contested):
                raise InputError(contested[name])
            if sick := [f"{each}: {each.health}" for each in found.plugins().values() if each.health != "ok"]:
                raise InputError(
                    f"No such command {name!r}. {did_you_mean(name, self.list_commands(ctx))} "
                    f"Plugins whose commands could not be used: {'; '.join(sick)}."
                )
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        self._reserve(ctx)
        with _interrupts_said():
            return super().invoke(ctx)

    def make_context(self, *arguments: Any, **named: Any) -> Any:
        with _interrupts_said():
            return super().make_context(*arguments, **named)

    def _reserve(self, ctx: Any) -> None:
        from equifinal.plugin.registry import RESERVED

        RESERVED["commands"] = set(super().list_commands(ctx))

    def _of_plugins(self, ctx: Any) -> "Registry":
        """The plugins that bring commands; unless files are loaded, others are not imported, which keeps ``--help`` quick."""
        from equifinal.plugin.registry import Registry, start

        if "plugins" not in ctx.meta:
            self._reserve(ctx)
            files, without = ctx.params.get("plugin") or (), ctx.params.get("without") or ()
            found = start(without) if files else Registry(without=without, mentioning="equifinal_commands")
            for file in files:
                found.load_file(file)
            ctx.meta["plugins"] = found
        registry: Registry = ctx.meta["plugins"]
        return registry


@contextmanager
def _interrupts_said() -> Iterator[None]:
    """Say that the user interrupted, and where if it is known; typer would exit without a word."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        heard()
        where = "".join(f" {note}" for note in getattr(interrupt, "__notes__", ()))
        print(f"Interrupted{where}.", file=sys.stderr)
        warnings.simplefilter("ignore")  # joblib's, about what was computed and is not used
        raise Exit(130) from None


def in_plain_words(command: Any) -> Any:
    """The command, whose help shows neither a type behind flags, where nothing can be typed, nor Python's types."""
    if "get_params" not in vars(command):
        given = command.get_params
        command.get_params = lambda ctx: _plain(given(ctx))  # with the flag for help, which is made there
    for each in getattr(command, "commands", {}).values():
        in_plain_words(each)
    return command


def _plain(parameters: list[Any]) -> list[Any]:
    for each in parameters:
        if getattr(each, "is_flag", False):
            each.metavar = ""
        elif each.param_type_name == "argument":
            each.display_type_rich = lambda ctx: None
    return parameters


def _command(name: str, brought: Any) -> Any:
    """The command that typer makes of a function or a group."""
    if isinstance(brought, Typer):
        return get_command(brought)
    one = Typer(add_completion=False, context_settings=_HELP)
    one.command(name)(brought)
    return get_command(one)
