"""Scenarios: the data they draw, and their truths, found again by other ways than the scenario's own."""

from itertools import product
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtri

import equifinal as eq
from equifinal import sets
from equifinal.sweep.scenario import grid
from equifinal.sweep.scenarios import known_scenarios
from equifinal.sweep.truth import NEITHER, NO, YES, models_of_formula, truth_of
from equifinal_nca import ceilings
from equifinal_qca import minimize, necessity, truth_table

KNOWN = known_scenarios()
BOOLEAN = [name for name, each in KNOWN.items() if each.formula]
TUNING = ("noise", "conjunction", "two-paths", "additive")

#: Set-theoretic / covariation: + yes, - no, 0 no such relation, . no truth, ? some answers are wrong and none is right.
TRUTHS = """
                      raises-A raises-D joint-AB paths-2 paths-3 necessary-A sufficient-AB key-AB
noise                      0/0      0/0      -/0     -/.     -/.         -/-           -/.    0/0
conjunction                +/+      0/0      +/+     -/.     -/.         +/+           +/.    +/+
two-paths                  +/+      +/+      +/+     +/.     -/.         -/-           +/.    0/0
additive                   +/+      0/0      +/0     -/.     -/.         -/+           +/.    +/+
one-condition              +/+      0/0      -/0     -/.     -/.         +/+           +/.    0/0
linear                     ?/+      0/0      -/0     -/.     -/.         -/-           ./.    0/0
necessary-only             +/+      0/0      -/0     -/.     -/.         +/+           -/.    0/0
reversed                   -/-      0/0      -/-     -/.     -/.         -/-           -/.    +/+
xor                        0/0      0/0      -/-     +/.     -/.         -/-           -/.    +/+
u-shape                    0/0      0/0      -/0     -/.     -/.         -/-           -/.    0/0
suppressor                 +/+      0/0      -/0     -/.     -/.         -/+           -/.    +/+
collinear                  +/+      0/0      -/0     -/.     -/.         +/+           +/.    0/0
heavy-skew                 +/+      0/0      +/+     -/.     -/.         +/+           +/.    +/+
ceiling                    +/+      0/0      +/.     -/.     -/.         -/-           +/.    +/+
limited-diversity          +/+      +/+      +/+     +/.     -/.         -/-           +/.    0/0
omitted-condition          +/+      0/0      -/-     +/.     -/.         -/-           ./.    0/0
irrelevant-conditions      +/+      0/0      +/+     -/.     -/.         +/+           +/.    +/+
measurement-error          +/+      0/0      +/+     -/.     -/.         +/+           +/.    +/+
shifted-anchors            +/+      0/0      +/+     -/.     -/.         +/+           +/.    +/+
persistent-panel           0/0      0/0      -/0     -/.     -/.         -/-           -/.    0/0
"""


def sign(truth):
    return {YES: "+", NO: "-", NEITHER: "0", None: "."}.get(truth, "?")


def test_the_truths_are_what_one_would_say():
    header, *lines = TRUTHS.strip().splitlines()
    expected = {line.split()[0]: line.split()[1:] for line in lines}
    assert list(expected) != []
    assert set(expected) == set(KNOWN)
    for name, cells in expected.items():
        truth = KNOWN[name]().truth()
        found = [
            "/".join(sign(truth.get((id, reading))) for reading in ("set-theoretic", "covariation"))
            for id in header.split()
        ]
        assert found == cells, name


def test_truths_of_the_propositions_that_only_some_scenarios_have():
    for name, id, expected in (("suppressor", "lowers-B", YES), ("collinear", "raises-B", NEITHER)):
        truth = KNOWN[name]().truth()
        assert [truth[id, reading] for reading in ("set-theoretic", "covariation")] == [expected, expected]


