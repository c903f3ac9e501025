"""A solution as a classifier in the manner of scikit-learn, which this module alone needs at import."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted, validate_data

from equifinal import InputError
from equifinal.errors import listing
from equifinal_qca.engine.cubes import Floats
from equifinal_qca.minimization import minimize
from equifinal_qca.model import Model
from equifinal_qca.solution import Solution, SolutionType
from equifinal_qca.space import Expectation
from equifinal_qca.table import truth_table


class QCAClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Classify cases by their membership in the best model of a QCA solution (Ragin 2008).

    The features are memberships; calibrate raw scores first. The outcome is the second of the two classes. A case's
    probability of it is its membership in the model: a degree of membership between 0 and 1, not a frequency. Judge it by
    ranking and by the crossover at 0.5 rather than by calibration curves.

    Parameters
    ----------
    solution
        ``"conservative"``, ``"parsimonious"`` or ``"intermediate"``.
    consistency_cutoff, frequency_cutoff, pri_cutoff
        As for :func:`~equifinal_qca.truth_table`.
    expectations
        As for :func:`~equifinal_qca.minimize`; by feature name (``x0``, ``x1``, ... when the features have no names that are
        identifiers).
    max_models
        The most models to look through for the best one.

    Attributes
    ----------
    classes_ : numpy.ndarray of shape (2,)
        The absence and the presence of the outcome.
    solution_ : Solution
        All models.
    model_ : Model or None
        The one that predicts: the highest consistency, then coverage. None when no configuration passed the cutoffs; every
        case is then predicted to lack the outcome.
    n_features_in_ : int
    feature_names_in_ : numpy.ndarray of shape (n_features_in_,)
        Only when `X` has column names that are all text.

    Raises
    ------
    InputError
        In ``fit`` and ``predict_proba``, for features outside 0 to 1 or missing (a ValueError).

    Examples
    --------
    >>> import pandas as pd
    >>> from equifinal_qca import QCAClassifier
    >>> X = pd.DataFrame({"A": [0.9, 0.8, 0.7, 0.2, 0.1, 0.3], "B": [0.8, 0.3, 0.9, 0.7, 0.2, 0.4]})
    >>> y = ["open", "closed", "open", "closed", "closed", "closed"]
    >>> classifier = QCAClassifier(consistency_cutoff=0.6).fit(X, y)
    >>> classifier.classes_.tolist(), classifier.model_.expression
    (['closed', 'open'], 'A*B')
    >>> classifier.predict_proba(X)[:, 1].tolist()
    [0.8, 0.3, 0.7, 0.2, 0.1, 0.3]
    >>> classifier.predict(X).tolist()
    ['open', 'closed', 'open', 'closed', 'closed', 'closed']
    """

    classes_: NDArray[Any]
    solution_: Solution
    model_: Model | None
    n_features_in_: int
    feature_names_in_: NDArray[np.object_]

    def __init__(
        self,
        solution: SolutionType = "parsimonious",
        consistency_cutoff: float | tuple[float, float] = 0.8,
        frequency_cutoff: float = 1,
        pri_cutoff: float = 0.5,
        expectations: Mapping[str, Expectation] | None = None,
        max_models: int = 1000,
    ) -> None:
        self.solution = solution
        self.consistency_cutoff = consistency_cutoff
        self.frequency_cutoff = frequency_cutoff
        self.pri_cutoff = pri_cutoff
        self.expectations = expectations
        self.max_models = max_models

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Find the solution.

        Parameters
        ----------
        X
            Memberships, shape (n, k), 0 to 1; at most 63 features.
        y
            Two classes, shape (n,); the second in sorted order is the outcome.
        """
        features, y = validate_data(self, X, y, dtype=np.float64, ensure_min_samples=2)
        check_classification_targets(y)
        kind = type_of_target(y, input_name="y")
        if kind != "binary":
            raise InputError(f"Only binary classification is supported. The type of the target is {kind}.")
        self.classes_, outcome = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise InputError(f"y holds one class only, {self.classes_[0]!r}. Give cases with and without the outcome.")
        frame = self._frame(features)
        names = list(frame.columns)
        free = next(name for name in ("outcome", *(f"outcome{n}" for n in range(len(names)))) if name not in names)
        table = truth_table(
            frame.assign(**{free: outcome.astype(float)}),
            free,
            names,
            self.consistency_cutoff,
            self.frequency_cutoff,
            self.pri_cutoff,
        )
        self.solution_ = minimize(table, self.solution, self.expectations, max_models=self.max_models)
        self.model_ = self.solution_.best
        return self

    def predict_proba(self, X: ArrayLike) -> Floats:
        """Memberships in the absence and the presence of the outcome, shape (n, 2); they add up to 1."""
        check_is_fitted(self)
        features = validate_data(self, X, dtype=np.float64, reset=False)
        present = self.solution_.predict(self._frame(features)).to_numpy()
        return np.column_stack([1.0 - present, present])

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The class of each case: the outcome where membership in the model exceeds 0.5, shape (n,)."""
        present = self.predict_proba(X)[:, 1] > 0.5
        predicted: NDArray[Any] = self.classes_[present.astype(int)]
        return predicted

    def _frame(self, X: Floats) -> pd.DataFrame:
        names = [str(name) for name in getattr(self, "feature_names_in_", [])]
        if not names or not all(name.isidentifier() for name in names):
            names = [f"x{number}" for number in range(self.n_features_in_)]
        least, most = X.min(axis=0), X.max(axis=0)
        for problem, wrong in (("Negative values in data", least < 0), ("Features above 1", most > 1)):
            if wrong.any():
                named = [name for name, each in zip(names, wrong, strict=True) if each]
                raise InputError(
                    f"{problem}: {listing(named)}. Features are memberships, 0 to 1; calibrate scores first."
                )
        return pd.DataFrame(X, columns=names)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        # Terms are conjunctions of observed values; no distribution is fitted to the cases that the checks draw.
        tags.classifier_tags.poor_score = True
        tags.input_tags.positive_only = True
        return tags
