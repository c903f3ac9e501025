"""Tables in the terminal fit it, and no word is broken."""

import io
from typing import Any

import pandas as pd
import pytest
from rich.cells import cell_len
from rich.console import Console

import equifinal as eq
from equifinal.shell.tables import show_frame
from equifinal.shell.terminal import show


@pytest.fixture(scope="module")
def comparison() -> eq.Comparison:
    study = eq.load_study("open-data-barometer-2014")
    return eq.compare(
        eq.run(study, methods=["fsqca", "csqca", "regression", "clustering", "regression-membership"]), evidence=False
    )


def printed(thing: Any, width: int, **options: Any) -> str:
    console = Console(width=width, file=io.StringIO(), color_system=None)
    (show if isinstance(thing, eq.Comparison) else show_frame)(thing, console, **options)
    return str(console.file.getvalue())  # type: ignore[attr-defined]


@pytest.mark.parametrize("width", [120, 80, 60, 45])
def test_a_comparison_fits_the_terminal(comparison: eq.Comparison, width: int) -> None:
    text = printed(comparison, width)
    assert max(map(cell_len, text.split("\n"))) <= width
    words = set(text.split())
    # Whole words at any width.
    assert {"contributing", "consistency", "coverage", "regression", "clustering", "LEAD*DEM*FIN"} <= words
    for label, row in comparison.conditions.iterrows():
        assert str(label) in words
        for method in comparison.analyses:
            assert any(f"{row[method, 'importance']:.3f}" in word for word in words)
    pairs = comparison.fit[["mae", "mae_out_of_sample"]].round(2).drop_duplicates().to_numpy().ravel()
    assert {f"{value:.2f}" for value in pairs} <= {word.rstrip(";") for word in words}


def test_columns_share_the_room_and_no_word_is_broken() -> None:
    frame = pd.DataFrame(
        {"number": [0.5, 2.0], "words": ["an extraordinarily long sentence of many words", "short"]}, index=["a", "b"]
    )
    narrow = printed(frame, 34)
    assert max(map(len, narrow.split("\n"))) <= 34
    assert "extraordinarily" in narrow.split()
    assert narrow.split("\n")[3].split()[:2] == ["a", "0.500"]


def test_what_does_not_fit_side_by_side_becomes_paragraphs() -> None:
    frame = pd.DataFrame({"extraordinarily": [0.5], "incomprehensible": ["[bold]x"]}, index=["[red]a"])
    assert printed(frame, 24, title="Title").split() == [
        *("Title", "[red]a", "extraordinarily", "0.500", "incomprehensible", "[bold]x")
    ]
    assert printed(frame, 80).split()[:2] == ["extraordinarily", "incomprehensible"]


@pytest.mark.parametrize(
    "arguments",
    [
        *(("list", kind) for kind in ("methods", "calibrators", "outputs", "studies", "plugins")),
        ("describe", "open-data-barometer-2014"),
        ("describe", "regression"),
    ],
    ids=" ".join,
)
def test_lists_and_descriptions_fit_80_columns(arguments: tuple[str, ...], cli: Any) -> None:
    ended = cli(*arguments)
    assert ended.code == 0
    assert max(map(cell_len, ended.out.split("\n"))) <= 80
    expected = {"list studies": "open-data-barometer-2013-2014", "describe regression": "(component-plus-residual)"}
    assert expected.get(" ".join(arguments), "") in ["", *ended.out.split()]
