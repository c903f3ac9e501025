"""Tables as people keep them, in four locales: each is read rightly, or answered by one sentence with row, value and key."""

import codecs

import numpy as np
import pandas as pd
import pytest

import equifinal as eq
from equifinal.study.case_table import read_table
from equifinal.study.reading.options import Options

#: Names as they are written in four places, and what separates decimals and thousands there.
LOCALES = {
    "en_US": (["Boston", "St. Paul", "Reno"], ",", ".", ","),
    "de_DE": (["Köln", "Würzburg", "Bad Orb"], ";", ",", "."),
    "fr_FR": (["Orléans", "Nîmes", "Pau"], ";", ",", "\u202f"),
    "zh_CN": (["哈尔滨", "大庆", "黑河"], ",", ".", ","),
}
BUDGET, OPEN = [850.5, 1200.25, 12500.75], [31, 38.5, 93]


def written(value, decimal, thousands=""):
    text = f"{value:,}".replace(",", "\0").replace(".", decimal)
    return text.replace("\0", thousands)


def table(locale, thousands=True):
    names, separator, decimal, mark = LOCALES[locale]
    rows = [["name", "budget", "open"]]
    for name, budget, openness in zip(names, BUDGET, OPEN, strict=True):
        rows.append([name, written(budget, decimal, mark if thousands else ""), written(openness, decimal)])
    return [separator.join(f'"{cell}"' if separator in cell else cell for cell in row) for row in rows]


WAYS = {
    "plain": lambda lines, sep: ("\n".join(lines) + "\n").encode(),
    "BOM and Windows line ends": lambda lines, sep: codecs.BOM_UTF8 + "\r\n".join(lines).encode(),
    "UTF-16": lambda lines, sep: "\r\n".join(lines).encode("utf-16"),
    "sep line": lambda lines, sep: "\n".join([f"sep={sep}", *lines]).encode(),
    "title, comment and blank row above": lambda lines, sep: "\n".join(["Cities 2024", "# draft", "", *lines]).encode(),
    "source below, after a blank row": lambda lines, sep: "\n".join(
        [*lines, sep * 2, "", f"Source: own survey{sep}{sep}", ""]
    ).encode(),
    "tabs": lambda lines, sep: "\n".join(lines).replace(sep, "\t").replace('"', "").encode(),
    "minus, n/a, dots": None,
}


@pytest.mark.parametrize("way", [each for each, made in WAYS.items() if made])
@pytest.mark.parametrize("locale", LOCALES)
def test_what_is_unambiguous_is_read(locale, way, tmp_path):
    path = tmp_path / "cases.csv"
    lines, separator = table(locale), LOCALES[locale][1]
    if way == "tabs" and separator == ",":
        lines = table(locale, thousands=False)
    path.write_bytes(WAYS[way](lines, separator))
    found = read_table(path, ["name"], "")
    assert found.frame.columns.tolist() == ["name", "budget", "open"]
    assert found.frame["name"].tolist() == LOCALES[locale][0]
    assert found.frame["budget"].tolist() == BUDGET
    assert found.frame["open"].tolist() == OPEN
    said = " ".join(found.notes)
    assert ("Decimals are written with a comma." in said) == (LOCALES[locale][2] == ",")
    assert ("Cities 2024" in said) == way.startswith("title")
    assert ("Source: own survey" in said) == way.startswith("source")
    assert ("Read as UTF-16" in said) == (way == "UTF-16")