def test_silence_is_never_wrong_and_what_is_wrong_follows_the_issue():
    for name, cls in KNOWN.items():
        for truth in cls().truth().values():
            assert truth.judge("silent") == "silent"
            assert truth.judge("inconclusive") == "undecided"  # nowhere is it a mistake not to decide
            assert "wrong" in {truth.judge("supported"), truth.judge("contradicted")}, name
    noise = KNOWN["noise"]().truth()
    assert [noise["raises-A", "set-theoretic"].judge(each) for each in ("supported", "contradicted")] == ["wrong"] * 2
    assert [noise["joint-AB", "covariation"].judge(each) for each in ("supported", "contradicted")] == ["wrong"] * 2
    assert [noise["key-AB", "covariation"].judge(each) for each in ("supported", "contradicted")] == ["wrong"] * 2
    for id in ("joint-AB", "paths-2", "necessary-A", "sufficient-AB"):
        assert [noise[id, "set-theoretic"].judge(each) for each in ("supported", "contradicted")] == ["wrong", "right"]


# ------------------------------------------------------------------- the same truths by other ways


def memberships(raw):
    """The direct method with 20, 50 and 80, written out again: log-odds of ±ln(19) at the outer anchors."""
    return 1 / (1 + 19 ** (-(raw - 50) / 30))


def noiseless(scenario, count=60_000):
    """A large noiseless sample with independent causes: quasi-random, and not the grid of the scenario."""
    from scipy.stats import qmc

    uniform = 100 * qmc.Sobol(len(scenario.causes), seed=1).random(2 ** int(np.log2(count)))
    causes = scenario.margins(pd.DataFrame(uniform, columns=list(scenario.causes)))
    return causes.assign(Y=scenario.response(causes))


def brute_rows(frame, causes):
    """The corners with consistency of 0.8 and PRI of 0.5, by the formulas of Ragin (2008) and Schneider & Wagemann (2012)."""
    y = frame["Y"].to_numpy()
    rows = set()
    for corner in product((True, False), repeat=len(causes)):
        x = np.min(
            [frame[name] if there else 1 - frame[name] for name, there in zip(causes, corner, strict=True)], axis=0
        )
        both, neither = np.minimum(x, y).sum(), np.minimum(np.minimum(x, y), 1 - y).sum()
        if both / x.sum() >= 0.8 and (both - neither) / (x.sum() - neither) >= 0.5:
            rows.add(corner)
    return rows


@pytest.mark.parametrize("name", BOOLEAN)
@pytest.mark.parametrize("crisp", [False, True])
def test_a_brute_force_truth_table_of_the_noiseless_population_has_the_formula(name, crisp):
    scenario = KNOWN[name]()
    frame = memberships(noiseless(scenario))
    frame = (frame > 0.5).astype(float) if crisp else frame
    expected = set()
    for corner in product((True, False), repeat=len(scenario.causes)):
        on = dict(zip(scenario.causes, corner, strict=True))
        holds = eval(
            scenario.formula.replace("~", " not ").replace("*", " and ").replace("+", " or "), {"__builtins__": {}}, on
        )
        if holds:
            expected.add(corner)
    assert brute_rows(frame, scenario.causes) == expected


@pytest.mark.parametrize("name", BOOLEAN)
def test_the_qca_engine_finds_the_formula_in_a_noiseless_sample(name):
    scenario = KNOWN[name]()
    causes = list(scenario.causes)
    table = truth_table(memberships(noiseless(scenario, 4000)), "Y", causes, consistency_cutoff=0.8, pri_cutoff=0.5)
    models = minimize(table, "conservative").models
    found = {frozenset(frozenset(eq.Expression(term).literals.items()) for term in model.terms) for model in models}
    assert found == set(scenario.models())


