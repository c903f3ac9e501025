"""Objects that print themselves on one screen, and answer a mistyped attribute with the nearest one."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from textwrap import shorten, wrap
from typing import TYPE_CHECKING, Any

from equifinal.errors import did_you_mean

if TYPE_CHECKING:
    import pandas as pd

#: A screen: lines, and characters in a line, that any terminal and notebook shows without scrolling.
LINES, WIDTH = 24, 100


class Text(str):
    """Text that a console shows as it is, line by line, and not in quotation marks.

    >>> Text("one" + chr(10) + "two")
    one
    two
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


class OneScreen:
    """Base of what users look at in a console: ``repr`` fits one screen, and a mistyped attribute is answered.

    A subclass gives :meth:`_said`, and may say in :meth:`_hint` what somebody meant who asked for an attribute that is not there.
    A dataclass that is one is made with ``repr=False``.
    """

    def _said(self) -> Iterable[str]:
        """What the object says of itself, line by line, the most important first."""
        raise NotImplementedError

    def _hint(self, name: str) -> str:
        """A sentence for someone who asked for the attribute `name`, or nothing."""
        return ""

    def __repr__(self) -> str:
        return on_one_screen(self._said())

    def __str__(self) -> str:
        return repr(self)

    if not TYPE_CHECKING:  # or a type checker would take every attribute for one that is there

        def __getattr__(self, name: str) -> Any:
            if name.startswith("_"):
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            known = [each for each in dir(type(self)) if not each.startswith("_")]
            known += [each for each in vars(self) if not each.startswith("_") and each not in known]
            hint = self._hint(name) or did_you_mean(name, known)
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}. {hint}", name=name, obj=self)


class Readable(OneScreen):
    """One screen in a console, and all in ``summary()``."""

    def summary(self) -> Text:
        """All that the object says of itself, as text."""
        return Text("\n".join(self._said()))


class Record(Readable):
    """Base of dataclasses that hold tables: ``repr`` has a line for each field, with the size of what it holds, ``summary()`` all.

    >>> from dataclasses import dataclass
    >>> @dataclass(repr=False)
    ... class Found(Record):
    ...     names: tuple[str, ...]
    ...     scores: list[int]
    >>> Found(("a", "b"), list(range(1000)))
    Found
      names: ('a', 'b')
      scores: list of 1000
    """

    def _said(self) -> Iterable[str]:
        yield type(self).__name__
        for each in fields(self):  # type: ignore[arg-type]
            if not each.name.startswith("_"):
                yield f"  {each.name}: {_in_words(getattr(self, each.name))}"

    def summary(self) -> Text:
        """All that it holds, as text."""
        held = {each.name: getattr(self, each.name) for each in fields(self)}  # type: ignore[arg-type]
        return Text(
            "\n\n".join(f"{name}\n{_in_full(value)}" for name, value in held.items() if not name.startswith("_"))
        )


def _in_full(value: Any) -> str:
    """A value with all its rows; a mapping by its keys."""
    if hasattr(value, "to_string"):
        return str(value.to_string())
    if isinstance(value, Mapping) and any(hasattr(each, "to_string") for each in value.values()):
        return "\n\n".join(f"{key}\n{_in_full(each)}" for key, each in value.items())
    return str(value)


def _in_words(value: Any) -> str:
    """A value in part of a line: its size where it is large."""
    kind = type(value).__name__
    if shape := getattr(value, "shape", ()):
        return f"{kind}, {' × '.join(map(str, shape))}"
    written = repr(value) if not isinstance(value, (dict, list, tuple, set)) or len(value) <= 20 else ""
    if written and len(written) <= WIDTH * 3 // 4 and "\n" not in written:
        return written
    if isinstance(value, Mapping):
        return in_short(f"{kind} of {len(value)}: {', '.join(map(str, value))}", WIDTH * 3 // 4)
    if isinstance(value, str) or hasattr(value, "_fields"):
        return in_short(str(value), WIDTH * 3 // 4)
    return f"{kind} of {len(value)}" if hasattr(value, "__len__") else kind


def on_one_screen(said: Iterable[str]) -> str:
    """Lines cut to one screen; what is left out is counted.

    >>> on_one_screen(["a" * 200, *"bcd"]).splitlines()[0][-3:]
    '...'
    """
    lines = [line for text in said for line in (text.splitlines() or [""])]
    kept = (
        lines if len(lines) <= LINES else [*lines[: LINES - 1], f"... {len(lines) - LINES + 1} more lines: .summary()"]
    )
    return "\n".join(line if len(line) <= WIDTH else f"{line[: WIDTH - 3]}..." for line in kept)


def wrapped(text: str) -> list[str]:
    """A paragraph in lines that fit the screen."""
    return wrap(text, WIDTH)


def in_short(text: str, width: int = 60) -> str:
    """The beginning of a text in one line.

    >>> in_short("several words in a row", 15)
    'several ...'
    """
    return shorten(text, width, placeholder=" ...")


def table_lines(table: "pd.DataFrame", most: int = 12) -> list[str]:
    """A table's first rows as lines; numbers have three decimals at most."""
    from equifinal.base.words import shown_column

    head = table.head(most)
    texts = head.assign(**{str(name): shown_column(head[name]) for name in head.columns})
    lines = texts.to_string(line_width=None, max_colwidth=40).splitlines()
    return [*lines, *([f"... {len(table) - most} more rows"] if len(table) > most else [])]
