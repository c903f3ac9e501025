"""What must not matter in the data: undeclared columns, the direction of the outcome's score, names, rows of panels."""

import dataclasses
from collections.abc import Iterator

import numpy as np

from equifinal.errors import InputError
from equifinal.method.analysis import Analysis, Method
from equifinal.study.calibrated import CalibratedStudy
from equifinal.study.study import Study
from equifinal.testing.checks import Property, doing, fail, property_of
from equifinal.testing.common import needs
from equifinal.testing.method_differences import apart, differences, first_of
from equifinal.testing.method_invariance import renamed
from equifinal.testing.method_steps import analysis_of_the_sample, analyze, generator, predict, redrawn
from equifinal.testing.samples import noise_study, panel_study, sample_study

DATA_PROPERTIES: list[Property] = []

#: What methods call their own columns; a condition may have each of these names.
_AWKWARD = (("y", "const", "x"), ("X", "intercept", "target"), ("prediction", "weight", "data"))


def _unlike(
    method: Method,
    one: Analysis,
    two: Analysis,
    made: Study,
    names: dict[str, str] | None = None,
    cases: dict[str, str] | None = None,
) -> str:
    """The first difference between two analyses that chance does not make; empty if there is none."""
    calibrated = made.calibrate()
    found = differences(one, two, calibrated, names, cases)
    for drawn in redrawn(method, calibrated) if found else ():
        for facet in differences(one, drawn, calibrated):
            found.pop(facet, None)
    return first_of(found) if found else ""


@property_of(DATA_PROPERTIES, "What a method takes", "order of cases")
def columns_that_are_not_declared(method: Method) -> None:
    """Columns of the table that are neither conditions nor outcome, such as a year, do not matter."""
    made = sample_study()
    noise = generator(7).normal(size=len(made.data))
    more = made.data.assign(year=2000 + np.arange(24) % 5, follow_up=made.data[made.outcome.column] * 2 + noise)
    with doing("with further columns of numbers in the table analyze"):
        analysis = method.analyze(dataclasses.replace(made, data=more).calibrate().protected(), generator())
    if problem := _unlike(method, analysis_of_the_sample(method), analysis, made):
        fail(
            f"with further columns of numbers in the table, which the study does not declare, the result differs: {problem}. "
            "Take study.conditions, or a column that a parameter names"
        )


@property_of(DATA_PROPERTIES, "What it says", "roles and directions of sets")
def outcome_as_a_set(method: Method) -> None:
    """Only the outcome's memberships count: where they fall with its score, or it is negated, the result is that of the set."""
    needs(type(method).uses_outcome, "it never looks at the outcome (uses_outcome = False)")
    made = sample_study()
    one, column = analysis_of_the_sample(method), made.outcome.column
    turned = made.data.assign(**{column: 10 - made.data[column]})
    falling = {"method": "direct", "full_out": 9, "crossover": 5, "full_in": 1}
    reversed_scores = dataclasses.replace(
        made, data=turned, outcome=dataclasses.replace(made.outcome, calibrate=falling)
    )
    expected = {each.name: each.expect for each in made.conditions}
    negated = dataclasses.replace(made, data=turned).negated()
    same_expectations = [dataclasses.replace(each, expect=expected[each.name]) for each in negated.conditions]
    for other, where in (
        (reversed_scores, "where the outcome's membership falls with its score"),
        (dataclasses.replace(negated, conditions=same_expectations), "where the outcome is negated"),
    ):
        with doing(f"{where} analyze"):
            two = method.analyze(other.calibrate().protected(), generator())
        if problem := _turned(method, one, two, made):
            fail(f"{where} and its memberships are the same, {problem}. Is the raw score taken for the set?")


