"""Comparisons: the tables' shapes, the verdicts, and what happens to methods and claims that misbehave."""

import numpy as np
import pandas as pd
import pytest

import equifinal as eq
from core_toys import Blind, Broken, Linear, Mean, Noise, filled, made, scores
from equifinal.comparison.cases import case_types
from equifinal.study.propositions import Key

MEASURES = [
    "brier_skill",
    "mae",
    "balanced_accuracy",
    "spearman",
    "calibration_slope",
    "consistency",
    "coverage",
    "pri",
]
BASELINES = ["baseline: mean", "baseline: median", "baseline: permuted outcome"]
PROPOSITIONS = [
    {"id": "P1", "text": "A is necessary", "claim": "necessary", "expression": "A"},
    {"id": "P2", "claim": "key", "conditions": ["A"]},
    {"id": "P3", "claim": "equifinal", "where": "A + ~B"},
]
FRAME = scores(14, "ABC")


class Outspoken(Linear):
    """Answers what `answer` says, and counts the cases it was asked about."""

    name = "outspoken"
    answer: str = "supported"

    def assess(self, analysis, proposition, study):
        return eq.Verdict(self.answer, f"{len(study.cases)} cases.", {"cases": len(study.cases)})


@pytest.fixture(scope="module")
def comparison() -> eq.Comparison:
    study = made(FRAME, propositions=PROPOSITIONS)
    return eq.compare(eq.run(study, [Outspoken(), Broken(), Blind(), Noise()]))


# ---------------------------------------------------------------------------------------------------- tables


def test_verdicts_and_evidence_are_propositions_by_methods_in_run_order(comparison: eq.Comparison) -> None:
    for table in (comparison.verdicts, comparison.verdict_evidence):
        assert table.index.tolist() == ["P1", "P2", "P3"]
        assert table.columns.tolist() == ["outspoken", "blind", "noise"]
    assert comparison.verdicts.isin(["supported", "contradicted", "inconclusive", "silent"]).all(axis=None)
    assert comparison.verdict_evidence.map(lambda text: isinstance(text, str) and text != "").all(axis=None)


def test_propositions_have_text_and_proposition(comparison: eq.Comparison) -> None:
    assert comparison.propositions.index.tolist() == ["P1", "P2", "P3"]
    assert comparison.propositions["claim"].tolist() == ["necessary", "key", "equifinal"]
    assert comparison.propositions["text"].tolist() == ["A is necessary", "", ""]
    assert comparison.propositions["where"].tolist() == ["", "", "A + ~B"]


def test_conditions_have_role_direction_and_importance_by_method(comparison: eq.Comparison) -> None:
    table = comparison.conditions
    assert table.index.tolist() == ["A", "B", "C"]
    parts = ["role", "direction", "importance", "importance_error"]
    assert table.columns.tolist() == [(m, part) for m in ("outspoken", "blind", "noise") for part in parts]
    assert table["blind"]["importance"].isna().all()
    assert table["noise"]["importance"].notna().all()
    assert table.xs("direction", axis=1, level="column").isin([-1, 0, 1]).all(axis=None)


def test_direction_is_the_method_s_own_only_where_it_does_not_predict() -> None:
    class Opinion(Blind):
        name = "opinion"

        def analyze(self, study, rng):
            return filled(
                self,
                study,
                conditions=pd.DataFrame({"role": "core", "direction": [-1, 0, 1], "evidence": "."}, index=list("ABC")),
            )

    class Informed(Opinion):
        name = "informed"

        def predict(self, analysis, study):
            return study.fuzzy["A"]

    table = eq.compare(eq.run(made(FRAME), [Opinion(), Informed()])).conditions
    assert table["opinion", "direction"].tolist() == [-1, 0, 1]
    assert table["informed", "direction"].tolist() == [1, 0, 0]
    assert table["informed", "role"].tolist() == ["core"] * 3


def test_cases_have_the_outcome_and_group_prediction_and_type_by_method(comparison: eq.Comparison) -> None:
    table = comparison.cases
    assert table.index.tolist() == FRAME.index.tolist()
    assert table.columns.tolist() == [
        ("outcome", ""),
        *((m, part) for m in ("outspoken", "blind", "noise") for part in ("group", "predicted", "type")),
    ]
    outcome = comparison.calibrated.fuzzy["Y"]
    pd.testing.assert_series_equal(table["outcome"], outcome, check_names=False)
    for label, analysis in comparison.analyses.items():
        predicted = analysis.cases["predicted"]
        pd.testing.assert_series_equal(table[label]["predicted"], predicted, check_names=False)
        pd.testing.assert_series_equal(table[label]["type"], case_types(predicted, outcome), check_names=False)


