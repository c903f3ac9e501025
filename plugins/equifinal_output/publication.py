"""The tables that papers print, as one structure on which LaTeX, Word, spreadsheets, Markdown and HTML draw.

Which tables there are is read from the tables of the analyses: a method that fills ``truth_table``, ``necessity``,
``coefficients`` or ``configurations`` gets the table that goes with it, whoever wrote the method.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
import pydantic

import equifinal as eq
from equifinal_output.content import _MEASURES, _claims, _marks, _numbered, _with_paths
from equifinal_output.wording import MARKS, MISSING, VERDICTS, counted, is_missing, joined, shown, stated

__all__ = ["INTERVALS", "Cell", "PublicationTable", "Row", "publication_tables", "stamp"]

#: The parameter of every format that writes these tables.
INTERVALS: Any = pydantic.Field(
    default=False, description="Below each coefficient its confidence interval, not its standard error."
)

#: How a column is set: ``label`` and ``text`` to the left, of which ``text`` wraps; ``number`` to the right; ``sign`` centred.
Kind = Literal["label", "text", "number", "sign"]
_NUMBERS: list[Kind] = ["number"]
_SIGNS: list[Kind] = ["sign"]
_TEXTS: list[Kind] = ["text"]


@dataclass(frozen=True)
class Cell:
    """What stands in one place of a table.

    Attributes
    ----------
    text : str
        What is printed.
    number : int or float, optional
        The figure behind it, unrounded, for spreadsheets.
    pattern : str
        How a spreadsheet shows the figure.
    size : str
        ``"large"`` or ``"small"`` for the signs of Fiss (2011), else empty.
    words : str
        What a sign stands for, for those who cannot see it.
    span : int
        The number of columns that it takes.
    ends : tuple of Cell
        The lower and the upper end of an interval, for spreadsheets; else empty.
    """

    text: str = ""
    number: int | float | None = None
    pattern: str = ""
    size: Literal["", "large", "small"] = ""
    words: str = ""
    span: int = 1
    ends: tuple["Cell", ...] = ()


@dataclass(frozen=True)
class Row:
    """Cells whose spans add up to the number of columns; `rule`: a line above."""

    cells: tuple[Cell, ...]
    rule: bool = False


@dataclass(frozen=True)
class PublicationTable:
    """A table as a paper prints it.

    Attributes
    ----------
    name : str
        A short name, for files.
    title : str
        The caption.
    kinds : tuple of str
        How each column is set: ``"label"``, ``"text"``, ``"number"`` or ``"sign"``.
    head : tuple of tuple of Cell
        Rows of headings; in all but the last, a cell may span several columns.
    rows : tuple of Row
    notes : tuple of str
        Cutoffs, calibration, signs, ambiguity, provenance and source, a sentence or more each.
    """

    name: str
    title: str
    kinds: tuple[Kind, ...]
    head: tuple[tuple[Cell, ...], ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for cells in (*self.head, *(row.cells for row in self.rows)):
            if sum(cell.span for cell in cells) != len(self.kinds):
                raise ValueError(f"Table {self.name!r}: a row does not fill the {len(self.kinds)} columns: {cells!r}")

    @property
    def widths(self) -> list[int]:
        """About how many characters each column needs; one that wraps asks for no more than 42."""
        columns = [1] * len(self.kinds)
        for number, cells in enumerate((*self.head, *(row.cells for row in self.rows))):
            position = 0
            for cell in cells:
                if cell.span == 1:
                    # Headings wrap.
                    pieces = cell.text.replace("-", "- ").split() if number < len(self.head) else [cell.text]
                    needed = max(map(_length, pieces), default=0)
                    columns[position] = max(columns[position], needed)
                position += cell.span
        return [
            min(width, _WRAPPED) if kind == "text" else width for width, kind in zip(columns, self.kinds, strict=True)
        ]

    @property
    def is_wide(self) -> bool:
        """Whether it needs more than a page that stands upright."""
        needed = [_LEAST if kind == "text" else width for width, kind in zip(self.widths, self.kinds, strict=True)]
        return sum(needed) + 2 * len(self.kinds) > _UPRIGHT

    def to_markdown(self) -> str:
        """The table in GitHub's Markdown."""
        from equifinal_output.fragments import markdown

        return markdown(self)

    def to_html(self) -> str:
        """The table as a piece of HTML, without a style sheet."""
        from equifinal_output.fragments import html

        return html(self)

    def to_latex(self) -> str:
        """The table in LaTeX, for ``\\input``."""
        from equifinal_output.latex import latex

        return latex(self)

    def _repr_html_(self) -> str:
        return self.to_html()


