"""Tables for papers: the same figures in every format, and no harm from any name."""

import itertools
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import docx
import numpy as np
import openpyxl
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from markdown_it import MarkdownIt

import equifinal as eq
from equifinal import output as outputs
from equifinal_output import (
    ExcelTables,
    Fragments,
    LatexTables,
    PublicationTable,
    WordTables,
    html,
    latex,
    markdown,
    publication_tables,
)
from equifinal_output.papers.cells import Cell, Row
from equifinal_output.papers.latex_text import escaped
from equifinal_qca import FsQCA

NASTY = (
    "<script>alert('x')</script> | `code` & 100% _x_ #1 ~y {z} \\foo $5 ^ [link](http://example.org/x) =1+1 ● 漢 é ą"
)
CASES = ["<b>bold</b>", "=cmd()", "a|b", "+plus", "-5 steps", "@home", "\ttab", "100% & _x_", "line\nbreak", "Å 漢"]


class Tenth(eq.Calibrator):
    """A tenth of the score."""

    name = "tenth"

    def calibrate(self, raw: pd.Series) -> pd.Series:
        return (raw / 10).clip(0, 1)


class Stranger(eq.Method):
    """A method that nobody knows, with the tables that everybody reads <i>."""

    name = "stranger"
    sufficient_paths = True
    row_cutoff: float = 0.75
    necessity_cutoff: float = 0.875

    def analyze(self, study: eq.CalibratedStudy, rng: np.random.Generator) -> eq.Analysis:
        names = list(study.condition_names)
        cases = list(study.cases)
        configurations = pd.DataFrame(
            {
                "expression": ["A*~B", "B", "A + B"],
                "cases": [cases[:4], [], cases],
                "consistency": [0.1 + 0.2, np.nan, 0.99951],
                "coverage": [1 / 3, 0.0, 1.0],
                "core": ["A", "", "A + B"],
            },
            index=["first =1+1", "second", NASTY],
        )
        tables = {
            "truth_table": pd.DataFrame(
                {
                    "A": [0, 1, 1],
                    "B": [0, 0, 1],
                    "out": ["0", "1", "?"],
                    "n": [5, 4, 1],
                    "consistency": [0.125, 0.875, np.nan],
                    "cases": [cases[:5], cases[5:9], cases[9:]],
                }
            ),
            "necessity": pd.DataFrame({"odds": [1 / 7, 2.0], "said": ["no", "yes"]}, index=["A", "=B+A"]),
            "coefficients": pd.DataFrame(
                {"coefficient": [-0.5, 1e-5], "std_error": [1 / 3, np.nan]}, index=["constant", "A*B"]
            ),
        }
        return eq.Analysis(
            self,
            conditions=pd.DataFrame({"role": "none", "direction": 0, "evidence": NASTY}, index=names),
            configurations=configurations,
            cases=pd.DataFrame({"group": None, "predicted": study.fuzzy[names].mean(axis=1)}, index=study.cases),
            fit={"consistency": 0.625, "coverage": 0.375, "n": len(cases)},
            tables=tables,
            notes=[NASTY],
        )

    def assess(self, analysis: eq.Analysis, claim: eq.Claim, study: eq.CalibratedStudy) -> eq.Verdict:
        return eq.Verdict(("supported", "contradicted", "inconclusive", "silent")[int(claim.id[1:])], evidence=NASTY)


@pytest.fixture(scope="module")
def strange() -> eq.Comparison:
    rng = np.random.default_rng(3)
    data = pd.DataFrame(rng.uniform(0, 10, (len(CASES), 3)), columns=["a", "b", "y"], index=CASES)
    study = eq.Study(
        name="=study",
        title=f"Title {NASTY}",
        data=data,
        provenance="reconstruction",
        note=f"Note {NASTY}",
        source=NASTY,
        outcome=eq.Variable("Y", "y", label=f"Outcome {NASTY}", calibrate=Tenth()),
        conditions=[
            eq.Variable("A", "a", label=f"=A {NASTY}", calibrate=Tenth()),
            eq.Variable("B", "b", calibrate=Tenth()),
        ],
        propositions=[
            {"id": f"P{number}", "text": f"={number} {NASTY}", "claim": "necessary", "expression": "A"}
            for number in range(4)
        ],
    )
    labels = {"=first[a]/b:c": Stranger(), f"<i>{'x' * 40}": Stranger(), f"<i>{'x' * 41}": Stranger()}
    return eq.compare(eq.run(study, methods=labels))


