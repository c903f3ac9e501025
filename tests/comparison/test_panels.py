"""Comparisons by time, against subsets of the study and sums by hand."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

import equifinal as eq
from core_toys import Linear, Mean, filled, made, scores
from equifinal import sets
from equifinal.comparison.measures import measures
from equifinal.comparison.out_of_sample import splits

PROPOSITIONS = [
    {"id": "N", "claim": "necessary", "expression": "A"},
    {"id": "S", "claim": "sufficient", "expression": "A*B", "where": "B"},
    {"id": "E", "claim": "equifinal"},
]


class Groups(Linear):
    """Two paths and who is in them, by membership."""

    name = "groups"
    sufficient_paths = True
    expressions: tuple[str, ...] = ("A*B", "A*~B")

    def analyze(self, study, rng):
        bare = super().analyze(study, rng)
        members = {text: eq.Expression(text).membership(study.fuzzy) for text in self.expressions if "{" not in text}
        group = [" + ".join(text for text, x in members.items() if x[case] > 0.5) or None for case in study.cases]
        table = {"expression": list(self.expressions), "cases": [[]] * len(self.expressions), "consistency": 0.9}
        cases = pd.DataFrame({"group": group, "predicted": bare.cases["predicted"]}, index=study.cases)
        configurations = pd.DataFrame(table | {"coverage": 0.5}, index=list(self.expressions))
        return filled(self, study, configurations=configurations, cases=cases, native=bare.native)


def panel(**further) -> eq.Study:
    """Ten units at three times, but one at a single time."""
    frame = scores(30, "AB", seed=5)
    frame["unit"] = [f"u{number // 3}" for number in range(30)]
    frame["year"] = [1998 + number % 3 for number in range(30)]
    frame = frame.iloc[:28]
    return made(frame, propositions=PROPOSITIONS, **({"unit": "unit", "time": "year"} | further))


@pytest.fixture(scope="module")
def comparison() -> eq.Comparison:
    return eq.compare(eq.run(panel(), {"groups": Groups(), "mean": Mean()}))


def test_figures_of_paths_at_each_time_are_those_of_the_cases_of_that_time(comparison: eq.Comparison) -> None:
    found, calibrated = comparison.by_time.paths, comparison.calibrated
    assert comparison.by_time is comparison.by_time
    assert found.index.tolist() == [
        ("groups", path, time) for path in ("A*B", "A*~B") for time in ("pooled", "1998", "1999", "2000")
    ]
    for (_, path, time), row in found.iterrows():
        there = calibrated.data["year"].astype(str) == time if time != "pooled" else calibrated.data["year"] > 0
        frame = calibrated.subset(calibrated.cases[there]).fuzzy
        x = np.minimum(frame["A"], frame["B"] if path == "A*B" else 1 - frame["B"])
        low = np.minimum(x, frame["Y"])
        assert row["consistency"] == pytest.approx(low.sum() / x.sum())
        assert row["coverage"] == pytest.approx(low.sum() / frame["Y"].sum())
        both = np.minimum(low, 1 - frame["Y"]).sum()
        assert row["pri"] == pytest.approx((low.sum() - both) / (x.sum() - both))
        assert (row["n"], row["members"]) == (len(frame), (x > 0.5).sum())
        assert row["holds"] == (low.sum() / x.sum() >= 0.8)
    assert found["n"].groupby("time").first().to_dict() == {"pooled": 28, "1998": 10, "1999": 9, "2000": 9}


def test_a_path_holds_in_every_time_when_it_does_in_each(comparison: eq.Comparison) -> None:
    found = comparison.by_time
    for (label, path), row in found.holding.iterrows():
        each = [found.paths.loc[(label, path, time), "holds"] for time in ("1998", "1999", "2000")]
        assert row.tolist() == [*each, all(each)]


def test_a_time_without_any_membership_leaves_it_open() -> None:
    study = panel()
    frame = study.data.assign(A=study.data["A"].where(study.data["year"] != 1999, -1e9))
    found = eq.compare(eq.run(made(frame, unit="unit", time="year"), [Groups()])).by_time
    row = found.paths.loc[("groups", "A*B", "1999")]
    assert np.isnan(row["consistency"])
    assert row["holds"] is None
    holding = found.holding.loc[("groups", "A*B")]
    assert holding["1999"] is None
    others = [holding["1998"], holding["2000"]]
    assert holding["in every time"] is (None if all(others) else False)


def test_within_consistency_is_that_of_one_unit_over_its_times(comparison: eq.Comparison) -> None:
    found, calibrated = comparison.by_time.within, comparison.calibrated
    assert found.index.tolist() == [f"u{number}" for number in range(9)]
    for unit in found.index:
        frame = calibrated.fuzzy[calibrated.data["unit"] == unit]
        x = frame[["A", "B"]].min(axis=1)
        assert found.loc[unit, ("groups", "A*B")] == pytest.approx(sets.consistency(x, frame["Y"]))


def test_fit_at_each_time_is_that_of_its_cases(comparison: eq.Comparison) -> None:
    found, calibrated = comparison.by_time.fit, comparison.calibrated
    for (label, time), row in found.iterrows():
        there = calibrated.data["year"].astype(str) == time if time != "pooled" else calibrated.data["year"] > 0
        outcome = calibrated.fuzzy["Y"][there]
        for name, value in measures(comparison.analyses[label].cases["predicted"][there], outcome).items():
            assert row[name] == pytest.approx(value, nan_ok=True)
        unseen = comparison.yardsticks[label].predicted_out_of_sample[there]
        assert row["mae_out_of_sample"] == pytest.approx((unseen - outcome).abs().mean())
    pooled = found.xs("pooled", level="time")
    for name in ("mae", "consistency", "mae_out_of_sample", "balanced_accuracy_out_of_sample"):
        assert pooled[name].to_numpy() == pytest.approx(comparison.fit.loc[pooled.index, name].to_numpy(), nan_ok=True)


def test_predictions_out_of_sample_leave_out_whole_units() -> None:
    calibrated = panel().calibrate()
    for train, test in splits(calibrated, 0):
        assert not set(calibrated.data["unit"].iloc[train]) & set(calibrated.data["unit"].iloc[test])


def test_propositions_of_necessity_and_sufficiency_have_figures_at_each_time(comparison: eq.Comparison) -> None:
    found, calibrated = comparison.by_time.propositions, comparison.calibrated
    assert found.index.tolist() == [(name, time) for name in "NS" for time in ("pooled", "1998", "1999", "2000")]
    for (name, time), row in found.iterrows():
        there = calibrated.data["year"].astype(str) == time if time != "pooled" else calibrated.data["year"] > 0
        frame = calibrated.fuzzy[there]
        if name == "N":
            assert row["consistency"] == pytest.approx(np.minimum(frame["A"], frame["Y"]).sum() / frame["Y"].sum())
            assert row["relevance"] == pytest.approx(sets.relevance(frame["A"], frame["Y"]))
            assert np.isnan(row["pri"])
        else:
            frame = frame[frame["B"] > 0.5]
            x = frame[["A", "B"]].min(axis=1)
            assert row["consistency"] == pytest.approx(np.minimum(x, frame["Y"]).sum() / x.sum())
            assert row["pri"] == pytest.approx(sets.pri(x, frame["Y"]))
            assert np.isnan(row["relevance"])
        assert row["n"] == len(frame)


def test_units_that_change_paths_are_found(comparison: eq.Comparison) -> None:
    found, calibrated = comparison.by_time, comparison.calibrated
    assert found.groups.index.tolist() == [("groups", f"u{number}") for number in range(9)]
    assert found.notes == ("1 of 10 units are there at one time only, so they cannot change.",)
    changed = 0
    for (_, unit), row in found.groups.iterrows():
        groups = []
        for case in calibrated.cases[calibrated.data["unit"] == unit]:
            a, b = calibrated.fuzzy.loc[case, ["A", "B"]]
            groups.append(None if a <= 0.5 else "A*B" if b > 0.5 else "A*~B")
            assert row[str(calibrated.data.loc[case, "year"])] == groups[-1]
        assert row["changes"] == (len(set(groups)) > 1)
        changed += row["changes"]
    assert 0 < changed < 9


def test_a_study_without_times_says_what_is_missing() -> None:
    comparison = eq.compare(eq.run(panel(unit=None, time=None), [Mean()]))
    with pytest.raises(eq.InputError, match=r"'made' has no times.*time = \"year\""):
        _ = comparison.by_time


def test_without_units_paths_are_compared_and_nobody_is_followed() -> None:
    found = eq.compare(eq.run(panel(unit=None), [Groups()])).by_time
    assert len(found.paths) == 8
    assert found.groups.empty
    assert found.within.empty
    assert any("country" in note for note in found.notes)


def test_a_path_that_is_no_expression_is_named() -> None:
    found = eq.compare(eq.run(panel(), [Groups(expressions=("A*B", "A{1}"))])).by_time
    assert found.paths.index.get_level_values("path").unique().tolist() == ["A*B"]
    assert any("A{1}" in note for note in found.notes)


def test_the_pooled_path_of_the_barometer_holds_in_2014_only() -> None:
    comparison = eq.compare(eq.run(eq.load_study("open-data-barometer-2013-2014"), ["fsqca", "clustering"]))
    found = comparison.by_time
    assert found.holding.loc[("fsqca", "LEAD*DEM*FIN")].to_dict() == {
        "2013": False,
        "2014": True,
        "in every time": False,
    }
    # In 2014 these are the figures of the study of that year alone.
    alone = eq.load_study("open-data-barometer-2014").calibrate().fuzzy
    x = eq.Expression("LEAD*DEM*FIN").membership(alone)
    row = found.paths.loc[("fsqca", "LEAD*DEM*FIN", "2014")]
    assert row["consistency"] == pytest.approx(sets.consistency(x, alone["OPEN"]))
    assert row["coverage"] == pytest.approx(sets.coverage(x, alone["OPEN"]))
    moved = found.groups.loc["fsqca"].query("changes").index.tolist()
    assert {"Greece", "Mexico", "Russia"} <= set(moved)
    assert "UK" not in moved
    assert dataclasses.is_dataclass(found)