def test_fit_has_every_measure_in_and_out_of_sample_and_the_baselines(comparison: eq.Comparison) -> None:
    assert comparison.fit.index.tolist() == ["outspoken", "blind", "noise", *BASELINES]
    wanted = [*MEASURES, *(f"{name}_out_of_sample" for name in MEASURES)]
    assert comparison.fit.columns.tolist() == [*wanted, "folds", "failed_folds"]
    assert comparison.fit.loc["blind", wanted[len(MEASURES) :]].isna().all()


def test_agreement_has_five_square_tables(comparison: eq.Comparison) -> None:
    assert list(comparison.agreement) == ["predictions", "groups", "importance", "directions", "verdicts"]
    for table in comparison.agreement.values():
        assert table.index.tolist() == table.columns.tolist() == ["outspoken", "blind", "noise"]


def test_a_failed_method_has_no_row_or_column_anywhere(comparison: eq.Comparison) -> None:
    assert list(comparison.failures) == ["broken"]
    tables = [comparison.verdicts, comparison.conditions, comparison.cases, comparison.fit, comparison.advice]
    tables += [comparison.notes, comparison.verdict_evidence, *comparison.agreement.values()]
    assert not any("broken" in table.to_csv() for table in tables)


def test_when_every_method_fails_there_is_nothing_to_compare() -> None:
    run = eq.run(made(FRAME), [Broken()])
    with pytest.raises(eq.InputError, match=r"'made'.*every method failed.*nothing left to divide"):
        eq.compare(run)


def test_only_a_run_can_be_compared() -> None:
    with pytest.raises(eq.InputError, match="run"):
        eq.compare(made(FRAME))  # type: ignore[arg-type]


def test_a_study_without_propositions_has_empty_verdicts() -> None:
    found = eq.compare(eq.run(made(FRAME), [Linear(), Mean()]))
    for table in (found.verdicts, found.verdict_evidence):
        assert table.shape == (0, 2)
        assert table.columns.tolist() == ["linear", "mean"]
    assert found.propositions.shape == (0, 3)
    assert found.agreement["verdicts"].isna().all(axis=None)


def test_notes_say_whom_they_are_about(comparison: eq.Comparison) -> None:
    assert comparison.notes.columns.tolist() == ["about", "note"]
    about_blind = comparison.notes.loc[comparison.notes["about"] == "blind", "note"]
    assert about_blind.str.contains("does not predict").any()


@pytest.mark.parametrize(
    ("provenance", "banner"),
    [("observed", ""), ("reconstruction", "Reconstructed data. Made up."), ("simulated", "Simulated data. Made up.")],
)
def test_a_banner_stands_over_what_was_not_observed(provenance: str, banner: str) -> None:
    study = made(FRAME, provenance=provenance, note="Made up.")
    assert eq.compare(eq.run(study, Mean())).banner == banner


# --------------------------------------------------------------------------------------------- unusual studies


def test_conditions_without_calibration_are_compared_by_their_raw_scores() -> None:
    class Raw(eq.Method):
        """Predicts by the raw score of A."""

        name = "raw"

        def analyze(self, study, rng):
            return filled(self, study, study.raw["A"] / 10)

        def predict(self, analysis, study):
            return study.raw["A"] / 10

    study = eq.Study(
        name="half",
        data=FRAME,
        outcome=made(FRAME).outcome,
        conditions=[eq.Variable("A"), made(FRAME).conditions[1]],
        propositions=[{"id": "P1", "claim": "key", "conditions": ["A"]}],
    )
    found = eq.compare(eq.run(study, [Raw(), "fsqca", "regression", "clustering"]))
    assert found.conditions["raw", "direction"].to_dict() == {"A": 1, "B": 0}
    assert found.conditions["raw", "importance"]["B"] == 0
    assert found.verdicts["raw"].tolist() == ["supported"]
    assert list(found.failures) == ["fsqca"]
    assert "calibration for A" in found.failures["fsqca"].message
    assert found.fit.loc[["regression", "clustering"], "mae_out_of_sample"].notna().all()


def test_case_names_need_not_be_text() -> None:
    frame = scores(14).set_axis(range(2001, 2015))
    propositions = [{"id": "P1", "claim": "equifinal", "where": "A"}]
    found = eq.compare(eq.run(made(frame, propositions=propositions), ["fsqca", "regression", "clustering", Linear()]))
    assert found.failures == {}
    assert found.cases.index.tolist() == list(range(2001, 2015))
    assert set(found.advice["case"]) == set(frame.index[found.calibrated.fuzzy["Y"] < 0.5])
    assert found.fit["failed_folds"].eq(0).all()


