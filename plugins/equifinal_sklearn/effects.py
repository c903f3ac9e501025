"""What a fitted model says of its conditions: accumulated local effects and cross-differences of its predictions."""

from collections.abc import Callable, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def span(x: Floats) -> tuple[float, float]:
    """A condition's low and high score: those of the cases at its 10th and 90th percentile; where equal, the extremes.

    >>> span(np.arange(11.0)), span(np.array([0.0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]))
    ((1.0, 9.0), (0.0, 1.0))
    """
    low, high = np.quantile(x, [0.1, 0.9], method="inverted_cdf")
    return (float(low), float(high)) if low < high else (float(x.min()), float(x.max()))


class Probe(NamedTuple):
    """A question to a model: the cases it is to predict, shape (m, k), and the answer from its predictions, shape (m,)."""

    rows: Floats
    answer: Callable[[Floats], Floats]


def accumulated(x: Floats, column: int, bins: int) -> tuple[Floats, Probe]:
    """The accumulated local effect of a column (Apley & Zhu 2020).

    The cases are divided at quantiles of the column. Within each interval, every case is predicted at both ends, all else
    as it is; the mean differences are summed up. Unlike partial dependence this needs no combinations that are far from any case.

    Parameters
    ----------
    x
        The cases, shape (n, k).
    column
        The column.
    bins
        The most intervals.

    Returns
    -------
    edges, probe
        Scores, and what answers with the effect at each, 0 at the first. One edge only for a constant column.
    """
    own = x[:, column]
    edges = np.unique(np.quantile(own, np.linspace(0, 1, bins + 1), method="inverted_cdf"))
    if len(edges) < 2:
        return edges, Probe(x[:0], lambda predicted: np.zeros(1))
    place = np.clip(np.searchsorted(edges, own, side="left"), 1, len(edges) - 1)
    lower, upper = x.copy(), x.copy()
    lower[:, column], upper[:, column] = edges[place - 1], edges[place]

    def answer(predicted: Floats) -> Floats:
        change = predicted[len(x) :] - predicted[: len(x)]
        sums = np.bincount(place, weights=change, minlength=len(edges))[1:]
        means = sums / np.bincount(place, minlength=len(edges))[1:]
        return np.concatenate([[0.0], np.cumsum(means)])

    return edges, Probe(np.concatenate([lower, upper]), answer)


def effect(x: Floats, column: int, bins: int, ends: tuple[float, float]) -> Probe:
    """The accumulated local effect from a low to a high score."""
    edges, probe = accumulated(x, column, bins)
    return Probe(probe.rows, lambda predicted: np.diff(np.interp(ends, edges, probe.answer(predicted))))


def cross_difference(x: Floats, columns: Sequence[int], ends: Sequence[tuple[float, float]]) -> Probe:
    """How much more the columns do together than apart.

    All cases are predicted with every combination of low and high scores in the columns; the alternating sum of the mean
    predictions is 0 for a model without an interaction of exactly these. Of two: f(high, high) - f(high, low) - f(low, high) +
    f(low, low).
    """
    moved, signs = [], []
    for corner in product((0, 1), repeat=len(columns)):
        rows = x.copy()
        for column, end, state in zip(columns, ends, corner, strict=True):
            rows[:, column] = end[state]
        moved.append(rows)
        signs.append((-1.0) ** (len(columns) - sum(corner)))
    return Probe(
        np.concatenate(moved),
        lambda predicted: np.array([predicted.reshape(len(signs), len(x)).mean(axis=1) @ np.array(signs)]),
    )
