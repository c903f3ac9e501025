"""Agreement of kinds of methods in trials."""

import pandas as pd

import equifinal as eq
from equifinal.sweep.agreement import agreements
from equifinal.sweep.scenarios import known_scenarios

KINDS = {"qca": ["fsqca", "csqca"], "regression": ["regression"], "nca": ["nca"]}


def answers(*rows):
    """Answers in noise with 30 cases: the number of the data set, method, proposition, answer, and whether it is firm."""
    reading = {"fsqca": "set-theoretic", "csqca": "set-theoretic"}
    return pd.DataFrame(
        [("noise", 30, number, 0, who, reading.get(who, "covariation"), *rest) for number, who, *rest in rows],
        columns=["scenario", "n", "repetition", "seed", "method", "reading", "proposition", "answer", "firm"],
    )


def counted(*rows):
    found = agreements(answers(*rows), [known_scenarios()["noise"]()], KINDS)
    return {kinds: (row.agreed, row.wrong, row.data_sets) for (_, _, kinds), row in found.iterrows()}


def test_families_have_one_voice_each_and_only_firm_verdicts_count():
    found = counted(
        (0, "fsqca", "raises-A", "supported", 1),  # agreed with the regression, wrongly
        (0, "csqca", "raises-A", "inconclusive", 0),
        (0, "regression", "raises-A", "supported", 1),
        (1, "fsqca", "raises-A", "supported", 1),  # two voices of one family
        (1, "csqca", "raises-A", "supported", 1),
        (1, "regression", "raises-A", "supported", 0),
        (2, "fsqca", "raises-A", "supported", 1),  # a family that is divided says nothing
        (2, "csqca", "raises-A", "contradicted", 0),
        (2, "regression", "raises-A", "supported", 1),
        (3, "fsqca", "necessary-A", "contradicted", 1),  # agreed with NCA, and not wrong
        (3, "nca", "necessary-A", "contradicted", 1),
        (4, "fsqca", "raises-A", "supported", 1),  # opposed
        (4, "regression", "raises-A", "contradicted", 1),
    )
    assert found == {
        "qca, regression": (1, 1, 5),
        "qca, nca": (1, 0, 5),
        "regression, nca": (0, 0, 5),
        "qca, regression, nca": (2, 1, 5),
    }


def test_there_is_no_agreement_of_one_kind_or_without_evidence():
    assert counted((0, "fsqca", "raises-A", "supported", 1), (0, "csqca", "raises-A", "supported", 1)) == {}
    assert counted((0, "fsqca", "raises-A", "supported", None), (0, "regression", "raises-A", "supported", None)) == {}


def test_a_trial_knows_the_families_of_its_methods():
    trial = eq.trial("noise", ["fsqca", "csqca", "regression"], [12], 2, n_jobs=1, propositions=["raises-A"])
    assert trial.agreements.index.get_level_values("kinds").unique().tolist() == ["qca, regression"]
    assert (trial.agreements["data_sets"] == 2).all()
    assert "agreements" in trial.tables
    assert any("agree firmly on something wrong" in sentence for sentence in trial.summary())
