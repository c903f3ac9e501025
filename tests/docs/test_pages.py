"""Every fenced block of the README and the docs is followed, page by page from top to bottom, in an empty folder.

* ``python`` and ``pycon`` run, block after block in the same names; a ``text`` block after Python is all that it prints;
* ``console``: the commands run in a shell, and each line shown below one is among what it says, ``...`` being anything;
* ``toml``: a study is loaded, a part of one is checked by what checks studies, anything else is parsed;
* a block with a ``title`` is a file of that name, for the blocks that follow.

A block that none of this covers fails, unless it is named below with the reason.
"""

import contextlib
import doctest
import io
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

import equifinal as eq
from equifinal.plugin import registry as registries
from equifinal.study.propositions import build_proposition
from equifinal.study.study_file import _VariableTable

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(
    r"^(?P<indent> *)(?P<fence>`{3,}|~{3,})(?P<info>[^`\n]*)\n(?P<body>.*?)^(?P=indent)(?P=fence) *$", re.M | re.S
)

#: Pages with a test of their own that follows every block.
FOLLOWED_ELSEWHERE = {"first-plugin.md": "tests/docs/test_first_plugin.py, in a fresh environment"}

#: What a page needs that is not there for everybody; without it the page is skipped.
NEEDS = {"run-on-a-cluster.md": "distributed"}

#: Blocks that are not run, by page and first line.
EXEMPT = {
    (
        "README.md",
        "python3 -m venv .venv && .venv/bin/pip install -q . && .venv/bin/equifinal compare",
    ): ".ci/run does, word for word",
    ("README.md", 'python3 -m venv .venv && .venv/bin/pip install -q -e ".[test]"'): ".ci/run does, word for word",
    ("design.md", "study.toml + cases.csv -->"): "a drawing",
    ("qca-performance.md", "pip install setqca pyqca"): "needs packages of others, which need an older pandas",
    ("tables.md", r"\usepackage"): "for a LaTeX that need not be installed; tests/output looks into the files",
}

#: Commands that are not run, by how they begin.
NOT_RUN = {
    "pip install": "what it installs is there",
    "equifinal explore": "a server, which does not end; tests/explore start it",
    "equifinal trial -m my-method": "a plugin of the reader's; tests/shell/test_trial.py has one",
    "python benchmarks/trials": "takes hours; tests/sweep/test_kept.py repeats a part",
    "python -m pytest": "these tests themselves",
}


@dataclass(frozen=True)
class Block:
    page: str
    line: int
    language: str
    title: str
    body: str

    def __str__(self) -> str:
        return f"{self.page}, line {self.line} ({self.language or 'no language'})"


def blocks(page: Path) -> list[Block]:
    """All fenced blocks of a page, also those inside lists and notes, with the files that they include."""
    text = page.read_text(encoding="utf-8")
    found = []
    for fence in FENCE.finditer(text):
        language, _, more = fence["info"].strip().partition(" ")
        title = re.search(r'title="([^"]+)"', more)
        body = re.sub(rf"^{fence['indent']}", "", fence["body"], flags=re.M)
        body = re.sub(r'^--8<-- "(.*)"$', lambda include: _included(include[1]), body, flags=re.M)
        line = text.count("\n", 0, fence.start()) + 1
        found.append(Block(page.name, line, language, title[1] if title else "", body))
    return found


