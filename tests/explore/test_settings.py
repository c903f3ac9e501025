"""Which settings a study offers: read from what calibrators and methods declare, without knowing them by name."""

import pandas as pd
import pydantic
import pytest

import equifinal as eq
from equifinal_explore.settings import Setting, changed_table, settings_of_method, settings_of_set

RAW = pd.Series([3.72, 40, 87.31], index=list("abc"))


def found(**calibrate):
    return {setting.name: setting for setting in settings_of_set(eq.Variable("LEAD", calibrate=calibrate), RAW)}


def test_anchors_have_sliders_over_the_raw_scores_and_over_anchors_beyond_them():
    settings = found(method="direct", full_out=-20, crossover=50, full_in=80)
    assert list(settings) == ["full_out", "crossover", "full_in", "idm"]
    assert [settings[name].value for name in settings] == [-20, 50, 80, 0.95]
    crossover, idm = settings["crossover"], settings["idm"]
    assert (crossover.minimum, crossover.maximum, crossover.step) == (3.5, 87.5, 0.5)
    assert settings["full_out"].minimum == -20
    assert crossover.is_score
    assert (idm.minimum, idm.maximum, idm.is_score) == (0.5, 1, False)
    assert "neither in nor out" in crossover.description


def test_six_anchors_and_exponents():
    names = ["full_out_low", "crossover_low", "full_in_low", "full_in_high", "crossover_high", "full_out_high"]
    settings = found(method="linear", **dict(zip(names, (10, 20, 30, 50, 60, 70), strict=True)))
    assert list(settings) == [*names, "below", "above"]
    assert not settings["below"].has_slider
    assert settings["below"].minimum == 0


def test_several_thresholds_are_several_settings():
    settings = found(method="indirect", thresholds=[20, 40, 60])
    assert [(each.name, each.path, each.value, each.is_score) for each in settings.values()] == [
        ("thresholds[0]", ("thresholds", 0), 20, True),
        ("thresholds[1]", ("thresholds", 1), 40, True),
        ("thresholds[2]", ("thresholds", 2), 60, True),
    ]


def test_learned_calibrations_offer_what_they_declare():
    settings = found(method="clusters", groups=3)
    assert (settings["groups"].value, settings["groups"].has_slider) == (3, False)
    assert settings["linkage"].choices == ("complete", "average", "single", "ward")
    assert found(method="ranks") == {}
    assert settings_of_set(eq.Variable("LEAD"), RAW) == ()


def test_cutoffs_of_qca_are_sliders_and_the_solution_a_choice():
    method = eq.methods()["fsqca"].cls(consistency_cutoff=0.75)
    settings = {each.name: each for each in settings_of_method(method, pd.DataFrame())}
    assert settings["solution"].choices == ("conservative", "parsimonious", "intermediate")
    for name in ("consistency_cutoff", "pri_cutoff", "necessity_cutoff"):
        assert (settings[name].minimum, settings[name].maximum, settings[name].step) == (0, 1, 0.005), name
    assert settings["consistency_cutoff"].value == 0.75
    assert settings["frequency_cutoff"].value == 1
    pair = eq.methods()["fsqca"].cls(consistency_cutoff=(0.75, 0.85))
    names = [each.name for each in settings_of_method(pair, pd.DataFrame())]
    assert names[1:3] == ["consistency_cutoff[0]", "consistency_cutoff[1]"]


def test_numbers_that_belong_to_a_set_range_over_its_scores():
    method = eq.methods()["mvqca"].cls(thresholds={"LEAD": (30, 60)})
    settings = {each.name: each for each in settings_of_method(method, pd.DataFrame({"LEAD": RAW}))}
    first = settings["thresholds[LEAD][0]"]
    assert (first.value, first.path, first.minimum, first.maximum) == (30, ("thresholds", "LEAD", 0), 3.5, 87.5)


def test_a_strangers_method_is_read_alike():
    class Strange(eq.Method):
        """Nobody knows it."""

        name = "strange"
        loud: bool = False
        how: str | None = None
        share: float = pydantic.Field(0.25, gt=0, lt=2)

    settings = {each.name: each for each in settings_of_method(Strange(), pd.DataFrame())}
    assert list(settings) == ["loud", "share"]
    assert settings["loud"].choices == (True, False)
    assert (settings["share"].minimum, settings["share"].maximum, settings["share"].step) == (0, 2, 0.01)


@pytest.mark.parametrize(
    ("table", "changes", "wanted"),
    [
        ({"a": 1}, {("a",): 2}, {"a": 2}),
        ({"a": (1, 2)}, {("a", 1): 3}, {"a": [1, 3]}),
        ({"a": {"B": (1, 2)}}, {("a", "B", 0): 0}, {"a": {"B": [0, 2]}}),
        ({"a": 1, "b": 2}, {("a",): None}, {"b": 2}),
        ({}, {("a",): None}, {}),
    ],
)
def test_a_changed_table_leaves_the_one_before_as_it_was(table, changes, wanted):
    before = repr(table)
    assert changed_table(table, changes) == wanted
    assert repr(table) == before


def test_names_say_the_place():
    assert Setting(("thresholds", "LEAD", 0), 1).name == "thresholds[LEAD][0]"
