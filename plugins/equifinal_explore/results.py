"""What the page shows of a method's findings, beside those with the study's own settings."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from dash import html

import equifinal as eq
from equifinal.plain import DIRECTIONS, SIGNS, counted
from equifinal_explore.exploration import ADVICE, Change, Findings, configuration
from equifinal_explore.tables import scrollable, table

_MOST_ROWS = 50
#: The page answers at every movement of an anchor; evidence takes many refits for each answer.
NO_EVIDENCE = "What the rules say, without evidence: equifinal compare shows which verdicts are firm."
_SIDES = {"in": "now in", "out": "now out", "neither": "at exactly 0.5"}


def status(now: Findings, own: Findings, changes: int) -> str:
    """In one line: the solution, and what was lost and gained."""
    parts = [" + ".join(now.paths) or "no path"]
    if not now.analysis.method.sufficient_paths:
        frame = now.analysis.configurations
        parts = [counted(len(frame), str(frame.index.name or "configuration"))] if len(frame) else []
    parts.append(counted(changes, "change") if changes else "the study's own settings")
    lost_and_gained = zip(now.lost_and_gained(own), ("lost", "gained"), strict=True)
    parts += [f"{len(paths)} {word}" for paths, word in lost_and_gained if paths]
    return f"{now.label}: {' · '.join(parts)}"


def changes(made: Sequence[Change], now: Findings, own: Findings) -> list[Any]:
    """Which settings were moved, and which paths and rows of the truth table this changed."""
    if not made:
        return [html.P("These are the study's own settings. Move an anchor or a cutoff to see what depends on it.")]
    lost, gained = now.lost_and_gained(own)
    turned = [f"{row} ({before} → {after})" for row, (before, after) in now.rows_that_turned(own).items()]
    said = [_listed("Paths gained", gained), _listed("Paths lost", lost)]
    said.append(_listed("Rows of the truth table that turned", turned))
    return [
        html.H2("What changed"),
        html.Ul([html.Li(str(change)) for change in made]),
        html.P([each for each in said if each] or "The paths are those of the study's own settings."),
        html.P(ADVICE, className="warning"),
    ]


def solution(now: Findings, own: Findings) -> list[Any]:
    """The paths (clusters, profiles), all models when there are several, and the fit."""
    lost, gained = now.lost_and_gained(own)
    frame, sufficient = now.analysis.configurations, now.analysis.method.sufficient_paths
    simple = [name for name in frame if frame[name].map(pd.api.types.is_scalar).all()]
    rows = frame[[name for name in simple if name not in ("expression", "cases")]].copy()
    rows.insert(0, "cases", [len(cases) for cases in frame["cases"]])
    rows = rows.loc[:, [not (rows[name] == "").all() for name in rows]]
    found: Any = html.P("No path is sufficient with these settings." if sufficient else "It has no configurations.")
    if len(rows):
        caption = "Paths" if sufficient else "Configurations"
        found = table(rows, str(frame.index.name or "path"), caption, dict.fromkeys(gained, "gained"))
    children = [html.H2("Solution" if sufficient else "Result"), found]
    if lost:
        children.append(html.P(_listed("Lost compared with the study's own settings", lost)))
    models = now.analysis.tables.get("models")
    if models is not None and len(models) > 1:
        same = ", which cover the same rows" if "truth_table" in now.analysis.tables else ""
        caption = f"All {len(models)} models{same}; the paths above are those of one"
        children.append(table(models, str(models.index.name or "model"), caption))
    fit = now.fit_beside(own).rename(index=lambda name: str(name).replace("_", " "))
    return [*children, table(fit, "measure", "Fit, beside the study's own settings", signed="difference")]


def tables(now: Findings, own: Findings) -> list[Any]:
    """The truth table, necessity and the conditions, then the method's further tables, folded."""
    further = dict(now.analysis.tables)
    rows, necessity, _ = (further.pop(name, None) for name in ("truth_table", "necessity", "models"))
    children: list[Any] = []
    if rows is not None:
        conditions = [name for name in now.analysis.conditions.index if name in rows]
        turned = now.rows_that_turned(own)
        names = {number: configuration(row, conditions) for number, row in rows.iterrows()}
        marks = {number: f"was {turned[name][0]}" for number, name in names.items() if name in turned}
        first = str(rows.index.name or "row")
        children += [html.H2("Truth table"), table(rows, first, "Observed configurations", marks)]
    if necessity is not None:
        children += [html.H2("Necessity"), table(necessity, "expression", "Each condition and its absence")]
    roles = now.analysis.conditions[["role", "direction", "evidence"]]
    roles = roles.assign(direction=[DIRECTIONS.get(int(each), "") for each in roles["direction"]])
    roles = roles.rename(columns={"direction": "own direction"})
    children += [html.H2("Conditions"), table(roles, "condition", f"What {now.label} says of each")]
    if further:
        children.append(html.H2("Further tables"))
    for name, frame in further.items():
        words = name.replace("_", " ")
        rest = f" (the first {_MOST_ROWS} of {len(frame)} rows)" if len(frame) > _MOST_ROWS else ""
        content = table(frame.iloc[:_MOST_ROWS], str(frame.index.name or ""), words)
        children.append(html.Details([html.Summary(f"{words}{rest}"), content]))
    return children


def notes(now: Findings) -> list[Any]:
    """The notes of the study and the method."""
    said = [*now.calibrated.notes, *now.analysis.notes]
    return [html.H2("Notes"), html.Ul([html.Li(note) for note in said])] if said else []


def kinds(now: Findings) -> html.Dl:
    """How many cases are of each type; the deviant ones by name."""
    rows: list[Any] = []
    for kind, cases in now.kinds_of_cases().items():
        names = f": {', '.join(cases)}" if cases and kind.startswith("deviant") else ""
        rows += [html.Dt(kind.capitalize()), html.Dd(f"{counted(len(cases), 'case')}{names}")]
    return html.Dl(rows)


def crossed(now: Findings, own: Findings) -> Any:
    """The cases that are on another side of a set than in the study."""
    found = now.crossed(own)
    if found.empty:
        return html.P("Every case is on the same side of each crossover as in the study.")
    items = []
    for name, row in found.iterrows():
        parts = [f"{words}: {', '.join(row[side])}" for side, words in _SIDES.items() if row[side]]
        items.append(html.Li([html.Strong(str(name)), f" – {'; '.join(parts)}"]))
    return [html.P("On another side than in the study:"), html.Ul(items)]


def verdicts(study: eq.Study, now: pd.DataFrame, own: pd.DataFrame) -> html.Div:
    """The verdicts on the study's propositions, and the former ones where they differ."""
    rows = []
    for proposition in study.claims:
        cells = []
        for label in now.columns:
            answer = str(now.loc[proposition.id, label])
            before = str(own.loc[proposition.id, label]) if label in own else answer
            was = html.Span(f" was {SIGNS[before]} {before}", className="was") if before != answer else None
            cells.append(html.Td([f"{SIGNS[answer]} {answer}", was], className=f"verdict {answer}"))
        rows.append(html.Tr([html.Th(proposition.text or proposition.id, scope="row"), *cells]))
    head = html.Tr([html.Th("Proposition", scope="col"), *[html.Th(label, scope="col") for label in now.columns]])
    caption = html.Caption(NO_EVIDENCE)
    return scrollable([caption, html.Thead(head), html.Tbody(rows)], "Verdicts on the propositions")


def _listed(words: str, items: Sequence[str]) -> Any:
    return html.Span([html.Strong(f"{words}: "), ", ".join(items), ". "]) if items else None
