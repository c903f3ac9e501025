"""From moved settings to a study, its results and the saved file.

Independent sources: Ragin's (2008) formula of the direct method with scipy's logistic function; the QCA engine called on these
memberships directly; the study that is read back from the saved file.
"""

import dataclasses
import itertools
import time

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

import equifinal as eq
from equifinal_explore.exploration import Change, Exploration, configuration
from equifinal_explore.settings import Setting
from equifinal_qca import minimize, truth_table

ODB = "open-data-barometer-2014"
PRI = ("method", "fsqca", "pri_cutoff")
CROSSOVER = ("set", "LEAD", "crossover")


@pytest.fixture(scope="module")
def barometer():
    return Exploration(eq.load_study(ODB))


@pytest.fixture(scope="module")
def cities():
    return Exploration(eq.load_study("heilongjiang"))


def by_hand(raw, full_out, crossover, full_in):
    """Ragin's direct method; log-odds of ±ln(0.95/0.05) at the outer anchors."""
    width = np.where(raw > crossover, full_in - crossover, crossover - full_out)
    return expit((raw - crossover) / width * np.log(19))


# ------------------------------------------------------------------------------------------- moved settings, results


def test_nothing_moved_is_the_study_itself(barometer):
    assert barometer.changed({}) is barometer.study
    own = {("set", n, s.name): s.value for n, each in barometer.sets.items() for s in each}
    own |= {("method", n, s.name): s.value for n, each in barometer.methods.items() for s in each}
    assert len(own) > 30
    assert barometer.changes(own) == []
    assert barometer.changes({key: float(v) if isinstance(v, int) else v for key, v in own.items()}) == []
    assert barometer.first == "fsqca"


def test_a_moved_anchor_changes_memberships_by_the_formula(barometer):
    findings = barometer.findings({CROSSOVER: 5.2, ("set", "LEAD", "full_in"): 8}, "fsqca")
    raw = barometer.study.raw["LEAD"]
    np.testing.assert_allclose(findings.calibrated.fuzzy["LEAD"], by_hand(raw, 2, 5.2, 8), atol=1e-12)
    own = barometer.findings({}, "fsqca")
    for name in ("DEM", "FIN", "HUM", "OPEN"):
        pd.testing.assert_series_equal(findings.calibrated.fuzzy[name], own.calibrated.fuzzy[name])


def test_the_solution_is_that_of_the_engine_on_these_memberships(barometer):
    moved = {CROSSOVER: 5.15, PRI: 0.59, ("method", "fsqca", "consistency_cutoff"): 0.82}
    findings = barometer.findings(moved, "fsqca")
    frame = eq.load_study(ODB).calibrate().fuzzy.assign(LEAD=by_hand(barometer.study.raw["LEAD"], 2, 5.15, 7))
    table = truth_table(frame, "OPEN", ["LEAD", "DEM", "FIN", "HUM"], 0.82, 2, 0.59)
    (model,) = minimize(table, "intermediate", dict.fromkeys(["LEAD", "DEM", "FIN", "HUM"], 1)).models
    assert sorted(findings.paths) == sorted(model.terms)
    assert findings.analysis.fit["consistency"] == pytest.approx(model.overall["consistency"], abs=1e-12)
    lost, gained = findings.lost_and_gained(barometer.findings({}, "fsqca"))
    assert set(gained) == set(model.terms) - {"LEAD*DEM*FIN", "LEAD*DEM*HUM"}
    assert set(lost) == {"LEAD*DEM*FIN", "LEAD*DEM*HUM"} - set(model.terms)


def test_the_note_of_the_bundled_study_is_true(barometer):
    """Its own words: at a PRI cutoff of 0.59 the row of Chile and Singapore enters and adds a third path."""
    own, now = barometer.findings({}, "fsqca"), barometer.findings({PRI: 0.59}, "fsqca")
    assert now.lost_and_gained(own) == ([], ["LEAD*FIN*HUM"])
    assert now.rows_that_turned(own) == {"LEAD*~DEM*FIN*HUM": ("0", "1")}
    assert now.crossed(own).empty
    beside = now.fit_beside(own)
    assert beside.loc["paths"].tolist() == [3, 2, 1]
    assert beside.loc["coverage", "difference"] == now.analysis.fit["coverage"] - own.analysis.fit["coverage"] > 0


