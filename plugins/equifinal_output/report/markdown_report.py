"""The format ``markdown``: a report to read in a repository, a wiki or a pull request."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

import equifinal as eq
from equifinal.plain import flattened, plain, shown, shown_column
from equifinal_output.figures.pictures import Picture, further_figures
from equifinal_output.report.content import content
from equifinal_output.report.document import Content, Section
from equifinal_output.tables import Table, levels_of
from equifinal_output.words.markdown_text import as_text


class MarkdownReport(eq.Output):
    """A report in GitHub's Markdown."""

    name = "markdown"
    by_default = True

    def write(self, comparison: eq.Comparison, directory: Path) -> list[Path]:
        """Write ``report.md``, with ``report-*.svg`` for figures of plugins; see :meth:`equifinal.Output.write`."""
        manifest = json.dumps(plain(comparison.manifest), indent=2, ensure_ascii=False, allow_nan=False)
        figures = further_figures(comparison)
        blocks = [*_document(content(comparison), figures), _fenced(manifest)]
        path = directory / "report.md"
        path.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")
        for picture in figures:
            (directory / _file(picture)).write_text(picture.svg(), encoding="utf-8")
        return [path, *(directory / _file(picture) for picture in figures)]


def _file(picture: Picture) -> str:
    return f"report-{picture.name}.svg"


def _document(report: Content, figures: list[Picture]) -> Iterator[str]:
    yield f"# {as_text(report.title)}"
    if report.banner:
        yield f"> **{as_text(report.banner)}**"
    if report.description:
        yield as_text(report.description)
    yield as_text(report.subject)
    yield f"**{as_text(report.headline.answer[0])}**"
    yield from (as_text(sentence) for sentence in report.headline.answer[1:])
    if report.caveats:
        yield "**Keep in mind**"
        yield "\n".join(f"- {as_text(each)}" for each in report.caveats)
    yield as_text(report.opening)
    verdicts = next((section for section in report.sections if section.name == "verdicts"), None)
    for table in verdicts.tables[:1] if verdicts else ():
        if not table.shown.empty:
            yield _table(table)
            yield as_text(report.key)
    for title, sentences in report.answers:
        yield f"**{title}**"
        yield "\n".join(f"- {as_text(sentence)}" for sentence in sentences)
    if report.left_out:
        yield as_text(report.left_out)
    yield "**In detail**"
    yield "\n".join(f"- {as_text(sentence)}" for sentence in report.summary)
    # The manifest comes last, so the report ends with it as JSON.
    sections = sorted(report.sections, key=lambda section: section.name == "manifest")
    for section in sections:
        yield from _section(section, "##")
        for picture in figures:
            if picture.section == section.name:
                yield f"![{as_text(f'{picture.title}. {picture.alt}')}]({_file(picture)})"


def _section(section: Section, level: str) -> Iterator[str]:
    yield f"{level} {as_text(section.title)}"
    yield from (as_text(paragraph) for paragraph in section.help.paragraphs)
    if section.help.terms:
        yield "\n".join(f"- *{as_text(term)}*: {as_text(meaning)}" for term, meaning in section.help.terms.items())
    if section.facts:
        yield "\n".join(f"- **{as_text(label)}**: {as_text(value)}" for label, value in section.facts.items())
    if section.notes:
        before = "" if section.name.startswith("facet-") else "Note: "
        yield "\n".join(f"- {before}{as_text(note)}" for note in section.notes)
    if section.name != "manifest":
        for table in section.tables:
            yield f"**{as_text(table.heading)}**"
            yield _table(table)
    for part in section.parts:
        yield from _section(part, f"{level}#")


def _table(table: Table) -> str:
    frame = table.shown
    if frame.empty:
        return "None."
    header = flattened(frame.columns)
    columns = [shown_column(frame.iloc[:, number]) for number in range(frame.shape[1])]
    numeric = [pd.api.types.is_numeric_dtype(frame.iloc[:, number]) for number in range(frame.shape[1])]
    levels = levels_of(frame.index)
    header = [*(str(level.name or "") for level in levels), *header]
    columns = [*([shown(value) for value in level] for level in levels), *columns]
    numeric = [*([False] * len(levels)), *numeric]
    lines = [header, ["---:" if each else "---" for each in numeric]]
    text = [" | ".join(as_text(cell) if number != 1 else cell for cell in row) for number, row in enumerate(lines)]
    text += [" | ".join(map(as_text, row)) for row in zip(*columns, strict=True)]
    return "\n".join(f"| {line} |" for line in text)


def _fenced(text: str) -> str:
    """A block of code whose fence is longer than any run of backticks within."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}json\n{text}\n{fence}"
