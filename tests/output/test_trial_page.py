"""The page of a trial: its numbers are those of the tables, and it needs nothing from elsewhere."""

import json
import re
import tempfile
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import equifinal as eq
from equifinal_output.report.html_report import HtmlReport
from equifinal_output.trials import charts, findings
from equifinal_output.trials.page import contents

IDS = ["raises-A", "joint-AB", "paths-2", "necessary-A"]
MARKS = [(True, 0.01, 0.9), (False, 0.02, 0.5), (False, 0.3, 0.9), (None, None, None)]


def page(trial):
    with tempfile.TemporaryDirectory() as folder:
        (path,) = HtmlReport().write_trial(trial, Path(folder))
        return path.read_text(encoding="utf-8")


class Says(eq.Method):
    """Answers everything alike; its label is a nasty one."""

    name = "says"
    reference = "None (2026)"
    answer: str = "supported"

    def analyze(self, study, rng):
        return eq.Analysis.for_prediction(self, None)

    def assess(self, analysis, claim, study):
        return eq.Verdict(self.answer)


NASTY = "<b>yes</b> & no"


@pytest.fixture(scope="module")
def trial():
    methods = {"fsqca": "fsqca", NASTY: Says(), "mute": Says(answer="silent")}
    return eq.trial(
        ["noise", "conjunction", "linear"], methods, [12, 30], 3, n_jobs=1, propositions=IDS, evidence=False
    )


@pytest.fixture
def firm(monkeypatch):
    """The same with marks that are true, false and missing."""
    from equifinal.sweep.asking import Mark

    def marks(calibrated, looks, seed):
        given = {label: MARKS[:3] if label == "fsqca" else MARKS for label in looks}
        return {
            label: [Mark(*given[label][number % len(given[label])]) for number in range(len(asked))]
            for label, (_, asked) in looks.items()
        }

    monkeypatch.setattr("equifinal.sweep.asking._firm", marks)
    methods = {"fsqca": "fsqca", NASTY: Says()}
    return eq.trial(["noise", "conjunction"], methods, [12, 30], 3, n_jobs=1, propositions=IDS)


