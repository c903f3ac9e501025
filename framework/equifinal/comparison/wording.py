"""Lists and names as sentences need them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from equifinal.comparison.compared import Compared

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def listed(words: Iterable[str], last: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    words = list(words)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def grouped(values: Mapping[str, str]) -> dict[str, list[str]]:
    """Labels by what is said of them, in order of first appearance."""
    groups: dict[str, list[str]] = {}
    for label, value in values.items():
        groups.setdefault(value, []).append(label)
    return groups


def capital(text: str, labels: Sequence[str] = ()) -> str:
    """A sentence's first letter; a method's label stays as it is."""
    return text if labels and text.startswith(labels[0]) else text[0].upper() + text[1:]


def is_or_are(labels: Sequence[Any]) -> str:
    return "is" if len(labels) == 1 else "are"


def spelt(number: int) -> str:
    """Numbers up to ten as words."""
    return _NUMBERS[number] if 0 <= number < len(_NUMBERS) else f"{number:,}"


def of(number: int, total: int) -> str:
    """``3 of 5 propositions``, ``all 5 propositions``, ``the one proposition``."""
    if number == total:
        return "the one proposition" if total == 1 else f"all {total} propositions"
    return f"{number} of {total} propositions"


def outcome_of(comparison: Compared) -> str:
    """The outcome's label; its absence in words."""
    outcome = comparison.calibrated.outcome
    return f"the absence of {outcome.label.removeprefix('Absence of: ')}" if outcome.negated else outcome.label


def label_of(comparison: Compared, name: str) -> str:
    """A condition's label, in quotes where it could be taken for several."""
    label = comparison.calibrated.variable(name).label
    return f"“{label}”" if any(each in label for each in (",", ";", ":", " and ", " or ", " in ", " with ")) else label


def in_a_sentence(label: str, name: str = "") -> str:
    """A label within a sentence: without its capital, unless a further capital shows that it is a name, or it is the set's name.

    >>> in_a_sentence("Leadership support"), in_a_sentence("GDP per head"), in_a_sentence("Member of the EU")
    ('leadership support', 'GDP per head', 'Member of the EU')
    >>> in_a_sentence("Open", name="OPEN"), in_a_sentence("A", name="A")
    ('open', 'A')
    """
    if label == name:
        return label
    return label[:1].lower() + label[1:] if label[1:] == label[1:].lower() else label


def quoted(comparison: Compared, names: Sequence[str], texts: bool) -> list[str]:
    """Propositions by their ids, with their texts if these are wanted."""
    if not texts:
        return list(names)
    rows = [comparison.propositions.loc[name] for name in names]
    propositions = [f" “{row['text']}”" if row["text"] else "" for row in rows]
    limits = [f" (among cases in {row['where']})" if row["where"] else "" for row in rows]
    return [f"{name}{text}{limit}" for name, text, limit in zip(names, propositions, limits, strict=True)]


def propositions(comparison: Compared, names: Sequence[str], texts: bool) -> str:
    """One proposition, or several after their number."""
    found = quoted(comparison, names, texts)
    return found[0] if len(found) == 1 else f"{len(found)} propositions: {', '.join(found)}"
