"""Sensitivity ranges of cutoffs and anchors against grids."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

import equifinal as eq
from equifinal_qca import (
    CsQCA,
    FsQCA,
    anchor_ranges,
    cutoff_ranges,
    minimize,
    truth_table,
)


def terms(solution):
    return {model.terms for model in solution.models}


def random_frame(seed, n=40):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.random((n, 4)).round(2), columns=list("ABCD"))
    frame["Y"] = np.clip(np.maximum(frame[["A", "B"]].min(axis=1), frame["C"]) + rng.normal(0, 0.15, n), 0, 1).round(2)
    return frame


@pytest.mark.parametrize("kind", ["conservative", "parsimonious"])
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("consistency", [0.8, (0.7, 0.85)])
def test_cutoff_ranges_agree_with_a_grid(seed, kind, consistency):
    frame = random_frame(seed)
    present = {"consistency_cutoff": consistency, "pri_cutoff": 0.4, "frequency_cutoff": 2}

    def solved(**changes):
        return terms(minimize(truth_table(frame, "Y", **{**present, **changes}), kind))

    found = cutoff_ranges(truth_table(frame, "Y", **present), lambda table: minimize(table, kind))
    two = isinstance(consistency, tuple)
    ways = {
        "pri_cutoff": (0.0, 1.0, lambda value: {"pri_cutoff": value}),
        "consistency_cutoff": (
            consistency[0] if two else 0.0,
            1.0,
            lambda value: {"consistency_cutoff": (consistency[0], value) if two else value},
        ),
    }
    if two:
        ways["lower_consistency_cutoff"] = (0.0, consistency[1], lambda v: {"consistency_cutoff": (v, consistency[1])})
    assert set(found.index) == {*ways, "frequency_cutoff"}
    wanted = solved()
    changes = 0
    for name, (lowest, highest, change) in ways.items():
        value, lower, upper, below, above = found.loc[name]
        assert lowest <= lower <= value <= upper <= highest
        same = {each: solved(**change(each)) == wanted for each in np.linspace(lowest, highest, 61)}
        inside = {each: keeps for each, keeps in same.items() if lower < each <= upper}
        assert all(inside.values())
        assert pd.isna(below) or solved(**change(lower)) != wanted
        assert not pd.isna(below) or (lower == lowest and solved(**change(lower)) == wanted)
        assert pd.isna(above) or solved(**change(upper + 1e-7)) != wanted
        assert not pd.isna(above) or upper == highest
        assert solved(**change(upper)) == wanted
        changes += (not pd.isna(below)) + (not pd.isna(above))
    value, lower, upper, below, above = found.loc["frequency_cutoff"]
    same = [each for each in range(1, 40) if solved(frequency_cutoff=each) == wanted]
    run = [2]
    while run[0] - 1 in same:
        run.insert(0, run[0] - 1)
    while run[-1] + 1 in same:
        run.append(run[-1] + 1)
    assert (value, lower, min(upper, 39)) == (2, run[0], run[-1])
    assert changes


def test_a_solution_in_words_stands_beyond_the_ends():
    # A*B: 2 of 2 with Y, A*~B: 1 of 2, the others 0: from a cutoff of 0.5 down A*~B counts as well.
    frame = pd.DataFrame({"A": [1, 1, 1, 1, 0, 0], "B": [1, 1, 0, 0, 1, 0], "Y": [1, 1, 1, 0, 0, 0]})
    table = truth_table(frame, "Y", consistency_cutoff=0.8)
    found = cutoff_ranges(table, lambda changed: minimize(changed, "conservative"))
    assert found.loc["consistency_cutoff", ["lower", "upper", "below"]].tolist() == [0.5, 1.0, "A"]
    assert found["above"].isna().tolist() == [True, True, False]
    # Two cases each in A*B and A*~B, one in the others: with 2 the solution is the same, with 3 there is none.
    assert found.loc["frequency_cutoff", ["lower", "upper", "above"]].tolist() == [1, 2, "none"]


def test_no_solution_at_any_cutoff_has_no_end():
    frame = pd.DataFrame({"A": [1, 0], "Y": [0, 0]})
    found = cutoff_ranges(truth_table(frame, "Y", frequency_cutoff=2), lambda table: minimize(table, "conservative"))
    assert found.loc["frequency_cutoff", ["lower", "upper"]].tolist() == [1, np.inf]
    assert found[["below", "above"]].drop(index="consistency_cutoff").isna().all(axis=None)


def test_one_model_may_stay_while_others_come_and_go():
    table = truth_table(random_frame(38, n=20), "Y", consistency_cutoff=0.8)

    def again(changed):
        return minimize(changed, "parsimonious")

    present = again(table)
    assert len(present.models) > 1
    every = cutoff_ranges(table, again)
    wider = 0
    for model in present.models:
        one = cutoff_ranges(table, again, model)
        assert (one["lower"] <= every["lower"]).all()
        assert (one["upper"] >= every["upper"]).all()
        for cutoff in np.linspace(*one.loc["consistency_cutoff", ["lower", "upper"]].astype(float), 40)[1:]:
            assert model.terms in terms(again(table.with_cutoffs(consistency_cutoff=cutoff)))
        wider += (one.loc[:, ["lower", "upper"]] != every.loc[:, ["lower", "upper"]]).any(axis=None)
    assert wider


def test_a_model_of_another_solution_is_refused():
    frame = random_frame(0)
    table = truth_table(frame, "Y", pri_cutoff=0.5)
    other = minimize(truth_table(frame, "A", consistency_cutoff=0.5)).models[0]
    with pytest.raises(eq.InputError, match="not among the models"):
        cutoff_ranges(table, lambda changed: minimize(changed, "parsimonious"), other)


def small_study(seed=3):
    rng = np.random.default_rng(seed)
    data = pd.DataFrame(rng.uniform(0, 100, (24, 3)).round(1), columns=["a", "b", "c"])
    data["y"] = (np.maximum(data[["a", "b"]].min(axis=1), data["c"] - 20) + rng.normal(0, 10, 24)).round(1)
    anchors = {"method": "direct", "full_out": 20, "crossover": 50.05, "full_in": 80}
    return eq.Study(
        name="small",
        data=data.set_axis([f"c{each}" for each in range(24)]),
        outcome=eq.Variable("Y", "y", calibrate=anchors),
        conditions=[
            eq.Variable("A", "a", calibrate=anchors, expect="present"),
            eq.Variable("B", "b", calibrate={"method": "crisp", "threshold": 50.05}),
            eq.Variable("C", "c", calibrate={"method": "indirect", "thresholds": [20, 40, 60, 80]}),
        ],
    )


def calibrated(variable, raw):
    return variable.calibrator.fit(raw).calibrate(raw)


def solved_with(study, method, name, anchor, value):
    """The solution of the study calibrated from the beginning with another anchor; None when that is refused."""
    key, _, place = anchor.partition(" ")
    variable = study.variables[[each.name for each in study.variables].index(name)]
    given = dict(variable.calibrate)
    if place:
        given[key] = [value if number == int(place) - 1 else each for number, each in enumerate(given[key])]
    else:
        given[key] = value
    try:
        changed = dataclasses.replace(variable, calibrate=given)
        memberships = {
            each.name: calibrated(changed if each.name == name else each, study.data[each.column])
            for each in study.variables
        }
    except ValueError:
        return None
    frame = pd.DataFrame(memberships)
    table = truth_table(
        frame,
        study.outcome.name,
        [each.name for each in study.conditions],
        method.consistency_cutoff,
        1,
        method.pri_cutoff,
    )
    expectations = {each.name: each.expect for each in study.conditions}
    return terms(minimize(table, method.solution, expectations))


def test_anchor_ranges_agree_with_a_grid():
    study, method = small_study(), FsQCA(pri_cutoff=0.5, consistency_cutoff=0.75)
    found = anchor_ranges(study.calibrate(), method, steps=12, tolerance=1e-5)
    assert found[["set", "anchor"]].values.tolist() == [
        *(["A", anchor] for anchor in ("full_out", "crossover", "full_in")),
        ["B", "threshold"],
        *(["C", f"thresholds {number}"] for number in range(1, 5)),
        *(["Y", anchor] for anchor in ("full_out", "crossover", "full_in")),
    ]
    wanted = solved_with(study, method, "A", "crossover", 50.05)
    assert wanted
    ends = {"other": 0, "invalid": 0, "none": 0}
    for name, anchor, value, lower, upper, below, above in found.values:
        raw = study.data[study.variables[[each.name for each in study.variables].index(name)].column]
        span = raw.max() - raw.min()
        assert lower <= value <= upper
        for each in np.linspace(lower, upper, 12):
            assert solved_with(study, method, name, anchor, each) == wanted
        for end, side, words in ((lower, -1, below), (upper, 1, above)):
            just_beyond = solved_with(study, method, name, anchor, end + side * 2e-5 * span)
            if pd.isna(words):
                ends["none"] += 1
                assert end == pytest.approx(value + side * span)
            elif words == "no valid calibration":
                ends["invalid"] += 1
                assert just_beyond is None
            else:
                ends["other"] += 1
                assert just_beyond != wanted
                assert " | ".join(sorted(" + ".join(each) for each in just_beyond)) == " | ".join(
                    sorted(words.split(" | "))
                )
    assert min(ends.values()) > 0  # every way to end occurs


def test_anchor_ranges_of_the_absence_and_of_crisp_sets():
    study = small_study()
    negated = anchor_ranges(study.negated().calibrate(), CsQCA(), only=["~Y", "A"])
    assert negated["set"].tolist() == ["~Y"] * 3 + ["A"] * 3
    # Only the crossover decides on which side of 0.5 a case is.
    assert (negated.loc[negated["anchor"] != "crossover", ["below", "above"]].isin(["no valid calibration", None])).any(
        axis=None
    )
    crossover = negated.set_index(["set", "anchor"]).loc[("~Y", "crossover")]
    raw = np.sort(study.data["y"].to_numpy())
    assert crossover["upper"] >= raw[raw < 50.05].max() - 1e-9
    assert crossover["lower"] <= raw[raw > 50.05].min() + 1e-9


def test_learned_anchors_have_no_range_and_wrong_input_is_refused():
    study = small_study()
    learned = dataclasses.replace(study.conditions[0], calibrate={"method": "ranks"})
    study = dataclasses.replace(study, conditions=(learned, *study.conditions[1:])).calibrate()
    assert anchor_ranges(study, FsQCA(), only=["A"]).empty
    with pytest.raises(eq.InputError, match="no set 'X'"):
        anchor_ranges(study, FsQCA(), only=["X"])
    with pytest.raises(eq.InputError, match="steps"):
        anchor_ranges(study, FsQCA(), steps=0)
    regression = eq.methods()["regression"].cls()
    with pytest.raises(eq.InputError, match="has no solution"):
        anchor_ranges(study, regression)
