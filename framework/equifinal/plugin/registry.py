"""What plugins bring, and what is wrong with them.

Plugins are found through entry points of the group ``equifinal``, or loaded from a single file. Each is imported, checked and
asked by itself: one that fails is listed with its reason, and the rest work.

Two environment variables are read: ``EQUIFINAL_DISABLE=name,name`` switches plugins off, ``EQUIFINAL_TRACE=1`` writes every
import and every call of a hook to stderr.
"""

import importlib.metadata
import inspect
import os
import sys
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

from equifinal.base.files import real_path
from equifinal.errors import InputError, repr_of, said
from equifinal.plugin import loading
from equifinal.plugin.calling import Hooks
from equifinal.plugin.hookspecs import NOUNS
from equifinal.plugin.loading import PROJECT
from equifinal.plugin.records import Entry, Listing, Plugin, with_problem

#: Names that plugins cannot have, by hook: the command line puts its own commands here.
RESERVED: dict[str, set[str]] = {}


def name_of(thing: Any, hook: str) -> str | None:
    """What a thing is called that a hook brought; ``None`` when it is no such thing.

    The things say which hook offers their kind, so that nothing here needs to know them.
    """
    if hook == "commands":
        if inspect.isfunction(thing):
            return str(thing.__name__).strip("_").replace("_", "-")
        name = getattr(getattr(thing, "info", None), "name", None) if hasattr(thing, "registered_commands") else None
        return name if isinstance(name, str) else None
    name = getattr(thing, "name", None) if getattr(thing, "offered_by", None) == f"equifinal_{hook}" else None
    is_object = hook in ("studies", "measures", "facets")
    return name if isinstance(thing, type) != is_object and isinstance(name, str) else None


#: Asked for one by one, and only when somebody wants to know: what they are made with takes long to import.
_LATE = ("scenarios", "commands")


