"""Counting answers: how many are asked for, shares with their uncertainty, and when to stop."""

from dataclasses import dataclass

from equifinal.errors import InputError, check_whole

#: A mark that is open after the worlds or resamples asked for gets more, up to so many.
MOST = 1999


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

    def __post_init__(self) -> None:
        check_whole("worlds", self.worlds, minimum=1)
        check_whole("resamples", self.resamples, minimum=1)
        for name in ("by_chance", "stable", "denied"):
            value = getattr(self, name)
            number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if not number or not 0 < value < 1:
                raise InputError(f"{name} = {value!r}. It must be a share between 0 and 1.")
