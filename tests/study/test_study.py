"""Studies, in Python and from files, and what methods get of them."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

import equifinal as eq

DIRECT = {"method": "direct", "full_out": 20, "crossover": 50, "full_in": 80}
FALLING = {"method": "direct", "full_out": 80, "crossover": 50, "full_in": 20}


def table():
    return pd.DataFrame(
        {
            "leadership": [10, 80, 60, 30, 90, 20],
            "money": [1.5, 3.5, 7.5, 2.5, 8.5, 6.5],
            "open": [12, 70, 65, 30, 90, 50],
            "remark": list("abcdef"),
        },
        index=pd.Index(["Accra", "Bamako", "Cairo", "Dakar", "Enugu", "Fez"], name="city"),
    )


def study(**changes):
    given = {
        "name": "towns",
        "data": table(),
        "outcome": eq.Variable("OPEN", "open", calibrate=DIRECT),
        "conditions": [
            eq.Variable("LEAD", "leadership", calibrate=DIRECT, expect="present"),
            eq.Variable("FIN", "money", calibrate={"method": "ranks"}, expect="absent"),
        ],
    }
    return eq.Study(**(given | changes))


# ----------------------------------------------------------------------------------------------- variables


def test_column_and_label_default_to_the_name():
    variable = eq.Variable("LEAD")
    assert (variable.column, variable.label, variable.calibrator) == ("LEAD", "LEAD", None)


def test_a_variable_takes_a_calibrator_as_it_is():
    calibrator = eq.calibrators()["crisp"].cls(threshold=5)
    assert eq.Variable("FIN", calibrate=calibrator).calibrator is calibrator


def test_variables_studies_and_calibrated_studies_are_frozen_and_compared_by_identity():
    one, other = study(), study()
    for a, b in ((one, other), (one.outcome, other.outcome), (one.calibrate(), one.calibrate())):
        assert a != b
        assert a == a
        assert len({a, b}) == 2
        with pytest.raises(dataclasses.FrozenInstanceError):
            a.name = "other"


# ------------------------------------------------------------------------------------------------- studies


def test_a_file_and_python_give_the_same_study(towns):
    loaded = eq.load_study(towns)
    made = eq.Study(
        name="towns",
        data=pd.read_csv(towns.parent / "cases.csv"),
        case="city",
        outcome=eq.Variable("OPEN", "open", calibrate=DIRECT),
        conditions=[
            eq.Variable("LEAD", "leadership", calibrate=DIRECT),
            eq.Variable("FIN", "money", calibrate={"method": "crisp", "threshold": 5}),
        ],
        propositions=[{"id": "P1", "claim": "necessary", "expression": "LEAD"}],
        methods={"regression": {"alpha": 0.1}},
    )
    pd.testing.assert_frame_equal(loaded.data, made.data, check_index_type=False)
    pd.testing.assert_frame_equal(loaded.describe(), made.describe())
    pd.testing.assert_frame_equal(loaded.calibrate().fuzzy, made.calibrate().fuzzy, check_index_type=False)
    for key in ("name", "title", "propositions", "methods", "provenance", "note", "unit", "time", "data_hash"):
        assert getattr(loaded, key) == getattr(made, key), key


def test_every_key_of_the_study_table_reaches_the_study(towns):
    about = {
        "title": "Towns",
        "provenance": "simulated",
        "description": "Six towns.",
        "source": "Nowhere.",
        "licence": "CC0",
        "citation": "None.",
        "note": "Made up.",
        "unit": "country",
        "time": "year",
    }
    lines = "".join(f'{key} = "{value}"\n' for key, value in about.items())
    towns.write_text(towns.read_text().replace('case = "city"\n', f'case = "city"\n{lines}'))
    path = towns.parent / "cases.csv"
    pd.read_csv(path).assign(country=["NA", "ML", "EG", "SN", "NG", "MA"], year=2014).to_csv(path, index=False)
    loaded = eq.load_study(towns)
    assert {key: getattr(loaded, key) for key in about} == about
    assert loaded.data["country"].tolist()[0] == "NA"  # Namibia, not a missing value


def test_optional_keys_of_a_variable_reach_it(towns):
    towns.write_text(
        towns.read_text().replace(
            'column = "money"', 'column = "money"\nlabel = "Money"\nexpect = "absent"\nmanipulable = false'
        )
    )
    fin = eq.load_study(towns).conditions[1]
    assert (fin.label, fin.expect, fin.manipulable) == ("Money", "absent", False)


def test_defaults_of_a_study():
    made = study()
    assert (made.title, made.provenance, made.propositions, made.methods) == ("towns", "observed", (), {})


def test_nothing_given_is_changed_and_later_changes_to_it_do_not_reach_the_study():
    data, anchors, proposition = table(), dict(DIRECT), {"id": "P", "claim": "necessary", "expression": "LEAD"}
    methods, conditions = {"regression": {"alpha": 0.1}}, [eq.Variable("LEAD", "leadership", calibrate=anchors)]
    made = study(data=data, conditions=conditions, propositions=[proposition], methods=methods)
    before = made.calibrate()
    pd.testing.assert_frame_equal(data, table())
    assert anchors == DIRECT
    assert proposition == {"id": "P", "claim": "necessary", "expression": "LEAD"}

    data.loc["Accra", "leadership"] = 99
    data["new"] = 1
    anchors["crossover"] = 70
    methods["regression"]["alpha"] = 0.9
    conditions.clear()
    assert made.data.loc["Accra", "leadership"] == 10
    assert "new" not in made.data
    assert made.methods == {"regression": {"alpha": 0.1}}
    pd.testing.assert_frame_equal(made.calibrate().fuzzy, before.fuzzy)
    pd.testing.assert_frame_equal(made.negated().calibrate().fuzzy[["LEAD"]], before.fuzzy[["LEAD"]])


@pytest.mark.parametrize(
    "column",
    [
        pd.array([1, 2, 3, 4, 5, 6], dtype="Int64"),
        pd.array(["1", "2", "3", "4", "5", "6"], dtype="str"),
        pd.Categorical([1, 2, 3, 4, 5, 6]),
        np.array([1, 2, 3, 4, 5, 6], dtype=object),
    ],
)
def test_numbers_of_any_dtype_are_numbers(column):
    assert study(data=table().assign(money=column)).raw["FIN"].tolist() == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    "column",
    [
        pd.date_range("2014-01-01", periods=6),
        pd.date_range("2014-01-01", periods=6, tz="UTC"),
        pd.period_range("2014-01", periods=6, freq="M"),
        pd.to_timedelta([1, 2, 3, 4, 5, 6], unit="D"),
        np.array([1j, 2j, 3, 4, 5, 6]),
        pd.Categorical(list("abcdef")),
        [[1], [2], [3], [4], [5], [6]],
    ],
)
def test_what_is_no_number_is_refused(column):
    with pytest.raises(eq.InputError, match=r"Study 'towns': column 'money' \(FIN\) .*numbers"):
        study(data=table().assign(money=column))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "needs a name"),
        ({"data": [1, 2]}, "must be a pandas DataFrame"),
        ({"data": table().iloc[:0]}, "no rows"),
        ({"data": table().set_index("remark", append=True)}, "2 levels"),
        ({"conditions": []}, "no conditions"),
        ({"conditions": ["LEAD"]}, "must be equifinal.Variable"),
        ({"conditions": eq.Variable("LEAD", "leadership")}, "Put it into a list"),
        ({"outcome": "OPEN"}, "must be equifinal.Variable"),
        ({"case": "town"}, "no column 'town'"),
        ({"methods": ["regression"]}, "methods must be a dict"),
        ({"methods": {"regression": 0.1}}, r"\[methods.regression\] must be a table"),
        ({"propositions": ["LEAD is necessary"]}, "a proposition is a Proposition or a table"),
        ({"propositions": {"id": "P1"}}, "a proposition is a Proposition or a table"),
    ],
)
def test_what_cannot_be_a_study_is_refused_in_words(changes, words):
    with pytest.raises(eq.InputError, match=words):
        study(**changes)


def test_a_proposition_may_be_an_object():
    proposition = eq.propositions()["necessary"].cls(id="P1", expression="LEAD")
    assert study(propositions=[proposition]).propositions == (proposition,)


def test_the_hash_of_the_data_tells_tables_apart():
    assert study().data_hash == study().data_hash != study(data=table().replace(12, 13)).data_hash


# -------------------------------------------------------------------------------------- calibrated studies


def test_raw_and_fuzzy_have_every_set_and_data_every_column():
    calibrated = study().calibrate()
    assert list(calibrated.raw) == list(calibrated.fuzzy) == list(calibrated.crisp) == ["LEAD", "FIN", "OPEN"]
    assert calibrated.raw["OPEN"].tolist() == [12, 70, 65, 30, 90, 50]
    assert calibrated.condition_names == ("LEAD", "FIN")
    assert isinstance(calibrated.conditions, tuple)
    for frame in (calibrated.raw, calibrated.fuzzy, calibrated.crisp, calibrated.data):
        assert list(frame.index) == list(calibrated.cases) == list(table().index)
    pd.testing.assert_frame_equal(calibrated.data, table())


def test_direct_calibration_is_the_published_formula():
    fuzzy = study().calibrate().fuzzy["LEAD"]
    raw = np.array([10, 80, 60, 30, 90, 20])
    expected = 1 / (1 + np.exp(-np.log(0.95 / 0.05) * (raw - 50) / 30))
    np.testing.assert_allclose(fuzzy, expected, atol=1e-12)


def test_crisp_is_missing_at_exactly_one_half():
    crisp = study().calibrate().crisp["OPEN"]
    assert crisp.iloc[:5].tolist() == [0, 1, 1, 0, 1]
    assert np.isnan(crisp["Fez"])


def test_a_condition_without_calibration_has_raw_scores_only():
    calibrated = study(
        conditions=[eq.Variable("LEAD", "leadership", calibrate=DIRECT), eq.Variable("FIN", "money")]
    ).calibrate()
    assert list(calibrated.raw) == ["LEAD", "FIN", "OPEN"]
    assert list(calibrated.fuzzy) == list(calibrated.crisp) == ["LEAD", "OPEN"]
    assert set(calibrated.calibrators) == {"LEAD", "OPEN"}
    with pytest.raises(eq.InputError, match=r"Study 'towns': my method needs set memberships.*for FIN\. Give"):
        calibrated.require_memberships("my method")
    with pytest.raises(eq.InputError, match="FIN has no calibration"):
        calibrated.to_membership("FIN", pd.Series([1.0]))
    study().calibrate().require_memberships("my method")


def test_a_subset_keeps_anchors_and_memberships():
    calibrated = study().calibrate()
    part = calibrated.subset(["Enugu", "Accra"])
    assert list(part.cases) == ["Enugu", "Accra"]
    for name in ("raw", "fuzzy", "crisp", "data"):
        pd.testing.assert_frame_equal(getattr(part, name), getattr(calibrated, name).loc[["Enugu", "Accra"]])
    assert part.calibrators == calibrated.calibrators
    with pytest.raises(eq.InputError, match=r"no case 'Enugo'. Did you mean 'Enugu'"):
        calibrated.subset(["Enugo"])


def test_other_scores_are_calibrated_with_the_anchors_of_the_study():
    calibrated = study().calibrate()
    pd.testing.assert_series_equal(
        calibrated.to_membership("FIN", calibrated.raw["FIN"]), calibrated.fuzzy["FIN"], check_names=False
    )
    assert calibrated.to_membership("LEAD", pd.Series([50.0, 1e6])).tolist() == [0.5, 1.0]
    assert calibrated.to_membership("LEAD", [50, 1e6]).tolist() == [0.5, 1.0]
    assert calibrated.to_membership("LEAD", np.array([50, np.nan])).isna().tolist() == [False, True]
    with pytest.raises(eq.InputError, match=r"no set 'LEED'\. Did you mean 'LEAD'"):
        calibrated.to_membership("LEED", pd.Series([1.0]))
    for wrong in ("high", ["high"], np.ones((2, 2))):
        with pytest.raises(eq.InputError, match="'towns', LEAD: to_membership takes a Series or a list of raw scores"):
            calibrated.to_membership("LEAD", wrong)


@pytest.mark.parametrize(("calibrate", "orientation"), [(DIRECT, 1), (FALLING, -1), (None, 1)])
def test_orientation_says_whether_membership_rises_with_the_score(calibrate, orientation):
    made = study(conditions=[eq.Variable("LEAD", "leadership", calibrate=calibrate)])
    assert made.calibrate().orientation("LEAD") == orientation


def test_a_bell_has_no_orientation():
    bell = dict(zip(("full_out_low", "crossover_low", "full_in_low"), (10, 20, 30), strict=True))
    bell |= dict(zip(("full_in_high", "crossover_high", "full_out_high"), (60, 75, 85), strict=True))
    made = study(conditions=[eq.Variable("LEAD", "leadership", calibrate={"method": "direct", **bell})])
    assert made.calibrate().orientation("LEAD") == 0


def test_a_case_at_one_half_is_noted():
    assert any("OPEN" in note and "Fez" in note and "0.5" in note for note in study().calibrate().notes)


# ------------------------------------------------------------------------------------------------- negation


def test_the_negated_study_explains_the_absence():
    plain, negated = study().calibrate(), study().negated().calibrate()
    assert negated.outcome.name == "~OPEN"
    assert list(negated.fuzzy) == list(negated.raw) == ["LEAD", "FIN", "~OPEN"]
    np.testing.assert_array_equal(negated.fuzzy["~OPEN"], 1 - plain.fuzzy["OPEN"])
    np.testing.assert_array_equal(negated.raw["~OPEN"], plain.raw["OPEN"])
    pd.testing.assert_frame_equal(negated.fuzzy[["LEAD", "FIN"]], plain.fuzzy[["LEAD", "FIN"]])
    assert [condition.expect for condition in negated.conditions] == ["absent", "present"]
    assert negated.to_membership("~OPEN", pd.Series([80.0])).round(2).tolist() == [0.05]
    assert negated.orientation("~OPEN") == -1


def test_the_negated_study_leaves_propositions_out_and_says_so():
    negated = study(propositions=[{"id": "P", "claim": "necessary", "expression": "LEAD"}]).negated()
    assert negated.propositions == ()
    assert any("propositions" in note for note in negated.calibrate().notes)


def test_a_note_on_an_absence_says_only_what_happened():
    declared = study(outcome=eq.Variable("~OPEN", "open", calibrate=DIRECT)).calibrate().notes
    assert [note for note in declared if "absence" in note] == [
        "The outcome is declared as an absence (~OPEN): expectations and propositions are about it."
    ]
    turned = study(outcome=eq.Variable("~OPEN", "open", calibrate=DIRECT)).negated()
    assert any(note.startswith("The presence of OPEN is explained: directional") for note in turned.calibrate().notes)
    assert not any("absence" in note or "reversed" in note for note in study().calibrate().notes)


def test_negating_twice_gives_the_study_back():
    twice = study().negated().negated()
    assert (twice.outcome.name, twice.outcome.label) == ("OPEN", "OPEN")
    assert [condition.expect for condition in twice.conditions] == ["present", "absent"]
    pd.testing.assert_frame_equal(twice.calibrate().fuzzy, study().calibrate().fuzzy)


# ------------------------------------------------------------------------- splits, permutations, predictions


def test_the_outcome_is_hidden_from_predictions():
    hidden = study().calibrate().without_outcome()
    for frame in (hidden.raw, hidden.fuzzy, hidden.crisp):
        assert frame["OPEN"].isna().all()
        assert frame[["LEAD", "FIN"]].notna().all().all()
    assert list(hidden.data) == ["leadership", "money", "remark"]


def test_a_split_learns_calibrations_from_the_training_cases_alone():
    calibrated = study().calibrate()
    train, test = calibrated.train_and_test([0, 1, 2, 3], [4, 5])
    assert list(train.cases) == ["Accra", "Bamako", "Cairo", "Dakar"]
    assert list(test.cases) == ["Enugu", "Fez"]
    # Ranks among 1.5, 2.5, 3.5, 7.5: (F - F_min) / (1 - F_min), by hand; 8.5 is above all, 6.5 above three.
    np.testing.assert_allclose(train.fuzzy["FIN"], [0, 2 / 3, 1, 1 / 3])
    np.testing.assert_allclose(test.fuzzy["FIN"], [1, 2 / 3])
    np.testing.assert_allclose(train.to_membership("FIN", pd.Series([1e9])), [1])
    assert train.calibrators["FIN"].observed == test.calibrators["FIN"].observed == (1.5, 2.5, 3.5, 7.5)
    pd.testing.assert_series_equal(train.fuzzy["LEAD"], calibrated.fuzzy["LEAD"].iloc[:4])
    pd.testing.assert_series_equal(train.fuzzy["OPEN"], calibrated.fuzzy["OPEN"].iloc[:4])
    assert test.fuzzy["OPEN"].isna().all()
    assert test.raw["OPEN"].isna().all()
    assert "open" not in test.data
    assert calibrated.calibrators["FIN"].observed == (1.5, 2.5, 3.5, 6.5, 7.5, 8.5)


def test_a_learned_outcome_stays_as_calibrated():
    calibrated = study(outcome=eq.Variable("OPEN", "open", calibrate={"method": "ranks"})).calibrate()
    train, _ = calibrated.train_and_test([0, 1, 2], [3, 4, 5])
    pd.testing.assert_series_equal(train.fuzzy["OPEN"], calibrated.fuzzy["OPEN"].iloc[:3])
    assert train.calibrators["OPEN"] is calibrated.calibrators["OPEN"]


def test_a_condition_takes_score_membership_and_column_from_other_cases_together():
    calibrated = study().calibrate()
    source = [5, 4, 3, 2, 1, 0]
    changed = calibrated.with_condition("FIN", source)
    assert changed.raw["FIN"].tolist() == calibrated.raw["FIN"].iloc[source].tolist()
    assert changed.fuzzy["FIN"].tolist() == calibrated.fuzzy["FIN"].iloc[source].tolist()
    assert changed.data["money"].tolist() == calibrated.data["money"].iloc[source].tolist()
    pd.testing.assert_frame_equal(changed.raw.drop(columns="FIN"), calibrated.raw.drop(columns="FIN"))
    pd.testing.assert_frame_equal(changed.data.drop(columns="money"), calibrated.data.drop(columns="money"))
    pd.testing.assert_series_equal(
        changed.to_membership("FIN", changed.raw["FIN"]), changed.fuzzy["FIN"], check_names=False
    )


def test_a_condition_can_be_set_to_one_case_for_all():
    changed = study().calibrate().with_condition("LEAD", 4)
    assert changed.raw["LEAD"].tolist() == [90] * 6


def test_two_conditions_of_one_column_change_apart():
    made = study(
        conditions=[
            eq.Variable("SOME", "leadership", calibrate=DIRECT),
            eq.Variable("MUCH", "leadership", calibrate=DIRECT | {"crossover": 70}),
        ]
    ).calibrate()
    changed = made.with_condition("SOME", [5, 4, 3, 2, 1, 0])
    pd.testing.assert_series_equal(changed.fuzzy["MUCH"], made.fuzzy["MUCH"])
    pd.testing.assert_series_equal(changed.raw["MUCH"], made.raw["MUCH"])


def test_repeated_cases_come_whole_and_in_order():
    repeated = study().calibrate().repeated(2)
    assert repeated.raw["LEAD"].tolist() == [10, 80, 60, 30, 90, 20] * 2
    assert list(repeated.cases) == list(range(12))


def test_what_a_method_does_to_its_frames_stays_with_it():
    calibrated = study().calibrate()
    given = calibrated.protected()
    for frame in (given.raw, given.fuzzy, given.data):
        frame.iloc[0, 0] = -1
    assert calibrated.raw.iloc[0, 0] == calibrated.data.iloc[0, 0] == 10
    assert 0 < calibrated.fuzzy.iloc[0, 0] < 1


# ----------------------------------------------------------------------------------------- wrong calibrators


class Careless(eq.Calibrator):
    """Returns what it is told to."""

    name = "careless"
    what: str

    def calibrate(self, raw):
        return {"numbers": raw.to_numpy() / 100, "order": (raw / 100).iloc[::-1], "large": raw}[self.what]


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("numbers", "must return a Series with the index of the raw scores"),
        ("order", "must return a Series with the index of the raw scores"),
        ("large", "gives Accra a membership of 10"),
    ],
)
def test_a_calibrator_that_returns_something_else_is_named(what, words):
    made = study(conditions=[eq.Variable("LEAD", "leadership", calibrate=Careless(what=what))])
    with pytest.raises(eq.InputError, match=rf"Study 'towns': LEAD \(column 'leadership'\): .*'careless' {words}"):
        made.calibrate()


def test_a_unit_is_there_once_at_a_time() -> None:
    frame = pd.DataFrame(
        {"a": [1, 2, 3, 4], "y": [1, 4, 2, 3], "land": ["P", "P", "Q", "P"], "year": [1, 2, 1, 2]},
        index=["P one", "P two", "Q one", "P again"],
    )
    with pytest.raises(eq.InputError, match=r"P two, P again are all of P in 2 .*'land' and 'year'"):
        eq.Study(
            name="panel",
            data=frame,
            outcome=eq.Variable("Y", "y", calibrate={"method": "crisp", "threshold": 2.5}),
            conditions=[eq.Variable("A", "a")],
            unit="land",
            time="year",
        )
