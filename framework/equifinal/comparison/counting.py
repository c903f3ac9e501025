"""Counting answers: how many are asked for, shares with their Monte Carlo intervals, and when to stop."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from equifinal.errors import InputError, check_whole
from equifinal.sets import Floats

#: With so many answers at least as strong, worlds may end early (Besag & Clifford 1991).
ENOUGH = 10

#: The level of the Monte Carlo interval that tells whether a mark is settled.
LEVEL = 0.99

#: The same where draws end as soon as a mark is settled.
LEVEL_OF_EARLY = 0.95

#: What lies beyond each end of a 95 % interval.
TAIL = 0.025

#: Worlds or resamples in the first round.
FIRST = 50

#: The same where draws end as soon as a mark is settled.
FIRST_OF_EARLY = 20

#: Whether a share passes its threshold, or its interval straddles it.
State = Literal["pass", "fail", "open"]


@dataclass(frozen=True)
class Demands:
    """What is asked of evidence.

    Attributes
    ----------
    worlds, resamples : int
        How many worlds without the relation, and how many resampled case sets.
    by_chance : float
        A verdict that asserts is firm when its share by chance is at most this ...
    stable : float
        ... and its share of resamples with the same answer at least this.
    denied : float
        A verdict that denies is firm when its share of resamples with the same answer is at least this.
    most : int
        The most worlds, or resamples, for a mark that the first ones leave open.
    early : bool
        Whether draws for a mark end as soon as it is settled, before all that are planned, by intervals of 95 % instead of 99 %,
        and resamples begin when chance has not settled it: it is then known whether a verdict is firm, and its two numbers only
        roughly. For trials, in which many data sets are asked about.

    Raises
    ------
    InputError
        When a number is out of range.
    """

    worlds: int = 199
    resamples: int = 199
    by_chance: float = 0.05
    stable: float = 0.75
    denied: float = 0.95
    most: int = 1999
    early: bool = False

    def __post_init__(self) -> None:
        check_whole("worlds", self.worlds, minimum=1)
        check_whole("resamples", self.resamples, minimum=1)
        check_whole("most", self.most, minimum=1)
        for name in ("by_chance", "stable", "denied"):
            value = getattr(self, name)
            number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if not number or not 0 < value < 1:
                raise InputError(f"{name} = {value!r}. It must be a share between 0 and 1.")

    @property
    def level(self) -> float:
        """The level of the Monte Carlo interval that tells whether a mark is settled."""
        return LEVEL_OF_EARLY if self.early else LEVEL


def rounds(planned: int, most: int, early: bool = False) -> list[int]:
    """After how many draws one looks: a first round, all that are planned, and twice as many each time up to the most.

    >>> rounds(199, 1999)
    [50, 199, 399, 799, 1599, 1999]
    >>> rounds(99, 399, early=True)
    [20, 50, 99, 199, 399]
    """
    found = [*([min(FIRST_OF_EARLY, planned)] if early else []), min(FIRST, planned), planned]
    while found[-1] < most:
        found.append(min(2 * found[-1] + 1, most))
    return found


def interval(b: int, m: int, level: float = LEVEL) -> tuple[float, float]:
    """The exact interval of a share of which `b` of `m` were seen (Clopper & Pearson 1934)."""
    from scipy.special import betaincinv

    tail = (1 - level) / 2
    low = 0.0 if b == 0 else float(betaincinv(b, m - b + 1, tail))
    high = 1.0 if b == m else float(betaincinv(b + 1, m - b, 1 - tail))
    return low, high


class Share(NamedTuple):
    """A share, what it was counted from, and whether it passes.

    Attributes
    ----------
    value : float
        By chance (b + 1) / (drawn + 1), or b / drawn when worlds ended early; otherwise b / drawn.
    b, drawn, failed : int
        How often it happened in how many draws, and how many refits failed.
    state : {"pass", "fail", "open"}
    ended : bool
        Whether worlds ended before all that were planned.
    """

    value: float
    b: int
    drawn: int
    failed: int
    state: State
    ended: bool = False


def chance_share(hits: Sequence[bool], failed: Sequence[bool], threshold: float, level: float = LEVEL) -> Share:
    """The share by chance, from whether the answer was at least as strong in each world, in their order.

    Worlds end at the tenth such answer when the exact interval of the share then lies above the threshold: it can only keep a
    verdict from being firm. By chance is then 10 / drawn (Besag & Clifford 1991), and later worlds do not count.
    """
    counts = np.cumsum(np.asarray(hits, dtype=int))
    drawn, b = len(counts), int(counts[-1]) if len(counts) else 0
    if b >= ENOUGH:
        tenth = int(np.searchsorted(counts, ENOUGH)) + 1
        if interval(ENOUGH, tenth, level)[0] > threshold:
            return Share(ENOUGH / tenth, ENOUGH, tenth, sum(failed[:tenth]), "fail", ended=True)
    low, high = interval(b, drawn, level) if drawn else (0.0, 1.0)
    state: State = "open" if low <= threshold <= high else "pass" if high < threshold else "fail"
    return Share((b + 1) / (drawn + 1), b, drawn, sum(failed), state)


def stable_share(
    same: Sequence[bool], failed: Sequence[bool], threshold: float, exhaustive: bool, level: float = LEVEL
) -> Share:
    """The share of resamples with the same answer; `exhaustive`: they are all that there are, so that nothing was drawn."""
    b, drawn = int(np.sum(np.asarray(same, dtype=bool))), len(same)
    if not drawn:
        return Share(float("nan"), 0, 0, 0, "fail")
    value = b / drawn
    low, high = interval(b, drawn, level)
    open_ = not exhaustive and low <= threshold <= high
    state: State = "open" if open_ else "pass" if value >= threshold else "fail"
    return Share(value, b, drawn, sum(failed), state)


class Gap(NamedTuple):
    """A difference over resamples: its 95 % interval, and the share of resamples in which it is not as claimed."""

    low: float
    high: float
    share: Share


def gap_share(gaps: Floats, observed: float, sign: float, spread: float, exhaustive: bool, level: float = LEVEL) -> Gap:
    """Whether the 95 % interval of a difference lies on the side of `sign`, from the difference in each resample.

    A difference is NaN where a refit failed.

    The interval is the observed difference ± 1.96 standard errors, and the standard error the standard deviation over resamples,
    times `spread` (Efron & Tibshirani 1993, ch. 13; Shao & Wu 1989 for case sets without some of the cases). Its ends are known
    from a hundred resamples about as well as those of a percentile interval from two thousand. It is settled when it lies on
    that side, or does not, at both ends of the interval of the standard deviation for normal draws. Refits that failed may be
    2.5 % of all.

    Tests hold the interval's limits against those of normal data.
    """
    from scipy.special import chdtri, ndtri

    known = gaps[~np.isnan(gaps)]
    drawn, failed = len(gaps), int(len(gaps) - len(known))
    wrong = failed + int((sign * known <= 0).sum())
    if len(known) < 2:
        return Gap(float("nan"), float("nan"), Share(float("nan"), wrong, drawn, failed, "fail"))
    error = spread * float(known.std(ddof=0 if exhaustive else 1))
    reach = float(ndtri(1 - TAIL)) * error
    least = most = reach
    if not exhaustive:
        free = len(known) - 1
        tail = (1 - level) / 2
        least, most = (reach * float(np.sqrt(free / chdtri(free, each))) for each in (tail, 1 - tail))
    few_failed = failed <= TAIL * drawn
    far = sign * observed
    settled = (far > most and few_failed) or far <= least or interval(failed, drawn, level)[0] > TAIL
    there: State = "pass" if far > reach and few_failed else "fail"
    state: State = there if exhaustive or settled else "open"
    return Gap(observed - reach, observed + reach, Share(wrong / drawn, wrong, drawn, failed, state))
