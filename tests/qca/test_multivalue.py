"""Multi-value QCA against reference results, against plain enumeration, and against the engine for two values."""

import re
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equifinal import InputError
from equifinal_qca import minimize, minimize_mv, truth_table, truth_table_mv

FILES = sorted((Path(__file__).parent / "golden").glob("mv*.json"))


def test_the_reference_files_are_there():
    assert len(FILES) == 6


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_truth_table(path, golden, same_rows):
    study, frame, outcome, cutoffs = golden(path)
    same_rows(truth_table_mv(frame, outcome, study["conditions"], **cutoffs), study)


@pytest.mark.parametrize("kind", ["conservative", "parsimonious", "intermediate"])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_models(path, kind, golden, same_models):
    study, frame, outcome, cutoffs = golden(path)
    solution = minimize_mv(truth_table_mv(frame, outcome, study["conditions"], **cutoffs), kind)
    # The reference has no intermediate models: without expectations they are the conservative ones.
    same_models(solution, study["conservative" if kind == "intermediate" else kind])


# ------------------------------------------------------------------------------------------------- enumeration


def text(term):
    return "*".join(f"{name}[{value}]" for name, value in zip("ABC", term, strict=False) if value is not None) or "1"


def in_words(models):
    return {tuple(sorted(map(text, model))) for model in models}


@st.composite
def tables(draw):
    counts = draw(st.lists(st.integers(1, 4), min_size=1, max_size=3).filter(lambda each: np.prod(each) <= 36))
    rows = list(product(*map(range, counts)))
    outputs = draw(st.lists(st.sampled_from("1100?"), min_size=len(rows), max_size=len(rows)))
    positive = {row for row, output in zip(rows, outputs, strict=True) if output == "1"}
    positive = set(sorted(positive)[:9])  # the enumeration of covers must end
    negative = {row for row, output in zip(rows, outputs, strict=True) if output == "0"}
    if not positive | negative:
        positive = {rows[0]}
    wanted = [
        draw(st.one_of(st.none(), st.sets(st.integers(0, count - 1), min_size=1, max_size=count))) for count in counts
    ]
    barred = {row for row in rows if draw(st.integers(0, 5)) == 0}
    return counts, positive, negative, barred, wanted


def table_with(counts, positive, negative):
    names = "ABC"[: len(counts)]
    observed = [(*row, 1) for row in sorted(positive)] + [(*row, 0) for row in sorted(negative)]
    frame = pd.DataFrame(observed, columns=[*names, "Y"])
    return truth_table_mv(frame, "Y", values=dict(zip(names, counts, strict=True)))


@settings(max_examples=120, deadline=None)
@given(given_table=tables())
def test_all_models_of_all_three_solutions(models_by_enumeration, given_table):
    counts, positive, negative, barred, wanted = given_table
    table = table_with(counts, positive, negative)
    names = table.names
    expectations = {
        name: None if each is None else tuple(sorted(each)) for name, each in zip(names, wanted, strict=True)
    }
    complete = table.complete()
    numbers = {
        tuple(row): number for number, row in zip(complete.index, complete[list(names)].values.tolist(), strict=True)
    }
    by_number = [numbers[row] for row in barred]
    by_expression = [" + ".join(text(row) for row in barred)] if barred else []
    for kind in ("conservative", "parsimonious", "intermediate"):
        found = [
            {model.terms for model in minimize_mv(table, kind, expectations, exclude, max_models=100_000).models}
            for exclude in (by_number, by_expression)
        ]
        assert found[0] == found[1]
        if left := positive - barred:
            assert found[0] == in_words(models_by_enumeration(counts, left, negative, barred, kind, wanted))
        else:
            assert found[0] == set()


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["conservative", "parsimonious", "intermediate"]))
def test_with_two_values_it_is_the_engine_for_sets(seed, kind):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.random((12, 5)).round(2), columns=list("ABCDY"))
    expectations = {name: [1, 0, None][rng.integers(3)] for name in "ABCD"}
    table, table_mv = (
        make(frame, "Y", consistency_cutoff=0.8, pri_cutoff=0.5) for make in (truth_table, truth_table_mv)
    )
    pd.testing.assert_frame_equal(table.rows, table_mv.rows)
    pd.testing.assert_frame_equal(table.complete(), table_mv.complete())
    one, other = minimize(table, kind, expectations), minimize_mv(table_mv, kind, expectations)

    def translated(terms):
        return tuple(
            sorted(
                "*".join(f"{each[1:]}[0]" if each[0] == "~" else f"{each}[1]" for each in term.split("*"))
                if term != "1"
                else "1"
                for term in terms
            )
        )

    assert {translated(model.terms) for model in one.models} == {model.terms for model in other.models}
    overall = {model.terms: model.overall for model in other.models}
    for model in one.models:
        assert model.overall == pytest.approx(overall[translated(model.terms)], nan_ok=True)
    assert set(translated(one.prime_implicants)) == set(other.prime_implicants)
    assert (other.chart.to_numpy().sum(), list(other.chart.columns)) == (
        one.chart.to_numpy().sum(),
        list(one.chart.columns),
    )
    if kind == "intermediate":
        rows = [each.counterfactuals()[["kind", "row"]].value_counts().to_dict() for each in (one, other)]
        assert rows[0] == rows[1]


