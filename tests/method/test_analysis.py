"""The tables that every method fills: what is accepted, what is refused, and how they travel."""

import json
import pickle

import numpy as np
import pandas as pd
import pytest

import equifinal as eq
from core_toys import Mean, filled, made, scores
from equifinal.plain import frame_records, plain

STUDY = made(scores(4)).calibrate()


def conditions(**columns: object) -> pd.DataFrame:
    return pd.DataFrame({"role": "none", "direction": 0, "evidence": "Nothing.", **columns}, index=["A", "B"])


def paths(index: tuple[str, ...] = ("one",), **columns: object) -> pd.DataFrame:
    rows = {"expression": "A", "cases": [["case 1"]] * len(index), "consistency": 0.9, "coverage": 0.5}
    return pd.DataFrame({**rows, **columns}, index=list(index))


def cases(**columns: object) -> pd.DataFrame:
    return pd.DataFrame({"group": None, "predicted": 0.5, **columns}, index=STUDY.cases)


WRONG = [
    ("conditions", "not a frame", "list"),
    ("conditions", conditions().drop(columns="evidence"), "evidence"),
    ("conditions", conditions(role=["core", "vital"]), "'role' of B: 'vital'"),
    ("conditions", conditions(direction=[0, 2]), "'direction' of B: 2"),
    ("conditions", conditions(direction=[0, np.nan]), "'direction' of B: nan"),
    ("conditions", conditions(evidence=["Fine.", 3]), "'evidence' of B"),
    ("conditions", conditions().set_axis(["A", "A"]), "two rows named 'A'"),
    ("conditions", pd.concat([conditions(), conditions()], axis=1), "two columns 'role'"),
    ("configurations", paths().drop(columns="coverage"), "coverage"),
    ("configurations", paths(cases="case 1"), "'cases' of one"),
    ("configurations", paths(expression=3), "'expression' of one"),
    ("configurations", paths(consistency=1.2), "'consistency' of one is 1.2"),
    ("configurations", paths(coverage=-0.1), "'coverage' of one is -0.1"),
    ("configurations", paths(consistency="high"), "'consistency'"),
    ("configurations", paths(("one", "one")), "two rows named 'one'"),
    ("cases", cases().drop(columns="group"), "group"),
    ("cases", cases(group=1), "'group' of case 0"),
    ("cases", cases(predicted=[0, 1, 1.1, 0.5]), "'predicted' of case 2 is 1.1"),
    ("cases", cases(predicted=np.inf), "'predicted' of case 0 is inf"),
    ("cases", cases(predicted="yes"), "'predicted'"),
    ("fit", {"r_squared": "high"}, "'r_squared'"),
    ("fit", [0.3], "mapping"),
    ("tables", {"models": [1, 2]}, "'models'"),
    ("tables", [pd.DataFrame()], "mapping"),
    ("notes", "one sentence", "list of strings"),
    ("notes", ["fine", 3], "list of strings"),
    ("notes", None, "list of strings"),
]


@pytest.mark.parametrize(("facet", "value", "column"), WRONG, ids=[f"{facet}-{column}" for facet, _, column in WRONG])
def test_a_malformed_facet_is_one_message_with_facet_column_and_method(facet: str, value: object, column: str) -> None:
    value = ["not", "a", "frame"] if isinstance(value, str) and value == "not a frame" else value
    with pytest.raises(ValueError, match="Analysis") as caught:
        filled(Mean(), STUDY, **{facet: value})
    for word in ("'mean'", f"Analysis.{facet}", column):
        assert word in str(caught.value)


def test_an_analysis_without_its_method_is_refused() -> None:
    with pytest.raises(ValueError, match=r"method=\.\.\."):
        filled("mean", STUDY)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facets", "word"),
    [
        ({"conditions": conditions().iloc[::-1]}, "conditions"),
        ({"conditions": conditions().iloc[:1]}, "'B'"),
        ({"conditions": conditions().rename({"B": "C"})}, "'B'"),
        ({"cases": cases().iloc[1:]}, "'case 0'"),
        ({"configurations": paths(cases=[["case 1", "Atlantis"]])}, "'Atlantis'"),
    ],
)
def test_rows_must_be_the_studys(facets: dict[str, pd.DataFrame], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        filled(Mean(), STUDY, **facets).check_against(STUDY)


def test_missing_groups_predictions_and_expressions_are_allowed() -> None:
    analysis = filled(
        Mean(),
        STUDY,
        cases=cases(group=["one", None, np.nan, pd.NA], predicted=pd.Series([0.1, None, pd.NA, 1], dtype=object).array),
        configurations=paths(expression=None, consistency=np.nan),
    )
    analysis.check_against(STUDY)


def full() -> eq.Analysis:
    return filled(
        Mean(),
        STUDY,
        [0.0, 0.25, np.nan, 1.0],
        configurations=paths(n=np.int64(3), coverage=np.nan),
        fit={"r_squared": np.float64(0.5), "p_value": np.nan, "n": 4},
        tables={
            "odd": pd.DataFrame(
                {
                    "flag": [True, np.bool_(False)],
                    "many": [(1, np.inf), {"b", "a"}],
                    "when": pd.Timestamp("2014-01-01"),
                },
                index=pd.MultiIndex.from_tuples([(1, "x"), (2, "y")]),
            ),
            "wide": pd.DataFrame([[1.5]], columns=pd.MultiIndex.from_tuples([("left", "right")])),
        },
        notes=["A note."],
        native=object,
    )


def test_to_dict_is_strict_json_with_null_for_what_is_missing() -> None:
    content = json.loads(json.dumps(full().to_dict(), allow_nan=False))
    assert content["method"] == "mean"
    assert [case["predicted"] for case in content["cases"]] == [0.0, 0.25, None, 1.0]
    assert content["cases"][1]["index"] == "case 1"
    assert content["fit"] == {"r_squared": 0.5, "p_value": None, "n": 4}
    assert content["configurations"][0]["cases"] == ["case 1"]
    assert content["configurations"][0]["n"] == 3
    assert content["tables"]["odd"][1] == {
        **{"index": 2, "index 1": "y", "flag": False},
        **{"many": ["a", "b"], "when": "2014-01-01 00:00:00"},
    }
    assert content["tables"]["odd"][0]["many"] == [1, None]
    assert content["tables"]["wide"] == [{"index": 0, "left right": 1.5}]
    assert content["notes"] == ["A note."]


def test_an_analysis_survives_pickling() -> None:
    analysis = full()
    again = pickle.loads(pickle.dumps(analysis))
    assert again.to_dict() == analysis.to_dict()
    assert again.native is object
    assert again.method == analysis.method


def test_an_analysis_is_frozen_and_compared_by_identity() -> None:
    analysis = full()
    with pytest.raises(AttributeError):
        analysis.notes = []  # type: ignore[misc]
    assert analysis != full()
    assert len({analysis, full()}) == 2


def test_what_is_given_may_change_afterwards_without_changing_the_analysis() -> None:
    fit, notes = {"n": 4.0}, ["A note."]
    analysis = filled(Mean(), STUDY, fit=fit, notes=notes)
    fit["n"], notes[0] = 5.0, "Another."
    assert (analysis.fit, analysis.notes) == ({"n": 4.0}, ["A note."])


def test_plain_data_keeps_whole_numbers_as_case_names() -> None:
    frame = pd.DataFrame({"x": [0.5]}, index=pd.Index([2014], name="year"))
    assert frame_records(frame) == [{"year": 2014, "x": 0.5}]
    assert plain(pd.Series([1.0], index=[7])) == {"7": 1.0}
