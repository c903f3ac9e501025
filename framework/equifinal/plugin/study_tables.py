"""What a study says to plugins: which ones it requires, and their settings."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from equifinal.errors import InputError, did_you_mean, explain
from equifinal.plugin import registry

if TYPE_CHECKING:
    from packaging.requirements import Requirement


def check_requires(requires: Sequence[str], where: str) -> None:
    """Raise an :class:`InputError` unless all plugins that a study requires are there, in the versions that it asks for.

    Parameters
    ----------
    requires
        Names of plugins or of their distributions, with versions where these matter: ``"equifinal-cna>=0.2"``.
    where
        How the message begins.
    """
    if not isinstance(requires, (list, tuple)) or not all(isinstance(each, str) for each in requires):
        raise InputError(f"{where}requires = {requires!r} must be a list of texts, such as ['equifinal-cna>=0.2'].")
    if not requires:
        return
    from packaging.requirements import InvalidRequirement, Requirement  # which takes 10 ms

    for wanted in requires:
        try:
            problem = _lacking(Requirement(wanted))
        except InvalidRequirement:
            problem = (
                f"which cannot be read. Write a plugin's or a package's name, and a version: {'equifinal-cna>=0.2'!r}"
            )
        if problem:
            raise InputError(f"{where}it requires {wanted!r}, {problem}.")


def _lacking(wanted: "Requirement") -> str:
    """What is wrong with a plugin that is required; empty when it can be used."""
    from packaging.utils import canonicalize_name

    install = f'Install it: pip install "{wanted}"'
    name = canonicalize_name(wanted.name)
    known = registry.current().plugins(late=False)
    found = [
        each for key, each in known.items() if name in (canonicalize_name(key), canonicalize_name(each.distribution))
    ]
    if not found:
        return f"which is not there. {install} (or load its file: --plugin, equifinal.load_plugin)"
    for plugin in found:
        if plugin.switched_off:
            return f"but the plugin {plugin} is switched off. Leave it out of --without and EQUIFINAL_DISABLE"
        if wanted.specifier and not plugin.version:
            return f"but the plugin {plugin.name} is a single file, which has no version. Leave the version out"
        if wanted.specifier and not wanted.specifier.contains(plugin.version, prereleases=True):
            return f"but version {plugin.version} of {plugin.distribution} is installed. {install}"
        if plugin.problems:
            return f"but the plugin {plugin} cannot be used: {'; '.join(plugin.problems)}"
    return ""


def settings(tables: Mapping[str, Mapping[str, Any]], where: str) -> dict[str, Any]:
    """The settings of plugins by name, as the pydantic models that they give in ``equifinal_settings``.

    Parameters
    ----------
    tables
        The ``[plugins.NAME]`` tables of a study. A plugin without a table has its defaults, where all settings have one.
    where
        How the message of an :class:`InputError` begins.
    """
    import pydantic

    known = registry.current().plugins(late=False)
    for name, table in tables.items():
        at = f"{where}[plugins.{name}]: "
        plugin = known.get(name)
        if plugin is None:
            raise InputError(f"{at}there is no plugin {name!r}. {did_you_mean(name, known)}")
        if plugin.settings is None and plugin.health == "ok":
            raise InputError(f"{at}the plugin {plugin} has no settings. Remove the table.")
        if not isinstance(table, Mapping):
            raise InputError(f"{at}it must be a table, such as {{key = value}}, not {table!r}.")
    found: dict[str, Any] = {}
    for name, plugin in known.items():
        model = plugin.settings
        if model is None or (name not in tables and any(key.is_required() for key in model.model_fields.values())):
            continue
        at, table = f"{where}[plugins.{name}]: ", dict(tables.get(name, {}))
        fields = [field.alias or key for key, field in model.model_fields.items()]
        unknown = [key for key in table if key not in (*fields, *model.model_fields)]
        if unknown and model.model_config.get("extra") != "allow":
            raise InputError(f"{at}unknown key {unknown[0]!r}. {did_you_mean(unknown[0], fields)}")
        try:
            found[name] = model(**table)
        except pydantic.ValidationError as error:
            raise InputError(f"{at}{explain(error, fields)}") from None
    return found
