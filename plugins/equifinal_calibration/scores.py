"""Raw scores in, memberships out: the parts that all calibrators share."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equifinal.errors import InputError, listing, repr_of

Floats = NDArray[np.float64]


def series(raw: Any) -> pd.Series:
    """The scores as a series; those in a list, a tuple or an array are numbered from 0."""
    if isinstance(raw, pd.Series):
        return raw
    if raw is None or isinstance(raw, (str, pd.DataFrame)) or np.ndim(raw) > 1:
        raise InputError(
            f"Scores are a column or a list of numbers, not {_kind(raw)}. Give one column: data['column']."
        )
    return pd.Series(raw, dtype=None if np.size(raw) else float)


def _kind(raw: Any) -> str:
    return "a table" if isinstance(raw, pd.DataFrame) or np.ndim(raw) > 1 else repr_of(raw)


def values(raw: Any) -> Floats:
    """The scores as numbers; missing ones are NaN.

    Raises
    ------
    InputError
        When a score is no number.
    """
    scores = series(raw)
    try:
        return scores.to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError):
        text = (pd.to_numeric(scores, errors="coerce").isna() & scores.notna()).to_numpy()
        first = f", not {repr_of(scores[text].iloc[0])} for {scores.index[text][0]}" if text.any() else ""
        raise InputError(f"Scores must be numbers{first}. Correct it in the data.") from None


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


#: Numbers that questionnaires and statistics programs write for "no answer".
_CODES = (-9, -99, -999, -9999, -8, -88, -7, -77, 999, 9999, 99999)
_FAR = 3  # times the distance between the outermost anchors


def strangers(anchors: Iterable[float], raw: pd.Series) -> list[str]:
    """A note on scores far outside the anchors, which may stand for "no value"."""
    x, (low, high) = values(raw), (min(anchors := list(anchors)), max(anchors))
    beyond = np.maximum(low - x, x - high)
    far = beyond > _FAR * max(high - low, 1e-300) if high > low else np.zeros(len(x), dtype=bool)
    others = x[~np.isin(x, _CODES)]
    code = np.isin(x, _CODES) & (beyond > 0)
    if len(others):
        code &= (x < others.min()) | (x > others.max())
    cases = [f"{name} ({score:g})" for name, score in zip(raw.index[far | code], x[far | code], strict=True)]
    if not cases:
        return []
    return [
        f"Far outside the anchors, {low:g} to {high:g}: {listing(cases)}. If such a number stands for no value, say so with "
        "missing in [study], or leave the case out."
    ]


def outside(anchors: Mapping[str, float], raw: pd.Series) -> list[str]:
    """A note when anchors lie outside the observed scores, which is legitimate: anchors are external standards."""
    scores = series(raw)
    low, high = scores.min(), scores.max()
    beyond = {name: value for name, value in anchors.items() if value < low or value > high}
    if not beyond:
        return []
    verb = "lies" if len(beyond) == 1 else "lie"
    return [f"{spell(beyond)} {verb} outside the observed scores, {low:g} to {high:g}."]
