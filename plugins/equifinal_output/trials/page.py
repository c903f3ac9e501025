"""One self-contained page of a trial, in the style of the report."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import equifinal as eq
from equifinal.plain import plain
from equifinal_output.tables import Table
from equifinal_output.trials import findings
from equifinal_output.trials.charts import (
    HEIGHT,
    STYLES,
    WIDTH,
    WORTHS,
    Bars,
    Curves,
    Dots,
    bars,
    curves,
    dots,
    percent,
)

#: Titles of the tables below.
_TITLES = {
    "rates": "How often each method is right and wrong",
    "steps": "What each step from a rule to a firm verdict costs",
    "agreements": "How often kinds of methods agree firmly, and on something wrong",
    "recovery": "Recovery of the true paths",
    "size": "How often tests reject where there is nothing",
    "coverage": "How often intervals hold the true slope",
    "skill": "Skill in cases not seen",
    "failures": "Failures",
}
_STEPS = {"rule": "the rule", "by_chance": "by chance", "firm": "and stable"}


@dataclass(frozen=True)
class Heat:
    """Shares of wrong verdicts of one method: a row per claim, a cell per number of cases."""

    title: str
    columns: list[str]
    rows: list[tuple[str, list[tuple[str, int]]]]


@dataclass(frozen=True)
class Case:
    """A scenario: what is true in it, and the pictures of it."""

    name: str
    title: str
    about: str
    bars: list[Bars]
    curves: list[Curves] = field(default_factory=list)


def page(trial: eq.Trial, grid: Callable[[Table], Any]) -> str:
    """The page as HTML; `grid` lays out its tables, as those of the report."""
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    loaders = [PackageLoader("equifinal_output.trials"), PackageLoader("equifinal_output.report")]
    environment = Environment(
        loader=ChoiceLoader(loaders), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("trial.html.jinja").render(grid=grid, **contents(trial))


def contents(trial: eq.Trial) -> dict[str, Any]:
    """What the template shows."""
    rates = trial.rates.reset_index()
    methods = [str(each) for each in rates["method"].unique()]
    styles = {method: number % STYLES for number, method in enumerate(methods)}
    null = [each.label for each in trial.scenarios if each.is_null()]
    nothing, true = rates[rates["scenario"].isin(null)], rates.loc[_holds(trial, rates)]
    firm = bool(rates["firm_wrong"].notna().any())
    return {
        "opening": findings.opening(trial),
        "answers": [
            ("What goes wrong", findings.wrong(trial, nothing)),
            ("What is found", findings.found(trial, true)),
        ],
        "styles": styles,
        "heats": heats(trial, nothing, "wrong", ""),
        "firm_heats": heats(trial, nothing, "firm_wrong", ", firm") if firm else [],
        "tuning": [_case(trial, each, rates, true, styles) for each in trial.scenarios if each.tuning],
        "held_out": [_case(trial, each, rates, true, styles) for each in trial.scenarios if not each.tuning],
        "recovery": _recovery(trial, styles),
        "steps": _steps(trial, styles) if firm else [],
        "size": _size(trial),
        "coverage": _coverage(trial),
        "firm": firm,
        "worths": WORTHS,
        "data_sets": Table("data_sets", "Data sets for each scenario and number of cases", trial.data_sets),
        "tables": [
            Table(name, _TITLES[name], frame.reset_index() if name != "failures" else frame, folded=True)
            for name, frame in trial.tables.items()
        ],
        "about": json.dumps(plain(trial.store.about), indent=2, ensure_ascii=False),
        "version": eq.__version__,
        "width": WIDTH,
        "height": HEIGHT,
    }


def _holds(trial: eq.Trial, rates: pd.DataFrame) -> NDArray[np.bool_]:
    """For each row of the rates whether the claim holds, so that a method can find it."""
    rows = rates[["scenario", "proposition", "right"]].itertuples(index=False)
    return np.array([not pd.isna(right) and _is_true(trial, *key) for *key, right in rows], dtype=bool)


def _is_true(trial: eq.Trial, scenario: str, proposition: str) -> bool:
    truths = next(each for each in trial.scenarios if each.label == scenario).truth()
    return any(truth.right == "supported" for (name, _), truth in truths.items() if name == proposition)


def heats(trial: eq.Trial, rates: pd.DataFrame, column: str, words: str) -> list[Heat]:
    """Heat maps, one for each scenario and method that answers anything."""
    found = []
    texts = {each.label: _claims(each) for each in trial.scenarios}
    for (scenario, method), own in rates[rates["silent"] < 1].groupby(["scenario", "method"], sort=False):
        table = own.pivot_table(column, "proposition", "n", sort=False, dropna=False).sort_index(axis="columns")
        rows = [
            (texts[str(scenario)].get(str(name), str(name)), [(percent(value), _shade(value)) for value in row])
            for name, row in zip(table.index, table.to_numpy(), strict=True)
        ]
        found.append(Heat(f"{method}{words}, {scenario}", [f"n = {n}" for n in table.columns], rows))
    return found


def _shade(share: float) -> int:
    """From 0 (at most 5 %, what chance is allowed) to 5."""
    if pd.isna(share) or share <= 0.05:
        return 0
    return next((number for number, most in enumerate((0.1, 0.2, 0.35, 0.5), 1) if share <= most), 5)


def _case(
    trial: eq.Trial, scenario: eq.Scenario, rates: pd.DataFrame, true: pd.DataFrame, styles: dict[str, int]
) -> Case:
    own = rates[(rates["scenario"] == scenario.label) & (rates["silent"] < 1)].fillna({"right": 0.0, "firm_right": 0.0})
    parts = [bars("All verdicts", _worth(own, ""))] if len(own) else []
    if len(own) and own["firm_wrong"].notna().all():
        parts.append(bars("Firm verdicts; what is not firm is undecided", _worth(own, "firm_")))
    there = true[(true["scenario"] == scenario.label) & (true["silent"] < 1)]
    texts = _claims(scenario)
    return Case(
        name=scenario.label,
        title=scenario.title,
        about=" ".join((scenario.__doc__ or "").split()),
        bars=parts,
        curves=[
            _power(texts.get(str(name), str(name)), each, styles)
            for name, each in there.groupby("proposition", sort=False)
        ],
    )


def _claims(scenario: eq.Scenario) -> dict[str, str]:
    """What each claim says, by its id."""
    return {str(each["id"]): str(each.get("text") or each["id"]) for each in scenario.propositions() if "id" in each}


def _worth(rates: pd.DataFrame, prefix: str) -> pd.DataFrame:
    """Mean shares over claims by method and n; where no answer is right, deciding nothing is the best."""
    shares = rates[["method", "n", *(f"{prefix}{worth}" for worth in WORTHS)]].rename(
        columns=lambda name: name.removeprefix(prefix)
    )
    return shares.groupby(["method", "n"], sort=False).mean()


def _power(name: str, rates: pd.DataFrame, styles: dict[str, int]) -> Curves:
    by_rule, firm = (_by_n(rates, column) for column in ("right", "firm_right"))
    return curves(name, by_rule, styles) if firm.isna().all(axis=None) else curves(name, firm, styles, faint=by_rule)


def _by_n(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    return frame.pivot_table(column, "n", "method", sort=False, dropna=False).sort_index()


def _recovery(trial: eq.Trial, styles: dict[str, int]) -> list[Curves]:
    """The share of data sets with a correct model, and dashed that with the whole truth."""
    there = trial.recovery.reset_index()
    null = [each.label for each in trial.scenarios if each.is_null()]
    return [
        curves(str(scenario), _by_n(own, "correct"), styles, faint=_by_n(own, "complete"))
        for scenario, own in there[~there["scenario"].isin(null)].groupby("scenario", sort=False)
    ]


def _steps(trial: eq.Trial, styles: dict[str, int]) -> list[Curves]:
    """Of claims that hold in the scenarios for tuning: what is left of the right answers after each step."""
    tuning = [each.label for each in trial.scenarios if each.tuning]
    steps = trial.steps[trial.rates.loc[trial.steps.index, "silent"] < 1].reset_index()
    steps = steps[steps["scenario"].isin(tuning)]
    keys = steps[["scenario", "proposition"]].itertuples(index=False)
    steps = steps.loc[np.array([_is_true(trial, *key) for key in keys], dtype=bool)]
    texts: dict[Any, dict[Any, str]] = {each.label: dict(_claims(each)) for each in trial.scenarios}
    found = []
    for (scenario, n, proposition), own in steps.groupby(["scenario", "n", "proposition"], sort=False):
        columns = {f"right_{step}": words for step, words in _STEPS.items()}
        frame = own.set_index("method")[list(columns)].rename(columns=columns).dropna().T
        if len(frame.columns) and frame.to_numpy().any():
            found.append(
                curves(
                    f"{texts[scenario].get(proposition, proposition)}: {scenario}, n = {n}", frame, styles, places=""
                )
            )
    return found


def _size(trial: eq.Trial) -> list[Dots]:
    return [
        dots(f"{method}, {scenario}", _labelled(own, "test"), "rejected", 0.05, (0.0, 0.4))
        for (scenario, method), own in trial.size.groupby(level=["scenario", "method"], sort=False)
    ]


def _coverage(trial: eq.Trial) -> list[Dots]:
    return [
        dots(f"{method}, {scenario}", _labelled(own, "condition"), "covered", float(own["level"].iloc[0]), (0.6, 1.0))
        for (scenario, method), own in trial.coverage.groupby(level=["scenario", "method"], sort=False)
    ]


def _labelled(frame: pd.DataFrame, level: str) -> pd.DataFrame:
    names = [
        f"{name}, {n}"
        for name, n in zip(frame.index.get_level_values(level), frame.index.get_level_values("n"), strict=True)
    ]
    return frame.set_axis(pd.Index(names)).sort_index(
        key=lambda labels: labels.str.replace(r", \d+$", "", regex=True), kind="stable"
    )