@settings(max_examples=80, deadline=None)
@given(
    given_table=tables(),
    codes=st.lists(st.sets(st.integers(0, 90), min_size=4, max_size=4).map(sorted), min_size=3, max_size=3),
    kind=st.sampled_from(["conservative", "parsimonious", "intermediate"]),
)
def test_other_codes_of_the_values_change_nothing_but_their_names(given_table, codes, kind):
    counts, positive, negative, barred, wanted = given_table
    names = "ABC"[: len(counts)]
    renamed = {name: each[:count] for name, each, count in zip(names, codes, counts, strict=False)}
    observed = [(*row, 1) for row in sorted(positive)] + [(*row, 0) for row in sorted(negative)]
    frame = pd.DataFrame(observed, columns=[*names, "Y"])
    recoded = frame.assign(**{name: frame[name].map(dict(enumerate(each))) for name, each in renamed.items()})
    plain, other = table_with(counts, positive, negative), truth_table_mv(recoded, "Y", values=renamed)
    assert plain.rows["out"].to_dict() == other.rows["out"].to_dict()
    assert plain.complete()["out"].to_dict() == other.complete()["out"].to_dict()
    expected = {name: each and tuple(sorted(each)) for name, each in zip(names, wanted, strict=True)}
    expected_there = {name: each and tuple(renamed[name][value] for value in each) for name, each in expected.items()}
    rows = plain.complete()[list(names)].values.tolist()
    numbers = [number for number, row in enumerate(rows, start=1) if tuple(row) in barred]

    def there(term):
        return re.sub(r"(\w)\[(\d+)\]", lambda found: f"{found[1]}[{renamed[found[1]][int(found[2])]}]", term)

    one, two = minimize_mv(plain, kind, expected, numbers), minimize_mv(other, kind, expected_there, numbers)
    assert {tuple(sorted(map(there, model.terms))) for model in one.models} == {
        tuple(sorted(model.terms)) for model in two.models
    }


# --------------------------------------------------------------------------------------------------- small cases


@pytest.mark.parametrize("codes", [(1, 2), (1, 2, 3), (0, 2, 5), (3,)], ids=str)
def test_the_values_are_those_that_occur(codes):
    rows = [(code, w, int(w == 1)) for code in codes for w in (0, 1)]
    table = truth_table_mv(pd.DataFrame(rows, columns=list("RWY")), "Y")
    assert table.values == (codes, (0, 1))
    assert table.space.possible == len(table.rows) == 2 * len(codes)
    assert [model.terms for model in minimize_mv(table, "conservative").models] == [("W[1]",)]


def test_a_value_that_is_announced_but_not_observed_is_a_remainder():
    rows = [(code, w, int(w == 1)) for code in (1, 2) for w in (0, 1)]
    table = truth_table_mv(pd.DataFrame(rows, columns=list("RWY")), "Y", values={"R": (1, 2, 5)})
    assert [model.terms for model in minimize_mv(table, "conservative").models] == [("R[1]*W[1]", "R[2]*W[1]")]
    assert [model.terms for model in minimize_mv(table, "parsimonious").models] == [("W[1]",)]
    assert table.complete()["out"].tolist() == ["0", "1", "0", "1", "?", "?"]
    assert table.find_rows("R[5]*W[1]").index.tolist() == [6]


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"R": (1, 3)}, "has the value 2, which is not one of 1, 3"),
        ({"R": 2}, "has the value 2, which is not one of 0, 1"),
        ({"R": ()}, "neither a list of values"),
        ({"R": "12"}, "neither a list of values"),
        ({"R": (1, 2.5)}, "neither a list of values"),
        ({"R": True}, "neither a list of values"),
    ],
)
def test_values_that_cannot_be(values, problem):
    frame = pd.DataFrame([(1, 1), (2, 0)], columns=["R", "Y"])
    with pytest.raises(InputError, match=problem):
        truth_table_mv(frame, "Y", values=values)


