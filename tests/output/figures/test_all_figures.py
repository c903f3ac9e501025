"""All figures: whole, in words, and refused in words."""

import re
import xml.etree.ElementTree as ET

import pytest
from figure_toys import many
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

import equifinal as eq
import equifinal_output
from equifinal_output import Figures, figures
from equifinal_output.figures import style


def test_figures_of_lists_what_the_tables_allow(countries, cities):
    found = {picture.name: picture.section for picture in figures.figures_of(countries)}
    assert len(found) == len(figures.figures_of(countries))
    assert {name for name, section in found.items() if section == "data"} == {
        "venn",
        *(f"calibration-{name}" for name in ("OPEN", "LEAD", "DEM", "FIN", "HUM")),
    }
    assert {name for name, section in found.items() if section == "fsqca"} == {
        *(f"fsqca-{name}" for name in ("truth-table", "configurations", "necessity", "xy", "xy-path-1", "xy-path-2"))
    }
    assert {name for name, section in found.items() if section == "regression"} == {
        "regression-coefficients",
        "regression-xy",
    }
    assert {name for name, section in found.items() if section == "clustering"} == {
        *(f"clustering-{name}" for name in ("profiles", "dendrogram", "silhouette", "xy"))
    }
    assert [name for name, section in found.items() if section == "comparison"] == [
        "verdicts",
        *(f"agreement-{name}" for name in ("predictions", "groups", "importance", "directions", "verdicts")),
        "importance",
        *(f"partial-dependence-{name}" for name in ("LEAD", "DEM", "FIN", "HUM")),
    ]


def test_a_strangers_method_is_drawn_by_its_tables(countries):
    """No name of a method is asked for: the same tables under another name give the same figures."""
    stranger = type("Stranger", (eq.methods()["fsqca"].cls,), {"name": "stranger", "__module__": __name__})
    comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), methods={"it's: mine/": stranger()}), evidence=False)
    found = [picture.name for picture in figures.figures_of(comparison) if picture.section == "it's: mine/"]
    assert found[:3] == ["it_s_mine_-truth-table", "it_s_mine_-configurations", "it_s_mine_-necessity"]


@pytest.mark.parametrize("study", ["countries", "cities", "odd"])
def test_every_figure_lies_whole_within_its_picture(study, request):
    comparison = request.getfixturevalue(study)
    for picture in figures.figures_of(comparison):
        figure = picture.draw().figure
        with style.in_style():
            figure.draw_without_rendering()
            inner = figure.get_tightbbox()  # inches
            # What lies within the axes does not count there.
            extents = [Text.get_window_extent(text) for ax in figure.axes for text in ax.texts if text.get_text()]
        assert inner.x0 >= -0.01, picture.name
        assert inner.y0 >= -0.01, picture.name
        assert inner.x1 <= figure.get_figwidth() + 0.01, picture.name
        assert inner.y1 <= figure.get_figheight() + 0.01, picture.name
        for box in extents:
            assert box.x0 >= -1, picture.name
            assert box.y0 >= -1, picture.name
            assert box.x1 <= figure.bbox.x1 + 1, picture.name
            assert box.y1 <= figure.bbox.y1 + 1, picture.name
        heading = " ".join(" ".join(text.get_text() for text in figure.texts).split())
        assert style.clean(picture.title) in heading, picture.name
        assert style.clean(comparison.calibrated.title) in heading, picture.name
        if comparison.banner:
            assert style.clean(comparison.banner) in heading, picture.name


@pytest.mark.parametrize("study", ["cities", "odd"])
def test_inline_svg(study, request):
    comparison = request.getfixturevalue(study)
    everything, identifiers = "", []
    for picture in figures.figures_of(comparison):
        svg = picture.svg()
        root = ET.fromstring(svg)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert root.get("role") == "img"
        assert root.get("aria-label") == f"{picture.title}. {picture.alt}"
        assert "<style" not in svg
        assert "<metadata" not in svg
        assert "currentColor" in svg
        assert style.INK not in svg.lower()
        words = " ".join(each.text or "" for each in root.iter("{http://www.w3.org/2000/svg}text"))
        for line in picture.title.split():
            assert style.clean(line)[:8] in words or picture.title.startswith(("Partial", "Calibration"))
        own = re.findall(r' id="([^"]*)"', svg)
        assert all(each.startswith(f"{picture.name}-") for each in own)
        used = re.findall(r'(?:href="#|url\(#)([^")]*)', svg)
        assert set(used) <= set(own)
        identifiers += own
        everything += svg
    assert len(identifiers) == len(set(identifiers))
    assert not re.search(r"<(script|b|i)>", everything)
    outside = re.findall(r'(?:href|src)="(?!#)[^"]*"|url\((?!#)[^)]*\)', everything)
    assert outside == []
    assert 'style="color:#' in figures.figures_of(comparison)[0].svg(dark=True)


