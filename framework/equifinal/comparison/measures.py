"""The measures of the common yardstick: how well predicted memberships agree with the outcome.

Everything said of measures is made from one list: the built-in measures here, then those that plugins bring through
``equifinal_measures``. This module is a plugin itself, so the built-in ones come through the same hook.
"""

import math
import numbers
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar, Literal, NamedTuple

import numpy as np

from equifinal.base.surroundings import undisturbed
from equifinal.comparison.association import rank_correlation, rank_correlations
from equifinal.errors import FAULTS
from equifinal.plugin import registry
from equifinal.plugin.hookspecs import API_VERSION, hookimpl
from equifinal.sets import Floats, ratio

#: What the column of a measure in cases not seen ends in.
OUT_OF_SAMPLE = "_out_of_sample"

#: The measures that the summary compares with a constant, and that a panel shows out of sample at each time. The first is also
#: the one in which it compares methods.
LEADING = ("brier_skill", "mae", "balanced_accuracy")

#: Other columns of the tables that have a column for each measure.
_TAKEN = ("any_solution", "failed", "failed_folds", "folds", "n", "permutations", "why")


@dataclass(frozen=True)
class Measure:
    """A column of the common yardstick: one number for how well predictions agree with the outcome.

    Parameters
    ----------
    name
        The column's name in ``Comparison.fit``, which has ``NAME_out_of_sample`` beside it.
    words
        What readers see, such as ``"mean absolute error"``.
    less_is_better
        Whether a smaller number means better agreement; ``None`` where neither end is better, as for a slope, which is best at 1.
    of
        ``of(predicted, outcome, weights)`` returns one number, NaN where it is undefined. All three are read-only arrays of
        shape (n,): memberships from 0 to 1, none missing, and how often each case counts, a whole number from 0 on.
    of_resamples
        The same for many resamples at once: weights of shape (r, n), result of shape (r,). Optional: it makes the bootstrap
        fast; without it `of` is called for each of them.
    by_rank
        Whether it measures how cases are told apart, not how far predictions are off. A method that predicts the same for every
        case, learned anew in each refit, tells nobody apart; the order in which refits predict, lower where a high case is left
        out, is an artefact. Out of sample it is measured as the constant that it is.
    describes
        Whether it only describes: no method is called better by it.
    baseline
        The constant to compare with: that of ``"mean"`` or ``"median"``.

    Raises
    ------
    ValueError
        When the name is not an identifier, or would be taken for another column.

    Examples
    --------
    >>> rmse = Measure("rmse", "root mean squared error", True, lambda p, y, w: np.average((p - y) ** 2, weights=w) ** 0.5)
    >>> round(float(rmse.of(np.array([0.5, 1.0]), np.array([0.5, 0.5]), np.ones(2))), 4)
    0.3536
    """

    name: str
    words: str
    less_is_better: bool | None
    of: Callable[[Floats, Floats, Floats], Any] = field(repr=False)
    of_resamples: Callable[[Floats, Floats, Floats], Any] | None = field(default=None, repr=False)
    by_rank: bool = False
    describes: bool = False
    baseline: Literal["mean", "median"] = "mean"

    offered_by: ClassVar[str] = "equifinal_measures"

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.isidentifier():
            raise ValueError(f"The name of a measure must be an identifier, such as 'rmse', not {self.name!r}.")
        if self.name in _TAKEN or self.name.endswith(OUT_OF_SAMPLE):
            raise ValueError(f"A measure cannot be named {self.name!r}, which another column of the tables is named.")
        if not callable(self.of):
            raise ValueError(f"Measure {self.name!r}: of must be a function of predicted, outcome and weights.")
        if self.baseline not in ("mean", "median"):
            raise ValueError(f"Measure {self.name!r}: baseline must be 'mean' or 'median', not {self.baseline!r}.")


# ------------------------------------------------------------------------------------------- the built-in measures


class _Sums(NamedTuple):
    """Sums over cases, each as often as it counts: numbers, or arrays of shape (r,) for weights of shape (r, n)."""

    both: Any
    predicted: Any
    outcome: Any
    either_way: Any  # predicted, and in the outcome as much as out of it
    has: Any
    found: Any
    lacks: Any
    spared: Any
    has_outcome: Any
    lacks_outcome: Any
    error: Any
    squared_error: Any
    p: Any  # predicted and outcome, less their means over all cases, so that sums of squares lose no digits
    y: Any
    pp: Any
    py: Any
    yy: Any
    cases: Any


#: The arrays that were summed last, and their sums: seven measures in turn need those of the same arrays.
_latest: tuple[Any, Any, Any, _Sums | None] = (None, None, None, None)