@pytest.fixture(scope="module")
def barometer() -> eq.Comparison:
    methods = ["fsqca", "csqca", "regression", "regression-membership", "clustering"]
    return eq.compare(eq.run(eq.load_study("open-data-barometer-2014"), methods=methods))


@pytest.fixture(scope="module")
def tables(barometer: eq.Comparison) -> dict[str, PublicationTable]:
    return {table.name: table for table in publication_tables(barometer)}


def grid(table: PublicationTable) -> list[list[str]]:
    """The texts of the rows, with an empty one for each further column that a cell spans."""
    return [[text for cell in row.cells for text in (cell.text, *[""] * (cell.span - 1))] for row in table.rows]


# ------------------------------------------------------------------------------------------------ what they say


def test_the_tables_that_the_methods_have(tables: dict[str, PublicationTable]) -> None:
    qca = ["truth_table", "chart", "solution", "necessity"]
    assert list(tables) == [
        "calibration",
        *(f"fsqca_{name}" for name in qca),
        *(f"csqca_{name}" for name in qca),
        "clustering_groups",
        "regressions",
        "verdicts",
        "fit",
    ]


def test_a_strangers_method_gets_the_same_tables(strange: eq.Comparison) -> None:
    names = [table.name for table in publication_tables(strange)]
    own = ["truth_table", "chart", "solution", "necessity"]
    labels = list(strange.analyses)
    assert names == [
        "calibration",
        *(f"{label}_{name}" for label in labels for name in own),
        "regressions",
        "verdicts",
        "fit",
    ]


def test_solution_in_rows_has_the_figures_of_its_formulas(
    barometer: eq.Comparison, tables: dict[str, PublicationTable]
) -> None:
    """Consistency and coverage after Ragin (2008), PRI after Schneider & Wagemann (2012), from the memberships themselves."""
    fuzzy = barometer.study.fuzzy
    y = fuzzy["OPEN"].to_numpy()
    rows = grid(tables["fsqca_solution"])
    terms = {row[1]: row for row in rows[:2]}
    assert set(terms) == {"LEAD*DEM*FIN", "LEAD*DEM*HUM"}
    members = {term: fuzzy[term.split("*")].to_numpy().min(axis=1) for term in terms}
    for term, row in terms.items():
        x = members[term]
        other = next(each for name, each in members.items() if name != term)
        whole, without = np.maximum(x, other), other
        both = np.minimum(np.minimum(x, y), 1 - y).sum()
        expected = [
            np.minimum(x, y).sum() / x.sum(),
            (np.minimum(x, y).sum() - both) / (x.sum() - both),
            np.minimum(x, y).sum() / y.sum(),
            (np.minimum(whole, y).sum() - np.minimum(without, y).sum()) / y.sum(),
        ]
        assert row[2:6] == [f"{value:.3f}" for value in expected]
        assert row[6:] == [str((x > 0.5).sum()), "; ".join(fuzzy.index[x > 0.5])]
    whole = np.maximum(*members.values())
    assert rows[2][:3] == ["Solution consistency", "", f"{np.minimum(whole, y).sum() / whole.sum():.3f}"]
    assert rows[4][:3] == ["Solution coverage", "", f"{np.minimum(whole, y).sum() / y.sum():.3f}"]


