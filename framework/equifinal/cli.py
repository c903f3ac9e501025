"""The command line: ``equifinal compare``, ``list`` and ``describe``.

Exit codes: 0 compared (methods that failed are named on stderr); 1 every method failed; 2 wrong input or usage.
"""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

__all__ = ["app", "main"]

app = typer.Typer(
    name="equifinal",
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


class Kind(StrEnum):
    """What can be listed."""

    methods = "methods"
    calibrators = "calibrators"
    outputs = "outputs"
    studies = "studies"
    claims = "claims"
    plugins = "plugins"


def main() -> None:
    """Run the command line; wrong input ends with one sentence and exit code 2."""
    from equifinal.errors import InputError

    try:
        app()
    except InputError as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("Interrupted; nothing was written.", file=sys.stderr)
        sys.exit(130)


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
        typer.Option("--format", "-f", metavar="FORMAT", help="Repeatable; default: html, csv, json and markdown."),
    ] = None,
    plugin: PluginFiles = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", metavar="N", help="Number of processes; -1 uses all.")] = 1,
    seed: Annotated[int, typer.Option(metavar="N", help="Seed of everything random.")] = 0,
    negate: Annotated[bool, typer.Option("--negate", help="Explain the absence of the outcome.")] = False,
    overwrite: Annotated[
        bool,
        typer.Option(
            "--overwrite", help="Write into a folder that holds other files; those of the same names are replaced."
        ),
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print no tables, only what was written.")] = False,
) -> None:
    """Run methods on a study, compare what they say, and print or write it."""
    from equifinal.comparison import compare as compare_run
    from equifinal.errors import InputError
    from equifinal.folder import check_folder, choose_formats
    from equifinal.runs import run
    from equifinal.study import load_study

    _load(plugin)
    if output is None and format:
        raise InputError("-f needs a folder to write into. Add -o DIR.")
    if output is not None:
        choose_formats(format)
        check_folder(output, overwrite)
    loaded = load_study(study)
    if negate:
        loaded = loaded.negated()
    progress = sys.stderr.isatty()
    finished = run(loaded, methods=method or None, n_jobs=jobs, seed=seed, progress=progress)
    for failure in finished.failures.values():
        print(f"Failed: {failure}", file=sys.stderr)
    if not finished.analyses:
        print(f"Error: study {loaded.name!r}: every method failed, so there is nothing to compare.", file=sys.stderr)
        raise typer.Exit(1)
    comparison = compare_run(finished)
    written = comparison.write(output, format, overwrite) if output is not None else []
    if not quiet:
        from equifinal.terminal import show

        show(comparison, _console())
    if output is not None:
        print(f"Wrote {len(written)} files into {output}; open {_first(written)}.")


def _first(written: list[Path]) -> Path:
    return next((path for path in written if path.suffix == ".html"), written[0])


@app.command("list")
def list_(kind: Annotated[Kind, typer.Argument(help="What to list.")], plugin: PluginFiles = None) -> None:
    """List what is there, with its origin."""
    from equifinal import registry
    from equifinal.terminal import show_frame

    _load(plugin)
    show_frame(getattr(registry, kind.value)().to_frame(), _console(), title=kind.value.capitalize())


@app.command()
def describe(
    name: Annotated[str, typer.Argument(help="A study (name or path), method, calibrator, output or kind of claim.")],
    plugin: PluginFiles = None,
) -> None:
    """Explain a study, or a method with its parameters, defaults and reference."""
    from equifinal import registry
    from equifinal.errors import InputError, did_you_mean
    from equifinal.study import load_study

    _load(plugin)
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


def _describe_study(study: Any, console: "Console") -> None:
    import pandas as pd
    from rich.markup import escape

    from equifinal.terminal import show_frame

    console.rule(f"[bold]{escape(study.title)}")
    console.print(f"{len(study.data)} cases, provenance: {study.provenance}", highlight=False)
    for label in ("description", "note", "source", "licence", "citation"):
        if text := getattr(study, label):
            console.print(f"[bold]{label}[/]: {escape(text)}", highlight=False)
    for kind, chosen in (("Outcome", [study.outcome]), ("Conditions", study.conditions)):
        names = [variable.name for variable in chosen]
        show_frame(study.describe().loc[names].drop(columns="role"), console, title=kind)
    if study.propositions:
        rows = [
            {"id": claim.id, "claim": claim.kind, "text": claim.text, "where": claim.where or ""}
            for claim in study.propositions
        ]
        show_frame(pd.DataFrame(rows).set_index("id"), console, title="Propositions")
    for label, table in study.methods.items():
        settings = ", ".join(f"{key} = {value!r}" for key, value in table.items())
        console.print(f"[bold]\\[methods.{escape(label)}][/] {escape(settings)}", highlight=False)


def _describe_class(name: str, kind: str, cls: Any, plugin: Any, console: "Console") -> None:
    import inspect

    from rich.markup import escape

    from equifinal.terminal import show_frame

    console.rule(f"[bold]{escape(name)}[/] ({kind})")
    console.print(escape(inspect.cleandoc(cls.__doc__ or "")), highlight=False)
    if reference := getattr(cls, "reference", ""):
        console.print(f"[bold]Reference[/]: {escape(reference)}", highlight=False)
    console.print(f"[bold]Plugin[/]: {escape(str(plugin))}", highlight=False)
    parameters = _parameters(cls)
    if len(parameters):
        show_frame(parameters, console, title="Parameters")


def _parameters(cls: Any) -> "pd.DataFrame":
    import pandas as pd

    rows = {}
    for name, field in cls.model_fields.items():
        limits = ", ".join(str(limit) for limit in field.metadata)
        kind = getattr(field.annotation, "__name__", None) or str(field.annotation)
        if "[" in str(field.annotation):
            kind = str(field.annotation).replace("typing.", "").replace("Literal", "one of ")
        rows[name] = {
            "default": "required" if field.is_required() else repr(field.get_default(call_default_factory=True)),
            "type": f"{kind} ({limits})" if limits else kind,
            "meaning": field.description or "",
        }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["default", "type", "meaning"]).rename_axis("parameter")


def _load(files: list[Path] | None) -> None:
    from equifinal.registry import load_plugin

    for file in files or []:
        load_plugin(file)


def _console() -> "Console":
    from rich.console import Console

    return Console()


if __name__ == "__main__":
    main()
