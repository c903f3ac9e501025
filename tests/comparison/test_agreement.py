"""Agreement between methods, against scikit-learn and SciPy called directly."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kendalltau, spearmanr
from sklearn.metrics import adjusted_mutual_info_score

import equifinal as eq
from core_toys import Mean, filled, made, scores
from equifinal.comparison.agreement import agreement
from equifinal.comparison.fit import Yardstick

STUDY = made(scores(8, "ABCD")).calibrate()
SILENT, YES, NO, OPEN = "silent", "supported", "contradicted", "inconclusive"

METHODS = {
    "one": {
        "predicted": [0.1, 0.4, 0.35, 0.8, 0.8, 0.2, 0.6, 0.9],
        "group": ["x", "x", "y", "y", "z", "z", None, None],
        "importance": [0.3, 0.1, 0.1, 0.0],
        "direction": [1, 1, 0, -1],
        "verdicts": [YES, NO, OPEN, SILENT, YES],
    },
    "two": {
        "predicted": [0.2, 0.3, 0.45, 0.7, 0.9, 0.1, 0.2, 1.0],
        "group": ["a", "a", "a", "b", "b", None, "b", np.nan],
        "importance": [0.2, 0.15, 0.05, 0.1],
        "direction": [1, 0, 0, 1],
        "verdicts": [YES, YES, OPEN, YES, SILENT],
    },
    "constant": {
        "predicted": [0.4] * 8,
        "group": [None] * 8,
        "importance": [0.0] * 4,
        "direction": [0, 0, 0, 0],
        "verdicts": [SILENT] * 5,
    },
    "gaps": {
        "predicted": [np.nan, 0.3, 0.1, np.nan, 0.6, 0.5, 0.7, 0.4],
        "group": ["all"] * 8,
        "importance": None,
        "direction": [0, 1, 1, 1],
        "verdicts": [SILENT, SILENT, SILENT, NO, NO],
    },
}


def agreements() -> dict[str, pd.DataFrame]:
    names = list(STUDY.condition_names)
    analyses = {
        label: filled(
            Mean(), STUDY, cases=pd.DataFrame({"group": each["group"], "predicted": each["predicted"]}, STUDY.cases)
        )
        for label, each in METHODS.items()
    }
    yardsticks = {
        label: Yardstick(
            {},
            None if each["importance"] is None else pd.DataFrame({"importance": each["importance"], "sd": 0.1}, names),
            None,
            pd.Series(dtype=float),
        )
        for label, each in METHODS.items()
    }
    directions = {label: pd.Series(each["direction"], names) for label, each in METHODS.items()}
    return agreement(
        analyses, yardsticks, directions, pd.DataFrame({k: each["verdicts"] for k, each in METHODS.items()})
    )


AGREEMENT = agreements()


def test_predictions_agree_by_spearman_over_the_cases_that_both_predict() -> None:
    table, one, two = AGREEMENT["predictions"], METHODS["one"]["predicted"], METHODS["two"]["predicted"]
    assert table.loc["one", "two"] == pytest.approx(spearmanr(one, two).statistic)
    both = [1, 2, 4, 5, 6, 7]
    gaps = METHODS["gaps"]["predicted"]
    expected = spearmanr([one[i] for i in both], [gaps[i] for i in both]).statistic
    assert table.loc["one", "gaps"] == pytest.approx(expected)


def test_groups_agree_by_adjusted_mutual_information_with_cases_in_no_group_as_one() -> None:
    expected = adjusted_mutual_info_score([0, 0, 1, 1, 2, 2, 3, 3], [0, 0, 0, 1, 1, 2, 1, 2])
    assert AGREEMENT["groups"].loc["one", "two"] == pytest.approx(expected)
    assert AGREEMENT["groups"].loc["one", "gaps"] == pytest.approx(0)


def test_importances_agree_by_kendalls_tau_b() -> None:
    expected = kendalltau([0.3, 0.1, 0.1, 0.0], [0.2, 0.15, 0.05, 0.1], variant="b").statistic
    assert AGREEMENT["importance"].loc["one", "two"] == pytest.approx(expected)


def test_directions_agree_in_the_share_of_conditions() -> None:
    assert AGREEMENT["directions"].loc["one", "two"] == 2 / 4
    assert AGREEMENT["directions"].loc["two", "gaps"] == 1 / 4


def test_verdicts_agree_in_the_share_where_neither_is_silent() -> None:
    assert AGREEMENT["verdicts"].loc["one", "two"] == pytest.approx(2 / 3)
    assert AGREEMENT["verdicts"].loc["one", "gaps"] == 0
    assert AGREEMENT["verdicts"].loc["one", "one"] == 1


@pytest.mark.parametrize(
    ("what", "first", "second"),
    [
        ("predictions", "constant", "one"),
        ("predictions", "constant", "constant"),
        ("groups", "constant", "one"),
        ("groups", "constant", "constant"),
        ("importance", "constant", "one"),
        ("importance", "gaps", "one"),
        ("importance", "gaps", "gaps"),
        ("directions", "constant", "one"),
        ("directions", "constant", "constant"),
        ("verdicts", "constant", "one"),
        ("verdicts", "constant", "constant"),
    ],
)
def test_what_is_undefined_is_missing(what: str, first: str, second: str) -> None:
    assert np.isnan(AGREEMENT[what].loc[first, second])


@pytest.mark.parametrize("what", ["predictions", "groups", "importance", "directions", "verdicts"])
def test_tables_are_square_symmetric_and_one_on_the_diagonal_where_defined(what: str) -> None:
    table = AGREEMENT[what]
    assert table.index.tolist() == table.columns.tolist() == list(METHODS)
    np.testing.assert_array_equal(table, table.T)
    diagonal = np.diag(table)
    np.testing.assert_allclose(diagonal[~np.isnan(diagonal)], 1)
    assert diagonal[0] == pytest.approx(1)


def test_a_comparison_computes_agreement_from_its_own_tables() -> None:
    found = eq.compare(eq.run(eq.load_study("heilongjiang"), ["regression", "fsqca"]), evidence=False)
    first, second = "regression", "fsqca"
    predicted = [found.cases[label]["predicted"] for label in (first, second)]
    assert found.agreement["predictions"].loc[first, second] == pytest.approx(spearmanr(*predicted).statistic)
    rises = [found.conditions[label]["importance"] for label in (first, second)]
    assert found.agreement["importance"].loc[first, second] == pytest.approx(kendalltau(*rises).statistic)
    directions = [found.conditions[label]["direction"].tolist() for label in (first, second)]
    expected = np.mean([a == b for a, b in zip(*directions, strict=True)])
    assert found.agreement["directions"].loc[first, second] == pytest.approx(expected)
    answers = [found.verdicts[label].tolist() for label in (first, second)]
    both = [a == b for a, b in zip(*answers, strict=True) if "silent" not in (a, b)]
    assert found.agreement["verdicts"].loc[first, second] == pytest.approx(np.mean(both))


def test_with_evidence_only_what_is_firm_in_both_counts() -> None:
    """By hand: verdicts and directions alike among the propositions and conditions on which both methods are firm."""
    analyses = {"one": filled(Mean(), STUDY), "two": filled(Mean(), STUDY)}
    yardsticks = {label: Yardstick({}, None, None, pd.Series(dtype=float)) for label in analyses}
    names = list(STUDY.condition_names)
    directions = {"one": pd.Series([1, 1, -1, 1], names), "two": pd.Series([1, -1, -1, 1], names)}
    verdicts = pd.DataFrame({"one": [YES, YES, NO, OPEN], "two": [YES, NO, NO, YES]})
    firm = pd.DataFrame({"one": [True, True, False, False], "two": [True, True, True, True]})
    pointing = pd.DataFrame({"one": [True, False, True, True], "two": [True, True, True, False]}, index=names)
    found = agreement(analyses, yardsticks, directions, verdicts, firm, pointing)
    assert found["verdicts"].loc["one", "two"] == 0.5
    assert found["directions"].loc["one", "two"] == 1.0
    nothing = agreement(analyses, yardsticks, directions, verdicts, firm & False, pointing & False)
    assert nothing["verdicts"].isna().all(axis=None)
    assert nothing["directions"].isna().all(axis=None)
