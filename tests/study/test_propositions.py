"""Claims and verdicts: how they are written, what is refused, and the rule on key conditions."""

import pandas as pd
import pytest

import equifinal as eq
from core_toys import made, scores
from equifinal.study.propositions import Key

FRAME = scores(12, "ABC")

PROPER = [
    ({"claim": "necessary", "expression": "A"}, {"expression": "A", "expect": True}),
    ({"claim": "sufficient", "expression": "A*~B", "expect": False}, {"expression": "A*~B", "expect": False}),
    ({"claim": "influence", "condition": "A"}, {"condition": "A", "sign": 1}),
    ({"claim": "influence", "condition": "A", "sign": -1}, {"condition": "A", "sign": -1}),
    ({"claim": "joint", "conditions": ["A", "B"]}, {"conditions": ("A", "B")}),
    ({"claim": "key", "conditions": ["A"]}, {"conditions": ("A",)}),
    ({"claim": "equifinal"}, {"at_least": 2, "at_most": None, "exactly": None, "unique_coverage": 0.02}),
    ({"claim": "equifinal", "at_least": 3}, {"at_least": 3, "bounds": (3, float("inf"))}),
    ({"claim": "equifinal", "at_most": 3}, {"at_least": None, "at_most": 3, "bounds": (0, 3)}),
    (
        {"claim": "equifinal", "exactly": 3, "unique_coverage": 0.1},
        {"exactly": 3, "unique_coverage": 0.1, "bounds": (3, 3)},
    ),
    ({"claim": "level", "below": 0.5}, {"below": 0.5, "above": None, "cases": ()}),
    ({"claim": "together", "cases": ["case 1", "case 2"]}, {"cases": ("case 1", "case 2")}),
]


@pytest.mark.parametrize(("table", "arguments"), PROPER)
def test_a_proposition_has_its_arguments_as_attributes(table: dict[str, object], arguments: dict[str, object]) -> None:
    proposition = made(FRAME, propositions=[{"id": "P1", "text": "So it is", "where": "B", **table}]).propositions[0]
    assert (proposition.claim, proposition.id, proposition.text, proposition.where) == (
        table["claim"],
        "P1",
        "So it is",
        "B",
    )
    assert {name: getattr(proposition, name) for name in arguments} == arguments


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"claim": "neccessary", "expression": "A"}, ["'neccessary'", "Did you mean 'necessary'", "together"]),
        ({"expression": "A"}, ["'claim' is missing"]),
        ({"claim": "necessary"}, ["'expression'"]),
        ({"claim": "necessary", "expression": "A", "expects": False}, ["'expects'", "expect"]),
        ({"claim": "necessary", "expression": "A*(B"}, ["'A*(B'"]),
        ({"claim": "necessary", "expression": "A*D"}, ["'D'"]),
        ({"claim": "sufficient", "expression": "A", "where": "D"}, ["'D'"]),
        ({"claim": "influence", "condition": "a"}, ["'a'", "condition"]),
        ({"claim": "influence", "condition": "Y"}, ["'Y'"]),
        ({"claim": "influence", "condition": "A", "sign": 0}, ["sign"]),
        ({"claim": "joint", "conditions": ["A"]}, ["conditions"]),
        ({"claim": "key", "conditions": []}, ["conditions"]),
        ({"claim": "key", "conditions": ["A", "B", "C"]}, ["every condition"]),
        ({"claim": "equifinal", "at_least": 0}, ["at_least"]),
        ({"claim": "equifinal", "at_least": 2, "exactly": 3}, ["give one of", "not at_least, exactly"]),
        ({"claim": "equifinal", "unique_coverage": 2}, ["unique_coverage"]),
        ({"claim": "necessary", "expression": "A*Y"}, ["expression = 'A*Y' names the outcome 'Y'", "conditions only"]),
        ({"claim": "sufficient", "expression": "~Y"}, ["names the outcome 'Y'"]),
        ({"claim": "joint", "conditions": ["A", "B"], "where": "A + Y"}, ["where = 'A + Y' names the outcome 'Y'"]),
        ({"claim": "level", "below": 0.5, "where": "Y"}, ["where = 'Y' names the outcome 'Y'"]),
        ({"claim": "level"}, ["give one of below and above"]),
        ({"claim": "level", "below": 0.5, "above": 0.2}, ["give one of below and above"]),
        ({"claim": "level", "below": 0.5, "cases": ["case 77"]}, ["'case 77'"]),
        ({"claim": "member", "expression": "A"}, ["'cases' is missing"]),
        ({"claim": "member", "expression": "D", "cases": ["case 1"]}, ["'D'"]),
        ({"claim": "member", "expression": "A", "cases": ["case 1"], "where": "B"}, ["'where' has no meaning here"]),
        ({"claim": "together", "cases": ["case 1"]}, ["cases"]),
        ({"claim": "together", "cases": ["case 1", "case 77"]}, ["'case 77'"]),
    ],
)
def test_a_wrong_proposition_is_an_input_error_that_names_study_and_proposition(
    table: dict[str, object], words: list[str]
) -> None:
    with pytest.raises(eq.InputError) as caught:
        made(FRAME, propositions=[{"id": "P1", **table}])
    for word in ["'made'", "P1", *words]:
        assert word in str(caught.value)


