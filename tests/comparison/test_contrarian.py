"""Contrarian cases by cross-tabulation, and cases on which methods disagree, against slow computations of the same."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency, spearmanr
from scipy.stats.contingency import association

import equifinal as eq
from core_toys import DIRECT, FALLING, Blind, Linear, Mean, made, scores
from equifinal.comparison.contrarian import contrarian_cases, disagreements, quantile_groups


def directions(calibrated: eq.CalibratedStudy, **columns: list[int]) -> pd.DataFrame:
    return pd.DataFrame(columns, index=list(calibrated.condition_names))


@given(st.lists(st.integers(0, 8), min_size=20, max_size=80), st.sampled_from([3, 5]))
@settings(max_examples=80, deadline=None)
def test_groups_keep_equal_scores_together_and_in_order(values: list[int], groups: int) -> None:
    found = quantile_groups(values, groups)
    assert ((found >= 1) & (found <= groups)).all()
    for a, i in zip(values, found, strict=True):
        for b, j in zip(values, found, strict=True):
            assert (a == b and i == j) or (a < b and i <= j) or (a > b and i >= j)


@pytest.mark.parametrize(("count", "groups"), [(50, 5), (55, 5), (86, 5), (20, 3), (21, 3), (49, 3)])
def test_without_ties_groups_are_as_equal_as_can_be(count: int, groups: int) -> None:
    shuffled = np.random.default_rng(3).permutation(count)
    found = quantile_groups(shuffled, groups)
    sizes = np.bincount(found)[1:]
    assert sizes.max() - sizes.min() <= 1
    assert len(sizes) == groups
    if count % groups == 0:
        expected = pd.qcut(pd.Series(shuffled), groups, labels=False) + 1
        assert found.tolist() == expected.tolist()


@pytest.mark.parametrize(("count", "groups"), [(50, 5), (49, 3), (20, 3), (19, 0)])
def test_quintiles_from_fifty_cases_terciles_from_twenty(count: int, groups: int) -> None:
    calibrated = made(scores(count)).calibrate()
    found = contrarian_cases(calibrated, directions(calibrated, m=[1, 1]))
    assert found.groups == groups
    assert [table.shape for table in found.tables.values()] == ([(groups, groups)] * 2 if groups else [])
    if not groups:
        assert found.against.empty
        assert found.association.isna().all(axis=None)
        assert found.notes == ("With 19 cases contrarian cases are not tabulated: terciles need 20, quintiles 50.",)


def slow(
    calibrated: eq.CalibratedStudy, name: str, direction: int, groups: int, turned: int
) -> tuple[set[str], set[str]]:
    """Case by case, from ranks counted by hand."""
    ends = {5: 2, 3: 1}[groups]

    def group(values: list[float], value: float) -> int:
        below, equal = sum(v < value for v in values), sum(v == value for v in values)
        rank2 = 2 * below + equal + 1  # twice the mean rank
        return rank2 * groups // (2 * (len(values) + 1)) + 1

    x, y = (turned * calibrated.raw[name]).tolist(), calibrated.raw["Y"].tolist()
    low_outcome, high_outcome = set(), set()
    for case, a, b in zip(calibrated.cases, x, y, strict=True):
        i, j = group(x, a), group(y, b)
        i = i if direction > 0 else groups + 1 - i
        if i > groups - ends and j <= ends:
            low_outcome.add(case)
        if i <= ends and j > groups - ends:
            high_outcome.add(case)
    return low_outcome, high_outcome


@pytest.mark.parametrize("count", [30, 70])
@pytest.mark.parametrize("rounded", [False, True])
def test_cases_against_the_direction_are_those_counted_by_hand(count: int, rounded: bool) -> None:
    frame = scores(count, "ABC", seed=7)
    calibrated = made(frame.round() if rounded else frame, {"C": FALLING}).calibrate()
    found = contrarian_cases(calibrated, directions(calibrated, up=[1, 1, 1], down=[-1, -1, -1], mixed=[0, 1, -1]))
    seen = 0
    for (name, label), row in found.against.iterrows():
        if row["direction"] == 0:
            assert (name, label) == ("A", "mixed")
            assert row.drop("direction").isna().all()
            continue
        low, high = slow(calibrated, name, row["direction"], found.groups, -1 if name == "C" else 1)
        assert (set(row["low_outcome"]), set(row["high_outcome"])) == (low, high)
        assert row["cases"] == len(low) + len(high)
        assert row["share"] == pytest.approx((len(low) + len(high)) / count)
        seen += len(low) + len(high)
    assert seen > 10


def test_tables_count_every_case_once_and_corners_hold_the_contrarian_ones() -> None:
    calibrated = made(scores(60, "AB")).calibrate()
    found = contrarian_cases(calibrated, directions(calibrated, m=[1, -1]))
    for name, table in found.tables.items():
        counts = table.to_numpy()
        assert counts.sum() == 60
        corners = [counts[3:, :2].sum(), counts[:2, 3:].sum(), counts[:2, :2].sum(), counts[3:, 3:].sum()]
        row = found.against.loc[(name, "m")]
        assert [len(row["low_outcome"]), len(row["high_outcome"])] == (corners[:2] if name == "A" else corners[2:])


@pytest.mark.parametrize("rounded", [False, True])
def test_association_is_scipy_s(rounded: bool) -> None:
    frame = scores(64, "AB")
    calibrated = made(frame.round() if rounded else frame, {"B": FALLING}).calibrate()
    found = contrarian_cases(calibrated, directions(calibrated, m=[1, 1]))
    for name, row in found.association.iterrows():
        counts = found.tables[name].to_numpy()
        counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
        assert row["cramers_v"] == pytest.approx(association(counts, method="cramer"))
        assert row["phi_squared"] == pytest.approx(chi2_contingency(counts, correction=False).statistic / 64)
        turned = -1 if name == "B" else 1
        assert row["spearman"] == pytest.approx(turned * spearmanr(calibrated.raw[name], calibrated.raw["Y"]).statistic)


def test_a_crisp_condition_leaves_groups_empty_and_says_so() -> None:
    frame = scores(60, "AB")
    frame["B"] = (frame["B"] > 5).astype(float)
    calibrated = made(frame, {"B": {"method": "crisp", "threshold": 0.5}}).calibrate()
    found = contrarian_cases(calibrated, directions(calibrated, m=[1, 1]))
    assert found.tables["B"].to_numpy().sum() == 60
    assert any(note.startswith("B: equal scores leave quintiles") for note in found.notes)
    assert found.association.loc["B", "cramers_v"] == pytest.approx(
        association(found.tables["B"].loc[lambda table: table.sum(axis=1) > 0].to_numpy(), method="cramer")
    )


def test_an_absent_outcome_turns_the_corners_round() -> None:
    study = made(scores(60, "AB"))
    table = directions(study.calibrate(), m=[1, 1])
    there, away = (
        contrarian_cases(each.calibrate(), -sign * table) for each, sign in ((study, -1), (study.negated(), 1))
    )
    for name in "AB":
        assert set(there.against.loc[(name, "m"), "low_outcome"]) == set(away.against.loc[(name, "m"), "high_outcome"])
        assert there.association.loc[name, "spearman"] == pytest.approx(-away.association.loc[name, "spearman"])


def test_a_comparison_uses_its_own_directions() -> None:
    comparison = eq.compare(eq.run(made(scores(50, "ABC")), {"linear": Linear(), "mean": Mean()}), evidence=False)
    against = comparison.contrarian.against
    assert comparison.contrarian is comparison.contrarian
    assert against.index.tolist() == [(name, label) for name in "ABC" for label in ("linear", "mean")]
    for name, label in against.index:
        assert against.loc[(name, label), "direction"] == comparison.conditions.loc[name, (label, "direction")]
    assert against.xs("mean", level="method")["cases"].isna().all()


def test_scores_that_are_no_rising_or_falling_set_are_ordered_by_membership() -> None:
    class Middle(eq.Calibrator):
        name = "middle"

        def calibrate(self, raw: pd.Series) -> pd.Series:
            return 1 - (raw - 5).abs() / 5

    calibrated = made(scores(30, "AB"), {"A": Middle(), "B": DIRECT}).calibrate()
    assert calibrated.orientation("A") == 0
    found = contrarian_cases(calibrated, directions(calibrated, m=[1, 1]))
    assert found.association.loc["A", "spearman"] == pytest.approx(
        spearmanr(calibrated.fuzzy["A"], calibrated.raw["Y"]).statistic
    )


def test_cases_are_ordered_by_how_far_predictions_lie_apart() -> None:
    columns = pd.MultiIndex.from_tuples(
        [("outcome", ""), *((label, part) for label in "xyz" for part in ("group", "predicted", "type"))],
        names=["method", "column"],
    )
    predictions = {
        "same": [0.4, 0.4, 0.4],
        "alone": [np.nan, 0.9, np.nan],
        "pair": [0.2, np.nan, 0.8],
        "wide": [0.0, 0.6, 0.6],
        "level": [0.0, 0.3, 0.6],
    }
    rows = [[0.5, *(cell for value in values for cell in (None, value, None))] for values in predictions.values()]
    found = disagreements(pd.DataFrame(rows, index=pd.Index(list(predictions), name="case"), columns=columns))
    # wide, pair and level have a spread of 0.6; pair has the largest standard deviation, then wide.
    assert found.index.tolist() == ["pair", "wide", "level", "same", "alone"]
    assert found["spread", ""].tolist()[:4] == pytest.approx([0.6, 0.6, 0.6, 0.0])
    assert found["sd", ""].tolist()[:4] == pytest.approx([np.sqrt(0.18), np.sqrt(0.12), 0.3, 0.0])
    assert found.loc["alone", [("spread", ""), ("sd", "")]].isna().all()
    assert found["predicted"].columns.tolist() == ["x", "y", "z"]
    assert found.loc["wide", "predicted"].tolist() == [0.0, 0.6, 0.6]


def test_disagreements_of_a_comparison_hold_its_predictions() -> None:
    comparison = eq.compare(
        eq.run(made(scores(24, "ABC")), {"linear": Linear(), "mean": Mean(), "blind": Blind()}), evidence=False
    )
    found = comparison.disagreements
    assert sorted(found.index) == sorted(comparison.cases.index)
    for case in found.index:
        row = [comparison.cases.loc[case, (label, "predicted")] for label in comparison.analyses]
        assert found.loc[case, "predicted"].tolist() == row
        assert found.loc[case, ("spread", "")] == pytest.approx(max(row) - min(row))
        assert found.loc[case, ("sd", "")] == pytest.approx(np.std(row, ddof=1))
    assert found["spread", ""].is_monotonic_decreasing


def test_the_barometer_s_contrarian_countries_are_those_that_the_docs_name() -> None:
    calibrated = eq.load_study("open-data-barometer-2014").calibrate()
    found = contrarian_cases(calibrated, directions(calibrated, m=[1, 1, 1, 1]))
    row = found.against.loc[("LEAD", "m")]
    assert row["low_outcome"] == ["Philippines", "UAE"]
    assert row["high_outcome"] == ["Ecuador", "Hungary", "Peru", "Poland"]
    raw = calibrated.raw.rename(columns={"OPEN": "Y"})
    low, high = slow(dataclasses.replace(calibrated, raw=raw), "LEAD", 1, 5, 1)
    assert (low, high) == (set(row["low_outcome"]), set(row["high_outcome"]))
    assert round(found.association.loc["LEAD", "spearman"], 2) == 0.77
