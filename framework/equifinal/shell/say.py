"""Lines for the terminal, in which words cannot steer it."""

from typing import Any

from equifinal.errors import visible


def say(words: str, file: Any = None) -> None:
    """Print a line in which names, paths and messages cannot steer the terminal."""
    print(visible(words), file=file)
