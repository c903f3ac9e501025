"""The methods fsqca and csqca."""

from collections.abc import Mapping
from functools import reduce
from operator import and_, or_
from typing import ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field, field_validator

from equifinal import Analysis, CalibratedStudy, Claim, InputError, Method, Verdict, sets
from equifinal.errors import listing
from equifinal_qca import diagnostics
from equifinal_qca.cubes import Cube, Floats
from equifinal_qca.necessary import literals_necessity
from equifinal_qca.solution import Model, Solution, SolutionType, minimize
from equifinal_qca.table import TruthTable, truth_table
from equifinal_qca.verdicts import assess

__all__ = ["CsQCA", "FsQCA"]

_MOST_COUNTERFACTUALS = 2000
_RELEVANT = 0.5  # relevance of necessity below which a set is trivially necessary (Schneider & Wagemann 2012)


class FsQCA(Method):
    """Fuzzy-set qualitative comparative analysis: combinations of conditions that are sufficient for the outcome."""

    name = "fsqca"
    title = "Fuzzy-set QCA"
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
    )
    pri_cutoff: float = Field(0.0, ge=0, le=1, description="The PRI from which a row is sufficient.")
    frequency_cutoff: int | float = Field(
        1,
        gt=0,
        description="The fewest cases that make a row observed; between 0 and 1, the smallest share of the cases.",
    )
    necessity_cutoff: float = Field(0.9, ge=0, le=1, description="The consistency from which a set is necessary.")
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

    def memberships(self, study: CalibratedStudy) -> pd.DataFrame:
        """Memberships in the conditions and the outcome, of every case; missing where the method cannot say."""
        study.require_memberships(self.title)
        frame: pd.DataFrame = getattr(study, self._scale)
        wanted = [*study.condition_names, study.outcome.name]
        return frame if list(frame.columns) == wanted else frame[wanted]

    def analyze(self, study: CalibratedStudy, rng: np.random.Generator) -> Analysis:
        everything = self.memberships(study)
        left_out = everything.index[everything.isna().any(axis=1)]
        solution = self._solution(everything, study)
        table = solution.table
        conservative = solution.conservative or minimize(table, "conservative", max_models=self.max_models)
        parsimonious = solution.parsimonious or minimize(table, "parsimonious", max_models=self.max_models)
        shown = solution.best
        core = {model.terms: _core(model, parsimonious, self.solution) for model in solution.models}
        needed = literals_necessity(table.memberships, table.outcome_membership, table.conditions)
        configurations = _configurations(solution, shown, core)
        simultaneous = diagnostics.simultaneous_subsets(table)
        near = diagnostics.near_cutoffs(
            table,
            lambda changed: self._minimized(changed, study, min(self.max_models, diagnostics.MOST_WORDS)),
        )
        tables, notes = _tables_and_notes(
            solution, parsimonious, conservative, needed, simultaneous, near, core, left_out
        )
        return Analysis(
            method=self,
            conditions=self._conditions(study, needed, solution, shown, core),
            configurations=configurations,
            cases=_cases(everything, table, shown, list(configurations.index)),
            fit=_fit(table, solution, shown),
            tables=tables,
            notes=notes,
            native=solution,
        )

    def refit(self, study: CalibratedStudy, rng: np.random.Generator) -> Analysis:
        """Only the solution: its tables would cost more than the search for it."""
        return Analysis.for_prediction(self, self._solution(self.memberships(study), study))

    def predict(self, analysis: Analysis, study: CalibratedStudy) -> pd.Series:
        """Membership of the cases in the shown model."""
        study.require_memberships(self.title)
        conditions = study.values(self._scale)
        return pd.Series(_predicted(analysis.native.best, conditions), index=study.cases, name="predicted")

    def assess(self, analysis: Analysis, claim: Claim, study: CalibratedStudy) -> Verdict:
        """Judge a proposition over all models; see the table of verdicts in the documentation."""
        frame = self.memberships(study).dropna()
        verdict = assess(
            claim,
            analysis.native,
            frame,
            study.outcome.name,
            consistency_cutoff=self.consistency_cutoff,
            pri_cutoff=self.pri_cutoff,
            necessity_cutoff=self.necessity_cutoff,
        )
        return verdict or super().assess(analysis, claim, study)

    def _solution(self, memberships: pd.DataFrame, study: CalibratedStudy) -> Solution:
        table = truth_table(
            memberships.dropna() if np.isnan(memberships.to_numpy()).any() else memberships,
            study.outcome.name,
            study.condition_names,
            self.consistency_cutoff,
            self.frequency_cutoff,
            self.pri_cutoff,
        )
        return self._minimized(table, study, self.max_models)

    def _minimized(self, table: TruthTable, study: CalibratedStudy, max_models: int) -> Solution:
        expectations = {condition.name: condition.expect for condition in study.conditions}
        return minimize(table, self.solution, expectations, max_models=max_models)

    def _conditions(
        self,
        study: CalibratedStudy,
        needed: pd.DataFrame,
        solution: Solution,
        shown: Model | None,
        core: Mapping[tuple[str, ...], list[list[int]]],
    ) -> pd.DataFrame:
        names = study.condition_names
        numbers = {literal: tuple(row) for literal, row in zip(needed.index, needed.to_numpy(), strict=True)}
        records = []
        for position, name in enumerate(names):
            bit = 1 << (len(names) - 1 - position)
            is_needed = {
                sign: numbers[literal][0] >= self.necessity_cutoff - 1e-9 and numbers[literal][1] >= _RELEVANT - 1e-9
                for sign, literal in ((1, name), (-1, f"~{name}"))
            }
            signs = {sign for sign, holds in is_needed.items() if holds}
            with_it = 0
            is_core = False
            for model in solution.models:
                used = {1 if cube.bits & bit else -1 for cube in model.cubes if cube.care & bit}
                signs |= used
                with_it += bool(used)
                is_core = is_core or any(mask & bit for term in core[model.terms] for mask in term)
            role = (
                "necessary" if any(is_needed.values()) else "core" if is_core else "contributing" if with_it else "none"
            )
            present, absent = numbers[name], numbers[f"~{name}"]
            paths = [cube for cube in (shown.cubes if shown else ()) if cube.care & bit]
            records.append(
                {
                    "role": role,
                    "direction": next(iter(signs)) if len(signs) == 1 else 0,
                    "evidence": self._evidence(name, bit, paths, shown, solution, with_it, core, present, absent),
                    "necessity_consistency": present[0],
                    "relevance": present[1],
                    "necessity_coverage": present[2],
                    "absence_necessity_consistency": absent[0],
                    "absence_relevance": absent[1],
                    "absence_necessity_coverage": absent[2],
                    "paths_present": sum(bool(cube.bits & bit) for cube in paths),
                    "paths_absent": sum(not cube.bits & bit for cube in paths),
                    "model_share": with_it / len(solution.models) if solution.models else np.nan,
                }
            )
        return pd.DataFrame(records, index=pd.Index(names, name="condition", dtype=str))

    def _evidence(
        self,
        name: str,
        bit: int,
        paths: list[Cube],
        shown: Model | None,
        solution: Solution,
        with_it: int,
        core: Mapping[tuple[str, ...], list[list[int]]],
        present: tuple[float, ...],
        absent: tuple[float, ...],
    ) -> str:
        necessary = (
            f"Necessity consistency {present[0]:.3f} (RoN {present[1]:.3f}), of ~{name} {absent[0]:.3f} "
            f"(RoN {absent[1]:.3f}); cutoff {self.necessity_cutoff:g}."
        )
        if shown is None:
            return f"No path was found. {necessary}"
        central = sum(any(mask & bit for mask in masks) for masks in core[shown.terms])
        count = len(shown.cubes)
        where = f"In {len(paths)} of {count} path{'s' * (count != 1)}" + (f", core in {central}" if paths else "")
        if len(solution.models) > 1:
            where += f"; in some path of {with_it} of {len(solution.models)} models"
        return f"{where}. {necessary}"


