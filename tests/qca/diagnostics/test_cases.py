"""Case types, best cases and best pairs, against plain loops and a study worked by hand."""

import math

import numpy as np
import pandas as pd
import pytest

from equifinal import InputError
from equifinal_qca import best_cases, best_pairs, case_types, minimize, truth_table
from equifinal_qca.diagnostics.pairs import _MOST_PAIRS

PAIRS = (
    "typical and typical",
    "typical and individually irrelevant",
    "typical and deviant in consistency",
    "deviant in coverage and individually irrelevant",
)


def by_hand():
    """Two terms, A*B and C; the types follow from the definitions.

    A*B is min(A, B), the model max(A*B, C).
    """
    frame = pd.DataFrame(
        [
            # A    B    C    Y       A*B  C    model
            ["t1", 0.9, 0.8, 0.1, 0.9],  # .8 .1 .8 in A*B, 0.8 <= 0.9: typical
            ["t2", 0.7, 0.6, 0.2, 0.6],  # .6 .2 .6 typical, on the diagonal
            ["dd", 0.9, 0.9, 0.1, 0.7],  # .9 .1 .9 deviant in degree
            ["dk", 0.8, 0.7, 0.2, 0.2],  # .7 .2 .7 deviant in kind
            ["both", 0.6, 0.9, 0.8, 1.0],  # .6 .8 .8 in both terms
            ["c", 0.2, 0.1, 0.9, 0.9],  # .1 .9 .9 typical of C
            ["cov", 0.8, 0.2, 0.3, 0.9],  # .2 .3 .3 outcome without a term
            ["irr", 0.7, 0.4, 0.1, 0.1],  # .4 .1 .4 same row as cov: A*~B*~C
            ["irr2", 0.1, 0.2, 0.2, 0.3],  # individually irrelevant, lacks both A and B
            ["half", 0.9, 0.9, 0.1, 0.5],  # at 0.5 in the outcome
        ],
        columns=["case", "A", "B", "C", "Y"],
    ).set_index("case")
    rows = truth_table(frame, "Y", consistency_cutoff=0.7)
    # Rows A*B*~C, A*B*C and ~A*~B*C count as sufficient; the others do not.
    rows = rows.with_output({0b110: "1", 0b111: "1", 0b001: "1", 0b100: "0", 0b000: "0"})
    (model,) = minimize(rows, "parsimonious", exclude=["~A*B*~C"]).models
    assert model.terms == ("A*B", "C")
    return model


def test_the_kinds_of_cases_worked_by_hand():
    model = by_hand()
    assert case_types(model)["type"].to_dict() == {
        "t1": "typical",
        "t2": "typical",
        "dd": "deviant in consistency, in degree",
        "dk": "deviant in consistency, in kind",
        "both": "typical",
        "c": "typical",
        "cov": "deviant in coverage",
        "irr": "individually irrelevant",
        "irr2": "individually irrelevant",
        "half": "undecided",
    }
    of_c = case_types(model, "C")
    assert of_c["type"].to_dict() == {
        "t1": "in other terms",
        "t2": "in other terms",
        "dd": "in other terms",
        "dk": "in other terms",
        "both": "typical",
        "c": "typical",
        "cov": "deviant in coverage",
        "irr": "individually irrelevant",
        "irr2": "individually irrelevant",
        "half": "undecided",
    }
    assert of_c["membership"].tolist() == model.table.memberships[:, 2].tolist()
    assert of_c.index[of_c["uniquely_covered"]].tolist() == ["c"]
    whole = case_types(model)
    assert whole.loc["both", "terms"] == ["A*B", "C"]
    assert whole.index[whole["uniquely_covered"]].tolist() == ["t1", "t2", "dd", "dk", "c", "half"]


def test_a_membership_computed_a_little_higher_than_the_outcome_is_no_deviance():
    frame = pd.DataFrame({"A": [1 - 0.3, 0.2], "Y": [0.7 - 1e-12, 0.1]})
    model = minimize(truth_table(frame, "Y"), "parsimonious").models[0]
    assert case_types(model)["type"].tolist() == ["typical", "individually irrelevant"]


def test_best_cases_worked_by_hand():
    model = by_hand()
    typical = best_cases(model, "typical", "A*B")
    # (1 - x) + (y - x): t1 0.2 + 0.1, t2 0.4 + 0, both 0.4 + 0.4 and last because it is in C too.
    assert typical["case"].tolist() == ["t1", "t2", "both"]
    assert typical["score"].tolist() == pytest.approx([0.3, 0.4, 0.8])
    deviant = best_cases(model, "deviant in consistency, in kind")
    assert deviant[["term", "case"]].values.tolist() == [["A*B", "dk"]]
    assert deviant["score"].tolist() == pytest.approx([0.3 + 0.2])
    coverage = best_cases(model, "deviant in coverage")
    # its row is A*~B*~C, membership min(0.8, 0.8, 0.7) = 0.7; (1 - 0.9) + (1 - 0.7)
    assert coverage[["term", "case"]].values.tolist() == [["A*~B*~C", "cov"]]
    assert coverage[["membership", "score"]].values.tolist() == [pytest.approx([0.7, 0.4])]


