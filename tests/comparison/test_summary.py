"""The summary: every sentence is taken apart again and each thing it says is looked up in the tables."""

import dataclasses
import re
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

import equifinal as eq
from core_toys import Blind, Broken, Linear, Mean, Noise, made, scores
from equifinal.comparison.summary import headline, summary

PROPOSITIONS = [
    {"id": f"P{number}", "text": f"Claim number {number}", "claim": "necessary", "expression": "A"}
    for number in range(8)
]
BUNDLED = ["heilongjiang", "open-data-barometer-2014", "open-data-barometer-2013", "open-data-barometer-2013-2014"]
ANSWERS = {
    "supports": "supported",
    "support": "supported",
    "contradicts": "contradicted",
    "contradict": "contradicted",
    "is inconclusive": "inconclusive",
    "are inconclusive": "inconclusive",
}


@pytest.fixture(scope="module", params=BUNDLED)
def bundled(request: pytest.FixtureRequest) -> eq.Comparison:
    return eq.compare(eq.run(eq.load_study(request.param)))


@pytest.fixture(scope="module")
def toy() -> eq.Comparison:
    methods = {"first": Linear(), "second": Mean(), "third": Noise(), "fourth": Blind(), "gone": Broken()}
    return eq.compare(eq.run(made(scores(24, "ABC"), propositions=PROPOSITIONS), methods))


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
    for column in fit.columns[:12]:
        fit[column] = rng.choice([0.2, 0.3, 0.4, np.nan], len(fit))
    return dataclasses.replace(comparison, verdicts=verdicts, conditions=conditions, cases=cases, fit=fit)


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


def cells(sentence: str, comparison: eq.Comparison) -> Iterator[tuple[str, str, str]]:
    """The (proposition, method, answer) that a sentence on verdicts states."""
    everyone = list(comparison.verdicts.columns)
    body = sentence.removesuffix(".")
    if nobody := re.fullmatch(r"No method answers (.*)", body):
        yield from ((name, label, "silent") for name in names_in(nobody[1]) for label in everyone)
        return
    undecided = " some methods decide and others do not"
    parted = re.fullmatch(
        rf"(Methods disagree on|On) ((?:\d+ propositions(?:{undecided})?: [^;]*|[^:;]*))[:;] (.*)", body
    )
    if parted:
        answers = set()
        assert (undecided in parted[2]) == (parted[1] == "On")
        for clause in parted[3].split("; "):
            said = re.fullmatch(r"(.*) (supports?|contradicts?|(?:is|are) (?:inconclusive|silent))( it| them)?", clause)
            answer = ANSWERS.get(said[2], "silent")
            answers.add(answer)
            for name in names_in(parted[2].replace(undecided, "")):
                yield from ((name, label, answer) for label in labels_in(said[1], everyone))
        assert (parted[1] == "Methods disagree on") == ({"supported", "contradicted"} <= answers)
        assert len(answers - {"silent"}) > 1
        return
    agreed = re.fullmatch(
        r"(.*?)(, the only one that answers,|, all that answer,)? "
        r"(supports?|contradicts?|(?:is|are) inconclusive)(?: on)? (\d+ propositions: [^;]*|[^:;]*)(?:; (.*) (?:is|are) silent)?",
        body,
    )
    answering, silent = labels_in(agreed[1], everyone), labels_in(agreed[5], everyone) if agreed[5] else []
    assert sorted(answering + silent) == sorted(everyone)
    assert bool(agreed[2]) == bool(silent)
    assert ("only one" in (agreed[2] or "")) == (bool(silent) and len(answering) == 1)
    for name in names_in(agreed[4]):
        yield from ((name, label, ANSWERS[agreed[3]]) for label in answering)
        yield from ((name, label, "silent") for label in silent)


def check_directions(sentences: list[str], comparison: eq.Comparison) -> None:
    everyone, signs = list(comparison.analyses), {"up": 1, "down": -1, "none": 0}
    stated = {}
    for sentence in sentences:
        if parted := re.fullmatch(
            r"(Methods disagree on the|Not all methods show a) direction of (.*?): (.*)\.", sentence
        ):
            clauses = [clause.split(" in ", 1) for clause in parted[3].split("; ")]
            assert len(clauses) > 1
            assert ("disagree" in parted[1]) == ({"up", "down"} <= {direction for direction, _ in clauses})
            for name in re.split(r", | and ", parted[2]):
                for direction, labels in clauses:
                    stated |= {(name, label): signs[direction] for label in labels_in(labels, everyone)}
        else:
            agreed = re.fullmatch(r"(.*) gives? (.*) (no direction|the same direction, (up|down))\.", sentence)
            assert labels_in(agreed[1], everyone) == everyone
            for name in re.split(r", | and ", agreed[2]):
                stated |= {(name, label): signs[agreed[4] or "none"] for label in everyone}
    table = comparison.conditions
    assert stated == {
        (name, label): table.loc[name, (label, "direction")] for name in table.index for label in everyone
    }


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
        r"(, corrected for the number of pairs \(Holm, 5%\))?(?:: (.*))?\."
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


