"""A study begun from a table: what it tells is filled in, what it cannot tell is left open, and nothing is replaced."""

import re
import subprocess
import sys
import tomllib

import numpy as np
import pandas as pd
import pytest

import equifinal as eq
from equifinal.study.study_draft import draft_study

TABLE = """city,region,leadership,openness,staff (full time),budget,notes,same
Accra,W,20,70,3,1.5,x,1
Bamako,W,60,35,8,,x,1
Cairo,N,45,90,5,2.5,x,1
Dakar,W,80,20,1,4,x,1
"""


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "four cities.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def test_what_the_table_tells_is_filled_in(table):
    path = draft_study(table, "openness")
    assert path == table.with_name("study.toml")
    text = path.read_text(encoding="utf-8")
    drafted = tomllib.loads(text)
    assert drafted["study"] == {
        "name": "four cities",
        "title": "four cities",
        "data": "four cities.csv",
        "case": "city",
    }
    assert drafted["outcome"] == {"name": "OPENNESS", "label": "openness", "column": "openness"}
    assert [each["name"] for each in drafted["condition"]] == ["LEADERSHIP", "STAFF_FULL_TIME"]
    left = text.rstrip().splitlines()[-1]
    for reason in ("budget (has no number for Bamako)", "region (does not hold", "same (is the same for every case)"):
        assert reason in left


def test_the_figures_are_those_of_the_scores(table):
    text = draft_study(table, "openness", ["leadership"]).read_text(encoding="utf-8")
    scores = pd.read_csv(table)["openness"]
    low, quarter, half, three_quarters, high = np.quantile(scores, [0, 0.25, 0.5, 0.75, 1])
    assert (
        f"# 4 scores from {low:g} to {high:g}; a quarter up to {quarter:g}, half up to {half:g}, "
        f"three quarters up to {three_quarters:g}"
    ) in text
    assert "staff (full time) (not asked for)" in text


def test_until_there_are_anchors_loading_says_so_and_then_it_runs(table):
    path = draft_study(table, "openness", ["leadership", "staff (full time)"])
    with pytest.raises(eq.InputError, match="the outcome OPENNESS has no calibration"):
        eq.load_study(path)
    anchors = iter([(20, 50, 80), (20, 50, 80), (1, 4, 8)])

    def fill(_):
        return "calibrate = {{method = 'direct', full_out = {}, crossover = {}, full_in = {}}}".format(*next(anchors))

    filled = re.sub(r"^# calibrate = .*$", fill, path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    head, begin, proposition = filled.partition("# [[proposition]]")
    proposition, blank, rest = (begin + proposition).partition("\n\n")
    expected = head.replace('# expect = "present"', 'expect = "present"')
    path.write_text(expected + re.sub("^# ", "", proposition, flags=re.MULTILINE) + blank + rest, encoding="utf-8")
    study = eq.load_study(path)
    assert [each.expect for each in study.conditions] == ["present", "present"]
    comparison = eq.compare(eq.run(study, ["fsqca"]))
    assert comparison.cases.index.tolist() == ["Accra", "Bamako", "Cairo", "Dakar"]
    assert comparison.propositions.loc["P1", "text"] == "leadership alone is not necessary"
    assert comparison.verdicts.loc["P1", "fsqca"] in ("supported", "contradicted")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"outcome": "opennes"}, r"no column 'opennes'\. Did you mean 'openness'"),
        ({"outcome": "notes"}, "'notes' does not hold numbers"),
        ({"outcome": "budget"}, "'budget' has no number for Bamako"),
        ({"outcome": "same"}, "'same' is the same for every case"),
        ({"outcome": "openness", "conditions": ["leader"]}, r"no column 'leader'\. Did you mean 'leadership'"),
        ({"outcome": "openness", "conditions": ["openness"]}, "both the outcome and a condition"),
        ({"outcome": "openness", "case": "town"}, "no column 'town'"),
        ({"outcome": "openness", "case": "region"}, "two rows have the name 'W'"),
    ],
)
def test_wrong_input_is_one_sentence_and_writes_nothing(table, arguments, message):
    with pytest.raises(eq.InputError, match=message):
        draft_study(table, **arguments)
    assert [each.name for each in table.parent.iterdir()] == ["four cities.csv"]


def test_a_table_without_names_asks_for_them(tmp_path):
    path = tmp_path / "bare.csv"
    path.write_text("a,b\n1,2\n3,4\n", encoding="utf-8")
    with pytest.raises(eq.InputError, match="no column holds a name for each case"):
        draft_study(path, "b")
    with pytest.raises(eq.InputError, match="no column other than the outcome is likely to hold the scores"):
        draft_study(path, "b", case="a")


def test_a_table_that_is_not_there_or_no_table_is_said(tmp_path):
    with pytest.raises(eq.InputError, match=r"There is no file '.*cities\.csv' with a table of cases"):
        draft_study(tmp_path / "cities.csv", "openness")
    (tmp_path / "cities.csv").write_bytes(b"\0\0")
    with pytest.raises(eq.InputError, match=r"Cannot start a study: the data file '.*cities\.csv' is not a text file"):
        draft_study(tmp_path / "cities.csv", "openness")
    assert not (tmp_path / "study.toml").exists()


def test_odd_columns_become_names_of_sets(tmp_path):
    path = tmp_path / "odd.csv"
    path.write_text('name,n,2014,领导,"say ""yes""",a-b,a b\nx,1,2,3,4,5,6\ny,2,3,4,5,6,7\n', encoding="utf-8")
    drafted = tomllib.loads(draft_study(path, "n").read_text(encoding="utf-8"))
    assert [each["name"] for each in drafted["condition"]] == ["SET_2014", "领导", "SAY_YES", "A_B", "A_B_2"]
    assert [each["column"] for each in drafted["condition"]][2] == 'say "yes"'
    for each in drafted["condition"]:
        eq.Variable(each["name"])


def test_a_file_that_is_there_is_left_alone(table):
    path = table.with_name("study.toml")
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(eq.InputError, match="already exists"):
        draft_study(table, "openness")
    assert path.read_text(encoding="utf-8") == "mine"


def test_the_command(table):
    command = [sys.executable, "-m", "equifinal.shell.cli", "study", "new", str(table), "--outcome", "openness"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "study.toml" in done.stdout
    assert "anchors" in done.stdout
    again = subprocess.run(command, capture_output=True, text=True)
    assert again.returncode == 2
    assert "already exists" in again.stderr


def test_one_condition_needs_no_list(tmp_path):
    path = tmp_path / "cities.csv"
    path.write_text("city,leadership,money,openness\nA,20,7,70\nB,60,3,35\nC,10,9,5\n", encoding="utf-8")
    draft_study(path, "openness", conditions="leadership")
    assert 'column = "money"' not in (tmp_path / "study.toml").read_text(encoding="utf-8")