def test_two_cases_can_be_compared() -> None:
    frame = pd.DataFrame({"A": [1.0, 9.0], "y": [2.0, 8.0]}, index=["low", "high"])
    found = eq.compare(eq.run(made(frame), [Linear(), Mean()]))
    assert found.fit.loc["linear", "folds"] == 2
    assert found.fit.loc["linear", "mae"] == pytest.approx(0)


# -------------------------------------------------------------------------------------------------- verdicts


@pytest.mark.parametrize("answer", ["supported", "contradicted", "inconclusive", "silent"])
def test_a_method_s_word_and_evidence_are_passed_on(answer: str) -> None:
    study = made(FRAME, propositions=PROPOSITIONS[:1])
    found = eq.compare(eq.run(study, Outspoken(answer=answer)))
    assert found.verdicts.loc["P1", "outspoken"] == answer
    assert found.verdict_evidence.loc["P1", "outspoken"] == "14 cases."


def test_a_method_that_does_not_know_a_proposition_is_silent(comparison: eq.Comparison) -> None:
    assert comparison.verdicts["noise"].tolist()[0] == "silent"
    assert comparison.verdicts["blind"].tolist() == ["silent"] * 3


class Unruly(Linear):
    """Raises in `assess`, or returns what is no verdict."""

    name = "unruly"

    def assess(self, analysis, proposition, study):
        if proposition.id == "P1":
            raise LookupError("lost the table")
        return "supported"


def test_a_method_that_raises_or_answers_nonsense_is_silent_and_says_why() -> None:
    study = made(FRAME, propositions=[PROPOSITIONS[0], PROPOSITIONS[2]])
    found = eq.compare(eq.run(study, [Unruly(), Outspoken()]))
    assert found.verdicts["unruly"].tolist() == ["silent", "silent"]
    assert "LookupError: lost the table" in found.verdict_evidence.loc["P1", "unruly"]
    assert "'supported'" in found.verdict_evidence.loc["P3", "unruly"]
    assert found.verdicts["outspoken"].tolist() == ["supported", "supported"]


def test_a_proposition_that_raises_in_its_own_judgement_is_silent() -> None:
    class Odd(eq.Proposition):
        """Never holds."""

        claim = "odd"

        def judge(self, importance):
            raise ArithmeticError("cannot count")

    found = eq.compare(eq.run(made(FRAME, propositions=[Odd(id="P1")]), Linear()))
    assert found.verdicts.loc["P1", "linear"] == "silent"
    assert "ArithmeticError: cannot count" in found.verdict_evidence.loc["P1", "linear"]


class Listener(Linear):
    """Remembers the anchors and cases it was given."""

    name = "listener"

    def analyze(self, study, rng):
        analysis = super().analyze(study, rng)
        tables = {"given": study.fuzzy[["A", "Y"]]}
        return filled(self, study, analysis.cases["predicted"], native=analysis.native, tables=tables)

    def assess(self, analysis, proposition, study):
        given = analysis.tables["given"]
        same = given.equals(study.fuzzy[["A", "Y"]])
        return eq.Verdict("supported" if same else "contradicted", f"{list(given.index)} {given['A'].tolist()}")


def test_where_analyses_the_cases_inside_again_with_the_anchors_of_all() -> None:
    propositions = [
        {"id": "inside", "claim": "equifinal", "where": "A"},
        {"id": "again", "claim": "equifinal", "where": "A"},
        {"id": "all", "claim": "equifinal"},
    ]
    study = made(FRAME, {"A": {"method": "ranks"}}, propositions=propositions)
    found = eq.compare(eq.run(study, Listener()))
    everybody = study.calibrate().fuzzy["A"]
    inside = everybody[everybody > 0.5]
    assert 0 < len(inside) < len(everybody)
    assert found.verdicts["listener"].tolist() == ["supported"] * 3
    evidence = found.verdict_evidence["listener"]
    said = f"{list(inside.index)} {inside.tolist()}"
    assert evidence["inside"] == evidence["again"] == f"Among the {len(inside)} cases in A: {said}"
    assert evidence["all"] == f"{list(everybody.index)} {everybody.tolist()}"


def test_where_nobody_is_every_method_is_silent() -> None:
    study = made(FRAME, propositions=[{"id": "P1", "claim": "equifinal", "where": "A*~A"}])
    found = eq.compare(eq.run(study, [Outspoken(), Linear()]))
    assert found.verdicts.loc["P1"].tolist() == ["silent", "silent"]
    assert "No case is in A*~A" in found.verdict_evidence.loc["P1", "outspoken"]


class Picky(Outspoken):
    """Analyses all cases or none."""

    name = "picky"

    def analyze(self, study, rng):
        if len(study.cases) < 13:  # leaving one out is all right
            raise ValueError("too few cases")
        return super().analyze(study, rng)


