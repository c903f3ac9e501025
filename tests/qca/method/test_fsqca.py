"""The methods fsqca and csqca on the bundled studies and on small made-up ones."""

import pickle

import numpy as np
import pandas as pd
import pytest

import equifinal as eq
from equifinal_qca import CsQCA, FsQCA, minimize, truth_table

RNG = np.random.default_rng(0)
CRISP = {"method": "crisp", "threshold": 0.5}


def analysed(name, method=FsQCA, **changes):
    study = eq.load_study(name)
    calibrated = study.calibrate()
    chosen = method(**(study.methods[method.name] | changes))
    analysis = chosen.analyze(calibrated, RNG)
    analysis.check_against(calibrated)
    return chosen, analysis, calibrated


def small_study(rows, names="ABC", expect="present", **calibrate):
    frame = pd.DataFrame(rows, columns=[*names, "Y"], dtype=float).set_axis(
        [f"c{number}" for number in range(len(rows))]
    )
    anchors = calibrate or {"method": "linear", "full_out": 0, "crossover": 0.5, "full_in": 1}
    study = eq.Study(
        name="small",
        data=frame,
        outcome=eq.Variable("Y", calibrate=anchors),
        conditions=[eq.Variable(name, calibrate=anchors, expect=expect) for name in names],
    )
    return study.calibrate()


def proposition(kind, **arguments):
    known = {name: each.cls for name, each in eq.propositions().items()}
    return known[kind](id="T", **arguments)


# --------------------------------------------------------------------------------------- the bundled studies


def test_the_countries_of_2014():
    _, analysis, _ = analysed("open-data-barometer-2014")
    assert set(analysis.configurations.index) == {"LEAD*DEM*FIN", "LEAD*DEM*HUM"}
    fit = [analysis.fit[each] for each in ("consistency", "pri", "coverage")]
    assert fit == pytest.approx([0.830, 0.761, 0.739], abs=5e-4)
    needed = analysis.conditions["necessity_consistency"]
    assert needed.to_dict() == pytest.approx({"LEAD": 0.864, "DEM": 0.842, "FIN": 0.747, "HUM": 0.809}, abs=5e-4)
    assert (analysis.tables["truth_table"]["out"] != "?").sum() == 11
    assert len(analysis.tables["parsimonious_models"]) == 3
    assert set(analysis.tables["conservative_models"]["model"]) == {"LEAD*DEM*FIN + LEAD*DEM*HUM"}
    assert analysis.conditions["direction"].tolist() == [1, 1, 1, 1]


def test_the_row_that_a_slightly_lower_pri_cutoff_lets_in():
    _, analysis, _ = analysed("open-data-barometer-2014")
    near = analysis.tables["near_cutoffs"]
    row = near.loc["LEAD*~DEM*FIN*HUM"]
    assert (row["near"], row["output"], row["flipped"], row["n"]) == ("PRI", "0", "1", 2)
    assert row["pri"] == pytest.approx(0.595, abs=5e-4)
    _, lower, _ = analysed("open-data-barometer-2014", pri_cutoff=0.59)
    assert lower.tables["models"]["model"].tolist() == row["solution_if_flipped"].split(" | ")
    assert any("within 0.05 of a cutoff" in note and "LEAD*~DEM*FIN*HUM" in note for note in analysis.notes)


def test_the_countries_of_2013():
    _, analysis, _ = analysed("open-data-barometer-2013")
    assert analysis.tables["models"]["model"].tolist() == ["LEAD*DEM*FIN*HUM"]
    assert analysis.tables["conservative_models"]["model"].tolist() == ["LEAD*DEM*FIN*HUM"]


