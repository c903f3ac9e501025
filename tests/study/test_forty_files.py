"""Forty files as people keep them, four languages by ten kinds: `study new` and `compare` read each rightly, or say in one
sentence which row, value and key it is about, and read it once the key is given."""

import codecs
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import equifinal as eq

BUDGET = [850.5, 1200.25, 12500.75, 640.5, 3100.25, 990.75]
STAFF = [12, 30, 7, 22, 41, 3]
OPEN = [31.5, 38.25, 93.5, 12.75, 60.5, 77.25]


@dataclass(frozen=True)
class Locale:
    """How tables are written in one place."""

    names: list[str]
    head: list[str]  # name, budget, staff, openness
    title: str
    source: str
    separator: str
    decimal: str
    thousands: str
    code_page: str
    no_value: str

    def number(self, value: float) -> str:
        text = f"{value:,}".replace(",", "\0").replace(".", self.decimal)
        return text.replace("\0", self.thousands)

    def rows(self) -> list[list[str]]:
        scores = zip(BUDGET, STAFF, OPEN, strict=True)
        return [[name, *map(self.number, each)] for name, each in zip(self.names, scores, strict=True)]

    def text(self, rows: list[list[str]], separator: str | None = None, end: str = "\r\n") -> str:
        mark = separator or self.separator
        return "".join(
            mark.join(f'"{cell}"' if mark in cell else cell for cell in row) + end for row in [self.head, *rows]
        )


LOCALES = {
    "en": Locale(
        ["Boston", "St. Paul", "Reno", "Austin", "El Paso", "Provo"],
        ["City", "Budget", "Staff", "Openness"],
        "Open data 2024",
        "Source: own survey",
        ",",
        ".",
        ",",
        "cp1252",
        "unknown",
    ),
    "de": Locale(
        ["Köln", "Würzburg", "Bad Orb", "Görlitz", "Ulm", "Fürth"],
        ["Gemeinde", "Budget", "Stellen", "Offenheit"],
        "Offene Daten 2024",
        "Quelle: eigene Erhebung",
        ";",
        ",",
        ".",
        "cp1252",
        "k. A.",
    ),
    "ru": Locale(
        ["Пермь", "Омск", "Тверь", "Казань", "Тула", "Псков"],
        ["Город", "Бюджет", "Штат", "Открытость"],
        "Открытые данные 2024",
        "Источник: опрос",
        ";",
        ",",
        "\u00a0",
        "cp1251",
        "н/д",
    ),
    "zh": Locale(
        ["哈尔滨", "大庆", "黑河", "鸡西", "伊春", "绥化"],
        ["城市", "预算", "人员", "开放度"],
        "开放数据 2024",
        "资料来源：调查",
        ",",
        ".",
        ",",
        "gb18030",
        "无数据",
    ),
}


@dataclass(frozen=True)
class Kept:
    """A file: what `study new` answers, as words of its sentence, and the options after which it is read."""

    path: Path
    sentence: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    without: tuple[str, ...] = ()  # columns that are no sets, and why
    mended: str = ""  # the file as the sentence asks for it


def from_a_spreadsheet(here: Locale, path: Path) -> Kept:
    path = path.with_suffix(".csv")
    path.write_bytes(codecs.BOM_UTF8 + here.text(here.rows()).encode())
    return Kept(path, notes=("Decimals are written with a comma",) if here.decimal == "," else ())


def unicode_text(here: Locale, path: Path) -> Kept:
    path = path.with_suffix(".txt")
    path.write_bytes(here.text(here.rows(), "\t").encode("utf-16"))
    return Kept(path, notes=("Read as UTF-16", "separated by tabs"))


def in_the_code_page(here: Locale, path: Path) -> Kept:
    path = path.with_suffix(".csv")
    path.write_bytes(here.text(here.rows()).encode(here.code_page))
    if here.code_page == "cp1252":
        return Kept(path)  # these letters are the same in all of Europe that writes Latin letters
    return Kept(path, ("not in UTF-8: see line 1", "encoding = 'cp1252'"), ("--encoding", here.code_page))


def with_titles_and_sources(here: Locale, path: Path) -> Kept:
    path = path.with_suffix(".csv")
    mark = here.separator
    around = f"{here.title}{mark * 3}\n{mark * 3}\n{here.text(here.rows(), end=chr(10))}{mark * 3}\n{here.source}{mark * 3}\n"
    path.write_text(around, encoding="utf-8")
    return Kept(path, notes=(f"row 1, '{here.title}'", f"row 11, '{here.source}'"))


def workbook(here: Locale, path: Path) -> Kept:
    import openpyxl

    path = path.with_suffix(".xlsx")
    book = openpyxl.Workbook()
    page = book.active
    page.title = here.head[0]
    rows = zip(here.names, BUDGET, map(here.number, STAFF), map(here.number, OPEN), strict=True)  # numbers, and texts
    for row in [[here.title], [], here.head, *rows]:
        page.append(row)
    book.create_sheet("2").append([here.source])
    book.save(path)
    return Kept(path, notes=(f"Sheet '{here.head[0]}' was read", f"row 1, '{here.title}'"))


