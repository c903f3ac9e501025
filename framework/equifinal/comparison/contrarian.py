"""Cases that run against the direction of a condition, and cases on which methods disagree."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equifinal.base.readable import Record
from equifinal.study.calibrated import CalibratedStudy

#: Quintiles from so many cases on, terciles from so many on (Pappas & Woodside 2021 use quintiles).
QUINTILES_FROM, TERCILES_FROM = 50, 20

#: By the number of groups: how many of the lowest, and of the highest, count as low and high.
_ENDS = {5: 2, 3: 1}

_COLUMNS = ("cases", "share", "low_outcome", "high_outcome")


@dataclass(frozen=True, eq=False, repr=False)
class ContrarianCases(Record):
    """Condition by condition, who is low on one and high on the other.

    Attributes
    ----------
    groups : int
        5 (quintiles), 3 (terciles), or 0 where the cases are too few.
    tables : dict of pandas.DataFrame
        By condition: the number of cases in each group of the condition (rows, 1 the lowest) and of the outcome (columns).
    association : pandas.DataFrame
        Index: conditions. ``phi_squared``: chi-squared over the number of cases; ``cramers_v``, 0 to 1; ``spearman``, -1 to 1, of
        the scores themselves.
    against : pandas.DataFrame
        Index: (condition, method). ``direction``; ``cases``: the number of cases against it; ``share`` of all cases;
        ``low_outcome`` and ``high_outcome``: which they are, those low and those high on the outcome. Missing where the
        method gives the condition no direction.
    notes : tuple of str
    """

    groups: int
    tables: Mapping[str, pd.DataFrame] = field(repr=False)
    association: pd.DataFrame
    against: pd.DataFrame = field(repr=False)
    notes: tuple[str, ...] = ()

    def _repr_html_(self) -> str:
        from equifinal.base.html import tables

        found = {"Cases against a direction": self.against, "How groups and scores go together": self.association}
        return tables("Contrarian cases", found, self.notes)


def contrarian_cases(calibrated: CalibratedStudy, directions: pd.DataFrame) -> ContrarianCases:
    """Cases that run against the main direction of a condition, by cross-tabulation.

    Raw scores, turned so that more means more membership (memberships themselves where neither rises or falls throughout),
    are divided into quintiles from 50 cases on and terciles from 20 on. A condition with direction +1 has contrarian cases in two
    corners: low on the condition and high on the outcome, and high on the condition and low on the outcome; with -1 in the other
    two corners. Low and high are the two lowest and the two highest quintiles, the lowest and the highest tercile.

    Parameters
    ----------
    calibrated
        The cases.
    directions
        Index: conditions; columns: methods; -1, 0 or +1.

    References
    ----------
    Pappas, I. O. & Woodside, A. G. (2021). Fuzzy-set qualitative comparative analysis (fsQCA): guidelines for research practice
    in information systems and marketing. *International Journal of Information Management* 58, 102310.

    Examples
    --------
    >>> import equifinal as eq
    >>> comparison = eq.compare(eq.run(eq.load_study("open-data-barometer-2014"), methods=["regression"]))
    >>> comparison.contrarian.against.loc[("HUM", "regression"), "high_outcome"]
    ['Ecuador', 'Indonesia', 'Peru', 'Uruguay']
    """
    count = len(calibrated.cases)
    groups = 5 if count >= QUINTILES_FROM else 3 if count >= TERCILES_FROM else 0
    index = pd.Index(calibrated.condition_names, name="condition")
    association = pd.DataFrame(np.nan, index=index, columns=["phi_squared", "cramers_v", "spearman"])
    if not groups:
        note = f"With {count} cases contrarian cases are not tabulated: terciles need {TERCILES_FROM}, quintiles {QUINTILES_FROM}."
        return ContrarianCases(0, {}, association, _against({}), (note,))
    outcome_scores = _oriented(calibrated, calibrated.outcome.name)
    outcome = quantile_groups(outcome_scores, groups)
    tables: dict[str, pd.DataFrame] = {}
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    notes = []
    empty = _fewer(outcome, groups)
    if empty:
        notes.append(f"{calibrated.outcome.name}: {empty}")
    for name in calibrated.condition_names:
        scores = _oriented(calibrated, name)
        condition = quantile_groups(scores, groups)
        if empty := _fewer(condition, groups):
            notes.append(f"{name}: {empty}")
        tables[name] = _table(condition, outcome, groups, name, calibrated.outcome.name)
        association.loc[name] = _association(tables[name], scores, outcome_scores)
        for label, turned in directions.items():
            rows[name, str(label)] = _row(int(turned[name]), condition, outcome, groups, calibrated.cases)
    return ContrarianCases(groups, tables, association, _against(rows), tuple(notes))


def quantile_groups(scores: Any, groups: int) -> NDArray[np.int64]:
    """The group of each score, 1 for the lowest: as equal in number as ties allow.

    A case's group is ``floor(rank * groups / (n + 1)) + 1``, where equal scores share the mean of their ranks and so stay
    together. Many equal scores can leave a group empty.

    Examples
    --------
    >>> quantile_groups([1, 2, 3, 4, 5, 6], 3).tolist(), quantile_groups([0, 0, 0, 0, 5, 9], 3).tolist()
    ([1, 1, 2, 2, 3, 3], [2, 2, 2, 2, 3, 3])
    """
    ranks = pd.Series(np.asarray(scores, dtype=float)).rank(method="average").to_numpy()
    # Mean ranks are halves at most, so nothing is rounded.
    return np.floor(ranks * groups / (len(ranks) + 1)).astype(np.int64) + 1


def _oriented(calibrated: CalibratedStudy, name: str) -> NDArray[np.float64]:
    orientation = calibrated.orientation(name)
    if orientation == 0:
        return calibrated.fuzzy[name].to_numpy(dtype=float)
    return calibrated.raw[name].to_numpy(dtype=float) * orientation


def _fewer(found: NDArray[np.int64], groups: int) -> str:
    missing = [str(group) for group in range(1, groups + 1) if group not in found]
    if not missing:
        return ""
    word = "quintile" if groups == 5 else "tercile"
    return f"equal scores leave {word}{'s' if len(missing) > 1 else ''} {', '.join(missing)} empty."


def _table(
    condition: NDArray[np.int64], outcome: NDArray[np.int64], groups: int, name: str, outcome_name: str
) -> pd.DataFrame:
    counts = np.zeros((groups, groups), dtype=int)
    np.add.at(counts, (condition - 1, outcome - 1), 1)
    numbers = range(1, groups + 1)
    return pd.DataFrame(
        counts, index=pd.Index(numbers, name=name), columns=pd.Index([f"{outcome_name} {number}" for number in numbers])
    )


def _association(table: pd.DataFrame, scores: Any, outcome_scores: Any) -> tuple[float, float, float]:
    """Phi squared (chi-squared over n), Cramér's V (Cramér 1946), and Spearman's rank correlation."""
    from scipy.stats import chi2_contingency, spearmanr

    counts = table.to_numpy()
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    spearman = float(spearmanr(scores, outcome_scores).statistic)
    if min(counts.shape) < 2:
        return np.nan, np.nan, spearman
    phi_squared = float(chi2_contingency(counts, correction=False).statistic / counts.sum())
    return phi_squared, float(np.sqrt(phi_squared / (min(counts.shape) - 1))), spearman


def _row(
    direction: int, condition: NDArray[np.int64], outcome: NDArray[np.int64], groups: int, cases: pd.Index
) -> dict[str, Any]:
    if direction == 0:
        return {"direction": 0, "cases": np.nan, "share": np.nan, "low_outcome": None, "high_outcome": None}
    ends = _ENDS[groups]
    low, high = condition <= ends, condition > groups - ends
    if direction < 0:
        low, high = high, low
    low_outcome, high_outcome = high & (outcome <= ends), low & (outcome > groups - ends)
    number = int(low_outcome.sum() + high_outcome.sum())
    return {
        "direction": direction,
        "cases": number,
        "share": number / len(cases),
        "low_outcome": cases[low_outcome].tolist(),
        "high_outcome": cases[high_outcome].tolist(),
    }


def _against(rows: Mapping[tuple[str, str], Mapping[str, Any]]) -> pd.DataFrame:
    index = pd.MultiIndex.from_tuples(list(rows), names=["condition", "method"]) if rows else None
    if index is None:
        index = pd.MultiIndex.from_arrays([[], []], names=["condition", "method"])
    return pd.DataFrame(list(rows.values()), index=index, columns=["direction", *_COLUMNS])


def disagreements(cases: pd.DataFrame) -> pd.DataFrame:
    """Cases by how far apart methods predict them, the furthest first.

    Parameters
    ----------
    cases
        As ``Comparison.cases``.

    Returns
    -------
    pandas.DataFrame
        Index: cases. Columns: ``outcome``; ``spread``, the largest less the smallest predicted membership; ``sd``, their standard
        deviation (divided by the number of predictions less 1); (``predicted``, method). Equal spreads are ordered by
        ``sd``, then as in the study. Missing where fewer than two methods predict.
    """
    labels = list(dict.fromkeys(cases.columns.get_level_values("method").drop("outcome")))
    predicted = np.column_stack([cases[label, "predicted"].to_numpy(dtype=float) for label in labels])
    outcome = cases["outcome", ""].to_numpy(dtype=float)
    enough = (~np.isnan(predicted)).sum(axis=1) >= 2
    spread, sd = np.full((2, len(cases)), np.nan)
    spread[enough] = np.nanmax(predicted[enough], axis=1) - np.nanmin(predicted[enough], axis=1)
    sd[enough] = np.nanstd(predicted[enough], axis=1, ddof=1)
    columns = pd.MultiIndex.from_tuples(
        [("outcome", ""), ("spread", ""), ("sd", ""), *(("predicted", label) for label in labels)],
        names=["column", "method"],
    )
    table = pd.DataFrame(np.column_stack([outcome, spread, sd, predicted]), index=cases.index, columns=columns)
    # Rounded: values equal but for the last digit stay in the study's order. Missing ones come last.
    return table.iloc[np.lexsort((-sd.round(12), -spread.round(12)))]
