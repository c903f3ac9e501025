"""Whether a set relation holds equally in groups of cases: consistency and coverage in each."""

from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import pandas as pd

import equifinal as eq
from equifinal import sets
from equifinal.errors import did_you_mean, listing
from equifinal.plain import counted
from equifinal_output.figures.source import study_of
from equifinal_output.figures.style import BLUE, INK, VERMILLION, drawn, finish, sized, wrapped
from equifinal_output.figures.xy import Relation, axes_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_GROUPS = 40
#: Words, colour and marker of each parameter of fit.
_MEASURES = {"consistency": ("Consistency", BLUE, "o"), "coverage": ("Coverage", VERMILLION, "s")}


@drawn
def plot_groups(
    comparison: "eq.Comparison | eq.CalibratedStudy | eq.Study",
    by: pd.Series | str | None = None,
    method: str | None = None,
    path: Any = None,
    ax: "Axes | None" = None,
    *,
    x: str | None = None,
    y: str | None = None,
    relation: Relation = "sufficiency",
) -> "Axes":
    """Draw consistency and coverage in each group of cases, beside those of all cases: regions, years, units of a panel.

    The line is the consistency of all cases. :func:`equifinal_qca.consistency_by` gives the numbers.

    Parameters
    ----------
    comparison
        What to draw; for two expressions, or one and the outcome, a study is enough.
    by
        The group of each case: a column of the study's data, or a Series with an entry for each case; in a panel by default the
        times.
    method
        Label of a method that predicts; by default the first.
    path
        A label of its ``configurations``; by default all together, as ``predicted``.
    x
        An expression to draw instead of a solution, such as ``"LEAD + DEM"``.
    y
        An expression to draw instead of the outcome.
    relation
        ``"sufficiency"`` or ``"necessity"``: which consistency and coverage (Garcia-Castro & Ariño 2016).

    Examples
    --------
    >>> import equifinal as eq
    >>> from equifinal_output.figures import plot_groups
    >>> ax = plot_groups(eq.load_study("open-data-barometer-2013-2014"), x="LEAD*FIN")
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['All cases (163)', '2013 (77)', '2014 (86)']
    """
    if relation not in get_args(Relation):
        raise eq.InputError(f"relation = {relation!r} is not one of {', '.join(get_args(Relation))}.")
    fit, words, title = _fits(comparison, by, method, path, x, y, relation)
    groups = fit.iloc[1:]
    away = (groups["consistency"] - fit["consistency"].iloc[0]).abs().fillna(-1.0)
    kept = away.nlargest(_MOST_GROUPS).index if len(groups) > _MOST_GROUPS else groups.index
    rows = fit.loc[[fit.index[0], *(group for group in groups.index if group in kept)]]
    ax, own = sized(ax, 4.4, 0.27 * len(rows) + 0.1)
    places = np.arange(len(rows), dtype=float)
    places[1:] += 0.4  # all cases stand apart
    ax.hlines(places, rows.min(axis=1), rows.max(axis=1), color=INK, lw=0.6, alpha=0.35, zorder=1)
    for key, (name, colour, marker) in _MEASURES.items():
        filled = colour if key == "consistency" else "white"
        ax.plot(rows[key], places, marker, ms=6, mfc=filled, mec=colour, mew=1.3, label=name, zorder=3)
    if not np.isnan(fit["consistency"].iloc[0]):
        ax.axvline(fit["consistency"].iloc[0], color=BLUE, lw=0.9, ls=(0, (4, 2)), label="Consistency of all", zorder=1)
    ax.set(xlim=(-0.02, 1.02), ylim=(places[-1] + 0.6, -0.6))
    ax.set_yticks(places, [wrapped(name, 34, lines=2) for name in rows.index])
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel(f"Parameters of fit of {relation}")
    note = _note(groups, len(groups) - len(rows) + 1, "condition" if relation == "sufficiency" else "outcome")
    return finish(ax, own, comparison, title, words, note, {"ncols": 3})


def _fits(
    source: Any, by: pd.Series | str | None, method: str | None, path: Any, x: str | None, y: str | None, relation: str
) -> tuple[pd.DataFrame, str, str]:
    """Consistency and coverage by group, all cases first; what is related, and a title."""
    pair = axes_of(source, method, path, x, y)
    groups = _groups(study_of(source), by)
    there = pair.there & groups.notna().to_numpy()
    across, up = pair.x.to_numpy(dtype=float), pair.y.to_numpy(dtype=float)
    measures = (
        (sets.consistency, sets.coverage)
        if relation == "sufficiency"
        else (sets.necessity_consistency, sets.necessity_coverage)
    )
    inside = {"All cases": there}
    for group in sorted(pd.unique(groups[there]), key=lambda each: (isinstance(each, str), each)):
        inside[str(group)] = there & (groups == group).to_numpy()
    fit = pd.DataFrame(
        [[float(measure(across[cases], up[cases])) for measure in measures] for cases in inside.values()],
        columns=list(_MEASURES),
        index=[f"{name} ({cases.sum()})" for name, cases in inside.items()],
    )
    lower = pair.x_words[0].lower() + pair.x_words[1:]
    upper = pair.y_words[0].lower() + pair.y_words[1:]
    words = f"{relation.capitalize()} of {lower} for {upper}"
    what = pair.title.removeprefix("XY plot").lstrip(",: ")
    return fit, words, f"{relation.capitalize()} by {groups.name or 'group'}, {what}"


def _groups(calibrated: eq.CalibratedStudy, by: pd.Series | str | None) -> pd.Series:
    """The group of each case."""
    by = calibrated.time if by is None else by
    if by is None:
        raise eq.InputError(
            f"Study {calibrated.name!r} is not a panel: say which column has the groups, such as by='region'."
        )
    if isinstance(by, pd.Series):
        if not by.index.is_unique or len(missing := calibrated.cases.difference(by.index)):
            named = listing(missing) if by.index.is_unique else "some cases occur twice"
            raise eq.InputError(f"by: the Series needs one group for each case of {calibrated.name!r}: {named}.")
        return by.loc[calibrated.cases]
    if by not in calibrated.data.columns:
        raise eq.InputError(
            f"by: {by!r} is not a column of the data of study {calibrated.name!r}. {did_you_mean(str(by), calibrated.data.columns)}"
        )
    groups: pd.Series = calibrated.data[by]
    return groups


def _note(groups: pd.DataFrame, left_out: int, divisor: str) -> str:
    said = []
    if len(unknown := groups.index[groups["consistency"].isna()]):
        said.append(f"Without a consistency, as no case has any membership in the {divisor}: {listing(unknown)}.")
    if left_out:
        said.append(f"{counted(left_out, 'group')} nearest to all cases not drawn.")
    return " ".join(said)
