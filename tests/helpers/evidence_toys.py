"""Evidence made by hand, for tests of what is shown of it."""

import dataclasses

import numpy as np
import pandas as pd

import equifinal as eq
from equifinal.comparison.counting import Demands
from equifinal.comparison.evidence import COLUMNS, Evidence

DECIDED = ("supported", "contradicted")


def row_of(answer: object, decided: bool, asserts: bool, firm: bool, rng: np.random.Generator) -> dict[str, object]:
    """One row of a table of evidence whose numbers are those that its mark needs."""
    b = float(rng.integers(0, 9) if firm else rng.integers(12, 150)) if decided and asserts else np.nan
    stable = rng.uniform(0.96, 1) if firm else rng.uniform(0.2, 0.7)
    return {
        "answer": answer,
        "asserts": decided and asserts,
        "basis": "outcome permuted" if decided and asserts else "",
        "b": b,
        "worlds": 199.0 if decided and asserts else np.nan,
        "by_chance": (b + 1) / 200,
        "resampling": "bootstrap" if decided else "",
        "resamples": 199.0 if decided else np.nan,
        "stable": stable if decided else np.nan,
        "low": np.nan,
        "high": np.nan,
        "failed": 0.0,
        "firm": decided and firm,
        "unsettled": bool(decided and not firm and rng.random() < 0.2),
        "lacks": "",
    }


def _frame(rows: dict[tuple[str, str], dict[str, object]], names: list[str]) -> pd.DataFrame:
    table = pd.DataFrame.from_dict(rows, orient="index", columns=list(COLUMNS))
    table.index = (
        pd.MultiIndex.from_tuples(rows, names=names) if rows else pd.MultiIndex.from_arrays([[], []], names=names)
    )
    return table


def with_evidence(
    comparison: eq.Comparison, seed: int = 0, firm: float = 0.6, together: float = 0.8, denials: float = 0.3
) -> eq.Comparison:
    """The comparison with evidence drawn at random: `firm`, the share of decided verdicts and of directions that are firm."""
    rng = np.random.default_rng(seed)
    verdicts = {
        (str(name), str(label)): row_of(
            answer, answer in DECIDED, rng.random() >= denials, answer in DECIDED and rng.random() < firm, rng
        )
        for label in comparison.verdicts.columns
        for name, answer in comparison.verdicts[label].items()
        if answer != "silent"
    }
    directions = {}
    for label in comparison.analyses:
        for name, sign in comparison.conditions[label, "direction"].items():
            directions[str(name), label] = row_of(int(sign), bool(sign), True, bool(sign) and rng.random() < firm, rng)
    rows = _frame(verdicts, ["id", "method"])
    marks = rows["firm"].astype(bool) & (rng.random(len(rows)) < together)
    alone = pd.DataFrame(
        {"verdicts": [9.0], "firm": [5.0], "expected": [0.8], "worlds": [199.0]},
        index=pd.Index(["together"], name="method"),
    )
    signs = _frame(directions, ["condition", "method"])
    gathered = Evidence(
        verdicts=rows,
        directions=signs,
        firm_together=marks,
        firm_directions_together=signs["firm"].astype(bool) & (rng.random(len(signs)) < together),
        by_chance_alone=alone,
    )
    return dataclasses.replace(comparison, demands=Demands(), gathered=gathered)
