"""Crisp calibration: thresholds that the researcher sets, or that the largest gaps in the data suggest."""

from typing import Literal, Self

import numpy as np
import pandas as pd
import pydantic

import equifinal as eq
from equifinal_calibration.scores import Floats, memberships, numbers, outside, series, values

Linkage = Literal["complete", "average", "single", "ward"]


def count_passed(x: Floats, thresholds: tuple[float, ...]) -> Floats:
    """How many thresholds each score reaches; a score at a threshold reaches it."""
    return np.searchsorted(np.asarray(thresholds), x, side="right").astype(float)


def check_rising(thresholds: tuple[float, ...]) -> None:
    if (np.diff(thresholds) <= 0).any():
        raise ValueError(f"the thresholds must rise, no two of them equal; they are {numbers(thresholds)}")


class Crisp(eq.Calibrator):
    """Crisp sets: 1 from the threshold on, 0 below it; with several thresholds the values 0, 1, 2, ...

    Formula: Ragin (1987); a score at a threshold counts as above. Values beyond 1 are for multi-value conditions
    (Cronqvist & Berg-Schlosser 2009), not memberships: studies of fuzzy or crisp sets reject them.

    Raises
    ------
    equifinal.InputError
        When thresholds are missing or do not rise.

    Examples
    --------
    >>> import pandas as pd
    >>> Crisp(threshold=50).calibrate(pd.Series([20, 50, 65])).tolist()
    [0.0, 1.0, 1.0]
    >>> Crisp(thresholds=(30, 60)).calibrate(pd.Series([20, 50, 65])).tolist()
    [0.0, 1.0, 2.0]
    """

    name = "crisp"
    reference = "Ragin, C. C. (1987). The Comparative Method. University of California Press."

    model_config = pydantic.ConfigDict(json_schema_extra={"examples": [{"threshold": 50}]})

    threshold: float | None = pydantic.Field(default=None, description="The lowest score that is in the set.")
    thresholds: tuple[float, ...] = pydantic.Field(
        default=(), description="Instead of threshold: the lowest scores with the values 1, 2, ..., rising."
    )

    @pydantic.model_validator(mode="after")
    def _check_thresholds(self) -> Self:
        if (self.threshold is None) == (not self.thresholds):
            both = "both are" if self.thresholds else "neither is"
            raise ValueError(f"give either threshold (one number) or thresholds (several); {both} given")
        check_rising(self.thresholds)
        return self

    @property
    def _all(self) -> tuple[float, ...]:
        return self.thresholds if self.threshold is None else (self.threshold,)

    def calibrate(self, raw: pd.Series) -> pd.Series:
        return memberships(count_passed(values(raw), self._all), raw)

    def notes(self, raw: pd.Series) -> list[str]:
        numbered = {f"thresholds[{number}]": value for number, value in enumerate(self.thresholds)}
        return outside(numbered if self.threshold is None else {"threshold": self.threshold}, raw)


class Membership(eq.Calibrator):
    """The scores are memberships already, from 0 to 1, and stay as they are; what lies outside gets a note, and 0 or 1.

    Examples
    --------
    >>> import pandas as pd
    >>> Membership().calibrate(pd.Series([0, 0.4, 1])).tolist()
    [0.0, 0.4, 1.0]
    """

    name = "membership"
    reference = "Ragin, C. C. (2008). Redesigning Social Inquiry. University of Chicago Press, ch. 5."

    def calibrate(self, raw: pd.Series) -> pd.Series:
        return memberships(np.clip(values(raw), 0.0, 1.0), raw)

    def notes(self, raw: pd.Series) -> list[str]:
        wrong = raw[(raw < 0) | (raw > 1)]
        return [
            f"{case} has {score:g}, which is no membership and was taken as {min(max(score, 0), 1):g}. Correct it, or calibrate "
            "with anchors (method = 'direct')."
            for case, score in wrong.items()
        ][:3]


