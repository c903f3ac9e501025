"""A comparison as tables in the terminal."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from equifinal.analysis import Analysis
from equifinal.comparison import Comparison
from equifinal.registry import Plugin
from equifinal.summary import summary

__all__ = ["SYMBOLS", "show", "show_frame", "show_plugins", "table_of"]

#: A sign and a colour per verdict; the colours are told apart by the colour-blind, and the signs without colour.
SYMBOLS = {
    "supported": ("✔", "bold cyan"),
    "contradicted": ("✘", "bold dark_orange"),
    "inconclusive": ("?", "yellow"),
    "silent": ("·", "dim"),
}

_MOST_CASES = 12
#: The narrowest that the propositions' texts may become before the methods are numbered instead of named.
_PROPOSITION = 24
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
    _summary(comparison, console)
    _verdicts(comparison, console)
    _conditions(comparison, console)
    for label, analysis in comparison.analyses.items():
        _method(label, analysis, console)
    _fit(comparison, console)
    _differences(comparison, console)
    _permutations(comparison, console)
    if comparison.study.time is not None:
        _by_time(comparison, console)
    if comparison.with_asymmetry:
        _asymmetry(comparison, console)
    _advice(comparison, console)
    _notes(comparison, console)


def _summary(comparison: Comparison, console: Console) -> None:
    for sentence in summary(comparison, texts=False, evidence=False):
        console.print(Padding(escape(f"• {sentence}"), (0, 0, 0, 2)), highlight=False)
    console.print()


def show_frame(frame: pd.DataFrame, console: Console, title: str = "", index: bool = True) -> None:
    """Print a frame; numbers with three decimals, missing values as a dash."""
    table = table_of(console, title)
    if index:
        table.add_column(str(frame.index.name or ""), overflow="fold", style="bold")
    for column in frame.columns:
        numeric = pd.api.types.is_numeric_dtype(frame[column])
        table.add_column(_words(column), justify="right" if numeric else "left", overflow="fold")
    for label, row in zip(frame.index, frame.itertuples(index=False, name=None), strict=True):
        cells = [_cell(value) for value in row]
        table.add_row(*([escape(str(label))] if index else []), *cells)
    console.print(table)


def show_plugins(plugins: Mapping[str, Plugin], console: Console) -> None:
    """Print the plugins in a table that fits 80 columns, and below it, a line each, what is wrong with them."""
    table = table_of(console, "Plugins")
    for heading in ("name", "version", "origin", "brings", "health"):
        table.add_column(heading, overflow="fold", style="bold" if heading == "name" else "")
    for name, plugin in plugins.items():
        kinds: dict[str, list[str]] = {}
        for each in plugin.brings:
            kind, _, what = each.rpartition(" ")
            kinds.setdefault(kind, []).append(what)
        brings = "\n".join(f"{kind}: {', '.join(names)}" for kind, names in kinds.items())
        problems = len(plugin.problems)
        health = "off" if plugin.switched_off else f"{problems} problem{'s' * (problems > 1)}" if problems else "ok"
        # Of a file the end of the path says most.
        origin = plugin.distribution if len(plugin.distribution) <= 24 else f"…{plugin.distribution[-23:]}"
        style = "bold red" if problems else "dim" if plugin.switched_off else ""
        table.add_row(*map(escape, (name, plugin.version or "–", origin, brings or "–", health)), style=style)
    console.print(table)
    for plugin in plugins.values():
        for problem in plugin.problems:
            console.print(f"{escape(str(plugin))}: {escape(problem)}.", highlight=False, soft_wrap=True)


def table_of(console: Console, title: str) -> Table:
    """A table under its title, which may be wider than the table."""
    if title:
        console.print(f"[bold]{escape(title)}[/]", highlight=False)
    return Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))


def _heading(label: str) -> str:
    """A method's label, broken where people would break it."""
    return escape(label if len(label) <= 12 else label.replace("-", "-\n"))


