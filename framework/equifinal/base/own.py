"""Own copies: what a plugin does to what it was given reaches nobody else, and is found.

A receiver gets a copy of all that is handed to it, new each time; afterwards the copy is compared with what it was made from.
Numbers, strings, functions and the (immutable) indexes of tables are shared; all that could be changed is not.
"""

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
from pandas.api.types import infer_dtype

T = TypeVar("T")

#: What copies were made from whose class computes some tables when they are first asked for.
_originals: "WeakKeyDictionary[Any, Any]" = WeakKeyDictionary()

#: Values that are compared as they are. Of other objects than these and those that are looked into, nobody can tell.
_PLAIN = (str, int, float, complex, bytes, set, frozenset, type(None), date, timedelta, np.generic, PurePath)

#: Objects of methods' own, which may compute things for themselves when they are used.
_PRIVATE = ("native",)


if TYPE_CHECKING:
    computed_once = cached_property
else:

    class computed_once(cached_property):  # noqa: N801  (used like cached_property, and named like it)
        """A cached property that a copy takes from its original: computed once, from what no receiver can have changed."""

        def __get__(self, instance: Any, owner: type[Any] | None = None) -> Any:
            if instance is None or instance not in _originals:
                return super().__get__(instance, owner)
            name = str(self.attrname)
            found = vars(instance)[name] = own(getattr(_originals[instance], name))
            return found


def original(value: T) -> T:
    """What a handed-out copy was made from; a value that is no such copy is its own original."""
    found: T = _originals.get(value, value)
    return found


#: From pandas 3 on tables share their arrays until one of them is written to, and the arrays themselves are read-only.
_DEEP = int(pd.__version__.partition(".")[0]) < 3


def own_table(table: T) -> T:
    """A table, or a column, that can be written to without a change elsewhere; its cells are shared."""
    copied: T = table.copy(deep=_DEEP)  # type: ignore[attr-defined]
    return copied


def own(value: T) -> T:
    """A copy that shares nothing with the value that could be changed."""
    copied: T = _copied(value, {})
    return copied


def _copied(value: Any, memo: dict[int, Any]) -> Any:
    if isinstance(value, _PLAIN) and type(value) is not set:
        return value
    if id(value) in memo:
        return memo[id(value)]
    made: Any
    if isinstance(value, pd.DataFrame):
        made = own_table(value)
        for number, kind in enumerate(value.dtypes):
            if _holds_objects(kind) and (cells := _own_cells(value.iloc[:, number], memo)) is not None:
                made.isetitem(number, cells)
    elif isinstance(value, pd.Series):
        cells = _own_cells(value, memo) if _holds_objects(value.dtype) else None
        made = own_table(value) if cells is None else cells
    elif type(value) is dict:
        made = memo[id(value)] = {}
        made.update((name, _copied(part, memo)) for name, part in value.items())
    elif type(value) in (list, tuple):
        made = type(value)([_copied(part, memo) for part in value])
    elif is_dataclass(value) and not isinstance(value, type) and hasattr(value, "__dict__"):
        made = memo[id(value)] = object.__new__(type(value))
        vars(made).update((name, _copied(part, memo)) for name, part in vars(value).items())
    else:
        made = copy.deepcopy(value, memo)
    memo[id(value)] = made
    return made


def _holds_objects(dtype: Any) -> bool:
    return isinstance(dtype, np.dtype) and dtype.kind == "O"


def _own_cells(column: "pd.Series[Any]", memo: dict[int, Any]) -> Any:
    """Copies of the cells of a column, when these can be changed, as lists can; otherwise ``None``."""
    cells = column.to_numpy()
    if not infer_dtype(cells).startswith("mixed"):
        return None
    return pd.Series([_copied(cell, memo) for cell in cells], column.index, dtype=object, name=column.name)


