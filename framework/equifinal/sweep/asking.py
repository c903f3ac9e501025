"""One data set of a trial: simulate, ask every method, and compute nothing that its answers do not need."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from equifinal.base.seeds import generator
from equifinal.base.surroundings import undisturbed
from equifinal.comparison.asking import Look
from equifinal.comparison.claims import reading_of
from equifinal.comparison.counting import Demands
from equifinal.comparison.gathering import Asked, Gathering
from equifinal.comparison.importance import importance
from equifinal.errors import FAULTS
from equifinal.method.analysis import Method
from equifinal.plugin import registry
from equifinal.study.calibrated import CalibratedStudy
from equifinal.study.propositions import Proposition, Verdict
from equifinal.study.study import Study
from equifinal.sweep.recovery import recovery
from equifinal.sweep.scenario import Scenario
from equifinal.sweep.store import Row, canonical
from equifinal.sweep.yardstick import measured

#: What a trial asks of evidence: fewer draws than a comparison, for there are many data sets.
DEMANDS = Demands(worlds=99, resamples=99, most=399, early=True)

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
        study = undisturbed(scenario.simulate, n, generator(seed, "data"))
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
            calibrated, looks = study.calibrate(), {}
            for label, method in self.methods[key].items():
                try:
                    look = _Look(method, label, calibrated, seed, registry.current().hooks)
                    looks[label] = look, [Asked(each, look.answer(each)) for each in asked]
                    if method.sufficient_paths and scenario.models():
                        found = recovery(look.configurations(), scenario.models())
                        rows["paths"].append({"method": label, **found})
                except FAULTS as error:
                    failure = {"method": label, "exception": type(error).__name__, "message": str(error)}
                    rows["failed_methods"].append(failure)
                    looks.pop(label, None)
            marks = _firm(calibrated, looks, seed) if self.evidence and looks else {}
        for label, (look, answered) in looks.items():
            rows["answers"] += [
                {
                    "method": label,
                    "reading": reading_of(look.method),
                    "proposition": each.proposition.id,
                    "answer": each.verdict.answer,
                    **mark._asdict(),
                }
                for each, mark in zip(answered, marks.get(label, [Mark()] * len(answered)), strict=True)
            ]


class Mark(NamedTuple):
    """What stands behind a verdict: whether it is firm, and the two numbers that decide it; ``None`` where nothing is known."""

    firm: bool | None = None
    by_chance: float | None = None
    stable: float | None = None


def _firm(
    calibrated: CalibratedStudy, looks: Mapping[str, tuple["_Look", Sequence[Asked]]], seed: int
) -> dict[str, list[Mark]]:
    """By method, which verdicts are firm; all methods are asked in the same worlds and case sets."""
    gathering = Gathering(
        calibrated,
        {label: look.method for label, (look, _) in looks.items()},
        {label: answered for label, (_, answered) in looks.items()},
        dict.fromkeys(looks),
        seed,
        DEMANDS,
        registry.current().hooks,
        whole=False,
    )
    return {
        label: [Mark(each.firm, each.by_chance, each.stable) for each in found.verdicts]
        for label, found in gathering.gather(1, False).items()
    }


class _Look(Look):
    """As a comparison looks at the cases as they are: importances come from all folds, and what cannot answer is silent."""

    def measured(self) -> pd.DataFrame:
        return importance(self.method, self.calibrated, self.seed)

    def answer(self, proposition: Proposition) -> Verdict:
        try:
            return super().answer(proposition)
        except FAULTS:
            return Verdict("silent")

    def configurations(self) -> pd.DataFrame:
        """The paths, with their expressions."""
        if "expression" not in self.analysis.configurations:
            self.complete()
        return self.analysis.configurations
