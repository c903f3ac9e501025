"""Comparing what methods say of the same cases.

Only the standard tables, the verdicts and the common yardstick are read: nothing here asks which method it is looking at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from equifinal import registry
from equifinal.advice import advice
from equifinal.agreement import agreement
from equifinal.analysis import Analysis
from equifinal.asymmetry import Asymmetry, asymmetry
from equifinal.base.words import SIGNS, banner
from equifinal.bootstrap import agreement_intervals, differences
from equifinal.calibrated_study import CalibratedStudy
from equifinal.contrarian import ContrarianCases, contrarian_cases, disagreements
from equifinal.diversity import diversity_notes
from equifinal.errors import FAULTS, InputError
from equifinal.method import Method
from equifinal.panels import ByTime, by_time
from equifinal.parallel import one_thread
from equifinal.propositions import Claim, Verdict
from equifinal.runs import Failure, Run, analyse, check_whole, generator
from equifinal.sets import Expression
from equifinal.summary import Headline, headline, summary
from equifinal.time_limit import TimeLimitError, within_for_each
from equifinal.yardstick import (
    Yardstick,
    baselines,
    case_types,
    importance,
    measure,
    permutation_notes,
    permutation_test,
)

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True, eq=False)
class Comparison:
    """What several methods say of one study, side by side.

    Attributes
    ----------
    verdicts : pandas.DataFrame
        Index: propositions; columns: methods; cells: ``supported``, ``contradicted``, ``inconclusive`` or ``silent``.
    verdict_evidence : pandas.DataFrame
        The same shape: a sentence with the numbers behind each verdict.
    propositions : pandas.DataFrame
        Index: id; ``text``, ``claim`` (its kind), ``where``.
    conditions : pandas.DataFrame
        Index: conditions; columns (method, ``role`` | ``direction`` | ``importance`` | ``importance_sd``). Role is the method's
        own; direction and importance come from the common yardstick (direction from the method where it cannot predict).
    cases : pandas.DataFrame
        Index: cases; columns ``outcome`` and (method, ``group`` | ``predicted`` | ``type``).
    fit : pandas.DataFrame
        Index: methods and two baselines; the measures of :func:`equifinal.yardstick.measures` in and out of sample, and the
        number of folds.
    advice : pandas.DataFrame
        One row per case without the outcome and sufficient path; see :mod:`equifinal.advice`.
    failures : dict
        Methods that failed, by label.
    notes : pandas.DataFrame
        ``about`` (the study, the comparison or a method) and ``note``.
    yardsticks : dict
        The figures and out-of-sample predictions of each method, by label; see :class:`equifinal.yardstick.Yardstick`.
    permutations : pandas.DataFrame or None
        How often each method reaches its fit when the outcome is permuted; see :func:`equifinal.yardstick.permutation_test`.
        ``None`` unless it was asked for.
    """

    run: Run = field(repr=False)
    verdicts: pd.DataFrame
    verdict_evidence: pd.DataFrame = field(repr=False)
    propositions: pd.DataFrame = field(repr=False)
    conditions: pd.DataFrame = field(repr=False)
    cases: pd.DataFrame = field(repr=False)
    fit: pd.DataFrame = field(repr=False)
    advice: pd.DataFrame = field(repr=False)
    notes: pd.DataFrame = field(repr=False)
    yardsticks: Mapping[str, Yardstick] = field(repr=False)
    permutations: pd.DataFrame | None = field(repr=False)

    @property
    def analyses(self) -> dict[str, Analysis]:
        """The analyses that succeeded, by label."""
        return self.run.analyses

    @property
    def failures(self) -> dict[str, Failure]:
        """The methods that failed, by label."""
        return self.run.failures

    @property
    def study(self) -> CalibratedStudy:
        """The calibrated study."""
        return self.run.calibrated

    @property
    def manifest(self) -> Mapping[str, Any]:
        """What anyone needs to repeat this: data hash, parameters, versions, plugins, seed."""
        if self.permutations is None or self.permutations.empty:
            return self.run.manifest
        done = self.permutations.iloc[0]
        return {**self.run.manifest, "permutations": int(done["permutations"] + done["failed"])}

    @property
    def banner(self) -> str:
        """What to show above everything when the data were not observed; empty when they were."""
        return banner(self.study.provenance, self.study.note)

    @cached_property
    def agreement(self) -> dict[str, pd.DataFrame]:
        """``predictions``, ``groups``, ``importance``, ``directions``, ``verdicts``: methods × methods.

        See :func:`equifinal.agreement.agreement`.
        """
        directions = {label: self._directions[label] for label in self.analyses}
        return agreement(self.analyses, self.yardsticks, directions, self.verdicts)

    @cached_property
    def differences(self) -> pd.DataFrame:
        """Pairs of methods: differences in fit with bootstrap intervals; see :func:`equifinal.bootstrap.differences`."""
        return differences(self.analyses, self.yardsticks, self.study, self.run.seed)

    @cached_property
    def agreement_intervals(self) -> dict[str, pd.DataFrame]:
        """Pairs of methods: agreement with bootstrap intervals; see :func:`equifinal.bootstrap.agreement_intervals`."""
        return agreement_intervals(self.analyses, self.yardsticks, self.agreement, self.study, self.run.seed)

    @cached_property
    def summary(self) -> list[str]:
        """What the tables say, in sentences; see :mod:`equifinal.summary`."""
        return self.summarize()

    def summarize(self, texts: bool = True, evidence: bool = True) -> list[str]:
        """:attr:`summary`, with or without the propositions' texts and the evidence where methods part."""
        return summary(self, texts, evidence)

    @cached_property
    def headline(self) -> Headline:
        """What the methods agree on, and where they part; see :func:`equifinal.summary.headline`."""
        return headline(self)

    @cached_property
    def disagreements(self) -> pd.DataFrame:
        """Cases by how far apart methods predict them; see :func:`equifinal.contrarian.disagreements`."""
        return disagreements(self.cases)

    @cached_property
    def contrarian(self) -> ContrarianCases:
        """Cases that run against the direction of a condition; see :func:`equifinal.contrarian.contrarian_cases`."""
        return contrarian_cases(self.study, self._directions)

    @cached_property
    def asymmetry(self) -> Asymmetry:
        """The same methods on the absence of the outcome, run when first asked for; see :mod:`equifinal.asymmetry`."""
        return asymmetry(self.run, self._directions)

    @property
    def with_asymmetry(self) -> bool:
        """Whether :attr:`asymmetry` was asked for; outputs then include it."""
        return "asymmetry" in vars(self)

    @cached_property
    def by_time(self) -> ByTime:
        """In a panel, paths and figures at each time, and units that change paths; see :mod:`equifinal.panels`."""
        return by_time(self.run, self.yardsticks)

    @property
    def _directions(self) -> pd.DataFrame:
        return pd.DataFrame({label: self.conditions[label, "direction"] for label in self.analyses})

    def write(self, directory: str | Path, formats: Sequence[str] | None = None, overwrite: bool = False) -> list[Path]:
        """Write the comparison into a folder, whole or not at all.

        Parameters
        ----------
        directory
            A folder that does not exist, is empty, or was written by equifinal. What is written replaces what was written
            before; other files in it stay.
        formats
            Names of outputs; the default is html, csv, json and markdown. Parameters stand behind a colon, as TOML writes them:
            ``"html:figures=true"``.
        overwrite
            Write into any other folder too. Files of the same names are replaced, the others stay.

        Returns
        -------
        list of pathlib.Path
            The files written.

        Raises
        ------
        InputError
            When a format is unknown or a parameter wrong, or the folder holds something else or cannot be written.
        """
        from equifinal.folder import write_folder

        return write_folder(self, Path(directory), formats, overwrite)

    def _repr_html_(self) -> str:
        from equifinal.base.html import bullets, heading, not_observed, piece, table

        study, said = self.study, self.headline
        parts = [
            heading(study.title),
            not_observed(study.provenance, study.note),
            bullets([*said.agreed, *said.parted]),
        ]
        if len(self.verdicts):
            signs = self.verdicts.map(lambda answer: f"{SIGNS[answer]} {answer}")
            columns = [self.propositions["text"], *(signs.iloc[:, number] for number in range(signs.shape[1]))]
            matrix = pd.concat(columns, axis="columns")
            matrix.columns = pd.Index(["proposition", *map(str, signs.columns)], dtype=object)
            parts.append(table(matrix, "Verdicts", most=len(matrix)))
        measures = ["consistency", "coverage", "balanced_accuracy", "mae", "mae_out_of_sample"]
        words = [name.replace("_", " ").replace("mae", "mean absolute error") for name in measures]
        fit = self.fit[measures].set_axis(words, axis="columns")
        parts.append(table(fit, "Predicted against actual membership", most=len(fit)))
        return piece(*parts, bullets(str(failure) for failure in self.failures.values()))


