"""The small pictures of the report show what the tables hold."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from output_toys import CASES, NASTY, Page, compared, squeezed

import equifinal as eq
import equifinal_output
from equifinal.plain import shown, shown_column
from equifinal_output.report.content import content
from equifinal_output.report.drawings import distributions, importances, scatters
from equifinal_output.report.sections import CITATION


def test_distributions_show_the_scores_and_their_anchors(heilongjiang: eq.Comparison) -> None:
    """Heights against numpy's own count of the cases on each side of the crossover, anchors against the study file."""
    study = heilongjiang.calibrated
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
            if abs(values["importance"]) > 0.005:
                units.append((row.bar.width if values["importance"] > 0 else -row.bar.width) / values["importance"])
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

    calibrated = eq.Study(
        name="ends",
        data=pd.DataFrame({"a": [1.0, 2, 8, 9], "b": [10.0, 20, 80, 90], "y": [12.0, 30, 60, 95]}, index=list("abcd")),
        outcome=eq.Variable("Y", "y", calibrate=Two(lowest=10, highest=90)),
        conditions=[
            eq.Variable("A", "a", calibrate={"method": "clusters"}),
            eq.Variable("B", "b", calibrate={"method": "crisp", "threshold": 50}),
        ],
    ).calibrate()
    labels = [[anchor.label for anchor in picture.anchors] for picture in distributions(calibrated)]
    assert labels == [["10", "90"], ["5"], ["50"]]  # 5: the middle of the gap between 2 and 8
    assert "Anchors: lowest 10, highest 90." in distributions(calibrated)[0].text
    assert [text.get_text() for text in equifinal_output.plot_calibration(calibrated, "A").texts] == ["threshold\n5"]


def test_an_anchor_far_away_does_not_flatten_the_picture() -> None:
    far = eq.Variable("FAR", "far", calibrate={"method": "direct", "full_out": 0, "crossover": 5, "full_in": 10_000})
    data = pd.DataFrame({"far": np.arange(10.0), "y": np.arange(10.0) * 10 + 5, "z": np.arange(10.0) % 4}, CASES)
    rest = {"method": "direct", "full_out": 20, "crossover": 50, "full_in": 80}
    calibrated = eq.Study(
        name="far", data=data, outcome=eq.Variable("Y", "y", calibrate=rest), conditions=[far, eq.Variable("Z", "z")]
    ).calibrate()
    _, drawn, raw = distributions(calibrated)
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
    table = next(
        table
        for section in content(heilongjiang).sections
        for table in section.tables
        if table.name == "advice_by_method"
    )
    advice, variable = heilongjiang.advice, heilongjiang.calibrated.variable

    def in_labels(path: str) -> str:
        literals = path.split("*")
        return " and ".join(f"no {variable(x[1:]).label}" if x[0] == "~" else variable(x).label for x in literals)

    assert list(table.readable.index) == list(dict.fromkeys(advice["case"]))
    for case, row in table.readable.iterrows():
        own = advice[advice["case"] == case].sort_values(["distance", "shortfall"], kind="stable")
        near = own[
            np.isclose(own["shortfall"], own["shortfall"].iloc[0]) & (own["distance"] == own["distance"].iloc[0])
        ]
        assert row["nearest path"] == " or ".join(
            f"{in_labels(p)} ({m})" for p, m in zip(near["path"], near["method"], strict=True)
        )
        for target in near["raw_targets"]:
            assert target in row["what separates it from the case"]
    assert len(near) >= 1


def test_the_banner_takes_the_place_of_the_note(comparison: eq.Comparison) -> None:
    assert content(comparison).banner.startswith("Simulated data.")
    assert not any(NASTY in each for each in content(comparison).caveats)
    observed = content(compared(provenance="observed"))
    assert (observed.banner, observed.caveats[0]) == ("", squeezed(f"Note {NASTY}"))


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

    from equifinal_output.tables import MOST_ROWS, Table

    few, many = (pd.DataFrame({"a": range(rows)}) for rows in (MOST_ROWS, 2 * MOST_ROWS))
    assert Table("t", "Title", few).heading == "Title"
    assert len(Table("t", "Title", few).shown) == MOST_ROWS
    table = Table("t", "Title", many)
    assert table.heading == "Title (the first 1,000 of 2,000 rows; the formats csv and json have all)"
    assert table.shown["a"].tolist() == list(range(MOST_ROWS))
    assert len(table.data) == 2 * MOST_ROWS
