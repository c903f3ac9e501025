"""From moved settings to a changed study, its methods' results, the differences, and the saved study. No web library."""

import dataclasses
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

import equifinal as eq
from equifinal.errors import listing
from equifinal.plain import CASE_TYPES, MISSING, counted
from equifinal_explore.settings import Setting, changed_table, settings_of_method, settings_of_set

#: The moved settings: (``"set"`` or ``"method"``, its name, the parameter's name) to the value.
Moved = Mapping[tuple[str, str, str], Any]

#: Stands beside every change, on the page and in a saved study.
ADVICE = (
    "A result found by moving anchors or cutoffs until it appears is not tested by these data: give a reason for each change "
    "from outside the data, report the search, and report the results before and after."
)


@dataclass(frozen=True)
class Change:
    """One setting that differs from the study's own."""

    kind: str
    owner: str
    setting: Setting
    value: Any

    def __str__(self) -> str:
        return f"{self.setting.name} of {self.owner}: {_said(self.setting.value)} → {_said(self.value)}"


@dataclass(frozen=True, eq=False)
class Findings:
    """What one method says about the study with its changes."""

    label: str
    calibrated: eq.CalibratedStudy
    analysis: eq.Analysis

    @property
    def paths(self) -> list[str]:
        """The labels of the paths (clusters, profiles)."""
        return [str(label) for label in self.analysis.configurations.index]

    def lost_and_gained(self, own: "Findings") -> tuple[list[str], list[str]]:
        """The paths that only the study's own settings give, and those that only these give."""
        return [path for path in own.paths if path not in self.paths], [p for p in self.paths if p not in own.paths]

    def fit_beside(self, own: "Findings") -> pd.DataFrame:
        """The method's measures of fit: now, with the study's own settings, and the difference."""
        now, before = pd.Series(self.analysis.fit, dtype=float), pd.Series(own.analysis.fit, dtype=float)
        table = pd.DataFrame({"now": now, "own": before}).reindex([*now.index, *before.index.difference(now.index)])
        return table.assign(difference=table["now"] - table["own"])

    def crossed(self, own: "Findings") -> pd.DataFrame:
        """The cases that are on another side of a set's crossover than with the study's own anchors.

        Returns
        -------
        pandas.DataFrame
            One row per set that differs, with lists of cases: ``in`` (now above 0.5), ``out`` (now below) and ``neither``
            (now at exactly 0.5).
        """
        rows = {}
        for name in self.calibrated.fuzzy:
            now, before = self.calibrated.crisp[name], own.calibrated.crisp[name]
            moved = ~((now == before) | (now.isna() & before.isna()))
            if moved.any():
                sides = {"in": now == 1, "out": now == 0, "neither": now.isna()}
                rows[name] = {side: [str(case) for case in now.index[moved & on]] for side, on in sides.items()}
        return pd.DataFrame.from_dict(rows, orient="index", columns=["in", "out", "neither"])

    def rows_that_turned(self, own: "Findings") -> dict[str, tuple[str, str]]:
        """Rows of the truth table whose output value differs from that with the study's own settings: before, and now.

        A row that is not observed has the value ``MISSING``.
        """
        now, before = (_outputs(each.analysis) for each in (self, own))
        pairs = {row: (before.get(row, MISSING), now.get(row, MISSING)) for row in now | before}
        return {row: values for row, values in pairs.items() if values[0] != values[1]}

    def kinds_of_cases(self) -> dict[str, list[str]]:
        """The cases by what the method's prediction and the outcome say of them; a case at exactly 0.5 is in none."""
        types = eq.case_types(self.analysis.cases["predicted"], self.calibrated.fuzzy[self.calibrated.outcome.name])
        return {kind: [str(case) for case in types.index[types == kind]] for kind in CASE_TYPES}


