"""The measures of the common yardstick: how well predicted memberships agree with the outcome."""

from typing import Any

import numpy as np

from equifinal import sets
from equifinal.comparison.association import rank_correlation
from equifinal.sets import Floats

__all__ = ["MEASURES", "measures"]

#: The columns of ``Comparison.fit``, each also with ``out_of_sample``.
MEASURES = ("consistency", "coverage", "pri", "balanced_accuracy", "mae", "spearman")


def measures(predicted: Any, outcome: Any) -> dict[str, float]:
    """How well predicted memberships agree with the outcome's.

    Parameters
    ----------
    predicted, outcome
        Memberships, 0 to 1, shape (n,). Cases without a prediction are left out.

    Returns
    -------
    dict
        ``consistency``, ``coverage`` and ``pri`` of *predicted ⊆ outcome* (see :mod:`equifinal.sets`);
        ``balanced_accuracy``: the mean of the shares of cases in the outcome and out of it that are predicted so, both at
        0.5, without cases at exactly 0.5 (as scikit-learn's ``balanced_accuracy_score``); ``mae``: mean absolute error;
        ``spearman``: rank correlation (:func:`equifinal.comparison.association.rank_correlation`).

    Examples
    --------
    >>> found = measures([0.9, 0.2, 0.6], [0.8, 0.1, 0.7])
    >>> round(found["mae"], 3), found["balanced_accuracy"]
    (0.1, 1.0)
    """
    predicted, outcome = np.asarray(predicted, dtype=float), np.asarray(outcome, dtype=float)
    there = ~np.isnan(predicted) & ~np.isnan(outcome)
    predicted, outcome = predicted[there], outcome[there]
    if not len(predicted):
        return dict.fromkeys(MEASURES, np.nan)
    return {
        "consistency": sets.consistency(predicted, outcome),
        "coverage": sets.coverage(predicted, outcome),
        "pri": sets.pri(predicted, outcome),
        "balanced_accuracy": _balanced_accuracy(predicted, outcome),
        "mae": float(np.abs(predicted - outcome).mean()),
        "spearman": rank_correlation(predicted, outcome),
    }


def _balanced_accuracy(predicted: Floats, outcome: Floats) -> float:
    decided = (predicted != 0.5) & (outcome != 0.5)
    has, said = outcome[decided] > 0.5, predicted[decided] > 0.5
    if not has.any() or has.all():
        return np.nan
    return float((said[has].mean() + (~said[~has]).mean()) / 2)