def test_truth_table_lists_every_row_once_the_sufficient_first(
    barometer: eq.Comparison, tables: dict[str, PublicationTable]
) -> None:
    table = barometer.analyses["fsqca"].tables["truth_table"]
    rows = tables["fsqca_truth_table"].rows
    assert len(rows) == len(table)
    assert [row.cells[4].text for row in rows] == ["1"] * 3 + ["0"] * 8 + ["?"] * 4
    consistencies = [row.cells[6].number for row in rows]
    for _, group in itertools.groupby(zip(rows, consistencies, strict=True), key=lambda each: each[0].cells[4].text):
        found = [number for _, number in group]
        assert found == sorted(found, reverse=True)
    by_configuration = {tuple(cell.number for cell in row.cells[:4]): row.cells for row in rows}
    crisp = barometer.study.fuzzy[["LEAD", "DEM", "FIN", "HUM"]] > 0.5
    for _, row in table.iterrows():
        key = tuple(row[["LEAD", "DEM", "FIN", "HUM"]])
        cells = by_configuration[key]
        assert [cells[6].number, cells[7].number] == [row["consistency"], row["pri"]]
        inside = crisp.index[(crisp == np.array(key, dtype=bool)).all(axis=1)]
        assert (cells[5].number, cells[8].text) == (len(inside), "; ".join(inside))


def test_chart_has_the_signs_of_the_paths(barometer: eq.Comparison, tables: dict[str, PublicationTable]) -> None:
    paths = barometer.analyses["fsqca"].configurations
    chart = tables["fsqca_chart"]
    assert [cell.text for cell in chart.head[-1]] == ["Condition", "1", "2"]
    for row, name in zip(chart.rows[:4], ["LEAD", "DEM", "FIN", "HUM"], strict=True):
        for cell, (_, path) in zip(row.cells[1:], paths.iterrows(), strict=True):
            literals, core = path["expression"].split("*"), path["core"].split("*")
            expected = ("", "") if name not in literals else ("●", "large" if name in core else "small")
            assert (cell.text, cell.size) == expected
    figures = {row.cells[0].text: [cell.number for cell in row.cells[1:]] for row in chart.rows[4:]}
    assert figures["Consistency"] == paths["consistency"].tolist()
    assert figures["Raw coverage"] == paths["coverage"].tolist()
    assert figures["Unique coverage"] == paths["unique_coverage"].tolist()
    assert figures["Number of cases"] == paths["cases"].map(len).tolist()
    assert figures["Solution coverage"] == [barometer.analyses["fsqca"].fit["coverage"]]


def test_chart_tells_absent_conditions_and_values() -> None:
    from equifinal_qca import MvQCA

    study = eq.load_study("heilongjiang")
    methods = {"absence": FsQCA(), "values": MvQCA(thresholds={"LEAD": (40, 70)})}
    comparison = eq.compare(eq.run(study.negated(), methods=methods))
    found = {table.name: table for table in publication_tables(comparison)}
    signs = {cell.text for row in found["absence_chart"].rows for cell in row.cells}
    words = {cell.words for row in found["absence_chart"].rows for cell in row.cells if cell.text == "⊗"}
    assert "⊗" in signs
    assert words <= {"core condition, absent", "peripheral condition, absent"}
    assert {cell.text for row in found["values_chart"].rows[:4] for cell in row.cells[1:]} <= {"", "= 0", "= 1", "= 2"}
    assert "= 2: the condition has the value 2" in " ".join(found["values_chart"].notes)


def test_many_paths_make_several_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("equifinal_output.papers.methods._PATHS_OF_A_CHART", 2)
    comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["fsqca"]))
    charts = [table for table in publication_tables(comparison) if "chart" in table.name]
    assert [chart.name for chart in charts] == ["fsqca_chart", "fsqca_chart_2"]
    assert [chart.title[-14:] for chart in charts] == [" (part 1 of 2)", " (part 2 of 2)"]
    paths = [cell.text for chart in charts for cell in chart.head[-1][1:]]
    assert paths == ["1a", "1b", "2"]


