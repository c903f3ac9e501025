"""Raw scores in, memberships out: the parts that all calibrators share."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def series(raw: Any) -> pd.Series:
    """The scores as a series; those in a list, a tuple or an array are numbered from 0."""
    return raw if isinstance(raw, pd.Series) else pd.Series(raw)


def values(raw: Any) -> Floats:
    """The scores as numbers; missing ones are NaN."""
    return series(raw).to_numpy(dtype=float, na_value=np.nan)


def memberships(result: Floats, raw: Any) -> pd.Series:
    """The result with the index and name of the raw scores; missing where they are missing."""
    scores = series(raw)
    return pd.Series(np.where(np.isnan(values(scores)), np.nan, result), index=scores.index, name=scores.name)


def spell(anchors: Mapping[str, float]) -> str:
    """``full_out = 20, crossover = 50``, for messages."""
    return ", ".join(f"{name} = {value:g}" for name, value in anchors.items())


def numbers(thresholds: Iterable[float]) -> str:
    """``20, 50``, for messages."""
    return ", ".join(f"{threshold:g}" for threshold in thresholds)


def outside(anchors: Mapping[str, float], raw: pd.Series) -> list[str]:
    """A note when anchors lie outside the observed scores, which is legitimate: anchors are external standards."""
    scores = series(raw)
    low, high = scores.min(), scores.max()
    beyond = {name: value for name, value in anchors.items() if value < low or value > high}
    if not beyond:
        return []
    verb = "lies" if len(beyond) == 1 else "lie"
    return [f"{spell(beyond)} {verb} outside the observed scores, {low:g} to {high:g}."]
