"""The figures show what the tables hold: positions and texts are read back from the axes, no pixels are compared."""

import dataclasses
import importlib.util
import re
import warnings
import xml.etree.ElementTree as ET
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib import colors
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image
from scipy.cluster.hierarchy import cophenet, linkage
from scipy.spatial.distance import pdist, squareform

import equifinal as eq
import equifinal_output
from equifinal_output import Figures, figures
from equifinal_output.figures import overlap, style
from equifinal_output.figures.across import STYLES
from equifinal_output.words.paths import paths_of

ROOT = Path(__file__).parents[3]
DIRECT = {"method": "direct", "full_out": 20, "crossover": 50.5, "full_in": 80}


@pytest.fixture(scope="module")
def countries() -> eq.Comparison:
    methods = ["fsqca", "csqca", "regression", "clustering", "regression-membership"]
    return eq.compare(eq.run(eq.load_study("open-data-barometer-2014"), methods=methods))


@pytest.fixture(scope="module")
def cities() -> eq.Comparison:
    return eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["fsqca", "csqca", "regression", "clustering"]))


@pytest.fixture(scope="module")
def odd() -> eq.Comparison:
    """Names that mean something to HTML, mathtext or spreadsheets, several cases in one place, reconstructed data."""
    rng = np.random.default_rng(3)
    scores = rng.uniform(0, 100, (24, 3))
    scores[10:15] = scores[10]
    names = ["<b>bold</b>", "$x^2$ & co", "=cmd()", "line\nbreak", "bell\x07", "a" * 70, "Å 漢字", '"quoted"']
    names += [f"A rather long name of case {number}, indeed" for number in range(8, 24)]
    data = pd.DataFrame(scores, index=names, columns=["a", "b", "c"])
    data["y"] = np.clip(0.6 * data[["a", "b"]].min(axis=1) + 0.4 * data.mean(axis=1) + rng.normal(0, 6, 24), 0, 100)
    long = "A label of considerable length, which nobody would put into a figure, but which somebody will"
    study = eq.Study(
        name="odd",
        title=f"<script>alert(1)</script> $title$ {long}",
        provenance="reconstruction",
        note="Made up & <i>reconstructed</i>.",
        data=data,
        outcome=eq.Variable("Y", "y", label="The $outcome$ <y>", calibrate=DIRECT),
        conditions=[
            eq.Variable("A_SET_WITH_A_LONG_NAME_INDEED", "a", label=long, calibrate=DIRECT),
            eq.Variable("B", "b", label="<b>B</b>", calibrate=DIRECT),
            eq.Variable("C", "c", calibrate=DIRECT),
        ],
        propositions=[{"id": "P1", "text": f"Claim <b> {long}", "claim": "necessary", "expression": "B"}],
    )
    return eq.compare(eq.run(study, methods=["fsqca", "csqca", "regression", "clustering"]))


class Specified(eq.Method):
    """Says the mean, and holds the estimates of several specifications."""

    name = "specified"

    def analyze(self, study, rng):
        conditions = pd.DataFrame(
            {"role": "none", "direction": 0, "evidence": "none"}, index=list(study.condition_names)
        )
        cases = pd.DataFrame({"group": None, "predicted": 0.5}, index=study.cases)
        groups = pd.DataFrame(columns=["expression", "cases", "consistency", "coverage"])
        specifications = pd.DataFrame(
            {
                "estimate": [0.4, -0.1, np.nan, 0.2],
                "low": [0.1, -0.3, np.nan, -0.1],
                "high": [0.7, 0.1, np.nan, 0.5],
                "model": ["<b>logit</b>", "linear", "linear", "$x$"],
                "controls": [True, False, True, False],
            }
        )
        return eq.Analysis(self, conditions, groups, cases, {}, tables={"specifications": specifications})


@pytest.fixture(scope="module")
def specified() -> eq.Comparison:
    return eq.compare(eq.run(eq.load_study("heilongjiang"), methods={"mine": Specified()}))


def many(cases: int, conditions: int) -> eq.Study:
    rng = np.random.default_rng(cases + conditions)
    data = pd.DataFrame(rng.uniform(0, 100, (cases, conditions + 1)), columns=[f"c{k}" for k in range(conditions + 1)])
    data.index = pd.Index([f"case {number}" for number in range(cases)])
    return eq.Study(
        name="many",
        data=data,
        outcome=eq.Variable("Y", f"c{conditions}", calibrate=DIRECT),
        conditions=[eq.Variable(f"A{k}", f"c{k}", calibrate=DIRECT) for k in range(conditions)],
    )


