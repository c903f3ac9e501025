"""The hooks, as one page.

A plugin is a module with functions of these names, marked with ``@equifinal.hookimpl``, and an entry point in the group
``equifinal`` that points to it (or a single file for ``equifinal.load_plugin``). A function takes as many of the hook's
arguments as it needs, by name.

pluggy makes the calls, in this order: the plugin that was loaded last comes first; ``@hookimpl(tryfirst=True)`` goes before
these, ``trylast=True`` after them; ``wrapper=True`` (a generator with one ``yield``) goes around all. ``equifinal`` loads its own
plugins first, then those of other packages by name, then single files. Names are the exception: those of the
project's own methods, outputs and so on cannot be taken, whoever is called first.

What an implementation raises becomes a problem of its plugin (hooks that contribute) or a warning that names it (all others);
the rest go on.
"""

from typing import Any

import pluggy

API_VERSION = 1
"""The version of the plugin interface: these hooks and the base classes. A plugin says which one it was written for with
``equifinal_api = 1`` in its module; one that says nothing was written for version 1."""

OLDEST_API_VERSION = 1
"""Plugins written for this version and all since are still understood."""

hookspec = pluggy.HookspecMarker("equifinal")
hookimpl = pluggy.HookimplMarker("equifinal")
"""Marks a function as a plugin's implementation of the hook that has its name: ``@eq.hookimpl``."""


#: The hooks that contribute, without ``equifinal_``, and what one thing is called that they bring.
NOUNS = {
    "calibrators": "calibrator",
    "methods": "method",
    "outputs": "output",
    "propositions": "kind of proposition",
    "studies": "study",
    "measures": "measure",
    "facets": "facet",
    "scenarios": "scenario",
    "commands": "command",
}


# ------------------------------------------------------------------------------------------- what a plugin brings


@hookspec
def equifinal_calibrators() -> Any:
    """Return a list of :class:`~equifinal.Calibrator` classes: ways from raw scores to memberships."""


@hookspec
def equifinal_methods() -> Any:
    """Return a list of :class:`~equifinal.Method` classes."""


@hookspec
def equifinal_outputs() -> Any:
    """Return a list of :class:`~equifinal.Output` classes: ways to write a comparison."""


@hookspec
def equifinal_propositions() -> Any:
    """Return a list of :class:`~equifinal.Proposition` classes: further kinds of propositions."""


@hookspec
def equifinal_studies() -> Any:
    """Return a list of :class:`~equifinal.StudySource` objects: names of studies and where their ``study.toml`` lies."""


@hookspec
def equifinal_measures() -> Any:
    """Return a list of ``Measure`` objects: further columns of the yardstick."""


@hookspec
def equifinal_facets() -> Any:
    """Return a list of :class:`~equifinal.Facet` objects: further tables, figures or sentences of a comparison."""


@hookspec
def equifinal_scenarios() -> Any:
    """Return a list of ``Scenario`` classes: simulated data with a known truth."""


@hookspec
def equifinal_commands() -> Any:
    """Return a list of commands of the command line: functions, or a ``typer.Typer(name=...)`` as a group.

    A function ``count_cases`` becomes ``equifinal count-cases``. To list commands, ``equifinal --help`` imports the plugins in
    whose module this hook's name occurs; such a module should import little at its top.
    """


# ------------------------------------------------------------------------------------------- what a plugin answers


@hookspec(firstresult=True)
def equifinal_assess(analysis: Any, proposition: Any, calibrated: Any) -> Any:
    """Return a :class:`~equifinal.Verdict`, or ``None`` to leave the answer to others.

    Asked of every :class:`~equifinal.Analysis` (``analysis.method`` is its method) and proposition before the method's own
    ``assess``; the first answer counts. With a time limit it is called in the process that judges.
    """


# ---------------------------------------------------------------------- what a plugin observes, in the parent process


@hookspec
def equifinal_after_calibration(calibrated: Any) -> None:
    """Observe a :class:`~equifinal.CalibratedStudy` when its scores have been calibrated."""


@hookspec
def equifinal_before_analysis(label: str, method: Any, calibrated: Any) -> None:
    """Observe that a :class:`~equifinal.Method` is about to analyse the study under this label.

    With several processes: that its task is handed out.
    """


@hookspec
def equifinal_after_analysis(label: str, analysis: Any, calibrated: Any) -> None:
    """Observe an :class:`~equifinal.Analysis` when it has ended; others may still be at work."""


@hookspec
def equifinal_analysis_failed(failure: Any) -> None:
    """Observe a :class:`~equifinal.Failure` when a method's analysis has failed; ``failure.label`` says which."""


@hookspec
def equifinal_after_comparison(comparison: Any) -> None:
    """Observe a finished :class:`~equifinal.Comparison`."""


@hookspec
def equifinal_after_writing(paths: list[Any]) -> None:
    """Observe the files of a comparison, as :class:`pathlib.Path`, when they are in their place."""
