"""Parameters of fit by group against plain sums, on a small panel."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from equifinal import InputError
from equifinal_qca import consistency_by, consistency_distance


@pytest.fixture
def panel():
    rng = np.random.default_rng(4)
    frame = pd.DataFrame(rng.random((24, 3)).round(2), columns=["A", "B", "Y"])
    return frame.assign(unit=np.repeat(list("pqrs"), 6), year=np.tile(range(2010, 2016), 4))


def test_pooled_between_and_within_consistencies(panel):
    x, y = np.minimum(panel["A"], 1 - panel["B"]), panel["Y"]
    common = np.minimum(x, y)
    between, within = consistency_by(panel, "A*~B", "Y", by="year"), consistency_by(panel, "A*~B", "Y", panel["unit"])
    for table, groups in ((between, panel["year"]), (within, panel["unit"])):
        assert table.loc["pooled", "consistency"] == pytest.approx(common.sum() / x.sum())
        assert table.loc["pooled", "difference"] == 0
        assert list(table.index[1:]) == sorted(set(groups))
        assert table["n"].tolist() == [24] + [24 // groups.nunique()] * groups.nunique()
        by_group = common.groupby(groups).sum() / x.groupby(groups).sum()
        assert table["consistency"].iloc[1:].tolist() == pytest.approx(by_group.tolist())
        coverage = common.groupby(groups).sum() / y.groupby(groups).sum()
        assert table["coverage"].iloc[1:].tolist() == pytest.approx(coverage.tolist())
        both = np.minimum(common, 1 - y).groupby(groups).sum()
        pri = (common.groupby(groups).sum() - both) / (x.groupby(groups).sum() - both)
        assert table["pri"].iloc[1:].tolist() == pytest.approx(pri.tolist())
        # The pooled consistency is the groups' mean, weighted by their memberships in the set.
        weighted = (by_group * x.groupby(groups).sum()).sum() / x.sum()
        assert table.loc["pooled", "consistency"] == pytest.approx(weighted)
    assert between["difference"].iloc[1] == between["consistency"].iloc[1] - between["consistency"].iloc[0]


def test_a_group_without_members_is_undefined(panel):
    panel.loc[panel["unit"] == "p", "A"] = 0.0
    found = consistency_by(panel, "A", "~Y", by="unit")
    assert np.isnan(found.loc["p", "consistency"])
    assert np.isnan(found.loc["p", "difference"])
    assert found.loc["p", "coverage"] == 0


def test_wrong_groups_are_refused(panel):
    with pytest.raises(InputError, match="'region' is not a column"):
        consistency_by(panel, "A", "Y", by="region")
    with pytest.raises(InputError, match="another index"):
        consistency_by(panel, "A", "Y", by=panel["unit"].iloc[::-1])
    with pytest.raises(InputError, match="without a group: 3"):
        consistency_by(panel, "A", "Y", by=panel["unit"].mask(panel.index == 3))
    with pytest.raises(InputError, match="names the set 'Q'"):
        consistency_by(panel, "Q", "Y", by="unit")


@pytest.mark.parametrize(
    ("condition", "relation", "consistencies", "coverages", "distance"),
    [
        ("BARGAIN", "sufficiency", [0.569, 0.369, 0.504, 0.705, 0.737], [0.679, 0.675, 0.732, 0.668, 0.654], 0.13),
        ("EMP", "necessity", [0.58, 0.54, 0.605, 0.564, 0.602], [0.607, 0.37, 0.562, 0.727, 0.787], 0.024),
    ],
)
def test_a_published_panel_as_setmethods_prints_it(condition, relation, consistencies, coverages, distance):
    panel = pd.read_csv(Path(__file__).parents[1] / "published" / "SCHLF.csv")
    frame = panel.drop(columns=["COUNTRY", "YEAR"])
    found = consistency_by(frame, condition, "EXPORT", by=panel["YEAR"], relation=relation)
    assert found["n"].tolist() == [76, 19, 19, 19, 19]
    assert found["consistency"].tolist() == pytest.approx(consistencies, abs=5.1e-4)
    assert found["coverage"].tolist() == pytest.approx(coverages, abs=5.1e-4)
    assert consistency_distance(found) == pytest.approx(distance, abs=5.1e-4)


def test_distances_of_equal_groups_and_of_none():
    assert consistency_distance(pd.DataFrame({"consistency": [0.7, 0.6, 0.6, 0.6]})) == pytest.approx(0)
    assert np.isnan(consistency_distance(pd.DataFrame({"consistency": [0.7, np.nan, 0.6]})))
    with pytest.raises(InputError, match="relation"):
        consistency_by(pd.DataFrame({"A": [1, 0], "Y": [1, 0], "g": [1, 2]}), "A", "Y", by="g", relation="both")
