"""Further habits of tables: each file is read rightly by `study new`, with a note, or answered by one sentence with place, value
and remedy. What is expected is written down by hand."""

import datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

import equifinal as eq
from equifinal.study.case_table import read_table
from equifinal.study.reading.options import Options

NAMES = ["A", "B", "C"]


def written(tmp_path: Any, content: str | bytes, name: str = "cases.csv") -> Any:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


READ = {
    "tabs and decimal commas": ("n\tx\ty\nA\t1,5\t3\nB\t2,25\t4\nC\t3\t6\n", [1.5, 2.25, 3], "separated by tabs"),
    "separators at the ends": ("n;x;y;\nA;1;2;\nB;2;3;\nC;5;5;\n", [1, 2, 5], None),
    "an empty column in front": (";n;x;y\n;A;1;2\n;B;2;3\n;C;5;5\n", [1, 2, 5], None),
    "stars and daggers": ("n;x;y\nA;12,3*;2\nB;5 †;3\nC;4;5\n", [12.3, 5, 4], "'12,3*' (row 2, and in 1 more)"),
    "superscripts": ("n;x;y\nA;12¹;2\nB;5²³;3\nC;4;5\n", [12, 5, 4], "'12¹' (row 2, and in 1 more)"),
    "notes in brackets": ("n;x;y\nA;12[3];2\nB;5 a);3\nC;4;5\n", [12, 5, 4], "'12[3]' (row 2"),
    "flags of Eurostat": ("n\tx\ty\nA\t12.3 b\t2\nB\t5 ep\t3\nC\t4\t5\nD\t: u\t4\n", [12.3, 5, 4, np.nan], "': u' (1)"),
    "per cent in the name": ("n;x (%);y\nA;12,5;2\nB;5;3\nC;4;5\n", [12.5, 5, 4], None),
    "thin spaces": ("n;x;y\nA;1\u202f200,5;2\nB;12\u2009500;3\nC;640;5\n", [1200.5, 12500, 640], "with a comma"),
    "figure spaces": ("n;x;y\nA;1\u2007200;2\nB;12\u2007500;3\nC;640;5\n", [1200, 12500, 640], None),
    "Swiss": ("n;x;y\nA;1'200;2\nB;12’500.50;3\nC;1ʼ640;5\n", [1200, 12500.5, 1640], None),
    "Indian": ('n,x,y\nA,"1,20,000",2\nB,"12,34,567.50",3\nC,640,5\n', [120000, 1234567.5, 640], "',' separates"),
    "Arabic": ("n;x;y\nA;١٢٫٥;2\nB;٣;3\nC;١٬٢٠٠;5\n", [12.5, 3, 1200], None),
    "Persian": ("n;x;y\nA;۱۲;2\nB;−۳;3\nC;۴;5\n", [12, -3, 4], "read as minus"),
    "Devanagari": ("n;x;y\nA;१२.५;2\nB;३;3\nC;४;5\n", [12.5, 3, 4], None),
    "wide": ("n;x;y\nA;１２．５;2\nB;−３;3\nC;４;5\n", [12.5, -3, 4], None),
    "wide separators": ("n，x，y\nA，1，2\nB，4，3\nC，3，9\n", [1, 4, 3], "full-width commas"),
    "columns set by spaces": ("n     x   y\nA     1   2\n'B'  2.5  3\nC    10   5\n", None, "separated by spaces"),
    "errors of spreadsheets": ("n;x;y\nA;1;2\nB;#DIV/0!;3\nC;#ЗНАЧ!;5\n", [1, np.nan, np.nan], "'#DIV/0!' (1)"),
    "row numbers of Python": (",n,x,y\n0,A,1,2\n1,B,4,3\n2,C,3,9\n", [1, 4, 3], "counts the rows"),
    "names once more": ("n;x;y\nA;1;2\nB;4;3\nn;x;y\n# new cities\nC;3;9\n", [1, 4, 3], "row 4, row 5"),
    "no cents": ("n;x;y\nA;1.200,- €;2\nB;640,– €;3\nC;3,50 €;5\n", [1200, 640, 3.5], "beside '€'"),
    "rupees": ('n,x,y\nA,"Rs. 1,20,000",2\nB,Rs. 640,3\nC,Rs. 5,5\n', [120000, 640, 5], "beside 'Rs.'"),
    "carriage returns": ("n;x;y\rA;1,5;2\rB;2;3\rC;4;5\r", [1.5, 2, 4], "with a comma"),
    "row names of R, with spaces": ('"x" "y"\n"A" 1 2\n"B" 4 3\n"C" 3 9\n', [1, 4, 3], "called 'case'"),
    "row names of R": ('"","x","y"\n"A",1,2\n"B",4,3\n"C",3,9\n', [1, 4, 3], "called 'case'"),
}


