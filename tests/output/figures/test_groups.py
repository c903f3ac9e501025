"""Consistency and coverage by groups of cases, against equifinal_qca's own figures."""

import numpy as np
import pandas as pd
import pytest
from figure_toys import many, points, ticks

import equifinal as eq
from equifinal_output import figures
from equifinal_qca import consistency_by

PANEL = "open-data-barometer-2013-2014"


@pytest.mark.parametrize("relation", ["sufficiency", "necessity"])
def test_points_are_the_fit_of_each_group(countries, relation):
    ax = figures.plot_groups(countries, "region", x="LEAD*DEM", relation=relation)
    frame = countries.calibrated.fuzzy
    expected = consistency_by(frame, "LEAD*DEM", "OPEN", by=countries.study.data["region"], relation=relation)
    np.testing.assert_allclose(points(ax, "o")[:, 0], expected["consistency"])
    np.testing.assert_allclose(points(ax, "s")[:, 0], expected["coverage"])
    names = ["All cases", *expected.index[1:]]
    assert ticks(ax.yaxis) == [f"{name} ({n})" for name, n in zip(names, expected["n"], strict=True)]
    assert ax.get_xlabel() == f"Parameters of fit of {relation}"


def test_a_solution_and_a_path_of_a_method(countries):
    predicted = countries.analyses["fsqca"].cases["predicted"]
    frame = countries.calibrated.fuzzy.assign(P=predicted)
    expected = consistency_by(frame, "P", "OPEN", by=countries.study.data["region"])
    np.testing.assert_allclose(points(figures.plot_groups(countries, "region"), "o")[:, 0], expected["consistency"])
    ax = figures.plot_groups(countries, countries.study.data["region"], "fsqca", "LEAD*DEM*FIN")
    heading = " ".join(text.get_text() for text in ax.figure.texts)
    assert "Sufficiency by region, fsqca: LEAD*DEM*FIN" in heading


def test_a_panel_is_drawn_by_its_times():
    study = eq.load_study(PANEL)
    ax = figures.plot_groups(study, x="LEAD*FIN")
    expected = consistency_by(study.calibrate().fuzzy, "LEAD*FIN", "OPEN", by=study.calibrate().data["year"])
    np.testing.assert_allclose(points(ax, "o")[:, 0], expected["consistency"])


def test_many_groups_and_groups_without_a_member():
    study = many(90, 3)
    by = pd.Series(np.repeat(range(45), 2), index=study.data.index)
    ax = figures.plot_groups(study, by, x="A0*A1*A2")
    assert len(ax.get_yticks()) == 41
    assert any("5 groups nearest to all cases not drawn" in text.get_text() for text in ax.figure.texts)
    halves = pd.Series(np.repeat(["first", "second"], 45), index=study.data.index)
    emptied = figures.plot_groups(study, halves, x="0")
    said = " ".join(" ".join(text.get_text() for text in emptied.figure.texts).split())
    assert "no case has any membership in the condition: first (45), second (45)" in said


@pytest.mark.parametrize(
    ("by", "message"),
    [
        (None, "is not a panel: say which column has the groups"),
        ("regoin", "'regoin' is not a column of the data .* Did you mean 'region'"),
        (pd.Series({"Argentina": 1}), "needs one group for each case of 'open-data-barometer-2014': Australia"),
    ],
)
def test_groups_that_cannot_be_used(countries, by, message):
    with pytest.raises(eq.InputError, match=message):
        figures.plot_groups(countries, by)


def test_an_unknown_relation(countries):
    with pytest.raises(eq.InputError, match="relation = 'cause' is not one of sufficiency, necessity"):
        figures.plot_groups(countries, "region", relation="cause")
