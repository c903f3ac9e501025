"""What the tab key offers, asked as a shell asks."""

import pytest


@pytest.fixture
def offered(cli, monkeypatch, tmp_path):
    """What bash is offered for the last word of a line."""
    monkeypatch.chdir(tmp_path)

    def ask(line):
        monkeypatch.setenv("_EQUIFINAL_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(line.count(" ")))
        ended = cli()
        assert (ended.code, ended.err) == (0, "")
        return ended.out.split()

    return ask


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("equifinal stu", ["study"]),
        ("equifinal study ", ["new", "copy"]),
        ("equifinal compare hei", ["heilongjiang"]),
        ("equifinal compare heilongjiang -m reg", ["regression", "regression-membership"]),
        ("equifinal compare heilongjiang -f js", ["json"]),
        ("equifinal compare heilongjiang --without calib", ["calibration"]),
        ("equifinal describe neces", ["necessary"]),
        ("equifinal list calib", ["calibrators"]),
        ("equifinal trial conj", ["conjunction"]),
        ("equifinal plugin new mine --kind out", ["output"]),
        ("equifinal explore hei", ["heilongjiang"]),
        ("equifinal compare nothing -m reg", ["regression"]),
    ],
)
def test_names_are_completed(line, found, offered):
    assert offered(line)[: len(found)] == found


def test_study_files_here_are_offered(offered, towns):
    assert offered("equifinal compare to") == ["towns/study.toml"]


def test_a_faulty_plugin_does_not_speak_into_the_line(offered, tmp_path):
    (tmp_path / "bad.py").write_text("print(1 / 0)")
    assert offered("equifinal compare --plugin bad.py hei") in ([], ["heilongjiang"])


def test_completion_can_be_installed(cli):
    assert "--install-completion" in cli("--help").out
