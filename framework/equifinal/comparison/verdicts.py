"""Asking every method about every proposition."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

import pandas as pd

from equifinal.base.own import Handing, changes, own
from equifinal.base.seeds import generator
from equifinal.base.surroundings import restored, undisturbed
from equifinal.comparison.fit import Yardstick
from equifinal.comparison.importance import importance
from equifinal.errors import FAULTS
from equifinal.method.analysis import Analysis, Method
from equifinal.method.run import Run, analyse
from equifinal.plugin.calling import Hooks
from equifinal.study.calibrated import CalibratedStudy
from equifinal.study.propositions import Proposition, Verdict

#: What can be changed: what is given, and the surroundings.
GIVEN, AROUND = "given", "around"

#: What was changed, by the claim that did, or by ``""`` for the method itself, and by which of the two it is.
Changed: TypeAlias = dict[tuple[str, str], list[str]]


@dataclass(frozen=True)
class _Scope:
    """The cases that a claim is about, and what each method found there (or why it could not)."""

    study: CalibratedStudy
    analyses: Mapping[str, Analysis | str]
    given: Mapping[str, Analysis | str]  # copies, a method's own
    importances: Mapping[str, pd.DataFrame | None]
    prefix: str


def judge(run: Run, yardsticks: Mapping[str, Yardstick], hooks: Hooks) -> dict[str, tuple[list[Verdict], Changed]]:
    """The answer of each method to each proposition, and what was changed meanwhile.

    `hooks` may answer for a method, wherever this is called.
    """
    analyses = run.analyses
    whole = _Scope(
        run.calibrated, analyses, own(analyses), {label: each.importance for label, each in yardsticks.items()}, ""
    )
    scopes: dict[str | None, _Scope] = {None: whole}
    for proposition in run.study.claims:
        if proposition.where not in scopes:
            there = [each for each in run.study.claims if each.where == proposition.where]
            judged = any(type(each).judge is not Proposition.judge for each in there)
            scopes[proposition.where] = _restricted(run, str(proposition.where), len(scopes), judged)
    answers: dict[str, tuple[list[Verdict], Changed]] = {}
    for label in analyses:
        changed: Changed = defaultdict(list)
        verdicts = [
            _answer(label, run.methods[label], proposition, scopes[proposition.where], hooks, changed)
            for proposition in run.study.claims
        ]
        for scope in scopes.values():
            changed["", GIVEN] += changes("analysis", scope.given[label], scope.analyses[label])
        answers[label] = verdicts, changed
    return answers


def descriptions(calibrated: CalibratedStudy, propositions: Iterable[Proposition]) -> pd.DataFrame:
    """What the cases alone answer, whatever the methods say: ``answer`` and ``evidence`` of each description, by id."""
    answers = {str(each.id): _described(each, calibrated) for each in propositions if each.describes()}
    rows = {name: {"answer": each.answer, "evidence": each.evidence} for name, each in answers.items()}
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["answer", "evidence"], dtype=object)
    return frame.rename_axis("id")


def _described(proposition: Proposition, calibrated: CalibratedStudy) -> Verdict:
    try:
        answer = undisturbed(proposition.describe, calibrated.protected())
    except FAULTS as error:
        return Verdict("silent", evidence=f"It could not be answered ({type(error).__name__}: {error})")
    if not isinstance(answer, Verdict):
        return Verdict("silent", evidence=f"It was answered with {answer!r}, which is not an equifinal.Verdict.")
    return answer


def _restricted(run: Run, where: str, number: int, judged: bool) -> _Scope:
    """Analyse the cases with membership above 0.5 in an expression again, anchors kept.

    `judged` says whether a claim about them is answered by importances, which take long.
    """
    study = run.calibrated.inside(where)
    count = len(study.cases)
    prefix = f"Among the {count} cases in {where}: " if count != 1 else f"In the one case in {where}: "
    if count == 0:
        nothing = dict.fromkeys(run.analyses, f"No case is in {where}.")
        return _Scope(study, nothing, nothing, {}, "")
    analyses: dict[str, Analysis | str] = {}
    importances: dict[str, pd.DataFrame | None] = {}
    for label in run.analyses:
        method = run.methods[label]
        try:
            analyses[label] = analyse(method, study, generator(run.seed, label, 2, number))
        except FAULTS as error:
            analyses[label] = f"{prefix}no analysis is possible ({type(error).__name__}: {error})"
            continue
        try:
            importances[label] = importance(method, study, run.seed) if judged and method.predicts() else None
        except FAULTS:
            importances[label] = None  # claims on importances answer that there are none
    return _Scope(study, analyses, own(analyses), importances, prefix)


def _answer(
    label: str,
    method: Method,
    proposition: Proposition,
    scope: _Scope,
    hooks: Hooks,
    changed: Changed,
) -> Verdict:
    analysis, mine = scope.analyses[label], scope.given[label]
    if isinstance(analysis, str) or isinstance(mine, str):
        return Verdict("silent", evidence=str(analysis))
    try:
        with restored() as around:
            verdict, places = Handing(importance=scope.importances[label]).to(proposition.judge)
        changed[proposition.claim, GIVEN] += places
        changed[proposition.claim, AROUND] += around
        if verdict is None:
            given = scope.study.protected()
            verdict = hooks.call("equifinal_assess", analysis=analysis, proposition=proposition, calibrated=given)
        if verdict is None:
            given = scope.study.protected()
            with restored() as around:
                verdict = method.assess(mine, proposition, given)
            changed["", AROUND] += around
            changed["", GIVEN] += given.changed_from(scope.study)
    except FAULTS as error:
        return Verdict("silent", evidence=f"{scope.prefix}it could not answer ({type(error).__name__}: {error})")
    if not isinstance(verdict, Verdict):
        return Verdict("silent", evidence=f"It answered with {verdict!r}, which is not an equifinal.Verdict.")
    return replace(verdict, evidence=f"{scope.prefix}{verdict.evidence}")
