"""The hooks, as one page.

A plugin is a module with functions of these names, marked with ``@equifinal.hookimpl``, and an entry point in the group
``equifinal`` that points to it (or a single file for ``equifinal.load_plugin``).
"""

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from equifinal.analysis import Analysis
    from equifinal.calibrated_study import CalibratedStudy
    from equifinal.calibrator import Calibrator
    from equifinal.comparison import Comparison
    from equifinal.method import Method
    from equifinal.output import Output
    from equifinal.propositions import Claim
    from equifinal.study_file import StudySource

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
def equifinal_calibrators() -> "list[type[Calibrator]]":  # type: ignore[empty-body]
    """Return :class:`~equifinal.Calibrator` classes: ways from raw scores to memberships."""


@hookspec
def equifinal_methods() -> "list[type[Method]]":  # type: ignore[empty-body]
    """Return :class:`~equifinal.Method` classes."""


@hookspec
def equifinal_outputs() -> "list[type[Output]]":  # type: ignore[empty-body]
    """Return :class:`~equifinal.Output` classes: ways to write a comparison."""


@hookspec
def equifinal_studies() -> "list[StudySource]":  # type: ignore[empty-body]
    """Return :class:`~equifinal.StudySource` objects: names of studies and where their ``study.toml`` lies."""


@hookspec
def equifinal_claims() -> "list[type[Claim]]":  # type: ignore[empty-body]
    """Return :class:`~equifinal.Claim` classes: further kinds of propositions."""


@hookspec
def equifinal_after_calibration(study: "CalibratedStudy") -> None:
    """Observe a study when its scores have been calibrated."""


@hookspec
def equifinal_before_analysis(study: "CalibratedStudy", method: "Method") -> None:
    """Observe that `method` is about to analyse `study`."""


@hookspec
def equifinal_after_analysis(study: "CalibratedStudy", analysis: "Analysis") -> None:
    """Observe a finished analysis."""


@hookspec
def equifinal_after_comparison(comparison: "Comparison") -> None:
    """Observe a finished comparison."""