def test_necessity_and_the_absence_of_the_outcome() -> None:
    """Necessity consistency and coverage from their formulas: the sums of minima over those of outcome and set."""
    comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["fsqca"]))
    _ = comparison.asymmetry
    table = next(table for table in publication_tables(comparison) if table.name == "fsqca_necessity")
    assert [(cell.text, cell.span) for cell in table.head[0]] == [
        ("", 1),
        ("Necessary for OPEN", 3),
        ("Necessary for ~OPEN", 3),
    ]
    fuzzy = comparison.study.fuzzy
    for row in table.rows:
        name = row.cells[0].text
        x = 1 - fuzzy[name[1:]] if name.startswith("~") else fuzzy[name]
        for y, cells in ((fuzzy["OPEN"], row.cells[1:4]), (1 - fuzzy["OPEN"], row.cells[4:])):
            least = np.minimum(x, y).sum()
            relevance = (1 - x).sum() / (1 - np.minimum(x, y)).sum()
            np.testing.assert_allclose([c.number for c in cells], [least / y.sum(), relevance, least / x.sum()])
    assert "Necessity cutoff 0.9, relevance cutoff 0.5." in table.notes


def test_regressions_side_by_side_are_those_of_statsmodels(
    barometer: eq.Comparison, tables: dict[str, PublicationTable]
) -> None:
    study = barometer.study
    fitted = smf.ols("OPEN ~ LEAD + DEM + FIN + HUM", data=study.raw).fit(cov_type="HC3", use_t=True)
    table = tables["regressions"]
    assert [cell.text for cell in table.head[-1]] == ["Term", "regression", "regression-membership"]
    rows = table.rows
    order = ["LEAD", "DEM", "FIN", "HUM", "Intercept"]
    for estimate, spread, name in zip(rows[0:10:2], rows[1:10:2], order, strict=True):
        assert estimate.cells[1].text == f"{fitted.params[name]:.3f}"
        assert spread.cells[1].text == f"({fitted.bse[name]:.3f})"
        np.testing.assert_allclose(estimate.cells[1].number, fitted.params[name])
    measures = {row.cells[0].text: row.cells[1:] for row in rows[10:]}
    assert [cell.text for cell in measures["N"]] == ["86", "86"]
    assert measures["R²"][0].text == f"{fitted.rsquared:.3f}"
    assert measures["R²"][1].text == ""  # the logit has other measures
    assert "covariance = HC3" in " ".join(table.notes)
    interval = next(table for table in publication_tables(barometer, intervals=True) if table.name == "regressions")
    low, high = fitted.conf_int().loc["LEAD"]
    assert interval.rows[1].cells[1].text == f"[{low:.3f}, {high:.3f}]"


def test_stars_where_the_method_has_them() -> None:
    study = eq.load_study("open-data-barometer-2014")
    from equifinal_regression import Regression

    comparison = eq.compare(eq.run(study, methods={"starred": Regression(stars=True)}))
    table = next(table for table in publication_tables(comparison) if table.name == "regressions")
    p = comparison.analyses["starred"].tables["coefficients"]["p_value"]
    expected = ["***" if each < 0.001 else "**" if each < 0.01 else "*" if each < 0.05 else "" for each in p]
    order = ["LEAD", "DEM", "FIN", "HUM", "constant"]
    stars = dict(zip(p.index, expected, strict=True))
    assert "**" in expected
    for row, name in zip(table.rows[0:10:2], order, strict=True):
        assert row.cells[1].text.lstrip("-0123456789.") == stars[name]
        assert isinstance(row.cells[1].number, float)


def test_verdicts_and_fit(barometer: eq.Comparison, tables: dict[str, PublicationTable]) -> None:
    verdicts = barometer.verdicts
    for row, (name, answers) in zip(tables["verdicts"].rows, verdicts.iterrows(), strict=True):
        assert row.cells[0].text == name
        assert [cell.words for cell in row.cells[2:]] == answers.tolist()
    fit = tables["fit"]
    assert [cell.text for cell in fit.head[-1][1:]] == barometer.fit.index.tolist()
    rows = [row for row in fit.rows if len(row.cells) > 1]
    columns = ["consistency", "coverage", "pri", "balanced_accuracy", "mae", "spearman"]
    columns += [f"{name}_out_of_sample" for name in columns] + ["folds", "failed_folds"]
    for row, name in zip(rows, columns, strict=True):
        found = [np.nan if cell.number is None else cell.number for cell in row.cells[1:]]
        np.testing.assert_array_equal(found, barometer.fit[name].to_numpy(dtype=float))


