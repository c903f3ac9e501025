"""The measures of agreement and the tables within facets, in words."""

__all__ = ["AGREEMENT", "MEMBERS"]

#: What methods agree on, and how that is measured.
AGREEMENT = {
    "predictions": ("predictions", "Spearman's rank correlation of the predicted memberships"),
    "groups": ("groups", "adjusted mutual information of the groups of cases; 0 is chance"),
    "importance": ("importances", "Kendall's tau-b of the conditions' importances"),
    "directions": ("directions", "share of conditions with the same direction"),
    "verdicts": ("verdicts", "share of propositions with the same verdict, where neither method is silent"),
}

#: Titles of tables within a facet.
MEMBERS = {
    "contrarian.against": "Cases that run against the direction that a method gives a condition",
    "contrarian.association": "Association of groups and of scores",
    "by_time.paths": "Paths at each time",
    "by_time.holding": "Where paths hold: consistency of at least 0.8",
    "by_time.groups": "Units that change paths or groups",
    "by_time.propositions": "Figures of claims of necessity and sufficiency",
    "by_time.fit": "Fit at each time",
    "by_time.within": "Consistency within each unit",
    "asymmetry.conditions": "Conditions, for the outcome and for {absence}",
    "asymmetry.paths": "Sufficient paths of both",
    "asymmetry.methods": "Whether {absence} mirrors the outcome",
    "study.sets": "Sets, raw scores and anchors",
    "study.raw": "Raw scores",
    "study.memberships": "Memberships",
}