class Registry:
    """All plugins that were found, with what they bring and what is wrong with them.

    Parameters
    ----------
    entry_points
        The entry points to load; by default all installed ones of the group ``equifinal``.
    without
        Names of plugins to switch off, besides those in ``EQUIFINAL_DISABLE``.
    mentioning
        Leave out plugins in whose module this word does not occur; they are not imported.

    Attributes
    ----------
    hooks : Hooks
        Calls the hooks of all plugins.

    Raises
    ------
    InputError
        When a plugin is to be switched off that is not there.
    """

    def __init__(
        self,
        entry_points: Iterable[importlib.metadata.EntryPoint] | None = None,
        without: Iterable[str] = (),
        mentioning: str = "",
    ) -> None:
        self.hooks = Hooks()
        self._plugins: dict[str, Plugin] = {}
        self._files: dict[Path, tuple[str, ModuleType, bytes]] = {}
        self._late: dict[str, Listing[Entry]] = {}
        if entry_points is None:
            entry_points = importlib.metadata.entry_points(group=PROJECT)
        found: dict[str, importlib.metadata.EntryPoint] = {}
        for point, distribution, version in loading.in_order(entry_points):
            name = point.name if point.name not in self._plugins else f"{distribution}:{point.name}"
            self._plugins[name] = Plugin(name, distribution, version)
            found[name] = point
        off = loading.to_switch_off(without, found)
        for name, point in found.items():
            plugin = self._plugins[name]
            if name in off:
                self._plugins[name] = replace(plugin, switched_off=True)
            elif mentioning and not loading.mentions(point, mentioning):
                del self._plugins[name]
            else:
                module, problem = loading.imported(point, plugin)
                self._plugins[name] = (
                    with_problem(plugin, problem) if module is None else self._register(module, plugin)
                )

    # -- loading

    def _register(self, module: ModuleType, plugin: Plugin) -> Plugin:
        """The plugin with what is known of its module; whatever that raises is one of its problems."""
        try:
            return self._registered(module, plugin)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            return with_problem(plugin, f"cannot be registered: {said(error)}")

    def _registered(self, module: ModuleType, plugin: Plugin) -> Plugin:
        # By vars(), because a module's own __getattr__ may raise anything.
        if (stated := vars(module).get("equifinal_api")) is not None:
            if reason := loading.wrong_version(stated):
                return with_problem(plugin, reason)
            plugin = replace(plugin, api=stated)
        functions, problems = loading.implementations(module)
        settings = vars(module).get("equifinal_settings")
        if settings is not None and not hasattr(settings, "model_fields"):
            problems.append(f"equifinal_settings is {repr_of(settings)}. It must be a pydantic model")
            settings = None
        for problem in problems:
            plugin = with_problem(plugin, problem)
        self.hooks.register(plugin.name, str(plugin), functions)
        observes = sorted(hook for hook in functions if hook.removeprefix("equifinal_") not in NOUNS)
        return replace(plugin, brings=tuple(f"hook {name}" for name in observes), settings=settings)

    def load_file(self, path: str | Path) -> Plugin:
        """Load a plugin from a single ``.py`` file; see :func:`load_plugin`."""
        file = real_path(path)
        where = f"Plugin file {str(path)!r}: "
        if not os.path.isfile(file):
            raise InputError(f"{where}there is no such file.")
        try:
            content = file.read_bytes()
        except OSError as error:
            raise InputError(f"{where}it cannot be read: {error.strerror}. Check its permissions.") from None
        former = self._files.get(file)
        if former is not None and former[2] == content:
            return self.plugins()[former[0]]
        stays = " What was loaded from it before stays as it is." if former else ""
        module: ModuleType | None = None
        before, hooks = dict(self._plugins), self.hooks
        name = former[0] if former else file.stem if file.stem not in self._plugins else str(file)
        try:
            module = loading.imported_file(file, content, where)
            self.hooks = hooks.without(name)
            self._plugins[name] = Plugin(name, str(file), "")
            self._plugins[name] = self._register(module, self._plugins[name])
            self._forget()
            checked = self.plugins()[name]
            if checked.problems or not checked.brings:
                nothing = "it brings nothing: no function marked with @equifinal.hookimpl returned anything"
                raise InputError(f"{where}{'; '.join(checked.problems) or nothing}.")
        except BaseException as error:
            self._plugins, self.hooks = before, hooks
            self._forget()
            if module is not None:
                del sys.modules[module.__name__]
            if stays and isinstance(error, InputError):
                raise InputError(f"{error}{stays}") from error.__cause__
            raise
        import cloudpickle

        # Worker processes cannot import the file by name, so its classes travel by value.
        cloudpickle.register_pickle_by_value(module)
        if former is not None:
            sys.modules.pop(former[1].__name__, None)
        self._files[file] = name, module, content
        return checked

    # -- asking

    @cached_property
    def _contributions(self) -> tuple[dict[str, Listing[Entry]], Listing[Plugin]]:
        return self._ask([hook for hook in NOUNS if hook not in _LATE], self._plugins)

    @cached_property
    def _all(self) -> Listing[Plugin]:
        return self._ask(_LATE, self._contributions[1])[1]

    def _ask(self, hooks: Iterable[str], known: dict[str, Plugin]) -> tuple[dict[str, Listing[Entry]], Listing[Plugin]]:
        found: Listing[Plugin] = Listing("plugin")
        found.update(known)
        listings: dict[str, Listing[Entry]] = {}
        for hook in hooks:
            listings[hook] = Listing(NOUNS[hook], [name for name, each in found.items() if each.switched_off])
            answers = self.hooks.ask(f"equifinal_{hook}")
            for owner, problem in answers.problems:
                found[owner] = with_problem(found[owner], problem)
            # The project's own first, whoever was called first, so that nobody takes their names away.
            for owner, thing in sorted(answers, key=lambda each: found[each[0]].distribution != PROJECT):
                self._take(listings[hook], thing, found, owner, hook)
        return listings, found

    def _forget(self) -> None:
        self._late.clear()
        for asked in ("_contributions", "_all"):
            self.__dict__.pop(asked, None)

    def _take(self, listing: Listing[Entry], thing: Any, found: dict[str, Plugin], owner: str, hook: str) -> None:
        kind, plugin = listing.kind, found[owner]
        try:
            name, shown = name_of(thing, hook), repr_of(thing)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            name, shown = None, f"what cannot be looked at ({said(error)})"
        if name is None:
            found[owner] = with_problem(plugin, f"equifinal_{hook} returned {shown}, which is no {kind}")
        elif name in RESERVED.get(hook, ()):
            found[owner] = with_problem(plugin, f"{kind} {name!r} is the framework's own. Rename it")
        elif name in listing.contested:
            found[owner] = with_problem(plugin, listing.contested[name].rstrip("."))
        elif name in listing:
            other = found[listing[name].plugin.name]
            clash = f"{kind} {name!r} is offered twice, by {other} and by {plugin}. Rename one, or remove a plugin"
            found[owner] = with_problem(plugin, clash)
            if other.distribution != PROJECT:
                # Neither has the better claim; which one comes first is chance.
                del listing[name]
                listing.contested[name] = f"{clash[0].upper()}{clash[1:]}."
                kept = tuple(each for each in other.brings if each != f"{kind} {name}")
                found[other.name] = with_problem(replace(found[other.name], brings=kept), clash)
        else:
            found[owner] = replace(plugin, brings=(*plugin.brings, f"{kind} {name}"))
            listing[name] = Entry(name, thing, found[owner])

    def listing(self, hook: str) -> Listing[Entry]:
        """What all plugins together contribute to a hook, such as ``"methods"``; empty when nobody does."""
        if hook not in _LATE:
            return self._contributions[0][hook]
        if hook not in self._late:
            self._late[hook] = self._ask([hook], self._contributions[1])[0][hook]
        return self._late[hook]

    def plugins(self, late: bool = True) -> Listing[Plugin]:
        """All plugins by name, with their problems and what they bring (of that, what is asked for late may be left out)."""
        return self._all if late else self._contributions[1]

    def notify(self, hook: str, **arguments: Any) -> None:
        """Call an observing hook of every plugin; one that raises becomes a warning."""
        self.hooks.call(hook, **arguments)


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


def measures() -> Listing[Entry]:
    """The measures that plugins bring, by name."""
    return current().listing("measures")


def facets() -> Listing[Entry]:
    """The facets of a comparison that plugins bring, by name."""
    return current().listing("facets")


def scenarios() -> Listing[Entry]:
    """The scenarios that plugins bring, by name."""
    return current().listing("scenarios")


def commands() -> Listing[Entry]:
    """The commands that plugins bring, by name."""
    return current().listing("commands")


def plugins() -> Listing[Plugin]:
    """All plugins, also those that could not be used, with the reason."""
    return current().plugins()


def load_plugin(path: str | Path) -> Plugin:
    """Load a plugin from a single ``.py`` file.

    Parameters
    ----------
    path
        The file. Functions marked with ``@equifinal.hookimpl`` say what it brings. Loading it twice changes nothing;
        loading it after it was edited replaces what was loaded from it before.

    Raises
    ------
    InputError
        When the file is missing, cannot be imported, brings nothing, or offers a name that is taken. What was loaded from it
        before then stays.
    """
    return current().load_file(path)