def check_overview(sentences: list[str], comparison: eq.Comparison) -> None:
    """Each number of the first sentence is counted again; together they are all propositions."""
    if comparison.verdicts.shape[1] < 2 or comparison.verdicts.empty:
        assert sentences == []
        return
    counted = {"say the same": 0, "disagree": 0, "some": 0, "one": 0, "no": 0}
    for _, row in comparison.verdicts.iterrows():
        said = row[row != "silent"]
        if len(said) < 2:
            counted["one" if len(said) else "no"] += 1
        elif len(set(said)) == 1:
            counted["say the same"] += 1
        else:
            counted["disagree" if {"supported", "contradicted"} <= set(said) else "some"] += 1
    (sentence,) = sentences
    total, body = re.fullmatch(r"Of (\d+) propositions?, (.*)\.", sentence).groups()
    assert int(total) == len(comparison.verdicts)
    stated = {words: int(n) for words, n in re.findall(r"(say the same|disagree) on (\d+)", body)}
    if some := re.search(r"on (\d+) some methods decide and others do not", body):
        stated["some"] = int(some[1])
    stated |= {words: int(n) for words, n in re.findall(r"(one|no) method (?:alone )?answers (\d+)", body)}
    assert stated == {words: number for words, number in counted.items() if number}


def check(comparison: eq.Comparison) -> None:
    """Read every sentence back; together they state every cell of the tables on verdicts, directions and importances."""
    stated: list[tuple[str, str, str]] = []
    directions, importances, constant, overview = [], [], [], []
    for sentence in summary(comparison, texts=False, evidence=False):
        if sentence.startswith("Of "):
            overview.append(sentence)
        elif "direction" in sentence:
            directions.append(sentence)
        elif "importan" in sentence:
            importances.append(sentence)
        elif re.match(r"In cases not seen, the .* apart", sentence):
            check_differences(sentence, comparison)
        elif sentence.endswith("no condition moves that."):
            constant.append(sentence)
        elif sentence.startswith("In cases not seen"):
            check_baseline(sentence, comparison)
        elif sentence.startswith("Predictions lie"):
            check_cases(sentence, comparison)
        elif "failed" in sentence:
            assert sentence == f"{' and '.join(comparison.failures)} failed and is left out."
        else:
            stated += cells(sentence, comparison)
    check_directions(directions, comparison)
    check_importances(importances, comparison)
    check_constant(constant, comparison)
    check_overview(overview, comparison)
    table = comparison.verdicts
    expected = [(name, label, table.at[name, label]) for name in table.index for label in table.columns]
    assert sorted(stated) == sorted(expected)


GOES = {"goes up with": 1, "goes down with": -1, "shows no direction with": 0}


def of_all(text: str, total: int) -> int:
    if text in (f"all {total} propositions", "the one proposition"):
        assert text != "the one proposition" or total == 1
        return total
    number = re.fullmatch(rf"(\d+) of {total} propositions|(\d+)", text)
    return int(number[1] or number[2])


