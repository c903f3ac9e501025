"""Writing a comparison into a folder: whole or not at all, and nothing of the user's lost."""

import contextlib
import json
import os
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from equifinal import registry
from equifinal.base.plain import plain
from equifinal.errors import FAULTS, InputError, listing

if TYPE_CHECKING:
    from equifinal.comparison import Comparison
    from equifinal.output import Output

__all__ = ["DEFAULT_FORMATS", "check_folder", "choose_formats", "write_folder"]

MANIFEST = "manifest.json"
DEFAULT_FORMATS = ("html", "csv", "json", "markdown")


def choose_formats(formats: Sequence[str] | None) -> dict[str, "Output"]:
    """The outputs by name, each once, with the parameters that stand behind its name.

    Parameters
    ----------
    formats
        Names, such as ``"html"``; parameters stand behind a colon as TOML writes them, such as ``"html:figures=true"`` or
        ``"figures:formats=['pdf'],dpi=300"``. ``None`` for the formats by default.

    Raises
    ------
    InputError
        When a format is unknown, is asked for twice in different ways, lacks a package, or a parameter is wrong.
    """
    if isinstance(formats, str):
        formats = [formats]
    known = registry.outputs()
    found: dict[str, Output] = {}
    for wanted in formats if formats is not None else DEFAULT_FORMATS:
        name, colon, written = wanted.partition(":")
        cls = known[name.strip()].cls
        cls.require_packages()
        output = cls.from_parameters(_parameters(wanted, written) if colon else {}, "Output ")
        if found.setdefault(cls.name, output) != output:
            raise InputError(f"The format {cls.name!r} is asked for twice, with different parameters. Ask for it once.")
    if not found:
        raise InputError("No format to write. Name at least one, such as html.")
    return found


def _parameters(wanted: str, written: str) -> dict[str, Any]:
    """What stands behind the colon: the inside of an inline table of TOML."""
    try:
        parameters: dict[str, Any] = tomllib.loads(f"parameters = {{{written}}}")["parameters"]
    except tomllib.TOMLDecodeError as error:
        raise InputError(
            f"The format {wanted!r} cannot be read: {error}. Write parameters behind the colon as in TOML, separated by commas, "
            "such as html:figures=true or \"figures:formats=['pdf'],dpi=300\"."
        ) from None
    return parameters


def check_folder(folder: Path, overwrite: bool = False) -> None:
    """Raise an :class:`InputError` when the folder cannot be written, or holds something that is not ours."""
    folder = Path(os.path.realpath(folder.expanduser()))
    standing = folder
    while not os.path.lexists(standing):
        standing = standing.parent
    if not standing.is_dir():
        raise InputError(
            f"The folder {str(folder)!r} cannot be made: {str(standing)!r} is a file. Choose another folder."
        )
    if not os.access(standing, os.W_OK | os.X_OK):
        raise InputError(f"The folder {str(folder)!r} cannot be written: no permission. Choose another folder.")
    if standing == folder and any(folder.iterdir()) and _ours(folder) is None and not overwrite:
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
    comparison: "Comparison",
    folder: Path,
    formats: Sequence[str] | None = None,
    overwrite: bool = False,
    failures: dict[str, BaseException] | None = None,
) -> list[Path]:
    """Write a comparison; see :meth:`equifinal.Comparison.write`.

    When `failures` is given, an output that raises is put there by its name, and the others are written; nothing is when all do.
    """
    outputs = choose_formats(formats)
    check_folder(folder, overwrite)
    target = Path(os.path.realpath(folder.expanduser()))
    made = [parent for parent in target.parents if not parent.exists()]
    written = False
    try:
        # Everything is written aside, then moved: beside a new folder, which appears whole; inside one that is there.
        target.parent.mkdir(parents=True, exist_ok=True)
        place = target if target.exists() else target.parent
        with tempfile.TemporaryDirectory(prefix=".equifinal-", dir=place) as temporary:
            staging = Path(temporary) / "report"
            staging.mkdir()
            files = _write(comparison, outputs, staging, failures)
            if not files:
                return []
            if target.exists():
                _move_into(staging, target, files, overwrite)
            else:
                staging.rename(target)
        written = True
    except OSError as error:
        if hasattr(error, "__notes__"):  # an output's own failure, not the folder's
            raise
        reason = error.strerror or str(error)
        raise InputError(f"The folder {str(target)!r} cannot be written: {reason}. Choose another folder.") from error
    finally:
        if not written:
            for parent in made:
                with contextlib.suppress(OSError):
                    parent.rmdir()
    return [target / file for file in files]


def _write(
    comparison: "Comparison",
    outputs: Mapping[str, "Output"],
    staging: Path,
    failures: dict[str, BaseException] | None,
) -> list[str]:
    """Write all outputs and the manifest; the files, relative to the folder."""
    formats = []
    for name, output in outputs.items():
        before = set(staging.rglob("*"))
        try:
            output.write(comparison, staging)
        except FAULTS as error:
            error.add_note(f"While writing the output {name!r} of the plugin {registry.outputs()[name].plugin}.")
            if failures is None:
                raise
            failures[name] = error
            for path in sorted(set(staging.rglob("*")) - before, reverse=True):
                path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        else:
            formats.append(name)
    if not formats:
        return []
    files = sorted(path.relative_to(staging).as_posix() for path in staging.rglob("*") if not path.is_dir())
    files = [*(file for file in files if file != MANIFEST), MANIFEST]
    manifest = {**comparison.manifest, "formats": formats, "files": files}
    text = json.dumps(plain(manifest), indent=2, ensure_ascii=False)
    (staging / MANIFEST).write_text(f"{text}\n", encoding="utf-8")
    return files


def _move_into(staging: Path, target: Path, files: Sequence[str], overwrite: bool) -> None:
    """Replace what equifinal wrote before, and leave every other file where it is."""
    before = _files_before(target)
    taken = [file for file in files if file not in before and os.path.lexists(target / file)]
    blocked = [file for file in files if (target / file).is_dir() or _under_a_file(target / file, target)]
    if blocked or (taken and not overwrite):
        raise InputError(
            f"In the folder {str(target)!r}, {listing(blocked or taken)} would be replaced, which equifinal did not write. "
            "Move it away, or choose another folder."
        )
    for file in before:
        (target / file).unlink(missing_ok=True)
    for file in files:
        (target / file).parent.mkdir(parents=True, exist_ok=True)
        (staging / file).replace(target / file)
    for folder in {parent for file in before for parent in (target / file).parents if target in parent.parents}:
        with contextlib.suppress(OSError):  # not empty
            folder.rmdir()


def _files_before(target: Path) -> set[str]:
    """The files that an earlier manifest says are ours; those that lie elsewhere, by a link or by '..', are not."""
    manifest = _ours(target)
    listed = manifest.get("files", []) if manifest else []
    inside = {str(file) for file in listed if (target / str(file)).parent.resolve().is_relative_to(target)}
    return {file for file in inside | ({MANIFEST} if manifest else set()) if not (target / file).is_dir()}


def _under_a_file(path: Path, target: Path) -> bool:
    return any(os.path.lexists(parent) and not parent.is_dir() for parent in path.parents if target in parent.parents)
