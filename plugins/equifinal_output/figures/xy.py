"""The XY plot: membership in a path, a whole solution or any set against membership in the outcome or another set."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import pandas as pd

import equifinal as eq
from equifinal import sets
from equifinal.errors import did_you_mean, listing
from equifinal.plain import counted, is_missing, shown
from equifinal_output.figures.labels import label_points
from equifinal_output.figures.source import analysis_of, labelled, study_of
from equifinal_output.figures.style import (
    BLUE,
    INK,
    ORANGE,
    PINK,
    VERMILLION,
    clean,
    drawn,
    finish,
    sized,
    wrapped,
)
from equifinal_output.words.paths import paths_of, propositions_paths

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_XY = 8
_NEITHER = "neither in nor out"
Relation = Literal["sufficiency", "necessity"]
#: Colour and marker of each type of case (Schneider & Rohlfing 2013), the most telling first.
_TYPES = {
    "deviant in consistency": (VERMILLION, "^"),
    "deviant in coverage": (PINK, "s"),
    "typical": (BLUE, "o"),
    "irrelevant": ("#808080", "o"),
    _NEITHER: (ORANGE, "D"),
}


def memberships(comparison: eq.Comparison, method: str | None, path: Any = None) -> tuple[str, eq.Analysis, pd.Series]:
    """The label, the analysis, and memberships in a path, or those predicted by the whole method."""
    label, analysis = analysis_of(
        comparison,
        method,
        lambda each: bool(each.cases["predicted"].notna().any()),
        "predicted membership",
        "methods that predict have it",
    )
    if path is None:
        return label, analysis, analysis.cases["predicted"].astype(float)
    if path not in analysis.configurations.index:
        known = did_you_mean(str(path), analysis.configurations.index)
        raise eq.InputError(f"Method {label!r} has no path {str(path)!r}. {known}")
    column = f"membership in {path}"
    if column in analysis.cases:
        return label, analysis, analysis.cases[column].astype(float)
    expression = analysis.configurations.at[path, "expression"]
    if is_missing(expression):
        raise eq.InputError(
            f"{str(path)!r} of method {label!r} is not an expression of sets, so cases have no membership in it; in paths they do."
        )
    return label, analysis, eq.Expression(str(expression)).membership(comparison.calibrated.fuzzy)


@drawn
def plot_xy(
    comparison: "eq.Comparison | eq.CalibratedStudy | eq.Study",
    method: str | None = None,
    path: Any = None,
    ax: "Axes | None" = None,
    *,
    x: str | None = None,
    y: str | None = None,
    relation: Relation = "sufficiency",
) -> "Axes":
    """Draw the XY plot of any two sets: by default a method's whole solution, or a path, against the outcome.

    Cases above the diagonal agree with "sufficient", those below it with "necessary". Cases are named where there is room,
    deviant ones first; a note below the drawing counts the others. The parameters of fit above it are those of the points.

    Parameters
    ----------
    comparison
        What to draw; for two expressions (`x`) a study is enough, calibrated or not.
    method
        Label of a method that predicts; by default the first.
    path
        A label of its ``configurations``; by default all together, as ``predicted``.
    x
        An expression to draw instead of a solution, such as ``"LEAD + DEM"``.
    y
        An expression to draw instead of the outcome.
    relation
        ``"sufficiency"`` or ``"necessity"``: which parameters of fit are stated, and which cases count as deviant (Schneider &
        Rohlfing 2013). For necessity a case deviates that has the outcome without the condition; cases without the outcome
        say nothing.

    Examples
    --------
    >>> import equifinal as eq
    >>> from equifinal_output.figures import plot_xy
    >>> comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["fsqca"]))
    >>> ax = plot_xy(comparison)
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('Membership in the solution of fsqca', 'Membership in Data openness (OPEN)')
    >>> plot_xy(eq.load_study("heilongjiang"), x="LEAD + DEM", relation="necessity").get_xlabel()
    'Membership in LEAD + DEM'
    """
    if relation not in get_args(Relation):
        raise eq.InputError(f"relation = {relation!r} is not one of {', '.join(get_args(Relation))}.")
    drawn = axes_of(comparison, method, path, x, y)
    across, up = drawn.x[drawn.there], drawn.y[drawn.there]
    types = (eq.case_types(across, up) if relation == "sufficiency" else _types_for_necessity(across, up)).fillna(
        _NEITHER
    )
    ax, own = sized(ax, 4.8, 4.8)
    ax.plot([0, 1], [0, 1], color=INK, lw=0.8, alpha=0.7, zorder=1)
    ax.axhline(0.5, color=INK, lw=0.6, alpha=0.5, ls=(0, (1, 2)), zorder=1)
    ax.axvline(0.5, color=INK, lw=0.6, alpha=0.5, ls=(0, (1, 2)), zorder=1)
    for kind, (colour, marker) in _TYPES.items():
        members = (types == kind).to_numpy()
        if members.any():
            words = f"{kind} ({members.sum()})"
            ax.plot(
                across[members], up[members], marker, ms=4.5, mfc=colour, mec="none", alpha=0.9, label=words, zorder=3
            )
    ax.set(xlim=(-0.04, 1.04), ylim=(-0.04, 1.04), aspect="equal")
    ax.set_xlabel(wrapped(drawn.x_words, 70))
    ax.set_ylabel(wrapped(drawn.y_words, 60))
    order = sorted(range(len(across)), key=lambda case: list(_TYPES).index(types.iloc[case]))
    left_out = label_points(ax, across, up, list(across.index), order)
    fit = _fit(across, up) if relation == "sufficiency" else _fit_of_necessity(across, up)
    return finish(ax, own, comparison, drawn.title, fit, _unlabelled(left_out, len(across)), {"ncols": 2})


@dataclass(frozen=True)
class Drawn:
    """What stands on the two axes."""

    x: pd.Series
    y: pd.Series
    x_words: str
    y_words: str
    title: str

    @property
    def there(self) -> Any:
        """The cases with both memberships."""
        return (self.x.notna() & self.y.notna()).to_numpy()


def axes_of(source: Any, method: str | None, path: Any, x: str | None, y: str | None) -> Drawn:
    """Memberships in a solution, a path or an expression, and in the outcome or another expression."""
    if x is not None and (method is not None or path is not None):
        raise eq.InputError(f"x = {x!r} takes the place of a method's solution or path: give the one or the other.")
    if x is None and not isinstance(source, eq.Comparison):
        raise eq.InputError(
            "An XY plot of a solution needs the outcome, so it is drawn of a comparison, not of an analysis alone; of a study "
            'give two expressions, such as x="LEAD + DEM".'
        )
    calibrated = study_of(source)
    if y is None:
        up, y_words = calibrated.fuzzy[calibrated.outcome.name], f"Membership in {labelled(calibrated.outcome)}"
    else:
        up, y_words = _membership(calibrated, y), f"Membership in {y}"
    if x is None:
        label, analysis, across = memberships(source, method, path)
        title = f"XY plot, {label}{'' if path is None else f': {path}'}"
        return Drawn(across, up.astype(float), _x_words(label, analysis, path), y_words, title)
    title = f"XY plot: {x} and {y or calibrated.outcome.name}"
    return Drawn(_membership(calibrated, x), up.astype(float), f"Membership in {x}", y_words, title)


def _membership(calibrated: eq.CalibratedStudy, text: str) -> pd.Series:
    expression = eq.Expression(text)
    expression.require(list(calibrated.fuzzy.columns), f"Study {calibrated.name!r}, XY plot of {text!r}: ")
    return expression.membership(calibrated.fuzzy).astype(float)


def _types_for_necessity(x: pd.Series, y: pd.Series) -> pd.Series:
    """Types of cases where x is claimed to be necessary for y (Schneider & Rohlfing 2013); missing at exactly 0.5."""
    types = pd.Series("irrelevant", index=x.index, dtype=object)
    types[(x > 0.5) & (y > 0.5)] = "typical"
    types[(x < 0.5) & (y > 0.5)] = "deviant in consistency"
    return types.mask(((x == 0.5) & (y >= 0.5)) | (y == 0.5))


def fuzzy_paths(comparison: eq.Comparison, method: str) -> list[Any]:
    """The sufficient paths that get their own XY plot: those in which cases have more than two different memberships.

    None when there is only one path, which is the whole solution; at most the eight with the largest coverage.
    """
    analysis = comparison.analyses[method]
    if not propositions_paths(analysis) or len(analysis.configurations) < 2:
        return []
    largest = analysis.configurations["coverage"].astype(float).nlargest(_MOST_XY).index
    paths = [path for path in paths_of(analysis) if path in largest]
    return [path for path in paths if memberships(comparison, method, path)[2].nunique() > 2]


def _x_words(label: str, analysis: eq.Analysis, path: Any) -> str:
    if path is not None:
        return f"Membership in {path}"
    solution = analysis.method.sufficient_paths and not analysis.configurations.empty
    return f"Membership in the solution of {label}" if solution else f"Membership predicted by {label}"


def _fit(x: pd.Series, y: pd.Series) -> str:
    a, b = x.to_numpy(), y.to_numpy()
    return (
        f"Consistency {shown(float(sets.consistency(a, b)))}, coverage {shown(float(sets.coverage(a, b)))}, "
        f"PRI {shown(float(sets.pri(a, b)))}; {counted(len(a), 'case')}"
    )


def _fit_of_necessity(x: pd.Series, y: pd.Series) -> str:
    a, b = x.to_numpy(), y.to_numpy()
    return (
        f"Necessity: consistency {shown(float(sets.necessity_consistency(a, b)))}, "
        f"coverage {shown(float(sets.necessity_coverage(a, b)))}, relevance (RoN) {shown(float(sets.relevance(a, b)))}; "
        f"{counted(len(a), 'case')}"
    )


def _unlabelled(left_out: list[str], count: int) -> str:
    if not left_out:
        return ""
    return f"{len(left_out)} of {counted(count, 'case')} {'is' if len(left_out) == 1 else 'are'} not named, for want of room."


def xy_in_words(comparison: eq.Comparison, method: str, path: Any = None) -> str:
    _, _, x = memberships(comparison, method, path)
    y = comparison.cases["outcome", ""].astype(float)
    there = x.notna() & y.notna()
    types = eq.case_types(x[there], y[there]).fillna(_NEITHER)
    said = [f"{_fit(x[there], y[there])}."]
    for kind in _TYPES:
        members = [clean(case) for case in types.index[types == kind]]
        if members:
            names = f": {listing(members, most=12)}" if kind.startswith("deviant") else ""
            said.append(f"{counted(len(members), 'case')} {kind}{names}.")
    return " ".join(said)
