"""Several research methods on the same cases, compared.

Start with :func:`load_study` (or build a :class:`Study`), then :func:`run` and :func:`compare`::

    import equifinal as eq

    study = eq.load_study("open-data-barometer-2014")
    comparison = eq.compare(eq.run(study))
    print(comparison.verdicts)

Everything a plugin author needs is in this namespace too: the base classes :class:`Method`,
:class:`Calibrator` and :class:`Output`, the tables of an :class:`Analysis`, and ``hookimpl``.
Names are imported when they are first used, so that ``import equifinal`` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from equifinal.analysis import Analysis as Analysis
    from equifinal.asymmetry import Asymmetry as Asymmetry
    from equifinal.calibrated_study import CalibratedStudy as CalibratedStudy
    from equifinal.calibrator import Calibrator as Calibrator
    from equifinal.comparison import Comparison as Comparison
    from equifinal.comparison import compare as compare
    from equifinal.contrarian import ContrarianCases as ContrarianCases
    from equifinal.errors import InputError as InputError
    from equifinal.hookspecs import API_VERSION as API_VERSION
    from equifinal.hookspecs import hookimpl as hookimpl
    from equifinal.method import Method as Method
    from equifinal.output import Output as Output
    from equifinal.panels import ByTime as ByTime
    from equifinal.propositions import Claim as Claim
    from equifinal.propositions import Verdict as Verdict
    from equifinal.registry import calibrators as calibrators
    from equifinal.registry import claims as claims
    from equifinal.registry import load_plugin as load_plugin
    from equifinal.registry import methods as methods
    from equifinal.registry import outputs as outputs
    from equifinal.registry import plugins as plugins
    from equifinal.registry import studies as studies
    from equifinal.runs import Failure as Failure
    from equifinal.runs import Run as Run
    from equifinal.runs import run as run
    from equifinal.sets import Expression as Expression
    from equifinal.study import Study as Study
    from equifinal.study_draft import draft_study as draft_study
    from equifinal.study_file import StudySource as StudySource
    from equifinal.study_file import load_study as load_study
    from equifinal.study_writer import save_study as save_study
    from equifinal.summary import Headline as Headline
    from equifinal.variable import Variable as Variable
    from equifinal.yardstick import case_types as case_types

__version__ = "0.1.0"

_HOME_OF = {
    "API_VERSION": "hookspecs",
    "Analysis": "analysis",
    "Asymmetry": "asymmetry",
    "ByTime": "panels",
    "CalibratedStudy": "calibrated_study",
    "Calibrator": "calibrator",
    "Claim": "propositions",
    "Comparison": "comparison",
    "ContrarianCases": "contrarian",
    "Expression": "sets",
    "Failure": "runs",
    "Headline": "summary",
    "InputError": "errors",
    "Method": "method",
    "Output": "output",
    "Run": "runs",
    "Study": "study",
    "StudySource": "study_file",
    "Variable": "variable",
    "Verdict": "propositions",
    "calibrators": "registry",
    "case_types": "yardstick",
    "claims": "registry",
    "compare": "comparison",
    "draft_study": "study_draft",
    "hookimpl": "hookspecs",
    "load_plugin": "registry",
    "load_study": "study_file",
    "methods": "registry",
    "outputs": "registry",
    "plugins": "registry",
    "run": "runs",
    "save_study": "study_writer",
    "studies": "registry",
}

__all__ = sorted(_HOME_OF)


def __getattr__(name: str) -> Any:
    try:
        module = import_module(f"equifinal.{_HOME_OF[name]}")
    except KeyError:
        raise AttributeError(f"module 'equifinal' has no attribute {name!r}") from None
    value = getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
