"""The engine against reference results of another implementation (files in golden/)."""

import json
from pathlib import Path

import pandas as pd
import pytest

import equifinal.sets
from equifinal_qca import minimize, necessity, truth_table

FILES = sorted((Path(__file__).parent / "golden").glob("[cf]*.json"))  # crisp and fuzzy; mv*.json: test_multivalue.py
EXPECTATIONS = {"1": 1, "0": 0, "-": None}
CLOSE = {"rel": 0, "abs": 1e-6}


def study_of(path):
    study = json.loads(path.read_text())
    frame = pd.DataFrame(study["cases"]).set_index("case")
    outcome = "~" * study["negate_outcome"] + study["outcome"]
    table = truth_table(
        frame,
        outcome,
        study["conditions"],
        consistency_cutoff=study["incl_cut"],
        frequency_cutoff=study["n_cut"],
        pri_cutoff=study["pri_cut"],
    )
    return study, frame, outcome, table


def test_the_reference_files_are_there():
    assert len(FILES) == 42


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_truth_table(path):
    study, _, _, table = study_of(path)
    found = {
        tuple(row[name] for name in study["conditions"]): (row["out"], row["n"], row["consistency"], row["pri"])
        for row in table.rows.to_dict("records")
    }
    expected = {tuple(row["configuration"].values()): row for row in study["truth_table"]}
    assert found.keys() == expected.keys()
    for configuration, row in expected.items():
        assert found[configuration][:2] == (row["out"], row["n"])
        assert found[configuration][2:] == pytest.approx((row["incl"], row["pri"]), **CLOSE)


@pytest.mark.parametrize("kind", ["conservative", "parsimonious", "intermediate"])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_models(path, kind):
    study, _, _, table = study_of(path)
    expectations = {name: EXPECTATIONS[each] for name, each in study["directional_expectations"].items()}
    solution = minimize(table, kind, expectations)
    assert not solution.truncated
    if kind not in study:  # no 1 row, or no 0 row
        assert solution.models == [] or (kind != "conservative" and not table.corners_with("0"))
        return
    found = {model.terms: model for model in solution.models}
    expected = {tuple(sorted(model["terms"])): model for model in study[kind]["models"]}
    assert found.keys() == expected.keys()
    assert len(solution.models) == len(found)
    if "prime_implicants" in study[kind]:
        assert set(solution.prime_implicants) == set(study[kind]["prime_implicants"])
    for terms, reference in expected.items():
        model = found[terms]
        overall = [model.overall[each] for each in ("consistency", "pri", "coverage")]
        assert overall == pytest.approx([reference["solution"][each] for each in ("inclS", "PRI", "covS")], **CLOSE)
        for term, numbers in reference["fit"].items():
            fit = model.fit.loc[term, ["consistency", "pri", "raw_coverage", "unique_coverage"]].tolist()
            if numbers["covU"] is None:  # the reference gives none for a single term: all its coverage is its own
                assert len(terms) == 1
                numbers["covU"] = numbers["covS"]
            assert fit == pytest.approx([numbers[each] for each in ("inclS", "PRI", "covS", "covU")], **CLOSE)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_necessity_and_sufficiency_of_every_literal(path):
    study, frame, outcome, _ = study_of(path)
    found = necessity(frame, outcome)
    assert set(found.index) == {each["term"] for each in study["necessity"]}
    for each in study["necessity"]:
        expected = [each["inclN"], each["RoN"], each["covN"]]
        assert found.loc[each["term"], ["consistency", "relevance", "coverage"]].tolist() == pytest.approx(
            expected, **CLOSE
        )
    y = equifinal.sets.Expression(outcome).membership(frame)
    for each in study["sufficiency"]:
        x = equifinal.sets.Expression(each["term"]).membership(frame)
        found_here = [equifinal.sets.consistency(x, y), equifinal.sets.pri(x, y), equifinal.sets.coverage(x, y)]
        assert found_here == pytest.approx([each["inclS"], each["PRI"], each["covS"]], **CLOSE)


@pytest.mark.parametrize(
    "path", [path for path in FILES if "super_subset" in json.loads(path.read_text())], ids=lambda path: path.stem
)
def test_necessity_of_disjunctions_and_conjunctions(path):
    study, frame, outcome, _ = study_of(path)
    listed = study["super_subset"]
    found = necessity(frame, outcome, [each["term"] for each in listed])
    assert len(found) == len(listed)
    for each in listed:
        expected = [each["inclN"], each["RoN"], each["covN"]]
        assert found.loc[each["term"], ["consistency", "relevance", "coverage"]].tolist() == pytest.approx(
            expected, **CLOSE
        )
