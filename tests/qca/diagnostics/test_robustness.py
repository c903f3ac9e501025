"""Robustness to alternatives worked by hand and by plain loops, skewness."""

import numpy as np
import pandas as pd
import pytest

import equifinal as eq
from equifinal_qca import (
    FsQCA,
    minimize,
    robustness_to,
    skewness,
    truth_table,
)


def random_frame(seed, n=40):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.random((n, 4)).round(2), columns=list("ABCD"))
    frame["Y"] = np.clip(np.maximum(frame[["A", "B"]].min(axis=1), frame["C"]) + rng.normal(0, 0.15, n), 0, 1).round(2)
    return frame


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
    calibrated = eq.load_study("open-data-barometer-2014").calibrate()  # 86 cases
    for cutoff, count in ((0.02, 2), (0.05, 5), (2, 2), (2.0, 2)):
        method = FsQCA.from_parameters({"frequency_cutoff": cutoff})
        assert method.refit(calibrated, np.random.default_rng(0)).native.table.frequency_cutoff == count
    for wrong in (1.5, 0, -0.1):
        with pytest.raises(eq.InputError, match="frequency_cutoff"):
            FsQCA.from_parameters({"frequency_cutoff": wrong})