@pytest.mark.parametrize("name", [name for name in KNOWN if name not in BOOLEAN])
@pytest.mark.parametrize("crisp", [False, True])
def test_where_there_is_no_formula_paths_are_those_of_the_qca_engine(name, crisp):
    scenario = KNOWN[name]()
    frame = memberships(noiseless(scenario))[[*scenario.conditions, "Y"]]
    frame = (frame > 0.5).astype(float) if crisp else frame
    table = truth_table(frame, "Y", list(scenario.conditions), consistency_cutoff=0.8, pri_cutoff=0.5)
    assert scenario.models() == ()
    found = {
        frozenset(frozenset(eq.Expression(term).literals.items()) for term in model.terms)
        for model in minimize(table, "conservative").models
    }
    assert found == set(scenario.population().models[crisp])


@pytest.mark.parametrize("name", KNOWN)
def test_necessity_and_sufficiency_are_those_of_the_qca_engine(name):
    scenario = KNOWN[name]()
    fuzzy = memberships(noiseless(scenario))
    answers = {"necessary-A": set(), "sufficient-AB": set()}
    for frame in (fuzzy, (fuzzy > 0.5).astype(float)):
        needed = necessity(frame[["A", "B", "Y"]], "Y", ["A"]).loc["A"]
        answers["necessary-A"].add(bool(needed["consistency"] >= 0.9 and needed["relevance"] >= 0.5))
        x, y = np.minimum(frame["A"], frame["B"]), frame["Y"]
        answers["sufficient-AB"].add(bool(eq.sets.consistency(x, y) >= 0.8 and eq.sets.pri(x, y) >= 0.5))
    for id, found in answers.items():
        truth = scenario.truth().get((id, "set-theoretic"))
        assert sign(truth) == ("." if len(found) == 2 else "+" if found == {True} else "-"), id


@pytest.mark.parametrize("name", KNOWN)
def test_net_effects_are_those_of_a_least_squares_fit(name):
    scenario = KNOWN[name]()
    frame = noiseless(scenario)
    scores = ((frame - frame.mean()) / frame.std()).to_numpy()
    slopes = dict(zip(scenario.causes, np.linalg.lstsq(scores[:, :-1], scores[:, -1], rcond=None)[0], strict=True))
    for condition in ("A", "D"):
        expected = "0" if abs(slopes[condition]) < 0.01 else "+" if slopes[condition] > 0 else "-"
        assert sign(scenario.truth()[f"raises-{condition}", "covariation"]) == expected


@pytest.mark.parametrize("name", [name for name in KNOWN if name != "ceiling"])
def test_interactions_are_those_of_a_least_squares_fit(name):
    scenario = KNOWN[name]()
    frame = noiseless(scenario)
    scores = (frame - frame.mean()) / frame.std()
    design = scores[list(scenario.causes)].assign(product=scores["A"] * scores["B"])
    slope = np.linalg.lstsq(design.to_numpy(), scores["Y"].to_numpy(), rcond=None)[0][-1]
    expected = "0" if abs(slope) < 0.01 else "+" if slope > 0 else "-"
    assert sign(scenario.truth()["joint-AB", "covariation"]) == expected


@pytest.mark.parametrize("name", KNOWN)
def test_key_conditions_are_those_that_matter_most_when_drawn_anew(name):
    scenario = KNOWN[name]()
    frame = noiseless(scenario)
    rng = np.random.default_rng(5)
    matters = {}
    for cause in "ABCD":
        other = frame.assign(**{cause: rng.permutation(frame[cause])})
        matters[cause] = np.mean((scenario.response(other) - frame["Y"]) ** 2) / (2 * frame["Y"].var())
    gap = min(matters["A"], matters["B"]) - max(matters["C"], matters["D"])
    expected = "0" if abs(gap) < 0.02 else "+" if gap > 0 else "-"
    for reading in ("set-theoretic", "covariation"):
        assert sign(scenario.truth()["key-AB", reading]) == expected


@pytest.mark.parametrize("name", [name for name in KNOWN if name != "linear"])
def test_necessity_in_degree_is_that_of_a_ceiling_over_a_noiseless_sample(name):
    scenario = KNOWN[name]()
    frame = noiseless(scenario, 8192)
    size = ceilings(frame["A"], frame["Y"]).effect_size["ce-fdh"]
    assert sign(scenario.truth()["necessary-A", "covariation"]) == ("+" if size >= 0.1 else "-")


