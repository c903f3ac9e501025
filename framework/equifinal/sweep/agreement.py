"""How often kinds of methods agree on something that is wrong, from the answers of a trial."""

from collections.abc import Mapping, Sequence
from itertools import chain, combinations

import pandas as pd

from equifinal.base.words import DECIDED
from equifinal.comparison.families import findings
from equifinal.sweep.scenario import Scenario

#: What tells one simulated data set from another.
_DATA_SET = ["scenario", "n", "repetition", "seed"]


def agreements(
    answers: pd.DataFrame, scenarios: Sequence[Scenario], kinds: Mapping[str, Sequence[str]]
) -> pd.DataFrame:
    """In how many data sets two kinds of methods or more agree firmly, and on something wrong, for every choice of kinds.

    A comparison announces an agreement only where it also passes the correction for all claims together, so it does no more
    often than these shares say, claims on directions apart.

    Parameters
    ----------
    answers
        :attr:`equifinal.Trial.answers`; data sets without evidence are passed over.
    scenarios
        Whose truth says what is wrong.
    kinds
        The labels of the methods of each kind (family).

    Returns
    -------
    pandas.DataFrame
        Index: ``scenario``, ``n``, ``kinds`` (joined by ``", "``). Columns: ``agreed`` and ``wrong``, numbers of data sets, and
        ``data_sets``.

    Examples
    --------
    >>> from equifinal.sweep.scenarios import known_scenarios
    >>> noise = known_scenarios()["noise"]()
    >>> answers = pd.DataFrame(
    ...     [(noise.label, 30, 0, 0, method, reading, "raises-A", "supported", 1)
    ...      for method, reading in (("fsqca", "set-theoretic"), ("regression", "covariation"))],
    ...     columns=["scenario", "n", "repetition", "seed", "method", "reading", "proposition", "answer", "firm"],
    ... )
    >>> agreements(answers, [noise], {"qca": ["fsqca"], "regression": ["regression"]})["wrong"].tolist()
    [1]
    """
    known, truths = answers[answers["firm"].notna()].copy(), {each.label: each.truth() for each in scenarios}
    there = {kind: [each for each in labels if each in set(known["method"])] for kind, labels in kinds.items()}
    kinds = {kind: labels for kind, labels in there.items() if labels}
    if len(kinds) < 2:
        index = pd.MultiIndex.from_arrays([[], [], []], names=["scenario", "n", "kinds"])
        return pd.DataFrame({"agreed": [], "wrong": [], "data_sets": []}, index=index, dtype=int)
    known["wrong"] = [
        (truth := truths[scenario].get((claim, reading))) is not None and truth.judge(answer) == "wrong"
        for scenario, claim, reading, answer in known[["scenario", "proposition", "reading", "answer"]].itertuples(
            index=False
        )
    ]
    known["firm"] = known["firm"].astype(bool)
    wide = known.set_index([*_DATA_SET, "proposition", "method"])[["answer", "firm", "wrong"]]
    verdicts, firm, mistaken = (
        wide[column].unstack(fill_value=nothing)  # noqa: PD010 (pivot_table would aggregate text)
        for column, nothing in (("answer", "silent"), ("firm", False), ("wrong", False))
    )
    found = findings(verdicts, firm, kinds)
    wrong = pd.DataFrame(
        {
            kind: pd.concat([(verdicts[each] == found[kind]) & mistaken[each] for each in labels], axis=1).any(axis=1)
            for kind, labels in kinds.items()
        }
    )
    several = chain.from_iterable(combinations(kinds, size) for size in range(2, len(kinds) + 1))
    return pd.concat([_among(list(some), found, wrong) for some in several])


def _among(kinds: list[str], found: pd.DataFrame, wrong: pd.DataFrame) -> pd.DataFrame:
    """The same for one choice of kinds."""
    for_it, against = ((found[kinds] == answer).sum(axis=1) for answer in DECIDED)
    agreed = ((for_it > 1) & (against == 0)) | ((against > 1) & (for_it == 0))
    decided = found[kinds].isin(DECIDED)
    rows = pd.DataFrame({"agreed": agreed, "wrong": agreed & (wrong[kinds] & decided).any(axis=1)})
    per_set = rows.groupby(level=_DATA_SET, sort=False).any()
    table = per_set.groupby(level=["scenario", "n"], sort=False).agg(["sum"]).droplevel(1, axis="columns").astype(int)
    table["data_sets"] = per_set.groupby(level=["scenario", "n"], sort=False).size()
    table["kinds"] = ", ".join(kinds)
    return table.set_index("kinds", append=True)
