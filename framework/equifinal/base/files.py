"""Files that are written whole or not at all, and names that every system can store."""

import contextlib
import os
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from equifinal.base.swap import is_under_way, undo
from equifinal.errors import InputError, repr_of


def real_path(path: str | Path) -> Path:
    """A path that a user gave, with ``~`` and links followed; one that no system can have is an :class:`InputError`.

    >>> real_path("~nosuchuser/study.toml")
    Traceback (most recent call last):
    equifinal.errors.InputError: '~nosuchuser/study.toml' is not a usable path: Could not determine home directory. Choose another.
    """
    if not isinstance(path, (str, os.PathLike)):
        raise InputError(f"A path is a text or a pathlib.Path, not {repr_of(path)}. Choose another.")
    try:
        found = Path(os.path.realpath(Path(path).expanduser()))
        with contextlib.suppress(FileNotFoundError, NotADirectoryError, PermissionError):
            os.lstat(found)
    except (OSError, RuntimeError, ValueError) as error:  # too long; no such user; a null or half a character
        said = str(path) if len(str(path)) <= 80 else f"{str(path)[:77]}..."
        reason = (getattr(error, "strerror", None) or str(error)).rstrip(".")
        raise InputError(f"{said!r} is not a usable path: {reason}. Choose another.") from None
    return found


def typed(path: str | Path) -> str:
    """A path as it is typed into a shell, in quotes where it needs them.

    >>> typed("towns/study.toml"), typed("Köln.csv")
    ('towns/study.toml', 'Köln.csv')
    """
    text = str(path)
    if re.fullmatch(r"[\w./\\:@%+,=~-]+" if os.name == "nt" else r"[\w./:@%+,=-]+", text):
        return text
    return subprocess.list2cmdline([text]) if os.name == "nt" else shlex.quote(text)


@contextmanager
def staging(folder: Path, target: Path) -> Iterator[Path]:
    """A temporary folder to write into, from which finished files can be renamed to their place in `folder`.

    It is called ``new``, in another one beside which nothing else needs to be known. `folder` is created if it does not exist, and
    removed again if nothing was moved into it. What killed programs left in `folder` is swept first. An error of the system
    becomes an :class:`~equifinal.InputError` that says that `target` cannot be written; an error with notes is somebody's own
    failure and passes unchanged.
    """
    made = [parent for parent in (folder, *folder.parents) if not os.path.lexists(parent)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        sweep(folder)
        aside, lock = _new_aside(folder)
        try:
            (aside / "new").mkdir()
            yield aside / "new"
        finally:
            _remove(aside, lock)
    except OSError as error:
        if hasattr(error, "__notes__"):
            raise
        reason = error.strerror or str(error)
        raise InputError(f"{str(target)!r} cannot be written: {reason}. Choose another place.") from error
    finally:
        for parent in made:
            with contextlib.suppress(OSError):  # not empty
                parent.rmdir()


def sweep(folder: Path) -> None:
    """Undo what killed programs began in a folder, and remove their temporary folders; those of living ones stay."""
    for aside in folder.glob(f"{_PREFIX}*"):
        if aside.is_symlink() or not aside.is_dir():
            continue
        with contextlib.suppress(OSError):  # somebody else's, or alive, or swept by another meanwhile
            if not (aside / _LOCK).is_file():
                aside.rmdir()  # killed before or after all else; one with anything in it is none of ours
                continue
            lock = _lock(aside)
            try:
                undo(aside, folder)
            finally:
                _remove(aside, lock)


_PREFIX, _LOCK = ".equifinal-", "lock"


def _new_aside(folder: Path) -> tuple[Path, int]:
    """A new temporary folder, and the lock on it."""
    while True:
        aside = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=folder))
        try:
            return aside, _lock(aside, required=False)
        except (FileNotFoundError, BlockingIOError):
            continue  # another program swept it before it was locked


def _lock(aside: Path, required: bool = True) -> int:
    """Hold a temporary folder until this program ends, however it does; an :class:`OSError` if another one holds it.

    Where the file system has no locks, nothing is held, and nothing swept.
    """
    path = aside / _LOCK
    if os.name == "nt" and path.exists():
        path.unlink()  # which Windows refuses while another program has it open
    lock = os.open(path, os.O_CREAT | os.O_RDWR)
    if os.name != "nt":
        import fcntl

        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if required or isinstance(error, BlockingIOError):
                os.close(lock)
                raise
    return lock


def _remove(aside: Path, lock: int) -> None:
    """Let go of a temporary folder and remove it, the mark that it is one last; not if something is yet to be undone."""
    done = not is_under_way(aside)
    for part in aside.iterdir() if done else ():
        if part.name != _LOCK:
            shutil.rmtree(part, ignore_errors=True) if part.is_dir() and not part.is_symlink() else part.unlink()
    os.close(lock)
    if done:
        with contextlib.suppress(OSError):
            (aside / _LOCK).unlink()
            aside.rmdir()
