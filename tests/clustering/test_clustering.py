"""The method ``clustering``, against scikit-learn and scipy called directly."""

import doctest
import json
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.cluster import hierarchy
from scipy.spatial import distance
from sklearn.cluster import AgglomerativeClustering, KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import adjusted_rand_score, jaccard_score, silhouette_samples, silhouette_score
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler

import equifinal as eq
from equifinal import sets
from equifinal.study.propositions import Equifinal, Influence, Joint, Necessary, Sufficient, Together
from equifinal_clustering import Clustering, partition
from equifinal_clustering.validation import clusters_by_gap, fuzzy_memberships, stability

CONDITIONS = ["LEAD", "DEM", "FIN", "HUM"]
DIRECT = {"method": "direct", "full_out": 1, "crossover": 5, "full_in": 9}
VARIANTS = [
    {},
    {"scale": "membership"},
    {"n_clusters": 5},
    {"algorithm": "kmeans", "max_clusters": 4},
    {"algorithm": "kmeans", "n_clusters": 6, "scale": "membership"},
    {"algorithm": "gaussian-mixture", "n_clusters": 3},
    {"algorithm": "gaussian-mixture", "max_clusters": 3, "covariance_type": "diag"},
    {"n_clusters_by": "gap", "gap_samples": 10},
]


@pytest.fixture(scope="module")
def countries() -> eq.CalibratedStudy:
    return eq.load_study("open-data-barometer-2014").calibrate()


@pytest.fixture(scope="module")
def untied() -> eq.CalibratedStudy:
    """The countries with scores moved a little, so that no two merges are tied."""
    study = eq.load_study("open-data-barometer-2014")
    rng = np.random.default_rng(0)
    columns = [condition.column for condition in study.conditions]
    data = study.data.assign(**{column: study.data[column] + rng.uniform(-0.1, 0.1, 86) for column in columns})
    return eq.Study(name="untied", data=data, outcome=study.outcome, conditions=study.conditions).calibrate()


def analyze(calibrated: eq.CalibratedStudy, seed: int = 0, **parameters: object) -> eq.Analysis:
    analysis = Clustering(**parameters).analyze(calibrated, np.random.default_rng(seed))
    analysis.check_against(calibrated)
    return analysis


def made(frame: pd.DataFrame, calibrate: dict[str, object] | None = None) -> eq.CalibratedStudy:
    """A study of the columns A, B, ... and the outcome y."""
    calibrate = {name: DIRECT for name in frame.columns if name != "y"} | (calibrate or {})
    return eq.Study(
        name="made",
        data=frame,
        outcome=eq.Variable("Y", "y", calibrate=DIRECT),
        conditions=[eq.Variable(name, calibrate=anchors) for name, anchors in calibrate.items()],
    ).calibrate()


def blobs(sizes: tuple[int, ...] = (8, 10, 12), seed: int = 1) -> pd.DataFrame:
    """Groups far from each other along both conditions; the outcome falls from group to group."""
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(len(sizes)), sizes)
    frame = pd.DataFrame({"A": 9.0 - 3 * group, "B": 8.0 - 3 * group, "y": 8.5 - 2.5 * group})
    frame += rng.normal(0, 0.2, frame.shape)
    return frame.set_axis([f"case {number}" for number in range(len(frame))])


def scores_of(calibrated: eq.CalibratedStudy, scale: str = "standardized") -> pd.DataFrame:
    if scale == "membership":
        return calibrated.fuzzy[list(calibrated.condition_names)]
    raw = calibrated.raw[list(calibrated.condition_names)]
    return (raw - raw.mean()) / raw.std()


# ------------------------------------------------------------------------------------------------ the numbers


@pytest.mark.parametrize("scale", ["standardized", "membership"])
@pytest.mark.parametrize("count", [2, 3, 4, 7])
def test_ward_equals_scikit_learn(untied: eq.CalibratedStudy, scale: str, count: int) -> None:
    analysis = analyze(untied, scale=scale, n_clusters=count)
    scores = scores_of(untied, scale)
    direct = AgglomerativeClustering(count, linkage="ward").fit_predict(scores)
    groups = analysis.cases["group"]
    assert adjusted_rand_score(direct, groups[scores.index]) == 1
    assert analysis.fit["n_clusters"] == groups.nunique() == count
    np.testing.assert_allclose(
        analysis.cases.loc[scores.index, "silhouette"], silhouette_samples(scores, direct), atol=1e-9
    )
    assert analysis.fit["silhouette"] == pytest.approx(silhouette_score(scores, direct))


@pytest.mark.parametrize("scale", ["standardized", "membership"])
def test_number_of_clusters_has_the_highest_silhouette(untied: eq.CalibratedStudy, scale: str) -> None:
    analysis = analyze(untied, scale=scale, max_clusters=6)
    scores = scores_of(untied, scale)
    expected = {
        count: silhouette_score(scores, AgglomerativeClustering(count, linkage="ward").fit_predict(scores))
        for count in range(2, 7)
    }
    tried = analysis.tables["silhouettes"]["silhouette"]
    assert tried.to_dict() == pytest.approx(expected)
    assert analysis.fit["n_clusters"] == max(expected, key=expected.get)


def test_kmeans_equals_scikit_learn(countries: eq.CalibratedStudy) -> None:
    analysis = analyze(countries, algorithm="kmeans", n_clusters=3, scale="membership")
    scores = scores_of(countries, "membership")
    direct = KMeans(3, n_init=50, random_state=1).fit(scores)
    assert adjusted_rand_score(direct.labels_, analysis.cases["group"][scores.index]) == 1
    assert analysis.fit["inertia"] == pytest.approx(direct.inertia_)
    means = countries.fuzzy[CONDITIONS].groupby(analysis.cases["group"]).mean()
    np.testing.assert_allclose(analysis.native.points, means, atol=1e-9)


def test_mixture_equals_scikit_learn() -> None:
    study = made(blobs())
    analysis = analyze(study, algorithm="gaussian-mixture", n_clusters=3)
    scores = scores_of(study)
    direct = GaussianMixture(3, n_init=20, random_state=1).fit(scores.to_numpy())
    assert adjusted_rand_score(direct.predict(scores.to_numpy()), analysis.cases["group"][scores.index]) == 1
    assert analysis.fit["bic"] == pytest.approx(direct.bic(scores.to_numpy()), rel=1e-3)
    posterior = direct.predict_proba(scores.to_numpy()).max(axis=1)
    np.testing.assert_allclose(analysis.cases.loc[scores.index, "probability"], posterior, atol=1e-3)
    # Each row names the mixture's component: the nearest mean of the fitted mixture.
    means = scores_of(study).groupby(analysis.cases["group"]).mean()
    np.testing.assert_allclose(
        analysis.native.model.means_[analysis.configurations["component"]],
        means.loc[analysis.configurations.index],
        atol=0.05,
    )


