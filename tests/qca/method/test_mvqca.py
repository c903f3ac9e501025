"""The method mvqca: how values come about, its tables, and where it agrees with csqca."""

import numpy as np
import pandas as pd
import pytest

import equifinal as eq
from equifinal_qca import CsQCA, MvQCA, minimize_mv, truth_table_mv

RNG = np.random.default_rng(0)


def study_with(expect="present", **changes):
    # WEALTH below 10, from 10, from 20 on is 0, 1, 2; Y needs WEALTH of 2, or of 1 with RIGHTS.
    data = pd.DataFrame(
        {
            "WEALTH": [25, 22, 14, 12, 13, 11, 3, 5, 4, 21],
            "RIGHTS": [1, 0, 1, 1, 0, 0, 1, 0, 1, 1],
            "Y": [1, 1, 1, 1, 0, 0, 0, 0, 0, 1],
        },
        index=[f"c{number}" for number in range(10)],
        dtype=float,
    )
    crisp = {"method": "crisp", "threshold": 0.5}
    return eq.Study(
        name="small",
        data=data,
        outcome=eq.Variable("Y", calibrate=crisp),
        conditions=[
            eq.Variable("WEALTH", expect=expect, calibrate={"method": "crisp", "threshold": 10}),
            eq.Variable("RIGHTS", expect=expect, calibrate=changes.get("rights", crisp)),
        ],
        methods=changes.get("methods", {}),
    )


def analysed(solution="conservative", **parameters):
    calibrated = study_with().calibrate()
    method = MvQCA(thresholds={"WEALTH": (10, 20)}, solution=solution, **parameters)
    analysis = method.analyze(calibrated, RNG)
    analysis.check_against(calibrated)
    return calibrated, method, analysis


@pytest.mark.parametrize("solution", ["conservative", "intermediate", "parsimonious"])
def test_values_paths_and_fit_by_hand(solution):
    _, _, analysis = analysed(solution)
    assert analysis.tables["values"]["WEALTH"].tolist() == [2, 2, 1, 1, 1, 1, 0, 0, 0, 2]
    assert dict(analysis.configurations["expression"]) == {
        "WEALTH[2]": "WEALTH[2]",
        "WEALTH[1]*RIGHTS[1]": "WEALTH[1]*RIGHTS[1]",
    }
    assert analysis.configurations.loc["WEALTH[2]", "cases"] == ["c0", "c1", "c9"]
    assert analysis.configurations["coverage"].tolist() == pytest.approx([3 / 5, 2 / 5])
    assert analysis.fit["consistency"] == analysis.fit["coverage"] == 1
    assert analysis.fit["rows_possible"] == 6
    assert analysis.cases["group"].tolist()[:4] == ["WEALTH[2]"] * 2 + ["WEALTH[1]*RIGHTS[1]"] * 2
    assert analysis.cases["predicted"].tolist() == [1, 1, 1, 1, 0, 0, 0, 0, 0, 1]
    assert analysis.cases.loc["c4", "configuration"] == "WEALTH[1]*RIGHTS[0]"
    assert analysis.conditions["values_in_paths"].tolist() == ["WEALTH[1], WEALTH[2]", "RIGHTS[1]"]
    assert analysis.conditions["direction"].tolist() == [0, 1]
    assert analysis.conditions["values"].tolist() == [3, 2]
    # Σ min(x, y) / Σ y: of the five cases with Y three have WEALTH[2], four have RIGHTS[1].
    assert analysis.conditions["necessity_consistency"].tolist() == pytest.approx([3 / 5, 4 / 5])
    assert analysis.tables["truth_table"].index.tolist() == [1, 2, 3, 4, 5, 6]


def test_a_dichotomy_misses_what_the_highest_value_explains():
    study, _, analysis = analysed()
    crisp = CsQCA(solution="conservative").analyze(study, RNG)
    # WEALTH*~RIGHTS holds c1, which has the outcome, and c4 and c5, which have not.
    assert crisp.configurations["coverage"].to_dict() == {"WEALTH*RIGHTS": 4 / 5}
    assert analysis.fit["coverage"] == 1


