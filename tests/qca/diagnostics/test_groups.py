"""Parameters of fit by group against plain sums, on a small panel."""

import numpy as np
import pandas as pd
import pytest

from equifinal import InputError
from equifinal_qca import consistency_by


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
