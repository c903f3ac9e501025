"""What plugins bring, and how they are found.

Plugins are found through entry points of the group ``equifinal``, or loaded from a single file. Each is imported, checked and
asked alone: one that fails is listed with its reason, and the rest work.

Two environment variables are read: ``EQUIFINAL_DISABLE=name,name`` switches plugins off, ``EQUIFINAL_TRACE=1`` writes every
import and every call of a hook to stderr.
"""

import hashlib
import importlib.metadata
import importlib.util
import inspect
import os
import re
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from types import ModuleType
from typing import Any, Generic, TypeVar

import pandas as pd
import pluggy

from equifinal.errors import FAULTS, InputError, did_you_mean, listing
from equifinal.plugin import hookspecs
from equifinal.plugin.hookspecs import API_VERSION, OLDEST_API_VERSION

__all__ = [
    "Entry",
    "Listing",
    "Plugin",
    "Registry",
    "calibrators",
    "load_plugin",
    "methods",
    "outputs",
    "plugins",
    "propositions",
    "start",
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
    switched_off : bool
        Whether the user switched it off; then it is not even imported.
    api : int or None
        The version of the plugin interface that it says it was written for.
    """

    name: str
    distribution: str
    version: str
    brings: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    switched_off: bool = False
    api: int | None = None

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


@dataclass(frozen=True)
class Entry:
    """One calibrator, method, output, kind of proposition or study, with the plugin it comes from."""

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

    def __init__(self, kind: str, switched_off: Iterable[str] = ()) -> None:
        super().__init__()
        self.kind = kind
        self.contested: dict[str, str] = {}
        self.switched_off = tuple(switched_off)

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
                "version": getattr(each, "version", ""),
                "origin": getattr(each, "distribution", ""),
                "brings": ", ".join(getattr(each, "brings", ())),
                "health": getattr(each, "health", ""),
            }
            for name, each in self.items()
        ]
        return pd.DataFrame(rows).set_index("name") if rows else pd.DataFrame(index=pd.Index([], name="name"))

    def _repr_html_(self) -> str:
        return self.to_frame().to_html(border=0)


#: What one thing that a hook brings is called, by the hook's name without ``equifinal_``.
NOUNS = {
    "calibrators": "calibrator",
    "methods": "method",
    "outputs": "output",
    "propositions": "kind of proposition",
    "studies": "study",
}


def _name_of(thing: Any, hook: str) -> str | None:
    """What a thing is called that a hook brought; ``None`` when it is no such thing.

    The classes say which hook offers their kind, so that nothing here needs to know them.
    """
    name = getattr(thing, "name", None) if getattr(thing, "offered_by", None) == f"equifinal_{hook}" else None
    return name if isinstance(thing, type) != (hook == "studies") and isinstance(name, str) else None


class Registry:
    """All plugins that were found, with what they bring and what is wrong with them.

    Parameters
    ----------
    entry_points
        The entry points to load; by default all installed ones of the group ``equifinal``.
    without
        Names of plugins to switch off, besides those in ``EQUIFINAL_DISABLE``.

    Raises
    ------
    InputError
        When a plugin is to be switched off that is not there.
    """

    def __init__(
        self,
        entry_points: Iterable[importlib.metadata.EntryPoint] | None = None,
        without: Iterable[str] = (),
    ) -> None:
        self._manager = pluggy.PluginManager(PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self._plugins: dict[str, Plugin] = {}
        self._files: dict[Path, str] = {}
        if entry_points is None:
            entry_points = importlib.metadata.entry_points(group=PROJECT)
        found: dict[str, importlib.metadata.EntryPoint] = {}
        # A leftover second installation counts once.
        unique = {(point.name, point.value, _distribution(point)): point for point in entry_points}
        for point in sorted(unique.values(), key=lambda point: (_distribution(point)[0] != PROJECT, point.name)):
            distribution, version = _distribution(point)
            name = point.name if point.name not in self._plugins else f"{distribution}:{point.name}"
            self._plugins[name] = Plugin(name, distribution, version)
            found[name] = point
        off = _to_switch_off(without, found)
        for name, point in found.items():
            plugin = self._plugins[name]
            self._plugins[name] = (
                _replaced(plugin, switched_off=True) if name in off else self._load_entry_point(point, plugin)
            )

    # -- loading

    def _load_entry_point(self, point: importlib.metadata.EntryPoint, plugin: Plugin) -> Plugin:
        try:
            with _traced(f"import of {point.value} for {plugin}"):
                module = point.load()
        except KeyboardInterrupt as error:  # the user's, perhaps because the import never ends
            error.add_note(f"while importing the plugin {plugin}, which --without {plugin.name} would switch off")
            raise
        except BaseException as error:
            problem = f"cannot be imported: {_said(error)}"
            # What is missing may be what another version of the interface has.
            if reason := _wrong_version(_stated_in_source(_source(point))):
                problem = f"{reason} (its import says {_said(error)})"
            return _with_problem(plugin, problem)
        return self._register(module, plugin)

    def _register(self, module: Any, plugin: Plugin) -> Plugin:
        if not isinstance(module, ModuleType):
            return _with_problem(plugin, f"its entry point leads to {module!r}. It must lead to a module")
        if (stated := getattr(module, "equifinal_api", None)) is not None:
            if reason := _wrong_version(stated):
                return _with_problem(plugin, reason)
            plugin = _replaced(plugin, api=stated)
        for name, value in list(vars(module).items()):
            if not name.startswith("equifinal_") or not inspect.isfunction(value):
                continue
            if name not in HOOKS:
                plugin = _with_problem(plugin, f"{name} is no hook. {did_you_mean(name, HOOKS)}")
            elif not hasattr(value, f"{PROJECT}_impl"):
                plugin = _with_problem(
                    plugin, f"{name} is not marked, so it is not used. Write @equifinal.hookimpl above it"
                )
            elif strange := _strange_arguments(name, value):
                return _with_problem(plugin, strange)
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
            with _traced(f"import of {file}"):
                specification.loader.exec_module(module)
        except KeyboardInterrupt as error:
            error.add_note(f"while importing the plugin file {str(path)!r}")
            raise
        except BaseException as error:
            del sys.modules[unique]
            if reason := _wrong_version(_stated_in_source(file)):
                raise InputError(f"{where}{reason} (its import says {_said(error)}).") from error
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
        for hook, kind in NOUNS.items():
            listings[hook] = Listing(kind, [name for name, each in found.items() if each.switched_off])
            for implementation in self._implementations(f"equifinal_{hook}"):
                owner = implementation.plugin_name
                things, problem = _ask(partial(self._call, f"equifinal_{hook}", implementation), hook)
                if problem:
                    found[owner] = _with_problem(found[owner], problem)
                for thing in things:
                    self._take(listings[hook], kind, _name_of(thing, hook), thing, found, owner, hook)
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

    def _call(self, hook: str, implementation: pluggy.HookImpl, **arguments: Any) -> Any:
        given = {name: arguments[name] for name in implementation.argnames}
        told = ", ".join(f"{name}={getattr(value, 'name', type(value).__name__)}" for name, value in given.items())
        with _traced(f"{hook}({told}) of {self._plugins[implementation.plugin_name]}") as answers:
            answers.append(implementation.function(*given.values()))
        return answers[0]

    def notify(self, hook: str, **arguments: Any) -> None:
        """Call an observing hook of every plugin; one that raises becomes a warning."""
        for implementation in self._implementations(hook):
            try:
                self._call(hook, implementation, **arguments)
            except FAULTS as error:
                warnings.warn(
                    f"Plugin {self._plugins[implementation.plugin_name]}: {hook} raised {_said(error)}",
                    stacklevel=2,
                )


def _distribution(point: importlib.metadata.EntryPoint) -> tuple[str, str]:
    found = getattr(point, "dist", None)
    return (found.name, found.version) if found is not None else (point.value, "")


def _to_switch_off(without: Iterable[str], known: Iterable[str]) -> set[str]:
    """The plugins to switch off; one that is not there is an :class:`InputError`."""
    in_environment = [name.strip() for name in os.environ.get("EQUIFINAL_DISABLE", "").split(",") if name.strip()]
    known, off = list(known), set()
    for name, source in [
        *((name, "EQUIFINAL_DISABLE") for name in in_environment),
        *((n, "--without") for n in without),
    ]:
        if name not in known:
            raise InputError(
                f"{source}: there is no plugin {name!r} to switch off. {did_you_mean(name, known)} "
                "('equifinal list plugins' says what each brings.)"
            )
        off.add(name)
    return off


def _wrong_version(stated: Any) -> str:
    """Why a plugin written for that version of the interface cannot be used; empty when it can."""
    if not isinstance(stated, int) or isinstance(stated, bool):
        return (
            f"equifinal_api = {stated!r} must be a whole number: the version of the plugin interface that it was "
            f"written for, such as {API_VERSION}"
        )
    has = f"equifinal {importlib.metadata.version(PROJECT)} has version {API_VERSION}"
    if stated > API_VERSION:
        return f"it was written for version {stated} of the plugin interface; {has}. Update equifinal"
    if stated < OLDEST_API_VERSION:
        return (
            f"it was written for version {stated} of the plugin interface, which is no longer supported; {has}. "
            "Update the plugin"
        )
    return ""


def _source(point: importlib.metadata.EntryPoint) -> Path | None:
    try:
        specification = importlib.util.find_spec(point.module)
    except FAULTS:
        return None
    return Path(specification.origin) if specification and specification.origin else None


def _stated_in_source(file: Path | None) -> int:
    """What ``equifinal_api`` a module that cannot be imported would state; the current version where that is not to be seen."""
    try:
        source = file.read_text(encoding="utf-8") if file else ""
    except (OSError, ValueError):
        return API_VERSION
    found = re.search(r"^equifinal_api\s*=\s*(\d+)", source, re.MULTILINE)
    return int(found[1]) if found else API_VERSION


def _strange_arguments(hook: str, function: Callable[..., Any]) -> str:
    """What is wrong with the arguments of a hook's implementation; empty when nothing is."""
    allowed = list(inspect.signature(getattr(hookspecs, hook)).parameters)
    strange = [name for name in inspect.signature(function).parameters if name not in allowed]
    if not strange:
        return ""
    may = f"It may take {listing(allowed)}" if allowed else "It takes none"
    return f"cannot be registered: {hook} does not get the argument {strange[0]!r}. {may}"


@contextmanager
def _traced(what: str) -> Iterator[list[Any]]:
    """Write what is done to stderr when ``EQUIFINAL_TRACE`` says so: what, its answer (put into the list), its time.

    pluggy's own tracing shows calls to all plugins at once; here each is called alone.
    """
    answers: list[Any] = []
    if os.environ.get("EQUIFINAL_TRACE", "") in ("", "0"):
        yield answers
        return
    start, ended = time.perf_counter(), "done"
    try:
        yield answers
        if answers:
            told = answers[0] if isinstance(answers[0], list) else []
            names = [str(getattr(each, "__name__", getattr(each, "name", each))) for each in told]
            ended = f"returned [{', '.join(names)}]" if names else f"returned {answers[0]!r}"
    except BaseException as error:
        ended = f"raised {_said(error)}"
        raise
    finally:
        print(f"trace: {what} {ended} in {1000 * (time.perf_counter() - start):.1f} ms", file=sys.stderr)


def _ask(function: Callable[[], Any], hook: str) -> tuple[list[Any], str]:
    try:
        things = function()
    except FAULTS as error:
        return [], f"equifinal_{hook} raised {_said(error)}"
    if not isinstance(things, (list, tuple)):
        return [], f"equifinal_{hook} must return a list, not {type(things).__name__}"
    return list(things), ""


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}".removesuffix(": ")


def _with_problem(plugin: Plugin, problem: str) -> Plugin:
    return _replaced(plugin, problems=(*plugin.problems, problem.removesuffix(".")))


def _replaced(plugin: Plugin, **changes: Any) -> Plugin:
    return Plugin(**{**plugin.__dict__, **changes})


# ------------------------------------------------------------------------------------- the registry of this process

_current: list[Registry] = []


def current() -> Registry:
    """The registry of this process, made when first asked for."""
    if not _current:
        _current.append(Registry())
    return _current[0]


def start(without: Iterable[str] = ()) -> Registry:
    """Begin anew with the registry of this process, without some plugins.

    Parameters
    ----------
    without
        Names of plugins to switch off, as ``equifinal list plugins`` shows them. Single files that were loaded are forgotten.

    Raises
    ------
    InputError
        When one of them is not there.
    """
    _current[:] = [Registry(without=without)]
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


def propositions() -> Listing[Entry]:
    """The kinds of propositions, by what a study writes after ``claim =``."""
    return current().listing("propositions")


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
