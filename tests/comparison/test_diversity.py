"""How often random data hold no contradiction, against all possible data sets."""

from itertools import product

import pytest

import equifinal as eq
from core_toys import made, scores
from equifinal.comparison.diversity import chance_of_no_contradiction, diversity_notes


@pytest.mark.parametrize(("cases", "conditions"), [(0, 2), (1, 1), (2, 1), (3, 1), (4, 1), (3, 2), (4, 2), (3, 3)])
def test_the_chance_is_that_over_all_data_sets(cases: int, conditions: int) -> None:
    rows = [*product(range(2**conditions), (0, 1))]
    outcomes = [
        all(first[0] != second[0] or first[1] == second[1] for first in drawn for second in drawn)
        for drawn in product(rows, repeat=cases)
    ]
    assert chance_of_no_contradiction(cases, conditions) == pytest.approx(sum(outcomes) / len(outcomes), abs=1e-12)


def test_few_cases_for_the_conditions_get_a_note_and_many_do_not() -> None:
    few = diversity_notes(eq.load_study("heilongjiang").calibrate())
    assert few == [
        "4 conditions are many for 12 cases: they make 16 configurations, and random crisp data of this size hold no contradictory "
        f"configuration with a probability of {chance_of_no_contradiction(12, 4):.2f}. That paths are consistent is then little "
        "evidence by itself (Marx & Duşa 2011)."
    ]
    assert diversity_notes(eq.load_study("open-data-barometer-2014").calibrate()) == []


def test_the_note_stands_beside_methods_that_have_paths_only() -> None:
    study = eq.load_study("heilongjiang")
    with_paths = eq.compare(eq.run(study, ["fsqca", "regression"])).notes
    assert with_paths["note"].str.contains("conditions are many").sum() == 1
    assert with_paths.loc[with_paths["note"].str.contains("conditions are many"), "about"].tolist() == ["study"]
    without = eq.compare(eq.run(study, ["regression"])).notes
    assert not without["note"].str.contains("conditions are many").any()


def test_thousands_of_cases_are_no_matter() -> None:
    assert chance_of_no_contradiction(5000, 8) == pytest.approx(0.0, abs=1e-12)
    assert diversity_notes(made(scores(60, "AB")).calibrate()) == []
