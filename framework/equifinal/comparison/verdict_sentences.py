"""Sentences on verdicts and directions: what is firm, who disagrees, and what is decided without being firm."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from equifinal.base.words import DECIDED
from equifinal.comparison.compared import Compared
from equifinal.comparison.families import families, findings
from equifinal.comparison.headline import SAYS
from equifinal.comparison.standing import shown_directions
from equifinal.comparison.wording import grouped, listed, propositions, quoted

_UP_OR_DOWN = {1: "up", -1: "down"}


def overview(comparison: Compared) -> list[str]:
    """On how many propositions kinds of methods agree, disagree, or one alone decides; each is counted once."""
    kinds, verdicts = families(comparison.analyses), comparison.verdicts
    if verdicts.empty:
        return []
    counts = dict.fromkeys(("agree on", "disagree on", "one kind alone decides", "none decides"), 0)
    for row in findings(verdicts, _counted(comparison), kinds).to_numpy().tolist():
        decided = [answer for answer in row if answer in DECIDED]
        if len(decided) < 2:
            counts["one kind alone decides" if decided else "none decides"] += 1
        else:
            counts["agree on" if len(set(decided)) == 1 else "disagree on"] += 1
    clauses = [f"{words} {count}" for words, count in counts.items() if count]
    total, firmly = len(verdicts), "" if comparison.demands is None else ", firmly"
    return [
        f"Of {total} proposition{'s' if total > 1 else ''}, kinds of methods{firmly}: {'; '.join(clauses)}."
        if len(kinds) > 1
        else f"Of {total} proposition{'s' if total > 1 else ''}, the one kind of method{firmly}, decides "
        f"{total - counts['none decides']}."
    ]


def verdicts(comparison: Compared, texts: bool, evidence: bool) -> list[str]:
    """Every verdict: those that count by proposition, then the decided ones that do not, then the inconclusive ones."""
    return [*_counting(comparison, texts, evidence), *_uncounted(comparison), *_inconclusive(comparison)]


def _counted(comparison: Compared) -> pd.DataFrame:
    """Which verdicts count: the firm ones; without evidence every decided one."""
    return comparison.verdicts.isin(DECIDED) if comparison.demands is None else comparison.firm


def _counting(comparison: Compared, texts: bool, evidence: bool) -> list[str]:
    counted, table = _counted(comparison), comparison.verdicts
    everyone = [str(label) for label in table]
    together: dict[Any, list[str]] = {}
    for name, row in zip(table.index, table.to_numpy().tolist(), strict=True):
        pattern = tuple(answer if mark else "" for answer, mark in zip(row, counted.loc[name].tolist(), strict=True))
        opposed = set(DECIDED) <= set(pattern)
        if any(pattern):
            together.setdefault((pattern, name if opposed and evidence else ""), []).append(str(name))
    sentences, firmly = [], "" if comparison.demands is None else "firmly "
    for (pattern, _), names in sorted(together.items(), key=lambda each: set(DECIDED) <= set(each[0][0])):
        said = {each: [k for k, answer in zip(everyone, pattern, strict=True) if answer == each] for each in DECIDED}
        if not all(said.values()):
            answer, labels = next((each, labels) for each, labels in said.items() if labels)
            verb = f"{firmly}{SAYS[answer][len(labels) > 1]}"
            sentences.append(f"{listed(labels)} {verb} {propositions(comparison, names, texts)}.")
            continue
        it = "it" if len(names) == 1 else "them"
        clauses = [
            f"{listed(labels)} {firmly}{SAYS[answer][len(labels) > 1]} {it}"
            f"{_reasons(comparison, names[0], labels) if evidence else ''}"
            for answer, labels in said.items()
        ]
        about = quoted(comparison, names, texts)
        about_them = about[0] if len(about) == 1 else f"{len(about)} propositions: {', '.join(about)}"
        sentences.append(f"Methods disagree on {about_them}{':' if len(about) == 1 else ';'} {'; '.join(clauses)}.")
    return sentences


def _reasons(comparison: Compared, name: str, labels: Sequence[str]) -> str:
    """The evidence of these methods, in brackets."""
    given = {label: str(comparison.verdict_evidence.at[name, label]).rstrip(". ") for label in labels}
    alike = grouped({label: evidence for label, evidence in given.items() if evidence})
    if len(labels) == 1:
        return "".join(f" ({evidence})" for evidence in alike)
    said = "; ".join(f"{listed(who)}: {evidence}" for evidence, who in alike.items())
    return f" ({said})" if said else ""


def _uncounted(comparison: Compared) -> list[str]:
    """The decided verdicts that are not firm, by method and answer."""
    decided = comparison.verdicts.isin(DECIDED) & ~_counted(comparison)
    clauses = []
    for label in comparison.verdicts:
        for answer in DECIDED:
            chosen = decided[label] & (comparison.verdicts[label] == answer)
            if chosen.any():
                clauses.append(f"{label} {SAYS[answer][0]} {listed(map(str, chosen.index[chosen]))}")
    return [f"Decided, but not firm, so not counted: {'; '.join(clauses)}."] if clauses else []


def _inconclusive(comparison: Compared) -> list[str]:
    said = {
        str(label): listed(map(str, column.index[column == "inconclusive"]))
        for label, column in comparison.verdicts.items()
        if (column == "inconclusive").any()
    }
    return (
        [f"Inconclusive: {'; '.join(f'{listed(who)} on {names}' for names, who in grouped(said).items())}."]
        if said
        else []
    )


def directions(comparison: Compared) -> list[str]:
    """Every firm direction, and which conditions have none in which methods; nothing without evidence."""
    if comparison.demands is None:
        return []
    shown = shown_directions(comparison)
    everyone = [str(label) for label in shown]
    said: dict[tuple[int, tuple[str, ...]], list[str]] = {}
    for name, row in shown.iterrows():
        for sign in _UP_OR_DOWN:
            if labels := tuple(label for label in everyone if row[label] == sign):
                said.setdefault((sign, labels), []).append(str(name))
    clauses = [f"{listed(names)} {_UP_OR_DOWN[sign]} in {listed(labels)}" for (sign, labels), names in said.items()]
    sentences = [f"Firm directions: {'; '.join(clauses)}."] if clauses else []
    if opposed := [str(name) for name, row in shown.iterrows() if {1, -1} <= set(row)]:
        sentences.append(f"Methods disagree on the direction of {listed(opposed)}.")
    without = {str(name): listed(_without(row)) for name, row in shown.iterrows() if _without(row)}
    clauses = [f"{listed(names)} in {labels}" for labels, names in grouped(without).items()]
    return [*sentences, f"No firm direction: {'; '.join(clauses)}."] if clauses else sentences


def _without(row: "pd.Series[int]") -> list[str]:
    return [str(label) for label, sign in row.items() if not sign]
