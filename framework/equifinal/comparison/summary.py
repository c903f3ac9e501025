"""A comparison in sentences, made from its tables alone: what methods agree on, where they disagree, and on whom.

Nothing is added to the tables. Words for causes are left to the propositions and to those who write them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast

import numpy as np
import pandas as pd

from equifinal.comparison.measures import LEADING, OUT_OF_SAMPLE, Measure
from equifinal.study.calibrated import CalibratedStudy


class Compared(Protocol):
    """What sentences are made of: the tables of a comparison."""

    @property
    def verdicts(self) -> pd.DataFrame: ...
    @property
    def verdict_evidence(self) -> pd.DataFrame: ...
    @property
    def propositions(self) -> pd.DataFrame: ...
    @property
    def conditions(self) -> pd.DataFrame: ...
    @property
    def cases(self) -> pd.DataFrame: ...
    @property
    def fit(self) -> pd.DataFrame: ...
    @property
    def measures(self) -> Sequence[Measure]: ...
    @property
    def yardsticks(self) -> Mapping[str, Any]: ...
    @property
    def calibrated(self) -> CalibratedStudy: ...
    @property
    def analyses(self) -> Mapping[str, Any]: ...
    @property
    def failures(self) -> Mapping[str, Any]: ...
    @property
    def differences(self) -> pd.DataFrame: ...
    @property
    def disagreements(self) -> pd.DataFrame: ...


#: How one method's and several methods' verdict is said.
_SAYS = {
    "supported": ("supports", "support"),
    "contradicted": ("contradicts", "contradict"),
    "inconclusive": ("is inconclusive on", "are inconclusive on"),
}
_DIRECTIONS = {1: "up", -1: "down", 0: "none"}
_GOES = {1: "goes up with", -1: "goes down with", 0: "shows no direction with"}

#: Methods are told apart when the corrected p-value is at most this.
_TOLD_APART = 0.05

#: So many cases with the largest spread are named; ties with the last of them too.
_CASES = 3
#: So many pairs of methods are named.
_PAIRS = 3
_MOST_TIES = 6


def summary(comparison: Compared, texts: bool = True, evidence: bool = True) -> list[str]:
    """What a comparison says, in sentences that hold line by line.

    Parameters
    ----------
    comparison
        From :func:`equifinal.compare`.
    texts
        Quote the propositions' texts; otherwise their ids alone stand for them.
    evidence
        Give each method's evidence where they disagree.

    Returns
    -------
    list of str
        On verdicts, first how many are alike (``verdicts``, ``verdict_evidence``), directions and importances
        (``conditions``), the fit out of sample next to constants (``fit``) and to other methods (``differences``), and the
        cases whose predictions lie furthest apart (``disagreements``). A sentence for which the tables hold nothing is left out.

    Examples
    --------
    >>> import equifinal as eq
    >>> comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["fsqca", "regression"]))
    >>> print(summary(comparison, texts=False, evidence=False)[5])
    On 2 propositions some methods decide and others do not: 4-FIN, 4-HUM; fsqca supports them; regression is inconclusive.
    """
    return [
        *_overview(comparison.verdicts),
        *_agreed(comparison, texts),
        *_parted(comparison, texts, evidence),
        *_directions(comparison),
        *_importances(comparison),
        *_constant(comparison),
        *_baselines(comparison),
        *_differences(comparison),
        *_cases(comparison.disagreements),
        *_failures(comparison),
    ]


# ------------------------------------------------------------------------------------------------------ headline


@dataclass(frozen=True)
class Headline:
    """The shortest answer: what the methods agree on, and where they disagree.

    Attributes
    ----------
    agreed, parted : tuple of str
        Sentences. `parted` is empty for a single method.
    """

    agreed: tuple[str, ...]
    parted: tuple[str, ...]


def headline(comparison: Compared) -> Headline:
    """What a reader in a hurry should know, in sentences that hold line by line, with labels instead of set names.

    Parameters
    ----------
    comparison
        From :func:`equifinal.compare`.

    Returns
    -------
    Headline
        From ``conditions`` (directions), ``verdicts`` and ``propositions`` alone. Every direction and every proposition is in
        it: on the side of what methods agree on when all of them, or all that answer, say the same.

    Examples
    --------
    >>> import equifinal as eq
    >>> comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["fsqca", "regression"]))
    >>> print(headline(comparison).agreed[1])  # doctest: +NORMALIZE_WHITESPACE
    All methods that answer support 12 of 16 propositions, contradict 1 and are inconclusive on 1 (1 or 2 of the 2 methods
    answer each of these).
    """
    everyone = list(comparison.analyses)
    alike, split = _by_direction(comparison)
    outcome = _outcome(comparison)
    agreed, parted = [], []
    if alike:
        clauses = [
            f"{_GOES[direction]} {_listed(_label(comparison, name) for name in names)}"
            for direction, names in sorted(alike.items(), key=lambda each: (1, -1, 0).index(each[0]))
        ]
        who = f"{_capital(_methods(everyone, everyone), everyone)} agree" if len(everyone) > 1 else everyone[0]
        agreed.append(f"{who}: {outcome} {'; it '.join(clauses)}.")
    agreed += _counted_verdicts(comparison.verdicts)
    if len(everyone) == 1:
        return Headline(tuple(agreed), ())
    for directions, names in _alike(split, everyone).items():
        found = _grouped({label: _GOES[each] for label, each in zip(everyone, directions, strict=True)})
        it = "it" if len(names) == 1 else "them"
        said = "; ".join(f"{words} {it} in {_listed(labels)}" for words, labels in found.items())
        start = "Methods disagree on" if _opposed(directions) else "Not all methods show a direction for"
        parted.append(f"{start} {_listed(_label(comparison, name) for name in names)}: {outcome} {said}.")
    parted += _parted(comparison, texts=True, evidence=False)
    return Headline(
        tuple(agreed) or ("There is no direction and no proposition on which all methods agree.",),
        tuple(parted) or ("There is no direction and no proposition on which methods disagree.",),
    )


def _counted_verdicts(verdicts: pd.DataFrame) -> list[str]:
    """How many propositions all methods that answer support, contradict or leave open, and how many methods answer these."""
    everyone = list(verdicts.columns)
    counts, answering = dict.fromkeys(_SAYS, 0), []
    for row in verdicts.to_numpy().tolist():
        said = [answer for answer in row if answer != "silent"]
        if len(set(said)) == 1:
            counts[said[0]] += 1
            answering.append(len(said))
    unanswered = int((verdicts == "silent").all(axis=1).sum())
    ending = f"No method answers {_of(unanswered, len(verdicts))}."
    if not answering:
        return [ending] if unanswered else []
    one, few, most = len(everyone) == 1, min(answering), max(answering)
    start = everyone[0] if one else "All methods that answer"
    if few == len(everyone) > 1:
        start = _capital(_methods(everyone, everyone), everyone)
    words = {answer: says[not one] for answer, says in _SAYS.items()}
    first, *others = (answer for answer, count in counts.items() if count)
    clauses = [
        f"{words[first]} {_of(counts[first], len(verdicts))}",
        *(f"{words[each]} {counts[each]}" for each in others),
    ]
    aside = ""
    if few < len(everyone):
        number = str(few) if few == most else f"{few} {'or' if most == few + 1 else 'to'} {most}"
        aside = f" ({number} of the {len(everyone)} methods {'answers' if most == 1 else 'answer'} each of these)"
    return [f"{start} {_listed(clauses)}{aside}.", *([ending] if unanswered else [])]


def _of(number: int, total: int) -> str:
    """``3 of 5 propositions``, ``all 5 propositions``, ``the one proposition``."""
    if number == total:
        return "the one proposition" if total == 1 else f"all {total} propositions"
    return f"{number} of {total} propositions"


def _outcome(comparison: Compared) -> str:
    outcome = comparison.calibrated.outcome
    return f"the absence of {outcome.label.removeprefix('Absence of: ')}" if outcome.negated else outcome.label


def _label(comparison: Compared, name: str) -> str:
    """A condition's label, in quotes where it could be taken for several."""
    label = comparison.calibrated.variable(name).label
    return f"“{label}”" if any(each in label for each in (",", ";", ":", " and ", " in ")) else label


