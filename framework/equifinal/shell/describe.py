"""``equifinal describe`` and ``equifinal list plugins``: a study, a method with its parameters, or the plugins, as tables."""

import inspect
import re
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.markup import escape

from equifinal.plugin.records import Plugin
from equifinal.shell.tables import Column, print_columns, show_frame
from equifinal.study.propositions import Proposition
from equifinal.study.study import Study
from equifinal.study.unfinished import Unfinished

#: The greatest width of the origin of a plugin before it is broken.
_ORIGIN = 13


def describe_study(study: Study, console: Console) -> None:
    """Print a study: its origin, sets, propositions and parameters for methods."""
    console.rule(f"[bold]{escape(study.title)}")
    console.print(f"{len(study.data)} cases, provenance: {study.provenance}", highlight=False)
    for label in ("description", "note", "source", "licence", "citation"):
        if text := getattr(study, label):
            console.print(f"[bold]{label}[/]: {escape(' '.join(text.split()))}", highlight=False)
    show_frame(_sets(study, narrow=console.width < 120), console, title="Sets")
    if study.propositions:
        propositions = pd.DataFrame(
            {
                "claim": [f"{proposition.claim}: {_arguments(proposition)}" for proposition in study.propositions],
                "text": [proposition.text for proposition in study.propositions],
                "where": [proposition.where or "" for proposition in study.propositions],
            },
            index=pd.Index([proposition.id for proposition in study.propositions], name="id"),
        )
        show_frame(
            propositions if propositions["where"].any() else propositions.drop(columns="where"),
            console,
            title="Propositions",
        )
    for label, table in study.methods.items():
        settings = ", ".join(f"{key} = {_toml(value)}" for key, value in table.items())
        console.print(f"[bold]\\[methods.{escape(label)}][/] {escape(settings)}", highlight=False)


def describe_unfinished(study: Unfinished, console: Console) -> None:
    """Print a study that is being written: its sets, and what is still open."""
    console.rule(f"[bold]{escape(study.title)}")
    console.print(f"{study.cases} cases. The study is not finished.", highlight=False)
    if len(study.sets):
        show_frame(study.sets, console, title="Sets")
    console.print("[bold]Still open[/]")
    for each in study.open:
        console.print(f"- {escape(each)}", highlight=False)


def show_file(name: str, path: Path, console: Console) -> None:
    """Print the file of a study up to its first proposition, for those who want to see how one looks."""
    lines = path.read_text(encoding="utf-8-sig").rstrip().splitlines()
    end = next((number for number, line in enumerate(lines) if line.startswith("[[proposition]]")), len(lines))
    end = next((number for number in range(end, len(lines)) if not lines[number].strip()), len(lines))
    console.rule("[bold]study.toml")
    console.print(escape("\n".join(lines[:end])), highlight=False)
    if rest := len(lines) - end:
        console.print(f"... and {rest} more lines.", highlight=False)
    console.print(f"\nTo have the file and its table: equifinal study copy {escape(name)}", highlight=False)


def _sets(study: Study, narrow: bool) -> pd.DataFrame:
    """The outcome and the conditions; in a narrow terminal, one anchor per line."""
    table: pd.DataFrame = study.describe()
    table["scores"] = [f"{low:g} to {high:g}" for low, high in zip(table["minimum"], table["maximum"], strict=True)]
    if narrow:
        table["calibration"] = (
            table["calibration"].str.replace(": ", "\n").str.replace(", ", "\n").str.replace(" =", "")
        )
    table["expect"] = table["expect"].where(table["manipulable"], table["expect"] + " (not manipulable)").str.strip()
    return table[["role", "label", "column", "scores", "calibration", "expect"]]


def _arguments(proposition: Proposition) -> str:
    given = {
        name: getattr(proposition, name)
        for name in type(proposition).model_fields
        if name not in Proposition.model_fields
    }
    return ", ".join(f"{name} = {_toml(value)}" for name, value in given.items() if value is not None)


def describe_class(name: str, kind: str, cls: Any, plugin: Plugin, console: Console) -> None:
    """Print a method, calibrator, output or kind of proposition: what it does, where it comes from, and its parameters."""
    console.rule(f"[bold]{escape(name)}[/] ({kind})")
    console.print(escape(_prose(cls.__doc__ or "")), highlight=False)
    if reference := getattr(cls, "reference", ""):
        console.print(f"[bold]Reference[/]: {escape(reference)}", highlight=False)
    console.print(f"[bold]Plugin[/]: {escape(str(plugin))}", highlight=False)
    parameters = parameters_of(cls)
    if len(parameters):
        show_frame(parameters, console, title="Parameters")


