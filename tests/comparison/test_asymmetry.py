"""The outcome and its absence side by side, against runs of the negated study and De Morgan by hand."""

import itertools

import numpy as np
import pandas as pd
import pytest

import equifinal as eq
from core_toys import Blind, Broken, Linear, Mean, filled, made, scores
from equifinal.comparison.importance import movement

FRAME = scores(24, "ABC")


class Paths(eq.Method):
    """Paths as given, one solution for the outcome and another for its absence."""

    name = "paths"
    sufficient_paths = True
    there: tuple[str, ...]
    away: tuple[str, ...]

    def analyze(self, study, rng):
        paths = list(self.away if study.outcome.negated else self.there)
        table = {"expression": paths, "cases": [[]] * len(paths), "consistency": 0.9, "coverage": 0.5}
        return filled(self, study, configurations=pd.DataFrame(table, index=paths))


class OnlyPresence(Linear):
    """Fails on the absence."""

    name = "only-presence"

    def analyze(self, study, rng):
        if study.outcome.negated:
            raise ArithmeticError("no absence")
        return super().analyze(study, rng)


def paths(there: list[str], away: list[str]) -> eq.Comparison:
    return eq.compare(eq.run(made(FRAME), [Paths(there=tuple(there), away=tuple(away))]))


@pytest.fixture(scope="module", params=["heilongjiang", "open-data-barometer-2013"])
def bundled(request: pytest.FixtureRequest) -> eq.Comparison:
    methods = ["fsqca", "csqca", "regression", "clustering", "regression-membership"]
    return eq.compare(eq.run(eq.load_study(request.param), methods=methods, seed=4))


def test_it_is_a_run_of_the_negated_study_with_the_same_methods_and_seed(bundled: eq.Comparison) -> None:
    found, again = bundled.asymmetry, eq.run(bundled.run.study.negated(), methods=bundled.run.methods, seed=4)
    assert bundled.asymmetry is found
    assert found.run.calibrated.outcome.name == "~OPEN"
    assert found.run.seed == 4
    for label, analysis in again.analyses.items():
        pd.testing.assert_frame_equal(found.run[label].cases, analysis.cases)
        pd.testing.assert_frame_equal(found.run[label].configurations, analysis.configurations)
        assert found.conditions[label, "role_absence"].tolist() == analysis.conditions["role"].tolist()
        assert found.conditions[label, "role"].tolist() == bundled.conditions[label, "role"].tolist()
        moved = movement(again.methods[label], analysis, again.calibrated)
        expected = [0 if abs(each) < 0.01 else int(np.sign(each)) for each in moved]
        assert found.conditions[label, "direction_absence"].tolist() == expected
        assert found.conditions[label, "direction"].tolist() == bundled.conditions[label, "direction"].tolist()


def test_regressions_and_clusters_mirror_to_the_last_digits_and_that_is_read_from_the_numbers(
    bundled: eq.Comparison,
) -> None:
    found = bundled.asymmetry
    for label, row in found.methods.iterrows():
        there, away = bundled.analyses[label].cases["predicted"], found.run[label].cases["predicted"]
        apart = max(abs(a + b - 1) for a, b in zip(there, away, strict=True))
        assert row["predictions_apart"] == pytest.approx(apart)
        assert row["predictions_mirrored"] == (apart < 1e-6)
    for label in ("regression", "regression-membership", "clustering"):
        assert found.methods.loc[label, "predictions_apart"] < 1e-6
        assert found.methods.loc[label, "solutions_mirrored"] is None
        assert found.conditions[label, "mirrored"].all()
    assert not found.methods.loc["fsqca", "predictions_mirrored"]