def _sums(predicted: Floats, outcome: Floats, weights: Floats) -> _Sums:
    global _latest
    *summed, known = _latest
    if known is not None and all(
        one is other for one, other in zip(summed, (predicted, outcome, weights), strict=True)
    ):
        return known
    both = np.minimum(predicted, outcome)
    decided = (predicted != 0.5) & (outcome != 0.5)
    has, lacks = decided & (outcome > 0.5), decided & (outcome < 0.5)
    p, y = predicted - predicted.mean(), outcome - outcome.mean()
    parts = _Sums(
        both=both,
        predicted=predicted,
        outcome=outcome,
        either_way=np.minimum(both, 1.0 - outcome),
        has=has,
        found=has & (predicted > 0.5),
        lacks=lacks,
        spared=lacks & (predicted < 0.5),
        has_outcome=outcome > 0.5,
        lacks_outcome=outcome < 0.5,
        error=np.abs(predicted - outcome),
        squared_error=(predicted - outcome) ** 2,
        p=p,
        y=y,
        pp=p * p,
        py=p * y,
        yy=y * y,
        cases=np.ones(len(predicted)),
    )
    if weights.ndim == 1:
        sums = _Sums(*((part * weights).sum() for part in parts))
    else:
        sums = _Sums(*(weights @ np.column_stack(parts)).T)
    _latest = (predicted, outcome, weights, sums)
    return sums


def _of_sums(formula: Callable[[_Sums], Any], predicted: Floats, outcome: Floats, weights: Floats) -> Any:
    """One formula, for the cases as they are and for all resamples at once."""
    return formula(_sums(predicted, outcome, weights))


def _consistency(sums: _Sums) -> Any:
    return ratio(sums.both, sums.predicted)


def _coverage(sums: _Sums) -> Any:
    return ratio(sums.both, sums.outcome)


def _pri(sums: _Sums) -> Any:
    return ratio(sums.both - sums.either_way, sums.predicted - sums.either_way)


def _balanced_accuracy(sums: _Sums) -> Any:
    """A constant says the same of all: it is right about one of the two classes, also where it is undecided."""
    constant = _variation(sums.pp, sums.p, sums.cases) == 0
    both = (sums.has_outcome > 0) & (sums.lacks_outcome > 0)
    found = (ratio(sums.found, sums.has) + ratio(sums.spared, sums.lacks)) / 2
    return np.where(constant, np.where(both, 0.5, np.nan), found)[()]


def _variation(squares: Any, total: Any, cases: Any) -> Any:
    """The sum of squared distances from the mean; 0 where it is nothing but rounding."""
    found = squares - ratio(total**2, cases)
    return np.where(found > 1e-12, found, 0.0)


def _brier_skill(sums: _Sums) -> Any:
    return 1 - ratio(sums.squared_error, _variation(sums.yy, sums.y, sums.cases))


def _calibration_slope(sums: _Sums) -> Any:
    return ratio(sums.py - ratio(sums.p * sums.y, sums.cases), _variation(sums.pp, sums.p, sums.cases))


def _mean_absolute_error(sums: _Sums) -> Any:
    return ratio(sums.error, sums.cases)


def _spearman(predicted: Floats, outcome: Floats, weights: Floats) -> float:
    if (weights == 1).all():
        return rank_correlation(predicted, outcome)
    return float(rank_correlations(predicted, outcome, weights[np.newaxis])[0])


def _built_in(
    name: str, words: str, formula: Callable[[_Sums], Any], less_is_better: bool | None = False, **further: Any
) -> Measure:
    of = partial(_of_sums, formula)
    return Measure(name, words, less_is_better, of, of, **further)


#: In the order of the columns. Brier skill is one less the squared error over that of the mean of the same cases: scikit-learn's
#: ``r2_score`` (Brier 1950; Murphy 1988). Balanced accuracy is scikit-learn's, both at 0.5, without cases at exactly 0.5. The
#: calibration slope is that of the outcome on the predictions, by least squares (Mincer & Zarnowitz 1969): 1 where predictions
#: are as far apart as they should be, below where they are too far. Consistency, coverage and PRI are those of
#: *predicted ⊆ outcome*, as in :mod:`equifinal.sets`; they rise when predictions shrink, so they describe.
BUILT_IN = (
    _built_in("brier_skill", "Brier skill", _brier_skill),
    _built_in("mae", "mean absolute error", _mean_absolute_error, less_is_better=True, baseline="median"),
    _built_in("balanced_accuracy", "balanced accuracy", _balanced_accuracy, by_rank=True),
    Measure("spearman", "Spearman", False, _spearman, rank_correlations, by_rank=True),
    _built_in("calibration_slope", "calibration slope", _calibration_slope, None, by_rank=True, describes=True),
    _built_in("consistency", "consistency", _consistency, describes=True),
    _built_in("coverage", "coverage", _coverage, describes=True),
    _built_in("pri", "PRI", _pri, describes=True),
)


equifinal_api = API_VERSION


@hookimpl
def equifinal_measures() -> list[Measure]:
    """The built-in measures."""
    return list(BUILT_IN)


def current_measures() -> tuple[Measure, ...]:
    """The built-in measures, then those of plugins, as the registry of this process lists them."""
    return tuple(entry.cls for entry in registry.current().listing("measures").values())


