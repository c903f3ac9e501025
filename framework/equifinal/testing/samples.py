"""What the checks use: a small study, methods that belong to no plugin, and instances of classes that need parameters."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from equifinal.base.words import Answer
from equifinal.comparison.compare import compare
from equifinal.comparison.comparison import Comparison
from equifinal.errors import InputError
from equifinal.method.analysis import Analysis, Method
from equifinal.method.run import run
from equifinal.plugin.extension import Extension
from equifinal.study.calibrated import CalibratedStudy
from equifinal.study.propositions import Proposition, Verdict
from equifinal.study.study import Study
from equifinal.study.variable import Variable

_ANCHORS = {"method": "direct", "full_out": 1, "crossover": 5, "full_in": 9}


def sample_study(
    conditions: Sequence[str] = ("A", "B", "C"),
    outcome: str = "Y",
    cases: Sequence[str] | None = None,
    **further: Any,
) -> Study:
    """A study of 24 made-up cases: the outcome occurs where the first two conditions meet, or through the third.

    Parameters
    ----------
    conditions
        Names of up to eight conditions; from the fourth on, they have nothing to do with the outcome.
    outcome
        The outcome's name.
    cases
        The names of the 24 cases; the default is ``case 01`` to ``case 24``.
    further
        More keys of :class:`equifinal.Study`.

    Examples
    --------
    >>> study = sample_study()
    >>> study.calibrate().fuzzy.shape
    (24, 4)
    """
    data = _scores(len(conditions))
    data.columns = [*(f"score of {name}" for name in conditions), f"score of {outcome}"]
    data.index = pd.Index(
        [f"case {number:02}" for number in range(1, 25)] if cases is None else list(cases), name="case"
    )
    keys: dict[str, Any] = {
        "name": "sample",
        "title": "Twenty-four made-up cases",
        "provenance": "simulated",
        "note": "Made up to check plugins",
        "propositions": _propositions(list(conditions), list(data.index)),
    }
    return Study(
        data=data,
        outcome=Variable(outcome, f"score of {outcome}", calibrate=_ANCHORS),
        conditions=[Variable(name, f"score of {name}", calibrate=_ANCHORS, expect="present") for name in conditions],
        **{**keys, **further},
    )


def _scores(conditions: int) -> pd.DataFrame:
    """Scores from 0 to 10. All combinations of high and low scores of three conditions occur three times each."""
    rng = np.random.default_rng(20)
    high = np.array([[bool(number >> place & 1) for place in range(3)] for number in range(8)] * 3)
    first = np.where(high, rng.uniform(5.8, 9.7, high.shape), rng.uniform(0.3, 4.2, high.shape))
    x = np.column_stack([first, rng.uniform(0.3, 9.7, (24, max(0, conditions - 3)))])[:, :conditions]
    strength = np.minimum(first[:, 0], first[:, 1])
    y = np.maximum(strength, 0.9 * first[:, 2]) + rng.uniform(-0.4, 0.6, 24)
    order = rng.permutation(24)
    return pd.DataFrame(np.column_stack([x, y.clip(0.1, 9.9)])[order]).round(3)


def _propositions(conditions: list[str], cases: list[str]) -> list[dict[str, Any]]:
    one, two = conditions[0], conditions[min(1, len(conditions) - 1)]
    both = f"{one}*{two}" if one != two else one
    said: list[dict[str, Any]] = [
        {"id": "1", "text": f"{one} is necessary", "claim": "necessary", "expression": one},
        {"id": "2", "text": f"{both} is not necessary", "claim": "necessary", "expression": both, "expect": False},
        {"id": "3", "text": f"{both} is sufficient", "claim": "sufficient", "expression": both},
        {
            "id": "4",
            "text": f"~{one} is not sufficient",
            "claim": "sufficient",
            "expression": f"~{one}",
            "expect": False,
        },
        {"id": "5", "text": f"{one} raises the outcome", "claim": "influence", "condition": one},
        {"id": "6", "text": f"{two} lowers the outcome", "claim": "influence", "condition": two, "sign": -1},
        {"id": "7", "text": "There are two paths", "claim": "equifinal", "at_least": 2},
        {"id": "8", "text": "These belong together", "claim": "together", "cases": cases[:2]},
    ]
    if one != two:
        said.append({"id": "9", "text": f"{one} and {two} work together", "claim": "joint", "conditions": [one, two]})
        said.append({"id": "10", "text": f"{one} is the key", "claim": "key", "conditions": [one]})
    return said


def panel_study(conditions: Sequence[str] = ("A", "B", "C")) -> Study:
    """The sample study as a panel with gaps: 24 rows of nine units, whose times are tied across the middle."""
    made = sample_study(conditions, propositions=[])
    rows = [
        (f"town {unit}", 2020 + year)
        for unit in range(9)
        for year in range(3)
        if (unit, year) not in ((2, 0), (5, 2), (7, 2))
    ]
    order = np.random.default_rng(6).permutation(24)
    units, times = zip(*(rows[place] for place in order), strict=True)
    data = made.data.assign(town=units, year=times)
    return dataclasses.replace(made, name="panel", data=data, unit="town", time="year")


def noise_study(seed: int) -> Study:
    """The sample study with outcomes dealt out anew, so that nothing explains them."""
    made = sample_study(propositions=[])
    column = made.outcome.column
    dealt = np.random.default_rng(seed).permutation(made.data[column].to_numpy())
    return dataclasses.replace(made, name="noise", data=made.data.assign(**{column: dealt}))


def in_whole_numbers(made: Study) -> Study:
    """The sample study with scores that are stored as whole numbers; some conditions have cases at the crossover, 5."""
    data = made.data.round().clip(1, 9).astype(int)
    columns = [each.column for each in made.conditions]
    data[columns] = data[columns].where((data[columns] < 4) | (data[columns] > 6), 5)
    return dataclasses.replace(made, data=data)


def with_an_unused_case(calibrated: CalibratedStudy) -> CalibratedStudy:
    """One more case that has the lowest membership, 0, in every condition and in the outcome."""
    name = "a case in no path"

    def longer(frame: pd.DataFrame) -> pd.DataFrame:
        low = pd.DataFrame(0.0, index=pd.Index([name], name=frame.index.name), columns=frame.columns)
        return pd.concat([frame, low])

    return dataclasses.replace(
        calibrated, raw=longer(calibrated.raw), fuzzy=longer(calibrated.fuzzy), data=longer(calibrated.data)
    )


class SampleProposition(Proposition):
    """A kind of proposition that no method knows."""

    claim = "sample-claim-that-nobody-knows"


class SampleMethod(Method):
    """Every case's outcome is predicted by the mean of its memberships."""

    name = "sample-method"
    title = 'A method that no output has heard of, with <signs> & "quotes"'
    reference = "Made for the checks (2026)"

    def analyze(self, calibrated: CalibratedStudy, rng: np.random.Generator) -> Analysis:
        """See :meth:`equifinal.Method.analyze`."""
        names = list(calibrated.condition_names)
        counts = {"role": "contributing", "direction": 1, "evidence": "It counts <as> much & no more."}
        conditions = pd.DataFrame({**counts, "weight": 1 / len(names)}, index=names)
        predicted = calibrated.fuzzy[names].mean(axis=1)
        high, group = predicted > 0.5, "high <throughout>"
        members = {"expression": [None], "cases": [list(calibrated.cases[high])]}
        configurations = pd.DataFrame({**members, "consistency": [np.nan], "coverage": [np.nan]}, index=[group])
        cases = pd.DataFrame({"group": high.map({True: group, False: None}), "predicted": predicted})
        means = calibrated.fuzzy.mean().to_frame("mean")
        tables = {"means | of sets": means, "empty": pd.DataFrame(columns=["nothing"])}
        notes = ["A note with a | and an * in it."]
        return Analysis(self, conditions, configurations, cases, {"n": len(cases), "undefined": np.nan}, tables, notes)

    def predict(self, analysis: Analysis, calibrated: CalibratedStudy) -> pd.Series:
        """See :meth:`equifinal.Method.predict`."""
        return calibrated.fuzzy[list(calibrated.condition_names)].mean(axis=1)

    def assess(self, analysis: Analysis, proposition: Proposition, calibrated: CalibratedStudy) -> Verdict:
        """See :meth:`equifinal.Method.assess`."""
        if proposition.claim == "influence":
            return Verdict("supported", "It always says so.", {"weight": 1 / len(calibrated.conditions)})
        return super().assess(analysis, proposition, calibrated)


