"""Scenarios with a Boolean truth of which a study sees something else."""

from typing import Any, ClassVar

import numpy as np
import pandas as pd
from pydantic import Field

from equifinal.study.variable import Variable
from equifinal.sweep.scenario import OUTCOME, Scenario


class LimitedDiversity(Scenario):
    """Most configurations are not observed: Y = max(min(A, B), min(C, D)), with normal noise (SD 8).

    Cases lie in so many of the 16 corners of the property space, which are drawn for each data set. Arel-Bundock (2022)
    shows that the solutions trade errors for silence here; Baumgartner & Thiem (2020) show which of them is correct.
    """

    name = "limited-diversity"
    title = "Limited diversity"
    reference = (
        "Arel-Bundock, V. (2022). The double bind of qualitative comparative analysis. Sociological Methods & Research 51(3), "
        "963-982. Baumgartner, M. & Thiem, A. (2020). Often trusted but never (properly) tested: evaluating qualitative "
        "comparative analysis. Sociological Methods & Research 49(2), 279-311."
    )
    formula = "A*B + C*D"

    corners: int = Field(6, ge=2, le=16, description="How many of the 16 configurations there are.")

    def draw(self, n: int, rng: np.random.Generator) -> pd.DataFrame:
        there = rng.choice(16, self.corners, replace=False)[rng.integers(self.corners, size=n)]
        upper = there[:, None] >> np.arange(4) & 1
        return pd.DataFrame(50 * upper + rng.uniform(0, 50, (n, 4)), columns=list(self.causes))


class OmittedCondition(Scenario):
    """A condition is missing from the study: Y = max(min(A, U), min(B, C)), with normal noise (SD 8); U is hidden.

    D is irrelevant. What is true of A is judged by the whole formula.
    """

    name = "omitted-condition"
    title = "An omitted condition"
    causes = ("A", "B", "C", "D", "U")
    formula = "A*U + B*C"


class Irrelevant(Scenario):
    """Conditions that do not belong there: Y = min(A, B), with normal noise (SD 8), and six or fewer besides.

    Krogslund et al. (2015) show that adding irrelevant conditions changes what fuzzy-set QCA finds.
    """

    name = "irrelevant-conditions"
    title = "Irrelevant conditions added"
    reference = (
        "Krogslund, C., Choi, D. D. & Poertner, M. (2015). Fuzzy sets on shaky ground: parameter sensitivity and confirmation "
        "bias in fsQCA. Political Analysis 23(1), 21-41."
    )
    conditions: ClassVar[tuple[str, ...]] = ("A", "B", "C", "D", "E", "F", "G", "H")
    formula = "A*B"

    def observed(self, causes: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
        return causes.assign(**{name: rng.uniform(0, 100, len(causes)) for name in self.conditions[4:]})


class MeasurementError(Scenario):
    """Conditions are measured with error: Y = min(A, B), with normal noise (SD 8).

    What is true is true of the scores without error. C and D are irrelevant.
    """

    name = "measurement-error"
    title = "Measurement error"
    formula = "A*B"

    error: float = Field(
        15.0, ge=0, description="SD of the error of each condition, in points of its scale of 0 to 100."
    )

    def observed(self, causes: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
        return causes + self.error * rng.standard_normal(causes.shape)


class ShiftedAnchors(Scenario):
    """The anchors of the conditions are off: Y = min(A, B), with normal noise (SD 8).

    They lie a fifth of the range too high: 40, 70 and 100. What is true is true with the right ones. C and D are
    irrelevant. Krogslund et al. (2015) shift anchors, too.
    """

    name = "shifted-anchors"
    title = "Wrong anchors"
    reference = Irrelevant.reference
    formula = "A*B"

    shift: float = Field(
        20.0, ge=-40, le=40, description="How much too high the anchors of the conditions are, in points."
    )

    def variable(self, name: str, expect: Any = None) -> Variable:
        if name == OUTCOME:
            return super().variable(name, expect)
        anchors = {"full_out": 20 + self.shift, "crossover": 50 + self.shift, "full_in": 80 + self.shift}
        return Variable(name, expect=expect, calibrate={"method": "direct", **anchors})


class PersistentPanel(Scenario):
    """A panel in which units hardly change, and no condition has anything to do with the outcome.

    Four years of each unit; every score has uniform margins and an intraclass correlation of 0.8 (Gaussian copula), so
    that four rows tell little more than one. Y = U, hidden. Errors that ignore the units find effects here (Cameron, Gelbach &
    Miller 2008).
    """

    name = "persistent-panel"
    title = "A persistent panel"
    reference = (
        "Cameron, A. C., Gelbach, J. B. & Miller, D. L. (2008). Bootstrap-based improvements for inference with clustered "
        "errors. Review of Economics and Statistics 90(3), 414-427."
    )
    causes = ("A", "B", "C", "D", "U")
    formula = "U"
    noise: float = Field(0.0, ge=0, description="SD of what is added to the outcome, in points.")

    years: int = Field(4, ge=2, description="How many rows each unit has; the last one may have fewer.")
    persistence: float = Field(0.8, ge=0, lt=1, description="The intraclass correlation of every score.")

    def draw(self, n: int, rng: np.random.Generator) -> pd.DataFrame:
        from scipy.special import ndtr

        unit = np.arange(n) // self.years
        shape = (n, len(self.causes))
        lasting = rng.standard_normal((unit[-1] + 1, shape[1]))[unit]
        scores = np.sqrt(self.persistence) * lasting + np.sqrt(1 - self.persistence) * rng.standard_normal(shape)
        return pd.DataFrame(100 * ndtr(scores), columns=list(self.causes))

    def observed(self, causes: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
        row = np.arange(len(causes))
        units = [f"unit {each + 1}" for each in row // self.years]
        return super().observed(causes, rng).assign(unit=units, year=2001 + row % self.years)

    def further(self) -> dict[str, Any]:
        return {"unit": "unit", "time": "year"}