def test_best_pairs_worked_by_hand():
    model = by_hand()
    pairs = best_pairs(model, "typical and typical", "A*B")
    # t1 (.8, .9) and t2 (.6, .6): (.5 - .2) + (.5 - .3) + .1 + 0 = 0.6, uniquely covered, so first.
    assert pairs.loc[0, ["first", "second", "uniquely_covered"]].tolist() == ["t1", "t2", True]
    assert pairs.loc[0, "score"] == pytest.approx(0.6)
    assert len(pairs) == 3  # with the case in both terms
    pairs = best_pairs(model, "typical and individually irrelevant", "A*B")
    # Only irr lacks exactly one conjunct, B (0.4). t1: (1 - (.8 - .4)) + (1 - .8) + |.9 - .7| = 1.0
    assert pairs.loc[0, ["conjunct", "first", "second"]].tolist() == ["B", "t1", "irr"]
    assert pairs.loc[0, "score"] == pytest.approx(1.0)
    assert set(pairs["second"]) == {"irr"}
    pairs = best_pairs(model, "typical and deviant in consistency")
    # t1 and dk: (1 - .7) + |.8 - .7| + (1 - .7) = 0.7; t2 and dk: (1 - .4) + .1 + .4 = 1.1
    assert pairs[["first", "second"]].values.tolist()[:2] == [["t1", "dk"], ["t2", "dk"]]
    assert pairs["score"].tolist()[:2] == pytest.approx([0.7, 1.1])
    pairs = best_pairs(model, "deviant in coverage and individually irrelevant")
    # row A*~B*~C: cov 0.7, irr min(.7, .6, .9) = 0.6: (1 - .8) + .1 + .4 = 0.7
    assert pairs[["term", "first", "second"]].values.tolist() == [["A*~B*~C", "cov", "irr"]]
    assert pairs["score"].tolist() == pytest.approx([0.7])


def random_model(seed, n=50):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.integers(0, 11, (n, 4)) / 10, columns=list("ABCD"))
    frame["Y"] = np.clip(np.maximum(frame["A"].where(frame["B"] > 0.5, 0), frame["C"]) + rng.normal(0, 0.2, n), 0, 1)
    frame = frame.round(1).set_axis([f"c{each}" for each in range(n)])
    return minimize(truth_table(frame, "Y", pri_cutoff=0.6), "parsimonious").best


def kinds(model, term):
    """The types again, one case at a time, straight from the definitions."""
    position = model.terms.index(term)
    found = {}
    for case in range(len(model.table.cases)):
        terms = model.term_memberships[case]
        x, y, highest = terms[position], model.table.outcome_membership[case], max(terms)
        if y == 0.5 or x == 0.5 or (x < 0.5 and highest == 0.5):
            found[case] = "undecided"
        elif x > 0.5 and y < 0.5:
            found[case] = "deviant in consistency, in kind"
        elif x > 0.5:
            found[case] = "typical" if x <= y + 1e-9 else "deviant in consistency, in degree"
        elif highest > 0.5:
            found[case] = "in other terms"
        else:
            found[case] = "deviant in coverage" if y > 0.5 else "individually irrelevant"
    return found


def pairs_by_loops(model, kind, term):
    table, y = model.table, model.table.outcome_membership
    cases = range(len(y))
    of = kinds(model, term)
    position = model.terms.index(term)
    x = model.term_memberships[:, position]
    values = dict(zip(table.conditions, table.memberships.T, strict=True))
    literals = {each: 1 - values[each[1:]] if each[0] == "~" else values[each] for each in term.split("*")}
    alone = [sum(row > 0.5) == 1 and row[position] > 0.5 for row in model.term_memberships]
    found = []
    for a in cases:
        for b in cases:
            if of[a] != "typical":
                continue
            first = x[a] > x[b] or (x[a] == x[b] and a < b)
            if kind == "typical and typical" and of[b] == "typical" and first:
                score = 1 - abs(x[a] - x[b]) - abs(y[a] - y[b]) + abs(y[a] - x[a]) + abs(y[b] - x[b])
                found.append((not (alone[a] and alone[b]), score, None, a, b))
            if kind == "typical and deviant in consistency" and of[b] == "deviant in consistency, in kind":
                score = 1 - (y[a] - y[b]) + abs(x[a] - x[b]) + 1 - min(x[a], x[b])
                found.append((not (alone[a] and alone[b]), score, None, a, b))
            if kind == "typical and individually irrelevant" and of[b] == "individually irrelevant":
                lacking = [name for name, each in literals.items() if not each[b] > 0.5]
                if len(lacking) == 1 and literals[lacking[0]][b] < 0.5:
                    others = [abs(each[a] - each[b]) for name, each in literals.items() if name != lacking[0]]
                    score = 2 - (literals[lacking[0]][a] - literals[lacking[0]][b]) - (y[a] - y[b])
                    found.append((not alone[a], score + max(others, default=0), lacking[0], a, b))
    return found


