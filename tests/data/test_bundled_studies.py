"""The bundled studies: they load, they hold what their READMEs say, and the known figures come out."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import equifinal as eq
from equifinal import sets
from equifinal_qca import minimize, truth_table

STUDIES = {
    "open-data-barometer-2014": (86, 8, "observed"),
    "open-data-barometer-2013": (77, 7, "observed"),
    "open-data-barometer-2013-2014": (163, 9, "observed"),
    "heilongjiang": (12, 5, "reconstruction"),
}
PANEL = "open-data-barometer-2013-2014"
BAROMETERS = [name for name in STUDIES if name.startswith("open-data-barometer")]
EDITIONS = [name for name in BAROMETERS if name != PANEL]

#: Necessity consistency from R's QCA where it is published in the studies' notes; 2013 has its LEAD in the note.
NECESSITY = {
    "open-data-barometer-2014": {"LEAD": 0.864, "DEM": 0.842, "FIN": 0.747, "HUM": 0.809},
    "open-data-barometer-2013": {"LEAD": 0.897},
    "heilongjiang": {"LEAD": 0.796, "DEM": 0.804, "FIN": 0.678, "HUM": 0.645},
}


def folder(name: str) -> Path:
    return Path(eq.studies()[name].cls.path).parent


def readme(name: str) -> str:
    return (folder(name) / "README.md").read_text(encoding="utf-8")


def row(calibrated: eq.CalibratedStudy, expression: str) -> tuple[float, float, list[str]]:
    """Consistency and PRI of a configuration, and the cases in it."""
    x = sets.Expression(expression).membership(calibrated.fuzzy)
    y = calibrated.fuzzy["OPEN"]
    return sets.consistency(x, y), sets.pri(x, y), x.index[x > 0.5].tolist()


@pytest.mark.parametrize("name", STUDIES)
def test_loads_with_shape_and_provenance(name: str) -> None:
    cases, columns, provenance = STUDIES[name]
    study = eq.load_study(name)
    assert study.data.shape == (cases, columns)
    assert study.provenance == provenance
    assert study.name == name
    assert study.data.index.is_unique
    assert not study.data.isna().to_numpy().any()
    assert [condition.name for condition in study.conditions] == ["LEAD", "DEM", "FIN", "HUM"]
    assert {condition.expect for condition in study.conditions} == {"present"}
    assert all((study.source, study.licence, study.citation, study.note, study.description, study.title))
    assert study.methods["csqca"] == study.methods["fsqca"]
    assert study.methods["regression-membership"]["method"] == "regression"


@pytest.mark.parametrize("name", NECESSITY)
def test_necessity_figures(name: str) -> None:
    fuzzy = eq.load_study(name).calibrate().fuzzy
    for condition, figure in NECESSITY[name].items():
        assert sets.necessity_consistency(fuzzy[condition], fuzzy["OPEN"]) == pytest.approx(figure, abs=5e-4)


@pytest.mark.parametrize("name", STUDIES)
def test_no_case_is_at_exactly_one_half(name: str) -> None:
    assert not (eq.load_study(name).calibrate().fuzzy == 0.5).to_numpy().any()


@pytest.mark.parametrize("name", STUDIES)
def test_readme_names_every_column_and_anchor(name: str) -> None:
    study, text = eq.load_study(name), readme(name)
    for column in (study.data.index.name, *study.data.columns):
        assert f"| `{column}` |" in text
    for variable in (study.outcome, *study.conditions):
        anchors = [dict(variable.calibrate)[anchor] for anchor in ("full_out", "crossover", "full_in")]
        cells = " | ".join(f"{anchor:g}" for anchor in anchors)
        assert f"`{variable.column}` | {cells} |" in text
        assert f"| {variable.name}, " in text
    assert study.licence.split(",")[0].split(" (")[0] in text.replace("\n", " ")


@pytest.mark.parametrize("name", STUDIES)
def test_propositions_are_sentences_with_the_propositions_of_the_conclusions(name: str) -> None:
    propositions = {proposition.id: proposition for proposition in eq.load_study(name).propositions}
    assert all(proposition.text and proposition.text[0].isupper() for proposition in propositions.values())
    for condition in ("LEAD", "DEM", "FIN", "HUM"):
        for conclusion, kind in (("1", "necessary"), ("2", "sufficient")):
            proposition = propositions[f"{conclusion}-{condition}"]
            assert (proposition.claim, proposition.expression, proposition.expect) == (kind, condition, False)
    assert (propositions["2-paths"].exactly, propositions["2-paths"].at_least) == (3, None)
    assert set(propositions["3-key"].conditions) == set(propositions["3-joint"].conditions) == {"LEAD", "DEM"}
    assert set(propositions["4-mainly"].conditions) == {"FIN", "HUM"}
    assert all("our reading" in propositions[key].text for key in ("3-key", "4-mainly"))
    assert [propositions[f"4-{name}"].sign for name in ("FIN", "HUM")] == [1, 1]
    assert (propositions["4-level"].claim, propositions["4-level"].below) == ("level", 0.5)
    for key, claim in (("5-leaders", "necessary"), ("5-leaders-decide", "influence")):
        assert (propositions[key].claim, propositions[key].where) == (claim, "~FIN*~HUM")


def test_every_study_asks_the_same_but_for_the_cities() -> None:
    asked = {name: {each.id: each for each in eq.load_study(name).propositions} for name in STUDIES}
    cities = asked.pop("heilongjiang")
    assert set(cities) - set(asked[PANEL]) == {"5-resourced", "5-underdeveloped"}
    for others in asked.values():
        assert others == {key: each for key, each in cities.items() if key in others}
    text = readme("heilongjiang")
    assert all(f"`{key}`" in text or key in ("1-DEM", "1-FIN", "2-DEM", "2-FIN") for key in cities)


def test_conclusion_five_splits_the_twelve_cities() -> None:
    study = eq.load_study("heilongjiang")
    propositions = {proposition.id: proposition for proposition in study.propositions}
    groups = propositions["5-resourced"].cases, propositions["5-underdeveloped"].cases
    assert [len(group) for group in groups] == [6, 6]
    assert set().union(*groups) == set(study.data.index)
    assert study.note == "Scores constructed to agree with the published conclusions; not the authors' data"
    assert "not the authors' data" in readme("heilongjiang")


#: What the source concludes, and so what a set-theoretic reading of the reconstruction must find. The two readings of ours
#: in conclusions 3 and 4 exclude each other; the disjunctions of conclusion 1 are not the source's.
CONCLUDED = {
    **{f"{number}-{name}": "supported" for number in (1, 2) for name in ("LEAD", "DEM", "FIN", "HUM")},
    **dict.fromkeys(["2-several", "2-paths", "3-joint", "3-both", "4-FIN", "4-HUM"], "supported"),
    **dict.fromkeys(["4-resources-with-drive", "4-drive-with-resources", "5-leaders", "5-leaders-decide"], "supported"),
}


def test_the_reconstruction_meets_the_conclusions_that_it_was_made_for() -> None:
    comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["fsqca", "csqca"]))
    for label in ("fsqca", "csqca"):
        assert comparison.verdicts.loc[list(CONCLUDED), label].to_dict() == CONCLUDED
    assert comparison.descriptions["answer"].to_dict() == dict.fromkeys(
        ["4-level", "5-resourced", "5-underdeveloped"], "supported"
    )


def test_figures_of_the_reconstruction() -> None:
    """From R's QCA, as its README gives them."""
    calibrated = eq.load_study("heilongjiang").calibrate()
    y = calibrated.fuzzy["OPEN"]
    x = sets.Expression("LEAD*DEM + LEAD*FIN*HUM + DEM*FIN*HUM").membership(calibrated.fuzzy)
    found = [sets.consistency(x, y), sets.pri(x, y), sets.coverage(x, y)]
    assert found == pytest.approx([0.941, 0.925, 0.951], abs=5e-4)
    for text, wanted in (
        ("LEAD*DEM", (0.932, 0.909)),
        ("(LEAD+DEM)*FIN*HUM", (0.972, 0.961)),
        ("FIN*HUM", (0.783, 0.721)),
    ):
        assert row(calibrated, text)[:2] == pytest.approx(wanted, abs=5e-4)
    assert row(calibrated, "LEAD*DEM*(FIN+HUM)")[:2] == pytest.approx((0.986, 0.974), abs=5e-4)
    drive = sets.Expression("LEAD + DEM").membership(calibrated.fuzzy)
    assert (sets.necessity_consistency(drive, y), sets.relevance(drive, y)) == pytest.approx((0.991, 0.420), abs=5e-4)
    poor = calibrated.fuzzy[row_members := sets.Expression("~FIN*~HUM").membership(calibrated.fuzzy) > 0.5]
    assert row_members.sum() == 6
    assert sets.necessity_consistency(poor["LEAD"], poor["OPEN"]) == pytest.approx(0.997, abs=5e-4)
    assert sets.relevance(poor["LEAD"], poor["OPEN"]) == pytest.approx(0.649, abs=5e-4)
    assert (y.mean(), (y > 0.5).sum()) == (pytest.approx(0.464, abs=5e-4), 5)


