"""Reference text that is made from the code: the command line, study files, and the parameters of all plugins."""

import inspect
import re
from collections.abc import Mapping

import pandas as pd
import typer.cli
import typer.main

import equifinal as eq
from equifinal.shell import cli, describe
from equifinal.study import study_file


def command_line() -> str:
    """Every command with its arguments and options, by typer."""
    command = typer.main.get_command(cli.app)
    context = typer.Context(command, info_name="equifinal")
    text = typer.cli.get_docs_for_click(obj=command, ctx=context, name="equifinal")
    text = re.sub(
        r"\*\*Commands\*\*:\n\n(\* .*\n)+\n?", "", text
    )  # each follows with a heading, and its sentence whole
    return text.partition("\n")[2]


def study_tables() -> str:
    """The tables of a study.toml and their keys, from the models that check it."""
    tables = {
        "[study]": study_file._StudyTable,
        "[outcome]": study_file._VariableTable,
        "[[condition]]": study_file._VariableTable,
    }
    parts = []
    for heading, model in tables.items():
        frame = describe.parameters_of(model).rename_axis("key")
        if heading == "[outcome]":
            frame = frame.drop(index=["expect", "manipulable"])
            frame.loc["calibrate"] = [
                "required",
                "a table",
                "A table with method and the calibrator's parameters: methods are compared on memberships.",
            ]
        parts.append(f"## `{heading}`\n\n{_about(model)}\n\n{_table(frame)}")
    return "\n\n".join(parts)


def propositions() -> str:
    """Each kind of proposition with its arguments."""
    shared = describe.parameters_of(eq.Proposition).rename_axis("key")
    parts = [_table(shared)]
    for name, entry in eq.propositions().items():
        own = describe.parameters_of(entry.cls).drop(index=shared.index).rename_axis("key")
        parts.append(f'### `claim = "{name}"`\n\n{_about(entry.cls)}\n\n{_table(own)}')
    return "\n\n".join(parts)


def calibrators() -> str:
    return _classes(eq.calibrators())


def methods() -> str:
    return _classes(eq.methods())


def outputs() -> str:
    return _classes(eq.outputs())


def studies() -> str:
    """The README of each bundled study, its headings one level lower."""
    texts = [entry.cls.path.with_name("README.md").read_text(encoding="utf-8") for entry in eq.studies().values()]
    return re.sub(r"^#", "##", "\n\n".join(texts), flags=re.MULTILINE)


def _classes(listing: Mapping) -> str:
    """Each class of a kind: its docstring, its reference, its parameters."""
    parts = []
    for name, entry in listing.items():
        cls = entry.cls
        parts.append(
            f"### `{name}`\n\n::: {cls.__module__}.{cls.__qualname__}\n    options: {{members: false, heading_level: 4}}"
        )
        if reference := getattr(cls, "reference", ""):
            parts.append(f"*{reference}*")
        frame = describe.parameters_of(cls)
        parts.append(_table(frame) if len(frame) else "No parameters.")
    return "\n\n".join(parts)


def _about(cls: type) -> str:
    return describe._prose(inspect.getdoc(cls) or "")


def _table(frame: pd.DataFrame) -> str:
    """Two columns, for phones too: what it is called; what it means, what it may be, and what it is by default."""
    lines = [f"| {frame.index.name} | meaning |", "|---|---|"]
    for name, row in frame.iterrows():
        default = "required" if row["default"] == "required" else f"default `{row['default']}`"
        lines.append(f"| `{name}` | {_safe(row['meaning'])}<br>{_safe(row['allowed'])} · {default} |")
    return '<div class="parameters" markdown="1">\n\n' + "\n".join(lines) + "\n\n</div>"


def _safe(text: str) -> str:
    """Text for a cell of a table: what Markdown would read as a sign of its own is written out."""
    return re.sub(r"([|*_<>~$\[\]])", r"\\\1", text)