def _length(text: str) -> int:
    """Characters; capitals and the sign of negation count for more."""
    return math.ceil(sum(1.25 if character.isupper() or character == "~" else 1 for character in text))


#: Characters: how wide a text that wraps gets, how narrow it may become, and what a line of a page that stands upright holds.
_WRAPPED, _LEAST, _UPRIGHT = 42, 18, 92


def publication_tables(comparison: eq.Comparison, intervals: bool = False) -> list[PublicationTable]:
    """The tables for a paper that a comparison has figures for.

    Parameters
    ----------
    comparison
        What to show.
    intervals
        Below each coefficient of a regression its confidence interval; otherwise its standard error.

    Returns
    -------
    list of PublicationTable
        The calibration; of each method that has them a truth table, its paths in Fiss's chart and in rows, all models when there
        are several, tests of necessity, groups of cases; the coefficients of all regressions side by side; the verdicts and the
        fit of all methods.

    Examples
    --------
    >>> import equifinal as eq
    >>> from equifinal_output import publication_tables
    >>> comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["fsqca"]))
    >>> [table.name for table in publication_tables(comparison)]
    ['calibration', 'fsqca_truth_table', 'fsqca_chart', 'fsqca_solution', 'fsqca_necessity', 'verdicts', 'fit']
    """
    maker = _Maker(comparison)
    return [
        maker.calibration(),
        *(table for label in comparison.analyses for table in maker.of_a_method(label)),
        *maker.regressions(intervals),
        *maker.verdicts(),
        maker.fit(),
    ]


def stamp(comparison: eq.Comparison) -> str:
    """What a file made of a comparison says of its origin."""
    manifest = comparison.manifest
    return (
        f"equifinal {manifest['version']}, study {manifest['study']} ({manifest['provenance']}), "
        f"data SHA-256 {manifest['data_sha256']}, seed {manifest['seed']}"
    )


# ------------------------------------------------------------------------------------------------------- cells


def figure(value: Any, before: str = "", after: str = "", tiny: bool = False) -> Cell:
    """A figure with three decimals; signs before and after it are text.

    Where `tiny` figures matter, those that three decimals hide are in scientific notation, as very large ones always are.

    >>> figure(0.25).text, figure(-0.00002).text, figure(float("nan")).text, figure(1.5, "(", ")").text
    ('0.250', '0.000', '–', '(1.500)')
    >>> figure(-0.00002, tiny=True).text
    '-2.0e-05'
    """
    if is_missing(value):
        return Cell(MISSING)
    number = float(value)
    if not np.isfinite(number):
        return Cell(f"{before}{shown(number)}{after}")
    size = abs(number)
    small, large = tiny and 1e-12 < size < 0.0005, size >= 1e6
    text = f"{number:.1e}" if small else f"{number:.3e}" if large else f"{number:z.3f}"
    pattern = "0.0E+00" if small else "0.000E+00" if large else "0.000"
    if before or after:
        # A spreadsheet shows a negative number after the minus: -(0.1) would be wrong.
        opening, closing = (f'"{each}"' if each else "" for each in (before, after))
        pattern = f"{opening}{pattern}{closing};{opening}-{pattern}{closing}"
    return Cell(f"{before}{text}{after}", number, pattern)


def count(value: Any) -> Cell:
    """A whole number."""
    return Cell(MISSING) if is_missing(value) else Cell(f"{int(value)}", int(value), "0")


def score(value: float) -> Cell:
    """A raw score, with as many decimals as it has."""
    return Cell(f"{value:.6g}", float(value), "General")


def any_value(value: Any) -> Cell:
    """A figure, a whole number or a text, whichever it is."""
    if isinstance(value, (bool, np.bool_)) or is_missing(value):
        return Cell(shown(value))
    if isinstance(value, (int, np.integer)):
        return count(value)
    if isinstance(value, (float, np.floating)):
        return figure(value, tiny=True)
    return Cell(joined(value) if isinstance(value, (list, tuple)) else str(value))


_EMPTY = Cell()


def _row(*cells: Cell, rule: bool = False) -> Row:
    return Row(cells, rule)


