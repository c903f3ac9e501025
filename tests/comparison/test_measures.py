"""The measures of the common yardstick, against scikit-learn, SciPy and explicit loops, and those of plugins."""

import importlib.util
import io
import json
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import cloudpickle
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from scipy.stats import spearmanr
from scipy.stats import t as student_t
from sklearn.metrics import balanced_accuracy_score, mean_absolute_error, r2_score
from statsmodels.regression.linear_model import OLS

import equifinal as eq
from core_toys import Blind, Linear, Mean, least_squares, made, memberships, scores
from equifinal.comparison.measures import BUILT_IN, in_resamples, measures, measures_of_repeats
from equifinal.comparison.permutation_test import exchangeable, shuffled
from equifinal.plugin import registry as registries
from equifinal.shell.terminal import show

MEASURES = tuple(each.name for each in BUILT_IN)

PAIRS = st.lists(st.tuples(*[st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.6, 0.8, 1.0])] * 2), min_size=2, max_size=15)


@given(PAIRS)
def test_measures_equal_scikit_learns_scipys_and_a_loops(pairs: list[tuple[float, float]]) -> None:
    predicted, outcome = map(np.array, zip(*pairs, strict=True))
    found = measures(predicted, outcome)
    assert tuple(found) == MEASURES
    assert found["mae"] == pytest.approx(mean_absolute_error(outcome, predicted))
    overlap = sum(min(pair) for pair in pairs)
    both_sides = sum(min(p, y, 1 - y) for p, y in pairs)
    if sum(predicted):
        assert found["consistency"] == pytest.approx(overlap / sum(predicted))
    if sum(outcome):
        assert found["coverage"] == pytest.approx(overlap / sum(outcome))
    if sum(predicted) - both_sides > 1e-9:
        assert found["pri"] == pytest.approx((overlap - both_sides) / (sum(predicted) - both_sides))
    decided = [(p > 0.5, y > 0.5) for p, y in pairs if 0.5 not in (p, y)]
    if len(set(predicted)) == 1:
        both = (outcome > 0.5).any() and (outcome < 0.5).any()
        assert found["balanced_accuracy"] == pytest.approx(0.5 if both else np.nan, nan_ok=True)
    elif len({y for _, y in decided}) == 2:
        said, has = zip(*decided, strict=True)
        assert found["balanced_accuracy"] == pytest.approx(balanced_accuracy_score(has, said))
    else:
        assert np.isnan(found["balanced_accuracy"])
    if len(set(outcome)) > 1:
        assert found["brier_skill"] == pytest.approx(r2_score(outcome, predicted))
    else:
        assert np.isnan(found["brier_skill"])
    if len(set(predicted)) > 1:
        fitted = OLS(outcome, np.column_stack([np.ones(len(outcome)), predicted])).fit().params
        assert found["calibration_slope"] == pytest.approx(fitted[1], abs=1e-9)
    else:
        assert np.isnan(found["calibration_slope"])
    if len(set(predicted)) > 1 and len(set(outcome)) > 1:
        assert found["spearman"] == pytest.approx(spearmanr(predicted, outcome).statistic)
    else:
        assert np.isnan(found["spearman"])


def test_repeats_are_measured_one_by_one_and_averaged() -> None:
    rng = np.random.default_rng(0)
    outcome, predicted = rng.uniform(size=12), rng.uniform(size=(3, 12))
    predicted[1, 4] = predicted[2] = np.nan
    found = measures_of_repeats(predicted, outcome)
    there = np.arange(12) != 4
    assert found["brier_skill"] == pytest.approx(
        (r2_score(outcome, predicted[0]) + r2_score(outcome[there], predicted[1, there])) / 2
    )


def test_out_of_sample_a_constant_that_each_refit_learns_is_measured_as_a_constant() -> None:
    """Leave-one-out means order the cases the wrong way round, which says nothing about the method that predicts the mean."""
    outcome = np.array([0.9, 0.8, 0.2, 0.1])
    means = np.array([np.delete(outcome, case).mean() for case in range(4)])
    assert balanced_accuracy_score(outcome > 0.5, means > 0.5) == 0
    found = measures_of_repeats(means[np.newaxis], outcome, varies=False)
    assert found["balanced_accuracy"] == 0.5
    assert np.isnan(found["spearman"])
    assert np.isnan(found["calibration_slope"])
    assert found["brier_skill"] == pytest.approx(1 - (4 / 3) ** 2)


