"""A plugin for equifinal: the method ``decision-tree``."""

import numpy as np
import pandas as pd
import pydantic

import equifinal as eq
from equifinal import sets

# The version of equifinal's plugin interface that this is written for.
equifinal_api = 1


class DecisionTree(eq.Method):
    """A regression tree: the cases are split by one condition after the other, so that the outcome is alike within groups.

    Each split is the one that lowers the variance of the outcome memberships most (Breiman et al. 1984), found by
    scikit-learn. A group at the end of the tree, a leaf, predicts its mean outcome membership.
    """

    name = "decision-tree"
    reference = "Breiman, L., Friedman, J., Olshen, R. A., & Stone, C. J. (1984). Classification and Regression Trees."

    max_depth: int = pydantic.Field(default=3, ge=1, description="The largest number of splits that lead to a leaf.")
    min_cases: int = pydantic.Field(default=5, ge=1, description="The smallest number of cases in a leaf.")

    def analyze(self, calibrated: eq.CalibratedStudy, rng: np.random.Generator) -> eq.Analysis:
        """Grow the tree. See :meth:`equifinal.Method.analyze`."""
        from sklearn.tree import DecisionTreeRegressor

        names = list(calibrated.condition_names)
        raw, outcome = calibrated.raw[names].to_numpy(), calibrated.fuzzy[calibrated.outcome.name].to_numpy()
        model = DecisionTreeRegressor(
            max_depth=self.max_depth,
            min_samples_leaf=min(self.min_cases, len(outcome)),
            random_state=int(rng.integers(2**31)),  # decides between splits that are equally good
        ).fit(raw, outcome)
        tree = model.tree_
        splits = self._splits(tree, names, calibrated)

        # What it says about conditions: those that the tree splits by contribute, in the direction of their splits.
        steps = {name: splits.loc[splits["condition"] == name, "step"] for name in names}
        signs = {name: set(np.sign(each)) for name, each in steps.items()}
        directions = [int(signs[name].pop()) if len(signs[name]) == 1 else 0 for name in names]
        conditions = pd.DataFrame(
            {
                "role": ["contributing" if len(steps[name]) else "none" for name in names],
                "direction": directions,
                "evidence": [self._sentence(splits[splits["condition"] == name]) for name in names],
                "importance": model.feature_importances_,
            },
            index=names,
        )

        # What it says about cases: the leaf in which each ends, described by the splits that lead there.
        rules = self._rules(tree, names)
        leaves = pd.Series(model.apply(raw), index=calibrated.cases)
        predicted = pd.Series(model.predict(raw).clip(0, 1), index=calibrated.cases)
        cases = pd.DataFrame({"group": leaves.map(rules), "predicted": predicted}, index=calibrated.cases)
        inside = {rule: (leaves == leaf).to_numpy(dtype=float) for leaf, rule in rules.items()}
        configurations = pd.DataFrame(
            {
                "expression": None,  # the splits are not at the crossovers of the sets, so that a leaf is no expression
                "cases": [list(calibrated.cases[members == 1]) for members in inside.values()],
                "consistency": [sets.consistency(members, outcome) for members in inside.values()],
                "coverage": [sets.coverage(members, outcome) for members in inside.values()],
                "mean_outcome": [outcome[members == 1].mean() for members in inside.values()],
            },
            index=list(inside),
        )
        fit = {"n": len(outcome), "leaves": int(tree.n_leaves), "r_squared": float(model.score(raw, outcome))}
        if np.ptp(outcome) == 0:
            fit["r_squared"] = float("nan")  # there is no variance to explain
        notes = [] if len(splits) else ["The tree has no split: no condition tells the cases apart."]
        return eq.Analysis(self, conditions, configurations, cases, fit, {"splits": splits}, notes, native=model)

    def predict(self, analysis: eq.Analysis, calibrated: eq.CalibratedStudy) -> pd.Series:
        """The mean outcome membership of the leaf in which each case ends. See :meth:`equifinal.Method.predict`."""
        raw = calibrated.raw[list(calibrated.condition_names)].to_numpy()
        return pd.Series(analysis.native.predict(raw).clip(0, 1), index=calibrated.cases)

    def assess(self, analysis: eq.Analysis, proposition: eq.Proposition, calibrated: eq.CalibratedStudy) -> eq.Verdict:
        """Judge claims on influence, joint conditions and paths. See :meth:`equifinal.Method.assess`."""
        if proposition.claim == "influence":
            found = analysis.conditions.loc[proposition.condition]
            answer = {proposition.sign: "supported", -proposition.sign: "contradicted"}.get(
                found["direction"], "inconclusive"
            )
            return eq.Verdict(answer, found["evidence"])
        if proposition.claim == "joint":
            together = [
                rule for rule in analysis.configurations.index if set(proposition.conditions) <= _conditions_of(rule)
            ]
            if together:
                return eq.Verdict("supported", f"One branch splits by all of them: {together[0]}.")
            return eq.Verdict("inconclusive", "No branch of the tree splits by all of them.")
        if proposition.claim == "equifinal":
            high = int((analysis.configurations["mean_outcome"] > 0.5).sum())
            answer = "supported" if proposition.holds(high) else "contradicted"
            return eq.Verdict(answer, f"{high} of the leaves have a mean outcome above 0.5.", {"leaves": high})
        return super().assess(
            analysis, proposition, calibrated
        )  # silent: a tree says nothing on necessity or sufficiency

    def _splits(self, tree, names: list[str], calibrated: eq.CalibratedStudy) -> pd.DataFrame:
        """One row per split: the condition, the threshold, and how the mean outcome steps up or down with the set."""
        means = tree.value[:, 0, 0]
        rows = [
            {
                "condition": names[tree.feature[node]],
                "threshold": float(tree.threshold[node]),
                "cases": int(tree.n_node_samples[node]),
                # The direction is about the set, which may fall with the score.
                "step": float(means[tree.children_right[node]] - means[tree.children_left[node]])
                * calibrated.orientation(names[tree.feature[node]]),
            }
            for node in range(tree.node_count)
            if tree.children_left[node] >= 0
        ]
        return pd.DataFrame(rows, columns=["condition", "threshold", "cases", "step"])

    def _sentence(self, splits: pd.DataFrame) -> str:
        said = [f"at {row.threshold:.3g} the mean outcome moves by {row.step:+.2f}" for row in splits.itertuples()]
        return f"Splits: {'; '.join(said)}." if said else "The tree does not split by it."

    def _rules(self, tree, names: list[str], node: int = 0, so_far: tuple[str, ...] = ()) -> dict[int, str]:
        """By leaf: the splits that lead to it, such as ``"LEAD > 4.5, FIN ≤ 2"``."""
        if tree.children_left[node] < 0:
            return {node: ", ".join(so_far) or "all cases"}
        name, threshold = names[tree.feature[node]], tree.threshold[node]
        left, right = (*so_far, f"{name} ≤ {threshold:.3g}"), (*so_far, f"{name} > {threshold:.3g}")
        return self._rules(tree, names, tree.children_left[node], left) | self._rules(
            tree, names, tree.children_right[node], right
        )


def _conditions_of(rule: str) -> set[str]:
    return {split.split()[0] for split in rule.split(", ")}


@eq.hookimpl
def equifinal_methods() -> list[type[eq.Method]]:
    """Tell equifinal what this plugin brings."""
    return [DecisionTree]
