"""The properties of every output, each a function.

A property that builds on others names them, and is not tried if one of those does not hold.
"""

import contextlib
import datetime
import io
import os
import re
import sys
import tempfile
import time
import types
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Self
from unittest import mock

import cloudpickle

from equifinal.base.parallel import one_thread
from equifinal.comparison.comparison import Comparison
from equifinal.errors import InputError
from equifinal.testing.checks import ConformanceError, Property, doing, fail, property_of
from equifinal.testing.common import EXTENSION_PROPERTIES, needs, untouched
from equifinal.testing.comparisons import ATTRIBUTE, TAG, a_comparison, hard_comparisons, pickled_comparison, unchanged
from equifinal.testing.fresh import in_a_fresh_process
from equifinal.testing.parameters import variants
from equifinal.testing.samples import DecidedMethod, SampleMethod, sample_comparison
from equifinal.writing.output import Output

OUTPUT_PROPERTIES: list[Property] = []

_TEXT = {".html", ".htm", ".md", ".txt", ".csv", ".tsv", ".json", ".xml", ".svg", ".tex", ".rst", ".yaml", ".toml"}
_MARKUP = {".html", ".htm", ".svg", ".xml"}
_ZIPPED = {".xlsx", ".docx", ".odt", ".ods", ".pptx", ".zip"}


@contextmanager
def _written(output: Output, comparison: Comparison) -> Iterator[tuple[Path, list[Path]]]:
    """Let it write into a fresh folder: the folder, and the paths that it returns."""
    with tempfile.TemporaryDirectory(prefix="equifinal-check-") as temporary:
        folder, here, home, scratch = (Path(temporary) / name for name in ("report", "here", "home", "scratch"))
        for each in (folder, here, home, scratch):
            each.mkdir()
        with doing("write"), contextlib.chdir(here), _at_home(home), mock.patch("tempfile.tempdir", str(scratch)):
            paths = output.write(comparison, folder)
            if Path.cwd() != here.resolve():
                fail("it changed the working directory, which others use too. Leave it alone, or put it back")
        if not isinstance(paths, list) or not all(isinstance(path, Path) for path in paths):
            fail(f"write must return the list of the paths written, not {paths!r}")
        beside = [path.name for path in Path(temporary).iterdir() if path not in (folder, here, home, scratch)]
        left = [name for name in os.listdir(scratch) if not name.startswith(("matplotlib-", "equifinal-", "joblib"))]
        for place, names in (
            ("beside", beside),
            ("in the working directory, not in", os.listdir(here)),
            ("in the folder for temporary files, and left it there, not in", left),
        ):
            if names:
                fail(f"it wrote {sorted(names)[0]!r} {place} the folder that it was given")
        if at_home := [name for name in os.listdir(home) if name not in (".cache", ".config")]:
            fail(f"it wrote {at_home[0]!r} in the user's home, not in the folder that it was given")
        yield folder, paths


@contextmanager
def _at_home(home: Path) -> Iterator[None]:
    """Another home of the user; only these variables are put back, so that a check sees others that change."""
    before = {name: os.environ.get(name) for name in ("HOME", "USERPROFILE")}
    os.environ.update(dict.fromkeys(before, str(home)))
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


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


def _of_pdf(content: bytes) -> str:
    """What a PDF says in its compressed streams, where the text is that of the page and not numbers of letters in a font."""
    streams = [content]
    for each in re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL):
        with contextlib.suppress(zlib.error):
            streams.append(zlib.decompressobj().decompress(each))
    texts = [each.decode("latin-1") for each in streams]
    shown = [re.sub(r"\\(.)", r"\1", "".join(re.findall(r"\(((?:\\.|[^()\\])*)\)", text))) for text in texts[1:]]
    return "\n".join([*texts[1:], *shown])


@property_of(OUTPUT_PROPERTIES, "Outputs")
def writes_what_it_says(output: Output) -> None:
    """It writes inside the folder that it is given, and returns every file that it wrote."""
    with _written(output, a_comparison()) as (folder, paths):
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
    with _written(output, a_comparison()) as (folder, _):
        one = _files(folder)
    later = time.time() + 400 * 86_400  # another year, month and day of the week
    # Zipped formats keep the time to two seconds, so two quick ones would be alike by chance.
    day, clock = _another_day(output, later), mock.patch("time.time", return_value=later)
    with day, clock, _written(output, a_comparison()) as (folder, _):
        two = _files(folder)
    if set(one) != set(two):
        fail(f"the second time, it writes other files: {', '.join(sorted(set(one) ^ set(two))[:3])}")
    changed = [name for name in one if one[name] != two[name]] or _timed(one)
    if changed:
        fail(f"the second time, {changed[0]!r} differs. Leave out the time of day, and sort what has no order")


