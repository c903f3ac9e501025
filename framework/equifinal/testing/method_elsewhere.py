"""What must hold elsewhere too: in another process, on cases not seen, on studies that look otherwise."""

import contextlib
import dataclasses
import io
import re
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from equifinal.base.parallel import one_thread
from equifinal.errors import InputError
from equifinal.method.analysis import Analysis, Method
from equifinal.study.calibrated import CalibratedStudy
from equifinal.study.study import Study
from equifinal.testing.checks import Property, doing, fail, property_of
from equifinal.testing.common import needs
from equifinal.testing.fresh import NAMES, in_a_fresh_process
from equifinal.testing.method_differences import apart, differences, first_of
from equifinal.testing.method_steps import analyze, answers_of, generator, predict
from equifinal.testing.samples import in_whole_numbers, sample_study

ELSEWHERE_PROPERTIES: list[Property] = []


class _Told(NamedTuple):
    """What a method says about the sample study."""

    analysis: Analysis
    predicted: pd.Series | None  # from an analysis that was made elsewhere
    answers: list[str | None]
    unseen: pd.Series | None  # cases that the refit has not seen
    turned: pd.Series | None  # the same with the outcome of the others in another order
    words: dict[str, list[str]]  # sentences, without their numbers


def _made() -> tuple[Study, CalibratedStudy, pd.Index]:
    """The sample study, and the eight cases that are held out."""
    made = sample_study(NAMES)
    calibrated = made.calibrate()
    return made, calibrated, calibrated.cases[2::3]


def _with_turned_outcomes(calibrated: CalibratedStudy, cases: pd.Index) -> CalibratedStudy:
    """The same study, with the outcomes of some cases as far from one half on the other side."""
    here, name = calibrated.cases.isin(cases), calibrated.outcome.name
    raw, fuzzy = (frame[name].to_numpy(dtype=float) for frame in (calibrated.raw, calibrated.fuzzy))
    return calibrated.with_outcome(np.where(here, 10 - raw, raw), np.where(here, 1 - fuzzy, fuzzy))


def _unseen(method: Method, calibrated: CalibratedStudy, held_out: pd.Index) -> pd.Series:
    rest = calibrated.subset(calibrated.cases[~calibrated.cases.isin(held_out)])
    with doing("refit"):
        light = method.refit(rest.protected(), generator())
    return predict(method, light, calibrated.subset(held_out))


def _told(method: Method, earlier: Analysis | None) -> _Told:
    made, calibrated, held_out = _made()
    with one_thread(), contextlib.redirect_stdout(io.StringIO()):
        unseen = turned = None
        # In the other process in the other order, which does not matter to what remembers nothing.
        for number in (0, 1) if earlier is None else (1, 0):
            if not method.predicts():
                break
            if number:
                other = _with_turned_outcomes(calibrated, calibrated.cases[~calibrated.cases.isin(held_out)])
                turned = _unseen(method, other, held_out)
            else:
                unseen = _unseen(method, calibrated, held_out)
        analysis = analyze(method, calibrated)
        source = analysis if earlier is None else earlier
        predicted = predict(method, source, calibrated) if method.predicts() else None
        words = _words(method, analysis, made)
        return _Told(analysis, predicted, answers_of(method, source, made), unseen, turned, words)


def _words(method: Method, analysis: Analysis, made: Study) -> dict[str, list[str]]:
    """Every sentence, without its numbers, which other checks compare."""
    calibrated = made.calibrate()
    said: dict[str, list[Any]] = {"evidence": list(analysis.conditions["evidence"]), "notes": list(analysis.notes)}
    # Other checks report what these raise.
    with contextlib.suppress(Exception):
        advice = method.advise(analysis, calibrated.protected())
        said["advice"] = [] if advice is None else list(advice)
    with contextlib.suppress(Exception):
        said["verdicts"] = [
            method.assess(analysis, claim, calibrated.protected()).evidence
            for claim in made.propositions
            if claim.judge(None) is None
        ]
    return {what: [re.sub(r"\d[\d.e+-]*", "#", str(each)) for each in texts] for what, texts in said.items()}


#: The last method that was asked, and what it said: another process takes seconds to start.
_asked: list[tuple[Method, tuple[_Told, _Told]]] = []


def _elsewhere(method: Method) -> tuple[_Told, _Told]:
    """What it says here, after other analyses, and in a process that begins with it and gets the analysis of this one."""
    if not _asked or _asked[0][0] is not method:
        _, calibrated, held_out = _made()
        if method.predicts():
            _unseen(method, calibrated, calibrated.cases[1::3])  # as many other cases, for what remembers their number
        # What remembers outcomes by case now remembers wrong ones.
        analyze(method, _with_turned_outcomes(calibrated, held_out))
        here = _told(method, None)
        there = in_a_fresh_process(type(method), "the method", _told, method, here.analysis)
        _asked[:] = [(method, (here, there))]
    return _asked[0][1]


