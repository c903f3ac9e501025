"""The base class of calibrators: from raw scores to set membership."""

from typing import Self

import pandas as pd

from equifinal.extension import Extension

__all__ = ["Calibrator"]


class Calibrator(Extension):
    """Turns raw scores into set memberships, 0 to 1.

    A subclass gives ``name``, its anchors as fields, and :meth:`calibrate`. One that learns its anchors from the data
    also overrides :meth:`fit`. Checks that concern several anchors at once belong in a
    ``pydantic.model_validator``; what it raises as ``ValueError`` reaches the user with the variable's name in front.

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

    def fit(self, raw: pd.Series) -> Self:
        """Learn anchors from raw scores and return a copy that has them; the default returns the calibrator itself."""
        return self

    def calibrate(self, raw: pd.Series) -> pd.Series:
        """Memberships (0 to 1) of any raw scores, with the same index; a missing score stays missing."""
        raise NotImplementedError(f"{type(self).__name__} must define calibrate(self, raw).")

    def notes(self, raw: pd.Series) -> list[str]:
        """What a reader should know about this calibration of these scores; empty by default."""
        return []
