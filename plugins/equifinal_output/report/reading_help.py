"""How to read each section of a report, in plain language."""

from dataclasses import dataclass, field

__all__ = ["DRAWN", "HELP", "Help"]


@dataclass(frozen=True)
class Help:
    """Paragraphs, then terms with their meanings."""

    paragraphs: tuple[str, ...]
    terms: dict[str, str] = field(default_factory=dict)


HELP = {
    "verdicts": Help(
        (
            "A verdict is a method's answer to a proposition that the study states. The methods look at the same cases, "
            "and some share their way of thinking: agreement shows that a finding does not hang on one method; it is no "
            "independent confirmation.",
        ),
        {
            "Supported": "What the method finds agrees with the claim.",
            "Contradicted": "What the method finds speaks against the claim.",
            "Inconclusive": "The method can judge such a claim, but its figures do not decide.",
            "Silent": "The method has nothing to say on such a claim. That counts neither for nor against it.",
        },
    ),
    "conditions": Help(
        (
            "Each cell says role, direction and importance. Role is the method's own word; the highest that applies is shown. "
            "Only set-theoretic methods speak of necessary and core conditions. Direction and importance are measured alike for "
            "all methods, from their predictions.",
        ),
        {
            "Necessary": "Hardly any case has the outcome without it.",
            "Core": "Part of a path even in the most parsimonious solution.",
            "Contributing": "Part of some path; or an effect, or a difference between clusters, that chance hardly explains.",
            "Direction": "Which way the mean prediction moves when the condition goes from low to high.",
            "Importance": (
                "How much the mean absolute error rises when the condition is shuffled among the cases: mean ± standard "
                "deviation (SD) over the shuffles. Near 0, the method does without the condition."
            ),
        },
    ),
    "paths": Help(
        (
            "The groups of cases that methods form: paths, clusters, profiles. In expressions ~ means not, * means and, "
            "+ means or, so that A*~B reads: A without B.",
            "In the chart (Fiss 2011) each column is a path: all of its conditions together go with the outcome. ● says that "
            "the condition is present, ⊗ that it is absent, an empty cell that it may be either. A large sign marks a core "
            "condition, a small one a peripheral condition. Paths with a number in common share their core conditions.",
        ),
        {
            "Core condition": "In the path even in the most parsimonious solution, whatever combinations without cases would show.",
            "Peripheral condition": "In the path only when simplifying assumptions that theory does not expect are left out.",
            "Consistency": "How far membership in the group implies membership in the outcome; 1 is without exception.",
            "Coverage": "How much of the outcome the group accounts for.",
            "Unique coverage": "How much of it this path alone accounts for.",
        },
    ),
    "cases": Help(
        (
            "Outcome is the case's membership in the outcome, from 0 (fully out) to 1 (fully in). Group is the path or "
            "cluster that the case is in, predicted the membership in the outcome that the method expects of it. Type "
            "compares the two at 0.5; the deviant cases are where another look is worth most.",
        ),
        {
            "Typical": "The outcome is expected and there.",
            "Deviant in consistency": "The outcome is expected, but not there.",
            "Deviant in coverage": "The outcome is there, but not expected.",
            "Irrelevant": "The outcome is neither expected nor there.",
        },
    ),
    "fit": Help(
        (
            "Every method predicts each case's membership in the outcome, and the same figures are computed for all: in "
            "sample, on the cases that it learned from, and out of sample, each case predicted by a refit that has not "
            "seen it. Where the two differ, trust the latter.",
            "Read every row against the baselines: the mean outcome for everybody, and the outcome shuffled among the "
            "cases. Nobody should read a high consistency of a timid prediction as skill. And a sufficient path is a "
            "lower bound: it promises the outcome inside the path and nothing outside, so that the absolute error is "
            "biased against set-theoretic methods.",
            "An interval of a difference says how far it hangs on the cases that happen to be there: cases are drawn again "
            "with replacement, the predictions staying as they are. As the methods are not fitted again, it is too narrow "
            "rather than too wide. Where it lies on one side of 0, the difference is more than an accident of the cases; "
            "of many such intervals, some do so by chance.",
        ),
        {
            "Consistency": "How far the prediction stays below the outcome.",
            "Coverage": "How much of the outcome the prediction reaches.",
            "PRI": "Consistency, less what would be as consistent with the absence of the outcome.",
            "Balanced accuracy": (
                "Share of cases on the right side of 0.5, those with and without the outcome counting alike; chance gives 0.5."
            ),
            "Mean absolute error": "Mean distance between prediction and outcome; lower is better.",
            "Spearman": "Whether the cases come in the right order, from -1 to 1.",
            "Chance": (
                "If shown: the outcome is shuffled among the cases and every method fitted again. How often does it fit as "
                "well as it does? A small share speaks against chance. Any solution is the share in which a set-theoretic "
                "method finds a path at all: where that is large, that there are paths is no evidence."
            ),
        },
    ),
    "agreement": Help(
        (
            "Each table compares every pair of methods on one thing; 1 means that they say the same. A dash means that "
            "the figure is undefined for the pair, for instance because one of them forms no groups.",
        ),
    ),
    "contrarian": Help(
        (
            "The scores of each condition and of the outcome are divided into groups of about equal size. Contrarian cases "
            "run against the direction that a method gives the condition: low where they should be high, or high where "
            "they should be low. A main direction with many contrarian cases tells little of the single case; these are "
            "cases to look at.",
        ),
        {
            "Phi squared": "Chi-squared of the cross-tabulation over the number of cases.",
            "Cramér's V": "The same brought to between 0 (no association) and 1.",
            "Spearman": "Rank correlation of the scores themselves, turned so that more means more membership.",
        },
    ),
    "by-time": Help(
        (
            "The methods analysed all cases together; here their results are taken apart by time. That a path holds at a "
            "time means that its consistency there is at least 0.8, a convention, whatever the cutoff of the method.",
        ),
        {
            "Members": "Cases with more than 0.5 membership in the path.",
            "Within": "Consistency of the path among the times of one unit.",
        },
    ),
    "asymmetry": Help(
        (
            "The same methods on the absence of the outcome. Where the two predictions add up to 1 in every case, the "
            "method says the same twice, mirrored; where they do not, what goes with the absence is not the reverse of "
            "what goes with the outcome.",
        ),
        {
            "Mirrored": (
                "For paths: the condition stands in the paths of the absence just as in those of the outcome, negated. "
                "For other methods: the direction is the opposite one."
            ),
            "Solutions mirrored": "Whether each solution is the negation of the other in every combination of conditions.",
        },
    ),
    "advice": Help(
        (
            "For each case with less than 0.5 membership in the outcome: the nearest sufficient path, what it would take to "
            "be on it, and what other methods have to say to the case; then all paths, the nearest first. Paths describe what "
            "went together in these cases: that a change would bring the outcome about is an inference that only knowledge "
            "of the case can justify.",
        ),
        {
            "Distance": "Number of conditions to change.",
            "Shortfall": "What the memberships in these conditions lack to 0.5, summed.",
            "Raw targets": "What the raw scores would have to be.",
            "Deviant": "The case is in the path without having the outcome: there the path has not worked.",
        },
    ),
    "methods": Help(("The tables, parameters and notes of each method, as it reports them itself.",)),
    "data": Help(
        (
            "Calibration turns a raw score into a membership, from 0 (fully out of the set) to 1 (fully in); at the "
            "crossover, 0.5, a case is neither in nor out. What depends on memberships depends on these anchors.",
        ),
    ),
    "notes": Help(("What the study, its calibration and the methods want the reader to know.",)),
    "failures": Help(
        ("These methods raised an error. They have no row or column elsewhere; what the others say stands.",)
    ),
    "manifest": Help(
        ("What anyone needs to repeat this: the hash of the data, all parameters, versions, plugins, and the seed.",)
    ),
    "references": Help(("The publications that define the methods used.",)),
    "cite": Help(("Cite the software, the data and the publications of the methods above.",)),
}

#: The title of the pictures in a section, and how to read them.
DRAWN = {
    "conditions": (
        "Importance",
        "Bars: mean rise of the mean absolute error when the condition is shuffled; lines: one standard deviation to both sides. "
        "All methods share the scale.",
    ),
    "cases": (
        "Predicted and observed membership",
        "Each dot is a case. Above the diagonal the outcome is larger than predicted, below it smaller. Upper right: typical; "
        "lower right: deviant in consistency; upper left: deviant in coverage; lower left: irrelevant.",
    ),
    "data": (
        "Distributions and anchors",
        "Bars: number of cases by raw score, blue those more in than out of the set. Dashed lines: anchors. Dots: "
        "the membership that each raw score gets, from 0 at the bottom to 1 at the top.",
    ),
}
