"""Tables of a clustering: configurations, conditions, profiles, the tree, and the comparison with groups known beforehand."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import equifinal as eq
from equifinal import sets
from equifinal.plain import counted
from equifinal_clustering.partition import Floats, Found, Labels, cluster_means


def groups_table(calibrated: eq.CalibratedStudy, found: Found) -> pd.DataFrame:
    """Each case's cluster, and how clearly the case belongs there."""
    groups = np.array(found.names, dtype=object)[found.labels]
    return pd.DataFrame({"group": groups, "silhouette": found.silhouettes}, index=calibrated.cases)


def cases_table(calibrated: eq.CalibratedStudy, found: Found) -> pd.DataFrame:
    """The same, with the mean outcome membership in the cluster."""
    table = groups_table(calibrated, found)
    table.insert(1, "predicted", found.clusters.mean_outcome[found.labels])
    if found.partition.components is not None:
        table["probability"] = pd.Series(found.partition.probability, index=calibrated.cases[found.partition.order])
    return table


def configurations_table(calibrated: eq.CalibratedStudy, found: Found) -> pd.DataFrame:
    """One row per cluster."""
    belongs, names, outcome = found.belongs, found.names, calibrated.outcome_values("fuzzy")
    table = pd.DataFrame(
        {
            "expression": pd.Series(_expressions(calibrated, belongs), index=names, dtype=object),
            "cases": pd.Series([list(calibrated.cases[member]) for member in belongs.T], index=names, dtype=object),
            "consistency": sets.consistency(belongs.astype(float), outcome),
            "coverage": sets.coverage(belongs.astype(float), outcome),
            "n": belongs.sum(axis=0),
            "mean_outcome": found.clusters.mean_outcome,
            "silhouette": _known_means(found.silhouettes, belongs),
            **dict(zip(calibrated.condition_names, cluster_means(calibrated.values("raw"), belongs).T, strict=True)),
        },
        index=names,
    )
    return table if found.partition.components is None else table.assign(component=found.partition.components)


def _known_means(values: Floats, belongs: NDArray[np.bool_]) -> Floats:
    """Mean of the values that are known, in each cluster; NaN where none is."""
    known = [values[member & ~np.isnan(values)] for member in belongs.T]
    return np.array([each.mean() if len(each) else np.nan for each in known])


def conditions_table(calibrated: eq.CalibratedStudy, found: Found, alpha: float) -> pd.DataFrame:
    """Whether and how clusters differ on each condition."""
    belongs = found.belongs
    statistic, p_value = _kruskal_wallis(found.scores, belongs)
    # H / (n - 1): the share of the ranks' variance that lies between clusters (Tomczak & Tomczak 2014).
    epsilon = statistic / max(len(belongs) - 1, 1)
    differs = p_value < alpha
    evidence, direction = [], []
    for position, name in enumerate(calibrated.condition_names):
        source = calibrated.fuzzy if name in calibrated.fuzzy else calibrated.raw
        means = cluster_means(source[name].to_numpy(dtype=float), belongs)
        direction.append(_direction(means, found.clusters.mean_outcome) if differs[position] else 0)
        p = p_value[position]
        evidence.append(
            "Nothing to compare: a single cluster, or the same score throughout."
            if np.isnan(p)
            else f"Clusters {'differ' if differs[position] else 'do not differ'}: Kruskal-Wallis H "
            f"{statistic[position]:.2f}, p {'< 0.001' if p < 0.001 else f'= {p:.3f}'}, "
            f"epsilon squared {epsilon[position]:.2f}. They were formed from it, so it has no role."
        )
    return pd.DataFrame(
        {
            "role": "none",
            "direction": direction,
            "evidence": evidence,
            "statistic": statistic,
            "p_value": p_value,
            "epsilon_squared": epsilon,
        },
        index=list(calibrated.condition_names),
    )


def profiles_table(calibrated: eq.CalibratedStudy, found: Found, scale: str) -> pd.DataFrame:
    """Each cluster's mean scores: raw, as memberships, and on the scale by which cases were compared."""
    conditions = list(calibrated.condition_names)
    return pd.DataFrame(
        {
            "cluster": np.repeat(np.array(found.names, dtype=object), len(conditions)),
            "condition": conditions * len(found.names),
            "raw": cluster_means(calibrated.values("raw"), found.belongs).ravel(),
            "membership": _mean_memberships(calibrated, found.belongs).ravel(),
            scale: cluster_means(found.scores, found.belongs).ravel(),
        }
    )


def _mean_memberships(calibrated: eq.CalibratedStudy, belongs: NDArray[np.bool_]) -> Floats:
    conditions = list(calibrated.condition_names)
    return cluster_means(calibrated.fuzzy.reindex(columns=conditions).to_numpy(dtype=float), belongs)


def _expressions(calibrated: eq.CalibratedStudy, belongs: NDArray[np.bool_]) -> list[str | None]:
    """Of each cluster the conjunction of the conditions whose mean membership is not 0.5."""
    expressions: list[str | None] = []
    for row in _mean_memberships(calibrated, belongs):
        means = zip(calibrated.condition_names, row, strict=True)
        literals = [name if mean > 0.5 else f"~{name}" for name, mean in means if mean != 0.5]
        expressions.append(None if np.isnan(row).any() or not literals else "*".join(literals))
    return expressions


def reference_groups(reference: pd.Series, groups: pd.Series) -> tuple[pd.DataFrame, float, list[str]]:
    """The contingency table, the adjusted Rand index, and a note on cases without a reference group."""
    from sklearn.metrics import adjusted_rand_score

    known = reference.notna()
    groups, reference = groups[known], reference[known]
    adjusted_rand = float(adjusted_rand_score(reference, groups)) if known.sum() > 1 else np.nan
    table = pd.crosstab(groups.to_numpy(), reference.to_numpy())
    missing = list(map(str, known.index[~known]))
    left_out = (
        f"Left out of the comparison with {reference.name!r}, where {counted(len(missing), 'case has', 'cases have')} "
        f"no value: {', '.join(missing)}."
    )
    table = table.rename_axis(index="group", columns=str(reference.name))
    return table, adjusted_rand, [left_out] if missing else []


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


def linkage_table(tree: Floats, order: Labels) -> pd.DataFrame:
    """SciPy's linkage matrix, with the cases numbered as in the study."""
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
