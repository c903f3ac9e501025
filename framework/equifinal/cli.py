"""The command line: ``equifinal compare``, ``list``, ``describe``, ``plugin``, and the commands of plugins.

Exit codes: 0 compared (methods that failed are named on stderr); 1 every method failed; 2 wrong input or usage.
"""

import io
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from equifinal.commands import CommandsOfPlugins

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

__all__ = ["app", "main"]

app = typer.Typer(
    name="equifinal",
    cls=CommandsOfPlugins,
    help="Run several research methods on the same cases, and compare what they say.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

PluginFiles = Annotated[
    list[Path] | None,
    typer.Option("--plugin", metavar="FILE", help="Load a plugin from a single .py file. Repeatable."),
]
Without = Annotated[
    list[str] | None,
    typer.Option("--without", metavar="PLUGIN", help="Switch a plugin off (see 'equifinal list plugins'). Repeatable."),
]


#: What can be listed.
KINDS = ("methods", "calibrators", "outputs", "studies", "claims", "plugins")

plugin_commands = typer.Typer(help="Write a plugin to start from, or check one.", no_args_is_help=True)
app.add_typer(plugin_commands, name="plugin")
study_commands = typer.Typer(help="Begin a study from a table.", no_args_is_help=True)
app.add_typer(study_commands, name="study")


def main() -> None:
    """Run the command line; wrong input ends with one sentence and exit code 2."""
    from equifinal.errors import InputError, ProcessEndedError

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a console that lacks a sign shows another, and does not fail
    warnings.showwarning = _show_warning
    try:
        app(prog_name="equifinal")
    except (InputError, ProcessEndedError) as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(2 if isinstance(error, InputError) else 1)


def _show_warning(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
    print(f"Warning: {message}", file=sys.stderr)


def _version(wanted: bool) -> None:
    if wanted:
        from equifinal import __version__

        print(f"equifinal {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


@app.command()
def compare(
    study: Annotated[
        str, typer.Argument(help="The name of a study (see 'equifinal list studies'), or a path to study.toml.")
    ],
    method: Annotated[
        list[str] | None,
        typer.Option(
            "--method", "-m", metavar="METHOD", help="A method or a label of the study. Repeatable; default: all."
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="DIR", help="Write a report into this folder.")
    ] = None,
    format: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            "-f",
            metavar="FORMAT",
            help="Repeatable; default: html, csv, json and markdown. Parameters behind a colon: html:figures=true.",
        ),
    ] = None,
    plugin: PluginFiles = None,
    without: Without = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", metavar="N", help="Number of processes; -1 uses all.")] = 1,
    seed: Annotated[int, typer.Option(metavar="N", help="Seed of everything random.")] = 0,
    time_limit: Annotated[
        float | None,
        typer.Option("--time-limit", metavar="SECONDS", help="Stop a method when one of its steps takes longer."),
    ] = None,
    permutations: Annotated[
        int, typer.Option(metavar="N", help="Permute the outcome N times to see what chance brings about; 0: not.")
    ] = 0,
    negate: Annotated[bool, typer.Option("--negate", help="Explain the absence of the outcome.")] = False,
    asymmetry: Annotated[
        bool, typer.Option("--asymmetry", help="Run on the absence of the outcome too, and set both side by side.")
    ] = False,
    overwrite: Annotated[
        bool,
        typer.Option(
            "--overwrite", help="Write into a folder that holds other files; those of the same names are replaced."
        ),
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print no tables, only what was written.")] = False,
) -> None:
    """Run methods on a study, compare what they say, and print or write it."""
    from equifinal import registry
    from equifinal.comparison import compare as compare_run
    from equifinal.errors import InputError
    from equifinal.folder import check_folder, choose_formats, write_folder
    from equifinal.runs import check_whole, run
    from equifinal.study_file import load_study

    _load(plugin, without)
    _warn_of_problems()
    if output is None and format:
        raise InputError("-f needs a folder to write into. Add -o DIR.")
    check_whole("permutations", permutations, minimum=0)
    if output is not None:
        choose_formats(format)
        check_folder(output, overwrite)
    loaded = load_study(study)
    if negate:
        loaded = loaded.negated()
    progress = sys.stderr.isatty()
    finished = run(loaded, methods=method or None, n_jobs=jobs, seed=seed, progress=progress, time_limit=time_limit)
    for failure in finished.failures.values():
        print(f"Failed: {failure}", file=sys.stderr)
    if not finished.analyses:
        print(f"Error: study {loaded.name!r}: every method failed, so there is nothing to compare.", file=sys.stderr)
        raise typer.Exit(1)
    comparison = compare_run(finished, permutations)
    if asymmetry:
        _ = comparison.asymmetry  # run once, now; what is shown and written includes it
    failed: dict[str, BaseException] = {}
    written = write_folder(comparison, output, format, overwrite, failed) if output is not None else []
    if not quiet:
        from equifinal.terminal import show

        show(comparison, _console())
    for name, error in failed.items():
        plugin_of = registry.outputs()[name].plugin
        print(
            f"Failed: output {name}: {type(error).__name__}: {_one_line(error)} (plugin {plugin_of})", file=sys.stderr
        )
    if failed and not written:
        print("Error: every output failed, so nothing was written.", file=sys.stderr)
        raise typer.Exit(1)
    if output is not None:
        print(f"Wrote {len(written)} files into {output}; open {_first(written)}.")


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())


def _first(written: list[Path]) -> Path:
    return next((path for path in written if path.suffix == ".html"), written[0])


@app.command("list")
def list_(
    kind: Annotated[str, typer.Argument(help=f"What to list: {', '.join(KINDS[:-1])} or {KINDS[-1]}.")],
    plugin: PluginFiles = None,
    without: Without = None,
) -> None:
    """List what is there, with its origin; of plugins also what is wrong with them."""
    from equifinal import registry
    from equifinal.errors import InputError, did_you_mean
    from equifinal.terminal import show_frame, show_plugins

    if kind not in KINDS:
        raise InputError(f"There is no list of {kind!r}. {did_you_mean(kind, KINDS)}")
    _load(plugin, without)
    if kind == "plugins":
        return show_plugins(registry.plugins(), _console())
    _warn_of_problems()
    return show_frame(getattr(registry, kind)().to_frame(), _console(), title=kind.capitalize())


@app.command()
def describe(
    name: Annotated[str, typer.Argument(help="A study (name or path), method, calibrator, output or kind of claim.")],
    plugin: PluginFiles = None,
    without: Without = None,
) -> None:
    """Explain a study, or a method with its parameters, defaults and reference."""
    from equifinal import registry
    from equifinal.errors import InputError, did_you_mean
    from equifinal.study_file import load_study

    _load(plugin, without)
    console = _console()
    for listing in (registry.methods(), registry.calibrators(), registry.outputs(), registry.claims()):
        if name in listing:
            return _describe_class(listing[name].name, listing.kind, listing[name].cls, listing[name].plugin, console)
    if name not in registry.studies() and not Path(name).exists():
        known = [
            *registry.studies(),
            *registry.methods(),
            *registry.calibrators(),
            *registry.outputs(),
            *registry.claims(),
        ]
        raise InputError(f"There is nothing called {name!r}. {did_you_mean(name, known)}")
    return _describe_study(load_study(name), console)


@plugin_commands.command("new")
def new(
    name: Annotated[str, typer.Argument(help="What users will call it: lower-case letters, digits and hyphens.")],
    kind: Annotated[
        str, typer.Option("--kind", "-k", metavar="KIND", help="What it brings: method, calibrator, output or study.")
    ] = "method",
    single_file: Annotated[
        bool, typer.Option("--single-file", help="One .py file for --plugin, instead of a package.")
    ] = False,
) -> None:
    """Write a plugin to start from: it installs, registers, and passes its own tests and the checks as it is."""
    from equifinal.scaffold import new_plugin, next_steps

    written = new_plugin(name, kind, single_file)
    print(f"Wrote {written.name}. It works as it stands; its TODOs lead you through what to change. Next:")
    for step in next_steps(written, name, kind):
        print(f"  {step}")


@plugin_commands.command("check")
def check(
    target: Annotated[
        str,
        typer.Argument(help="A plugin (its name, or a .py file), or one method, calibrator, output, study or claim."),
    ],
    plugin: PluginFiles = None,
    without: Without = None,
) -> None:
    """Check what a plugin brings, property by property; exit code 1 when a check fails."""
    from rich.console import Console

    from equifinal.testing.plugin import checks_of_target, show_results

    _load(plugin, without)
    if not show_results(checks_of_target(target), Console(file=sys.stdout)):
        raise typer.Exit(1)


@study_commands.command("new")
def new_study(
    table: Annotated[Path, typer.Argument(help="A CSV file or an Excel workbook with one row per case.")],
    outcome: Annotated[str, typer.Option("--outcome", metavar="COLUMN", help="The column with the outcome.")],
    condition: Annotated[
        list[str] | None,
        typer.Option("--condition", "-c", metavar="COLUMN", help="Repeatable; default: every other column of numbers."),
    ] = None,
    case: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="The names of the cases; default: the first column of different texts."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Default: study.toml beside the table.")
    ] = None,
) -> None:
    """Begin a study: a study.toml that has all but the anchors, your expectations and your propositions."""
    from equifinal.study_draft import draft_study

    written = draft_study(table, outcome, condition or (), case, output)
    print(f"Wrote {written}. The anchors of each set are yours to fill in; the file says where and how. Next:")
    print(f"  equifinal describe {written}")
    print(f"  equifinal compare {written} -o report")


