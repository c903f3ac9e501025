"""The figures that a comparison has, and what each says in words."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import equifinal as eq
from equifinal_output.figures.source import has_table, labelled
from equifinal_output.tables import further_facets
from equifinal_output.words.importance import importance_in_words, importances
from equifinal_output.words.names import file_stem
from equifinal_output.words.paths import propositions_paths

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False)
class Picture:
    """A figure that a comparison has.

    Attributes
    ----------
    name : str
        For a file, and unique within the comparison: letters, digits, ``_``, ``.`` and ``-``.
    section : str
        ``"comparison"``, ``"data"``, the label of the method that it is about, or ``facet-NAME`` of the facet that has it.
    title : str
        What it shows.
    plot : callable
        The ``plot_...`` function with its arguments.
    words : callable
        Returns the alternative text.
    """

    name: str
    section: str
    title: str
    plot: Callable[..., "Axes"]
    words: Callable[[], str]
    _drawn: dict[str, "Figure"] = field(default_factory=dict, repr=False)

    @cached_property
    def alt(self) -> str:
        """What the figure shows, in words with the numbers."""
        return self.words()

    @property
    def figure(self) -> "Figure":
        """The drawn figure, shared by all formats; :meth:`draw` makes one that you can change."""
        key = f"{self.section}/{self.name}"
        if key not in self._drawn:
            figure: Any = self.draw().figure
            self._drawn[key] = figure
        return self._drawn[key]

    def draw(self, ax: "Axes | None" = None) -> "Axes":
        """Draw it, by default in a new figure of fitting size."""
        return self.plot(ax=ax)

    def svg(self, dark: bool = False) -> str:
        """One ``<svg>`` element to put into a page; see :func:`equifinal_output.figures.svg.inline_svg`.

        Text and axes take the page's text colour, so the same element serves light and dark pages; `dark` gives them a
        light colour of their own, for a dark page that sets none.
        """
        from equifinal_output.figures.svg import inline_svg

        return inline_svg(self.figure, self.name, self.title, self.alt, dark)


@dataclass(frozen=True)
class _Collected:
    """Pictures under unique names that every system can store."""

    comparison: eq.Comparison
    drawn: dict[str, "Figure"]
    pictures: dict[str, Picture] = field(default_factory=dict)

    def add(
        self, section: str, name: str, title: str, plot: Callable[..., "Axes"], words: Callable[..., str], *what: Any
    ) -> None:
        stem = file_stem(name) or "figure"
        unique, number = stem, 1
        while unique.lower() in self.pictures:
            number += 1
            unique = f"{stem}-{number}"
        draws, says = partial(plot, self.comparison, *what), partial(words, self.comparison, *what)
        self.pictures[unique.lower()] = Picture(unique, section, title, draws, says, self.drawn)


#: What was drawn of a comparison, kept as long as the comparison: the report and the files show the same figures.
_drawn: WeakKeyDictionary[eq.Comparison, dict[str, "Figure"]] = WeakKeyDictionary()


def figures_of(comparison: eq.Comparison) -> list[Picture]:
    """The figures that a comparison has, as its analyses' tables allow.

    Parameters
    ----------
    comparison
        From :func:`equifinal.compare`.

    Returns
    -------
    list of Picture
        First those across methods, then the data, each method's own in the order of the run, and those of further facets.
        Nothing is drawn yet.

    Examples
    --------
    >>> import equifinal as eq
    >>> from equifinal_output.figures import figures_of
    >>> comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["regression"]))
    >>> [picture.name for picture in figures_of(comparison) if picture.section == "comparison"][:1]
    ['verdicts']
    """
    found = _Collected(comparison, _drawn.setdefault(comparison, {}))
    _across(found, comparison)
    _data(found, comparison.calibrated)
    for label, analysis in comparison.analyses.items():
        _method(found, label, analysis)
    _further(found, comparison)
    return list(found.pictures.values())


def further_figures(comparison: eq.Comparison) -> list[Picture]:
    """The figures of the facets that plugins bring, which every report shows."""
    found = _Collected(comparison, _drawn.setdefault(comparison, {}))
    _further(found, comparison)
    return list(found.pictures.values())


def _further(found: _Collected, comparison: eq.Comparison) -> None:
    for facet in further_facets(comparison).values():
        for path, title, draw in facet.parts():
            if callable(draw):
                what = title, str(facet.about), draw
                found.add(
                    f"facet-{facet.name}", "_".join(path), title, _plot_facet, lambda _, __, about, ___: about, *what
                )


def _plot_facet(
    comparison: eq.Comparison, title: str, about: str, draw: Callable[[Any], Any], ax: "Axes | None" = None
) -> "Axes":
    from equifinal_output.figures.style import finish, in_style, sized

    with in_style():
        axes, own = sized(ax, 6, 4)
        draw(axes)
        return finish(axes, own, comparison, title)


def _across(found: _Collected, comparison: eq.Comparison) -> None:
    from equifinal_output.figures import across, effects

    add = partial(found.add, "comparison")
    if comparison.verdicts.size:
        title = "What each method says to each proposition"
        add("verdicts", title, across.plot_verdicts, across.verdicts_in_words)
    for kind in comparison.agreement:
        if across.has_agreement(comparison, kind):
            title = across.agreement_title(kind)
            add(f"agreement-{kind}", title, across.plot_agreement, across.agreement_in_words, kind)
    if importances(comparison):
        add("importance", "Importance of the conditions", across.plot_importance, importance_in_words)
    if any(comparison.run.methods[label].predicts() for label in comparison.analyses):
        plot, words = effects.plot_partial_dependence, effects.partial_dependence_in_words
        for condition in comparison.calibrated.conditions:
            title = f"Partial dependence on {labelled(condition)}"
            add(f"partial-dependence-{condition.name}", title, plot, words, condition.name)


def _data(found: _Collected, calibrated: eq.CalibratedStudy) -> None:
    from equifinal_output.figures import calibration, overlap

    add = partial(found.add, "data")
    plot, words = calibration.plot_calibration, calibration.calibration_in_words
    for variable in (calibrated.outcome, *calibrated.conditions):
        title = f"{'Calibration' if variable.name in calibrated.fuzzy else 'Raw scores'} of {labelled(variable)}"
        add(f"calibration-{variable.name}", title, plot, words, variable.name)
    count = sum(name in calibrated.fuzzy for name in calibrated.condition_names)
    if 0 < count <= overlap.MOST_SETS_OF_VENN:
        add("venn", "Venn diagram of the conditions", overlap.plot_venn, overlap.overlap_in_words)
    elif count:
        add("upset", "Combinations of the conditions", overlap.plot_upset, overlap.overlap_in_words)


def _method(found: _Collected, label: str, analysis: eq.Analysis) -> None:
    """The figures of one method, decided by its tables alone."""
    from equifinal_output.figures import clusters, configurations, effects, necessity, specifications, truth_table, xy

    def add(name: str, title: str, plot: Callable[..., "Axes"], words: Callable[..., str]) -> None:
        found.add(label, f"{label}-{name}", f"{title}, {label}", plot, words, label)

    if has_table("truth_table", *truth_table.COLUMNS)(analysis):
        add("truth-table", "Truth table", truth_table.plot_truth_table, truth_table.truth_table_in_words)
    if propositions_paths(analysis):
        plot, words = configurations.plot_configurations, configurations.configurations_in_words
        add("configurations", "Configurations", plot, words)
    if has_table("necessity", *necessity.COLUMNS)(analysis):
        add("necessity", "Necessity", necessity.plot_necessity, necessity.necessity_in_words)
    if has_table("coefficients", *effects.INTERVAL)(analysis):
        add("coefficients", "Coefficients", effects.plot_coefficients, effects.coefficients_in_words)
    if specifications.has_specifications(analysis):
        plot, words = specifications.plot_specification_curve, specifications.specification_curve_in_words
        add("specification-curve", "Specification curve", plot, words)
    if has_table("profiles", *clusters.PROFILES)(analysis):
        add("profiles", "Profiles of clusters", clusters.plot_profiles, clusters.profiles_in_words)
    if has_table("linkage", *clusters.LINKAGE)(analysis):
        add("dendrogram", "Dendrogram", clusters.plot_dendrogram, clusters.dendrogram_in_words)
    if clusters.has_silhouettes(analysis):
        add("silhouette", "Silhouette", clusters.plot_silhouette, clusters.silhouette_in_words)
    if analysis.cases["predicted"].notna().any():
        add("xy", "XY plot", xy.plot_xy, xy.xy_in_words)
        for number, path in enumerate(xy.fuzzy_paths(found.comparison, label), 1):
            title = f"XY plot, {label}: {path}"
            found.add(label, f"{label}-xy-path-{number}", title, xy.plot_xy, xy.xy_in_words, label, path)