def compare(run: Run, permutations: int = 0) -> Comparison:
    """Compare the analyses of a run.

    Parameters
    ----------
    run
        From :func:`equifinal.run`; its seed, number of processes and progress bar are used again.
    permutations
        How often to permute the outcome to see which fit chance brings about; 0 leaves it out, 1,000 is usual. Each
        method is fitted again for every permutation; see :func:`equifinal.yardstick.permutation_test`.

    Raises
    ------
    InputError
        When every method failed, or `permutations` is no whole number from 0 on.

    Examples
    --------
    >>> import equifinal as eq
    >>> comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["fsqca", "regression"]))
    >>> comparison.verdicts.loc["1-LEAD"].tolist()
    ['supported', 'silent']
    """
    if not isinstance(run, Run):
        raise InputError(f"compare() takes what run() returns, not {type(run).__name__}.")
    check_whole("permutations", permutations, minimum=0)
    analyses, methods, study = run.analyses, run.methods, run.calibrated
    if not analyses:
        raise InputError(f"Study {study.name!r}: every method failed. {' '.join(map(str, run.failures.values()))}")
    if run.time_limit is None:
        yardsticks = measure(methods, analyses, study, run.seed, run.n_jobs, run.progress)
        with one_thread():
            answers = _answers(run, yardsticks)
    else:
        yardsticks = _measured_within(run, run.time_limit)
        answers = _answers_within(run, yardsticks, run.time_limit)
    claims = run.study.propositions
    index: pd.Index[Any] = pd.Index([str(claim.id) for claim in claims], name="id")
    verdicts = pd.DataFrame({k: [v.answer for v in each] for k, each in answers.items()}, index=index, dtype=object)
    evidence = pd.DataFrame({k: [v.evidence for v in each] for k, each in answers.items()}, index=index, dtype=object)
    directions = {label: _direction(analyses[label], yardsticks[label]) for label in analyses}
    rows, advice_notes = advice(methods, analyses, study, run.time_limit)
    outcome = study.fuzzy[study.outcome.name]
    permuted = _permuted(run, permutations) if permutations else None
    chance_notes = permutation_notes(permuted, study) if permuted is not None else []
    comparison = Comparison(
        run=run,
        verdicts=verdicts,
        verdict_evidence=evidence,
        propositions=_propositions(claims, index),
        conditions=_conditions(analyses, yardsticks, directions),
        cases=_cases(analyses, outcome),
        fit=_fit(yardsticks, baselines(study, run.seed)),
        advice=rows,
        notes=_notes(study, analyses, yardsticks, chance_notes, advice_notes),
        yardsticks=yardsticks,
        permutations=permuted,
    )
    registry.current().notify("equifinal_after_comparison", comparison=comparison)
    return comparison


