"""Verdicts of QCA on propositions."""

import numpy as np
import pandas as pd
import pytest

import equifinal as eq
from equifinal_qca import CsQCA, FsQCA

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


# ------------------------------------------------------------------------- the kind of solution, and the parsimonious one

REDUNDANT = [  # A*B has the outcome, ~A*~B has not; of A*~B and ~A*B nothing is seen: A alone, or B alone, would do
    *([(0.9, 0.8, 0.9)] * 3),
    *([(0.1, 0.2, 0.1)] * 3),
]


@pytest.mark.parametrize("kind", ["conservative", "intermediate", "parsimonious"])
def test_a_literal_that_the_parsimonious_models_need_not_have_is_no_difference_maker(kind):
    """Conservative and intermediate: A*B. Parsimonious: A, or B (two models), so neither is needed."""
    study = small_study(REDUNDANT, "AB")
    method = FsQCA(solution=kind)
    analysis = method.analyze(study, RNG)
    verdict = method.assess(analysis, proposition("influence", condition="A"), study)
    assert verdict.answer == "inconclusive"
    assert verdict.strength is None
    assert "difference-maker" not in verdict.evidence
    assert verdict.evidence.startswith(f"{kind.capitalize()} solution")
    joint = method.assess(analysis, proposition("joint", conditions=("A", "B")), study)
    if kind == "parsimonious":
        assert joint.answer == "contradicted"
    else:
        assert joint.answer == "inconclusive"
        assert "The parsimonious models say the opposite" in joint.evidence


def test_a_literal_of_all_parsimonious_models_is_a_difference_maker():
    study = small_study(PATHS)
    method = FsQCA()
    verdict = method.assess(method.analyze(study, RNG), proposition("influence", condition="A"), study)
    assert verdict.evidence == (
        "Intermediate solution: A is present in 1 and absent in 0 of 2 paths. "
        "The parsimonious models have it too: a difference-maker, not a net effect."
    )
    joint = method.assess(method.analyze(study, RNG), proposition("joint", conditions=("A", "B")), study)
    assert joint.evidence.endswith("The parsimonious models say the same.")


def test_what_the_parsimonious_models_leave_open_stands_in_this_kind_of_solution():
    """Three conditions; A*B*C and A*B*~C have the outcome, ~A*~B*C and ~A*~B*~C have not: parsimonious A, or B."""
    study = small_study([(1, 1, 1, 1), (1, 1, 0, 1), (0, 0, 1, 0), (0, 0, 0, 0)])
    method = FsQCA()
    analysis = method.analyze(study, RNG)
    together = method.assess(analysis, proposition("equifinal", at_most=1), study)
    assert (together.answer, together.strength) == ("supported", None)  # a denial: no more than one
    assert "The parsimonious models say the same." in together.evidence
    one = [(1, 1, 1), (0, 1, 0), (0, 0, 0)]  # A*B; parsimonious A
    study = small_study(one, "AB")
    analysis = method.analyze(study, RNG)
    assert method.assess(analysis, proposition("influence", condition="B"), study).answer == "inconclusive"


# ------------------------------------------------------------------------------------------- how many paths count

UNEVEN = [  # A*B with four cases, C with one case
    *([(0.9, 0.9, 0.1, 0.9)] * 4),
    (0.1, 0.1, 0.9, 0.9),
    *((a, b, 0.1, 0.1) for a, b in [(0.9, 0.1), (0.1, 0.9), (0.1, 0.1)] * 3),
]


@pytest.mark.parametrize(
    ("bounds", "answer", "asserted"),
    [
        ({"at_least": 2}, "supported", 2),
        ({"at_least": 3}, "contradicted", None),  # a denial has no strength
        ({"at_most": 2}, "supported", None),
        ({"at_most": 1}, "contradicted", 2),
        ({"exactly": 2}, "supported", 2),
        ({"exactly": 1}, "contradicted", 2),
        ({"exactly": 3}, "contradicted", None),
        ({"at_least": 2, "unique_coverage": 0.3}, "contradicted", None),
        ({"exactly": 1, "unique_coverage": 0.3}, "supported", 1),
    ],
)
def test_paths_are_counted_by_their_unique_coverage(bounds, answer, asserted):
    """A*B and C. Their unique coverages, and so the strengths, are computed here from the definitions."""
    study = small_study(UNEVEN)
    method = FsQCA(pri_cutoff=0.5)
    analysis = method.analyze(study, RNG)
    assert set(analysis.configurations.index) == {"A*B", "C"}
    y = study.fuzzy["Y"]
    paths = pd.concat({"A*B": study.fuzzy[["A", "B"]].min(axis=1), "C": study.fuzzy["C"]}, axis=1)
    unique = {
        path: (np.minimum(paths.max(axis=1), y).sum() - np.minimum(paths.drop(columns=path).max(axis=1), y).sum())
        / y.sum()
        for path in paths
    }
    assert unique["A*B"] > 0.3 > unique["C"] > 0.02
    strengths = sorted((eq.sets.pri(paths[path], y) * unique[path] for path in paths), reverse=True)
    verdict = method.assess(analysis, proposition("equifinal", **bounds), study)
    assert verdict.answer == answer
    assert verdict.strength == (None if asserted is None else pytest.approx(strengths[asserted - 1]))


