"""What single pages promise, beyond that their blocks run (test_pages.py)."""

import re
from pathlib import Path

import equifinal as eq

ROOT = Path(__file__).parents[2]


def block(page: str, opening: str) -> str:
    """The first fenced block of a page that opens with these words."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found = re.search(rf"^```{re.escape(opening)}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert found, f"{page} has no block {opening!r}"
    return found[1]


def test_the_readme_shows_the_example_plugin_whole():
    plugin = (ROOT / "docs/examples/rank_correlation.py").read_text(encoding="utf-8")
    assert plugin in (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(plugin.splitlines()) < 30


def test_the_study_file_of_the_docs_is_read(tmp_path):
    for name, opening in {"cities.csv": 'csv title="cities.csv"', "study.toml": 'toml title="study.toml"'}.items():
        (tmp_path / name).write_text(block("docs/your-own-study.md", opening), encoding="utf-8")
    study = eq.load_study(tmp_path / "study.toml")
    assert [condition.name for condition in study.conditions] == ["LEAD", "FIN"]
    assert not study.conditions[1].manipulable
    assert eq.compare(eq.run(study, methods=["fsqca", "fractional"])).verdicts.loc["P1", "fractional"] == "silent"


def test_a_study_from_a_csv_takes_under_fifteen_lines():
    code = block("docs/your-own-study.md", "python")
    assert "comparison.write(" in code
    assert len([line for line in code.splitlines() if line.strip()]) < 15


def test_the_constructed_scores_of_the_pages_are_those_of_the_reconstruction_and_called_so():
    cities = eq.load_study("heilongjiang").data
    page = (ROOT / "docs/your-own-study.md").read_text(encoding="utf-8")
    for line in block("docs/your-own-study.md", 'csv title="cities.csv"').splitlines()[1:]:
        city, *scores = line.split(",")
        assert list(map(int, scores)) == cities.loc[city, ["leadership", "finance", "openness"]].tolist()
    assert page.count("reconstruction") >= 2
    assert "constructed for teaching" in (ROOT / "docs/how-to/qca-engine.md").read_text(encoding="utf-8")


def test_figures_that_the_tutorial_tells():
    """ "From a spreadsheet to a report": the figures in its sentences, worked out from the bundled study."""
    page = " ".join((ROOT / "docs/from-a-spreadsheet.md").read_text(encoding="utf-8").split())
    study = eq.load_study("open-data-barometer-2013")
    analysis = eq.run(study, methods=["fsqca"])["fsqca"]
    path = analysis.configurations.loc["LEAD*DEM*FIN*HUM"]
    fuzzy = study.calibrate().fuzzy
    without = [case for case in path["cases"] if fuzzy.loc[case, "OPEN"] < 0.5]
    assert f"(consistency {path['consistency']:.2f})" in page
    assert 0.6 < path["coverage"] < 0.7
    assert "about two thirds of the outcome" in page
    assert f"holds {len(path['cases'])} countries" in page
    assert len(without) == 6
    assert "Six countries had all four and did not publish openly" in page
    necessity = analysis.tables["necessity"].loc["LEAD", "consistency"]
    assert f"Leadership has {necessity:.3f}" in page
    assert (study.calibrate().raw["LEAD"] == 5).sum() == 14
    assert "14 countries score exactly 5" in page
    assert study.data["supin"].quantile(0.25) == 0
    assert study.data["supin"].median() == 2


def test_figures_that_the_study_from_end_to_end_tells():
    page = " ".join((ROOT / "docs/barometer.md").read_text(encoding="utf-8").split())
    study = eq.load_study("open-data-barometer-2014")
    fuzzy = study.calibrate().fuzzy
    for said in (
        "PRI cutoff of 0.59 instead of 0.6",
        "a PRI of 0.595 and two countries",
        "One survey.",
        "Perceptions.",
    ):
        assert said in page, said
    assert fuzzy.loc["Chile", "OPEN"] > 0.5 > fuzzy.loc["Singapore", "OPEN"]
    ranks = study.calibrate().raw[["LEAD", "DEM", "FIN", "HUM"]].corr("spearman").to_numpy()
    apart = ranks[ranks < 0.999]
    assert f"rank correlations are {apart.min():.2f} to {apart.max():.2f}" in page
    bottleneck = eq.run(study, methods=["nca"])["nca"].tables["bottleneck"]
    assert bottleneck.loc["70", "LEAD"] == "70.0"
    verdicts = {
        year: eq.compare(eq.run(eq.load_study(f"open-data-barometer-{year}"), methods=["fsqca"])).verdicts["fsqca"]
        for year in (2013, 2014)
    }
    differ = verdicts[2013].index[verdicts[2013] != verdicts[2014]].tolist()
    either, both = "4-either-resource", "4-both-resources"
    assert {"3-key", "1-FIN-or-HUM", either, both} <= set(differ), "the page names them"
    assert (len(differ), len(verdicts[2013])) == (8, 22), "the page says that eight of 22 verdicts differ"
    assert verdicts[2013][["3-key", either, both]].tolist() == ["contradicted"] * 3
    assert verdicts[2013]["1-FIN-or-HUM"] == "supported"


def test_links_of_the_pages_outside_the_site_lead_to_files():
    """mkdocs checks the links between the pages of the site; these pages are read on the disk or where the code is kept."""
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "data/equifinal_data").glob("*/README.md")):
        for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)}: {target}"


def test_pages_that_the_code_names_are_there():
    for file in (ROOT / "framework").rglob("*.py"):
        for named in re.findall(r"docs/[\w/-]+\.md", file.read_text(encoding="utf-8")):
            assert (ROOT / named).is_file(), f"{file.name} names {named}"