class CsQCA(FsQCA):
    """Crisp-set qualitative comparative analysis: the same on dichotomies, in or out.

    A case at exactly 0.5 is neither: when that happens in a condition or the outcome, the case is left out and named.
    """

    name = "csqca"
    title = "Crisp-set QCA"
    reference = (
        "Ragin, C. C. (1987). The Comparative Method: Moving Beyond Qualitative and Quantitative Strategies. "
        "University of California Press."
    )

    _scale: ClassVar[Literal["fuzzy", "crisp"]] = "crisp"


# ---------------------------------------------------------------------------------------- the standard tables


def _tables_and_notes(
    solution: Solution,
    parsimonious: Solution,
    conservative: Solution,
    needed: pd.DataFrame,
    simultaneous: pd.DataFrame,
    near: pd.DataFrame,
    core: Mapping[tuple[str, ...], list[list[int]]],
    left_out: pd.Index,
) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """The further tables of an analysis, and what its reader must know."""
    table, shown = solution.table, solution.best
    tables = {
        "truth_table": table.rows,
        "models": solution.overview.assign(shown=[model is shown for model in solution.models]),
        "necessity": needed,
        "prime_implicants": solution.chart.set_axis(
            [table.label(corner) for corner in table.corners_with("1")], axis="columns"
        ),
        "parsimonious_models": parsimonious.overview,
        "conservative_models": conservative.overview,
        "simultaneous_subsets": simultaneous,
        "near_cutoffs": near,
    }
    notes = [
        *dict.fromkeys([*solution.notes, *diagnostics.notes(table, simultaneous, near)]),
        *_ambiguous_core(shown, core),
    ]
    if len(left_out):
        notes.append(
            f"Left out, being at exactly 0.5 in a condition or the outcome and so neither in nor out: {listing(left_out)}."
        )
    if solution.kind == "intermediate" and shown is not None:
        try:
            tables["counterfactuals"] = solution.counterfactuals(shown, _MOST_COUNTERFACTUALS)
        except InputError:
            notes.append(
                f"The shown model rests on more than {_MOST_COUNTERFACTUALS} counterfactuals; they are not listed."
            )
    return tables, notes