def test_all_models_are_listed() -> None:
    study = eq.load_study("open-data-barometer-2014")
    cutoffs: dict[str, Any] = {"consistency_cutoff": 0.8, "pri_cutoff": 0.6, "frequency_cutoff": 2}
    comparison = eq.compare(eq.run(study, methods={"all": FsQCA(solution="parsimonious", **cutoffs)}))
    analysis = comparison.analyses["all"]
    models = analysis.native.models
    assert len(models) > 1
    found = {table.name: table for table in publication_tables(comparison)}
    assert [row.cells[1].text for row in found["all_models"].rows] == [model.expression for model in models]
    for row, model in zip(found["all_models"].rows, models, strict=True):
        assert row.cells[4].number == pytest.approx(model.overall["consistency"])
    shown = [model is analysis.native.best for model in models].index(True) + 1
    said = f"Model ambiguity: {len(models)} models explain the sufficient rows equally well; shown is model {shown}."
    assert all(said in found[f"all_{name}"].notes for name in ("models", "chart", "solution"))
    assert "Share of models" in [cell.text for cell in found["all_solution"].head[-1]]


def test_notes_state_cutoffs_calibration_and_source(tables: dict[str, PublicationTable]) -> None:
    for name in ("fsqca_truth_table", "fsqca_chart", "fsqca_solution"):
        notes = tables[name].notes
        assert "Consistency cutoff 0.8, PRI cutoff 0.6, frequency cutoff 2." in notes
        assert any(note.startswith("Calibration: OPEN (direct: full out = 15, crossover = 42.5") for note in notes)
    assert any("directional expectations: LEAD present" in note for note in tables["fsqca_chart"].notes)
    assert any(note.startswith("Core by some but not by all") for note in tables["fsqca_chart"].notes)
    for table in tables.values():
        assert table.notes[-1].startswith("Source: World Wide Web Foundation")
        assert "reconstruct" not in table.title + " ".join(table.notes)


def test_a_reconstruction_is_called_one_in_every_table(strange: eq.Comparison) -> None:
    for table in publication_tables(strange):
        assert table.title.endswith(", reconstructed data")
        assert any(note.startswith("Reconstructed data. Note <script>") for note in table.notes)


def test_rows_that_do_not_fill_the_columns_are_refused() -> None:
    with pytest.raises(ValueError, match="does not fill the 2 columns"):
        PublicationTable("t", "T", ("label", "number"), ((Cell("a"), Cell("b")),), (Row((Cell("a"),)),))


def test_the_page_of_the_docs_shows_the_chart_as_it_is() -> None:
    page = (Path(__file__).parents[3] / "docs" / "tables.md").read_text(encoding="utf-8")
    comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["fsqca"]))
    chart = next(table for table in publication_tables(comparison) if table.name == "fsqca_chart")
    title, cells, _ = markdown(chart).split("\n\n")
    assert f"{title}\n\n{cells}\n" in page
    outputs = [line.split("`")[1] for line in page.splitlines() if line.startswith("| `-f ")]
    assert [each.removeprefix("-f ") for each in outputs] == ["docx", "xlsx", "latex", "fragments"]
    assert set(eq.outputs()) >= {each.removeprefix("-f ") for each in outputs}


# --------------------------------------------------------------------------------------------------------- docx


def word(comparison: eq.Comparison, folder: Path) -> Any:
    (path,) = WordTables().write(comparison, folder)
    return docx.Document(str(path))


