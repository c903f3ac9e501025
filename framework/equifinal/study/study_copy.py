"""Copying a study's folder, whole or not at all, and never at the cost of a user's file."""

import os
import shutil
from pathlib import Path

from equifinal.base.files import real_path, staging
from equifinal.base.toml import parsed
from equifinal.errors import InputError, listing
from equifinal.plugin.registry import studies
from equifinal.study.study_file import study_path


def copy_study(study: str | Path, target: str | Path | None = None, overwrite: bool = False) -> list[Path]:
    """Copy the files of a study: its ``study.toml``, its table, and what else lies beside them for readers.

    Parameters
    ----------
    study
        The name of a bundled or plugin-provided study, the path of a ``study.toml``, or of the folder that holds one.
    target
        The folder to copy it into; the default is one of the study's name in the working directory.
    overwrite
        Whether files of the same names may be replaced.

    Returns
    -------
    list of pathlib.Path
        The files written.

    Raises
    ------
    InputError
        When there is no such study, its table lies outside its folder, or the target holds files already. Nothing is written
        then.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sorted(path.name for path in copy_study("heilongjiang", Path(folder, "mine")))
    ['README.md', 'cases.csv', 'study.toml']
    """
    source = study_path(study)
    names = _files(source)
    folder = Path(target if target is not None else str(study) if str(study) in studies() else source.parent.name)
    place = real_path(folder)
    if os.path.lexists(place) and not place.is_dir():
        raise InputError(f"{str(folder)!r} is a file. Name another folder to copy into.")
    standing = [name for name in names if os.path.lexists(place / name)]
    if place == source.parent.resolve():
        raise InputError(f"The study {str(study)!r} lies in {str(folder)!r} already. Name another folder to copy into.")
    if place.is_dir() and any(place.iterdir()) and not overwrite:
        replaced = f" and holds {listing(standing)}" if standing else ""
        raise InputError(
            f"The folder {str(folder)!r} is not empty{replaced}. Name another one, or choose overwrite (--overwrite on the "
            "command line) to copy into it."
        )
    with staging(place, folder) as new:
        for name in names:
            shutil.copyfile(source.parent / name, new / name)
        for name in names:
            os.replace(new / name, place / name)
    return [folder / name for name in names]


def _files(source: Path) -> list[str]:
    """The files of a study's folder; of a folder of code, those that are not code."""
    try:
        data = Path(str(parsed(source.read_text(encoding="utf-8-sig"))["study"]["data"]))
    except (OSError, ValueError, LookupError, TypeError):
        raise InputError(
            f"Study file {str(source)!r}: it cannot be read, or names no data. Correct it first."
        ) from None
    if data.name != str(data) or not (source.parent / data).is_file():
        raise InputError(
            f"Study file {str(source)!r}: its table is {str(data)!r}, which is not a file in the same folder, so the folder "
            "is not the whole study. Copy both yourself."
        )
    beside = [
        path.name
        for path in sorted(source.parent.iterdir())
        if path.is_file() and path.suffix not in (".py", ".pyc", ".typed") and not path.name.startswith(".")
    ]
    return list(dict.fromkeys([source.name, data.name, *beside]))
