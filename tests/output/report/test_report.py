"""The outputs, on a study whose every text tries to break out of its format."""

import csv
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from markdown_it import MarkdownIt

import equifinal as eq
import equifinal_output
from equifinal.plain import shown, shown_column
from equifinal_output import CsvTables, HtmlReport, JsonFile, MarkdownReport
from equifinal_output.figures import figures_of
from equifinal_output.report.content import content
from equifinal_output.report.drawings import distributions, importances, scatters
from equifinal_output.report.sections.origin import CITATION
from equifinal_output.words.propositions import in_sum

CASES = [
    "<b>bold</b>",
    "=cmd()",
    "a|b",
    "+plus",
    "-5 steps",
    "@home",
    "\ttab",
    "`tick` *star* _low_",
    "line\nbreak",
    "Å 漢",
]
ANSWERS = ("supported", "contradicted", "inconclusive", "silent")
NASTY = "<script>alert('x')</script> | `code` & [link](http://example.org/x) =1+1"


class Tenth(eq.Calibrator):
    """A tenth of the score."""

    name = "tenth"

    def calibrate(self, raw: pd.Series) -> pd.Series:
        return (raw / 10).clip(0, 1)


class Averaging(eq.Method):
    """The outcome is the mean of the conditions <i>."""

    name = "averaging"
    reference = "Nobody (2000). <em>On means</em>, https://example.org/means."
    sufficient_paths = True
    shift: int = 0

    def analyze(self, study: eq.CalibratedStudy, rng: np.random.Generator) -> eq.Analysis:
        names = list(study.condition_names)
        conditions = pd.DataFrame(
            {"role": "none", "direction": -1, "evidence": NASTY, "weight": [-0.5, np.nan][: len(names)]}, index=names
        )
        configurations = pd.DataFrame(
            {
                "expression": ["A*~B", None],
                "cases": [list(study.cases), []],
                "consistency": [0.1 + 0.2, np.nan],
                "coverage": [1 / 3, 1.0],
            },
            index=["A*~B", "<u>rest</u>"],
        )
        cases = pd.DataFrame({"group": "A*~B", "predicted": study.fuzzy[names].mean(axis=1)}, index=study.cases)
        tables = {
            "a/b": pd.DataFrame({"value": [np.inf, -1e-7]}),
            "A/B": pd.DataFrame({"x|y": ["=2+2", "-3"]}, index=[5, 6]),
        }
        return eq.Analysis(
            self, conditions, configurations, cases, {"r2": 2 / 3, "n": len(study.cases)}, tables, [NASTY]
        )

    def predict(self, analysis: eq.Analysis, study: eq.CalibratedStudy) -> pd.Series:
        return study.fuzzy[list(study.condition_names)].mean(axis=1)

    def assess(self, analysis: eq.Analysis, claim: eq.Claim, study: eq.CalibratedStudy) -> eq.Verdict:
        return eq.Verdict(ANSWERS[(int(claim.id[1:]) + self.shift) % 4], evidence=f"{claim.id} {NASTY}")

    def advise(self, analysis: eq.Analysis, study: eq.CalibratedStudy) -> pd.Series:
        outcome = study.fuzzy[study.outcome.name]
        return pd.Series(f"Try {NASTY}", index=study.cases[outcome < 0.5])


class Failing(eq.Method):
    """It never works."""

    name = "failing"

    def analyze(self, study: eq.CalibratedStudy, rng: np.random.Generator) -> eq.Analysis:
        raise RuntimeError(f"no luck {NASTY}")


def compared(propositions: int = 4, methods: dict[str, eq.Method] | None = None, **study: Any) -> eq.Comparison:
    rng = np.random.default_rng(1)
    data = pd.DataFrame(rng.uniform(0, 10, (len(CASES), 3)), columns=["a", "b", "y"], index=CASES)
    data["y"] = [1.0, 9.0, 2.0, 8.0, 3.0, 7.0, 4.0, 6.0, 4.5, 5.5]
    given: dict[str, Any] = {
        "name": "=study",
        "title": f"Title {NASTY}",
        "provenance": "simulated",
        "note": f"Note {NASTY}",
        "description": "# no heading",
        "source": NASTY,
    }
    made = eq.Study(
        **(given | study),
        data=data,
        outcome=eq.Variable("Y", "y", label=f"Outcome {NASTY}", calibrate=Tenth()),
        conditions=[
            eq.Variable("A", "a", label="<a href='http://example.org'>A</a>", calibrate=Tenth()),
            eq.Variable("B", "b", calibrate=Tenth()),
        ],
        propositions=[
            {"id": f"P{number}", "text": f"Claim {number} {NASTY}", "claim": "necessary", "expression": "A"}
            for number in range(propositions)
        ],
    )
    labels = {"first": Averaging(), "<i>second</i>": Averaging(shift=1), "=third|": Failing()}
    return eq.compare(eq.run(made, methods=labels if methods is None else methods))