def _describe_study(study: Any, console: "Console") -> None:
    import pandas as pd
    from rich.markup import escape

    from equifinal.terminal import show_frame

    console.rule(f"[bold]{escape(study.title)}")
    console.print(f"{len(study.data)} cases, provenance: {study.provenance}", highlight=False)
    for label in ("description", "note", "source", "licence", "citation"):
        if text := getattr(study, label):
            console.print(f"[bold]{label}[/]: {escape(' '.join(text.split()))}", highlight=False)
    show_frame(_sets(study, narrow=console.width < 120), console, title="Sets")
    if study.propositions:
        claims = pd.DataFrame(
            {
                "claim": [f"{claim.kind}: {_arguments(claim)}" for claim in study.propositions],
                "text": [claim.text for claim in study.propositions],
                "where": [claim.where or "" for claim in study.propositions],
            },
            index=pd.Index([claim.id for claim in study.propositions], name="id"),
        )
        show_frame(claims if claims["where"].any() else claims.drop(columns="where"), console, title="Propositions")
    for label, table in study.methods.items():
        settings = ", ".join(f"{key} = {value!r}" for key, value in table.items())
        console.print(f"[bold]\\[methods.{escape(label)}][/] {escape(settings)}", highlight=False)


def _sets(study: Any, narrow: bool) -> "pd.DataFrame":
    """The outcome and the conditions; where there is little room, an anchor per line."""
    table: pd.DataFrame = study.describe()
    table["scores"] = [f"{low:g} to {high:g}" for low, high in zip(table["minimum"], table["maximum"], strict=True)]
    if narrow:
        table["calibration"] = (
            table["calibration"].str.replace(": ", "\n").str.replace(", ", "\n").str.replace(" =", "")
        )
    table["expect"] = table["expect"].where(table["manipulable"], table["expect"] + " (not manipulable)").str.strip()
    return table[["role", "label", "column", "scores", "calibration", "expect"]]


