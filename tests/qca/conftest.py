"""What tests of the engine share: the reference results, and plain enumeration of all terms and all covers."""

import json
from itertools import combinations, product
from pathlib import Path

import pandas as pd
import pytest


@pytest.fixture(scope="session")
def golden():
    """Reads a reference study: its content, the frame of cases, the outcome, and the arguments of the truth table."""

    def read(path):
        study = json.loads(Path(path).read_text())
        frame = pd.DataFrame(study["cases"]).set_index("case")
        outcome = "~" * study["negate_outcome"] + study["outcome"]
        cutoffs = {
            "consistency_cutoff": study["incl_cut"],
            "frequency_cutoff": study["n_cut"],
            "pri_cutoff": study["pri_cut"],
        }
        return study, frame, outcome, cutoffs

    return read


@pytest.fixture(scope="session")
def same_rows():
    """Compares a truth table with that of a reference study."""

    def compare(table, study, close=1e-9):
        found = {
            tuple(row[name] for name in study["conditions"]): (row["out"], row["n"], row["consistency"], row["pri"])
            for row in table.rows.to_dict("records")
        }
        expected = {tuple(row["configuration"].values()): row for row in study["truth_table"]}
        assert found.keys() == expected.keys()
        for configuration, row in expected.items():
            assert found[configuration][:2] == (row["out"], row["n"])
            assert found[configuration][2:] == pytest.approx((row["incl"], row["pri"]), rel=0, abs=close)

    return compare


@pytest.fixture(scope="session")
def same_models():
    """Compares the models and prime implicants of a solution, and their fit, with reference results."""

    def compare(solution, reference, close=1e-9):
        assert not solution.truncated
        found = {model.terms: model for model in solution.models}
        expected = {tuple(sorted(model["terms"])): model for model in reference["models"]}
        assert found.keys() == expected.keys()
        assert len(solution.models) == len(found)
        if "prime_implicants" in reference:
            assert set(solution.prime_implicants) == set(reference["prime_implicants"])
        for terms, numbers_of in expected.items():
            model = found[terms]
            overall = [model.overall[each] for each in ("consistency", "pri", "coverage")]
            wanted = [numbers_of["solution"][each] for each in ("inclS", "PRI", "covS")]
            assert overall == pytest.approx(wanted, rel=0, abs=close)
            for term, numbers in numbers_of["fit"].items():
                fit = model.fit.loc[term, ["consistency", "pri", "raw_coverage", "unique_coverage"]].tolist()
                if numbers["covU"] is None:  # the reference gives none for a single term: all its coverage is its own
                    assert len(terms) == 1
                    numbers["covU"] = numbers["covS"]
                wanted = [numbers[each] for each in ("inclS", "PRI", "covS", "covU")]
                assert fit == pytest.approx(wanted, rel=0, abs=close)

    return compare


# A term is a tuple with a value or None (any) for each condition; a row is a term without None.


def _matches(term, row):
    return all(each is None or each == value for each, value in zip(term, row, strict=True))


def _within(small, large):
    return small != large and all(each is None or each == other for each, other in zip(large, small, strict=True))


def _primes(counts, positive, allowed):
    """Maximal terms whose rows are all allowed and that match a positive row."""
    rows = list(product(*map(range, counts)))
    terms = []
    for term in product(*([*range(count), None] for count in counts)):
        inside = [row for row in rows if _matches(term, row)]
        if all(row in allowed for row in inside) and any(row in positive for row in inside):
            terms.append(term)
    return [term for term in terms if not any(_within(term, other) for other in terms)]


def _smallest_covers(primes, positive):
    for size in range(len(positive) + 1):
        found = [
            frozenset(chosen)
            for chosen in combinations(primes, size)
            if all(any(_matches(term, row) for term in chosen) for row in positive)
        ]
        if found:
            return set(found)
    raise AssertionError("the primes cover every positive row")


@pytest.fixture(scope="session")
def models_by_enumeration():
    """All models of a solution by plain enumeration: sets of terms, values counted from 0 (for sets: 0 absent, 1 present).

    `negative` and `barred` rows must not be matched (`barred` ones only by the parsimonious solution and what follows from
    it); `expected` holds the helpful values of each condition, or None.
    """

    def models(counts, positive, negative, barred, kind, expected):
        rows = set(product(*map(range, counts)))
        conservative = _smallest_covers(_primes(counts, positive, positive), positive)
        if kind == "conservative":
            return conservative
        parsimonious = _smallest_covers(_primes(counts, positive, rows - negative - barred), positive)
        if kind == "parsimonious":
            return parsimonious
        found = set()
        for long_model, short_model in product(conservative, parsimonious):
            easy = set()
            for long, short in product(long_model, short_model):
                if any(each is not None and each != other for each, other in zip(short, long, strict=True)):
                    continue
                trimmed = tuple(
                    None if needed is None and each is not None and wanted is not None and each not in wanted else each
                    for each, needed, wanted in zip(long, short, expected, strict=True)
                )
                easy |= {row for row in rows if _matches(trimmed, row) and _matches(short, row)}
            found |= _smallest_covers(_primes(counts, positive, positive | (easy - negative)), positive)
        return found

    return models
