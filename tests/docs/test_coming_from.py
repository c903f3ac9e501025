"""Whatever the page for those who come from other programs offers exists, and runs as it stands there."""

import re
from pathlib import Path

import matplotlib as mpl
import pytest

PAGE = Path(__file__).parents[2] / "docs/coming-from.md"


def offered() -> list[str]:
    """Every code span in the right column of a table."""
    rows = re.findall(r"^\| (?!---)(.+) \|$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return list(dict.fromkeys(span for row in rows for span in re.findall(r"`([^`]+)`", row.rsplit(" | ", 1)[1])))


@pytest.fixture(scope="module")
def names():
    mpl.use("agg")
    names = {}
    exec(re.search(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)[1], names)
    return names


@pytest.mark.parametrize("code", offered())
def test_what_is_offered_runs(code, names, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names["study"].data.to_csv("cases.csv")
    if "read_excel" in code:
        names["study"].data.to_excel("cases.xlsx")
    assert eval(code, dict(names)) is not None
    from matplotlib import pyplot

    pyplot.close("all")


def test_every_row_offers_something_or_says_none():
    rows = re.findall(r"^\| (?!---)(.+) \|$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert len(rows) > 70
    for row in rows:
        ours = row.rsplit(" | ", 1)[1]
        assert "`" in ours or ours in ("here", "none"), row
