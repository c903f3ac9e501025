"""The importance of each condition to each method, for every picture of it."""

import pandas as pd

import equifinal as eq
from equifinal.plain import shown


def importances(comparison: eq.Comparison) -> "dict[str, pd.Series[float]]":
    """The importance of each condition, for the methods that have them."""
    found = {label: comparison.conditions[label, "importance"].astype(float) for label in comparison.analyses}
    return {label: each for label, each in found.items() if each.notna().any()}


def importance_in_words(comparison: eq.Comparison) -> str:
    """The conditions of each method, the most important first."""
    return " ".join(f"{label}: {ranked(each)}." for label, each in importances(comparison).items())


def ranked(means: "pd.Series[float]") -> str:
    """The conditions with their importances, the largest first."""
    order = means.dropna().sort_values(ascending=False)
    return ", ".join(f"{name} {shown(float(value))}" for name, value in order.items())
