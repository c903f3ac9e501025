"""Evidence of a stranger's methods: each number against a direct loop, and what no number may depend on."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

import equifinal as eq
from core_toys import Linear, filled, made, memberships, scores
from equifinal.comparison import compare
from equifinal.comparison.counting import Demands
from equifinal.comparison.resamples import Resampling, case_set
from equifinal.comparison.worlds import ConditionPermuted


class Covary(Linear):
    """Answers by the correlation of a condition's score with the outcome's, which is the strength."""

    name = "covary"
    sure: float = 0.3
    with_strength: bool = True

    def assess(self, analysis, proposition, study):
        r = correlation(study, getattr(proposition, "condition", None) or getattr(proposition, "expression", "A"))
        answer = "inconclusive" if abs(r) < self.sure else "supported" if r > 0 else "contradicted"
        if proposition.claim == "necessary":
            answer = "supported" if (r >= self.sure) == proposition.expect else "contradicted"
        elif proposition.claim != "influence":
            return eq.Verdict("silent")
        return eq.Verdict(answer, strength=abs(r) if self.with_strength else None)


class Fails(Covary):
    """Cannot be fitted again when the highest case has left the upper half of the outcome."""

    name = "fails"

    def analyze(self, study, rng):
        first = study.fuzzy["Y"].to_numpy()[list(study.cases).index("case 0")] if "case 0" in study.cases else 0
        if first < 0.5:
            raise RuntimeError("not with these")
        return super().analyze(study, rng)


class Groups(eq.Method):
    """Groups cases by the sign of A, without the outcome."""

    name = "groups"
    uses_outcome = False

    def analyze(self, study, rng):
        return filled(self, study, native=memberships(study)[:, 0] > 0.5)

    def assess(self, analysis, proposition, study):
        if proposition.claim != "together":
            return eq.Verdict("silent")
        inside = {bool(analysis.native[list(study.cases).index(case)]) for case in proposition.cases}
        return eq.Verdict("supported" if len(inside) == 1 else "contradicted")


@pytest.fixture(autouse=True)
def no_more_than_planned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Marks that are open stay open: sampling on takes time, and has tests of its own."""
    monkeypatch.setattr(compare, "Demands", lambda *given: Demands(*given, most=max(given[:2])))


def correlation(study, condition):
    x, y = study.raw[condition].to_numpy(), study.raw["Y"].to_numpy()
    return float(np.corrcoef(x, y)[0, 1]) if np.ptp(x) and np.ptp(y) else 0.0


UP = {"id": "up", "claim": "influence", "condition": "A"}
DOWN = {"id": "down", "claim": "influence", "condition": "A", "sign": -1}
NEEDED = {"id": "needed", "claim": "necessary", "expression": "A"}
NOT_NEEDED = {"id": "not needed", "claim": "necessary", "expression": "B", "expect": False}
SHARED = {"id": "shared", "claim": "together", "cases": ["case 0", "case 1"]}


def study(cases: int = 12, claims=(UP, NEEDED), seed: int = 1, **further) -> eq.Study:
    return made(scores(cases, seed=seed), propositions=list(claims), **further)


def compared(given: eq.Study, *methods: eq.Method, n_jobs: int = 1, **demands) -> eq.Comparison:
    demands = {"worlds": 40, "resamples": 40} | demands
    return eq.compare(eq.run(given, list(methods), n_jobs=n_jobs), **{"evidence": True, **demands})


def test_by_chance_is_the_exact_share_of_all_permutations_but_for_what_drawing_adds() -> None:
    given = study(6, [UP], seed=3)
    calibrated = given.calibrate()
    x, y = calibrated.raw["A"].to_numpy(), calibrated.raw["Y"].to_numpy()
    observed = abs(correlation(calibrated, "A"))
    every = [abs(np.corrcoef(np.array(each), y)[0, 1]) for each in permutations(x)]
    exact = np.mean(np.array(every) >= max(observed, 0.3) - 1e-9)
    found = compared(given, Covary(), worlds=600).evidence.loc[("up", "covary")]
    if found["worlds"] < 600:
        assert found["by_chance"] == found["b"] / found["worlds"] > 0.05
        return
    assert found["by_chance"] == pytest.approx(exact, abs=3.5 * np.sqrt(exact * (1 - exact) / 600) + 1e-3)


