"""``equifinal study``: start a study from a table, or copy one."""

from pathlib import Path
from typing import Annotated

import typer

from equifinal.base.files import real_path, typed
from equifinal.shell.arguments import PluginFiles, StudyName
from equifinal.shell.say import say

study_commands = typer.Typer(help="Start a study from a table, or from one that is there.", no_args_is_help=True)


@study_commands.command("new")
def new_study(
    table: Annotated[
        Path, typer.Argument(metavar="TABLE", help="A CSV file, a workbook, or a table of Stata, SPSS or Arrow.")
    ],
    outcome: Annotated[str, typer.Option("--outcome", metavar="COLUMN", help="The column with the outcome.")],
    condition: Annotated[
        list[str] | None,
        typer.Option("--condition", "-c", metavar="COLUMN", help="Repeatable; default: every other column of numbers."),
    ] = None,
    case: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN", help="The column with the case names; default: the first column of unique texts."
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Default: study.toml beside the table.")
    ] = None,
    decimal: Annotated[
        str | None, typer.Option(metavar="MARK", help="The decimal mark, where the table does not tell.")
    ] = None,
    thousands: Annotated[str | None, typer.Option(metavar="MARK", help="The mark between thousands, likewise.")] = None,
    encoding: Annotated[str | None, typer.Option(metavar="NAME", help="The code page, such as cp1252.")] = None,
    sheet: Annotated[
        str | None, typer.Option(metavar="NAME", help="The sheet of a workbook; default: the first with a table.")
    ] = None,
    header: Annotated[int | None, typer.Option(metavar="ROW", help="The row with the column names.")] = None,
    missing: Annotated[
        list[str] | None, typer.Option(metavar="TEXT", help="Repeatable: a further spelling of no value, such as -9.")
    ] = None,
) -> None:
    """Start a study: a study.toml with everything but the anchors, your expectations and your propositions."""
    from equifinal.study.study_draft import draft_study

    real_path(table)
    keys = {"decimal": decimal, "thousands": thousands, "encoding": encoding, "sheet": sheet, "header": header}
    reading = {key: value for key, value in {**keys, "missing": missing}.items() if value not in (None, [])}
    written = draft_study(table, outcome, condition or (), case, output, reading)
    for line in written.read_text(encoding="utf-8").splitlines():
        if line.startswith(("# The table: ", "# Columns not used ")):
            say(line.removeprefix("# "))
    say(f"Wrote {written}. The anchors of each set are yours to fill in; the file says where and how. Next:")
    say(f"  equifinal describe {typed(written)}")
    say(f"  equifinal compare {typed(written)} -o report")


@study_commands.command("copy")
def copy(
    study: StudyName,
    target: Annotated[
        Path | None,
        typer.Argument(metavar="DIR", help="The folder to copy it into; default: one of the study's name, here."),
    ] = None,
    overwrite: Annotated[
        bool,
        typer.Option("--overwrite", help="Copy into a folder that is there; files of the same names are replaced."),
    ] = False,
    plugin: PluginFiles = None,
) -> None:
    """Copy a study's folder, its study.toml and its table, to read it or to make it yours."""
    from equifinal.plugin.registry import load_plugin
    from equifinal.study.study_copy import copy_study

    for file in plugin or []:
        load_plugin(file)
    written = copy_study(study, target, overwrite)
    file = next(path for path in written if path.suffix == ".toml")
    say(f"Copied {len(written)} files into {file.parent}. Next:")
    say(f"  equifinal describe {typed(file)}")
    say(f"  equifinal compare {typed(file)} -o report")
