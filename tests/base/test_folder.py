"""Replacing a folder's files: all or none, whatever fails, and whenever the program is killed."""

import errno
import json
import os
import random
import signal
import subprocess
import sys
import textwrap
import time

import pytest

import equifinal as eq
from equifinal.base import swap as swapping
from equifinal.base.files import staging, sweep
from equifinal.base.folder import write_folder

OLD = {"report.html": "old", "tables/fit.csv": "old", "tables/only-old.csv": "old", "deep/er/x.txt": "old"}
NEW = {
    "report.html": "new",
    "tables/fit.csv": "new",
    "tables/only-new.csv": "new",
    "more/y.txt": "new",
    "z.json": "new",
}

#: Random kills; more of them by hand: KILLS=30.
KILLS = int(os.environ.get("KILLS", 6))


def filled(files):
    def fill(folder):
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        return {"generator": "equifinal"}

    return fill


def content(folder):
    """All files but temporary ones, and the folders that hold them."""
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file() and ".equifinal-" not in str(path)
    }


def temporary(folder):
    return list(folder.rglob(".equifinal-*"))


def is_whole(folder):
    """Which report stands in the folder; fails unless it is all of one of them, and the user's file beside it."""
    found = content(folder)
    assert found.pop("thesis.txt") == "mine"
    listed = json.loads(found.pop("manifest.json"))["files"]
    assert set(listed) == {*found, "manifest.json"}
    assert found in (OLD, NEW)
    assert not [path for path in folder.rglob("*") if path.is_dir() and not any(path.iterdir())]
    return "old" if found == OLD else "new"


@pytest.fixture
def folder(tmp_path):
    """A folder with a report, and a file of the user's."""
    made = tmp_path / "report"
    write_folder(made, filled(OLD))
    (made / "thesis.txt").write_text("mine")
    return made


WRITER = textwrap.dedent(
    """
    import os, signal, sys
    from pathlib import Path
    sys.path.insert(0, sys.argv[1])
    from test_folder import NEW, filled
    from equifinal.base import swap
    from equifinal.base.folder import write_folder

    folder, at = Path(sys.argv[2]), int(sys.argv[3])
    moves, move = 0, swap._move

    def counted(source, place):
        global moves
        if moves == at:
            os.kill(os.getpid(), signal.SIGKILL)
        moves += 1
        move(source, place)

    swap._move = counted
    print("ready", flush=True)
    write_folder(folder, filled(NEW))
    print(moves, flush=True)
    """
)


