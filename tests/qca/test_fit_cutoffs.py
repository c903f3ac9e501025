"""Cutoffs of fit for terms and models: R's results on Lipset's data, and all sets of terms on small tables."""

from itertools import combinations, product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import equifinal as eq
from equifinal import sets
from equifinal_qca import FsQCA, minimize, minimize_mv, truth_table, truth_table_mv
from equifinal_qca.engine.reaching import FitCutoffs, sets_reaching
from equifinal_qca.engine.smallest import Budget

PUBLISHED = Path(__file__).parent / "published"
YES = {"Developed", "High urbanization", "High literacy", "Industrialized", "Stable", "Survival"}
CORNERS = list(product((0, 1), repeat=3))
TERMS = list(product((0, 1, None), repeat=3))
SHARES = st.sampled_from([0.0, 0.5, 0.7, 0.8, 0.9])


def lipset():
    scores = pd.read_csv(PUBLISHED / "LF.csv", index_col=0, dtype=str)  # 0 and 1 are written as labels
    fuzzy = scores.map(lambda score: float(score) if score[0].isdigit() else float(score in YES))
    return truth_table(fuzzy, "SURV", consistency_cutoff=0.7)


def expressions(solution):
    return {model.expression for model in solution.models}


def small_table(outputs, scores):
    """A table of three conditions with these outputs of rows 1 to 8, each of which has a case, and further cases."""
    frame = pd.DataFrame(np.array(scores).reshape(-1, 4) / 10, columns=list("ABCY"))
    each = pd.DataFrame([(*(0.2 + 0.6 * value for value in corner), 0.7) for corner in CORNERS], columns=list("ABCY"))
    table = truth_table(pd.concat([each, frame], ignore_index=True), "Y")
    return table.with_output({int(corner): outputs[int(corner)] for corner in table.corners})


def by_enumeration(table, outputs, kind, term, consistency, coverage, every_size):
    """The models among all sets of prime implicants, as sets of terms."""
    allowed = {row for row, output in enumerate(outputs) if output in ("1" if kind == "conservative" else "1?")}
    ones = {row for row, output in enumerate(outputs) if output == "1"}
    x, y = table.memberships, table.outcome_membership

    def rows(literals):
        matches = (all(t is None or t == c for t, c in zip(literals, corner, strict=True)) for corner in CORNERS)
        return {row for row, match in enumerate(matches) if match}

    def membership(literals):
        parts = [x[:, i] if t else 1 - x[:, i] for i, t in enumerate(literals) if t is not None]
        return np.minimum.reduce(parts) if parts else np.ones(len(x))

    inside = [each for each in TERMS if rows(each) <= allowed]
    primes = [each for each in inside if not any(rows(each) < rows(other) for other in inside) and rows(each) & ones]
    usable = [each for each in primes if sets.consistency(membership(each), y) >= term - 1e-9]
    can = set().union(*(rows(each) & ones for each in usable))
    reached = []
    for size in range(1, len(usable) + 1):
        for chosen in combinations(usable, size):
            union = np.maximum.reduce([membership(each) for each in chosen])
            explains = can <= set().union(*map(rows, chosen))
            if coverage is not None:
                explains = sets.coverage(union, y) >= coverage - 1e-9
            if explains and sets.consistency(union, y) >= consistency - 1e-9:
                reached.append(frozenset(chosen))
    least = [each for each in reached if not any(other < each for other in reached)]
    fewest = min(map(len, least), default=0)
    return {each for each in least if every_size or len(each) == fewest}


def as_terms(solution):
    def literals(cube):
        return tuple((cube.bits >> bit & 1 if cube.care >> bit & 1 else None) for bit in (2, 1, 0))

    return {frozenset(map(literals, model.cubes)) for model in solution.models}


def test_terms_below_the_cutoff_as_r_prints_it_for_lipset():
    solution = minimize(lipset(), "parsimonious", term_consistency_cutoff=0.8)
    assert expressions(solution) == {"DEV*STB"}
    assert solution.prime_implicants == ("DEV*STB", "DEV*~IND", "URB*STB")
    assert any("not used: IND*STB (0.783)" in note for note in solution.notes)


def test_models_that_reach_the_cutoffs_as_r_prints_them_for_lipset():
    cutoffs = {"model_consistency_cutoff": 0.8, "model_coverage_cutoff": 0.5}
    solution = minimize(lipset(), "parsimonious", all_covers=True, **cutoffs)
    assert expressions(solution) == {"DEV*STB", "URB*STB", "DEV*~IND + IND*STB"}
    assert any("a coverage of 0.5 is enough: row 22" in note for note in solution.notes)
    assert expressions(minimize(lipset(), "parsimonious", **cutoffs)) == {"DEV*STB", "URB*STB"}


