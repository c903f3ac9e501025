"""Wrong input: one clear sentence, exit code 2, and nothing written."""

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import equifinal as eq

OUTCOME = "full_out = 20, crossover = 50, full_in = 80}\n\n[[condition]]"


def contents(folder):
    """Every file below the folder with its bytes, every folder with None."""
    return {path: None if path.is_dir() else path.read_bytes() for path in folder.rglob("*")}


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def refused(cli, towns, tmp_path):
    """Compare the towns, and check that it ends in one sentence with these words and without a trace."""

    def check(words, *arguments, study=towns):
        before = contents(tmp_path)
        ended = cli("compare", study, "-o", tmp_path / "new" / "report", *arguments)
        assert ended.code == 2
        assert ended.err.startswith("Error: ")
        assert ended.err.count("\n") == 1
        assert ended.out == ""
        assert contents(tmp_path) == before
        missing = [word for word in words if word not in ended.err]
        assert not missing, ended.err

    return check


# ---------------------------------------------------------------------------------------------- study.toml

STUDY_MISTAKES = {
    "a column that does not exist": ('column = "money"', 'column = "mony"', ["'towns'", "FIN", "'mony'", "'money'?"]),
    "anchors out of order": (
        OUTCOME,
        OUTCOME.replace("20", "60"),
        ["'towns'", "'OPEN'", "order full_out, crossover, full_in", "full_out = 60"],
    ),
    "an outcome that nobody has": (
        OUTCOME,
        OUTCOME.replace("50", "95").replace("80", "99"),
        ["'towns'", "no case has the outcome OPEN", "'open'", "check the outcome's anchors"],
    ),
    "an outcome that everybody has": (
        OUTCOME,
        OUTCOME.replace("20", "2").replace("50", "5"),
        ["'towns'", "every case has the outcome OPEN", "check the outcome's anchors"],
    ),
    "an outcome without a calibration": (
        'column = "open"\ncalibrate',
        'column = "open"\nlabel = "Openness" #',
        ["'towns'", "the outcome OPEN has no calibration", "calibrate = {method"],
    ),
    "a condition that separates nothing": ("threshold = 5", "threshold = 50", ["FIN", "'money'", "Move the anchors"]),
    "a multi-value condition": ("threshold = 5", "thresholds = [3, 6]", ["FIN", "Cairo", "between 0 and 1"]),
    "a misspelt anchor": ("crossover", "crosover", ["'OPEN'", "'crosover'", "Did you mean 'crossover'?"]),
    "a missing anchor": ("crossover = 50, ", "", ["'OPEN'", "crossover is missing"]),
    "an anchor that is text": ("threshold = 5", 'threshold = "five"', ["'FIN'", "threshold = 'five' must be a number"]),
    "an anchor that is infinite": ("threshold = 5", "threshold = inf", ["'FIN'", "threshold = inf", "finite"]),
    "a calibration without a method": ('method = "crisp", ', "", ["'FIN'", "no method is given", "direct"]),
    "an unknown calibration": ('"crisp"', '"crips"', ["'FIN'", "'crips'", "Did you mean 'crisp'?"]),
    "a calibration method that is a list": ('"crisp"', '["crisp"]', ["'FIN'", "unknown method ['crisp']"]),
    "a calibration that is text": (
        '{method = "crisp", threshold = 5}',
        '"crisp"',
        ["condition 2", "calibrate = 'crisp' must be a table"],
    ),
    "two conditions with one name": ('"FIN"', '"LEAD"', ["'towns'", "two sets are named 'LEAD'", "Rename one"]),
    "a condition named like the outcome": ('"FIN"', '"OPEN"', ["two sets are named 'OPEN'"]),
    "a set name with a space": ('"FIN"', '"Money spent"', ["'Money spent'", "identifier", "label"]),
    "a set name with a digit first": ('"FIN"', '"1FIN"', ["'1FIN'", "identifier"]),
    "a set name that is a word of Python's": ('"FIN"', '"in"', ["'in'", "identifier"]),
    "an empty set name": ('"FIN"', '""', ["''", "identifier"]),
    "a set name that is a table's column": ('"FIN"', '"consistency"', ["'consistency'", "'CONSISTENCY'"]),
    "a negated condition": ('"FIN"', '"~FIN"', ["'towns'", "'~'"]),
    "a condition in the outcome's column": ('column = "money"', 'column = "open"', ["FIN", "OPEN", "another column"]),
    "no column with the case names": ('"city"', '"town"', ["'towns'", "no column 'town' with the case names", "city"]),
    "a unit that is no column": ('case = "city"', 'case = "city"\nunit = "country"', ["unit = 'country'", "money"]),
    "an unknown parameter": ("alpha", "alfa", ["[methods.regression]", "'alfa'", "Did you mean 'alpha'?"]),
    "a parameter out of range": ("alpha = 0.1", "alpha = 1.5", ["[methods.regression]", "alpha = 1.5", "less than 1"]),
    "a parameter of another type": ("alpha = 0.1", 'alpha = "low"', ["alpha = 'low' must be a number"]),
    "a parameter that is no option": ("alpha = 0.1", 'model = "probit"', ["'probit'", "'ols'", "'fractional-logit'"]),
    "parameters of an unknown method": (
        "[methods.regression]",
        "[methods.regresion]",
        ["[methods.regresion]", "Did you mean 'regression'?", "A variant names its method"],
    ),
    "a variant of an unknown method": (
        "[methods.regression]",
        '[methods.mine]\nmethod = "regresion"',
        ["[methods.mine]", "'regresion'", "Did you mean 'regression'?"],
    ),
    "a variant whose method is a number": ("alpha", "method", ["[methods.regression]", "method = 0.1"]),
    "methods that are no tables": ("[methods.regression]\nalpha", "[methods]\nalpha", ["alpha = 0.1 must be a table"]),
    "a variant named like another method": (
        "[methods.regression]",
        '[methods.clustering]\nmethod = "regression"',
        ["[methods.clustering]", "another label"],
    ),
    "a misspelt key of the study": ("case =", 'titel = "x"\ncase =', ["study", "'titel'", "Did you mean 'title'?"]),
    "a misspelt key of the outcome": ('column = "open"', 'colum = "open"', ["outcome", "'colum'", "'column'?"]),
    "a misspelt key of a condition": (
        'column = "money"',
        'column = "money"\nexpects = "present"',
        ["condition 2", "'expects'", "'expect'?"],
    ),
    "a misspelt table": ("[[condition]]", "[[conditions]]", ["'condition' is missing", "'conditions'"]),
    "single brackets": (
        '[[proposition]]\nid = "P1"',
        '[proposition]\nid = "P1"',
        ["proposition", "[[proposition]]", "double brackets"],
    ),
    "double brackets": ("[outcome]", "[[outcome]]", ["outcome", "[outcome]", "single brackets"]),
    "a name that is a number": ('name = "towns"', "name = 3", ["study: name = 3 must be text in quotes"]),
    "an empty name": ('name = "towns"', 'name = ""', ["study: name", "is empty"]),
    "an unknown provenance": ("case =", 'provenance = "real"\ncase =', ["'real'", "'simulated'"]),
    "an unknown expectation": ('column = "money"', 'column = "money"\nexpect = "yes"', ["condition 2", "'absent'"]),
    "manipulable in words": (
        'column = "money"',
        'column = "money"\nmanipulable = "no"',
        ["condition 2", "'no' must be true or false"],
    ),
    "data left out": ('data = "cases.csv"', "", ["study: 'data' is missing"]),
    "text without quotes": ('"towns"', "towns", ["study.toml'", "line 2", "quotes"]),
    "a table over two lines": ("threshold = 5}", "\nthreshold = 5}", ["study.toml'", "line 19", "on one line"]),
    "an unknown set in a proposition": ('"LEAD"\n\n[meth', '"LEED"\n\n[meth', ["P1", "'LEED'", "'LEAD'?"]),
    "a proposition in lower case": ('"LEAD"\n\n[meth', '"lead"\n\n[meth', ["P1", "'lead'", "Did you mean 'LEAD'?"]),
    "an expression in words": ('"LEAD"\n\n[meth', '"LEAD and FIN"\n\n[meth', ["P1", "not allowed", "* (and)"]),
    "an unfinished expression": ('"LEAD"\n\n[meth', '"LEAD *"\n\n[meth', ["P1", "'LEAD *' cannot be read"]),
    "an empty expression": ('"LEAD"\n\n[meth', '""\n\n[meth', ["P1", "empty"]),
    "an expression that is a number": ('"LEAD"\n\n[meth', "3\n\n[meth", ["P1", "expression = 3 must be text"]),
    "an unknown kind of proposition": ('"necessary"', '"neccessary"', ["P1", "'neccessary'", "'necessary'?"]),
    "a kind of proposition that is a list": ('"necessary"', '["necessary"]', ["P1", "['necessary']"]),
    "no kind of proposition": ('claim = "necessary"\n', "", ["P1", "'claim' is missing", "sufficient"]),
    "a proposition without an id": ('id = "P1"\n', "", ["proposition", "'id' is missing"]),
    "two propositions with one id": (
        "[methods",
        '[[proposition]]\nid = "P1"\nclaim = "equifinal"\n[methods',
        ["two propositions have the id 'P1'"],
    ),
    "a misspelt argument of a claim": (
        "expression =",
        "expected = false\nexpression =",
        ["P1", "'expected'", "'expect'?"],
    ),
    "where with an unknown set": ("expression =", 'where = "~HUM"\nexpression =', ["P1", "'HUM'", "FIN"]),
}