def test_leaving_one_city_out_keeps_the_paths_but_for_two_cities() -> None:
    study = eq.load_study("heilongjiang")
    calibrated, paths = study.calibrate(), {"LEAD*DEM", "LEAD*FIN*HUM", "DEM*FIN*HUM"}
    changed = []
    for city in calibrated.cases:
        table = truth_table(calibrated.fuzzy.drop(index=city), outcome="OPEN", **study.methods["fsqca"])
        models = minimize(table, "intermediate", expectations=["LEAD", "DEM", "FIN", "HUM"]).models
        if [set(model.terms) for model in models] != [paths]:
            changed.append(city)
    assert changed == ["Qiqihar", "Daqing"]


@pytest.mark.parametrize(("name", "expression"), [("2014", "LEAD + DEM"), ("2013", "FIN + HUM")])
def test_disjunctions_that_are_necessary(name: str, expression: str) -> None:
    fuzzy = eq.load_study(f"open-data-barometer-{name}").calibrate().fuzzy
    x = sets.Expression(expression).membership(fuzzy)
    assert sets.necessity_consistency(x, fuzzy["OPEN"]) >= 0.9
    assert sets.relevance(x, fuzzy["OPEN"]) >= 0.5


@pytest.mark.parametrize("name", BAROMETERS)
def test_barometer_scores_are_in_range(name: str) -> None:
    data = eq.load_study(name).data
    experts = data[["init", "csoc", "supin", "train"]]
    assert ((experts >= 0) & (experts <= 10)).to_numpy().all()
    assert (experts.dtypes == "int64").all()
    assert (data["implementation"].min(), data["implementation"].max()) == (0, 100)
    assert data["iso3"].str.fullmatch("[A-Z]{3}").all()
    assert data["iso3"].is_unique == (name != PANEL)


