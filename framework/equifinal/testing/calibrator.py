"""The properties of every calibrator, each a function.

A property that builds on others names them, and is not tried if one of those does not hold.
"""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from equifinal.errors import InputError
from equifinal.study.calibrator import Calibrator
from equifinal.testing.checks import Property, doing, fail, property_of
from equifinal.testing.common import EXTENSION_PROPERTIES, needs, same_parameters, untouched
from equifinal.testing.fresh import in_a_fresh_process
from equifinal.testing.parameters import variants

CALIBRATOR_PROPERTIES: list[Property] = []


def _scores(calibrator: Calibrator) -> pd.Series:
    """Thirty scores, none below 0, that lie around the anchors."""
    numbers = [abs(number) for number in _numbers(calibrator.parameters())]
    highest = max([number for number in numbers if number > 1], default=100.0)
    spread = np.concatenate(
        [np.linspace(0.02, 1.3, 24) * highest, [highest * share for share in (0.1, 0.3, 0.5, 0.7, 0.9, 1)]]
    )
    order = np.random.default_rng(4).permutation(len(spread))
    return pd.Series(spread[order], index=[f"case {number}" for number in range(len(spread))], name="score")


def _numbers(value: Any) -> list[float]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [number for each in value for number in _numbers(each)]
    return [float(value)] if isinstance(value, (int, float)) and not isinstance(value, bool) else []


def _fitted(calibrator: Calibrator, raw: pd.Series) -> Calibrator:
    with doing("fit"):
        fitted = calibrator.fit(raw.copy())
    if not isinstance(fitted, type(calibrator)):
        fail(f"fit must return a calibrator of its own class, not {fitted!r}")
    return fitted


def _memberships(fitted: Calibrator, raw: pd.Series) -> pd.Series:
    with doing("calibrate"):
        found = fitted.calibrate(raw.copy())
    if not isinstance(found, pd.Series) or not found.index.equals(raw.index):
        fail("calibrate must return a pandas Series with the index of the scores")
    return found.astype(float)


@property_of(CALIBRATOR_PROPERTIES, "Calibrators")
def memberships_between_0_and_1(calibrator: Calibrator) -> None:
    """Every score, even one beyond those that it learned from, becomes a membership from 0 to 1 under the same label."""
    raw = _scores(calibrator)
    fitted = _fitted(calibrator, raw)
    beyond = pd.concat([raw, pd.Series([raw.max() * 100, 0.0], index=["very high", "lowest"])])
    found = _memberships(fitted, beyond)
    values = found.to_numpy()
    wrong = np.isnan(values) | (values < 0) | (values > 1)
    if wrong.any():
        case = beyond.index[wrong][0]
        fail(f"the score {beyond[case]:g} becomes {found[case]:g}; a membership lies between 0 and 1")


@property_of(CALIBRATOR_PROPERTIES, "What a method takes", "memberships between 0 and 1")
def deterministic(calibrator: Calibrator) -> None:
    """The same scores have the same memberships every time."""
    raw = _scores(calibrator)
    one, two = (_memberships(_fitted(calibrator, raw), raw) for _ in range(2))
    if not one.equals(two):
        fail("calibrated twice, the same scores have different memberships")


@property_of(CALIBRATOR_PROPERTIES, "Calibrators", "memberships between 0 and 1", "deterministic")
def missing_stays_missing(calibrator: Calibrator) -> None:
    """A missing score has a missing membership, and does not change the others."""
    raw = _scores(calibrator)
    holed = raw.copy()
    holed.iloc[3] = np.nan
    fitted = _fitted(calibrator, raw)
    whole, found = _memberships(fitted, raw), _memberships(fitted, holed)
    if not np.isnan(found.iloc[3]):
        fail(f"a missing score becomes {found.iloc[3]:g}. Leave it missing")
    if not np.allclose(found.drop(found.index[3]), whole.drop(whole.index[3])):
        fail("a missing score changes the memberships of other cases")


@property_of(CALIBRATOR_PROPERTIES, "What a method takes", "memberships between 0 and 1")
def input_not_mutated(calibrator: Calibrator) -> None:
    """The scores and the calibrator are unchanged after ``fit``, ``calibrate`` and ``notes``."""
    raw = _scores(calibrator)
    before, parameters = raw.copy(), calibrator.parameters()
    with doing("fit, calibrate or notes"):
        fitted = calibrator.fit(raw)
        fitted.calibrate(raw)
        said = fitted.notes(raw)
    if not raw.equals(before):
        fail("it changed the scores. Work on a copy: raw.copy()")
    if calibrator.parameters() != parameters:
        fail("fit changed the calibrator itself. Return a copy: self.model_copy(update={...})")
    if not isinstance(said, list) or not all(isinstance(note, str) for note in said):
        fail(f"notes must return a list of sentences, not {said!r}")


