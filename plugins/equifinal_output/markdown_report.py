"""The format ``markdown``: a report to read in a repository, a wiki or a pull request."""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pandas as pd

import equifinal as eq
from equifinal.plain import plain
from equifinal_output.content import Content, Section, Table, content
from equifinal_output.wording import flattened, shown, shown_column

__all__ = ["MarkdownReport"]

#: Parts of set expressions become code, because Markdown would take their stars and tildes for emphasis.
_EXPRESSION = re.compile(r"((?:~?\b\w+(?:\*~?\w+)+|~\w+)+)")
_SPECIAL = re.compile(r"([\\`*_{}\[\]#|~$])")
#: A block begins with one of these only at the start of a text.
_BLOCK = re.compile(r"^(?:([-+=])(?=\s|[-=]*$)|(\d+)([.)])(?=\s))")


class MarkdownReport(eq.Output):
    """A report in GitHub's Markdown."""

    name = "markdown"

    def write(self, comparison: eq.Comparison, directory: Path) -> list[Path]:
        """Write ``report.md``; see :meth:`equifinal.Output.write`."""
        manifest = json.dumps(plain(comparison.manifest), indent=2, ensure_ascii=False, allow_nan=False)
        blocks = [*_document(content(comparison)), _fenced(manifest)]
        path = directory / "report.md"
        path.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")
        return [path]


def _document(report: Content) -> Iterator[str]:
    yield f"# {_text(report.title)}"
    if report.banner:
        yield f"> **{_text(report.banner)}**"
    if report.description:
        yield _text(report.description)
    yield _text(report.subject)
    yield _text(report.opening)
    for title, sentences in report.answers:
        yield f"**{title}**"
        yield "\n".join(f"- {_text(sentence)}" for sentence in sentences)
    if report.left_out:
        yield _text(report.left_out)
    yield "**In detail**"
    yield "\n".join(f"- {_text(sentence)}" for sentence in report.summary)
    if report.note:
        yield f"**Keep in mind.** {_text(report.note)}"
    # The manifest and the references come last, so that the report ends with the manifest as JSON.
    sections = sorted(report.sections, key=lambda section: section.name == "manifest")
    for section in sections:
        yield from _section(section, "##")


def _section(section: Section, level: str) -> Iterator[str]:
    yield f"{level} {_text(section.title)}"
    yield from (_text(paragraph) for paragraph in section.help.paragraphs)
    if section.help.terms:
        yield "\n".join(f"- *{_text(term)}*: {_text(meaning)}" for term, meaning in section.help.terms.items())
    if section.facts:
        yield "\n".join(f"- **{_text(label)}**: {_text(value)}" for label, value in section.facts.items())
    if section.notes:
        yield "\n".join(f"- Note: {_text(note)}" for note in section.notes)
    if section.name != "manifest":
        for table in section.tables:
            yield f"**{_text(table.heading)}**"
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
    if not (isinstance(frame.index, pd.RangeIndex) and frame.index.name is None):
        levels = [frame.index.get_level_values(number) for number in range(frame.index.nlevels)]
        header = [*(str(level.name or "") for level in levels), *header]
        columns = [*([shown(value) for value in level] for level in levels), *columns]
        numeric = [*([False] * len(levels)), *numeric]
    lines = [header, ["---:" if each else "---" for each in numeric]]
    text = [" | ".join(_text(cell) if number != 1 else cell for cell in row) for number, row in enumerate(lines)]
    text += [" | ".join(map(_text, row)) for row in zip(*columns, strict=True)]
    return "\n".join(f"| {line} |" for line in text)


@lru_cache(maxsize=10_000, typed=True)  # the same names and figures stand in many tables
def _text(text: str) -> str:
    r"""Text that Markdown shows as it is, on one line.

    >>> print(_text("a | b <i> `c`  LEAD*~FIN"))
    a \| b &lt;i&gt; \`c\` `LEAD*~FIN`
    """
    line = " ".join(str(text).split())
    pieces = _EXPRESSION.split(line)
    # Every second piece is an expression, made of letters, digits, underscores, stars and tildes alone.
    escaped = "".join(f"`{piece}`" if number % 2 else _escaped(piece) for number, piece in enumerate(pieces))
    return _BLOCK.sub(lambda found: f"\\{found[1]}" if found[1] else f"{found[2]}\\{found[3]}", escaped)


def _escaped(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SPECIAL.sub(r"\\\1", text)


def _fenced(text: str) -> str:
    """A block of code whose fence is longer than any run of backticks within."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}json\n{text}\n{fence}"
