"""Finding plugins: entry points, single files, the version of the interface that they were written for, and what they hook into."""

import importlib.metadata
import importlib.util
import inspect
import os
import re
import sys
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from equifinal.base.surroundings import changed_and_put_back, restored
from equifinal.errors import FAULTS, InputError, did_you_mean, listing, repr_of, said
from equifinal.plugin import hookspecs
from equifinal.plugin.calling import traced
from equifinal.plugin.hookspecs import API_VERSION, OLDEST_API_VERSION

PROJECT = "equifinal"
HOOKS = [name for name in vars(hookspecs) if name.startswith("equifinal_")]


def in_order(points: Iterable[importlib.metadata.EntryPoint]) -> list[tuple[importlib.metadata.EntryPoint, str, str]]:
    """Entry points with the name and version of their distribution, the project's own first, then by name.

    A leftover second installation counts once. Each distribution is asked once, because it parses its metadata at every look.
    """
    asked: dict[int, tuple[str, str]] = {}
    found = {}
    for point in points:
        distribution = getattr(point, "dist", None)
        if distribution is None:
            name, version = point.value, ""
        else:
            if id(distribution) not in asked:
                asked[id(distribution)] = distribution.name, distribution.version
            name, version = asked[id(distribution)]
        found[point.name, point.value, name, version] = point, name, version
    return sorted(found.values(), key=lambda each: (each[1] != PROJECT, each[0].name))


def to_switch_off(without: Iterable[str], known: Iterable[str]) -> set[str]:
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


def imported(point: importlib.metadata.EntryPoint, plugin: Any) -> tuple[ModuleType | None, str]:
    """The module that an entry point leads to, or why it cannot be used."""
    try:
        with traced(f"import of {point.value} for {plugin}"), _undisturbed(plugin):
            module = point.load()
    except KeyboardInterrupt as error:  # the user's, perhaps because the import never ends
        error.add_note(f"while importing the plugin {plugin}, which --without {plugin.name} would switch off")
        raise
    except BaseException as error:
        # What is missing may be what another version of the interface has.
        if reason := wrong_version(_stated_in(_source(point))):
            return None, f"{reason} (its import says {said(error)})"
        return None, f"cannot be imported: {said(error)}"
    if not isinstance(module, ModuleType):
        return None, f"its entry point leads to {repr_of(module)}. It must lead to a module"
    return module, ""


@contextmanager
def _undisturbed(plugin: Any) -> Iterator[None]:
    """Put back what an import changes for everybody, and say so."""
    with restored() as changed:
        yield
    if changed:
        warnings.warn(f"Plugin {plugin}: its import {changed_and_put_back(changed)}", stacklevel=2)


def imported_file(file: Path, content: bytes, where: str) -> ModuleType:
    """A single file as a module under a name of its own; an :class:`InputError` about it begins with `where`."""
    import hashlib  # here, because it takes longer than all else that --help needs of this module

    unique = f"equifinal_file_{file.stem}_{hashlib.sha256(str(file).encode() + content).hexdigest()[:12]}"
    specification = importlib.util.spec_from_file_location(unique, file)
    if specification is None or specification.loader is None:
        raise InputError(f"{where}a plugin file must be Python, with a name that ends in .py.")
    module = importlib.util.module_from_spec(specification)
    sys.modules[unique] = module
    try:
        with traced(f"import of {file}"), _undisturbed(file):
            # Not by the loader: Python's cache knows a file by its time in seconds and its size, and may have the former one.
            exec(compile(content, str(file), "exec"), vars(module))
    except KeyboardInterrupt as error:
        error.add_note(f"while importing the plugin file {str(file)!r}")
        raise
    except BaseException as error:
        del sys.modules[unique]
        if reason := wrong_version(_stated_in(file)):
            raise InputError(f"{where}{reason} (its import says {said(error)}).") from error
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(file)]
        place = f" (line {lines[-1]})" if lines else ""
        raise InputError(f"{where}it cannot be imported: {said(error)}{place}. Correct it.") from error
    return module


def implementations(module: ModuleType) -> tuple[dict[str, Callable[..., Any]], list[str]]:
    """The functions of a module by the hook that each implements, and what is wrong with others that look like one."""
    found: dict[str, Callable[..., Any]] = {}
    problems: list[str] = []
    for name, function in list(vars(module).items()):
        if not inspect.isfunction(function):
            continue
        options = getattr(function, f"{PROJECT}_impl", None)
        hook = str((options or {}).get("specname") or name)
        if options is None:
            if name in HOOKS:
                problems.append(f"{name} is not marked, so it is not used. Write @equifinal.hookimpl above it")
            elif name.startswith(f"{PROJECT}_"):
                problems.append(f"{name} is no hook. {did_you_mean(name, HOOKS)}")
        elif hook not in HOOKS:
            if not options.get("optionalhook"):
                problems.append(f"{hook} is no hook. {did_you_mean(hook, HOOKS)}")
        elif reason := _unsuitable(hook, hook if name == hook else f"{hook} ({name})", function, options):
            problems.append(reason)
        else:
            found[hook] = function
    return found, problems


def _unsuitable(hook: str, called: str, function: Callable[..., Any], options: dict[str, Any]) -> str:
    """Why a marked function, as messages call it, cannot implement a hook; empty when it can."""
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        return f"{called} is an async function, which nobody awaits. Write it with a plain def"
    if options.get("hookwrapper"):
        return (
            f"{called} is marked hookwrapper=True, pluggy's old way. Mark it wrapper=True, and return what yield gives"
        )
    if inspect.isgeneratorfunction(function) != bool(options.get("wrapper")):
        if options.get("wrapper"):
            return f"{called} is marked wrapper=True, but has no yield. Write one, or leave wrapper=True out"
        return f"{called} is a generator function, but no wrapper. Let it return a list, or mark it wrapper=True"
    allowed = list(inspect.signature(getattr(hookspecs, hook)).parameters)
    strange = [name for name in inspect.signature(function).parameters if name not in allowed]
    if not strange:
        return ""
    may = f"It may take {listing(allowed)}" if allowed else "It takes none"
    return f"cannot be registered: {called} does not get the argument {strange[0]!r}. {may}"


def wrong_version(stated: Any) -> str:
    """Why a plugin written for that version of the interface cannot be used; empty when it can."""
    if not isinstance(stated, int) or isinstance(stated, bool):
        return (
            f"equifinal_api = {repr_of(stated)} must be a whole number: the version of the plugin interface that it was "
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


def mentions(point: importlib.metadata.EntryPoint, word: str) -> bool:
    """Whether a word stands in the source of the module that an entry point leads to, which is not imported for that."""
    return word in _text(_source(point))


def _source(point: importlib.metadata.EntryPoint) -> Path | None:
    try:
        specification = importlib.util.find_spec(point.module)
    except FAULTS:
        return None
    return Path(specification.origin) if specification and specification.origin else None


def _text(file: Path | None) -> str:
    try:
        return file.read_text(encoding="utf-8") if file else ""
    except (OSError, ValueError):
        return ""


def _stated_in(file: Path | None) -> int:
    """What ``equifinal_api`` a module that cannot be imported would state; the current version where that is not to be seen."""
    found = re.search(r"^equifinal_api\s*=\s*(\d+)", _text(file), re.MULTILINE)
    return int(found[1]) if found else API_VERSION