# ------------------------------------------------------------------------------- each method within a time limit


def _alone(run: Run, label: str) -> Run:
    """The run as if there were no other method, and no limit."""
    return replace(
        run,
        methods={label: run.methods[label]},
        results={label: run.results[label]},
        n_jobs=1,
        progress=False,
        time_limit=None,
    )


def _measured_within(run: Run, limit: float) -> dict[str, Yardstick]:
    tasks = [
        ({label: run.methods[label]}, {label: each}, run.calibrated, run.seed) for label, each in run.analyses.items()
    ]
    found: dict[str, Yardstick] = {}
    for task, outcome in zip(
        tasks, within_for_each(limit, "predicting cases", measure, tasks, run.n_jobs), strict=True
    ):
        if isinstance(outcome, TimeLimitError):
            # What can be said of a method that does not predict is said without calling it.
            ((label, without),) = measure({}, *task[1:]).items()
            found[label] = replace(
                without, notes=[f"There are no figures out of sample and no importances: {outcome}."]
            )
        else:
            found |= outcome
    return found


def _answers_within(run: Run, yardsticks: Mapping[str, Yardstick], limit: float) -> dict[str, list[Verdict]]:
    tasks = [(_alone(run, label), {label: yardsticks[label]}) for label in run.analyses]
    found: dict[str, list[Verdict]] = {}
    for label, outcome in zip(
        run.analyses, within_for_each(limit, "judging the propositions", _answers, tasks, run.n_jobs), strict=True
    ):
        if isinstance(outcome, TimeLimitError):
            found[label] = [Verdict("silent", evidence=f"It could not answer: {outcome}.")] * len(
                run.study.propositions
            )
        else:
            found |= outcome
    return found


def _permuted(run: Run, permutations: int) -> pd.DataFrame:
    if run.time_limit is None:
        return permutation_test(run, permutations)
    labels = [label for label in run.analyses if run.methods[label].predicts()]
    tasks = [(_alone(run, label), permutations) for label in labels]
    outcomes = within_for_each(run.time_limit, "permuting the outcome", permutation_test, tasks, run.n_jobs)
    tables = [permutation_test(replace(run, results={}), permutations)]  # of no method: the columns
    for label, outcome in zip(labels, outcomes, strict=True):
        if isinstance(outcome, TimeLimitError):
            missing = {"permutations": 0, "failed": permutations, "why": str(outcome)}
            outcome = pd.DataFrame(missing, index=pd.Index([label], name="method")).reindex(columns=tables[0].columns)
        tables.append(outcome)
    return pd.concat([table for table in tables if len(table)] or tables)


