"""What calibrators, methods and outputs have in common: a name, a reference, and parameters that are checked."""

import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

import pydantic

from equifinal.base.scalars import check_scalars
from equifinal.errors import InputError, explain
from equifinal.plugin.hookspecs import API_VERSION


def has_body(cls: type) -> bool:
    """Whether anything is written in a class.

    Unpickling in a worker process first makes an empty class and fills it afterwards, so that an empty one cannot be checked.
    """
    written = {name: value for name, value in vars(cls).items() if not name.startswith(("__", "model_", "_abc_"))}
    return bool(vars(cls).get("__doc__") or inspect.get_annotations(cls) or written)


class Extension(pydantic.BaseModel):
    """Base of :class:`~equifinal.Calibrator`, :class:`~equifinal.Method` and :class:`~equifinal.Output`.

    The fields of a subclass are its parameters: annotated, with a default where one is right, and described with
    ``pydantic.Field(description=...)``. An instance is frozen, and an unknown parameter is an error.

    Attributes
    ----------
    name : str
        How users call it, such as ``"fsqca"``. Written without annotation: ``name = "my-method"``.
    title : str
        One line for people. The default is the first line of the docstring.
    reference : str
        The publication that defines it.
    offered_by : str
        The hook that offers classes of this kind.
    equifinal_api : int
        The version of the plugin interface to which these base classes belong.
    """

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, protected_namespaces=())

    name: ClassVar[str]
    title: ClassVar[str] = ""
    reference: ClassVar[str] = ""
    equifinal_api: ClassVar[int] = API_VERSION
    offered_by: ClassVar[str]

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        if cls.__module__.startswith("equifinal.") and cls.__base__ is Extension:
            return
        for attribute in ("name", "title", "reference", "family", "uses_outcome"):
            if attribute in cls.model_fields:
                raise TypeError(
                    f"{cls.__name__}.{attribute} has a type annotation, which makes it a parameter that users could "
                    f'change. Write it without one: {attribute} = "...".'
                )
        if not has_body(cls):
            return
        name = getattr(cls, "name", None)
        if not isinstance(name, str) or not name.strip():
            raise TypeError(
                f"{cls.__name__} has no name, so nobody could ask for it. "
                'Write one in the body of the class, without annotation: name = "my-name".'
            )
        if not cls.__dict__.get("title"):
            first = (inspect.cleandoc(cls.__doc__ or "").splitlines() or [""])[0]
            cls.title = (first if first.endswith("...") else first.removesuffix(".")) or name

    if not TYPE_CHECKING:  # a type checker knows the parameters from the fields

        def __init__(self, *values: Any, **parameters: Any) -> None:
            if values:
                names = ", ".join(f"{name}=..." for name in type(self).model_fields)
                raise InputError(f"{type(self).__name__} takes its parameters by name: {type(self).__name__}({names}).")
            try:
                super().__init__(**parameters)
            except pydantic.ValidationError as error:
                raise InputError(f"{self.name}: {explain(error, list(type(self).model_fields))}") from None

    @pydantic.field_validator("*", mode="before")
    @classmethod
    def _nothing_turned_into_another(cls, value: Any, info: pydantic.ValidationInfo) -> Any:
        """Refuse what pydantic would convert in silence: true for 1, a text for a number, ``"no"`` for false."""
        check_scalars(value, cls.model_fields[str(info.field_name)].annotation)
        return value

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, Any], where: str = "") -> Self:
        """Build an instance; a wrong parameter is an :class:`InputError` that starts with `where`."""
        try:
            return cls(**parameters)
        except InputError as error:
            raise InputError(f"{where}{error}") from None

    def parameters(self) -> dict[str, Any]:
        """All parameters with their values, as plain data for the manifest."""
        return self.model_dump(mode="json", serialize_as_any=True)