def thresholds_by_clustering(raw: pd.Series, groups: int = 2, linkage: Linkage = "complete") -> tuple[float, ...]:
    """Thresholds midway between neighbouring clusters of the scores.

    The scores are clustered hierarchically; a threshold lies in the middle of the gap between one cluster and the next. The
    tree is cut by the order of its mergers, so that equally distant clusters do not stand in the way; which of them are
    joined first is then a convention of the search (lower scores first), a further reason to look at the threshold.
    A suggestion to be weighed against knowledge of the cases, not a standard.

    Parameters
    ----------
    raw
        Scores; missing ones are left out.
    groups
        How many clusters, at least 2.
    linkage
        How the distance of two clusters is measured: ``"complete"``, ``"average"``, ``"single"`` or ``"ward"``.

    Returns
    -------
    tuple of float
        ``groups - 1`` thresholds, rising, in the unit of the scores.

    Raises
    ------
    equifinal.InputError
        When the scores do not have that many different values.

    Examples
    --------
    >>> import pandas as pd
    >>> thresholds_by_clustering(pd.Series([1, 2, 8, 9, 10, 30]), groups=3)
    (5.0, 20.0)
    """
    from scipy.cluster import hierarchy

    x = np.sort(values(series(raw).dropna()))
    different = len(np.unique(x))
    if not 2 <= groups <= different:
        raise eq.InputError(
            f"The scores have {different} different values, which cannot be cut into {groups} groups. "
            f"Ask for 2 to {different} groups."
        )
    tree = hierarchy.linkage(x[:, np.newaxis], method=linkage)
    cuts = np.flatnonzero(np.diff(hierarchy.cut_tree(tree, n_clusters=groups)[:, 0]))
    return tuple(float((x[cut] + x[cut + 1]) / 2) for cut in cuts)


class Clusters(eq.Calibrator):
    """Crisp sets with thresholds in the gaps between clusters of the scores.

    :meth:`fit` finds them with :func:`thresholds_by_clustering`; ``groups = 2`` gives the values 0 and 1. For
    exploration, or where no external standard exists: thresholds from the data change with the data.

    Source: Duşa (2019), *QCA with R*, ch. 4, on finding thresholds by hierarchical clustering.

    Examples
    --------
    >>> import pandas as pd
    >>> raw = pd.Series([1, 2, 8, 9])
    >>> Clusters().fit(raw).calibrate(raw).tolist()
    [0.0, 0.0, 1.0, 1.0]
    """

    name = "clusters"
    reference = "Duşa, A. (2019). QCA with R: A Comprehensive Resource. Springer, ch. 4."

    groups: int = pydantic.Field(default=2, ge=2, description="How many groups of scores; one threshold fewer.")
    linkage: Linkage = pydantic.Field(default="complete", description="How the distance of two clusters is measured.")

    _thresholds: tuple[float, ...] = pydantic.PrivateAttr(default=())

    @property
    def thresholds(self) -> tuple[float, ...]:
        """The thresholds that :meth:`fit` found; empty before."""
        return self._thresholds

    def fit(self, raw: pd.Series) -> Self:
        fitted = self.model_copy()
        fitted._thresholds = thresholds_by_clustering(raw, self.groups, self.linkage)
        return fitted

    def anchor_scores(self) -> dict[str, float]:
        return Crisp(thresholds=self._thresholds).anchor_scores() if self._thresholds else {}

    def calibrate(self, raw: pd.Series) -> pd.Series:
        if not self._thresholds:
            raise eq.InputError("The calibrator 'clusters' learns its thresholds from the data: call fit(raw) first.")
        return memberships(count_passed(values(raw), self._thresholds), raw)

    def notes(self, raw: pd.Series) -> list[str]:
        if not self._thresholds:
            return []
        return [f"Found in the data, by clustering: threshold {numbers(self._thresholds)}."]
