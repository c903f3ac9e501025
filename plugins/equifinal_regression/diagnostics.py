"""Diagnostics of an estimated equation: joint tests, influence, partial residuals, collinearity."""

from typing import Any

import numpy as np
import pandas as pd

from equifinal_regression.equation import Description, Equation, Floats, wald
from equifinal_regression.specification import Fitted, Specification


def interaction_tests(fitted: Fitted, nested: Equation, described: Description) -> pd.DataFrame:
    """Tests that the coefficients of all interactions are 0.

    ``Wald`` uses the chosen covariance (F; chi-squared for the logit, where ``df_resid`` is missing). Beside it is the
    comparison with the equation without them: for least squares the F test and the likelihood-ratio test, for the logit the
    likelihood-ratio test, for the fractional logit the F test of the deviances over the estimated dispersion (McCullagh &
    Nelder 1989), because a quasi-likelihood has no likelihood ratio. These assume equal variances (or the logit's).
    """
    from scipy.special import chdtrc, fdtrc

    full, covariance, outcome = fitted.equation, fitted.equation.errors, fitted.outcome[fitted.used]
    count = len(full.params) - len(nested.params)
    df_resid = len(outcome) - len(full.params)
    rows: dict[str, tuple[float, float, float]] = {}  # statistic, df_resid (NaN: chi-squared), p

    def f_test(statistic: float, df_resid: int = df_resid) -> tuple[float, float, float]:
        return statistic, df_resid, float(fdtrc(count, df_resid, statistic))

    def chi_squared(statistic: float) -> tuple[float, float, float]:
        return statistic, np.nan, float(chdtrc(count, statistic))

    if full.results is None or nested.results is None:
        rows["Wald"] = (np.nan, np.nan, np.nan)
    elif full.model == "ols":
        without, with_them = float(nested.results.ssr), float(full.results.ssr)
        with np.errstate(divide="ignore", invalid="ignore"):
            rows["F"] = f_test(float(np.float64(without - with_them) / count / (with_them / df_resid)))
            rows["likelihood ratio"] = chi_squared(len(outcome) * float(np.log(np.float64(without) / with_them)))
    else:
        fall = float(nested.results.deviance - full.results.deviance)
        if full.model == "logit":
            rows["likelihood ratio"] = chi_squared(fall)
        else:
            rows["deviance F"] = f_test(fall / count / described.statistics["dispersion"])
    if full.results is not None and nested.results is not None:
        statistic = wald(full.params[-count:], described.covariance[-count:, -count:])
        robust_df = covariance.df_resid(len(outcome), len(full.params))
        rows["Wald"] = chi_squared(count * statistic) if full.model == "logit" else f_test(statistic, robust_df)
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["statistic", "df_resid", "p_value"])
    table.insert(1, "df", count)
    table["covariance"] = [covariance.name if name == "Wald" else "classical" for name in table.index]
    return table.rename_axis("test")


def influence_table(described: Description, parameters: int, cases: pd.Index) -> pd.DataFrame:
    """The cases above a convention: Cook's distance above 4 / n (Bollen & Jackman 1990) or leverage above 2 k / n.

    The latter is that of Hoaglin & Welsch (1978). Neither is a test: these are the cases to look at, sorted by Cook's distance.
    """
    usual_distance, usual_leverage = 4 / max(len(cases), 1), 2 * parameters / max(len(cases), 1)
    distant, far_out = described.cooks_distance > usual_distance, described.leverage > usual_leverage
    order = np.argsort(-described.cooks_distance, kind="stable")
    order = order[(distant | far_out)[order]]
    return pd.DataFrame(
        {
            "cooks_distance": described.cooks_distance[order],
            "above_4_over_n": distant[order],
            "leverage": described.leverage[order],
            "above_2k_over_n": far_out[order],
        },
        index=pd.Index(cases[order], name="case"),
    )


def partial_residuals(fitted_equation: Fitted, spec: Specification, cases: pd.Index) -> pd.DataFrame:
    """Component plus residual, e + b x (Larsen & McCleary 1972), a column per condition.

    To be drawn against the conditions' scores on the scale of the equation. Under a logit e is the working residual
    (y - p) / (p (1 - p)) (Landwehr, Pregibon & Shoemaker 1984), so the sum is on the log-odds. NaN for cases that the
    equation leaves out and for a condition in an interaction, which has no coefficient of its own.
    """
    equation, used = fitted_equation.equation, fitted_equation.used
    table = pd.DataFrame(np.nan, index=cases, columns=list(spec.names))
    result: Any = equation.results
    if result is None:
        return table
    scores, outcome = fitted_equation.scores[used], fitted_equation.outcome[used]
    fitted = np.asarray(result.fittedvalues)
    residual = outcome - fitted
    if equation.model != "ols":
        weights = fitted * (1 - fitted)
        # Where a probability rounds to the outcome the quotient goes to 1 (outcome 1) or -1 (outcome 0).
        residual = np.divide(residual, weights, out=2 * outcome - 1, where=weights > 0)
    joined = {name for term in spec.products for name in term}
    slopes = np.where([name in joined for name in spec.names], np.nan, equation.params[1 : len(spec.names) + 1])
    table.loc[used] = residual[:, np.newaxis] + slopes * scores
    return table


def correlations(scores: Floats) -> Floats:
    """Pearson correlations of the conditions; NaN for a constant one."""
    if len(scores) < 2:
        return np.full((scores.shape[1], scores.shape[1]), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.atleast_2d(np.corrcoef(scores, rowvar=False))


def variance_inflation(correlation: Floats) -> Floats:
    """1 / (1 - R²) of each condition on the others: the diagonal of the inverse correlation matrix (Marquardt 1970)."""
    if not np.isfinite(correlation).all():
        return np.full(len(correlation), np.nan)
    if np.linalg.matrix_rank(correlation) < len(correlation):
        return np.full(len(correlation), np.inf)
    return np.asarray(np.diag(np.linalg.inv(correlation)))
