"""The format json, on a study whose every text tries to break out of its format."""

from pathlib import Path

import numpy as np
import pandas as pd
from output_toys import NASTY, strict, written

import equifinal as eq
from equifinal_output import JsonFile


def test_json_is_strict_and_holds_everything(comparison: eq.Comparison, tmp_path: Path) -> None:
    (path,) = written(JsonFile(), comparison, tmp_path)
    found = strict(path.read_text(encoding="utf-8"))
    assert path.name == "comparison.json"
    assert found["manifest"]["data_sha256"] == comparison.manifest["data_sha256"]
    assert found["banner"] == comparison.banner
    assert found["study"]["title"] == f"Title {NASTY}"
    for name, frame in (("verdicts", comparison.verdicts), ("verdict_evidence", comparison.verdict_evidence)):
        assert {row.pop("id"): row for row in found[name]} == frame.to_dict("index")
    for row in found["fit"]:
        expected = comparison.fit.loc[row.pop("method")]
        assert row == {key: None if np.isnan(value) else value for key, value in expected.items()}
    case = comparison.cases.loc["=cmd()"]
    row = next(row for row in found["cases"] if row["case"] == "=cmd()")
    assert row["first predicted"] == case["first", "predicted"]
    assert row["outcome"] == case["outcome", ""]
    assert set(found["agreement"]) == set(comparison.agreement)
    assert found["failures"]["=third|"]["exception"] == "RuntimeError"
    sentences = {row["case"]: row for row in found["advice_by_method"]}
    labels = [label for label in comparison.analyses if label in comparison.advice]
    assert len(found["advice"]) == len(comparison.advice)
    for row, expected in zip(found["advice"], comparison.advice.to_dict("records"), strict=True):
        assert row.pop("index") is not None
        row |= {label: sentences[row["case"]][label] for label in labels}
        assert row == {key: None if pd.isna(value) else value for key, value in expected.items()}
    assert found["notes"] == comparison.notes.to_dict("records")
    assert found["analyses"]["first"]["tables"]["a/b"][0]["value"] is None  # infinite
    assert found["analyses"]["first"]["configurations"][0]["consistency"] == 0.1 + 0.2