class Tags(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found, self.open = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


def test_it_is_self_contained_and_escaped(trial):
    text = page(trial)
    tags = Tags(text).found
    assert not [each for tag, each in tags if "src" in each]
    assert [each["href"] for tag, each in tags if tag == "link"] == ["data:,"]
    assert not re.search(r"url\(|@import|https?://", text.split("<body>")[0])
    assert NASTY not in text
    assert "&lt;b&gt;yes&lt;/b&gt; &amp; no" in text
    ids = [each["id"] for _, each in tags if "id" in each]
    assert len(ids) == len(set(ids))
    assert {each["href"][1:] for tag, each in tags if tag == "a"} <= set(ids)


def test_the_first_paragraph_says_what_was_done(trial):
    said = findings.opening(trial)
    assert said.startswith(f"3 methods (fsqca, {NASTY} and mute) judged claims about 18 simulated data sets")
    assert "3 scenarios with 12 and 30 cases, 3 data sets for each combination" in said


def test_findings_are_the_means_of_the_tables(trial):
    rates = trial.rates.reset_index()
    own = rates[(rates["scenario"] == "noise") & (rates["method"] == "fsqca")]
    (wrong, found) = (sentences for _, sentences in contents(trial)["answers"])
    assert f"{charts.percent(own['wrong'].mean())} (fsqca)" in wrong[0]
    assert f"{charts.percent(1.0)} ({NASTY})" in wrong[0]
    assert "mute" not in wrong[0]
    rows = [
        row
        for row in rates[rates["method"] == "fsqca"].itertuples()
        if {each.label: each.truth() for each in trial.scenarios}[row.scenario][row.proposition, "set-theoretic"].right
        == "supported"
    ]
    assert len(rows) >= 6  # three claims of the conjunction, twice
    assert f"{charts.percent(np.mean([row.right for row in rows]))} (fsqca)" in found[0]
    assert found[-1] == "Which verdicts are firm was not asked: these are the error rates of the rules alone."


def test_tuning_and_held_out_scenarios_stand_apart(trial):
    shown = contents(trial)
    assert [each.name for each in shown["tuning"]] == ["noise", "conjunction"]
    assert [each.name for each in shown["held_out"]] == ["linear"]
    assert {each.title for each in shown["heats"]} == {"fsqca, noise", f"{NASTY}, noise"}


def test_heat_maps_show_the_rates(trial):
    heat = next(each for each in contents(trial)["heats"] if each.title == "fsqca, noise")
    assert heat.columns == ["n = 12", "n = 30"]
    shown = {name: [text for text, _ in cells] for name, cells in heat.rows}
    for id, words in (("raises-A", "A raises Y"), ("paths-2", "There are at least two paths")):
        expected = [charts.percent(trial.rates.loc["noise", n, "fsqca", id]["wrong"]) for n in (12, 30)]
        assert shown[words] == expected


def test_pages_without_marks_with_some_and_with_all(trial, firm):
    assert not contents(trial)["firm"]
    assert not contents(trial)["steps"]
    shown = contents(firm)
    assert shown["firm"]
    assert shown["firm_heats"]
    missing = next(each for each in shown["firm_heats"] if each.title.startswith(NASTY))
    assert ["–", "–"] in [[text for text, _ in cells] for _, cells in missing.rows]
    assert [len(each.bars) for each in shown["tuning"]] == [1, 1]  # some marks are missing
    assert {line.method for each in shown["steps"] for line in each.lines} <= {"fsqca", NASTY}
    assert "nan" not in page(firm).lower().replace("finance", "")


def test_what_is_written(trial, tmp_path):
    written = trial.write(tmp_path / "out")
    names = [path.relative_to(tmp_path / "out").as_posix() for path in written]
    assert names == [
        "tables/rates.csv",
        "tables/recovery.csv",
        "tables/steps.csv",
        "trial.html",
        "trial.json",
        "manifest.json",
    ]
    found = json.loads((tmp_path / "out" / "trial.json").read_text(encoding="utf-8"))
    read = pd.read_csv(tmp_path / "out" / "tables" / "rates.csv")
    assert len(found["rates"]) == len(read) == len(trial.rates)
    np.testing.assert_allclose(read["wrong"], trial.rates["wrong"])
    assert [row["n = 12"] if "n = 12" in row else row["12"] for row in found["data_sets"]] == [3, 3, 3]
    trial.write(tmp_path / "out", ["html"])  # replaces what is there
    assert not (tmp_path / "out" / "trial.json").exists()


def test_an_empty_trial_has_a_page():
    class Fails(Says):
        """It fails."""

        name = "fails"

        def analyze(self, study, rng):
            raise RuntimeError("No.")

    text = page(eq.trial("noise", {"fails": Fails()}, [12], 2, n_jobs=1))
    assert "2 analyses failed" in text


# ------------------------------------------------------------------------------------------------ pictures


def test_curves_lie_where_the_shares_are():
    frame = pd.DataFrame({"a": [0.0, 1.0], "b": [np.nan, 0.5]}, index=[12, 30])
    drawn = charts.curves("title", frame, {"a": 0, "b": 1})
    a, b = drawn.lines
    assert [y for _, y in a.points] == [drawn.bottom, drawn.top]
    assert [y for _, y in b.points] == [(drawn.bottom + drawn.top) / 2]
    assert [label for _, label in drawn.places] == ["n = 12", "n = 30"]
    assert a.points[1][0] != b.points[0][0]  # beside each other
    assert "a: n = 12 0\N{NO-BREAK SPACE}%, n = 30 100\N{NO-BREAK SPACE}%" in drawn.text
    assert "b: n = 12 –" in drawn.text


def test_bars_fill_their_width():
    index = pd.MultiIndex.from_tuples([("a", 12), ("a", 30), ("b", 12)], names=["method", "n"])
    shares = pd.DataFrame(
        [[0.25, 0.25, 0.5, 0], [1, 0, 0, 0], [0, 0, 0, 1.0]], index=index, columns=list(charts.WORTHS)
    )
    drawn = charts.bars("title", shares)
    whole = drawn.bars[1].segments[0].width
    assert [sum(each.width for each in bar.segments) for bar in drawn.bars] == pytest.approx([whole] * 3, abs=0.3)
    assert [each.kind for each in drawn.bars[0].segments] == ["right", "undecided", "silent"]
    assert [label for _, label in drawn.groups] == ["a", "b"]
    assert drawn.bars[-1].y + 14 < drawn.height


def test_dots_lie_between_the_ends_and_beyond_them_at_the_edge():
    frame = pd.DataFrame({"x": [0.05, 0.9], "x_low": [0.0, 0.8], "x_high": [0.2, 1.0]}, index=["one", "two"])
    drawn = charts.dots("title", frame, "x", 0.05, (0.0, 0.4))
    one, two = drawn.dots
    assert one.x == drawn.line
    assert one.low == drawn.ends[0][0]
    assert two.low == two.x == two.high == drawn.ends[1][0]
    assert two.text == "90\N{NO-BREAK SPACE}%"
