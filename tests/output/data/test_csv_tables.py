"""The format csv: figures survive, and text is not a formula."""

import re
from pathlib import Path
from typing import Any

import numpy as np
from output_toys import CASES, Averaging, compared, rows_of, strict, written

import equifinal as eq
from equifinal_output import CsvTables
from evidence_toys import with_evidence


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
        "first importance_error",
    ]
    same(conditions["first importance"], comparison.conditions["first", "importance"])
    cases = columns("cases")
    assert list(cases)[:3] == ["case", "outcome", "first group"]
    same(cases["outcome"], comparison.cases["outcome", ""])
    verdicts = columns("verdicts")
    assert {label: verdicts[label] for label in comparison.verdicts} == comparison.verdicts.to_dict("list")
    same(columns("first_configurations")["consistency"], [0.1 + 0.2, np.nan])
    same(columns("first_conditions")["weight"], [-0.5, np.nan])  # a number below 0 is no formula
    for name in comparison.calibrated.raw:
        same(columns("raw")[name], comparison.calibrated.raw[name])


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


def test_csv_holds_the_evidence(tmp_path: Path) -> None:
    comparison = with_evidence(compared(methods={"a": Averaging(), "b": Averaging(shift=1)}), 3)
    written(CsvTables(), comparison, tmp_path)
    head, *rows = rows_of(tmp_path / "tables" / "evidence_verdicts.csv")
    assert head[:2] == ["id", "method"]
    assert head[-1] == "firm_together"
    firm = {(row[0], row[1]): row[head.index("firm")] == "True" for row in rows}
    assert firm == {place: bool(row["firm"]) for place, row in comparison.evidence.iterrows()}
    assert len(rows_of(tmp_path / "tables" / "evidence_directions.csv")) == 1 + len(comparison.direction_evidence)