def test_linkage_is_scipys_with_the_cases_in_the_studys_order(untied: eq.CalibratedStudy) -> None:
    table = analyze(untied).tables["linkage"]
    tree = table.to_numpy(dtype=float)
    assert hierarchy.is_valid_linkage(tree)
    np.testing.assert_allclose(table["distance"], hierarchy.linkage(scores_of(untied), "ward")[:, 2])
    cut = hierarchy.fcluster(tree, 4, "maxclust")
    assert adjusted_rand_score(cut, analyze(untied, n_clusters=4).cases["group"]) == 1
    assert sorted(hierarchy.dendrogram(tree, labels=list(untied.cases), no_plot=True)["ivl"]) == sorted(untied.cases)


@pytest.mark.parametrize("count", [2, 4])
def test_conditions_are_kruskal_and_wallis(countries: eq.CalibratedStudy, count: int) -> None:
    analysis = analyze(countries, n_clusters=count)
    for name in CONDITIONS:
        by_group = [values for _, values in countries.raw[name].groupby(analysis.cases["group"])]
        direct = stats.kruskal(*by_group)
        row = analysis.conditions.loc[name]
        assert row["statistic"] == pytest.approx(direct.statistic)
        assert row["p_value"] == pytest.approx(direct.pvalue)
        # Epsilon squared is the R² of the ranks on the clusters.
        ranks = countries.raw[name].rank()
        between = ranks.groupby(analysis.cases["group"]).transform("mean")
        assert row["epsilon_squared"] == pytest.approx(between.var() / ranks.var())


def test_role_and_direction() -> None:
    frame = blobs()
    frame["C"] = np.random.default_rng(3).uniform(0, 10, len(frame))  # does not differ
    frame["D"] = 10 - frame["A"]  # falls where the outcome rises
    frame["E"] = [
        7.0 + 0.01 * number if 8 <= number < 18 else 3 + 0.01 * number for number in range(30)
    ]  # middle group
    analysis = analyze(made(frame[["A", "B", "C", "D", "E", "y"]]), n_clusters=3)
    assert analysis.configurations["n"].tolist() in ([8, 10, 12], [10, 8, 12], [8, 12, 10], [10, 12, 8])
    assert set(analysis.conditions["role"]) == {"none"}  # clusters differ on what they were formed from
    assert (analysis.conditions["p_value"] < 0.05).tolist() == [True, True, False, True, True]
    assert analysis.conditions["direction"].tolist() == [1, 1, 0, -1, 0]
    strict = analyze(made(frame[["A", "B", "C", "D", "E", "y"]]), n_clusters=3, alpha=1e-12)
    assert set(strict.conditions["role"]) == {"none"}
    assert set(strict.conditions["direction"]) == {0}


@pytest.mark.parametrize("parameters", VARIANTS, ids=str)
def test_configurations_describe_the_clusters(countries: eq.CalibratedStudy, parameters: dict[str, object]) -> None:
    analysis = analyze(countries, **parameters)
    outcome, groups = countries.fuzzy["OPEN"], analysis.cases["group"]
    assert list(analysis.configurations.index) == [f"cluster {n + 1}" for n in range(groups.nunique())]
    for label, row in analysis.configurations.iterrows():
        inside = groups == label
        assert row["cases"] == list(groups.index[inside])
        assert row["n"] == inside.sum()
        assert row["mean_outcome"] == pytest.approx(outcome[inside].mean())
        assert row["consistency"] == pytest.approx(sets.consistency(inside.astype(float), outcome))
        assert row["coverage"] == pytest.approx(sets.coverage(inside.astype(float), outcome))
        assert row["silhouette"] == pytest.approx(analysis.cases.loc[inside, "silhouette"].mean())
        assert row[CONDITIONS].tolist() == pytest.approx(countries.raw.loc[inside, CONDITIONS].mean().tolist())
        means = countries.fuzzy.loc[inside, CONDITIONS].mean()
        assert row["expression"] == "*".join(name if mean > 0.5 else f"~{name}" for name, mean in means.items())
        profile = analysis.tables["profiles"].query("cluster == @label").set_index("condition")
        np.testing.assert_allclose(profile["membership"], means)
        np.testing.assert_allclose(profile["raw"], row[CONDITIONS].astype(float))
        assert analysis.cases.loc[inside, "predicted"].eq(row["mean_outcome"]).all()
    scale = "membership" if parameters.get("scale") == "membership" else "standardized"
    means = scores_of(countries, scale).mean(axis=1).groupby(groups).mean()
    assert means.loc[list(analysis.configurations.index)].is_monotonic_decreasing


# ------------------------------------------------------------------------------------------- gap statistic


def within(scores: np.ndarray, labels: np.ndarray) -> float:
    """Pooled sum of pairwise squared distances over twice the size, as the paper writes it."""
    parts = [scores[labels == label] for label in set(labels)]
    return sum(distance.cdist(part, part, "sqeuclidean").sum() / (2 * len(part)) for part in parts)


def ward_labels(scores: np.ndarray, count: int) -> np.ndarray:
    return AgglomerativeClustering(count, linkage="ward").fit_predict(scores)


def test_gap_statistic_equals_one_of_scikit_learn(untied: eq.CalibratedStudy) -> None:
    analysis = analyze(untied, n_clusters_by="gap", max_clusters=5, gap_samples=200)
    table = analysis.tables["gap"]
    scores = scores_of(untied).to_numpy()
    expected = [np.log(within(scores, ward_labels(scores, count))) for count in range(1, 6)]
    assert table["log_within"].tolist() == pytest.approx(expected)
    # The reference draws are others, so that their mean agrees within its own error only.
    rng, pca = np.random.default_rng(11), PCA().fit(scores)
    along = pca.transform(scores)
    drawn = []
    for _ in range(200):
        even = pca.inverse_transform(rng.uniform(along.min(axis=0), along.max(axis=0), along.shape))
        drawn.append([np.log(within(even, ward_labels(even, count))) for count in range(1, 6)])
    spread = np.std(drawn, axis=0)
    assert (np.abs(table["expected"] - np.mean(drawn, axis=0)) < 4 * spread * np.sqrt(2 / 200)).all()
    np.testing.assert_allclose(table["standard_error"], spread * np.sqrt(1 + 1 / 200), rtol=0.25)
    np.testing.assert_allclose(table["gap"], table["expected"] - table["log_within"])
    gap, error = table["gap"], table["standard_error"]
    rule = [count for count in range(1, 5) if gap[count] >= gap[count + 1] - error[count + 1]]
    assert analysis.fit["n_clusters"] == (rule[0] if rule else 5)