def _width(text: str) -> int:
    return max(len(line) for line in text.split("\n"))


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
        console.print("There are no propositions to judge.", style="dim")
        return
    table = table_of(console, "Verdicts")
    table.add_column("proposition", ratio=1, overflow="fold")
    headings = [_heading(str(label)) for label in verdicts.columns]
    numbered = console.width - sum(_width(heading) + 2 for heading in headings) < _PROPOSITION
    for number, heading in enumerate(headings, start=1):
        table.add_column(str(number) if numbered else heading, justify="center", no_wrap=True)
    texts = comparison.propositions["text"].to_dict()
    for identifier, row in verdicts.iterrows():
        cells = [f"[{SYMBOLS[answer][1]}]{SYMBOLS[answer][0]}[/]" for answer in row]
        table.add_row(f"[bold]{escape(str(identifier))}[/] {escape(texts[str(identifier)])}".rstrip(), *cells)
    console.print(table)
    if numbered:
        legend = "  ".join(f"{number} {escape(str(label))}" for number, label in enumerate(verdicts.columns, start=1))
        console.print(legend, highlight=False)
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
    title = "Conditions across methods: role, direction, importance (rise in mean absolute error when permuted)"
    columns = {"condition": [f"[bold]{escape(str(name))}[/]" for name in comparison.conditions.index]}
    for label in comparison.analyses:
        cells = []
        for _, row in comparison.conditions[label].iterrows():
            number = "" if pd.isna(row["importance"]) else f" {row['importance']:.3f}"
            cells.append(f"{row['role']} {_ARROWS[int(row['direction'])]}{number}")
        columns[_heading(label)] = cells
    _in_two_lines_if_narrow(title, columns, " ", console)


def _in_two_lines_if_narrow(title: str, columns: dict[str, list[str]], separator: str, console: Console) -> None:
    """Print columns of cells; where they are too wide together, each cell breaks at its separator."""
    plain = {heading: [Text.from_markup(cell).cell_len for cell in cells] for heading, cells in columns.items()}
    if sum(max(_width(heading), *widths) + 2 for heading, widths in plain.items()) > console.width:
        broken = f"{separator.rstrip()}\n"
        columns = {
            heading: [cell.replace(separator, broken, 1) for cell in cells] for heading, cells in columns.items()
        }
    table = table_of(console, title)
    for heading in columns:
        table.add_column(heading, overflow="fold")
    for row in zip(*columns.values(), strict=True):
        table.add_row(*row)
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
    title = "The common yardstick: predicted against actual membership, in sample / in cases not seen"
    columns = {"method": [f"[bold]{_heading(str(label))}[/]".replace(": ", ":\n") for label in fit.index]}
    for column in seen:
        pairs = zip(fit[column], fit[f"{column}_out_of_sample"], strict=True)
        columns[_words(column).replace(" ", "\n")] = [
            f"{_short(inside)} / {_short(outside)}" for inside, outside in pairs
        ]
    _in_two_lines_if_narrow(title, columns, " / ", console)


def _differences(comparison: Comparison, console: Console) -> None:
    """The differences out of sample that hardly hang on the cases; the report has them all."""
    differences = comparison.differences
    measures = [name for name in differences.columns.unique("measure") if name.endswith("_out_of_sample")]
    lines, known, apart = [], 0, 0
    for (method, other), (_, row) in zip(differences.index, differences.iterrows(), strict=True):
        figures = []
        for name in measures:
            estimate, low, high = row[name][["estimate", "low", "high"]]
            known += not np.isnan(low)
            if low > 0 or high < 0:
                figures.append(
                    f"{_words(name.removesuffix('_out_of_sample'))} {estimate:+.3f} ({low:+.3f} to {high:+.3f})"
                )
        if figures:
            apart += len(figures)
            lines.append(f"[bold]{escape(f'{method} - {other}')}[/]: {', '.join(figures)}")
    if not known:
        return
    console.print("[bold]Differences in cases not seen[/], with 95 % intervals over cases, where these exclude 0")
    for line in lines:
        console.print(line, highlight=False)
    console.print(f"{known - apart} of {known} intervals include 0.", style="dim", highlight=False)
    console.print()