# ----------------------------------------------------------------------------------------------------- strengths


def random_study(seed, cases=25, names="ABC"):
    rng = np.random.default_rng(seed)
    x = rng.uniform(size=(cases, len(names)))
    y = np.clip(np.maximum(np.minimum(x[:, 0], x[:, 1]), 1 - x[:, 2]) + rng.normal(0, 0.1, cases), 0, 1)
    return small_study(np.column_stack([x, y]).round(3), names)


def union(study, terms):
    return np.max([eq.Expression(term).membership(study.fuzzy) for term in terms], axis=0)


def carried(x, y):
    return eq.sets.pri(x, y) * eq.sets.coverage(x, y)


@pytest.mark.parametrize("seed", range(8))
def test_strengths_are_pri_times_coverage_of_what_carries_the_relation(seed):
    """From the printed models alone: the literal is taken out of their text, and memberships are computed anew."""
    study = random_study(seed)
    method = FsQCA(pri_cutoff=0.5)
    analysis = method.analyze(study, RNG)
    y = study.fuzzy["Y"].to_numpy()
    models = [model.split(" + ") for model in analysis.tables["models"]["model"]]
    for name in "ABC":
        verdict = method.assess(analysis, proposition("influence", condition=name), study)
        drops = []
        for terms in models:
            kept = ["*".join(x for x in term.split("*") if x.strip("~") != name) or "1" for term in terms]
            drops.append(max(0, carried(union(study, terms), y) - carried(union(study, kept), y)))
        decided = verdict.answer in ("supported", "contradicted")
        assert verdict.strength == (pytest.approx(min(drops), abs=1e-12) if decided else None)
    joint = method.assess(analysis, proposition("joint", conditions=("A", "B")), study)
    if joint.answer == "supported":
        best = [
            max(carried(union(study, [t]), y) for t in terms if {"A", "B"} <= set(t.split("*"))) for terms in models
        ]
        assert joint.strength == pytest.approx(min(best))
    for text in ("A", "A*B", "A + ~C"):
        x = union(study, [text])
        needed = method.assess(analysis, proposition("necessary", expression=text), study)
        holds = needed.answer == "supported"
        wanted = eq.sets.necessity_consistency(x, y) * eq.sets.relevance(x, y)
        assert needed.strength == (pytest.approx(wanted) if holds else None)
        enough = method.assess(analysis, proposition("sufficient", expression=text, expect=False), study)
        holds = enough.answer == "contradicted"
        assert enough.strength == (pytest.approx(eq.sets.consistency(x, y) * eq.sets.pri(x, y)) if holds else None)


def test_under_permuted_outcomes_strength_orders_necessity_as_the_overlap_does():
    """So a set that nearly everyone is in, and is trivially necessary, is no stronger than chance makes it."""
    rng = np.random.default_rng(0)
    x, y = rng.beta(6, 1, 30), rng.uniform(size=30)
    orders = [rng.permutation(y) for _ in range(50)]
    overlap = [np.minimum(x, each).sum() for each in orders]
    strength = [eq.sets.necessity_consistency(x, each) * eq.sets.relevance(x, each) for each in orders]
    assert np.argsort(overlap).tolist() == np.argsort(strength).tolist()


@pytest.mark.parametrize("kind", ["conservative", "intermediate", "parsimonious"])
@pytest.mark.parametrize("method_class", [FsQCA, CsQCA])
def test_a_refit_answers_as_the_full_analysis_does(method_class, kind):
    method = method_class(solution=kind, pri_cutoff=0.5)
    for seed in range(15):
        study = random_study(seed, cases=12 + seed)
        analysis, refit = method.analyze(study, RNG), method.refit(study, RNG)
        claims = [
            *(proposition("influence", condition=name, sign=sign) for name in "ABC" for sign in (1, -1)),
            *(proposition("joint", conditions=pair) for pair in (("A", "B"), ("A", "C"), ("A", "B", "C"))),
            *(
                proposition("equifinal", **{bound: n})
                for bound in ("at_least", "at_most", "exactly")
                for n in (1, 2, 3)
            ),
            *(
                proposition(claim, expression=text)
                for claim in ("necessary", "sufficient")
                for text in ("A", "A*B + ~C")
            ),
            *(proposition("together", cases=("c1", f"c{n}")) for n in range(2, 8)),
        ]
        for claim in claims:
            full, short = method.assess(analysis, claim, study), method.assess(refit, claim, study)
            assert (full.answer, full.evidence, full.strength) == (short.answer, short.evidence, short.strength)
