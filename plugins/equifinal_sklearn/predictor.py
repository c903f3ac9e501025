"""The method predictor."""

from functools import partial
from itertools import combinations
from typing import Literal

import numpy as np
import pandas as pd
import pydantic

import equifinal as eq
from equifinal_sklearn.effects import Floats, accumulated
from equifinal_sklearn.estimators import Settings, regressor
from equifinal_sklearn.fitted import Estimate, Fitted, canonical_order, predictions, turns
from equifinal_sklearn.verdicts import described, verdict

Option = bool | int | float | str | tuple[bool | int | float | str, ...] | None


class Predictor(eq.Method):
    """Any regressor of scikit-learn, or of a package that works like it; by default a random forest.

    A flexible model with no theory of its own says how well the outcome can be predicted from these conditions at all: what
    other methods miss against it in cases not seen, they miss; what it misses too is perhaps not in the conditions.

    Examples
    --------
    >>> import equifinal as eq, numpy as np
    >>> from equifinal_sklearn import Predictor
    >>> study = eq.load_study("open-data-barometer-2014").calibrate()
    >>> line = Predictor(estimator="sklearn.linear_model.LinearRegression")
    >>> line.analyze(study, np.random.default_rng(0)).conditions["role"].tolist()
    ['contributing', 'none', 'none', 'none']
    """

    name = "predictor"
    family = "predictor"
    title = "Machine learning (scikit-learn)"
    reference = (
        "Breiman, L. (2001). Random forests. Machine Learning 45, 5-32. Apley, D. W. & Zhu, J. (2020). Visualizing the effects "
        "of predictor variables in black box supervised learning models. Journal of the Royal Statistical Society B 82(4), "
        "1059-1086."
    )
    by_default = False

    estimator: str = pydantic.Field(
        default="sklearn.ensemble.RandomForestRegressor",
        description="The import path of a regressor of scikit-learn, or of a package named in the study's settings.",
    )
    options: dict[str, Option] = pydantic.Field(
        default={},
        description="The estimator's own parameters; others have its defaults.",
    )
    scale: Literal["raw", "membership"] = pydantic.Field(
        default="raw",
        description="What it predicts from: raw scores, or memberships. It predicts memberships in the outcome.",
    )
    alpha: float = pydantic.Field(default=0.05, gt=0, lt=1, description="Intervals have a level of 1 - alpha.")
    resamples: int = pydantic.Field(
        default=30, ge=2, description="Bootstrap samples for the intervals, the estimator fitted again to each."
    )
    bins: int = pydantic.Field(default=10, ge=1, description="Intervals of scores for the accumulated local effects.")

    def analyze(self, calibrated: eq.CalibratedStudy, rng: np.random.Generator) -> eq.Analysis:
        """Fit the estimator, and describe what it does. See :meth:`equifinal.Method.analyze`.

        Raises
        ------
        InputError
            When the estimator is not trusted, is not a regressor, or cannot be fitted.
        """
        fitted = self._fitted(calibrated, rng)
        names = list(calibrated.condition_names)
        predicted = fitted.predict(self._scores(calibrated, fitted))
        signs = {name: fitted.sign([name]) for name in names}
        found = dict(zip(names, fitted.influences(names), strict=True))
        pairs = list(combinations(names, 2))
        together = pd.DataFrame(fitted.interactions(pairs), columns=list(Estimate._fields))
        return eq.Analysis(
            method=self,
            conditions=_conditions(found, signs, self.alpha),
            configurations=pd.DataFrame(columns=["expression", "cases", "consistency", "coverage"], dtype=object),
            cases=pd.DataFrame({"group": None, "predicted": predicted}, index=calibrated.cases),
            fit={"n": len(predicted), "r_squared_in_sample": _r_squared(predicted, calibrated)},
            tables={
                "effects": self._effects(fitted, names),
                "interactions": together.set_axis(
                    pd.Index(["*".join(pair) for pair in pairs], name="conditions", dtype=str)
                ),
            },
            notes=[
                "Measures in sample flatter a flexible estimator: it has seen these cases. Look at those out of sample."
            ],
            native=fitted,
        )

    def refit(self, calibrated: eq.CalibratedStudy, rng: np.random.Generator) -> eq.Analysis:
        """Fit the estimator alone; intervals are computed when a claim asks for them. See :meth:`equifinal.Method.refit`."""
        return eq.Analysis.for_prediction(self, self._fitted(calibrated, rng))

    def predict(self, analysis: eq.Analysis, calibrated: eq.CalibratedStudy) -> pd.Series:
        """Expected outcome memberships. See :meth:`equifinal.Method.predict`."""
        fitted: Fitted = analysis.native
        return pd.Series(fitted.predict(self._scores(calibrated, fitted)), index=calibrated.cases, name="predicted")

    def assess(self, analysis: eq.Analysis, proposition: eq.Proposition, calibrated: eq.CalibratedStudy) -> eq.Verdict:
        """Judge a claim, as :mod:`~equifinal_sklearn.verdicts` says. See :meth:`equifinal.Method.assess`."""
        return verdict(proposition, analysis.native)

    def _source(self, calibrated: eq.CalibratedStudy) -> pd.DataFrame:
        if self.scale == "membership":
            calibrated.require_memberships(f'{self.name} with scale = "membership"')
            return calibrated.fuzzy
        return calibrated.raw

    def _scores(self, calibrated: eq.CalibratedStudy, fitted: Fitted) -> Floats:
        return self._source(calibrated)[list(fitted.names)].to_numpy(dtype=float)

    def _fitted(self, calibrated: eq.CalibratedStudy, rng: np.random.Generator) -> Fitted:
        settings = calibrated.plugins.get("predictor", Settings())
        seed = int(rng.integers(2**31 - 1))
        names = calibrated.condition_names
        x, y = self._source(calibrated)[list(names)].to_numpy(dtype=float), calibrated.outcome_values("fuzzy")
        if not len(y):
            raise eq.InputError(f"Study {calibrated.name!r}, {self.name}: there are no cases to learn from.")
        signs = [self._orientation(calibrated, name) for name in names]
        x = x * turns(signs)
        columns, rows = canonical_order(x, y)
        units = np.arange(len(rows))
        if calibrated.unit is not None:
            units = pd.factorize(calibrated.data[calibrated.unit].to_numpy()[rows])[0]
        make = partial(regressor, self.estimator, self.options, settings.packages, seed)
        ordered, turned = tuple(names[each] for each in columns), tuple(signs[each] for each in columns)
        fitted = Fitted(
            make, ordered, turned, x[np.ix_(rows, columns)], y[rows], units, seed, self.bins, self.resamples, self.alpha
        )
        where = f"Study {calibrated.name!r}, {self.name}: "
        try:
            worked = np.isfinite(predictions(fitted.estimator, fitted.x)).all()
        except eq.InputError as error:
            raise eq.InputError(f"{where}{error}") from None
        except (TypeError, ValueError) as error:
            said = " ".join(str(error).split())
            raise eq.InputError(
                f"{where}the estimator {self.estimator!r} cannot be fitted to these cases: {said}"
            ) from None
        if not worked:
            raise eq.InputError(
                f"{where}the estimator {self.estimator!r} predicts values that are not numbers. Choose another."
            )
        return fitted

    def _orientation(self, calibrated: eq.CalibratedStudy, name: str) -> int:
        return 1 if self.scale == "membership" else calibrated.orientation(name)

    def _effects(self, fitted: Fitted, names: list[str]) -> pd.DataFrame:
        """The accumulated local effects, centred so that their mean over the cases is 0."""
        frames = []
        for name in names:
            column = fitted.names.index(name)
            edges, probe = accumulated(fitted.x, column, self.bins)
            effects = probe.answer(predictions(fitted.estimator, probe.rows) if len(probe.rows) else np.zeros(0))
            centre = float(np.interp(fitted.x[:, column], edges, effects).mean())
            scores = edges * turns(fitted.orientations)[column]
            frames.append(pd.DataFrame({"condition": name, "score": scores, "effect": effects - centre}))
        return pd.concat(frames, ignore_index=True)


def _conditions(found: dict[str, Estimate], signs: dict[str, int], alpha: float) -> pd.DataFrame:
    rows = [
        {
            "role": "contributing" if each.side else "none",
            "direction": signs[name] * each.side,
            "evidence": described("Accumulated local effect", each, signs[name], alpha),
            "effect": each.value,
            "std_error": each.error,
            "ci_low": each.low,
            "ci_high": each.high,
        }
        for name, each in found.items()
    ]
    return pd.DataFrame(rows, index=pd.Index(list(found), name="condition", dtype=str))


def _r_squared(predicted: Floats, calibrated: eq.CalibratedStudy) -> float:
    y = calibrated.outcome_values("fuzzy")
    total = float(((y - y.mean()) ** 2).sum())
    return 1.0 - float(((y - predicted) ** 2).sum()) / total if total > 0 else np.nan