def _permutations(comparison: Comparison, console: Console) -> None:
    shares = comparison.permutations
    if shares is None or shares.empty:
        return
    done = int(shares["permutations"].max())
    title = f"Chance: in which share of {done:,} permuted outcomes each method fits as well in sample"
    columns = {"method": [f"[bold]{_heading(str(label))}[/]" for label in shares.index]}
    for name in shares.columns.drop(["any_solution", "permutations", "failed", "why"]):
        columns[_words(name).replace(" ", "\n")] = [_cell(value) for value in shares[name]]
    _in_two_lines_if_narrow(title, columns, " ", console)
    found = shares["any_solution"].dropna()
    if len(found):
        words = ", ".join(f"{escape(str(label))} in {share:.0%}" for label, share in found.items())
        console.print(f"Any solution is found for permuted outcomes by {words} of them.", highlight=False)
    console.print()


def _short(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.2f}"


def _advice(comparison: Comparison, console: Console) -> None:
    advice = comparison.advice
    if advice.empty:
        return
    nearest = advice.drop_duplicates("case")
    shown = nearest.head(_MOST_CASES)
    table = table_of(console, "Advice: the nearest sufficient path of each case without the outcome")
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


def _by_time(comparison: Comparison, console: Console) -> None:
    found = comparison.by_time
    if len(found.paths):
        lines: dict[Any, dict[str, str]] = {}
        index: list[Any] = found.paths.index.tolist()
        for (label, path, time), row in zip(index, found.paths.to_dict("records"), strict=True):
            cells = lines.setdefault((label, path), {"method": label, "path": path})
            cells[time] = f"{_short(row['consistency'])} ({row['members']})"
        title = "Paths by time: consistency (cases in the path)"
        show_frame(pd.DataFrame(list(lines.values())), console, title, index=False)
    changed = found.groups[found.groups["changes"].astype(bool)] if len(found.groups) else found.groups
    for label, rows in changed.groupby(level="method", sort=False):
        units = ", ".join(str(unit) for _, unit in rows.index)
        count = len(found.groups.xs(label, level="method"))
        console.print(
            f"[bold]{escape(str(label))}[/]: {len(rows)} of {count} units change groups: {escape(units)}",
            highlight=False,
        )
    for note in found.notes:
        console.print(escape(note), style="dim", highlight=False)
    console.print()


def _asymmetry(comparison: Comparison, console: Console) -> None:
    found = comparison.asymmetry
    outcome, absence = comparison.study.outcome.name, found.run.calibrated.outcome.name
    columns = {"condition": [f"[bold]{escape(str(name))}[/]" for name in found.conditions.index]}
    for label in found.methods.index:
        cells = []
        for _, row in found.conditions[label].iterrows():
            there, away = (_ARROWS[int(row[key])] for key in ("direction", "direction_absence"))
            mirrored = "–" if row["mirrored"] is None else "mirrored" if row["mirrored"] else "not"
            cells.append(f"{there}{away} {mirrored}")
        columns[_heading(str(label))] = cells
    title = f"Asymmetry: direction for {outcome}, direction for {absence}, and whether they are mirrored"
    _in_two_lines_if_narrow(title, columns, " ", console)
    show_frame(found.methods, console, f"Whether {absence} mirrors {outcome}")
    if len(found.paths):
        shown = found.paths.reset_index()[["method", "of", "expression", "consistency", "coverage"]]
        show_frame(shown, console, f"Sufficient paths of {outcome} and of {absence}", index=False)
    for note in found.notes:
        console.print(escape(note), style="dim", highlight=False)


def _notes(comparison: Comparison, console: Console) -> None:
    rows: Sequence[tuple[str, str]] = list(comparison.notes.itertuples(index=False, name=None))
    if not rows:
        return
    console.rule("[bold]Notes", align="left")
    for about, note in rows:
        console.print(f"[bold]{escape(about)}[/]: {escape(note)}", highlight=False)
