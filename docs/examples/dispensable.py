"""A kind of proposition: a condition could be left out, because no prediction turns on it."""

import pandas as pd
import pydantic

import equifinal as eq

equifinal_api = 1


class Dispensable(eq.Proposition):
    """The condition could be left out.

    Supported when its permutation importance is at most `tolerance`, contradicted when it exceeds `tolerance` by more than its
    standard deviation over the permutations, inconclusive in between.
    """

    claim = "dispensable"
    condition: str = pydantic.Field(description="The condition.")
    tolerance: float = pydantic.Field(
        default=0.01, ge=0, le=1, description="The rise in mean absolute error that would not matter."
    )

    def judge(self, importance: pd.DataFrame | None) -> eq.Verdict:
        if importance is None or importance.loc[self.condition].isna().any():
            return eq.Verdict("silent", evidence="The method has no permutation importances.")
        rise, sd = importance.loc[self.condition, ["importance", "sd"]]
        evidence = f"Permuting {self.condition} raises the error by {rise:.3f} (SD {sd:.3f}); {self.tolerance:g} would not matter."
        numbers = {"rise": rise, "sd": sd}
        if rise <= self.tolerance:
            return eq.Verdict("supported", evidence, numbers)
        return eq.Verdict("contradicted" if rise - self.tolerance > sd else "inconclusive", evidence, numbers)


@eq.hookimpl
def equifinal_propositions():
    return [Dispensable]
