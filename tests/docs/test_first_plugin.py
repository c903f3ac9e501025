"""The tutorial "Your first method plugin" holds: from an empty folder, command by command, in a fresh environment."""

import os
import re
import subprocess
import sysconfig
import venv
from pathlib import Path

import pytest

import equifinal as eq
from equifinal.shell.scaffold import KINDS, new_plugin

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"(<!--[^>]*-->\n)?^```(\w+)(?: title=\"([^\"]+)\")?\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def environment(tmp_path_factory) -> dict[str, str]:
    """A fresh virtual environment with equifinal from its wheel; what it depends on comes from the one that runs the tests."""
    place = tmp_path_factory.mktemp("scratch")
    venv.create(place / "venv", with_pip=False)
    binaries = place / "venv" / "bin"
    site = Path(sysconfig.get_path("purelib", vars={"base": str(place / "venv")}))
    site.joinpath("dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    pip = binaries / "pip"
    pip.write_text(f'#!/bin/sh\nexec "{binaries}/python" -m pip "$@"\n', encoding="utf-8")
    pip.chmod(0o755)
    keep = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "EQUIFINAL"))}
    environment = {
        **keep,
        "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "80",
        "PIP_NO_BUILD_ISOLATION": "0",  # pip's way to say: build with what is there, and fetch nothing
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_QUIET": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    shell(environment, place, f'pip wheel --no-deps -w "{place}/dist" "{ROOT}"')
    shell(environment, place, f'pip install --no-deps --ignore-installed "{place}"/dist/equifinal-*.whl')
    where = shell(environment, place, 'python -c "import equifinal; print(equifinal.__file__)"')
    assert str(site) in where, where
    return environment


def shell(environment: dict[str, str], folder: Path, command: str) -> str:
    """What a command prints; it must end well."""
    ended = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, timeout=900
    )
    said = ended.stdout + ended.stderr
    assert ended.returncode == 0, f"{command}\n{said}"
    return said


def words(text: str) -> str:
    return " ".join(text.split())


def test_the_tutorial_holds_from_an_empty_folder(environment, tmp_path):
    page = (ROOT / "docs/first-plugin.md").read_text(encoding="utf-8")
    commands = 0
    for comment, language, title, block in BLOCK.findall(page):
        if "there equifinal is installed already" in comment:
            continue
        if title:
            source = re.fullmatch(r'--8<-- "(.*)"\n', block)
            target = tmp_path / title
            assert target.is_file(), f"{title} is not there to be replaced"
            text = (ROOT / "docs" / source[1]).read_text(encoding="utf-8") if source else block
            target.write_text(text, encoding="utf-8")
            continue
        assert language == "console", block
        for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, shown = step.partition("\n")
            said = words(shell(environment, tmp_path, command))
            commands += 1
            for line in filter(None, map(words, shown.splitlines())):
                pattern = ".*".join(map(re.escape, line.split("...")))  # what is cut, or differs from run to run
                assert re.search(pattern, said), f"$ {command}\nshould say {line!r}, but says\n{said}"
    assert commands >= 10
    for file in ("report.html", "comparison.json", "manifest.json"):
        assert (tmp_path / "report" / file).is_file()


def test_figures_that_the_tutorial_tells(registry):
    page = words((ROOT / "docs/first-plugin.md").read_text(encoding="utf-8"))
    eq.load_plugin(ROOT / "docs/examples/decision_tree.py")
    comparison = eq.compare(eq.run(eq.load_study("open-data-barometer-2014"), ["fsqca", "regression", "decision-tree"]))
    error = comparison.fit["mae_out_of_sample"]
    assert f"the tree is off by {error['decision-tree']:.2f} on average" in page
    assert (
        f"the regression by {error['regression']:.2f}, and the mean for everybody by {error['baseline: mean']:.2f}"
        in page
    )
    verdicts = comparison.verdicts
    assert verdicts.loc["3-joint", ["decision-tree", "fsqca"]].tolist() == ["supported", "supported"]
    assert verdicts.loc["2-paths", ["decision-tree", "fsqca"]].tolist() == ["supported", "contradicted"]


def test_new_plugins_of_every_kind_install_register_and_pass(environment, tmp_path):
    folders = [new_plugin(f"my-{kind}", kind, folder=tmp_path) for kind in KINDS]
    shell(environment, tmp_path, f"pip install --no-deps {' '.join(f'-e {folder.name}' for folder in folders)}")
    listed = words(shell(environment, tmp_path, "COLUMNS=200 equifinal list plugins"))
    checks = []
    for kind, folder in zip(KINDS, folders, strict=True):
        assert f"my-{kind} 0.1.0" in listed
        assert f"{kind}: my-{kind} ok" in listed
        checks.append(f"equifinal plugin check my-{kind}")
        if kind != "study":
            single = new_plugin(f"one-{kind}", kind, single_file=True, folder=tmp_path)
            checks.append(f"equifinal plugin check {single.name}")
        assert (
            "TODO"
            in (folder / f"src/equifinal_my_{kind}" / ("study.toml" if kind == "study" else "__init__.py")).read_text()
        )
    assert " 0 failed" in shell(environment, tmp_path, " && ".join(checks))
    for folder in folders:
        assert "passed" in shell(environment, folder, "python -m pytest -q -p no:cacheprovider")