@property_of(
    ELSEWHERE_PROPERTIES,
    "Parallel runs and state",
    "deterministic under a seed",
    "analysis picklable",
    "refit predicts as analyze",
)
def same_in_another_process(method: Method) -> None:
    """A new process, with hashes in another order, another locale and no memory, gives the same analysis, and reads this one's."""
    _, calibrated, _ = _made()
    here, there = _elsewhere(method)
    if found := differences(here.analysis, there.analysis, calibrated):
        fail(
            f"in another process the analysis differs: {first_of(found)}. Sort what has no order, such as sets, and keep "
            "nothing in the module"
        )
    for what, sentences in here.words.items():
        for first, second in zip(sentences, there.words.get(what, sentences), strict=False):
            if first != second:
                fail(
                    f"in another process, {what} say {second!r} and not {first!r}. Sort what has no order, such as sets"
                )
    one, other = here.predicted, there.predicted
    if one is not None and other is not None and len(apart(method, one, other)):
        fail("in another process the same analysis predicts differently. Keep what is learned in the Analysis (native)")
    if here.answers != there.answers:
        fail(
            "in another process the same analysis is judged differently. Keep what is learned in the Analysis (native)"
        )


@property_of(ELSEWHERE_PROPERTIES, "What it may add", "same in another process", "refit predicts as analyze")
def cases_not_seen_are_not_known(method: Method) -> None:
    """Predictions of held-out cases come from the refit alone: they are the same when no other analysis went before."""
    needs(method.predicts(), "it does not define predict")
    _, calibrated, _ = _made()
    here, there = _elsewhere(method)
    for one, other in ((here.unseen, there.unseen), (here.turned, there.turned)):
        if one is None or other is None:
            continue
        for case in apart(method, one, other):
            outcome = float(calibrated.fuzzy.loc[case, calibrated.outcome.name])
            fail(
                f"for {case}, which was held out, it predicts {one[case]:.3f} after other analyses and {other[case]:.3f} in a "
                f"process without them (outcome: {outcome:.3f}). Something is remembered outside the Analysis, so figures "
                "out of sample would be false"
            )


def _other_studies() -> dict[str, Study]:
    names = ["ZEAL", "C", "ZEALOUS", "ÄRA", "A", "MEANS"]
    words = ["Århus", "Łódź", "東京", "a case", "b/c", "N'Djamena", "x" * 60, "q"]
    cases = [f"{words[place % 8]}{'·' * (place // 8)}" for place in range(23)]
    wide = sample_study(names, name="towns", propositions=[])
    text = wide.data.iloc[:23].set_axis(pd.Index(cases, name="place")).assign(country="somewhere", year="1999/2000")
    fewer = dataclasses.replace(
        wide, data=text, conditions=[dataclasses.replace(c, expect=None) for c in wide.conditions]
    )
    panel = sample_study(["A", "B", "C"])
    data = panel.data.assign(
        town=[f"town {place // 2}" for place in range(24)], year=[2020 + place % 2 for place in range(24)]
    )
    whole = sample_study(["B", "A"], name="whole")
    yes_or_no = sample_study(["C", "A", "B"], name="yes-or-no")
    crisp = {"method": "crisp", "threshold": 0.5}
    variables = [dataclasses.replace(each, calibrate=crisp) for each in (yes_or_no.outcome, *yes_or_no.conditions)]
    return {
        "with six conditions, whose names are in no order and not all English": fewer,
        "with two conditions and whole numbers for scores": in_whole_numbers(whole),
        "with scores of 0 and 1": dataclasses.replace(
            yes_or_no, data=(yes_or_no.data > 5).astype(int), outcome=variables[0], conditions=variables[1:]
        ),
        "in a panel": dataclasses.replace(panel, name="panel", data=data, unit="town", time="year"),
    }


@property_of(ELSEWHERE_PROPERTIES, "Hard cases", "predict agrees with predicted", "relabelling")
def other_studies(method: Method) -> None:
    """Ordinary studies with other names, numbers of cases and kinds of scores are analysed and predicted, too."""
    for where, made in _other_studies().items():
        calibrated = made.calibrate()
        try:
            analysis = analyze(method, calibrated)
        except Exception as error:
            if made.unit is not None and isinstance(error.__cause__, InputError):
                continue  # panels are not for every method
            raise type(error)(f"{where} {error}") from error.__cause__
        if not method.predicts():
            continue
        found, said = predict(method, analysis, calibrated), analysis.cases["predicted"].astype(float)
        for case in apart(method, found, said):
            fail(
                f"{where}, analyze says {said[case]:.3f} of {case} in the column 'predicted' and predict says {found[case]:.3f}"
            )
