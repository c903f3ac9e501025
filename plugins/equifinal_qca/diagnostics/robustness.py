"""How much of a solution survives in alternative ones, and whether a set holds too few or too many cases.

Fit-oriented and case-oriented robustness are those of Oana & Schneider (2021); their sensitivity ranges have a module of
their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equifinal import InputError, sets
from equifinal.errors import listing
from equifinal.plain import Record
from equifinal_qca.engine.cubes import Cube, Floats, conjunctions, largest
from equifinal_qca.inputs import memberships_of
from equifinal_qca.model import Model, require_model

_TOLERANCE = 1e-9


# ------------------------------------------------------------------------------------------------------- skewness


def skewness(frame: pd.DataFrame, low: float = 0.2, high: float = 0.8) -> pd.DataFrame:
    """The sets that hold too few or too many of the cases.

    With nearly all cases on one side of 0.5, a set is (nearly) a subset or a superset of anything: consistency is high for
    the outcome and for its negation, and necessity is trivial (Schneider & Wagemann 2012, ch. 9).

    Parameters
    ----------
    frame
        One row per case, one column per set, memberships from 0 to 1; conditions and outcome.
    low, high
        Shares of cases outside of which a set is skewed.

    Returns
    -------
    pandas.DataFrame
        Index: the sets. Columns: ``share_in``, the share of cases above 0.5; ``share_undecided``, of those at exactly 0.5;
        ``skewed``, whether ``share_in`` is below `low` or above `high`.

    Raises
    ------
    InputError
        For missing values or values outside 0 to 1, no case, or limits out of order.

    Examples
    --------
    >>> import pandas as pd
    >>> from equifinal_qca import skewness
    >>> frame = pd.DataFrame({"A": [0.9, 0.8, 0.7, 0.9, 0.6, 0.9], "B": [0.9, 0.1, 0.6, 0.2, 0.5, 0.7]})
    >>> skewness(frame)["skewed"].to_dict()
    {'A': True, 'B': False}
    """
    if not 0 <= low <= high <= 1:
        raise InputError(f"low = {low!r} and high = {high!r} are not two shares in order. Give 0 <= low <= high <= 1.")
    if not len(frame):
        raise InputError("There are no cases. Give at least one.")
    names = [str(name) for name in frame.columns]
    values = np.column_stack([memberships_of(frame, name) for name in frame.columns])
    share = (values > 0.5).mean(axis=0)
    return pd.DataFrame(
        {
            "share_in": share,
            "share_undecided": (values == 0.5).mean(axis=0),
            "skewed": (share < low - _TOLERANCE) | (share > high + _TOLERANCE),
        },
        index=pd.Index(names, name="set", dtype=str),
    )


# ------------------------------------------------------------------------------------------- alternative solutions


@dataclass(frozen=True, eq=False, repr=False)
class Robustness(Record):
    """The result of :func:`robustness_to`.

    IS is the initial model, minTS the intersection of the test models (the minimum of their memberships), maxTS their union
    (the maximum). The robust core is what IS and all test models share.

    Attributes
    ----------
    core
        The robust core as an expression, by Boolean algebra; ``"0"`` when they share nothing.
    core_membership
        The cases' memberships in it: the minimum over all models.
    fit
        Fit-oriented robustness, each 1 when nothing changes. ``RF_cons``: consistency of IS over that of the robust core.
        ``RF_cov``: coverage of the robust core over that of IS. ``RF_SC_minTS`` and ``RF_SC_maxTS``: set coincidence of IS with
        minTS and with maxTS, Σ min / Σ max. NaN where a denominator is 0.
    case_ratios
        Case-oriented robustness: of all cases in IS or maxTS the share in both IS and minTS, among those with the outcome
        (``RCR_typ``) and without it (``RCR_dev``). NaN where there is none.
    cases
        Index: the cases. Columns: ``initial``, ``min_tests``, ``max_tests``, ``outcome`` (memberships) and ``kind``: *robust*
        (in IS and minTS), *shaky* (in IS, not in minTS) or *possible* (not in IS, but in maxTS), *typical* with the outcome and
        *deviant* without it; in neither: *deviant in coverage* or *individually irrelevant*; at exactly 0.5 in the outcome:
        *undecided*.
    tests
        Index: the test models, numbered from 1. Columns: ``model`` (expression), ``set_coincidence`` with IS, ``shaky`` and
        ``possible`` (numbers of cases when it is the only test).
    """

    core: str
    core_membership: Floats = field(repr=False)
    fit: dict[str, float]
    case_ratios: dict[str, float]
    cases: pd.DataFrame = field(repr=False)
    tests: pd.DataFrame = field(repr=False)

    def _repr_html_(self) -> str:
        from equifinal.html import tables as shown

        measures = pd.DataFrame({"value": self.fit | self.case_ratios}).rename_axis("measure")
        tables = {"Measures": measures, "Test models": self.tests, "Cases": self.cases}
        return shown(f"Robust core: {self.core}", tables)


def robustness_to(initial: Model, tests: Sequence[Model | None]) -> Robustness:
    """Compare a model with alternatives to it: other calibrations, cutoffs, or conditions of the same cases.

    Oana & Schneider (2021), where all terms are defined. The rank that the paper derives from shaky and possible cases is not
    given; ``tests`` has their numbers. Memberships in a test model are those of its own calibration; the outcome is that of the
    initial model.

    Parameters
    ----------
    initial
        The model whose robustness is in question.
    tests
        Models of plausible alternative analyses; None stands for an empty solution, such as ``Solution.best`` gives.

    Returns
    -------
    Robustness

    Raises
    ------
    InputError
        When there is no test, or a test has other cases or conditions.

    Examples
    --------
    >>> import pandas as pd
    >>> from equifinal_qca import minimize, robustness_to, truth_table
    >>> frame = pd.DataFrame({"A": [1, 1, 1, 1, 0, 0], "B": [1, 1, 0, 0, 1, 0], "Y": [1, 1, 1, 0, 0, 0]})
    >>> strict, lenient = [
    ...     minimize(truth_table(frame, "Y", consistency_cutoff=cutoff), "conservative").best for cutoff in (0.8, 0.5)
    ... ]
    >>> found = robustness_to(lenient, [strict])
    >>> found.core, found.case_ratios["RCR_typ"]
    ('A*B', 0.6666666666666666)
    """
    _check_comparable(initial, tests)
    conditions, y = initial.table.conditions, initial.table.outcome_membership
    of_initial = initial.membership
    of_tests = [np.zeros(len(y)) if test is None else test.membership for test in tests]
    least: Floats = np.minimum.reduce(of_tests)
    most: Floats = np.maximum.reduce(of_tests)
    core = np.minimum(of_initial, least)
    terms: list[Cube] = list(initial.cubes)
    for test in tests:
        both = conjunctions(terms, () if test is None else test.cubes)
        terms = largest(filter(initial.table.space.is_possible, both))
    kind = _kinds(of_initial, least, most, y)
    alone = [_kinds(of_initial, each, each, y) for each in of_tests]
    return Robustness(
        core=" + ".join(sorted(cube.text(conditions) for cube in terms)) or "0",
        core_membership=core,
        fit={
            "RF_cons": _quotient(sets.consistency(of_initial, y), sets.consistency(core, y)),
            "RF_cov": _quotient(sets.coverage(core, y), sets.coverage(of_initial, y)),
            "RF_SC_minTS": _coincidence(of_initial, least),
            "RF_SC_maxTS": _coincidence(of_initial, most),
        },
        case_ratios={"RCR_typ": _robust_share(kind, "typical"), "RCR_dev": _robust_share(kind, "deviant")},
        cases=pd.DataFrame(
            {"initial": of_initial, "min_tests": least, "max_tests": most, "outcome": y, "kind": kind},
            index=initial.table.cases,
        ),
        tests=pd.DataFrame(
            {
                "model": ["0" if test is None else test.expression for test in tests],
                "set_coincidence": [_coincidence(of_initial, each) for each in of_tests],
                "shaky": [sum(str(each).startswith("shaky") for each in kinds) for kinds in alone],
                "possible": [sum(str(each).startswith("possible") for each in kinds) for kinds in alone],
            },
            index=pd.RangeIndex(1, len(tests) + 1, name="test"),
        ),
    )


def _check_comparable(initial: Model, tests: Sequence[Model | None]) -> None:
    """Raise an error when the test models are not about the same cases and conditions."""
    for each in (initial, *(test for test in tests if test is not None)):
        require_model(each)
    if not tests:
        raise InputError("There are no test models to compare with. Give at least one.")
    conditions = initial.table.conditions
    for number, test in enumerate(tests, start=1):
        if test is not None and not test.table.cases.equals(initial.table.cases):
            raise InputError(f"Test model {number} has other cases than the initial one. Analyse the same cases.")
        if test is not None and test.table.conditions != conditions:
            raise InputError(
                f"Test model {number} has other conditions ({listing(test.table.conditions)}) than the initial one "
                f"({listing(conditions)}). Give its truth table the same ones in the same order."
            )


def _kinds(initial: Floats, least: Floats, most: Floats, y: Floats) -> NDArray[np.object_]:
    inside = initial > 0.5
    kinds = np.full(len(y), "undecided", dtype=object)
    for side, typical, irrelevant in (
        (y > 0.5, "typical", "deviant in coverage"),
        (y < 0.5, "deviant", "individually irrelevant"),
    ):
        kinds[side] = irrelevant
        kinds[side & ~inside & (most > 0.5)] = f"possible {typical}"
        kinds[side & inside] = f"shaky {typical}"
        kinds[side & inside & (least > 0.5)] = f"robust {typical}"
    return kinds


def _robust_share(kinds: NDArray[np.object_], side: str) -> float:
    counts = {word: int((kinds == f"{word} {side}").sum()) for word in ("robust", "shaky", "possible")}
    return _quotient(counts["robust"], sum(counts.values()))


def _coincidence(one: Floats, other: Floats) -> float:
    return _quotient(float(np.minimum(one, other).sum()), float(np.maximum(one, other).sum()))


def _quotient(numerator: float, denominator: float) -> float:
    return numerator / denominator if abs(denominator) > 1e-12 else float("nan")
