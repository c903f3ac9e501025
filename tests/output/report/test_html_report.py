"""The page: complete, readable aloud, and no text of a user becomes markup."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from output_toys import CASES, NASTY, Averaging, Page, compared, squeezed, strict

import equifinal as eq
from equifinal_output import HtmlReport
from equifinal_output.figures import figures_of
from evidence_toys import with_evidence


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
        assert row[1:3] == [f"{symbols[answer]} {answer}" for answer in answers]  # without evidence: sign, then word
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
    data = heilongjiang.conditions
    assert head == ["condition", *heilongjiang.analyses]
    for row, name in zip(rows, data.index, strict=True):
        assert row[0].startswith(f"{name} · ")
        for cell, label in zip(row[1:], heilongjiang.analyses, strict=True):
            found = data.loc[name, label]
            importance = "–" if np.isnan(found["importance"]) else f"{found['importance']:z.3f}"
            assert cell == f"{found['role']} direction not tested {importance}"


def test_html_shows_what_is_firm_and_what_fails(heilongjiang: eq.Comparison, tmp_path: Path) -> None:
    found = with_evidence(heilongjiang, 2)
    (path,) = HtmlReport().write(found, tmp_path)
    source = path.read_text(encoding="utf-8")
    page = Page(source)
    _, *rows = page.table("What each method says to each proposition")["rows"]
    decided = found.verdicts.isin(["supported", "contradicted"])
    for row, name in zip(rows, found.verdicts.index, strict=True):
        for cell, label in zip(row[1:], found.verdicts.columns, strict=False):
            assert cell.startswith(found.marks.at[name, label])
            assert squeezed(found.standing.at[name, label]) in cell
    loose = decided & ~found.firm
    assert source.count('" title="') == source.count('loose" title="') + int((~loose).to_numpy().sum())
    assert source.count('loose" title="') == int(loose.to_numpy().sum())
    conditions = page.table("Role, direction and importance of each condition")["rows"][1:]
    arrows = {1: "↑ up", -1: "↓ down", 0: "no firm direction"}
    for row, (_, signs) in zip(conditions, found.shown_directions.iterrows(), strict=True):
        assert all(arrows[sign] in cell for cell, sign in zip(row[1:], signs, strict=True))
    for sentence in (*found.headline.answer, *found.headline.agreed, *found.headline.standing):
        assert squeezed(sentence) in squeezed(page.text)


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