def test_both_editions_code_regions_alike() -> None:
    early, late = (eq.load_study(name).data.set_index("iso3")["region"] for name in reversed(EDITIONS))
    assert set(early.index) <= set(late.index)
    pd.testing.assert_series_equal(early, late.loc[early.index])


def test_regression_on_the_raw_scores_of_2014() -> None:
    raw = eq.load_study("open-data-barometer-2014").raw
    fit = sm.OLS(raw["OPEN"], sm.add_constant(raw[["LEAD", "DEM", "FIN", "HUM"]])).fit()
    np.testing.assert_allclose(fit.params.iloc[1:], [3.256, 1.513, 1.484, 1.827], atol=5e-4)
    np.testing.assert_allclose(fit.get_robustcov_results("HC3").bse[1:], [1.075, 1.059, 1.331, 1.132], atol=5e-4)
    assert fit.rsquared == pytest.approx(0.674, abs=5e-4)


# ---------------------------------------------------------------------- what the notes and READMEs say, from the data


def test_caveats_of_2014() -> None:
    study = eq.load_study("open-data-barometer-2014")
    calibrated = study.calibrate()
    open_countries = set(calibrated.cases[calibrated.fuzzy["OPEN"] > 0.5])
    consistency, pri, cases = row(calibrated, "LEAD*~DEM*FIN*HUM")
    assert consistency > 0.8
    assert 0.59 < pri < study.methods["fsqca"]["pri_cutoff"] == 0.6
    assert pri == pytest.approx(0.595, abs=5e-4)
    assert cases == ["Chile", "Singapore"]
    assert {"Chile", "Singapore"} & open_countries == {"Chile"}
    assert len(row(calibrated, "LEAD*DEM*FIN*HUM")[2]) == 23
    assert row(calibrated, "LEAD*DEM*~FIN*HUM")[2] == ["Portugal", "Tunisia"]
    assert {"Portugal", "Tunisia"} & open_countries == {"Portugal"}
    assert row(calibrated, "LEAD*DEM*FIN*~HUM")[2] == ["New Zealand", "Uruguay"]
    assert {"New Zealand", "Uruguay"} <= open_countries
    for words in ("Chile and Singapore", "Portugal and", "Tunisia"):
        assert words in study.note.replace("\n", " ")
        assert words in readme("open-data-barometer-2014").replace("\n  ", " ")


