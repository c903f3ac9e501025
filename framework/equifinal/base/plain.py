"""Plain data: frames and NumPy values as lists, dicts, strings and numbers that JSON can hold."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd


def plain(value: Any) -> Any:
    """Turn NumPy and pandas types into Python's own; NaN, infinities and missing values become ``None``.

    >>> plain({"a": float("nan"), "b": (1, 2)})
    {'a': None, 'b': [1, 2]}
    """
    if value is None or isinstance(value, (str, bool, int)):  # most values, so checked first
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, pd.DataFrame):
        return frame_records(value)
    if isinstance(value, pd.Series):
        return {_key(key): plain(each) for key, each in value.items()}
    if isinstance(value, Mapping):
        return {_key(key): plain(each) for key, each in value.items()}
    if isinstance(value, (set, frozenset)):
        value = sorted(value, key=str)
    if isinstance(value, (list, tuple, np.ndarray, pd.Index)):
        return [plain(each) for each in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    return None if pd.isna(value) else str(value)


def frame_records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """One dict per row; the index comes first, under its name (``index``, ``index 1``, ... when it has none)."""
    frame = frame.copy()
    frame.columns = [_key(column) for column in frame.columns]
    names = [
        str(name) if name is not None else f"index {level}".removesuffix(" 0")
        for level, name in enumerate(frame.index.names)
    ]
    labels = frame.index.to_frame(index=False)
    rows = frame.itertuples(index=False, name=None) if frame.shape[1] else [()] * len(frame)  # pandas 2 yields none
    records = []
    for label, row in zip(labels.itertuples(index=False), rows, strict=True):
        record = dict(zip(names, map(plain, label), strict=True))
        record |= dict(zip(frame.columns, map(plain, row), strict=True))
        records.append(record)
    return records


def _key(key: Any) -> str:
    return " ".join(str(part) for part in key) if isinstance(key, tuple) else str(key)
