"""The types of cases."""

import numpy as np
import pandas as pd

from equifinal.comparison.cases import case_types


def test_the_four_types_of_cases_and_none_at_exactly_half() -> None:
    rows = [(0.9, 0.9), (0.9, 0.1), (0.1, 0.9), (0.1, 0.1), (0.5, 0.9), (0.9, 0.5), (np.nan, 0.9)]
    predicted, outcome = (pd.Series(column, index=list("abcdefg")) for column in zip(*rows, strict=True))
    types = case_types(predicted, outcome)
    assert types["a":"d"].tolist() == ["typical", "deviant in consistency", "deviant in coverage", "irrelevant"]
    assert types["e":].isna().all()
