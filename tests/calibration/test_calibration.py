"""Calibrators against the figures of R's QCA, statsmodels, brute force and their own definitions."""

import itertools
import json
import math
import pickle
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import assume, given
from hypothesis import strategies as st
from pandas.testing import assert_series_equal

import equifinal as eq
from equifinal_calibration import (
    Clusters,
    Crisp,
    Direct,
    Indirect,
    Linear,
    Membership,
    Power,
    Ranks,
    thresholds_by_clustering,
)

REFERENCE = json.loads((Path(__file__).parent / "calibration.json").read_text())
RAW = pd.Series(REFERENCE["raw"], index=[f"case {number}" for number in range(len(REFERENCE["raw"]))], name="score")

RISING = {"full_out": 20, "crossover": 50, "full_in": 80}
BELL = {
    "full_out_low": 10,
    "crossover_low": 25,
    "full_in_low": 40,
    "full_in_high": 60,
    "crossover_high": 75,
    "full_out_high": 90,
}
VALLEY = {
    "full_in_low": 10,
    "crossover_low": 25,
    "full_out_low": 40,
    "full_out_high": 60,
    "crossover_high": 75,
    "full_in_high": 90,
}
CALIBRATORS: dict[str, eq.Calibrator] = {
    "direct_inc": Direct(**RISING),
    "direct_inc_idm99": Direct(**RISING, idm=0.99),
    "direct_dec": Direct(full_in=15, crossover=40, full_out=85),
    "direct_asym": Direct(full_out=5, crossover=30, full_in=95),
    "linear_inc": Linear(**RISING),
    "power_inc": Power(**RISING, below=2, above=3),
    "bell_inc": Direct(**BELL),
    "bell_dec": Direct(**VALLEY),
    "bell_linear": Linear(**BELL),
    "crisp_2": Crisp(threshold=50),
    "crisp_mv": Crisp(thresholds=(30, 60)),
    "indirect": Indirect(thresholds=(20, 40, 60, 80)),
    "tfr": Ranks(),
}
FITTED = {label: calibrator.fit(RAW) for label, calibrator in CALIBRATORS.items()}

scores = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40).map(lambda x: pd.Series(x, dtype=float))


@st.composite
def three_anchors(draw: st.DrawFn) -> dict[str, float]:
    full_out = draw(st.floats(-1e5, 1e5))
    sign = draw(st.sampled_from([1, -1]))
    crossover = full_out + sign * draw(st.floats(0.01, 1e4))
    return {"full_out": full_out, "crossover": crossover, "full_in": crossover + sign * draw(st.floats(0.01, 1e4))}


# ------------------------------------------------------------------------------------------------ reference figures


@pytest.mark.parametrize("label", REFERENCE["calibrated"])
def test_equals_the_reference_figures(label: str) -> None:
    result = FITTED[label].calibrate(RAW)
    assert result.index.equals(RAW.index)
    # The reference rounds the indirect method to 6 digits, so it can be off by half a unit of the sixth.
    np.testing.assert_allclose(result, REFERENCE["calibrated"][label]["value"], rtol=0, atol=5.1e-7)


@pytest.mark.parametrize("groups", [2, 3, 4])
def test_thresholds_by_clustering_equal_the_reference(groups: int) -> None:
    expected = {each["groups"]: np.atleast_1d(each["th"]) for each in REFERENCE["thresholds_by_clustering"]}[groups]
    np.testing.assert_allclose(thresholds_by_clustering(RAW, groups), expected, atol=1e-6)
    fitted = Clusters(groups=groups).fit(RAW)
    assert fitted.calibrate(RAW).tolist() == Crisp(thresholds=fitted.thresholds).calibrate(RAW).tolist()


def test_tfr_example_of_the_definition() -> None:
    raw = pd.Series([1, 1, 2, 3, 3, 3, 4])
    np.testing.assert_allclose(Ranks().fit(raw).calibrate(raw), [0, 0, 0.2, 0.8, 0.8, 0.8, 1])