def check_headline(comparison: eq.Comparison) -> None:
    """Read every sentence of the headline back; together they state every direction and count or state every proposition."""
    everyone, total, found = list(comparison.analyses), len(comparison.verdicts), headline(comparison)
    outcome = comparison.calibrated.outcome.label
    if comparison.calibrated.outcome.negated:
        outcome = outcome.replace("Absence of: ", "the absence of ")
    names = {comparison.calibrated.variable(name).label: name for name in comparison.conditions.index}
    directions, stated = {}, []
    alike = comparison.verdicts.apply(lambda row: set(row) - {"silent"}, axis=1)
    counted = {"supported": 0, "contradicted": 0, "inconclusive": 0, "silent": 0}
    for sentence in found.agreed:
        if sentence == "There is no direction and no proposition on which all methods agree.":
            assert len(found.agreed) == 1
        elif nobody := re.fullmatch(r"No method answers (.*)\.", sentence):
            counted["silent"] += of_all(nobody[1], total)
        elif agreed := re.fullmatch(rf"(?:(.*) agree|{everyone[0]}): {outcome} (.*)\.", sentence):
            assert labels_in(agreed[1] or everyone[0], everyone) == everyone
            for clause in agreed[2].split("; it "):
                words, said = re.fullmatch(rf"({'|'.join(GOES)}) (.*)", clause).groups()
                directions |= {
                    (names[each], label): GOES[words] for each in re.split(", | and ", said) for label in everyone
                }
        else:
            form = (
                r"(All methods that answer|.*?(?= support| contradict| is | are )) (.*?)"
                r"(?: \((.*) of the (\d+) methods answers? each of these\))?\."
            )
            who, clauses, few, count = re.fullmatch(form, sentence).groups()
            parts = re.split(r", | and (?=support|contradict|is |are )", clauses)
            for part in parts:
                verb, number = re.fullmatch(
                    r"(supports?|contradicts?|(?:is|are) inconclusive)(?: on)? (.*)", part
                ).groups()
                counted[ANSWERS[verb]] += of_all(number, total)
            answering = (comparison.verdicts != "silent").sum(axis=1)[alike.map(len) == 1]
            if who != "All methods that answer":
                assert labels_in(who, everyone) == everyone
            assert (few is None) == (answering.min() == len(everyone))
            if few is not None:
                ends = [int(number) for number in re.split(" or | to ", few)]
                assert (ends[0], ends[-1], int(count)) == (answering.min(), answering.max(), len(everyone))
    for sentence in found.parted:
        if sentence == "There is no direction and no proposition on which methods disagree.":
            assert len(found.parted) == 1
        elif parted := re.fullmatch(
            rf"(Methods disagree on|Not all methods show a direction for) (.*): {outcome} ((?:goes|shows) .*)\.",
            sentence,
        ):
            assert ("disagree" in parted[1]) == ("goes up" in parted[3] and "goes down" in parted[3])
            for clause in parted[3].split("; "):
                words, it, labels = re.fullmatch(rf"({'|'.join(GOES)}) (it|them) in (.*)", clause).groups()
                several = re.split(", | and ", parted[2])
                assert (it == "them") == (len(several) > 1)
                directions |= {
                    (names[each], label): GOES[words] for each in several for label in labels_in(labels, everyone)
                }
        else:
            without_texts = re.sub(r" “[^”]*”(?: \(among cases in [^)]*\))?", "", sentence)
            stated += cells(without_texts, comparison)
    table = comparison.conditions
    assert directions == {
        (name, label): table.loc[name, (label, "direction")] for name in table.index for label in everyone
    }
    for answer in ("supported", "contradicted", "inconclusive"):
        assert counted[answer] == sum(answers == {answer} for answers in alike)
    assert counted["silent"] == sum(not answers for answers in alike)
    split = comparison.verdicts[alike.map(len) > 1]
    assert sorted(stated) == sorted((name, label, row[label]) for name, row in split.iterrows() for label in everyone)


# ---------------------------------------------------------------------------------------------------- tests


def test_the_headline_on_the_bundled_studies_holds(bundled: eq.Comparison) -> None:
    check_headline(bundled)


def test_the_headline_and_the_summary_of_the_absence_hold() -> None:
    comparison = eq.compare(
        eq.run(eq.load_study("heilongjiang").negated(), methods=["fsqca", "regression", "clustering"])
    )
    check_headline(comparison)
    check(comparison)
    assert "the absence of Data openness goes down with" in headline(comparison).agreed[0]


def test_the_headline_on_toy_comparisons_holds(toy: eq.Comparison) -> None:
    check_headline(toy)
    for seed in range(60):
        check_headline(redrawn(toy, seed))


@pytest.mark.parametrize("count", [1, 2])
def test_the_headline_with_few_methods_holds(count: int) -> None:
    methods = {"first": Linear(), "second": Noise()}
    few = {label: methods[label] for label in list(methods)[:count]}
    comparison = eq.compare(eq.run(made(scores(24, "ABC"), propositions=PROPOSITIONS), few))
    for seed in range(20):
        check_headline(redrawn(comparison, seed))
    assert (headline(comparison).parted == ()) == (count == 1)