def test_caveats_of_2013() -> None:
    calibrated = eq.load_study("open-data-barometer-2013").calibrate()
    outcome = calibrated.fuzzy["OPEN"]
    _, _, all_four = row(calibrated, "LEAD*DEM*FIN*HUM")
    assert len(all_four) == 19
    without = [case for case in all_four if outcome[case] < 0.5]
    assert without == ["Brazil", "Czech Republic", "Finland", "Russia", "Singapore", "Tunisia"]
    for expression, figure, cases in (
        ("LEAD*DEM*FIN*~HUM", 0.504, ["Austria", "Canada", "India", "Kenya", "Malawi", "Thailand"]),
        ("LEAD*~DEM*FIN*HUM", 0.501, ["Chile", "Korea"]),
    ):
        consistency, pri, found = row(calibrated, expression)
        assert consistency > 0.8
        assert pri == pytest.approx(figure, abs=6e-4)
        assert found == cases


def test_the_panel_is_both_editions_row_by_row() -> None:
    panel, editions = (
        eq.load_study(PANEL),
        {year: eq.load_study(f"open-data-barometer-{year}") for year in (2013, 2014)},
    )
    assert (panel.unit, panel.time) == ("country", "year")
    assert panel.data.index.tolist() == [f"{row.country} {row.year}" for row in panel.data.itertuples()]
    memberships = panel.calibrate().fuzzy
    for year, edition in editions.items():
        rows = panel.data[panel.data["year"] == year].drop(columns="year").set_index("country")
        pd.testing.assert_frame_equal(rows, edition.data[rows.columns].loc[rows.index])
        assert len(rows) == len(edition.data)
        again = memberships.loc[[f"{country} {year}" for country in edition.data.index]]
        pd.testing.assert_frame_equal(again.set_axis(edition.data.index), edition.calibrate().fuzzy)
    assert panel.methods == editions[2014].methods
    assert [proposition.model_dump() for proposition in panel.propositions] == [
        proposition.model_dump() for proposition in editions[2014].propositions
    ]


