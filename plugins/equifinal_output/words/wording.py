"""The measures of agreement, in words."""

#: What methods agree on, and how that is measured.
AGREEMENT = {
    "predictions": ("predictions", "Spearman's rank correlation of the predicted memberships"),
    "groups": ("groups", "adjusted mutual information of the groups of cases; 0 is chance"),
    "importance": ("importances", "Kendall's tau-b of the conditions' importances"),
    "directions": (
        "directions",
        "share of conditions with the same direction, of those on which both are firm (without evidence: of all)",
    ),
    "verdicts": (
        "verdicts",
        "share of propositions with the same verdict, of those on which both are firm (without evidence: where neither is silent)",
    ),
}
