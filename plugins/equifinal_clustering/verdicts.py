"""The verdict rules of clustering, which only judges whether cases share a cluster."""

from typing import Literal

import equifinal as eq

_SILENT = {
    "necessary": "Clusters are formed without the outcome; they say nothing about necessity.",
    "sufficient": "Clusters are formed without the outcome; they say nothing about sufficiency.",
    "influence": "Clusters are formed without the outcome; they say nothing about the influence of a condition on it.",
    "joint": "Clusters show which conditions occur together, not whether they work together.",
    "equifinal": "A cluster is a group of similar cases, not a path to the outcome.",
}


def verdict(analysis: eq.Analysis, proposition: eq.Proposition) -> eq.Verdict:
    """``together``: supported when all cases share a cluster, contradicted when no two do; silent on all else.

    The strength of sharing is the mean silhouette of the cases, how much nearer they are to their cluster than to the next (0
    when they are not); not sharing has none.
    """
    if proposition.claim != "together":
        return eq.Verdict(
            "silent", _SILENT.get(proposition.claim, "Clusters have nothing to say on claims of this kind.")
        )
    wanted = list(getattr(proposition, "cases", ()))
    named = analysis.cases["group"].set_axis(analysis.cases.index.map(str))  # claims name cases by text
    groups = named.reindex(wanted).dropna()
    if len(groups) < 2:
        return eq.Verdict("silent", f"{len(groups)} of the {len(wanted)} cases were analysed; clusters need two.")
    if analysis.cases["group"].nunique() < 2:
        return eq.Verdict("silent", "There is only one cluster, so sharing it says nothing.")
    shares = groups.value_counts(sort=False).sort_index()
    named_groups = (f"{name}: {', '.join(map(str, groups.index[groups == name]))}" for name in shares.index)
    evidence = f"{'; '.join(named_groups)}."
    numbers = {"cases": float(len(groups)), "clusters": float(len(shares)), "largest_group": float(shares.max())}
    if len(groups) < len(wanted):
        evidence += f" {len(wanted) - len(groups)} of the cases were not analysed."
        return eq.Verdict("inconclusive", evidence, numbers)
    answer: Literal["supported", "contradicted", "inconclusive"]
    answer = "supported" if len(shares) == 1 else "contradicted" if shares.max() == 1 else "inconclusive"
    if answer != "supported":
        return eq.Verdict(answer, evidence, numbers)
    silhouette = float(analysis.cases["silhouette"].set_axis(named.index).reindex(wanted).mean())
    return eq.Verdict(answer, evidence, numbers | {"silhouette": silhouette}, strength=max(0.0, silhouette))
