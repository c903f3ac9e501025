"""The format ``html``: one self-contained page that needs neither network nor fonts."""

import json
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pydantic

import equifinal as eq
from equifinal.plain import DECIDED, MARKS, SIGNS, headings, is_missing, plain, shown, shown_column
from equifinal_output.figures.pictures import Picture, figures_of, further_figures
from equifinal_output.report.content import content
from equifinal_output.report.document import Content
from equifinal_output.report.drawings import WIDTH, distributions, importances, scatters
from equifinal_output.report.reading_help import DRAWN
from equifinal_output.tables import Table, levels_of
from equifinal_output.words.propositions import in_sum

#: How many sentences of each part of the answer a phone shows at first.
_FIRST_SENTENCES = 3
#: Lists with more entries, and background tables with more rows, are folded away.
_LONG_LIST = 6
_LONG_TABLE = 15
#: Tables with more columns are printed smaller.
_WIDE = {"widest": 30, "wider": 20, "wide": 14}
#: Longer text gets room to wrap, and a longer word may break anywhere.
_LONG_TEXT = 28
_LONG_WORD = 30


class HtmlReport(eq.Output):
    """A page to read, search and print."""

    name = "html"
    by_default = True

    figures: bool = pydantic.Field(
        default=False,
        description="Put the pictures of the format figures into the page as well, which takes a few seconds.",
    )

    def write(self, comparison: eq.Comparison, directory: Path) -> list[Path]:
        """Write ``report.html``; see :meth:`equifinal.Output.write`."""
        from jinja2 import Environment, PackageLoader, StrictUndefined

        environment = Environment(
            loader=PackageLoader("equifinal_output.report"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        report = content(comparison)
        page = environment.get_template("report.html.jinja").render(
            report=report,
            first_sentences=_FIRST_SENTENCES,
            pictures=_pictures(comparison, report, self.figures),
            manifest=comparison.manifest,
            manifest_json=json.dumps(plain(comparison.manifest), indent=2, ensure_ascii=False, allow_nan=False),
            propositions=_propositions(comparison),
            methods=list(comparison.verdicts.columns),
            legend=_legend(comparison),
            grid=grid,
            endless=endless,
            distributions=distributions(comparison.calibrated),
            scatters=scatters(comparison),
            importances=importances(comparison),
            drawn=DRAWN,
            width=WIDTH,
        )
        path = directory / "report.html"
        path.write_text(page, encoding="utf-8")
        return [path]

    def write_trial(self, trial: eq.Trial, directory: Path) -> list[Path]:
        """Write ``trial.html``; see :meth:`equifinal.Output.write_trial`."""
        from equifinal_output.trials.page import page

        path = directory / "trial.html"
        path.write_text(page(trial, grid), encoding="utf-8")
        return [path]


#: The beginnings of names of figures that the page shows in another form.
_SHOWN_ANYHOW = ("verdicts", "agreement", "importance")


def _pictures(comparison: eq.Comparison, report: Content, all_figures: bool) -> dict[str, list[Picture]]:
    """The figures by section: those of plugins' facets, or all but those that the page shows in another form."""
    methods = {part.title: part.name for section in report.sections for part in section.parts}
    found: dict[str, list[Picture]] = {}
    for picture in figures_of(comparison) if all_figures else further_figures(comparison):
        if not picture.name.startswith(_SHOWN_ANYHOW) or picture.section.startswith("facet-"):
            place = "conditions" if picture.section == "comparison" else methods.get(picture.section, picture.section)
            found.setdefault(place, []).append(picture)
    return found


# ------------------------------------------------------------------------------------------- the verdict matrix


@dataclass(frozen=True)
class _Answer:
    """One cell; `words` are read aloud instead of the mark."""

    method: str
    answer: str
    mark: str
    loose: bool  # not known to be firm
    words: str
    evidence: str


@dataclass(frozen=True)
class _Proposition:
    id: str
    text: str
    where: str
    answers: list[_Answer]
    in_sum: str
    answering: int


def _propositions(comparison: eq.Comparison) -> list[_Proposition]:
    together = in_sum(comparison)
    return [
        _Proposition(
            id=str(name),
            text=str(comparison.propositions.at[name, "text"]),
            where=str(comparison.propositions.at[name, "where"]),
            answers=[_answer(comparison, str(name), str(label)) for label in comparison.verdicts.columns],
            in_sum=str(together[name]),
            answering=int((comparison.verdicts.loc[name] != "silent").sum()),
        )
        for name in comparison.verdicts.index
    ]


def _answer(comparison: eq.Comparison, name: str, label: str) -> _Answer:
    answer, standing = str(comparison.verdicts.at[name, label]), str(comparison.standing.at[name, label])
    return _Answer(
        method=label,
        answer=answer,
        mark=str(comparison.marks.at[name, label]),
        loose=bool(comparison.loose.at[name, label]),
        words=f"{answer}. {standing}" if standing else answer,
        evidence=" ".join(filter(None, (str(comparison.verdict_evidence.at[name, label]), standing))),
    )


def _legend(comparison: eq.Comparison) -> list[tuple[str, str, bool, int]]:
    """Each answer with its words, whether it is loose, and how often it stands in the matrix; firm ones apart."""
    verdicts, firm = comparison.verdicts, comparison.firm
    tested = comparison.demands is not None
    found: list[tuple[str, str, bool, int]] = []
    for answer in SIGNS:
        there = verdicts == answer
        if tested and answer in DECIDED:
            found.append((answer, f"{answer}, firm", False, int((there & firm).to_numpy().sum())))
            found.append((answer, f"{answer}, not firm", True, int((there & ~firm).to_numpy().sum())))
        else:
            found.append((answer, answer, answer in DECIDED, int(there.to_numpy().sum())))
    return [(answer, f"{SIGNS[answer]} {words}", loose, count) for answer, words, loose, count in found]


# ----------------------------------------------------------------------------------------------- other tables


@dataclass(frozen=True)
class _Heading:
    text: str
    columns: int = 1
    rows: int = 1
    sortable: bool = False
    number: bool = False


@dataclass(frozen=True)
class _Cell:
    text: str
    kind: str  # "number", "text", "short", "mark" or a shade of a heat map
    items: tuple[str, ...] = ()  # of a list that is too long to show at once
    value: float | None = None  # what a number is sorted by
    sign: str = ""  # of a mark, whose text says it in words
    lines: tuple[str, ...] = ()  # parts that stand below one another

    @property
    def plain(self) -> bool:
        return not (self.items or self.lines or self.kind.startswith("mark"))


@dataclass(frozen=True)
class _Grid:
    """A table as the template writes it."""

    title: str
    head: list[list[_Heading]]
    rows: list[tuple[list[str], list[_Cell]]]  # labels, then cells
    folded: bool
    long: bool
    searchable: bool
    identifier: str
    style: str


def grid(table: Table) -> _Grid:
    frame = table.shown
    levels = levels_of(frame.index)
    columns = [_cells(frame.iloc[:, number]) for number in range(frame.shape[1])]
    if table.kind == "heat map":
        columns = [[_shaded(cell) for cell in column] for column in columns]
    elif table.kind == "stacked":
        columns = [
            [replace(cell, kind="stack", lines=tuple(cell.text.split(" · "))) for cell in each] for each in columns
        ]
    elif table.kind == "chart":
        columns = [[_marked(cell) for cell in column] for column in columns]
    labels = [[shown(value) for value in level] for level in levels]
    return _Grid(
        title=table.heading,
        head=_head(frame.columns, columns, [str(level.name or "") for level in levels], table.searchable),
        rows=[([level[row] for level in labels], [column[row] for column in columns]) for row in range(len(frame))],
        folded=table.folded or (len(frame) > _LONG_TABLE and not table.searchable),
        long=len(frame) > _LONG_TABLE,
        searchable=table.searchable,
        identifier=table.name,
        style=_style(table, len(levels) + len(columns)),
    )


def _style(table: Table, columns: int) -> str:
    """What the style sheet must know: the kind of table, and how small it must be to fit on paper."""
    styles = ["sortable"] if table.searchable else [table.kind.replace(" ", "-")] if table.kind != "plain" else []
    for name, most in _WIDE.items():
        if columns > most:
            return " ".join([*styles, name])
    return " ".join(styles)


def _shaded(cell: _Cell) -> _Cell:
    """A figure from -1 to 1 with one of five shades to either side."""
    if cell.value is None:
        return cell
    shade = min(5, round(abs(cell.value) * 5))
    side = "more" if cell.value > 0 else "less"
    return replace(cell, kind=f"number {side}-{shade}" if shade else "number")


def _marked(cell: _Cell) -> _Cell:
    """A condition of a path as a large or small sign, with the words beside it."""
    if cell.text in MARKS:
        sign, kind = cell.text.split()
        return replace(cell, kind=f"mark {kind}", sign=sign, text=MARKS[cell.text])
    return replace(cell, kind="mark", text=cell.text or "either")


def endless(text: str) -> bool:
    """Whether a text has a word that is too long for a column."""
    return len(text) > _LONG_WORD and max(map(len, text.split()), default=0) > _LONG_WORD


def _head(labels: pd.Index, columns: list[list[_Cell]], levels: list[str], sortable: bool) -> list[list[_Heading]]:
    """One row of headings, or two where the columns come in groups."""
    names = headings(labels)
    numbers = [any(cell.kind.startswith("number") for cell in column) for column in columns]
    if labels.nlevels != 2:
        below = [
            _Heading(" ".join(name), sortable=sortable, number=number)
            for name, number in zip(names, numbers, strict=True)
        ]
        return [[*(_Heading(text, sortable=sortable) for text in levels), *below]]
    upper, lower = [_Heading(text, rows=2, sortable=sortable) for text in levels], []
    for group, members in groupby(zip(names, numbers, strict=True), key=lambda member: member[0][0]):
        found = [_Heading(name[1], sortable=sortable, number=number) for name, number in members]
        if [each.text for each in found] == [""]:
            upper.append(_Heading(group, rows=2, sortable=sortable, number=found[0].number))
        else:
            upper.append(_Heading(group, columns=len(found)))
            lower += found
    return [upper, lower]


def _is_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _cells(column: pd.Series) -> list[_Cell]:
    texts = shown_column(column)
    if _is_number(column):
        values = [None if is_missing(value) else float(value) for value in column]
        return [_Cell(text, "number", value=value) for text, value in zip(texts, values, strict=True)]
    return [_cell(value, text) for value, text in zip(column, texts, strict=True)]


def _cell(value: Any, text: str) -> _Cell:
    if isinstance(value, (int, float, np.number)) and not isinstance(value, bool) and not is_missing(value):
        return _Cell(text, "number", value=float(value))
    if isinstance(value, (list, tuple)) and len(value) > _LONG_LIST:
        return _Cell(text, "text endless", items=tuple(str(each) for each in value))
    kind = "text" if len(text) > _LONG_TEXT else "short"
    return _Cell(text, f"{kind} endless" if endless(text) else kind)
