"""Other values of a thing's parameters, made from what its fields say that they may be."""

import contextlib
import enum
import math
import time
import types
from collections.abc import Iterator
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from equifinal.errors import InputError
from equifinal.plugin.extension import Extension

#: Counts above this are not tried: a bound on resamples is often a million.
MANY = 100

#: Seconds of work after which no further value is tried.
LONG_ENOUGH = 6.0

_Thing = TypeVar("_Thing", bound=Extension)


def variants(thing: _Thing) -> Iterator[tuple[str, _Thing]]:
    """The same thing with one parameter changed, and what was changed: bounds, other choices, flipped switches.

    Values that it refuses are left out, numbers come last, and there are no more once those before have taken long.

    Examples
    --------
    >>> import equifinal as eq
    >>> [said for said, _ in variants(eq.calibrators()["ranks"].cls())]
    []
    """
    own = {name: getattr(thing, name) for name in type(thing).model_fields}
    others = [(name, each) for name, field in type(thing).model_fields.items() for each in _others(field, own[name])]
    start = time.process_time()
    for name, value in sorted(others, key=lambda each: isinstance(each[1], float)):
        if time.process_time() - start > LONG_ENOUGH:
            return
        with contextlib.suppress(InputError):
            yield f"{name} = {value!r}", type(thing).from_parameters({**own, name: value})


def _others(field: FieldInfo, own: Any) -> list[Any]:
    kinds = _kinds(field.annotation)
    found: list[Any] = [*(field.examples or ())]
    for kind in kinds:
        if get_origin(kind) is Literal:
            found += get_args(kind)
        elif isinstance(kind, type) and issubclass(kind, enum.Enum):
            found += list(kind)
    if isinstance(own, bool):
        found.append(not own)
    elif isinstance(own, (int, float)):
        found += _numbers(field, own)
    if type(None) in kinds:
        found.append(None)
    others: list[Any] = []
    for value in found:
        if value != own and not any(value is each or value == each for each in others):
            others.append(value)
    return others


def _kinds(annotation: Any) -> list[Any]:
    """The members of a union, without what is annotated to them."""
    if get_origin(annotation) is Annotated:
        return _kinds(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return [kind for each in get_args(annotation) for kind in _kinds(each)]
    return [annotation]


def _numbers(field: FieldInfo, own: float) -> list[float]:
    """The bounds, or a number close to them where they are not allowed, and one that is a little larger than the own one."""
    bounds: dict[str, float] = {}
    for each in field.metadata:
        bounds |= {name: getattr(each, name) for name in ("ge", "gt", "le", "lt") if hasattr(each, name)}
    whole = isinstance(own, int)
    step = 1 if whole else 1e-3 * (abs(own) or 1.0)
    found = [bounds[name] for name in ("ge", "le") if name in bounds]
    found += [bounds["gt"] + step] if "gt" in bounds else []
    found += [bounds["lt"] - step] if "lt" in bounds else []
    highest = min(bounds.get("le", math.inf), bounds.get("lt", math.inf))
    between = min(own + 1, highest) if whole else min(2 * own or 0.5, (own + highest) / 2)
    if whole:
        return [int(value) for value in (*found, between) if abs(value) <= MANY]
    return [float(value) for value in (*found, between)]
