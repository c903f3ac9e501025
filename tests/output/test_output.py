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
from equifinal_output import CsvTables, HtmlReport, JsonFile, MarkdownReport
from equifinal_output.content import content, in_sum
from equifinal_output.wording import shown, shown_column

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
    assert len(found["advice"]) == len(comparison.advice)
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
    assert {each["data-table"] for tag, each in page.tags if tag == "input"} <= set(identifiers)


def test_html_verdict_matrix_says_every_verdict_in_words(page: Page, comparison: eq.Comparison) -> None:
    head, *rows = page.table("What each method says to each proposition")["rows"]
    assert head == ["Proposition", "first", "<i>second</i>", "In sum"]
    symbols = {"supported": "✓", "contradicted": "✗", "inconclusive": "?", "silent": "·"}
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


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2.2)."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_html_colours_have_contrast(source: str, scheme: int) -> None:
    colours = dict(re.findall(r"--([\w-]+): (#\w{6})", re.findall(r":root \{(.*?)\}", source, flags=re.DOTALL)[scheme]))
    pairs = [(ink, ground) for ink in ("ink", "quiet", "link") for ground in ("paper", "raised")] + [("ink", "banner")]
    pairs += [(f"{answer}-ink", answer) for answer in ("supported", "contradicted", "inconclusive")]
    for ink, ground in pairs:
        low, high = sorted((luminance(colours[ink]), luminance(colours[ground])))
        assert (high + 0.05) / (low + 0.05) >= 4.5, (ink, ground)


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


def test_at_a_glance_counts_the_verdicts() -> None:
    two = compared(propositions=8, methods={"a": Averaging(), "b": Averaging(shift=1)})
    # P0: supported, contradicted; P1: contradicted, inconclusive; P2: inconclusive, silent; P3: silent, supported; twice.
    assert in_sum(two.verdicts).tolist() == ["they part", "partly inconclusive", "all inconclusive", "all support"] * 2
    assert content(two).glance == (
        "8 propositions, 2 methods. On 2 all methods that answer support the claim (answered by one method alone); on 2 they "
        "part: one supports what another contradicts; on 2 some take a side and others are inconclusive; on 2 all methods that "
        "answer are inconclusive (answered by one method alone)."
    )
    one = compared(methods={"a": Averaging(), "gone": Failing()})
    assert in_sum(one.verdicts).tolist() == ["all support", "all contradict", "all inconclusive", "nobody answers"]
    assert content(one).glance.endswith("on 1 no method answers. 1 method failed and is left out.")


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
