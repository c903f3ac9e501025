"""What a reader of an NCA should be warned of."""

from collections.abc import Sequence

import numpy as np

import equifinal as eq
from equifinal_nca.found import NAMES, Found


def about_ceilings(calibrated: eq.CalibratedStudy, found: Sequence[Found], tested: bool) -> list[str]:
    """How to read the ceilings, and where one is missing."""
    notes = [
        "A ceiling is an upper bound, so NCA predicts no outcome: its predictions, and all numbers made of them, are missing.",
        "In the bottleneck table NN means not necessary, and NA that the ceiling never reaches this level of the outcome.",
    ]
    if not tested:
        notes.append("No permutation test was made (permutations = 0), so no condition is called necessary.")
    elif calibrated.unit is not None:
        notes.append(
            "The permutation test treats cases as independent; those of one unit are not, so p comes out too small."
        )
    for each in found:
        scope, name = each.plane.scope, each.name
        if not scope.area > 0:
            flat = name if scope.x_low == scope.x_high else calibrated.outcome.name
            notes.append(
                f"{name}: no scope, because {flat} has the same score in all cases; its effect sizes are missing."
            )
        elif len(each.plane.peers) < 2:
            notes.append(
                f"{name}: one peer alone ({each.corner} corner), so there is no CR-FDH line"
                f"{'; nothing is empty, d = 0' if each.plane.effect_size['cr-fdh'] == 0 else ' and its numbers are missing'}."
            )
        if scope.area > 0:
            notes.extend(
                f"{name}: the {NAMES[ceiling]} line does not rise towards the {each.corner} corner, so it is no ceiling; "
                "its figures are missing."
                for ceiling, (_, slope) in each.plane.lines.items()
                if slope <= 0 and np.isnan(each.plane.effect_size[ceiling])
            )
    for variable in (calibrated.outcome, *calibrated.conditions):
        if calibrated.orientation(variable.name) == 0:
            notes.append(
                f"{variable.name}: membership neither rises nor falls with the raw score; high means a high raw score."
            )
    return notes
