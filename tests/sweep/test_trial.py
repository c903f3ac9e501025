"""Trials: the same verdicts as a comparison's, counted against the truth."""

import itertools
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

import equifinal as eq
from equifinal.base.seeds import generator
from equifinal.comparison.claims import reading_of
from equifinal.comparison.counting import Demands
from equifinal.sweep.asking import Ask, Mark
from equifinal.sweep.result import Trial
from equifinal.sweep.scenarios import known_scenarios
from equifinal.sweep.store import Done, Store
from equifinal.sweep.truth import NEITHER, NO, YES, Truth

KNOWN = known_scenarios()


def scenario_with(propositions):
    class Asked(eq.Scenario):
        """A conjunction with other propositions."""

        name = "asked"
        formula = "A*B"

        def propositions(self):
            return propositions

    return Asked()


def specification(scenario, n=30, repetition=0, seed=0):
    return {
        "scenario": scenario.name,
        "parameters": scenario.parameters(),
        "n": n,
        "repetition": repetition,
        "seed": seed,
    }


@pytest.mark.parametrize("name", ["noise", "two-paths", "irrelevant-conditions", "persistent-panel"])
def test_verdicts_are_those_of_a_comparison(name):
    scenario = KNOWN[name]()
    key, n = scenario.key, 24
    seed = int(generator(0, scenario.label, n, 3).integers(2**31))
    study = scenario.simulate(n, generator(seed, "data"))
    run = eq.run(study, seed=seed)
    expected = eq.compare(run, evidence=False).verdicts
    rows = Ask({key: scenario}, {key: dict(run.methods)}, None, False)(specification(scenario, n, 3))
    found = pd.DataFrame(rows["answers"]).pivot_table("answer", "proposition", "method", aggfunc="first")
    pd.testing.assert_frame_equal(
        found.loc[expected.index, expected.columns], expected, check_names=False, check_dtype=False
    )
    assert not rows["failed_methods"]


def test_propositions_about_some_of_the_cases_and_about_their_interaction():
    tables = [
        {"id": "inside", "claim": "influence", "condition": "A", "where": "B"},
        {"id": "few", "claim": "influence", "condition": "A", "where": "A*B*C*D"},
        {"id": "interaction", "claim": "joint", "conditions": ["A", "B"]},
        {"id": "key-inside", "claim": "key", "conditions": ["A"], "where": "B"},
    ]
    scenario = scenario_with(tables)
    key = scenario.key
    seed = int(generator(0, scenario.label, 40, 0).integers(2**31))
    study = scenario.simulate(40, generator(seed, "data"))
    given = {"fsqca": "fsqca", "crossed": eq.methods()["regression"].cls(interactions=("A*B",)), "nca": "nca"}
    run = eq.run(study, methods=given, seed=seed)
    rows = Ask({key: scenario}, {key: dict(run.methods)}, None, False)(specification(scenario, 40))
    found = {(row["proposition"], row["method"]): row["answer"] for row in rows["answers"]}
    expected = eq.compare(run, evidence=False).verdicts
    for id, label in itertools.product(("inside", "few", "interaction"), given):
        assert found[id, label] == expected.loc[id, label], (id, label)
    assert found["interaction", "crossed"] != "silent"
    assert found["key-inside", "nca"] == "silent"
    assert found["key-inside", "fsqca"] in ("supported", "contradicted", "inconclusive")


def test_importances_are_computed_for_key_claims_alone(monkeypatch):
    asked = []
    monkeypatch.setattr("equifinal.sweep.asking.importance", lambda method, *_: asked.append(method.name))
    ids = ["raises-A", "joint-AB", "paths-2", "necessary-A"]
    eq.trial("noise", ["fsqca", "regression"], [12], 2, n_jobs=1, evidence=False, propositions=ids)
    assert asked == []
    eq.trial("noise", ["fsqca", "nca"], [12], 2, n_jobs=1, evidence=False, propositions=["key-AB"])
    assert asked == ["fsqca", "fsqca"]


class Says(eq.Method):
    """Answers everything alike."""

    name = "says"
    reference = "None (2026)"
    answer: str = "supported"
    fails: bool = False

    def analyze(self, study, rng):
        if self.fails:
            raise RuntimeError("It fails.")
        return eq.Analysis.for_prediction(self, None)

    def assess(self, analysis, claim, study):
        return eq.Verdict(self.answer)