PROPOSITIONS = {
    "together with an unknown case": ('claim = "together"\ncases = ["Accra", "Bamoko"]', ["'Bamoko'", "'Bamako'?"]),
    "together with one case": ('claim = "together"\ncases = ["Accra"]', ["too short", "at least 2"]),
    "together with a case twice": ('claim = "together"\ncases = ["Fez", "Fez"]', ["'Fez' twice"]),
    "key with every condition": ('claim = "key"\nconditions = ["LEAD", "FIN"]', ["every condition", "Leave one out"]),
    "key with an unknown condition": ('claim = "key"\nconditions = ["HUM"]', ["'HUM' is not a condition"]),
    "joint with one condition twice": ('claim = "joint"\nconditions = ["FIN", "FIN"]', ["'FIN' twice"]),
    "joint with text for a list": ('claim = "joint"\nconditions = "FIN"', ["conditions = 'FIN' must be a list"]),
    "influence with another sign": ('claim = "influence"\ncondition = "FIN"\nsign = 2', ["sign = 2 must be 1 or -1"]),
    "influence of the outcome": ('claim = "influence"\ncondition = "OPEN"', ["'OPEN' is not a condition", "LEAD, FIN"]),
    "no path at all": ('claim = "equifinal"\nat_least = 0', ["at_least = 0", "greater than or equal to 1"]),
}


