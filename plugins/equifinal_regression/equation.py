"""An equation: estimating it, and describing how well it is estimated."""

import warnings
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equifinal.plain import Record, counted

Floats = NDArray[np.float64]
Model = Literal["ols", "logit", "fractional-logit"]


@dataclass(frozen=True, eq=False)
class Covariance:
    """The kind of covariance of the coefficients to estimate.

    Attributes
    ----------
    name : {"HC3", "HC2", "HC1", "HC0", "classical", "cluster"}
    clusters : numpy.ndarray of shape (n,) or None
        For ``"cluster"`` the number of each case's unit, 0, 1, ...: errors may be correlated within it (Liang & Zeger 1986).
    """

    name: str
    clusters: NDArray[np.intp] | None = None

    def options(self) -> dict[str, Any]:
        """Arguments of statsmodels' ``fit``."""
        if self.clusters is not None:
            return {"cov_type": "cluster", "cov_kwds": {"groups": self.clusters}, "use_t": True}
        return {"cov_type": "nonrobust" if self.name == "classical" else self.name, "use_t": True}

    def df_resid(self, cases: int, parameters: int) -> int:
        """Degrees of freedom of t and F: cases less parameters, or clusters less one (Cameron & Miller 2015)."""
        return cases - parameters if self.clusters is None else len(np.unique(self.clusters)) - 1


@dataclass(frozen=True, eq=False, repr=False)
class Equation(Record):
    """The coefficients, and statsmodels' own results.

    Attributes
    ----------
    params : numpy.ndarray of shape (k,)
        The constant, then one coefficient per term; NaN when they could not be estimated.
    scaling : pandas.DataFrame or None
        ``mean`` and ``sd`` of each set when the equation is written in z-scores.
    results
        The results of statsmodels' ``OLS`` or ``GLM``; ``None`` when nothing could be estimated. When the scores differ in
        size by a factor of more than a million, its columns are divided by their length.
    model : {"ols", "logit", "fractional-logit"}
    notes : list of str
    errors : Covariance
        The kind of covariance that its coefficients have.
    sizes : numpy.ndarray of shape (k,)
        By what the columns of the results are divided.
    design, outcome : numpy.ndarray of shape (n, k) and (n,)
        What it was estimated from, the columns divided so.
    """

    params: Floats
    scaling: pd.DataFrame | None
    results: Any
    model: Model = "ols"
    notes: list[str] = field(default_factory=list)
    errors: Covariance = field(default_factory=lambda: Covariance("classical"))
    sizes: Floats | float = 1.0
    design: Floats = field(default_factory=lambda: np.empty((0, 0)))
    outcome: Floats = field(default_factory=lambda: np.empty(0))

    @cached_property
    def least_squares(self) -> Any:
        """The least squares that the covariance comes from: the equation's, or those at which a logit's estimation ends."""
        if self.results is None or (hasattr(self.results, "cov_params") and self.model == "ols"):
            return self.results
        if self.model == "ols":
            return _ordinary(self.design, self.outcome, self.errors)
        return _last_step(self)

    @cached_property
    def covariance(self) -> Floats:
        """The covariance of the coefficients, shape (k, k); NaN when they could not be estimated."""
        if self.results is None:
            return np.full((len(self.params), len(self.params)), np.nan)
        sizes = np.broadcast_to(self.sizes, self.params.shape)
        return np.asarray(self.least_squares.cov_params()) / np.outer(sizes, sizes)

    @property
    def df_resid(self) -> float:
        """Degrees of freedom of the t distribution; infinity for the logit's normal one."""
        if self.model == "logit":
            return np.inf
        cases = len(self.outcome)
        return max(self.errors.df_resid(cases, len(self.params)), 0)


@dataclass(frozen=True, eq=False)
class Description:
    """How well an equation is estimated; NaN throughout when it could not be estimated."""

    covariance: Floats  # (k, k), of the coefficients
    leverage: Floats  # (n,)
    cooks_distance: Floats  # (n,)
    statistics: dict[str, float]
    notes: list[str] = field(default_factory=list)


def solve(
    model: Model, design: Floats, outcome: Floats, covariance: Covariance, scaling: pd.DataFrame | None
) -> Equation:
    """Estimate the coefficients of `design` (n, k), whose first column is the constant."""
    problem = not_estimable(design, outcome)
    results = None
    notes: list[str] = []
    if not problem and model == "ols":
        results = _ordinary(design / sizes_of(design), outcome, covariance)
    elif not problem:
        results, problem, notes = _solve_logit(model, design / sizes_of(design), outcome)
    if results is None:
        missing = np.full(design.shape[1], np.nan)
        return Equation(missing, scaling, None, model, [f"Not estimated. {problem}"], covariance)
    sizes = sizes_of(design)
    params = np.asarray(results.params) / sizes
    return Equation(params, scaling, results, model, notes, covariance, sizes, design / sizes, outcome)


