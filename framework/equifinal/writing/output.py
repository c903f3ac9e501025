"""The base class of outputs: from a comparison to files."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from equifinal.errors import InputError
from equifinal.plugin.extension import Extension

if TYPE_CHECKING:
    from equifinal.comparison.comparison import Comparison
    from equifinal.sweep.result import Trial


class Output(Extension):
    """Writes a comparison into a folder.

    A subclass gives ``name`` (what users write after ``-f``) and :meth:`write`. It writes inside `directory` only, which
    exists and is empty of files of that name, and it states the manifest.

    Attributes
    ----------
    by_default : bool
        Whether it is written when nobody names a format. Of equifinal's own, html, csv, json and markdown are.
    needs : dict
        Packages that not everybody has: the name that is imported, and what pip installs, such as
        ``{"docx": "equifinal[docx]"}``. Whoever asks for the output without them is told so before any work.
    """

    offered_by: ClassVar[str] = "equifinal_outputs"
    by_default: ClassVar[bool] = False
    needs: ClassVar[Mapping[str, str]] = {}

    @classmethod
    def require_packages(cls) -> None:
        """Raise an :class:`~equifinal.InputError` when a package that it needs is not installed."""
        missing = dict.fromkeys(wanted for package, wanted in cls.needs.items() if find_spec(package) is None)
        if missing:
            wanted = " ".join(f'"{each}"' for each in missing)
            raise InputError(
                f"The format {cls.name!r} needs a package that is not installed. Install it with: pip install {wanted}"
            )

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

    def write_trial(self, trial: "Trial", directory: Path) -> list[Path]:
        """Write what a trial found, in the same way. Optional: an output without it is for comparisons alone.

        Parameters
        ----------
        trial
            What to show.
        directory
            An existing folder.
        """
        raise NotImplementedError(f"{type(self).__name__} writes comparisons, not trials.")

    @classmethod
    def writes_trials(cls) -> bool:
        """Whether it defines :meth:`write_trial`."""
        return cls.write_trial is not Output.write_trial
