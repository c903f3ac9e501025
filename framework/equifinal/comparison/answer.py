"""The answer to the study's question in a plain sentence, made from the tables."""

from collections.abc import Sequence

import pandas as pd

from equifinal.comparison.compared import Compared
from equifinal.comparison.families import families
from equifinal.comparison.paths import Literals, conjunction, in_words, membership, verb_and_combination
from equifinal.comparison.standing import shown_directions
from equifinal.comparison.wording import in_a_sentence, is_or_are, label_of, listed, outcome_of

NOTHING = (
    "Nothing here is more than chance would bring: with all claims and conditions tested together, no direction and no verdict "
    "that asserts a relation is firm."
)
UNTESTED = (
    "No evidence was computed: nobody asked whether chance would bring the same, so no agreement counts as a finding."
)

GOES = {1: "goes up with", -1: "goes down with"}


def answer(comparison: Compared) -> tuple[str, ...]:
    """What goes with the outcome, and what of it stands firm.

    The paths of the first method that claims sufficiency, when at least one of their conditions has a firm direction in that
    method; else the firm directions of every method; else that there is nothing more than chance would bring. The numbers of
    cases are counted from memberships: in a path and in the outcome above 0.5, out of it below.
    """
    found = _of_paths(comparison)
    if comparison.demands is None:
        return (*([found[1]] if found else ()), UNTESTED)
    if nothing_firm(comparison):
        return (NOTHING,)
    if found and (stands := _standing(comparison, found[0], found[2])):
        return found[1], stands
    return _of_directions(comparison)


def nothing_firm(comparison: Compared) -> bool:
    """Whether no direction and no verdict that asserts a relation stays firm once all are tested together."""
    rows = comparison.evidence
    asserting = {place for place, asserts in rows["asserts"].items() if asserts} if len(rows) else set()
    together = comparison.firm_together
    firm = any(together.at[name, label] for name in together.index for label in together if (name, label) in asserting)
    return not (firm or comparison.firm_directions_together.to_numpy().any())


def _of_paths(comparison: Compared) -> tuple[str, str, Sequence[Literals]] | None:
    """The first method with sufficient paths, the sentence on these, and the paths."""
    calibrated = comparison.calibrated
    for label, analysis in comparison.analyses.items():
        if not type(analysis.method).sufficient_paths or analysis.configurations.empty:
            continue
        found = [conjunction(text, calibrated) for text in analysis.configurations["expression"]]
        paths = [path for path in found if path is not None]
        if len(paths) == len(found):
            return label, _sentence(comparison, paths), paths
    return None


def _sentence(comparison: Compared, paths: Sequence[Literals]) -> str:
    calibrated = comparison.calibrated
    members = pd.concat([membership(path, calibrated) for path in paths], axis="columns").max(axis="columns") > 0.5
    scores = calibrated.fuzzy[calibrated.outcome.name]
    there, away = scores > 0.5, scores < 0.5
    inside, both, wrong = int(members.sum()), int((members & there).sum()), int((members & away).sum())
    verb, combination = verb_and_combination(paths, calibrated)
    outcome = calibrated.outcome
    label = in_a_sentence(outcome.label.removeprefix("Absence of: "), outcome.name.removeprefix("~"))
    having, lacking, have = ("without", "with", "lack") if calibrated.outcome.negated else ("with", "without", "have")
    if both > there.sum() / 2 and both > inside / 2:
        everyone = both == there.sum()
        do = f"all {both} do" if everyone else f"{both} of the {there.sum()} do"
        without = f"{wrong or 'none'} of the {away.sum()} {lacking} it"
        return f"Cases {having} {label} {'' if everyone else 'mostly '}{verb} {combination}: {do}, and {without}."
    others = int((~members).sum())
    rest = f"{int((there & ~members).sum())} of the other {others}"
    if both > inside / 2:
        ending = f", and {rest}" if others else ""
        return f"Cases that {verb} {combination} mostly {have} {label}: {both} of {inside} do{ending}."
    ending = f"; so do {rest}" if others else ""
    return f"Of the {inside} cases that {verb} {combination}, {both} {have} {label}{ending}."


def _standing(comparison: Compared, label: str, paths: Sequence[Literals]) -> str:
    """Which conditions of the paths have a firm direction in that method; empty when none has."""
    directions = shown_directions(comparison)[label]
    literals = dict.fromkeys(literal for path in paths for literal in path.items())
    firm = [each for each in literals if directions[each[0]] == (1 if each[1] else -1)]
    if not firm:
        return ""
    calibrated = comparison.calibrated
    words = [in_words(each, calibrated) for each in firm]
    rest = [in_words(each, calibrated) for each in literals if each not in firm]
    start = f"In {label}, the method with these paths,"
    if not rest:
        return f"{start} every one of these conditions is firm: more than chance would bring, and stable."
    return f"{start} {listed(words)} {is_or_are(words)} firm; {listed(rest)} {is_or_are(rest)} not."


def _of_directions(comparison: Compared) -> tuple[str, ...]:
    """Which conditions the outcome goes up or down with, and in which methods, where that stays firm among all claims."""
    shown, kinds = shown_directions(comparison, together=True), families(comparison.analyses)
    found: dict[tuple[int, tuple[str, ...]], list[str]] = {}
    for name, row in shown.iterrows():
        for sign in GOES:
            if labels := tuple(str(label) for label, each in row.items() if each == sign):
                found.setdefault((sign, labels), []).append(str(name))
    clauses = [
        f"{GOES[sign]} {listed(label_of(comparison, name) for name in names)} in {listed(labels)}"
        for (sign, labels), names in found.items()
    ]
    if not clauses:
        return ("Some verdicts are firm, but no direction of a condition is.",)
    alone = " No other kind of method confirms it." if len(kinds) == 1 else ""
    return (f"{outcome_of(comparison)} {'; it '.join(clauses)}.{alone}",)
