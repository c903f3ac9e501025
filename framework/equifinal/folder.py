"""Writing a comparison into a folder: whole or not at all, and nothing of the user's lost."""

import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from equifinal import registry
from equifinal.errors import InputError, listing
from equifinal.plain import plain

if TYPE_CHECKING:
    from equifinal.comparison import Comparison

__all__ = ["DEFAULT_FORMATS", "check_folder", "choose_formats", "write_folder"]

MANIFEST = "manifest.json"
DEFAULT_FORMATS = ("html", "csv", "json", "markdown")


def choose_formats(formats: Sequence[str] | None) -> list[str]:
    """The names of outputs, each once; an unknown one is an :class:`InputError`."""
    if isinstance(formats, str):
        formats = [formats]
    known = registry.outputs()
    wanted = list(dict.fromkeys(formats if formats is not None else DEFAULT_FORMATS))
    for name in wanted:
        _ = known[name]
    if not wanted:
        raise InputError("No format to write. Name at least one, such as html.")
    return wanted


def check_folder(folder: Path, overwrite: bool = False) -> None:
    """Raise an :class:`InputError` when the folder cannot be written, or holds something that is not ours."""
    folder = Path(os.path.realpath(folder.expanduser()))
    standing = folder
    while not standing.exists():
        standing = standing.parent
    if not standing.is_dir():
        raise InputError(
            f"The folder {str(folder)!r} cannot be made: {str(standing)!r} is a file. Choose another folder."
        )
    within = folder.parent if folder.exists() else standing
    if not (os.access(standing, os.W_OK | os.X_OK) and os.access(within, os.W_OK | os.X_OK)):
        raise InputError(f"The folder {str(folder)!r} cannot be written: no permission. Choose another folder.")
    if folder.exists() and any(folder.iterdir()) and _ours(folder) is None and not overwrite:
        raise InputError(
            f"The folder {str(folder)!r} is not empty and was not written by equifinal. Choose another folder, or use "
            "--overwrite (overwrite=True) to write into it."
        )


def _ours(folder: Path) -> dict[str, Any] | None:
    """The manifest of a folder that equifinal wrote."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return manifest if isinstance(manifest, dict) and manifest.get("generator") == "equifinal" else None


def write_folder(
    comparison: "Comparison", folder: Path, formats: Sequence[str] | None = None, overwrite: bool = False
) -> list[Path]:
    """Write a comparison; see :meth:`equifinal.Comparison.write`."""
    wanted = choose_formats(formats)
    check_folder(folder, overwrite)
    target = Path(os.path.realpath(folder.expanduser()))
    known = registry.outputs()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        raise InputError(
            f"The folder {str(target)!r} cannot be written: {error.strerror}. Choose another folder."
        ) from None
    try:
        written: list[Path] = []
        for name in wanted:
            written += known[name].cls().write(comparison, staging)
        files = sorted(str(path.relative_to(staging)) for path in written)
        manifest = {**comparison.manifest, "formats": wanted, "files": [*files, MANIFEST]}
        text = json.dumps(plain(manifest), indent=2, ensure_ascii=False)
        (staging / MANIFEST).write_text(f"{text}\n", encoding="utf-8")
        if target.exists():
            _keep_strangers(target, staging, overwrite)
        staging.chmod(0o777 & ~_umask())
        _swap(staging, target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return [target / file for file in [*files, MANIFEST]]


def _keep_strangers(target: Path, staging: Path, overwrite: bool) -> None:
    """Carry over every file that equifinal did not write."""
    manifest = _ours(target)
    ours = {*(manifest.get("files", []) if manifest else []), *([MANIFEST] if manifest else [])}
    strangers = [path for path in target.rglob("*") if not path.is_dir() or path.is_symlink()]
    strangers = [path for path in strangers if path.relative_to(target).as_posix() not in ours]
    taken = [path for path in strangers if (staging / path.relative_to(target)).exists()]
    if taken and not overwrite:
        names = listing(path.relative_to(target).as_posix() for path in taken)
        raise InputError(
            f"In the folder {str(target)!r}, {names} would be replaced, which equifinal did not write. Move it away."
        )
    for path in strangers:
        copy = staging / path.relative_to(target)
        if not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, copy, follow_symlinks=False)


def _swap(staging: Path, target: Path) -> None:
    if not target.exists():
        staging.rename(target)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{target.name}-old-", dir=target.parent))
    old.rmdir()
    target.rename(old)
    try:
        staging.rename(target)
    except OSError:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
