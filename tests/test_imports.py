"""What importing costs: heavy packages are imported when they are used."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import equifinal as eq

HEAVY = {"scipy", "sklearn", "statsmodels", "matplotlib", "jinja2"}
REPOSITORY = Path(__file__).parents[1]


def imported(code: str, *arguments: str) -> set[str]:
    """The top-level packages that a fresh process has imported after running some code."""
    report = f"import json, sys\ntry:\n    {code}\nexcept SystemExit:\n    pass\n"
    report += "print('\\n' + json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    ended = subprocess.run([sys.executable, "-c", report, *arguments], capture_output=True, text=True, check=True)
    return set(json.loads(ended.stdout.splitlines()[-1]))


def test_import_equifinal_imports_next_to_nothing():
    assert not imported("import equifinal") & (HEAVY | {"numpy", "pandas", "pydantic", "pluggy", "rich", "typer"})


@pytest.mark.parametrize("argument", ["--help", "--version", "compare --help"])
def test_the_help_imports_nothing_heavy(argument):
    found = imported("from equifinal.shell.cli import main; main()", *argument.split())
    assert "equifinal" in found
    assert not found & (HEAVY | {"numpy", "pandas"})


def test_listing_methods_imports_no_statistics():
    found = imported("from equifinal.shell.cli import main; main()", "list", "methods")
    assert "equifinal_regression" in found
    assert not found & HEAVY


def test_every_public_name_can_be_imported():
    for name in eq.__all__:
        assert getattr(eq, name) is not None, name
    assert dir(eq) == eq.__all__
    with pytest.raises(AttributeError, match="attribute nothing"):
        _ = eq.nothing


def modules(folder: str) -> list[Path]:
    found = sorted((REPOSITORY / folder).rglob("*.py"))
    assert found
    return found


def names_imported(nodes: list[ast.AST]) -> set[str]:
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize(
    "path",
    [*modules("framework"), *modules("plugins"), *modules("data")],
    ids=lambda path: f"{path.parent.name}-{path.stem}",
)
def test_heavy_packages_are_not_imported_at_module_level(path):
    if path.stem == "classifier":
        pytest.skip("a scikit-learn estimator is a class of scikit-learn's; nothing imports it until a user does")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert {name for name in names_imported(tree.body) if name.partition(".")[0] in HEAVY} == set()
