"""The summary: every sentence is taken apart again and each thing it says is looked up in the tables."""

import dataclasses
import re

import numpy as np
import pandas as pd
import pytest

import equifinal as eq
from core_toys import Blind, Broken, Linear, Mean, Noise, made, scores
from equifinal.comparison.families import families
from equifinal.comparison.headline import standing
from equifinal.comparison.summary import summary
from evidence_toys import DECIDED, with_evidence

PROPOSITIONS = [
    {"id": f"P{number}", "text": f"Claim number {number}", "claim": "necessary", "expression": "A"}
    for number in range(8)
]
BUNDLED = ["heilongjiang", "open-data-barometer-2014", "open-data-barometer-2013", "open-data-barometer-2013-2014"]
ANSWERS = {"supports": "supported", "support": "supported", "contradicts": "contradicted", "contradict": "contradicted"}


@pytest.fixture(scope="module", params=BUNDLED)
def bundled(request: pytest.FixtureRequest) -> eq.Comparison:
    return eq.compare(eq.run(eq.load_study(request.param)), evidence=False)


@pytest.fixture(scope="module")
def toy() -> eq.Comparison:
    methods = {"first": Linear(), "second": Mean(), "third": Noise(), "fourth": Blind(), "gone": Broken()}
    return eq.compare(eq.run(made(scores(24, "ABC"), propositions=PROPOSITIONS), methods), evidence=False)


def redrawn(comparison: eq.Comparison, seed: int) -> eq.Comparison:
    """The same comparison with other verdicts, directions, importances and predictions, drawn at random."""
    rng = np.random.default_rng(seed)
    verdicts, conditions, cases = comparison.verdicts.copy(), comparison.conditions.copy(), comparison.cases.copy()
    share = [0.25, 0.05, 0.1, 0.6] if seed % 2 else [0.4, 0.3, 0.2, 0.1]
    words = ["supported", "contradicted", "inconclusive", "silent"]
    for label in verdicts.columns:
        verdicts[label] = rng.choice(words, len(verdicts), p=share)
        conditions[label, "direction"] = rng.choice([1, -1, 0], len(conditions), p=[0.8, 0.1, 0.1])
        conditions[label, "importance"] = rng.integers(-2, 3, len(conditions)) / 20  # ties, and none above 0
        cases[label, "predicted"] = np.where(rng.random(len(cases)) < 0.1, np.nan, rng.integers(0, 5, len(cases)) / 4)
    if seed % 3 == 0:
        conditions[label, "importance"] = np.nan
    fit = comparison.fit.copy()
    for column in fit.columns.drop(["folds", "failed_folds"]):
        fit[column] = rng.choice([0.2, 0.3, 0.4, np.nan], len(fit))
    drawn = dataclasses.replace(comparison, verdicts=verdicts, conditions=conditions, cases=cases, fit=fit)
    return drawn if seed % 4 == 0 else with_evidence(drawn, seed)


def labels_in(text: str, everyone: list[str]) -> list[str]:
    """``a, b and c``, or all of them by their number."""
    text = text.strip()
    if re.fullmatch(rf"[Aa]ll {len(everyone)} methods|[Bb]oth methods", text):
        assert len(everyone) > 1
        return everyone
    found = re.split(r", | and ", text)
    assert set(found) <= set(everyone), text
    assert len(found) == len(set(found))
    return found


def names_in(text: str) -> list[str]:
    several = re.fullmatch(r"(\d+) propositions: (.*)", text)
    if several is None:
        return [text]
    names = several[2].split(", ")
    assert len(names) == int(several[1]) > 1
    return names


# ------------------------------------------------------------------------- each kind of sentence, read back


def counted(comparison: eq.Comparison) -> pd.DataFrame:
    """Which verdicts count, from the tables: firm ones, or without evidence every decided one."""
    decided = comparison.verdicts.isin(DECIDED)
    if comparison.demands is None:
        return decided
    marks = {place: row["firm"] for place, row in comparison.evidence.iterrows()}
    return decided & pd.DataFrame(
        {k: [bool(marks.get((name, k))) for name in decided.index] for k in decided}, index=decided.index
    )