class Paths(Says):
    """The same, of paths."""

    name = "paths"
    sufficient_paths = True

    def analyze(self, study, rng):
        conditions = pd.DataFrame({"role": "none", "direction": 0, "evidence": ""}, index=study.condition_names)
        cases = pd.DataFrame({"group": None, "predicted": np.nan}, index=study.cases)
        paths = pd.DataFrame({"expression": ["A"], "cases": [[]], "consistency": 1.0, "coverage": 1.0}, index=["A"])
        return eq.Analysis(method=self, conditions=conditions, configurations=paths, cases=cases, fit={})


def test_rates_are_counted_against_the_truth_of_the_methods_reading():
    given = {
        **{f"says {answer}": Says(answer=answer) for answer in ("supported", "contradicted", "inconclusive", "silent")},
        "paths": Paths(),
    }
    trial = eq.trial(["additive"], given, [12, 20], 4, n_jobs=1, evidence=False)
    rates = trial.rates
    assert rates.index.names == ["scenario", "n", "method", "proposition"]
    worths = rates[["right", "wrong", "undecided", "silent"]]
    assert worths.sum(axis=1).tolist() == [1.0] * len(rates)
    assert (rates["data_sets"] == 4).all()

    def of(method, proposition):
        return worths.loc["additive", 20, method, proposition].tolist()

    assert np.isnan(of("says supported", "joint-AB")[0])  # no interaction: no answer is right
    assert of("says supported", "joint-AB")[1:] == [1, 0, 0]
    assert of("says contradicted", "joint-AB")[1:] == [1, 0, 0]
    assert of("says inconclusive", "joint-AB")[1:] == [0, 1, 0]
    assert of("says silent", "joint-AB")[1:] == [0, 0, 1]
    assert of("paths", "joint-AB") == [1, 0, 0, 0]  # one path has both
    assert of("says supported", "raises-A") == [1, 0, 0, 0]
    assert of("says contradicted", "raises-A") == [0, 1, 0, 0]
    assert of("paths", "paths-2") == [0, 1, 0, 0]
    assert ("additive", 20, "says supported", "paths-2") not in rates.index  # no truth in that reading
    assert trial.recovery.empty  # the truth is not Boolean


def test_nothing_is_firm_without_evidence():
    rates = eq.trial("noise", {"says": Says()}, [12], 3, n_jobs=1, evidence=False).rates
    firm = [name for name in rates if name.startswith("firm_")]
    assert len(firm) == 8
    decided = rates.xs("raises-A", level="proposition")
    assert decided[firm].isna().all(axis=None)
    mute = eq.trial("noise", {"says": Says(), "mute": Says(answer="silent")}, [12], 3, n_jobs=1, evidence=False).rates
    assert mute[firm].isna().all(axis=None)  # also where there is nothing to mark


def test_a_trial_marks_verdicts_as_a_comparison_does(monkeypatch):
    """The same data set, methods and draws: the marks of eq.compare, and the numbers behind them."""
    demands = Demands(worlds=30, resamples=30, most=30)
    monkeypatch.setattr("equifinal.sweep.asking.DEMANDS", demands)
    monkeypatch.setattr("equifinal.comparison.compare.Demands", lambda *_: demands)
    ids = ("raises-A", "necessary-A")
    rows = Ask(
        {KNOWN["noise"]().key: KNOWN["noise"]()},
        {KNOWN["noise"]().key: {"fsqca": eq.methods()["fsqca"].cls()}},
        ids,
        True,
    )(specification(KNOWN["noise"](), 12))
    seed = int(generator(0, KNOWN["noise"]().label, 12, 0).integers(2**31))
    study = KNOWN["noise"]().simulate(12, generator(seed, "data"))
    found = eq.compare(eq.run(study, methods=["fsqca"], seed=seed), evidence=True).evidence
    for row in rows["answers"]:
        mine = found.loc[(row["proposition"], "fsqca")]
        assert (row["answer"], row["firm"]) == (mine["answer"], mine["firm"])
        for name in ("by_chance", "stable"):
            assert row[name] == mine[name] or (row[name] is None and np.isnan(mine[name]))