def test_cases_that_cross_are_those_between_the_crossovers(barometer):
    own, now = barometer.findings({}, "fsqca"), barometer.findings({CROSSOVER: 5.2}, "fsqca")
    raw = barometer.study.raw["LEAD"]
    between = raw.index[(raw > 4.5) & (raw < 5.2)]
    crossed = now.crossed(own)
    assert list(crossed.index) == ["LEAD"]
    assert crossed.loc["LEAD", "out"] == list(between)
    assert crossed.loc["LEAD", "in"] == crossed.loc["LEAD", "neither"] == []
    exactly = barometer.findings({CROSSOVER: 5}, "fsqca").crossed(own)
    assert exactly.loc["LEAD", "neither"] == list(raw.index[raw == 5])


def test_rows_that_are_no_longer_observed_are_said(barometer):
    turned = barometer.findings({CROSSOVER: 5.2}, "fsqca").rows_that_turned(barometer.findings({}, "fsqca"))
    own = eq.run(barometer.study, methods=["fsqca"])["fsqca"].tables["truth_table"]
    now = eq.run(barometer.changed({CROSSOVER: 5.2}), methods=["fsqca"])["fsqca"].tables["truth_table"]
    for row, (before, after) in turned.items():
        pattern = [int("~" not in literal) for literal in row.split("*")]
        for frame, value in ((own, before), (now, after)):
            there = frame[(frame[["LEAD", "DEM", "FIN", "HUM"]] == pattern).all(axis=1)]["out"].tolist()
            assert there == ([] if value == "–" else [value])
    assert {"–"} <= set(itertools.chain.from_iterable(turned.values()))


def test_kinds_of_cases_split_all_cases_that_are_not_at_one_half(barometer):
    findings = barometer.findings({}, "fsqca")
    kinds = findings.kinds_of_cases()
    assert "Tunisia" in kinds["deviant in consistency"]
    assert "Chile" in kinds["deviant in coverage"]
    assert sorted(itertools.chain.from_iterable(kinds.values())) == sorted(barometer.study.data.index)


@pytest.mark.parametrize("label", ["fsqca", "csqca", "regression", "clustering", "regression-membership"])
def test_every_method_can_be_looked_at(label, cities):
    findings = cities.findings({("set", "FIN", "crossover"): 55}, label)
    assert list(findings.fit_beside(cities.findings({}, label)).columns) == ["now", "own", "difference"]
    assert findings.rows_that_turned(findings) == {}
    verdicts = cities.verdicts({}, [label])
    assert list(verdicts.columns) == [label]


def test_verdicts_are_those_of_compare(cities):
    moved = {("set", "LEAD", "crossover"): 60}
    expected = eq.compare(eq.run(cities.changed(moved))).verdicts
    pd.testing.assert_frame_equal(cities.verdicts(moved, list(cities.methods)), expected)


def test_variants_change_alone_and_choices_can_be_taken_back(cities):
    study = cities.changed({("method", "regression-membership", "model"): "ols"})
    assert study.methods["regression-membership"] == {"method": "regression", "model": "ols", "scale": "membership"}
    assert study.methods["fsqca"] == cities.study.methods["fsqca"]
    study = cities.changed({("method", "regression-membership", "scale"): None})
    assert study.methods["regression-membership"] == {"method": "regression", "model": "fractional-logit"}
    study = cities.changed({("method", "regression", "alpha"): 0.1})
    assert study.methods["regression"] == {"alpha": 0.1}


def test_a_pair_of_cutoffs_is_changed_in_its_place(cities):
    study = dataclasses.replace(cities.study, methods={"fsqca": {"consistency_cutoff": [0.75, 0.85]}}, case=None)
    changed = Exploration(study).changed({("method", "fsqca", "consistency_cutoff[1]"): 0.9})
    assert changed.methods["fsqca"] == {"consistency_cutoff": [0.75, 0.9]}