@pytest.mark.parametrize("kind", READ)
def test_what_has_one_meaning_is_read(kind: str, tmp_path: Any) -> None:
    content, expected, note = READ[kind]
    case = "case" if "of R" in kind else "n"
    found = read_table(written(tmp_path, content), [case], "")
    score = next(name for name in found.frame.columns if str(name).startswith("x"))
    assert [str(each).strip("'") for each in found.frame[case]][:3] == NAMES
    np.testing.assert_array_equal(found.frame[score].astype(float), [1, 2.5, 10] if expected is None else expected)
    assert note is None or note in " ".join(found.notes)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark_is_read(encoding: str, tmp_path: Any) -> None:
    found = read_table(written(tmp_path, "n;x\nA;1,5\nB;2\nÖ;4\n".encode(encoding)), ["n"], "")
    assert found.frame["n"].tolist() == ["A", "B", "Ö"]
    assert found.notes[0] == f"Read as {encoding.upper()}."


def test_subtotals_are_sums_since_the_last_one(tmp_path: Any) -> None:
    rows = "n;x;y\nA;1;2\nB;2;3\nSubtotal;3;5\nC;4;5\nD;5;7\nSubtotal;9;12\nTotal;12;17\n"
    found = read_table(written(tmp_path, rows), ["n"], "")
    assert found.frame["n"].tolist() == ["A", "B", "C", "D"]
    assert "row 4, 'Subtotal', row 7, 'Subtotal', row 8, 'Total'" in found.notes[-1]


def test_line_breaks_in_names_are_spaces(tmp_path: Any) -> None:
    path = written(tmp_path, 'Land,"Budget\r\n(Mio)","x"\r\n"New\nYork",1,2\r\nB,4,3\r\nC,3,9\r\n')
    found = read_table(path, ["Land"], "").frame
    assert found.columns.tolist() == ["Land", "Budget (Mio)", "x"]
    assert found["Land"].tolist() == ["New York", "B", "C"]


@pytest.mark.parametrize("text", ["1\n200", "10²", "12-", "1/2", "1.2 Mio", "5 k", "~3", "12-14"])
def test_what_may_be_another_number_is_no_number(text: str, tmp_path: Any) -> None:
    path = written(tmp_path, f'n;x;y\nA;"{text}";2\nB;5;3\nC;4;5\n')
    assert read_table(path, ["n"], "").frame["x"].dtype.kind not in "if"


@pytest.mark.parametrize(
    ("row", "kept"),
    [
        ("Total;7;10", False),
        ("Mittelwert;2,33;3,33", False),
        ("Ø;2,33;3,33", True),  # not a word
        ("Std. Dev.;1,53;1,53", False),
        ("Summe:;7;3,333", False),  # sums of numbers, means of shares
        ("Total général;;10", False),
        ("合计;7;10", False),
        ("Insgesamt;9;11", True),
        ("D;7;10", True),
    ],
)
def test_sums_and_means_below_the_cases_are_no_cases(row: str, kept: bool, tmp_path: Any) -> None:
    """1 + 2 + 4 = 7, 2 + 3 + 5 = 10; means 7/3 and 10/3, standard deviations √(7/3)."""
    found = read_table(written(tmp_path, f"n;x;y\nA;1;2\nB;2;3\nC;4;5\n{row}\n"), ["n"], "", Options(decimal=","))
    name = row.partition(";")[0]
    assert found.frame["n"].tolist() == [*NAMES, *([name] if kept else [])]
    said = " ".join(found.notes)
    assert (f"not read: row 5, {name!r}" in said) == (not kept)
    assert ("named like a total" in said) == (name == "Insgesamt")


def test_a_total_above_the_cases_and_rounded_sums_are_found(tmp_path: Any) -> None:
    found = read_table(written(tmp_path, "n;x\nTotal;10,0\nA;3,3\nB;3,3\nC;3,3\n"), ["n"], "")
    assert found.frame["n"].tolist() == NAMES


