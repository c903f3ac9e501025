"""Sensitivity ranges against grids, robustness to alternatives worked by hand and by plain loops, skewness."""

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
    robustness_to,
    skewness,
    truth_table,
)


def terms(solution):
    return {model.terms for model in solution.models}


def random_frame(seed, n=40):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.random((n, 4)).round(2), columns=list("ABCD"))
    frame["Y"] = np.clip(np.maximum(frame[["A", "B"]].min(axis=1), frame["C"]) + rng.normal(0, 0.15, n), 0, 1).round(2)
    return frame


# ----------------------------------------------------------------------------------------------------- cutoffs


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


# ----------------------------------------------------------------------------------------------------- anchors


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


# ------------------------------------------------------------------------------------------------ alternatives


def two_by_hand():
    """IS is A, the tests are A*B and A + C; crisp, one case in each kind."""
    frame = pd.DataFrame(
        [
            # A  B  C  Y     A  AB  A+C
            [1, 1, 0, 1],  # 1  1  1  robust typical
            [1, 1, 1, 1],  # 1  1  1  robust typical
            [1, 1, 1, 0],  # 1  1  1  robust deviant
            [1, 0, 0, 1],  # 1  0  1  shaky typical
            [1, 0, 1, 0],  # 1  0  1  shaky deviant
            [0, 1, 1, 1],  # 0  0  1  possible typical
            [0, 0, 1, 0],  # 0  0  1  possible deviant
            [0, 0, 0, 1],  # 0  0  0  deviant in coverage
            [0, 1, 0, 0],  # 0  0  0  individually irrelevant
        ],
        columns=list("ABCY"),
        dtype=float,
    )
    table = truth_table(frame, "Y")

    def model(expression):
        x = eq.Expression(expression).membership(
            pd.DataFrame(np.indices((2, 2, 2)).reshape(3, 8).T, columns=list("ABC"))
        )
        outputs = {corner: "1" if x[corner] else "0" for corner in range(8)}
        (found,) = minimize(table.with_output(outputs), "conservative").models
        return found

    return model("A"), [model("A*B"), model("A + C")]


def test_robustness_worked_by_hand():
    initial, tests = two_by_hand()
    found = robustness_to(initial, tests)
    assert found.core == "A*B"
    assert found.cases["kind"].tolist() == [
        "robust typical",
        "robust typical",
        "robust deviant",
        "shaky typical",
        "shaky deviant",
        "possible typical",
        "possible deviant",
        "deviant in coverage",
        "individually irrelevant",
    ]
    # Consistency: A 3 of 5, core 2 of 3. Coverage, of 5 cases with Y: core 2, A 3.
    # A (5 cases) and minTS (3, all in A): 3/5. A and maxTS (7, A within): 5/7.
    assert found.fit == pytest.approx(
        {"RF_cons": (3 / 5) / (2 / 3), "RF_cov": 2 / 3, "RF_SC_minTS": 3 / 5, "RF_SC_maxTS": 5 / 7}
    )
    # With Y: 2 robust, 1 shaky, 1 possible; without: 1, 1, 1.
    assert found.case_ratios == pytest.approx({"RCR_typ": 2 / 4, "RCR_dev": 1 / 3})
    assert found.tests["set_coincidence"].tolist() == pytest.approx([3 / 5, 5 / 7])
    assert found.tests[["shaky", "possible"]].values.tolist() == [[2, 0], [0, 2]]


@pytest.mark.parametrize("seed", range(10))
def test_robustness_agrees_with_plain_loops(seed):
    frame = random_frame(seed)
    moved = frame.assign(A=(frame["A"] * 0.9 + 0.1).round(3))
    initial = minimize(truth_table(frame, "Y", pri_cutoff=0.5), "parsimonious").best
    tests = [
        minimize(truth_table(frame, "Y", consistency_cutoff=0.9, pri_cutoff=0.5), "parsimonious").best,
        minimize(truth_table(moved, "Y", pri_cutoff=0.5), "conservative").best,
        minimize(truth_table(frame, "Y", frequency_cutoff=2, pri_cutoff=0.5), "parsimonious").best,
    ]
    found = robustness_to(initial, tests)
    x = [float(each) for each in initial.membership]
    memberships = [[float(each) for each in test.membership] for test in tests]
    low, high = (
        [min(each) for each in zip(*memberships, strict=True)],
        [max(each) for each in zip(*memberships, strict=True)],
    )
    core = [min(a, b) for a, b in zip(x, low, strict=True)]
    y = frame["Y"].tolist()

    def share(one, other, of):
        return sum(min(a, b) for a, b in zip(one, other, strict=True)) / sum(of)

    assert found.core_membership.tolist() == core
    assert found.fit == pytest.approx(
        {
            "RF_cons": share(x, y, x) / share(core, y, core),
            "RF_cov": share(core, y, y) / share(x, y, y),
            "RF_SC_minTS": share(x, low, [max(a, b) for a, b in zip(x, low, strict=True)]),
            "RF_SC_maxTS": share(x, high, [max(a, b) for a, b in zip(x, high, strict=True)]),
        }
    )
    for name, with_outcome in (("RCR_typ", True), ("RCR_dev", False)):
        side = [c for c in range(len(y)) if y[c] != 0.5 and (y[c] > 0.5) == with_outcome]
        robust = [c for c in side if x[c] > 0.5 and low[c] > 0.5]
        any_of_them = [c for c in side if x[c] > 0.5 or high[c] > 0.5]
        expected = len(robust) / len(any_of_them) if any_of_them else np.nan
        assert found.case_ratios[name] == pytest.approx(expected, nan_ok=True)
    # The core as an expression has the same corners as all models together.
    corners = pd.DataFrame(np.indices((2, 2, 2, 2)).reshape(4, 16).T.astype(float), columns=list("ABCD"))
    shared = pd.concat([eq.Expression(each.expression).membership(corners) for each in [initial, *tests]], axis=1)
    assert eq.Expression(found.core).membership(corners).tolist() == shared.min(axis=1).tolist()