def _timed(files: dict[str, bytes]) -> list[str]:
    """Archives whose parts bear the time of today."""
    today = {time.localtime(time.time() - hours * 3600)[:3] for hours in (0, 1)}
    found = []
    for name, content in files.items():
        if zipfile.is_zipfile(io.BytesIO(content)):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                found += [name for part in archive.infolist() if part.date_time[:3] in today]
    return found


@contextmanager
def _another_day(output: Output, seconds: float) -> Iterator[None]:
    """Let the modules of the output believe that it is another day."""

    class Day(datetime.date):
        @classmethod
        def today(cls) -> Self:
            return cls.fromtimestamp(seconds)

    class Moment(datetime.datetime):
        @classmethod
        def today(cls) -> Self:
            return cls.fromtimestamp(seconds)

        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Self:
            return cls.fromtimestamp(seconds, tz)

    package = type(output).__module__.partition(".")[0]
    modules = [sys.modules[type(output).__module__]]
    modules += [each for name, each in sys.modules.items() if package != "equifinal" and name.startswith(f"{package}.")]
    fake = types.ModuleType("datetime")
    fake.__dict__.update({**vars(datetime), "date": Day, "datetime": Moment})
    later = time.localtime(seconds)
    clocks: dict[str, Callable[..., Any]] = {
        "strftime": lambda form, moment=None, told=time.strftime: told(form, moment or later),
        "asctime": lambda moment=None, told=time.asctime: told(moment or later),
        "ctime": lambda moment=None, told=time.ctime: told(seconds if moment is None else moment),
        "localtime": lambda moment=None, told=time.localtime: told(seconds if moment is None else moment),
        "gmtime": lambda moment=None, told=time.gmtime: told(seconds if moment is None else moment),
        "time_ns": lambda: int(seconds * 1e9),
    }
    instead: dict[int, Any] = {id(datetime): fake, id(datetime.date): Day, id(datetime.datetime): Moment}
    instead |= {id(getattr(time, name)): clock for name, clock in clocks.items()}
    with contextlib.ExitStack() as stack:
        for name, clock in clocks.items():
            stack.enter_context(mock.patch.object(time, name, clock))
        for module in modules:
            for name, value in list(vars(module).items()):
                if id(value) in instead:
                    stack.enter_context(mock.patch.object(module, name, instead[id(value)]))
        yield


@property_of(OUTPUT_PROPERTIES, "What a method takes", "writes what it says")
def input_not_mutated(output: Output) -> None:
    """The comparison is unchanged."""
    comparison = a_comparison()
    with unchanged(comparison), _written(output, comparison):
        pass


#: The entries of the manifest by which results can be traced.
_TRACES = ("data_sha256", "version", "study")


@property_of(OUTPUT_PROPERTIES, "Outputs", "writes what it says")
def states_the_manifest(output: Output) -> None:
    """What it writes names the data (their SHA-256), the version and the study, so that it can be traced."""
    comparison = a_comparison()
    with _written(output, comparison) as (folder, paths):
        everything = _everything(folder)
    needs(bool(paths), "it has nothing to write about the sample study")
    silent = [key for key in _TRACES if str(comparison.manifest[key])[:12] not in everything]
    unread = len(silent) == 3 and all(path.suffix.lower() == ".pdf" for path in paths)
    needs(not unread, "the letters of its PDF cannot be read here (look whether it states comparison.manifest)")
    for key in silent:
        fail(f"nothing that it writes says {key} = {comparison.manifest[key]!r}. See comparison.manifest")


@property_of(OUTPUT_PROPERTIES, "Outputs", "writes what it says")
def banner_for_data_not_observed(output: Output) -> None:
    """Data that were not observed are said to be so."""
    with _written(output, a_comparison()) as (folder, _):
        words = _words(folder)
    needs(bool(words.strip()), "it writes no text that could be read here (look at its pictures)")
    if "Simulated data" not in words:
        fail("the data of the sample study are simulated, and nothing that it writes says so. Show comparison.banner")


