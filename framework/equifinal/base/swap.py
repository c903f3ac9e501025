"""Files of a folder swapped for others: all or none, whatever ends the program meanwhile.

The new files lie in ``new`` of a temporary folder, those that they replace are kept in ``old`` until the last one, which is never
missing in the folder itself, has taken its place. Every step is a rename, and can be undone by the next program that comes by.
"""

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path

from equifinal.errors import InputError

#: Stands in the temporary folder while files are swapped, with their names, the deciding one last.
_JOURNAL = "swap"


def swap(aside: Path, target: Path, before: Sequence[str], files: Sequence[str]) -> None:
    """Put the new files into a folder in place of others, and clean up.

    Parameters
    ----------
    aside
        The temporary folder, on the same file system, with the new files in ``new``.
    target
        The folder.
    before, files
        The names of the files to be replaced, and of the new ones, with slashes. The last new one decides: once it is there, the
        swap is done.

    Raises
    ------
    InputError
        When a file cannot be moved; it is named, and the folder is as it was.
    """
    (aside / _JOURNAL).write_text("\0".join(files), encoding="utf-8")
    last = files[-1]
    moving = ""
    try:
        for moving in before:
            if moving != last:
                _move(target / moving, aside / "old" / moving)
        for moving in files:
            _move(aside / "new" / moving, target / moving)
    except BaseException as error:
        undo(aside, target)
        if not isinstance(error, OSError):
            raise
        raise InputError(
            f"In the folder {str(target)!r}, {moving!r} cannot be replaced: {error.strerror or error}. If a program has it open, "
            "close it there, or choose another folder. The folder is as it was."
        ) from None
    _remove_empty({target / file for file in before}, target)
    with contextlib.suppress(OSError):  # the next one that comes by sees that all is done
        (aside / _JOURNAL).unlink()


def undo(aside: Path, target: Path) -> None:
    """Undo a swap that did not come to its end; one that did, or never began, is left as it is."""
    try:
        files = (aside / _JOURNAL).read_text(encoding="utf-8").split("\0")
    except (OSError, ValueError):
        return
    new, old = aside / "new", aside / "old"
    # A folder that came from elsewhere may hold a journal and links that were made to mislead.
    if not new.is_symlink() and not old.is_symlink():
        safe = [file for file in files if stays_inside(file, target) and stays_inside(file, new)]
        kept = [file for file in _files(old) if stays_inside(file, target) and stays_inside(file, old)]
        if os.path.lexists(new / files[-1]):
            for file in reversed(safe):
                if file != files[-1] and not os.path.lexists(new / file) and os.path.lexists(target / file):
                    _move(target / file, new / file)
            _remove_empty({target / file for file in safe}, target)
            for file in kept:
                _move(old / file, target / file)
        else:
            _remove_empty({target / file for file in kept}, target)
    (aside / _JOURNAL).unlink()


def _files(folder: Path) -> list[str]:
    found = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    return [path.relative_to(folder).as_posix() for path in found]


def is_under_way(aside: Path) -> bool:
    """Whether a swap began that has not been cleaned up, so that the temporary folder may hold the only copy of a file."""
    return os.path.lexists(aside / _JOURNAL)


def stays_inside(file: str, folder: Path) -> bool:
    """Whether a relative name leads to a place in the folder, by no link and no ``..``."""
    parts = Path(file).parts
    if not parts or Path(file).is_absolute() or ".." in parts or "\0" in file:
        return False
    return not any(os.path.islink(folder.joinpath(*parts[:depth])) for depth in range(1, len(parts)))


def _move(source: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    os.replace(source, place)


def _remove_empty(files: set[Path], target: Path) -> None:
    """Remove folders of these files that are empty now, the deepest first."""
    folders = {parent for file in files for parent in file.parents if target in parent.parents}
    for folder in sorted(folders, key=lambda each: len(each.parts), reverse=True):
        with contextlib.suppress(OSError):  # not empty
            folder.rmdir()