def texts(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def ticks(axis) -> list[str]:
    return [label.get_text().replace("\n", " ") for label in axis.get_ticklabels()]


def points(ax, marker=None) -> np.ndarray:
    """The markers drawn, shape (n, 2)."""
    lines = [
        line for line in ax.lines if line.get_marker() not in ("None", "|") and marker in (None, line.get_marker())
    ]
    return np.vstack([np.column_stack(line.get_data()) for line in lines]).astype(float)


def boxes(ax, artists) -> list:
    ax.figure.draw_without_rendering()
    # Without the line that leads from a name to its point.
    return [Text.get_window_extent(artist) for artist in artists]


def overlaps(found) -> list:
    return [(a, b) for a, b in combinations(found, 2) if a.x0 < b.x1 and b.x0 < a.x1 and a.y0 < b.y1 and b.y0 < a.y1]


# ------------------------------------------------------------------------------------------- all of them


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
    comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), methods={"it's: mine/": stranger()}))
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
        assert style.clean(comparison.study.title) in heading, picture.name
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
    again = Figures().write(eq.compare(cities.run), tmp_path / "second")
    names = [picture.name for picture in figures.figures_of(cities)]
    assert [path.name for path in written] == [f"{name}.{kind}" for name in names for kind in ("png", "svg")]
    assert [path.read_bytes() for path in written] == [path.read_bytes() for path in again]
    with Image.open(written[0]) as picture:
        assert cities.manifest["data_sha256"] in picture.info["Description"]
    assert cities.manifest["data_sha256"] in written[1].read_text(encoding="utf-8")


def test_the_formats_of_the_output(cities, tmp_path):
    one = eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["regression"]))
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
    assert getattr(equifinal_output, name)(source, ax=ax) is ax
    assert len(figure.texts) == 0
    assert f"{source.study.title.split()[-1]} · outcome: Data openness" in " ".join(ax.get_title(loc="left").split())
    with pytest.raises(eq.InputError, match=r"ax must be axes of matplotlib.* not int"):
        getattr(equifinal_output, name)(source, ax=3)


@pytest.mark.parametrize("name", figures.PLOTS)
@pytest.mark.parametrize("wrong", [3, None, "heilongjiang", "run"])
def test_every_function_refuses_what_it_cannot_draw_in_words(name, wrong, countries):
    source = countries.run if wrong == "run" else wrong
    with pytest.raises(eq.InputError, match=f"comparison.*{type(source).__name__}|drawn of a comparison|XY plot needs"):
        getattr(equifinal_output, name)(source)


def test_importing_does_not_import_matplotlib():
    import subprocess
    import sys

    code = "import sys, equifinal_output; sys.exit('matplotlib' in sys.modules)"
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


# ------------------------------------------------------------------------------------------ specifications


def test_specification_curve_of_a_method_of_ones_own(specified):
    assert "mine-specification-curve" in {picture.name for picture in figures.figures_of(specified)}
    ax = figures.plot_specification_curve(specified)
    assert points(ax)[:, 1].tolist() == [-0.1, 0.2, 0.4]  # sorted; the one without an estimate is left out
    (below,) = ax.child_axes
    rows = ticks(below.yaxis)
    assert rows == ["model: linear", "model: $x$", "model: <b>logit</b>", "controls: False", "controls: True"]
    places = {
        rows[int(line.get_ydata()[0])]: list(line.get_xdata()) for line in below.lines if line.get_marker() == "o"
    }
    wanted = dict(zip(rows, ([0], [1], [2], [0, 1], [2]), strict=True))
    assert {row: places[row] for row in rows} == wanted
    (picture,) = [each for each in figures.figures_of(specified) if each.name == "mine-specification-curve"]
    assert picture.alt.startswith("3 specifications; estimates from -0.100 to 0.400, median 0.200; 2 above 0.")
    assert "The interval excludes 0 in 1." in picture.alt
    assert "Reconstructed data" in " ".join(text.get_text() for text in ax.figure.texts)
    assert "<b>" not in picture.svg()


