"""Running methods on a study."""

import dataclasses
import importlib.metadata
import platform
import traceback
import warnings
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import cloudpickle
import numpy as np

from equifinal import advice, registry
from equifinal.analysis import Analysis
from equifinal.calibrated_study import CalibratedStudy
from equifinal.errors import InputError, did_you_mean, listing
from equifinal.method import Method
from equifinal.parallel import work
from equifinal.study import Study
from equifinal.time_limit import TimeLimitError, check_time_limit, within_for_each

__all__ = ["Failure", "Run", "check_whole", "generator", "run"]

#: Packages whose versions can change a number.
_PACKAGES = ("equifinal", "numpy", "pandas", "scipy", "scikit-learn", "statsmodels")

#: How the note on a method begins that did not leave the study as it was.
_CHANGED = "It changed its input"


@dataclass(frozen=True)
class Failure:
    """A method that raised an exception, and what it was."""

    label: str
    exception: str
    message: str
    traceback: str = field(repr=False)
    plugin: str
    version: str

    def __str__(self) -> str:
        said = f"{self.exception}: {' '.join(self.message.split())}".removesuffix(": ")
        return f"{self.label}: {said} (plugin {self.plugin} {self.version})".replace(" )", ")")

    def _repr_html_(self) -> str:
        from equifinal.base.html import heading, paragraph, piece
        from equifinal.base.words import SIGNS

        return piece(heading(f"{SIGNS['contradicted']} {self.label} failed"), paragraph(str(self)))


@dataclass(frozen=True, eq=False)
class Run(Mapping[str, Analysis | Failure]):
    """The analyses of one study: a mapping from method labels to an :class:`Analysis` or a :class:`Failure`.

    Attributes
    ----------
    study, calibrated
        What was analysed.
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
        study = self.calibrated
        about = f"{len(study.cases)} cases, outcome {study.outcome.name}, seed {self.seed}."
        banner = not_observed(study.provenance, study.note)
        return piece(heading(study.title), banner, paragraph(about), table(frame, most=len(frame)))


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
        Names or labels, :class:`~equifinal.Method` instances, or a dict from labels to instances. ``None`` means every
        registered method with the study's parameters, and the study's variants.
    n_jobs
        Number of processes; -1 uses all processors. The numbers do not depend on it.
    seed
        Seed of everything random, 0 or more.
    progress
        Whether to show a progress bar on stderr.
    time_limit
        Seconds that a method's analysis may take, and when it is compared, its refits and predictions together, its
        verdicts, its permutations, its advice. What takes longer is stopped, and reported as what failed. Methods then
        work in another process, which takes seconds to start. ``None``: no limit. The numbers do not depend on it.

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
    check_whole("n_jobs", n_jobs)
    check_time_limit(time_limit)
    chosen = choose_methods(study, methods)
    calibrated = study.calibrate()
    plugins = registry.current()
    plugins.notify("equifinal_after_calibration", study=calibrated)
    for method in chosen.values():
        plugins.notify("equifinal_before_analysis", study=calibrated, method=method)
    stuck = {label: problem for label, method in chosen.items() if (problem := _not_picklable(method))}
    tasks = [(label, method, calibrated, seed) for label, method in chosen.items() if label not in stuck]
    if time_limit is None:
        outcomes: Iterable[Any] = work(_analyse, tasks, n_jobs, "Analysing", progress)
    else:
        outcomes = within_for_each(time_limit, "the analysis", _analyse, tasks, n_jobs)
    results: dict[str, Analysis | Failure] = {}
    found: Iterator[Any] = iter(outcomes)
    for label in chosen:
        outcome = stuck[label] if label in stuck else next(found)
        if isinstance(outcome, Analysis):
            results[label] = outcome
            for note in outcome.notes:
                if note.startswith(_CHANGED):
                    warnings.warn(f"Method {label!r} of {' '.join(_origin(chosen[label]))}: {note}", stacklevel=2)
            plugins.notify("equifinal_after_analysis", study=calibrated, analysis=outcome)
        else:
            if isinstance(outcome, TimeLimitError):
                outcome = type(outcome).__name__, str(outcome), ""
            results[label] = _failure(label, outcome, chosen[label])
    return Run(study, calibrated, chosen, results, seed, n_jobs, progress, _manifest(study, chosen, seed), time_limit)


def _not_picklable(method: Method) -> tuple[str, str, str] | None:
    """Why a method cannot travel to another process, wherever it will work; ``None`` when it can."""
    try:
        cloudpickle.dumps(method)
    except Exception as error:
        return type(error).__name__, str(error), traceback.format_exc()
    return None


def _failure(label: str, raised: tuple[str, str, str], method: Method) -> Failure:
    exception, message, trace = raised
    plugin, version = _origin(method)
    return Failure(label, exception, message, trace, plugin, version)


def generator(seed: int, label: str, *further: int) -> np.random.Generator:
    """A random generator that depends on nothing but the seed, the method's label and further numbers."""
    return np.random.default_rng([seed, zlib.crc32(label.encode()), *further])