class Handing:
    """Hands out the same things any number of times, as copies that are the receiver's own.

    Parameters
    ----------
    given
        What is handed out, by the names under which changes are reported.

    Examples
    --------
    >>> tables = {"verdicts": ["supported"]}
    >>> Handing(tables=tables).to(lambda tables: tables["verdicts"].clear())
    (None, ['tables.verdicts'])
    >>> tables
    {'verdicts': ['supported']}
    """

    def __init__(self, **given: Any) -> None:
        self._given = given

    def copies(self) -> dict[str, Any]:
        """Copies of all, by name."""
        copies = own(self._given)
        for name, copied in copies.items():
            if any(isinstance(each, computed_once) for each in vars(type(copied)).values()):
                _originals[copied] = _originals.get(self._given[name], self._given[name])
        return copies

    def changed(self, copies: Mapping[str, Any]) -> list[str]:
        """What a receiver changed in its copies, such as ``["comparison.verdicts"]``; empty when all is as it was."""
        return [place for name, before in self._given.items() for place in changes(name, copies[name], before)]

    def to(self, function: Callable[..., T], *more: Any) -> tuple[T, list[str]]:
        """What a function returns that gets copies (in their order, `more` after them), and what it changed."""
        copies = self.copies()
        answer = function(*copies.values(), *more)
        return answer, self.changed(copies)


def changes(place: str, now: Any, before: Any) -> list[str]:
    """Where `now` differs from what it was before, such as ``["study.fuzzy"]`` for the place ``"study"``.

    Tables, arrays, lists, mappings, dataclasses and models are looked into, what they have computed for themselves since is not.
    """
    return list(_changes(place, now, before, set()))


def _changes(place: str, now: Any, before: Any, seen: set[int]) -> Iterator[str]:
    if isinstance(before, _PLAIN):
        # What is missing is not equal to itself.
        if type(now) is not type(before) or not (now == before or before != before):
            yield place
        return
    if id(before) in seen:
        return
    seen.add(id(before))
    if isinstance(before, (pd.DataFrame, pd.Series, pd.Index, np.ndarray)):
        if not _same(now, before):
            yield place
        return
    parts = _parts(before)
    found = parts if now is before else _parts(now)
    if type(now) is not type(before) or (isinstance(before, (dict, list, tuple)) and found.keys() != parts.keys()):
        yield place
        return
    for name, part in parts.items():
        if name in found:  # else one of the two has computed it since
            yield from _changes(f"{place}.{name}", found[name], part, seen)


def _parts(value: Any) -> Mapping[Any, Any]:
    if isinstance(value, type):
        return {}
    if is_dataclass(value) or hasattr(type(value), "model_fields"):
        # A study's tables are attributes that are there once somebody has asked for them.
        unasked = [each.name for each in fields(value) if each.name not in vars(value)] if is_dataclass(value) else []
        for name in unasked:
            getattr(value, name, None)
        return {k: v for k, v in vars(value).items() if not k.startswith("_") and k not in _PRIVATE}
    if isinstance(value, Mapping):
        return value
    return dict(enumerate(value)) if isinstance(value, (list, tuple)) else {}


def _same(now: Any, before: Any) -> bool:
    """Whether a table or an array is as it was."""
    if type(now) is not type(before) or now.shape != before.shape:
        return False
    if isinstance(before, np.ndarray):
        return now.dtype == before.dtype and not changes("", now.tolist(), before.tolist())
    if isinstance(before, pd.Index):
        return now.equals(before) and list(now.names) == list(before.names)
    axes = zip(now.axes, before.axes, strict=True)
    if not all(list(mine.names) == list(theirs.names) for mine, theirs in axes):
        return False
    if now.equals(before):
        return True
    # Cells that are objects are not equal to their copies.
    if isinstance(before, pd.Series):
        now, before = now.to_frame(), before.to_frame()
    return now.dtypes.equals(before.dtypes) and not changes("", now.to_dict("split"), before.to_dict("split"))