def test_by_chance_and_stable_are_those_of_a_direct_loop() -> None:
    given = study(10, [UP], seed=5)
    found = compared(given, Covary()).evidence.loc[("up", "covary")]
    calibrated = given.calibrate()
    calibrated = calibrated.subset(sorted(calibrated.cases))
    observed = correlation(calibrated, "A")
    kind = ConditionPermuted.of("A", calibrated)
    hits = [
        abs(correlation(kind.draw(calibrated, 0, "", n), "A")) >= max(abs(observed), 0.3)
        for n in range(int(found["worlds"]))
    ]
    assert found["b"] == sum(hits)
    assert found["by_chance"] == pytest.approx((sum(hits) + 1) / (len(hits) + 1))
    sets = Resampling.of(calibrated)
    same = [correlation(case_set(calibrated, sets.draw(0, "", n))[0], "A") >= 0.3 for n in range(sets.all)]
    assert (found["stable"], found["resamples"]) == (np.mean(same), sets.all) == (np.mean(same), 45)


def test_the_same_answer_counts_where_a_method_states_no_strength() -> None:
    given = study(10, [UP], seed=5)
    strong, bare = (compared(given, Covary(with_strength=each)).by_chance.iloc[0, 0] for each in (True, False))
    assert bare > strong


def test_denials_have_no_share_by_chance_and_need_more_stability() -> None:
    frame = scores(12)
    frame["B"] = 10 - frame["y"]
    found = compared(made(frame, propositions=[NOT_NEEDED, NEEDED]), Covary())
    row = found.evidence.loc[("not needed", "covary")]
    assert (row["answer"], row["asserts"], row["basis"], row["firm"]) == ("supported", False, "", True)
    assert np.isnan(row["by_chance"])
    assert row["stable"] == 1.0
    other = found.evidence.loc[("needed", "covary")]
    assert (other["answer"], other["asserts"], other["basis"]) == ("supported", True, "outcome permuted")


def test_silent_and_inconclusive_answers_have_no_evidence_and_are_never_firm() -> None:
    found = compared(study(claims=[UP, SHARED]), Covary(sure=1.1))
    assert set(found.verdicts["covary"]) == {"inconclusive", "silent"}
    assert found.by_chance.isna().all().all()
    assert found.stable.isna().all().all()
    assert not found.firm.any().any()
    assert not found.unsettled.any().any()


def test_both_directions_count_together() -> None:
    up, down = (compared(study(10, [each], seed=5), Covary()) for each in (UP, DOWN))
    assert up.by_chance.iloc[0, 0] == down.by_chance.iloc[0, 0]


def test_refits_that_fail_count_as_strong_in_worlds_and_against_stability() -> None:
    frame = scores(12, seed=1)
    frame.loc["case 0", ["A", "y"]] = 9.9
    found = compared(made(frame, propositions=[NEEDED]), Fails()).evidence.loc[("needed", "fails")]
    assert found["failed"] > 0
    assert found["b"] >= 9
    assert not found["firm"]
    # Case 0 is left out of 11 of the 66 sets without two cases, which all fail.
    assert found["stable"] <= 55 / 66


def test_a_method_that_groups_without_the_outcome_is_asked_with_every_condition_permuted() -> None:
    found = compared(study(40, [SHARED]), Groups()).evidence.loc[("shared", "groups")]
    if found["asserts"]:
        assert found["basis"] == "every condition permuted on its own"
    assert found["resampling"] == "bootstrap of cases"
    assert found["stable"] == 1.0, "the two cases stay in, and each is always in the same group"


def test_the_number_of_processes_the_order_of_claims_and_of_rows_play_no_part() -> None:
    claims = [UP, NEEDED, SHARED, DOWN]
    one = compared(study(11, claims), Covary(), Linear())
    two = compared(study(11, claims), Covary(), Linear(), n_jobs=2)
    turned = compared(study(11, claims[::-1]), Covary(), Linear())
    alone = compared(study(11, [NEEDED]), Covary())
    rows = compared(made(scores(11).sample(frac=1, random_state=1), propositions=claims), Covary(), Linear())
    numbers = ["b", "worlds", "by_chance", "resamples", "stable", "firm", "unsettled"]
    for other in (two, turned, rows):
        pd.testing.assert_frame_equal(other.evidence.loc[one.evidence.index], one.evidence)
        pd.testing.assert_frame_equal(other.direction_evidence, one.direction_evidence)
        pd.testing.assert_frame_equal(other.importance_evidence, one.importance_evidence)
        pd.testing.assert_frame_equal(other.by_chance_alone, one.by_chance_alone)
    assert (
        alone.evidence.loc[("needed", "covary"), numbers].tolist()
        == one.evidence.loc[("needed", "covary"), numbers].tolist()
    )


