"""Retention against R's output on Lipset's data, and against every set of cases that can be hit."""

from itertools import combinations
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import equifinal as eq
from equifinal_qca import minimize, retention, truth_table, truth_table_mv

PUBLISHED = Path(__file__).parents[1] / "published"
YES = {"Developed", "High urbanization", "High literacy", "Industrialized", "Stable", "Survival"}


def lipset():
    return pd.read_csv(PUBLISHED / "LC.csv", index_col=0).isin(YES).astype(int)


@pytest.mark.parametrize(
    ("error", "wanted", "frequency", "printed"),
    [
        ("corruption", {"probability": 0.1}, 1, 0.3072582),
        ("corruption", {"probability": 0.1}, 2, 0.421479),
        ("corruption", {"cases": 1}, 1, 0.3888889),
        ("corruption", {"cases": 1}, 2, 0.5555556),
        ("deletion", {"probability": 0.1, "retained": "table"}, 1, 0.6995043),
        ("deletion", {"probability": 0.1, "retained": "table"}, 2, 0.416866),
        ("deletion", {"cases": 1}, 1, 1),
        ("deletion", {"cases": 1}, 2, 0.7777778),
    ],
)
def test_as_r_prints_it_for_lipset(error, wanted, frequency, printed):
    table = truth_table(lipset(), "SURV", consistency_cutoff=1, frequency_cutoff=frequency)
    assert retention(table, error, **wanted) == pytest.approx(printed, abs=6e-7)


@given(
    st.lists(st.tuples(*[st.integers(0, 1)] * 3), min_size=2, max_size=7),
    st.sampled_from(["corruption", "deletion"]),
    st.sampled_from(["solution", "table"]),
    st.sampled_from([0.5, (0.4, 0.7), 1.0]),
    st.integers(1, 2),
    st.sampled_from([0.0, 0.6]),
)
def test_every_set_of_cases(records, error, retained, consistency, frequency, pri):
    frame = pd.DataFrame(records, columns=["A", "B", "Y"])
    cutoffs = {"consistency_cutoff": consistency, "frequency_cutoff": frequency, "pri_cutoff": pri}
    table = truth_table(frame, "Y", **cutoffs)

    def state(cases):
        made = truth_table(cases, "Y", **cutoffs) if len(cases) else None
        rows = {} if made is None else dict(zip(made.corners.tolist(), made.output.tolist(), strict=True))
        wanted = "1" if retained == "solution" else "10C"
        return {corner: output for corner, output in rows.items() if output in wanted}

    kept = {}
    for number in range(len(frame) + 1):
        sets = list(combinations(range(len(frame)), number))
        kept[number] = 0
        for hit in map(list, sets):
            changed = frame.drop(index=hit) if error == "deletion" else frame.copy()
            if error == "corruption":
                changed.loc[hit, "Y"] = 1 - changed.loc[hit, "Y"]
            kept[number] += state(changed) == state(frame)
        assert retention(table, error, cases=number, retained=retained) == pytest.approx(kept[number] / len(sets))
    share = 0.3
    expected = sum(ways * share**k * (1 - share) ** (len(frame) - k) for k, ways in kept.items())
    assert retention(table, error, probability=share, retained=retained) == pytest.approx(expected)


def test_rows_that_stay_give_the_same_conservative_solution():
    """With the rows of one case observed, only 11 of 18 cases change the solution when their outcome is wrong."""
    frame = lipset()
    before = [model.terms for model in minimize(truth_table(frame, "SURV", consistency_cutoff=1)).models]
    changing = 0
    for case in frame.index:
        wrong = frame.assign(SURV=frame["SURV"].where(frame.index != case, 1 - frame["SURV"]))
        changing += before != [
            model.terms for model in minimize(truth_table(wrong, "SURV", consistency_cutoff=1)).models
        ]
    table = truth_table(frame, "SURV", consistency_cutoff=1)
    assert retention(table) == pytest.approx(1 - changing / len(frame))


def test_values_of_conditions():
    frame = lipset()
    sets, values = (make(frame, "SURV", consistency_cutoff=1) for make in (truth_table, truth_table_mv))
    assert retention(values, cases=3) == retention(sets, cases=3)


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"error": "typo"}, "error = 'typo' is not one of corruption, deletion"),
        ({"retained": "all"}, "retained = 'all' is not one of solution, table"),
        ({"cases": 1, "probability": 0.1}, "not both"),
        ({"cases": 19}, "cases = 19 is not a whole number from 0 to 18"),
        ({"cases": 0.5}, "cases = 0.5 is not a whole number"),
        ({"probability": 1.5}, "probability = 1.5 is not a number from 0 to 1"),
    ],
)
def test_what_cannot_be_computed(wanted, message):
    with pytest.raises(eq.InputError, match=message):
        retention(truth_table(lipset(), "SURV"), **wanted)


def test_fuzzy_sets_have_none():
    frame = lipset().astype(float)
    frame.loc["AU", "DEV"] = 0.7
    with pytest.raises(eq.InputError, match="other than 0 and 1 have AU"):
        retention(truth_table(frame, "SURV"))
