"""The command line: what it prints, and how it ends."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

import equifinal as eq
from equifinal.plugin.registry import Plugin
from equifinal.shell.cli import KINDS

COMMAND = Path(sys.executable).with_name("equifinal")

BROKEN = '''
import equifinal as eq


class Broken(eq.Method):
    """Raises."""

    name = "broken"

    def analyze(self, study, rng):
        raise ZeroDivisionError("nothing left")


@eq.hookimpl
def equifinal_methods():
    return [Broken]
'''


@pytest.fixture
def broken(tmp_path, registry):
    path = tmp_path / "broken.py"
    path.write_text(BROKEN)
    return path


# --------------------------------------------------------------------------------------------- list, describe


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("methods", ["fsqca", "csqca", "regression", "clustering", "equifinal 0."]),
        ("calibrators", ["crisp", "direct", "ranks", "log-odds"]),
        ("outputs", ["csv", "json", "markdown"]),
        ("studies", ["open-data-barometer-2014", "heilongjiang", "Data openness in"]),
        ("propositions", ["necessary", "together", "sign = -1"]),
        ("plugins", ["calibration", "qca", "method: fsqca", "ok"]),
    ],
)
def test_list_names_what_is_there(kind, words, cli):
    ended = cli("list", kind)
    assert (ended.code, ended.err) == (0, "")
    assert [word for word in words if word not in ended.out] == []
    assert max(map(cell_len, ended.out.splitlines())) <= 80


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "heilongjiang",
            ["12 cases", "reconstruction", "LEAD", "20 to 91", "crossover 50", "expression =", "methods.fsqca"],
        ),
        ("regression", ["(method)", '"HC3"', "> 0, < 1", "Reference", "regression (equifinal 0."]),
        ("direct", ["(calibrator)", "Ragin", "full_out", "number or none", "0.95"]),
        ("csv", ["(output)", "One CSV file per table"]),
        ("influence", ["(kind of proposition)", "sign", "1, -1", "required"]),
    ],
)
def test_describe_explains(name, words, cli):
    ended = cli("describe", name)
    assert (ended.code, ended.err) == (0, "")
    printed = " ".join(ended.out.split())
    assert [word for word in words if word not in printed] == []
    assert max(map(cell_len, ended.out.splitlines())) <= 80
    for technical in ("``", ":class:", "Annotated", "0x", "Raises", ">>>"):
        assert technical not in ended.out


def test_every_registered_thing_can_be_described(cli):
    for listing in (eq.methods(), eq.calibrators(), eq.outputs(), eq.propositions(), eq.studies()):
        for name in listing:
            ended = cli("describe", name)
            assert (ended.code, ended.err) == (0, ""), name


def test_parameters_that_are_tables_are_described(cli):
    assert re.search(r"scope +\{\} +\{name = \[number,", cli("describe", "nca").out)
    assert re.search(r"thresholds +required +\{name = \[number,", cli("describe", "mvqca").out)


@pytest.mark.parametrize(("wrong", "nearest"), [("method", "methods"), ("study", "studies"), ("Plugin", "plugins")])
def test_a_list_that_is_not_there(wrong, nearest, cli):
    ended = cli("list", wrong)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(
        f"Error: There is no list of {wrong!r}. Did you mean {nearest!r}? Known: studies, methods, "
    )


def test_a_list_of_nothing_says_what_can_be_listed(cli):
    ended = cli("list")
    assert (ended.code, ended.err) == (0, "")
    for kind in KINDS:
        assert f"\n {kind} " in ended.out
        assert cli("list", kind).code == 0
    assert max(map(cell_len, ended.out.splitlines())) <= 80


def test_describe_shows_the_file_of_a_bundled_study_and_the_way_to_have_it(cli, towns):
    said = cli("describe", "heilongjiang").out
    assert 'calibrate = {method = "direct", full_out = 20, crossover = 50, full_in = 80}' in said
    assert said.rstrip().endswith("equifinal study copy heilongjiang")
    assert "study copy" not in cli("describe", towns).out


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"open"', '"opne"', "no column 'opne'"),
        ("threshold = 5", "threshold = 50", "FIN"),
        ("alpha = 0.1", "alpha = 2", "alpha = 2"),
        ("[methods.regression]", '[methods.ols]\nmethod = "regresion"', "regresion"),
    ],
)
def test_describe_refuses_what_compare_refuses(old, new, words, cli, towns):
    towns.write_text(towns.read_text().replace(old, new, 1))
    described, compared = cli("describe", towns), cli("compare", towns)
    assert (described.code, described.out) == (2, "")
    assert words in described.err
    assert described.err == compared.err


def test_describe_takes_a_path(cli, towns):
    for path in (towns, towns.parent):
        assert "6 cases" in cli("describe", path).out


@pytest.mark.parametrize("name", ["cases.csv", "there/study", "study.toml"])
def test_describe_of_a_file_that_is_not_there_says_so(name, cli, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli("describe", name).err == f"Error: There is no file {name!r}. Correct the path.\n"


def test_describe_of_something_unknown_guesses(cli):
    ended = cli("describe", "fsqac")
    assert ended.code == 2
    assert ended.err.startswith("Error: There is nothing called 'fsqac'. Did you mean 'fsqca'?")


def test_the_package_is_the_command_line_too():
    ended = subprocess.run([sys.executable, "-m", "equifinal", "--version"], capture_output=True, text=True, check=True)
    assert ended.stdout == f"equifinal {eq.__version__}\n"


def test_version_and_help(cli):
    assert cli("--version").out == f"equifinal {eq.__version__}\n"
    for arguments in (["-h"], ["--help"], ["compare", "-h"], ["list", "-h"], ["describe", "--help"]):
        ended = cli(*arguments)
        assert ended.code == 0
        assert "Usage: equifinal" in ended.out
    assert "[default: 0]" in cli("compare", "-h").out


@pytest.mark.parametrize(
    "command",
    [
        "",
        "compare",
        "list",
        "describe",
        "trial",
        "explore",
        "study",
        "study new",
        "study copy",
        "plugin",
        "plugin new",
        "plugin check",
    ],
)
def test_help_shows_flags_as_flags_and_no_types_of_python(command, cli):
    ended = cli(*command.split(), "--help")
    assert ended.code == 0
    for technical in ("<bool", "<str", "<path", "list[", "BOOLEAN", "None", "True", "False"):
        assert technical not in ended.out
    assert max(map(cell_len, ended.out.splitlines())) <= 80


# ------------------------------------------------------------------------------------------------- compare


def test_compare_prints_verdicts_tables_and_notes(cli, towns):
    ended = cli("compare", towns, "-m", "clustering", "-m", "regression")
    assert (ended.code, ended.err) == (0, "")
    for words in (
        "6 cases",
        "Verdicts",
        "P1",
        "· silent",
        "Conditions across methods",
        "The common yardstick",
        "Notes",
    ):
        assert words in ended.out
    assert "Wrote" not in ended.out


@pytest.mark.parametrize("width", [80, 120])
def test_compare_fits_the_screen(width, cli, monkeypatch):
    labels = ["clustering", "regression", "regression-membership"]
    monkeypatch.setattr("equifinal.shell.cli._console", lambda: console(width))
    ended = cli("compare", "heilongjiang", *(argument for label in labels for argument in ("-m", label)))
    assert ended.code == 0
    assert max(map(cell_len, ended.out.splitlines())) <= width
    assert "regression-\n" not in ended.out
    header = next(line for line in ended.out.splitlines() if line.split()[:1] == ["proposition"])
    assert header.split() == ["proposition", "clustering", "regression", "membership"]
    for word in ("contributing", "consistency", "Spearman"):
        assert word in ended.out  # not broken inside


def test_methods_are_numbered_where_their_names_do_not_fit(cli, towns):
    labels = [f"regression-{number}" for number in range(12)]
    tables = "".join(f'[methods.{label}]\nmethod = "regression"\n' for label in labels)
    towns.write_text(towns.read_text() + tables)
    ended = cli("compare", towns, *(argument for label in labels for argument in ("-m", label)))
    lines = ended.out.splitlines()
    header = next(line for line in lines if line.strip().startswith("proposition"))
    assert header.split() == ["proposition", *map(str, range(1, 13))]
    assert "12 regression-11" in " ".join(ended.out.split())


def console(width):
    from rich.console import Console

    return Console(width=width)


def test_brackets_in_names_are_printed_as_they_are(cli, towns):
    towns.write_text(
        towns.read_text()
        .replace('name = "towns"', 'name = "towns"\ntitle = "The [red]towns[/red]"')
        .replace('id = "P1"', 'id = "P1"\ntext = "Not [bold]so[/]"')
    )
    (towns.parent / "cases.csv").write_text((towns.parent / "cases.csv").read_text().replace("Fez", "[/]Fez [i]"))
    ended = cli("compare", towns, "-m", "clustering")
    assert ended.code == 0
    assert "The [red]towns[/red]" in ended.out
    assert "Not [bold]so[/]" in ended.out
    assert cli("describe", towns).code == 0


def test_compare_with_a_folder_says_what_it_wrote(cli, towns, tmp_path):
    ended = cli("compare", towns, "-m", "clustering", "-o", tmp_path / "report", "-f", "csv", "-f", "json", "--quiet")
    files = [path for path in (tmp_path / "report").rglob("*") if path.is_file()]
    assert ended.code == 0
    assert ended.out.startswith(f"Wrote {len(files)} files into {tmp_path / 'report'}; open ")
    assert ended.out.count("\n") == 1
    opened = Path(ended.out.partition("; open ")[2].strip().removesuffix("."))
    assert opened in files


@pytest.mark.parametrize("starts", [True, False])
def test_open_shows_the_report_in_the_browser(starts, cli, towns, tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", lambda address: opened.append(address) or starts)
    folder = tmp_path / "Köln und Bonn"
    ended = cli("compare", towns, "-m", "clustering", "-o", folder, "-f", "html", "-f", "json", "--quiet", "--open")
    assert ended.code == 0
    assert opened == [(folder / "report.html").as_uri()]
    assert ("no browser could be started" in ended.err) != starts


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["--open"], "--open needs a folder"), (["-o", "report", "-f", "csv", "--open"], "Add -f html")],
)
def test_open_without_a_page_is_refused_before_any_work(arguments, words, cli, towns, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ended = cli("compare", towns, *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert words in ended.err
    assert not (tmp_path / "report").exists()


def test_a_decimal_comma_behind_a_name_is_answered_with_the_point(cli, towns):
    ended = cli("compare", towns, "-m", "fsqca:pri_cutoff=0,7")
    assert (ended.code, ended.out) == (2, "")
    assert "pri_cutoff = '0,7' must be a number, its decimals behind a point." in ended.err


def test_parameters_of_a_method_stand_behind_its_name(cli, towns, tmp_path):
    arguments = ("compare", towns, "-m", "fsqca:pri_cutoff=0.7", "-o", tmp_path / "out", "-f", "json", "-q")
    assert cli(*arguments).code == 0
    written = json.loads((tmp_path / "out" / "comparison.json").read_text())
    assert written["manifest"]["methods"]["fsqca"]["parameters"]["pri_cutoff"] == 0.7


def test_a_folder_of_the_users_takes_overwrite(cli, towns, tmp_path):
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "thesis.txt").write_text("mine")
    arguments = ("compare", towns, "-m", "clustering", "-o", tmp_path / "report", "-f", "json", "-q")
    assert cli(*arguments).code == 2
    assert cli(*arguments, "--overwrite").code == 0
    assert (tmp_path / "report" / "thesis.txt").read_text() == "mine"


def test_negate_explains_the_absence(cli, towns):
    ended = cli("compare", towns, "-m", "clustering", "--negate")
    assert ended.code == 0
    assert "outcome ~OPEN" in ended.out
    assert "no propositions" in ended.out
    assert "directional expectations are reversed" in " ".join(ended.out.split())


def test_the_banner_stands_above_data_that_nobody_observed(cli):
    ended = cli("compare", "heilongjiang", "-m", "clustering")
    assert ended.out.index("Reconstructed data") < ended.out.index("Verdicts")


def test_a_method_that_fails_is_named_and_the_others_stand(broken, cli, towns):
    ended = cli("compare", towns, "--plugin", broken, "-m", "broken", "-m", "clustering")
    assert ended.code == 0
    assert ended.err.startswith("Failed: broken: ZeroDivisionError: nothing left (plugin broken (")
    assert ended.err.count("\n") == 1
    assert "clustering: Clustering" in ended.out


def test_nothing_is_written_when_every_method_fails(broken, cli, towns, tmp_path):
    ended = cli("compare", towns, "--plugin", broken, "-m", "broken", "-o", tmp_path / "report")
    assert ended.code == 1
    failed, error = ended.err.splitlines()
    assert failed.startswith("Failed: broken: ZeroDivisionError")
    assert error == "Error: study 'towns': every method failed, so there is nothing to compare."
    assert not (tmp_path / "report").exists()


def test_a_sick_plugin_is_listed_with_its_reason(registry, cli):
    registry._plugins["sick"] = Plugin("sick", "sick-dist", "2.0", (), ("it cannot be imported",))
    registry._forget()
    printed = " ".join(cli("list", "plugins").out.split())
    assert "sick-dist 2.0" in printed
    assert "it cannot be imported" in printed


def test_a_console_without_the_signs_shows_others(towns):
    ended = subprocess.run(
        [COMMAND, "compare", towns, "-m", "clustering"],
        env={"PYTHONIOENCODING": "ascii", "COLUMNS": "80"},
        capture_output=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert b"Verdicts" in ended.stdout


def test_an_interrupt_ends_without_a_traceback(cli, towns, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("equifinal.study.study_file.load_study", interrupted)
    ended = cli("compare", towns)
    assert (ended.code, ended.out, ended.err) == (130, "", "Interrupted.\n")


def test_asymmetry_is_shown_and_written_when_asked_for(cli, towns, tmp_path):
    ended = cli("compare", towns, "-m", "regression", "--asymmetry", "-o", tmp_path / "out", "-f", "json")
    assert ended.code == 0
    assert "Whether ~OPEN mirrors OPEN" in ended.out
    written = json.loads((tmp_path / "out" / "comparison.json").read_text())
    assert written["asymmetry"]["methods"][0]["predictions_mirrored"] is True
    without = cli("compare", towns, "-m", "regression", "-o", tmp_path / "out", "-f", "json")
    assert "mirrors" not in without.out
    assert json.loads((tmp_path / "out" / "comparison.json").read_text())["asymmetry"] is None


def test_a_panel_is_shown_and_written_by_time(cli, towns, tmp_path):
    cases = (towns.parent / "cases.csv").read_text().splitlines()
    times = ["time", *("new" if number % 2 else "old" for number in range(6))]
    countries = ["country", *(f"country {number // 2}" for number in range(6))]
    rows = [",".join(row) for row in zip(cases, times, countries, strict=True)]
    (towns.parent / "cases.csv").write_text("\n".join(rows) + "\n")
    towns.write_text(towns.read_text().replace('case = "city"', 'case = "city"\ntime = "time"\nunit = "country"'))
    ended = cli("compare", towns, "-m", "fsqca", "-o", tmp_path / "out", "-f", "json", "-f", "csv", "-f", "html")
    assert ended.code == 0, ended.err
    assert "Paths by time: consistency (cases in the path)" in ended.out
    written = json.loads((tmp_path / "out" / "comparison.json").read_text())["by_time"]
    assert {row["time"] for row in written["paths"]} == {"pooled", "old", "new"}
    assert {row["unit"] for row in written["groups"]} == {"country 0", "country 1", "country 2"}
    assert (tmp_path / "out" / "tables" / "by_time_holding.csv").exists()
    assert "Units that change paths or groups" in (tmp_path / "out" / "report.html").read_text()
