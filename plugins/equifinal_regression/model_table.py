"""The model table that articles print: coefficients over standard errors in parentheses, one column per equation."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["model_table"]

Floats = NDArray[np.float64]

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
    """Text: a row per term, its standard error below it, then the measures of fit.

    Parameters
    ----------
    equations
        Of each equation its terms, their ``coefficient``, ``std_error`` and ``p_value``, and its measures of fit. The last
        equation has all terms.
    stars
        Whether to mark coefficients with p below 0.05, 0.01 and 0.001.
    """
    terms = equations[-1][0]
    order = [*(term for term in terms if term != "constant"), "constant"]
    measures = [name for name in _MEASURES if name in equations[-1][2]]
    columns = {}
    for number, (terms_of_it, estimates, statistics) in enumerate(equations, 1):
        values = (estimates[name].tolist() for name in ("coefficient", "std_error", "p_value"))
        rows = dict(zip(terms_of_it, zip(*values, strict=True), strict=True))
        column = []
        for term in order:
            if term not in rows:
                column += ["", ""]
                continue
            coefficient, error, p_value = rows[term]
            mark = next((mark for limit, mark in _STARS if p_value < limit), "") if stars else ""
            column += [_text(coefficient) + mark, f"({_text(error)})"]
        column += [f"{statistics['n']:g}" if name == "n" else _text(statistics.get(name, np.nan)) for name in measures]
        columns[f"({number})"] = column
    if stars:
        for position, column in enumerate(columns.values()):
            column.append("" if position else "* p < 0.05, ** p < 0.01, *** p < 0.001")
    index = (
        [label for term in order for label in (term, "")] + [_MEASURES[name] for name in measures] + ["stars"] * stars
    )
    return pd.DataFrame(columns, index=pd.Index(index, name="term", dtype=object))


def _text(value: float) -> str:
    if np.isnan(value):
        return "not estimated"
    return f"{value:.3f}" if 0.001 <= abs(value) < 1e4 or value == 0 else f"{value:.3g}"