@pytest.mark.parametrize(
    ("content", "column", "expected", "note"),
    [
        ("name;x\na;12,5 %\nb;7 %\nc;\u221231 %\n", "x", [12.5, 7, -31], "beside '%'"),
        ("name;x\na;€ 1.200,50\nb;€ 7\nc;€ 3\n", "x", [1200.5, 7, 3], "beside '€'"),
        ('name,x\na,$1\nb,"$1,250"\nc,$3\n', "x", [1, 1250, 3], "beside '$'"),
        ("name,x\na,1\nb,n/a\nc,..\n", "x", [1, np.nan, np.nan], "'n/a' (1)"),
        ("name,x\na,1\nb,-\nc,−2.5\n", "x", [1, np.nan, -2.5], "read as minus"),
        ("name;x\na;1'200\nb;12'500\nc;640\n", "x", [1200, 12500, 640], None),
        ("name;x\na;1 200\nb;12 500\nc;640\n", "x", [1200, 12500, 640], None),
        ("name;x;y\na;1.200;3,5\nb;12.500;4\nc;640;5\n", "x", [1200, 12500, 640], "'.' separates thousands"),
        ("name;x\na;1.200.000\nb;12.500\nc;640\n", "x", [1200000, 12500, 640], "'.' separates thousands"),
        ("name;x\na;0.850\nb;1.200\nc;2\n", "x", [0.85, 1.2, 2], None),
        ("name|x\na|1\nb|2\nc|3\n", "x", [1, 2, 3], "upright strokes"),
    ],
)
def test_numbers_as_people_write_them(content, column, expected, note, tmp_path):
    path = tmp_path / "cases.csv"
    path.write_text(content, encoding="utf-8")
    found = read_table(path, ["name"], "")
    np.testing.assert_array_equal(found.frame[column].astype(float), expected)
    assert note is None or note in " ".join(found.notes)


AMBIGUOUS = "Gemeinde;Budget;Offenheit\nA;850;31\nB;1.200;38\nC;12.500;93\nD;640;22\n"


def test_a_point_that_may_separate_thousands_stops_and_the_keys_decide(tmp_path):
    path = tmp_path / "cases.csv"
    path.write_text(AMBIGUOUS, encoding="utf-8")
    with pytest.raises(eq.InputError, match=r"'1\.200' in row 3 \(column 'Budget'\).*decimal = '\.' or decimal = ','"):
        read_table(path, ["Gemeinde"], "")
    for options, expected in (
        (Options(decimal=","), [850, 1200, 12500, 640]),
        (Options(thousands="."), [850, 1200, 12500, 640]),
        (Options(decimal="."), [850, 1.2, 12.5, 640]),
    ):
        assert read_table(path, ["Gemeinde"], "", options).frame["Budget"].tolist() == expected


def test_two_decimal_marks_stop_with_both_rows(tmp_path):
    path = tmp_path / "cases.csv"
    path.write_text("name;x;y\na;1,5;2.25\nb;3;4\n", encoding="utf-8")
    with pytest.raises(eq.InputError, match=r"'2\.25' in row 2 \(column 'y'\) and '1,5' in row 2 \(column 'x'\)"):
        read_table(path, ["name"], "")


@pytest.mark.parametrize(
    ("text", "page", "reads"),
    [
        ("Stadt;x\nKöln;1\nWürzburg;2\n", "cp1252", True),  # the same letters in both code pages
        ("ciudad;x\nCoruña;1\nVigo;2\n", "cp1252", False),  # ñ is ń in Central Europe
        ("miasto;x\nŁódź;1\nGdańsk;2\n", "cp1250", False),
        ("город;x\nМосква;1\nТверь;2\n", "cp1251", False),
    ],
)
def test_code_pages(text, page, reads, tmp_path):
    path = tmp_path / "cases.csv"
    path.write_bytes(text.encode(page))
    column = text.partition(";")[0]
    if reads:
        found = read_table(path, [column], "")
        assert "Windows-1252" in " ".join(found.notes)
    else:
        with pytest.raises(eq.InputError, match=r"not in UTF-8: see line \d.*encoding = '"):
            read_table(path, [column], "")
        found = read_table(path, [column], "", Options(encoding=page))
    assert found.frame[column].tolist() == [line.partition(";")[0] for line in text.splitlines()[1:]]


