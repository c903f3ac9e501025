"""The figures of regressions and clusterings."""

import re
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from figure_toys import many, points, ticks
from scipy.cluster.hierarchy import cophenet, linkage
from scipy.spatial.distance import pdist, squareform

import equifinal as eq
from equifinal_output import figures


def test_coefficients(countries):
    ax = figures.plot_coefficients(countries, "regression")
    table = countries.analyses["regression"].tables["coefficients"].drop(index="constant")
    np.testing.assert_allclose(points(ax)[:, 0], table["coefficient"])
    ends = [line.get_xdata() for line in ax.lines if line.get_marker() == "None" and line.get_ydata()[0] in range(4)][
        :4
    ]
    np.testing.assert_allclose(ends, table[["ci_low", "ci_high"]])
    full = [line.get_markerfacecolor() != "none" for line in ax.lines if line.get_marker() == "o"]
    assert full == list((table["ci_low"] > 0) | (table["ci_high"] < 0))
    assert "95 %" in ax.get_xlabel()
    assert "constant 5.288" in " ".join(ax.figure.texts[-1].get_text().split())


@pytest.mark.parametrize("study", ["cities", "countries"])
def test_dendrogram(study, request):
    """Where neighbours come together is their cophenetic distance, which scipy computes; for the cities from the scores."""
    comparison = request.getfixturevalue(study)
    ax = figures.plot_dendrogram(comparison, "clustering")
    cases, names = list(comparison.calibrated.cases), ticks(ax.yaxis)
    assert sorted(names) == sorted(cases)
    joins = [(max(line.get_xdata()), min(line.get_ydata()), max(line.get_ydata())) for line in ax.lines]
    tree = comparison.analyses["clustering"].tables["linkage"]
    np.testing.assert_allclose(sorted(height for height, _, _ in joins), sorted(tree["distance"]), atol=1e-9)
    matrix = tree.to_numpy(dtype=float)
    if study == "cities":  # the countries have equal distances, so that there are several trees
        raw = comparison.calibrated.raw[list(comparison.calibrated.condition_names)]
        matrix = linkage(pdist((raw - raw.mean()) / raw.std()), "ward")
    distances = squareform(cophenet(matrix))
    for row, (first, second) in enumerate(pairwise(names)):
        between = min(height for height, low, high in joins if low <= row + 0.5 <= high)
        assert between == pytest.approx(distances[cases.index(first), cases.index(second)], abs=1e-9)


def test_a_dendrogram_of_many_cases_ends_at_its_last_branches():
    comparison = eq.compare(eq.run(many(300, 2), methods=["clustering"]), evidence=False)
    ax = figures.plot_dendrogram(comparison)
    names = ticks(ax.yaxis)
    assert len(names) == 60
    sizes = [int(match.group(1)) if (match := re.fullmatch(r"(\d+) cases", name)) else 1 for name in names]
    assert sum(sizes) == 300
    assert "300 cases" in ax.figure.texts[-1].get_text()


def test_profiles(countries):
    table = countries.analyses["clustering"].tables["profiles"]
    for scale in ("membership", "standardized", "raw"):
        ax = figures.plot_profiles(countries, "clustering", scale)
        lines = [line for line in ax.lines if line.get_marker() != "None"]
        for line, (_, rows) in zip(lines, table.groupby("cluster"), strict=True):
            np.testing.assert_allclose(line.get_xdata(), rows[scale])
    with pytest.raises(eq.InputError, match="not on the scale 'log'"):
        figures.plot_profiles(countries, "clustering", "log")


def test_silhouette(countries):
    from sklearn.metrics import silhouette_samples

    ax = figures.plot_silhouette(countries, "clustering")
    raw = countries.calibrated.raw[list(countries.calibrated.condition_names)]
    groups = countries.analyses["clustering"].cases["group"]
    expected = pd.Series(silhouette_samples((raw - raw.mean()) / raw.std(), groups), index=raw.index)
    names = ticks(ax.yaxis)
    assert sorted(names) == sorted(raw.index)
    np.testing.assert_allclose([patch.get_width() for patch in ax.patches], expected[names], atol=1e-9)
    assert list(groups[names]) == sorted(groups)
    for _, members in expected[names].groupby(groups[names].to_numpy(), sort=False):
        assert members.is_monotonic_decreasing
    assert f"{expected.mean():.3f}" in ax.get_xlabel()