def test_firm_verdicts_are_counted_where_there_are_marks(monkeypatch):
    marks = itertools.cycle([True, False])

    def firm(calibrated, looks, seed):
        return {label: [Mark(next(marks))] * len(asked) for label, (_, asked) in looks.items()}

    monkeypatch.setattr("equifinal.sweep.asking._firm", firm)
    trial = eq.trial("noise", {"says": Says()}, [12], 4, n_jobs=1)
    row = trial.rates.loc["noise", 12, "says", "necessary-A"]
    assert (row["wrong"], row["firm_wrong"], row["firm_undecided"], row["firm_right"]) == (1, 0.5, 0.5, 0)
    assert row["firm_wrong_high"] == pytest.approx(binomtest(2, 4).proportion_ci(method="exact").high)
    said = trial.summary()
    assert not any("not asked" in sentence for sentence in said)
    rates = trial.rates.reset_index()
    for method, own in rates[rates["silent"] < 1].groupby("method"):
        answers = ((1 - own["silent"]) * own["data_sets"]).sum()
        share = 100 * (own["firm_wrong"] * own["data_sets"]).sum() / answers
        words = "scenarios on which thresholds may be tuned"
        start = f"{method}, {words}: {share:.1f} % of its {answers:,.0f} answers are wrong though they are firm"
        assert any(sentence.startswith(start) for sentence in said), start


def test_every_answer_can_be_seen():
    trial = eq.trial(
        ["noise", "xor"], {"says": Says()}, [12], 2, n_jobs=1, evidence=False, propositions=["raises-A", "paths-2"]
    )
    answers = trial.answers
    assert answers[
        ["scenario", "n", "repetition", "seed", "method", "reading", "proposition", "answer"]
    ].values.tolist() == [
        [scenario, 12, repetition, 0, "says", "covariation", proposition, "supported"]
        for repetition in (0, 1)
        for scenario in ("noise", "xor")
        for proposition in ("raises-A", "paths-2")
    ]
    assert answers[["firm", "by_chance", "stable"]].isna().all(axis=None)


def hand_made(answers):
    """A trial with these rows, one data set each: scenario, n, method, reading, proposition, answer, firm, by_chance, stable."""
    store, names = Store(), ("method", "reading", "proposition", "answer", "firm", "by_chance", "stable")
    for number, (scenario, n, *row) in enumerate(answers):
        told = {**specification(KNOWN[scenario](), n, number), "repetition": number}
        store.add([Done(told, {"answers": [dict(zip(names, row, strict=True))]})])
    return Trial(store, tuple(KNOWN[name]() for name in dict.fromkeys(scenario for scenario, *_ in answers)))


SETS = ("m", "set-theoretic")


def test_steps_are_counted_one_by_one():
    asked = ("conjunction", 12, *SETS, "raises-A")
    trial = hand_made(
        [
            (*asked, "supported", True, 0.01, 0.9),
            (*asked, "supported", False, 0.05, 0.5),  # hardly due to chance, and not stable
            (*asked, "supported", False, 0.051, 0.9),
            (*asked, "supported", False, 0.4, 0.4),
            (*asked, "contradicted", False, 0.02, 0.6),
            (*asked, "inconclusive", False, None, None),
            (*asked, "silent", False, None, None),
            (*asked, "supported", True, 0.02, 1.0),
        ]
    )
    row = trial.steps.loc["conjunction", 12, "m", "raises-A"] * 8
    assert row.to_dict() == {
        "right_rule": 5,
        "right_by_chance": 3,
        "right_firm": 2,
        "wrong_rule": 1,
        "wrong_by_chance": 1,
        "wrong_firm": 0,
    }
    rates = trial.rates.loc["conjunction", 12, "m", "raises-A"] * 8
    assert rates[["firm_right", "firm_wrong", "firm_undecided", "firm_silent"]].tolist() == [2, 0, 5, 1]


def test_a_denial_has_no_by_chance_and_passes_that_step():
    asked = ("noise", 12, *SETS, "paths-2")
    trial = hand_made([(*asked, "contradicted", True, None, 0.99), (*asked, "contradicted", False, None, 0.9)])
    row = trial.steps.loc["noise", 12, "m", "paths-2"]
    assert row[["right_rule", "right_by_chance", "right_firm"]].tolist() == [1, 1, 0.5]


def test_a_cell_with_an_unknown_mark_has_no_firm_numbers_and_the_others_do():
    known, unknown = ("conjunction", 12, *SETS, "raises-A"), ("conjunction", 30, *SETS, "raises-A")
    trial = hand_made(
        [
            (*known, "supported", True, 0.01, 1.0),
            (*unknown, "supported", True, 0.01, 1.0),
            (*unknown, "supported", None, None, None),
        ]
    )
    assert trial.rates["firm_right"].tolist()[0] == 1
    assert np.isnan(trial.rates["firm_right"].tolist()[1])
    assert trial.steps["right_rule"].tolist() == [1, 1]
    assert trial.steps["right_firm"].isna().tolist() == [False, True]
    assert trial.steps["right_by_chance"].isna().tolist() == [False, True]


