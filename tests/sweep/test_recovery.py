"""The submodel relation, on examples worked by hand."""

import pandas as pd
import pytest

from equifinal.sweep.recovery import is_submodel, paths_of, recovery
from equifinal.sweep.truth import models_of_formula


@pytest.mark.parametrize(
    ("found", "truth", "correct"),
    [
        ("A*B + C*D", "A*B + C*D", True),
        ("C*D + A*B", "A*B + C*D", True),  # the order does not count
        ("A*B", "A*B + C*D", True),  # to say less is correct
        ("A + C", "A*B + C*D", True),
        ("A", "A*B + C*D", True),
        ("A + B", "A*B + C*D", False),  # two paths that are one
        ("A*C", "A*B + C*D", False),  # one path that is two
        ("A*B + C*~D", "A*B + C*D", False),  # the opposite
        ("A*B + E", "A*B + C*D", False),  # something irrelevant
        ("A*B*C", "A*B", False),
        ("A + B + C", "A*B + C*D", False),
        ("A*B + A*C", "A*B + A*C", True),
        ("A + A*C", "A*B + A*C", True),
        ("B + A*B", "A*B + A*C", False),
    ],
)
def test_submodels(found, truth, correct):
    assert is_submodel(paths_of(found.split(" + ")), paths_of(truth.split(" + "))) == correct


def rows(*expressions):
    return pd.DataFrame({"expression": list(expressions)})


def test_recovery_of_a_truth():
    models = models_of_formula("A*B + C*D")
    assert recovery(rows("C*D", "A*B"), models) == {"empty": False, "correct": True, "complete": True}
    assert recovery(rows("A*B"), models) == {"empty": False, "correct": True, "complete": False}
    assert recovery(rows("A*B", "C*D", "E"), models) == {"empty": False, "correct": False, "complete": False}
    assert recovery(rows(), models) == {"empty": True, "correct": False, "complete": False}
    assert recovery(rows("1", None), models) == {"empty": True, "correct": False, "complete": False}


def test_any_of_several_minimal_models_will_do():
    models = models_of_formula("A*~B + B*~C + C*~A")
    assert len(models) == 2
    for expressions in (("A*~B", "B*~C", "~A*C"), ("~A*B", "~B*C", "A*~C")):
        assert recovery(rows(*expressions), models) == {"empty": False, "correct": True, "complete": True}