def test_a_time_limit_changes_no_number() -> None:
    given = study(12, [UP, NEEDED])
    free = compared(given, Covary())
    limited = eq.compare(eq.run(given, [Covary()], time_limit=120), evidence=True, worlds=40, resamples=40)
    pd.testing.assert_frame_equal(limited.evidence, free.evidence)


def test_without_evidence_nothing_is_firm_and_nothing_else_changes() -> None:
    quick, whole = (compared(study(), Covary(), evidence=each) for each in (False, True))
    assert quick.evidence.empty
    assert not quick.firm.any().any()
    assert quick.by_chance.isna().all().all()
    assert quick.manifest["evidence"] is None
    assert (quick.manifest["folds"], whole.manifest["folds"]) == (None, None)
    assert whole.manifest["evidence"]["worlds"] == 40
    pd.testing.assert_frame_equal(quick.verdicts, whole.verdicts)
    pd.testing.assert_frame_equal(quick.conditions, whole.conditions)
    pd.testing.assert_frame_equal(quick.fit, whole.fit)


def test_directions_are_firm_where_the_outcome_follows_the_condition() -> None:
    frame = scores(40, "AB", seed=2)
    frame["y"] = frame["A"]
    found = compared(made(frame), Linear(), worlds=199, resamples=199)
    assert found.firm_directions.loc["A", "linear"]
    assert found.direction_evidence.loc[("A", "linear"), "by_chance"] == 1 / 200
    low, high = found.importance_evidence.loc[("A", "linear"), ["low", "high"]]
    assert 0 < low < found.importance_evidence.loc[("A", "linear"), "importance"] < high


def test_key_is_firm_when_the_interval_of_the_difference_excludes_0() -> None:
    frame = scores(40, "AB", seed=2)
    frame["y"] = frame["A"]
    key = {"id": "key", "claim": "key", "conditions": ["A"]}
    row = compared(made(frame, propositions=[key]), Linear(), resamples=240).evidence.loc[("key", "linear")]
    assert row["firm"]
    assert row["low"] > 0
    assert np.isnan(row["by_chance"])
    noise = scores(40, "AB", seed=2)
    noise["y"] = np.random.default_rng(8).uniform(0, 10, 40)
    row = compared(made(noise, propositions=[key]), Linear(), resamples=40).evidence.loc[("key", "linear")]
    assert not row["firm"]


class Warmer(eq.Proposition):
    """A stranger's claim, with worlds of its own: the outcome the other way round, and as it is."""

    claim = "warmer"

    def judge(self, importance):
        return None

    def worlds(self, calibrated, rng):
        for number in range(6):
            yield calibrated if number % 2 else calibrated.with_condition("Y", np.arange(len(calibrated.cases))[::-1])


class Thermometer(Linear):
    name = "thermometer"

    def assess(self, analysis, proposition, study):
        r = correlation(study, "A")
        return eq.Verdict("supported" if r > 0 else "contradicted", strength=abs(r))


def test_a_kind_of_proposition_may_bring_its_own_worlds() -> None:
    found = compared(made(scores(12), propositions=[Warmer(id="w")]), Thermometer()).evidence.loc[("w", "thermometer")]
    assert found["worlds"] == 6
    assert found["basis"] == "worlds that 'warmer' brings"
    assert found["b"] >= 3, "the three worlds that are as the study is"


def test_where_permutes_and_resamples_within() -> None:
    claim = {**UP, "where": "B"}
    given = study(40, [claim])
    inside = given.calibrate().fuzzy["B"] > 0.5
    found = compared(given, Covary()).evidence.loc[("up", "covary")]
    kind = Resampling.of(given.calibrate().subset(inside.index[inside]))
    assert found["resampling"] == kind.words()
