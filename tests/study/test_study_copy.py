"""Copies of studies: whole, readable, and never at the cost of a user's file."""

import pytest

import equifinal as eq
from equifinal.study.study_copy import copy_study


@pytest.mark.parametrize("name", list(eq.studies()))
def test_a_copy_of_each_bundled_study_is_the_same_study(name, tmp_path):
    copy_study(name, tmp_path / "mine")
    copied, bundled = eq.load_study(tmp_path / "mine"), eq.load_study(name)
    assert copied.data.equals(bundled.data)
    assert copied.describe().equals(bundled.describe())
    assert not list((tmp_path / "mine").glob("*.py"))


def test_the_command_copies_and_names_what_comes_next(cli, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ended = cli("study", "copy", "heilongjiang")
    assert (ended.code, ended.err) == (0, "")
    assert "equifinal compare heilongjiang/study.toml -o report" in ended.out
    assert cli("describe", "heilongjiang/study.toml").code == 0
    ended = cli("study", "copy", "heilongjiang/study.toml", "Stadt Köln")
    assert "equifinal describe 'Stadt Köln/study.toml'" in ended.out


def test_the_users_files_stay(cli, tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "cases.csv").write_text("mine")
    (folder / "thesis.txt").write_text("mine")
    ended = cli("study", "copy", "heilongjiang", folder)
    assert (ended.code, ended.out) == (2, "")
    assert "is not empty and holds cases.csv" in ended.err
    assert (folder / "cases.csv").read_text() == "mine"
    assert cli("study", "copy", "heilongjiang", folder, "--overwrite").code == 0
    assert (folder / "thesis.txt").read_text() == "mine"
    assert eq.load_study(folder).data.shape[0] == 12


def test_what_cannot_be_copied_is_said(towns, tmp_path):
    for study, target, words in (
        ("heilongjang", tmp_path / "new", "Did you mean 'heilongjiang'"),
        (towns, towns.parent, "already"),
        (towns, towns, "is a file"),
    ):
        with pytest.raises(eq.InputError, match=words):
            copy_study(study, target)
    (towns.parent / "cases.csv").rename(tmp_path / "cases.csv")
    towns.write_text(towns.read_text().replace('"cases.csv"', '"../cases.csv"'))
    with pytest.raises(eq.InputError, match="not a file in the same folder"):
        copy_study(towns, tmp_path / "new")
    towns.write_text("[study")
    with pytest.raises(eq.InputError, match="cannot be read"):
        copy_study(towns, tmp_path / "new")
    assert not (tmp_path / "new").exists()
