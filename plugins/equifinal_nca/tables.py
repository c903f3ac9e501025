"""Tables of an NCA: conditions, effect sizes, bottlenecks, peers, ceiling lines, and what limits each case."""

from collections.abc import Container, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import equifinal as eq
from equifinal_nca.ceiling import CEILINGS, TOLERANCE, Ceiling
from equifinal_nca.found import NAMES, Found, at_least, benchmark
from equifinal_nca.outliers import without_each
from equifinal_nca.verdicts import Rule

Floats = NDArray[np.float64]


def conditions_table(found: Sequence[Found], rule: Rule) -> pd.DataFrame:
    """Which conditions are necessary, and the ceilings of each."""
    more = [each for each in (found[0].plane.effect_size if found else ()) if each not in CEILINGS]
    table = pd.DataFrame(
        {
            "role": ["necessary" if rule.holds(each) else "none" for each in found],
            "direction": [(1 if each.literal[1] else -1) if rule.holds(each) else 0 for each in found],
            "evidence": [rule.evidence(each) for each in found],
            "corner": [each.corner for each in found],
            "d_ce_fdh": [each.plane.effect_size["ce-fdh"] for each in found],
            "p_ce_fdh": [each.p["ce-fdh"] for each in found],
            "d_cr_fdh": [each.plane.effect_size["cr-fdh"] for each in found],
            "p_cr_fdh": [each.p["cr-fdh"] for each in found],
            "p_correlation": [each.p_correlation(rule.ceiling) for each in found],
            "accuracy_cr_fdh": [each.plane.accuracy("cr-fdh") for each in found],
            "benchmark": [benchmark(each.plane.effect_size[rule.ceiling]) for each in found],
        },
        index=[each.literal[0] for each in found],
    )
    for ceiling in more:
        end = ceiling.replace("-", "_")
        table[f"d_{end}"] = [each.plane.effect_size[ceiling] for each in found]
        table[f"p_{end}"] = [each.p[ceiling] for each in found]
        table[f"accuracy_{end}"] = [each.plane.accuracy(ceiling) for each in found]
    return table


def limits(cases: int, necessary: Sequence[Found], ceiling: Ceiling) -> dict[str, NDArray[Any]]:
    """The outcome that the lowest ceiling over each case allows, in raw units, and which conditions keep it there."""
    limit, limited_by = np.full(cases, np.nan), np.full(cases, None, dtype=object)
    if necessary:
        heights = np.array([each.plane.height(ceiling, each.plane.x) for each in necessary])
        lowest, top = heights.min(axis=0), necessary[0].plane.scope.y_high
        room = TOLERANCE * (top - necessary[0].plane.scope.y_low)
        limit = necessary[0].signs[1] * lowest
        for case in np.flatnonzero(lowest < top - room):
            binding = np.flatnonzero(heights[:, case] <= lowest[case] + room)
            limited_by[case] = ", ".join(necessary[int(each)].name for each in binding)
    return {"outcome_limit": limit, "limited_by": limited_by}


def bottleneck(outcome: str, found: Sequence[Found], ceiling: Ceiling, steps: int) -> pd.DataFrame:
    """For people: what each level of the outcome needs, in percent of the range; NN: not necessary, NA: not reached."""
    levels = _levels(steps)
    columns = {
        each.name: [_percent(value) for value in _of_range(_needed(each, ceiling, levels), each.signs[0])]
        for each in found
    }
    of_outcome = _of_range(levels, found[0].signs[1]) if found else levels
    index = pd.Index([f"{level:.4g}" for level in of_outcome], name=f"{outcome} (% of range)", dtype=object)
    return pd.DataFrame(columns, index=index, dtype=object)


def bottleneck_levels(found: Sequence[Found], steps: int) -> pd.DataFrame:
    """The same for all ceilings in numbers: percent of the range, raw scores, and cases that fall short."""
    tables = []
    levels = _levels(steps)
    for each in found:
        scope, (x_sign, y_sign) = each.plane.scope, each.signs
        for ceiling in each.plane.effect_size:
            needed = _needed(each, ceiling, levels)
            percent = np.where(np.isfinite(needed), needed, np.nan)
            level = scope.x_low + percent / 100 * (scope.x_high - scope.x_low)
            below = (each.plane.x[:, None] < level - each.room).mean(axis=0) * 100
            tables.append(
                pd.DataFrame(
                    {
                        "condition": each.name,
                        "ceiling": NAMES[ceiling],
                        "outcome_percent": _of_range(levels, y_sign),
                        "outcome": y_sign * (scope.y_low + levels / 100 * (scope.y_high - scope.y_low)),
                        "needs": _needs(needed, x_sign),
                        "percent": _of_range(percent, x_sign),
                        "actual": x_sign * level,
                        "percentile": np.where(np.isnan(percent), np.nan, below),
                    }
                )
            )
    return pd.concat(tables, ignore_index=True)


