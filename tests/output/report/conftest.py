"""What the tests of the report share."""

import pytest
from output_toys import Page, written

import equifinal as eq
from equifinal_output import HtmlReport


@pytest.fixture(scope="module")
def source(comparison: eq.Comparison, tmp_path_factory: pytest.TempPathFactory) -> str:
    (path,) = written(HtmlReport(), comparison, tmp_path_factory.mktemp("html"))
    assert path.name == "report.html"
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(source: str) -> Page:
    return Page(source)


@pytest.fixture(scope="module")
def heilongjiang() -> eq.Comparison:
    return eq.compare(eq.run(eq.load_study("heilongjiang")), evidence=False)


@pytest.fixture(scope="module")
def cities(heilongjiang: eq.Comparison, tmp_path_factory: pytest.TempPathFactory) -> Page:
    (path,) = HtmlReport().write(heilongjiang, tmp_path_factory.mktemp("cities"))
    return Page(path.read_text(encoding="utf-8"))