# ---------------------------------------------------------------------------------------------------- verdicts


def _overview(verdicts: pd.DataFrame) -> list[str]:
    """On how many propositions the methods that answer say the same; one method alone agrees with nobody."""
    if verdicts.shape[1] < 2 or verdicts.empty:
        return []
    counts = dict.fromkeys(("say the same on", "disagree on", "some", "one", "none"), 0)
    for row in verdicts.to_numpy().tolist():
        said = [answer for answer in row if answer != "silent"]
        answers = set(said)
        if len(said) < 2:
            counts["one" if said else "none"] += 1
        elif len(answers) == 1:
            counts["say the same on"] += 1
        else:
            counts["disagree on" if {"supported", "contradicted"} <= answers else "some"] += 1
    clauses = []
    several = [f"{words} {counts[words]}" for words in list(counts)[:2] if counts[words]]
    if several:
        clauses.append(f"the methods that answer {_listed(several)}")
    if counts["some"]:
        clauses.append(f"on {counts['some']} some methods decide and others do not")
    if counts["one"]:
        clauses.append(f"one method alone answers {counts['one']}")
    if counts["none"]:
        clauses.append(f"no method answers {counts['none']}")
    total = len(verdicts)
    return [f"Of {total} proposition{'s' if total > 1 else ''}, {'; '.join(clauses)}."]


