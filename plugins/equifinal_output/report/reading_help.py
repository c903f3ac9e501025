"""How to read each section of a report, in plain language."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Help:
    """Paragraphs, then terms with their meanings."""

    paragraphs: tuple[str, ...]
    terms: dict[str, str] = field(default_factory=dict)


HELP = {
    "verdicts": Help(
        (
            "A verdict is a method's answer, by its own rule, to a proposition that the study states. A rule has no error rate, "
            "so every method was asked again: in worlds without the relation, and in resampled case sets.",
            "Methods of one family, such as fsQCA and csQCA, have one vote together; a family whose members decide "
            "differently is undecided. All methods look at the same cases: agreement shows that a finding does not depend on "
            "one kind of method; it is not independent confirmation.",
        ),
        {
            "Supported": "What the method finds agrees with the claim.",
            "Contradicted": "What the method finds speaks against the claim.",
            "Inconclusive": "The method can judge such a claim, but its numbers do not settle it.",
            "Silent": "The method has nothing to say on such a claim. That counts neither for nor against it.",
            "By chance": (
                "Of a verdict that asserts a relation: how often the method gives the same answer, at least as strongly, where "
                "what the claim is about has been permuted. At most .05 is asked for. A denial has no such number."
            ),
            "Stable": "How often resampled case sets, everything refitted, give the same answer: 75 %, for a denial 95 %.",
            "Firm": "Both are as asked. What is not firm stands in grey, in brackets, with the number that fails.",
            "Firm together": "Still firm when all claims and conditions are tested at once; agreement counts only these.",
        },
    ),
    "conditions": Help(
        (
            "Each cell gives role, direction and importance. The role is the method's own word; the highest that applies is shown. "
            "Necessary conditions are QCA's and NCA's, core conditions QCA's alone; clusters are formed from the conditions, which "
            "gives none of them a role. Direction and importance are measured alike for all methods, from their predictions; a "
            "direction is shown where it is firm. The direction in a method's own table is the one that the method itself gives.",
        ),
        {
            "Necessary": (
                "QCA: consistent as a superset of the outcome, and not trivially so. NCA: high levels of the outcome are "
                "reached only with high levels of it, beyond what chance or correlation alone would explain."
            ),
            "Core": "Part of a path even in the most parsimonious solution.",
            "Contributing": "QCA: part of some path. Regression: an effect whose interval excludes 0.",
            "Direction": "Whether the mean prediction rises or falls as the condition goes from low to high.",
            "Importance": (
                "How much the squared error on held-out cases rises when the condition is shuffled among the cases; in "
                "brackets the 95 % interval over resampled case sets. Near 0, the method does not need the condition."
            ),
        },
    ),
    "paths": Help(
        (
            "The groups of cases that methods form: paths, clusters, profiles. In expressions ~ means not, * means and, "
            "and + means or: A*~B reads A without B.",
            "In the chart (Fiss 2011) each column is a path: all of its conditions together go with the outcome. ● means that "
            "the condition is present, ⊗ that it is absent, an empty cell that it may be either. A large sign marks a core "
            "condition, a small one a peripheral condition. Paths with the same number share their core conditions.",
        ),
        {
            "Core condition": "In the path even in the most parsimonious solution, whatever combinations without cases would show.",
            "Peripheral condition": "In the path only when simplifying assumptions that theory does not expect are left out.",
            "Consistency": "How far membership in the group implies membership in the outcome; 1 means without exception.",
            "Coverage": "How much of the outcome the group accounts for.",
            "Unique coverage": "How much of it this path alone accounts for.",
        },
    ),
    "cases": Help(
        (
            "Outcome is the case's membership in the outcome, from 0 (fully out) to 1 (fully in). Group is the path or "
            "cluster that the case is in; predicted is the membership in the outcome that the method expects of it. Type "
            "compares the two at 0.5; deviant cases deserve a closer look.",
        ),
        {
            "Typical": "The outcome is expected and present.",
            "Deviant in consistency": "The outcome is expected, but absent.",
            "Deviant in coverage": "The outcome is present, but not expected.",
            "Irrelevant": "The outcome is neither expected nor present.",
        },
    ),
    "fit": Help(
        (
            "Every method predicts each case's membership in the outcome, and the same numbers are computed for all: in "
            "sample, on the cases that it learned from, and out of sample, each case predicted by a refit that has not "
            "seen it. Where the two differ, trust the latter.",
            "Read every row against the baselines: the mean outcome for every case, and the outcome shuffled among the "
            "cases. The high consistency of a timid prediction is not skill. A sufficient path is a lower bound: it "
            "promises the outcome inside the path and nothing outside it, so the absolute error is biased against "
            "set-theoretic methods.",
            "The interval of a difference shows how far it depends on the cases at hand: cases are drawn again with "
            "replacement while the predictions stay as they are. Because the methods are not fitted again, it is too narrow "
            "rather than too wide. Where it lies on one side of 0, the difference is more than an accident of the cases; "
            "among many such intervals, some do so by chance.",
        ),
        {
            "Consistency": "How far the prediction stays below the outcome.",
            "Coverage": "How much of the outcome the prediction reaches.",
            "PRI": "Consistency, less what is equally consistent with the absence of the outcome.",
            "Balanced accuracy": (
                "Share of cases on the right side of 0.5, with and without the outcome weighted equally; chance gives 0.5."
            ),
            "Mean absolute error": "Mean distance between prediction and outcome; lower is better.",
            "Spearman": "Whether the predictions put the cases in the right order, from -1 to 1.",
            "Chance": (
                "If shown: the outcome is shuffled among the cases and every method is fitted again. The share of shuffles in "
                "which it fits at least as well: a small one speaks against chance. Any solution is the share in which a "
                "set-theoretic method finds any path: where it is large, finding paths is not evidence."
            ),
        },
    ),
    "agreement": Help(
        (
            "Each table compares every pair of methods in one respect; 1 means that they say the same. A dash means that "
            "the number is undefined for the pair, for instance because one of them forms no groups.",
        ),
    ),
    "contrarian": Help(
        (
            "The scores of each condition and of the outcome are divided into groups of about equal size. Contrarian cases "
            "run against the direction that a method gives the condition: low where they should be high, or high where "
            "they should be low. A main direction with many contrarian cases says little about a single case; these are "
            "the cases to examine.",
        ),
        {
            "Phi squared": "Chi-squared of the cross-tabulation over the number of cases.",
            "Cramér's V": "The same, scaled to lie between 0 (no association) and 1.",
            "Spearman": "Rank correlation of the scores themselves, turned so that more means more membership.",
        },
    ),
    "by-time": Help(
        (
            "The methods analysed all cases together; here their results are broken down by time. A path holds at a "
            "time when its consistency there is at least 0.8, a convention, whatever the cutoff of the method.",
        ),
        {
            "Members": "Cases with more than 0.5 membership in the path.",
            "Within": "Consistency of the path across the times of one unit.",
        },
    ),
    "asymmetry": Help(
        (
            "The same methods on the absence of the outcome. Where the two predictions add up to 1 in every case, the "
            "method says the same thing twice, mirrored; where they do not, what goes with the absence is not the "
            "reverse of what goes with the outcome.",
        ),
        {
            "Mirrored": (
                "For paths: the condition appears in the paths of the absence as in those of the outcome, negated. "
                "For other methods: the direction is reversed."
            ),
            "Solutions mirrored": "Whether each solution is the negation of the other in every combination of conditions.",
        },
    ),
    "advice": Help(
        (
            "For each case with less than 0.5 membership in the outcome: the nearest sufficient path, what separates the case "
            "from it, the most similar case that is on it and has the outcome, and what other methods say about the case; then "
            "all paths, the nearest first. A method that does not predict cases not seen better than the baselines gives no "
            "advice. All of this describes what cases with the outcome have. It does not promise that a change would bring the "
            "outcome about; only knowledge of the case can say so.",
        ),
        {
            "Distance": "Number of conditions to change.",
            "Shortfall": "How far the memberships in these conditions fall short of 0.5, summed.",
            "Raw targets": "What the raw scores would have to be.",
            "Deviant": "The case is in the path but does not have the outcome: here the path has not worked.",
        },
    ),
    "methods": Help(("The tables, parameters and notes of each method, as the method itself reports them.",)),
    "data": Help(
        (
            "Calibration turns a raw score into a membership, from 0 (fully out of the set) to 1 (fully in); at the "
            "crossover, 0.5, a case is neither in nor out. Whatever depends on memberships depends on these anchors.",
        ),
    ),
    "notes": Help(("What the study, its calibration and the methods ask the reader to note.",)),
    "failures": Help(
        ("These methods raised an error. They have no row or column elsewhere; the other results stand.",)
    ),
    "manifest": Help(
        ("Everything needed to repeat this: the hash of the data, all parameters, versions, plugins, and the seed.",)
    ),
    "references": Help(("The publications that define the methods used.",)),
    "cite": Help(("Cite the software, the data and the publications of the methods above.",)),
}

#: The title of the pictures in a section, and how to read them.
DRAWN = {
    "conditions": (
        "Importance",
        "Bars: rise in the squared error on held-out cases when the condition is shuffled; lines: 95 % intervals over resampled "
        "case sets, where evidence was computed. "
        "All methods share one scale.",
    ),
    "cases": (
        "Predicted and observed membership",
        "Each dot is a case. Above the diagonal the outcome exceeds the prediction, below it falls short. Upper right: typical; "
        "lower right: deviant in consistency; upper left: deviant in coverage; lower left: irrelevant.",
    ),
    "data": (
        "Distributions and anchors",
        "Bars: number of cases by raw score, in blue those more in than out of the set. Dashed lines: anchors. Dots: "
        "the membership that each raw score gets, from 0 at the bottom to 1 at the top.",
    ),
}
