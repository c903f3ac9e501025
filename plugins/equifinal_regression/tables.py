"""Tables of a regression: estimates, conditions, cases, and the model table that articles print."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

import equifinal as eq
from equifinal_regression.equation import Description, Floats
from equifinal_regression.specification import Fitted, Specification

_MEASURES = {
    "n": "n",
    "r_squared": "R²",
    "adj_r_squared": "adjusted R²",
    "residual_std_error": "residual standard error",
    "deviance_r_squared": "deviance R²",
    "efron_r_squared": "Efron's R²",
    "log_likelihood": "log likelihood",
    "aic": "AIC",
    "bic": "BIC",
}
_STARS = ((0.001, "***"), (0.01, "**"), (0.05, "*"))


def model_table(
    equations: Sequence[tuple[list[str], Mapping[str, Floats], Mapping[str, float]]], stars: bool
) -> pd.DataFrame:
    """As text: a row per term with its standard error below it, then the measures of fit.

    Parameters
    ----------
    equations
        For each equation its terms, their ``coefficient``, ``std_error`` and ``p_value``, and its measures of fit. The last
        equation has all terms.
    stars
        Whether to mark coefficients with p below 0.05, 0.01 and 0.001.
    """
    terms = equations[-1][0]
    order = [*(term for term in terms if term != "constant"), "constant"]
    measures = [name for name in _MEASURES if name in equations[-1][2]]
    columns = {}
    for position, (terms_of_it, estimated, statistics) in enumerate(equations, 1):
        values = (estimated[name].tolist() for name in ("coefficient", "std_error", "p_value"))
        rows = dict(zip(terms_of_it, zip(*values, strict=True), strict=True))
        column = []
        for term in order:
            if term not in rows:
                column += ["", ""]
                continue
            coefficient, error, p_value = rows[term]
            mark = next((mark for limit, mark in _STARS if p_value < limit), "") if stars else ""
            column += [number(coefficient) + mark, f"({number(error)})"]
        column += [f"{statistics['n']:g}" if name == "n" else number(statistics.get(name, np.nan)) for name in measures]
        columns[f"({position})"] = column
    if stars:
        for position, column in enumerate(columns.values()):
            column.append("" if position else "* p < 0.05, ** p < 0.01, *** p < 0.001")
    index = (
        [label for term in order for label in (term, "")] + [_MEASURES[name] for name in measures] + ["stars"] * stars
    )
    return pd.DataFrame(columns, index=pd.Index(index, name="term", dtype=object))


def estimates(values: Floats, covariance: Floats, df_resid: float, alpha: float) -> dict[str, Floats]:
    """Coefficients with standard errors, tests and intervals, from the t distribution or, with infinite `df_resid`, the normal."""
    from scipy.special import ndtr, stdtr

    with np.errstate(divide="ignore", invalid="ignore"):
        errors = np.sqrt(np.diag(covariance))
        statistics = np.where(errors > 0, values / errors, np.nan)
    margin = quantile(df_resid, alpha) * errors
    tail = ndtr(-np.abs(statistics)) if np.isinf(df_resid) else stdtr(df_resid, -np.abs(statistics))
    return {
        "coefficient": values,
        "std_error": errors,
        "statistic": statistics,
        "p_value": np.asarray(2 * tail),
        "ci_low": values - margin,
        "ci_high": values + margin,
    }


def quantile(df_resid: float, alpha: float) -> float:
    """How many standard errors an interval of level 1 - `alpha` reaches to either side: t, or with infinite `df_resid` normal."""
    from scipy.special import ndtri, stdtrit

    upper = 1 - alpha / 2
    return float(ndtri(upper) if np.isinf(df_resid) else stdtrit(df_resid, upper))


def cases_table(
    calibrated: eq.CalibratedStudy, spec: Specification, fitted: Fitted, described: Description
) -> pd.DataFrame:
    """Predictions, residuals and influence; influence is NaN for cases that the equation leaves out."""
    expected = spec.expected(fitted.equation, fitted.design)
    observed = calibrated.outcome_values(
        "crisp" if spec.model == "logit" else "fuzzy" if spec.on_memberships else "raw"
    )

    def placed(values: Floats) -> Any:
        return pd.Series(values, index=np.arange(len(expected))[fitted.used]).reindex(range(len(expected))).to_numpy()

    return pd.DataFrame(
        {
            "group": pd.Series(None, index=calibrated.cases, dtype=object),
            "predicted": spec.memberships(expected, calibrated),
            "fitted": expected,
            "residual": observed - expected,
            "leverage": placed(described.leverage),
            "cooks_distance": placed(described.cooks_distance),
        },
        index=calibrated.cases,
    )


def number(value: float) -> str:
    """Three decimals, or three digits where these would hide the value."""
    if np.isnan(value):
        return "not estimated"
    return f"{value:.3f}" if 0.001 <= abs(value) < 1e4 or value == 0 else f"{value:.3g}"