def test_workbooks_as_people_keep_them(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    page = book.active
    page.title = "Daten"
    for row in (["Städte 2024"], [], ["region", "name", "x"], ["Nord", "a", 1], [None, "b", 2.5], ["Süd", "c", "3,5"]):
        page.append(row)
    page.merge_cells("A4:A5")
    book.create_sheet("Notizen").append(["Quelle", "eigene"])
    book.save(tmp_path / "cases.xlsx")
    found = read_table(tmp_path / "cases.xlsx", ["name"], "", Options(decimal=","))
    assert found.frame["region"].tolist() == ["Nord", "Nord", "Süd"]
    said = " ".join(found.notes)
    assert "Sheet 'Daten' was read, not Notizen" in said
    assert "A4:A5" in said
    assert "row 1, 'Städte 2024'" in said
    with pytest.raises(eq.InputError, match=r"no sheet 'Data'.*Known: Daten, Notizen"):
        read_table(tmp_path / "cases.xlsx", [], "", Options(sheet="Data"))
    assert read_table(tmp_path / "cases.xlsx", [], "", Options(sheet="Notizen", header=1)).frame.empty


def test_numbers_of_a_workbook_keep_their_digits(tmp_path):
    values = [0.1, 1234.567, 1e-20, 12345678901234.5]
    pd.DataFrame({"name": list("abcd"), "x": values}).to_excel(tmp_path / "cases.xlsx", index=False)
    assert read_table(tmp_path / "cases.xlsx", ["name"], "").frame["x"].tolist() == values


def test_stata_files_give_codes_and_labels_of_names(tmp_path):
    frame = pd.DataFrame({"country": pd.Categorical(["Ghana", "Mali", "Togo"]), "x": [1.5, np.nan, 3]})
    frame.to_stata(tmp_path / "cases.dta", write_index=False)
    found = read_table(tmp_path / "cases.dta", ["country"], "").frame
    assert found["country"].tolist() == ["Ghana", "Mali", "Togo"]
    np.testing.assert_array_equal(found["x"], [1.5, np.nan, 3])
    assert read_table(tmp_path / "cases.dta", [], "").frame["country"].tolist() == [0, 1, 2]
    (tmp_path / "broken.dta").write_bytes(b"no")
    with pytest.raises(eq.InputError, match=r"cannot be read as a \.dta file"):
        read_table(tmp_path / "broken.dta", [], "")


# ---------------------------------------------------------------------------------------------- through a study file


def test_a_study_says_how_its_table_was_read_and_whom_it_leaves_out(towns):
    path = towns.parent / "cases.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines = [line.replace(",", ";").replace(".", ",") for line in lines]
    path.write_text("\n".join(["Towns", *lines, "Gao;-9;1,5;30"]) + "\n", encoding="utf-8")
    text = towns.read_text(encoding="utf-8")
    keys = 'exclude = [{case = "Fez", reason = "no elections"}, {case = "Gao", reason = "no answer"}]\nmissing = [-9]'
    towns.write_text(text.replace('case = "city"', f'case = "city"\n{keys}'), encoding="utf-8")
    study = eq.load_study(towns)
    assert study.data.index.tolist() == ["Accra", "Bamako", "Cairo", "Dakar", "Enugu"]
    assert study.data["money"].tolist() == [1.5, 3.5, 7.5, 2.5, 8.5]
    notes = study.calibrate().notes
    assert "Left out: Fez (no elections)." in notes
    assert "cases.csv: Decimals are written with a comma." in notes
    assert "cases.csv: Above the column names, not read: row 1, 'Towns'." in notes
    towns.write_text(text.replace('case = "city"', 'case = "city"\nexclude = [{case = "Fes", reason = "x"}]'))
    with pytest.raises(eq.InputError, match=r"exclude names 'Fes', which is no case\. Did you mean"):
        eq.load_study(towns)


def test_a_draft_says_what_it_read_and_what_it_left_out_and_loads(tmp_path, cli):
    (tmp_path / "cases.csv").write_text(
        "Nr;Datum;Stadt;Jahr;Anteil;Budget\n1;2024-01-01;Köln;2001;0,5;1.200\n2;2024-01-02;Ulm;2004;0,9;12.500\n"
        "3;2024-01-03;Bonn;2009;0,1;640\n",
        encoding="utf-8",
    )
    said = cli("study", "new", tmp_path / "cases.csv", "--outcome", "Anteil", "--decimal", ",").out
    assert "The table: '.' separates thousands." in said
    for reason in ("Nr (counts up by one", "Jahr (holds years)", "Datum (does not hold numbers"):
        assert reason in said
    text = (tmp_path / "study.toml").read_text(encoding="utf-8")
    assert 'calibrate = {method = "membership"}' in text
    assert 'decimal = ","' in text
    study = eq.load_study(tmp_path / "study.toml")
    assert study.data.index.tolist() == ["Köln", "Ulm", "Bonn"]
    assert study.calibrate().fuzzy["ANTEIL"].tolist() == [0.5, 0.9, 0.1]
    assert study.raw["BUDGET"].tolist() == [1200, 12500, 640]


# ----------------------------------------------------------------------------------------------------- one spelling


@pytest.mark.parametrize(
    "pair",
    [
        ("St. Paul", "St.\u00a0Paul"),
        ("Köln", "Ko\u0308ln"),
        (1, "1"),
        *(("Harbin", other) for other in ("Har\u00adbin", "Harbin\u200b", "Harbin\u00a0", " Harbin", "\ufeffHarbin")),
    ],
    ids=ascii,
)
def test_cases_that_look_alike_are_one_name(pair):
    data = pd.DataFrame({"x": [1.0, 2, 3], "y": [1.0, 2, 3]}, index=pd.Index([*pair, "c"], dtype=object))
    with pytest.raises(eq.InputError, match=f"more than one row is named {pair[0]}"):
        eq.Study(
            name="s",
            data=data,
            outcome=eq.Variable("Y", "y", calibrate={"method": "crisp", "threshold": 2}),
            conditions=[eq.Variable("X", "x")],
        )


def test_a_set_and_its_double_in_wide_letters_are_one_name():
    crisp = {"method": "crisp", "threshold": 2}
    data = pd.DataFrame({"x": [1.0, 2, 3], "z": [3.0, 1, 2], "y": [1.0, 2, 3]}, index=list("abc"))
    with pytest.raises(eq.InputError, match="two sets are named 'FIN'"):
        eq.Study(
            name="s",
            data=data,
            outcome=eq.Variable("Y", "y", calibrate=crisp),
            conditions=[eq.Variable("FIN", "x", calibrate=crisp), eq.Variable("ＦＩＮ", "z", calibrate=crisp)],
        )


@pytest.mark.parametrize("name", ["ＧＤＰ", "km²", "É", "E\u0301", "शिक्षा", "การศึกษา", "Größe"])
def test_letters_of_the_world_work_from_the_draft_to_the_last_expression(name, tmp_path):
    path = tmp_path / "cases.csv"
    path.write_text(f"case,{name},y\na,0.1,0.2\nb,0.9,0.8\nc,0.4,0.9\n", encoding="utf-8")
    eq.draft_study(path, "y")
    study = eq.load_study(tmp_path / "study.toml")
    written = study.conditions[0].name
    text = (tmp_path / "study.toml").read_text(encoding="utf-8")
    more = f'\n[[proposition]]\nid = "P"\nclaim = "necessary"\nexpression = "¬{written}"\n'
    more += f'\n[[proposition]]\nid = "Q"\nclaim = "influence"\ncondition = "{written}"\nsign = 1\n'
    (tmp_path / "study.toml").write_text(text + more, encoding="utf-8")
    analysis = eq.run(eq.load_study(tmp_path), ["fsqca"])["fsqca"]
    assert analysis.conditions.index.tolist() == [written]


@pytest.mark.parametrize("pasted", ["∼A∗B", "˜A × B", "～A·B", "¬A∧B", "¬Ａ\n*B", "~A*B"])
def test_operators_pasted_from_papers_are_read(pasted):
    frame = pd.DataFrame({"A": [0.2, 0.9], "B": [0.7, 0.4]})
    assert eq.Expression(pasted).membership(frame).tolist() == pytest.approx([0.7, 0.1])
    assert eq.Expression(f"{pasted} ∨ A＋B").membership(frame).tolist() == pytest.approx([0.7, 0.9])


# ----------------------------------------------------------------------------- workbooks and statistics programs, once more


@pytest.mark.parametrize("decimal", [None, ",", "."])
@pytest.mark.parametrize("suffix", [".xlsx", ".ods"])
def test_a_number_of_a_workbook_is_that_number_whatever_the_mark_of_texts(suffix, decimal, tmp_path):
    """1.125 in a cell of numbers is no 1125, though the text beside it has a decimal comma."""
    pytest.importorskip({".xlsx": "openpyxl", ".ods": "odf"}[suffix])
    path = tmp_path / f"cases{suffix}"
    text = "2.5" if decimal == "." else "2,5"
    pd.DataFrame({"name": ["a", "b", "c"], "x": [1.125, 1200.25, 3], "y": [text, "7", "9"]}).to_excel(
        path, index=False, engine={".xlsx": "openpyxl", ".ods": "odf"}[suffix]
    )
    found = read_table(path, ["name"], "", Options(decimal=decimal)).frame
    assert found["x"].tolist() == [1.125, 1200.25, 3]
    assert found["y"].tolist() == [2.5, 7, 9]


def test_names_that_are_numbers_in_a_workbook_are_plain_texts(tmp_path):
    path = tmp_path / "cases.xlsx"
    pd.DataFrame({2024: [1, 2, 3], "x": [1.5, 2, 3]}).to_excel(path, index=False)
    found = read_table(path, ["2024"], "").frame
    assert [type(each) for each in (*found.columns, *found["2024"])] == [str] * 5


def test_spss_files_give_labels_of_names_and_no_codes_of_missing(tmp_path):
    pyreadstat = pytest.importorskip("pyreadstat")
    frame = pd.DataFrame({"country": [1.0, 2, 3], "trust": [1.0, 9, 2], "late": [1.0, -1, 98]})
    labels = {"country": {1: "Ghana", 2: "Mali", 3: "Togo"}, "trust": {1: "low", 2: "high", 9: "refused"}}
    missing = {"trust": [9], "late": [{"lo": 97, "hi": 99}]}
    pyreadstat.write_sav(frame, tmp_path / "cases.sav", variable_value_labels=labels, missing_ranges=missing)
    found = read_table(tmp_path / "cases.sav", ["country"], "").frame
    assert found["country"].tolist() == ["Ghana", "Mali", "Togo"]
    np.testing.assert_array_equal(found["trust"], [1, np.nan, 2])
    np.testing.assert_array_equal(found["late"], [1, -1, np.nan])
    reading = read_table(tmp_path / "cases.sav", ["country"], "", Options(missing=("-1",)))
    np.testing.assert_array_equal(reading.frame["late"], [1, np.nan, np.nan])
    assert reading.notes == ("Read as missing: '-1' (1).",)


@pytest.mark.parametrize("suffix", [".parquet", ".feather", ".dta"])
@pytest.mark.parametrize("indexed", [True, False])
def test_files_of_python_and_stata_keep_their_names_and_numbers(suffix, indexed, tmp_path):
    if suffix != ".dta":
        pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"city": ["Köln", "Łódź", "大庆"], "x": [0.1, np.nan, 3], "year": [2001, 2002, 2003]})
    path = tmp_path / f"cases{suffix}"
    kept = frame.set_index("city") if indexed else frame
    if suffix == ".dta":
        kept.to_stata(path, write_index=indexed, version=118)
    else:
        getattr(kept, f"to_{suffix[1:]}")(path)
    found = read_table(path, ["city"], "").frame
    assert found.columns.tolist() == frame.columns.tolist()
    assert found["city"].tolist() == frame["city"].tolist()
    np.testing.assert_array_equal(found["x"], frame["x"])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("Land;Budget;;x\n;2023;2024;\nA;1;2;3\nB;2;3;4\n", ["no name in column 3", "'2024' in row 2", "header = 2"]),
        ("Land;Budget;x\nName;Mio;0-100\nA;1;3\nB;2;4\nC;4;6\n", ["'Mio' in row 2", "'Budget'", "header = 2"]),
        ("Land;Budget;x\n;;\nName;Mio;0-100\nA;1;3\nB;2;4\nC;4;6\n", ["'Mio' in row 3", "header = 3"]),
    ],
)
def test_names_in_two_rows_stop_with_row_value_and_key(content, words, tmp_path):
    path = tmp_path / "cases.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(eq.InputError) as caught:
        read_table(path, ["Land"], "")
    assert [each for each in words if each not in str(caught.value)] == []