def _head(*texts: str) -> tuple[Cell, ...]:
    return tuple(Cell(text) for text in texts)


def _words(name: Any) -> str:
    text = str(name).replace("_", " ")
    return f"{text[:1].upper()}{text[1:]}"


# ------------------------------------------------------------------------------------------------------ tables

#: Columns of the figures of a path, in the order of papers; a coverage beside a unique one is the raw one.
_OF_A_TERM = {
    "consistency": "Consistency",
    "pri": "PRI",
    "coverage": "Raw coverage",
    "unique_coverage": "Unique coverage",
}
_OF_A_SOLUTION = {"consistency": "Solution consistency", "pri": "Solution PRI", "coverage": "Solution coverage"}
_OF_A_NECESSITY = {"consistency": "Consistency", "relevance": "Relevance (RoN)", "coverage": "Coverage"}
_OF_A_ROW = {"out", "n", "consistency", "pri", "cases"}
_OF_AN_EQUATION = {
    "n": "N",
    "r_squared": "R²",
    "adj_r_squared": "Adjusted R²",
    "deviance_r_squared": "Deviance R²",
    "efron_r_squared": "Efron's R²",
    "residual_std_error": "Residual standard error",
    "log_likelihood": "Log likelihood",
    "aic": "AIC",
    "bic": "BIC",
}
#: More paths than that side by side are too narrow to read.
_PATHS_OF_A_CHART = 12
_STARS = ((0.001, "***"), (0.01, "**"), (0.05, "*"))
_PRI = "PRI: proportional reduction in inconsistency."
_RON = "RoN: relevance of necessity; a low one marks a set that is necessary because nearly every case is in it."


