"""Resampled case sets: who is in, what copies are called, and folds that copies do not cross."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from core_toys import made, scores
from equifinal.comparison.out_of_sample import splits
from equifinal.comparison.resamples import Resampling, case_set


def test_below_thirty_cases_every_set_without_a_fifth_is_used_once() -> None:
    calibrated = made(scores(12)).calibrate()
    kind = Resampling.of(calibrated)
    assert (kind.bootstraps, kind.left_out, kind.all) == (False, 2, 66)
    found = {tuple(kind.draw(0, "", number)) for number in range(66)}
    assert found == set(combinations(range(12), 10))
    assert kind.draw(1, "x", 5).tolist() == kind.draw(0, "", 5).tolist(), "nothing is drawn, so no seed plays a part"


def test_more_than_500_sets_are_drawn() -> None:
    kind = Resampling.of(made(scores(20)).calibrate())
    assert (kind.left_out, kind.all) == (4, None)
    drawn = [kind.draw(0, "", number) for number in range(30)]
    assert {len(set(each)) for each in drawn} == {16}
    assert len({tuple(each) for each in drawn}) > 25


def test_the_bootstrap_draws_as_many_with_replacement_from_thirty_cases_on() -> None:
    kind = Resampling.of(made(scores(30)).calibrate())
    assert kind.bootstraps
    assert kind.all is None
    drawn = np.array([kind.draw(0, "", number) for number in range(400)])
    assert drawn.shape == (400, 30)
    # A case is in a bootstrap sample with probability 1 - (1 - 1/n)^n.
    inside = np.mean([[case in each for case in range(30)] for each in drawn])
    assert inside == pytest.approx(1 - (29 / 30) ** 30, abs=0.02)


@pytest.mark.parametrize("cases", [12, 40])
def test_cases_named_in_a_claim_stay_in(cases: int) -> None:
    calibrated = made(scores(cases)).calibrate()
    kind = Resampling.of(calibrated, ("case 3", "case 7"))
    count = kind.all or 50
    for number in range(count):
        found, _ = case_set(calibrated, kind.draw(0, "", number))
        assert {"case 3", "case 7"} <= set(found.cases)
    if cases == 12:
        assert count == 45  # two of the ten others are left out


def test_copies_are_cases_of_their_own_with_the_values_of_the_original() -> None:
    calibrated = made(scores(30)).calibrate()
    found, groups = case_set(calibrated, np.array([0, 0, 0, 4, 5, 5]))
    assert list(found.cases) == ["case 0", "case 4", "case 5", "case 0 (2)", "case 5 (2)", "case 0 (3)"]
    assert groups.tolist() == [0, 4, 5, 0, 5, 0]
    for table in ("raw", "fuzzy", "data"):
        frame = getattr(found, table)
        for copy, name in (("case 0 (3)", "case 0"), ("case 5 (2)", "case 5")):
            assert frame.loc[copy].tolist() == getattr(calibrated, table).loc[name].tolist()


def test_a_copy_takes_no_name_that_a_case_has() -> None:
    frame = scores(4).set_axis(["X", "X (2)", "Y", "Z"])
    found, _ = case_set(made(frame).calibrate(), np.array([0, 0, 1, 2]))
    assert found.cases.is_unique
    assert len(found.cases) == 4


def test_copies_never_sit_on_both_sides_of_a_fold() -> None:
    calibrated = made(scores(30)).calibrate()
    kind = Resampling.of(calibrated)
    for number in range(20):
        found, groups = case_set(calibrated, kind.draw(0, "", number))
        for train, test in splits(found, 0, 5, groups):
            assert not set(groups[train]) & set(groups[test])


def test_panels_resample_whole_units_and_copies_are_units() -> None:
    frame = pd.concat(
        [scores(40, seed=seed).assign(country=[f"c{n}" for n in range(40)], year=seed) for seed in (1, 2)]
    )
    frame = frame.set_axis([f"{c} {y}" for c, y in zip(frame["country"], frame["year"], strict=True)])
    calibrated = made(frame, unit="country", time="year").calibrate()
    kind = Resampling.of(calibrated)
    assert kind.units == 40
    assert kind.words() == "bootstrap of units"
    found, _ = case_set(calibrated, kind.draw(0, "", 3))
    assert len(found.cases) == 80
    assert (found.data.groupby("country").size() == 2).all()
    assert found.data["country"].nunique() == 40
    assert (found.data.groupby("country")["year"].nunique() == 2).all()


def test_the_spread_of_case_sets_without_a_fifth_is_that_of_the_jackknife() -> None:
    """The variance of a mean over all sets without d, times (n - d) / d, is that of the mean: s² / n (Shao & Wu 1989)."""
    values = np.random.default_rng(0).normal(size=10)
    kind = Resampling(10)
    means = np.array([values[list(kind.draw(0, "", number))].mean() for number in range(45)])
    assert means.var() * kind.spread**2 == pytest.approx(values.var(ddof=1) / 10)
