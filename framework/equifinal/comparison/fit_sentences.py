"""Sentences on importances, fit, differences between methods, and cases."""

from typing import Any, cast

import numpy as np
import pandas as pd

from equifinal.comparison.compared import Compared
from equifinal.comparison.measures import OUT_OF_SAMPLE, Measure, leading_measures
from equifinal.comparison.wording import grouped, is_or_are, listed

#: So many cases with the largest spread are named; ties with the last of them too.
_CASES = 3
#: So many pairs of methods are named.
_PAIRS = 3
_MOST_TIES = 6
#: Methods are told apart when the corrected p-value is at most this.
_TOLD_APART = 0.05


def importances(comparison: Compared) -> list[str]:
    said: dict[str, str] = {}
    largest: dict[str, float] = {}
    nothing: list[str] = []
    without: list[str] = []
    for label in comparison.analyses:
        values = comparison.conditions[label, "importance"].astype(float)
        if values.isna().all():
            without.append(label)
        elif not values.max() > 0:
            nothing.append(label)
        else:
            largest[label] = float(values.max())
            said[label] = listed(str(name) for name in values.index[values >= values.max() - 1e-12])
    sentences = []
    if said:
        clauses = [
            f"{conditions} in {listed(f'{label} ({largest[label]:.3f})' for label in labels)}"
            for conditions, labels in grouped(said).items()
        ]
        sentences.append(f"The most important condition, by permutation in cases not seen, is {'; '.join(clauses)}.")
    if nothing:
        sentences.append(f"No condition has an importance above 0 in {listed(nothing)}.")
    if without:
        sentences.append(f"{listed(without)} {'has' if len(without) == 1 else 'have'} no importances.")
    return sentences


def baselines(comparison: Compared) -> list[str]:
    everyone = list(comparison.analyses)
    sentences = []
    for measure in leading_measures(comparison.measures):
        every = comparison.fit[f"{measure.name}{OUT_OF_SAMPLE}"].astype(float)
        baseline, values = (
            float(every[f"baseline: {measure.baseline}"]),
            {label: float(every[label]) for label in everyone},
        )
        there = {label: value for label, value in values.items() if not np.isnan(value)}
        if np.isnan(baseline) or not there:
            continue
        found = grouped({k: _beside(comparison, measure, k, value - baseline) for k, value in there.items()})
        clauses = [
            f"{words}: {listed(f'{label} ({there[label]:.3f})' for label in labels)}" for words, labels in found.items()
        ]
        missing = [label for label in everyone if label not in there]
        ending = f"; without such a number: {listed(missing)}" if missing else ""
        sentences.append(
            f"In cases not seen, predicting the {measure.baseline} for everybody has a {measure.words} of {baseline:.3f}; "
            f"{'; '.join(clauses)}{ending}."
        )
    return sentences


def _beside(comparison: Compared, measure: Measure, label: str, gap: float) -> str:
    """How a method does beside a constant; one that is a constant itself is never better."""
    if abs(gap) < 1e-12:
        return "the same"
    better = (gap < 0) == bool(measure.less_is_better)
    if better and not comparison.yardsticks[label].varies:
        return "no better, as its predictions do not vary"
    return "better" if better else "worse"


def constant(comparison: Compared) -> list[str]:
    """Methods whose prediction never varies, such as an empty solution: nothing can move it."""
    alike: dict[str, list[str]] = {}
    for label in comparison.analyses:
        predicted = comparison.cases[label, "predicted"].astype(float)
        if predicted.notna().all() and np.ptp(predicted) < 1e-12:
            alike.setdefault(f"{predicted.iloc[0]:.2f}", []).append(label)
    return [
        f"{listed(labels)} {'predicts' if len(labels) == 1 else 'predict'} {value} for every case: no condition moves that."
        for value, labels in alike.items()
    ]


def differences(comparison: Compared) -> list[str]:
    every, leading = comparison.differences, leading_measures(comparison.measures)
    if every.empty or not leading:
        return []
    measure = leading[0]
    table = pd.DataFrame(every.xs(f"{measure.name}{OUT_OF_SAMPLE}", axis=1, level="measure")).astype(float)
    table = table.loc[table["p"].notna()]
    if table.empty:
        return []
    apart = table[(table["p"] <= _TOLD_APART) & _may_be_better(comparison, table, measure)]
    pairs = "the one pair of methods" if len(table) == 1 else f"{len(table)} pairs of methods"
    start = f"In cases not seen, the {measure.words}"
    corrected = "" if len(table) == 1 else f", corrected for the number of pairs (Holm, {100 * _TOLD_APART:.0f} %)"
    if apart.empty:
        return [f"{start} does not tell {'any of ' if len(table) > 1 else ''}{pairs} apart{corrected}."]
    named = apart.loc[apart["estimate"].abs().sort_values(ascending=False, kind="stable").index][:_PAIRS]
    clauses = []
    for pair, row in named.iterrows():
        first, second = cast(tuple[str, str], pair)
        by, (low, high) = abs(row["estimate"]), sorted(abs(row[["low", "high"]]))
        clauses.append(
            f"{first} has {by:.3f} {'more' if row['estimate'] > 0 else 'less'} than {second} (95 %: {low:.3f} to {high:.3f})"
        )
    of = pairs if len(table) == 1 else f"{len(apart)} of {pairs}"
    more = f"; and {len(apart) - _PAIRS} more" if len(apart) > _PAIRS else ""
    return [f"{start} tells {of} apart{corrected}: {'; '.join(clauses)}{more}."]


def _may_be_better(comparison: Compared, table: pd.DataFrame, measure: Measure) -> Any:
    """Whether the better method of each pair may be called so: not one whose predictions never vary."""
    first_is_better = (table["estimate"] < 0) == bool(measure.less_is_better)
    pairs = zip(table.index, first_is_better, strict=True)
    return np.array([comparison.yardsticks[one if better else other].varies for (one, other), better in pairs])


def cases(disagreements: pd.DataFrame) -> list[str]:
    spread, outcome = disagreements["spread", ""].dropna(), disagreements["outcome", ""]
    if spread.empty:
        return []
    if spread.max() < 1e-12:
        return ["The predictions of all methods that predict are the same in every case."]
    least = spread.nlargest(_CASES).iloc[-1]
    named = [case for case in spread.index if spread[case] >= least - 1e-12 and spread[case] > 1e-12]
    clauses = []
    for case in named[:_MOST_TIES]:
        predicted = disagreements.loc[case, "predicted"].astype(float).dropna()
        low, high = (
            [str(label) for label in predicted.index if abs(predicted[label] - end) < 1e-12]
            for end in (predicted.min(), predicted.max())
        )
        clauses.append(
            f"{case} ({predicted.min():.2f} in {listed(low)}, {predicted.max():.2f} in {listed(high)}; "
            f"outcome {float(outcome[case]):.2f})"
        )
    more = f"; and {len(named) - _MOST_TIES} more" if len(named) > _MOST_TIES else ""
    return [f"Predictions lie furthest apart on {'; '.join(clauses)}{more}."]


def failures(comparison: Compared) -> list[str]:
    failed = list(comparison.failures)
    return [f"{listed(failed)} failed and {is_or_are(failed)} left out."] if failed else []
