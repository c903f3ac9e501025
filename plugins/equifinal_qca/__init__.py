"""Qualitative comparative analysis: truth tables, Boolean minimization, necessity; the methods fsqca and csqca.

The engine works on any frame of memberships, without a study::

    from equifinal_qca import minimize, necessity, truth_table

    table = truth_table(frame, outcome="Y", consistency_cutoff=0.8)
    solution = minimize(table, "parsimonious")
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from equifinal import hookimpl

if TYPE_CHECKING:
    from equifinal_qca.cases import best_cases as best_cases
    from equifinal_qca.cases import best_pairs as best_pairs
    from equifinal_qca.cases import case_types as case_types
    from equifinal_qca.methods import CsQCA as CsQCA
    from equifinal_qca.methods import FsQCA as FsQCA
    from equifinal_qca.necessary import necessity as necessity
    from equifinal_qca.solution import Model as Model
    from equifinal_qca.solution import Solution as Solution
    from equifinal_qca.solution import minimize as minimize
    from equifinal_qca.table import TruthTable as TruthTable
    from equifinal_qca.table import truth_table as truth_table

_HOME_OF = {
    "CsQCA": "methods",
    "FsQCA": "methods",
    "Model": "solution",
    "Solution": "solution",
    "TruthTable": "table",
    "best_cases": "cases",
    "best_pairs": "cases",
    "case_types": "cases",
    "minimize": "solution",
    "necessity": "necessary",
    "truth_table": "table",
}

__all__ = sorted(_HOME_OF)


@hookimpl(tryfirst=True)  # the methods that the comparison was made for lead it
def equifinal_methods() -> list[type]:
    """Offer the two methods to the framework."""
    from equifinal_qca.methods import CsQCA, FsQCA

    return [FsQCA, CsQCA]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'equifinal_qca' has no attribute {name!r}")
    return getattr(import_module(f"equifinal_qca.{_HOME_OF[name]}"), name)
