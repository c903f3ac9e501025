"""A comparison that is killed leaves a whole report, nothing that the next one does not sweep, and no process."""

import json
import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads processes from Linux's /proc")

#: How many kills, at random moments and within the swap; by hand: KILLS=30.
KILLS = int(os.environ.get("KILLS", 2))
SWAPS = max(2, KILLS // 3)

START = "from equifinal.shell.start import main; main()"

#: Counts the renames of files, and is killed before one of them.
KILLED = """
import os, signal
from equifinal.base import swap
moves, move = 0, swap._move
def counted(source, place):
    global moves
    if moves == {at}:
        os.kill(os.getpid(), signal.SIGKILL)
    moves += 1
    move(source, place)
swap._move = counted
"""

FORMATS = ["-f", "json", "-f", "csv", "-f", "html"]


def command(report, *more, before=""):
    asked = ["compare", "heilongjiang", "-m", "regression", "--quick", "-q", "-o", str(report), "--overwrite"]
    return [sys.executable, "-c", f"{before}\n{START}", *asked, *more]


def in_session(leader):
    """The living processes of a session."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, *_, session = stat.read_text().rpartition(")")[2].split()[:4]
        except OSError:
            continue
        if int(session) == leader and state != "Z":
            found.append(int(stat.parent.name))
    return found


def nothing_runs(process):
    until = time.monotonic() + 10
    while in_session(process.pid) and time.monotonic() < until:
        time.sleep(0.05)
    return in_session(process.pid) == []


def files_of(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def is_whole(report, old, new_names):
    """Which report stands in the folder, if a whole one does; the user's file is there in any case."""
    found = files_of(report)
    assert found.pop("thesis.txt") == b"mine"
    if any(name.startswith(".equifinal-") for name in found):
        found = {name: content for name, content in found.items() if not name.startswith(".equifinal-")}
    if found == old:
        return "old"
    manifest = json.loads(found["manifest.json"])
    if manifest["seed"] == 1 and set(manifest["files"]) == set(found) == new_names:
        return "new"
    return "neither"


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """An old report with a file of the user's beside it, the names of the files of a new one, and how long that takes."""
    import subprocess

    folder = tmp_path_factory.mktemp("reports")
    subprocess.run(
        command(folder / "old", "-f", "json", "-f", "csv", "-f", "markdown"), check=True, capture_output=True
    )
    start = time.monotonic()
    subprocess.run(command(folder / "new", *FORMATS, "--seed", "1"), check=True, capture_output=True)
    return folder / "old", set(files_of(folder / "new")), time.monotonic() - start


@pytest.fixture
def after_a_kill(reports, tmp_path, start_process):
    """Checks what a killed process left, and what the next one makes of it."""
    old, new_names, _ = reports
    report = tmp_path / "report"

    def begin(*more, before=""):
        shutil.rmtree(report, ignore_errors=True)
        shutil.copytree(old, report)
        (report / "thesis.txt").write_text("mine")
        return start_process(*command(report, *FORMATS, "--seed", "1", *more, before=before))

    def check(process):
        process.wait(timeout=60)
        assert nothing_runs(process)
        left = is_whole(report, files_of(old), new_names)
        assert left != "neither" or list(report.glob(".equifinal-*/swap"))
        following = start_process(*command(report, "-f", "json"))
        assert following.wait(timeout=120) == 0, following.stderr.read()
        assert set(files_of(report)) == {"thesis.txt", "manifest.json", "comparison.json"}
        assert not [path for path in tmp_path.rglob("*") if path.name.startswith(".equifinal-")]
        assert not [path for path in report.rglob("*") if path.is_dir() and not any(path.iterdir())]
        return left

    return begin, check


def test_kills_at_random_moments(reports, after_a_kill):
    begin, check = after_a_kill
    moments = random.Random(14)
    seen = []
    for number in range(KILLS):
        process = begin(*(["-j", "2"] if number % 2 else []))
        time.sleep(moments.uniform(0, 1.1 * reports[2]))
        process.send_signal(signal.SIGKILL)
        seen.append(check(process))
    print(seen)


def test_kills_within_the_swap(reports, after_a_kill):
    begin, check = after_a_kill
    seen = []
    moves = len(files_of(reports[0])) + len(reports[1]) - 1
    for at in sorted({round(number * (moves - 1) / (SWAPS - 1)) for number in range(SWAPS)}):
        process = begin(before=KILLED.format(at=at))
        seen.append(check(process))
        assert process.returncode == -signal.SIGKILL
    assert "neither" in seen  # the next one mended it
    print(seen)