def test_specification_curve_of_a_table(specified, countries):
    table = pd.DataFrame({"estimate": np.linspace(-1, 1, 200), "which": [f"w{number % 3}" for number in range(200)]})
    assert len(points(figures.plot_specification_curve(table))) == 200
    with pytest.raises(eq.InputError, match="No method of study"):
        figures.plot_specification_curve(countries)
    with pytest.raises(eq.InputError, match="column 'estimate'"):
        figures.plot_specification_curve(table.drop(columns="estimate"))
    with pytest.raises(eq.InputError, match="no estimate"):
        figures.plot_specification_curve(table.assign(estimate=np.nan))
    with pytest.raises(eq.InputError, match="'number' alone has 200 values"):
        figures.plot_specification_curve(table.assign(number=range(200)))


# ------------------------------------------------------------------------------------------ across methods


def test_verdicts(countries):
    ax = figures.plot_verdicts(countries)
    verdicts = countries.verdicts
    assert ticks(ax.xaxis) == [label.replace("regression-membership", "regression- membership") for label in verdicts]
    claims = [countries.propositions.at[name, "text"] for name in verdicts.index]
    assert ticks(ax.yaxis) == claims
    said = np.array([text.split()[-1] for text in texts(ax)]).reshape(verdicts.shape)
    assert (said == verdicts.to_numpy()).all()
    fills = [colors.to_hex(patch.get_facecolor()) for patch in ax.patches]
    assert fills == [colors.to_hex(STYLES[answer][0]) for answer in verdicts.to_numpy().ravel()]


@pytest.mark.parametrize("kind", ["predictions", "groups", "importance", "directions", "verdicts"])
def test_agreement(countries, kind):
    ax = figures.plot_agreement(countries, kind)
    table = countries.agreement[kind].to_numpy(dtype=float)
    shown = ["–" if np.isnan(value) else f"{value + 0.0:.2f}".replace("-0.00", "0.00") for value in table.ravel()]
    assert texts(ax) == shown
    strength = [
        patch.get_facecolor()[3] for patch, value in zip(ax.patches, table.ravel(), strict=True) if value == value
    ]
    np.testing.assert_allclose(strength, 0.62 * np.abs(table[np.isfinite(table)]))


def test_importance(countries):
    ax = figures.plot_importance(countries)
    assert [container.get_label() for container in ax.containers] == list(countries.analyses)
    for label, container in zip(countries.analyses, ax.containers, strict=True):
        line, _, bars = container
        np.testing.assert_allclose(
            line.get_xdata().astype(float), countries.conditions[label, "importance"].astype(float)
        )
        widths = [segment[1, 0] - segment[0, 0] for segment in bars[0].get_segments()]
        np.testing.assert_allclose(widths, 2 * countries.conditions[label, "importance_sd"].astype(float))


def test_partial_dependence_equals_predictions_one_by_one(countries):
    """Brute force: every case gets the score and the membership of one case, and the predictions are averaged."""
    study = countries.study
    table = figures.partial_dependence(countries, "LEAD")
    assert list(table.index) == sorted(study.raw["LEAD"].unique())
    assert list(table) == list(countries.analyses)
    for label, analysis in countries.analyses.items():
        for score in (table.index[0], table.index[5]):
            source = study.cases[study.raw["LEAD"] == score][0]
            changed = study.without_outcome()
            for frame in (changed.raw, changed.fuzzy):
                frame.loc[:, "LEAD"] = frame.at[source, "LEAD"]
            changed.data.loc[:, study.variable("LEAD").column] = score
            mean = analysis.method.predict(analysis, changed).mean()
            assert table.at[score, label] == pytest.approx(mean, abs=1e-12)
    ax = figures.plot_partial_dependence(countries, "LEAD")
    drawn = {line.get_label(): line for line in ax.lines if line.get_label() in table}
    for label, line in drawn.items():
        np.testing.assert_allclose(line.get_ydata(), table[label])
    assert set(drawn) == set(table)


def test_partial_dependence_has_at_most_21_scores():
    comparison = eq.compare(eq.run(many(60, 2), methods=["regression"]))
    table = figures.partial_dependence(comparison, "A1")
    raw = comparison.study.raw["A1"]
    assert len(table) == 21
    assert (table.index[0], table.index[-1]) == (raw.min(), raw.max())
    assert table.index.is_monotonic_increasing


# ---------------------------------------------------------------------------------------------------- data


