"""The methods ``cna`` and ``mvcna``: what they make of the models, and what they say on claims.

The searches are checked in test_reference.py and test_brute_force.py; numbers here are worked out with plain NumPy.
"""

import doctest
import time
from importlib import import_module

import numpy as np
import pandas as pd
import pytest

import equifinal as eq
from equifinal_cna import CNA, MultiValueCNA, coincidences, fit_robustness
from equifinal_cna.robustness import is_submodel, scores
from equifinal_cna.verdicts import worth

AS_IS = {"method": "direct", "full_out": 0, "crossover": 50, "full_in": 100}


def study_of(frame, outcome="Y", **more):
    """Percentages: what is above 50 is in."""
    conditions = [eq.Variable(name, calibrate=AS_IS) for name in frame.columns if name != outcome]
    return eq.Study(
        name="made", data=frame, outcome=eq.Variable(outcome, calibrate=AS_IS), conditions=conditions, **more
    )


def crisp(rows, columns="ABCY"):
    frame = pd.DataFrame([[100.0 * int(each) for each in row] for row in rows], columns=list(columns))
    return frame.set_axis([f"case {number}" for number in range(len(frame))])


#: Y = A*B + C, each configuration once.
WHOLE = crisp(["0000", "0011", "0100", "0111", "1000", "1011", "1101", "1111"])
#: A and B always go together, so that the data cannot tell A*... from B*...
TWINS = crisp(["0000", "0011", "1101", "1111", "0000", "1101"])


def analyzed(study, method=None):
    calibrated = study.calibrate()
    method = method or CNA(scale="crisp", consistency_cutoff=1, coverage_cutoff=1)
    analysis = method.analyze(calibrated, np.random.default_rng(0))
    analysis.check_against(calibrated)
    return calibrated, analysis


def verdict(study, claim, method=None, **arguments):
    calibrated, analysis = analyzed(study, method)
    return analysis.method.assess(analysis, eq.propositions()[claim].cls(id="P", **arguments), calibrated)


# ------------------------------------------------------------------------------------------------------ tables


def test_one_model_is_shown_with_its_paths():
    _, analysis = analyzed(study_of(WHOLE))
    assert analysis.tables["models"].index.tolist() == ["C + A*B"]
    assert analysis.configurations.index.tolist() == ["C", "A*B"]
    assert analysis.configurations["unique_coverage"].tolist() == pytest.approx([3 / 5, 1 / 5])
    assert analysis.configurations["coverage"].tolist() == pytest.approx([4 / 5, 2 / 5])
    assert analysis.configurations["model_share"].tolist() == [1, 1]
    assert analysis.conditions["role"].tolist() == ["contributing"] * 3
    assert analysis.conditions["direction"].tolist() == [1, 1, 1]
    assert analysis.cases["predicted"].tolist() == analysis.native.y.tolist()
    assert analysis.cases["group"].tolist()[-1] == "C + A*B"
    assert analysis.notes == []


def test_of_several_models_one_is_shown_and_the_note_says_so():
    _, analysis = analyzed(study_of(TWINS))
    assert analysis.tables["models"].index.tolist() == ["A + C", "B + C"]
    assert analysis.tables["models"]["shown"].tolist() == [True, False]
    assert dict(analysis.configurations["model_share"]) == {"A": 0.5, "C": 1.0}
    assert dict(analysis.conditions["model_share"]) == {"A": 0.5, "B": 0.5, "C": 1.0}
    assert "2 models reach the cutoffs" in analysis.notes[0]
    assert "Verdicts hold over all models" in analysis.notes[0]


def test_models_are_ordered_by_consistency_coverage_literals_and_the_alphabet():
    study = eq.load_study("heilongjiang").calibrate()
    table = coincidences(study.fuzzy, [study.outcome.name], 0.75, 0.6).atomic
    assert len(table) > 5
    ranks = [
        (-round(row.consistency, 10), -round(row.coverage, 10), row.complexity, row.model) for row in table.itertuples()
    ]
    assert ranks == sorted(ranks)


def test_without_a_model_nobody_is_predicted_to_be_in():
    for frame, words in (
        (
            crisp(["000", "001", "010", "011", "100", "101", "110", "111"], "ABY"),
            "No conjunction reaches the consistency cutoff",
        ),
        (crisp(["000", "001", "010", "011", "100", "101", "111"], "ABY"), "No disjunction of sufficient conditions"),
    ):
        calibrated, analysis = analyzed(study_of(frame))
        assert words in analysis.notes[0]
        assert analysis.configurations.empty
        assert (analysis.cases["predicted"] == 0).all()
        assert (analysis.method.predict(analysis, calibrated.without_outcome()) == 0).all()
        claim = eq.propositions()["influence"].cls(id="P", condition="A")
        assert analysis.method.assess(analysis, claim, calibrated).answer == "inconclusive"


