"""Scenarios with a Boolean truth and causes that are distributed as one would not wish."""

from typing import Any

import numpy as np
import pandas as pd

from equifinal.sweep.scenario import Scenario
from equifinal.sweep.scenarios.responses import correlated


class Collinear(Scenario):
    """A condition that goes along with the one that acts: Y = A, with normal noise (SD 8); A and B correlate at about 0.9.

    B, like C and D, is irrelevant.
    """

    name = "collinear"
    title = "Collinear conditions"
    formula = "A"

    def draw(self, n: int, rng: np.random.Generator) -> pd.DataFrame:
        return correlated(super().draw(n, rng), "A", "B", 0.9, rng)

    def propositions(self) -> list[dict[str, Any]]:
        claim = {"id": "raises-B", "claim": "influence", "condition": "B", "text": "B raises Y"}
        return [*super().propositions(), claim]


class HeavySkew(Scenario):
    """Most cases are far out of every set: Y = min(A, B), with normal noise (SD 8).

    Conditions are 100 u², u uniform: three in ten are in a set, one in twelve has the outcome. C and D are irrelevant. On
    skewed sets see Thomann & Maggetti (2020).
    """

    name = "heavy-skew"
    title = "Heavy skew"
    reference = (
        "Thomann, E. & Maggetti, M. (2020). Designing research with qualitative comparative analysis (QCA). Sociological "
        "Methods & Research 49(2), 356-386."
    )
    formula = "A*B"

    def margins(self, uniform: pd.DataFrame) -> pd.DataFrame:
        return uniform**2 / 100