@property_of(OUTPUT_PROPERTIES, "Outputs", "writes what it says")
def any_method_is_shown(output: Output) -> None:
    """A method that it has never heard of is shown like any other, with a method that fails beside it."""
    with _written(output, a_comparison()) as (folder, _):
        words = _words(folder)
    needs(bool(words.strip()), "it writes no text that could be read here (look at its pictures)")
    if SampleMethod.name not in words:
        fail(
            f"the method {SampleMethod.name!r} does not appear. Read comparison.analyses, and ask for no method by name"
        )


@property_of(OUTPUT_PROPERTIES, "Outputs", "texts are no markup", "parameters validated")
def other_parameters(output: Output) -> None:
    """With other values of its parameters that are allowed it still states what it states without them, and escapes texts."""
    made = hard_comparisons()["with names that are hard for HTML and files"]
    with _written(output, cloudpickle.loads(made)) as (folder, paths):
        needs(bool(paths), "it has nothing to write about the sample study")
        stated = [each for each in _statements(cloudpickle.loads(made)) if each[1] in _everything(folder)]
    tried = 0
    for said, other in variants(output):
        comparison = cloudpickle.loads(made)
        with contextlib.suppress(InputError), _written(other, comparison) as (folder, paths):
            tried += 1
            unnamed = set(_files(folder)) - {_within(path, folder) for path in paths}
            if unnamed:
                fail(f"with {said} it wrote {sorted(unnamed)[0]!r} without saying so. Return every path")
            everything = _everything(folder)
            for what, words in stated if any(path.suffix.lower() in {*_TEXT, *_ZIPPED} for path in paths) else ():
                if words not in everything:
                    fail(f"with {said} nothing that it writes says {what}, which it says otherwise")
            for problem in _markup(folder):
                fail(f"with {said} {problem}")
    needs(bool(tried), "there is no other value to try, or it refuses all of them in a sentence")


def _within(path: Path, folder: Path) -> str:
    return path.resolve().relative_to(folder.resolve()).as_posix()


def _everything(folder: Path) -> str:
    """What can be read of all files, whatever their format."""
    files = _files(folder)
    everything = _words(folder) + "".join(content.decode("latin-1") for content in files.values())
    return everything + "".join(_of_pdf(content) for content in files.values() if content.startswith(b"%PDF"))


def _statements(comparison: Comparison) -> list[tuple[str, str]]:
    """What every output should state, and words of it."""
    manifest = [(f"{key} of the manifest", str(comparison.manifest[key])[:12]) for key in _TRACES]
    return [*manifest, ("that the data are simulated", "Simulated data"), ("the methods", SampleMethod.name)]


@property_of(OUTPUT_PROPERTIES, "Outputs", "writes what it says")
def hard_studies(output: Output) -> None:
    """It copes with no proposition, one condition, one method, no advice, and names that are hard for HTML and files."""
    for where, made in hard_comparisons().items():
        try:
            with _written(output, cloudpickle.loads(made)):
                pass
        except ConformanceError as error:
            raise ConformanceError(f"{where}, {error}") from error.__cause__


@property_of(OUTPUT_PROPERTIES, "Outputs", "hard studies")
def texts_are_no_markup(output: Output) -> None:
    """In HTML, SVG and XML, texts of the study and of methods are shown as text, however much they look like tags."""
    seen = False
    for where in ("with names that are hard for HTML and files", "with one method"):
        with _written(output, cloudpickle.loads(hard_comparisons()[where])) as (folder, _):
            seen = seen or any(path.suffix.lower() in _MARKUP for path in folder.rglob("*"))
            for problem in _markup(folder):
                fail(problem)
    needs(seen, "it writes no HTML, SVG or XML")


def _markup(folder: Path) -> Iterator[str]:
    """Where a text of the study or of a method became markup."""
    for path in folder.rglob("*"):
        if path.suffix.lower() in _MARKUP:
            text = _without_scripts(path.read_text(encoding="utf-8", errors="replace"))
            for tag in (TAG, "<signs>", "<as>"):
                if tag in text:
                    yield f"{path.name!r} has a text of the study or of a method that reads as a tag ({tag}). Escape it"
            if _Attributes.any_in(text):
                yield f"{path.name!r} has a text of the study that ends an attribute. Escape quotation marks as well"