@property_of(CALIBRATOR_PROPERTIES, "Order and names do not matter", "memberships between 0 and 1", "deterministic")
def order_of_cases(calibrator: Calibrator) -> None:
    """The order of the scores and the names of the cases do not matter, neither in ``fit`` nor in ``calibrate``."""
    raw = _scores(calibrator)
    mixed = raw.iloc[np.random.default_rng(5).permutation(len(raw))]
    one = _memberships(_fitted(calibrator, raw), raw)
    two = _memberships(_fitted(calibrator, mixed), mixed)[raw.index]
    if not np.allclose(one, two, atol=1e-9):
        fail("with the scores in another order the memberships differ")
    many = pd.Series(np.linspace(raw.min(), raw.max(), 301), index=[f"case {number}" for number in range(301)])
    rising, falling = (_memberships(_fitted(calibrator, each), many) for each in (many, many[::-1]))
    if not np.allclose(rising, falling, atol=1e-9):
        fail(f"of {len(many)} scores the memberships differ with their order")
    renamed = raw.set_axis(range(len(raw)))
    if not np.allclose(one, _memberships(_fitted(calibrator, renamed), renamed), atol=1e-9):
        fail("with other names of the cases the memberships differ")


@property_of(CALIBRATOR_PROPERTIES, "Calibrators", "memberships between 0 and 1", "deterministic")
def each_score_for_itself(calibrator: Calibrator) -> None:
    """Once anchors are known, the membership of a score does not depend on the other scores."""
    raw = _scores(calibrator)
    fitted = _fitted(calibrator, raw)
    together = _memberships(fitted, raw)
    for case in raw.index[:5]:
        alone = _memberships(fitted, raw[[case]]).iloc[0]
        if not np.isclose(alone, together[case], atol=1e-9):
            fail(
                f"the score {raw[case]:g} is {together[case]:g} among all scores and {alone:g} alone. "
                "Learn what comes from the data in fit, and return a copy that has it"
            )


@property_of(CALIBRATOR_PROPERTIES, "Hard cases", "memberships between 0 and 1")
def few_and_equal_scores(calibrator: Calibrator) -> None:
    """With one score, or all the same, it gives memberships or an ``InputError`` that says what it needs."""
    scores = _scores(calibrator)
    for raw, where in ((scores[:1], "with one score"), (scores * 0 + scores.iloc[0], "with equal scores")):
        try:
            found = calibrator.fit(raw).calibrate(raw)
        except InputError:
            continue
        except Exception as error:
            with doing(where):
                raise error
        if not found.dropna().between(0, 1).all():
            fail(f"{where} it returned {found.tolist()[:3]}")


@property_of(
    CALIBRATOR_PROPERTIES, "Parallel runs and state", "memberships between 0 and 1", "deterministic", last=True
)
def no_global_state(calibrator: Calibrator) -> None:
    """It leaves global state alone, and fitting to other scores does not change one that is fitted."""
    raw = _scores(calibrator)
    with untouched(type(calibrator)):
        fitted = _fitted(calibrator, raw)
        before = _memberships(fitted, raw)
        _fitted(calibrator, raw * 1.5 + 1)
        if not before.equals(_memberships(fitted, raw)):
            fail("fitting to other scores changed a calibrator that was fitted before")


@property_of(CALIBRATOR_PROPERTIES, "Parallel runs and state", "deterministic", "picklable")
def fitted_picklable(calibrator: Calibrator) -> None:
    """A fitted calibrator can travel to another process and calibrates the same there."""
    import cloudpickle

    raw = _scores(calibrator)
    fitted = _fitted(calibrator, raw)
    back = cloudpickle.loads(cloudpickle.dumps(fitted))
    same_parameters(fitted, back)
    if not _memberships(fitted, raw).equals(_memberships(back, raw)):
        fail("after a trip to another process it calibrates differently")


@property_of(CALIBRATOR_PROPERTIES, "Calibrators")
def anchors_are_scores(calibrator: Calibrator) -> None:
    """The anchors that figures draw are finite raw scores by name; there may be none."""
    fitted = _fitted(calibrator, _scores(calibrator))
    with doing("anchor_scores"):
        found = fitted.anchor_scores()
    if not isinstance(found, dict) or not all(isinstance(name, str) for name in found):
        fail(f"anchor_scores must return a dict of names and scores, not {found!r}")
    for name, score in found.items():
        if isinstance(score, bool) or not isinstance(score, (int, float)) or not np.isfinite(score):
            fail(f"the anchor {name!r} is {score!r}; it must be a finite number")


#: How names of parameters begin that are anchors.
_ANCHORS = ("full_", "crossover", "threshold")

#: What memberships are at anchors of these names.
_MEANINGS: dict[str, Callable[[float], bool]] = {
    "crossover": lambda membership: bool(np.isclose(membership, 0.5, atol=1e-6)),
    "full_in": lambda membership: membership > 0.5,
    "full_out": lambda membership: membership < 0.5,
}