def test_the_words_hold_the_numbers(countries):
    words = {picture.name: picture.alt for picture in figures.figures_of(countries)}
    assert all(words.values())
    assert "Consistency 0.830, coverage 0.739, PRI 0.761; 86 cases." in words["fsqca-xy"]
    assert "LEAD 3.256 (1.117 to 5.396)" in words["regression-coefficients"]
    assert "cluster 1 (31 cases, mean outcome 0.726): LEAD 0.859" in words["clustering-profiles"]
    assert "LEAD*DEM*FIN*HUM: 23 cases, 19 in OPEN." in words["venn"]
    assert "Mean silhouette 0.481." in words["clustering-silhouette"]
    assert "Anchors: full out 2, crossover 4.5, full in 7." in words["calibration-LEAD"]
    assert "LEAD: consistency 0.864, relevance 0.791, coverage 0.701." in words["fsqca-necessity"]
    assert "regression and clustering 0.83" in words["agreement-predictions"]


def test_the_output_writes_every_figure_the_same_each_time(cities, tmp_path):
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
    for picture in figures.figures_of(cities):
        picture.svg()  # the report's are the same figures
    written = Figures().write(cities, tmp_path / "first")
    again = Figures().write(eq.compare(cities.run, evidence=False), tmp_path / "second")
    names = [picture.name for picture in figures.figures_of(cities)]
    assert [path.name for path in written] == [f"{name}.{kind}" for name in names for kind in ("png", "svg")]
    assert [path.read_bytes() for path in written] == [path.read_bytes() for path in again]
    with Image.open(written[0]) as picture:
        assert cities.manifest["data_sha256"] in picture.info["Description"]
    assert cities.manifest["data_sha256"] in written[1].read_text(encoding="utf-8")


def test_the_formats_of_the_output(cities, tmp_path):
    one = eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["regression"]), evidence=False)
    written = Figures(formats=("pdf",)).write(one, tmp_path)
    assert {path.suffix for path in written} == {".pdf"}
    assert all(path.read_bytes().startswith(b"%PDF") for path in written)
    with pytest.raises(ValueError, match="gif"):
        Figures(formats=("gif",))


@pytest.mark.parametrize("name", figures.PLOTS)
def test_every_function_draws_into_axes_of_the_users(name, countries, specified):
    source = specified if name == "plot_specification_curve" else countries
    figure = Figure(figsize=(8, 6))
    ax = figure.subplots(1, 2)[1]
    wishes = {"by": "region"} if name == "plot_groups" else {}
    assert getattr(equifinal_output, name)(source, ax=ax, **wishes) is ax
    assert len(figure.texts) == 0
    assert f"{source.study.title.split()[-1]} · outcome: Data openness" in " ".join(ax.get_title(loc="left").split())
    with pytest.raises(eq.InputError, match=r"ax must be axes of matplotlib.* not int"):
        getattr(equifinal_output, name)(source, ax=3, **wishes)


@pytest.mark.parametrize("name", figures.PLOTS)
@pytest.mark.parametrize("wrong", [3, None, "heilongjiang", "run"])
def test_every_function_refuses_what_it_cannot_draw_in_words(name, wrong, countries):
    source = countries.run if wrong == "run" else wrong
    with pytest.raises(eq.InputError, match=f"comparison.*{type(source).__name__}|drawn of a comparison|XY plot needs"):
        getattr(equifinal_output, name)(source)


def test_every_figure_is_offered_where_names_are_completed():
    assert len(figures.PLOTS) == 18
    assert {*figures.PLOTS, "figures_of", "partial_dependence"} <= {*dir(equifinal_output)} & {*dir(figures)}
    with pytest.raises(AttributeError, match="has no attribute 'plot_nothing'"):
        _ = equifinal_output.plot_nothing


def test_importing_does_not_import_matplotlib():
    import subprocess
    import sys

    code = "import sys, equifinal_output; sys.exit('matplotlib' in sys.modules or 'jinja2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_wrong_wishes_are_refused_in_words(countries):
    regression = countries.analyses["regression"]
    with pytest.raises(
        eq.InputError, match=r"'regression' has no table 'truth_table' .*set-theoretic methods have one"
    ):
        figures.plot_truth_table(countries, "regression")
    with pytest.raises(eq.InputError, match="hierarchical clustering"):
        figures.plot_dendrogram(regression)
    with pytest.raises(eq.InputError, match="Did you mean 'fsqca'"):
        figures.plot_xy(countries, "fsqac")
    with pytest.raises(eq.InputError, match="no path 'LEAD'"):
        figures.plot_xy(countries, "fsqca", "LEAD")
    with pytest.raises(eq.InputError, match="not of an analysis alone"):
        figures.plot_xy(regression)
    with pytest.raises(eq.InputError, match=r"at most 5 sets, not 6.*plot_upset"):
        figures.plot_venn(many(20, 6))
    with pytest.raises(eq.InputError, match="once only"):
        figures.plot_venn(countries, ["LEAD", "LEAD"])
    with pytest.raises(eq.InputError, match="no set 'LEED'"):
        figures.plot_calibration(countries, "LEED")
    with pytest.raises(eq.InputError, match="is the outcome"):
        figures.plot_partial_dependence(countries, "OPEN")
    with pytest.raises(eq.InputError, match="does not predict"):
        figures.plot_partial_dependence(countries, "LEAD", "nobody")
    with pytest.raises(eq.InputError, match=r"no agreement 'prediction'.*Did you mean 'predictions'"):
        figures.plot_agreement(countries, "prediction")
    with pytest.raises(eq.InputError, match="comparison or an analysis, not of int"):
        figures.plot_necessity(3)