def test_indirect_equals_a_logit_fitted_directly() -> None:
    x = RAW.to_numpy()
    targets = np.select([x < 30, x < 60], [0.0, 0.5], 1.0)
    terms = np.column_stack([np.ones(len(x)), np.log(x + 1e-5), np.sqrt(x + 1e-5), x, x**2])
    expected = sm.GLM(targets, terms, family=sm.families.Binomial()).fit().fittedvalues
    expected = np.where(expected < 1e-4, 0, np.where(expected > 1 - 1e-4, 1, expected))
    np.testing.assert_allclose(Indirect(thresholds=(30, 60)).fit(RAW).calibrate(RAW), expected, atol=1e-12)


def test_fsqca_program_uses_log_odds_of_three() -> None:
    ends = Direct(**RISING, idm=0.9525741).calibrate(pd.Series([20.0, 80.0]))
    np.testing.assert_allclose(np.log(ends / (1 - ends)), [-3, 3], atol=1e-5)


# ------------------------------------------------------------------------------------------------------- properties


@given(three_anchors(), st.floats(0.51, 0.99))
def test_direct_anchors_have_their_memberships(anchors: dict[str, float], idm: float) -> None:
    at_anchors = Direct(**anchors, idm=idm).calibrate(pd.Series(anchors))
    np.testing.assert_allclose(at_anchors, [1 - idm, 0.5, idm], atol=1e-9)


@given(three_anchors(), st.floats(0.2, 5), st.floats(0.2, 5))
def test_power_anchors_have_their_memberships(anchors: dict[str, float], below: float, above: float) -> None:
    at_anchors = Power(**anchors, below=below, above=above).calibrate(pd.Series(anchors))
    assert at_anchors.tolist() == [0.0, 0.5, 1.0]


@given(three_anchors(), scores)
def test_anchored_memberships_are_monotone_from_0_to_1(anchors: dict[str, float], raw: pd.Series) -> None:
    for calibrator in (Direct(**anchors), Linear(**anchors), Power(**anchors, below=0.5, above=3)):
        result = calibrator.calibrate(raw.sort_values())
        assert result.between(0, 1).all()
        steps = np.diff(result) * np.sign(anchors["full_in"] - anchors["full_out"])
        assert (steps >= -1e-12).all()


@given(three_anchors(), scores)
def test_decreasing_sets_mirror_increasing_ones(anchors: dict[str, float], raw: pd.Series) -> None:
    turned = {"full_out": anchors["full_in"], "crossover": anchors["crossover"], "full_in": anchors["full_out"]}
    for kind in (Direct, Linear):
        assert_series_equal(kind(**turned).calibrate(raw), 1 - kind(**anchors).calibrate(raw), atol=1e-12, rtol=0)
        negative = {name: -value for name, value in anchors.items()}
        assert_series_equal(kind(**negative).calibrate(-raw), kind(**anchors).calibrate(raw), atol=1e-12, rtol=0)


@given(st.lists(st.floats(0.5, 100), min_size=5, max_size=5), scores)
def test_bell_and_valley_add_up_and_follow_their_flanks(widths: list[float], raw: pd.Series) -> None:
    corners = np.cumsum([0, *widths])
    bell = dict(zip(BELL, corners, strict=True))
    valley = dict(zip(VALLEY, corners, strict=True))
    memberships = Linear(**bell).calibrate(raw)
    assert memberships.between(0, 1).all()
    assert_series_equal(memberships, 1 - Linear(**valley).calibrate(raw), atol=1e-12, rtol=0)
    np.testing.assert_allclose(memberships, np.interp(raw, corners, [0, 0.5, 1, 1, 0.5, 0]), atol=1e-9)
    assert_series_equal(Direct(**bell).calibrate(raw), memberships)


@given(scores, st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=5, unique=True).map(sorted))
def test_crisp_counts_the_thresholds_reached(raw: pd.Series, thresholds: list[float]) -> None:
    expected = [sum(score >= threshold for threshold in thresholds) for score in raw]
    assert Crisp(thresholds=tuple(thresholds)).calibrate(raw).tolist() == expected


