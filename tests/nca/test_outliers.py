"""Effect sizes without single cases: the figures of the method's author, and every case left out in turn."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import equifinal as eq
from equifinal_nca import NCA, Scope, ceilings, outliers
from equifinal_nca.ceiling import KNOWN

REFERENCE = json.loads((Path(__file__).parent / "reference.json").read_text())
POINTS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=3, max_size=10).filter(
    lambda points: all(len(set(scores)) > 1 for scores in zip(*points, strict=True))
)


def test_the_outliers_of_the_methods_author():
    data, given_there = REFERENCE["data"][0], REFERENCE["outliers"]
    found = outliers(data["x"][given_there["condition"]], data["y"], cases=REFERENCE["cases"])
    assert set(found["effect_size"].round(2)) == {given_there["effect"]}
    assert found["without"].round(2).to_dict() == given_there["without"]
    assert list(found.index)[:3] == ["Japan", "USA", "Sweden"]
    japan = found.loc["Japan"]
    assert japan["change_percent"] == pytest.approx(100 * (japan["without"] / japan["effect_size"] - 1))


@settings(max_examples=40)
@given(POINTS, st.sampled_from(KNOWN), st.booleans())
def test_each_case_is_left_out_in_turn(points, ceiling, theoretical):
    x, y = np.array(points, dtype=float).T
    scope = Scope(-1, 7, -1, 8) if theoretical else None
    whole = ceilings(x, y, scope, [ceiling]).effect_size[ceiling]
    found = outliers(x, y, scope, ceiling)
    for case in range(len(x)):
        without = ceilings(np.delete(x, case), np.delete(y, case), scope, [ceiling]).effect_size[ceiling]
        if np.isnan(whole) or abs(without - whole) < 1e-9:
            assert case not in found.index
        else:
            assert found.loc[case, "without"] == pytest.approx(without, nan_ok=True)
    assert found["change"].abs().dropna().is_monotonic_decreasing


def test_names_must_fit():
    with pytest.raises(eq.InputError, match="2 names of cases for 3 scores"):
        outliers([1, 2, 3], [1, 2, 4], cases=["a", "b"])


def test_the_method_has_them_with_its_scope_and_its_ceiling():
    study = eq.load_study("open-data-barometer-2014").calibrate()
    scope = {"LEAD": (0, 10)}
    analysis = NCA(permutations=0, ceiling="c-lp", scope=scope).analyze(study, np.random.default_rng(0))
    table = analysis.tables["outliers"].query("condition == 'LEAD'").set_index("case")
    x, y = study.raw["LEAD"], study.outcome_values("raw")
    assert len(table)
    for case in table.index:
        left, out = x.drop(case), np.delete(y, list(x.index).index(case))
        there = ceilings(left, out, Scope(0, 10, out.min(), out.max()), ["c-lp"])
        assert table.loc[case, "without"] == pytest.approx(there.effect_size["c-lp"])
    assert analysis.conditions.loc["LEAD", "d_c_lp"] == table["effect_size"].iloc[0]
    assert "C-LP d = " in analysis.conditions.loc["LEAD", "evidence"]
