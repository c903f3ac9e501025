"""``equifinal trial``, as a command of its own; the command line adds it as it stands."""

import json

import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

import equifinal as eq
from equifinal.shell.trial import trial

PLUGIN = """
import equifinal as eq


class Yes(eq.Method):
    \"\"\"Supports everything.\"\"\"

    name = "yes"
    reference = "None (2026)"

    def analyze(self, study, rng):
        return eq.Analysis.for_prediction(self, None)

    def assess(self, analysis, claim, study):
        return eq.Verdict("supported")


@eq.hookimpl
def equifinal_methods():
    return [Yes]
"""


@pytest.fixture
def command(monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(trial)
    return lambda *arguments: CliRunner().invoke(app, [str(each) for each in arguments], catch_exceptions=False)


def test_a_plugin_author_sees_what_a_method_can_be_trusted_with(command, registry, tmp_path):
    (tmp_path / "yes.py").write_text(PLUGIN)
    said = command(
        *("noise", "conjunction", "-m", "yes", "-m", "nca", "--plugin", tmp_path / "yes.py"),
        *("-n", 12, "-n", 20, "--repetitions", 3, "-j", 1, "-o", tmp_path / "out", "--alone"),
    )
    assert said.exit_code == 0
    assert "yes: share of wrong verdicts" in said.output
    assert "n = 12" in said.output
    assert "yes, scenarios on which thresholds may be tuned" in said.output
    assert f"open {tmp_path / 'out' / 'trial.html'}" in " ".join(said.output.split())
    rates = pd.read_csv(tmp_path / "out" / "tables" / "rates.csv").set_index(["scenario", "n", "method", "proposition"])
    assert rates.loc[("noise", 20, "yes", "raises-A"), "wrong"] == 1
    assert rates.loc[("conjunction", 12, "yes", "raises-A"), "right"] == 1
    assert not (tmp_path / "out" / "tables" / "failures.csv").exists()
    page = (tmp_path / "out" / "trial.html").read_text(encoding="utf-8")
    assert "2 methods (yes and nca) judged claims about 12 simulated data sets" in page


def test_a_plugins_method_is_shown_beside_the_built_in_ones(command, registry, tmp_path):
    (tmp_path / "yes.py").write_text(PLUGIN)
    said = command(
        *("noise", "-m", "yes", "--plugin", tmp_path / "yes.py", "-p", "raises-A"),
        *("-n", 12, "--repetitions", 2, "-j", 1, "-o", tmp_path / "out", "-f", "html", "-f", "json"),
    )
    assert said.exit_code == 0
    found = json.loads((tmp_path / "out" / "trial.json").read_text(encoding="utf-8"))
    rates = {row["method"]: row["wrong"] for row in found["rates"]}
    assert list(rates) == ["yes", "fsqca", "csqca", "regression", "nca", "clustering", "regression-membership"]
    assert rates["yes"] == 1
    page = (tmp_path / "out" / "trial.html").read_text(encoding="utf-8")
    assert "100\N{NO-BREAK SPACE}% (yes)" in page
    assert command("noise", "-m", "nca", "-n", 12, "--repetitions", 1, "-j", 1).output.count("share of wrong") == 1


def test_what_cannot_be_written_is_said_before_anything_is_computed(command, tmp_path, monkeypatch):
    (tmp_path / "mine.txt").write_text("mine")
    monkeypatch.setattr("equifinal.sweep.trial.trial", lambda *_, **__: pytest.fail("it computed"))
    with pytest.raises(eq.InputError, match="not empty"):
        command("noise", "-o", tmp_path)
    with pytest.raises(eq.InputError, match="'markdown' writes comparisons, not trials"):
        command("noise", "-o", tmp_path / "out", "-f", "markdown")


def test_it_goes_on_where_it_was(command, tmp_path):
    arguments = ["noise", "-m", "nca", "-n", 12, "-j", 1, "--store", tmp_path / "t.sweep", "-p", "necessary-A"]
    assert command(*arguments, "--repetitions", 2).exit_code == 0
    assert command(*arguments, "--repetitions", 4).exit_code == 0
    with eq.Store(tmp_path / "t.sweep") as store:
        assert len(store) == 4


def test_scenarios_are_listed(command):
    said = command("list")
    assert "persistent-panel" in said.output
    assert "A*B + C*D" in said.output


def test_wrong_names_are_errors(command):
    with pytest.raises(eq.InputError, match="Did you mean 'noise'"):
        command("nois", "-j", 1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-f", "csv"], "-f needs a folder"),
        (["--open"], "--open needs a folder"),
        (["-o", "out", "-f", "csv", "--open"], "Add -f html"),
    ],
)
def test_a_page_that_will_not_be_written_is_not_opened(arguments, words, command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(eq.InputError, match=words):
        command("noise", "-m", "nca", *arguments)
    assert not (tmp_path / "out").exists()