@pytest.fixture(scope="module")
def comparison() -> eq.Comparison:
    return compared()


def written(output: eq.Output, comparison: eq.Comparison, folder: Path) -> list[Path]:
    paths = output.write(comparison, folder)
    assert sorted(paths) == sorted(path for path in folder.rglob("*") if path.is_file())
    return paths


def strict(text: str) -> Any:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    return json.loads(text, parse_constant=refuse)


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


# ------------------------------------------------------------------------------------------------------- json


def test_json_is_strict_and_holds_everything(comparison: eq.Comparison, tmp_path: Path) -> None:
    (path,) = written(JsonFile(), comparison, tmp_path)
    found = strict(path.read_text(encoding="utf-8"))
    assert path.name == "comparison.json"
    assert found["manifest"]["data_sha256"] == comparison.manifest["data_sha256"]
    assert found["banner"] == comparison.banner
    assert found["study"]["title"] == f"Title {NASTY}"
    for name, frame in (("verdicts", comparison.verdicts), ("verdict_evidence", comparison.verdict_evidence)):
        assert {row.pop("id"): row for row in found[name]} == frame.to_dict("index")
    for row in found["fit"]:
        expected = comparison.fit.loc[row.pop("method")]
        assert row == {key: None if np.isnan(value) else value for key, value in expected.items()}
    case = comparison.cases.loc["=cmd()"]
    row = next(row for row in found["cases"] if row["case"] == "=cmd()")
    assert row["first predicted"] == case["first", "predicted"]
    assert row["outcome"] == case["outcome", ""]
    assert set(found["agreement"]) == set(comparison.agreement)
    assert found["failures"]["=third|"]["exception"] == "RuntimeError"
    sentences = {row["case"]: row for row in found["advice_by_method"]}
    labels = [label for label in comparison.analyses if label in comparison.advice]
    assert len(found["advice"]) == len(comparison.advice)
    for row, expected in zip(found["advice"], comparison.advice.to_dict("records"), strict=True):
        assert row.pop("index") is not None
        row |= {label: sentences[row["case"]][label] for label in labels}
        assert row == {key: None if pd.isna(value) else value for key, value in expected.items()}
    assert found["notes"] == comparison.notes.to_dict("records")
    assert found["analyses"]["first"]["tables"]["a/b"][0]["value"] is None  # infinite
    assert found["analyses"]["first"]["configurations"][0]["consistency"] == 0.1 + 0.2


# -------------------------------------------------------------------------------------------------------- csv


def test_csv_figures_survive_the_round_trip(comparison: eq.Comparison, tmp_path: Path) -> None:
    written(CsvTables(), comparison, tmp_path)

    def columns(name: str) -> dict[str, list[str]]:
        head, *rows = rows_of(tmp_path / "tables" / f"{name}.csv")
        return {heading: [row[number] for row in rows] for number, heading in enumerate(head)}

    def same(cells: list[str], expected: Any) -> None:
        np.testing.assert_array_equal([float(cell or "nan") for cell in cells], np.asarray(expected, dtype=float))

    fit = columns("fit")
    assert fit.pop("method") == list(comparison.fit.index)
    assert list(fit) == list(comparison.fit.columns)
    for name, cells in fit.items():
        same(cells, comparison.fit[name])
    for name, frame in comparison.agreement.items():
        for label, values in frame.items():
            same(columns(f"agreement_{name}")[str(label)], values)
    conditions = columns("conditions")
    assert list(conditions)[:5] == [
        "condition",
        "first role",
        "first direction",
        "first importance",
        "first importance_sd",
    ]
    same(conditions["first importance"], comparison.conditions["first", "importance"])
    cases = columns("cases")
    assert list(cases)[:3] == ["case", "outcome", "first group"]
    same(cases["outcome"], comparison.cases["outcome", ""])
    verdicts = columns("verdicts")
    assert {label: verdicts[label] for label in comparison.verdicts} == comparison.verdicts.to_dict("list")
    same(columns("first_configurations")["consistency"], [0.1 + 0.2, np.nan])
    same(columns("first_conditions")["weight"], [-0.5, np.nan])  # a number below 0 is no formula
    for name in comparison.study.raw:
        same(columns("raw")[name], comparison.study.raw[name])


