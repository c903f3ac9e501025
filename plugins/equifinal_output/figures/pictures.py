"""Which figures a comparison has, and what each says in words."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import equifinal as eq
from equifinal_output.figures.source import has_table, labelled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Picture", "figures_of"]


@dataclass(frozen=True, eq=False)
class Picture:
    """A figure that a comparison has.

    Attributes
    ----------
    name : str
        For a file, and unique within the comparison: letters, digits, ``_``, ``.`` and ``-``.
    section : str
        ``"comparison"``, ``"data"``, or the label of the method that it is about.
    title : str
        What it shows.
    plot : callable
        Draws it: the ``plot_...`` function with its arguments.
    words : callable
        Returns the text for those who do not see it.
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
        """The picture drawn, once for all formats; :meth:`draw` makes one that you can change."""
        if self.name not in self._drawn:
            self._drawn[self.name] = self.draw().figure
        return self._drawn[self.name]

    def draw(self, ax: "Axes | None" = None) -> "Axes":
        """Draw it, by default in a new figure of fitting size."""
        return self.plot(ax=ax)

    def svg(self, dark: bool = False) -> str:
        """One ``<svg>`` element to put into a page; see :func:`equifinal_output.figures.style.inline_svg`.

        Text and axes take the page's text colour, so that the same element serves light and dark pages; `dark` gives them a
        light colour of their own, for a dark page that sets none.
        """
        from equifinal_output.figures.style import inline_svg

        return inline_svg(self.figure, self.name, self.title, self.alt, dark)


class _Collected:
    """Pictures under names that every system can store, each once."""

    def __init__(self, drawn: dict[str, "Figure"]) -> None:
        self.pictures: list[Picture] = []
        self._drawn = drawn
        self._taken: set[str] = set()

    def add(self, name: str, section: str, title: str, plot: Callable[..., "Axes"], words: Callable[[], str]) -> None:
        stem = re.sub(r"[^\w.-]+", "_", name, flags=re.ASCII).strip("._-")[:100] or "figure"
        unique, number = stem, 1
        while unique.lower() in self._taken:
            number += 1
            unique = f"{stem}-{number}"
        self._taken.add(unique.lower())
        self.pictures.append(Picture(unique, section, title, plot, words, self._drawn))


#: What was drawn of a comparison, for as long as that lives: the report and the files show the same figures.
_drawn: WeakKeyDictionary[eq.Comparison, dict[str, "Figure"]] = WeakKeyDictionary()


def figures_of(comparison: eq.Comparison) -> list[Picture]:
    """The figures that a comparison has, by the tables that its analyses hold.

    Parameters
    ----------
    comparison
        From :func:`equifinal.compare`.

    Returns
    -------
    list of Picture
        Those across methods first, then the data, then each method's own in the order of the run. Nothing is drawn yet.

    Examples
    --------
    >>> import equifinal as eq
    >>> from equifinal_output.figures import figures_of
    >>> comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["regression"]))
    >>> [picture.name for picture in figures_of(comparison) if picture.section == "comparison"][:1]
    ['verdicts']
    """
    found = _Collected(_drawn.setdefault(comparison, {}))
    _across(found, comparison)
    _data(found, comparison)
    for label, analysis in comparison.analyses.items():
        _method(found, comparison, label, analysis)
    return found.pictures


def _across(found: _Collected, comparison: eq.Comparison) -> None:
    from equifinal_output.figures import across, effects

    if comparison.verdicts.size:
        found.add(
            "verdicts",
            "comparison",
            "What each method says to each proposition",
            partial(across.plot_verdicts, comparison),
            partial(across.verdicts_in_words, comparison),
        )
    for kind in comparison.agreement:
        if across.has_agreement(comparison, kind):
            found.add(
                f"agreement-{kind}",
                "comparison",
                across.agreement_title(kind),
                partial(across.plot_agreement, comparison, kind),
                partial(across.agreement_in_words, comparison, kind),
            )

    if across.has_importance(comparison):
        found.add(
            "importance",
            "comparison",
            "Importance of the conditions",
            partial(across.plot_importance, comparison),
            partial(across.importance_in_words, comparison),
        )
    if any(comparison.run.methods[label].predicts() for label in comparison.analyses):
        for condition in comparison.study.conditions:
            found.add(
                f"partial-dependence-{condition.name}",
                "comparison",
                f"Partial dependence on {labelled(condition)}",
                partial(effects.plot_partial_dependence, comparison, condition.name),
                partial(effects.partial_dependence_in_words, comparison, condition.name),
            )


