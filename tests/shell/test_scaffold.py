"""``equifinal plugin new`` and ``plugin check``; plugins switched off and traced; versions of the interface."""

import re
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

import equifinal as eq
from equifinal.plugin.hookspecs import API_VERSION
from equifinal.plugin.registry import Plugin, Registry
from equifinal.shell.scaffold import KINDS, new_plugin

# ------------------------------------------------------------------------------------------------------ plugin new


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("My Method", "How about 'my-method'?"),
        ("MyMethod", "How about 'my-method'?"),
        ("my_method", "How about 'my-method'?"),
        ("1st", "begins with a letter"),
        ("", "begins with a letter"),
        ("../up", "How about 'up'?"),
        ("equifinal", "is not 'equifinal'"),
        ("equifinal-tree", "Leave 'equifinal-' out of the name: 'tree'"),
        ("x" * 41, "Take 40 characters at most"),
        ("fsqca", "there is the method 'fsqca' of the plugin qca (equifinal"),
        ("qca", "there is the plugin qca (equifinal"),
        ("html", "there is the output 'html' of the plugin output (equifinal"),
        ("joint", "there is the kind of proposition 'joint' of the plugin propositions (equifinal"),
    ],
)
def test_a_name_that_cannot_be_used_gets_one_message(name, words, tmp_path, monkeypatch, cli):
    monkeypatch.chdir(tmp_path)
    ended = cli("plugin", "new", name)
    assert (ended.code, ended.out) == (2, "")
    assert words in ended.err
    assert len(ended.err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["my_method", "9lives", "My-Method", "a--b", "x" * 41])
def test_names_are_checked_by_one_rule_wherever_they_are_written(name, tmp_path, registry, monkeypatch, cli):
    monkeypatch.chdir(tmp_path)
    assert cli("plugin", "new", name).code == 2
    new_plugin("tree", single_file=True)
    file = tmp_path / "tree.py"
    file.write_text(file.read_text().replace('name = "tree"', f'name = "{name}"'))
    ended = cli("plugin", "check", file)
    assert ended.code == 1
    assert f"its name is {name!r}." in " ".join(ended.out.split())


def test_nothing_is_overwritten(tmp_path):
    (tmp_path / "equifinal-tree").mkdir()
    (tmp_path / "tree.py").write_text("mine")
    for single in (False, True):
        with pytest.raises(eq.InputError, match="already exists, and nothing is overwritten"):
            new_plugin("tree", single_file=single, folder=tmp_path)
    assert (tmp_path / "tree.py").read_text() == "mine"
    assert list((tmp_path / "equifinal-tree").iterdir()) == []


def test_a_single_file_hides_no_module(tmp_path):
    for name in ("random", "numpy"):
        with pytest.raises(eq.InputError, match="would hide the module"):
            new_plugin(name, single_file=True, folder=tmp_path)
    with pytest.raises(eq.InputError, match=r"A study is a study\.toml with its table"):
        new_plugin("towns", "study", single_file=True, folder=tmp_path)
    with pytest.raises(eq.InputError, match="no kind of plugin 'claim'"):
        new_plugin("towns", "claim", folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["none", "true", "class", "path", "self", "method"])
@pytest.mark.parametrize("kind", ["method", "calibrator", "output"])
def test_a_name_that_python_or_a_template_has_can_be_used(name, kind, tmp_path, registry):
    file = new_plugin(name, kind, single_file=True, folder=tmp_path)
    assert registry.load_file(file).brings == (f"{kind} {name}",)


@pytest.mark.parametrize("kind", KINDS)
def test_the_names_are_filled_in_and_the_todos_are_in_order(kind, tmp_path, monkeypatch, cli):
    monkeypatch.chdir(tmp_path)
    ended = cli("plugin", "new", "rank-tree", "--kind", kind)
    assert (ended.code, ended.err) == (0, "")
    assert "equifinal plugin check rank-tree" in ended.out
    folder = tmp_path / "equifinal-rank-tree"
    files = {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}
    assert {"pyproject.toml", "README.md", "src/equifinal_rank_tree/__init__.py", "tests/test_rank_tree.py"} <= set(
        files
    )
    for name, text in files.items():
        assert not re.search(r"(?i:my.?plugin)|\bKIND\b|\bCOMMAND\b|\bVERSION\b", text), name
    main = files["src/equifinal_rank_tree/study.toml" if kind == "study" else "src/equifinal_rank_tree/__init__.py"]
    todos = [int(number) for number in re.findall(r"TODO (\d+)\.", main)]
    assert todos == list(range(1, len(todos) + 1))
    assert len(todos) >= 4
    assert list(tmp_path.iterdir()) == [folder]  # nothing is left of the making