def test_heilongjiang():
    _, analysis, _ = analysed("heilongjiang")
    needed = analysis.conditions["necessity_consistency"]
    assert needed.to_dict() == pytest.approx({"LEAD": 0.796, "DEM": 0.804, "FIN": 0.678, "HUM": 0.645}, abs=5e-4)
    assert set(analysis.configurations.index) == {"LEAD*DEM", "LEAD*FIN*HUM", "DEM*FIN*HUM"}
    assert [analysis.fit[each] for each in ("consistency", "pri", "coverage")] == pytest.approx(
        [0.941, 0.925, 0.951], abs=5e-4
    )
    short = analysis.tables["parsimonious_models"].loc[1]
    assert short["model"] == "DEM*FIN + LEAD*DEM + LEAD*HUM"
    assert short[["consistency", "pri", "coverage"]].tolist() == pytest.approx([0.936, 0.918, 0.960], abs=5e-4)
    long = analysis.tables["conservative_models"]["model"].tolist()
    assert long == ["DEM*FIN*HUM + LEAD*DEM*~FIN*~HUM + LEAD*FIN*HUM"]
    core = analysis.configurations[["core", "peripheral"]].T.to_dict("list")
    assert core == {
        "LEAD*DEM": ["LEAD*DEM", ""],
        "LEAD*FIN*HUM": ["LEAD*HUM", "FIN"],
        "DEM*FIN*HUM": ["DEM*FIN", "HUM"],
    }
    assert analysis.conditions["role"].tolist() == ["core"] * 4


@pytest.mark.parametrize("name", ["heilongjiang", "open-data-barometer-2013", "open-data-barometer-2014"])
def test_the_tables_agree_with_the_engine_and_the_algebra(name):
    method, analysis, study = analysed(name)
    frame, outcome = study.fuzzy, study.fuzzy["OPEN"]
    for label, row in analysis.configurations.iterrows():
        x = eq.Expression(row["expression"]).membership(frame)
        assert row["consistency"] == pytest.approx(eq.sets.consistency(x, outcome))
        assert row["coverage"] == pytest.approx(eq.sets.coverage(x, outcome))
        assert row["pri"] == pytest.approx(eq.sets.pri(x, outcome))
        assert row["cases"] == [str(case) for case in study.cases[x > 0.5]]
        assert row["unique_coverage"] > 0
        members = analysis.cases["group"].fillna("").str.split(" + ", regex=False)
        assert [case for case, paths in members.items() if label in paths] == row["cases"]
    whole = eq.Expression(" + ".join(analysis.configurations["expression"])).membership(frame)
    assert np.allclose(analysis.cases["predicted"], whole)
    assert np.allclose(method.predict(analysis, study.without_outcome()), whole)
    table = truth_table(
        frame[["LEAD", "DEM", "FIN", "HUM", "OPEN"]],
        "OPEN",
        consistency_cutoff=method.consistency_cutoff,
        frequency_cutoff=method.frequency_cutoff,
        pri_cutoff=method.pri_cutoff,
    )
    expected = minimize(table, "intermediate", dict.fromkeys(table.conditions, "present"))
    assert analysis.tables["models"]["model"].tolist() == [model.expression for model in expected.models]
    assert pickle.loads(pickle.dumps(analysis)).configurations.equals(analysis.configurations)


@pytest.mark.parametrize("method", [FsQCA, CsQCA])
def test_a_refit_predicts_as_the_full_analysis_does(method):
    study = eq.load_study("open-data-barometer-2014")
    calibrated, chosen = study.calibrate(), method(**study.methods[method.name])
    for solution in ("intermediate", "parsimonious"):  # the latter has three models to choose from
        chosen = chosen.model_copy(update={"solution": solution})
        full, quick = chosen.analyze(calibrated, RNG), chosen.refit(calibrated, RNG)
        held_out = calibrated.without_outcome()
        assert chosen.predict(quick, held_out).equals(chosen.predict(full, held_out))


def test_csqca_is_fsqca_on_the_dichotomies():
    _, analysis, study = analysed("heilongjiang", CsQCA)
    table = truth_table(study.crisp, "OPEN", study.condition_names, 0.8, 1, 0.5)
    expected = minimize(table, "intermediate", dict.fromkeys(table.conditions, "present"))
    assert analysis.tables["models"]["model"].tolist() == [model.expression for model in expected.models]
    assert set(analysis.cases["predicted"]) == {0.0, 1.0}