def test_a_case_at_the_crossover_is_left_out_and_predicted_where_it_does_not_matter():
    frame = WHOLE.copy()
    frame.loc["case 1", "A"] = 50.0  # C is there, whatever A is
    frame.loc["case 2", "A"] = 50.0  # B is there, and all turns on A
    calibrated, analysis = analyzed(study_of(frame))
    assert "case 1, case 2" in analysis.notes[-1]
    predicted = analysis.method.predict(analysis, calibrated.without_outcome())
    assert predicted["case 1"] == 1
    assert np.isnan(predicted["case 2"]) or "A*B" not in analysis.configurations.index


def test_several_outcomes_give_complex_solutions():
    frame = crisp(["0000", "0011", "0100", "0111", "1001", "1011", "1101", "1111"], "ABCY")  # Y = A + C
    frame["B"] = frame["A"]
    method = CNA(
        scale="crisp", consistency_cutoff=1, coverage_cutoff=1, outcomes=("B",), ordering=(("A",), ("B", "C"), ("Y",))
    )
    _, analysis = analyzed(study_of(frame), method)
    assert "(A + C <-> Y)*(A <-> B)" in analysis.tables["complex_solutions"].index
    assert set(analysis.tables["atomic_solutions"]["outcome"]) == {"Y", "B"}
    # A is on an earlier level than B, which is no cause of it.
    assert analysis.tables["atomic_solutions"].query("outcome == 'B'")["model"].tolist() == ["A"]


def test_the_search_says_when_it_was_not_finished():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.uniform(0, 100, (60, 11)), columns=[*"ABCDEFGHIJ", "Y"])
    method = CNA(consistency_cutoff=0.7, coverage_cutoff=0.8, seconds=0.2)
    start = time.perf_counter()
    calibrated, analysis = analyzed(study_of(frame), method)
    assert time.perf_counter() - start < 5
    assert "not finished within 0.2 seconds" in analysis.notes[0]
    answer = method.assess(analysis, eq.propositions()["influence"].cls(id="P", condition="A"), calibrated)
    assert answer.answer == "inconclusive"


def test_refit_holds_what_predict_and_assess_need():
    study = eq.load_study("heilongjiang")
    calibrated = study.calibrate()
    method = CNA()
    rng = np.random.default_rng(0)
    whole, bare = method.analyze(calibrated, rng), method.refit(calibrated, rng)
    pd.testing.assert_series_equal(method.predict(whole, calibrated), method.predict(bare, calibrated))
    for claim in study.propositions:
        if claim.where is None:
            assert method.assess(whole, claim, calibrated) == method.assess(bare, claim, calibrated)


# ---------------------------------------------------------------------------------------------------- verdicts


def test_influence():
    assert verdict(study_of(WHOLE), "influence", condition="C").answer == "supported"
    assert verdict(study_of(WHOLE), "influence", condition="C", sign=-1).answer == "contradicted"
    found = verdict(study_of(TWINS), "influence", condition="A")
    assert (found.answer, found.numbers["models_for"], found.numbers["models"]) == ("inconclusive", 1, 2)
    # Without C only A*B is left: consistency and PRI 1, and the coverage falls from 1 to 2/5.
    assert verdict(study_of(WHOLE), "influence", condition="C").strength == pytest.approx(3 / 5)
    # Without A the path A*B becomes B: 2 of the 6 cases in B + C lack the outcome... PRI 5/6, coverage 1.
    assert verdict(study_of(WHOLE), "influence", condition="A").strength == pytest.approx(1 - 5 / 6)


def test_joint_equifinal_and_together():
    assert verdict(study_of(WHOLE), "joint", conditions=("A", "B")).answer == "supported"
    assert verdict(study_of(WHOLE), "joint", conditions=("A", "B")).strength == pytest.approx(2 / 5)
    assert verdict(study_of(WHOLE), "joint", conditions=("A", "C")).answer == "contradicted"
    assert verdict(study_of(WHOLE), "equifinal", at_least=2).answer == "supported"
    assert verdict(study_of(WHOLE), "equifinal", at_least=2).strength == pytest.approx(2 / 5)
    assert verdict(study_of(WHOLE), "equifinal", at_least=3).answer == "contradicted"
    assert verdict(study_of(WHOLE), "together", cases=("case 6", "case 7")).answer == "supported"
    assert verdict(study_of(WHOLE), "together", cases=("case 6", "case 1")).answer == "contradicted"
    assert verdict(study_of(WHOLE), "together", cases=("case 6", "case 7", "case 1")).answer == "inconclusive"
    twins = study_of(TWINS)  # in A + C and in B + C alike there are two paths
    assert verdict(twins, "equifinal", at_least=2).answer == "supported"


