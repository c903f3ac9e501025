"""The format ``latex``: one file per table, for ``\\input`` in a paper."""

from pathlib import Path

import equifinal as eq
from equifinal_output.papers.latex_markup import comment, label_of, latex
from equifinal_output.papers.latex_text import escaped
from equifinal_output.papers.publication import INTERVALS, publication_tables
from equifinal_output.words.names import file_name, stamp

_PACKAGES = ("amssymb", "array", "booktabs", "graphicx", "longtable", "lscape")


class LatexTables(eq.Output):
    """Tables for papers in LaTeX (booktabs), one file per table, and a document that shows them all."""

    name = "latex"
    title = "Tables for papers in LaTeX (booktabs)"
    intervals: bool = INTERVALS

    def write(self, comparison: eq.Comparison, directory: Path) -> list[Path]:
        """Write ``latex/*.tex``; see :meth:`equifinal.Output.write`."""
        folder = directory / "latex"
        folder.mkdir(exist_ok=True)
        document = folder / "all-tables.tex"
        written: list[Path] = []
        origin = comment(f"Made by {stamp(comparison)}")
        tables = publication_tables(comparison, self.intervals)
        for table in tables:
            taken = {document.name, *(path.name.lower() for path in written)}
            name = label_of(table.name)  # TeX interprets some characters in file names
            path = folder / file_name(name, taken, "tex")
            path.write_text(f"{origin}\n{latex(table, path.stem)}\n", encoding="utf-8")
            written.append(path)
        packages = [r"\usepackage[T1]{fontenc}", *(rf"\usepackage{{{each}}}" for each in _PACKAGES)]
        lines = [
            origin,
            r"\documentclass[11pt]{article}",
            *packages,
            r"\begin{document}",
            r"\section*{" + escaped(comparison.calibrated.title) + "}",
            *(rf"\input{{{path.stem}}}" for path in written),
            r"\end{document}",
        ]
        document.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return [*written, document]
