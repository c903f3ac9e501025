"""Writing a study and reading it again gives the same study; the files are written whole or not at all.

The independent source is the standard library's TOML parser, and the study that went in.
"""

import dataclasses
import tomllib

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import equifinal as eq
from equifinal.study.study_writer import study_toml

BUNDLED = ["heilongjiang", "open-data-barometer-2013", "open-data-barometer-2014", "open-data-barometer-2013-2014"]
DIRECT = {"method": "direct", "full_out": 20, "crossover": 50, "full_in": 80}


def cities(**changes):
    data = pd.DataFrame(
        {"lead": [10.1, 1 / 3, 70, 90], "open": [15, 1e-17, 100 / 7, 88], "remark": ["a", None, "c,d", 'e"f']},
        index=pd.Index(["NA", "b", "c d", "ö"], name="city"),
    )
    given = {
        "name": "cities",
        "data": data,
        "outcome": eq.Variable("OPEN", "open", calibrate=DIRECT),
        "conditions": [eq.Variable("LEAD", "lead", calibrate=DIRECT, expect="absent", manipulable=False)],
    }
    return eq.Study(**given | changes)


def summed(name):
    """Cities, and below them a row with their sums."""
    return cities().data.assign(lead=[10.0, 30, 80, 120], open=[15.0, 5, 70, 90]).rename(index={"ö": name})


def assert_same(study, again):
    pd.testing.assert_frame_equal(
        study.calibrate().fuzzy, again.calibrate().fuzzy, check_exact=True, check_index_type=False, check_names=False
    )
    assert [dataclasses.replace(v, calibrate=None).__dict__ for v in study.variables[:-1]] == [
        dataclasses.replace(v, calibrate=None).__dict__ for v in again.variables[:-1]
    ]
    assert study.methods == again.methods
    assert [proposition.model_dump() for proposition in study.propositions] == [
        proposition.model_dump() for proposition in again.propositions
    ]
    for key in ("name", "title", "provenance", "description", "source", "licence", "citation", "note", "unit", "time"):
        assert getattr(study, key) == getattr(again, key), key


@pytest.mark.parametrize("name", BUNDLED)
def test_a_bundled_study_is_the_same_after_writing(name, tmp_path):
    study = eq.load_study(name)
    paths = eq.save_study(study, tmp_path / "new" / "folder")
    assert [path.name for path in paths] == ["study.toml", "cases.csv"]
    again = eq.load_study(tmp_path / "new" / "folder")
    assert_same(study, again)
    assert study.data_hash == again.data_hash
    first, second = eq.run(study, methods=["fsqca"])["fsqca"], eq.run(again, methods=["fsqca"])["fsqca"]
    pd.testing.assert_frame_equal(first.configurations, second.configurations)


@pytest.mark.parametrize("name", BUNDLED)
def test_the_text_says_what_the_studys_own_file_says(name):
    own = tomllib.loads(eq.studies()[name].cls.path.read_text(encoding="utf-8"))
    assert tomllib.loads(study_toml(eq.load_study(name))) == own


def test_numbers_are_kept_to_the_last_digit_and_odd_names_as_they_are(tmp_path):
    study = cities()
    eq.save_study(study, tmp_path / "s.toml")
    again = eq.load_study(tmp_path / "s.toml")
    assert list(again.data.index) == ["NA", "b", "c d", "ö"]
    np.testing.assert_array_equal(again.raw.to_numpy(), study.raw.to_numpy())
    assert_same(study, again)


def test_what_is_built_in_python_is_written(tmp_path):
    calibrator = eq.calibrators()["direct"].cls(full_out=20.0, crossover=np.float64(50), full_in=80, idm=0.9)
    proposition = eq.propositions()["necessary"].cls(id="P", expression="LEAD", expect=False, where="~LEAD")
    study = cities(
        outcome=eq.Variable("OPEN", "open", calibrate=calibrator),
        propositions=[proposition],
        methods={"mvqca": {"thresholds": {"LEAD": (30, np.int64(60))}}, "other": {"method": "regression"}},
        note='Two lines:\n"""quoted""" and C:\\path\t\n\nend',
        title="Städte",
    )
    eq.save_study(study, tmp_path)
    again = eq.load_study(tmp_path)
    assert again.outcome.calibrator == calibrator
    assert again.propositions == (proposition,)
    assert again.methods == {"mvqca": {"thresholds": {"LEAD": [30, 60]}}, "other": {"method": "regression"}}
    assert again.note == study.note


def test_the_absence_of_the_outcome_can_be_written(tmp_path):
    study = eq.load_study("heilongjiang").negated()
    eq.save_study(study, tmp_path)
    assert_same(study, eq.load_study(tmp_path))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(codec="utf-8", exclude_categories=["Cc"], include_characters="\n\t"), max_size=40))
@example("\n")
@example("\n\nafter an empty line")
def test_any_text_comes_back(text):
    table = tomllib.loads(study_toml(cities(note=text, description=text)))["study"]
    assert (table.get("note", ""), table.get("description", "")) == (text, text)


# --------------------------------------------------------------------------------- nothing is lost, nothing is half


