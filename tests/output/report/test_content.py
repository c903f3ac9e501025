"""What is said, whatever the format."""

from pathlib import Path

from output_toys import NASTY, Averaging, Failing, Page, compared, rows_of, squeezed, written

import equifinal as eq
from equifinal_output import CsvTables, HtmlReport, JsonFile, MarkdownReport
from equifinal_output.report.content import content
from equifinal_output.words.propositions import in_sum


def test_every_output_writes_little(tmp_path: Path) -> None:
    """No propositions, observed data, one method, nothing failed."""
    comparison = compared(propositions=0, methods={"only": Averaging()}, provenance="observed", note="", description="")
    for output in (HtmlReport(), CsvTables(), JsonFile(), MarkdownReport()):
        folder = tmp_path / output.name
        folder.mkdir()
        written(output, comparison, folder)
    page = Page((tmp_path / "html" / "report.html").read_text(encoding="utf-8"))
    assert "The study states no propositions." in page.text
    assert "⚠" not in page.text
    assert "Methods that failed" not in page.text
    assert rows_of(tmp_path / "csv" / "tables" / "verdicts.csv") == [["id", "only"]]


def test_without_advice_there_is_no_table_of_it(tmp_path: Path) -> None:
    comparison = compared(propositions=0, methods={"only": Averaging()})
    negated = eq.compare(eq.run(comparison.study.negated(), methods={"only": Averaging()}), evidence=False)
    for output in (HtmlReport(), CsvTables(), MarkdownReport()):
        output.write(negated, tmp_path)
    assert "Sufficient paths by case, the nearest first: none." in (tmp_path / "report.html").read_text(
        encoding="utf-8"
    )
    assert not (tmp_path / "tables" / "advice_by_method.csv").exists()
    assert len(rows_of(tmp_path / "tables" / "advice.csv")) == 1


def test_in_sum_says_what_the_methods_that_answer_say() -> None:
    two = compared(propositions=8, methods={"a": Averaging(), "b": Averaging(shift=1)})
    # P0: supported, contradicted; P1: contradicted, inconclusive; P2: inconclusive, silent; P3: silent, supported; twice.
    assert in_sum(two.verdicts).tolist() == ["they part", "partly inconclusive", "all inconclusive", "all support"] * 2
    one = compared(methods={"a": Averaging(), "gone": Failing()})
    assert in_sum(one.verdicts).tolist() == ["all support", "all contradict", "all inconclusive", "nobody answers"]
    assert content(one).left_out == "1 method failed and is left out: gone."
    assert content(two).left_out == ""


def test_the_headline_comes_first_and_names_the_propositions_it_counts(page: Page, comparison: eq.Comparison) -> None:
    text = squeezed(page.text)
    start = text.index("What the methods agree on")
    for sentence in (*comparison.headline.agreed, *comparison.headline.parted):
        assert start < text.index(squeezed(sentence)) < text.index("The whole summary")
    between = text[start : text.index("Where they part")]
    for name, row in comparison.verdicts.iterrows():
        shared = len(set(row) - {"silent"}) == 1
        assert (squeezed(f"Claim {str(name)[1:]} {NASTY}") in between) == shared
    opening = f"Each method looks at the same {len(comparison.calibrated.cases)} cases in its own way. Propositions are claims that"
    assert text.index(opening) < start
    alone = content(compared(methods={"only": Averaging()}))
    assert alone.opening.startswith(f"The method looks at {len(comparison.calibrated.cases)} cases. ")
    assert [title for title, _ in alone.answers] == ["What the method finds"]


ORDER = (
    "summary verdicts conditions paths cases advice methods fit agreement contrarian data notes failures manifest "
    "references cite"
)


def test_html_sections_come_in_order(page: Page) -> None:
    top = [each["id"] for tag, each in page.tags if tag == "section" and not str(each["id"]).startswith("method-")]
    assert top == ORDER.split()
    linked = [(each["href"] or "")[1:] for tag, each in page.tags if tag == "a"][1:]
    assert linked == ORDER.split()[1:]