def test_an_empty_alternative_leaves_nothing():
    initial, _ = two_by_hand()
    found = robustness_to(initial, [None])
    assert found.core == "0"
    assert found.fit["RF_cov"] == 0
    assert np.isnan(found.fit["RF_cons"])
    assert found.case_ratios == {"RCR_typ": 0.0, "RCR_dev": 0.0}
    assert found.tests["model"].tolist() == ["0"]


def test_alternatives_that_cannot_be_compared():
    initial, tests = two_by_hand()
    with pytest.raises(eq.InputError, match="no test model"):
        robustness_to(initial, [])
    frame = pd.DataFrame({"A": [1, 0, 1], "B": [1, 1, 0], "C": [0, 0, 1], "Y": [1, 0, 1]})
    with pytest.raises(eq.InputError, match="other cases"):
        robustness_to(initial, [minimize(truth_table(frame, "Y")).best])
    with pytest.raises(eq.InputError, match="other conditions"):
        robustness_to(
            minimize(truth_table(frame, "Y")).best, [*tests[:0], minimize(truth_table(frame, "Y", ["A", "B"])).best]
        )


# ---------------------------------------------------------------------------------------------------- skewness


def test_skewness_worked_by_hand():
    frame = pd.DataFrame(
        {
            "few": [0.9, 0.1, 0.2, 0.3, 0.4, 0.5],  # 1 of 6 above 0.5
            "fifth": [0.9, 0.9, 0.9, 0.9, 0.9, 0.1],  # 5 of 6
            "even": [0.9, 0.6, 0.7, 0.3, 0.5, 0.5],  # 3 of 6
        }
    )
    found = skewness(frame)
    assert found["share_in"].tolist() == pytest.approx([1 / 6, 5 / 6, 3 / 6])
    assert found["share_undecided"].tolist() == pytest.approx([1 / 6, 0, 2 / 6])
    assert found["skewed"].tolist() == [True, True, False]
    exactly = pd.DataFrame({"A": [1.0] * 2 + [0.0] * 8, "B": [1.0] * 8 + [0.0] * 2})
    assert skewness(exactly)["skewed"].tolist() == [False, False]  # 20 % and 80 % are within
    assert skewness(exactly, low=0.3)["skewed"].tolist() == [True, False]
    with pytest.raises(eq.InputError, match="two shares in order"):
        skewness(exactly, low=0.9)
    with pytest.raises(eq.InputError, match="no case"):
        skewness(exactly.iloc[:0])


# ------------------------------------------------------------------------------------- frequency cutoff as a share


def test_the_frequency_cutoff_as_a_share_of_the_cases():
    frame = pd.DataFrame({"A": [1] * 10 + [0] * 6 + [1] * 4, "B": [1] * 10 + [0] * 10, "Y": [1] * 10 + [0] * 10})
    # rows of 10, 6 and 4 out of 20 cases
    for share, count in ((0.01, 1), (0.2, 4), (0.21, 5), (0.3, 6), (0.5, 10), (0.99, 20)):
        table = truth_table(frame, "Y", frequency_cutoff=share)
        assert table.frequency_cutoff == count
        assert table.output.tolist() == truth_table(frame, "Y", frequency_cutoff=count).output.tolist()
    seven = pd.DataFrame({"A": [1, 1, 1, 0, 0, 0, 0], "Y": [1, 1, 1, 0, 0, 0, 0]})
    assert truth_table(seven, "Y", frequency_cutoff=3 / 7).output.tolist() == ["0", "1"]  # 3 of 7, exactly
    for wrong in (0, 1.5, -0.1, np.inf, np.nan, True):
        with pytest.raises(eq.InputError, match="frequency_cutoff"):
            truth_table(frame, "Y", frequency_cutoff=wrong)


@pytest.mark.parametrize("seed", range(5))
def test_the_same_table_with_other_cutoffs(seed):
    frame = random_frame(seed)
    for consistency, frequency, pri in ((0.7, 1, 0.0), ((0.6, 0.9), 2, 0.5), (0.95, 0.1, 0.7)):
        new = truth_table(frame, "Y", None, consistency, frequency, pri)
        moved = truth_table(frame, "Y").with_cutoffs(consistency, frequency, pri)
        assert moved.output.tolist() == new.output.tolist()
        assert (moved.consistency_cutoff, moved.frequency_cutoff, moved.pri_cutoff) == (
            new.consistency_cutoff,
            new.frequency_cutoff,
            new.pri_cutoff,
        )
        assert new.with_cutoffs().output.tolist() == new.output.tolist()


def test_the_methods_take_a_share_too():
    study = eq.load_study("open-data-barometer-2014").calibrate()  # 86 cases
    for cutoff, count in ((0.02, 2), (0.05, 5), (2, 2), (2.0, 2)):
        method = FsQCA.from_parameters({"frequency_cutoff": cutoff})
        assert method.refit(study, np.random.default_rng(0)).native.table.frequency_cutoff == count
    for wrong in (1.5, 0, -0.1):
        with pytest.raises(eq.InputError, match="frequency_cutoff"):
            FsQCA.from_parameters({"frequency_cutoff": wrong})
