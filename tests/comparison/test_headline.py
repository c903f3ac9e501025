"""The headline: every sentence is read back, and nothing that is not firm, or that one kind of method says twice, is agreement."""

import dataclasses
import re

import numpy as np
import pytest

import equifinal as eq
from core_toys import Blind, Linear, Mean, Noise, made, scores
from equifinal.comparison.headline import headline
from evidence_toys import DECIDED, with_evidence

PROPOSITIONS = [
    {"id": f"P{number}", "text": f"Claim number {number}", "claim": "necessary", "expression": "A"}
    for number in range(8)
]
GOES = {"goes up with": 1, "goes down with": -1}
VERBS = {"support": "supported", "supports": "supported", "contradict": "contradicted", "contradicts": "contradicted"}
NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "both": 2}


class Sister(Linear):
    """Of the same family as another method."""

    name = "sister"
    family = "linear"


METHODS = {"first": Linear(), "second": Sister(), "third": Noise(), "fourth": Mean(), "fifth": Blind()}
KINDS = {"linear": ["first", "second"], "noise": ["third"], "mean": ["fourth"], "blind": ["fifth"]}


@pytest.fixture(scope="module")
def bare() -> eq.Comparison:
    return eq.compare(eq.run(made(scores(24, "ABC"), propositions=PROPOSITIONS), METHODS), evidence=False)


def redrawn(comparison: eq.Comparison, seed: int, evidence: bool = True) -> eq.Comparison:
    """Other verdicts and directions, drawn at random, with evidence made by hand."""
    rng = np.random.default_rng(seed)
    verdicts, conditions = comparison.verdicts.copy(), comparison.conditions.copy()
    for label in verdicts.columns:
        verdicts[label] = rng.choice([*DECIDED, "inconclusive", "silent"], len(verdicts), p=[0.45, 0.2, 0.1, 0.25])
        conditions[label, "direction"] = rng.choice([1, -1, 0], len(conditions), p=[0.7, 0.2, 0.1])
    drawn = dataclasses.replace(comparison, verdicts=verdicts, conditions=conditions)
    return with_evidence(drawn, seed) if evidence else drawn


def votes(said: dict[str, object], counts: dict[str, bool], decided: tuple[object, ...]) -> dict[str, object]:
    """What each kind finds, by the rule: a value that counts for one of its methods and that none of them opposes."""
    found = {}
    for kind, members in KINDS.items():
        values = {said[label] for label in members if said[label] in decided}
        if len(values) == 1 and any(counts[label] and said[label] in values for label in members):
            found[kind] = values.pop()
    return found


def expected(comparison: eq.Comparison) -> tuple[dict[str, dict[str, object]], dict[str, dict[str, object]]]:
    """What kinds find on each condition and on each proposition, from the tables."""
    gathered, labels = comparison.gathered, list(comparison.analyses)
    directions, verdicts = {}, {}
    for name in comparison.conditions.index:
        firm = {label: bool(gathered.firm_directions_together[name, label]) for label in labels}
        # Only what is firm is shown as a direction at all.
        signs = {k: int(comparison.conditions.at[name, (k, "direction")]) if firm[k] else 0 for k in labels}
        directions[name] = votes(signs, firm, (1, -1))
    for name, row in comparison.verdicts.iterrows():
        marks = {k: bool(gathered.firm_together.get((name, k), False)) for k in labels}
        verdicts[name] = votes(row.to_dict(), marks, DECIDED)
    return directions, verdicts


def kinds_in(start: str) -> int:
    """How many kinds a sentence speaks for; the labels in its brackets are of as many families."""
    number, groups = re.match(r"(.*?) kinds of methods \((.*?)\)", start).groups()
    said = number.casefold().split()
    count = NUMBERS[said[-1]] if said[0] in ("all", "both") else NUMBERS[said[0]]
    members = [re.split(", | and ", group) for group in groups.split("; ")]
    assert len(members) == count
    assert (
        len({next(kind for kind, labels in KINDS.items() if set(group) <= set(labels)) for group in members}) == count
    )
    return count


def check(comparison: eq.Comparison) -> None:
    found = headline(comparison)
    directions, verdicts = expected(comparison)
    agreed: dict[str, tuple[object, int]] = {}
    alone: dict[str, object] = {}
    asserts, there = comparison.evidence["asserts"], {}
    for sentence in (*found.agreed, *found.denied):
        if sentence.startswith("No two kinds"):
            assert len(found.agreed) == 1
        elif pointing := re.fullmatch(r"(.*) agree: Y (goes up with|goes down with) (.*)\.", sentence):
            for name in re.split(", | and ", pointing[3]):
                agreed[name] = GOES[pointing[2]], kinds_in(sentence)
        else:
            verb = re.search(r"\) firmly (\w+) ", sentence)[1]
            for name in re.findall(r"P\d", sentence):
                agreed[name] = VERBS[verb], kinds_in(sentence)
                there[name] = sentence in found.agreed
    for sentence in found.alone:
        if pointing := re.fullmatch(r"(.*) alone: Y (goes up with|goes down with) (.*)\.", sentence):
            alone |= dict.fromkeys(re.split(", | and ", pointing[3]), GOES[pointing[2]])
        else:
            verb = re.search(r" alone firmly (\w+) ", sentence)[1]
            alone |= dict.fromkeys(re.findall(r"P\d", sentence), VERBS[verb])
    parted = set(re.findall(r"P\d|(?<=disagree on )[ABC]\b", " ".join(found.parted)))
    for name, kinds in (directions | verdicts).items():
        values = set(kinds.values())
        assert (name in agreed) == (len(kinds) > 1 and len(values) == 1), name
        assert (name in alone) == (len(kinds) == 1), name
        assert (name in parted) == (len(values) == 2), name
        if name in agreed:
            value = values.pop()
            assert agreed[name] == (value, len(kinds))
            if name in there:
                members = [
                    label for kind in kinds for label in KINDS[kind] if comparison.verdicts.at[name, label] == value
                ]
                firm = [label for label in members if comparison.firm_together.at[name, label]]
                assert there[name] == all(asserts[name, label] for label in firm), name
        elif name in alone:
            assert {alone[name]} == values


