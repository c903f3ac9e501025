"""The shortest form of a comparison: the answer, where kinds of methods agree and disagree, and what stands behind it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

import pandas as pd

from equifinal.base.readable import Record
from equifinal.base.words import DECIDED, counted
from equifinal.comparison.answer import GOES, UNTESTED, answer
from equifinal.comparison.compared import Compared
from equifinal.comparison.families import directions, families, findings
from equifinal.comparison.standing import shown_directions
from equifinal.comparison.wording import capital, label_of, listed, outcome_of, propositions, spelt

_T = TypeVar("_T")

#: How one method's and several methods' verdict is said.
SAYS = {"supported": ("supports", "support"), "contradicted": ("contradicts", "contradict")}


@dataclass(frozen=True, repr=False)
class Headline(Record):
    """What a reader in a hurry should know.

    Attributes
    ----------
    answer : tuple of str
        The answer to the study's question; the first sentence is the answer, the second what of it is firm.
    agreed : tuple of str
        On what relations two kinds of methods or more agree firmly.
    denied : tuple of str
        On what relations not being there they agree firmly. Where nothing is related to anything this is the right answer, so it is
        told apart.
    alone : tuple of str
        What one kind of method alone finds, firmly.
    parted : tuple of str
        Where kinds of methods disagree; empty when there is one kind only.
    standing : tuple of str
        How many verdicts are firm, how many are not, and how many chance alone would bring.
    """

    answer: tuple[str, ...]
    agreed: tuple[str, ...]
    denied: tuple[str, ...]
    alone: tuple[str, ...]
    parted: tuple[str, ...]
    standing: tuple[str, ...]


def headline(comparison: Compared) -> Headline:
    """What a reader in a hurry should know, in sentences that hold line by line, with labels instead of set names.

    Families of methods have a vote each, not methods: two settings of one method are one voice, and a family whose members
    decide differently is undecided. Only firm verdicts and firm directions count. Without evidence no agreement is announced.

    Examples
    --------
    >>> import equifinal as eq
    >>> comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["fsqca", "regression"]), evidence=False)
    >>> headline(comparison).agreed
    ('No agreement is reported, since no evidence was computed.',)
    """
    kinds = families(comparison.analyses)
    votes = _votes(comparison, kinds)
    agreed, denied = _shared(votes, comparison, several=True)
    alone = tuple(chain(*_shared(votes, comparison, several=False)))
    if comparison.demands is None:
        agreed, denied, alone = ("No agreement is reported, since no evidence was computed.",), (), ()
    if len(kinds) == 1:
        agreed = ()
    elif not agreed:
        what = "that there is a relation" if denied else "on a direction or a proposition"
        agreed = (f"No two kinds of methods agree firmly {what}.",)
    parted = tuple(_opposed(votes, comparison))
    if len(kinds) > 1 and not parted:
        firmly = "" if comparison.demands is None else " firmly"
        parted = (f"No two kinds of methods disagree{firmly} on a direction or a proposition.",)
    return Headline(answer(comparison), agreed, denied, alone, parted, tuple(standing(comparison)))


@dataclass(frozen=True)
class _Votes:
    """What methods say, and what their families find."""

    said: pd.DataFrame  # the verdicts that count, or shown directions: rows × methods
    found: pd.DataFrame  # rows × families
    kinds: Mapping[str, Sequence[str]]

    def members(self, name: str, value: object) -> tuple[tuple[str, ...], ...]:
        """By family that finds it, the methods that say it."""
        return tuple(
            tuple(label for label in self.kinds[family] if self.said.at[name, label] == value)
            for family in self.kinds
            if self.found.at[name, family] == value
        )

    def alike(self, wanted: Iterable[_T], several: bool) -> dict[tuple[_T, tuple[tuple[str, ...], ...]], list[str]]:
        """Rows by the one value that families find, and the methods behind it: of two families or more, or of one alone."""
        together: dict[tuple[_T, tuple[tuple[str, ...], ...]], list[str]] = {}
        for name, row in self.found.iterrows():
            values = set(row) & set(wanted)
            who = self.members(str(name), next(iter(values))) if len(values) == 1 else ()
            if who and (len(who) > 1) == several:
                together.setdefault((values.pop(), who), []).append(str(name))
        return together


def _votes(comparison: Compared, kinds: Mapping[str, Sequence[str]]) -> tuple[_Votes, _Votes]:
    """On directions and on propositions."""
    shown, verdicts = shown_directions(comparison, together=True), comparison.verdicts
    counts = verdicts.isin(DECIDED) if comparison.demands is None else comparison.firm_together
    found = findings(verdicts, counts, kinds)
    return _Votes(shown, directions(shown, kinds), kinds), _Votes(verdicts.where(counts, ""), found, kinds)


def _pointing(comparison: Compared, kinds: Mapping[str, Sequence[str]]) -> int:
    """How many families have a method that gives directions."""
    table = comparison.conditions
    return sum(
        any(table[label, "direction"].any() or table[label, "importance"].notna().any() for label in members)
        for members in kinds.values()
    )


def _shared(
    votes: tuple[_Votes, _Votes], comparison: Compared, several: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What several families find alike, or one alone, none finding the opposite: relations that are there, and that are not."""
    (pointers, judges), outcome = votes, outcome_of(comparison)
    there: list[str] = []
    not_there: list[str] = []
    for (sign, who), names in pointers.alike(GOES, several).items():
        goes = f"{outcome} {GOES[sign]} {listed(label_of(comparison, name) for name in names)}"
        if several:
            there.append(f"{_kinds(who, _pointing(comparison, pointers.kinds))} agree: {goes}.")
        else:
            there.append(f"{_one(who, pointers.kinds)}: {goes}.")
    for (verdict, who), names in judges.alike(SAYS, several).items():
        denied = [name for name in names if _denied(comparison, name, who)]
        asserted = [name for name in names if name not in denied]
        for some, sentences in ((asserted, there), (denied, not_there)):
            if some:
                sentences.append(_judging(comparison, judges, verdict, who, some, several))
    return tuple(there), tuple(not_there)