def test_two_propositions_cannot_have_one_id() -> None:
    with pytest.raises(eq.InputError, match="'P1'"):
        made(FRAME, propositions=[{"id": "P1", "claim": "equifinal"}, {"id": "P1", "claim": "equifinal"}])


def test_where_needs_calibrated_sets() -> None:
    study = eq.Study(
        name="made",
        data=FRAME,
        outcome=eq.Variable("Y", "y", calibrate={"method": "crisp", "threshold": 5}),
        conditions=[eq.Variable("A"), eq.Variable("B", calibrate={"method": "crisp", "threshold": 5})],
        propositions=[{"id": "P1", "claim": "equifinal", "where": "B"}],
    )
    assert study.propositions[0].where == "B"
    with pytest.raises(eq.InputError, match=r"P1.*calibration.*'A'"):
        eq.Study(
            name="made",
            data=FRAME,
            outcome=study.outcome,
            conditions=study.conditions,
            propositions=[{"id": "P1", "claim": "equifinal", "where": "A"}],
        )


@pytest.mark.parametrize("answer", ["supported", "contradicted", "inconclusive", "silent"])
def test_a_verdict_is_one_of_four_words(answer: str) -> None:
    assert eq.Verdict(answer).answer == answer  # type: ignore[arg-type]


@pytest.mark.parametrize("answer", ["Supported", "yes", "", None])
def test_any_other_verdict_is_refused(answer: object) -> None:
    with pytest.raises(ValueError, match="supported, contradicted, inconclusive, silent"):
        eq.Verdict(answer)  # type: ignore[arg-type]


def test_a_kind_of_proposition_needs_a_kind() -> None:
    with pytest.raises(TypeError, match="Nameless has no claim"):

        class Nameless(eq.Proposition):
            """Holds."""


# ------------------------------------------------------------------------------------------- descriptions

#: Memberships at a crossover of 0.5 are the scores themselves: the answers below follow from them by hand.
TOWNS = pd.DataFrame(
    {"a": [0.9, 0.6, 0.2, 0.5], "b": [0.1, 0.8, 0.7, 0.9], "y": [0.8, 0.3, 0.4, 0.1]},
    index=["Fez", "Accra", "Tunis", "Lomé"],
)


def described(**proposition: object) -> eq.Verdict:
    fuzzy = {"method": "linear", "full_out": 0, "crossover": 0.5, "full_in": 1}
    study = eq.Study(
        name="towns",
        data=TOWNS,
        outcome=eq.Variable("Y", "y", calibrate=fuzzy),
        conditions=[eq.Variable("A", "a", calibrate=fuzzy), eq.Variable("B", "b", calibrate=fuzzy)],
        propositions=[{"id": "P1", **proposition}],
    )
    assert study.claims == ()
    return study.propositions[0].describe(study.calibrate())


@pytest.mark.parametrize(
    ("expression", "cases", "answer", "evidence"),
    [
        ("A", ["Fez", "Accra"], "supported", "2 of 2 cases have a membership above 0.5 in A."),
        (
            "A",
            ["Fez", "Tunis"],
            "contradicted",
            "1 of 2 cases have a membership above 0.5 in A; the others: Tunis 0.20.",
        ),
        ("A + B", ["Fez", "Accra", "Tunis", "Lomé"], "supported", "4 of 4 cases have a membership above 0.5 in A + B."),
        ("A", ["Fez", "Lomé"], "inconclusive", "1 of 2 cases have a membership above 0.5 in A; the others: Lomé 0.50."),
        ("Y", ["Fez"], "supported", "1 of 1 cases have a membership above 0.5 in Y."),
    ],
)
def test_member_asks_whether_every_named_case_is_in_a_set(
    expression: str, cases: list[str], answer: str, evidence: str
) -> None:
    found = described(claim="member", expression=expression, cases=cases)
    assert (found.answer, found.evidence) == (answer, evidence)


