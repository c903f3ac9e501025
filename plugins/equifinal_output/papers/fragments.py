"""The format ``fragments``: tables for papers as pieces of Markdown and HTML, one file each."""

from html import escape
from pathlib import Path

import equifinal as eq
from equifinal_output.papers.markdown_markup import markdown
from equifinal_output.papers.publication import INTERVALS, publication_tables
from equifinal_output.papers.table import html
from equifinal_output.words.names import file_name, stamp


class Fragments(eq.Output):
    """Tables for papers as Markdown and HTML, one file per table, to put into your own pages."""

    name = "fragments"
    intervals: bool = INTERVALS

    def write(self, comparison: eq.Comparison, directory: Path) -> list[Path]:
        """Write ``fragments/*.md`` and ``fragments/*.html``; see :meth:`equifinal.Output.write`."""
        folder = directory / "fragments"
        folder.mkdir(exist_ok=True)
        written: list[Path] = []
        # Two hyphens would end the comment.
        origin = f"<!-- {escape(stamp(comparison)).replace('--', '- -')} -->"
        for table in publication_tables(comparison, self.intervals):
            for ending, text in (("md", markdown(table)), ("html", html(table))):
                path = folder / file_name(table.name, {path.name.lower() for path in written}, ending)
                path.write_text(f"{origin}\n\n{text}\n", encoding="utf-8")
                written.append(path)
        return written