class DecidedMethod(SampleMethod):
    """Answers every claim on influence as it is told to."""

    name = "sample-decided"
    answer: Answer = "supported"

    def assess(self, analysis: Analysis, proposition: Proposition, calibrated: CalibratedStudy) -> Verdict:
        return Verdict(self.answer, "It was told to.")


class BlindMethod(SampleMethod):
    """Says the same of every condition, and predicts nothing."""

    name = "sample-blind"
    predict = Method.predict  # type: ignore[pydantic-field]

    def analyze(self, calibrated: CalibratedStudy, rng: np.random.Generator) -> Analysis:
        found = super().analyze(calibrated, rng)
        cases = found.cases.assign(group=None, predicted=np.nan)
        return dataclasses.replace(found, method=self, cases=cases, configurations=found.configurations[:0])


class _FailingMethod(SampleMethod):
    """Fails."""

    name = "sample-failing"

    def analyze(self, calibrated: CalibratedStudy, rng: np.random.Generator) -> Analysis:
        raise RuntimeError("made to fail, for the checks <as> planned & expected")


def sample_comparison(methods: Mapping[str, Method] | None = None, evidence: bool = True, **further: Any) -> Comparison:
    """A comparison of methods that belong to no plugin, on the sample study.

    Parameters
    ----------
    methods
        By label; the default is one that predicts, one that does not, and one that fails.
    evidence
        Whether to gather evidence behind the verdicts: little of it, 19 worlds and 19 resampled case sets, unless more decide.
    further
        Keys of :class:`equifinal.Study`, such as ``propositions=[]``.
    """
    three = {method.name: method for method in (SampleMethod(), BlindMethod(), _FailingMethod())}
    finished = run(sample_study(**further), methods=three if methods is None else dict(methods), seed=1)
    return compare(finished, worlds=19, resamples=19, evidence=evidence)


