"""Doubtful rows of a truth table: contradictions, simultaneous subsets, rows near a cutoff; and limited diversity."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from equifinal import sets
from equifinal.errors import listing
from equifinal_qca.engine.corners import corner_memberships
from equifinal_qca.solution import Solution
from equifinal_qca.table import TruthTable

NEAR = 0.05
MOST_WORDS = 20  # models of a what-if solution to count at most
EFFORT = 0.1  # for all what-if solutions together
_TOLERANCE = 1e-9


def simultaneous_subsets(table: TruthTable) -> pd.DataFrame:
    """Observed rows that are consistent with the outcome and with its negation alike (Schneider & Wagemann 2012).

    Returns
    -------
    pandas.DataFrame
        Index: the configurations. Columns: ``row``, ``output``, ``n``, ``consistency``, ``consistency_negation``, ``pri``,
        ``pri_negation``.
    """
    x = corner_memberships(table.memberships, table.corners)
    y = 1.0 - table.outcome_membership
    of_negation, pri_of_negation = sets.consistency(x, y), sets.pri(x, y)
    cutoff = table.consistency_cutoff[1] - _TOLERANCE
    both = np.flatnonzero((table.output != "?") & (table.consistency >= cutoff) & (of_negation >= cutoff))
    return pd.DataFrame(
        {
            "row": table.space.row_numbers(table.corners[both]),
            "output": table.output[both].astype(object),
            "n": table.n[both],
            "consistency": table.consistency[both],
            "consistency_negation": of_negation[both],
            "pri": table.pri[both],
            "pri_negation": pri_of_negation[both],
        },
        index=pd.Index([table.space.label(corner) for corner in table.corners[both]], name="configuration", dtype=str),
    )


def near_cutoffs(table: TruthTable, again: Callable[[TruthTable, float], Solution]) -> pd.DataFrame:
    """Observed rows whose consistency or PRI is within 0.05 of its cutoff, and the solution if they had the other output.

    Parameters
    ----------
    table
        The truth table.
    again
        Minimizes a changed table in the same way, with the given effort (see :func:`minimize`). All changed tables together
        get a tenth of the solution's own effort, about three seconds; the words say where that does not suffice.

    Returns
    -------
    pandas.DataFrame
        Index: the configurations. Columns: ``row``, ``n``, ``consistency``, ``pri``, ``near`` (which parameter), ``output``,
        ``flipped`` (the other output), ``solution_if_flipped`` (its models in words; flipping a row always changes them).
    """
    near_consistency = np.zeros(len(table.corners), dtype=bool)
    for cutoff in table.consistency_cutoff:
        near_consistency |= np.abs(table.consistency - cutoff) <= NEAR + _TOLERANCE
    near_pri = np.abs(table.pri - table.pri_cutoff) <= NEAR + _TOLERANCE
    if table.pri_cutoff == 0:  # no cutoff at all
        near_pri[:] = False
    rows = np.flatnonzero((table.output != "?") & (near_consistency | near_pri))
    corners, output = table.corners[rows].tolist(), table.output[rows].tolist()
    flipped = ["0" if each == "1" else "1" for each in output]
    changed = [table.with_output({corner: other}) for corner, other in zip(corners, flipped, strict=True)]
    near = {"consistency": near_consistency, "PRI": near_pri}
    return pd.DataFrame(
        {
            "row": table.space.row_numbers(table.corners[rows]),
            "n": table.n[rows],
            "consistency": table.consistency[rows],
            "pri": table.pri[rows],
            "near": [" and ".join(name for name, is_near in near.items() if is_near[row]) for row in rows],
            "output": output,
            "flipped": flipped,
            "solution_if_flipped": [_in_words(again(each, EFFORT / len(rows))) for each in changed],
        },
        index=pd.Index([table.space.label(corner) for corner in corners], name="configuration", dtype=str),
    )


def _in_words(solution: Solution) -> str:
    if not solution.models:
        return "none"
    words = " | ".join(model.expression for model in solution.models[:3])
    more = len(solution.models) - 3
    if not solution.proved:
        return f"{words} (found within the limits of a what-if; there may be models with fewer terms)"
    if solution.truncated:
        return (
            f"{words} | at least {max(more, solution.models_at_least - 3)} more"
            if more > 0
            else f"{words} | perhaps more"
        )
    return words + (f" | {more} more" if more > 0 else "")


def notes(table: TruthTable, simultaneous: pd.DataFrame, near: pd.DataFrame) -> list[str]:
    """Warnings for the reader."""
    said = []
    contradictions = [table.space.label(corner) for corner in table.corners_with("C")]
    if contradictions:
        said.append(
            f"Contradictions, between the two consistency cutoffs, are neither explained nor assumed: {listing(contradictions)}."
        )
    without = _members_without_outcome(table)
    if without:
        said.append(
            f"Cases without {table.outcome} in rows that count as sufficient (deviant in consistency): {listing(without)}."
        )
    if len(simultaneous):
        said.append(
            f"Simultaneous subsets: consistent with {table.outcome} and with its negation: {listing(simultaneous.index)}. "
            "A PRI cutoff of 0.5 or more keeps such rows out of the solution."
        )
    if len(near):
        said.append(f"The solution turns on rows within {NEAR:g} of a cutoff: {listing(near.index)}; see near_cutoffs.")
    observed, possible = int((table.output != "?").sum()), table.space.possible
    if observed < possible / 2:
        said.append(
            f"Limited diversity: {observed} of {possible} configurations have enough cases to count as observed."
        )
    return said


def _members_without_outcome(table: TruthTable) -> list[str]:
    positive = np.append(table.output == "1", False)  # the last one stands for cases in no row, -1
    deviant = positive[table.row_of_case] & (table.outcome_membership < 0.5)
    return [str(name) for name in table.cases[deviant]]
