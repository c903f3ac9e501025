"""A comparison as tables in the terminal."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from equifinal.analysis import Analysis
from equifinal.comparison import Comparison

__all__ = ["SYMBOLS", "show", "show_frame"]

#: A sign and a colour per verdict; the colours are told apart by the colour-blind, and the signs without colour.
SYMBOLS = {
    "supported": ("✔", "bold cyan"),
    "contradicted": ("✘", "bold dark_orange"),
    "inconclusive": ("?", "yellow"),
    "silent": ("·", "dim"),
}

_MOST_CASES = 12
_ARROWS = {1: "↑", -1: "↓", 0: "–"}


def show(comparison: Comparison, console: Console) -> None:
    """Print what a reader wants first: the verdicts, then what stands behind them."""
    study = comparison.study
    console.rule(f"[bold]{escape(study.title)}")
    manifest = comparison.manifest
    console.print(
        f"{len(study.cases)} cases · outcome {escape(study.outcome.name)} ({escape(study.outcome.label)}) · "
        f"{len(study.conditions)} conditions · seed {manifest['seed']} · equifinal {manifest['version']}",
        style="dim",
    )
    if comparison.banner:
        console.print(Panel(escape(comparison.banner), border_style="dark_orange", title="Not observed data"))
    _verdicts(comparison, console)
    _conditions(comparison, console)
    for label, analysis in comparison.analyses.items():
        _method(label, analysis, console)
    _fit(comparison, console)
    _advice(comparison, console)
    _notes(comparison, console)


def show_frame(frame: pd.DataFrame, console: Console, title: str = "", index: bool = True) -> None:
    """Print a frame; numbers with three decimals, missing values as a dash."""
    table = _table(title)
    if index:
        table.add_column(str(frame.index.name or ""), overflow="fold", style="bold")
    for column in frame.columns:
        numeric = pd.api.types.is_numeric_dtype(frame[column])
        table.add_column(_words(column), justify="right" if numeric else "left", overflow="fold")
    for label, row in zip(frame.index, frame.itertuples(index=False, name=None), strict=True):
        cells = [_cell(value) for value in row]
        table.add_row(*([escape(str(label))] if index else []), *cells)
    console.print(table)


def _table(title: str) -> Table:
    return Table(
        title=escape(title), title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0)
    )


def _words(column: Any) -> str:
    return escape(str(column).replace("_out_of_sample", " (out of sample)").replace("_", " "))


def _cell(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return escape(", ".join(map(str, value)))
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, (float, np.floating)):
        return "–" if np.isnan(value) else f"{value:.3f}"
    if value is None or value is pd.NA:
        return "–"
    return escape(str(value))


def _verdicts(comparison: Comparison, console: Console) -> None:
    verdicts = comparison.verdicts
    if verdicts.empty:
        console.print("The study states no propositions.", style="dim")
        return
    table = _table("Verdicts")
    table.add_column("proposition", ratio=1, overflow="fold")
    for label in verdicts.columns:
        table.add_column(escape(label), justify="center", overflow="fold", min_width=6, max_width=12)
    texts = comparison.propositions["text"].to_dict()
    for identifier, row in verdicts.iterrows():
        text = texts[str(identifier)] or str(identifier)
        cells = [f"[{SYMBOLS[answer][1]}]{SYMBOLS[answer][0]}[/]" for answer in row]
        table.add_row(f"[bold]{escape(str(identifier))}[/] {escape(text)}", *cells)
    console.print(table)
    console.print("  ".join(f"[{style}]{sign}[/] {word}" for word, (sign, style) in SYMBOLS.items()), style="dim")
    console.print()
    console.print("[bold]Evidence[/]")
    for identifier in verdicts.index:
        answered = verdicts.loc[identifier][verdicts.loc[identifier] != "silent"]
        for label, answer in answered.items():
            sign, style = SYMBOLS[answer]
            evidence = str(comparison.verdict_evidence[label][identifier])
            console.print(
                f"[{style}]{sign}[/] {escape(str(identifier))}, {escape(str(label))}: {escape(evidence)}",
                highlight=False,
            )
        if answered.empty:
            console.print(f"[dim]· {escape(str(identifier))}: every method is silent.[/]", highlight=False)
    console.print()


def _conditions(comparison: Comparison, console: Console) -> None:
    table = _table("Conditions across methods: role, direction, importance (rise in mean absolute error when permuted)")
    table.add_column("condition", style="bold")
    for label in comparison.analyses:
        table.add_column(escape(label), overflow="fold")
    for name, row in comparison.conditions.iterrows():
        cells = []
        for label in comparison.analyses:
            importance = row[label, "importance"]
            number = "" if pd.isna(importance) else f" {importance:.3f}"
            cells.append(f"{row[label, 'role']} {_ARROWS[int(row[label, 'direction'])]}{number}")
        table.add_row(escape(str(name)), *cells)
    console.print(table)


def _method(label: str, analysis: Analysis, console: Console) -> None:
    name = "" if label == analysis.method.name else f" ({analysis.method.name})"
    console.rule(f"[bold]{escape(label)}{name}[/]: {escape(analysis.method.title)}", align="left")
    numbers = ", ".join(f"{_words(key)} {_number(value)}" for key, value in analysis.fit.items())
    if len(analysis.configurations):
        expressions = analysis.configurations["expression"]
        if expressions.notna().all() and type(analysis.method).sufficient_paths:
            console.print(f"[bold]{escape(' + '.join(expressions))}[/]", highlight=False)
        shown = analysis.configurations.copy()
        shown["n"] = [len(cases) for cases in shown["cases"]]
        keep = ["expression", "n", "consistency", "coverage", "pri", "unique_coverage", "mean_outcome", "core"]
        if (shown["expression"].astype(str) == shown.index.astype(str)).all():
            keep.remove("expression")
        show_frame(shown[[column for column in keep if column in shown]], console)
    console.print(numbers, style="dim", highlight=False)
    for condition, evidence in analysis.conditions["evidence"].items():
        console.print(f"[bold]{escape(str(condition))}[/]: {escape(evidence)}", highlight=False)
    console.print()


def _number(value: float) -> str:
    if isinstance(value, (int, np.integer)) or (np.isfinite(value) and value == round(value) and abs(value) < 1e6):
        return str(int(value))
    return "–" if np.isnan(value) else f"{value:.3f}"


def _fit(comparison: Comparison, console: Console) -> None:
    fit = comparison.fit
    seen = [column for column in fit.columns if not column.endswith("_out_of_sample") and not column.endswith("folds")]
    table = _table("The common yardstick: predicted against actual membership, in sample / in cases not seen")
    table.add_column("method", style="bold", overflow="fold")
    for column in seen:
        table.add_column(_words(column), justify="right")
    for label, row in fit.iterrows():
        cells = [f"{_short(row[column])} / {_short(row[f'{column}_out_of_sample'])}" for column in seen]
        table.add_row(escape(str(label)), *cells)
    console.print(table)


def _short(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.2f}"


def _advice(comparison: Comparison, console: Console) -> None:
    advice = comparison.advice
    if advice.empty:
        return
    nearest = advice.drop_duplicates("case")
    shown = nearest.head(_MOST_CASES)
    table = _table("Advice: the nearest sufficient path of each case without the outcome")
    for column, ratio in (("case", 2), ("path", 3), ("has", 2), ("lacks", 2), ("what would have to change", 4)):
        table.add_column(column, overflow="fold", ratio=ratio, style="bold" if column == "case" else "")
    for row in shown.to_dict("records"):
        change = " ".join(part for part in (row["raw_targets"], row["note"]) if isinstance(part, str) and part)
        table.add_row(*[_cell(row[key]) for key in ("case", "path", "has", "lacks")], escape(change))
    console.print(table)
    if len(nearest) > len(shown):
        console.print(
            f"... and {len(nearest) - len(shown)} more cases, with every path, in the report (-o DIR).", style="dim"
        )


def _notes(comparison: Comparison, console: Console) -> None:
    rows: Sequence[tuple[str, str]] = list(comparison.notes.itertuples(index=False, name=None))
    if not rows:
        return
    console.rule("[bold]Notes", align="left")
    for about, note in rows:
        console.print(f"[bold]{escape(about)}[/]: {escape(note)}", highlight=False)