def check_verdicts(sentences: list[str], comparison: eq.Comparison) -> None:
    """Every decided verdict is said once, as one that counts or as one that does not, and every inconclusive one."""
    everyone, table = list(comparison.verdicts.columns), comparison.verdicts
    firmly = "" if comparison.demands is None else "firmly "
    counting, others, open_ones = [], [], []
    for sentence in sentences:
        body = sentence.removesuffix(".")
        if body.startswith("Decided, but not firm"):
            for clause in body.split(": ", 1)[1].split("; "):
                label, verb, names = re.fullmatch(r"(\S+) (supports|contradicts) (.*)", clause).groups()
                others += [(name, label, ANSWERS[verb]) for name in re.split(", | and ", names)]
        elif body.startswith("Inconclusive"):
            for clause in body.split(": ", 1)[1].split("; "):
                labels, names = clause.split(" on ", 1)
                open_ones += [(n, k) for n in re.split(", | and ", names) for k in labels_in(labels, everyone)]
        elif parted := re.fullmatch(r"Methods disagree on (\d+ propositions: [^;]*|[^:;]*)[:;] (.*)", body):
            answers = set()
            for clause in parted[2].split("; "):
                who, verb = re.fullmatch(rf"(.*) {firmly}(supports?|contradicts?) (?:it|them)", clause).groups()
                answers.add(ANSWERS[verb])
                counting += [(n, k, ANSWERS[verb]) for n in names_in(parted[1]) for k in labels_in(who, everyone)]
            assert answers == set(DECIDED)
        else:
            who, verb, names = re.fullmatch(rf"(.*?) {firmly}(supports?|contradicts?) (.*)", body).groups()
            assert (verb[-1] == "s") == (len(labels_in(who, everyone)) == 1)
            counting += [(n, k, ANSWERS[verb]) for n in names_in(names) for k in labels_in(who, everyone)]
    marks = counted(comparison)
    cells = [(name, label, table.at[name, label]) for name in table.index for label in everyone]
    assert sorted(counting) == sorted(cell for cell in cells if marks.at[cell[0], cell[1]])
    assert sorted(others) == sorted(cell for cell in cells if cell[2] in DECIDED and not marks.at[cell[0], cell[1]])
    assert sorted(open_ones) == sorted(cell[:2] for cell in cells if cell[2] == "inconclusive")


def check_directions(sentences: list[str], comparison: eq.Comparison) -> None:
    """Every direction of every method is said once: up or down where it is firm, none where it is not."""
    everyone, signs, stated, opposed = list(comparison.analyses), {"up": 1, "down": -1}, {}, set()
    if comparison.demands is None:
        assert not sentences
        return
    for sentence in sentences:
        start, clauses = sentence.removesuffix(".").split(": ", 1) if ": " in sentence else (sentence, "")
        if start.startswith("Methods disagree on the direction of"):
            opposed = set(re.split(", | and ", sentence.removesuffix(".").split(" of ", 1)[1]))
            continue
        for clause in clauses.split("; "):
            if start == "Firm directions":
                names, word, labels = re.fullmatch(r"(.*) (up|down) in (.*)", clause).groups()
                sign = signs[word]
            else:
                (names, labels), sign = clause.split(" in ", 1), 0
            for name in re.split(", | and ", names):
                for label in labels_in(labels, everyone):
                    assert (name, label) not in stated
                    stated[name, label] = sign
    rows = comparison.direction_evidence
    expected = {place: int(row["answer"]) if row["firm"] else 0 for place, row in rows.iterrows()}
    assert stated == expected
    names = comparison.conditions.index
    assert opposed == {name for name in names if {1, -1} <= {expected[name, label] for label in everyone}}


def check_overview(sentence: str, comparison: eq.Comparison) -> None:
    """Each proposition is counted once, by what kinds of methods decide."""
    kinds, marks, table = families(comparison.analyses), counted(comparison), comparison.verdicts
    number = {"agree on": 0, "disagree on": 0, "one kind alone decides": 0, "none decides": 0}
    for name in table.index:
        found = []
        for members in kinds.values():
            decided = {table.at[name, label] for label in members} & set(DECIDED)
            if len(decided) == 1 and any(marks.at[name, label] for label in members):
                found += decided
        key = "disagree on" if len(set(found)) == 2 else "agree on" if len(found) > 1 else "one kind alone decides"
        number[key if found else "none decides"] += 1
    total, body = re.fullmatch(r"Of (\d+) propositions?, (.*)\.", sentence).groups()
    assert int(total) == len(table)
    if len(kinds) == 1:
        assert body.endswith(f"decides {len(table) - number['none decides']}")
        return
    stated = {words: int(count) for words, count in re.findall(rf"({'|'.join(number)}) (\d+)", body)}
    assert stated == {words: count for words, count in number.items() if count}
    assert (", firmly" in body) == (comparison.demands is not None)


