"""Commands of plugins: the same door for the project's own and for a stranger's."""

import importlib.metadata
import subprocess
import sys

import pytest

STRANGER = '''
import sys
print("imported", file=sys.stderr)
import equifinal as eq


def count(study: str, twice: bool = False) -> None:
    """Count the cases of a study.

    And no more.
    """
    print(len(eq.load_study(study).data) * (1 + twice))
'''


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Install a package of one module, with entry points for commands."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(points, source=STRANGER, module="stranger_of_test"):
        (tmp_path / f"{module}.py").write_text(source)
        info = tmp_path / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text("[equifinal.commands]\n" + "\n".join(points))
        monkeypatch.delitem(sys.modules, module, raising=False)

    return write


def test_a_strangers_command_is_listed_without_being_imported_and_runs(install, cli):
    install(["count-cases = stranger_of_test:count"])
    helped = cli("--help")
    assert (helped.code, helped.err) == (0, "")
    assert "count-cases" in helped.out
    assert "Count the cases of a study." in helped.out
    ran = cli("count-cases", "heilongjiang", "--twice")
    assert (ran.code, ran.out, ran.err) == (0, "24\n", "imported\n")
    assert "And no more." in cli("count-cases", "-h").out


def test_wrong_input_in_a_plugins_command_ends_as_in_the_frameworks(install, cli):
    install(["count-cases = stranger_of_test:count"])
    own, theirs = cli("compare", "heilongjian"), cli("count-cases", "heilongjian")
    assert (theirs.code, theirs.err.removeprefix("imported\n")) == (own.code, own.err)
    assert own.code == 2


def test_a_command_of_the_frameworks_cannot_be_taken(install, cli):
    install(["list = stranger_of_test:count"])
    assert "fsqca" in cli("list", "methods").out


def test_two_commands_of_one_name_are_named(install, cli):
    install(["count-cases = stranger_of_test:count"])
    install(["count-cases = other_of_test:count"], module="other_of_test")
    ended = cli("count-cases", "heilongjiang")
    assert ended.code == 2
    assert "other_of_test:count and stranger_of_test:count" in ended.err


@pytest.mark.parametrize("source", ["import nothing_like_this", "import sys; sys.exit(3)", ""])
def test_a_broken_command_harms_no_other(source, install, cli):
    install(["count-cases = stranger_of_test:count"], source)
    assert cli("list", "studies").code == 0
    assert "A command of stranger_of_test." in cli("--help").out
    ended = cli("count-cases")
    assert ended.code == 2
    assert "The command 'count-cases' (stranger_of_test:count) cannot be used" in ended.err


def test_the_help_imports_no_command_of_a_plugin():
    """Which keeps it quick: benchmarks/test_start.py has the time."""
    code = "import sys\ntry:\n    from equifinal.shell.cli import main; main()\nexcept SystemExit:\n    print(*sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code, "--help"], check=True, capture_output=True, text=True)
    assert "explore" in ended.stdout
    assert {"equifinal.shell.cli", "equifinal.shell.commands"} <= set(ended.stdout.split())
    assert not {"equifinal_explore", "dash", "flask", "pandas"} & set(ended.stdout.split())


def test_entry_points_of_this_distribution_can_all_be_loaded():
    own = importlib.metadata.distribution("equifinal").entry_points.select(group="equifinal.commands")
    for point in own:
        assert callable(point.load()), point
