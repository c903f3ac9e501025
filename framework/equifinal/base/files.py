"""Files that are written whole or not at all, and names that every system can store."""

import contextlib
import re
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from equifinal.errors import InputError


@contextmanager
def staging(folder: Path, target: Path) -> Iterator[Path]:
    """A temporary folder to write into, from which finished files can be renamed to their place in `folder`.

    `folder` is created if it does not exist, and removed again if nothing was moved into it. An error of the system becomes
    an :class:`~equifinal.InputError` that says that `target` cannot be written; an error with notes is somebody's own
    failure and passes unchanged.
    """
    made = [parent for parent in (folder, *folder.parents) if not parent.exists()]
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