def _agreed(comparison: Compared, texts: bool) -> list[str]:
    """A sentence for each answer that the same methods give, none answering otherwise."""
    everyone = list(comparison.verdicts.columns)
    together: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for name, row in comparison.verdicts.iterrows():
        answering = tuple(label for label in everyone if row[label] != "silent")
        answers = {str(row[label]) for label in answering} or {"silent"}
        if len(answers) == 1:
            together.setdefault((answers.pop(), answering), []).append(str(name))
    order = ["supported", "contradicted", "inconclusive", "silent"]
    sentences = []
    for (answer, answering), names in sorted(together.items(), key=lambda each: order.index(each[0][0])):
        quoted = _propositions(comparison, names, texts)
        silent = [label for label in everyone if label not in answering]
        if not answering:
            sentences.append(f"No method answers {quoted}.")
            continue
        who = _methods(answering, everyone)
        if silent:
            who += ", the only one that answers," if len(answering) == 1 else ", all that answer,"
        ending = f"; {_listed(silent)} {_is(silent)} silent" if silent else ""
        sentences.append(f"{_capital(who, answering)} {_SAYS[answer][len(answering) > 1]} {quoted}{ending}.")
    return sentences


def _parted(comparison: Compared, texts: bool, evidence: bool) -> list[str]:
    """A sentence for each proposition that is answered in more than one way; without evidence, those alike share one."""
    together: dict[Any, list[str]] = {}
    for name, row in comparison.verdicts.iterrows():
        if len(set(row) - {"silent"}) > 1:
            together.setdefault(name if evidence else tuple(row), []).append(str(name))
    sentences = []
    for names in together.values():
        answers = {label: comparison.verdicts.at[names[0], label] for label in comparison.verdicts.columns}
        said = {each: [label for label, answer in answers.items() if answer == each] for each in (*_SAYS, "silent")}
        silent = said.pop("silent")
        clauses = []
        for answer, labels in said.items():
            if labels:
                what = "" if answer == "inconclusive" else " it" if len(names) == 1 else " them"
                words = _SAYS[answer][len(labels) > 1].removesuffix(" on") + what
                reason = _evidence(comparison, names[0], labels) if evidence else ""
                clauses.append(f"{_listed(labels)} {words}{reason}")
        if silent:
            clauses.append(f"{_listed(silent)} {_is(silent)} silent")
        opposed = bool(said["supported"] and said["contradicted"])
        sentences.append(f"{_parting(_quoted(comparison, names, texts), opposed)} {'; '.join(clauses)}.")
    return sentences


