"""Advice, worked out by hand on a few cases."""

import re
from typing import Any

import pandas as pd
import pytest

import equifinal as eq
from core_toys import Linear, Mean, filled, made, scores
from equifinal.base.words import ADVICE_COLUMNS
from equifinal.comparison.advice import advice

RISING = {"method": "linear", "full_out": 0, "crossover": 5, "full_in": 10}  # membership: a tenth of the score
FALLING = {"method": "linear", "full_out": 10, "crossover": 5, "full_in": 0}
CRISP = {"method": "crisp", "threshold": 6}  # in from 6 on

CASES = pd.DataFrame(
    {  #       near  far  deviant  edge  undecided  good  best
        "a": [2.0, 1.0, 8.0, 5.0, 2.0, 9.0, 10.0],
        "b": [3.0, 9.0, 1.0, 2.0, 3.0, 2.0, 0.0],
        "c": [4.0, 7.0, 9.0, 8.0, 4.0, 8.0, 9.0],
        "d": [8.0, 1.0, 3.0, 6.0, 8.0, 9.0, 9.0],
        "y": [1.0, 2.0, 3.0, 4.0, 5.0, 8.0, 9.0],
    },
    index=["near", "far", "deviant", "edge", "undecided", "good", "best"],
)


def study(**anchors: Any) -> eq.Study:
    calibrate = {"a": RISING, "b": FALLING, "c": CRISP, "d": RISING, "y": RISING, **anchors}
    return eq.Study(
        name="small",
        data=CASES,
        outcome=eq.Variable("Y", "y", calibrate=calibrate["y"]),
        conditions=[
            eq.Variable(name.upper(), name, calibrate=calibrate[name], manipulable=name != "d") for name in "abcd"
        ],
    )


class Paths(eq.Method):
    """Finds the paths it is told to find, the first the most consistent."""

    name = "paths"
    sufficient_paths = True
    found: tuple[str | None, ...] = ("A*B", "A*~C", "C*D")

    def analyze(self, study, rng):
        configurations = pd.DataFrame(
            {
                "expression": pd.Series(self.found, dtype=object),
                "cases": [[]] * len(self.found),
                "consistency": [0.9 - 0.01 * number for number in range(len(self.found))],
                "coverage": 0.5,
            }
        )
        return filled(self, study, configurations=configurations.set_axis([f"path {n}" for n in configurations.index]))


def advised(*methods: eq.Method, **anchors: Any) -> tuple[pd.DataFrame, list[str]]:
    calibrated = study(**anchors).calibrate()
    given = {method.name: method for method in methods or (Paths(),)}
    analyses = {label: method.analyze(calibrated, None) for label, method in given.items()}  # type: ignore[arg-type]
    return advice(given, analyses, calibrated)


def rows(case: str, table: pd.DataFrame | None = None) -> list[dict[str, Any]]:
    found = advised()[0] if table is None else table
    return found[found["case"] == case].to_dict("records")


def test_one_row_per_case_without_the_outcome_and_path_the_nearest_first() -> None:
    table, notes = advised()
    assert table.columns.tolist() == list(ADVICE_COLUMNS)
    assert table["case"].tolist() == ["near"] * 3 + ["far"] * 3 + ["deviant"] + ["edge"]
    assert [row["path"] for row in rows("near")] == ["A*B", "A*~C", "C*D"]
    assert [row["path"] for row in rows("far")] == ["A*B", "A*~C", "C*D"]
    assert notes == []


def test_what_a_case_near_a_path_has_and_lacks() -> None:
    # A 0.2, B 0.7, C 0, D 0.8
    first, second, third = rows("near")
    assert (first["distance"], first["has"], first["lacks"]) == (1, "B", "A")
    assert first["shortfall"] == pytest.approx(0.3)
    assert first["membership_now"] == pytest.approx(0.2)
    assert first["raw_targets"] == "A: 2 → more than 5"
    assert (second["has"], second["lacks"], second["membership_now"]) == ("no C", "A", pytest.approx(0.2))
    assert (third["has"], third["lacks"], third["membership_now"]) == ("D", "C", 0)
    assert third["shortfall"] == 0.5
    assert third["raw_targets"] == "C: 4 → at least 6"
    assert all(row["method"] == "paths" and row["note"] == "" for row in (first, second, third))


def test_a_case_far_from_every_path_and_what_cannot_be_changed_last() -> None:
    # A 0.1, B 0.1, C 1, D 0.1; D is not manipulable, so that C*D comes last although only one condition lacks.
    first, second, third = rows("far")
    assert (first["distance"], first["has"], first["lacks"]) == (2, "", "A, B")
    assert first["shortfall"] == pytest.approx(0.8)
    assert first["raw_targets"] == "A: 1 → more than 5; B: 9 → less than 5"
    assert (second["distance"], second["has"], second["lacks"]) == (2, "", "A, no C")
    assert second["shortfall"] == pytest.approx(0.9)
    assert second["raw_targets"] == "A: 1 → more than 5; C: 7 → less than 6"
    assert (third["distance"], third["has"], third["lacks"]) == (1, "C", "D")
    assert third["note"] == "Out of reach: D cannot be changed."


