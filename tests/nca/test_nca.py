"""The method ``nca``: what it reads off the ceilings, and what it says on claims. The ceilings have tests of their own."""

import doctest
import pickle
import time
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import equifinal as eq
from equifinal_nca import NCA, Scope, ceilings
from equifinal_nca.ceiling import correlation_p_value

RISING = {"method": "direct", "full_out": 1, "crossover": 5, "full_in": 9}
FALLING = {"method": "direct", "full_out": 9, "crossover": 5, "full_in": 1}

# The seven cases of test_ceilings.py, worked by hand there: CE-FDH d = 0.45, CR-FDH d = 0.350972, peers a, b, c, d.
CASES = pd.DataFrame({"A": [0.0, 2, 4, 8, 3, 8, 6], "y": [2.0, 4, 8, 10, 1, 0, 5]}, index=list("abcdefg"))


def made(frame=CASES, **calibrations):
    conditions = [
        eq.Variable(name, expect=calibrations.get(f"{name}_expect"), calibrate=calibrations.get(name, RISING))
        for name in frame.columns
        if name != "y"
    ]
    outcome = eq.Variable("Y", "y", calibrate=calibrations.get("Y", RISING))
    return eq.Study(name="made", data=frame, outcome=outcome, conditions=conditions)


def analyze(study, seed=0, **parameters):
    study = study if isinstance(study, eq.CalibratedStudy) else study.calibrate()
    analysis = NCA(**parameters).analyze(study, np.random.default_rng(seed))
    analysis.check_against(study)
    return analysis


