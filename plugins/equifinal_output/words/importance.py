"""The importance of each condition to each method, for every picture of it."""

import pandas as pd

import equifinal as eq
from equifinal.plain import shown


def importances(comparison: eq.Comparison) -> dict[str, pd.DataFrame]:
    """``importance``, ``low`` and ``high`` by condition, for the methods that have them.

    The interval (95 %) is over resampled case sets; without evidence both of its ends are the importance.
    """
    found = {}
    intervals = comparison.importance_evidence
    for label in comparison.analyses:
        means = comparison.conditions[label, "importance"].astype(float)
        if means.notna().any():
            table = pd.DataFrame({"importance": means, "low": means, "high": means})
            for name in table.index:
                if (name, label) in intervals.index:
                    ends = intervals.loc[(name, label), ["low", "high"]]
                    table.loc[name, ["low", "high"]] = ends.fillna(means[name]).to_numpy(dtype=float)
            found[label] = table
    return found


def importance_in_words(comparison: eq.Comparison) -> str:
    """The conditions of each method, the most important first."""
    return " ".join(f"{label}: {ranked(each['importance'])}." for label, each in importances(comparison).items())


def ranked(means: "pd.Series[float]") -> str:
    """The conditions with their importances, the largest first."""
    order = means.dropna().sort_values(ascending=False)
    return ", ".join(f"{name} {shown(float(value))}" for name, value in order.items())
