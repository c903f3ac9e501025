"""The hooks, as one page.

A plugin is a module with functions of these names, marked with ``@equifinal.hookimpl``, and an entry point in the group
``equifinal`` that points to it (or a single file for ``equifinal.load_plugin``).
"""

from typing import Any

import pluggy

__all__ = ["API_VERSION", "OLDEST_API_VERSION", "hookimpl", "hookspec"]

API_VERSION = 1
"""The version of the plugin interface: these hooks and the base classes. A plugin says which one it was written for with
``equifinal_api = 1`` in its module; one that says nothing was written for version 1."""

OLDEST_API_VERSION = 1
"""Plugins written for this version and all since are still understood."""

hookspec = pluggy.HookspecMarker("equifinal")
hookimpl = pluggy.HookimplMarker("equifinal")
"""Marks a function as a plugin's implementation of the hook that has its name: ``@eq.hookimpl``."""


@hookspec
def equifinal_calibrators() -> list[Any]:  # type: ignore[empty-body]
    """Return :class:`~equifinal.Calibrator` classes: ways from raw scores to memberships."""


@hookspec
def equifinal_methods() -> list[Any]:  # type: ignore[empty-body]
    """Return :class:`~equifinal.Method` classes."""


@hookspec
def equifinal_outputs() -> list[Any]:  # type: ignore[empty-body]
    """Return :class:`~equifinal.Output` classes: ways to write a comparison."""


@hookspec
def equifinal_studies() -> list[Any]:  # type: ignore[empty-body]
    """Return :class:`~equifinal.StudySource` objects: names of studies and where their ``study.toml`` lies."""


@hookspec
def equifinal_propositions() -> list[Any]:  # type: ignore[empty-body]
    """Return :class:`~equifinal.Proposition` classes: further kinds of propositions."""


@hookspec
def equifinal_after_calibration(study: Any) -> None:
    """Observe a study when its scores have been calibrated."""


@hookspec
def equifinal_before_analysis(study: Any, method: Any) -> None:
    """Observe that `method` is about to analyse `study`."""


@hookspec
def equifinal_after_analysis(study: Any, analysis: Any) -> None:
    """Observe a finished analysis."""


@hookspec
def equifinal_after_comparison(comparison: Any) -> None:
    """Observe a finished comparison."""
