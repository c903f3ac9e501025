"""Calling plugins: pluggy makes the calls, and each implementation is guarded, so that what it raises harms no other."""

import functools
import inspect
import os
import sys
import time
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pluggy

from equifinal.base.surroundings import changed_and_put_back, restored
from equifinal.errors import listing, repr_of, said
from equifinal.plugin import hookspecs
from equifinal.plugin.hookspecs import NOUNS

if TYPE_CHECKING:
    from equifinal.base.own import Handing

Function = Callable[..., Any]

#: Hooks that answer for a method; they are called where the methods are judged, in other processes too.
_ASKED = ("equifinal_assess",)


class Hooks:
    """The implementations of all hooks, by plugin.

    Each is registered with pluggy as a guarded function of the same signature, which gets copies of its own: an exception, an
    answer that is not what the hook asks for, or a change to what it was given is reported with the name of its plugin. Pickled,
    it takes along what is called in other processes.

    Parameters
    ----------
    plugins
        Names for messages, and functions by hook, by the plugin's name; as :meth:`register` takes them.
    """

    def __init__(self, plugins: Mapping[str, tuple[str, Mapping[str, Function]]] | None = None) -> None:
        self._manager = pluggy.PluginManager("equifinal")
        self._manager.add_hookspecs(hookspecs)
        self._plugins: dict[str, tuple[str, Mapping[str, Function]]] = {}
        #: While :meth:`ask` asks: who offered what, and what went wrong. Otherwise ``None``.
        self._asked: _Answers | None = None
        for name, (told, functions) in (plugins or {}).items():
            self.register(name, told, functions)

    def __reduce__(self) -> tuple[Any, ...]:
        travelling = {
            name: (told, {hook: functions[hook] for hook in _ASKED if hook in functions})
            for name, (told, functions) in self._plugins.items()
        }
        return Hooks, (travelling,)

    def register(self, name: str, told: str, functions: Mapping[str, Function]) -> None:
        """Take a plugin's functions, by hook; `told` is the plugin in messages."""
        guarded = ModuleType(name)  # anything that has attributes and is equal to itself alone
        for hook, function in functions.items():
            vars(guarded)[hook] = self._guarded(name, told, hook, function)
        self._manager.register(guarded, name)
        self._plugins[name] = told, functions

    def without(self, name: str) -> "Hooks":
        """All others, in the same order, as an object of its own."""
        return Hooks({each: registered for each, registered in self._plugins.items() if each != name})

    @property
    def answering(self) -> bool:
        """Whether any plugin answers for methods."""
        return any(hook in functions for _, functions in self._plugins.values() for hook in _ASKED)

    def ask(self, hook: str) -> "_Answers":
        """What all plugins contribute to a hook, in pluggy's order."""
        self._asked = answers = _Answers()
        try:
            answers.given = [thing for each in self.call(hook) for thing in each]
        finally:
            self._asked = None
        return answers

    def call(self, hook: str, **arguments: Any) -> Any:
        """Call a hook of all plugins; what goes wrong becomes a warning."""
        return getattr(self._manager.hook, hook)(**arguments)

    def _report(self, name: str, told: str, problem: str) -> None:
        if self._asked is not None:
            self._asked.problems.append((name, problem))
        else:
            warnings.warn(f"Plugin {told}: {problem}", stacklevel=2)

    def _guarded(self, name: str, told: str, hook: str, function: Function) -> Function:
        """The function, so that it raises nothing; pluggy reads its arguments and options from what it wraps."""
        report = functools.partial(self._report, name, told)

        def accept(answer: Any, instead: Any, wrapper: bool = False) -> Any:
            problem = _wrong_answer(hook, answer, wrapper)
            if problem:
                report(problem)
                return instead
            if self._asked is not None:
                self._asked.offer(
                    name, [thing for each in (answer if wrapper else [answer]) for thing in each], wrapper
                )
            return answer

        @contextmanager
        def put_back() -> Iterator[None]:
            with restored() as changed:
                yield
            if changed:
                report(f"{hook} {changed_and_put_back(changed)}")

        def compare(handing: "Handing | None", own: Mapping[str, Any]) -> None:
            if handing is not None and (changed := handing.changed(own)):
                report(f"{hook} changed what it was given ({listing(changed)}), a copy of its own")

        @functools.wraps(function)
        def alone(*given: Any, **named: Any) -> Any:
            arguments = _arguments(function, given, named)
            try:
                handing, own = _handed(arguments)
                with traced(f"{_told(hook, arguments)} of {told}") as answers, put_back():
                    answers.append(function(*own.values()))
                compare(handing, own)
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                report(f"{hook} raised {said(error)}")
                return None
            return accept(answers[0], None)

        @functools.wraps(function)
        def around(*given: Any, **named: Any) -> Generator[None, Any, Any]:
            arguments = _arguments(function, given, named)
            what, problem = f"{_told(hook, arguments)} of {told}", ""
            try:
                handing, own = _handed(arguments)
                generator = function(*own.values())
                with traced(f"{what}, before the others,"), put_back():
                    goes_on, _ = _step(generator, None)
                if not goes_on:
                    problem = f"{hook} is a wrapper, but did not yield"
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                problem = f"{hook} raised {said(error)}"
            if problem:
                report(problem)
            outcome = yield
            if problem:
                return outcome
            try:
                with traced(f"{what}, after the others,") as answers, put_back():
                    goes_on, answer = _step(generator, outcome)
                    answers.append(answer)
                compare(handing, own)
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                report(f"{hook} raised {said(error)}")
                return outcome
            if goes_on:
                report(f"{hook} is a wrapper, but yielded twice")
                return outcome
            return accept(answer, outcome, wrapper=True)

        return around if function.equifinal_impl["wrapper"] else alone  # type: ignore[attr-defined]  # pluggy's marker


