"""A comparison as tables in the terminal."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.panel import Panel

from equifinal.base.words import ARROWS, KEY, SIGNS, UNTESTED_KEY
from equifinal.comparison.comparison import Comparison
from equifinal.comparison.measures import OUT_OF_SAMPLE, Measure
from equifinal.method.analysis import Analysis
from equifinal.shell.tables import (
    Column,
    cell_text,
    column_words,
    in_two_lines_if_narrow,
    method_heading,
    print_columns,
    show_frame,
    table_of,
    width_of,
)

#: A sign and a colour per verdict; the colour-blind can tell the colours apart, and the signs need no colour.
_COLOURS = {"supported": "bold cyan", "contradicted": "bold dark_orange", "inconclusive": "yellow", "silent": "dim"}
SYMBOLS = {answer: (sign, _COLOURS[answer]) for answer, sign in SIGNS.items()}

_MOST_CASES = 12
#: The least room for the propositions' texts; with less, the methods are numbered instead of named.
_PROPOSITION = 24


def show(comparison: Comparison, console: Console) -> None:
    """Print the verdicts first, then what they rest on."""
    calibrated = comparison.calibrated
    console.rule(f"[bold]{escape(calibrated.title)}")
    manifest = comparison.manifest
    console.print(
        f"{len(calibrated.cases)} cases · outcome {escape(calibrated.outcome.name)} ({escape(calibrated.outcome.label)}) · "
        f"{len(calibrated.conditions)} conditions · seed {manifest['seed']} · equifinal {manifest['version']}",
        style="dim",
    )
    if comparison.banner:
        console.print(Panel(escape(comparison.banner), border_style="dark_orange", title="Data not observed"))
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
    """The answer, what to keep in mind, and where kinds of methods agree and disagree."""
    said = comparison.headline
    console.print(f"[bold]{escape(said.answer[0])}[/]", highlight=False)
    for sentence in said.answer[1:]:
        console.print(escape(sentence), highlight=False)
    for note in comparison.caveats:
        console.print(Padding(f"[dark_orange]Keep in mind.[/] {escape(note)}", (0, 0, 0, 2)), highlight=False)
    console.print()


def _verdicts(comparison: Comparison, console: Console) -> None:
    verdicts, marks = comparison.verdicts, comparison.marks
    if verdicts.empty:
        console.print("There are no propositions to judge.", style="dim")
        return
    table = table_of(console, "Verdicts")
    table.add_column("proposition", ratio=1, overflow="fold")
    headings = [method_heading(str(label)) for label in verdicts.columns]
    widths = [max(width_of(head), *map(len, marks[label])) for head, label in zip(headings, marks, strict=True)]
    numbered = console.width - sum(width + 2 for width in widths) < _PROPOSITION
    for number, heading in enumerate(headings, start=1):
        table.add_column(str(number) if numbered else heading, justify="center", no_wrap=True)
    texts = comparison.propositions["text"].to_dict()
    for identifier, row in verdicts.iterrows():
        cells = [_cell(comparison, str(identifier), str(label)) for label in row.index]
        table.add_row(f"[bold]{escape(str(identifier))}[/] {escape(texts[str(identifier)])}".rstrip(), *cells)
    console.print(table)
    if numbered:
        legend = "  ".join(f"{number} {escape(str(label))}" for number, label in enumerate(verdicts.columns, start=1))
        console.print(legend, highlight=False)
    console.print(UNTESTED_KEY if comparison.demands is None else KEY, style="dim", highlight=False)
    console.print()
    said = comparison.headline
    for sentence in (*said.agreed, *said.denied, *said.parted, *comparison.summarize(texts=False, evidence=False)):
        if sentence not in said.answer:
            console.print(Padding(escape(f"• {sentence}"), (0, 0, 0, 2)), highlight=False)
    console.print()
    _evidence(comparison, console)


def _cell(comparison: Comparison, name: str, label: str) -> str:
    """A mark in the colour of its answer; grey where nothing shows it to be firm."""
    answer = str(comparison.verdicts.at[name, label])
    colour = "dim" if comparison.loose.at[name, label] else SYMBOLS[answer][1]
    return f"[{colour}]{escape(str(comparison.marks.at[name, label]))}[/]"


def _evidence(comparison: Comparison, console: Console) -> None:
    verdicts = comparison.verdicts
    console.print("[bold]Evidence[/]")
    for identifier in verdicts.index:
        answered = verdicts.loc[identifier][verdicts.loc[identifier] != "silent"]
        for label in answered.index:
            evidence, behind = (
                str(frame.at[identifier, label]) for frame in (comparison.verdict_evidence, comparison.standing)
            )
            cell = _cell(comparison, str(identifier), str(label))
            console.print(
                f"{cell} {escape(str(identifier))}, {escape(str(label))}: {escape(f'{evidence} {behind}'.rstrip())}",
                highlight=False,
            )
        if answered.empty:
            console.print(f"[dim]· {escape(str(identifier))}: every method is silent.[/]", highlight=False)
    console.print()


def _conditions(comparison: Comparison, console: Console) -> None:
    tested = comparison.demands is not None
    about = "↑ or ↓ only where firm" if tested else "no direction tested"
    rise = "rise in squared error of cases not seen when permuted"
    title = f"Conditions across methods: role, direction ({about}), importance ({rise})"
    columns = {"condition": [f"[bold]{escape(str(name))}[/]" for name in comparison.conditions.index]}
    directions = comparison.shown_directions
    for label in comparison.analyses:
        cells = []
        for sign, (_, row) in zip(directions[label].tolist(), comparison.conditions[label].iterrows(), strict=True):
            number = "" if pd.isna(row["importance"]) else f"{row['importance']:.3f}"
            cells.append(f"{row['role']} {ARROWS[sign]}{number}")
        columns[method_heading(label)] = cells
    in_two_lines_if_narrow(title, columns, " ", console)


def _method(label: str, analysis: Analysis, console: Console) -> None:
    name = "" if label == analysis.method.name else f" ({analysis.method.name})"
    console.rule(f"[bold]{escape(label)}{name}[/]: {escape(analysis.method.title)}", align="left")
    numbers = ", ".join(f"{column_words(key)} {_number(value)}" for key, value in analysis.fit.items())
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
    columns = {"method": [f"[bold]{method_heading(str(label))}[/]".replace(": ", ":\n") for label in fit.index]}
    for measure in comparison.measures:
        pairs = zip(fit[measure.name], fit[f"{measure.name}{OUT_OF_SAMPLE}"], strict=True)
        columns[_stacked(measure)] = [f"{_short(inside)} / {_short(outside)}" for inside, outside in pairs]
    in_two_lines_if_narrow(title, columns, " / ", console)


def _stacked(measure: Measure) -> str:
    """A measure as a heading, one word to a line."""
    return escape(measure.words).replace(" ", "\n")


def _differences(comparison: Comparison, console: Console) -> None:
    """The differences that are told apart from 0; the report has them all."""
    differences = comparison.differences
    lines, known, apart = [], 0, 0
    for (method, other), (_, row) in zip(differences.index, differences.iterrows(), strict=True):
        said = []
        for measure in comparison.measures:
            estimate, low, high, p = row[f"{measure.name}{OUT_OF_SAMPLE}"][["estimate", "low", "high", "p"]]
            known += not np.isnan(p)
            if p <= 0.05:
                said.append(f"{escape(measure.words)} {estimate:+.3f} ({low:+.3f} to {high:+.3f})")
        if said:
            apart += len(said)
            lines.append(f"[bold]{escape(f'{method} - {other}')}[/]: {', '.join(said)}")
    if not known:
        return
    console.print(
        "[bold]Differences in cases not seen[/], with 95 % intervals, where a test corrected for the number of pairs finds one"
    )
    for line in lines:
        console.print(line, highlight=False)
    console.print(f"{known - apart} of {known} differences are not told apart from 0.", style="dim", highlight=False)
    console.print()


def _permutations(comparison: Comparison, console: Console) -> None:
    shares = comparison.permutations
    if shares is None or shares.empty:
        return
    done = int(shares["permutations"].max())
    title = f"Chance: the share of {done:,} permuted outcomes that each method fits as well in sample"
    columns = {"method": [f"[bold]{method_heading(str(label))}[/]" for label in shares.index]}
    for measure in comparison.measures:
        columns[_stacked(measure)] = [cell_text(value) for value in shares[measure.name]]
    in_two_lines_if_narrow(title, columns, " ", console)
    found = shares["any_solution"].dropna()
    if len(found):
        words = ", ".join(f"{escape(str(label))} in {100 * share:.0f} %" for label, share in found.items())
        console.print(f"For permuted outcomes, a solution is found by {words} of them.", highlight=False)
    console.print()


def _short(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.2f}"


def _advice(comparison: Comparison, console: Console) -> None:
    advice = comparison.advice
    if advice.empty:
        return
    nearest = advice.drop_duplicates("case")
    shown = nearest.head(_MOST_CASES)
    headings = ("case", "has", "lacks", "what separates it from the path", "most similar case on it")
    rows = []
    for row in shown.to_dict("records"):
        change = " ".join(part for part in (row["raw_targets"], row["note"]) if isinstance(part, str) and part)
        cells = (cell_text(row[key] or "") for key in ("case", "has", "lacks"))
        rows.append([*cells, escape(change), cell_text(row["similar_case"] or "")])
        rows[-1][0] = f"[bold]{rows[-1][0]}[/]"
    columns = [Column(heading, [row[number] for row in rows]) for number, heading in enumerate(headings)]
    print_columns(
        "The nearest sufficient path for each case without the outcome: what cases on it have, not what a change would bring",
        columns,
        console,
    )
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
        columns[method_heading(str(label))] = cells
    title = f"Asymmetry: direction for {outcome}, direction for {absence}, and whether they are mirrored"
    in_two_lines_if_narrow(title, columns, " ", console)
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