@given(st.lists(st.integers(0, 9), min_size=2, max_size=30), st.lists(st.floats(-1, 10), max_size=5))
def test_ranks_equal_the_definition(train: list[int], new: list[float]) -> None:
    assume(len(set(train)) > 1)

    def share(score: float) -> float:
        return sum(each <= score for each in train) / len(train)

    low = share(min(train))
    expected = [max(0.0, (share(x) - low) / (1 - low)) for x in (*train, *new)]
    fitted = Ranks().fit(pd.Series(train))
    np.testing.assert_allclose(fitted.calibrate(pd.Series([*train, *new], dtype=float)), expected, atol=1e-12)


@given(st.lists(st.integers(0, 1000), min_size=3, max_size=30, unique=True), st.integers(2, 3))
def test_clustering_thresholds_lie_midway_between_neighbours(train: list[int], groups: int) -> None:
    thresholds = thresholds_by_clustering(pd.Series(train), groups, "single")
    ordered = sorted(train)
    # Single linkage cuts at the largest gaps, which brute force finds; of equal ones any.
    gaps = {(low + high) / 2: high - low for low, high in itertools.pairwise(ordered)}
    assert sorted(gaps[each] for each in thresholds) == sorted(gaps.values())[len(gaps) - groups + 1 :]
    assert list(thresholds) == sorted(set(thresholds))


@given(
    st.lists(st.integers(0, 7), min_size=4, max_size=40),
    st.integers(2, 5),
    st.sampled_from(["complete", "average", "single", "ward"]),
)
def test_scores_that_tie_are_cut_into_as_many_groups_as_asked(scores: list[int], groups: int, linkage: Any) -> None:
    assume(len(set(scores)) >= groups)
    thresholds = thresholds_by_clustering(pd.Series(scores), groups, linkage)
    assert len({sum(score > each for each in thresholds) for score in scores}) == groups
    assert not set(thresholds) & set(scores)


@pytest.mark.parametrize("label", FITTED)
def test_missing_scores_stay_missing_and_others_do_not_change(label: str) -> None:
    holes = RAW.copy()
    holes.iloc[[3, 7]] = np.nan
    result = FITTED[label].calibrate(holes)
    assert result.isna().tolist() == holes.isna().tolist()
    np.testing.assert_allclose(result.dropna(), FITTED[label].calibrate(RAW.drop(RAW.index[[3, 7]])), atol=1e-12)
    # Fitting leaves missing scores out.
    kept = CALIBRATORS[label].fit(holes).calibrate(RAW.dropna())
    np.testing.assert_allclose(kept, CALIBRATORS[label].fit(holes.dropna()).calibrate(RAW), atol=1e-12)


@pytest.mark.parametrize("label", FITTED)
def test_fitted_calibrators_pickle_and_compare(label: str) -> None:
    fitted = FITTED[label]
    copy = pickle.loads(pickle.dumps(fitted))
    assert copy == fitted
    assert_series_equal(copy.calibrate(RAW), fitted.calibrate(RAW))
    assert fitted.parameters() == CALIBRATORS[label].parameters()


def test_fitting_returns_a_copy() -> None:
    for calibrator in (Ranks(), Clusters(), Indirect(thresholds=(20, 60))):
        fitted = calibrator.fit(RAW)
        assert fitted != calibrator
        assert fitted != calibrator.fit(RAW[RAW > 40])
        with pytest.raises(eq.InputError, match="call fit"):
            calibrator.calibrate(RAW)
        assert calibrator.notes(RAW) == []
    assert Direct(**RISING).fit(RAW) == Direct(**RISING)


# --------------------------------------------------------------------------------------------------- wrong input


