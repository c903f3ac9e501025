"""The plain sentence, against memberships and outcomes counted by hand."""

import re

import numpy as np
import pandas as pd
import pytest

import equifinal as eq
from core_toys import Mean, filled, made, scores
from equifinal.comparison.answer import NOTHING, UNTESTED, answer
from evidence_toys import with_evidence


class Paths(eq.Method):
    """Claims the paths that it is given."""

    name = "paths"
    sufficient_paths = True
    found: tuple[str, ...] = ("A*B", "A*C")

    def analyze(self, study, rng):
        rows = {"expression": list(self.found), "cases": [[]] * len(self.found), "consistency": 0.9, "coverage": 0.5}
        table = pd.DataFrame(rows, index=list(self.found))
        conditions = pd.DataFrame({"role": "none", "direction": 1, "evidence": ""}, index=list(study.condition_names))
        return filled(self, study, configurations=table, conditions=conditions)


FRAME = scores(40, "ABCD", seed=4)


def compared(*found: str, frame: pd.DataFrame = FRAME, study: eq.Study | None = None) -> eq.Comparison:
    return eq.compare(eq.run(study or made(frame), {"paths": Paths(found=found), "mean": Mean()}), evidence=False)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (("A*B", "A*C"), "combine a with b or c"),
        (("A*B*C", "A*~D"), "combine a with b and c, or with no d"),
        (("A*B", "C*D"), "combine a and b, or c and d"),
        (("A", "B"), "have a or b"),
        (("A*B*~C",), "combine a, b and no c"),
    ],
)
def test_paths_in_words(found: tuple[str, ...], words: str) -> None:
    study = made(FRAME)
    conditions = [eq.Variable(v.name, v.name, label=v.name.lower(), calibrate=v.calibrate) for v in study.conditions]
    named = eq.Study(name="named", data=FRAME, outcome=study.outcome, conditions=conditions)
    assert words in answer(compared(*found, study=named))[0]


@pytest.mark.parametrize("found", [("A*B", "A*C"), ("A",), ("~A*B",), ("A*B*C*D",), ("A", "B"), ("~A", "~B*~C")])
@pytest.mark.parametrize("negated", [False, True])
def test_the_numbers_are_counted_from_memberships(found: tuple[str, ...], negated: bool) -> None:
    study = made(FRAME).negated() if negated else made(FRAME)
    comparison = compared(*found, study=study)
    fuzzy, outcome = comparison.calibrated.fuzzy, comparison.calibrated.fuzzy.iloc[:, 0]
    outcome = fuzzy[comparison.calibrated.outcome.name]
    inside = np.zeros(len(fuzzy), dtype=bool)
    for path in found:
        literals = [1 - fuzzy[each[1:]] if each.startswith("~") else fuzzy[each] for each in path.split("*")]
        inside |= np.min(literals, axis=0) > 0.5
    there, away = (outcome > 0.5).to_numpy(), (outcome < 0.5).to_numpy()
    sentence = answer(comparison)[0]
    both, wrong = int((inside & there).sum()), int((inside & away).sum())
    if sentence.startswith("Cases with"):  # having the outcome, or lacking it
        number = r"(?:all (\d+) do|(\d+) of the (\d+) do), and (\d+|none) of the (\d+)"
        every, some, total, others, rest = re.search(number, sentence).groups()
        assert int(every or some) == both
        assert int(total or every) == there.sum()
        assert (0 if others == "none" else int(others), int(rest)) == (wrong, away.sum())
        assert both > there.sum() / 2
        assert ("mostly" in sentence) == (both < there.sum())
    else:
        numbers = [int(each) for each in re.findall(r"\d+", sentence)]
        assert set(numbers) >= {int(inside.sum()), both}
        assert ("mostly" in sentence) == (both > inside.sum() / 2)
        assert numbers[-2:] == [int((there & ~inside).sum()), int((~inside).sum())]


def test_without_evidence_it_is_said_and_with_nothing_firm_nothing_is_claimed() -> None:
    comparison = compared("A*B", "A*C")
    assert answer(comparison)[1:] == (UNTESTED,)
    assert answer(with_evidence(comparison, firm=0.0)) == (NOTHING,)


def test_the_firm_conditions_of_the_paths_are_named_and_the_others_too() -> None:
    comparison = compared("A*B", "A*C")
    for seed in range(20):
        found = with_evidence(comparison, seed, firm=0.5, together=1.0)
        firm = {name: found.direction_evidence.at[(name, "paths"), "firm"] for name in "ABC"}
        said = answer(found)
        if not any(firm.values()):
            assert "combine" not in said[0]
            continue
        assert said[0] == answer(comparison)[0]
        start, *_ = said[1].partition(" firm")
        stated = set(re.findall(r"\b[ABC]\b", start.split("these paths,")[1]))
        assert stated == {name for name in "ABC" if firm[name]} or "every one" in start
        assert ("every one" in start) == all(firm.values())


def test_a_path_that_is_no_conjunction_is_not_told() -> None:
    assert answer(compared("1")) == (UNTESTED,)


def test_without_paths_the_firm_directions_are_told() -> None:
    comparison = eq.compare(eq.run(made(FRAME), methods=["regression"]), evidence=False)
    found = with_evidence(comparison, 1, firm=1.0, together=1.0)
    assert re.fullmatch(r"Y goes up with .* in regression\. No other kind of method confirms it\.", answer(found)[0])


def test_each_direction_is_told_with_the_methods_that_show_it() -> None:
    """Read back: every firm direction once, in its methods and in no others."""
    comparison = eq.compare(eq.run(made(FRAME), methods=["regression", "clustering"]), evidence=False)
    told = 0
    for seed in range(20):
        found = with_evidence(comparison, seed, firm=0.5, together=0.7)
        marks = found.gathered.firm_directions_together
        if not marks.any():
            assert answer(found) == (NOTHING,)
            continue
        stated = {}
        for clause in answer(found)[0].removeprefix("Y ").removesuffix(".").split("; it "):
            word, names, labels = re.fullmatch(r"goes (up|down) with (.*) in (.*)", clause).groups()
            for name in re.split(", | and ", names):
                stated |= {(name, label): word for label in re.split(", | and ", labels)}
        rows = found.direction_evidence
        assert stated == {place: "up" if rows.at[place, "answer"] > 0 else "down" for place in marks.index[marks]}
        told += 1
    assert told > 5
