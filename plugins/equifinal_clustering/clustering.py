"""The method ``clustering``: groups of cases with similar conditions, formed without looking at the outcome."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import pydantic
from numpy.typing import NDArray

import equifinal as eq
from equifinal import sets
from equifinal_clustering.partition import (
    Partition,
    closest,
    cluster_means,
    distances_of,
    kmeans,
    mixture,
    numbered,
    orders,
    other_clusters,
    silhouettes_of,
    ward_cuts,
)
from equifinal_clustering.validation import (
    RECOVERED,
    Divide,
    clusters_by_gap,
    cophenetic_correlation,
    fuzzy_memberships,
    gap_statistic,
    stability,
)

__all__ = ["Clustering"]

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Scaling = tuple[Floats, Floats]

WEAK_STRUCTURE = 0.25  # Kaufman & Rousseeuw (1990, 88): "no substantial structure has been found"

_SILENT = {
    "necessary": "Clusters are formed without the outcome; they say nothing on necessity.",
    "sufficient": "Clusters are formed without the outcome; they say nothing on sufficiency.",
    "influence": "Clusters are formed without the outcome; they say nothing on what a condition does to it.",
    "joint": "Clusters show which conditions occur together, not whether they work together.",
    "equifinal": "A cluster is a group of similar cases, not a path to the outcome.",
}


class Clustering(eq.Method):
    """Clusters of cases with similar conditions.

    Only the conditions form the clusters: as z-scores (SD with n - 1) or as memberships, at Euclidean distance. What the
    clusters say about the outcome is read off afterwards: ``predicted`` is the mean outcome membership of a case's cluster.

    ``algorithm`` is ``"ward"`` (Ward 1963), ``"kmeans"`` (ten starts), or ``"gaussian-mixture"`` (ten starts). Without
    ``n_clusters``, the number from 2 to ``max_clusters`` with the highest mean silhouette (Rousseeuw 1987) is taken, the
    smaller one where two are equal; ``n_clusters_by = "gap"`` takes it by the gap statistic (Tibshirani, Walther & Hastie
    2001), which may also find that there is only one. Clusters are named ``cluster 1``, ``cluster 2``, ... by falling mean
    of their profile: cluster 1 has the highest scores throughout. Cases are put into a fixed order before anything is
    computed, so that the order of the table's rows does not matter.

    A case not seen before belongs to the cluster of the nearest case seen (Ward), of the nearest mean (k-means), or with
    the highest posterior probability (mixture). Ward's tree has no rule of its own for new cases; the nearest case is
    taken because it gives every case seen the cluster it has, which the nearest mean does not.

    ``bootstrap`` says how well each cluster is found again in samples of the cases (Hennig 2007), ``reference_column`` how
    far the clusters agree with groups known beforehand (adjusted Rand index: Hubert & Arabie 1985).

    The role of a condition is ``contributing`` when clusters differ on it (Kruskal & Wallis 1952). Its direction is that
    in which the clusters' means of condition and outcome go together, 0 unless they do so for every pair of clusters.

    Examples
    --------
    >>> import equifinal as eq, numpy as np
    >>> from equifinal_clustering import Clustering
    >>> study = eq.load_study("open-data-barometer-2014").calibrate()
    >>> analysis = Clustering().analyze(study, np.random.default_rng(0))
    >>> analysis.configurations[["expression", "n", "mean_outcome"]].round(2)
                         expression   n  mean_outcome
    cluster 1      LEAD*DEM*FIN*HUM  31          0.73
    cluster 2  ~LEAD*~DEM*~FIN*~HUM  55          0.19
    """

    name = "clustering"
    title = "Clustering"
    reference = (
        "Ward, J. H. (1963). Hierarchical grouping to optimize an objective function. Journal of the American Statistical "
        "Association 58, 236-244. Rousseeuw, P. J. (1987). Silhouettes: a graphical aid to the interpretation and "
        "validation of cluster analysis. Journal of Computational and Applied Mathematics 20, 53-65."
    )

    algorithm: Literal["ward", "kmeans", "gaussian-mixture"] = pydantic.Field(
        default="ward", description="Ward's hierarchical clustering, k-means, or a mixture of normal distributions."
    )
    n_clusters: int | None = pydantic.Field(
        default=None, ge=2, description="The number of clusters; not given: chosen as n_clusters_by says."
    )
    n_clusters_by: Literal["silhouette", "gap"] = pydantic.Field(
        default="silhouette", description="Choose the number of clusters by the mean silhouette or the gap statistic."
    )
    gap_samples: int = pydantic.Field(
        default=50, ge=2, description="Samples of cases without clusters for the gap statistic."
    )
    scale: Literal["standardized", "membership"] = pydantic.Field(
        default="standardized", description="Compare cases by z-scores or by memberships."
    )
    max_clusters: int = pydantic.Field(
        default=8, ge=2, description="The largest number of clusters tried when n_clusters is not given."
    )
    covariance_type: Literal["full", "tied", "diag", "spherical"] = pydantic.Field(
        default="full", description="Covariance matrices of the Gaussian mixture, as in scikit-learn."
    )
    alpha: float = pydantic.Field(
        default=0.05, gt=0, lt=1, description="Clusters differ on a condition when the Kruskal-Wallis p is below this."
    )
    bootstrap: int = pydantic.Field(
        default=0, ge=0, description="Bootstrap samples for the stability of each cluster, such as 100; 0: none."
    )
    reference_column: str | None = pydantic.Field(
        default=None, description="A column of the data with groups known beforehand, to compare the clusters with."
    )

    # ------------------------------------------------------------------------------------------------ analysis

    def analyze(self, study: eq.CalibratedStudy, rng: np.random.Generator) -> eq.Analysis:
        """Form the clusters and describe them; `rng` seeds all starts and samples.

        See :meth:`equifinal.Method.analyze`.
        """
        reference = self._reference(study)
        found, clusters, labels, scores = self._clusters(study, rng)
        belongs = labels[:, np.newaxis] == np.arange(found.count)
        sizes = belongs.sum(axis=0)
        names = [f"cluster {number + 1}" for number in range(found.count)]
        outcome = study.outcome_values("fuzzy")
        silhouette = np.empty(len(labels))
        silhouette[found.order] = found.silhouettes
        conditions = self._conditions(study, scores, belongs, clusters.mean_outcome)
        profiles, expressions = self._profiles(study, belongs, names, scores)
        configurations = pd.DataFrame(
            {
                "expression": pd.Series(expressions, index=names, dtype=object),
                "cases": pd.Series([list(study.cases[member]) for member in belongs.T], index=names, dtype=object),
                "consistency": sets.consistency(belongs.astype(float), outcome),
                "coverage": sets.coverage(belongs.astype(float), outcome),
                "n": sizes,
                "mean_outcome": clusters.mean_outcome,
                "silhouette": cluster_means(silhouette, belongs),
                **dict(zip(study.condition_names, cluster_means(self._raw(study), belongs).T, strict=True)),
            },
            index=names,
        )
        cases = pd.DataFrame(
            {
                "group": np.array(names, dtype=object)[labels],
                "predicted": clusters.mean_outcome[labels],
                "silhouette": silhouette,
            },
            index=study.cases,
        )
        if found.components is not None:
            configurations["component"] = found.components
            cases["probability"] = pd.Series(found.probability, index=study.cases[found.order])
        tables = {"profiles": profiles}
        if found.tried is not None:
            tables["silhouettes"] = pd.DataFrame(found.tried).set_index("n_clusters")
        if found.gaps is not None:
            tables["gap"] = found.gaps
        fit = {"n": len(labels), "n_clusters": found.count, "silhouette": found.silhouette, **found.statistics}
        if found.linkage is not None:
            tables["linkage"] = _linkage_table(found.linkage, found.order)
            fit["cophenetic_correlation"] = cophenetic_correlation(found.linkage, found.condensed)
        memberships = fuzzy_memberships(scores, cluster_means(scores, belongs))
        tables["fuzzy_membership"] = pd.DataFrame(memberships, index=study.cases, columns=names)
        notes = [*found.notes, *self._notes(study, found, sizes, names, scores, rng)]
        if self.bootstrap and found.count > 1:
            notes += self._add_stability(tables, found, scores[found.order], names, rng)
        if reference is not None:
            notes += self._add_reference(tables, fit, reference, cases["group"])
        return eq.Analysis(
            method=self,
            conditions=conditions,
            configurations=configurations,
            cases=cases,
            fit=fit,
            tables=tables,
            notes=notes,
            native=clusters,
        )

    def refit(self, study: eq.CalibratedStudy, rng: np.random.Generator) -> eq.Analysis:
        """Form the clusters without describing them. See :meth:`equifinal.Method.refit`."""
        return eq.Analysis.for_prediction(self, self._clusters(study, rng)[1])

    def predict(self, analysis: eq.Analysis, study: eq.CalibratedStudy) -> pd.Series:
        """Mean outcome membership of the cluster to which each case belongs; z-scores as of the cases analysed.

        See :meth:`equifinal.Method.predict`.
        """
        clusters: Clusters = analysis.native
        joined = clusters.of(_scaled(self._unscaled(study), clusters.scaling))
        return pd.Series(clusters.mean_outcome[joined], index=study.cases, name=study.outcome.name)

    def _clusters(
        self, study: eq.CalibratedStudy, rng: np.random.Generator
    ) -> tuple[Partition, "Clusters", Labels, Floats]:
        """The partition of the sorted cases, what predictions need of it, and every case's cluster and scores."""
        if self.scale == "membership":
            study.require_memberships('clustering with scale = "membership"')
        unscaled = self._unscaled(study)
        # Sums in floating point and broken ties depend on the order of the rows, so that is fixed first.
        order = np.lexsort(unscaled.T[::-1])
        scaling = self._scaling(unscaled[order])
        scores = _scaled(unscaled, scaling)
        found = self._partition(scores[order], seed=int(rng.integers(2**31 - 1)))
        found.order = order
        labels = np.empty(len(order), dtype=np.int64)
        labels[order] = found.labels
        outcome = study.outcome_values("fuzzy")
        points, clusters_of_points = scores[order], found.labels
        if found.centers is not None:
            points, clusters_of_points = found.centers, np.arange(found.count)
        by_cluster = np.argsort(clusters_of_points, kind="stable")
        clusters = Clusters(
            scaling=scaling,
            mean_outcome=cluster_means(outcome, labels[:, np.newaxis] == np.arange(found.count)),
            points=points[by_cluster],
            clusters_of_points=clusters_of_points[by_cluster],
            components=found.components,
            model=found.model,
        )
        return found, clusters, labels, scores

    # ------------------------------------------------------------------------------------- propositions, advice

    def assess(self, analysis: eq.Analysis, claim: eq.Claim, study: eq.CalibratedStudy) -> eq.Verdict:
        """Judge ``together``: supported when all cases share a cluster, contradicted when no two do.

        See :meth:`equifinal.Method.assess`.
        """
        if claim.kind != "together":
            return eq.Verdict("silent", _SILENT.get(claim.kind, "Clusters have nothing to say on claims of this kind."))
        wanted = list(getattr(claim, "cases", ()))
        named = analysis.cases["group"].set_axis(analysis.cases.index.map(str))  # claims name cases by text
        groups = named.reindex(wanted).dropna()
        if len(groups) < 2:
            return eq.Verdict("silent", f"{len(groups)} of the {len(wanted)} cases were analysed; clusters need two.")
        if len(analysis.configurations) < 2:
            return eq.Verdict("silent", "There is only one cluster, so that sharing it says nothing.")
        shares = groups.value_counts(sort=False).sort_index()
        evidence = (
            "; ".join(f"{name}: {', '.join(map(str, groups.index[groups == name]))}" for name in shares.index) + "."
        )
        numbers = {"cases": float(len(groups)), "clusters": float(len(shares)), "largest_group": float(shares.max())}
        if len(groups) < len(wanted):
            evidence += f" {len(wanted) - len(groups)} of the cases were not analysed."
        if len(shares) == 1 and len(groups) == len(wanted):
            return eq.Verdict("supported", evidence, numbers)
        if shares.max() == 1 and len(groups) == len(wanted):
            return eq.Verdict("contradicted", evidence, numbers)
        return eq.Verdict("inconclusive", evidence, numbers)

    def advise(self, analysis: eq.Analysis, study: eq.CalibratedStudy) -> pd.Series:
        """For each case without the outcome, the nearest cluster that has it, and the gaps to its mean profile.

        A cluster has the outcome when its mean membership is above 0.5. Gaps are those of manipulable conditions, the
        widest first; one that would be closed against the condition's direction is left out.
        See :meth:`equifinal.Method.advise`.
        """
        clusters = analysis.configurations
        lacking = np.flatnonzero(study.fuzzy[study.outcome.name].to_numpy() < 0.5)
        having = np.flatnonzero(clusters["mean_outcome"].to_numpy() > 0.5)
        if not len(having):
            sentence = f"No cluster has a mean membership in {study.outcome.name} above 0.5."
            return pd.Series(sentence, index=study.cases[lacking], dtype=object)
        scores = _scaled(self._unscaled(study), analysis.native.scaling)
        belongs = (analysis.cases["group"].to_numpy() == clusters.index.to_numpy()[:, np.newaxis]).T
        centers = cluster_means(scores, belongs)[having]
        nearest = closest(scores, centers)
        sentences = []
        favourable = [
            direction * study.orientation(name) for name, direction in analysis.conditions["direction"].items()
        ]
        for case in lacking:
            cluster = clusters.iloc[having[nearest[case]]]
            described = f"{cluster.name} (mean membership in {study.outcome.name} {cluster['mean_outcome']:.2f})"
            group = analysis.cases["group"].iloc[case]
            if group in clusters.index[having]:
                share = clusters.loc[group, "mean_outcome"]
                sentences.append(
                    f"Already in {group} (mean membership in {study.outcome.name} {share:.2f}), an exception."
                )
                continue
            gaps = _gaps(study, int(case), cluster, centers[nearest[case]] - scores[case], favourable)
            sentences.append(
                f"Nearest cluster with the outcome: {described}. "
                + (
                    f"To its mean profile: {', '.join(gaps)}."
                    if gaps
                    else "No manipulable condition falls short of its profile."
                )
            )
        return pd.Series(sentences, index=study.cases[lacking], dtype=object)

    # ------------------------------------------------------------------------------------------------- scales

    def _raw(self, study: eq.CalibratedStudy) -> Floats:
        return study.values("raw")

    def _unscaled(self, study: eq.CalibratedStudy) -> Floats:
        if self.scale == "standardized":
            return self._raw(study)
        return study.values("fuzzy")

    def _scaling(self, values: Floats) -> Scaling | None:
        if self.scale == "membership":
            return None
        deviation = values.std(axis=0, ddof=1) if len(values) > 1 else np.zeros(values.shape[1])
        deviation = np.where(np.ptp(values, axis=0) > 0, deviation, 0.0)
        return values.mean(axis=0), deviation

    # ---------------------------------------------------------------------------------------------- partition

    def _partition(self, scores: Floats, seed: int) -> Partition:
        """The clusters of sorted cases, numbered by falling mean of their profile."""
        from scipy.spatial.distance import squareform

        distinct = 1 + int((np.diff(scores, axis=0) != 0).any(axis=1).sum())
        if self.n_clusters is None:
            candidates = list(range(2, min(self.max_clusters, distinct, len(scores) - 1) + 1))
        else:
            candidates = [min(self.n_clusters, distinct)]
        if distinct < 2 or not candidates:
            alone = Partition(np.zeros(len(scores), dtype=np.int64))
            alone.silhouettes = np.full(len(scores), np.nan)
            alone.notes.append("The cases are too few, or too alike, to be divided: all of them are one cluster.")
            return alone

        condensed = distances_of(scores)
        partitions = self._divided(scores, condensed, candidates, seed)
        distances = squareform(condensed)
        silhouettes = silhouettes_of(distances, [partition.labels for partition in partitions])
        for partition, of_cases in zip(partitions, silhouettes, strict=True):
            partition.silhouettes = of_cases
        # A cut through tied merges, or an empty component, leaves fewer clusters: the partition of another number.
        proper = [each for each, count in zip(partitions, candidates, strict=True) if each.count == count] or partitions
        if self.n_clusters is None and self.n_clusters_by == "gap":
            chosen = self._chosen_by_gap(scores, proper, seed)
        else:
            chosen = max(proper, key=lambda each: (round(each.silhouette, 12), -each.count))
        chosen.condensed = condensed
        tried = {"silhouette": [each.silhouette for each in partitions]}
        tried |= {name: [each.statistics[name] for each in partitions] for name in partitions[0].statistics}
        chosen.tried = {"n_clusters": candidates, **tried}
        if self.n_clusters is not None and chosen.count < self.n_clusters:
            chosen.notes.append(
                f"{self.n_clusters} clusters were asked for, but only {chosen.count} can be told apart in these cases."
            )
        return numbered(chosen, scores)

    def _divided(self, scores: Floats, condensed: Floats, counts: list[int], seed: int) -> list[Partition]:
        """One partition for each number of clusters."""
        if self.algorithm == "ward":
            return ward_cuts(condensed, counts)
        if self.algorithm == "kmeans":
            return [kmeans(scores, count, seed) for count in counts]
        return [mixture(scores, count, seed, self.covariance_type) for count in counts]

    def _divide(self, seed: int) -> Divide:
        def divide(scores: Floats, counts: list[int]) -> list[Labels]:
            condensed = distances_of(scores) if self.algorithm == "ward" else np.empty(0)
            return [each.labels for each in self._divided(scores, condensed, counts, seed)]

        return divide

    def _chosen_by_gap(self, scores: Floats, proper: list[Partition], seed: int) -> Partition:
        alone = Partition(np.zeros(len(scores), dtype=np.int64), linkage=proper[0].linkage)
        alone.silhouettes = np.full(len(scores), np.nan)
        by_count = {each.count: each for each in (alone, *proper)}
        labels = {count: each.labels for count, each in by_count.items()}
        gaps = gap_statistic(scores, labels, self._divide(seed), self.gap_samples, np.random.default_rng(seed))
        count, notes = clusters_by_gap(gaps, self.gap_samples)
        chosen = by_count[count]
        chosen.gaps = gaps
        chosen.notes += notes
        if count == 1:
            chosen.notes.append(
                "The gap statistic finds one cluster only: two or more fit these cases no better than they fit cases "
                "spread evenly."
            )
        return chosen

    # ---------------------------------------------------------------------------------------------- on request

    def _add_stability(
        self,
        tables: dict[str, pd.DataFrame],
        found: Partition,
        scores: Floats,
        names: list[str],
        rng: np.random.Generator,
    ) -> list[str]:
        divide = self._divide(int(rng.integers(2**31 - 1)))
        table = stability(scores, found.labels, divide, self.bootstrap, rng).set_axis(names)
        tables["stability"] = table
        return [
            f"Over {self.bootstrap} bootstrap samples {name} has a mean Jaccard similarity of {value:.2f}, below {RECOVERED}: "
            "it is not stable (Hennig 2007)."
            for name, value in table["jaccard"].items()
            if value < RECOVERED
        ]

    def _reference(self, study: eq.CalibratedStudy) -> pd.Series | None:
        """The groups known beforehand, one per case."""
        from equifinal.errors import did_you_mean

        if self.reference_column is None:
            return None
        if self.reference_column not in study.data:
            raise eq.InputError(
                f"Study {study.name!r}: the clusters cannot be compared with the column {self.reference_column!r}, because its "
                f"data have none of that name. {did_you_mean(self.reference_column, list(map(str, study.data.columns)))}"
            )
        return pd.Series(study.data[self.reference_column].to_numpy(), index=study.cases)

    def _add_reference(
        self, tables: dict[str, pd.DataFrame], fit: dict[str, float], reference: pd.Series, groups: pd.Series
    ) -> list[str]:
        """The contingency table, and how far both partitions agree beyond chance."""
        from sklearn.metrics import adjusted_rand_score

        known = reference.notna()
        groups, reference = groups[known], reference[known]
        fit["adjusted_rand"] = float(adjusted_rand_score(reference, groups)) if known.sum() > 1 else np.nan
        tables["reference_groups"] = pd.crosstab(groups.to_numpy(), reference.to_numpy()).rename_axis(
            index="group", columns=self.reference_column
        )
        missing = list(map(str, known.index[~known]))
        if not missing:
            return []
        return [
            f"Left out of the comparison with {self.reference_column!r}, where {len(missing)} "
            f"{'case has' if len(missing) == 1 else 'cases have'} no value: {', '.join(missing)}."
        ]

    # -------------------------------------------------------------------------------------------- description

    def _conditions(
        self, study: eq.CalibratedStudy, scores: Floats, belongs: NDArray[np.bool_], cluster_outcome: Floats
    ) -> pd.DataFrame:
        statistic, p_value = _kruskal_wallis(scores, belongs)
        # H / (n - 1): the share of the ranks' variance that lies between clusters (Tomczak & Tomczak 2014).
        epsilon = statistic / max(len(scores) - 1, 1)
        differs = p_value < self.alpha
        evidence, direction = [], []
        for position, name in enumerate(study.condition_names):
            source = study.fuzzy if name in study.fuzzy else study.raw
            means = cluster_means(source[name].to_numpy(dtype=float), belongs)
            direction.append(_direction(means, cluster_outcome) if differs[position] else 0)
            p = p_value[position]
            evidence.append(
                "There is nothing to compare: one cluster, or one score throughout."
                if np.isnan(p)
                else f"Clusters {'differ' if differs[position] else 'do not differ'}: Kruskal-Wallis H "
                f"{statistic[position]:.2f}, p {'< 0.001' if p < 0.001 else f'= {p:.3f}'}, "
                f"epsilon squared {epsilon[position]:.2f}."
            )
        return pd.DataFrame(
            {
                "role": np.where(differs, "contributing", "none"),
                "direction": direction,
                "evidence": evidence,
                "statistic": statistic,
                "p_value": p_value,
                "epsilon_squared": epsilon,
            },
            index=list(study.condition_names),
        )

    def _profiles(
        self, study: eq.CalibratedStudy, belongs: NDArray[np.bool_], names: list[str], scores: Floats
    ) -> tuple[pd.DataFrame, list[str | None]]:
        """Each cluster's mean scores, and the conjunction of the conditions whose mean membership is not 0.5."""
        conditions = list(study.condition_names)
        memberships = cluster_means(study.fuzzy.reindex(columns=conditions).to_numpy(dtype=float), belongs)
        profiles = pd.DataFrame(
            {
                "cluster": np.repeat(np.array(names, dtype=object), len(conditions)),
                "condition": conditions * len(names),
                "raw": cluster_means(self._raw(study), belongs).ravel(),
                "membership": memberships.ravel(),
                self.scale: cluster_means(scores, belongs).ravel(),
            }
        )
        expressions: list[str | None] = []
        for row in memberships:
            literals = [
                name if mean > 0.5 else f"~{name}" for name, mean in zip(conditions, row, strict=True) if mean != 0.5
            ]
            expressions.append(None if np.isnan(row).any() or not literals else "*".join(literals))
        return profiles, expressions

    def _notes(
        self,
        study: eq.CalibratedStudy,
        found: Partition,
        sizes: Labels,
        names: list[str],
        scores: Floats,
        rng: np.random.Generator,
    ) -> list[str]:
        if found.count == 1:
            return []
        notes = [
            "Clusters were formed from the very scores that the Kruskal-Wallis tests compare, one condition at a time and "
            "without correction: their p-values describe the clusters, they test nothing."
        ]
        if found.silhouette < WEAK_STRUCTURE:
            notes.append(
                f"The mean silhouette is {found.silhouette:.2f}, below {WEAK_STRUCTURE}: there is hardly any cluster "
                "structure (Kaufman & Rousseeuw 1990)."
            )
        if found.linkage is not None:
            others = other_clusters(scores[found.order], found.labels, rng)
            if others:
                notes.append(
                    f"Ward's tree has tied merges, and which comes first matters here: in {others} of "
                    f"{orders(len(scores))} random orders of the cases the clusters are not quite these."
                )
        singles = [name for name, size in zip(names, sizes, strict=True) if size == 1]
        if singles:
            notes.append(f"A single case by itself: {', '.join(singles)}.")
        constant = [
            name for name, column in zip(study.condition_names, scores.T, strict=True) if float(np.ptp(column)) == 0
        ]
        if constant:
            notes.append(
                f"Without influence on the clusters, because it is the same in all cases: {', '.join(constant)}."
            )
        without = [name for name in study.condition_names if name not in study.fuzzy]
        if without:
            notes.append(
                f"Clusters have no expression, because these conditions have no calibration: {', '.join(without)}."
            )
        needed = study.raw.shape[1]  # more cases than conditions, or a covariance matrix is singular
        if self.algorithm == "gaussian-mixture" and self.covariance_type == "full" and sizes.min() < needed:
            notes.append(
                f"{int((sizes < needed).sum())} of the mixture's clusters have fewer than {needed} cases, too few for a full "
                'covariance matrix. covariance_type = "diag" or "spherical" needs fewer.'
            )
        return notes


