"""What a console shows: one screen for every object, and a hint for a mistyped attribute."""

import copy
import pickle
from typing import Any

import pytest

import equifinal as eq
from equifinal.base.readable import LINES, WIDTH, Text, on_one_screen

STUDIES = ["heilongjiang", "open-data-barometer-2014", "open-data-barometer-2013-2014"]


def objects(name: str) -> dict[str, Any]:
    study = eq.load_study(name)
    run = eq.run(study, methods=["fsqca", "csqca", "nca"])
    listings = {each.__name__: each() for each in (eq.methods, eq.calibrators, eq.outputs, eq.studies, eq.plugins)}
    analyses = {label: run[label] for label in run}
    return {"study": study, "calibrated": study.calibrate(), "run": run, **analyses, **listings}


@pytest.mark.parametrize("name", STUDIES)
def test_everything_fits_one_screen_and_says_what_it_is(name: str) -> None:
    for what, thing in objects(name).items():
        lines = repr(thing).splitlines()
        assert 1 < len(lines) <= LINES, what
        assert max(map(len, lines)) <= WIDTH, what
        assert str(thing) == repr(thing)
        assert "DataFrame" not in repr(thing)
        assert "array(" not in repr(thing)


def test_a_summary_says_all_that_a_screen_cuts() -> None:
    study = eq.load_study("open-data-barometer-2014")
    said = study.summary()
    assert isinstance(said, Text)
    assert repr(said) == str(said)
    assert all(f"{each.id}:" in said for each in study.propositions)
    assert on_one_screen(["line"] * 30).splitlines()[-1] == "... 7 more lines: .summary()"
    assert len(on_one_screen(["line"] * LINES).splitlines()) == LINES


def test_a_mistyped_attribute_is_answered_with_what_was_meant() -> None:
    run = eq.run(eq.load_study("heilongjiang"), methods=["fsqca", "regression-membership"])
    for thing, name, hint in [
        (run, "fsqca", "Write run['fsqca']."),
        (run, "regression_membership", "Write run['regression-membership']."),
        (run, "analysis", "Did you mean 'analyses'?"),
        (run.study, "outcomes", "Did you mean 'outcome'?"),
        (run.calibrated, "fuzy", "Did you mean 'fuzzy'?"),
        (run["fsqca"], "truth_table", "Write analysis.tables['truth_table']."),
        (run["fsqca"], "condtions", "Did you mean 'conditions'?"),
        (eq.methods(), "nca", "Write ['nca']."),
    ]:
        with pytest.raises(AttributeError) as caught:
            getattr(thing, name)
        assert hint in str(caught.value)
        assert not hasattr(thing, "_private")


def test_copies_and_pickles_do_not_ask_for_hints() -> None:
    study = eq.load_study("heilongjiang")
    assert repr(pickle.loads(pickle.dumps(study))) == repr(copy.deepcopy(study)) == repr(study)
