"""Calibrators that learn a curve from the data: indirect, ranks."""

from typing import NamedTuple, Self

import numpy as np
import pandas as pd
import pydantic

import equifinal as eq
from equifinal_calibration.crisp import check_rising, count_passed
from equifinal_calibration.scores import Floats, memberships, numbers, outside, series, values

#: Singular values of the standardized terms, as a share of the largest, below which they are rounding errors.
_COLLINEAR = 1e-12


class Indirect(eq.Calibrator):
    """The indirect method: sort cases into groups, then smooth their memberships with a fractional polynomial.

    The m thresholds sort the scores into m + 1 groups with the target memberships 0, 1/m, ..., 1 (a score at a
    threshold counts as above). :meth:`fit` regresses the targets on a constant, ln(x + 0.00001), √(x + 0.00001), x and x², by a
    fractional logit (binomial quasi-likelihood, logit link), on orthogonal combinations of these terms, which are nearly
    collinear; the fitted values are the memberships. Those below 0.0001 become 0, those above 0.9999 become 1.

    Formula: Ragin (2008), *Redesigning Social Inquiry*, ch. 5; the polynomial: Duşa (2019), *QCA with R*, ch. 4.

    Raises
    ------
    equifinal.InputError
        When a score is negative or infinite (the polynomial has a root and a logarithm), when the scores fall into one
        group only, when no maximum of the likelihood is found, or when :meth:`calibrate` is called before :meth:`fit`.

    Examples
    --------
    >>> import pandas as pd
    >>> raw = pd.Series([5, 15, 25, 35, 45, 55, 65, 75, 85, 95])
    >>> fitted = Indirect(thresholds=(20, 40, 60, 80)).fit(raw)
    >>> fitted.calibrate(pd.Series([15, 50, 85])).round(2).tolist()
    [0.01, 0.47, 0.97]
    """

    name = "indirect"
    reference = "Ragin, C. C. (2008). Redesigning Social Inquiry. University of Chicago Press, ch. 5."

    thresholds: tuple[float, ...] = pydantic.Field(
        min_length=1,
        description="The lowest scores of the second, third, ... group, rising.",
        examples=[(20, 40, 60, 80)],
    )

    _curve: "_Curve | None" = pydantic.PrivateAttr(default=None)

    @pydantic.model_validator(mode="after")
    def _check_thresholds(self) -> Self:
        check_rising(self.thresholds)
        return self

    @property
    def coefficients(self) -> tuple[float, ...]:
        """Coefficients of the constant, ln, √, x and x² that :meth:`fit` found; empty before."""
        if self._curve is None:
            return ()
        constant = self._curve.intercept - float(np.dot(self._curve.centre, self._curve.slopes))
        return constant, *self._curve.slopes

    def _targets(self, x: Floats) -> Floats:
        return count_passed(x, self.thresholds) / len(self.thresholds)

    def fit(self, raw: pd.Series) -> Self:
        x = np.sort(values(series(raw).dropna()))  # so that the order of the cases changes no digit
        terms, targets = _terms(x), self._targets(x)
        if len(np.unique(targets)) < 2:
            raise eq.InputError(
                f"All scores, {x.min():g} to {x.max():g}, fall into one group of the thresholds {numbers(self.thresholds)}. "
                "Move the thresholds into the range of the scores."
            )
        fitted = self.model_copy()
        fitted._curve = _Curve.through(terms, targets)
        return fitted

    def calibrate(self, raw: pd.Series) -> pd.Series:
        if self._curve is None:
            raise eq.InputError("The calibrator 'indirect' learns its curve from the data: call fit(raw) first.")
        fitted = 0.5 + 0.5 * np.tanh(0.5 * self._curve.log_odds(_terms(values(raw))))
        return memberships(np.where(fitted < 1e-4, 0.0, np.where(fitted > 1 - 1e-4, 1.0, fitted)), raw)

    def notes(self, raw: pd.Series) -> list[str]:
        notes = outside({f"thresholds[{number}]": value for number, value in enumerate(self.thresholds)}, raw)
        if self._curve is not None:
            in_order = series(raw).dropna().sort_values()
            fitted = self.calibrate(in_order).to_numpy()
            if np.allclose(fitted, self._targets(values(in_order)), atol=1e-3):
                notes.append(
                    "The curve meets every group's target, so the data do not determine it between the groups."
                )
            if (np.diff(fitted) < -1e-6).any():
                notes.append("The fitted memberships fall somewhere while the scores rise: check them before use.")
        return notes