def _core(model: Model, parsimonious: Solution, kind: SolutionType) -> list[list[int]]:
    """Per term, per parsimonious model behind this one: the bit mask of the term's core conditions (Fiss 2011)."""
    if kind == "parsimonious":
        return [[cube.care] for cube in model.cubes]
    if kind == "intermediate":
        behind = {pair.parsimonious.terms: pair.parsimonious for pair in model.pairs}
    else:
        behind = {other.terms: other for other in parsimonious.models}
    masks: list[list[int]] = []
    for term in model.cubes:
        masks.append([])
        for other in behind.values():
            mask = 0
            for cube in other.cubes:
                if cube.contains(term):
                    mask |= cube.care
            masks[-1].append(mask)
    return masks


def _some_and_all(masks: list[int]) -> tuple[int, int]:
    """What is core by at least one of the pairs, and what by all of them."""
    return reduce(or_, masks), reduce(and_, masks)


def _ambiguous_core(shown: Model | None, core: Mapping[tuple[str, ...], list[list[int]]]) -> list[str]:
    if shown is None:
        return []
    pairs = {term: _some_and_all(masks) for term, masks in zip(shown.terms, core[shown.terms], strict=True)}
    unsettled = [term for term, (some, all_) in pairs.items() if some != all_]
    if not unsettled:
        return []
    return [
        "The parsimonious models disagree on which conditions are core in "
        f"{listing(unsettled)}: a condition counts as core when one of them has it; "
        "the column core_in_every_pair has those on which all agree."
    ]


