"""Facets of plugins: every output shows them, and a faulty one harms no other."""

import dataclasses
import importlib.util
import json
import pickle
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import cloudpickle
import openpyxl
import pandas as pd
import pytest

import equifinal as eq
from core_toys import Linear, Mean, made, scores
from equifinal.plugin import registry as registries
from equifinal.writing.facets import BUILT_IN

PLUGIN = '''
"""A table, sentences, a figure and a family of these, as a plugin."""

import pandas as pd

import equifinal as eq


def outliers(comparison):
    errors = (comparison.cases["linear", "predicted"] - comparison.cases["outcome", ""]).abs()
    return errors.nlargest(3).rename("distance").to_frame()


def remarks(comparison):
    return ["The first <remark>.", "=1+1 is the second."]


def scatter(comparison):
    def draw(ax):
        ax.scatter(comparison.cases["linear", "predicted"], comparison.cases["outcome", ""])
        ax.set_xlabel("predicted <here>")

    return draw


def family(comparison):
    large, picture = outliers(comparison), scatter(comparison)
    return {"n": 24, "large_cases": large, "words": ["One of a family."], "none": None, "picture": picture}


@eq.hookimpl
def equifinal_facets():
    return [
        eq.Facet("outliers", "Cases far from their prediction", outliers, about="The <farthest> first."),
        eq.Facet("remarks", "What to remark", remarks),
        eq.Facet("scattered", "Predicted and observed", scatter, about="Each dot is a case."),
        eq.Facet("family", "A family", family, titles={"words": "In words"}),
        eq.Facet("nothing", "Nothing here", lambda comparison: None),
    ]
'''


