"""The facets of a comparison: what there is to show, as one list that every output walks.

The built-in facets stand first, in the order of a report; those that plugins bring through ``equifinal_facets`` follow.
This module is a plugin itself, so the built-in ones come through the same hook.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd

from equifinal.plugin.hookspecs import API_VERSION, hookimpl

if TYPE_CHECKING:
    from equifinal.comparison.comparison import Comparison

#: What every output states besides the facets.
_TAKEN = ("banner", "manifest")


@dataclass(frozen=True)
class Facet:
    """Something that every output shows of a comparison.

    Parameters
    ----------
    name
        An identifier: the key in JSON, the name of files.
    title
        What readers see above it.
    of
        ``of(comparison)`` returns a table (:class:`pandas.DataFrame`), sentences (a list of str), a figure (a function that
        draws on the matplotlib axes that it is given), or a mapping of names to these, in which plain values may stand too,
        for json. It returns ``None`` where the facet does not apply. It is asked once for each comparison.
    about
        How to read it, in a sentence or two.
    titles
        Titles of what a mapping holds, by name; else these are made from the facet's title and the name.

    Raises
    ------
    ValueError
        When the name is not an identifier or is taken, the title is not text, or `of` is not a function.

    Examples
    --------
    >>> import equifinal as eq
    >>> missed = eq.Facet("missed", "Cases with a gap", lambda comparison: comparison.cases[comparison.cases.isna().any(axis=1)])
    >>> comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["fsqca"]))
    >>> len(missed.of(comparison))
    6
    """

    name: str
    title: str
    of: Callable[["Comparison"], Any] = field(repr=False)
    about: str = ""
    titles: Mapping[str, str] = field(default_factory=dict, hash=False, repr=False)

    offered_by: ClassVar[str] = "equifinal_facets"

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.isidentifier():
            raise ValueError(f"The name of a facet must be an identifier, such as 'outliers', not {self.name!r}.")
        if self.name in _TAKEN:
            raise ValueError(f"A facet cannot be named {self.name!r}, which every output states anyway.")
        if not (isinstance(self.title, str) and self.title and isinstance(self.about, str)):
            raise ValueError(f"Facet {self.name!r}: title and about must be text, and there must be a title.")
        if not callable(self.of):
            raise ValueError(f"Facet {self.name!r}: of must be a function of the comparison.")


# --------------------------------------------------------------------------------------------- the built-in facets


def _configurations(comparison: "Comparison") -> pd.DataFrame:
    rows = [
        {
            "method": label,
            "configuration": name,
            "expression": row["expression"],
            "consistency": row["consistency"],
            "coverage": row["coverage"],
            "number of cases": len(row["cases"]),
            "cases": list(row["cases"]),
        }
        for label, analysis in comparison.analyses.items()
        for name, row in analysis.configurations.iterrows()
    ]
    columns = ["method", "configuration", "expression", "consistency", "coverage", "number of cases", "cases"]
    return pd.DataFrame(rows, columns=columns).astype({"consistency": float, "coverage": float})


def _advice_by_method(comparison: "Comparison") -> pd.DataFrame:
    """What methods say about a case, which ``Comparison.advice`` repeats for every path of the case."""
    labels = [label for label in comparison.analyses if label in comparison.advice.columns]
    return comparison.advice.groupby("case", sort=False)[labels].first()


def _descriptions(comparison: "Comparison") -> pd.DataFrame | None:
    """With their texts; nothing where the study has none."""
    if comparison.descriptions.empty:
        return None
    texts = {str(each.id): each.text for each in comparison.study.propositions if each.describes()}
    found = comparison.descriptions
    return found.assign(text=[texts[name] for name in found.index])[["text", "answer", "evidence"]]


def _evidence(comparison: "Comparison") -> dict[str, pd.DataFrame] | None:
    """Nothing when no evidence was gathered."""
    if comparison.demands is None:
        return None
    together = comparison.firm_together
    rows = comparison.evidence
    return {
        "verdicts": rows.assign(firm_together=[bool(together.at[name, label]) for name, label in rows.index]),
        "directions": comparison.direction_evidence,
        "importances": comparison.importance_evidence,
        "by_chance_alone": comparison.by_chance_alone,
    }


def _analyses(comparison: "Comparison") -> dict[str, Any]:
    return {
        label: {
            "method": analysis.method.name,
            "parameters": analysis.method.parameters(),
            "conditions": analysis.conditions,
            "configurations": analysis.configurations,
            "cases": analysis.cases,
            "fit": analysis.fit,
            "tables": analysis.tables,
            "notes": analysis.notes,
        }
        for label, analysis in comparison.analyses.items()
    }


def _contrarian(comparison: "Comparison") -> dict[str, Any]:
    return _members(comparison.contrarian, "groups", "against", "association", "tables", "notes")


def _by_time(comparison: "Comparison") -> dict[str, Any] | None:
    if comparison.calibrated.time is None:
        return None
    return _members(comparison.by_time, "paths", "holding", "groups", "propositions", "fit", "within", "notes")


def _asymmetry(comparison: "Comparison") -> dict[str, Any] | None:
    if not comparison.with_asymmetry:
        return None
    return _members(comparison.asymmetry, "conditions", "paths", "methods", "notes")


def _study(comparison: "Comparison") -> dict[str, Any]:
    study, calibrated = comparison.study, comparison.calibrated
    texts = ("name", "title", "description", "provenance", "note", "source", "licence", "citation")
    return {
        **_members(study, *texts),
        "sets": study.describe(),
        "raw": calibrated.raw.rename_axis("case"),
        "memberships": calibrated.fuzzy.rename_axis("case"),
    }


def _members(found: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(found, name) for name in names}


#: In the order of a report.
BUILT_IN = (
    Facet("summary", "Summary", attrgetter("summary")),
    Facet("propositions", "Propositions", attrgetter("propositions")),
    Facet("verdicts", "What each method says to each proposition", attrgetter("verdicts")),
    Facet("verdict_evidence", "The evidence behind each verdict", attrgetter("verdict_evidence")),
    Facet(
        "evidence",
        "What stands behind each verdict",
        _evidence,
        about="By chance: the share of worlds without the relation in which the method gives the same answer at least as "
        "strongly. Stable: the share of resampled case sets with the same answer.",
        titles={
            "verdicts": "By chance, stable, firm: the numbers behind each verdict",
            "directions": "By chance, stable, firm: the numbers behind each direction",
            "importances": "Importance of each condition: 95 % intervals over resampled case sets",
            "by_chance_alone": "Firm verdicts that assert a relation, and how many chance alone would bring",
        },
    ),
    Facet("descriptions", "What the cases alone say, whatever the method", _descriptions),
    Facet("conditions", "Role, direction and importance of each condition", attrgetter("conditions")),
    Facet("configurations", "Paths, clusters and other groups of all methods", _configurations),
    Facet("cases", "What each method says of each case", attrgetter("cases")),
    Facet(
        "disagreements",
        "How far apart the methods' predictions lie, the farthest first",
        attrgetter("disagreements"),
    ),
    Facet("advice_by_method", "What could change, case by case", _advice_by_method),
    Facet("advice", "Sufficient paths by case, the nearest first", attrgetter("advice")),
    Facet("analyses", "Each method in its own words", _analyses),
    Facet("fit", "How well predictions agree with the outcome", attrgetter("fit")),
    Facet(
        "differences",
        "Differences between methods in cases not seen: the method's measure minus the other's, with 95 % intervals",
        attrgetter("differences"),
    ),
    Facet(
        "permutations",
        "Chance: share of permuted outcomes in which the method reaches its fit in sample, or finds any solution",
        attrgetter("permutations"),
    ),
    Facet("agreement", "Agreement between methods", attrgetter("agreement")),
    Facet(
        "agreement_intervals",
        "Agreement between methods: 95 % intervals over cases",
        attrgetter("agreement_intervals"),
    ),
    Facet(
        "contrarian",
        "Contrarian cases",
        _contrarian,
        titles={
            "against": "Cases that run against the direction that a method gives a condition",
            "association": "Association of groups and of scores",
        },
    ),
    Facet(
        "by_time",
        "By time",
        _by_time,
        titles={
            "paths": "Paths at each time",
            "holding": "Where paths hold: consistency of at least 0.8",
            "groups": "Units that change paths or groups",
            "propositions": "Figures of claims of necessity and sufficiency",
            "fit": "Fit at each time",
            "within": "Consistency within each unit",
        },
    ),
    Facet(
        "asymmetry",
        "Asymmetry",
        _asymmetry,
        titles={
            "conditions": "Conditions, for the outcome and for its absence",
            "paths": "Sufficient paths of both",
            "methods": "Whether its absence mirrors the outcome",
        },
    ),
    Facet(
        "study",
        "Data and calibration",
        _study,
        titles={"sets": "Sets, raw scores and anchors", "raw": "Raw scores", "memberships": "Memberships"},
    ),
    Facet("notes", "Notes", lambda comparison: comparison.notes.set_index("about")),
    Facet(
        "failures",
        "Methods that failed",
        lambda comparison: {label: asdict(failure) for label, failure in comparison.failures.items()},
    ),
)


equifinal_api = API_VERSION


@hookimpl
def equifinal_facets() -> list[Facet]:
    """The built-in facets."""
    return list(BUILT_IN)
