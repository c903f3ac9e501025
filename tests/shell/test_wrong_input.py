"""Wrong input of every kind is one sentence and exit code 2, without a traceback and without control characters."""

import os
import subprocess
import sys

import pandas as pd
import pytest

import equifinal as eq
from core_toys import DIRECT, scores

LONG = "x" * 300

STUDIES = {
    "a number of 5,000 digits": ("threshold = 5", f"threshold = {'5' * 5000}", "too many digits"),
    "arrays nested 330 deep": ("alpha = 0.1", f"alpha = {'[' * 330}{']' * 330}", "nested more than 50 deep"),
    "arrays nested 9,000 deep": ("alpha = 0.1", f"alpha = {'[' * 9000}{']' * 9000}", "nested more than 50 deep"),
    "a name over 255 bytes": ("cases.csv", LONG, "does not exist. Correct data"),
    "a null in a name": ("cases.csv", "a\\u0000b", "does not exist. Correct data"),
    "an expectation in words": ('column = "leadership"', 'column = "leadership"\nexpect = "no"', "'present' or 'absent'"),
    "a title that is a number": ("[outcome]", 'title = 5\n[outcome]', "title = 5 must be text"),
    "true for a threshold": ("threshold = 5", "threshold = true", "threshold: it must be a number, not true or false"),
    "a proposition's expectation in words": (
        '"necessary"',
        '"necessary"\nexpect = "no"',
        "Study 'towns': proposition P1: expect = 'no' must be true or false",
    ),
    "a proposition's expectation as a number": ('"necessary"', '"necessary"\nexpect = 0', "expect = 0 must be true or false"),
    "a number in quotes": ("alpha = 0.1", 'alpha = "0.1"', "[methods.regression]: regression: alpha = '0.1' must be a number"),
    "an anchor in quotes": ("threshold = 5", 'threshold = "5"', "threshold = '5' must be a number"),
    "true for a parameter": ("alpha = 0.1", "alpha = true", "alpha: it must be a number, not true or false"),
    "an escape sequence in a name": ('"towns"', '"to\\u001b[2Jwns"', r"name = 'to\x1b[2Jwns' has a character"),
    "an escape sequence in a label": ('"leadership"', '"leadership"\nlabel = "\\u009b31m"', r"'\x9b31m' has a character"),
}  # fmt: skip


@pytest.mark.parametrize("wrong", STUDIES)
def test_a_wrong_study_file_is_one_sentence(wrong, towns, cli):
    old, new, words = STUDIES[wrong]
    text = towns.read_text(encoding="utf-8")
    assert old in text
    towns.write_text(text.replace(old, new, 1), encoding="utf-8")
    one_sentence(cli("compare", towns, "-m", "regression"), words)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [("1.5", "1" * 310, "is infinite for Accra"), ("Accra", "\x1b[2JAccra", r"'\x1b[2JAccra' has a character")],
)
def test_a_wrong_table_is_one_sentence(old, new, words, towns, cli):
    table = towns.with_name("cases.csv")
    table.write_text(table.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    one_sentence(cli("compare", towns, "-m", "regression"), words)


def one_sentence(ended, words):
    assert ended.code == 2
    assert words in ended.err
    assert "Traceback" not in ended.err
    assert not [each for each in ended.err if (ord(each) < 32 and each != "\n") or 127 <= ord(each) < 160]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["compare", ""], "No study is named"),
        (["compare", "~nosuchuser/"], "There is no study"),
        (["compare", LONG], "There is no study"),
        (["compare", "\x1b[2Jx"], r"There is no study '\x1b[2Jx'"),
        (["compare", "heilongjiang", "-o", "~nosuchuser/x"], "is not a usable path"),
        (["compare", "heilongjiang", "-o", LONG], "is not a usable path: File name too long"),
        (["compare", "heilongjiang", "-o", "r", "-f", "html:figures=true} # more"], "cannot be read"),
        (["compare", "heilongjiang", "-o", "r", "-f", "html:figures=true} x = {y=1"], "cannot be read"),
        (["compare", "heilongjiang", "-m", f"fsqca:pri_cutoff={'5' * 5000}"], "too many digits"),
        (["compare", "heilongjiang", "-j", "9" * 20], "It must be a whole number: 1, 2, ... up to 4096, or -1 for all"),
        (["describe", LONG], "There is nothing called"),
        (["describe", ""], "There is nothing called"),
        (["list", "methods", "--plugin", LONG], "is not a usable path"),
        (["list", "methods", "--plugin", "~nosuchuser/x.py"], "is not a usable path"),
        (["study", "new", LONG, "--outcome", "y"], "is not a usable path"),
        (["plugin", "check", LONG], "There is nothing"),
    ],
)  # fmt: skip
def test_a_wrong_argument_is_one_sentence(arguments, words, cli, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    one_sentence(cli(*arguments), words)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"conditions": None}, "conditions must be a list of Variables, not None"),
        ({"conditions": 5}, "conditions must be a list of Variables, not 5"),
        ({"propositions": 5}, "propositions must be a list, not 5"),
        ({"title": 5}, "title = 5 must be text"),
        ({"note": None}, "note = None must be text"),
        ({"title": "\ud800"}, r"title = '\\ud800' has a character"),
        ({"name": "\ud800"}, r"name = '\\ud800' has a character"),
        ({"unit": 5}, "unit = 5 must be text"),
        ({"title": []}, r"title = \[\] must be text"),
        ({"data_notes": None}, "data_notes must be a list of texts, not None"),
        ({"data_notes": ["\x1b[2J"]}, r"data_notes = '\\x1b\[2J' has a character"),
        ({"requires": 5}, "requires = 5 must be a list of texts"),
    ],
)
def test_a_wrong_study_in_python_is_one_sentence(given, words):
    good = {"data": scores(), "outcome": eq.Variable("Y", "y", calibrate=DIRECT), "conditions": [eq.Variable("A")]}
    with pytest.raises(eq.InputError, match=words):
        eq.Study(**{"name": "made", **good, **given})


