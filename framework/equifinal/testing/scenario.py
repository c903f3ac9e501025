"""The properties of a scenario: simulated data with a known truth."""

import numpy as np
import pandas as pd

from equifinal.errors import InputError
from equifinal.study.propositions import Influence
from equifinal.study.study import Study
from equifinal.sweep.scenario import OUTCOME, Scenario
from equifinal.sweep.truth import NO, READINGS, YES, Truth
from equifinal.testing.checks import Property, doing, fail, property_of
from equifinal.testing.common import EXTENSION_PROPERTIES, needs, untouched

SCENARIO_PROPERTIES: list[Property] = []

#: Cases in which a claim that is true shows.
MANY_CASES = 3000

#: A rank correlation below this, in so many cases, is none.
NOTHING_THERE = 0.05


def _simulated(scenario: Scenario, n: int, seed: int) -> Study:
    with doing(f"simulate, with {n} cases,"):
        made = scenario.simulate(n, np.random.default_rng(seed))
    if not isinstance(made, Study):
        fail(f"simulate must return an equifinal.Study, not {type(made).__name__}")
    return made


def _causes(scenario: Scenario) -> pd.DataFrame:
    with doing("draw"):
        causes = scenario.draw(40, np.random.default_rng(2))
    if list(causes.columns) != list(scenario.causes) or len(causes) != 40:
        fail(
            f"draw returned {len(causes)} rows and the columns {', '.join(causes.columns)}; 40 and the causes were asked for"
        )
    return causes


@property_of(SCENARIO_PROPERTIES, "Scenarios")
def data_follow_the_seed(scenario: Scenario) -> None:
    """The same generator gives the same study, another one other data, of as many cases as are asked for, said to be simulated."""
    one, two, other = (_simulated(scenario, 60, seed) for seed in (1, 1, 2))
    if not one.data.equals(two.data):
        fail("with the same generator the data differ. Draw from rng alone")
    if one.data.reset_index(drop=True).equals(other.data.reset_index(drop=True)):
        fail("with another generator the data are the same. Draw from rng")
    if len(one.data) != 60:
        fail(f"asked for 60 cases, it gives {len(one.data)}")
    if one.provenance != "simulated" or not one.note.strip():
        fail("the study must say that it is simulated: provenance = 'simulated', with a note")
    with doing("calibrating the study"):
        one.calibrate()


@property_of(SCENARIO_PROPERTIES, "Scenarios")
def few_and_many_cases(scenario: Scenario) -> None:
    """It simulates small and large studies, or refuses a size in a sentence."""
    for n in (12, 300):
        try:
            scenario.simulate(n, np.random.default_rng(3))
        except InputError:
            continue
        except Exception as error:
            with doing(f"simulate, with {n} cases,"):
                raise error


@property_of(SCENARIO_PROPERTIES, "Scenarios")
def each_outcome_for_itself(scenario: Scenario) -> None:
    """The noiseless outcome of a case depends on its own causes, not on other cases, their number or order."""
    causes = _causes(scenario)
    given = causes.copy()
    with doing("response"):
        together = np.asarray(scenario.response(given), dtype=float)
    if not given.equals(causes):
        fail("response changed the causes. Work on a copy: causes.copy()")
    if together.shape != (40,) or not np.isfinite(together).all():
        fail(f"response must return a finite number for each case, shape (40,), not shape {together.shape}")
    for rows, among in ((slice(0, 10), "among 10 cases"), (slice(None, None, -1), "in another order")):
        part = np.asarray(scenario.response(causes.iloc[rows].copy()), dtype=float)
        apart = ~np.isclose(part, together[rows], rtol=1e-9, atol=1e-9)
        if apart.any():
            fail(
                f"a case with the noiseless outcome {together[rows][apart][0]:g} among 40 cases has {part[apart][0]:g} {among}, "
                "so the data and the truth of the population follow different models. Compute it from the case's own causes"
            )


@property_of(SCENARIO_PROPERTIES, "Scenarios", "data follow the seed")
def states_a_truth(scenario: Scenario) -> None:
    """There is a truth for at least one of the propositions, and for nothing else."""
    with doing("truth"):
        found = scenario.truth()
    if not found:
        fail("it knows the truth of none of its propositions, so no answer can be right or wrong")
    known = {str(each.id) for each in _simulated(scenario, 60, 1).propositions}
    for (claim, reading), truth in found.items():
        if claim not in known or reading not in READINGS or not isinstance(truth, Truth):
            fail(f"it states {truth!r} for {claim!r} in the reading {reading!r}, which is not asked")


@property_of(SCENARIO_PROPERTIES, "Scenarios", "states a truth", "each outcome for itself")
def the_truth_holds_in_its_data(scenario: Scenario) -> None:
    """In many cases without noise, conditions go with the outcome, or against it, as the stated truth has it."""
    quiet = scenario.model_copy(update={"noise": 0.0}) if "noise" in type(scenario).model_fields else scenario
    made, truth = _simulated(quiet, MANY_CASES, 4), scenario.truth()
    claims = [
        each for each in made.propositions if isinstance(each, Influence) and (str(each.id), "covariation") in truth
    ]
    needs(bool(claims), "it states no influence")
    ranks = made.data.select_dtypes("number").rank()
    for claim in claims:
        column = next(each.column for each in made.conditions if each.name == claim.condition)
        goes = claim.sign * float(ranks[column].corr(ranks[made.outcome.column]))
        said = truth[str(claim.id), "covariation"]
        if (said == YES and goes < NOTHING_THERE) or (said == NO and goes > -NOTHING_THERE):
            words = "true" if said == YES else "false"
            fail(
                f"it says that {claim.text or claim.id!r} is {words}, and in {MANY_CASES} cases {claim.condition} has a rank "
                f"correlation of {claim.sign * goes:+.2f} with {OUTCOME}. Are data and truth made by one model?"
            )


@property_of(SCENARIO_PROPERTIES, "Parallel runs and state", "data follow the seed", last=True)
def no_global_state(scenario: Scenario) -> None:
    """It leaves global state alone."""
    with untouched(type(scenario)):
        _simulated(scenario, 40, 1)


@property_of(SCENARIO_PROPERTIES, "Name, docstring, reference")
def documented(scenario: Scenario) -> None:
    """It has a docstring of its own that says what is true in it."""
    if not (type(scenario).__dict__.get("__doc__") or "").strip():
        fail(f"the class {type(scenario).__name__} has no docstring. Say in its first line what is true")


SCENARIO_PROPERTIES.extend(each for each in EXTENSION_PROPERTIES if each.name != "documented")
