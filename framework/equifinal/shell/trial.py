"""``equifinal trial``: methods against known truth, in the terminal and as files."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from equifinal.shell.arguments import PluginFiles
from equifinal.shell.completion import offering

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console


def trial(
    scenario: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SCENARIO",
            help="Scenarios by name; default: all. 'list' shows them, and runs nothing.",
            autocompletion=offering("scenarios"),
        ),
    ] = None,
    method: Annotated[
        list[str] | None,
        typer.Option(
            "--method",
            "-m",
            metavar="METHOD",
            help="Repeatable; default: all.",
            autocompletion=offering("methods"),
        ),
    ] = None,
    size: Annotated[
        list[int] | None,
        typer.Option("--size", "-n", metavar="N", help="Number of cases. Repeatable; default: 12, 30, 86."),
    ] = None,
    repetitions: Annotated[int, typer.Option(metavar="N", help="Data sets of each scenario and size.")] = 300,
    store: Annotated[
        Path | None,
        typer.Option(
            "--store", metavar="FILE", help="Keep the answers here; a trial that was stopped goes on where it was."
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="DIR", help="Write a page with pictures, and the tables as CSV and JSON."
        ),
    ] = None,
    format: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            "-f",
            metavar="FORMAT",
            help="With -o; repeatable. Default: html, csv, json.",
            autocompletion=offering("outputs"),
        ),
    ] = None,
    overwrite: Annotated[
        bool,
        typer.Option(
            "--overwrite",
            help="Write into a folder that holds other files; files of the same names are replaced.",
        ),
    ] = False,
    proposition: Annotated[
        list[str] | None, typer.Option("--proposition", "-p", metavar="ID", help="Ask about these only. Repeatable.")
    ] = None,
    plugin: PluginFiles = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", metavar="N", help="Number of processes; -1 uses all.")] = -1,
    seed: Annotated[int, typer.Option(metavar="N", help="Seed of everything random.")] = 0,
    evidence: Annotated[bool, typer.Option(help="Ask which verdicts are firm, too.")] = True,
    part: Annotated[
        list[str] | None,
        typer.Option(metavar="PART", help="verdicts (the default), tests, skill. Repeatable; the last two take long."),
    ] = None,
    alone: Annotated[
        bool, typer.Option("--alone", help="Without the built-in methods beside those of plugins.")
    ] = False,
    open_: Annotated[bool, typer.Option("--open", help="Open the page in the browser when it is written.")] = False,
) -> None:
    """Ask methods about simulated data whose truth is known, and count how often each is wrong."""
    from rich.console import Console

    from equifinal.base.files import real_path
    from equifinal.base.folder import check_folder
    from equifinal.plugin.registry import load_plugin
    from equifinal.shell.opening import check_given, check_page, say_written
    from equifinal.sweep.result import outputs_for_trials
    from equifinal.sweep.trial import trial as ask

    for file in plugin or []:
        load_plugin(file)
    folder = None if output is None else real_path(output)  # now: a plugin may change the working directory
    console = Console()
    if scenario == ["list"]:
        return _show_scenarios(console)
    check_given(output, format, open_)
    if folder is not None:
        check_folder(folder, overwrite)
        chosen = outputs_for_trials(format or None)
        check_page(open_, chosen)
    found = ask(
        scenario or None,
        method if alone else _beside(method),
        sizes=size or (12, 30, 86),
        repetitions=repetitions,
        store=store,
        n_jobs=jobs,
        seed=seed,
        evidence=evidence,
        propositions=proposition or None,
        parts=part or ("verdicts",),
        progress=sys.stderr.isatty(),
    )
    from equifinal.errors import visible

    _show(found, console)
    for failure in found.failures.head(5).to_dict("records"):
        who = failure["method"] or "every method"
        print(
            visible(f"Failed: {who} in {failure['scenario']}, n = {failure['n']}: {failure['message']}"),
            file=sys.stderr,
        )
    if folder is not None:
        written = found.write(folder, format or None, overwrite)
        say_written(written, output, open_)
    return None


def _beside(method: list[str] | None) -> list[str] | None:
    """The methods that were named; where a plugin's is among them, the built-in ones as well."""
    import numpy as np

    from equifinal.method.choosing import choose_methods
    from equifinal.plugin import registry
    from equifinal.plugin.loading import PROJECT
    from equifinal.sweep.scenarios import known_scenarios

    known = registry.methods()
    built_in = [name for name, entry in known.items() if entry.plugin.distribution == PROJECT]
    names = [each.partition(":")[0].strip() for each in method or []]
    if not any(name in known and name not in built_in for name in names):
        return method or None
    usual = choose_methods(known_scenarios()["noise"]().simulate(30, np.random.default_rng(0)))
    return [*(method or []), *(label for label, each in usual.items() if each.name in built_in and label not in names)]


def _show_scenarios(console: "Console") -> None:
    import pandas as pd

    from equifinal.shell.tables import show_frame
    from equifinal.sweep.scenarios import known_scenarios

    rows = {
        name: {
            "title": each.title,
            "truth": each.formula or "a function of scores",
            "tuning": "yes" if each.tuning else "",
        }
        for name, each in known_scenarios().items()
    }
    show_frame(pd.DataFrame.from_dict(rows, orient="index").rename_axis("scenario"), console, title="Scenarios")


def _show(found: Any, console: "Console") -> None:
    from rich.markup import escape

    from equifinal.shell.tables import show_frame

    for label, table in _wrong(found.rates).items():
        show_frame(table, console, title=f"{label}: share of wrong verdicts")
    for sentence in found.summary():
        console.print(escape(sentence), highlight=False)


def _wrong(rates: "pd.DataFrame") -> "dict[str, pd.DataFrame]":
    """By method, a row per scenario and proposition and a column per number of cases; where a method is silent, no row."""
    spoken = rates[rates["silent"] < 1].reset_index()
    return {
        str(method): own.pivot_table("wrong", ["scenario", "proposition"], "n", sort=False).rename(
            columns="n = {}".format
        )
        for method, own in spoken.groupby("method", sort=False)
    }
