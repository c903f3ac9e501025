"""What plugins share with everybody in a process, and should leave as it was."""

import contextlib
import ctypes
import locale
import os
import random
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar, cast

from equifinal.errors import listing, message_of

T = TypeVar("T")


@contextmanager
def restored() -> Iterator[list[str]]:
    """Put back what is changed meanwhile of a process; at the end the list names it.

    These are the working directory, the locale, the standard streams, the recursion limit, the environment variables, the filters
    of warnings, the global random numbers of Python and NumPy, NumPy's handling of floating-point errors, the options of pandas and
    the parameters of matplotlib. A library that was imported meanwhile is put back to what it starts with; new variables and
    filters stay then, because it may have set them for itself. What cannot be put back is named as such. What ends as neither an
    error nor the user's interrupt, as a panic in Rust does, goes on as a ``RuntimeError`` of the same name.

    Examples
    --------
    >>> with restored() as changed:
    ...     sys.setrecursionlimit(12345)
    >>> changed, sys.getrecursionlimit() == 12345
    (['the recursion limit'], False)
    """
    before, modules = [each.read() for each in _SHARED], len(sys.modules)
    changed: list[str] = []
    try:
        yield changed
    except (Exception, SystemExit, KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:
        raise type(type(error).__name__, (RuntimeError,), {})(message_of(error)) from error
    finally:
        imported = len(sys.modules) != modules
        for each, was in zip(_SHARED, before, strict=True):
            now = each.read()
            if now is not None and now != was:
                changed += _put_back(each, each.at_first(now) if was is None else was, now, imported)


@contextmanager
def apart() -> Iterator[list[str]]:
    """The same, and filters of warnings are put back in any case, without a word."""
    with restored() as changed, warnings.catch_warnings():
        yield changed


def watched(function: Callable[..., T], *arguments: Any) -> tuple[T, list[str]]:
    """``function(*arguments)``, after which the surroundings are as before, and what was changed of them."""
    with restored() as changed:
        answer = function(*arguments)
    return answer, changed


def undisturbed(function: Callable[..., T], *arguments: Any) -> T:
    """``function(*arguments)``, after which the surroundings are as before; a warning says what was changed."""
    answer, changed = watched(function, *arguments)
    if changed:
        warnings.warn(f"A plugin's method {changed_and_put_back(changed)}.", stacklevel=2)
    return answer


def changed_and_put_back(changed: Iterable[str], when: str = "") -> str:
    """What was changed, in the words that end a sentence about who did.

    >>> changed_and_put_back(["the locale", "numpy.seterr"], "in its advice")
    'changed the locale, numpy.seterr in its advice, which was put back'
    """
    return f"changed {listing(changed, most=20)}{f' {when}' if when else ''}, which was put back"


@dataclass(frozen=True)
class _Shared:
    """Something that a process has once.

    Attributes
    ----------
    name
        What it is called in messages.
    read
        What it is now; ``None`` when there is no such thing yet.
    put_back
        Makes it what was read before.
    at_first
        What it was at first, from what it is now; asked when its library has been imported meanwhile.
    expected
        What it should be put back to, from before and now, when modules were imported meanwhile.
    by_imports
        Whether an import may change it as well: it is put back then without a word.
    """

    name: str
    read: Callable[[], Any]
    put_back: Callable[[Any], object]
    at_first: Callable[[Any], Any] = lambda now: now
    expected: Callable[[Any, Any], Any] = lambda before, now: before
    by_imports: bool = False


def _put_back(shared: _Shared, before: Any, now: Any, imported: bool) -> list[str]:
    """Put one thing back, and name it; nothing if it is as it should be."""
    wanted = shared.expected(before, now) if imported else before
    if wanted == now:
        return []
    with contextlib.suppress(OSError, ValueError, locale.Error):
        shared.put_back(wanted)
    if shared.read() != wanted:
        return [f"{shared.name} (which cannot be put back)"]
    return [] if imported and shared.by_imports else [shared.name]


def _directory() -> str | None:
    try:
        return os.getcwd()
    except FileNotFoundError:  # removed by somebody
        return None


def _streams() -> list[tuple[Any, bool]]:
    """The standard streams, and whether each is closed."""
    return [(stream, bool(getattr(stream, "closed", False))) for stream in (sys.stdin, sys.stdout, sys.stderr)]


def _put_back_streams(before: list[tuple[Any, bool]]) -> None:
    (sys.stdin, _), (sys.stdout, _), (sys.stderr, _) = before


def _variables() -> dict[Any, Any]:
    """As they are kept, because to decode them takes a hundred times as long."""
    return dict(os.environ._data)  # type: ignore[attr-defined]  # what os.environ wraps


def _put_back_variables(before: dict[Any, Any]) -> None:
    decoded = {os.fsdecode(name): os.fsdecode(value) for name, value in before.items()}
    for name in set(os.environ) - set(decoded):
        del os.environ[name]
    os.environ.update(decoded)


def _floating_point() -> dict[str, str] | None:
    numpy = sys.modules.get("numpy")
    return numpy.geterr() if hasattr(numpy, "geterr") else None  # type: ignore[union-attr]  # it is there


#: NumPy's own, as its documentation has it.
_NUMPY_AT_FIRST = {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}


@dataclass(frozen=True)
class _Drawn:
    """A state of NumPy's global random numbers; what the generator holds stands for all of it."""

    held: bytes
    state: Any = field(compare=False, repr=False)


_last_drawn: list[_Drawn] = []


def _numpy_random() -> _Drawn | None:
    """Read in the documented way only when it has changed since it was last read, because that takes a hundred times as long."""
    numpy = sys.modules.get("numpy")
    if not hasattr(numpy, "random") or not hasattr(numpy.random, "get_bit_generator"):  # type: ignore[union-attr]  # as above
        return None
    held = ctypes.string_at(numpy.random.get_bit_generator().ctypes.state_address, _HELD)  # type: ignore[union-attr]
    if not _last_drawn or _last_drawn[0].held != held:
        _last_drawn[:] = [_Drawn(held, numpy.random.get_state())]  # type: ignore[union-attr]
    return _last_drawn[0]


#: Bytes of the beginning of a Mersenne Twister that tell its states apart.
_HELD = 2496


def _put_back_numpy_random(before: _Drawn) -> None:
    sys.modules["numpy"].random.set_state(before.state)


def _parameters() -> list[Any] | None:
    """The values of matplotlib's parameters, whose names are always the same; what is chosen at the first figure is left out."""
    matplotlib = sys.modules.get("matplotlib")
    if not hasattr(matplotlib, "rcParamsOrig"):  # it comes last
        return None
    return _values_of(matplotlib.rcParams)  # type: ignore[union-attr]  # not None


def _values_of(parameters: Any) -> list[Any]:
    # Read as the dict that it is, which is fast.
    return [list(value) if type(value) is list else value for value in dict.values(parameters)]


def _parameters_at_first(now: list[Any]) -> list[Any]:
    matplotlib = sys.modules["matplotlib"]
    first = matplotlib.rcParamsOrig
    return _with_backend_of([dict.get(first, name) for name in dict.keys(matplotlib.rcParams)], now)


def _put_back_parameters(before: list[Any]) -> None:
    parameters = sys.modules["matplotlib"].rcParams
    dict.update(parameters, zip(list(dict.keys(parameters)), before, strict=True))


def _with_backend_of(before: list[Any], now: list[Any]) -> list[Any]:
    names = dict.keys(sys.modules["matplotlib"].rcParams)
    return [is_now if name.startswith("backend") else was for name, was, is_now in zip(names, before, now, strict=True)]


def _options() -> list[dict[str, Any]] | None:
    """The options of pandas: a mapping for each group of them."""
    options = getattr(sys.modules.get("pandas"), "options", None)
    return None if options is None else [dict(group) for _, group in _groups(len(sys.modules))]


@lru_cache(maxsize=1)
def _groups(modules: int) -> list[tuple[str, dict[str, Any]]]:
    """The groups of options with the beginnings of their names; looked for again when modules were imported, which add some."""
    found = [("", sys.modules["pandas"].options.d)]
    for within, group in found:  # which grows meanwhile
        found += [(f"{within}{name}.", inner) for name, inner in group.items() if type(inner) is dict]
    return found


def _put_back_options(before: list[dict[str, Any]]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some are deprecated
        for (within, now), was in zip(_groups(len(sys.modules)), before, strict=False):
            for name in [name for name, value in was.items() if now.get(name) != value]:
                sys.modules["pandas"].set_option(f"{within}{name}", was[name])


def _options_at_first(now: list[dict[str, Any]]) -> list[dict[str, Any]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sys.modules["pandas"].reset_option("all")
    found = _options() or []
    _put_back_options(now)
    return found


def _put_back_filters(before: list[Any]) -> None:
    warnings.resetwarnings()
    cast("list[Any]", warnings.filters).extend(before)


_SHARED = (
    _Shared("the working directory", _directory, os.chdir),
    _Shared("the locale", lambda: locale.setlocale(locale.LC_ALL), lambda was: locale.setlocale(locale.LC_ALL, was)),
    # A library may add some of its own when it is imported.
    _Shared("the environment variables", _variables, _put_back_variables, expected=lambda was, now: {**now, **was}),
    _Shared("the standard streams", _streams, _put_back_streams),
    _Shared(
        "numpy.seterr",
        _floating_point,
        lambda was: sys.modules["numpy"].seterr(**was),
        at_first=lambda now: _NUMPY_AT_FIRST,
    ),
    _Shared("NumPy's global random numbers", _numpy_random, _put_back_numpy_random, by_imports=True),
    _Shared("Python's global random numbers", random.getstate, random.setstate, by_imports=True),
    _Shared("the recursion limit", sys.getrecursionlimit, sys.setrecursionlimit),
    # Some are there only once the part of pandas that they are for has been imported.
    _Shared(
        "the options of pandas",
        _options,
        _put_back_options,
        at_first=_options_at_first,
        expected=lambda was, now: was if len(was) == len(now) else now,
    ),
    _Shared(
        "matplotlib.rcParams",
        _parameters,
        _put_back_parameters,
        at_first=_parameters_at_first,
        expected=_with_backend_of,
    ),
    _Shared(
        "the filters of warnings", lambda: list(warnings.filters), _put_back_filters, expected=lambda was, now: now
    ),
)