class _Curve(NamedTuple):
    """Log-odds of membership: linear in centred and scaled terms, which keeps the digits that the collinear terms would lose."""

    intercept: float
    centre: tuple[float, ...]
    slopes: tuple[float, ...]

    @classmethod
    def through(cls, terms: Floats, targets: Floats) -> "_Curve":
        """Maximize the binomial quasi-likelihood (Papke & Wooldridge 1996); among equals, the curve with the least slopes.

        It is concave, so a trust-region search ends at its maximum. Where the terms separate the groups there is none; the
        search then ends where the fitted values are the targets for all purposes.
        """
        from scipy.optimize import minimize
        from scipy.special import expit

        centre, scale = terms.mean(axis=0), terms.std(axis=0)
        left, sizes, right = np.linalg.svd((terms - centre) / scale, full_matrices=False)
        kept = sizes > sizes[0] * _COLLINEAR
        root = len(terms) ** 0.5
        basis, back = np.column_stack([np.ones(len(terms)), left[:, kept] * root]), right[kept].T / sizes[kept] * root

        def loss(b: Floats) -> float:
            return float(np.mean(np.logaddexp(0.0, basis @ b) - targets * (basis @ b)))

        def slope(b: Floats) -> Floats:
            found: Floats = basis.T @ (expit(basis @ b) - targets) / len(targets)
            return found

        def curvature(b: Floats) -> Floats:
            at = expit(basis @ b)
            found: Floats = (basis.T * (at * (1.0 - at))) @ basis / len(targets)
            return found

        start, options = np.zeros(basis.shape[1]), {"gtol": 1e-12, "maxiter": 1000, "max_trust_radius": 1e6}
        search = minimize(loss, start, jac=slope, hess=curvature, method="trust-exact", options=options)
        if not np.abs(slope(search.x)).max() < 1e-7:
            raise eq.InputError(
                "No curve can be fitted to the groups that the thresholds make of these scores. Move the thresholds, or "
                "choose another calibration."
            )
        return cls(float(search.x[0]), tuple(centre.tolist()), tuple((back @ search.x[1:] / scale).tolist()))

    def log_odds(self, terms: Floats) -> Floats:
        found: Floats = self.intercept + (terms - np.asarray(self.centre)) @ np.asarray(self.slopes)
        return found


def _terms(x: Floats) -> Floats:
    unusable = (x < 0) | np.isinf(x)
    if unusable.any():
        raise eq.InputError(
            f"The calibrator 'indirect' takes logarithms and roots, but there is a score of {x[unusable][0]:g}. "
            "Shift the scores so that none is negative, or choose another calibration."
        )
    return np.column_stack([np.log(x + 1e-5), np.sqrt(x + 1e-5), x, x**2])


class Ranks(eq.Calibrator):
    """Totally fuzzy and relative: membership from the ranks of the scores.

    max(0, (F(x) - F(min)) / (1 - F(min))), where F is the empirical distribution function of the scores given to
    :meth:`fit`; 0 for the lowest score, 1 for the highest. A new score is placed by the step function F.

    Formula: Cheli & Lemmi (1995).

    Raises
    ------
    equifinal.InputError
        When all scores are equal, or :meth:`calibrate` is called before :meth:`fit`.

    Examples
    --------
    >>> import pandas as pd
    >>> raw = pd.Series([1, 1, 2, 3, 3, 3, 4])
    >>> fitted = Ranks().fit(raw)
    >>> fitted.calibrate(raw).round(3).tolist()
    [0.0, 0.0, 0.2, 0.8, 0.8, 0.8, 1.0]
    >>> fitted.calibrate(pd.Series([0, 2.5, 9])).tolist()
    [0.0, 0.2, 1.0]
    """

    name = "ranks"
    reference = (
        "Cheli, B., & Lemmi, A. (1995). A 'Totally' Fuzzy and Relative Approach to the Multidimensional Analysis of "
        "Poverty. Economic Notes, 24(1), 115-134."
    )

    _observed: tuple[float, ...] = pydantic.PrivateAttr(default=())

    @property
    def observed(self) -> tuple[float, ...]:
        """The sorted scores given to :meth:`fit`; empty before."""
        return self._observed

    def fit(self, raw: pd.Series) -> Self:
        x = np.sort(values(series(raw).dropna()))
        if len(x) == 0 or x[0] == x[-1]:
            raise eq.InputError("Ranks need at least two different scores. Choose another calibration.")
        fitted = self.model_copy()
        fitted._observed = tuple(x.tolist())
        return fitted

    def calibrate(self, raw: pd.Series) -> pd.Series:
        if not self._observed:
            raise eq.InputError("The calibrator 'ranks' learns the distribution from the data: call fit(raw) first.")
        observed = np.asarray(self._observed)
        at_lowest = np.count_nonzero(observed == observed[0])
        reached = np.searchsorted(observed, values(raw), side="right")
        return memberships(np.maximum(0.0, (reached - at_lowest) / (len(observed) - at_lowest)), raw)
