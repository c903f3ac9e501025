"""Scenarios whose truth is a function of scores; which paths are true is judged by the truth table of the population."""

from typing import Any

import numpy as np
import pandas as pd
from pydantic import Field

from equifinal.sets import Floats
from equifinal.study.propositions import Proposition
from equifinal.sweep.scenario import Scenario
from equifinal.sweep.truth import NO, Reading, Truth


class Additive(Scenario):
    """Two conditions that add up and do not interact: Y = (A + B) / 2, with normal noise (SD 8).

    C and D are irrelevant. A path with A and B is what the truth table of the population has; an interaction there is
    none. That a set-theoretic method says "together" of additive effects is a point of Lucas & Szatrowski (2014).
    """

    name = "additive"
    title = "Additive effects"
    reference = (
        "Lucas, S. R. & Szatrowski, A. (2014). Qualitative comparative analysis in critical perspective. Sociological "
        "Methodology 44(1), 1-79."
    )
    tuning = True

    def response(self, causes: pd.DataFrame) -> Floats:
        return ((causes["A"] + causes["B"]) / 2).to_numpy()


class Linear(Scenario):
    """A correlation without a ceiling: Y = 50 + 0.6 (A - 50) + 16 z, with A normal (mean 50, SD 20) and z standard normal.

    The correlation is 0.6. z stands for all other causes and is part of the truth, and has no bound, so no level of the
    outcome needs a level of A; nothing is added. B, C and D are normal too and irrelevant. Sorjonen & Melin (2019) show
    that NCA finds necessary conditions in such data.
    """

    name = "linear"
    title = "Linear without a ceiling"
    reference = (
        "Sorjonen, K. & Melin, B. (2019). Predicting the significance of necessity. Frontiers in Psychology 10, 283."
    )
    causes = ("A", "B", "C", "D", "U")
    noise: float = Field(0.0, ge=0, description="SD of what is added to the outcome, in points.")

    def margins(self, uniform: pd.DataFrame) -> pd.DataFrame:
        from scipy.special import ndtri

        return uniform.assign(**{name: 50 + 20 * ndtri(uniform[name] / 100) for name in self.conditions})

    def response(self, causes: pd.DataFrame) -> Floats:
        from scipy.special import ndtri

        return np.asarray(50 + 0.6 * (causes["A"] - 50) + 16 * ndtri(causes["U"] / 100))

    def truth_of(self, proposition: Proposition, reading: Reading) -> Truth | None:
        if proposition.claim == "necessary" and reading == "covariation":
            return NO if getattr(proposition, "expect", True) else NO.turned()  # a grid has a corner, z has no bound
        return super().truth_of(proposition, reading)


class UShape(Scenario):
    """Both ends of a condition bring about the outcome: Y = 2 |A - 50|, with normal noise (SD 8).

    A neither raises nor lowers it, and has no correlation with it. B, C and D are irrelevant.
    """

    name = "u-shape"
    title = "U-shape"

    def response(self, causes: pd.DataFrame) -> Floats:
        return (2 * (causes["A"] - 50).abs()).to_numpy()


class Suppressor(Scenario):
    """Two correlated conditions that work against each other: Y = 50 + A - B, with normal noise (SD 8).

    A and B correlate at about 0.7 (uniform margins), so that each hides the effect of the other; the outcome hardly correlates with
    either. C and D are irrelevant.
    """

    name = "suppressor"
    title = "A suppressor"

    def draw(self, n: int, rng: np.random.Generator) -> pd.DataFrame:
        return correlated(super().draw(n, rng), "A", "B", 0.7, rng)

    def response(self, causes: pd.DataFrame) -> Floats:
        return (50 + causes["A"] - causes["B"]).to_numpy()

    def propositions(self) -> list[dict[str, Any]]:
        claim = {"id": "lowers-B", "claim": "influence", "condition": "B", "sign": -1, "text": "B lowers Y"}
        return [*super().propositions(), claim]


class CeilingEffect(Scenario):
    """A scale that ends too early: Y = min(65, 50 + 1.5 (m - 50)), m = (A + B) / 2, with normal noise (SD 8).

    A third of all cases are at the top. Effects are additive below it. Whether the interaction that the end of the scale
    brings about is one has no answer, so it is not counted. C and D are irrelevant.
    """

    name = "ceiling"
    title = "A ceiling of the scale"

    def response(self, causes: pd.DataFrame) -> Floats:
        return np.minimum(65.0, 50 + 1.5 * ((causes["A"] + causes["B"]).to_numpy() / 2 - 50))

    def truth_of(self, proposition: Proposition, reading: Reading) -> Truth | None:
        if proposition.claim == "joint" and reading == "covariation":
            return None
        return super().truth_of(proposition, reading)


def correlated(
    causes: pd.DataFrame, first: str, second: str, correlation: float, rng: np.random.Generator
) -> pd.DataFrame:
    """The causes with the second drawn anew: uniform, with the first in a Gaussian copula of that correlation."""
    from scipy.special import ndtr, ndtri

    z = ndtri(causes[first].to_numpy() / 100)
    other = correlation * z + np.sqrt(1 - correlation**2) * rng.standard_normal(len(causes))
    return causes.assign(**{second: 100 * ndtr(other)})