@pytest.mark.parametrize("mistake", STUDY_MISTAKES)
def test_a_mistake_in_study_toml_is_named_with_its_remedy(mistake, refused, towns):
    old, new, words = STUDY_MISTAKES[mistake]
    edit(towns, old, new)
    refused(words)


@pytest.mark.parametrize("mistake", PROPOSITIONS)
def test_a_mistake_in_a_proposition_is_named_with_its_remedy(mistake, refused, towns):
    proposition, words = PROPOSITIONS[mistake]
    edit(towns, 'claim = "necessary"\nexpression = "LEAD"', proposition)
    refused(["'towns'", "proposition P1", *words])


def test_where_needs_sets_with_a_calibration(refused, towns):
    edit(towns, 'calibrate = {method = "crisp", threshold = 5}', "")
    edit(towns, "expression =", 'where = "~FIN"\nexpression =')
    refused(["proposition P1", "'where' needs sets with a calibration", "'FIN'"])


def test_an_empty_study_file_lacks_its_tables(refused, towns):
    towns.write_text("")
    refused(["'study' is missing", "'outcome' is missing", "'condition' is missing"])


def test_a_study_file_that_is_no_text(refused, towns):
    towns.write_bytes(b"\xff\xfe\x00binary")
    refused([str(towns), "cannot be read as TOML"])


