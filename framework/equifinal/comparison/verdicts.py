"""Asking every method about every proposition."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from equifinal.base.seeds import generator
from equifinal.comparison.fit import Yardstick
from equifinal.comparison.importance import importance
from equifinal.errors import FAULTS
from equifinal.method.analysis import Analysis, Method
from equifinal.method.run import Run, analyse
from equifinal.plugin.calling import Hooks
from equifinal.sets import Expression
from equifinal.study.calibrated import CalibratedStudy
from equifinal.study.propositions import Proposition, Verdict

__all__ = []


@dataclass(frozen=True)
class _Scope:
    """The cases that a claim is about, and what each method found there (or why it could not)."""

    study: CalibratedStudy
    analyses: Mapping[str, Analysis | str]
    importances: Mapping[str, pd.DataFrame | None]
    prefix: str


def judge(run: Run, yardsticks: Mapping[str, Yardstick], hooks: Hooks) -> dict[str, list[Verdict]]:
    """The answer of each method to each proposition; `hooks` may answer for a method, wherever this is called."""
    whole = _Scope(run.calibrated, run.analyses, {label: each.importance for label, each in yardsticks.items()}, "")
    scopes: dict[str | None, _Scope] = {None: whole}
    for proposition in run.study.propositions:
        if proposition.where not in scopes:
            scopes[proposition.where] = _restricted(run, str(proposition.where), len(scopes))
    return {
        label: [
            _answer(label, run.methods[label], proposition, scopes[proposition.where], hooks)
            for proposition in run.study.propositions
        ]
        for label in run.analyses
    }


def _restricted(run: Run, where: str, number: int) -> _Scope:
    """Analyse the cases with membership above 0.5 in an expression again, anchors kept."""
    inside = Expression(where).membership(run.calibrated.fuzzy) > 0.5
    study = run.calibrated.subset(run.calibrated.cases[inside])
    count = len(study.cases)
    prefix = f"Among the {count} cases in {where}: " if count != 1 else f"In the one case in {where}: "
    if count == 0:
        return _Scope(study, dict.fromkeys(run.analyses, f"No case is in {where}."), {}, "")
    analyses: dict[str, Analysis | str] = {}
    importances: dict[str, pd.DataFrame | None] = {}
    for label in run.analyses:
        method = run.methods[label]
        try:
            analyses[label] = analysis = analyse(method, study, generator(run.seed, label, 2, number))
        except FAULTS as error:
            analyses[label] = f"{prefix}no analysis is possible ({type(error).__name__}: {error})"
            continue
        try:
            importances[label] = importance(method, analysis, study, run.seed) if method.predicts() else None
        except FAULTS:
            importances[label] = None  # claims on importances answer that there are none
    return _Scope(study, analyses, importances, prefix)


def _answer(label: str, method: Method, proposition: Proposition, scope: _Scope, hooks: Hooks) -> Verdict:
    analysis = scope.analyses[label]
    if isinstance(analysis, str):
        return Verdict("silent", evidence=analysis)
    try:
        verdict = proposition.judge(scope.importances[label])
        if verdict is None:
            given = scope.study.protected()
            verdict = hooks.call("equifinal_assess", analysis=analysis, proposition=proposition, calibrated=given)
        if verdict is None:
            verdict = method.assess(analysis, proposition, scope.study.protected())
    except FAULTS as error:
        return Verdict("silent", evidence=f"{scope.prefix}it could not answer ({type(error).__name__}: {error})")
    if not isinstance(verdict, Verdict):
        return Verdict("silent", evidence=f"It answered with {verdict!r}, which is not an equifinal.Verdict.")
    return Verdict(verdict.answer, f"{scope.prefix}{verdict.evidence}", verdict.numbers)
