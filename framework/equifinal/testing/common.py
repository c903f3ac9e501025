"""Properties that methods, calibrators and outputs share: documented, checked parameters, picklable, no global state."""

import contextlib
import io
import json
import os
import pickle
import random
import re
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import cloudpickle
import numpy as np
import pydantic

from equifinal.errors import InputError
from equifinal.plugin.extension import Extension
from equifinal.plugin.names import wrong_name
from equifinal.testing.checks import DoesNotApply, Property, fail, property_of
from equifinal.testing.state import changed, global_state

EXTENSION_PROPERTIES: list[Property] = []


@property_of(EXTENSION_PROPERTIES, "Name, docstring, reference")
def documented(thing: Extension) -> None:
    """It has a name, a docstring of its own and a reference with a year."""
    cls = type(thing)
    if problem := wrong_name(cls.name):
        fail(f"its name is {cls.name!r}. {problem}")
    if not (cls.__dict__.get("__doc__") or "").strip():
        fail(f"the class {cls.__name__} has no docstring. Say in its first line what it does")
    if not cls.reference:
        fail(f'{cls.__name__} gives no reference. Write reference = "Author (year), title" into the class')
    if not re.search(r"\b\d{4}\b", cls.reference):
        fail(f"the reference {cls.reference!r} has no year, so nobody will find it")


@property_of(EXTENSION_PROPERTIES, "Parameters")
def parameters_validated(thing: Extension) -> None:
    """Wrong and unknown parameters are refused, and its own are accepted again."""
    cls, own = type(thing), thing.parameters()
    same_parameters(thing, cls.from_parameters(own))
    with contextlib.suppress(InputError):
        cls.from_parameters({**own, "no_such_parameter": 1})
        fail("it accepts a parameter 'no_such_parameter', so a misspelt one goes unnoticed")
    for name in cls.model_fields:
        wrong: list[Any] = [object()]
        if isinstance(own[name], float):
            wrong.append(float("nan"))
        for value in wrong:
            with contextlib.suppress(InputError):
                cls.from_parameters({**{key: getattr(thing, key) for key in cls.model_fields}, name: value})
                fail(f"it accepts {name} = {value!r}. Annotate the parameter with its type, such as {name}: float")


def same_parameters(one: Extension, other: Extension) -> None:
    """Fail unless both have the same parameters."""
    if one.parameters() != other.parameters():
        fail(f"built again from its own parameters {one.parameters()!r}, it has {other.parameters()!r}")


@property_of(EXTENSION_PROPERTIES, "Parameters")
def parameters_described(thing: Extension) -> None:
    """The JSON schema gives type and description of every parameter."""
    described(type(thing))


def described(cls: type[pydantic.BaseModel]) -> None:
    """Fail unless the JSON schema of a class gives type and description of every field."""
    try:
        schema = cls.model_json_schema()
    except pydantic.PydanticUserError as error:
        fail(f"there is no JSON schema of its parameters ({str(error).splitlines()[0]})")
    json.dumps(schema)
    for name, entry in schema.get("properties", {}).items():
        if not _definite(entry):
            fail(
                f"the JSON schema has no type for the parameter {name!r}, or for what it holds: annotate it with a definite "
                "type, such as tuple[str, ...], and not with Any"
            )
        if not entry.get("description"):
            fail(f"the parameter {name!r} has no description: {name}: ... = pydantic.Field(description='...')")


def _definite(entry: Any) -> bool:
    """Whether a JSON schema gives the type of a value, and of what it holds."""
    if not isinstance(entry, dict):
        return False
    if "anyOf" in entry:
        return all(map(_definite, entry["anyOf"]))
    if entry.get("type") == "array":
        return "prefixItems" in entry or _definite(entry.get("items"))
    if entry.get("type") == "object":
        return "properties" in entry or _definite(entry.get("additionalProperties"))
    return bool({"type", "enum", "const", "allOf", "oneOf", "$ref"} & set(entry))


@property_of(EXTENSION_PROPERTIES, "Parallel runs and state")
def picklable(thing: Extension) -> None:
    """It can travel to another process and come back."""
    try:
        back = cloudpickle.loads(cloudpickle.dumps(thing))
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        fail(f"it cannot be pickled ({error}), so it cannot run in several processes")
    same_parameters(thing, back)


@contextmanager
def untouched(cls: type) -> Iterator[None]:
    """Fail when the work inside changed something that others use."""
    drawn = np.random.get_state(), random.getstate()  # noqa: NPY002  (this is what must not change)
    # A state of our own: code that seeds with the same number each time would otherwise leave it unchanged.
    np.random.seed(20)  # noqa: NPY002
    random.seed(20)
    try:
        with (
            tempfile.TemporaryDirectory(prefix="equifinal-check-") as here,
            contextlib.chdir(here),
            _terminal() as below,
            io.StringIO() as printed,
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(printed),
            warnings.catch_warnings(),
        ):
            # Filters of our own: code that silences everything would otherwise leave them unchanged.
            warnings.simplefilter("always")
            before = global_state(cls)
            yield
            after, said = global_state(cls), f"{printed.getvalue()}{below()}".strip()
            left = sorted(os.listdir(here))
    finally:
        np.random.set_state(drawn[0])  # noqa: NPY002
        random.setstate(drawn[1])
    for what in changed(before, after):
        fail(f"it changed {what}, which others use too. {_remedy(what)}")
    if left:
        fail(
            f"it left {left[0]!r} in the working directory. Write only where you are told to, or into tempfile's folders"
        )
    if said:
        fail(f"it printed {said.splitlines()[0]!r}. Say it in notes, where every output shows it")


@contextmanager
def _terminal() -> Iterator[Callable[[], str]]:
    """Catch what is written below Python, as compiled solvers do; the function says what it was."""
    with tempfile.TemporaryFile() as caught:
        kept = []
        for descriptor, stream in ((1, sys.__stdout__), (2, sys.__stderr__)):
            with contextlib.suppress(OSError, ValueError, AttributeError):
                stream.flush()  # type: ignore[union-attr]
                kept.append((descriptor, os.dup(descriptor)))
                os.dup2(caught.fileno(), descriptor)

        def said() -> str:
            caught.seek(0)
            return caught.read().decode("utf-8", errors="replace")

        try:
            yield said
        finally:
            for descriptor, copy in kept:
                os.dup2(copy, descriptor)
                os.close(copy)


def _remedy(what: str) -> str:
    if "random" in what:
        return "Draw from rng alone; a library that draws gets random_state=int(rng.integers(2**31)) or the like"
    if "class" in what:
        return "Keep what you learn in the Analysis (native) or in locals"
    return "Leave it alone, or put it back"


def needs(condition: bool, reason: str) -> None:
    """End a check that cannot apply."""
    if not condition:
        raise DoesNotApply(reason)