def _ordinary(design: Floats, outcome: Floats, covariance: Covariance) -> Any:
    from statsmodels.regression.linear_model import OLS

    return OLS(outcome, design).fit(**covariance.options())


def _solve_logit(model: Model, design: Floats, outcome: Floats) -> tuple[Any, str, list[str]]:
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM

    if float(np.ptp(outcome)) == 0 and outcome[0] in (0.0, 1.0):
        problem = f"The outcome's membership is {outcome[0]:g} in every case, so a logit has no finite solution."
        return None, problem, []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        results = GLM(outcome, design, family=Binomial()).fit(tol=1e-10, rtol=1e-12)
    fitted = np.asarray(results.fittedvalues)
    separated = any(warning.category.__name__ == "PerfectSeparationWarning" for warning in caught)
    separated |= not np.isfinite(results.params).all()
    nearest = np.nan if separated else float((fitted * (1 - fitted)).min())
    if model == "logit" and nearest < 1e-5:
        # An outlying case has such a probability too, so the data must decide.
        separated = _is_separated(design, outcome)
    elif nearest < 1e-8:
        separated = True
    if separated:
        problem = (
            "The conditions separate the cases with and without the outcome perfectly (or nearly so), so the logit has no "
            'finite solution. model = "ols" has one.'
        )
        return None, problem, []
    stopped = f"The {model.replace('-', ' ')} did not converge; its numbers are from the last step."
    return results, "", [] if results.converged else [stopped]


def _is_separated(design: Floats, outcome: Floats) -> bool:
    """Whether some combination of the columns is never on the wrong side of 0, and not 0 throughout.

    Then, and only then, the logit has no finite solution (Albert & Anderson 1984). A linear program decides it.
    """
    from scipy.optimize import linprog

    sides = np.where(outcome > 0.5, 1.0, -1.0)[:, np.newaxis] * design / np.linalg.norm(design, axis=0)
    found = linprog(-sides.sum(axis=0), A_ub=-sides, b_ub=np.zeros(len(sides)), bounds=(-1, 1))
    return bool(found.status == 0 and float(found.fun or 0.0) < -1e-6)


def not_estimable(design: Floats, outcome: Floats) -> str:
    """Why the equation has no single solution, or nothing."""
    cases, parameters = design.shape
    if cases <= parameters:
        return f"{cases} cases cannot determine {parameters} parameters (the constant included); more are needed."
    if not np.isfinite(design).all() or not np.isfinite(outcome).all():
        return (
            "A score does not vary among these cases (or is missing), so it has no z-score: nothing can be estimated."
        )
    # Each column at length 1: very different units would hide a dependence, or fake one.
    if np.linalg.matrix_rank(design / np.linalg.norm(design, axis=0).clip(min=1e-300)) < parameters:
        return (
            "Among these cases a condition is constant, or an exact combination of others, so their coefficients "
            "cannot be told apart. Leave one of them out."
        )
    return ""


def sizes_of(design: Floats) -> Floats:
    """Divisors of the columns: 1, unless they differ so much that a pseudo-inverse would lose the small ones."""
    sizes = np.linalg.norm(design, axis=0)
    return np.ones(len(sizes)) if sizes.max() / sizes.min() < 1e6 else np.asarray(sizes)


def describe(equation: Equation, design: Floats, outcome: Floats) -> Description:
    """The covariance of the coefficients, the cases' influence, and the fit."""
    (cases, parameters), covariance = design.shape, equation.errors
    statistics: dict[str, float] = {"n": cases, "parameters": parameters, "df_resid": cases - parameters}
    if equation.results is None:
        missing = np.full(cases, np.nan)
        return Description(equation.covariance, missing, missing, statistics)
    least_squares = equation.least_squares
    scale = float(least_squares.scale)
    if equation.model != "ols":
        statistics |= _logit_statistics(equation.results, outcome)
        if equation.model == "logit":
            scale = 1.0  # the variance of a crisp outcome is p (1 - p)
            statistics |= _likelihood(equation.results, statistics)
        else:
            statistics["dispersion"] = scale
    else:
        statistics |= _ols_statistics(least_squares, outcome)
    df_resid = covariance.df_resid(cases, parameters)
    if covariance.clusters is not None:
        statistics["clusters"] = df_resid + 1
    statistics |= _wald_test(least_squares, equation.model, df_resid)

    leverage = np.asarray((least_squares.model.wexog * least_squares.model.pinv_wexog.T).sum(axis=1))
    # Cook (1977): e² h / (k s² (1 - h)²); for the logit with Pearson residuals and the dispersion (Pregibon 1981).
    with np.errstate(divide="ignore", invalid="ignore"):
        standardized = np.asarray(least_squares.wresid) ** 2 / scale / parameters
        cooks_distance = standardized * leverage / (1 - leverage) ** 2
    return Description(
        covariance=equation.covariance,
        leverage=leverage,
        cooks_distance=cooks_distance,
        statistics=statistics,
        notes=_leverage_notes(leverage, covariance.name),
    )


