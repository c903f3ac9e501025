"""The base class of methods: from a calibrated study to an analysis."""

from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from equifinal.extension import Extension
from equifinal.propositions import Claim, Verdict

if TYPE_CHECKING:
    from equifinal.analysis import Analysis
    from equifinal.calibrated_study import CalibratedStudy

__all__ = ["Method"]


class Method(Extension):
    """A research method.

    A subclass gives ``name``, ``title``, ``reference``, its parameters as fields, and :meth:`analyze`. The rest is optional:
    :meth:`predict` puts it on the common yardstick, :meth:`assess` lets it judge propositions, :meth:`advise` lets it
    say something to each case.

    Attributes
    ----------
    sufficient_paths : bool
        True when each row of ``configurations`` claims to be sufficient for the outcome, as a QCA path does. Such paths
        enter the advice for cases without the outcome. False by default: a cluster is no path.
    """

    sufficient_paths: ClassVar[bool] = False

    def analyze(self, study: "CalibratedStudy", rng: np.random.Generator) -> "Analysis":
        """Analyse the cases.

        Parameters
        ----------
        study
            The cases, calibrated. Not to be changed.
        rng
            The only source of randomness to use: it is seeded, so that results repeat.
        """
        raise NotImplementedError(f"{type(self).__name__} must define analyze(self, study, rng).")

    def refit(self, study: "CalibratedStudy", rng: np.random.Generator) -> "Analysis":
        """Learn from other cases what :meth:`predict` needs; by default a full analysis.

        Predicting cases not seen takes one refit per fold. A method whose tables cost more than its fit returns
        ``Analysis.for_prediction(self, native)`` instead; it must predict as the full analysis of these cases would.
        """
        return self.analyze(study, rng)

    def predict(self, analysis: "Analysis", study: "CalibratedStudy") -> pd.Series:
        """Outcome memberships (0 to 1) of cases that the analysis may not have seen.

        In `study` the outcome's values are missing and its column is absent. Each case is predicted for itself: the
        answer does not depend on which other cases are there.
        """
        raise NotImplementedError(f"{type(self).__name__} does not predict.")

    def assess(self, analysis: "Analysis", claim: Claim, study: "CalibratedStudy") -> Verdict:
        """Judge a proposition; by default the method has nothing to say on it."""
        return Verdict("silent", evidence="It has nothing to say on claims of this kind.")

    def advise(self, analysis: "Analysis", study: "CalibratedStudy") -> pd.Series | None:
        """One sentence per case without the outcome: what the method would have it change. ``None``: nothing."""
        return None

    @classmethod
    def predicts(cls) -> bool:
        """Whether the class defines :meth:`predict`."""
        return cls.predict is not Method.predict
