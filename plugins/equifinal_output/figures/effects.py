"""Figures of what conditions do to the outcome: coefficients, partial dependence."""

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

import equifinal as eq
from equifinal.plain import shown
from equifinal_output.figures.source import interval_share, labelled, with_table
from equifinal_output.figures.style import BLUE, COLOURS, INK, MARKERS, ORANGE, clean, drawn, finish, sized, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# --------------------------------------------------------------------------------------------- coefficients

INTERVAL = ("coefficient", "ci_low", "ci_high")
_OWN = "regression methods have one"


def _terms(analysis: eq.Analysis, table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows of conditions and their products, and the other ones, such as the constant."""
    names = set(map(str, analysis.conditions.index))
    own = np.array([set(str(term).split("*")) <= names for term in table.index], dtype=bool)
    return (table[own], table[~own]) if own.any() else (table, table.iloc[:0])


@drawn
def plot_coefficients(source: Any, method: str | None = None, ax: "Axes | None" = None) -> "Axes":
    """Draw the coefficients of an equation with their intervals.

    A full dot has an interval on one side of 0, an empty one an interval that includes 0. Bootstrap intervals, if any, are
    drawn below. The constant, whose size cannot be compared with the others, is given below the drawing.

    Parameters
    ----------
    source
        A comparison, or an analysis with a table ``coefficients``.

    Examples
    --------
    >>> import equifinal as eq
    >>> from equifinal_output.figures import plot_coefficients
    >>> comparison = eq.compare(eq.run(eq.load_study("open-data-barometer-2014"), methods=["regression"]))
    >>> ax = plot_coefficients(comparison)
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['LEAD', 'DEM', 'FIN', 'HUM']
    """
    label, analysis, table = with_table(source, method, "coefficients", INTERVAL, _OWN)
    terms, others = _terms(analysis, table)
    ax, own = sized(ax, 4.2, 0.36 * len(terms) + 0.15)
    bootstrap = {"bootstrap_low", "bootstrap_high"} <= set(terms.columns)
    for row, (_, each) in enumerate(terms.iterrows()):
        value, low, high = (float(each[key]) for key in INTERVAL)
        clear = low > 0 or high < 0
        ax.plot([low, high], [row, row], color=BLUE, lw=1.6, solid_capstyle="butt")
        ax.plot(value, row, "o", ms=6, mfc=BLUE if clear else "none", mec=BLUE, mew=1.3)
        if bootstrap:
            ends = [float(each["bootstrap_low"]), float(each["bootstrap_high"])]
            ax.plot(ends, [row + 0.24] * 2, color=ORANGE, lw=1.6, solid_capstyle="butt")
    ax.axvline(0, color=INK, lw=0.8, alpha=0.7, zorder=1)
    ax.set_ylim(len(terms) - 0.5, -0.5)
    ax.set_yticks(range(len(terms)), [wrapped(term, 30, lines=2) for term in terms.index])
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel(f"Coefficient, with its {interval_share(analysis)}interval")
    note = ["A full dot: the interval does not include 0."]
    note += ["Orange: bootstrap interval."] if bootstrap else []
    note += [f"Not drawn: {_stated(others)}."] if len(others) else []
    return finish(ax, own, source, f"Coefficients, {label}", note=" ".join(note))


def _stated(rows: pd.DataFrame) -> str:
    said = []
    for term, each in rows.iterrows():
        value, low, high = (shown(float(each[key])) for key in INTERVAL)
        said.append(f"{clean(term)} {value} ({low} to {high})")
    return ", ".join(said)


def coefficients_in_words(source: Any, method: str | None = None) -> str:
    _, analysis, table = with_table(source, method, "coefficients", INTERVAL, _OWN)
    return f"Coefficients with their {interval_share(analysis)}intervals: {_stated(table)}."


# --------------------------------------------------------------------------------------- partial dependence

_MOST_POINTS = 21
_known: WeakKeyDictionary[eq.Comparison, dict[str, pd.DataFrame]] = WeakKeyDictionary()


def partial_dependence(comparison: eq.Comparison, condition: str) -> pd.DataFrame:
    """The mean predicted outcome when all cases have the same score in a condition (Friedman 2001).

    Parameters
    ----------
    comparison
        Its methods predict again; those that cannot are left out.
    condition
        Its raw score and membership are set, in all cases at once, to those of one case after another.

    Returns
    -------
    pandas.DataFrame
        Index: the raw scores that occur (at most 21, spread evenly over the cases); one column per method: mean predicted
        memberships, from 0 to 1.

    Notes
    -----
    Friedman, J. H. (2001). Greedy function approximation: a gradient boosting machine. Annals of Statistics 29(5), eq. 51.

    Examples
    --------
    >>> import equifinal as eq
    >>> from equifinal_output.figures import partial_dependence
    >>> comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["regression"]))
    >>> partial_dependence(comparison, "LEAD")["regression"].iloc[[0, -1]].round(2).to_dict()
    {10.0: 0.18, 89.0: 0.64}
    """
    known = _known.setdefault(comparison, {})
    if condition not in known:
        known[condition] = _partial_dependence(comparison, condition)
    return known[condition]


def _partial_dependence(comparison: eq.Comparison, condition: str) -> pd.DataFrame:
    calibrated = comparison.calibrated
    if condition not in calibrated.condition_names:
        calibrated.variable(condition)  # its error suggests what was meant
        raise eq.InputError(f"{condition} is the outcome; partial dependence is on a condition.")
    scores = calibrated.raw[condition].to_numpy(dtype=float)
    order = np.argsort(scores, kind="stable")
    sources = order[np.unique(scores[order], return_index=True)[1]]
    if len(sources) > _MOST_POINTS:
        picked = order[np.round(np.linspace(0, len(order) - 1, _MOST_POINTS)).astype(int)]
        sources = picked[np.unique(scores[picked], return_index=True)[1]]
    count = len(calibrated.cases)
    what_if = calibrated.without_outcome().repeated(len(sources)).with_condition(condition, np.repeat(sources, count))
    columns = {}
    for label, analysis in comparison.analyses.items():
        method = comparison.run.methods[label]
        if not method.predicts():
            continue
        try:
            predicted = method.predict(analysis, what_if.protected()).to_numpy(dtype=float)
        except Exception:  # a method may fail on data unlike any case; the others are drawn all the same
            continue
        means = predicted.reshape(len(sources), count)
        if np.isfinite(means).any(axis=1).all():
            columns[label] = np.nanmean(means, axis=1)
    return pd.DataFrame(columns, index=pd.Index(scores[sources], name="raw score"))


@drawn
def plot_partial_dependence(
    comparison: eq.Comparison, condition: str | None = None, method: str | None = None, ax: "Axes | None" = None
) -> "Axes":
    """Draw the partial dependence on a condition: the mean predicted outcome by its raw score, a line for each method.

    See :func:`partial_dependence`.

    Parameters
    ----------
    condition
        By default the first condition.
    method
        Label of one method; by default all that predict.

    Examples
    --------
    >>> import equifinal as eq
    >>> from equifinal_output.figures import plot_partial_dependence
    >>> comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["fsqca", "regression"]))
    >>> ax = plot_partial_dependence(comparison, "LEAD")
    >>> [line.get_label() for line in ax.lines if not line.get_label().startswith("_")]
    ['fsqca', 'regression']
    """
    if not isinstance(comparison, eq.Comparison):
        raise eq.InputError("Partial dependence needs new predictions, so it is drawn of a comparison.")
    calibrated = comparison.calibrated
    name = calibrated.condition_names[0] if condition is None else condition
    table = partial_dependence(comparison, name)
    if method is not None:
        if method not in table:
            raise eq.InputError(
                f"{method!r} does not predict; methods that predict: {', '.join(map(str, table)) or 'none'}."
            )
        table = table[[method]]
    if table.empty:
        raise eq.InputError(
            f"No method of study {calibrated.name!r} predicts, so there is no partial dependence to draw."
        )
    ax, own = sized(ax, 4.6, 2.9)
    for number, (label, values) in enumerate(table.items()):
        ax.plot(
            table.index,
            values,
            marker=MARKERS[number % len(MARKERS)],
            color=COLOURS[number % len(COLOURS)],
            ms=4.5,
            lw=1.4,
            label=clean(label),
        )
    raw = calibrated.raw[name].to_numpy(dtype=float)
    ax.plot(raw, np.zeros_like(raw), "|", transform=ax.get_xaxis_transform(), color=INK, ms=7, alpha=0.6, clip_on=False)
    ax.set_ylim(-0.03, 1.03)
    ax.axhline(0.5, color=INK, lw=0.6, alpha=0.5, ls=(0, (1, 2)), zorder=1)
    variable = calibrated.variable(name)
    ax.set_xlabel(wrapped(f"Raw score of {variable.label} (| a case)", 64))
    ax.set_ylabel(wrapped(f"Mean predicted membership in {calibrated.outcome.name}", 38))
    return finish(ax, own, comparison, f"Partial dependence on {labelled(variable)}", legend={"ncols": 3})


def partial_dependence_in_words(comparison: eq.Comparison, condition: str) -> str:
    table = partial_dependence(comparison, condition)
    low, high = table.index[0], table.index[-1]
    moves = ", ".join(
        f"{clean(label)} {shown(float(each.iloc[0]))} to {shown(float(each.iloc[-1]))}" for label, each in table.items()
    )
    return f"Mean predicted outcome from raw score {low:g} to {high:g}: {moves}."
