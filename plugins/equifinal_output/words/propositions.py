"""Propositions for readers: their texts, and what the methods say together."""

import pandas as pd

ALL_SUPPORT, ALL_CONTRADICT, ALL_INCONCLUSIVE = "all support", "all contradict", "all inconclusive"
PART, PARTLY, NOBODY = "they part", "partly inconclusive", "nobody answers"


def in_sum(verdicts: pd.DataFrame) -> pd.Series:
    """What the methods that answer a proposition jointly say.

    Parameters
    ----------
    verdicts
        As ``Comparison.verdicts``.

    Returns
    -------
    pandas.Series
        By proposition: ``all support``, ``all contradict``, ``all inconclusive``, ``they part`` (one supports and another
        contradicts), ``partly inconclusive``, or ``nobody answers``.

    Examples
    --------
    >>> in_sum(pd.DataFrame({"a": ["supported", "supported"], "b": ["silent", "contradicted"]}, index=["P1", "P2"])).to_dict()
    {'P1': 'all support', 'P2': 'they part'}
    """
    return pd.Series([_together(set(row)) for row in verdicts.to_numpy()], index=verdicts.index, dtype=object)


def _together(answers: set[str]) -> str:
    said = answers - {"silent"}
    if not said:
        return NOBODY
    if {"supported", "contradicted"} <= said:
        return PART
    alone = {"supported": ALL_SUPPORT, "contradicted": ALL_CONTRADICT, "inconclusive": ALL_INCONCLUSIVE}
    return alone[next(iter(said))] if len(said) == 1 else PARTLY


def full_texts(propositions: pd.DataFrame) -> "pd.Series[str]":
    """Each proposition's text, or its id where it has none, with the cases to which it is limited."""
    limits = propositions["where"].map(lambda where: f" (among cases in {where})" if where else "")
    return propositions["text"].where(propositions["text"] != "", propositions.index.astype(str)) + limits
