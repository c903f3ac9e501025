"""Results show themselves in notebooks: everything escaped, small and quick."""

import time
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pandas as pd
import pytest

import equifinal as eq
from equifinal.html import bullets, table
from equifinal_qca import minimize, robustness_to, truth_table

NASTY = "<script>alert('x')</script> & <b>"


class Page(HTMLParser):
    """The tags of a piece of HTML and its text; what is open must close in order."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.text = ""
        self.feed(source)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


ALLOWED = {"div", "p", "strong", "ul", "li", "table", "caption", "thead", "tbody", "tr", "th", "td"}


class Mean(eq.Method):
    """The mean <i>."""

    name = "mean"

    def analyze(self, calibrated: eq.CalibratedStudy, rng: np.random.Generator) -> eq.Analysis:
        names = list(calibrated.condition_names)
        conditions = pd.DataFrame({"role": "core", "direction": 1, "evidence": NASTY}, index=names)
        configurations = pd.DataFrame(
            {
                "expression": [None],
                "cases": [list(calibrated.cases)],
                "consistency": [0.5],
                "coverage": [np.nan],
                NASTY: [1],
            },
            index=[f"path {NASTY}"],
        )
        cases = pd.DataFrame({"group": None, "predicted": calibrated.fuzzy[names].mean(axis=1)}, index=calibrated.cases)
        return eq.Analysis(self, conditions, configurations, cases, {NASTY: 2 / 3}, {NASTY: conditions}, [NASTY])

    def assess(self, analysis: eq.Analysis, proposition: eq.Proposition, calibrated: eq.CalibratedStudy) -> eq.Verdict:
        return eq.Verdict("supported", NASTY)


class Broken(Mean):
    """It fails."""

    name = "broken"

    def analyze(self, calibrated: eq.CalibratedStudy, rng: np.random.Generator) -> eq.Analysis:
        raise RuntimeError(NASTY)


@pytest.fixture(scope="module")
def run() -> eq.Run:
    rng = np.random.default_rng(0)
    index = [f"{NASTY} {number}" for number in range(30)]
    data = pd.DataFrame(rng.uniform(0, 10, (30, 3)), columns=["a", "b", NASTY], index=index)
    anchors = {"method": "direct", "full_out": 1, "crossover": 5, "full_in": 9}
    study = eq.Study(
        name="nasty",
        title=f"Title {NASTY}",
        note=f"Note {NASTY}",
        provenance="simulated",
        data=data,
        outcome=eq.Variable("Y", NASTY, label=NASTY, calibrate=anchors),
        conditions=[eq.Variable("A", "a", label=NASTY, calibrate=anchors), eq.Variable("B", "b", calibrate=anchors)],
        propositions=[
            {"id": f"<i>{number}", "text": NASTY, "claim": "necessary", "expression": "A"} for number in "ab"
        ],
    )
    return eq.run(study, methods={f"m {NASTY}": Mean(), "broken": Broken()})


@pytest.fixture(scope="module")
def results(run: eq.Run) -> dict[str, Any]:
    rows = truth_table(run.calibrated.fuzzy, "Y", consistency_cutoff=0.5)
    return {
        "study": run.study,
        "calibrated": run.calibrated,
        "analysis": run[f"m {NASTY}"],
        "failure": run["broken"],
        "run": run,
        "comparison": eq.compare(run),
        "asymmetry": eq.compare(run).asymmetry,
        "contrarian": eq.compare(run).contrarian,
        "verdict": eq.Verdict("contradicted", NASTY),
        "truth table": rows,
        "solution": minimize(rows),
        "robustness": robustness_to(minimize(rows).best, [minimize(rows).best]),
    }


@pytest.mark.parametrize(
    "name",
    [
        *("study", "calibrated", "analysis", "failure", "run", "comparison", "asymmetry", "contrarian", "verdict"),
        *("truth table", "solution", "robustness"),
    ],
)
def test_every_result_shows_itself_escaped(results: dict[str, Any], name: str) -> None:
    results[name]._repr_html_()  # what is computed when first asked for is no matter of showing
    before = time.perf_counter()
    source = results[name]._repr_html_()
    assert time.perf_counter() - before < 0.5
    page = Page(source)
    assert page.tags <= ALLOWED
    assert len(source) < 20_000
    assert NASTY in page.text


def test_what_they_say(results: dict[str, Any]) -> None:
    said = {name: Page(result._repr_html_()).text for name, result in results.items()}
    assert "30 cases, 2 conditions, 2 propositions." in said["study"]
    assert "... and 18 more rows." in said["calibrated"]
    assert "and 24 more" in said["analysis"]
    assert "failed: RuntimeError" in said["run"]
    assert "✔ supported" in said["comparison"]
    assert said["verdict"] == f"✘ contradicted {NASTY}"
    assert "predictions_apart" in said["asymmetry"]
    assert "Cramér" in said["contrarian"] or "cramers_v" in said["contrarian"]
    for name in ("study", "calibrated", "run", "comparison", "asymmetry"):
        assert f"⚠ Simulated data. Note {NASTY}" in said[name]
    best = results["solution"].best
    assert best.expression in said["solution"]
    assert f"{best.fit['consistency'].iloc[0]:.3f}" in said["solution"]
    assert f"{results['truth table'].rows['pri'].iloc[0]:.3f}" in said["truth table"]


def test_a_panel_by_time_shows_itself() -> None:
    comparison = eq.compare(eq.run(eq.load_study("open-data-barometer-2013-2014"), methods=["fsqca"]))
    page = Page(comparison.by_time._repr_html_())
    assert page.tags <= ALLOWED
    assert "LEAD*DEM*FIN" in page.text
    assert all(time in page.text for time in ("2013", "2014"))


def test_without_models_there_is_a_note() -> None:
    frame = pd.DataFrame({"A": [1, 0, 1, 0], "Y": [0, 0, 1, 1]})
    solution = minimize(truth_table(frame, "Y"))
    assert not solution.models
    assert Page(solution._repr_html_()).text == "".join(["Conservative solution for Y", *solution.notes])


def test_tables_cut_what_is_long() -> None:
    frame = pd.DataFrame({("a", "x"): [0.5] * 3, ("b", ""): [None, True, list("abcdefgh")]})
    text = Page(table(frame, "Caption", most=3)).text
    assert text == "Captiona xb00.500–10.500yes20.500a, b, c, d, e, f and 2 more"
    assert Page(table(frame, most=1)).text.endswith("... and 2 more rows.")
    assert bullets([]) == ""
