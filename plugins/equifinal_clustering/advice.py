"""The advice of clustering: the nearest cluster with the outcome, and the gaps to its mean profile."""

import numpy as np
import pandas as pd

import equifinal as eq
from equifinal.plain import plain_number
from equifinal_clustering.partition import Floats, closest, cluster_means

_NO_GAPS = "No manipulable condition falls short of its profile."


def advice(analysis: eq.Analysis, calibrated: eq.CalibratedStudy, scores: Floats) -> pd.Series:
    """A sentence for each case without the outcome; `scores` (n, conditions) are those that the clusters were formed from."""
    clusters = analysis.configurations
    lacking = np.flatnonzero(calibrated.fuzzy[calibrated.outcome.name].to_numpy() < 0.5)
    having = np.flatnonzero(clusters["mean_outcome"].to_numpy() > 0.5)
    if not len(having):
        sentence = f"No cluster has a mean membership in {calibrated.outcome.label} above 0.5."
        return pd.Series(sentence, index=calibrated.cases[lacking], dtype=object)
    belongs = (analysis.cases["group"].to_numpy() == clusters.index.to_numpy()[:, np.newaxis]).T
    centers = cluster_means(scores, belongs)[having]
    nearest = closest(scores, centers)
    directions = zip(calibrated.condition_names, analysis.conditions["direction"], strict=True)
    favourable = [direction * calibrated.orientation(name) for name, direction in directions]
    sentences = []
    for case in lacking:
        group = analysis.cases["group"].iloc[case]
        is_exception = group in clusters.index[having]
        cluster = clusters.loc[group] if is_exception else clusters.iloc[having[nearest[case]]]
        described = f"{cluster.name} (mean membership in {calibrated.outcome.label} {cluster['mean_outcome']:.2f})"
        if is_exception:
            sentences.append(f"Already in {described}, an exception.")
            continue
        gaps = _gaps(calibrated, int(case), cluster, centers[nearest[case]] - scores[case], favourable)
        lacks = f"To its mean profile: {', '.join(gaps)}." if gaps else _NO_GAPS
        sentences.append(f"Nearest cluster with the outcome: {described}. {lacks}")
    return pd.Series(sentences, index=calibrated.cases[lacking], dtype=object)


def _gaps(
    calibrated: eq.CalibratedStudy, case: int, cluster: pd.Series, distance: Floats, favourable: list[int]
) -> list[str]:
    """The gaps between a case and a cluster's mean profile, the widest first, without those that would be closed the wrong way."""
    now = calibrated.values("raw")[case]
    gaps = []
    for position in np.argsort(-np.abs(distance), kind="stable"):
        condition, mean = calibrated.conditions[position], cluster[calibrated.conditions[position].name]
        if condition.manipulable and now[position] != mean and np.sign(mean - now[position]) != -favourable[position]:
            gaps.append(f"{condition.label} {plain_number(now[position])} → {plain_number(mean)}")
    return gaps