def test_paths_of_both_stand_side_by_side(bundled: eq.Comparison) -> None:
    found = bundled.asymmetry.paths
    assert set(found.index.get_level_values("method")) == {"fsqca", "csqca"}
    for label in ("fsqca", "csqca"):
        for of, analysis in (("OPEN", bundled.analyses[label]), ("~OPEN", bundled.asymmetry.run[label])):
            rows = found[[each == (label, of) for each in found.index]]
            assert rows["expression"].tolist() == analysis.configurations["expression"].tolist()
            assert rows["consistency"].tolist() == analysis.configurations["consistency"].tolist()


@pytest.mark.parametrize(
    ("there", "away", "literals", "solution"),
    [
        (["A*B"], ["~A", "~B"], [True, True, None], True),
        (["A*B"], ["~A*~B"], [True, True, None], False),
        (["A", "B*~C"], ["~A*~B", "~A*C"], [True, True, True], True),
        (["A", "B*~C"], ["~A*~B"], [True, True, False], False),
        (["A*~B", "~A*B"], ["A*B", "~A*~B"], [True, True, None], True),
        (["A"], ["A*C"], [False, None, False], False),
        (["A"], [], [False, None, None], False),
        ([], [], [None, None, None], False),
    ],
)
def test_literals_and_solutions_against_de_morgan(there, away, literals, solution) -> None:
    found = paths(there, away).asymmetry
    assert found.conditions["paths", "mirrored"].tolist() == literals
    assert found.methods.loc["paths", "solutions_mirrored"] is solution

    def holds(terms: list[str], corner: dict[str, int]) -> bool:
        return any(all(corner[each.strip("~")] != each.startswith("~") for each in term.split("*")) for term in terms)

    corners = [dict(zip("ABC", values, strict=True)) for values in itertools.product([0, 1], repeat=3)]
    assert solution == all(holds(there, corner) != holds(away, corner) for corner in corners)


def test_paths_that_are_no_conjunctions_of_conditions_leave_it_open() -> None:
    found = paths(["A{1}*B"], ["~A"]).asymmetry
    assert found.conditions["paths", "mirrored"].isna().all()
    assert found.methods.loc["paths", "solutions_mirrored"] is None
    assert found.paths["expression"].tolist() == ["A{1}*B", "~A"]


def test_predictions_that_are_missing_leave_it_open() -> None:
    class Nothing(Blind):
        name = "nothing"

        def analyze(self, study, rng):
            return filled(self, study)

    row = eq.compare(eq.run(made(FRAME), [Nothing(), Linear()])).asymmetry.methods.loc["nothing"]
    assert np.isnan(row["predictions_apart"])
    assert row["predictions_mirrored"] is None


def test_a_method_that_fails_on_the_absence_is_left_out_and_named() -> None:
    found = eq.compare(eq.run(made(FRAME), [Linear(), OnlyPresence(), Broken()])).asymmetry
    assert found.methods.index.tolist() == ["linear"]
    assert len(found.notes) == 1
    assert "only-presence" in found.notes[0]
    assert "no absence" in found.notes[0]


def test_when_every_method_fails_on_the_absence_the_tables_are_empty() -> None:
    found = eq.compare(eq.run(made(FRAME), [OnlyPresence()])).asymmetry
    assert found.methods.empty
    assert found.paths.empty
    assert found.conditions.shape == (3, 0)


def test_the_absence_of_an_absence_is_the_outcome() -> None:
    comparison = eq.compare(eq.run(made(FRAME).negated(), [Linear()]))
    assert comparison.asymmetry.run.calibrated.outcome.name == "Y"
    assert comparison.asymmetry.methods.loc["linear", "predictions_mirrored"]


def test_where_no_direction_is_shown_nothing_is_mirrored() -> None:
    comparison = eq.compare(eq.run(made(FRAME), [Mean()]))
    found = comparison.asymmetry.conditions["mean"]
    assert (found[["direction", "direction_absence"]] == 0).to_numpy().all()
    assert found["mirrored"].isna().all()
    assert comparison.asymmetry.methods.loc["mean", "directions_mirrored"] == 0
