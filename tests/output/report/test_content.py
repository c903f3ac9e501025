"""What is said, whatever the format."""

from pathlib import Path

from output_toys import Averaging, Failing, Page, compared, rows_of, squeezed, written

import equifinal as eq
from equifinal_output import CsvTables, HtmlReport, JsonFile, MarkdownReport
from equifinal_output.report.content import content
from equifinal_output.words.propositions import in_sum
from evidence_toys import with_evidence


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
    # Two of one family. P0 and P1 decide nothing together, P2 nothing at all; without evidence nothing is known.
    assert set(in_sum(two)) == {"not tested"}
    firm = with_evidence(two, firm=1.0, together=1.0)
    assert (
        in_sum(firm).tolist() == ["nothing firm", "1 of 1 kind contradicts", "nothing firm", "1 of 1 kind supports"] * 2
    )
    assert set(in_sum(with_evidence(two, firm=0.0))) == {"nothing firm"}
    one = compared(methods={"a": Averaging(), "gone": Failing()})
    assert in_sum(one).tolist() == ["not tested"] * 3 + ["nobody answers"]
    assert content(one).left_out == "1 method failed and is left out: gone."
    assert content(two).left_out == ""


def test_the_answer_comes_first_then_the_matrix_then_agreement(page: Page, comparison: eq.Comparison) -> None:
    text = squeezed(page.text)
    start, matrix = text.index(squeezed(comparison.headline.answer[0])), text.index("Proposition")
    assert start < matrix < text.index("The whole summary")
    for title, sentences in content(comparison).answers:
        for sentence in sentences:
            assert matrix < text.index(title) < text.index(squeezed(sentence)) < text.index("The whole summary")
    opening = f"Each method looks at the same {len(comparison.calibrated.cases)} cases in its own way. Propositions are claims that"
    assert opening in text
    kinds = content(with_evidence(compared(methods={"a": Averaging(), "nca": eq.methods()["nca"].cls()})))
    titles = ["What kinds of methods agree on", "Where they disagree"]
    assert [title for title, _ in kinds.answers][:2] == titles
    alone = content(with_evidence(compared(methods={"only": Averaging()}), firm=1.0, together=1.0))
    assert alone.opening.startswith(f"The method looks at {len(comparison.calibrated.cases)} cases. ")
    assert [title for title, _ in alone.answers] == ["What the method finds", "What stands behind this"]


def test_what_a_result_turns_on_stands_before_the_verdicts() -> None:
    found = eq.compare(eq.run(eq.load_study("open-data-barometer-2014"), methods=["fsqca", "nca"]), evidence=False)
    report = content(found)
    assert report.caveats[0].startswith("The result turns on the PRI cutoff")
    assert any(each.startswith("fsqca: The solution turns on rows within") for each in report.caveats)


ORDER = (
    "summary verdicts conditions paths cases advice methods fit agreement contrarian data notes failures manifest "
    "references cite"
)


def test_html_sections_come_in_order(page: Page) -> None:
    top = [each["id"] for tag, each in page.tags if tag == "section" and not str(each["id"]).startswith("method-")]
    assert top == ORDER.split()
    linked = [(each["href"] or "")[1:] for tag, each in page.tags if tag == "a"][1:]
    assert linked == ORDER.split()[1:]