def _configurations(
    solution: Solution, shown: Model | None, core: Mapping[tuple[str, ...], list[list[int]]]
) -> pd.DataFrame:
    columns = ["expression", "cases", "consistency", "coverage", "pri", "unique_coverage"]
    columns += ["core", "peripheral", "core_in_every_pair", "model_share"]
    if shown is None:
        return pd.DataFrame({name: [] for name in columns}, index=pd.Index([], name="path", dtype=str)).astype(
            {"expression": str, "cases": object, "core": str, "peripheral": str, "core_in_every_pair": str}
        )
    names = solution.table.conditions
    fit = shown.fit
    consistency, coverage = fit["consistency"].to_numpy(), fit["raw_coverage"].to_numpy()
    # Equal sums can differ in their last digits.
    order = np.lexsort((np.arange(len(fit)), -coverage.round(10), -consistency.round(10)))
    parts: dict[str, list[str]] = {"core": [], "peripheral": [], "core_in_every_pair": []}
    for position in order:
        cube = shown.cubes[position]
        some, all_ = _some_and_all(core[shown.terms][position])
        for column, care in zip(parts, (some, cube.care & ~some, all_), strict=True):
            parts[column].append(Cube(care, cube.bits & care).text(names) if care else "")
    terms = [shown.terms[position] for position in order]
    return pd.DataFrame(
        {
            "expression": terms,
            "cases": fit["cases"].to_numpy()[order],
            "consistency": consistency[order],
            "coverage": coverage[order],
            "pri": fit["pri"].to_numpy()[order],
            "unique_coverage": fit["unique_coverage"].to_numpy()[order],
            **parts,
            "model_share": [
                sum(term in model.terms for model in solution.models) / len(solution.models) for term in terms
            ],
        },
        index=pd.Index(terms, name="path", dtype=str),
    )


def _predicted(shown: Model | None, conditions: Floats) -> Floats:
    """Membership in the model, missing where it turns on a condition that is missing."""
    if shown is None:
        return np.zeros(len(conditions))
    missing = np.isnan(conditions)
    if not missing.any():
        highest: Floats = np.maximum.reduce([cube.membership(conditions) for cube in shown.cubes])
        return highest
    # Whatever the missing memberships are, the model's lies between these two.
    bounds = []
    for favourable in (False, True):
        terms = []
        for cube in shown.cubes:
            last = conditions.shape[1] - 1
            wanted = [bool(cube.bits >> (last - each) & 1) == favourable for each in range(last + 1)]
            terms.append(cube.membership(np.where(missing, np.array(wanted, dtype=float), conditions)))
        bounds.append(np.maximum.reduce(terms))
    return np.where(bounds[0] == bounds[1], bounds[0], np.nan)


def _cases(everything: pd.DataFrame, table: TruthTable, shown: Model | None, paths: list[str]) -> pd.DataFrame:
    position = everything.index.get_indexer(table.cases)
    conditions = everything[list(table.conditions)].to_numpy(dtype=float)
    count = len(everything)
    group = np.full(count, None, dtype=object)
    configuration = np.full(count, None, dtype=object)
    output = np.full(count, None, dtype=object)
    labels = [table.label(corner) for corner in table.corners.tolist()]
    for case, row in zip(position.tolist(), table.row_of_case.tolist(), strict=True):
        if row >= 0:
            configuration[case], output[case] = labels[row], str(table.output[row])
    memberships = np.full((count, len(paths)), np.nan)
    if shown is not None:
        order = [shown.terms.index(path) for path in paths]
        memberships[position] = shown.term_memberships[:, order]
    inside = memberships > 0.5
    for case in np.flatnonzero(inside.any(axis=1)).tolist():
        group[case] = " + ".join(path for path, member in zip(paths, inside[case], strict=True) if member)
    return pd.DataFrame(
        {
            "group": group,
            "predicted": _predicted(shown, conditions),
            "configuration": configuration,
            "output": output,
            "uniquely_covered": inside.sum(axis=1) == 1,
        }
        | {f"membership in {path}": memberships[:, column] for column, path in enumerate(paths)},
        index=everything.index,
    )


def _fit(table: TruthTable, solution: Solution, shown: Model | None) -> dict[str, float]:
    y = table.outcome_membership
    membership = shown.membership if shown else np.zeros(len(y))
    return {
        "consistency": sets.consistency(membership, y),
        "pri": sets.pri(membership, y),
        "coverage": sets.coverage(membership, y),
        "models": len(solution.models),
        "paths": len(shown.terms) if shown else 0,
        "cases": len(y),
        "rows_observed": int((table.output != "?").sum()),
        "rows_sufficient": int((table.output == "1").sum()),
        "rows_possible": float(table.possible),
    }