def test_sufficient_names_the_part_that_is_enough():
    found = verdict(study_of(WHOLE), "sufficient", expression="A*C")
    assert found.answer == "supported"
    assert "A part of it is enough: C." in found.evidence
    assert "part" not in verdict(study_of(WHOLE), "sufficient", expression="A*B").evidence
    failed = verdict(study_of(WHOLE), "sufficient", expression="A", expect=False)
    assert failed.answer == "supported"
    assert failed.strength == pytest.approx(1 / 4)  # 1 of the 4 cases in A lacks the outcome
    assert verdict(study_of(WHOLE), "necessary", expression="C").answer == "silent"


def test_worth_is_pri_times_coverage():
    x, y = np.array([0.9, 0.4, 0.2]), np.array([0.8, 0.3, 0.1])
    both, overlap = (0.8 + 0.3 + 0.1), (0.2 + 0.3 + 0.1)
    assert worth(x, y) == pytest.approx((both - overlap) / (1.5 - overlap) * both / 1.2)
    assert worth(np.zeros(3), y) == 0


# -------------------------------------------------------------------------------------------------- multi-value


def multivalue_study():
    raw = [1, 1, 5, 5, 9, 9, 1, 5, 9, 5]
    frame = pd.DataFrame({"A": raw, "B": [0.0, 100] * 5}, dtype=float)
    frame["Y"] = np.where((frame["A"] == 5) | (frame["B"] == 100), 100.0, 0.0)
    return study_of(frame.set_axis([f"case {number}" for number in range(10)]))


def test_conditions_of_several_values():
    method = MultiValueCNA(thresholds={"A": (3.0, 6.0)}, consistency_cutoff=1, coverage_cutoff=1)
    calibrated, analysis = analyzed(multivalue_study(), method)
    assert analysis.tables["models"].index.tolist() == ["A[1] + B"]
    assert dict(analysis.conditions["direction"]) == {"A": 0, "B": 1}
    assert analysis.conditions.loc["A", "evidence"] == "In 1 of 2 paths, as A[1]."
    answer = method.assess(analysis, eq.propositions()["influence"].cls(id="P", condition="A"), calibrated)
    assert answer.answer == "silent"
    answer = method.assess(analysis, eq.propositions()["influence"].cls(id="P", condition="B"), calibrated)
    assert answer.answer == "supported"
    assert answer.strength == pytest.approx(1 - 4 / 6)  # without B, A[1] covers 4 of the 6 cases with the outcome
    assert (analysis.method.predict(analysis, calibrated.without_outcome()) == analysis.native.y).all()


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"thresholds": {"Z": (1.0,)}}, "'Z', which is not a condition"),
        ({"thresholds": {"A": (3.0,)}, "ordering": (("A",), ("Q",))}, "names 'Q', which is no factor"),
        ({"thresholds": {"A": (3.0,)}, "outcomes": ("Q",)}, "There is no outcome 'Q'"),
        ({"thresholds": {"A": (3.0,)}, "ordering": (("A",), ("A",))}, "names 'A' twice"),
    ],
)
def test_unknown_names_are_refused(parameters, message):
    with pytest.raises(eq.InputError, match=message) as refused:
        analyzed(multivalue_study(), MultiValueCNA(**parameters))
    assert "made" in str(refused.value)


def test_thresholds_that_do_not_rise_are_refused():
    with pytest.raises(eq.InputError, match="must be one number or more, rising"):
        MultiValueCNA.from_parameters({"thresholds": {"A": (3.0, 3.0)}}, "")


@pytest.mark.parametrize(
    ("frame", "arguments", "message"),
    [
        ({"A": [0, 2], "Y": [0, 1]}, {}, "must be a membership from 0 to 1"),
        ({"A": [0, 1.5], "Y": [0, 1]}, {"multivalue": ["A"]}, "a whole number from 0 up"),
        ({"A": [0, np.nan], "Y": [0, 1]}, {}, "The factor 'A' of case 1 is nan"),
        ({"A": ["x", "y"], "Y": [0, 1]}, {}, "must hold numbers"),
        ({}, {}, "needs cases and factors"),
        ({"A": [0, 1], "Y": [0, 1]}, {"outcomes": ["X"]}, "no outcome 'X'"),
        ({"A": [0, 1], "Y": [0, 1]}, {"consistency_cutoff": 1.2}, "must lie between 0 and 1"),
    ],
)
def test_wrong_tables_are_refused(frame, arguments, message):
    with pytest.raises(eq.InputError, match=message):
        coincidences(pd.DataFrame(frame), **arguments)


