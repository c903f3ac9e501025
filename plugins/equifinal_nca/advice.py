"""The advice of NCA: the necessary conditions that keep a case from the outcome, with the levels needed."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

import equifinal as eq
from equifinal.plain import plain_number
from equifinal_nca.ceiling import Ceiling
from equifinal_nca.found import Found, at_least


def advice(calibrated: eq.CalibratedStudy, necessary: Sequence[Found], ceiling: Ceiling) -> pd.Series:
    """A sentence for each case without the outcome."""
    members = calibrated.fuzzy[calibrated.outcome.name].to_numpy(dtype=float)
    lacking = np.flatnonzero(members < 0.5)
    if not necessary or not (members > 0.5).any():
        return pd.Series("No condition is necessary in degree.", index=calibrated.cases[lacking], dtype=object)
    y_sign = necessary[0].signs[1]
    target = (y_sign * calibrated.outcome_values("raw"))[members > 0.5].min()
    short: dict[int, list[str]] = {int(case): [] for case in lacking}
    for each in necessary:
        level = each.plane.required(ceiling, target)[0]
        name, sign = each.literal[0], each.signs[0]
        if not np.isfinite(level):
            continue
        needs = f"{calibrated.variable(name).label} {at_least(sign)} {plain_number(sign * level)}"
        for case in lacking[each.plane.x[lacking] < level - each.room]:
            short[int(case)].append(f"{needs} (now {plain_number(sign * each.plane.x[case])})")
    goal = f"{calibrated.outcome.label} of {at_least(y_sign)} {plain_number(y_sign * target)}"
    said = [
        f"{goal} needs {', '.join(words)}." if words else f"No necessary condition stands in the way of {goal}."
        for words in short.values()
    ]
    return pd.Series(said, index=calibrated.cases[lacking], dtype=object)