def test_names_in_the_second_row_are_read_when_the_header_says_so(tmp_path):
    path = tmp_path / "cases.csv"
    path.write_text("Cities;2024;\nLand;Budget;x\nA;1;3\nB;2;4\nC;4;6\n", encoding="utf-8")
    found = read_table(path, ["Land"], "", Options(header=2))
    assert found.frame.columns.tolist() == ["Land", "Budget", "x"]
    assert found.frame["Budget"].tolist() == [1, 2, 4]
    assert "Column names are in row 2" in " ".join(found.notes)


@pytest.mark.parametrize("mark", [" ", "'"])
def test_when_a_space_separates_thousands_the_other_mark_is_the_decimal_one(mark, tmp_path):
    path = tmp_path / "cases.csv"
    path.write_text(f"n;x;y\na;1{mark}200;1.125\nb;12{mark}500;3.400\nc;640;2\n", encoding="utf-8")
    with pytest.raises(eq.InputError, match=r"'1\.125' in row 2 \(column 'y'\)"):
        read_table(path, ["n"], "")
    found = read_table(path, ["n"], "", Options(thousands=mark)).frame
    assert (found["x"].tolist(), found["y"].tolist()) == ([1200, 12500, 640], [1.125, 3.4, 2])
    path.write_text(path.read_text(encoding="utf-8").replace(".", ","), encoding="utf-8")
    assert read_table(path, ["n"], "", Options(thousands=mark)).frame["y"].tolist() == [1.125, 3.4, 2]


