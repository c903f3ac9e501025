"""The radar chart: where the conditions of each path lie, read back from the axes."""

import numpy as np
import pytest
from figure_toys import many

import equifinal as eq
from equifinal_output import figures
from equifinal_qca import FsQCA

RINGS = {"absent": 1 / 3, "either": 2 / 3, "present": 1.0}


def compared(study, **parameters):
    return eq.compare(eq.run(study, methods={"qca": FsQCA(**parameters)}), evidence=False)


@pytest.mark.parametrize("conditions", [3, 5, 7])
def test_every_condition_of_every_path_lies_on_its_ring(conditions):
    comparison = compared(many(60, conditions), solution="conservative", consistency_cutoff=0.75)
    paths = comparison.analyses["qca"].configurations
    ax = figures.plot_radar(comparison)
    polygons = [line.get_xydata()[:-1] for line in ax.lines if line.get_linewidth() == 1.6 and len(line.get_xydata())]
    drawn = paths.loc[paths.index.isin(paths["coverage"].astype(float).nlargest(6).index)]
    assert len(polygons) == len(drawn)
    for polygon, expression in zip(polygons, drawn["expression"], strict=True):
        literals = expression.split("*")
        for place, (x, y) in enumerate(polygon):
            name = f"A{place}"
            state = "present" if name in literals else "absent" if f"~{name}" in literals else "either"
            assert np.hypot(x, y) == pytest.approx(RINGS[state], abs=0.1)
            assert np.arctan2(x, y) % (2 * np.pi) == pytest.approx(2 * np.pi * place / conditions, abs=1e-9)
    if len(paths) > 6:
        assert any(f"{len(paths) - 6} path" in text.get_text() for text in ax.figure.texts)


def test_markers_say_present_absent_core_and_peripheral(countries):
    ax = figures.plot_radar(countries, "fsqca")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "1: LEAD*DEM*FIN (consistency 0.865, coverage 0.681)",
        "2: LEAD*DEM*HUM (consistency 0.848, coverage 0.689)",
    ]
    markers = [line for line in ax.lines if line.get_marker() in ("o", "s") and len(line.get_xydata()) == 1]
    assert len(markers) == 6  # three conditions of each path; none where either will do
    assert {line.get_markerfacecolor() for line in markers} <= {"#0072B2", "#D55E00"}


def test_what_has_no_radar_chart(countries):
    with pytest.raises(eq.InputError, match=r"'regression' has no configurations of present and absent conditions"):
        figures.plot_radar(countries, "regression")
    with pytest.raises(eq.InputError, match=r"at least 3 conditions; 'qca' has 2. plot_configurations"):
        figures.plot_radar(compared(many(40, 2), consistency_cutoff=0.6))