def test_a_file_that_is_there_is_replaced_only_when_asked(tmp_path):
    (tmp_path / "study.toml").write_text("mine")
    with pytest.raises(eq.InputError, match=r"study\.toml would be replaced"):
        eq.save_study(cities(), tmp_path)
    assert (tmp_path / "study.toml").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["study.toml"]
    eq.save_study(cities(), tmp_path, overwrite=True)
    assert eq.load_study(tmp_path).name == "cities"


def test_other_data_of_the_same_name_stand_in_the_way_and_the_same_data_do_not(tmp_path):
    eq.save_study(cities(), tmp_path)
    before = (tmp_path / "cases.csv").stat().st_mtime_ns
    eq.save_study(cities(note="second"), tmp_path / "second.toml")
    assert (tmp_path / "cases.csv").stat().st_mtime_ns == before
    others = cities(data=cities().data.assign(lead=[1.0, 2, 3, 4]))
    with pytest.raises(eq.InputError, match=r"cases\.csv would be replaced"):
        eq.save_study(others, tmp_path / "third.toml")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cases.csv", "second.toml", "study.toml"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"methods": {"regression": {"alpha": None}}}, r"\[methods.regression\] alpha has no value"),
        ({"methods": {"regression": {"alpha": float("nan")}}}, r"\[methods.regression\] alpha has no value"),
        ({"data": summed("Total")}, "the case name 'Total' would read back differently"),
        ({"data": cities().data.rename_axis(None).assign(case=1)}, "'case' is taken"),
    ],
)
def test_what_a_file_cannot_hold_is_said_and_nothing_is_written(changes, message, tmp_path):
    with pytest.raises(eq.InputError, match=message):
        eq.save_study(cities(**changes), tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


def test_a_calibrator_that_no_plugin_registers_is_said(tmp_path):
    class Share(eq.Calibrator):
        """The score divided by the largest possible one."""

        name = "share-of-a-hundred"

        def calibrate(self, raw):
            return raw / 100

    with pytest.raises(eq.InputError, match=r"cannot be written as a file: .*unknown method 'share-of-a-hundred'"):
        eq.save_study(cities(outcome=eq.Variable("OPEN", "open", calibrate=Share())), tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(eq.InputError, match="cannot be written"):
        eq.save_study(cities(), tmp_path / "file" / "study.toml")
    with pytest.raises(eq.InputError, match="takes a Study"):
        eq.save_study("heilongjiang", tmp_path)


COMMENTED = """\
# Who made this, and when.
[study]
name = "commented"   # a name
title = 'Cases, described'
provenance = "simulated"
data = "cases.csv"
case = "case"

[outcome]
name = "Y"
column = "y"
calibrate = {method = "direct", full_out = 20, crossover = 50, full_in = 80}  # after the handbook

# The first condition.
[[condition]]
name = "A"
column = "a"
calibrate = {method = "direct", full_out = 20, crossover = 50, full_in = 80}  # to be discussed
expect = "present"

# The second one.
[[condition]]
name = "B"
column = "b"
calibrate = {method = "crisp", threshold = 50}

[methods.fsqca]
consistency_cutoff = 0.8   # Ragin
"""


def test_comments_of_the_studys_own_file_are_kept(tmp_path):
    own = tmp_path / "own" / "study.toml"
    own.parent.mkdir()
    own.write_text(f"\ufeff{COMMENTED}", encoding="utf-8")
    data = pd.DataFrame({"a": [10.0, 60, 70, 90], "b": [1, 99, 2, 98], "y": [15.0, 40, 77, 88]}, index=list("abcd"))
    data.to_csv(own.with_name("cases.csv"), index_label="case")
    study = eq.load_study(own)
    unchanged, _ = eq.save_study(study, tmp_path / "same", own=own)
    assert unchanged.read_text(encoding="utf-8") == COMMENTED
    first, second = study.conditions
    moved = dict(first.calibrate) | {"crossover": 55}
    methods = {"fsqca": {"consistency_cutoff": 0.85, "pri_cutoff": 0.6}}
    changed = dataclasses.replace(
        study,
        conditions=[dataclasses.replace(first, calibrate=moved), second],
        methods=methods,
        note="Changed.",
        case=None,
    )
    file, _ = eq.save_study(changed, tmp_path / "changed", own=own)
    text = file.read_text(encoding="utf-8")
    removed = [line for line in COMMENTED.splitlines() if line not in text.splitlines()]
    assert removed == [
        'calibrate = {method = "direct", full_out = 20, crossover = 50, full_in = 80}  # to be discussed',
        "consistency_cutoff = 0.8   # Ragin",
    ]
    assert 'calibrate = {method = "direct", full_out = 20, crossover = 55, full_in = 80}  # to be discussed' in text
    assert "consistency_cutoff = 0.85   # Ragin\n" in text
    assert_same(changed, eq.load_study(file))


def test_a_study_that_lost_a_condition_is_written_right(tmp_path):
    study = eq.load_study("heilongjiang")
    fewer = dataclasses.replace(study, conditions=study.conditions[1:], propositions=[], case=None)
    file, _ = eq.save_study(fewer, tmp_path, own=eq.studies()["heilongjiang"].cls.path)
    assert tomllib.loads(file.read_text(encoding="utf-8")) == tomllib.loads(study_toml(fewer))
