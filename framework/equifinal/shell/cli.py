"""The command line: ``equifinal compare``, ``list``, ``describe``, ``plugin``, and the commands of plugins.

Exit codes: 0 compared (methods that failed are named on stderr); 1 every method failed; 2 wrong input or usage.
"""

import contextlib
import errno
import gc
import importlib.metadata
import io
import os
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from equifinal.errors import listing
from equifinal.shell.arguments import PluginFiles, StudyName, Without
from equifinal.shell.commands import CommandsOfPlugins
from equifinal.shell.completion import beginning, offering
from equifinal.shell.interrupts import heard, take_one_interrupt
from equifinal.shell.opening import check_given, check_page, say_written
from equifinal.shell.say import say as _say
from equifinal.shell.study_commands import study_commands
from equifinal.shell.trial import trial

if TYPE_CHECKING:
    from rich.console import Console

app = typer.Typer(
    name="equifinal",
    cls=CommandsOfPlugins,
    help="Run several research methods on the same cases, and compare what they say.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

#: Plugins switched off, and files of plugins given, before the command's name.
_off: list[str] = []
_files: list[Path] = []

#: What can be listed.
KINDS = {
    "studies": "bundled studies to try, and those of plugins",
    "methods": "what analyses the cases: -m of compare",
    "calibrators": "ways from raw scores to memberships: method in calibrate = {...}",
    "propositions": "kinds of claims about the cases: claim in [[proposition]]",
    "outputs": "formats of a report: -f of compare",
    "measures": "figures by which predictions are judged",
    "facets": "tables, figures and sentences of a comparison",
    "scenarios": "simulated data whose truth is known, for trial",
    "commands": "further commands, brought by plugins",
    "plugins": "what is installed, what it brings, and what is wrong with it",
}


def _kinds(incomplete: str) -> list[tuple[str, str]]:
    return beginning(incomplete, KINDS.items())


def _kinds_of_plugins(incomplete: str) -> list[tuple[str, str]]:
    return beginning(incomplete, [(kind, "") for kind in ("method", "calibrator", "output", "study")])


plugin_commands = typer.Typer(help="Write a plugin to start from, or check one.", no_args_is_help=True)
app.add_typer(plugin_commands, name="plugin")
app.add_typer(study_commands, name="study")


def main() -> None:
    """Run the command line; wrong input ends it with one sentence and exit code 2."""
    from equifinal.errors import InputError, ProcessEndedError, visible

    # A command makes many tables and ends soon: to look for cycles among them as often as usual takes a twentieth of its time.
    gc.set_threshold(1_000_000, 20, 20)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started the command
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115  (it stays open to the end)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a console that lacks a character shows another instead of failing
    warnings.showwarning = _show_warning
    try:
        take_one_interrupt()  # from here on it is caught
        app(prog_name="equifinal")
    except (InputError, ProcessEndedError) as error:
        _tell(f"Error: {visible(str(error))}")
        sys.exit(2 if isinstance(error, InputError) else 1)
    except KeyboardInterrupt:  # before or after typer's own work
        _tell("Interrupted.")
        sys.exit(130)
    except SystemExit as leaving:
        if leaving.code == 130 and heard():  # typer ends without a word where it is not yet, or no longer, at work
            _tell("Interrupted.")
        raise
    except OSError as error:
        if error.filename is not None or error.errno not in _OF_STREAMS:
            raise
        os.dup2(
            os.open(os.devnull, os.O_WRONLY), 1
        )  # else Python fails once more when it empties the stream at the end
        _tell(f"Error: what should be printed cannot be: {error.strerror}.")
        sys.exit(1)
    finally:
        heard()


#: What goes wrong with a stream that is full, or that nobody reads any more.
_OF_STREAMS = (errno.ENOSPC, errno.EPIPE, errno.EIO)


def _tell(words: str) -> None:
    """Say something on stderr, if anybody can hear it."""
    with contextlib.suppress(OSError, ValueError):
        print(words, file=sys.stderr, flush=True)


def _show_warning(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
    from equifinal.errors import visible

    _tell(f"Warning: {visible(str(message))}")


def _version(wanted: bool) -> None:
    if wanted:
        _say(f"equifinal {importlib.metadata.version('equifinal')}")
        raise typer.Exit


@app.callback()
def _options(
    ctx: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
    plugin: Annotated[
        list[Path] | None,
        typer.Option("--plugin", metavar="FILE", is_eager=True, help="Load a plugin with its commands. Repeatable."),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(
            "--without", metavar="PLUGIN", is_eager=True, help="Switch a plugin with its commands off. Repeatable."
        ),
    ] = None,
) -> None:
    _off.clear()
    _files[:] = plugin or []
    if not (plugin and "plugins" in ctx.meta):  # they were loaded to find the command
        _load(None, without)
    _off[:] = without or []


@app.command()
def compare(
    study: StudyName,
    method: Annotated[
        list[str] | None,
        typer.Option(
            "--method",
            "-m",
            metavar="METHOD",
            help="A method or a label of the study. Repeatable; default: all. Parameters after a colon: fsqca:pri_cutoff=0.7.",
            autocompletion=offering("methods"),
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
            help="Repeatable; default: html, csv, json and markdown. Parameters after a colon: html:figures=true.",
            autocompletion=offering("outputs"),
        ),
    ] = None,
    plugin: PluginFiles = None,
    without: Without = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", metavar="N", help="Number of processes; -1 uses all.")] = 1,
    seed: Annotated[int, typer.Option(metavar="N", help="Seed of everything random.")] = 0,
    time_limit: Annotated[
        float | None,
        typer.Option("--time-limit", metavar="SECONDS", help="Stop a method if one of its steps takes longer."),
    ] = None,
    permutations: Annotated[
        int, typer.Option(metavar="N", help="Permute the outcome N times to see what chance produces; 0: never.")
    ] = 0,
    quick: Annotated[
        bool,
        typer.Option("--quick", help="Gather no evidence of which verdicts are firm; everything else is the same."),
    ] = False,
    worlds: Annotated[
        int, typer.Option(metavar="N", help="Worlds without the relation in which each verdict is asked again.")
    ] = 199,
    resamples: Annotated[
        int, typer.Option(metavar="N", help="Resampled case sets in which each verdict is asked again.")
    ] = 199,
    negate: Annotated[bool, typer.Option("--negate", help="Explain the absence of the outcome.")] = False,
    asymmetry: Annotated[
        bool, typer.Option("--asymmetry", help="Analyse the absence of the outcome too, and show both side by side.")
    ] = False,
    overwrite: Annotated[
        bool,
        typer.Option(
            "--overwrite", help="Write into a folder that holds other files; files of the same names are replaced."
        ),
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print no tables, only what was written.")] = False,
    open_: Annotated[
        bool, typer.Option("--open", help="Open the html report in the browser when it is written.")
    ] = False,
) -> None:
    """Run methods on a study, compare what they say, and print or write it."""
    from equifinal.base.files import real_path
    from equifinal.base.folder import check_folder
    from equifinal.comparison.compare import compare as compare_run
    from equifinal.errors import check_whole
    from equifinal.method.run import run
    from equifinal.plugin import registry
    from equifinal.plugin.requests import choose_outputs
    from equifinal.study.study_file import load_study

    _load(plugin, without)
    _warn_of_problems()
    check_given(output, format, open_)
    check_whole("permutations", permutations, minimum=0)
    check_whole("worlds", worlds, minimum=1)
    check_whole("resamples", resamples, minimum=1)
    folder = None if output is None else real_path(output)  # now: a plugin may change the working directory
    if folder is not None:
        check_page(open_, choose_outputs(format))
        check_folder(folder, overwrite)
    loaded = load_study(study).negated() if negate else load_study(study)
    finished = run(loaded, method or None, jobs, seed, progress=sys.stderr.isatty(), time_limit=time_limit)
    for failure in finished.failures.values():
        _say(f"Failed: {failure}", file=sys.stderr)
    if not finished.analyses:
        _say(f"Error: study {loaded.name!r}: every method failed, so there is nothing to compare.", file=sys.stderr)
        raise typer.Exit(1)
    asked: dict[str, bool] = {"evidence": False} if quick else {}
    comparison = compare_run(finished, permutations, worlds=worlds, resamples=resamples, **asked)
    if asymmetry:
        _ = comparison.asymmetry  # run now, once; what is shown and written then includes it
    failed: dict[str, BaseException] = {}
    written = comparison.write(folder, format, overwrite, failed) if folder is not None else []
    if not quiet:
        from equifinal.shell.terminal import show

        show(comparison, _console())
    for name, error in failed.items():
        said = f"{type(error).__name__}: {' '.join(str(error).split())} (plugin {registry.outputs()[name].plugin})"
        _say(f"Failed: output {name}: {said}", file=sys.stderr)
    if failed and not written:
        every = len(failed) == len(choose_outputs(format))
        why = "every output failed" if every else f"the report in {str(output)!r} would be replaced by a part of one"
        _say(f"Error: {why}, so nothing was written.", file=sys.stderr)
        raise typer.Exit(1)
    if output is not None:
        say_written(written, output, open_)


@app.command("list")
def list_(
    kind: Annotated[
        str | None,
        typer.Argument(
            metavar="KIND",
            help=f"What to list: {listing(KINDS, most=20)}. Left out: what each of these holds.",
            autocompletion=_kinds,
        ),
    ] = None,
    plugin: PluginFiles = None,
    without: Without = None,
) -> None:
    """List what is available and where it comes from; for plugins, also what is wrong with them."""
    from equifinal.errors import InputError, did_you_mean
    from equifinal.plugin import registry
    from equifinal.shell.describe import show_plugins
    from equifinal.shell.tables import show_frame

    if kind is None:
        return _show_kinds()
    if kind not in KINDS:
        raise InputError(f"There is no list of {kind!r}. {did_you_mean(kind, KINDS)}")
    _load(plugin, without)
    if kind == "plugins":
        return show_plugins(registry.plugins(), _console())
    _warn_of_problems()
    return show_frame(getattr(registry, kind)().to_frame(), _console(), title=kind.capitalize())


def _show_kinds() -> None:
    from rich.markup import escape

    from equifinal.shell.tables import Column, print_columns

    kinds, meanings = [f"[bold]{kind}[/]" for kind in KINDS], [escape(meaning) for meaning in KINDS.values()]
    print_columns("Kinds", [Column("kind", kinds), Column("what it holds", meanings)], _console())
    _say("Next: equifinal list KIND, and equifinal describe NAME to have one explained.")


@app.command()
def describe(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="A study (name or path), method, calibrator, output or kind of proposition.",
            autocompletion=offering("studies", "methods", "calibrators", "outputs", "propositions"),
        ),
    ],
    plugin: PluginFiles = None,
    without: Without = None,
) -> None:
    """Explain a study, or a method with its parameters, defaults and reference."""
    from equifinal.errors import InputError, did_you_mean
    from equifinal.method.choosing import choose_methods
    from equifinal.plugin import registry
    from equifinal.shell.describe import describe_class, describe_study, describe_unfinished, show_file
    from equifinal.study.study_file import load_study, study_path
    from equifinal.study.unfinished import unfinished

    _load(plugin, without)
    console = _console()
    listings = registry.methods(), registry.calibrators(), registry.outputs(), registry.propositions()
    for each in listings:
        if name in each:
            return describe_class(each[name].name, each.kind, each[name].cls, each[name].plugin, console)
    if name not in registry.studies() and not (name and os.path.exists(name)):
        if Path(name).suffix[1:].isalpha() or Path(name).name != name:
            raise InputError(f"There is no file {name!r}. Correct the path.")
        known = [*registry.studies(), *(known for each in listings for known in each)]
        raise InputError(f"There is nothing called {name!r}. {did_you_mean(name, known)}")
    path = study_path(name)
    try:
        study = load_study(name)
    except InputError:
        if (begun := unfinished(path)) is None:
            raise
        return describe_unfinished(begun, console)
    choose_methods(study)  # what compare refuses is refused here
    study.calibrate()
    describe_study(study, console)
    return show_file(name, path, console) if name in registry.studies() else None


app.command()(trial)


@plugin_commands.command("new")
def new(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="What users will call it: lower-case letters, digits and hyphens."),
    ],
    kind: Annotated[
        str,
        typer.Option(
            "--kind",
            "-k",
            metavar="KIND",
            help="What it brings: method, calibrator, output or study.",
            autocompletion=_kinds_of_plugins,
        ),
    ] = "method",
    single_file: Annotated[
        bool, typer.Option("--single-file", help="One .py file for --plugin, instead of a package.")
    ] = False,
) -> None:
    """Write a plugin to start from: it installs, registers, and passes its own tests and the checks as it is."""
    from equifinal.shell.scaffold import new_plugin, next_steps

    written = new_plugin(name, kind, single_file)
    _say(f"Wrote {written.name}. It works as it stands; its TODOs lead you through what to change. Next:")
    for step in next_steps(written, name, kind):
        _say(f"  {step}")