def analyse(method: Method, study: CalibratedStudy, rng: np.random.Generator) -> Analysis:
    """Let a method analyse a study, and check what it returns; warnings become notes."""
    given = study.protected()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        analysis = method.analyze(given, rng)
    if not isinstance(analysis, Analysis):
        raise TypeError(
            f"{type(method).__name__}.analyze must return an equifinal.Analysis, not {type(analysis).__name__}."
        )
    analysis.check_against(study)
    said = [
        f"{each.category.__name__}: {' '.join(str(each.message).split())}" for each in caught if _is_for_readers(each)
    ]
    if changed := given.changed_from(study):
        said.append(f"{_CHANGED} ({listing(changed)}), a copy of its own: its figures may rest on changed data.")
    return dataclasses.replace(analysis, notes=[*analysis.notes, *dict.fromkeys(said)]) if said else analysis


def _is_for_readers(warning: warnings.WarningMessage) -> bool:
    return not issubclass(
        warning.category, (DeprecationWarning, PendingDeprecationWarning, FutureWarning, ImportWarning)
    )


def _analyse(label: str, method: Method, study: CalibratedStudy, seed: int) -> Analysis | tuple[str, str, str]:
    try:
        analysis = analyse(method, study, generator(seed, label))
        # Here, and not only on the way back from another process, so that it fails whatever n_jobs is.
        cloudpickle.dumps(analysis)
        return analysis
    except KeyboardInterrupt as error:
        error.add_note(f"while the method {label!r} was at work")
        raise
    except BaseException as error:
        return type(error).__name__, str(error), traceback.format_exc()


# ------------------------------------------------------------------------------------------- choosing methods


class _PluginMissingError(InputError):
    """A study has parameters for a method that nobody offers, perhaps because its plugin is off or broken: no reason to stop."""


def choose_methods(study: Study, methods: Any = None) -> dict[str, Method]:
    """Build the methods to run, by label, from what :func:`run` accepts."""
    configured = _configured(study)
    if methods is None:
        for label, built in configured.items():
            if isinstance(built, InputError) and label in study.methods and not isinstance(built, _PluginMissingError):
                raise built
        # A stranger's method that cannot do without parameters waits until it is asked for.
        wanted: dict[str, Any] = {label: label for label, each in configured.items() if isinstance(each, Method)}
    elif isinstance(methods, Mapping):
        wanted = dict(methods)
    else:
        wanted = {}
        if isinstance(methods, (str, Method)) or not isinstance(methods, Iterable):
            methods = [methods]
        for each in methods:
            label = each.name if isinstance(each, Method) else str(each)
            if label in wanted:
                raise InputError(
                    f"The method {label!r} is asked for twice. Name it once; two versions of it need labels: "
                    f"[methods.first] with method = {label!r} in the study, or methods={{'first': ..., 'second': ...}}."
                )
            wanted[label] = each
    for label in wanted:
        taken = label in ("outcome", *advice.COLUMNS) or (isinstance(label, str) and label.startswith("baseline:"))
        if taken or not isinstance(label, str) or not label.strip():
            raise InputError(
                f"A method cannot have the label {label!r}, which the comparison's tables use. Choose another."
            )
    for label, built in configured.items():
        if isinstance(built, InputError) and label in study.methods and label not in wanted:
            warnings.warn(f"{built} It is left out, and the others run.", stacklevel=3)
    if not wanted:
        raise InputError(f"No method to run. {did_you_mean('', configured)}")
    return {label: _one(each, configured, study) for label, each in wanted.items()}


