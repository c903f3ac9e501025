"""The one error for wrong input, and how its sentences are made."""

import difflib
from collections.abc import Iterable, Mapping

import pydantic

__all__ = ["InputError", "did_you_mean", "explain", "listing"]


class InputError(ValueError):
    """Something the user gave cannot be used.

    The message names the study, the variable or case, and the remedy. It is raised before any work is
    done; the command line prints it without a traceback and ends with exit code 2.
    """


def listing(words: Iterable[str], most: int = 8) -> str:
    """Join words for a sentence, ``a, b, c``; the rest beyond `most` is counted.

    >>> listing(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    words = [str(word) for word in words]
    if len(words) <= most:
        return ", ".join(words)
    return f"{', '.join(words[:most])} and {len(words) - most} more"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """End a sentence about an unknown word: the nearest known one, or all of them.

    >>> did_you_mean("fsqac", ["fsqca", "csqca"])
    "Did you mean 'fsqca'? Known: fsqca, csqca."
    """
    known = [str(each) for each in known]
    if not known:
        return "None is known."
    near = difflib.get_close_matches(str(word), known, n=1, cutoff=0.6)
    guess = f"Did you mean {near[0]!r}? " if near else ""
    return f"{guess}Known: {listing(known, most=40)}."


def explain(error: pydantic.ValidationError, known: Iterable[str] | Mapping[str, Iterable[str]] = ()) -> str:
    """Put pydantic's complaints into one sentence each, joined by semicolons.

    Parameters
    ----------
    error
        What a pydantic model raised.
    known
        The names that would have been accepted, for the hint on a misspelt one; for a nested model, by table.
    """
    by_table = known if isinstance(known, Mapping) else {}
    everywhere = () if isinstance(known, Mapping) else tuple(known)
    sentences = []
    for problem in error.errors(include_url=False):
        place = ".".join(str(part) for part in problem["loc"])
        names = by_table.get(str(problem["loc"][0]) if len(problem["loc"]) > 1 else "", everywhere)
        kind, message, given = problem["type"], problem["msg"], problem["input"]
        if kind in ("extra_forbidden", "unexpected_keyword_argument"):
            sentence = f"unknown key {place!r}. {did_you_mean(str(problem['loc'][-1]), names)}"
        elif kind in ("missing", "missing_argument"):
            sentence = f"{place!r} is required"
        elif kind in ("value_error", "assertion_error"):
            message = message.removeprefix("Value error, ").removeprefix("Assertion failed, ")
            sentence = f"{place}: {message}" if place else message
        else:
            message = message[0].lower() + message[1:]
            sentence = f"{place} = {given!r}: {message}" if place else message
        sentences.append(sentence.rstrip("."))
    return "; ".join(dict.fromkeys(sentences)) + "."
