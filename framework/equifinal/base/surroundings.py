"""What plugins share with everybody in a process, and should leave as it was."""

import contextlib
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from equifinal.errors import listing, message_of

T = TypeVar("T")


@contextmanager
def restored() -> Iterator[list[str]]:
    """Put back what is changed meanwhile of a process; at the end the list names it.

    These are the working directory, the standard streams, NumPy's handling of floating-point errors, the recursion limit, the
    parameters of matplotlib (when it was there before), and, unless modules were imported, which may set them for themselves, the
    environment variables and the filters of warnings. What cannot be put back is named as such. What ends as neither an error nor
    the user's interrupt, as a panic in Rust does, goes on as a ``RuntimeError`` of the same name.

    Examples
    --------
    >>> with restored() as changed:
    ...     sys.setrecursionlimit(12345)
    >>> changed, sys.getrecursionlimit() == 12345
    (['the recursion limit'], False)
    """
    before, modules = {name: read() for name, (read, _) in _SHARED.items()}, len(sys.modules)
    changed: list[str] = []
    try:
        yield changed
    except (Exception, SystemExit, KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:
        raise type(type(error).__name__, (RuntimeError,), {})(message_of(error)) from error
    finally:
        for name, (read, put_back) in _SHARED.items():
            if before[name] is None or (name in _BY_IMPORTS and len(sys.modules) != modules):
                continue
            if read() != before[name]:
                with contextlib.suppress(OSError, ValueError):
                    put_back(before[name])
                changed.append(name if read() == before[name] else f"{name} (which cannot be put back)")


def undisturbed(function: Callable[..., T], *arguments: Any) -> T:
    """``function(*arguments)``, after which the surroundings are as before; a warning says what was changed."""
    with restored() as changed:
        answer = function(*arguments)
    if changed:
        warnings.warn(f"A plugin's method changed {listing(changed)}, which was put back.", stacklevel=2)
    return answer


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


def _put_back_variables(before: dict[str, str]) -> None:
    for name in set(os.environ) - set(before):
        del os.environ[name]
    os.environ.update(before)


def _floating_point() -> dict[str, str] | None:
    numpy = sys.modules.get("numpy")
    return None if numpy is None else numpy.geterr()


def _parameters() -> dict[str, Any] | None:
    matplotlib = sys.modules.get("matplotlib")
    if not hasattr(matplotlib, "rcParams"):
        return None
    # Read as the dict that it is, which is fast. The backend is chosen when the first figure is drawn.
    return {k: v for k, v in dict.items(matplotlib.rcParams) if not k.startswith("backend")}  # type: ignore[union-attr]  # not None


def _put_back_parameters(before: dict[str, Any]) -> None:
    dict.update(sys.modules["matplotlib"].rcParams, before)


def _put_back_filters(before: list[Any]) -> None:
    warnings.resetwarnings()
    cast("list[Any]", warnings.filters).extend(before)


_FILTERS, _VARIABLES = "the filters of warnings", "the environment variables"
_BY_IMPORTS = (_FILTERS, _VARIABLES)
_SHARED: dict[str, tuple[Callable[[], Any], Callable[[Any], object]]] = {
    "the working directory": (_directory, os.chdir),
    _VARIABLES: (lambda: dict(os.environ), _put_back_variables),
    "the standard streams": (_streams, _put_back_streams),
    "numpy.seterr": (_floating_point, lambda before: sys.modules["numpy"].seterr(**before)),
    "the recursion limit": (sys.getrecursionlimit, sys.setrecursionlimit),
    "matplotlib.rcParams": (_parameters, _put_back_parameters),
    _FILTERS: (lambda: list(warnings.filters), _put_back_filters),
}