def test_the_negated_outcome():
    study = eq.load_study("heilongjiang").negated()
    calibrated = study.calibrate()
    analysis = FsQCA(consistency_cutoff=0.8, pri_cutoff=0.5).analyze(calibrated, RNG)
    table = truth_table(
        calibrated.fuzzy.drop(columns="~OPEN").assign(OPEN=1 - calibrated.fuzzy["~OPEN"]), "~OPEN", None, 0.8, 1, 0.5
    )
    expected = minimize(
        table, "intermediate", {condition.name: condition.expect for condition in calibrated.conditions}
    )
    assert len(expected.models) > 0
    assert analysis.tables["models"]["model"].tolist() == [model.expression for model in expected.models]


# --------------------------------------------------------------------------------------------- small studies


def test_cases_at_half_are_left_out_of_csqca_by_name_and_predicted_where_it_does_not_matter():
    rows = [(1, 1, 1, 1), (1, 1, 0, 1), (0, 0, 1, 0), (0, 1, 0, 0), (1, 0.5, 1, 1), (0, 0.5, 0, 0), (1, 1, 1, 0.5)]
    study = small_study(rows)
    analysis = CsQCA(solution="conservative").analyze(study, RNG)
    assert any("Left out" in note and "c4, c5, c6" in note for note in analysis.notes)
    assert analysis.fit["cases"] == 4
    assert analysis.configurations.index.tolist() == ["A*B"]
    predicted = analysis.cases["predicted"]
    assert np.isnan(predicted["c4"])  # A*B turns on B, which is missing
    assert predicted["c5"] == 0  # without A it does not
    assert predicted["c6"] == 1
    assert analysis.cases.loc[["c4", "c5", "c6"], "group"].isna().all()
    fuzzy = FsQCA(solution="conservative").analyze(study, RNG)
    assert any("0.5 in a condition" in note for note in fuzzy.notes)
    assert fuzzy.fit["cases"] == 7


def test_an_empty_solution_predicts_0_and_says_so():
    study = small_study([(1, 0, 0, 0), (0, 1, 1, 0), (1, 0, 0, 1), (0, 1, 1, 1)])
    method = FsQCA()
    analysis = method.analyze(study, RNG)
    assert len(analysis.configurations) == 0
    assert (analysis.cases["predicted"] == 0).all()
    assert np.isnan(analysis.fit["consistency"])
    assert analysis.fit["coverage"] == 0
    assert any("solution is empty" in note for note in analysis.notes)
    assert (method.predict(analysis, study.without_outcome()) == 0).all()
    assert analysis.conditions["role"].isin(["none", "necessary"]).all()
    for each in (
        proposition("influence", condition="A"),
        proposition("joint", conditions=("A", "B")),
        proposition("equifinal"),
    ):
        verdict = method.assess(analysis, each, study)
        assert verdict.answer == "inconclusive"
        assert "empty" in verdict.evidence


def test_a_constant_solution_predicts_1_and_judges_no_path():
    # The only case without the outcome is in no row of its own: it is at 0.5 in A.
    study = small_study([(1, 1, 1, 1), (0, 0, 0, 1), (0.5, 1, 0, 0)])
    method = FsQCA(solution="parsimonious", consistency_cutoff=0.6)
    analysis = method.analyze(study, RNG)
    assert analysis.configurations.index.tolist() == ["1"]
    assert (analysis.cases["predicted"] == 1).all()
    assert method.assess(analysis, proposition("equifinal", at_least=1), study).answer == "inconclusive"


def test_every_case_at_half_gives_an_empty_analysis():
    study = small_study([(1, 0.5, 0, 1), (0, 0.5, 1, 0), (1, 0.5, 1, 0.9), (0, 0.45, 0.5, 0.2)])
    analysis = CsQCA().analyze(study, RNG)
    analysis.check_against(study)
    assert analysis.fit["cases"] == 0
    assert len(analysis.configurations) == 0


