"""Whether there are many conditions for so few cases: how often random data would look consistent all the same."""

import numpy as np

from equifinal.study.calibrated import CalibratedStudy

#: A study gets a note when random data of its size are free of contradictions more often than this.
TOLERATED = 0.05


def chance_of_no_contradiction(cases: int, conditions: int) -> float:
    """How likely random crisp data are to hold no contradictory configuration.

    Each case falls into one of the 2^k configurations and has the outcome or not, all equally likely and independent. A
    configuration is contradictory when it has cases with the outcome and cases without it. The probability is exact: going
    through the cases, one that falls into a configuration already there must have the same outcome, which halves it.

    The question, and its answer by simulation, are Marx & Duşa's (2011). Tests compare the figure with all possible data sets.

    Parameters
    ----------
    cases, conditions
        Whole numbers, 0 or more.

    Returns
    -------
    float
        0 to 1; 1 without a second case.

    Examples
    --------
    >>> chance_of_no_contradiction(2, 1), round(chance_of_no_contradiction(12, 4), 3)
    (0.75, 0.131)
    """
    configurations = 2.0**conditions
    most = int(min(cases, configurations))
    seen = np.arange(most + 1)
    chance = np.zeros(most + 1)  # by the number of configurations seen so far
    chance[0] = 1.0
    for _ in range(cases):
        newly = np.append(0.0, (chance * (1 - seen / configurations))[:-1])
        chance = chance * seen / configurations / 2 + newly
    return float(chance.sum())


def diversity_notes(calibrated: CalibratedStudy) -> list[str]:
    """What to say about the number of conditions when there are few cases for them."""
    cases, conditions = len(calibrated.cases), len(calibrated.conditions)
    chance = chance_of_no_contradiction(cases, conditions)
    if chance <= TOLERATED:
        return []
    return [
        f"{conditions} conditions are many for {cases} cases: they make {2**conditions:,} configurations, and random crisp data of "
        f"this size hold no contradictory configuration with a probability of {chance:.2f}. That paths are consistent is then "
        "little evidence by itself (Marx & Duşa 2011)."
    ]
