"""The tables of one method: truth table, Fiss's chart, paths or groups in rows, all models, necessity."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from string import ascii_lowercase
from typing import Any

import pandas as pd

import equifinal as eq
from equifinal.plain import MARKS, MISSING, is_missing, joined
from equifinal_output.papers.cells import Cell, Kind, Row, any_value, count, figure
from equifinal_output.papers.maker import EMPTY, PRI_NOTE, TableMaker, head_of, in_words, row_of
from equifinal_output.papers.table import PublicationTable
from equifinal_output.words.names import capitalized
from equifinal_output.words.paths import OF_A_PATH, marks_of, numbered, solution_fit

_OF_A_NECESSITY = {"consistency": "Consistency", "relevance": "Relevance (RoN)", "coverage": "Coverage"}
_OF_A_ROW = {"out", "n", "consistency", "pri", "cases"}
#: More paths side by side would be too narrow to read.
_PATHS_OF_A_CHART = 12
_RON = "RoN: relevance of necessity; a low one marks a set that is necessary because nearly every case is in it."
_NUMBERS: list[Kind] = ["number"]
_SIGNS: list[Kind] = ["sign"]
_TEXTS: list[Kind] = ["text"]


class MethodTables(TableMaker):
    """Makes the tables that an analysis can fill."""

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
        names = [name for name in table.columns if name in self.calibrated.condition_names]
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
            rows.append(row_of(*cells, rule=bool(position) and row["_rank"] != order["_rank"].iloc[position - 1]))
        kinds: list[Kind] = [*_SIGNS * len(names), "sign", "number", "number", *_NUMBERS * has_pri]
        kinds += [*_NUMBERS * len(further), *_TEXTS * has_cases]
        heads = [*names, self.calibrated.outcome.name, "n", "Consistency", *["PRI"] * has_pri, *map(in_words, further)]
        heads += ["Cases"] * has_cases
        upper = (Cell("Conditions", span=len(names)),) if names else ()
        yield self.table(
            f"{label}_truth_table",
            f"{self.names[label]}: truth table for {self.outcome}",
            kinds,
            ((*upper, Cell(span=len(kinds) - len(names))), head_of(*map(str, heads))),
            rows,
            [
                f"{self._outputs(analysis)} n: cases with a membership above 0.5 in the configuration.",
                PRI_NOTE if has_pri else "",
                self.cutoffs(analysis),
                self.calibration_note(),
            ],
        )

    def _outputs(self, analysis: eq.Analysis) -> str:
        """How many configurations are observed, and what their outputs mean."""
        fit, said = analysis.fit, ""
        if {"rows_observed", "rows_possible"} <= set(fit):
            said = f"{int(fit['rows_observed'])} of {int(fit['rows_possible'])} possible configurations are observed"
            used = int(fit.get("rows_used", fit["rows_observed"]))
            said += f", {used} by enough cases. " if used < fit["rows_observed"] else ". "
        outputs = {str(value) for value in analysis.tables["truth_table"]["out"]}
        said += f"{self.calibrated.outcome.name}: 1, sufficient for the outcome; 0, not"
        said += "; C, contradictory" * ("C" in outputs)
        return said + "; ?, fewer cases than the frequency cutoff" * ("?" in outputs) + "."

    def _terms(self, label: str, analysis: eq.Analysis) -> PublicationTable:
        """Terms, or other groups of cases, in rows."""
        found, is_solution = analysis.configurations, label in self.paths
        columns = {
            key: capitalized(words) for key, words in OF_A_PATH.items() if key in found and found[key].notna().any()
        }
        if "unique_coverage" not in columns and "coverage" in columns:
            columns["coverage"] = "Coverage"
        numbers = numbered(found) if is_solution else {name: str(name) for name in found.index}
        share = is_solution and len(analysis.tables.get("models", ())) > 1 and "model_share" in found
        own = [] if is_solution else self._own_columns(found)
        rows = []
        for name, row in found.iterrows():
            expression = MISSING if is_missing(row["expression"]) else str(row["expression"])
            cells = [Cell(numbers[name]), Cell(expression), *(figure(row[key]) for key in columns)]
            cells += [figure(row.get("model_share"))] * share + [any_value(row[key]) for key in own]
            rows.append(row_of(*cells, count(len(row["cases"])), Cell(joined(row["cases"]))))
        if is_solution:
            rest = len(columns) + share + 2
            rows += [
                row_of(Cell(f"Solution {words}", span=2), figure(value), Cell(span=rest - 1), rule=not position)
                for position, (words, value) in enumerate(solution_fit(analysis).items())
            ]
        heads = ["Path" if is_solution else "Group", "Expression", *columns.values(), *["Share of models"] * share]
        heads += [*map(in_words, own), "n", "Cases"]
        kinds: list[Kind] = ["label", "label", *_NUMBERS * (len(columns) + share + len(own)), "number", "text"]
        notes = ["In expressions ~ is not, * and, + or. n: cases with a membership above 0.5 in the path."]
        if is_solution:
            notes += [PRI_NOTE if "pri" in columns else "", self.ambiguity(analysis)]
            notes += ["Share of models: the share of all models that have the term."] * share
            notes += [self.solution_kind(analysis), self.cutoffs(analysis), self.calibration_note(), *analysis.notes]
        else:
            notes = ["In expressions ~ is not, * and. n: cases in the group.", *analysis.notes]
        title = "sufficient paths to" if is_solution else "groups of cases and"
        name = f"{label}_{'solution' if is_solution else 'groups'}"
        return self.table(name, f"{self.names[label]}: {title} {self.outcome}", kinds, (head_of(*heads),), rows, notes)

    @staticmethod
    def _own_columns(found: pd.DataFrame) -> list[Any]:
        """A method's own figures that the table does not hold in another form."""
        known = {*OF_A_PATH, "expression", "cases", "n", "model_share"}
        return [
            key
            for key in found.columns
            if key not in known
            and pd.api.types.is_numeric_dtype(found[key])
            and not any(key != each and found[key].equals(found[each]) for each in ("consistency", "coverage"))
        ]

    def _chart(self, label: str, analysis: eq.Analysis) -> Iterator[PublicationTable]:
        """Conditions in rows, paths in columns (Fiss 2011); several charts where one would be wider than a page."""
        paths, names = analysis.configurations, list(self.calibrated.condition_names)
        marks = {name: marks_of(row) for name, row in paths.iterrows()}
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
        paths, names = analysis.configurations, list(self.calibrated.condition_names)
        numbers = numbered(paths)
        rows = []
        for each in names:
            cells = [self._sign((marks[name] or {}).get(each, "")) for name in drawn]
            rows.append(row_of(Cell(self.condition(each)), *cells))
        for position, (key, words) in enumerate(OF_A_PATH.items()):
            if key in paths:
                cells = [figure(value) for value in paths.loc[drawn, key]]
                rows.append(row_of(Cell(capitalized(words)), *cells, rule=not position))
        rows.append(
            row_of(Cell("Number of cases"), *(count(len(cases)) for cases in paths.loc[drawn, "cases"].tolist()))
        )
        rows += [
            row_of(Cell(f"Solution {words}"), replace(figure(value), span=len(drawn)), rule=not position)
            for position, (words, value) in enumerate(solution_fit(analysis).items())
        ]
        left_out = [
            str(name) for name in paths.index if marks[name] is None or not set(marks[name] or {}) <= set(names)
        ]
        kinds: list[Kind] = ["label", *_SIGNS * len(drawn)]
        return self.table(
            f"{label}_chart",
            f"{self.names[label]}: configurations for {self.outcome}",
            kinds,
            ((EMPTY, Cell("Paths", span=len(drawn))), head_of("Condition", *(numbers[name] for name in drawn))),
            rows,
            [
                _signs({mark for name in drawn for mark in (marks[name] or {}).values()}, numbers),
                f"Not drawn because they are not conjunctions of conditions: {', '.join(left_out)}."
                if left_out
                else "",
                PRI_NOTE if "pri" in paths else "",
                self.ambiguity(analysis),
                self.solution_kind(analysis),
                self.cutoffs(analysis),
                self.calibration_note(),
                _unsettled(paths.loc[drawn], numbers),
            ],
        )

    @staticmethod
    def _sign(mark: str) -> Cell:
        if not mark:
            return EMPTY
        sign, _, kind = mark.rpartition(" ") if mark.endswith(("core", "peripheral")) else (mark, "", "")
        size: Any = {"core": "large", "peripheral": "small"}.get(kind, "")
        spoken = {"●": "present", "⊗": "absent"}.get(sign, sign)
        return Cell(sign, size=size, words=MARKS.get(mark, f"{kind} condition, {spoken}" if kind else spoken))

    def _models(self, label: str, analysis: eq.Analysis) -> Iterator[PublicationTable]:
        """All models, where there are several."""
        models = analysis.tables.get("models")
        if models is None or len(models) < 2:
            return
        columns = [
            key
            for key in ("terms", "paths", "literals", "complexity", "consistency", "pri", "coverage", "unique_coverage")
            if key in models
        ]
        if "model" not in models:  # the index is the expression
            models = models.rename_axis("model").reset_index().set_axis(range(1, len(models) + 1))
        rows = [
            row_of(any_value(name), Cell(str(row["model"])), *(any_value(row[key]) for key in columns))
            for name, row in zip(models.index, models.to_dict("records"), strict=True)
        ]
        heads = ["Model", "Expression", *({"pri": "PRI"}.get(key, in_words(key)) for key in columns)]
        yield self.table(
            f"{label}_models",
            f"{self.names[label]}: all models for {self.outcome}",
            ("label", "text", *_NUMBERS * len(columns)),
            (head_of(*heads),),
            rows,
            [
                self.ambiguity(analysis),
                self.solution_kind(analysis),
                self.cutoffs(analysis),
                self.calibration_note(),
            ],
        )

    def _necessity(self, label: str, analysis: eq.Analysis) -> Iterator[PublicationTable]:
        found = self._figures_of_necessity(analysis)
        if found is None:
            return
        groups = {self.calibrated.outcome.name: found}
        if self.comparison.with_asymmetry:
            other = self.comparison.asymmetry.run.analyses.get(label)
            absent = None if other is None else self._figures_of_necessity(other)
            if absent is not None and list(absent.index) == list(found.index):
                groups[self.comparison.asymmetry.run.calibrated.outcome.name] = absent
        rows = []
        for name in found.index:
            figures = [any_value(value) for frame in groups.values() for value in frame.loc[name]]
            rows.append(row_of(Cell(str(name)), *figures))
        heads = [_OF_A_NECESSITY.get(str(key), in_words(key)) for frame in groups.values() for key in frame]
        spans = [Cell(f"Necessary for {name}", span=frame.shape[1]) for name, frame in groups.items()]
        yield self.table(
            f"{label}_necessity",
            f"{self.names[label]}: necessity for {self.outcome}",
            ("label", *_NUMBERS * len(heads)),
            ((EMPTY, *spans), head_of("Set", *heads)),
            rows,
            [
                "~ is the absence of the condition." if any(str(name).startswith("~") for name in found.index) else "",
                _RON if "relevance" in found else "",
                self.cutoffs(analysis, necessity=True),
                self.calibration_note(),
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


def _signs(said: set[str], numbers: Mapping[Any, str]) -> str:
    """What the signs and numbers in a chart mean."""
    key = "● present, ⊗ absent; an empty cell: the path does not contain the condition."
    if said & set(MARKS):
        key += " Large signs: core conditions, part of a parsimonious solution; small signs: peripheral ones."
    if any(mark.startswith("=") for mark in said):
        key += " = 2: the condition has the value 2; values of core conditions are large."
    if len(set(numbers.values())) > len({number.rstrip(ascii_lowercase) for number in numbers.values()}):
        key += " Paths that share a number share their core conditions."
    return key


def _unsettled(paths: pd.DataFrame, numbers: Mapping[Any, str]) -> str:
    """The conditions that are core by some but not all of the parsimonious models behind a solution."""
    if not {"core", "core_in_every_pair"} <= set(paths.columns):
        return ""
    said = []
    for name, row in paths.iterrows():
        some, always = (str(row[key]).split("*") for key in ("core", "core_in_every_pair"))
        if open_ := [literal for literal in some if literal and literal not in always]:
            said.append(f"{', '.join(open_)} in path {numbers[name]}")
    return f"Core by some but not by all parsimonious models: {'; '.join(said)}." if said else ""
