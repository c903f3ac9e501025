"""The engine: a task on every specification of a plan, in many processes, into one store."""

import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from equifinal.base.parallel import work
from equifinal.errors import FAULTS, InputError, check_jobs
from equifinal.sweep.store import Done, Row, Store

#: The most specifications in one parcel of work: what a process that is killed loses.
_MOST_IN_A_PARCEL = 16

Task = Callable[[Any], Mapping[str, Iterable[Row]]]


def sweep_over(
    specifications: Sequence[Any],
    task: Task,
    store: str | Path | Store | None = None,
    n_jobs: int = -1,
    progress: bool = False,
) -> Store:
    """Work on every specification that the store does not have yet.

    Parameters
    ----------
    specifications
        A plan: anything with a length that can be iterated over twice. Each is a small plain value (numbers, text, lists,
        dicts) and says all that its rows depend on. They are drawn one at a time, so that memory does not grow with their
        number.
    task
        Turns a specification into rows, ``{"table": [{"column": value}, ...]}``. It is pickled by value where it must be
        (cloudpickle). One that raises becomes a row of the table ``failures``, and the others go on.
    store
        A file, a :class:`Store`, or ``None`` for a temporary one. A run that was killed goes on where it was.
    n_jobs
        Number of processes, as in joblib: -1 uses all. Within ``joblib.parallel_config("dask")`` the cluster does the work.
        Rows and their order do not depend on it.
    progress
        Whether to show a bar with the time left (on stderr).

    Returns
    -------
    Store
        Open, with the rows of this plan and of all that was there before.

    Raises
    ------
    InputError
        When the store cannot be used, or a specification is not a plain value.

    Examples
    --------
    >>> import equifinal as eq
    >>> found = eq.sweep_over([1, 2, 3], lambda n: {"squares": [{"n": n, "square": n * n}]}, n_jobs=1)
    >>> found.frame("squares")["square"].tolist()
    [1, 4, 9]
    """
    check_jobs("n_jobs", n_jobs)
    if not hasattr(specifications, "__len__"):
        raise InputError(
            f"A plan is a sequence of specifications, such as a list; this is a {type(specifications).__name__}, which can be "
            "gone through only once."
        )
    opened = store if isinstance(store, Store) else Store(store)
    parcels = _Parcels(specifications, task, opened)
    for batch in work(_done, parcels, n_jobs, "Sweeping", progress):
        opened.add(batch)
    return opened


class _Parcels(Sequence[tuple[Task, list[Any]]]):
    """What is still to be done, a few specifications at a time; drawn when asked for."""

    def __init__(self, specifications: Sequence[Any], task: Task, store: Store) -> None:
        self._specifications, self._task, self._store = specifications, task, store
        self._left = sum(each not in store for each in specifications)
        self._size = min(_MOST_IN_A_PARCEL, max(1, self._left // 64))

    def __len__(self) -> int:
        return -(-self._left // self._size)

    def __iter__(self) -> Iterator[tuple[Task, list[Any]]]:
        parcel: list[Any] = []
        for each in self._specifications:
            if each in self._store:
                continue
            parcel.append(each)
            if len(parcel) == self._size:
                yield self._task, parcel
                parcel = []
        if parcel:
            yield self._task, parcel

    def __getitem__(self, position: Any) -> Any:
        raise TypeError("Parcels are drawn in order.")


def _done(task: Task, parcel: Sequence[Any]) -> list[Done]:
    return [_one(task, each) for each in parcel]


def _one(task: Task, specification: Any) -> Done:
    try:
        tables = {name: [dict(row) for row in rows] for name, rows in task(specification).items()}
        return Done(specification, tables)
    except FAULTS as error:
        failure = {"exception": type(error).__name__, "message": str(error), "traceback": traceback.format_exc()}
        return Done(specification, {}, failure)