def test_tests_are_counted_where_there_is_nothing_to_find():
    store = Store()
    for number, p in enumerate((0.05, 0.051, 0.001, np.nan)):
        for scenario in ("noise", "conjunction"):
            rows = [
                {"method": "m", "test": "p_value", "condition": "A", "p": p},
                {"method": "m", "test": "p_value", "condition": "B", "p": 0.9},
            ]
            store.add([Done(specification(KNOWN[scenario](), 12, number), {"tests": rows})])
    size = Trial(store, (KNOWN["noise"](), KNOWN["conjunction"]())).size
    assert size.index.tolist() == [("noise", 12, "m", "p_value")]
    row = size.iloc[0]
    assert (row["rejected"], row["tests"], row["any"], row["data_sets"]) == (2 / 8, 8, 2 / 4, 4)
    interval = binomtest(2, 8).proportion_ci(method="exact")
    assert (row["rejected_low"], row["rejected_high"]) == pytest.approx(tuple(interval))


def test_intervals_are_held_to_true_slopes():
    store = Store()
    for number, (low, high) in enumerate([(0.4, 0.6), (0.5, 0.7), (0.51, 0.7), (-1.0, 0.49)]):
        row = {"method": "m", "condition": "A", "low": low, "high": high, "level": 0.95}
        for scenario in ("additive", "conjunction"):
            store.add([Done(specification(KNOWN[scenario](), 12, number), {"intervals": [row]})])
    coverage = Trial(store, (KNOWN["additive"](), KNOWN["conjunction"]())).coverage
    assert coverage.index.tolist() == [("additive", 12, "m", "A")]  # a conjunction has no slope
    row = coverage.iloc[0]
    assert (row["slope"], row["covered"], row["level"], row["data_sets"]) == (0.5, 0.5, 0.95, 4)
    assert row["width"] == pytest.approx(np.mean([0.2, 0.2, 0.19, 1.49]))


def test_tests_intervals_and_skill_are_those_of_statsmodels_and_of_a_comparison():
    """Ordinary least squares with HC3 errors by statsmodels itself; the fit by ``eq.compare``."""
    import statsmodels.api as sm

    given = ["regression", "clustering", "nca"]
    trial = eq.trial("additive", given, [20], 1, n_jobs=1, parts=["skill", "tests"])
    assert trial.rates.empty
    scenario = KNOWN["additive"]()
    seed = int(generator(0, scenario.label, 20, 0).integers(2**31))
    study = scenario.simulate(20, generator(seed, "data"))
    fitted = sm.OLS(study.data["Y"], sm.add_constant(study.data[list("ABCD")])).fit(cov_type="HC3", use_t=True)
    tests = trial.store.frame("tests").set_index(["method", "test", "condition"])["p"]
    intervals = trial.store.frame("intervals").set_index(["method", "condition"])
    for name in "ABCD":
        assert tests["regression", "p_value", name] == pytest.approx(fitted.pvalues[name])
        expected = fitted.conf_int().loc[name].tolist()
        assert intervals.loc[("regression", name), ["low", "high"]].tolist() == pytest.approx(expected)
    # Clusters are formed without the outcome, so a test of conditions is not about it; p-values of the fit are.
    own = {(method, test) for method, test, _ in tests.index if not test.startswith("fit: ")}
    assert own == {("regression", "p_value"), ("nca", "p_ce_fdh"), ("nca", "p_cr_fdh"), ("nca", "p_correlation")}
    of_fit = {method for method, test, _ in tests.index if test.startswith("fit: ")}
    assert of_fit == {"regression", "clustering"}
    fit = eq.compare(eq.run(study, given, seed=seed)).fit
    skill = trial.skill["median"]
    for (_, _, method, measure), value in skill.items():
        assert value == pytest.approx(fit.loc[method, f"{measure}_out_of_sample"])
    assert {"regression", "clustering", "baseline: mean"} <= set(skill.index.get_level_values("method"))


