"""Coincidence analysis of a table: which factors explain which, without a study."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

import equifinal as eq
from equifinal.errors import did_you_mean
from equifinal.plain import Record
from equifinal_cna.budget import Budget
from equifinal_cna.complex import complex_solutions
from equifinal_cna.factors import Factors, Integers, checked
from equifinal_cna.solutions import Solutions, Thresholds, solve

Ordering = Sequence[Sequence[str]]


@dataclass(frozen=True, eq=False, repr=False)
class Coincidences(Record):
    """The solutions of all outcomes.

    Parameters
    ----------
    by_outcome
        What was found for each outcome.
    complex
        The complex solutions; see :func:`coincidences`.
    finished
        False when the time was up: then there may be more.
    """

    by_outcome: dict[str, Solutions]
    complex: pd.DataFrame
    finished: bool

    @property
    def sufficient(self) -> pd.DataFrame:
        """The minimally sufficient conditions (msc): ``outcome``, ``condition``, ``consistency``, ``coverage``, ``complexity``."""
        return self._joined({name: each.sufficient_table() for name, each in self.by_outcome.items()})

    @property
    def atomic(self) -> pd.DataFrame:
        """The atomic solutions (asf): ``outcome``, ``model``, ``consistency``, ``coverage``, ``paths``, ``complexity``."""
        return self._joined({name: each.model_table() for name, each in self.by_outcome.items()})

    @staticmethod
    def _joined(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
        frames = [table.reset_index().assign(outcome=name) for name, table in tables.items()]
        joined = pd.concat([each for each in frames if len(each)] or frames[:1], ignore_index=True)
        kept = [name for name in joined.columns if name not in ("outcome", "model_share", "shown")]
        return joined[["outcome", *kept]]


def coincidences(
    frame: pd.DataFrame,
    outcomes: str | Sequence[str] | None = None,
    consistency_cutoff: float = 1.0,
    coverage_cutoff: float = 1.0,
    *,
    multivalue: Sequence[str] = (),
    ordering: Ordering = (),
    strict: bool = False,
    max_literals: int = 3,
    max_paths: int = 4,
    max_complexity: int = 10,
    seconds: float | None = None,
) -> Coincidences:
    """Coincidence analysis of a table (Baumgartner & Ambühl 2020).

    Parameters
    ----------
    frame
        One row per case, one column per factor: memberships from 0 to 1, or whole numbers in `multivalue` columns.
    outcomes
        What to explain: ``"A"``, ``"~A"``, or ``"A[1]"`` of a multi-value factor. By default the presence of every factor,
        and every value of a multi-value one.
    consistency_cutoff
        The lowest consistency of a sufficient condition and of a solution.
    coverage_cutoff
        The lowest coverage of a solution.
    multivalue
        The columns whose whole numbers are values and not memberships.
    ordering
        Levels of factors, causes first: ``[["A", "B"], ["C"]]``. A factor is no cause of one on an earlier level. Between
        factors of which one is not named, everything is possible.
    strict
        True when factors on one level are no causes of each other.
    max_literals, max_paths, max_complexity
        The most literals of a condition, conditions of a solution, and literals of a solution.
    seconds
        The time that may be spent; ``None`` for any.

    Returns
    -------
    Coincidences
        ``sufficient``, ``atomic`` and ``complex`` are tables; ``finished`` says whether they are complete.

    Raises
    ------
    InputError
        For values out of range, unknown outcomes, or an ordering that names no factor or one twice.

    Examples
    --------
    >>> import pandas as pd
    >>> from equifinal_cna import coincidences
    >>> frame = pd.DataFrame({"A": [1, 1, 0, 0], "B": [1, 0, 1, 0], "Y": [1, 1, 1, 0]}, index=list("uvwx"))
    >>> coincidences(frame, ["Y"]).atomic
      outcome  model  consistency  coverage  paths  complexity
    0       Y  A + B          1.0       1.0      2           2
    """
    for name, cutoff in (("consistency_cutoff", consistency_cutoff), ("coverage_cutoff", coverage_cutoff)):
        if not 0 <= cutoff <= 1:
            raise eq.InputError(f"{name} = {cutoff!r} must lie between 0 and 1.")
    outcomes = [outcomes] if isinstance(outcomes, str) else outcomes
    multivalue = [multivalue] if isinstance(multivalue, str) else multivalue
    factors = Factors.of(checked(frame, multivalue), multivalue)
    levels = levels_of(ordering, factors.names)
    wanted = list(outcomes) if outcomes is not None else [each for each in factors.texts if not each.startswith("~")]
    thresholds = Thresholds(consistency_cutoff, coverage_cutoff, max_literals, max_paths, max_complexity)
    budget = Budget(seconds)
    found = {}
    for outcome in wanted:
        if outcome not in factors.places:
            raise eq.InputError(f"There is no outcome {outcome!r}. {did_you_mean(outcome, factors.texts)}")
        place = factors.places[outcome]
        causes = possible_causes(factors, factors.names[int(factors.factor[place])], levels, strict)
        found[outcome] = solve(factors, outcome, causes, factors.memberships[:, place], thresholds, budget)
    return Coincidences(found, complex_solutions(list(found.values()), budget), not budget.exhausted)


def levels_of(ordering: Ordering, known: Sequence[str]) -> dict[str, int]:
    """The level of each factor in an ordering."""
    known = [name.removeprefix("~") for name in known]
    levels: dict[str, int] = {}
    for level, names in enumerate(ordering):
        for name in names:
            if name not in known:
                raise eq.InputError(f"The ordering names {name!r}, which is no factor. {did_you_mean(name, known)}")
            if name in levels:
                raise eq.InputError(f"The ordering names {name!r} twice. Leave one out.")
            levels[name] = level
    return levels


def possible_causes(factors: Factors, outcome: str, levels: dict[str, int], strict: bool) -> Integers:
    """The literals that may be part of a condition for an outcome."""

    of_outcome = levels.get(outcome.removeprefix("~"))

    def may_cause(name: str) -> bool:
        own = levels.get(name.removeprefix("~"))
        if own is None or of_outcome is None:
            return name != outcome
        return name != outcome and (own < of_outcome or (own == of_outcome and not strict))

    allowed = [position for position, name in enumerate(factors.names) if may_cause(name)]
    return np.flatnonzero(np.isin(factors.factor, allowed))
