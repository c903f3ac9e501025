"""Conditions of several values, 0, 1, 2, ...: thresholds cut them from raw scores, for methods that take values."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated

import numpy as np
import pandas as pd
from pydantic import AfterValidator, Field

from equifinal.errors import InputError, did_you_mean, listing
from equifinal.study.calibrated import CalibratedStudy


def _rising(thresholds: dict[str, tuple[float, ...]]) -> dict[str, tuple[float, ...]]:
    for name, each in thresholds.items():
        if not each or not all(low < high for low, high in pairwise(each)):
            raise ValueError(f"the thresholds of {name} must be one number or more, rising")
    return thresholds


#: A parameter of methods: the thresholds of each multi-value condition.
ValueThresholds = Annotated[
    dict[str, tuple[float, ...]],
    Field(
        min_length=1,
        examples=[{"A": (3.0, 6.0)}],
        description="Multi-value condition to its thresholds, rising, in the unit of the raw scores: with n of them it has the "
        "values 0 to n, the number of thresholds that the raw score reaches.",
    ),
    AfterValidator(_rising),
]


def values_by_thresholds(
    calibrated: CalibratedStudy, thresholds: Mapping[str, tuple[float, ...]], title: str
) -> pd.DataFrame:
    """The values of the conditions of every case: by thresholds where there are some, else in (1) or out (0).

    Parameters
    ----------
    calibrated
        The cases.
    thresholds
        By condition, as in :data:`ValueThresholds`.
    title
        The method that needs values, for messages.

    Returns
    -------
    pandas.DataFrame
        Cases × conditions: 0, 1, 2, ...; missing at exactly 0.5 in a dichotomy.

    Raises
    ------
    InputError
        When thresholds are given for something that is no condition, or a condition has neither thresholds nor a calibration.

    Examples
    --------
    >>> import equifinal as eq
    >>> study = eq.load_study("heilongjiang").calibrate()
    >>> sorted(set(values_by_thresholds(study, {"LEAD": (40, 70)}, "A method")["LEAD"]))
    [0.0, 1.0, 2.0]
    """
    names = calibrated.condition_names
    for name in thresholds:
        if name not in names:
            raise InputError(
                f"Study {calibrated.name!r}: there are thresholds for {name!r}, which is not a condition. "
                f"{did_you_mean(name, names)}"
            )
    if without := [name for name in names if name not in thresholds and name not in calibrated.fuzzy]:
        raise InputError(
            f"Study {calibrated.name!r}: {title} needs values, but there are neither thresholds nor calibrations for "
            f"{listing(without)}. Name thresholds in the method's parameters, or calibrate them."
        )
    columns = {
        name: np.searchsorted(thresholds[name], calibrated.raw[name].to_numpy(dtype=float), side="right").astype(float)
        if name in thresholds
        else calibrated.crisp[name].to_numpy(dtype=float)
        for name in names
    }
    return pd.DataFrame(columns, index=calibrated.cases)
