"""Propositions for readers: their texts, and what kinds of methods say together."""

import pandas as pd

import equifinal as eq

NOBODY, UNTESTED, NOTHING, PART = "nobody answers", "not tested", "nothing firm", "kinds disagree"


def in_sum(comparison: eq.Comparison) -> pd.Series:
    """What kinds of methods find firmly on each proposition, one vote for each kind.

    Returns
    -------
    pandas.Series
        By proposition, such as ``2 of 3 kinds support``; ``1 of 2 kinds contradicts``; ``kinds disagree`` (one supports and
        another contradicts); ``nothing firm``; ``not tested`` (no evidence was gathered); ``nobody answers``.
    """
    found = comparison.findings
    tested = comparison.demands is not None
    return pd.Series([_together(row, tested) for row in found.to_numpy().tolist()], index=found.index, dtype=object)


def _together(answers: list[str], tested: bool) -> str:
    answering = sum(answer != "silent" for answer in answers)
    yes, no = answers.count("supported"), answers.count("contradicted")
    if not answering or not tested:
        return UNTESTED if answering else NOBODY
    if yes and no:
        return PART
    if not yes and not no:
        return NOTHING
    verb = "support" if yes else "contradict"
    kinds = "kind" if answering == 1 else "kinds"
    return f"{yes or no} of {answering} {kinds} {verb}{'s' if (yes or no) == 1 else ''}"


def full_texts(propositions: pd.DataFrame) -> "pd.Series[str]":
    """Each proposition's text, or its id where it has none, with the cases to which it is limited."""
    limits = propositions["where"].map(lambda where: f" (among cases in {where})" if where else "")
    return propositions["text"].where(propositions["text"] != "", propositions.index.astype(str)) + limits
