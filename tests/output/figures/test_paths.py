"""The figures of set-theoretic methods."""

import re
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from figure_toys import many, points, texts, ticks
from matplotlib.text import Text

import equifinal as eq
from equifinal_output import figures


def boxes(ax, artists) -> list:
    ax.figure.draw_without_rendering()
    # Without the line that leads from a name to its point.
    return [Text.get_window_extent(artist) for artist in artists]


def overlaps(found) -> list:
    return [(a, b) for a, b in combinations(found, 2) if a.x0 < b.x1 and b.x0 < a.x1 and a.y0 < b.y1 and b.y0 < a.y1]


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
    comparison = eq.compare(eq.run(many(300, 2), methods=["regression"]), evidence=False)
    ax = figures.plot_xy(comparison, "regression")
    found = labelled_points(ax)
    assert len(found) > 60
    assert overlaps(boxes(ax, found)) == []


def test_xy_of_a_path(countries):
    ax = figures.plot_xy(countries, "fsqca", "LEAD*DEM*FIN")
    membership = countries.calibrated.fuzzy[["LEAD", "DEM", "FIN"]].min(axis=1)
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
    conditions = list(comparison.calibrated.condition_names)
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


def test_any_two_sets_and_necessity(cities: eq.Comparison) -> None:
    fuzzy = cities.calibrated.fuzzy
    either, outcome = fuzzy[["LEAD", "DEM"]].max(axis=1), fuzzy["OPEN"]
    ax = figures.plot_xy(cities.study, x="LEAD + DEM", relation="necessity")
    drawn = pd.concat([pd.Series(line.get_ydata(), line.get_xdata()) for line in ax.lines[3:]])
    assert sorted(zip(drawn.index, drawn, strict=True)) == sorted(zip(either, outcome, strict=True))
    words = " ".join(text.get_text() for text in ax.figure.texts)
    consistency = np.minimum(either, outcome).sum() / outcome.sum()
    relevance = (1 - either).sum() / (1 - np.minimum(either, outcome)).sum()
    assert f"consistency {consistency:.3f}" in words
    assert f"relevance (RoN) {relevance:.3f}" in words
    deviant = int(((either < 0.5) & (outcome > 0.5)).sum())
    labels = [line.get_label() for line in ax.lines]
    assert (f"deviant in consistency ({deviant})" in labels) == (deviant > 0)
    ax = figures.plot_xy(cities, x="~LEAD", y="~OPEN*DEM")
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("Membership in ~LEAD", "Membership in ~OPEN*DEM")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"x": "LEED"}, "Did you mean 'LEAD'"),
        ({"x": "LEAD", "method": "fsqca"}, "give the one or the other"),
        ({"relation": "both"}, "is not one of sufficiency, necessity"),
    ],
)
def test_what_an_xy_plot_cannot_draw(cities: eq.Comparison, options: dict[str, str], said: str) -> None:
    with pytest.raises(eq.InputError, match=said):
        figures.plot_xy(cities, **options)