def _parting(quoted: Sequence[str], opposed: bool) -> str:
    """How a sentence on propositions that are answered in more than one way begins."""
    start, end = ("Methods disagree on ", "") if opposed else ("On ", " some methods decide and others do not")
    if len(quoted) == 1:
        return f"{start}{quoted[0]}{end}:"
    return f"{start}{len(quoted)} propositions{end}: {', '.join(quoted)};"


def _evidence(comparison: Compared, name: str, labels: Sequence[str]) -> str:
    """The evidence of these methods, in brackets."""
    given = {label: str(comparison.verdict_evidence.at[name, label]).rstrip(". ") for label in labels}
    alike = _grouped({label: evidence for label, evidence in given.items() if evidence})
    if len(labels) == 1:
        return "".join(f" ({evidence})" for evidence in alike)
    said = "; ".join(f"{_listed(who)}: {evidence}" for evidence, who in alike.items())
    return f" ({said})" if said else ""


def _propositions(comparison: Compared, names: Sequence[str], texts: bool) -> str:
    """One proposition, or several after their number."""
    quoted = _quoted(comparison, names, texts)
    return quoted[0] if len(quoted) == 1 else f"{len(quoted)} propositions: {', '.join(quoted)}"


def _quoted(comparison: Compared, names: Sequence[str], texts: bool) -> list[str]:
    """Propositions by their ids, with their texts if these are wanted."""
    if not texts:
        return list(names)
    rows = [comparison.propositions.loc[name] for name in names]
    propositions = [f" “{row['text']}”" if row["text"] else "" for row in rows]
    limits = [f" (among cases in {row['where']})" if row["where"] else "" for row in rows]
    return [f"{name}{text}{limit}" for name, text, limit in zip(names, propositions, limits, strict=True)]


# -------------------------------------------------------------------------------------------------- conditions


def _directions(comparison: Compared) -> list[str]:
    everyone = list(comparison.analyses)
    alike, split = _by_direction(comparison)
    sentences = []
    for directions, names in _alike(split, everyone).items():
        found = _grouped({label: _DIRECTIONS[each] for label, each in zip(everyone, directions, strict=True)})
        said = "; ".join(f"{direction} in {_listed(labels)}" for direction, labels in found.items())
        start = "Methods disagree on the" if _opposed(directions) else "Not all methods show a"
        sentences.append(f"{start} direction of {_listed(names)}: {said}.")
    agreed = [
        f"{_capital(_methods(everyone, everyone), everyone)} {'give' if len(everyone) > 1 else 'gives'} "
        f"{_listed(names)} {'the same direction' if direction else 'no direction'}"
        f"{f', {_DIRECTIONS[direction]}' if direction else ''}."
        for direction, names in sorted(alike.items(), reverse=True)
    ]
    return [*agreed, *sentences]


def _by_direction(comparison: Compared) -> tuple[dict[int, list[str]], dict[str, pd.Series]]:
    """The conditions with the same direction in all methods, by direction, and the others with theirs."""
    table = pd.DataFrame({label: comparison.conditions[label, "direction"] for label in comparison.analyses})
    alike: dict[int, list[str]] = {}
    split: dict[str, pd.Series] = {}
    for name, row in table.iterrows():
        if (row == row.iloc[0]).all():
            alike.setdefault(int(row.iloc[0]), []).append(str(name))
        else:
            split[str(name)] = row
    return alike, split


def _opposed(directions: Iterable[int]) -> bool:
    """Whether one method shows what another shows the other way round; a direction of 0 contradicts none."""
    return {1, -1} <= set(directions)


def _alike(split: Mapping[str, pd.Series], everyone: Sequence[str]) -> dict[tuple[int, ...], list[str]]:
    """Conditions by the directions that the methods give them."""
    together: dict[tuple[int, ...], list[str]] = {}
    for name, row in split.items():
        together.setdefault(tuple(int(row[label]) for label in everyone), []).append(name)
    return together