def test_presence_is_asked_only_of_a_condition_that_has_the_value_0():
    frame = pd.DataFrame([(1, 0, 1), (2, 1, 0)], columns=["R", "W", "Y"])
    table = truth_table_mv(frame, "Y")
    with pytest.raises(
        InputError, match=r"about the value 0, which it does not have\. Name the values that help, of 1, 2"
    ):
        minimize_mv(table, "intermediate", {"R": "present"})
    with pytest.raises(InputError, match=r"names 'R' without a value\. Write one of R\[1\], R\[2\]"):
        table.find_rows("R")
    assert truth_table_mv(frame, "R[2]", ["W"]).rows["out"].tolist() == ["0", "1"]


def frame_of(rows, names="ABY"):
    return pd.DataFrame(
        [[int(each) for each in row] for row in rows], columns=list(names), index=list("uvwxyz")[: len(rows)]
    )


def test_one_value_of_a_multi_value_outcome():
    frame = frame_of(["012", "101", "210", "112"])
    inside = truth_table_mv(frame, "Y[2]").rows
    assert inside["out"].tolist() == ["1", "0", "1", "0"]
    assert truth_table_mv(frame, "~Y[2]").rows["out"].tolist() == ["0", "1", "0", "1"]
    with pytest.raises(InputError, match="values of Y are 0, 1, 2"):
        truth_table_mv(frame, "Y[3]")
    with pytest.raises(InputError, match="'Z' is not a column"):
        truth_table_mv(frame, "Z[1]")


def test_the_chart_and_the_complete_table_by_hand():
    table = truth_table_mv(frame_of(["001", "101", "210", "001"]), "Y")
    # Row numbers count up with B fastest: A[0]*B[0] is 1, A[1]*B[0] 3, A[2]*B[1] 6.
    assert table.rows.index.tolist() == [1, 3, 6]
    assert table.rows["cases"].tolist() == [["u", "x"], ["v"], ["w"]]
    complete = table.complete()
    assert complete.index.tolist() == [1, 2, 3, 4, 5, 6]
    assert complete["out"].tolist() == ["1", "?", "1", "?", "?", "0"]
    assert complete.loc[[1, 3, 6]].equals(table.rows)
    assert complete.loc[2, "cases"] == []
    with pytest.raises(InputError, match="max_rows = 5"):
        table.complete(max_rows=5)
    solution = minimize_mv(table, "parsimonious")
    assert solution.prime_implicants == ("A[0]", "A[1]", "B[0]")
    assert solution.chart.to_dict() == {
        1: {"A[0]": True, "A[1]": False, "B[0]": True},
        3: {"A[0]": False, "A[1]": True, "B[0]": True},
    }
    assert solution.models[0].terms == ("B[0]",)
    assert solution.models[0].fit.loc["B[0]", "cases"] == ["u", "v", "x"]


def test_a_declared_value_keeps_a_condition_in():
    rows = frame_of(["011", "111"])
    assert minimize_mv(truth_table_mv(rows, "Y")).models[0].terms == ("B[1]",)
    declared = minimize_mv(truth_table_mv(rows, "Y", values={"A": 3}))
    assert declared.models[0].terms == ("A[0]*B[1]", "A[1]*B[1]")


