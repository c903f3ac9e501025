"""Tables for papers: what they say."""

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import statsmodels.formula.api as smf

import equifinal as eq
from equifinal.writing import output as outputs
from equifinal_output import (
    PublicationTable,
    markdown,
    publication_tables,
)
from equifinal_output.papers.cells import Cell, Row
from equifinal_qca import FsQCA


def grid(table: PublicationTable) -> list[list[str]]:
    """The texts of the rows, with an empty one for each further column that a cell spans."""
    return [[text for cell in row.cells for text in (cell.text, *[""] * (cell.span - 1))] for row in table.rows]


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
    fuzzy = barometer.calibrated.fuzzy
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
    crisp = barometer.calibrated.fuzzy[["LEAD", "DEM", "FIN", "HUM"]] > 0.5
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
    comparison = eq.compare(eq.run(study.negated(), methods=methods), evidence=False)
    found = {table.name: table for table in publication_tables(comparison)}
    signs = {cell.text for row in found["absence_chart"].rows for cell in row.cells}
    words = {cell.words for row in found["absence_chart"].rows for cell in row.cells if cell.text == "⊗"}
    assert "⊗" in signs
    assert words <= {"core condition, absent", "peripheral condition, absent"}
    assert {cell.text for row in found["values_chart"].rows[:4] for cell in row.cells[1:]} <= {"", "= 0", "= 1", "= 2"}
    assert "= 2: the condition has the value 2" in " ".join(found["values_chart"].notes)


def test_many_paths_make_several_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("equifinal_output.papers.methods._PATHS_OF_A_CHART", 2)
    comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["fsqca"]), evidence=False)
    charts = [table for table in publication_tables(comparison) if "chart" in table.name]
    assert [chart.name for chart in charts] == ["fsqca_chart", "fsqca_chart_2"]
    assert [chart.title[-14:] for chart in charts] == [" (part 1 of 2)", " (part 2 of 2)"]
    paths = [cell.text for chart in charts for cell in chart.head[-1][1:]]
    assert len(paths) == 3


def test_necessity_and_the_absence_of_the_outcome() -> None:
    """Necessity consistency and coverage from their formulas: the sums of minima over those of outcome and set."""
    comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["fsqca"]), evidence=False)
    _ = comparison.asymmetry
    table = next(table for table in publication_tables(comparison) if table.name == "fsqca_necessity")
    assert [(cell.text, cell.span) for cell in table.head[0]] == [
        ("", 1),
        ("Necessary for OPEN", 3),
        ("Necessary for ~OPEN", 3),
    ]
    fuzzy = comparison.calibrated.fuzzy
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
    study = barometer.calibrated
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
    assert "alpha = 0.05" in " ".join(table.notes)
    interval = next(table for table in publication_tables(barometer, intervals=True) if table.name == "regressions")
    low, high = fitted.conf_int().loc["LEAD"]
    assert interval.rows[1].cells[1].text == f"[{low:.3f}, {high:.3f}]"


def test_stars_where_the_method_has_them() -> None:
    study = eq.load_study("open-data-barometer-2014")
    from equifinal_regression import Regression

    comparison = eq.compare(eq.run(study, methods={"starred": Regression(stars=True)}), evidence=False)
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
        assert [cell.text for cell in row.cells[2:]] == barometer.marks.loc[name].tolist()
    fit = tables["fit"]
    assert [cell.text for cell in fit.head[-1][1:]] == barometer.fit.index.tolist()
    rows = [row for row in fit.rows if len(row.cells) > 1]
    columns = [measure.name for measure in barometer.measures]
    columns += [f"{name}_out_of_sample" for name in columns] + ["folds", "failed_folds"]
    for row, name in zip(rows, columns, strict=True):
        found = [np.nan if cell.number is None else cell.number for cell in row.cells[1:]]
        np.testing.assert_array_equal(found, barometer.fit[name].to_numpy(dtype=float))


def test_all_models_are_listed() -> None:
    study = eq.load_study("open-data-barometer-2014")
    cutoffs: dict[str, Any] = {"consistency_cutoff": 0.8, "pri_cutoff": 0.6, "frequency_cutoff": 2}
    comparison = eq.compare(eq.run(study, methods={"all": FsQCA(solution="parsimonious", **cutoffs)}), evidence=False)
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
    comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["fsqca"]), evidence=False)
    chart = next(table for table in publication_tables(comparison) if table.name == "fsqca_chart")
    title, cells, _ = markdown(chart).split("\n\n")
    assert f"{title}\n\n{cells}\n" in page
    outputs = [line.split("`")[1] for line in page.splitlines() if line.startswith("| `-f ")]
    assert [each.removeprefix("-f ") for each in outputs] == ["docx", "xlsx", "latex", "fragments"]
    assert set(eq.outputs()) >= {each.removeprefix("-f ") for each in outputs}


@pytest.mark.parametrize(("name", "package"), [("docx", "docx"), ("xlsx", "xlsxwriter")])
def test_without_the_extra_nothing_is_written(
    name: str, package: str, tmp_path: Path, cli: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = outputs.find_spec
    monkeypatch.setattr(outputs, "find_spec", lambda each: None if each == package else real(each))
    monkeypatch.setattr("equifinal.method.run.run", lambda *_, **__: pytest.fail("it ran before it looked"))
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
