import pandas as pd
import pydantic
import scipy

import equifinal as eq


class RankCorrelation(eq.Method):
    """Spearman's rank correlation of each condition with the outcome."""

    name = "rank-correlation"
    reference = "Spearman (1904), The proof and measurement of association between two things"
    alpha: float = pydantic.Field(default=0.05, gt=0, lt=1, description="A condition counts when p is below it.")

    def analyze(self, calibrated, rng):
        calibrated.require_memberships(self.name)
        conditions = pd.DataFrame(index=calibrated.condition_names, columns=["role", "direction", "evidence"])
        for name in calibrated.condition_names:
            rho, p = scipy.stats.spearmanr(calibrated.fuzzy[name], calibrated.fuzzy[calibrated.outcome.name])
            role, direction = ("contributing", 1 if rho > 0 else -1) if p < self.alpha else ("none", 0)
            conditions.loc[name] = [role, direction, f"ρ = {rho:.2f}, p = {p:.3f}."]
        no_paths = pd.DataFrame(columns=["expression", "cases", "consistency", "coverage"])
        cases = pd.DataFrame({"group": None, "predicted": float("nan")}, index=calibrated.cases)
        return eq.Analysis(method=self, conditions=conditions, configurations=no_paths, cases=cases, fit={})


@eq.hookimpl
def equifinal_methods():
    return [RankCorrelation]