def test_a_close_choice_by_the_gap_is_noted(countries: eq.CalibratedStudy) -> None:
    found = [analyze(countries, seed, n_clusters_by="gap") for seed in range(2)]
    assert [analysis.fit["n_clusters"] for analysis in found] == [4, 2]  # the samples decide
    assert analyze(countries, n_clusters_by="gap", gap_samples=200).fit["n_clusters"] == 2
    assert all(any("so close that other samples" in note for note in analysis.notes) for analysis in found)


@pytest.mark.parametrize("algorithm", ["ward", "kmeans"])
def test_gap_statistic_finds_the_groups_and_their_absence(algorithm: str) -> None:
    parameters = {"algorithm": algorithm, "n_clusters_by": "gap", "gap_samples": 15, "max_clusters": 5}
    frame = blobs((20, 20, 20))
    for name, places in {"A": [1.0, 9, 5], "B": [1.0, 2, 9]}.items():
        frame[name] = np.repeat(places, 20) + np.random.default_rng(ord(name)).normal(0, 0.3, 60)
    analysis = analyze(made(frame), **parameters)
    assert analysis.fit["n_clusters"] == 3
    assert adjusted_rand_score(np.repeat([0, 1, 2], 20), analysis.cases["group"]) == 1
    even = pd.DataFrame(np.random.default_rng(2).uniform(0, 10, (60, 3)), columns=["A", "B", "y"])
    analysis = analyze(made(even), **parameters)
    assert analysis.fit["n_clusters"] == 1
    assert analysis.cases["group"].eq("cluster 1").all()
    assert any("one cluster only" in note for note in analysis.notes)
    assert set(analysis.conditions["role"]) == {"none"}
    predicted = analysis.method.predict(analysis, made(even).without_outcome())
    assert predicted.tolist() == analysis.cases["predicted"].tolist()
    assert json.loads(json.dumps(analysis.to_dict(), allow_nan=False))["fit"]["n_clusters"] == 1


def test_gap_rule() -> None:
    def chosen(gap: list[float], error: list[float]) -> tuple[int, list[str]]:
        number, notes = clusters_by_gap(
            pd.DataFrame({"gap": gap, "standard_error": error}, index=[1, 2, 4]), samples=99
        )
        return number, ["rises" if "still rises" in note else note.split(" with more")[0][-1] for note in notes]

    assert chosen([0.5, 0.4, 0.9], [0.01, 0.01, 0.01]) == (1, [])
    assert chosen([0.5, 0.6, 0.65], [0.01, 0.2, 0.01]) == (1, [])
    assert chosen([0.5, 0.6, 0.62], [0.01, 0.01, 0.06]) == (2, [])
    assert chosen([0.5, 0.6, 0.7], [0.01, 0.01, 0.01]) == (4, ["rises"])
    # 1 misses by 0.002 and 2 holds by 0.04; the errors of the means are sqrt(2) 0.05 / 10.
    assert chosen([0.5, 0.552, 0.562], [0.05, 0.05, 0.05]) == (2, ["1"])
    assert chosen([0.5, 0.6, 0.65], [0.05, 0.05, 0.05]) == (2, ["2"])


def test_gap_of_cases_that_are_copies() -> None:
    corners = pd.DataFrame({"A": [1.0, 9, 5], "B": [1.0, 2, 9], "y": [1.0, 5, 9]})
    frame = pd.concat([corners] * 5).set_axis([f"case {number}" for number in range(15)])
    analysis = analyze(made(frame), n_clusters_by="gap", gap_samples=10)
    assert analysis.fit["n_clusters"] == 3
    assert np.isinf(analysis.tables["gap"].loc[3, "gap"])
    assert any("still rises at 3 clusters" in note for note in analysis.notes)


# ---------------------------------------------------------------------- stability, tree, fuzzy memberships


def test_stability_is_the_clusterwise_jaccard(untied: eq.CalibratedStudy) -> None:
    scores = scores_of(untied).to_numpy()
    labels = ward_labels(scores, 3)
    table = stability(
        scores, labels, lambda some, counts: [ward_labels(some, c) for c in counts], 30, np.random.default_rng(5)
    )
    rng, found = np.random.default_rng(5), []
    for _ in range(30):
        drawn = sorted(set(rng.integers(86, size=86)))
        again = ward_labels(scores[drawn], 3)
        found.append(
            [max(jaccard_score(labels[drawn] == mine, again == other) for other in range(3)) for mine in range(3)]
        )
    found = np.array(found)
    np.testing.assert_allclose(table["jaccard"], found.mean(axis=0))
    np.testing.assert_allclose(table["recovered"], (found > 0.75).mean(axis=0))
    np.testing.assert_allclose(table["dissolved"], (found <= 0.5).mean(axis=0))
    assert table["samples"].tolist() == [30, 30, 30]


def test_a_cluster_that_is_not_drawn_has_no_similarity() -> None:
    scores = np.array([[0.0], [0.1], [0.2], [0.3], [50.0]])
    labels = np.array([0, 0, 0, 0, 1])
    table = stability(
        scores, labels, lambda some, counts: [ward_labels(some, c) for c in counts], 40, np.random.default_rng(1)
    )
    rng = np.random.default_rng(1)
    assert table.loc[1, "samples"] == sum(4 in rng.integers(5, size=5) for _ in range(40)) < 40
    assert table.loc[1, "jaccard"] == 1


@pytest.mark.parametrize("algorithm", ["ward", "kmeans", "gaussian-mixture"])
def test_stable_and_unstable_clusters(algorithm: str) -> None:
    study = made(blobs())
    parameters = {"algorithm": algorithm, "n_clusters": 3, "bootstrap": 20, "covariance_type": "spherical"}
    analysis = analyze(study, **parameters)
    assert analysis.tables["stability"]["jaccard"].eq(1).all()
    assert list(analysis.tables["stability"].index) == list(analysis.configurations.index)
    assert not any("not stable" in note for note in analysis.notes)
    even = pd.DataFrame(np.random.default_rng(2).uniform(0, 10, (40, 4)), columns=[*"ABC", "y"])
    analysis = analyze(made(even), **parameters | {"n_clusters": 4})
    unstable = analysis.tables["stability"]["jaccard"] < 0.75
    assert unstable.any()
    assert sum("not stable" in note for note in analysis.notes) == unstable.sum()
    assert "stability" not in analyze(study).tables