class Exploration:
    """A study, and what it becomes when settings are moved.

    Parameters
    ----------
    study
        Everything is compared with its own settings.
    file
        The ``study.toml`` it comes from; a saved study keeps the comments in it.

    Attributes
    ----------
    sets : dict
        The settings of each set with a calibration.
    methods : dict
        The settings of each method, by label.

    Raises
    ------
    InputError
        When the study cannot be calibrated, or a parameter of a method is wrong.

    Examples
    --------
    >>> import equifinal as eq
    >>> exploration = Exploration(eq.load_study("open-data-barometer-2014"))
    >>> moved = {("method", "fsqca", "pri_cutoff"): 0.59}
    >>> [str(change) for change in exploration.changes(moved)]
    ['pri_cutoff of fsqca: 0.6 → 0.59']
    >>> exploration.findings(moved, "fsqca").lost_and_gained(exploration.findings({}, "fsqca"))
    ([], ['LEAD*FIN*HUM'])
    """

    def __init__(self, study: eq.Study, file: Path | None = None) -> None:
        self.study, self.file = study, file
        run = eq.run(study)
        variables = (study.outcome, *study.conditions)
        self.sets = {v.name: settings_of_set(v, study.raw[v.name]) for v in variables if v.calibrator is not None}
        self.methods = {label: settings_of_method(method, study.raw) for label, method in run.methods.items()}
        #: The method shown first: the first whose paths claim to be sufficient, as those of a QCA do.
        self.first = next((label for label, method in run.methods.items() if method.sufficient_paths), next(iter(run)))
        self._one_at_a_time = threading.RLock()
        self._run = lru_cache(maxsize=32)(self._run_uncached)
        self._verdicts = lru_cache(maxsize=8)(self._verdicts_uncached)

    def setting(self, kind: str, owner: str, name: str) -> Setting:
        """One setting."""
        owners = self.sets if kind == "set" else self.methods
        return next(setting for setting in owners[owner] if setting.name == name)

    def changes(self, moved: Moved) -> list[Change]:
        """The differences from the study's own settings, sets first.

        Raises
        ------
        InputError
            When a number is missing.
        """
        found = []
        for kind, owners in (("set", self.sets), ("method", self.methods)):
            for owner, settings in owners.items():
                for setting in settings:
                    key = (kind, owner, setting.name)
                    if key not in moved or moved[key] == setting.value:
                        continue
                    value = moved[key]
                    if value is None and not setting.choices:
                        raise eq.InputError(f"{setting.name} of {owner} has no number. Give one, or reset {owner}.")
                    if isinstance(value, float) and value.is_integer() and isinstance(setting.value, int):
                        value = int(value)
                    if value != setting.value:
                        found.append(Change(kind, owner, setting, value))
        return found

    def changed(self, moved: Moved) -> eq.Study:
        """The study with the settings moved; the study itself when none is.

        Raises
        ------
        InputError
            When a calibrator refuses its anchors, for example because they are out of order; in the calibrator's words.
        """
        return self._changed(self.changes(moved))

    def _changed(self, changes: Sequence[Change]) -> eq.Study:
        study = self.study
        if not changes:
            return study
        of_sets: dict[str, dict[Any, Any]] = {}
        of_methods: dict[str, dict[Any, Any]] = {}
        for change in changes:
            owners = of_sets if change.kind == "set" else of_methods
            owners.setdefault(change.owner, {})[change.setting.path] = change.value
        methods = dict(study.methods)
        for label, changed in of_methods.items():
            methods[label] = changed_table(_complete(methods.get(label, {}), changed, self.methods[label]), changed)

        def calibrated(variable: eq.Variable) -> eq.Variable:
            if variable.name not in of_sets:
                return variable
            return dataclasses.replace(variable, calibrate=changed_table(variable.calibration, of_sets[variable.name]))

        try:
            outcome, conditions = calibrated(study.outcome), [calibrated(each) for each in study.conditions]
        except eq.InputError as error:
            raise eq.InputError(f"Study {study.name!r}: {error}") from None
        return dataclasses.replace(study, outcome=outcome, conditions=conditions, methods=methods, case=None)

    def findings(self, moved: Moved, label: str) -> Findings:
        """The findings of a method with these settings.

        Raises
        ------
        InputError
            When the settings cannot be used, or the method failed; in the calibrator's or the method's words.
        """
        with self._one_at_a_time:  # a page in a second tab waits
            run = self._run(tuple(map(_key, self.changes(moved))), label)
        result = run[label]
        if isinstance(result, eq.Failure):
            raise eq.InputError(f"The method {label} failed: {result.message}")
        return Findings(label, run.calibrated, result)

    def verdicts(self, moved: Moved, labels: Sequence[str]) -> pd.DataFrame:
        """The verdicts of methods on the study's propositions: a row each, a column per method.

        A method that fails has no column.
        """
        if not self.study.propositions:
            return pd.DataFrame()
        with self._one_at_a_time:
            return self._verdicts(tuple(map(_key, self.changes(moved))), tuple(labels))

    def _run_uncached(self, keys: tuple[Any, ...], *labels: str) -> eq.Run:
        return eq.run(self._changed([self._change(key) for key in keys]), methods=labels)

    def _verdicts_uncached(self, keys: tuple[Any, ...], labels: tuple[str, ...]) -> pd.DataFrame:
        return eq.compare(self._run_uncached(keys, *labels), evidence=False).verdicts

    def _change(self, key: tuple[str, str, str, Any]) -> Change:
        kind, owner, name, value = key
        return Change(kind, owner, self.setting(kind, owner, name), value)

    def note(self, moved: Moved) -> str:
        """The note of a saved study: the study's own, then its changes."""
        changes = self.changes(moved)
        if not changes:
            return self.study.note
        said = (
            f"Explored: {counted(len(changes), 'setting differs', 'settings differ')} from the study "
            f"{self.study.name!r} ({listing(map(str, changes), most=len(changes))}). {ADVICE}"
        )
        return f"{self.study.note.rstrip()}\n\n{said}".lstrip()

    def to_save(self, moved: Moved, name: str = "") -> eq.Study:
        """The study to save: with the changes, a note on them, and a name of its own.

        Everything else (data, labels, propositions, provenance, source, licence) is the study's.
        """
        study = self.changed(moved)
        return dataclasses.replace(
            study, name=name or study.name, note=self.note(moved), case=None, propositions=study.propositions
        )

    def save(self, moved: Moved, path: str | Path, name: str = "", overwrite: bool = False) -> list[Path]:
        """Write the study with its changes; see :func:`equifinal.save_study`.

        Raises
        ------
        InputError
            When the settings cannot be used, or a file exists already and `overwrite` is false. Then nothing is written.
        """
        study = self.to_save(moved, name)
        study.calibrate()  # settings with which no method could run are not saved
        for label in {change.owner for change in self.changes(moved) if change.kind == "method"}:
            self.findings(moved, label)
        return eq.save_study(study, path, overwrite, own=self.file)