# ------------------------------------------------------------------------------------------------------ measuring


def leading_measures(which: Sequence[Measure]) -> list[Measure]:
    """The leading ones of some measures, the first first."""
    return [each for name in LEADING for each in which if each.name == name]


def measures(
    predicted: Any, outcome: Any, which: Iterable[Measure] = BUILT_IN, problems: dict[str, str] | None = None
) -> dict[str, float]:
    """How well predicted memberships agree with the outcome's.

    Parameters
    ----------
    predicted, outcome
        Memberships, 0 to 1, shape (n,). Cases without a prediction are left out.
    which
        The measures.
    problems
        Takes, by the measure's name, what one raised or returned in place of a number.

    Returns
    -------
    dict
        By the measure's name; NaN where it is undefined or gives no number.

    Examples
    --------
    >>> found = measures([0.9, 0.2, 0.6], [0.8, 0.1, 0.7])
    >>> round(found["mae"], 3), found["balanced_accuracy"]
    (0.1, 1.0)
    """
    _, predicted, outcome = _known(predicted, outcome)
    if not len(predicted):
        return {each.name: np.nan for each in which}
    once = _fixed(np.ones(len(predicted)))
    return {each.name: _number(each, predicted, outcome, once, problems) for each in which}


def measures_of_repeats(
    predicted: Floats,
    outcome: Any,
    which: Iterable[Measure] = BUILT_IN,
    varies: bool = True,
    problems: dict[str, str] | None = None,
) -> dict[str, float]:
    """The mean of each measure over repeats of a cross-validation, where it is defined.

    Measured in each repeat and then averaged (Kohavi 1995), since averaged predictions would be those of an ensemble.

    Parameters
    ----------
    predicted
        Shape (repeats, n).
    outcome, which, problems
        As for :func:`measures`.
    varies
        Whether the predictions of any refit differ between cases; see :class:`Measure`, `by_rank`.
    """
    which = tuple(which)
    found = []
    for row in predicted:
        each = measures(row, outcome, which, problems)
        if not varies:
            each |= measures(as_a_constant(row), outcome, [one for one in which if one.by_rank], problems)
        found.append([each[one.name] for one in which])
    table = np.array(found, dtype=float).reshape(len(found), len(which))
    known = ~np.isnan(table)
    means = ratio(np.where(known, table, 0.0).sum(axis=0), known.sum(axis=0))
    return dict(zip((one.name for one in which), (float(mean) for mean in means), strict=True))


def as_a_constant(predicted: Floats) -> Floats:
    """The mean prediction for every case that has one."""
    known = ~np.isnan(predicted)
    return np.where(known, predicted[known].mean() if known.any() else np.nan, np.nan)


def in_resamples(predicted: Any, outcome: Any, weights: Floats, which: Sequence[Measure] = BUILT_IN) -> Floats:
    """What :func:`measures` finds in each resample.

    Parameters
    ----------
    predicted, outcome
        Memberships, 0 to 1, shape (n,). Cases without a prediction are left out.
    weights
        How often each case is drawn, shape (r, n).
    which
        The measures.

    Returns
    -------
    numpy.ndarray of shape (r, measures)
    """
    known, predicted, outcome = _known(predicted, outcome)
    weights = _fixed(weights[:, known])
    found = np.full((len(weights), len(which)), np.nan)
    for number, each in enumerate(which if len(predicted) else ()):
        if each.of_resamples is None:
            drawn = weights.any(axis=1)
            found[drawn, number] = [_number(each, predicted, outcome, row) for row in weights[drawn]]
            continue
        try:
            found[:, number] = each.of_resamples(predicted, outcome, weights)
        except FAULTS:  # what it raises for the cases as they are is reported with the fit
            continue
    return found


def _known(predicted: Any, outcome: Any) -> tuple[Any, Floats, Floats]:
    """Which cases have both, and both for these: arrays that no measure can change for the next."""
    predicted, outcome = np.asarray(predicted, dtype=float), np.asarray(outcome, dtype=float)
    known = ~np.isnan(predicted) & ~np.isnan(outcome)
    return known, _fixed(predicted[known]), _fixed(outcome[known])


def _fixed(values: Floats) -> Floats:
    """The same over bytes, which nobody can make writable again; in the same order, so that sums are taken alike."""
    order: Any = "F" if values.flags.f_contiguous else "C"
    return np.ndarray(values.shape, values.dtype, values.tobytes(order), order=order)


def _number(
    measure: Measure, predicted: Floats, outcome: Floats, weights: Floats, problems: dict[str, str] | None = None
) -> float:
    try:
        of = measure.of if measure in BUILT_IN else partial(undisturbed, measure.of)
        found = of(predicted, outcome, weights)
        if not isinstance(found, numbers.Real):
            raise TypeError(f"it returned {found!r}, which is not a number")
        return float(found) if math.isfinite(found) else np.nan
    except FAULTS as error:
        if problems is not None:
            problems.setdefault(measure.name, f"{type(error).__name__}: {error}")
        return np.nan
