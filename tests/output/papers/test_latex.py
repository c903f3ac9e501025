"""Tables for papers in LaTeX."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

import equifinal as eq
from equifinal_output import (
    LatexTables,
    PublicationTable,
    latex,
    publication_tables,
)
from equifinal_output.papers.cells import Cell, Row
from equifinal_output.papers.latex_text import escaped


def rows_of(source: str) -> list[list[str]]:
    """The rows of a LaTeX table between its first rule below the headings and the last, plain."""
    body = source.split(r"\midrule", 1)[1].rpartition(r"\bottomrule")[0].rpartition(r"\endhead")[2]
    rows = []
    for line in body.split("\n"):
        if line.endswith(r" \\"):
            cells = re.split(r"(?<!\\)&", line.removesuffix(r" \\"))
            rows.append([plain(cell.strip()) for cell in cells])
    return rows


def plain(text: str) -> str:
    text = re.sub(r"^\\multicolumn\{\d+\}\{\w\}\{(.*)\}$", r"\1", text)
    text = re.sub(r"^\{\\(Large|scriptsize) (.*)\}$", r"\2", text)
    signs = {"$-$": "-", "$\\sim$": "~", "{*}": "*", "{[}": "[", "{]}": "]", "$\\bullet$": "●", "$^{2}$": "²"}
    signs |= {
        "\\textendash{}": "–",
        "$\\otimes$": "⊗",
        "\\checkmark{}": "✔",
        "$\\times$": "✘",
        "$\\cdot$": "·",
        "\\_": "_",
    }
    for sign, character in signs.items():
        text = text.replace(sign, character)
    return text


def test_latex_rows_hold_the_same(barometer: eq.Comparison, tmp_path: Path) -> None:
    written = {path.stem: path.read_text(encoding="utf-8") for path in LatexTables().write(barometer, tmp_path)}
    document = written.pop("all-tables")
    expected = publication_tables(barometer)
    assert list(written) == [table.name.replace("_", "-") for table in expected]
    for table, (stem, source) in zip(expected, written.items(), strict=True):
        assert rf"\input{{{stem}}}" in document
        assert barometer.manifest["data_sha256"] in source.splitlines()[0]
        assert all(rf"\{rule}rule" in source for rule in ("top", "mid", "bottom"))
        assert source.isascii()
        assert rows_of(source) == [[cell.text for cell in row.cells] for row in table.rows]
        assert rf"\label{{tab:{stem}}}" in source


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("100% & _x_ #1", r"100\% \& \_x\_ \#1"),
        ("\\foo{} $5 ^", r"\textbackslash{}foo\{\} \$5 \textasciicircum{}"),
        ('<b> | "q" `', r"\textless{}b\textgreater{} \textbar{} \char34{}q\char34{} \textasciigrave{}"),
        ("A*~B + [C]", r"A{*}$\sim$B + {[}C{]}"),
        ("-0.5, a-b, 2014-15", r"$-$0.5, a-b, 2014-15"),
        ("a--b '' c", r"a-{}-b '{}' c"),
        ("é ü ñ ç å ø ß ł", r"\'{e} \"{u} \~{n} \c{c} \aa{} \o{} \ss{} \l{}"),
        ("í ế e\u0301", r"\'{\i} \'{\^{e}} \'{e}"),
        (
            "≥ → ● ⊗ ✓ ² – ρ Σ",
            r"$\geq$ $\rightarrow$ $\bullet$ $\otimes$ \checkmark{} $^{2}$ \textendash{} $\rho$ $\Sigma$",
        ),
        ("line\nbreak\ttab\x07", "line break tab"),
        ("漢", r"\ifdefined\Umathchar 漢\else {[}U+6F22{]}\fi{}"),
    ],
)
def test_latex_prints_text_as_it_is(text: str, expected: str) -> None:
    assert escaped(text) == expected


def test_a_long_table_goes_on_on_the_next_page() -> None:
    rows = tuple(Row((Cell(f"row {number}"), Cell("0.5"))) for number in range(60))
    source = latex(PublicationTable("t", "T", ("label", "number"), ((Cell("a"), Cell("b")),), rows))
    assert source.count(r"\begin{longtable}") == source.count(r"\end{longtable}") == 1
    assert source.count("a & ") == 2  # the headings, on the first and on every further page
    assert "longtable" in source.splitlines()[0]


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="there is no pdflatex")
def test_latex_compiles(strange: eq.Comparison, tmp_path: Path) -> None:
    LatexTables().write(strange, tmp_path)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all-tables.tex"]
    done = subprocess.run(command, cwd=tmp_path / "latex", capture_output=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-2000:]
