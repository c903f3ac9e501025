"""The properties of every output, each a function.

A property that builds on others names them, and is not tried if one of those does not hold.
"""

import json
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from unittest import mock

import cloudpickle

from equifinal.comparison.comparison import Comparison
from equifinal.plain import plain
from equifinal.testing.checks import Property, doing, fail, property_of
from equifinal.testing.common import EXTENSION_PROPERTIES, needs, untouched
from equifinal.testing.samples import SampleMethod, sample_comparison
from equifinal.writing.output import Output

OUTPUT_PROPERTIES: list[Property] = []

_TEXT = {".html", ".htm", ".md", ".txt", ".csv", ".tsv", ".json", ".xml", ".svg", ".tex", ".rst", ".yaml", ".toml"}
_ZIPPED = {".xlsx", ".docx", ".odt", ".ods", ".pptx", ".zip"}


@cache
def _made() -> bytes:
    return cloudpickle.dumps(sample_comparison())  # type: ignore[no-any-return]


def _comparison() -> Comparison:
    """A copy for each check, so that none sees the changes of another."""
    comparison: Comparison = cloudpickle.loads(_made())
    return comparison


@contextmanager
def _written(output: Output, comparison: Comparison) -> Iterator[tuple[Path, list[Path]]]:
    """Let it write into a fresh folder: the folder, and the paths that it returns."""
    with tempfile.TemporaryDirectory(prefix="equifinal-check-") as temporary:
        folder = Path(temporary) / "report"
        folder.mkdir()
        with doing("write"):
            paths = output.write(comparison, folder)
        if not isinstance(paths, list) or not all(isinstance(path, Path) for path in paths):
            fail(f"write must return the list of the paths written, not {paths!r}")
        beside = [path.name for path in Path(temporary).iterdir() if path != folder]
        if beside:
            fail(f"it wrote {beside[0]!r} beside the folder that it was given")
        yield folder, paths


def _files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _words(folder: Path) -> str:
    """The text of all files that hold any, zipped ones included; nothing for pictures."""
    parts = []
    for path in folder.rglob("*"):
        if path.suffix.lower() in _TEXT:
            text = path.read_text(encoding="utf-8", errors="replace")
            # A picture whose letters are outlines cannot be read.
            parts.append("" if path.suffix.lower() == ".svg" and "<text" not in text else text)
        elif path.suffix.lower() in _ZIPPED:
            with zipfile.ZipFile(path) as archive:
                parts += [archive.read(name).decode("utf-8", errors="replace") for name in archive.namelist()]
    return "\n".join(parts)


@property_of(OUTPUT_PROPERTIES, "Outputs")
def writes_what_it_says(output: Output) -> None:
    """It writes inside the folder that it is given, and returns every file that it wrote."""
    with _written(output, _comparison()) as (folder, paths):
        needs(bool(paths or _files(folder)), "it has nothing to write about the sample study")
        for path in paths:
            if not path.is_file():
                fail(f"it says that it wrote {path.name!r}, which does not exist")
            if not path.resolve().is_relative_to(folder.resolve()):
                fail(f"it says that it wrote {path.name!r}, outside the folder that it was given")
        unnamed = set(_files(folder)) - {path.resolve().relative_to(folder.resolve()).as_posix() for path in paths}
        if unnamed:
            fail(f"it wrote {sorted(unnamed)[0]!r} without saying so. Return every path")
        empty = [name for name, content in _files(folder).items() if not content]
        if empty:
            fail(f"the file {empty[0]!r} is empty")


@property_of(OUTPUT_PROPERTIES, "Outputs", "writes what it says")
def same_files_every_time(output: Output) -> None:
    """The same comparison gives the same bytes."""
    with _written(output, _comparison()) as (folder, _):
        one = _files(folder)
    later = time.time() + 100_000
    # Zipped formats keep the time to two seconds, so two quick ones would be alike by chance.
    with mock.patch("time.time", return_value=later), _written(output, _comparison()) as (folder, _):
        two = _files(folder)
    if set(one) != set(two):
        fail(f"the second time, it writes other files: {', '.join(sorted(set(one) ^ set(two))[:3])}")
    changed = [name for name in one if one[name] != two[name]]
    if changed:
        fail(f"the second time, {changed[0]!r} differs. Leave out the time of day, and sort what has no order")


