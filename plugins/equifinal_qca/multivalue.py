"""Multi-value QCA: truth tables of conditions with several values, such as 0, 1, 2."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast

import numpy as np
import pandas as pd

from equifinal import InputError
from equifinal.errors import did_you_mean, listing
from equifinal_qca.engine.cubes import MOST_CONDITIONS, Floats
from equifinal_qca.inputs import (
    check_cases,
    check_frame,
    condition_names,
    cutoffs,
    is_whole,
    numbers_of,
    outcome_memberships,
)
from equifinal_qca.minimization import minimize
from equifinal_qca.solution import Solution, SolutionType
from equifinal_qca.space import Expectation
from equifinal_qca.table import TruthTable
from equifinal_qca.value_space import ValueSpace

_OF_VALUES = re.compile(r"(~?)(.+)\[(\d+(?:\s*,\s*\d+)*)\]")  # Y[1,2]


@dataclass(frozen=True, eq=False, repr=False)
class MultiValueTable(TruthTable):
    """The observed configurations of multi-value conditions. Made by :func:`truth_table_mv`.

    Its attributes are those of :class:`TruthTable`: ``conditions`` are all literals, ``("A[0]", "A[1]", "A[2]", "B[0]", ...)``,
    ``memberships`` those in the m literals, shape (n, m), and ``corners`` masks of literals, in ascending order of their row
    numbers.
    """

    space: ValueSpace

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the k conditions."""
        return self.space.names

    @property
    def values(self) -> tuple[tuple[int, ...], ...]:
        """The values of each condition, rising."""
        return self.space.values

    @property
    def counts(self) -> tuple[int, ...]:
        """The number of values of each condition: 3 for the values 0, 1 and 2."""
        return self.space.counts


def truth_table_mv(
    frame: pd.DataFrame,
    outcome: str,
    conditions: Sequence[str] | None = None,
    consistency_cutoff: float | tuple[float, float] = 0.8,
    frequency_cutoff: float = 1,
    pri_cutoff: float = 0.0,
    values: Mapping[str, int | Sequence[int]] | None = None,
) -> MultiValueTable:
    """Build the truth table of multi-value conditions (Cronqvist & Berg-Schlosser 2009).

    Definitions and cutoffs are those of :func:`truth_table`; membership in ``A[1]`` is 1 where A has the value 1, else 0.

    Parameters
    ----------
    frame
        One row per case. A condition holds whole numbers from 0, whichever the data use (0, 1, 2 or 1, 2, 3 or 0, 2, 5); one
        with other numbers between 0 and 1 is a fuzzy set, membership in its value 1, and 1 less it in its value 0.
    outcome
        The outcome's column with memberships from 0 to 1, ``"~Y"`` for its negation; ``"Y[2]"`` for one value of
        a multi-value outcome, ``"Y[1,2]"`` for any of several.
    conditions
        The conditions' columns; default: all but the outcome's. They have at most 63 values in all.
    consistency_cutoff, frequency_cutoff, pri_cutoff
        As in :func:`truth_table`.
    values
        The values that a condition can have, ``{"A": (0, 1, 2)}``, or their number, ``{"A": 3}`` for the same. By default
        it has those that occur in the frame, and no configuration is made of others; with 0 and 1 alone it is a set, which
        has both.

    Returns
    -------
    MultiValueTable

    Raises
    ------
    InputError
        For unknown or repeated columns, missing or invalid values, duplicate cases, cutoffs out of range.

    Examples
    --------
    >>> import pandas as pd
    >>> from equifinal_qca import truth_table_mv
    >>> frame = pd.DataFrame({"A": [2, 1, 0, 0], "B": [1, 0, 1, 0], "Y": [1, 1, 0, 0]}, index=list("uvwx"))
    >>> truth_table_mv(frame, outcome="Y").rows[["A", "B", "out", "cases"]].values.tolist()
    [[0, 0, '0', ['x']], [0, 1, '0', ['w']], [1, 0, '1', ['v']], [2, 1, '1', ['u']]]
    """
    column, y = _outcome(frame, outcome)
    given = cutoffs(consistency_cutoff, frequency_cutoff, pri_cutoff, len(frame))
    names = condition_names(frame, column, conditions)
    check_cases(frame)
    if unknown := [name for name in values or {} if name not in names]:
        raise InputError(f"values: {unknown[0]!r} is not a condition. {did_you_mean(unknown[0], names)}")
    possible = {name: _values(frame, name, (values or {}).get(name)) for name in names}
    space = ValueSpace.of(possible)
    if len(space.conditions) > MOST_CONDITIONS:
        raise InputError(
            f"The conditions have {len(space.conditions)} values in all, more than the {MOST_CONDITIONS} possible. Choose fewer."
        )
    return MultiValueTable.of(space, outcome, frame.index, _memberships(frame, possible), y, given)


def _outcome(frame: pd.DataFrame, outcome: str) -> tuple[str, Floats]:
    """The outcome's column, and its memberships."""
    check_frame(frame)
    of_values = _OF_VALUES.fullmatch(str(outcome))
    if of_values is None or outcome in frame.columns:
        return outcome, outcome_memberships(frame, outcome)
    negated, column, given = of_values.groups()
    if column not in frame.columns:
        raise InputError(f"The outcome {column!r} is not a column. {did_you_mean(column, frame.columns)}")
    possible, wanted = _values(frame, column, None), [int(value) for value in given.split(",")]
    if not set(wanted) <= set(possible):
        raise InputError(
            f"The outcome {outcome!r} does not occur: the values of {column} are {', '.join(map(str, possible))}."
        )
    inside: Floats = _memberships(frame, {column: possible})[:, [possible.index(value) for value in wanted]].max(axis=1)
    return column, 1.0 - inside if negated else inside


