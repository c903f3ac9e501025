"""Studies with many conditions: all models, the fewest terms possible, and searches that are cut short."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from equifinal import Expression
from equifinal_qca import minimize, minimize_mv, simplify, truth_table, truth_table_mv
from equifinal_qca.diagnostics.doubtful_rows import near_cutoffs
from equifinal_qca.engine import implicants, search
from equifinal_qca.engine.cubes import Cube

DATA = Path(__file__).parents[3] / "benchmarks" / "data"


def table_of(k):
    return truth_table(pd.read_csv(DATA / f"f_{k}_60.csv"), "OUT")


def explains(model, table):
    """Whether the model matches every 1 row and no 0 row."""
    matched = {
        int(corner) for corner in table.corners if any(int(corner) & cube.care == cube.bits for cube in model.cubes)
    }
    return matched == set(table.corners_with("1"))


def fewest_terms(solution):
    """From HiGHS, on those prime implicants whose rows lie within no other's."""
    from scipy.optimize import LinearConstraint, milp

    chart = np.unique(solution.chart.to_numpy().astype(float), axis=0)
    shared = chart @ chart.T
    chart = chart[(shared == np.diag(shared)[:, np.newaxis]).sum(axis=1) == 1]
    ones = np.ones(len(chart))
    result = milp(ones, constraints=LinearConstraint(chart.T, lb=1), integrality=ones, bounds=(0, 1))
    assert result.success
    return round(result.fun)


# The numbers of prime implicants, and of models where these are few, are those of another implementation.
@pytest.mark.parametrize(
    ("k", "primes", "models"),
    [(8, 18, 11), (10, 44, 6), (12, 12, 23), (15, 1092, 202), (18, 1465, 18), (20, 2850, None), (25, 2053, None)],
)
def test_all_models_have_the_fewest_terms_possible(k, primes, models):
    table = table_of(k)
    solution = minimize(table, "parsimonious")
    assert len(solution.prime_implicants) == primes
    assert len(solution.models) == (models or 1000)
    assert len({model.terms for model in solution.models}) == len(solution.models)
    assert {len(model.terms) for model in solution.models} == {fewest_terms(solution)}
    assert all(explains(model, table) for model in solution.models)
    assert solution.truncated == (models is None)
    assert solution.models_at_least == (models or 1001)


def test_the_first_models_are_among_all_and_the_same_every_time():
    table = table_of(18)
    every = {model.terms for model in minimize(table, "parsimonious").models}
    few = minimize(table, "parsimonious", max_models=5)
    search.parsimonious.cache_clear()
    again = minimize(table, "parsimonious", max_models=5)
    assert [model.terms for model in few.models] == [model.terms for model in again.models]
    assert {model.terms for model in few.models} < every
    assert few.truncated
    assert 5 < few.models_at_least <= len(every)
    assert any("max_models = 5" in note for note in few.notes)
    one = minimize(table, "parsimonious", max_models=1)
    assert {len(model.terms) for model in one.models} == {len(next(iter(every)))}


def test_all_irredundant_models_of_many_conditions():
    table = table_of(25)
    solution = minimize(table, "parsimonious", all_covers=True, max_models=50)
    assert solution.truncated
    assert solution.models_at_least > 50
    for model in solution.models:
        assert explains(model, table)
        rows = solution.chart.loc[list(model.terms)].to_numpy()
        assert all(not np.delete(rows, term, axis=0).any(axis=0).all() for term in range(len(rows)))


def test_an_intermediate_solution_of_many_conditions_comes_to_an_end():
    table = table_of(25)
    solution = minimize(table, "intermediate", dict.fromkeys(table.conditions, 1), max_models=20)
    assert solution.truncated
    assert len(solution.models) == 20
    assert all(explains(model, table) for model in solution.models)
    assert all(model.pairs for model in solution.models)