def _complete(table: Mapping[str, Any], changed: Mapping[Any, Any], settings: Sequence[Setting]) -> dict[str, Any]:
    """A method's table in the study, completed by the defaults of those lists of which only a part is changed."""
    complete = dict(table)
    for path in changed:
        if len(path) > 1 and path[0] not in complete:
            complete[path[0]] = [each.value for each in settings if each.path[0] == path[0]]
    return complete


def _outputs(analysis: eq.Analysis) -> dict[str, str]:
    """Output values of the truth table by the configuration's name; empty where a method has no truth table."""
    table = analysis.tables.get("truth_table")
    if table is None or "out" not in table:
        return {}
    conditions = [name for name in analysis.conditions.index if name in table]
    return {configuration(row, conditions): str(row["out"]) for _, row in table.iterrows()}


def configuration(row: pd.Series, conditions: Sequence[str]) -> str:
    """The name of a row of a truth table.

    >>> configuration(pd.Series({"A": 1, "B": 0}), ["A", "B"])
    'A*~B'
    """
    literals = {0: "~{}", 1: "{}"}
    return "*".join(
        literals[row[name]].format(name) if row[name] in literals and row[name] < 2 else f"{name}[{row[name]}]"
        for name in conditions
    )


def _key(change: Change) -> tuple[str, str, str, Any]:
    return change.kind, change.owner, change.setting.name, change.value


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "not given" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
