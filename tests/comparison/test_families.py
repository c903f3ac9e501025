"""Kinds of methods, against the rule applied cell by cell."""

import itertools

import pandas as pd

import equifinal as eq
from core_toys import Linear, Mean, made, scores
from equifinal.comparison.families import directions, families, findings

WORDS = ("supported", "contradicted", "inconclusive", "silent")


class Variant(Linear):
    """Another method of the same family."""

    name = "variant"
    family = "linear"


def test_methods_and_their_variants_are_one_family() -> None:
    methods = {"first": Linear(), "other": Mean(), "second": Variant(), "again": Linear()}
    comparison = eq.compare(eq.run(made(scores(12)), methods), evidence=False)
    assert families(comparison.analyses) == {"linear": ["first", "second", "again"], "mean": ["other"]}


def test_every_combination_of_two_members_and_their_marks() -> None:
    """By hand: a decided answer counts when a member that counts gives it and no member decides otherwise."""
    for said in itertools.product(WORDS, repeat=2):
        for marks in itertools.product((True, False), repeat=2):
            verdicts = pd.DataFrame([said], columns=["a", "b"])
            counts = pd.DataFrame([marks], columns=["a", "b"])
            (found,) = findings(verdicts, counts, {"kind": ["a", "b"]})["kind"]
            decided = [answer for answer in said if answer in WORDS[:2]]
            counted = [answer for answer, mark in zip(said, marks, strict=True) if mark and answer in WORDS[:2]]
            if said == ("silent", "silent"):
                expected = "silent"
            elif counted and len(set(decided)) == 1:
                expected = decided[0]
            else:
                expected = "inconclusive"
            assert found == expected, (said, marks)


def test_directions_of_a_family() -> None:
    for first, second in itertools.product((1, 0, -1), repeat=2):
        (found,) = directions(pd.DataFrame([[first, second]], columns=["a", "b"]), {"kind": ["a", "b"]})["kind"]
        assert found == (0 if first == -second else first or second)