def test_csv_text_is_no_formula(comparison: eq.Comparison, tmp_path: Path) -> None:
    written(CsvTables(), comparison, tmp_path)
    number = re.compile(r"[-+]?(\d+(\.\d*)?([eE][-+]?\d+)?|inf)")
    dangerous = 0
    for path in (tmp_path / "tables").glob("*.csv"):
        rows = rows_of(path)
        assert len({len(row) for row in rows}) == 1
        for cell in (cell for row in rows for cell in row):
            dangerous += cell.startswith("'")
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) or number.fullmatch(cell), (
                path.name,
                cell,
            )
    assert dangerous > 20
    names = [row[0] for row in rows_of(tmp_path / "tables" / "cases.csv")[1:]]
    assert [name.removeprefix("'") for name in names] == CASES
    assert names[:4] == ["<b>bold</b>", "'=cmd()", "a|b", "'+plus"]
    configurations = rows_of(tmp_path / "tables" / "configurations.csv")
    assert configurations[1][1:3] == ["A*~B", "A*~B"]
    assert configurations[1][-1] == "; ".join(CASES)
    assert configurations[2][-1] == ""


def test_csv_files_have_safe_names_of_their_own(comparison: eq.Comparison, tmp_path: Path) -> None:
    written(CsvTables(), comparison, tmp_path)
    names = [path.name for path in (tmp_path / "tables").iterdir()]
    assert len({name.lower() for name in names}) == len(names)
    assert all(re.fullmatch(r"[\w-][\w.-]*\.(csv|json)", name) for name in names)
    assert {"first_a_b.csv", "first_A_B-2.csv"} <= set(names)
    manifest = strict((tmp_path / "tables" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["seed"] == 0
    assert manifest["banner"] == comparison.banner
    assert set(manifest["tables"]) == {name for name in names if name.endswith(".csv")}


# ------------------------------------------------------------------------------------------- reading html back


class Page(HTMLParser):
    """What is on a page: tags with attributes, and the text of table cells."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.tables: list[dict[str, Any]] = []
        self.text = ""
        self._open: list[str] = []
        self._cell: list[str] | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "table":
            self.tables.append({"attributes": dict(attrs), "captions": [], "rows": [], "cells": []})
        elif tag == "tr":
            self.tables[-1]["rows"].append([])
        elif tag in ("td", "th", "caption"):
            self._cell = []
            if tag != "caption":
                self.tables[-1]["cells"].append((tag, dict(attrs)))
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "caption") and self._cell is not None:
            text, self._cell = " ".join("".join(self._cell).split()), None
            if tag == "caption":
                self.tables[-1]["captions"].append(text)
            else:
                self.tables[-1]["rows"][-1].append(text)

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in ("style", "script"):
            return
        self.text += data
        if self._cell is not None:
            self._cell.append(data)

    def names(self) -> set[str]:
        return {tag for tag, _ in self.tags}

    def table(self, caption: str) -> dict[str, Any]:
        return next(table for table in self.tables if table["captions"] == [caption])


def squeezed(text: str) -> str:
    return " ".join(text.split())


# -------------------------------------------------------------------------------------------------------- html


@pytest.fixture(scope="module")
def source(comparison: eq.Comparison, tmp_path_factory: pytest.TempPathFactory) -> str:
    (path,) = written(HtmlReport(), comparison, tmp_path_factory.mktemp("html"))
    assert path.name == "report.html"
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(source: str) -> Page:
    return Page(source)


def test_html_needs_no_network(source: str, page: Page) -> None:
    for tag, attributes in page.tags:
        for name in ("src", "srcset", "data", "action", "poster", "background"):
            assert name not in attributes, tag
        assert (attributes.get("href") or "#").startswith(("#", "data:,")), attributes
        assert not any(name.startswith("on") or name == "style" for name in attributes), attributes
    assert page.names().isdisjoint({"img", "iframe", "object", "embed", "form", "base", "video", "audio"})
    code = "".join(re.findall(r"<(?:style|script)>(.*?)</(?:style|script)>", source, flags=re.DOTALL))
    assert re.search(r"url\(|@import|https?:|fetch|XMLHttp|import\(", code) is None
    policy = next(each["content"] for tag, each in page.tags if each.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert "default-src 'none'" in policy


def test_html_shows_user_text_as_text(source: str, page: Page, comparison: eq.Comparison) -> None:
    assert source.count("<script") == 1
    assert page.names().isdisjoint({"b", "i", "u", "em"})
    text = squeezed(page.text)
    for expected in (
        f"Title {NASTY}",
        comparison.banner,
        f"Claim 0 {NASTY}",
        f"P3 {NASTY}",
        f"Try {NASTY}",
        f"no luck {NASTY}",
        "<u>rest</u>",
    ):
        assert squeezed(expected) in text
    shown_cases = [row[0] for row in page.table("What each method says of each case")["rows"][2:]]
    assert shown_cases == [squeezed(case) for case in CASES]


def test_html_tables_can_be_read_aloud(page: Page) -> None:
    assert len(page.tables) > 20
    for table in page.tables:
        assert len(table["captions"]) == 1
        assert table["captions"][0]
        assert all("scope" in attributes for tag, attributes in table["cells"] if tag == "th")
    identifiers = [each["id"] for _, each in page.tags if "id" in each]
    assert len(set(identifiers)) == len(identifiers)
    assert page.tags[0] == ("html", {"lang": "en"})
    assert {"main", "nav", "header", "footer", "h1"} <= page.names()
    targets = {(each["href"] or "")[1:] for tag, each in page.tags if tag == "a"}
    assert targets <= set(identifiers)
    assert {each["aria-labelledby"] for tag, each in page.tags if tag == "section"} <= set(identifiers)
    searched = {each["aria-controls"] for tag, each in page.tags if tag in ("input", "select")}
    assert searched
    assert searched <= set(identifiers)
    assert all(each.get("aria-label") for tag, each in page.tags if tag == "svg")
    assert all(
        "hidden" in each for _, each in page.tags if each.get("class") in ("search", "theme")
    )  # dead without a script


def test_html_verdict_matrix_says_every_verdict_in_words(page: Page, comparison: eq.Comparison) -> None:
    head, *rows = page.table("What each method says to each proposition")["rows"]
    assert head == ["Proposition", "first", "<i>second</i>", "In sum"]
    symbols = {"supported": "✔", "contradicted": "✘", "inconclusive": "?", "silent": "·"}
    for row, (name, answers) in zip(rows, comparison.verdicts.iterrows(), strict=True):
        assert row[1:3] == [f"{symbols[answer]} {answer}" for answer in answers]
        for label, evidence in comparison.verdict_evidence.loc[name].items():
            assert squeezed(f"{label}: {comparison.verdicts.at[name, label]}{evidence}") in row[0]


def test_html_figures_are_those_of_the_comparison(page: Page, comparison: eq.Comparison) -> None:
    rows = page.table("How well predictions agree with the outcome")["rows"]
    assert [row[0] for row in rows[2:]] == list(comparison.fit.index)
    for row, (_, expected) in zip(rows[2:], comparison.fit.iterrows(), strict=True):
        found = [np.nan if cell == "–" else float(cell) for cell in row[1:]]
        np.testing.assert_allclose(found, expected.to_numpy(dtype=float), atol=0.0005000001)
    table = page.table("What each method says of each case")
    values = [float(each["data-value"]) for tag, each in table["cells"] if "data-value" in each]
    expected = comparison.cases.select_dtypes("number").to_numpy().ravel()
    np.testing.assert_array_equal(values, expected)


def test_html_conditions_are_those_of_the_comparison(cities: Page, heilongjiang: eq.Comparison) -> None:
    head, *rows = cities.table("Role, direction and importance of each condition")["rows"]
    data, words = heilongjiang.conditions, {1: "↑ up", -1: "↓ down", 0: "– none"}
    assert head == ["condition", *heilongjiang.analyses]
    for row, name in zip(rows, data.index, strict=True):
        assert row[0].startswith(f"{name} · ")
        for cell, label in zip(row[1:], heilongjiang.analyses, strict=True):
            found = data.loc[name, label]
            importance = f"{found['importance']:z.3f} ± {found['importance_sd']:.3f}"
            assert (
                cell
                == f"{found['role']} {words[found['direction']]} {'–' if np.isnan(found['importance']) else importance}"
            )


def test_html_states_manifest_banner_failures_and_references(
    source: str, page: Page, comparison: eq.Comparison
) -> None:
    manifest = re.search(r"<pre[^>]*>(.*?)</pre>", source, flags=re.DOTALL)
    assert manifest is not None
    assert strict(Page(manifest[1]).text) == json.loads(json.dumps(comparison.manifest))
    assert ["data_sha256", comparison.manifest["data_sha256"]] in page.table("Manifest")["rows"]
    assert page.table("Methods that failed")["rows"][1][0] == "=third|"
    assert comparison.banner
    assert squeezed(page.text).count(squeezed(Averaging.reference)) == 3  # each method's own, and the list


def test_html_takes_in_the_figures_when_asked_to(tmp_path: Path) -> None:
    built_in = eq.methods()
    comparison = compared(methods={"<b>=fsqca</b>": built_in["fsqca"].cls(), "ols": built_in["regression"].cls()})
    (path,) = HtmlReport().write(comparison, tmp_path)
    plain = [each["aria-label"] for tag, each in Page(path.read_text(encoding="utf-8")).tags if tag == "svg"]
    (path,) = HtmlReport(figures=True).write(comparison, tmp_path)
    illustrated = Page(path.read_text(encoding="utf-8"))
    labels = [each["aria-label"] for tag, each in illustrated.tags if tag == "svg"]
    wanted = [
        f"{picture.title}. {picture.alt}"
        for picture in figures_of(comparison)
        if not picture.name.startswith(("verdicts", "agreement", "importance"))  # the page shows these by itself
    ]
    assert len(wanted) > 3
    assert sorted(set(labels) - set(plain)) == sorted(set(wanted))
    assert illustrated.names().isdisjoint({"b", "i", "u", "em", "img", "image", "foreignobject"})
    identifiers = [each["id"] for _, each in illustrated.tags if "id" in each]
    assert len(set(identifiers)) == len(identifiers)
    links = [each.get("href") or each.get("xlink:href") or "#" for _, each in illustrated.tags]
    assert all(link.startswith(("#", "data:,")) for link in links)


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2.2)."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_html_colours_have_contrast(source: str, scheme: int) -> None:
    colours = {
        name: pair[scheme] for name, *pair in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", source)
    }
    pairs = [(ink, ground, 4.5) for ink in ("ink", "quiet", "link") for ground in ("paper", "raised")]
    pairs += [("ink", "banner", 4.5), ("contradicted-ink", "paper", 4.5)]
    pairs += [(f"{answer}-ink", answer, 4.5) for answer in ("supported", "contradicted", "inconclusive")]
    pairs += [("ink", f"{side}-{shade}", 4.5) for side in ("more", "less") for shade in range(1, 6)]
    pairs += [(mark, "paper", 3.0) for mark in ("bar-in", "dot", "quiet")]  # parts of pictures, WCAG 1.4.11
    for ink, ground, least in pairs:
        low, high = sorted((luminance(colours[ink]), luminance(colours[ground])))
        assert (high + 0.05) / (low + 0.05) >= least, (ink, ground)


# ---------------------------------------------------------------------------------------------------- markdown


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
    assert [[cell.split()[1] for cell in row[2:4]] for row in verdicts[1:]] == comparison.verdicts.to_numpy().tolist()
    manifest = source[source.index("```json") + len("```json") : source.rindex("```")]
    assert strict(manifest)["data_sha256"] == comparison.manifest["data_sha256"]


# ----------------------------------------------------------------------------------------------- what is said


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
    negated = eq.compare(eq.run(comparison.run.study.negated(), methods={"only": Averaging()}))
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
    opening = f"Each method looks at the same {len(comparison.study.cases)} cases in its own way. Propositions are claims that"
    assert text.index(opening) < start
    alone = content(compared(methods={"only": Averaging()}))
    assert alone.opening.startswith(f"The method looks at {len(comparison.study.cases)} cases. ")
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


# ---------------------------------------------------------------------------------------------- the paths' chart


@pytest.fixture(scope="module")
def heilongjiang() -> eq.Comparison:
    return eq.compare(eq.run(eq.load_study("heilongjiang")))


@pytest.fixture(scope="module")
def cities(heilongjiang: eq.Comparison, tmp_path_factory: pytest.TempPathFactory) -> Page:
    (path,) = HtmlReport().write(heilongjiang, tmp_path_factory.mktemp("cities"))
    return Page(path.read_text(encoding="utf-8"))


def test_the_chart_has_each_path_with_its_core_conditions(heilongjiang: eq.Comparison, cities: Page) -> None:
    """Read back against the configurations' own columns: expression, core, consistency, coverage."""
    table = cities.table("Core and peripheral conditions of each path")
    _, head, *rows = table["rows"]
    signs = {"●core condition, present": (1, 1), "●peripheral condition, present": (1, 0)}
    signs |= {"⊗core condition, absent": (-1, 1), "⊗peripheral condition, absent": (-1, 0), "either": None}
    paths = [row for label in ("fsqca", "csqca") for _, row in heilongjiang.analyses[label].configurations.iterrows()]
    names = list(heilongjiang.study.condition_names)
    assert len(paths) == len(head) > 2
    for number, path in enumerate(paths, 1):
        assert head[number - 1].endswith(f": {path['expression']}")
        literals, core = path["expression"].split("*"), path["core"].split("*")
        for name, row in zip(names, rows, strict=False):
            literal = next((each for each in literals if each.removeprefix("~") == name), None)
            expected = None if literal is None else (-1 if literal[0] == "~" else 1, int(literal in core))
            assert signs[row[number]] == expected
        figures = [float(row[number]) for row in rows[len(names) :]]
        wanted = [path["consistency"], path["pri"], path["coverage"], path["unique_coverage"], len(path["cases"])]
        np.testing.assert_allclose(figures, wanted, atol=0.0005000001)
    cores = {}
    for label in ("fsqca", "csqca"):
        configurations = heilongjiang.analyses[label].configurations
        for heading, core in zip(content_chart(heilongjiang)[label], configurations["core"], strict=True):
            cores.setdefault((label, re.match(r"\d+", heading)[0]), set()).add(core)
    assert all(len(found) == 1 for found in cores.values())  # a number in common: the same core


def content_chart(comparison: eq.Comparison) -> pd.DataFrame:
    return next(table.data for table in content(comparison).tables() if table.name == "paths_chart")


def test_a_method_that_tells_no_core_has_a_chart_without(comparison: eq.Comparison) -> None:
    chart = content_chart(comparison)
    assert list(chart["first"].columns) == ["1: A*~B"]
    assert chart["first", "1: A*~B"].tolist()[:2] == ["●", "⊗"]


def test_multi_values_are_named_in_the_chart() -> None:
    study = eq.load_study("heilongjiang")
    method = eq.methods()["mvqca"].cls(thresholds={"LEAD": (30, 60)})
    comparison = eq.compare(eq.run(study, {"mv": method}))
    chart = content_chart(comparison)["mv"]
    for (_, path), heading in zip(comparison.analyses["mv"].configurations.iterrows(), chart, strict=True):
        literals = dict(literal.rstrip("]").split("[") for literal in path["expression"].split("*"))
        marks = [mark.split()[1] if mark else None for mark in chart[heading][: len(study.conditions)]]
        assert marks == [literals.get(name) for name in (each.name for each in study.conditions)]


# ---------------------------------------------------------------------------------------------------- pictures


def test_distributions_show_the_scores_and_their_anchors(heilongjiang: eq.Comparison) -> None:
    """Heights against numpy's own count of the cases on each side of the crossover, anchors against the study file."""
    study = heilongjiang.study
    for found in distributions(study):
        scores, members = study.raw[found.name], study.fuzzy[found.name]
        unit = (found.bottom - found.top) / found.most
        assert sum(bar.height for bar in found.bars) / unit == pytest.approx(len(scores), abs=0.05)
        assert sum(bar.inside for bar in found.bars) / unit == pytest.approx((members > 0.5).sum(), abs=0.05)
        assert [anchor.label for anchor in found.anchors] == ["20", "50", "80"]
        # The axis is linear: the anchors lie where their distances say.
        first, middle, last = (anchor.x for anchor in found.anchors)
        assert middle - first == pytest.approx(last - middle, abs=0.2)
        low, high = found.ends
        assert (float(low.label), float(high.label)) == (scores.min(), scores.max())
        per_score = (last - first) / 60
        for dot in found.dots:
            score = 20 + (dot.x - first) / per_score
            nearest = (scores - score).abs().idxmin()
            assert scores[nearest] == pytest.approx(score, abs=0.5)
            assert (found.bottom - dot.y) / (found.bottom - found.top) == pytest.approx(members[nearest], abs=0.01)
        assert len(found.dots) == scores.nunique()


def test_dots_are_the_cases(heilongjiang: eq.Comparison) -> None:
    for found in scatters(heilongjiang):
        cases = heilongjiang.cases[found.label]
        assert len(found.dots) == len(cases)
        for dot, (case, row) in zip(found.dots, cases.iterrows(), strict=True):
            across = (dot.x - found.left) / (found.right - found.left)
            up = (found.bottom - dot.y) / (found.bottom - found.top)
            outcome = heilongjiang.cases.at[case, ("outcome", "")]
            assert (across, up) == (pytest.approx(row["predicted"], abs=0.001), pytest.approx(outcome, abs=0.001))
            assert dot.label == f"{case}: predicted {row['predicted']:.2f}, outcome {outcome:.2f}"


def test_bars_are_the_importances(heilongjiang: eq.Comparison) -> None:
    table, units = heilongjiang.conditions, []
    for found in importances(heilongjiang):
        for row, (name, values) in zip(found.rows, table[found.label].iterrows(), strict=True):
            assert row.name == name
            assert float(row.text) == pytest.approx(values["importance"], abs=0.0005000001)
            if abs(values["importance"]) > 0.01:
                units.append((row.bar.width if values["importance"] > 0 else -row.bar.width) / values["importance"])
                units.append((row.high - row.low) / 2 / values["importance_sd"])
    np.testing.assert_allclose(units, np.median(units), rtol=0.05)


def test_anchors_of_other_names_and_learned_ones_are_drawn() -> None:
    class Two(eq.Calibrator):
        """Rising between two scores."""

        name = "two-ends"
        lowest: float
        highest: float

        def calibrate(self, raw: pd.Series) -> pd.Series:
            return ((raw - self.lowest) / (self.highest - self.lowest)).clip(0, 1)

        def anchor_scores(self) -> dict[str, float]:
            return {"lowest": self.lowest, "highest": self.highest}

    study = eq.Study(
        name="ends",
        data=pd.DataFrame({"a": [1.0, 2, 8, 9], "b": [10.0, 20, 80, 90], "y": [12.0, 30, 60, 95]}, index=list("abcd")),
        outcome=eq.Variable("Y", "y", calibrate=Two(lowest=10, highest=90)),
        conditions=[
            eq.Variable("A", "a", calibrate={"method": "clusters"}),
            eq.Variable("B", "b", calibrate={"method": "crisp", "threshold": 50}),
        ],
    ).calibrate()
    labels = [[anchor.label for anchor in picture.anchors] for picture in distributions(study)]
    assert labels == [["10", "90"], ["5"], ["50"]]  # 5: the middle of the gap between 2 and 8
    assert "Anchors: lowest 10, highest 90." in distributions(study)[0].text
    assert [text.get_text() for text in equifinal_output.plot_calibration(study, "A").texts] == ["threshold\n5"]


def test_an_anchor_far_away_does_not_flatten_the_picture() -> None:
    far = eq.Variable("FAR", "far", calibrate={"method": "direct", "full_out": 0, "crossover": 5, "full_in": 10_000})
    data = pd.DataFrame({"far": np.arange(10.0), "y": np.arange(10.0) * 10 + 5, "z": np.arange(10.0) % 4}, CASES)
    rest = {"method": "direct", "full_out": 20, "crossover": 50, "full_in": 80}
    study = eq.Study(
        name="far", data=data, outcome=eq.Variable("Y", "y", calibrate=rest), conditions=[far, eq.Variable("Z", "z")]
    ).calibrate()
    _, drawn, raw = distributions(study)
    assert [anchor.label for anchor in drawn.anchors] == ["0", "5"]
    assert "full in 10000" in drawn.text
    assert raw.text.endswith("Not calibrated.")
    assert not raw.dots


def test_how_to_cite_is_what_the_project_says(page: Page, comparison: eq.Comparison) -> None:
    project = (Path(__file__).parents[3] / "CITATION.cff").read_text(encoding="utf-8")
    title, version, year = (
        re.search(pattern, project)[1]
        for pattern in (r'\ntitle: "(.*)"', r"\nversion: (.*)", r'\ndate-released: "(\d+)')
    )
    cited = CITATION.format(version=version)
    assert cited == f"The equifinal developers ({year}). {title}. Version {version}."
    assert comparison.manifest["version"] == version
    assert cited in squeezed(page.text)
    assert comparison.manifest["data_sha256"] in page.text


def test_advice_is_the_nearest_path_of_each_case(heilongjiang: eq.Comparison) -> None:
    table = next(table for table in content(heilongjiang).tables() if table.name == "advice_by_method")
    advice = heilongjiang.advice
    assert list(table.readable.index) == list(dict.fromkeys(advice["case"]))
    for case, row in table.readable.iterrows():
        own = advice[advice["case"] == case].sort_values(["distance", "shortfall"], kind="stable")
        near = own[
            np.isclose(own["shortfall"], own["shortfall"].iloc[0]) & (own["distance"] == own["distance"].iloc[0])
        ]
        assert row["nearest path"] == " or ".join(
            f"{p} ({m})" for p, m in zip(near["path"], near["method"], strict=True)
        )
        for target in near["raw_targets"]:
            assert target in row["what it would take"]
    assert len(near) >= 1
    assert " or " in table.readable.loc["Jixi", "nearest path"]  # two paths are as near


def test_the_banner_takes_the_place_of_the_note(comparison: eq.Comparison) -> None:
    assert content(comparison).banner.startswith("Simulated data.")
    assert content(comparison).note == ""
    observed = content(compared(provenance="observed"))
    assert (observed.banner, observed.note) == ("", squeezed(f"Note {NASTY}"))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "–"),
        (np.nan, "–"),
        (pd.NA, "–"),
        (True, "yes"),
        (np.int64(3), "3"),
        (0.0005, "0.001"),
        (-0.25, "-0.250"),
        (1.0, "1.000"),
        (86.0, "86"),
        (0.00012, "1.2e-04"),
        (1e-17, "0.000"),
        (-1e-17, "0.000"),
        (1234567.8, "1.235e+06"),
        (np.inf, "∞"),
        (("x", 0.5), "x; 0.500"),
    ],
)
def test_values_as_people_read_them(value: Any, expected: str) -> None:
    assert shown(value) == expected


