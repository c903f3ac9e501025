"""The format csv: figures survive, and text is not a formula."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from output_toys import CASES, Averaging, compared, rows_of, strict, written

import equifinal as eq
from equifinal_output import CsvTables
from equifinal_output.words.names import file_name
from evidence_toys import with_evidence


def test_csv_figures_survive_the_round_trip(comparison: eq.Comparison, tmp_path: Path) -> None:
    written(CsvTables(), comparison, tmp_path)

    def columns(name: str) -> dict[str, list[str]]:
        head, *rows = rows_of(tmp_path / "tables" / f"{name}.csv")
        return {heading: [row[number] for row in rows] for number, heading in enumerate(head)}

    def same(cells: list[str], expected: Any) -> None:
        np.testing.assert_array_equal([float(cell or "nan") for cell in cells], np.asarray(expected, dtype=float))

    fit = columns("fit")
    assert fit.pop("method") == list(comparison.fit.index)
    assert list(fit) == list(comparison.fit.columns)
    for name, cells in fit.items():
        same(cells, comparison.fit[name])
    for name, frame in comparison.agreement.items():
        for label, values in frame.items():
            same(columns(f"agreement_{name}")[str(label)], values)
    conditions = columns("conditions")
    assert list(conditions)[:5] == [
        "condition",
        "first role",
        "first direction",
        "first importance",
        "first importance_error",
    ]
    same(conditions["first importance"], comparison.conditions["first", "importance"])
    cases = columns("cases")
    assert list(cases)[:3] == ["case", "outcome", "first group"]
    same(cases["outcome"], comparison.cases["outcome", ""])
    verdicts = columns("verdicts")
    assert {label: verdicts[label] for label in comparison.verdicts} == comparison.verdicts.to_dict("list")
    same(columns("first_configurations")["consistency"], [0.1 + 0.2, np.nan])
    same(columns("first_conditions")["weight"], [-0.5, np.nan])  # a number below 0 is no formula
    for name in comparison.calibrated.raw:
        same(columns("raw")[name], comparison.calibrated.raw[name])


def test_csv_text_is_no_formula(comparison: eq.Comparison, tmp_path: Path) -> None:
    written(CsvTables(), comparison, tmp_path)
    number = re.compile(r"[-+]?(\d+(\.\d*)?([eE][-+]?\d+)?|inf)")
    dangerous = 0
    for path in (tmp_path / "tables").glob("*.csv"):
        rows = rows_of(path)
        assert len({len(row) for row in rows}) == 1
        for cell in (cell for row in rows for cell in row):
            dangerous += cell.startswith("'")
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) or number.fullmatch(cell), (
                path.name,
                cell,
            )
    assert dangerous > 20
    names = [row[0] for row in rows_of(tmp_path / "tables" / "cases.csv")[1:]]
    spelt = [" ".join(name.split()) for name in CASES]  # a study has names in one spelling
    assert [name.removeprefix("'") for name in names] == spelt
    assert names[:4] == ["<b>bold</b>", "'=cmd()", "a|b", "'+plus"]
    configurations = rows_of(tmp_path / "tables" / "configurations.csv")
    assert configurations[1][1:3] == ["A*~B", "A*~B"]
    assert configurations[1][-1] == "; ".join(spelt)
    assert configurations[2][-1] == ""


def test_csv_files_have_safe_names_of_their_own(comparison: eq.Comparison, tmp_path: Path) -> None:
    written(CsvTables(), comparison, tmp_path)
    names = [path.name for path in (tmp_path / "tables").iterdir()]
    assert len({name.lower() for name in names}) == len(names)
    assert all(re.fullmatch(r"[\w-][\w.-]*\.(csv|json)", name) for name in names)
    assert {"first_a_b.csv", "first_A_B-2.csv"} <= set(names)
    manifest = strict((tmp_path / "tables" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["seed"] == 0
    assert manifest["banner"] == comparison.banner
    assert set(manifest["tables"]) == {name for name in names if name.endswith(".csv")}


def test_csv_holds_the_evidence(tmp_path: Path) -> None:
    comparison = with_evidence(compared(methods={"a": Averaging(), "b": Averaging(shift=1)}), 3)
    written(CsvTables(), comparison, tmp_path)
    head, *rows = rows_of(tmp_path / "tables" / "evidence_verdicts.csv")
    assert head[:2] == ["id", "method"]
    assert head[-1] == "firm_together"
    firm = {(row[0], row[1]): row[head.index("firm")] == "True" for row in rows}
    assert firm == {place: bool(row["firm"]) for place, row in comparison.evidence.iterrows()}
    assert len(rows_of(tmp_path / "tables" / "evidence_directions.csv")) == 1 + len(comparison.direction_evidence)


@pytest.mark.parametrize("separator", [";", "|", "tab"])
def test_csv_for_a_spreadsheet_with_decimal_commas(separator: str, comparison: eq.Comparison, tmp_path: Path) -> None:
    """Read by pandas with these marks, the tables are those of the plain files, number by number."""
    written(CsvTables(separator=separator, decimal=",", bom=True), comparison, tmp_path)
    (tmp_path / "plain").mkdir()
    written(CsvTables(), comparison, tmp_path / "plain")
    mark = {"tab": "\t"}.get(separator, separator)
    for path in (tmp_path / "plain" / "tables").glob("*.csv"):
        other = tmp_path / "tables" / path.name
        assert other.read_bytes().startswith(b"\xef\xbb\xbf")
        assert not path.read_bytes().startswith(b"\xef\xbb\xbf")
        marked = pd.read_csv(other, sep=mark, decimal=",", encoding="utf-8-sig")
        pd.testing.assert_frame_equal(marked, pd.read_csv(path), check_exact=True)
    assert "0,30000000000000004" in (tmp_path / "tables" / "first_configurations.csv").read_text(encoding="utf-8-sig")


def test_csv_marks_are_given_on_the_command_line_and_checked(cli: Any, towns: Path, tmp_path: Path) -> None:
    arguments = ("compare", towns, "-m", "clustering", "-o", tmp_path / "out", "-q")
    assert cli(*arguments, "-f", "csv:separator=;", "-f", "csv:decimal=,", "-f", "csv:bom=true").code == 0
    assert ";0," in (tmp_path / "out" / "tables" / "fit.csv").read_text(encoding="utf-8-sig")
    for wrong, words in (
        ("csv:decimal=,", "separator and decimal are both ','. Give another separator"),
        ("csv:separator=.", "separator = '.' must be ',', ';', '|' or 'tab'"),
        ("csv:seperator=;", "Did you mean 'separator'?"),
        ("csv:bom=maybe", "bom = 'maybe' must be true or false"),
    ):
        ended = cli(*arguments, "-f", wrong)
        assert (ended.code, ended.out) == (2, "")
        assert words in ended.err


LETTERS = {"Größe Süd": "Größe.Süd", "教育投入": "教育投入", "शिक्षा": "शिक्षा", "Größe Nord": "Größe.Nord"}


@pytest.mark.parametrize("output", ["csv", "figures:formats=['svg']", "latex", "fragments"])
def test_file_names_keep_their_letters(output: str, tmp_path: Path) -> None:
    study = eq.load_study("heilongjiang")
    comparison = eq.compare(eq.run(study, {label: eq.methods()["fsqca"].cls() for label in LETTERS}))
    names = " ".join(path.name for path in comparison.write(tmp_path / "out", [output]))
    for kept in LETTERS.values():
        assert re.search(kept, names)


@pytest.mark.parametrize("name", ["教育" * 200, "é" * 300, "CON", "lpt1.x", "a/b:c", "..", ""])
def test_a_name_of_a_file_can_be_stored_anywhere(name: str, tmp_path: Path) -> None:
    file = file_name(name, {"a_b_c.csv"})
    assert len(file.encode()) < 255
    assert not re.match(r"(?i)(con|lpt1)\.", file)
    (tmp_path / file).write_text("x")
