"""Kinds of methods: what several methods of one family say counts once."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from equifinal.base.words import DECIDED


def families(analyses: Mapping[str, Any]) -> dict[str, list[str]]:
    """The labels of the methods of each family, in the order of the run."""
    found: dict[str, list[str]] = {}
    for label, analysis in analyses.items():
        found.setdefault(type(analysis.method).family or analysis.method.name, []).append(label)
    return found


def findings(verdicts: pd.DataFrame, counts: pd.DataFrame, kinds: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """What each family finds on each proposition.

    Parameters
    ----------
    verdicts
        Propositions × methods.
    counts
        In the same shape: which of these count, such as the firm ones.
    kinds
        From :func:`families`.

    Returns
    -------
    pandas.DataFrame
        Propositions × families. ``supported`` or ``contradicted`` where a member says so, its verdict counts and no other
        member decides otherwise, whether or not that one counts; ``silent`` where every member is; else ``inconclusive``.

    Examples
    --------
    >>> verdicts = pd.DataFrame({"fsqca": ["supported"] * 2, "csqca": ["inconclusive", "contradicted"]}, index=["P1", "P2"])
    >>> findings(verdicts, verdicts == "supported", {"qca": ["fsqca", "csqca"]})["qca"].tolist()
    ['supported', 'inconclusive']
    """
    table = {
        family: [
            _together(said, marks)
            for said, marks in zip(
                verdicts[members].to_numpy().tolist(), counts[members].to_numpy().tolist(), strict=True
            )
        ]
        for family, members in kinds.items()
    }
    return pd.DataFrame(table, index=verdicts.index, columns=list(kinds), dtype=object)


def _together(said: Sequence[str], marks: Sequence[bool]) -> str:
    if set(said) <= {"silent"}:
        return "silent"
    decided = set(said) & set(DECIDED)
    counted = {answer for answer, mark in zip(said, marks, strict=True) if mark} & decided
    return counted.pop() if len(counted) == 1 and counted == decided else "inconclusive"


def directions(shown: pd.DataFrame, kinds: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """The direction that each family shows for each condition: conditions × families.

    1 or -1 where some member does and none shows the opposite, else 0; `shown` holds conditions × methods, 0 where a method
    shows none.

    >>> directions(pd.DataFrame({"fsqca": [1, 1, 0], "csqca": [0, -1, 0]}), {"qca": ["fsqca", "csqca"]})["qca"].tolist()
    [1, 0, 0]
    """
    table = {
        family: [
            (signs.pop() if len(signs := set(row) - {0}) == 1 else 0) for row in shown[members].to_numpy().tolist()
        ]
        for family, members in kinds.items()
    }
    return pd.DataFrame(table, index=shown.index, columns=list(kinds), dtype=int)
