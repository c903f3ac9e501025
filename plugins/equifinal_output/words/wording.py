"""The measures of the common yardstick, in words."""

__all__ = ["MEASURES"]

MEASURES = {
    "consistency": "consistency",
    "coverage": "coverage",
    "pri": "PRI",
    "balanced_accuracy": "balanced accuracy",
    "mae": "mean absolute error",
    "spearman": "Spearman",
}