# -------------------------------------------------------------------------------------------------- algorithms


@dataclass(frozen=True, eq=False)
class Clusters:
    """What predictions need, and scikit-learn's own model.

    Attributes
    ----------
    scaling : pair of numpy.ndarray of shape (conditions,), or None
        Mean and SD of each condition when cases are compared by z-scores.
    mean_outcome : numpy.ndarray of shape (clusters,)
        Mean outcome membership of the cases in cluster 1, 2, ...
    points, clusters_of_points : numpy.ndarray
        A case belongs to the cluster of the nearest of these: the cases seen (Ward) or the clusters' means (k-means).
    components : numpy.ndarray of shape (clusters,) or None
        The mixture's component behind each cluster; a case belongs to the most probable.
    model
        scikit-learn's ``KMeans`` or ``GaussianMixture``; ``None`` for Ward.
    """

    scaling: Scaling | None
    mean_outcome: Floats
    points: Floats
    clusters_of_points: Labels
    components: Labels | None
    model: Any

    def of(self, scores: Floats) -> Labels:
        """The cluster (0, 1, ...) of any cases, from their scaled scores."""
        if self.components is not None:
            return np.asarray(self.model.predict_proba(scores)[:, self.components].argmax(axis=1))
        return self.clusters_of_points[closest(scores, self.points)]