def open_document(here: Locale, path: Path) -> Kept:
    pytest.importorskip("odf")
    path = path.with_suffix(".ods")
    frame = pd.DataFrame(zip(here.names, BUDGET, STAFF, map(here.number, OPEN), strict=True), columns=here.head)
    frame.to_excel(path, index=False, engine="odf")
    return Kept(path)


def without_values(here: Locale, path: Path) -> Kept:
    path = path.with_suffix(".csv")
    rows = here.rows()
    lines = [[*here.head, "x"], *([*row, here.no_value if number == 2 else "1"] for number, row in enumerate(rows))]
    path.write_text(
        "".join(here.separator.join(f'"{cell}"' for cell in line) + "\n" for line in lines), encoding="utf-8"
    )
    named = here.names[2]
    if here.no_value != "unknown":
        return Kept(
            path, notes=(f"Read as missing: '{here.no_value}' (1)",), without=(f"x (has no number for {named})",)
        )
    return Kept(path, without=(f"x (does not hold numbers throughout ('{here.no_value}' for {named}))",))


def with_units(here: Locale, path: Path) -> Kept:
    path = path.with_suffix(".csv")
    units = ["", "Mio", "n", "0–100"]
    path.write_text(here.text([units, *here.rows()], end="\n"), encoding="utf-8")
    sentence = (f"has 'Mio' in row 2, above the numbers of column '{here.head[1]}'", "header = 2")
    return Kept(path, sentence, mended=here.text(here.rows()))


def whole_thousands(here: Locale, path: Path) -> Kept:
    """Budgets in whole thousands and nothing beside them that has a decimal."""
    path = path.with_suffix(".csv")
    rows = [
        [name, f"{number},000".replace(",", here.thousands), str(number), str(number * 2)]
        for name, number in zip(here.names, STAFF, strict=True)
    ]
    path.write_text(here.text(rows, end="\n"), encoding="utf-8")
    if here.thousands != ".":
        return Kept(path)
    return Kept(path, ("'12.000' in row 2", f"column '{here.head[1]}'", "decimal = ','"), ("--decimal", ","))


def statistics(here: Locale, path: Path) -> Kept:
    pyreadstat = pytest.importorskip("pyreadstat")
    path = path.with_suffix(".sav")
    columns = {"city": range(1, 7), "budget": BUDGET, "staff": STAFF, "open": OPEN, "x": [1, 2, 99, 4, 5, 6]}
    labels = {"city": dict(enumerate(here.names, start=1)), "x": {99: here.no_value}}
    about = dict(zip(columns, here.head, strict=False))
    frame = pd.DataFrame(columns).astype(float)
    pyreadstat.write_sav(frame, path, variable_value_labels=labels, missing_ranges={"x": [99]}, column_labels=about)
    return Kept(path, options=("--case", "city"), without=(f"x (has no number for {here.names[2]})",))


KINDS: list[Callable[[Locale, Path], Kept]] = [
    from_a_spreadsheet,
    unicode_text,
    in_the_code_page,
    with_titles_and_sources,
    workbook,
    open_document,
    without_values,
    with_units,
    whole_thousands,
    statistics,
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("locale", LOCALES)
def test_a_file_as_people_keep_it_is_read_or_answered(
    locale: str, kind: Callable[[Locale, Path], Kept], tmp_path: Path, cli: Any
) -> None:
    here = LOCALES[locale]
    kept = kind(here, tmp_path / here.head[0])
    outcome = "open" if kind is statistics else here.head[3]
    begin = ("study", "new", kept.path, "--outcome", outcome)
    if kept.sentence:
        ended = cli(*begin)
        assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
        assert [words for words in kept.sentence if words not in ended.err] == []
        assert not (tmp_path / "study.toml").exists()
    if kept.mended:
        kept.path.write_text(kept.mended, encoding="utf-8")
    ended = cli(*begin, *kept.options)
    assert (ended.code, ended.err) == (0, "")
    said = " ".join(ended.out.split())
    assert [words for words in (*kept.notes, *kept.without) if words not in said] == []
    path = tmp_path / "study.toml"
    blank = '# calibrate = {method = "direct", full_out = , crossover = , full_in = }'
    anchors = 'calibrate = {method = "direct", full_out = 10, crossover = 35, full_in = 90}'
    path.write_text(path.read_text(encoding="utf-8").replace(blank, anchors, 1), encoding="utf-8")  # of the outcome
    study = eq.load_study(path)
    assert study.data.index.tolist() == here.names
    budget, staff, openness = (
        study.data[each].tolist()
        for each in (study.conditions[0].column, study.conditions[1].column, study.outcome.column)
    )
    if kind is whole_thousands:
        assert (budget, staff, openness) == ([1000 * each for each in STAFF], STAFF, [2 * each for each in STAFF])
    else:
        assert (budget, staff, openness) == (BUDGET, STAFF, OPEN)
    ended = cli("compare", path, "-m", "clustering", "--quick")
    assert (ended.code, ended.err) == (0, "")
    assert "6 cases" in ended.out


def test_there_are_forty() -> None:
    assert len(LOCALES) * len(KINDS) == 40
