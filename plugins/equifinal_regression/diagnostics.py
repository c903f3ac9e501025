"""What is asked of an estimated equation beyond its coefficients: joint tests, influence, partial residuals."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equifinal_regression.equation import Covariance, Description, Equation, wald

__all__ = ["influence_table", "interaction_tests", "partial_residuals"]

Floats = NDArray[np.float64]


def interaction_tests(
    full: Equation, nested: Equation, described: Description, outcome: Floats, covariance: Covariance
) -> pd.DataFrame:
    """Tests that the coefficients of all interactions are 0.

    ``Wald`` uses the chosen covariance (F; chi-squared for the logit, where ``df_resid`` is missing). Beside it stands the
    comparison with the equation without them: for least squares the F test and the likelihood-ratio test, for the logit the
    likelihood-ratio test, for the fractional logit the F test of the deviances over the estimated dispersion (McCullagh &
    Nelder 1989), because a quasi-likelihood has no likelihood ratio. These assume equal variances (or the logit's).
    """
    from scipy.special import chdtrc, fdtrc

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

    The second is Hoaglin & Welsch's (1978). Neither is a test: the cases are those to look at. Sorted by Cook's distance.
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


def partial_residuals(equation: Equation, scores: Floats, outcome: Floats, columns: Floats) -> Floats:
    """Component plus residual, e + b x (Larsen & McCleary 1972), shape (n, conditions).

    Under a logit e is the working residual (y - p) / (p (1 - p)) (Landwehr, Pregibon & Shoemaker 1984), so that the sum is
    on the log-odds. `columns` says which coefficient is whose; those of a condition without one of its own (-1) are NaN.
    """
    result: Any = equation.results
    if result is None:
        return np.full(scores.shape, np.nan)
    fitted = np.asarray(result.fittedvalues)
    residual = outcome - fitted
    if equation.model != "ols":
        weights = fitted * (1 - fitted)
        # Where a probability rounds to the outcome the quotient goes to 1 (outcome 1) or -1 (outcome 0).
        residual = np.divide(residual, weights, out=2 * outcome - 1, where=weights > 0)
    slopes = np.where(columns >= 0, equation.params[columns], np.nan)
    return np.asarray(residual[:, np.newaxis] + slopes * scores)