def _importances(comparison: Compared) -> list[str]:
    said: dict[str, str] = {}
    largest: dict[str, float] = {}
    nothing: list[str] = []
    without: list[str] = []
    for label in comparison.analyses:
        values = comparison.conditions[label, "importance"].astype(float)
        if values.isna().all():
            without.append(label)
        elif not values.max() > 0:
            nothing.append(label)
        else:
            largest[label] = float(values.max())
            said[label] = _listed(str(name) for name in values.index[values >= values.max() - 1e-12])
    sentences = []
    if said:
        clauses = [
            f"{conditions} in {_listed(f'{label} ({largest[label]:.3f})' for label in labels)}"
            for conditions, labels in _grouped(said).items()
        ]
        sentences.append(f"The most important condition, by permutation in cases not seen, is {'; '.join(clauses)}.")
    if nothing:
        sentences.append(f"No condition has an importance above 0 in {_listed(nothing)}.")
    if without:
        sentences.append(f"{_listed(without)} {'has' if len(without) == 1 else 'have'} no importances.")
    return sentences


# --------------------------------------------------------------------------------------------- fit, cases, failures


def _leading(comparison: Compared) -> list[Measure]:
    """The measures that sentences tell, the first first."""
    return [each for name in LEADING for each in comparison.measures if each.name == name]


def _baselines(comparison: Compared) -> list[str]:
    everyone = list(comparison.analyses)
    sentences = []
    for measure in _leading(comparison):
        every = comparison.fit[f"{measure.name}{OUT_OF_SAMPLE}"].astype(float)
        row = f"baseline: {measure.baseline}"
        baseline, values = float(every[row]), {label: float(every[label]) for label in everyone}
        there = {label: value for label, value in values.items() if not np.isnan(value)}
        if np.isnan(baseline) or not there:
            continue
        found = _grouped({k: _beside(comparison, measure, k, value - baseline) for k, value in there.items()})
        clauses = [
            f"{words}: {_listed(f'{label} ({there[label]:.3f})' for label in labels)}"
            for words, labels in found.items()
        ]
        missing = [label for label in everyone if label not in there]
        ending = f"; without such a number: {_listed(missing)}" if missing else ""
        sentences.append(
            f"In cases not seen, predicting the {measure.baseline} for everybody has a {measure.words} of {baseline:.3f}; "
            f"{'; '.join(clauses)}{ending}."
        )
    return sentences


def _beside(comparison: Compared, measure: Measure, label: str, gap: float) -> str:
    """How a method does beside a constant; one that is a constant itself is never better."""
    if abs(gap) < 1e-12:
        return "the same"
    better = (gap < 0) == bool(measure.less_is_better)
    if better and not comparison.yardsticks[label].varies:
        return "no better, as its predictions do not vary"
    return "better" if better else "worse"


def _constant(comparison: Compared) -> list[str]:
    """Methods whose prediction never varies, such as an empty solution: nothing can move it."""
    alike: dict[str, list[str]] = {}
    for label in comparison.analyses:
        predicted = comparison.cases[label, "predicted"].astype(float)
        if predicted.notna().all() and np.ptp(predicted) < 1e-12:
            alike.setdefault(f"{predicted.iloc[0]:.2f}", []).append(label)
    return [
        f"{_listed(labels)} {'predicts' if len(labels) == 1 else 'predict'} {value} for every case: no condition moves that."
        for value, labels in alike.items()
    ]


