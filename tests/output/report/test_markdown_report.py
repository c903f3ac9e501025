"""The report in Markdown."""

from pathlib import Path

from markdown_it import MarkdownIt
from output_toys import CASES, NASTY, Averaging, Page, squeezed, strict, written

import equifinal as eq
from equifinal_output import MarkdownReport


def test_markdown_shows_user_text_as_text(comparison: eq.Comparison, tmp_path: Path) -> None:
    (path,) = written(MarkdownReport(), comparison, tmp_path)
    source = path.read_text(encoding="utf-8")
    rendered = Page(MarkdownIt("commonmark").enable("table").render(source))
    allowed = {"h1", "h2", "h3", "p", "ul", "li", "strong", "em", "code", "pre", "blockquote"}
    assert rendered.names() <= allowed | {"table", "thead", "tbody", "tr", "th", "td"}
    assert sum(tag == "h1" for tag, _ in rendered.tags) == 1
    text = squeezed(rendered.text)
    for expected in (
        f"Title {NASTY}",
        comparison.banner,
        "# no heading",
        f"no luck {NASTY}",
        squeezed(Averaging.reference),
    ):
        assert squeezed(expected) in text
    for table in rendered.tables:
        assert len({len(row) for row in table["rows"]}) == 1
    cases = next(table["rows"] for table in rendered.tables if table["rows"][0][:2] == ["case", "outcome"])
    assert [row[0] for row in cases[1:]] == [squeezed(case) for case in CASES]
    verdicts = next(table["rows"] for table in rendered.tables if table["rows"][0][:2] == ["id", "proposition"])
    assert [row[2:4] for row in verdicts[1:]] == comparison.marks.to_numpy().tolist()
    manifest = source[source.index("```json") + len("```json") : source.rindex("```")]
    assert strict(manifest)["data_sha256"] == comparison.manifest["data_sha256"]