def _last_step(equation: Equation) -> Any:
    """The weighted least squares at which the logit's estimation ends; it has the same coefficients.

    statsmodels gives a GLM the HC0 covariance whichever HC is requested; least squares have them all, and their classical
    covariance estimates the dispersion of the fractional logit. For a crisp outcome it is 1, and the normal distribution holds.
    """
    from statsmodels.regression.linear_model import WLS

    design, outcome, fitted = equation.design, equation.outcome, np.asarray(equation.results.fittedvalues)
    weights = fitted * (1 - fitted)
    # A probability that rounds to 0 or 1 leaves a weight of 0.
    step = np.divide(outcome - fitted, weights, out=np.zeros(len(outcome)), where=weights > 0)
    working = design @ np.asarray(equation.results.params) + step
    weighted = WLS(working, design, weights=weights)
    if equation.model == "logit" and equation.errors.name == "classical":
        return weighted.fit(cov_type="fixed scale", cov_kwds={"scale": 1.0})
    return weighted.fit(**equation.errors.options())


def _ols_statistics(results: Any, outcome: Floats) -> dict[str, float]:
    varies, errs = float(np.ptp(outcome)) > 0, results.ssr > 0
    return {
        "r_squared": float(results.rsquared) if varies else np.nan,
        "adj_r_squared": float(results.rsquared_adj) if varies else np.nan,
        "residual_std_error": float(np.sqrt(results.scale)),
        "aic": float(results.aic) if errs else np.nan,
        "bic": float(results.bic) if errs else np.nan,
    }


def _logit_statistics(results: Any, outcome: Floats) -> dict[str, float]:
    mean = np.full(len(outcome), outcome.mean())
    deviance, null_deviance = float(results.deviance), float(results.family.deviance(outcome, mean))
    errors, total = float(((outcome - results.fittedvalues) ** 2).sum()), float(((outcome - mean) ** 2).sum())
    return {
        "deviance_r_squared": 1 - deviance / null_deviance if total > 0 else np.nan,
        "efron_r_squared": 1 - errors / total if total > 0 else np.nan,
        "deviance": deviance,
        "null_deviance": null_deviance,
    }


def _likelihood(results: Any, statistics: dict[str, float]) -> dict[str, float]:
    """For a crisp outcome, whose deviance is -2 log L; the likelihood ratio compares with the constant alone."""
    from scipy.special import chdtrc

    parameters, deviance = statistics["parameters"], statistics["deviance"]
    ratio = statistics["null_deviance"] - deviance
    return {
        "log_likelihood": -deviance / 2,
        "aic": deviance + 2 * parameters,
        "bic": deviance + parameters * float(np.log(statistics["n"])),
        "lr_statistic": ratio,
        "lr_p_value": float(chdtrc(parameters - 1, ratio)),
    }


def _wald_test(results: Any, model: Model, df_resid: int) -> dict[str, float]:
    """Test that all coefficients but the constant are 0: Wald's F (chi-squared for the logit), with the chosen covariance."""
    from scipy.special import chdtrc, fdtrc

    slopes = np.asarray(results.params)[1:]
    # The rank of the covariance is one less than the number of clusters.
    enough = df_resid >= len(slopes)
    statistic = wald(slopes, np.asarray(results.cov_params())[1:, 1:]) if enough else np.nan
    if model == "logit":
        chi_squared = len(slopes) * statistic
        return {"wald_statistic": chi_squared, "wald_p_value": float(chdtrc(len(slopes), chi_squared))}
    return {"f_statistic": statistic, "f_p_value": float(fdtrc(len(slopes), df_resid, statistic))}


def wald(coefficients: Floats, covariance: Floats) -> float:
    """Wald's statistic for all being 0, divided by their number; NaN when the covariance cannot be inverted."""
    try:
        statistic = float(coefficients @ np.linalg.solve(covariance, coefficients)) / len(coefficients)
    except np.linalg.LinAlgError:
        return np.nan
    return statistic if np.isfinite(statistic) else np.nan


def _leverage_notes(leverage: Floats, covariance: str) -> list[str]:
    alone = int((leverage > 1 - 1e-9).sum())
    if not alone or covariance not in ("HC2", "HC3"):
        return []
    return [
        f"{counted(alone, 'case has', 'cases have')} leverage 1 (the equation fits exactly there), so "
        f'{covariance} standard errors are not meaningful. covariance = "HC1" has meaningful ones.'
    ]