@property_of(OUTPUT_PROPERTIES, "What a method takes", "writes what it says")
def input_not_mutated(output: Output) -> None:
    """The comparison is unchanged."""
    comparison = _comparison()
    before = _state(comparison)
    with _written(output, comparison):
        pass
    for part, value in _state(comparison).items():
        if before[part] != value:
            fail(f"it changed comparison.{part}. Work on a copy: frame.copy()")


def _state(comparison: Comparison) -> dict[str, str]:
    tables = "verdicts verdict_evidence propositions conditions cases fit advice notes manifest"
    state = {part: repr(_whole(getattr(comparison, part))) for part in tables.split()}
    state |= {
        f"analyses[{label!r}]": json.dumps(analysis.to_dict(), default=str)
        for label, analysis in comparison.analyses.items()
    }
    return state


def _whole(value: object) -> object:
    return value.to_dict() if hasattr(value, "to_dict") else plain(value)


@property_of(OUTPUT_PROPERTIES, "Outputs", "writes what it says")
def states_the_manifest(output: Output) -> None:
    """What it writes names the data (their SHA-256), the version and the study, so that it can be traced."""
    comparison = _comparison()
    with _written(output, comparison) as (folder, paths):
        everything = _words(folder) + "".join(content.decode("latin-1") for content in _files(folder).values())
    needs(bool(paths), "it has nothing to write about the sample study")
    for key in ("data_sha256", "version", "study"):
        if str(comparison.manifest[key])[:12] not in everything:
            fail(f"nothing that it writes says {key} = {comparison.manifest[key]!r}. See comparison.manifest")


@property_of(OUTPUT_PROPERTIES, "Outputs", "writes what it says")
def banner_for_data_not_observed(output: Output) -> None:
    """Data that were not observed are said to be so."""
    with _written(output, _comparison()) as (folder, _):
        words = _words(folder)
    needs(bool(words.strip()), "it writes no text that could be read here (look at its pictures)")
    if "Simulated data" not in words:
        fail("the data of the sample study are simulated, and nothing that it writes says so. Show comparison.banner")


@property_of(OUTPUT_PROPERTIES, "Outputs", "writes what it says")
def any_method_is_shown(output: Output) -> None:
    """A method that it has never heard of is shown like any other, with a method that fails beside it."""
    with _written(output, _comparison()) as (folder, _):
        words = _words(folder)
    needs(bool(words.strip()), "it writes no text that could be read here (look at its pictures)")
    if SampleMethod.name not in words:
        fail(
            f"the method {SampleMethod.name!r} does not appear. Read comparison.analyses, and ask for no method by name"
        )


@property_of(OUTPUT_PROPERTIES, "Outputs", "writes what it says")
def studies_without_propositions(output: Output) -> None:
    """It copes with a study without propositions, with one condition, and with names that are hard for HTML and files."""
    for comparison in (
        sample_comparison(propositions=[]),
        sample_comparison(conditions=["A"]),
        sample_comparison(cases=[f'<b>"{number}" & |*_ ÆØ/…' for number in range(24)]),
    ):
        with _written(output, comparison):
            pass


@property_of(OUTPUT_PROPERTIES, "Parallel runs and state", "writes what it says")
def no_global_state(output: Output) -> None:
    """It leaves global state alone."""
    with untouched(type(output)), _written(output, _comparison()):
        pass


@property_of(OUTPUT_PROPERTIES, "Name, docstring, reference")
def documented(output: Output) -> None:
    """It has a docstring of its own that says what it writes."""
    if not (type(output).__dict__.get("__doc__") or "").strip():
        fail(f"the class {type(output).__name__} has no docstring. Say in its first line what it writes")


# A format is not a publication: an output needs a name and a docstring, but no reference.
OUTPUT_PROPERTIES.extend(each for each in EXTENSION_PROPERTIES if each.name != "documented")
