"""Necessity of expressions."""

import numpy as np
import pandas as pd
import pytest

from equifinal import InputError
from equifinal_qca import necessity


def test_necessity_of_expressions_and_refusals():
    frame = pd.DataFrame({"A": [0.9, 0.3], "B": [0.1, 0.6], "Y": [0.8, 0.5]})
    found = necessity(frame, "Y", ["A + B", "A*~B"])
    assert found.loc["A + B", "consistency"] == pytest.approx((0.8 + 0.5) / 1.3)
    assert found.loc["A*~B", "coverage"] == pytest.approx((0.8 + 0.3) / (0.9 + 0.3))
    assert necessity(frame, "~Y", ["~A"]).loc["~A", "consistency"] == pytest.approx((0.1 + 0.5) / 0.7)
    assert np.isnan(necessity(frame.assign(Y=0.0), "Y").loc["A", "consistency"])
    with pytest.raises(InputError, match="names the set 'C'"):
        necessity(frame, "Y", ["C"])
    with pytest.raises(InputError, match="is a single text"):
        necessity(frame, "Y", "A")