def check_importances(sentences: list[str], comparison: eq.Comparison) -> None:
    everyone, seen = list(comparison.analyses), []
    for sentence in sentences:
        if none := re.fullmatch(r"No condition has an importance above 0 in (.*)\.", sentence):
            for label in labels_in(none[1], everyone):
                assert comparison.conditions[label, "importance"].max() <= 0
                seen.append(label)
        elif without := re.fullmatch(r"(.*) (?:has|have) no importances\.", sentence):
            for label in labels_in(without[1], everyone):
                assert comparison.conditions[label, "importance"].isna().all()
                seen.append(label)
        else:
            most = re.fullmatch(r"The most important condition, by permutation in cases not seen, is (.*)\.", sentence)
            for clause in most[1].split("; "):
                names, methods = clause.split(" in ", 1)
                for label, figure in re.findall(r"([\w-]+) \((-?\d\.\d{3})\)", methods):
                    importance = comparison.conditions[label, "importance"]
                    best = [name for name in importance.index if np.isclose(importance[name], importance.max())]
                    assert re.split(r", | and ", names) == best
                    assert f"{importance.max():.3f}" == figure
                    assert importance.max() > 0
                    seen.append(label)
    assert sorted(seen) == sorted(everyone)


def check_baseline(sentence: str, comparison: eq.Comparison) -> None:
    columns = {
        "Brier skill": ("brier_skill_out_of_sample", "mean"),
        "mean absolute error": ("mae_out_of_sample", "median"),
        "balanced accuracy": ("balanced_accuracy_out_of_sample", "mean"),
    }
    form = r"In cases not seen, predicting the (mean|median) for everybody has a (.*?) of (-?\d\.\d{3}); (.*)\."
    constant, measure, figure, clauses = re.fullmatch(form, sentence).groups()
    column = comparison.fit[columns[measure][0]]
    assert constant == columns[measure][1]
    baseline, seen = column[f"baseline: {constant}"], []
    assert f"{baseline:.3f}" == figure
    for clause in clauses.split("; "):
        if missing := re.fullmatch(r"without such a number: (.*)", clause):
            labels = labels_in(missing[1], list(comparison.analyses))
            assert column[labels].isna().all()
            seen += labels
            continue
        words = re.match(r"(better|worse|the same|no better, as its predictions do not vary): ", clause)[1]
        for label, number in re.findall(r"([\w-]+) \((-?\d+\.\d{3})\)", clause):
            assert f"{column[label]:.3f}" == number
            less = column[label] < baseline
            better = less if measure == "mean absolute error" else column[label] > baseline
            better_words = (
                "better" if comparison.yardsticks[label].varies else "no better, as its predictions do not vary"
            )
            same = abs(column[label] - baseline) < 1e-12
            assert words == ("the same" if same else better_words if better else "worse")
            seen.append(label)
    assert sorted(seen) == sorted(comparison.analyses)


def check_cases(sentence: str, comparison: eq.Comparison) -> None:
    predicted = comparison.cases.xs("predicted", axis=1, level="column").astype(float)
    spread = (predicted.max(axis=1) - predicted.min(axis=1))[predicted.notna().sum(axis=1) > 1]
    body = re.fullmatch(r"Predictions lie furthest apart on (.*?)(?:; and (\d+) more)?\.", sentence)
    found = re.findall(r"([^;()]+) \((\d\.\d\d) in ([^;]*?), (\d\.\d\d) in ([^;]*); outcome (\d\.\d\d)\)", body[1])
    names = [name.removeprefix(" ") for name, *_ in found]
    # Nobody left out has a larger spread than somebody named, and as many as tie with the third are counted.
    assert spread.drop(names).max() <= spread[names].min() + 1e-12
    third = spread.sort_values(ascending=False).iloc[min(3, len(spread)) - 1]
    tied = int(((spread >= third - 1e-12) & (spread > 1e-12)).sum())
    assert tied == len(names) + int(body[2] or 0)
    for name, (_, low, lowest, high, highest, outcome) in zip(names, found, strict=True):
        row = predicted.loc[name].dropna()
        assert (f"{row.min():.2f}", f"{row.max():.2f}") == (low, high)
        assert labels_in(lowest, list(row.index)) == [label for label in row.index if np.isclose(row[label], row.min())]
        assert labels_in(highest, list(row.index)) == [
            label for label in row.index if np.isclose(row[label], row.max())
        ]
        assert f"{comparison.cases.loc[name, ('outcome', '')]:.2f}" == outcome