def _one(each: Any, configured: Mapping[str, Method | InputError], study: Study) -> Method:
    if isinstance(each, Method):
        return each
    if not isinstance(each, str):
        raise InputError(f"A method is a name, a label of the study, or a Method instance; not {each!r}.")
    if each not in configured:
        contested = registry.methods().contested.get(each)
        raise InputError(
            contested or f"Study {study.name!r}: unknown method {each!r}. {did_you_mean(each, configured)}"
        )
    found = configured[each]
    if isinstance(found, InputError):
        raise found
    return found


def _configured(study: Study) -> dict[str, Method | InputError]:
    """Every registered method with the study's parameters, then the study's variants."""
    known = registry.methods()
    tables: dict[str, dict[str, Any]] = {name: {} for name in known} | {k: dict(v) for k, v in study.methods.items()}
    configured: dict[str, Method | InputError] = {}
    for label, table in tables.items():
        where = f"Study {study.name!r}, [methods.{label}]: "
        name = table.pop("method", label)
        if label in known and name != label:
            raise InputError(
                f"{where}{label!r} is a method's own name, so it cannot stand for {name!r}. Choose another label."
            )
        if name not in known:
            hint = "" if "method" in study.methods.get(label, {}) else ' A variant names its method: method = "...".'
            problem = f"{where}unknown method {name!r}. {did_you_mean(str(name), known)}"
            plugins = registry.plugins().values()
            faulty = [each.name for each in plugins if each.problems]
            if faulty or any(each.switched_off for each in plugins):
                hint = f" Plugins that could not be used: {listing(faulty)}." if faulty else ""
                hint += " See 'equifinal list plugins'."
                configured[label] = _PluginMissingError(f"{problem}{hint}")
            else:
                configured[label] = InputError(f"{problem}{hint}")
            continue
        try:
            configured[label] = known[name].cls.from_parameters(table, where)
        except InputError as error:
            if label in study.methods:
                raise
            configured[label] = error
        except Exception as error:
            raise InputError(f"{where}{type(error).__name__}: {error}") from error
    return configured


def check_whole(name: str, value: Any, minimum: int | None = None) -> None:
    """Raise an :class:`InputError` unless the value is a whole number from `minimum` on (without: any but 0, as for n_jobs)."""
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not whole or (value == 0 and minimum is None) or (minimum is not None and value < minimum):
        allowed = (
            f"a whole number, {minimum} or more" if minimum is not None else "a whole number: 1, 2, ..., or -1 for all"
        )
        raise InputError(f"{name} = {value!r}. It must be {allowed}.")


# ------------------------------------------------------------------------------------------------- manifest


def _origin(method: Method) -> tuple[str, str]:
    entry = registry.methods().get(method.name)
    if entry is not None and entry.cls is type(method):
        return f"{entry.plugin.name} ({entry.plugin.distribution})", entry.plugin.version
    return f"{type(method).__module__} (not registered)", ""


def _manifest(study: Study, methods: Mapping[str, Method], seed: int) -> dict[str, Any]:
    return {
        "generator": "equifinal",
        "version": importlib.metadata.version("equifinal"),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "study": study.name,
        "title": study.title,
        "provenance": study.provenance,
        "note": study.note,
        "outcome": study.outcome.name,
        "conditions": [condition.name for condition in study.conditions],
        "cases": len(study.data),
        "data_sha256": study.data_hash,
        "calibration": {
            variable.name: {
                "column": variable.column,
                "calibrator": variable.calibrator.name,
                **variable.calibrator.parameters(),
            }
            for variable in study.variables
            if variable.calibrator is not None
        },
        "methods": {
            label: {
                "method": method.name,
                "plugin": " ".join(_origin(method)).strip(),
                "parameters": method.parameters(),
            }
            for label, method in methods.items()
        },
        "seed": int(seed),
        "plugins": {name: plugin.origin for name, plugin in registry.plugins().items()},
        "packages": {"python": platform.python_version()}
        | {name: importlib.metadata.version(name) for name in _PACKAGES},
    }
