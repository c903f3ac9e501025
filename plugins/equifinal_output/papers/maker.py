"""What the makers of all tables share: names of sets and methods, captions, notes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import equifinal as eq
from equifinal.plain import counted, stated
from equifinal_output.papers.cells import Cell, Kind, Row
from equifinal_output.papers.table import PublicationTable
from equifinal_output.words.names import capitalized, labelled
from equifinal_output.words.paths import with_paths

PRI_NOTE = "PRI: proportional reduction in inconsistency."
EMPTY = Cell()


def row_of(*cells: Cell, rule: bool = False) -> Row:
    return Row(cells, rule)


def head_of(*texts: str) -> tuple[Cell, ...]:
    return tuple(Cell(text) for text in texts)


def in_words(name: Any) -> str:
    return capitalized(str(name).replace("_", " "))


@dataclass
class TableMaker:
    """Makes tables of one comparison."""

    comparison: eq.Comparison
    paths: Mapping[str, eq.Analysis] = field(init=False)

    def __post_init__(self) -> None:
        self.calibrated = self.comparison.calibrated
        self.paths = with_paths(self.comparison)
        titles = [analysis.method.title for analysis in self.comparison.analyses.values()]
        self.names = {
            label: analysis.method.title
            if titles.count(analysis.method.title) == 1
            else f"{analysis.method.title} ({label})"
            for label, analysis in self.comparison.analyses.items()
        }
        self.outcome = labelled(self.calibrated.outcome)

    def condition(self, name: Any) -> str:
        return labelled(self.calibrated.variable(name)) if name in self.calibrated.condition_names else str(name)

    def table(
        self,
        name: str,
        title: str,
        kinds: Sequence[Kind],
        head: Sequence[tuple[Cell, ...]],
        rows: Sequence[Row],
        notes: Sequence[str] = (),
    ) -> PublicationTable:
        if self.calibrated.provenance != "observed":
            kind = {"reconstruction": "reconstructed", "simulated": "simulated"}[self.calibrated.provenance]
            title = f"{title}, {kind} data"
        banner = self.comparison.banner
        ending = [f"{banner.rstrip('.')}." if banner else "", self._source()]
        kept = tuple(dict.fromkeys(note for note in (" ".join(each.split()) for each in (*notes, *ending)) if note))
        return PublicationTable(name, title, tuple(kinds), tuple(head), tuple(rows), kept)

    # -------------------------------------------------------------------------------------------------- notes

    def _source(self) -> str:
        study, manifest = self.comparison.study, self.comparison.manifest
        source = " ".join((study.source or study.citation or study.title).split()).rstrip(".")
        return (
            f"Source: {source}. {counted(len(self.calibrated.cases), 'case')}; equifinal {manifest['version']}, "
            f"seed {manifest['seed']}."
        )

    def cutoffs(self, analysis: eq.Analysis, necessity: bool = False) -> str:
        """The cutoffs among a method's parameters; those for necessity belong to that table.

        Cutoffs of terms and models are told where they ask for something.
        """
        given = {
            key: value
            for key, value in analysis.method.parameters().items()
            if key.endswith("cutoff")
            and key.startswith(("necessity", "relevance")) == necessity
            and (value or not key.startswith(("term_", "model_")))
        }
        said = ", ".join(
            f"{key.replace('pri_', 'PRI ').replace('_', ' ')} {stated(value)}" for key, value in given.items()
        )
        return f"{capitalized(said)}." if said else ""

    def solution_kind(self, analysis: eq.Analysis) -> str:
        kind = analysis.method.parameters().get("solution")
        if not isinstance(kind, str):
            return ""
        expected = [f"{each.name} {each.expect}" for each in self.calibrated.conditions if each.expect]
        if kind != "intermediate":
            return f"{in_words(kind)} solution."
        return f"{in_words(kind)} solution; directional expectations: {', '.join(expected) or 'none'}."

    def calibration_note(self) -> str:
        """The anchors, once for all sets that share them."""
        same: dict[str, list[str]] = {}
        for name, row in self.comparison.study.describe().iterrows():
            same.setdefault(str(row["calibration"]).replace("_", " "), []).append(str(name))
        said = "; ".join(f"{', '.join(names)} ({how})" for how, names in same.items())
        return f"Calibration: {said}."

    @staticmethod
    def ambiguity(analysis: eq.Analysis) -> str:
        models = analysis.tables.get("models")
        if models is None or len(models) < 2:
            return ""
        which = ""
        if "shown" in models and models["shown"].any():
            which = f"; shown is model {models.index[models['shown'].to_numpy(dtype=bool)][0]}"
        how = "explain the sufficient rows equally well" if "truth_table" in analysis.tables else "reach the cutoffs"
        return f"Model ambiguity: {len(models)} models {how}{which}."
