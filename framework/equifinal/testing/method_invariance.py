"""What must not change a method's result: order, names, the direction of raw scores, a case without any membership."""

import dataclasses
import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np

from equifinal.errors import InputError
from equifinal.method.analysis import Method
from equifinal.sets import Expression
from equifinal.study.study import Study
from equifinal.testing.checks import Property, doing, fail, property_of
from equifinal.testing.common import needs
from equifinal.testing.method_differences import differences, first_of, tolerance_of, words_differ
from equifinal.testing.method_steps import analysis_of_the_sample, analyze, answers_of, generator, redrawn
from equifinal.testing.samples import sample_study, with_an_unused_case

INVARIANCE_PROPERTIES: list[Property] = []


@property_of(INVARIANCE_PROPERTIES, "Order and names do not matter", "facets valid", "deterministic under a seed")
def order_of_cases(method: Method) -> None:
    """The order of the rows does not matter."""
    made = sample_study()
    shuffled = dataclasses.replace(made, data=made.data.iloc[generator(3).permutation(len(made.data))])
    _same(method, made, shuffled, "with the cases in another order")


@property_of(INVARIANCE_PROPERTIES, "Order and names do not matter", "facets valid", "deterministic under a seed")
def order_of_conditions(method: Method) -> None:
    """The order of the conditions does not matter."""
    made = sample_study()
    turned = dataclasses.replace(made, conditions=made.conditions[::-1])
    _same(method, made, turned, "with the conditions in another order")
    one, two = analysis_of_the_sample(method), analyze(method, turned.calibrate())
    if found := words_differ(one, two):
        drawn = [words_differ(one, other) for other in redrawn(method, made.calibrate())]
        if not any(drawn):  # what changes with the seed is chance
            fail(f"with the conditions in another order the result differs: {first_of(found)}")


@property_of(INVARIANCE_PROPERTIES, "Order and names do not matter", "facets valid", "deterministic under a seed")
def relabelling(method: Method) -> None:
    """The names of conditions, outcome and cases do not matter."""
    made = sample_study()
    names = {"A": "ZEAL", "B": "WILL", "C": "MEANS", "Y": "DONE"}
    cases = {case: f"town {len(made.data) - number:02}" for number, case in enumerate(made.data.index)}
    other = sample_study([names[name] for name in "ABC"], names["Y"], list(cases.values()))
    parameters = method.parameters()
    # Parameters may name conditions.
    theirs = type(method).from_parameters(renamed(parameters, names)) if parameters else method
    _same(method, made, other, "with other names", names, cases, theirs)


@property_of(INVARIANCE_PROPERTIES, "What it says", "facets valid", "deterministic under a seed")
def roles_and_directions_of_sets(method: Method) -> None:
    """Roles and directions are those of the sets: where membership falls with the raw score, they stay the same."""
    made = sample_study()
    first = made.conditions[0]
    data = made.data.assign(**{first.column: 10 - made.data[first.column]})
    falling = {"method": "direct", "full_out": 9, "crossover": 5, "full_in": 1}
    turned = dataclasses.replace(
        made, data=data, conditions=[dataclasses.replace(first, calibrate=falling), *made.conditions[1:]]
    )
    one = analysis_of_the_sample(method)
    with doing("where membership falls with the raw score, analyze"):
        two = method.analyze(turned.calibrate(), generator())
    for column in ("role", "direction"):
        before, after = (str(each.conditions.loc[first.name, column]) for each in (one, two))
        if before == after:
            continue
        drawn = [analyze(method, made.calibrate(), seed).conditions.loc[first.name, column] for seed in (1, 2, 3)]
        if {*map(str, drawn)} == {before}:  # what changes with the seed is chance
            fail(
                f"the {column} of {first.name} is {before}, and {after} when the same memberships come from reversed "
                f"scores. Turn it with the set: study.orientation({first.name!r})"
            )


def renamed(value: Any, names: Mapping[str, str]) -> Any:
    """Parameters with the names of conditions in them replaced."""
    if isinstance(value, dict):
        return {names.get(key, key): renamed(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return [renamed(each, names) for each in value]
    return names.get(value, value) if isinstance(value, str) else value


def _same(
    method: Method,
    made: Study,
    other: Study,
    how: str,
    names: Mapping[str, str] | None = None,
    cases: Mapping[str, str] | None = None,
    theirs: Method | None = None,
) -> None:
    calibrated = made.calibrate()
    one = analysis_of_the_sample(method)
    with doing(f"{how} analyze"):
        two = (theirs or method).analyze(other.calibrate(), generator())
    found = differences(one, two, calibrated, names, cases)
    for mine, answer, again in zip(
        made.propositions, answers_of(method, one, made), answers_of(theirs or method, two, other), strict=True
    ):
        if answer != again:
            found.setdefault("verdicts", f"the verdict on the proposition {mine.text!r}: {answer} and {again}")
    if found:
        # What changes with the seed as well is chance, not order.
        for drawn in redrawn(method, calibrated):
            for facet in differences(one, drawn, calibrated):
                found.pop(facet, None)
            if answers_of(method, drawn, made) != answers_of(method, one, made):
                found.pop("verdicts", None)
    if found:
        fail(f"{how} the result differs: {first_of(found)}")


@property_of(INVARIANCE_PROPERTIES, "Order and names do not matter", "facets valid", "deterministic under a seed")
def unused_case_without_weight(method: Method) -> None:
    """A further case, in no path and not in the outcome, does not change the consistency and coverage of the paths."""
    needs(type(method).sufficient_paths, "its configurations do not claim to be sufficient (sufficient_paths = False)")
    calibrated = sample_study().calibrate()
    longer = with_an_unused_case(calibrated)
    one, two = analysis_of_the_sample(method), analyze(method, longer)
    paths = one.configurations["expression"].dropna()
    try:
        inside = [float(Expression(path).membership(longer.fuzzy).iloc[-1]) for path in paths]
    except InputError:
        inside = [1.0]
    needs(max(inside, default=0.0) == 0.0, "its paths on the sample study could include the case")
    columns = ["consistency", "coverage"]
    before, after = (each.configurations.set_index("expression")[columns].sort_index() for each in (one, two))
    how = "with a further case that has no membership in anything"
    if list(before.index) != list(after.index):
        fail(f"the paths are {', '.join(before.index)}, and {how} {', '.join(after.index) or 'none'}")
    for path, column in itertools.product(before.index, columns):
        mine, theirs = float(before.loc[path, column]), float(after.loc[path, column])
        if not np.isclose(mine, theirs, atol=tolerance_of(method), equal_nan=True):
            fail(f"the {column} of the path {path} is {mine:g}, and {how} {theirs:g}")