def test_columns_have_like_decimals() -> None:
    assert shown_column(pd.Series([3.0, np.nan, 40.0])) == ["3", "–", "40"]
    assert shown_column(pd.Series([1.0, 0.0])) == ["1.000", "0.000"]
    assert shown_column(pd.Series([0.5, 0.00012])) == ["0.500", "0.000"]
    assert shown_column(pd.Series([0.0002, 0.00012])) == ["2.0e-04", "1.2e-04"]
    assert shown_column(pd.Series([1, 2])) == ["1", "2"]
    assert shown_column(pd.Series(["=a", None], dtype=object)) == ["=a", "–"]


def test_pages_show_the_first_rows_of_thousands_and_say_so():
    import pandas as pd

    from equifinal_output.report.document import MOST_ROWS, Table

    few, many = (pd.DataFrame({"a": range(rows)}) for rows in (MOST_ROWS, 2 * MOST_ROWS))
    assert Table("t", "Title", few).heading == "Title"
    assert len(Table("t", "Title", few).shown) == MOST_ROWS
    table = Table("t", "Title", many)
    assert table.heading == "Title (the first 1,000 of 2,000 rows; the formats csv and json have all)"
    assert table.shown["a"].tolist() == list(range(MOST_ROWS))
    assert len(table.data) == 2 * MOST_ROWS