# ------------------------------------------------------------------------------------------------ small pieces


def _scaled(values: Floats, scaling: Scaling | None) -> Floats:
    """z-scores, 0 where nothing varies; the values themselves without scaling."""
    if scaling is None:
        return values
    mean, deviation = scaling
    return np.asarray((values - mean) / np.where(deviation > 0, deviation, np.inf))


def _kruskal_wallis(scores: Floats, belongs: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """H and p for every condition; NaN for a constant one, and for a single cluster."""
    from scipy.stats import kruskal

    statistic, p_value = np.full((2, scores.shape[1]), np.nan)
    varies = np.ptp(scores, axis=0) > 0
    if belongs.shape[1] > 1 and varies.any():
        test = kruskal(*(scores[member][:, varies] for member in belongs.T), axis=0)
        statistic[varies], p_value[varies] = test.statistic, test.pvalue
    return statistic, p_value


def _direction(means: Floats, outcome: Floats) -> int:
    """+1 when of any two clusters the one with more of the condition has more of the outcome, -1 the reverse, else 0."""
    first, second = np.triu_indices(len(means), k=1)
    together = np.sign(means[first] - means[second]) * np.sign(outcome[first] - outcome[second])
    return 1 if (together > 0).all() else -1 if (together < 0).all() else 0


def _gaps(
    study: eq.CalibratedStudy, case: int, cluster: pd.Series, distance: Floats, favourable: list[int]
) -> list[str]:
    """What parts a case from a cluster's mean profile, the widest gap first, without what would be closed the wrong way."""
    now = study.values("raw")[case]
    gaps = []
    for position in np.argsort(-np.abs(distance), kind="stable"):
        condition, mean = study.conditions[position], cluster[study.conditions[position].name]
        if condition.manipulable and now[position] != mean and np.sign(mean - now[position]) != -favourable[position]:
            gaps.append(f"{condition.label} {now[position]:.4g} → {mean:.4g}")
    return gaps


def _linkage_table(tree: Floats, order: Labels) -> pd.DataFrame:
    """scipy's linkage matrix, with the cases numbered as in the study."""
    left, right = tree[:, :2].astype(np.int64).T
    number_of = np.concatenate([order, np.arange(len(order), 2 * len(order) - 1)])
    return pd.DataFrame(
        {
            "left": number_of[left],
            "right": number_of[right],
            "distance": tree[:, 2],
            "size": tree[:, 3].astype(np.int64),
        }
    )