def random_cases(n=40, conditions="AB", seed=0):
    """Y never exceeds A, so that A is necessary; the other conditions have nothing to do with it."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.uniform(0, 10, (n, len(conditions))), columns=list(conditions))
    frame["y"] = frame["A"] * rng.uniform(0.2, 1, n)
    frame.iloc[:2] = [[0.0] * (len(conditions) + 1), [10.0] * (len(conditions) + 1)]
    frame.iloc[2:4, 1:-1] = [[0.0], [10.0]]
    frame.loc[2, ["A", "y"]] = [9.9, 9.9]  # nearly all of the outcome with nothing of the others
    return frame.set_axis([f"case {number}" for number in range(n)])


def proposition(expression, expect=True, kind="necessary"):
    return eq.propositions()[kind].cls(id="P", expression=expression, expect=expect)


@pytest.fixture(scope="module")
def countries():
    return eq.load_study("open-data-barometer-2014").calibrate()


# ------------------------------------------------------------------------------------------------------ facets


def test_the_tables_hold_the_hand_worked_figures():
    analysis = analyze(made())
    row = analysis.conditions.loc["A"]
    assert row["d_ce_fdh"] == pytest.approx(0.45)
    assert row["d_cr_fdh"] == pytest.approx(0.350972, abs=1e-6)
    assert row["accuracy_cr_fdh"] == pytest.approx(600 / 7)
    assert (row["corner"], row["benchmark"]) == ("upper left", "large")
    assert "CE-FDH d = 0.45" in row["evidence"]
    assert "CR-FDH d = 0.35" in row["evidence"]
    assert "in degree" in row["evidence"]
    peers = analysis.tables["peers"]
    assert peers["cases"].tolist() == [["a"], ["b"], ["c"], ["d"]]
    assert peers[["condition_score", "outcome_score"]].to_numpy().tolist() == [[0, 2], [2, 4], [4, 8], [8, 10]]
    line = analysis.tables["ceiling_lines"].iloc[0]
    assert [line["intercept"], line["slope"]] == pytest.approx([2.4, 36 / 35])
    assert line[["condition_low", "condition_high", "outcome_low", "outcome_high"]].tolist() == [0, 8, 0, 10]
    effects = analysis.tables["effect_sizes"].set_index("ceiling")
    assert effects["ceiling_zone"].tolist() == pytest.approx([36, 28.077778])
    assert effects["scope"].tolist() == [80, 80]
    assert effects["outcome_inefficiency"].tolist() == pytest.approx([20, 24])


def test_the_bottleneck_table_by_hand():
    tables = analyze(made()).tables
    # In percent of 8: nothing up to 20 % of the outcome's range, then 2, 4 and 8.
    assert tables["bottleneck"]["A"].tolist() == ["NN"] * 3 + ["25.0"] * 2 + ["50.0"] * 4 + ["100.0"] * 2
    levels = tables["bottleneck_levels"].groupby("ceiling")
    steps, line = levels.get_group("CE-FDH"), levels.get_group("CR-FDH")
    assert steps["needs"].tolist() == ["not necessary"] * 3 + ["at least"] * 8
    assert steps["actual"].dropna().tolist() == [2, 2, 4, 4, 4, 4, 8, 8]
    assert steps["outcome"].tolist() == list(range(11))
    # Below 2 is one of seven cases, below 4 are three, below 8 five.
    assert steps["percentile"].dropna().tolist() == pytest.approx([100 / 7 * n for n in (1, 1, 3, 3, 3, 3, 5, 5)])
    assert line["actual"].dropna().tolist() == pytest.approx([(y - 2.4) * 35 / 36 for y in range(3, 11)])
    assert len(analyze(made(), steps=4).tables["bottleneck"]) == 5
    short = analyze(made(), scope={"Y": (0, 20)}, ceiling="cr-fdh").tables["bottleneck"]["A"]
    assert short.tolist()[-1] == "NA"  # the line never reaches 20
    assert short.tolist()[0] == "NN"


@pytest.mark.parametrize(
    ("x_sign", "y_sign", "corner", "by"),
    [
        (1, 1, "upper left", "expectation"),
        (-1, 1, "upper right", "expectation"),
        (-1, 1, "upper right", "calibration"),
        (1, -1, "lower left", "calibration"),
        (-1, -1, "lower right", "calibration"),
    ],
)
def test_the_four_corners_are_one(x_sign, y_sign, corner, by):
    frame = CASES.assign(A=4 + x_sign * (CASES["A"] - 4), y=5 + y_sign * (CASES["y"] - 5))
    turned = {"A": FALLING if x_sign < 0 else RISING} if by == "calibration" else {}
    turned |= {"A_expect": "absent" if x_sign < 0 else "present"} if by == "expectation" else {}
    analysis = analyze(made(frame, Y=FALLING if y_sign < 0 else RISING, **turned), effect_size_cutoff=0, alpha=0.99)
    assert analysis.conditions.loc["A", "corner"] == corner
    assert analysis.conditions.loc["A", ["d_ce_fdh", "d_cr_fdh"]].tolist() == pytest.approx([0.45, 0.350972], abs=1e-6)
    assert analysis.tables["peers"]["cases"].tolist() == [["a"], ["b"], ["c"], ["d"]]
    assert analysis.conditions.loc["A", "direction"] == (-1 if by == "expectation" and x_sign < 0 else 1)
    line, point = analysis.tables["ceiling_lines"].iloc[0], frame.loc["b"]
    # The line passes 2.4 + 2 × 36/35 - 4 above b, in the direction in which the outcome rises.
    gap = y_sign * (line["intercept"] + line["slope"] * point["A"] - point["y"])
    assert gap == pytest.approx(2.4 + 72 / 35 - 4)
    levels = analysis.tables["bottleneck_levels"].query("ceiling == 'CE-FDH'")
    assert levels["needs"].iloc[-1] == ("at least" if x_sign > 0 else "at most")
    assert levels["actual"].iloc[-1] == frame.loc["d", "A"]
    # Percent of the range of raw scores, from the lowest on, whichever corner it is.
    asked = levels.dropna(subset="percent")
    assert asked["percent"].to_numpy() == pytest.approx(100 * asked["actual"].to_numpy() / 8)
    assert levels["outcome_percent"].to_numpy() == pytest.approx(100 * levels["outcome"].to_numpy() / 10)
    assert analysis.cases["outcome_limit"].tolist() == [5 + y_sign * (height - 5) for height in (2, 4, 8, 10, 4, 10, 8)]


def test_the_absence_of_the_outcome_turns_the_corner(countries):
    study = eq.load_study("open-data-barometer-2014").negated()
    found = analyze(study, permutations=0).conditions
    assert set(found["corner"]) == {"lower right"}  # no openness with leadership: little of it is needed
    x, y = countries.raw["LEAD"].to_numpy(), countries.raw["OPEN"].to_numpy()
    assert found.loc["LEAD", "d_ce_fdh"] == ceilings(-x, -y).effect_size["ce-fdh"]


def test_roles_need_the_size_and_the_test():
    frame = random_cases()
    found = analyze(made(frame)).conditions
    assert found["role"].tolist() == ["necessary", "none"]
    assert found["direction"].tolist() == [1, 0]
    assert found.loc["B", "p_ce_fdh"] > 0.05
    assert set(analyze(made(frame), permutations=0).conditions["role"]) == {"none"}
    assert set(analyze(made(frame), effect_size_cutoff=0.9).conditions["role"]) == {"none"}
    assert "not tested" in analyze(made(frame), permutations=0).conditions.loc["A", "evidence"]


def test_the_named_ceiling_decides():
    study = made()
    steps, line = analyze(study, ceiling="ce-fdh"), analyze(study, ceiling="cr-fdh")
    assert steps.conditions["d_ce_fdh"].equals(line.conditions["d_ce_fdh"])
    assert steps.conditions["evidence"]["A"].index("CE-FDH") < steps.conditions["evidence"]["A"].index("CR-FDH")
    assert line.conditions["evidence"]["A"].index("CR-FDH") < line.conditions["evidence"]["A"].index("CE-FDH")
    # 0.45 is above a cutoff of 0.4, 0.35 is not.
    for analysis, answer in ((steps, "inconclusive"), (line, "contradicted")):
        method = analysis.method.model_copy(update={"effect_size_cutoff": 0.4, "alpha": 1e-6})
        assert method.assess(analysis, proposition("A"), study.calibrate()).answer == answer


def test_cases_are_held_by_the_lowest_ceiling():
    frame = random_cases(60, "AB")
    frame["B"] = frame["A"].to_numpy()[::-1]
    frame["y"] = np.minimum(frame["A"], frame["B"])
    analysis = analyze(made(frame))
    assert analysis.conditions["role"].tolist() == ["necessary", "necessary"]
    limits = np.array([ceilings(frame[name], frame["y"]).height("ce-fdh", frame[name]) for name in "AB"])
    assert analysis.cases["outcome_limit"].tolist() == limits.min(axis=0).tolist()
    assert (analysis.cases["outcome_limit"] >= frame["y"]).all()
    for held, (a, b), limit in zip(analysis.cases["limited_by"], limits.T, limits.min(axis=0), strict=True):
        binding = [name for name, height in zip("AB", (a, b), strict=True) if height == limit < frame["y"].max()]
        assert held == (", ".join(binding) or None) or (not binding and pd.isna(held))
    nothing = analyze(made(frame), permutations=0).cases
    assert nothing[["outcome_limit", "limited_by"]].isna().all(axis=None)


def test_no_outcome_is_predicted_and_a_note_says_so(countries):
    analysis = analyze(countries)
    assert analysis.cases["predicted"].isna().all()
    assert analysis.cases["group"].isna().all()
    assert analysis.configurations.empty
    assert "predicts no outcome" in analysis.notes[0]
    assert not NCA.predicts()


# ------------------------------------------------------------------------------------------------------ claims


def test_propositions_of_necessity(countries):
    frame = random_cases()
    calibrated = made(frame).calibrate()
    analysis = analyze(calibrated)
    answers = {
        text: NCA().assess(analysis, proposition(text), calibrated).answer
        for text in ("A", "B", "~A", "A*B", "A + B", "1", "Y")
    }
    assert answers == {
        "A": "supported",
        "B": "contradicted",
        "~A": "contradicted",
        "A*B": "contradicted",
        "A + B": "silent",
        "1": "silent",
        "Y": "silent",
    }
    assert NCA().assess(analysis, proposition("A", expect=False), calibrated).answer == "contradicted"
    assert NCA().assess(analysis, proposition("B", expect=False), calibrated).answer == "supported"
    verdict = NCA().assess(analysis, proposition("A"), calibrated)
    assert verdict.evidence.startswith("In degree: A CE-FDH d = ")
    assert verdict.numbers["effect_size"] == analysis.conditions.loc["A", "d_ce_fdh"]
    assert verdict.numbers["p"] == analysis.conditions.loc["A", "p_ce_fdh"]
    both = NCA().assess(analyze(countries), proposition("LEAD*DEM"), countries)
    assert (
        both.answer == "inconclusive"
    )  # large corners, and no accident, but correlation alone may leave as large ones
    assert {"LEAD p", "DEM effect_size", "DEM p_correlation"} <= set(both.numbers)
    assert both.strength is None


def test_against_correlation_alone_is_what_a_copula_draws():
    """Against a plain reading of the definition: bivariate normal draws, ranked, and both scores dealt out by rank."""
    rng = np.random.default_rng(3)
    for copula in (0.0, 0.6, 0.9):
        x = rng.normal(size=40)
        y = copula * x + np.sqrt(1 - copula**2) * rng.normal(size=40)
        plane = ceilings(x, y)
        r = 2 * np.sin(np.pi * stats.spearmanr(x, y).statistic / 6)
        for ceiling in ("ce-fdh", "cr-fdh"):
            reached = 0
            for _ in range(2000):
                u, v = rng.multivariate_normal([0, 0], [[1, r], [r, 1]], size=40).T
                drawn = ceilings(
                    np.sort(x)[stats.rankdata(u).astype(int) - 1], np.sort(y)[stats.rankdata(v).astype(int) - 1]
                )
                reached += drawn.effect_size[ceiling] >= plane.effect_size[ceiling] - 1e-9
            assert correlation_p_value(plane, ceiling) == pytest.approx(reached / 2000, abs=0.08)


@pytest.mark.parametrize(("ceiling", "least", "most"), [(False, 0.0, 0.12), (True, 0.85, 1.0)])
def test_a_ceiling_is_told_from_correlation_alone(ceiling, least, most):
    """Y = 0.6 X + 0.8 e has no ceiling, Y = U X has one: the shares called necessary, of 100 samples of 86 cases."""
    called = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        x = rng.uniform(size=86) if ceiling else rng.normal(size=86)
        y = rng.uniform(size=86) * x if ceiling else 0.6 * x + 0.8 * rng.normal(size=86)
        called += correlation_p_value(ceilings(x, y), "ce-fdh") < 0.05
    assert least <= called / 100 <= most


def test_a_refit_answers_as_the_full_analysis_does_but_for_its_permutations(countries):
    """A full analysis whose permutation test lets everything through (alpha near 1 for it) is what a refit amounts to."""
    asked = ["A", "B", "~A", "A*B", "~A*~B"]
    for seed in range(30):
        calibrated = made(random_cases(15 + seed), A_expect="absent" if seed % 2 else "present").calibrate()
        analysis = analyze(calibrated)
        refit = NCA().refit(calibrated, np.random.default_rng(0))
        for text in asked:
            full, short = (NCA().assess(each, proposition(text), calibrated) for each in (analysis, refit))
            p = [value for name, value in full.numbers.items() if name.endswith("p")]
            if max(p) < 0.05 or full.answer == "contradicted":
                assert (full.answer, full.strength) == (short.answer, short.strength)
            else:
                assert full.answer == "inconclusive"
            for name, value in short.numbers.items():
                if name.endswith("p"):
                    assert np.isnan(value)
                elif name.endswith("p_correlation") and full.numbers[name] >= 0.05:  # exact only as far as it decides
                    assert 0.05 <= value <= full.numbers[name]
                else:
                    assert value == full.numbers[name]


def test_the_absence_of_a_condition_is_looked_at_when_a_proposition_asks():
    frame = random_cases()
    frame["A"] = 10 - frame["A"]  # now little of A is needed
    calibrated = made(frame).calibrate()
    analysis = analyze(calibrated)
    assert NCA().assess(analysis, proposition("A"), calibrated).answer == "contradicted"
    verdict = NCA().assess(analysis, proposition("~A"), calibrated)
    assert verdict.answer == "supported"
    x, y = frame["A"].to_numpy(), frame["y"].to_numpy()
    assert verdict.numbers["effect_size"] == pytest.approx(ceilings(-x, y).effect_size["ce-fdh"])
    expected = analyze(made(frame, A_expect="absent"))
    assert verdict.numbers["p"] == expected.conditions.loc["A", "p_ce_fdh"]
    assert expected.conditions.loc["A", ["role", "direction"]].tolist() == ["necessary", -1]


def test_a_large_corner_without_a_test_or_with_a_high_p_decides_nothing():
    calibrated = made().calibrate()
    for parameters, words in (({"permutations": 0}, "no permutation test"), ({"alpha": 1e-6}, "p = ")):
        method = NCA(**parameters)
        verdict = method.assess(analyze(calibrated, **parameters), proposition("A"), calibrated)
        assert verdict.answer == "inconclusive"
        assert words in verdict.evidence


@pytest.mark.parametrize("kind", ["sufficient", "influence", "joint", "key", "equifinal", "together", "mine"])
def test_on_other_propositions_it_is_silent(kind):
    calibrated = made().calibrate()
    cls = type("Other", (eq.Proposition,), {"claim": kind, "__doc__": "Another claim."})
    verdict = NCA().assess(analyze(calibrated), cls(id="P"), calibrated)
    assert verdict.answer == "silent"
    assert verdict.evidence.endswith(".")


def test_advice_names_the_levels_that_are_missing():
    frame = random_cases()
    calibrated = made(frame).calibrate()
    advice = NCA().advise(analyze(calibrated), calibrated)
    lacking = calibrated.fuzzy["Y"] < 0.5
    assert advice.index.tolist() == calibrated.cases[lacking].tolist()
    target = frame["y"][calibrated.fuzzy["Y"] > 0.5].min()
    level = frame["A"][frame["y"] >= target].min()
    for case, sentence in advice.items():
        if frame.loc[case, "A"] < level:
            assert sentence == (
                f"Y of at least {target:.4g} needs A at least {level:.4g} (now {frame.loc[case, 'A']:.4g})."
            )
        else:
            assert sentence == f"No necessary condition stands in the way of Y of at least {target:.4g}."
    assert advice.str.contains("needs").any()
    none = NCA(permutations=0)
    assert set(none.advise(analyze(calibrated, permutations=0), calibrated)) == {"No condition is necessary in degree."}


# -------------------------------------------------------------------------------------------------- robustness


def test_scopes_given_by_set():
    found = analyze(made(), scope={"A": (0, 10), "Y": (0, 20)})
    assert found.conditions.loc["A", "d_ce_fdh"] == pytest.approx(0.68)  # by hand in test_ceilings.py
    turned = made(CASES.assign(A=10 - CASES["A"]), A=FALLING)
    assert analyze(turned, scope={"A": (0, 10), "Y": (0, 20)}).conditions.loc["A", "d_ce_fdh"] == pytest.approx(0.68)
    upper = {"method": "direct", "full_out": 11, "crossover": 15, "full_in": 19}
    negated = analyze(made(CASES.assign(y=20 - CASES["y"]), Y=upper).negated(), scope={"A": (0, 10), "Y": (0, 20)})
    # The negated study looks for a high A or a low one? No expectation: a high one, for a low outcome.
    assert negated.conditions.loc["A", "corner"] == "lower left"
    assert negated.conditions.loc["A", "d_ce_fdh"] == pytest.approx(0.68)


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        ({"B": (0, 1)}, ["'B'", "no such set", "Known: Y, A"]),
        ({"A": (5, 5)}, ["'A'", "not below"]),
        ({"A": (1, 9)}, ["'A'", "a has 0", "Widen"]),
        ({"Y": (0, 9)}, ["'Y'", "d has 10"]),
    ],
)
def test_a_wrong_scope_is_one_clear_error(scope, words):
    with pytest.raises(eq.InputError) as error:
        analyze(made(), scope=scope)
    assert all(word in str(error.value) for word in ["Study 'made', nca", *words])


@pytest.mark.parametrize(
    "parameters",
    [
        {"ceiling": "ce-vrs"},
        {"more_ceilings": ["x"]},
        {"quantile": 1},
        {"alpha": 0},
        {"permutations": -1},
        {"steps": 0},
        {"scope": 3},
    ],
)
def test_wrong_parameters(parameters):
    with pytest.raises(eq.InputError, match="nca"):
        NCA.from_parameters(parameters)


def test_constant_scores_in_a_part_of_the_cases_are_undefined_with_a_note():
    frame = random_cases(12, "AB")
    frame.iloc[:5, 0] = 3.0
    part = made(frame).calibrate().subset(frame.index[:5])
    analysis = analyze(part)
    assert analysis.conditions.loc["A", ["d_ce_fdh", "d_cr_fdh", "p_ce_fdh"]].isna().all()
    assert analysis.conditions.loc["A", "role"] == "none"
    assert any(note.startswith("A: no scope, because A") for note in analysis.notes)
    assert analysis.tables["bottleneck"]["A"].isna().all()
    assert analysis.tables["effect_sizes"].query("condition == 'A'")["ceiling_zone"].isna().all()
    verdict = NCA().assess(analysis, proposition("A"), part)
    assert verdict.answer == "inconclusive"
    assert "undefined" in verdict.evidence
    flat = frame.assign(y=[1.0] * 5 + [9.0] * 7)
    alike = made(flat).calibrate().subset(flat.index[:5])
    assert any("because Y has the same score" in note for note in analyze(alike).notes)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_few_cases(n):
    part = made().calibrate().subset(list("abcdefg")[-n:])
    analysis = analyze(part)
    assert analysis.conditions["role"].tolist() == ["none"]
    assert NCA().assess(analysis, proposition("A"), part).answer in ("inconclusive", "contradicted")
    assert len(NCA().advise(analysis, part)) == (part.fuzzy["Y"] < 0.5).sum()


def test_a_case_in_the_corner_gets_a_note():
    frame = CASES.copy()
    frame.loc["a", "y"] = 10.0
    analysis = analyze(made(frame))
    assert analysis.conditions.loc["A", "d_ce_fdh"] == 0
    assert analysis.conditions.loc["A", "d_cr_fdh"] == 0
    assert analysis.conditions.loc["A", "benchmark"] == "none"
    assert any("one peer alone" in note and "d = 0" in note for note in analysis.notes)
    assert NCA().assess(analysis, proposition("A"), made(frame).calibrate()).answer == "contradicted"
    assert (
        NCA(effect_size_cutoff=0).assess(analysis, proposition("A"), made(frame).calibrate()).answer == "contradicted"
    )


def test_tied_cases_share_a_peer():
    frame = pd.concat([CASES, CASES.loc[["c"]].set_axis(["c too"])])
    analysis = analyze(made(frame))
    assert analysis.tables["peers"]["cases"].tolist() == [["a"], ["b"], ["c", "c too"], ["d"]]
    slope, intercept = np.polyfit([0, 2, 4, 4, 8], [2, 4, 8, 8, 10], 1)  # both count for the line
    under = np.clip(intercept + slope * (np.arange(80_000) + 0.5) / 10_000, 0, 10).mean()
    assert analysis.conditions.loc["A", "d_cr_fdh"] == pytest.approx(1 - under / 10, abs=1e-6)


def test_conditions_without_calibration_and_of_a_bell():
    frame = random_cases()
    uncalibrated = eq.Study(
        name="made",
        data=frame,
        outcome=eq.Variable("Y", "y", calibrate=RISING),
        conditions=[eq.Variable("A"), eq.Variable("B")],
    )
    pd.testing.assert_frame_equal(analyze(uncalibrated).conditions, analyze(made(frame)).conditions)
    anchors = ("full_out_low", "crossover_low", "full_in_low", "full_in_high", "crossover_high", "full_out_high")
    bell = {"method": "linear", **dict(zip(anchors, (1, 3, 4, 6, 7, 9), strict=True))}
    calibrated = made(frame, B=bell).calibrate()
    assert calibrated.orientation("B") == 0
    assert any("neither rises nor falls" in note for note in analyze(calibrated).notes)


def test_the_order_of_cases_and_conditions_changes_nothing(countries):
    whole = analyze(countries)
    mixed = analyze(countries.subset(np.random.default_rng(1).permutation(countries.cases)))
    pd.testing.assert_frame_equal(mixed.conditions, whole.conditions)
    pd.testing.assert_frame_equal(mixed.cases.loc[countries.cases], whole.cases)
    source = eq.load_study("open-data-barometer-2014")
    turned = eq.Study(name="t", data=source.data, outcome=source.outcome, conditions=list(source.conditions)[::-1])
    pd.testing.assert_frame_equal(analyze(turned).conditions.loc[whole.conditions.index], whole.conditions)


def test_a_seed_repeats_everything_and_nothing_is_changed(countries):
    raw = countries.raw.copy()
    first, again, other = analyze(countries), analyze(countries), analyze(countries, seed=1)
    pd.testing.assert_frame_equal(first.conditions, again.conditions)
    # Other permutations, other p; everything else is the same.
    columns = ["d_ce_fdh", "d_cr_fdh", "corner"]
    pd.testing.assert_frame_equal(first.conditions[columns], other.conditions[columns])
    pd.testing.assert_frame_equal(countries.raw, raw)
    restored = pickle.loads(pickle.dumps(first))
    assert NCA().assess(restored, proposition("~LEAD"), countries) == NCA().assess(
        first, proposition("~LEAD"), countries
    )


def test_quick_enough_for_every_run(countries):
    analyze(countries)
    for permutations, limit in ((0, 0.06), (1000, 0.12)):
        took = []
        for _ in range(5):
            start = time.process_time()  # not what else the machine does meanwhile
            NCA(permutations=permutations).analyze(countries, np.random.default_rng(0))
            took.append(time.process_time() - start)
        assert min(took) < limit


def test_beside_other_methods(towns):
    comparison = eq.compare(eq.run(eq.load_study(towns), methods={"nca": NCA(), "regression": _method("regression")}))
    assert comparison.verdicts.loc["P1", "nca"] in ("supported", "contradicted", "inconclusive")
    assert comparison.fit.loc["nca", "mae"] != comparison.fit.loc["nca", "mae"]  # NaN
    assert comparison.cases["nca", "type"].isna().all()
    assert comparison.conditions["nca", "importance"].isna().all()
    assert "predicts no outcome" in " ".join(comparison.notes["note"])


def _method(name):
    return eq.methods()[name].cls()


def test_panels_get_a_note():
    study = eq.load_study("open-data-barometer-2013-2014")
    assert any("independent" in note for note in analyze(study).notes)


@pytest.mark.parametrize("module", ["ceiling", "found", "nca", "outliers"])
def test_examples_in_docstrings(module):
    assert doctest.testmod(import_module(f"equifinal_nca.{module}")).failed == 0


def test_the_page_says_what_the_code_does():
    page = Path(__file__).parents[2] / "docs" / "nca.md"
    tested = doctest.testfile(str(page), module_relative=False)
    assert tested.attempted > 3
    assert tested.failed == 0


def test_a_falling_line_gets_a_note():
    frame = CASES.assign(A=-CASES["A"])
    analysis = analyze(made(frame), more_ceilings=["cols", "qr"])
    assert np.isnan(analysis.conditions.loc["A", "d_cols"])
    assert any("the COLS line does not rise towards the" in note for note in analysis.notes)
    effects = analysis.tables["effect_sizes"]
    assert effects.query("condition == 'A'")["ceiling"].tolist() == ["CE-FDH", "CR-FDH", "COLS", "QR"]
    assert set(analysis.tables["ceiling_lines"]["ceiling"]) == {"CR-FDH", "COLS", "QR"}


def test_a_scope_is_bounds_and_an_area():
    assert Scope(0, 2, 1, 4).area == 6