def test_stability_does_not_depend_on_the_order_of_the_cases(countries: eq.CalibratedStudy) -> None:
    shuffled = countries.subset(np.random.default_rng(3).permutation(countries.cases))
    one, other = (analyze(each, n_clusters=2, bootstrap=10) for each in (countries, shuffled))
    pd.testing.assert_frame_equal(one.tables["stability"], other.tables["stability"])


def test_cophenetic_correlation_equals_scipy(untied: eq.CalibratedStudy) -> None:
    scores = scores_of(untied)
    heights = hierarchy.cophenet(hierarchy.linkage(scores, "ward"))
    expected = np.corrcoef(heights, distance.pdist(scores))[0, 1]
    for count in (2, 5):
        assert analyze(untied, n_clusters=count).fit["cophenetic_correlation"] == pytest.approx(expected)
    assert "cophenetic_correlation" not in analyze(untied, algorithm="kmeans", n_clusters=3).fit


def test_fuzzy_memberships_by_hand(countries: eq.CalibratedStudy) -> None:
    # Distances 1 and 3: 1 / (1 + 1/9); at a centre all; halfway a half; at two centres a half each.
    found = fuzzy_memberships(np.array([[1.0], [0.0], [2.0]]), np.array([[0.0], [4.0]]))
    np.testing.assert_allclose(found, [[0.9, 0.1], [1, 0], [0.5, 0.5]])
    found = fuzzy_memberships(np.array([[0.0], [1.0]]), np.array([[0.0], [0.0], [2.0]]))
    np.testing.assert_allclose(found, [[0.5, 0.5, 0], [1 / 3] * 3])
    analysis = analyze(countries, n_clusters=4)
    table, scores = analysis.tables["fuzzy_membership"], scores_of(countries)
    centers = scores.groupby(analysis.cases["group"]).mean()
    for case in ("Argentina", "Japan", "Benin"):
        apart = {name: np.linalg.norm(scores.loc[case] - center) for name, center in centers.iterrows()}
        for name, own in apart.items():
            expected = 1 / sum((own / other) ** 2 for other in apart.values())
            assert table.loc[case, name] == pytest.approx(expected)
    np.testing.assert_allclose(table.sum(axis=1), 1)


# ------------------------------------------------------------------------------- groups known beforehand


@pytest.mark.parametrize("count", [2, 4])
def test_ward_against_the_barometers_own_groups(countries: eq.CalibratedStudy, count: int) -> None:
    analysis = analyze(countries, n_clusters=count, reference_column="cluster")
    own, groups = countries.data["cluster"], analysis.cases["group"]
    table = analysis.tables["reference_groups"]
    assert analysis.fit["adjusted_rand"] == pytest.approx(adjusted_rand_score(own, groups))
    assert table.shape == (count, 4)
    for group in table.index:
        for name in table.columns:
            assert table.loc[group, name] == ((groups == group) & (own == name)).sum()
    assert table.to_numpy().sum() == 86

    # Hubert & Arabie's formula, from the table alone.
    def pairs(numbers: object) -> float:
        return float((np.asarray(numbers) * (np.asarray(numbers) - 1) / 2).sum())

    rows, columns = pairs(table.sum(axis=1)), pairs(table.sum())
    chance = rows * columns / pairs(86)
    by_hand = (pairs(table) - chance) / ((rows + columns) / 2 - chance)
    assert analysis.fit["adjusted_rand"] == pytest.approx(by_hand)
    assert round(by_hand, 3) == {2: 0.351, 4: 0.249}[count]  # the figures in the documentation


def test_groups_that_are_missing_or_unknown() -> None:
    frame = blobs()
    group = pd.Series(np.repeat(["x", "y", "z"], (8, 10, 12)), index=frame.index, dtype=object)
    known = group.where(~group.index.isin(["case 3", "case 20"]))
    base = made(frame)
    with_groups = eq.Study(
        name="made",
        data=frame.assign(g=known, h=pd.Series(np.nan, index=frame.index)),
        outcome=base.outcome,
        conditions=base.conditions,
    ).calibrate()
    analysis = analyze(with_groups, reference_column="g")
    assert analysis.fit["adjusted_rand"] == 1
    assert analysis.tables["reference_groups"].to_numpy().sum() == 28
    assert any("2 cases have no value: case 3, case 20" in note for note in analysis.notes)
    analysis = analyze(with_groups, reference_column="h")
    assert np.isnan(analysis.fit["adjusted_rand"])
    assert any("30 cases have no value" in note for note in analysis.notes)
    with pytest.raises(eq.InputError, match=r"'made'.*the column 'gg'.*Did you mean 'g'"):
        analyze(with_groups, reference_column="gg")


# ------------------------------------------------------------------------------------------------- invariances


@pytest.mark.parametrize("parameters", VARIANTS, ids=str)
def test_the_order_of_the_cases_does_not_matter(countries: eq.CalibratedStudy, parameters: dict[str, object]) -> None:
    shuffled = countries.subset(np.random.default_rng(3).permutation(countries.cases))
    one, other = analyze(countries, **parameters), analyze(shuffled, **parameters)
    pd.testing.assert_series_equal(other.cases["group"].reindex(countries.cases), one.cases["group"])
    pd.testing.assert_series_equal(other.cases["silhouette"].reindex(countries.cases), one.cases["silhouette"])
    pd.testing.assert_frame_equal(one.tables["silhouettes"], other.tables["silhouettes"])


def test_ties_are_broken_alike_in_every_order() -> None:
    """A grid: every merge is tied with others."""
    frame = pd.DataFrame(
        [(a, b, a + b) for a in range(1, 5) for b in range(1, 5)], columns=["A", "B", "y"], dtype=float
    )
    study = made(frame.set_axis([f"case {number}" for number in range(16)]))
    for parameters in ({}, {"n_clusters": 3}, {"algorithm": "kmeans", "n_clusters": 4}):
        groups = analyze(study, **parameters).cases["group"]
        for seed in range(5):
            order = np.random.default_rng(seed).permutation(study.cases)
            other = analyze(study.subset(order), **parameters).cases["group"]
            pd.testing.assert_series_equal(other.reindex(study.cases), groups)


