"""Arguments and options that several commands have."""

from pathlib import Path
from typing import Annotated

import typer

from equifinal.shell.completion import offering

StudyName = Annotated[
    str,
    typer.Argument(
        metavar="STUDY",
        help="The name of a study (see 'equifinal list studies'), or a path to study.toml.",
        autocompletion=offering("studies"),
    ),
]
PluginFiles = Annotated[
    list[Path] | None,
    typer.Option("--plugin", metavar="FILE", help="Load a plugin from a single .py file. Repeatable."),
]
Without = Annotated[
    list[str] | None,
    typer.Option(
        "--without",
        metavar="PLUGIN",
        help="Switch a plugin off (see 'equifinal list plugins'). Repeatable.",
        autocompletion=offering("plugins"),
    ),
]