def test_a_headline_of_another_comparison_is_noticed(toy: eq.Comparison, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check can fail: it does so when the sentences are made from other tables."""
    other = redrawn(toy, 3)
    monkeypatch.setattr(f"{__name__}.headline", lambda comparison, made=headline: made(other))
    caught = 0
    for seed in range(10, 20):
        try:
            check_headline(redrawn(toy, seed))
        except (AssertionError, TypeError, KeyError):
            caught += 1
    assert caught == 10


def test_a_label_that_could_be_taken_for_several_is_quoted() -> None:
    study = made(scores(24, "ABC"))
    labels = [dataclasses.replace(study.conditions[0], label="Staff and money"), *study.conditions[1:]]
    comparison = eq.compare(eq.run(dataclasses.replace(study, conditions=labels), {"only": Blind()}))
    assert "shows no direction with “Staff and money”, B and C." in headline(comparison).agreed[0]


def test_where_methods_agree_on_everything_or_nothing_it_is_said() -> None:
    same = eq.compare(eq.run(made(scores(24, "ABC")), {"a": Linear(), "b": Linear()}))
    assert headline(same).parted == ("There is no direction and no proposition on which methods disagree.",)
    conditions = same.conditions.copy()
    conditions["a", "direction"], conditions["b", "direction"] = 1, -1
    opposed = dataclasses.replace(same, conditions=conditions)
    assert headline(opposed).agreed == ("There is no direction and no proposition on which all methods agree.",)


def test_every_sentence_on_the_bundled_studies_holds(bundled: eq.Comparison) -> None:
    check(bundled)


def test_every_sentence_on_toy_comparisons_holds(toy: eq.Comparison) -> None:
    check(toy)
    for seed in range(60):
        check(redrawn(toy, seed))


@pytest.mark.parametrize("count", [1, 2])
def test_every_sentence_with_few_methods_holds(count: int) -> None:
    methods = {"first": Linear(), "second": Noise()}
    few = {label: methods[label] for label in list(methods)[:count]}
    comparison = eq.compare(eq.run(made(scores(24, "ABC"), propositions=PROPOSITIONS), few))
    for seed in range(20):
        check(redrawn(comparison, seed))


def test_a_reading_that_is_wrong_is_noticed(toy: eq.Comparison) -> None:
    """The checks can fail: sentences of one comparison do not hold for another."""
    caught = 0
    for seed in range(10):
        first, second = redrawn(toy, 2 * seed), redrawn(toy, 2 * seed + 1)
        mixed = dataclasses.replace(first)
        mixed.__dict__["disagreements"] = second.disagreements
        try:
            check(mixed)
        except (AssertionError, TypeError):
            caught += 1
    assert caught == 10


def test_texts_and_evidence_are_quoted_from_the_tables(bundled: eq.Comparison) -> None:
    whole = "\n".join(bundled.summary)
    for name, row in bundled.verdicts.iterrows():
        assert f"{name} “{bundled.propositions.at[name, 'text']}”" in whole
        where = bundled.propositions.at[name, "where"]
        assert not where or f"” (among cases in {where})" in whole
        answering = row.index[row != "silent"]
        for label in answering if len(set(row[answering])) > 1 else ():
            assert bundled.verdict_evidence.at[name, label].rstrip(". ") in whole


def test_the_summary_s_own_words_are_not_causal(bundled: eq.Comparison) -> None:
    first = re.sub(r"“[^”]*”", "", " ".join((*headline(bundled).agreed, *headline(bundled).parted)))
    own = " ".join([first, *summary(bundled, texts=False, evidence=False)]).casefold()
    for word in (
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
    ):
        assert word not in own


def test_without_propositions_or_predictions_the_rest_is_said() -> None:
    comparison = eq.compare(eq.run(made(scores(24, "ABC")), {"only": Blind()}))
    assert comparison.summary == ["only gives A, B and C no direction.", "only has no importances."]


def test_the_same_predictions_everywhere_are_said_so() -> None:
    comparison = eq.compare(eq.run(made(scores(24, "ABC")), {"a": Linear(), "b": Linear()}))
    assert "The predictions of all methods that predict are the same in every case." in comparison.summary


def test_the_summary_is_a_list_of_text_made_once(toy: eq.Comparison) -> None:
    assert toy.summary is toy.summary
    assert all(isinstance(sentence, str) and sentence.endswith(".") for sentence in toy.summary)
    assert isinstance(toy.disagreements, pd.DataFrame)