@pytest.mark.parametrize(
    ("content", "outcome", "words"),
    [
        ("n;x;y\nA;5 (2);2\nB;5;3\nC;4;5\n", "x", ["'x'", "'5 (2)' for A", "missing = ['5 (2)']"]),
        ("n;x;y\nA;12%;2\nB;5;3\nC;4%;5\n", "x", ["'12%' for A", "Write its values as numbers"]),
        ("n;x;y\nA;ja;2\nB;nein;3\nC;ja;5\n", "x", ["'ja' for A", "Write its values as numbers"]),
        ("n;x;y\nA;;2\nB;5;3\nC;4;5\n", "x", ["no number for A", "take the row out"]),
        ("n;x;x\nA;1;2\nB;5;3\nC;4;5\n", "x", ["'x' more than once, in columns 2, 3", "Rename"]),
        ("n;x;y\nA;1;2\nB;5;3;see below\nC;4;5\n", "y", ["'see below' in line 3"]),
        ("<table><tr><td>n</td></tr></table>", "x", ["is a web page", "Excel workbook"]),
        ('[{"n": "A", "x": 1}]', "x", ["is a JSON file"]),
        ("n;x;y\n", "x", ["no rows below its column names"]),
        ("n/x/y\nA/1/2\nB/5/3\nC/4/5\n", "y", ["single column, 'n/x/y'"]),
        ("n;x;y\nA;1;2\nB;2;3\nC;3;5\n", "y", ["x counts up by one", "--condition"]),
    ],
)
def test_what_has_no_one_meaning_is_answered(
    content: str, outcome: str, words: list[str], tmp_path: Any, cli: Any
) -> None:
    ended = cli("study", "new", written(tmp_path, content), "--outcome", outcome)
    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert [each for each in words if each not in ended.err] == []
    assert not (tmp_path / "study.toml").exists()


def test_truth_values_are_memberships(tmp_path: Any) -> None:
    path = written(tmp_path, "n;x;y\nA;TRUE;FALSE\nB;FALSE;TRUE\nC;TRUE;TRUE\n")
    eq.draft_study(path, "y")
    study = eq.load_study(tmp_path).calibrate()
    assert study.fuzzy["X"].tolist() == [1, 0, 1]
    assert study.fuzzy["Y"].tolist() == [0, 1, 1]


# -------------------------------------------------------------------------------------------------------- workbooks


@pytest.fixture
def workbook(tmp_path: Any) -> Any:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (["n", "x", "y"], ["A", 1, 2], ["B", 4, 3], ["C", 3, 9]):
        book.active.append(row)
    book.active.title = "Data"
    return book


def test_formulas_without_results_are_named(workbook: Any, tmp_path: Any) -> None:
    workbook["Data"]["B3"], workbook["Data"]["C4"] = "=1+3", "=SUM(C2:C3)"
    workbook.save(tmp_path / "cases.xlsx")
    with pytest.raises(eq.InputError, match=r"formulas without their results, in B3, C4 of the sheet 'Data'.*save it"):
        read_table(tmp_path / "cases.xlsx", ["n"], "")


@pytest.mark.parametrize("asks", [False, True])
@pytest.mark.parametrize("result", ['<c r="B3"><f>1+3</f><v>4</v></c>', '<c r="B3" t="str"><f>""</f><v></v></c>'])
def test_results_are_trusted_unless_the_file_asks_to_calculate(
    result: str, asks: bool, workbook: Any, tmp_path: Any
) -> None:
    """A program that does not calculate writes 0 as the result and ``fullCalcOnLoad``; spreadsheet programs do not write that."""
    import zipfile

    workbook["Data"]["B3"] = "=1+3"
    workbook.save(tmp_path / "made.xlsx")
    with zipfile.ZipFile(tmp_path / "made.xlsx") as made, zipfile.ZipFile(tmp_path / "cases.xlsx", "w") as kept:
        for part in made.namelist():
            text = made.read(part)
            if part.endswith("sheet1.xml"):
                assert b'<c r="B3"><f>1+3</f><v></v></c>' in text or b'<c r="B3"><f>1+3</f><v/></c>' in text
                for empty in (b'<c r="B3"><f>1+3</f><v></v></c>', b'<c r="B3"><f>1+3</f><v/></c>'):
                    text = text.replace(empty, result.encode())
            if part == "xl/workbook.xml" and not asks:
                text = text.replace(b' fullCalcOnLoad="1"', b"")
            kept.writestr(part, text)
    if asks:
        with pytest.raises(eq.InputError, match="in B3 of the sheet"):
            read_table(tmp_path / "cases.xlsx", ["n"], "")
    else:
        found = read_table(tmp_path / "cases.xlsx", ["n"], "").frame["x"]
        np.testing.assert_array_equal(found, [1, 4 if "4" in result else np.nan, 3])


