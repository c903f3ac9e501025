"""Running methods on a study."""

import dataclasses
import traceback
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import cloudpickle
import numpy as np

from equifinal.base.parallel import as_they_end
from equifinal.base.readable import Readable
from equifinal.base.seeds import generator
from equifinal.base.surroundings import changed_and_put_back, restored
from equifinal.base.time_limit import TimeLimitError, check_time_limit, within_as_they_end
from equifinal.base.words import counted
from equifinal.errors import InputError, check_jobs, check_whole, did_you_mean, listing, message_of
from equifinal.method.analysis import Analysis, Method
from equifinal.method.analysis_texts import check_texts
from equifinal.method.choosing import choose_methods
from equifinal.method.manifest import manifest, origin_of
from equifinal.plugin import registry
from equifinal.study.calibrated import CalibratedStudy
from equifinal.study.study import Study

#: The beginning of the note on a method that changed what it was given.
_CHANGED = "It changed its input"


@dataclass(frozen=True)
class Failure:
    """A method that failed.

    Attributes
    ----------
    label : str
        The method's label in the run.
    exception, message, traceback : str
        The exception's class, its message, and the traceback as text.
    plugin, version : str
        The plugin that the method comes from, and its version.
    """

    label: str
    exception: str
    message: str
    traceback: str = field(repr=False)
    plugin: str
    version: str

    def __str__(self) -> str:
        words = f"{self.exception}: {' '.join(self.message.split())}".removesuffix(": ")
        return f"{self.label}: {words} (plugin {self.plugin} {self.version})".replace(" )", ")")

    def _repr_html_(self) -> str:
        from equifinal.base.html import heading, paragraph, piece
        from equifinal.base.words import SIGNS

        return piece(heading(f"{SIGNS['contradicted']} {self.label} failed"), paragraph(str(self)))


