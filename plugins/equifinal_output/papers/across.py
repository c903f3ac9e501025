"""The tables of the study and of all methods side by side: calibration, regressions, verdicts, fit."""

from collections.abc import Iterator

import pandas as pd

from equifinal.plain import KEY, MISSING, UNTESTED_KEY, flattened, is_missing, stated
from equifinal_output.papers.cells import Cell, Kind, Row, any_value, count, figure, score
from equifinal_output.papers.maker import EMPTY, PRI_NOTE, TableMaker, head_of, in_words, row_of
from equifinal_output.papers.table import PublicationTable
from equifinal_output.tables import further_facets, levels_of, tables_of
from equifinal_output.words.names import labelled
from equifinal_output.words.propositions import full_texts

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
_STARS = ((0.001, "***"), (0.01, "**"), (0.05, "*"))
_LABELS: list[Kind] = ["label"]
_NUMBERS: list[Kind] = ["number"]
_SIGNS: list[Kind] = ["sign"]


class TablesAcross(TableMaker):
    """Makes the tables in which methods stand side by side."""

    def calibration(self) -> PublicationTable:
        """Sets, columns, anchors and the spread of the raw scores."""
        sets = self.comparison.study.describe()
        rows: list[Row] = []
        for name, row in sets.iterrows():
            expected = row["expect"] or MISSING
            cells = [Cell(labelled(self.calibrated.variable(str(name))))]
            cells += [Cell(str(row["calibration"]).replace("_", " ")), Cell(expected)]
            rows.append(
                row_of(*cells, *(score(row[each]) for each in ("minimum", "median", "maximum")), rule=len(rows) == 1)
            )
        return self.table(
            "calibration",
            f"Outcome, conditions and their calibration: {self.calibrated.title}",
            ("label", "text", "label", "number", "number", "number"),
            (
                (Cell(span=3), Cell("Raw scores", span=3)),
                head_of("Set", "Calibration", "Expected", "Minimum", "Median", "Maximum"),
            ),
            rows,
            [
                "The first row is the outcome. Expected: whether the condition is expected to contribute by presence or absence."
            ],
        )

    def regressions(self, intervals: bool) -> Iterator[PublicationTable]:
        """Coefficients of all equations: terms in rows, equations in columns."""
        equations = self._equations()
        if not equations:
            return
        methods = {label: self.comparison.analyses[label].method for label in equations}
        starred = {label for label, method in methods.items() if method.parameters().get("stars") is True}
        numbers = [f"({position})" for position in range(1, len(equations) + 1)]
        said = []
        for number, (label, method) in zip(numbers, methods.items(), strict=True):
            parameters = {
                key: value for key, value in method.parameters().items() if value not in (None, "", [], False, 0)
            }
            said.append(f"{number} {label}: {stated(parameters)}.".replace(": –.", "."))
        below = "confidence intervals" if intervals else "standard errors"
        yield self.table(
            "regressions",
            f"Regressions of {self.outcome}",
            ("label", *_NUMBERS * len(equations)),
            (head_of("", *numbers), head_of("Term", *equations)),
            [*self._coefficients(equations, starred, intervals), *self._fits(list(equations))],
            [
                f"Coefficients; {below} in brackets below them.",
                *said,
                "* p < 0.05, ** p < 0.01, *** p < 0.001." if starred else "",
                *dict.fromkeys(note for label in equations for note in self.comparison.analyses[label].notes),
            ],
        )

    def _equations(self) -> dict[str, pd.DataFrame]:
        """The coefficients, by method, where they have a spread."""
        tables = {label: analysis.tables.get("coefficients") for label, analysis in self.comparison.analyses.items()}
        return {
            label: table
            for label, table in tables.items()
            if table is not None and not table.index.has_duplicates and "coefficient" in table
            if "std_error" in table or {"ci_low", "ci_high"} <= set(table.columns)
        }

    def _coefficients(self, equations: dict[str, pd.DataFrame], starred: set[str], intervals: bool) -> Iterator[Row]:
        """Two rows for each term, the constant last: estimates, and how sure they are."""
        terms = list(dict.fromkeys(term for table in equations.values() for term in table.index))
        for term in sorted(terms, key=lambda term: term == "constant"):
            pairs = [
                _estimate(table.loc[term], intervals, label in starred) if term in table.index else (EMPTY, EMPTY)
                for label, table in equations.items()
            ]
            name = "Constant" if term == "constant" else self.condition(term)
            yield row_of(Cell(name), *(estimate for estimate, _ in pairs))
            yield row_of(EMPTY, *(spread for _, spread in pairs))

    def _fits(self, labels: list[str]) -> Iterator[Row]:
        """What each equation says of its own fit."""
        fits = [self.comparison.analyses[label].fit for label in labels]
        for position, key in enumerate(key for key in _OF_AN_EQUATION if any(key in fit for fit in fits)):
            cells = [EMPTY if key not in fit else count(fit[key]) if key == "n" else figure(fit[key]) for fit in fits]
            yield row_of(Cell(_OF_AN_EQUATION[key]), *cells, rule=not position)

    def verdicts(self) -> Iterator[PublicationTable]:
        """Propositions in rows, methods in columns."""
        verdicts, marks, firm = self.comparison.verdicts, self.comparison.marks, self.comparison.firm
        if verdicts.empty:
            return
        tested = self.comparison.demands is not None
        texts = full_texts(self.comparison.propositions)
        rows = [
            row_of(
                Cell(str(name)),
                Cell(str(texts[name])),
                *(
                    Cell(str(marks.at[name, label]), words=_in_words(answer, bool(firm.at[name, label])))
                    for label, answer in verdicts.loc[name].items()
                ),
            )
            for name in verdicts.index
        ]
        yield self.table(
            "verdicts",
            f"What each method says of each proposition: {self.calibrated.title}",
            ("label", "text", *_SIGNS * verdicts.shape[1]),
            (
                (Cell(span=2), Cell("Methods", span=verdicts.shape[1])),
                head_of("Id", "Proposition", *map(str, verdicts.columns)),
            ),
            rows,
            [
                KEY if tested else UNTESTED_KEY,
                *(
                    f"{label}: {cutoffs}"
                    for label, analysis in self.comparison.analyses.items()
                    if (cutoffs := " ".join(filter(None, (self.cutoffs(analysis), self.cutoffs(analysis, True)))))
                ),
            ],
        )

    def fit(self) -> PublicationTable:
        """The common yardstick: measures in rows, methods in columns."""
        fit = self.comparison.fit
        rows: list[Row] = []
        for when, suffix in (("In sample", ""), ("Out of sample", "_out_of_sample")):
            rows.append(row_of(Cell(when, span=len(fit) + 1), rule=bool(rows)))
            for measure in self.comparison.measures:
                values = fit[f"{measure.name}{suffix}"]
                rows.append(row_of(Cell(in_words(measure.words)), *(figure(value) for value in values)))
        rows.append(row_of(Cell("Refits"), *(count(value) for value in fit["folds"]), rule=True))
        rows.append(row_of(Cell("Refits that failed"), *(count(value) for value in fit["failed_folds"])))
        return self.table(
            "fit",
            f"How well each method predicts {self.outcome}",
            ("label", *_NUMBERS * len(fit)),
            (head_of("", *map(str, fit.index)),),
            rows,
            [
                "Predicted against actual memberships in the outcome; out of sample, by refits that have not seen the case.",
                "A sufficient path is a lower bound, so errors are biased against set-theoretic methods. Consistency, coverage and "
                "PRI describe and do not rank: they rise when predictions shrink.",
                PRI_NOTE,
            ],
        )

    def further(self, all_kinds: bool = False) -> Iterator[PublicationTable]:
        """The tables of facets that plugins bring, row by row; of all kinds: also sentences and what figures are about."""
        facets = further_facets(self.comparison)
        for table in tables_of(self.comparison):
            if table.path[0] not in facets or not (table.is_table or all_kinds):
                continue
            levels, frame = levels_of(table.data.index), table.data
            columns = [frame.iloc[:, number] for number in range(frame.shape[1])]
            kinds: list[Kind] = ["number" if pd.api.types.is_numeric_dtype(column) else "text" for column in columns]
            rows = [
                row_of(*(any_value(values[row]) for values in (*levels, *(column.array for column in columns))))
                for row in range(len(frame))
            ]
            headings = [*(str(level.name or "") for level in levels), *flattened(frame.columns)]
            about = facets[table.path[0]].about if table.is_table else ""
            if headings:
                every: list[Kind] = [*_LABELS * len(levels), *kinds]
                yield self.table(table.name, table.title, every, (head_of(*headings),), rows, [about])


def _in_words(answer: str, firm: bool) -> str:
    return f"{answer}, firm" if firm else answer


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