def test_without_a_bound_the_empty_corner_goes_as_cases_come():
    scenario = KNOWN["linear"]()
    study = scenario.simulate(100_000, np.random.default_rng(0))
    low = study.data[study.data["A"] < 30]["Y"]
    assert (low > study.data["Y"].quantile(0.95)).any()  # a high outcome with little of the condition
    assert scenario.truth()["necessary-A", "covariation"] == NO


@pytest.mark.parametrize("name", TUNING)
def test_a_denser_population_has_the_same_truths(name):
    scenario = KNOWN[name]()
    dense = grid(scenario, 22 if len(scenario.causes) == 4 else 11)
    for models, others in zip(dense.models, scenario.population().models, strict=True):
        assert set(models) == set(others)


# ------------------------------------------------------------------------------------------ the data


@pytest.mark.parametrize("name", KNOWN)
@pytest.mark.parametrize("n", [12, 30])
def test_studies_can_be_analysed(name, n):
    study = KNOWN[name]().simulate(n, np.random.default_rng(n))
    assert study.provenance == "simulated"
    assert len(study.data) == n
    members = study.calibrate().fuzzy["Y"]
    assert (members > 0.5).any()
    assert (members < 0.5).any()
    assert {each.expect for each in study.conditions} == {"present"}
    assert study.methods["fsqca"]["consistency_cutoff"] == 0.8
    assert study.methods["csqca"]["pri_cutoff"] == 0.5
    assert study.outcome.calibration == {"method": "direct", "full_out": 20, "crossover": 50, "full_in": 80}


def correlation(name, first, second, **parameters):
    data = KNOWN[name](**parameters).simulate(5000, np.random.default_rng(1)).data
    return np.corrcoef(data[first], data[second])[0, 1]


def test_the_data_are_what_the_docstrings_say():
    assert abs(correlation("noise", "A", "Y")) < 0.05
    assert correlation("linear", "A", "Y") == pytest.approx(0.6, abs=0.03)
    assert correlation("suppressor", "A", "B") == pytest.approx(0.7, abs=0.04)
    assert correlation("collinear", "A", "B") == pytest.approx(0.9, abs=0.03)
    assert abs(correlation("xor", "A", "Y")) < 0.05
    assert abs(correlation("u-shape", "A", "Y")) < 0.05
    skewed = KNOWN["heavy-skew"]().simulate(5000, np.random.default_rng(1)).calibrate().fuzzy > 0.5
    assert skewed["A"].mean() == pytest.approx(0.3, abs=0.02)
    assert skewed["Y"].mean() == pytest.approx(1 / 12, abs=0.02)
    ceiling = KNOWN["ceiling"](noise=0).simulate(5000, np.random.default_rng(1)).data["Y"]
    assert (ceiling == 65).mean() == pytest.approx(0.32, abs=0.03)
    assert ceiling.max() == 65
    noisy = KNOWN["conjunction"](noise=20).simulate(5000, np.random.default_rng(1)).data
    assert (noisy["Y"] - noisy[["A", "B"]].min(axis=1)).std() == pytest.approx(20, rel=0.05)
    measured = KNOWN["measurement-error"](noise=0).simulate(5000, np.random.default_rng(1)).data
    assert (measured["A"] > 100).any()
    assert np.mean((measured["Y"] - measured[["A", "B"]].min(axis=1)) ** 2) > 100


def test_few_corners_are_there_where_diversity_is_limited():
    for seed in range(5):
        data = KNOWN["limited-diversity"](corners=4).simulate(200, np.random.default_rng(seed)).data
        assert len((data[list("ABCD")] > 50).drop_duplicates()) == 4


