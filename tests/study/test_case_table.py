"""Tables of cases in Excel workbooks: they hold what the same table in a text file would."""

import pandas as pd
import pytest

import equifinal as eq
from equifinal.study import case_table
from equifinal.study.case_table import read_cases

FRAME = pd.DataFrame(
    {
        "country": ["NA", "Chad", "Åland", "1984"],
        "score": [1, 2.5, None, 40],
        "typed": ["3", " 4 ", "5.5", "n/a"],
        "remark": ["plain", "two\nlines", 'a "b", c', ""],
    }
)


@pytest.fixture
def workbook(tmp_path):
    path = tmp_path / "cases.xlsx"
    FRAME.to_excel(path, index=False)
    return path


def test_a_workbook_holds_what_the_text_file_holds(workbook, tmp_path):
    text = tmp_path / "cases.csv"
    FRAME.to_csv(text, index=False)
    found = read_cases(workbook, ["country"], "")
    pd.testing.assert_frame_equal(found, read_cases(text, ["country"], ""))
    assert found["country"].tolist() == ["NA", "Chad", "Åland", "1984"]
    assert found["typed"].tolist()[:3] == [3, 4, 5.5]
    assert found["typed"].isna().tolist() == [False, False, False, True]


@pytest.mark.parametrize("name", ["heilongjiang", "open-data-barometer-2014"])
def test_a_study_reads_a_workbook(name, tmp_path):
    study = eq.load_study(name)
    file, table = eq.save_study(study, tmp_path / "study.toml")
    pd.read_csv(table, dtype={study.data.index.name: str}, keep_default_na=False).to_excel(
        tmp_path / "cases.xlsx", index=False
    )
    file.write_text(file.read_text(encoding="utf-8").replace('"cases.csv"', '"cases.xlsx"'), encoding="utf-8")
    table.unlink()
    pd.testing.assert_frame_equal(eq.load_study(file).calibrate().fuzzy, study.calibrate().fuzzy)


def test_the_first_sheet_is_read(tmp_path):
    path = tmp_path / "two.xlsx"
    with pd.ExcelWriter(path) as writer:
        FRAME.to_excel(writer, sheet_name="cases", index=False)
        FRAME.head(1).to_excel(writer, sheet_name="notes", index=False)
    assert len(read_cases(path, ["country"], "")) == 4


def test_a_study_is_begun_from_a_workbook(tmp_path):
    eq.load_study("heilongjiang").data.to_excel(tmp_path / "cities.xlsx")
    text = eq.draft_study(tmp_path / "cities.xlsx", "openness").read_text(encoding="utf-8")
    assert 'data = "cities.xlsx"' in text
    assert text.count("[[condition]]") == 4


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"city,score\na,1\n", "cannot be read as an Excel workbook"), (b"", "cannot be read as an Excel workbook")],
)
def test_what_is_no_workbook_is_said(tmp_path, content, message):
    path = tmp_path / "cases.xlsx"
    path.write_bytes(content)
    with pytest.raises(eq.InputError, match=rf"the data file '.*cases\.xlsx' {message}.*save the sheet as 'CSV UTF-8'"):
        read_cases(path, [], "")


def test_an_empty_workbook_is_said(tmp_path):
    pd.DataFrame().to_excel(tmp_path / "empty.xlsx", index=False)
    with pytest.raises(eq.InputError, match=r"is empty\. It needs column names in its first line"):
        read_cases(tmp_path / "empty.xlsx", [], "")


def test_an_old_workbook_is_to_be_saved_anew(tmp_path):
    path = tmp_path / "cases.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0")
    with pytest.raises(eq.InputError, match=r"is an Excel workbook of the kind before 2007\. Open it .*\(\.xlsx\)"):
        read_cases(path, [], "")


def test_without_the_package_it_says_what_to_install(workbook, monkeypatch):
    monkeypatch.setattr(case_table, "find_spec", lambda name: None)
    with pytest.raises(eq.InputError, match=r'pip install "equifinal\[xlsx\]"'):
        read_cases(workbook, [], "")