@pytest.mark.parametrize(
    ("moved", "message"),
    [
        ({CROSSOVER: 8}, "Variable 'LEAD', calibration: direct: the anchors must rise or fall"),
        ({CROSSOVER: None}, "crossover of LEAD has no number"),
        ({("set", "OPEN", "full_out"): 42.5}, "Variable 'OPEN', calibration: direct: the anchors must"),
        ({PRI: 1.5}, r"\[methods\.fsqca\]: fsqca: pri_cutoff"),
        ({("method", "fsqca", "frequency_cutoff"): 1.5}, "must be a whole number of cases"),
    ],
)
def test_what_cannot_be_is_said_in_the_calibrators_and_methods_own_words(moved, message, barometer, tmp_path):
    with pytest.raises(eq.InputError, match=message):
        barometer.findings(moved, "fsqca")
    with pytest.raises(eq.InputError, match=message):
        barometer.save(moved, tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


def test_anchors_that_leave_nobody_in_the_outcome_are_refused(cities, tmp_path):
    moved = {("set", "OPEN", "crossover"): 990, ("set", "OPEN", "full_in"): 1000}
    with pytest.raises(eq.InputError, match="no case has the outcome"):
        cities.save(moved, tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


def test_a_change_is_answered_at_once(barometer):
    """For 86 cases about 30 ms on a machine of its own; a bound for one that others use too, in processor time."""
    seconds = []
    for number in range(5):
        moved = {CROSSOVER: 4.1 + number / 100}
        start = time.process_time()
        barometer.findings(moved, "fsqca")
        seconds.append(time.process_time() - start)
    assert min(seconds) < 0.1


# -------------------------------------------------------------------------------------------------------- saving


@pytest.mark.parametrize("name", ["heilongjiang", ODB, "open-data-barometer-2013-2014"])
def test_what_is_saved_gives_the_same_memberships_and_parameters(name, tmp_path):
    exploration = Exploration(eq.load_study(name))
    setting = exploration.setting("set", "LEAD", "crossover")
    moved = {CROSSOVER: setting.value + 0.35, PRI: 0.55, ("method", "fsqca", "solution"): "parsimonious"}
    moved["method", "csqca", "frequency_cutoff"] = 3.0
    written = exploration.save(moved, tmp_path / "explored", name="second-look")
    saved, changed, own = eq.load_study(written[0]), exploration.changed(moved), exploration.study
    pd.testing.assert_frame_equal(
        saved.calibrate().fuzzy, changed.calibrate().fuzzy, check_exact=True, check_index_type=False
    )
    assert not saved.calibrate().fuzzy["LEAD"].equals(own.calibrate().fuzzy["LEAD"])
    now, again = eq.run(changed), eq.run(saved)
    assert {k: m.parameters() for k, m in now.methods.items()} == {k: m.parameters() for k, m in again.methods.items()}
    assert again.methods["fsqca"].parameters()["pri_cutoff"] == 0.55
    assert again.methods["csqca"].parameters()["frequency_cutoff"] == 3
    pd.testing.assert_frame_equal(now["fsqca"].configurations, again["fsqca"].configurations)
    for key in ("title", "provenance", "description", "source", "licence", "citation", "unit", "time"):
        assert getattr(saved, key) == getattr(own, key), key
    assert [proposition.model_dump() for proposition in saved.propositions] == [
        proposition.model_dump() for proposition in own.propositions
    ]
    assert [(v.label, v.expect, v.manipulable, v.column) for v in saved.variables] == [
        (v.label, v.expect, v.manipulable, v.column) for v in own.variables
    ]


def test_the_saved_study_says_what_was_changed_from_which_values(cities, tmp_path):
    moved = {CROSSOVER: 52.5, PRI: 0.55}
    cities.save(moved, tmp_path, name="second-look")
    saved = eq.load_study(tmp_path)
    assert saved.name == "second-look"
    assert saved.note.startswith(cities.study.note)
    assert "from the study 'heilongjiang' (crossover of LEAD: 50 → 52.5, pri_cutoff of fsqca: 0.5 → 0.55)" in saved.note
    assert "report the results before and after" in " ".join(saved.note.split())
    assert "52.5" in eq.compare(eq.run(saved, methods=["fsqca"])).banner
    # And once more, from there: what was said stays.
    further = Exploration(saved)
    assert "0.55 → 0.6" in further.note({PRI: 0.6})
    assert further.note({PRI: 0.6}).count("Explored:") == 2
    assert further.note({}) == saved.note


@pytest.mark.parametrize(("value", "words"), [(True, "true"), (False, "false"), (None, "not given"), (0.50, "0.5")])
def test_a_change_is_told_in_the_words_of_a_study_file(value, words):
    setting = Setting(("scale",), value)
    assert str(Change("method", "regression", setting, value)) == f"scale of regression: {words} → {words}"


def test_nothing_is_overwritten_without_being_asked(cities, tmp_path):
    cities.save({CROSSOVER: 52}, tmp_path)
    before = (tmp_path / "study.toml").read_bytes()
    with pytest.raises(eq.InputError, match="would be replaced"):
        cities.save({CROSSOVER: 53}, tmp_path)
    assert (tmp_path / "study.toml").read_bytes() == before
    cities.save({CROSSOVER: 53}, tmp_path, overwrite=True)
    assert eq.load_study(tmp_path).conditions[0].calibrate["crossover"] == 53


def test_names_of_rows():
    assert configuration(pd.Series({"A": 1, "B": 0, "C": 2}), ["A", "B", "C"]) == "A*~B*C[2]"
