"""The specification curve."""

import numpy as np
import pandas as pd
import pytest
from figure_toys import points, ticks

import equifinal as eq
from equifinal_output import figures


def test_specification_curve_of_a_method_of_ones_own(specified):
    assert "mine-specification-curve" in {picture.name for picture in figures.figures_of(specified)}
    ax = figures.plot_specification_curve(specified)
    assert points(ax)[:, 1].tolist() == [-0.1, 0.2, 0.4]  # sorted; the one without an estimate is left out
    (below,) = ax.child_axes
    rows = ticks(below.yaxis)
    assert rows == ["model: linear", "model: $x$", "model: <b>logit</b>", "controls: False", "controls: True"]
    places = {
        rows[int(line.get_ydata()[0])]: list(line.get_xdata()) for line in below.lines if line.get_marker() == "o"
    }
    wanted = dict(zip(rows, ([0], [1], [2], [0, 1], [2]), strict=True))
    assert {row: places[row] for row in rows} == wanted
    (picture,) = [each for each in figures.figures_of(specified) if each.name == "mine-specification-curve"]
    assert picture.alt.startswith("3 specifications; estimates from -0.100 to 0.400, median 0.200; 2 above 0.")
    assert "The interval excludes 0 in 1." in picture.alt
    assert "Reconstructed data" in " ".join(text.get_text() for text in ax.figure.texts)
    assert "<b>" not in picture.svg()


def test_specification_curve_of_a_table(specified, countries):
    table = pd.DataFrame({"estimate": np.linspace(-1, 1, 200), "which": [f"w{number % 3}" for number in range(200)]})
    assert len(points(figures.plot_specification_curve(table))) == 200
    with pytest.raises(eq.InputError, match="No method of study"):
        figures.plot_specification_curve(countries)
    with pytest.raises(eq.InputError, match="column 'estimate'"):
        figures.plot_specification_curve(table.drop(columns="estimate"))
    with pytest.raises(eq.InputError, match="no estimate"):
        figures.plot_specification_curve(table.assign(estimate=np.nan))
    with pytest.raises(eq.InputError, match="'number' alone has 200 values"):
        figures.plot_specification_curve(table.assign(number=range(200)))
