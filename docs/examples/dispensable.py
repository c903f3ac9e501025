"""A kind of proposition: a condition could be left out, because no prediction turns on it."""

import pandas as pd
import pydantic

import equifinal as eq

equifinal_api = 1


class Dispensable(eq.Proposition):
    """The condition could be left out.

    Supported when its permutation importance is at most `tolerance`, contradicted when it exceeds twice that, inconclusive in
    between.
    """

    claim = "dispensable"
    condition: str = pydantic.Field(description="The condition.")
    tolerance: float = pydantic.Field(
        default=0.005, ge=0, le=1, description="The rise in mean squared error that would not matter."
    )

    def judge(self, importance: pd.DataFrame | None) -> eq.Verdict:
        if importance is None or importance.loc[self.condition].isna().any():
            return eq.Verdict("silent", evidence="The method has no permutation importances.")
        rise = float(importance.loc[self.condition, "importance"])
        evidence = (
            f"Permuting {self.condition} raises the squared error by {rise:.3f}; {self.tolerance:g} would not matter."
        )
        numbers = {"rise": rise, "tolerance": self.tolerance}
        if rise <= self.tolerance:
            return eq.Verdict("supported", evidence, numbers)
        return eq.Verdict("contradicted" if rise > 2 * self.tolerance else "inconclusive", evidence, numbers)


@eq.hookimpl
def equifinal_propositions():
    return [Dispensable]
