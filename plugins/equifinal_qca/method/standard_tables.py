"""The standard tables of an analysis, made from a solution."""

from collections.abc import Mapping
from functools import reduce
from operator import and_, or_
from typing import NamedTuple

import numpy as np
import pandas as pd

from equifinal import InputError, sets
from equifinal.errors import listing
from equifinal.plain import counted
from equifinal_qca.diagnostics import doubtful_rows
from equifinal_qca.engine.cubes import Cube, Floats
from equifinal_qca.model import Model
from equifinal_qca.solution import Solution, SolutionType
from equifinal_qca.table import TruthTable

_MOST_COUNTERFACTUALS = 2000

Core = Mapping[
    tuple[str, ...], list[list[int]]
]  # model -> term -> its core according to each parsimonious model behind it


def further_tables(
    solution: Solution,
    parsimonious: Solution,
    conservative: Solution,
    needed: pd.DataFrame,
    simultaneous: pd.DataFrame,
    near: pd.DataFrame,
    core: Core,
    left_out: pd.Index,
) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """The further tables of an analysis, and notes for its reader."""
    table, shown = solution.table, solution.best
    tables = {
        "truth_table": table.rows,
        "models": solution.overview.assign(shown=[model is shown for model in solution.models]),
        "necessity": needed,
        "prime_implicants": solution.chart.set_axis(
            [table.space.label(corner) for corner in table.corners_with("1")], axis="columns"
        ),
        "parsimonious_models": parsimonious.overview,
        "conservative_models": conservative.overview,
        "simultaneous_subsets": simultaneous,
        "near_cutoffs": near,
    }
    notes = [
        *dict.fromkeys([*solution.notes, *doubtful_rows.notes(table, simultaneous, near)]),
        *_ambiguous_core(shown, core),
    ]
    if len(left_out):
        notes.append(
            f"Left out because they are at exactly 0.5 in a condition or the outcome, neither in nor out: {listing(left_out)}."
        )
    if solution.kind == "intermediate" and shown is not None:
        try:
            tables["counterfactuals"] = solution.counterfactuals(shown, _MOST_COUNTERFACTUALS)
        except InputError:
            notes.append(
                f"The shown model rests on more than {_MOST_COUNTERFACTUALS} counterfactuals; they are not listed."
            )
    return tables, notes


def core_of(model: Model, parsimonious: Solution, kind: SolutionType) -> list[list[int]]:
    """Per term, per parsimonious model behind this one: the bit mask of the term's core conditions (Fiss 2011)."""
    if kind == "parsimonious":
        return [[cube.care] for cube in model.cubes]
    if kind == "intermediate":
        behind = {pair.parsimonious.terms: pair.parsimonious for pair in model.pairs}
    else:
        behind = {other.terms: other for other in parsimonious.models}
    return [
        [reduce(or_, (cube.care for cube in other.cubes if cube.contains(term)), 0) for other in behind.values()]
        for term in model.cubes
    ]


class Use(NamedTuple):
    """How the models use a condition."""

    paths: list[Cube]  #: of the shown model, those with the condition
    in_models: int  #: that have it in some path
    is_core: bool  #: in some path of some model, by some parsimonious model behind it
    model_share: float

    def role(self, necessary: bool) -> str:
        """The highest role that applies."""
        return "necessary" if necessary else "core" if self.is_core else "contributing" if self.in_models else "none"


def use_of(mask: int, solution: Solution, core: Core) -> Use:
    """How the models of a solution use the condition with this bit mask: one bit for a set, one for each of several values."""
    models, shown = solution.models, solution.best
    with_it = sum(any(cube.care & mask for cube in model.cubes) for model in models)
    return Use(
        paths=[cube for cube in (shown.cubes if shown else ()) if cube.care & mask],
        in_models=with_it,
        is_core=any(each & mask for masks in core.values() for term in masks for each in term),
        model_share=with_it / len(models) if models else np.nan,
    )


def evidence_of(use: Use, solution: Solution, central: int | None = None) -> str:
    """In how many paths a condition is and, when given, in how many of these it is core; of other models, in how many."""
    if solution.best is None:
        return "No path was found"
    count = len(solution.best.cubes)
    where = f"In {len(use.paths)} of {counted(count, 'path')}"
    if central is not None and use.paths:
        where += f", core in {central}"
    if len(solution.models) > 1:
        where += f"; in some path of {use.in_models} of {len(solution.models)} models"
    return where


def _some_and_all(masks: list[int]) -> tuple[int, int]:
    """The core according to at least one of the pairs, and according to all of them."""
    return reduce(or_, masks), reduce(and_, masks)


def _ambiguous_core(shown: Model | None, core: Core) -> list[str]:
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


def configuration_table(solution: Solution, shown: Model | None, core: Core) -> pd.DataFrame:
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


def predicted(shown: Model | None, conditions: Floats) -> Floats:
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


def case_table(everything: pd.DataFrame, table: TruthTable, shown: Model | None, paths: list[str]) -> pd.DataFrame:
    position = everything.index.get_indexer(table.cases)
    conditions = everything[list(table.conditions)].to_numpy(dtype=float)
    count = len(everything)
    group = np.full(count, None, dtype=object)
    configuration = np.full(count, None, dtype=object)
    output = np.full(count, None, dtype=object)
    labels = [table.space.label(corner) for corner in table.corners.tolist()]
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
            "predicted": predicted(shown, conditions),
            "configuration": configuration,
            "output": output,
            "uniquely_covered": inside.sum(axis=1) == 1,
        }
        | {f"membership in {path}": memberships[:, column] for column, path in enumerate(paths)},
        index=everything.index,
    )


def fit_of(table: TruthTable, solution: Solution, shown: Model | None) -> dict[str, float]:
    y = table.outcome_membership
    membership = shown.membership if shown else np.zeros(len(y))
    return {
        "consistency": sets.consistency(membership, y),
        "pri": sets.pri(membership, y),
        "coverage": sets.coverage(membership, y),
        "models": len(solution.models),
        "paths": len(shown.terms) if shown else 0,
        "cases": len(y),
        "rows_observed": len(table.corners),
        "rows_used": int((table.output != "?").sum()),
        "rows_sufficient": int((table.output == "1").sum()),
        "rows_possible": float(table.space.possible),
    }
