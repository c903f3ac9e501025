"""The one error for wrong input, and helpers that word its messages."""

import difflib
import numbers
import unicodedata
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pydantic

#: What a plugin's code may raise without taking the rest down: errors and ``sys.exit()``, but not the user's interrupt.
FAULTS = (Exception, SystemExit)


#: More worker processes than any computer has processors.
MOST_JOBS = 4096


class InputError(ValueError):
    """Something the user gave cannot be used.

    The message names the study, the variable or case, and the remedy. It is raised before any work is
    done; the command line prints it without a traceback and ends with exit code 2.
    """


class ProcessEndedError(RuntimeError):
    """A process shared by several methods ended, so none of them has a result."""


def listing(words: Iterable[str], most: int = 8) -> str:
    """Join words for a sentence, ``a, b, c``; the rest beyond `most` is counted.

    >>> listing(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    words = [str(word) for word in words]
    if len(words) <= most:
        return ", ".join(words)
    return f"{', '.join(words[:most])} and {len(words) - most} more"


def repr_of(thing: Any) -> str:
    """``repr(thing)``, or in words what it is if that fails."""
    try:
        return repr(thing)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return f"<a {type(thing).__name__} whose repr raises {type(error).__name__}>"


def message_of(error: BaseException) -> str:
    """``str(error)``, or words that it cannot be told if that fails."""
    try:
        return str(error)
    except KeyboardInterrupt:
        raise
    except BaseException:
        return "its message cannot be told"


def said(error: BaseException) -> str:
    """Name and message of an exception, on one line."""
    return f"{type(error).__name__}: {' '.join(message_of(error).split())}".removesuffix(": ")


def visible(text: str) -> str:
    """A text for a terminal: control characters but tabs and line ends are shown as such, and do nothing.

    >>> visible("a\x1b[2Jb")
    'a\\x1b[2Jb'
    """
    return "".join(
        each if each in "\n\t" or each.isprintable() or not _controls(each) else ascii(each)[1:-1] for each in text
    )


def _controls(character: str) -> bool:
    """Whether a character is a control character, or half of one that needs two."""
    return unicodedata.category(character) in ("Cc", "Cs")


def check_text(what: str, text: Any, where: str = "") -> None:
    """Raise an :class:`InputError` unless this is a text that files can hold and terminals can show."""
    if not isinstance(text, str):
        raise InputError(f"{where}{what} = {repr_of(text)} must be text.")
    for character in text:
        if character not in "\n\r\t" and not character.isprintable() and _controls(character):
            raise InputError(
                f"{where}{what} = {text!a} has a character that no terminal should get ({character!a}). Remove it."
            )


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """End a sentence about an unknown word: the nearest known one, or all of them.

    `known` may be a listing of the registry; plugins that are switched off are then named too, because one of them could
    have brought the word.

    >>> did_you_mean("fsqac", ["fsqca", "csqca"])
    "Did you mean 'fsqca'? Known: fsqca, csqca."
    """
    switched_off = getattr(known, "switched_off", ())
    off = f" Plugins that are switched off: {listing(switched_off)}." if switched_off else ""
    known = [str(each) for each in known]
    if not known:
        return f"None is known.{off}"
    folded = {each.casefold(): each for each in reversed(known)}
    near = difflib.get_close_matches(str(word).casefold(), folded, n=1, cutoff=0.6)
    guess = f"Did you mean {folded[near[0]]!r}? " if near else ""
    return f"{guess}Known: {listing(known, most=40)}.{off}"


#: Pydantic's error types, in words for someone who writes a study file.
_WANTED = {
    "string_type": "text in quotes",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "list_type": "a list in square brackets",
    "tuple_type": "a list in square brackets",
    "dict_type": "a table, such as {key = value}",
    "model_type": "a table, such as {key = value}",
}


def explain(error: "pydantic.ValidationError", known: Iterable[str] | Mapping[str, Iterable[str]] = ()) -> str:
    """Turn each of pydantic's complaints into a sentence, and join them with semicolons.

    Parameters
    ----------
    error
        What a pydantic model raised.
    known
        The accepted names, for the hint on a misspelt one; for a nested model, the names by table.

    Examples
    --------
    >>> import pydantic
    >>> class Cutoff(pydantic.BaseModel):
    ...     value: float
    >>> try:
    ...     Cutoff(value="high")
    ... except pydantic.ValidationError as error:
    ...     print(explain(error))
    value = 'high' must be a number.
    """
    by_table = known if isinstance(known, Mapping) else {}
    everywhere = () if isinstance(known, Mapping) else tuple(known)
    sentences = []
    for problem in error.errors(include_url=False):
        path, kind = problem["loc"], problem["type"]
        table, key = _place(path[:-1]), _place(path[-1:])
        if path and isinstance(path[-1], int):
            table, key = "", _place(path)
        names = by_table.get(str(path[0]) if len(path) > 1 else "", everywhere)
        if kind in ("extra_forbidden", "unexpected_keyword_argument"):
            sentence = f"unknown key {key!r}. {did_you_mean(key, names)}"
        elif kind in ("missing", "missing_argument"):
            sentence = f"{key!r} is missing"
        elif kind in ("value_error", "assertion_error"):
            message = problem["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
            sentence = f"{key}: {message}" if key else message
        else:
            sentence = f"{key} = {_shown(problem['input'])} {_demand(problem)}".removeprefix(" = ")
        sentences.append(f"{table}: {sentence}".removeprefix(": ").rstrip("."))
    return "; ".join(dict.fromkeys(sentences)) + "."


def _place(path: tuple[int | str, ...]) -> str:
    """Where a problem is, counted from one: ``condition 2``."""
    return " ".join(str(part + 1) if isinstance(part, int) else part for part in path)


def _shown(value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _demand(problem: Any) -> str:
    kind = problem["type"]
    if kind in _WANTED:
        point = ", its decimals behind a point" if kind == "float_parsing" and "," in str(problem["input"]) else ""
        return f"must be {_WANTED[kind]}{point}"
    if kind == "too_short":
        return f"is too short: it needs at least {problem['ctx']['min_length']}"
    if kind == "string_too_short":
        return "is empty"
    message: str = problem["msg"]
    return f"{message[0].lower()}{message[1:]}".replace("input should be", "must be").replace("input should", "must")


def check_whole(name: str, value: Any, minimum: int) -> None:
    """Raise an :class:`InputError` unless the value is a whole number of at least `minimum`."""
    if not _is_whole(value) or int(value) < minimum:
        raise InputError(f"{name} = {value!r}. It must be a whole number, {minimum} or more.")


def check_jobs(name: str, value: Any) -> None:
    """Raise an :class:`InputError` unless the value is a number of processes: not 0, and not more than there can be."""
    if not _is_whole(value) or value == 0 or int(value) > MOST_JOBS:
        raise InputError(f"{name} = {value!r}. It must be a whole number: 1, 2, ... up to {MOST_JOBS}, or -1 for all.")


def _is_whole(value: Any) -> bool:
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)
