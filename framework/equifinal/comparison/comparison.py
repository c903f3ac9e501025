"""Comparing what methods say of the same cases.

Only the standard tables, the verdicts and the common yardstick are read: nothing here asks which method it is looking at.
"""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from equifinal.base.folder import is_report, write_folder
from equifinal.base.own import Handing, computed_once
from equifinal.base.readable import WIDTH, OneScreen, in_short, wrapped
from equifinal.base.surroundings import changed_and_put_back, restored
from equifinal.base.words import DECIDED, KEY, UNTESTED_KEY, banner, counted
from equifinal.comparison.agreement import agreement
from equifinal.comparison.asymmetry import Asymmetry, asymmetry
from equifinal.comparison.contrarian import ContrarianCases, contrarian_cases, disagreements
from equifinal.comparison.counting import Demands
from equifinal.comparison.evidence import Evidence, in_shape_of
from equifinal.comparison.families import families, findings
from equifinal.comparison.fit import Yardstick
from equifinal.comparison.headline import Headline, headline
from equifinal.comparison.intervals import agreement_intervals, differences
from equifinal.comparison.measures import LEADING, OUT_OF_SAMPLE, Measure
from equifinal.comparison.panels import ByTime, by_time
from equifinal.comparison.shown import Shown, shown_by
from equifinal.comparison.standing import in_cells, shown_directions
from equifinal.comparison.summary import summary
from equifinal.errors import FAULTS, listing
from equifinal.method.analysis import Analysis
from equifinal.method.run import Failure, Run
from equifinal.plugin import registry
from equifinal.plugin.loading import PROJECT
from equifinal.plugin.requests import choose_outputs
from equifinal.study.calibrated import CalibratedStudy
from equifinal.study.study import Study