def test_a_case_in_a_path_without_the_outcome_is_deviant_and_gets_no_advice() -> None:
    (only,) = rows("deviant")
    assert (only["path"], only["distance"], only["lacks"], only["raw_targets"]) == ("A*B", 0, "", "")
    assert only["has"] == "A, B"
    assert only["membership_now"] == pytest.approx(0.8)
    assert only["note"].startswith("Deviant")


def test_a_membership_of_exactly_half_lacks_nothing_in_amount_but_is_lacking() -> None:
    found = advised(Paths(found=("A*B",)))[0]
    (only,) = rows("edge", found)
    assert (only["distance"], only["shortfall"], only["lacks"]) == (1, 0, "A")
    assert only["raw_targets"] == "A: 5 → more than 5"


def test_a_path_that_a_case_is_in_outweighs_those_it_is_not_in() -> None:
    (only,) = rows("edge")  # C 1 and D 0.6: in C*D
    assert only["path"] == "C*D"
    assert only["note"].startswith("Deviant")


def test_fewer_conditions_to_change_come_before_a_smaller_shortfall() -> None:
    # "far": A 0.1 and B 0.1 lack 0.8 together, A and ~C 0.9, ~C alone 0.5.
    found = advised(Paths(found=("A*B", "~C")))[0]
    assert [(row["path"], row["distance"]) for row in rows("far", found)] == [("~C", 1), ("A*B", 2)]
    found = advised(Paths(found=("A*~C", "A*B")))[0]
    assert [row["path"] for row in rows("far", found)] == ["A*B", "A*~C"]  # 0.8 before 0.9


def test_equally_near_paths_come_by_consistency_then_alphabetically() -> None:
    found = advised(Paths(found=("A*D", "A*B")))[0]  # both lack A only, in "near"
    assert [row["path"] for row in rows("near", found)] == ["A*D", "A*B"]

    class Even(Paths):
        name = "even"

        def analyze(self, study, rng):
            analysis = super().analyze(study, rng)
            return filled(self, study, configurations=analysis.configurations.assign(consistency=0.9))

    found = advised(Even(found=("A*D", "A*B")))[0]
    assert [row["path"] for row in rows("near", found)] == ["A*B", "A*D"]


# ----------------------------------------------------------------------------------------------- raw targets


def target(literal: str, case: str, **anchors: Any) -> str:
    found = advised(Paths(found=(literal,)), **anchors)[0]
    (row,) = rows(case, found)
    return str(row["raw_targets"])


BELL = {
    "method": "linear",
    **{
        "full_out_low": 1,
        "crossover_low": 3,
        "full_in_low": 4,
        "full_in_high": 5,
        "crossover_high": 6,
        "full_out_high": 7,
    },
}


@pytest.mark.parametrize(
    ("literal", "case", "anchors", "sentence"),
    [
        ("A", "near", {}, "A: 2 → more than 5"),
        ("~A", "deviant", {}, "A: 8 → less than 5"),
        ("B", "far", {}, "B: 9 → less than 5"),
        ("~B", "near", {}, "B: 3 → more than 5"),
        ("C", "near", {}, "C: 4 → at least 6"),
        ("~C", "far", {}, "C: 7 → less than 6"),
        ("A", "near", {"a": BELL}, "A: 2 → more than 3"),
        ("A", "deviant", {"a": BELL}, "A: 8 → less than 6"),
        ("~A", "edge", {"a": BELL}, "A: 5 → more than 6"),
        (
            "A",
            "near",
            {"a": {"method": "direct", "full_out": 1, "crossover": 4.25, "full_in": 9}},
            "A: 2 → more than 4.25",
        ),
        (
            *("A", "near", {"a": {"method": "linear", "full_out": 0, "crossover": 14, "full_in": 30}}),
            "A: 2 → more than 14 (beyond the observed range)",
        ),
        (
            *("A", "near", {"a": {"method": "linear", "full_out": 0, "crossover": 50, "full_in": 99}}),
            "A: 2 → no score near the observed ones would do",
        ),
    ],
)
def test_raw_targets(literal: str, case: str, anchors: dict[str, Any], sentence: str) -> None:
    assert target(literal, case, **anchors) == sentence


def test_a_target_just_met_puts_the_case_into_the_set() -> None:
    calibrated = study().calibrate()
    assert calibrated.to_membership("C", pd.Series([6.0, 5.999])).tolist() == [1, 0]
    assert calibrated.to_membership("A", pd.Series([5.0, 5.001])).gt(0.5).tolist() == [False, True]


# ---------------------------------------------------------------------------------------------------- methods


class More(Paths):
    """Finds one of the same paths, written the other way round, and another."""

    name = "more"
    found: tuple[str | None, ...] = ("B*A", "A*D")


def test_a_path_that_two_methods_found_stands_once() -> None:
    table, _ = advised(Paths(), More())
    near = {row["path"]: row["method"] for row in rows("near", table)}
    assert near == {"A*B": "paths, more", "A*~C": "paths", "C*D": "paths", "A*D": "more"}