@property_of(CALIBRATOR_PROPERTIES, "Calibrators", "anchors are scores", "memberships between 0 and 1")
def anchors_mean_what_they_say(calibrator: Calibrator) -> None:
    """At an anchor called crossover the membership is 0.5; at full_in it is above, at full_out below."""
    fitted = _fitted(calibrator, _scores(calibrator))
    needs(bool(_named(fitted)), "none of its anchors is called crossover, full_in or full_out")
    if problem := _unlike_its_name(fitted):
        fail(problem)


def _named(fitted: Calibrator) -> dict[str, float]:
    """Its anchors whose names say what the membership is."""
    anchors = {name.replace(" ", "_"): score for name, score in fitted.anchor_scores().items()}
    return {name: score for name, score in anchors.items() if name in _MEANINGS}


def _unlike_its_name(fitted: Calibrator) -> str:
    """Where a membership is not what the name of an anchor says; empty if all are."""
    if not (named := _named(fitted)):
        return ""
    for name, membership in _memberships(fitted, pd.Series(named, dtype=float)).items():
        if not _MEANINGS[str(name)](membership):
            return f"at its anchor {name}, {named[str(name)]:g}, the membership is {membership:g}"
    return ""


@property_of(CALIBRATOR_PROPERTIES, "Calibrators", "deterministic", "input not mutated")
def whole_numbers_are_numbers(calibrator: Calibrator) -> None:
    """Scores that are stored as whole numbers have the same memberships as the same scores with decimals."""
    decimals = _scores(calibrator).round()
    whole = decimals.astype(int)
    one = _memberships(_fitted(calibrator, decimals), decimals)
    two = _memberships(_fitted(calibrator, whole), whole)
    for case in one.index[~np.isclose(one, two, atol=1e-9)]:
        fail(f"the score {whole[case]} is {two[case]:g} as a whole number and {one[case]:g} with decimals")


@property_of(
    CALIBRATOR_PROPERTIES, "Parameters", "anchors mean what they say", "each score for itself", "parameters validated"
)
def other_parameters(calibrator: Calibrator) -> None:
    """With other values that are allowed, such as anchors that fall, memberships are valid and anchors mean what they say."""
    raw, tried = _scores(calibrator), 0
    for said, other in (*_falling(calibrator), *variants(calibrator)):
        with contextlib.suppress(InputError), doing(f"with {said} fit or calibrate"):
            fitted = other.fit(raw.copy())
            found = fitted.calibrate(raw.copy()).astype(float)
            tried += 1
            wrong = found[~(found.between(0, 1) | found.isin(range(1, len(raw))))]  # several values are numbered
            if len(wrong):
                fail(f"with {said} a membership is {wrong.iloc[0]:g}; it lies between 0 and 1")
            if problem := _unlike_its_name(fitted):
                fail(f"with {said}, {problem}")
    needs(bool(tried), "there is no other value to try, or it refuses all of them in a sentence")


def _falling(calibrator: Calibrator) -> Iterator[tuple[str, Calibrator]]:
    """The same calibrator with its numbers in the opposite order, so that membership falls with the score; if it allows that."""
    own = {name: getattr(calibrator, name) for name in type(calibrator).model_fields}
    numbers = {name: value for name, value in own.items() if isinstance(value, float) and name.startswith(_ANCHORS)}
    turned = dict(zip(numbers, sorted(numbers.values(), reverse=True), strict=True))
    if numbers and list(numbers.values()) != list(turned.values()):
        said = ", ".join(f"{name} = {value:g}" for name, value in turned.items())
        with contextlib.suppress(InputError):
            yield said, type(calibrator).from_parameters({**own, **turned})


def _told(calibrator: Calibrator, earlier: bool) -> pd.Series:
    """Memberships of scores, after others under the same name if so."""
    raw = _scores(calibrator)
    if earlier:
        _memberships(_fitted(calibrator, raw), raw)
    other = raw * 1.5 + 1
    return _memberships(_fitted(calibrator, other), other)


@property_of(CALIBRATOR_PROPERTIES, "Parallel runs and state", "deterministic", "picklable")
def same_in_another_process(calibrator: Calibrator) -> None:
    """A new process without memory, with hashes in another order and another locale, calibrates the same."""
    here = _told(calibrator, True)
    there = in_a_fresh_process(type(calibrator), "the calibrator", _told, calibrator, False)
    for case in here.index[~np.isclose(here, there, atol=1e-9, equal_nan=True)]:
        fail(
            f"a membership is {here[case]:g} after other scores were learned, and {there[case]:g} in a process without them. "
            "Keep what fit learns in the copy that it returns, and nothing in the module"
        )


CALIBRATOR_PROPERTIES.extend(EXTENSION_PROPERTIES)
