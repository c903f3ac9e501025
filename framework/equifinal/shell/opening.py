"""What was written, and opening its page in the browser."""

import contextlib
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from equifinal.errors import InputError
from equifinal.shell.say import say


def check_given(output: Path | None, formats: Sequence[str] | None, opens: bool) -> None:
    """Raise an :class:`InputError` when something is asked of files, and no folder is named for them."""
    for given, asked_for in (("-f", bool(formats)), ("--open", opens)):
        if output is None and asked_for:
            raise InputError(f"{given} needs a folder to write into. Add -o DIR.")


def check_page(opens: bool, outputs: Iterable[Any]) -> None:
    """Raise an :class:`InputError` when the page is to be opened, and none will be written."""
    if opens and "html" not in outputs:
        raise InputError("--open needs the format html, which is not among those asked for. Add -f html.")


def say_written(written: Sequence[Path], folder: Path | None, opens: bool) -> None:
    """Say what was written; open its page, if asked for, or say why it stays closed."""
    page = next((path for path in written if path.suffix == ".html"), None)
    say(f"Wrote {len(written)} files into {folder}; open {page or written[0]}.")
    if opens and page is None:
        _warn("no html report was written, so there is none to open.")
    elif opens and page is not None:
        _open(page)


def _open(page: Path) -> None:
    import webbrowser

    if not webbrowser.open(page.absolute().as_uri()):
        _warn("no browser could be started. Open the report yourself.")


def _warn(words: str) -> None:
    with contextlib.suppress(OSError, ValueError):
        say(f"Warning: {words}", file=sys.stderr)
