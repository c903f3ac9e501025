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
    ({"claim": "equifinal", "at_least": 3}, {"at_least": 3}),
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
