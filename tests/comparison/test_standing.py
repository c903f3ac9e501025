"""One verdict with its evidence, as a cell and as a sentence."""

import re

import numpy as np
import pytest

import equifinal as eq
from core_toys import Linear, Noise, made, scores
from equifinal.base.words import by_chance, plain_number
from equifinal.comparison.counting import Demands
from equifinal.comparison.standing import Standing
from evidence_toys import with_evidence

ROW = {
    "asserts": True,
    "basis": "outcome permuted",
    "b": 1.0,
    "worlds": 199.0,
    "by_chance": 0.01,
    "resamples": 199.0,
    "stable": 0.92,
    "low": np.nan,
    "high": np.nan,
    "firm": True,
    "unsettled": False,
    "lacks": "",
}
BY_INTERVAL = {"b": np.nan, "worlds": np.nan, "by_chance": np.nan, "stable": 0.9}
DENIAL = {**ROW, "asserts": False, "basis": "", "b": np.nan, "worlds": np.nan, "by_chance": np.nan, "stable": 0.98}


def standing(answer: str = "supported", **changes: object) -> Standing:
    return Standing(answer, {**ROW, **changes}, Demands())


@pytest.mark.parametrize(
    ("changes", "mark"),
    [
        ({}, "✔ .01"),
        ({"by_chance": 0.14, "firm": False}, "(✔ .14)"),
        ({"by_chance": 0.054, "firm": False}, "(✔ .054)"),  # two decimals would hide what fails
        ({"stable": 0.6, "firm": False}, "(✔ 60 %)"),
        ({"stable": 0.748, "firm": False}, "(✔ 74.8 %)"),
        ({"by_chance": 0.14, "stable": 0.6, "firm": False}, "(✔ .14)"),
        ({"by_chance": 0.05, "firm": False, "unsettled": True}, "(✔ ≈.05)"),
        ({"by_chance": np.nan, "firm": False}, "(✔ –)"),
        ({**BY_INTERVAL, "low": 0.01, "high": 0.2}, "✔ 90 %"),
        ({**BY_INTERVAL, "low": -0.01, "high": 0.2, "firm": False}, "(✔ ±0)"),
        (DENIAL, "✔ 98 %"),
        ({**DENIAL, "stable": 0.9, "firm": False}, "(✔ 90 %)"),
    ],
)
def test_a_cell_has_the_sign_and_the_number_that_matters(changes: dict[str, object], mark: str) -> None:
    assert standing(**changes).mark == mark
    assert standing("contradicted", **changes).mark == mark.replace("✔", "✘")


def test_what_decides_nothing_or_has_no_evidence_is_a_sign_alone() -> None:
    assert [standing(answer).mark for answer in ("inconclusive", "silent")] == ["?", "·"]
    assert Standing("supported", {}, Demands()).mark == "✔"
    assert [standing("inconclusive").sentence, Standing("supported", {}, Demands()).sentence] == ["", ""]


def test_the_sentence_gives_the_numbers_behind() -> None:
    assert standing().sentence == (
        "Firm: by chance .01 (1 of 199 worlds: outcome permuted); stable in 92 % of 199 resampled case sets."
    )
    weak = standing(by_chance=0.14, b=27.0, stable=0.6, firm=False, unsettled=True)
    assert weak.failing == [".14", "60 %"]
    assert weak.sentence.startswith("Not firm: by chance .14 (27 of 199 worlds: outcome permuted); stable in 60 %")
    assert "≈" in weak.sentence
    assert standing(**DENIAL).sentence.startswith("Firm: a denial, judged by resamples alone; stable in 98 % of 199")
    interval = standing(**BY_INTERVAL, low=-0.01, high=0.2, firm=False).sentence
    assert interval.startswith(
        "Not firm: the 95 % interval over resamples, -0.010 to 0.200, includes 0; stable in 90 %"
    )
    told = standing(by_chance=np.nan, firm=False, lacks="worlds cannot be made")
    assert told.sentence.startswith("Not firm: no share by chance; stable")


def test_thresholds_are_those_asked_for() -> None:
    strict = Standing("supported", {**ROW, "firm": False}, Demands(by_chance=0.005, stable=0.95))
    assert strict.failing == [".01", "92 %"]


def test_cells_of_a_comparison_are_those_of_its_tables() -> None:
    study = made(
        scores(24, "ABC"),
        propositions=[{"id": f"P{n}", "claim": "influence", "condition": "A", "text": "x"} for n in range(4)],
    )
    bare = eq.compare(eq.run(study, {"a": Linear(), "b": Noise()}), evidence=False)
    assert bare.marks.isin(["✔", "✘", "?", "·"]).to_numpy().all()
    verdicts = bare.verdicts.copy()
    verdicts["a"], verdicts["b"] = "supported", ["contradicted", "inconclusive", "silent", "supported"]
    import dataclasses

    found = with_evidence(dataclasses.replace(bare, verdicts=verdicts), 5)
    for (name, label), row in found.evidence.iterrows():
        mark = found.marks.at[name, label]
        decided = row["answer"] in ("supported", "contradicted")
        assert mark.startswith("(") == (decided and not row["firm"])
        assert found.standing.at[name, label].startswith("Firm" if row["firm"] else "Not firm" if decided else "")
        if decided and row["asserts"] and row["by_chance"] > 0.05:
            assert by_chance(row["by_chance"], 0.05) in mark
        elif decided and not row["asserts"]:
            assert float(re.search(r"([\d.]+) %", mark)[1]) == pytest.approx(100 * row["stable"], abs=0.5)
    shown = found.shown_directions
    for (name, label), row in found.direction_evidence.iterrows():
        assert shown.at[name, label] == (row["answer"] if row["firm"] else 0)


@pytest.mark.parametrize("value", [0.0, 3.0, -2.5, 392512.5, 1e9, 123456.0, 4.5e-9, 0.1 + 0.2, 99999.6])
def test_plain_numbers_lose_no_more_than_the_digits_that_do_not_count(value: float) -> None:
    text = plain_number(value, 6)
    assert "e" not in text
    assert float(text.replace(",", "")) == float(f"{value:.6g}")
