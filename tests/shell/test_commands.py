"""Commands of plugins: the same hook for the project's own and for a stranger's."""

import subprocess
import sys

import pytest

import equifinal as eq

STRANGER = '''
import sys
print("imported", file=sys.stderr)
import equifinal as eq


def count_cases(study: str, twice: bool = False) -> None:
    """Count the cases of a study.

    And no more.
    """
    print(len(eq.load_study(study).data) * (1 + twice))


@eq.hookimpl
def equifinal_commands():
    return [count_cases]
'''

GROUP = '''
import typer
import equifinal as eq

panel = typer.Typer(name="panel", help="What to do with panels.", no_args_is_help=True)


@panel.command()
def units(study: str) -> None:
    """List the units."""
    print("units of", study)


@panel.command()
def times(study: str) -> None:
    """List the times."""
    print("times of", study)


@eq.hookimpl
def equifinal_commands():
    return [panel]
'''


@pytest.fixture
def install(tmp_path, monkeypatch, registry):
    """Install a plugin of one module, by an entry point."""
    from equifinal.plugin import registry as registries

    monkeypatch.syspath_prepend(tmp_path)

    def write(source=STRANGER, name="stranger", module="stranger_of_test"):
        (tmp_path / f"{module}.py").write_text(source)
        info = tmp_path / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[equifinal]\n{name} = {module}\n")
        monkeypatch.delitem(sys.modules, module, raising=False)
        monkeypatch.setattr(registries, "_current", [])

    return write


def test_a_strangers_command_is_listed_and_runs(install, cli):
    install()
    helped = cli("--help")
    assert (helped.code, helped.err) == (0, "imported\n")
    assert "count-cases" in helped.out
    assert "Count the cases of a study." in helped.out
    ran = cli("count-cases", "heilongjiang", "--twice")
    assert (ran.code, ran.out) == (0, "24\n")
    assert "And no more." in cli("count-cases", "-h").out
    listed = " ".join(cli("list", "plugins").out.split())
    assert "command: count-cases" in listed
    assert "Count the cases of a study" in cli("list", "commands").out


def test_plugins_without_commands_are_not_imported_for_the_help(install, cli):
    install(STRANGER.replace("equifinal_commands", "equifinal_methods"))
    helped = cli("--help")
    assert (helped.code, helped.err) == (0, "")


def test_wrong_input_in_a_plugins_command_ends_as_in_the_frameworks(install, cli):
    install()
    own, theirs = cli("compare", "heilongjian"), cli("count-cases", "heilongjian")
    assert (theirs.code, theirs.err.replace("imported\n", "")) == (own.code, own.err.replace("imported\n", ""))
    assert own.code == 2


def test_a_command_of_the_frameworks_cannot_be_taken(install, cli):
    install(STRANGER.replace("count_cases", "list"))
    assert "fsqca" in cli("list", "methods").out
    listed = " ".join(cli("list", "plugins").out.split())
    assert "command 'list' is the framework's own. Rename it." in listed


def test_two_commands_of_one_name_are_named(install, cli):
    install()
    install(name="other", module="other_of_test")
    ended = cli("count-cases", "heilongjiang")
    assert ended.code == 2
    assert "Command 'count-cases' is offered twice, by " in ended.err
    assert "other (other_of_test 1.0)" in ended.err
    assert "stranger (stranger_of_test 1.0)" in ended.err
    assert "count-cases" not in cli("--help").out


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import nothing_like_this  # equifinal_commands", "ModuleNotFoundError: No module named 'nothing_like_this'"),
        ("import sys; sys.exit(3)  # equifinal_commands", "SystemExit: 3"),
        (STRANGER.replace("[count_cases]", "count_cases"), "equifinal_commands must return a list, not function"),
        (STRANGER.replace("[count_cases]", "[3]"), "equifinal_commands returned 3, which is no command"),
        (GROUP.replace('name="panel", ', ""), "which is no command"),
    ],
)
def test_a_broken_command_harms_no_other(source, reason, install, cli):
    install(source)
    assert cli("list", "studies").code == 0
    assert "explore" in cli("--help").out
    ended = cli("count-cases")
    assert ended.code == 2
    assert "No such command 'count-cases'." in ended.err
    assert reason in ended.err
    assert "stranger" in ended.err


def test_a_typer_is_a_group(install, cli):
    install(GROUP)
    assert "What to do with panels." in cli("--help").out
    assert "List the times." in cli("panel", "--help").out
    assert cli("panel", "times", "towns").out == "times of towns\n"
    assert eq.plugins()["stranger"].brings == ("command panel",)


def test_commands_can_be_switched_off(install, cli, monkeypatch):
    install()
    assert "count-cases" not in cli("--without", "stranger", "--help").out
    ended = cli("--without", "stranger", "count-cases", "heilongjiang")
    assert ended.code == 2
    assert "No such command 'count-cases'" in ended.err
    assert "stranger (stranger_of_test 1.0): switched off" in ended.err
    assert "off" in cli("list", "plugins", "--without", "stranger").out
    monkeypatch.setenv("EQUIFINAL_DISABLE", "stranger")
    helped = cli("--help")
    assert "count-cases" not in helped.out
    assert helped.err == ""


def test_what_is_switched_off_before_the_command_is_off_for_the_command(install, cli):
    install()
    assert "clustering" not in cli("--without", "clustering", "list", "methods").out
    both = cli("--without", "clustering", "list", "methods", "--without", "nca").out
    assert "nca" not in both
    assert "clustering" not in both


def test_a_command_in_a_single_file_is_listed(registry, tmp_path, cli):
    file = tmp_path / "counting.py"
    file.write_text(STRANGER)
    assert registry.load_file(file).brings == ("command count-cases",)
    assert "count-cases" in cli("list", "commands", "--plugin", file).out
    assert "Count the cases of a study." in cli("--plugin", file, "--help").out
    assert cli("--plugin", file, "count-cases", "heilongjiang").out == "12\n"
    assert "count-cases" in cli("--plugin", file, "list", "commands", "--without", "nca").out
    group = tmp_path / "panels.py"
    group.write_text(GROUP)
    assert cli("--plugin", group, "--plugin", file, "panel", "units", "towns").out == "units of towns\n"


def test_the_help_imports_little():
    """Which keeps it quick: benchmarks/test_start.py has the time."""
    code = "import sys\ntry:\n    from equifinal.shell.cli import main; main()\nexcept SystemExit:\n    print(*sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code, "--help"], check=True, capture_output=True, text=True)
    assert "explore" in ended.stdout
    assert {"equifinal.shell.cli", "equifinal.shell.commands"} <= set(ended.stdout.split())
    assert not {"equifinal_explore.page", "equifinal_nca", "dash", "flask", "pandas"} & set(ended.stdout.split())


def test_commands_are_checked(registry, tmp_path, cli):
    assert cli("plugin", "check", "explore").code == 0
    file = tmp_path / "counting.py"
    file.write_text(STRANGER)
    ended = cli("plugin", "check", file)
    assert ended.code == 0, ended.out
    assert "count-cases" in ended.out
    for change, words in (
        ((": str,", ": 'Nothing',"), "making a command of it raised NameError"),
        (('"""Count the cases of a study.\n\n    And no more.\n    """', "pass"), "Give the function a docstring"),
    ):
        wrong = tmp_path / "wrong.py"
        wrong.write_text(STRANGER.replace(*change).replace("count_cases", "tally"))
        ended = cli("plugin", "check", wrong)
        assert ended.code == 1
        assert words in " ".join(ended.out.split())
        wrong.unlink()
