"""What is known of a plugin, of a thing that it brings, and of all things of a kind."""

import inspect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from equifinal.base.readable import Readable
from equifinal.errors import InputError, did_you_mean, said

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Plugin:
    """A plugin, healthy or not.

    Attributes
    ----------
    name : str
        The entry point's name, or the file's.
    distribution, version : str
        The package that brings it; the path and no version for a single file.
    brings : tuple of str
        What it offers, such as ``"method fsqca"``.
    problems : tuple of str
        Why it, or a part of it, is not used; empty when all is well.
    switched_off : bool
        Whether the user switched it off; then it is not even imported.
    api : int or None
        The version of the plugin interface that it says it was written for.
    settings : pydantic model or None
        What its settings in a study must be: ``equifinal_settings`` of its module.
    """

    name: str
    distribution: str
    version: str
    brings: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    switched_off: bool = False
    api: int | None = None
    settings: Any = field(default=None, repr=False)

    @property
    def health(self) -> str:
        """``"ok"``, ``"switched off"``, or the problems."""
        return "switched off" if self.switched_off else "; ".join(self.problems) or "ok"

    @property
    def origin(self) -> str:
        """Distribution and version in one string."""
        return f"{self.distribution} {self.version}".strip()

    def __str__(self) -> str:
        return f"{self.name} ({self.origin})"


def with_problem(plugin: Plugin, problem: str) -> Plugin:
    """The plugin with one problem more."""
    return replace(plugin, problems=(*plugin.problems, problem.removesuffix(".")))


def title_of(thing: Any) -> str:
    """One line for people on a thing that a plugin brings: its title, the help of a group, or the first line of its docstring."""
    try:
        group = getattr(thing, "info", None)  # of a typer.Typer
        about = getattr(group, "help", None) if group is not None else thing.__doc__
        summary = (inspect.cleandoc(about if isinstance(about, str) else "").splitlines() or [""])[0]
        return str(getattr(thing, "title", "") or summary.rstrip(".")).replace("``", "")
    except Exception as error:  # an attribute that is computed, wrongly
        return f"(its title cannot be told: {said(error)})"


@dataclass(frozen=True)
class Entry:
    """One thing that a plugin brings: a class, or an object of studies, measures, facets and commands."""

    name: str
    cls: Any
    plugin: Plugin

    @property
    def title(self) -> str:
        """One line for people."""
        return title_of(self.cls)


T = TypeVar("T")


class Listing(Readable, dict[str, T], Generic[T]):
    """A dict from names to what is there. Asking for a name that is not is an :class:`InputError` that lists the known ones."""

    def __init__(self, kind: str, switched_off: Iterable[str] = ()) -> None:
        super().__init__()
        self.kind = kind
        self.contested: dict[str, str] = {}
        self.switched_off = tuple(switched_off)

    def __missing__(self, name: str) -> T:
        if name in self.contested:
            raise InputError(self.contested[name])
        raise InputError(f"Unknown {self.kind} {name!r}. {did_you_mean(name, self)}")

    def to_frame(self) -> "pd.DataFrame":
        """The listing as a table."""
        import pandas as pd

        rows = [
            {"name": each.name, "title": each.title, "plugin": each.plugin.name, "origin": each.plugin.origin}
            if isinstance(each, Entry)
            else {
                "name": name,
                "version": getattr(each, "version", ""),
                "origin": getattr(each, "distribution", ""),
                "brings": ", ".join(getattr(each, "brings", ())),
                "health": getattr(each, "health", ""),
            }
            for name, each in self.items()
        ]
        return pd.DataFrame(rows).set_index("name") if rows else pd.DataFrame(index=pd.Index([], name="name"))

    def _said(self) -> Iterator[str]:
        from equifinal.base.readable import in_short

        plurals = {"study": "studies", "kind of proposition": "kinds of proposition"}
        yield f"{len(self)} {self.kind if len(self) == 1 else plurals.get(self.kind, f'{self.kind}s')}:"
        width = max(map(len, self), default=0)
        for name, each in self.items():
            about = (
                each.title
                if isinstance(each, Entry)
                else f"{each.origin}, {each.health}"
                if isinstance(each, Plugin)
                else ""
            )
            yield f"  {name:{width}}  {in_short(about, max(20, 96 - width))}".rstrip()

    def _hint(self, name: str) -> str:
        return f"Write [{name!r}]." if name in self else ""

    def _repr_html_(self) -> str:
        return self.to_frame().to_html(border=0)
