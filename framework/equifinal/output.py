"""The base class of outputs: from a comparison to files."""

from pathlib import Path
from typing import TYPE_CHECKING

from equifinal.extension import Extension

if TYPE_CHECKING:
    from equifinal.comparison import Comparison

__all__ = ["Output"]


class Output(Extension):
    """Writes a comparison into a folder.

    A subclass gives ``name`` (what users write after ``-f``) and :meth:`write`. It writes inside `directory` only, which
    exists and is empty of files of that name, and it states the manifest.
    """

    def write(self, comparison: "Comparison", directory: Path) -> list[Path]:
        """Write the files and return their paths.

        Parameters
        ----------
        comparison
            What to show.
        directory
            An existing folder.
        """
        raise NotImplementedError(f"{type(self).__name__} must define write(self, comparison, directory).")