def test_a_file_that_is_no_study(refused, towns):
    table = towns.parent / "cases.csv"
    refused(["is a table of cases, not a study.toml", f"equifinal study new {table} --outcome"], study=table)
    towns.rename(towns.with_name("later.toml"))
    refused(["without a study.toml", f"equifinal study new {table} --outcome"], study=towns.parent)
    notes = towns.with_name("notes.docm")
    notes.write_text("mine")
    refused(["notes.docm", "is not a study.toml", "equifinal study copy heilongjiang"], study=notes)


@pytest.mark.parametrize(
    ("study", "words"),
    [
        ("heilongjang", ["'heilongjang'", "Did you mean 'heilongjiang'?"]),
        ("nowhere/study.toml", ["'nowhere/study.toml'", "neither a known name nor a file"]),
        ("a" * 5000, ["neither a known name nor a file"]),
    ],
)
def test_a_study_that_does_not_exist(study, words, refused):
    refused(words, study=study)


def test_a_folder_without_a_study(refused, tmp_path):
    (tmp_path / "empty").mkdir()
    refused(["empty'", "a folder without a study.toml"], study=tmp_path / "empty")


# ----------------------------------------------------------------------------------------------- cases.csv

DATA_MISTAKES = {
    "text among numbers": ("3.5", "much", ["'towns'", "'money'", "FIN", "'much' for Bamako", "Correct it"]),
    "a percent sign": ("3.5", "3.5%", ["FIN", "'3.5%' for Bamako"]),
    "a percentage": ("3.5", "45%", ["FIN", "'45%' for Bamako", "without a percent sign"]),
    "a decimal comma": ("3.5", '"3,5"', ["cases.csv'", "'1.5' in row 2", "'3,5' in row 3", "decimal = ','"]),
    "a date": ("3.5", "2014-05-06", ["FIN", "'2014-05-06' for Bamako"]),
    "an empty cell": ("3.5", "", ["'towns'", "'money'", "FIN", "no value for Bamako", "leave the case out"]),
    "n/a": ("3.5", "n/a", ["FIN", "no value for Bamako"]),
    "two dots": ("3.5", "..", ["FIN", "no value for Bamako"]),
    "infinity": ("3.5", "inf", ["'towns'", "FIN", "infinite for Bamako"]),
    "a number too large": ("3.5", "1e999", ["FIN", "infinite for Bamako"]),
    "duplicate cases": ("Bamako", "Accra", ["'towns'", "unique", "Accra", "merge the rows"]),
    "a case without a name": ("Bamako", " ", ["row 2", "no case name"]),
    "two columns with one name": ("money", "open", ["'open' more than once, in columns 3, 4"]),
    "a column without a name": ("money", "", ["no name in column 3"]),
    "a longer row": ("3.5,70", "3.5,70,9,9", ["cases.csv'", "line 3"]),
    "a shorter row": ("3.5,70", "3.5", ["OPEN", "no value for Bamako"]),
    "a quote left open": ("Fez", '"Fez', ["cases.csv'", "cannot be read"]),
}


