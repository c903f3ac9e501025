"""The same work on many tasks, on one processor or several, with a progress bar."""

import re
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import cloudpickle

from equifinal.base.orphans import follow, parent_to_follow
from equifinal.base.surroundings import undisturbed
from equifinal.errors import ProcessEndedError

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

#: Whether this is part of a task, which is guarded as a whole.
_INSIDE: ContextVar[bool] = ContextVar("inside", default=False)


def work(
    function: Callable[..., Any], tasks: Sequence[tuple[Any, ...]], n_jobs: int, description: str, progress: bool
) -> Iterator[Any]:
    """Yield ``function(*task)`` for every task, in order.

    Parameters
    ----------
    function
        The work; its result may depend on its arguments alone.
    tasks
        The arguments of each call.
    n_jobs
        Number of processes, as in joblib: 1 stays in this process, -1 uses all processors.
    description
        The words beside the progress bar.
    progress
        Whether to show one (on stderr).
    """
    yield from _shown(_results(function, tasks, n_jobs, len(tasks)), len(tasks), description, progress)


def as_they_end(
    function: Callable[..., Any],
    tasks: Iterable[tuple[Any, ...]],
    count: int,
    n_jobs: int,
    description: str,
    progress: bool,
) -> Iterator[tuple[int, Any]]:
    """Yield the number of each task and what ``function(*task)`` returns, as each one ends.

    With one process, each of the `count` tasks is drawn just before its work begins; otherwise as :func:`work`.
    """
    numbered = ((number, function, task) for number, task in enumerate(tasks))
    results = _results(_numbered, numbered, n_jobs, count, "generator_unordered")
    yield from _shown(results, count, description, progress)


def _numbered(number: int, function: Callable[..., Any], task: tuple[Any, ...]) -> tuple[int, Any]:
    return number, function(*task)


def _shown(results: Iterator[Any], count: int, description: str, progress: bool) -> Iterator[Any]:
    if not progress:
        yield from results
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(results, description, total=count, console=Console(stderr=True), transient=True)


def _results(
    function: Callable[..., Any], tasks: Iterable[tuple[Any, ...]], n_jobs: int, count: int, order: str = "generator"
) -> Iterator[Any]:
    if n_jobs == 1 or count == 1:
        for task in tasks:
            yield _guarded(function, *task)
        return
    from concurrent.futures.process import BrokenProcessPool

    from joblib import Parallel, delayed

    # Pickled by cloudpickle on both sides, so that classes of single-file plugins travel by value and come back as
    # themselves.
    parent = parent_to_follow()
    parcels = (delayed(_call)(parent, cloudpickle.dumps((function, task))) for task in tasks)
    try:
        with interrupts_kept_from_workers():
            results = Parallel(n_jobs=n_jobs, return_as=order)(parcels)
        for parcel in results:
            yield cloudpickle.loads(parcel)
    except BrokenProcessPool as error:
        raise ProcessEndedError(
            f"A process ended{how_it_ended(error)}: a method crashed, or memory ran out. With a time limit "
            "(--time-limit 600, time_limit=600) each method runs in a process of its own; the one that crashes is named, and "
            "the others stand."
        ) from error


def how_it_ended(error: BaseException) -> str:
    """The signal or exit code from loky's long message, in brackets; empty if it names none.

    >>> how_it_ended(RuntimeError("The exit codes of the workers are {SIGABRT(-6)}"))
    ' (SIGABRT)'
    """
    found = re.search(r"SIG[A-Z]+|EXIT\(\d+\)", str(error))
    return f" ({found[0]})" if found else ""


def _call(parent: tuple[int, bool], parcel: bytes) -> bytes:
    follow(*parent)
    function, task = cloudpickle.loads(parcel)
    result: bytes = cloudpickle.dumps(_guarded(function, *task))
    return result


def _guarded(function: Callable[..., Any], *task: Any) -> Any:
    """``function(*task)`` on one thread, after which the surroundings are as before; once for a task within a task."""
    if _INSIDE.get():
        return function(*task)
    token = _INSIDE.set(True)
    try:
        with one_thread():
            return undisturbed(function, *task)
    finally:
        _INSIDE.reset(token)


@contextmanager
def interrupts_kept_from_workers() -> Iterator[None]:
    """Shield workers that are started here from Ctrl-C; this process ends them.

    A terminal interrupts all processes, and each would print a traceback. An interrupt that arrives meanwhile is delivered
    to this process afterwards.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    from multiprocessing import resource_tracker

    from joblib.externals.loky.backend import resource_tracker as another

    for tracker in (resource_tracker, another):
        tracker.ensure_running()  # first, because starting one unblocks interrupts again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep linear algebra on one thread, so that the order of its sums does not depend on the number of processes."""
    with _libraries(len(sys.modules)).limit(limits=1):
        yield


@lru_cache(maxsize=1)
def _libraries(modules: int) -> "ThreadpoolController":
    """The libraries that have threads; looked for again when modules were imported, since looking takes a while."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
