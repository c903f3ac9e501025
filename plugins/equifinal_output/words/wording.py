"""The measures of the common yardstick and of agreement, in words."""

__all__ = ["AGREEMENT", "MEASURES"]

MEASURES = {
    "consistency": "consistency",
    "coverage": "coverage",
    "pri": "PRI",
    "balanced_accuracy": "balanced accuracy",
    "mae": "mean absolute error",
    "spearman": "Spearman",
}

#: What methods agree on, and how that is measured.
AGREEMENT = {
    "predictions": ("predictions", "Spearman's rank correlation of the predicted memberships"),
    "groups": ("groups", "adjusted mutual information of the groups of cases; 0 is chance"),
    "importance": ("importances", "Kendall's tau-b of the conditions' importances"),
    "directions": ("directions", "share of conditions with the same direction"),
    "verdicts": ("verdicts", "share of propositions with the same verdict, where neither method is silent"),
}