def _included(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8").rstrip("\n")


def reason_to_skip(block: Block) -> tuple[str, str] | None:
    """The entry of `EXEMPT` that names the block."""
    return next((each for each in EXEMPT if each[0] == block.page and block.body.startswith(each[1])), None)


class Follower:
    """A reader who does what a page says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: dict[str, object] = {"__name__": "__page__"}
        self.printed: str | None = None

    def follow(self, block: Block) -> None:
        if block.title:
            target = self.folder / block.title
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.body, encoding="utf-8")
        step = getattr(self, f"_{block.language}", None)
        assert step, (
            f"{block}: no test covers a block of this language. Give it one, or name it in EXEMPT with the reason."
        )
        step(block)

    def _python(self, block: Block) -> None:
        names = {"__name__": "__file__"} if block.title else self.names  # a file is imported, not typed in
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            exec(compile(block.body, str(block), "exec"), names)
        self.printed = said.getvalue()

    def _pycon(self, block: Block) -> None:
        example = doctest.DocTestParser().get_doctest(block.body, self.names, str(block), block.page, block.line)
        said = io.StringIO()
        runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
        assert not runner.run(example, out=said.write, clear_globs=False).failed, said.getvalue()
        self.names |= example.globs

    def _text(self, block: Block) -> None:
        assert self.printed is not None, f"{block}: it follows on nothing that prints"
        said, shown = lines(self.printed), lines(block.body)
        if "..." not in shown:
            assert shown == said, f"{block}: printed is\n{self.printed}"
        for line in shown:
            assert line == "..." or line in said, f"{block}: {line!r} is not printed, but\n{self.printed}"

    def _console(self, block: Block) -> None:
        for step in re.split(r"^\$ ", block.body, flags=re.M)[1:]:
            command, _, shown = step.partition("\n")
            if command.startswith(tuple(NOT_RUN)):
                continue
            # Evidence takes a minute a command; tests/comparison/test_evidence.py asks for it.
            asked = re.sub(
                r"""equifinal compare (?:"[^"\n]*"|[^|&;#"\n])*""",
                lambda found: f"{found[0].rstrip()} --quick",
                command,
            )
            ended = subprocess.run(
                ["bash", "-c", asked], cwd=self.folder, env=environment(), capture_output=True, text=True, timeout=300
            )
            said = ended.stdout + ended.stderr
            code = 2 if shown.startswith("Error:") else 0
            assert ended.returncode == code, f"{block}: $ {command} ends with {ended.returncode}:\n{said}"
            flat = " ".join(said.split())
            for line in lines(shown):
                pattern = ".*?".join(map(re.escape, line.split("...")))  # what differs from run to run is left out
                assert re.search(pattern, flat), f"{block}: $ {command} should say {line!r}, but says\n{said}"
            whole = [".*?".join(map(re.escape, line.split("..."))) for line in lines(shown)]
            if whole and ".*?" not in whole:  # a line of three points stands for what is cut
                told = " ".join((ended.stderr if code else ended.stdout).split())
                assert re.fullmatch(" ".join(whole), told), f"{block}: $ {command} is cut without '...':\n{said}"

    def _csv(self, block: Block) -> None:
        assert block.title, f"{block}: a table needs a title, the name of its file"
        widths = {line.count(",") for line in block.body.splitlines()}
        assert len(widths) == 1, f"{block}: lines of different lengths"

    def _toml(self, block: Block) -> None:
        content = tomllib.loads(block.body)
        if "study" in content:
            target = self.folder / (block.title or "study.toml")
            target.write_text(block.body, encoding="utf-8")
            eq.load_study(target).calibrate()
            return
        for table in (*content.get("condition", ()), *filter(None, [content.get("outcome")])):
            eq.Variable(**_VariableTable.model_validate(table).model_dump()).calibrator  # noqa: B018
        for table in content.get("proposition", ()):
            build_proposition(table, eq.propositions(), f"{block}: ")
        for label, parameters in content.get("methods", {}).items():
            eq.methods()[parameters.pop("method", label)].cls.from_parameters(parameters)


def lines(text: str) -> list[str]:
    """The lines that hold anything, with single spaces."""
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def environment() -> dict[str, str]:
    """The shell of somebody who has equifinal installed."""
    keep = {key: value for key, value in os.environ.items() if not key.startswith("EQUIFINAL")}
    scripts = f"{Path(sys.executable).parent}{os.pathsep}{sysconfig.get_path('scripts')}"
    return {
        **keep,
        "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "80",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_block_of_the_page_holds(page, tmp_path, monkeypatch):
    if page.name in FOLLOWED_ELSEWHERE:
        pytest.skip(f"followed by {FOLLOWED_ELSEWHERE[page.name]}")
    if page.name in NEEDS:
        pytest.importorskip(NEEDS[page.name])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(registries, "_current", [])
    follower = Follower(tmp_path)
    with pd.option_context(
        "display.precision", 6
    ):  # as it is where nobody changed it, and again after a page that does
        for block in blocks(page):
            if not reason_to_skip(block):
                follower.follow(block)


def test_exemptions_are_needed():
    every = [block for page in PAGES for block in blocks(page)]
    used = {reason_to_skip(block) for block in every}
    assert not set(EXEMPT) - used, "exemptions of blocks that are no longer there"
    commands = [
        line.removeprefix("$ ") for block in every if block.language == "console" for line in block.body.splitlines()
    ]
    for start in NOT_RUN:
        assert any(command.startswith(start) for command in commands), (
            f"no page has a command that begins with {start!r}"
        )


def test_no_block_escapes_the_search():
    for page in PAGES:
        fences = re.findall(r"^ *(?:`{3,}|~{3,})", page.read_text(encoding="utf-8"), re.M)
        assert len(fences) == 2 * len(blocks(page)), f"{page.name}: a fence is open, or inside another"


@pytest.mark.parametrize(
    ("language", "title", "body", "complaint"),
    [
        ("python", "", "1 / 0", "division"),
        ("text", "", "shown", "follows on nothing"),
        ("pycon", "", ">>> 1 + 1\n3\n", "Expected"),
        ("console", "", "$ echo yes\nno", "should say 'no'"),
        ("console", "", "$ echo Wrote 3 files\nWrote ... cats", "should say"),
        ("console", "", "$ false", "ends with 1"),
        ("toml", "", "[study]\nname = 1", "study.toml"),
        ("toml", "", "[methods.fsqca]\ncutoff = 1", "cutoff"),
        ("csv", "a.csv", "a,b\n1\n", "different lengths"),
        ("julia", "", "1 + 1", "no test covers"),
        ("", "", "anything", "no test covers"),
    ],
)
def test_a_wrong_block_fails(language, title, body, complaint, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises((AssertionError, ZeroDivisionError, eq.InputError), match=re.escape(complaint)):
        Follower(tmp_path).follow(Block("page.md", 1, language, title, body))


def test_text_that_is_not_printed_fails(tmp_path):
    follower = Follower(tmp_path)
    follower.follow(Block("page.md", 1, "python", "", "print('a'); print('b')"))
    follower.follow(Block("page.md", 2, "text", "", "a\nb\n"))
    follower.follow(Block("page.md", 2, "text", "", "a\n...\n"))
    for wrong in ("a\n", "a\nc\n", "...\nc\n"):
        with pytest.raises(AssertionError, match="print"):
            follower.follow(Block("page.md", 2, "text", "", wrong))