def test_every_sentence_holds(bare: eq.Comparison) -> None:
    for seed in range(80):
        check(redrawn(bare, seed))


def test_a_headline_of_another_comparison_is_noticed(bare: eq.Comparison, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check can fail: it does so when the sentences are made from other tables."""
    other = headline(redrawn(bare, 3))
    monkeypatch.setattr(f"{__name__}.headline", lambda comparison: other)
    caught = 0
    for seed in range(10, 20):
        try:
            check(redrawn(bare, seed))
        except (AssertionError, KeyError):
            caught += 1
    assert caught == 10


def test_without_evidence_no_agreement_is_announced(bare: eq.Comparison) -> None:
    for seed in range(10):
        found = headline(redrawn(bare, seed, evidence=False))
        assert found.agreed == ("No agreement is reported, since no evidence was computed.",)
        assert found.alone == ()
        assert found.standing[0].startswith("No evidence was computed")


def test_where_nothing_is_firm_nothing_is_agreed(bare: eq.Comparison) -> None:
    found = headline(with_evidence(redrawn(bare, 1, evidence=False), 1, firm=0.0))
    assert found.answer[0].startswith("Nothing here is more than chance would bring")
    assert found.agreed == ("No two kinds of methods agree firmly on a direction or a proposition.",)
    assert found.alone == ()
    assert "count for nothing" in found.standing[0]


def test_what_is_firm_alone_but_not_together_is_no_agreement(bare: eq.Comparison) -> None:
    found = headline(with_evidence(redrawn(bare, 1, evidence=False), 1, firm=1.0, together=0.0))
    assert found.agreed[0].startswith("No two kinds")
    assert any("0 stay firm" in sentence for sentence in found.standing)


def test_one_kind_of_method_agrees_with_nobody() -> None:
    study = made(scores(24, "ABC"), propositions=PROPOSITIONS)
    few = eq.compare(eq.run(study, {"first": Linear(), "second": Sister()}), evidence=False)
    found = headline(with_evidence(redrawn(few, 2, evidence=False), 2, firm=1.0, together=1.0))
    assert found.agreed == found.parted == ()
    assert found.alone
    assert not any(" alone" in sentence for sentence in found.alone)


def test_the_numbers_of_verdicts_are_counted(bare: eq.Comparison) -> None:
    for seed in range(10):
        comparison = redrawn(bare, seed)
        rows = comparison.evidence
        firm, decided = rows[rows["firm"]], int(comparison.verdicts.isin(DECIDED).to_numpy().sum())
        first, chance, *_ = headline(comparison).standing
        numbers = [int(each) for each in re.findall(r"\d+", first)]
        asserting = int(firm["asserts"].sum())
        assert numbers == [len(firm), decided, asserting, len(firm) - asserting, decided - len(firm)]
        assert re.search(r"up to 0\.8 firm verdicts .* here there are (\d+)", chance)[1] == str(asserting)


def test_a_label_that_could_be_taken_for_several_is_quoted() -> None:
    study = made(scores(24, "ABC"))
    labels = [dataclasses.replace(study.conditions[0], label="Staff and money"), *study.conditions[1:]]
    methods = {"a": Linear(), "b": Noise()}
    comparison = eq.compare(eq.run(dataclasses.replace(study, conditions=labels), methods), evidence=False)
    conditions = comparison.conditions.copy()
    conditions["a", "direction"] = conditions["b", "direction"] = 1
    found = with_evidence(dataclasses.replace(comparison, conditions=conditions), firm=1.0, together=1.0)
    assert "Y goes up with “Staff and money”, B and C." in headline(found).agreed[0]


def test_the_absence_of_the_outcome_is_named() -> None:
    study = made(scores(24, "ABC")).negated()
    comparison = eq.compare(eq.run(study, {"a": Linear(), "b": Noise()}), evidence=False)
    conditions = comparison.conditions.copy()
    conditions["a", "direction"] = conditions["b", "direction"] = -1
    found = with_evidence(dataclasses.replace(comparison, conditions=conditions), firm=1.0, together=1.0)
    assert headline(found).agreed == (
        "Both kinds of methods (a; b) agree: the absence of Y goes down with A, B and C.",
    )