def test_expectations_and_easy_counterfactuals_by_hand():
    # 1: A[2]*B[1]*C[1]; 0: A[0]*B[0]*C[0]. Parsimonious: A[2], B[1] or C[1] alone.
    table = truth_table_mv(frame_of(["2111", "0000"], "ABCY"), "Y")
    solution = minimize_mv(table, "intermediate", {"A": (1, 2), "B": "absent"})
    assert {model.terms for model in solution.models} == {("A[2]*C[1]",), ("A[2]*B[1]*C[1]",)}
    with_a = solution.counterfactuals().query("parsimonious == 'A[2]'").set_index("configuration")["kind"]
    assert with_a.to_dict() == {"A[2]*B[0]*C[1]": "easy", "A[2]*B[0]*C[0]": "difficult", "A[2]*B[1]*C[0]": "difficult"}
    with pytest.raises(InputError, match="intermediate"):
        solution.parsimonious.counterfactuals()
    with pytest.raises(InputError, match="max_rows = 2"):
        solution.counterfactuals(max_rows=2)


def test_no_positive_and_no_negative_row():
    nothing = minimize_mv(truth_table_mv(frame_of(["210", "000"]), "Y"), "intermediate")
    assert nothing.models == []
    assert any("empty" in note for note in nothing.notes)
    everything = minimize_mv(truth_table_mv(frame_of(["211", "001"]), "Y"), "parsimonious")
    assert [model.terms for model in everything.models] == [("1",)]
    assert any("constant 1" in note for note in everything.notes)


def test_max_models_truncates():
    table = truth_table_mv(frame_of(["2111", "0000"], "ABCY"), "Y")
    some = minimize_mv(table, "parsimonious", max_models=2)
    assert some.truncated
    assert len(some.models) == 2
    assert any("max_models = 2" in note for note in some.notes)


def test_excluding_an_expression_with_a_two_valued_condition_by_name():
    table = truth_table_mv(frame_of(["211", "000"]), "Y")
    assert {model.terms for model in minimize_mv(table, "parsimonious").models} == {("A[2]",), ("B[1]",)}
    assert [model.terms for model in minimize_mv(table, "parsimonious", exclude=["~A[2]*B"]).models] == [("A[2]",)]


@pytest.mark.parametrize(
    ("change", "arguments", "message"),
    [
        ({"A": [0, 1.5, 2]}, {}, "'A' has numbers other than the values 0, 1, 2, ...: v"),
        ({"A": [0, -1, 2]}, {}, "'A' has numbers other than the values"),
        ({"A": [0, np.nan, 2]}, {}, "'A' has missing values: v"),
        ({"A": ["a", "b", "c"]}, {}, "'A' does not hold numbers"),
        ({"A": [0, 2**53, 2], "B": [0, 1, 1.5]}, {}, "'B' has numbers other than the values"),
        ({}, {"values": {"A": 41, "B": 30}}, "71 values in all"),
        ({}, {"values": {"A": 2}}, "'A' has the value 2"),
        ({}, {"values": {"Q": 2}}, "'Q' is not a condition"),
        ({"B": [0.2, 0.7, 0.1]}, {"values": {"B": 3}}, "'B' is a fuzzy set"),
        ({}, {"frequency_cutoff": 0}, "frequency_cutoff"),
        ({}, {"conditions": ["A", "Y"], "outcome": "Y[1]"}, "'Y' is the outcome and a condition"),
    ],
)
def test_wrong_input_to_the_truth_table(change, arguments, message):
    frame = pd.DataFrame({"A": [0, 1, 2], "B": [0, 1, 1], "Y": [0, 1, 1]}, index=list("uvw")).assign(**change)
    with pytest.raises(InputError, match=message):
        truth_table_mv(frame, **({"outcome": "Y"} | arguments))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"solution": "shortest"}, "Known: conservative, parsimonious, intermediate"),
        ({"expectations": {"Z": 1}}, "'Z' names no condition"),
        ({"expectations": {"A": 3}}, "3 for 'A' is not among its values, 0, 2"),
        ({"expectations": {"A": "much"}}, "'much' for 'A' is unknown"),
        ({"exclude": ["A[2]*Z[0]"]}, "names the condition 'Z'"),
        ({"exclude": ["A"]}, "names 'A' without a value"),
        ({"exclude": ["B[2]"]}, "'B' has no value 2"),
        ({"exclude": [0]}, "no row 0"),
        ({"exclude": [13]}, "no row 13"),
        ({"max_models": 0}, "max_models"),
    ],
)
def test_wrong_input_to_the_minimization(arguments, message):
    with pytest.raises(InputError, match=message):
        minimize_mv(truth_table_mv(frame_of(["2111", "0000"], "ABCY"), "Y"), **arguments)