def test_a_constant_in_a_resample_with_both_classes_has_a_half() -> None:
    weights = np.array([[1.0, 1, 1], [2, 0, 1], [0, 1, 1]])
    found = in_resamples([0.5, 0.5, 0.5], [0.9, 0.8, 0.1], weights, BUILT_IN)
    assert found[:, MEASURES.index("balanced_accuracy")].tolist() == [0.5, 0.5, 0.5]
    assert np.isnan(
        in_resamples([0.5, 0.5], [0.9, 0.8], np.ones((1, 2)), BUILT_IN)[0, MEASURES.index("balanced_accuracy")]
    )


def test_what_describes_rises_when_a_prediction_shrinks_and_what_ranks_does_not() -> None:
    rng = np.random.default_rng(1)
    outcome = rng.uniform(size=50)
    predicted = (outcome + rng.normal(0, 0.2, 50)).clip(0, 1)
    before, after = measures(predicted, outcome), measures(predicted * 0.3, outcome)
    assert after["consistency"] > before["consistency"]
    assert after["brier_skill"] < before["brier_skill"]
    assert [each.name for each in BUILT_IN if each.describes] == ["calibration_slope", "consistency", "coverage", "pri"]


def test_a_baseline_is_a_mean_or_a_median() -> None:
    with pytest.raises(ValueError, match="must be 'mean' or 'median', not 'mode'"):
        eq.Measure("rmse", "words", True, rmse, baseline="mode")  # type: ignore[arg-type]


def test_cases_without_a_prediction_are_left_out() -> None:
    with_gap = measures([0.9, np.nan, 0.2, 0.6], [0.8, 0.9, 0.1, 0.3])
    assert with_gap == measures([0.9, 0.2, 0.6], [0.8, 0.1, 0.3])


def test_without_any_prediction_every_measure_is_missing() -> None:
    assert all(np.isnan(value) for value in measures([np.nan, np.nan], [0.2, 0.9]).values())


def test_a_prediction_of_nobody_has_coverage_zero_and_no_consistency() -> None:
    found = measures([0, 0, 0], [0.8, 0.2, 0.6])
    assert found["coverage"] == 0
    assert np.isnan(found["consistency"])
    assert found["mae"] == pytest.approx(1.6 / 3)
    assert found["balanced_accuracy"] == 0.5


# ------------------------------------------------------------------------------------------- measures of plugins

PLUGIN = '''
"""The root mean squared error, as a plugin."""

import numpy as np

import equifinal as eq


def of(predicted, outcome, weights):
    return np.average((predicted - outcome) ** 2, weights=weights) ** 0.5


@eq.hookimpl
def equifinal_measures():
    return [eq.Measure("rmse", "root mean squared error", less_is_better=True, of=of)]
'''


def rmse(predicted: Any, outcome: Any) -> float:
    return float(np.sqrt(np.nanmean((np.asarray(predicted, dtype=float) - np.asarray(outcome)) ** 2)))


def panel() -> eq.Study:
    frame = scores(40, "AB").assign(unit=[f"u{case // 2}" for case in range(40)], year=[1998, 1999] * 20)
    return made(frame, unit="unit", time="year")