def _denied(comparison: Compared, name: str, who: Sequence[Sequence[str]]) -> bool:
    """Whether the answer of any of these methods is that a relation is not there."""
    if comparison.demands is None:
        return False
    asserts = comparison.evidence["asserts"]
    return not all(asserts.get((name, label), True) for members in who for label in members)


def _judging(
    comparison: Compared,
    judges: _Votes,
    verdict: str,
    who: Sequence[Sequence[str]],
    names: Sequence[str],
    several: bool,
) -> str:
    quoted, firmly = propositions(comparison, names, texts=several), "" if comparison.demands is None else "firmly "
    if several:
        answering = int((judges.found.loc[list(names)] != "silent").any().sum())
        return f"{_kinds(who, answering)} {firmly}{SAYS[verdict][1]} {quoted}."
    return f"{_one(who, judges.kinds)} {firmly}{SAYS[verdict][len(who[0]) > 1]} {quoted}."


def _kinds(who: Sequence[Sequence[str]], total: int) -> str:
    """``Two of three kinds of methods (fsqca and csqca; regression)``."""
    number = (
        f"{spelt(len(who))} of {spelt(total)}" if len(who) < total else "both" if total == 2 else f"all {spelt(total)}"
    )
    return capital(f"{number} kinds of methods ({'; '.join(listed(members) for members in who)})")


def _one(who: Sequence[Sequence[str]], kinds: Mapping[str, Sequence[str]]) -> str:
    return f"{listed(who[0])}{' alone' if len(kinds) > 1 else ''}"


def _opposed(votes: tuple[_Votes, _Votes], comparison: Compared) -> Iterable[str]:
    """A sentence for directions, and for propositions, that some families find and others find the other way round."""
    (pointers, judges), outcome = votes, outcome_of(comparison)
    for name, row in pointers.found.iterrows():
        if {1, -1} <= set(row):
            said = "; ".join(f"{GOES[sign]} it in {_everyone(pointers.members(str(name), sign))}" for sign in GOES)
            yield f"Kinds of methods disagree on {label_of(comparison, str(name))}: {outcome} {said}."
    together: dict[tuple[tuple[tuple[str, ...], ...], ...], list[str]] = {}
    for name, row in judges.found.iterrows():
        if set(DECIDED) <= set(row):
            together.setdefault(tuple(judges.members(str(name), each) for each in DECIDED), []).append(str(name))
    for sides, names in together.items():
        it, colon = ("it", ":") if len(names) == 1 else ("them", ";")
        clauses = [
            f"{_everyone(side)} {SAYS[answer][sum(map(len, side)) > 1]} {it}"
            for answer, side in zip(DECIDED, sides, strict=True)
        ]
        quoted = propositions(comparison, names, texts=True)
        yield f"Kinds of methods disagree on {quoted}{colon} {'; '.join(clauses)}."


def _everyone(who: Sequence[Sequence[str]]) -> str:
    return listed(label for members in who for label in members)


def standing(comparison: Compared) -> list[str]:
    """How many verdicts are firm, how many are not, and how many chance alone would bring."""
    if comparison.demands is None:
        return [UNTESTED]
    verdicts, rows = comparison.verdicts, comparison.evidence
    decided = int(verdicts.isin(DECIDED).to_numpy().sum())
    if not decided:
        return []
    firm = rows[rows["firm"].astype(bool)]
    asserting = int(firm["asserts"].astype(bool).sum())
    what = f": {asserting} that assert a relation, {len(firm) - asserting} that deny one" if len(firm) else ""
    rest, one = decided - len(firm), decided - len(firm) == 1
    said = [f"{len(firm)} of {counted(decided, 'decided verdict')} {'is' if len(firm) == 1 else 'are'} firm{what}."]
    if rest:
        said[0] += f" {rest} {'is' if one else 'are'} not, and {'counts' if one else 'count'} for nothing."
    alone = comparison.by_chance_alone["expected"].astype(float).to_dict()
    expected = alone.get("together", float("nan"))
    if not pd.isna(expected):
        said.append(
            f"Chance alone would bring up to {expected:.1f} firm verdicts that assert a relation (an upper bound); "
            f"here there are {asserting}."
        )
    together = int(comparison.firm_together.to_numpy().sum())
    if together < len(firm):
        said.append(
            f"With all claims and conditions tested together {together} stay firm; only these count as agreement."
        )
    return said
