"""What the shell offers after the tab key: names of studies, methods, formats, kinds and plugins."""

import contextlib
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import typer

Offer = Callable[[typer.Context, str], list[tuple[str, str]]]


def offering(*hooks: str) -> Offer:
    """A completion by the names of what plugins bring, such as ``"methods"``; for methods, the study's labels too."""

    def complete(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
        with _quietly():
            from equifinal.plugin import registry

            for file in ctx.params.get("plugin") or ():
                registry.load_plugin(file)
            offered: dict[str, str] = {}
            for hook in hooks:
                offered |= {name: _title(each) for name, each in getattr(registry, hook)().items()}
            if "studies" in hooks:
                offered |= dict.fromkeys(_study_files(), "")
            if "methods" in hooks and (study := ctx.params.get("study") or next(iter(ctx.args), None)):
                offered |= dict.fromkeys(_labels(str(study)), "")  # among args while the option has no value
            return beginning(incomplete, offered.items())
        return []

    return complete


def beginning(incomplete: str, offered: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those names that begin with what is typed, each with its title."""
    return [(name, title) for name, title in offered if name.startswith(incomplete)]


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Completion says nothing: an error offers nothing, since a message would stand in the middle of what is being typed."""
    with contextlib.suppress(Exception), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _title(entry: Any) -> str:
    return str(getattr(entry, "title", ""))


def _study_files() -> list[str]:
    """Study files here and in the folders here."""
    return sorted(str(path) for pattern in ("*.toml", "*/study.toml") for path in Path().glob(pattern))


def _labels(study: str) -> list[str]:
    """The labels of the methods in a study's file; none where it cannot be read."""
    from equifinal.base.toml import parsed
    from equifinal.study.study_file import study_path

    with contextlib.suppress(Exception):
        return list(parsed(study_path(study).read_text(encoding="utf-8-sig")).get("methods", {}))
    return []
