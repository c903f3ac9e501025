"""Verdicts of QCA on propositions."""

import numpy as np
import pandas as pd
import pytest

import equifinal as eq
from equifinal_qca import FsQCA

RNG = np.random.default_rng(0)


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


AMBIGUOUS = [  # two smallest ways to explain the 1 rows ~A*~B*C, ~A*B*C, ~A*B*~C, A*B*~C, A*~B*~C, A*~B*C: a ring
    *((a, b, c, 1) for a, b, c in [(0, 0, 1), (0, 1, 1), (0, 1, 0), (1, 1, 0), (1, 0, 0), (1, 0, 1)]),
    *((a, b, c, 0) for a, b, c in [(0, 0, 0), (1, 1, 1)]),
]


def test_model_ambiguity_is_shown_and_makes_verdicts_inconclusive():
    study = small_study(AMBIGUOUS)
    method = FsQCA(solution="conservative")
    analysis = method.analyze(study, RNG)
    rings = {"A*~B + B*~C + ~A*C", "A*~C + ~A*B + ~B*C"}
    assert set(analysis.tables["models"]["model"]) == rings
    assert analysis.tables["models"]["shown"].tolist() == [True, False]  # equal fits: the first in the alphabet
    assert (analysis.configurations["model_share"] == 0.5).all()
    assert any("Model ambiguity" in note for note in analysis.notes)
    assert (analysis.conditions["direction"] == 0).all()

    def answer(kind, **arguments):
        return method.assess(analysis, proposition(kind, **arguments), study).answer

    assert answer("equifinal", at_least=3) == "supported"
    assert answer("equifinal", at_least=4) == "contradicted"
    assert answer("influence", condition="A", sign=1) == "inconclusive"  # present in one path, absent in another
    assert answer("joint", conditions=("A", "B")) == "contradicted"  # never present in one path
    assert answer("together", cases=("c3", "c4")) == "inconclusive"  # A*~C is a path of one model only
    assert answer("together", cases=("c0", "c6")) == "contradicted"
    cut = FsQCA(solution="conservative", max_models=1)
    truncated = cut.analyze(study, RNG)
    assert any("max_models = 1" in note for note in truncated.notes)
    verdict = cut.assess(truncated, proposition("equifinal", at_least=3), study)
    assert verdict.answer == "inconclusive"
    assert "more than 1 models" in verdict.evidence


PATHS = [  # A*B and ~C*B; 0 elsewhere
    *((a, b, c, int((a and b) or (b and not c))) for a in (0, 1) for b in (0, 1) for c in (0, 1)),
]


def test_verdicts_on_paths():
    study = small_study(PATHS)
    method = FsQCA()
    analysis = method.analyze(study, RNG)
    assert set(analysis.configurations.index) == {"A*B", "B*~C"}

    def answer(kind, **arguments):
        return method.assess(analysis, proposition(kind, **arguments), study).answer

    assert answer("influence", condition="A", sign=1) == "supported"
    assert answer("influence", condition="A", sign=-1) == "contradicted"
    assert answer("influence", condition="C", sign=-1) == "supported"
    assert answer("influence", condition="C", sign=1) == "contradicted"
    assert answer("joint", conditions=("A", "B")) == "supported"
    assert answer("joint", conditions=("B", "C")) == "contradicted"  # C is in a path with B by its absence only
    assert answer("joint", conditions=("A", "C")) == "contradicted"
    assert answer("together", cases=("c6", "c7")) == "supported"  # A*B
    assert answer("together", cases=("c2", "c7")) == "contradicted"
    assert answer("together", cases=("c2", "c6", "c7")) == "inconclusive"
    assert answer("key", conditions=("A",)) == "silent"
    assert analysis.conditions["direction"].to_dict() == {"A": 1, "B": 1, "C": -1}
    assert analysis.conditions.loc["B", "role"] == "necessary"
    groups = analysis.cases["group"]
    assert groups["c6"] in ("A*B + B*~C", "B*~C + A*B")
    assert groups["c2"] == "B*~C"
    assert groups.isna().sum() == 5
    assert analysis.cases["uniquely_covered"].sum() == 2


@pytest.mark.parametrize(
    ("kind", "expression", "expect", "answer"),
    [
        ("necessary", "B", True, "supported"),
        ("necessary", "B", False, "contradicted"),
        ("necessary", "A", True, "contradicted"),
        ("necessary", "A", False, "supported"),
        ("necessary", "B + A*C", True, "supported"),
        ("necessary", "A + B", True, "inconclusive"),  # RoN is 2 / 5
        ("necessary", "1", True, "inconclusive"),  # trivially necessary: RoN is 0
        ("necessary", "1", False, "inconclusive"),
        ("sufficient", "A*B", True, "supported"),
        ("sufficient", "A*B", False, "contradicted"),
        ("sufficient", "B", True, "contradicted"),
        ("sufficient", "B", False, "supported"),
        ("sufficient", "0", True, "inconclusive"),  # nobody is in it: undefined
    ],
)
def test_verdicts_on_necessity_and_sufficiency(kind, expression, expect, answer):
    study = small_study(PATHS)
    method = FsQCA()
    analysis = method.analyze(study, RNG)
    verdict = method.assess(analysis, proposition(kind, expression=expression, expect=expect), study)
    assert verdict.answer == answer
    assert "cutoff" in verdict.evidence


@pytest.mark.parametrize(("cutoff", "answer"), [(0.4, "supported"), (0.41, "inconclusive"), (0.0, "supported")])
def test_the_relevance_that_necessity_takes_is_a_parameter(cutoff, answer):
    """A + B is necessary with a RoN of 2 / 5."""
    study = small_study(PATHS)
    method = FsQCA(relevance_cutoff=cutoff)
    analysis = method.analyze(study, RNG)
    verdict = method.assess(analysis, proposition("necessary", expression="A + B", expect=True), study)
    assert (verdict.answer, verdict.numbers["relevance_cutoff"]) == (answer, cutoff)
    assert f"RoN 0.400 (cutoff {cutoff:g})" in verdict.evidence


def test_consistent_with_a_low_pri_is_inconclusive_on_sufficiency():
    rows = [
        (0.3, 0.4, 0.1, 0.4),
        (0.4, 0.3, 0.2, 0.45),
        (0.55, 0.6, 0.9, 0.5),
        (0.1, 0.9, 0.1, 0.95),
        (0.2, 0.1, 0.1, 0.1),
    ]
    study = small_study(rows)
    method = FsQCA()
    analysis = method.analyze(study, RNG)
    x, y = study.fuzzy["A"], study.fuzzy["Y"]
    assert eq.sets.consistency(x, y) > 0.8
    assert eq.sets.pri(x, y) < 0.5
    assert method.assess(analysis, proposition("sufficient", expression="A"), study).answer == "inconclusive"