@dataclass
class _Maker:
    """Makes the tables of one comparison."""

    comparison: eq.Comparison
    paths: Mapping[str, eq.Analysis] = field(init=False)

    def __post_init__(self) -> None:
        self.study = self.comparison.study
        self.paths = _with_paths(self.comparison)
        titles = [analysis.method.title for analysis in self.comparison.analyses.values()]
        self.names = {
            label: analysis.method.title
            if titles.count(analysis.method.title) == 1
            else f"{analysis.method.title} ({label})"
            for label, analysis in self.comparison.analyses.items()
        }
        self.outcome = self._label(self.study.outcome)

    @staticmethod
    def _label(variable: eq.Variable) -> str:
        return variable.name if variable.label == variable.name else f"{variable.label} ({variable.name})"

    def _condition(self, name: Any) -> str:
        return self._label(self.study.variable(name)) if name in self.study.condition_names else str(name)

    def _table(
        self,
        name: str,
        title: str,
        kinds: Sequence[Kind],
        head: Sequence[tuple[Cell, ...]],
        rows: Sequence[Row],
        notes: Sequence[str] = (),
    ) -> PublicationTable:
        if self.study.provenance != "observed":
            kind = {"reconstruction": "reconstructed", "simulated": "simulated"}[self.study.provenance]
            title = f"{title}, {kind} data"
        banner = self.comparison.banner
        ending = [f"{banner.rstrip('.')}." if banner else "", self._source()]
        kept = tuple(dict.fromkeys(note for note in (" ".join(each.split()) for each in (*notes, *ending)) if note))
        return PublicationTable(name, title, tuple(kinds), tuple(head), tuple(rows), kept)

    # -------------------------------------------------------------------------------------------------- notes

    def _source(self) -> str:
        study, manifest = self.comparison.run.study, self.comparison.manifest
        source = " ".join((study.source or study.citation or study.title).split()).rstrip(".")
        return (
            f"Source: {source}. {counted(len(self.study.cases), 'case')}; equifinal {manifest['version']}, "
            f"seed {manifest['seed']}."
        )

    def _cutoffs(self, analysis: eq.Analysis, necessity: bool = False) -> str:
        """The cutoffs among a method's parameters; those of necessity go with its table."""
        given = {
            key: value
            for key, value in analysis.method.parameters().items()
            if key.endswith("cutoff") and key.startswith("necessity") == necessity
        }
        said = ", ".join(
            f"{key.replace('pri_', 'PRI ').replace('_', ' ')} {stated(value)}" for key, value in given.items()
        )
        return f"{said[:1].upper()}{said[1:]}." if said else ""

    def _solution_kind(self, analysis: eq.Analysis) -> str:
        kind = analysis.method.parameters().get("solution")
        if not isinstance(kind, str):
            return ""
        expected = [f"{each.name} {each.expect}" for each in self.study.conditions if each.expect]
        if kind != "intermediate":
            return f"{_words(kind)} solution."
        return f"{_words(kind)} solution; directional expectations: {', '.join(expected) or 'none'}."

    def _calibration_note(self) -> str:
        """The anchors, once for all sets that share them."""
        same: dict[str, list[str]] = {}
        for name, row in self.comparison.run.study.describe().iterrows():
            same.setdefault(str(row["calibration"]).replace("_", " "), []).append(str(name))
        said = "; ".join(f"{', '.join(names)} ({how})" for how, names in same.items())
        return f"Calibration: {said}."

    @staticmethod
    def _ambiguity(analysis: eq.Analysis) -> str:
        models = analysis.tables.get("models")
        if models is None or len(models) < 2 or "model" not in models:
            return ""
        which = ""
        if "shown" in models and models["shown"].any():
            which = f"; shown is model {models.index[models['shown'].to_numpy(dtype=bool)][0]}"
        return f"Model ambiguity: {len(models)} models explain the sufficient rows equally well{which}."

    # ------------------------------------------------------------------------------------------------ the study

    def calibration(self) -> PublicationTable:
        """Sets, columns, anchors and the spread of the raw scores."""
        sets = self.comparison.run.study.describe()
        rows = []
        for name, row in sets.iterrows():
            expected = row["expect"] or MISSING
            cells = [Cell(self._label(self.study.variable(str(name))))]
            cells += [Cell(str(row["calibration"]).replace("_", " ")), Cell(expected)]
            rows.append(
                _row(*cells, *(score(row[each]) for each in ("minimum", "median", "maximum")), rule=len(rows) == 1)
            )
        return self._table(
            "calibration",
            f"Outcome, conditions and their calibration: {self.study.title}",
            ("label", "text", "label", "number", "number", "number"),
            (
                (Cell(span=3), Cell("Raw scores", span=3)),
                _head("Set", "Calibration", "Expected", "Minimum", "Median", "Maximum"),
            ),
            rows,
            [
                "The first row is the outcome. Expected: whether the condition is expected to contribute by presence or absence."
            ],
        )

    # ----------------------------------------------------------------------------------------------- each method

    def of_a_method(self, label: str) -> Iterator[PublicationTable]:
        """The tables of one analysis."""
        analysis = self.comparison.analyses[label]
        yield from self._truth_table(label, analysis)
        if label in self.paths:
            yield from self._chart(label, analysis)
            yield self._terms(label, analysis)
            yield from self._models(label, analysis)
        elif not analysis.configurations.empty:
            yield self._terms(label, analysis)
        yield from self._necessity(label, analysis)

    def _truth_table(self, label: str, analysis: eq.Analysis) -> Iterator[PublicationTable]:
        table = analysis.tables.get("truth_table")
        if table is None or table.empty or not {"out", "n", "consistency"} <= set(table.columns):
            return
        names = [name for name in table.columns if name in self.study.condition_names]
        further = [name for name in table.columns if name not in names and name not in _OF_A_ROW]
        outputs = {"1": 0, "C": 1, "0": 2}
        order = table.assign(
            _rank=[outputs.get(str(value), 3) for value in table["out"]],
            _fit=-table["consistency"].astype(float).round(10),
        ).sort_values(["_rank", "_fit"], kind="stable")
        has_pri, has_cases = "pri" in table, "cases" in table
        rows: list[Row] = []
        for position, (_, row) in enumerate(order.iterrows()):
            out = str(row["out"])
            cells = [any_value(row[name]) for name in names]
            cells += [count(out) if out.isdigit() else Cell(out), count(row["n"]), figure(row["consistency"])]
            cells += [figure(row.get("pri"))] * has_pri + [any_value(row[name]) for name in further]
            cells += [Cell(joined(row.get("cases", ())))] * has_cases
            rows.append(_row(*cells, rule=bool(position) and row["_rank"] != order["_rank"].iloc[position - 1]))
        kinds: list[Kind] = [*_SIGNS * len(names), "sign", "number", "number", *_NUMBERS * has_pri]
        kinds += [*_NUMBERS * len(further), *_TEXTS * has_cases]
        heads = [*names, self.study.outcome.name, "n", "Consistency", *["PRI"] * has_pri, *map(_words, further)]
        heads += ["Cases"] * has_cases
        upper = (Cell("Conditions", span=len(names)),) if names else ()
        fit, outside = analysis.fit, ""
        if {"rows_observed", "rows_possible"} <= set(fit):
            outside = (
                f"{int(fit['rows_observed'])} of {int(fit['rows_possible'])} possible configurations are observed. "
            )
        kinds_of_rows = {str(value) for value in table["out"]}
        key = f"{self.study.outcome.name}: 1, sufficient for the outcome; 0, not"
        key += "; C, contradictory" * ("C" in kinds_of_rows)
        key += "; ?, fewer cases than the frequency cutoff" * ("?" in kinds_of_rows)
        yield self._table(
            f"{label}_truth_table",
            f"{self.names[label]}: truth table for {self.outcome}",
            kinds,
            ((*upper, Cell(span=len(kinds) - len(names))), _head(*map(str, heads))),
            rows,
            [
                f"{outside}{key}. n: cases with a membership above 0.5 in the configuration.",
                _PRI if has_pri else "",
                self._cutoffs(analysis),
                self._calibration_note(),
            ],
        )

    def _terms(self, label: str, analysis: eq.Analysis) -> PublicationTable:
        """Terms, or other groups of cases, in rows."""
        found, is_solution = analysis.configurations, label in self.paths
        columns = {key: words for key, words in _OF_A_TERM.items() if key in found and found[key].notna().any()}
        if "unique_coverage" not in columns and "coverage" in columns:
            columns["coverage"] = "Coverage"
        numbers = _numbered(found) if is_solution else {name: str(name) for name in found.index}
        share = is_solution and len(analysis.tables.get("models", ())) > 1 and "model_share" in found
        own = [] if is_solution else self._own_columns(found)
        rows = []
        for name, row in found.iterrows():
            expression = MISSING if is_missing(row["expression"]) else str(row["expression"])
            cells = [Cell(numbers[name]), Cell(expression), *(figure(row[key]) for key in columns)]
            cells += [figure(row.get("model_share"))] * share + [any_value(row[key]) for key in own]
            rows.append(_row(*cells, count(len(row["cases"])), Cell(joined(row["cases"]))))
        if is_solution:
            whole = {key: words for key, words in _OF_A_SOLUTION.items() if key in analysis.fit}
            rest = len(columns) + share + 2
            rows += [
                _row(Cell(words, span=2), figure(analysis.fit[key]), Cell(span=rest - 1), rule=not position)
                for position, (key, words) in enumerate(whole.items())
            ]
        heads = ["Path" if is_solution else "Group", "Expression", *columns.values(), *["Share of models"] * share]
        heads += [*map(_words, own), "n", "Cases"]
        kinds: list[Kind] = ["label", "label", *_NUMBERS * (len(columns) + share + len(own)), "number", "text"]
        notes = ["In expressions ~ is not, * and, + or. n: cases with a membership above 0.5 in the path."]
        if is_solution:
            notes += [_PRI if "pri" in columns else "", self._ambiguity(analysis)]
            notes += ["Share of models: the share of all models that have the term."] * share
            notes += [self._solution_kind(analysis), self._cutoffs(analysis), self._calibration_note(), *analysis.notes]
        else:
            notes = ["In expressions ~ is not, * and. n: cases in the group.", *analysis.notes]
        title = "sufficient paths to" if is_solution else "groups of cases and"
        name = f"{label}_{'solution' if is_solution else 'groups'}"
        return self._table(name, f"{self.names[label]}: {title} {self.outcome}", kinds, (_head(*heads),), rows, notes)

    @staticmethod
    def _own_columns(found: pd.DataFrame) -> list[Any]:
        """Figures of a method's own that the table does not hold in another form."""
        known = {*_OF_A_TERM, "expression", "cases", "n", "model_share"}
        return [
            key
            for key in found.columns
            if key not in known
            and pd.api.types.is_numeric_dtype(found[key])
            and not any(key != each and found[key].equals(found[each]) for each in ("consistency", "coverage"))
        ]

    def _chart(self, label: str, analysis: eq.Analysis) -> Iterator[PublicationTable]:
        """Conditions in rows, paths in columns (Fiss 2011); further charts where there are more paths than a page is wide."""
        paths, names = analysis.configurations, list(self.study.condition_names)
        marks = {name: _marks(row) for name, row in paths.iterrows()}
        drawn = [name for name, mark in marks.items() if mark is not None and set(mark) <= set(names)]
        parts = math.ceil(len(drawn) / _PATHS_OF_A_CHART)
        for part in range(parts):
            some = drawn[part * _PATHS_OF_A_CHART : (part + 1) * _PATHS_OF_A_CHART]
            table = self._part_of_chart(label, analysis, marks, some)
            if parts > 1:
                ending = f"_{part + 1}" if part else ""
                title = f"{table.title} (part {part + 1} of {parts})"
                table = replace(table, name=f"{table.name}{ending}", title=title)
            yield table

    def _part_of_chart(
        self, label: str, analysis: eq.Analysis, marks: Mapping[Any, dict[str, str] | None], drawn: list[Any]
    ) -> PublicationTable:
        paths, names = analysis.configurations, list(self.study.condition_names)
        numbers = _numbered(paths)
        rows = []
        for each in names:
            cells = [self._sign((marks[name] or {}).get(each, "")) for name in drawn]
            rows.append(_row(Cell(self._condition(each)), *cells))
        for position, (key, words) in enumerate(_OF_A_TERM.items()):
            if key in paths:
                cells = [figure(value) for value in paths.loc[drawn, key]]
                rows.append(_row(Cell(words), *cells, rule=not position))
        rows.append(_row(Cell("Number of cases"), *(count(len(cases)) for cases in paths.loc[drawn, "cases"].tolist())))
        whole = [(words, analysis.fit[key]) for key, words in _OF_A_SOLUTION.items() if key in analysis.fit]
        rows += [
            _row(Cell(words), replace(figure(value), span=len(drawn)), rule=not position)
            for position, (words, value) in enumerate(whole)
        ]
        said = {mark for name in drawn for mark in (marks[name] or {}).values()}
        key = "● present, ⊗ absent; an empty cell: the condition is in the path neither way."
        if said & set(MARKS):
            key += " Large signs: core conditions, part of a parsimonious solution; small signs: peripheral ones."
        if any(mark.startswith("=") for mark in said):
            key += " = 2: the condition has the value 2; values of core conditions are large."
        if len(set(numbers.values())) > len(
            {number.rstrip("abcdefghijklmnopqrstuvwxyz") for number in numbers.values()}
        ):
            key += " Paths that share a number share their core conditions."
        left_out = [
            str(name) for name in paths.index if marks[name] is None or not set(marks[name] or {}) <= set(names)
        ]
        kinds: list[Kind] = ["label", *_SIGNS * len(drawn)]
        return self._table(
            f"{label}_chart",
            f"{self.names[label]}: configurations for {self.outcome}",
            kinds,
            ((_EMPTY, Cell("Paths", span=len(drawn))), _head("Condition", *(numbers[name] for name in drawn))),
            rows,
            [
                key,
                f"Not drawn, because no conjunctions of conditions: {', '.join(left_out)}." if left_out else "",
                _PRI if "pri" in paths else "",
                self._ambiguity(analysis),
                self._solution_kind(analysis),
                self._cutoffs(analysis),
                self._calibration_note(),
                _unsettled(paths.loc[drawn], numbers),
            ],
        )

    @staticmethod
    def _sign(mark: str) -> Cell:
        if not mark:
            return _EMPTY
        sign, _, kind = mark.rpartition(" ") if mark.endswith(("core", "peripheral")) else (mark, "", "")
        size: Any = {"core": "large", "peripheral": "small"}.get(kind, "")
        spoken = {"●": "present", "⊗": "absent"}.get(sign, sign)
        return Cell(sign, size=size, words=MARKS.get(mark, f"{kind} condition, {spoken}" if kind else spoken))

    def _models(self, label: str, analysis: eq.Analysis) -> Iterator[PublicationTable]:
        """All models, where there are several."""
        models = analysis.tables.get("models")
        if models is None or len(models) < 2 or "model" not in models:
            return
        columns = [
            key for key in ("terms", "literals", "consistency", "pri", "coverage", "unique_coverage") if key in models
        ]
        rows = [
            _row(any_value(name), Cell(str(row["model"])), *(any_value(row[key]) for key in columns))
            for name, row in zip(models.index, models.to_dict("records"), strict=True)
        ]
        heads = ["Model", "Expression", *({"pri": "PRI"}.get(key, _words(key)) for key in columns)]
        yield self._table(
            f"{label}_models",
            f"{self.names[label]}: all models for {self.outcome}",
            ("label", "text", *_NUMBERS * len(columns)),
            (_head(*heads),),
            rows,
            [
                self._ambiguity(analysis),
                self._solution_kind(analysis),
                self._cutoffs(analysis),
                self._calibration_note(),
            ],
        )

    def _necessity(self, label: str, analysis: eq.Analysis) -> Iterator[PublicationTable]:
        found = self._figures_of_necessity(analysis)
        if found is None:
            return
        groups = {self.study.outcome.name: found}
        if self.comparison.with_asymmetry:
            other = self.comparison.asymmetry.run.analyses.get(label)
            absent = None if other is None else self._figures_of_necessity(other)
            if absent is not None and list(absent.index) == list(found.index):
                groups[self.comparison.asymmetry.run.calibrated.outcome.name] = absent
        rows = []
        for name in found.index:
            figures = [any_value(value) for frame in groups.values() for value in frame.loc[name]]
            rows.append(_row(Cell(str(name)), *figures))
        heads = [_OF_A_NECESSITY.get(str(key), _words(key)) for frame in groups.values() for key in frame]
        spans = [Cell(f"Necessary for {name}", span=frame.shape[1]) for name, frame in groups.items()]
        yield self._table(
            f"{label}_necessity",
            f"{self.names[label]}: necessity for {self.outcome}",
            ("label", *_NUMBERS * len(heads)),
            ((_EMPTY, *spans), _head("Set", *heads)),
            rows,
            [
                "~ is the absence of the condition." if any(str(name).startswith("~") for name in found.index) else "",
                _RON if "relevance" in found else "",
                self._cutoffs(analysis, necessity=True),
                self._calibration_note(),
            ],
        )

    @staticmethod
    def _figures_of_necessity(analysis: eq.Analysis) -> pd.DataFrame | None:
        table = analysis.tables.get("necessity")
        if table is None or table.empty or table.index.has_duplicates or table.columns.nlevels > 1:
            return None
        figures = [
            key
            for key in table.columns
            if pd.api.types.is_numeric_dtype(table[key]) and not pd.api.types.is_bool_dtype(table[key])
        ]
        return table[figures] if figures else None

    # --------------------------------------------------------------------------------------------- all together

    def regressions(self, intervals: bool) -> Iterator[PublicationTable]:
        """Coefficients of all equations: terms in rows, equations in columns."""
        equations: dict[str, pd.DataFrame] = {}
        for label, analysis in self.comparison.analyses.items():
            table = analysis.tables.get("coefficients")
            if table is None or table.index.has_duplicates or "coefficient" not in table:
                continue
            if "std_error" in table or {"ci_low", "ci_high"} <= set(table.columns):
                equations[label] = table
        if not equations:
            return
        terms = list(dict.fromkeys(term for table in equations.values() for term in table.index))
        terms = [*(term for term in terms if term != "constant"), *(term for term in terms if term == "constant")]
        starred = {
            label for label in equations if self.comparison.analyses[label].method.parameters().get("stars") is True
        }
        rows = []
        for term in terms:
            estimates, spreads = [], []
            for label, table in equations.items():
                estimate, spread = (_EMPTY, _EMPTY)
                if term in table.index:
                    estimate, spread = _estimate(table.loc[term], intervals, label in starred)
                estimates.append(estimate)
                spreads.append(spread)
            name = "Constant" if term == "constant" else self._condition(term)
            rows += [_row(Cell(name), *estimates), _row(_EMPTY, *spreads)]
        fits = {label: self.comparison.analyses[label].fit for label in equations}
        measures = [key for key in _OF_AN_EQUATION if any(key in fit for fit in fits.values())]
        for position, key in enumerate(measures):
            cells = [
                _EMPTY if key not in fit else count(fit[key]) if key == "n" else figure(fit[key])
                for fit in fits.values()
            ]
            rows.append(_row(Cell(_OF_AN_EQUATION[key]), *cells, rule=not position))
        numbers = [f"({position})" for position in range(1, len(equations) + 1)]
        said = []
        for number, label in zip(numbers, equations, strict=True):
            given = self.comparison.analyses[label].method.parameters().items()
            parameters = {key: value for key, value in given if value not in (None, "", [], False, 0)}
            said.append(f"{number} {label}: {stated(parameters)}.".replace(": –.", "."))
        below = "confidence intervals" if intervals else "standard errors"
        yield self._table(
            "regressions",
            f"Regressions of {self.outcome}",
            ("label", *_NUMBERS * len(equations)),
            (_head("", *numbers), _head("Term", *equations)),
            rows,
            [
                f"Coefficients; {below} in brackets below them.",
                *said,
                "* p < 0.05, ** p < 0.01, *** p < 0.001." if starred else "",
                *dict.fromkeys(note for label in equations for note in self.comparison.analyses[label].notes),
            ],
        )

    def verdicts(self) -> Iterator[PublicationTable]:
        """Propositions in rows, methods in columns."""
        verdicts = self.comparison.verdicts
        if verdicts.empty:
            return
        texts = _claims(self.comparison.propositions)
        rows = [
            _row(
                Cell(str(name)),
                Cell(str(texts[name])),
                *(Cell(VERDICTS[answer], words=answer) for answer in verdicts.loc[name]),
            )
            for name in verdicts.index
        ]
        key = ", ".join(f"{sign} {answer}" for answer, sign in VERDICTS.items())
        yield self._table(
            "verdicts",
            f"What each method says of each proposition: {self.study.title}",
            ("label", "text", *_SIGNS * verdicts.shape[1]),
            (
                (Cell(span=2), Cell("Methods", span=verdicts.shape[1])),
                _head("Id", "Proposition", *map(str, verdicts.columns)),
            ),
            rows,
            [
                f"{key[:1].upper()}{key[1:]} (the method has nothing to say on such a claim).",
                *(
                    f"{label}: {cutoffs}"
                    for label, analysis in self.comparison.analyses.items()
                    if (cutoffs := " ".join(filter(None, (self._cutoffs(analysis), self._cutoffs(analysis, True)))))
                ),
            ],
        )

    def fit(self) -> PublicationTable:
        """The common yardstick: measures in rows, methods in columns."""
        fit = self.comparison.fit
        rows: list[Row] = []
        for when, suffix in (("In sample", ""), ("Out of sample", "_out_of_sample")):
            rows.append(_row(Cell(when, span=len(fit) + 1), rule=bool(rows)))
            for measure, words in _MEASURES.items():
                if f"{measure}{suffix}" in fit:
                    rows.append(_row(Cell(_words(words)), *(figure(value) for value in fit[f"{measure}{suffix}"])))
        rows.append(_row(Cell("Refits"), *(count(value) for value in fit["folds"]), rule=True))
        rows.append(_row(Cell("Refits that failed"), *(count(value) for value in fit["failed_folds"])))
        return self._table(
            "fit",
            f"How well each method predicts {self.outcome}",
            ("label", *_NUMBERS * len(fit)),
            (_head("", *map(str, fit.index)),),
            rows,
            [
                "Predicted against actual memberships in the outcome; out of sample, each case by a refit that has not seen it.",
                "A sufficient path is a lower bound, so that the mean absolute error is biased against set-theoretic methods.",
                _PRI,
            ],
        )


