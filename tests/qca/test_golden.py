"""The engine against reference results of another implementation (files in golden/)."""

import json
from pathlib import Path

import pytest

import equifinal.sets
from equifinal_qca import minimize, necessity, truth_table

FILES = sorted((Path(__file__).parent / "golden").glob("[cf]*.json"))  # crisp and fuzzy; mv*.json: test_multivalue.py
EXPECTATIONS = {"1": 1, "0": 0, "-": None}
CLOSE = {"rel": 0, "abs": 1e-6}


def test_the_reference_files_are_there():
    assert len(FILES) == 42


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_truth_table(path, golden, same_rows):
    study, frame, outcome, cutoffs = golden(path)
    same_rows(truth_table(frame, outcome, study["conditions"], **cutoffs), study, close=1e-6)


@pytest.mark.parametrize("kind", ["conservative", "parsimonious", "intermediate"])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_models(path, kind, golden, same_models):
    study, frame, outcome, cutoffs = golden(path)
    table = truth_table(frame, outcome, study["conditions"], **cutoffs)
    expectations = {name: EXPECTATIONS[each] for name, each in study["directional_expectations"].items()}
    solution = minimize(table, kind, expectations)
    if kind not in study:  # no 1 row, or no 0 row
        assert solution.models == [] or (kind != "conservative" and not table.corners_with("0"))
        return
    same_models(solution, study[kind], close=1e-6)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_necessity_and_sufficiency_of_every_literal(path, golden):
    study, frame, outcome, _ = golden(path)
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
def test_necessity_of_disjunctions_and_conjunctions(path, golden):
    study, frame, outcome, _ = golden(path)
    listed = study["super_subset"]
    found = necessity(frame, outcome, [each["term"] for each in listed])
    assert len(found) == len(listed)
    for each in listed:
        expected = [each["inclN"], each["RoN"], each["covN"]]
        assert found.loc[each["term"], ["consistency", "relevance", "coverage"]].tolist() == pytest.approx(
            expected, **CLOSE
        )
