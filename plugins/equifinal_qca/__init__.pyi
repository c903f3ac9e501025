"""The public names, each with its home; ``__init__.py`` imports a name from there when it is first used."""

from .classifier import QCAClassifier as QCAClassifier
from .diagnostics.assumptions import contradicting_necessity as contradicting_necessity
from .diagnostics.assumptions import contradictory_assumptions as contradictory_assumptions
from .diagnostics.cases import best_cases as best_cases
from .diagnostics.cases import case_types as case_types
from .diagnostics.doubtful_rows import simultaneous_subsets as simultaneous_subsets
from .diagnostics.groups import consistency_by as consistency_by
from .diagnostics.groups import consistency_distance as consistency_distance
from .diagnostics.pairs import best_pairs as best_pairs
from .diagnostics.retention import retention as retention
from .diagnostics.robustness import Robustness as Robustness
from .diagnostics.robustness import robustness_to as robustness_to
from .diagnostics.robustness import skewness as skewness
from .diagnostics.rows import row_evidence as row_evidence
from .diagnostics.sensitivity import anchor_ranges as anchor_ranges
from .diagnostics.sensitivity import cutoff_ranges as cutoff_ranges
from .diagnostics.theory import theory_evaluation as theory_evaluation
from .expressions import contains as contains
from .expressions import equivalent as equivalent
from .expressions import expand as expand
from .expressions import factorize as factorize
from .expressions import intersection as intersection
from .expressions import minimal_forms as minimal_forms
from .expressions import negate as negate
from .expressions import simplify as simplify
from .method.fsqca import CsQCA as CsQCA
from .method.fsqca import FsQCA as FsQCA
from .method.mvqca import MvQCA as MvQCA
from .minimization import minimize as minimize
from .model import Model as Model
from .multivalue import MultiValueTable as MultiValueTable
from .multivalue import minimize_mv as minimize_mv
from .multivalue import truth_table_mv as truth_table_mv
from .necessary import necessity as necessity
from .outcomes import minimize_each as minimize_each
from .solution import Solution as Solution
from .supersets import necessary_expressions as necessary_expressions
from .supersets import sufficient_expressions as sufficient_expressions
from .table import TruthTable as TruthTable
from .table import truth_table as truth_table
from .temporal import both_orders as both_orders

equifinal_api: int

def equifinal_methods() -> list[type]: ...