def _prose(docstring: str) -> str:
    """The paragraphs before the first section of a docstring, without its markup, each on one line."""
    text = re.split(r"\n\S[^\n]*\n-{3,}\n", inspect.cleandoc(docstring))[0]
    text = re.sub(r":\w+:`~?([^`]*)`", r"\1", text).replace("``", "").replace("::\n", ":\n")
    paragraphs = text.strip().split("\n\n")
    return "\n\n".join(
        each if re.search(r"^ |^==", each, re.MULTILINE) else " ".join(each.split()) for each in paragraphs
    )


def parameters_of(cls: Any) -> pd.DataFrame:
    """One row per parameter of a pydantic class: ``default``, ``allowed`` and ``meaning``, as text."""
    schema = cls.model_json_schema()
    rows = {}
    for name, field in cls.model_fields.items():
        default = field.get_default(call_default_factory=True)
        rows[name] = {
            "default": "required" if field.is_required() else _toml(default),
            "allowed": _allowed(schema["properties"][name], schema.get("$defs", {})),
            "meaning": field.description or "",
        }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["default", "allowed", "meaning"]).rename_axis(
        "parameter"
    )


def _toml(value: Any) -> str:
    """A value, written as in study.toml."""
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {_toml(each)}" for key, each in value.items()) + "}"
    if value is None or isinstance(value, bool):
        return {None: "none", True: "true", False: "false"}[value]
    return f'"{value}"' if isinstance(value, str) else str(value)


def _allowed(schema: dict[str, Any], definitions: dict[str, Any]) -> str:
    """What a JSON schema allows, in words."""
    if "$ref" in schema:
        return _allowed(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if "anyOf" in schema:
        return " or ".join(_allowed(each, definitions) for each in schema["anyOf"])
    if "enum" in schema or "const" in schema:
        return ", ".join(_toml(each) for each in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "array":
        each = schema.get("prefixItems") or [schema.get("items", {})]
        kinds = ", ".join(_allowed(item, definitions) for item in each)
        return f"[{kinds}]" if "prefixItems" in schema else f"[{kinds}, ...]"
    if schema.get("type") == "object":
        each = schema.get("additionalProperties")
        return f"{{name = {_allowed(each, definitions)}, ...}}" if isinstance(each, dict) and each else "a table"
    words = {"number": "number", "integer": "whole number", "string": "text", "boolean": "true, false", "null": "none"}
    limits = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
    bounds = ", ".join(f"{sign} {schema[key]:g}" for key, sign in limits.items() if key in schema)
    return f"{words.get(schema.get('type', ''), 'anything')} {bounds}".strip()


def show_plugins(plugins: Mapping[str, Plugin], console: Console) -> None:
    """Print the plugins in a table that fits 80 columns, and below it one line for each problem."""
    rows = []
    for name, plugin in plugins.items():
        kinds: dict[str, list[str]] = {}
        for each in plugin.brings:
            kind, _, what = each.rpartition(" ")
            kinds.setdefault(kind, []).append(what)
        brings = "\n".join(f"{kind}: {', '.join(names)}" for kind, names in kinds.items())
        health = "off" if plugin.switched_off else "faulty" if plugin.problems else "ok"
        origin = plugin.distribution
        if plugin.version:
            origin = textwrap.fill(origin, _ORIGIN)  # at hyphens
        elif len(origin) > _ORIGIN:
            origin = f"…{origin[1 - _ORIGIN :]}"  # the end of a path says most
        style = "bold red" if plugin.problems else "dim" if plugin.switched_off else "none"
        cells = map(escape, (name, plugin.version or "–", origin, brings or "–", health))
        rows.append([f"[{style}]{cell}[/]" for cell in cells])
        rows[-1][0] = f"[bold]{rows[-1][0]}[/]"
    headings = ("name", "version", "origin", "brings", "health")
    columns = [Column(heading, [row[number] for row in rows]) for number, heading in enumerate(headings)]
    print_columns("Plugins", columns, console)
    for plugin in plugins.values():
        for problem in plugin.problems:
            console.print(f"{escape(str(plugin))}: {escape(problem)}.", highlight=False, soft_wrap=True)
