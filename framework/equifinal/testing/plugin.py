"""``equifinal plugin check``: everything that a plugin brings, or one thing by its name, as a table."""

import contextlib
import io
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from equifinal import registry
from equifinal.errors import InputError, did_you_mean
from equifinal.hookspecs import API_VERSION
from equifinal.registry import Entry, Plugin
from equifinal.testing.checks import Check, Property, Result, checks_for, fail, property_of
from equifinal.testing.common import needs
from equifinal.testing.targets import checks_of

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["PLUGIN_PROPERTIES", "checks_of_target", "show_results"]

PLUGIN_PROPERTIES: list[Property] = []


@property_of(PLUGIN_PROPERTIES, "Package it")
def can_be_used(plugin: Plugin) -> None:
    """It can be imported and registered, and all that it offers is what it should be."""
    if plugin.problems:
        fail("; ".join(plugin.problems))


@property_of(PLUGIN_PROPERTIES, "Package it", "can be used")
def brings_something(plugin: Plugin) -> None:
    """It offers or observes something."""
    if not plugin.brings:
        fail("no function marked with @equifinal.hookimpl returned anything")


@property_of(PLUGIN_PROPERTIES, "Versions", "can be used")
def states_its_version_of_the_interface(plugin: Plugin) -> None:
    """It says for which version of the plugin interface it was written."""
    needs(
        bool(plugin.version) or plugin.api is not None,
        "a single file stays with the equifinal that it was written with",
    )
    if plugin.api is None:
        fail(
            f"its module does not say for which version of the plugin interface it was written: equifinal_api = {API_VERSION}"
        )


def checks_of_target(target: str) -> list[Check]:
    """The checks of a plugin (by name, or a ``.py`` file) and all that it brings, or of one thing by its name.

    Raises
    ------
    InputError
        When there is nothing of that name, or it cannot be built.
    """
    if target.endswith(".py") or Path(target).is_file():
        plugin = _file(target)
    elif target in registry.plugins():
        plugin = registry.plugins()[target]
        if plugin.switched_off:
            raise InputError(f"The plugin {target!r} is switched off. Leave it out of --without and EQUIFINAL_DISABLE.")
    else:
        return checks_of(_entry(target).cls)
    checks = checks_for(f"plugin {plugin.name}", PLUGIN_PROPERTIES, plugin)
    for entry in _entries():
        if entry.plugin.name == plugin.name:
            checks += checks_of(entry.cls)
    return checks


def _file(target: str) -> Plugin:
    file = Path(target)
    if not file.is_file():
        raise InputError(f"There is no file {target!r}.")
    try:
        return registry.load_plugin(file)
    except InputError as error:
        problem = str(error).partition(f"Plugin file {target!r}: ")[2] or str(error)
        return Plugin(file.stem, str(file), "", problems=(problem.rstrip("."),))


def _entries() -> list[Entry]:
    listings = (registry.methods, registry.calibrators, registry.outputs, registry.claims, registry.studies)
    return [entry for listing in listings for entry in listing().values()]


def _entry(name: str) -> Entry:
    found = [entry for entry in _entries() if entry.name == name]
    if not found:
        known = [*registry.plugins(), *(entry.name for entry in _entries())]
        raise InputError(
            f"There is nothing called {name!r} to check: no file, plugin, method, calibrator, output, study or kind of claim. "
            f"{did_you_mean(name, dict.fromkeys(known))}"
        )
    return found[0]


def show_results(checks: list[Check], console: "Console") -> bool:
    """Run the checks and print a table for each thing, with what is wrong below; whether none failed.

    The console must have a file of its own, ``Console(file=sys.stdout)``, for what the plugin prints is swallowed.
    """
    from rich.markup import escape

    from equifinal.terminal import table_of

    everything: list[Result] = []
    for subject in dict.fromkeys(check.subject for check in checks):
        # That it prints is one of the checks; here it would tear the tables apart.
        hush = contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO())
        with console.status(f"Checking {escape(subject)} ..."), hush[0], hush[1]:
            results = [check.result() for check in checks if check.subject == subject]
        everything += results
        table = table_of(console, f"{subject[0].upper()}{subject[1:]}")
        table.add_column("check", overflow="fold")
        table.add_column("result", overflow="fold")
        for result in results:
            shown = {
                "passed": "[cyan]✔ passed[/]",
                "failed": "[bold red]✘ FAILED[/]",
                "does not apply": "[dim]– does not apply",
            }
            why = f": {escape(result.message)}[/]" if result.outcome == "does not apply" else ""
            table.add_row(escape(result.check.name), shown[result.outcome] + why)
        console.print(table)
        for result in results:
            if result.outcome == "failed":
                console.print(f"[bold red]✘[/] {escape(result.message)}.\n", highlight=False, soft_wrap=True)
    counts = Counter(result.outcome for result in everything)
    said = f"{len(everything)} checks: {counts['passed']} passed, {counts['failed']} failed"
    console.print(f"{said}, {counts['does not apply']} that do not apply.", highlight=False)
    return not counts["failed"]