def test_word_tables_hold_the_same(barometer: eq.Comparison, tmp_path: Path) -> None:
    document = word(barometer, tmp_path)
    expected = publication_tables(barometer)
    captions = [
        "".join(text.text or "" for text in each._p.iter(f"{W}t"))
        for each in document.paragraphs
        if each.style.name == "Caption"
    ]
    assert captions == [f"Table {number}. {table.title}" for number, table in enumerate(expected, 1)]
    assert len(document.tables) == len(expected)
    for found, table in zip(document.tables, expected, strict=True):
        rows = found._tbl.tr_lst
        texts = [["".join(t.text or "" for t in cell.iter(f"{W}t")) for cell in row.tc_lst] for row in rows]
        assert texts[: len(table.head)] == [[cell.text for cell in cells] for cells in table.head]
        assert texts[len(table.head) :] == [[cell.text for cell in row.cells] for row in table.rows]
        # Headings repeat on every page, and a screen reader finds a name.
        repeated = [row.find(f"{W}trPr/{W}tblHeader") is not None for row in rows]
        assert repeated == [True] * len(table.head) + [False] * len(table.rows)
        assert found._tbl.find(f"{W}tblPr/{W}tblCaption").get(f"{W}val") == table.title
        for row in rows:
            spans = [int(span.get(f"{W}val")) for span in row.iter(f"{W}gridSpan")]
            assert len(row.tc_lst) - len(spans) + sum(spans) == len(table.kinds)
    assert document.core_properties.title == barometer.study.title
    assert barometer.manifest["data_sha256"] in document.paragraphs[-1].text


W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def test_word_shows_user_text_as_text(strange: eq.Comparison, tmp_path: Path) -> None:
    document = word(strange, tmp_path)
    assert document.paragraphs[0].text == f"Title {NASTY}"
    assert strange.banner in document.paragraphs[1].text
    cells = {cell.text for table in document.tables for row in table.rows for cell in row.cells}
    assert f"=A {NASTY} (A)" in cells
    assert "=B+A" in cells


# --------------------------------------------------------------------------------------------------------- xlsx


def test_workbook_holds_numbers_as_numbers(barometer: eq.Comparison, tmp_path: Path) -> None:
    (path,) = ExcelTables().write(barometer, tmp_path)
    book = openpyxl.load_workbook(path)
    expected = publication_tables(barometer)
    assert len(book.sheetnames) == 1 + len(expected)
    links = {row[0].value: row[1].value for row in book["Contents"].iter_rows(min_row=5) if row[0].value}
    assert list(links.values()) == [table.title for table in expected]
    for name, table in zip(book.sheetnames[1:], expected, strict=True):
        sheet = book[name]
        assert sheet["A1"].value == table.title
        first = 3 + len(table.head)
        assert sheet.freeze_panes == f"B{first}"
        for line, row in enumerate(table.rows, first):
            column = 1
            for cell in row.cells:
                found = sheet.cell(line, column)
                if cell.number is not None:
                    # A workbook keeps 16 digits.
                    assert (found.value, found.data_type) == (pytest.approx(cell.number, rel=1e-15, abs=0), "n")
                    assert found.number_format == cell.pattern
                else:
                    assert str(found.value or "").startswith(cell.text)
                column += cell.span
        assert [
            sheet.cell(first + len(table.rows) + 1 + number, 1).value for number in range(len(table.notes))
        ] == list(table.notes)


def test_intervals_in_a_workbook_are_figures(barometer: eq.Comparison, tmp_path: Path) -> None:
    (path,) = ExcelTables(intervals=True).write(barometer, tmp_path)
    sheet = openpyxl.load_workbook(path)["regressions"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    place = next(number for number, row in enumerate(rows) if row[0] == "Leadership support (LEAD)")
    assert [row[0] for row in rows[place + 1 : place + 3]] == ["lower end of the interval", "upper end of the interval"]
    labels = [label for label, each in barometer.analyses.items() if "coefficients" in each.tables]
    for column, label in enumerate(labels, 1):
        wanted = barometer.analyses[label].tables["coefficients"].loc["LEAD", ["coefficient", "ci_low", "ci_high"]]
        assert [row[column] for row in rows[place : place + 3]] == pytest.approx(wanted.tolist(), rel=1e-12)


def test_workbook_has_no_formulas(strange: eq.Comparison, tmp_path: Path) -> None:
    (path,) = ExcelTables().write(strange, tmp_path)
    book = openpyxl.load_workbook(path)
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in book.sheetnames)
    assert len({name.lower() for name in book.sheetnames}) == len(book.sheetnames)
    dangerous = 0
    for sheet in book:
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            assert cell.data_type != "f"
            if isinstance(cell.value, str) and cell.value.startswith(("=", "+", "-", "@")):
                dangerous += 1
                assert cell.data_type == "s"
                assert cell.quotePrefix
    assert dangerous > 10


