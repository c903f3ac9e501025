"""The coefficients of an equation alone, for refits: statsmodels' objects take ten times as long as the numbers in them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from equifinal_regression.equation import Covariance, Equation, Floats, Model, not_estimable, sizes_of, solve

_MOST_STEPS = 25
_SMALLEST_STEP = 1e-10

#: Fitted values nearer to 0 or 1 may mean that the conditions separate the cases: statsmodels, and a linear program, decide.
_NEAR = 1e-4


@dataclass(frozen=True, eq=False)
class Coefficients:
    """What is known of an equation that was solved quickly, under statsmodels' names."""

    params: Floats
    fittedvalues: Floats


def solve_quickly(
    model: Model, design: Floats, outcome: Floats, covariance: Covariance, scaling: pd.DataFrame | None
) -> Equation:
    """The same as :func:`~.equation.solve` to the seventh digit and mostly far beyond, without statsmodels' own results.

    Least squares by a singular value decomposition; a logit by Newton's method on its likelihood, which is concave. Where that
    does not settle, or fitted values lie near 0 or 1, :func:`~.equation.solve` is asked. Tests hold both against each other.
    """
    if not_estimable(design, outcome):
        return solve(model, design, outcome, covariance, scaling)
    sizes = sizes_of(design)
    columns = design / sizes
    found = _least_squares(columns, outcome) if model == "ols" else _logit(columns, outcome)
    if found is None:
        return solve(model, design, outcome, covariance, scaling)
    return Equation(found.params / sizes, scaling, found, model, [], covariance, sizes, columns, outcome)


def _least_squares(design: Floats, outcome: Floats) -> Coefficients:
    params = np.asarray(np.linalg.lstsq(design, outcome, rcond=None)[0], dtype=float)
    return Coefficients(params, design @ params)


def _logit(design: Floats, outcome: Floats) -> Coefficients | None:
    params = np.zeros(design.shape[1])
    fitted = np.full(len(outcome), 0.5)
    for _ in range(_MOST_STEPS):
        weights = fitted * (1 - fitted)
        try:
            step = np.linalg.solve((design.T * weights) @ design, design.T @ (outcome - fitted))
        except np.linalg.LinAlgError:
            return None
        params = params + step
        linear = design @ params
        if not np.isfinite(linear).all() or np.abs(linear).max() > -np.log(_NEAR):
            return None
        fitted = 1 / (1 + np.exp(-linear))
        if np.abs(step).max() <= _SMALLEST_STEP * max(1.0, float(np.abs(params).max())):
            return Coefficients(params, fitted)
    return None