@pytest.mark.parametrize("name", ["OPEN", "LEAD", "FIN"])
def test_calibration(countries, name):
    ax = figures.plot_calibration(countries, name)
    study = countries.study
    np.testing.assert_allclose(points(ax), np.column_stack([study.raw[name], study.fuzzy[name]]))
    curve = next(line for line in ax.lines if line.get_marker() == "None" and len(line.get_xdata()) > 100)
    x, y = curve.get_data()
    np.testing.assert_allclose(y, study.calibrators[name].calibrate(pd.Series(x)))
    given = study.calibrators[name].parameters()
    anchors = [f"{key.replace('_', ' ')}\n{given[key]:g}" for key in ("full_out", "crossover", "full_in")]
    assert texts(ax) == anchors
    twin = next(each for each in ax.figure.axes if each is not ax)
    assert sum(patch.get_height() for patch in twin.patches) == len(study.cases)


def test_calibration_of_crisp_sets_and_of_none():
    data = pd.DataFrame(
        {"a": [1.0, 2, 3, 4, 5, 6], "b": [3.0, 1, 2, 5, 4, 6], "y": [1.0, 2, 3, 4, 5, 6]}, index=list("uvwxyz")
    )
    study = eq.Study(
        name="plain",
        data=data,
        outcome=eq.Variable("Y", "y", calibrate={"method": "crisp", "threshold": 3.5}),
        conditions=[eq.Variable("A", "a"), eq.Variable("B", "b", calibrate={"method": "crisp", "threshold": 3.5})],
    )
    crisp = figures.plot_calibration(study, "Y")
    assert texts(crisp) == ["threshold\n3.5"]
    assert set(points(crisp)[:, 1]) == {0.0, 1.0}
    raw = figures.plot_calibration(study, "A")
    assert len(raw.lines) == 0
    assert "Raw scores of A" in raw.figure.texts[0].get_text()


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_every_combination_has_its_region_in_a_venn_diagram(count):
    shapes = overlap.ellipses(count)
    rng = np.random.default_rng(1)
    x, y = rng.uniform(-1.7, 1.7, (2, 200_000))
    inside = np.array([shape.depth(x, y) > 0 for shape in shapes])
    shares = np.bincount((inside.T * 2 ** np.arange(count)).sum(axis=1), minlength=2**count) / x.size
    assert (shares > 0.0005).all()


@pytest.mark.parametrize("names", [["LEAD"], ["LEAD", "DEM"], ["LEAD", "DEM", "FIN"], None])
def test_venn(countries, names):
    ax = figures.plot_venn(countries, names)
    study = countries.study
    wanted = names or list(study.condition_names)
    crisp = study.fuzzy[wanted] > 0.5
    counts = crisp.groupby(wanted).size()
    shapes = overlap.ellipses(len(wanted))
    found = {}
    for text in ax.texts[len(wanted) :]:
        if text.get_text().isdigit():
            x, y = text.get_position()
            states = tuple(bool(shape.depth(x, y) > 0) for shape in shapes)
            found[states if len(states) > 1 else states[0]] = int(text.get_text())
    nobody = counts.index == ((False,) * len(wanted) if len(wanted) > 1 else False)
    assert found == {states: count for states, count in counts[~nobody].items() if count}
    note = " ".join(ax.figure.texts[-1].get_text().split())
    assert f"In none of the sets: {counts[nobody].sum()} cases" in note


def test_upset(countries):
    ax = figures.plot_upset(countries)
    study = countries.study
    names = list(study.condition_names)
    crisp = study.fuzzy[names] > 0.5
    has = study.fuzzy["OPEN"] > 0.5
    counts = crisp.assign(has=has, n=1).groupby(names)[["n", "has"]].sum().sort_values("n", ascending=False)
    inside, outside = (sorted(patch.get_height() for patch in bars) for bars in ax.containers[:2])
    assert inside == sorted(counts["has"])
    assert outside == sorted(counts["n"] - counts["has"])
    assert [int(text) for text in texts(ax)] == list(counts["n"])
    (dots,) = ax.child_axes
    heads = [f"{study.variable(name).label} ({name}) · {crisp[name].sum()}" for name in names]
    assert ticks(dots.yaxis) == heads
    full = {(int(x), int(y)) for x, y in _full_dots(dots)}
    drawn = [tuple((column, row) in full for row in range(len(names))) for column in range(len(counts))]
    assert {states: counts.loc[states, "n"] for states in drawn} == dict(counts["n"])