@pytest.mark.parametrize("mistake", DATA_MISTAKES)
def test_a_mistake_in_the_data_is_named_with_its_case(mistake, refused, towns):
    old, new, words = DATA_MISTAKES[mistake]
    edit(towns.parent / "cases.csv", old, new)
    refused(words)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["is empty"]),
        (b" \r\n\r\n", ["is empty"]),
        (b"city,leadership,money,open\n", ["there are no cases"]),
        (b"PK\x03\x04\x14\x00\x06\x00", ["not a text file", "CSV UTF-8"]),
        ("city,leadership\nFès,1\n".encode("latin-1"), ["not in UTF-8", "line 2", "CSV UTF-8"]),
        ("city,leadership\nFez,1\n".encode("utf-16"), ["no column 'money'", "Known: leadership"]),
        (b"city,leadership,money,open\nFez,1,2,3\n", ["1 case is fewer than 2 conditions"]),
        (b"city,leadership,money,open\nFez,1,2,3,9\nAccra,4,5,6,9\n", ["more values in its rows"]),
    ],
)
def test_a_table_that_cannot_be_used(content, words, refused, towns):
    (towns.parent / "cases.csv").write_bytes(content)
    refused(["'towns'", *words])


def test_a_table_that_does_not_exist(refused, towns):
    (towns.parent / "cases.csv").unlink()
    refused(["'towns'", "cases.csv' does not exist", "Correct data"])


def test_a_folder_in_place_of_the_table(refused, towns):
    (towns.parent / "cases.csv").unlink()
    (towns.parent / "cases.csv").mkdir()
    refused(["'towns'", "cases.csv' does not exist"])


def test_a_constant_condition(refused, towns):
    path = towns.parent / "cases.csv"
    table = pd.read_csv(path)
    table.assign(money=5).to_csv(path, index=False)
    refused(["'towns'", "the condition FIN", "'money'", "5 in every case", "remove it"])


def test_a_constant_outcome(refused, towns):
    path = towns.parent / "cases.csv"
    pd.read_csv(path).assign(open=70).to_csv(path, index=False)
    refused(["'towns'", "the outcome OPEN", "70 in every case", "choose another outcome"])


def test_a_unit_without_a_value(refused, towns):
    edit(towns, 'case = "city"', 'case = "city"\nunit = "country"')
    path = towns.parent / "cases.csv"
    pd.read_csv(path).assign(country=["Ghana", "Mali", "Egypt", None, "Nigeria", "Morocco"]).to_csv(path, index=False)
    refused(["'country' (unit)", "Dakar"])


# ------------------------------------------------------------------------------------------------ arguments


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-m", "regresion"], ["'towns'", "'regresion'", "Did you mean 'regression'?"]),
        (["-f", "jsn"], ["'jsn'", "Did you mean 'json'?"]),
        (["--seed", "-3"], ["seed = -3", "0 or more"]),
        (["-j", "0"], ["n_jobs = 0", "-1 for all"]),
        (["--plugin", "nowhere.py"], ["'nowhere.py'", "no such file"]),
    ],
)
def test_a_wrong_argument(arguments, words, refused):
    refused(words, *arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        ["compare"],
        ["compare", "heilongjiang", "--wrong"],
        ["compare", "heilongjiang", "-j", "two"],
        ["compare", "heilongjiang", "--seed", "1.5"],
        ["compares"],
        [],
    ],
)
def test_wrong_usage_ends_with_2_and_without_a_traceback(arguments, cli):
    ended = cli(*arguments)
    assert ended.code == 2
    assert "Usage: equifinal" in ended.err + ended.out
    assert "Traceback" not in ended.err


def test_a_format_needs_a_folder(cli):
    ended = cli("compare", "heilongjiang", "-f", "csv")
    assert (ended.code, ended.err) == (2, "Error: -f needs a folder to write into. Add -o DIR.\n")