def with_module(patched: pytest.MonkeyPatch, registry: registries.Registry, path: Path) -> None:
    specification = importlib.util.spec_from_file_location(path.stem, path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    patched.setitem(sys.modules, path.stem, module)
    cloudpickle.register_pickle_by_value(module)  # worker processes do not find it by its name
    registry._plugins[path.stem] = registry._register(module, registries.Plugin(path.stem, path.stem, "1.0"))


@pytest.fixture(scope="module", params=["file", "module"])
def shown_with(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[eq.Comparison]:
    """A comparison with the plugin, from a file or installed, made in two processes."""
    path = tmp_path_factory.mktemp("plugin") / "showing.py"
    path.write_text(PLUGIN)
    with pytest.MonkeyPatch.context() as patched:
        registry = registries.Registry()
        if request.param == "file":
            registry.load_file(path)
        else:
            with_module(patched, registry, path)
        patched.setattr(registries, "_current", [registry])
        yield eq.compare(eq.run(made(scores(24)), [Linear(), Mean()], n_jobs=2), evidence=False)


@pytest.fixture(scope="module")
def files(shown_with: eq.Comparison, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("written") / "out"
    formats = ["csv", "json", "html", "markdown", "xlsx", "docx", "latex", "fragments", "figures:formats=['svg']"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return {path.name: path for path in shown_with.write(folder, formats=formats)}


def test_the_list_is_the_built_in_facets_then_those_of_plugins(shown_with: eq.Comparison) -> None:
    names = list(shown_with.facets)
    assert names[: len(BUILT_IN)] == [facet.name for facet in BUILT_IN]
    assert names[len(BUILT_IN) :] == ["paths_chart", "outliers", "remarks", "scattered", "family", "nothing"]
    assert shown_with.facets["verdicts"].content is shown_with.verdicts
    assert shown_with.facets["nothing"].content is None
    assert shown_with.facets["remarks"].content == ("The first <remark>.", "=1+1 is the second.")
    assert [(path, title) for path, title, _ in shown_with.facets["family"].parts()] == [
        (("family", "large_cases"), "A family: large cases"),
        (("family", "words"), "In words"),
        (("family", "picture"), "A family: picture"),
    ]


def test_csv_has_a_file_for_each(files: dict[str, Path], shown_with: eq.Comparison) -> None:
    written = pd.read_csv(files["outliers.csv"], index_col="case")
    pd.testing.assert_frame_equal(written, shown_with.facets["outliers"].content, check_exact=True)
    assert files["remarks.csv"].read_text() == "sentence\nThe first <remark>.\n'=1+1 is the second.\n"
    assert files["scattered.csv"].read_text() == "figure,about\nPredicted and observed,Each dot is a case.\n"
    assert files["family_words.csv"].read_text() == "sentence\nOne of a family.\n"
    assert len(pd.read_csv(files["family_large_cases.csv"])) == 3
    titles = json.loads((files["outliers.csv"].parent / "manifest.json").read_text())["tables"]
    assert titles["outliers.csv"] == "Cases far from their prediction"
    assert titles["family_large_cases.csv"] == "A family: large cases"
    assert "nothing.csv" not in files


def test_json_has_a_key_for_each(files: dict[str, Path]) -> None:
    found = json.loads(files["comparison.json"].read_text())
    assert [list(row) for row in found["outliers"]] == [["case", "distance"]] * 3
    assert found["remarks"] == ["The first <remark>.", "=1+1 is the second."]
    assert found["scattered"] == {"figure": "Predicted and observed", "about": "Each dot is a case."}
    assert found["family"]["n"] == 24
    assert found["family"]["large_cases"] == found["outliers"]
    assert found["nothing"] is None


def test_html_has_a_section_for_each(files: dict[str, Path]) -> None:
    page = files["report.html"].read_text()
    links = page[page.index("<nav") : page.index("</nav>")]
    for name, title in {
        "outliers": "Cases far from their prediction",
        "remarks": "What to remark",
        "scattered": "Predicted and observed",
        "family": "A family",
    }.items():
        assert f'<a href="#facet-{name}">{title}</a>' in links
        assert f'<section id="facet-{name}"' in page
    assert page.index('id="facet-family"') < page.index('id="manifest"')
    assert "The &lt;farthest&gt; first." in page
    assert "The first &lt;remark&gt;." in page
    drawn = page[page.index('<section id="facet-scattered"') :]
    drawn = drawn[: drawn.index("</section>")]
    assert "Each dot is a case." in drawn
    assert drawn.count("<svg") == 1
    assert "predicted &lt;here&gt;" in drawn
    assert "Nothing here" not in page


def test_markdown_has_a_section_for_each_and_links_to_the_figures(files: dict[str, Path]) -> None:
    page = files["report.md"].read_text()
    for title in ("Cases far from their prediction", "What to remark", "Predicted and observed", "A family"):
        assert f"\n## {title}\n" in page
    assert "](report-scattered.svg)" in page
    assert "](report-family_picture.svg)" in page
    assert files["report-scattered.svg"].read_text().startswith("<svg")
    assert "\n- One of a family.\n" in page


def test_workbooks_have_a_sheet_for_each(files: dict[str, Path], shown_with: eq.Comparison) -> None:
    book = openpyxl.load_workbook(files["tables.xlsx"])
    rows = list(book["outliers"].iter_rows(min_row=3, values_only=True))
    assert rows[0][:2] == ("case", "distance")
    expected = shown_with.facets["outliers"].content
    assert [row[0] for row in rows[1:4]] == list(expected.index)
    assert [row[1] for row in rows[1:4]] == pytest.approx(expected["distance"].tolist())
    assert "The first <remark>." in [row[0] for row in book["remarks"].iter_rows(values_only=True)]
    assert len(book["scattered"]._images) == len(book["family picture"]._images) == 1


def test_figures_and_tables_for_papers_have_them(files: dict[str, Path]) -> None:
    assert {"scattered.svg", "family_picture.svg"} <= set(files)
    assert "Cases far from their prediction" in files["outliers.md"].read_text()
    assert "Cases far from their prediction" in files["outliers.html"].read_text()
    assert "scattered.md" not in files


def test_notebooks_show_them(shown_with: eq.Comparison) -> None:
    shown = shown_with._repr_html_()
    for words in ("Cases far from their prediction", "The first &lt;remark&gt;.", "Each dot is a case.", "A family"):
        assert words in shown
    assert shown.count('src="data:image/png;base64,') == 2
    assert "Nothing here" not in shown
    assert "comparison.facets holds: summary, " in shown


# --------------------------------------------------------------------------------------------------- faulty facets


def compared_with(registry: registries.Registry, *facets: eq.Facet) -> eq.Comparison:
    made_here = ModuleType("made_here")
    made_here.equifinal_facets = eq.hookimpl(lambda: list(facets))
    made_here.equifinal_facets.__name__ = "equifinal_facets"
    registry._plugins["made"] = registry._register(made_here, registries.Plugin("made", "a-package", "2.0"))
    registry._forget()
    return eq.compare(eq.run(made(scores(20)), [Linear(), Mean()]), evidence=False)


def broken(comparison: eq.Comparison) -> Any:
    raise ArithmeticError("nothing adds up")


@pytest.mark.parametrize(
    ("of", "reason"),
    [
        (broken, "ArithmeticError: nothing adds up"),
        (lambda _: 3, "TypeError: it returned 3, which is not a table, sentences, a figure or a mapping of these"),
        (lambda _: [1, 2], "TypeError: it returned [1, 2], which is not"),
        (lambda _: "text", "TypeError: it returned 'text', which is not"),
    ],
)
def test_a_faulty_facet_is_named_and_the_others_stand(
    of: Callable[[eq.Comparison], Any], reason: str, tmp_path: Path, registry: registries.Registry
) -> None:
    sane = eq.Facet("sane", "A sane one", lambda comparison: ["All is well."])
    comparison = compared_with(registry, eq.Facet("mad", "A mad one", of), sane)
    formats = ["csv", "json", "html", "markdown", "xlsx", "figures"]
    with pytest.warns(UserWarning, match=r"facet 'mad' of the plugin made \(a-package 2.0\) failed") as told:
        comparison.write(tmp_path / "out", formats=formats)
    assert len(told) == 1  # it is asked once
    assert f"failed: {reason}" in str(told[0].message)
    for name in ("comparison.json", "report.html", "report.md", "tables/sane.csv", "tables/fit.csv"):
        assert "All is well." in (tmp_path / "out" / name).read_text() or name.endswith("fit.csv")
    for name in ("comparison.json", "report.md", "tables/mad.csv"):
        assert (
            f"of the plugin made (a-package 2.0) failed: {reason.split(':')[0]}"
            in (tmp_path / "out" / name).read_text()
        )


def test_a_figure_that_cannot_be_drawn_is_named_and_the_others_stand(
    tmp_path: Path, registry: registries.Registry
) -> None:
    comparison = compared_with(registry, eq.Facet("mad", "A mad one", lambda comparison: broken))
    with pytest.warns(UserWarning, match=r"facet 'mad' of the plugin made \(a-package 2.0\) failed: ArithmeticError"):
        comparison.write(tmp_path / "out", formats=["html", "markdown", "csv", "figures"])
    assert "nothing adds up" in (tmp_path / "out" / "report.html").read_text()
    assert (tmp_path / "out" / "figures" / "mad.png").exists()


def test_a_facet_is_asked_once_and_again_with_the_asymmetry(registry: registries.Registry) -> None:
    asked = []
    comparison = compared_with(registry, eq.Facet("counted", "Counted", lambda each: asked.append(each.with_asymmetry)))
    assert comparison.facets["counted"].content is None
    assert comparison.facets["asymmetry"].content is None
    comparison._repr_html_()
    assert asked == [False]
    assert list(comparison.asymmetry.methods.index) == ["linear", "mean"]
    assert list(comparison.facets["asymmetry"].content) == ["conditions", "paths", "methods", "notes"]
    assert asked == [False, True]


def test_a_comparison_travels_with_a_figure_of_a_plugin(registry: registries.Registry) -> None:
    comparison = compared_with(registry, eq.Facet("drawn", "Drawn", lambda comparison: lambda ax: ax.plot([1, 2])))
    assert comparison.facets["drawn"].content
    again = pickle.loads(pickle.dumps(comparison))
    pd.testing.assert_frame_equal(again.fit, comparison.fit)
    assert list(again.facets) == list(comparison.facets)


def test_without_any_facet_a_comparison_stands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(registries, "_current", [registries.Registry(without=["facets"])])
    comparison = eq.compare(eq.run(made(scores(20)), [Linear(), Mean()]), evidence=False)
    comparison.write(tmp_path / "out", formats=["csv", "json", "html", "markdown", "xlsx"])
    assert comparison._repr_html_()


@pytest.mark.parametrize(
    "wrong",
    [{"name": "two words"}, {"name": ""}, {"name": 3}, {"name": "manifest"}, {"title": ""}, {"of": 3}, {"about": None}],
)
def test_a_facet_is_checked_when_it_is_made(wrong: dict[str, Any]) -> None:
    right = eq.Facet("right", "Right", broken)
    with pytest.raises(ValueError, match=r"[Ff]acet"):
        dataclasses.replace(right, **wrong)