ODD_TABLES = {
    "half a character in a case's name": (lambda frame: named(frame, "\ud800"), "a case's name"),
    "a case's name of 5,000 digits": (lambda frame: named(frame, 10**5000), "a case's name cannot be written"),
    "a number of 310 digits": (lambda frame: frame.assign(A=[10**310, *frame["A"][1:]]), "is infinite for case 0"),
    "a number of 5,000 digits": (lambda frame: frame.assign(A=[10**5000, *frame["A"][1:]]), "is infinite for case 0"),
    "two levels of columns": (
        lambda frame: frame.set_axis(pd.MultiIndex.from_product([frame.columns, ["x"]]), axis=1),
        "the columns have 2 levels",
    ),
}


def named(frame, name):
    return frame.set_axis(pd.Index([name, *frame.index[1:]], dtype=object))


@pytest.mark.parametrize("odd", ODD_TABLES)
def test_a_wrong_table_in_python_is_one_sentence(odd):
    change, words = ODD_TABLES[odd]
    with pytest.raises(eq.InputError, match=words):
        eq.Study(
            name="made",
            data=change(scores()),
            outcome=eq.Variable("Y", "y", calibrate=DIRECT),
            conditions=[eq.Variable("A")],
        )


@pytest.mark.parametrize("path", [None, 5, True, [], object(), "x" * 5000])
@pytest.mark.parametrize(
    "asked",
    [eq.load_study, eq.load_plugin, lambda path: eq.draft_study(path, "y", "n")],
    ids=["study", "plugin", "draft"],
)
def test_what_is_no_path_is_one_sentence(asked, path):
    with pytest.raises(eq.InputError, match=r"text or a|no study|usable path"):
        asked(path)


def test_a_path_does_not_steer_the_terminal(cli, towns, tmp_path):
    ended = cli("compare", towns, "-m", "regression", "--quick", "-f", "json", "-o", tmp_path / "a\x1b[2Jb")
    assert ended.code == 0, ended.err
    assert r"a\x1b[2Jb" in ended.out
    assert "\x1b[2J" not in ended.out + ended.err


@pytest.mark.parametrize("column", [0, 5, None, ["a"]])
def test_a_column_is_named_by_a_text(column):
    with pytest.raises(eq.InputError, match=r"column = .*must be the name of a column, text"):
        eq.Variable("A", column)


@pytest.mark.skipif(os.name == "nt", reason="a shell's redirections")
@pytest.mark.parametrize(
    ("redirected", "code", "writes"),
    [("2>&-", 0, True), (">&-", 0, True), (">&- 2>&-", 0, True), (">/dev/full", 1, True), ("2>/dev/full", 0, True)],
)
def test_a_stream_that_is_closed_or_full_costs_no_report(redirected, code, writes, towns, tmp_path):
    report = tmp_path / "report"
    command = (
        f'"{sys.executable}" -m equifinal.shell.cli compare "{towns}" -m regression -o "{report}" -f json {redirected}'
    )
    ended = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=120)
    assert ended.returncode == code, ended.stderr
    assert (report / "manifest.json").exists() is writes
    assert "Traceback" not in ended.stderr
    if code:
        assert ended.stderr == "Error: what should be printed cannot be: No space left on device.\n"


def test_a_workbook_with_cells_in_far_corners_is_refused_before_it_is_read(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    from equifinal.study.case_table import read_cases

    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"], sheet["XFD1048576"] = "case", 1
    book.save(tmp_path / "far.xlsx")
    with pytest.raises(eq.InputError, match=r"spans [\d,]+ rows and 16,384 columns, more than 10,000,000 cells"):
        read_cases(tmp_path / "far.xlsx", [], "")