def test_an_analysis_that_fails_is_listed_without_verdicts_too():
    trial = eq.trial("noise", {"fails": Says(fails=True)}, [12], 2, n_jobs=1, parts=("skill",))
    assert trial.failures[["method", "exception"]].values.tolist() == [["fails", "RuntimeError"]] * 2


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("additive", {"A": 0.5, "B": 0.5, "C": 0, "D": 0}),
        ("linear", {"A": 0.6, "B": 0, "C": 0, "D": 0}),
        ("suppressor", {"A": 1, "B": -1, "C": 0, "D": 0}),
        ("one-condition", {"A": 1, "B": 0, "C": 0, "D": 0}),
        ("noise", dict.fromkeys("ABCD", 0)),
        ("conjunction", {}),
        ("ceiling", {}),
        ("u-shape", {}),
        ("necessary-only", {}),
        ("xor", {}),
    ],
)
def test_true_slopes(name, expected):
    """As the docstring of each scenario states its response."""
    assert KNOWN[name]().slopes() == pytest.approx(expected)


def test_nothing_is_there_to_find_in_noise_alone():
    assert [name for name, cls in KNOWN.items() if cls().is_null()] == ["noise", "persistent-panel"]


def test_intervals_are_exact():
    rates = eq.trial(
        "conjunction", ["fsqca"], [12], 30, n_jobs=1, evidence=False, propositions=["raises-A", "paths-2"]
    ).rates
    for row in rates.itertuples():
        for name in ("wrong", "right"):
            found = round(getattr(row, name) * row.data_sets)
            expected = binomtest(found, row.data_sets).proportion_ci(confidence_level=0.95, method="exact")
            assert (getattr(row, f"{name}_low"), getattr(row, f"{name}_high")) == pytest.approx(tuple(expected))


def test_recovery_is_that_of_the_shown_paths():
    trial = eq.trial(["conjunction", "noise"], {"paths": Paths(), "says": Says()}, [12], 3, n_jobs=1, evidence=False)
    assert trial.recovery.index.tolist() == [("conjunction", 12, "paths"), ("noise", 12, "paths")]
    assert trial.recovery["correct"].tolist() == [1, 0]  # A is part of A*B, and nothing is true of A in noise
    assert trial.recovery["complete"].tolist() == [0, 0]
    assert trial.recovery["data_sets"].tolist() == [3, 3]


def test_failures_are_listed_and_the_others_counted():
    trial = eq.trial(
        ["noise", "irrelevant-conditions"],
        {"says": Says(), "fails": Says(fails=True)},
        [6],
        2,
        n_jobs=1,
        evidence=False,
    )
    failures = trial.failures
    few = failures[failures["scenario"] == "irrelevant-conditions"]
    assert few["method"].isna().all()  # eight conditions and six cases
    assert few["exception"].tolist() == ["InputError", "InputError"]
    others = failures[failures["scenario"] == "noise"]
    assert others[["n", "repetition", "method", "exception", "message"]].values.tolist() == [
        [6, 0, "fails", "RuntimeError", "It fails."],
        [6, 1, "fails", "RuntimeError", "It fails."],
    ]
    assert set(trial.rates.index.get_level_values("method")) == {"says"}
    assert trial.summary()[-1] == "4 analyses failed; see the failures."


def test_numbers_do_not_depend_on_processes_nor_on_other_methods():
    ids = ["raises-A", "paths-2", "necessary-A"]
    one = eq.trial(["noise", "xor"], ["fsqca", "nca"], [12, 20], 6, n_jobs=1, evidence=False, propositions=ids)
    two = eq.trial(["noise", "xor"], ["fsqca", "nca"], [12, 20], 6, n_jobs=2, evidence=False, propositions=ids)
    pd.testing.assert_frame_equal(one.rates, two.rates)
    alone = eq.trial(["xor"], ["nca"], [20], 6, n_jobs=1, evidence=False, propositions=ids)
    pd.testing.assert_frame_equal(alone.rates, one.rates.loc[["xor"]].loc[(slice(None), [20], ["nca"]), :])
    other = eq.trial(
        ["noise", "xor"], ["fsqca", "nca"], [12, 20], 6, n_jobs=1, evidence=False, propositions=ids, seed=1
    )
    assert not other.rates.equals(one.rates)


