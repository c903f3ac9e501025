"""A comparison as tables in the terminal."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from equifinal.base.words import ARROWS, SIGNS
from equifinal.comparison.comparison import Comparison
from equifinal.comparison.measures import OUT_OF_SAMPLE, Measure
from equifinal.method.analysis import Analysis
from equifinal.plugin.registry import Plugin

__all__ = ["SYMBOLS", "show", "show_frame", "show_plugins", "table_of"]

#: A sign and a colour per verdict; the colours are told apart by the colour-blind, and the signs without colour.
_COLOURS = {"supported": "bold cyan", "contradicted": "bold dark_orange", "inconclusive": "yellow", "silent": "dim"}
SYMBOLS = {answer: (sign, _COLOURS[answer]) for answer, sign in SIGNS.items()}

_MOST_CASES = 12
#: The widest that the origin of a plugin may become before it is broken.
_ORIGIN = 13
#: The narrowest that the propositions' texts may become before the methods are numbered instead of named.
_PROPOSITION = 24


def show(comparison: Comparison, console: Console) -> None:
    """Print what a reader wants first: the verdicts, then what stands behind them."""
    calibrated = comparison.calibrated
    console.rule(f"[bold]{escape(calibrated.title)}")
    manifest = comparison.manifest
    console.print(
        f"{len(calibrated.cases)} cases · outcome {escape(calibrated.outcome.name)} ({escape(calibrated.outcome.label)}) · "
        f"{len(calibrated.conditions)} conditions · seed {manifest['seed']} · equifinal {manifest['version']}",
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
    if comparison.calibrated.time is not None:
        _by_time(comparison, console)
    if comparison.with_asymmetry:
        _asymmetry(comparison, console)
    _advice(comparison, console)
    _notes(comparison, console)


def _summary(comparison: Comparison, console: Console) -> None:
    for sentence in comparison.summarize(texts=False, evidence=False):
        console.print(Padding(escape(f"• {sentence}"), (0, 0, 0, 2)), highlight=False)
    console.print()


def show_frame(frame: pd.DataFrame, console: Console, title: str = "", index: bool = True) -> None:
    """Print a frame; numbers with three decimals, missing values as a dash.

    Where the terminal is too narrow for whole words side by side, each row becomes a paragraph.
    """
    columns = [
        _Column(
            _words(column),
            [_cell(value) for value in frame.iloc[:, number]],
            "right" if pd.api.types.is_numeric_dtype(frame.iloc[:, number]) else "left",
        )
        for number, column in enumerate(frame.columns)
    ]
    if index:
        labels = [f"[bold]{escape(str(label))}[/]" for label in frame.index]
        columns.insert(0, _Column(escape(str(frame.index.name or "")), labels))
    _print(title, columns, console)


def show_plugins(plugins: Mapping[str, Plugin], console: Console) -> None:
    """Print the plugins in a table that fits 80 columns, and below it, a line each, what is wrong with them."""
    rows = []
    for name, plugin in plugins.items():
        kinds: dict[str, list[str]] = {}
        for each in plugin.brings:
            kind, _, what = each.rpartition(" ")
            kinds.setdefault(kind, []).append(what)
        brings = "\n".join(f"{kind}: {', '.join(names)}" for kind, names in kinds.items())
        health = "off" if plugin.switched_off else "faulty" if plugin.problems else "ok"
        origin = plugin.distribution
        if plugin.version:
            origin = textwrap.fill(origin, _ORIGIN)  # at hyphens
        elif len(origin) > _ORIGIN:
            origin = f"…{origin[1 - _ORIGIN :]}"  # of a file the end of the path says most
        style = "bold red" if plugin.problems else "dim" if plugin.switched_off else "none"
        cells = map(escape, (name, plugin.version or "–", origin, brings or "–", health))
        rows.append([f"[{style}]{cell}[/]" for cell in cells])
        rows[-1][0] = f"[bold]{rows[-1][0]}[/]"
    headings = ("name", "version", "origin", "brings", "health")
    columns = [_Column(heading, [row[number] for row in rows]) for number, heading in enumerate(headings)]
    _print("Plugins", columns, console)
    for plugin in plugins.values():
        for problem in plugin.problems:
            console.print(f"{escape(str(plugin))}: {escape(problem)}.", highlight=False, soft_wrap=True)


@dataclass
class _Column:
    """A heading and cells, as markup."""

    heading: str
    cells: list[str]
    justify: Literal["left", "right", "center"] = "left"

    @property
    def texts(self) -> list[str]:
        return [Text.from_markup(each).plain for each in (self.heading, *self.cells)]


def _print(title: str, columns: Sequence[_Column], console: Console) -> None:
    """Print columns so that no word is broken; where they are too wide for that, each row as a paragraph."""
    widths = _widths(columns, console.width - 2 * len(columns) - 1)
    if widths is None:
        return _print_rows(title, columns, console)
    table = table_of(console, title)
    for column, width in zip(columns, widths, strict=True):
        table.add_column(column.heading, width=width, justify=column.justify, overflow="fold")
    for row in zip(*(column.cells for column in columns), strict=True):
        table.add_row(*row)
    return console.print(table)


def _widths(columns: Sequence[_Column], room: int) -> list[int] | None:
    """Every column at least as wide as its longest word, and no wider than it needs; ``None`` when that does not fit."""
    words = [[cell_len(word) for text in column.texts for word in text.split()] for column in columns]
    lines = [[cell_len(line) for text in column.texts for line in text.split("\n")] for column in columns]
    widths, wanted = [max(each, default=1) for each in words], [max(each, default=1) for each in lines]
    spare = room - sum(widths)
    if spare < 0:
        return None
    # First those that lack little, so that most columns need no second line.
    for number in sorted(range(len(widths)), key=lambda number: wanted[number] - widths[number]):
        if (lack := wanted[number] - widths[number]) <= spare:
            widths[number], spare = wanted[number], spare - lack
    while spare and (short := [number for number, width in enumerate(widths) if width < wanted[number]]):
        for number in short[:spare]:
            widths[number] += 1
        spare -= len(short[:spare])
    return widths


def _print_rows(title: str, columns: Sequence[_Column], console: Console) -> None:
    """Each row as a paragraph: its first cell, then the others after their headings."""
    if title:
        console.print(f"[bold]{escape(title)}[/]", highlight=False)
    first, *others = columns
    headings = [_on_one_line(column.heading) for column in others]
    for number, label in enumerate(first.cells):
        console.print(_on_one_line(label), highlight=False)
        parts = [
            f"[dim]{heading}[/] {_on_one_line(column.cells[number])}"
            for heading, column in zip(headings, others, strict=True)
            if column.cells[number]
        ]
        # Short ones share a line.
        joined = "; ".join(parts)
        together = all(cell_len(Text.from_markup(part).plain) < console.width // 2 for part in parts)
        for line in [joined] if together else parts:
            console.print(Padding(line, (0, 0, 0, 2)), highlight=False)
    console.print()


def _on_one_line(text: str) -> str:
    return " ".join(text.replace("-\n", "-").split())


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
            number = "" if pd.isna(row["importance"]) else f"{row['importance']:.3f}"
            cells.append(f"{row['role']} {ARROWS[int(row['direction'])]}{number}")
        columns[_heading(label)] = cells
    _in_two_lines_if_narrow(title, columns, " ", console)


def _in_two_lines_if_narrow(title: str, columns: dict[str, list[str]], separator: str, console: Console) -> None:
    """Print columns of cells; where they are too wide together, each cell breaks at its separator."""
    plain = {heading: [Text.from_markup(cell).cell_len for cell in cells] for heading, cells in columns.items()}
    if sum(max(_width(heading), *widths) + 2 for heading, widths in plain.items()) >= console.width:
        broken = f"{separator.rstrip()}\n"
        columns = {
            heading: [cell.replace(separator, broken, 1) for cell in cells] for heading, cells in columns.items()
        }
    _print(title, [_Column(heading, cells) for heading, cells in columns.items()], console)


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
    title = "The common yardstick: predicted against actual membership, in sample / in cases not seen"
    columns = {"method": [f"[bold]{_heading(str(label))}[/]".replace(": ", ":\n") for label in fit.index]}
    for measure in comparison.measures:
        pairs = zip(fit[measure.name], fit[f"{measure.name}{OUT_OF_SAMPLE}"], strict=True)
        columns[_stacked(measure)] = [f"{_short(inside)} / {_short(outside)}" for inside, outside in pairs]
    _in_two_lines_if_narrow(title, columns, " / ", console)


def _stacked(measure: Measure) -> str:
    """A measure as a heading, one word to a line."""
    return escape(measure.words).replace(" ", "\n")


def _differences(comparison: Comparison, console: Console) -> None:
    """The differences out of sample that hardly depend on the cases; the report has them all."""
    differences = comparison.differences
    lines, known, apart = [], 0, 0
    for (method, other), (_, row) in zip(differences.index, differences.iterrows(), strict=True):
        said = []
        for measure in comparison.measures:
            estimate, low, high = row[f"{measure.name}{OUT_OF_SAMPLE}"][["estimate", "low", "high"]]
            known += not np.isnan(low)
            if low > 0 or high < 0:
                said.append(f"{escape(measure.words)} {estimate:+.3f} ({low:+.3f} to {high:+.3f})")
        if said:
            apart += len(said)
            lines.append(f"[bold]{escape(f'{method} - {other}')}[/]: {', '.join(said)}")
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
    for measure in comparison.measures:
        columns[_stacked(measure)] = [_cell(value) for value in shares[measure.name]]
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
    headings = ("case", "path", "has", "lacks", "what would have to change")
    rows = []
    for row in shown.to_dict("records"):
        change = " ".join(part for part in (row["raw_targets"], row["note"]) if isinstance(part, str) and part)
        rows.append([*(_cell(row[key]) for key in headings[:4]), escape(change)])
        rows[-1][0] = f"[bold]{rows[-1][0]}[/]"
    columns = [_Column(heading, [row[number] for row in rows]) for number, heading in enumerate(headings)]
    _print("Advice: the nearest sufficient path of each case without the outcome", columns, console)
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
    outcome, absence = comparison.calibrated.outcome.name, found.run.calibrated.outcome.name
    columns = {"condition": [f"[bold]{escape(str(name))}[/]" for name in found.conditions.index]}
    for label in found.methods.index:
        cells = []
        for _, row in found.conditions[label].iterrows():
            there, away = (ARROWS[int(row[key])] for key in ("direction", "direction_absence"))
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
