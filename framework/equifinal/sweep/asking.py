"""One data set of a trial: simulate, ask every method, and compute nothing that its answers do not need."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from equifinal.base.seeds import generator
from equifinal.comparison.importance import importance
from equifinal.errors import FAULTS
from equifinal.method.analysis import Analysis, Method
from equifinal.plugin import registry
from equifinal.sets import Expression
from equifinal.study.calibrated import CalibratedStudy
from equifinal.study.propositions import Proposition, Verdict
from equifinal.study.study import Study
from equifinal.sweep.recovery import recovery
from equifinal.sweep.scenario import Scenario
from equifinal.sweep.store import Row, canonical
from equifinal.sweep.truth import Reading
from equifinal.sweep.yardstick import measured


def reading_of(method: Method) -> Reading:
    """How a method's answers are to be read: as its class attribute ``reading`` says; else of paths where it has any, or scores."""
    stated: Reading | None = getattr(method, "reading", None)
    return stated or ("set-theoretic" if method.sufficient_paths else "covariation")


#: What a trial can ask of each data set. The first is cheap; the others analyse everything in full.
PARTS = ("verdicts", "tests", "skill")


@dataclass(frozen=True)
class Ask:
    """The task of a trial: from a specification to what each method says of each proposition.

    Attributes
    ----------
    scenarios, methods
        By the scenario's name and parameters in canonical JSON; the methods by label.
    propositions
        The ids to ask about; ``None`` for all.
    evidence
        Whether to ask which verdicts are firm.
    parts
        Which of :data:`PARTS` to ask for.
    """

    scenarios: Mapping[str, Scenario]
    methods: Mapping[str, Mapping[str, Method]]
    propositions: tuple[str, ...] | None
    evidence: bool
    parts: tuple[str, ...] = PARTS[:1]

    def __call__(self, specification: Any) -> dict[str, list[Row]]:
        key = canonical([specification["scenario"], specification["parameters"]])
        scenario, n, repetition = self.scenarios[key], specification["n"], specification["repetition"]
        seed = int(generator(specification["seed"], scenario.label, n, repetition).integers(2**31))
        study = scenario.simulate(n, generator(seed, "data"))
        rows: dict[str, list[Row]] = {"answers": [], "paths": [], "failed_methods": []}
        if "verdicts" in self.parts:
            self._ask(scenario, key, study, seed, rows)
        if set(self.parts) - {"verdicts"}:
            rows |= measured(study, self.methods[key], seed, self.parts)
        return rows

    def _ask(self, scenario: Scenario, key: str, study: Study, seed: int, rows: dict[str, list[Row]]) -> None:
        asked = [each for each in study.propositions if self.propositions is None or each.id in self.propositions]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            calibrated = study.calibrate()
            for label, method in self.methods[key].items():
                try:
                    look = _Look(method, label, calibrated, seed)
                    verdicts = [look.answer(each) for each in asked]
                    if method.sufficient_paths and scenario.models():
                        found = recovery(look.configurations(), scenario.models())
                        rows["paths"].append({"method": label, **found})
                except FAULTS as error:
                    failure = {"method": label, "exception": type(error).__name__, "message": str(error)}
                    rows["failed_methods"].append(failure)
                    continue
                marks = _firm(look, asked, verdicts) if self.evidence else [Mark()] * len(asked)
                rows["answers"] += [
                    {
                        "method": label,
                        "reading": reading_of(method),
                        "proposition": each.id,
                        "answer": verdict.answer,
                        **mark._asdict(),
                    }
                    for each, verdict, mark in zip(asked, verdicts, marks, strict=True)
                ]


class Mark(NamedTuple):
    """What stands behind a verdict: whether it is firm, and the two numbers that decide it; ``None`` where nothing is known."""

    firm: bool | None = None
    by_chance: float | None = None
    stable: float | None = None


def _firm(look: "_Look", propositions: Sequence[Proposition], verdicts: Sequence[Verdict]) -> list[Mark]:
    """Which verdicts are firm. The one place where a trial asks for it: nothing is known until verdicts have evidence."""
    return [Mark()] * len(verdicts)


class _Look:
    """A method on some cases; refitted only, and analysed in full where its answers need more."""

    def __init__(self, method: Method, label: str, calibrated: CalibratedStudy, seed: int) -> None:
        self.method, self.label, self.calibrated, self.seed = method, label, calibrated.protected(), seed
        self.whole = False
        self._importance: pd.DataFrame | None = None
        self._scopes: dict[str, _Look | None] = {}
        self.analysis = self._analysis()

    def _analysis(self) -> Analysis:
        learn = self.method.analyze if self.whole else self.method.refit
        return learn(self.calibrated, generator(self.seed, self.label))

    def answer(self, proposition: Proposition) -> Verdict:
        """As a comparison would have it, the words apart."""
        where = proposition.where
        if where is not None:
            if where not in self._scopes:
                self._scopes[where] = self._within(where)
            look = self._scopes[where]
            return Verdict("silent") if look is None else look._answer(proposition)
        return self._answer(proposition)

    def _answer(self, proposition: Proposition) -> Verdict:
        if type(proposition).judge is not Proposition.judge:
            verdict = proposition.judge(self._importances())
            if verdict is not None:
                return verdict
        try:
            verdict = registry.current().hooks.call(
                "equifinal_assess", analysis=self.analysis, proposition=proposition, calibrated=self.calibrated
            )
            return self.method.assess(self.analysis, proposition, self.calibrated) if verdict is None else verdict
        except FAULTS:
            if self.whole:
                return Verdict("silent")
        self._complete()  # what was refitted is not enough to judge by
        return self._answer(proposition)

    def configurations(self) -> pd.DataFrame:
        """The paths, with their expressions."""
        if "expression" not in self.analysis.configurations:
            self._complete()
        return self.analysis.configurations

    def _complete(self) -> None:
        self.whole = True
        self.analysis = self._analysis()

    def _importances(self) -> pd.DataFrame | None:
        if self._importance is None and self.method.predicts():
            self._importance = importance(self.method, self.calibrated, self.seed, folds=5)
        return self._importance

    def _within(self, where: str) -> "_Look | None":
        inside = Expression(where).membership(self.calibrated.fuzzy) > 0.5
        try:
            return _Look(self.method, self.label, self.calibrated.subset(self.calibrated.cases[inside]), self.seed)
        except FAULTS:
            return None
