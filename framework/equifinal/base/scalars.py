"""What pydantic would turn into another value: ``"no"`` into false, true into 1.0, ``"0.5"`` into a number."""

import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin

_PLAIN = (bool, int, float, str, type(None))
_HOLDING = (tuple, list, set, frozenset, dict)


def check_scalars(value: Any, annotation: Any) -> None:
    """Raise what pydantic shows as a problem of a field, unless every text, number and truth value is of a kind that it takes.

    Parameters
    ----------
    value
        What was given for the field; lists and tables are looked through.
    annotation
        The field's type. A type that is not made of texts, numbers and truth values takes anything here.

    Examples
    --------
    >>> check_scalars(1, float), check_scalars((1, 2.5), tuple[float, ...])
    (None, None)
    >>> check_scalars("no", bool)
    Traceback (most recent call last):
    pydantic_core._pydantic_core.PydanticCustomError: must be true or false
    """
    from pydantic_core import PydanticCustomError

    kinds = _kinds(annotation)
    if kinds is None:
        return
    for each in _scalars(value):
        wanted = _wanted(each, kinds)
        if not wanted:
            continue
        if _truth(each):
            raise ValueError(f"it must be {wanted}, not true or false")
        if each is not value:
            raise ValueError(f"{each!r} must be {wanted}")
        raise PydanticCustomError("bool_parsing" if wanted == "true or false" else "float_parsing", f"must be {wanted}")


def _wanted(value: Any, kinds: set[type]) -> str:
    """What should have been given instead; empty for a value that is right, or that pydantic itself refuses."""
    numbers, text = bool({int, float} & kinds), str in kinds
    if _truth(value):
        return "" if bool in kinds else "a number" if numbers else "text in quotes" if text else ""
    if isinstance(value, str):
        return "" if text else "a number" if numbers else "true or false" if bool in kinds else ""
    return "true or false" if bool in kinds and not numbers and not text else ""


def _truth(value: Any) -> bool:
    return isinstance(value, bool) or type(value).__name__ in ("bool", "bool_")  # NumPy's own


def _scalars(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, (list, tuple, set, frozenset)):
        for each in value:
            yield from _scalars(each)
    elif isinstance(value, (str, int, float)) or _truth(value):
        yield value


def _kinds(annotation: Any) -> set[type] | None:
    """The plain types of which a type is made; ``None`` when there are others."""
    if annotation in _PLAIN:
        return {annotation}
    origin, inner = get_origin(annotation), [each for each in get_args(annotation) if each is not ...]
    if origin is Literal:
        return {type(each) for each in inner}
    if origin is Annotated:
        return _kinds(inner[0])
    if origin is dict:
        inner = inner[1:]
    elif origin not in (Union, types.UnionType, *_HOLDING):
        return None
    found = [_kinds(each) for each in inner]
    return None if None in found else set().union(*(each for each in found if each is not None))