def forty_conditions():
    """200 cases drawn at random: nothing explains the outcome, so everything is hard."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.integers(0, 2, (200, 41)), columns=[*(f"C{number:02}" for number in range(1, 41)), "OUT"])
    return truth_table(frame, "OUT")


def test_too_many_prime_implicants_and_no_time_give_a_labelled_part_of_the_answer(monkeypatch):
    monkeypatch.setattr(search, "MOST_PRIMES", 2000)
    monkeypatch.setattr(implicants, "_MOST_ON_THE_WAY", 5000)
    table = forty_conditions()
    solution = minimize(table, "parsimonious", max_seconds=0.5)
    assert solution.truncated
    assert solution.models_at_least == len(solution.models) >= 1
    assert all(explains(model, table) for model in solution.models)
    notes = " ".join(solution.notes)
    assert "too many prime implicants" in notes
    assert "not proved that the parsimonious models have the fewest terms" in notes
    search.parsimonious.cache_clear()


def test_a_search_cut_short_says_which_size_is_ruled_out(monkeypatch):
    table = table_of(20)
    best = len(minimize(table, "parsimonious", max_models=1).models[0].terms)
    monkeypatch.setattr(search, "MOST_WORK", 100_000)
    search.parsimonious.cache_clear()
    solution = minimize(table, "parsimonious")
    search.parsimonious.cache_clear()
    assert solution.truncated
    assert all(explains(model, table) for model in solution.models)
    assert min(len(model.terms) for model in solution.models) >= best
    (note,) = [note for note in solution.notes if "cut short" in note]
    bound = int(note.split("fewer than ")[1].rstrip("."))
    assert 1 < bound <= best


def test_too_many_prime_implicants_are_refused_and_some_are_right():
    rng = np.random.default_rng(5)
    rows = np.unique(rng.integers(0, 2**9, 60)).tolist()
    positive, off = rows[::2], [Cube(2**9 - 1, row) for row in rows[1::2]]
    every = implicants.primes_avoiding(positive, off)
    assert implicants.primes_avoiding(positive, off, len(every)) == every
    with pytest.raises(implicants.TooManyPrimes):
        implicants.primes_avoiding(positive, off, len(every) - 1)
    some = implicants.some_primes_avoiding(positive, off)
    assert set(some) <= set(every)
    assert all(any(row & cube.care == cube.bits for cube in some) for row in positive)


@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
def test_no_time_at_all_is_refused(seconds):
    with pytest.raises(ValueError, match="max_seconds"):
        minimize(table_of(8), max_seconds=seconds)


@pytest.mark.parametrize("effort", [0, -1, float("nan"), float("inf")])
def test_no_effort_at_all_is_refused(effort):
    with pytest.raises(ValueError, match="effort"):
        minimize(table_of(8), effort=effort)


def test_little_effort_gives_a_labelled_part_of_the_answer():
    table = table_of(25)
    little, usual = minimize(table, "parsimonious", effort=1e-4), minimize(table, "parsimonious", max_models=1)
    assert (little.proved, usual.proved) == (False, True)
    assert little.truncated
    assert any("not proved" in note for note in little.notes)
    assert all(explains(model, table) for model in little.models)
    assert len(little.models[0].terms) >= len(usual.models[0].terms)


def values_drawn(k):
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(rng.integers(0, 3, (150, k)), columns=[f"C{number:02}" for number in range(1, k + 1)])
    return truth_table_mv(frame.assign(OUT=rng.integers(0, 2, 150)), "OUT")


def test_a_multi_value_search_is_cut_short_and_says_so(monkeypatch):
    monkeypatch.setattr(search, "MOST_PRIMES", 2000)
    monkeypatch.setattr(implicants, "_MOST_ON_THE_WAY", 5000)
    table = values_drawn(20)
    for kind in ("parsimonious", "intermediate"):
        solution = minimize_mv(table, kind, {"C01": 2}, max_seconds=0.5)
        assert solution.truncated
        assert not solution.proved
        assert any("not proved" in note for note in solution.notes)
        assert any("too many prime implicants" in note for note in solution.notes)
        for model in solution.models:
            matched = {
                row for row in table.corners.tolist() if any(row & cube.care == cube.bits for cube in model.cubes)
            }
            assert matched == set(table.corners_with("1"))
    search.parsimonious.cache_clear()
    search.intermediate.cache_clear()


def test_what_ifs_near_a_cutoff_share_a_small_effort_and_say_when_it_ran_out():
    table = truth_table(pd.read_csv(DATA / "f_25_60.csv"), "OUT", pri_cutoff=0.1)
    efforts = []

    def again(changed, effort):
        efforts.append(effort)
        return minimize(changed, "parsimonious", max_models=20, effort=effort / 100)

    near = near_cutoffs(table, again)
    assert len(efforts) == len(near) > 5
    assert sum(efforts) == pytest.approx(0.1)
    assert near["solution_if_flipped"].str.contains("found within the limits of a what-if").all()


def dense(k, cases):
    """Every corner, or a good part of them, observed, and the outcome drawn at random."""
    rng = np.random.default_rng(3)
    rows = rng.choice(2**k, cases, replace=False)
    frame = pd.DataFrame(rows[:, np.newaxis] >> np.arange(k) & 1, columns=[f"X{each}" for each in range(k)])
    return truth_table(frame.assign(Y=rng.integers(0, 2, cases)), "Y")


@pytest.mark.parametrize(("k", "cases"), [(13, 2**13), (17, 3000)])
def test_many_rows_come_to_an_end(monkeypatch, k, cases):
    monkeypatch.setattr(search, "MOST_WORK", 10_000)
    monkeypatch.setattr(search, "_LARGEST_CHART", 10**9)
    monkeypatch.setattr(implicants, "_MOST_CONSENSUS", 10**6)
    monkeypatch.setattr(implicants, "_MOST_COMPARISONS", 10**9)
    table = dense(k, cases)
    for kind in ("conservative", "parsimonious"):
        solution = minimize(table, kind)
        assert not solution.proved
        (model,) = solution.models
        assert explains(model, table)
        matched = [{row for row in table.corners_with("1") if row & cube.care == cube.bits} for cube in model.cubes]
        times = pd.Series([row for rows in matched for row in rows]).value_counts()
        assert all(any(times[row] == 1 for row in rows) for rows in matched)  # no term is superfluous
    search.conservative.cache_clear()
    search.parsimonious.cache_clear()


def test_a_long_expression_is_simplified_as_far_as_possible_and_this_is_said(monkeypatch):
    rng = np.random.default_rng(7)
    terms = []
    for _ in range(25):
        literals = [
            ("~" if rng.random() < 0.5 else "") + f"X{each}" for each in sorted(rng.choice(18, 4, replace=False))
        ]
        terms.append("*".join(literals))
    text = " + ".join([*terms, terms[0] + "*X17*~X1"])
    monkeypatch.setattr(implicants, "_MOST_CONSENSUS", 1000)
    with pytest.warns(UserWarning, match="too large to be minimized exactly"):
        short = simplify(text)
    corners = pd.DataFrame(rng.integers(0, 2, (20_000, 18)), columns=[f"X{each}" for each in range(18)]).astype(float)
    assert (Expression(text).membership(corners) == Expression(short).membership(corners)).all()
    assert len(short.split(" + ")) <= len(terms)
