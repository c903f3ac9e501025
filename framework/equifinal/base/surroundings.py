"""What plugins share with everybody in a process, and should leave as it was."""

import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast


@contextmanager
def restored() -> Iterator[list[str]]:
    """Put back what is changed meanwhile of a process; at the end the list names it.

    These are the working directory, NumPy's handling of floating-point errors, the recursion limit, the parameters of matplotlib
    (when it was there before), and the filters of warnings (unless modules were imported: some set filters for themselves).

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
    finally:
        for name, (read, put_back) in _SHARED.items():
            if before[name] is None or (name == _FILTERS and len(sys.modules) != modules):
                continue
            if read() != before[name]:
                put_back(before[name])
                changed.append(name)


def _directory() -> str | None:
    try:
        return os.getcwd()
    except FileNotFoundError:  # removed by somebody
        return None


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


_FILTERS = "the filters of warnings"
_SHARED: dict[str, tuple[Callable[[], Any], Callable[[Any], object]]] = {
    "the working directory": (_directory, os.chdir),
    "numpy.seterr": (_floating_point, lambda before: sys.modules["numpy"].seterr(**before)),
    "the recursion limit": (sys.getrecursionlimit, sys.setrecursionlimit),
    "matplotlib.rcParams": (_parameters, _put_back_parameters),
    _FILTERS: (lambda: list(warnings.filters), _put_back_filters),
}