def test_caveats_of_the_panel() -> None:
    calibrated, text = eq.load_study(PANEL).calibrate(), readme(PANEL)
    data, outcome = calibrated.data, calibrated.fuzzy["OPEN"] > 0.5
    seen = data.groupby("country")["year"].agg(list)
    assert (seen.map(len) == 2).sum() == 77
    only = seen.index[seen.map(lambda years: years == [2014])].tolist()
    assert f"{', '.join(only[:-1])}" in text.replace(",\n", ", ")
    assert len(only) == 9
    assert [(outcome & (data["year"] == year)).sum() for year in (2013, 2014)] == [20, 29]
    x = calibrated.fuzzy[["LEAD", "DEM", "FIN"]].min(axis=1)
    low = np.minimum(x, calibrated.fuzzy["OPEN"])
    by_year = [low[data["year"] == year].sum() / x[data["year"] == year].sum() for year in (2013, 2014)]
    assert [round(each, 3) for each in (low.sum() / x.sum(), *by_year)] == [0.82, 0.773, 0.865]
    assert [f"{row(calibrated, each)[1]:.3f}" for each in ("LEAD*~DEM*FIN*HUM", "LEAD*DEM*~FIN*HUM")] == [
        "0.550",
        "0.557",
    ]
    _, _, all_four = row(calibrated, "LEAD*DEM*FIN*HUM")
    assert (len(all_four), outcome[all_four].sum()) == (42, 32)
    table = truth_table(calibrated.crisp, outcome="OPEN", **eq.load_study(PANEL).methods["csqca"])
    assert minimize(table, "intermediate").models == []
    assert "rescaled" in calibrated.note
    assert "rescaled within each year" in text


@pytest.mark.parametrize(
    ("name", "column", "score", "count"),
    [
        ("open-data-barometer-2014", "init", 5, 14),
        ("open-data-barometer-2014", "supin", 3, 14),
        ("open-data-barometer-2014", "supin", 2, 10),
        ("open-data-barometer-2013", "init", 5, 14),
        ("open-data-barometer-2013", "csoc", 5, 11),
        ("open-data-barometer-2013", "train", 5, 9),
        ("open-data-barometer-2013", "train", 4, 20),
        ("open-data-barometer-2013", "supin", 2, 11),
        ("open-data-barometer-2013", "supin", 3, 8),
        (PANEL, "init", 5, 28),
        (PANEL, "csoc", 5, 23),
        (PANEL, "train", 5, 18),
        (PANEL, "supin", 2, 21),
        (PANEL, "supin", 3, 22),
    ],
)
def test_countries_beside_a_crossover(name: str, column: str, score: int, count: int) -> None:
    assert (eq.load_study(name).data[column] == score).sum() == count


def test_correlations_named_in_the_readme() -> None:
    scores = eq.load_study("open-data-barometer-2014").data[["init", "csoc", "supin", "train"]]
    among = scores.corr(method="spearman").to_numpy()[np.triu_indices(4, 1)]
    assert (round(among.min(), 2), round(among.max(), 2)) == (0.74, 0.80)


@pytest.mark.parametrize(
    ("name", "pri_cutoff", "paths"),
    [
        ("open-data-barometer-2014", 0.6, {"LEAD*DEM*FIN", "LEAD*DEM*HUM"}),
        ("open-data-barometer-2014", 0.59, {"LEAD*DEM*FIN", "LEAD*DEM*HUM", "LEAD*FIN*HUM"}),
        ("open-data-barometer-2013", 0.6, {"LEAD*DEM*FIN*HUM"}),
        ("open-data-barometer-2013", 0.5, {"LEAD*DEM*FIN", "LEAD*FIN*HUM"}),
        (PANEL, 0.6, {"LEAD*DEM*FIN"}),
        (PANEL, 0.55, {"LEAD*DEM*FIN", "LEAD*DEM*HUM", "LEAD*FIN*HUM"}),
        ("heilongjiang", 0.5, {"LEAD*DEM", "LEAD*FIN*HUM", "DEM*FIN*HUM"}),
    ],
)
def test_paths_turn_on_the_pri_cutoff_as_the_readmes_say(name: str, pri_cutoff: float, paths: set[str]) -> None:
    study = eq.load_study(name)
    settings = study.methods["fsqca"] | {"pri_cutoff": pri_cutoff}
    table = truth_table(study.calibrate().fuzzy, outcome="OPEN", **settings)
    present = {condition.name: 1 for condition in study.conditions}
    models = minimize(table, "intermediate", expectations=present).models
    assert [set(model.terms) for model in models] == [paths]