def test_simultaneous_subsets_are_listed():
    rows = [(0.55, 0.1, 0.2, 0.5), (0.2, 0.6, 0.9, 0.9), (0.1, 0.7, 0.2, 0.2), (0.3, 0.2, 0.6, 0.45)]
    analysis = FsQCA().analyze(small_study(rows), RNG)
    listed = analysis.tables["simultaneous_subsets"]
    study = small_study(rows)
    for configuration, row in listed.iterrows():
        x = eq.Expression(configuration).membership(study.fuzzy)
        assert row["consistency"] == pytest.approx(eq.sets.consistency(x, study.fuzzy["Y"]))
        assert row["consistency_negation"] == pytest.approx(eq.sets.consistency(x, 1 - study.fuzzy["Y"]))
        assert min(row["consistency"], row["consistency_negation"]) >= 0.8
    assert "A*~B*~C" in listed.index
    assert any("Simultaneous subsets" in note for note in analysis.notes)


def test_two_consistency_cutoffs_mark_contradictions():
    rows = [(1, 1, 0, 1), (1, 1, 0, 1), (1, 0, 0, 1), (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0)]
    method = FsQCA(consistency_cutoff=(0.4, 0.8))
    analysis = method.analyze(small_study(rows), RNG)
    assert analysis.tables["truth_table"]["out"].tolist() == ["0", "0", "C", "1"]
    assert any("Contradictions" in note and "A*~B*~C" in note for note in analysis.notes)
    study = small_study(rows)
    between = method.assess(analysis, proposition("sufficient", expression="A"), study)  # 3 of 4: between the cutoffs
    assert between.answer == "inconclusive"


def test_conservative_and_parsimonious_solutions_name_their_core():
    _, conservative, _ = analysed("heilongjiang", solution="conservative")
    path = conservative.configurations.loc["LEAD*DEM*~FIN*~HUM"]
    assert path[["core", "peripheral"]].tolist() == ["LEAD*DEM", "~FIN*~HUM"]
    assert "counterfactuals" not in conservative.tables
    _, parsimonious, _ = analysed("heilongjiang", solution="parsimonious")
    assert (parsimonious.configurations["core"] == parsimonious.configurations["expression"]).all()


def test_core_where_the_parsimonious_models_disagree():
    _, analysis, _ = analysed("open-data-barometer-2014")
    path = analysis.configurations.loc["LEAD*DEM*FIN"]
    # Parsimonious: DEM*HUM + LEAD*DEM*FIN, DEM*HUM + LEAD*FIN*~HUM, LEAD*DEM*FIN + LEAD*~FIN*HUM.
    assert (path["core"], path["core_in_every_pair"]) == ("LEAD*DEM*FIN", "")
    assert any("disagree on which conditions are core" in note for note in analysis.notes)


def test_conditions_without_memberships_are_refused():
    frame = pd.DataFrame({"A": [1.0, 2, 3, 4], "B": [4.0, 1, 2, 2], "Y": [0.0, 0, 1, 1]}, index=list("uvwx"))
    calibrated = eq.Study(
        name="uncalibrated",
        data=frame,
        outcome=eq.Variable("Y", calibrate=CRISP),
        conditions=[eq.Variable("A", calibrate={"method": "crisp", "threshold": 2.5}), eq.Variable("B")],
    ).calibrate()
    for method in (FsQCA(), CsQCA()):
        with pytest.raises(eq.InputError, match=r"'uncalibrated'.*no calibration for B"):
            method.analyze(calibrated, RNG)


@pytest.mark.parametrize(
    "parameters",
    [
        {"solution": "complex"},
        {"consistency_cutoff": 1.1},
        {"consistency_cutoff": (0.5, 1.5)},
        {"pri_cutoff": -0.1},
        {"frequency_cutoff": 0},
        {"max_models": 0},
        {"cutoff": 0.8},
    ],
)
def test_parameters_out_of_range_are_refused(parameters):
    with pytest.raises(eq.InputError, match="fsqca"):
        FsQCA.from_parameters(parameters)


def test_the_methods_are_registered_and_a_whole_run_works():
    assert {"fsqca", "csqca"} <= set(eq.methods())
    run = eq.run(eq.load_study("heilongjiang"), ["fsqca", "csqca"])
    assert not run.failures
    assert set(run["fsqca"].to_dict()["tables"]) >= {"truth_table", "models", "necessity", "near_cutoffs"}
