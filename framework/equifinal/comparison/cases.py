"""Cases across methods: their types."""

import numpy as np
import pandas as pd

from equifinal.base.words import CASE_TYPES


def case_types(predicted: pd.Series, outcome: pd.Series) -> pd.Series:
    """The type of each case (Schneider & Rohlfing 2013): typical, deviant in consistency, deviant in coverage, irrelevant.

    Parameters
    ----------
    predicted, outcome
        Memberships, 0 to 1, with one index.

    Returns
    -------
    pandas.Series
        Text; missing where either membership is exactly 0.5 or missing.
    """
    p, y = predicted.to_numpy(dtype=float), outcome.to_numpy(dtype=float)
    types = np.select(
        [(p > 0.5) & (y > 0.5), (p > 0.5) & (y < 0.5), (p < 0.5) & (y > 0.5), (p < 0.5) & (y < 0.5)],
        CASE_TYPES,
        default="",
    )
    return pd.Series(types, index=predicted.index, dtype=object).replace("", None)
