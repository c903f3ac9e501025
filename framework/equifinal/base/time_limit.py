"""Time limits: a method works in another process, which is ended when its time is up.

No computation can be interrupted from within its own process wherever it hangs. Results are the same as without a limit.
"""

import atexit
import faulthandler
import os
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from typing import TYPE_CHECKING, Any, TypeVar

import cloudpickle
import numpy as np

from equifinal.base.orphans import follow, lasts, parent_to_follow
from equifinal.base.parallel import how_it_ended, interrupts_kept_from_workers, one_thread
from equifinal.base.surroundings import undisturbed
from equifinal.errors import InputError

if TYPE_CHECKING:
    from joblib.externals.loky import ProcessPoolExecutor

T = TypeVar("T")

#: Seconds after which an idle process ends by itself, and seconds that a new one may take to start.
_IDLE, _START = 30, 120

#: Processes that wait for work, and those that are working.
_waiting: "list[ProcessPoolExecutor]" = []
_working: "list[ProcessPoolExecutor]" = []


#: Starts processes: the system ends them with the thread that started them.
_starter = ThreadPoolExecutor(max_workers=1, initializer=lasts)


@atexit.register
def _end() -> None:
    """End the processes; at exit, while Python still has what that needs."""
    for executor in (*_waiting, *_working):
        executor.shutdown(wait=False, kill_workers=True)
    _waiting.clear()


class TimeLimitError(RuntimeError):
    """Something exceeded its time limit and was stopped, or ended its process."""


def check_time_limit(seconds: Any) -> None:
    """Raise an :class:`InputError` unless the limit is ``None`` or a number of seconds above 0."""
    number = isinstance(seconds, (int, float, np.integer, np.floating)) and not isinstance(seconds, bool)
    if seconds is not None and not (number and 0 < seconds < np.inf):
        raise InputError(f"time_limit = {seconds!r}. It must be a number of seconds above 0, or left out.")


def within(seconds: float | None, what: str, function: Callable[..., T], *arguments: Any) -> T:
    """``function(*arguments)``, in another process when there is a limit.

    Parameters
    ----------
    seconds
        The limit; ``None`` calls the function in this process, without a limit.
    what
        The name of the work in messages: ``"the analysis"``.
    function, arguments
        The call. Both, and its result, must be picklable by cloudpickle.

    Raises
    ------
    TimeLimitError
        When the call took longer or ended its process. Whatever the function raises is raised too.
    """
    if seconds is None:
        return undisturbed(function, *arguments)
    from concurrent.futures.process import BrokenProcessPool

    from joblib.externals.loky import ProcessPoolExecutor

    executor = _waiting.pop() if _waiting else ProcessPoolExecutor(max_workers=1, timeout=_IDLE)
    parcel = cloudpickle.dumps((function, arguments))
    _working.append(executor)
    try:
        ready = _starter.submit(_begin, executor, cloudpickle.dumps(function)).result()
        ready.result(timeout=_START)  # the limit is for the work, not for starting Python
        reply = executor.submit(_work, parcel).result(timeout=seconds)
    except BaseException as error:
        executor.shutdown(wait=False, kill_workers=True)
        if isinstance(error, TimeoutError):
            raise TimeLimitError(
                f"{what} took longer than {seconds:g} seconds, the time limit, and was stopped"
            ) from None
        if isinstance(error, BrokenProcessPool):
            raise TimeLimitError(f"{what} ended its process{how_it_ended(error)}") from None
        raise
    finally:
        _working.remove(executor)
    _waiting.append(executor)
    answer, failure, trace, said = cloudpickle.loads(reply)
    for message in said:
        warnings.warn(message, stacklevel=2)
    if failure is not None and not isinstance(failure, Exception):
        raise TimeLimitError(f"{what} raised {type(failure).__name__}, and was stopped") from None
    if failure is not None:
        raise failure from _ElsewhereError(f"\n{trace}")
    found: T = answer
    return found


def within_for_each(
    seconds: float, what: str, function: Callable[..., T], tasks: Iterable[tuple[Any, ...]], n_jobs: int = 1
) -> list[T | TimeLimitError]:
    """``function(*task)`` within the limit for every task, `n_jobs` at a time; the error in place of what was stopped."""
    ended = dict(within_as_they_end(seconds, what, function, tasks, n_jobs))
    return [ended[number] for number in range(len(ended))]


def within_as_they_end(
    seconds: float, what: str, function: Callable[..., T], tasks: Iterable[tuple[Any, ...]], n_jobs: int = 1
) -> Iterator[tuple[int, T | TimeLimitError]]:
    """The same, with each task's number, as each one ends; with one process, a task is drawn just before its work begins."""
    import joblib.externals.loky  # noqa: F401  (threads that import it at the same time would find it half imported)

    def one(task: tuple[Any, ...]) -> T | TimeLimitError:
        try:
            return within(seconds, what, function, *task)
        except TimeLimitError as error:
            return error

    if n_jobs == 1:
        yield from ((number, one(task)) for number, task in enumerate(tasks))
        return
    # Threads are enough: they only wait for the processes.
    with ThreadPoolExecutor(max_workers=n_jobs if n_jobs > 0 else os.cpu_count()) as threads:
        try:
            waiting = {threads.submit(one, task): number for number, task in enumerate(tasks)}
            for ended in as_completed(waiting):
                yield waiting[ended], ended.result()
        except BaseException:  # an interrupt: leaving the block would wait for the threads
            threads.shutdown(wait=False, cancel_futures=True)
            _end()
            raise


class _ElsewhereError(Exception):
    """Carries the traceback of the other process."""


def _begin(executor: "ProcessPoolExecutor", function: bytes) -> Future[None]:
    """Start the process of an executor, in a thread that lives as long as this process."""
    with interrupts_kept_from_workers():
        ready: Future[None] = executor.submit(_ready, parent_to_follow(), function)
        return ready


def _ready(parent: tuple[int, bool], function: bytes) -> None:
    """Import what the work needs, by unpickling its function."""
    follow(*parent)
    import scipy.stats  # noqa: F401  (only the import is wanted)

    cloudpickle.loads(function)
    faulthandler.disable()  # a crash is reported in one line, without the list of loaded modules


def _work(parcel: bytes) -> bytes:
    """Make the call; its result or exception, and its warnings, pickled."""
    function, arguments = cloudpickle.loads(parcel)
    answer, error, trace = None, None, ""
    with one_thread(), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            answer = undisturbed(function, *arguments)
        except BaseException as raised:
            error, trace = _that_travels(raised), traceback.format_exc()
    reply: bytes = cloudpickle.dumps((answer, error, trace, [each.message for each in caught]))
    return reply


def _that_travels(error: BaseException) -> BaseException:
    """The exception, or one of the same name and message if it cannot be pickled."""
    try:
        back: BaseException = cloudpickle.loads(cloudpickle.dumps(error))
        assert str(back) == str(error)
    except Exception:
        back = type(type(error).__name__, (Exception,), {})(str(error))
    return back.with_traceback(None)