def _differences(comparison: Compared) -> list[str]:
    differences, leading = comparison.differences, _leading(comparison)
    if differences.empty or not leading:
        return []
    measure = leading[0]
    table = pd.DataFrame(differences.xs(f"{measure.name}{OUT_OF_SAMPLE}", axis=1, level="measure")).astype(float)
    table = table.loc[table["p"].notna()]
    if table.empty:
        return []
    apart = table[(table["p"] <= _TOLD_APART) & _may_be_better(comparison, table, measure)]
    pairs = "the one pair of methods" if len(table) == 1 else f"{len(table)} pairs of methods"
    start = f"In cases not seen, the {measure.words}"
    corrected = "" if len(table) == 1 else f", corrected for the number of pairs (Holm, {_TOLD_APART:.0%})"
    if apart.empty:
        return [f"{start} does not tell {'any of ' if len(table) > 1 else ''}{pairs} apart{corrected}."]
    named = apart.loc[apart["estimate"].abs().sort_values(ascending=False, kind="stable").index][:_PAIRS]
    clauses = []
    for pair, row in named.iterrows():
        first, second = cast(tuple[str, str], pair)
        by, (low, high) = abs(row["estimate"]), sorted(abs(row[["low", "high"]]))
        clauses.append(
            f"{first} has {by:.3f} {'more' if row['estimate'] > 0 else 'less'} than {second} (95 %: {low:.3f} to {high:.3f})"
        )
    of = pairs if len(table) == 1 else f"{len(apart)} of {pairs}"
    more = f"; and {len(apart) - _PAIRS} more" if len(apart) > _PAIRS else ""
    return [f"{start} tells {of} apart{corrected}: {'; '.join(clauses)}{more}."]


def _may_be_better(comparison: Compared, table: pd.DataFrame, measure: Measure) -> Any:
    """Whether the better method of each pair may be called so: not one whose predictions never vary."""
    first_is_better = (table["estimate"] < 0) == bool(measure.less_is_better)
    pairs = zip(table.index, first_is_better, strict=True)
    return np.array([comparison.yardsticks[one if better else other].varies for (one, other), better in pairs])


def _cases(disagreements: pd.DataFrame) -> list[str]:
    spread, outcome = disagreements["spread", ""].dropna(), disagreements["outcome", ""]
    if spread.empty:
        return []
    if spread.max() < 1e-12:
        return ["The predictions of all methods that predict are the same in every case."]
    least = spread.nlargest(_CASES).iloc[-1]
    named = [case for case in spread.index if spread[case] >= least - 1e-12 and spread[case] > 1e-12]
    clauses = []
    for case in named[:_MOST_TIES]:
        predicted = disagreements.loc[case, "predicted"].astype(float).dropna()
        low, high = (
            [str(label) for label in predicted.index if abs(predicted[label] - end) < 1e-12]
            for end in (predicted.min(), predicted.max())
        )
        clauses.append(
            f"{case} ({predicted.min():.2f} in {_listed(low)}, {predicted.max():.2f} in {_listed(high)}; "
            f"outcome {float(outcome[case]):.2f})"
        )
    more = f"; and {len(named) - _MOST_TIES} more" if len(named) > _MOST_TIES else ""
    return [f"Predictions lie furthest apart on {'; '.join(clauses)}{more}."]


def _failures(comparison: Compared) -> list[str]:
    failed = list(comparison.failures)
    return [f"{_listed(failed)} failed and {_is(failed)} left out."] if failed else []


# ------------------------------------------------------------------------------------------------------- words


def _grouped(values: Mapping[str, str]) -> dict[str, list[str]]:
    """Labels by what is said of them, in order of first appearance."""
    groups: dict[str, list[str]] = {}
    for label, value in values.items():
        groups.setdefault(value, []).append(label)
    return groups


def _listed(words: Iterable[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    words = list(words)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _methods(labels: Sequence[str], everyone: Sequence[str]) -> str:
    """All of several methods by their number, others by name."""
    if len(labels) == len(everyone) > 1:
        return "both methods" if len(everyone) == 2 else f"all {len(everyone)} methods"
    return _listed(labels)


def _capital(text: str, labels: Sequence[str]) -> str:
    """A sentence's first letter; a method's label stays as it is."""
    return text if text.startswith(labels[0]) else text[0].upper() + text[1:]


def _is(labels: Sequence[Any]) -> str:
    return "is" if len(labels) == 1 else "are"