# ---------------------------------------------------------------------------------------------------- plugin check


def test_a_file_is_checked_and_its_faults_are_named(tmp_path, registry, cli):
    file = new_plugin("gaps", single_file=True, folder=tmp_path)
    text = (
        file.read_text().replace('reference = "Mill', 'reference = "" and "Mill').replace("np.isnan(with_it)", "False")
    )
    file.write_text(text)
    ended = cli("plugin", "check", file)
    assert ended.code == 1
    assert re.search(r"documented\s+✘ FAILED", ended.out)
    assert re.search(r"order of cases\s+✔ passed", ended.out)
    assert "method gaps: documented: MyPlugin".replace("MyPlugin", "Gaps") in ended.out
    assert "Read on: docs/write-a-plugin.md#name-docstring-reference" in ended.out
    assert re.search(r"44 checks: \d+ passed, 1 failed, \d+ that do not apply\.", ended.out)


def test_a_file_that_cannot_be_loaded_fails_its_check(tmp_path, registry, cli):
    file = tmp_path / "broken.py"
    file.write_text("import no_such_package\n")
    ended = cli("plugin", "check", file)
    assert ended.code == 1
    assert "plugin broken: can be used: it cannot be imported: ModuleNotFoundError" in ended.out


def test_one_thing_or_a_whole_plugin_by_name(cli):
    one, whole = cli("plugin", "check", "crisp"), cli("plugin", "check", "calibration")
    assert (one.code, whole.code) == (0, 0)
    assert "Calibrator crisp" in one.out
    assert "Calibrator direct" not in one.out
    assert {"Plugin calibration", "Calibrator crisp", "Calibrator direct"} <= set(whole.out.splitlines())
    assert max(map(len, whole.out.splitlines())) <= 80


def test_checks_are_chosen_by_name_and_failures_expected(tmp_path, registry, cli):
    file = new_plugin("gaps", single_file=True, folder=tmp_path)
    file.write_text(file.read_text().replace('reference = "Mill', 'reference = "" and "Mill'))
    options = ["--only", "documented", "--only", "parameters_described", "--only", "can-be-used"]
    ended = cli("plugin", "check", file, *options)
    assert ended.code == 1
    assert "3 checks: 2 passed, 1 failed, 0 that do not apply." in ended.out
    ended = cli("plugin", "check", file, *options, "--expect-failure", "documented")
    assert ended.code == 0
    assert "3 checks: 2 passed, 0 failed, 0 that do not apply, 1 failed as expected." in ended.out
    ended = cli("plugin", "check", file, *options, "--expect-failure", "parameters-described")
    assert ended.code == 1
    assert "passed, and was expected to fail" in " ".join(ended.out.split())
    ended = cli("plugin", "check", file, "--only", "documentd")
    assert (ended.code, ended.out) == (2, "")
    assert "There is no check 'documentd' here. Did you mean 'documented'?" in ended.err


@pytest.mark.parametrize("target", ["fsqac", "nowhere.py"])
def test_nothing_to_check(target, cli):
    ended = cli("plugin", "check", target)
    assert (ended.code, ended.out) == (2, "")
    assert ("Did you mean 'fsqca'?" in ended.err) or ("There is no file 'nowhere.py'" in ended.err)


# ----------------------------------------------------------------------------------------- switched off, and traced


def test_plugins_are_switched_off_by_the_environment(monkeypatch):
    monkeypatch.setenv("EQUIFINAL_DISABLE", "qca, regression,")
    found = Registry()
    assert {name for name, plugin in found.plugins().items() if plugin.switched_off} == {"qca", "regression"}
    assert found.plugins()["qca"].health == "switched off"
    assert found.plugins()["qca"].brings == ()
    assert not {"fsqca", "regression"} & set(found.listing("methods"))
    with pytest.raises(eq.InputError, match=r"Unknown method 'fsqca'.* Plugins that are switched off: qca, regression"):
        found.listing("methods")["fsqca"]