def test_the_first_sheet_in_sight_that_holds_a_table_is_read(workbook: Any, tmp_path: Any) -> None:
    workbook.create_sheet("Cover", 0).append(["Cities of the survey"])
    workbook.create_sheet("Empty", 0)
    hidden = workbook.create_sheet("Old", 0)
    for row in (["n", "x", "y"], ["Z", 7, 7]):
        hidden.append(row)
    hidden.sheet_state = "hidden"
    workbook.save(tmp_path / "cases.xlsx")
    found = read_table(tmp_path / "cases.xlsx", ["n"], "")
    assert found.frame["n"].tolist() == NAMES
    assert "Sheet 'Data' was read, not Old, Empty, Cover" in found.notes[0]
    assert read_table(tmp_path / "cases.xlsx", ["n"], "", Options(sheet="Old")).frame["x"].tolist() == [7]


def test_hidden_rows_errors_and_per_cent_are_said(workbook: Any, tmp_path: Any) -> None:
    page = workbook["Data"]
    page.row_dimensions[3].hidden = page.column_dimensions["C"].hidden = True
    page["B2"], page["C4"] = 0.125, "#DIV/0!"
    page["B2"].number_format = "0.0%"
    workbook.save(tmp_path / "cases.xlsx")
    found = read_table(tmp_path / "cases.xlsx", ["n"], "")
    said = " ".join(found.notes)
    assert "Hidden in the sheet, and read nevertheless: row 3, column C." in said
    assert "Read as missing: #DIV/0! in C4." in said
    assert "as per cent, in B; they are read as shares: 0.125 in B2." in said
    np.testing.assert_array_equal(found.frame["y"], [2, 3, np.nan])


def test_dates_are_names_only_when_they_are_said_to_be(workbook: Any, tmp_path: Any, cli: Any) -> None:
    page = workbook["Data"]
    for at in (2, 3, 4):
        page.cell(at, 1).value = datetime.datetime(2024, at, 1)
    page.cell(3, 2).value = datetime.datetime(2024, 5, 3)  # 3.5, which a spreadsheet program took for a date
    workbook.save(tmp_path / "cases.xlsx")
    begin = ("study", "new", tmp_path / "cases.xlsx", "--outcome")
    assert "no column holds a name for each case" in cli(*begin, "y").err
    assert "'2024-05-03' for 2024-03-01" in cli(*begin, "x", "--case", "n").err


def test_extended_missing_values_of_stata_and_those_of_spss_are_missing(tmp_path: Any) -> None:
    pyreadstat = pytest.importorskip("pyreadstat")
    frame = pd.DataFrame({"n": NAMES, "x": [1.0, "a", 3.0]})
    pyreadstat.write_dta(frame.astype({"x": object}), tmp_path / "cases.dta", missing_user_values={"x": ["a"]})
    np.testing.assert_array_equal(read_table(tmp_path / "cases.dta", ["n"], "").frame["x"], [1, np.nan, 3])
    frame = pd.DataFrame({"n": ["A", "B", "zz"], "x": [1.0, 98, 3]})
    missing = {"x": [{"lo": 97, "hi": 99}], "n": ["zz"]}
    pyreadstat.write_sav(frame, tmp_path / "cases.sav", missing_ranges=missing)
    found = read_table(tmp_path / "cases.sav", ["n"], "").frame
    np.testing.assert_array_equal(found["x"], [1, np.nan, 3])
    assert found["n"].isna().tolist() == [False, False, True]


def test_an_open_document_with_several_sheets_names_them(tmp_path: Any) -> None:
    pytest.importorskip("odf")
    with pd.ExcelWriter(tmp_path / "cases.ods", engine="odf") as book:
        pd.DataFrame({"about": ["x"]}).to_excel(book, sheet_name="Cover", index=False)
        pd.DataFrame({"n": NAMES, "x": [1.5, 2, 4]}).to_excel(book, sheet_name="Data", index=False)
    found = read_table(tmp_path / "cases.ods", ["n"], "")
    assert found.frame["x"].tolist() == [1.5, 2, 4]
    assert found.notes == ("Sheet 'Data' was read, not Cover; sheet names another.",)
