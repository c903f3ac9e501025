"""Which methods have earned to advise: those that predict cases not seen better than the baselines do."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from equifinal.comparison.measures import OUT_OF_SAMPLE, Measure, leading_measures
from equifinal.method.analysis import Method


def without_skill(methods: Mapping[str, Method], fit: pd.DataFrame, measures: Sequence[Measure]) -> dict[str, str]:
    """Why a method gives no advice, by label; those that do better than every baseline are not in it.

    Judged by the first of the leading measures, out of sample. A method that does not predict has nothing to be judged by, and
    is not in it either.
    """
    leading = next(iter(leading_measures(measures)), None)
    if leading is None:
        return {}
    values = fit[f"{leading.name}{OUT_OF_SAMPLE}"].astype(float)
    sign = -1 if leading.less_is_better else 1
    baselines = values[[str(label).startswith("baseline:") for label in values.index]].dropna()
    if baselines.empty:
        return {}
    best = str((sign * baselines).idxmax())
    return {
        label: _why(leading, values[label], best, baselines[best])
        for label, method in methods.items()
        if label in values.index and method.predicts() and not sign * values[label] > sign * baselines[best]
    }


def _why(measure: Measure, value: float, name: str, baseline: Any) -> str:
    has = "has no such number" if pd.isna(value) else f"has a {measure.words} of {value:.3f}"
    return (
        f"It gives no advice, because in cases not seen it predicts no better than the baseline {name.split(': ')[-1]!r} does: "
        f"it {has}, that baseline one of {baseline:.3f}."
    )