def check_differences(sentence: str, comparison: eq.Comparison) -> None:
    form = (
        r"In cases not seen, the Brier skill (?:tells (.*?) apart|does not tell (.*?) apart)"
        r"(, corrected for the number of pairs \(Holm, 5 %\))?(?:: (.*))?\."
    )
    told, untold, corrected, clauses = re.fullmatch(form, sentence).groups()
    table = comparison.differences["brier_skill_out_of_sample"]
    table = table[table["p"].notna()]
    vary = {label: each.varies for label, each in comparison.yardsticks.items()}
    apart = {
        pair for pair, row in table.iterrows() if row["p"] <= 0.05 and vary[pair[0] if row["estimate"] > 0 else pair[1]]
    }
    assert (told is None) == (not apart)
    assert (corrected is None) == (len(table) == 1)
    every = "the one pair of methods" if len(table) == 1 else f"{len(table)} pairs of methods"
    if not apart:
        assert untold == (every if len(table) == 1 else f"any of {every}")
        assert clauses is None
        return
    assert told == (every if len(table) == 1 else f"{len(apart)} of {every}")
    *named, last = clauses.split("; ")
    more = re.fullmatch(r"and (\d+) more", last)
    named += [] if more else [last]
    assert len(named) + int(more[1] if more else 0) == len(apart)
    for clause in named:
        words = r"([\w-]+) has (\d+\.\d{3}) (more|less) than ([\w-]+) \(95 %: (\d+\.\d{3}) to (\d+\.\d{3})\)"
        first, by, word, second, low, high = re.fullmatch(words, clause).groups()
        row = table.loc[(first, second)]
        assert (first, second) in apart
        assert word == ("more" if row["estimate"] > 0 else "less")
        figures = row[["estimate", "low", "high"]] if word == "more" else -row[["estimate", "high", "low"]]
        assert (by, low, high) == tuple(f"{figure:.3f}" for figure in figures)
        apart -= {(first, second)}
        assert all(abs(table.loc[pair, "estimate"]) <= abs(row["estimate"]) for pair in apart)


def check_constant(sentences: list[str], comparison: eq.Comparison) -> None:
    stated = {}
    for sentence in sentences:
        labels, figure = re.fullmatch(
            r"(.*) predicts? (\d\.\d\d) for every case: no condition moves that\.", sentence
        ).groups()
        stated |= dict.fromkeys(re.split(", | and ", labels), figure)
    predicted = comparison.cases.xs("predicted", axis=1, level="column").astype(float)
    values = {label: set(predicted[label].round(12)) for label in predicted}
    assert stated == {
        label: f"{min(each):.2f}" for label, each in values.items() if len(each) == 1 and not np.isnan(min(each))
    }


def check(comparison: eq.Comparison) -> None:
    """Read every sentence back; together they state every verdict, direction and importance."""
    sentences = summary(comparison, texts=False, evidence=False)
    front = [*comparison.headline.answer, *standing(comparison)]
    rest = [sentence for sentence in sentences if sentence not in front]
    assert sentences[: len(dict.fromkeys(front))] == list(dict.fromkeys(front))
    kinds: dict[str, list[str]] = {}
    starts = {
        r"Of \d": "overview",
        "Firm directions|No firm direction|Methods disagree on the direction": "directions",
        "The most important|No condition has|.* ha(s|ve) no importances": "importances",
        ".* predicts? .* for every case": "constant",
        "In cases not seen, .* apart": "differences",
        "In cases not seen": "baselines",
        "Predictions lie|The predictions of": "cases",
        ".* failed and": "failures",
    }
    for sentence in rest:
        kind = next((words for start, words in starts.items() if re.match(start, sentence)), "verdicts")
        kinds.setdefault(kind, []).append(sentence)
    for sentence in kinds.get("overview", []):
        check_overview(sentence, comparison)
    assert len(kinds.get("overview", [])) == (not comparison.verdicts.empty)
    check_verdicts(kinds.get("verdicts", []), comparison)
    check_directions(kinds.get("directions", []), comparison)
    check_importances(kinds.get("importances", []), comparison)
    check_constant(kinds.get("constant", []), comparison)
    for sentence in kinds.get("baselines", []):
        check_baseline(sentence, comparison)
    for sentence in kinds.get("differences", []):
        check_differences(sentence, comparison)
    for sentence in kinds.get("cases", []):
        if sentence.startswith("Predictions"):
            check_cases(sentence, comparison)
    if comparison.failures:
        assert kinds["failures"] == ["gone failed and is left out."]