def _full_dots(ax) -> list:
    lines = [line for line in ax.lines if line.get_marker() == "o" and line.get_alpha() is None]
    return [point for line in lines for point in np.column_stack(line.get_data())]


def test_upset_of_many_sets():
    ax = figures.plot_upset(many(120, 12))
    note = " ".join(ax.figure.texts[-1].get_text().split())
    drawn = sum(patch.get_height() for patch in ax.patches)
    rest = int(re.search(r"with (\d+) cases? not drawn", note).group(1))
    assert drawn + rest == 120
    assert len(texts(ax)) == 40


# --------------------------------------------------------------------------------- set-theoretic methods


def labelled_points(ax) -> list:
    return [text for text in ax.texts if text.get_text().strip()]


@pytest.mark.parametrize(
    ("study", "method"), [("countries", "fsqca"), ("countries", "csqca"), ("cities", "fsqca"), ("odd", "fsqca")]
)
def test_xy(study, method, request):
    comparison = request.getfixturevalue(study)
    ax = figures.plot_xy(comparison, method)
    x = comparison.analyses[method].cases["predicted"].to_numpy()
    y = comparison.cases["outcome", ""].to_numpy()
    drawn = points(ax)
    assert len(drawn) == len(x)
    np.testing.assert_allclose(sorted(map(tuple, drawn)), sorted(zip(x, y, strict=True)))
    types = comparison.cases[method, "type"].value_counts()
    legend = {text.get_text() for text in ax.get_legend().get_texts()}
    assert {f"{kind} ({count})" for kind, count in types.items()} <= legend
    heading = " ".join(text.get_text() for text in ax.figure.texts)
    fit = comparison.fit.loc[method]
    assert f"Consistency {fit['consistency']:.3f}, coverage {fit['coverage']:.3f}, PRI {fit['pri']:.3f}" in heading


@pytest.mark.parametrize("study", ["countries", "cities", "odd"])
def test_names_of_cases_do_not_overlap_and_none_is_left_out_silently(study, request):
    comparison = request.getfixturevalue(study)
    for method in comparison.analyses:
        ax = figures.plot_xy(comparison, method)
        found = labelled_points(ax)
        frames = boxes(ax, found)
        assert overlaps(frames) == []
        inside = ax.get_window_extent()
        assert all(box.x0 >= inside.x0 - 2 and box.x1 <= inside.x1 + 2 for box in frames)
        # A name covers no point either.
        places = ax.transData.transform(points(ax))
        for box in frames:
            assert not ((places > [box.x0, box.y0]) & (places < [box.x1, box.y1])).all(axis=1).any()
        counted = sum(int(match.group(1)) for text in found if (match := re.search(r" \+ (\d+)$", text.get_text())))
        names = sum(len(re.sub(r" \+ \d+$", "", text.get_text()).split(", ")) for text in found if study != "odd")
        note = " ".join(text.get_text() for text in ax.figure.texts)
        unnamed = int(match.group(1)) if (match := re.search(r"(\d+) of \d+ cases (?:is|are) not named", note)) else 0
        if study != "odd":  # where names hold commas themselves
            assert names + unnamed == len(comparison.cases)
        assert counted <= unnamed


def test_names_stay_beside_their_points(cities):
    ax = figures.plot_xy(cities, "fsqca")
    x = cities.analyses["fsqca"].cases["predicted"]
    y = cities.cases["outcome", ""]
    for text in labelled_points(ax):
        case = text.get_text().split(", ")[0].split(" + ")[0]
        assert text.xy == (pytest.approx(x[case]), pytest.approx(y[case]))


def test_300_cases_are_labelled_without_overlap():
    comparison = eq.compare(eq.run(many(300, 2), methods=["regression"]))
    ax = figures.plot_xy(comparison, "regression")
    found = labelled_points(ax)
    assert len(found) > 60
    assert overlaps(boxes(ax, found)) == []


