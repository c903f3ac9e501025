"""The searches against plain enumeration of all conjunctions, disjunctions and configurations, by the definitions."""

from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equifinal_cna import coincidences

SLACK = 1e-9


def member(frame, path):
    columns = [1 - frame[text[1:]] if text[0] == "~" else frame[text] for text in path]
    return np.minimum.reduce([np.asarray(each, dtype=float) for each in columns])


def fit(x, y):
    both = sum(min(a, b) for a, b in zip(x, y, strict=True))
    return (both / sum(x) if sum(x) > SLACK else -1.0), (both / sum(y) if sum(y) > SLACK else -1.0)


def conjunctions(names, most):
    for count in range(1, most + 1):
        for chosen in combinations(names, count):
            for signs in product(("", "~"), repeat=count):
                yield frozenset(sign + name for sign, name in zip(signs, chosen, strict=True))


def parts(whole):
    return (frozenset(each) for count in range(1, len(whole)) for each in combinations(sorted(whole), count))


def minimally_sufficient(frame, names, y, cutoff, most):
    def sufficient(path):
        return fit(member(frame, path), y)[0] >= cutoff - SLACK

    return [
        path
        for path in conjunctions(names, most)
        if sufficient(path) and max(member(frame, path)) > 0.5 and not any(sufficient(part) for part in parts(path))
    ]


def true_at(paths, configuration):
    return any(all(configuration[text.strip("~")] != (text[0] == "~") for text in path) for path in paths)


def says_the_same(one, other, names):
    return all(
        true_at(one, dict(zip(names, values, strict=True))) == true_at(other, dict(zip(names, values, strict=True)))
        for values in product((False, True), repeat=len(names))
    )


def submodels(paths):
    """All formulas made by leaving out literals and disjuncts, more than one at a time as well."""
    choices = [[None, path, *parts(path)] for path in paths]
    for chosen in product(*choices):
        kept = [each for each in chosen if each is not None]
        if kept and kept != list(paths):
            yield kept


def models(frame, names, y, con, cov, most):
    found = set()
    paths = minimally_sufficient(frame, names, y, con, most)
    for count in range(1, 4):
        for chosen in combinations(paths, count):
            if sum(map(len, chosen)) > 6:
                continue
            consistency, coverage = fit(np.maximum.reduce([member(frame, path) for path in chosen]), y)
            smaller = (each for size in range(1, count) for each in combinations(chosen, size))
            if (
                consistency >= con - SLACK
                and coverage >= cov - SLACK
                and not any(
                    fit(np.maximum.reduce([member(frame, path) for path in each]), y)[1] >= cov - SLACK
                    for each in smaller
                )
                and not any(says_the_same(each, chosen, names) for each in submodels(chosen))
            ):
                found.add(frozenset(chosen))
    return set(paths), found


@settings(max_examples=150, deadline=None)
@given(
    st.integers(3, 9),
    st.sampled_from([2, 3, 6]),
    st.sampled_from([(1.0, 1.0), (0.8, 0.8), (0.75, 0.9), (0.9, 0.6)]),
    st.integers(0, 10**6),
)
def test_conditions_and_solutions_are_those_of_the_definitions(cases, levels, cutoffs, seed):
    rng = np.random.default_rng(seed)
    names = ["A", "B", "C"]
    table = rng.integers(0, levels, (cases, 4)) / (levels - 1)
    frame = pd.DataFrame(table, columns=[*names, "Y"])
    con, cov = cutoffs
    result = coincidences(frame, ["Y"], con, cov, max_literals=3, max_paths=3, max_complexity=6)
    paths, solutions = models(frame, names, frame["Y"].tolist(), con, cov, 3)
    assert {frozenset(each.split("*")) for each in result.sufficient["condition"]} == paths
    assert {
        frozenset(frozenset(p.split("*")) for p in each.split(" + ")) for each in result.atomic["model"]
    } == solutions
    for _, row in result.atomic.iterrows():
        x = np.maximum.reduce([member(frame, path.split("*")) for path in row["model"].split(" + ")])
        assert (row["consistency"], row["coverage"]) == pytest.approx(fit(x, frame["Y"]))


def test_the_enumeration_has_several_solutions_to_compare():
    rng = np.random.default_rng(0)
    counts = []
    for _ in range(20):
        frame = pd.DataFrame(rng.integers(0, 2, (8, 4)), columns=list("ABCY")).astype(float)
        counts.append(len(models(frame, list("ABC"), frame["Y"].tolist(), 0.75, 0.6, 3)[1]))
    assert max(counts) >= 5
    assert sum(count > 1 for count in counts) >= 5


# -------------------------------------------------------------------------------------------- complex solutions


def holds(atoms, configuration):
    return all(true_at(paths, configuration) == configuration[outcome] for outcome, paths in atoms)


def implied(atoms, others, names):
    """Whether the first are true wherever the others are."""
    spaces = (dict(zip(names, values, strict=True)) for values in product((False, True), repeat=len(names)))
    return all(holds(atoms, each) for each in spaces if holds(others, each))


def is_complex(atoms, names):
    """Free of structural redundancies, of an atom as a whole or in part, over all submodels."""
    for place, (outcome, paths) in enumerate(atoms):
        others = [*atoms[:place], *atoms[place + 1 :]]
        if others and implied(atoms, others, names):
            return False
        if any(implied([(outcome, smaller)], atoms, names) for smaller in submodels(paths)):
            return False
    return True


@settings(max_examples=40, deadline=None)
@given(st.integers(4, 10), st.integers(0, 10**6))
def test_complex_solutions_are_free_of_redundancies(cases, seed):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.integers(0, 2, (cases, 4)), columns=list("ABCD")).astype(float)
    frame["C"] = np.maximum(frame["A"], frame["B"]) if seed % 2 else frame["C"]
    result = coincidences(frame, None, 0.8, 0.8, max_literals=2, max_paths=2)
    atoms = {outcome: table["model"].tolist() for outcome, table in result.atomic.groupby("outcome", sort=False)}
    wanted = set()
    for chosen in product(*atoms.values()):
        pairs = [
            (outcome, [frozenset(path.split("*")) for path in model.split(" + ")])
            for outcome, model in zip(atoms, chosen, strict=True)
        ]
        if len(pairs) > 0 and is_complex(pairs, list("ABCD")):
            wanted.add(frozenset(f"{model} <-> {outcome}" for outcome, model in zip(atoms, chosen, strict=True)))
    whole = {
        frozenset(text[1:-1].split(")*("))
        for text, outcomes in result.complex["outcomes"].items()
        if len(outcomes.split(", ")) == len(atoms)
    }
    assert whole == wanted


def test_a_common_cause_and_a_chain_are_complex_solutions():
    space = pd.DataFrame(list(product((0, 1), repeat=3)), columns=list("ABD")).astype(float)
    space["C"] = np.maximum(space["A"], space["B"])
    space["E"] = np.maximum(space["C"], space["D"])
    result = coincidences(space, ["C", "E"], ordering=[["A", "B", "D"], ["C"], ["E"]])
    assert result.complex.index.tolist() == ["(A + B <-> C)*(D + C <-> E)", "(A + B <-> C)*(A + B + D <-> E)"]
    assert result.complex["complexity"].tolist() == [4, 5]
    everything = coincidences(space)
    assert "(A + B <-> C)*(D + C <-> E)" in everything.complex.index
    strict = coincidences(space, ["C"], ordering=[["A", "B", "C"]], strict=True)
    assert strict.sufficient.empty or not strict.sufficient["condition"].str.contains("A|B").any()