# ---------------------------------------------------------------------------------------------------- tests


@pytest.mark.parametrize("evidence", [None, 0.0, 0.6, 1.0])
def test_every_sentence_on_the_bundled_studies_holds(bundled: eq.Comparison, evidence: float | None) -> None:
    check(bundled if evidence is None else with_evidence(bundled, 3, firm=evidence))


def test_every_sentence_on_toy_comparisons_holds(toy: eq.Comparison) -> None:
    check(toy)
    for seed in range(60):
        check(redrawn(toy, seed))


@pytest.mark.parametrize("count", [1, 2])
def test_every_sentence_with_few_methods_holds(count: int) -> None:
    methods = {"first": Linear(), "second": Noise()}
    few = {label: methods[label] for label in list(methods)[:count]}
    comparison = eq.compare(eq.run(made(scores(24, "ABC"), propositions=PROPOSITIONS), few), evidence=False)
    for seed in range(20):
        check(redrawn(comparison, seed))


def test_a_reading_that_is_wrong_is_noticed(toy: eq.Comparison, monkeypatch: pytest.MonkeyPatch) -> None:
    """The checks can fail: sentences of one comparison do not hold for another."""
    other = summary(redrawn(toy, 1), texts=False, evidence=False)
    monkeypatch.setattr(f"{__name__}.summary", lambda comparison, texts, evidence: other)
    caught = 0
    for seed in range(2, 12):
        try:
            check(redrawn(toy, seed))
        except (AssertionError, TypeError, KeyError):
            caught += 1
    assert caught == 10


def test_texts_and_evidence_are_quoted_from_the_tables(bundled: eq.Comparison) -> None:
    whole = "\n".join(bundled.summary)
    decided = bundled.verdicts.isin(DECIDED)
    for name, row in bundled.verdicts.iterrows():
        if not decided.loc[name].any():
            continue
        assert f"{name} “{bundled.propositions.at[name, 'text']}”" in whole
        where = bundled.propositions.at[name, "where"]
        assert not where or f"” (among cases in {where})" in whole
        opposed = set(DECIDED) <= set(row)
        for label in row.index[row.isin(DECIDED)] if opposed else ():
            assert bundled.verdict_evidence.at[name, label].rstrip(". ") in whole


def test_the_summary_s_own_words_are_not_causal(bundled: eq.Comparison) -> None:
    for comparison in (bundled, with_evidence(bundled)):
        found = comparison.headline
        said = " ".join((*found.answer, *found.agreed, *found.alone, *found.parted, *found.standing))
        first = re.sub(r"“[^”]*”", "", said)
        own = " ".join([first, *summary(comparison, texts=False, evidence=False)])
        for name in comparison.propositions.index:  # the study's words
            own = own.replace(name, "")
        own = own.casefold()
        words = (
            "caus",
            "effect",
            "because",
            "drive",
            "lead to",
            "leads",
            "promot",
            "impact",
            "influence",
            "due to",
            "raise",
        )
        for word in words:
            assert word not in own, word


def test_without_propositions_or_predictions_the_rest_is_said() -> None:
    comparison = eq.compare(eq.run(made(scores(24, "ABC")), {"only": Blind()}), evidence=False)
    assert comparison.summary[1:] == ["only has no importances."]
    assert comparison.summary[0].startswith("No evidence was computed")


def test_the_same_predictions_everywhere_are_said_so() -> None:
    comparison = eq.compare(eq.run(made(scores(24, "ABC")), {"a": Linear(), "b": Linear()}), evidence=False)
    assert "The predictions of all methods that predict are the same in every case." in comparison.summary


def test_the_summary_is_a_list_of_text_made_once(toy: eq.Comparison) -> None:
    assert toy.summary is toy.summary
    assert all(isinstance(sentence, str) and sentence.endswith(".") for sentence in toy.summary)
    assert isinstance(toy.disagreements, pd.DataFrame)