def test_the_outcome_does_not_form_the_clusters() -> None:
    frame = blobs()
    other = frame.assign(y=np.random.default_rng(2).uniform(0, 10, len(frame)))
    for parameters in ({}, {"algorithm": "kmeans"}, {"algorithm": "gaussian-mixture", "max_clusters": 3}):
        one, two = analyze(made(frame), **parameters), analyze(made(other), **parameters)
        pd.testing.assert_series_equal(one.cases["group"], two.cases["group"])
        assert not np.allclose(one.cases["predicted"], two.cases["predicted"])


@pytest.mark.parametrize("algorithm", ["kmeans", "gaussian-mixture"])
def test_the_same_seed_gives_the_same_clusters(countries: eq.CalibratedStudy, algorithm: str) -> None:
    one, two = (analyze(countries, seed=7, algorithm=algorithm, n_clusters=4) for _ in range(2))
    pd.testing.assert_frame_equal(one.cases, two.cases, check_exact=True)


def test_a_negated_study_has_the_same_clusters(countries: eq.CalibratedStudy) -> None:
    negated = eq.load_study("open-data-barometer-2014").negated().calibrate()
    analysis, mirror = analyze(countries, n_clusters=3), analyze(negated, n_clusters=3)
    pd.testing.assert_series_equal(mirror.cases["group"], analysis.cases["group"])
    np.testing.assert_allclose(mirror.cases["predicted"], 1 - analysis.cases["predicted"])
    assert (mirror.conditions["direction"] == -analysis.conditions["direction"]).all()


# ------------------------------------------------------------------------------------------------ predictions


@pytest.mark.parametrize("parameters", VARIANTS, ids=str)
def test_predictions_agree_with_the_analysis_and_do_not_depend_on_other_cases(
    countries: eq.CalibratedStudy, parameters: dict[str, object]
) -> None:
    analysis = analyze(countries, **parameters)
    hidden = countries.without_outcome()
    predicted = analysis.method.predict(analysis, hidden)
    pd.testing.assert_series_equal(predicted, analysis.cases["predicted"], check_names=False, check_exact=True)
    refitted = analysis.method.refit(countries, np.random.default_rng(0))
    pd.testing.assert_series_equal(analysis.method.predict(refitted, hidden), predicted, check_exact=True)
    some = hidden.subset(countries.cases[[7, 3]])
    pd.testing.assert_series_equal(analysis.method.predict(analysis, some), predicted.iloc[[7, 3]], check_exact=True)


def split(countries: eq.CalibratedStudy, **parameters: object) -> tuple[eq.Analysis, pd.Series, np.ndarray, np.ndarray]:
    """The analysis of 60 countries, the predictions for 26, and both sets' scores on the training scale."""
    train, test = countries.train_and_test(np.arange(60), np.arange(60, 86))
    analysis = analyze(train, **parameters)
    scaler = StandardScaler().fit(train.raw[CONDITIONS])
    known, new = scaler.transform(train.raw[CONDITIONS]), scaler.transform(test.raw[CONDITIONS])
    return analysis, analysis.method.predict(analysis, test), known, new


def test_new_cases_under_ward_join_the_nearest_case(countries: eq.CalibratedStudy) -> None:
    analysis, predicted, known, new = split(countries, n_clusters=4)
    names = analysis.configurations.index
    to_cluster = np.column_stack(
        [
            NearestNeighbors(n_neighbors=1).fit(known[analysis.cases["group"] == name]).kneighbors(new)[0]
            for name in names
        ]
    )
    nearest = (to_cluster < to_cluster.min(axis=1, keepdims=True) + 1e-9).argmax(axis=1)  # the scores are whole: ties
    assert predicted.tolist() == analysis.configurations["mean_outcome"].iloc[nearest].tolist()


def test_new_cases_under_kmeans_join_the_nearest_mean(countries: eq.CalibratedStudy) -> None:
    analysis, predicted, known, new = split(countries, algorithm="kmeans", n_clusters=4)
    direct = KMeans(4, n_init=50, random_state=1).fit(known)
    outcome = analysis.cases["predicted"].groupby(direct.labels_).first()
    assert predicted.tolist() == pytest.approx(outcome.loc[direct.predict(new)].tolist())


def test_new_cases_under_the_mixture_join_the_most_probable_component() -> None:
    study = made(blobs((10, 10, 10)))
    train, test = study.train_and_test(np.arange(0, 30, 2), np.arange(1, 30, 2))
    analysis = analyze(train, algorithm="gaussian-mixture", n_clusters=3, covariance_type="spherical")
    predicted = analysis.method.predict(analysis, test)
    expected = analysis.cases["predicted"].to_numpy()  # neighbours are of one group
    assert predicted.tolist() == expected.tolist()
    assert predicted.nunique() == 3


def test_a_case_between_two_clusters_joins_the_one_with_the_lower_number() -> None:
    frame = pd.DataFrame({"A": [1.0, 2, 8, 9], "y": [2.0, 3, 7, 8]}, index=list("abcd"))
    study = made(frame)
    analysis = analyze(study, n_clusters=2)
    halfway = study.with_condition("A", [0, 1, 2, 3])
    middle = eq.Study(
        name="middle",
        data=pd.DataFrame({"A": [5.0, 4.9], "y": [1.0, 9.0]}, index=["e", "f"]),
        outcome=study.outcome,
        conditions=study.conditions,
    ).calibrate()
    predicted = analysis.method.predict(analysis, middle.without_outcome())
    assert predicted.tolist() == analysis.configurations["mean_outcome"].tolist()  # e: cluster 1 (tie), f: cluster 2
    assert analysis.method.predict(analysis, halfway).tolist() == analysis.cases["predicted"].tolist()


# ---------------------------------------------------------------------------------------- propositions, advice


def scaled_scores(study: eq.CalibratedStudy) -> np.ndarray:
    values = study.values("raw")
    return (values - values.mean(axis=0)) / values.std(axis=0, ddof=1)


@pytest.mark.parametrize("parameters", VARIANTS, ids=str)
def test_a_refit_answers_as_the_full_analysis_does(
    countries: eq.CalibratedStudy, parameters: dict[str, object]
) -> None:
    rng = np.random.default_rng(0)
    for seed in range(6):
        part = countries.subset(countries.cases[np.sort(rng.choice(86, 30, replace=False))])
        method = Clustering(**parameters)
        analysis, refit = (
            method.analyze(part, np.random.default_rng(seed)),
            method.refit(part, np.random.default_rng(seed)),
        )
        for _ in range(10):
            claim = Together(id="P", cases=tuple(rng.choice(part.cases, 2, replace=False)))
            full, short = method.assess(analysis, claim, part), method.assess(refit, claim, part)
            assert (full.answer, full.evidence, full.strength) == (short.answer, short.evidence, short.strength)


