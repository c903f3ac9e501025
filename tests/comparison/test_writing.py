"""Writing into folders: whole or not at all, and nothing of the user's lost."""

import json
import os

import pytest

import equifinal as eq
from equifinal.plugin.registry import Entry


@pytest.fixture(scope="module")
def comparison():
    return eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["clustering"]), evidence=False)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "report"


class Words(eq.Output):
    """Writes a file with one word, in a folder of its own."""

    name = "words"

    def write(self, comparison, directory):
        (directory / "words").mkdir()
        path = directory / "words" / "word.txt"
        path.write_text("equifinal")
        return [path]


class Halfway(eq.Output):
    """Writes a file, then raises."""

    name = "halfway"

    def write(self, comparison, directory):
        (directory / "half.txt").write_text("half")
        raise RuntimeError("the pen broke")


class Demanding(eq.Output):
    """Needs a parameter."""

    name = "demanding"
    size: int

    def write(self, comparison, directory):
        return []


@pytest.fixture(autouse=True)
def _outputs(registry):
    listing = registry.listing("outputs")
    for cls in (Words, Halfway, Demanding):
        listing[cls.name] = Entry(cls.name, cls, registry.plugins()["output"])


def names(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


def mine(folder, name="thesis.txt"):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("mine")
    return path


def test_the_manifest_lists_exactly_the_files_and_they_are_returned(comparison, folder):
    written = comparison.write(folder, ["json", "words"])
    manifest = json.loads((folder / "manifest.json").read_text())
    assert sorted(written) == sorted(folder / file for file in manifest["files"])
    assert set(manifest["files"]) == names(folder)
    assert "words/word.txt" in manifest["files"]
    assert manifest["formats"] == ["json", "words"]
    assert manifest["generator"] == "equifinal"


def test_a_new_folder_gets_the_usual_permissions_and_its_parents(comparison, tmp_path):
    target = tmp_path / "a" / "b" / "report"
    comparison.write(target, ["words"])
    (tmp_path / "plain").mkdir()
    assert target.stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize("there", ["empty folder", "nothing"])
def test_nothing_else_appears_beside_the_folder(there, comparison, folder):
    if there == "empty folder":
        folder.mkdir()
    comparison.write(folder, ["words"])
    assert list(folder.parent.iterdir()) == [folder]
    assert names(folder) == {"words/word.txt", "manifest.json"}


def test_our_folder_is_replaced_whole(comparison, folder):
    comparison.write(folder, ["json", "words"])
    comparison.write(folder, ["markdown"])
    manifest = json.loads((folder / "manifest.json").read_text())
    assert names(folder) == set(manifest["files"])
    assert manifest["formats"] == ["markdown"]
    assert not (folder / "words").exists()


def test_a_strangers_files_in_our_folder_stay(comparison, folder):
    comparison.write(folder, ["words"])
    paths = [mine(folder), mine(folder, "words/notes.txt"), mine(folder, "deep/er/x")]
    (folder / "empty").mkdir()
    before = [(path.stat().st_ino, path.read_text()) for path in paths]
    comparison.write(folder, ["json"])
    assert [(path.stat().st_ino, path.read_text()) for path in paths] == before
    assert (folder / "empty").is_dir()
    assert not (folder / "words" / "word.txt").exists()


def test_a_strangers_file_of_our_name_is_not_replaced(comparison, folder):
    comparison.write(folder, ["json"])
    path = mine(folder, "words/word.txt")
    before = names(folder)
    with pytest.raises(eq.InputError, match=r"words/word\.txt would be replaced.*Move it away"):
        comparison.write(folder, ["words"])
    assert path.read_text() == "mine"
    assert names(folder) == before


def test_any_other_folder_that_is_not_empty_is_an_error(comparison, folder):
    path = mine(folder)
    with pytest.raises(eq.InputError, match=r"not empty and was not written by equifinal.*overwrite"):
        comparison.write(folder, ["words"])
    assert names(folder) == {path.name}


@pytest.mark.parametrize("manifest", ["{", "[]", '{"generator": "something else", "files": ["thesis.txt"]}'])
def test_a_manifest_of_something_else_does_not_make_a_folder_ours(manifest, comparison, folder):
    mine(folder)
    (folder / "manifest.json").write_text(manifest)
    with pytest.raises(eq.InputError, match="was not written by equifinal"):
        comparison.write(folder, ["words"])
    assert names(folder) == {"thesis.txt", "manifest.json"}


def test_overwrite_replaces_files_of_the_same_name_and_keeps_the_others(comparison, folder):
    paths = [mine(folder), mine(folder, "words/notes.txt")]
    mine(folder, "words/word.txt")
    comparison.write(folder, ["words"], overwrite=True)
    assert [path.read_text() for path in paths] == ["mine", "mine"]
    assert (folder / "words" / "word.txt").read_text() == "equifinal"
    comparison.write(folder, ["json"])  # it is ours now
    assert names(folder) == {"thesis.txt", "words/notes.txt", "comparison.json", "manifest.json"}


@pytest.mark.parametrize("blocking", ["words", "words/word.txt/x"])
def test_what_cannot_be_replaced_stops_everything(blocking, comparison, folder):
    mine(folder, blocking)
    with pytest.raises(eq.InputError, match=r"words/word\.txt would be replaced"):
        comparison.write(folder, ["words", "json"], overwrite=True)
    assert names(folder) == {blocking}


def test_a_manifest_cannot_reach_outside_its_folder(comparison, folder, tmp_path):
    path = mine(tmp_path)
    folder.mkdir()
    (folder / "manifest.json").write_text(json.dumps({"generator": "equifinal", "files": ["../thesis.txt", str(path)]}))
    comparison.write(folder, ["words"])
    assert path.read_text() == "mine"


@pytest.mark.parametrize("there", ["nothing", "empty", "ours", "strangers"])
def test_an_output_that_raises_midway_leaves_no_trace(there, comparison, folder, tmp_path):
    target = folder / "deep" if there == "nothing" else folder
    if there == "empty":
        folder.mkdir()
    if there == "ours":
        comparison.write(folder, ["json"])
    if there == "strangers":
        mine(folder)
    before = {path: path.read_bytes() if path.is_file() else None for path in tmp_path.rglob("*")}
    with pytest.raises(RuntimeError, match="the pen broke") as raised:
        comparison.write(target, ["words", "halfway"], overwrite=True)
    assert "'halfway' of the plugin output (equifinal" in raised.value.__notes__[0]
    assert {path: path.read_bytes() if path.is_file() else None for path in tmp_path.rglob("*")} == before


@pytest.mark.parametrize("there", ["a report", "nothing"])
def test_a_report_is_not_replaced_by_a_part_of_one(there, comparison, folder):
    if there == "a report":
        comparison.write(folder, ["json", "words"])
    before = names(folder)
    failures = {}
    written = comparison.write(folder, ["words", "halfway"], failures=failures)
    assert list(failures) == ["halfway"]
    assert written == ([] if before else [folder / "words" / "word.txt", folder / "manifest.json"])
    assert names(folder) == (before or {"words/word.txt", "manifest.json"})


def test_the_command_says_so_and_fails(folder, cli):
    wanted = ("compare", "heilongjiang", "-m", "clustering", "-q", "-o", folder, "-f", "words")
    assert cli(*wanted).code == 0
    ended = cli(*wanted, "-f", "halfway")
    assert ended.code == 1
    assert "Failed: output halfway: RuntimeError: the pen broke" in ended.err
    assert (
        f"Error: the report in {str(folder)!r} would be replaced by a part of one, so nothing was written." in ended.err
    )
    assert names(folder) == {"words/word.txt", "manifest.json"}


def test_an_output_that_needs_a_parameter_is_refused_before_anything_is_written(comparison, folder):
    with pytest.raises(eq.InputError, match="Output demanding: 'size' is missing"):
        comparison.write(folder, ["words", "demanding"])
    assert not folder.exists()


def test_a_linked_folder_stays_a_link(comparison, folder, tmp_path):
    real = tmp_path / "real"
    real.mkdir()
    folder.symlink_to(real)
    for _ in range(2):
        comparison.write(folder, ["words"])
    assert folder.is_symlink()
    assert names(real) == {"words/word.txt", "manifest.json"}


def test_a_link_to_nowhere_gets_its_folder(comparison, folder, tmp_path):
    folder.symlink_to(tmp_path / "later")
    comparison.write(folder, ["words"])
    assert names(tmp_path / "later") == {"words/word.txt", "manifest.json"}


def test_the_current_folder_can_be_written_and_stays_current(comparison, folder, monkeypatch):
    folder.mkdir()
    monkeypatch.chdir(folder)
    for _ in range(2):
        comparison.write(".", ["words"])
    assert sorted(os.listdir(".")) == ["manifest.json", "words"]


def test_a_file_in_place_of_the_folder_is_an_error(comparison, folder):
    folder.write_text("mine")
    for target in (folder, folder / "below"):
        with pytest.raises(eq.InputError, match="is a file"):
            comparison.write(target, ["words"])
    assert folder.read_text() == "mine"


@pytest.mark.parametrize(
    ("formats", "words"), [([], "No format"), (["htlm"], "'htlm'.*Did you mean 'html'"), ("wrds", "'wrds'")]
)
def test_formats_that_are_not_there(formats, words, comparison, folder):
    with pytest.raises(eq.InputError, match=words):
        comparison.write(folder, formats)
    assert not folder.exists()


def test_one_format_may_be_a_string_and_none_is_written_twice(comparison, folder):
    comparison.write(folder, "words")
    comparison.write(folder, ["words", "words"])
    assert names(folder) == {"words/word.txt", "manifest.json"}


@pytest.mark.parametrize(
    ("wanted", "sizes", "word"),
    [
        ("counted", [], ""),
        ("counted:", [], ""),
        ("counted: sizes = [1, 2], word = 'a, b: c'", [1, 2], "a, b: c"),
        ('counted:word="漢字 }"', [], "漢字 }"),
        ("counted:word=a b", [], "a b"),
        ("counted:word=,", [], ","),
        ("counted:word=;", [], ";"),
    ],
)
def test_parameters_stand_behind_the_name(wanted, sizes, word, comparison, folder, registry):
    registry.listing("outputs")[Counted.name] = Entry(Counted.name, Counted, registry.plugins()["output"])
    (path, _) = comparison.write(folder, [wanted])
    assert json.loads(path.read_text()) == {"sizes": sizes, "word": word}
    assert json.loads((folder / "manifest.json").read_text())["formats"] == ["counted"]


def test_parameters_of_one_format_may_stand_apart(comparison, folder, registry):
    registry.listing("outputs")[Counted.name] = Entry(Counted.name, Counted, registry.plugins()["output"])
    (path, _) = comparison.write(folder, ["counted:sizes=[1]", "counted:word=a", "counted:word=a"])
    assert json.loads(path.read_text()) == {"sizes": [1], "word": "a"}


@pytest.mark.parametrize(
    ("formats", "message"),
    [
        (["counted:sizes=[1"], r"'counted:sizes=\[1' cannot be read.*html:figures=true"),
        (["counted:size=[1]"], "Output counted: .*sizes"),
        (["counted:sizes=['a']"], "Output counted: .*sizes"),
        (["counted", "counted:sizes=[1]"], "asked for twice"),
        (["counted:word=a", "counted:word=b"], "asked for twice"),
        (["count:sizes=[1]"], "Did you mean 'counted'"),
    ],
)
def test_wrong_parameters_are_refused_before_anything_is_written(formats, message, comparison, folder, registry):
    registry.listing("outputs")[Counted.name] = Entry(Counted.name, Counted, registry.plugins()["output"])
    with pytest.raises(eq.InputError, match=message):
        comparison.write(folder, formats)
    assert not folder.exists()


class Counted(eq.Output):
    """Writes its parameters."""

    name = "counted"
    sizes: tuple[int, ...] = ()
    word: str = ""

    def write(self, comparison, directory):
        path = directory / "counted.json"
        path.write_text(json.dumps(self.parameters()))
        return [path]