def _turned(method: Method, one: Analysis, two: Analysis, made: Study) -> str:
    """Where directions contradict each other, or predictions go the other way; empty if none do."""
    for name in one.conditions.index:
        before, after = int(one.conditions.loc[name, "direction"]), int(two.conditions.loc[name, "direction"])
        if before * after == -1:
            drawn = [analyze(method, made.calibrate(), seed).conditions.loc[name, "direction"] for seed in (1, 2, 3)]
            if {*map(int, drawn)} == {before}:
                return f"the direction of {name} is {before} and {after}"
    here, there = one.cases["predicted"].astype(float), two.cases["predicted"].astype(float)
    known = here.notna() & there.notna()
    vary = known.sum() > 2 and here[known].std() > 0.05 and there[known].std() > 0.05
    return "predictions are low where they were high" if vary and here[known].corr(there[known]) < 0 else ""


@property_of(DATA_PROPERTIES, "Order and names do not matter", "relabelling", "predict agrees with predicted")
def names_that_mean_nothing(method: Method) -> None:
    """Conditions may be called ``y``, ``const`` or ``prediction``, and cases anything: names are no more than names."""
    made = sample_study()
    for names in _AWKWARD:
        called = dict(zip("ABC", names, strict=True))
        other = sample_study(names, "Y", propositions=[])
        theirs = type(method).from_parameters(renamed(method.parameters(), called))
        with doing(f"where conditions are called {', '.join(names)}, analyze"):
            two = theirs.analyze(other.calibrate().protected(), generator())
        if problem := _unlike(method, analysis_of_the_sample(method), two, made, names=called):
            fail(f"where conditions are called {', '.join(names)}, the result differs: {problem}")
        _predicted_alike(theirs, two, other)
    for number, named in enumerate(_namings()):
        made = noise_study(number)
        one = analyze(method, made.calibrate())
        other = dataclasses.replace(made, data=made.data.rename(index=named))
        with doing("with other names of the cases analyze"):
            two = method.analyze(other.calibrate().protected(), generator())
        if problem := _unlike(method, one, two, made, cases=named):
            fail(
                f"with other names of the cases the result differs: {problem}. Sort and split by what belongs to a case"
            )


def _predicted_alike(method: Method, analysis: Analysis, made: Study) -> None:
    if not method.predicts():
        return
    found, said = predict(method, analysis, made.calibrate()), analysis.cases["predicted"].astype(float)
    for case in apart(method, found, said):
        names = ", ".join(each.name for each in made.conditions)
        fail(f"where conditions are called {names}, analyze says {said[case]:g} of {case} and predict {found[case]:g}")


def _namings() -> Iterator[dict[str, str]]:
    """Other names for the cases of the sample, in orders that have nothing to do with each other."""
    for seed in range(4):
        order = generator(seed).permutation(24)
        yield {f"case {place + 1:02}": f"town {number:02}" for place, number in enumerate(order)}


@property_of(DATA_PROPERTIES, "What it may add", "each case predicted for itself", "order of cases")
def panels(method: Method) -> None:
    """In a panel with gaps each case is predicted for itself, and the order of rows does not matter."""
    made = panel_study()
    calibrated = made.calibrate()
    try:
        analysis = method.analyze(calibrated.protected(), generator())
    except InputError as error:
        needs(False, f"it refuses panels ({str(error).splitlines()[0][:80]})")
    shuffled = dataclasses.replace(made, data=made.data.iloc[generator(3).permutation(len(made.data))])
    with doing("in a panel with its rows in another order analyze"):
        other = method.analyze(shuffled.calibrate().protected(), generator())
    if problem := _unlike(method, analysis, other, made):
        fail(f"in a panel with its rows in another order the result differs: {problem}")
    if method.predicts():
        _each_for_itself(method, analysis, calibrated)


def _each_for_itself(method: Method, analysis: Analysis, calibrated: CalibratedStudy) -> None:
    together = predict(method, analysis, calibrated)
    for cases in ([calibrated.cases[0]], [calibrated.cases[-1]], calibrated.cases[1::2]):
        alone = predict(method, analysis, calibrated.subset(cases))
        for case in apart(method, alone, together[cases]):
            fail(
                f"in a panel {case} is predicted {together[case]:g} beside all others, and {alone[case]:g} beside fewer. "
                "Learn what belongs to a unit in the analysis"
            )
