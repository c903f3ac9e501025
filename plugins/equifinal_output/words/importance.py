"""The importance of each condition to each method, for every picture of it."""

import pandas as pd

import equifinal as eq
from equifinal.plain import shown


def importances(comparison: eq.Comparison) -> dict[str, pd.DataFrame]:
    """``importance`` and ``importance_sd`` by condition, for the methods that have them; a missing spread is 0."""
    found = {}
    for label in comparison.analyses:
        each = pd.DataFrame(comparison.conditions[label])[["importance", "importance_sd"]].astype(float)
        if each["importance"].notna().any():
            found[label] = each.fillna({"importance_sd": 0.0})
    return found


def importance_in_words(comparison: eq.Comparison) -> str:
    """The conditions of each method, the most important first."""
    return " ".join(f"{label}: {ranked(each['importance'])}." for label, each in importances(comparison).items())


def ranked(means: "pd.Series[float]") -> str:
    """The conditions with their importances, the largest first."""
    order = means.dropna().sort_values(ascending=False)
    return ", ".join(f"{name} {shown(float(value))}" for name, value in order.items())