def test_a_trial_goes_on_where_it_was(tmp_path, monkeypatch):
    store = tmp_path / "trial.sweep"
    eq.trial(
        "noise", ["fsqca"], [12], 3, store=store, n_jobs=1, evidence=False, propositions=["raises-A"]
    ).store.close()
    simulated = []
    whole = eq.Scenario.simulate
    monkeypatch.setattr(eq.Scenario, "simulate", lambda self, n, rng: simulated.append(n) or whole(self, n, rng))
    more = eq.trial("noise", ["fsqca"], [12, 15], 5, store=store, n_jobs=1, evidence=False, propositions=["raises-A"])
    assert sorted(simulated) == [12, 12, *[15] * 5, 100]  # the last to find out what methods there are
    assert more.rates["data_sets"].tolist() == [5, 5]
    again = eq.trial("noise", ["fsqca"], [12, 15], 5, n_jobs=1, evidence=False, propositions=["raises-A"])
    pd.testing.assert_frame_equal(more.rates, again.rates)
    with pytest.raises(eq.InputError, match=r"begun with something else\. methods\."):
        eq.trial("noise", ["csqca"], [12], 5, store=store, n_jobs=1, evidence=False, propositions=["raises-A"])


def test_a_store_may_hold_other_scenarios(tmp_path):
    store = tmp_path / "trial.sweep"
    eq.trial(
        KNOWN["conjunction"](noise=20), {"says": Says()}, [12], 2, store=store, n_jobs=1, evidence=False
    ).store.close()
    trial = eq.trial("conjunction", {"says": Says()}, [12], 2, store=store, n_jobs=1, evidence=False)
    assert set(trial.rates.index.get_level_values("scenario")) == {"conjunction"}
    both = eq.trial(
        [KNOWN["conjunction"](noise=20), "conjunction"],
        {"says": Says()},
        [12],
        2,
        store=store,
        n_jobs=1,
        evidence=False,
    )
    assert set(both.rates.index.get_level_values("scenario")) == {"conjunction", "conjunction(noise=20)"}
    assert len(both.store) == 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"scenarios": "noice"}, "Did you mean 'noise'"),
        ({"scenarios": []}, "No scenario"),
        ({"scenarios": ["noise", "noise"]}, "twice"),
        ({"scenarios": 3}, "not 3"),
        ({"scenarios": "noise", "methods": ["fsqac"]}, "Did you mean 'fsqca'"),
        ({"scenarios": "noise", "sizes": [1]}, "sizes = 1"),
        ({"scenarios": "noise", "parts": ["skil"]}, "Did you mean 'skill'"),
        ({"scenarios": "noise", "parts": []}, "No part"),
        ({"scenarios": "noise", "repetitions": 0}, "repetitions = 0"),
        ({"scenarios": "noise", "propositions": ["raises-Z"]}, "no proposition 'raises-Z'"),
    ],
)
def test_wrong_requests_are_refused_before_anything_is_computed(arguments, message):
    with pytest.raises(eq.InputError, match=message):
        eq.trial(**{"n_jobs": 1, "repetitions": 1, **arguments})


def test_a_trial_shows_itself():
    trial = eq.trial(
        ["noise", "xor"], {"says": Says(), "mute": Says(answer="silent")}, [12], 4, n_jobs=1, evidence=False
    )
    shown = trial._repr_html_()
    assert "Methods against known truth" in shown
    assert "says, scenarios on which thresholds may be tuned: 100 % of its" in shown
    said = trial.summary()
    assert not any(sentence.startswith("mute") for sentence in said)  # it has nothing to be right or wrong about
    assert any(sentence.startswith("says, other scenarios") and "in xor with 12 cases" in sentence for sentence in said)
    assert said[-1] == "Which verdicts are firm was not asked: these are the error rates of the rules alone."


def test_what_an_answer_is_worth():
    assert [truth.judge("contradicted") for truth in (YES, NO, NEITHER)] == ["wrong", "right", "wrong"]
    assert YES.turned() == NO
    assert NO.turned() == YES
    assert NEITHER.turned() == NEITHER
    assert Truth(frozenset({"supported"})).judge("inconclusive") == "wrong"


def test_methods_with_paths_are_read_set_theoretically():
    readings = {label: reading_of(entry.cls) for label, entry in eq.methods().items()}
    assert {label for label, reading in readings.items() if reading == "set-theoretic"} == {"fsqca", "csqca", "cna"}

    class States(Says):
        """Has no paths that the advice could use."""

        name = "states"
        reading: ClassVar[str] = "set-theoretic"

    assert reading_of(States()) == "set-theoretic"