#: What the methods of a comparison say, by label; neither the labels nor the answers are in the order of the alphabet.
_SAID: dict[str, Any] = {"zeta": "supported", "alpha": "contradicted", "mid": "inconclusive"}


@cache
def _differing() -> bytes:
    methods = {label: DecidedMethod(answer=answer) for label, answer in _SAID.items()}
    claim = {"id": "1", "text": "A raises the outcome", "claim": "influence", "condition": "A"}
    made = sample_comparison(methods=dict(methods), propositions=[claim], evidence=False)
    return cloudpickle.dumps(made)  # type: ignore[no-any-return]


@property_of(OUTPUT_PROPERTIES, "Outputs", "any method is shown")
def verdicts_under_their_methods(output: Output) -> None:
    """In a table with a column for each method, each verdict stands in the column of the method that gave it."""
    seen = 0
    with _written(output, cloudpickle.loads(_differing())) as (folder, _):
        for path in folder.rglob("*"):
            if path.suffix.lower() not in _TEXT:
                continue
            heads: list[str] = []
            for row in _rows(path):
                labels, answers = (re.findall(rf"\b({'|'.join(words)})\b", row) for words in (_SAID, _SAID.values()))
                if labels:
                    heads = labels if sorted(labels) == sorted(_SAID) and not answers else []
                elif heads and len(answers) == len(heads):
                    seen += 1
                    for label, answer in zip(heads, answers, strict=True):
                        if _SAID[label] != answer:
                            fail(f"{path.name!r} shows {answer!r} under {label!r}, which says {_SAID[label]!r}")
    needs(bool(seen), "it writes no table of words with a column for each method")


def _rows(path: Path) -> list[str]:
    """Rows of tables in HTML, and lines of other texts."""
    text = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix.lower() not in _MARKUP:
        return text.splitlines()
    rows = re.findall(r"<tr\b.*?(?=<tr\b|</table)", text, re.DOTALL | re.IGNORECASE)
    return [re.sub(r"<[^>]*>", " ", row) for row in rows]


class _Attributes(HTMLParser):
    """Whether a text of the study became an attribute of a tag."""

    found = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at the names of attributes."""
        self.found = self.found or any(name == ATTRIBUTE for name, _ in attrs)

    @classmethod
    def any_in(cls, text: str) -> bool:
        """Whether there is such a tag in a text."""
        parser = cls()
        parser.feed(text)
        return parser.found


def _without_scripts(text: str) -> str:
    """What is data of a script is no markup, unless it ends the script."""
    return re.sub(r"<script\b.*?</script>", "", text, flags=re.DOTALL | re.IGNORECASE)


@property_of(OUTPUT_PROPERTIES, "Outputs", "same files every time", "picklable")
def same_files_in_another_process(output: Output) -> None:
    """A new process, with hashes in another order, another locale and another time zone, writes the same bytes."""
    with _written(output, a_comparison()) as (folder, _):
        here = _files(folder)
    there = in_a_fresh_process(type(output), "writing", _given_files, output, pickled_comparison())
    changed = [name for name in here if here[name] != there.get(name)]
    if changed or set(here) != set(there):
        name = (changed or sorted(set(there) ^ set(here)))[0]
        fail(
            f"in another process, {name!r} differs. Sort what has no order, such as sets, name the encoding of each file "
            "(encoding='utf-8'), and leave out the time"
        )


def _given_files(output: Output, made: bytes) -> dict[str, bytes]:
    with one_thread(), _written(output, cloudpickle.loads(made)) as (folder, _):
        return _files(folder)


@property_of(OUTPUT_PROPERTIES, "Parallel runs and state", "writes what it says", last=True)
def no_global_state(output: Output) -> None:
    """It leaves global state alone."""
    with untouched(type(output)), _written(output, a_comparison()):
        pass


@property_of(OUTPUT_PROPERTIES, "Name, docstring, reference")
def documented(output: Output) -> None:
    """It has a docstring of its own that says what it writes."""
    if not (type(output).__dict__.get("__doc__") or "").strip():
        fail(f"the class {type(output).__name__} has no docstring. Say in its first line what it writes")


# A format is not a publication: an output needs a name and a docstring, but no reference.
OUTPUT_PROPERTIES.extend(each for each in EXTENSION_PROPERTIES if each.name != "documented")
