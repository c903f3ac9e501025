"""Every Python block of the README and the docs runs, and the docs say what the code does."""

import re
from pathlib import Path

import pandas as pd
import pytest

import equifinal as eq

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```python[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with the files that the pages speak of."""
    cities = pd.read_csv(ROOT / "data/equifinal_data/heilongjiang/cases.csv")
    cities.to_csv(tmp_path / "cities.csv", index=False)
    plugin = (ROOT / "docs/examples/rank_correlation.py").read_text(encoding="utf-8")
    (tmp_path / "rank_correlation.py").write_text(plugin, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    from equifinal import registry

    monkeypatch.setattr(registry, "_current", [])
    return tmp_path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_blocks_run(page, folder, capsys):
    # The files of docs/examples have tests of their own.
    text = re.sub(r"^--8<-- .*$", "import equifinal as eq", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    names = {}
    for block in BLOCK.findall(text):
        exec(compile(block, f"{page.name}", "exec"), names)  # the page's own code, block after block


def test_the_readme_shows_the_example_plugin_whole():
    plugin = (ROOT / "docs/examples/rank_correlation.py").read_text(encoding="utf-8")
    assert plugin in (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(plugin.splitlines()) < 30


def test_the_study_file_of_the_docs_is_read(folder):
    page = (ROOT / "docs/your-own-study.md").read_text(encoding="utf-8")
    toml = re.search(r"^```toml\n(.*?)^```", page, re.MULTILINE | re.DOTALL).group(1)
    (folder / "study.toml").write_text(toml, encoding="utf-8")
    (folder / "cities.csv").rename(folder / "cases.csv")
    study = eq.load_study(folder / "study.toml")
    assert [condition.name for condition in study.conditions] == ["LEAD", "FIN"]
    assert not study.conditions[1].manipulable
    assert eq.compare(eq.run(study, methods=["fsqca", "fractional"])).verdicts.loc["P1", "fractional"] == "silent"


def test_a_study_from_a_csv_takes_under_fifteen_lines():
    page = (ROOT / "docs/your-own-study.md").read_text(encoding="utf-8")
    block = BLOCK.search(page).group(1)
    assert "comparison.write(" in block
    assert len([line for line in block.splitlines() if line.strip()]) < 15