@pytest.mark.parametrize(
    ("arguments", "answer", "mean", "count"),
    [
        ({"below": 0.5}, "supported", 0.4, 4),
        ({"above": 0.5}, "contradicted", 0.4, 4),
        ({"below": 0.3, "cases": ["Accra", "Lomé"]}, "supported", 0.2, 2),
        ({"above": 0.5, "where": "A"}, "supported", 0.55, 2),
        ({"above": 0.5, "where": "A", "cases": ["Accra", "Tunis"]}, "contradicted", 0.3, 1),
    ],
)
def test_level_asks_on_which_side_of_a_bound_the_mean_outcome_lies(
    arguments: dict[str, object], answer: str, mean: float, count: int
) -> None:
    found = described(claim="level", **arguments)
    assert (found.answer, found.numbers["cases"]) == (answer, count)
    assert found.numbers["mean"] == pytest.approx(mean)


def test_level_without_a_case_is_inconclusive() -> None:
    assert described(claim="level", below=0.5, where="A*B", cases=["Fez"]).answer == "inconclusive"


def test_descriptions_are_answered_by_the_study_and_are_no_methods_verdict() -> None:
    study = made(
        FRAME,
        propositions=[
            {"id": "low", "claim": "level", "below": 0.99, "text": "Low"},
            {"id": "A", "claim": "necessary", "expression": "A"},
        ],
    )
    comparison = eq.compare(eq.run(study, methods=["regression"]))
    assert list(comparison.verdicts.index) == list(comparison.propositions.index) == ["A"]
    assert list(comparison.descriptions.index) == ["low"]
    assert list(comparison.descriptions.columns) == ["answer", "evidence"]
    assert comparison.descriptions.loc["low", "answer"] == "supported"
    shown = comparison.facets["descriptions"].content
    assert shown.loc["low"].tolist() == ["Low", *comparison.descriptions.loc["low"]]


# ------------------------------------------------------------------------------------------- key conditions


def importance(**rows: float) -> pd.DataFrame:
    return pd.DataFrame({"importance": pd.Series(rows, dtype=float)})


@pytest.mark.parametrize(
    ("table", "answer", "gap"),
    [
        # The least important listed, B, against the most important unlisted, C.
        (importance(A=0.5, B=0.2, C=0.1, D=0.0), "supported", 0.1),
        (importance(A=0.5, B=0.1, C=0.2, D=0.0), "contradicted", -0.1),
        (importance(A=0.5, B=0.1050, C=0.1, D=0.0), "inconclusive", 0.005),
        (importance(A=0.5, B=0.1051, C=0.1, D=0.0), "supported", 0.0051),
        (importance(A=0.5, B=0.1, C=0.1051, D=0.0), "contradicted", -0.0051),
        (importance(A=0.0, B=0.0, C=0.0), "inconclusive", 0.0),
    ],
)
def test_key_conditions_must_exceed_all_others(table: pd.DataFrame, answer: str, gap: float) -> None:
    verdict = Key(id="P1", conditions=("A", "B")).judge(table)
    assert verdict is not None
    assert verdict.answer == answer
    assert verdict.numbers["gap"] == pytest.approx(gap)
    assert verdict.strength == pytest.approx(abs(gap))
    least = "A" if table["importance"]["A"] <= table["importance"]["B"] else "B"
    assert f"{least}, the least important of the key conditions, {table['importance'][least]:.4f}; " in verdict.evidence
    assert f"C, the most important of the others, {table['importance']['C']:.4f}; " in verdict.evidence
    assert f"difference {gap:.4f}" in verdict.evidence


@pytest.mark.parametrize("table", [None, importance(A=0.5, B=float("nan"))])
def test_without_importances_nothing_is_said_on_key_conditions(table: pd.DataFrame | None) -> None:
    verdict = Key(id="P1", conditions=("A",)).judge(table)
    assert verdict is not None
    assert verdict.answer == "silent"