def example_of(target: Any) -> Any:
    """An instance to check: the first of :func:`examples_of`."""
    return examples_of(target)[0]


def examples_of(target: Any) -> list[Any]:
    """The instances to check: the instance that was given, or one of the class for each set of parameters.

    A class whose parameters all have defaults is built as it is. Any other class gives an example, as pydantic provides
    for: ``pydantic.Field(examples=[...])`` for one parameter, or for the whole
    ``model_config = {"json_schema_extra": {"examples": [{...}, {...}]}}``, where each example is one more set of parameters.

    Raises
    ------
    InputError
        When a parameter has neither a default nor an example.
    """
    if not isinstance(target, type) or not issubclass(target, Extension):
        return [target]
    extra = target.model_config.get("json_schema_extra")
    given = extra.get("examples") if isinstance(extra, dict) else None
    sets = [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []
    if sets:
        return [target.from_parameters(each, "Its example: ") for each in sets]
    parameters: dict[str, Any] = {}
    for name, field in target.model_fields.items():
        if field.is_required():
            if not field.examples:
                raise InputError(
                    f"{target.__name__} cannot be built without {name!r}. Check an instance, or give the parameter an "
                    f"example: {name}: ... = pydantic.Field(examples=[...])."
                )
            parameters[name] = field.examples[0]
    return [target.from_parameters(parameters, "Its example: ")]
