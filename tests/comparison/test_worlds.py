"""Worlds without a relation: what is broken, what is kept, and what is exchanged with what."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

import equifinal as eq
from core_toys import made, scores
from equifinal.comparison.worlds import (
    AdditiveResidualsPermuted,
    ConditionPermuted,
    EachConditionPermuted,
    OnePath,
    OutcomePermuted,
    correlated_with,
    exchanged,
)


def panel(units: int = 6, times: int = 3) -> eq.Study:
    frames = [
        scores(units, seed=time).assign(country=[f"c{unit}" for unit in range(units)], year=time)
        for time in range(times)
    ]
    frame = pd.concat(frames)
    frame = frame.set_axis([f"{c} {y}" for c, y in zip(frame["country"], frame["year"], strict=True)])
    return made(frame, unit="country", time="year")


@pytest.mark.parametrize("kind", [OutcomePermuted(), ConditionPermuted("A")])
def test_score_membership_and_column_move_together_and_all_else_stays(kind) -> None:
    calibrated = made(scores(12)).calibrate()
    name, column = ("Y", "y") if isinstance(kind, OutcomePermuted) else ("A", "A")
    world = kind.draw(calibrated, 0, "", 0)
    assert not np.array_equal(world.raw[name], calibrated.raw[name])
    assert sorted(world.raw[name]) == sorted(calibrated.raw[name])
    assert world.data[column].tolist() == world.raw[name].tolist()
    assert world.fuzzy[name].tolist() == calibrated.to_membership(name, world.raw[name]).tolist()
    for table in ("raw", "fuzzy"):
        rest = getattr(calibrated, table).columns.drop(name)
        pd.testing.assert_frame_equal(getattr(world, table)[rest], getattr(calibrated, table)[rest])


def test_every_permutation_of_few_cases_comes_up_equally_often() -> None:
    calibrated = made(scores(4)).calibrate()
    values = calibrated.raw["Y"].tolist()
    counts = dict.fromkeys(permutations(values), 0)
    for number in range(2400):
        counts[tuple(OutcomePermuted().draw(calibrated, 0, "", number).raw["Y"])] += 1
    assert len(counts) == 24
    assert max(abs(count - 100) for count in counts.values()) < 45


def test_each_condition_is_permuted_on_its_own() -> None:
    calibrated = made(scores(20)).calibrate()
    world = EachConditionPermuted().draw(calibrated, 0, "", 0)
    assert world.raw["Y"].tolist() == calibrated.raw["Y"].tolist()
    order = {name: [calibrated.raw[name].tolist().index(value) for value in world.raw[name]] for name in "AB"}
    assert order["A"] != order["B"]
    assert all(sorted(each) == list(range(20)) for each in order.values())


@pytest.mark.parametrize("kind", [OutcomePermuted(), ConditionPermuted("A"), ConditionPermuted("A", ("B",))])
def test_in_panels_whole_units_change_places(kind) -> None:
    calibrated = panel().calibrate()
    name = "Y" if isinstance(kind, OutcomePermuted) else "A"
    rows = calibrated.data.reset_index(drop=True).groupby("country").groups
    before = {unit: calibrated.raw[name].to_numpy()[list(each)].tolist() for unit, each in rows.items()}
    for number in range(5):
        world = kind.draw(calibrated, 0, "", number).raw[name].to_numpy()
        assert sorted(world[list(each)].tolist() for each in rows.values()) == sorted(before.values())


def test_residuals_of_the_additive_fit_keep_what_adds_up() -> None:
    """Without an interaction, the fit by least squares and the multiset of its residuals are as before."""
    calibrated = made(scores(30)).calibrate()
    design = np.column_stack([np.ones(30), calibrated.raw[["A", "B"]]])
    outcome = calibrated.raw["Y"].to_numpy()
    fitted = design @ np.linalg.lstsq(design, outcome, rcond=None)[0]
    world = AdditiveResidualsPermuted().draw(calibrated, 0, "", 0)
    found = world.raw["Y"].to_numpy() - fitted
    assert sorted(found) == pytest.approx(sorted(outcome - fitted))
    assert not np.allclose(found, outcome - fitted)
    assert world.fuzzy["Y"].between(0, 1).all()
    pd.testing.assert_frame_equal(world.raw[["A", "B"]], calibrated.raw[["A", "B"]])


def test_one_path_keeps_what_that_path_brings() -> None:
    calibrated = made(scores(40)).calibrate()
    path = np.minimum(calibrated.fuzzy["A"], calibrated.fuzzy["B"])
    slope = np.polyfit(path, calibrated.raw["Y"], 1)[0]
    slopes = [np.polyfit(path, OnePath("A*B").draw(calibrated, 0, "", n).raw["Y"], 1)[0] for n in range(200)]
    assert np.mean(slopes) == pytest.approx(slope, rel=0.05)


def test_correlation_counts_when_it_is_large_and_distinguishable() -> None:
    rng = np.random.default_rng(0)
    a = rng.uniform(0, 10, 40)
    frame = pd.DataFrame({"A": a, "B": (a + rng.normal(0, 2, 40)).clip(0, 10), "C": rng.uniform(0, 10, 40)})
    frame["y"] = rng.uniform(0, 10, 40)
    frame = frame.set_axis([f"case {n}" for n in range(40)])
    calibrated = made(frame).calibrate()
    assert correlated_with("A", calibrated) == ("B",)
    assert correlated_with("C", calibrated) == ()
    few = calibrated.subset(calibrated.cases[:4])
    assert correlated_with("A", few) == (), "four cases do not distinguish it from 0"


def test_exchanges_draw_permutations_as_often_as_the_model_says() -> None:
    """Three units, all six permutations: the shares are the products of normal densities, normalized."""
    scores_, expected, variance = np.array([[-1.0], [0.2], [1.0]]), np.array([[-0.5], [0.3], [0.4]]), 0.5
    orders = list(permutations(range(3)))
    likely = np.array(
        [
            np.exp(-sum((scores_[source] - expected[at]) ** 2 for at, source in enumerate(order)) / (2 * variance))[0]
            for order in orders
        ]
    )
    drawn = exchanged(scores_, expected, variance, 20_000, np.random.default_rng(0))
    shares = [np.mean((drawn == order).all(axis=1)) for order in orders]
    assert shares == pytest.approx(likely / likely.sum(), abs=0.012)


def test_a_condition_permuted_given_another_keeps_their_correlation() -> None:
    rng = np.random.default_rng(1)
    a = rng.normal(5, 2, 80)
    frame = pd.DataFrame({"A": a.clip(0, 10), "B": (a + rng.normal(0, 1, 80)).clip(0, 10)})
    frame["y"] = rng.uniform(0, 10, 80)
    calibrated = made(frame.set_axis([f"case {n}" for n in range(80)])).calibrate()
    kind = ConditionPermuted.of("A", calibrated)
    assert kind.given == ("B",)
    seen = calibrated.raw[["A", "B"]].corr("spearman").iloc[0, 1]
    kept = [kind.draw(calibrated, 0, "", n).raw[["A", "B"]].corr("spearman").iloc[0, 1] for n in range(50)]
    assert np.mean(kept) == pytest.approx(seen, abs=0.06)
    moved = [np.mean(kind.draw(calibrated, 0, "", n).raw["A"] != calibrated.raw["A"]) for n in range(10)]
    assert np.mean(moved) > 0.5


def test_worlds_are_the_same_by_number_wherever_they_are_drawn_from() -> None:
    calibrated = made(scores(20)).calibrate()
    for kind in (OutcomePermuted(), ConditionPermuted("A", ("B",)), AdditiveResidualsPermuted()):
        one = [world.raw for world in kind.all(calibrated, 0, "", range(0, 8))][5:]
        two = [world.raw for world in kind.all(calibrated, 0, "", range(5, 8))]
        for first, second in zip(one, two, strict=True):
            pd.testing.assert_frame_equal(first, second)


def test_a_path_is_the_same_world_in_whatever_order_its_conditions_are_written():
    """Conditions declared in another order write the same path differently, and evidence must not change by that."""
    calibrated = made(scores(20, "AB")).calibrate()
    one, two = (OnePath(path).draw(calibrated, 0, "", 3).raw["Y"] for path in ("A*~B", "~B*A"))
    pd.testing.assert_series_equal(one, two, check_exact=True)


def test_a_condition_is_permuted_alike_in_whatever_order_those_that_it_goes_with_are_declared():
    calibrated = made(scores(20, "ABC")).calibrate()
    one, two = (ConditionPermuted("A", given).draw(calibrated, 0, "", 3).raw["A"] for given in (("B", "C"), ("C", "B")))
    pd.testing.assert_series_equal(one, two, check_exact=True)