@pytest.mark.parametrize("seed", range(12))
def test_types_and_pairs_agree_with_plain_loops(seed):
    model = random_model(seed)
    names = model.table.cases
    for term in model.terms:
        assert dict(enumerate(case_types(model, term)["type"])) == kinds(model, term)
        for kind in PAIRS[:3]:
            expected = pairs_by_loops(model, kind, term)
            everything = best_pairs(model, kind, term, most=10_000)
            assert {(c, a, b): s for c, a, b, s in everything[["conjunct", "first", "second", "score"]].values} == (
                pytest.approx({(conjunct, names[a], names[b]): score for _, score, conjunct, a, b in expected})
            )
            ranks = sorted((later, round(score, 10)) for later, score, *_ in expected)
            found = best_pairs(model, kind, term, most=3)
            shown = list(
                zip(~found["uniquely_covered"].astype(bool), found["score"].astype(float).round(10), strict=True)
            )
            last = ranks[min(3, len(ranks)) - 1] if ranks else None
            assert shown == [each for each in ranks if each <= last]  # with everything as good as the third


@pytest.mark.parametrize("seed", range(12))
def test_pairs_in_one_row_agree_with_plain_loops(seed):
    model = random_model(seed)
    table, y, whole = model.table, model.table.outcome_membership, model.membership
    corner = table.memberships > 0.5
    own = np.where(corner, table.memberships, 1 - table.memberships).min(axis=1)
    placed = ~(table.memberships == 0.5).any(axis=1)
    expected = {}
    for a in np.flatnonzero((whole < 0.5) & (y > 0.5) & placed):
        for b in np.flatnonzero((whole < 0.5) & (y < 0.5) & placed):
            if (corner[a] == corner[b]).all():
                score = 1 - (y[a] - y[b]) + abs(own[a] - own[b]) + 1 - min(own[a], own[b])
                expected[table.cases[a], table.cases[b]] = score
    found = best_pairs(model, PAIRS[3], most=10_000)
    assert {(a, b): score for a, b, score in found[["first", "second", "score"]].values} == pytest.approx(expected)


def test_some_random_model_has_pairs_of_every_kind():
    models = [random_model(seed) for seed in range(12)]
    for kind in PAIRS:
        assert sum(len(best_pairs(model, kind)) for model in models) > 5


def test_no_case_of_a_kind_gives_an_empty_table_with_its_columns():
    frame = pd.DataFrame({"A": [0.9, 0.2], "Y": [0.9, 0.1]})
    model = minimize(truth_table(frame, "Y"), "parsimonious").models[0]
    for kind in PAIRS[2:]:
        found = best_pairs(model, kind)
        assert found.empty
        assert found.columns.tolist()[:4] == ["term", "conjunct", "first", "second"]
    assert best_cases(model, "deviant in coverage").empty
    assert case_types(model, "A")["type"].tolist() == ["typical", "individually irrelevant"]


def test_what_cannot_be_asked():
    model = by_hand()
    with pytest.raises(InputError, match="no term 'B'"):
        case_types(model, "B")
    with pytest.raises(InputError, match="unknown"):
        best_cases(model, "individually irrelevant")
    with pytest.raises(InputError, match="unknown"):
        best_pairs(model, "typical")
    with pytest.raises(InputError, match="Leave term out"):
        best_pairs(model, PAIRS[3], term="C")
    with pytest.raises(InputError, match="Leave term out"):
        best_cases(model, "deviant in coverage", term="C")
    with pytest.raises(InputError, match="Give 1 or more"):
        best_pairs(model, PAIRS[0], most=0)


def test_too_many_pairs_are_refused():
    n = math.isqrt(_MOST_PAIRS) + 1
    frame = pd.DataFrame({"A": np.linspace(0.6, 1, n), "Y": np.linspace(0.6, 1, n)})
    frame = pd.concat([frame, pd.DataFrame({"A": [0.1], "Y": [0.1]})], ignore_index=True)
    model = minimize(truth_table(frame, "Y", pri_cutoff=0.5), "parsimonious").models[0]
    with pytest.raises(InputError, match="Use fewer cases"):
        best_pairs(model, PAIRS[0])