class _Answers:
    """What a hook brought, and what went wrong; who offered a thing is told by the thing itself."""

    def __init__(self) -> None:
        self.given: list[Any] = []
        self.problems: list[tuple[str, str]] = []
        self._offers: list[tuple[str, Any]] = []

    def offer(self, name: str, things: Iterable[Any], wrapper: bool) -> None:
        """Note what a plugin offers; of what a wrapper returns, that which nobody has offered."""
        known = list(self._offers) if wrapper else []
        for thing in things:
            place = next((at for at, (_, other) in enumerate(known) if other is thing), None)
            if place is None:
                self._offers.append((name, thing))
            else:
                del known[place]

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        """Each thing with the name of the plugin that offered it."""
        left = list(self._offers)
        for thing in self.given:
            place = next(at for at, (_, other) in enumerate(left) if other is thing)
            yield left.pop(place)


def _wrong_answer(hook: str, answer: Any, wrapper: bool) -> str:
    """What is wrong with an answer; empty when nothing is."""
    if hook in _ASKED:
        right = answer is None or getattr(answer, "offered_by", None) == hook
        return "" if right else f"{hook} returned {repr_of(answer)}, which is no answer to it"
    if hook.removeprefix("equifinal_") not in NOUNS:
        return ""
    if not isinstance(answer, (list, tuple)):
        return f"{hook} must return a list, not {type(answer).__name__}"
    if wrapper and not all(isinstance(each, (list, tuple)) for each in answer):
        return f"{hook} is a wrapper, and must return what yield gave it, a list of lists"
    return ""


def _step(generator: Any, sent: Any) -> tuple[bool, Any]:
    """Send a value into a wrapper: whether it goes on, and what it returns when it does not."""
    try:
        generator.send(sent)
    except StopIteration as end:
        return False, end.value
    return True, None


def _arguments(function: Function, given: tuple[Any, ...], named: Mapping[str, Any]) -> dict[str, Any]:
    return {**dict(zip(inspect.signature(function).parameters, given, strict=False)), **named}


def _handed(arguments: Mapping[str, Any]) -> "tuple[Handing | None, Mapping[str, Any]]":
    """Copies of what an implementation gets; a hook without arguments, such as that of commands, needs nothing for it."""
    if not arguments:
        return None, arguments
    from equifinal.base.own import Handing

    handing = Handing(**arguments)
    return handing, handing.copies()


def _told(hook: str, arguments: Mapping[str, Any]) -> str:
    told = (f"{name}={getattr(value, 'name', type(value).__name__)}" for name, value in arguments.items())
    return f"{hook}({', '.join(told)})"


def _called(thing: Any) -> str:
    try:
        return str(getattr(thing, "__name__", getattr(thing, "name", thing)))
    except Exception:
        return repr_of(thing)


@contextmanager
def traced(what: str) -> Iterator[list[Any]]:
    """Write what is done to stderr when ``EQUIFINAL_TRACE`` says so: what, its answer (put into the list), its time.

    pluggy's own tracing shows calls to all plugins at once; this shows each by itself.
    """
    answers: list[Any] = []
    if os.environ.get("EQUIFINAL_TRACE", "") in ("", "0"):
        yield answers
        return
    start, ended = time.perf_counter(), "done"
    try:
        yield answers
        if answers:
            told = answers[0] if isinstance(answers[0], list) else []
            names = [_called(each) for each in told]
            ended = f"returned [{', '.join(names)}]" if names else f"returned {repr_of(answers[0])}"
    except BaseException as error:
        ended = f"raised {said(error)}"
        raise
    finally:
        print(f"trace: {what} {ended} in {1000 * (time.perf_counter() - start):.1f} ms", file=sys.stderr)