_TABLES = ("verdicts", "evidence", "conditions", "cases", "fit", "advice", "notes")
#: The measures that a notebook shows of a comparison.
_IN_A_NOTEBOOK = tuple(f"{name}{OUT_OF_SAMPLE}" for name in (*LEADING, "spearman", "calibration_slope"))


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(OneScreen):
    """What several methods say of one study, side by side.

    Attributes
    ----------
    verdicts : pandas.DataFrame
        Index: propositions; columns: methods; cells: ``supported``, ``contradicted``, ``inconclusive`` or ``silent``.
    verdict_evidence : pandas.DataFrame
        The same shape: a sentence with the numbers behind each verdict.
    propositions : pandas.DataFrame
        Index: id; ``text``, ``claim`` (its kind), ``where``: those that methods are asked about.
    descriptions : pandas.DataFrame
        Index: id; ``answer`` and ``evidence`` of the propositions that the cases alone answer, such as ``member`` and ``level``.
    conditions : pandas.DataFrame
        Index: conditions; columns (method, ``role`` | ``direction`` | ``importance`` | ``importance_error``). Role is the method's
        own; direction and importance come from the common yardstick (direction from the method where it cannot predict).
    cases : pandas.DataFrame
        Index: cases; columns ``outcome`` and (method, ``group`` | ``predicted`` | ``type``).
    fit : pandas.DataFrame
        Index: methods and three baselines; the measures in and out of sample (``NAME`` and ``NAME_out_of_sample`` for each of
        `measures`), and the number of folds.
    advice : pandas.DataFrame
        One row per case without the outcome and sufficient path; see :mod:`equifinal.comparison.advice`.
    failures : dict
        Methods that failed, by label.
    notes : pandas.DataFrame
        ``about`` (the study, the comparison or a method) and ``note``.
    yardsticks : dict
        The measures and out-of-sample predictions of each method, by label; see :class:`equifinal.comparison.fit.Yardstick`.
    permutations : pandas.DataFrame or None
        How often each method reaches its fit when the outcome is permuted; see :mod:`equifinal.comparison.permutation_test`.
        ``None`` unless it was asked for.
    measures : tuple of Measure
        The measures that it was made with, those of plugins last; each says in which words it is shown.
    demands : Demands or None
        What was asked of evidence, ``None`` when none was gathered; see :class:`equifinal.comparison.counting.Demands`.
    gathered : Evidence
        The tables behind the properties below; without rows when no evidence was gathered.
    folds
        How cases were held out, as :func:`equifinal.compare` was told.
    """

    run: Run
    verdicts: pd.DataFrame
    verdict_evidence: pd.DataFrame
    propositions: pd.DataFrame
    descriptions: pd.DataFrame
    conditions: pd.DataFrame
    cases: pd.DataFrame
    fit: pd.DataFrame
    advice: pd.DataFrame
    notes: pd.DataFrame
    yardsticks: Mapping[str, Yardstick]
    permutations: pd.DataFrame | None
    measures: tuple[Measure, ...]
    demands: Demands | None = None
    gathered: Evidence = field(default_factory=Evidence)
    folds: Any = None

    @property
    def evidence(self) -> pd.DataFrame:
        """What stands behind each verdict.

        Index: proposition (``id``) and ``method``. ``answer``; ``asserts``: whether it asserts a relation (otherwise it
        denies one, or decides nothing); ``basis``: in which worlds without the relation the method was asked again; ``b`` of
        ``worlds`` gave such an answer at least as strongly, and ``by_chance`` is (b + 1) / (worlds + 1); ``resampling``: how
        cases were resampled; ``stable``: the share of ``resamples`` with the same answer; ``low`` and ``high``: for a claim about
        importances, the 95 % interval of the difference; ``failed``: refits that failed;
        ``firm``; ``unsettled``: the number of worlds or resamples does not settle the mark; ``lacks``: what keeps the verdict
        from being firm. Numbers are missing where they do not apply. No rows when no evidence was gathered.
        """
        return self.gathered.verdicts

    @property
    def direction_evidence(self) -> pd.DataFrame:
        """The same behind each direction: index ``condition`` and ``method``, ``answer`` -1, 0 or 1."""
        return self.gathered.directions

    @property
    def importance_evidence(self) -> pd.DataFrame:
        """Importances over resamples: index ``condition`` and ``method``; ``importance``, ``low`` and ``high`` (95 %), and more."""
        return self.gathered.importances

    @computed_once
    def by_chance(self) -> pd.DataFrame:
        """How often chance gives the verdict in worlds without the relation; in the shape of `verdicts`, NaN where undefined."""
        return in_shape_of(self.verdicts, self.evidence["by_chance"], float("nan"))

    @computed_once
    def stable(self) -> pd.DataFrame:
        """The share of resampled case sets with the same verdict; in the shape of `verdicts`, NaN where undefined."""
        return in_shape_of(self.verdicts, self.evidence["stable"], float("nan"))

    @computed_once
    def firm(self) -> pd.DataFrame:
        """Which verdicts are firm; booleans in the shape of `verdicts`."""
        return in_shape_of(self.verdicts, self.evidence["firm"], False)

    @computed_once
    def loose(self) -> pd.DataFrame:
        """Which verdicts decide something without being firm; booleans in the shape of `verdicts`."""
        return self.verdicts.isin(DECIDED) & ~self.firm

    @computed_once
    def unsettled(self) -> pd.DataFrame:
        """Which marks the number of worlds or resamples does not settle, shown as ≈; booleans in the shape of `verdicts`."""
        return in_shape_of(self.verdicts, self.evidence["unsettled"], False)

    @computed_once
    def firm_together(self) -> pd.DataFrame:
        """Which verdicts stay firm when all claims and conditions are tested together; booleans in the shape of `verdicts`."""
        return in_shape_of(self.verdicts, self.gathered.firm_together, False)

    @computed_once
    def firm_directions(self) -> pd.DataFrame:
        """Which directions are firm; booleans, conditions × methods."""
        return in_shape_of(self._conditions_by_method, self.direction_evidence["firm"], False)

    @computed_once
    def firm_directions_together(self) -> pd.DataFrame:
        """Which directions stay firm when all claims and conditions are tested together; booleans, conditions × methods."""
        return in_shape_of(self._conditions_by_method, self.gathered.firm_directions_together, False)

    @property
    def _conditions_by_method(self) -> pd.DataFrame:
        """An empty table of conditions × methods."""
        return pd.DataFrame(index=self.conditions.index, columns=pd.Index(list(self.analyses), name="method"))

    @computed_once
    def shown_directions(self) -> pd.DataFrame:
        """The directions that are firm, 1 or -1, and 0 for the others; conditions × methods."""
        return shown_directions(self)

    @computed_once
    def marks(self) -> pd.DataFrame:
        """Each verdict as one cell: its sign and the share by chance (of a denial: stable), or the number that fails."""
        return in_cells(self, "mark")

    @computed_once
    def standing(self) -> pd.DataFrame:
        """What stands behind each verdict in a sentence, in the shape of `verdicts`; empty where nothing does."""
        return in_cells(self, "sentence")

    @computed_once
    def findings(self) -> pd.DataFrame:
        """What each kind of methods finds, propositions × families: only verdicts that stay firm together count.

        See :func:`equifinal.comparison.families.findings`.
        """
        return findings(self.verdicts, self.firm_together, families(self.analyses))

    @property
    def caveats(self) -> list[str]:
        """What to know before the verdicts: the study's own note, unless the banner has it, and on which cutoffs results turn."""
        own = [] if self.banner else [" ".join(self.calibrated.note.split())]
        rows = self.notes.itertuples(index=False, name=None)
        turning = [f"{about}: {note}" for about, note in rows if about in self.analyses and "turns on" in note]
        return [note for note in own if note] + turning

    @property
    def by_chance_alone(self) -> pd.DataFrame:
        """How many firm verdicts chance alone would bring: index methods and ``together``.

        ``verdicts``: how many assert something; ``firm``: how many of these are firm; ``expected``: the mean number over
        ``worlds`` in which the outcome is permuted, each world's strength ranked among the others; ``as_many``: the share of
        worlds with as many as are firm. Nothing is resampled there, so these are upper bounds; denials, and claims about
        importances, are left out.
        """
        return self.gathered.by_chance_alone

    @property
    def analyses(self) -> dict[str, Analysis]:
        """The analyses that succeeded, by label."""
        return self.run.analyses

    @property
    def failures(self) -> dict[str, Failure]:
        """The methods that failed, by label."""
        return self.run.failures

    @property
    def study(self) -> Study:
        """The study as declared."""
        return self.run.study

    @property
    def calibrated(self) -> CalibratedStudy:
        """The calibrated study."""
        return self.run.calibrated

    @property
    def manifest(self) -> Mapping[str, Any]:
        """What anyone needs to repeat this: data hash, parameters, versions, plugins, seed."""
        folds = self.folds if self.folds is None or isinstance(self.folds, int) else repr(self.folds)
        asked = {"evidence": None if self.demands is None else asdict(self.demands), "folds": folds}
        if self.permutations is None or self.permutations.empty:
            return {**self.run.manifest, **asked}
        done = self.permutations.iloc[0]
        return {**self.run.manifest, **asked, "permutations": int(done["permutations"] + done["failed"])}

    @property
    def banner(self) -> str:
        """What to show above everything when the data were not observed; empty when they were."""
        return banner(self.calibrated.provenance, self.calibrated.note)

    @computed_once
    def agreement(self) -> dict[str, pd.DataFrame]:
        """``predictions``, ``groups``, ``importance``, ``directions``, ``verdicts``: methods × methods.

        See :func:`equifinal.comparison.agreement.agreement`.
        """
        directions = {label: self._directions[label] for label in self.analyses}
        marks = (None, None) if self.demands is None else (self.firm, self.firm_directions)
        return agreement(self.analyses, self.yardsticks, directions, self.verdicts, *marks)

    @computed_once
    def differences(self) -> pd.DataFrame:
        """Pairs of methods: differences out of sample with intervals; see :func:`equifinal.comparison.intervals.differences`."""
        return differences(self.analyses, self.yardsticks, self.calibrated, self.measures)

    @computed_once
    def agreement_intervals(self) -> dict[str, pd.DataFrame]:
        """Pairs of methods: agreement with bootstrap intervals; see :func:`equifinal.comparison.intervals.agreement_intervals`."""
        found = agreement_intervals(self.analyses, self.yardsticks, self.agreement, self.calibrated, self.run.seed)
        if self.demands is not None:
            found.pop("directions", None)  # resampled signs of all directions say nothing about the firm ones
        return found

    @computed_once
    def summary(self) -> list[str]:
        """What the tables say, in sentences; see :mod:`equifinal.comparison.summary`."""
        return summary(self)

    @computed_once
    def headline(self) -> Headline:
        """The shortest answer: what the methods agree on, and where they disagree."""
        return headline(self)

    def summarize(self, texts: bool = True, evidence: bool = True) -> list[str]:
        """The summary with or without the propositions' texts, and the evidence where methods disagree."""
        return summary(self, texts, evidence)

    @computed_once
    def disagreements(self) -> pd.DataFrame:
        """Cases by how far apart methods predict them; see :func:`equifinal.comparison.contrarian.disagreements`."""
        return disagreements(self.cases)

    @computed_once
    def contrarian(self) -> ContrarianCases:
        """Cases that run against the direction of a condition; see :func:`equifinal.comparison.contrarian.contrarian_cases`."""
        return contrarian_cases(self.calibrated, self._directions if self.demands is None else self.shown_directions)

    @cached_property
    def asymmetry(self) -> Asymmetry:
        """The same methods on the absence of the outcome, run when first asked for; see :mod:`equifinal.comparison.asymmetry`."""
        found = asymmetry(self.run, self._directions)
        vars(self).pop("facets", None)  # facets were asked without it
        return found

    @property
    def with_asymmetry(self) -> bool:
        """Whether :attr:`asymmetry` was asked for; outputs then include it."""
        return "asymmetry" in vars(self)

    @computed_once
    def by_time(self) -> ByTime:
        """In a panel, paths and numbers at each time, and units that change paths; see :mod:`equifinal.comparison.panels`."""
        return by_time(self.run, self.yardsticks, self.measures)

    @computed_once
    def facets(self) -> dict[str, Shown]:
        """What there is to show, by name: the list that every output walks; see :class:`equifinal.Facet`.

        Each facet is asked once. One that raises becomes a warning that names it, and a sentence in its place.
        """
        return {name: shown_by(entry, self) for name, entry in registry.current().listing("facets").items()}

    def __getstate__(self) -> dict[str, Any]:
        # What facets gave may hold functions of plugins, which do not travel; they are asked again.
        return {name: value for name, value in vars(self).items() if name != "facets"}

    @property
    def _directions(self) -> pd.DataFrame:
        return pd.DataFrame({label: self.conditions[label, "direction"] for label in self.analyses})

    def write(
        self,
        directory: str | Path,
        formats: Sequence[str] | None = None,
        overwrite: bool = False,
        failures: dict[str, BaseException] | None = None,
    ) -> list[Path]:
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
        failures
            A dict that takes what an output raises, by the output's name; the other outputs are then written. Nothing is when all
            fail, or when the folder holds a report, which a part would replace. Without it, the first failure is raised and
            nothing is written.

        Returns
        -------
        list of pathlib.Path
            The files written.

        Raises
        ------
        InputError
            When a format is unknown or a parameter wrong, or the folder holds something else or cannot be written.
        """
        outputs = choose_outputs(formats)

        def fill(staging: Path) -> dict[str, Any]:
            notes: list[str] = []
            written = [name for name, each in outputs.items() if _wrote(self, name, each, staging, failures, notes)]
            if len(written) < len(outputs) and is_report(Path(directory)):
                return {}
            return {**self.manifest, "formats": written} | ({"notes": notes} if notes else {}) if written else {}

        paths = write_folder(Path(directory), fill, overwrite)
        if paths:
            registry.current().notify("equifinal_after_writing", paths=paths)
        return paths

    def _said(self) -> Iterator[str]:
        calibrated, answers = self.calibrated, self.verdicts
        yield f"Comparison of {counted(len(self.analyses), 'method')} on {self.study.name}: {in_short(calibrated.title)}"
        yield from wrapped(self.banner)
        yield f"{counted(len(calibrated.cases), 'case')}, outcome {calibrated.outcome.name}"
        yield ""
        for sentence in (*self.headline.answer, *self.headline.agreed, *self.headline.parted):
            yield from wrapped(sentence)
        yield ""
        for label in answers.columns:
            told = [f"{times} {answer}" for answer, times in answers[label].value_counts().items()]
            yield in_short(f"  {label}: {', '.join(told) or 'no propositions'}", WIDTH)
        yield from (in_short(str(failure), WIDTH) for failure in self.failures.values())
        yield f"All sentences: .summary(). Tables: {', '.join(f'.{name}' for name in _TABLES)}."
        yield "Pictures: equifinal_output.plot_verdicts(comparison), plot_agreement, plot_importance, ..."

    def _hint(self, name: str) -> str:
        if name.startswith("plot"):
            return (
                f"Pictures are functions: equifinal_output.{name if name != 'plot' else 'plot_verdicts'}(comparison)."
            )
        return f"Write comparison.run[{name!r}]." if name in self.run else ""

    def _repr_html_(self) -> str:
        from equifinal.base.html import bullets, heading, not_observed, paragraph, piece, table

        study, said = self.calibrated, self.headline
        parts = [
            heading(study.title),
            not_observed(study.provenance, study.note),
            paragraph(" ".join(said.answer)),
            bullets(self.caveats),
        ]
        if len(self.verdicts):
            marks = self.marks
            columns = [self.propositions["text"], *(marks.iloc[:, number] for number in range(marks.shape[1]))]
            matrix = pd.concat(columns, axis="columns")
            matrix.columns = pd.Index(["proposition", *map(str, marks.columns)], dtype=object)
            parts += [table(matrix, "Verdicts", most=len(matrix)), paragraph(KEY if self.demands else UNTESTED_KEY)]
        parts.append(bullets(dict.fromkeys((*said.agreed, *said.denied, *said.alone, *said.parted, *said.standing))))
        words = {each.name: each.words for each in self.measures}
        words |= {f"{name}{OUT_OF_SAMPLE}": f"{said} out of sample" for name, said in words.items()}
        fit = self.fit[[name for name in _IN_A_NOTEBOOK if name in self.fit]].rename(columns=words)
        parts.append(table(fit, "Predicted against actual membership", most=len(fit)))
        parts.append(bullets(str(failure) for failure in self.failures.values()))
        entries = registry.current().listing("facets")
        there = {name: shown for name, shown in self.facets.items() if any(shown.parts())}
        own = [name for name in there if entries[name].plugin.distribution == PROJECT]
        parts += [_in_a_notebook(shown) for name, shown in there.items() if name not in own]
        return piece(*parts, paragraph(f"comparison.facets holds: {', '.join(own)}." if own else ""))


def _in_a_notebook(shown: Shown) -> str:
    """A facet that a plugin brings, whole."""
    from equifinal.base.html import bullets, drawing, heading, paragraph, table

    parts = [heading(shown.title), paragraph(shown.about)]
    for _, title, content in shown.parts():
        if isinstance(content, pd.DataFrame):
            parts.append(table(content, title))
        else:
            parts.append(drawing(content, title) if callable(content) else bullets(content))
    return "".join(parts)


def _wrote(
    comparison: Comparison,
    name: str,
    output: Any,
    staging: Path,
    failures: dict[str, BaseException] | None,
    notes: list[str],
) -> bool:
    """Whether an output wrote its files; one that raises leaves none, one that changes what is not its own gets a note."""
    plugin = registry.outputs()[name].plugin
    before, who = set(staging.rglob("*")), f"the output {name!r} of the plugin {plugin}"
    changed: list[str] = []
    try:
        with restored() as around:
            if plugin.distribution == PROJECT:  # these change nothing, as a test shows, and copies take their time
                output.write(comparison, staging)
            else:
                _, changed = Handing(comparison=comparison).to(output.write, staging)
    except FAULTS as error:
        error.add_note(f"While writing {who}.")
        if failures is None:
            raise
        failures[name] = error
        for path in sorted(set(staging.rglob("*")) - before, reverse=True):
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        return False
    said = [f"T{who[1:]} changed what it was given ({listing(changed)}), a copy of its own."] if changed else []
    said += [f"T{who[1:]} {changed_and_put_back(around)}."] if around else []
    for note in said:
        warnings.warn(note, stacklevel=2)
    notes += said
    return True