# ---------------------------------------------------------------------------------------------- fit-robustness


def test_scores_count_submodels_and_supermodels():
    table = scores(["A", "A", "A + B", "A*C + B", "D"])
    assert dict(table["score"]) == {"A": 3, "A + B": 3, "A*C + B": 3, "D": 0}
    assert table.loc["A"].tolist() == [2, 0, 2, 3, 1.0]
    assert table.loc["A*C + B"].tolist() == [1, 3, 0, 3, 1.0]
    assert scores([]).empty


def test_submodels_have_paths_of_their_own():
    def paths(text):
        return [frozenset(each.split("*")) for each in text.split(" + ")]

    assert is_submodel(paths("A + B"), paths("A*C + A*B"))  # A lies in both, B in the second only
    assert not is_submodel(paths("A + B"), paths("A*B + C"))
    assert not is_submodel(paths("A"), paths("~A"))


def test_fit_robustness_is_the_series_of_analyses(tmp_path):
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(rng.integers(0, 2, (16, 4)), columns=list("ABCD")).astype(float)
    frame["Y"] = np.where(rng.random(16) < 0.1, 1 - frame["A"], np.maximum(frame["A"], frame["B"] * frame["C"]))
    cutoffs = [1.0, 0.8, 0.7]
    models = [
        model for con in cutoffs for cov in cutoffs for model in coincidences(frame, ["Y"], con, cov).atomic["model"]
    ]
    expected = scores(models)
    assert len(expected) > 2
    for _ in range(2):  # from the store the second time
        found = fit_robustness(frame, "Y", cutoffs, cutoffs, store=tmp_path / "series.sweep")
        pd.testing.assert_frame_equal(found, expected)
        assert found.attrs == {"unfinished": 0}
    other = fit_robustness(frame.iloc[:10], "Y", [0.8], [0.8], store=tmp_path / "series.sweep")
    assert sorted(other.index) == sorted(coincidences(frame.iloc[:10], ["Y"], 0.8, 0.8).atomic["model"])
    with pytest.raises(eq.InputError, match="4 of 4 analyses failed: There is no outcome 'Z'"):
        fit_robustness(frame, "Z", [1, 0.9], [1, 0.9])


# ------------------------------------------------------------------------------------------------------- speed


@pytest.mark.parametrize("cutoffs", [(1.0, 1.0), (0.9, 0.8)])
def test_twelve_conditions_and_a_hundred_cases_take_less_than_two_seconds(cutoffs):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.integers(0, 2, (100, 12)), columns=list("ABCDEFGHIJKL")).astype(float)
    frame["Y"] = np.maximum(frame["A"] * frame["B"], frame["C"] * (1 - frame["D"]))
    if cutoffs[0] < 1:
        frame["Y"] = np.where(rng.random(100) < 0.08, 1 - frame["Y"], frame["Y"])
    start = time.perf_counter()
    found = coincidences(frame, ["Y"], *cutoffs)
    assert time.perf_counter() - start < 2
    assert found.finished
    assert "A*B + C*~D" in set(found.atomic["model"])


@pytest.mark.parametrize("name", ["coincidences", "method", "robustness", "verdicts", "redundancy"])
def test_examples(name):
    module = import_module(f"equifinal_cna.{name}")
    options = doctest.NORMALIZE_WHITESPACE
    assert doctest.testmod(module, optionflags=options).failed == 0


# ------------------------------------------------------------------------------------------------------ reports


def test_reports_say_that_the_shown_paths_are_one_model_of_several(tmp_path):
    comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), {"cna": CNA()}))
    assert len(comparison.run["cna"].tables["models"]) == 2
    comparison.write(tmp_path / "report", formats=["html", "markdown", "latex"])
    page = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    assert "this is one of 2 models" in page
    assert "the solution as a whole" not in page
    told = "".join(each.read_text(encoding="utf-8") for each in (tmp_path / "report").rglob("*.tex"))
    assert "Model ambiguity: 2 models reach the cutoffs" in told
    assert "Share of models" in told


def test_one_outcome_needs_no_list():
    frame = pd.DataFrame({"A": [1, 1, 0, 0], "B": [1, 0, 1, 0], "Y": [1, 1, 1, 0]})
    assert coincidences(frame, "Y").atomic.equals(coincidences(frame, ["Y"]).atomic)