def test_together() -> None:
    study = made(blobs())
    analysis = analyze(study)
    assert analysis.fit["n_clusters"] == 3
    for cases, answer in (
        (("case 0", "case 1", "case 7"), "supported"),
        (("case 0", "case 8", "case 20"), "contradicted"),
        (("case 0", "case 1", "case 20"), "inconclusive"),
    ):
        verdict = analysis.method.assess(analysis, Together(id="P", cases=cases), study)
        assert verdict.answer == answer
        assert all(case in verdict.evidence for case in cases)
        silhouettes = silhouette_samples(scaled_scores(study), analysis.cases["group"])
        named = [study.cases.get_loc(case) for case in cases]
        assert verdict.strength == (pytest.approx(silhouettes[named].mean()) if answer == "supported" else None)
    part = study.subset(study.cases[:20])
    analysis = analyze(part, n_clusters=2)
    verdict = analysis.method.assess(analysis, Together(id="P", cases=("case 0", "case 29")), part)
    assert verdict.answer == "silent"
    verdict = analysis.method.assess(analysis, Together(id="P", cases=("case 0", "case 1", "case 29")), part)
    assert verdict.answer == "inconclusive"


@pytest.mark.parametrize(
    "proposition",
    [
        Necessary(id="P", expression="LEAD"),
        Sufficient(id="P", expression="LEAD"),
        Influence(id="P", condition="LEAD"),
        Joint(id="P", conditions=("LEAD", "DEM")),
        Equifinal(id="P"),
    ],
    ids=lambda proposition: proposition.claim,
)
def test_silence_is_explained(countries: eq.CalibratedStudy, proposition: eq.Proposition) -> None:
    analysis = analyze(countries)
    verdict = analysis.method.assess(analysis, proposition, countries)
    assert verdict.answer == "silent"
    assert verdict.evidence.endswith(".")


def test_advice_leads_to_the_nearest_cluster_that_has_the_outcome() -> None:
    frame = blobs()
    study = made(frame)
    analysis = analyze(study)
    outcome = analysis.configurations["mean_outcome"]
    assert (outcome > 0.5).tolist() == [True, True, False]
    advice = analysis.method.advise(analysis, study)
    lacking = study.fuzzy.index[study.fuzzy["Y"] < 0.5]
    assert list(advice.index) == list(lacking)
    second = frame.iloc[8:18].mean()
    for case, sentence in advice.items():
        assert "Nearest cluster with the outcome: cluster 2" in sentence
        assert f"A {frame.loc[case, 'A']:.4g} → {second['A']:.4g}" in sentence
        assert f"B {frame.loc[case, 'B']:.4g} → {second['B']:.4g}" in sentence


def test_advice_for_an_exception_and_without_a_target() -> None:
    frame = blobs()
    frame.loc["case 0", "y"] = 1.0
    study = made(frame)
    analysis = analyze(study)
    assert "Already in cluster 1" in analysis.method.advise(analysis, study)["case 0"]
    frame["y"] = [*np.linspace(1, 4, 29), 9.0]
    study = made(frame)
    analysis = analyze(study)
    assert analysis.method.advise(analysis, study).str.startswith("No cluster has a mean membership").all()


def test_advice_goes_with_the_direction_and_leaves_out_what_cannot_be_changed() -> None:
    frame = blobs((10, 12))
    frame["C"] = 10 - frame["A"]
    frame["y"] = frame["y"].where(frame["y"] > 7, 2.0)
    calibrated = eq.Study(
        name="made",
        data=frame,
        outcome=eq.Variable("Y", "y", calibrate=DIRECT),
        conditions=[
            eq.Variable("A", calibrate=DIRECT),
            eq.Variable("B", calibrate=DIRECT, manipulable=False),
            eq.Variable("C", calibrate=DIRECT),
        ],
    ).calibrate()
    analysis = analyze(calibrated)
    assert analysis.conditions["direction"].tolist() == [1, 1, -1]
    advice = analysis.method.advise(analysis, calibrated)
    assert len(advice) == 12
    assert not advice.str.contains("B ", regex=False).any()
    lower = analysis.configurations.loc["cluster 1", "C"]
    assert lower < analysis.configurations.loc["cluster 2", "C"]
    assert advice.str.contains(f"→ {lower:.4g}", regex=False).all()


# -------------------------------------------------------------------------------------------- states of the data


@pytest.mark.parametrize("algorithm", ["ward", "kmeans", "gaussian-mixture"])
def test_cases_that_are_all_alike_are_one_cluster(algorithm: str) -> None:
    frame = blobs()
    frame.loc[frame.index[:10], ["A", "B"]] = [3.0, 4.0]
    study = made(frame)
    for part in (study.subset(frame.index[:10]), study.subset(frame.index[:1]), study.subset(frame.index[[0, 20]])):
        analysis = analyze(part, algorithm=algorithm)
        assert analysis.cases["group"].eq("cluster 1").all()
        assert analysis.fit["n_clusters"] == 1
        assert np.isnan(analysis.fit["silhouette"])
        assert any("one cluster" in note for note in analysis.notes)
        assert set(analysis.conditions["role"]) == {"none"}
        predicted = analysis.method.predict(analysis, part.without_outcome())
        assert predicted.tolist() == analysis.cases["predicted"].tolist()
        cases = tuple(part.cases[:2]) if len(part.cases) > 1 else ("case 0", "case 1")
        assert analysis.method.assess(analysis, Together(id="P", cases=cases), part).answer == "silent"
        assert analysis.method.advise(analysis, part) is not None


@pytest.mark.parametrize("algorithm", ["ward", "kmeans", "gaussian-mixture"])
def test_identical_cases_share_a_cluster_and_limit_the_number(algorithm: str) -> None:
    frame = pd.concat([blobs((1, 1, 1))] * 4).set_axis([f"case {number}" for number in range(12)])
    study = made(frame)
    analysis = analyze(study, algorithm=algorithm, n_clusters=5, covariance_type="spherical")
    assert analysis.fit["n_clusters"] == 3
    assert any("5 clusters were asked for, but only 3" in note for note in analysis.notes)
    assert analysis.cases["group"].groupby(frame["A"].to_numpy()).nunique().eq(1).all()
    assert analysis.cases["silhouette"].eq(1).all()