def start(folder, at=-1):
    here = os.path.dirname(__file__)
    command = [sys.executable, "-c", WRITER, here, str(folder), str(at)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_a_kill_within_the_swap_is_mended_by_the_next_that_comes_by(folder):
    # 4 old files are moved out, then 5 new ones in, and the manifest. A kill before each of the ten.
    for at in range(10):
        killed = start(folder, at)
        killed.communicate(timeout=60)
        assert killed.returncode == -signal.SIGKILL
        assert (folder / "manifest.json").is_file()
        assert len(temporary(folder)) == 1
        sweep(folder)
        assert is_whole(folder) == "old"
        assert temporary(folder) == []
    ended = start(folder)
    assert ended.communicate(timeout=60)[0].split() == ["ready", "10"]
    assert is_whole(folder) == "new"


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_a_kill_within_the_mending_is_mended_too(folder, monkeypatch):
    start(folder, 8).communicate(timeout=60)
    real, left = swapping._move, []

    def killed(source, place):
        if not left:
            raise KeyboardInterrupt
        left.pop()
        real(source, place)

    monkeypatch.setattr(swapping, "_move", killed)
    for count in (0, 1, 1, 2, 1, 0):  # 4 new files move out, and 4 old ones in
        left[:] = [None] * count
        with pytest.raises(KeyboardInterrupt):
            sweep(folder)
    monkeypatch.undo()
    sweep(folder)
    assert is_whole(folder) == "old"


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_kills_at_random_moments_leave_a_whole_report_and_no_rubbish(folder):
    moments = random.Random(5)
    for _ in range(KILLS):
        writer = start(folder)
        writer.stdout.readline()
        time.sleep(moments.uniform(0, 0.006))
        writer.kill()
        writer.communicate(timeout=60)
        sweep(folder)
        is_whole(folder)
        assert temporary(folder.parent) == []
        write_folder(folder, filled(OLD))
        assert is_whole(folder) == "old"


@pytest.mark.parametrize("at", range(10))
def test_a_file_that_cannot_be_moved_is_named_and_all_is_as_it_was(at, folder, monkeypatch):
    real, moves = os.replace, []

    def refused(source, place):
        moves.append(place)
        if len(moves) == at + 1:
            raise PermissionError(errno.EACCES, "Permission denied")
        real(source, place)

    monkeypatch.setattr(os, "replace", refused)
    with pytest.raises(
        eq.InputError, match=r"'[\w/.-]+\.\w+' cannot be replaced: Permission denied.*as it was"
    ) as raised:
        write_folder(folder, filled(NEW))
    assert any(repr(name) in str(raised.value) for name in [*OLD, *NEW, "manifest.json"])
    assert is_whole(folder) == "old"
    assert temporary(folder) == []


def test_what_cannot_even_be_undone_is_kept_for_the_next(folder, monkeypatch):
    real, moves = os.replace, []

    def refused(source, place):
        moves.append(place)
        if len(moves) > 6:
            raise OSError(errno.EIO, "Input/output error")
        real(source, place)

    monkeypatch.setattr(os, "replace", refused)
    with pytest.raises(eq.InputError, match="Input/output error"):
        write_folder(folder, filled(NEW))
    monkeypatch.undo()
    assert len(temporary(folder)) == 1
    write_folder(folder, filled(NEW))
    assert is_whole(folder) == "new"
    assert temporary(folder) == []


def test_a_full_disk_leaves_the_report(folder):
    def fill(new):
        (new / "report.html").write_text("half")
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(eq.InputError, match="cannot be written: No space left on device"):
        write_folder(folder, fill)
    assert is_whole(folder) == "old"
    assert temporary(folder) == []


@pytest.mark.parametrize("overwrite", [True, False])
def test_a_link_inside_the_folder_is_not_followed(overwrite, folder, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "y.txt").write_text("mine")
    (folder / "more").symlink_to(elsewhere)
    with pytest.raises(eq.InputError, match=r"more/y\.txt would be (replaced|written)"):
        write_folder(folder, filled(NEW), overwrite)
    assert (elsewhere / "y.txt").read_text() == "mine"
    (elsewhere / "y.txt").unlink()
    with pytest.raises(eq.InputError, match=r"a link leads elsewhere where more/y\.txt would be written"):
        write_folder(folder, filled(NEW), overwrite)
    assert not list(elsewhere.iterdir())


@pytest.mark.parametrize(
    "files", [None, 5, "thesis.txt", {"thesis.txt": 1}, [None, 3, {}, [], "", ".", "/", "..", "a\0b", "x" * 9000]]
)
def test_a_manifest_with_odd_files_claims_none(files, folder):
    (folder / "manifest.json").write_text(json.dumps({"generator": "equifinal", "files": files}))
    write_folder(folder, filled({"new.txt": "new"}))
    assert content(folder) == {**OLD, "thesis.txt": "mine", "new.txt": "new"} | {
        "manifest.json": (folder / "manifest.json").read_text()
    }


def test_the_temporary_folder_of_a_living_program_stays(tmp_path):
    with staging(tmp_path, tmp_path) as mine:
        sweep(tmp_path)
        assert mine.is_dir()
        with staging(tmp_path, tmp_path) as another:
            assert mine.is_dir()
            assert another != mine
    assert temporary(tmp_path) == []


def test_a_folder_that_only_looks_temporary_stays(tmp_path):
    theirs = tmp_path / ".equifinal-notes"
    theirs.mkdir()
    (theirs / "x.txt").write_text("mine")
    os.utime(theirs, (0, 0))
    (tmp_path / ".equifinal-empty").mkdir()
    os.utime(tmp_path / ".equifinal-empty", (0, 0))
    (tmp_path / ".equifinal-link").symlink_to(tmp_path)
    sweep(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {".equifinal-notes", ".equifinal-link"}


@pytest.mark.parametrize("link", ["old", "new"])
def test_a_made_up_journal_reaches_nothing_outside(link, folder, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "secret.txt").write_text("mine")
    aside = folder / ".equifinal-made-up"
    (aside / "new").mkdir(parents=True)
    (aside / "new" / "manifest.json").touch()
    (aside / "lock").touch()
    (aside / "swap").write_text("\0".join(["../elsewhere/secret.txt", str(elsewhere / "secret.txt"), "manifest.json"]))
    if link == "old":
        (aside / "old").symlink_to(elsewhere)
    else:
        (aside / "old").mkdir()
        (aside / "old" / "sub").symlink_to(elsewhere)
    sweep(folder)
    assert (elsewhere / "secret.txt").read_text() == "mine"
    assert is_whole(folder) == "old"
    assert temporary(folder) == []