def test_with_one_threshold_each_it_is_csqca():
    study = eq.load_study("open-data-barometer-2014")
    calibrated = study.calibrate()
    crossovers = {condition.name: (condition.calibrate["crossover"],) for condition in study.conditions}
    settings = study.methods["csqca"]
    cs, mv = (
        method.analyze(calibrated, RNG) for method in (CsQCA(**settings), MvQCA(thresholds=crossovers, **settings))
    )

    def translated(term):
        return "*".join(f"{each[1:]}[0]" if each[0] == "~" else f"{each}[1]" for each in term.split("*"))

    assert {translated(path) for path in cs.configurations.index} == set(mv.configurations.index)
    for name in ("consistency", "coverage", "pri"):
        assert mv.fit[name] == pytest.approx(cs.fit[name])
    assert mv.cases["predicted"].tolist() == cs.cases["predicted"].tolist()
    assert mv.tables["near_cutoffs"]["row"].tolist() == cs.tables["near_cutoffs"]["row"].tolist()
    assert mv.tables["simultaneous_subsets"]["row"].tolist() == cs.tables["simultaneous_subsets"]["row"].tolist()
    assert mv.conditions[["role", "direction"]].equals(cs.conditions[["role", "direction"]])
    assert [note for note in mv.notes if note.startswith("Limited")] == [
        note for note in cs.notes if note.startswith("Limited")
    ]


def test_a_run_with_parameters_in_the_study_and_none_without():
    assert "mvqca" not in eq.run(study_with(), None)  # it cannot do without thresholds
    study = study_with(methods={"mvqca": {"thresholds": {"WEALTH": [10, 20]}}})
    run = eq.run(study, ["mvqca"])
    assert not run.failures
    comparison = eq.compare(run)
    assert comparison.fit.loc["mvqca", "balanced_accuracy"] == 1
    assert comparison.fit.loc["mvqca", "failed_folds"] == 0
    with pytest.raises(eq.InputError, match=r"thresholds"):
        eq.run(study_with(), ["mvqca"])


def test_prediction_of_cases_not_seen_is_that_of_the_engine():
    study, method, analysis = analysed()
    refit = method.refit(study.subset(study.cases[:7]), RNG)
    others = study.subset(study.cases[7:])
    values = method.values(study)
    table = truth_table_mv(
        values.assign(Y=study.crisp["Y"]).iloc[:7], "Y", ["WEALTH", "RIGHTS"], values={"WEALTH": 3, "RIGHTS": 2}
    )
    assert {model.terms for model in refit.native.models} == {model.terms for model in minimize_mv(table).models}
    assert method.predict(refit, others.without_outcome()).tolist() == [0, 0, 1]
    assert method.predict(analysis, others.without_outcome()).tolist() == [0, 0, 1]


def test_verdicts():
    study, method, analysis = analysed()
    known = {name: each.cls for name, each in eq.propositions().items()}

    def answer(kind, **arguments):
        return method.assess(analysis, known[kind](id="T", **arguments), study).answer

    assert answer("equifinal", at_least=2) == "supported"
    assert answer("equifinal", at_least=3) == "contradicted"
    assert answer("together", cases=("c0", "c9")) == "supported"
    assert answer("necessary", expression="RIGHTS") == "contradicted"  # 4 of 5
    assert answer("necessary", expression="WEALTH") == "silent"
    assert answer("sufficient", expression="WEALTH*RIGHTS") == "silent"
    assert answer("influence", condition="RIGHTS", sign=1) == "silent"


def test_a_case_at_exactly_half_is_left_out_by_name():
    linear = {"method": "linear", "full_out": 0, "crossover": 1, "full_in": 2}
    calibrated = study_with(rights=linear).calibrate()
    analysis = MvQCA(thresholds={"WEALTH": (10, 20)}).analyze(calibrated, RNG)
    assert any("exactly 0.5" in note and "c0" in note for note in analysis.notes)


@pytest.mark.parametrize(
    ("thresholds", "message"),
    [({"WEALTH": (20, 10)}, "rising"), ({"WEALTH": ()}, "rising"), ({}, "thresholds"), ({"WELATH": (10,)}, "WEALTH")],
)
def test_wrong_thresholds(thresholds, message):
    with pytest.raises(eq.InputError, match=message):
        MvQCA.from_parameters({"thresholds": thresholds}).analyze(study_with().calibrate(), RNG)


def test_a_condition_with_neither_thresholds_nor_calibration_is_named():
    calibrated = study_with(rights=None).calibrate()
    with pytest.raises(eq.InputError, match="RIGHTS"):
        MvQCA(thresholds={"WEALTH": (10, 20)}).analyze(calibrated, RNG)
    both = MvQCA(thresholds={"WEALTH": (10, 20), "RIGHTS": (0.5,)}).analyze(calibrated, RNG)
    assert len(both.configurations) == 2
