"""Qualitative comparative analysis: truth tables, Boolean minimization, necessity; the methods fsqca, csqca and mvqca.

The engine works on any frame of memberships, without a study::

    from equifinal_qca import minimize, necessity, truth_table

    table = truth_table(frame, outcome="Y", consistency_cutoff=0.8)
    solution = minimize(table, "parsimonious")
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from equifinal import hookimpl

if TYPE_CHECKING:
    from equifinal_qca.classifier import QCAClassifier as QCAClassifier
    from equifinal_qca.diagnostics.assumptions import contradicting_necessity as contradicting_necessity
    from equifinal_qca.diagnostics.assumptions import contradictory_assumptions as contradictory_assumptions
    from equifinal_qca.diagnostics.cases import best_cases as best_cases
    from equifinal_qca.diagnostics.cases import best_pairs as best_pairs
    from equifinal_qca.diagnostics.cases import case_types as case_types
    from equifinal_qca.diagnostics.doubtful_rows import simultaneous_subsets as simultaneous_subsets
    from equifinal_qca.diagnostics.groups import consistency_by as consistency_by
    from equifinal_qca.diagnostics.robustness import Robustness as Robustness
    from equifinal_qca.diagnostics.robustness import robustness_to as robustness_to
    from equifinal_qca.diagnostics.robustness import skewness as skewness
    from equifinal_qca.diagnostics.sensitivity import anchor_ranges as anchor_ranges
    from equifinal_qca.diagnostics.sensitivity import cutoff_ranges as cutoff_ranges
    from equifinal_qca.diagnostics.theory import theory_evaluation as theory_evaluation
    from equifinal_qca.expressions import contains as contains
    from equifinal_qca.expressions import equivalent as equivalent
    from equifinal_qca.expressions import expand as expand
    from equifinal_qca.expressions import factorize as factorize
    from equifinal_qca.expressions import intersection as intersection
    from equifinal_qca.expressions import minimal_forms as minimal_forms
    from equifinal_qca.expressions import negate as negate
    from equifinal_qca.expressions import simplify as simplify
    from equifinal_qca.method.fsqca import CsQCA as CsQCA
    from equifinal_qca.method.fsqca import FsQCA as FsQCA
    from equifinal_qca.method.mvqca import MvQCA as MvQCA
    from equifinal_qca.multivalue import MultiValueTable as MultiValueTable
    from equifinal_qca.multivalue import minimize_mv as minimize_mv
    from equifinal_qca.multivalue import truth_table_mv as truth_table_mv
    from equifinal_qca.necessary import necessity as necessity
    from equifinal_qca.solution import Model as Model
    from equifinal_qca.solution import Solution as Solution
    from equifinal_qca.solution import minimize as minimize
    from equifinal_qca.supersets import necessary_expressions as necessary_expressions
    from equifinal_qca.supersets import sufficient_expressions as sufficient_expressions
    from equifinal_qca.table import TruthTable as TruthTable
    from equifinal_qca.table import truth_table as truth_table

_HOME_OF = {
    "CsQCA": "method.fsqca",
    "FsQCA": "method.fsqca",
    "Model": "solution",
    "MultiValueTable": "multivalue",
    "MvQCA": "method.mvqca",
    "QCAClassifier": "classifier",
    "Robustness": "diagnostics.robustness",
    "Solution": "solution",
    "TruthTable": "table",
    "anchor_ranges": "diagnostics.sensitivity",
    "best_cases": "diagnostics.cases",
    "best_pairs": "diagnostics.cases",
    "case_types": "diagnostics.cases",
    "consistency_by": "diagnostics.groups",
    "contains": "expressions",
    "contradicting_necessity": "diagnostics.assumptions",
    "contradictory_assumptions": "diagnostics.assumptions",
    "cutoff_ranges": "diagnostics.sensitivity",
    "equivalent": "expressions",
    "expand": "expressions",
    "factorize": "expressions",
    "intersection": "expressions",
    "minimal_forms": "expressions",
    "minimize": "solution",
    "minimize_mv": "multivalue",
    "necessary_expressions": "supersets",
    "necessity": "necessary",
    "negate": "expressions",
    "robustness_to": "diagnostics.robustness",
    "simplify": "expressions",
    "simultaneous_subsets": "diagnostics.doubtful_rows",
    "skewness": "diagnostics.robustness",
    "sufficient_expressions": "supersets",
    "theory_evaluation": "diagnostics.theory",
    "truth_table": "table",
    "truth_table_mv": "multivalue",
}

__all__ = sorted(_HOME_OF)

#: The version of the plugin interface that this is written for.
equifinal_api = 1


@hookimpl(tryfirst=True)  # the methods that the comparison was made for lead it
def equifinal_methods() -> list[type]:
    """Offer the methods to the framework."""
    from equifinal_qca.method.fsqca import CsQCA, FsQCA
    from equifinal_qca.method.mvqca import MvQCA

    return [FsQCA, CsQCA, MvQCA]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'equifinal_qca' has no attribute {name!r}")
    return getattr(import_module(f"equifinal_qca.{_HOME_OF[name]}"), name)