def test_xy_of_a_path(countries):
    ax = figures.plot_xy(countries, "fsqca", "LEAD*DEM*FIN")
    membership = countries.study.fuzzy[["LEAD", "DEM", "FIN"]].min(axis=1)
    np.testing.assert_allclose(sorted(points(ax)[:, 0]), sorted(membership))
    row = countries.analyses["fsqca"].configurations.loc["LEAD*DEM*FIN"]
    heading = " ".join(text.get_text() for text in ax.figure.texts)
    assert f"Consistency {row['consistency']:.3f}, coverage {row['coverage']:.3f}, PRI {row['pri']:.3f}" in heading


@pytest.mark.parametrize("method", ["fsqca", "csqca"])
def test_truth_table(countries, method):
    ax = figures.plot_truth_table(countries, method)
    table = countries.analyses[method].tables["truth_table"]
    table = table[table["n"] > 0]
    assert sorted(map(int, ticks(ax.yaxis))) == sorted(table.index)
    order = [int(label) for label in ticks(ax.yaxis)]
    assert [str(table.at[row, "out"]) for row in order] == sorted(table["out"].astype(str), key="1C0?".index)
    rows = dict(zip(order, ax.get_yticks(), strict=True))
    columns = dict(
        zip(["LEAD", "DEM", "FIN", "HUM", "output", "cases", "consistency", "PRI"], ax.get_xticks(), strict=True)
    )
    dots = {
        (round(line.get_xdata()[0], 6), round(line.get_ydata()[0], 6)): line
        for line in ax.lines
        if line.get_marker() == "o"
    }
    said = {(round(t.get_position()[0], 6), round(t.get_position()[1], 6)): t.get_text() for t in ax.texts}
    for row, y in rows.items():
        for name in ("LEAD", "DEM", "FIN", "HUM"):
            full = dots[round(columns[name], 6), round(y, 6)].get_markerfacecolor() != "none"
            assert full == bool(table.at[row, name])
        shown = [said[round(columns[name], 6), round(y, 6)] for name in ("output", "cases", "consistency", "PRI")]
        wanted = table.loc[row]
        assert shown == [str(wanted["out"]), str(wanted["n"]), f"{wanted['consistency']:.3f}", f"{wanted['pri']:.3f}"]
        assert any(str(wanted["cases"][0]) in text for (_, height), text in said.items() if height == round(y, 6))
    note = " ".join(ax.figure.texts[-1].get_text().split())
    assert f"{16 - len(table)} of the 16 possible configurations" in note


@pytest.mark.parametrize(("study", "method"), [("countries", "fsqca"), ("cities", "fsqca"), ("cities", "csqca")])
def test_configurations(study, method, request):
    comparison = request.getfixturevalue(study)
    ax = figures.plot_configurations(comparison, method)
    paths = comparison.analyses[method].configurations
    conditions = list(comparison.study.condition_names)
    signs = {}
    for line in ax.lines:
        if line.get_gid():
            signs[int(line.get_xdata()[0]), int(line.get_ydata()[0])] = (line.get_gid(), line.get_markersize())
    wanted = {}
    for column, (_, path) in enumerate(paths.iterrows()):
        for literal in path["expression"].split("*"):
            core = literal in str(path["core"]).split("*")
            mark = f"{'⊗' if literal.startswith('~') else '●'} {'core' if core else 'peripheral'}"
            wanted[column, conditions.index(literal.removeprefix("~"))] = mark
    assert {place: mark for place, (mark, _) in signs.items()} == wanted
    large = {size for mark, size in signs.values() if mark.endswith("core")}
    small = {size for mark, size in signs.values() if mark.endswith("peripheral")}
    assert not small or min(large) > 1.5 * max(small)
    figures_below = np.array(texts(ax), dtype=float).reshape(len(paths), 5)
    measures = paths[["consistency", "pri", "coverage", "unique_coverage"]].assign(n=paths["cases"].map(len))
    np.testing.assert_allclose(figures_below, measures.to_numpy(dtype=float), atol=0.00051)
    note = " ".join(ax.figure.texts[-1].get_text().split())
    assert f"consistency {comparison.analyses[method].fit['consistency']:.3f}" in note


