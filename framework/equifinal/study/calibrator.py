"""The base class of calibrators: from raw scores to set membership."""

import math
from typing import ClassVar, Self

import pandas as pd

from equifinal.plugin.extension import Extension

#: Prefixes of the parameters that are anchors, in the field's own words.
_ANCHORS = ("full_", "crossover", "threshold")


class Calibrator(Extension):
    """Turns raw scores into set memberships, 0 to 1.

    A subclass gives ``name``, its anchors as fields, and :meth:`calibrate`. One that learns its anchors from the data
    also overrides :meth:`fit`. Checks that concern several anchors at once belong in a
    ``pydantic.model_validator``; a ``ValueError`` that it raises reaches the user with the variable's name in front.

    Examples
    --------
    >>> import equifinal as eq
    >>> class Share(eq.Calibrator):
    ...     '''Membership is the score divided by the largest possible one.'''
    ...
    ...     name = "share"
    ...     maximum: float
    ...
    ...     def calibrate(self, raw):
    ...         return (raw / self.maximum).clip(0, 1)
    >>> import pandas as pd
    >>> Share(maximum=10).calibrate(pd.Series([2.0, 12.0])).tolist()
    [0.2, 1.0]
    """

    offered_by: ClassVar[str] = "equifinal_calibrators"

    def fit(self, raw: pd.Series) -> Self:
        """Learn anchors from raw scores and return a copy that has them; the default returns the calibrator itself."""
        return self

    def calibrate(self, raw: pd.Series) -> pd.Series:
        """Memberships (0 to 1) of any raw scores, with the same index; a missing score stays missing."""
        raise NotImplementedError(f"{type(self).__name__} must define calibrate(self, raw).")

    def notes(self, raw: pd.Series) -> list[str]:
        """Remarks for readers on this calibration of these scores; empty by default."""
        return []

    def anchor_scores(self) -> dict[str, float]:
        """The anchors by name, as raw scores; figures draw a line at each.

        The default takes the parameters whose names begin with ``full_``, ``crossover`` or ``threshold``, and numbers several
        values of one parameter. A calibrator whose anchors have other names or are learned overrides this.

        Examples
        --------
        >>> from equifinal_calibration import Crisp, Direct
        >>> Direct(full_out=20, crossover=50, full_in=80).anchor_scores()
        {'full out': 20.0, 'crossover': 50.0, 'full in': 80.0}
        >>> Crisp(thresholds=(30, 60)).anchor_scores()
        {'threshold 1': 30.0, 'threshold 2': 60.0}
        """
        found: dict[str, float] = {}
        for parameter, value in self.parameters().items():
            if parameter.startswith(_ANCHORS):
                several = isinstance(value, (list, tuple))
                words, values = parameter.replace("_", " "), value if several else [value]
                words = words.removesuffix("s") if several else words
                for number, each in enumerate(values, 1):
                    if isinstance(each, (int, float)) and not isinstance(each, bool) and math.isfinite(each):
                        found[f"{words} {number}" if len(values) > 1 else words] = float(each)
        return found