@pytest.mark.parametrize(
    ("kind", "parameters", "named"),
    [
        (Direct, {"full_out": 80, "crossover": 50, "full_in": 60}, ["80, crossover = 50, full_in = 60", "order"]),
        (Direct, {"full_out": 20, "crossover": 20, "full_in": 60}, ["full_out = 20, crossover = 20", "equal"]),
        (Direct, {"full_out": 20, "full_in": 60}, ["crossover is missing", "full_out = 20, full_in = 60"]),
        (Direct, {}, ["full_out, crossover, full_in are missing"]),
        (Direct, {"full_out": 20, "crossover": 50, "full_in": math.inf}, ["full_in = inf"]),
        (Direct, {"full_out": 20, "crossover": math.nan, "full_in": 60}, ["crossover = nan"]),
        (Direct, {"full_out": "low", "crossover": 50, "full_in": 60}, ["full_out = 'low'"]),
        (Direct, RISING | {"idm": 1.2}, ["idm = 1.2"]),
        (Direct, BELL | {"idm": 0.9}, ["idm = 0.9", "three anchors"]),
        (Direct, RISING | {"crossover_low": 5}, ["full_out = 20", "crossover_low = 5"]),
        (Direct, BELL | {"crossover_high": 55}, ["crossover_high = 55", "bell", "valley"]),
        (Direct, BELL | {"crossover_high": None}, ["crossover_high is missing"]),
        (Linear, {"full_out": 80, "crossover": 90, "full_in": 20}, ["crossover = 90"]),
        (Power, RISING | {"below": 0}, ["below = 0"]),
        (Crisp, {}, ["threshold", "neither is given"]),
        (Crisp, {"threshold": 4, "thresholds": (1, 2)}, ["both are given"]),
        (Crisp, {"thresholds": (5, 5)}, ["5, 5"]),
        (Crisp, {"threshold": math.inf}, ["threshold = inf"]),
        (Indirect, {"thresholds": ()}, ["thresholds"]),
        (Indirect, {"thresholds": (20, 10)}, ["20, 10"]),
        (Clusters, {"groups": 1}, ["groups = 1"]),
        (Clusters, {"linkage": "nearest"}, ["linkage = 'nearest'"]),
    ],
)
def test_wrong_anchors_are_refused_by_name_and_value(
    kind: type[eq.Calibrator], parameters: dict[str, Any], named: list[str]
) -> None:
    with pytest.raises(eq.InputError) as refusal:
        kind.from_parameters(parameters)
    for words in named:
        assert words in str(refusal.value)


def test_a_study_names_itself_and_the_variable_in_front() -> None:
    with pytest.raises(eq.InputError, match=r"'LEAD'.*full_out = 80, crossover = 50, full_in = 60"):
        eq.Variable("LEAD", "x", calibrate={"method": "direct", "full_out": 80, "crossover": 50, "full_in": 60})
    study = eq.Study(
        name="shifted",
        data=pd.DataFrame({"x": [-1.0, 5, 9], "y": [1.0, 5, 9]}, index=list("abc")),
        outcome=eq.Variable("Y", "y", calibrate={"method": "crisp", "threshold": 4}),
        conditions=[eq.Variable("X", "x", calibrate={"method": "indirect", "thresholds": [4]})],
    )
    with pytest.raises(eq.InputError, match=r"'shifted'.*X.*score of -1"):
        study.calibrate()


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        (["a"], "Scores must be numbers, not 'a' for 0"),
        (pd.Series([1, "n/a", 2], index=list("pqr")), "not 'n/a' for q"),
        (pd.DataFrame({"x": [1.0]}), "not a table"),
        ([[1.0, 2.0]], "not a table"),
        (None, "not None"),
        ("12", "not '12'"),
    ],
)
@pytest.mark.parametrize("label", list(FITTED))
def test_what_is_no_list_of_numbers_is_refused(label: str, scores: Any, message: str) -> None:
    with pytest.raises(eq.InputError, match=message):
        FITTED[label].calibrate(scores)


def test_unusable_scores_are_refused() -> None:
    with pytest.raises(eq.InputError, match="score of -3"):
        Indirect(thresholds=(20,)).fit(pd.Series([5.0, -3, 40]))
    with pytest.raises(eq.InputError, match="score of -3"):
        FITTED["indirect"].calibrate(pd.Series([5.0, -3, 40]))
    with pytest.raises(eq.InputError, match="one group"):
        Indirect(thresholds=(200,)).fit(RAW)
    with pytest.raises(eq.InputError, match="two different scores"):
        Ranks().fit(pd.Series([4.0, 4, 4]))
    with pytest.raises(eq.InputError, match="2 different values"):
        Clusters(groups=3).fit(pd.Series([4.0, 4, 5]))


