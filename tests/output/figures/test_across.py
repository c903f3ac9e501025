"""The figures across methods."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from figure_toys import many, texts, ticks
from matplotlib import colors

import equifinal as eq
from equifinal_output import figures
from equifinal_output.figures.across import STYLES
from evidence_toys import with_evidence


def test_verdicts(countries):
    ax = figures.plot_verdicts(countries)
    verdicts = countries.verdicts
    assert ticks(ax.xaxis) == [label.replace("regression-membership", "regression- membership") for label in verdicts]
    limits = [f" (among cases in {where})" if where else "" for where in countries.propositions["where"]]
    propositions = [text + limit for text, limit in zip(countries.propositions["text"], limits, strict=True)]
    assert ticks(ax.yaxis) == propositions
    check_cells(ax, countries)
    check_cells(figures.plot_verdicts(with_evidence(countries, 4)), with_evidence(countries, 4))


def check_cells(ax, comparison):
    """Each cell has its mark; the colour of its answer where it is firm, or decides nothing; else grey."""
    verdicts, firm = comparison.verdicts.to_numpy().ravel(), comparison.firm.to_numpy().ravel()
    marks = comparison.marks.to_numpy().ravel()
    assert texts(ax) == ["silent" if answer == "silent" else mark for answer, mark in zip(verdicts, marks, strict=True)]
    fills = [colors.to_hex(patch.get_facecolor()) for patch in ax.patches]
    coloured = [mark or answer in ("inconclusive", "silent") for answer, mark in zip(verdicts, firm, strict=True)]
    expected = [STYLES[answer if shown else "silent"][0] for answer, shown in zip(verdicts, coloured, strict=True)]
    assert fills == [colors.to_hex(each) for each in expected]


@pytest.mark.parametrize("kind", ["predictions", "groups", "importance", "directions", "verdicts"])
def test_agreement(countries, kind):
    ax = figures.plot_agreement(countries, kind)
    table = countries.agreement[kind].to_numpy(dtype=float)
    shown = ["–" if np.isnan(value) else f"{value + 0.0:.2f}".replace("-0.00", "0.00") for value in table.ravel()]
    assert texts(ax) == shown
    strength = [
        patch.get_facecolor()[3] for patch, value in zip(ax.patches, table.ravel(), strict=True) if value == value
    ]
    np.testing.assert_allclose(strength, 0.62 * np.abs(table[np.isfinite(table)]))


def test_importance(countries):
    ax = figures.plot_importance(countries)
    assert [container.get_label() for container in ax.containers] == list(countries.analyses)
    for label, container in zip(countries.analyses, ax.containers, strict=True):
        line, _, bars = container
        np.testing.assert_allclose(
            np.asarray(line.get_xdata(), dtype=float), countries.conditions[label, "importance"].astype(float)
        )
        widths = [segment[1, 0] - segment[0, 0] for segment in bars[0].get_segments()]
        np.testing.assert_allclose(
            [width for width in widths if width == width], 0, atol=1e-12
        )  # no evidence, no interval


def test_importance_has_the_intervals_of_the_evidence(countries):
    table = countries.conditions
    rows = {(n, k): table.loc[n, (k, "importance")] for n in table.index for k in countries.analyses}
    index = pd.MultiIndex.from_tuples(rows, names=["condition", "method"])
    found = pd.DataFrame({"importance": list(rows.values())}, index=index).astype(float)
    found = found.assign(low=found["importance"] - 0.1, high=found["importance"] + 0.2)
    gathered = dataclasses.replace(countries.gathered, importances=found)
    ax = figures.plot_importance(dataclasses.replace(countries, gathered=gathered))
    for container in ax.containers:
        widths = [segment[1, 0] - segment[0, 0] for segment in container[2][0].get_segments()]
        np.testing.assert_allclose([width for width in widths if width == width], 0.3)


def test_partial_dependence_equals_predictions_one_by_one(countries):
    """Brute force: every case gets the score and the membership of one case, and the predictions are averaged."""
    study = countries.calibrated
    table = figures.partial_dependence(countries, "LEAD")
    assert list(table.index) == sorted(study.raw["LEAD"].unique())
    assert list(table) == list(countries.analyses)
    for label, analysis in countries.analyses.items():
        for score in (table.index[0], table.index[5]):
            source = study.cases[study.raw["LEAD"] == score][0]
            changed = study.without_outcome()
            for frame in (changed.raw, changed.fuzzy):
                frame.loc[:, "LEAD"] = frame.at[source, "LEAD"]
            changed.data.loc[:, study.variable("LEAD").column] = score
            mean = analysis.method.predict(analysis, changed).mean()
            assert table.at[score, label] == pytest.approx(mean, abs=1e-12)
    ax = figures.plot_partial_dependence(countries, "LEAD")
    drawn = {line.get_label(): line for line in ax.lines if line.get_label() in table}
    for label, line in drawn.items():
        np.testing.assert_allclose(line.get_ydata(), table[label])
    assert set(drawn) == set(table)


def test_partial_dependence_has_at_most_21_scores():
    comparison = eq.compare(eq.run(many(60, 2), methods=["regression"]), evidence=False)
    table = figures.partial_dependence(comparison, "A1")
    raw = comparison.calibrated.raw["A1"]
    assert len(table) == 21
    assert (table.index[0], table.index[-1]) == (raw.min(), raw.max())
    assert table.index.is_monotonic_increasing
