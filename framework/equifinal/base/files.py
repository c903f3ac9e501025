"""Files that are written whole or not at all, and names that every system can store."""

import contextlib
import os
import re
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from equifinal.errors import InputError


def real_path(path: str | Path) -> Path:
    """A path that a user gave, with ``~`` and links followed; one that no system can have is an :class:`InputError`.

    >>> real_path("~nosuchuser/study.toml")
    Traceback (most recent call last):
    equifinal.errors.InputError: '~nosuchuser/study.toml' is not a usable path: Could not determine home directory. Choose another.
    """
    try:
        found = Path(os.path.realpath(Path(path).expanduser()))
        with contextlib.suppress(FileNotFoundError, NotADirectoryError, PermissionError):
            os.lstat(found)
    except (OSError, RuntimeError, ValueError) as error:  # too long; no such user; a null or half a character
        said = str(path) if len(str(path)) <= 80 else f"{str(path)[:77]}..."
        reason = (getattr(error, "strerror", None) or str(error)).rstrip(".")
        raise InputError(f"{said!r} is not a usable path: {reason}. Choose another.") from None
    return found


@contextmanager
def staging(folder: Path, target: Path) -> Iterator[Path]:
    """A temporary folder to write into, from which finished files can be renamed to their place in `folder`.

    `folder` is created if it does not exist, and removed again if nothing was moved into it. An error of the system becomes
    an :class:`~equifinal.InputError` that says that `target` cannot be written; an error with notes is somebody's own
    failure and passes unchanged.
    """
    made = [parent for parent in (folder, *folder.parents) if not os.path.lexists(parent)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".equifinal-", dir=folder) as temporary:
            yield Path(temporary)
    except OSError as error:
        if hasattr(error, "__notes__"):
            raise
        reason = error.strerror or str(error)
        raise InputError(f"{str(target)!r} cannot be written: {reason}. Choose another place.") from error
    finally:
        for parent in made:
            with contextlib.suppress(OSError):  # not empty
                parent.rmdir()


def safe_name(name: str, ending: str, taken: Collection[str] = ()) -> str:
    """A file name that every system can store; numbered if it is among the `taken` ones, which are in lower case.

    >>> safe_name("a/b: c", "csv"), safe_name("fit", "csv", {"fit.csv"})
    ('a_b_c.csv', 'fit-2.csv')
    """
    stem = re.sub(r"[^\w.-]+", "_", name).strip("._")[:100] or "table"
    number, file = 1, f"{stem}.{ending}"
    while file.lower() in taken:
        number += 1
        file = f"{stem}-{number}.{ending}"
    return file
