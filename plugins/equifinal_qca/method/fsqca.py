"""The methods fsqca and csqca."""

from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field, field_validator

from equifinal import Analysis, CalibratedStudy, Method, Proposition, Verdict
from equifinal_qca.diagnostics import doubtful_rows
from equifinal_qca.inputs import cutoffs
from equifinal_qca.method import standard_tables
from equifinal_qca.method.verdicts import Memberships, assess
from equifinal_qca.minimization import minimize
from equifinal_qca.necessary import literals_necessity
from equifinal_qca.solution import Solution, SolutionType
from equifinal_qca.table import TruthTable, space_of


class FsQCA(Method):
    """Fuzzy-set qualitative comparative analysis: combinations of conditions that are sufficient for the outcome."""

    name = "fsqca"
    family = "qca"
    title = "Fuzzy-set qualitative comparative analysis"
    reference = (
        "Ragin, C. C. (2008). Redesigning Social Inquiry: Fuzzy Sets and Beyond. University of Chicago Press. "
        "Core conditions: Fiss, P. C. (2011). Building better causal theories. Academy of Management Journal 54(2)."
    )
    sufficient_paths = True
    _scale: ClassVar[Literal["fuzzy", "crisp"]] = "fuzzy"

    solution: SolutionType = Field(
        "intermediate",
        description="Which unobserved configurations may be assumed to have the outcome: none (conservative), those in line "
        "with the directional expectations (intermediate), any (parsimonious).",
    )
    consistency_cutoff: float | tuple[float, float] = Field(
        0.8,
        description="The consistency from which a row is sufficient; with two, rows between them are contradictions.",
        json_schema_extra={"minimum": 0, "maximum": 1},  # checked below, in simpler words than those of a union
    )
    pri_cutoff: float = Field(0.0, ge=0, le=1, description="The PRI from which a row is sufficient.")
    term_consistency_cutoff: float = Field(
        0.0, ge=0, le=1, description="The consistency from which a prime implicant is used as a term."
    )
    model_consistency_cutoff: float = Field(
        0.0, ge=0, le=1, description="The consistency from which terms together are a model."
    )
    model_coverage_cutoff: float | None = Field(
        None,
        ge=0,
        le=1,
        description="The coverage from which terms together are a model; by default they match every sufficient row.",
    )
    frequency_cutoff: int | float = Field(
        1,
        gt=0,
        description="The fewest cases that make a row observed; between 0 and 1, the smallest share of the cases.",
    )
    necessity_cutoff: float = Field(0.9, ge=0, le=1, description="The consistency from which a set is necessary.")
    relevance_cutoff: float = Field(
        0.5, ge=0, le=1, description="The relevance (RoN) below which a set that is necessary is trivially so."
    )
    max_models: int = Field(1000, ge=1, description="The most models to list.")

    @field_validator("consistency_cutoff")
    @classmethod
    def _within_bounds(cls, cutoff: float | tuple[float, float]) -> float | tuple[float, float]:
        if not all(0 <= each <= 1 for each in (cutoff if isinstance(cutoff, tuple) else (cutoff,))):
            raise ValueError("it must lie between 0 and 1")
        return cutoff

    @field_validator("frequency_cutoff")
    @classmethod
    def _count_or_share(cls, cutoff: float) -> float:
        if cutoff >= 1 and cutoff % 1:
            raise ValueError("it must be a whole number of cases, or a share of them between 0 and 1")
        return cutoff

    def memberships(self, calibrated: CalibratedStudy) -> pd.DataFrame:
        """Memberships in the conditions and the outcome, of every case; missing where the method cannot say."""
        calibrated.require_memberships(self.title)
        frame: pd.DataFrame = getattr(calibrated, self._scale)
        wanted = [*calibrated.condition_names, calibrated.outcome.name]
        return frame if list(frame.columns) == wanted else frame[wanted]

    def analyze(self, calibrated: CalibratedStudy, rng: np.random.Generator) -> Analysis:
        everything = self.memberships(calibrated)
        left_out = everything.index[everything.isna().any(axis=1)]
        solution = self._solution(calibrated)
        table = solution.table
        conservative = self._conservative(solution)
        parsimonious = self._parsimonious(solution)
        shown = solution.best
        core = {model.terms: standard_tables.core_of(model, parsimonious, self.solution) for model in solution.models}
        needed = literals_necessity(table.memberships, table.outcome_membership, table.conditions)
        configurations = standard_tables.configuration_table(solution, shown, core)
        simultaneous = doubtful_rows.simultaneous_subsets(table)
        near = doubtful_rows.near_cutoffs(
            table,
            lambda changed, effort: self._minimized(
                changed, calibrated, min(self.max_models, doubtful_rows.MOST_WORDS), effort
            ),
        )
        tables, notes = standard_tables.further_tables(
            solution, parsimonious, conservative, needed, simultaneous, near, core, left_out
        )
        return Analysis(
            method=self,
            conditions=self._conditions(calibrated, needed, solution, core),
            configurations=configurations,
            cases=standard_tables.case_table(everything, table, shown, list(configurations.index)),
            fit=standard_tables.fit_of(table, solution, shown),
            tables={**tables, **self._tables(calibrated)},
            notes=notes,
            native=solution,
        )

    def refit(self, calibrated: CalibratedStudy, rng: np.random.Generator) -> Analysis:
        """Only the solution, with its models and truth table: further tables would cost more than the search for it."""
        return Analysis.for_prediction(self, self._solution(calibrated))

    def predict(self, analysis: Analysis, calibrated: CalibratedStudy) -> pd.Series:
        """Membership of the cases in the shown model."""
        calibrated.require_memberships(self.title)
        conditions = calibrated.values(self._scale)
        return pd.Series(
            standard_tables.predicted(analysis.native.best, conditions), index=calibrated.cases, name="predicted"
        )

    def assess(self, analysis: Analysis, proposition: Proposition, calibrated: CalibratedStudy) -> Verdict:
        """Judge a proposition over all models; see the table of verdicts in the documentation."""
        verdict = assess(
            proposition,
            analysis.native,
            lambda: self._parsimonious(analysis.native),
            lambda: self._columns(analysis.native, calibrated),
            calibrated.outcome.name,
            consistency_cutoff=self.consistency_cutoff,
            pri_cutoff=self.pri_cutoff,
            necessity_cutoff=self.necessity_cutoff,
            relevance_cutoff=self.relevance_cutoff,
        )
        return verdict or super().assess(analysis, proposition, calibrated)

    def _tables(self, calibrated: CalibratedStudy) -> dict[str, pd.DataFrame]:
        """Additional tables of this method."""
        return {}

    def _columns(self, solution: Solution, calibrated: CalibratedStudy) -> Memberships:
        """Memberships of the cases by which propositions are judged: those that the method can place."""
        return solution.table.columns

    def _placed(self, calibrated: CalibratedStudy) -> Any:
        """Which cases have all memberships: a mask, or a slice when they all do."""
        missing = np.isnan(calibrated.outcome_values(self._scale)) | np.isnan(calibrated.values(self._scale)).any(
            axis=1
        )
        return ~missing if missing.any() else slice(None)

    def _table(self, calibrated: CalibratedStudy) -> TruthTable:
        calibrated.require_memberships(self.title)
        placed, names = self._placed(calibrated), calibrated.condition_names
        cases, x = calibrated.cases[placed], calibrated.values(self._scale)[placed]
        given = cutoffs(self.consistency_cutoff, self.frequency_cutoff, self.pri_cutoff, len(x))
        y = calibrated.outcome_values(self._scale)[placed]
        outcome = calibrated.outcome.name
        return TruthTable.of(space_of(names, outcome), outcome, cases, x, y, given)

    def _solution(self, calibrated: CalibratedStudy) -> Solution:
        return self._minimized(self._table(calibrated), calibrated, self.max_models)

    def _minimized(
        self, table: TruthTable, calibrated: CalibratedStudy, max_models: int, effort: float = 1.0
    ) -> Solution:
        expectations = {condition.name: condition.expect for condition in calibrated.conditions}
        return minimize(
            table,
            self.solution,
            expectations,
            max_models=max_models,
            effort=effort,
            term_consistency_cutoff=self.term_consistency_cutoff,
            model_consistency_cutoff=self.model_consistency_cutoff,
            model_coverage_cutoff=self.model_coverage_cutoff,
        )

    def _conservative(self, solution: Solution) -> Solution:
        if solution.kind == "conservative":
            return solution
        return solution.conservative or minimize(solution.table, "conservative", max_models=self.max_models)

    def _parsimonious(self, solution: Solution) -> Solution:
        if solution.kind == "parsimonious":
            return solution
        return solution.parsimonious or minimize(solution.table, "parsimonious", max_models=self.max_models)

    def _is_needed(self, consistency: float, relevance: float) -> bool:
        return consistency >= self.necessity_cutoff - 1e-9 and relevance >= self.relevance_cutoff - 1e-9

    def _conditions(
        self, calibrated: CalibratedStudy, needed: pd.DataFrame, solution: Solution, core: standard_tables.Core
    ) -> pd.DataFrame:
        names = calibrated.condition_names
        numbers = {literal: tuple(row) for literal, row in zip(needed.index, needed.to_numpy(), strict=True)}
        cubes = [cube for model in solution.models for cube in model.cubes]
        records = []
        for position, name in enumerate(names):
            bit = 1 << (len(names) - 1 - position)
            present, absent = numbers[name], numbers[f"~{name}"]
            necessary = {sign for sign, fit in ((1, present), (-1, absent)) if self._is_needed(*fit[:2])}
            signs = necessary | {1 if cube.bits & bit else -1 for cube in cubes if cube.care & bit}
            use = standard_tables.use_of(bit, solution, core)
            shown = core[solution.best.terms] if solution.best else []
            central = sum(any(mask & bit for mask in masks) for masks in shown)
            records.append(
                {
                    "role": use.role(bool(necessary)),
                    "direction": next(iter(signs)) if len(signs) == 1 else 0,
                    "evidence": f"{standard_tables.evidence_of(use, solution, central)}. "
                    f"Necessity consistency {present[0]:.3f} (RoN {present[1]:.3f}), of ~{name} {absent[0]:.3f} "
                    f"(RoN {absent[1]:.3f}); cutoff {self.necessity_cutoff:g}.",
                    "necessity_consistency": present[0],
                    "relevance": present[1],
                    "necessity_coverage": present[2],
                    "absence_necessity_consistency": absent[0],
                    "absence_relevance": absent[1],
                    "absence_necessity_coverage": absent[2],
                    "paths_present": sum(bool(cube.bits & bit) for cube in use.paths),
                    "paths_absent": sum(not cube.bits & bit for cube in use.paths),
                    "model_share": use.model_share,
                }
            )
        return pd.DataFrame(records, index=pd.Index(names, name="condition", dtype=str))


class CsQCA(FsQCA):
    """Crisp-set qualitative comparative analysis: the same on dichotomies, in or out.

    A case at exactly 0.5 is neither: when that happens in a condition or the outcome, the case is left out and named.
    """

    name = "csqca"
    title = "Crisp-set qualitative comparative analysis"
    reference = (
        "Ragin, C. C. (1987). The Comparative Method: Moving Beyond Qualitative and Quantitative Strategies. "
        "University of California Press."
    )

    _scale: ClassVar[Literal["fuzzy", "crisp"]] = "crisp"