def test_as_many_clusters_as_cases_are_single_cases() -> None:
    """As SciPy's cut; one more than there are cases is the same with a note."""
    calibrated = eq.load_study("heilongjiang").calibrate()
    single = analyze(calibrated, n_clusters=12)
    assert single.cases["group"].nunique() == 12
    assert any("A single case by itself" in note for note in single.notes)
    more = analyze(calibrated, n_clusters=13, bootstrap=20)
    assert any("13 clusters were asked for, but only 12" in note for note in more.notes)
    # A sample holds fewer cases than there are clusters: each is found again by itself whenever it is drawn.
    assert more.tables["stability"]["jaccard"].eq(1).all()


def test_clusters_that_depend_on_a_tie_are_noted(countries: eq.CalibratedStudy, untied: eq.CalibratedStudy) -> None:
    def noted(analysis: eq.Analysis) -> bool:
        return any("tied merges" in note for note in analysis.notes)

    # Five equally spaced cases: the pairs can be formed from either end.
    line = pd.DataFrame({"A": [1.0, 3, 5, 7, 9], "y": [1.0, 2, 3, 8, 9]}, index=list("abcde"))
    assert noted(analyze(made(line), n_clusters=2))
    assert not noted(analyze(made(blobs())))
    for count in (2, 3, 4, 5):
        assert not noted(analyze(untied, n_clusters=count))
    # Scores of the barometer are whole numbers: its two clusters stand in any order, its three do not.
    assert not noted(analyze(countries))
    assert noted(analyze(countries, n_clusters=3))
    found = set()
    for seed in range(20):
        shuffled = scores_of(countries).sample(frac=1, random_state=seed)
        labels = AgglomerativeClustering(3, linkage="ward").fit_predict(shuffled)
        found.add(frozenset(frozenset(shuffled.index[labels == label]) for label in range(3)))
    assert len(found) > 1


def test_ties_among_many_cases_are_looked_for_in_fewer_orders() -> None:
    side = np.arange(34.0)
    grid = pd.DataFrame([(a, b, a + b) for a in side for b in side], columns=["A", "B", "y"])
    analysis = analyze(made(grid.set_axis([f"case {number}" for number in range(34**2)])), n_clusters=5)
    assert any("tied merges" in note and "of 3 random orders" in note for note in analysis.notes)


def test_tied_merges_are_not_cut_apart() -> None:
    """Four pairs, all at one distance: two, four or eight clusters, but three only by an arbitrary choice."""
    frame = pd.DataFrame({"A": [0.0, 1, 4, 5, 20, 21, 24, 25], "y": np.arange(1.0, 9)}, index=list("abcdefgh"))
    study = made(frame)
    analysis = analyze(study, n_clusters=3)
    assert analysis.fit["n_clusters"] == 2
    assert any("3 clusters were asked for, but only 2" in note for note in analysis.notes)
    assert analyze(study, n_clusters=4).fit["n_clusters"] == 4


def test_a_constant_condition_has_no_influence_on_the_clusters() -> None:
    frame = blobs().assign(C=[3.0] * 29 + [9.0])
    study = made(frame[["A", "B", "C", "y"]])
    part = study.subset(study.cases[:29])
    analysis = analyze(part)
    without = analyze(made(frame[["A", "B", "y"]]).subset(study.cases[:29]))
    pd.testing.assert_series_equal(analysis.cases["group"], without.cases["group"])
    assert any("the same in all cases: C" in note for note in analysis.notes)
    assert analysis.conditions.loc["C", "role"] == "none"
    assert np.isnan(analysis.conditions.loc["C", "statistic"])


def test_conditions_without_calibration() -> None:
    study = made(blobs(), {"B": None})
    analysis = analyze(study)
    assert analysis.configurations["expression"].isna().all()
    assert any("no expression" in note and "B" in note for note in analysis.notes)
    assert analysis.conditions["direction"].tolist() == [1, 1]
    with pytest.raises(eq.InputError, match="no calibration for B"):
        analyze(study, scale="membership")


def test_a_mean_membership_of_one_half_is_left_out_of_the_expression() -> None:
    frame = pd.DataFrame({"A": [9.0, 9, 1, 1], "B": [1.0, 9, 1, 9], "y": [8.0, 9, 2, 1]}, index=list("abcd"))
    crisp = {"method": "crisp", "threshold": 5}
    analysis = analyze(made(frame, {"A": crisp, "B": crisp}), n_clusters=2)
    grouped = {
        tuple(cases): text
        for cases, text in zip(*analysis.configurations[["cases", "expression"]].T.values, strict=True)
    }
    expected = {("a", "b"): "A", ("c", "d"): "~A", ("a", "c"): "~B", ("b", "d"): "B"}
    assert len(grouped) == 2
    assert all(expected[cases] == text for cases, text in grouped.items())


def test_weak_structure_and_single_cases_are_noted(countries: eq.CalibratedStudy) -> None:
    assert not any("hardly any cluster structure" in note for note in analyze(countries).notes)
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.uniform(0, 10, (40, 5)), columns=[*"ABCD", "y"])
    analysis = analyze(made(frame), n_clusters=3)
    assert analysis.fit["silhouette"] < 0.25
    assert any("hardly any cluster structure" in note for note in analysis.notes)
    frame = blobs()
    frame.loc["case 29", ["A", "B"]] = [100.0, -100.0]
    analysis = analyze(made(frame))
    alone = analysis.cases.loc["case 29"]
    assert alone["silhouette"] == 0
    assert any(f"A single case by itself: {alone['group']}" in note for note in analysis.notes)


def test_a_full_covariance_of_few_cases_is_noted(countries: eq.CalibratedStudy) -> None:
    cities = eq.load_study("heilongjiang").calibrate()
    analysis = analyze(cities, algorithm="gaussian-mixture", n_clusters=4)
    assert any("too few for a full covariance matrix" in note for note in analysis.notes)


@pytest.mark.parametrize(
    "parameters", [{"n_clusters": 1}, {"algorithm": "dbscan"}, {"max_clusters": 1}, {"alpha": 1.0}]
)
def test_wrong_parameters(parameters: dict[str, object]) -> None:
    with pytest.raises(eq.InputError, match=next(iter(parameters))):
        Clustering.from_parameters(parameters)


# --------------------------------------------------------------------------------------------- as plain data


@pytest.mark.parametrize("algorithm", ["ward", "kmeans", "gaussian-mixture"])
def test_an_analysis_is_plain_data_and_can_be_pickled(countries: eq.CalibratedStudy, algorithm: str) -> None:
    analysis = analyze(countries, algorithm=algorithm, n_clusters=3)
    assert json.loads(json.dumps(analysis.to_dict(), allow_nan=False))["fit"]["n_clusters"] == 3
    again = pickle.loads(pickle.dumps(analysis))
    pd.testing.assert_frame_equal(again.cases, analysis.cases)
    hidden = countries.without_outcome()
    assert again.method.predict(again, hidden).tolist() == analysis.cases["predicted"].tolist()


