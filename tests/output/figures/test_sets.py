"""The figures of calibration and of overlapping sets."""

import re

import numpy as np
import pandas as pd
import pytest
from figure_toys import many, points, texts, ticks

import equifinal as eq
from equifinal_output import figures
from equifinal_output.figures import overlap


@pytest.mark.parametrize("name", ["OPEN", "LEAD", "FIN"])
def test_calibration(countries, name):
    ax = figures.plot_calibration(countries, name)
    study = countries.calibrated
    np.testing.assert_allclose(points(ax), np.column_stack([study.raw[name], study.fuzzy[name]]))
    curve = next(line for line in ax.lines if line.get_marker() == "None" and len(line.get_xdata()) > 100)
    x, y = curve.get_data()
    np.testing.assert_allclose(y, study.calibrators[name].calibrate(pd.Series(x)))
    given = study.calibrators[name].parameters()
    anchors = [f"{key.replace('_', ' ')}\n{given[key]:g}" for key in ("full_out", "crossover", "full_in")]
    assert texts(ax) == anchors
    twin = next(each for each in ax.figure.axes if each is not ax)
    assert sum(patch.get_height() for patch in twin.patches) == len(study.cases)


def test_calibration_of_crisp_sets_and_of_none():
    data = pd.DataFrame(
        {"a": [1.0, 2, 3, 4, 5, 6], "b": [3.0, 1, 2, 5, 4, 6], "y": [1.0, 2, 3, 4, 5, 6]}, index=list("uvwxyz")
    )
    study = eq.Study(
        name="plain",
        data=data,
        outcome=eq.Variable("Y", "y", calibrate={"method": "crisp", "threshold": 3.5}),
        conditions=[eq.Variable("A", "a"), eq.Variable("B", "b", calibrate={"method": "crisp", "threshold": 3.5})],
    )
    crisp = figures.plot_calibration(study, "Y")
    assert texts(crisp) == ["threshold\n3.5"]
    assert set(points(crisp)[:, 1]) == {0.0, 1.0}
    raw = figures.plot_calibration(study, "A")
    assert len(raw.lines) == 0
    assert "Raw scores of A" in raw.figure.texts[0].get_text()


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_every_combination_has_its_region_in_a_venn_diagram(count):
    shapes = overlap.ellipses(count)
    rng = np.random.default_rng(1)
    x, y = rng.uniform(-1.7, 1.7, (2, 200_000))
    inside = np.array([shape.depth(x, y) > 0 for shape in shapes])
    shares = np.bincount((inside.T * 2 ** np.arange(count)).sum(axis=1), minlength=2**count) / x.size
    assert (shares > 0.0005).all()


@pytest.mark.parametrize("names", [["LEAD"], ["LEAD", "DEM"], ["LEAD", "DEM", "FIN"], None])
def test_venn(countries, names):
    ax = figures.plot_venn(countries, names)
    study = countries.calibrated
    wanted = names or list(study.condition_names)
    crisp = study.fuzzy[wanted] > 0.5
    counts = crisp.groupby(wanted).size()
    shapes = overlap.ellipses(len(wanted))
    found = {}
    for text in ax.texts[len(wanted) :]:
        if text.get_text().isdigit():
            x, y = text.get_position()
            states = tuple(bool(shape.depth(x, y) > 0) for shape in shapes)
            found[states if len(states) > 1 else states[0]] = int(text.get_text())
    nobody = counts.index == ((False,) * len(wanted) if len(wanted) > 1 else False)
    assert found == {states: count for states, count in counts[~nobody].items() if count}
    note = " ".join(ax.figure.texts[-1].get_text().split())
    assert f"In none of the sets: {counts[nobody].sum()} cases" in note


def test_upset(countries):
    ax = figures.plot_upset(countries)
    study = countries.calibrated
    names = list(study.condition_names)
    crisp = study.fuzzy[names] > 0.5
    has = study.fuzzy["OPEN"] > 0.5
    counts = crisp.assign(has=has, n=1).groupby(names)[["n", "has"]].sum().sort_values("n", ascending=False)
    inside, outside = (sorted(patch.get_height() for patch in bars) for bars in ax.containers[:2])
    assert inside == sorted(counts["has"])
    assert outside == sorted(counts["n"] - counts["has"])
    assert [int(text) for text in texts(ax)] == list(counts["n"])
    (dots,) = ax.child_axes
    heads = [f"{study.variable(name).label} ({name}) · {crisp[name].sum()}" for name in names]
    assert ticks(dots.yaxis) == heads
    full = {(int(x), int(y)) for x, y in _full_dots(dots)}
    drawn = [tuple((column, row) in full for row in range(len(names))) for column in range(len(counts))]
    assert {states: counts.loc[states, "n"] for states in drawn} == dict(counts["n"])


def _full_dots(ax) -> list:
    lines = [line for line in ax.lines if line.get_marker() == "o" and line.get_alpha() is None]
    return [point for line in lines for point in np.column_stack(line.get_data())]


def test_upset_of_many_sets():
    ax = figures.plot_upset(many(120, 12))
    note = " ".join(ax.figure.texts[-1].get_text().split())
    drawn = sum(patch.get_height() for patch in ax.patches)
    rest = int(re.search(r"with (\d+) cases? not drawn", note).group(1))
    assert drawn + rest == 120
    assert len(texts(ax)) == 40
