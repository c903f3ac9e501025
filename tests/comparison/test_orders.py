"""The order of rows and conditions, and the names of cases, change no answer and nothing of what stands behind it."""

import dataclasses
from functools import partial

import pandas as pd
import pytest

import equifinal as eq
from equifinal.comparison.counting import Demands

CLAIMS = ("2-paths", "3-joint", "3-key")


def study():
    made = eq.load_study("heilongjiang")
    return dataclasses.replace(made, propositions=[each for each in made.propositions if each.id in CLAIMS])


def compared(made):
    """Answers and evidence of one method, few draws."""
    return eq.compare(eq.run(made, methods=["fsqca"]), evidence=True, worlds=39, resamples=39)


@pytest.fixture(scope="module", autouse=True)
def _few_draws():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("equifinal.comparison.compare.Demands", partial(Demands, most=39))
        yield


@pytest.fixture(scope="module")
def as_declared(_few_draws):
    return compared(study())


def other(way):
    made = study()
    if way == "rows":
        return dataclasses.replace(made, data=made.data.sample(frac=1, random_state=3))
    if way == "conditions":
        return dataclasses.replace(made, conditions=made.conditions[::-1])
    numbers = {case: f"case {number:02}" for number, case in enumerate(sorted(made.data.index))}
    return dataclasses.replace(made, data=made.data.rename(index=numbers))


@pytest.mark.parametrize("way", ["rows", "conditions", "cases"])
def test_nothing_that_is_concluded_depends_on(way, as_declared):
    found = compared(other(way))
    pd.testing.assert_frame_equal(found.verdicts, as_declared.verdicts)
    for table in ("by_chance", "stable", "firm"):
        pd.testing.assert_frame_equal(getattr(found, table), getattr(as_declared, table), check_exact=True, obj=table)
    # Sums over cases in another order differ in their last digits.
    names = ["brier_skill", "brier_skill_out_of_sample", "consistency", "coverage", "pri"]
    pd.testing.assert_frame_equal(found.fit[names], as_declared.fit[names], rtol=1e-12, atol=1e-12)
