"""What several tests need: a small study on disk, the command line in this process, and a registry of their own."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from equifinal.comparison.compare import compare
from equifinal.plugin import registry as registries
from equifinal.shell.cli import main

# A slow machine is no failure; where a change is judged, the same examples come every time.
settings.register_profile(
    "equifinal",
    max_examples=int(os.environ.get("EXAMPLES", 100)),
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("equifinal")

# Evidence asks every method again hundreds of times. Tests gather it where it is what they test: evidence=True.
assert compare.__kwdefaults__["evidence"] is True
compare.__kwdefaults__["evidence"] = False

# `nohup ... &` has the interrupt ignored, which every process started here would inherit and never end by.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def start_process() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a process as the leader of a group of its own, which is ended with the test, whatever came of it."""
    started: list[subprocess.Popen[str]] = []

    def start(*command: object, **options: Any) -> subprocess.Popen[str]:
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **options}
        started.append(subprocess.Popen([*map(str, command)], start_new_session=True, **pipes))
        return started[-1]

    yield start
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


CASES = """\
city,leadership,money,open
Accra,10,1.5,12
Bamako,80,3.5,70
Cairo,60,7.5,65
Dakar,30,2.5,30
Enugu,90,8.5,90
Fez,20,6.5,40
"""

STUDY = """\
[study]
name = "towns"
data = "cases.csv"
case = "city"

[outcome]
name = "OPEN"
column = "open"
calibrate = {method = "direct", full_out = 20, crossover = 50, full_in = 80}

[[condition]]
name = "LEAD"
column = "leadership"
calibrate = {method = "direct", full_out = 20, crossover = 50, full_in = 80}

[[condition]]
name = "FIN"
column = "money"
calibrate = {method = "crisp", threshold = 5}

[[proposition]]
id = "P1"
claim = "necessary"
expression = "LEAD"

[methods.regression]
alpha = 0.1
"""


@pytest.fixture
def towns(tmp_path: Path) -> Path:
    """The path of a study.toml with six cases, an outcome and two conditions."""
    folder = tmp_path / "towns"
    folder.mkdir()
    (folder / "cases.csv").write_text(CASES, encoding="utf-8")
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    return folder / "study.toml"


@dataclass
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Run ``equifinal ...`` through the function that the console script calls, on a terminal of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(
        "equifinal.shell.cli.take_one_interrupt", lambda: None
    )  # the tests have their own way to be interrupted

    def run(*arguments: Any) -> Ended:
        monkeypatch.setattr(sys, "argv", ["equifinal", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return Ended(int(ended.value.code or 0), printed.out, printed.err)

    return run


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> registries.Registry:
    """A registry with everything that is installed, for this test alone."""
    own = registries.Registry()
    monkeypatch.setattr(registries, "_current", [own])
    return own


#: What Chromium is called where it is installed; the environment variable ``CHROMIUM`` names another.
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """The system's Chromium, driven by Playwright; without one of them the test is skipped.

    One for the whole session: Playwright can be started once at a time.
    """
    playwright = pytest.importorskip("playwright.sync_api", reason='No playwright: pip install ".[browser]".')
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if found is None:
        pytest.skip("No browser: install Chromium, or name it in the environment variable CHROMIUM.")
    with playwright.sync_playwright() as running:
        # A container's user may be root, who has no sandbox; the pages are our own.
        launched = running.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield launched
        launched.close()