# -------------------------------------------------------------------------------------------------------- latex


def rows_of(source: str) -> list[list[str]]:
    """The rows of a LaTeX table between its first rule below the headings and the last, plain."""
    body = source.split(r"\midrule", 1)[1].rpartition(r"\bottomrule")[0].rpartition(r"\endhead")[2]
    rows = []
    for line in body.split("\n"):
        if line.endswith(r" \\"):
            cells = re.split(r"(?<!\\)&", line.removesuffix(r" \\"))
            rows.append([plain(cell.strip()) for cell in cells])
    return rows


def plain(text: str) -> str:
    text = re.sub(r"^\\multicolumn\{\d+\}\{\w\}\{(.*)\}$", r"\1", text)
    text = re.sub(r"^\{\\(Large|scriptsize) (.*)\}$", r"\2", text)
    signs = {"$-$": "-", "$\\sim$": "~", "{*}": "*", "{[}": "[", "{]}": "]", "$\\bullet$": "●", "$^{2}$": "²"}
    signs |= {
        "\\textendash{}": "–",
        "$\\otimes$": "⊗",
        "\\checkmark{}": "✔",
        "$\\times$": "✘",
        "$\\cdot$": "·",
        "\\_": "_",
    }
    for sign, character in signs.items():
        text = text.replace(sign, character)
    return text


def test_latex_rows_hold_the_same(barometer: eq.Comparison, tmp_path: Path) -> None:
    written = {path.stem: path.read_text(encoding="utf-8") for path in LatexTables().write(barometer, tmp_path)}
    document = written.pop("all-tables")
    expected = publication_tables(barometer)
    assert list(written) == [table.name.replace("_", "-") for table in expected]
    for table, (stem, source) in zip(expected, written.items(), strict=True):
        assert rf"\input{{{stem}}}" in document
        assert barometer.manifest["data_sha256"] in source.splitlines()[0]
        assert all(rf"\{rule}rule" in source for rule in ("top", "mid", "bottom"))
        assert source.isascii()
        assert rows_of(source) == [[cell.text for cell in row.cells] for row in table.rows]
        assert rf"\label{{tab:{stem}}}" in source


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("100% & _x_ #1", r"100\% \& \_x\_ \#1"),
        ("\\foo{} $5 ^", r"\textbackslash{}foo\{\} \$5 \textasciicircum{}"),
        ('<b> | "q" `', r"\textless{}b\textgreater{} \textbar{} \char34{}q\char34{} \textasciigrave{}"),
        ("A*~B + [C]", r"A{*}$\sim$B + {[}C{]}"),
        ("-0.5, a-b, 2014-15", r"$-$0.5, a-b, 2014-15"),
        ("a--b '' c", r"a-{}-b '{}' c"),
        ("é ü ñ ç å ø ß ł", r"\'{e} \"{u} \~{n} \c{c} \aa{} \o{} \ss{} \l{}"),
        ("í ế e\u0301", r"\'{\i} \'{\^{e}} \'{e}"),
        (
            "≥ → ● ⊗ ✓ ² – ρ Σ",
            r"$\geq$ $\rightarrow$ $\bullet$ $\otimes$ \checkmark{} $^{2}$ \textendash{} $\rho$ $\Sigma$",
        ),
        ("line\nbreak\ttab\x07", "line break tab"),
        ("漢", r"\ifdefined\Umathchar 漢\else {[}U+6F22{]}\fi{}"),
    ],
)
def test_latex_prints_text_as_it_is(text: str, expected: str) -> None:
    assert escaped(text) == expected


def test_a_long_table_goes_on_on_the_next_page() -> None:
    rows = tuple(Row((Cell(f"row {number}"), Cell("0.5"))) for number in range(60))
    source = latex(PublicationTable("t", "T", ("label", "number"), ((Cell("a"), Cell("b")),), rows))
    assert source.count(r"\begin{longtable}") == source.count(r"\end{longtable}") == 1
    assert source.count("a & ") == 2  # the headings, on the first and on every further page
    assert "longtable" in source.splitlines()[0]


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="there is no pdflatex")
def test_latex_compiles(strange: eq.Comparison, tmp_path: Path) -> None:
    LatexTables().write(strange, tmp_path)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all-tables.tex"]
    done = subprocess.run(command, cwd=tmp_path / "latex", capture_output=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-2000:]


