"""What a process shares: read, compared and put back."""

import builtins
import decimal
import gc
import locale
import logging
import os
import random
import signal
import socket
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd

from equifinal import sets
from equifinal.plugin.extension import Extension

#: What modules may change for themselves when they are imported.
_BY_IMPORTS = (
    "the environment variables",
    "the filters of warnings",
    "the handlers of logs",
    "the options of pandas",
    "the settings of matplotlib",
)


def global_state(cls: type) -> dict[str, Any]:
    """What everybody in the process uses, and the attributes of the class, by what it is called in messages."""
    state: dict[str, Any] = {
        "NumPy's global random state": repr(np.random.get_state()),  # noqa: NPY002
        "the random state of the module random": random.getstate(),
        "NumPy's error settings": np.geterr(),
        "how NumPy prints": np.get_printoptions(),
        "the working directory": os.getcwd(),
        "the environment variables": dict(os.environ),
        "the options of pandas": _pandas(),
        "the filters of warnings": list(warnings.filters),
        "the settings of matplotlib": _matplotlib(),
        "the locale": locale.setlocale(locale.LC_ALL),
        "the level of logs": logging.getLogger().level,
        "the handlers of logs": list(logging.getLogger().handlers),
        "whether there are logs": logging.root.manager.disable,
        "the path of imports": list(sys.path),
        "the functions of NumPy, pandas, Python or equifinal": _functions(),
        "the hook of exceptions": sys.excepthook,
        "the answer to interrupts": signal.getsignal(signal.SIGINT),
        "the time limit of sockets": socket.getdefaulttimeout(),
        "the recursion limit": sys.getrecursionlimit(),
        "the precision of decimal numbers": decimal.getcontext().prec,
        "the garbage collector": (gc.isenabled(), gc.get_threshold()),
    }
    for each in cls.__mro__:
        if issubclass(each, Extension) and each is not Extension and not each.__module__.startswith("equifinal."):
            own = {k: repr(v) for k, v in vars(each).items() if not k.startswith(("_", "model_")) and not callable(v)}
            state[f"attributes of the class {each.__name__}"] = own
    return state


def changed(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """The names of what differs."""
    return [what for what, value in before.items() if _without_new(value, after[what]) != value]


def _without_new(before: Any, after: Any) -> Any:
    """What is there now, of functions only those that were there before: modules complete themselves when they are used."""
    return _Functions({name: after.get(name) for name in before}) if isinstance(before, _Functions) else after


class _Functions(dict[tuple[str, str], Any]):
    """Functions by their places."""


#: Where functions are looked at.
_PLACES: tuple[Any, ...] = (np, pd, pd.DataFrame, pd.Series, builtins, sets)


def _functions() -> _Functions:
    return _Functions(
        {
            (place.__name__, name): each
            for place in _PLACES
            for name, each in vars(place).items()
            if callable(each) and name != "_"
        }
    )


@contextmanager
def put_back(cls: type) -> Iterator[list[str]]:
    """Put back what the work inside changes; at the end the list names it, but for what imported modules did."""
    before, modules, found = global_state(cls), len(sys.modules), list[str]()
    numpy_state = np.random.get_state()  # noqa: NPY002
    try:
        yield found
    finally:
        names = changed(before, global_state(cls))
        np.random.set_state(numpy_state)  # noqa: NPY002
        random.setstate(before["the random state of the module random"])
        np.seterr(**before["NumPy's error settings"])
        np.set_printoptions(**before["how NumPy prints"])
        logging.disable(before["whether there are logs"])
        sys.path[:] = before["the path of imports"]
        sys.excepthook = before["the hook of exceptions"]
        socket.setdefaulttimeout(before["the time limit of sockets"])
        _put_back_functions(before["the functions of NumPy, pandas, Python or equifinal"])
        os.chdir(before["the working directory"])
        os.environ.clear()
        os.environ.update(before["the environment variables"])
        _put_back_pandas(before["the options of pandas"])
        if matplotlib := sys.modules.get("matplotlib"):
            matplotlib.rcParams.update(before["the settings of matplotlib"])
        locale.setlocale(locale.LC_ALL, before["the locale"])
        logging.getLogger().setLevel(before["the level of logs"])
        sys.setrecursionlimit(before["the recursion limit"])
        decimal.getcontext().prec = before["the precision of decimal numbers"]
        if before["the garbage collector"][0]:
            gc.enable()
        gc.set_threshold(*before["the garbage collector"][1])
        imported = len(sys.modules) != modules
        found += [each for each in names if not (imported and each in _BY_IMPORTS) and "random" not in each]


def _put_back_functions(before: _Functions) -> None:
    places = {place.__name__: place for place in _PLACES}
    for (where, name), function in before.items():
        if vars(places[where]).get(name) is not function:
            setattr(places[where], name, function)


def _matplotlib() -> dict[str, Any]:
    return dict(matplotlib.rcParams) if (matplotlib := sys.modules.get("matplotlib")) else {}


def _pandas(options: Any = None, within: str = "") -> dict[str, Any]:
    """Every option by its full name."""
    options = pd.options if options is None else options
    found: dict[str, Any] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in dir(options):
            value = getattr(options, name)
            inner = type(value) is type(options)
            found |= _pandas(value, f"{within}{name}.") if inner else {f"{within}{name}": value}
    return found


def _put_back_pandas(before: dict[str, Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, value in _pandas().items():
            if name in before and before[name] != value:
                pd.set_option(name, before[name])