def test_anchors_outside_the_scores_are_noted() -> None:
    assert Direct(**RISING).notes(RAW) == []
    note = "full_out = -5, full_in = 120 lie outside the observed scores, 0 to 100."
    assert Direct(full_out=-5, crossover=50, full_in=120).notes(RAW) == [note]
    assert Crisp(threshold=101).notes(RAW) == ["threshold = 101 lies outside the observed scores, 0 to 100."]
    assert Crisp(thresholds=(50, 101)).notes(RAW)[0].startswith("thresholds[1] = 101 lies outside")
    assert FITTED["indirect"].notes(RAW) == []
    assert Clusters().fit(RAW).notes(RAW) == ["Found in the data, by clustering: threshold 37.194."]


def test_curves_to_distrust_are_noted() -> None:
    def notes(scores: list[float], *thresholds: float) -> list[str]:
        raw = pd.Series(scores)
        return Indirect(thresholds=thresholds).fit(raw).notes(raw)

    turning = [32.0, 33, 39, 50, 59, 71, 76]
    assert any("fall somewhere" in note for note in notes(turning, 20, 60, 80))
    separated = [15.0, 16, 18, 21, 22, 60, 62, 64, 90, 92]
    assert any("do not determine" in note for note in notes(separated, 20, 61))
    assert any("do not determine" in note for note in notes([1.0, 2, 3, 4], 2.5))


def test_every_calibrator_is_registered_with_reference_and_described_parameters() -> None:
    known = eq.calibrators()
    for kind in (Crisp, Direct, Linear, Power, Indirect, Ranks, Clusters, Membership):
        assert known[kind.name].cls is kind
        assert len(kind.reference) > 20
        assert all(field.description for field in kind.model_fields.values())


SCORES = [
    *(
        0.23,
        0.31,
        0.31,
        0.38,
        0.73,
        0.92,
        1.17,
        1.27,
        1.31,
        1.31,
        1.31,
        1.42,
        1.46,
        1.46,
        1.54,
        1.62,
        1.62,
        1.64,
        1.69,
        1.92,
    ),
    *(2, 2.15, 2.36, 2.38, 2.38, 2.54, 2.54, 2.77, 3.38),
]


def deviance_by_searching(raw: np.ndarray, targets: np.ndarray) -> float:
    """The least deviance that statsmodels' three searches reach, on orthogonal columns that span the same curves."""
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM

    terms = np.column_stack([np.log(raw + 1e-5), np.sqrt(raw + 1e-5), raw, raw**2])
    terms = np.column_stack([np.ones(len(raw)), (terms - terms.mean(axis=0)) / terms.std(axis=0)])
    basis = np.linalg.qr(terms)[0] * np.sqrt(len(raw))
    found = []
    for how in ({}, {"method": "newton"}, {"method": "bfgs", "maxiter": 500}):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                eta = basis @ GLM(targets, basis, family=Binomial()).fit(disp=0, **how).params
            except (ValueError, np.linalg.LinAlgError):  # the search diverged
                continue
        found.append(np.logaddexp(0, eta).sum() - (targets * eta).sum())
    return float(np.nanmin(found))


def deviance_of(memberships: pd.Series, targets: np.ndarray) -> float:
    inside = memberships.to_numpy().clip(1e-15, 1 - 1e-15)
    return float(-(targets * np.log(inside) + (1 - targets) * np.log(1 - inside)).sum())


def test_indirect_reaches_the_maximum_where_reweighting_diverges() -> None:
    fitted = Indirect(thresholds=(1.29, 1.805)).fit(pd.Series(SCORES))
    found = fitted.calibrate(pd.Series(SCORES))
    middle = [score for score in SCORES if 1.29 <= score < 1.805]
    assert fitted.calibrate(pd.Series(middle)).mean() == pytest.approx(0.5, abs=0.02)
    targets = np.repeat([0.0, 0.5, 1.0], [8, 11, 10])
    excess = deviance_of(found, targets) - deviance_of(pd.Series(targets), targets)
    assert 2 * excess == pytest.approx(0.62, abs=0.01)
    assert found[:7].max() < 0.01
    assert found[19:].min() > 0.99