@plugin_commands.command("check")
def check(
    target: Annotated[
        str,
        typer.Argument(
            metavar="TARGET",
            help="A plugin (its name, or a .py file), or one method, calibrator, output, study, kind of proposition or "
            "command.",
            autocompletion=offering(
                "plugins", "methods", "calibrators", "outputs", "studies", "propositions", "commands"
            ),
        ),
    ],
    only: Annotated[
        list[str] | None, typer.Option(metavar="CHECK", help="Repeatable: a check by its name, such as order-of-cases.")
    ] = None,
    expect_failure: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CHECK", help="Repeatable: a check that is known to fail; when it passes, that is an error."
        ),
    ] = None,
    plugin: PluginFiles = None,
    without: Without = None,
) -> None:
    """Check what a plugin brings, property by property; exit code 1 when a check fails."""
    from rich.console import Console

    from equifinal.shell.check_results import show_results
    from equifinal.testing.plugin import checks_named, checks_of_target

    _load(plugin, without)
    checks = checks_of_target(target)
    chosen = checks_named(checks, only) if only else checks
    known = {check.name for check in checks_named(chosen, expect_failure or ())}
    if not show_results(chosen, Console(file=sys.stdout), known):
        raise typer.Exit(1)


def _load(files: list[Path] | None, without: list[str] | None = None) -> None:
    from equifinal.plugin.registry import load_plugin, start

    if without:
        start([*_off, *without])
    for file in [*_files, *(files or [])]:
        load_plugin(file)


def _warn_of_problems() -> None:
    from equifinal.plugin.registry import current

    for plugin in current().plugins(late=False).values():
        for problem in plugin.problems:
            _say(f"Warning: plugin {plugin}: {problem}.", file=sys.stderr)


def _console() -> "Console":
    from rich.console import Console

    return Console()


if __name__ == "__main__":
    main()