def test_a_plugin_that_is_not_there_cannot_be_switched_off(monkeypatch, registry, cli):
    ended = cli("list", "methods", "--without", "qac")
    assert ended.code == 2
    assert "--without: there is no plugin 'qac' to switch off. Did you mean 'qca'?" in ended.err
    monkeypatch.setenv("EQUIFINAL_DISABLE", "qac")
    with pytest.raises(eq.InputError, match="EQUIFINAL_DISABLE: there is no plugin 'qac'"):
        Registry()


def test_the_rest_runs_without_the_methods_of_a_plugin_that_is_off(registry, cli):
    ended = cli("compare", "heilongjiang", "--without", "qca", "-q")
    assert ended.code == 0
    assert "[methods.fsqca]: unknown method 'fsqca'" in ended.err
    assert "It is left out, and the others run." in ended.err
    asked = cli("compare", "heilongjiang", "--without", "qca", "-m", "fsqca")
    assert asked.code == 2
    assert "Plugins that are switched off: qca. See 'equifinal list plugins'." in asked.err


@pytest.mark.parametrize(
    ("plugin", "message"),
    [
        ("propositions", "unknown kind of proposition 'necessary'"),
        ("calibration", "calibration: unknown method 'direct'"),
        ("data", "There is no study 'heilongjiang'"),
    ],
)
def test_what_a_plugin_that_is_off_would_have_brought_is_told(registry, cli, plugin, message):
    ended = cli("compare", "heilongjiang", "--without", plugin)
    assert ended.code == 2
    assert message in ended.err
    assert f"None is known. Plugins that are switched off: {plugin}." in ended.err


def test_hooks_are_traced(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("EQUIFINAL_TRACE", "1")
    found = Registry()
    found.listing("methods")
    found._register(_module(equifinal_after_comparison=_raising), Plugin("sick", "d", "1"))
    found._plugins["sick"] = Plugin("sick", "d", "1")
    with pytest.warns(UserWarning, match="raised"):
        found.notify("equifinal_after_comparison", comparison=SimpleNamespace(name="mine"))
    said = capsys.readouterr().err
    assert re.search(
        r"^trace: import of equifinal_qca for qca \(equifinal [\d.]+\) done in [\d.]+ ms$", said, re.MULTILINE
    )
    assert re.search(
        r"^trace: equifinal_methods\(\) of regression \(.*\) returned \[Regression\] in ", said, re.MULTILINE
    )
    assert "trace: equifinal_after_comparison(comparison=mine) of sick (d 1) raised ValueError: no in" in said
    monkeypatch.setenv("EQUIFINAL_TRACE", "0")
    Registry().listing("methods")
    assert capsys.readouterr().err == ""


@eq.hookimpl
def _raising(comparison: Any) -> None:
    raise ValueError("no")


def _module(**contents: Any) -> ModuleType:
    made = ModuleType("made")
    vars(made).update(contents)
    return made


# -------------------------------------------------------------------------------------------------------- versions


@pytest.mark.parametrize(
    ("stated", "problem"),
    [
        (API_VERSION, None),
        (
            API_VERSION + 1,
            rf"written for version {API_VERSION + 1} of the plugin interface; equifinal .* Update equifinal",
        ),
        (0, r"written for version 0 of the plugin interface, which is no longer supported; .* Update the plugin"),
        ("1", r"equifinal_api = '1' must be a whole number"),
        (True, r"equifinal_api = True must be a whole number"),
    ],
)
def test_the_version_of_the_interface(stated, problem):
    contents = {"equifinal_api": stated, "equifinal_methods": eq.hookimpl(lambda: [])}
    point = SimpleNamespace(
        name="p", value="p", dist=SimpleNamespace(name="d", version="1"), load=lambda: _module(**contents)
    )
    plugin = Registry([point]).plugins()["p"]
    assert plugin.api == (None if problem else stated)
    assert bool(plugin.problems) == bool(problem)
    if problem:
        assert re.search(problem, plugin.problems[0])


def test_a_newer_plugin_that_cannot_be_imported_is_told_as_such(tmp_path, monkeypatch, registry):
    source = "import equifinal as eq\nequifinal_api = 7\neq.something_of_version_7\n"
    (tmp_path / "from_the_future.py").write_text(source)
    with pytest.raises(
        eq.InputError, match=r"written for version 7 .* Update equifinal \(its import says AttributeError"
    ):
        eq.load_plugin(tmp_path / "from_the_future.py")


def test_the_base_classes_carry_the_version():
    for base in (eq.Method, eq.Calibrator, eq.Output):
        assert base.equifinal_api == eq.API_VERSION == API_VERSION
