"""What an equation is made of: its terms, the scales of the conditions and the outcome, and the way back to memberships."""

from dataclasses import dataclass
from math import prod
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

import equifinal as eq
from equifinal_regression.equation import Description, Equation, Floats, Model, describe
from equifinal_regression.interactions import Term

Scale = Literal["raw", "standardized", "membership"]


class Fitted(NamedTuple):
    """An equation, and what it was estimated from."""

    equation: Equation
    scores: Floats  # (n, conditions), on the scale of the equation
    design: Floats  # (n, k)
    outcome: Floats  # (n,)
    used: Any  # which of the n cases entered: a mask or a slice

    def described(self) -> Description:
        """How well the equation is estimated."""
        return describe(self.equation, self.design[self.used], self.outcome[self.used])


@dataclass(frozen=True)
class Specification:
    """The terms and scales of an equation.

    Attributes
    ----------
    model : {"ols", "logit", "fractional-logit"}
    scale : {"raw", "standardized", "membership"}
    alpha : float
        1 minus the level of the intervals.
    names : tuple of str
        The conditions.
    terms : tuple of tuple of str
        The conditions multiplied in each term: first each condition on its own, then the products.
    """

    model: Model
    scale: Scale
    alpha: float
    names: tuple[str, ...]
    terms: tuple[Term, ...]

    @property
    def products(self) -> tuple[Term, ...]:
        """The interactions."""
        return self.terms[len(self.names) :]

    @property
    def labels(self) -> list[str]:
        """The terms as text, ``LEAD*DEM``."""
        return ["*".join(term) for term in self.terms]

    @property
    def log_odds(self) -> bool:
        """Whether coefficients are on the log-odds."""
        return self.model != "ols"

    @property
    def on_memberships(self) -> bool:
        """Whether the outcome of the equation is the membership."""
        return self.log_odds or self.scale == "membership"

    def scaling(self, calibrated: eq.CalibratedStudy) -> pd.DataFrame | None:
        """``mean`` and ``sd`` of each condition, and last of the outcome if it is a z-score; ``None`` without z-scores."""
        if self.scale != "standardized":
            return None
        columns = list(self.names) + ([] if self.on_memberships else [calibrated.outcome.name])
        values = calibrated.raw[columns].to_numpy()
        deviation = values.std(axis=0, ddof=1) if len(values) > 1 else np.full(len(columns), np.nan)
        return pd.DataFrame({"mean": values.mean(axis=0), "sd": deviation}, index=columns)

    def scores(self, calibrated: eq.CalibratedStudy, scaling: pd.DataFrame | None) -> Floats:
        """The conditions on the scale, shape (n, conditions)."""
        values = calibrated.values("fuzzy" if self.scale == "membership" else "raw")
        if scaling is None:
            return values
        return _standardized(values, *scaling.iloc[: values.shape[1]].to_numpy(dtype=float).T)

    def outcome(self, calibrated: eq.CalibratedStudy, scaling: pd.DataFrame | None) -> Floats:
        """The outcome on its scale, shape (n,)."""
        if self.on_memberships:
            return calibrated.outcome_values("crisp" if self.model == "logit" else "fuzzy")
        outcome = calibrated.outcome_values("raw")
        return outcome if scaling is None else _standardized(outcome, *scaling.iloc[-1])

    def used(self, outcome: Floats) -> Any:
        """The cases from which the equation is estimated: all, but for the logit those in or out of the outcome."""
        return ~np.isnan(outcome) if self.model == "logit" else slice(None)

    def design(self, scores: Floats) -> Floats:
        """The constant, then one column per term."""
        products = [scores[:, [self.names.index(name) for name in term]].prod(axis=1) for term in self.products]
        return np.column_stack([np.ones(len(scores)), scores, *products])

    def expected(self, equation: Equation, design: Floats) -> Floats:
        """What the equation expects: the outcome's raw score, or its membership."""
        # Row by row, so no case's last digit depends on which other cases are present.
        linear = (design * equation.params).sum(axis=1)
        if self.log_odds:
            from scipy.special import expit

            return np.asarray(expit(linear))
        if equation.scaling is None:
            return np.asarray(linear)
        mean, deviation = equation.scaling.iloc[-1].to_numpy(dtype=float)  # the outcome comes last
        return np.asarray(mean + deviation * linear)

    def slopes(self, equation: Equation, design: Floats, expected: Floats) -> Floats:
        """The derivative of each case's expected outcome by each coefficient, shape (n, k)."""
        if self.log_odds:
            return np.asarray(design * (expected * (1 - expected))[:, np.newaxis])
        deviation = 1.0 if equation.scaling is None else float(equation.scaling["sd"].iloc[-1])
        return np.asarray(design * deviation)

    def memberships(self, expected: Floats, calibrated: eq.CalibratedStudy) -> Floats:
        """Expected outcomes as memberships, 0 to 1: raw scores are calibrated as the outcome was."""
        if self.on_memberships:
            return np.asarray(np.clip(expected, 0.0, 1.0))
        known = ~np.isnan(expected)
        memberships = np.full(len(expected), np.nan)
        if known.any():
            memberships[known] = calibrated.to_membership(
                calibrated.outcome.name, pd.Series(expected[known])
            ).to_numpy()
        return memberships

    def sign(self, calibrated: eq.CalibratedStudy, term: Term) -> int:
        """What a positive coefficient of a term means for the sets: +1, -1, or 0 where this cannot be said."""
        outcome = 1 if self.on_memberships else calibrated.orientation(calibrated.outcome.name)
        return outcome * (1 if self.scale == "membership" else prod(calibrated.orientation(name) for name in term))

    def averaging(self, scores: Floats) -> Floats:
        """Weights of the coefficients in the derivative of the linear predictor by each term, averaged over the cases.

        Every product that holds the term adds its coefficient times the mean of its other factors.
        """
        if not self.products:
            return np.eye(len(self.terms), len(self.terms) + 1, k=1)
        weights = np.zeros((len(self.terms), len(self.terms) + 1))
        if not len(scores):  # nothing to average over, and nothing was estimated
            return np.full_like(weights, np.nan)
        for row, of in zip(weights, self.terms, strict=True):
            for column, term in enumerate(self.terms, 1):
                rest = [self.names.index(name) for name in term if name not in of]
                row[column] = float(scores[:, rest].prod(axis=1).mean()) if set(of) <= set(term) else 0.0
        return weights


def _standardized(values: Floats, mean: Any, deviation: Any) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((values - mean) / deviation)
