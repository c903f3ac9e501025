"""Folders that are written whole or not at all, and never at the cost of a user's file. The manifest marks them as ours."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from equifinal.base.files import real_path, staging, sweep
from equifinal.base.plain import plain
from equifinal.base.swap import stays_inside, swap
from equifinal.errors import InputError, listing

MANIFEST = "manifest.json"


def check_folder(folder: Path, overwrite: bool = False) -> None:
    """Raise an :class:`InputError` when the folder cannot be written, or holds something that is not ours."""
    folder = real_path(folder)
    sweep(folder)
    standing = folder
    while not os.path.lexists(standing):
        standing = standing.parent
    if not standing.is_dir():
        raise InputError(
            f"The folder {str(folder)!r} cannot be created: {str(standing)!r} is a file. Choose another folder."
        )
    if not os.access(standing, os.W_OK | os.X_OK):
        raise InputError(f"The folder {str(folder)!r} cannot be written: no permission. Choose another folder.")
    if standing == folder and any(folder.iterdir()) and _ours(folder) is None and not overwrite:
        raise InputError(
            f"The folder {str(folder)!r} is not empty and was not written by equifinal. Choose another folder, or choose "
            "overwrite (--overwrite on the command line) to write into it."
        )


def is_report(folder: Path) -> bool:
    """Whether a folder holds what equifinal wrote."""
    return _ours(real_path(folder)) is not None


def _ours(folder: Path) -> dict[str, Any] | None:
    """The manifest of a folder that equifinal wrote."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return manifest if isinstance(manifest, dict) and manifest.get("generator") == "equifinal" else None


def write_folder(folder: Path, fill: Callable[[Path], Mapping[str, Any]], overwrite: bool = False) -> list[Path]:
    """Write a folder whole or not at all.

    Parameters
    ----------
    folder
        One that does not exist, is empty, or was written by this function; any other only with `overwrite`.
    fill
        Writes into the empty folder that it is given, and returns the manifest, or an empty one if nothing is to be written.
        When it raises, the exception passes on and nothing is left behind.
    overwrite
        Whether files of the same names that are not ours may be replaced.

    Returns
    -------
    list of pathlib.Path
        The files, the manifest last.

    Raises
    ------
    InputError
        When the folder cannot be written, or holds something else.
    """
    check_folder(folder, overwrite)
    target = real_path(folder)
    # Written to a temporary folder, then moved: one beside a new folder, which appears whole; one inside an existing folder.
    with staging(target if target.exists() else target.parent, target) as report:
        manifest = fill(report)
        if not manifest:
            return []
        files = _with_manifest(report, manifest)
        if target.exists():
            _move_into(report, target, files, overwrite)
        else:
            report.rename(target)
    return [target / file for file in files]


def _with_manifest(report: Path, manifest: Mapping[str, Any]) -> list[str]:
    """Write the manifest, which lists all files, and return their names relative to the folder."""
    files = sorted(path.relative_to(report).as_posix() for path in report.rglob("*") if not path.is_dir())
    files = [*(file for file in files if file != MANIFEST), MANIFEST]
    text = json.dumps(plain({**manifest, "files": files}), indent=2, ensure_ascii=False)
    (report / MANIFEST).write_text(f"{text}\n", encoding="utf-8")
    return files


def _move_into(report: Path, target: Path, files: Sequence[str], overwrite: bool) -> None:
    """Replace what equifinal wrote before, and leave every other file where it is."""
    before = _files_before(target)
    taken = [file for file in files if file not in before and os.path.lexists(target / file)]
    blocked = [file for file in files if (target / file).is_dir() or _under_a_file(target / file, target)]
    if blocked or (taken and not overwrite):
        raise InputError(
            f"In the folder {str(target)!r}, {listing(blocked or taken)} would be replaced, which equifinal did not write. "
            "Move it away, or choose another folder."
        )
    if elsewhere := [file for file in files if not stays_inside(file, target)]:
        raise InputError(
            f"In the folder {str(target)!r}, a link leads elsewhere where {listing(elsewhere)} would be written. Remove the "
            "link, or choose another folder."
        )
    swap(report.parent, target, sorted({*before, *taken}), files)


def _files_before(target: Path) -> set[str]:
    """The files that an earlier manifest lists, except those that lie elsewhere because of a link or '..'."""
    manifest = _ours(target)
    if manifest is None:
        return set()
    listed = manifest.get("files")
    inside = {str(file) for file in listed if stays_inside(str(file), target)} if isinstance(listed, list) else set()
    return {file for file in {*inside, MANIFEST} if os.path.lexists(target / file) and not _is_folder(target / file)}


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _under_a_file(path: Path, target: Path) -> bool:
    return any(os.path.lexists(parent) and not parent.is_dir() for parent in path.parents if target in parent.parents)