@pytest.mark.parametrize(
    ("options", "file", "words"),
    [
        (["--decimal", ";"], "cases.csv", "decimal = ';'. It is one of '.', ','"),
        (["--thousands", "x"], "cases.csv", "thousands = 'x'"),
        (["--decimal", ",", "--thousands", ","], "cases.csv", "decimal and thousands are both ','"),
        (["--header", "0"], "cases.csv", "header = 0. Rows are counted from 1"),
        (["--encoding", "latin-9000"], "cases.csv", "encoding = 'latin-9000' is unknown"),
        (["--encoding", "rot13"], "cases.csv", "encoding = 'rot13' is unknown"),
        (["--sheet", "Data"], "cases.csv", "is a text file, where sheet means nothing"),
        (["--encoding", "cp1252"], "cases.xlsx", "is a workbook, where encoding means nothing"),
        (["--header", "2"], "cases.dta", "is a table of a statistics program, where header means nothing"),
        (["-o", "new.txt"], "cases.csv", "does not end in .toml"),
        (["-o", "there/new.toml"], "cases.csv", "there is no folder 'there'"),
    ],
)
def test_options_are_checked_before_any_work(options, file, words, tmp_path, monkeypatch, cli):
    """The file is no table at all, so whoever read it first would say so."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / file).write_bytes(b"\0")
    ended = cli("study", "new", file, "--outcome", "x", *options)
    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert words in ended.err
    assert [each.name for each in tmp_path.iterdir()] == [file]


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("cases.rds", "write.csv(table, 'cases.csv'"),
        ("cases.sas7bdat", "Export it there as CSV"),
        ("cases.por", "Save it there as .sav"),
        ("cases.docx", "into a spreadsheet program"),
        ("study.toml", "See what it says: equifinal describe study.toml"),
        ("heilongjiang", "equifinal study copy heilongjiang"),
        ("nothing.csv", "There is no file 'nothing.csv'"),
    ],
)
def test_a_file_that_is_no_table_is_answered_with_what_comes_next(file, words, tmp_path, monkeypatch, cli):
    monkeypatch.chdir(tmp_path)
    if "." in file and "nothing" not in file:
        (tmp_path / file).write_bytes(b"PK\x03\x04\0")
    ended = cli("study", "new", file, "--outcome", "x", "-o", "new.toml")
    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert words in ended.err


def test_text_that_is_named_like_an_old_workbook_is_read(tmp_path):
    (tmp_path / "cases.xls").write_text("n\tx\na\t1\nb\t2\n", encoding="utf-8")
    assert read_table(tmp_path / "cases.xls", ["n"], "").frame["x"].tolist() == [1, 2]