@pytest.mark.parametrize("made", ["file", "below a file", "strangers"])
def test_a_folder_that_cannot_be_written(made, cli, towns, tmp_path):
    target = tmp_path / "report"
    if made == "strangers":
        target.mkdir()
        (target / "thesis.txt").write_text("mine")
    else:
        target.write_text("mine")
    before = contents(tmp_path)
    ended = cli("compare", towns, "-o", target / "deep" if made == "below a file" else target)
    assert ended.code == 2
    assert ended.err.startswith("Error: The folder ")
    assert ended.err.count("\n") == 1
    assert "another folder" in ended.err
    assert contents(tmp_path) == before


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_folder_without_permission(cli, towns, tmp_path):
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    ended = cli("compare", towns, "-o", locked / "report")
    assert ended.code == 2
    assert "no permission" in ended.err


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the superuser may read everything")
def test_files_without_permission(refused, towns):
    (towns.parent / "cases.csv").chmod(0)
    refused(["cases.csv'", "cannot be read", "permissions"])
    towns.chmod(0)
    refused(["study.toml'", "cannot be read", "permissions"])


# ------------------------------------------------------------------- what spreadsheet programs do is no mistake

CASES_AS_WRITTEN = {
    "semicolons": lambda text: text.replace(",", ";"),
    "tabs": lambda text: text.replace(",", "\t"),
    "a byte-order mark and Windows lines": lambda text: "\ufeff" + text.replace("\n", "\r\n"),
    "old Macintosh lines": lambda text: text.replace("\n", "\r"),
    "spaces around everything": lambda text: text.replace(",", " , "),
    "empty rows at the end": lambda text: f"{text},,,\n,,,\n\n",
    "empty columns at the end": lambda text: text.replace("\n", ",,\n"),
    "empty lines at the top": lambda text: f"\n\n{text}",
    "quoted numbers": lambda text: text.replace("3.5", '"3.5"'),
}


@pytest.mark.parametrize("habit", CASES_AS_WRITTEN)
def test_a_table_may_be_written_as_spreadsheets_do(habit, towns):
    expected = eq.load_study(towns).raw
    path = towns.parent / "cases.csv"
    path.write_bytes(CASES_AS_WRITTEN[habit](path.read_text()).encode())
    pd.testing.assert_frame_equal(eq.load_study(towns).raw, expected)


@pytest.mark.parametrize("name", ["哈尔滨", "Fès", "NA", "None", "007", "1e5", "Fez, Morocco"])
def test_a_case_keeps_its_name(name, towns):
    edit(towns.parent / "cases.csv", "Fez", f'"{name}"' if "," in name else name)
    assert eq.load_study(towns).raw.index[-1] == name


def test_paths_with_spaces_and_a_folder_for_the_study(cli, towns, tmp_path):
    folder = towns.parent.rename(tmp_path / "my two studies")
    ended = cli("compare", folder, "-m", "clustering", "-o", tmp_path / "the report", "-f", "json", "-q")
    assert ended.code == 0, ended.err
    assert (tmp_path / "the report" / "manifest.json").is_file()


def test_data_are_found_from_where_the_study_lies(towns, monkeypatch, tmp_path):
    (towns.parent / "cases.csv").rename(tmp_path / "cases.csv")
    edit(towns, '"cases.csv"', '"../cases.csv"')
    monkeypatch.chdir("/")
    assert len(eq.load_study(towns).data) == 6


# ---------------------------------------------------------------------------------------- in a process of its own


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["compare", "towns/study.toml", "-o", "report"], "no value for Bamako"),
        (["describe", "towns"], "no value for Bamako"),
        (["list", "methods", "--plugin", "towns/broken.py"], "towns/broken.py"),
    ],
)
def test_the_installed_command_ends_with_one_line(arguments, words, towns, tmp_path):
    edit(towns.parent / "cases.csv", "3.5", "")
    (towns.parent / "broken.py").write_text("import nothing_of_this_name\n")
    before = set(tmp_path.iterdir())
    command = Path(sys.executable).with_name("equifinal")
    ended = subprocess.run([command, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.startswith("Error: ")
    assert ended.stderr.count("\n") == 1
    assert words in ended.stderr
    assert set(tmp_path.iterdir()) == before