def _levels(steps: int) -> Floats:
    return np.linspace(0.0, 100.0, steps + 1)


def _needed(found: Found, ceiling: Ceiling, levels: Floats) -> Floats:
    """What each level of the outcome requires of the condition, in percent of its range, from the corner's side.

    -inf: nothing, inf: it is not reached, NaN: unknown.
    """
    scope = found.plane.scope
    wanted = scope.y_low + levels / 100 * (scope.y_high - scope.y_low)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(100 * (found.plane.required(ceiling, wanted) - scope.x_low) / (scope.x_high - scope.x_low))


def _of_range(percent: Floats, sign: int) -> Floats:
    """The same in percent of the range of raw scores, from the lowest on; what is not finite stays."""
    return percent if sign > 0 else np.where(np.isfinite(percent), 100.0 - percent, percent)


def effect_sizes(found: Sequence[Found]) -> pd.DataFrame:
    """All ceilings of each condition."""
    rows = []
    for each in found:
        for ceiling in each.plane.effect_size:
            size, scope = each.plane.effect_size[ceiling], each.plane.scope
            of_condition, of_outcome = each.plane.inefficiency(ceiling)
            rows.append(
                {
                    "condition": each.name,
                    "corner": each.corner,
                    "ceiling": NAMES[ceiling],
                    "effect_size": size,
                    "benchmark": benchmark(size),
                    "p": each.p[ceiling],
                    "accuracy": each.plane.accuracy(ceiling),
                    "ceiling_zone": size * scope.area,
                    "scope": scope.area if scope.area > 0 else np.nan,
                    "condition_inefficiency": of_condition,
                    "outcome_inefficiency": of_outcome,
                }
            )
    return pd.DataFrame(rows)


def peers(calibrated: eq.CalibratedStudy, found: Sequence[Found]) -> pd.DataFrame:
    """Corner points of CE-FDH in raw scores, in the direction in which the condition rises, with the cases that lie there."""
    rows = []
    for each in found:
        for x, y in each.plane.peers:
            there = (each.plane.x == x) & (each.plane.y == y)
            point = {"condition_score": each.signs[0] * x, "outcome_score": each.signs[1] * y}
            rows.append({"condition": each.name, **point, "cases": list(calibrated.cases[there])})
    return pd.DataFrame(rows)


def outliers(
    calibrated: eq.CalibratedStudy, found: Sequence[Found], ceiling: Ceiling, fixed: Container[str]
) -> pd.DataFrame:
    """The cases without which the effect size is another; `fixed` holds the sets whose scope is theoretical."""
    conditions: list[str] = []
    cases: list[str] = []
    parts: dict[str, list[Floats]] = {"effect_size": [], "without": [], "change": [], "change_percent": []}
    for each in found:
        stay = calibrated.variable(each.literal[0]).base_name in fixed, calibrated.outcome.base_name in fixed
        rows, figures = without_each(each.plane, ceiling, stay)
        conditions += [each.name] * len(rows)
        cases += calibrated.cases[rows].tolist()
        for column, values in figures.items():
            parts[column].append(values)
    columns = {column: np.concatenate([np.empty(0), *values]) for column, values in parts.items()}
    return pd.DataFrame({"condition": conditions, "case": cases, **columns})


def ceiling_lines(found: Sequence[Found]) -> pd.DataFrame:
    """The straight ceilings and the scopes in raw scores: outcome = intercept + slope × condition."""
    rows = []
    for each in found:
        (x_sign, y_sign), scope = each.signs, each.plane.scope
        x, y = sorted(x_sign * np.array(scope[:2])), sorted(y_sign * np.array(scope[2:]))
        bounds = {"condition_low": x[0], "condition_high": x[1], "outcome_low": y[0], "outcome_high": y[1]}
        for ceiling, (intercept, slope) in each.plane.lines.items():
            where = {"condition": each.name, "corner": each.corner, "ceiling": NAMES[ceiling]}
            rows.append({**where, "intercept": y_sign * intercept, "slope": y_sign * x_sign * slope, **bounds})
    return pd.DataFrame(rows)


def _percent(value: float) -> str | None:
    if np.isnan(value):
        return None
    return "NN" if value == -np.inf else "NA" if value == np.inf else f"{value:.1f}"


def _needs(percent: NDArray[np.float64], sign: int) -> list[str | None]:
    words = {-np.inf: "not necessary", np.inf: "not reached"}
    return [None if np.isnan(each) else words.get(each, at_least(sign)) for each in percent]