def _is_fuzzy(numbers: Floats) -> bool:
    return bool((numbers != np.floor(numbers)).any() and numbers.min() >= 0 and numbers.max() <= 1)


def _values(frame: pd.DataFrame, name: str, given: int | Sequence[int] | None) -> tuple[int, ...]:
    """The values that a condition can have, rising: those given, or those that occur."""
    numbers = numbers_of(frame, name)
    allowed = _given_values(name, given)
    if _is_fuzzy(numbers):
        if allowed not in (None, (0, 1)):
            raise InputError(f"values: {name!r} is a fuzzy set, which has the values 0 and 1, not {given!r}.")
        return 0, 1
    if (wrong := (numbers < 0) | (numbers != np.floor(numbers)) | np.isinf(numbers)).any():
        raise InputError(
            f"Column {name!r} has numbers other than the values 0, 1, 2, ...: {listing(frame.index[wrong])}. Set thresholds first."
        )
    occurring = np.unique(numbers)
    if len(occurring) > MOST_CONDITIONS:
        raise InputError(
            f"Column {name!r} has {len(occurring)} different values, more than the {MOST_CONDITIONS} possible. "
            "Set thresholds first."
        )
    if allowed is None:
        return (0, 1) if np.isin(occurring, (0, 1)).all() else tuple(map(int, occurring))
    if len(unlike := np.setdiff1d(occurring, allowed)):
        raise InputError(
            f"values: {name!r} has the value {unlike[0]:g}, which is not one of {', '.join(map(str, allowed))}. Add it."
        )
    return allowed


def _given_values(name: str, given: int | Sequence[int] | None) -> tuple[int, ...] | None:
    """The values that a caller gives for a condition, as such or as their number."""
    if given is None:
        return None
    if is_whole(given):
        return tuple(range(cast(int, given)))
    if isinstance(given, Iterable) and not isinstance(given, str):
        values = list(given)
        if values and all(is_whole(value, 0) for value in values):
            return tuple(sorted({int(value) for value in values}))
    raise InputError(
        f"values: {given!r} for {name!r} is neither a list of values, such as (1, 2, 3), nor their number. Correct it."
    )


def _memberships(frame: pd.DataFrame, possible: Mapping[str, Sequence[int]]) -> Floats:
    """Membership of the n cases in each value of the conditions, shape (n, values of all)."""
    columns = []
    for name, values in possible.items():
        numbers = numbers_of(frame, name)
        if _is_fuzzy(numbers):
            columns.append(np.column_stack([1.0 - numbers, numbers]))
        else:
            columns.append((numbers[:, np.newaxis] == np.array(values)).astype(float))
    return np.column_stack(columns)


def minimize_mv(
    table: MultiValueTable,
    solution: SolutionType = "conservative",
    expectations: Mapping[str, Expectation] | Sequence[str] | None = None,
    exclude: Sequence[str | int] = (),
    all_covers: bool = False,
    max_models: int = 1000,
    max_seconds: float | None = None,
    effort: float = 1.0,
    include: Literal["", "C"] = "",
    term_consistency_cutoff: float = 0.0,
    model_consistency_cutoff: float = 0.0,
    model_coverage_cutoff: float | None = None,
) -> Solution:
    """Minimize a multi-value truth table; :func:`minimize` does the same.

    Parameters
    ----------
    table
        From :func:`truth_table_mv`.
    solution, all_covers, max_models, max_seconds, effort, include
        As in :func:`minimize`.
    expectations
        Condition to the value or values that should help the outcome, as in ``{"A": 2, "B": (1, 2)}``; ``"present"`` stands
        for every value but 0, ``"absent"`` for 0, ``None`` for no expectation (the default). Any other value of the condition
        contradicts the expectation. Used by the intermediate solution.
    exclude
        What must not be matched, remainders and observed rows: expressions such as ``"A[2]*~B[0]"``, in which a condition
        with the values 0 and 1 may stand for its value 1, or row numbers (see :meth:`MultiValueTable.complete`); as in
        :func:`minimize`.
    term_consistency_cutoff, model_consistency_cutoff, model_coverage_cutoff
        As in :func:`minimize`.

    Returns
    -------
    Solution
        Its terms are conjunctions of values, ``"A[1]*B[0]"``.

    Raises
    ------
    InputError
        For an unknown solution, condition, value or row.

    Examples
    --------
    >>> import pandas as pd
    >>> from equifinal_qca import minimize_mv, truth_table_mv
    >>> frame = pd.DataFrame({"A": [0, 1, 2, 2, 1], "B": [1, 1, 1, 0, 0], "Y": [1, 1, 1, 1, 0]})
    >>> [model.terms for model in minimize_mv(truth_table_mv(frame, outcome="Y")).models]
    [('A[2]', 'B[1]')]
    """
    return minimize(
        table,
        solution,
        expectations,
        exclude,
        all_covers,
        max_models,
        max_seconds,
        effort,
        include,
        term_consistency_cutoff,
        model_consistency_cutoff,
        model_coverage_cutoff,
    )