@given(
    st.lists(st.sampled_from("110?"), min_size=8, max_size=8),
    st.lists(st.integers(0, 10), min_size=16, max_size=24).filter(lambda scores: len(scores) % 4 == 0),
    st.sampled_from(["conservative", "parsimonious"]),
    SHARES,
    SHARES,
    st.none() | SHARES,
    st.booleans(),
)
def test_all_sets_of_terms_on_small_tables(outputs, scores, kind, term, consistency, coverage, every_size):
    assume("1" in outputs)
    table = small_table(outputs, scores)
    solution = minimize(
        table,
        kind,
        all_covers=every_size,
        term_consistency_cutoff=term,
        model_consistency_cutoff=consistency,
        model_coverage_cutoff=coverage,
    )
    expected = by_enumeration(table, outputs, kind, term, consistency, coverage, every_size)
    assert as_terms(solution) == expected
    assert solution.proved
    assert not solution.truncated
    assert bool(solution.models) != any("the solution is empty" in note for note in solution.notes)


@given(
    st.lists(st.sampled_from("110?"), min_size=8, max_size=8),
    st.lists(st.integers(0, 10), min_size=16, max_size=16),
    SHARES,
    st.none() | SHARES,
)
def test_intermediate_models_reach_the_cutoffs_too(outputs, scores, consistency, coverage):
    assume("1" in outputs)
    table = small_table(outputs, scores)
    usual = minimize(table, "intermediate", ["A", "~B"])
    solution = minimize(
        table,
        "intermediate",
        ["A", "~B"],
        model_consistency_cutoff=consistency,
        model_coverage_cutoff=coverage,
    )
    for model in solution.models:
        assert set(model.cubes) <= set(usual.cubes)
        assert model.overall["consistency"] >= consistency - 1e-9
        assert coverage is None or model.overall["coverage"] >= coverage - 1e-9
    if coverage is None:  # what reaches the cutoff without it does so with it
        kept = {model.expression for model in usual.models if model.overall["consistency"] >= consistency - 1e-9}
        assert kept <= expressions(solution)
    assert expressions(solution.parsimonious) == expressions(usual.parsimonious)


def test_rows_that_no_usable_term_matches_are_named():
    solution = minimize(lipset(), "parsimonious", term_consistency_cutoff=0.87)
    assert expressions(solution) == {"URB*STB"}
    assert any(
        note.startswith("Not explained") and "row 22 (DEV*~URB*LIT*~IND*STB), 24" in note for note in solution.notes
    )
    assert solution.chart.loc["URB*STB"].to_dict() == {22: False, 24: False, 32: True}


@pytest.mark.parametrize(
    "cutoffs", [{"term_consistency_cutoff": 0.95}, {"model_consistency_cutoff": 0.95}, {"model_coverage_cutoff": 0.99}]
)
def test_a_solution_may_be_empty(cutoffs):
    solution = minimize(lipset(), "parsimonious", **cutoffs)
    assert solution.models == []
    assert solution.best is None
    assert (
        solution.notes[-1] == "No set of terms reaches the cutoffs of terms and models for SURV: the solution is empty."
    )


def test_values_as_sets():
    table = lipset()
    frame = pd.DataFrame(table.memberships, columns=list(table.conditions)).assign(SURV=table.outcome_membership)
    values = truth_table_mv(frame, "SURV", consistency_cutoff=0.7)
    solution = minimize_mv(
        values, "parsimonious", all_covers=True, model_consistency_cutoff=0.8, model_coverage_cutoff=0.5
    )
    assert expressions(solution) == {"DEV[1]*STB[1]", "URB[1]*STB[1]", "DEV[1]*IND[0] + IND[1]*STB[1]"}


def test_a_search_cut_short_returns_what_it_has():
    rng = np.random.default_rng(0)
    terms, outcome = rng.uniform(0, 0.3, (40, 30)), np.ones(30)
    result = sets_reaching(
        terms, outcome, np.ones((40, 1), bool), FitCutoffs(coverage=0.29), 10, False, Budget(500_000)
    )
    assert result.found == []
    assert result.truncated
    assert not result.proved
    assert result.bound >= 3


def test_the_list_of_models_has_a_limit():
    solution = minimize(lipset(), "parsimonious", all_covers=True, max_models=2, model_coverage_cutoff=0.5)
    assert len(solution.models) == 2
    assert solution.truncated


@pytest.mark.parametrize("name", ["term_consistency_cutoff", "model_consistency_cutoff", "model_coverage_cutoff"])
@pytest.mark.parametrize("value", [-0.1, 80, "high", True, float("nan")])
def test_cutoffs_out_of_range(name, value):
    with pytest.raises(eq.InputError, match=f"{name} = .* is not a number from 0 to 1"):
        minimize(lipset(), "parsimonious", **{name: value})


def test_the_method_takes_them():
    study = eq.load_study("open-data-barometer-2014")
    usual = FsQCA(consistency_cutoff=0.8, pri_cutoff=0.6, frequency_cutoff=2)
    wanted = FsQCA(consistency_cutoff=0.8, pri_cutoff=0.6, frequency_cutoff=2, model_coverage_cutoff=0.3)
    calibrated, rng = study.calibrate(), np.random.default_rng(0)
    all_rows, enough = (method.analyze(calibrated, rng).native for method in (usual, wanted))
    assert len(enough.best.terms) < len(all_rows.best.terms)
    assert all(model.overall["coverage"] >= 0.3 for model in enough.models)