@pytest.mark.parametrize("seed", range(24))
def test_indirect_reaches_the_least_deviance_of_any_search(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(12, 90))
    kinds = (
        *(np.abs(rng.normal(5, 2, n)), rng.lognormal(6, 2, n), rng.integers(0, 8, n).astype(float)),
        *(rng.uniform(0, 100, n).round(1), 1990.0 + rng.integers(0, 30, n)),
    )
    raw = kinds[seed % 5]
    thresholds = tuple(np.unique(np.quantile(raw, (0.3, 0.5, 0.7))))
    if thresholds[0] == raw.min():
        thresholds = thresholds[1:]
    targets = np.searchsorted(thresholds, raw, side="right") / len(thresholds)
    fitted = Indirect(thresholds=thresholds).fit(pd.Series(raw))
    least = deviance_by_searching(raw, targets)
    assert (
        deviance_of(fitted.calibrate(pd.Series(raw)), targets) <= least + 2e-4 * n
    )  # memberships are rounded to 0 and 1
    # The order of the cases changes no digit.
    order = rng.permutation(n)
    assert Indirect(thresholds=thresholds).fit(pd.Series(raw[order])).coefficients == fitted.coefficients
    log_odds = np.column_stack([np.ones(n), np.log(raw + 1e-5), np.sqrt(raw + 1e-5), raw, raw**2]) @ fitted.coefficients
    again = 1 / (1 + np.exp(-log_odds.clip(-700, 700)))
    if seed % 5 in (0, 2, 3):  # elsewhere the collinear terms cost the digits that the centred ones keep
        np.testing.assert_allclose(fitted.calibrate(pd.Series(raw)), again, atol=2e-4)


@pytest.mark.parametrize(
    ("scores", "groups", "expected"),
    [
        # Ties: 1, 2, 3, 4 have three equal distances. By hand, the tree joins the first of them, so it cuts at 2.5.
        ([1, 2, 3, 4], 2, (2.5,)),
        ([0, 0, 1, 1, 2, 2], 3, (0.5, 1.5)),
        ([10, 20, 30, 40, 50, 60], 3, (25.0, 45.0)),
    ],
)
@pytest.mark.parametrize("linkage", ["complete", "average"])
def test_ties_do_not_keep_the_tree_from_being_cut(
    scores: list[int], groups: int, expected: tuple[float, ...], linkage: str
) -> None:
    assert thresholds_by_clustering(pd.Series(scores, dtype=float), groups, linkage) == expected  # type: ignore[arg-type]


def test_memberships_stay_as_they_are_without_notes_on_anchors() -> None:
    raw = pd.Series([0.0, 0.33, 1.0, np.nan], index=list("abcd"))
    assert_series_equal(Membership().calibrate(raw), raw)
    assert Membership().notes(raw) == []
    beyond = pd.Series([0.5, 1.2], index=list("ab"))
    assert Membership().calibrate(beyond).tolist() == [0.5, 1.0]
    assert Membership().notes(beyond)[0].startswith("b has 1.2, which is no membership and was taken as 1.")


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        ([10, 40, 70, -9], "d (-9)"),
        ([10, 40, 70, 999], "d (999)"),
        ([10, 40, 70, 5000], "d (5000)"),
        ([10, 40, 70, 95], None),
        ([-20, -9, 40, 70], None),  # one of many scores below
        ([-9, 10, 1000, 999], "c (1000) and d (999)"),
    ],
)
@pytest.mark.parametrize("kind", [Direct, Linear])
def test_a_score_far_outside_the_anchors_is_noted(kind: Any, scores: list[float], said: str | None) -> None:
    notes = kind(full_out=20, crossover=50, full_in=80).notes(pd.Series(scores, index=list("abcd"), dtype=float))
    found = [note for note in notes if note.startswith("Far outside the anchors, 20 to 80: ")]
    assert len(found) == (said is not None)
    if said is not None:
        assert all(each in found[0] for each in said.split(" and ") if each)
