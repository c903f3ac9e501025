"""Which methods to run: by name, by label, as instances, with the parameters of the study."""

import warnings
from collections.abc import Iterable, Mapping
from typing import Any

from equifinal.base.words import ADVICE_COLUMNS
from equifinal.errors import InputError, did_you_mean, listing
from equifinal.method.analysis import Method
from equifinal.plugin import registry
from equifinal.plugin.requests import name_and_parameters
from equifinal.plugin.study_tables import check_requires
from equifinal.study.study import Study


class _UnknownMethodError(InputError):
    """A study has parameters for a method that nobody offers."""


class _PluginMissingError(_UnknownMethodError):
    """A study has parameters for a method that nobody offers, whose plugin may be off or broken: no reason to stop."""


def choose_methods(study: Study, methods: Any = None) -> dict[str, Method]:
    """Build the methods to run, by label, from what :func:`run` accepts."""
    configured = _configured(study)
    if methods is None:
        for label, built in configured.items():
            if isinstance(built, InputError) and label in study.methods and not isinstance(built, _PluginMissingError):
                raise built
        # A plugin's method that needs parameters waits until it is asked for; so does one that says so itself.
        wanted: dict[str, Any] = {
            label: label
            for label, each in configured.items()
            if isinstance(each, Method) and (each.by_default or label != each.name)
        }
    elif isinstance(methods, Mapping):
        wanted = dict(methods)
    else:
        wanted = {}
        if isinstance(methods, (str, Method)) or not isinstance(methods, Iterable):
            methods = [methods]
        for each in methods:
            label = each.name if isinstance(each, Method) else str(each)
            if not isinstance(each, Method) and label not in configured:
                label = label.partition(":")[0].strip()
            if label in wanted:
                raise InputError(
                    f"The method {label!r} is requested twice. Name it once; two versions of it need labels: "
                    f"[methods.first] with method = {label!r} in the study, or methods={{'first': ..., 'second': ...}}."
                )
            wanted[label] = each
    for label in wanted:
        taken = label in ("outcome", *ADVICE_COLUMNS) or (isinstance(label, str) and label.startswith("baseline:"))
        if taken or not isinstance(label, str) or not label.strip():
            raise InputError(
                f"A method cannot have the label {label!r}, which the comparison's tables use. Choose another."
            )
    for label, built in configured.items():
        if isinstance(built, InputError) and label in study.methods and label not in wanted:
            warnings.warn(f"{built} It is left out, and the others run.", stacklevel=3)
    if not wanted:
        raise InputError(f"No method to run. {did_you_mean('', configured)}")
    return {label: _one(each, configured, study) for label, each in wanted.items()}


def _one(each: Any, configured: Mapping[str, Method | InputError], study: Study) -> Method:
    if isinstance(each, Method):
        return each
    if not isinstance(each, str):
        raise InputError(f"A method is a name, a label of the study, or a Method instance; not {each!r}.")
    if each not in configured and ":" in each:
        label, parameters = name_and_parameters(each, "method")
        if label in configured and not isinstance(configured[label], _UnknownMethodError):
            return _built(study, label, parameters)
        each = label
    if each not in configured:
        contested = registry.methods().contested.get(each)
        raise InputError(
            contested or f"Study {study.name!r}: unknown method {each!r}. {did_you_mean(each, configured)}"
        )
    found = configured[each]
    if isinstance(found, InputError):
        raise found
    return found


def _configured(study: Study) -> dict[str, Method | InputError]:
    """Every registered method with the study's parameters, then the study's variants."""
    configured: dict[str, Method | InputError] = {}
    for label in {**registry.methods(), **study.methods}:
        try:
            configured[label] = _built(study, label)
        except _UnknownMethodError as error:
            configured[label] = error
        except InputError as error:
            if label in study.methods or error.__cause__ is not None:  # not a wrong parameter, but a fault of the class
                raise
            configured[label] = error
    return configured


def _built(study: Study, label: str, parameters: Mapping[str, Any] | None = None) -> Method:
    """The method of a label with the study's parameters, overridden by others."""
    known, table = registry.methods(), dict(study.methods.get(label, {}))
    where = f"Study {study.name!r}, [methods.{label}]: "
    name = table.pop("method", label)
    if label in known and name != label:
        raise InputError(
            f"{where}{label!r} is a method's own name, so it cannot stand for {name!r}. Choose another label."
        )
    if name not in known:
        raise _unknown(study, label, name, where)
    if parameters:
        where = f"Study {study.name!r}, method {label!r} with {listing(parameters)}: "
    try:
        method: Method = known[name].cls.from_parameters({**table, **(parameters or {})}, where)
    except InputError:
        raise
    except Exception as error:
        raise InputError(f"{where}{type(error).__name__}: {error}") from error
    return method


def _unknown(study: Study, label: str, name: str, where: str) -> _UnknownMethodError:
    check_requires(study.requires, f"Study {study.name!r}: ")
    problem = f"{where}unknown method {name!r}. {did_you_mean(str(name), registry.methods())}"
    plugins = registry.plugins().values()
    faulty = [each.name for each in plugins if each.problems]
    if faulty or any(each.switched_off for each in plugins):
        hint = f" Plugins that could not be used: {listing(faulty)}." if faulty else ""
        return _PluginMissingError(f"{problem}{hint} See 'equifinal list plugins'.")
    hint = "" if "method" in study.methods.get(label, {}) else ' A variant names its method: method = "...".'
    return _UnknownMethodError(f"{problem}{hint}")