@dataclass(frozen=True, eq=False, repr=False)
class Run(Readable, Mapping[str, Analysis | Failure]):
    """The analyses of one study: a mapping from method labels to an :class:`Analysis` or a :class:`Failure`.

    Attributes
    ----------
    study, calibrated
        The study that was analysed, as declared and calibrated.
    methods : dict
        The method, with its parameters, by label.
    manifest : dict
        What anyone needs to repeat the run: hash of the data, parameters, versions, plugins, seed.
    """

    study: Study
    calibrated: CalibratedStudy
    methods: Mapping[str, Method]
    results: Mapping[str, Analysis | Failure]
    seed: int
    n_jobs: int
    progress: bool
    manifest: Mapping[str, Any] = field(repr=False)
    time_limit: float | None = None

    def __getitem__(self, label: str) -> Analysis | Failure:
        try:
            return self.results[label]
        except KeyError:
            raise KeyError(f"{label!r} was not run. {did_you_mean(label, self.results)}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self.results)

    def __len__(self) -> int:
        return len(self.results)

    @property
    def analyses(self) -> dict[str, Analysis]:
        """The analyses that succeeded, by label."""
        return {label: result for label, result in self.results.items() if isinstance(result, Analysis)}

    @property
    def failures(self) -> dict[str, Failure]:
        """The methods that failed, by label."""
        return {label: result for label, result in self.results.items() if isinstance(result, Failure)}

    def _said(self) -> Iterator[str]:
        from equifinal.base.readable import in_short

        calibrated = self.calibrated
        yield f"Run of {counted(len(self.results), 'method')} on {self.study.name}: {in_short(calibrated.title, 60)}"
        yield f"{counted(len(calibrated.cases), 'case')}, outcome {calibrated.outcome.name}, seed {self.seed}"
        width = max(map(len, self.results), default=0)
        for label, result in self.items():
            if isinstance(result, Failure):
                said = f"failed: {in_short(f'{result.exception}: {result.message}', 70)}"
            else:
                said = f"{self.methods[label].title}, {counted(len(result.configurations), 'configuration')}"
            yield f"  {label:{width}}  {said}"
        yield f"run[{next(iter(self.results), 'label')!r}] is one of them; equifinal.compare(run) compares them."

    def _hint(self, name: str) -> str:
        label = {each.replace("-", "_"): each for each in self.results}.get(name)
        return f"Write run[{label!r}]." if label else ""

    def _repr_html_(self) -> str:
        import pandas as pd

        from equifinal.base.html import heading, not_observed, paragraph, piece, table

        rows = {
            label: {
                "method": self.methods[label].title,
                "result": f"{len(result.configurations)} configurations, {len(result.notes)} notes"
                if isinstance(result, Analysis)
                else f"failed: {result.exception}: {result.message}",
            }
            for label, result in self.items()
        }
        frame = pd.DataFrame.from_dict(rows, orient="index", columns=["method", "result"]).rename_axis("label")
        calibrated = self.calibrated
        about = f"{len(calibrated.cases)} cases, outcome {calibrated.outcome.name}, seed {self.seed}."
        banner = not_observed(calibrated.provenance, calibrated.note)
        return piece(heading(calibrated.title), banner, paragraph(about), table(frame, most=len(frame)))


def run(
    study: Study,
    methods: Any = None,
    n_jobs: int = 1,
    seed: int = 0,
    progress: bool = False,
    time_limit: float | None = None,
) -> Run:
    """Run methods on a study.

    Parameters
    ----------
    study
        What to analyse.
    methods
        Names or labels, :class:`~equifinal.Method` instances, or a dict from labels to these. ``None`` means every
        registered method with the study's parameters, but for those that wait until they are asked for
        (``Method.by_default``), and the study's variants. Parameters after a colon, written as in TOML,
        override the study's: ``"fsqca:pri_cutoff=0.7"``.
    n_jobs
        Number of processes; -1 uses all processors. The numbers do not depend on it.
    seed
        Seed of everything random, 0 or more.
    progress
        Whether to show a progress bar on stderr.
    time_limit
        Seconds allowed for a method's analysis and, in a comparison, for its refits and predictions together, its verdicts,
        its permutations and its advice. A step that takes longer is stopped and reported as failed. Methods then work in
        another process, which takes seconds to start. ``None``: no limit. The numbers do not depend on it.

    Returns
    -------
    Run
        A method that raises becomes a :class:`Failure`; the others' results stand.

    Raises
    ------
    InputError
        When the study, a method's name or a parameter is wrong; before any method runs.

    Examples
    --------
    >>> import equifinal as eq
    >>> run = eq.run(eq.load_study("heilongjiang"), methods=["fsqca"])
    >>> sorted(run["fsqca"].configurations.index)
    ['DEM*FIN*HUM', 'LEAD*DEM', 'LEAD*FIN*HUM']
    """
    if not isinstance(study, Study):
        raise InputError(f"run() takes a Study; use load_study(...) for a name or a path. Got {type(study).__name__}.")
    check_whole("seed", seed, minimum=0)
    check_jobs("n_jobs", n_jobs)
    check_time_limit(time_limit)
    chosen = choose_methods(study, methods)
    calibrated = study.calibrate()
    registry.current().notify("equifinal_after_calibration", calibrated=calibrated)
    results = {}
    for label, result in _results(chosen, calibrated, seed, n_jobs, progress, time_limit):
        results[label] = result
        if isinstance(result, Failure):
            registry.current().notify("equifinal_analysis_failed", failure=result)
            continue
        warn_of_changes(label, chosen[label], result.notes)
        registry.current().notify("equifinal_after_analysis", label=label, analysis=result, calibrated=calibrated)
    results = {label: results[label] for label in chosen}
    return Run(study, calibrated, chosen, results, seed, n_jobs, progress, manifest(study, chosen, seed), time_limit)


def _results(
    chosen: Mapping[str, Method],
    calibrated: CalibratedStudy,
    seed: int,
    n_jobs: int,
    progress: bool,
    time_limit: float | None,
) -> Iterator[tuple[str, Analysis | Failure]]:
    """Each label with its result, as each one ends; observers are told before each begins."""
    at_work = []
    for label, method in chosen.items():
        if problem := _not_picklable(method):
            yield label, _failure(label, problem, method)
        else:
            at_work.append(label)

    def tasks() -> Iterator[tuple[str, Method, CalibratedStudy, int]]:
        for label in at_work:
            registry.current().notify(
                "equifinal_before_analysis", label=label, method=chosen[label], calibrated=calibrated
            )
            yield label, chosen[label], calibrated, seed

    # With several processes joblib draws tasks in a thread of its own, so observers are told beforehand, in this one.
    drawn = tasks() if n_jobs == 1 else list(tasks())
    if time_limit is None:
        ended: Iterator[tuple[int, Any]] = as_they_end(_analyse, drawn, len(at_work), n_jobs, "Analysing", progress)
    else:
        ended = within_as_they_end(time_limit, "the analysis", _analyse, drawn, n_jobs)
    for number, outcome in ended:
        label = at_work[number]
        if isinstance(outcome, TimeLimitError):
            outcome = type(outcome).__name__, str(outcome), ""
        yield label, outcome if isinstance(outcome, Analysis) else _failure(label, outcome, chosen[label])


def _not_picklable(method: Method) -> tuple[str, str, str] | None:
    """Why a method cannot be sent to another process, even if it will work in this one; ``None`` if it can."""
    try:
        cloudpickle.dumps(method)
    except Exception as error:
        return type(error).__name__, str(error), traceback.format_exc()
    return None


def _failure(label: str, raised: tuple[str, str, str], method: Method) -> Failure:
    exception, message, trace = raised
    plugin, version = origin_of(method)
    return Failure(label, exception, message, trace, plugin, version)


def analyse(method: Method, calibrated: CalibratedStudy, rng: np.random.Generator) -> Analysis:
    """Let a method analyse a study, and check the analysis; warnings become notes."""
    given = calibrated.protected()
    with restored() as around, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        analysis = method.analyze(given, rng)
    if not isinstance(analysis, Analysis):
        raise TypeError(
            f"{type(method).__name__}.analyze must return an equifinal.Analysis, not {type(analysis).__name__}."
        )
    analysis.check_against(calibrated)
    check_texts(analysis)
    notes = [
        f"{each.category.__name__}: {' '.join(str(each.message).split())}" for each in caught if _is_for_readers(each)
    ]
    if changed := given.changed_from(calibrated):
        notes.append(changed_input(changed))
    if around:
        notes.append(changed_around(around, "while it was at work"))
    return dataclasses.replace(analysis, notes=[*analysis.notes, *dict.fromkeys(notes)]) if notes else analysis


def changed_input(changed: Iterable[str], when: str = "") -> str:
    """The note on a method that changed these tables, which were copies of its own."""
    return f"{_CHANGED} {when}({listing(dict.fromkeys(changed))}), a copy of its own: its numbers may rest on changed data."


def changed_around(around: Iterable[str], when: str) -> str:
    """The note on a method that changed these of what everybody in the process shares."""
    return f"It {changed_and_put_back(around, when)}."


def warn_of_changes(label: str, method: Method, notes: Iterable[str]) -> None:
    """Say aloud, with the plugin's name, which notes are on changed tables."""
    for note in notes:
        if note.startswith(_CHANGED):
            warnings.warn(f"Method {label!r} of {' '.join(origin_of(method))}: {note}", stacklevel=3)


def _is_for_readers(warning: warnings.WarningMessage) -> bool:
    return not issubclass(
        warning.category, (DeprecationWarning, PendingDeprecationWarning, FutureWarning, ImportWarning)
    )


def _analyse(label: str, method: Method, calibrated: CalibratedStudy, seed: int) -> Analysis | tuple[str, str, str]:
    try:
        analysis = analyse(method, calibrated, generator(seed, label))
        # Here, and not only on the way back from another process, so that it fails whatever n_jobs is.
        cloudpickle.dumps(analysis)
        return analysis
    except KeyboardInterrupt as error:
        error.add_note(f"while the method {label!r} was running")
        raise
    except BaseException as error:
        return type(error).__name__, message_of(error), traceback.format_exc()