def test_configurations_that_proposition_no_sufficiency_are_no_paths() -> None:
    class Clusters(Paths):
        name = "clusters"
        sufficient_paths = False

    table, notes = advised(Clusters())
    assert table["case"].tolist() == ["near", "far", "deviant", "edge"]
    assert table["path"].isna().all()
    assert "No method that advises found a sufficient path" in notes[0]


@pytest.mark.parametrize("path", ["A + B", "1", "~(A*B)", "A{2}", "A*Z", "A*Y", None])
def test_a_path_that_is_no_conjunction_of_conditions_gives_a_note_instead_of_advice(path: str | None) -> None:
    table, notes = advised(Paths(found=(path, "A*B")))
    assert set(table["path"]) == {"A*B"}
    assert len(notes) == 1
    assert ("the solution is always true" if path == "1" else "path 0 is no conjunction") in notes[0]


class Talkative(Mean):
    """Has a word for one case."""

    name = "talkative"

    def advise(self, analysis, study):
        return pd.Series({"near": "Try harder."})


def test_what_other_methods_say_stands_beside_each_path() -> None:
    table, _ = advised(Paths(), Talkative())
    assert table.loc[table["case"] == "near", "talkative"].tolist() == ["Try harder."] * 3
    assert table.loc[table["case"] != "near", "talkative"].isna().all()


@pytest.mark.parametrize("answer", ["raise", "text"])
def test_a_method_that_cannot_advise_costs_a_note_only(answer: str) -> None:
    class Helpless(Mean):
        name = "helpless"

        def advise(self, analysis, study):
            if answer == "raise":
                raise KeyError("no idea")
            return "Try harder."

    table, notes = advised(Helpless(), Paths())
    assert len(table) == 8
    assert "helpless" not in table
    assert notes[0].startswith("helpless: it could not advise")


def test_there_is_no_advice_on_losing_the_outcome() -> None:
    calibrated = study().negated().calibrate()
    table, notes = advice({"paths": Paths()}, {"paths": Paths().analyze(calibrated, None)}, calibrated)  # type: ignore[arg-type]
    assert len(table) == 0
    assert table.columns.tolist() == list(ADVICE_COLUMNS)
    assert "no advice" in notes[0]


def test_where_every_case_has_the_outcome_nobody_is_advised() -> None:
    calibrated = study().calibrate().subset(["good", "best"])
    table, notes = advice({"paths": Paths()}, {"paths": Paths().analyze(calibrated, None)}, calibrated)  # type: ignore[arg-type]
    assert len(table) == 0
    assert "Every case has the outcome" in notes[-1]


def test_a_deviant_case_gets_no_sentence_either() -> None:
    class Everywhere(Mean):
        name = "everywhere"

        def advise(self, analysis, study):
            return pd.Series("Look here.", index=study.cases)

    table, _ = advised(Paths(), Everywhere())
    assert table.loc[table["case"] == "deviant", "everywhere"].isna().all()
    assert (table.loc[table["distance"] > 0, "everywhere"] == "Look here.").all()


def test_the_most_similar_case_on_the_path_has_the_outcome() -> None:
    """By hand: A*B holds (0.9, 0.8, ...) for good and (1, 1, ...) for best; A*~C for nobody with the outcome; C*D for both."""
    assert {row["path"]: row["similar_case"] for row in rows("near")} == {"A*B": "good", "A*~C": "", "C*D": "good"}
    # Squared distances of far (0.1, 0.1, 1, 0.1) to good (0.9, 0.8, 1, 0.9) and best (1, 1, 1, 0.9).
    assert (0.8**2 + 0.7**2 + 0.8**2) < (0.9**2 + 0.9**2 + 0.8**2)
    assert rows("far")[0]["similar_case"] == "good"
    assert rows("deviant")[0]["similar_case"] == ""


def test_a_method_that_predicts_no_better_than_the_baselines_gives_no_advice_and_says_so() -> None:
    found = eq.compare(eq.run(study(), [Paths(), Talkative()]), evidence=False)
    assert found.advice["path"].notna().any()  # paths predicts nothing, so nothing speaks against it but a note
    assert "talkative" not in found.advice
    said = [note for about, note in found.notes.itertuples(index=False) if about == "advice"]
    (talkative,) = (note for note in said if note.startswith("talkative"))
    assert re.search(r"in cases not seen it predicts no better than the baseline '\w+' does", talkative)
    fit = found.fit["brier_skill_out_of_sample"]
    baselines = fit[fit.index.str.startswith("baseline")]
    assert fit["talkative"] <= baselines.max()
    assert f"{baselines.max():.3f}" in talkative


def test_a_method_with_skill_keeps_its_advice() -> None:
    class Skilled(Linear):
        name = "skilled"

        def advise(self, analysis, study):
            return pd.Series("Look here.", index=study.cases)

    comparison = eq.compare(eq.run(made(scores(30, "AB")), [Skilled()]), evidence=False)
    fit = comparison.fit["brier_skill_out_of_sample"]
    assert fit["skilled"] > fit.drop("skilled").max()
    assert (comparison.advice["skilled"] == "Look here.").all()
