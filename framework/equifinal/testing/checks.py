"""Checks: named properties of one thing, and the message if it does not have one."""

import inspect
import traceback
import unittest
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NoReturn

from equifinal.base.parallel import one_thread
from equifinal.testing.state import put_back

#: The page on which all properties are explained; each names a section of it.
PAGE = "docs/write-a-plugin.md"

Outcome = Literal["passed", "failed", "does not apply"]


class ConformanceError(AssertionError):
    """A property does not hold; the message says what was found, and where to read on."""


class DoesNotApply(unittest.SkipTest):
    """The property does not apply to this thing; the message says why."""


def fail(problem: str) -> NoReturn:
    """End a check: the property does not hold."""
    raise ConformanceError(problem)


@dataclass(frozen=True)
class Property:
    """A property that can be checked.

    Attributes
    ----------
    name : str
        Such as ``"input not mutated"``.
    promise : str
        The property in one sentence.
    section : str
        The heading on the page "Write a plugin" where it is explained.
    function : callable
        Takes the thing, and raises :class:`ConformanceError` or :class:`DoesNotApply`.
    after : tuple of str
        Properties on which it builds; if one of them does not hold, this one is not tried, so that a mistake is reported once.
    last : bool
        Whether it answers for what the checks before it have changed in the process, too.
    """

    name: str
    promise: str
    section: str
    function: Callable[[Any], None]
    after: tuple[str, ...] = ()
    last: bool = False

    @property
    def read_on(self) -> str:
        """The link to its explanation in the docs."""
        words = "".join(letter for letter in self.section.lower() if letter.isalnum() or letter in " -")
        return f"{PAGE}#{words.replace(' ', '-')}"


def property_of(
    into: list[Property], section: str, *after: str, last: bool = False
) -> Callable[[Callable[[Any], None]], Callable[[Any], None]]:
    """Add a function to a list of properties; its name and the first line of its docstring say which property it checks."""

    def put(function: Callable[[Any], None]) -> Callable[[Any], None]:
        promise = (inspect.cleandoc(function.__doc__ or "").splitlines() or [""])[0]
        into.append(Property(function.__name__.replace("_", " "), promise, section, function, after, last))
        return function

    return put


@dataclass(frozen=True)
class Result:
    """How a check ended.

    Attributes
    ----------
    check : Check
    outcome : str
        ``"passed"``, ``"failed"`` or ``"does not apply"``.
    message : str
        The problem and where to read on, or why it does not apply; empty if it passed.
    cause : Exception or None
        The exception that the thing raised, if that was the problem.
    """

    check: "Check"
    outcome: Outcome
    message: str = ""
    cause: BaseException | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class Check:
    """One property of one thing; calling it checks it.

    Attributes
    ----------
    subject : str
        What is checked, such as ``"method fsqca"``.
    checked : Property
    target
        The thing itself.
    """

    subject: str
    checked: Property
    target: Any
    _beside: Mapping[str, "Check"] = field(default_factory=dict, repr=False, compare=False)
    _known: list[Result] = field(default_factory=list, repr=False, compare=False)
    _traces: list[str] = field(default_factory=list, repr=False, compare=False)

    @property
    def name(self) -> str:
        """The property's name."""
        return self.checked.name

    @property
    def id(self) -> str:
        """A name for pytest, which ``pytest -k`` can select: ``fsqca-input_not_mutated``."""
        return f"{self.subject.rpartition(' ')[2]}-{self.name.replace(' ', '_')}"

    def __call__(self) -> None:
        """Check the property; raise :class:`ConformanceError` when it does not hold, :class:`DoesNotApply` when it cannot."""
        found = self.result()
        if found.outcome == "failed":
            raise ConformanceError(found.message) from found.cause
        if found.outcome == "does not apply":
            raise DoesNotApply(found.message)

    def result(self) -> Result:
        """Check the property, once, and say how it ended."""
        if not self._known:
            self._known.append(self._result())
        return self._known[0]

    def _result(self) -> Result:
        if failed := self._failed_before():
            return Result(self, "does not apply", f"{failed!r} must pass first")
        try:
            with warnings.catch_warnings(), one_thread():
                warnings.simplefilter("ignore")
                with put_back(_class_of(self.target)) as traces:
                    self.checked.function(self.target)
            self._traces.extend(each for each in traces if each not in self._traces)
            if self.checked.last and self._traces:
                fail(f"it changed {self._traces[0]}, which others use too. Leave it alone, or put it back")
        except DoesNotApply as reason:
            return Result(self, "does not apply", str(reason))
        except ConformanceError as error:
            return Result(self, "failed", self._said(str(error)), error.__cause__)
        except Exception as error:
            return Result(self, "failed", self._said(f"it raised {raised(error)}"), error)
        return Result(self, "passed")

    def _failed_before(self) -> str:
        """The name of a failed property on which this one builds; empty if there is none."""
        for check in (self._beside[name] for name in self.checked.after if name in self._beside):
            if failed := check._failed_before() or (check.name if check.result().outcome == "failed" else ""):
                return failed
        return ""

    def _said(self, problem: str) -> str:
        ended = problem if problem.endswith("?") else f"{problem.rstrip('.')}."
        return f"{self.subject}: {self.name}: {ended} Read on: {self.checked.read_on}"


def checks_for(subject: str, properties: Iterable[Property], target: Any) -> list[Check]:
    """A check for each property of one thing; they know each other's results."""
    checks: dict[str, Check] = {}
    traces: list[str] = []
    for each in properties:
        checks[each.name] = Check(subject, each, target, checks, _traces=traces)
    return list(checks.values())


def _class_of(target: Any) -> type:
    return target if isinstance(target, type) else type(target)


def raised(error: BaseException) -> str:
    """An exception in one line, with the place in the plugin's own code, if any."""
    here = Path(__file__).parents[1]
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if here not in Path(frame.filename).parents]
    place = f" ({Path(frames[0].filename).name}, line {frames[0].lineno})" if frames else ""
    return f"{type(error).__name__}: {' '.join(str(error).split())}{place}"


@contextmanager
def doing(what: str) -> Iterator[None]:
    """Name the step in which an exception was raised."""
    try:
        yield
    except (ConformanceError, DoesNotApply):
        raise
    except Exception as error:
        raise ConformanceError(f"{what} raised {raised(error)}") from error