def test_a_hidden_cause_is_not_in_the_data():
    for name in ("noise", "omitted-condition", "necessary-only", "linear"):
        assert list(KNOWN[name]().simulate(30, np.random.default_rng(1)).data) == ["A", "B", "C", "D", "Y"]


def test_anchors_of_conditions_are_shifted_and_those_of_the_outcome_are_not():
    study = KNOWN["shifted-anchors"]().simulate(30, np.random.default_rng(1))
    assert study.conditions[0].calibration == {"method": "direct", "full_out": 40, "crossover": 70, "full_in": 100}


def test_a_panel_persists():
    study = KNOWN["persistent-panel"]().simulate(4000, np.random.default_rng(1))
    assert (study.unit, study.time) == ("unit", "year")
    z = ndtri(study.data["Y"].clip(1e-6, 100 - 1e-6).to_numpy() / 100).reshape(1000, 4)
    assert study.data["year"].tolist()[:4] == [2001, 2002, 2003, 2004]
    assert study.data["unit"].tolist()[:5] == ["unit 1"] * 4 + ["unit 2"]
    assert np.corrcoef(z, rowvar=False)[np.triu_indices(4, 1)] == pytest.approx(0.8, abs=0.04)
    assert study.data["Y"].quantile([0.25, 0.75]).tolist() == pytest.approx([25, 75], abs=4)


def test_irrelevant_conditions_are_added():
    study = KNOWN["irrelevant-conditions"]().simulate(30, np.random.default_rng(1))
    assert [each.name for each in study.conditions] == list("ABCDEFGH")


def test_equal_seeds_give_equal_data():
    for name, cls in KNOWN.items():
        first, second, other = (cls().simulate(12, np.random.default_rng(seed)).data for seed in (3, 3, 4))
        pd.testing.assert_frame_equal(first, second)
        assert not first.equals(other), name


def test_tuning_scenarios_are_marked_and_come_first():
    assert tuple(KNOWN)[:4] == TUNING
    assert {name for name, each in KNOWN.items() if each.tuning} == set(TUNING)


def test_every_scenario_says_what_it_is():
    for cls in KNOWN.values():
        assert "Y = " in cls.__doc__
        assert cls.title != cls.name or cls.name == "noise"


# --------------------------------------------------------------------------------- scenarios of others


class Threshold(eq.Scenario):
    """A step from 20 to 80."""

    name = "threshold"
    at: float = 50.0

    def response(self, causes):
        return np.where(causes["A"] > self.at, 80.0, 20.0)


def test_a_scenario_needs_little():
    scenario = Threshold(at=40)
    assert scenario.label == "threshold(at=40)"
    assert Threshold().label == "threshold"
    assert scenario.truth()["raises-A", "covariation"] == YES
    assert scenario.simulate(20, np.random.default_rng(0)).title == "Simulated: A step from 20 to 80"


def test_parameters_are_checked():
    with pytest.raises(eq.InputError):
        Threshold(noise=-1)
    with pytest.raises(eq.InputError):
        Threshold(unknown=1)
    with pytest.raises(eq.InputError, match="threshold"):
        Threshold.from_parameters({"att": 1})


def test_without_formula_or_response_a_scenario_says_what_is_missing():
    class Empty(eq.Scenario):
        """Nothing."""

        name = "empty"

    with pytest.raises(NotImplementedError, match="formula"):
        Empty().simulate(10, np.random.default_rng(0))


def test_minimal_models_of_formulas():
    def shown(formula):
        return {
            " + ".join(sorted("*".join(name if on else f"~{name}" for name, on in sorted(path)) for path in model))
            for model in models_of_formula(formula)
        }

    assert shown("A*B + A*~B") == {"A"}
    assert shown("A*B + ~A*C + B*C") == {"A*B + ~A*C"}
    assert shown("A*~B + B*~C + C*~A") == {"A*~B + B*~C + ~A*C", "A*~C + ~A*B + ~B*C"}