def test_a_path_with_absent_conditions_and_values_of_several():
    frame = pd.DataFrame(
        {
            "expression": ["A*~B", "A[2]"],
            "cases": [[], []],
            "consistency": [0.9, 0.8],
            "coverage": [0.5, 0.4],
            "core": ["~B", "A[2]"],
        },
        index=["A*~B", "A[2]"],
    )
    conditions = pd.DataFrame({"role": "none", "direction": 0, "evidence": ""}, index=["A", "B"])
    cases = pd.DataFrame({"group": None, "predicted": np.nan}, index=["x"])
    method = type("Toy", (eq.Method,), {"name": "toy", "__doc__": "Toy.", "__module__": __name__})()
    ax = figures.plot_configurations(eq.Analysis(method, conditions, frame, cases, {}))
    assert {(line.get_gid(), line.get_ydata()[0]) for line in ax.lines if line.get_gid()} == {
        ("● peripheral", 0),
        ("⊗ core", 1),
    }
    assert [line.get_marker() for line in ax.lines if line.get_marker() == "x"] == ["x"]
    assert "= 2" in " ".join(texts(ax))


def test_a_chart_has_at_most_24_paths():
    labels = [f"path {number}" for number in range(30)]
    frame = pd.DataFrame(
        {"expression": "A", "consistency": 0.9, "coverage": np.arange(30) / 100, "cases": [[] for _ in labels]},
        index=labels,
    )
    conditions = pd.DataFrame({"role": "none", "direction": 0, "evidence": ""}, index=["A"])
    cases = pd.DataFrame({"group": None, "predicted": np.nan}, index=["x"])
    method = type("Toy", (eq.Method,), {"name": "toy", "__doc__": "Toy.", "__module__": __name__})()
    ax = figures.plot_configurations(eq.Analysis(method, conditions, frame, cases, {}))
    assert ticks(ax.xaxis) == [str(number) for number in range(7, 31)]
    assert "6 paths with less coverage not drawn." in " ".join(ax.figure.texts[-1].get_text().split())


def test_necessity(countries):
    ax = figures.plot_necessity(countries, "fsqca")
    table = countries.analyses["fsqca"].tables["necessity"]
    assert ticks(ax.yaxis) == list(table.index)
    for measure, marker in (("consistency", "o"), ("relevance", "D"), ("coverage", "s")):
        np.testing.assert_allclose(points(ax, marker)[:, 0], table[measure])
    assert any(line.get_label() == "Cutoff of consistency, 0.9" for line in ax.lines)


# ------------------------------------------------------------------------------- regression and clustering


def test_coefficients(countries):
    ax = figures.plot_coefficients(countries, "regression")
    table = countries.analyses["regression"].tables["coefficients"].drop(index="constant")
    np.testing.assert_allclose(points(ax)[:, 0], table["coefficient"])
    ends = [line.get_xdata() for line in ax.lines if line.get_marker() == "None" and line.get_ydata()[0] in range(4)][
        :4
    ]
    np.testing.assert_allclose(ends, table[["ci_low", "ci_high"]])
    full = [line.get_markerfacecolor() != "none" for line in ax.lines if line.get_marker() == "o"]
    assert full == list((table["ci_low"] > 0) | (table["ci_high"] < 0))
    assert "95 %" in ax.get_xlabel()
    assert "constant 5.288" in " ".join(ax.figure.texts[-1].get_text().split())


@pytest.mark.parametrize("study", ["cities", "countries"])
def test_dendrogram(study, request):
    """Where neighbours come together is their cophenetic distance, which scipy computes; for the cities from the scores."""
    comparison = request.getfixturevalue(study)
    ax = figures.plot_dendrogram(comparison, "clustering")
    cases, names = list(comparison.study.cases), ticks(ax.yaxis)
    assert sorted(names) == sorted(cases)
    joins = [(max(line.get_xdata()), min(line.get_ydata()), max(line.get_ydata())) for line in ax.lines]
    tree = comparison.analyses["clustering"].tables["linkage"]
    np.testing.assert_allclose(sorted(height for height, _, _ in joins), sorted(tree["distance"]), atol=1e-9)
    matrix = tree.to_numpy(dtype=float)
    if study == "cities":  # the countries have equal distances, so that there are several trees
        raw = comparison.study.raw[list(comparison.study.condition_names)]
        matrix = linkage(pdist((raw - raw.mean()) / raw.std()), "ward")
    distances = squareform(cophenet(matrix))
    for row, (first, second) in enumerate(pairwise(names)):
        between = min(height for height, low, high in joins if low <= row + 0.5 <= high)
        assert between == pytest.approx(distances[cases.index(first), cases.index(second)], abs=1e-9)