# ---------------------------------------------------------------------------------------------------- fragments


class Tags(HTMLParser):
    """The tags of a page, its text, and whether they close in order."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_fragments_show_user_text_as_text(strange: eq.Comparison, tmp_path: Path) -> None:
    paths = Fragments().write(strange, tmp_path)
    expected = publication_tables(strange)
    assert len(paths) == 2 * len(expected)
    assert len({path.name.lower() for path in paths}) == len(paths)
    allowed = {"table", "caption", "thead", "tbody", "tr", "th", "td", "p", "em", "span", "strong", "code"}
    for table, in_markdown, in_html in zip(expected, paths[::2], paths[1::2], strict=True):
        page = Tags(in_html.read_text(encoding="utf-8"))
        assert not page.open
        assert {tag for tag, _ in page.tags} <= allowed
        assert table.title in page.text
        assert all("scope" in attributes for tag, attributes in page.tags if tag == "th")
        source = in_markdown.read_text(encoding="utf-8").partition("-->")[2]
        rendered = Tags(MarkdownIt("commonmark").enable("table").render(source))
        assert {tag for tag, _ in rendered.tags} <= allowed
        assert " ".join(table.title.split()) in " ".join(rendered.text.split())
        assert sum(tag == "tr" for tag, _ in rendered.tags) == 1 + len(table.rows)


def test_markdown_says_in_words_what_sizes_say(tables: dict[str, PublicationTable]) -> None:
    source = markdown(tables["fsqca_chart"])
    assert "| Leadership support (LEAD) | ● core | ● peripheral |" in source
    assert 'aria-label="peripheral condition, present"' in html(tables["fsqca_chart"])
    head = markdown(tables["calibration"]).splitlines()[2]
    assert head == "| Set | Calibration | Expected | Minimum | Median | Maximum |"


def test_markdown_names_the_group_where_headings_repeat() -> None:
    comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["fsqca"]))
    _ = comparison.asymmetry
    table = next(table for table in publication_tables(comparison) if table.name == "fsqca_necessity")
    head = markdown(table).splitlines()[2]
    assert "Necessary for OPEN Consistency" in head
    assert "Necessary for `~OPEN` Consistency" in head


def test_a_table_shows_itself_in_a_notebook(tables: dict[str, PublicationTable]) -> None:
    assert tables["fit"]._repr_html_() == html(tables["fit"])


# ------------------------------------------------------------------------------------------- what is not there


@pytest.mark.parametrize(("name", "package"), [("docx", "docx"), ("xlsx", "xlsxwriter")])
def test_without_the_extra_nothing_is_written(
    name: str, package: str, tmp_path: Path, cli: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = outputs.find_spec
    monkeypatch.setattr(outputs, "find_spec", lambda each: None if each == package else real(each))
    monkeypatch.setattr("equifinal.runs.run", lambda *_, **__: pytest.fail("it ran before it looked"))
    ended = cli("compare", "heilongjiang", "-m", "clustering", "-o", tmp_path / "report", "-f", "html", "-f", name)
    assert ended.code == 2
    assert f"The format '{name}' needs a package that is not installed." in ended.err
    assert f'pip install "equifinal[{name}]"' in ended.err
    assert not (tmp_path / "report").exists()


def test_the_command_line_writes_them_all(tmp_path: Path, cli: Any) -> None:
    formats = [part for name in ("docx", "xlsx", "latex", "fragments") for part in ("-f", name)]
    ended = cli("compare", "heilongjiang", "-m", "fsqca", "-q", "-o", tmp_path / "report", *formats)
    assert ended.code == 0
    found = {path.relative_to(tmp_path / "report").as_posix() for path in (tmp_path / "report").rglob("*.*")}
    assert {"tables.docx", "tables.xlsx", "latex/fit.tex", "latex/all-tables.tex", "fragments/fit.md"} <= found
