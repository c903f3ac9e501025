"""What a reader of a regression should be warned of."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

import equifinal as eq
from equifinal.plain import counted
from equifinal_regression.equation import Covariance, Floats
from equifinal_regression.specification import Fitted, Specification

CASES_PER_PARAMETER = 10
HIGH_VIF = 10.0
FEW_CLUSTERS = 30

AVERAGED = (
    "A condition in an interaction has no single effect: its row gives the effect averaged over the cases. "
    "The equation's own coefficients are in the table 'coefficients'."
)


def about_cases(calibrated: eq.CalibratedStudy, fitted: Fitted) -> list[str]:
    """Too few of them, and those that a logit leaves out."""
    outcome, parameters = fitted.outcome[fitted.used], fitted.design.shape[1]
    cases, what, notes = len(outcome), "cases", []
    if fitted.equation.model == "logit":  # the rarer value of the outcome limits the information (Peduzzi et al. 1996)
        cases, what = int(min(outcome.sum(), (1 - outcome).sum())), "cases of the rarer side of the outcome"
    if fitted.equation.results is not None and cases < CASES_PER_PARAMETER * parameters:
        notes.append(
            f"{cases} {what} for {parameters} parameters (including the constant): fewer than {CASES_PER_PARAMETER} "
            "cases per parameter, so the estimates are unstable."
        )
    left_out = list(map(str, calibrated.cases[np.isnan(fitted.outcome)]))
    if fitted.equation.model == "logit" and left_out:
        notes.append(
            f"{counted(len(left_out), 'case has', 'cases have')} an outcome membership of exactly 0.5, neither in nor out, "
            f"and {'is' if len(left_out) == 1 else 'are'} left out of the logit: {', '.join(left_out)}."
        )
    return notes


def about_units(calibrated: eq.CalibratedStudy, covariance: Covariance) -> list[str]:
    """In a panel: too few units to cluster by, or standard errors that ignore them."""
    if covariance.clusters is not None:
        count = len(np.unique(covariance.clusters))
        few = f"Only {count} units to cluster by: with fewer than {FEW_CLUSTERS}, standard errors come out too small"
        return [f"{few} (Cameron, Gelbach & Miller 2008)."] if count < FEW_CLUSTERS else []
    if calibrated.unit is None or not calibrated.data[calibrated.unit].duplicated().any():
        return []
    return [
        f"Several cases belong to one {calibrated.unit}, and {covariance.name} standard errors treat them as independent. "
        'covariance = "cluster" does not.'
    ]


def about_vif(vif: Floats, names: Iterable[str]) -> list[str]:
    """Conditions that are nearly a combination of others."""
    return [
        f"The variance inflation of {name} is {value:.1f} (above {HIGH_VIF:g}): its coefficient cannot be told "
        "well from those of the other conditions."
        for name, value in zip(names, vif, strict=True)
        if value > HIGH_VIF
    ]


def about_joined(spec: Specification) -> list[str]:
    """Conditions that have no partial residuals."""
    joined = [name for name in spec.names if any(name in term for term in spec.products)]
    return [f"In an interaction, and so without partial residuals: {', '.join(joined)}."] if joined else []


def about_outside(memberships: pd.Series) -> list[str]:
    """Fitted memberships beyond 0 or 1."""
    outside = int(((memberships < 0) | (memberships > 1)).sum())
    if not outside:
        return []
    return [
        f"{outside} of {len(memberships)} fitted memberships lay outside 0 to 1 and were set to the nearer end. "
        'model = "fractional-logit" keeps them inside.'
    ]
