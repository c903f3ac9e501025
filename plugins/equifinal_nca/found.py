"""What is found of one condition over the outcome, and the words for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from equifinal.plain import Record
from equifinal_nca.ceiling import TOLERANCE, Ceiling, Ceilings, correlation_p_value

SetLiteral = tuple[str, bool]  # a condition, and whether it is its presence

NAMES: Mapping[Ceiling, str] = {
    "ce-fdh": "CE-FDH",
    "cr-fdh": "CR-FDH",
    "c-lp": "C-LP",
    "cols": "COLS",
    "qr": "QR",
}
_CORNERS = {(1, 1): "upper left", (-1, 1): "upper right", (1, -1): "lower left", (-1, -1): "lower right"}
#: Dul (2016, 30): the benchmarks of effect sizes, each from its lower bound on.
_BENCHMARKS = ((0.5, "very large"), (0.3, "large"), (0.1, "medium"), (0.0, "small"))


@dataclass(frozen=True, eq=False, repr=False)
class Found(Record):
    """The ceilings of a condition, or of its absence, over the outcome, turned so that the upper left corner counts.

    A p-value against correlation alone is exact below `enough`, from which on it decides nothing more.
    """

    literal: SetLiteral
    signs: tuple[int, int]  # of condition and outcome: -1 where the scores were negated
    plane: Ceilings
    p: Mapping[Ceiling, float]
    enough: float = 1.0
    _p_correlation: dict[Ceiling, float] = field(default_factory=dict, repr=False)

    def p_correlation(self, ceiling: Ceiling) -> float:
        """How often correlation alone reaches the effect size; see :func:`~.ceiling.correlation_p_value`."""
        if ceiling not in self._p_correlation:
            self._p_correlation[ceiling] = correlation_p_value(self.plane, ceiling, self.enough)
        return self._p_correlation[ceiling]

    @property
    def name(self) -> str:
        """``LEAD``, or ``~LEAD`` for its absence."""
        name, present = self.literal
        return name if present else f"~{name}"

    @property
    def corner(self) -> str:
        """The empty corner in terms of raw scores."""
        return _CORNERS[self.signs]

    @property
    def room(self) -> float:
        """How far scores of the condition may be apart and count as equal."""
        return TOLERANCE * (self.plane.scope.x_high - self.plane.scope.x_low)


@dataclass(frozen=True, eq=False, repr=False)
class Native(Record):
    """What an analysis keeps: the seed of its draws, the findings on each literal that was expected, and whether it permutes.

    A refit does not: what independence brings about is then asked of the study as a whole, by whoever refits.
    """

    seed: int
    found: Mapping[SetLiteral, Found]
    permutes: bool = True


def benchmark(size: float) -> str | None:
    """The word of Dul (2016) for an effect size.

    >>> [benchmark(size) for size in (0.0, 0.05, 0.1, 0.42, 0.5)]
    ['none', 'small', 'medium', 'large', 'very large']
    """
    if np.isnan(size):
        return None
    if size <= TOLERANCE:
        return "none"
    return next(word for least, word in _BENCHMARKS if size >= least - TOLERANCE)


def p_text(value: float, untested: str) -> str:
    """A p-value within a sentence.

    >>> p_text(0.0123, ""), p_text(0.0001, ""), p_text(float("nan"), "not tested")
    ('p = 0.012', 'p < 0.001', 'not tested')
    """
    if np.isnan(value):
        return untested
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"


def at_least(sign: int) -> str:
    """``at least`` for a set that rises with the raw score, ``at most`` for one that falls."""
    return "at least" if sign > 0 else "at most"
