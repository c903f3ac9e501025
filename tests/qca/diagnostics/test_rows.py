"""What stands behind truth table rows, against R's output on Lipset's data and against scipy."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

import equifinal as eq
from equifinal_qca import row_evidence, truth_table

PUBLISHED = Path(__file__).parents[1] / "published"
YES = {"Developed", "High urbanization", "High literacy", "Industrialized", "Stable", "Survival"}


def lipset() -> pd.DataFrame:
    return pd.read_csv(PUBLISHED / "LC.csv", index_col=0).isin(YES).astype(int)


def test_binomial_p_values_as_r_prints_them() -> None:
    found = row_evidence(truth_table(lipset(), "SURV"))["p_value"].round(3)
    printed = {1: 1, 2: 1, 5: 1, 6: 1, 22: 0.25, 23: 1, 24: 0.25, 31: 1, 32: 0.062}
    assert found.to_dict() == pytest.approx(printed, abs=5.1e-4)


def test_deviant_cases_as_r_prints_them() -> None:
    scores = pd.read_csv(
        PUBLISHED / "LF.csv", index_col=0, dtype=str
    )  # 0 and 1 are written as the labels of the crisp sets
    fuzzy = scores.map(lambda score: float(score) if score[0].isdigit() else float(score in YES))
    found = row_evidence(truth_table(fuzzy, "SURV", consistency_cutoff=(0.6, 0.8)))["deviant"]
    printed = {1: "GR,PT,ES", 2: "IT,RO", 5: "HU,PL", 6: "EE", 22: "", 23: "AU", 24: "", 31: "DE", 32: ""}
    assert {row: set(filter(None, text.split(","))) for row, text in printed.items()} == {
        row: set(cases) for row, cases in found.items()
    }


@pytest.mark.parametrize("null", [0.2, 0.5, 0.8])
def test_against_scipy_and_a_plain_count(null: float) -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.uniform(size=(60, 4)), columns=list("ABCY"), index=[f"case {i}" for i in range(60)])
    table = truth_table(frame, "Y")
    found = row_evidence(table, null)
    for row, cases in table.rows["cases"].items():
        y = frame.loc[cases, "Y"]
        assert found.at[row, "with_outcome"] == (y > 0.5).sum()
        assert found.at[row, "deviant"] == list(y.index[y < 0.5])
        p = binomtest(int((y > 0.5).sum()), len(y), null, alternative="greater").pvalue
        assert found.at[row, "p_value"] == pytest.approx(p)


@pytest.mark.parametrize("null", [0, 1, "half", True, float("nan")])
def test_a_null_that_is_no_share(null: object) -> None:
    with pytest.raises(eq.InputError, match="null"):
        row_evidence(truth_table(lipset(), "SURV"), null)  # type: ignore[arg-type]
