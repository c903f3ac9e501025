"""Tables for papers in Markdown and HTML."""

from html.parser import HTMLParser
from pathlib import Path

from markdown_it import MarkdownIt

import equifinal as eq
from equifinal_output import (
    Fragments,
    PublicationTable,
    html,
    markdown,
    publication_tables,
)


class Tags(HTMLParser):
    """The tags of a page, its text, and whether they close in order."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_fragments_show_user_text_as_text(strange: eq.Comparison, tmp_path: Path) -> None:
    paths = Fragments().write(strange, tmp_path)
    expected = publication_tables(strange)
    assert len(paths) == 2 * len(expected)
    assert len({path.name.lower() for path in paths}) == len(paths)
    allowed = {"table", "caption", "thead", "tbody", "tr", "th", "td", "p", "em", "span", "strong", "code"}
    for table, in_markdown, in_html in zip(expected, paths[::2], paths[1::2], strict=True):
        page = Tags(in_html.read_text(encoding="utf-8"))
        assert not page.open
        assert {tag for tag, _ in page.tags} <= allowed
        assert table.title in page.text
        assert all("scope" in attributes for tag, attributes in page.tags if tag == "th")
        source = in_markdown.read_text(encoding="utf-8").partition("-->")[2]
        rendered = Tags(MarkdownIt("commonmark").enable("table").render(source))
        assert {tag for tag, _ in rendered.tags} <= allowed
        assert " ".join(table.title.split()) in " ".join(rendered.text.split())
        assert sum(tag == "tr" for tag, _ in rendered.tags) == 1 + len(table.rows)


def test_markdown_says_in_words_what_sizes_say(tables: dict[str, PublicationTable]) -> None:
    source = markdown(tables["fsqca_chart"])
    assert "| Leadership support (LEAD) | ● core | ● peripheral |" in source
    assert 'aria-label="peripheral condition, present"' in html(tables["fsqca_chart"])
    head = markdown(tables["calibration"]).splitlines()[2]
    assert head == "| Set | Calibration | Expected | Minimum | Median | Maximum |"


def test_markdown_names_the_group_where_headings_repeat() -> None:
    comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["fsqca"]), evidence=False)
    _ = comparison.asymmetry
    table = next(table for table in publication_tables(comparison) if table.name == "fsqca_necessity")
    head = markdown(table).splitlines()[2]
    assert "Necessary for OPEN Consistency" in head
    assert "Necessary for `~OPEN` Consistency" in head


def test_a_table_shows_itself_in_a_notebook(tables: dict[str, PublicationTable]) -> None:
    assert tables["fit"]._repr_html_() == html(tables["fit"])
