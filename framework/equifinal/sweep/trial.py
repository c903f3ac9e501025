"""Trials: what each method says of data whose truth is known, and how often it is wrong."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from equifinal.errors import InputError, check_whole, did_you_mean
from equifinal.method.choosing import choose_methods
from equifinal.sweep.asking import DEMANDS, PARTS, Ask
from equifinal.sweep.engine import sweep_over
from equifinal.sweep.result import Trial
from equifinal.sweep.scenario import Scenario
from equifinal.sweep.scenarios import known_scenarios
from equifinal.sweep.store import Store

#: Packages whose versions the numbers may depend on.
_NUMBERS_FROM = ("equifinal", "numpy", "pandas", "scipy", "scikit-learn", "statsmodels")


def trial(
    scenarios: Any = None,
    methods: Any = None,
    sizes: Sequence[int] = (12, 30, 86),
    repetitions: int = 300,
    store: str | Path | Store | None = None,
    n_jobs: int = -1,
    seed: int = 0,
    evidence: bool = True,
    propositions: Iterable[str] | None = None,
    parts: Iterable[str] = PARTS[:1],
    progress: bool = False,
) -> Trial:
    """Ask methods about simulated data whose truth is known.

    Parameters
    ----------
    scenarios
        Names, classes or instances of :class:`Scenario`; ``None`` means all, with their default parameters.
    methods
        As :func:`equifinal.run` takes them; ``None`` means every registered method and the fractional logit.
    sizes
        Numbers of cases.
    repetitions
        Data sets of each scenario and size. A larger number takes up a smaller one's store.
    store
        A file to keep the answers in, so that a trial that was stopped goes on where it was; ``None``: a temporary one.
    n_jobs
        Number of processes; -1 uses all. The numbers do not depend on it.
    seed
        Seed of everything random. Data sets depend on it, and not on the methods; another one adds data sets to a store.
    evidence
        Whether to ask which verdicts are firm, too.
    propositions
        Ids of the propositions to ask about; ``None`` means all. Without ``key`` claims no importances are computed.
    parts
        What to ask of each data set: ``"verdicts"``; ``"tests"``, p-values and intervals of a method's own, and a permutation
        test of its fit; ``"skill"``, the measures of the yardstick in cases not seen. The last two take far longer.
    progress
        Whether to show a bar with the time left.

    Raises
    ------
    InputError
        When a scenario, method, size or proposition is not there or cannot be; before anything is computed.

    Examples
    --------
    >>> import equifinal as eq
    >>> found = eq.trial("conjunction", ["fsqca"], sizes=[30], repetitions=5, propositions=["raises-A"], n_jobs=1)
    >>> float(found.rates.loc[("conjunction", 30, "fsqca", "raises-A"), "wrong"])
    0.0
    """
    chosen = _choose(scenarios)
    check_whole("repetitions", repetitions, minimum=1)
    check_whole("seed", seed, minimum=0)
    sizes = [sizes] if isinstance(sizes, int) else list(sizes)
    for n in sizes:
        check_whole("sizes", n, minimum=2)
    ids = None if propositions is None else tuple(propositions)
    wanted = _parts(parts)
    built = {}
    for key, scenario in chosen.items():
        study = scenario.simulate(100, np.random.default_rng(0))
        built[key] = choose_methods(study, methods)
        known = [str(each.id) for each in study.propositions]
        for unknown in [] if ids is None else [each for each in ids if each not in known]:
            raise InputError(f"Scenario {scenario.label!r}: no proposition {unknown!r}. {did_you_mean(unknown, known)}")
    if not isinstance(store, Store):
        store = Store(store, _about(built, ids, evidence, wanted))
    plan = _Plan(list(chosen.values()), sizes, repetitions, seed)
    sweep_over(plan, Ask(chosen, built, ids, evidence, wanted), store, n_jobs, progress)
    return Trial(store, tuple(chosen.values()))


def _choose(scenarios: Any) -> dict[str, Scenario]:
    known = known_scenarios()
    if scenarios is None:
        scenarios = list(known.values())
    elif isinstance(scenarios, (str, Scenario, type)) or not isinstance(scenarios, Iterable):
        scenarios = [scenarios]
    chosen: dict[str, Scenario] = {}
    for each in scenarios:
        if isinstance(each, str):
            if each not in known:
                raise InputError(f"There is no scenario {each!r}. {did_you_mean(each, known)}")
            each = known[each]
        if isinstance(each, type) and issubclass(each, Scenario):
            each = each()
        if not isinstance(each, Scenario):
            raise InputError(f"A scenario is a name, or a Scenario class or instance; not {each!r}.")
        key = each.key
        if key in chosen:
            raise InputError(f"The scenario {each.label!r} is asked for twice. Name it once.")
        chosen[key] = each
    if not chosen:
        raise InputError(f"No scenario to try. {did_you_mean('', known)}")
    return chosen


def _parts(parts: Iterable[str]) -> tuple[str, ...]:
    """In the order in which they are known."""
    asked = [parts] if isinstance(parts, str) else list(parts)
    for unknown in [each for each in asked if each not in PARTS]:
        raise InputError(f"A trial has no part {unknown!r}. {did_you_mean(str(unknown), PARTS)}")
    if not asked:
        raise InputError(f"No part of a trial is asked for. {did_you_mean('', PARTS)}")
    return tuple(each for each in PARTS if each in asked)


def _about(
    built: Mapping[str, Mapping[str, Any]], ids: tuple[str, ...] | None, evidence: bool, parts: tuple[str, ...]
) -> dict[str, Any]:
    """What the answers depend on besides the specification."""
    from importlib.metadata import version

    methods = {
        label: {"method": each.name, **each.parameters()} for found in built.values() for label, each in found.items()
    }
    draws = {"worlds": DEMANDS.worlds, "resamples": DEMANDS.resamples, "draws at most": DEMANDS.most}
    asked = {"propositions": ids, "evidence": draws if evidence else False, "parts": parts}
    return {"versions": {name: version(name) for name in _NUMBERS_FROM}, "methods": methods, **asked}


class _Plan(Sequence[dict[str, Any]]):
    """Every scenario and size once, then every one of them again: what is there of a trial that was stopped is balanced."""

    def __init__(self, scenarios: Sequence[Scenario], sizes: Sequence[int], repetitions: int, seed: int) -> None:
        self._cells = [
            {"scenario": each.name, "parameters": each.parameters(), "n": int(n), "seed": int(seed)}
            for each, n in product(scenarios, sizes)
        ]
        self._repetitions = repetitions

    def __len__(self) -> int:
        return len(self._cells) * self._repetitions

    def __getitem__(self, position: Any) -> Any:
        if not 0 <= position < len(self):
            raise IndexError(position)
        repetition, cell = divmod(position, len(self._cells))
        return {**self._cells[cell], "repetition": repetition}