#: Every kind of claim that asserts something, and the same ones turned round, as tables of ``study.toml``.
ASSERTING = [
    {"claim": "necessary", "expression": "A"},
    {"claim": "necessary", "expression": "A + ~B"},
    {"claim": "sufficient", "expression": "A*B"},
    {"claim": "sufficient", "expression": "~C"},
    {"claim": "joint", "conditions": ["A", "B"]},
    {"claim": "equifinal", "at_least": 1},
    {"claim": "equifinal", "at_least": 2},
]


class OfNoise(KNOWN["noise"]):
    """Noise with other claims."""

    name = "of-noise"

    def propositions(self):
        asked = [{**each, "id": f"asserts-{number}"} for number, each in enumerate(ASSERTING)]
        turned = [
            {**each, "id": f"denies-{number}", "expect": False}
            for number, each in enumerate(ASSERTING)
            if "expression" in each
        ]
        others = [
            {"id": "raises", "claim": "influence", "condition": "C"},
            {"id": "lowers", "claim": "influence", "condition": "C", "sign": -1},
            {"id": "key", "claim": "key", "conditions": ["C", "D"]},
        ]
        return [*asked, *turned, *others]


def test_not_wrong_in_noise_is_what_was_written_down_before_anything_was_run():
    """Influence, key and a regression's joint: only inconclusive; the others of sets: a denial, or inconclusive."""
    truth = OfNoise().truth()
    for id in ("raises", "lowers", "key"):
        for reading in ("set-theoretic", "covariation"):
            assert truth[id, reading].not_wrong == {"inconclusive"}, (id, reading)
    joint = next(number for number, each in enumerate(ASSERTING) if each["claim"] == "joint")
    assert truth[f"asserts-{joint}", "covariation"].not_wrong == {"inconclusive"}
    for number, each in enumerate(ASSERTING):
        assert truth[f"asserts-{number}", "set-theoretic"].not_wrong == {"contradicted", "inconclusive"}, each
        if "expression" in each:
            assert truth[f"denies-{number}", "set-theoretic"].not_wrong == {"supported", "inconclusive"}, each
    necessary = truth["asserts-0", "covariation"]  # in degree
    assert necessary.not_wrong == {"contradicted", "inconclusive"}


def test_a_path_of_hidden_causes_is_none_of_a_studys():
    def right(scenario, **bounds):
        claim = SimpleNamespace(claim="equifinal", **bounds)
        return truth_of(claim, "set-theoretic", KNOWN[scenario]().population()).right

    # Of A*U + B*C, a study without U sees A and B*C; of U alone, nothing.
    assert [right("omitted-condition", at_least=n) for n in (1, 2, 3)] == ["supported", "supported", "contradicted"]
    assert [right("omitted-condition", at_most=n) for n in (1, 2, 3)] == ["contradicted", "supported", "supported"]
    assert [right("omitted-condition", exactly=n) for n in (1, 2, 3)] == ["contradicted", "supported", "contradicted"]
    assert [right("noise", exactly=n) for n in (1, 2)] == ["contradicted"] * 2
    assert right("noise", at_most=1) == "supported"  # which denies that there are more


def test_additive_effects_have_no_interaction_and_one_path_by_the_truth_table_of_the_population():
    truth = KNOWN["additive"]().truth()
    assert truth["joint-AB", "covariation"].not_wrong == {"inconclusive"}
    # Independent of the scenario's own tables: rows of the corners A*B and A*~B in a quasi-random sample.
    frame = memberships(noiseless(KNOWN["additive"]()))
    for scored in (frame, (frame > 0.5).astype(float)):
        for x, expected in (
            (np.minimum(scored["A"], scored["B"]), True),
            (np.minimum(scored["A"], 1 - scored["B"]), False),
        ):
            consistency, pri = sets.consistency(x, scored["Y"]), sets.pri(x, scored["Y"])
            assert (consistency >= 0.8 and pri >= 0.5) == expected
    assert truth["joint-AB", "set-theoretic"].right == "supported"