@pytest.fixture(scope="module", params=[("file", 1), ("file", 2), ("module", 1), ("module", 2)])
def measured_with(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[eq.Comparison]:
    """A comparison made with the plugin, from a file or installed, in one process or two."""
    kind, n_jobs = request.param
    path = tmp_path_factory.mktemp("plugin") / "squared.py"
    path.write_text(PLUGIN)
    with pytest.MonkeyPatch.context() as patched:
        registry = registries.Registry()
        if kind == "file":
            registry.load_file(path)
        else:
            specification = importlib.util.spec_from_file_location("squared", path)
            module = importlib.util.module_from_spec(specification)
            specification.loader.exec_module(module)
            patched.setitem(sys.modules, "squared", module)
            cloudpickle.register_pickle_by_value(module)  # worker processes do not find it by its name
            registry._plugins["squared"] = registry._register(module, registries.Plugin("squared", "squared", "1.0"))
        patched.setattr(registries, "_current", [registry])
        yield eq.compare(eq.run(panel(), [Linear(), Mean(), Blind()], n_jobs=n_jobs), permutations=20)


def test_a_plugin_s_measure_is_a_column_of_fit_in_and_out_of_sample(measured_with: eq.Comparison) -> None:
    assert [each.name for each in measured_with.measures] == [*MEASURES, "rmse"]
    columns = [*MEASURES, "rmse"]
    assert measured_with.fit.columns.tolist() == [
        *columns,
        *(f"{name}_out_of_sample" for name in columns),
        "folds",
        "failed_folds",
    ]
    outcome = measured_with.calibrated.fuzzy["Y"]
    for label, analysis in measured_with.analyses.items():
        assert measured_with.fit.loc[label, "rmse"] == pytest.approx(rmse(analysis.cases["predicted"], outcome))
    unseen = measured_with.yardsticks["linear"].predicted_out_of_sample
    assert measured_with.fit.loc["linear", "rmse_out_of_sample"] == pytest.approx(rmse(unseen, outcome))
    assert np.isnan(measured_with.fit.loc["blind", "rmse_out_of_sample"])
    mean = measured_with.fit.loc["baseline: mean"]
    assert mean["rmse"] == pytest.approx(outcome.std(ddof=0))
    assert not measured_with.notes["note"].str.contains("rmse").any()


def test_a_plugin_s_measure_has_intervals_of_its_differences(measured_with: eq.Comparison) -> None:
    """The jackknife in a loop, over the 20 units of the panel."""
    outcome = measured_with.calibrated.fuzzy["Y"].to_numpy()
    unit = measured_with.study.data["unit"].to_numpy()
    repeated = [measured_with.yardsticks[label].repeated for label in ("linear", "mean")]

    def difference(there: Any) -> float:
        return float(
            np.mean(
                [np.subtract(*(rmse(each.predicted[r, there], outcome[there]) for each in repeated)) for r in range(10)]
            )
        )

    without = np.array([difference(unit != name) for name in np.unique(unit)])
    error = np.sqrt(19 / 20 * ((without - without.mean()) ** 2).sum() * repeated[0].correction)
    found = measured_with.differences.loc[("linear", "mean"), "rmse_out_of_sample"]
    assert found["estimate"] == pytest.approx(difference(unit != ""))
    assert found["error"] == pytest.approx(error)
    assert found["low"] == pytest.approx(found["estimate"] - student_t.ppf(0.975, 19) * error)
    assert found["p"] == pytest.approx(2 * student_t.sf(abs(found["estimate"] / error), 19))


def test_less_is_better_in_the_share_of_permutations(measured_with: eq.Comparison) -> None:
    study = measured_with.calibrated
    outcome, blocks, label = (
        study.fuzzy["Y"].to_numpy(),
        exchangeable(study),
        zlib.crc32(b"permutations of the outcome"),
    )
    errors = []
    for number in range(20):
        permuted = outcome[shuffled(blocks, np.random.default_rng([0, label, number]), 40)]
        errors.append(rmse(least_squares(memberships(study), permuted, memberships(study)), permuted))
    observed = rmse(measured_with.cases["linear", "predicted"], outcome)
    expected = (np.sum(np.array(errors) <= observed) + 1) / 21
    assert expected < 0.5  # the other way round it would be most of them
    assert measured_with.permutations.loc["linear", "rmse"] == pytest.approx(expected)


def test_a_plugin_s_measure_is_there_at_each_time(measured_with: eq.Comparison) -> None:
    there = (measured_with.study.data["year"] == 1999).to_numpy()
    outcome = measured_with.calibrated.fuzzy["Y"][there]
    found = measured_with.by_time.fit.loc[("linear", "1999"), "rmse"]
    assert found == pytest.approx(rmse(measured_with.cases["linear", "predicted"][there], outcome))


def test_every_output_shows_a_plugin_s_measure(measured_with: eq.Comparison, tmp_path: Path) -> None:
    measured_with.write(tmp_path / "out", formats=["csv", "json", "html", "markdown"])
    files = {path.name: path.read_text("utf-8") for path in (tmp_path / "out").rglob("*.*")}
    for name, columns in {
        "fit.csv": ["rmse", "rmse_out_of_sample"],
        "differences.csv": ["rmse_out_of_sample low", "rmse_out_of_sample p"],
        "permutations.csv": ["rmse"],
        "by_time_fit.csv": ["rmse"],
    }.items():
        assert set(columns) <= set(files[name].splitlines()[0].split(",")), name
    everything = json.loads(files["comparison.json"])
    assert "rmse_out_of_sample" in everything["fit"][0]
    assert "rmse_out_of_sample low" in everything["differences"][0]
    assert "rmse" in everything["permutations"][0]
    assert "rmse" in everything["by_time"]["fit"][0]
    for name in ("report.html", "report.md"):
        # Of the fit in and out of sample, of differences, and of permutations.
        assert files[name].count("root mean squared error") >= 4, name


def test_the_terminal_shows_a_plugin_s_measure(measured_with: eq.Comparison) -> None:
    console = Console(width=240, file=io.StringIO(), color_system=None)
    show(measured_with, console)
    printed = console.file.getvalue()
    fit, chance = printed[printed.index("The common yardstick") :], printed[printed.index("Chance: the share") :]
    assert "squared" in fit[: fit.index("baseline")]
    assert "squared" in chance[: chance.index("linear")]
    row = measured_with.fit.loc["linear"]
    assert f"{row['rmse']:.2f} / {row['rmse_out_of_sample']:.2f}" in fit
    outside = [f"{each.name}_out_of_sample" for each in measured_with.measures]
    p_values = measured_with.differences[[(name, "p") for name in outside]].to_numpy()
    apart, known = int((p_values <= 0.05).sum()), int((~np.isnan(p_values)).sum())
    assert f"{known - apart} of {known} differences are not told apart from 0." in printed
    differs = measured_with.differences.loc[("linear", "mean"), "rmse_out_of_sample"]
    assert ("root mean squared error -" in " ".join(printed.split())) == (differs["p"] <= 0.05 and differs["high"] < 0)


def broken(predicted: Any, outcome: Any, weights: Any) -> float:
    raise ArithmeticError("nothing adds up")


def changing(predicted: Any, outcome: Any, weights: Any) -> float:
    predicted[:] = 0
    return 0.0


@pytest.mark.parametrize(
    ("of", "reason"),
    [
        (broken, "ArithmeticError: nothing adds up"),
        (lambda *_: "much", "TypeError: it returned 'much', which is not a number"),
        (changing, "ValueError: assignment destination is read-only"),
    ],
)
def test_a_measure_that_gives_no_number_is_missing_and_named_and_the_others_stand(
    of: Any, reason: str, tmp_path: Path, registry: registries.Registry
) -> None:
    made_here = ModuleType("made_here")
    made_here.equifinal_measures = eq.hookimpl(lambda: [eq.Measure("sad", "sadness", True, of)])
    made_here.equifinal_measures.__name__ = "equifinal_measures"
    run = eq.run(made(scores(20)), [Linear(), Mean()])
    without = eq.compare(run, permutations=5)
    registry._plugins["made"] = registry._register(made_here, registries.Plugin("made", "a-package", "2.0"))
    registry.__dict__.pop("_contributions", None)
    found = eq.compare(run, permutations=5)
    for name in ("fit", "permutations", "differences"):
        table = getattr(found, name)
        sad = [column for column in table.columns if "sad" in "".join(column)]
        pd.testing.assert_frame_equal(table.drop(columns=sad), getattr(without, name))
    assert found.fit[["sad", "sad_out_of_sample"]].isna().all(axis=None)
    note = f"The measure 'sad' of the plugin made (a-package 2.0) gave no number for linear, mean: {reason}"
    assert ["fit", note] in found.notes.to_numpy().tolist()
    assert len(found.notes) == len(without.notes) + 1


@pytest.mark.parametrize("name", ["folds", "x_out_of_sample", "two words", "", "any_solution", 3])
def test_a_measure_cannot_take_the_name_of_another_column(name: Any) -> None:
    with pytest.raises(ValueError, match="measure"):
        eq.Measure(name, "words", True, rmse)


def test_without_the_built_in_measures_a_comparison_stands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(registries, "_current", [registries.Registry(without=["measures"])])
    found = eq.compare(eq.run(made(scores(20)), [Linear(), Mean()]), permutations=5)
    assert found.fit.columns.tolist() == ["folds", "failed_folds"]
    assert found.summary
    found.write(tmp_path / "out", formats=["csv", "json", "html", "markdown"])
    show(found, Console(width=100, file=io.StringIO(), color_system=None))
