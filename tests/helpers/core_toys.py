"""Small methods and studies for the tests of the core."""

from collections.abc import Mapping
from typing import Any

import cloudpickle
import numpy as np
import pandas as pd

import equifinal as eq
from equifinal.comparison.fit import Yardstick, measure

DIRECT = {"method": "direct", "full_out": 1, "crossover": 5, "full_in": 9}
FALLING = {"method": "direct", "full_out": 9, "crossover": 5, "full_in": 1}


def scores(cases: int = 20, conditions: str = "AB", seed: int = 1) -> pd.DataFrame:
    """Columns A, B, ... and y, 0 to 10; y rises with A and, less so, with the others."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.uniform(0, 10, (cases, len(conditions))), columns=list(conditions))
    frame["y"] = (0.7 * frame["A"] + 0.3 * frame.mean(axis=1) + rng.normal(0, 1, cases)).clip(0, 10)
    return frame.set_axis([f"case {number}" for number in range(cases)])


def made(frame: pd.DataFrame, calibrate: Mapping[str, Any] | None = None, **further: Any) -> eq.Study:
    """A study of the outcome Y in column y and the conditions A, B, ... in columns of one letter."""
    calibrate = dict(calibrate or {})
    names = [str(column) for column in frame.columns if len(str(column)) == 1 and column != "y"]
    return eq.Study(
        name="made",
        data=frame,
        outcome=eq.Variable("Y", "y", calibrate=calibrate.get("Y", DIRECT)),
        conditions=[eq.Variable(name, calibrate=calibrate.get(name, DIRECT)) for name in names],
        **further,
    )


def filled(method: eq.Method, calibrated: eq.CalibratedStudy, predicted: Any = np.nan, **facets: Any) -> eq.Analysis:
    """An analysis with nothing to say but what is given."""
    conditions = {"role": "none", "direction": 0, "evidence": "Nothing."}
    return eq.Analysis(
        **{
            "method": method,
            "conditions": pd.DataFrame(conditions, index=list(calibrated.condition_names)),
            "configurations": pd.DataFrame(columns=["expression", "cases", "consistency", "coverage"]),
            "cases": pd.DataFrame({"group": None, "predicted": predicted}, index=calibrated.cases),
            "fit": {},
            **facets,
        }
    )


def memberships(calibrated: eq.CalibratedStudy) -> Any:
    return calibrated.fuzzy[list(calibrated.condition_names)].to_numpy()


def least_squares(x: Any, y: Any, new: Any) -> Any:
    """Predictions for `new` by least squares with a constant, kept within 0 and 1."""
    coefficients = np.linalg.lstsq(np.column_stack([np.ones(len(x)), x]), y, rcond=None)[0]
    return (np.column_stack([np.ones(len(new)), new]) @ coefficients).clip(0, 1)


class Linear(eq.Method):
    """Least squares on the memberships."""

    name = "linear"

    def analyze(self, study, rng):
        x, y = memberships(study), study.fuzzy[study.outcome.name].to_numpy()
        return filled(self, study, least_squares(x, y, x), native=(x, y))

    def predict(self, analysis, study):
        return pd.Series(least_squares(*analysis.native, memberships(study)), index=study.cases)


class Mean(eq.Method):
    """The mean outcome membership, for everybody."""

    name = "mean"

    def analyze(self, study, rng):
        mean = float(study.fuzzy[study.outcome.name].mean())
        return filled(self, study, mean, native=mean)

    def predict(self, analysis, study):
        return pd.Series(analysis.native, index=study.cases)


class Noise(eq.Method):
    """Weights for the conditions, drawn at random."""

    name = "noise"

    def analyze(self, study, rng):
        weights = rng.dirichlet(np.ones(len(study.conditions)))
        return filled(self, study, memberships(study) @ weights, native=weights)

    def predict(self, analysis, study):
        return pd.Series(memberships(study) @ analysis.native, index=study.cases)


class Blind(eq.Method):
    """Analyses, but cannot predict."""

    name = "blind"

    def analyze(self, study, rng):
        return filled(self, study, study.fuzzy[study.outcome.name].to_numpy())


class Broken(eq.Method):
    """Raises."""

    name = "broken"

    def analyze(self, study, rng):
        raise ZeroDivisionError("nothing left to divide")


def analyzed(method: eq.Method, calibrated: eq.CalibratedStudy) -> eq.Analysis:
    return method.analyze(calibrated, np.random.default_rng(0))


def measured(method: eq.Method, calibrated: eq.CalibratedStudy, seed: int = 0) -> Yardstick:
    return measure({"it": method}, {"it": analyzed(method, calibrated)}, calibrated, seed)["it"]


def outcome_of(calibrated: eq.CalibratedStudy) -> Any:
    return calibrated.fuzzy["Y"].to_numpy()


# Worker processes do not find this module by its name.
cloudpickle.register_pickle_by_value(__import__(__name__))
