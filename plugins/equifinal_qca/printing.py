"""Truth tables and solutions as plain text, as one would write them down."""

from typing import TYPE_CHECKING

import pandas as pd

from equifinal.errors import listing

if TYPE_CHECKING:
    from equifinal_qca.solution import Solution
    from equifinal_qca.table import TruthTable

__all__ = ["solution_as_text", "table_as_text"]

_MOST_ROWS, _MOST_MODELS, _MOST_CASES = 64, 10, 5


def table_as_text(table: "TruthTable") -> str:
    """The observed rows with their cases, the cutoffs above, the notes below."""
    lower, upper = table.consistency_cutoff
    consistency = f"{upper:g}" if lower == upper else f"{lower:g} and {upper:g}"
    head = (
        f"Truth table for {table.outcome}: {len(table.corners)} of {table.possible} configurations observed, "
        f"{len(table.cases)} cases\n"
        f"Cutoffs: consistency {consistency}, PRI {table.pri_cutoff:g}, frequency {table.frequency_cutoff}"
    )
    rows = table.rows
    body = _frame_as_text(rows.head(_MOST_ROWS)) if len(rows) else "No case is in any configuration."
    if len(rows) > _MOST_ROWS:
        body += f"\n... {len(rows) - _MOST_ROWS} more rows, see .rows"
    return "\n\n".join([head, body, *_notes(table.notes)])


def solution_as_text(solution: "Solution") -> str:
    """All models, the parameters of fit of the best one by term, and the notes."""
    models = solution.models
    head = f"{solution.kind.capitalize()} solution for {solution.table.outcome}"
    if not models or solution.best is None:
        return "\n\n".join([head, *_notes(solution.notes)])
    lines = [f"M{number}: {model}" for number, model in enumerate(models[:_MOST_MODELS], start=1)]
    if len(models) > _MOST_MODELS:
        lines.append(f"... {len(models) - _MOST_MODELS} more models, see .overview")
    name = f"M{models.index(solution.best) + 1}"
    fit = solution.best.fit
    overall = {**solution.best.overall, "raw_coverage": solution.best.overall["coverage"]}
    last = pd.DataFrame({column: [overall.get(column)] for column in fit.columns}, index=[name])
    chosen = (
        []
        if len(models) == 1
        else [f"Parameters of fit of {name}, first by consistency, then by coverage, then in the alphabet:"]
    )
    table = _frame_as_text(pd.concat([fit.astype(object), last.astype(object)]))
    return "\n\n".join([head, "\n".join(lines), *chosen, table, *_notes(solution.notes)])


def _notes(notes: tuple[str, ...]) -> list[str]:
    return ["\n".join(f"* {note}" for note in notes)] if notes else []


def _frame_as_text(frame: pd.DataFrame) -> str:
    """Three decimals, a dash for what is undefined, cases by name."""
    shown = pd.DataFrame({name: [_entry(each) for each in frame[name]] for name in frame.columns}, index=frame.index)
    if "cases" in shown:
        width = max(map(len, [*shown["cases"], "cases"]))
        shown["cases"] = shown["cases"].str.ljust(width)
        shown = shown.rename(columns={"cases": "cases".ljust(width)})
    lines = shown.rename_axis(index=None).to_string().split("\n")
    return "\n".join(line.rstrip() for line in lines)


def _entry(value: object) -> str:
    if isinstance(value, list):
        return listing(value, most=_MOST_CASES) if value else ""
    if isinstance(value, float):
        return "–" if pd.isna(value) else f"{value:.3f}"
    return "" if value is None else str(value)