def test_the_method_is_registered() -> None:
    assert eq.methods()["clustering"].cls is Clustering


def test_the_example_in_the_docs_runs() -> None:
    page = Path(__file__).parents[2] / "docs" / "clustering.md"
    tested = doctest.testfile(str(page), module_relative=False)
    assert tested.attempted > 0
    assert tested.failed == 0


def test_cases_with_numbers_for_names_can_be_propositioned_together():
    data = pd.DataFrame({"a": [1, 2, 9, 8.0], "b": [2, 1, 8, 9.0], "y": [10, 20, 90, 80.0]}, index=[101, 102, 103, 104])
    anchors = {"method": "direct", "full_out": 10, "crossover": 50, "full_in": 90}
    study = eq.Study(
        name="numbers",
        data=data,
        outcome=eq.Variable("Y", "y", calibrate=anchors),
        conditions=[eq.Variable("A", "a"), eq.Variable("B", "b")],
        propositions=[{"id": "P", "claim": "together", "cases": ["101", "102"]}],
    )
    comparison = eq.compare(eq.run(study, methods=["clustering"]))
    assert comparison.verdicts.loc["P", "clustering"] == "supported"


@given(st.integers(3, 30), st.integers(1, 4), st.integers(0, 10_000))
def test_cuts_of_the_tree_are_scipys_with_ties_too(cases, levels, seed):
    from scipy.cluster.hierarchy import fcluster, ward

    from equifinal_clustering.partition import distances_of, ward_cuts

    scores = np.random.default_rng(seed).integers(0, levels + 1, (cases, 2)).astype(float)  # few levels: many ties
    condensed = distances_of(scores)
    counts = list(range(2, cases))
    tree = ward(condensed)
    for count, cut in zip(counts, ward_cuts(condensed, counts), strict=True):
        wanted = fcluster(tree, count, "maxclust")
        assert len(set(zip(wanted, cut.labels, strict=True))) == len(set(wanted)) == cut.count


@given(st.integers(1, 40), st.integers(1, 4), st.integers(2, 60), st.booleans(), st.integers(0, 10_000))
def test_the_nearest_case_is_the_same_whether_all_are_looked_up_at_once_or_in_parts(cases, width, points, whole, seed):

    rng = np.random.default_rng(seed)
    draw = (
        (lambda n: rng.integers(0, 4, (n, width)).astype(float)) if whole else (lambda n: rng.normal(0, 9, (n, width)))
    )
    scores, seen = draw(cases), draw(points)
    distances = distance.cdist(scores, seen)
    wanted = [int(np.flatnonzero(row <= row.min() + 1e-12)[0]) for row in distances]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(partition, "_DISTANCES_AT_ONCE", 50)
        assert partition.closest(scores, seen).tolist() == wanted
    assert partition.closest(scores, seen).tolist() == wanted


# --------------------------------------------------------------------------------------- more cases than pairs can be kept of


def test_silhouettes_to_all_cases_are_those_of_scikit_learn_when_all_are_drawn(monkeypatch):
    """Against ``sklearn.metrics.silhouette_samples``, and against the exact ones of this plugin, where the sample is everybody."""

    monkeypatch.setattr(partition, "_DISTANCES_AT_ONCE", 500)  # several parts
    scores = np.random.default_rng(3).normal(size=(90, 3))
    several = [np.arange(90) % 3, np.r_[0, np.ones(89, dtype=np.int64)], np.zeros(90, dtype=np.int64)]
    found = partition.sampled_silhouettes_of(scores, several, seed=1)
    assert found[0] == pytest.approx(silhouette_samples(scores, several[0]), abs=1e-12)
    assert np.isnan(found[1][0])  # a case by itself: no other was drawn
    assert found[1][1:] == pytest.approx(silhouette_samples(scores, several[1])[1:], abs=1e-12)
    assert np.isnan(found[2]).all()


def test_sampled_silhouettes_are_near_the_exact_ones():

    rng = np.random.default_rng(4)
    labels = np.repeat([0, 1, 2], 1000)
    scores = rng.normal(size=(3000, 2)) + 4.0 * np.eye(3)[labels][:, :2]
    found = partition.sampled_silhouettes_of(scores, [labels], seed=1)[0]
    exact = silhouette_samples(scores, labels)
    assert found.mean() == pytest.approx(exact.mean(), abs=0.01)
    assert np.abs(found - exact).max() < 0.1


@pytest.mark.parametrize("algorithm", ["ward", "kmeans", "gaussian-mixture"])
def test_too_many_cases_for_pairs_are_clustered_without_them_and_it_is_said(algorithm, monkeypatch):

    monkeypatch.setattr(partition, "MOST_IN_PAIRS", 50)
    monkeypatch.setattr(partition, "SAMPLED", 60)
    monkeypatch.setattr(distance, "pdist", None)  # asked for, it would fail
    rng = np.random.default_rng(5)
    groups = np.repeat([0, 1, 2], 60)
    scores = rng.normal(size=(180, 2)) + 12.0 * np.eye(3)[groups][:, :2]
    frame = pd.DataFrame(50 + 3 * scores, columns=["a", "b"], index=[f"case {n}" for n in range(180)])
    frame["y"] = np.where(groups == 0, 80.0, 20.0) + rng.uniform(0, 5, 180)
    anchors = {"method": "direct", "full_out": 20, "crossover": 60, "full_in": 90}
    study = eq.Study(
        name="many",
        data=frame,
        outcome=eq.Variable("Y", "y", calibrate=anchors),
        conditions=[eq.Variable("A", "a"), eq.Variable("B", "b")],
    ).calibrate()
    method = Clustering(algorithm=algorithm, bootstrap=5)
    analysis = method.analyze(study, np.random.default_rng(0))
    assert len({*zip(groups, analysis.cases["group"], strict=True)}) == analysis.fit["n_clusters"] == 3
    assert analysis.fit["silhouette"] > 0.7
    assert "linkage" not in analysis.tables
    note = analysis.notes[0] + analysis.notes[1]
    assert "all pairs of 180 cases" in note
    assert ("took the place of Ward's tree" in note) is (algorithm == "ward")
    refit = method.refit(study, np.random.default_rng(0))
    assert method.predict(refit, study).tolist() == analysis.cases["predicted"].tolist()