def test_where_a_method_cannot_analyse_the_cases_inside_it_is_silent() -> None:
    study = made(FRAME, propositions=[PROPOSITIONS[0], PROPOSITIONS[2]])
    found = eq.compare(eq.run(study, [Picky(), Outspoken()]))
    assert found.verdicts["picky"].tolist() == ["supported", "silent"]
    assert "ValueError: too few cases" in found.verdict_evidence.loc["P3", "picky"]
    assert found.verdicts["outspoken"].tolist() == ["supported", "supported"]


class Cautious(Outspoken):
    """Predicts for all cases or for none."""

    name = "cautious"

    def predict(self, analysis, study):
        if len(analysis.cases) < 13:
            raise ValueError("too few cases")
        return super().predict(analysis, study)


def test_where_importances_cannot_be_computed_other_propositions_are_still_judged() -> None:
    propositions = [PROPOSITIONS[2], {"id": "key", "claim": "key", "conditions": ["A"], "where": "A + ~B"}]
    found = eq.compare(eq.run(made(FRAME, propositions=propositions), Cautious()))
    assert found.verdicts["cautious"].tolist() == ["supported", "silent"]


@pytest.mark.parametrize(("conditions", "answer"), [(["A"], "supported"), (["C"], "contradicted")])
def test_key_is_judged_by_the_yardstick_for_every_method_alike(conditions: list[str], answer: str) -> None:
    class Judge(Linear):
        """Would contradict everything, but is not asked."""

        name = "judge"

        def predict(self, analysis, study):
            return study.fuzzy["A"]

        def assess(self, analysis, proposition, study):
            return eq.Verdict("contradicted" if answer == "supported" else "supported")

    study = made(FRAME, propositions=[{"id": "P1", "claim": "key", "conditions": conditions}])
    found = eq.compare(eq.run(study, [Judge(), Blind()]))
    assert found.verdicts.loc["P1"].to_dict() == {"judge": answer, "blind": "silent"}
    importances = found.conditions["judge"][["importance", "importance_error"]].set_axis(
        ["importance", "error"], axis=1
    )
    expected = Key(id="P1", conditions=tuple(conditions)).judge(importances)
    assert expected is not None
    assert (expected.answer, expected.evidence) == (answer, found.verdict_evidence.loc["P1", "judge"])


def test_a_proposition_unknown_to_all_is_silence_from_all() -> None:
    class Strange(eq.Proposition):
        """A kind that no method knows."""

        claim = "strange"
        amount: float = 1.0

    study = made(FRAME, propositions=[Strange(id="P1")])
    found = eq.compare(eq.run(study))
    assert found.verdicts.loc["P1"].eq("silent").all()
    assert not found.failures


# ------------------------------------------------------------------------------------------------- the whole


def test_the_reconstructed_cities_end_to_end() -> None:
    study = eq.load_study("heilongjiang")
    found = eq.compare(eq.run(study))
    assert not found.failures
    assert list(found.verdicts.columns) == list(found.run)
    assert found.verdicts.index.tolist() == [proposition.id for proposition in study.claims]
    paths = found.analyses["fsqca"].configurations.index
    assert set(paths) == {"LEAD*DEM", "LEAD*FIN*HUM", "DEM*FIN*HUM"}
    lacking = found.calibrated.fuzzy["OPEN"] < 0.5
    assert set(found.advice["case"]) == set(found.calibrated.cases[lacking])
    assert found.banner.startswith("Reconstructed data.")


def test_the_absence_of_the_outcome_is_compared_too() -> None:
    study = eq.load_study("heilongjiang").negated()
    found = eq.compare(eq.run(study))
    assert not found.failures
    assert len(found.verdicts) == 0
    presence = eq.load_study("heilongjiang").calibrate().fuzzy["OPEN"]
    np.testing.assert_allclose(found.cases["outcome"], 1 - presence)
    assert found.fit.loc["fsqca", "balanced_accuracy"] > 0.5


def test_observers_are_told_once_the_comparison_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    from equifinal.plugin import registry

    told = []
    monkeypatch.setattr(registry.current(), "notify", lambda hook, **given: told.append((hook, *given)))
    eq.compare(eq.run(made(FRAME), [Mean(), Broken(), Linear()]))
    assert told == [
        ("equifinal_after_calibration", "calibrated"),
        ("equifinal_before_analysis", "label", "method", "calibrated"),
        ("equifinal_after_analysis", "label", "analysis", "calibrated"),
        ("equifinal_before_analysis", "label", "method", "calibrated"),
        ("equifinal_analysis_failed", "failure"),
        ("equifinal_before_analysis", "label", "method", "calibrated"),
        ("equifinal_after_analysis", "label", "analysis", "calibrated"),
        ("equifinal_after_comparison", "comparison"),
    ]
