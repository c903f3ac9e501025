"""What a trial says in sentences: what was done, and the main numbers, for a reader who does not know the project."""

from collections.abc import Iterable

import pandas as pd

import equifinal as eq
from equifinal.plain import counted
from equifinal_output.trials.charts import percent


def opening(trial: eq.Trial) -> str:
    """What was done: how many methods, data sets, claims."""
    rates, sets = trial.rates.reset_index(), trial.data_sets
    methods, sizes = list(rates["method"].unique()), list(sets.columns)
    cells = sorted({int(count) for count in sets.to_numpy().ravel() if count})
    each = f"{cells[0]:,}" if len(cells) == 1 else f"{cells[0]:,} to {cells[-1]:,}" if cells else "no"
    return (
        f"{counted(len(methods), 'method')} ({_listed(methods)}) judged claims about "
        f"{counted(int(sets.to_numpy().sum()), 'simulated data set')} whose truth is known: {counted(len(sets), 'scenario')} with "
        f"{_listed(sizes)} cases, {each} data sets for each combination. Since the truth answers every claim, each answer is "
        "right, wrong, undecided or silent. Silence is never wrong."
    )


def wrong(trial: eq.Trial, nothing: pd.DataFrame) -> list[str]:
    """What goes wrong, where there is nothing to find and elsewhere; `nothing` are the rates where there is nothing."""
    said = []
    if len(nothing):
        shares = _by_method(nothing, "wrong")
        said.append(f"Where nothing is related to anything, the share of answers that are wrong is {_each(shares)}.")
        if nothing["firm_wrong"].notna().any():
            said.append(f"Of the same answers, firm and wrong are {_each(_by_method(nothing, 'firm_wrong'))}.")
        said.append(_worst("The worst of these", nothing))
    said += agreed(trial, nothing)
    other = trial.rates.reset_index()
    other = other[~other["scenario"].isin(nothing["scenario"])]
    if len(other):
        said.append(f"In the other scenarios it is {_each(_by_method(other, 'wrong'))}.")
        said.append(_worst("The worst there", other))
    return said


def agreed(trial: eq.Trial, nothing: pd.DataFrame) -> list[str]:
    """How often kinds of methods agree where there is nothing, at the worst over choices of kinds."""
    table = trial.agreements.reset_index()
    table = table[table["scenario"].isin(nothing["scenario"])]
    if not len(table):
        return []
    worst = table.iloc[int((table["wrong"] / table["data_sets"]).to_numpy().argmax())]
    kinds = "" if not worst["wrong"] else f" ({worst['kinds']}; n = {worst['n']})"
    return [
        "Whichever kinds of methods one compares, two or more agree firmly that there is something in at most "
        f"{worst['wrong']:,} of {worst['data_sets']:,} data sets{kinds}."
    ]


def found(trial: eq.Trial, true: pd.DataFrame) -> list[str]:
    """What methods find of what is there; `true` are the rates of claims that hold."""
    said = []
    if len(true):
        said.append(
            f"Where a claim is true, methods that answer such claims say so in {_each(_by_method(true, 'right'))} of data sets."
        )
        if true["firm_right"].notna().any():
            said.append(f"Such an answer is firm in {_each(_by_method(true, 'firm_right'))}.")
    recovery = trial.recovery.reset_index()
    recovery = recovery[recovery["scenario"].isin([each.label for each in trial.scenarios if not each.is_null()])]
    if len(recovery):
        shares = _weighted(recovery, "correct")
        said.append(
            f"All that the paths claim is true in {_each(shares)} of data sets with true paths; the whole truth is found in "
            f"{_each(_weighted(recovery, 'complete'))}."
        )
    if failures := len(trial.failures):
        said.append(f"{counted(failures, 'analysis', 'analyses')} failed; they are listed below.")
    if trial.rates["firm_wrong"].isna().all():
        said.append("Which verdicts are firm was not asked: these are the error rates of the rules alone.")
    return said


def _by_method(rates: pd.DataFrame, name: str) -> pd.Series:
    """The mean share over data sets and claims that a method answers at all; those where it says nothing are left out."""
    return _weighted(rates[rates["silent"] < 1], name)


def _weighted(rates: pd.DataFrame, name: str) -> pd.Series:
    there = rates[rates[name].notna()]
    weighted = there.assign(value=there[name] * there["data_sets"])
    sums = weighted.groupby("method", sort=False)[["value", "data_sets"]].sum()
    return pd.Series(sums["value"] / sums["data_sets"])


def _worst(words: str, rates: pd.DataFrame) -> str:
    row = rates.iloc[int(rates["wrong"].to_numpy().argmax())]
    interval = f"95 % interval {percent(row['wrong_low'])} to {percent(row['wrong_high'])}"
    where = f"{row['method']} on {row['proposition']} in {row['scenario']} with {row['n']} cases"
    return f"{words}: {where}, wrong in {percent(row['wrong'])} ({interval})."


def _each(shares: pd.Series) -> str:
    return _listed(f"{percent(value)} ({method})" for method, value in shares.items())


def _listed(values: Iterable[object]) -> str:
    *first, last = [*map(str, values)] or ["none"]
    return f"{', '.join(first)} and {last}" if first else last
