"""Fit-robustness: how many of the models that other cutoffs bring are parts of a model, or have it as a part."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import equifinal as eq
from equifinal_cna.coincidences import coincidences

_RANGE = (1.0, 0.9, 0.8, 0.7)


def fit_robustness(
    frame: pd.DataFrame,
    outcome: str,
    consistency_cutoffs: Sequence[float] = _RANGE,
    coverage_cutoffs: Sequence[float] = _RANGE,
    *,
    store: str | Path | None = None,
    n_jobs: int = 1,
    **options: Any,
) -> pd.DataFrame:
    """Fit-robustness scores of all models that some cutoffs bring (Parkkinen & Baumgartner 2021).

    The analysis is repeated with every pair of cutoffs. A model is the more robust, the more of the models found in
    the whole series agree with it: they are its submodels (made of it by leaving out literals or paths) or its supermodels. A
    model that comes up with several pairs counts each time.

    Parameters
    ----------
    frame, outcome
        The cases and what to explain, as in :func:`coincidences`.
    consistency_cutoffs, coverage_cutoffs
        The cutoffs; all pairs are analysed.
    store
        A file in which the series is kept, so that it goes on where it was (:func:`equifinal.sweep_over`).
    n_jobs
        Number of processes, as in joblib.
    **options
        Further arguments of :func:`coincidences`: ``multivalue``, ``ordering``, ``max_literals``, ``seconds``, ...

    Returns
    -------
    pandas.DataFrame
        Index: the model, the most robust first. ``runs``: the number of pairs of cutoffs with it; ``submodels`` and
        ``supermodels``: how many other models of the series are parts of it, and have it as a part; ``score``: the sum of
        both and of its own further runs; ``share``: the score over the highest one. ``attrs["unfinished"]`` is the number of
        analyses that were not finished in time.

    Raises
    ------
    InputError
        When an analysis fails; the message says why.

    Examples
    --------
    >>> import pandas as pd
    >>> from equifinal_cna import fit_robustness
    >>> frame = pd.DataFrame({"A": [1, 1, 0, 0] * 5 + [0], "B": [1, 0, 1, 0] * 5 + [0], "Y": [1, 1, 1, 0] * 5 + [1]})
    >>> fit_robustness(frame, "Y", [1, 0.9], [1, 0.9])
           runs  submodels  supermodels  score  share
    model
    A + B     2          0            0      1    1.0
    """
    told = [hashlib.sha256(pd.util.hash_pandas_object(frame).to_numpy().tobytes()).hexdigest(), list(frame.columns)]
    series = hashlib.sha256(repr([told, outcome, sorted(options.items())]).encode()).hexdigest()
    plan = [
        {"series": series, "consistency": float(con), "coverage": float(cov)}
        for con in consistency_cutoffs
        for cov in coverage_cutoffs
    ]
    task = partial(_run, frame, outcome, options)
    with eq.sweep_over(plan, task, store, n_jobs=n_jobs) as swept:
        own = pd.DataFrame(plan)
        runs, models = (swept.frame(name).merge(own) if name in swept.tables else None for name in ("runs", "models"))
        failed = len(plan) - (0 if runs is None else len(runs))
        if failed:
            raise eq.InputError(
                f"{failed} of {len(plan)} analyses failed: {swept.frame('failures')['message'].iloc[0]}"
            )
    table = scores([] if models is None else models["model"].tolist())
    table.attrs["unfinished"] = 0 if runs is None else int((runs["finished"] == 0).sum())
    return table


def _run(
    frame: pd.DataFrame, outcome: str, options: Mapping[str, Any], specification: Mapping[str, Any]
) -> dict[str, Any]:
    found = coincidences(frame, [outcome], specification["consistency"], specification["coverage"], **options)
    return {
        "runs": [{**specification, "finished": int(found.finished)}],
        "models": [{**specification, "model": each} for each in found.atomic["model"]],
    }


def scores(models: Sequence[str]) -> pd.DataFrame:
    """Score models, given as expressions, one for each time that it came up."""
    times = Counter(models)
    paths = {model: [frozenset(path.split("*")) for path in model.split(" + ")] for model in times}
    rows = {}
    for model, runs in times.items():
        others = [other for other in times if other != model]
        below = sum(times[other] for other in others if is_submodel(paths[other], paths[model]))
        above = sum(times[other] for other in others if is_submodel(paths[model], paths[other]))
        rows[model] = (runs, below, above, below + above + runs - 1)
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["runs", "submodels", "supermodels", "score"])
    highest = table["score"].max() if len(table) else 0
    table["share"] = table["score"] / highest if highest else np.nan
    table = table.rename_axis("model").sort_index()
    return table.sort_values("score", ascending=False, kind="stable")


def is_submodel(one: Sequence[frozenset[str]], other: Sequence[frozenset[str]]) -> bool:
    """Whether a model is another one without some literals or paths: each of its paths lies in a path of its own.

    >>> a, b, ab = frozenset("A"), frozenset("B"), frozenset("AB")
    >>> is_submodel([a], [ab]), is_submodel([a, b], [ab])
    (True, False)
    """
    taken: dict[int, int] = {}

    def place(path: int, tried: set[int]) -> bool:
        for candidate, wider in enumerate(other):
            if candidate not in tried and one[path] <= wider:
                tried.add(candidate)
                if candidate not in taken or place(taken[candidate], tried):
                    taken[candidate] = path
                    return True
        return False

    return all(place(path, set()) for path in range(len(one)))
