"""Scenarios whose truth is Boolean, with conditions that are independent and uniform, and seen as they are."""

from pydantic import Field

from equifinal.sweep.scenario import Scenario


class Noise(Scenario):
    """No condition has anything to do with the outcome.

    Y = U, uniform from 0 to 100 and hidden; nothing is added. What is said of A to D here is said by chance: the false
    positives of Braumoeller (2015), Lucas & Szatrowski (2014) and Krogslund et al. (2015).
    """

    name = "noise"
    title = "Noise"
    reference = (
        "Braumoeller, B. F. (2015). Guarding against false positives in qualitative comparative analysis. Political Analysis "
        "23(4), 471-487."
    )
    causes = ("A", "B", "C", "D", "U")
    formula = "U"
    tuning = True
    noise: float = Field(0.0, ge=0, description="SD of what is added to the outcome, in points.")


class OneCondition(Scenario):
    """One strong condition: Y = A, with normal noise (SD 8). B, C and D are irrelevant."""

    name = "one-condition"
    title = "One strong condition"
    formula = "A"


class Conjunction(Scenario):
    """Two conditions that bring about the outcome together only: Y = min(A, B), with normal noise (SD 8).

    C and D are irrelevant. Whether a method finds what is there is the other side of Lucas & Szatrowski (2014), who report
    that QCA does not recover conjunctions from which data were simulated.
    """

    name = "conjunction"
    title = "A conjunction"
    reference = (
        "Lucas, S. R. & Szatrowski, A. (2014). Qualitative comparative analysis in critical perspective. Sociological "
        "Methodology 44(1), 1-79."
    )
    formula = "A*B"
    tuning = True


class TwoPaths(Scenario):
    """Two paths to the outcome: Y = max(min(A, B), min(C, D)), with normal noise (SD 8)."""

    name = "two-paths"
    title = "Equifinal paths"
    formula = "A*B + C*D"
    tuning = True


class NecessaryOnly(Scenario):
    """A condition that is necessary and not sufficient: Y = min(A, U), U hidden, with normal noise (SD 8).

    The empty corner of Dul (2016). B, C and D are irrelevant.
    """

    name = "necessary-only"
    title = "Necessary and not sufficient"
    reference = (
        "Dul, J. (2016). Necessary condition analysis (NCA): logic and methodology of 'necessary but not sufficient' "
        "causality. Organizational Research Methods 19(1), 10-52."
    )
    causes = ("A", "B", "C", "D", "U")
    formula = "A*U"


class Reversed(Scenario):
    """A condition that works against what was expected: Y = min(100 - A, B), with normal noise (SD 8).

    The study expects A to be present. C and D are irrelevant.
    """

    name = "reversed"
    title = "Reversed expectation"
    formula = "~A*B"


class Xor(Scenario):
    """Either of two conditions, not both: Y = max(min(A, 100 - B), min(100 - A, B)), with normal noise (SD 8).

    Neither A nor B has a net effect, and both matter. C and D are irrelevant.
    """

    name = "xor"
    title = "Either, not both"
    formula = "A*~B + ~A*B"
