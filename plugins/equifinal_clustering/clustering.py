"""The method ``clustering``: groups of cases with similar conditions, formed without looking at the outcome."""

from typing import Literal

import numpy as np
import pandas as pd
import pydantic

import equifinal as eq
from equifinal.errors import did_you_mean
from equifinal_clustering import partition as partitions
from equifinal_clustering import tables, validation
from equifinal_clustering.advice import advice
from equifinal_clustering.notes import about_clusters, about_many_cases, about_stability
from equifinal_clustering.partition import Clusters, Floats, Found, Labels, Partition, Scaling, cluster_means, scaled
from equifinal_clustering.verdicts import verdict


class Clustering(eq.Method):
    """Clusters of cases with similar conditions.

    Only the conditions form the clusters: as z-scores (SD with n - 1) or as memberships, by Euclidean distance. The outcome
    is compared with the clusters afterwards: ``predicted`` is the mean outcome membership of a case's cluster.

    ``algorithm`` is ``"ward"`` (Ward 1963), ``"kmeans"`` (ten starts), or ``"gaussian-mixture"`` (ten starts). Without
    ``n_clusters``, the number from 2 to ``max_clusters`` with the highest mean silhouette (Rousseeuw 1987) is chosen, the
    smaller of two that tie; ``n_clusters_by = "gap"`` chooses it by the gap statistic (Tibshirani, Walther & Hastie
    2001), which may also find only one. Clusters are named ``cluster 1``, ``cluster 2``, ... by falling mean
    of their profile: cluster 1 has the highest scores throughout. Cases are sorted before anything is
    computed, so the order of the table's rows does not matter.

    A case not seen before belongs to the cluster of the nearest case seen (Ward), of the nearest mean (k-means), or with
    the highest posterior probability (mixture). Ward's tree has no rule of its own for new cases; the nearest case is
    used because it returns every case seen to its own cluster, which the nearest mean does not.

    Ward's tree and silhouettes need the distances of all pairs of cases. With more than 10,000 cases k-means takes the place of
    Ward's tree, k-means and mixture have three starts, and silhouettes are measured to 1,000 cases drawn at random; a note says so.

    ``bootstrap`` measures how well each cluster is recovered in samples of the cases (Hennig 2007), ``reference_column`` how
    far the clusters agree with groups known beforehand (adjusted Rand index: Hubert & Arabie 1985).

    No condition has a role, because clusters differ on what they were formed from, with or without the outcome. How far they
    differ is described (Kruskal & Wallis 1952). The direction of a condition on which they differ is the sign of the
    association between the clusters' means of condition and outcome, 0 unless it is the same for every pair of clusters.

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
    family = "clustering"
    uses_outcome = False
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
        default=None, ge=2, description="The number of clusters; not given: chosen by n_clusters_by."
    )
    n_clusters_by: Literal["silhouette", "gap"] = pydantic.Field(
        default="silhouette", description="Choose the number of clusters by the mean silhouette or the gap statistic."
    )
    gap_samples: int = pydantic.Field(
        default=50, ge=2, description="Reference samples without clusters for the gap statistic."
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

    def analyze(self, calibrated: eq.CalibratedStudy, rng: np.random.Generator) -> eq.Analysis:
        """Form the clusters and describe them; `rng` seeds all starts and samples. See :meth:`equifinal.Method.analyze`."""
        reference = self._reference(calibrated)
        found = self._found(calibrated, rng)
        partition = found.partition
        cases = tables.cases_table(calibrated, found)
        shown = {"profiles": tables.profiles_table(calibrated, found, self.scale)}
        if partition.tried is not None:
            shown["silhouettes"] = pd.DataFrame(partition.tried).set_index("n_clusters")
        if partition.gaps is not None:
            shown["gap"] = partition.gaps
        fit = {"n": len(cases), "n_clusters": partition.count, "silhouette": partition.silhouette}
        fit |= partition.statistics
        if partition.linkage is not None:
            shown["linkage"] = tables.linkage_table(partition.linkage, partition.order)
            fit["cophenetic_correlation"] = validation.cophenetic_correlation(partition.linkage, partition.condensed)
        memberships = validation.fuzzy_memberships(found.scores, cluster_means(found.scores, found.belongs))
        shown["fuzzy_membership"] = pd.DataFrame(memberships, index=calibrated.cases, columns=found.names)
        notes = [*partition.notes, *about_clusters(calibrated, found, rng)]
        if self.bootstrap and partition.count > 1:
            shown["stability"] = self._stability(found, rng)
            notes += about_stability(shown["stability"]["jaccard"], self.bootstrap)
        if reference is not None:
            compared = tables.reference_groups(reference, cases["group"])
            shown["reference_groups"], fit["adjusted_rand"] = compared[:2]
            notes += compared[2]
        return eq.Analysis(
            method=self,
            conditions=tables.conditions_table(calibrated, found, self.alpha),
            configurations=tables.configurations_table(calibrated, found),
            cases=cases,
            fit=fit,
            tables=shown,
            notes=notes,
            native=found.clusters,
        )

    def refit(self, calibrated: eq.CalibratedStudy, rng: np.random.Generator) -> eq.Analysis:
        """Form the clusters, and say who is in which, without describing them. See :meth:`equifinal.Method.refit`."""
        found = self._found(calibrated, rng)
        return eq.Analysis.for_prediction(self, found.clusters, cases=tables.groups_table(calibrated, found))

    def predict(self, analysis: eq.Analysis, calibrated: eq.CalibratedStudy) -> pd.Series:
        """Mean outcome membership of the cluster to which each case belongs; z-scores are those of the cases analysed.

        See :meth:`equifinal.Method.predict`.
        """
        clusters: Clusters = analysis.native
        joined = clusters.of(scaled(self._unscaled(calibrated), clusters.scaling))
        return pd.Series(clusters.mean_outcome[joined], index=calibrated.cases, name=calibrated.outcome.name)

    def assess(self, analysis: eq.Analysis, proposition: eq.Proposition, calibrated: eq.CalibratedStudy) -> eq.Verdict:
        """Judge ``together``, as :mod:`~equifinal_clustering.verdicts` says. See :meth:`equifinal.Method.assess`."""
        return verdict(analysis, proposition)

    def advise(self, analysis: eq.Analysis, calibrated: eq.CalibratedStudy) -> pd.Series:
        """For each case without the outcome, the nearest cluster that has it, and the gaps to its mean profile.

        A cluster has the outcome when its mean membership is above 0.5. Gaps are those of manipulable conditions, the
        widest first; one that would be closed against the condition's direction is left out.
        See :meth:`equifinal.Method.advise`.
        """
        return advice(analysis, calibrated, scaled(self._unscaled(calibrated), analysis.native.scaling))

    def _found(self, calibrated: eq.CalibratedStudy, rng: np.random.Generator) -> Found:
        if self.scale == "membership":
            calibrated.require_memberships('clustering with scale = "membership"')
        unscaled = self._unscaled(calibrated)
        # Sums in floating point and broken ties depend on the order of the rows, so it is fixed first.
        order = np.lexsort(unscaled.T[::-1])
        scaling = self._scaling(unscaled[order])
        scores = scaled(unscaled, scaling)
        found = self._partition(scores[order], seed=int(rng.integers(2**31 - 1)))
        found.order = order
        labels = np.empty(len(order), dtype=np.int64)
        labels[order] = found.labels
        outcome = calibrated.outcome_values("fuzzy")
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
        return Found(found, clusters, labels, scores)

    def _unscaled(self, calibrated: eq.CalibratedStudy) -> Floats:
        return calibrated.values("raw" if self.scale == "standardized" else "fuzzy")

    def _scaling(self, values: Floats) -> Scaling | None:
        if self.scale == "membership":
            return None
        deviation = values.std(axis=0, ddof=1) if len(values) > 1 else np.zeros(values.shape[1])
        deviation = np.where(np.ptp(values, axis=0) > 0, deviation, 0.0)
        return values.mean(axis=0), deviation

    def _partition(self, scores: Floats, seed: int) -> Partition:
        """The clusters of sorted cases, numbered by falling mean of their profile."""
        from scipy.spatial.distance import squareform

        distinct = 1 + int((np.diff(scores, axis=0) != 0).any(axis=1).sum())
        if self.n_clusters is None:
            candidates = list(range(2, min(self.max_clusters, distinct, len(scores) - 1) + 1))
        else:
            candidates = [min(self.n_clusters, distinct)]
        if distinct < 2 or not candidates:
            alone = partitions.single(len(scores))
            alone.notes.append("The cases are too few, or too alike, to be divided: all of them are one cluster.")
            return alone

        pairs = partitions.in_pairs(len(scores))
        condensed = partitions.distances_of(scores) if pairs else np.empty(0)
        divided = self._divided(scores, condensed, candidates, seed)
        labels = [each.labels for each in divided]
        silhouettes = (
            partitions.silhouettes_of(squareform(condensed), labels)
            if pairs
            else partitions.sampled_silhouettes_of(scores, labels, seed)
        )
        for partition, of_cases in zip(divided, silhouettes, strict=True):
            partition.silhouettes = of_cases
        # A cut through tied merges, or an empty component, leaves fewer clusters: the partition of another number.
        proper = [each for each, count in zip(divided, candidates, strict=True) if each.count == count] or divided
        if self.n_clusters is None and self.n_clusters_by == "gap":
            chosen = self._chosen_by_gap(scores, proper, seed)
        else:
            chosen = max(proper, key=lambda each: (round(each.silhouette, 12), -each.count))
        chosen.condensed = condensed
        chosen.notes += about_many_cases(len(scores), self.algorithm)
        tried = {"silhouette": [each.silhouette for each in divided]}
        tried |= {name: [each.statistics[name] for each in divided] for name in divided[0].statistics}
        chosen.tried = {"n_clusters": candidates, **tried}
        if self.n_clusters is not None and chosen.count < self.n_clusters:
            chosen.notes.append(
                f"{self.n_clusters} clusters were asked for, but only {chosen.count} can be distinguished in these cases."
            )
        return partitions.numbered(chosen, scores)

    def _divided(self, scores: Floats, condensed: Floats, counts: list[int], seed: int) -> list[Partition]:
        """One partition for each number of clusters."""
        if self._grows_tree(scores):
            return partitions.ward_cuts(condensed, counts)
        if self.algorithm != "gaussian-mixture":
            return [partitions.kmeans(scores, count, seed) for count in counts]
        return [partitions.mixture(scores, count, seed, self.covariance_type) for count in counts]

    def _grows_tree(self, scores: Floats) -> bool:
        return self.algorithm == "ward" and partitions.in_pairs(len(scores))

    def _divide(self, seed: int) -> validation.Divide:
        def divide(scores: Floats, counts: list[int]) -> list[Labels]:
            condensed = partitions.distances_of(scores) if self._grows_tree(scores) else np.empty(0)
            return [each.labels for each in self._divided(scores, condensed, counts, seed)]

        return divide

    def _chosen_by_gap(self, scores: Floats, proper: list[Partition], seed: int) -> Partition:
        alone = partitions.single(len(scores), proper[0].linkage)
        by_count = {each.count: each for each in (alone, *proper)}
        labels = {count: each.labels for count, each in by_count.items()}
        gaps = validation.gap_statistic(
            scores, labels, self._divide(seed), self.gap_samples, np.random.default_rng(seed)
        )
        count, notes = validation.clusters_by_gap(gaps, self.gap_samples)
        chosen = by_count[count]
        chosen.gaps = gaps
        chosen.notes += notes
        if count == 1:
            chosen.notes.append(
                "The gap statistic finds one cluster only: two or more fit these cases no better than they fit evenly spread "
                "cases."
            )
        return chosen

    def _stability(self, found: Found, rng: np.random.Generator) -> pd.DataFrame:
        scores, labels = found.scores[found.partition.order], found.partition.labels
        divide = self._divide(int(rng.integers(2**31 - 1)))
        return validation.stability(scores, labels, divide, self.bootstrap, rng).set_axis(found.names)

    def _reference(self, calibrated: eq.CalibratedStudy) -> pd.Series | None:
        """The groups known beforehand, one per case."""
        if self.reference_column is None:
            return None
        if self.reference_column not in calibrated.data:
            raise eq.InputError(
                f"Study {calibrated.name!r}: the clusters cannot be compared with the column {self.reference_column!r}, because "
                f"its data have no column of that name. "
                f"{did_you_mean(self.reference_column, list(map(str, calibrated.data.columns)))}"
            )
        return calibrated.data[self.reference_column]