# ------------------------------------------------------------------------------------------------- verdicts


@dataclass(frozen=True)
class _Scope:
    """The cases that a claim is about, and what each method found there (or why it could not)."""

    study: CalibratedStudy
    analyses: Mapping[str, Analysis | str]
    importances: Mapping[str, pd.DataFrame | None]
    prefix: str


def _answers(run: Run, yardsticks: Mapping[str, Yardstick]) -> dict[str, list[Verdict]]:
    whole = _Scope(run.calibrated, run.analyses, {label: each.importance for label, each in yardsticks.items()}, "")
    scopes: dict[str | None, _Scope] = {None: whole}
    for claim in run.study.propositions:
        if claim.where not in scopes:
            scopes[claim.where] = _restricted(run, str(claim.where), len(scopes))
    return {
        label: [_answer(label, run.methods[label], claim, scopes[claim.where]) for claim in run.study.propositions]
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


def _answer(label: str, method: Method, claim: Claim, scope: _Scope) -> Verdict:
    analysis = scope.analyses[label]
    if isinstance(analysis, str):
        return Verdict("silent", evidence=analysis)
    try:
        verdict = claim.judge(scope.importances[label])
        if verdict is None:
            verdict = method.assess(analysis, claim, scope.study.protected())
    except FAULTS as error:
        return Verdict("silent", evidence=f"{scope.prefix}it could not answer ({type(error).__name__}: {error})")
    if not isinstance(verdict, Verdict):
        return Verdict("silent", evidence=f"It answered with {verdict!r}, which is no equifinal.Verdict.")
    return Verdict(verdict.answer, f"{scope.prefix}{verdict.evidence}", verdict.numbers)


# ---------------------------------------------------------------------------------------------------- tables


def _propositions(claims: Sequence[Claim], index: pd.Index) -> pd.DataFrame:
    rows = {
        "text": [claim.text for claim in claims],
        "claim": [claim.kind for claim in claims],
        "where": [claim.where or "" for claim in claims],
    }
    return pd.DataFrame(rows, index=index, dtype=object)


def _direction(analysis: Analysis, yardstick: Yardstick) -> pd.Series:
    return analysis.conditions["direction"].astype(int) if yardstick.direction is None else yardstick.direction


def _conditions(
    analyses: Mapping[str, Analysis], yardsticks: Mapping[str, Yardstick], directions: Mapping[str, pd.Series]
) -> pd.DataFrame:
    columns: dict[tuple[str, str], Any] = {}
    for label, analysis in analyses.items():
        rises = yardsticks[label].importance
        columns[label, "role"] = analysis.conditions["role"]
        columns[label, "direction"] = directions[label]
        columns[label, "importance"] = np.nan if rises is None else rises["importance"]
        columns[label, "importance_sd"] = np.nan if rises is None else rises["sd"]
    index = next(iter(analyses.values())).conditions.index
    table = pd.DataFrame(columns, index=index.rename("condition"))
    table.columns.names = ["method", "measure"]
    return table


def _cases(analyses: Mapping[str, Analysis], outcome: pd.Series) -> pd.DataFrame:
    columns: dict[tuple[str, str], Any] = {("outcome", ""): outcome}
    for label, analysis in analyses.items():
        columns[label, "group"] = analysis.cases["group"].astype(object)
        columns[label, "predicted"] = analysis.cases["predicted"].astype(float)
        columns[label, "type"] = case_types(analysis.cases["predicted"], outcome)
    table = pd.DataFrame(columns, index=outcome.index.rename("case"))
    table.columns.names = ["method", "measure"]
    return table


def _fit(yardsticks: Mapping[str, Yardstick], chance: Mapping[str, Mapping[str, float]]) -> pd.DataFrame:
    rows = {label: each.fit for label, each in yardsticks.items()} | dict(chance)
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("method")
    return table.astype({"folds": int, "failed_folds": int})


def _notes(
    study: CalibratedStudy,
    analyses: Mapping[str, Analysis],
    yardsticks: Mapping[str, Yardstick],
    chance_notes: Sequence[tuple[str, str]],
    advice_notes: Sequence[str],
) -> pd.DataFrame:
    said = [("study", study.note)] if study.note else []
    if any(analysis.method.sufficient_paths for analysis in analyses.values()):
        said += [("study", note) for note in diversity_notes(study)]
    said += [("calibration", note) for note in study.notes]
    for label, analysis in analyses.items():
        said += [(label, note) for note in [*analysis.notes, *yardsticks[label].notes]]
    said += [*chance_notes, *(("advice", note) for note in advice_notes)]
    return pd.DataFrame(said, columns=["about", "note"], dtype=object)