def test_a_dendrogram_of_many_cases_ends_at_its_last_branches():
    comparison = eq.compare(eq.run(many(300, 2), methods=["clustering"]))
    ax = figures.plot_dendrogram(comparison)
    names = ticks(ax.yaxis)
    assert len(names) == 60
    sizes = [int(match.group(1)) if (match := re.fullmatch(r"(\d+) cases", name)) else 1 for name in names]
    assert sum(sizes) == 300
    assert "300 cases" in ax.figure.texts[-1].get_text()


def test_profiles(countries):
    table = countries.analyses["clustering"].tables["profiles"]
    for scale in ("membership", "standardized", "raw"):
        ax = figures.plot_profiles(countries, "clustering", scale)
        lines = [line for line in ax.lines if line.get_marker() != "None"]
        for line, (_, rows) in zip(lines, table.groupby("cluster"), strict=True):
            np.testing.assert_allclose(line.get_xdata(), rows[scale])
    with pytest.raises(eq.InputError, match="not on the scale 'log'"):
        figures.plot_profiles(countries, "clustering", "log")


def test_silhouette(countries):
    from sklearn.metrics import silhouette_samples

    ax = figures.plot_silhouette(countries, "clustering")
    raw = countries.study.raw[list(countries.study.condition_names)]
    groups = countries.analyses["clustering"].cases["group"]
    expected = pd.Series(silhouette_samples((raw - raw.mean()) / raw.std(), groups), index=raw.index)
    names = ticks(ax.yaxis)
    assert sorted(names) == sorted(raw.index)
    np.testing.assert_allclose([patch.get_width() for patch in ax.patches], expected[names], atol=1e-9)
    assert list(groups[names]) == sorted(groups)
    for _, members in expected[names].groupby(groups[names].to_numpy(), sort=False):
        assert members.is_monotonic_decreasing
    assert f"{expected.mean():.3f}" in ax.get_xlabel()


# ------------------------------------------------------------------------------------------------- gallery


def _maker():
    path = ROOT / "docs/make_pictures.py"
    spec = importlib.util.spec_from_file_location("make_pictures", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_gallery_is_made_by_the_code():
    """The page is what the maker writes; each picture holds, in its description, every text that the figure has today."""
    maker = _maker()
    assert (ROOT / "docs/gallery.md").read_text(encoding="utf-8") == maker.page()
    known = maker.names()
    stored = {path.stem for path in (ROOT / "docs/images/gallery").glob("*.png")}
    assert stored == {name for _, name, _ in maker.GALLERY}
    for _, name, code in maker.GALLERY:
        with Image.open(ROOT / f"docs/images/gallery/{name}.png") as picture:
            assert picture.info["Description"] == maker.texts(maker.draw(code, known)), (
                f"{name}: run docs/make_pictures.py"
            )
    drawn = {code.splitlines()[-1].split("(")[0].removeprefix("figures.") for _, _, code in maker.GALLERY}
    assert drawn == set(figures.PLOTS)


def test_names_of_sets_in_paths():
    """A path is charted only when it is a conjunction of the study's conditions."""
    frame = pd.DataFrame(
        {"expression": ["A*B", "A + B", None, "Z"], "cases": [[]] * 4, "consistency": 1.0, "coverage": 1.0}
    )
    conditions = pd.DataFrame({"role": "none", "direction": 0, "evidence": ""}, index=["A", "B"])
    cases = pd.DataFrame({"group": None, "predicted": np.nan}, index=["x"])
    method = type("Toy", (eq.Method,), {"name": "toy", "__doc__": "Toy.", "__module__": __name__})()
    assert list(paths_of(eq.Analysis(method, conditions, frame, cases, {}))) == [0]


def test_characters_without_a_font_are_named_once(tmp_path):
    cities = eq.load_study("heilongjiang")
    rare = dataclasses.replace(cities.conditions[0], label="Leadership \U00012345")  # a cuneiform sign
    study = eq.Study(
        name="rare",
        data=cities.data,
        outcome=cities.outcome,
        conditions=[rare, *cities.conditions[1:]],
        provenance="reconstruction",
    )
    comparison = eq.compare(eq.run(study, ["fsqca"]))
    with pytest.warns(UserWarning, match="boxes stand for characters that no font here has: \U00012345") as said:
        Figures(formats=("png",), dpi=40).write(comparison, tmp_path)
    assert len(said) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Figures(formats=("svg",)).write(comparison, tmp_path)
