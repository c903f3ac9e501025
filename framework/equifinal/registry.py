"""What plugins bring, and how they are found.

Plugins are found through entry points of the group ``equifinal``, or loaded from a single file. Each is imported, checked and
asked alone: one that fails is listed with its reason, and the rest work.
"""

import hashlib
import importlib.metadata
import importlib.util
import inspect
import sys
import traceback
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, Generic, TypeVar

import pandas as pd
import pluggy

from equifinal import hookspecs
from equifinal.errors import InputError, did_you_mean

__all__ = [
    "Entry",
    "Listing",
    "Plugin",
    "Registry",
    "calibrators",
    "claims",
    "load_plugin",
    "methods",
    "outputs",
    "plugins",
    "studies",
]

PROJECT = "equifinal"
HOOKS = [name for name in vars(hookspecs) if name.startswith("equifinal_")]
OBSERVING = ("equifinal_before_", "equifinal_after_")


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
    """

    name: str
    distribution: str
    version: str
    brings: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def origin(self) -> str:
        """Distribution and version in one string."""
        return f"{self.distribution} {self.version}".strip()

    def __str__(self) -> str:
        return f"{self.name} ({self.origin})"


@dataclass(frozen=True)
class Entry:
    """One calibrator, method, output, kind of claim or study, with the plugin it comes from."""

    name: str
    cls: Any
    plugin: Plugin

    @property
    def title(self) -> str:
        """One line for people."""
        summary = (inspect.cleandoc(self.cls.__doc__ or "").splitlines() or [""])[0]
        return str(getattr(self.cls, "title", "") or summary.rstrip(".")).replace("``", "")


T = TypeVar("T")


class Listing(dict[str, T], Generic[T]):
    """A dict from names to what is there. Asking for a name that is not is an :class:`InputError` that lists the known ones."""

    def __init__(self, kind: str, contested: dict[str, str] | None = None) -> None:
        super().__init__()
        self.kind = kind
        self.contested = contested or {}

    def __missing__(self, name: str) -> T:
        if name in self.contested:
            raise InputError(self.contested[name])
        raise InputError(f"Unknown {self.kind} {name!r}. {did_you_mean(name, self)}")

    def to_frame(self) -> pd.DataFrame:
        """The listing as a table."""
        rows = [
            {"name": each.name, "title": each.title, "plugin": each.plugin.name, "origin": each.plugin.origin}
            if isinstance(each, Entry)
            else {
                "name": name,
                "origin": getattr(each, "origin", ""),
                "brings": ", ".join(getattr(each, "brings", ())),
                "health": "; ".join(getattr(each, "problems", ())) or "ok",
            }
            for name, each in self.items()
        ]
        return pd.DataFrame(rows).set_index("name") if rows else pd.DataFrame(index=pd.Index([], name="name"))

    def _repr_html_(self) -> str:
        return self.to_frame().to_html(border=0)


def _kinds() -> dict[str, tuple[str, Callable[[Any], str | None]]]:
    """Per hook that contributes: what one thing is called, and how to read its name (None when it is no such thing)."""
    from equifinal.calibrator import Calibrator
    from equifinal.method import Method
    from equifinal.output import Output
    from equifinal.propositions import Claim
    from equifinal.study_file import StudySource

    def named(base: type, attribute: str) -> Callable[[Any], str | None]:
        return lambda thing: (
            getattr(thing, attribute, None) if isinstance(thing, type) and issubclass(thing, base) else None
        )

    return {
        "calibrators": ("calibrator", named(Calibrator, "name")),
        "methods": ("method", named(Method, "name")),
        "outputs": ("output", named(Output, "name")),
        "claims": ("kind of claim", named(Claim, "kind")),
        "studies": ("study", lambda thing: thing.name if isinstance(thing, StudySource) else None),
    }


class Registry:
    """All plugins that were found, with what they bring and what is wrong with them.

    Parameters
    ----------
    entry_points
        The entry points to load; by default all installed ones of the group ``equifinal``.
    """

    def __init__(self, entry_points: Iterable[importlib.metadata.EntryPoint] | None = None) -> None:
        self._manager = pluggy.PluginManager(PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self._plugins: dict[str, Plugin] = {}
        self._files: dict[Path, str] = {}
        if entry_points is None:
            entry_points = importlib.metadata.entry_points(group=PROJECT)
        # A leftover second installation counts once.
        unique = {(point.name, point.value, _distribution(point)): point for point in entry_points}
        for point in sorted(unique.values(), key=lambda point: (_distribution(point)[0] != PROJECT, point.name)):
            self._load_entry_point(point)

    # -- loading

    def _load_entry_point(self, point: importlib.metadata.EntryPoint) -> None:
        distribution, version = _distribution(point)
        name = point.name if point.name not in self._plugins else f"{distribution}:{point.name}"
        plugin = Plugin(name, distribution, version)
        try:
            module = point.load()
        except (Exception, SystemExit) as error:
            self._plugins[name] = _with_problem(plugin, f"cannot be imported: {_said(error)}")
            return
        self._plugins[name] = self._register(module, plugin)

    def _register(self, module: Any, plugin: Plugin) -> Plugin:
        if not isinstance(module, ModuleType):
            return _with_problem(plugin, f"its entry point leads to {module!r}. It must lead to a module")
        for name, value in list(vars(module).items()):
            if not name.startswith("equifinal_") or not inspect.isfunction(value):
                continue
            if name not in HOOKS:
                plugin = _with_problem(plugin, f"{name} is no hook. {did_you_mean(name, HOOKS)}")
            elif not hasattr(value, f"{PROJECT}_impl"):
                plugin = _with_problem(
                    plugin, f"{name} is not marked, so it is not used. Write @equifinal.hookimpl above it"
                )
        try:
            self._manager.register(module, plugin.name)
        except Exception as error:
            if self._manager.has_plugin(plugin.name):
                self._manager.unregister(name=plugin.name)
            return _with_problem(plugin, f"cannot be registered: {' '.join(str(error).split())}")
        callers = self._manager.get_hookcallers(module) or []
        observes = sorted(caller.name for caller in callers if caller.name.startswith(OBSERVING))
        return _replaced(plugin, brings=tuple(f"hook {name}" for name in observes))

    def load_file(self, path: str | Path) -> Plugin:
        """Load a plugin from a single ``.py`` file; loading the same file again changes nothing."""
        file = Path(path).expanduser().resolve()
        where = f"Plugin file {str(path)!r}: "
        if not file.is_file():
            raise InputError(f"{where}there is no such file.")
        if file in self._files:
            return self.plugins()[self._files[file]]
        unique = f"equifinal_file_{file.stem}_{hashlib.sha256(str(file).encode()).hexdigest()[:12]}"
        specification = importlib.util.spec_from_file_location(unique, file)
        if specification is None or specification.loader is None:
            raise InputError(f"{where}a plugin file must be Python, with a name that ends in .py.")
        module = importlib.util.module_from_spec(specification)
        sys.modules[unique] = module
        try:
            specification.loader.exec_module(module)
        except (Exception, SystemExit) as error:
            del sys.modules[unique]
            lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(file)]
            place = f" (line {lines[-1]})" if lines else ""
            raise InputError(f"{where}it cannot be imported: {_said(error)}{place}. Correct it.") from error
        name = file.stem if file.stem not in self._plugins else str(file)
        self._plugins[name] = self._register(module, Plugin(name, str(file), ""))
        self.__dict__.pop("_contributions", None)
        checked = self.plugins()[name]
        if checked.problems or not checked.brings:
            if self._manager.has_plugin(name):
                self._manager.unregister(name=name)
            del self._plugins[name], sys.modules[unique]
            self.__dict__.pop("_contributions", None)
            nothing = "it brings nothing: no function marked with @equifinal.hookimpl returned anything"
            raise InputError(f"{where}{'; '.join(checked.problems) or nothing}.")
        import cloudpickle

        # Worker processes cannot import the file by name, so its classes travel by value.
        cloudpickle.register_pickle_by_value(module)
        self._files[file] = name
        return checked

    # -- asking

    @cached_property
    def _contributions(self) -> tuple[dict[str, Listing[Entry]], Listing[Plugin]]:
        found = dict(self._plugins)
        listings: dict[str, Listing[Entry]] = {}
        for hook, (kind, name_of) in _kinds().items():
            listings[hook] = Listing(kind)
            for implementation in self._implementations(f"equifinal_{hook}"):
                owner = implementation.plugin_name
                things, problem = _ask(implementation.function, hook)
                if problem:
                    found[owner] = _with_problem(found[owner], problem)
                for thing in things:
                    self._take(listings[hook], kind, name_of(thing), thing, found, owner, hook)
        plugins: Listing[Plugin] = Listing("plugin")
        plugins.update(found)
        return listings, plugins

    def _implementations(self, hook: str) -> list[pluggy.HookImpl]:
        """In pluggy's calling order, but the project's own first, so that nobody takes their names away."""
        calling_order = reversed(getattr(self._manager.hook, hook).get_hookimpls())
        return sorted(calling_order, key=lambda each: self._plugins[each.plugin_name].distribution != PROJECT)

    def _take(
        self,
        listing: Listing[Entry],
        kind: str,
        name: str | None,
        thing: Any,
        found: dict[str, Plugin],
        owner: str,
        hook: str,
    ) -> None:
        plugin = found[owner]
        if not isinstance(name, str):
            found[owner] = _with_problem(plugin, f"equifinal_{hook} returned {thing!r}, which is no {kind}")
        elif name in listing.contested:
            found[owner] = _with_problem(plugin, listing.contested[name].rstrip("."))
        elif name in listing:
            other = found[listing[name].plugin.name]
            clash = f"{kind} {name!r} is offered twice, by {other} and by {plugin}. Rename one, or remove a plugin"
            found[owner] = _with_problem(plugin, clash)
            if other.distribution != PROJECT:
                # Neither has the better claim; which one comes first is chance.
                del listing[name]
                listing.contested[name] = f"{clash[0].upper()}{clash[1:]}."
                kept = tuple(each for each in other.brings if each != f"{kind} {name}")
                found[other.name] = _with_problem(_replaced(found[other.name], brings=kept), clash)
        else:
            found[owner] = _replaced(plugin, brings=(*plugin.brings, f"{kind} {name}"))
            listing[name] = Entry(name, thing, found[owner])

    def listing(self, hook: str) -> Listing[Entry]:
        """What all plugins together contribute to ``methods``, ``calibrators``, ``outputs``, ``claims`` or ``studies``."""
        return self._contributions[0][hook]

    def plugins(self) -> Listing[Plugin]:
        """All plugins by name, with what they bring and their problems."""
        return self._contributions[1]

    def notify(self, hook: str, **arguments: Any) -> None:
        """Call an observing hook of every plugin; one that raises becomes a warning."""
        for implementation in self._implementations(hook):
            try:
                implementation.function(*(arguments[name] for name in implementation.argnames))
            except Exception as error:
                warnings.warn(
                    f"Plugin {self._plugins[implementation.plugin_name]}: {hook} raised {_said(error)}",
                    stacklevel=2,
                )


def _distribution(point: importlib.metadata.EntryPoint) -> tuple[str, str]:
    found = getattr(point, "dist", None)
    return (found.name, found.version) if found is not None else (point.value, "")


def _ask(function: Callable[[], Any], hook: str) -> tuple[list[Any], str]:
    try:
        things = function()
    except (Exception, SystemExit) as error:
        return [], f"equifinal_{hook} raised {_said(error)}"
    if not isinstance(things, (list, tuple)):
        return [], f"equifinal_{hook} must return a list, not {type(things).__name__}"
    return list(things), ""


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}".removesuffix(": ")


def _with_problem(plugin: Plugin, problem: str) -> Plugin:
    return _replaced(plugin, problems=(*plugin.problems, problem))


def _replaced(plugin: Plugin, **changes: Any) -> Plugin:
    return Plugin(**{**plugin.__dict__, **changes})


# ------------------------------------------------------------------------------------- the registry of this process

_current: list[Registry] = []


def current() -> Registry:
    """The registry of this process, made when first asked for."""
    if not _current:
        _current.append(Registry())
    return _current[0]


def methods() -> Listing[Entry]:
    """The methods that can be run, by name.

    >>> import equifinal as eq
    >>> "fsqca" in eq.methods()
    True
    """
    return current().listing("methods")


def calibrators() -> Listing[Entry]:
    """The ways to calibrate, by name."""
    return current().listing("calibrators")


def outputs() -> Listing[Entry]:
    """The formats that a comparison can be written in, by name."""
    return current().listing("outputs")


def studies() -> Listing[Entry]:
    """The bundled and plugin-provided studies, by name."""
    return current().listing("studies")


def claims() -> Listing[Entry]:
    """The kinds of propositions, by what a study writes after ``claim =``."""
    return current().listing("claims")


def plugins() -> Listing[Plugin]:
    """All plugins, also those that could not be used, with the reason."""
    return current().plugins()


def load_plugin(path: str | Path) -> Plugin:
    """Load a plugin from a single ``.py`` file.

    Parameters
    ----------
    path
        The file. Functions marked with ``@equifinal.hookimpl`` say what it brings. Loading it twice changes nothing.

    Raises
    ------
    InputError
        When the file is missing, cannot be imported, brings nothing, or offers a name that is taken.
    """
    return current().load_file(path)