def _data(found: _Collected, comparison: eq.Comparison) -> None:
    from equifinal_output.figures import calibration, overlap

    study = comparison.study
    for variable in (study.outcome, *study.conditions):
        calibrated = variable.name in study.fuzzy
        found.add(
            f"calibration-{variable.name}",
            "data",
            f"{'Calibration' if calibrated else 'Raw scores'} of {labelled(variable)}",
            partial(calibration.plot_calibration, comparison, variable.name),
            partial(calibration.calibration_in_words, comparison, variable.name),
        )
    calibrated = sum(name in study.fuzzy for name in study.condition_names)
    if calibrated:
        venn = calibrated <= overlap.MOST_SETS_OF_VENN
        found.add(
            "venn" if venn else "upset",
            "data",
            "Venn diagram of the conditions" if venn else "Combinations of the conditions",
            partial(overlap.plot_venn if venn else overlap.plot_upset, comparison),
            partial(overlap.overlap_in_words, comparison),
        )


def _method(found: _Collected, comparison: eq.Comparison, label: str, analysis: eq.Analysis) -> None:
    """What one method has, by its tables alone."""
    from equifinal_output.figures import (
        clusters,
        configurations,
        effects,
        necessity,
        specifications,
        truth_table,
        xy,
    )
    from equifinal_output.words.paths import claims_paths

    def add(name: str, title: str, plot: Callable[..., Any], words: Callable[..., str], *what: Any) -> None:
        found.add(
            f"{label}-{name}",
            label,
            title,
            partial(plot, comparison, label, *what),
            partial(words, comparison, label, *what),
        )

    if has_table("truth_table", "out", "n", "consistency", "pri", "cases")(analysis):
        add("truth-table", f"Truth table, {label}", truth_table.plot_truth_table, truth_table.truth_table_in_words)
    if claims_paths(analysis):
        add(
            "configurations",
            f"Configurations, {label}",
            configurations.plot_configurations,
            configurations.configurations_in_words,
        )
    if has_table("necessity", "consistency", "relevance", "coverage")(analysis):
        add("necessity", f"Necessity, {label}", necessity.plot_necessity, necessity.necessity_in_words)
    if has_table("coefficients", "coefficient", "ci_low", "ci_high")(analysis):
        add("coefficients", f"Coefficients, {label}", effects.plot_coefficients, effects.coefficients_in_words)
    if specifications.has_specifications(analysis):
        add(
            "specification-curve",
            f"Specification curve, {label}",
            specifications.plot_specification_curve,
            specifications.specification_curve_in_words,
        )
    if has_table("profiles", "cluster", "condition")(analysis):
        add("profiles", f"Profiles of clusters, {label}", clusters.plot_profiles, clusters.profiles_in_words)
    if has_table("linkage", "left", "right", "distance", "size")(analysis):
        add("dendrogram", f"Dendrogram, {label}", clusters.plot_dendrogram, clusters.dendrogram_in_words)
    if clusters.has_silhouettes(analysis):
        add("silhouette", f"Silhouette, {label}", clusters.plot_silhouette, clusters.silhouette_in_words)
    if analysis.cases["predicted"].notna().any():
        add("xy", f"XY plot, {label}", xy.plot_xy, xy.xy_in_words)
        for number, path in enumerate(xy.fuzzy_paths(comparison, label), 1):
            add(f"xy-path-{number}", f"XY plot, {label}: {path}", xy.plot_xy, xy.xy_in_words, path)
