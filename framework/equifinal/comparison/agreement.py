"""Where methods agree: one square table, methods × methods, for each kind of result."""

from collections.abc import Callable, Mapping
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
import pandas as pd

from equifinal.comparison.association import group_numbers, mutual_information, rank_correlation
from equifinal.comparison.fit import Yardstick
from equifinal.method.analysis import Analysis


def agreement(
    analyses: Mapping[str, Analysis],
    yardsticks: Mapping[str, Yardstick],
    directions: Mapping[str, pd.Series],
    verdicts: pd.DataFrame,
    firm: pd.DataFrame | None = None,
    firm_directions: pd.DataFrame | None = None,
) -> dict[str, pd.DataFrame]:
    """How far each pair of methods agrees.

    Parameters
    ----------
    firm, firm_directions
        Which verdicts and directions are firm: the others are then left out. ``None`` when no evidence was gathered.

    Returns
    -------
    dict
        ``"predictions"``: Spearman's rank correlation of predicted outcome memberships, in sample.
        ``"groups"``: adjusted mutual information of the groups of cases (Vinh, Epps & Bailey 2010; scikit-learn), where cases
        in no group are one group of their own; missing for a method that makes no groups.
        ``"importance"``: Kendall's tau-b of the permutation importances (SciPy).
        ``"directions"``: share of conditions with the same direction, among those on which both are firm. Without evidence:
        among all, where 0 is a direction; missing for a method that gives none (an empty solution has none to agree on).
        ``"verdicts"``: share of propositions with the same verdict, among those on which both are firm. Without evidence:
        among those on which neither is silent.
        All are missing (NaN) where undefined.
    """
    labels = list(analyses)
    predicted = {label: analyses[label].cases["predicted"].to_numpy(dtype=float, na_value=np.nan) for label in labels}
    groups = {label: analyses[label].cases["group"] for label in labels}
    importances = {label: yardsticks[label].importance for label in labels}
    answers = {label: verdicts[label] for label in labels}
    if firm is None or firm_directions is None:
        alike = _square(labels, directions, _same_direction), _square(labels, answers, _alike)
    else:
        pointing = {label: directions[label].where(firm_directions[label]) for label in labels}
        decided = {label: answers[label].where(firm[label]) for label in labels}
        alike = _square(labels, pointing, _share_alike), _square(labels, decided, _share_alike)
    return {
        "predictions": _square(labels, predicted, _spearman),
        "groups": _square(labels, groups, _mutual_information),
        "importance": _square(labels, importances, _kendall),
        "directions": alike[0],
        "verdicts": alike[1],
    }


def _square(labels: list[str], things: Mapping[str, Any], compare: Callable[[Any, Any], float]) -> pd.DataFrame:
    table = pd.DataFrame(np.nan, index=pd.Index(labels, name="method"), columns=labels, dtype=float)
    for first, second in combinations_with_replacement(labels, 2):
        if things[first] is not None and things[second] is not None:
            table.loc[first, second] = table.loc[second, first] = compare(things[first], things[second])
    return table


def _spearman(first: Any, second: Any) -> float:
    there = ~np.isnan(first) & ~np.isnan(second)
    return rank_correlation(first[there], second[there])


def _mutual_information(first: pd.Series, second: pd.Series) -> float:
    if first.isna().all() or second.isna().all():
        return np.nan
    once = np.ones((1, len(first)))
    return float(mutual_information(group_numbers(first), group_numbers(second), once)[0])


def _kendall(first: pd.DataFrame, second: pd.DataFrame) -> float:
    from scipy.stats import kendalltau

    if len(first) < 2 or np.ptp(first["importance"]) == 0 or np.ptp(second["importance"]) == 0:
        return np.nan
    return float(kendalltau(first["importance"], second["importance"]).statistic)


def _same_direction(first: pd.Series, second: pd.Series) -> float:
    if not first.any() or not second.any():
        return np.nan
    return float((first == second).mean())


def _alike(first: pd.Series, second: pd.Series) -> float:
    return _share_alike(first.where(first != "silent"), second.where(second != "silent"))


def _share_alike(first: "pd.Series[Any]", second: "pd.Series[Any]") -> float:
    """The share of equal values where neither is missing."""
    both = first.notna() & second.notna()
    return float((first[both] == second[both]).mean()) if both.any() else np.nan
