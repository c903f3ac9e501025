"""Temporal conditions, against R's result for the data of Caren & Panofsky (2005) and against what the doubled cases say."""

from pathlib import Path

import pandas as pd
import pytest

import equifinal as eq
from equifinal_qca import both_orders, minimize, truth_table

PUBLISHED = Path(__file__).parent / "published"


def unions():
    return pd.read_csv(PUBLISHED / "RS.csv")


def test_the_solution_of_ragin_and_strand_as_r_prints_it():
    """Its first term holds whatever the order: the row P*E*~A*S has none."""
    table = truth_table(both_orders(unions(), ["EBA"]), "REC", consistency_cutoff=1)
    (model,) = minimize(table).models
    assert set(model.terms) == {"P*E*S", "P*E*A*EBA", "E*A*~EBA*S"}


def test_a_missing_value_is_a_dash():
    frame = unions()
    missing = frame.assign(EBA=pd.to_numeric(frame["EBA"].replace("-", None)))
    pd.testing.assert_frame_equal(both_orders(frame, ["EBA"]), both_orders(missing, ["EBA"]))


def test_cases_and_values():
    frame = pd.DataFrame(
        {"A": [1, 0], "AB": [1, "-"], "BC": ["-", "-"], "Y": [1, 0]}, index=pd.Index(["u", "v"], name="union")
    )
    made = both_orders(frame, ["AB", "BC"])
    assert made.index.tolist() == [
        "u (BC)",
        "u (~BC)",
        "v (AB, BC)",
        "v (AB, ~BC)",
        "v (~AB, BC)",
        "v (~AB, ~BC)",
    ]
    assert made[["AB", "BC"]].to_numpy().tolist() == [[1, 1], [1, 0], [1, 1], [1, 0], [0, 1], [0, 0]]
    assert made["Y"].tolist() == [1, 1, 0, 0, 0, 0]
    assert made.index.name == "union"
    assert frame["AB"].tolist() == [1, "-"]


def test_without_an_open_order_the_cases_are_the_same():
    frame = pd.DataFrame({"A": [1, 0], "AB": [1, 0], "Y": [1, 0]}, index=["u", "v"])
    pd.testing.assert_frame_equal(both_orders(frame, ["AB"]), frame.astype({"AB": float}))


@pytest.mark.parametrize(
    ("orders", "message"),
    [
        ("EBA", "orders = 'EBA' is a single text"),
        (["EBB"], "'EBB' is not a column. Did you mean 'EBA'"),
    ],
)
def test_columns_that_are_not_there(orders, message):
    with pytest.raises(eq.InputError, match=message):
        both_orders(unions(), orders)


def test_other_text_is_refused():
    frame = unions()
    frame.loc[3, "EBA"] = "later"
    with pytest.raises(eq.InputError, match=r"'EBA' has 'later' in 3\. Give 1, 0, or '-'"):
        both_orders(frame, ["EBA"])