def _unsettled(paths: pd.DataFrame, numbers: Mapping[Any, str]) -> str:
    """The conditions that are core by some, but not by all of the parsimonious models behind a solution."""
    if not {"core", "core_in_every_pair"} <= set(paths.columns):
        return ""
    said = []
    for name, row in paths.iterrows():
        some, always = (str(row[key]).split("*") for key in ("core", "core_in_every_pair"))
        if open_ := [literal for literal in some if literal and literal not in always]:
            said.append(f"{', '.join(open_)} in path {numbers[name]}")
    return f"Core by some but not by all parsimonious models: {'; '.join(said)}." if said else ""


def _estimate(row: pd.Series, intervals: bool, starred: bool) -> tuple[Cell, Cell]:
    """A coefficient and what goes below it."""
    mark = ""
    if starred and not is_missing(row.get("p_value")):
        mark = next((each for limit, each in _STARS if row["p_value"] < limit), "")
    if "std_error" in row and not (intervals and {"ci_low", "ci_high"} <= set(row.index)):
        return figure(row["coefficient"], after=mark, tiny=True), figure(row["std_error"], "(", ")", tiny=True)
    ends = tuple(figure(row[end], tiny=True) for end in ("ci_low", "ci_high"))
    interval = Cell(f"[{', '.join(end.text for end in ends)}]", ends=ends)
    return figure(row["coefficient"], after=mark, tiny=True), interval