def _arguments(claim: Any) -> str:
    from equifinal.propositions import Claim

    given = {name: getattr(claim, name) for name in type(claim).model_fields if name not in Claim.model_fields}
    return ", ".join(f"{name} = {_toml(value)}" for name, value in given.items())


def _describe_class(name: str, kind: str, cls: Any, plugin: Any, console: "Console") -> None:
    from rich.markup import escape

    from equifinal.terminal import show_frame

    console.rule(f"[bold]{escape(name)}[/] ({kind})")
    console.print(escape(_prose(cls.__doc__ or "")), highlight=False)
    if reference := getattr(cls, "reference", ""):
        console.print(f"[bold]Reference[/]: {escape(reference)}", highlight=False)
    console.print(f"[bold]Plugin[/]: {escape(str(plugin))}", highlight=False)
    parameters = _parameters(cls)
    if len(parameters):
        show_frame(parameters, console, title="Parameters")


def _prose(docstring: str) -> str:
    """The paragraphs before the first section of a docstring, without its markup, each on one line."""
    import inspect
    import re

    text = re.split(r"\n\S[^\n]*\n-{3,}\n", inspect.cleandoc(docstring))[0]
    text = re.sub(r":\w+:`~?([^`]*)`", r"\1", text).replace("``", "").replace("::\n", ":\n")
    paragraphs = text.strip().split("\n\n")
    return "\n\n".join(
        each if re.search(r"^ |^==", each, re.MULTILINE) else " ".join(each.split()) for each in paragraphs
    )


def _parameters(cls: Any) -> "pd.DataFrame":
    import pandas as pd

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
    """A value as one would write it in study.toml."""
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_toml, value))}]"
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


def _load(files: list[Path] | None, without: list[str] | None = None) -> None:
    from equifinal.registry import load_plugin, start

    if without:
        start(without)
    for file in files or []:
        load_plugin(file)


def _warn_of_problems() -> None:
    from equifinal.registry import plugins

    for plugin in plugins().values():
        for problem in plugin.problems:
            print(f"Warning: plugin {plugin}: {problem}.", file=sys.stderr)


def _console() -> "Console":
    from rich.console import Console

    return Console()


if __name__ == "__main__":
    main()
